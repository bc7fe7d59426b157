"""The problems of a union in the order that people see: the branch that fits best comes first.

By `Card | Transfer` the map {"number": 3} is nearly a Card, and lacks the keys of a Transfer. The text has
the problems of both branches, with Card first. `explain_data` keeps clojure's order, and its problem for the
None of `nilable`, which the text leaves out if another branch explains the error.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Final

from mxspec.base.messages.text import head_of
from mxspec.base.predicate_rows import row_of
from mxspec.errors import Problem
from mxspec.predicates import is_none


class Choice(str):
    """The step of a path into a branch of a union; other steps are keys, indices and tags of parts.

    Attributes:
        depth: the number of keys and indices that lead to the value of the union.
    """

    __slots__ = ("depth",)

    depth: int

    def __new__(cls, tag: str, depth: int = 0) -> Choice:
        choice = super().__new__(cls, tag)
        choice.depth = depth
        return choice


choice_of = functools.lru_cache(1000)(Choice)
"""A function that returns the step into a branch, most often the same one for the same tag and depth.

A hundred thousand refused elements would else have as many steps, which the garbage collector goes through.
"""


def told_problems(
    problems: Iterable[Problem], *, deepest_first: bool = False, most: float = math.inf
) -> list[Problem]:
    """Return problems in the order of messages: by the branches of each union, the best fit first.

    Args:
        problems: the problems, in the order of `explain_data`.
        deepest_first: True to sort the problems, and the unions among them, by their depth, as clojure does.
        most: the number of problems that are shown. Past it the branches of a union stay in their order.

    Example:
        >>> import mxspec as s
        >>> problems = s.explain_data(s.or_(s.coll_of(str), s.nilable(int)), "a")["problems"]
        >>> [problem["path"] for problem in told_problems(problems)]
        [['coll_of(str)'], ['nilable(int)', 'pred']]
    """
    problems = list(problems)
    if any(type(step) is Choice for problem in problems for step in problem["path"]):
        return _by_branches(problems, 0, deepest_first, most)[0]
    return sorted(problems, key=_depth_of, reverse=True) if deepest_first else problems


def _by_branches(
    problems: list[Problem], start: int, deepest_first: bool, most: float
) -> tuple[list[Problem], list[Problem]]:
    """Return the problems in order, and the problems that are left without the worse branches of unions.

    Args:
        start: the index of the first step of the paths that may lead into a union.
        deepest_first, most: as in `told_problems`.
    """
    if len(problems) == 1:
        return problems, problems
    may_drop = any(problem["pred"] is is_none for problem in problems)
    unions = _unions_in(problems, start)
    if is_sorted := deepest_first and len({*map(_depth_of, problems)}) > 1:
        unions = iter(sorted(unions, key=lambda union: _deepest(union[1]), reverse=True))
    ordered: list[Problem] = []
    best: list[Problem] = []
    for step, inside in unions:
        is_shown = len(ordered) < most
        if not (is_shown or may_drop or is_sorted):  # the others stay as they are
            return ordered + problems[len(ordered) :], best
        if step < 0 or not (is_shown or may_drop):
            ordered += inside
            best += inside
            continue
        depth = inside[0]["path"][step].depth
        branches: dict[int, list[Problem]] = {}
        for problem in inside:
            branches.setdefault(id(problem["path"][step]), []).append(problem)
        needed = [each for each in branches.values() if not _asks_for_none(each, step, depth)]
        left = math.inf if is_shown else 0
        ranked = [_by_branches(each, step + 1, deepest_first, left) for each in needed or branches.values()]
        if is_shown and len(ranked) > 1:
            ranked.sort(key=lambda branch: _misfit(branch[1], depth))
        ordered += [problem for branch, _ in ranked for problem in branch]
        best += ranked[0][1]
    return ordered, best


def _unions_in(problems: Sequence[Problem], start: int) -> Iterator[tuple[int, list[Problem]]]:
    """Yield the problems of each union, after the index of the step into it; -1 for problems outside unions.

    Problems of one union stand together, and the steps that lead to it are the same objects.
    """
    inside: list[Problem] = []
    step = -1
    for problem in problems:
        own = _step_into_union(problem["path"], start)
        if inside and (own < 0 or own != step or not _are_of_one_union(inside[-1], problem, step)):
            yield step, inside
            inside = []
        inside.append(problem)
        step = own
    if inside:
        yield step, inside


def _step_into_union(path: Sequence[Any], start: int) -> int:
    """Return the index of the first step into a union, or -1."""
    for i in range(start, len(path)):
        if type(path[i]) is Choice:
            return i
    return -1


def _are_of_one_union(a: Problem, b: Problem, step: int) -> bool:
    """True if two problems have the same step into a union at one place of the spec and of the value."""
    first, second = a["path"], b["path"]
    depth = first[step].depth
    return (
        depth == second[step].depth
        and all(map(operator.is_, first[:step], second[:step]))
        and all(map(operator.is_, a["in"][:depth], b["in"][:depth]))
    )


def _depth_of(problem: Problem) -> tuple[int, int]:
    return len(problem["path"]), len(problem["in"])


def _deepest(problems: Sequence[Problem]) -> tuple[int, int]:
    """Return the depth of the deepest problem in the spec, and in the value."""
    return max(map(_depth_of, problems)) if len(problems) > 1 else _depth_of(problems[0])


def _asks_for_none(branch: Sequence[Problem], step: int, depth: int) -> bool:
    """True if the only thing that a branch requires is None."""
    problem = branch[0]
    if problem["pred"] is not is_none or len(branch) > 1:
        return False
    is_whole = len(problem["path"]) == step + 1 and len(problem["in"]) == depth
    return is_whole and "message" not in problem


# --- the branch that fits best ----------------------------------------------------------------------------

_REFUSED: Final = 1
_OF_ANOTHER_KIND: Final = 2


def _misfit(problems: Sequence[Problem], depth: int) -> tuple[int, bool, int, int]:
    """Return how little a branch fits: refused as a whole, by a tag, by missing keys, by its parts."""
    worst, is_tagged, missing = 0, False, 0
    for problem in problems:
        head = head_of(problem["pred"])
        if head in ("contains", "or", "and"):
            missing += 1
        elif len(problem["in"]) > depth:
            is_tagged = is_tagged or (len(problem["in"]) == depth + 1 and _is_tag(problem, head))
        else:
            worst = max(worst, _misfit_of(problem, head))
    return worst, is_tagged, missing, len(problems)


def _misfit_of(problem: Problem, head: str) -> int:
    """Return 1 for a problem of the whole value, 2 if the value has a different kind."""
    pred, val = problem["pred"], problem["val"]
    if issubclass(type(val), Mapping) and (head == "pydantic" or "reason" in problem):
        return 0  # a map of the fields of a class, which refuses it as a whole
    row = row_of(pred)
    if row is not None and row.classes != (object,):
        kind = type(val)
        is_of_kind = issubclass(kind, row.classes) and not issubclass(kind, row.excluded)
        return _REFUSED if is_of_kind else _OF_ANOTHER_KIND
    return _REFUSED


def _is_tag(problem: Problem, head: str) -> bool:
    """True if a part of the value is not one of a few allowed values; it may be a different branch's tag."""
    pred, reason = problem["pred"], problem.get("reason", "")
    is_of_pydantic = head == "pydantic" and reason.startswith("Input should be '")
    return is_of_pydantic or head == "literal" or isinstance(pred, Set)
