"""The borders of a leaf: values on both sides of the conditions of a predicate or a range, and look-alikes.

at_leaf(int_in(0, 10), 3) has -1, 0, 9 and 10, each with its bound, and "3", 3.0 and True, each with its type.
The spec later decides whether such a value is wrong, so a useless value only costs time.
"""

from __future__ import annotations

import calendar
import contextlib
import dataclasses
import datetime
import enum
import functools
import itertools
import math
import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from mxspec.base.formats import format_of
from mxspec.base.lazy import LateModule, lazy
from mxspec.base.predicate_rows import PredicateRow, row_of
from mxspec.base.strategies.narrowing import bounds_of
from mxspec.base.strategies.sampling import Effort
from mxspec.base.value_types import time_after, value_type_of
from mxspec.base.values import repr_of
from mxspec.changes.borders.constants import Constants, constants_in, neighbours
from mxspec.changes.borders.inner import fits, spec_behind
from mxspec.changes.borders.operands import operands_of
from mxspec.changes.borders.pattern_slips import slips_of
from mxspec.changes.borders.texts import (
    LONGEST,
    edits_of,
    odd_texts,
    texts_beside,
    texts_of_format,
    texts_of_odd_letters,
)
from mxspec.errors import SpecError
from mxspec.predicates import is_number
from mxspec.questions.examples import sample_within
from mxspec.specs.core.spec import Predicate, Spec, text_of, walk
from mxspec.specs.logic import And
from mxspec.specs.ranges import Range, StrIn
from mxspec.specs.wrappers import Conformer
from mxspec.transform.schemas.json_kinds import SchemaPredicate

np: Any = LateModule("numpy")

MOST_ALIKE: Final = 100  # borders of one kind at a part: the members of a set, the keys of a map
_MOST_CONSTANTS: Final = 60
_MOST_OPERANDS: Final = 40
_MOST_MENDED: Final = 120  # letters of a text to change, to meet a checksum
_MOST_CHECKED: Final = 3000  # texts in all that are tried so
_MOST_NAMED: Final = 8  # constants of a function
_LONGEST_NAMED: Final = 20


@dataclasses.dataclass(frozen=True, eq=False)
class Border:
    """A border: a condition of a spec on a part, and its limit.

    Attributes:
        kind: "low", "high", "multiple", "least length", "greatest length", "member", "type", "look-alike",
            "None", "pattern", "missing key", "extra key", "renamed key", "tag", "branch", "count", "repeat",
            "order", "shape", "dtype", "value", "label", "boundary", "another kind", "noise", "condition",
            "presence", "element", "far", "letters", "variant" or "relation".
        at: the bound, the length, the member, the key, the name of the other type, the text of the condition.
    """

    kind: str
    at: Any = None

    @lazy
    def _key(self) -> tuple[str, type, str]:  # read ten times for each near miss
        return self.kind, type(self.at), repr_of(self.at)  # at may be unhashable, and its == no bool

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Border) and self.kind == other.kind and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        at = self.at if isinstance(self.at, str) and self.kind in _WORDS else repr(self.at)
        return self.kind if self.at is None else f"{self.kind} {at}"


_WORDS: Final = (
    "type",
    "look-alike",
    "condition",
    "relation",
    "pattern",
    "order",
    "branch",
    "presence",
    "element",
    "another kind",
    "far",
    "letters",
    "variant",
)

TRIED: Final = Border("condition")
"""The border of values that are tried; the condition that refuses them names it later."""

Edge = tuple[Border, Any]
"""A border, and a value near it."""


def edges_up_to_error(edges: Iterable[Edge]) -> Iterator[Edge]:
    """Yield edges until one can't be made, because the border is for parts of a different type."""
    with contextlib.suppress(Exception):
        yield from edges


