"""Names and what they stand for: one table for the whole process.

A table is never changed. A definition puts a new table in its place. So a question that keeps the table it
began with sees one meaning of every name, whatever other threads define meanwhile. The tables share one log
of definitions.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import types
import weakref
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from mxspec.base.forks import renewed_lock
from mxspec.base.values import plain_text, short_repr
from mxspec.errors import SpecDefinitionError, UnknownSpecError, did_you_mean
from mxspec.predicates import is_qualified_ident, is_simple_ident


class Definition(NamedTuple):
    """The entry of a name from one version of the tables on.

    Attributes:
        version: the number of the first table that has it.
        entry: a spec, another name for an alias, or None where the name was removed.
        doc: the words for it.
        before: what the name stood for before, which older tables look for.
    """

    version: int
    entry: Any
    doc: str | None
    before: Definition | None


_SHARE: Final = 1000
"""One in so many definitions may be outdated: a redefinition copies as many entries, on average, at most."""


class Log:
    """The definitions of a line of tables: a new name is added to it, and copies nothing.

    A table sees the definitions up to its own version, so that older tables stay as they are. Once too many
    are outdated, the next table begins its own log. So n definitions take time in proportion to n, and of the
    specs that nobody can find, only one in a thousand is kept.

    Attributes:
        latest: from name to its last definition.
        defined: the names in the order of the versions that defined them; the next log continues it.
        outdated: the names with a definition that the newest table does not see.
    """

    __slots__ = ("defined", "latest", "outdated")

    def __init__(self, latest: dict[str, Definition], defined: list[str]) -> None:
        self.latest = latest
        self.defined = defined
        self.outdated: list[str] = []

    def without_outdated(self) -> Log:
        """Return a copy for the next tables."""
        latest = self.latest.copy()
        for name in self.outdated:
            if name in latest and latest[name].entry is None:
                del latest[name]
            elif name in latest:
                latest[name] = latest[name]._replace(before=None)
        if len(self.defined) <= _SHARE + 4 * len(latest):
            return Log(latest, self.defined)
        return Log({name: definition._replace(version=0) for name, definition in latest.items()}, [])


class Entries(Mapping[str, Any]):
    """The entries of one table: from name to spec, or to another name for an alias."""

    __slots__ = ("_table",)

    def __init__(self, table: Names) -> None:
        self._table = table

    def __getitem__(self, name: str) -> Any:
        definition = self._table.definition(name)
        if definition is None:
            raise KeyError(name)
        return definition.entry

    def __iter__(self) -> Iterator[str]:
        # Of a copy, since other threads may add to the log.
        return (name for name in self._table.log.latest.copy() if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))


class Names:
    """A table of names.

    Attributes:
        log: the definitions of this table and of others.
        version: the number of definitions up to this table.
        valid, conform, explain: from name to the function that its spec is compiled to, filled at use.
        readers: from name to the readers of its spec, filled at use.
    """

    __slots__ = ("__weakref__", "conform", "explain", "log", "readers", "valid", "version")

    def __init__(self, entries: Mapping[str, Any], log: Log | None = None) -> None:
        if log is None:
            log = Log({name: Definition(0, entry, None, None) for name, entry in entries.items()}, [])
        self.log = log
        self.version = len(log.defined)
        self.valid: dict[str, Any] = {}
        self.conform: dict[str, Any] = {}
        self.explain: dict[str, Any] = {}
        self.readers: dict[str, Any] = {}

    @property
    def entries(self) -> Entries:
        """From name to spec, or to another name for an alias."""
        return Entries(self)

    def definition(self, name: object) -> Definition | None:
        """Return what a name stands for here, or None if it stands for nothing."""
        definition = self.log.latest.get(name)  # type: ignore[call-overload]
        while definition is not None and definition.version > self.version:
            definition = definition.before
        return None if definition is None or definition.entry is None else definition

    def find(self, name: object) -> Any:
        """Return the spec at the end of name's chain of aliases, or None for an unknown name."""
        latest, version = self.log.latest, self.version
        while isinstance(name, str):
            definition = latest.get(name)
            while definition is not None and definition[0] > version:
                definition = definition[3]
            name = None if definition is None else definition[1]
        return name

    def find_noted(self, name: Any, specs: dict[Any, Any]) -> Any:
        """Return the spec of a name, or None, and note it under each name of the chain of aliases."""
        spec = self.find(name)
        specs |= dict.fromkeys([name, *self.aliases(name)], spec)
        return spec

    def aliases(self, name: object) -> list[str]:
        """Return name and all the names that it leads to."""
        chain = []
        while isinstance(name, str):
            chain.append(name)
            definition = self.definition(name)
            name = None if definition is None else definition.entry
        return chain

    def doc(self, name: object) -> str | None:
        """Return the words of a name, or else of the names that it leads to; None without any."""
        definitions = map(self.definition, self.aliases(name))
        return next((each.doc for each in definitions if each is not None and each.doc is not None), None)

    def defined_since(self, defined: list[str], version: int) -> list[str] | None:
        """Return the names that were defined after an older table; None if this does not continue it.

        Args:
            defined: the names in the log of the older table.
            version: its version.
        """
        if defined is not self.log.defined or version > self.version:
            return None
        return self.log.defined[version : self.version]

    def with_entry(self, name: str, entry: Any, doc: str | None) -> Names:
        """Return the table with another entry for a name, or without the name if entry is None."""
        log = self.log
        if self.version != len(log.defined):  # an older table, as in `look_up_in`
            seen = [(key, self.definition(key)) for key in log.latest.copy()]
            log = Log(
                {key: each._replace(version=0, before=None) for key, each in seen if each is not None}, []
            )
        elif name in log.latest and len(log.outdated) >= len(log.latest) // _SHARE:
            log = log.without_outdated()
        before = log.latest.get(name)
        if before is None and entry is None:
            return Names({}, log)
        if log is not self.log:  # no older table looks here
            before = None
        if log is not self.log and entry is None:
            del log.latest[name]
        else:
            log.latest[name] = Definition(len(log.defined) + 1, entry, doc, before)
        log.outdated += [name] * (before is not None)
        log.defined.append(name)
        return Names({}, log)

    def resolve(self, name: str) -> Any:
        """Return the spec at the end of name's chain of aliases.

        Raises:
            UnknownSpecError: nothing is registered under name; the message has the module to import, where it
                is known, or the nearest name that is registered.
        """
        spec = self.find(name)
        if spec is None:
            spelling = _spelling_hint(name) + _text_constant_hint(name)
            hint = spelling or _import_hint(name) or did_you_mean(name, self.entries)
            raise UnknownSpecError(f"no spec is registered under {short_repr(name)}{hint}", spec=name)
        return spec


