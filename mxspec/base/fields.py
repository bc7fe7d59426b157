"""The fields of dataclasses, NamedTuples, and classes of attrs and msgspec, read in this one place.

The classes of attrs and msgspec are known by their own attributes, without an import of either library.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Field(NamedTuple):
    """A field of a class.

    Attributes:
        name: its name.
        is_argument: True if the class is called with it.
        is_needed: True if the class can't be called without it.
        default: its default; dataclasses.MISSING without one, or if it is made anew.
        make_default: the function without arguments that makes its default anew, or None.
        argument: the name of the argument that becomes the field; attrs leaves out the underscore of `_x`.
        key: its key in JSON; msgspec may rename it.
    """

    name: str
    is_argument: bool
    is_needed: bool
    default: Any
    make_default: Callable[[], Any] | None
    argument: str
    key: str


def has_typed_fields(tp: type) -> bool:
    """True for a dataclass, a NamedTuple, a class of attrs and a `msgspec.Struct`."""
    is_tuple = issubclass(tp, tuple) and hasattr(tp, "_fields")
    return dataclasses.is_dataclass(tp) or is_tuple or is_of_attrs(tp) or is_struct(tp)


def is_of_attrs(tp: Any) -> bool:
    """True for a class of attrs."""
    return isinstance(getattr(tp, "__attrs_attrs__", None), tuple)


def is_struct(tp: Any) -> bool:
    """True for a subclass of `msgspec.Struct`."""
    return isinstance(getattr(tp, "__struct_fields__", None), tuple) and hasattr(tp, "__struct_config__")


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
    """Return the fields of a class with typed fields, or of an instance; no fields for anything else.

    Example:
        >>> class Pet(NamedTuple):
        ...     name: str
        ...     legs: int = 4
        >>> [(field.name, field.is_needed) for field in class_fields(Pet)]
        [('name', True), ('legs', False)]
    """
    if dataclasses.is_dataclass(tp):
        return tuple(
            _field_of_class(
                f.name,
                f.default,
                f.default is f.default_factory is dataclasses.MISSING,
                make_default=None if f.default_factory is dataclasses.MISSING else f.default_factory,
                is_argument=f.init,
            )
            for f in dataclasses.fields(tp)
        )
    if is_of_attrs(tp):
        return tuple(_attrs_fields(tp))
    if is_struct(tp):
        return tuple(_struct_fields(tp))
    defaults = getattr(tp, "_field_defaults", {})
    return tuple(
        _field_of_class(name, defaults.get(name, dataclasses.MISSING), name not in defaults)
        for name in getattr(tp, "_fields", ())
    )


def _field_of_class(
    name: str,
    default: Any,
    is_needed: bool,
    *,
    make_default: Callable[[], Any] | None = None,
    is_argument: bool = True,
    argument: str = "",
    key: str = "",
) -> Field:
    is_needed = is_argument and is_needed
    return Field(name, is_argument, is_needed, default, make_default, argument or name, key or name)


def _attrs_fields(tp: Any) -> Iterator[Field]:
    for attribute in tp.__attrs_attrs__:
        is_none = getattr(attribute.default, "name", "") == "NOTHING"  # a member of an enum of attrs
        is_made = hasattr(attribute.default, "takes_self")
        default = dataclasses.MISSING if is_none or is_made else attribute.default
        # Aliases of attributes came with attrs 22.2.
        argument = getattr(attribute, "alias", None) or attribute.name.lstrip("_")
        make = attribute.default.factory if is_made and not attribute.default.takes_self else None
        yield _field_of_class(
            attribute.name, default, is_none, make_default=make, is_argument=attribute.init, argument=argument
        )


def _struct_fields(tp: Any) -> Iterator[Field]:
    names, keys = tp.__struct_fields__, tp.__struct_encode_fields__
    # The defaults belong to the last fields.
    missing = [dataclasses.MISSING] * (len(names) - len(tp.__struct_defaults__))
    for name, key, default in zip(names, keys, [*missing, *tp.__struct_defaults__], strict=True):
        kind = type(default).__name__ if type(default).__module__.partition(".")[0] == "msgspec" else ""
        is_none = default is dataclasses.MISSING or kind == "NoDefaultType"
        is_made = kind == "Factory"
        known = dataclasses.MISSING if is_none or is_made else default
        make = default.factory if is_made else None
        yield _field_of_class(name, known, is_none, make_default=make, key=key)


class StructTag(NamedTuple):
    """The form of a struct in JSON.

    Attributes:
        key: the key of the tag, None without one.
        value: the tag.
        is_list: True if the struct is a list in JSON, with the tag first (`array_like`).
        is_open: True if it passes other keys and further elements over, unlike `forbid_unknown_fields`.
    """

    key: str | None
    value: Any
    is_list: bool
    is_open: bool


def struct_tag(tp: Any) -> StructTag:
    """Return the form of a struct in JSON; another class is an object without a tag."""
    config = getattr(tp, "__struct_config__", None)
    if not is_struct(tp) or config is None:
        return StructTag(None, None, False, False)
    return StructTag(config.tag_field, config.tag, config.array_like, not config.forbid_unknown_fields)


def is_unset(x: Any) -> bool:
    """True for `msgspec.UNSET`, the value of a field that JSON leaves out."""
    return type(x).__name__ == "UnsetType" and type(x).__module__.partition(".")[0] == "msgspec"


def record_fields(tp: Any) -> tuple[str, ...] | None:
    """Return the fields of a dataclass, a NamedTuple or a class of attrs, or None for another class."""
    has_fields = isinstance(tp, type) and has_typed_fields(tp) and not issubclass(tp, dict)
    return tuple(field.name for field in class_fields(tp)) if has_fields else None
