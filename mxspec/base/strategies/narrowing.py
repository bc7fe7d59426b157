"""Bounds of predicates become bounds of a strategy: and_(int, lambda n: n > 5) draws integers(min_value=6).

and_(int, is_even, lambda n: 0 <= n < 100) draws from 0 to 49, times 2, so that no draw is refused. The row of
each predicate has its bounds; Hypothesis reads a lambda's bounds in its source. They are combined for a
class: a least and a greatest number, a factor with a remainder, a length, two moments. A bound that can't be
put into the draw filters it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any, Final, Literal

from mxspec import predicates as p
from mxspec.base.predicate_rows import ROWS, PredicateRow, row_of
from mxspec.base.strategies import combine, moments, sampling, simple
from mxspec.base.strategies.combine import Strategy
from mxspec.base.strategies.simple import floats_between, fractions, ints, scalars, sized_lists, sized_text
from mxspec.base.value_types import NUMBERS, VALUE_TYPES
from mxspec.errors import GeneratorError


def narrow(strategy: Strategy, kind: Any, preds: Sequence[Any], what: str = "") -> tuple[Strategy, bool]:
    """Return the strategy of kind within the bounds of preds, and True if preds add no other condition.

    Raises:
        GeneratorError: nothing is within the bounds; the message calls the spec `what`.
    """
    own, read = row_of(kind) or PredicateRow(), list(map(bounds_of, preds))
    cls = _class_of(own)
    drawn = [row for row, _ in read if row.has_bounds and _says_how_to_draw(row, cls)]
    if drawn:
        try:
            within = draw_within(strategy, cls, [own, *drawn])
        except NothingWithin as why:
            raise combine.no_value(what, f"no value is within all of its bounds: {why}") from None
        if within is None or within.is_empty:
            raise combine.no_value(what, "no value is within all of its bounds")
        strategy = within
    return strategy, len(drawn) == len(preds) and all(complete for _, complete in read) and not own.marks


class NothingWithin(Exception):
    """The error for bounds without a value between them; the message names the bounds."""


def draw_within(strategy: Strategy, cls: Any, rows: Sequence[PredicateRow]) -> Strategy | None:
    """Return the strategy of a class within the bounds of several rows, or None if no value lies within."""
    if not any(row.has_bounds for row in rows):
        return strategy
    try:
        if cls in _SIZED:
            # int_from rounds a length such as 2.5 up to 3; of a greatest length, the negative is rounded up.
            least = max((simple.int_from(row.least) or 0 for row in rows if row.least is not None), default=0)
            mosts = [simple.int_from(-row.most) for row in rows if row.most is not None]
            most = min((-most for most in mosts if most is not None), default=None)
            if most is not None and least > most:
                raise NothingWithin(f"a length of {least} or more is required, and of {most} or less")
            if cls is list:
                return sized_lists(scalars(), least, most)
            return sized_text(cls is bytes, least, most)
        if cls in moments.KINDS:
            return _moments(cls, rows)
        if cls in (int, Real):
            whole = _ints(rows)
            if cls is int:
                return whole
            several_kinds = [some for some in (whole, _float_range(rows)) if some is not None]
            return combine.one_of(several_kinds) if several_kinds else None
        if cls in _FRACTIONAL and any(row.factor is not None for row in rows):
            return _multiples(cls, rows)
        if cls is float:
            return _float_range(rows)
        if cls in (Decimal, Fraction):
            return _exact_numbers(cls, rows)
        if (count := _count_of(cls)) is not None:
            return _counted_values(count, rows)
    except GeneratorError:
        raise
    except ValueError:  # a bound is infinite, and no int lies beyond it
        return None
    except (TypeError, ArithmeticError):
        pass
    tests = _filters(rows)
    if cls in (None, object):  # Hypothesis narrows none of these, and gives a filter three tries
        return sampling.such_that(lambda x: all(within(x) for within in tests), strategy)
    for within in tests:
        strategy = strategy.filter(within)
    return strategy


def _count_of(cls: Any) -> Any:
    return VALUE_TYPES[cls].count if cls in VALUE_TYPES else None


def _counted_values(count: Any, rows: Sequence[PredicateRow]) -> Strategy | None:
    place, value, last = count
    lows = [place(row.low[0]) + row.low[1] for row in rows if row.low is not None]
    highs = [place(row.high[0]) - row.high[1] for row in rows if row.high is not None]
    least, most = max(0, *lows), min(last, *highs)
    return None if least > most else ints(least, most).map(value)


def _int_range(rows: Sequence[PredicateRow]) -> tuple[int | None, int | None]:
    """Return the least and the greatest int within bounds, None for no limit."""
    lows = [simple.int_from(*row.low) for row in rows if row.low is not None]
    highs = [simple.int_from(-row.high[0], row.high[1]) for row in rows if row.high is not None]
    least = max((low for low in lows if low is not None), default=None)
    return least, min((-high for high in highs if high is not None), default=None)


def _ints(rows: Sequence[PredicateRow]) -> Strategy | None:
    """Return a strategy of the ints within bounds with the required remainders, or None for no int."""
    least, most = _int_range(rows)
    factor, remainder = 1, 0
    for row in rows:
        if row.factor is not None:  # two remainders become one by the Chinese remainder theorem
            common = math.gcd(factor, row.factor)
            if (row.remainder - remainder) % common:
                raise NothingWithin("no int has all of the remainders")
            other = abs(row.factor) // common
            steps = (row.remainder - remainder) // common * pow(factor // common, -1, other)
            remainder += factor * (steps % other)
            factor *= other
    # factor * n + remainder is within the bounds for n from first to last.
    first = None if least is None else -((remainder - least) // factor)
    last = None if most is None else (most - remainder) // factor
    if first is not None and last is not None and first > last:
        if factor > 1:
            raise NothingWithin(f"no {'int of its remainder by' if remainder else 'multiple of'} {factor} is")
        return None
    whole = ints(first, last)
    return whole if factor == 1 else combine.fmap(lambda n: factor * n + remainder, whole)


def _moments(kind: type, rows: Sequence[PredicateRow]) -> Strategy | None:
    """Return a strategy of dates, times or spans of time within bounds, or None if nothing lies within."""
    lower = [row.low for row in rows if row.low is not None]
    upper = [row.high for row in rows if row.high is not None]
    try:
        lows = [moments.next_moment(low) if is_open else low for low, is_open in lower]
        highs = [moments.next_moment(high, -1) if is_open else high for high, is_open in upper]
        if None in lows or None in highs:
            return None
        low, high = max(lows, default=None), min(highs, default=None)
        return moments.moments_between(kind, low, high, *(zone for row in rows for zone in row.zones))
    except (TypeError, AttributeError) as error:  # only some bounds have a time zone, or one is not a date
        raise NothingWithin(f"they do not compare: {error}") from error


def _float_range(rows: Sequence[PredicateRow]) -> Strategy | None:
    """Return a strategy of the floats within bounds, or None if nothing lies within."""
    least = max((simple.float_from(*row.low) for row in rows if row.low is not None), default=-math.inf)
    highs = (-simple.float_from(-row.high[0], row.high[1]) for row in rows if row.high is not None)
    most = min(highs, default=math.inf)
    if least > most:
        return None
    return floats_between(None if least == -math.inf else least, None if most == math.inf else most)


def _exact_numbers(kind: type, rows: Sequence[PredicateRow]) -> Strategy:
    """Return a strategy of the decimals or fractions within bounds."""
    from hypothesis import strategies as st

    least = max((kind(row.low[0]) for row in rows if row.low is not None), default=None)
    most = min((kind(row.high[0]) for row in rows if row.high is not None), default=None)
    if least is not None and most is not None and least > most:
        return st.nothing()
    infinite = False if ROWS[p.is_decimal] in rows else None
    strategy: Strategy = (
        fractions(least, most)
        if kind is Fraction
        else st.decimals(least, most, allow_nan=False, allow_infinity=infinite)
    )
    # Hypothesis takes no open bounds for these, often draws the bound itself, and gives a filter three tries.
    tests = _filters(rows)
    return sampling.such_that(lambda x: all(within(x) for within in tests), strategy)


_FRACTIONAL: Final = frozenset(NUMBERS) - {int}
"""The classes with multiples that are drawn here, of a factor of the same class or of an int."""

_WHOLE_FLOATS: Final = 1 << 53  # all ints to here are floats
_LARGER: Final = 1 << 20  # so many times the largest bound are floats drawn without a bound


def _multiples(kind: type, rows: Sequence[PredicateRow]) -> Strategy:
    """Return a strategy of the floats, decimals or fractions within bounds that are multiples of factors.

    The multiples are n times the least common one. Few multiples of the float .1 are floats themselves: it
    has 52 bits, so that only its products with powers of two, such as 1.6, need no rounding. Floats are drawn
    as n * 2**k * .1 for small n, and for each k where such n lie within the bounds.

    Raises:
        NothingWithin: no decimal or fraction within the bounds is a multiple.
    """
    factors = [Fraction(row.factor) for row in rows if row.factor is not None]
    below = math.lcm(*(factor.denominator for factor in factors))
    factor = Fraction(math.lcm(*(int(factor * below) for factor in factors)), below)
    lows, highs = _finite_ends(rows, "low"), _finite_ends(rows, "high")
    steps, largest = [factor], []
    if kind is float:
        most = _WHOLE_FLOATS // (factor.numerator // (factor.numerator & -factor.numerator)) or 1
        reach = max([factor, *(abs(limit) for limit, _ in [*lows, *highs])]) * _LARGER
        scales = range(0, max(1, math.ceil(reach / factor).bit_length()), max(1, most.bit_length() - 1))
        steps, largest = [factor * 2**k for k in scales], [most]
    several = []
    for step in steps:
        least = [math.floor(end / step) + 1 if is_open else math.ceil(end / step) for end, is_open in lows]
        last = [math.ceil(end / step) - 1 if is_open else math.floor(end / step) for end, is_open in highs]
        first_n = max([*least, *(-n for n in largest)], default=None)
        last_n = min([*last, *largest], default=None)
        if first_n is None or last_n is None or first_n <= last_n:
            several.append(combine.fmap(functools.partial(_multiple_of, kind, step), ints(first_n, last_n)))
    if not several and kind is float and (others := _float_range(rows)) is not None:
        several.append(others)  # there may be one, but hardly
    if not several:
        raise NothingWithin(f"no multiple of {factor} is")
    return sampling.such_that(_AllTests(_filters(rows)), combine.one_of(several))


class _AllTests:
    """The bounds of rows as one predicate."""

    def __init__(self, tests: Sequence[Callable[[Any], bool]]) -> None:
        self.tests = tests

    def __call__(self, x: Any) -> bool:
        return all(within(x) for within in self.tests)

    def __repr__(self) -> str:
        return "a multiple within the bounds"


def _multiple_of(kind: type, step: Fraction, n: int) -> Any:
    x = n * step
    try:
        return Decimal(x.numerator) / Decimal(x.denominator) if kind is Decimal else kind(x)
    except OverflowError:  # beyond all floats
        return kind(0)


def _finite_ends(rows: Sequence[PredicateRow], side: Literal["low", "high"]) -> list[tuple[Any, bool]]:
    """Return the bounds of rows on a side, each with True if it is open, without one that bounds nothing.

    Raises:
        ValueError: nothing lies beyond an infinite bound.
    """
    ends = [end for row in rows if (end := getattr(row, side)) is not None]
    if any(math.isinf(limit) and (limit > 0) == (side == "low") for limit, _ in ends):
        raise ValueError(f"an infinite bound as the {side} end")
    return [(Fraction(limit), is_open) for limit, is_open in ends if not math.isinf(limit)]


class _Within(functools.partial[bool]):
    """A bound as a partial, which Hypothesis reads; it refuses a value that does not compare with it."""

    def __call__(self, /, *args: Any, **kwargs: Any) -> bool:
        try:
            return super().__call__(*args, **kwargs)
        except (TypeError, ArithmeticError):  # Decimal("NaN") can't be compared either
            return False


def _filters(rows: Sequence[PredicateRow]) -> list[Callable[[Any], bool]]:
    """Return bounds as predicates; Hypothesis turns them into arguments of the strategy that they filter."""
    tests = [_Within(end.test, limit) for row in rows for end, limit in row.ends]
    factors = [(row.factor, row.remainder) for row in rows if row.factor is not None]
    return [*tests, *(_Within(_has_remainder, *pair) for pair in factors)]


def _has_remainder(factor: Any, remainder: Any, x: Any) -> bool:
    return bool(x % factor == remainder)


# --- what can be drawn ------------------------------------------------------------------------------------

_SIZED: Final = frozenset((str, bytes, list))
_CLASSES: Final[dict[tuple[Any, ...], Any]] = {
    ROWS[p.is_number].classes: Real,
    ROWS[p.is_list].classes: list,
    ROWS[p.is_bytes].classes: bytes,
}


def _class_of(kind: PredicateRow) -> Any:
    """Return the class to draw for a row, or None without one."""
    if kind.pattern is not None or kind.members is not None or kind.marks - {"ratio"}:
        return None
    return _CLASSES.get(kind.classes, kind.classes[0] if len(kind.classes) == 1 else None)


def _says_how_to_draw(row: PredicateRow, cls: Any) -> bool:
    """True if values of a class can be drawn within the bounds of a row."""
    if row.least is not None or row.most is not None or cls in _SIZED:
        return cls in _SIZED and row.low is row.high is row.factor is None and not row.zones
    if row.factor is not None:
        is_whole = cls is int and p.is_int(row.factor)
        return (is_whole or (cls in _FRACTIONAL and type(row.factor) in (int, cls))) and row.factor != 0
    if row.zones or cls in moments.KINDS:
        return cls in moments.KINDS
    limits = [limit for _, limit in row.ends]
    if (count := _count_of(cls)) is not None:
        place, value, _ = count
        return all(type(limit) is cls and value(place(limit)) == limit for limit in limits)
    return all(isinstance(limit, NUMBERS) for limit in limits)


def bounds_of(pred: Any) -> tuple[PredicateRow, bool]:
    """Return the row of a predicate, and True if the bounds are its only condition.

    For a function, Hypothesis reads the bounds in its source, with a private function. The public way would
    not do: `.filter(pred)` turns bounds into arguments too, but draws three times for the rest of pred, too
    seldom for is_even in every element of a list. So Hypothesis gets the bounds alone, and the caller filters
    the rest with its 100 tries. Without the private function, values in a narrow range would be drawn by
    chance or never. A test fails if a release of Hypothesis moves it.
    """
    known = row_of(pred)
    if known is not None:
        return known, known.classes == (object,) and known.has_bounds and not known.excluded
    try:
        from hypothesis.internal.filtering import get_numeric_predicate_bounds

        bounds, rest = get_numeric_predicate_bounds(pred)
        low, high = bounds.get("min_value"), bounds.get("max_value")
        opens = [bool(bounds.get(key)) for key in ("exclude_min", "exclude_max")]
        if bounds.get("len"):
            row = PredicateRow(
                least=None if low is None else math.floor(low) + 1 if opens[0] else low,
                most=None if high is None else math.ceil(high) - 1 if opens[1] else high,
            )
        else:
            row = PredicateRow(
                low=None if low is None else (low, opens[0]),
                high=None if high is None else (high, opens[1]),
            )
    except Exception:  # the reader was removed, or fails: at partial(f), huge ints, `x > 3 and len(x) > 2`
        return PredicateRow(), False
    return row, rest is None and bool(bounds)
