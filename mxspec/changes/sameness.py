"""The sameness of two specs, also of specs that two versions of a file made.

Both versions of a file say `and_(str, is_code)`. The two specs are the same if both functions is_code have
the same code, and the names in that code stand for the same values. Specs are compared by their fields,
functions by their code, values by type and text. Specs that differ in anything are not the same, even if they
accept the same values.
"""

from __future__ import annotations

import ast
import dataclasses
import datetime
import dis
import enum
import functools
import inspect
import re
import sys
import types
import uuid
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from mxspec.annotations.constraints import CallableType
from mxspec.changes.classes import Twins
from mxspec.changes.trees import OwnModules
from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.functions.fspec import FSpec
from mxspec.models.model_spec import ModelSpec
from mxspec.names import Names
from mxspec.specs.maps import Keys, MultiSpec
from mxspec.values import identity_key

# Fields that decide no value, and fields that another field repeats with its names looked up.
_PASSED_OVER: Final = frozenset(
    {"name", "gen_fn", "message", "before", "hint", "gen_max", "req", "opt", "req_un", "opt_un"}
    | {"methods", "_parts", "forward", "spec_of", "fields"}
)


def field_values(x: Any) -> list[Any]:
    """Return the fields of a spec, or of a part of one, that decide which values fit."""
    names = [field.name for field in dataclasses.fields(x) if field.name not in _PASSED_OVER]
    return [getattr(x, name) for name in names]


@dataclasses.dataclass(frozen=True)
class Sameness:
    """A comparison of specs of two versions.

    Attributes:
        old, new: the tables for the names of both.
        twins: a map from classes of the old version to their twins in the new one.
        by_text: True if specs that are written alike are the same, whatever other names exist.
        sources: the syntax trees of the modules of both versions, if they are files.
    """

    old: Names
    new: Names
    twins: Twins
    by_text: bool = False
    sources: Sources | None = None

    def is_same(self, old: Spec, new: Spec) -> bool:
        """True if two specs are made of the same parts, so that they give the same answers."""
        return self._is_same(old, new, set())

    def _is_same(self, a: Any, b: Any, seen: set[Any]) -> bool:
        is_one_table = self.old is self.new
        if a is b and is_one_table:
            return True
        if type(a) is not type(b):
            return False
        if isinstance(a, Spec) and not a.has_told_fields():
            return False
        if isinstance(a, Reference):
            targets = self.old.find(a.to), self.new.find(b.to)
            return None not in targets and self._is_same(*targets, seen)
        if isinstance(a, CallableType) and a.tp != b.tp:
            return False
        if isinstance(a, Predicate):
            return self.is_same_predicate(a.pred, b.pred)
        if isinstance(a, (tuple, list)):
            return len(a) == len(b) and all(self._is_same(x, y, seen) for x, y in zip(a, b, strict=True))
        if isinstance(a, Mapping):
            first, second = ({identity_key(key): x for key, x in m.items()} for m in (a, b))
            return first.keys() == second.keys() and all(
                self._is_same(x, second[key], seen) for key, x in first.items()
            )
        if isinstance(a, inspect.Parameter):
            is_same_default = self.is_same_predicate(a.default, b.default)
            return (a.name, a.kind) == (b.name, b.kind) and is_same_default
        if not dataclasses.is_dataclass(a) or isinstance(a, type):
            return self.is_same_predicate(a, b)
        if (id(a), id(b)) in seen:
            return True
        seen.add((id(a), id(b)))
        if not (is_one_table or self.by_text) and isinstance(a, (Keys, ModelSpec, FSpec)):
            return False  # any name of the two tables may be a key; a model may have changed
        if isinstance(a, MultiSpec) and not self._is_same(a.all_methods(), b.all_methods(), seen):
            return False
        return all(self._is_same(x, y, seen) for x, y in zip(field_values(a), field_values(b), strict=True))

    def is_same_predicate(self, a: Any, b: Any) -> bool:
        """True if two predicates are the same, and each answers alike about the values of its own version."""
        reads_alike = not self.twins or self.by_text or isinstance(a, type) or not callable(a)
        if reads_alike and is_same_object(a, b, self._is_same_name):
            return True
        return self._is_same_enum(a, b) or (
            self.by_text and self.sources is not None and self.sources.are_same(a, b, self._is_same_name)
        )

    def _is_same_name(self, text: str) -> bool:
        """True if a text in the code of a predicate names the same spec in both versions, or none."""
        entries = self.old.entries.get(text), self.new.entries.get(text)
        return entries == (None, None) or self.is_same(Reference(text), Reference(text))

    def _is_same_enum(self, a: Any, b: Any) -> bool:
        """True if two versions of an enum have the same members."""
        return (
            isinstance(a, enum.EnumType)
            and isinstance(b, enum.EnumType)
            and self.twins.get(a) is b
            and is_same_object(_members_of(a), _members_of(b))
        )


