"""Specs as Python: the source that defines a spec again."""

from __future__ import annotations

import ast
import builtins
import datetime
import enum
import fractions
import functools
import keyword
import math
import sys
import textwrap
import types
import typing
import zoneinfo
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from mxspec import predicates as p
from mxspec.base import names
from mxspec.base.forms import Tag, is_parameter, is_word
from mxspec.base.function_syntax import lambda_source
from mxspec.base.messages.text import head_of, in_one_line
from mxspec.base.value_types import ValueType, value_type_of
from mxspec.base.values import class_name, is_long, is_numpy_scalar, plain_text, short_repr, stable_order
from mxspec.errors import SpecDefinitionError, name_recursion_limit
from mxspec.inference.contract import Contract
from mxspec.notation.form_makers import FORMS_BY_KEY, MAKERS, OPTIONS_OF_FORMS
from mxspec.promises.promise import Promise, promise_of
from mxspec.specs.core.spec import Reference, Spec, specize, walk
from mxspec.specs.key_groups import KeyGroup

WIDTH: Final = 100  # characters of a line


def source(spec: Any) -> str:
    """Return Python source that defines a spec: to read, to edit and to commit.

    The source binds `spec`, and registers the name of the spec and all the names that it refers to. A
    contract out of data has its promise in the source, so that running it makes an equal contract; comments
    mark where a bound rests on one row, was widened or will not last. A contract in a file is code: a program
    that reads it back, as `mxspec valid` and `mxspec diff` do, runs it.

    Raises:
        SpecDefinitionError: a part can't be written: it has a function without a name that can be imported,
            or a model with its data. pickle takes such specs.

    Example:
        >>> import mxspec as s
        >>> print(s.source(s.nilable(s.int_in(0, 10))))
        import mxspec as s
        <BLANKLINE>
        spec = s.nilable(s.int_in(0, 10))
        <BLANKLINE>
    """
    whole: Spec = specize(spec)
    writer = _Writer()
    bound, entries = promise_of(whole), _references(whole)
    with name_recursion_limit("the source", spec):
        lines = [
            _layout(Call("s.def_(", [("", repr(name)), ("", writer.whole(entry))], ")"))
            for name, entry in entries.items()
            if not isinstance(entry, str)
        ]
        lines += [] if bound is None else _comments(whole, bound)
        lines.append(_layout(writer.whole(whole), "spec = "))
    lines += [f"s.def_({whole.name!r}, spec)"] if whole.name is not None else []
    aliases = [name for name, entry in entries.items() if isinstance(entry, str)]
    aliases.sort(key=lambda name: len(names.current.aliases(name)))  # an alias needs its target
    lines += [f"s.def_({name!r}, {entries[name]!r})" for name in aliases]
    imports = [f"import {module}" for module in sorted(writer.modules)]
    return "\n".join([*imports, *[""] * bool(imports), "import mxspec as s", "", *lines, ""])


def _comments(whole: Spec, bound: Promise) -> list[str]:
    """Return a promise and its reasons as comments."""
    lines = repr(bound).splitlines()
    if isinstance(whole, Contract) and whole.pool:
        lines = bound.lines(is_pooled=True)
    lines = [in_one_line(line) for line in [*lines, *bound.explained.splitlines()]]
    return [part for line in lines for part in textwrap.wrap(f"# {line}", WIDTH, subsequent_indent="# ")]


def _references(whole: Spec) -> dict[str, Any]:
    """Return the names that a spec refers to and what they stand for."""
    return {
        name: names.current.entries[name]
        for part in walk(whole)
        if isinstance(part, Reference) and isinstance(part.to, str)
        for name in names.current.aliases(part.to)
        if name != whole.name and name in names.current.entries
    }


# --- layout ----------------------------------------------------------------------------------------------


class Call(NamedTuple):
    """A call, or a literal with parts, which may be broken into lines. The text of one is its single line."""

    start: str
    items: list[tuple[str, Any]]
    end: str

    def __str__(self) -> str:
        comma = "," if self.start == "(" and len(self.items) == 1 else ""
        return f"{self.start}{', '.join(f'{name}{item}' for name, item in self.items)}{comma}{self.end}"


class Comment(NamedTuple):
    """A node with a comment, which stands above it."""

    node: Any
    note: str

    def __str__(self) -> str:
        return str(self.node)


def _has_comment(node: Any) -> bool:
    return isinstance(node, Comment) or (
        isinstance(node, Call) and any(_has_comment(item) for _, item in node.items)
    )


