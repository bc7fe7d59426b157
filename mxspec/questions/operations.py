"""The operations on specs: define, valid, conform, unform, form, explain, assert."""

from __future__ import annotations

import dataclasses
import inspect
import os
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, overload

from mxspec.base import names
from mxspec.base.forms import describe_form
from mxspec.base.messages.explanations import ProblemTable, error_list, problems_text
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, plain_text, short_repr
from mxspec.errors import (
    ErrorDetails,
    Explanation,
    Problem,
    SpecAssertionError,
    SpecDefinitionError,
    SpecError,
    UnformError,
    UnknownSpecError,
    ValidationError,
    name_recursion_limit,
    warn_of_unmatched,
)
from mxspec.frames.frame_spec import PLAIN, all_rows_fit, spec_of_frames
from mxspec.specs.compiled import compiled_spec
from mxspec.specs.core.question import START, Place, ask_spec
from mxspec.specs.core.spec import Reference, Spec, as_part, name_of, specize
from mxspec.specs.core.swapped import spec_before
from mxspec.specs.reading import UnreadableValue
from mxspec.specs.regex.combinators import Maybe, with_message
from mxspec.specs.regex.matching import NestedRegex


def def_(name: str, spec: Any, *, doc: str | None = None) -> str:
    """Register spec under name, or remove name if spec is None (s/def).

    Args:
        name: a qualified name, `"namespace/name"`.
        spec: a spec, a predicate, a type, a set, or the name of a registered spec, which makes an alias.
        doc: what its values are, in words for `doc`, and the description in JSON Schema and in pydantic's.

    Returns:
        name.

    Raises:
        SpecDefinitionError: name is not qualified, spec is not one, doc is no text, or an alias would lead
            back to itself.
        UnknownSpecError: spec is a name that is not registered.

    Example:
        >>> import mxspec as s
        >>> s.def_("doc/digit", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
        'doc/digit'
        >>> s.valid("doc/digit", 7)
        True
    """
    if callable(name) and issubclass(type(spec), str):
        words = f"def_(name, spec); the first is {short_repr(name)}, the second a name"
        raise SpecDefinitionError(f"the arguments are swapped: {words}")
    name = names.check_name(name)
    if not (doc is None or isinstance(doc, str)):
        raise SpecDefinitionError(f"doc is some words or None, not {short_repr(doc)}")
    spec = spec.to if isinstance(spec, Reference) else plain_text(spec)
    entry = spec if spec is None or isinstance(spec, str) else dataclasses.replace(specize(spec), name=name)
    names.register(name, entry, plain_text(doc))
    return name


def doc(name: Any) -> str | None:
    """Return a name's description in words, as given to `def_`, or None (clojure.repl/doc).

    An alias without words has the words of its target. A function with a spec by `fdef`, and a spec by
    `def_model_spec` as a decorator, have the docstring of the function.

    Args:
        name: a qualified name, a spec that has one, or a function.

    Raises:
        UnknownSpecError: nothing is registered under name.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/seats", s.int_in(1, 9), doc="how many seats are booked")
        >>> s.doc("doc/seats"), s.json_schema("doc/seats")["description"]
        ('how many seats are booked', 'how many seats are booked')
    """
    name = name_of(name)
    if not isinstance(name, str):
        return names.current.doc(names.name_of_function(name)) or inspect.getdoc(name)
    names.current.resolve(name)
    return names.current.doc(name)


def get_spec(name: Any) -> Any:
    """Return the spec under name, the other name if it is an alias, or None (s/get-spec).

    Args:
        name: a qualified name, a spec that has one, or a function with a spec by `fdef`.

    Example:
        >>> import mxspec as s
        >>> s.get_spec("doc/nothing-here") is None
        True
    """
    name = name_of(name)
    return names.current.entries.get(name if isinstance(name, str) else names.name_of_function(name))


def is_spec(x: object) -> bool:
    """True if x is a spec object; a sequence regex is not one until s.spec(...) wraps it (s/spec?).

    Example:
        >>> import mxspec as s
        >>> s.is_spec(s.and_(int)), s.is_spec(int), s.is_spec(s.star(int)), s.is_spec(s.spec(s.star(int)))
        (True, False, False, True)
    """
    return isinstance(x, Spec) and not x.is_regex


