"""Numbers, moments and strings between two ends."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import math
import operator
import re
from typing import Any, ClassVar, Final

from mxspec.base.formats import FORMATS, format_of, has_format, is_from, is_to
from mxspec.base.lazy import lazy
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.patterns import LETTERS, check_pattern, has_pattern
from mxspec.base.predicate_rows import (
    UNKNOWN,
    PredicateRow,
    has_length_from,
    has_length_to,
    is_not_infinite,
    is_not_nan,
    row_of_form,
)
from mxspec.base.strategies import simple
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, plain_text, short_repr
from mxspec.errors import Problem, SpecDefinitionError, did_you_mean
from mxspec.predicates import PLAIN_TYPES, has_zone, is_inst, is_inst_in_range, is_int, is_nat_int, is_number
from mxspec.specs.core.generation import Context, filter_valid
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.spec import Find, Predicate, Spec, written_spec
from mxspec.specs.core.writer import Code
from mxspec.specs.logic import And

_MANY: Final = 1 << 53  # more than are ever counted


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Range(And, inherits=True):
    """An and_ of a type and bounds with one form, one problem and one test."""

    changes: ClassVar[bool | None] = False

    @lazy
    def row(self) -> PredicateRow:
        """The conditions of the range, UNKNOWN if they are not known."""
        return row_of_form(self.form()) or UNKNOWN

    def expression_of_type(self, name: str, exact: str, code: Code, v: str) -> str:
        """Return an expression that tests v, which is exact for the values of a type."""
        others = f"type({v}) not in PLAIN_TYPES and {code.meaning_expression(self, v)}"
        return f"({exact} if type({v}) is {name} else {others})"

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        for i, pred in enumerate(self.preds):
            if pred.conform(x, question) is INVALID:
                problems = pred.explain(x, place, question)
                if i:  # otherwise the type is the problem
                    problems[0]["pred"] = self.form()
                return problems
        return []


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class IntIn(Range, inherits=True):
    start: int
    end: int

    @property
    def most_values(self) -> float:  # type: ignore[override]
        return min(self.end - self.start, _MANY)

    def strategy(self, context: Context) -> Strategy | None:
        return simple.ints(self.start, self.end - 1)  # a fifth less time for 20 samples than And's

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if type(x) not in PLAIN_TYPES:
            return super().explain(x, place, question)
        if type(x) is int and self.start <= x < self.end:
            return []
        return [place.problem(self.form() if type(x) is int else int, x)]

    def are_alike(self, kind: type, find: Find) -> bool:
        return True

    def expression(self, code: Code, v: str) -> str:
        exact = f"{code.const(self.start)} <= {v} < {code.const(self.end)}"
        return self.expression_of_type("int", exact, code, v)

    def form(self) -> Any:
        return ("int_in", self.start, self.end)


@name_options()
def int_in(
    start: int | None = None, end: int | None = None, *, min: int | None = None, max: int | None = None
) -> Spec:
    """Accept an int from start up to, but not including, end; or from min to max, both included (s/int-in).

    Args:
        start, end: as in `range`; both of them.
        min, max: the bounds, or one of them, in place of start and end.

    Example:
        >>> import mxspec as s
        >>> [s.valid(s.int_in(0, 10), x) for x in (0, 9, 10, 3.0, True)]
        [True, True, False, False, False]
        >>> s.valid(s.int_in(max=5), 5), s.int_in(min=1, max=5)
        (True, int_in(1, 6))
    """
    is_inclusive = not (min is max is None)
    if start is end is None and is_inclusive:
        if all(bound is None or is_int(bound) for bound in (min, max)):
            if min is None or max is None:
                return RangeOf(_preds(int, (operator.le, min), (operator.ge, max)), int, min, max)
            start, end = min, max + 1
    elif is_inclusive:
        raise SpecDefinitionError("int_in takes start and end, as in range, or min and max, both included")
    if start is None or end is None or not (is_int(start) and is_int(end) and start < end):
        ends = (min, max) if is_inclusive else (start, end)
        raise SpecDefinitionError(
            f"int_in takes two ints in ascending order, not {short_repr(ends[0])} and {short_repr(ends[1])}"
            + "; a bound alone is int_in(min=0) or int_in(max=5)" * (None in ends)
        )
    start, end = int.__int__(start), int.__int__(end)  # a subclass becomes a plain int
    return IntIn(_preds(int, (operator.le, start), (operator.gt, end)), start, end)


@written_spec.register
def _spec_of_range(ints: range, bare: bool) -> Spec:
    if not ints:
        raise SpecDefinitionError(f"{ints!r} has no member that a value could be")
    if ints.step == 1:
        return int_in(ints.start, ints.stop)
    if len(ints) > _MOST_MEMBERS:
        raise SpecDefinitionError(
            f"{ints!r} has steps and more than {_MOST_MEMBERS:,} members; say s.and_(range(...), s.is_even), "
            "or a function"
        )
    return Predicate(frozenset(ints), bare=bare)


_MOST_MEMBERS: Final = 10_000


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class FloatIn(Range, inherits=True):
    min: float | None
    max: float | None
    infinite: bool
    nan: bool

    def strategy(self, context: Context) -> Strategy | None:
        if self.min is None and self.max is None:
            return simple.floats(self.infinite, self.nan)
        # A NaN fails every comparison, so generate none if there is a bound.
        return simple.floats_between(self.min, self.max, self.infinite)

    def expression(self, code: Code, v: str) -> str | None:
        ends = [None if end is None else code.const(end) for end in (self.min, self.max)]
        if not self.infinite or ends == [None, None]:
            return super().expression(code, v)
        exact = " <= ".join(each for each in (ends[0], v, ends[1]) if each is not None)
        return self.expression_of_type("float", exact, code, v)

    def form(self) -> Any:
        options = {"min": self.min, "max": self.max, "infinite": self.infinite, "nan": self.nan}
        defaults = {"min": None, "max": None, "infinite": True, "nan": True}
        return ("float_in", {key: value for key, value in options.items() if value is not defaults[key]})


@name_options()
def float_in(
    min: float | None = None, max: float | None = None, infinite: bool = True, nan: bool = True
) -> Spec:
    """Accept a float from min to max, both included (s/double-in).

    Args:
        min: the least value, or None for no bound.
        max: the greatest value, or None for no bound.
        infinite: if True, infinity is allowed.
        nan: if True, NaN is allowed; as in clojure, only without bounds, since NaN fails every bound.

    Example:
        >>> import mxspec as s
        >>> [s.valid(s.float_in(0, 1), x) for x in (0.0, 1.0, 1.5, 1, float("nan"))]
        [True, True, False, False, False]
    """
    for bound in (min, max):
        if bound is not None and not (is_number(bound) and bound == bound):
            raise SpecDefinitionError(f"the bounds of float_in are numbers, not {short_repr(bound)}")
    if min is not None and max is not None and not min <= max:
        raise SpecDefinitionError(f"float_in needs min <= max, not {short_repr(min)} and {short_repr(max)}")
    finite = [*([] if infinite else [is_not_infinite]), *([] if nan else [is_not_nan])]
    bounds = ((operator.ge, max), (operator.le, min))
    return FloatIn(_preds(float, *finite, *bounds), min, max, infinite, nan)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class InstIn(Range, inherits=True):
    start: datetime.datetime
    end: datetime.datetime

    def form(self) -> Any:
        return ("inst_in", self.start, self.end)


@name_options()
def inst_in(start: datetime.datetime, end: datetime.datetime) -> Spec:
    """Accept a datetime from start up to, but not including, end (s/inst-in).

    Bounds with a time zone accept moments with one, bounds without accept moments without.

    Example:
        >>> import datetime as dt, mxspec as s
        >>> s.valid(s.inst_in(dt.datetime(2019, 1, 1), dt.datetime(2020, 1, 1)), dt.datetime(2019, 10, 11))
        True
    """
    if not (is_inst(start) and is_inst(end) and has_zone(start) == has_zone(end) and start < end):
        raise SpecDefinitionError(
            "inst_in takes two datetimes in ascending order, both with a time zone or both without, "
            f"not {short_repr(start)} and {short_repr(end)}"
        )
    return InstIn(_preds(is_inst, functools.partial(is_inst_in_range, start, end)), start, end)


# --- anything with an order, and strings -------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class RangeOf(Range, inherits=True):
    kind: Any
    low: Any
    high: Any

    def form(self) -> Any:
        return ("range_of", self.kind, self.low, self.high)


@name_options()
def range_of(kind: Any, low: Any = None, high: Any = None) -> Spec:
    """Accept a value of a type from low to high, both included.

    Args:
        kind: a type or predicate of values with an order, such as datetime.date, Decimal or `s.is_number`.
        low, high: the bounds; one of them may be None.

    Raises:
        SpecDefinitionError: kind refuses a bound, or low is not at most high.

    Example:
        >>> import datetime as dt, mxspec as s
        >>> s.valid(s.range_of(dt.date, dt.date(2019, 1, 1), dt.date(2019, 12, 31)), dt.date(2019, 10, 11))
        True
        >>> [s.valid(s.range_of(s.is_number, 0, 10), x) for x in (3, 3.5, 11, "x")]
        [True, True, False, False]
    """
    own = Predicate(kind, bare=True)
    bounds = [bound for bound in (low, high) if bound is not None]
    try:
        fits = bool(bounds) and all(map(own.test, bounds)) and bounds[0] <= bounds[-1]
    except Exception:  # bounds that don't compare
        fits = False
    if not fits:
        raise SpecDefinitionError(
            f"range_of takes a type and one or two values of it in ascending order, not {short_repr(kind)}, "
            f"{short_repr(low)} and {short_repr(high)}"
        )
    return RangeOf(_preds(kind, (operator.le, low), (operator.ge, high)), kind, low, high)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class StrIn(Range, inherits=True):
    min_length: int | None
    max_length: int | None
    pattern: str | None
    format: str | None
    least: str | None = None
    most: str | None = None

    @property
    def most_values(self) -> float:  # type: ignore[override]
        return math.inf

    def strategy(self, context: Context) -> Strategy | None:
        if self.pattern is None and self.format is None:
            return super().strategy(context)
        texts = simple.formatted_texts(self.pattern, self.format, self.least, self.most)
        return filter_valid(self, texts, repr(self))

    def form(self) -> Any:
        names = ("min_length", "max_length", "pattern", "format", "least", "most")
        options = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return ("str_in", *([options] if options else []))


@name_options()
def str_in(
    min_length: int | str | None = None,
    max_length: int | None = None,
    *,
    pattern: str | None = None,
    format: str | None = None,
    least: str | None = None,
    most: str | None = None,
) -> Spec:
    r"""Accept a string of a length, a pattern and a format.

    Args:
        min_length, max_length: the numbers of characters, both included; or the pattern in place of the
            first.
        pattern: a regular expression that the whole string matches; `\d` and `\w` match ASCII alone. A match
            of any string of 256 letters, or of max_length if that is less, has to take at most 10,000,000
            steps.
        format: "uuid", "date" or "datetime" of ISO 8601, "number", "email", "url", "ipv4", "ipv6", or a
            format of `datetime.strptime`.
        least, most: the first and the last date, moment or number of the format, both included.

    Raises:
        SpecDefinitionError: an option makes no sense, or the pattern may take exponential time, as `(a+)+`.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.str_in(1, 3), "ab"), s.valid(s.str_in(format="date"), "2019-13-11")
        (True, False)
        >>> s.valid(s.str_in("a+"), "aaa"), s.valid(s.str_in("a+"), "aab")
        (True, False)
        >>> s.valid(s.str_in(format="date", least="2019-01-01", most="2019-12-31"), "1900-01-01")
        False
        >>> s.explain(s.str_in(pattern="[A-Z]{2}-[0-9]{4}"), "AB-12")
        a string of the pattern [A-Z]{2}-[0-9]{4} is required, not 'AB-12' - failed: str_in(...)
    """
    if isinstance(min_length, str):
        if pattern is not None:
            raise SpecDefinitionError(f"str_in takes one pattern, not {short_repr(min_length)} and another")
        min_length, pattern = None, min_length
    for length in (min_length, max_length):
        if length is not None and not is_nat_int(length):
            raise SpecDefinitionError(f"a length in str_in is an int from 0, not {short_repr(length)}")
    min_length = None if min_length is None else int.__int__(min_length)
    max_length = None if max_length is None else int.__int__(max_length)
    pattern, format, least, most = map(plain_text, (pattern, format, least, most))
    if min_length is not None and max_length is not None and min_length > max_length:
        raise SpecDefinitionError(f"str_in needs min_length <= max_length, not {min_length} and {max_length}")
    if format is not None and format_of(format) is None:
        raise SpecDefinitionError(
            f"{short_repr(format)} is not a format of strings{did_you_mean(format, FORMATS)}"
        )
    if pattern is not None:
        check_pattern(pattern, LETTERS if max_length is None else min(LETTERS, max_length))
    _check_ends(format, least, most)
    lengths = ((has_length_from, min_length), (has_length_to, max_length))
    preds = _preds(str, *lengths, (has_pattern, pattern), (has_format, format))
    ends = ((is_from, least), (is_to, most))
    tests = [functools.partial(test, format, end) for test, end in ends if end is not None]
    return StrIn((*preds, *_preds(*tests)), min_length, max_length, pattern, format, least, most)


@written_spec.register
def _spec_of_pattern(pattern: re.Pattern, bare: bool) -> Spec:  # type: ignore[type-arg]
    """Return the spec of the strings that a pattern matches as a whole, read as `str_in` reads it."""
    flags = re.RegexFlag(pattern.flags) & ~(re.UNICODE | re.ASCII)
    if not isinstance(pattern.pattern, str) or flags:
        what = f"with {flags!r}" if flags else "of bytes"
        raise SpecDefinitionError(
            f"a pattern {what} is no spec: say it in the pattern of s.str_in, as '(?i)a+' does, or "
            "lambda x: pattern.fullmatch(x)"
        )
    return str_in(pattern=pattern.pattern)


def _check_ends(name: str | None, least: str | None, most: str | None) -> None:
    """Raise SpecDefinitionError for ends that are not of the format, or not in ascending order."""
    ends = [end for end in (least, most) if end is not None]
    kind = format_of(name or "")
    try:
        fits = not ends or (name is not None and all(has_format(name, end) for end in ends))
        fits = fits and (len(ends) < 2 or is_from(str(name), *ends))
    except (TypeError, ValueError):  # two moments, one with a time zone
        fits = False
    if not fits or (ends and kind is not None and kind.read is None):
        raise SpecDefinitionError(
            "least and most of str_in are dates, datetimes or numbers of its format in ascending order, "
            f"not {short_repr(least)} and {short_repr(most)}"
        )


def _preds(*tests: Any) -> tuple[Predicate, ...]:
    """Return predicates as parts, and tests in pairs with a limit, unless that is None."""
    asked = [each for each in tests if not (isinstance(each, tuple) and each[1] is None)]
    preds = [functools.partial(each[0], each[1]) if isinstance(each, tuple) else each for each in asked]
    return tuple(Predicate(pred, bare=True) for pred in preds)
