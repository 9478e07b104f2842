"""Answers questions about versions, specifiers, markers and requirements with the library packaging.

Reads one JSON list of questions a line, writes one JSON list of answers a line. An answer is null where
packaging refuses the text.
"""

import json
import sys

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


def version(text):
    value = Version(text)
    return [str(value), value.public, value.base_version, value.is_prerelease]


def order(left, right):
    a, b = Version(left), Version(right)
    return (a > b) - (a < b)


def specifiers(text, versions):
    value = SpecifierSet(text)
    names = any(clause.prereleases for clause in value)
    return [bool(names), [value.contains(Version(v), prereleases=True) for v in versions]]


def evaluate(marker, environment):
    try:
        return marker.evaluate(environment)
    except (UndefinedComparison, UndefinedEnvironmentName) as error:
        return type(error).__name__


def marker(text, environments):
    value = Marker(text)
    return [evaluate(value, environment) for environment in environments]


def requirement(text, versions, environment):
    value = Requirement(text)
    return {
        "name": canonicalize_name(value.name),
        "extras": sorted({canonicalize_name(extra) for extra in value.extras}),
        "url": value.url,
        "versions": [value.specifier.contains(Version(v), prereleases=True) for v in versions],
        "marker": value.marker and evaluate(value.marker, environment),
    }


QUESTIONS = {
    "version": version,
    "order": order,
    "specifiers": specifiers,
    "marker": marker,
    "requirement": requirement,
}
REFUSALS = (InvalidMarker, InvalidRequirement, InvalidSpecifier, InvalidVersion)


def answer(kind, *arguments):
    try:
        return QUESTIONS[kind](*arguments)
    except REFUSALS:
        return None
    except Exception as error:
        return "crash: " + repr(error)


for line in sys.stdin:
    print(json.dumps([answer(*question) for question in json.loads(line)]), flush=True)