def is_regex(x: object) -> bool:
    """True if x is a sequence regex (s/regex?).

    Example:
        >>> import mxspec as s
        >>> s.is_regex(s.star(int)), s.is_regex(s.coll_of(int))
        (True, False)
    """
    return isinstance(x, Spec) and x.is_regex


def conform(spec: Any, x: Any) -> Any:
    """Return x as spec sees it: itself, a destructured form of it, or INVALID (s/conform).

    If spec is one of maps and x a frame, its rows are conformed, as by `frame`: it is x itself where no row
    changes, else the list of the conformed rows.

    Raises:
        UnknownSpecError: spec, or a part of it that x reaches, names nothing.
        SpecError: x contains itself, x or spec is nested too deeply, or a regex can continue in too many
            ways.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.or_(name=str, id=int), 7)
        ('id', 7)
        >>> s.conform(int, "seven")
        INVALID
    """
    ready = names.current.conform.get(spec) if type(spec) is str else None
    if ready is None:
        functions = compiled_spec(spec, x)
        ready = None if functions is None else functions.conform
    if ready is not None:
        try:
            conformed = ready(x)
            if conformed is INVALID and type(x) not in PLAIN:
                return _conform_frame(spec, x)
            return conformed
        except RecursionError:  # the interpreter reports the depth
            pass
    whole = spec_before(spec, x)
    conformed = ask_spec(lambda question: whole.conform(x, question), spec)
    return conformed if conformed is not INVALID or type(x) in PLAIN else _conform_frame(spec, x)


def _conform_frame(spec: Any, x: Any) -> Any:
    """Return the conformed value of a frame, where the rows are meant; else INVALID."""
    frames = spec_of_frames(specize(spec), x)
    return INVALID if frames is None else ask_spec(lambda question: frames.conform(x, question), spec)


def valid(spec: Any, x: Any) -> bool:
    """True if x fits spec (s/valid?).

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.
        x: any value; if spec is one of maps, a frame too: all its rows have to fit (`frame`).

    Raises:
        UnknownSpecError, SpecError: as in `conform`.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.and_(int, s.is_even), 4)
        True
    """
    ready = names.current.valid.get(spec) if type(spec) is str else None
    if ready is None:
        functions = compiled_spec(spec, x)
        ready = None if functions is None else functions.valid
    if ready is not None:
        try:
            if ready(x):
                return True
            if type(spec) is Maybe:
                _warn_of_maybe(spec, x)
            return type(x) not in PLAIN and all_rows_fit(specize(spec), x)
        except RecursionError:
            pass
    whole = spec_before(spec, x)
    if ask_spec(lambda question: whole.conform(x, question), spec) is not INVALID:
        return True
    if type(spec) is Maybe:
        _warn_of_maybe(spec, x)
    return type(x) not in PLAIN and all_rows_fit(whole, x)


def _warn_of_maybe(spec: Maybe, x: Any) -> None:
    """Warn, once of each spec, of a maybe that checks one value, as where it accepts None or the value."""
    if spec not in _warned and valid(spec.part, x):
        _warned.add(spec)
        why = f"{spec!r} refuses {short_repr(x)}: {spec.instead}"
        warn_of_unmatched(["maybe"], lambda name: why, ())


_warned: weakref.WeakSet[Maybe] = weakref.WeakSet()


def unform(spec: Any, x: Any) -> Any:
    """Return the value that conforms to x (s/unform).

    Raises:
        UnformError: spec has a conformer without an inverse, or x is not a conformed value of it.

    Example:
        >>> import mxspec as s
        >>> s.unform(s.or_(name=str, id=int), ("id", 7))
        7
    """
    whole = spec_before(spec, x)
    try:
        return ask_spec(lambda question: whole.unform(x, question), spec)
    except UnreadableValue as error:
        raise UnformError(f"{short_repr(x)} can't be read: {error}", spec=spec, value=x) from None


