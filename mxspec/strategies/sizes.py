"""The size of a draw: 0 for the first value of a sample, and one more for each that follows (gen/sized).

A sample begins with values to look at: small ints, short texts, collections of few. Each strategy here draws
as it would in a test, and then brings the value nearer to the simplest one as far as the size asks for it. In
a test of Hypothesis there is no size, and the value stays what Hypothesis has drawn.
"""

from __future__ import annotations

import contextvars
import functools
import math
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]

LARGEST: Final = 200
"""The sizes of a long sample are 0 to 199, again and again (clojure.test.check's number)."""

OF_ONE: Final = 30
"""The size of a single value, as generate draws it (clojure.test.check's number)."""

_SPECIAL: Final = 10  # the size from which infinities and NaN are drawn

_size: contextvars.ContextVar[int | None] = contextvars.ContextVar("size", default=None)


class at_size:
    """Have all values that are drawn inside be of a size; None leaves them as they are drawn.

    A class, as a context of contextlib takes a microsecond more, and each value is drawn in two or more.
    """

    __slots__ = ("_size", "_token")

    def __init__(self, size: int | None) -> None:
        self._size = size
        self._token: contextvars.Token[int | None]

    def __enter__(self) -> None:
        self._token = _size.set(self._size)

    def __exit__(self, *error: object) -> None:
        _size.reset(self._token)


def larger(more: int) -> at_size:
    """Return a context in which drawn values are larger than usual, if they have a size."""
    size = _size.get()
    return at_size(None if size is None else size + more)


def ints(strategy: Strategy, low: int | None = None, high: int | None = None) -> Strategy:
    """Return a strategy of ints, of which those of a sample begin near 0, or near the bound next to it."""
    return _mapped(strategy, functools.partial(_nearer_int, low, high))


def floats(strategy: Strategy, low: float | None = None, high: float | None = None) -> Strategy:
    """Return a strategy of floats, of which those of a sample begin near 0, or near the bound next to it."""
    return _mapped(strategy, functools.partial(_nearer_float, low, high))


def decimals(strategy: Strategy) -> Strategy:
    """Return a strategy of decimals, of which those of a sample begin near 0, with two decimals."""
    return _mapped(strategy, _nearer_decimal)


def unit(origin: float) -> float:
    """Return how far from each other floats near a bound are to be: 1.0, or more where floats are rarer."""
    return max(1.0, 1024 * math.ulp(origin)) if math.isfinite(origin) else 1.0


def sequences(strategy: Strategy, least: int = 0) -> Strategy:
    """Return a strategy of lists, texts or bytes, of which those of a sample begin with few elements."""
    return _mapped(strategy, functools.partial(_shorter, least))


def _mapped(strategy: Strategy, nearer: Callable[[Any], Any]) -> Strategy:
    from hypothesis import strategies as st

    # Drawing from a composite takes a third less than from strategy.map(nearer).
    @st.composite
    def near(draw: Callable[[Strategy], Any]) -> Any:
        return nearer(draw(strategy))

    return near()


def _reach(size: int) -> int:
    """Return how far from the simplest one a number of some size may be: 0 1 1 3 3 7 7 15 15 31 ..."""
    return int(2 ** ((size + 1) // 2)) - 1


def _nearer_int(low: int | None, high: int | None, x: int) -> int:
    size = _size.get()
    if size is None:
        return x
    origin, reach = max(low, 0) if low is not None else min(high or 0, 0), _reach(size)
    distance = x - origin
    if -reach <= distance <= reach:
        return x
    distance = distance % (reach + 1) if distance > 0 else -(-distance % (reach + 1))
    return origin + distance if _within(low, high, origin + distance) else origin - distance


def _nearer_float(low: float | None, high: float | None, x: float) -> float:
    size = _size.get()
    if size is None or (size >= _SPECIAL and not math.isfinite(x)):
        return x
    origin = float(max(low, 0.0) if low is not None else min(high or 0.0, 0.0))
    reach = _reach(size) * unit(origin)
    if math.isinf(origin) or abs(x - origin) <= reach:
        return x
    # Most floats are huge, and multiples of every reach; what tells them apart is the fraction.
    share = 2 * abs(math.frexp(x)[0]) - 1 if math.isfinite(x) else 1.0
    near = origin + math.copysign(share * reach, x - origin)
    return near if _within(low, high, near) else x


def _nearer_decimal(x: Decimal) -> Decimal:
    size = _size.get()
    if size is None or (size >= _SPECIAL and not x.is_finite()):
        return x
    digits = int("".join(map(str, x.as_tuple().digits)) or 0) if x.is_finite() else 0
    return Decimal(digits % (100 * _reach(size) + 1)).scaleb(-2).copy_sign(x)


def _within(low: float | None, high: float | None, x: float) -> bool:
    return (low is None or low <= x) and (high is None or x <= high)


def _shorter(least: int, xs: Any) -> Any:
    size = _size.get()
    return xs if size is None or len(xs) <= max(least, size) else xs[: max(least, size)]