def _members_of(cls: Any) -> tuple[Any, ...]:
    members: Iterator[enum.Enum] = iter(cls)
    return tuple((x.name, x.value) for x in members)


# --- values and predicates --------------------------------------------------------------------------------

EXACT: Final = (bool, types.NoneType, bytes, uuid.UUID, datetime.date, datetime.time, datetime.timedelta)
"""Types of values that equal none of another type."""

_PLAIN: Final = frozenset({*EXACT, datetime.datetime, int, float, str, complex, Decimal, Fraction})
_ZONES: Final = (types.NoneType, datetime.timezone, zoneinfo.ZoneInfo)


IsSameName = Callable[[str], bool]
"""A function that says if a text in the code of two predicates names the same spec in both, or no spec."""


def is_same_object(a: Any, b: Any, is_same_name: IsSameName = lambda text: True) -> bool:
    """True if two constants or predicates are the same, even if two versions of a module made them."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(is_same_object(x, y, is_same_name) for x, y in zip(a, b, strict=True))
    if isinstance(a, (set, frozenset)):
        return {(type(x), identity_key(x)) for x in a} == {(type(x), identity_key(x)) for x in b}
    if isinstance(a, functools.partial):
        parts = (a.func, a.args), (b.func, b.args)
        return is_same_object(*parts, is_same_name) and a.keywords == b.keywords == {}
    if isinstance(a, (types.MethodType, types.BuiltinMethodType)):
        return bool(a.__self__ is b.__self__ and a == b)
    if isinstance(a, types.FunctionType):
        return _is_same_function(a, b, is_same_name, set())
    return _is_same_constant(a, b)


def _is_same_constant(a: Any, b: Any) -> bool:
    if type(a) is int:
        return bool(a == b)  # repr refuses an int of too many digits
    return type(a) in _PLAIN and isinstance(getattr(a, "tzinfo", None), _ZONES) and repr(a) == repr(b)


def _is_same_function(f: Any, g: Any, is_same_name: IsSameName, seen: set[tuple[int, int]]) -> bool:
    """True if two functions run the same code on the same values."""
    if (id(f), id(g)) in seen:
        return True
    seen.add((id(f), id(g)))
    # The cells of a closure are not compared: the functions may be the same, but that is not known.
    if f.__closure__ or g.__closure__ or f.__kwdefaults__ or g.__kwdefaults__:
        return False
    if not is_same_object(f.__defaults__, g.__defaults__) or _bare(f.__code__) != _bare(g.__code__):
        return False
    for code in _codes_in(f.__code__):
        if f.__globals__ is not g.__globals__ and any(map(_is_import_of_own, dis.get_instructions(code))):
            return False
        if not all(is_same_name(text) for text in code.co_consts if isinstance(text, str)):
            return False
        # The names of attributes are among them. One that is no global is `sys` on both sides, so the same.
        for name in code.co_names:
            a, b = f.__globals__.get(name, sys), g.__globals__.get(name, sys)
            are_functions = isinstance(a, types.FunctionType) and isinstance(b, types.FunctionType)
            if are_functions and not _is_same_function(a, b, is_same_name, seen):
                return False
            if not are_functions and not is_same_object(a, b, is_same_name):
                return False
    return True


def _is_import_of_own(instruction: dis.Instruction) -> bool:
    """True for an import inside a function, of a module that each version may have for itself."""
    first = str(instruction.argval).partition(".")[0]
    return instruction.opname == "IMPORT_NAME" and first not in sys.stdlib_module_names


def _bare(code: types.CodeType) -> types.CodeType:
    """Return code without its place in a file."""
    constants = (_bare(x) if isinstance(x, types.CodeType) else x for x in code.co_consts)
    return code.replace(co_firstlineno=1, co_linetable=b"", co_name="f", co_consts=tuple(constants))


def _codes_in(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes_in(constant)


# --- what the source says ---------------------------------------------------------------------------------


class Sources:
    """The modules of both versions of a file, with their source."""

    def __init__(self, old: OwnModules, new: OwnModules) -> None:
        self._versions = old.modules, new.modules
        self._trees = old.sources(), new.sources()
        texts = [{name: tree and ast.dump(tree) for name, tree in trees.items()} for trees in self._trees]
        self._are_unchanged = texts[0] == texts[1]

    def are_same(self, a: Any, b: Any, is_same_name: IsSameName) -> bool:
        """True if two predicates come from the same source and, as far as it shows, from the same values.

        If no module has changed, this can be known of everything that they define, else only of classes.
        """
        if self._are_unchanged:
            return _is_alike(a, b, {})
        return isinstance(a, type) and isinstance(b, type) and self._is_same_class(a, b, is_same_name, set())

    def _is_same_class(self, a: type, b: type, is_same_name: IsSameName, seen: set[type]) -> bool:
        """True if two classes have one text, and its names stand for the same things in their modules."""
        if a is b or a in seen:
            return True
        seen.add(a)
        module, name = a.__module__, a.__qualname__
        nodes = [_find_class(trees.get(module), name) for trees in self._trees]
        if (b.__module__, b.__qualname__) != (module, name) or nodes[0] is None or nodes[1] is None:
            return False
        if ast.dump(nodes[0]) != ast.dump(nodes[1]) or not _is_alike(_constants_of(a), _constants_of(b), {}):
            return False
        texts = [
            x.value for x in ast.walk(nodes[0]) if isinstance(x, ast.Constant) and isinstance(x.value, str)
        ]
        used = {x.id for x in ast.walk(nodes[0]) if isinstance(x, ast.Name)}
        used |= {word for text in texts for word in _WORD.findall(text)}  # annotations may be texts
        scopes = [vars(version[module]) for version in self._versions]
        return all(map(is_same_name, texts)) and all(
            is_same_object(x, y, is_same_name)
            or (isinstance(x, type) and isinstance(y, type) and self._is_same_class(x, y, is_same_name, seen))
            for x, y in ((scopes[0].get(name, sys), scopes[1].get(name, sys)) for name in used)
        )


_WORD: Final = re.compile(r"\w+")


def _find_class(tree: ast.Module | None, qualname: str) -> ast.ClassDef | None:
    """Return the only definition of a class by its name, or None."""
    node: Any = tree
    for part in qualname.split("."):
        body = getattr(node, "body", ())
        classes = [x for x in body if isinstance(x, ast.ClassDef) and x.name == part]
        node = classes[0] if len(classes) == 1 else None
    return node if isinstance(node, ast.ClassDef) else None


def _constants_of(cls: type) -> dict[str, Any]:
    return {name: x for name, x in vars(cls).items() if not name.startswith("__") and type(x) in _DATA}


_DATA: Final = frozenset({*_PLAIN, list, tuple, dict, set, frozenset})


def _is_alike(a: Any, b: Any, seen: dict[tuple[int, int], Any]) -> bool:
    """True if nothing tells apart two objects that the same source made."""
    if a is b or (id(a), id(b)) in seen:
        return True
    seen[id(a), id(b)] = a, b  # keeps both alive, so that no other object gets their ids
    if (type(a).__module__, type(a).__qualname__) != (type(b).__module__, type(b).__qualname__):
        return False
    if type(a) in _PLAIN:
        return _is_same_constant(a, b)
    match a:
        case tuple() | list():
            return len(a) == len(b) and all(_is_alike(x, y, seen) for x, y in zip(a, b, strict=True))
        case dict():
            return _is_alike([*a.items()], [*b.items()], seen)
        case set() | frozenset():
            keys = [{(type(x), identity_key(x)) for x in xs if type(x) in _PLAIN} for xs in (a, b)]
            return len(a) == len(b) and keys[0] == keys[1]
        case functools.partial():
            return _is_alike((a.func, a.args, a.keywords), (b.func, b.args, b.keywords), seen)
        case types.MethodType():
            return _is_alike((a.__func__, a.__self__), (b.__func__, b.__self__), seen)
        case types.FunctionType():
            cells = [tuple(map(_content_of, f.__closure__ or ())) for f in (a, b)]
            rows = [
                (f.__defaults__, f.__kwdefaults__, content, _globals_of(f))
                for f, content in zip((a, b), cells, strict=True)
            ]
            return _bare(a.__code__) == _bare(b.__code__) and _is_alike(rows[0], rows[1], seen)
        case type():
            return a.__qualname__ == b.__qualname__ and _is_alike(_constants_of(a), _constants_of(b), seen)
        case _ if dataclasses.is_dataclass(a):
            return _is_alike(field_values(a), field_values(b), seen)
    return _is_alike(getattr(a, "__dict__", None), getattr(b, "__dict__", None), seen)


def _globals_of(f: types.FunctionType) -> dict[str, Any]:
    """Return the values of the global names in a function's code, without modules."""
    names = dict.fromkeys(name for code in _codes_in(f.__code__) for name in code.co_names)
    values = {name: f.__globals__[name] for name in names if name in f.__globals__}
    return {name: x for name, x in values.items() if not isinstance(x, types.ModuleType)}


def _content_of(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty
        return None
