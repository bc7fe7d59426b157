"""The sets of the specs of one version, a visitor for each kind of spec.

A kind without a visitor is `RoughSet` nothing and everything. So are, in part, the specs that look at what
another spec conforms a value to.
"""

from __future__ import annotations

import enum
import functools
import math
import typing
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mxspec.changes.borders.inner import inner_spec, leads_to_change, preds_before_change, spec_behind
from mxspec.changes.classes import Twins, keeps_names, reads_all
from mxspec.changes.facts import is_subclass
from mxspec.changes.sets.core_schema_sets import MOST_OF_FLOATS, has_validator, set_of_core_schema
from mxspec.changes.sets.expressions import (
    NO_VALUES,
    Complement,
    Constant,
    Intersection,
    LazySet,
    OtherValues,
    RoughSet,
    Union,
    UnknownDifferenceError,
    ValueSet,
)
from mxspec.changes.sets.implications import is_implied, orders, stays_hashable
from mxspec.changes.sets.list_sets import COLLECTIONS, SEQUENCES, SETS, CollectionSet
from mxspec.changes.sets.map_sets import EXACT_DICTS, MAPS, MapSet
from mxspec.changes.sets.predicate_sets import set_of_predicate
from mxspec.changes.sets.scalar_sets import IntSet, TextSet
from mxspec.changes.sets.sequence_sets import (
    ENDS,
    SequenceSet,
    Tree,
    alternative,
    by_position,
    concatenation,
    nullable,
)
from mxspec.changes.wire import AskOutput, ModelPayload, OwnPayload, SentFields, SentList
from mxspec.errors import SpecError
from mxspec.models.from_examples import ExamplesSpec
from mxspec.models.model_spec import ModelSpec
from mxspec.specs.arrays import ArraySpec
from mxspec.specs.collections import CHECK_LIMIT, CollOf, Every, HomogeneousMap, Tuple
from mxspec.specs.comparisons import Less
from mxspec.specs.core.spec import Predicate, Reference, Spec
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys, Merge, RequiredKey, RequiredKeys, is_known
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.regex.combinators import Alt, Amp, Cat, Maybe, RegexWithMessage, Star
from mxspec.specs.regex.matching import Regex
from mxspec.specs.wrappers import Nilable
from mxspec.transform.annotations.containers import HomogeneousCollection, HomogeneousIterable
from mxspec.transform.annotations.owners import AskPydantic
from mxspec.transform.annotations.records import Record, RecordInstance

if TYPE_CHECKING:
    from mxspec.changes.proof import Version
    from mxspec.changes.sets.differences import Differences
    from mxspec.changes.sets.expressions import Piece

_MOST_NAMES: Final = 50  # the longest chain of names and wrappers around a spec


