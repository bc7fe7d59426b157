"""Names and what they stand for: one table for the whole process, read at every use.

Names resolve late, so that a spec may name one that is defined after it, and a redefinition takes effect at
once everywhere.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mxspec.errors import SpecDefinitionError, UnknownSpecError, did_you_mean
from mxspec.predicates import is_qualified_ident

_entries: dict[str, Any] = {}
_writing = threading.Lock()
_watchers: list[Callable[[], object]] = []


def registry() -> Mapping[str, Any]:
    """Return a read-only view of all entries: name to spec, or to another name for an alias (s/registry).

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/word", str)
        >>> s.registry()["doc/word"]
        spec(str)
    """
    return MappingProxyType(_entries)


def check_name(name: object) -> str:
    """Return name if it is qualified, else raise SpecDefinitionError."""
    if not is_qualified_ident(name):
        raise SpecDefinitionError(f"a spec's name reads 'namespace/name', which {name!r} does not")
    return str(name)


def register(name: str, entry: Any) -> None:
    """Put entry under name, or remove name if entry is None."""
    with _writing:
        if entry is None:
            _entries.pop(name, None)
        else:
            _entries[name] = entry
        for changed in _watchers:
            changed()


def watch(changed: Callable[[], object]) -> None:
    """Call changed after every change of the registry, before the next."""
    _watchers.append(changed)


def find(name: object) -> Any:
    """Return the spec at the end of name's chain of aliases, or None if there is no such name."""
    while isinstance(name, str):
        name = _entries.get(name)
    return name


def aliases(name: object) -> list[str]:
    """Return name and all the names that it leads to."""
    chain = []
    while isinstance(name, str):
        chain.append(name)
        name = _entries.get(name)
    return chain


def resolve(name: str) -> Any:
    """Return the spec at the end of name's chain of aliases.

    Raises:
        UnknownSpecError: nothing is registered under name; the message has the nearest name that is.
    """
    spec = find(name)
    if spec is None:
        raise UnknownSpecError(
            f"no spec is registered under {name!r}{did_you_mean(name, _entries)}", spec=name
        )
    return spec


def name_of_function(fn: Any) -> str:
    """Return the name for the spec of a function, a method or a class: "module/qualname".

    Raises:
        SpecDefinitionError: fn is a lambda, or is not a function.

    Example:
        >>> import textwrap
        >>> name_of_function(textwrap.dedent)
        'textwrap/dedent'
    """
    fn = getattr(fn, "__func__", fn)  # of a bound, class or static method
    module, qualname = getattr(fn, "__module__", None), getattr(fn, "__qualname__", None)
    name = f"{module}/{qualname}"
    if not (isinstance(module, str) and isinstance(qualname, str) and is_qualified_ident(name)):
        raise SpecDefinitionError(f"{fn!r} is not a function with a module and a name")
    if qualname.endswith("<lambda>"):
        raise SpecDefinitionError("all lambdas of a module share one name; write a function with def")
    return name
