"""Twins: the classes of one name in two versions of a file.

An instance of one version of a class is not an instance of the other. If two files define an enum, a
dataclass or a NamedTuple under one name, the two classes are twins: each version reads an instance of the
other class as its own, a member by its value, a record by its fields (`as_twin`). Most records stand for
dicts of their fields (`mxspec.changes.wire`); records with special specs for attributes do not.

A removed value of an enum breaks senders. A member that keeps its value under another name, or its name
with another value beside it, is not proved, since code speaks of it by name.
"""

from __future__ import annotations

import collections
import dataclasses
import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from mxspec.base.fields import class_fields, has_typed_fields
from mxspec.changes.borders.parts import pieces_of
from mxspec.predicates import TaggedValue
from mxspec.transform.annotations.constructors import own_code

Twins = Mapping[Any, Any]
"""A map from the classes of one version to their twins in the other."""


class NoTwinError(Exception):
    """The error for an instance that the other version of its class can't have."""


def _class_kind(cls: type) -> str:
    return "enum" if isinstance(cls, enum.EnumType) else "record" if has_typed_fields(cls) else "other"


def _argument_names(cls: Any) -> tuple[list[str], set[str]]:
    """Return the names of the arguments of a record, and the names of its arguments without a default."""
    fields = [field for field in class_fields(cls) if field.is_argument]
    return [field.name for field in fields], {field.name for field in fields if field.is_needed}


def twins_of(classes: Iterable[type], others: Iterable[type]) -> dict[type, type]:
    """Return a map from each class to the class of the same name among others.

    Example:
        >>> first, second = (enum.Enum("Colour", "RED") for _ in range(2))
        >>> twins_of([first], [second]) == {first: second}
        True
    """
    by_name = {(cls.__module__, cls.__qualname__): cls for cls in others}
    pairs = {cls: by_name.get((cls.__module__, cls.__qualname__), cls) for cls in classes}
    return {
        cls: twin
        for cls, twin in pairs.items()
        if twin is not cls and _class_kind(cls) == _class_kind(twin) != "other"
    }


def reads_all(cls: Any, twin: Any) -> bool:
    """True if every instance of a record has a twin, whatever its fields hold."""
    if _class_kind(cls) != "record" or own_code(twin) is not None:
        return False
    own, _ = _argument_names(cls)
    names, needed = _argument_names(twin)
    return needed <= set(own) <= set(names)


def needs_no_more(cls: Any, twin: Any) -> bool:
    """True if the twin of a record is called without every argument that the record is called without."""
    return _argument_names(twin)[1] <= _argument_names(cls)[1]


def has_field(cls: Any, name: str) -> bool:
    """True if instances of a record have a field of a name."""
    return any(field.name == name for field in class_fields(cls))


def default_of(cls: Any, name: str) -> Any:
    """Return the default of a record's field; dataclasses.MISSING without one, or with a factory."""
    return next(
        (field.default for field in class_fields(cls) if name in (field.name, field.key)), dataclasses.MISSING
    )


def twin_of_member(x: enum.Enum, twin: Any) -> Any:
    """Return the member with the value of x, which `encode` writes, in the other version of an enum.

    A value that equals nothing but itself, such as a function, is known by the name of its member.

    Raises:
        NoTwinError: no member has the value.
    """
    if isinstance(x, enum.Flag):
        return twin(x.value)
    value: Any = x.value
    for member in twin:
        if type(member.value) is type(value) and member.value == value:
            return member
    is_own = type(value).__eq__ is object.__eq__  # type: ignore[comparison-overlap]
    if is_own and x.name in twin.__members__:
        return twin[x.name]
    raise NoTwinError(f"no member of {type(x).__name__} has the value {value!r} in the other version")


def as_twin(x: Any, twins: Twins) -> Any:
    """Return a value with each instance replaced by its twin, an instance of the other version's class.

    Raises:
        NoTwinError: the other class can't have such an instance.
    """
    if not twins:
        return x
    twin = twins.get(type(x))
    try:
        if isinstance(x, enum.Enum):
            return x if twin is None else twin_of_member(x, twin)
        if has_typed_fields(type(x)) and (twin is not None or isinstance(x, tuple)):
            fields = [field for field in class_fields(x) if field.is_argument]
            return (twin or type(x))(**{f.argument: as_twin(getattr(x, f.name), twins) for f in fields})
    except NoTwinError:
        raise
    except Exception as error:  # of a class that refuses its arguments
        raise NoTwinError(f"{type(x).__name__} has no {x!r} in the other version: {error}") from error
    if type(x) in (list, tuple, set, frozenset, collections.deque, TaggedValue):
        return type(x)([as_twin(part, twins) for part in x])
    if type(x) in (dict, collections.OrderedDict, MappingProxyType):
        return type(x)({as_twin(key, twins): as_twin(part, twins) for key, part in x.items()})
    return x


def keeps_names(x: Any, twins: Twins) -> bool:
    """True if the members of enums in a value have the same names and values in both versions."""
    members = [(part, twin) for part in pieces_of(x) if (twin := twins.get(type(part))) is not None]
    try:
        return all(part.name == as_twin(part, {type(part): twin}).name for part, twin in members)
    except (NoTwinError, AttributeError):  # a record is not a member with a name
        return False