class SpecSets:
    """The sets of the specs of one version.

    Attributes:
        version: the version.
        within: the differences that they are for.
        twins: a map from classes of this version to classes of the other that read all of their instances.
    """

    def __init__(self, version: Version, within: Differences, twins: Twins) -> None:
        self.version, self.within = version, within
        self.twins = {cls: twin for cls, twin in twins.items() if reads_all(cls, twin)}
        self.patterns: dict[str, ValueSet] = {}
        self._sets: dict[int, ValueSet] = {}
        self._verdicts: dict[Any, bool | None] = {}
        self._kept: list[Any] = []  # keeps alive the specs behind the ids in keys

    def of(self, spec: Spec) -> ValueSet:
        """Return the set of a spec, one object for a spec and the names and wrappers around it."""
        for _ in range(_MOST_NAMES):
            inner = inner_spec(spec, self.version.table.find)
            if inner is None:  # an unknown name
                return self.rough(spec)
            if inner is spec:
                break
            spec = inner
        else:
            raise UnknownDifferenceError
        if id(spec) not in self._sets:
            self._kept.append(spec)
            self._sets[id(spec)] = LazySet(lambda: set_of(spec, self), spec, self)
        return self._sets[id(spec)]

    def of_all(self, specs: Iterable[Spec]) -> ValueSet:
        """Return the intersection of the sets of specs."""
        sets = [*map(self.of, specs)]
        return sets[0] if len(sets) == 1 else Intersection(tuple(sets))

    def rough(self, spec: Any, over: ValueSet | None = None, under: ValueSet = NO_VALUES) -> RoughSet:
        """Return the set of a spec that is only known between two bounds."""
        return RoughSet(spec, self, self.within.every if over is None else over, under)

    def accepts(self, spec: Spec, x: Any) -> bool:
        """True if x is certain to fit a spec; in the new version its members of enums keep their names."""
        is_old = self.within.old is self
        return self._verdict(spec, x) is True and (is_old or keeps_names(x, self.within.sameness.twins))

    def may_accept(self, spec: Spec, x: Any) -> bool:
        """False if x is certain not to fit a spec."""
        return self._verdict(spec, x) is not False

    def _verdict(self, spec: Spec, x: Any) -> bool | None:
        key = id(spec), type(x), x if x is None or isinstance(x, (bool, str, enum.Enum)) else id(x)
        if key not in self._verdicts:
            self._kept += [spec, x]
            try:
                self._verdicts[key] = self.version.verdict(x, spec)
            except SpecError:
                self._verdicts[key] = None
        return self._verdicts[key]

    def may_change(self, spec: Spec) -> bool:
        """True unless it is sure that conform returns the value itself."""
        return leads_to_change(spec, self.version.table)

    def holds_all_elements(self, x: ValueSet) -> frozenset[str] | None:
        """Return the kinds of a set of all collections of some kinds; None for any other set."""
        cells = x.parts if isinstance(x, Union) else (x,)
        kinds = frozenset[str]()
        for cell in cells:
            if not isinstance(cell, CollectionSet) or cell.rest is not self.within.every:
                return None
            if cell.low or cell.high < math.inf:
                return None
            kinds |= cell.kinds
        return kinds

    def kinds_of_maps(self, pred: Any) -> frozenset[str] | None:
        """Return the kinds of maps that a predicate of maps accepts; None for any other predicate."""
        x = set_of(Predicate(pred), self)
        cells = x.parts if isinstance(x, Union) else (x,)
        several = [cell.kinds for cell in cells if isinstance(cell, MapSet)]
        return frozenset[str]().union(*several) if several and len(several) == len(cells) else None

    def follows(self, piece: Piece, spec: Spec) -> bool:
        """True if it is certain that a spec of this version accepts a piece of the other version."""
        old = self.within.old
        known = [x.spec for x in piece.has if x.side is old and isinstance(x.spec, Spec)]
        if any(self.within.is_same(each, spec) for each in known) or is_implied(spec, known, self):
            return True
        if not (isinstance(spec, Less) and isinstance(piece.cell, MapSet)):
            return False
        return orders(known, spec, piece.cell.compared_like(spec.keys, self.within))

    def covers(self, old: Spec, new: Spec) -> bool:
        """True if it is certain that a spec of this version accepts a part that fits one of the other."""
        return not self.within.outside(self.within.old.of(old), self.of(new))

    def can_read(self, piece: Piece, spec: Spec) -> bool:
        """True if the values of a piece may be compared with the values that a spec surely accepts.

        A value that no model of pydantic has read may have lone surrogates in its texts, which pydantic
        refuses.
        """
        if not isinstance(spec, AskPydantic):
            return True
        asked = [x.spec.adapter.core_schema for x in piece.has if isinstance(x.spec, AskPydantic)]
        return any(not has_validator(schema) for schema in asked)

    def row_of(self, spec: Predicate) -> Any:
        """Return the row of a predicate, with the classes of the other version."""
        return replace(spec.row, classes=tuple(self.twins.get(cls, cls) for cls in spec.row.classes))


@functools.singledispatch
def set_of(spec: Spec, side: SpecSets) -> ValueSet:
    """Return the set of a spec that is neither a name nor a wrapper."""
    return side.rough(spec)


set_of.register(Predicate)(set_of_predicate)


# --- logic ------------------------------------------------------------------------------------------------


@set_of.register(And)
def _set_of_and(spec: And, side: SpecSets) -> ValueSet:
    seen = preds_before_change(spec.preds, side.may_change)
    own = side.of_all(seen)
    return own if len(seen) == len(spec.preds) else side.rough(spec, own)


@set_of.register(Or)
def _set_of_or(spec: Or, side: SpecSets) -> ValueSet:
    return Union(tuple(side.of(branch) for _, branch in spec.branches))


@set_of.register(Nilable)
def _set_of_nilable(spec: Nilable, side: SpecSets) -> ValueSet:
    return Union((Constant(None), side.of(spec.pred)))


