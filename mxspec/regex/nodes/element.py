"""One element."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from mxspec.core.asking import EXPLAIN, UNFORM, Request, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import explain_pred, find_name, form_of, strategy_of
from mxspec.core.problems import Place
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem
from mxspec.regex.nodes.accept import AcceptNode
from mxspec.regex.nodes.matched import Matched
from mxspec.regex.nodes.node import Node, conform_element, override_at
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ElementNode(Node):
    """One element, which a spec accepts."""

    spec: Spec
    pred: Pred  # the spec, or the name that it was written as

    def derivative(self, x: Any, keep_equal: bool = False) -> Node | None:
        conformed = conform_element(self.spec, x)
        return None if conformed is INVALID else AcceptNode(conformed)

    def nullable(self) -> bool:
        return False

    def match(self) -> Any:
        # An amp around an element that is still to come asks its preds about clojure's nil, which is not its
        # mark for nothing. If they accept it, a repetition of the amp ends with a None too many, as in
        # clojure: plus(amp(bool, is_any)) conforms [True] to [True, None].
        return None

    def added_to(self, before: Matched, tag: str | None) -> Matched:
        return before

    def shape(self) -> Hashable:
        return self.pred

    def describe(self) -> Any:
        return self.spec.name or form_of(self.spec)

    def explain(self, rest: list[Any], place: Place) -> list[Problem | Request]:
        place = place.under(self.spec.name)
        if not rest:
            return self.insufficient(place)
        if not self.spec.has_steps:
            return [*explain_pred(self.spec, rest[0], place)]
        return [(EXPLAIN, self.spec, rest[0], place.under(self.spec.name))]

    def unforming(self, x: Any) -> Steps:
        return [(yield UNFORM, self.spec, x)]

    def strategy(self, context: GenContext) -> SearchStrategy[Any]:
        element = override_at(context, find_name(self.pred), self.spec.name)
        if element is None:
            element = strategy_of(self.pred, context)
        return combine.fmap(lambda x: [x], element)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return ask(self.pred, context)