def form(spec: Any) -> Any:
    """Return spec as data; `from_form` builds the spec again (s/form).

    The form of a predicate, a type or a set is itself.

    Example:
        >>> import mxspec as s
        >>> s.form(s.nilable("doc/digit")), s.form(s.spec(int))
        (('nilable', 'doc/digit'), <class 'int'>)
    """
    with name_recursion_limit("the form", spec):
        match specize(spec).form():
            case ("spec", pred) if not isinstance(pred, (tuple, str)):
                return pred
            case other:
                return other


def describe(spec: Any) -> Any:
    """Return spec as plain data, with predicates by their short names (s/describe).

    Example:
        >>> import mxspec as s
        >>> s.describe(s.and_(int, s.is_even))
        ('and_', 'int', 'is_even')
    """
    with name_recursion_limit("the form", spec):
        return describe_form(form(spec))


@name_options()
def spec(pred: Any, gen: Callable[[], Strategy] | None = None, *, message: str | None = None) -> Spec:
    """Return pred as a separate spec, with a generator; a regex then does not splice into others (s/spec).

    As in clojure, a name is looked up now. Inside another spec it is looked up at each question, and may be
    defined later: `s.and_("shop/lines")` nests a regex of that name.

    Args:
        pred: a spec, a predicate, a type, a set or a name.
        gen: a function of no argument that returns a strategy.
        message: why a value is refused, in words for its sender, as in `with_message`.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.cat(xs=s.spec(s.star(int)), y=int), [[1, 2], 3])
        {'xs': [1, 2], 'y': 3}
        >>> s.explain(s.spec(lambda n: n % 5 == 0, message="prices are multiples of 5"), 7)
        prices are multiples of 5 - value: 7
    """
    own = _definition_of(pred)
    if own.is_regex:
        own = NestedRegex(own, name=own.name if isinstance(pred, str) else None)
    worded = own if message is None else with_message(own, message)
    return worded if gen is None else with_gen(worded, gen)


def with_gen(spec: Any, gen_fn: Callable[[], Strategy]) -> Spec:
    """Return the same spec with examples from the strategy that gen_fn returns (s/with-gen).

    Examples that spec refuses are left out. A name is looked up now, as by `spec`.

    Example:
        >>> import mxspec as s
        >>> cat = s.with_gen(str, lambda: s.gen({"Suki", "Bill"}))
        >>> s.valid(cat, "Peaches"), s.generate(cat, seed=1) in {"Suki", "Bill"}
        (True, True)
    """
    own = _definition_of(spec)
    if not callable(gen_fn) and not hasattr(gen_fn, "example"):  # a strategy itself is one too
        raise SpecDefinitionError(
            f"with_gen takes a function that returns a strategy, not {short_repr(gen_fn)}; "
            "s.with_gen(spec, lambda: s.gen({'a', 'b'}))"
        )
    return dataclasses.replace(own, gen_fn=gen_fn, name=own.name if own.is_regex else None)


def _definition_of(spec: Any) -> Spec:
    """Return spec as a spec; for a name that is not defined yet, the error shows where it may stand."""
    try:
        return specize(spec)
    except UnknownSpecError as error:
        if not isinstance(spec, str):
            raise
        words = f"{error}; it is looked up now, and inside another spec, as s.and_({short_repr(spec)}), later"
        raise UnknownSpecError(words, spec=spec) from None


# --- explain and its kin ----------------------------------------------------------------------------------

Error = TypeVar("Error", bound=SpecError)
Printer = Callable[[Mapping[str, Any] | None], str]


def explain_data(spec: Any, x: Any) -> Explanation | None:
    """Return the problems of x by spec, or None if it fits (s/explain-data).

    If spec is one of maps and x a frame, the problems come from its first 1,000 refused rows, as by `frame`.

    Returns:
        `{"problems": [...], "spec": spec, "value": x}`, each problem a dict of path (the tags and keys in
        the spec), pred (the form that refused), val (the part of x that it refused), via (the names of the
        specs on the way), in (the keys and indices in x) and, if any, reason. After 1,000 explanations of
        parts (10,000 of numbers and texts), a repeated part becomes a single problem. A notebook shows it as
        a table.

    Raises:
        UnknownSpecError, SpecError: as in `conform`.

    Example:
        >>> import mxspec as s
        >>> s.explain_data(s.coll_of(int), [1, "x"])["problems"]
        [{'path': [], 'pred': <class 'int'>, 'val': 'x', 'via': [], 'in': [1]}]
    """
    problems = _problems(spec, x)
    if problems and type(x) not in PLAIN:
        problems = _problems_of_frame(spec, x, problems)
    if not problems:
        return None
    return ProblemTable(problems=problems, spec=spec, value=x)  # type: ignore[return-value]


