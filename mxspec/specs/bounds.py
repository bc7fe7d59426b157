"""Numbers of numpy's types beside bounds, without the overflow and the rounding of numpy's own casts."""

from __future__ import annotations

import functools
import math
import operator
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]


def up(bound: Any) -> Any:
    """The least whole number from bound on."""
    return bound if math.isinf(bound) else math.ceil(bound)


def down(bound: Any) -> Any:
    """The greatest whole number up to bound."""
    return bound if math.isinf(bound) else math.floor(bound)


def int_range(dtype: Any) -> tuple[int, int]:
    """The least and the greatest number of an integer type, or of bool."""
    import numpy as np

    return (0, 1) if dtype.kind == "b" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))


def below(values: Array, bound: Any) -> Any:
    """Which values are below bound."""
    import numpy as np

    if values.dtype.kind == "f":
        return _float_compared(values, bound, operator.lt)
    least, most = int_range(values.dtype)
    if bound <= least:
        return np.zeros(values.shape, bool)
    limit = up(bound)
    return np.ones(values.shape, bool) if limit > most else values < values.dtype.type(limit)


def above(values: Array, bound: Any) -> Any:
    """Which values are above bound."""
    import numpy as np

    if values.dtype.kind == "f":
        return _float_compared(values, bound, operator.gt)
    least, most = int_range(values.dtype)
    if bound >= most:
        return np.zeros(values.shape, bool)
    limit = down(bound)
    return np.ones(values.shape, bool) if limit < least else values > values.dtype.type(limit)


def _float_compared(values: Array, bound: Any, compare: Callable[[Any, Any], Any]) -> Any:
    near = _nearest(values.dtype, float(bound))
    return compare(values.astype("float64"), float(bound)) if near is None else compare(values, near)


@functools.lru_cache
def _nearest(dtype: Any, bound: float) -> Any:
    """bound as a float of dtype, or None if it is beyond what such a float holds.

    As infinity, which numpy makes of it, it would let infinity pass.
    """
    import numpy as np

    with np.errstate(over="ignore"):
        near = dtype.type(bound)
    return None if math.isinf(near) and not math.isinf(bound) else near


# Unsigned ints of as many bits as floats in the byte order of the machine.
_BITS: Final[dict[str, str]] = {
    dtype: f"u{dtype[2:]}" for dtype in ("<f4", "<f8") if sys.byteorder == "little"
}


def hold(values: Array, low: Any, high: Any, finite: bool) -> bool:
    """Whether the least and the greatest of some numbers tell that all are as asked.

    That is one pass for each of the two; where the answer is False, `below` and `above` have the last word.
    NaN is the least and the greatest number wherever it is among them, and within no bounds.
    """
    import numpy as np

    if low is None and high is None and not finite:
        return True
    kind = values.dtype.kind
    if kind not in "biuf" or not values.size:
        return False
    if kind == "f" and low == 0 and high is not None and (bits := _BITS.get(values.dtype.str)) is not None:
        # One pass instead of two: floats from 0 up are in the order of their bits, and below what is negative
        # or NaN. (-0.0 counts as negative here, so it takes the long way.)
        near = _nearest(values.dtype, float(high))
        if near is not None and 0 <= near < math.inf and values.view(bits).max() <= near.view(bits):
            return True
    least, most = np.minimum.reduce(values, axis=None), np.maximum.reduce(values, axis=None)
    if kind != "f":
        return (low is None or int(least) >= low) and (high is None or int(most) <= high)
    if finite and not (math.isfinite(least) and math.isfinite(most)):
        return False
    for bound, compare, extreme in ((low, operator.ge, least), (high, operator.le, most)):
        if bound is not None:
            near = _nearest(values.dtype, float(bound))
            if near is None or not compare(extreme, near):
                return False
    return True


def float_limits(dtype: Any, low: Any, high: Any) -> dict[str, Any]:
    """The least and the greatest finite number of dtype between the bounds; nothing if there is none."""
    import numpy as np

    top = min(float(np.finfo(dtype).max), sys.float_info.max)
    with np.errstate(over="ignore"):
        least, most = (
            none if bound is None else float(dtype.type(float(bound)))
            for bound, none in ((low, -math.inf), (high, math.inf))
        )
    least, most = max(least, -top), min(most, top)
    return {"min_value": least, "max_value": most} if least <= most else {}
