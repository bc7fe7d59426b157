"""Specs of cells as expressions over a column, which the engine of the frame evaluates.

`int_in(0, 10)` becomes `(c >= 0) & (c <= 9)` over a column of ints, and False over one of strings. Over a
column of floats it also requires a whole number. A visitor over the kinds of specs and the rows of predicates
makes the expression. Where no engine can answer, it raises `NotAskedError`. Then it makes two expressions,
for the cells that surely fit and the cells that may fit, and Python checks each different value between them.

The visitor sees the cells that are not missing. The spec itself judges a missing cell, a NaN that is a
number, True and False.
"""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import math
import operator
import sys
import zoneinfo
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mxspec.base import names
from mxspec.base.predicate_rows import END_OF, ROWS, Bound, PredicateRow, Zone, is_in_zone, own_pattern, whole
from mxspec.base.value_types import NUMBERS, VALUE_TYPES, time_after
from mxspec.frames.cells import NEEDS_NARWHALS
from mxspec.frames.engine_formats import (
    comparable,
    comparable_end,
    has_plain_ends,
    patterns_of_format,
    plain_pattern,
)
from mxspec.frames.engine_patterns import shared_pattern
from mxspec.frames.engines import ANY_ENGINE, Engine
from mxspec.predicates import is_any
from mxspec.specs.collections import CollOf, Every
from mxspec.specs.core.parts import may_change
from mxspec.specs.core.predicate_tests import member_test
from mxspec.specs.core.spec import Predicate, Reference, Spec
from mxspec.specs.logic import And, Or, UnionType
from mxspec.specs.ranges import StrIn
from mxspec.specs.wrappers import Nilable, Nonconforming, Wrapper

if TYPE_CHECKING:
    import narwhals as nw

    Verdict: TypeAlias = bool | nw.Expr
else:
    Verdict = Any

_EXACT: Final = 1 << 53  # floats hold every int up to this


class NotAskedError(Exception):
    """The error for a spec, or a value, that an engine can't check."""


class FrameValues(abc.ABC):
    """The cells of a column, or the rows of a frame, that a spec checks."""

    @property
    @abc.abstractmethod
    def cells(self) -> Cells:
        """The values as cells of a column."""

    def is_seen_by(self, spec: Spec, before: Sequence[Spec]) -> bool:
        """True if a spec of an and_ sees the values themselves, though specs before it conform them."""
        return not any(may_change(each, names.current.find) for each in before)

    def branching(self) -> contextlib.AbstractContextManager[None]:
        """Note that a value may fit the spec without fitting the part in the block."""
        return contextlib.nullcontext()


