"""Sketches of rows: what a contract needs to know of them, in bounded size.

Sketches add up, over chunks, processes and machines (Agarwal, Cormode, Huang, Phillips, Wei and Yi,
"Mergeable summaries", 2012). Rows are split at random into those that state the structure of a contract, an
eighth, and those that state its bounds; a coin for the number of each row decides, so that the split does not
depend on the chunks. Every extreme is kept with the number of its row; of several, that of the first.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import heapq
import itertools
import math
import operator
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, Final

from mxspec.annotations.records import is_record
from mxspec.errors import SpecDefinitionError, name_recursion_limit
from mxspec.formats import FORMATS, has_format
from mxspec.values import class_name

SHARE: Final = 8
"""One of so many rows states the structure; of few rows, two."""

FEW_ROWS: Final = 800

MOST_VALUES: Final = 200  # different ones that are counted at a place
MOST_SHAPES: Final = 40  # sets of keys that are told apart at a place
MOST_KEYS: Final = 500  # different ones; a map with more is one from any key to a value
MOST_POSITIONS: Final = 100  # of lists of one length, whose elements are told apart
SAMPLE: Final = 1000  # rows that examples are made from

DATES: Final = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y")  # beside those of ISO 8601

Extreme = tuple[Any, int]  # and the number of its row
Number = int


# --- the values at one place -----------------------------------------------------------------------------


@dataclasses.dataclass
class Shape:
    """Maps with the same keys, or with any if there are too many sets of keys.

    Attributes:
        count: the number of them.
        first: the number of the first row with one.
        values: the values under each key.
    """

    count: int
    first: Number
    values: dict[Any, Values]

    def __add__(self, other: Shape) -> Shape:
        return Shape(
            self.count + other.count, min(self.first, other.first), _merge_dicts(self.values, other.values)
        )


@dataclasses.dataclass
class Kind:
    """The values of one kind at a place.

    Attributes:
        count: the number of them.
        first: the number of the first row with one.
        lows, highs: the least and the greatest by what is compared: "value", "length", or "text" for a string
            in the order of the alphabet.
        values: how often each different value occurs, and the first row with it; None if there are too many.
        forms: of strings, the same by what letters and digits they are made of.
        misses: the first row with a string that is not of a format, by the name of the format.
        inner: the elements of lists, and the values of maps from any key.
        names: the keys of maps from any key.
        items: of lists of one length, the elements at each position.
        shapes: of maps, by their keys; under None those with any keys, if there are too many sets of keys.
    """

    count: int
    first: Number
    lows: dict[str, Extreme] = dataclasses.field(default_factory=dict)
    highs: dict[str, Extreme] = dataclasses.field(default_factory=dict)
    values: dict[Any, Extreme] | None = None
    forms: dict[str, Extreme] | None = None
    misses: dict[str, Number] = dataclasses.field(default_factory=dict)
    inner: Values | None = None
    names: Values | None = None
    items: list[Values] | None = None
    shapes: dict[Any, Shape] | None = None

    def __add__(self, other: Kind) -> Kind:
        items = None
        if self.items and other.items and len(self.items) == len(other.items):
            items = [a + b for a, b in zip(self.items, other.items, strict=True)]
        shapes = None
        if self.shapes is not None and other.shapes is not None:
            shapes = _bound_shapes(_merge_dicts(self.shapes, other.shapes))
        return Kind(
            self.count + other.count,
            min(self.first, other.first),
            _merge_dicts(self.lows, other.lows, min),
            _merge_dicts(
                self.highs, other.highs, lambda a, b: max(a, b, key=lambda each: (each[0], -each[1]))
            ),
            _merge_counts(self.values, other.values),
            _merge_counts(self.forms, other.forms),
            _merge_dicts(self.misses, other.misses, min),
            None if items else _add_all([self.elements(), other.elements()] * (shapes is None)),
            None if shapes else _add_all([self.keys(), other.keys()]),
            items,
            shapes,
        )

    def elements(self) -> Values | None:
        """Return the elements of lists, or the values of maps, wherever they stand."""
        if self.inner is not None:
            return self.inner
        maps = (place for shape in (self.shapes or {}).values() for place in shape.values.values())
        return _add_all([*(self.items or ()), *maps])

    def keys(self) -> Values | None:
        """Return the keys of maps."""
        if self.names is not None or self.shapes is None:
            return self.names
        firsts: dict[Any, Number] = {}
        for shape in self.shapes.values():
            for key in shape.values:
                firsts[key] = min(shape.first, firsts.get(key, shape.first))
        return sketch_values([*firsts], [*firsts.values()]) if firsts else None


@dataclasses.dataclass
class Values:
    """All values at one place, by their kind: a word, or a class that has no word."""

    kinds: dict[Any, Kind] = dataclasses.field(default_factory=dict)

    def __add__(self, other: Values) -> Values:
        return Values(_merge_dicts(self.kinds, other.kinds))

    @property
    def count(self) -> int:
        """The number of values."""
        return sum(kind.count for kind in self.kinds.values())


def _merge_dicts(a: dict[Any, Any], b: dict[Any, Any], add: Callable[[Any, Any], Any] = operator.add) -> Any:
    return {**a, **{key: add(a[key], value) if key in a else value for key, value in b.items()}}


def _merge_counts(a: dict[Any, Extreme] | None, b: dict[Any, Extreme] | None) -> dict[Any, Extreme] | None:
    if a is None or b is None:
        return None
    counts: dict[Any, Extreme] = _merge_dicts(a, b, lambda x, y: (x[0] + y[0], min(x[1], y[1])))
    return counts if len(counts) <= MOST_VALUES else None


def _add_all(places: Iterable[Values | None]) -> Values | None:
    there = [place for place in places if place is not None]
    return sum(there[1:], start=there[0]) if there else None


def _bound_shapes(shapes: dict[Any, Shape]) -> dict[Any, Shape] | None:
    if len(shapes) > MOST_SHAPES or (None in shapes and len(shapes) > 1):
        shapes = {None: sum([*shapes.values()][1:], start=next(iter(shapes.values())))}
    keys = {key for shape in shapes.values() for key in shape.values}
    return shapes if len(keys) <= MOST_KEYS or (len(shapes) == 1 and None not in shapes) else None


# --- from values to a place ------------------------------------------------------------------------------

_WORDS: Final[dict[type, str]] = {
    type(None): "none",
    **{tp: tp.__name__ for tp in (bool, int, float, str, bytes, list, tuple, set, frozenset)},
    **{tp: tp.__name__ for tp in (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)},
    decimal.Decimal: "decimal",
    uuid.UUID: "uuid",
    dict: "map",
}
ORDERED: Final = frozenset(
    {"int", "float", "number", "decimal", "datetime", "datetime in a zone", "date", "time", "timedelta"}
)
COUNTED: Final = frozenset({"int", "float", "str"})
LISTS: Final = frozenset({"list", "tuple", "set", "frozenset"})


def _word_of(tp: type) -> Any:
    """Return the kind of the values of a class."""
    if tp in _WORDS:
        return _WORDS[tp]
    if not issubclass(tp, enum.Enum) and not is_fields_class(tp) and tp.__name__ != "NaTType":
        for base, word in _BASES:
            if issubclass(tp, base):
                return word
    return tp


_BASES: Final[list[tuple[type, str]]] = [
    (Mapping, "map"),
    (datetime.datetime, "datetime"),
    (float, "float"),
    (str, "str"),
    (Real, "number"),
]
_PLAIN: Final[Mapping[str, tuple[type, Callable[[Any], Any]]]] = {
    "datetime": (datetime.datetime, lambda x: x.to_pydatetime() if hasattr(x, "to_pydatetime") else x),
    "float": (float, float),
    "str": (str, str.__str__),
    "number": (float, lambda x: x.item() if hasattr(x, "item") else x),
}
"""The plain values in place of those of subclasses, such as numpy's and pandas's."""


def is_fields_class(tp: type) -> bool:
    """True for a dataclass, a NamedTuple and a class of attrs."""
    return (is_record(tp) and not issubclass(tp, dict)) or hasattr(tp, "__attrs_attrs__")


def record_fields(tp: type) -> tuple[str, ...]:
    """Return the names of the fields of such a class."""
    if hasattr(tp, "_fields"):
        return tuple(tp._fields)
    if dataclasses.is_dataclass(tp):
        return tuple(field.name for field in dataclasses.fields(tp))
    return tuple(field.name for field in tp.__attrs_attrs__)  # type: ignore[attr-defined]


def sketch_values(xs: Sequence[Any], numbers: Sequence[Number]) -> Values:
    """Return the sketch of the values at one place, each with the number of its row, in rising order."""
    types = set(map(type, xs))
    groups: dict[Any, tuple[list[Any], list[Number]]] = {}
    if len(types) == 1:
        groups[_word_of(types.pop())] = [*xs], [*numbers]
    else:
        words = {tp: _word_of(tp) for tp in types}
        for x, number in zip(xs, numbers, strict=True):
            own = groups.setdefault(words[type(x)], ([], []))
            own[0].append(x)
            own[1].append(number)
    for word, other, is_other in (
        ("float", "nan", lambda x: x != x),
        ("datetime", "datetime in a zone", lambda x: x.tzinfo is not None),
    ):
        if word in groups and any(map(is_other, groups[word][0])):
            pairs = [*zip(*groups.pop(word), strict=True)]
            for key, some in (
                (word, [pair for pair in pairs if not is_other(pair[0])]),
                (other, [pair for pair in pairs if is_other(pair[0])]),
            ):
                if some:
                    groups[key] = [x for x, _ in some], [number for _, number in some]
    for word in _PLAIN.keys() & groups.keys():
        plain, convert = _PLAIN[word]
        groups[word] = [x if type(x) is plain else convert(x) for x in groups[word][0]], groups[word][1]
    return Values({word: _sketch_kind(word, *group) for word, group in groups.items()})


def _sketch_kind(word: Any, xs: list[Any], numbers: list[Number]) -> Kind:
    kind = Kind(len(xs), numbers[0])
    if word in COUNTED or word in ORDERED:
        _count_values(word, kind, xs, numbers)
    elif word in LISTS:
        _sketch_lists(kind, xs, numbers)
    elif word == "map":
        _sketch_maps(kind, xs, numbers)
    elif isinstance(word, type) and is_fields_class(word):
        fields = record_fields(word)
        values = {name: sketch_values([getattr(x, name) for x in xs], numbers) for name in fields}
        kind.shapes = {fields: Shape(len(xs), numbers[0], values)}
    return kind


def _count_values(word: str, kind: Kind, xs: list[Any], numbers: list[Number]) -> None:
    firsts: dict[Any, Number] = {}
    for x, number in zip(xs, numbers, strict=True):
        firsts.setdefault(x, number)
    if word in COUNTED and len(firsts) <= MOST_VALUES:
        counts = collections.Counter(xs)
        kind.values = {x: (counts[x], number) for x, number in firsts.items()}
    if word in ORDERED:
        try:
            low, high = min(firsts), max(firsts)
        except (TypeError, ArithmeticError):  # a Decimal that is not a number
            return
        kind.lows["value"], kind.highs["value"] = (low, firsts[low]), (high, firsts[high])
        return
    lengths: dict[int, Number] = {}
    for x, number in firsts.items():
        lengths.setdefault(len(x), number)
    _set_range(kind, "length", lengths)
    _set_range(kind, "text", firsts)
    for name in (*FORMATS, *DATES):
        miss = next((number for x, number in firsts.items() if not has_format(name, x)), None)
        if miss is not None:
            kind.misses[name] = miss
    forms: dict[str, Extreme] = {}
    for x, number in firsts.items():
        count, first = forms.get(form := x.translate(_CLASSES), (0, number))
        forms[form] = count + 1, min(first, number)
        if len(forms) > MOST_FORMS:
            return
    kind.forms = forms


MOST_FORMS: Final = 3
_CLASSES: Final = {
    **dict.fromkeys(range(ord("A"), ord("Z") + 1), "A"),
    **dict.fromkeys(range(ord("a"), ord("z") + 1), "a"),
    **dict.fromkeys(range(ord("0"), ord("9") + 1), "9"),
}


def _set_range(kind: Kind, name: str, firsts: dict[Any, Number]) -> None:
    low, high = min(firsts), max(firsts)
    kind.lows[name], kind.highs[name] = (low, firsts[low]), (high, firsts[high])


def _sketch_lists(kind: Kind, xs: list[Any], numbers: list[Number]) -> None:
    lengths: dict[int, Number] = {}
    for x, number in zip(xs, numbers, strict=True):
        lengths.setdefault(len(x), number)
    _set_range(kind, "length", lengths)
    [length, *others] = lengths
    if not others and 0 < length <= MOST_POSITIONS and not isinstance(xs[0], (set, frozenset)):
        kind.items = [sketch_values([x[i] for x in xs], numbers) for i in range(length)]
    elif others or length:
        flat = [*itertools.chain.from_iterable(xs)]
        of_rows = [number for x, number in zip(xs, numbers, strict=True) for _ in range(len(x))]
        kind.inner = sketch_values(flat, of_rows)


def _sketch_maps(kind: Kind, xs: list[Any], numbers: list[Number]) -> None:
    keys_of: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    groups: dict[tuple[Any, ...], tuple[list[Any], list[Number]]] = {}
    for x, number in zip(xs, numbers, strict=True):
        order = tuple(x)
        keys = keys_of.get(order)
        if keys is None:
            keys = keys_of[order] = tuple(sorted(order, key=lambda key: (class_name(key), str(key))))
            groups.setdefault(keys, ([], []))
        group = groups[keys]
        group[0].append(x)
        group[1].append(number)
    orders: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for order, keys in keys_of.items():
        orders.setdefault(keys, order)
    if len(groups) > MOST_SHAPES:
        columns: dict[Any, tuple[list[Any], list[Number]]] = {}
        for x, number in zip(xs, numbers, strict=True):
            for key, value in x.items():
                column = columns.setdefault(key, ([], []))
                column[0].append(value)
                column[1].append(number)
        values = {key: sketch_values(*column) for key, column in columns.items()}
        kind.shapes = _bound_shapes({None: Shape(len(xs), numbers[0], values)})
        if kind.shapes is None:
            kind.inner = _add_all(values.values())
            kind.names = sketch_values([*columns], [column[1][0] for column in columns.values()])
        return
    kind.shapes = {
        keys: Shape(
            len(some), own[0], {key: sketch_values([x[key] for x in some], own) for key in orders[keys]}
        )
        for keys, (some, own) in groups.items()
    }


# --- rows ------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Sketch:
    """The sketch of some rows, which `sketch` makes. Sketches add up; 0 is that of no rows, for `sum`.

    Attributes:
        eighths: the first of eight parts of the rows, the second, and the other six together.
        sample: up to 1,000 rows, drawn at random, each with its coin.
    """

    eighths: tuple[Values, Values, Values]
    sample: list[tuple[int, Any]]

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(place.count for place in self.eighths)

    @property
    def parts(self) -> tuple[Values, Values]:
        """The rows that state the structure, and those that state the bounds."""
        first, second, others = self.eighths
        return (first + second, others) if self.rows < FEW_ROWS else (first, second + others)

    def __add__(self, other: object) -> Sketch:
        if other == 0:
            return self
        if not isinstance(other, Sketch):
            return NotImplemented
        first, second, others = map(operator.add, self.eighths, other.eighths)
        sample = heapq.nsmallest(SAMPLE, self.sample + other.sample, key=operator.itemgetter(0))
        return Sketch((first, second, others), sample)

    __radd__ = __add__

    def __repr__(self) -> str:
        return f"<sketch of {self.rows:,} rows>"


def sketch(rows: Any, *, start: int = 0) -> Sketch:
    """Return the sketch of some rows, in place of the rows for `infer`.

    Distribute the rows over processes or machines (Dask, Ray, Spark), and add up their sketches. The sum is
    the same for all ways to cut the rows into chunks.

    Args:
        rows: as in `infer`.
        start: the number of the first of these rows among all; two rows have two numbers.

    Example:
        >>> import mxspec as s
        >>> rows = [{"age": i % 90} for i in range(2000)]
        >>> parts = [s.sketch(rows[i : i + 500], start=i) for i in (500, 0, 1500, 1000)]
        >>> sum(parts) == s.sketch(rows), s.form(s.infer(sum(parts))) == s.form(s.infer(rows))
        (True, True)
    """
    values = rows_of(rows)
    with name_recursion_limit("a row", None):
        return _sketch_chunk(values, range(start, start + len(values)))


def _sketch_chunk(rows: Sequence[Any], numbers: Sequence[Number]) -> Sketch:
    coins = [*map(_coin, numbers)]
    parts: list[list[int]] = [[], [], []]
    for i, coin in enumerate(coins):
        parts[min(coin % SHARE, 2)].append(i)
    first, second, others = (
        sketch_values([rows[i] for i in part], [numbers[i] for i in part]) if part else Values()
        for part in parts
    )
    drawn = heapq.nsmallest(SAMPLE, range(len(rows)), key=coins.__getitem__)
    return Sketch((first, second, others), [(coins[i], rows[i]) for i in drawn])


def split_rows(rows: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Return the rows that state the structure and those that state the bounds, as in their sketch."""
    eighths = 2 if len(rows) < FEW_ROWS else 1
    parts: tuple[list[Any], list[Any]] = [], []
    for i, row in enumerate(rows):
        parts[_coin(i) % SHARE >= eighths].append(row)
    return parts