current = Names({})
"""The table that holds now. Read it as `names.current`, for it is replaced."""

origins: dict[str, str] = {}
"""From each name to the module that an import was running when the name was registered, in order."""

_writing = renewed_lock()


class Uses:
    """The names that something was made by, and the specs that they stood for.

    A spec keeps its uses, and the log of a table the specs of other names. So these do not keep the table:
    specs that nobody can find would keep each other.

    Attributes:
        specs: from name to spec, or None for an unknown name.
    """

    def __init__(self, table: Names) -> None:
        self._hold(table)
        self.specs: dict[Any, Any] = {}

    def _hold(self, table: Names) -> None:
        self._table = weakref.ref(table)
        self._defined, self._version = table.log.defined, table.version

    @property
    def table(self) -> Names:
        """The newest table where the names are known to hold; the caller of a question keeps it."""
        return self._table() or current

    def find(self, name: Any) -> Any:
        """Return the spec of a name, or None, and note it."""
        return self.table.find_noted(name, self.specs)

    def are_current(self, table: Names) -> bool:
        """True if all names stand for the same in a table; it is the newest from then on."""
        if self._table() is not table:
            # Few names are defined between two questions, usually one, and a spec may use hundreds.
            defined = table.defined_since(self._defined, self._version)
            specs = self.specs
            for name in tuple(specs) if defined is None or len(defined) > len(specs) else defined:
                if name in specs and table.find(name) is not specs[name]:
                    return False
            self._hold(table)
        return True


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
        if entry is None:
            origins.pop(name, None)
        else:
            origins[name] = _importing_module()
        before = current.definition(name)
        current = current.with_entry(name, entry, doc)
        if before is not None and before.entry is not entry and not isinstance(before.entry, str):
            # The code of a spec keeps the specs of other names alive. It is made again if the spec is still
            # used.
            for attribute in ("_compiled", "_readers"):
                vars(before.entry).pop(attribute, None)


