"""A test has one name in every process, so that pytest-xdist can share the tests out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


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
