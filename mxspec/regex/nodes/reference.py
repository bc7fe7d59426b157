"""A part of a regex by its name."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from mxspec.core.asking import UNFORM, Request, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import find_name, specize
from mxspec.core.problems import Place
from mxspec.core.spec import Pred
from mxspec.errors import Problem
from mxspec.regex.nodes.accept import AcceptNode
from mxspec.regex.nodes.element import ElementNode
from mxspec.regex.nodes.matched import Matched
from mxspec.regex.nodes.node import Node, conform_element, override_at
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ReferenceNode(Node):
    """A regex or an element by its name, or a regex that has a name or a generator.

    The name is looked up whenever it is reached, so that a grammar may refer to itself, and a name may be
    defined later or anew.
    """

    pred: Pred

    def _target(self) -> Node:
        spec = specize(self.pred)
        return _own_node(spec) if spec.is_regex else ElementNode(spec, self.pred)

    def derivative(self, x: Any, keep_equal: bool = False) -> Node | None:
        spec = specize(self.pred)
        if spec.is_regex:
            return _own_node(spec).derivative(x, keep_equal)
        # As ElementNode does, but without making one: 12 % faster, and nested specs go a sixth deeper.
        conformed = conform_element(spec, x)
        return None if conformed is INVALID else AcceptNode(conformed)

    def nullable(self) -> bool:
        return self._target().nullable()

    def match(self) -> Any:
        return self._target().match()

    def match_or_nothing(self) -> Any:
        return self._target().match_or_nothing()

    def added_to(self, before: Matched, tag: str | None) -> Matched:
        return self._target().added_to(before, tag)

    def shape(self) -> Hashable:
        return self.pred

    def describe(self) -> Any:
        return specize(self.pred).name or self._target().describe()

    def explain(self, rest: list[Any], place: Place) -> list[Problem | Request]:
        spec = specize(self.pred)
        return self._target().explain(rest, place.under(spec.name) if spec.is_regex else place)

    def unforming(self, x: Any) -> Steps:
        return (yield UNFORM, self._target(), x)

    def strategy(self, context: GenContext) -> SearchStrategy[Any]:
        spec = specize(self.pred)
        if not spec.is_regex:
            return self._target().strategy(context)
        override = override_at(context, find_name(self.pred), spec.name)
        if override is not None:
            return override
        if spec.gen_fn is not None:
            return combine.as_strategy(spec.gen_fn, what=f"the generator of {spec!r}")
        return self._target().strategy(context)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return ask(self.pred, context)

    def left_corners(self, above: frozenset[int]) -> Iterable[Node]:
        return (self._target(),)

    def skippable(self, above: frozenset[int]) -> bool:
        return self._target().skippable(above)


def node_of(pred: Pred) -> Node:
    """Return the node of a part of a regex."""
    if isinstance(pred, str):
        return ReferenceNode(pred)
    if not pred.is_regex:
        return ElementNode(pred, pred)
    if pred.name is None and pred.gen_fn is None:
        return _own_node(pred)
    return ReferenceNode(pred)


def _own_node(regex: Any) -> Node:
    node: Node = regex.node
    return node
