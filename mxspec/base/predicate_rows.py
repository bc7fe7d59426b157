"""The conditions of predicates, a row each; error types, words, schemas, code, examples and proofs visit it.

`ROWS[is_pos_int]` states once that the value is an int above 0, and no bool. `row_of` reads other predicates
into the same form: a type, a set, `functools.partial(operator.le, 3)`. So a new predicate is one row:

    ROWS[is_port] = PredicateRow("port", "a port", (int,), (bool,), low=(1, False), high=(65535, False))
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
import math
import numbers
import operator
import types
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from mxspec import predicates as p
from mxspec.addresses import with_address
from mxspec.base.values import stable_order
from mxspec.predicates import TaggedValue

Bound = tuple[Any, bool]
"""A bound, and True if it is excluded."""


class End(NamedTuple):
    """An end of a range.

    Attributes:
        name: the name of the comparison with its limit, in `operator`, annotated-types and pydantic.
        sign, keyword: the sign of the comparison, and its keyword in JSON Schema.
        type: the type of the error of a value beyond the end.
        words, words_of_two, words_of_number: the comparison in words, as in "at least 3", beside another end
            as in "from 3 to 5", and in the requirement of this end alone.
        is_low, is_open: True for the lower end, and True if the limit is excluded.
        compare: the comparison, a function of a value and the limit.
        test: the same as a function of the limit and a value, for `functools.partial`.
    """

    name: str
    sign: str
    keyword: str
    type: str
    words: str
    words_of_two: str
    words_of_number: str
    is_low: bool
    is_open: bool
    compare: Callable[[Any, Any], Any]
    test: Callable[[Any, Any], Any]


# fmt: off
_ENDS: Final = (
    End("ge", ">=", "minimum", "greater_than_equal", "at least", "from", "at least", True, False,
        operator.ge, operator.le),
    End("gt", ">", "exclusiveMinimum", "greater_than", "above", "above", "more than", True, True,
        operator.gt, operator.lt),
    End("le", "<=", "maximum", "less_than_equal", "at most", "to", "at most", False, False,
        operator.le, operator.ge),
    End("lt", "<", "exclusiveMaximum", "less_than", "below", "up to", "less than", False, True,
        operator.lt, operator.gt),
)
# fmt: on
ENDS: Final[Mapping[str, End]] = MappingProxyType({end.name: end for end in _ENDS})
"""The ends of ranges by name; checks, code, words, JSON Schema and conditions of engines follow from them."""

END_OF: Final = {(end.is_low, end.is_open): end for end in _ENDS}
"""The ends of ranges by their sides, and by True if the limit is excluded."""


Zone = str | datetime.tzinfo | types.EllipsisType | None
"""A time zone by its name or itself, any (...), or none."""


@dataclasses.dataclass(frozen=True)
class PredicateRow:
    """The conditions of a predicate, exactly.

    Attributes:
        type: the type of the error, a word for programs; pydantic's types keep their meaning.
        words: the requirement in words.
        classes: the value is an instance of one of these; JSON is read as the first.
        excluded: it is an instance of none of these; a row of ints has bool here, which is an int to Python.
        low, high: its bounds.
        factor, remainder: its remainder when it is divided by the factor.
        least, most: the bounds of its length.
        pattern: a regular expression that the whole of it matches.
        members: it is one of these.
        zones: the time zone that it has to be in, if any.
        marks: other conditions, by name; whatever matches a pattern has the pattern as a mark.
    """

    type: str = "predicate_failed"
    words: str = ""
    classes: tuple[Any, ...] = (object,)
    excluded: tuple[Any, ...] = ()
    low: Bound | None = None
    high: Bound | None = None
    factor: Any = None
    remainder: Any = 0
    least: Any = None
    most: Any = None
    pattern: str | None = None
    members: tuple[Any, ...] | None = None
    zones: tuple[Zone, ...] = ()
    marks: frozenset[str] = frozenset()

    @property
    def ends(self) -> list[tuple[End, Any]]:
        """Its bounds, as the end of a range and the limit."""
        bounds = ((True, self.low), (False, self.high))
        return [(END_OF[is_low, bound[1]], bound[0]) for is_low, bound in bounds if bound is not None]

    @property
    def has_bounds(self) -> bool:
        """True if it bounds values or lengths, or requires multiples or a time zone."""
        limits = (self.low, self.high, self.factor, self.least, self.most)
        return any(limit is not None for limit in limits) or bool(self.zones)

    @property
    def is_of_classes(self) -> bool:
        """True if all instances of the classes that are not excluded are valid."""
        return not (self.has_bounds or self.pattern or self.marks or self.members is not None)

    @property
    def values(self) -> tuple[Any, ...] | None:
        """All values, equal ones once; None if they are many, or the row has more conditions than classes."""
        if self.has_bounds or self.pattern is not None or self.marks:
            return None
        if self.members is not None or len(self.classes) > 1:
            return self.members
        [cls] = self.classes
        is_enum = isinstance(cls, type) and issubclass(cls, enum.Enum)
        return tuple(cls) if is_enum else _VALUES.get(cls)

    @property
    def most_values(self) -> float:
        """An upper bound on the number of different values."""
        if self.classes == (int,) and self.low is not None and self.high is not None:
            (low, _), (high, _) = whole(self.low, up=True), whole(self.high, up=False)
            return float(max(0, high - low + 1))
        return math.inf if self.values is None else len(self.values)

    @property
    def has_hash(self) -> bool:
        """False if no value has a hash, the pair that or_ conforms to aside."""
        classes = [cls for cls in self.classes if cls is not TaggedValue] or self.classes
        return any(cls.__hash__ is not None for cls in classes)


_NONE: Final = type(None)
_VALUES: Final[dict[Any, tuple[Any, ...]]] = {_NONE: (None,), bool: (True, False)}


def whole(bound: Bound, *, up: bool) -> Bound:
    """Return a bound of ints as the int next to it; a bound without one, such as infinity, stays.

    Example:
        >>> whole((0, True), up=True), whole((2.5, False), up=False)
        ((1, False), (2, False))
    """
    limit, is_open = bound
    try:
        near = math.ceil(limit) if up else math.floor(limit)
    except (TypeError, ValueError, OverflowError):
        return bound
    return (near + (1 if up else -1) if is_open and near == limit else near), False


# --- named predicates and types ---------------------------------------------------------------------------

_TEXT: Final = (str, bytes, bytearray, memoryview)


def _mark(*names: str) -> frozenset[str]:
    return frozenset(names)


@with_address
def is_not_infinite(x: float) -> bool:
    return not math.isinf(x)


@with_address
def is_not_nan(x: float) -> bool:
    return not math.isnan(x)


_int: Final = functools.partial(PredicateRow, classes=(int,), excluded=(bool,))
_number: Final = functools.partial(
    PredicateRow, classes=(int, float, numbers.Real, Decimal), excluded=(bool,)
)
_text: Final = functools.partial(PredicateRow, classes=(str,))
_sequence: Final = PredicateRow("sequential_type", "a sequence", (list, tuple, Sequence), _TEXT)

ROWS: Final[dict[Any, PredicateRow]] = {
    p.is_any: PredicateRow("predicate_failed", "any"),
    object: PredicateRow("is_instance_of", "an instance of object"),
    p.is_some: PredicateRow("some", "anything but None", excluded=(_NONE,)),
    p.is_none: PredicateRow("none_required", "None", (_NONE,)),
    p.is_bool: PredicateRow("bool_type", "True or False", (bool,)),
    p.is_true: PredicateRow("true", "True", (bool,), members=(True,)),
    p.is_false: PredicateRow("false", "False", (bool,), members=(False,)),
    p.is_callable: PredicateRow("callable_type", "a function", marks=_mark("callable")),
    p.is_uuid: PredicateRow("uuid_type", "a UUID", (uuid.UUID,)),
    p.is_inst: PredicateRow("datetime_type", "a datetime", (datetime.datetime,)),
    p.is_int: _int("int_type", "an int"),
    p.is_even: _int("even", "an even int", factor=2),
    p.is_odd: _int("odd", "an odd int", factor=2, remainder=1),
    p.is_pos_int: _int("pos_int", "an int above 0", low=(0, True)),
    p.is_neg_int: _int("neg_int", "an int below 0", high=(0, True)),
    p.is_nat_int: _int("nat_int", "an int from 0", low=(0, False)),
    p.is_float: PredicateRow("float_type", "a float", (float,)),
    p.is_nan: PredicateRow("nan", "NaN", (float,), marks=_mark("nan")),
    p.is_infinite: PredicateRow(
        "infinite", "an infinite float", (float,), marks=_mark("infinite", "not nan")
    ),
    is_not_nan: PredicateRow(marks=_mark("not nan")),
    is_not_infinite: PredicateRow(marks=_mark("not infinite")),
    p.is_number: _number("number_type", "a number"),
    p.is_pos: _number("pos", "a number above 0", low=(0, True)),
    p.is_neg: _number("neg", "a number below 0", high=(0, True)),
    p.is_zero: _number("zero", "0", low=(0, False), high=(0, False)),
    p.is_decimal: PredicateRow("decimal_type", "a Decimal", (Decimal,)),
    p.is_rational: PredicateRow(
        "rational_type", "an int, a Fraction or a Decimal", (int, Fraction, Decimal), (bool,)
    ),
    p.is_ratio: PredicateRow("ratio_type", "a Fraction that is not whole", (Fraction,), marks=_mark("ratio")),
    p.is_str: _text("string_type", "a string"),
    p.is_char: _text("char", "a string of one character", least=1, most=1),
    p.is_uri: _text("uri", "a URI", pattern=p.URI),
    p.is_ident: _text("ident", "a name", pattern=p.IDENT),
    p.is_simple_ident: _text(
        "simple_ident", "a name without a namespace", pattern=p.SIMPLE_IDENT, marks=_mark(p.IDENT)
    ),
    p.is_qualified_ident: _text(
        "qualified_ident", "a name with a namespace", pattern=p.QUALIFIED_IDENT, marks=_mark(p.IDENT)
    ),
    p.is_bytes: PredicateRow("bytes_type", "a bytes object", (bytes, bytearray)),
    p.is_list: PredicateRow("list_type", "a list", (list, TaggedValue)),
    p.is_tuple: PredicateRow("tuple_type", "a tuple", (tuple,), (TaggedValue,)),
    p.is_dict: PredicateRow("dict_type", "a map", (dict, Mapping)),
    p.is_set: PredicateRow("set_type", "a set", (set, frozenset, Set)),
    frozenset: PredicateRow("frozen_set_type", "a frozenset", (frozenset,)),
    p.is_coll: PredicateRow(
        "coll_type", "a collection", (list, dict, set, tuple, frozenset, Sequence, Mapping, Set), _TEXT
    ),
    **dict.fromkeys((p.is_sequential, p.is_indexed), _sequence),
    p.is_associative: PredicateRow("associative_type", "a map or a list", (dict, Mapping, list, TaggedValue)),
    p.is_seqable: PredicateRow("seqable_type", "something to iterate over", (Iterable, _NONE)),
    p.is_empty: PredicateRow("empty", "something empty", marks=_mark("empty")),
}
"""The rows of named predicates, and of the types with special words."""

UNKNOWN: Final = PredicateRow(marks=_mark("unknown"))
"""The row of a predicate with unknown conditions; no other row implies it."""

for _pred, _tp in {
    p.is_none: _NONE, p.is_bool: bool, p.is_int: int, p.is_float: float, p.is_str: str, p.is_bytes: bytes,
    p.is_list: list, p.is_tuple: tuple, p.is_dict: dict, p.is_set: set,
}.items():  # fmt: skip
    ROWS[_tp] = dataclasses.replace(ROWS[_pred], classes=(_tp,), excluded=(bool,) if _tp is int else ())


# --- tests with a limit -----------------------------------------------------------------------------------

# As in the operators of a partial, the limit comes first.


def is_multiple(of: Any, x: Any) -> bool:
    """True if x is a multiple of a number."""
    return bool(x % of == 0)


@with_address
def has_length_from(least: int, x: Any) -> bool:
    """True if x has a length of at least so many."""
    return len(x) >= least


@with_address
def has_length_to(most: int, x: Any) -> bool:
    """True if x has a length of at most so many."""
    return len(x) <= most


@with_address
def is_in_zone(zone: Zone, x: Any) -> bool:
    """True if a datetime or a time is in a time zone (annotated_types.Timezone).

    Example:
        >>> is_in_zone(None, datetime.datetime(2019, 10, 11))
        True
        >>> is_in_zone("UTC", datetime.datetime.now(datetime.UTC))
        True
    """
    if zone is None or x.tzinfo is None:
        return zone is None and x.tzinfo is None
    if zone is ...:
        return True
    if isinstance(zone, str):
        return zone in (getattr(x.tzinfo, "key", None), str(x.tzinfo))
    return bool(x.tzinfo == zone)


_QUICK: Final = frozenset({int, str, datetime.date, datetime.datetime})
"""Types without missing values: two values of one type are compared directly, in 0.4 us for 2."""


@with_address
def is_less(first: Any, second: Any, x: Any, compare: Callable[[Any, Any], Any] = operator.lt) -> bool:
    """True if the value of a map under one key is less than the value under another, or either is missing."""
    if not (type(x) is dict or isinstance(x, Mapping)):
        return False
    a, b = x.get(first), x.get(second)
    kind = type(a)
    if kind is not type(b) or kind not in _QUICK:
        a, b = p.scalar_value(a), p.scalar_value(b)
        if p.is_gap(a) or p.is_gap(b):
            return True
    return bool(compare(a, b))


@with_address
def is_less_or_equal(first: Any, second: Any, x: Any) -> bool:
    """True if the value of a map under one key is at most the value under another, or either is missing."""
    return is_less(first, second, x, _at_most)


def _at_most(a: Any, b: Any) -> bool:
    """True if a is at most b, or less than it: a class may have the one comparison and not the other."""
    try:
        return bool(a <= b) or bool(a < b)
    except TypeError:
        own = [name for name in ("__lt__", "__le__") if getattr(type(a), name) is not getattr(object, name)]
        if own != ["__lt__"]:
            raise
        return bool(a < b) or bool(a == b)


def _row_of_less(first: Any, second: Any, or_equal: bool = False) -> PredicateRow:
    """Return the row of a comparison of two keys; what is less is also less or equal."""
    words = f"{first!r} {'at most' if or_equal else 'less than'} {second!r}"
    marks = [f"less or equal {first!r} {second!r}", f"less {first!r} {second!r}"]
    return PredicateRow("less", words, (dict, Mapping), marks=_mark(*marks[: 2 - or_equal]))


def _row_of_end(end: End, limit: Any) -> PredicateRow:
    bound = limit, end.is_open
    return PredicateRow(low=bound) if end.is_low else PredicateRow(high=bound)


LIMITS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    **{name: end.test for name, end in ENDS.items()},
    "multiple_of": is_multiple,
    "min_length": has_length_from,
    "max_length": has_length_to,
}
"""The tests of limits, by their names in annotated-types."""

TESTS: Final[dict[Any, Callable[..., PredicateRow]]] = {
    **{end.test: functools.partial(_row_of_end, end) for end in _ENDS},
    is_multiple: lambda factor: PredicateRow(factor=factor),
    has_length_from: lambda least: PredicateRow(least=least),
    has_length_to: lambda most: PredicateRow(most=most),
    is_in_zone: lambda zone: PredicateRow(zones=(zone,)),
    is_less: _row_of_less,
    is_less_or_equal: functools.partial(_row_of_less, or_equal=True),
    p.is_inst_in_range: lambda start, end: PredicateRow(
        classes=(datetime.datetime,), low=(start, False), high=(end, True)
    ),
}
"""The rows of the partials of a test, as functions of its limits."""


def accepted_members(elements: Set[Any]) -> tuple[Any, ...]:
    """Return the elements of a set that are valid, in a stable order: never None and False, as in clojure.

    Example:
        >>> accepted_members({None, False, 1, 2})
        (1, 2)
    """
    return tuple(stable_order(each for each in elements if each is not None and each is not False))


def row_of(pred: Any) -> PredicateRow | None:
    """Return the row of a predicate, a type, a set or a partial of a test, or None if it is not known.

    Example:
        >>> row_of(functools.partial(operator.le, 3)).low, row_of({"a"}).members, row_of(lambda x: x)
        ((3, False), ('a',), None)
    """
    if isinstance(pred, functools.partial):
        row = TESTS.get(pred.func)
        try:
            return row(*pred.args) if row is not None and not pred.keywords else None
        except TypeError:  # arguments that we don't know
            return None
    if isinstance(pred, (set, frozenset)):
        return PredicateRow("enum", members=accepted_members(pred))
    try:
        known = ROWS.get(pred)
    except Exception:  # a callable without a hash
        return None
    is_type = known is None and isinstance(pred, type)
    return PredicateRow("is_instance_of", classes=(pred,)) if is_type else known


def own_pattern(pred: Any) -> str | None:
    """Return the pattern of a user's predicate if it requires nothing else (`predicate_row`)."""
    row = row_of(pred)
    if row is None or row.classes != (str,) or row.has_bounds or row.marks:
        return None
    return row.pattern if pred.__module__ != "mxspec.predicates" else None  # mxspec's own match Unicode


