"""Specs around one spec or function: nilable, conformer, nonconforming, with_message."""

from __future__ import annotations

import dataclasses
import itertools
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from mxspec.base.messages.wrong_options import name_options
from mxspec.base.strategies import combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, plain_text, short_repr
from mxspec.errors import Problem, SpecDefinitionError, SpecError, UnformError
from mxspec.predicates import PLAIN_TYPES, is_none
from mxspec.specs.core.batch import BatchStrategy, batch_strategy_of
from mxspec.specs.core.generation import NEVER, Context, branch_strategy, strategy_of
from mxspec.specs.core.parts import OPTIONAL, Part
from mxspec.specs.core.question import Place, Question, refusal
from mxspec.specs.core.spec import Find, Predicate, Spec, as_part
from mxspec.specs.core.writer import Code


@name_options()
def nilable(pred: Any) -> Spec:
    """Accept None and the values that pred accepts (s/nilable).

    Example:
        >>> import mxspec as s
        >>> s.valid(s.nilable(int), None), s.valid(s.nilable(int), "x")
        (True, False)
    """
    return Nilable(as_part(pred))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Nilable(Spec):
    pred: Spec

    head: ClassVar[str] = "nilable"
    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = True

    def parts(self) -> Sequence[Part]:
        return [Part(self.pred, OPTIONAL, "pred")]

    def conform(self, x: Any, question: Question) -> Any:
        return None if x is None or is_missing(x) else self.pred.conform(x, question)

    def unform(self, x: Any, question: Question) -> Any:
        return None if x is None else self.pred.unform(x, question)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if self.conform(x, question) is not INVALID:
            return []
        problems = self.pred.explain(x, place.choice("pred").under(self.pred.name), question)
        return [*problems, place.choice("nil").problem(is_none, x)]

    def are_alike(self, kind: type, find: Find) -> bool:
        return self.pred.are_alike(kind, find)

    def strategy(self, context: Context) -> Strategy | None:
        # Entries are counted by the part, so that several nilables of one part share them.
        of = context.target(self.pred) or self.pred
        inside = context.enter(of)
        part = inside.at("pred")
        if part.height(self.pred) == NEVER or inside.times(of) > inside.limit:
            return combine.just(None)
        return combine.frequency([(1, combine.just(None)), (9, branch_strategy(self.pred, part))])

    def expression(self, code: Code, v: str) -> str | None:
        inner = code.expression(self.pred, v)
        return inner and f"({v} is None or {_missing(v)} or {inner})"

    def write_valid(self, code: Code, v: str) -> None:
        with code.block(f"if not ({v} is None or {_missing(v)}):"):
            code.valid(self.pred, v)

    def write_conform(self, code: Code, v: str) -> str:
        conformed = code.name("c")
        with code.block(f"if {v} is None or {_missing(v)}:"):
            code.line(f"{conformed} = None")
        with code.block("else:"):
            code.line(f"{conformed} = {code.conform(self.pred, v)}")
        return conformed


def is_missing(x: Any) -> bool:
    """True for pandas' NA."""
    return type(x) not in PLAIN_TYPES and is_none(x)


def _missing(v: str) -> str:
    return f"(type({v}) not in PLAIN_TYPES and is_none({v}))"


@name_options()
def conformer(f: Callable[[Any], Any], unf: Callable[[Any], Any] | None = None) -> Spec:
    """Conform x to f(x); f returns INVALID for an invalid value (s/conformer).

    Args:
        f: the function; an exception refuses the value.
        unf: its inverse, for unform.

    Example:
        >>> import mxspec as s
        >>> to_int = s.conformer(int, str)
        >>> s.conform(to_int, "12"), s.unform(to_int, 12), s.conform(to_int, "x")
        (12, '12', INVALID)
    """
    if not callable(f) or not (unf is None or callable(unf)):
        raise SpecDefinitionError(
            f"a conformer is made of callables, not of {short_repr(f)} and {short_repr(unf)}"
        )
    return Conformer(f, unf)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Conformer(Spec):
    f: Callable[[Any], Any]
    unf: Callable[[Any], Any] | None = None

    changes: ClassVar[bool | None] = True
    constructive: ClassVar[bool] = True

    def conform(self, x: Any, question: Question) -> Any:
        try:
            return self.f(x)
        except Exception as error:
            refusal(error)
            return INVALID

    def unform(self, x: Any, question: Question) -> Any:
        if self.unf is None:
            raise UnformError(f"{self!r} has no function that unforms", spec=self, value=x)
        try:
            return self.unf(x)
        except SpecError:
            raise
        except Exception as error:
            words = f"{short_repr(x)} is nothing that {self!r} conforms to: {refusal(error)}"
            raise UnformError(words, spec=self, value=x) from error

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        try:
            return [place.problem(self.form(), x)] if self.f(x) is INVALID else []
        except Exception as error:
            return [place.problem(self.form(), x, reason=refusal(error))]

    def strategy(self, context: Context) -> Strategy | None:
        return None

    def form(self) -> Any:
        return ("conformer", self.f) if self.unf is None else ("conformer", self.f, self.unf)


