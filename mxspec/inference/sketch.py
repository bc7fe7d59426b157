"""Sketches of rows: what a contract needs to know of them, in bounded size but for the digests of keys.

Sketches add up, over chunks, processes and machines (Agarwal, Cormode, Huang, Phillips, Wei and Yi,
"Mergeable summaries", 2012). Rows are split at random: an eighth states the structure of a contract, the
others state its bounds. A coin for the number of each row decides, so the split does not depend on the
chunks. Every extreme is kept with the number of its row, the first if several rows have it.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime
import enum
import functools
import hashlib
import heapq
import itertools
import operator
import uuid
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, Final

from mxspec.addresses import reduce_by_name
from mxspec.base.fields import record_fields
from mxspec.base.formats import FORMATS, first_without, format_of
from mxspec.base.lazy import LateModule
from mxspec.base.value_types import VALUE_TYPES
from mxspec.base.values import class_name
from mxspec.errors import SpecDefinitionError, name_recursion_limit
from mxspec.inference.coins import MASK, Number, coin_of, coins_of, coins_of_ints
from mxspec.inference.layouts import TRAITS, Layouts, Signs, describe_texts, merge_layouts, merge_signs

if TYPE_CHECKING:
    import numpy as np
else:
    np = LateModule("numpy")

SHARE: Final = 8
"""One of so many rows states the structure; of few rows, two."""

FEW_ROWS: Final = 800

MOST_VALUES: Final = 200  # different values that are counted at a place
MOST_SHAPES: Final = 40  # sets of keys that are kept apart at a place
MOST_KEYS: Final = 500  # different keys; a map with more maps any key to a value
MOST_TAGS: Final = 50  # strings of a tag
MOST_ENVELOPE: Final = 10  # keys of a map that holds a tag beside the map that it describes
MOST_LEVELS: Final = 3  # levels of nested maps where tags are looked for
MOST_POSITIONS: Final = 100  # elements of lists of one length that are kept apart
MOST_DIGESTS: Final = 459  # of values, to see whether one occurs twice: enough for 1 % with 99 %
MOST_APART: Final = 10_000_000  # values of a column without repeats: all digests are kept
SAMPLE: Final = 1000  # rows that examples are made from
MOST_KEPT: Final = 20_000
"""Rows with numbers below are kept, to look for groups and clusters in; of more rows, a sample is kept."""

DATES: Final = (
    *("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S"),
    *("%-d/%-m/%Y", "%-m/%-d/%Y", "%-m/%-d/%Y %-H:%M"),
)
"""Formats of dates and moments, beside ISO 8601."""

Extreme = tuple[Any, int]  # and the number of its row
Apart = dict[Any, bytes | None]


# --- the values at one place -----------------------------------------------------------------------------


@dataclasses.dataclass
class Shape:
    """Values with the same keys: maps (of any keys, if there are too many sets of keys); records; lists.

    Attributes:
        count: the number of them.
        first: the number of the first row with one.
        values: the values under each key, each field or at each position.
        tags: for maps with few keys, the maps under a key by the strings under another key, a tag; None if
            there are too many strings, or other values.
    """

    __reduce_ex__ = reduce_by_name

    count: int
    first: Number
    values: dict[Any, Values]
    tags: dict[tuple[Any, Any], dict[str, Kind] | None] = dataclasses.field(default_factory=dict)

    def __add__(self, other: Shape) -> Shape:
        # Keys are in the order of their first rows, and in one row as they stand there, so the order does not
        # depend on the order of adding sketches.
        places = [
            (place.first, i, key)
            for each in (self, other)
            for i, (key, place) in enumerate(each.values.items())
        ]
        merged = _merge_dicts(self.values, other.values)
        places.sort(key=operator.itemgetter(0, 1))
        values = {key: merged[key] for _, _, key in places}
        tags = {
            pair: _merge_few(self.by_tag(*pair), other.by_tag(*pair), MOST_TAGS, operator.add)
            for pair in {**self.tags, **other.tags}
        }
        return Shape(self.count + other.count, min(self.first, other.first), values, tags)

    def by_tag(self, key: Any, tag: Any) -> dict[str, Kind] | None:
        """Return the maps under a key by a tag, or None if it does not tag all of them."""
        has_maps = key in self.values and "map" in self.values[key].kinds
        return self.tags.get((key, tag), None if has_maps else {})


@dataclasses.dataclass
class Kind:
    """The values of one kind at a place.

    Attributes:
        word: the kind.
        count: the number of them.
        first: the number of the first row with one.
        lows, highs: the least and the greatest by what is compared: "value", "length", or the name of a
            format, to compare what its strings stand for.
        values: how often each different value occurs, and the first row with it; None if there are too many.
        layouts: for strings, their layouts (`mxspec.inference.layouts`).
        signs: for strings, the letters and signs in them, anywhere, first and last.
        misses: by format and trait, the first row with a string that is not of the format, or lacks the
            trait.
        digests: for ints, strings and UUIDs, the smallest digests, and how often each occurs.
        shapes: of maps by their keys, with maps of any keys under None; of records; of lists of one length by
            their positions.
        inner: the elements of other lists, and the values of maps from any key.
        names: the keys of such maps.
    """

    __reduce_ex__ = reduce_by_name

    word: Any
    count: int = 0
    first: Number = 0
    lows: dict[str, Extreme] = dataclasses.field(default_factory=dict)
    highs: dict[str, Extreme] = dataclasses.field(default_factory=dict)
    values: dict[Any, Extreme] | None = None
    layouts: Layouts = dataclasses.field(default_factory=dict)
    signs: Signs = dataclasses.field(default_factory=dict)
    misses: dict[str, Number] = dataclasses.field(default_factory=dict)
    digests: dict[int, int] = dataclasses.field(default_factory=dict)
    shapes: dict[Any, Shape] | None = None
    inner: Values | None = None
    names: Values | None = None

    def __add__(self, other: Kind) -> Kind:
        kind = Kind(
            self.word,
            self.count + other.count,
            min(self.first, other.first),
            _merge_dicts(self.lows, other.lows, min),
            _merge_dicts(self.highs, other.highs, lambda a, b: max(a, b, key=lambda x: (x[0], -x[1]))),
            _merge_few(self.values, other.values, MOST_VALUES, lambda a, b: (a[0] + b[0], min(a[1], b[1]))),
            merge_layouts(self.layouts, other.layouts),
            merge_signs(self.signs, other.signs),
            _merge_dicts(self.misses, other.misses, min),
            _smallest_digests(_merge_dicts(self.digests, other.digests)),
        )
        for name in (*kind.misses, *([ZONED] if "datetime" in kind.misses else [])):
            kind.lows.pop(name, None)  # some strings are not of this format
            kind.highs.pop(name, None)
        if self.shapes is not None and other.shapes is not None:
            kind.tell_apart(_merge_dicts(self.shapes, other.shapes))
        else:
            kind.inner = _add_all([self.elements(), other.elements()])
            kind.names = _add_all([self.keys(), other.keys()])
        return kind

    def set_range(self, name: str, firsts: dict[Any, Number]) -> None:
        """Set the range of some values, each with its first row."""
        low, high = min(firsts), max(firsts)
        self.lows[name], self.highs[name] = (low, firsts[low]), (high, firsts[high])

    def tell_apart(self, shapes: dict[Any, Shape]) -> None:
        """Set the shapes; if there are too many, set their common entries."""
        is_list = self.word in LISTS
        if self.word == "map":
            shapes = _few_shapes(shapes)
        self.shapes = shapes
        if len(shapes) > 1 or None in shapes:
            keys = set[Any]().union(*(shape.values for shape in shapes.values()))
            if is_list or len(keys) > MOST_KEYS:
                self.inner, self.names, self.shapes = self.elements(), self.keys(), None

    def elements(self) -> Values | None:
        """Return the elements of lists, or the values of maps, wherever they stand."""
        if self.shapes is None:
            return self.inner
        return _add_all(place for shape in self.shapes.values() for place in shape.values.values())

    def keys(self) -> Values | None:
        """Return the keys of maps."""
        if self.shapes is None or self.word in LISTS:
            return self.names
        pairs = [(key, place.first) for each in self.shapes.values() for key, place in each.values.items()]
        firsts: dict[Any, Number] = {}
        for key, first in sorted(pairs, key=operator.itemgetter(1)):
            firsts.setdefault(key, first)
        return sketch_values([*firsts], [*firsts.values()]) if firsts else None


@dataclasses.dataclass
class Values:
    """All values at one place, by their kind: a word, or a class without a word."""

    __reduce_ex__ = reduce_by_name

    kinds: dict[Any, Kind] = dataclasses.field(default_factory=dict)

    def __add__(self, other: Values) -> Values:
        return Values(_merge_dicts(self.kinds, other.kinds))

    @property
    def count(self) -> int:
        """The number of values."""
        return sum(kind.count for kind in self.kinds.values())

    @property
    def first(self) -> Number:
        """The number of the first row with one."""
        return min(kind.first for kind in self.kinds.values())

    @property
    def may_be_apart(self) -> bool:
        """True if all values are ints, strings or UUIDs, or missing, and no digest that is kept repeats."""
        there = [kind for word, kind in self.kinds.items() if word not in MISSING]
        return all(kind.word in DIGESTED and max(kind.digests.values()) == 1 for kind in there)


def _few_shapes(shapes: dict[Any, Shape]) -> dict[Any, Shape]:
    """Return the shapes of maps, or one shape of all maps if there are too many."""
    if len(shapes) > MOST_SHAPES or (None in shapes and len(shapes) > 1):
        return {None: dataclasses.replace(functools.reduce(operator.add, shapes.values()), tags={})}
    return shapes


def _smallest_digests(digests: dict[int, int]) -> dict[int, int]:
    """Return the smallest digests: a sample of the different values, each with the count of all its rows."""
    if len(digests) <= MOST_DIGESTS:
        return digests
    return {digest: digests[digest] for digest in sorted(digests)[:MOST_DIGESTS]}


def _merge_dicts(a: dict[Any, Any], b: dict[Any, Any], add: Callable[[Any, Any], Any] = operator.add) -> Any:
    return {**a, **{key: add(a[key], value) if key in a else value for key, value in b.items()}}


def _merge_few(a: Any, b: Any, most: int, add: Callable[[Any, Any], Any]) -> Any:
    merged = None if a is None or b is None else _merge_dicts(a, b, add)
    return None if merged is None or len(merged) > most else merged


def _add_all(places: Iterable[Values | None]) -> Values | None:
    there = [place for place in places if place is not None]
    return functools.reduce(operator.add, there) if there else None


# --- from values to a place ------------------------------------------------------------------------------

WORDS: Final[Mapping[type, str]] = {
    type(None): "none",
    **{cls: row.word for cls, row in VALUE_TYPES.items() if row.word is not None},
    **{tp: tp.__name__ for tp in (list, tuple, set, frozenset)},
    dict: "map",
}
_BASES: Final = (
    (Mapping, "map"),
    (datetime.datetime, "datetime"),
    (float, "float"),
    (str, "str"),
    (Real, "number"),
)
ORDERED: Final = frozenset(
    {"int", "float", "number", "decimal", "datetime", "datetime in a zone", "date", "time", "time in a zone"}
    | {"timedelta"}
)
COUNTED: Final = frozenset({"bool", "int", "float", "str"})
DIGESTED: Final = frozenset({"int", "str", "uuid"})
ZONED: Final = "datetime in a zone"
LISTS: Final = frozenset({"list", "tuple", "set", "frozenset"})
MISSING: Final = frozenset({"none", "nan", "number nan", "decimal nan"})
_APART: Final[tuple[tuple[str, str, Callable[[Any], bool]], ...]] = (
    ("float", "nan", lambda x: x != x),
    ("number", "number nan", lambda x: x != x),
    ("datetime", "datetime in a zone", lambda x: x.utcoffset() is not None),
    ("time", "time in a zone", lambda x: x.utcoffset() is not None),
    ("decimal", "decimal nan", lambda x: x.is_nan()),
)
"""Words, each with another kind for the values where a test is true."""


def _word_of(tp: type) -> Any:
    """Return the kind of the values of a class."""
    if tp in WORDS:
        return WORDS[tp]
    if tp.__name__ in ("NAType", "NaTType"):
        return "none"
    if issubclass(tp, enum.Enum) or record_fields(tp) is not None:
        return tp
    return next((word for base, word in _BASES if issubclass(tp, base)), tp)


def _plain(x: Any) -> Any:
    """Return a value as its builtin type, in place of a subclass such as numpy's or pandas's."""
    if isinstance(x, (float, str)):
        return float.__float__(x) if isinstance(x, float) else str.__str__(x)
    convert = getattr(x, "to_pydatetime", None) or getattr(x, "item", None)
    return convert() if convert else x


def _first_rows(xs: Iterable[Any], numbers: Iterable[Number]) -> dict[Any, Number]:
    """Return the different values, each with its first row."""
    values = [*xs]
    firsts = dict.fromkeys(values, 0)
    firsts.update(zip(values[::-1], [*numbers][::-1], strict=True))  # the first row is set last
    return firsts


NumberedValues = tuple[Sequence[Any], Sequence[Number]]  # values, each with the number of its row


def _group_by(keys: Sequence[Any], xs: Sequence[Any], numbers: Sequence[Number]) -> dict[Any, NumberedValues]:
    """Return the values by key, each with the number of its row."""
    if len(set(keys)) == 1:
        return {keys[0]: (xs, numbers)}
    groups: dict[Any, tuple[list[Any], list[Number]]] = collections.defaultdict(lambda: ([], []))
    for key, x, number in zip(keys, xs, numbers, strict=True):
        own = groups[key]
        own[0].append(x)
        own[1].append(number)
    return dict(groups)


def sketch_values(
    xs: Sequence[Any],
    numbers: Sequence[Number],
    counts: Mapping[Number, int] | None = None,
    levels: int = MOST_LEVELS,
) -> Values:
    """Return the sketch of the values at one place.

    Args:
        xs: the values.
        numbers: the number of the row of each, in rising order.
        counts: where xs are the different scalars of a column, each with the number of its first row, how
            often each that recurs occurs, by this number. So a column may be counted elsewhere.
        levels: the number of levels of nested maps where tags are looked for.
    """
    types = set(map(type, xs))
    words = {tp: _word_of(tp) for tp in types}
    keys = [words[type(x)] for x in xs] if len(types) > 1 else [*words.values()] * len(xs)
    for word, other, is_other in _APART:
        if word in words.values():
            keys = [other if key == word and is_other(x) else key for key, x in zip(keys, xs, strict=True)]
    groups = _group_by(keys, xs, numbers)
    for word, other, _ in _APART:
        if other in groups:
            groups |= {key: groups.pop(key) for key in (word, other) if key in groups}  # at the end
    if not types <= WORDS.keys():
        for word in groups.keys() & {"datetime", "datetime in a zone", "float", "str", "number"}:
            values, own = groups[word]
            groups[word] = [x if type(x) in WORDS else _plain(x) for x in values], own
    return Values({word: _sketch_kind(word, *group, counts, levels) for word, group in groups.items()})


def _sketch_kind(
    word: Any,
    xs: Sequence[Any],
    numbers: Sequence[Number],
    counts: Mapping[Number, int] | None,
    levels: int,
) -> Kind:
    count = len(xs) + (sum(counts[number] - 1 for number in numbers if number in counts) if counts else 0)
    kind = Kind(word, count, numbers[0])
    if word in COUNTED or word in ORDERED or word in DIGESTED:
        if counts is None:
            _sketch_scalars(kind, _first_rows(xs, numbers), collections.Counter(xs))
        else:
            firsts = dict(zip(xs, numbers, strict=True))
            firsts = firsts if len(firsts) == len(xs) else _first_rows(xs, numbers)  # some are equal
            totals = dict.fromkeys(firsts, 1)
            if counts:
                totals.update((x, counts[number]) for x, number in firsts.items() if number in counts)
            _sketch_scalars(kind, firsts, totals)
    elif word in LISTS:
        _sketch_lists(kind, xs, numbers, levels)
    elif word == "map":
        _sketch_maps(kind, xs, numbers, levels)
    elif isinstance(word, type) and (fields := record_fields(word)) is not None:
        columns = {name: ([getattr(x, name) for x in xs], numbers) for name in fields}
        kind.tell_apart({fields: _shape(xs, numbers, columns, levels)})
    return kind


def _shape(
    xs: Sequence[Any], numbers: Sequence[Number], columns: Mapping[Any, NumberedValues], levels: int
) -> Shape:
    values = {key: sketch_values(*column, None, levels) for key, column in columns.items()}
    return Shape(len(xs), numbers[0], values)


def _sketch_scalars(kind: Kind, firsts: dict[Any, Number], counts: Mapping[Any, int]) -> None:
    if kind.word in COUNTED and len(firsts) <= MOST_VALUES:
        kind.values = {x: (counts[x], number) for x, number in firsts.items()}
    if kind.word in DIGESTED:
        kind.digests = _smallest_digests(_count_digests(kind.word, counts))
    if kind.word == "str":
        _sketch_texts(kind, firsts, counts)
    elif kind.word in ORDERED:
        with contextlib.suppress(TypeError):  # moments with a zone and without don't compare
            kind.set_range("value", firsts)


def _count_digests(word: Any, counts: Mapping[Any, int]) -> dict[int, int]:
    """Return how often each digest of different values occurs, at least for the smallest ones."""
    if word == "int":
        with contextlib.suppress(OverflowError):  # an int may have more than 64 bits
            coins = coins_of(np.fromiter(counts, np.int64, len(counts)).view(np.uint64))
            return dict(zip(coins.tolist(), counts.values(), strict=True))
    digests: dict[int, int] = {}
    for x in _digested_texts(counts) if word == "str" else counts:
        digest = _value_digest(x)
        digests[digest] = digests.get(digest, 0) + counts[x]
    return digests


_encode: Final = operator.methodcaller("encode", "utf-8", "surrogatepass")


def _value_digest(x: Any) -> int:
    """Return 64 bits that stand for an int, a string or a UUID in every process."""
    if isinstance(x, int):
        if -(1 << 63) <= x < 1 << 63:
            return coin_of(x & MASK)
        x = hex(x)  # str takes no ints of thousands of digits
    encoded = x.bytes if isinstance(x, uuid.UUID) else _encode(x)
    return zlib.crc32(encoded) << 32 | int.from_bytes(hashlib.blake2b(encoded, digest_size=4).digest())


def value_digests(xs: Iterable[Any]) -> Any:
    """Return an array of the digests of the ints, strings or UUIDs among values."""
    values = [*xs]
    if {*map(type, values)} != {str}:
        values = [str.__str__(x) if isinstance(x, str) else x for x in values if isinstance(x, _DIGESTED)]
    elif "" not in values and len(max(values, key=len)) <= _SHORT:
        return _text_digests(values)
    short = [x for x in values if type(x) is str and 0 < len(x) <= _SHORT]
    others = [x for x in values if type(x) is not str or not 0 < len(x) <= _SHORT]
    digests = np.fromiter(map(_value_digest, others), np.uint64, len(others))
    return np.concatenate([_text_digests(short), digests]) if short else digests


_DIGESTED: Final = (int, str, uuid.UUID)
_SHORT: Final = 64  # characters
_IN_CACHE: Final = 4096  # strings


def _text_digests(texts: list[str]) -> Any:
    """Return the digests of short strings: of 1,000,000 in 0.12 s, one by one in 0.77.

    The digest is the sum of the characters, each times an odd number of its place, modulo 2 ** 64 (Lemire and
    Kaser, "Strongly universal string hashing is fast", 2014). Equal strings have equal digests; two different
    strings hardly ever do, and then no key is claimed.
    """
    array = np.array(texts)
    characters = array.view(np.uint32).reshape(len(array), -1)
    factors = np.array([coin_of(place) | 1 for place in range(characters.shape[1])], np.uint64)
    parts = [characters[i : i + _IN_CACHE] for i in range(0, len(array), _IN_CACHE)]
    return np.concatenate([part.astype(np.uint64) @ factors for part in parts])


def join_digests(*arrays: Any) -> bytes | None:
    """Return digests as sorted bytes, or None if one occurs twice, or there are too many.

    Equal values have one digest: where all digests differ, so do the values.
    """
    digests = np.sort(np.concatenate(arrays), kind="stable")  # a stable sort merges sorted arrays
    if len(digests) > MOST_APART or (digests[1:] == digests[:-1]).any():
        return None
    return digests.astype("<u8").tobytes()


def _join_apart(a: Apart, b: Apart) -> Apart:
    """Return the digests of columns over both parts of the rows."""
    joined: Apart = {}
    for key in {**a, **b}:
        own = [each for each in (a.get(key, b""), b.get(key, b"")) if each is not None]
        joined[key] = join_digests(*(np.frombuffer(each, "<u8") for each in own)) if len(own) == 2 else None
    return joined if len(joined) <= max(MOST_KEYS, len(a), len(b)) else {}  # too many keys for columns


def _digested_texts(texts: Collection[str]) -> Collection[str]:
    """Return the strings that may have the smallest digests, by the checksums that digests begin with."""
    if len(texts) <= MOST_DIGESTS:
        return texts
    checksums = np.fromiter(map(zlib.crc32, map(_encode, texts)), np.uint32, len(texts))
    limit = np.partition(checksums, MOST_DIGESTS - 1)[MOST_DIGESTS - 1]
    return [*itertools.compress(texts, (checksums <= limit).tolist())]


def _sketch_texts(kind: Kind, firsts: dict[str, Number], counts: Mapping[str, int]) -> None:
    lengths, rows = [*map(len, firsts)], [*firsts.values()]
    low, high = min(lengths), max(lengths)
    kind.lows["length"], kind.highs["length"] = (
        (length, rows[lengths.index(length)]) for length in (low, high)
    )
    kind.layouts, kind.signs = describe_texts(firsts, counts)
    together = "".join(firsts)
    for name, has_trait in TRAITS.items():
        if has_trait(together) if name != "trimmed" else together.split(maxsplit=1) == [together]:
            continue
        miss = next((number for x, number in firsts.items() if not has_trait(x)), None)
        if miss is not None:
            kind.misses[name] = miss
    texts = [*firsts]
    for name in (*FORMATS, *DATES):
        miss = first_without(name, texts)
        read = None if (form := format_of(name)) is None else form.read
        if miss is not None:
            kind.misses[name] = rows[miss]
        elif read is not None:
            _sketch_ends(kind, name, _first_rows(map(read, texts), rows))


def _sketch_ends(kind: Kind, name: str, firsts: dict[Any, Number]) -> None:
    """Set the ends of what strings of one format stand for; moments in a zone have separate ends."""
    zoned = {x: number for x, number in firsts.items() if getattr(x, "tzinfo", None) is not None}
    for of, own in ((ZONED, zoned), (name, {x: firsts[x] for x in firsts if x not in zoned})):
        if own:
            kind.set_range(of, own)


def _sketch_lists(kind: Kind, xs: Sequence[Any], numbers: Sequence[Number], levels: int) -> None:
    lengths = _first_rows(map(len, xs), numbers)
    kind.set_range("length", lengths)
    [length, *others] = lengths
    if not others and 0 < length <= MOST_POSITIONS and kind.word in ("list", "tuple"):
        columns = {i: (column, numbers) for i, column in enumerate(zip(*xs, strict=True))}
        kind.tell_apart({range(length): _shape(xs, numbers, columns, levels)})
    elif others or length:
        of_rows = [number for x, number in zip(xs, numbers, strict=True) for _ in range(len(x))]
        kind.inner = sketch_values([*itertools.chain.from_iterable(xs)], of_rows, None, levels)


def _sketch_maps(kind: Kind, xs: Sequence[Any], numbers: Sequence[Number], levels: int) -> None:
    orders = [*map(tuple, xs)]
    keys_of = {order: sorted_keys(order) for order in set(orders)}
    groups = _group_by([keys_of[order] for order in orders], xs, numbers)
    if len(groups) <= MOST_SHAPES:
        shapes = {}
        for key, (some, own) in groups.items():
            columns: dict[Any, NumberedValues] = {name: ([x[name] for x in some], own) for name in some[0]}
            shapes[key] = _shape(some, own, columns, levels - 1)
            if levels > 0 and len(columns) <= MOST_ENVELOPE:
                shapes[key].tags = _maps_by_tag(columns, shapes[key].values)
        kind.tell_apart(shapes)
        return
    entries = [(key, x[key], number) for x, number in zip(xs, numbers, strict=True) for key in x]
    columns = _group_by(*zip(*entries, strict=True))
    kind.tell_apart({None: _shape(xs, numbers, columns, levels - 1)})


def sorted_keys(keys: Iterable[Any]) -> tuple[Any, ...]:
    """Return the keys of a map in a fixed order."""
    return tuple(sorted(keys, key=lambda key: (class_name(key), str(key))))


def _maps_by_tag(
    columns: Mapping[Any, NumberedValues], values: Mapping[Any, Values]
) -> dict[tuple[Any, Any], dict[str, Kind] | None]:
    """Return the maps under each key by the strings under each other key, without tags within these maps."""
    tags: dict[tuple[Any, Any], dict[str, Kind] | None] = {}
    for key in values:
        if "map" not in values[key].kinds:
            continue
        xs, numbers = columns[key]
        at = [i for i, x in enumerate(xs) if isinstance(x, Mapping)]
        maps, rows = [xs[i] for i in at], [numbers[i] for i in at]
        for tag in columns.keys() - {key}:
            names = [columns[tag][0][i] for i in at]
            tags[key, tag] = None
            if {*map(type, names)} == {str} and len({*names}) <= MOST_TAGS:
                groups = _group_by(names, maps, rows)
                tags[key, tag] = {
                    name: _sketch_kind("map", *group, None, 0) for name, group in groups.items()
                }
    return tags


# --- rows ------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Sketch:
    """The sketch of some rows, made by `sketch`. Sketches add up; 0 is the sketch of no rows, for `sum`.

    Attributes:
        eighths: the first of eight parts of the rows, the second, and the other six together.
        kept: rows by their coins, which are in order: all of them if their numbers are below 20,000, so that
            all doors and sums of parts show the same rows; else 1,000 drawn at random.
        spans: the numbers of the rows as sorted spans: the first number of each, and the one after its last.
        groups: the number of groups in each part, if the rows of a group have one number.
        apart: for each column of maps, the sorted digests of its values if no value occurs twice, else None.
            They take 8 bytes a value, the only part of a sketch that grows with the rows.
    """

    __reduce_ex__ = reduce_by_name

    eighths: tuple[Values, Values, Values]
    kept: list[tuple[int, Any]]
    spans: tuple[tuple[Number, Number], ...] = ()
    groups: tuple[int, int, int] | None = None
    apart: Apart = dataclasses.field(default_factory=dict, repr=False)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(place.count for place in self.eighths)

    @property
    def sample(self) -> list[tuple[int, Any]]:
        """Up to 1,000 rows, drawn at random, each with its coin."""
        return self.kept[:SAMPLE]

    def divide(self, *, loose: bool) -> tuple[Values, Values, int, int]:
        """Return the rows of the structure and of the bounds, and how many are in all and of the bounds.

        Args:
            loose: True for two eighths of the rows in the structure, even if there are many rows.
        """
        first, second, others = self.groups or [place.count for place in self.eighths]
        total = first + second + others
        with name_recursion_limit("a row", None):
            if loose or total < FEW_ROWS:
                return self.eighths[0] + self.eighths[1], self.eighths[2], total, others
            return self.eighths[0], self.eighths[1] + self.eighths[2], total, second + others

    @property
    def parts(self) -> tuple[Values, Values]:
        """The rows that state the structure, and the rows that state the bounds."""
        return self.divide(loose=False)[:2]

    @property
    def place(self) -> Values:
        """All rows together."""
        return functools.reduce(operator.add, self.eighths)

    @property
    def columns(self) -> Shape | None:
        """The columns of all rows, if they are maps; else None."""
        with name_recursion_limit("a row", None):
            kinds = self.place.kinds
            shapes = kinds["map"].shapes if kinds.keys() == {"map"} else None
            return functools.reduce(operator.add, shapes.values()) if shapes else None

    def __add__(self, other: object) -> Sketch:
        if other == 0:
            return self
        if not isinstance(other, Sketch):
            return NotImplemented
        if self.groups is not None or other.groups is not None:
            raise SpecDefinitionError("sketches of groups don't add up: a group may be in both")
        spans = _join_spans(self.spans + other.spans)
        with name_recursion_limit("a row", None):
            first, second, others = map(operator.add, self.eighths, other.eighths)
        kept = [*heapq.merge(self.kept, other.kept, key=operator.itemgetter(0))]
        del kept[rows_to_keep(spans[-1][1] if spans else 0) :]
        return Sketch((first, second, others), kept, spans, None, _join_apart(self.apart, other.apart))

    __radd__ = __add__

    def __repr__(self) -> str:
        return f"<sketch of {self.rows:,} rows>"


def sketch_groups(rows: Sequence[Any], group_of: Callable[[Any], Any]) -> Sketch:
    """Return the sketch of rows with one number for each group, so all rows of a group are on one side.

    Args:
        rows: the rows.
        group_of: a function from a row to its group, which must have a hash.
    """
    numbers: dict[Any, Number] = {}
    try:
        numbered = [(numbers.setdefault(group_of(row), len(numbers)), row) for row in rows]
    except TypeError as error:
        raise SpecDefinitionError(f"the groups of rows can't be told apart: {error}") from error
    numbered.sort(key=operator.itemgetter(0))
    whole = sketch_numbered([row for _, row in numbered], [number for number, _ in numbered], 0)
    counts = [len(part) for part in _rows_of_parts(range(len(numbers)))]
    return dataclasses.replace(whole, groups=(counts[0], counts[1], counts[2]))


def sketch_numbered(values: Sequence[Any], numbers: Sequence[Number], start: Number) -> Sketch:
    """Return the sketch of rows with these numbers, in rising order; the sample counts them from a start."""
    end = start + len(values)
    coins = coins_of_ints(range(start, end))
    drawn = np.argsort(coins)[: rows_to_keep(end)]
    kept = [(coin, values[i]) for coin, i in zip(coins[drawn].tolist(), drawn.tolist(), strict=True)]
    return Sketch(sketch_eighths(values, numbers), kept, ((start, end),) if len(values) else ())


def rows_to_keep(end: Number) -> int:
    """Return how many rows a sketch keeps at most, if all have numbers below an end."""
    return MOST_KEPT if end <= MOST_KEPT else SAMPLE


def sketch_eighths(
    values: Sequence[Any], numbers: Sequence[Number], *, few: bool = False
) -> tuple[Values, Values, Values]:
    """Return the eighths of the sketch of rows with these numbers, in rising order.

    Args:
        values, numbers: the rows and their numbers.
        few: True to put the second eighth into the first, as `divide` does if there are few rows.
    """
    parts = _rows_of_parts(numbers)
    if few:
        parts = [sorted(parts[0] + parts[1]), [], parts[2]]
    with name_recursion_limit("a row", None):
        first, second, others = (
            sketch_values([values[i] for i in part], [numbers[i] for i in part]) if part else Values()
            for part in parts
        )
    return first, second, others


def _rows_of_parts(numbers: Sequence[Number]) -> list[list[int]]:
    """Return, for each of the eighths of a sketch, the places in numbers of its rows."""
    parts = np.minimum(coins_of_ints(numbers) % np.uint64(SHARE), 2)
    return [np.flatnonzero(parts == k).tolist() for k in range(3)]


def rows_to_divide(others: int, *, loose: bool) -> int:
    """Return the least number of rows that `Sketch.divide` leaves so many of for the bounds.

    Example:
        >>> [rows_to_divide(n, loose=loose) for n, loose in ((600, True), (600, False), (700, False))]
        [825, 800, 805]
    """
    parts = np.minimum(coins_of_ints(range(2 * others + 2 * SHARE**2)) % np.uint64(SHARE), 2)
    few, many = (int(np.searchsorted(np.cumsum(parts >= k), others)) + 1 for k in (2, 1))
    return few if loose or few < FEW_ROWS else max(many, FEW_ROWS)


def _join_spans(spans: Iterable[tuple[Number, Number]]) -> tuple[tuple[Number, Number], ...]:
    """Return spans of numbers, joined where they touch.

    Raises:
        SpecDefinitionError: two overlap.
    """
    joined: list[tuple[Number, Number]] = []
    for low, end in sorted(spans):
        if joined and low < joined[-1][1]:
            raise SpecDefinitionError(
                f"two sketches have a row of the number {low}, and rows have numbers of their own; try "
                "sketch(rows, start=n) where n rows come before these"
            )
        if joined and low == joined[-1][1]:
            low = joined.pop()[0]
        joined.append((low, end))
    return tuple(joined)