@dataclasses.dataclass(frozen=True)
class Cells(FrameValues):
    """The cells of a column that are not missing, as values of one Python type.

    Attributes:
        kind: the type of the values.
        expr: the expression of the values, with a whole number of a column of floats as an int.
        low, high: the least and the greatest value that the column can hold; None for no bound.
        zone: the time zone of datetimes.
        step: the microseconds between two moments or durations that the column can hold.
        is_fine: True if it holds nanoseconds, which Python's values lack.
        scale: the number of decimal places of Decimals.
        fields: for structs, functions from the spec of a field and the side to its expression, by name.
        size: the length of all lists, if they have the same.
        elements: for lists, a function from the spec of an element and the side to the expression of lists
            with elements that fit; None if the engine lacks one.
        is_whole: True for the whole numbers of a column of floats.
        engine: the engine's abilities.
        has_regexes: True if the engine itself searches strings.
        has_remainders: False if the engine can't divide ints.
        side: the answer for a cell that the engine can't judge: True or False, or None to raise
            NotAskedError. With False, all cells that are said to fit do; with True, all that fit are said to.
        keep: a function from the name of an expression and itself to a column that the engine computes once.
    """

    kind: type
    expr: Any
    low: Any = None
    high: Any = None
    zone: str | None = None
    step: int = 1
    is_fine: bool = False
    scale: int = 0
    fields: Mapping[str, Callable[[Spec, bool | None], Verdict]] | None = None
    size: int | None = None
    elements: Callable[[Spec, bool | None], Verdict] | None = None
    is_whole: bool = False
    engine: Engine = ANY_ENGINE
    has_regexes: bool = False
    has_remainders: bool = True
    side: bool | None = None
    keep: Callable[[str, Any], Any] = lambda what, expr: expr

    @property
    def cells(self) -> Cells:
        return self

    def in_doubt(self, sure: Verdict, possible: Verdict) -> Verdict:
        """Return one of the expressions of cells that surely fit, and that may fit, by the side.

        Raises:
            NotAskedError: there is no side.
        """
        if self.side is None:
            raise NotAskedError
        return possible if self.side else sure

    def is_in(self, values: Collection[Any]) -> Verdict:
        """Return the expression of the cells that are equal to one of some values."""
        if self.kind is float or self.is_whole:
            values = [*values, *(-x for x in values if x == 0)]  # pyarrow tells 0.0 from -0.0
        literals = [self.engine.literal(x) for x in values]
        plain = [x for x, literal in zip(values, literals, strict=True) if x is literal]
        others = [literal for x, literal in zip(values, literals, strict=True) if x is not literal]
        listed = self.expr.is_in(plain) if plain else False
        there: Any = ~self.expr.is_null()  # Dask joins no null of one verdict with another verdict
        return disjunction([listed, *(there & (self.expr == each) for each in others)])

    def is_finite(self) -> Verdict:
        """Return the expression of the floats that are numbers."""
        most = sys.float_info.max
        if not self.engine.has_nan:
            return (self.expr <= most) & (self.expr >= -most)  # type: ignore[no-any-return]
        return self.expr.is_finite()  # type: ignore[no-any-return]


# --- and, or ----------------------------------------------------------------------------------------------


