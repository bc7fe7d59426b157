"""An order of the elements of a set that is the same in every process."""

from __future__ import annotations

from typing import Any


def in_order(elements: Any) -> list[Any]:
    """The elements of a set in an order that does not change from process to process."""
    elements = list(elements)
    try:
        return sorted(elements)
    except TypeError:
        return sorted(elements, key=lambda e: (type(e).__name__, repr(e)))
