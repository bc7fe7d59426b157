"""The parts of values, each with the step to it; values with a changed part; and smaller values."""

from __future__ import annotations

import collections
import copyreg
import itertools
import math
import types
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from typing import Any, Final

from mxspec.base.values import repr_of
from mxspec.predicates import is_coll
from mxspec.specs.core.lenses import parts_of, with_part

_MOST_PARTS: Final = 10_000  # the number of parts that count for the size of a value


def weight(x: object) -> tuple[int, int, int, float]:
    """Return the size of a value: its parts, the length of its repr, the number of characters other
    than ASCII letters and digits, and the sum of its numbers.
    """
    parts, odd, total = 0, 0, 0.0
    waiting: list[Any] = [x]
    while waiting and parts < _MOST_PARTS:
        part = waiting.pop()
        parts += 1
        if isinstance(part, (int, float)) and part == part:
            total += min(abs(part), 1e300)
        if type(part) is str:
            odd += 0 if part.isascii() and part.isalnum() else sum(map(_is_odd, part[:_MOST_PARTS]))
        if type(part) in (str, int):
            continue
        waiting += _elements_of(part)
    return parts, len(repr_of(x)), odd, total


def _is_odd(letter: str) -> bool:
    return not (letter.isascii() and letter.isalnum())


def _elements_of(x: Any) -> Iterable[Any]:
    """Return the keys and values of a map, or some elements of a different collection."""
    if isinstance(x, Mapping):
        return [*x.keys(), *x.values()]
    return itertools.islice(x, _MOST_PARTS) if is_coll(x) else ()


def pieces_of(x: object) -> Iterator[Any]:
    """Yield a value and everything in it at any depth, up to a limit."""
    waiting: list[Any] = [x]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        piece = waiting.pop()
        yield piece
        waiting += [part for _, part in parts_of(piece)]


def holds_instance(x: object, classes: Set[type]) -> bool:
    """True if a value is one of some classes or an instance of one, or holds such a value at any depth."""
    waiting: list[Any] = [x]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_PARTS:
        part = waiting.pop()
        if type(part) in (str, int, float, bool, types.NoneType) or id(part) in seen:
            continue
        seen.add(id(part))
        own = part if isinstance(part, type) else type(part)
        if not classes.isdisjoint(own.__mro__):
            return True
        waiting += _elements_of(part)
        if not isinstance(part, (type, types.ModuleType, types.FunctionType)):
            slots = copyreg._slotnames(own)  # type: ignore[attr-defined]
            waiting += [*getattr(part, "__dict__", {}).values(), *(getattr(part, x, None) for x in slots)]
    return False


def with_plain_parts(x: Any) -> Any:
    """Return a value with dicts and lists in place of other mappings and sequences that a search tries."""
    if type(x) in (dict, collections.OrderedDict, types.MappingProxyType):
        return {key: with_plain_parts(part) for key, part in x.items()}
    if type(x) in (list, collections.deque):
        return [*map(with_plain_parts, x)]
    return tuple(map(with_plain_parts, x)) if type(x) is tuple else x


def with_plain_scalars(x: Any) -> Any:
    """Return a value with plain texts and numbers in place of instances of a subclass.

    Example:
        >>> class Text(str): pass
        >>> type(with_plain_scalars([Text("a")])[0])
        <class 'str'>
    """
    if type(x) in (dict, collections.OrderedDict, types.MappingProxyType):
        return type(x)({with_plain_scalars(key): with_plain_scalars(part) for key, part in x.items()})
    if type(x) in (list, collections.deque, tuple):
        return type(x)(map(with_plain_scalars, x))
    kinds = {cls for cls in (str, int, float) if type(x).__bases__ == (cls,) and type(x) is not bool}
    return next((kind(x) for kind in kinds), x)


# --- values with a changed part ---------------------------------------------------------------------------


def change_parts(x: Any, change: Callable[[Hashable, Any], Iterator[Any]]) -> Iterator[Any]:
    """Yield copies of a value, each with one part changed."""
    for step, part in parts_of(x):
        for new in change(step, part):
            try:
                yield with_part(x, step, new)
            except Exception:  # the part can't be there, such as a list in a set
                continue


# --- smaller values ---------------------------------------------------------------------------------------

_MOST_STEPS: Final = 3000


def shrink(x: Any, is_wanted: Callable[[Any], bool]) -> Any:
    """Return a smaller value that is still wanted, with some parts removed and others made smaller."""
    steps = 0
    while True:
        size = weight(x)
        # The first smaller value still wanted restarts the search.
        for smaller in _smaller(x):
            steps += 1
            if steps > _MOST_STEPS:
                return x
            if weight(smaller) < size and is_wanted(smaller):
                x = smaller
                break
        else:
            return x


def _smaller(x: Any) -> Iterator[Any]:
    """Yield values a little smaller than x."""
    if type(x) in (list, tuple, str):
        half = len(x) // 2
        yield from (x[half:], x[:half]) if half > 1 else ()
        yield from (x[:i] + x[i + 1 :] for i in range(len(x)))
    if type(x) in (set, frozenset):
        yield from (x - {part} for part in sorted(x, key=repr_of))
    if type(x) is dict:
        yield from ({k: part for k, part in x.items() if k is not key} for key in x)
    if type(x) is str:
        yield from ("", "a", "a" * len(x))
        yield from (x[:i] + plain + x[i + 1 :] for i, c in enumerate(x) if _is_odd(c) for plain in "a0A")
    if hasattr(x, "dtype") and hasattr(x, "shape") and x.size:
        yield from (x.take([0], axis) for axis in range(x.ndim))
        for number in (0, x.min(), x.max()) if x.dtype.kind in "iuf" else ():
            filled = x.copy()
            filled.fill(number)
            yield filled
    if type(x) is int:
        yield from (0, 1, -1, -x, x // 2, x - 1, x + 1)
    if type(x) is float and math.isfinite(x):
        yield from (0.0, 1.0, -1.0, -x, float(int(x)), round(x, 1), x / 2)
    yield from change_parts(x, lambda _, part: _smaller(part))
