"""The lines of the code that `encode` and `decode` are compiled to, and the classes that it may make."""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import inspect
import itertools
import types
from collections.abc import Iterator
from typing import Any

from mxspec.annotations.owners import has_core_schema
from mxspec.fields import init_only_names


class SourceLines:
    """The lines of a function that is being written, and the constants that it uses.

    Attributes:
        lines: the lines so far.
        indentation: the level of the next line.
        constants: the constants, by name.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.indentation = 1
        self.constants: dict[str, Any] = {}
        self._numbers = itertools.count(1)

    def const(self, value: Any) -> str:
        """Return a name for a constant."""
        name = self.name("c")
        self.constants[name] = value
        return name

    def name(self, prefix: str) -> str:
        """Return a new name."""
        return f"{prefix}{next(self._numbers)}"

    def line(self, text: str) -> None:
        """Write a line, indented by the blocks around it."""
        self.lines.append("    " * self.indentation + text)

    @contextlib.contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write the line of a head, and indent what is written inside the block."""
        self.line(head)
        self.indentation += 1
        yield
        self.indentation -= 1


# --- classes ----------------------------------------------------------------------------------------------


def is_plain_dataclass(cls: Any) -> bool:
    """True for a dataclass that on construction sets each field to its argument, and does nothing else.

    Example:
        >>> @dataclasses.dataclass
        ... class Pet:
        ...     name: str
        >>> @dataclasses.dataclass
        ... class Dog(Pet):
        ...     def __post_init__(self):
        ...         self.name = self.name.title()
        >>> is_plain_dataclass(Pet), is_plain_dataclass(Dog)
        (True, False)
    """
    if type(cls) not in (type, abc.ABCMeta) or not hasattr(cls, "__dataclass_fields__"):
        return False
    if hasattr(cls, "__post_init__") or issubclass(dict, cls) or init_only_names(cls) or has_core_schema(cls):
        return False
    code = getattr(vars(cls).get("__init__"), "__code__", None)
    is_made = code is not None and code.co_qualname.startswith("__create_fn__.")  # by dataclasses
    sets_fields = cls.__dataclass_params__.frozen or cls.__setattr__ is object.__setattr__
    is_usual = cls.__new__ is object.__new__ and cls.__getattribute__ is object.__getattribute__
    fields = dataclasses.fields(cls)
    return is_made and sets_fields and is_usual and all(_is_plain_field(cls, field) for field in fields)


def _is_plain_field(cls: type, field: Any) -> bool:
    """True if the attribute of a field is what the field was set to."""
    attribute = inspect.getattr_static(cls, field.name, None)
    is_data = hasattr(type(attribute), "__set__") and type(attribute) is not types.MemberDescriptorType
    return field.init and not is_data
