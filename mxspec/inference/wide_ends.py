"""Guards: wide bounds in place of a missing one, for columns that grow, drift or take new values.

    prices from 3.5 to 90, which drift  ->  from 0 to 790
    temperatures from -20 to 30         ->  from -420 to 430
    years from 1990 to 2024, ints       ->  from 1990 to 2124
    days from 2025-01-01 to 2025-03-31  ->  from 2025-01-01, with no end
    texts of 4 to 9 characters          ->  of 2 to 20 characters

A guard keeps the magnitude of numbers and their sign, no moment before the first seen, and about the length
of texts; their traits (no blanks at the ends, ASCII, one case) are in their pattern. So it notices another
unit, or -999 for a missing number, and lets a column go where it is likely to go. Two values, as of a flag,
reveal nothing about other magnitudes.

The widths were chosen on some 20 tables. The promise does not rest on them: a guard is made from the rows of
the structure, and the other rows that it refuses widen it and count, as with every other bound.
"""

from __future__ import annotations

import datetime
import decimal
import math
from typing import Any, Final

from mxspec.inference.sketch import Kind

LEAST_VALUES_TO_GUARD: Final = 3
_LEAST_LENGTHS: Final = 10  # different texts that show about their length
_WIDTHS: Final = 8
_CENTURY: Final = 100  # years

_DAY: Final = 86_400  # seconds
_INTS_OF_TIME: Final = (
    *((1900, 2100, 1), (190_001, 210_012, 1), (19_000_101, 21_001_231, 1)),
    *((946_684_800, 2_208_988_800, _DAY), (946_684_800_000, 2_208_988_800_000, 1000 * _DAY)),
)
"""Ranges of ints that stand for years, months, days, and for seconds and milliseconds from 2000 to 2040, each
with the step to the next."""


def step_of_time(low: Any, high: Any) -> int:
    """Return the step to the next of ints that stand for time; 0 for other ints.

    Example:
        >>> step_of_time(1990, 2024), step_of_time(1, 31)
        (1, 0)
    """
    return next((step for first, last, step in _INTS_OF_TIME if first <= low and high <= last), 0)


def wide_ends(kind: Kind, name: str, low: Any, high: Any) -> tuple[Any, Any]:
    """Return the ends of the guard of a range; None for an open end.

    Args:
        kind: the values of the rows of the structure.
        name: what is compared, "value", "length" or the name of a format.
        low, high: its least and greatest.

    Example:
        >>> prices = Kind("float", values=dict.fromkeys([3.5, 4.0, 90.0], (1, 0)))
        >>> wide_ends(prices, "value", 3.5, 90.0), wide_ends(prices, "value", -2.0, 0.5)
        ((0.0, 790.0), (-22.0, 21.0))
        >>> wide_ends(prices, "value", 3.5, 1e308)  # no number is so large
        (0.0, None)
    """
    count = LEAST_VALUES_TO_GUARD if kind.values is None else len(kind.values)
    if name == "length":
        is_known = kind.values is None or count >= _LEAST_LENGTHS
        return (low // 2, 2 * high + 2) if is_known else (min(low, 1), None)
    if isinstance(low, datetime.date):
        return low, None
    if type(low) is int and step_of_time(low, high):
        return low, high + (_CENTURY if high <= _INTS_OF_TIME[0][1] else _WIDTHS * (high - low) + _CENTURY)
    if count < LEAST_VALUES_TO_GUARD or isinstance(low, datetime.time) or low != low or high != high:
        return None, None
    if not _are_finite(low, high):  # of a range that was widened before, or with infinite values
        return (low - low if 0 <= low < math.inf else None), (high - high if -math.inf < high <= 0 else None)
    zero = low - low
    size = max(abs(low), abs(high))
    by = _WIDTHS * max(high - low, -(-size // 10) if isinstance(low, int) else size / 10)
    below, above = round_outwards(low, high, (by, by))
    least, most = zero if low >= zero else below, zero if high <= zero else above
    return least if _are_finite(least) else None, most if _are_finite(most) else None


def _are_finite(*ends: Any) -> bool:
    return all(not isinstance(x, (float, decimal.Decimal)) or math.isfinite(x) for x in ends)


def round_outwards(low: Any, high: Any, beyond: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return wider ends; what is added to floats is rounded outwards to two digits.

    Example:
        >>> round_outwards(18.25, 284.91599, (0, 26.66599)), round_outwards(0, 9, (9, 1))
        ((18.25, 312.0), (-9, 10))
    """
    ends = [low - beyond[0], high + beyond[1]]
    for i, (by, rounding) in enumerate(
        zip(beyond, (decimal.ROUND_FLOOR, decimal.ROUND_CEILING), strict=True)
    ):
        x = ends[i]
        if type(x) is float and by and math.isfinite(by) and math.isfinite(x):
            unit = decimal.Decimal(1).scaleb(math.floor(math.log10(by)) - 1)
            ends[i] = float((decimal.Decimal(x) / unit).to_integral_value(rounding) * unit)
    return ends[0], ends[1]
