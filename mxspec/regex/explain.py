"""Why a sequence does not match its regex, in clojure.spec's order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from mxspec.core.parts import explain_pred, form_of
from mxspec.core.predicate import Predicate
from mxspec.core.problems import Place
from mxspec.errors import Problem
from mxspec.names.forms import Tag
from mxspec.regex.derivatives import accepts_nothing, deriv, match
from mxspec.regex.nodes import Accept, Alt, Amp, Cat, Node, Rep, amp_value, opened
from mxspec.specs.logic import explain_in_turn
from mxspec.words.reasons import EXTRA_INPUT, INSUFFICIENT_INPUT

FAITHFUL_STEPS: Final = 8
"""How many elements explain follows every way through an ambiguous regex, as clojure does to the end."""


def describe(p: Any) -> Any:
    """p as data, as far as it is left to match."""
    op, name = opened(p)
    if name is not None and not isinstance(p, Node):
        return name
    if isinstance(op, Amp):
        return ("amp", describe(op.p1), *map(form_of, op.preds))
    if isinstance(op, Cat):
        if op.is_plus:
            return ("plus", describe(op.ps[0]))
        tags = op.ks or ("_",) * len(op.ps)
        return ("cat", *((Tag(tag), describe(part)) for tag, part in zip(tags, op.ps, strict=True)))
    if isinstance(op, Alt):
        if op.is_maybe:
            return ("maybe", describe(op.ps[0]))
        tags = op.ks or ("_",) * len(op.ps)
        return ("alt", *((Tag(tag), describe(part)) for tag, part in zip(tags, op.ps, strict=True)))
    if isinstance(op, Rep):
        return ("plus" if op.splice else "star", describe(op.p2))
    return ("cat",) if isinstance(op, Accept) else form_of(op)


def explain_all(p: Any, xs: Sequence[Any], place: Place) -> list[Problem]:
    """The problems of xs by the regex p, in clojure.spec's order."""
    start = p
    for i, x in enumerate(xs):
        # clojure reports a failure once for each way that led there; past a few steps there may be too many.
        after = deriv(p, x, repeats=i < FAITHFUL_STEPS)
        if after is not None:
            p = after
            continue
        here, rest = place.into(i), list(xs[i:])
        if isinstance(p, Accept):
            return [here.problem(describe(start), rest, reason=EXTRA_INPUT)]
        return explain_node(p, rest, here) or [here.problem(describe(p), rest, reason=EXTRA_INPUT)]
    return [] if accepts_nothing(p) else explain_node(p, [], place)


def explain_node(p: Any, rest: list[Any], place: Place) -> list[Problem]:
    """Why p can't go on with rest, or can't end where rest is empty."""
    op, name = opened(p)
    place = place.under(name)

    def insufficient(pred: Any) -> list[Problem]:
        return [place.problem(pred, [], reason=INSUFFICIENT_INPUT)]

    if isinstance(op, Accept):
        return []
    if isinstance(op, Amp):
        if rest:
            after = deriv(op.p1, rest[0])
            if after is None:
                return explain_node(op.p1, rest, place)
            return explain_in_turn(op.preds, amp_value(match(after)), place)
        if accepts_nothing(op.p1):
            return explain_in_turn(op.preds, amp_value(match(op.p1)), place)
        return insufficient(describe(op.p1))
    if isinstance(op, Cat):
        tags: Sequence[str | None] = op.ks or (None,) * len(op.ps)
        parts = list(zip(op.ps, tags, strict=True))
        # The first part that must match something is the one that is in the way.
        needed = (pair for pair in parts if len(parts) == 1 or not accepts_nothing(pair[0]))
        part, tag = next(needed, (None, None))
        if part is None:
            return [] if rest else insufficient(None)
        return explain_node(part, rest, place if tag is None else place.at(tag))
    if isinstance(op, Alt):
        if not rest:
            return insufficient(describe(op))
        tags = op.ks or (None,) * len(op.ps)
        return [
            found
            for part, tag in zip(op.ps, tags, strict=True)
            for found in explain_node(part, rest, place if tag is None else place.at(tag))
        ]
    if isinstance(op, Rep):
        return explain_node(op.p1, rest, place)
    if not rest:
        return insufficient(op.pred if isinstance(op, Predicate) and op.bare else describe(p))
    return explain_pred(op, rest[0], place)
