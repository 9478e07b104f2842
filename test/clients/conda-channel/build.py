"""Builds a small channel with the tools of conda: `build.py WHEELS CHANNEL`, with the clients on PYTHONPATH.

noarch has packages made of real wheels; linux-64 has a stand-in for Python that runs the machine's.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

wheels, channel = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
INTERPRETER = """#!/bin/sh
PYTHONPATH="${0%/*}/../lib/python3.11/site-packages" exec python3 "$@"
"""
INDEX = {
    **{"name": "python", "version": "3.11.7", "build": "h0_stand_in", "build_number": 0},
    **{"subdir": "linux-64", "depends": [], "license": "PSF-2.0", "timestamp": 1700000000000},
}


def run(*arguments):
    done = subprocess.run([sys.executable, "-m", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}: {done.stderr[-2000:]}")


def stand_in(folder):
    names = ["bin/python", "bin/python3.11"]
    for name in ("bin", "info"):
        (folder / name).mkdir()
    program = folder / "bin/python3.11"
    program.write_text(INTERPRETER)
    program.chmod(0o755)
    os.symlink("python3.11", folder / "bin/python")
    digest, size = hashlib.sha256(program.read_bytes()).hexdigest(), program.stat().st_size
    paths = [
        {"_path": name, "path_type": kind, "sha256": digest, "size_in_bytes": size}
        for name, kind in zip(names, ("softlink", "hardlink"))
    ]
    info = {
        "index.json": json.dumps(INDEX),
        "about.json": json.dumps({"license": "PSF-2.0", "summary": "a stand-in for Python"}),
        "paths.json": json.dumps({"paths": paths, "paths_version": 1}),
        "files": "".join(f"{name}\n" for name in names),
    }
    for name, text in info.items():
        (folder / "info" / name).write_text(text)


with tempfile.TemporaryDirectory(dir=channel.parent) as work:
    made, python = pathlib.Path(work, "channel"), pathlib.Path(work, "python")
    for folder in (made / "noarch", made / "linux-64", python):
        folder.mkdir(parents=True)
    for wheel in sorted(wheels.glob("*.whl")):
        convert = ("--out", made / "noarch", "--format", "conda", "--batch")
        # The newest wheel of text-unidecode has metadata of 2.0.
        run("whl2conda.cli.main", "convert", wheel, *convert, "--allow-metadata-version", "2.0")
    stand_in(python)
    name = f"{INDEX['name']}-{INDEX['version']}-{INDEX['build']}.conda"
    run("conda_package_handling.cli", "c", python, name, "--out-folder", made / "linux-64")
    files = ("--zst", "--bz2", "--run-exports", "--channeldata", "--write-shards", "--no-rss")
    run("conda_index", made, *files)
    shutil.rmtree(channel, ignore_errors=True)
    made.rename(channel)
