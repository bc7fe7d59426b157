"""A part again and again."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

from mxspec.core.asking import UNFORM, Request, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER
from mxspec.core.problems import Place
from mxspec.errors import Problem
from mxspec.predicates import is_sequential
from mxspec.regex.nodes.accept import AcceptNode
from mxspec.regex.nodes.cat import CatNode
from mxspec.regex.nodes.matched import NOTHING, Matched
from mxspec.regex.nodes.node import Joined, Node, OptionalNode
from mxspec.regex.nodes.ways import either
from mxspec.strategies import combine
from mxspec.values.text import class_name

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class RepeatNode(OptionalNode):
    """The rest of one turn, then any number of turns more (star), after the turns that are over.

    Attributes:
        turn: what is left of the turn, which is part itself if it has not begun.
        part: what is repeated, as it is written.
        before: what the turns that are over have matched.
        splice: True inside plus, whose first turn goes into the same list.
    """

    turn: Node
    part: Node
    before: Matched
    splice: bool = False

    def derivative(self, x: Any, keep_equal: bool = False) -> Node | None:
        after = self.turn.derivative(x, keep_equal)
        taken = None if after is None else self._followed(after)
        # A turn that has not begun is not skipped for another one: that would go on for ever, and clojure
        # overflows its stack there.
        if self.turn is self.part or not self.turn.nullable():
            return taken
        over = self.turn.added_to(self.before, None)
        begun_anew = RepeatNode(self.part, self.part, over, self.splice).derivative(x, keep_equal)
        return either(taken, begun_anew, keep_equal)

    def _followed(self, after: Node) -> Node:
        if isinstance(after, AcceptNode):
            return RepeatNode(self.part, self.part, self.before.with_item(after.matched), self.splice)
        return RepeatNode(after, self.part, self.before, self.splice)

    def nullable(self) -> bool:
        return self.turn is self.part or self.turn.nullable()

    def match(self) -> Any:
        return self.turn.added_to(self.before, None)

    def match_or_nothing(self) -> Any:
        return self.match() or NOTHING

    def added_to(self, before: Matched, tag: str | None) -> Matched:
        match = self.match()
        if not match:
            return before
        return before.with_items(match) if self.splice else before.with_item(match, tag)

    def shape(self) -> Hashable:
        return ("repeat", self.splice, self.part, None if self.turn is self.part else self.turn.shape())

    def begun(self) -> Iterable[Node]:
        return () if self.turn is self.part else (self.turn,)

    def describe(self) -> Any:
        return ("plus" if self.splice else "star", self.part.describe())

    def explain(self, rest: list[Any], place: Place) -> list[Problem | Request]:
        return self.turn.explain(rest, place)

    def unforming(self, x: Any) -> Steps:
        return _unforming_each(self.part, x)

    def own_strategy(self, context: GenContext) -> SearchStrategy[Any]:
        inside = context.entered(self)
        never = self.part.least_height(inside, inside.height_of) == NEVER
        if never or inside.times(self) > inside.limit:
            return combine.just([])
        turn = combine.lazy(lambda: self.part.strategy(inside))
        # Few within another one, or there would be exponentially many.
        return combine.flat(combine.lists(turn, max_size=5 if inside.times(self) == 1 else 2))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class PlusNode(CatNode):
    """A part, then any number of turns more, all in one list.

    It is only written: what derivatives leave of it is a plain cat.
    """

    def describe(self) -> Any:
        _, part = self.parts[0]
        return ("plus", part.describe())

    def unforming(self, x: Any) -> Steps:
        _, part = self.parts[0]
        return _unforming_each(part, x)


def _unforming_each(part: Node, x: Any) -> Steps:
    unformed = Joined()
    for match in matches(x):
        unformed.append((yield UNFORM, part, match))
    return unformed


def matches(x: Any) -> Iterable[Any]:
    """Return the matches of a conformed repetition, which is a list or None.

    Raises:
        TypeError: x is neither, and may have no end.
    """
    if x is None:
        return ()
    if not is_sequential(x):
        raise TypeError(f"a repetition conforms to a list, not to a {class_name(x)}")
    return islice(x, len(x))


def star_node(part: Node) -> RepeatNode:
    """Return the node of star, which has matched nothing."""
    return RepeatNode(part, part, Matched(keyed=False))


def plus_node(part: Node) -> PlusNode:
    """Return the node of plus, which has matched nothing."""
    more = RepeatNode(part, part, Matched(keyed=False), splice=True)
    return PlusNode(((None, part), (None, more)), Matched(keyed=False))
