"""A test has one name in every process, so that pytest-xdist can share the tests out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.row_ids import row_id

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"b", "a", 1}, "{'a', 'b', 1}"),
        ([frozenset({"b", "a"}), [{2, 1}]], "[{'a', 'b'}, [{1, 2}]]"),
        (set(), "set()"),
        (int, "int"),
        (row_id, "row_id"),
        (object(), "<object object>"),
        ((object(), "x"), "(<object object>, 'x')"),
    ],
)
def test_a_row_is_named_without_an_address_and_in_order(value, name):
    assert row_id(value) == name


@pytest.mark.slow
def test_the_tests_have_the_same_names_in_every_process():
    def names(seed):
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "", "-p", "no:cacheprovider"]
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
        return [line for line in ran.stdout.splitlines() if "::" in line]

    once = names("1")
    assert len(once) > 1000
    assert once == names("2")
