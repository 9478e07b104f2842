"""Answers questions about conda versions and match specs with conda itself and with rattler.

Reads one JSON list of questions a line, writes one JSON list of answers a line. Each answer is what conda says and
what rattler says; null where a client refuses the text.
"""

import json
import logging
import sys
import warnings

from conda.exceptions import InvalidMatchSpec, InvalidVersionSpec
from conda.models import match_spec as conda_match
from conda.models import version as conda_version
import rattler
from rattler import exceptions

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

REFUSALS = (
    InvalidMatchSpec,
    InvalidVersionSpec,
    exceptions.InvalidMatchSpecError,
    exceptions.InvalidVersionError,
    exceptions.InvalidVersionSpecError,
)


def compare(make, left, right):
    a, b = make(left), make(right)
    return (a > b) - (a < b)


def conda_spec(text, versions):
    spec = conda_version.VersionSpec(text)
    return [attempt(spec.match, version) for version in versions]


def rattler_spec(text, versions):
    spec = rattler.VersionSpec(text)
    return [attempt(lambda v: spec.matches(rattler.Version(v)), version) for version in versions]


def conda_match_spec(text, records):
    spec = conda_match.MatchSpec(text)
    return [attempt(spec.match, {**record, "md5": None}) for record in records]


def rattler_match_spec(text, records):
    spec = rattler.MatchSpec(text)
    return [attempt(lambda r: spec.matches(rattler_record(**r)), record) for record in records]


def rattler_record(build, **others):
    return rattler.PackageRecord(build=rattler.BuildString(build), **others)


QUESTIONS = {
    "order": (
        lambda *pair: compare(conda_version.VersionOrder, *pair),
        lambda *pair: compare(rattler.Version, *pair),
    ),
    "spec": (conda_spec, rattler_spec),
    "match": (conda_match_spec, rattler_match_spec),
}


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except REFUSALS:
        return None
    except Exception as error:
        return "crash: " + repr(error)


for line in sys.stdin:
    answers = [
        [attempt(client, *question[1:]) for client in QUESTIONS[question[0]]]
        for question in json.loads(line)
    ]
    print(json.dumps(answers), flush=True)
