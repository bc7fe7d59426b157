"""A sequence against its regex, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from mxspec.core.problems import Place
from mxspec.errors import Problem
from mxspec.regex.nodes.accept import AcceptNode
from mxspec.regex.nodes.matched import plain
from mxspec.regex.nodes.node import Node
from mxspec.values.invalid import INVALID

FAITHFUL_STEPS: Final = 8
"""The number of elements up to which explain follows every way on of an ambiguous regex."""


def conform_all(regex: Node, xs: Iterable[Any]) -> Any:
    """Return the value of xs by regex, or INVALID."""
    left = regex
    for x in xs:
        after = left.derivative(x)
        if after is None:
            return INVALID
        left = after
    return plain(left.match()) if left.nullable() else INVALID


def explain_all(regex: Node, xs: Sequence[Any], place: Place) -> list[Problem]:
    """Return the problems of xs by regex, in clojure.spec's order.

    clojure keeps every way on of an ambiguous regex and reports a problem once for each. conform can do with
    the first of those that match alike from here (see `one_of`), but explain would then report less often
    than clojure. On the other hand these ways may double with each element, and the explanation of a long
    sequence would never end. So explain keeps them all for the first FAITHFUL_STEPS elements, to say there
    what clojure says, and from then on the first of those that match alike.
    """
    left = regex
    for i, x in enumerate(xs):
        after = left.derivative(x, keep_equal=i < FAITHFUL_STEPS)
        if after is None:
            here, rest = place.into(i), list(xs[i:])
            return left.explain(rest, here) or [_extra_input(regex, left, rest, here)]
        left = after
    return [] if left.nullable() else left.explain([], place)


def _extra_input(regex: Node, left: Node, rest: list[Any], place: Place) -> Problem:
    """Return the problem of a sequence that goes on when nothing more can follow."""
    stopped_at = regex if isinstance(left, AcceptNode) else left
    return place.problem(stopped_at.describe(), rest, reason="Extra input")
