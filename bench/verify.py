"""What Python does to verify a wheel: every member read through zipfile, hashed, and compared with RECORD."""

import base64
import csv
import hashlib
import io
import json
import resource
import sys
import time
import zipfile

start, began = time.perf_counter(), time.process_time()
good = True
with zipfile.ZipFile(sys.argv[1]) as archive:
    names = archive.namelist()
    record = next(name for name in names if name.count("/") == 1 and name.endswith(".dist-info/RECORD"))
    rows = {row[0]: row[1] for row in csv.reader(io.TextIOWrapper(archive.open(record), "utf-8"))}
    for info in archive.infolist():
        if info.is_dir():
            continue
        digest = hashlib.sha256()
        with archive.open(info) as member:
            while piece := member.read(1 << 20):
                digest.update(piece)
        row = rows.get(info.filename, "")
        encoded = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
        if row and row != f"sha256={encoded}":
            good = False
print(json.dumps({
    "kind": "wheel" if good else "refused",
    "seconds": time.perf_counter() - start,
    "cpuSeconds": time.process_time() - began,
    "rssMib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
