"""Specs around one spec or function: nilable, conformer, nonconforming."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.codegen.code import Code
from mxspec.codegen.expressions import Types
from mxspec.core.asking import CONFORM, EXPLAIN, UNFORM, Steps
from mxspec.core.batch import conform_at
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.parts import as_pred, branch_strategy, explaining_pred, form_of, specize
from mxspec.core.problems import Place, pass_on
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, SpecDefinitionError, UnformError
from mxspec.predicates import is_none
from mxspec.specs.around import Around
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID
from mxspec.words.reasons import exception_text

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def nilable(pred: Any) -> Spec:
    """Accept None, or what pred accepts (s/nilable).

    Example:
        >>> import mxspec as s
        >>> s.valid(s.nilable(int), None), s.valid(s.nilable(int), "x")
        (True, False)
    """
    return Nilable(as_pred(pred))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Nilable(Spec):
    pred: Pred

    def __post_init__(self) -> None:
        self._without_steps_if_shallow([self.pred])

    def conforming(self, x: Any) -> Steps:
        if x is None:
            return None
        spec = specize(self.pred)
        return (yield CONFORM, spec, x) if spec.has_steps else spec.conform(x)

    def batch_parts(self) -> Iterable[Pred]:
        return [self.pred]

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        conformed = list(xs)
        for i, x in conform_at(specize(self.pred), xs, [i for i, x in enumerate(xs) if x is not None]):
            conformed[i] = x
        return conformed

    def unforming(self, x: Any) -> Steps:
        return None if x is None else (yield UNFORM, specize(self.pred), x)

    def explaining(self, x: Any, place: Place) -> Steps:
        if (yield CONFORM, self, x) is not INVALID:
            return []
        problems = yield from explaining_pred(self.pred, x, place.at("pred"))
        return [*problems, place.at("nil").problem(is_none, x)]

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        # Counted by the part, so that several which lead to the same one share their turns.
        of = specize(self.pred)
        inside = context.entered(of)
        part = inside.at("pred")
        if part.height(self.pred) == NEVER or inside.times(of) > inside.limit:
            return combine.just(None)
        return combine.frequency([(1, combine.just(None)), (9, branch_strategy(self.pred, part))])

    def least_height(self, context: GenContext, ask: Ask) -> float:
        ask(self.pred, context.at("pred"))
        return 0.0

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return 1 + ask(self.pred)

    def may_change(self, code: Code) -> bool:
        return code.may_change(self.pred)

    def valid_expression(self, code: Code, v: str) -> str | None:
        inner = code.expression(self.pred, v)
        return inner and f"({v} is None or {inner})"

    def write_valid(self, code: Code, v: str) -> None:
        with code.block(f"if {v} is not None:"):
            code.valid(self.pred, v)

    def write_conform(self, code: Code, v: str) -> str:
        conformed = code.name("c")
        with code.block(f"if {v} is None:"):
            code.line(f"{conformed} = None")
        with code.block("else:"):
            code.line(f"{conformed} = {code.conform(self.pred, v)}")
        return conformed

    def builtin_types(self, code: Code) -> Types:
        inner = code.spec(self.pred).builtin_types(code)
        return None if inner is None else inner | {"none"}

    def form(self) -> Any:
        return ("nilable", form_of(self.pred))


def conformer(f: Callable[[Any], Any], unf: Callable[[Any], Any] | None = None) -> Spec:
    """Conform x to f(x), where f answers INVALID for what it refuses (s/conformer).

    Args:
        f: the function; one that raises refuses.
        unf: its inverse, for unform.

    Example:
        >>> import mxspec as s
        >>> to_int = s.conformer(int, str)
        >>> s.conform(to_int, "12"), s.unform(to_int, 12), s.conform(to_int, "x")
        (12, '12', INVALID)
    """
    if not callable(f) or not (unf is None or callable(unf)):
        raise SpecDefinitionError(f"a conformer is made of callables, not of {f!r} and {unf!r}")
    return Conformer(f, unf)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Conformer(Spec):
    f: Callable[[Any], Any]
    unf: Callable[[Any], Any] | None = None

    def conform(self, x: Any) -> Any:
        try:
            return self.f(x)
        except Exception as error:
            pass_on(error)
            return INVALID

    def unform(self, x: Any) -> Any:
        if self.unf is None:
            raise UnformError(f"{self!r} has no function that unforms", spec=self, value=x)
        return self.unf(x)

    def explain(self, x: Any, place: Place) -> list[Problem]:
        try:
            return [place.problem(self.form(), x)] if self.f(x) is INVALID else []
        except Exception as error:
            pass_on(error)
            return [place.problem(self.form(), x, reason=exception_text(error))]

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return None

    def form(self) -> Any:
        return ("conformer", self.f) if self.unf is None else ("conformer", self.f, self.unf)


def nonconforming(spec: Any) -> Spec:
    """Accept what spec accepts, but conform a value to itself (s/nonconforming).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.nonconforming(s.or_(id=int, name=str)), 7)
        7
    """
    return Nonconforming(as_pred(spec))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Nonconforming(Around):
    constructive: ClassVar[bool] = False

    def conforming(self, x: Any) -> Steps:
        return INVALID if (yield CONFORM, specize(self.pred), x) is INVALID else x

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        conformed = specize(self.pred).conform_batch(xs)
        return [INVALID if c is INVALID else x for x, c in zip(xs, conformed, strict=True)]

    def explaining(self, x: Any, place: Place) -> Steps:
        return (yield EXPLAIN, specize(self.pred), x, place)

    def may_change(self, code: Code) -> bool:
        return False

    def form(self) -> Any:
        return ("nonconforming", form_of(self.pred))
