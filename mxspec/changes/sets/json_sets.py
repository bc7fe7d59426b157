"""The sets of the kinds of specs that only JSON Schema has."""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import replace
from typing import Final

from mxspec.base.patterns import compile_pattern, has_match
from mxspec.changes.inclusion import language_of
from mxspec.changes.sets.expressions import (
    NO_VALUES,
    Complement,
    Constant,
    Intersection,
    LazySet,
    Union,
    ValueSet,
)
from mxspec.changes.sets.list_sets import LISTS, CollectionSet
from mxspec.changes.sets.map_sets import DICTS, Entries, MapSet
from mxspec.changes.sets.scalar_sets import TOP, FloatSet, IntSet, TextSet, common_multiple, float_at, int_at
from mxspec.changes.sets.sequence_sets import SequenceSet, Tree, alternative, concatenation
from mxspec.changes.sets.spec_sets import SpecSets, set_of
from mxspec.errors import SpecError
from mxspec.specs.maps import RequiredKey
from mxspec.transform.schemas.json_kinds import (
    ANY,
    NO_VALUE,
    Contains,
    DifferentElements,
    JsonNumber,
    JsonObject,
    JsonValue,
    Not,
    NoValue,
    OneOf,
    exact_number,
)

_MOST_PATTERNS: Final = 4  # patterns of keys of one object; each doubles the groups of keys
_MOST_COUNTED: Final = 12  # elements that `contains` counts one by one
_MOST_CHOICES: Final = 40  # of a oneOf; any two of them are compared


@set_of.register(NoValue)
def _set_of_no_value(spec: NoValue, side: SpecSets) -> ValueSet:
    return NO_VALUES


@set_of.register(JsonValue)
def _set_of_json_value(spec: JsonValue, side: SpecSets) -> ValueSet:
    own = side.of(spec)
    scalars = (*map(Constant, (None, True, False)), IntSet(), FloatSet(-TOP, TOP, False), TextSet())
    return Union((*scalars, CollectionSet(LISTS, rest=own), MapSet(DICTS, rest=((TextSet(), own),))))


@set_of.register(JsonNumber)
def _set_of_json_number(spec: JsonNumber, side: SpecSets) -> ValueSet:
    factor = common_multiple([exact_number(each) for each in spec.factors])
    if factor is not None and factor <= 0:
        return side.rough(spec)
    ints = IntSet(
        int_at(spec.low, is_low=True),
        int_at(spec.high, is_low=False),
        1 if factor is None else factor.numerator,
    )
    low, high = max(-TOP, float_at(spec.low, is_low=True)), min(TOP, float_at(spec.high, is_low=False))
    return Union((ints, FloatSet(low, high, False, factor, spec.whole)))


@set_of.register(DifferentElements)
def _set_of_different_elements(spec: DifferentElements, side: SpecSets) -> ValueSet:
    short = CollectionSet(LISTS, rest=side.of(ANY), high=1)
    return side.rough(spec, None, short)


# --- objects ----------------------------------------------------------------------------------------------


@set_of.register(JsonObject)
def _set_of_object(spec: JsonObject, side: SpecSets) -> ValueSet:
    needed = {required.key for required in spec.required_keys if isinstance(required, RequiredKey)}
    keys = {key: (_values_of_key(spec, key, side), key in needed) for key in spec.key_specs}
    names: ValueSet = TextSet()
    if spec.key_spec is not ANY:
        names = Intersection((names, side.of(spec.key_spec)))
    most = math.inf if spec.most is None else spec.most
    patterns = [pattern for pattern, _ in spec.patterns]
    if len(patterns) > _MOST_PATTERNS:
        over = MapSet(DICTS, keys, ((names, side.within.every),), None, spec.least, most)
        return side.rough(spec, over)
    rest: list[Entries] = []
    for chosen in itertools.product((True, False), repeat=len(patterns)):
        matched = {*itertools.compress(patterns, chosen)}
        several = spec.specs_of_matching(matched)
        if NO_VALUE in several:
            continue
        texts = [_texts_with(pattern, side) for pattern in patterns]
        asked = [x if is_in else Complement(x) for x, is_in in zip(texts, chosen, strict=True)]
        rest.append((Intersection((names, *asked)) if asked else names, side.of_all(several)))
    return MapSet(DICTS, keys, tuple(rest), None, spec.least, most)


def _values_of_key(spec: JsonObject, key: str, side: SpecSets) -> ValueSet:
    """Return the set of the values under a listed key."""
    several = spec.specs_at(key)
    values = NO_VALUES if NO_VALUE in several else side.of_all(several)
    if spec.key_spec is ANY:
        return values
    try:
        is_name = side.version.verdict(key, spec.key_spec)
    except SpecError:
        is_name = None
    return side.rough(spec, values) if is_name is None else values if is_name else NO_VALUES


def _texts_with(pattern: str, side: SpecSets) -> ValueSet:
    """Return the set of the texts in which a pattern is found."""
    if pattern not in side.patterns:
        language = language_of(functools.partial(has_match, compile_pattern(pattern)))
        unknown = side.rough(pattern, TextSet())
        side.patterns[pattern] = unknown if language is None else TextSet(every=(language,))
    return side.patterns[pattern]


# --- not, oneOf and contains ------------------------------------------------------------------------------


@set_of.register(Not)
def _set_of_not(spec: Not, side: SpecSets) -> ValueSet:
    return Intersection((side.of(ANY), Complement(side.of(spec.pred))))


@set_of.register(OneOf)
def _set_of_one_of(spec: OneOf, side: SpecSets) -> ValueSet:
    choices = [*map(side.of, spec.preds)]
    if len(choices) > _MOST_CHOICES:
        return side.rough(spec, Union(tuple(choices)))
    within = side.within

    def values_of_two() -> ValueSet:
        pairs = itertools.combinations(choices, 2)
        return Union(tuple(within.both(x, y) for x, y in pairs if not within.are_apart(x, y)))

    return Intersection((Union(tuple(choices)), Complement(LazySet(values_of_two))))


@set_of.register(Contains)
def _set_of_contains(spec: Contains, side: SpecSets) -> ValueSet:
    every, own = side.within.every, side.of(spec.pred)
    lists = CollectionSet(LISTS, rest=every)
    none = CollectionSet(LISTS, rest=Complement(own))
    if spec.most == 0:
        return none
    if spec.most is None and spec.least <= 1:
        some = Intersection((lists, Complement(none)))
        return side.rough(spec, some, some) if spec.least else lists
    most = spec.least if spec.most is None else spec.most
    if most > _MOST_COUNTED:
        return side.rough(spec, replace(lists, low=spec.least))
    others: Tree = ("star", ("set", Complement(own)))
    tree: Tree = ("star", ("set", every)) if spec.most is None else others
    for i in reversed(range(most)):
        tree = concatenation(others, ("set", own), tree)
        tree = tree if i < spec.least else alternative(others, tree)
    counted = SequenceSet(tree, kinds=LISTS)
    return side.rough(spec, counted, counted)
