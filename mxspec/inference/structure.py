"""From sketches to a spec: the structure that a part of the rows states, with the bounds of all rows.

    base rows  'age' from 18 to 90, 'plan' free or pro  ->  keys, types, formats, a range, a set
    the others 'age' up to 91 in one row, plan team     ->  int_in(18, 92), {'free', 'pro', 'team'}: 2 rows

The base rows alone decide which keys, types, formats, patterns and sets there are. The other rows then widen
the contract as far as they need, and a `Draft` counts the rows that set a bound: without one of them the
contract would be tighter. A row that fits the contract of the base rows widens nothing.

A tag is a string in a map of at most ten keys, no deeper than three maps. It tells maps apart by their own
keys, or it tells apart the maps beside it, `{"tool": "pay", "args": {...}}`: the arguments of another tool
are refused, also if they are a map within `args`. A tag does not tell apart the maps of a list, nor a payload
beside the map that the tag is in, `{"meta": {"type": "pay"}, "body": {...}}`. A key of a single row only
shows that other keys may come.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime
import decimal
import enum
import functools
import itertools
import math
import operator
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, Final

from mxspec.base.formats import FORMATS, format_of, has_format
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.inference.layouts import CASES, MOST_LAYOUTS, MOST_NEW, TRAITS, PatternWriter, letters_pattern
from mxspec.inference.sketch import (
    DATES,
    LISTS,
    MOST_KEYS,
    MOST_SHAPES,
    MOST_TAGS,
    WORDS,
    ZONED,
    Extreme,
    Kind,
    Shape,
    Values,
)
from mxspec.inference.wide_ends import LEAST_VALUES_TO_GUARD, round_outwards, wide_ends
from mxspec.predicates import (
    is_any,
    is_bytes,
    is_false,
    is_list,
    is_nan,
    is_none,
    is_number,
    is_true,
    is_tuple,
    is_uuid,
)
from mxspec.specs.collections import coll_of, map_of, tuple_
from mxspec.specs.core.spec import Spec
from mxspec.specs.logic import or_
from mxspec.specs.maps import keys
from mxspec.specs.multi_specs import multi_spec
from mxspec.specs.ranges import float_in, inst_in, int_in, range_of, str_in
from mxspec.specs.regex.combinators import cat
from mxspec.specs.wrappers import nilable, nonconforming
from mxspec.transform.annotations.records import record_of

MANY: Final = 10
"""The least number of values that state a restriction."""

LEAST_SERIAL: Final = 50  # so many ints without a repeat are serial numbers
MOST_MEMBERS: Final = 200  # the most strings in a set
MOST_NUMBERS: Final = 10  # the most numbers in a set
LEAST_RECURRENCE: Final = 5  # how often a value of such a set occurs at least, on average
MOST_OTHERS: Final = 20  # new values of the other rows that may join a set; more make no set
MOST_UNSEEN: Final = 3  # strings that a set may lack, by the estimate of Chao (1984)
LEAST_PRESENCE: Final = 0.3  # the share of maps that have a key, on average; below, keys are data
FEW_KEYS: Final = 20  # so few keys are never data
LEAST_TEXTS: Final = 50  # so many texts state which letters and signs occur
LEAST_STRINGS: Final = 2  # strings of each layout: a layout of one string shows that more will come

Path = tuple[Any, ...]
Ends = tuple[Any, Any]

_NUMBERS: Final = frozenset({"int", "float", "number"})
_NONE: Final = Shape(0, 0, {})

_TYPES: Final[Mapping[Any, Any]] = {
    **{word: tp for tp, word in WORDS.items()},
    "bytes": is_bytes,
    "uuid": is_uuid,
    "datetime in a zone": datetime.datetime,
    "time in a zone": datetime.time,
    "nan": is_nan,
    "decimal nan": decimal.Decimal,
    "number nan": is_number,
    "number": is_number,
    "list": is_list,
    "tuple": is_tuple,
    "map": keys(),
}


class Ease(enum.IntEnum):
    """The bounds of a column, from the tightest ones to none."""

    TIGHT = 0
    WIDE = 1  # wider ranges, by how far later rows were beyond earlier ones
    FROM = 2  # only the lower ends of ranges
    GUARD = 3  # wide ranges, and traits of texts, in place of a set or a pattern
    COUNTS = 4  # only the lower ends of these: a counter such as O-9999 goes on to O-10000
    OPEN = 5  # types and formats alone
    TYPE = 6  # types alone
    ANY = 7


@dataclasses.dataclass
class Draft:
    """A contract in the making.

    Attributes:
        least: the ease of all columns, TIGHT or WIDE.
        unit: the word for a numbered row in a note, with its number for #.
        spare: the number of rows, each with another new value, that the promise can afford in each set.
        eased: by path, the ease of columns with looser bounds, such as the key of groups.
        excess: by how much some ranges are widened, as `gaps` returns it.
        rows: the numbers of the rows that set a bound, by the key of the column.
        notes: remarks on the parts of the contract, by the keys that lead to them.
        latest: by path, the last value of each column with a range that has only a lower end.
        widened: the paths of the columns with a range that goes beyond the rows.
        path: the keys that lead to the place that is being drafted.
    """

    least: Ease = Ease.TIGHT
    unit: str = "rows[#]"
    spare: int = MOST_UNSEEN
    eased: Mapping[tuple[Any, ...], Ease] = dataclasses.field(default_factory=dict)
    excess: Mapping[tuple[Path, str], Ends] = dataclasses.field(default_factory=dict)
    rows: dict[Any, set[int]] = dataclasses.field(default_factory=dict)
    notes: dict[tuple[Any, ...], list[str]] = dataclasses.field(default_factory=dict)
    latest: dict[Path, Any] = dataclasses.field(default_factory=dict)
    widened: set[Path] = dataclasses.field(default_factory=set)
    path: Path = ()

    @property
    def count(self) -> int:
        """The number of rows that set a bound."""
        return len(set[int]().union(*self.rows.values()))

    @property
    def ease(self) -> Ease:
        """The ease of this place."""
        return max(self.least, self.eased.get(self.path[:1], Ease.TIGHT))

    @property
    def is_loose(self) -> bool:
        """True if the bounds here go beyond the rows."""
        return self.ease not in (Ease.TIGHT, Ease.FROM) or self.least is Ease.WIDE

    @property
    def is_guard(self) -> bool:
        """True if wide bounds stand in place of missing ones."""
        return self.ease in (Ease.GUARD, Ease.COUNTS)

    def add_rows(self, numbers: Iterable[int]) -> None:
        """Count rows that set a bound."""
        self.rows.setdefault(self.path[:1], set()).update(numbers)

    def add_new(self, known: Container[Any], firsts: Mapping[Any, int]) -> None:
        """Count the first row of each new value."""
        self.add_rows(number for x, number in firsts.items() if x not in known)

    def add_unknown(self, count: int = 1) -> None:
        """Count rows with unknown numbers, as if all were different."""
        start = -1 - sum(number < 0 for numbers in self.rows.values() for number in numbers)
        self.add_rows(range(start, start - count, -1))

    def note(self, text: str) -> None:
        """Add a remark on this place."""
        self.notes.setdefault(self.path, []).append(text)

    def place(self, number: int) -> str:
        """Return the words for the place of a row."""
        return self.unit.replace("#", str(number))

    def part(self, key: Any, base: Values, rest: Values) -> Any:
        """Return the spec of the values under a key."""
        self.path = (*self.path, key)
        spec = self.spec_of(base, rest)
        self.path = self.path[:-1]
        return spec

    # --- one place ------------------------------------------------------------------------------------------

    def spec_of(self, base: Values, rest: Values) -> Any:
        """Return the spec of a place, made of its values in the base rows and in the others."""
        if self.ease is Ease.ANY:
            return is_any
        self.add_new(base.kinds, {word: kind.first for word, kind in rest.kinds.items()})
        a, b = (dict(sorted(place.kinds.items(), key=_order_of_kind)) for place in (base, rest))
        if len(_NUMBERS & {*a, *b}) > 1:  # ints and floats at one place are numbers
            for kinds in (a, b):
                numbers = [kinds.pop(word) for word in sorted(_NUMBERS & kinds.keys())]
                if numbers:
                    kinds["number"] = functools.reduce(operator.add, numbers)
        words = dict.fromkeys((*a, *b))
        has_none = words.pop("none", 0) is None
        parts = {word: self._kind(word, a.get(word), b.get(word)) for word in words}
        if not parts:
            return is_none if has_none and self.ease < Ease.GUARD else is_any
        if parts.keys() == {"nan", "float"} and parts["float"] is float:
            del parts["nan"]  # it is a float
        if len(parts) == 1:
            [spec] = parts.values()
        else:
            named = [(_tag_of(word, i), part) for i, (word, part) in enumerate(parts.items())]
            spec = or_(*named)
            spec = nonconforming(spec) if parts.keys() <= {"nan", "float", "number", "number nan"} else spec
        return nilable(spec) if has_none else spec

    def _kind(self, word: Any, base: Kind | None, rest: Kind | None) -> Any:
        plain = _TYPES.get(word, word)
        if base is None or base.count < MANY or self.ease >= Ease.TYPE:
            return plain
        rest = rest or Kind(word)
        has_parts = word == "str" or word in LISTS or word == "map" or base.shapes
        if self.ease is Ease.OPEN and not has_parts:
            return plain
        if word == "bool" and self.ease < Ease.GUARD and base.values is not None and len(base.values) == 1:
            [x] = base.values
            self.add_new(base.values, {x: number for x, (_, number) in (rest.values or {}).items()})
            return (is_true if x else is_false) if (rest.values or base.values).keys() <= {x} else plain
        if word == "str":
            return self._text(base, rest)
        if word in LISTS:
            return self._list(word, base, rest)
        if word == "map":
            return self._map(base, rest)
        if isinstance(word, type) and base.shapes:
            return record_of(word, self._pieces(base, rest))
        is_few = word in ("int", "float") and self.ease < Ease.FROM
        if is_few and (members := self._members(base, rest, MOST_NUMBERS)) is not None:
            return members
        has_range = "value" in base.lows and ("value" in rest.lows or not rest.count)
        return self._range(word, plain, base, rest) if has_range else plain

    def _pieces(self, base: Kind, rest: Kind) -> dict[Any, Any]:
        """Return the specs of the fields of records, or of the positions of lists of one length."""
        [own], others = (base.shapes or {}).values(), [*(rest.shapes or {}).values()]
        return {
            key: self.part(key, place, others[0].values[key] if others else Values())
            for key, place in own.values.items()
        }

    # --- sets, ranges, texts --------------------------------------------------------------------------------

    def _members(self, base: Kind, rest: Kind, most: int) -> set[Any] | None:
        """Return the set of values, or None if too many occur in the base rows or in the others."""
        unseen = 0 if self.is_loose else max(MOST_UNSEEN, self.spare)
        if not base.values or len(base.values) > most or not _recur(base.values, base.count, unseen):
            return None
        others = max(MOST_OTHERS, 2 * unseen)
        if rest.count and (rest.values is None or len(rest.values.keys() - base.values) > others):
            self.add_unknown(others + 1)  # the first rows with so many others
            self.note("no set: new values keep coming")
            return None
        more = rest.values or {}
        self.add_new(base.values, {x: number for x, (_, number) in more.items()})
        single = [
            (x, number)
            for own, others in ((base.values, more), (more, base.values))
            for x, (count, number) in own.items()
            if count == 1 and x not in others
        ]
        for x, number in sorted(single, key=operator.itemgetter(1))[:1]:
            others_too = f", and {len(single) - 1} more values in one each" if len(single) > 1 else ""
            self.note(f"{short_repr(x)} is in {self.place(number)} alone{others_too}")
        return {*base.values, *more}

    def _ends(self, name: str, base: Kind, rest: Kind, least: Any = None) -> tuple[Any, Any]:
        """Return the ends of a range, widened by the rest; None for an open end."""
        low, high = _in_utc(base.lows[name][0]), _in_utc(base.highs[name][0])
        width, inner = None, (low, high)
        with contextlib.suppress(TypeError, ArithmeticError):  # times don't subtract
            width = high - low
        if self.is_loose and width and (excess := self.excess.get((self.path, name))):  # not of a constant
            with contextlib.suppress(TypeError, ArithmeticError):  # no moment is beyond the last
                widened = round_outwards(low, high, excess)
                if isinstance(low, int):  # the excess may come from floats beside them
                    widened = math.floor(widened[0]), math.ceil(widened[1])
                # An infinite end and an infinite excess make no number.
                below, high = (
                    old if new != new else new for old, new in zip((low, high), widened, strict=True)
                )
                low = max(least, below) if least is not None and low >= least else below
        if self.is_guard:
            low, high = wide_ends(base, name, low, high)
        if self.ease in (Ease.FROM, Ease.COUNTS):
            high = None
        seen = [each for ends in (rest.lows, rest.highs) if name in ends for each in [_in_utc(ends[name][0])]]
        is_widened = any(end is not None and end not in (*inner, *seen) for end in (low, high))
        for ends, is_beyond, word in (
            (rest.lows, operator.lt, "least"), (rest.highs, operator.gt, "most"),
        ):  # fmt: skip
            end = low if word == "least" else high
            if end is not None and name in ends and is_beyond(ends[name][0], end):
                x, number = _in_utc(ends[name][0]), ends[name][1]
                self.add_rows([number])
                with contextlib.suppress(TypeError, ArithmeticError):
                    if width and abs(x - end) > width:
                        self.note(f"the {word} is far from the others, see {self.place(number)}")
                low, high = (x, high) if word == "least" else (low, x)
        self._note_ends(name, base, rest, is_widened)
        if self.ease is not Ease.FROM or name == "length":
            return low, high
        self.latest[self.path[:1]] = max(
            _in_utc(ends.highs[name][0]) for ends in (base, rest) if name in ends.highs
        )
        return low, None

    def _note_ends(self, name: str, base: Kind, rest: Kind, is_widened: bool) -> None:
        """Add remarks on the ends of a range."""
        whole = base + rest if rest.count else base
        low, high = whole.lows[name][0], whole.highs[name][0]
        if is_widened:
            self.widened.add(self.path[:1])
            self.note(f"widened, the rows have {short_repr(low)} to {short_repr(high)}")
        if name == "length":
            return
        if is_serial(whole) and self.ease < Ease.FROM:
            self.note("counts up without repeats, so the bound will not last")

    def _range(self, word: str, plain: Any, base: Kind, rest: Kind) -> Any:
        zero = plain() if word in ("int", "float", "decimal") else 0 if word == "number" else None
        low, high = self._ends("value", base, rest, zero)
        if high is None:
            return plain if low is None else range_of(plain, low)
        is_plain = word not in ("number", "timedelta") and not isinstance(low, datetime.date)
        if low == high and is_plain and low not in (math.inf, -math.inf):
            return {low}
        if word == "int":
            return int_in(low, high + 1)
        if word == "float":
            return float_in(low, high)
        if word.startswith("datetime"):
            try:
                return inst_in(low, high + datetime.timedelta.resolution)
            except OverflowError:
                return plain
        return range_of(plain, low, high)

    def _text(self, base: Kind, rest: Kind) -> Any:
        is_open = self.ease >= Ease.FROM
        may_be_set = self.ease < Ease.FROM and base.lows.keys() <= {"length", "number"}  # days make no set
        if may_be_set and (members := self._members(base, rest, MOST_MEMBERS)) is not None:
            return members
        # The digits of numbers with a point are not structure; others may be codes, such as '00501'.
        has_point = any("." in signs for signs in base.layouts.get("runs") or ())
        names = [*(name for name in FORMATS if name != "number"), *DATES, "pattern", "number"]
        # Two texts, one equal to 2, reveal nothing about the format of others.
        is_named = self.is_guard and len(base.values or names) < LEAST_VALUES_TO_GUARD
        for name in () if is_named else ["number", *names] if has_point else names:
            if name == "pattern":
                spec = None if is_open else self._pattern(base, rest)
                if spec is not None:
                    return spec
            elif name not in base.misses:
                if name not in rest.misses:
                    is_free = self.ease is Ease.OPEN
                    least, most = (None, None) if is_free else self._text_ends(name, base, rest)
                    return str_in(format=name, least=least, most=most)
                self.add_rows([rest.misses[name]])
        if is_open and not self.is_guard:
            return str
        ends = self._ends("length", base, rest, min(1, base.lows["length"][0]))
        return str_in(*ends, pattern=self._letters(base, rest) if ends[0] else None)

    def _letters(self, base: Kind, rest: Kind) -> str | None:
        """Return the pattern of the letters and signs of strings that are not empty, if they have one."""
        traits = TRAITS.keys() - base.misses.keys()
        if not self.is_guard or traits >= CASES.keys() or len(base.values or TRAITS) < LEAST_VALUES_TO_GUARD:
            traits -= CASES.keys()  # texts without letters have both cases
        self.add_rows(row for name, row in rest.misses.items() if name in traits)
        signs = {} if self.is_loose or base.count < LEAST_TEXTS else base.signs
        pattern, rows, failed = letters_pattern(signs, rest.signs, traits - rest.misses.keys())
        self.add_rows(rows)
        self.add_unknown(failed * (MOST_NEW + 1))  # the first rows with so many new ones
        return pattern

    def _text_ends(self, name: str, base: Kind, rest: Kind) -> tuple[str | None, str | None]:
        """Return the strings of a format that stand for the least and the greatest value, if these have an
        order."""
        kind = format_of(name)
        names = [each for each in (name, ZONED) if each in base.lows]
        if kind is None or len(names) != 1:  # some moments have a zone
            return None, None
        [own] = names
        other = ZONED if own == name else name
        if other in rest.lows:
            self.add_rows([rest.lows[other][1]])
            return None, None
        ends = self._ends(own, base, rest, 0 if name == "number" else None)
        low, high = (None if end is None else kind.write(end).removesuffix(".0") for end in ends)
        # Not every program writes years below 1000 with four digits, and no number in text is infinite.
        return (
            (low, high) if all(end is None or has_format(name, end) for end in (low, high)) else (None, None)
        )

    def _pattern(self, base: Kind, rest: Kind) -> Spec | None:
        """Return the spec of the pattern of letters and digits that all strings have, or None. Numbers of any
        length have a range, too.
        """
        for grain, own in base.layouts.items():
            more = rest.layouts.get(grain, {})
            writer = PatternWriter(self.is_loose)
            if not own or min(layout.count for layout in own.values()) < LEAST_STRINGS or "" in own:
                continue
            if more is None or len(own.keys() | more.keys()) > MOST_LAYOUTS:
                self.add_unknown(MOST_LAYOUTS)  # the first rows with so many others
                continue
            pattern = writer.pattern(own, more)
            self.add_rows(writer.rows)
            with contextlib.suppress(SpecDefinitionError):  # a pattern that may take too long
                spec = str_in(pattern=pattern)
                if not writer.is_open or "number" in base.misses:
                    return spec
                if "number" in rest.misses:
                    self.add_rows([rest.misses["number"]])
                    return spec
                least, most = self._text_ends("number", base, rest)
                name = None if least is None else "number"
                return str_in(pattern=pattern, format=name, least=least, most=most)
        return None

    # --- collections ----------------------------------------------------------------------------------------

    def _list(self, word: str, base: Kind, rest: Kind) -> Any:
        if base.shapes and (not rest.count or (rest.shapes or {}).keys() == base.shapes.keys()):
            parts = self._pieces(base, rest)
            if word == "list":
                return tuple_(*parts.values())
            return nonconforming(cat(*((f"item {i}", part) for i, part in parts.items())))
        none = Values()
        element = self.spec_of(base.elements() or none, rest.elements() or none)
        if self.ease >= Ease.GUARD:
            return coll_of(element, kind=_TYPES[word])
        low, high = self._ends("length", base, rest, min(1, base.lows["length"][0]))
        return coll_of(element, kind=_TYPES[word], min_count=low or None, max_count=high)

    def _map(self, base: Kind, rest: Kind) -> Any:
        a, b = (
            shapes and dict(sorted(shapes.items(), key=lambda item: item[1].first))
            for shapes in (base.shapes, rest.shapes if rest.count else {})
        )
        if a is not None and not _are_data(functools.reduce(operator.add, a.values())):
            if b is not None:
                # An eased column belongs to all maps, and has one spec; an open one may have other tags.
                is_eased = self.eased if not self.path else self.ease >= Ease.FROM
                tag = None if is_eased else _tag_of_shapes(a)
                return self._keys(a, b) if tag is None else self._tag_spec(tag, a, b)
            self.add_unknown(MOST_KEYS)
        none = Values()
        key = self.spec_of(base.keys() or none, rest.keys() or none)
        return map_of(key, self.spec_of(base.elements() or none, rest.elements() or none))

    def _keys(self, base: Mapping[Any, Shape], rest: Mapping[Any, Shape]) -> Spec:
        own = functools.reduce(operator.add, base.values())
        more = functools.reduce(operator.add, rest.values(), _NONE)
        others = more.values
        required: dict[Any, Any] = {}
        optional: dict[Any, Any] = {}
        for key, place in own.values.items():
            spec = self.part(key, place, others.get(key, Values()))
            lacks = [shape for shape in rest.values() if _lacks(shape, key)]
            if place.count == own.count and lacks:
                # Among maps with any keys, the first that lacks this key is not known.
                self.add_unknown() if None in rest else self.add_rows([min(shape.first for shape in lacks)])
            is_any_key = self.eased.get((*self.path, key)) is Ease.ANY
            (optional if place.count < own.count or lacks or is_any_key else required)[key] = spec
        self.add_new(own.values, {key: place.first for key, place in others.items()})
        # A key in one row of many shows that other keys may come.
        is_closed = not any(place.count == 1 for place in own.values.values())
        optional |= {key: is_any for key in others if is_closed and key not in own.values}
        tag, payloads = _envelope_of(own)
        if max(self.ease, self.eased.get((*self.path, tag)[:1], Ease.TIGHT)) >= Ease.FROM:
            payloads = []  # other tags will come
        if any(more.by_tag(key, tag) is None for key in payloads):
            self.add_unknown(MOST_TAGS)  # the first rows with so many others
            payloads = []

        def spec_with(parts: Mapping[Any, Any]) -> Spec:
            req_un, opt_un = (
                {key: parts.get(key, some[key]) for key in some} for some in (required, optional)
            )
            return keys(req_un=req_un, opt_un=opt_un, closed=is_closed)

        return self._envelopes(tag, payloads, own, more, spec_with) if payloads else spec_with({})

    def _envelopes(
        self, tag: Any, payloads: list[Any], own: Shape, rest: Shape, spec_with: Callable[[Any], Spec]
    ) -> Spec:
        """Return the spec of maps with the same keys, where a tag tells apart the maps under some keys."""
        methods, default = self._methods_of_others(tag, _tag_values(tag, own) or {}, rest)
        for some in _groups_by_parts(tag, payloads, own):
            parts: dict[Any, Any] = {}
            for key in payloads:
                base, others = (_payload(key, tag, some, shape) for shape in (own, rest))
                parts[key] = self.part(key, base, others)
            methods |= dict.fromkeys(some, spec_with(parts))
        return multi_spec(tag, dict(sorted(methods.items())), default=default)

    def _methods_of_others(
        self, tag: Any, known: Container[Any], rest: Shape
    ) -> tuple[dict[Any, Any], Spec | None]:
        """Return the specs of new tags in the other rows, and of tags that are not strings."""
        strings = _strings(tag, rest)
        default = None
        if strings.count < rest.count or strings.values is None:
            self.add_unknown()  # the first row with a tag outside of the strings
            default = keys()
        firsts = {x: number for x, (_, number) in (strings.values or {}).items()}
        self.add_new(known, firsts)
        return {x: keys() for x in sorted(firsts, key=firsts.__getitem__) if x not in known}, default

    def _tag_spec(self, tag: Any, base: Mapping[Any, Shape], rest: Mapping[Any, Shape]) -> Spec:
        """Return the spec of the maps of each tag, with their own keys."""
        groups = _groups(tag, base)
        known: dict[Any, int] = {name: i for i, (some, _) in enumerate(groups) for name in some}
        others: list[dict[Any, Shape]] = [{} for _ in groups]
        if None in rest:
            self.add_unknown(MOST_SHAPES)
        for shape_keys, shape in rest.items():
            values = _strings(tag, shape).values
            for i in range(len(groups)) if values is None else {known[x] for x in values if x in known}:
                others[i][shape_keys] = shape
        methods, default = self._methods_of_others(
            tag, known, functools.reduce(operator.add, rest.values(), _NONE)
        )
        for (some, shapes), more in zip(groups, others, strict=True):
            self.path = (*self.path, min(some))
            spec = self._keys(shapes, more)
            self.path = self.path[:-1]
            methods |= dict.fromkeys(sorted(some), spec)
        return multi_spec(tag, methods, default=default)


def is_serial(kind: Kind) -> bool:
    """Return True for ints that number rows: none repeats, and at least half of their range occurs.

    The probability that so many ints, drawn at random from so short a range, do not repeat is at most
    exp(-count / 4).
    """
    if kind.word != "int" or kind.count < LEAST_SERIAL or max(kind.digests.values()) > 1:
        return False
    return bool(kind.highs["value"][0] - kind.lows["value"][0] < 2 * kind.count)


def _recur(values: Mapping[Any, Extreme], count: int, most_unseen: int) -> bool:
    """True if few values recur: a new one among as many others is rare (Good and Turing).

    Strings may have new values, as long as few are to come. If f1 values occur once and f2 values twice, at
    least f1^2 / (2 f2) have not been seen (Chao, "Nonparametric estimation of the number of classes in a
    population", 1984).
    """
    counts = [count for count, _ in values.values()]
    single, double = counts.count(1), counts.count(2)
    if not isinstance(next(iter(values)), str):  # numbers
        numbers = sorted(values)
        is_range = all(b - a == 1 for a, b in itertools.pairwise(numbers))
        if is_range or min(counts) < LEAST_RECURRENCE:
            return False
    elif len(values) < count and single**2 <= 2 * most_unseen * max(double, 1):
        return True
    return len(values) * LEAST_RECURRENCE <= count and single <= 1 + count // 200


def _in_utc(x: Any) -> Any:
    """Return a moment with a zone in UTC, since some sources keep the zone, others the offset; else x."""
    with contextlib.suppress(AttributeError, OverflowError):  # no moment, or too near to the first or last
        if x.utcoffset() is not None and isinstance(x, datetime.datetime):
            return x.astimezone(datetime.UTC)
    return x


def ends_of(place: Values, path: Path = ()) -> dict[tuple[Path, str], Ends]:
    """Return the ends of the ranges at a place and in its maps, lists and records, by path and name."""
    ends: dict[tuple[Path, str], Ends] = {}

    def add(more: Iterable[tuple[tuple[Path, str], Ends]]) -> None:
        for key, (low, high) in more:
            with contextlib.suppress(TypeError, ArithmeticError):  # values of several kinds don't compare
                a, b = ends.get(key, (low, high))
                ends[key] = min(a, low), max(b, high)

    for kind in place.kinds.values():
        add(((path, name), (_in_utc(kind.lows[name][0]), _in_utc(kind.highs[name][0]))) for name in kind.lows)
        for shape in (kind.shapes or {}).values():
            for key, own in shape.values.items():
                add(ends_of(own, (*path, key)).items())
        if kind.inner is not None:
            add(ends_of(kind.inner, path).items())
    return ends


def gaps(a: Values, b: Values, times: int, *, both: bool) -> dict[tuple[Path, str], Ends]:
    """Return a multiple of the distances between the ends of two sets of rows, by path and name.

    Args:
        a, b: the rows and the others.
        times: the number of times.
        both: True for the greater of the distances of the two ends, at both ends, whichever rows are beyond;
            False for how far the others are beyond, at each end.
    """
    distances: dict[tuple[Path, str], Ends] = {}
    own = ends_of(a)
    for key, (low, high) in ends_of(b).items():
        with contextlib.suppress(KeyError, TypeError, ArithmeticError):  # times don't subtract
            below, above = own[key][0] - low, high - own[key][1]
            by = times * max(abs(below), abs(above)) if both else 0 * above
            by = max(by, 1) if both and isinstance(by, int) else by  # the ends of few rows may be equal
            distances[key] = max(by, times * below), max(by, times * above)
    return distances


def _are_data(maps: Shape) -> bool:
    """True if the keys of maps are data: they are many, and a map has few of them."""
    counts = [place.count for place in maps.values.values()]
    return len(counts) > FEW_KEYS and sum(counts) < LEAST_PRESENCE * maps.count * len(counts)


def _lacks(shape: Shape, key: Any) -> bool:
    return key not in shape.values or shape.values[key].count < shape.count


def _order_of_kind(item: tuple[Any, Kind]) -> tuple[bool, int, str]:
    word, kind = item
    return word in ("nan", "decimal nan"), kind.first, str(word)


def _tag_of(word: Any, i: int) -> str:
    return word if isinstance(word, str) else f"{word.__name__} {i}" if i else word.__name__


# --- tags ------------------------------------------------------------------------------------------------

Group = tuple[set[Any], dict[Any, Shape]]


def _tag_values(tag: Any, shape: Shape) -> dict[Any, Extreme] | None:
    """Return how often each value of a tag occurs in maps of one shape, or None if it is not their tag."""
    place = shape.values.get(tag)
    if place is None or place.kinds.keys() != {"str"} or place.count < shape.count:
        return None
    return place.kinds["str"].values


def _strings(tag: Any, shape: Shape) -> Kind:
    """Return the strings among the values of a tag."""
    return shape.values.get(tag, Values()).kinds.get("str", Kind("str", values={}))


def _groups(tag: Any, shapes: Mapping[Any, Shape]) -> list[Group]:
    """Return the groups of values of a tag that share no set of keys with another group."""
    groups: list[Group] = []
    for shape_keys, shape in shapes.items():
        values = {*(_tag_values(tag, shape) or ())}
        own: dict[Any, Shape] = {shape_keys: shape}
        apart = []
        for group in groups:
            if group[0] & values:
                values, own = values | group[0], {**group[1], **own}
            else:
                apart.append(group)
        groups = [*apart, (values, own)]
    return groups


def _tag_of_shapes(shapes: Mapping[Any, Shape]) -> Any:
    """Return the key with a value that tells which keys a map has, or None."""
    if len(shapes) < 2 or None in shapes:
        return None
    candidates = []
    for key in set.intersection(*(set(shape.values) for shape in shapes.values())):
        values = [_tag_values(key, shape) for shape in shapes.values()]
        counts: dict[Any, int] = collections.Counter()
        for x, (count, _) in itertools.chain.from_iterable((own or {}).items() for own in values):
            counts[x] += count
        groups = len(_groups(key, shapes))
        is_tag = None not in values and groups > 1 and len(counts) <= MOST_TAGS
        if is_tag and min(counts.values()) >= LEAST_RECURRENCE:
            candidates.append((-groups, len(counts), str(key), key))
    return min(candidates, key=operator.itemgetter(0, 1, 2), default=(None,))[-1]


# --- envelopes --------------------------------------------------------------------------------------------


def tag_of(shape: Shape) -> Any:
    """Return the key with a value that tells what is under other keys, or None."""
    return _envelope_of(shape)[0]


def _envelope_of(shape: Shape) -> tuple[Any, list[Any]]:
    """Return the tag that tells apart the maps under most other keys, and these keys; or None and no keys.

    As in `{"tool": "pay", "args": {"to": ..., "amount": ...}}`.
    """
    candidates = []
    for tag in {tag for _, tag in shape.tags if _tag_values(tag, shape)}:
        payloads = [key for key in shape.values if _tells_apart(shape.tags.get((key, tag)) or {})]
        if payloads:
            groups = len(_groups_by_parts(tag, payloads, shape))
            candidates.append(
                (-len(payloads), -groups, len(_tag_values(tag, shape) or ()), str(tag), tag, payloads)
            )
    best = min(candidates, key=operator.itemgetter(0, 1, 2, 3), default=None)
    return (best[4], best[5]) if best else (None, [])


def _tells_apart(maps: Mapping[str, Kind]) -> bool:
    """True if the maps of a tag lack parts that `MANY` of them would have if tags told nothing.

    That is one part, or several parts that exclude each other, such as the parts of many tags.
    """
    parts = {name: _parts_of(kind) for name, kind in maps.items()}
    total = sum(parts.values(), collections.Counter[Any]())
    count = sum(kind.count for kind in maps.values())
    for name, own in parts.items():
        lacking = [total[part] for part in total.keys() - own.keys()]
        if lacking and maps[name].count * max(max(lacking) / count, sum(lacking) / total.total()) >= MANY:
            return True
    return False


def _groups_by_parts(tag: Any, payloads: list[Any], shape: Shape) -> list[list[str]]:
    """Return the strings of a tag in groups: the maps of one group have the same parts."""
    groups: dict[Any, list[str]] = {}
    for x in sorted(_tag_values(tag, shape) or ()):
        kinds = [(shape.by_tag(key, tag) or {}).get(x) for key in payloads]
        groups.setdefault(tuple(frozenset(_parts_of(kind)) for kind in kinds), []).append(x)
    return [*groups.values()]


def _parts_of(kind: Kind | None) -> collections.Counter[Any]:
    """Return how many values of each kind are under each key of maps and of the maps within them."""
    parts: collections.Counter[Any] = collections.Counter()
    for shape in ((kind and kind.shapes) or {}).values():
        for key, place in shape.values.items():
            for word, own in place.kinds.items():
                parts[key, word] += own.count
                if word == "map":
                    parts.update({(key, *path): count for path, count in _parts_of(own).items()})
    return parts


def _payload(key: Any, tag: Any, some: list[str], shape: Shape) -> Values:
    """Return the values under a key; of the maps, only the ones with some tags."""
    kinds = {word: kind for word, kind in shape.values.get(key, Values()).kinds.items() if word != "map"}
    maps = [kind for x, kind in (shape.by_tag(key, tag) or {}).items() if x in some]
    return Values({**kinds, "map": functools.reduce(operator.add, maps)} if maps else kinds)
