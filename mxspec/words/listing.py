"""Problems as a program hands them on: the type of each, where it is, and a sentence for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from mxspec.errors import ErrorDetails, Problem, ReadingFacts, list_errors_by
from mxspec.words import reasons
from mxspec.words.jsonable import MORE, WIDEST_INT, jsonable, repr_text, text
from mxspec.words.needs import MISSING, TYPES, form_text, needed
from mxspec.words.problems import Hints

# Forms whose reasons say all there is to say, and the type of their errors.
_SAID_BY_REASON: Final = MappingProxyType(
    {
        "array": "array_type",
        "shape": "array_shape",
        "dtype": "array_dtype",
        "finite": "array_finite",
        "min": "array_min",
        "max": "array_max",
        "model_spec": "not_recognised",
        "from_examples": "strange",
        "multi_spec": "no_method",
        "apply": "call_failed",
        "closed": "extra_forbidden",
    }
)
_READ_AS: Final = "read_as"
_BY_REASON: Final = MappingProxyType(
    {
        reasons.INSUFFICIENT_INPUT: "insufficient_input",
        reasons.EXTRA_INPUT: "extra_input",
        reasons.TOO_DEEP: "too_deep",
    }
)

ERROR_TYPES: Final = TYPES | {_READ_AS, *_SAID_BY_REASON.values(), *_BY_REASON.values()}
"""All types of errors, a word for a program to go by."""

_MOST_STEPS: Final = 100  # in ctx; loc has them all, unless those of all problems are too many for lists
_FACTS: Final = (*ReadingFacts.__annotations__, "index")


def error_list(problems: Sequence[Problem], spec: object = None) -> list[ErrorDetails]:
    """Return problems in the shape of pydantic's errors, each of which json.dumps takes."""
    asked, hints = "" if spec is None else form_text(spec), Hints(spec)
    return [_details(problem, asked, hints) for problem in problems]


list_errors_by(error_list)


def _details(problem: Problem, asked: str, hints: Hints) -> ErrorDetails:
    kind, message = _message(problem, hints)
    pred = problem["pred"]
    way = problem["in"]
    loc = [_step(key) for key in way] if isinstance(way, list) else _steps(way)
    if kind == MISSING and pred[0] == "contains":
        loc.append(_step(pred[1]))
    loc += problem.get("index", ())
    context = {
        "pred": "" if pred is None else form_text(pred),
        "spec": asked,
        "path": _steps(problem["path"]),
        "via": _steps(problem["via"]),
    }
    facts: Mapping[str, Any] = problem
    context |= {name: jsonable(facts[name]) for name in _FACTS if name in facts}
    return {"type": kind, "loc": loc, "msg": message, "input": jsonable(problem["val"]), "ctx": context}


def _steps(way: Sequence[Any]) -> list[str | int]:
    """Return the steps of a way as JSON, of a long one the first and the last; where it is no list, these."""
    if len(way) > _MOST_STEPS:
        first = _steps(way[: _MOST_STEPS // 2]) if isinstance(way, list) else []
        return [*first, MORE, *_steps(way[-_MOST_STEPS // 2 :])]
    return [_step(key) for key in way]


def _step(key: Any) -> str | int:
    """Return a key or an index as a part of loc."""
    kind = type(key)
    if issubclass(kind, str):
        return text(key)
    return key if kind is int and key.bit_length() < WIDEST_INT else repr_text(key)


def _message(problem: Problem, hints: Hints) -> tuple[str, str]:
    """Return the type of a problem and a sentence, which the spec's author may have written."""
    if "message" in problem:
        # What sort of problem it is, the form alone says then; of a model, whether there was a label.
        pred = problem["pred"]
        head = pred[0] if isinstance(pred, tuple) and pred and isinstance(pred[0], str) else ""
        kind = _SAID_BY_REASON.get(head) or ("spec" if pred is None else needed(pred, problem["val"])[0])
        return _READ_AS if head == "model_spec" and "label" in problem else kind, text(problem["message"])
    return _worded(problem, hints)


def _worded(problem: Problem, hints: Hints) -> tuple[str, str]:
    pred, reason = problem["pred"], problem.get("reason")
    head = pred[0] if isinstance(pred, tuple) and pred else None
    if reason is None:
        kind, words = needed(pred, problem["val"])
        near = hints.near_key(pred, problem["val"]) if kind == MISSING else ""
        return kind, text(f"{words} is required{near}")
    if head in _SAID_BY_REASON:
        is_read = head == "model_spec" and "label" in problem
        return _READ_AS if is_read else _SAID_BY_REASON[str(head)], text(reason)
    if reason in (reasons.TOO_DEEP, reasons.EXTRA_INPUT):
        return _BY_REASON[reason], reason
    kind, words = ("spec", "") if pred is None else needed(pred, problem["val"])
    if reason in _BY_REASON:
        return _BY_REASON[reason], f"{reason}: {words} is required" if words else reason
    return kind, text(f"{words} is required; {reason}" if words else reason)
