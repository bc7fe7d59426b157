"""Problems: where in a spec and in the value beside it something failed, and why."""

from __future__ import annotations

import sys
from collections.abc import Hashable
from typing import Final, NamedTuple

from mxspec.errors import LimitError, Problem
from mxspec.words import reasons

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
        return Place((*self.path, step), self.via, self.in_)

    def into(self, key: Hashable) -> Place:
        """Return the place one step further in the value."""
        return Place(self.path, self.via, (*self.in_, key))

    def part(self, key: Hashable) -> Place:
        """Return the place of the part under a key, one step further in both."""
        return Place((*self.path, key), self.via, (*self.in_, key))

    def under(self, name: str | None) -> Place:
        """Return the same place, seen through the spec of a name."""
        return self if name is None else Place(self.path, (*self.via, name), self.in_)

    def problem(self, pred: object, val: object, reason: str | None = None) -> Problem:
        """Return the problem of val here, its keys in clojure.spec's order."""
        path, via, in_ = self
        problem: Problem = {"path": [*path], "pred": pred, "val": val, "via": [*via], "in": [*in_]}
        if reason is not None:
            problem["reason"] = reason
        return problem


START: Final = Place()
"""The place where explain begins."""

ROOM: Final = 50
"""The frames of Python's stack that a function of a user is called with, at the least."""


def has_room(frames: int = ROOM) -> bool:
    """True if there are that many frames to go."""
    try:
        sys._getframe(sys.getrecursionlimit() - frames)
    except ValueError:  # the stack is not that deep
        return True
    return False


def refusal(error: Exception) -> str:
    """Return why a function of a user that raised refuses a value; raise what does not speak of the value.

    Whoever calls a predicate, a conformer, a model or a method of the value itself catches what that raises,
    and nothing else, and asks this. A limit that was reached inside says nothing of the value. A
    RecursionError does if the function had half of the stack to itself: then it is the function's own.
    """
    if isinstance(error, LimitError):
        raise error
    if isinstance(error, RecursionError):
        if not has_room(sys.getrecursionlimit() // 2):
            raise error
        return reasons.TOO_DEEP
    return reasons.exception_text(error)
