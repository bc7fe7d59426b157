"""The lines of the code that `encode` and `decode` are compiled to, and the classes that it may make."""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

from mxspec.base.fields import init_only_names
from mxspec.transform.annotations.constructors import own_code
from mxspec.transform.annotations.owners import has_core_schema


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
    if issubclass(dict, cls) or init_only_names(cls) or has_core_schema(cls):
        return False
    return own_code(cls) is None and all(field.init for field in dataclasses.fields(cls))
