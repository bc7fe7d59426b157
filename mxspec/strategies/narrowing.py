"""Bounds that predicates set, read out of them and put into the drawing."""

from __future__ import annotations

import dataclasses
import functools
import math
import operator
from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from mxspec import predicates as p
from mxspec.errors import GeneratorError
from mxspec.strategies import combine, moments, sampling, simple
from mxspec.strategies.combine import Strategy
from mxspec.strategies.simple import floats_between, fractions, ints, scalars, sized_lists, sized_text


def narrow(strategy: Strategy, kind: Any, preds: Sequence[Any], what: str = "") -> tuple[Strategy, bool]:
    """Return the strategy of kind within the bounds that preds set, and True if preds ask nothing else.

    Raises:
        GeneratorError: nothing is within the bounds; the message calls the spec of both what.
    """
    kind = kind if isinstance(kind, Hashable) else None
    read = list(map(_bounds_of, preds))
    drawn = [some for some in read if some.any and some.says_how_to_draw(kind)]
    if drawn:
        try:
            within = _strategy_within(strategy, kind, drawn)
        except _Empty as why:
            raise combine.no_value(what, f"no value is within all of its bounds: {why}") from None
        if within is None or within.is_empty:
            raise combine.no_value(what, "no value is within all of its bounds")
        strategy = within
    return strategy, len(drawn) == len(preds) and all(some.complete for some in read)


class _Empty(Exception):
    """Nothing is within some bounds; the message says which."""


def _strategy_within(strategy: Strategy, kind: Any, several: Sequence[_Bounds]) -> Strategy | None:
    """Return the strategy of kind within several bounds, or None if nothing is."""
    try:
        if kind in _SIZED:
            least, most = _int_range([some for some in several if some.of_length], 0, None)
            if most is not None and least is not None and least > most:
                raise _Empty(f"a length of {least} or more is required, and of {most} or less")
            if kind in (list, p.is_list):
                return sized_lists(scalars(), least or 0, most)
            return sized_text(kind in (bytes, p.is_bytes), least or 0, most)
        if kind in moments.KINDS:
            return _moments(kind, several)
        if kind in _INTS or kind is p.is_number:
            least, most = _int_range(several, *_INTS.get(kind, (None, None)))
            whole = _multiples([some.factor for some in several if some.factor is not None], least, most)
            if kind in _INTS:
                return whole
            several_kinds = [some for some in (whole, _float_range(several)) if some is not None]
            return combine.one_of(several_kinds) if several_kinds else None
        if kind in (float, p.is_float):
            return _float_range(several)
        if kind in _EXACT:
            return _exact_numbers(kind, several)
    except GeneratorError:
        raise
    except ValueError:  # an infinite bound, beyond which there is no int
        return None
    except (TypeError, ArithmeticError):
        pass
    for some in several:
        for within in some.filters:
            strategy = strategy.filter(within)
    return strategy


def _int_range(several: Iterable[_Bounds], least: Any, most: Any) -> tuple[int | None, int | None]:
    """Return the least and the greatest int within bounds; None where there is none to say."""
    for some in several:
        if some.low is not None:
            low = simple.int_from(some.low, some.after)
            least = low if least is None else least if low is None else max(least, low)
        if some.high is not None:
            low = simple.int_from(-some.high, some.before)
            high = None if low is None else -low
            most = high if most is None else most if high is None else min(most, high)
    return least, most


