"""Problems as text: a line for each, with the value, the forms it failed, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from mxspec.errors import Problem, did_you_mean
from mxspec import names
from mxspec.forms import call_text
from mxspec.words.generated import origin_of, readings_text
from mxspec.words.values import short

# Forms whose reasons say all there is to say.
_SAID_BY_REASON: Final = frozenset(
    {"model_spec", "from_examples", "closed", "array", "shape", "dtype", "finite", "min", "max"}
)


_MOST_HINTS: Final = 10  # in all lines, each of which may have to look through a whole map
_MOST_STEPS: Final = 40  # of a path, that are shown

MOST_LINES: Final = 1000
"""The number of problems that a text shows. A million wrong elements would be 30 MB of text."""


def problems_text(problems: Iterable[Problem], spec: object = None) -> str:
    """Return problems a line each, the deepest first, and how many there are beyond MOST_LINES.

    Args:
        problems: as `explain_data` lists them.
        spec: the spec that was asked, or a name. A key that it asks for is in no hint.
    """
    hints = Hints(spec)
    # Two stable sorts, as clojure does: by the depth in the spec, within it by the depth in the value.
    lines = sorted(problems, key=lambda problem: -len(problem["in"]))
    lines.sort(key=lambda problem: -len(problem["path"]))
    texts = [problem_text(problem, hints) for problem in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        texts.append(f"... {len(lines) - MOST_LINES:,} more problems")
    return "\n".join(texts)


def problem_text(problem: Problem, hints: Hints) -> str:
    """Return one problem as a line: the value, what it failed, and where."""
    words = [f"{hints.short(problem['val'])}{_reading_of(problem)} - failed: {failure_text(problem, hints)}"]
    if problem["in"]:
        words.append(f"in: [{_steps_text(problem['in'])}]")
    if problem["path"]:
        words.append(f"at: [{_steps_text(problem['path'])}]")
    if problem["via"]:
        words.append(f"spec: {problem['via'][-1]!r}")
    return " ".join(words)


def failure_text(problem: Problem, hints: Hints) -> str:
    """Return what a value failed: the reason, and the form where the reason does not say it."""
    return "; ".join(_failures(problem, hints))


def _reading_of(problem: Problem) -> str:
    """Return how a generated value was read when it was generated, where the problem does not say it."""
    origin = None if "label" in problem else origin_of(problem["val"])
    text = "" if origin is None else readings_text(problem["val"])
    return f", {text}" if text else ""


def _steps_text(steps: Sequence[Any]) -> str:
    """Return the steps of a path, of a long one the first and the last."""
    if len(steps) <= _MOST_STEPS:
        return ", ".join(map(short, steps))
    # The first steps of what is no list are read off all the others.
    first = steps[:3] if isinstance(steps, list) else []
    more = f"... {len(steps) - len(first) - 3:,} more ..."
    return ", ".join([*map(short, first), more, *map(short, steps[-3:])])


def _failures(problem: Problem, hints: Hints) -> Iterator[str]:
    pred, reason = problem["pred"], problem.get("reason")
    head = pred[0] if isinstance(pred, tuple) and pred else None
    if "message" in problem:
        yield problem["message"]
        return
    if reason is not None:
        yield reason
    if head in ("contains", "or", "and"):
        yield f"{keys_text(pred)} required{hints.near_key(pred, problem['val'])}"
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


class Hints:
    """Words of one explanation: keys that may have been written in place of those that are missing.

    None is one that the spec asks for itself: `nme` may stand for `name`, `names` may not if it is a key too.
    """

    def __init__(self, spec: object) -> None:
        self._spec = spec
        self._asked: set[str] | None = None
        self._left = _MOST_HINTS
        self._last: tuple[object, str] = (self, "")

    def short(self, val: object) -> str:
        """Return the repr of val, shortened; of a map of which many keys are missing it is made once."""
        if self._last[0] is not val:
            self._last = (val, short(val))
        return self._last[1]

    def near_key(self, pred: tuple[Any, ...], val: object) -> str:
        """Return a clause that names the key of val which is nearest to the missing one, if one is near."""
        if pred[0] != "contains" or not isinstance(val, Mapping) or not self._left:
            return ""
        self._left -= 1
        if self._asked is None:
            self._asked = asked_keys(self._spec)
        try:
            keys = [str.__str__(key) for key in val if isinstance(key, str)]  # plain ones
        except Exception:  # a map may raise wherever it is asked
            return ""
        strangers = [key for key in keys if key not in self._asked and names.current.find(key) is None]
        return did_you_mean(pred[1], strangers)


def asked_keys(spec: Any) -> set[str]:
    """Return the keys that a spec asks for, and those that it may find, anywhere in it.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/cat", s.keys(req_un=["doc/name"], opt=["doc/age"]))
        >>> sorted(asked_keys(s.coll_of("doc/cat")))
        ['doc/age', 'name']
    """
    asked: set[str] = set()
    followed: set[str] = set()
    waiting: list[Any] = [spec.form() if hasattr(spec, "form") else spec]
    while waiting:
        form = waiting.pop()
        if isinstance(form, str):
            if form not in followed and (named := names.current.find(form)) is not None:
                followed.add(form)
                waiting.append(named.form())
        elif isinstance(form, dict):
            waiting += form.values()
        elif isinstance(form, (list, tuple)):
            if len(form) == 2 and form[0] in ("keys", "keys_star") and isinstance(form[1], dict):
                for name, key in _names_and_keys(form[1]):
                    waiting.append(name)
                    asked.add(key)
            else:
                waiting += form
    return asked


def _names_and_keys(entries: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names in the entries of a form of keys, with the keys that they stand for."""
    for option in ("req", "opt", "req_un", "opt_un"):
        for entry in entries.get(option, ()):
            for name in [entry] if isinstance(entry, str) else entry.names():
                yield name, name.partition("/")[2] if option.endswith("_un") else name


def _count_text(low: int, *high: int | None) -> str:
    if not high:
        return f"count is {low}"
    [most] = high
    return f"count is at least {low}" if most is None else f"count is from {low} to {most}"
