"""The rows of a table by the suite that runs them: by default, in `make test-slow`, in `make test-stress`.

Small on purpose: the tables of random seeds share it.
"""

from collections.abc import Iterable
from typing import Any

import pytest


def rows_by_suite(
    default: Iterable[Any] = (), *, slow: Iterable[Any] = (), stress: Iterable[Any] = ()
) -> list[Any]:
    """Return the rows of a table, those of the slow and of the stress suite marked."""
    marked = ((slow, pytest.mark.slow), (stress, pytest.mark.stress))
    return [*default, *(pytest.param(row, marks=mark) for rows, mark in marked for row in rows)]