def _coin(number: Number) -> int:
    """Return 64 bits that are as good as random (SplitMix64: Steele, Lea and Flood, 2014)."""
    z = (number + 1) * 0x9E3779B97F4A7C15 & _MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & _MASK
    return z ^ (z >> 31)


_MASK: Final = (1 << 64) - 1


def rows_of(rows: Any) -> Sequence[Any]:
    """Return rows as a sequence; those of a DataFrame or a table as dicts.

    Raises:
        SpecDefinitionError: rows is a single value.
    """
    for method in ("to_dicts", "to_pylist"):  # of polars, and of pyarrow
        if hasattr(rows, method):
            return list(getattr(rows, method)())
    if hasattr(rows, "to_dict") and hasattr(rows, "columns"):
        return list(rows.to_dict("records"))
    if hasattr(rows, "tolist") and hasattr(rows, "shape"):
        return list(rows.tolist())
    if isinstance(rows, (str, bytes, Mapping)) or not isinstance(rows, Iterable):
        raise SpecDefinitionError(
            f"rows are a list, a DataFrame or anything else to iterate over, not one {class_name(rows)}"
        )
    return rows if isinstance(rows, (list, tuple)) else list(rows)


def ceil_to(x: float, digits: int = 2) -> int:
    """Return a number rounded up to so many digits.

    Example:
        >>> ceil_to(1234), ceil_to(7)
        (1300, 7)
    """
    unit: int = 10 ** max(0, math.floor(math.log10(max(x, 1))) + 1 - digits)
    return math.ceil(x / unit) * unit