@set_of.register(ModelSpec)
def _set_of_model(spec: ModelSpec, side: SpecSets) -> ValueSet:
    return side.rough(spec, None if spec.input is None else side.of(spec.input))


@set_of.register(ExamplesSpec)
def _set_of_examples(spec: ExamplesSpec, side: SpecSets) -> ValueSet:
    return side.rough(spec, side.of_all(part.spec for part in spec.parts()))


@set_of.register(ArraySpec)
def _set_of_array(spec: ArraySpec, side: SpecSets) -> ValueSet:
    return side.rough(spec, OtherValues())


@set_of.register(MultiSpec)
def _set_of_multi_spec(spec: MultiSpec, side: SpecSets) -> ValueSet:
    methods = {tag: method for tag in spec.methods if (method := spec.method_of(tag)) is not None}
    default = [] if spec.default is None else [side.of(spec.default)]
    if callable(spec.dispatch) or not all(type(tag) is str for tag in methods):
        return side.rough(spec, Union((*map(side.of, methods.values()), *default)))

    def with_tag(tags: Iterable[str]) -> MapSet:
        every = side.within.every
        return MapSet(MAPS, {spec.dispatch: (TextSet(words=frozenset(tags)), True)}, ((every, every),))

    branches = [Intersection((side.of(method), with_tag([tag]))) for tag, method in methods.items()]
    others = [Intersection((part, Complement(with_tag(methods)))) for part in default]
    return Union((*branches, *others))


# --- collections ------------------------------------------------------------------------------------------


def _kinds_of_collections(spec: Every, side: SpecSets) -> tuple[frozenset[str], bool]:
    """Return the kinds of collections that a spec accepts, and True if it accepts no other values."""
    if spec.options.kind is None:
        return COLLECTIONS, False
    if not isinstance(spec.options.kind, Predicate):
        return frozenset(), False
    if isinstance(spec, HomogeneousIterable):
        classes = (list, tuple, set, frozenset)
        names = frozenset(cls.__name__ for cls in classes if is_subclass(cls, spec.cls))
        return (names | {"tagged"} if "tuple" in names else names), False
    x = set_of(spec.options.kind, side)
    kinds = side.holds_all_elements(x)
    if kinds is not None:
        return kinds, True
    cells = x.parts if isinstance(x, Union) else (x,)
    if not all(isinstance(cell, (CollectionSet, MapSet)) for cell in cells):
        return frozenset(), False
    several = [cell.kinds for cell in cells if isinstance(cell, CollectionSet)]
    return frozenset[str]().union(*several), False


@set_of.register(Every)
def _set_of_every(spec: Every, side: SpecSets) -> ValueSet:
    if isinstance(spec, HomogeneousMap):
        return _set_of_map(spec, side)
    every, options = side.within.every, spec.options
    kinds, is_all = _kinds_of_collections(spec, side)
    if not kinds:
        return side.rough(spec)
    low, high = options.sizes()
    exact = CollectionSet(kinds, (), side.of(spec.pred), low, high, bool(options.distinct))
    own: ValueSet = exact
    if isinstance(spec, HomogeneousIterable):
        kinds -= frozenset() if stays_hashable(spec.pred, side) else SETS
        own = replace(exact, kinds=kinds)
        return Union((own, side.rough(spec, Complement(CollectionSet(kinds, rest=every)))))
    if not isinstance(spec, CollOf):
        # It looks at the first elements alone.
        short = replace(exact, high=min(high, CHECK_LIMIT))
        long = replace(exact, rest=every, low=max(low, CHECK_LIMIT + 1))
        own = side.rough(spec, Union((short, long)), exact)
    elif options.into not in (None, list, tuple) and not isinstance(spec, HomogeneousCollection):
        own = side.rough(spec, exact)
    elif not stays_hashable(spec.pred, side):
        # Changed elements always make a list or a tuple, but not always a set.
        into = SEQUENCES & kinds if options.into in (None, list, tuple) else frozenset[str]()
        own = Union((replace(exact, kinds=into), side.rough(spec, replace(exact, kinds=kinds - into))))
    if is_all:
        return own
    under: ValueSet = NO_VALUES
    if options.kind is None and isinstance(spec.pred, Tuple) and len(spec.pred.preds) == 2:
        key, value = map(side.of, spec.pred.preds)  # the elements of a map are its entries, as lists
        is_plain = options.into in (None, list, tuple) and not options.distinct
        if is_plain and spec.pred.into is list and not side.may_change(spec.pred):
            under = MapSet(rest=((key, value),), low=low, high=high)
    return Union((own, side.rough(spec, MapSet(rest=((every, every),)), under)))


