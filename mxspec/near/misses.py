"""`near_misses`: a strategy of values that are wrong in one part alone, or just right."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import math
from typing import Any, Final, Literal, NamedTuple, get_args

from mxspec.base.strategies import combine, simple
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import repr_of, short_repr
from mxspec.changes.borders.leaf_borders import TRIED, Border
from mxspec.errors import GeneratorError, SpecDefinitionError
from mxspec.functions.arguments import copy_containers
from mxspec.near.edges import edges_of
from mxspec.near.survey import Choose, Key, NearMiss, Survey, survey_of
from mxspec.questions.examples import strategy_with
from mxspec.questions.operations import valid
from mxspec.specs.core.spec import text_of

__all__ = ["Border", "NearMiss", "Side", "near_misses", "near_values"]

Side = Literal["wrong", "right"]

_TURNS: Final = 6
_EXAMPLES: Final = 12  # to put values into; 25 find the same conditions, and take twice the time
_USUAL: Final = 200  # values, unless the borders need more
EXAMPLE: Final = Border("value", "an example")
"""In place of the border of an example."""
_SHARP: Final = ("low", "high", "multiple", "least length", "greatest length", "member", "renamed key", "tag")
"""The kinds of borders at which a guard is tested twice before it is tested again at others."""
_PLAIN: Final = 0.15  # the share of plain examples among the values


def near_misses(spec: Any, side: Side = "wrong") -> Strategy:
    """Return a Hypothesis strategy of values that are just wrong: every part is right but one.

    Each is an example of spec with one part replaced: beyond a bound, too long, of a different type that
    looks alike ("3", True, 3.0 for 3), without a key, with a wrong tag, out of order. The spec certifies it:
    `valid` is False, and `explain` names that part alone. So the value stays wrong while it shrinks. If two
    parts must be equal, such as a password and its repetition, both are wrong in the same way.

    Args:
        spec: an argument of `gen`. For the spec of a function, each value is the list of arguments of a call;
            for a pydantic model, a dict for it to validate.
        side: "right" for valid values at the borders, which a guard that is too strict refuses.

    Returns:
        a strategy of `NearMiss(value, path, border, problem)`; `lax` is True if a converting reader may take
        the value.

    Raises:
        GeneratorError: spec lacks a generator, or no value near its examples is on that side.
        SpecDefinitionError: side is neither "wrong" nor "right".

    Example:
        >>> import mxspec as s
        >>> order = {"item": {"tea", "cake"}, "n": s.int_in(1, 10)}
        >>> misses = s.sample(s.near_misses(order), 200, seed=1)
        >>> any(s.valid(order, miss.value) for miss in misses)
        False
        >>> print(next(miss.problem for miss in misses if miss.border.kind == "high"))
        an int from 1 to 9 is required, not 1... - failed: int_in(1, 10) in: ['n'] at: ['n']
    """
    if not isinstance(side, str) or side not in get_args(Side):
        raise SpecDefinitionError(f"side is 'wrong' or 'right', not {short_repr(side)}")
    survey = survey_of(spec)
    keys = survey.sides(side)
    if not keys:
        raise GeneratorError(f"no value near the examples of {text_of(spec)} is {side}", spec=spec)
    whole = strategy_with(survey.subject.drawn, None)
    drawn = combine.tuples([simple.ints(0, len(keys) - 1), simple.ints(0, _TURNS - 1), whole])
    return combine.with_repr(
        combine.fmap(lambda draw: _miss_of_example(survey, keys[draw[0]], draw[1], draw[2]), drawn),
        f"near_misses({text_of(spec)}, {side!r})",
    )


def _miss_of_example(survey: Survey, key: Key, turn: int, x: Any) -> NearMiss:
    """Return the near miss of an example at a border, or else the near miss that the survey found there."""
    i, border, side = key
    site = survey.sites[i]
    spot = site.find(x, survey.examples, turn)
    if spot is not None:
        edges = [each for each in edges_of(site.spec, spot.part, survey.examples) if _may_be(each[0], border)]
        for proposed, new in (*edges[turn:], *edges[:turn])[:_TURNS]:
            for miss in survey.misses(site, spot, proposed, new):
                if miss.side == side and miss.border == border:
                    return _with_own_parts(miss)
    known = survey.found[key][0]
    if valid(survey.subject.spec, known.value) != (side == "right"):
        what = text_of(survey.subject.spec)
        raise GeneratorError(f"the names in {what} have changed since near_misses was called; call it anew")
    return _with_own_parts(known)


def _with_own_parts(miss: NearMiss) -> NearMiss:
    """Return a near miss with its own copies of containers, so that a test may change its value."""
    return dataclasses.replace(miss, value=copy_containers(miss.value))


def _may_be(proposed: Border, border: Border) -> bool:
    return proposed == border or (proposed == TRIED and border.kind == TRIED.kind)


class ValuesNear(NamedTuple):
    """Values near the borders of a spec, to test a guard with.

    Attributes:
        misses: near misses of both sides, and some examples.
        left: the number of borders that they leave out, counting each side of a border.
        beyond: the texts of parts too numerous to survey.
        survey: the survey of the spec.
    """

    misses: list[NearMiss]
    left: int
    beyond: list[str]
    survey: Survey


def near_values(spec: Any, n: int | None = 200, seed: int = 0) -> list[NearMiss]:
    """Return n near misses of both sides: one of each border first, then more of each, and some examples."""
    return values_near(spec, n, seed).misses


def values_near(spec: Any, n: int | None, seed: int, choose: Choose | None = None) -> ValuesNear:
    """Return what `near_values` returns, and what it leaves out.

    Args:
        n: the number of values; None for 200, or as many as there are borders.
        choose: returns the examples to put values into.
    """
    survey = survey_of(spec, max(6, min((n or _USUAL) // 8, _EXAMPLES)), seed, 2, choose)
    turns: collections.Counter[Any] = collections.Counter()
    ranked = []
    for (i, border, side), several in survey.found.items():
        for k, miss in enumerate(several):
            rank = k if border.kind in _SHARP else 2 * k + (side == "right") * k
            rank += border.kind == "type"
            ranked.append((rank, turns[i, rank], i, k, miss))  # the parts take turns
            turns[i, rank] += 1
    ranked.sort(key=lambda row: (row[0] > 1, row[4].is_of_numpy, *row[:3]))
    if n is None:
        firsts = sum(rank <= 1 for rank, *_ in ranked)
        n = max(_USUAL, math.ceil(firsts / (1 - _PLAIN)) + 1)
    misses: list[NearMiss] = []
    known: set[Any] = set()
    firsts = 0
    room = n - int(_PLAIN * n)
    examples = (NearMiss(x, (), EXAMPLE) for x in survey.drawn)
    for k, miss in itertools.chain(((row[3], row[4]) for row in ranked), ((1, miss) for miss in examples)):
        if len(misses) == (n if miss.border is EXAMPLE else room):
            continue
        key = type(miss.value), repr_of(miss.value)
        if k == 0 or key not in known:  # the first value represents its border
            known.add(key)
            misses.append(miss)
            firsts += k == 0
    left = len(survey.found) - firsts
    return ValuesNear(misses, left, survey.beyond, survey)
