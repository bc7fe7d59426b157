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
    """All entries as a read-only view: name to spec, or to another name where it is an alias (s/registry).

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/word", str)
        >>> s.registry()["doc/word"]
        spec(str)
    """
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
        for changed in _watchers:
            changed()


def watch(changed: Callable[[], object]) -> None:
    """Have changed called after every change of the registry, before any other."""
    _watchers.append(changed)


def find(name: Any) -> Any:
    """The spec at the end of name's chain of aliases, or None where there is no such name."""
    while isinstance(name, str):
        name = _entries.get(name)
    return name


def aliases(name: Any) -> list[str]:
    """name and all the names that it leads to."""
    chain = []
    while isinstance(name, str):
        chain.append(name)
        name = _entries.get(name)
    return chain


def resolve(name: str) -> Any:
    """Like find, but an unknown name is an UnknownSpecError that names the nearest known one."""
    spec = find(name)
    if spec is None:
        raise UnknownSpecError(
            f"no spec is registered under {name!r}{did_you_mean(name, _entries)}", spec=name
        )
    return spec


def name_of_function(fn: Any) -> str:
    """The name that the spec of a function, a method or a class is registered under: "module/qualname".

    Raises:
        SpecDefinitionError: fn has no such name: it is a lambda, or no function at all.

    Example:
        >>> import textwrap
        >>> name_of_function(textwrap.dedent)
        'textwrap/dedent'
    """
    fn = getattr(fn, "__func__", fn)  # of a bound, class or static method
    module, qualname = getattr(fn, "__module__", None), getattr(fn, "__qualname__", None)
    name = f"{module}/{qualname}"
    if not (isinstance(module, str) and isinstance(qualname, str) and is_qualified_ident(name)):
        raise SpecDefinitionError(f"{fn!r} is no function with a module and a name")
    if qualname.endswith("<lambda>"):
        raise SpecDefinitionError("all lambdas of a module share one name; write a function with def")
    return name
