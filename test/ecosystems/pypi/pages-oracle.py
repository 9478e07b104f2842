"""Answers questions about file names, tags, core metadata and HTML with packaging and html.parser.

Reads a JSON list of questions and writes a JSON list of answers. An answer is null where the text is refused.
"""

import base64
import json
import sys
from html.parser import HTMLParser

from packaging import _manylinux, _musllinux, metadata, tags, utils


def wheel(filename):
    try:
        name, version, build, found = utils.parse_wheel_filename(filename)
    except utils.InvalidWheelFilename:
        return None
    return {"project": name, "version": str(version), "hasBuild": build != (), "tags": sorted(map(str, found))}


def sdist(filename):
    try:
        name, version = utils.parse_sdist_filename(filename)
    except utils.InvalidSdistFilename:
        return None
    return {"project": name, "version": str(version)}


def platforms(family, major, minor, architecture):
    if family == "macosx":
        return list(tags.mac_platforms((major, minor), architecture))
    if family == "musllinux":
        _musllinux._get_musl_version = lambda _: _musllinux._MuslVersion(major, minor)
        return [*_musllinux.platform_tags([architecture]), "linux_" + architecture]
    if family == "manylinux":
        _manylinux._get_glibc_version = lambda: _manylinux._GLibCVersion(major, minor)
        _manylinux._have_compatible_abi = lambda *_: True
        return [*_manylinux.platform_tags([architecture]), "linux_" + architecture]
    return [family]


def compatible(minor, family, *platform):
    names = platforms(family, *platform) if platform else [family]
    own = f"cp3{minor}"
    found = {*tags.cpython_tags((3, minor), [own], names), *tags.compatible_tags((3, minor), own, names)}
    return sorted(map(str, found))


def email(encoded):
    raw, unparsed = metadata.parse_email(base64.b64decode(encoded))
    unparsed.pop("description", None)  # may be bytes
    return {"raw": raw, "unparsed": unparsed}


class Elements(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append([tag, attrs])


def html(text):
    parser = Elements()
    parser.feed(text)
    parser.close()
    return parser.found


QUESTIONS = {"wheel": wheel, "sdist": sdist, "compatible": compatible, "email": email, "html": html}

json.dump([QUESTIONS[kind](*arguments) for kind, *arguments in json.load(sys.stdin)], sys.stdout)
