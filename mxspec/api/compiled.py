"""Specs as plain Python functions, made at use and made anew when a name they depend on is redefined."""

from __future__ import annotations

import itertools
import linecache
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Final

from mxspec.codegen.code import Code
from mxspec.codegen.expressions import PREDICATES
from mxspec.codegen.lines import Source
from mxspec.core.parts import specize
from mxspec.core.problems import Place, pass_on
from mxspec.core.spec import Spec
from mxspec.errors import Problem, SpecError
from mxspec.names.registry import find, unchanging, version, watch
from mxspec.predicates import Tagged
from mxspec.values.invalid import INVALID
from mxspec.values.text import shown

LEVELS = 64
"""The number of levels that compiled functions follow a spec that refers to itself, before the question is
asked without them (`mxspec.core.asking`). Their calls are Python's, and predicates need some of its stack.
One that is called at the end of it, and takes the RecursionError for an answer, would answer wrongly."""


MOST_TIMES: Final = 10_000
"""The number of questions about one part of a value up to which a spec is compiled. An `or_` of two branches
with the same spec inside asks it twice, one of two such 4 times, and so on; conform remembers its answers."""


class TooManyTimes(SpecError):
    """A spec that would ask about one part of a value more than MOST_TIMES times."""


class TooDeep(RecursionError):
    """A value of more than LEVELS levels."""


GLOBALS = {"INVALID": INVALID, "MISSING": object(), "Tagged": Tagged, "TooDeep": TooDeep, **PREDICATES}
"""The names that every compiled function may use."""


class Compilation:
    """One spec as the functions that it takes, which call each other.

    Attributes:
        source: the functions.
        uses: every name that was looked up, and what it stood for.
        changing: True of the specs, by their ids, whose conform may answer something else than the value.
        large: the ids of specs that are not to be written twice.
    """

    def __init__(self) -> None:
        self.source = Source()
        self.uses: dict[str, Any] = {}
        self.changing: dict[int, bool] = {}
        self.large: set[int] = set()
        self._kept: dict[int, Spec] = {}
        self._names: dict[tuple[str, int], str] = {}
        # The functions that are being written into each other, and those of them that each one leads back to.
        self._unfinished: list[str] = []
        self._leads_back: dict[str, set[str]] = {}
        self._remembering: set[str] = set()
        self.calls_back = 0
        self.times = 1
        self._times: dict[str, int] = {}

    def keep(self, spec: Spec) -> int:
        """Return the id of spec, which no other object is given from now on."""
        self._kept[id(spec)] = spec
        return id(spec)

    def name(self, spec: Spec, kind: str) -> str:
        """Return the name of the function for valid or conform of spec; write it at the first call."""
        name = self._names.get((kind, id(spec)))
        if name is None:
            # Named before it is written, as it may call itself.
            name = self._names[kind, self.keep(spec)] = self.source.new_name(kind)
            self._unfinished.append(name)
            self._leads_back[name] = set()
            times, self.times = self.times, 1
            lines = self._valid(spec) if kind == "valid" else self._conform(spec)
            self._times[name], self.times = self.times, times
            if self._times[name] > MOST_TIMES:
                raise TooManyTimes("a part of a value is asked about too often")
            self._unfinished.pop()
            self._add(name, lines, _comment(spec))
        return name

    def call(self, spec: Spec, kind: str, v: str) -> str:
        """Return a call of that function. Functions that lead back to themselves count the levels."""
        name = self.name(spec, kind)
        if name in self._unfinished:
            for caller in self._unfinished[self._unfinished.index(name) :]:
                self._leads_back[caller].add(name)
            self.calls_back += 1
            return f"{name}({v}, levels - 1, known)"
        self.times = max(self.times, self._times[name])
        if not self._leads_back[name]:
            return f"{name}({v})"
        if self._unfinished:
            self._leads_back[self._unfinished[-1]] |= self._leads_back[name]
        self.calls_back += 1
        return f"{name}({v}, levels, known)"

    def remember(self) -> None:
        """Have the function that is being written remember its answers, for as long as the question takes."""
        self._remembering.add(self._unfinished[-1])

    def _add(self, name: str, lines: list[str], text: str) -> None:
        """Add a function. It takes the number of levels if it leads back to itself or to one around it."""
        is_counted = bool(self._leads_back[name])
        if name in self._leads_back[name]:
            lines = ["    if not levels:", "        raise TooDeep", *lines]
            self._leads_back[name].discard(name)
        if is_counted and name in self._remembering:
            self.source.add(f"def {name}_anew(x, levels, known):  # {text}", lines)
            lines = _REMEMBERING.format(name=name).splitlines()
        head = f"{name}(x, levels={LEVELS}, known=None)" if is_counted else f"{name}(x)"
        self.source.add(f"def {head}:  # {text}", lines)

    def _valid(self, spec: Spec) -> list[str]:
        code = Code(self, refuse="return False")
        with code.block("try:"):
            code.valid(spec, "x")
            code.line("return True")
        self._on_error(code, spec, f"return {code.by_conform(spec, 'x')}")
        return code.lines

    def _conform(self, spec: Spec) -> list[str]:
        code = Code(self, refuse="return INVALID")
        if not code.may_change(spec):
            code.line(f"return x if {code.call_valid(spec, 'x')} else INVALID")
            return code.lines
        with code.block("try:"):
            conformed = spec.write_conform(code, "x") if spec.own_function else code.conform(spec, "x")
            code.line(f"return {conformed}")
        self._on_error(code, spec, f"return {code.own_conform(spec)}(x)")
        return code.lines

    def wrong_part(self, spec: Spec) -> str | None:
        """Return the name of a function that finds the one part that does not fit, if spec writes it."""
        code = Code(self, refuse="return None")
        if not spec.write_wrong_part(code, "x"):
            return None
        name = self.source.new_name("wrong_part")
        self.source.add(f"def {name}(x):", code.lines)
        return name

    def _on_error(self, code: Code, spec: Spec, ask_conform: str) -> None:
        """Write that conform decides what an exception of a value's own methods means."""
        with code.block("except RecursionError:"):  # passes, see mxspec.core.problems
            code.line("raise")
        with code.block("except Exception:"):
            code.line(ask_conform)


