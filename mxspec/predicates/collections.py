"""Collections: sequences, maps and sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any


class Tagged(tuple[str, Any]):
    """The pair of a tag and a value that or_ and alt conform to; a vector to clojure, so `is_list` holds."""

    __slots__ = ()


_TEXT = (str, bytes, bytearray, memoryview)


def is_coll(x: object) -> bool:
    """True for a collection: a sequence other than text, a Mapping or a Set (coll?).

    Example:
        >>> is_coll([]), is_coll({}), is_coll("x")
        (True, True, False)
    """
    return isinstance(x, (list, tuple, dict, set, frozenset)) or (
        isinstance(x, (Sequence, Mapping, Set)) and not isinstance(x, _TEXT)
    )


def is_sequential(x: object) -> bool:
    """True for a sequence other than text: list, tuple, range, deque (sequential?).

    Example:
        >>> is_sequential([1]), is_sequential(range(3)), is_sequential({1})
        (True, True, False)
    """
    return isinstance(x, (list, tuple)) or (isinstance(x, Sequence) and not isinstance(x, _TEXT))


def is_indexed(x: object) -> bool:
    """True for a sequence with items by position; in Python, of all but text (indexed?).

    Example:
        >>> is_indexed((1, 2)), is_indexed({1})
        (True, False)
    """
    return is_sequential(x)


def is_list(x: object) -> bool:
    """True for a list, and of the pair that or_ and alt conform to (vector?).

    Example:
        >>> is_list([1]), is_list((1,))
        (True, False)
    """
    return isinstance(x, (list, Tagged))


def is_tuple(x: object) -> bool:
    """True for a tuple other than the pair that or_ and alt conform to (list?, seq?).

    Example:
        >>> is_tuple((1,)), is_tuple([1])
        (True, False)
    """
    return isinstance(x, tuple) and not isinstance(x, Tagged)


def is_dict(x: object) -> bool:
    """True for a dict or any other Mapping (map?).

    Example:
        >>> is_dict({}), is_dict([])
        (True, False)
    """
    return isinstance(x, (dict, Mapping))


def is_set(x: object) -> bool:
    """True for a set, frozenset or any other Set (set?).

    Example:
        >>> is_set({1}), is_set([1])
        (True, False)
    """
    return isinstance(x, (set, frozenset, Set))


def is_associative(x: object) -> bool:
    """True for a Mapping or a list (associative?).

    Example:
        >>> is_associative({}), is_associative([]), is_associative(())
        (True, True, False)
    """
    return is_dict(x) or is_list(x)


def is_seqable(x: object) -> bool:
    """True for None and of anything that can be iterated over (seqable?).

    Example:
        >>> is_seqable(None), is_seqable("x"), is_seqable(3)
        (True, True, False)
    """
    return x is None or isinstance(x, Iterable)


def is_empty(x: Any) -> bool:
    """True for None, and of a collection or text without elements (empty?).

    Example:
        >>> is_empty([]), is_empty(None), is_empty("x")
        (True, True, False)
    """
    return x is None or ((is_coll(x) or isinstance(x, _TEXT)) and len(x) == 0)
