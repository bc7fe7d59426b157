"""A question: all that is known while one value is asked about; places in the value, and problems there."""

from __future__ import annotations

import collections
import sys
import types
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from mxspec import names
from mxspec.errors import LimitError, Problem
from mxspec.messages import reasons

# --- places and problems ----------------------------------------------------------------------------------

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


# --- questions --------------------------------------------------------------------------------------------

T = TypeVar("T")

PASSES: Final = 4
"""The number of times that a value is gone through to gather what models are asked in one batch."""

_SHALLOW: Final = 20  # names within each other, until which the stack is not looked at


class Model(Protocol):
    """A spec that is asked about many values in one call."""

    def accepts_each(self, xs: Sequence[Any], table: names.Names | None = None) -> Sequence[bool]: ...


class Question:
    """A question, which travels along from spec to spec while it is answered.

    Attributes:
        names: the table that names are looked up in.
        answers: from a name and the id of a value to the value, which must outlive its id, and the answer.
        explained: the number of explanations of names so far.
        verdicts: from the ids of a model and a value to the value, and whether the model accepts it.
        waiting: from a model to the values that it is still to be asked about; None to ask at once.
        shapes: numbers for the shapes of ways on, and for the ways by their ids, with these to outlive them.
        elements: what specs of one element derive from the element in hand, by their ids, and the specs.
        endings: what ambiguous regexes have matched if they end here, by their ids, with these as well.
        ways: the number of ways on that an ambiguous regex has at the element in hand.
        branches: the number of branches of alts that go on at the element in hand.
        deriving: the names of regexes whose derivatives by the element in hand are being worked out.
        depth: the number of names that are inside each other here.
    """

    __slots__ = (
        *("answers", "branches", "depth", "deriving", "elements", "endings", "explained"),
        *("names", "shapes", "verdicts", "waiting", "ways"),
    )

    def __init__(self, table: names.Names) -> None:
        self.names = table
        self.answers: dict[tuple[Any, ...], list[Any]] = {}
        self.explained = 0
        self.verdicts: dict[tuple[int, int], tuple[Any, bool]] = {}
        self.waiting: dict[Model, list[Any]] | None = {}
        self.ways = 0
        self.branches = 0
        self.shapes: dict[Any, Any] = {}
        self.endings: dict[int, tuple[Any, Any]] = {}
        self.elements: dict[int, tuple[Any, Any]] = {}
        self.deriving: set[str] = set()
        self.depth = 0

    def enter(self, name: str) -> None:
        """Count one more name inside the others.

        Raises:
            LimitError: a predicate that is asked further inside would have too little of Python's stack left.
        """
        self.depth += 1
        if self.depth > _SHALLOW and not has_room():
            raise LimitError(
                f"nested too deeply: {self.depth:,} names are inside each other at {name!r}, where Python's "
                f"recursion limit of {sys.getrecursionlimit():,} leaves no room for more",
                spec=name,
            )


def ask_spec(operation: Callable[[Question], T], spec: Any, table: names.Names | None = None) -> T:
    """Return the answer of an operation to a question about a value.

    A model that does not know a value yet notes it and accepts it for the time being. Then it is asked about
    all such values in one call, and the question is asked again, until no answer rests on a guess. So a model
    is asked in batches wherever it stands in a spec, and no other kind knows of batches.

    Args:
        operation: a function of the question, which may be called several times.
        spec: what is asked, for messages.
        table: the table to look names up in, by default the one that holds now.

    Raises:
        LimitError: the value, or the spec, is nested too deeply.
    """
    question = Question(table or names.current)
    try:
        for _ in range(PASSES):
            answer = operation(question)
            if not question.waiting:
                return answer
            for model, xs in question.waiting.items():
                different = list({id(x): x for x in xs}.values())
                accepted = model.accepts_each(different, question.names)
                for x, is_accepted in zip(different, accepted, strict=True):
                    question.verdicts[id(model), id(x)] = (x, is_accepted)
            question.answers, question.waiting, question.depth = {}, {}, 0
        question.waiting = None
        return operation(question)
    except RecursionError as error:
        raise LimitError(
            f"nested too deeply: Python's recursion limit of {sys.getrecursionlimit():,} was reached "
            f"{_depth(error.__traceback__):,} specs deep",
            spec=spec,
        ) from None


def _depth(traceback: types.TracebackType | None) -> int:
    """Return how many specs are inside each other in a traceback.

    They are counted by the function of ours that is in it most often: a method of specs, or what walks the
    regex that is left.
    """
    calls: collections.Counter[types.CodeType] = collections.Counter()
    while traceback is not None:
        frame = traceback.tb_frame
        calls[frame.f_code] += str(frame.f_globals.get("__name__")).startswith("mxspec.")
        traceback = traceback.tb_next
    return max(calls.values())
