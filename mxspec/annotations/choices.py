"""Annotations that stand for others: unions, and names of what may be defined later."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mxspec.annotations.typed import Typed
from mxspec.codegen.code import Code
from mxspec.codegen.expressions import Types, union
from mxspec.core.asking import CONFORM, UNFORM, Circular, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.parts import branch_strategy, explaining_pred, strategy_of
from mxspec.core.problems import Place, pass_on
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem
from mxspec.lazy import lazy
from mxspec.specs.logic import any_expression, write_first
from mxspec.strategies import combine
from mxspec.values import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Choice(Typed):
    """One of several, which conforms to the value as the first that accepts it sees it, without a tag."""

    choices: tuple[tuple[str, Spec], ...]

    def conforming(self, x: Any) -> Steps:
        for _, spec in self.choices:
            conformed = yield CONFORM, spec, x
            if conformed is not INVALID:
                return conformed
        return INVALID

    def unforming(self, x: Any) -> Steps:
        # Without a tag, the branch is the first that conforms what it unforms.
        for _, spec in self.choices:
            try:
                unformed = yield UNFORM, spec, x
            except Exception as error:  # of a branch that x is not a conformed value of
                pass_on(
                    error, *(() if isinstance(x, str) else (Circular,))
                )  # a letter is its own first letter
                continue
            if (yield CONFORM, spec, unformed) is not INVALID:
                return unformed
        return x

    def explaining(self, x: Any, place: Place) -> Steps:
        if (yield CONFORM, self, x) is not INVALID:
            return []
        problems: list[Problem] = []
        for text, spec in self.choices:
            problems += yield from explaining_pred(spec, x, place.at(text))
        return problems

    def may_change(self, code: Code) -> bool:
        return any(code.may_change(spec) for _, spec in self.choices)

    def valid_expression(self, code: Code, v: str) -> str:
        return any_expression(code, v, self.choices)

    def write_conform(self, code: Code, v: str) -> str:
        return write_first(code, v, self.choices, "{part}")

    def builtin_types(self, code: Code) -> Types:
        return union(spec.builtin_types(code) for _, spec in self.choices)

    def strategy(self, context: GenContext) -> Strategy | None:
        # Counted by the branch, so that two unions of a record that lead to the same one share their turns.
        heights = [context.at(text).height(spec) for text, spec in self.choices]
        open_ = [
            i
            for i, (_, spec) in enumerate(self.choices)
            if heights[i] < NEVER and context.times(spec) <= context.limit
        ]
        if not open_ and min(heights) < NEVER:
            open_ = [heights.index(min(heights))]
        choices = [
            branch_strategy(spec, context.entered(spec).at(text))
            for text, spec in map(self.choices.__getitem__, open_)
        ]
        return combine.one_of(choices) if choices else None

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return 1 + min(ask(spec, context.at(text)) for text, spec in self.choices)

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return sum(ask(spec) for _, spec in self.choices)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Later(Typed):
    """A forward reference, looked up when it is first used."""

    resolve: Callable[[], Spec]

    @lazy
    def spec(self) -> Spec:
        return self.resolve()

    def conforming(self, x: Any) -> Steps:
        return (yield CONFORM, self.spec, x)

    def unforming(self, x: Any) -> Steps:
        return (yield UNFORM, self.spec, x)

    def explaining(self, x: Any, place: Place) -> Steps:
        return explaining_pred(self.spec, x, place)

    def may_change(self, code: Code) -> bool:
        return code.may_change(self.spec)

    def valid_expression(self, code: Code, v: str) -> str | None:
        return code.expression(self.spec, v)

    def write_valid(self, code: Code, v: str) -> None:
        code.valid(self.spec, v)

    def write_conform(self, code: Code, v: str) -> str:
        return code.conform(self.spec, v)

    def builtin_types(self, code: Code) -> Types:
        return self.spec.builtin_types(code)

    def strategy(self, context: GenContext) -> Strategy | None:
        return strategy_of(self.spec, context)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return ask(self.spec, context)

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return ask(self.spec)