def _set_of_map(spec: HomogeneousMap, side: SpecSets) -> ValueSet:
    every, options = side.within.every, spec.options
    kinds = MAPS if options.kind is None else None
    if isinstance(options.kind, Predicate):
        kinds = side.kinds_of_maps(options.kind.pred)
    if kinds is None:
        return side.rough(spec)
    key, value = spec.pred.preds  # type: ignore[attr-defined]
    low, high = options.sizes()
    exact = MapSet(kinds, {}, ((side.of(key), side.of(value)),), None, low, high)
    if options.kind is None:  # it takes a list of entries, too
        takes_all = not isinstance(spec, CollOf) or spec.leaves_keys() or not side.may_change(key)
        return side.rough(spec, under=exact if takes_all else NO_VALUES)
    if not isinstance(spec, CollOf):
        short = replace(exact, high=min(high, CHECK_LIMIT))
        long = replace(exact, rest=((every, every),), low=max(low, CHECK_LIMIT + 1))
        return side.rough(spec, Union((short, long)), exact)
    if options.distinct:  # it takes an empty list, too
        return side.rough(spec)
    return exact if spec.leaves_keys() or not side.may_change(key) else side.rough(spec, exact)


@set_of.register(Tuple)
def _set_of_tuple(spec: Tuple, side: SpecSets) -> ValueSet:
    kinds = side.holds_all_elements(set_of(Predicate(spec.kind), side))
    if kinds is None:
        return side.rough(spec)
    count = len(spec.preds)
    return CollectionSet(kinds, tuple(map(side.of, spec.preds)), low=count, high=count)


@set_of.register(Regex)
def _set_of_regex(spec: Regex, side: SpecSets) -> ValueSet:
    tree, is_exact = _tree_of(spec, side, ())
    if tree is None:
        return side.rough(spec)
    own: ValueSet = by_position(tree) or SequenceSet(tree)
    if nullable(tree):  # a regex takes None for an empty sequence
        own = Union((own, Constant(None)))
    return own if is_exact else side.rough(spec, own)


def _tree_of(part: Spec, side: SpecSets, inside: tuple[str, ...]) -> tuple[Tree | None, bool]:
    """Return the tree of a regex, and True if it matches nothing else; no tree for a kind that is not known.

    Raises:
        UnknownDifferenceError: the regex leads back to itself.
    """
    regex = part
    if isinstance(part, Reference):
        if part.to in inside:
            raise UnknownDifferenceError
        regex, inside = side.version.table.find(part.to) or part, (*inside, part.to)
    if isinstance(regex, Reference) or not regex.is_regex:
        return ("set", side.of(part)), True
    match regex:
        case Cat() | Alt():
            parts = [branch for _, branch in regex.branches]
        case Star() | Maybe() | RegexWithMessage() | Amp():
            parts = [regex.part]
        case _:
            return None, False
    several = [_tree_of(inner, side, inside) for inner in parts]
    trees = [tree for tree, _ in several if tree is not None]
    if len(trees) < len(several):
        return None, False
    is_exact = all(is_exact for _, is_exact in several) and not isinstance(regex, Amp)
    match regex:
        case Cat():
            return concatenation(*trees), is_exact
        case Alt():
            return alternative(*trees), is_exact
        case Star():
            return ("star", trees[0]), is_exact
        case Maybe():
            return alternative(ENDS, trees[0]), is_exact
    return trees[0], is_exact


# --- maps -------------------------------------------------------------------------------------------------


