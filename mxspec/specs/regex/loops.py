"""Straight loops for deterministic regexes: cat(n=int, names=star(str)) becomes

    e1 = x[i]
    if not (type(e1) is int or is_int(e1)):
        return INVALID
    i += 1
    c1 = []
    while i < n:
        e2 = x[i]
        if not (type(e2) is str or isinstance(e2, str)):
            break
        i += 1
        c1.append(e2)

A regex is deterministic (one-unambiguous: Brueggemann-Klein and Wood, 1998) if at most one part of it can
match each element. We decide by builtin types, as an LL(1) parser does by tokens: the first sets of the
branches of alt are disjoint, and the first set of a repetition or an optional part is disjoint from
everything that may follow it. Then matching is a loop without alternatives. In star(str) followed by a str it
is not, since a str may belong to both parts. Each kind of regex writes its own code, or raises
AmbiguousRegex; derivatives match those regexes.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mxspec.specs.core.writer import Code, Types

if TYPE_CHECKING:
    from mxspec.specs.regex.matching import Regex


class AmbiguousRegex(Exception):
    """The error for a regex that is ambiguous, or that is not proved to be deterministic."""


@dataclasses.dataclass(frozen=True)
class FirstSet:
    """The types of the elements that a part may begin with; nullable is True if it may match nothing."""

    firsts: tuple[Types, ...]
    nullable: bool


@dataclasses.dataclass(frozen=True)
class Match:
    """The code of a match of a part of cat, as expressions.

    Attributes:
        value: the expression for the match.
        present: an expression that is true if the part matched anything, or None if it always does.
    """

    value: str
    present: str | None = None


class Loop:
    """The code that matches a sequence `v` of length `n`, with `i` as the index of the next element.

    Args:
        code: the function that the code goes into.
        v: the variable of the sequence.
    """

    def __init__(self, code: Code, v: str) -> None:
        self.code = code
        self._v = v
        self._inside: list[int] = []

    def match_all(self, regex: Regex) -> str:
        """Write a match of the whole sequence; return the expression for the match."""
        self.code.line("i = 0")
        matched = self.match(regex, self.code.refuse, ())
        # An element is left that no part has matched.
        self.code.refuse_if("i != n")
        return matched

    def regex(self, pred: Any) -> Regex | None:
        """Return the regex that pred is or names, or None if pred is a spec of one element."""
        spec: Regex = self.code.source.target(pred)
        return spec if spec.is_regex else None

    def first_set(self, pred: Any) -> FirstSet:
        regex = self.regex(pred)
        if regex is None:
            return FirstSet((self.code.source.types(pred),), False)
        with self._enter(regex):
            return regex.first_set(self)

    def match(self, pred: Any, otherwise: str, after: tuple[Types, ...]) -> str:
        """Write a match of a part at the next element.

        Args:
            pred: the part.
            otherwise: the statement to run if the first element does not fit; no element is consumed then.
            after: the types of the elements that may follow.

        Returns:
            The expression for the match.
        """
        regex = self.regex(pred)
        if regex is None:
            return self._match_element(pred, otherwise)
        with self._enter(regex):
            return regex.write_match(self, otherwise, after)

    @contextlib.contextmanager
    def match_once(self, pred: Any, after: tuple[Types, ...], condition: str = "i < n") -> Iterator[str]:
        """Write a match of a part that may be missing, a loop of one turn; yield the match's expression."""
        # The match leaves the loop by break if the first element does not fit.
        with self.code.block(f"while {condition}:"):
            yield self.match(pred, "break", after)
            self.code.line("break")

    @contextlib.contextmanager
    def _enter(self, regex: Regex) -> Iterator[None]:
        if id(regex) in self._inside:
            raise AmbiguousRegex  # it refers to itself, so the code would never end
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
        # conform returns the element itself, so a test of it is enough.
        elif (fits := code.test(pred, element)) != "True":
            test = f"not {fits}"
        if test:
            with code.block(f"if {test}:"):
                code.line(otherwise)
        code.line("i += 1")
        return conformed


def follow(parts: list[FirstSet], after: tuple[Types, ...]) -> tuple[Types, ...]:
    """Return the types of the next element: the first sets of parts, up to the first not nullable."""
    firsts: list[Types] = []
    for part in parts:
        # A part that may match nothing lets the next part begin.
        firsts += part.firsts
        if not part.nullable:
            return tuple(firsts)
    return (*firsts, *after)


def must_differ(these: tuple[Types, ...], those: tuple[Types, ...]) -> None:
    """Raise AmbiguousRegex unless no type is both in these and in those."""
    for first in these:
        for other in those:
            # None is any type, so it may be the same as any other.
            if first is None or other is None or first & other:
                raise AmbiguousRegex
