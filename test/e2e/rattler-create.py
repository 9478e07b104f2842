"""Makes an environment with rattler as pixi does: over shards, in a folder of its own.

Reads one JSON object: {"channel", "specs", "prefix", "cache", "virtual", "config", "only_solve"}. Prints the URLs of the
solution. `virtual` are versions by name instead of those of this machine; `config` is the text of a configuration file
that holds for what is fetched while it installs, with `solve_with_config` also for indexes.
"""

import asyncio
import json
import os
import sys
import traceback

import rattler
from rattler.networking import Client

asked = json.load(sys.stdin)
PLATFORMS = ["linux-64", "noarch"]


def virtual_packages():
    stated = asked.get("virtual")
    if stated is None:
        return rattler.VirtualPackage.detect()
    return [
        rattler.GenericVirtualPackage(
            rattler.PackageName(name), rattler.Version(version), rattler.BuildString("0")
        )
        for name, version in stated.items()
    ]


async def create():
    config = rattler.Config.from_toml(asked.get("config", ""))
    client = Client.from_config(config)
    records = await rattler.solve(
        [asked["channel"]],
        asked["specs"],
        gateway=rattler.Gateway(
            cache_dir=os.path.join(asked["cache"], "repodata"),
            client=client if asked.get("solve_with_config") else None,
        ),
        platforms=PLATFORMS,
        virtual_packages=virtual_packages(),
    )
    print(json.dumps(sorted(record.url for record in records)), flush=True)
    if asked.get("only_solve"):
        return
    await rattler.install(
        records,
        target_prefix=asked["prefix"],
        cache_dir=os.path.join(asked["cache"], "pkgs"),
        client=client,
        platform=rattler.Subdir("linux-64"),
        show_progress=False,
    )


status = 0
try:
    asyncio.run(create())
except Exception:
    traceback.print_exc()
    status = 1
sys.stdout.flush()
sys.stderr.flush()
# rattler's threads may still run, and Python aborts where one comes back while it ends.
os._exit(status)
