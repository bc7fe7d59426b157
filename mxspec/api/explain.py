"""Why a value does not fit, as data and in words. The words for people are made here alone."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mxspec.api.compiled import compiled, explain_by_name
from mxspec.core.parts import find_name, form_of, specize
from mxspec.core.problems import START, exception_text
from mxspec.core.spec import Spec
from mxspec.errors import Problem, did_you_mean
from mxspec.names.forms import call_text


def explain_data(spec: Any, x: Any) -> dict[str, Any] | None:
    """None where x fits spec, else what is wrong with it (s/explain-data).

    Returns:
        `{"problems": [...], "spec": spec, "value": x}`, each problem a dict of path (the tags and keys in
        the spec), pred (the form that refused), val (the part of x that it refused), via (the names of the
        specs on the way), in (the keys and indices in x) and, where there is one, reason.

    Example:
        >>> import mxspec as s
        >>> s.explain_data(s.coll_of(int), [1, "x"])["problems"]
        [{'path': [], 'pred': <class 'int'>, 'val': 'x', 'via': [], 'in': [1]}]
    """
    ready = explain_by_name.get(spec) if type(spec) is str else None
    name = find_name(spec)
    place = START.under(name)
    try:
        if ready is None and isinstance(spec, (str, Spec)) and (made := compiled(spec)) is not None:
            ready = made.explain
        problems = ready(x, place) if ready is not None else specize(spec).explain(x, place)
    except RecursionError:
        problems = [place.problem(form_of(specize(spec)), x, reason="nested too deeply")]
    return {"problems": problems, "spec": spec, "value": x} if problems else None


def explain_str(spec: Any, x: Any) -> str:
    """What is wrong with x, a line for each problem, the deepest first, or "Success!" (s/explain-str).

    Example:
        >>> import mxspec as s
        >>> print(s.explain_str(s.map_of(str, s.int_in(0, 10)), {"a": 1, "b": 12}))
        12 - failed: int_in(0, 10) in: ['b', 1] at: [1]
    """
    return explanation(explain_data(spec, x))


def explain(spec: Any, x: Any) -> None:
    """Print `explain_str` (s/explain).

    Example:
        >>> import mxspec as s
        >>> s.explain(int, 3)
        Success!
    """
    print(explain_str(spec, x))


def explain_printer(data: Mapping[str, Any] | None) -> str:
    """The words for what `explain_data` returned, as long as no other printer is set (s/explain-printer).

    Example:
        >>> import mxspec as s
        >>> s.explain_printer(s.explain_data(int, "x"))
        "'x' - failed: int"
    """
    if data is None:
        return "Success!"
    # Two stable sorts, as clojure does: by the depth in the spec, within it by the depth in the value.
    problems = sorted(data["problems"], key=lambda found: -len(found["in"]))
    problems.sort(key=lambda found: -len(found["path"]))
    return "\n".join(map(problem_text, problems))


_printer: Callable[[Mapping[str, Any] | None], str] = explain_printer


def set_explain_printer(printer: Callable[[Mapping[str, Any] | None], str] | None = None) -> None:
    """Have printer make the words of every explanation from now on (s/*explain-out*).

    Args:
        printer: a function from what `explain_data` returns, also None, to a string; None for mxspec's own,
            `explain_printer`.

    Example:
        >>> import mxspec as s
        >>> s.set_explain_printer(lambda data: f"{len(data['problems'])} problems" if data else "fine")
        >>> s.explain(s.tuple_(int, int), ["a", "b"])
        2 problems
        >>> s.set_explain_printer()
    """
    global _printer
    _printer = printer or explain_printer


def explanation(data: Mapping[str, Any] | None) -> str:
    """The words for what explain_data returned, by the printer that is set (s/explain-out)."""
    return _printer(data)


def problem_text(found: Problem) -> str:
    """One problem in a line: the value, what it failed, and where."""
    words = [f"{short(found['val'])} - failed: {'; '.join(_failures(found))}"]
    if found["in"]:
        words.append(f"in: [{', '.join(map(short, found['in']))}]")
    if found["path"]:
        words.append(f"at: [{', '.join(map(short, found['path']))}]")
    if found["via"]:
        words.append(f"spec: {found['via'][-1]!r}")
    return " ".join(words)


# Forms whose reasons say all there is to say.
_SAID_BY_REASON = frozenset({"model_spec", "array", "shape", "dtype", "finite", "min", "max"})


def _failures(found: Problem) -> Iterator[str]:
    pred, val = found["pred"], found["val"]
    reason = found.get("reason")
    if reason is not None:
        yield reason
    if isinstance(pred, tuple) and pred and pred[0] in ("contains", "or", "and"):
        yield _missing_text(pred) + _near_key(pred, val)
    elif isinstance(pred, tuple) and pred and pred[0] == "count":
        yield _count_text(pred)
    elif pred == ("distinct",):
        yield "all elements are distinct"
    elif pred is not None and not (reason and isinstance(pred, tuple) and pred[0] in _SAID_BY_REASON):
        yield call_text(pred)


def _missing_text(pred: Any) -> str:
    return f"{_keys_text(pred)} required"


def _keys_text(pred: Any) -> str:
    if pred[0] == "contains":
        return f"key {pred[1]!r}"
    return f"({f' {pred[0]} '.join(map(_keys_text, pred[1:]))})"


def _near_key(pred: Any, val: Any) -> str:
    if pred[0] != "contains" or not isinstance(val, Mapping):
        return ""
    return did_you_mean(pred[1], [key for key in val if isinstance(key, str)])


def _count_text(pred: Any) -> str:
    if len(pred) == 2:
        return f"count is {pred[1]}"
    low, high = pred[1:]
    return f"count is at least {low}" if high is None else f"count is from {low} to {high}"


# --- values, shortened ------------------------------------------------------------------------------------


class _Short(reprlib.Repr):
    """Long values shortened, arrays by their shape, type and range."""

    def __init__(self) -> None:
        super().__init__()
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 6
        self.maxstring = self.maxother = 80

    def repr1(self, x: Any, level: int) -> str:
        try:
            if hasattr(x, "shape") and hasattr(x, "dtype"):
                return array_text(x)
            return super().repr1(x, level)
        except Exception as error:
            return f"<{type(x).__name__} whose repr raises {exception_text(error)}>"


def array_text(x: Any) -> str:
    """An array by its shape, dtype and range.

    Example:
        >>> import numpy as np
        >>> array_text(np.linspace(0, 1, 784, dtype="float32").reshape(1, 784))
        'array of shape (1, 784), float32, 0.0 to 1.0'
    """
    import numpy as np

    values = np.asarray(x.asnumpy() if hasattr(x, "asnumpy") else x)
    text = f"array of shape {values.shape}, {values.dtype}"
    if values.size and values.dtype.kind in "biuf":
        numbers = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        if numbers.size:
            text += f", {numbers.min()} to {numbers.max()}"
        if numbers.size < values.size:
            text += f", {values.size - numbers.size} not finite"
    return text


_short = _Short()


def short(x: Any) -> str:
    """The repr of x, shortened."""
    return _short.repr(x)
