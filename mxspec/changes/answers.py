"""The answer of `check_compatible`: the verdict on a change, and the value that shows it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from mxspec.addresses import reduce_by_name
from mxspec.base.messages.explanations import problems_text
from mxspec.base.messages.html_page import html_block, html_part, html_text
from mxspec.base.values import short_repr
from mxspec.changes.classes import NoTwinError, as_twin
from mxspec.changes.proof import Version
from mxspec.errors import Problem, SpecError
from mxspec.specs.core.budget import out_of_time_text
from mxspec.specs.core.generation import accepts
from mxspec.specs.core.question import START, Place, Question, ask_spec
from mxspec.specs.core.spec import Spec, text_of

Verdict = Literal["proved", "broken", "not refuted"]

SUCCESS: Final = "Success!"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Compatibility:
    """The answer of `check_compatible`: false if the change breaks something.

    Attributes:
        verdict: "proved" if one spec accepts every value of the other, "broken" if it refuses one, and "not
            refuted" if neither a proof nor such a value was found.
        witness: the smallest value found that one of them accepts and the other refuses; a `FunctionCall`
            where the arguments of functions are compared. An `AnyValue` in it stands for any value of a part
            without an example.
        old, new: each spec's explanation of the witness, `"Success!"` where it is valid; None without a
            witness.
        examples: the number of valid values that were tried.
        part: the broken part of a function, "args" or "ret"; "table" if the witness is a table of valid rows
            that breaks a term of a contract.
        without: the parts without a generator, so that no example of them was tried.
        unproved: the parts without a proof, in words, as far as they are known.
        proves_rows: True if the proof holds for all rows, and only terms of a table are left open.
        ended_after: the limit, in seconds, that ended the work; None if no clock cut it short.
    """

    __reduce_ex__ = reduce_by_name

    verdict: Verdict
    witness: Any = None
    old: str | None = None
    new: str | None = None
    examples: int = 0
    part: str | None = None
    without: tuple[str, ...] = ()
    unproved: tuple[str, ...] = ()
    proves_rows: bool = False
    ended_after: float | None = None

    def __bool__(self) -> bool:
        return self.verdict != "broken"

    def _repr_html_(self) -> str:
        return html_part(f"<p>{html_text(self.verdict)}</p>{html_block(repr(self))}")

    def __repr__(self) -> str:
        if self.verdict == "proved":
            return "proved: no valid value is refused"
        if self.verdict == "not refuted":
            late = [] if self.ended_after is None else [out_of_time_text(self.ended_after)]
            if late and not (self.examples or self.without or self.unproved):
                return f"undecided: {late[0]}"
            tried = "nothing was tried" + (
                "" if self.without or self.unproved else ", since no example is known"
            )
            if self.examples:
                tried = f"{self.examples:,} examples are accepted, which is no proof"
            missing = f"no example is known of {', '.join(self.without)}; s.with_gen gives one"
            rows = "no valid row is refused" if self.proves_rows else tried
            reasons = [f"not proved: {text}" for text in self.unproved] + [missing] * bool(self.without)
            return "; ".join([f"not refuted: {rows}", *reasons, *late])
        is_old = self.old != SUCCESS
        reason = self.old if is_old else self.new
        where = "" if self.part is None or isinstance(self.witness, FunctionCall) else f"{self.part}: "
        side, other = ("new", "old") if is_old else ("old", "new")
        return f"broken: {where}{short_repr(self.witness)} fits {side}, but {other} says\n{reason}"


def join_answers(answers: Sequence[Compatibility]) -> Compatibility:
    """Return one answer for several parts: the first that is broken; proved if all are."""
    for answer in answers:
        if answer.verdict == "broken":
            return answer
    if all(answer.verdict == "proved" for answer in answers):
        return Compatibility("proved")
    return Compatibility(
        "not refuted",
        examples=sum(answer.examples for answer in answers),
        without=tuple(dict.fromkeys(text for answer in answers for text in answer.without)),
        unproved=tuple(dict.fromkeys(text for answer in answers for text in answer.unproved)),
        proves_rows=all(answer.verdict == "proved" or answer.proves_rows for answer in answers),
        ended_after=max((x for answer in answers if (x := answer.ended_after) is not None), default=None),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class AnyValue:
    """A part of a witness that may be any value of a spec without a known example."""

    spec: Spec

    def __repr__(self) -> str:
        return f"<any value of {text_of(self.spec)}>"


@dataclasses.dataclass(frozen=True, repr=False)
class FunctionCall:
    """A call that one version of a function takes.

    Example:
        >>> FunctionCall("price", (1,), {"n": 2})
        price(1, n=2)
    """

    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    def __repr__(self) -> str:
        words = [*map(short_repr, self.args), *(f"{name}={short_repr(x)}" for name, x in self.kwargs.items())]
        return f"{self.name}({', '.join(words)})"


def explain_witness(version: Version, x: Any, place: Place = START) -> str:
    """Return why x does not fit a version, or "Success!"; place is the place of x in a larger value."""
    spec = version.spec

    def problems_of(x: Any, question: Question) -> list[Problem]:
        question.unsent = version.unsent
        return spec.explain(x, place, question)

    try:
        x = as_twin(x, version.twins)
        with version.in_force():
            problems = ask_spec(functools.partial(problems_of, x), spec, version.table)
            is_valid = accepts(spec, x, version.table, version.unsent)
            return SUCCESS if is_valid else problems_text(problems, spec)
    except (NoTwinError, SpecError) as error:
        return str(error)
