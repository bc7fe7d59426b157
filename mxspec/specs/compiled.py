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
from mxspec.specs.collections import CollOf
from mxspec.specs.core.batch import conform_each
from mxspec.specs.core.question import START, Place, Question, ask_spec
from mxspec.specs.core.spec import UNKEPT, Predicate, Reference, Spec, specize, walk
from mxspec.specs.core.writer import NAMED, Code, SourceModule, comment_of, expanded_size
from mxspec.specs.ranges import Range

MOST_PARTS: Final = 10_000
"""The greatest number of parts, each counted as often as it is written, in a compiled spec.

An `or_` of one spec twice checks a value with it twice, an `or_` of that `or_` twice 4 times, and so on. The
interpreter remembers the answers of names; compiled code does not.
"""

GLOBALS: Final = {
    "INVALID": INVALID,
    "LimitError": LimitError,
    "MISSING": object(),
    "PLAIN_TYPES": PLAIN_TYPES,
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
        explains: False if `explain` only calls the interpreter.
    """

    def __init__(self, spec: Spec, table: Names) -> None:
        self._spec = spec
        self._uses = names.Uses(table)
        self._wrong_keys: Callable[[Any], list[Any] | None] | None = None
        self._explained_parts: dict[Any, tuple[Any, tuple[str, ...], bool]] = {}
        self.is_compiled = False
        self.source = f"# {comment_of(spec) if spec.parts() else 'this spec'} is not compiled\n"
        self.valid: Callable[[Any], bool] = lambda x: self.conform(x) is not INVALID
        self.conform: Callable[[Any], Any] = self.ask
        self._compile()
        if not self.is_compiled:
            note_names(spec, self._uses)

    def ask(self, x: Any, spec: Spec | None = None) -> Any:
        """Return the conformed value of x by the interpreter."""
        asked = self._spec if spec is None else spec
        return ask_spec(lambda question: asked.conform(x, question), asked, self._uses.table)

    def _compile(self) -> None:
        try:
            size, leads_back = expanded_size(self._spec, self._uses.table)
        except RecursionError:
            return
        if size > MOST_PARTS:
            return
        # The interpreter gathers values for a model with a batch function. A model that is the whole spec, or
        # the spec of all elements of a collection, gets the values directly.
        whole = self._spec.pred if isinstance(self._spec, CollOf) else self._spec
        if any(spec.reads_many for spec in walk(self._spec)) and not specize(whole).reads_many:
            return
        source = SourceModule(self._uses.table, lambda spec, x: self.ask(x, spec), leads_back)
        try:
            functions = [source.function(self._spec, kind) for kind in ("valid", "conform")]
            code = Code(source, refuse="return None")
            if self._spec.write_wrong_keys(code, "x"):
                source.add("wrong_keys", code.lines, "the keys with an invalid value")
            text = str(source)
            executed = execute(text, {**GLOBALS, **source.constants})
        except (SpecError, RecursionError, MemoryError, SyntaxError):
            # Python 3.11 raises MemoryError for brackets that are nested too deeply.
            return
        self.is_compiled = True
        self._uses.specs = source.uses
        self.source = text
        self.valid, self.conform = (executed[name] for name in functions)
        self._wrong_keys = executed.get("wrong_keys")
        drop_lines_with(self.valid)

    @property
    def explains(self) -> bool:
        return self._spec.is_regex or self._wrong_keys is not None

    def explain(self, x: Any, place: Place) -> list[Problem]:
        """Return the problems of x, the same as the interpreter's."""
        spec, keys = self._spec, None
        if spec.is_regex and self.valid(x):
            return []  # a loop finds that out much faster than derivatives do
        if self._wrong_keys is not None:
            try:
                keys = self._wrong_keys(x)
            except LimitError:
                raise
            except Exception:  # of a predicate or the value: the interpreter decides
                keys = None
        if keys is None or len(keys) > _MOST_KEYS:
            return ask_spec(lambda question: spec.explain(x, place, question), spec, self._uses.table)
        if not keys:
            return []
        if len(keys) > 1:
            order = {key: i for i, key in enumerate(x)}
            keys.sort(key=order.__getitem__)
        path, via, in_ = place
        problems: list[Problem] = []
        # The parts refuse their values and have no model in them, so one question is enough.
        question: Question | None = None
        for key in keys:
            known = self._explained_parts.get(key)
            if known is None:
                part = spec.key_specs[key].target(self._uses.table.resolve)  # type: ignore[attr-defined]
                is_leaf = isinstance(part, Range) or type(part) is Predicate
                known = part.explain, () if part.name is None else (part.name,), is_leaf
                self._explained_parts[key] = known
            explain, own, is_leaf = known
            if not is_leaf and question is None:
                question = Question(self._uses.table)
            inside = Place((*path, key), via + own, (*in_, key))
            problems += explain(x[key], inside, _OF_NO_NAMES if is_leaf else question)
        return problems

    def is_current(self, table: Names) -> bool:
        """True if no name that the functions depend on has been registered anew."""
        return self._uses.are_current(table)  # its table is for the parts that the interpreter answers for


_MOST_KEYS: Final = 10  # of invalid values; a question to many repeats no part of them

_OF_NO_NAMES: Final = Question(Names({}))  # for leaves, which need no names

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
        table.explain[spec] = functions.explain if functions.explains else None, Place((), (spec,), ())
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
    explain = _compile_now(own).explain
    place = START.under(own.name)
    return lambda x: explain(x, place)