def conjunction(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that all of several verdicts are true: an expression, or a bool if it is known."""
    kept = []
    for each in verdicts:
        if each is False:
            return False
        kept += [] if each is True else [each]
    return _join_verdicts(operator.and_, kept) if kept else True


def disjunction(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that one of several verdicts is true: an expression, or a bool if it is known."""
    kept = []
    for each in verdicts:
        if each is True:
            return True
        kept += [] if each is False else [each]
    return _join_verdicts(operator.or_, kept) if kept else False


def _join_verdicts(join: Callable[[Any, Any], Any], verdicts: list[Any]) -> Any:
    """Join verdicts into a shallow tree, since engines walk it recursively."""
    while len(verdicts) > 1:
        pairs = (verdicts[i : i + 2] for i in range(0, len(verdicts), 2))
        verdicts = [join(*pair) if len(pair) > 1 else pair[0] for pair in pairs]
    return verdicts[0]


# --- by kinds of specs ------------------------------------------------------------------------------------


def verdict(spec: Spec, subject: FrameValues) -> Verdict:
    """Return the expression that is true for the cells, or the rows, that fit a spec.

    Raises:
        NotAskedError: an engine can't answer.
    """
    try:
        return verdict_by_kind(spec.target(names.current.resolve), subject)
    except NotAskedError:
        if not isinstance(subject, Cells) or subject.side is None:
            raise
        return subject.side


def type_of_cells(spec: Spec) -> type | None:
    """Return the only Python type of the cells that fit a spec, ignoring None; None for several types.

    Example:
        >>> import mxspec as s
        >>> type_of_cells(s.nilable(s.int_in(0, 10))), type_of_cells(s.spec(s.is_any))
        (<class 'int'>, None)

    Raises:
        ImportError: Narwhals is not installed.
    """
    try:
        import narwhals as nw
    except ImportError as missing:
        raise ImportError(f"{NEEDS_NARWHALS} ({missing})") from missing

    types = []
    for kind in (cls for cls, row in VALUE_TYPES.items() if row.dtype):
        try:
            fits = verdict(spec, Cells(kind, nw.col("x")))
        except (NotAskedError, RecursionError):
            fits = True
        types += [] if fits is False else [kind]
    return types[0] if len(types) == 1 else None


@functools.singledispatch
def verdict_by_kind(spec: Spec, subject: FrameValues) -> Verdict:
    """Return the expression of a spec; Python checks any kind without a method here."""
    raise NotAskedError


def check_methods(spec: Spec, kind: type[Spec], *methods: str) -> None:
    """Raise NotAskedError for a subclass of a kind that overrides these methods."""
    if any(getattr(type(spec), method) is not getattr(kind, method) for method in methods):
        raise NotAskedError


@verdict_by_kind.register
def _verdict_of_predicate(spec: Predicate, subject: FrameValues) -> Verdict:
    check_methods(spec, Predicate, "conform", "__post_init__")
    if isinstance(spec.pred, (set, frozenset)):
        return verdict_of_members(spec.pred, subject.cells)
    return verdict_of_row(spec.row, subject.cells, has_ascii_classes=own_pattern(spec.pred) is not None)


@verdict_by_kind.register
def _verdict_of_and(spec: And, subject: FrameValues) -> Verdict:
    check_methods(spec, And, "conform")
    if not all(subject.is_seen_by(pred, spec.preds[:i]) for i, pred in enumerate(spec.preds)):
        raise NotAskedError  # it sees another value
    verdicts = (verdict(pred, subject) for pred in spec.preds)
    # The first pred that refuses a type of cells decides, but a refused row lists the reasons of all.
    return conjunction(verdicts if isinstance(subject, Cells) else [*verdicts])


@verdict_by_kind.register
def _verdict_of_text(spec: StrIn, subject: FrameValues) -> Verdict:
    cells = subject.cells
    if cells.kind is not str:
        return False
    bounds = dataclasses.replace(spec.row, marks=frozenset())
    own = verdict_of_row(bounds, cells, has_ascii_classes=True)
    return own if spec.format is None else conjunction([own, _verdict_of_format(spec, spec.format, cells)])


def _verdict_of_format(spec: StrIn, name: str, cells: Cells) -> Verdict:
    """Return the expression of texts of a format, from the least to the most one.

    An engine computes a pattern or a number once, since both sides of a doubt need it (else 0.9 s instead of
    0.3 s for a million numbers).
    """
    sure, possible = (None if x is None else _search(x, cells) for x in patterns_of_format(name))
    if sure is None or possible is None:
        return cells.in_doubt(False, True)
    is_exact = len({*patterns_of_format(name)}) == 1
    ends = [end for end in (spec.least, spec.most) if end is not None]
    if not ends:
        return sure if is_exact else cells.in_doubt(sure, possible)
    if not (has_plain_ends(name, ends) and cells.engine.orders_texts):
        return cells.in_doubt(False, possible)
    pattern = plain_pattern(name)
    is_plain: Any = cells.keep(f"{name} is plain", _search(pattern, cells))
    x: Any = cells.keep(f"{name} to compare", comparable(name, cells.expr, is_plain))
    inside: list[Verdict] = [] if spec.least is None else [x >= comparable_end(name, spec.least)]
    inside += [] if spec.most is None else [x <= comparable_end(name, spec.most)]
    plain = conjunction([is_plain, *inside])
    if pattern == patterns_of_format(name)[1]:
        return plain
    return cells.in_doubt(plain, disjunction([plain, conjunction([possible, ~is_plain])]))


def _search(pattern: str, cells: Cells) -> Verdict | None:
    """Return the expression of texts that match a pattern; None if the engine may read it otherwise."""
    shared = shared_pattern(pattern) if cells.has_regexes else None
    return None if shared is None else cells.expr.str.contains(shared)


def _verdict_of_ends(spec: StrIn, ends: list[str], cells: Cells) -> list[Verdict]:
    """Return the expressions of texts from the least to the most of their format."""
    name = str(spec.format)
    if not ends:
        return []
    if not (has_plain_ends(name, ends) and cells.has_regexes and cells.engine.orders_texts):
        return [cells.in_doubt(False, True)]
    is_plain: Any = _search(plain_pattern(name), cells)
    x = comparable(name, cells.expr, is_plain)
    limits = [] if spec.least is None else [x >= comparable_end(name, spec.least)]
    limits += [] if spec.most is None else [x <= comparable_end(name, spec.most)]
    if name == "date":
        return limits
    inside = conjunction(limits)
    return [cells.in_doubt(is_plain & inside, ~is_plain | inside)]


@verdict_by_kind.register
def _verdict_of_list(spec: Every, subject: FrameValues) -> Verdict:
    """Return the expression of lists of the right size; Python checks their elements."""
    cells = subject.cells
    if type(spec) not in (Every, CollOf):
        raise NotAskedError
    kind = True if spec.options.kind is None else verdict(spec.options.kind, cells)
    if kind is False or (kind is True and cells.kind not in (list, dict)):
        return False  # no collection
    if cells.kind is not list:
        raise NotAskedError
    least, most = spec.options.sizes()
    size = _verdict_of_length(least, None if most == math.inf else most, cells)
    own = conjunction([kind, size])
    if own is False or most == 0:
        return own
    if type(spec) is not CollOf:
        return conjunction([own, cells.in_doubt(False, True)])  # some elements are checked
    is_free = isinstance(spec.pred, Predicate) and spec.pred.row == ROWS[is_any]
    elements = True if is_free else cells.elements(spec.pred, cells.side) if cells.elements else None
    parts = [own, cells.in_doubt(False, True) if elements is None else elements]
    return conjunction([*parts, cells.in_doubt(False, True)] if spec.options.distinct else parts)


@verdict_by_kind.register
def _verdict_of_or(spec: Or, subject: FrameValues) -> Verdict:
    check_methods(spec, UnionType if isinstance(spec, UnionType) else Or, "conform")
    with subject.branching():
        return disjunction(verdict(part, subject) for _, part in spec.branches)


@verdict_by_kind.register
def _verdict_of_nilable(spec: Nilable, subject: FrameValues) -> Verdict:
    return verdict(spec.pred, subject)


@verdict_by_kind.register
def _verdict_of_wrapper(spec: Wrapper, subject: FrameValues) -> Verdict:
    check_methods(spec, Nonconforming if isinstance(spec, Nonconforming) else Wrapper, "conform")
    return verdict(spec.pred, subject)


@verdict_by_kind.register
def _verdict_of_reference(spec: Reference, subject: FrameValues) -> Verdict:
    return verdict(spec, subject)


# --- by the rows of predicates ----------------------------------------------------------------------------


def verdict_of_row(row: PredicateRow, cells: Cells, *, has_ascii_classes: bool = False) -> Verdict:
    """Return the expression of the conditions of a predicate.

    Args:
        row: the conditions.
        cells: the cells of a column.
        has_ascii_classes: True if the classes of its pattern match ASCII alone, as in engines.
    """
    kind = cells.kind
    if not _is_instance(kind, row.classes) or (row.excluded and _is_instance(kind, row.excluded)):
        return False
    if row.members is not None and kind is not bool:
        return False if all(isinstance(x, bool) for x in row.members) else cells.in_doubt(False, True)
    tests = [functools.partial(_verdict_of_mark, mark, cells) for mark in row.marks]
    tests += [functools.partial(_verdict_of_zone, zone, cells) for zone in row.zones]
    if row.pattern is not None:
        tests.append(functools.partial(_verdict_of_pattern, row.pattern, cells, has_ascii_classes))
    if row.least is not None or row.most is not None:
        tests.append(functools.partial(_verdict_of_length, row.least, row.most, cells))
    if row.factor is not None:
        tests.append(functools.partial(_verdict_of_factor, row.factor, row.remainder, cells))
    tests += [
        functools.partial(_verdict_of_bound, *side, cells) for side in ((row.low, True), (row.high, False))
    ]
    return conjunction(_on_side(test, cells) for test in tests)


def _on_side(test: Callable[[], Verdict], cells: Cells) -> Verdict:
    """Return the expression of a condition, or the side's answer to one that the engine can't judge."""
    try:
        return test()
    except NotAskedError:
        return cells.in_doubt(False, True)


def _verdict_of_pattern(pattern: str, cells: Cells, has_ascii_classes: bool) -> Verdict:
    """Return the expression of texts with a pattern; its classes may take other letters than ASCII."""
    if cells.kind is not str:
        return False
    matching = _search(pattern, cells)
    if matching is None or has_ascii_classes:
        return cells.in_doubt(False, True) if matching is None else matching
    is_ascii: Any = cells.expr.str.contains(r"^[\x00-\x7f]*\z")
    return cells.in_doubt(matching & is_ascii, matching | ~is_ascii)


def _verdict_of_zone(zone: Zone, cells: Cells) -> Verdict:
    if cells.kind not in VALUE_TYPES or not VALUE_TYPES[cells.kind].has_zones:
        return False  # the function raises
    if cells.zone is None:
        return zone is None
    try:
        return is_in_zone(zone, datetime.datetime(2000, 1, 1, tzinfo=zoneinfo.ZoneInfo(cells.zone)))
    except (ValueError, zoneinfo.ZoneInfoNotFoundError):
        raise NotAskedError from None


def _is_instance(kind: type, classes: Iterable[Any]) -> bool:
    """True if all values of a builtin type are instances of one of the classes."""
    is_any = False
    for cls in classes:
        if type(cls) not in (type, abc.ABCMeta, enum.EnumType):  # another metaclass may override isinstance
            raise NotAskedError
        is_any = is_any or issubclass(kind, cls)
    return is_any


def _verdict_of_mark(mark: str, cells: Cells) -> Verdict:
    if mark == "empty":
        return _verdict_of_length(0, 0, cells)
    if mark == "callable":
        return False
    if mark not in ("nan", "not nan", "infinite", "not infinite"):
        raise NotAskedError
    if cells.kind not in NUMBERS:
        return False  # the function raises
    if mark in ("nan", "not nan"):
        return mark == "not nan"
    if cells.kind is not float:
        return mark == "not infinite"
    is_finite: Any = cells.is_finite()
    return is_finite if mark == "not infinite" else ~is_finite  # type: ignore[no-any-return]


def _verdict_of_length(least: Any, most: Any, cells: Cells) -> Verdict:
    if cells.kind not in (str, list, dict, bytes):
        return False  # values without a length
    if type(least) not in (int, type(None)) or type(most) not in (int, type(None)):
        raise NotAskedError
    size = len(cells.fields) if cells.fields is not None else cells.size
    if size is not None:
        return (least is None or least <= size) and (most is None or size <= most)
    if cells.kind not in (str, list):
        raise NotAskedError
    length = cells.expr.str.len_chars() if cells.kind is str else cells.expr.list.len()
    low: Verdict = True if least is None or least <= 0 else length >= least
    high: Verdict = True if most is None else most >= 0 and length <= most
    return conjunction([low if least is None or least < _MOST_LETTERS else False, high])


_MOST_LETTERS: Final = 1 << 31  # no string is longer


def _verdict_of_factor(factor: Any, remainder: Any, cells: Cells) -> Verdict:
    if cells.kind not in (*NUMBERS, datetime.timedelta):
        return False  # % raises, or makes a text
    if cells.kind is not int or cells.is_whole or type(factor) is not int or type(remainder) is not int:
        raise NotAskedError
    most = _EXACT if cells.high is None else min(cells.high, _EXACT)
    if not (cells.has_remainders and 0 < factor <= most):
        raise NotAskedError
    rest = cells.expr % factor
    if not remainder:
        return rest == 0  # type: ignore[no-any-return]
    if factor == 2:
        return rest != 0  # type: ignore[no-any-return]  # some engines return -1 below 0
    raise NotAskedError


def verdict_of_members(members: Iterable[Any], cells: Cells) -> Verdict:
    """Return the expression of the cells that are members of a set; 1, 1.0 and True are different members."""
    if cells.kind in (list, dict):
        return False  # unhashable
    members = frozenset(members)
    is_member = member_test(members)
    if cells.kind not in _BOUNDS:
        raise NotAskedError
    if cells.kind not in PLAIN_VALUES:  # values are equal if neither is less
        own = [x for x in members if isinstance(x, cells.kind)]
        if any(type(x) is not cells.kind for x in own):
            raise NotAskedError
        bounds = [PredicateRow(low=(x, False), high=(x, False)) for x in own if is_member(x)]
        return disjunction([verdict_of_row(row, cells) for row in bounds])
    candidates = [x for x in (PLAIN_VALUES[cells.kind](member) for member in members) if x is not None]
    values = [x for x in candidates if is_member(x) and _can_hold(x, cells)]
    values = [*map(float, values)] if cells.is_whole else values
    return cells.is_in(values)


PLAIN_VALUES: Final[dict[type, Callable[[Any], Any]]] = {
    str: lambda x: str.__str__(x) if isinstance(x, str) else None,
    int: lambda x: int.__int__(x) if isinstance(x, int) and not isinstance(x, bool) else None,
    float: lambda x: float.__float__(x) if isinstance(x, float) and x == x else None,
    datetime.date: lambda x: x if type(x) is datetime.date else None,
}
"""The plain value of a member for a column of a type, None for a different type."""


def _can_hold(x: Any, cells: Cells) -> bool:
    if cells.kind is str:
        return not any(0xD800 <= ord(letter) <= 0xDFFF for letter in x)  # UTF-8 can't encode a surrogate
    if cells.is_whole:
        try:
            return bool(float(x) == x)
        except OverflowError:
            return False
    return bool((cells.low is None or cells.low <= x) and (cells.high is None or x <= cells.high))


# --- bounds -----------------------------------------------------------------------------------------------


def _verdict_of_bound(bound: Bound | None, is_low: bool, cells: Cells) -> Verdict:
    """Return the expression of a lower or an upper bound, which the column may be unable to hold."""
    if bound is None:
        return True
    if cells.kind not in _BOUNDS:
        return _other_bound(bound[0]) if cells.kind is not list else cells.in_doubt(False, True)
    exact = _BOUNDS[cells.kind](bound, is_low, cells)
    if isinstance(exact, bool):
        return exact
    limit, is_open = exact
    inside, outside = (cells.low, cells.high) if is_low else (cells.high, cells.low)
    compare = END_OF[is_low, is_open].compare
    if inside is not None and compare(inside, limit):
        return True  # whatever the column holds
    if outside is not None and not compare(outside, limit):
        return False
    return compare(cells.expr, cells.engine.literal(limit))  # type: ignore[no-any-return]


_KNOWN: Final = (*VALUE_TYPES, tuple, list, dict, set)
"""The types of values that are known to compare, or not, with those of another."""


def _number_bound(limit: Any) -> bool:
    """Return False if no number is within a bound; raise NotAskedError if its type is unknown."""
    return bool(limit == limit) if isinstance(limit, NUMBERS) else _other_bound(limit)


def _int_bound(bound: Bound, is_low: bool, cells: Cells) -> Bound | bool:
    if not _number_bound(bound[0]):
        return False
    limit, is_open = whole(bound, up=is_low)
    if cells.is_whole:
        return _float_bound((limit, is_open), is_low, cells)
    return (limit, is_open) if type(limit) is int else (limit > 0) != is_low  # infinite


def _float_bound(bound: Bound, is_low: bool, cells: Cells) -> Bound | bool:
    """Return the bound as the nearest float on its side, since engines round an int that no float equals."""
    limit, is_open = bound
    if not _number_bound(limit):
        return False
    try:
        near = float(limit)
    except OverflowError:
        near = math.inf if limit > 0 else -math.inf
    if near == limit:
        return near, is_open
    if is_low and near < limit:
        near = math.nextafter(near, math.inf)
    if not is_low and near > limit:
        near = math.nextafter(near, -math.inf)
    return near, False


def _date_bound(bound: Bound, is_low: bool, cells: Cells) -> Bound | bool:
    limit, _ = bound
    if isinstance(limit, datetime.date) and not isinstance(limit, datetime.datetime):
        return bound
    return _other_bound(limit)


def _datetime_bound(bound: Bound, is_low: bool, cells: Cells) -> Bound | bool:
    """Return the bound in the zone and the unit of the column, such that nanoseconds can't cross it."""
    limit, is_open = bound
    if not isinstance(limit, datetime.datetime):
        return _other_bound(limit)
    if (limit.utcoffset() is None) != (cells.zone is None):
        return False
    if cells.step > 1:  # an engine truncates a datetime to the column's unit, then compares
        over = datetime.timedelta(microseconds=limit.microsecond % cells.step)
        if over:
            try:
                limit, is_open = limit - over + is_low * limit.resolution * cells.step, False
            except OverflowError:
                return False
    elif is_open == is_low:  # Python's datetimes end at microseconds: x > low is x >= low + 1 us
        try:
            limit, is_open = limit + limit.resolution, not is_open
        except OverflowError:
            return not is_low
    if cells.zone is None:
        return limit, is_open
    try:
        return limit.astimezone(zoneinfo.ZoneInfo(cells.zone)), is_open
    except (ValueError, OverflowError, zoneinfo.ZoneInfoNotFoundError):
        raise NotAskedError from None


def _decimal_bound(bound: Bound, is_low: bool, cells: Cells) -> Bound | bool:
    """Return the bound as the nearest Decimal of the column on its side."""
    limit, is_open = bound
    if isinstance(limit, decimal.Decimal) and limit.is_snan():
        return False
    if not _number_bound(limit):
        return False
    try:
        exact = fractions.Fraction(limit) * 10**cells.scale
    except OverflowError:  # infinite
        return bool((limit > 0) != is_low)
    whole_limit, _ = whole((exact, is_open), up=is_low)
    digits = tuple(map(int, str(abs(whole_limit))))
    return decimal.Decimal((whole_limit < 0, digits, -cells.scale)), False


def _time_bound(bound: Bound, is_low: bool, cells: Cells) -> Bound | bool:
    limit, is_open = bound
    if not isinstance(limit, datetime.time):
        return _other_bound(limit)
    if limit.tzinfo is not None:
        return False if limit.utcoffset() is not None else _other_bound(None)
    if is_open != is_low:
        return bound
    try:
        return time_after(limit, limit.resolution), not is_open
    except ValueError:  # it is on another day
        return not is_low


def _duration_bound(bound: Bound, is_low: bool, cells: Cells) -> Bound | bool:
    limit, is_open = bound
    if not isinstance(limit, datetime.timedelta):
        return _other_bound(limit)
    if abs(limit) >= _LONGEST:
        if not cells.is_fine:
            raise NotAskedError
        return (limit > datetime.timedelta(0)) != is_low
    over = limit % datetime.timedelta(microseconds=cells.step)
    if over:
        return limit - over + is_low * datetime.timedelta(microseconds=cells.step), False
    if cells.is_fine and is_open == is_low:
        return limit + datetime.timedelta(microseconds=1), not is_open
    return limit, is_open


_LONGEST: Final = datetime.timedelta(microseconds=(1 << 63) // 1000)  # of nanoseconds


def _text_bound(bound: Bound, is_low: bool, cells: Cells) -> Bound | bool:
    if not isinstance(bound[0], str):
        return _other_bound(bound[0])
    if type(bound[0]) is not str or not cells.engine.orders_texts or not _can_hold(bound[0], cells):
        raise NotAskedError
    return bound


def _bytes_bound(bound: Bound, is_low: bool, cells: Cells) -> Bound | bool:
    if isinstance(bound[0], (bytes, bytearray)):
        raise NotAskedError  # not all engines take bytes as a literal
    return _other_bound(bound[0])


def _other_bound(limit: Any) -> bool:
    if isinstance(limit, _KNOWN):
        return False  # the comparison raises
    raise NotAskedError


_BOUNDS: Final[dict[type, Callable[[Bound, bool, Cells], Bound | bool]]] = {
    int: _int_bound,
    float: _float_bound,
    datetime.date: _date_bound,
    datetime.datetime: _datetime_bound,
    datetime.time: _time_bound,
    datetime.timedelta: _duration_bound,
    decimal.Decimal: _decimal_bound,
    str: _text_bound,
    bytes: _bytes_bound,
}
