"""An optional part."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from mxspec.core.asking import UNFORM, Request, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER
from mxspec.core.parts import specize
from mxspec.core.problems import Place
from mxspec.core.spec import Pred
from mxspec.errors import Problem
from mxspec.regex.nodes.matched import NOTHING
from mxspec.regex.nodes.node import Node, OptionalNode
from mxspec.strategies import combine

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class MaybeNode(OptionalNode):
    """One part, or nothing. It is only written: once the part has begun, it is no longer optional."""

    part: Node
    pred: Pred  # what the part was written as

    def derivative(self, x: Any, keep_equal: bool = False) -> Node | None:
        return self.part.derivative(x, keep_equal)

    def nullable(self) -> bool:
        return True

    def match(self) -> Any:
        return self.part.match() if self.part.nullable() else NOTHING

    def shape(self) -> Hashable:
        return self

    def describe(self) -> Any:
        return ("maybe", self.part.describe())

    def explain(self, rest: list[Any], place: Place) -> list[Problem | Request]:
        return self.part.explain(rest, place) if rest else self.insufficient(place)

    def unforming(self, x: Any) -> Steps:
        return [
            (yield UNFORM, specize(self.pred), x)
        ]  # as one element, even if the part is a regex: so does clojure

    def own_strategy(self, context: GenContext) -> SearchStrategy[Any]:
        inside = context.entered(self)
        never = self.part.least_height(inside, inside.height_of) == NEVER
        if never or inside.times(self) > inside.limit:
            return combine.just([])
        # Nothing is simpler than something, so shrinking goes there.
        return combine.one_of([combine.just([]), combine.lazy(lambda: self.part.strategy(inside))])
