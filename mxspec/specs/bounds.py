"""Numbers of numpy's types beside bounds, without the overflow and the rounding of numpy's own casts."""

from __future__ import annotations

import functools
import math
import operator
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]


def up(bound: Any) -> Any:
    """Return the least whole number from bound on."""
    return bound if math.isinf(bound) else math.ceil(bound)


def down(bound: Any) -> Any:
    """Return the greatest whole number up to bound."""
    return bound if math.isinf(bound) else math.floor(bound)


def int_range(dtype: Any) -> tuple[int, int]:
    """Return the least and the greatest number of an integer type, or of bool."""
    import numpy as np

    return (0, 1) if dtype.kind == "b" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))


def below(values: Array, bound: Any) -> Any:
    """Return which values are below bound, as an array of bools."""
    import numpy as np

    if values.dtype.kind == "f":
        return _float_compared(values, bound, operator.lt)
    least, most = int_range(values.dtype)
    if bound <= least:
        return np.zeros(values.shape, bool)
    limit = up(bound)
    return np.ones(values.shape, bool) if limit > most else values < values.dtype.type(limit)


def above(values: Array, bound: Any) -> Any:
    """Return which values are above bound, as an array of bools."""
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
    """Return bound as a float of dtype, or None if it is beyond what such a float holds.

    As infinity, which numpy makes of it, it would let infinity pass.
    """
    import numpy as np

    with np.errstate(over="ignore"):
        near = dtype.type(bound)
    return None if math.isinf(near) and not math.isinf(bound) else near


def pass_min_max(values: Array, low: Any, high: Any, finite: bool) -> bool:
    """True if a min-max check shows that all values are within bounds, and finite where that is asked.

    That takes one pass for each of the two. Where the answer is False, `below` and `above` have the last
    word. NaN is both the least and the greatest of the values that it is among, and within no bounds.
    """
    if low is None and high is None and not finite:
        return True
    kind = values.dtype.kind
    if kind not in "biuf" or not values.size:
        return False
    least, most = values.min(), values.max()
    if kind != "f":
        return (low is None or int(least) >= low) and (high is None or int(most) <= high)
    if finite and not (math.isfinite(least) and math.isfinite(most)):
        return False
    least_bound = None if low is None else _nearest(values.dtype, float(low))
    most_bound = None if high is None else _nearest(values.dtype, float(high))
    return (low is None or (least_bound is not None and bool(least >= least_bound))) and (
        high is None or (most_bound is not None and bool(most <= most_bound))
    )


def float_limits(dtype: Any, low: Any, high: Any) -> dict[str, Any]:
    """Return the least and the greatest finite number of dtype between the bounds; {} if there is none."""
    import numpy as np

    top = min(float(np.finfo(dtype).max), sys.float_info.max)
    with np.errstate(over="ignore"):
        least, most = (
            none if bound is None else float(dtype.type(float(bound)))
            for bound, none in ((low, -math.inf), (high, math.inf))
        )
    least, most = max(least, -top), min(most, top)
    return {"min_value": least, "max_value": most} if least <= most else {}
