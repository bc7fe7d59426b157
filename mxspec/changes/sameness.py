"""The sameness of two specs, also where two versions of a file have made them.

Specs are compared by their fields, predicates by their code, and values by type and text. What differs in
anything is not the same; it may still mean the same.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
import sys
import types
import uuid
import zoneinfo
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from mxspec.changes.classes import Twins
from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.functions.fspec import FSpec
from mxspec.models.model_spec import ModelSpec
from mxspec.names import Names
from mxspec.specs.maps import Keys, MultiSpec
from mxspec.values import identity_key

# What a field says that decides no value, or that another field says too, by the names that are registered.
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
    """The question whether specs of two versions are the same.

    Attributes:
        old, new: the tables for the names of both.
        twins: the classes of the new version, by those of the old one.
        by_text: True if specs that are written alike are the same, whatever other names there are.
    """

    old: Names
    new: Names
    twins: Twins
    by_text: bool = False

    def is_same(self, old: Spec, new: Spec) -> bool:
        """True if two specs are made of the same parts, so that they give the same answers."""
        return self._is_same(old, new, set())

    def _is_same(self, a: Any, b: Any, seen: set[Any]) -> bool:
        is_one_table = self.old is self.new
        if a is b and is_one_table:
            return True
        if type(a) is not type(b):
            return False
        if isinstance(a, Reference):
            targets = self.old.find(a.to), self.new.find(b.to)
            return None not in targets and self._is_same(*targets, seen)
        if isinstance(a, Predicate):
            return self.is_same_predicate(a.pred, b.pred)
        if isinstance(a, (tuple, list)):
            return len(a) == len(b) and all(self._is_same(x, y, seen) for x, y in zip(a, b, strict=True))
        if isinstance(a, Mapping):
            first, second = ({identity_key(key): x for key, x in m.items()} for m in (a, b))
            return first.keys() == second.keys() and all(
                self._is_same(x, second[key], seen) for key, x in first.items()
            )
        if not dataclasses.is_dataclass(a) or isinstance(a, type):
            return self.is_same_predicate(a, b)
        if (id(a), id(b)) in seen:
            return True
        seen.add((id(a), id(b)))
        if not (is_one_table or self.by_text) and isinstance(a, (Keys, ModelSpec, FSpec)):
            return False  # names differ, and any may be a key; a model may be another under the same name
        if isinstance(a, MultiSpec) and not self._is_same(a.all_methods(), b.all_methods(), seen):
            return False
        return all(self._is_same(x, y, seen) for x, y in zip(field_values(a), field_values(b), strict=True))

    def is_same_predicate(self, a: Any, b: Any) -> bool:
        """True if two predicates are one, and answer alike about a value as each version reads it."""
        reads_alike = not self.twins or self.by_text or isinstance(a, type) or not callable(a)
        return (reads_alike and is_same_object(a, b)) or self._is_same_enum(a, b)

    def _is_same_enum(self, a: Any, b: Any) -> bool:
        """True if two versions of an enum have the same members."""
        return (
            isinstance(a, enum.EnumType)
            and self.twins.get(a) is b
            and is_same_object(*(tuple((x.name, x.value) for x in cls) for cls in (a, self.twins[a])))
        )


# --- values and predicates --------------------------------------------------------------------------------

EXACT: Final = (bool, types.NoneType, bytes, uuid.UUID, datetime.date, datetime.time, datetime.timedelta)
"""Types of values that equal none of another type."""

_PLAIN: Final = frozenset({*EXACT, datetime.datetime, int, float, str, complex, Decimal, Fraction})
_ZONES: Final = (types.NoneType, datetime.timezone, zoneinfo.ZoneInfo)


def is_same_object(a: Any, b: Any) -> bool:
    """True if two constants or predicates are one, also if two versions of a module have made them."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(is_same_object, a, b))
    if isinstance(a, (set, frozenset)):
        return {(type(x), identity_key(x)) for x in a} == {(type(x), identity_key(x)) for x in b}
    if isinstance(a, functools.partial):
        return is_same_object((a.func, a.args), (b.func, b.args)) and a.keywords == b.keywords == {}
    if isinstance(a, (types.MethodType, types.BuiltinMethodType)):
        return bool(a.__self__ is b.__self__ and a == b)
    if isinstance(a, types.FunctionType):
        return _is_same_function(a, b, set())
    if type(a) is int:
        return bool(a == b)  # which may have too many digits for a text
    return type(a) in _PLAIN and isinstance(getattr(a, "tzinfo", None), _ZONES) and repr(a) == repr(b)


def _is_same_function(f: Any, g: Any, seen: set[tuple[int, int]]) -> bool:
    """True if two functions run the same code on the same values."""
    if (id(f), id(g)) in seen:
        return True
    seen.add((id(f), id(g)))
    if f.__closure__ or g.__closure__ or f.__kwdefaults__ or g.__kwdefaults__:
        return False
    if not is_same_object(f.__defaults__, g.__defaults__) or _bare(f.__code__) != _bare(g.__code__):
        return False
    for name in _names_in(f.__code__):
        a, b = f.__globals__.get(name, sys), g.__globals__.get(name, sys)
        are_functions = isinstance(a, types.FunctionType) and isinstance(b, types.FunctionType)
        if not (_is_same_function(a, b, seen) if are_functions else is_same_object(a, b)):
            return False
    return True


def _bare(code: types.CodeType) -> types.CodeType:
    """Return code without its place in a file."""
    constants = (_bare(x) if isinstance(x, types.CodeType) else x for x in code.co_consts)
    return code.replace(co_firstlineno=1, co_linetable=b"", co_name="f", co_consts=tuple(constants))


def _names_in(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_in(constant)
