"""Annotations that list what they accept: Literal, type[X]."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mxspec.annotations.typed import Whole
from mxspec.codegen.code import Code
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.spec import Pred
from mxspec.strategies import combine
from mxspec.values import is_hashable, same_kind

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class OneOf(Whole):
    """One of some values, where 1, 1.0 and True differ, and None and False can be among them."""

    values: tuple[Any, ...]

    def accepts(self, x: Any) -> bool:
        return any(_is_same(x, value) for value in self.values)

    def required(self) -> Any:
        return ("literal", *self.values)

    def valid_expression(self, code: Code, v: str) -> str:
        call = super().valid_expression(code, v)
        if not all(type(value) is str for value in self.values):
            return call
        return f"({v} in {code.const(frozenset(self.values))} if type({v}) is str else {call})"

    def strategy(self, context: GenContext) -> Strategy | None:
        if not self.values:
            return None
        return combine.one_of(map(combine.just, self.values))

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return NEVER if context.hashed and not any(map(is_hashable, self.values)) else 0.0

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return len(self.values)


def _is_same(x: object, value: object) -> bool:
    # A value of a type of its own may call itself equal to anything.
    return x is value or (type(x) is type(value) and bool(x == value) and same_kind(x, value))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Subclass(Whole):
    """A class that is one of bases or comes from one."""

    bases: tuple[type, ...]

    def accepts(self, x: Any) -> bool:
        return isinstance(x, type) and issubclass(x, self.bases)

    def required(self) -> Any:
        return ("subclass", *self.bases)

    def strategy(self, context: GenContext) -> Strategy | None:
        return combine.one_of(map(combine.just, self.bases))
