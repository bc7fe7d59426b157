"""Changes that a file of specs makes in installed modules, which two versions of it have in common."""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Touched = set[tuple[str, str]]
"""Pairs: the name of a module, or of a class with its module, and the name of what was set in it."""


@contextlib.contextmanager
def notice_changes(touched: Touched, is_own: Callable[[str, object], bool]) -> Iterator[None]:
    """Add to a set what the block sets in modules and in their classes, but for those that are its own.

    A name that a package looks up lazily is its own work, and a module inside a package is no change of it.
    """
    before = _contents()
    try:
        yield
    finally:
        after = _contents()
        for place, old in before.items():
            new = after.get(place, old)
            names = [name for name in {**old, **new} if old.get(name, touched) is not new.get(name, touched)]
            if names and not is_own(module := place.partition(":")[0], sys.modules.get(module)):
                touched |= {(place, name) for name in names}


def _contents() -> dict[str, Mapping[str, Any]]:
    """Return what modules and their classes hold, by name."""
    contents: dict[str, Mapping[str, Any]] = {}
    for name, module in list(sys.modules.items()):
        if not isinstance(module, types.ModuleType):
            continue
        entries = dict(vars(module))
        contents[name] = {key: x for key, x in entries.items() if not _is_of_package(x, name)}
        for x in entries.values():
            if isinstance(x, type) and x.__module__ == name:
                contents[place_of_class(x)] = dict(vars(x))
    return contents


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
