"""The metadata of Annotated as conditions: bounds, lengths, predicates, specs."""

from __future__ import annotations

import dataclasses
import functools
import math
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.annotations.containers import Sized, Typed, at_most
from mxspec.annotations.valid import Checked
from mxspec.core.context import GenContext
from mxspec.core.parts import explain_pred, specize, strategy_of
from mxspec.core.predicate import Predicate
from mxspec.core.problems import Place
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem
from mxspec.predicates import is_int
from mxspec.specs.logic import And
from mxspec.strategies import by_predicate, combine
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]


def _is_multiple(of: Any, x: Any) -> bool:
    return bool(x % of == 0)


def _is_least(least: int, x: Any) -> bool:
    return len(x) >= least


def _is_most(most: int, x: Any) -> bool:
    return len(x) <= most


# The attributes by which annotated-types' metadata is told, each with the test it stands for, written so
# that the limit comes first: generators read bounds off such partials.
_TESTS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "gt": operator.lt,
    "ge": operator.le,
    "lt": operator.gt,
    "le": operator.ge,
    "multiple_of": _is_multiple,
    "min_length": _is_least,
    "max_length": _is_most,
}


@dataclasses.dataclass(frozen=True)
class Condition:
    """A part of the metadata as a form and as a pred, and of a bound or a length the limit."""

    form: Any
    pred: Pred
    limit: Any = None


def conditions(metadata: Iterable[Any]) -> Iterator[Condition]:
    """Yield the conditions in the metadata; unknown parts are passed over, as Annotated wants it.

    The parts are told by their attributes, so that no library of them has to be imported.
    """
    for part in metadata:
        if isinstance(part, Checked):
            yield Condition(part.spec, part.spec)
        elif isinstance(part, Spec):
            yield Condition(part.form(), part)
        elif getattr(part, "__is_annotated_types_grouped_metadata__", False) is True:
            yield from conditions(part)
        elif isinstance(part, slice):  # annotated-types' short way to say Len
            yield from _limits({"min_length": part.start, "max_length": part.stop})
        elif isinstance(getattr(part, "metadata", None), (list, tuple)):  # pydantic's Field(...)
            yield from conditions(part.metadata)
        elif callable(getattr(part, "func", None)) and not callable(part):
            yield Condition(part.func, Predicate(part.func, bare=True))
        else:
            yield from _limits({name: getattr(part, name, None) for name in _TESTS})


def _limits(limits: dict[str, Any]) -> Iterator[Condition]:
    for name, limit in limits.items():
        if limit is not None:
            test = functools.partial(_TESTS[name], limit)
            yield Condition((name, limit), Predicate(test, bare=True), limit)


def annotated(tp: Any, again: Callable[[Any], Spec], base: Spec, metadata: Iterable[Any]) -> Spec:
    """Return the spec of Annotated[base, *metadata]."""
    parts = list(conditions(metadata))
    if isinstance(base, Sized):
        # A collection is made as long as it should be.
        lengths = [part for part in parts if _name(part) in ("min_length", "max_length")]
        if lengths:
            least = max([base.least, *(part.limit for part in lengths if _name(part) == "min_length")])
            mosts = [part.limit for part in lengths if _name(part) == "max_length"]
            most = min([*mosts, *([] if base.most is None else [base.most])], default=None)
            base = dataclasses.replace(base, tp=tp, again=again, least=least, most=most)
            parts = [part for part in parts if part not in lengths]
    return Constrained(tp, again, base, tuple(parts)) if parts else base


def _name(part: Condition) -> str | None:
    """Return the name of a limit, None of any other condition."""
    return part.form[0] if isinstance(part.form, tuple) and part.limit is not None else None


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Constrained(Typed):
    """A type, then conditions, each of which sees what the one before it conformed."""

    constructive: ClassVar[bool] = False

    base: Spec
    parts: tuple[Condition, ...]
    whole: And = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "whole", And((self.base, *(part.pred for part in self.parts))))

    def conform(self, x: Any) -> Any:
        return self.whole.conform(x)

    def unform(self, x: Any) -> Any:
        return self.whole.unform(x)

    def explain(self, x: Any, place: Place) -> list[Problem]:
        if (conformed := self.base.conform(x)) is INVALID:
            return explain_pred(self.base, x, place)
        for part in self.parts:
            before, conformed = conformed, specize(part.pred).conform(conformed)
            if conformed is INVALID:
                problems = explain_pred(part.pred, before, place)
                if part.limit is None:
                    return problems
                # A limit reads better as `ge(0)` than as the partial that tests it.
                return [place.problem(part.form, before, problem.get("reason")) for problem in problems]
        return []

    def strategy(self, context: GenContext) -> Strategy | None:
        # A spec among the conditions knows most of what is asked; the last says it last.
        for part in reversed(self.parts):
            if isinstance(part.pred, str) or not isinstance(part.pred, Predicate):
                return strategy_of(part.pred, context)
        for strategy in (self._multiples(), self._texts()):
            if strategy is not None:
                return strategy
        return self.whole.strategy(context)

    def _limit(self, pick: Callable[[list[Any]], Any], *names: str) -> Any:
        """Return the tightest of the limits under these names, or None."""
        limits = [part.limit for part in self.parts if _name(part) in names]
        return pick(limits) if limits else None

    def _multiples(self) -> Strategy | None:
        """Return a strategy of multiples, which few of all ints are, or None if no int fits."""
        factors = [part.limit for part in self.parts if _name(part) == "multiple_of"]
        if not (_is_of(self.base, int) and factors and all(is_int(factor) and factor for factor in factors)):
            return None
        factor = math.lcm(*factors)
        low, high = self._limit(max, "gt", "ge"), self._limit(min, "lt", "le")
        try:
            first = None if low is None else math.ceil(low / factor)
            last = None if high is None else math.floor(high / factor)
        except (TypeError, ArithmeticError, ValueError):
            return None
        if first is not None and last is not None and first > last:
            return None
        return combine.fmap(functools.partial(operator.mul, factor), by_predicate.ints(first, last))

    def _texts(self) -> Strategy | None:
        """Return a strategy of text of the lengths asked for, which few texts have, or None if none are."""
        least, most = self._limit(max, "min_length"), self._limit(min, "max_length")
        if not (_is_of(self.base, str, bytes) and (least is not None or most is not None)):
            return None
        return by_predicate.sized_text(_is_of(self.base, bytes), at_most(least, 0), most)


def _is_of(spec: Spec, *types: type) -> bool:
    return isinstance(spec, Predicate) and spec.pred in types
