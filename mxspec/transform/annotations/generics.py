"""The arguments of generic classes with typed fields.

    class Box(Generic[T]):        class IntBox(Box[int]):
        x: T                          y: str

The annotation of x stands in Box and names T; IntBox states that T is int. So each annotation is read with
the arguments of the class that it stands in.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

from mxspec.errors import SpecDefinitionError
from mxspec.transform.annotations.owners import attributes_of

Arguments = Mapping[Any, Any]
"""A map from type variables to types."""


def with_arguments(hint: Any, arguments: Arguments) -> Any:
    """Return an annotation with types in place of type variables.

    Example:
        >>> T = typing.TypeVar("T")
        >>> with_arguments(dict[str, T], {T: int}), with_arguments(T, {T: int})
        (dict[str, int], <class 'int'>)
    """
    if isinstance(hint, typing.TypeVar):
        return arguments.get(hint, hint)
    if type(hint) is dataclasses.InitVar:
        return dataclasses.InitVar(with_arguments(hint.type, arguments))
    variables = getattr(hint, "__parameters__", ()) if typing.get_origin(hint) is not None else ()
    if arguments.keys().isdisjoint(variables):
        return hint
    return hint[tuple(arguments.get(variable, variable) for variable in variables)]


def hints_with_arguments(
    hints: Mapping[str, Any], cls: Any, alias: Any, resolve: Callable[[Any, Any], Any]
) -> dict[str, Any]:
    """Return the annotations of a class with the arguments of its bases, and its own.

    Args:
        hints: the annotations, with type variables.
        cls: the class.
        alias: the class with its arguments, such as Box[int]; None without.
        resolve: a function from a class, and an argument of one of its bases, to the argument without forward
            references.
    """
    by_class: dict[Any, Arguments] = {}

    def visit(owner: Any, arguments: Arguments) -> None:
        by_class.setdefault(owner, arguments)
        for base in vars(owner).get("__orig_bases__", owner.__bases__):
            generic = typing.get_origin(base) or base
            if isinstance(generic, type) and generic not in (typing.Generic, typing.Protocol, object):
                own = [with_arguments(resolve(owner, x), arguments) for x in typing.get_args(base)]
                visit(generic, _arguments_of(generic, own))

    visit(cls, _arguments_of(cls, typing.get_args(alias)))
    owners = {name: _owner_of(name, cls, by_class) for name in hints}
    return {name: with_arguments(hint, by_class[owners[name]]) for name, hint in hints.items()}


def _arguments_of(generic: Any, values: typing.Sequence[Any]) -> Arguments:
    """Return the arguments of a generic class by its type variables; a variable may have a default."""
    arguments: dict[Any, Any] = {}
    for i, variable in enumerate(getattr(generic, "__parameters__", ())):
        if values and not isinstance(variable, typing.TypeVar):
            raise SpecDefinitionError(
                f"{generic.__name__} has the parameter {variable}, a {type(variable).__name__}, and "
                "from_type reads the arguments of a TypeVar alone; name the class without arguments"
            )
        default = default_of_variable(variable)
        is_default = default is not None and (
            i >= len(values) or values[i] is default[0]
        )  # which typing adds
        if default is not None and is_default:
            arguments[variable] = with_arguments(default[0], arguments)
        elif i < len(values):
            arguments[variable] = values[i]
    return arguments


def default_of_variable(variable: Any) -> tuple[Any] | None:
    """Return the default of a type variable, of Python 3.13 or of typing_extensions; None without."""
    has_default = getattr(variable, "has_default", None)
    return (variable.__default__,) if has_default is not None and has_default() else None


def _owner_of(name: str, cls: Any, by_class: Mapping[Any, Arguments]) -> Any:
    """Return the class that the annotation of a field stands in."""
    if "__total__" in vars(cls):  # a TypedDict has the annotations of its bases, and not the bases
        own = inspect.get_annotations(cls).get(name)
        bases = [base for base in by_class if base is not cls and "__total__" in vars(base)]
        return next((base for base in reversed(bases) if inspect.get_annotations(base).get(name) is own), cls)
    for owner in cls.__mro__:
        attributes = attributes_of(owner) if "__attrs_attrs__" in vars(owner) else ()
        own = (each.name for each in attributes if not each.inherited)
        if owner in by_class and (name in inspect.get_annotations(owner) or name in own):
            return owner
    return cls


def resolve_hint(owner: Any, hint: Any, names: Mapping[str, Any]) -> Any:
    """Return an argument of a base of a class without forward references."""
    holder = types.SimpleNamespace(__annotations__={"argument": hint})
    module = vars(sys.modules.get(owner.__module__, sys))
    return typing.get_type_hints(holder, module, {owner.__name__: owner, **names}, True)["argument"]
