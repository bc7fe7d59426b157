"""A test has one name in every process, so that pytest-xdist can share the tests out, and is in one suite."""

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Prints each test with the suites that it is in.
PROGRAM = """
import pytest

class Names:
    def pytest_collection_finish(self, session):
        for item in session.items:
            suites = [name for name in ("slow", "stress", "web") if item.get_closest_marker(name)]
            print("TEST", " ".join(suites), item.nodeid, sep="\\t")

options = ["--collect-only", "-q", "-m", "", "-p", "no:cacheprovider"]
raise SystemExit(pytest.main(options, plugins=[Names()]))
"""


@functools.cache
def collect(seed):
    """Return the names of all tests, each with the suites that it is in, as a process of a seed has them."""
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM]
    ran = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    rows = [line.split("\t", 2)[1:] for line in ran.stdout.splitlines() if line.startswith("TEST\t")]
    return [(name, suites.split()) for suites, name in rows]


@pytest.mark.slow
def test_the_tests_have_the_same_names_in_every_process():
    once = collect("1")
    assert len(once) > 1000
    assert once == collect("2")


@pytest.mark.slow
def test_no_test_is_in_two_suites():
    assert [name for name, suites in collect("1") if len(suites) > 1] == []
