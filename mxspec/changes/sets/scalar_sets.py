"""Cells of scalars: ints, floats, texts, and instances of classes such as dates.

An instance of a subclass of int, float or str has the kind "sub": a `Literal` accepts the plain value
alone, a set both.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.predicate_rows import Bound, whole
from mxspec.base.value_types import VALUE_TYPES
from mxspec.changes.facts import is_subclass, is_within
from mxspec.changes.inclusion import Regex, has_text
from mxspec.changes.sets.expressions import Cell, Constant, UnknownDifferenceError

if TYPE_CHECKING:
    from mxspec.changes.sets.differences import Differences

INF: Final = math.inf
TOP: Final = math.nextafter(INF, 0)
"""The greatest finite float."""

Kinds = frozenset[str]
PLAIN: Final[Kinds] = frozenset({"plain"})
SUB: Final[Kinds] = frozenset({"sub"})
BOTH: Final[Kinds] = PLAIN | SUB

_MOST_REMAINDERS: Final = 10_000


class _IntOfSubclass(int):
    pass


class _FloatOfSubclass(float):
    pass


class _TextOfSubclass(str):
    pass


# --- numbers ----------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class IntSet(Cell):
    """Ints from low to high with some remainders by a divisor. A bool is none of them.

    Attributes:
        low, high: the least and the greatest one, or infinity.
        divisor: the divisor.
        remainders: the remainders that they may have.
        kinds: plain ints, instances of subclasses, or both.
    """

    low: float = -INF
    high: float = INF
    divisor: int = 1
    remainders: frozenset[int] = frozenset({0})
    kinds: Kinds = BOTH

    def minus(self, other: IntSet, within: Differences) -> Iterator[Cell]:
        yield replace(self, kinds=self.kinds - other.kinds)
        both = replace(self, kinds=self.kinds & other.kinds)
        yield replace(both, high=min(self.high, other.low - 1))
        yield replace(both, low=max(self.low, other.high + 1))
        if other.divisor > 1:
            yield both._with_remainders_of(other, is_inside=False)

    def meet(self, other: IntSet, within: Differences) -> Cell:
        both = replace(self, kinds=self.kinds & other.kinds)
        if other.divisor > 1:
            return both._with_remainders_of(other, is_inside=True)
        return replace(both, low=max(self.low, other.low), high=min(self.high, other.high))

    def _with_remainders_of(self, other: IntSet, *, is_inside: bool) -> IntSet:
        """Return the ints within both ranges that have, or do not have, a remainder of other."""
        divisor = math.lcm(self.divisor, other.divisor)
        if divisor > _MOST_REMAINDERS:
            raise UnknownDifferenceError
        remainders = frozenset(
            r
            for r in range(divisor)
            if r % self.divisor in self.remainders and (r % other.divisor in other.remainders) is is_inside
        )
        return IntSet(max(self.low, other.low), min(self.high, other.high), divisor, remainders, self.kinds)

    def is_void(self, within: Differences) -> bool:
        return not self.kinds or self.low > self.high or next(self._some(), None) is None

    def _some(self) -> Iterator[int]:
        """Yield the int next to 0, the least and the greatest one, where they exist."""
        for start, step in ((0, 1), (self.low, 1), (self.high, -1)):
            if self.low <= start <= self.high and abs(start) < INF:
                # Among so many neighbours each remainder occurs.
                several = (int(start) + i * step for i in range(self.divisor))
                fitting = (x for x in several if x % self.divisor in self.remainders)
                x = next(fitting, None)
                if x is not None and self.low <= x <= self.high:
                    yield x

    def values(self, within: Differences) -> Iterator[Any]:
        return map(int if "plain" in self.kinds else _IntOfSubclass, self._some())


@dataclasses.dataclass(frozen=True, eq=False)
class FloatSet(Cell):
    """Floats from low to high.

    Attributes:
        low, high: the least and the greatest one.
        nan: True if NaN is one of them.
        factor: the number that divides all of them as they are written, if there is one.
        whole: True if all of them are whole.
        fractional: True if none of them is whole.
        kinds: plain floats, instances of subclasses, or both.
    """

    low: float = -INF
    high: float = INF
    nan: bool = True
    factor: Fraction | None = None
    whole: bool = False
    fractional: bool = False
    kinds: Kinds = BOTH

    def minus(self, other: FloatSet, within: Differences) -> Iterator[Cell]:
        yield replace(self, kinds=self.kinds - other.kinds)
        both = replace(self, kinds=self.kinds & other.kinds)
        if self.nan and not other.nan:
            yield replace(both, low=INF, high=-INF)
        both = replace(both, nan=False)
        if self.low < other.low:
            yield replace(both, high=min(self.high, math.nextafter(other.low, -INF)))
        if self.high > other.high:
            yield replace(both, low=max(self.low, math.nextafter(other.high, INF)))
        both = replace(both, low=max(self.low, other.low), high=min(self.high, other.high))
        step = self._step
        is_multiple = other.factor is None or (step is not None and step % other.factor == 0)
        is_whole = step is not None and step.denominator == 1
        if not is_multiple:
            yield both
        elif other.whole and not is_whole:
            yield replace(both, fractional=True)
        elif other.fractional and not self.fractional:
            yield replace(both, whole=True)

    def meet(self, other: FloatSet, within: Differences) -> Cell:
        factors = [x for x in (self.factor, other.factor) if x is not None]
        return FloatSet(
            max(self.low, other.low),
            min(self.high, other.high),
            self.nan and other.nan,
            common_multiple(factors),
            self.whole or other.whole,
            self.fractional or other.fractional,
            self.kinds & other.kinds,
        )

    @property
    def _step(self) -> Fraction | None:
        """A number that divides all values, as they are written."""
        if self.factor is None:
            return Fraction(1) if self.whole else None
        return Fraction(self.factor.numerator) if self.whole else self.factor

    def is_void(self, within: Differences) -> bool:
        if not self.kinds or (not self.nan and self.low > self.high):
            return True
        step = self._step
        if self.fractional and not self.nan and step is not None and step.denominator == 1:
            return True
        if self.nan or step is None or abs(self.low) == INF or abs(self.high) == INF:
            return False
        # A multiple just below the least float may be written as that float. Beyond high all are too large.
        first = math.floor(Fraction(self.low) / step) - 1
        try:
            *several, last = (float((first + i) * step) for i in range(4))
        except OverflowError:
            return False
        return last > self.high and not any(self.low <= x for x in several if x <= self.high)

    def values(self, within: Differences) -> Iterator[Any]:
        make = float if "plain" in self.kinds else _FloatOfSubclass
        low, high = max(self.low, -TOP), min(self.high, TOP)
        near = [float(f(x)) for f, x in ((math.ceil, low), (math.floor, high)) if abs(x) < 1e300]
        several = [
            0.0,
            *near,
            low,
            high,
            low + 1,
            high - 1,
            0.5,
            1.5,
            low / 2 + high / 2,
            self.low,
            self.high,
        ]
        if self._step is not None:
            starts = (math.ceil(Fraction(x) / self._step) for x in (0.0, low, high) if abs(x) < 1e300)
            several += [float((n + i) * self._step) for n in starts for i in range(-2, 3)]
        fitting = (x for x in several if self.low <= x <= self.high)
        yield from (make(x) for x in fitting if not (self.fractional and x.is_integer()))
        if self.nan:
            yield make(math.nan)


def common_multiple(factors: list[Fraction]) -> Fraction | None:
    """Return the least common multiple of fractions, None without one."""
    if not factors:
        return None
    return functools.reduce(
        lambda a, b: Fraction(math.lcm(a.numerator, b.numerator), math.gcd(a.denominator, b.denominator)),
        factors,
    )


def int_at(bound: Bound | None, *, is_low: bool) -> float:
    """Return the first int within a bound of ints, or infinity.

    Raises:
        ValueError, TypeError: the bound is no number that compares.
    """
    if bound is None:
        return -INF if is_low else INF
    limit, _ = whole(bound, up=is_low)
    if isinstance(limit, int) or (isinstance(limit, float) and math.isinf(limit)):
        return limit
    raise ValueError("no bound of ints")


def float_at(bound: Bound | None, *, is_low: bool) -> float:
    """Return the first float within a bound, or infinity.

    Raises:
        ValueError, TypeError: the bound is no number that compares.
    """
    if bound is None:
        return -INF if is_low else INF
    limit, is_open = bound
    try:
        x = float(limit)
    except OverflowError:
        x = INF if limit > 0 else -INF
    if math.isnan(x):
        raise ValueError("NaN bounds nothing")
    is_beyond = x < limit if is_low else x > limit
    return math.nextafter(x, INF if is_low else -INF) if is_beyond or (is_open and x == limit) else x


# --- texts ------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class TextSet(Cell):
    """Texts, listed or described.

    Attributes:
        low, high: the least and the greatest length.
        words: all of them, if they are listed; then the other conditions hold for each.
        without: texts that are none of them.
        every: patterns that all of them match.
        none: patterns that none of them matches.
        kinds: plain texts, instances of subclasses, or both.
    """

    low: int = 0
    high: float = INF
    words: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    every: tuple[Regex, ...] = ()
    none: tuple[Regex, ...] = ()
    kinds: Kinds = BOTH

    def holds(self, text: str) -> bool:
        """True if a text, of any kind, is one of them."""
        if self.words is not None:
            return text in self.words
        return (
            self.low <= len(text) <= self.high
            and text not in self.without
            and all(has_text(pattern, text) for pattern in self.every)
            and not any(has_text(pattern, text) for pattern in self.none)
        )

    def minus(self, other: TextSet, within: Differences) -> Iterator[Cell]:
        yield replace(self, kinds=self.kinds - other.kinds)
        both = replace(self, kinds=self.kinds & other.kinds)
        if not both.kinds:
            return
        if both.words is not None:
            yield replace(both, words=frozenset(x for x in both.words if not other.holds(x)))
            return
        if other.words is not None:
            yield replace(both, without=both.without | other.words)
            return
        yield replace(both, high=min(self.high, other.low - 1))
        if other.high < INF:
            yield replace(both, low=max(self.low, int(other.high) + 1))
        both = replace(both, low=max(self.low, other.low), high=min(self.high, other.high))
        if words := frozenset(filter(both.holds, other.without)):
            yield TextSet(words=words, kinds=both.kinds)
        for pattern in other.every:
            if pattern not in both.every:
                yield replace(both, none=(*both.none, pattern))
        for pattern in other.none:
            if pattern not in both.none:
                yield replace(both, every=(*both.every, pattern))

    def meet(self, other: TextSet, within: Differences) -> Cell:
        kinds = self.kinds & other.kinds
        if self.words is not None or other.words is not None:
            listed, asked = (self, other) if self.words is not None else (other, self)
            return TextSet(words=frozenset(filter(asked.holds, listed.words or ())), kinds=kinds)
        return TextSet(
            max(self.low, other.low),
            min(self.high, other.high),
            None,
            self.without | other.without,
            tuple(dict.fromkeys(self.every + other.every)),
            tuple(dict.fromkeys(self.none + other.none)),
            kinds,
        )

    def is_void(self, within: Differences) -> bool:
        if not self.kinds or self.low > self.high:
            return True
        if self.words is not None:
            return not self.words
        if self.every or self.none or (self.high == 0 and self.without):
            return within.text_in(self) is None
        return False

    def values(self, within: Differences) -> Iterator[Any]:
        make = str if "plain" in self.kinds else _TextOfSubclass
        if self.words is not None:
            yield from map(make, sorted(self.words, key=lambda x: (len(x), x)))
        elif self.every or self.none:
            text = within.text_in(self)
            if text:
                yield make(text[0])
        else:
            for n in range(self.low, int(min(self.high, self.low + 2)) + 1):
                several = map("".join, itertools.product("abcxyz", repeat=min(n, 3)))
                texts = (x + "a" * (n - len(x)) for x in several)
                yield from map(make, itertools.islice((x for x in texts if x not in self.without), 1))


# --- instances --------------------------------------------------------------------------------------------

OWN_SORTS: Final = (Decimal, Fraction, bytes, bytearray)
"""The classes with instances that are no `OtherValues`."""

# An instance of each kind of a class. Within a kind all instances compare: a date does not compare with a
# datetime, which is a date, nor a time with a zone with one without; NaN compares with nothing.
_OF_KINDS: Final[dict[str, Any]] = {kind: x for row in VALUE_TYPES.values() for kind, x in row.kinds.items()}

KNOWN_CLASSES: Final[tuple[type, ...]] = tuple(dict.fromkeys(map(type, _OF_KINDS.values())))


@dataclasses.dataclass(frozen=True, eq=False)
class InstanceSet(Cell):
    """Instances of a class of some kinds, within bounds that each of these kinds compares with."""

    cls: type
    kinds: frozenset[str]
    low: Bound | None = None
    high: Bound | None = None

    @classmethod
    def of(cls, tp: type, low: Bound | None = None, high: Bound | None = None) -> InstanceSet:
        """Return the instances of a class within bounds."""
        bounds = [bound for bound, _ in filter(None, (low, high))]
        kinds = (
            kind
            for kind, x in _OF_KINDS.items()
            if isinstance(x, tp) and all(_are_comparable(x, y) for y in bounds)
        )
        return cls(tp, frozenset(kinds), low, high)

    def minus(self, other: InstanceSet, within: Differences) -> Iterator[Cell]:
        if not is_subclass(self.cls, other.cls):
            yield self
            return
        yield replace(self, kinds=self.kinds - other.kinds)
        both = replace(self, kinds=self.kinds & other.kinds)
        if other.low is not None:
            yield both._within_bounds(None, (other.low[0], not other.low[1]))
        if other.high is not None:
            yield both._within_bounds((other.high[0], not other.high[1]), None)

    def _within_bounds(self, low: Bound | None, high: Bound | None) -> InstanceSet:
        """Return the instances within further bounds."""
        keeps_low = low is None or (self.low is not None and is_within(self.low, low, is_low=True))
        keeps_high = high is None or (self.high is not None and is_within(self.high, high, is_low=False))
        return replace(self, low=self.low if keeps_low else low, high=self.high if keeps_high else high)

    def meet(self, other: InstanceSet, within: Differences) -> Cell:
        cls = self.cls if is_subclass(self.cls, other.cls) else other.cls
        return replace(self, cls=cls, kinds=self.kinds & other.kinds)._within_bounds(other.low, other.high)

    def is_void(self, within: Differences) -> bool:
        if not self.kinds:
            return True
        if self.low is None or self.high is None:
            return False
        (low, is_low_open), (high, is_high_open) = self.low, self.high
        try:
            return bool(low > high or (low == high and (is_low_open or is_high_open)))
        except Exception:  # they do not compare
            return False

    def values(self, within: Differences) -> Iterator[Any]:
        for bound in (self.low, self.high):
            if bound is not None:
                yield bound[0]
                row = VALUE_TYPES[self.cls]
                with contextlib.suppress(Exception):  # no instance of the class has the value of the bound
                    x = self.cls(bound[0]) if row.is_number else bound[0]
                    yield from (x, *row.neighbours(x))
        yield from (x for kind, x in _OF_KINDS.items() if kind in self.kinds)


def _are_comparable(x: Any, y: Any) -> bool:
    """True if two values compare, and one of them is no NaN."""
    try:
        return bool(x <= y or x > y)
    except Exception:  # of a class of somebody else
        return False


def sorts_in_order(cell: Cell) -> set[Any]:
    """Return the types with an order of a cell's values; None for a missing value, object if not known."""
    match cell:
        case IntSet() | FloatSet():
            return {float, None} if isinstance(cell, FloatSet) and cell.nan else {float}
        case TextSet():
            return {str}
        case InstanceSet():
            return {_first_with_order(cell.cls)}
    return {None if isinstance(cell, Constant) and cell.x is None else object}


def _first_with_order(cls: type) -> Any:
    """Return the first type with an order among the bases of a class; object for numbers, as NaN has none."""
    rows = (VALUE_TYPES[base] for base in reversed(cls.__mro__) if base in VALUE_TYPES)
    return next((row.cls for row in rows if row.has_order and not row.is_number), object)
