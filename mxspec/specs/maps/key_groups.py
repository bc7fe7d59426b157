"""Which keys a map must have: names, and groups of which any or all are needed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from mxspec.errors import SpecDefinitionError
from mxspec.names.registry import check_name


@dataclasses.dataclass(frozen=True)
class KeyGroup:
    """Keys of which any (or_keys) or all (and_keys) must be there."""

    call: str
    parts: tuple[str | KeyGroup, ...]

    def __repr__(self) -> str:
        return f"{self.call}({', '.join(map(repr, self.parts))})"

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from names_in(part)

    def holds(self, x: Mapping[Any, Any], key: Callable[[str], str]) -> bool:
        combine = any if self.call == "or_keys" else all
        return combine(holds(part, x, key) for part in self.parts)

    def expression(self, v: str, key: Callable[[str], str]) -> str:
        """Return an expression that is true if the dict v holds the keys."""
        word = " or " if self.call == "or_keys" else " and "
        return f"({word.join(_expression(part, v, key) for part in self.parts)})"

    def form(self, key: Callable[[str], str]) -> Any:
        return (self.call.removesuffix("_keys"), *(missing_form(part, key) for part in self.parts))


Key = str | KeyGroup


def or_keys(*parts: Key) -> KeyGroup:
    """Ask for at least one of the keys, in the req of `keys`.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.keys(req=[s.or_keys("doc/phone", "doc/mail")]), {"doc/mail": "x"})
        True
    """
    return _group("or_keys", parts)


def and_keys(*parts: Key) -> KeyGroup:
    """Ask for all of the keys, as one of the choices of `or_keys`.

    Example:
        >>> import mxspec as s
        >>> s.or_keys("doc/secret", s.and_keys("doc/user", "doc/password"))
        or_keys('doc/secret', and_keys('doc/user', 'doc/password'))
    """
    return _group("and_keys", parts)


def _group(call: str, parts: tuple[Key, ...]) -> KeyGroup:
    if not parts:
        raise SpecDefinitionError(f"{call} takes one key or more")
    return KeyGroup(call, tuple(part if isinstance(part, KeyGroup) else check_name(part) for part in parts))


def names_in(part: Key) -> Iterator[str]:
    if isinstance(part, KeyGroup):
        yield from part.names()
    else:
        yield part


def holds(part: Key, x: Mapping[Any, Any], key: Callable[[str], str]) -> bool:
    return part.holds(x, key) if isinstance(part, KeyGroup) else key(part) in x


def can_hold(part: Key, names: Collection[str]) -> bool:
    """True if a map that has no keys but those of names can satisfy part."""
    if not isinstance(part, KeyGroup):
        return part in names
    combine = any if part.call == "or_keys" else all
    return combine(can_hold(inner, names) for inner in part.parts)


def lowest(part: Key, height: Callable[[str], float]) -> float:
    """Return the height of the lowest choice of part, from the heights of its names."""
    if not isinstance(part, KeyGroup):
        return height(part)
    of_several = min if part.call == "or_keys" else max
    return of_several([lowest(inner, height) for inner in part.parts])


def missing_form(part: Key, key: Callable[[str], str]) -> Any:
    return part.form(key) if isinstance(part, KeyGroup) else ("contains", key(part))


def _expression(part: Key, v: str, key: Callable[[str], str]) -> str:
    return part.expression(v, key) if isinstance(part, KeyGroup) else f"{key(part)!r} in {v}"


def qualified(name: str) -> str:
    """Return the key of a qualified entry: the name itself."""
    return name


def unqualified(name: str) -> str:
    """Return the key of an unqualified entry: the name without its namespace."""
    return name.partition("/")[2]
