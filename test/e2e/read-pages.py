"""Reads an index with two strict parsers, each as JSON and as HTML, and prints what they read as one JSON object.

Usage: read-pages.py INDEX_URL PROJECT...
"""

import asyncio
import hashlib
import json
import sys
from datetime import timezone
from urllib.parse import unquote

from pypi_simple import ACCEPT_HTML_ONLY, ACCEPT_JSON_ONLY, PyPISimple
from simple_repository.components.http import HttpRepository

INDEX_URL, *PROJECTS = sys.argv[1:]


def time_of(instant):
    """In seconds since 1970."""
    return None if instant is None else instant.replace(tzinfo=timezone.utc).timestamp()


def read_with_pypi_simple(accept):
    with PyPISimple(INDEX_URL, accept=accept) as client:
        pages = {name: client.get_project_page(name) for name in PROJECTS}
        fetched = fetch_all(client, pages.values())
        return {
            "root": sorted(client.get_index_page().projects),
            "fetched": fetched,
            "projects": {name: from_pypi_simple(page) for name, page in pages.items()},
        }


def from_pypi_simple(page):
    return {
        "status": None if page.status is None else page.status.value,
        "reason": page.status_reason,
        "versions": page.versions,
        "files": [
            {
                "filename": file.filename,
                "url": unquote(file.url.partition("#")[0]),
                "sha256": file.digests.get("sha256"),
                "requires-python": file.requires_python,
                "metadata": (file.metadata_digests or {}).get("sha256"),
                "yanked": (file.yanked_reason or True) if file.is_yanked else None,
                "size": file.size,
                "upload-time": time_of(file.upload_time),
            }
            for file in page.packages
        ],
    }


def fetch_all(client, pages):
    """Names of all files whose bytes and metadata come, and whose metadata has the hash that the page gives."""
    fetched = []
    for page in pages:
        for file in page.packages:
            if not file.has_metadata:
                continue
            client.get_package_metadata_bytes(file, verify=True)
            answer = client.s.get(file.url)
            answer.raise_for_status()
            if hashlib.sha256(answer.content).hexdigest() == file.digests["sha256"]:
                fetched.append(file.filename)
    return sorted(fetched)


def read_with_simple_repository(accept):
    async def read():
        repository = HttpRepository(INDEX_URL)
        repository.downstream_content_types = accept
        root = await repository.get_project_list()
        pages = {name: await repository.get_project_page(name) for name in PROJECTS}
        return {
            "root": sorted(project.name for project in root.projects),
            "projects": {name: from_simple_repository(page) for name, page in pages.items()},
        }

    return asyncio.run(read())


def from_simple_repository(page):
    return {
        "versions": None if page.versions is None else sorted(page.versions),
        "files": [
            {
                "filename": file.filename,
                # It quotes what is quoted already, for the sake of servers that quote nothing.
                "url": unquote(unquote(file.url)),
                "sha256": file.hashes.get("sha256"),
                "requires-python": file.requires_python,
                "metadata": (file.dist_info_metadata or {}).get("sha256"),
                "yanked": file.yanked,
                "size": file.size,
                "upload-time": time_of(file.upload_time),
            }
            for file in page.files
        ],
    }


print(
    json.dumps(
        {
            "pypi-simple": {
                "json": read_with_pypi_simple(ACCEPT_JSON_ONLY),
                "html": read_with_pypi_simple(ACCEPT_HTML_ONLY),
            },
            "simple-repository": {
                "json": read_with_simple_repository("application/vnd.pypi.simple.v1+json"),
                "html": read_with_simple_repository("application/vnd.pypi.simple.v1+html"),
            },
        }
    )
)
