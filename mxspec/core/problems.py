"""Problems: where in the spec and the value something failed, and why."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from typing import Any, Final, NamedTuple

from mxspec.errors import Problem, SpecError
from mxspec.values.invalid import INVALID
from mxspec.words.reasons import exception_text

Path = tuple[Hashable, ...]


class Place(NamedTuple):
    """A place in a spec and in the value beside it, as explain walks down both.

    Attributes:
        path: the tags and keys in the spec.
        via: the names of the specs.
        in_: the keys and indices in the value.
    """

    path: Path = ()
    via: tuple[str, ...] = ()
    in_: Path = ()

    def at(self, step: Hashable) -> Place:
        """Return the place one step further in the spec."""
        path, via, in_ = self
        return _new(Place, ((*path, step), via, in_))

    def into(self, *keys: Hashable) -> Place:
        """Return the place some keys further in the value."""
        path, via, in_ = self
        return _new(Place, (path, via, (*in_, *keys)))

    def part(self, key: Any) -> Place:
        """Return the place of the part under a key, one step further in both."""
        path, via, in_ = self
        return _new(Place, ((*path, key), via, (*in_, key)))

    def under(self, name: str | None) -> Place:
        """Return the same place, seen through the spec of a name."""
        if not name:
            return self
        path, via, in_ = self
        return _new(Place, (path, (*via, name), in_))

    def problem(self, pred: object, val: object, reason: str | None = None) -> Problem:
        """Return the problem of val here, its keys in clojure.spec's order."""
        path, via, in_ = self
        problem: Problem = {"path": [*path], "pred": pred, "val": val, "via": [*via], "in": [*in_]}
        if reason is not None:
            problem["reason"] = reason
        return problem


# Place(...) without the Python function between: explaining a map with a wrong value takes 3.0 us, not 3.4.
_new = tuple.__new__

START: Final = Place()
"""Where explain begins."""


def pass_on(error: Exception, *others: type[Exception]) -> None:
    """Raise error again if it ends the whole question; return if it counts as a refusal.

    Whoever catches what a predicate, a model or a value's own methods raise asks this first. A RecursionError
    ends the question: after one, the search would come to the same depth again by exponentially many ways.

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
