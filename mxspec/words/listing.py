"""Problems as a program hands them on: the type of each, where it is, and a sentence for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from mxspec.errors import ErrorDetails, Problem, ReadingFacts, list_errors_by
from mxspec.words import reasons
from mxspec.words.jsonable import WIDEST_INT, jsonable, repr_text, text
from mxspec.words.problems import Hints
from mxspec.words.requirements import BY_REASON, MISSING, TYPES, form_text, head_of, requirement

_READ_AS: Final = "read_as"
_REASONS: Final = MappingProxyType(
    {
        reasons.INSUFFICIENT_INPUT: "insufficient_input",
        reasons.EXTRA_INPUT: "extra_input",
        reasons.TOO_DEEP: "too_deep",
    }
)

ERROR_TYPES: Final = TYPES | {_READ_AS, *_REASONS.values()}
"""All types of errors, a word for a program to go by."""

_FACTS: Final = (*ReadingFacts.__annotations__, "index")


def error_list(problems: Sequence[Problem], spec: object = None) -> list[ErrorDetails]:
    """Return problems in the shape of pydantic's errors, each of which json.dumps takes."""
    asked, hints = "" if spec is None else form_text(spec), Hints(spec)
    return [_details(problem, asked, hints) for problem in problems]


list_errors_by(error_list)


def _details(problem: Problem, asked: str, hints: Hints) -> ErrorDetails:
    kind, message = _type_and_message(problem, hints)
    pred = problem["pred"]
    missing = [pred[1]] if kind == MISSING and pred[0] == "contains" else []
    context = {
        "pred": "" if pred is None else form_text(pred),
        "spec": asked,
        "path": _steps(problem["path"]),
        "via": _steps(problem["via"]),
    }
    facts: Mapping[str, Any] = problem
    return {
        "type": kind,
        "loc": [*_steps([*problem["in"], *missing]), *problem.get("index", ())],
        "msg": message,
        "input": jsonable(problem["val"]),
        "ctx": context | {name: jsonable(facts[name]) for name in _FACTS if name in facts},
    }


def _steps(steps: Iterable[Any]) -> list[str | int]:
    """Return keys and indices as JSON."""
    return [
        text(step)
        if issubclass(type(step), str)
        else step
        if type(step) is int and step.bit_length() < WIDEST_INT
        else repr_text(step)
        for step in steps
    ]


def _type_and_message(problem: Problem, hints: Hints) -> tuple[str, str]:
    """Return the type of a problem and a sentence, which the spec's author may have written."""
    pred, reason = problem["pred"], problem.get("reason")
    head = head_of(pred)
    if head in BY_REASON and reason is not None:
        # Of a model, it depends on whether there was a label.
        kind, words = _READ_AS if head == "model_spec" and "label" in problem else BY_REASON[head], ""
    else:
        kind, words = ("spec", "") if pred is None else requirement(pred, problem["val"])
    if "message" in problem:  # in place of the reason
        return kind, text(problem["message"])
    if reason is None:
        near = hints.near_key(pred, problem["val"]) if kind == MISSING else ""
        return kind, text(f"{words} is required{near}")
    if reason in _REASONS and head not in BY_REASON:
        kind, words = _REASONS[reason], words if reason == reasons.INSUFFICIENT_INPUT else ""
        return kind, f"{reason}: {words} is required" if words else reason
    return kind, text(f"{words} is required; {reason}" if words else reason)
