"""The metadata of Annotated as conditions: bounds, lengths, predicates, specs."""

from __future__ import annotations

import dataclasses
import functools
import math
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.annotations.containers.sized import Sized, at_most
from mxspec.annotations.typed import Typed
from mxspec.annotations.valid import Checked
from mxspec.codegen.code import Code
from mxspec.codegen.expressions import Types
from mxspec.core.asking import CONFORM, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import explaining_pred, specize, strategy_of
from mxspec.core.predicate import Predicate
from mxspec.core.problems import Place, unbundled
from mxspec.core.spec import Pred, Spec
from mxspec.predicates import is_int
from mxspec.specs.logic import And
from mxspec.strategies import combine
from mxspec.strategies.ordinary import moments, simple
from mxspec.strategies.ordinary.limits import int_after, int_from
from mxspec.values import INVALID

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
        elif _attribute(part, "__is_annotated_types_grouped_metadata__") is True:
            yield from conditions(part)
        elif isinstance(part, slice):  # annotated-types' short way to say Len
            yield from _limits({"min_length": part.start, "max_length": part.stop})
        elif isinstance(_attribute(part, "metadata"), (list, tuple)):  # pydantic's Field(...)
            yield from conditions(part.metadata)
        elif type(part).__name__ == "Timezone" and hasattr(part, "tz"):
            test = functools.partial(moments.is_in_zone, part.tz)
            yield Condition(("timezone", part.tz), Predicate(test, bare=True), part.tz)
        elif type(part).__name__ == "Not" and callable(part):
            yield Condition(part, Predicate(part, bare=True))
        elif callable(_attribute(part, "func")) and not callable(part):
            yield Condition(part.func, Predicate(part.func, bare=True))
        else:
            yield from _limits({name: _attribute(part, name) for name in _TESTS})


def _attribute(part: Any, name: str) -> Any:
    """Return an attribute of a part, None if it has none; a part that is unknown may raise anything."""
    try:
        return getattr(part, name, None)
    except Exception:
        return None


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
    return part.form[0] if isinstance(part.form, tuple) and part.form[0] in (*_TESTS, "timezone") else None


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Constrained(Typed):
    """A type, then conditions, each of which sees what the one before it conformed."""

    constructive: ClassVar[bool] = False

    base: Spec
    parts: tuple[Condition, ...]
    whole: And = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "whole", And((self.base, *(part.pred for part in self.parts))))

    def conforming(self, x: Any) -> Steps | None:
        return self.whole.conforming(x)

    def unforming(self, x: Any) -> Steps | None:
        return self.whole.unforming(x)

    def explaining(self, x: Any, place: Place) -> Steps:
        if (conformed := (yield CONFORM, self.base, x)) is INVALID:
            return (yield from explaining_pred(self.base, x, place))
        for part in self.parts:
            before, conformed = conformed, (yield CONFORM, specize(part.pred), conformed)
            if conformed is INVALID:
                problems = unbundled((yield from explaining_pred(part.pred, before, place)))
                if _name(part) is None:
                    return problems
                # A limit reads better as `ge(0)` than as the partial that tests it.
                return [place.problem(part.form, before, problem.get("reason")) for problem in problems]
        return []

    def may_change(self, code: Code) -> bool:
        return code.may_change(self.whole)

    def valid_expression(self, code: Code, v: str) -> str | None:
        return code.expression(self.whole, v)

    def write_valid(self, code: Code, v: str) -> None:
        code.valid(self.whole, v)

    def write_conform(self, code: Code, v: str) -> str:
        return code.conform(self.whole, v)

    def builtin_types(self, code: Code) -> Types:
        return self.base.builtin_types(code)

    def strategy(self, context: GenContext) -> Strategy | None:
        if self._made_of() is not self.base:
            return strategy_of(self._made_of(), context)
        for strategy in (self._multiples(), self._texts(), self._moments()):
            if strategy is not None:
                return strategy
        return self.whole.strategy(context)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return ask(self._made_of(), context)

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return ask(self.base)

    def _made_of(self) -> Pred:
        """Return the part that examples are made of."""
        # A spec among the conditions knows most of what is asked; the last says it last.
        others = [p.pred for p in self.parts if isinstance(p.pred, str) or not isinstance(p.pred, Predicate)]
        return others[-1] if others else self.base

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
        try:
            low = self._int_limit(int_from, "ge", int_after, "gt", 1)
            high = self._int_limit(int_from, "le", int_after, "lt", -1)
            first = None if low is None else -(-low // factor)
            last = None if high is None else high // factor
        except (TypeError, ArithmeticError, ValueError):
            return None
        if first is not None and last is not None and first > last:
            raise combine.no_value(repr(self), f"no multiple of {factor} is within its bounds")
        return combine.fmap(functools.partial(operator.mul, factor), simple.ints(first, last))

    def _int_limit(self, including: Any, name: str, excluding: Any, other: str, sign: int) -> int | None:
        """Return the tightest of the limits of two names as an int; of upper ones, sign is -1."""
        tests = {name: including, other: excluding}
        ints = [tests[part.form[0]](sign * part.limit) for part in self.parts if _name(part) in tests]
        tightest = max((limit for limit in ints if limit is not None), default=None)
        return None if tightest is None else sign * tightest

    def _texts(self) -> Strategy | None:
        """Return a strategy of text of the lengths asked for, which few texts have, or None if none are."""
        least, most = self._limit(max, "min_length"), self._limit(min, "max_length")
        if not (_is_of(self.base, str, bytes) and (least is not None or most is not None)):
            return None
        if most is not None and at_most(least, 0) > most:
            raise combine.no_value(
                repr(self), f"a length of {least} or more is required, and of {most} or less"
            )
        return simple.sized_text(_is_of(self.base, bytes), at_most(least, 0), most)

    def _moments(self) -> Strategy | None:
        """Return a strategy of dates, times or spans of time within bounds, or None if it is about others."""
        kind = next((kind for kind in moments.KINDS if _is_of(self.base, kind)), None)
        if kind is None or not any(map(_name, self.parts)):
            return None
        zones = [part.limit for part in self.parts if _name(part) == "timezone"]
        try:
            low, high = self._limit(max, "ge"), self._limit(min, "le")
            after, before = self._limit(max, "gt"), self._limit(min, "lt")
            lows = [] if low is None else [low]
            lows += [] if after is None else [moments.after(after)]
            highs = [] if high is None else [high]
            highs += [] if before is None else [moments.before(before)]
            empty = None in lows or None in highs
            strategy = (
                None
                if empty
                else moments.between(kind, max(lows, default=None), min(highs, default=None), *zones)
            )
        except TypeError as error:  # bounds of which some have a time zone, or that are no dates
            raise combine.no_value(repr(self), f"its bounds do not compare: {error}") from error
        if strategy is None:
            raise combine.no_value(repr(self), "no value is within all of its bounds, in such a time zone")
        return strategy


def _is_of(spec: Spec, *types: type) -> bool:
    return isinstance(spec, Predicate) and spec.pred in types
