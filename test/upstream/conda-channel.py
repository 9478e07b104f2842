"""Makes a channel in the folder argv[2] and indexes it with argv[1]: conda-index or rattler.

The packages are as small as the tools take them; the same records in .conda and .tar.bz2 on linux-64.
"""

import asyncio
import io
import json
import pathlib
import subprocess
import sys
import tarfile


def write_package(folder, index):
    members = {
        "info/index.json": json.dumps(index),
        "info/about.json": "{}",
        "info/paths.json": json.dumps({"paths": [], "paths_version": 1}),
        "info/files": "",
    }
    path = folder / f"{index['name']}-{index['version']}-{index['build']}.tar.bz2"
    with tarfile.open(path, "w:bz2") as tar:
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return path


def record(subdir, name, version, **more):
    base = {"name": name, "version": version, "build": "h_0", "build_number": 0, "subdir": subdir}
    return {**base, "depends": ["python >=3.8"], "license": "MIT", "timestamp": 1700000000123, **more}


def main():
    indexer, root = sys.argv[1], pathlib.Path(sys.argv[2])
    noarch, platform = root / "noarch", root / "linux-64"
    noarch.mkdir(parents=True)
    platform.mkdir()
    write_package(noarch, record("noarch", "demo", "1.0", noarch="python"))
    write_package(noarch, record("noarch", "demo-extra", "1.0", noarch="generic"))
    write_package(platform, record("linux-64", "demo", "1!2.0+local", track_features="x"))
    both = write_package(platform, record("linux-64", "demo", "3.0"))
    from conda_package_handling.api import transmute

    transmute(str(both), ".conda", out_folder=str(platform))
    if indexer == "rattler":
        from rattler.index import index_fs

        asyncio.run(index_fs(str(root)))
    else:
        options = ["--zst", "--write-shards", "--no-rss", "--no-current-repodata", "--threads", "1"]
        subprocess.run([sys.executable, "-m", "conda_index", str(root), *options], check=True)


main()
