"""The specs that type annotations turn into: collections, tuples, unions, literals."""

from __future__ import annotations

import collections
import dataclasses
import functools
import math
from collections import abc
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Set
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.parts import branch_strategy, explain_pred, most_values_of, strategy_of
from mxspec.core.problems import START, Place, explains_errors, refuses_errors
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, SpecError
from mxspec.lazy import lazy
from mxspec.names.forms import predicate_text
from mxspec.specs.collections.options import GEN_MAX
from mxspec.specs.collections.rebuilding import items_of
from mxspec.strategies import combine
from mxspec.values.equality import is_hashable, same_kind
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]

_INNER_MAX: Final = 2  # the largest collection that is generated within another of the same spec


def annotation_text(tp: object) -> str:
    """Return tp as a reader would have typed it.

    Example:
        >>> annotation_text(int), annotation_text(list[int]), annotation_text(None)
        ('int', 'list[int]', 'None')
    """
    if isinstance(tp, type) and not hasattr(tp, "__origin__"):
        return "None" if tp is type(None) else tp.__name__
    return repr(tp).removeprefix("typing.")


def at_most(limit: int | None, fallback: int) -> int:
    """Return limit, or fallback if there is none."""
    return fallback if limit is None else limit


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Typed(Spec):
    """The spec of a type annotation, which is its form; it pickles as that."""

    tp: Any
    # from_type, with what forward references are looked up in.
    again: Callable[[Any], Spec]

    def form(self) -> Any:
        return ("from_type", self.tp)

    def __repr__(self) -> str:
        call = f"from_type({annotation_text(self.tp)})"
        return f"with_gen({call}, {predicate_text(self.gen_fn)})" if self.gen_fn else call

    def reduce_by_value(self) -> tuple[Any, ...]:
        return _unpickled, (self.again, self.tp, self.name, self.gen_fn)


def _unpickled(again: Callable[[Any], Spec], tp: Any, name: str | None, gen_fn: Any) -> Spec:
    spec = again(tp)
    # Not a copy of it where that is the same: a class that names itself is to find the spec itself.
    return spec if name is None and gen_fn is None else dataclasses.replace(spec, name=name, gen_fn=gen_fn)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Sized(Typed):
    """The common part of Elements and Entries: a class, and bounds of the number of parts."""

    kind: type
    least: int = dataclasses.field(default=0, kw_only=True)
    most: int | None = dataclasses.field(default=None, kw_only=True)

    def _whole(self, x: Any, place: Place) -> list[Problem]:
        """Return the problems of x as a whole, before its parts are looked at."""
        if not isinstance(x, self.kind):
            return [place.problem(self.kind, x)]
        if not self._is_sized(x):
            return [place.problem(("count", self.least, self.most), x)]
        return []

    def _is_sized(self, x: Any) -> bool:
        if not self.least and self.most is None:
            return True
        return self.least <= len(x) and (self.most is None or len(x) <= self.most)

    def _generated(self, inside: GenContext, part: Spec) -> int:
        """Return the most parts to generate; few within other parts, or they would be exponentially many."""
        if not self.least and self._parts_height(inside, inside.height_of) == NEVER:
            return 0
        turns = max(inside.times(self) - 1, inside.times(part))
        usual = GEN_MAX if not turns else _INNER_MAX if turns <= inside.limit else 0
        if self.least > usual:
            usual = self.least if turns else 2 * self.least
        return min(usual, at_most(self.most, usual))

    def _parts_height(self, context: GenContext, ask: Ask) -> float:
        """Return the height of a part."""
        raise NotImplementedError

    def least_height(self, context: GenContext, ask: Ask) -> float:
        height = self._parts_height(context, ask)
        if context.hashed and issubclass(self.kind, _UNHASHABLE):
            return NEVER
        return 1 + height if self.least else 0.0


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Elements(Sized):
    """Like elements in a collection. An iterator is taken for its type: to look into it is to use it up."""

    element: Spec

    @refuses_errors
    def conform(self, x: Any) -> Any:
        if self._whole(x, START):
            return INVALID
        return self._converted(x, self.element.conform)

    def unform(self, x: Any) -> Any:
        return self._converted(x, self.element.unform)

    def _converted(self, x: Any, convert: Callable[[Any], Any]) -> Any:
        """Return x with each element converted: x itself if that changes none of them."""
        elements: list[Any] = []
        changed = False
        for element in parts(x):
            converted = convert(element)
            if converted is INVALID:
                return INVALID
            elements.append(converted)
            changed = changed or converted is not element
        return collected(elements, x) if changed else x

    @explains_errors
    def explain(self, x: Any, place: Place) -> list[Problem]:
        return self._whole(x, place) or [
            problem
            for i, element in enumerate(parts(x))
            if self.element.conform(element) is INVALID
            for problem in explain_pred(self.element, element, place.into(i))
        ]

    def strategy(self, context: GenContext) -> Strategy | None:
        inside = context.entered(self)
        hashed = issubclass(self.kind, Set)
        element = branch_strategy(self.element, inside.hashable() if hashed else inside)
        most = self._generated(inside, self.element)
        if hashed:
            most = at_most_different(self, self.least, most, self.element)
        many = combine.lists(
            element, self.least, most, unique_by=_itself if hashed else None, what=repr(self)
        )
        kind = self.kind if self.kind is not abc.Set or not context.hashed else frozenset
        return combine.fmap(functools.partial(into_kind, kind), many)

    def _parts_height(self, context: GenContext, ask: Ask) -> float:
        return ask(self.element, context.hashable() if issubclass(self.kind, Set) else context)


