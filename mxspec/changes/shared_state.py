"""Changes that a file of specs makes in installed modules, which its two versions share."""

from __future__ import annotations

import contextlib
import operator
import sys
import types
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Touched = set[tuple[str, str]]
"""Pairs: the name of a module, or of a class with its module, and the name of what was set in it."""


@contextlib.contextmanager
def notice_changes(touched: Touched, is_own: Callable[[str, object], bool]) -> Iterator[None]:
    """Add to a set what the block sets in modules and in their classes, except where is_own is true.

    A name that a package looks up lazily is the package's own work, and a module inside a package is not a
    change of it.
    """
    before = [(place, holder, _snapshot_of(entries_of(holder))) for place, holder in _holders()]
    try:
        yield
    finally:
        for place, holder, old in before:
            name = place.partition(":")[0]
            holder = sys.modules.get(name, holder) if place == name else holder
            new = entries_of(holder)
            if _are_identical(old, new):
                continue
            if place == name:
                old, new = (
                    {key: x for key, x in entries.items() if not _is_of_package(x, name)}
                    for entries in (old, new)
                )
            names = [key for key in {**old, **new} if old.get(key, touched) is not new.get(key, touched)]
            if names and not is_own(name, sys.modules.get(name)):
                touched |= {(place, key) for key in names}


def _holders() -> Iterator[tuple[str, Any]]:
    """Yield modules and their classes, with their names."""
    for name, module in list(sys.modules.items()):
        if issubclass(type(module), types.ModuleType):
            yield name, module
            for x in classes_of(module, name):
                yield place_of_class(x), x


def entries_of(x: Any) -> Mapping[str, Any]:
    """Return the entries of a module or a class; a module that loads itself late is not loaded."""
    try:
        get = type.__getattribute__ if issubclass(type(x), type) else object.__getattribute__
        entries: Mapping[str, Any] = get(x, "__dict__")
    except AttributeError:  # any object may stand for a module
        return {}
    return entries


def _snapshot_of(entries: Mapping[str, Any]) -> dict[str, Any]:
    # dict reads a class's entries one by one: of 6,000 modules and classes it takes 13 ms, copy less than 6.
    return entries.copy() if type(entries) is types.MappingProxyType else dict(entries)


def classes_of(module: Any, name: str) -> list[type]:
    """Return the classes that a module of a name has defined.

    No other object in it is touched: isinstance reads the class of a lazy proxy, which loads a module that
    may not be there.
    """
    classes = [x for x in list(entries_of(module).values()) if issubclass(type(x), type)]
    return [x for x in classes if type(x) is type or not hides_class(x) if x.__module__ == name]


def hides_class(x: Any) -> bool:
    """True for a proxy: isinstance and getattr run its code, which may load or raise anything."""
    kinds = [vars(cls) for cls in type(x).__mro__[:-1]]
    return issubclass(type(x), weakref.ProxyTypes) or any(
        "__class__" in kind or type(kind.get("__getattribute__")) is types.FunctionType for kind in kinds
    )


def _are_identical(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    # A process has some 100,000 of these entries: where nothing was set, no line of Python runs for one.
    return [*a] == [*b] and all(map(operator.is_, a.values(), b.values()))


def _is_of_package(x: Any, name: str) -> bool:
    """True for a module, and for what a package imports late from inside it."""
    is_class, is_function = issubclass(type(x), type), type(x) is types.FunctionType
    own = x.__module__ if is_function else entries_of(x).get("__module__") if is_class else None
    return issubclass(type(x), types.ModuleType) or (
        isinstance(own, str) and own != name and own.partition(".")[0] == name.partition(".")[0]
    )


def place_of_class(cls: type) -> str:
    """Return the name of a class with its module.

    Example:
        >>> place_of_class(types.ModuleType)
        'builtins:module'
    """
    return f"{cls.__module__}:{cls.__qualname__}"
