"""What the fuzzer found, and a seed of each kind of file: no target raises."""

import importlib.util

import pytest

from tests.fuzz.fuzz import EXAMPLES
from tests.fuzz.targets import TARGETS

FILES = sorted(path for path in EXAMPLES.glob("*/*") if path.is_file())
NEEDS = {"picture": "PIL", "graph": "mxnet"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_example_is_read_or_refused(path):
    needed = NEEDS.get(path.parent.name)
    if needed and not importlib.util.find_spec(needed):
        pytest.skip(f"needs {needed}")
    TARGETS[path.parent.name](path.read_bytes())
