"""Collections built again with other elements, and copied only if an element differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from itertools import islice
from typing import Any

from mxspec.predicates import is_list
from mxspec.specs.collection_options import BUILTIN
from mxspec.values.equality import hashable
from mxspec.values.invalid import INVALID


def elements(x: Any) -> Iterable[Any]:
    """The elements of a collection; those of a map are its entries, as clojure has it."""
    if isinstance(x, Mapping):
        return ([key, value] for key, value in x.items())
    # A collection that goes on past its own length might do so for ever.
    return x if type(x) in BUILTIN else islice(x, len(x))


def replaced(made: Any, x: Any, i: int, value: Any) -> Any:
    """made with value at i; x itself as long as nothing differs from it."""
    if value is x[i]:
        return made
    if made is x:
        made = list(x)
    made[i] = value
    return made


def rebuilt_list(x: Any, convert: Callable[[Any], Any]) -> Any:
    made = x
    for i, element in enumerate(x):
        converted = convert(element)
        if converted is INVALID:
            return INVALID
        made = replaced(made, x, i, converted)
    return made


def type_of(x: Any) -> type:
    """The builtin type that a collection like x is rebuilt in."""
    if isinstance(x, Mapping):
        return dict
    if isinstance(x, Set):
        return frozenset if isinstance(x, frozenset) else set
    return list if is_list(x) or not isinstance(x, Sequence) else tuple


def collected(made: list[Any], into: type | None) -> Any:
    """made in a collection of another type."""
    if into is None or into is list:
        return made
    if into is dict:
        return {hashable(key): value for key, value in made}
    if into in (set, frozenset):
        return into(map(hashable, made))
    return into(made)
