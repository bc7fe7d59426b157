"""Bounds that are numbers of any type, as bounds of ints and of floats; tests of a multiple and a length."""

from __future__ import annotations

import math
import sys
from typing import Any


def float_from(low: Any) -> float:
    """Return the least float that is not below a bound, which may be None.

    Example:
        >>> float_from(10**400), float_from(None)
        (inf, -inf)
    """
    if low is None:
        return -math.inf
    try:
        near = float(low)
    except OverflowError:
        return math.inf if low > 0 else -sys.float_info.max
    return near if near >= low else math.nextafter(near, math.inf)


def float_to(high: Any) -> float:
    """Return the greatest float that is not above a bound, which may be None."""
    return math.inf if high is None else -float_from(-high)


def float_after(low: Any) -> float:
    """Return the least float above a bound."""
    near = float_from(low)
    return math.nextafter(near, math.inf) if near == low else near


def float_before(high: Any) -> float:
    """Return the greatest float below a bound."""
    return -float_after(-high)


def int_from(low: Any) -> int | None:
    """Return the least int that is not below a bound, or None if all are above it.

    Raises:
        ValueError: no int is.
    """
    if low == -math.inf:
        return None
    if low == math.inf or low != low:
        raise ValueError(f"no int is from {low!r}")
    least: int = math.ceil(low)
    return least


def int_after(low: Any) -> int | None:
    """Return the least int above a bound, or None if all are."""
    least = int_from(low)
    return least + 1 if least is not None and least == low else least


def is_multiple(of: Any, x: Any) -> bool:
    """True if x is a multiple of a number. As in the operators of a partial, the limit comes first."""
    return bool(x % of == 0)


def has_length_from(least: int, x: Any) -> bool:
    """True if x has a length of at least so many."""
    return len(x) >= least


def has_length_to(most: int, x: Any) -> bool:
    """True if x has a length of at most so many."""
    return len(x) <= most
