"""Compresses and decompresses for the tests: one JSON list a line in, one JSON string or null a line out."""

import base64
import bz2
import json
import sys


def decompress(data, whole):
    """All streams (whole) or exactly one; None when that is not all there is."""
    content = b""
    while True:
        one = bz2.BZ2Decompressor()
        try:
            content += one.decompress(data)
        except (OSError, ValueError):
            return None
        if not one.eof:
            return None
        data = one.unused_data
        if not data:
            return content
        if not whole:
            return None


for line in sys.stdin:
    action, text, option = json.loads(line)
    data = base64.b64decode(text)
    if action == "compress":
        result = bz2.compress(data, option)
    else:
        result = decompress(data, option)
    print(json.dumps(None if result is None else base64.b64encode(result).decode()))
