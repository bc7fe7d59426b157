"""Specs as plain Python functions, made at use and made anew when a name they depend on is redefined."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Collection, Mapping
from typing import Any

from mxspec.code.conform_code import ConformInliner
from mxspec.code.regex_code import Ambiguous, Sequencer
from mxspec.code.valid_code import GLOBALS
from mxspec.code.writer import Module, Writer
from mxspec.core.parts import explain_pred, specize
from mxspec.core.problems import Place
from mxspec.core.spec import Spec
from mxspec.errors import Problem, SpecError
from mxspec.names.registry import find, watch
from mxspec.regex.combinators import Sequenced
from mxspec.specs.maps import Keys
from mxspec.values.invalid import INVALID


class _Compilation(ConformInliner):
    """One spec and the functions that it takes."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(Module(), self._outline_valid)
        self._names: dict[tuple[str, int], str] = {}
        self.entry = {kind: self._function(spec, kind) for kind in ("valid", "conform")}
        if isinstance(spec, Keys):
            self.entry["wrong_keys"] = self._wrong_keys(spec)

    def _outline_valid(self, spec: Spec) -> str:
        return self._function(spec, "valid")

    def outline_conform(self, spec: Spec) -> str:
        return self._function(spec, "conform")

    def _function(self, spec: Spec, kind: str) -> str:
        known = self._names.get((kind, id(spec)))
        if known is not None:
            return known
        name = self._names[kind, id(spec)] = self.module.name(kind)
        outer, self._inside = self._inside, []
        w = Writer(self.module, "return False" if kind == "valid" else "return INVALID")
        try:
            if kind == "conform" and not self.changes(spec):
                w.line(f"return x if {self.outlined(spec, 'x')} else INVALID")
            else:
                self._guarded(w, spec, kind)
        finally:
            self._inside = outer
        self.module.add(f"def {name}(x):  # {' '.join(repr(spec).split())}", w)
        return name

    def _wrong_keys(self, spec: Keys) -> str:
        """A function that lists the keys whose values do not fit, or answers None where more may be wrong."""
        name = self.module.name("wrong_keys")
        w = Writer(self.module, "return None")
        w.line("found = []")
        with w.block("if type(x) is not dict:"):
            w.line("return None")

        def each(name: str, value: str, key: str) -> None:
            with w.block(f"if not {self.test(name, value) or self.outlined(self.spec(name), value)}:"):
                w.line(f"found.append({key!r})")

        count = self.keys(w, spec, "x", each)
        with w.block(f"if len(found) > 1 or {self.strangers(spec, 'x', count)}:"):
            w.line("return None")
        w.line("return found")
        self.module.add(f"def {name}(x):", w)
        return name

    def _guarded(self, w: Writer, spec: Spec, kind: str) -> None:
        with w.block("try:"):
            if kind == "valid":
                self.check(w, spec, "x")
                w.line("return True")
            else:
                w.line(f"return {self._body(w, spec)}")
        # A nesting that is too deep ends the whole question; what else a value's own methods raise, conform
        # makes of it what it does.
        with w.block("except RecursionError:"):
            w.line("raise")
        with w.block("except Exception:"):
            whole = f"{self.module.const(spec.conform)}(x)"
            w.line(f"return {whole} is not INVALID" if kind == "valid" else f"return {whole}")

    def _body(self, w: Writer, spec: Spec) -> str:
        regex = spec.regex if isinstance(spec, Sequenced) else spec
        if not regex.is_regex:
            return self.make(w, spec, "x")
        started = len(w.lines)
        sequencer = Sequencer(self)
        try:
            with w.block("if x is None:"):
                w.line("x = ()")
            with w.block("elif type(x) is not list and type(x) is not tuple:"):
                w.line(f"return {self.module.const(regex.conform)}(x)")
            w.line("n = len(x)")
            return sequencer.sequence(w, regex, "x")
        except Ambiguous:
            del w.lines[started:]
            w.depth = 2
            return f"{self.module.const(regex.conform)}(x)"


class Compiled:
    """The functions of a spec, and what they were made from.

    Attributes:
        valid: a function from value to bool.
        conform: a function from value to conformed value.
        source: their source.
    """

    def __init__(self, spec: Spec) -> None:
        self.valid: Callable[[Any], bool]
        self.conform: Callable[[Any], Any]
        self._spec = spec
        self._uses: Mapping[str, Any] = {}
        self._wrong_keys: Callable[[Any], list[str] | None] | None = None
        try:
            made = _Compilation(spec)
        except (SpecError, RecursionError):
            # A name that is not there yet, or a nesting past what can be written down. conform says which.
            self.source = f"# {spec!r} is not compiled\n"
            self.valid = lambda x: spec.conform(x) is not INVALID
            self.conform = spec.conform
            self._complete = False
            return
        self._complete = True
        self._uses = made.uses
        self.source = made.module.source()
        names = {**GLOBALS, "has_name": has_name, **made.module.constants}
        file = f"<mxspec {id(self):x}>"
        exec(compile(self.source, file, "exec"), names)
        # As doctest and attrs do, so that a traceback shows the lines.
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(keepends=True), file)
        self._wrong_keys = names.get(made.entry.get("wrong_keys", ""))
        self.valid = names[made.entry["valid"]]
        self.conform = names[made.entry["conform"]]

    def explain(self, x: Any, place: Place) -> list[Problem]:
        """What spec.explain answers for x as a whole; faster where one value of a map is wrong."""
        spec = self._spec
        try:
            wrong = self._wrong_keys(x) if self._wrong_keys is not None else None
        except Exception:
            wrong = None
        if wrong is None:
            return spec.explain(x, place)
        assert isinstance(spec, Keys)
        return [
            found
            for key in wrong
            for found in explain_pred(spec.spec_names[key], x[key], place.at(key).into(key))
        ]

    def is_current(self) -> bool:
        """Whether every name still stands for what it did."""
        return self._complete and all(find(name) is spec for name, spec in self._uses.items())


def has_name(x: Mapping[Any, Any], listed: Collection[str]) -> bool:
    """Whether x has a key that is not listed and is a registered name."""
    return any(isinstance(key, str) and key not in listed and find(key) is not None for key in x)


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
    """The functions of a spec, or None where it is asked for the first time and has no name.

    A spec that is written where it is used is often asked once, and compiling takes as long as some hundred
    questions. A named one is there to stay.
    """
    found = specize(spec)
    kept: Compiled | None = found.__dict__.get(_KEPT)
    if kept is not None and kept.is_current():
        made = kept
    elif found.name is None and kept is None and _ASKED not in found.__dict__:
        # Past the frozen dataclass: what is kept is no part of the value.
        object.__setattr__(found, _ASKED, True)
        return None
    else:
        made = Compiled(found)
        object.__setattr__(found, _KEPT, made)
    if isinstance(spec, str):
        # Should the registry change meanwhile, what is kept here is old; so it is looked at again.
        valid_by_name[spec], conform_by_name[spec] = made.valid, made.conform
        explain_by_name[spec] = made.explain
        if not made.is_current() or specize(spec) is not found:
            _forget()
    return made


_KEPT, _ASKED = "_compiled", "_asked"


def source(spec: Any) -> str:
    """The Python source that a spec is compiled to.

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
