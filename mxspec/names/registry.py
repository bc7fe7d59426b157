"""Names and what they stand for: one table for the whole process, read at every use.

Names resolve late, so that a spec may name one that is defined after it, and a redefinition takes effect at
once everywhere. Threads read the table without a lock and write it under one. Whoever keeps what follows from
it keeps its version as well.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from mxspec.errors import SpecDefinitionError, UnknownSpecError, did_you_mean
from mxspec.predicates import is_qualified_ident

T = TypeVar("T")

_TRIES = 5

_entries: dict[str, Any] = {}
_version = 0
_writing = threading.RLock()
_watchers: list[Callable[[], object]] = []

# A process that is forked while another thread writes would wait for that thread, which it does not have.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_writing.acquire, after_in_parent=_writing.release, after_in_child=_writing.release
    )


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
    return str.__str__(name)  # of a subclass the plain string, whatever its own methods say


def register(name: str, entry: Any) -> None:
    """Put entry under name, or remove name if entry is None."""
    global _version
    with _writing:
        if entry is None:
            _entries.pop(name, None)
        else:
            _entries[name] = entry
        _version += 1
        for changed in _watchers:
            changed()


def watch(changed: Callable[[], object]) -> None:
    """Call changed after every change of the registry, before the next."""
    _watchers.append(changed)


def version() -> int:
    """Return a number that grows with every change of the registry.

    Read before and after some look-ups, it is the same just when nothing changed between them.
    """
    return _version


def unchanging() -> contextlib.AbstractContextManager[object]:
    """Return a context in which no other thread changes the registry. Call nothing of a user's in it."""
    return _writing


def settled(ask: Callable[[Any, Any], T], spec: Any, x: Any) -> T:
    """Return ask(spec, x), asked anew where names were redefined meanwhile: it may have looked one up twice.

    Where they are redefined all the time, the last answer has to do.
    """
    for _ in range(_TRIES):
        before = _version
        answer = ask(spec, x)
        if before == _version:
            break
    return answer


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
        UnknownSpecError: nothing is registered under name; the message has the module to import, where it is
            known, or the nearest name that is registered.
    """
    spec = find(name)
    if spec is None:
        hint = _import_hint(name) or did_you_mean(name, _entries)
        raise UnknownSpecError(f"no spec is registered under {name!r}{hint}", spec=name)
    return spec


GROUP: Final = "mxspec.specs"
"""The group of entry points by which a package says what to import for its specs: `namespace = module`."""


def _import_hint(name: str) -> str:
    """Return a closing clause that says which module registers the names like name, if one was installed."""
    namespace = name.partition("/")[0]
    module = _installed().get(namespace)
    if module is None or module in sys.modules:
        return ""
    return f"; import {module}, which registers the names of {namespace}/"


@functools.cache
def _installed() -> dict[str, str]:
    """Return the modules to import, by namespace."""
    import importlib.metadata  # takes longer than mxspec itself

    return {point.name: point.module for point in importlib.metadata.entry_points(group=GROUP)}


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
