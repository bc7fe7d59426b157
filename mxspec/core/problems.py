"""Problems: where in the spec and the value something failed, and why."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from mxspec.errors import Problem, SpecError
from mxspec.values.invalid import INVALID
from mxspec.words.reasons import exception_text

Path = tuple[Hashable, ...]

Chain = tuple[Any, ...]
"""Steps, each a triple of the steps before it, itself and their number; the empty tuple is none. Copying them
at each level would take quadratic time."""


class Place(NamedTuple):
    """A place in a spec and in the value beside it, as explain walks down both.

    Attributes:
        path: the tags and keys in the spec.
        via: the names of the specs.
        in_: the keys and indices in the value.
    """

    path: Chain = ()
    via: Chain = ()
    in_: Chain = ()

    def at(self, step: Hashable) -> Place:
        """Return the place one step further in the spec."""
        path, via, in_ = self
        return _new(Place, (_link(path, step), via, in_))

    def into(self, *keys: Hashable) -> Place:
        """Return the place some keys further in the value."""
        path, via, in_ = self
        for key in keys:
            in_ = _link(in_, key)
        return _new(Place, (path, via, in_))

    def part(self, key: Any) -> Place:
        """Return the place of the part under a key, one step further in both."""
        path, via, in_ = self
        return _new(Place, (_link(path, key), via, _link(in_, key)))

    def under(self, name: str | None) -> Place:
        """Return the same place, seen through the spec of a name."""
        if not name:
            return self
        path, via, in_ = self
        return _new(Place, (path, _link(via, name), in_))

    def path_length(self) -> int:
        """Return how many steps lead here in the spec."""
        return self.path[2] if self.path else 0

    def path_after(self, count: int) -> list[Any]:
        """Return the steps that lead here in the spec, but for the first ones."""
        return _last(self.path, self.path_length() - count)

    def problem(self, pred: object, val: object, reason: str | None = None) -> Problem:
        """Return the problem of val here, its keys in clojure.spec's order."""
        path, via, in_ = self
        problem: Problem = {
            "path": _steps(path) if path else [],
            "pred": pred,
            "val": val,
            "via": _steps(via) if via else [],
            "in": _steps(in_) if in_ else [],
        }
        if reason is not None:
            problem["reason"] = reason
        return problem


def _link(chain: Chain, step: object) -> Chain:
    return (chain, step, chain[2] + 1 if chain else 1)


def _steps(chain: Chain) -> Any:
    before, step, count = chain
    if count < 3:  # as most are: a problem takes 0.4 us in this way, 0.6 without
        return [step] if count == 1 else [before[1], step]
    return Trail(chain) if count > LONG else _listed(chain)


def _listed(chain: Chain) -> list[Any]:
    """Return the steps of a chain, the first one first."""
    steps = []
    while chain:
        chain, step, _ = chain
        steps.append(step)
    steps.reverse()
    return steps


def _last(chain: Chain, count: int) -> list[Any]:
    """Return the last steps of a chain, the first one first."""
    steps = []
    for _ in range(count):
        chain, step, _ = chain
        steps.append(step)
    steps.reverse()
    return steps


LONG: Final = 1000
"""The number of steps from which on a path is a Trail until it is known how many such there are."""


class Trail(Sequence[Any]):
    """The path of a problem that lies deep, read off when it is looked at.

    A value of 100,000 levels may have a problem in each, and 100,000 lists of paths would fill the memory.
    """

    __slots__ = ("_chain",)

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def __len__(self) -> int:
        length: int = self._chain[2]
        return length

    def __getitem__(self, i: Any) -> Any:
        places = range(len(self))[i]
        if isinstance(places, int):
            return _last(self._chain, len(self) - places)[0]
        low = min(places, default=len(self))
        steps = _last(self._chain, len(self) - low)
        return [steps[place - low] for place in places]

    def __iter__(self) -> Iterator[Any]:
        return iter(_listed(self._chain))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Trail, list)) and len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(_listed(self._chain))

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (_listed(self._chain),)


MOST_STEPS: Final = 1_000_000
"""The number of steps of all paths together up to which every path is a list."""


