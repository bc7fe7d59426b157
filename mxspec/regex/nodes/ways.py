"""The several ways on of an ambiguous regex."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable
from typing import Any

from mxspec.core.asking import Request
from mxspec.core.problems import Place
from mxspec.errors import Problem
from mxspec.names.forms import Tag
from mxspec.regex.nodes.matched import NOTHING
from mxspec.regex.nodes.node import Node


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class WaysNode(Node):
    """Any of two or more ways on, the first being preferred. None of them is a WaysNode itself.

    There may be one alone, which is left of several that match alike. They are several to clojure all the
    same, and it adds what one of several ways matched to the match of a plus as one item.
    """

    ways: tuple[Node, ...]

    def derivative(self, x: Any, keep_equal: bool = False) -> Node | None:
        after = one_of([way.derivative(x, keep_equal) for way in self.ways], keep_equal)
        if len(self.ways) > 1 or after is None or isinstance(after, WaysNode):
            return after
        return WaysNode((after,))

    def nullable(self) -> bool:
        for way in self.ways:  # noqa: SIM110
            if way.nullable():
                return True
        return False

    def match(self) -> Any:
        for way in self.ways:
            if way.nullable():
                return way.match()
        return NOTHING

    def shape(self) -> Hashable:
        if len(self.ways) == 1:
            return self.ways[0].shape()
        return ("ways", *(way.shape() for way in self.ways))

    def begun(self) -> Iterable[Node]:
        return self.ways

    def describe(self) -> Any:
        return ("alt", *((Tag("_"), way.describe()) for way in self.ways))

    def explain(self, rest: list[Any], place: Place) -> list[Problem | Request]:
        if not rest:
            return self.insufficient(place)
        return [problem for way in self.ways for problem in way.explain(rest, place)]


def count(node: Node) -> int:
    """Return the number of ways on that a node holds at its beginning."""
    begun = node.begun()
    return sum(map(count, begun)) if begun else 1


def one_of(ways: Iterable[Node | None], keep_equal: bool) -> Node | None:
    """Return the regex that goes on by any of ways, of which None is one that ends here.

    Two ways that match alike from here on differ only in what they have matched. The earlier is preferred
    wherever both end, so the later is never taken, and is dropped. Without that, a repetition within a
    repetition would double its ways at each element: each may go on with the inner one or begin the outer one
    anew.
    """
    live: list[Node] = []
    for way in ways:
        if way is not None:
            live += way.ways if isinstance(way, WaysNode) else [way]
    if len(live) < 2:
        return live[0] if live else None
    if not keep_equal:
        by_shape: dict[Hashable, Node] = {}
        for node in live:
            by_shape.setdefault(node.shape(), node)
        live = list(by_shape.values())
    return WaysNode(tuple(live))


def either(first: Node | None, second: Node | None, keep_equal: bool) -> Node | None:
    """Return the regex that goes on by one of two ways, the first being preferred."""
    if first is None or second is None:
        return second if first is None else first
    return one_of((first, second), keep_equal)
