"""A spec around another one, whose examples and code are those of the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from mxspec.codegen.code import Code
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import strategy_of
from mxspec.core.spec import Pred, Spec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Around(Spec):
    """A spec that accepts what another one accepts."""

    pred: Pred

    def batch_parts(self) -> Iterable[Pred]:
        return [self.pred]

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return strategy_of(self.pred, context)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return ask(self.pred, context)

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return ask(self.pred)

    def valid_expression(self, code: Code, v: str) -> str | None:
        return code.expression(self.pred, v)

    def write_valid(self, code: Code, v: str) -> None:
        code.valid(self.pred, v)