def _comment(spec: Spec) -> str:
    """Return the text of spec on one line, without what would end the line or the source."""
    text = " ".join(shown(spec).split())
    return "".join(letter if letter.isprintable() else "?" for letter in text)


# What is remembered is kept alive, as its id would be given to others.
_REMEMBERING = """\
    if known is None:
        known = {{}}
    answer = known.get(({name}, id(x)))
    if answer is None:
        answer = known[{name}, id(x)] = ({name}_anew(x, levels, known), x)
    return answer[0]"""


class Compiled:
    """The functions of a spec, and what they were made from.

    Attributes:
        valid: a function from value to bool.
        conform: a function from value to conformed value.
        source: the source of valid and conform.
        is_complete: True unless a name is not there yet, or the spec is nested past what can be written down.
    """

    def __init__(self, spec: Spec) -> None:
        self.valid: Callable[[Any], bool]
        self.conform: Callable[[Any], Any]
        self._spec = spec
        self._wrong_part: Callable[[Any], list[Any] | None] | None = None
        self._uses: Mapping[str, Any] = {}
        self._may_be_tried_again = False
        self._version = version()
        compilation = Compilation()
        try:
            names = [compilation.name(spec, kind) for kind in ("valid", "conform")]
            wrong_part = compilation.wrong_part(spec)
            source = str(compilation.source)
            functions = _executed(source, {**GLOBALS, **compilation.source.constants})
        except (SpecError, RecursionError, MemoryError, SyntaxError) as error:
            # conform says what it is. A MemoryError is what Python 3.11 has for brackets that are nested too
            # deeply, later ones have a SyntaxError.
            self._may_be_tried_again = isinstance(error, RecursionError)  # a caller may have left more stack
            # The text of such a spec may be as long as its questions are many.
            what = "this spec" if isinstance(error, TooManyTimes) else _comment(spec)
            self.source = f"# {what} is not compiled\n"
            self.valid = lambda x: spec.conform(x) is not INVALID
            self.conform = spec.conform
            self.is_complete = False
            return
        self.is_complete = True
        self._uses = compilation.uses
        self.source = source
        self.valid, self.conform = (functions[name] for name in names)
        self._wrong_part = functions[wrong_part] if wrong_part else None
        _drop_lines_with(self.valid)

    def explain(self, x: Any, place: Place) -> list[Problem]:
        """Return the problems of x as spec.explain does."""
        # To explain a regex is to match it without the loop that it compiles to: 100,000 elements take 11 s.
        if self._spec.is_regex and self.valid(x):
            return []
        if self._wrong_part is not None:
            try:
                wrong = self._wrong_part(x)
            except Exception as error:
                pass_on(error, SpecError)
                wrong = None
            if wrong is not None:
                return self._spec.explain_part(x, wrong[0], place) if wrong else []
        if self._spec.explains_refusals_alone and self.valid(x):
            return []
        return self._spec.explain(x, place)

    def is_current(self) -> bool:
        """True if every name still stands for what it did."""
        if self._may_be_tried_again:
            return False
        if self._version != version():
            with unchanging():
                if not self.is_complete or not all(find(name) is spec for name, spec in self._uses.items()):
                    return False
                self._version = version()
        return True


