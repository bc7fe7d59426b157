"""Examples of collections of like elements."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Final

from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.parts import (
    branch_strategy,
    most_values_of,
    specize,
    strategy_of,
)
from mxspec.core.predicate import Predicate
from mxspec.core.spec import Pred, Spec
from mxspec.predicates import is_dict, is_list, is_set, is_tuple
from mxspec.specs.collections.options import Options
from mxspec.specs.collections.rebuilding import (
    collected,
    type_of,
)
from mxspec.strategies import combine, sampling
from mxspec.strategies.ordinary import by_predicate
from mxspec.values.equality import hashable, identity_key, is_hashable
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

# The largest collection that is generated of a spec that leads back to itself, and within another one of it.
_OUTER_MAX: Final = 5
_INNER_MAX: Final = 2


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class MadeOfLike(Spec):
    """A collection whose examples are made of examples of one pred."""

    pred: Pred
    options: Options

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        inside = context.entered(self)
        into = self._made_in(context)
        unique_by: Callable[[Any], Hashable] | None = None
        if into in (set, frozenset):
            unique_by = _itself
        elif into is dict:
            unique_by = _first
        elif self.options.distinct:
            unique_by = identity_key
        least, most = self._sizes(inside)
        if unique_by is not None:
            most = combine.at_most_different(repr(self), least, most, self._most_different(into))
        element = self._elements(inside, into) if most else combine.just(None)
        many = combine.lists(element, least, most, unique_by, what=repr(self))
        if into is None and self.options.kind is not None:
            # Only the kind knows how to make such a collection: take its examples for what they are made of.
            empty = strategy_of(self.options.kind, context)
            pairs = combine.tuples([empty, many])
            return self._filtered(combine.fmap(_made_like, pairs))
        of_type = many if into in (None, list) else combine.fmap(lambda xs: collected(xs, into), many)
        return of_type if self.options.kind is None else self._filtered(of_type)

    def _filtered(self, strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
        return sampling.such_that(lambda x: self.conform(x) is not INVALID, strategy, what=repr(self))

    def _made_in(self, context: GenContext) -> type | None:
        """Return the type that examples are made in, None for a list unless the kind knows better."""
        into = self.options.into
        if into is None and self.options.kind is not None:
            into = kind_type(self.options.kind)
        if not context.hashed:
            return into
        return frozenset if into is set else tuple if into is None and self.options.kind is None else into

    def _sizes(self, inside: GenContext) -> tuple[int, int]:
        """Return the least and the greatest number of elements; few within others of the same spec."""
        least, most = self.options.size()
        if not least and self._element_height(inside, inside.height_of) == NEVER:
            return 0, 0
        turns = inside.times(self) - 1
        if inside.leads_back(self):
            usual = _INNER_MAX if turns else _OUTER_MAX
            most = min(most, max(least, usual if turns <= inside.limit else 0))
        return least, most

    def _elements(self, inside: GenContext, into: type | None) -> SearchStrategy[Any]:
        """Return the strategy of the elements, with a hash where they need one."""
        # A part that leads back here is built at its first draw, or building would have no end.
        make = branch_strategy if inside.leads_back(self) else strategy_of
        if into in (set, frozenset):
            return make(self.pred, inside.hashable())
        if into is not dict:
            return make(self.pred, inside)
        entry = self._key_and_value()
        if entry is None:
            return sampling.such_that(
                _is_entry, make(self.pred, inside), what=f"an entry out of {self.pred!r}"
            )
        key, value = entry
        return combine.tuples([make(key, inside.at(0).hashable()), make(value, inside.at(1))])

    def _key_and_value(self) -> tuple[Pred, Pred] | None:
        """Return the preds of a key and of a value, or None if the elements are not pairs of these."""
        return None

    def _element_height(self, context: GenContext, ask: Ask) -> float:
        into = self._made_in(context)
        entry = self._key_and_value() if into is dict else None
        if entry is not None:
            return max(ask(entry[0], context.at(0).hashable()), ask(entry[1], context.at(1)))
        return ask(self.pred, context.hashable() if into in (set, frozenset) else context)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        height = self._element_height(context, ask)  # asked in any case, to know what leads back here
        if context.hashed and not self._has_hashable(context):
            return NEVER
        return 1 + height if self.options.size()[0] else 0.0

    def _has_hashable(self, context: GenContext) -> bool:
        """True if an example may have a hash: a tuple or a frozenset, if the kind accepts it."""
        kind, into = self.options.kind, self._made_in(context)
        if into is dict or (
            into is not None and kind is not None and not by_predicate.has_hashable(_plain(kind))
        ):
            return False
        return into not in (list, set) or kind is None

    def _most_different(self, into: type | None) -> float:
        """Return how many elements can be different, at most."""
        entry = self._key_and_value() if into is dict else None
        return most_values_of(self.pred if entry is None else entry[0])


def kind_type(kind: Pred) -> type | None:
    """Return the builtin type that a kind stands for, or None."""
    spec = specize(kind)
    pred = spec.pred if isinstance(spec, Predicate) else None
    types = ((is_list, list), (is_tuple, tuple), (is_set, set), (is_dict, dict), (frozenset, frozenset))
    return next((type_ for test, type_ in types if pred is test or pred is type_), None)


def _plain(kind: Pred) -> Any:
    """Return the predicate that a kind is, or the kind itself."""
    spec = specize(kind)
    return spec.pred if isinstance(spec, Predicate) else spec


def _made_like(pair: tuple[Any, list[Any]]) -> Any:
    """Return elements as a collection like an example; INVALID if they do not go in there."""
    example, many = pair
    try:
        return collected(many, type_of(example))
    except (TypeError, ValueError):
        return INVALID


def _first(entry: Any) -> Hashable:
    key: Hashable = hashable(entry[0])
    return key


def _itself(x: Any) -> Hashable:
    key: Hashable = x
    return key


def _is_entry(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and len(x) == 2 and is_hashable(hashable(x[0]))
