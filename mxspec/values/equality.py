"""Equality as clojure has it: 1, 1.0 and True differ, and a list equals a tuple."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Set
from itertools import islice
from typing import Any


def same_kind(a: object, b: object) -> bool:
    """True if two values that are equal to Python are equal to clojure too."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same_kind, a, b))
    return isinstance(a, bool) == isinstance(b, bool) and isinstance(a, float) == isinstance(b, float)


def _elements(x: Any) -> Iterable[Any]:
    """Return the elements of a collection, as many as its length says: it might go on for ever."""
    return islice(x, len(x))


def hashable(x: Any) -> Any:
    """Return x with tuples for its lists, so that it can be a key or in a set."""
    return tuple(map(hashable, _elements(x))) if isinstance(x, list) else x


def frozen(x: Any) -> Any:
    """Return x with tuples for its lists and frozensets for its sets, at any depth, where it has no hash."""
    if is_hashable(x):
        return x
    if type(x) in (list, tuple):
        return tuple(map(frozen, x))
    return frozenset(x) if type(x) is set else x


def is_hashable(x: object) -> bool:
    """True if x can be a member of a set or the key of a dict."""
    try:
        hash(x)
    except Exception:
        return False
    return True


def are_distinct(xs: Iterable[object]) -> bool:
    """True if no two are equal, where 1, 1.0 and True differ and a list equals a tuple."""
    keys = [identity_key(x) for x in xs]
    return len(set(keys)) == len(keys)


def identity_key(x: object) -> Hashable:
    """Return a hashable key, equal for two values just when clojure calls these equal."""
    if isinstance(x, (list, tuple)):
        return ("seq", *map(identity_key, _elements(x)))
    if isinstance(x, Mapping):
        items = islice(x.items(), len(x))
        return ("map", frozenset((identity_key(key), identity_key(value)) for key, value in items))
    if isinstance(x, Set):
        return ("set", frozenset(map(identity_key, _elements(x))))
    try:
        hash(x)
    except TypeError:
        return ("object", id(x))
    kind = "bool" if isinstance(x, bool) else "float" if isinstance(x, float) else "other"
    return (kind, x)
