"""The facts that a JSON Schema states about a value, type by type, and the spec made from them.

    {"type": "object", "properties": {"n": {"minimum": 0}}, "allOf": [{"$ref": "#/$defs/a"}]}

A keyword of JSON Schema restricts one type and accepts all others: `minimum` accepts every string. So a
schema is read into `Facts`: the demands on each type, and the choices. The facts of `allOf`, and of a
reference beside other keywords, are joined. So their demands on objects become one `JsonObject`, with all the
keys in its examples. A choice beside other keywords is expanded: an object with `anyOf` of two schemas
becomes a union of two objects.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from mxspec.base.lazy import lazy
from mxspec.base.patterns import has_match
from mxspec.predicates import is_false, is_none, is_true
from mxspec.specs.collections import coll_of, tuple_
from mxspec.specs.core.budget import spend
from mxspec.specs.core.spec import Predicate, Spec, as_part
from mxspec.specs.logic import UnionType, and_
from mxspec.specs.ranges import str_in
from mxspec.specs.regex.combinators import cat, maybe, star
from mxspec.specs.wrappers import nonconforming
from mxspec.transform.schemas.json_kinds import (
    ANY,
    DIFFERENT,
    NO_VALUE,
    ByType,
    JsonObject,
    json_type,
    number_of_json,
)

# --- facts of a schema ------------------------------------------------------------------------------------

JSON_TYPES: Final = ("null", "boolean", "number", "string", "array", "object")


@dataclasses.dataclass(frozen=True)
class NumberFacts:
    whole: bool = False
    lows: tuple[tuple[Any, bool], ...] = ()
    highs: tuple[tuple[Any, bool], ...] = ()
    factors: tuple[Any, ...] = ()
    is_int: bool = False  # 1.0 is none, as in draft 4

    def spec(self) -> Spec:
        low = max(self.lows, default=None)  # among equal bounds, an open one is greater
        high = min(self.highs, key=lambda bound: (bound[0], not bound[1]), default=None)
        number = number_of_json(self.whole, low, high, self.factors)
        return and_(number, int) if self.is_int else number


@dataclasses.dataclass(frozen=True)
class StringFacts:
    least: int = 0
    most: int | None = None
    parts: tuple[Spec, ...] = ()  # patterns and formats

    def spec(self) -> Spec:
        if not self.least and self.most is None:
            return all_specs(self.parts) if self.parts else as_part(str)
        if self.most is not None and self.least > self.most:
            return NO_VALUE
        return all_specs([*self.parts, str_in(self.least or None, self.most)])


@dataclasses.dataclass(frozen=True)
class ArrayFacts:
    least: int = 0
    most: int | None = None
    unique: bool = False
    layers: tuple[tuple[tuple[Spec, ...], Spec], ...] = ()  # specs for the first elements, and for the others
    contains: tuple[Spec, ...] = ()

    def spec(self) -> Spec:
        if self.most is not None and self.least > self.most:
            return NO_VALUE
        first, *others = self.layers or (((), ANY),)
        parts = [_list_of(*first, self.least, self.most)]
        parts += [_list_of(*layer, 0, None) for layer in others]
        parts += [DIFFERENT] if self.unique else []
        return all_specs([*parts, *self.contains])


def _list_of(prefix: tuple[Spec, ...], rest: Spec, least: int, most: int | None) -> Spec:
    """Return the spec of lists with first elements that fit the specs of prefix, and all later ones rest."""
    if rest is NO_VALUE:
        most = len(prefix) if most is None else min(most, len(prefix))
    most_of_list = most
    if most is not None and least > most:
        return NO_VALUE
    if not prefix:
        return coll_of(rest, kind=list, min_count=least or None, max_count=most_of_list)
    if least == most == len(prefix):
        return and_(tuple_(*prefix), list)
    # An array may end within the prefix: [a, [b, rest...]].
    regex = star(rest) if rest is not NO_VALUE else None
    for i, element in reversed([*enumerate(prefix)]):
        parts = [("first", element)] + ([("rest", regex)] if regex is not None else [])
        regex = cat(*parts) if i < least else maybe(cat(*parts))
    sizes = coll_of(ANY, kind=list, min_count=least or None, max_count=most_of_list)
    return and_(nonconforming(regex), sizes)


@dataclasses.dataclass(frozen=True)
class ObjectFacts:
    """The demands on objects. If several schemas list a key, all their specs apply."""

    entries: Mapping[str, tuple[Spec, ...]] = dataclasses.field(default_factory=dict)
    required: tuple[str, ...] = ()
    patterns: tuple[tuple[str, Spec], ...] = ()
    additional: tuple[Spec, ...] = ()
    key_specs: tuple[Spec, ...] = ()
    least: int = 0
    most: int | None = None
    others: tuple[ObjectFacts, ...] = ()  # with their own rules for unlisted keys

    @property
    def is_open(self) -> bool:
        return not self.additional and not self.patterns

    def join(self, other: ObjectFacts) -> ObjectFacts:
        spend(len(self.entries) + len(other.entries))
        if not (self.is_open or other.is_open) and (self.patterns or other.patterns):
            return dataclasses.replace(self, others=(*self.others, other))
        entries: dict[str, tuple[Spec, ...]] = {}
        for key in dict.fromkeys((*self.entries, *other.entries)):
            entries[key] = tuple(dict.fromkeys((*self.at(key), *other.at(key))))
        return ObjectFacts(
            entries,
            tuple(dict.fromkeys((*self.required, *other.required))),
            (*self.patterns, *other.patterns),
            tuple(dict.fromkeys((*self.additional, *other.additional))),
            (*self.key_specs, *other.key_specs),
            max(self.least, other.least),
            _least_of(self.most, other.most),
            (*self.others, *other.others),
        )

    def at(self, key: str) -> Sequence[Spec]:
        """Return the specs for the value under a key listed in the joined facts."""
        if key in self.entries:
            return self.entries[key]
        return () if self._matches(key) else self.additional

    def _matches(self, key: str) -> bool:
        return any(has_match(pattern, key, re.ASCII) for pattern, _ in self.patterns)

    def spec(self) -> Spec:
        most = self.most
        if most is not None and max(self.least, len(self.required)) > most:
            return NO_VALUE
        additional = all_specs(self.additional)
        entries = {key: all_specs(specs) for key, specs in self.entries.items()}
        for key in self.required:
            entries.setdefault(key, ANY if self._matches(key) else additional)
        if any(entries[key] is NO_VALUE for key in self.required):
            return NO_VALUE
        required = {*self.required}
        own = JsonObject(
            req_un={key: entries[key] for key in self.required},
            opt_un={key: spec for key, spec in entries.items() if key not in required},
            closed=additional is NO_VALUE and not self.patterns,
            patterns=self.patterns,
            additional=additional,
            key_spec=all_specs(self.key_specs),
            least=self.least,
            most=most,
        )
        return all_specs([own, *(other.spec() for other in self.others)])


_OPEN: Final[Mapping[str, Any]] = {
    "null": as_part(is_none),
    "boolean": as_part(bool),
    "number": NumberFacts(),
    "string": StringFacts(),
    "array": ArrayFacts(),
    "object": ObjectFacts(),
}
"""The demands on each type where a schema makes none: a spec, or facts."""


@dataclasses.dataclass(frozen=True)
class Facts:
    """The demands of a schema on a value.

    Attributes:
        types: the demands on each allowed type.
        literals: specs of the values that enum and const list; all specs hold.
        parts: other specs that the value fits.
        choices: lists of facts; one of each list holds.
        coverage: the keys and elements evaluated by keywords of the schema.
        late: for a lone reference, a function that returns the facts of its target.
    """

    types: Mapping[str, Any] = dataclasses.field(default_factory=lambda: dict(_OPEN))
    literals: tuple[Spec, ...] = ()
    parts: tuple[Spec, ...] = ()
    choices: tuple[tuple[Facts, ...], ...] = ()
    coverage: Coverage = dataclasses.field(default_factory=lambda: Coverage())
    late: Callable[[], Facts] | None = dataclasses.field(default=None, compare=False)

    def join(self, other: Facts) -> Facts:
        spend(len(self.types) + len(self.choices) + len(other.choices))
        return Facts(
            {t: _join(mine, other.types[t]) for t, mine in self.types.items() if t in other.types},
            (*self.literals, *other.literals),
            (*self.parts, *other.parts),
            (*self.choices, *other.choices),
            self.coverage.join(other.coverage),
        )

    def combinations(self) -> Iterator[Facts]:
        """Yield the facts for each combination of choices."""
        own = dataclasses.replace(self, choices=())
        for several in itertools.product(*self.choices):
            known = [facts if facts.late is None else facts.late() for facts in several]
            for each in itertools.product(*(facts.combinations() for facts in known)):
                yield functools.reduce(Facts.join, each, own)

    @lazy
    def count(self) -> int:
        """The number of combinations."""
        return math.prod(sum(facts.count for facts in choice) for choice in self.choices)

    def spec(self) -> Spec:
        """Return the spec, the same each time: schemas share the facts of a reference."""
        return self._spec

    @lazy
    def _spec(self) -> Spec:
        if self.choices:
            own = dataclasses.replace(self, choices=(), parts=())
            if own.is_plain or self.count > _MOST_WRITTEN_OUT:
                chosen = [any_spec((facts.spec() for facts in choice), "anyOf") for choice in self.choices]
                return all_specs([own.spec(), *chosen, *self.parts])
            ways = dataclasses.replace(self, parts=()).combinations()
            return all_specs([any_spec((facts.spec() for facts in ways), "anyOf"), *self.parts])
        if not self.types:
            return NO_VALUE
        if self.literals:
            return all_specs(
                [*self.literals, *([] if self._asks_nothing else [self._by_type()]), *self.parts]
            )
        return all_specs([*([] if self._asks_nothing else [self._by_type()]), *self.parts])

    def _by_type(self) -> Spec:
        asked = {t: each if isinstance(each, Spec) else each.spec() for t, each in self.types.items()}
        several = [(t, spec) for t, spec in asked.items() if spec is not NO_VALUE]
        return several[0][1] if len(several) == 1 else ByType((*several,)) if several else NO_VALUE

    @property
    def _asks_nothing(self) -> bool:
        return self.types == _OPEN

    @property
    def is_plain(self) -> bool:
        """True if a choice needs no joining with other facts."""
        return self._asks_nothing and not self.literals


_MOST_WRITTEN_OUT: Final = 32  # combinations of choices


@dataclasses.dataclass(frozen=True)
class Coverage:
    """The keys and elements evaluated by keywords of a schema."""

    keys: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    all_keys: bool = False
    elements: int = 0
    all_elements: bool = False

    def join(self, other: Coverage) -> Coverage:
        return Coverage(
            self.keys | other.keys,
            tuple(dict.fromkeys((*self.patterns, *other.patterns))),
            self.all_keys or other.all_keys,
            max(self.elements, other.elements),
            self.all_elements or other.all_elements,
        )


def _join(a: Any, b: Any) -> Any:
    """Return the combined demands of two facts about one type."""
    if isinstance(a, Spec):
        return a
    if isinstance(a, ObjectFacts):
        return a.join(b)
    if isinstance(a, NumberFacts):
        bounds = (a.lows + b.lows, a.highs + b.highs)
        return NumberFacts(a.whole or b.whole, *bounds, a.factors + b.factors, a.is_int or b.is_int)
    least, most = max(a.least, b.least), _least_of(a.most, b.most)
    if isinstance(a, StringFacts):
        return StringFacts(least, most, tuple(dict.fromkeys(a.parts + b.parts)))
    return ArrayFacts(least, most, a.unique or b.unique, a.layers + b.layers, a.contains + b.contains)


def _least_of(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


def all_specs(specs: Iterable[Spec]) -> Spec:
    """Return the spec of values that fit all specs."""
    several = [spec for spec in dict.fromkeys(specs) if spec is not ANY]
    if NO_VALUE in several:
        return NO_VALUE
    return ANY if not several else several[0] if len(several) == 1 else and_(*several)


def any_spec(specs: Iterable[Spec], word: str = "") -> Spec:
    """Return the spec of values that fit one of several specs; in paths, word and a number name a branch."""
    several = [(f"{word}/{i}", spec) for i, spec in enumerate(specs) if spec is not NO_VALUE]
    if any(spec is ANY for _, spec in several):
        return ANY
    return NO_VALUE if not several else several[0][1] if len(several) == 1 else UnionType((*several,))


# --- literals ---------------------------------------------------------------------------------------------


def literal_spec(values: Sequence[Any]) -> Spec:
    """Return the spec of values equal to one of the given values; 1 equals 1.0, but not True."""
    spend(len(values))
    texts = frozenset(x for x in values if type(x) is str)
    return any_spec([*([Predicate(texts, bare=True)] if texts else []), *map(_one_value, values)], "enum")


def _one_value(x: Any) -> Spec:
    match json_type(x):
        case "string":
            return NO_VALUE  # it is in the set
        case "null":
            return as_part(is_none)
        case "boolean":
            return as_part(is_true if x else is_false)
        case "number":
            return number_of_json(False, (x, False), (x, False))
        case "array":
            return _list_of(tuple(literal_spec([each]) for each in x), NO_VALUE, len(x), None)
    entries = {key: (literal_spec([value]),) for key, value in x.items()}
    return ObjectFacts(entries, tuple(x), additional=(NO_VALUE,)).spec()
