"""A part whose value satisfies predicates."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from mxspec.core.asking import EXPLAIN, UNFORM, Request, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import form_of, specize
from mxspec.core.problems import Place
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, UnformError
from mxspec.regex.nodes.accept import AcceptNode
from mxspec.regex.nodes.matched import NOTHING, plain
from mxspec.regex.nodes.node import Node, conform_all
from mxspec.specs.logic import And
from mxspec.strategies import sampling
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class AmpNode(Node):
    """The rest of a part, whose value has to satisfy preds, each seeing what the one before it conformed.

    The preds decide by the whole value, so they are asked only where the part may end.
    """

    part: Node
    preds: tuple[Pred, ...]
    spec: Spec  # the spec that this was written as, for messages

    def derivative(self, x: Any, keep_equal: bool = False) -> Node | None:
        after = self.part.derivative(x, keep_equal)
        if after is None:
            return None
        if not isinstance(after, AcceptNode):
            return AmpNode(after, self.preds, self.spec)
        conformed = self._conform_in_turn(plain(after.matched))
        return None if conformed is INVALID else AcceptNode(conformed)

    def _conform_in_turn(self, value: Any) -> Any:
        for pred in self.preds:
            value = specize(pred).conform(value)
            if value is INVALID:
                return INVALID
        return value

    def nullable(self) -> bool:
        return self.part.nullable() and self._conform_in_turn(_value(self.part)) is not INVALID

    def match(self) -> Any:
        match = self.part.match_or_nothing()
        if match is NOTHING:
            return NOTHING  # not what preds conform it to: so does clojure
        conformed = self._conform_in_turn(plain(match))
        return NOTHING if conformed is INVALID else conformed

    def shape(self) -> Hashable:
        return self  # what the part has matched decides whether the preds hold, so no two match alike

    def written(self) -> Iterable[Node]:
        return (self.part,)

    def begun(self) -> Iterable[Node]:
        return (self.part,)

    def describe(self) -> Any:
        return ("amp", self.part.describe(), *map(form_of, self.preds))

    def explain(self, rest: list[Any], place: Place) -> list[Problem | Request]:
        if rest:
            after = self.part.derivative(rest[0])
            if after is None:
                return self.part.explain(rest, place)
            return self._explain_in_turn(_value(after), place)
        if self.part.nullable():
            return self._explain_in_turn(_value(self.part), place)
        return self.part.insufficient(place)

    def _explain_in_turn(self, value: Any, place: Place) -> list[Problem | Request]:
        return [(EXPLAIN, And(self.preds), value, place)]

    def unforming(self, x: Any) -> Steps:
        return (yield UNFORM, self.part, (yield from self._unforming_in_turn(x)))

    def _unforming_in_turn(self, x: Any) -> Steps:
        value = x
        try:
            for pred in reversed(self.preds):
                value = yield UNFORM, specize(pred), value
        except UnformError:
            raise
        except Exception:
            # None is also what an amp that matched nothing conforms to, and no pred takes part in that.
            if x is None and self.part.nullable():
                return None
            raise
        return value

    def own_strategy(self, context: GenContext) -> SearchStrategy[Any]:
        return sampling.such_that(
            lambda xs: conform_all(self, xs) is not INVALID,
            self.part.strategy(context),
            what=repr(self.spec),
        )

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return self.part.least_height(context, ask)

    def left_corners(self, above: frozenset[int]) -> Iterable[Node]:
        return (self.part,)

    def skippable(self, above: frozenset[int]) -> bool:
        return id(self) not in above and self.part.skippable(above | {id(self)})


def _value(part: Node) -> Any:
    """Return the value of part as the preds see it: NOTHING is not None to them, as in clojure."""
    match = part.match()
    return NOTHING if match is NOTHING else plain(match)
