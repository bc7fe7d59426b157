"""Names and what they stand for: one table for the whole process.

The table is never changed. A definition puts a new one in its place, so a question that holds on to the table
it began with is answered by one meaning of every name, whatever other threads define meanwhile.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import threading
import types
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from mxspec.errors import SpecDefinitionError, UnknownSpecError, did_you_mean
from mxspec.predicates import is_qualified_ident
from mxspec.values import short_repr


class Names:
    """A table of names.

    Attributes:
        entries: from name to spec, or to another name for an alias.
        docs: from name to what it stands for, in words.
        valid, conform, explain: from name to the function that its spec is compiled to, filled at use.
    """

    __slots__ = ("conform", "docs", "entries", "explain", "valid")

    def __init__(self, entries: Mapping[str, Any], docs: Mapping[str, str] = MappingProxyType({})) -> None:
        self.entries = entries
        self.docs = docs
        self.valid: dict[str, Any] = {}
        self.conform: dict[str, Any] = {}
        self.explain: dict[str, Any] = {}

    def find(self, name: object) -> Any:
        """Return the spec at the end of name's chain of aliases, or None if there is no such name."""
        while isinstance(name, str):
            name = self.entries.get(name)
        return name

    def aliases(self, name: object) -> list[str]:
        """Return name and all the names that it leads to."""
        chain = []
        while isinstance(name, str):
            chain.append(name)
            name = self.entries.get(name)
        return chain

    def doc(self, name: object) -> str | None:
        """Return the words of a name, or else of the names that it leads to; None without any."""
        return next((self.docs[alias] for alias in self.aliases(name) if alias in self.docs), None)

    def resolve(self, name: str) -> Any:
        """Return the spec at the end of name's chain of aliases.

        Raises:
            UnknownSpecError: nothing is registered under name; the message has the module to import, where it
                is known, or the nearest name that is registered.
        """
        spec = self.find(name)
        if spec is None:
            hint = _without_colon(name) or _import_hint(name) or did_you_mean(name, self.entries)
            raise UnknownSpecError(f"no spec is registered under {short_repr(name)}{hint}", spec=name)
        return spec


current = Names({})
"""The table that holds now. Read it as `names.current`, for it is replaced."""

origins: dict[str, str] = {}
"""From each name to the module whose code was run by an import as it was registered, in order."""

_writing = threading.Lock()


def _renew_lock() -> None:
    global _writing
    _writing = threading.Lock()


if hasattr(os, "register_at_fork"):  # the lock may be held by a thread that the child does not have
    os.register_at_fork(after_in_child=_renew_lock)


def register(name: str, entry: Any, doc: str | None = None) -> None:
    """Put a spec or another name under name, with words for it, or remove name if entry is None.

    Raises:
        SpecDefinitionError: entry is a name that leads back to name.
        UnknownSpecError: entry is a name that leads nowhere.
    """
    global current
    with _writing:
        if isinstance(entry, str):
            current.resolve(entry)
            if name in current.aliases(entry):
                raise SpecDefinitionError(
                    f"{short_repr(name)} can't be an alias of {entry!r}, which leads to {short_repr(name)}"
                )
        entries = dict(current.entries)
        if entry is None:
            entries.pop(name, None)
            origins.pop(name, None)
        else:
            entries[name] = entry
            origins[name] = _importing_module()
        docs = {key: words for key, words in current.docs.items() if key != name}
        current = Names(entries, docs if doc is None or entry is None else {**docs, name: doc})


def _importing_module() -> str:
    """Return the name of the module whose own code has led here, or an empty string if none has."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return "" if frame is None else str(frame.f_globals.get("__name__"))


@contextlib.contextmanager
def look_up_in(table: Names) -> Iterator[None]:
    """Have all names stand for what they do in another table inside the block, in all threads."""
    global current
    with _writing:
        before, current = current, table
    try:
        yield
    finally:
        with _writing:
            current = before


def registry() -> Mapping[str, Any]:
    """Return all entries as they are now: name to spec, or to another name for an alias (s/registry).

    As in clojure they are those of this moment: what is defined later is in what a later call returns.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/word", str)
        >>> s.registry()["doc/word"]
        spec(str)
    """
    return MappingProxyType(current.entries)


def check_name(name: object) -> str:
    """Return name if it is qualified, else raise SpecDefinitionError."""
    if not is_qualified_ident(name):
        raise SpecDefinitionError(f"a spec's name reads 'namespace/name', which {short_repr(name)} does not")
    plain = str.__str__(name)  # of a subclass the plain string, whatever its own methods say
    if plain.startswith(":"):
        raise SpecDefinitionError(f"a spec's name has no colon before it{_without_colon(plain)}")
    return plain


def _without_colon(name: str) -> str:
    """Return a closing clause for a name that is written as a keyword of clojure."""
    return f"; say {name.lstrip(':')!r} in place of {short_repr(name)}" if name.startswith(":") else ""


GROUP: Final = "mxspec.specs"
"""The group of entry points by which a package says what to import for its specs: `namespace = module`."""


def _import_hint(name: str) -> str:
    """Return a closing clause that says which module registers the names like name, if one was installed."""
    namespace = name.partition("/")[0]
    module = _modules_by_namespace().get(namespace)
    if module is None or module in sys.modules:
        return ""
    return f"; import {module}, which registers the names of {namespace}/"


@functools.cache
def _modules_by_namespace() -> dict[str, str]:
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
        raise SpecDefinitionError(f"{short_repr(fn)} is not a function with a module and a name")
    if qualname.endswith("<lambda>"):
        raise SpecDefinitionError("all lambdas of a module share one name; write a function with def")
    return name
