"""Two values of a map, one less than the other.

    s.and_({"start": date, "end": s.nilable(date)}, s.less("start", "end"))

Examples are put in order, not filtered: values in the wrong order are exchanged, or drawn anew within the
bounds that each leaves to the other.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final

from mxspec.base.messages.wrong_options import name_options
from mxspec.base.predicate_rows import UNKNOWN, is_less, is_less_or_equal
from mxspec.base.strategies import combine, simple
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import plain_text, short_repr
from mxspec.errors import GeneratorError, Problem, SpecDefinitionError
from mxspec.specs.core.generation import Context, accepts, strategy_of
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.spec import Predicate, Spec, as_part


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Less(Predicate, inherits=True):
    """A predicate of maps that compares the values under two keys."""

    head: ClassVar[str] = "less"

    @property
    def keys(self) -> tuple[Any, Any]:
        """The keys of the lesser and of the greater value."""
        first, second = self.pred.args
        return first, second

    @property
    def or_equal(self) -> bool:
        """True if the two values may be equal."""
        return self.pred.func is is_less_or_equal

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        return [{**problem, "pred": self.form()} for problem in super().explain(x, place, question)]

    def strategy(self, context: Context) -> Strategy | None:
        a, b = self.keys
        pairs = combine.tuples([simple.ints(None, None), simple.ints(0 if self.or_equal else 1, None)])
        return combine.fmap(lambda pair: {a: pair[0], b: pair[0] + pair[1]}, pairs)

    def form(self) -> Any:
        return (self.head, *self.keys, *([{"or_equal": True}] if self.or_equal else []))

    def __repr__(self) -> str:
        return Spec.__repr__(self)


@name_options()
def less(first: Any, second: Any, *, or_equal: bool = False) -> Spec:
    """Accept a map if its value under one key is less than its value under another.

    A map that lacks one of the two values, since there is no such key, or None or NaN under it, has nothing
    to compare, and is accepted: the spec of the key decides if a value may be missing. Values that do not
    compare, such as a text and a number, are refused. The engine of a frame compares the two columns.

    Args:
        first, second: the keys of the lesser and of the greater value, two texts or ints.
        or_equal: True if the two values may be equal.

    Raises:
        SpecDefinitionError: the keys are not two different texts or ints.

    Example:
        >>> import mxspec as s
        >>> stay = s.and_({"arrives": int, "leaves": s.nilable(int)}, s.less("arrives", "leaves"))
        >>> [s.valid(stay, {"arrives": 3, "leaves": day}) for day in (4, 3, None)]
        [True, False, True]
        >>> s.explain_json(stay, {"arrives": 3, "leaves": 2})[0]["msg"]
        "'arrives' less than 'leaves' is required"
    """
    keys = [plain_text(key) if isinstance(key, str) else key for key in (first, second)]
    if not all(type(key) in (str, int) for key in keys) or keys[0] == keys[1]:
        example = 's.less("start", "end")'
        raise SpecDefinitionError(
            f"less takes two different keys of a map, as in {example}, not {short_repr(first)} and "
            f"{short_repr(second)}"
        )
    return Less(functools.partial(is_less_or_equal if or_equal else is_less, *keys))


# --- examples ---------------------------------------------------------------------------------------------

_ROUNDS: Final = 4  # of exchanges, for each comparison


Join = Callable[[tuple[Spec, ...]], Spec]


def draw_in_order(
    strategy: Strategy, first: Spec, others: Iterable[Spec], context: Context, join: Join
) -> Strategy:
    """Return a strategy of maps with values in the order that comparisons require, as far as it finds some.

    Args:
        strategy, first: the strategy of the maps, and their spec.
        others: the specs that the maps should also fit; comparisons of two values among them are read.
        context: the context of the maps.
        join: the kind of a spec that several specs accept together.
    """
    comparisons = [spec for spec in others if isinstance(spec, Less)]

    def draw_map(draw: Callable[[Strategy], Any]) -> Any:
        x = draw(strategy)
        for _ in range(_ROUNDS * len(comparisons)):
            wrong = next((spec for spec in comparisons if not accepts(spec, x, context.names)), None)
            if wrong is None or type(x) is not dict:
                break
            a, b = wrong.keys
            exchanged = {**x, a: x[b], b: x[a]}
            fits = accepts(wrong, exchanged, context.names) and accepts(first, exchanged, context.names)
            x = exchanged if fits else _draw_anew(draw, wrong, first, x, context, join)
        return x

    return combine.strategy_of_draws(draw_map) if comparisons else strategy


def _draw_anew(
    draw: Callable[[Strategy], Any], spec: Less, first: Spec, x: Any, context: Context, join: Join
) -> Any:
    """Return a map with a greater value drawn beyond the lesser one, which is drawn below its upper bound."""
    spec_at = getattr(first, "spec_at", None)  # of a spec of keys
    low, high = (spec_at and spec_at(key, Question(context.names)) for key in spec.keys)
    if low is None or high is None:
        return x
    below, above = (operator.ge, operator.le) if spec.or_equal else (operator.gt, operator.lt)
    (a, b), row = spec.keys, getattr(context.target(high), "row", UNKNOWN)

    def within(part: Spec, key: Any, test: Any, limit: Any) -> Strategy:
        return strategy_of(join((part, as_part(functools.partial(test, limit)))), context.at(key))

    try:
        lesser = x[a] if row.high is None else draw(within(low, a, below, row.high[0]))
        return {**x, a: lesser, b: draw(within(high, b, above, lesser))}
    except GeneratorError:  # no value is within the bounds
        return x
