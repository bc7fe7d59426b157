"""Specs as plain Python functions, made at use, and anew when a name that they depend on is redefined."""

from __future__ import annotations

import itertools
import linecache
import weakref
from collections.abc import Callable, Sequence
from typing import Any, Final

from mxspec.base import names
from mxspec.base.names import Names
from mxspec.base.values import INVALID
from mxspec.errors import LimitError, Problem, SpecError
from mxspec.predicates import PLAIN_TYPES, SCALARS, TaggedValue
from mxspec.specs.collections import MOST_WRONG, CollOf
from mxspec.specs.core.batch import conform_each
from mxspec.specs.core.question import START, Place, Question, ask_spec
from mxspec.specs.core.spec import UNKEPT, Reference, Spec, specize, walk
from mxspec.specs.core.writer import NAMED, SCALAR_TYPES, Code, SourceModule, comment_of, expanded_size

MOST_PARTS: Final = 10_000
"""The greatest number of parts, each counted as often as it is written, in a compiled spec.

An `or_` of one spec twice checks a value with it twice, an `or_` of that `or_` twice 4 times, and so on. The
interpreter remembers the answers of names; compiled code does not.
"""

MISSING: Final[Any] = object()

GLOBALS: Final = {
    "INVALID": INVALID,
    "LimitError": LimitError,
    "MISSING": MISSING,
    "PLAIN_TYPES": PLAIN_TYPES,
    "SCALAR_TYPES": SCALAR_TYPES,
    "SCALARS": SCALARS,
    "TaggedValue": TaggedValue,
    **NAMED,
}
"""The names that every compiled function may use."""


class CompiledSpec:
    """The functions of a spec.

    Attributes:
        valid: a function from value to bool.
        conform: a function from value to conformed value.
        source: the source of both, or None.
        is_compiled: False if the interpreter answers for the spec.
        explains: False if the interpreter explains all values.
        wrong_keys: a function from value to the keys or indices of its invalid values, or None; its answer is
            None if it is unsure.
    """

    def __init__(self, spec: Spec, table: Names) -> None:
        self.spec = spec
        self._uses = names.Uses(table)
        self.wrong_keys: Callable[[Any], list[Any] | None] | None = None
        self._explainers: dict[Place, Explainer] = {}
        self.is_compiled = False
        self.explains = spec.is_regex
        self.source = f"# {comment_of(spec) if spec.parts() else 'this spec'} is not compiled\n"
        self.valid: Callable[[Any], bool] = lambda x: self.conform(x) is not INVALID
        self.conform: Callable[[Any], Any] = self.ask
        self._compile()
        if not self.is_compiled:
            note_names(spec, self._uses)

    def ask(self, x: Any, spec: Spec | None = None) -> Any:
        """Return the conformed value of x by the interpreter."""
        asked = self.spec if spec is None else spec
        return ask_spec(lambda question: asked.conform(x, question), asked, self._uses.table)

    @property
    def table(self) -> Names:
        """The newest table where the names of the spec are known to hold."""
        return self._uses.table

    def _compile(self) -> None:
        try:
            size, leads_back = expanded_size(self.spec, self._uses.table)
        except RecursionError:
            return
        if size > MOST_PARTS:
            return
        # The interpreter gathers values for a model with a batch function. A model that is the whole spec, or
        # the spec of all elements of a collection, gets the values directly.
        whole = self.spec.pred if isinstance(self.spec, CollOf) else self.spec
        if any(spec.reads_many for spec in walk(self.spec)) and not specize(whole).reads_many:
            return
        source = SourceModule(self._uses.table, lambda spec, x: self.ask(x, spec), leads_back)
        try:
            functions = [source.function(self.spec, kind) for kind in ("valid", "conform")]
            code = Code(source, refuse="return None")
            with code.block("try:"):
                has_wrong_keys = self.spec.write_wrong_keys(code, "x")
            if has_wrong_keys:
                source.write_exceptions(code, "return None")
                source.add("wrong_keys", code.lines, "the keys or indices of invalid values")
            text = str(source)
            executed = execute(text, {**GLOBALS, **source.constants})
        except (SpecError, RecursionError, MemoryError, SyntaxError):
            # Python 3.11 raises MemoryError for brackets that are nested too deeply.
            return
        self.is_compiled = True
        self._uses.specs = source.uses
        self.source = text
        self.valid, self.conform = (executed[name] for name in functions)
        self.wrong_keys = executed.get("wrong_keys")
        # As in clojure, a bare predicate has problems of valid values too, in a merge.
        is_told = not (leads_back or getattr(self.spec, "bare", False))
        is_told = is_told and self.spec.are_alike(list, self.table.find)
        self.explains |= self.wrong_keys is not None or is_told
        drop_lines_with(self.valid)

    def explainer(self, place: Place) -> Explainer:
        """Return the function from a value to its problems at a place."""
        known = self._explainers.get(place)
        if known is None:
            known = self._explainers[place] = Explainer(self, place)
        return known

    def is_current(self, table: Names) -> bool:
        """True if no name that the functions depend on has been registered anew."""
        return self._uses.are_current(table)  # its table is for the parts that the interpreter answers for


