"""Implications: a spec follows from specs that a value is known to fit, where no set can express this.

Two functions of a user are no sets, but one version of a model may require less than the other. Each kind of
spec has a visitor; a kind without one follows from nothing but itself.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence, Set
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.fields import class_fields
from mxspec.changes.borders.inner import spec_behind
from mxspec.changes.classes import default_of, has_field, needs_no_more
from mxspec.changes.core_schemas import covers
from mxspec.changes.facts import covers_arrays, follows, has_classes
from mxspec.changes.wire import AskOutput, OnInstance, OwnPayload
from mxspec.models.model_spec import ModelSpec
from mxspec.predicates import is_coll, is_dict
from mxspec.specs.arrays import ArraySpec
from mxspec.specs.collections import CHECK_LIMIT, CollOf, Every, HomogeneousMap
from mxspec.specs.comparisons import Less
from mxspec.specs.core.spec import Predicate, Reference, Spec
from mxspec.specs.logic import Or
from mxspec.specs.maps import Keys
from mxspec.specs.wrappers import Wrapper
from mxspec.transform.annotations.constraints import CallableType, Member
from mxspec.transform.annotations.constructors import field_checks
from mxspec.transform.annotations.containers import HomogeneousCollection, HomogeneousIterable
from mxspec.transform.annotations.owners import AskPydantic, attribute_of
from mxspec.transform.annotations.records import RecordInstance
from mxspec.transform.schemas.json_kinds import Contains

if TYPE_CHECKING:
    from mxspec.changes.sets.spec_sets import SpecSets

_COLLECTION: Final = Predicate(is_coll)
_MAP: Final = Predicate(is_dict)


@functools.singledispatch
def is_implied(new: Spec, known: Sequence[Spec], side: SpecSets) -> bool:
    """True if it is certain that a spec of the new version accepts what fits all known specs of the old one.

    Args:
        new: the spec.
        known: the known specs.
        side: the sets of the new version.
    """
    return False


@is_implied.register(Predicate)
def _is_implied_predicate(new: Predicate, known: Sequence[Spec], side: SpecSets) -> bool:
    old = side.within.old
    return follows([old.row_of(each) for each in known if isinstance(each, Predicate)], new.row)


def orders(known: Sequence[Spec], new: Less, between: Set[Any]) -> bool:
    """True if known comparisons of two values of a map make up another one: a < b and b < c is a < c.

    Args:
        between: the keys with a value that compares; without a value there is nothing to compare.
    """
    first, last = new.keys
    greater = [(first, False)]  # keys with a value that is at least the first one, and True if it is greater
    for key, is_greater in greater:
        for each in known if key in (first, *between) else ():
            if isinstance(each, Less) and each.keys[0] == key:
                other = each.keys[1], is_greater or not each.or_equal
                greater += [other] * (other not in greater)
    return (last, True) in greater or (new.or_equal and (last, False) in greater)


@is_implied.register(Member)
def _is_implied_member(new: Member, known: Sequence[Spec], side: SpecSets) -> bool:
    are_options = (
        all(type(x) in (str, int, bytes, bool) and x in new.examples for x in each.examples)
        for each in known
        if isinstance(each, Member)
    )
    return any(are_options) or _is_implied_predicate(new, known, side)


@is_implied.register(CallableType)
def _is_implied_callable(new: CallableType, known: Sequence[Spec], side: SpecSets) -> bool:
    return any(isinstance(each, CallableType) and each.tp == new.tp for each in known)


@is_implied.register(ArraySpec)
def _is_implied_array(new: ArraySpec, known: Sequence[Spec], side: SpecSets) -> bool:
    return any(isinstance(each, ArraySpec) and covers_arrays(each, new) for each in known)


@is_implied.register(AskPydantic)
def _is_implied_pydantic(new: AskPydantic, known: Sequence[Spec], side: SpecSets) -> bool:
    is_one = side.within.validators.is_same_predicate
    return any(
        covers(each.adapter.core_schema, new.adapter.core_schema, is_one, isinstance(each, AskOutput))
        for each in known
        if isinstance(each, AskPydantic)
    )


# --- collections ------------------------------------------------------------------------------------------


@is_implied.register(Every)
def _is_implied_collection(new: Every, known: Sequence[Spec], side: SpecSets) -> bool:
    return any(_fits_by_elements(each, new, side) for each in known if isinstance(each, Every))


def _fits_by_elements(old: Every, new: Every, side: SpecSets) -> bool:
    """True if it is certain that new accepts what fits old element by element; of a map, its entries."""
    is_iterable = isinstance(new, HomogeneousIterable)  # it looks at the keys of a map, and takes an iterator
    looks_at_entries = isinstance(old, HomogeneousMap) or not isinstance(new, HomogeneousMap)
    if isinstance(old, HomogeneousIterable) != is_iterable or not looks_at_entries:
        return False
    (low, high), (least, most) = old.options.sizes(), new.options.sizes()
    if low < least or high > most or (new.options.distinct and not old.options.distinct):
        return False
    kind = old.options.kind or _COLLECTION
    if not side.covers(kind, new.options.kind or _COLLECTION):
        return False
    if not (is_iterable or side.covers(kind, _COLLECTION)):
        return False
    if isinstance(new, CollOf):
        looks_at_all = isinstance(old, CollOf) or high <= CHECK_LIMIT
        if not (looks_at_all and _rebuilds(kind, old, new, side)):
            return False
    return not high or side.covers(old.pred, new.pred)


def _rebuilds(kind: Spec, old: Every, new: CollOf, side: SpecSets) -> bool:
    """True if conform can put the conformed elements into a collection of the type that it makes."""
    if isinstance(new, HomogeneousMap) and new.leaves_keys():
        return side.covers(kind, _MAP)
    if not (isinstance(new, HomogeneousCollection) or new.options.into in (None, list, tuple)):
        return False
    if stays_hashable(new.pred, side) or any(side.covers(kind, Predicate(cls)) for cls in (list, tuple)):
        return True
    # A changed map is a dict, which has no hash, so that old refuses it too.
    return isinstance(_behind(new.pred, side), Keys) and _changes_no_more(old, new, side, set())


def _behind(spec: Spec, side: SpecSets) -> Spec:
    return spec_behind(spec, side.version.table.find)


def _changes_no_more(old: Spec, new: Spec, side: SpecSets, assumed: set[tuple[int, int]]) -> bool:
    """True if it is certain that what new makes another value of, old makes another value of, too."""
    old, new = _behind(old, side.within.old), _behind(new, side)
    pair = id(old), id(new)
    if pair in assumed or not side.may_change(new) or side.within.is_same(old, new):
        return True
    assumed.add(pair)
    if type(old) is CollOf and type(new) is CollOf:
        is_alike = old.options.into == new.options.into and old.leaves_keys() == new.leaves_keys()
        return is_alike and _changes_no_more(old.pred, new.pred, side, assumed)
    if not (isinstance(old, Keys) and isinstance(new, Keys)):
        return False
    names = side.version.table.entries if new.takes_names else new.beside
    others = side.within.old.version.table.entries if old.takes_names else old.beside
    parts = {**{name: Reference(name) for name in names}, **new.key_specs}
    return all(
        (key in old.key_specs or key in others)
        and _changes_no_more(old.key_specs.get(key, Reference(key)), part, side, assumed)
        for key, part in parts.items()
        if side.may_change(part)
    )


@is_implied.register(Contains)
def _is_implied_count(new: Contains, known: Sequence[Spec], side: SpecSets) -> bool:
    several = [each for each in known if isinstance(each, Contains)]
    same = (x for x in several if x.most is not None and side.within.sameness.is_same(x.pred, new.pred))
    has_most = new.most is None or any(x.most <= new.most for x in same)  # type: ignore[operator]
    return has_most and any(x.least >= new.least and side.covers(x.pred, new.pred) for x in several)


def stays_hashable(spec: Spec, side: SpecSets) -> bool:
    """True if conform makes a value with a hash out of a value with a hash: it adds a tag at most."""
    if isinstance(spec, (Or, Wrapper)):
        return all(stays_hashable(part.spec, side) for part in spec.parts())
    return not side.may_change(spec)


# --- classes and models -----------------------------------------------------------------------------------


@is_implied.register(RecordInstance)
def _is_implied_record(new: RecordInstance, known: Sequence[Spec], side: SpecSets) -> bool:
    records = [each for each in known if isinstance(each, RecordInstance)]
    twins = [old.tp for old in records if side.within.sameness.twins.get(old.tp) is new.tp]
    if not all(needs_no_more(cls, new.tp) for cls in twins):
        return False  # an instance has the argument, a dict of fields may lack it

    def is_covered(name: str, part: Spec) -> bool:
        is_new = bool(twins) and not any(has_field(cls, name) for cls in twins)
        if is_new and (default := default_of(new.tp, name)) is not dataclasses.MISSING:
            return side.accepts(part, default)  # an old instance is read with the default
        return any(side.covers(old.key_specs[name], part) for old in records if name in old.key_specs)

    rows = [side.within.old.row_of(Predicate(old.tp)) for old in records]
    return has_classes(rows, (new.tp,)) and all(is_covered(*field) for field in new.key_specs.items())


@is_implied.register(OwnPayload)
def _is_implied_own_payload(new: OwnPayload, known: Sequence[Spec], side: SpecSets) -> bool:
    fields, asked = new.preds
    others = [each.preds for each in known if isinstance(each, OwnPayload)]
    return any(
        side.within.is_same(old, asked)
        or (is_implied(asked, (old,), side) and side.covers(old_fields, fields))
        for old_fields, old in others
    )


@is_implied.register(OnInstance)
def _is_implied_by_instances(new: OnInstance, known: Sequence[Spec], side: SpecSets) -> bool:
    if new.base is None or not isinstance(new.of, RecordInstance):
        return False  # without a base it stands alone; else the fields that are sent are checked beside it
    several = [each.of for each in known if isinstance(each, OnInstance)]
    return any(isinstance(old, RecordInstance) and _checks_alike(old, new.of, side) for old in several)


def _checks_alike(old: RecordInstance, new: RecordInstance, side: SpecSets) -> bool:
    """True if attrs checks a field of the new class only as it checks the same field of the old one."""
    checks, others = field_checks(new.tp), field_checks(old.tp)
    if not checks or others is None:
        return False
    readers = side.within.validators
    is_one = readers.is_same_predicate
    fields, own = ({field.name: field for field in class_fields(spec.tp)} for spec in (old, new))

    def is_alike(name: str) -> bool:
        (validator, converter), (other, convert) = checks[name], others.get(name, (None, None))
        return (
            name in others
            and all(map(is_one, fields[name], own[name]))
            and (bool(validator == other) or is_one(other, validator))
            and is_one(convert, converter)
            and is_one(*(attribute_of(spec.tp, name).metadata for spec in (old, new)))
            and readers.is_same(old.key_specs[name], new.key_specs[name])
        )

    return all(map(is_alike, checks))


@is_implied.register(ModelSpec)
def _is_implied_model(new: ModelSpec, known: Sequence[Spec], side: SpecSets) -> bool:
    return any(isinstance(each, ModelSpec) and _asks_less(each, new, side) for each in known)


def _asks_less(old: ModelSpec, new: ModelSpec, side: SpecSets) -> bool:
    limits = old.threshold, new.threshold
    asks_less = limits[1] is None or limits[1] is limits[0]
    if not asks_less and all(type(limit) in (int, float) for limit in limits):
        asks_less = limits[0] <= limits[1]  # type: ignore[operator]
    if new.min_confidence is not None:
        asks_less = asks_less and (old.min_confidence or -math.inf) >= new.min_confidence
    return (
        asks_less
        and side.within.sameness.is_same_predicate(old.discriminate, new.discriminate)
        and side.covers(old.label_spec, new.label_spec)
        and (new.input is None or (old.input is not None and side.covers(old.input, new.input)))
    )
