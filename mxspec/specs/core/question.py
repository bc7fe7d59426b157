"""Questions: the state of one conform or explain, and the places of problems in spec and value."""

from __future__ import annotations

import collections
import sys
import types
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar, runtime_checkable

from mxspec.base import names
from mxspec.base.messages import reasons
from mxspec.base.messages.branches import choice_of
from mxspec.errors import LimitError, Problem, SpecError

if TYPE_CHECKING:
    from mxspec.specs.core.spec import Spec

# --- places and problems ----------------------------------------------------------------------------------

Path = tuple[Hashable, ...]


class Place(NamedTuple):
    """A place in a spec and in a value; explain walks down both.

    Attributes:
        path: the tags and keys in the spec.
        via: the names of the specs on the path.
        in_: the keys and indices in the value.
    """

    path: Path = ()
    via: tuple[str, ...] = ()
    in_: Path = ()

    def at(self, step: Hashable) -> Place:
        """Return the place one step further in the spec."""
        return Place((*self.path, step), self.via, self.in_)

    def choice(self, tag: str) -> Place:
        """Return the place in a branch of a union."""
        return Place((*self.path, choice_of(tag, len(self.in_))), self.via, self.in_)

    def into(self, key: Hashable) -> Place:
        """Return the place one step further in the value."""
        return Place(self.path, self.via, (*self.in_, key))

    def part(self, key: Hashable) -> Place:
        """Return the place of the part under a key, one step further in both."""
        return Place((*self.path, key), self.via, (*self.in_, key))

    def under(self, name: str | None) -> Place:
        """Return the same place, with one more name in via."""
        return self if name is None else Place(self.path, (*self.via, name), self.in_)

    def problem(self, pred: object, val: object, reason: str | None = None) -> Problem:
        """Return the problem of val here, with its keys in clojure.spec's order."""
        path, via, in_ = self
        problem: Problem = {"path": [*path], "pred": pred, "val": val, "via": [*via], "in": [*in_]}
        if reason is not None:
            problem["reason"] = reason
        return problem

    def missing(self, part: Spec) -> list[Problem]:
        """Return the problem of a sequence that ends before a part has matched."""
        return [self.problem(part.form(), [], reason=reasons.INSUFFICIENT_INPUT)]


START: Final = Place()
"""The place where explain starts."""

ROOM: Final = 50
"""The least number of free stack frames for a call of a user's function."""


def has_room(frames: int = ROOM) -> bool:
    """True if at least this many stack frames are free."""
    try:
        sys._getframe(sys.getrecursionlimit() - frames)
    except ValueError:  # the stack is not that deep
        return True
    return False


def refusal(error: BaseException) -> str:
    """Return the reason of a refusal by an exception of a user's function; reraise a limit of ours.

    A call of a predicate, a conformer, a model or a method of the value catches every exception and passes it
    here: the value is invalid. But a LimitError is no evidence about the value. Nor is a RecursionError,
    unless the function had half of the stack to itself.
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
"""The greatest number of walks through a value that gather the values for models."""

_SHALLOW: Final = 20  # nested names; the stack is checked from here on


_EXPLAINED: Final = 1000
"""The number of explanations in one question after which the same collection is explained only once.

If two branches lead back to a name, or a value holds one part twice, the number of problems doubles with each
level.
"""

_EXPLAINED_LEAVES: Final = 10_000
"""The same for values other than collections: Python may share equal ones among many values."""

_LEAVES: Final = frozenset({str, int, float, bool, bytes, type(None)})


@runtime_checkable
class Model(Protocol):
    """A spec that answers about many values in one call."""

    def accepts_each(self, xs: Sequence[Any], table: names.Names | None = None) -> Sequence[bool]: ...


class Question:
    """The state of one question; it is passed from spec to spec.

    Attributes:
        names: the table to look names up in.
        answers: the answers of names about values, by name and id of the value. Each memo keeps the objects
            of its ids alive.
        explained: the number of explanations of names so far.
        verdicts: the verdicts of models about values, by their ids.
        waiting: the values that each model has yet to answer for; None to call the model directly.
        element: the state of the current regex, at its current element: an `ElementState` of
            `mxspec.specs.regex.matching`, which sets it.
        depth: the number of nested names.
        steps: the number of derivatives of regexes so far.
        unsent: keys that a sent dict of a class's fields does not have, unless the class lists them; None
            where a value is received.
    """

    __slots__ = (
        "answers",
        "depth",
        "element",
        "explained",
        "names",
        "steps",
        "unsent",
        "verdicts",
        "waiting",
    )

    def __init__(self, table: names.Names) -> None:
        self.names = table
        self.answers: dict[tuple[Any, ...], list[Any]] = {}
        self.explained = 0
        self.verdicts: dict[tuple[int, int], tuple[Any, bool]] = {}
        self.waiting: dict[Model, list[Any]] | None = {}
        self.element: Any = None
        self.depth = 0
        self.steps = 0
        self.unsent: frozenset[str] | None = frozenset()

    def is_explained(self, key: Hashable, x: Any) -> bool:
        """True if the part with this key has explained x before, and the limit of explanations is reached."""
        place = ("explain", key, id(x))
        self.explained += 1
        limit = _EXPLAINED_LEAVES if type(x) in _LEAVES else _EXPLAINED
        if self.explained > limit and place in self.answers:
            return True
        self.answers[place] = [x, None]
        return False

    def accepts(self, model: Model, x: Any, *, waits: bool) -> bool:
        """Return the verdict of a model about x, True for the time being if it waits (`ask_spec`)."""
        known = self.verdicts.get((id(model), id(x)))
        if known is None:
            if waits and self.waiting is not None:
                self.waiting.setdefault(model, []).append(x)
                return True
            known = self.verdicts[id(model), id(x)] = (x, model.accepts_each([x], self.names)[0])
        return known[1]

    def enter(self, name: str) -> None:
        """Count one more name inside the others; raise LimitError if too little stack is left."""
        self.depth += 1
        if self.depth > _SHALLOW and not has_room():
            raise LimitError(
                f"nested too deeply: {self.depth:,} names are inside each other at {name!r}, where Python's "
                f"recursion limit of {sys.getrecursionlimit():,} leaves no room for more",
                spec=name,
            )


def ask_spec(operation: Callable[[Question], T], spec: Any, table: names.Names | None = None) -> T:
    """Return the answer of an operation to a new question.

    The first time it meets a value, a model notes it and accepts it provisionally. Then we give the model all
    noted values in one call and repeat the question, until no answer is provisional. So a model gets batches
    wherever it is in a spec, and no other kind of spec needs to know about batches.

    Args:
        operation: a function of the question, which may be called several times.
        spec: the spec of the question, for messages.
        table: the table to look names up in, by default the current one.

    Raises:
        LimitError: the value or the spec is nested too deeply.
        SpecError: the value changes during the question.
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
    except RuntimeError as error:
        if "during iteration" not in str(error):
            raise
        raise SpecError("the value was changed by another thread while it was asked", spec=spec) from error


def _depth(traceback: types.TracebackType | None) -> int:
    """Return the number of nested specs in a traceback.

    It is the count of the most frequent function of ours: a method of specs, or of the rest of a regex.
    """
    calls: collections.Counter[types.CodeType] = collections.Counter()
    while traceback is not None:
        frame = traceback.tb_frame
        calls[frame.f_code] += str(frame.f_globals.get("__name__")).startswith("mxspec.")
        traceback = traceback.tb_next
    return max(calls.values())
