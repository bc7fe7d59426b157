"""Problems as text: a line for each, with the value, the forms it failed, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mxspec.errors import Problem, did_you_mean
from mxspec.names.forms import call_text
from mxspec.words.generated import origin_of, readings_text
from mxspec.words.values import short

# Forms whose reasons say all there is to say.
_SAID_BY_REASON: Final = frozenset(
    {"model_spec", "from_examples", "closed", "array", "shape", "dtype", "finite", "min", "max"}
)


def problems_text(problems: Iterable[Problem]) -> str:
    """Return problems a line each, the deepest first."""
    # Two stable sorts, as clojure does: by the depth in the spec, within it by the depth in the value.
    lines = sorted(problems, key=lambda problem: -len(problem["in"]))
    lines.sort(key=lambda problem: -len(problem["path"]))
    return "\n".join(map(problem_text, lines))


def problem_text(problem: Problem) -> str:
    """Return one problem as a line: the value, what it failed, and where."""
    words = [f"{short(problem['val'])}{_reading_of(problem)} - failed: {failure_text(problem)}"]
    if problem["in"]:
        words.append(f"in: [{', '.join(map(short, problem['in']))}]")
    if problem["path"]:
        words.append(f"at: [{', '.join(map(short, problem['path']))}]")
    if problem["via"]:
        words.append(f"spec: {problem['via'][-1]!r}")
    return " ".join(words)


def failure_text(problem: Problem) -> str:
    """Return what a value failed: the reason, and the form where the reason does not say it."""
    return "; ".join(_failures(problem))


def _reading_of(problem: Problem) -> str:
    """Return how a generated value was read when it was generated, where the problem does not say it."""
    origin = None if "label" in problem else origin_of(problem["val"])
    text = "" if origin is None else readings_text(problem["val"])
    return f", {text}" if text else ""


def _failures(problem: Problem) -> Iterator[str]:
    pred, reason = problem["pred"], problem.get("reason")
    head = pred[0] if isinstance(pred, tuple) and pred else None
    if "message" in problem:
        yield problem["message"]
        return
    if reason is not None:
        yield reason
    if head in ("contains", "or", "and"):
        yield f"{keys_text(pred)} required{near_key(pred, problem['val'])}"
    elif head == "count":
        yield _count_text(*pred[1:])
    elif pred == ("distinct",):
        yield "all elements are distinct"
    elif pred is not None and not (reason and head in _SAID_BY_REASON):
        yield call_text(pred)


def keys_text(pred: tuple[Any, ...]) -> str:
    """Return the keys that a form requires: `key 'a'`, `(key 'a' or key 'b')`."""
    head, *parts = pred
    return f"key {parts[0]!r}" if head == "contains" else f"({f' {head} '.join(map(keys_text, parts))})"


def near_key(pred: tuple[Any, ...], val: object) -> str:
    """Return a closing clause that names the key of a map nearest to one that it lacks, or no clause."""
    if pred[0] != "contains" or not isinstance(val, Mapping):
        return ""
    return did_you_mean(pred[1], [key for key in val if isinstance(key, str)])


def _count_text(low: int, *high: int | None) -> str:
    if not high:
        return f"count is {low}"
    [most] = high
    return f"count is at least {low}" if most is None else f"count is from {low} to {most}"
