"""Specs of specs: and_, or_."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.codegen.code import Code
from mxspec.codegen.expressions import Types, union
from mxspec.core.asking import CONFORM, UNFORM, Steps
from mxspec.core.batch import conform_at
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import (
    as_pred,
    branch_strategy,
    explaining_pred,
    form_of,
    specize,
    strategy_of,
)
from mxspec.core.predicate import Predicate
from mxspec.core.problems import Place
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, SpecDefinitionError, UnformError
from mxspec.names.forms import Tag
from mxspec.predicates import Tagged
from mxspec.strategies import combine, sampling
from mxspec.strategies.ordinary import by_predicate, narrowing
from mxspec.values.invalid import INVALID
from mxspec.values.text import shown

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def and_(*preds: Any) -> Spec:
    """Accept what every pred accepts; each sees what the one before it conformed (s/and).

    Args:
        preds: specs, predicates, types, sets or names. Examples come from the first, the others filter them.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.and_(int, s.is_even), 6), s.conform(s.and_(int, s.is_even), 7)
        (6, INVALID)
    """
    return And(tuple(map(as_pred, preds)))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class And(Spec):
    # True if its examples come from its preds alone, so that another `and_` may take the preds in its place.
    opens: ClassVar[bool] = True
    preds: tuple[Pred, ...]

    def __post_init__(self) -> None:
        self._without_steps_if_shallow(self.preds)

    def conforming(self, x: Any) -> Steps | None:
        # All names are resolved first: an unknown one is an error even where it would not be reached.
        for spec in [specize(pred) for pred in self.preds]:
            x = (yield CONFORM, spec, x) if spec.has_steps else spec.conform(x)
            if x is INVALID:
                break
        return x

    def batch_parts(self) -> Iterable[Pred]:
        return self.preds

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        conformed = list(xs)
        for spec in [specize(pred) for pred in self.preds]:
            fitting = [i for i, x in enumerate(conformed) if x is not INVALID]
            if not fitting:
                break
            for i, x in conform_at(spec, conformed, fitting):
                conformed[i] = x
        return conformed

    def unforming(self, x: Any) -> Steps | None:
        for pred in reversed(self.preds):
            x = yield UNFORM, specize(pred), x
        return x

    def explaining(self, x: Any, place: Place) -> Steps | None:
        return explaining_in_turn(self.preds, x, place)

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        if not self.preds:
            return by_predicate.for_predicate(object)
        first, *others = self._leaves(context)
        # A strategy given by hand is only filtered.
        covered = is_plain(first) and context.path not in context.overrides
        if covered:
            # A set or a range further on has all the values there are, and most of first's are none of them.
            first = next(filter(makes_few, others), first)
        strategy = strategy_of(first, context)
        if covered:
            # Up to the first spec that conforms, all preds see the value as it is drawn, and what they say of
            # its range can go into the drawing.
            bare = itertools.takewhile(lambda pred: isinstance(pred, Predicate), others)
            plain = [pred.pred for pred in bare if isinstance(pred, Predicate)]
            kind = first.pred if isinstance(first, Predicate) else None
            strategy, bounded = narrowing.narrowed(strategy, kind, plain, repr(self))
            if bounded and len(plain) == len(others):
                return strategy
        return sampling.such_that(lambda x: self.conform(x) is not INVALID, strategy, what=repr(self))

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return ask(self.preds[0], context) if self.preds else 0.0

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        # Those that come after a spec which conforms see something else than the value.
        plain = itertools.takewhile(lambda pred: isinstance(pred, Predicate), self.preds[1:])
        return min([ask(pred) for pred in (*self.preds[:1], *plain)], default=math.inf)

    def _leaves(self, context: GenContext) -> list[Pred]:
        """Return the preds, an and_ among them replaced by its own preds unless it has a generator."""
        leaves: list[Pred] = []
        for pred in self.preds:
            spec = specize(pred)
            own = spec.gen_fn or context.override((spec.name or spec, context.path), INVALID) is not INVALID
            if isinstance(spec, And) and spec.opens and not own:
                leaves += spec._leaves(context)
            else:
                leaves.append(pred if own else spec)
        return leaves

    def may_change(self, code: Code) -> bool:
        return any(map(code.may_change, self.preds))

    def valid_expression(self, code: Code, v: str) -> str | None:
        if code.may_change(self):
            return code.by_conform(self, v)
        parts = [code.expression(pred, v) for pred in code.of_one_value(self.preds)]
        return None if None in parts else f"({' and '.join(map(str, parts)) or 'True'})"

    def write_valid(self, code: Code, v: str) -> None:
        for pred in code.of_one_value(self.preds):
            code.valid(pred, v)

    def write_conform(self, code: Code, v: str) -> str:
        for pred in code.of_one_value(self.preds):
            v = code.conform(pred, v)
        return v

    def builtin_types(self, code: Code) -> Types:
        return code.spec(self.preds[0]).builtin_types(code) if self.preds else None

    def form(self) -> Any:
        return ("and_", *map(form_of, self.preds))


def is_plain(pred: Pred) -> bool:
    """True if pred makes examples of its own, which it conforms to themselves."""
    return isinstance(pred, (Predicate, And)) and not pred.gen_fn


def makes_few(pred: Pred) -> bool:
    """True if pred's examples are better to begin with than those of a predicate before it."""
    if not is_plain(pred):
        return False
    return not isinstance(pred, Predicate) or isinstance(pred.pred, (set, frozenset))


def explaining_in_turn(preds: tuple[Pred, ...], x: Any, place: Place) -> Steps:
    """Return the problems of the first pred that refuses; each sees what the one before it conformed."""
    for pred in preds:
        conformed = yield CONFORM, specize(pred), x
        if conformed is INVALID:
            return (yield from explaining_pred(pred, x, place))
        x = conformed
    return []


