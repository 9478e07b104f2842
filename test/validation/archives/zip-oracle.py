"""Lists zip files as Python's zipfile reads them: paths on stdin, one JSON line each on stdout."""

import hashlib
import json
import sys
import zipfile


def listing(path):
    with zipfile.ZipFile(path) as archive:
        return [
            [info.filename, info.file_size, hashlib.sha256(archive.read(info)).hexdigest()]
            for info in archive.infolist()
        ]


for line in sys.stdin:
    try:
        answer = listing(line.rstrip("\n"))
    except Exception as error:
        answer = f"{type(error).__name__}: {error}"
    print(json.dumps(answer))