class Explainer:
    """A function from a value to its problems by a compiled spec, the same as the interpreter's."""

    def __init__(self, functions: CompiledSpec, place: Place) -> None:
        self.place = place
        self._functions, self._spec = functions, functions.spec
        self._whole = Refusals(functions.spec, place, functions)
        self._parts: dict[Any, Refusals] = {}

    def __call__(self, x: Any) -> list[Problem]:
        functions = self._functions
        try:
            if functions.wrong_keys is not None:
                keys = functions.wrong_keys(x)
                if keys is not None and len(keys) <= MOST_WRONG:
                    return self._of_parts(x, keys)
            elif functions.explains:
                if functions.valid(x):
                    return []  # a loop of a regex finds that out much faster than derivatives do
                problems: list[Problem] = []
                if self._whole.add_known(problems, x, ()):
                    return problems
        except LookupError:  # another thread has changed x
            pass
        return ask_spec(
            lambda question: self._spec.explain(x, self.place, question), self._spec, functions.table
        )

    def _of_parts(self, x: Any, keys: list[Any]) -> list[Problem]:
        """Return the problems of the refused values under some keys of a map, or at indices of a list."""
        is_map = type(x) is dict
        if is_map and len(keys) > 1:
            order = {key: i for i, key in enumerate(x)}
            keys.sort(key=order.__getitem__)
        problems: list[Problem] = []
        # The parts have no model in them, so one question is enough.
        question: Question | None = None
        for key in keys:
            step = key if is_map else _ELEMENT
            part = self._parts.get(step) or self._part(step)
            if not part.add_known(problems, x[key], (key,)):
                question = question or Question(self._functions.table)
                problems += part.explain(x[key], (key,), question)
        return problems

    def _part(self, step: Any) -> Refusals:
        """Return the refusals by the part under a key, or by that of all elements of a list."""
        spec: Any = self._spec
        if step is _ELEMENT:
            part = Refusals.of_part(spec.pred, self.place, self._functions)
        else:
            part = Refusals.of_part(spec.key_specs[step], self.place.at(step), self._functions)
        self._parts[step] = part
        return part


_ELEMENT: Final = object()


class Refusals:
    """The problems of values that a spec refuses at a place of a spec.

    Most of these values are of a wrong type, and all of a type have the same problems but for the value
    (`Spec.are_alike`). So the spec explains the first one, and the others take its problems: "explain_data of
    an int for a str or None" takes 1.6 us by this, 4.6 us without.
    """

    def __init__(self, spec: Spec, place: Place, functions: CompiledSpec) -> None:
        self._spec, self._place, self._functions = spec, place, functions
        self._alike: dict[type, list[tuple[list[Any], Any, list[str]]] | None] = {}
        self._elements: tuple[CompiledSpec, Refusals] | None = None

    @classmethod
    def of_part(cls, part: Spec, place: Place, functions: CompiledSpec) -> Refusals:
        """Return the refusals by a part, which may be a name."""
        spec = part.target(functions.table.resolve)
        return cls(spec, place.under(spec.name), functions)

    def explain(self, x: Any, steps: tuple[Any, ...], question: Question) -> list[Problem]:
        """Return the problems of the value that steps lead to."""
        return self._spec.explain(x, self._place._replace(in_=steps), question)

    def add_known(self, problems: list[Problem], x: Any, steps: tuple[Any, ...]) -> bool:
        """Add the problems of the refused value at some steps; return False if its type leaves them open."""
        alike = self._alike.get(type(x), MISSING)
        if alike is MISSING:
            alike = self._find_alike(x, steps)
        if alike is None:
            return (
                type(x) is list and type(self._spec) is CollOf and self._add_of_elements(problems, x, steps)
            )
        for path, pred, via in alike:
            problems.append({"path": [*path], "pred": pred, "val": x, "via": [*via], "in": [*steps]})
        return True

    def _find_alike(self, x: Any, steps: tuple[Any, ...]) -> list[tuple[list[Any], Any, list[str]]] | None:
        kind, table = type(x), self._functions.table
        if kind not in PLAIN_TYPES:
            return None
        alike = None
        if self._spec.are_alike(kind, table.find):
            problems = self.explain(x, steps, Question(table))
            alike = [(problem["path"], problem["pred"], problem["via"]) for problem in problems]
        self._alike[kind] = alike
        return alike

    def _add_of_elements(self, problems: list[Problem], x: list[Any], steps: tuple[Any, ...]) -> bool:
        """Add the problems of the refused elements of a list; return False if a type leaves them open."""
        if self._elements is None:
            spec: Any = self._spec
            functions = CompiledSpec(spec, self._functions.table)
            self._elements = functions, Refusals.of_part(spec.pred, self._place, functions)
        functions, element = self._elements
        wrong = functions.wrong_keys(x) if functions.wrong_keys is not None else None
        if not wrong:
            return False
        before = len(problems)
        for i in wrong:
            if not element.add_known(problems, x[i], (*steps, i)):
                del problems[before:]
                return False
        return True


