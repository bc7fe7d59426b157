"""The fields of dataclasses and NamedTuples, read in this one place."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any, NamedTuple


class Field(NamedTuple):
    """A field of a dataclass or a NamedTuple.

    Attributes:
        name: its name.
        is_argument: True if the class is called with it.
        is_needed: True if the class can't be called without it.
        default: its default, dataclasses.MISSING if it has none or makes it anew.
    """

    name: str
    is_argument: bool
    is_needed: bool
    default: Any


def has_typed_fields(tp: type) -> bool:
    """True for a dataclass and a NamedTuple."""
    return dataclasses.is_dataclass(tp) or (issubclass(tp, tuple) and hasattr(tp, "_fields"))


def init_only_names(tp: Any) -> tuple[str, ...]:
    """Return the names of the InitVars of a dataclass, arguments that no instance keeps.

    Example:
        >>> @dataclasses.dataclass
        ... class Pet:
        ...     name: str
        ...     nick: dataclasses.InitVar[str]
        >>> init_only_names(Pet)
        ('nick',)
    """
    kept = {field.name for field in class_fields(tp)}
    # The table has each ClassVar too.
    others = [name for name in getattr(tp, "__dataclass_fields__", ()) if name not in kept]
    return tuple(name for name in others if name in inspect.signature(tp).parameters)


def class_fields(tp: Any) -> tuple[Field, ...]:
    """Return the fields of a dataclass or a NamedTuple, or of an instance; none of anything else.

    Example:
        >>> class Pet(NamedTuple):
        ...     name: str
        ...     legs: int = 4
        >>> [(field.name, field.is_needed) for field in class_fields(Pet)]
        [('name', True), ('legs', False)]
    """
    if dataclasses.is_dataclass(tp):
        return tuple(
            Field(f.name, f.init, f.init and f.default is f.default_factory is dataclasses.MISSING, f.default)
            for f in dataclasses.fields(tp)
        )
    defaults = getattr(tp, "_field_defaults", {})
    return tuple(
        Field(name, True, name not in defaults, defaults.get(name, dataclasses.MISSING))
        for name in getattr(tp, "_fields", ())
    )