# --- ranges and lengths -----------------------------------------------------------------------------------


def _row_of_floats(options: Mapping[str, Any] = MappingProxyType({})) -> PredicateRow:
    marks = [f"not {kind}" for kind in ("infinite", "nan") if not options.get(kind, True)]
    low, high = _closed_bound(options.get("min")), _closed_bound(options.get("max"))
    return PredicateRow("float_in", classes=(float,), low=low, high=high, marks=_mark(*marks))


def _closed_bound(limit: Any) -> Bound | None:
    return None if limit is None else (limit, False)


def _row_of_range(kind: Any, low: Any, high: Any) -> PredicateRow | None:
    row = row_of(kind)
    if row is None or row.has_bounds or row.marks or row.members is not None:
        return None
    return dataclasses.replace(
        row, type="range_of", words="", low=_closed_bound(low), high=_closed_bound(high)
    )


def _row_of_texts(options: Mapping[str, Any] = MappingProxyType({})) -> PredicateRow:
    least, most, pattern = map(options.get, ("min_length", "max_length", "pattern"))
    marks = [f"{name} {options[name]}" for name in ("format", "least", "most") if name in options]
    return PredicateRow(
        "str_in", classes=(str,), least=least, most=most, pattern=pattern, marks=_mark(*marks)
    )


