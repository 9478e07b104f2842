"""Reads requirements files with pip's own parser, and locks with packaging.pylock.

Reads one JSON object from stdin, {"requirements": [path, ...], "pylock": [text, ...]}, and answers in the same form. Of
a requirements file: [line, "requirement" | "unapprovable" | "ignored", name and clauses] for each line that says
something. Of a lock: [name, version] of what comes from an index, null where packaging refuses the lock.
"""

import json
import sys

from packaging.pylock import Pylock, PylockValidationError
from packaging.utils import canonicalize_name
from pip._internal.exceptions import InstallationError
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import parse_req_from_line
from pip._internal.req.req_file import RequirementsFileParser, get_line_parser
from pip._vendor import tomli


def requirement(text):
    try:
        parts = parse_req_from_line(text, None)
    except InstallationError:
        return ["unapprovable", ""]
    if parts.link is not None or parts.requirement is None or parts.requirement.url:
        return ["unapprovable", ""]
    clauses = sorted(str(clause) for clause in parts.requirement.specifier)
    return ["requirement", canonicalize_name(parts.requirement.name) + ",".join(clauses)]


def line(parsed):
    if parsed.requirement is None:
        return [parsed.lineno, "ignored", ""]
    # Of "app -e folder", which pip takes and cannot install, the name is meant here.
    if parsed.is_editable and not parsed.args:
        return [parsed.lineno, "unapprovable", ""]
    return [parsed.lineno, *requirement(parsed.requirement)]


def lines(path):
    parser = RequirementsFileParser(PipSession(), get_line_parser(None))
    return [line(parsed) for parsed in parser.parse(path, constraint=False)]


def pylock(text):
    try:
        lock = Pylock.from_dict(tomli.loads(text))
    except PylockValidationError:
        return None
    return [
        [package.name, str(package.version)]
        for package in lock.packages
        if package.directory is None and package.vcs is None and package.archive is None
    ]


asked = json.load(sys.stdin)
answers = {
    "requirements": [lines(path) for path in asked["requirements"]],
    "pylock": [pylock(text) for text in asked["pylock"]],
}
json.dump(answers, sys.stdout)
