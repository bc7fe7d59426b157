"""Lists of a fixed length: tuple_."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.codegen.code import Code
from mxspec.codegen.expressions import Types
from mxspec.core.asking import CONFORM, UNFORM, Steps
from mxspec.core.batch import conform_columns
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.parts import as_pred, explaining_pred, form_of, specize, strategy_of
from mxspec.core.problems import Place, explains_errors_in_steps, refuses_errors_in_steps
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, SpecDefinitionError, UnformError
from mxspec.predicates import is_list
from mxspec.specs.collections.rebuilding import replaced
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID
from mxspec.values.text import shown

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def tuple_(*preds: Any) -> Spec:
    """Accept a list of one element for each pred (s/tuple).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.tuple_(int, s.or_(a=str, b=int)), [1, 2])
        [1, ('b', 2)]
    """
    if not preds:
        raise SpecDefinitionError("tuple_ takes one pred or more")
    return Tuple(tuple(map(as_pred, preds)))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Tuple(Spec):
    looks_inside: ClassVar[bool] = True

    preds: tuple[Pred, ...]

    def __post_init__(self) -> None:
        self._without_steps_if_shallow(self.preds)

    @refuses_errors_in_steps
    def conforming(self, x: Any) -> Steps:
        specs = [specize(pred) for pred in self.preds]
        if not is_list(x) or len(x) != len(specs):
            return INVALID
        rebuilt = x
        for i, spec in enumerate(specs):
            conformed = (yield CONFORM, spec, x[i]) if spec.has_steps else spec.conform(x[i])
            if conformed is INVALID:
                return INVALID
            rebuilt = replaced(rebuilt, x, i, conformed)
        return rebuilt

    def batch_parts(self) -> Iterable[Pred]:
        return self.preds

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        if not all(type(x) is list and len(x) == len(self.preds) for x in xs):
            return super().conform_batch(xs)
        rows = conform_columns([specize(pred) for pred in self.preds], xs)
        return [_with_parts(x, row) for x, row in zip(xs, rows, strict=True)]

    def unforming(self, x: Any) -> Steps:
        if not is_list(x) or len(x) != len(self.preds):
            raise UnformError(
                f"{self!r} unforms a list of {len(self.preds)}, not {shown(x)}", spec=self, value=x
            )
        rebuilt = x
        for i, pred in enumerate(self.preds):
            rebuilt = replaced(rebuilt, x, i, (yield UNFORM, specize(pred), x[i]))
        return rebuilt

    @explains_errors_in_steps
    def explaining(self, x: Any, place: Place) -> Steps:
        if not is_list(x):
            return [place.problem(is_list, x)]
        if len(x) != len(self.preds):
            return [place.problem(("count", len(self.preds)), x)]
        problems: list[Problem] = []
        for i, pred in enumerate(self.preds):
            if (yield CONFORM, specize(pred), x[i]) is INVALID:
                problems += yield from explaining_pred(pred, x[i], place.part(i))
        return problems

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        parts = [strategy_of(pred, context.at(i)) for i, pred in enumerate(self.preds)]
        return combine.fmap(list, combine.tuples(parts))

    def least_height(self, context: GenContext, ask: Ask) -> float:
        heights = [ask(pred, context.at(i)) for i, pred in enumerate(self.preds)]
        return NEVER if context.hashed else 1 + max(heights)

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return math.prod(map(ask, self.preds))

    def may_change(self, code: Code) -> bool:
        return any(map(code.may_change, self.preds))

    def valid_expression(self, code: Code, v: str) -> None:
        return None

    def write_valid(self, code: Code, v: str) -> None:
        with code.valid_if_plain(self, v, "list"):
            for pred, element in zip(self.preds, write_unpacked(code, v, len(self.preds)), strict=True):
                code.valid(pred, element)

    def write_conform(self, code: Code, v: str) -> str:
        with code.conform_if_plain(self, v, "list") as conformed:
            elements = write_unpacked(code, v, len(self.preds))
            code.line(f"{conformed} = {v}")
            for i, (pred, element) in enumerate(zip(self.preds, elements, strict=True)):
                code.put(code.conform(pred, element), element, conformed, v, str(i))
        return conformed

    def builtin_types(self, code: Code) -> Types:
        return frozenset({"list"})

    def form(self) -> Any:
        return ("tuple_", *map(form_of, self.preds))


def write_unpacked(code: Code, v: str, n: int) -> list[str]:
    """Write each of the n elements of a list or tuple v into a variable, and return their names."""
    code.refuse_if(f"len({v}) != {n}")
    elements = [code.name("e") for _ in range(n)]
    if elements:
        code.line(f"{', '.join(elements)}, = {v}")
    return elements


def _with_parts(x: list[Any], parts: Sequence[Any]) -> Any:
    """Return x with parts for its elements; INVALID if one of them is."""
    result: Any = x
    for i, part in enumerate(parts):
        if part is INVALID:
            return INVALID
        result = replaced(result, x, i, part)
    return result
