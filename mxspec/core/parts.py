"""From what a user writes to a spec, and a spec as a part of another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mxspec.core.asking import EXPLAIN, Steps
from mxspec.core.batch import BatchStrategy
from mxspec.core.context import GenContext
from mxspec.core.predicate import Predicate
from mxspec.core.problems import Place
from mxspec.core.spec import Pred, Spec
from mxspec.errors import GeneratorError, Problem
from mxspec.names.forms import predicate_text
from mxspec.names.registry import check_name, find, resolve
from mxspec.strategies import combine, sampling
from mxspec.values.equality import frozen, is_hashable
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def as_pred(x: Any) -> Pred:
    """Return an argument as a combinator keeps it: a spec, a name, or a predicate marked as bare."""
    if isinstance(x, Spec):
        return x
    if isinstance(x, str):
        return check_name(x)
    return Predicate(x, bare=True)


def specize(x: Any) -> Spec:
    """Return the spec that x is or names.

    Raises:
        UnknownSpecError: x is a name that nothing is registered under.
        SpecDefinitionError: x is neither a spec, a name nor a predicate.
    """
    if isinstance(x, Spec):
        return x
    return resolve(x) if isinstance(x, str) else Predicate(x)


def find_name(x: object) -> str | None:
    """Return the name that x is or is registered under (spec-name)."""
    return x if isinstance(x, str) else x.name if isinstance(x, Spec) else None


def explain_pred(pred: Pred, x: Any, place: Place) -> list[Problem]:
    """Return the problems of x by pred as a part of another spec (explain-1)."""
    spec = find(pred) if isinstance(pred, str) else pred
    if spec is None:
        return [place.problem(pred, x)]
    if isinstance(spec, Predicate) and spec.bare:
        return spec.explain(x, place) or [place.problem(spec.pred, x)]
    return spec.explain(x, place.under(spec.name))


def explaining_pred(pred: Pred, x: Any, place: Place) -> Steps:
    """Return the problems of x by pred, as `explain_pred` does, in steps."""
    spec = find(pred) if isinstance(pred, str) else pred
    if spec is None or (isinstance(spec, Predicate) and spec.bare):
        return explain_pred(pred, x, place)
    return (yield EXPLAIN, spec, x, place.under(spec.name))


def form_of(pred: Pred) -> Any:
    """Return pred as a part of another form."""
    return pred if isinstance(pred, str) else pred.form()


def strategy_of(pred: Any, context: GenContext) -> SearchStrategy[Any]:
    """Return the strategy of pred as a part of another, with overrides and filters (gensub).

    Raises:
        GeneratorError: pred has no generator.
    """
    spec = specize(pred)
    by_hand = context.override((spec.name or spec, context.path), spec.gen_fn)
    strategy = (
        combine.as_strategy(by_hand, what=f"the generator of {spec!r}")
        if by_hand is not None
        else spec.strategy(context)
    )
    if strategy is None:
        raise GeneratorError(
            f"unable to construct gen at: {list(context.path)} for: {text_of(pred)}; "
            "give one with s.with_gen(spec, lambda: strategy) or in overrides",
            spec=pred,
            failure="no-gen",
            path=list(context.path),
        )
    if context.hashed:
        return sampling.such_that(
            lambda x: is_hashable(x) and spec.conform(x) is not INVALID,
            combine.fmap(frozen, strategy),
            what=f"{text_of(pred)}, as a member of a set or a key,",
        )
    if spec.constructive and by_hand is None:
        return strategy
    return sampling.such_that(lambda x: spec.conform(x) is not INVALID, strategy, what=text_of(pred))


def most_values_of(pred: Pred) -> float:
    """Return how many different values fit pred, at most; infinity where that is not known."""
    asked: dict[Spec, float] = {}

    def ask(pred: Pred) -> float:
        spec = find(pred) if isinstance(pred, str) else pred
        if spec is None:
            return math.inf
        if spec not in asked:
            asked[spec] = math.inf  # what it answers where it leads back to itself
            asked[spec] = spec.most_values(ask)
        return asked[spec]

    return ask(pred)


def branch_strategy(pred: Pred, context: GenContext) -> SearchStrategy[Any]:
    """Return the strategy of one branch, which is built at its first draw."""
    return combine.lazy(lambda: strategy_of(pred, context))


def batch_strategy_of(pred: Any, context: GenContext) -> BatchStrategy | None:
    """Return how examples of pred are made in batches, or None where they are drawn one by one."""
    spec = specize(pred)
    by_hand = context.override((spec.name or spec, context.path), spec.gen_fn)
    return spec.batch_strategy(context) if by_hand is None else None


def text_of(pred: Any) -> str:
    """Return pred as messages call it."""
    if isinstance(pred, Predicate):
        return predicate_text(pred.pred) if not isinstance(pred.pred, (set, frozenset)) else repr(pred)
    return repr(pred) if isinstance(pred, (Spec, str)) else predicate_text(pred)
