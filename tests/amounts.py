"""How much a benchmark or a tool does: the whole, which gives figures, or the least that runs its lines.

    $ SMALLEST=1 python -m tests.benchmarks.boundaries

The slow suite runs each of them once in its smallest size (tests/test_tools.py).
"""

import os
from typing import TypeVar

T = TypeVar("T")
IS_SMALLEST = bool(os.environ.get("SMALLEST"))  # in the environment, which processes that are started share


def amount(whole: T, smallest: T) -> T:
    """Return how much to do: `smallest` where the environment variable SMALLEST is set."""
    return smallest if IS_SMALLEST else whole