def at_leaf(spec: Spec, x: Any) -> Iterator[Iterable[Edge]]:
    preds = list(preds_of(spec))
    inverse: Callable[[Any], Any] | None = None
    rows = [*map(row_of_pred, preds)]
    factors = [row.factor for row in rows if row is not None and row.factor] + named_in(preds, int)
    for pred, row in zip(preds, rows, strict=True):
        edges = _at_row(row, x, factors) if row is not None else iter(())
        if inverse is None:
            yield edges
            yield _at_operands(pred, x)
        else:  # the pred sees a conformed value
            back = inverse
            yield ((border, back(new)) for border, new in [*edges, *_of_conformed(pred)])
        if isinstance(pred, Conformer):
            inverse = pred.unf or str
    yield alike(x)
    if len(preds) > 1:
        yield _without_each(tuple(preds))
    pattern = next(filter(None, map(text_pattern, preds)), "")
    if pattern:
        several = itertools.chain(
            texts_beside(pattern, x), slips_of(_regex_of(pattern)), edits_of(x), texts_of_format(pattern)
        )
        yield ((Border("pattern", f"{pattern} ({words})"), new) for words, new in several)
    elif type(x) is str and all(map(is_known_pred, preds)):
        lengths = {n for row in rows if row is not None for n in (row.least, row.most) if type(n) is int}
        yield ((Border("letters", words), new) for words, new in texts_of_odd_letters(lengths))
    if not all(map(is_known_pred, preds)):
        text = text_of(preds[-1])
        places = [n for n in constants_near(tuple(preds)) if type(n) is int]
        named = named_in(preds, int)
        odd: list[Iterator[tuple[str, Any]]] = [odd_texts(x, named_in(preds, str)), odd_moments(x, named)]
        odd += [_steps_from(x, named), *([] if pattern else [edits_of(x, places)])]
        odd += [_odd_decimals(x), _odd_bytes(x, named_in(preds, bytes))]
        odd += [iter(_slips_of_checked(tuple(preds), _regex_of(pattern)))] if pattern else []
        several = itertools.chain.from_iterable(odd)
        yield ((Border("condition", f"{text} ({words})"), new) for words, new in several)
        tried = (*neighbours(x), *constants_near(tuple(preds)))
        yield ((TRIED, new) for new in tried if type(new) is type(x))


def text_pattern(pred: Spec) -> str | None:
    """Return the regular expression, or the name of the format, that a text matches."""
    if isinstance(pred, StrIn):
        return pred.pattern or pred.format
    row = row_of(pred.pred) if isinstance(pred, Predicate) else None
    return None if row is None else row.pattern


@functools.lru_cache(500)
def _slips_of_checked(preds: tuple[Spec, ...], regex: str) -> list[tuple[str, str]]:
    """Return the slips of a pattern that other conditions refuse, with one letter changed so that all accept.

    A checksum refuses nearly all texts of its pattern, so a slip alone shows nothing of the pattern.
    """
    whole, kept = And(preds), []
    turns = itertools.repeat(None, _MOST_CHECKED)
    for words, text in slips_of(regex):
        if not fits(preds[0], text) or fits(whole, text):
            continue
        others = (text[:i] + c + text[i + 1 :] for i in range(len(text)) for c in "0123456789aZ")
        several = zip(itertools.islice(others, _MOST_MENDED), turns, strict=False)
        mended = next((other for other, _ in several if fits(whole, other)), None)
        if mended is not None:
            kept += [(words, mended), (f"{words}, other case", mended.swapcase())]
    return kept


def _regex_of(pattern: str) -> str:
    """Return a pattern, or that of the format of this name; a format without one matches its name."""
    named = format_of(pattern)
    return pattern if named is None else named.pattern or ""


def forms_of(x: Any) -> Iterator[tuple[str, Any]]:
    """Yield other forms of a value, which a comparison may take for the same."""
    if type(x) is str:
        yield from (("other case", x.swapcase()), ("a blank after", x + " "), ("decomposed", x + "\u0301"))
    elif isinstance(x, datetime.datetime):
        yield from ((f"zone {zone}", x.replace(tzinfo=zone)) for zone in (*_ZONES, None))
    elif type(x) in (int, float):
        yield "negative", -x
    yield from _odd_decimals(x)


def _odd_decimals(x: Any) -> Iterator[tuple[str, Decimal]]:
    """Yield a Decimal in its other forms, and with a digit more."""
    if type(x) is Decimal and x.is_finite():
        step = Decimal((0, (1,), int(x.as_tuple().exponent) - 1))
        yield from (
            ("a zero more", x + step - step),
            ("without zeros", x.normalize()),
            ("a digit more", x + step),
        )


