"""Collections built again with other elements, and copied only if an element differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Any, Final, TypeVar

from mxspec.core.asking import CONFORM, Steps
from mxspec.errors import SpecError
from mxspec.predicates import is_list
from mxspec.specs.collections.options import BUILTIN
from mxspec.values.equality import hashable
from mxspec.values.invalid import INVALID
from mxspec.values.text import class_name

T = TypeVar("T")


def elements(x: Any) -> Iterable[Any]:
    """Return the elements of a collection; those of a map are its entries, as clojure has it."""
    if isinstance(x, Mapping):
        return ([key, value] for key, value in items_of(x))
    # A collection that goes on past its own length might do so for ever, and a list that a predicate adds to.
    return x if type(x) in _FIXED else bounded(x, x)


# Those that do not change while they are walked through, or raise if they do.
_FIXED: Final = BUILTIN - {list}


def items_of(x: Any) -> Iterable[tuple[Any, Any]]:
    """Return the items of a map, no more than its length says."""
    items: Iterable[tuple[Any, Any]] = x.items()
    return items if type(x) is dict else bounded(items, x)


MOST: Final = 100_000_000
"""The greatest length of a collection whose elements are all looked at.

A `range`, and any sequence that makes its elements when they are asked for, may have more than can be walked
through.
"""

_LOOKED_AT: Final = 1000  # elements of such a one, the first of which may refuse it


class TooManyError(SpecError):
    """A collection of more elements than can be walked through, none of which refuses it at once."""


def bounded(xs: Iterable[T], x: Any) -> Iterable[T]:
    """Return the first of xs, as many as the collection x has by its length."""
    return islice(xs, len(x)) if len(x) <= MOST or type(x) is list else _of_very_many(xs, x)


def _of_very_many(xs: Iterable[T], x: Any) -> Iterator[T]:
    yield from islice(xs, _LOOKED_AT)
    raise TooManyError(
        f"a {class_name(x)} of {len(x):,} elements has more than {MOST:,}, as many as are looked at; "
        "every(...) looks at 101"
    )


def replaced(rebuilt: Any, x: Any, i: int, value: Any) -> Any:
    """Return rebuilt with value at i; it is x itself as long as nothing differs, then a copy."""
    if value is x[i]:
        return rebuilt
    if rebuilt is x:
        rebuilt = list(islice(x, len(x)))
    rebuilt[i] = value
    return rebuilt


def converting_values(x: Any, parts: Iterable[tuple[Any, Any, Any]], op: str) -> Steps:
    """Return in steps the map x with some of its values converted: x itself if that changes none.

    Args:
        x: the map.
        parts: the keys, the values, and the specs that convert these.
        op: CONFORM or UNFORM. INVALID is returned if a value does not conform.
    """
    rebuilt = x
    for key, value, spec in parts:
        if spec.has_steps:
            converted = yield op, spec, value
        else:
            converted = spec.conform(value) if op is CONFORM else spec.unform(value)
        if converted is INVALID:
            return INVALID
        if converted is not value:
            rebuilt = dict(items_of(x)) if rebuilt is x else rebuilt
            rebuilt[key] = converted
    return rebuilt


def type_of(x: Any) -> type:
    """Return the builtin type that a collection like x is rebuilt in."""
    if isinstance(x, Mapping):
        return dict
    if isinstance(x, Set):
        return frozenset if isinstance(x, frozenset) else set
    return list if is_list(x) or not isinstance(x, Sequence) else tuple


def collected(xs: list[Any], into: type | None) -> Any:
    """Return xs as a collection of another type."""
    if into is None or into is list:
        return xs
    if into is dict:
        return {hashable(key): value for key, value in xs}
    if into in (set, frozenset):
        return into(map(hashable, xs))
    return into(xs)
