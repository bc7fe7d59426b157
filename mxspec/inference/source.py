"""Specs as Python: the source that defines a spec again."""

from __future__ import annotations

import builtins
import datetime
import decimal
import dis
import enum
import fractions
import functools
import keyword
import math
import sys
import types
import typing
import uuid
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from mxspec import names
from mxspec import predicates as p
from mxspec.core.spec import Reference, Spec, specize, walk
from mxspec.errors import SpecDefinitionError, name_recursion_limit
from mxspec.forms import Tag, lambda_source
from mxspec.from_form import MAKERS
from mxspec.inference.promise import promise_in
from mxspec.messages.text import short_repr
from mxspec.specs.maps import KeyGroup
from mxspec.values import class_name, stable_order

WIDTH: Final = 100  # characters of a line


def source(spec: Any) -> str:
    """Return Python source that defines a spec: to read, to edit and to commit.

    The source binds `spec`, and registers the name of the spec and all the names that it refers to. A promise
    stands in a comment; what the source is edited to does not carry it.

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
    promise, entries = promise_in(whole), _references(whole)
    with name_recursion_limit("the source", spec):
        lines = [
            _layout(Call("s.def_(", [("", repr(name)), ("", writer.node(entry.form()))], ")"))
            for name, entry in entries.items()
            if not isinstance(entry, str)
        ]
        lines += [f"# {promise!r}"] if promise is not None else []
        lines.append(_layout(writer.node(whole.form()), "spec = "))
    # An alias needs what it leads to.
    aliases = sorted((name for name in entries if isinstance(entries[name], str)), key=_alias_length)
    names_of = {} if whole.name is None else {whole.name: "spec"}
    names_of |= {name: repr(entries[name]) for name in aliases}
    lines += [f"s.def_({name!r}, {entry})" for name, entry in names_of.items()]
    modules = [f"import {module}" for module in sorted(writer.modules)]
    head = "\n".join([*modules, *([""] if modules else []), "import mxspec as s"])
    return "\n".join([head, "", *lines, ""])


def _references(whole: Spec) -> dict[str, Any]:
    """Return the names that a spec refers to and what they stand for."""
    return {
        name: names.current.entries[name]
        for part in walk(whole)
        if isinstance(part, Reference) and isinstance(part.to, str)
        for name in names.current.aliases(part.to)
        if name != whole.name and name in names.current.entries
    }


def _alias_length(name: str) -> int:
    return len(names.current.aliases(name))


# --- layout ----------------------------------------------------------------------------------------------


class Call(NamedTuple):
    """A call, or a literal with parts, which may be broken into lines."""

    start: str
    items: list[tuple[str, Any]]
    end: str


def _layout(node: Any, prefix: str = "", indent: str = "", tail: str = "") -> str:
    line = f"{indent}{prefix}{_join_line(node)}{tail}"
    if len(line) <= WIDTH or not isinstance(node, Call) or not node.items:
        return line
    if len(node.items) == 1 and isinstance(node.items[0][1], Call) and not node.items[0][0]:
        [(_, inner)] = node.items  # f(g(...)): the parts of g stand a level deeper
        return _layout(
            Call(node.start + inner.start, inner.items, inner.end + node.end), prefix, indent, tail
        )
    lines = [_layout(item, name, f"{indent}    ", ",") for name, item in node.items]
    return "\n".join([f"{indent}{prefix}{node.start}", *lines, f"{indent}{node.end}{tail}"])


def _join_line(node: Any) -> str:
    if not isinstance(node, Call):
        return str(node)
    items = [f"{name}{_join_line(item)}" for name, item in node.items]
    comma = "," if node.start == "(" and len(items) == 1 else ""
    return f"{node.start}{', '.join(items)}{comma}{node.end}"


# --- values and functions ----------------------------------------------------------------------------------

_REPRS: Final[Mapping[type, str]] = {
    datetime.datetime: "", datetime.date: "", datetime.time: "", datetime.timedelta: "",
    decimal.Decimal: "decimal.", fractions.Fraction: "fractions.", uuid.UUID: "uuid.",
}  # fmt: skip
_LITERALS: Final = (int, str, bytes, bool, type(None), type(...))


class _Writer:
    """Writes forms as nodes, and gathers the modules that they need."""

    def __init__(self) -> None:
        self.modules: set[str] = set()

    def node(self, x: Any) -> Any:
        """Return the node of a form, a predicate or a value.

        Raises:
            SpecDefinitionError: it can't be written.
        """
        if isinstance(x, tuple):
            if x and type(x[0]) is str and x[0] in MAKERS:
                return self._call(x)
            return Call("(", self._items(x), ")")
        if isinstance(x, Spec):
            return self.node(x.form())
        if isinstance(x, KeyGroup):
            return Call(f"s.{x.call}(", self._items(x.parts), ")")
        if isinstance(x, list):
            return Call("[", self._items(x), "]")
        if isinstance(x, Mapping):
            return Call("{", [(f"{_join_line(self.node(key))}: ", self.node(v)) for key, v in x.items()], "}")
        if isinstance(x, (set, frozenset)):
            inner = Call("{", self._items(stable_order(x)), "}") if x else "set()"
            return Call("frozenset(", [("", inner)], ")") if isinstance(x, frozenset) else inner
        return self._leaf(x)

    def _items(self, xs: Iterable[Any]) -> list[tuple[str, Any]]:
        return [("", self.node(x)) for x in xs]

    def _call(self, form: tuple[Any, ...]) -> Call:
        head, *parts = form
        if head == "from_examples":
            raise self._error(form[-1], "is learnt from data; pickle the spec instead")
        options = parts.pop() if parts and type(parts[-1]) is dict else {}
        items: list[tuple[str, Any]] = []
        if head == "from_type":
            return Call("s.from_type(", [("", self._annotation(parts[0]))], ")")
        for part in parts:
            if isinstance(part, tuple) and len(part) == 2 and isinstance(part[0], Tag):
                tag = str(part[0])
                items.append(("", Call("(", [("", repr(tag)), ("", self.node(part[1]))], ")")))
            else:
                items.append(("", self.node(part)))
        if all(isinstance(part, tuple) and part and isinstance(part[0], Tag) for part in parts) and parts:
            tags = [str(tag) for tag, _ in parts]
            if all(tag.isidentifier() and tag not in _KEYWORDS for tag in tags) and len({*tags}) == len(tags):
                items = [(f"{tag}=", self.node(part)) for tag, part in parts]
        items += [(f"{key}=", self.node(value)) for key, value in options.items()]
        return Call(f"s.{head}(", items, ")")

    def _leaf(self, x: Any) -> Any:
        if isinstance(x, enum.Enum):
            return f"{self._import_name(type(x))}.{x.name}"
        if type(x) in _LITERALS:
            return repr(x)
        if type(x) is float:
            return repr(x) if math.isfinite(x) else f"float({str(x)!r})"
        if type(x) in _REPRS:
            self.modules.add((_REPRS[type(x)] or "datetime.").removesuffix("."))
            zone = getattr(x, "tzinfo", None)
            if isinstance(zone, zoneinfo.ZoneInfo):
                self.modules.add("zoneinfo")
            elif zone is not None and type(zone) is not datetime.timezone:
                raise self._error(zone, "is a time zone of its own")
            return _REPRS[type(x)] + repr(x)
        if isinstance(x, functools.partial) and type(x) is functools.partial:
            self.modules.add("functools")
            keywords = [(f"{key}=", self.node(value)) for key, value in x.keywords.items()]
            return Call("functools.partial(", [*self._items((x.func, *x.args)), *keywords], ")")
        if isinstance(x, type) or callable(x):
            return self._function(x)
        if class_name(x).startswith("dtype") or hasattr(x, "dtype"):
            return repr(str(x))
        raise self._error(x, "has no source")

    def _function(self, f: Any) -> str:
        name = getattr(f, "__name__", "")
        if getattr(p, name, None) is f:
            return f"s.{name}"
        if name == "<lambda>":
            code = f.__code__
            text = lambda_source(f)
            if text and not code.co_freevars and all(hasattr(builtins, each) for each in _globals_of(code)):
                return f"({text})"
            raise self._error(f, "is a lambda that uses other names; write it as a function of a module")
        return self._import_name(f)

    def _import_name(self, f: Any) -> str:
        """Return the name of a class or function, once its module is imported."""
        module, name = getattr(f, "__module__", None), getattr(f, "__qualname__", None)
        module = {"_operator": "operator", "builtins": "builtins"}.get(str(module), module)
        target: Any = sys.modules.get(str(module))
        for step in str(name).split("."):
            target = getattr(target, step, None)
        if target is not f:
            raise self._error(f, "can't be imported by its name; pickle the spec instead")
        if module == "builtins":
            return str(name)
        self.modules.add(str(module))
        return f"{module}.{name}"

    def _annotation(self, tp: Any) -> Any:
        origin, args = typing.get_origin(tp), typing.get_args(tp)
        if tp is None or tp is type(None):
            return "None"
        if origin is typing.Annotated:
            self.modules.add("typing")
            inner = [("", self._annotation(args[0])), *self._items(args[1:])]
            return Call("typing.Annotated[", inner, "]")
        if origin is typing.Literal:
            self.modules.add("typing")
            return Call("typing.Literal[", self._items(args), "]")
        if origin is types.UnionType:
            return " | ".join(_join_line(self._annotation(arg)) for arg in args)
        if origin is typing.Union:
            self.modules.add("typing")
            return Call("typing.Union[", [("", self._annotation(arg)) for arg in args], "]")
        if origin is not None and args and isinstance(origin, type) and not isinstance(args[0], list):
            return Call(f"{self._function(origin)}[", [("", self._annotation(arg)) for arg in args], "]")
        if tp is ...:
            return "..."
        if isinstance(tp, type) and origin is None:
            return self._function(tp)
        name = getattr(tp, "_name", None)
        if name and getattr(typing, name, None) is tp:
            self.modules.add("typing")
            return f"typing.{name}"
        raise self._error(tp, "is an annotation without source")

    def _error(self, x: Any, why: str) -> SpecDefinitionError:
        return SpecDefinitionError(f"a spec with {short_repr(x)} can't be written as source: it {why}")


_KEYWORDS: Final = frozenset((*keyword.kwlist, "pairs"))


def _globals_of(code: types.CodeType) -> Sequence[str]:
    """Return the names of globals and attributes that a function uses, those of inner ones too."""
    inner = [each for each in code.co_consts if isinstance(each, types.CodeType)]
    return [*_loads(code), *(name for each in inner for name in _globals_of(each))]


def _loads(code: types.CodeType) -> list[str]:
    return [each.argval for each in dis.get_instructions(code) if each.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