def _odd_bytes(x: Any, named: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield bytes with the slips of texts, a byte for a letter."""
    if type(x) is bytes:
        text = x.decode("latin-1")
        texts = itertools.chain(edits_of(text), odd_texts(text, [each.decode("latin-1") for each in named]))
        yield from ((words, new.encode("latin-1")) for words, new in texts if max(new, default="") < "\u0100")


def _steps_from(x: Any, named: list[int]) -> Iterator[tuple[str, int]]:
    """Yield ints that a constant of a function, or a part of it, is away, as x + 4 for `x % 8 == 0`."""
    if type(x) is int:
        yield from (
            (f"{step} more", x + step) for n in named if 1 < n < LONGEST for step in (*_shares_of(n), n)
        )


def _shares_of(n: int) -> list[int]:
    """Return the half, the third and so on of an int, where they are ints."""
    return [n // prime for prime in (2, 3, 5, 7, 11, 13) if n % prime == 0 and n > prime]


def named_in(preds: Sequence[Spec], kind: type) -> list[Any]:
    """Return the first ints, or short texts, that the functions of predicates name."""
    functions = [pred.pred for pred in preds if isinstance(pred, Predicate) and not is_known_pred(pred)]
    constants: dict[Any, None] = dict.fromkeys(
        x for function in functions for x in constants_in(function) if type(x) is kind
    )
    return [x for x in constants if kind is int or 0 < len(x) <= _LONGEST_NAMED][:_MOST_NAMED]


def preds_of(spec: Spec) -> Iterator[Spec]:
    inner = spec_behind(spec)
    if isinstance(inner, And) and not isinstance(inner, Range):
        for pred in inner.preds:
            yield from preds_of(pred)
    else:
        yield inner


def is_known_pred(pred: Spec) -> bool:
    """True for a range, or a predicate whose row has no conditions by name alone."""
    row = row_of(pred.pred) if isinstance(pred, Predicate) else None
    return isinstance(pred, Range) or (row is not None and not row.marks - {row.pattern})


def row_of_pred(pred: Spec) -> PredicateRow | None:
    """Return the row of a range or a predicate, with the bounds that its source states."""
    if isinstance(pred, (Range, SchemaPredicate)):
        return pred.row
    return bounds_of(pred.pred)[0] if isinstance(pred, Predicate) else None


def _at_row(row: PredicateRow, x: Any, factors: Sequence[Any]) -> Iterator[Edge]:
    for kind, bound in (("low", row.low), ("high", row.high)):
        if bound is not None:
            border = Border(kind, bound[0])
            yield from ((border, new) for new in neighbours(bound[0]) if type(new) is type(x))
            if type(x) is type(bound[0]) is int:
                multiples = (bound[0] // n * n + step * n for n in factors if n > 1 for step in (-1, 0, 1))
                yield from ((border, new) for new in multiples if type(new) is int)
            if type(bound[0]) is not type(x) and is_number(x):
                yield from ((border, new) for new in neighbours(type(x)(bound[0])) if type(new) is type(x))
            yield from _far_from(kind, bound[0], x, factors)
            if type(x) is float:
                whole = (new for new in neighbours(bound[0]) if type(new) is int)
                yield from ((Border("look-alike", f"int for float at {kind}"), new) for new in whole)
    if row.factor is not None:
        shares = _shares_of(row.factor) if type(row.factor) is int else []
        steps = (1, -1, row.factor, -row.factor, *shares)
        yield from ((Border("multiple", row.factor), x + step) for step in steps)
    for kind, limit, beyond in (("least length", row.least, -1), ("greatest length", row.most, 1)):
        for n in (limit + beyond, limit) if isinstance(limit, int) and limit < LONGEST else ():
            yield from ((Border(kind, limit), new) for new in _of_length(x, n) if n >= 0)
    members = row.members if row.members is not None else row.values or ()
    if members and type(members[0]) is str and len(members[0]) == 1 and not members[0].isalnum():
        others = (y for y in string.punctuation + " " if y not in members)
        yield from ((Border("member", f"{members[0]} ({y!r} for it)"), y) for y in others)
    for member in members[:MOST_ALIKE]:
        yield Border("member", member), member
        near = (y for y in neighbours(member) if type(y) is type(member) and y not in members)
        yield from ((Border("member", member), y) for y in near)
        edits = ((words, y) for words, y in edits_of(member) if y not in members)
        yield from ((Border("member", f"{member} ({words})"), y) for words, y in edits)
    if row.zones and isinstance(x, datetime.datetime):
        other = None if x.tzinfo else datetime.UTC
        yield Border("type", "a time zone more" if other else "no time zone"), x.replace(tzinfo=other)


def _far_from(kind: str, bound: Any, x: Any, factors: Sequence[Any]) -> Iterator[Edge]:
    """Yield numbers far from a bound, with its digits or its sign changed; times a named number away."""
    several: list[tuple[str, Any]] = []
    if type(bound) is type(x) and type(x) in (int, Decimal):
        several = [("ten times", bound * 10), ("a tenth of", bound // 10), ("minus", -bound)]
        several += [("far below", min(-1, bound - 10**6)), ("far above", bound + 10**6)]
    elif type(bound) is type(x) is datetime.time:
        for n, (unit, seconds) in itertools.product((1, *factors), _UNITS.items()):
            for sign, word in ((1, "after"), (-1, "before")):
                with contextlib.suppress(ValueError, OverflowError):  # on another day
                    step = sign * n * datetime.timedelta(seconds=seconds)
                    several.append((f"{n} {unit} {word}", time_after(bound, step)))
    yield from ((Border("far", f"{words} {kind} {bound!r}"), new) for words, new in several)


_UNITS: Final = {"hours": 3600, "minutes": 60, "seconds": 1}


def _of_length(x: Any, n: int) -> Iterator[Any]:
    """Yield copies of x with another length: several, since a cut may break other conditions."""
    if len(x) > n:
        yield from (x[:n], x[len(x) - n :], x[: n - n // 2] + x[len(x) - n // 2 :])
    else:
        filler = x or ("a" if isinstance(x, str) else b"a" if isinstance(x, bytes) else [0])
        yield (x + filler * n)[:n]


@functools.lru_cache(2000)
def _without_each(preds: tuple[Spec, ...]) -> list[Edge]:
    """Return values that fit all preds except one, drawn from the others."""
    edges: list[Edge] = []
    for i, pred in enumerate(preds[1:], 1):
        effort = Effort()
        effort.most = 5000
        with contextlib.suppress(SpecError):
            drawn = sample_within(And((*preds[:i], *preds[i + 1 :])), 20, 0, effort)
            several = [new for new in drawn if not fits(pred, new)][:3]
            edges += [(Border("condition", text_of(pred)), new) for new in several]
    return edges


@functools.lru_cache(2000)
def constants_near(specs: tuple[Spec, ...]) -> list[Any]:
    several = itertools.islice(itertools.chain.from_iterable(map(walk, specs)), 30)
    return Constants(several).values[:_MOST_CONSTANTS]


def _at_operands(pred: Spec, x: Any) -> Iterator[Edge]:
    """Yield the values that a function compares x with, and their neighbours."""
    if isinstance(pred, Predicate) and not is_known_pred(pred):
        operands = operands_of(pred.pred, x, lambda spy: spy)
        near = itertools.chain.from_iterable(map(neighbours, operands))
        several = (new for new in near if type(new) is type(x))
        yield from (
            (Border("condition", text_of(pred)), new) for new in itertools.islice(several, _MOST_OPERANDS)
        )


def odd_moments(x: Any, named: list[int]) -> Iterator[tuple[str, Any]]:
    """Yield days and moments that functions treat differently: ends of months, weekdays, other offsets.

    Args:
        named: ints of the function, which may be a day or a month.
    """
    if not isinstance(x, datetime.date):
        return
    days = {"a leap day": (2, 29), "an end of a month": (4, 30), "an end of a year": (12, 31)}
    days |= {f"weekday {n}": (1, n) for n in range(1, 8)}  # 2024 begins on a Monday
    year = x.year if calendar.isleap(x.year) else 2024
    days |= {f"day {n}": (month, n) for n in named for month in (1, 3) if 0 < n < 32}
    days |= {f"month {n}": (n, day) for n in named for day in (1, 28) if 0 < n < 13}
    yield from ((words, x.replace(year, *day)) for words, day in days.items())
    if isinstance(x, datetime.datetime):
        for zone in _ZONES:
            yield f"another offset, {zone}", x.astimezone(zone) if x.tzinfo else x.replace(tzinfo=zone)
            yield f"another zone, {zone}", x.replace(tzinfo=zone)
        yield "no time zone", x.replace(tzinfo=None)


_ZONES: Final = [
    datetime.timezone(datetime.timedelta(minutes=n)) for n in (60, -300, 345, 0, 840, -720, 900, -1439)
]


def _of_conformed(pred: Spec) -> Iterator[Edge]:
    yield from ((Border("condition", text_of(pred)), new) for new in constants_near((pred,)))


# --- values that look alike -------------------------------------------------------------------------------

_LOOK_ALIKE: Final[list[tuple[Any, Callable[[Any], list[Any]]]]] = [
    (type(None), lambda x: [0, "", False, [], {}, "None"]),
    (bool, lambda x: [int(x), str(x).lower(), np.bool_(x)]),
    (enum.Enum, lambda x: [x.value, x.name]),
    (int, lambda x: [str(x), float(x) if abs(x) < 2**53 else 0.5, bool(x), np.int64(x % 2**62)]),
    (
        float,
        lambda x: [
            str(x),
            *([int(x)] if math.isfinite(x) else []),
            np.float64(x),
            math.nan,
            math.inf,
            -math.inf,
        ],
    ),
    (
        str,
        lambda x: [x.encode("utf-8", "replace"), *([int(x)] if x.isdecimal() else []), np.str_(x)],
    ),
    (
        (list, tuple),
        lambda x: [(tuple if type(x) is list else list)(x), dict(enumerate(x)), *x[:1], "".join(map(str, x))],
    ),
    ((set, frozenset), lambda x: [[*x], tuple(x)]),
    (dict, lambda x: [[*x.items()], [*x.keys()], [x]]),
]


def _others(x: Any) -> tuple[Any, ...]:
    """Return None, and an empty value of a different type."""
    is_sequence = isinstance(x, (list, tuple))
    empty: Any = {} if is_sequence else [] if isinstance(x, (str, dict)) else ""
    return (empty,) if x is None else (None, empty)


def alike(x: Any) -> Iterator[Edge]:
    """Yield values of other types that look like x, whether or not a conversion may read them as x."""
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        yield from _alike_arrays(x)
        return
    own = type(x).__name__
    several = next((others(x) for kind, others in _LOOK_ALIKE if isinstance(x, kind)), [])
    if (row := value_type_of(type(x))) is not None and row.write is not None and not isinstance(x, enum.Enum):
        several = [row.write(x), *row.alike(x)]
    for new in (*several, *_others(x)):
        other = "None" if new is None else type(new).__name__
        if type(new) is type(x):
            yield Border("value", repr(new)), new
        else:
            yield Border("look-alike" if _is_conversion(x, new) else "type", f"{other} for {own}"), new


def _is_conversion(x: Any, new: Any) -> bool:
    """True if a converting reader may read new as x."""
    sequences = (list, tuple, set, frozenset)
    if isinstance(x, sequences) or isinstance(new, sequences):
        return isinstance(x, sequences) and isinstance(new, sequences) and len(x) == len(new)
    return new is not None and new != "" and not isinstance(x, dict) and not isinstance(new, dict)


def _alike_arrays(x: Any) -> Iterator[Edge]:
    yield Border("dtype", "list"), x.tolist()
    for kind in ("float64", "float32", "int64", "uint8", "object") if x.dtype.kind in "biuf" else ():
        if x.dtype != kind:
            with np.errstate(all="ignore"):
                yield Border("dtype", kind), x.astype(kind)
    yield from ((Border("type", f"{type(new).__name__} for array"), new) for new in _others(x))
