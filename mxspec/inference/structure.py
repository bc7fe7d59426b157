"""From sketches to a spec: the structure that a part of the rows states, with the bounds of all rows.

What the base rows state is decided by them alone: which keys, types, formats and sets of values there are.
The other rows then widen the contract as far as they need, and the ones that it would be tighter without are
counted. A row that is within the contract of the base rows widens nothing.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import functools
import itertools
import math
import operator
import re
from collections.abc import Container, Iterable, Mapping
from typing import Any, Final

from mxspec.annotations.records import record_of
from mxspec.core.spec import Spec
from mxspec.formats import FORMATS
from mxspec.inference.sketch import (
    DATES,
    LISTS,
    MOST_FORMS,
    MOST_KEYS,
    MOST_SHAPES,
    WORDS,
    Extreme,
    Kind,
    Shape,
    Values,
)
from mxspec.predicates import is_any, is_bytes, is_list, is_nan, is_none, is_number, is_tuple, is_uuid
from mxspec.regex.combinators import cat
from mxspec.specs.collections import coll_of, map_of, tuple_
from mxspec.specs.logic import or_
from mxspec.specs.maps import keys, multi_spec
from mxspec.specs.ranges import float_in, inst_in, int_in, range_of, str_in
from mxspec.specs.wrappers import nilable, nonconforming

MANY: Final = 10
"""The least number of values that state a restriction."""

MOST_MEMBERS: Final = 50  # of a set of strings
MOST_NUMBERS: Final = 10  # of a set of numbers
LEAST_RECURRENCE: Final = 5  # the number of times that a value of such a set occurs, on average
MOST_TAGS: Final = 20
LEAST_PRESENCE: Final = 0.3  # the share of maps that have a key, on average; below, keys are data
FEW_KEYS: Final = 20  # that are never data

_NUMBERS: Final = frozenset({"int", "float", "number"})

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


@dataclasses.dataclass
class Draft:
    """A contract in the making.

    Attributes:
        is_loose: True if a range goes beyond that of the base rows on both sides by its own width.
        carriers: the numbers of the rows that the contract would be tighter without.
    """

    is_loose: bool = False
    carriers: set[int] = dataclasses.field(default_factory=set)

    def carry(self, number: int) -> None:
        """Count a row."""
        self.carriers.add(number)

    def carry_new(self, known: Container[Any], firsts: Mapping[Any, int]) -> None:
        """Count the first row of each that is not known."""
        self.carriers.update(number for x, number in firsts.items() if x not in known)

    def carry_unknown(self, count: int = 1) -> None:
        """Count rows whose numbers are not known, as if each were another one."""
        self.carriers.update(range(-len(self.carriers) - count, -len(self.carriers)))

    # --- one place ------------------------------------------------------------------------------------------

    def spec_of(self, base: Values, rest: Values) -> Any:
        """Return the spec of a place, of its values in the base rows and in the others."""
        self.carry_new(base.kinds, {word: kind.first for word, kind in rest.kinds.items()})
        a, b = dict(base.kinds), dict(rest.kinds)
        if len(_NUMBERS & {*a, *b}) > 1:  # ints and floats at one place are numbers
            for kinds in (a, b):
                numbers = [kinds.pop(word) for word in sorted(_NUMBERS & kinds.keys())]
                if numbers:
                    kinds["number"] = functools.reduce(operator.add, numbers)
        words = dict.fromkeys((*a, *b))
        has_none = words.pop("none", 0) is None
        parts = {word: self._kind(word, a.get(word), b.get(word)) for word in words}
        if not parts:
            return is_none if has_none else is_any
        if parts.keys() == {"nan", "float"} and parts["float"] is float:
            del parts["nan"]  # which is a float
        if len(parts) == 1:
            [spec] = parts.values()
        else:
            named = [(_tag_of(word, i), part) for i, (word, part) in enumerate(parts.items())]
            spec = or_(*named)
            spec = nonconforming(spec) if parts.keys() <= {"nan", "float", "number", "number nan"} else spec
        return nilable(spec) if has_none else spec

    def _kind(self, word: Any, base: Kind | None, rest: Kind | None) -> Any:
        plain = _TYPES.get(word, word)
        if base is None or base.count < MANY:
            return plain
        rest = rest or Kind(word)
        if word == "str":
            return self._text(base, rest)
        if word in LISTS:
            return self._list(word, base, rest)
        if word == "map":
            return self._map(base, rest)
        if isinstance(word, type) and base.shapes:
            return record_of(word, self._pieces(base, rest))
        if word in ("int", "float") and (members := self._members(base, rest, MOST_NUMBERS)) is not None:
            return members
        has_range = "value" in base.lows and ("value" in rest.lows or not rest.count)
        return self._range(word, plain, base, rest) if has_range else plain

    def _pieces(self, base: Kind, rest: Kind) -> dict[Any, Any]:
        """Return the specs of the fields of records, or of the positions of lists of one length."""
        [own], others = (base.shapes or {}).values(), [*(rest.shapes or {}).values()]
        return {
            key: self.spec_of(place, others[0].values[key] if others else Values())
            for key, place in own.values.items()
        }

    # --- sets, ranges, texts --------------------------------------------------------------------------------

    def _members(self, base: Kind, rest: Kind, most: int) -> set[Any] | None:
        """Return the set of values, or None if it is no set, or the other rows have too many others."""
        if not base.values or len(base.values) > most or not _recur(base.values, base.count):
            return None
        if rest.count and rest.values is None:
            self.carry_unknown(rest.count)
            return None
        others = {x: number for x, (_, number) in (rest.values or {}).items()}
        self.carry_new(base.values, others)
        return {*base.values, *others}

    def _ends(self, name: str, base: Kind, rest: Kind, least: Any = None) -> tuple[Any, Any]:
        """Return the ends of a range, widened by the rest."""
        low, high = base.lows[name][0], base.highs[name][0]
        if self.is_loose:
            try:
                wide = (high - low) or abs(high) or 1
                below, high = low - wide, high + wide
                low = max(least, below) if least is not None and low >= least else below
            except (TypeError, ArithmeticError):  # times have no width, and no moment is beyond the last
                pass
        if name in rest.lows and rest.lows[name][0] < low:
            low = rest.lows[name][0]
            self.carry(rest.lows[name][1])
        if name in rest.highs and rest.highs[name][0] > high:
            high = rest.highs[name][0]
            self.carry(rest.highs[name][1])
        return low, high

    def _range(self, word: str, plain: Any, base: Kind, rest: Kind) -> Any:
        zero = plain() if word == "decimal" else 0 if word in ("int", "float", "number") else None
        low, high = self._ends("value", base, rest, zero)
        if word == "int":
            return int_in(low, high + 1)
        if word == "float":
            return float_in(low, high, infinite=math.isinf(low) or math.isinf(high))
        if word.startswith("datetime"):
            try:
                return inst_in(low, high + datetime.timedelta.resolution)
            except OverflowError:
                return plain
        return range_of(plain, low, high)

    def _text(self, base: Kind, rest: Kind) -> Any:
        if (members := self._members(base, rest, MOST_MEMBERS)) is not None:
            return members
        for name in (*(name for name in FORMATS if name != "number"), *DATES, "pattern", "number"):
            if name == "pattern":
                pattern = self._pattern(base, rest)
                if pattern is not None:
                    return str_in(pattern=pattern)
            elif name not in base.misses:
                if name not in rest.misses:
                    return str_in(format=name)
                self.carry(rest.misses[name])
        return str_in(*self._ends("length", base, rest, 0))

    def _pattern(self, base: Kind, rest: Kind) -> str | None:
        """Return the pattern of letters and digits that all strings have, or None."""
        if not base.forms or not any("9" in form or "-" in form for form in base.forms):
            return None
        if len(base.forms) > 1 and len({len(form) for form in base.forms}) == 1:
            return None
        if (rest.count and rest.forms is None) or len({*base.forms, *(rest.forms or {})}) > MOST_FORMS:
            self.carry_unknown(MOST_FORMS)
            return None
        self.carry_new(base.forms, rest.forms or {})
        kinds = [kind for kind in (base, rest) if kind.count]
        own, start = _common_prefix([base]), _common_prefix(kinds)
        if len(start) < len(own):
            self.carriers |= {rest.lows["text"][1], rest.highs["text"][1]}
        forms = dict.fromkeys((*base.forms, *(rest.forms or {})))
        return _pattern_of(forms, re.match("[^0-9]*", start)[0])  # type: ignore[index]

    # --- collections ----------------------------------------------------------------------------------------

    def _list(self, word: str, base: Kind, rest: Kind) -> Any:
        if base.shapes and (not rest.count or (rest.shapes or {}).keys() == base.shapes.keys()):
            parts = self._pieces(base, rest)
            if word == "list":
                return tuple_(*parts.values())
            return nonconforming(cat(*((f"item {i}", part) for i, part in parts.items())))
        if base.shapes and self.is_loose:
            self.carry_unknown()  # of another length, which a loose range may not tell
        none = Values()
        element = self.spec_of(base.elements() or none, rest.elements() or none)
        low, high = self._ends("length", base, rest, 0)
        return coll_of(element, kind=_TYPES[word], min_count=low or None, max_count=high)

    def _map(self, base: Kind, rest: Kind) -> Any:
        a, b = base.shapes, rest.shapes if rest.count else {}
        if a is not None and not _are_data(functools.reduce(operator.add, a.values())):
            if b is not None:
                tag = _tag_of_shapes(a)
                return self._keys(a, b) if tag is None else self._tag_spec(tag, a, b)
            self.carry_unknown(MOST_KEYS)
        none = Values()
        key = self.spec_of(base.keys() or none, rest.keys() or none)
        return map_of(key, self.spec_of(base.elements() or none, rest.elements() or none))

    def _keys(self, base: Mapping[Any, Shape], rest: Mapping[Any, Shape]) -> Spec:
        own = functools.reduce(operator.add, base.values())
        others = functools.reduce(operator.add, rest.values(), Shape(0, 0, {})).values
        required: dict[Any, Any] = {}
        optional: dict[Any, Any] = {}
        for key, place in own.values.items():
            spec = self.spec_of(place, others.get(key, Values()))
            lacks = [shape for shape in rest.values() if _lacks(shape, key)]
            if place.count == own.count and lacks:
                # Of maps with any keys, the first that lacks one is not known.
                self.carry_unknown() if None in rest else self.carry(min(shape.first for shape in lacks))
            (optional if place.count < own.count or lacks else required)[key] = spec
        self.carry_new(own.values, {key: place.first for key, place in others.items()})
        # A key that one row of many has shows that others may come.
        is_closed = not any(place.count == 1 for place in own.values.values())
        optional |= {key: is_any for key in others if is_closed and key not in own.values}
        return keys(req_un=required, opt_un=optional, closed=is_closed)

    def _tag_spec(self, tag: Any, base: Mapping[Any, Shape], rest: Mapping[Any, Shape]) -> Spec:
        """Return the maps told apart by a tag, each with the keys of its own."""
        groups = _groups(tag, base)
        known: dict[Any, int] = {name: i for i, (some, _) in enumerate(groups) for name in some}
        others: list[dict[Any, Shape]] = [{} for _ in groups]
        methods: dict[Any, Any] = {}
        default = None
        if None in rest:
            self.carry_unknown(MOST_SHAPES)
        for shape_keys, shape in rest.items():
            place = shape.values.get(tag, Values())
            strings = place.kinds.get("str", Kind("str", values={}))
            values = strings.values
            if default is None and (strings.count < shape.count or values is None):
                self.carry_unknown()  # the first whose tag is none of the strings above
                default = keys()
            for i in range(len(groups)) if values is None else {known[x] for x in values if x in known}:
                others[i][shape_keys] = shape
            firsts = {x: number for x, (_, number) in (values or {}).items()}
            self.carry_new(known, firsts)
            methods |= {x: keys() for x in firsts if x not in known}
        for (some, shapes), more in zip(groups, others, strict=True):
            spec = self._keys(shapes, more)
            methods |= dict.fromkeys(sorted(some), spec)
        return multi_spec(tag, methods, default=default)


def _recur(values: Mapping[Any, Extreme], count: int) -> bool:
    """True if few values recur: a new one among as many others is rare (Good and Turing)."""
    counts = [count for count, _ in values.values()]
    if not isinstance(next(iter(values)), str):  # numbers
        numbers = sorted(values)
        is_range = all(b - a == 1 for a, b in itertools.pairwise(numbers))
        if is_range or min(counts) < LEAST_RECURRENCE:
            return False
    return len(values) * LEAST_RECURRENCE <= count and counts.count(1) <= 1 + count // 200


def _are_data(maps: Shape) -> bool:
    """True if the keys of maps are data: they are many, and a map has few of them."""
    counts = [place.count for place in maps.values.values()]
    return len(counts) > FEW_KEYS and sum(counts) < LEAST_PRESENCE * maps.count * len(counts)


def _lacks(shape: Shape, key: Any) -> bool:
    return key not in shape.values or shape.values[key].count < shape.count


def _tag_of(word: Any, i: int) -> str:
    return word if isinstance(word, str) else f"{word.__name__} {i}" if i else word.__name__


def _common_prefix(kinds: Iterable[Kind]) -> str:
    # The strings between two share what these two share.
    texts: list[str] = sorted(ends["text"][0] for kind in kinds for ends in (kind.lows, kind.highs))
    low, high = texts[0], texts[-1]
    return low[: next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))]


_CLASSES: Final = {"A": "[A-Z]", "a": "[a-z]", "9": r"\d"}


def _pattern_of(forms: Iterable[str], start: str) -> str:
    """Return the regular expression of strings of some forms, which begin with the same letters.

    Example:
        >>> _pattern_of(["AAA-9999", "AAA-99999"], "INV-"), _pattern_of(["AA99.9", "9"], "")
        ('INV-\\\\d{4,5}', '[A-Z]{2}\\\\d{2}\\\\.\\\\d|\\\\d')
    """
    lengths_by_letters: dict[str, list[list[int]]] = {}
    for form in forms:
        runs = [(letter, len([*run])) for letter, run in itertools.groupby(form[len(start) :])]
        letters = "".join(letter for letter, _ in runs)
        lengths_by_letters.setdefault(letters, []).append([length for _, length in runs])
    return "|".join(
        _escape(start) + "".join(map(_run_pattern, letters, zip(*lengths, strict=True)))
        for letters, lengths in lengths_by_letters.items()
    )


def _run_pattern(letter: str, lengths: tuple[int, ...]) -> str:
    low, high = min(lengths), max(lengths)
    times = f"{{{low},{high}}}" if low < high else f"{{{low}}}" if low > 1 else ""
    return _CLASSES.get(letter, _escape(letter)) + times


def _escape(text: str) -> str:
    # Not re.escape, which escapes what JSON Schema's patterns must not have escaped.
    return re.sub(r"([\\^$.*+?{}\[\]|()])", r"\\\1", text)


# --- tags ------------------------------------------------------------------------------------------------

Group = tuple[set[Any], dict[Any, Shape]]


def _tag_values(tag: Any, shape: Shape) -> dict[Any, Extreme] | None:
    """Return how often each value of a tag occurs in maps of one shape, or None if it is no tag there."""
    place = shape.values.get(tag)
    if place is None or place.kinds.keys() != {"str"} or place.count < shape.count:
        return None
    return place.kinds["str"].values


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
    """Return the key whose values tell maps with different keys apart, or None."""
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