def _itself(x: Hashable) -> Hashable:
    return x


def at_most_different(spec: Spec, least: int, most: int, part: Spec) -> int:
    """Return most, or how many different parts there are if these are fewer.

    Raises:
        GeneratorError: they are fewer than least.
    """
    there_are = most_values_of(part)
    if least > there_are:
        raise combine.no_value(
            repr(spec), f"it asks for {least} elements that differ, and there are {there_are:.0f} at most"
        )
    return int(min(most, there_are))


_UNHASHABLE: Final = (list, set, collections.deque, Mapping, abc.MutableSequence, abc.MutableSet)


def parts(x: Any) -> Iterable[Any]:
    """Return the elements of x that can be looked at, as many as len says and no more."""
    return islice(x, len(x)) if isinstance(x, Collection) and not isinstance(x, Iterator) else ()


def collected(elements: list[Any], x: object) -> Any:
    """Return elements in a collection like x."""
    if isinstance(x, (Set, collections.deque)):
        kind = frozenset if isinstance(x, frozenset) else set if isinstance(x, Set) else type(x)
        return into_kind(kind, elements)
    return tuple(elements) if isinstance(x, tuple) else elements


def into_kind(kind: type, elements: list[Any]) -> Any:
    """Return elements as a kind of collection, or as the plainest collection that is of this kind."""
    if kind in (list, tuple, set, frozenset, collections.deque):
        return kind(elements)
    if issubclass(kind, Iterator):
        return iter(elements)
    return set(elements) if issubclass(kind, Set) else elements


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Entries(Sized):
    """A map of like keys to like values, of which the values are conformed."""

    key: Spec
    value: Spec

    @refuses_errors
    def conform(self, x: Any) -> Any:
        if self._whole(x, START) or any(self.key.conform(key) is INVALID for key in parts(x)):
            return INVALID
        return converted_values(x, dict.fromkeys(parts(x), self.value.conform))

    def unform(self, x: Any) -> Any:
        return converted_values(x, dict.fromkeys(parts(x), self.value.unform))

    @explains_errors
    def explain(self, x: Any, place: Place) -> list[Problem]:
        return self._whole(x, place) or [
            problem
            for key, value in [(key, x[key]) for key in parts(x)]
            for i, (spec, part) in enumerate(((self.key, key), (self.value, value)))
            if spec.conform(part) is INVALID
            for problem in explain_pred(spec, part, place.at(i).into(key, i))
        ]

    def strategy(self, context: GenContext) -> Strategy | None:
        inside = context.entered(self)
        entry = combine.tuples(
            [branch_strategy(self.key, inside.at(0).hashable()), branch_strategy(self.value, inside.at(1))]
        )
        most = at_most_different(self, self.least, self._generated(inside, self.value), self.key)
        many = combine.lists(entry, self.least, most, unique_by=_key, what=repr(self))
        return combine.fmap(functools.partial(_mapping, self.kind), many)

    def _parts_height(self, context: GenContext, ask: Ask) -> float:
        return max(ask(self.key, context.at(0).hashable()), ask(self.value, context.at(1)))


Entry = tuple[Any, Any]


def _key(entry: Entry) -> Any:
    return entry[0]


def _mapping(kind: type, entries: list[Entry]) -> Mapping[Any, Any]:
    if kind is collections.defaultdict:
        return collections.defaultdict(None, entries)
    return collections.OrderedDict(entries) if kind is collections.OrderedDict else dict(entries)


