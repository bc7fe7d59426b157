"""The sameness of two specs, also of specs that two versions of a file made.

Both versions of a file have `and_(str, is_code)`. The two specs are the same if both functions is_code have
the same code, and the names in that code stand for the same values. Specs are compared by their fields, and
the values in the fields as used values (`mxspec.changes.used_values`). Specs that differ in anything are not
the same, even if they accept the same values.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mxspec.base.names import Names
from mxspec.base.values import identity_key
from mxspec.changes.borders.constants import field_values
from mxspec.changes.classes import Twins
from mxspec.changes.used_values import NOTHING, Judges, OwnPair, UsedValues
from mxspec.functions.fspec import FSpec
from mxspec.models.model_spec import ModelSpec
from mxspec.specs.core.spec import Predicate, Reference, Spec
from mxspec.specs.maps import Keys
from mxspec.specs.multi_specs import MultiSpec


@dataclasses.dataclass(frozen=True)
class Sameness:
    """A comparison of specs of two versions.

    Attributes:
        old, new: the tables for the names of both.
        twins: a map from classes of the old version to their twins in the new one.
        by_text: True if specs that are written alike are the same, whatever other names exist.
        own: the modules that each version imports separately.
    """

    old: Names
    new: Names
    twins: Twins
    by_text: bool = False
    own: OwnPair = NOTHING
    _known: dict[Any, Any] = dataclasses.field(default_factory=dict, repr=False)
    _differ: dict[Any, Any] = dataclasses.field(default_factory=dict, repr=False)  # with the objects

    def is_same(self, old: Spec, new: Spec) -> bool:
        """True if two specs are made of the same parts, so that they give the same answers."""
        return self._compare(lambda one: one.specs(old, new))

    def is_same_predicate(self, a: Any, b: Any) -> bool:
        """True if two predicates are the same, and each answers alike about the values of its own version."""
        return self._compare(lambda one: one.predicates(a, b))

    def _compare(self, ask: Callable[[_OneQuestion], bool]) -> bool:
        one = _OneQuestion(self)
        try:
            is_same = ask(one)
        except RecursionError:
            return False
        if is_same:  # then all that was assumed on the way holds; a comparison that fails shows nothing
            self._known.update(one.values.assumed)
        return is_same


class _OneQuestion:
    """One question of a `Sameness`."""

    def __init__(self, of: Sameness) -> None:
        self._of = of
        by = Judges(self.specs, self._is_same_name, self._are_same_names, of.own, of.by_text)
        self.values = UsedValues(by, of._known)

    def specs(self, a: Any, b: Any) -> bool:
        """True if two specs, or parts of them, are the same."""
        of = self._of
        is_one_table = of.old is of.new
        if a is b and is_one_table:
            return True
        if type(a) is not type(b):
            return False
        if isinstance(a, Spec) and not a.has_told_fields():
            return False
        if isinstance(a, Reference):
            targets = of.old.find(a.to), of.new.find(b.to)
            return None not in targets and self.specs(*targets)
        if isinstance(a, Predicate):
            others = [[x for x in field_values(each) if x is not each.pred] for each in (a, b)]
            return self.predicates(a.pred, b.pred) and self.specs(*others)
        if isinstance(a, (tuple, list)):
            return len(a) == len(b) and all(map(self.specs, a, b))
        if isinstance(a, Mapping):
            first, second = ({identity_key(key): x for key, x in m.items()} for m in (a, b))
            return first.keys() == second.keys() and all(
                self.specs(x, second[key]) for key, x in first.items()
            )
        if isinstance(a, inspect.Parameter):
            return (a.name, a.kind) == (b.name, b.kind) and self.predicates(a.default, b.default)
        if not dataclasses.is_dataclass(a) or isinstance(a, type):
            return self.predicates(a, b)
        pair = id(a), id(b)
        if pair in of._differ:
            return False
        if not self.values.assume(a, b):
            return True
        if self._fields(a, b, is_one_table):
            return True
        of._differ[pair] = a, b  # whatever was assumed on the way
        return False

    def _fields(self, a: Any, b: Any, is_one_table: bool) -> bool:
        of = self._of
        # Any name of the two tables may be a key, except in a dict for a class; a model may have changed.
        is_by_names = isinstance(a, (Keys, ModelSpec, FSpec)) and getattr(a, "takes_names", True)
        if is_by_names and not (is_one_table or of.by_text):
            return False
        if isinstance(a, MultiSpec) and not self.specs(a.all_methods(), b.all_methods()):
            return False
        return all(map(self.specs, field_values(a), field_values(b)))

    def predicates(self, a: Any, b: Any) -> bool:
        """True if two predicates are the same, and each answers alike about the values of its own version."""
        reads_alike = not self._of.twins or self._of.by_text or isinstance(a, type) or not callable(a)
        if reads_alike and isinstance(a, type) and a is b:  # also a class of pathlib, which reads files
            return True
        return (reads_alike and self.values.are_same(a, b)) or self._is_same_enum(a, b)

    def _is_same_name(self, text: str) -> bool:
        """True if a text names the same spec in both versions, or none."""
        of = self._of
        if text not in of.old.entries and text not in of.new.entries:
            return True
        return not self.values.assume(text, text) or self.specs(Reference(text), Reference(text))

    def _are_same_names(self) -> bool:
        return all(map(self._is_same_name, {**self._of.old.entries, **self._of.new.entries}))

    def _is_same_enum(self, a: Any, b: Any) -> bool:
        """True if two versions of an enum have the same members."""
        return (
            not self._of.by_text
            and isinstance(a, enum.EnumType)
            and isinstance(b, enum.EnumType)
            and self._of.twins.get(a) is b
            and self.values.are_same(_members_of(a), _members_of(b))
        )


def _members_of(cls: Any) -> tuple[Any, ...]:
    members: Iterator[enum.Enum] = iter(cls)
    return tuple((x.name, x.value) for x in members)


def is_same_object(a: Any, b: Any) -> bool:
    """True if two constants or predicates are the same, even if two versions of a module made them."""
    table = Names({})
    return Sameness(table, table, {}).is_same_predicate(a, b)
