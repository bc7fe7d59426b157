"""Classes that two versions of a module define under one name, and their instances.

An enum, a dataclass or a NamedTuple of the old version is another class in the new one. What a program sends
is read by the other version as its own: a member by its name, a record by its fields.
"""

from __future__ import annotations

import collections
import dataclasses
import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from mxspec.predicates import TaggedValue

Twins = Mapping[Any, Any]
"""From the classes of one version to those of another."""

NO_TWINS: Final[Twins] = MappingProxyType({})


class NoTwinError(Exception):
    """The error for an instance that the other version of its class can't have."""


def twins_of(classes: Iterable[type], others: Iterable[type]) -> dict[type, type]:
    """Return the classes of others that have the names of classes, by these.

    Example:
        >>> first, second = (enum.Enum("Colour", "RED") for _ in range(2))
        >>> twins_of([first], [second]) == {first: second}
        True
    """
    by_name = {(cls.__module__, cls.__qualname__): cls for cls in others}
    pairs = {cls: by_name.get((cls.__module__, cls.__qualname__)) for cls in classes}
    return {
        cls: twin
        for cls, twin in pairs.items()
        if twin is not None and twin is not cls and _class_kind(cls) == _class_kind(twin) != "other"
    }


def _class_kind(cls: type) -> str:
    if isinstance(cls, enum.EnumType):
        return "enum"
    is_record = dataclasses.is_dataclass(cls) or (issubclass(cls, tuple) and hasattr(cls, "_fields"))
    return "record" if is_record else "other"


def reads_all(cls: Any, twin: Any) -> bool:
    """True if every instance of a record has a twin, whatever its fields hold."""
    if _class_kind(cls) != "record" or hasattr(twin, "__post_init__"):
        return False
    (own, _), (others, needed) = _argument_names(cls), _argument_names(twin)
    return needed <= own <= others


def _argument_names(cls: Any) -> tuple[set[str], set[str]]:
    """Return the names of the arguments of a record, and of those without a default."""
    if not dataclasses.is_dataclass(cls):
        return set(cls._fields), set(cls._fields) - cls._field_defaults.keys()
    fields = [field for field in dataclasses.fields(cls) if field.init]
    needed = [f for f in fields if f.default is f.default_factory is dataclasses.MISSING]
    return {field.name for field in fields}, {field.name for field in needed}


def as_twin(x: Any, twins: Twins) -> Any:
    """Return a value with instances of the other version's classes in place of those of one.

    Raises:
        NoTwinError: the other class has no such instance.
    """
    if not twins:
        return x
    twin = twins.get(type(x))
    try:
        if isinstance(x, enum.Enum):
            return x if twin is None else twin[str(x.name)]
        if dataclasses.is_dataclass(x) and not isinstance(x, type) and twin is not None:
            names = [field.name for field in dataclasses.fields(x) if field.init]
            return twin(**{name: as_twin(getattr(x, name), twins) for name in names})
        if isinstance(x, tuple) and hasattr(x, "_fields"):
            fields = {name: as_twin(part, twins) for name, part in zip(x._fields, x, strict=True)}
            return (twin or type(x))(**fields)
    except NoTwinError:
        raise
    except Exception as error:  # of a class that refuses its arguments
        raise NoTwinError(f"{type(x).__name__} has no {x!r} in the other version: {error}") from error
    if type(x) in (list, tuple, set, frozenset, collections.deque, TaggedValue):
        return type(x)([as_twin(part, twins) for part in x])
    if type(x) in (dict, collections.OrderedDict, MappingProxyType):
        return type(x)({as_twin(key, twins): as_twin(part, twins) for key, part in x.items()})
    return x
