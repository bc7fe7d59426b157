"""Python source, line by line, and the objects it refers to."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any


class Writer:
    """Lines of one function being written; names are unique over the whole module that it is a part of."""

    def __init__(self, module: Module, refuse: str) -> None:
        self.module = module
        self.refuse = refuse  # the statement that ends the function where the value does not fit
        self.lines: list[str] = []
        self.depth = 1

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    @contextlib.contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is written inside stands under head, indented."""
        self.line(head)
        self.depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.line("pass")
        self.depth -= 1

    def name(self, prefix: str) -> str:
        return self.module.name(prefix)

    def const(self, value: Any, prefix: str = "k") -> str:
        return self.module.const(value, prefix)


class Module:
    """Functions that are compiled together, with the constants they use."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}
        self.functions: list[str] = []
        self._numbers: dict[str, Iterator[int]] = {}
        self._known: dict[int, str] = {}

    def name(self, prefix: str) -> str:
        """A name that nothing else has."""
        return f"{prefix}{next(self._numbers.setdefault(prefix, itertools.count(1)))}"

    def const(self, value: Any, prefix: str = "k") -> str:
        """The text that stands for value: itself where it is a literal, else the name of a constant."""
        if value is None or type(value) in (bool, int, str):
            return repr(value)
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = self.name(prefix)
            self.constants[known] = value  # which also keeps its id from being given to another object
        return known

    def add(self, head: str, writer: Writer) -> None:
        self.functions.append("\n".join([head, *writer.lines]))

    def source(self) -> str:
        return "\n\n\n".join(self.functions) + "\n"