def _problems(spec: Any, x: Any) -> list[Problem]:
    explain = names.current.explain.get(spec) if type(spec) is str else None
    place = START
    if explain is None:
        # The name that the caller gave is in via, even an alias.
        kind = type(spec)
        place = START.under(spec if issubclass(kind, str) else spec.name if issubclass(kind, Spec) else None)
        functions = compiled_spec(spec)
        explain = functions.explainer(place) if functions is not None and functions.explains else None
    if explain is not None:
        try:
            problems: list[Problem] = explain(x)
            return problems
        except RecursionError:  # the interpreter reports the depth
            place = explain.place
    return problems_at(place, spec, x)


def _problems_of_frame(spec: Any, x: Any, problems: list[Problem]) -> list[Problem]:
    """Return the problems of a frame's rows, where these are meant; else the problems of a value."""
    frames = spec_of_frames(specize(spec), x)
    return problems if frames is None else problems_at(START, frames, x)


def problems_at(place: Place, spec: Any, x: Any) -> list[Problem]:
    """Return the problems of x by spec at a place."""
    whole = spec_before(spec, x)
    return ask_spec(lambda question: whole.explain(x, place, question), spec)


def explained_error(
    error: type[Error], head: str, spec: Any, x: Any, place: Place = START, **data: Any
) -> Error:
    """Return an error of a class that explains below a first line why x does not fit spec (explain-data*)."""
    problems = problems_at(place, spec, x) or [place.problem(as_part(spec).form(), x)]
    text = explanation({"problems": problems, "spec": spec})
    return error(f"{head}\n{text}", problems=problems, spec=spec, value=x, **data)