@set_of.register(Keys)
def _set_of_keys(spec: Keys, side: SpecSets) -> ValueSet:
    every, table = side.within.every, side.version.table
    kinds = EXACT_DICTS if isinstance(spec, SentFields) else side.kinds_of_maps(spec.kind)
    if kinds is None:
        return side.rough(spec)
    needed = {required.key for required in spec.required_keys if isinstance(required, RequiredKey)}
    keys: dict[Any, tuple[ValueSet, bool]] = {}
    for key, part in spec.key_specs.items():
        values = side.of(part) if is_known(part, table) else every
        keys[key] = _with_floats_of_pydantic(spec, key, values), key in needed
    takes_names = spec.takes_names and not isinstance(spec, (Record, SentFields))
    if spec.closed:
        for key in spec.beside:
            name = Reference(key)
            values = side.of(name) if takes_names and is_known(name, table) else every
            keys.setdefault(key, (values, False))
    if (
        isinstance(spec, SentFields) and not spec.has_others
    ):  # no sender has a key that the other version lists
        for key in side.version.unsent or ():
            keys.setdefault(key, (NO_VALUES, False))
    own = MapSet(kinds, keys, () if spec.closed else ((every, every),), side if takes_names else None)
    groups = [_maps_with_keys(r, own) for r in spec.required_keys if not isinstance(r, RequiredKey)]
    return Intersection((own, *groups)) if groups else own


def _maps_with_keys(required: RequiredKey | RequiredKeys, own: MapSet) -> ValueSet:
    """Return the maps with a required key, or with any or all of several."""
    if isinstance(required, RequiredKey):
        return own.with_key(required.key, own.keys[required.key][0], True)
    choices = tuple(_maps_with_keys(choice, own) for choice in required.choices)
    return Union(choices) if required.is_any else Intersection(choices)


def _with_floats_of_pydantic(spec: Keys, key: Any, values: ValueSet) -> ValueSet:
    """Return the values of a field, without the ints beyond the floats where pydantic reads a float."""
    is_read = isinstance(spec, SentFields) and hasattr(spec.cls, "__pydantic_fields__")
    if not is_read or spec.hints.get(key) not in (float, typing.Optional[float]):  # type: ignore[attr-defined]  # noqa: UP045
        return values
    ints = IntSet(-MOST_OF_FLOATS, MOST_OF_FLOATS)
    return Intersection((values, Union((Complement(IntSet()), ints))))


@set_of.register(Merge)
def _set_of_merge(spec: Merge, side: SpecSets) -> ValueSet:
    find = side.version.table.find
    parts = spec.open_parts(find)
    own = side.of_all(parts)
    inner = [spec_behind(part, find) for part in parts]
    is_exact = len(parts) == 1 or all(
        isinstance(part, (Keys, Merge)) or not side.may_change(part) for part in inner
    )
    return own if is_exact else side.rough(spec, own)


@set_of.register(RecordInstance)
def _set_of_instances(spec: RecordInstance, side: SpecSets) -> ValueSet:
    return side.rough(spec)  # its keys stand for attributes


# --- pydantic ---------------------------------------------------------------------------------------------


@set_of.register(ModelPayload)
def _set_of_payload(spec: ModelPayload, side: SpecSets) -> ValueSet:
    # As it is sent, both preds decide, and as it is received the last one. What is written, or sent by
    # another name, need not fit the fields.
    *_, ask = spec.preds
    is_read = side.version.unsent is None or isinstance(ask, AskOutput)
    cls = getattr(spec.preds[0], "cls", None) or getattr(ask, "tp", None)
    # What the code of a class accepts is no set, but follows from its fields and from code that is the same.
    own = side.rough(spec) if isinstance(spec, OwnPayload) else side.of(ask)
    if is_read or not _has_one_name_a_field(cls):
        return own
    return Intersection((*dict.fromkeys((own, *map(side.of, spec.preds))),))


@set_of.register(SentList)
def _set_of_sent_list(spec: SentList, side: SpecSets) -> ValueSet:
    is_sent = side.version.unsent is not None
    return side.rough(spec) if is_sent and spec.is_open else _set_of_payload(spec, side)  # it may be longer


def _has_one_name_a_field(tp: Any) -> bool:
    config = getattr(tp, "model_config", None) or getattr(tp, "__pydantic_config__", None) or {}
    if {*config} & {"populate_by_name", "validate_by_name", "validate_by_alias"}:
        return False
    fields = getattr(tp, "__pydantic_fields__", {}).values()
    return all(isinstance(field.validation_alias or field.alias or "", str) for field in fields)


@set_of.register(AskPydantic)
def _set_of_pydantic(spec: AskPydantic, side: SpecSets) -> ValueSet:
    if side.version.unsent is not None:
        return side.rough(spec)
    return side.rough(spec, None, set_of_core_schema(spec.adapter.core_schema, side.within.every))