def converted_values(x: Mapping[Any, Any], converters: Mapping[Any, Callable[[Any], Any]]) -> Any:
    """Return x with the values under the keys of converters converted: x itself if that changes none."""
    result: Any = x
    for key, convert in converters.items():
        value = x[key]
        converted = convert(value)
        if converted is INVALID:
            return INVALID
        if converted is not value:
            result = dict(items_of(x)) if result is x else result
            result[key] = converted
    return result


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Items(Typed):
    """A tuple with a spec for each item."""

    items: tuple[Spec, ...]

    @refuses_errors
    def conform(self, x: Any) -> Any:
        if not isinstance(x, tuple) or len(x) != len(self.items):
            return INVALID
        return self._converted(x, [spec.conform for spec in self.items])

    def unform(self, x: Any) -> Any:
        return self._converted(x, [spec.unform for spec in self.items])

    def _converted(self, x: Any, converters: list[Callable[[Any], Any]]) -> Any:
        items = [convert(item) for convert, item in zip(converters, x, strict=True)]
        if any(item is INVALID for item in items):
            return INVALID
        return tuple(items) if any(a is not b for a, b in zip(items, x, strict=True)) else x

    @explains_errors
    def explain(self, x: Any, place: Place) -> list[Problem]:
        if not isinstance(x, tuple):
            return [place.problem(tuple, x)]
        if len(x) != len(self.items):
            return [place.problem(("count", len(self.items)), x)]
        return [
            problem
            for i, (spec, item) in enumerate(zip(self.items, x, strict=True))
            if spec.conform(item) is INVALID
            for problem in explain_pred(spec, item, place.part(i))
        ]

    def strategy(self, context: GenContext) -> Strategy | None:
        return combine.tuples([strategy_of(spec, context.at(i)) for i, spec in enumerate(self.items)])

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return 1 + max([ask(spec, context.at(i)) for i, spec in enumerate(self.items)], default=0)

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return math.prod(map(ask, self.items))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Choice(Typed):
    """One of several, which conforms to the value as the first that accepts it sees it, without a tag."""

    choices: tuple[tuple[str, Spec], ...]

    @refuses_errors
    def conform(self, x: Any) -> Any:
        for _, spec in self.choices:
            conformed = spec.conform(x)
            if conformed is not INVALID:
                return conformed
        return INVALID

    def unform(self, x: Any) -> Any:
        # Without a tag, the branch is the first that conforms what it unforms.
        for _, spec in self.choices:
            try:
                unformed = spec.unform(x)
            except (SpecError, TypeError, ValueError):
                continue
            if spec.conform(unformed) is not INVALID:
                return unformed
        return x

    @explains_errors
    def explain(self, x: Any, place: Place) -> list[Problem]:
        if self.conform(x) is not INVALID:
            return []
        return [problem for text, spec in self.choices for problem in explain_pred(spec, x, place.at(text))]

    def strategy(self, context: GenContext) -> Strategy | None:
        # Counted by the branch, so that two unions of a record that lead to the same one share their turns.
        heights = [context.at(text).height(spec) for text, spec in self.choices]
        open_ = [
            i
            for i, (_, spec) in enumerate(self.choices)
            if heights[i] < NEVER and context.times(spec) <= context.limit
        ]
        if not open_ and min(heights) < NEVER:
            open_ = [heights.index(min(heights))]
        choices = [
            branch_strategy(spec, context.entered(spec).at(text))
            for text, spec in map(self.choices.__getitem__, open_)
        ]
        return combine.one_of(choices) if choices else None

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return 1 + min(ask(spec, context.at(text)) for text, spec in self.choices)

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return sum(ask(spec) for _, spec in self.choices)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class OneOf(Typed):
    """One of some values, where 1, 1.0 and True differ, and None and False can be among them."""

    values: tuple[Any, ...]

    @refuses_errors
    def conform(self, x: Any) -> Any:
        return x if any(_is_same(x, value) for value in self.values) else INVALID

    @explains_errors
    def explain(self, x: Any, place: Place) -> list[Problem]:
        if self.conform(x) is not INVALID:
            return []
        return [place.problem(("literal", *self.values), x)]

    def strategy(self, context: GenContext) -> Strategy | None:
        if not self.values:
            return None
        return combine.one_of(map(combine.just, self.values))

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return NEVER if context.hashed and not any(map(is_hashable, self.values)) else 0.0

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return len(self.values)


def _is_same(x: object, value: object) -> bool:
    # A value of a type of its own may call itself equal to anything.
    return x is value or (type(x) is type(value) and bool(x == value) and same_kind(x, value))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Subclass(Typed):
    """A class that is one of bases or comes from one."""

    bases: tuple[type, ...]

    @refuses_errors
    def conform(self, x: Any) -> Any:
        return x if isinstance(x, type) and issubclass(x, self.bases) else INVALID

    @explains_errors
    def explain(self, x: Any, place: Place) -> list[Problem]:
        if self.conform(x) is not INVALID:
            return []
        return [place.problem(("subclass", *self.bases), x)]

    def strategy(self, context: GenContext) -> Strategy | None:
        return combine.one_of(map(combine.just, self.bases))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Later(Typed):
    """A forward reference, looked up when it is first used."""

    resolve: Callable[[], Spec]

    @lazy
    def spec(self) -> Spec:
        return self.resolve()

    def conform(self, x: Any) -> Any:
        return self.spec.conform(x)

    def unform(self, x: Any) -> Any:
        return self.spec.unform(x)

    def explain(self, x: Any, place: Place) -> list[Problem]:
        return explain_pred(self.spec, x, place)

    def strategy(self, context: GenContext) -> Strategy | None:
        return strategy_of(self.spec, context)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return ask(self.spec, context)

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return ask(self.spec)
