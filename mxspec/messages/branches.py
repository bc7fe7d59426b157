"""The problems of a union as people are told them: those of the branch that fits best come first.

By `Card | Transfer` the map {"number": 3} is nearly a Card, and lacks the keys of a Transfer. The text has
the problems of both branches, those of Card first. `explain_data` keeps clojure's order, and its problem for
the None of `nilable`, which the text leaves out if another branch says what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Final

from mxspec.errors import Problem
from mxspec.messages.text import head_of
from mxspec.predicate_rows import row_of
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


def told_problems(problems: Iterable[Problem], *, deepest_first: bool = False) -> list[Problem]:
    """Return problems as they are told: by the branches of each union, the one that fits best first.

    Args:
        problems: the problems, in the order of `explain_data`.
        deepest_first: True to sort the problems, and the unions among them, by their depth, as clojure does.

    Example:
        >>> import mxspec as s
        >>> problems = s.explain_data(s.or_(s.coll_of(str), s.nilable(int)), "a")["problems"]
        >>> [problem["path"] for problem in told_problems(problems)]
        [['coll_of(str)'], ['nilable(int)', 'pred']]
    """
    problems = list(problems)
    if any(type(step) is Choice for problem in problems for step in problem["path"]):
        return _by_branches(problems, 0, deepest_first)[0]
    return sorted(problems, key=_depth_of, reverse=True) if deepest_first else problems


def _by_branches(
    problems: list[Problem], start: int, deepest_first: bool
) -> tuple[list[Problem], list[Problem]]:
    """Return the problems in order, and the problems that are left without the worse branches of unions.

    Args:
        start: the index of the first step of the paths that may lead into a union.
    """
    if len(problems) == 1:
        return problems, problems
    unions: dict[Any, list[Problem]] = {}
    for problem in problems:
        unions.setdefault(_union_of(problem, start), []).append(problem)
    if deepest_first:
        unions = dict(sorted(unions.items(), key=lambda union: _deepest(union[1]), reverse=True))
    ordered: list[Problem] = []
    best: list[Problem] = []
    for key, inside in unions.items():
        if type(key) is int:
            ordered += inside
            best += inside
            continue
        step = key[0]
        depth = inside[0]["path"][step].depth
        branches: dict[int, list[Problem]] = {}
        for problem in inside:
            branches.setdefault(id(problem["path"][step]), []).append(problem)
        needed = [each for each in branches.values() if not _asks_for_none(each, step, depth)]
        ranked = [_by_branches(each, step + 1, deepest_first) for each in needed or branches.values()]
        if len(ranked) > 1:
            ranked.sort(key=lambda branch: _misfit(branch[1], depth))
        ordered += [problem for branch, _ in ranked for problem in branch]
        best += ranked[0][1]
    return ordered, best


def _union_of(problem: Problem, start: int) -> Any:
    """Return the place of the first union on a path: the index of its step, and ids; an int if there is none.

    A problem keeps the steps that lead to it alive, and those of one union are the same objects.
    """
    path = problem["path"]
    for i in range(start, len(path)):
        if type(path[i]) is Choice:
            return i, *map(id, path[:i]), None, *map(id, problem["in"][: path[i].depth])
    return id(problem)


def _depth_of(problem: Problem) -> tuple[int, int]:
    return len(problem["path"]), len(problem["in"])


def _deepest(problems: Sequence[Problem]) -> tuple[int, int]:
    """Return the depth of the deepest problem in the spec, and in the value."""
    return max(map(_depth_of, problems))


def _asks_for_none(branch: Sequence[Problem], step: int, depth: int) -> bool:
    """True if the only thing that a branch requires is None."""
    [problem, *others] = branch
    is_whole = len(problem["path"]) == step + 1 and len(problem["in"]) == depth
    return not others and is_whole and problem["pred"] is is_none and "message" not in problem


# --- the branch that fits best ----------------------------------------------------------------------------

_REFUSED: Final = 1
_OF_ANOTHER_KIND: Final = 2


def _misfit(problems: Sequence[Problem], depth: int) -> tuple[int, bool, int, int]:
    """Return how little a branch fits: refused as a whole, by a tag, by missing keys, by its parts."""
    return (
        max(_misfit_of(problem, depth) for problem in problems),
        any(_is_tag(problem, depth) for problem in problems),
        sum(_is_missing_key(problem) for problem in problems),
        len(problems),
    )


def _misfit_of(problem: Problem, depth: int) -> int:
    """Return 0 for a problem of a part, 1 for one of the whole value, 2 if that is of another kind."""
    pred, val = problem["pred"], problem["val"]
    if len(problem["in"]) > depth or _is_missing_key(problem):
        return 0
    if issubclass(type(val), Mapping) and (head_of(pred) == "pydantic" or "reason" in problem):
        return 0  # a map of the fields of a class, which refuses it as a whole
    row = row_of(pred)
    if row is not None and row.classes != (object,):
        kind = type(val)
        is_of_kind = issubclass(kind, row.classes) and not issubclass(kind, row.excluded)
        return _REFUSED if is_of_kind else _OF_ANOTHER_KIND
    return _REFUSED


def _is_missing_key(problem: Problem) -> bool:
    return head_of(problem["pred"]) in ("contains", "or", "and")


def _is_tag(problem: Problem, depth: int) -> bool:
    """True if a part of the value is none of a few allowed values; it may be the tag of another branch."""
    if len(problem["in"]) != depth + 1:
        return False
    pred, reason = problem["pred"], problem.get("reason", "")
    is_pydantic = head_of(pred) == "pydantic" and reason.startswith("Input should be '")
    return is_pydantic or head_of(pred) == "literal" or isinstance(pred, Set)
