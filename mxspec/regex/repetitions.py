"""Regexes of one part, any number of times: star, plus, maybe."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from mxspec.codegen.expressions import Types
from mxspec.core.parts import as_pred, form_of
from mxspec.core.spec import Pred, Spec
from mxspec.lazy import lazy
from mxspec.regex.loops import Ambiguous, Beginning, Loop, Match, must_differ
from mxspec.regex.nodes.maybe import MaybeNode
from mxspec.regex.nodes.node import Node
from mxspec.regex.nodes.reference import node_of
from mxspec.regex.nodes.repeat import plus_node, star_node
from mxspec.regex.regex import Regex


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class OfOnePart(Regex):
    """A regex of one part, any number of times."""

    call: ClassVar[str]
    pred: Pred

    def toward(self, steps: list[Any]) -> Pred | None:
        return self.pred

    def form(self) -> Any:
        return (self.call, form_of(self.pred))


def star(pred: Any) -> Spec:
    """Match pred any number of times, also none; conform to a list (s/*).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.star(int), [1, 2]), s.conform(s.star(int), []), s.conform(s.star(int), ["x"])
        ([1, 2], [], INVALID)
    """
    return Star(as_pred(pred))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Star(OfOnePart):
    call: ClassVar[str] = "star"

    @lazy
    def node(self) -> Node:
        return star_node(node_of(self.pred))

    def beginning(self, loop: Loop) -> Beginning:
        return Beginning(loop.beginning(self.pred).firsts, True)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        return _write_repetition(loop, self.pred, None, after)

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        matched = _write_repetition(loop, self.pred, None, follow)
        return Match(matched, present=matched)


def plus(pred: Any) -> Spec:
    """Match pred once or more; conform to a list (s/+).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.plus(int), [1, 2]), s.conform(s.plus(int), [])
        ([1, 2], INVALID)
    """
    return Plus(as_pred(pred))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Plus(OfOnePart):
    call: ClassVar[str] = "plus"

    @lazy
    def node(self) -> Node:
        return plus_node(node_of(self.pred))

    def beginning(self, loop: Loop) -> Beginning:
        return loop.beginning(self.pred)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        return _write_repetition(loop, self.pred, otherwise, after)


def _write_repetition(loop: Loop, pred: Pred, otherwise: str | None, after: tuple[Types, ...]) -> str:
    """Write a loop that matches pred, at least once if otherwise says what to do where it does not begin."""
    part = loop.beginning(pred)
    if part.nullable:
        raise Ambiguous
    must_differ(part.firsts, after)
    code, matched = loop.code, loop.code.name("c")
    code.line(f"{matched} = []")
    after = (*part.firsts, *after)
    if otherwise is not None:
        code.line(f"{matched}.append({loop.match(pred, otherwise, after)})")
    with code.block("while i < n:"):
        code.line(f"{matched}.append({loop.match(pred, 'break', after)})")
    return matched


def maybe(pred: Any) -> Spec:
    """Match pred or nothing; conform to its value or None (s/?).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.cat(name=str, age=s.maybe(int)), ["Bo"])
        {'name': 'Bo'}
    """
    return Maybe(as_pred(pred))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Maybe(OfOnePart):
    call: ClassVar[str] = "maybe"

    @lazy
    def node(self) -> Node:
        return MaybeNode(node_of(self.pred), self.pred)

    def beginning(self, loop: Loop) -> Beginning:
        return Beginning(loop.beginning(self.pred).firsts, True)

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        part = loop.beginning(self.pred)
        if part.nullable:
            raise Ambiguous
        must_differ(part.firsts, follow)
        matched = loop.code.name("c")
        loop.code.line(f"{matched} = MISSING")
        with loop.once(self.pred, follow) as value:
            loop.code.line(f"{matched} = {value}")
        return Match(matched, present=f"{matched} is not MISSING")
