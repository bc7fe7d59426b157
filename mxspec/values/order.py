"""An order of the elements of a set that is the same in every process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def in_order(elements: Iterable[Any]) -> list[Any]:
    """Return the elements of a set in an order that does not change from process to process."""
    elements = list(elements)
    try:
        return sorted(elements)
    except TypeError:
        return sorted(elements, key=lambda e: (type(e).__name__, repr(e)))