def _importing_module() -> str:
    """Return the name of the module that runs at its top level now, or an empty string without one."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return "" if frame is None else str(frame.f_globals.get("__name__"))


@contextlib.contextmanager
def look_up_in(table: Names) -> Iterator[None]:
    """Look up all names in another table inside the block, in all threads."""
    global current
    with _writing:
        before, current = current, table
    try:
        yield
    finally:
        with _writing:
            current = before


@contextlib.contextmanager
def keep_origins() -> Iterator[None]:
    """Restore the origins of names after the block, which runs files with their own tables."""
    before = dict(origins)
    try:
        yield
    finally:
        origins.clear()
        origins.update(before)


def registry() -> Mapping[str, Any]:
    """Return all entries as they are now: name to spec, or to another name for an alias (s/registry).

    As in clojure the result is a snapshot: a later call also returns later definitions.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/word", str)
        >>> s.registry()["doc/word"]
        spec(str)
    """
    return current.entries


def check_name(name: object, is_part: bool = False) -> str:
    """Return name if it is qualified, else raise SpecDefinitionError.

    Args:
        name: the name.
        is_part: True if it stands where a set could, so that its user may have meant a constant.
    """
    if not is_qualified_ident(name):
        hint = _spelling_hint(name) + _text_constant_hint(name) * is_part if isinstance(name, str) else ""
        raise SpecDefinitionError(
            f"a spec's name reads 'namespace/name', which {short_repr(name)} does not{hint}"
        )
    plain: str = plain_text(name)
    if plain.startswith(":"):
        raise SpecDefinitionError(f"a spec's name has no colon before it{_spelling_hint(plain)}")
    return plain


_TYPES: Final = frozenset(["int", "str", "float", "bool", "list", "dict", "tuple", "set", "bytes"])


def _spelling_hint(name: str) -> str:
    """Return a closing clause for a keyword, a type and a name without a namespace."""
    plain = plain_text(name)
    if plain.startswith(":"):
        return f"; say {plain.lstrip(':')!r} in place of {short_repr(name)}"
    if plain in _TYPES:
        return f"; the type is {plain} without quotes"
    if is_simple_ident(plain):
        return f"; say {short_repr('app/' + plain)}, with the name of your program for app"
    return ""


def _text_constant_hint(name: str) -> str:
    """Return a closing clause with the spec of a constant for a text that is neither a name nor a type."""
    plain = plain_text(name)
    is_name = plain.startswith(":") or plain in _TYPES or is_qualified_ident(plain)
    return "" if is_name else f"; the constant is {{{short_repr(plain)}}}"


GROUP: Final = "mxspec.specs"
"""The group of entry points by which a package lists the modules of its specs: `namespace = module`."""


_OF_DIGITS: Final = {"digits", "mnist"}  # the namespaces of the distribution mxspec-digits


def _import_hint(name: str) -> str:
    """Return a closing clause with the module that registers names like name, or the package to install."""
    namespace = name.partition("/")[0]
    module = _modules_by_namespace().get(namespace)
    if module is None and namespace in _OF_DIGITS:
        return f'; pip install "mxspec-digits[onnx]", which has the names of {namespace}/'
    if module is None or module in sys.modules:
        return ""
    return f"; import {module}, which registers the names of {namespace}/"


@functools.cache
def _modules_by_namespace() -> dict[str, str]:
    import importlib.metadata  # takes longer than mxspec itself

    try:
        return {point.name: point.module for point in importlib.metadata.entry_points(group=GROUP)}
    except Exception:  # the file of a package lacks the syntax; this is for a hint alone
        return {}


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
        hint = "; write @property above @s.fdef" if isinstance(fn, property) else ""
        raise SpecDefinitionError(f"{short_repr(fn)} is not a function with a module and a name{hint}")
    if qualname.endswith("<lambda>"):
        raise SpecDefinitionError("all lambdas of a module share one name; write a function with def")
    return name
