"""Specs that say in the words of their author why they refuse a value: with_message."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mxspec.codegen.code import Code
from mxspec.codegen.expressions import Types
from mxspec.core.asking import CONFORM, UNFORM, Steps
from mxspec.core.batch import BatchStrategy
from mxspec.core.context import GenContext
from mxspec.core.parts import batch_strategy_of, explaining_pred, form_of, specize
from mxspec.core.problems import Bundle, Place
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.specs.around import Around
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    pass


def checked_message(message: object) -> str:
    """Return a message if it is some text, else raise SpecDefinitionError."""
    if not (isinstance(message, str) and message.strip()):
        raise SpecDefinitionError(f"a message is a sentence for whoever sent the value, not {message!r}")
    return message


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Worded(Around):
    """A spec, whose message takes the place of the reasons for which it refuses."""

    message: str

    def conforming(self, x: Any) -> Steps:
        return (yield CONFORM, specize(self.pred), x)

    def unforming(self, x: Any) -> Steps:
        return (yield UNFORM, specize(self.pred), x)

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        return specize(self.pred).conform_batch(xs)

    def explaining(self, x: Any, place: Place) -> Steps:
        if (yield CONFORM, self, x) is not INVALID:
            return []
        problems = yield from explaining_pred(self.pred, x, place)
        return in_words(problems, self.message, self.form())

    def batch_strategy(self, context: GenContext) -> BatchStrategy | None:
        return batch_strategy_of(self.pred, context)

    def may_change(self, code: Code) -> bool:
        return code.may_change(self.pred)

    def write_conform(self, code: Code, v: str) -> str:
        return code.conform(self.pred, v)

    def builtin_types(self, code: Code) -> Types:
        types: Types = code.spec(self.pred).builtin_types(code)
        return types

    def form(self) -> Any:
        return ("with_message", form_of(self.pred), self.message)


def in_words(problems: Iterable[Any], message: str, form: Any) -> list[Any]:
    """Return problems with a message as their reason, except those that have one of their own.

    Several of one value, such as those of the branches of `or_`, become one, of the form as a whole.
    """
    worded: list[Any] = []
    for problem in problems:
        if type(problem) is Bundle:
            if not problem.is_worded:
                problem = Bundle(in_words(problem.problems, message, form), is_worded=True)
            worded.append(problem)
            continue
        if "message" in problem:
            worded.append(problem)
            continue
        before = worded[-1] if worded and type(worded[-1]) is not Bundle else None
        if before is not None and before.get("message") == message and _is_same_place(before, problem):
            shared = len([*_shared(before["path"], problem["path"])])
            worded[-1] = {**before, "path": before["path"][:shared], "pred": form}
        else:
            worded.append({**problem, "reason": message, "message": message})
    return worded


def _is_same_place(a: Problem, b: Problem) -> bool:
    return len(a["in"]) == len(b["in"]) and all(map(operator.is_, a["in"], b["in"]))


def _shared(a: list[Any], b: list[Any]) -> Iterable[Any]:
    """Yield the steps that two paths begin with."""
    for step, other in zip(a, b, strict=False):
        if step is not other:
            return
        yield step
