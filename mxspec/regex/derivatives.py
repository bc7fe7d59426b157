"""Matching sequences by the derivatives of their regex (Brzozowski 1964; Might, Darais, Spiewak 2011).

The derivative of a regex by an element is the regex of what may follow it. A sequence matches if, after one
derivative for each element, the regex that is left can match nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mxspec.core.parts import specize
from mxspec.errors import UnformError
from mxspec.regex.nodes import (
    NOTHING,
    Accept,
    Alt,
    Amp,
    Cat,
    Matched,
    Node,
    Rep,
    TaggedMatch,
    alt_node,
    amp_value,
    built,
    cat_node,
    opened,
    rep_node,
)
from mxspec.values.invalid import INVALID


def deriv(p: Any, x: Any, repeats: bool = False) -> Node | None:
    """The regex of what may follow x where p may begin with it, else None.

    Ways to go on that can't be told apart from there are kept as one, or with repeats each by itself.
    """
    op, _ = opened(p)
    if isinstance(op, Cat):
        if not op.ps:
            return None
        head, rest = op.ps[0], op.ps[1:]
        after = deriv(head, x, repeats)
        went_on = None if after is None else cat_node((after, *rest), op.ks, op.ret)
        if not rest or not accepts_nothing(head):
            return went_on
        tags = op.ks[1:] if op.ks else None
        skipped = deriv(cat_node(rest, tags, add_ret(head, op.ret, op.ks[0] if op.ks else None)), x, repeats)
        return _either(went_on, skipped, repeats)
    if isinstance(op, Rep):
        after = deriv(op.p1, x, repeats)
        went_on = None if after is None else rep_node(after, op.p2, op.ret, op.splice)
        # A repetition that has matched nothing yet is not begun anew: that would go on for ever, and clojure
        # overflows its stack there.
        if op.p1 is op.p2 or not accepts_nothing(op.p1):
            return went_on
        begun_anew = deriv(rep_node(op.p2, op.p2, add_ret(op.p1, op.ret, None), op.splice), x, repeats)
        return _either(went_on, begun_anew, repeats)
    if isinstance(op, Alt):
        return alt_node([deriv(part, x, repeats) for part in op.ps], op.ks, repeats)
    if isinstance(op, Amp):
        after = deriv(op.p1, x, repeats)
        if after is None:
            return None
        if not isinstance(after, Accept):
            return Amp(after, op.preds)
        conformed = in_turn(op.preds, built(after.ret))
        return None if conformed is INVALID else Accept(conformed)
    if isinstance(op, Accept):
        return None
    conformed = op.conform(x)
    return None if conformed is INVALID else Accept(conformed)


def _either(first: Node | None, second: Node | None, repeats: bool) -> Node | None:
    if first is None or second is None:
        return second if first is None else first
    return alt_node((first, second), None, repeats)


def in_turn(preds: tuple[Any, ...], x: Any) -> Any:
    """x as the last of preds conforms it, each seeing what the one before it made; or INVALID."""
    for pred in preds:
        x = specize(pred).conform(x)
        if x is INVALID:
            return INVALID
    return x


def accepts_nothing(p: Any) -> bool:
    """Whether p can match the empty sequence."""
    op, _ = opened(p)
    if isinstance(op, Cat):
        return all(map(accepts_nothing, op.ps))
    if isinstance(op, Rep):
        return op.p1 is op.p2 or accepts_nothing(op.p1)
    if isinstance(op, Alt):
        return any(map(accepts_nothing, op.ps))
    if isinstance(op, Amp):
        return accepts_nothing(op.p1) and in_turn(op.preds, amp_value(match(op.p1))) is not INVALID
    return isinstance(op, Accept)


def match(p: Any) -> Any:
    """What p has matched, if nothing follows."""
    op, _ = opened(p)
    if isinstance(op, Accept):
        return op.ret
    if isinstance(op, Cat):
        return add_ret(op.ps[0], op.ret, op.ks[0] if op.ks else None) if op.ps else op.ret
    if isinstance(op, Rep):
        return add_ret(op.p1, op.ret, None)
    if isinstance(op, Amp):
        ret = match(op.p1)
        if ret is NOTHING or (isinstance(opened(op.p1)[0], (Rep, Cat)) and not ret):
            return NOTHING
        conformed = in_turn(op.preds, built(ret))
        return NOTHING if conformed is INVALID else conformed
    if isinstance(op, Alt):
        for i, part in enumerate(op.ps):
            if accepts_nothing(part):
                ret = match(part)
                return TaggedMatch(op.ks[i], ret) if op.ks else ret
        return NOTHING
    # A predicate, which has matched no element yet: clojure's nil, which is not its mark for nothing, and so
    # an amp around it that accepts nil appends one to the list of a star (plus(amp(bool, is_any))).
    return None


def add_ret(p: Any, ret: Matched, tag: str | None) -> Matched:
    """ret, and what p has matched where it is anything."""
    op, _ = opened(p)
    if isinstance(op, (Rep, Cat)):
        matched = match(op)
        if not matched:
            return ret
        return ret.plus_all(matched) if isinstance(op, Rep) and op.splice else ret.plus(matched, tag)
    if isinstance(op, Node):
        matched = match(op)
        return ret if matched is NOTHING else ret.plus(matched, tag)
    return ret


def conform_all(p: Any, xs: Iterable[Any]) -> Any:
    """What p makes of all xs, or INVALID."""
    for x in xs:
        p = deriv(p, x)
        if p is None:
            return INVALID
    return built(match(p)) if accepts_nothing(p) else INVALID


def recurs_at_once(p: Any, above: frozenset[int] = frozenset()) -> bool:
    """Whether p comes back to itself before it has matched an element, so that no derivative ends."""
    op, _ = opened(p)
    if id(op) in above:
        return True
    parts: tuple[Any, ...] = ()
    if isinstance(op, Cat):
        needed = next((i for i, part in enumerate(op.ps) if not _skippable(part, above)), len(op.ps))
        parts = op.ps[: needed + 1]
    elif isinstance(op, (Rep, Amp)):
        parts = (op.p1,)
    elif isinstance(op, Alt):
        parts = op.ps
    inside = above | {id(op)}
    return any(recurs_at_once(part, inside) for part in parts)


def _skippable(p: Any, above: frozenset[int]) -> bool:
    """Like accepts_nothing, for a regex that may come back to itself; such a turn counts as needed."""
    op, _ = opened(p)
    if id(op) in above:
        return False
    inside = above | {id(op)}
    if isinstance(op, Cat):
        return all(_skippable(part, inside) for part in op.ps)
    if isinstance(op, Alt):
        return any(_skippable(part, inside) for part in op.ps)
    if isinstance(op, Rep):
        return True
    return isinstance(op, Accept) or (isinstance(op, Amp) and _skippable(op.p1, inside))


# --- the way back -----------------------------------------------------------------------------------------


def unform_all(p: Any, x: Any) -> list[Any]:
    """The elements that p made x of."""
    op, _ = opened(p)
    if isinstance(op, Amp):
        return unform_all(op.p1, _unform_in_turn(op, x))
    if isinstance(op, Rep):
        return [e for part in x or () for e in unform_all(op.p1, part)]
    if isinstance(op, Cat):
        if op.is_plus:
            return [e for part in x or () for e in unform_all(op.ps[0], part)]
        parts = zip(op.ks or (), op.ps, strict=True)
        return [e for tag, part in parts if tag in (x or ()) for e in unform_all(part, x[tag])]
    if isinstance(op, Alt):
        if op.is_maybe:
            return [specize(op.ps[0]).unform(x)]
        tag, value = x
        return unform_all(dict(zip(op.ks or (), op.ps, strict=True))[tag], value)
    return [op.unform(x)]


def _unform_in_turn(op: Amp, x: Any) -> Any:
    start = x
    try:
        for pred in reversed(op.preds):
            x = specize(pred).unform(x)
    except UnformError:
        raise
    except Exception:
        # None is also what an amp that matched nothing conforms to: no pred has made it, none can unmake it.
        if start is None and accepts_nothing(op.p1):
            return None
        raise
    return x
