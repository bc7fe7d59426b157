"""Safe reading of values: their methods may raise, lie about their length or never end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Final, TypeVar

from mxspec.base.values import class_name, hashable, is_hashable
from mxspec.errors import LimitError
from mxspec.predicates import is_list
from mxspec.specs.core.question import refusal

T = TypeVar("T")

BUILTIN: Final = frozenset((list, tuple, set, frozenset, dict))
"""The types of collections that conform makes; their methods do not raise."""

MOST: Final = 100_000_000
"""The greatest length of a collection that is read to the end.

A `range`, or any sequence that makes its elements on demand, may be too long to walk through.
"""

_LOOKED_AT: Final = 1000  # elements of a longer one, in case one of them is invalid


class UnreadableValue(Exception):
    """The error for a value with a method that raised; the message is the reason.

    A kind that reads the inside of a value catches it in conform and in explain, around its own reading.
    """


class TooManyError(LimitError):
    """The error for a collection that is too long to walk through, and valid at its start."""


def call_guarded(method: Callable[[Any], T], x: Any) -> T:
    """Return method(x), or raise UnreadableValue if x raised anything."""
    try:
        return method(x)
    except Exception as error:
        raise UnreadableValue(refusal(error)) from None


def attempt(read: Callable[[Any], T], x: Any) -> tuple[T | None, str | None]:
    """Return read(x) and None, or None and the reason why x can't be read."""
    try:
        return read(x), None
    except UnreadableValue as error:
        return None, str(error)


def elements(x: Any) -> Iterable[Any]:
    """Return the elements of a collection, at most as many as its length; a map has entries.

    Raises:
        UnreadableValue: x raised, now or during the iteration.
        LimitError: there are too many to walk through.
    """
    if type(x) is list:
        return x[:]  # a copy: a predicate may append to the list, and without end
    if type(x) is dict:
        return [[key, value] for key, value in list(x.items())]  # a copy: another thread may change it
    if type(x) in BUILTIN:
        return x if type(x) is tuple else list(x)
    if call_guarded(lambda x: isinstance(x, Mapping), x):
        return [[key, value] for key, value in items(x)]
    return _walk_guarded(x, call_guarded(iter, x))


def items(x: Any) -> Iterable[tuple[Any, Any]]:
    """Return the items of a map, at most as many as its length; raise as `elements` does."""
    if type(x) is dict:
        return list(x.items())
    pairs = list(_walk_guarded(x, call_guarded(lambda x: iter(x.items()), x)))
    return call_guarded(lambda pairs: [(key, value) for key, value in pairs], pairs)


def as_dict(x: Any) -> dict[Any, Any]:
    """Return a map as a dict, itself if it is a plain one; raise as `elements` does."""
    return x if type(x) is dict else call_guarded(dict, items(x))


def _walk_guarded(x: Any, iterator: Iterator[Any]) -> Iterator[Any]:
    count = call_guarded(len, x)
    for _ in range(min(count, _LOOKED_AT) if count > MOST else count):
        try:
            yield next(iterator)
        except StopIteration:
            return
        except Exception as error:
            raise UnreadableValue(refusal(error)) from None
    if count > MOST:
        raise TooManyError(
            f"a {class_name(x)} of {count:,} elements has more than {MOST:,}, the most that are read; "
            "every(...) looks at 101"
        )


# --- building again ---------------------------------------------------------------------------------------


def keep_unchanged(x: list[Any], converted: list[Any]) -> list[Any]:
    """Return x itself if converting changed no element, else the converted elements."""
    for before, after in zip(x, converted, strict=True):
        if before is not after:
            return converted
    return x


def type_of(x: Any) -> type:
    """Return the builtin type for rebuilding a collection like x."""
    if isinstance(x, Mapping):
        return dict
    if isinstance(x, Set):
        return frozenset if isinstance(x, frozenset) else set
    return list if is_list(x) or not isinstance(x, Sequence) else tuple


def is_entry(x: Any) -> bool:
    """True if x can be an entry of a dict: a pair with a hashable key."""
    try:
        return call_guarded(
            lambda x: isinstance(x, (list, tuple)) and len(x) == 2 and is_hashable(hashable(x[0])), x
        )
    except UnreadableValue:
        return False


def collect(xs: list[Any], into: type) -> Any:
    """Return xs as another type of collection, or None if that is impossible."""
    try:
        return call_guarded(lambda xs: _collect(xs, into), xs)
    except UnreadableValue:  # equality of two elements may raise too
        return None


def _collect(xs: list[Any], into: type) -> Any:
    if into is list:
        return xs
    if into is dict:
        return _collect_entries(xs)
    if into in (set, frozenset):
        members = [hashable(x) for x in xs]
        return into(members) if all(map(is_hashable, members)) else None
    return into(xs)


def _collect_entries(xs: list[Any]) -> dict[Any, Any] | None:
    """Return the map that clojure's conj makes of entries and whole maps; None adds nothing."""
    entries: dict[Any, Any] = {}
    for x in xs:
        if isinstance(x, Mapping):
            entries.update(x)
        elif is_entry(x):
            entries[hashable(x[0])] = x[1]
        elif x is not None:
            return None
    return entries