_numbers = itertools.count(1)


class _Loader:
    """Gives linecache the lines of a source that stands in no file, once a traceback asks for them."""

    def __init__(self, source: str) -> None:
        self._source = source

    def get_source(self, name: str) -> str:
        """Return the source (PEP 302)."""
        return self._source


def _executed(source: str, names: dict[str, Any]) -> dict[str, Any]:
    """Return the names after source has run among them."""
    # A name in angle brackets would keep linecache from asking the loader.
    file = f"mxspec:{next(_numbers)}"
    names |= {"__name__": file, "__loader__": _Loader(source)}
    exec(compile(source, file, "exec"), names)
    return names


def _drop_lines_with(function: Callable[..., Any]) -> None:
    """Have linecache forget the lines of a function, if a traceback asked for them, when it goes."""
    weakref.finalize(function, linecache.cache.pop, function.__code__.co_filename, None).atexit = False


# --- who is compiled when ----------------------------------------------------------------------------------

# The functions of names, for a look-up of one step. Emptied at every change of the registry.
valid_by_name: dict[str, Callable[[Any], bool]] = {}
conform_by_name: dict[str, Callable[[Any], Any]] = {}
explain_by_name: dict[str, Callable[[Any, Place], list[Problem]]] = {}


def _forget() -> None:
    valid_by_name.clear()
    conform_by_name.clear()
    explain_by_name.clear()


watch(_forget)


def compiled(spec: Any) -> Compiled | None:
    """Return the functions of a spec, or None where it is asked for the first time and has no name.

    A spec that is written where it is used is often asked once, and compiling takes as long as some hundred
    questions. A named one is there to stay.
    """
    resolved = specize(spec)
    memo = resolved.memo
    functions: Compiled | None = memo.compiled
    if functions is None or not functions.is_current():
        if functions is None and resolved.name is None and not memo.asked:
            memo.asked = True
            return None
        functions = memo.compiled = _compile(resolved)
    if isinstance(spec, str):
        with unchanging():
            # What is kept here is forgotten at the next change, so it has to be what holds now.
            if functions.is_current() and specize(spec) is resolved:
                valid_by_name[spec], conform_by_name[spec] = functions.valid, functions.conform
                explain_by_name[spec] = functions.explain
    return functions


_TRIES = 3


def _compile(spec: Spec) -> Compiled:
    """Return the functions of a spec by what its names stand for at one moment."""
    for _ in range(_TRIES):
        functions = Compiled(spec)
        if functions.is_current() or not functions.is_complete:
            return functions
    with unchanging():  # names are redefined faster than the spec compiles
        return Compiled(spec)


def source(spec: Any) -> str:
    """Return the Python source that a spec is compiled to.

    Example:
        >>> import mxspec as s
        >>> print(s.source(s.int_in(0, 10)))  # doctest: +ELLIPSIS
        def valid1(x):  # int_in(0, 10)
            try:
                if not (0 <= x < 10 if type(x) is int else ...):
                    return False
                return True
        ...
    """
    return Compiled(specize(spec)).source
