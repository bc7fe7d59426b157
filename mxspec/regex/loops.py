"""Straight loops for deterministic regexes.

A regex is deterministic (one-unambiguous, in the terms of Brueggemann-Klein and Wood, 1998) if at each
element at most one part of it can take the element. Here types tell: the alternatives of alt begin with
different builtin types, and what may follow a repetition or an optional part can't begin like it. Then there
are never two ways to follow, and matching is a loop. Each kind of regex writes its own part of it, and raises
AmbiguousRegex where it can't; the derivatives match all others.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any, Protocol

from mxspec.writer import Code, Types


class AmbiguousRegex(Exception):
    """A regex that may go on in more than one way, or whose ways are not known here."""


@dataclasses.dataclass(frozen=True)
class FirstSet:
    """The types that a part of a regex may begin with; nullable is True if it may match nothing."""

    firsts: tuple[Types, ...]
    nullable: bool


@dataclasses.dataclass(frozen=True)
class Match:
    """The code that matches a part of cat, as expressions.

    Attributes:
        value: the expression for what was matched.
        present: an expression that is true if anything was, or None where something always is.
    """

    value: str
    present: str | None = None


class LoopedRegex(Protocol):
    """The questions of a loop to a regex; `mxspec.regex.matching.Regex` documents them."""

    @property
    def is_regex(self) -> bool: ...
    def first_set(self, loop: Loop) -> FirstSet: ...
    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str: ...
    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match: ...


class Loop:
    """The matching of a sequence `v` of length `n`, in which `i` is the index of the next element.

    Args:
        code: the function that it goes into.
        v: the variable of the sequence.
    """

    def __init__(self, code: Code, v: str) -> None:
        self.code = code
        self._v = v
        self._inside: list[int] = []

    def match_all(self, regex: LoopedRegex) -> str:
        """Match all of the sequence, and return the expression for what was matched."""
        self.code.line("i = 0")
        matched = self.match(regex, self.code.refuse, ())
        self.code.refuse_if("i != n")
        return matched

    def regex(self, pred: Any) -> LoopedRegex | None:
        """Return the regex that pred is or names, None if it is a spec of one element."""
        spec: LoopedRegex = self.code.source.target(pred)
        return spec if spec.is_regex else None

    def first_set(self, pred: Any) -> FirstSet:
        """Return what a part begins with."""
        regex = self.regex(pred)
        if regex is None:
            return FirstSet((self.code.source.types(pred),), False)
        with self._enter(regex):
            return regex.first_set(self)

    def match(self, pred: Any, otherwise: str, after: tuple[Types, ...]) -> str:
        """Match a part at the next element.

        Args:
            pred: the part.
            otherwise: the statement that is run where the first element does not fit; nothing is taken then.
            after: what may follow.

        Returns:
            The expression for what was matched.
        """
        regex = self.regex(pred)
        if regex is None:
            return self._match_element(pred, otherwise)
        with self._enter(regex):
            return regex.write_match(self, otherwise, after)

    @contextlib.contextmanager
    def match_once(self, pred: Any, after: tuple[Types, ...], condition: str = "i < n") -> Iterator[str]:
        """Match a part if it fits, in a loop of one turn that `break` leaves where it does not.

        Yields:
            The expression for what was matched; what is written inside is run if something was.
        """
        with self.code.block(f"while {condition}:"):
            yield self.match(pred, "break", after)
            self.code.line("break")

    @contextlib.contextmanager
    def _enter(self, regex: LoopedRegex) -> Iterator[None]:
        if id(regex) in self._inside:
            raise AmbiguousRegex  # it refers to itself, so that no loop would end
        self._inside.append(id(regex))
        try:
            yield
        finally:
            self._inside.pop()

    def _match_element(self, pred: Any, otherwise: str) -> str:
        code, element = self.code, self.code.name("e")
        with code.block("if i >= n:"):
            code.line(otherwise)
        code.line(f"{element} = {self._v}[i]")
        conformed, test = element, ""
        if code.source.may_change(pred):
            conformed = code.name("c")
            code.line(f"{conformed} = {code.call_conform(pred, element)}")
            test = f"{conformed} is INVALID"
        elif (fits := code.test(pred, element)) != "True":
            test = f"not {fits}"
        if test:
            with code.block(f"if {test}:"):
                code.line(otherwise)
        code.line("i += 1")
        return conformed


def follow(parts: list[FirstSet], after: tuple[Types, ...]) -> tuple[Types, ...]:
    """Return what may come next: the beginnings of parts in turn, up to the first that is needed."""
    firsts: list[Types] = []
    for part in parts:
        firsts += part.firsts
        if not part.nullable:
            return tuple(firsts)
    return (*firsts, *after)


def must_differ(these: tuple[Types, ...], those: tuple[Types, ...]) -> None:
    """Raise AmbiguousRegex if one of these may begin like one of those."""
    for first in these:
        for other in those:
            if first is None or other is None or first & other:
                raise AmbiguousRegex