class Bundle:
    """Problems that are handed up from level to level as one, as to copy them at each would be quadratic.

    Attributes:
        problems: the problems.
        place: the place of the part that has them, where that matters.
        is_worded: True if all are in the words of the spec's author.
    """

    __slots__ = ("is_worded", "place", "problems")

    def __init__(self, problems: list[Any], place: Place | None = None, *, is_worded: bool = False) -> None:
        self.is_worded = is_worded
        self.problems = problems
        self.place = place or START


_MANY: Final = 30  # problems, which are bundled


def bundled(problems: list[Any]) -> list[Any]:
    """Return problems, or a Bundle in their place if they are many."""
    if len(problems) < _MANY:
        return problems
    return [Bundle(problems, is_worded=all(_is_worded(problem) for problem in problems))]


def _is_worded(problem: Any) -> bool:
    return problem.is_worded if type(problem) is Bundle else "message" in problem


def unbundled(problems: list[Any]) -> list[Problem]:
    """Return problems without bundles."""
    if Bundle not in map(type, problems):
        return problems
    single: list[Problem] = []
    waiting = [iter(problems)]
    while waiting:
        for problem in waiting[-1]:
            if type(problem) is Bundle:
                waiting.append(iter(problem.problems))
                break
            single.append(problem)
        else:
            waiting.pop()
    return single


def with_lists(problems: list[Problem]) -> list[Problem]:
    """Return problems with lists for Trails, unless these would be too long together."""
    trails = [
        (problem, key, path)
        for problem in problems
        if Trail in map(type, (problem["path"], problem["via"], problem["in"]))
        for key in ("path", "via", "in")
        if isinstance(path := problem[key], Trail)
    ]
    if trails and sum(len(path) for _, _, path in trails) <= MOST_STEPS:
        for problem, key, path in trails:
            problem[key] = list(path)  # type: ignore[literal-required]
    return problems


# Place(...) without the Python function between: explaining a map with a wrong value takes 3.0 us, not 3.4.
_new = tuple.__new__

START: Final = Place()
"""Where explain begins."""


def pass_on(error: Exception, *others: type[Exception]) -> None:
    """Raise error again if it ends the whole question; return if it counts as a refusal.

    Whoever catches what a predicate, a model or a value's own methods raise asks this first. A RecursionError
    ends the question: after one, the search would come to the same depth again by exponentially many ways.
    What it means in the end, `mxspec.core.asking.out_of_stack` decides.

    Args:
        error: the exception that is being handled.
        others: further classes that end the question.
    """
    if isinstance(error, (RecursionError, *others)):
        raise error


def refuses_errors(conform: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Make a spec's conform refuse a value whose own methods raise (len, iteration, comparison, ...).

    A SpecError passes too: it is about the spec, not the value.
    """

    @functools.wraps(conform)
    def conform_or_refuse(self: Any, x: Any) -> Any:
        try:
            return conform(self, x)
        except Exception as error:
            pass_on(error, SpecError)
            return INVALID

    return conform_or_refuse


def refuses_errors_in_steps(conforming: Callable[[Any, Any], Generator[Any, Any, Any]]) -> Callable[..., Any]:
    """Make the steps of conform refuse a value, as `refuses_errors` does."""

    @functools.wraps(conforming)
    def conforming_or_refusing(self: Any, x: Any) -> Generator[Any, Any, Any]:
        try:
            return (yield from conforming(self, x))
        except Exception as error:
            pass_on(error, SpecError)
            return INVALID

    return conforming_or_refusing


Explain = Callable[[Any, Any, Place], list[Problem]]


def explains_errors(explain: Explain) -> Explain:
    """Make a spec's explain report what a value's own methods raise, where `refuses_errors` refuses it."""

    @functools.wraps(explain)
    def explain_or_report(self: Any, x: Any, place: Place) -> list[Problem]:
        try:
            return explain(self, x, place)
        except Exception as error:
            pass_on(error, SpecError)
            return [place.problem(self.form(), x, reason=exception_text(error))]

    return explain_or_report


def explains_errors_in_steps(explaining: Callable[..., Generator[Any, Any, Any]]) -> Callable[..., Any]:
    """Make the steps of explain report what `refuses_errors_in_steps` refuses."""

    @functools.wraps(explaining)
    def explaining_or_reporting(self: Any, x: Any, place: Place) -> Generator[Any, Any, Any]:
        try:
            return (yield from explaining(self, x, place))
        except Exception as error:
            pass_on(error, SpecError)
            return [place.problem(self.form(), x, reason=exception_text(error))]

    return explaining_or_reporting
