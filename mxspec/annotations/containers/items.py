"""Tuples with a type for each item: tuple[int, str]."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.annotations.typed import Typed
from mxspec.codegen.code import Code
from mxspec.core.asking import CONFORM, UNFORM, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import explaining_pred, strategy_of
from mxspec.core.problems import Place, explains_errors_in_steps, refuses_errors_in_steps
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, UnformError
from mxspec.specs.collections.tuples import write_unpacked
from mxspec.strategies import combine
from mxspec.values import INVALID
from mxspec.values import shown

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Items(Typed):
    """A tuple with a spec for each item."""

    looks_inside: ClassVar[bool] = True

    items: tuple[Spec, ...]

    @refuses_errors_in_steps
    def conforming(self, x: Any) -> Steps:
        if not isinstance(x, tuple) or len(x) != len(self.items):
            return INVALID
        return (yield from self._converting(x, CONFORM))

    def unforming(self, x: Any) -> Steps:
        if not isinstance(x, tuple) or len(x) != len(self.items):
            raise UnformError(
                f"{self!r} unforms a tuple of {len(self.items)}, not {shown(x)}", spec=self, value=x
            )
        return (yield from self._converting(x, UNFORM))

    def _converting(self, x: tuple[Any, ...], op: str) -> Steps:
        """Return x with each item converted: x itself if that changes none of them."""
        items: list[Any] = []
        for spec, item in zip(self.items, x, strict=True):
            converted = yield op, spec, item
            if converted is INVALID:
                return INVALID
            items.append(converted)
        return tuple(items) if any(a is not b for a, b in zip(items, x, strict=True)) else x

    @explains_errors_in_steps
    def explaining(self, x: Any, place: Place) -> Steps:
        if not isinstance(x, tuple):
            return [place.problem(tuple, x)]
        if len(x) != len(self.items):
            return [place.problem(("count", len(self.items)), x)]
        problems: list[Problem] = []
        for i, (spec, item) in enumerate(zip(self.items, x, strict=True)):
            if (yield CONFORM, spec, item) is INVALID:
                problems += yield from explaining_pred(spec, item, place.part(i))
        return problems

    # --- as code ------------------------------------------------------------------------------------------

    def may_change(self, code: Code) -> bool:
        return any(map(code.may_change, self.items))

    def valid_expression(self, code: Code, v: str) -> None:
        return None

    def write_valid(self, code: Code, v: str) -> None:
        with code.valid_if_plain(self, v, "tuple"):
            for spec, item in zip(self.items, write_unpacked(code, v, len(self.items)), strict=True):
                code.valid(spec, item)

    def write_conform(self, code: Code, v: str) -> str:
        with code.conform_if_plain(self, v, "tuple") as conformed:
            items = write_unpacked(code, v, len(self.items))
            parts = [code.conform(spec, item) for spec, item in zip(self.items, items, strict=True)]
            changed = [
                f"{part} is not {item}" for part, item in zip(parts, items, strict=True) if part != item
            ]
            code.line(f"{conformed} = ({', '.join(parts)},) if {' or '.join(changed) or False} else {v}")
        return conformed

    # --- examples -----------------------------------------------------------------------------------------

    def strategy(self, context: GenContext) -> Strategy | None:
        return combine.tuples([strategy_of(spec, context.at(i)) for i, spec in enumerate(self.items)])

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return 1 + max([ask(spec, context.at(i)) for i, spec in enumerate(self.items)], default=0)

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return math.prod(map(ask, self.items))
