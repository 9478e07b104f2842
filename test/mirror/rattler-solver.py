"""Answers what rattler makes of channels in folders.

Reads one JSON question a line, writes one JSON list of answers a line. A question is {"folder", "platforms",
"virtual": {platform: {name: version}}, "specs": [[platform, spec], ...]}; an answer is the sorted files of the
solution, or null where there is none.
"""

import asyncio
import json
import os
import pathlib
import sys

import rattler
from rattler.exceptions import SolverError


def virtual_packages(stated):
    build = rattler.BuildString("0")
    return [
        rattler.GenericVirtualPackage(rattler.PackageName(name), rattler.Version(version), build)
        for name, version in stated.items()
    ]


async def solve(sparse, virtual, spec):
    try:
        records = await rattler.solve_with_sparse_repodata(
            specs=[spec], sparse_repodata=sparse, virtual_packages=virtual
        )
    except SolverError:
        return None
    return sorted(f"{record.subdir}/{record.file_name}" for record in records)


async def answer(folder, virtual, specs):
    channel = rattler.Channel(pathlib.Path(folder).resolve().as_uri())

    def sparse(subdir):
        return rattler.SparseRepoData(channel, subdir, pathlib.Path(folder, subdir, "repodata.json"))

    noarch = sparse("noarch")
    platforms = {
        name: ([noarch, sparse(name)], virtual_packages(stated)) for name, stated in virtual.items()
    }
    return [await solve(*platforms[platform], spec) for platform, spec in specs]


for line in sys.stdin:
    print(json.dumps(asyncio.run(answer(**json.loads(line)))), flush=True)
# rattler's threads may still run, and Python aborts where one comes back while it ends.
os._exit(0)
