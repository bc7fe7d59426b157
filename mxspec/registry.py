"""Names and what they stand for: one table for the whole process, read at every use.

Names resolve late, so that a spec may name one that is defined after it, and a redefinition takes effect at
once everywhere.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mxspec.errors import SpecDefinitionError, UnknownSpecError, did_you_mean
from mxspec.predicates import is_qualified_ident

_entries: dict[str, Any] = {}
_writing = threading.Lock()


def registry() -> Mapping[str, Any]:
    """All entries as a read-only view: name to spec, or to another name where it is an alias (s/registry)."""
    return MappingProxyType(_entries)


def check_name(name: Any) -> str:
    """Return name if it is qualified, else raise SpecDefinitionError."""
    if not is_qualified_ident(name):
        raise SpecDefinitionError(f"a spec's name reads 'namespace/name', which {name!r} does not")
    return str(name)


def register(name: str, entry: Any) -> None:
    """Put entry under name, or take name out where entry is None."""
    with _writing:
        if entry is None:
            _entries.pop(name, None)
        else:
            _entries[name] = entry


def find(name: Any) -> Any:
    """The spec at the end of name's chain of aliases, or None where there is no such name."""
    seen: list[Any] = []
    while isinstance(name, str):
        if name in seen:
            raise UnknownSpecError(f"alias {seen[0]!r} leads back to itself: {' -> '.join([*seen, name])}")
        seen.append(name)
        name = _entries.get(name)
    return name


def resolve(name: str) -> Any:
    """Like find, but an unknown name is an UnknownSpecError that names the nearest known one."""
    spec = find(name)
    if spec is None:
        raise UnknownSpecError(
            f"no spec is registered under {name!r}{did_you_mean(name, _entries)}", spec=name
        )
    return spec
