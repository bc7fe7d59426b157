"""Changes that a file of specs makes in installed modules, which its two versions share."""

from __future__ import annotations

import contextlib
import operator
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Touched = set[tuple[str, str]]
"""Pairs: the name of a module, or of a class with its module, and the name of what was set in it."""


@contextlib.contextmanager
def notice_changes(touched: Touched, is_own: Callable[[str, object], bool]) -> Iterator[None]:
    """Add to a set what the block sets in modules and in their classes, except in modules of its own.

    A name that a package looks up lazily is the package's own work, and a module inside a package is not a
    change of it.
    """
    before = [(place, holder, vars(holder).copy()) for place, holder in _holders()]
    try:
        yield
    finally:
        for place, holder, old in before:
            name = place.partition(":")[0]
            holder = sys.modules.get(name, holder) if place == name else holder
            new = getattr(holder, "__dict__", {})
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
        if isinstance(module, types.ModuleType):
            yield name, module
            for x in list(vars(module).values()):
                if isinstance(x, type) and x.__module__ == name:
                    yield place_of_class(x), x


def _are_identical(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    # A process has some 100,000 of these entries: where nothing was set, no line of Python runs for one.
    return [*a] == [*b] and all(map(operator.is_, a.values(), b.values()))


def _is_of_package(x: Any, name: str) -> bool:
    """True for a module, and for what a package imports late from inside it."""
    own = getattr(x, "__module__", None) if isinstance(x, (type, types.FunctionType)) else None
    return isinstance(x, types.ModuleType) or (
        isinstance(own, str) and own != name and own.partition(".")[0] == name.partition(".")[0]
    )


def place_of_class(cls: type) -> str:
    """Return the name of a class with its module.

    Example:
        >>> place_of_class(types.ModuleType)
        'builtins:module'
    """
    return f"{cls.__module__}:{cls.__qualname__}"
