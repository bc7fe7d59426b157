"""Parts one after the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from mxspec.core.asking import UNFORM, Request, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.problems import Place
from mxspec.errors import Problem
from mxspec.names.forms import Tag
from mxspec.predicates import is_dict
from mxspec.regex.nodes.accept import AcceptNode
from mxspec.regex.nodes.matched import NOTHING, Matched
from mxspec.regex.nodes.node import Joined, Node
from mxspec.regex.nodes.ways import either
from mxspec.strategies import combine
from mxspec.values.text import class_name

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Parts = tuple[tuple[str | None, Node], ...]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class CatNode(Node):
    """The parts that are left, each with its tag if it has one, after what those before them have matched.

    Only the first part may be one that derivatives left; the others are as they are written.
    """

    parts: Parts
    before: Matched

    def derivative(self, x: Any, keep_equal: bool = False) -> Node | None:
        # x is the next element of the first part, or, if that may end here, of a cat of the other parts.
        if not self.parts:
            return None
        tag, head = self.parts[0]
        rest = self.parts[1:]
        after = head.derivative(x, keep_equal)
        taken = None if after is None else _followed(after, tag, rest, self.before)
        if not rest or not head.nullable():
            return taken
        skipped = CatNode(rest, head.added_to(self.before, tag)).derivative(x, keep_equal)
        return either(taken, skipped, keep_equal)

    def nullable(self) -> bool:
        for _, part in self.parts:  # noqa: SIM110
            if not part.nullable():
                return False
        return True

    def match(self) -> Any:
        if not self.parts:
            return self.before
        # Of the others none has begun, so that they have matched nothing.
        tag, head = self.parts[0]
        return head.added_to(self.before, tag)

    def match_or_nothing(self) -> Any:
        return self.match() or NOTHING

    def added_to(self, before: Matched, tag: str | None) -> Matched:
        match = self.match()
        return before.with_item(match, tag) if match else before

    def shape(self) -> Hashable:
        if not self.parts:
            return ("cat",)
        tag, head = self.parts[0]
        return ("cat", tag, head.shape(), self.parts[1:])

    def written(self) -> Iterable[Node]:
        return [part for _, part in self.parts]

    def begun(self) -> Iterable[Node]:
        return [part for _, part in self.parts[:1]]

    def describe(self) -> Any:
        return ("cat", *((Tag("_" if tag is None else tag), part.describe()) for tag, part in self.parts))

    def explain(self, rest: list[Any], place: Place) -> list[Problem | Request]:
        # The first part that must match something is the one that is in the way.
        for tag, part in self.parts:
            if len(self.parts) == 1 or not part.nullable():
                return part.explain(rest, place if tag is None else place.at(tag))
        return [] if rest else [place.problem(None, [], reason="Insufficient input")]

    def unforming(self, x: Any) -> Steps:
        values = {} if x is None else x
        if not is_dict(values):  # an iterator might be asked without end for a tag that it has not
            raise TypeError(f"cat conforms to a dict, not to a {class_name(values)}")
        unformed = Joined()
        for tag, part in self.parts:
            if tag in values:
                unformed.append((yield UNFORM, part, values[tag]))
        return unformed

    def own_strategy(self, context: GenContext) -> SearchStrategy[Any]:
        parts = [part.strategy(context if tag is None else context.at(tag)) for tag, part in self.parts]
        return combine.flat(combine.tuples(parts))

    def least_height(self, context: GenContext, ask: Ask) -> float:
        heights = [
            part.least_height(context if tag is None else context.at(tag), ask) for tag, part in self.parts
        ]
        return 1 + max(heights, default=0)

    def left_corners(self, above: frozenset[int]) -> Iterable[Node]:
        for _, part in self.parts:
            yield part
            if not part.skippable(above):
                return

    def skippable(self, above: frozenset[int]) -> bool:
        inside = above | {id(self)}
        return id(self) not in above and all(part.skippable(inside) for _, part in self.parts)


def _followed(after: Node, tag: str | None, rest: Parts, before: Matched) -> Node:
    """Return the cat of what is left of its first part and of the rest."""
    if not isinstance(after, AcceptNode):
        return CatNode(((tag, after), *rest), before)
    before = before.with_item(after.matched, tag)
    return CatNode(rest, before) if rest else AcceptNode(before)