def _multiples(factors: Sequence[int], least: int | None, most: int | None) -> Strategy | None:
    """Return a strategy of the ints from least to most that are multiples of factors, or None for none."""
    factor = math.lcm(*factors)
    first = None if least is None else -(-least // factor)
    last = None if most is None else most // factor
    if first is not None and last is not None and first > last:
        if factors:
            raise _Empty(f"no multiple of {factor} is")
        return None
    whole = ints(first, last)
    return combine.fmap(functools.partial(operator.mul, factor), whole) if factors else whole


def _moments(kind: type, several: Iterable[_Bounds]) -> Strategy | None:
    """Return a strategy of dates, times or spans of time within bounds, or None if there are none."""
    several = list(several)
    lower = [some for some in several if some.low is not None]
    upper = [some for some in several if some.high is not None]
    try:
        lows = [moments.next_moment(some.low) if some.after else some.low for some in lower]
        highs = [moments.next_moment(some.high, -1) if some.before else some.high for some in upper]
        if None in lows or None in highs:
            return None
        low, high = max(lows, default=None), min(highs, default=None)
        return moments.moments_between(kind, low, high, *(zone for some in several for zone in some.zones))
    except (TypeError, AttributeError) as error:  # some bounds have a time zone, or are no dates
        raise _Empty(f"they do not compare: {error}") from error


def _float_range(several: Iterable[_Bounds]) -> Strategy | None:
    """Return a strategy of the floats within bounds, or None if there are none."""
    least, most = -math.inf, math.inf
    for some in several:
        if some.low is not None:
            least = max(least, simple.float_from(some.low, some.after))
        if some.high is not None:
            most = min(most, -simple.float_from(-some.high, some.before))
    if least > most:
        return None
    return floats_between(None if least == -math.inf else least, None if most == math.inf else most)


def _exact_numbers(kind: Any, several: Sequence[_Bounds]) -> Strategy:
    """Return a strategy of the decimals or fractions within bounds."""
    from hypothesis import strategies as st

    make = Fraction if kind in (Fraction, p.is_ratio) else Decimal
    least = max((make(some.low) for some in several if some.low is not None), default=None)
    most = min((make(some.high) for some in several if some.high is not None), default=None)
    if least is not None and most is not None and least > most:
        return st.nothing()
    infinite = False if kind is p.is_decimal else None
    strategy: Strategy = (
        fractions(least, most)
        if make is Fraction
        else st.decimals(least, most, allow_nan=False, allow_infinity=infinite)
    )
    # Hypothesis knows no open bounds of these, draws the bound often, and gives a filter three tries.
    tests = [within for some in several for within in some.filters]
    return sampling.such_that(lambda x: all(within(x) for within in tests), strategy)


class _Within(functools.partial[bool]):
    """A bound as a partial, which Hypothesis reads; a value that can't be compared with it is not within."""

    def __call__(self, /, *args: Any, **kwargs: Any) -> bool:
        try:
            return super().__call__(*args, **kwargs)
        except (TypeError, ArithmeticError):  # Decimal("NaN") can't be compared either
            return False


@dataclasses.dataclass(frozen=True)
class _Bounds:
    """The bounds that a predicate sets.

    Attributes:
        low, high: the bounds, None where there is none.
        after, before: True if the bound itself is excluded.
        of_length: True if they are bounds of len(x).
        factor: what it is a multiple of.
        zones: the time zone that it is in, if one is asked for.
        complete: True if the predicate asks nothing else.
    """

    low: Any = None
    high: Any = None
    after: bool = False
    before: bool = False
    of_length: bool = False
    factor: Any = None
    zones: tuple[moments.Zone, ...] = ()
    complete: bool = True

    @property
    def any(self) -> bool:
        return self.low is not None or self.high is not None or self.factor is not None or bool(self.zones)

    def says_how_to_draw(self, kind: Any) -> bool:
        """True if values of kind can be drawn within these bounds."""
        if self.of_length or kind in _SIZED:
            return self.of_length and kind in _SIZED
        if self.factor is not None:
            return kind in _INTS and p.is_int(self.factor) and self.factor != 0
        if self.zones or kind in moments.KINDS:
            return kind in moments.KINDS
        numbers = (int, float, Decimal, Fraction)
        return all(limit is None or isinstance(limit, numbers) for limit in (self.low, self.high))

    @property
    def filters(self) -> list[Callable[[Any], bool]]:
        """The bounds as predicates, which Hypothesis turns into arguments of the strategy they filter."""
        tests: list[Callable[[Any], bool]] = []
        if self.low is not None:
            tests.append(_Within(operator.lt if self.after else operator.le, self.low))
        if self.high is not None:
            tests.append(_Within(operator.gt if self.before else operator.ge, self.high))
        return tests


def _bounds_of(pred: Any) -> _Bounds:
    """Return the bounds that Hypothesis reads in the source of pred.

    Its reader is private, as the public way is not enough: `.filter(pred)` turns bounds into arguments too,
    but gives the rest of pred three tries, too few for is_even in every element of a list. So the bounds
    alone go to Hypothesis, and the caller filters the rest with its 100 tries. Without the reader, values in
    a narrow range are found by chance or not at all. A test fails when a release of Hypothesis moves it.
    """
    if isinstance(pred, functools.partial) and pred.func in _PARTIALS and len(pred.args) == 1:
        return _PARTIALS[pred.func](pred.args[0])
    try:
        from hypothesis.internal.filtering import get_numeric_predicate_bounds
    except ImportError:
        return _Bounds(complete=False)
    try:
        bounds, rest = get_numeric_predicate_bounds(pred)
    except Exception:  # it fails at partial(f), at ints too large for a float, at `x > 3 and len(x) > 2`
        return _Bounds(complete=False)
    return _Bounds(
        bounds.get("min_value"),
        bounds.get("max_value"),
        bool(bounds.get("exclude_min")),
        bool(bounds.get("exclude_max")),
        bool(bounds.get("len")),
        complete=rest is None and bool(bounds),
    )


# What a partial of one argument asks.
_PARTIALS: dict[Any, Callable[[Any], _Bounds]] = {
    operator.le: lambda low: _Bounds(low=low),
    operator.lt: lambda low: _Bounds(low=low, after=True),
    operator.ge: lambda high: _Bounds(high=high),
    operator.gt: lambda high: _Bounds(high=high, before=True),
    simple.has_length_from: lambda least: _Bounds(low=least, of_length=True),
    simple.has_length_to: lambda most: _Bounds(high=most, of_length=True),
    simple.is_multiple: lambda factor: _Bounds(factor=factor),
    moments.is_in_zone: lambda zone: _Bounds(zones=(zone,)),
}
_SIZED = frozenset((str, bytes, list, p.is_str, p.is_bytes, p.is_list))
_EXACT = frozenset((Decimal, Fraction, p.is_decimal, p.is_ratio))
_INTS: dict[Any, tuple[int | None, int | None]] = {
    **dict.fromkeys((int, p.is_int), (None, None)),
    p.is_pos_int: (1, None),
    p.is_nat_int: (0, None),
    p.is_neg_int: (None, -1),
}
