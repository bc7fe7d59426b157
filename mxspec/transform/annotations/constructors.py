"""The code that makes the instances of a class: the code that its library generates, or code of its author.

The `__init__` of a dataclass sets each field to its argument, so that the types of the fields tell which
arguments fit. An `__init__` of its author, a converter or a property may refuse any value, and set a field to
another one. Then only the class can tell.
"""

from __future__ import annotations

import collections
import dataclasses
import inspect
import itertools
import sys
import types
from collections.abc import Collection, Iterator
from typing import Any, Final

from mxspec.base.fields import class_fields, is_of_attrs, is_struct
from mxspec.base.function_syntax import has_plain_first_argument, name_nodes, syntax_of
from mxspec.transform.annotations.owners import attributes_of, hook_of

_NAMES_OF_CLASSES: Final = ["__class__", "__name__"], ["__class__", "__qualname__"]
_MADE_BY: Final = ("builtins", "msgspec")
_PLAIN_ATTRIBUTES: Final = (types.MemberDescriptorType, type(collections.namedtuple("_Pair", "a").a))  # type: ignore[attr-defined]


def own_code(cls: Any, known_checks: Collection[str] = ()) -> str | None:
    """Return the name of code of its author that makes an instance of a class or reads a field; None without.

    Args:
        cls: a dataclass, a NamedTuple, a class of attrs or a `msgspec.Struct`.
        known_checks: the fields with validators of attrs that require nothing beside their specs.

    Example:
        >>> @dataclasses.dataclass
        ... class Pet:
        ...     name: str
        >>> class Dog(Pet):
        ...     def __init__(self, name):
        ...         super().__init__(name.title())
        >>> own_code(Pet), own_code(Dog)
        (None, 'Dog.__init__')
    """
    checks = (
        f"the {kind} of {cls.__name__}.{each.name}"
        for each in attributes_of(cls)
        for kind in ("validator", "converter")
        if getattr(each, kind) is not None and not (kind == "validator" and each.name in known_checks)
    )
    return next(itertools.chain(_codes_beside_checks(cls), checks), None)


def field_checks(cls: Any) -> dict[str, tuple[Any, Any]] | None:
    """Return the validator and the converter of each field that attrs calls with its value alone.

    Returns:
        The checks by field; None if other code of its author makes the instances of a class too.
    """
    checks = {
        each.name: (each.validator, each.converter)
        for each in attributes_of(cls)
        if each.validator is not None or each.converter is not None
    }
    is_known = all(_sees_value_alone(x) and not hasattr(y, "takes_self") for x, y in checks.values())
    return checks if is_known and next(_codes_beside_checks(cls), None) is None else None


def _sees_value_alone(validator: Any) -> bool:
    """True for a validator of attrs, or a function, that reads of the instance its class's name at most."""
    if isinstance(validator, (tuple, list)):
        return all(map(_sees_value_alone, validator))
    if type(validator).__module__.startswith("attr."):
        return all(
            _sees_value_alone(getattr(validator, each.name)) for each in attributes_of(type(validator))
        )
    if isinstance(validator, types.FunctionType):
        return _reads_no_instance(validator)
    return not callable(validator) or isinstance(validator, (type, types.BuiltinFunctionType))


def _reads_no_instance(function: types.FunctionType) -> bool:
    """True for a function that reads of its first argument the name of its class alone, as messages do."""
    code, node = function.__code__, syntax_of(function)
    if node is None or code.co_argcount != 3 or not has_plain_first_argument(function):
        return False
    return all(
        [getattr(outer, "attr", None) for outer in around[:2]] in _NAMES_OF_CLASSES
        for name, around in name_nodes(node)
        if name.id == code.co_varnames[0]
    )


def _codes_beside_checks(cls: Any) -> Iterator[str]:
    name = cls.__name__
    if not _is_of_library(type(cls).__call__):
        yield f"{type(cls).__name__}.__call__"
    # A frozen dataclass sets its fields by object.__setattr__, and a struct in C.
    is_frozen = getattr(getattr(cls, "__dataclass_params__", None), "frozen", is_struct(cls))
    methods = ["__new__", "__init__", "__getattribute__", *([] if is_frozen else ["__setattr__"])]
    yield from (f"{name}.{method}" for method in methods if not _is_made(cls, method))
    hooks = [hook_of(cls), "__attrs_pre_init__" if hasattr(cls, "__attrs_pre_init__") else None]
    yield from (f"{name}.{hook}" for hook in hooks if hook is not None)
    yield from (f"{name}.{method}, which is abstract," for method in getattr(cls, "__abstractmethods__", ()))
    for field in class_fields(cls):
        attribute = inspect.getattr_static(cls, field.name, None)
        if hasattr(type(attribute), "__set__") and not isinstance(attribute, _PLAIN_ATTRIBUTES):
            yield f"{name}.{field.name}"
    for each in attributes_of(cls):
        if getattr(each.default, "takes_self", False):
            yield f"the default of {name}.{each.name}"


def _is_made(cls: Any, name: str) -> bool:
    """True if a method of a class is object's, or one that its library has generated."""
    method = getattr(cls, name)
    code = getattr(method, "__code__", None)
    if name == "__init__" and (is_of_attrs(cls) or dataclasses.is_dataclass(cls)):
        return _is_code_of_library(code)  # object's takes no arguments
    if name == "__new__":
        return method is object.__new__ or (issubclass(cls, tuple) and _makes_tuple(cls, method))
    return _is_of_library(method) or _is_code_of_library(code)


def _is_of_library(method: Any) -> bool:
    owner = getattr(method, "__objclass__", None)
    return type(method) is types.WrapperDescriptorType and owner.__module__.partition(".")[0] in _MADE_BY


def _is_code_of_library(code: Any) -> bool:
    """True for a method that dataclasses or attrs give to their classes."""
    file = getattr(code, "co_filename", "")
    by_attrs = file.startswith("<attrs generated") or file == getattr(
        sys.modules.get("attr._make"), "__file__", None
    )
    return by_attrs or getattr(code, "co_qualname", "").startswith("__create_fn__.")


def _makes_tuple(cls: Any, method: Any) -> bool:
    """True for the `__new__` of a NamedTuple, which all with the same fields have in common."""
    other: Any = collections.namedtuple("_Other", cls._fields)  # type: ignore[misc]
    return getattr(method, "__code__", None) == other.__new__.__code__