def _layout(node: Any, prefix: str = "", indent: str = "", tail: str = "") -> str:
    if isinstance(node, Comment):
        start = f"{indent}# "
        note = textwrap.fill(in_one_line(node.note), WIDTH, initial_indent=start, subsequent_indent=start)
        return f"{note}\n{_layout(node.node, prefix, indent, tail)}"
    line = f"{indent}{prefix}{node}{tail}"
    if not isinstance(node, Call) or not node.items or (len(line) <= WIDTH and not _has_comment(node)):
        return line
    if len(node.items) == 1 and isinstance(node.items[0][1], Call) and not node.items[0][0]:
        [(_, inner)] = node.items  # f(g(...)): the parts of g stand a level deeper
        joined = Call(node.start + inner.start, inner.items, inner.end + node.end)
        return _layout(joined, prefix, indent, tail)
    lines = [_layout(item, name, f"{indent}    ", ",") for name, item in node.items]
    return "\n".join([f"{indent}{prefix}{node.start}", *lines, f"{indent}{node.end}{tail}"])


# --- values and functions ----------------------------------------------------------------------------------

_LITERALS: Final = (int, str, bytes, bool, type(None), Tag)
_KEYWORDS: Final = frozenset((*keyword.kwlist, "pairs"))
_OF_VALUES: Final = (
    *("array", "float_in", "from_json_schema", "from_type"),
    *("inst_in", "int_in", "range_of", "str_in"),
)
"""The functions that take values as arguments, not specs."""