def _row_of_count(least: int, *most: int | None) -> PredicateRow:
    return PredicateRow(least=least, most=most[0] if most else least)


def _row_of_limit(name: str, limit: Any) -> PredicateRow:
    return TESTS[LIMITS[name]](limit)


RANGES: Final[Mapping[str, Callable[..., PredicateRow | None]]] = MappingProxyType(
    {
        "int_in": lambda start, end: _int("int_in", low=(start, False), high=(end, True)),
        "float_in": _row_of_floats,
        "inst_in": lambda start, end: PredicateRow(
            "inst_in", classes=(datetime.datetime,), low=(start, False), high=(end, True)
        ),
        "range_of": _row_of_range,
        "str_in": _row_of_texts,
        "less": lambda first, second, options=MappingProxyType({}): _row_of_less(first, second, **options),
        "count": _row_of_count,
        **{name: functools.partial(_row_of_limit, name) for name in LIMITS},
    }
)
"""The rows of ranges and lengths, by the head of their form, as functions of the rest of it."""


def row_of_form(form: Any) -> PredicateRow | None:
    """Return the row of the form of a range or a length, or of what `row_of` knows; None if it is not known.

    Example:
        >>> row_of_form(("int_in", 0, 10)).high, row_of_form(("count", 2)).least, row_of_form(("cat",))
        ((10, True), 2, None)
    """
    if not isinstance(form, tuple):
        return row_of(form)
    row = RANGES.get(form[0]) if form and isinstance(form[0], str) else None
    return None if row is None else row(*form[1:])
