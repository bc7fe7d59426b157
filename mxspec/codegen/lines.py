"""Lines of Python source, and the objects that they name."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Hashable, Iterator
from typing import Any

from mxspec.values.text import is_long


class Source:
    """Functions that are compiled together, with the constants that they use."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}
        self._functions: list[str] = []
        self._counters: dict[str, Iterator[int]] = {}
        self._names: dict[Hashable, str] = {}

    def new_name(self, prefix: str) -> str:
        """Return a name that nothing else has."""
        return f"{prefix}{next(self._counters.setdefault(prefix, itertools.count(1)))}"

    def const(self, value: Any, prefix: str = "k") -> str:
        """Return the text that stands for value: a literal, or else the name of a constant."""
        if value is None or type(value) in (bool, str) or (type(value) is int and not is_long(value)):
            return repr(value)  # by exact types: the repr of a subclass may be any text
        return self._named(id(value), value, prefix)

    def method(self, owner: object, name: str) -> str:
        """Return the name of a bound method, which is another object each time it is looked up."""
        return self._named((id(owner), name), getattr(owner, name), "k")

    def function(self, fn: Any) -> str:
        """Return the name of a function of mxspec's own, which the source calls as its module does."""
        self.constants[fn.__name__] = fn
        return str(fn.__name__)

    def _named(self, key: Hashable, value: Any, prefix: str) -> str:
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = self.new_name(prefix)
            self.constants[name] = value  # which also keeps its id from being given to another object
        return name

    def add(self, head: str, lines: list[str]) -> None:
        """Add a function, its head first."""
        self._functions.append("\n".join([head, *lines]))

    def __str__(self) -> str:
        return "\n\n\n".join(self._functions) + "\n"


class Writer:
    """The lines of one function of a source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines: list[str] = []
        self._depth = 1

    def line(self, text: str) -> None:
        """Write a line, indented as deep as the blocks around it."""
        self.lines.append("    " * self._depth + text)

    @contextlib.contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write head, and indent below it what is written inside."""
        self.line(head)
        self._depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.line("pass")
        self._depth -= 1

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Take back what was written inside if it raises."""
        lines, depth = len(self.lines), self._depth
        try:
            yield
        except Exception:
            del self.lines[lines:]
            self._depth = depth
            raise

    def name(self, prefix: str) -> str:
        """Return a name that nothing else in the source has."""
        return self.source.new_name(prefix)

    def const(self, value: Any, prefix: str = "k") -> str:
        """Return the text that stands for value."""
        return self.source.const(value, prefix)