# --- wrappers: examples and code come from the wrapped spec -----------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Wrapper(Spec):
    """A spec that accepts the values of the spec within."""

    pred: Spec

    # True if the keys of a closed map inside belong to a merge around it, too.
    keeps_keys: ClassVar[bool] = False

    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = True

    def parts(self) -> Sequence[Part]:
        return [Part(self.pred)]

    def held_specs(self) -> Sequence[Spec]:
        return [self.pred]  # the other fields of a contract hold rows

    def made_of(self, specs: Sequence[Spec]) -> Spec:
        return dataclasses.replace(self, pred=specs[0], gen_fn=None)

    def conform(self, x: Any, question: Question) -> Any:
        return self.pred.conform(x, question)

    def unform(self, x: Any, question: Question) -> Any:
        return self.pred.unform(x, question)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        return self.pred.explain(x, place.under(self.pred.name), question)

    def strategy(self, context: Context) -> Strategy | None:
        return strategy_of(self.pred, context)

    def expression(self, code: Code, v: str) -> str | None:
        return code.expression(self.pred, v)

    def write_valid(self, code: Code, v: str) -> None:
        code.valid(self.pred, v)

    def write_conform(self, code: Code, v: str) -> str:
        return code.conform(self.pred, v)


def nonconforming(spec: Any) -> Spec:
    """Accept the values of spec, and conform each to itself (s/nonconforming).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.nonconforming(s.or_(id=int, name=str)), 7)
        7
    """
    return Nonconforming(as_part(spec))


class Nonconforming(Wrapper, inherits=True):
    head: ClassVar[str] = "nonconforming"
    constructive: ClassVar[bool] = False
    changes: ClassVar[bool | None] = False

    def conform(self, x: Any, question: Question) -> Any:
        return INVALID if self.pred.conform(x, question) is INVALID else x

    def unform(self, x: Any, question: Question) -> Any:
        return x

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        # As in clojure, the name of the part is not in via, and a predicate is not bare here.
        part = self.pred
        spec: Spec = part.target(question.names.resolve)
        if isinstance(spec, Predicate) and spec.conform(x, question) is not INVALID:
            return []
        return spec.explain(x, place, question)


def checked_message(message: Any) -> str:
    """Return a message; raise SpecDefinitionError unless it is a string with text in it."""
    if not (isinstance(message, str) and message.strip()):
        raise SpecDefinitionError(
            f"a message is a sentence for the sender of the value, not {short_repr(message)}"
        )
    plain: str = plain_text(message)
    return plain


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class WithMessage(Wrapper, inherits=True):
    """A spec with a message that replaces the reasons of its problems."""

    message: str
    keeps_keys: ClassVar[bool] = True

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if self.conform(x, question) is not INVALID:
            return []
        problems = self.pred.explain(x, place.under(self.pred.name), question)
        return with_reason(problems, self.message, self.form())

    def batch_strategy(self, context: Context) -> BatchStrategy | None:
        return batch_strategy_of(self.pred, context)

    def form(self) -> Any:
        return ("with_message", self.pred.form(), self.message)


def with_reason(problems: Iterable[Problem], message: str, form: Any) -> list[Problem]:
    """Return problems with a message as their reason, unless they have a message already.

    Several problems of one value, such as one for each branch of `or_`, become one problem of the form.
    """
    worded: list[Problem] = []
    for problem in problems:
        if "message" in problem:
            worded.append(problem)
            continue
        before = worded[-1] if worded else None
        if before is not None and before.get("message") == message and _is_same_place(before, problem):
            steps = zip(before["path"], problem["path"], strict=False)
            shared = [step for step, _ in itertools.takewhile(lambda pair: pair[0] is pair[1], steps)]
            worded[-1] = {**before, "path": shared, "pred": form}
        else:
            worded.append({**problem, "reason": message, "message": message})
    return worded


def _is_same_place(a: Problem, b: Problem) -> bool:
    return len(a["in"]) == len(b["in"]) and all(map(operator.is_, a["in"], b["in"]))
