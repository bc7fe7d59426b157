"""Looking into a value whose own methods may raise, lie about its length or never end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Final, TypeVar

from mxspec.core.question import refusal
from mxspec.errors import LimitError
from mxspec.predicates import is_list
from mxspec.values import class_name, hashable, is_hashable

T = TypeVar("T")

BUILTIN: Final = frozenset((list, tuple, set, frozenset, dict))
"""The types of collections that conform makes, whose own methods do not raise."""

MOST: Final = 100_000_000
"""The greatest length of a collection whose elements are all looked at.

A `range`, and any sequence that makes its elements when they are asked for, may have more than can be walked
through.
"""

_LOOKED_AT: Final = 1000  # elements of such a one, the first of which may refuse it


class UnreadableValue(Exception):
    """A value whose own method raised when it was looked at; the message says what.

    A kind that looks into values catches this in conform and in explain, around its own looking.
    """


class TooManyError(LimitError):
    """A collection of more elements than can be walked through, none of which refuses it at once."""


def call_guarded(method: Callable[[Any], T], x: Any) -> T:
    """Return method(x), where x itself may raise anything.

    Raises:
        UnreadableValue: it did.
    """
    try:
        return method(x)
    except Exception as error:
        raise UnreadableValue(refusal(error)) from None


def elements(x: Any) -> Iterable[Any]:
    """Return the elements of a collection, no more than its length says; those of a map are its entries.

    Raises:
        UnreadableValue: here or in the midst of them.
        LimitError: there are more than can be walked through.
    """
    if type(x) is list:
        return x[:]  # a predicate may add to the list that it is asked about, and for ever
    if type(x) in BUILTIN:
        return [[key, value] for key, value in x.items()] if type(x) is dict else x
    if call_guarded(lambda x: isinstance(x, Mapping), x):
        return [[key, value] for key, value in items(x)]
    return _walk_guarded(x, call_guarded(iter, x))


def items(x: Any) -> Iterable[tuple[Any, Any]]:
    """Return the items of a map, no more than its length says.

    Raises:
        UnreadableValue, LimitError: as in `elements`; an item is not a pair.
    """
    if type(x) is dict:
        return list(x.items())
    pairs = list(_walk_guarded(x, call_guarded(lambda x: iter(x.items()), x)))
    return call_guarded(lambda pairs: [(key, value) for key, value in pairs], pairs)


def as_dict(x: Any) -> dict[Any, Any]:
    """Return a map as a dict: itself if it is a plain one.

    Raises:
        UnreadableValue, LimitError: as in `items`.
    """
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
            f"a {class_name(x)} of {count:,} elements has more than {MOST:,}, as many as are looked at; "
            "every(...) looks at 101"
        )


# --- building again ---------------------------------------------------------------------------------------


def keep_unchanged(x: list[Any], converted: list[Any]) -> list[Any]:
    """Return x itself if its elements are those that were converted, else the converted ones."""
    for before, after in zip(x, converted, strict=True):
        if before is not after:
            return converted
    return x


def type_of(x: Any) -> type:
    """Return the builtin type that a collection like x is rebuilt in."""
    if isinstance(x, Mapping):
        return dict
    if isinstance(x, Set):
        return frozenset if isinstance(x, frozenset) else set
    return list if is_list(x) or not isinstance(x, Sequence) else tuple


def is_entry(x: Any) -> bool:
    """True if x can be an entry of a dict: a pair of something with a hash and anything."""
    try:
        return call_guarded(
            lambda x: isinstance(x, (list, tuple)) and len(x) == 2 and is_hashable(hashable(x[0])), x
        )
    except UnreadableValue:
        return False


def collect(xs: list[Any], into: type) -> Any:
    """Return xs as another type of collection, or None if they can't be in one."""
    try:
        return call_guarded(lambda xs: _collect(xs, into), xs)
    except UnreadableValue:  # equality of two elements may raise too
        return None


def _collect(xs: list[Any], into: type) -> Any:
    if into is list:
        return xs
    if into is dict:
        return {hashable(key): value for key, value in xs} if all(map(is_entry, xs)) else None
    if into in (set, frozenset):
        members = [hashable(x) for x in xs]
        return into(members) if all(map(is_hashable, members)) else None
    return into(xs)
