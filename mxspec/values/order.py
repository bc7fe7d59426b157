"""An order of the elements of a set that is the same in every process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mxspec.values.text import class_name, shown


def in_order(elements: Iterable[Any]) -> list[Any]:
    """Return the elements of a set in an order that does not change from process to process."""
    elements = list(elements)
    try:
        return sorted(elements)
    except Exception:  # of elements of several types, or whose own comparison raises
        return sorted(elements, key=lambda e: (class_name(e), shown(e)))