def or_(*pairs: tuple[str, Any], **tagged: Any) -> Spec:
    """Accept what one of the preds accepts; the first that does tags what it conformed (s/or).

    Args:
        pairs: `("tag", pred)` pairs, for tags that are not Python names.
        tagged: `tag=pred`.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.or_(small=s.int_in(0, 10), name=str), 3)
        ('small', 3)
        >>> s.conform(s.or_(("no name", s.is_none), ("name", str)), None)
        ('no name', None)
    """
    return Or(tagged_preds("or_", pairs, tagged))


def tagged_preds(
    what: str, pairs: tuple[tuple[str, Any], ...], tagged: dict[str, Any]
) -> tuple[tuple[str, Pred], ...]:
    """Return the checked branches of or_, cat or alt."""
    branches: list[tuple[str, Pred]] = []
    for pair in (*pairs, *tagged.items()):
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise SpecDefinitionError(f"{what} takes tag=pred or ('tag', pred) pairs, not {pair!r}")
        branches.append((str.__str__(pair[0]), as_pred(pair[1])))
    return tuple(branches)


def tagged_forms(branches: tuple[tuple[str, Pred], ...]) -> tuple[Any, ...]:
    """Return the branches as parts of a form."""
    return tuple((Tag(tag), form_of(pred)) for tag, pred in branches)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Or(Spec):
    branches: tuple[tuple[str, Pred], ...]

    def __post_init__(self) -> None:
        self._without_steps_if_shallow(pred for _, pred in self.branches)

    def conforming(self, x: Any) -> Steps:
        for tag, spec in [(tag, specize(pred)) for tag, pred in self.branches]:
            conformed = (yield CONFORM, spec, x) if spec.has_steps else spec.conform(x)
            if conformed is not INVALID:
                return Tagged((tag, conformed))
        return INVALID

    def batch_parts(self) -> Iterable[Pred]:
        return [pred for _, pred in self.branches]

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        conformed: list[Any] = [INVALID] * len(xs)
        refused = list(range(len(xs)))
        for tag, spec in [(tag, specize(pred)) for tag, pred in self.branches]:
            if not refused:
                break  # a branch that leads back here would go on asking about nothing
            for i, x in conform_at(spec, xs, refused):
                if x is not INVALID:
                    conformed[i] = Tagged((tag, x))
            refused = [i for i in refused if conformed[i] is INVALID]
        return conformed

    def unforming(self, x: Any) -> Steps:
        tag, conformed = untag(x, dict(self.branches), self)
        return (yield UNFORM, specize(dict(self.branches)[tag]), conformed)

    def explaining(self, x: Any, place: Place) -> Steps:
        if (yield CONFORM, self, x) is not INVALID:
            return []
        problems: list[Problem] = []
        for tag, pred in self.branches:
            problems += yield from explaining_pred(pred, x, place.at(tag))
        return problems

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        inside = context.entered(self)
        preds = dict(self.branches)
        steps = inside.open_branches(self, self.branches)
        branches = [branch_strategy(preds[tag], inside.at(tag)) for tag in steps if isinstance(tag, str)]
        return combine.one_of(branches) if branches else None

    def least_height(self, context: GenContext, ask: Ask) -> float:
        heights = [ask(pred, context.at(tag)) for tag, pred in self.branches]
        return 1 + min(heights) if heights else 0.0

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return sum(ask(pred) for _, pred in self.branches)

    def valid_expression(self, code: Code, v: str) -> str:
        return any_expression(code, v, self.branches)

    def write_conform(self, code: Code, v: str) -> str:
        return write_first(code, v, self.branches, "Tagged(({tag!r}, {part}))")

    def builtin_types(self, code: Code) -> Types:
        return union(code.spec(pred).builtin_types(code) for _, pred in self.branches)

    def form(self) -> Any:
        return ("or_", *tagged_forms(self.branches))


def any_expression(code: Code, v: str, branches: tuple[tuple[str, Pred], ...]) -> str:
    """Return an expression that is true if v fits one of some branches, pairs of a tag and a pred."""
    tests = [code.test(pred, v) for _, pred in code.of_one_value(branches)]
    return f"({' or '.join(tests)})" if tests else "False"


def write_first(code: Code, v: str, branches: tuple[tuple[str, Pred], ...], conformed_to: str) -> str:
    """Write what conforms v by the first of some branches that accepts it; return the variable's name.

    Args:
        code: where to.
        v: the value.
        branches: pairs of a tag and a pred.
        conformed_to: the expression of what v conforms to, with {tag} for the tag of the branch and {part}
            for what its pred conforms v to.
    """
    conformed = code.name("c")
    # A loop of one turn, as Python's parser knows 100 levels of `else:` and no more.
    with code.block("while True:"):
        for tag, pred in code.of_one_value(branches):
            part, fits = v, ""
            if code.may_change(pred):
                part = code.name("c")
                code.line(f"{part} = {code.call_conform(pred, v)}")
                fits = f"{part} is not INVALID"
            with code.block(f"if {fits or code.test(pred, v)}:"):
                code.line(f"{conformed} = {conformed_to.format(tag=tag, part=part)}")
                code.line("break")
        code.line(code.refuse)
    return conformed


def untag(x: Any, branches: dict[str, Any], spec: Spec) -> tuple[str, Any]:
    """Return the tag and the value of a tagged pair; anything else is an UnformError."""
    if not (isinstance(x, (tuple, list)) and len(x) == 2 and isinstance(x[0], str) and x[0] in branches):
        raise UnformError(
            f"{spec!r} unforms a pair of one of the tags {list(branches)} and a value, not {shown(x)}",
            spec=spec,
            value=x,
        )
    return x[0], x[1]