class _Writer:
    """Writes forms as nodes, and gathers the modules that they need."""

    def __init__(self) -> None:
        self.modules: set[str] = set()
        self.notes: Mapping[tuple[Any, ...], str] = {}
        self.path: tuple[Any, ...] = ()  # the keys that lead to the part that is being written

    def whole(self, spec: Spec) -> Any:
        """Return the node of a spec; a contract includes what it knows of its rows."""
        if not isinstance(spec, Contract):
            return self.node(spec)
        self.notes = spec.notes
        inner = self.node(spec)
        self.notes = {}
        arguments = [(f"{name}=", self.node(x)) for name, x in spec.arguments().items()]
        node = Call("s.contract(", [("", inner), *arguments], ")")
        return Comment(node, spec.notes[()]) if () in spec.notes else node

    def _entry(self, key: Any, value: Any) -> tuple[str, Any]:
        path = self.path
        self.path = (*path, key)
        node = self.node(value)
        if self.path in self.notes:
            node = Comment(node, self.notes[self.path])
        self.path = path
        return f"{self.node(key)}: ", node

    def node(self, x: Any) -> Any:
        """Return the node of a form, a predicate, an annotation or a value.

        Raises:
            SpecDefinitionError: it can't be written.
        """
        if isinstance(x, Spec):
            form = self._spec_form(x.form())
            return self.node(form)
        if isinstance(x, tuple):
            is_call = bool(x) and type(x[0]) is str and x[0] in MAKERS
            return self._call(x[0], [*x[1:]]) if is_call else Call("(", self._items(x), ")")
        if isinstance(x, KeyGroup):
            return Call(f"s.{x.call}(", self._items(x.parts), ")")
        if isinstance(x, list):
            return Call("[", self._items(x), "]")
        if isinstance(x, Mapping):
            return Call("{", [self._entry(key, value) for key, value in x.items()], "}")
        if isinstance(x, (set, frozenset)):
            inner = Call("{", self._items(stable_order(x)), "}") if x else "set()"
            return Call("frozenset(", [("", inner)], ")") if isinstance(x, frozenset) else inner
        if type(x) in _LITERALS:
            return hex(x) if type(x) is int and is_long(x) else repr(x)
        if type(x) is float:
            return repr(x) if math.isfinite(x) else f"float({str(x)!r})"
        if isinstance(x, enum.Enum):
            name = plain_text(vars(x).get("_name_"))
            if not is_word(name) or type(x).__members__.get(name) is not x:
                raise self._error(x, "has a member without a name that Python's syntax has")
            return f"{self._import_name(type(x))}.{name}"
        if type(x) is fractions.Fraction:
            self.modules.add("fractions")
            return Call("fractions.Fraction(", self._items((x.numerator, x.denominator)), ")")
        row = value_type_of(type(x))
        if row is not None and type(x).__module__ == row.cls.__module__:
            return self._call_of_value(x, row)
        if type(x) is functools.partial:
            self.modules.add("functools")
            keywords = [(plain_text(key), self.node(value)) for key, value in x.keywords.items()]
            if not all(map(is_word, dict(keywords))):
                raise self._error(x, "has an argument by a name that Python's syntax has not")
            items = [*self._items((x.func, *x.args)), *((f"{key}=", node) for key, node in keywords)]
            return Call("functools.partial(", items, ")")
        if typing.get_origin(x) is not None:
            return self._annotation(x)
        if is_numpy_scalar(x):
            return self._scalar(x)
        if class_name(x).startswith("dtype") or (hasattr(x, "names") and hasattr(x, "itemsize")):
            return repr(plain_text(str(x)))
        return "..." if x is ... else self._function(x)

    def _spec_form(self, form: Any) -> Any:
        """Return the form of a spec, or raise SpecDefinitionError if no function of mxspec makes the spec."""
        head = type(form).__name__ if isinstance(form, Spec) else head_of(form)
        if head and head not in MAKERS:
            raise self._error(form, f"is a {head}, which no function makes; pickle the spec instead")
        return form

    def _items(self, xs: Iterable[Any]) -> list[tuple[str, Any]]:
        return [("", self.node(x)) for x in xs]

    def _call(self, head: str, parts: list[Any]) -> Call:
        if head == "from_examples":
            raise self._error(parts[-1], "is learnt from data; pickle the spec instead")
        options = parts.pop() if parts and type(parts[-1]) is dict else {}
        if head not in _OF_VALUES:
            methods = [x for key in FORMS_BY_KEY if isinstance(x := options.get(key), Mapping)]
            forms = [*parts, *map(options.get, OPTIONS_OF_FORMS), *(x for m in methods for x in m.values())]
            for form in forms:
                self._spec_form(
                    form[1] if isinstance(form, tuple) and form and type(form[0]) is Tag else form
                )
        tags = [str(part[0]) for part in parts if isinstance(part, tuple) and part and type(part[0]) is Tag]
        if len({*tags}) == len(parts) and all(is_parameter(tag) and tag not in _KEYWORDS for tag in tags):
            items = [(f"{tag}=", self.node(part)) for tag, part in parts]
        else:
            items = self._items(parts)
        items += [(f"{key}=", self.node(value)) for key, value in options.items()]
        return Call(f"s.{head}(", items, ")")

    def _call_of_value(self, x: Any, row: ValueType) -> str:
        call = row.source(x)
        module = row.cls.__module__.removesuffix("._local")  # where Python 3.13 has the classes of pathlib
        if module != "builtins":
            self.modules.add(module)
            call = call if call.startswith(f"{module}.") else f"{module}.{call}"
        zone = getattr(x, "tzinfo", None)
        if type(zone) is zoneinfo.ZoneInfo and type(zone.key) is str:
            self.modules.add("zoneinfo")
        elif zone is not None and not (type(zone) is datetime.timezone and type(zone.tzname(None)) is str):
            raise self._error(zone, "is a time zone of its own")
        return call

    def _scalar(self, x: Any) -> str:
        """Return the source of a scalar of numpy's; no value of Python's has its type."""
        value = x.item()
        if type(value) not in (*_LITERALS, float):
            raise self._error(x, "is a scalar of numpy's without a value of Python's")
        return f"{self._import_name(type(x))}({self.node(value)})"

    def _annotation(self, tp: Any) -> Any:
        origin, args = typing.get_origin(tp), typing.get_args(tp)
        items = [("", "None" if arg is type(None) else self.node(arg)) for arg in args]
        if origin is types.UnionType:
            return " | ".join(str(item) for _, item in items)
        return Call(f"{self._import_name(origin)}[", items, "]") if args else self._import_name(tp)

    def _function(self, f: Any) -> str:
        name = getattr(f, "__name__", "")
        if getattr(p, name, None) is f:
            return f"s.{name}"
        if name != "<lambda>":
            return self._import_name(f)
        text = lambda_source(f)
        if text is None or f.__code__.co_freevars or not _free_names(text) <= vars(builtins).keys():
            raise self._error(f, "is a lambda that uses other names; write it as a function of a module")
        return f"({text})"

    def _import_name(self, f: Any) -> str:
        """Return the name of a class or function, once its module is imported."""
        module, name = getattr(f, "__module__", None), getattr(f, "__qualname__", None)
        module = {"_operator": "operator", "builtins": "builtins"}.get(str(module), module)
        target: Any = sys.modules.get(str(module))
        module, steps = plain_text(str(module)), plain_text(str(name)).split(".")
        for step in steps:
            target = getattr(target, step, None)
        if target is not f or not all(map(is_word, (*module.split("."), *steps))):
            raise self._error(f, "can't be imported by its name; pickle the spec instead")
        if module == "builtins":
            return ".".join(steps)
        self.modules.add(module)
        return ".".join([module, *steps])

    def _error(self, x: Any, why: str) -> SpecDefinitionError:
        return SpecDefinitionError(f"a spec with {short_repr(x)} can't be written as source: it {why}")


def _free_names(text: str) -> set[str]:
    """Return the names in an expression that are not parameters in it."""
    nodes = [*ast.walk(ast.parse(text))]
    parameters = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return {node.id for node in nodes if isinstance(node, ast.Name)} - parameters