def explain_json(spec: Any, x: Any) -> list[ErrorDetails]:
    """Return the problems of x by spec in the shape of pydantic's errors, as JSON can hold them.

    json.dumps takes the list for every spec and x, and so does the detail of an HTTP exception.

    Returns:
        A dict for each problem: `type` (a word for a program), `loc` (the keys and indices in
        x), `msg` (a sentence), `input` (the part of x), `ctx` (the form that refused, the specs on the way,
        the reading of a model); see `mxspec.errors.ErrorDetails`.

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
    # As in clojure, explain_data has problems of some values that fit: of bare predicates in a merge.
    data = None if valid(spec, x) else explain_data(spec, x)
    return [] if data is None else error_list(data["problems"], spec)


def explain_str(spec: Any, x: Any) -> str:
    """Return the problems of x as text, a line each, the deepest first, or "Success!" (s/explain-str).

    A line has the sentence of `explain_json`, with the value; then the form that failed, the place in x and
    in the spec, and the name of the spec. Past 1,000 problems, a number counts the rest.

    Example:
        >>> import mxspec as s
        >>> print(s.explain_str(s.map_of(str, s.int_in(0, 10)), {"a": 1, "b": 12}))
        an int from 0 to 9 is required, not 12 - failed: int_in(0, 10) in: ['b', 1] at: [1]
    """
    return explanation(explain_data(spec, x))


def explain(spec: Any, x: Any) -> None:
    """Print why x does not fit spec, with the text of `explain_str` (s/explain).

    Example:
        >>> import mxspec as s
        >>> s.explain(int, 3)
        Success!
    """
    print(explain_str(spec, x))


def explain_printer(data: Mapping[str, Any] | None) -> str:
    """Return a result of `explain_data` as text, in mxspec's words (s/explain-printer).

    Example:
        >>> import mxspec as s
        >>> s.explain_printer(s.explain_data(int, "x"))
        "an int is required, not 'x' - failed: int"
    """
    return "Success!" if data is None else problems_text(data["problems"], data.get("spec"))


_printer: Printer = explain_printer


def set_explain_printer(printer: Printer | None = None) -> None:
    """Set the function that turns every explanation into text from now on (s/*explain-out*).

    Args:
        printer: a function from the result of `explain_data`, a dict or None, to a string; None sets
            `explain_printer` again.

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
    """Return the text of a result of explain_data by the current printer (s/explain-out)."""
    return _printer(data)


# --- a value or an error ----------------------------------------------------------------------------------

T = TypeVar("T")


@overload
def validate(spec: type[T], x: object, *, conform: Literal[False] = False) -> T: ...
@overload
def validate(spec: Any, x: T, *, conform: Literal[False] = False) -> T: ...
@overload
def validate(spec: Any, x: object, *, conform: bool) -> Any: ...
def validate(spec: Any, x: Any, *, conform: bool = False) -> Any:
    """Return x if it fits spec, else raise a ValidationError with the reasons.

    Args:
        spec: a spec, a predicate, a type, a set, an annotation, a dict of specs or a registered name.
        x: any value; a frame for a spec of maps, as in `valid`.
        conform: True to return the conformed value, as from `conform`, instead of x.

    Raises:
        ValidationError: x does not fit. It has the text of `explain_str`, and the `errors()` of
            `explain_json`.
        UnknownSpecError, SpecError: as in `conform`.

    Example:
        >>> import mxspec as s
        >>> s.validate(int, 7), s.validate(s.or_(name=str, id=int), 7, conform=True)
        (7, ('id', 7))
        >>> s.validate(int, "seven")
        Traceback (most recent call last):
        mxspec.errors.ValidationError: an int is required, not 'seven' - failed: int
    """
    if conform:
        conformed = _conformed(spec, x)
        if conformed is not INVALID:
            return conformed
    elif valid(spec, x):
        return x
    data = explain_data(spec, x) or {"problems": [START.problem(form(spec), x)], "spec": spec}
    raise ValidationError(explanation(data), problems=data["problems"], spec=spec, value=x)


_conformed = conform  # an option above has this name

# --- assertions -------------------------------------------------------------------------------------------

VARIABLE = "MXSPEC_CHECK_ASSERTS"
"""The environment variable that decides if assertions are checked from the start; "true" turns them on."""

_checked: bool | None = None


def is_check_asserts() -> bool:
    """True if `assert_` checks, by `check_asserts` or MXSPEC_CHECK_ASSERTS (s/check-asserts?).

    Example:
        >>> import mxspec as s
        >>> s.check_asserts(True)
        True
        >>> s.is_check_asserts()
        True
        >>> s.check_asserts(False)
        False
    """
    if _checked is None:
        return os.environ.get(VARIABLE, "").lower() in ("1", "true", "yes", "on")
    return _checked


def check_asserts(flag: bool) -> bool:
    """Turn the checks of `assert_` on or off, and return flag (s/check-asserts).

    Example:
        >>> import mxspec as s
        >>> s.check_asserts(False), s.assert_(int, "not checked")
        (False, 'not checked')
    """
    global _checked
    _checked = bool(flag)
    return _checked


def assert_(spec: Any, x: T) -> T:
    """Return x if it fits spec or assertions are off, as they are at first (s/assert).

    This is clojure's: a check that production turns off. `validate` checks always.

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.
        x: any value.

    Raises:
        SpecAssertionError: assertions are on, and x does not fit; `problems` and the message have the
            reasons.

    Example:
        >>> import mxspec as s
        >>> s.assert_(int, "seven")
        'seven'
        >>> s.check_asserts(True)
        True
        >>> s.assert_(int, "seven")
        Traceback (most recent call last):
        mxspec.errors.SpecAssertionError: Spec assertion failed
        an int is required, not 'seven' - failed: int
        >>> s.check_asserts(False)
        False
    """
    if not is_check_asserts() or valid(spec, x):
        return x
    raise explained_error(SpecAssertionError, "Spec assertion failed", spec, x, failure="assertion-failed")
