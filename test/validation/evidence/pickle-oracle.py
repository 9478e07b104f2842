"""Makes pickles and mutants of them, and says what Python's own unpickler looks up in each. One JSON line each."""

import base64
import collections
import datetime
import decimal
import fractions
import io
import json
import os
import pickle
import random
import sys

random.seed(int(sys.argv[1]))
count = int(sys.argv[2])


class Inert:
    def __init__(self, *_a, **_k):
        pass

    def __call__(self, *_a, **_k):
        return self

    def __setstate__(self, _state):
        pass

    def append(self, _x):
        pass

    def extend(self, _x):
        pass

    def __setitem__(self, _k, _v):
        pass

    def __hash__(self):
        return 1


class Recorder(pickle._Unpickler):
    def __init__(self, data):
        super().__init__(io.BytesIO(data))
        self.seen = []

    def find_class(self, module, name):
        self.seen.append(f"{module} {name}")
        return Inert

    def persistent_load(self, _pid):
        return Inert()


class Evil:
    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


def value(depth):
    kind = random.randrange(16 if depth > 0 else 8)
    if kind == 0:
        return random.choice([None, True, False, 0, 1, -7, 10**20, 1.5, -(2**40)])
    if kind == 1:
        return random.choice(["", "text", "caf\u00e9", "a\nb", "\\u0041", "os", "system"])
    if kind == 2:
        return random.choice([b"", b"bytes", bytearray(b"x"), b"y" * 300])
    if kind == 3:
        return datetime.date(2026, 1, random.randrange(1, 28))
    if kind == 4:
        return decimal.Decimal("1.5")
    if kind == 5:
        return fractions.Fraction(1, 3)
    if kind == 6:
        return complex(1, 2)
    if kind == 7:
        return random.choice([os.system, len, print, collections.OrderedDict, pickle.loads])
    if kind == 8:
        return Evil(random.choice([eval, exec, os.getenv, getattr]), value(0), "x")
    inner = [value(depth - 1) for _ in range(random.randrange(4))]
    if kind in (9, 10):
        return inner
    if kind == 11:
        return tuple(inner)
    if kind == 12:
        return {str(i): x for i, x in enumerate(inner)}
    if kind == 13:
        return collections.OrderedDict((str(i), x) for i, x in enumerate(inner))
    if kind == 14:
        return [inner, inner, "os", "os"]
    return {1, "two", 3.0}


def lookups(data):
    recorder = Recorder(data)
    try:
        recorder.load()
        return recorder.seen, True
    except BaseException:
        return recorder.seen, False


for _ in range(count):
    data = pickle.dumps(value(3), protocol=random.randrange(6))
    for variant in range(4):
        changed = bytearray(data)
        if variant > 0:
            for _ in range(random.randrange(1, 4)):
                at = random.randrange(len(changed))
                changed[at] = random.choice([random.randrange(256), changed[random.randrange(len(changed))]])
        seen, whole = lookups(bytes(changed))
        row = {"data": base64.b64encode(changed).decode(), "names": sorted(set(seen)), "whole": whole, "honest": variant == 0}
        print(json.dumps(row))
