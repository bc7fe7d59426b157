"""Equality as clojure has it: 1, 1.0 and True differ, and a list equals a tuple."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Set
from itertools import chain, islice
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
    """Return x with tuples for its lists, so that it can be a key or in a set; x itself if it is too deep."""
    try:
        return _with_tuples(x)
    except RecursionError:
        return x


def _with_tuples(x: Any) -> Any:
    return tuple(map(_with_tuples, _elements(x))) if isinstance(x, list) else x


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
    values = list(xs)
    try:
        keys = [identity_key(x) for x in values]
    except RecursionError:
        keys = _numbers(values)
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
    return _leaf_key(x)


def _leaf_key(x: object) -> Hashable:
    try:
        hash(x)
    except TypeError:
        return ("object", id(x))
    kind = "bool" if isinstance(x, bool) else "float" if isinstance(x, float) else "other"
    return (kind, x)


def _numbers(xs: list[object]) -> list[Hashable]:
    """Return a number for each value, the same for two just when clojure calls these equal, at any depth.

    Each part has a number once its own parts have theirs, and the key that it is known by is made of these:
    so no key is deep, and a list holds what Python's stack would. A part that is met inside itself is equal
    to itself alone.
    """
    numbers: dict[Hashable, int] = {}
    waiting: list[tuple[object, Iterator[object], list[int]]] = [(xs, iter(xs), [])]
    ids: set[int] = set()  # of the parts that wait
    while True:
        whole, parts, known = waiting[-1]
        for part in parts:
            inner = None if id(part) in ids else _parts(part)
            if inner is not None:
                ids.add(id(part))
                waiting.append((part, inner, []))
                break
            key = ("object", id(part)) if id(part) in ids else _leaf_key(part)
            known.append(numbers.setdefault(key, len(numbers)))
        else:
            waiting.pop()
            if not waiting:
                return list(known)
            ids.discard(id(whole))
            waiting[-1][2].append(numbers.setdefault(_key_of_numbers(whole, known), len(numbers)))


def _parts(x: object) -> Iterator[object] | None:
    """Return the parts of a collection, of a map its keys and values in turns; None if x has none."""
    if isinstance(x, (list, tuple, Set)):
        return iter(_elements(x))
    return chain.from_iterable(islice(x.items(), len(x))) if isinstance(x, Mapping) else None


def _key_of_numbers(x: object, numbers: list[int]) -> Hashable:
    if isinstance(x, (list, tuple)):
        return ("seq", *numbers)
    if isinstance(x, Mapping):
        return ("map", frozenset(zip(numbers[::2], numbers[1::2], strict=True)))
    return ("set", frozenset(numbers))
