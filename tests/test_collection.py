"""A test has one name in every process, so that pytest-xdist can share the tests out, and is in one suite."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def names(marked, seed="0"):
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", marked, "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 5), ran.stdout  # 5: none is collected
    return [line for line in ran.stdout.splitlines() if "::" in line]


@pytest.mark.slow
def test_the_tests_have_the_same_names_in_every_process():
    once = names("", seed="1")
    assert len(once) > 1000
    assert once == names("", seed="2")


@pytest.mark.slow
def test_no_test_is_in_two_suites():
    assert names("slow and stress or slow and web or stress and web") == []
