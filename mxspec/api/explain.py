"""The reasons why a value does not fit: explain and its kin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mxspec import names
from mxspec.api.compiled import compiled
from mxspec.api.operations import valid
from mxspec.core.predicate import specize
from mxspec.core.problems import START
from mxspec.core.question import ask
from mxspec.core.spec import Spec
from mxspec.errors import ErrorDetails, Explanation, Problem, SpecError
from mxspec.words.listing import error_list
from mxspec.words.problems import ProblemTable, problems_text

Error = TypeVar("Error", bound=SpecError)
Printer = Callable[[Mapping[str, Any] | None], str]


def explain_data(spec: Any, x: Any) -> Explanation | None:
    """Return the problems of x by spec, or None if it fits (s/explain-data).

    Returns:
        `{"problems": [...], "spec": spec, "value": x}`, each problem a dict of path (the tags and keys in
        the spec), pred (the form that refused), val (the part of x that it refused), via (the names of the
        specs on the way), in (the keys and indices in x) and, where there is one, reason. After 10,000
        explanations of parts, a part that was explained before is one problem by itself. A notebook shows it
        as a table.

    Raises:
        UnknownSpecError, SpecError: as in `conform`.

    Example:
        >>> import mxspec as s
        >>> s.explain_data(s.coll_of(int), [1, "x"])["problems"]
        [{'path': [], 'pred': <class 'int'>, 'val': 'x', 'via': [], 'in': [1]}]
    """
    problems = _problems(spec, x)
    if not problems:
        return None
    explained: Any = ProblemTable({"problems": problems, "spec": spec, "value": x})
    return explained  # type: ignore[no-any-return]  # cast would take a tenth of the time


def _problems(spec: Any, x: Any) -> list[Problem]:
    ready = names.current.explain.get(spec) if type(spec) is str else None
    if ready is not None:
        explain, place = ready
    else:
        # The name that was asked is in via, be it an alias.
        name = spec if isinstance(spec, str) else spec.name if isinstance(spec, Spec) else None
        place = START.under(name)
        functions = compiled(spec)
        explain = functions and functions.explain
    if explain is not None:
        try:
            problems: list[Problem] = explain(x, place)
            return problems
        except RecursionError:  # the meaning says how deep
            pass
    whole = specize(spec)
    return ask(lambda question: whole.explain(x, place, question), spec)


def refusal(error: type[Error], head: str, spec: Any, x: Any, **data: Any) -> Error:
    """Return an error of a class that says below a first line why x does not fit spec (explain-data*)."""
    whole = specize(spec)
    problems = ask(lambda question: whole.explain(x, START, question), spec)
    text = explanation({"problems": problems, "spec": spec})
    return error(f"{head}\n{text}", problems=problems, spec=spec, value=x, **data)


def explain_json(spec: Any, x: Any) -> list[ErrorDetails]:
    """Return the problems of x by spec in the shape of pydantic's errors, as JSON can hold them.

    json.dumps takes the list whatever spec and x are, and so does the detail of an HTTP exception.

    Returns:
        A dict for each problem, none if x fits: `type` (a word for a program), `loc` (the keys and indices in
        x), `msg` (a sentence), `input` (the part of x), `ctx` (the form that refused, the specs on the way,
        what a model read); `mxspec.errors.ErrorDetails` says more.

    Example:
        >>> import mxspec as s
        >>> [error] = s.explain_json(s.map_of(str, s.int_in(0, 10)), {"a": 1, "b": 12})
        >>> error["type"], error["loc"], error["msg"], error["input"]
        ('int_in', ['b', 1], 'an int from 0 to 9 is required', 12)
        >>> error["ctx"]
        {'pred': 'int_in(0, 10)', 'spec': 'map_of(str, int_in(0, 10))', 'path': [1], 'via': []}
        >>> s.explain_json(int, 3)
        []
    """
    # explain_data has problems of some values that fit, as clojure's has: of bare predicates in a merge.
    data = None if valid(spec, x) else explain_data(spec, x)
    return [] if data is None else error_list(data["problems"], spec)


def explain_str(spec: Any, x: Any) -> str:
    """Return the problems of x as text, a line each, the deepest first, or "Success!" (s/explain-str).

    Of more than 1,000 problems, the rest is counted.

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
    """Return the text for what `explain_data` returned, as mxspec words it (s/explain-printer).

    Example:
        >>> import mxspec as s
        >>> s.explain_printer(s.explain_data(int, "x"))
        "'x' - failed: int"
    """
    return "Success!" if data is None else problems_text(data["problems"], data.get("spec"))


_printer: Printer = explain_printer


def set_explain_printer(printer: Printer | None = None) -> None:
    """Set the function that turns every explanation into text from now on (s/*explain-out*).

    Args:
        printer: a function from what `explain_data` returns, which may be None, to a string; None for
            mxspec's own, `explain_printer`.

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
    """Return the text for what explain_data returned, by the printer that is set (s/explain-out)."""
    return _printer(data)
