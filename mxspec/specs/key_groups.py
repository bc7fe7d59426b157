"""Keys as `keys` takes them: groups of keys, and keys that may be missing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from mxspec.addresses import reduce_by_name
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.names import check_name
from mxspec.errors import SpecDefinitionError
from mxspec.specs.core.spec import Spec, as_part, name_of


@dataclasses.dataclass(frozen=True)
class KeyGroup:
    """A group of keys: any (or_keys) or all (and_keys) of them are required."""

    __reduce_ex__ = reduce_by_name

    call: str
    parts: tuple[str | KeyGroup, ...]

    def __repr__(self) -> str:
        return f"{self.call}({', '.join(map(repr, self.parts))})"

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.names() if isinstance(part, KeyGroup) else (part,)


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
    return KeyGroup(call, tuple(map(check_entry, parts)))


def check_entry(entry: Any) -> Any:
    """Return a group of keys, or the name of a spec; a spec that has a name stands for it."""
    return entry if isinstance(entry, KeyGroup) else check_name(name_of(entry))


def entry_names(entry: Key) -> Iterator[str]:
    return entry.names() if isinstance(entry, KeyGroup) else iter((entry,))


# --- keys that may be missing ------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, repr=False)
class OptionalKey:
    """The spec of a value under a key that may be missing."""

    part: Spec

    def __repr__(self) -> str:
        return f"optional({self.part!r})"


@name_options()
def optional(pred: Any) -> OptionalKey:
    """Mark a key of `keys`, or of a dict of specs, as one that may be missing.

    It is no spec: `nilable(int)` accepts None or an int, and `maybe(int)`, clojure's `?`, is a part of a
    sequence.

    Args:
        pred: the spec of the value, if the key is there.

    Example:
        >>> import mxspec as s
        >>> person = s.keys({"name": str, "age": s.optional(int)})
        >>> s.valid(person, {"name": "Bo"}), s.valid(person, {"name": "Bo", "age": None})
        (True, False)
        >>> person
        keys(req_un={'name': str}, opt_un={'age': int})
    """
    return pred if isinstance(pred, OptionalKey) else OptionalKey(as_part(pred))
