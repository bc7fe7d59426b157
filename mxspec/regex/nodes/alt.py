"""One of several tagged branches."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from mxspec.core.asking import UNFORM, Request, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.problems import Place
from mxspec.errors import Problem
from mxspec.names.forms import Tag
from mxspec.regex.nodes.accept import AcceptNode
from mxspec.regex.nodes.matched import NOTHING, TaggedMatch
from mxspec.regex.nodes.node import Node
from mxspec.strategies import combine

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class AltNode(Node):
    """Any of the branches that are left, the first being preferred."""

    branches: tuple[tuple[str, Node], ...]

    def derivative(self, x: Any, keep_equal: bool = False) -> Node | None:
        live = []
        for tag, branch in self.branches:
            after = branch.derivative(x, keep_equal)
            if after is not None:
                live.append((tag, after))
        if not live:
            return None
        if len(live) == 1:
            [(tag, after)] = live
            if isinstance(after, AcceptNode):
                return AcceptNode(TaggedMatch(tag, after.matched))
        return AltNode(tuple(live))

    def nullable(self) -> bool:
        for _, branch in self.branches:  # noqa: SIM110
            if branch.nullable():
                return True
        return False

    def match(self) -> Any:
        for tag, branch in self.branches:
            if branch.nullable():
                return TaggedMatch(tag, branch.match())
        return NOTHING

    def shape(self) -> Hashable:
        return ("alt", *((tag, branch.shape()) for tag, branch in self.branches))

    def written(self) -> Iterable[Node]:
        return [branch for _, branch in self.branches]

    def begun(self) -> Iterable[Node]:
        return [branch for _, branch in self.branches]

    def describe(self) -> Any:
        return ("alt", *((Tag(tag), branch.describe()) for tag, branch in self.branches))

    def explain(self, rest: list[Any], place: Place) -> list[Problem | Request]:
        if not rest:
            return self.insufficient(place)
        return [problem for tag, branch in self.branches for problem in branch.explain(rest, place.at(tag))]

    def unforming(self, x: Any) -> Steps:
        tag, value = x
        return (yield UNFORM, dict(self.branches)[tag], value)

    def own_strategy(self, context: GenContext) -> SearchStrategy[Any]:
        inside = context.entered(self)
        heights = [branch.least_height(inside.at(tag), inside.height_of) for tag, branch in self.branches]
        finite = [i for i, height in enumerate(heights) if height < NEVER]
        left = [i for i in finite if not inside.exhausted(self, self.branches[i][0])]
        # Past the limit, where every branch leads back, the lowest ends soonest.
        chosen = [self.branches[i] for i in left or [heights.index(min(heights))]]
        return combine.one_of(
            combine.lazy(functools.partial(branch.strategy, inside.at(tag))) for tag, branch in chosen
        )

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return 1 + min(branch.least_height(context.at(tag), ask) for tag, branch in self.branches)

    def left_corners(self, above: frozenset[int]) -> Iterable[Node]:
        return [branch for _, branch in self.branches]

    def skippable(self, above: frozenset[int]) -> bool:
        inside = above | {id(self)}
        return id(self) not in above and any(branch.skippable(inside) for _, branch in self.branches)