MANY: Final = 100
"""The number of values from which on a spec without a name is compiled at the first question."""

_numbers = itertools.count(1)


class _Loader:
    """A loader that gives linecache the lines of a source without a file, for tracebacks."""

    def __init__(self, source: str) -> None:
        self._source = source

    def get_source(self, name: str) -> str:
        return self._source


def execute(source: str, constants: dict[str, Any]) -> dict[str, Any]:
    """Return the names after source has run among them."""
    # A name in angle brackets would keep linecache from asking the loader.
    file = f"mxspec:{next(_numbers)}"
    constants |= {"__name__": file, "__loader__": _Loader(source)}
    exec(compile(source, file, "exec"), constants)
    return constants


def drop_lines_with(function: Callable[..., Any]) -> None:
    """Have linecache forget the lines of a function when the function is collected."""
    weakref.finalize(function, linecache.cache.pop, function.__code__.co_filename, None).atexit = False


# --- who is compiled when ---------------------------------------------------------------------------------


_COLLECTIONS: Final = (list, tuple, set, frozenset, dict)


def has_many(x: Any) -> bool:
    """True if x, or a value in a map, has so many elements that compiling takes less time than they do."""
    if type(x) not in _COLLECTIONS:
        return False
    if len(x) > MANY:
        return True
    parts = tuple(x.values()) if type(x) is dict else ()  # a copy, as a thread may change x
    return any(type(part) in _COLLECTIONS and len(part) > MANY for part in parts)


def compiled_spec(spec: Any, x: Any = None) -> CompiledSpec | None:
    """Return the compiled functions of a spec, or None for none, and at the first question without a name.

    A spec without a name often gets one question, and compiling takes as long as a hundred. A named spec gets
    many questions, and so does the spec of the elements of a large collection.
    """
    kind = type(spec)
    if kind in UNKEPT:
        return None
    table = names.current
    try:
        resolved: Spec | None = table.find(spec) if issubclass(kind, str) else specize(spec)
    except SpecError:  # spec_before has the details
        return None
    if resolved is None:
        return None
    kept = vars(resolved)
    functions: CompiledSpec | None = kept.get("_compiled")
    if functions is None or not functions.is_current(table):
        is_first = functions is None and resolved.name is None and not kept.get("_asked")
        if is_first and not has_many(x):
            kept["_asked"] = True
            return None
        functions = kept["_compiled"] = CompiledSpec(resolved, table)
    if issubclass(kind, str):
        table.valid[spec], table.conform[spec] = functions.valid, functions.conform
        table.explain[spec] = functions.explainer(START.under(spec)) if functions.explains else None
    return functions


def compiled_source(spec: Any) -> str:
    """Return the Python source that a spec is compiled to.

    Example:
        >>> import mxspec as s
        >>> print(s.compiled_source(s.int_in(0, 10)))  # doctest: +ELLIPSIS
        def valid1(x):  # int_in(0, 10)
            try:
                if not (0 <= x < 10 if type(x) is int else ...):
                    return False
                return True
        ...
    """
    return CompiledSpec(specize(spec), names.current).source


def _compile_now(spec: Spec) -> CompiledSpec:
    """Return the compiled functions of a spec, at the first question too."""
    kept = vars(spec)
    functions: CompiledSpec | None = kept.get("_compiled")
    if functions is None or not functions.is_current(names.current):
        functions = kept["_compiled"] = CompiledSpec(spec, names.current)
    return functions


def valid_test(spec: Any) -> Callable[[Any], bool]:
    """Return the test of a spec for many values, compiled if possible.

    Example:
        >>> import mxspec as s
        >>> [*map(valid_test(s.int_in(0, 10)), [3, 12])]
        [True, False]
    """
    functions = _compile_now(specize(spec))
    ask, test = functions.ask, functions.valid

    def valid(x: Any) -> bool:
        try:
            return test(x)
        except RecursionError:  # the interpreter reports the depth
            return ask(x) is not INVALID

    return valid


def note_names(spec: Spec, uses: names.Uses) -> None:
    """Note the names that a spec leads to, and what they stand for."""
    for part in walk(spec):
        if isinstance(part, Reference):
            uses.find(part.to)


def valid_each(spec: Any, xs: Sequence[Any]) -> list[bool]:
    """Return the verdicts on many values; a model gets all of them in one call.

    Example:
        >>> import mxspec as s
        >>> valid_each(s.int_in(0, 10), [3, 12])
        [True, False]
    """
    own = specize(spec)
    if len(xs) < MANY or any(part.reads_many for part in walk(own)):
        return [x is not INVALID for x in conform_each(own, xs)]
    return [*map(valid_test(own), xs)]


def explanation_test(spec: Any) -> Callable[[Any], list[Problem]]:
    """Return a function from a value to its problems, for a spec of many values.

    Example:
        >>> import mxspec as s
        >>> [len(explanation_test(s.int_in(0, 10))(x)) for x in (3, 12)]
        [0, 1]
    """
    own = specize(spec)
    return _compile_now(own).explainer(START.under(own.name))
