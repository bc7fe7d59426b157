"""The rules of a proof: what has to be known of a value so that a spec of each kind accepts it.

tuple_(int, str) accepts a value if it is known to be a tuple of two elements, the first known to fit int and
the second to fit str. A rule starts further proofs, about the same value or its parts. A predicate follows
from the known predicates. A kind without a rule is not proved.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from mxspec.annotations.constraints import CallableType, Member
from mxspec.annotations.constructors import field_checks
from mxspec.annotations.containers import HomogeneousCollection, HomogeneousIterable
from mxspec.annotations.owners import AskPydantic, attribute_of
from mxspec.annotations.records import Record, RecordInstance
from mxspec.changes.cases import COLL, DICT, TagOf, seen_preds
from mxspec.changes.classes import default_of, has_field, needs_no_more, reads_all
from mxspec.changes.core_schemas import covers
from mxspec.changes.facts import covers_arrays, follows, has_classes
from mxspec.changes.inclusion import are_included, pattern_of
from mxspec.changes.sequences import Fits, Letter, NotRegularError, includes, repeat_letter, with_letters
from mxspec.changes.wire import AskOutput, ModelPayload, OnInstance, OwnPayload, SentFields, SentList
from mxspec.core.spec import Predicate, Reference, Spec, walk
from mxspec.errors import SpecDefinitionError
from mxspec.fields import class_fields
from mxspec.models.model_spec import ModelSpec
from mxspec.patterns import has_match
from mxspec.predicate_rows import PredicateRow
from mxspec.regex.matching import Regex
from mxspec.schemas.ecma_patterns import whole_pattern
from mxspec.schemas.json_kinds import (
    ANY,
    NO_VALUE,
    Contains,
    JsonNumber,
    JsonObject,
    JsonValue,
    Not,
    common_step,
    exact_number,
    number_of_json,
)
from mxspec.specs.arrays import ArraySpec
from mxspec.specs.collections import CHECK_LIMIT, CollOf, Every, HomogeneousMap, Tuple
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys, Merge, RequiredKey, RequiredKeys, is_known
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.ranges import str_in
from mxspec.specs.wrappers import Nilable, Wrapper

if TYPE_CHECKING:
    from mxspec.changes.proof import Proof

Known = Sequence[Spec]
"""Specs that a value fits, every one of them."""


@functools.singledispatch
def is_valid_for(new: Spec, known: Known, proof: Proof) -> bool:
    """True if it is proved that new accepts every value that fits all specs of known."""
    return False


# --- predicates and arrays --------------------------------------------------------------------------------


@is_valid_for.register(Predicate)
def _prove_predicate(new: Predicate, known: Known, proof: Proof) -> bool:
    rows = _known_rows(known, proof)
    return follows(rows, new.row) or _matches_pattern(known, rows, new, proof)


@is_valid_for.register(JsonNumber)
def _prove_number(new: JsonNumber, known: Known, proof: Proof) -> bool:
    rows = _known_rows(known, proof)
    if not new.factors:
        return follows(rows, new.row)
    numbers = [spec for spec in known if isinstance(spec, JsonNumber)]
    is_whole = has_classes(rows, (int,)) or any(spec.whole for spec in numbers)
    steps = [exact_number(each) for spec in numbers for each in spec.factors] + [Fraction(1)] * is_whole
    step = common_step(steps) if steps else None  # the known number is a multiple of it
    if step is not None and all(step % exact_number(each) == 0 for each in new.factors):
        return follows(rows, number_of_json(new.whole, new.low, new.high).row)
    return follows(rows, new.row)


@is_valid_for.register(Member)
def _prove_member(new: Member, known: Known, proof: Proof) -> bool:
    several = [spec for spec in known if isinstance(spec, Member)]
    are_options = (
        all(type(x) in (str, int, bytes, bool) and x in new.examples for x in spec.examples)
        for spec in several
    )
    return any(are_options) or _prove_predicate(new, known, proof)


@is_valid_for.register(CallableType)
def _prove_callable(new: CallableType, known: Known, proof: Proof) -> bool:
    return any(isinstance(spec, CallableType) and spec.tp == new.tp for spec in known)


def _known_rows(known: Known, proof: Proof) -> list[PredicateRow]:
    """Return the rows of the predicates among known, with the classes of the new version."""
    twins = {cls: twin for cls, twin in proof.new.twins.items() if reads_all(cls, twin)}
    return [
        dataclasses.replace(spec.row, classes=tuple(twins.get(cls, cls) for cls in spec.row.classes))
        for spec in known
        if isinstance(spec, Predicate)
    ]


def _matches_pattern(known: Known, rows: list[PredicateRow], new: Predicate, proof: Proof) -> bool:
    """True if every string that fits the known patterns and lengths matches the pattern of new."""
    goal = proof.remember(pattern_of, new)
    if goal is None or not has_classes(rows, (str,)):
        return False
    several = [regex for spec in known if (regex := proof.remember(pattern_of, spec)) is not None]
    # One of them is often enough, in less work than all of them together.
    return any(are_included([regex], goal) for regex in several) or (
        len(several) > 1 and are_included(several, goal)
    )


@is_valid_for.register(AskPydantic)
def _prove_ask_pydantic(new: AskPydantic, known: Known, proof: Proof) -> bool:
    goal = new.adapter.core_schema
    return any(
        covers(spec.adapter.core_schema, goal, proof.is_one_validator, isinstance(spec, AskOutput))
        for spec in known
        if isinstance(spec, AskPydantic)
    )


@is_valid_for.register(ArraySpec)
def _prove_array(new: ArraySpec, known: Known, proof: Proof) -> bool:
    return any(isinstance(spec, ArraySpec) and covers_arrays(spec, new) for spec in known)


# --- logic ----------------------------------------------------------------------------------------------


@is_valid_for.register(And)
def _prove_and(new: And, known: Known, proof: Proof) -> bool:
    seen = seen_preds(new, proof, proof.new.table)
    if len(seen) == len(new.preds):
        return all(proof.covers(known, pred) for pred in seen)
    # A pred may see a conformed value. It is proved only if an old `and_` begins with the same preds.
    several = [spec.preds[: len(new.preds)] for spec in known if isinstance(spec, And)]
    return any(
        len(preds) == len(new.preds) and all(map(proof.is_same, preds, new.preds)) for preds in several
    )


def _conforms_to_map(spec: Spec, proof: Proof) -> bool:
    """True if a spec conforms a map to a map."""
    target = proof.new.table.find(spec.to) if isinstance(spec, Reference) else spec
    if isinstance(target, Wrapper):
        return _conforms_to_map(target.pred, proof)
    return isinstance(target, (Keys, Merge)) or (
        target is not None and not proof.may_change(target, proof.new.table)
    )


@is_valid_for.register(MultiSpec)
def _prove_multi_spec(new: MultiSpec, known: Known, proof: Proof) -> bool:
    for spec in known:
        if isinstance(spec, TagOf) and proof.is_one(spec.spec.dispatch, new.dispatch):
            # The default of the old version serves every tag without a method, which may have one in the new
            # version.
            tags = [spec.tag]
            if spec.is_other:
                tags = [tag for tag in new.methods if spec.spec.method_of(tag) is spec.spec.default]
            methods = [new.default] * spec.is_other + [new.method_of(tag) for tag in tags]
            return all(method is not None and proof.covers(known, method) for method in methods)
    members = None if callable(new.dispatch) else proof.members(_values_at(known, new.dispatch, proof))
    if members is None or new.dispatch not in _sure_keys(known) or not proof.covers(known, DICT):
        return False
    several = [new.method_of(tag) for tag in members]
    return all(method is not None and proof.covers(known, method) for method in several)


@is_valid_for.register(Or)
def _prove_or(new: Or, known: Known, proof: Proof) -> bool:
    return any(proof.covers(known, branch) for _, branch in new.branches)


@is_valid_for.register(Nilable)
def _prove_nilable(new: Nilable, known: Known, proof: Proof) -> bool:
    return proof.covers(known, new.pred)


@is_valid_for.register(ModelPayload)
def _prove_model_payload(new: ModelPayload, known: Known, proof: Proof) -> bool:
    return proof.covers(known, new.preds[-1])


@is_valid_for.register(SentList)
def _prove_sent_list(new: SentList, known: Known, proof: Proof) -> bool:
    may_be_longer = any(isinstance(spec, SentList) and spec.is_open for spec in known)
    return (new.is_open or not may_be_longer) and proof.covers(known, new.preds[-1])


@is_valid_for.register(OwnPayload)
def _prove_own_payload(new: OwnPayload, known: Known, proof: Proof) -> bool:
    fields, asked = new.preds
    several = [spec for spec in known if isinstance(spec, OnInstance)]
    return any(proof.is_one_reader(spec, asked) for spec in several) or (
        any(_checks_alike(spec.of, asked.of, proof) for spec in several)  # type: ignore[attr-defined]
        and proof.covers(known, fields)
    )


def _checks_alike(old: Any, new: Any, proof: Proof) -> bool:
    """True if attrs checks a field of the new class only as it checks the same field of the old one."""
    checks, others = field_checks(new.tp), field_checks(old.tp)
    if not checks or others is None:
        return False
    fields, own = ({field.name: field for field in class_fields(spec.tp)} for spec in (old, new))

    def is_alike(name: str) -> bool:
        (validator, converter), (other, convert) = checks[name], others.get(name, (None, None))
        return (
            name in others
            and all(map(proof.is_one_validator, fields[name], own[name]))
            and (bool(validator == other) or proof.is_one_validator(other, validator))
            and proof.is_one_validator(convert, converter)
            and proof.is_one_validator(*(attribute_of(spec.tp, name).metadata for spec in (old, new)))
            and proof.is_one_reader(old.key_specs[name], new.key_specs[name])
        )

    return all(map(is_alike, checks))


@is_valid_for.register(Merge)
def _prove_merge(new: Merge, known: Known, proof: Proof) -> bool:
    parts = proof.remember(new.open_parts, proof.new.table.find)
    are_maps = len(parts) == 1 or all(_conforms_to_map(part, proof) for part in parts)
    return are_maps and proof.covers(known, DICT) and all(proof.covers(known, part) for part in parts)


# --- maps -----------------------------------------------------------------------------------------------


@is_valid_for.register(Keys)
def _prove_keys(new: Keys, known: Known, proof: Proof) -> bool:
    if not proof.covers(known, proof.remember(Predicate, new.kind)):
        return False
    maps = [spec for spec in known if isinstance(spec, Keys) and not isinstance(spec, RecordInstance)]
    if isinstance(new, SentFields) and not any(isinstance(spec, SentFields) for spec in maps):
        return False  # the value may be a dict of a subclass
    groups = [required for spec in maps for required in spec.required_keys]
    sure = _sure_keys(known)
    if not all(r.is_in(sure) or any(proof.is_same(group, r) for group in groups) for r in new.required_keys):
        return False
    if new.closed and not any(
        spec.closed and {*spec.key_specs, *spec.beside} <= {*new.key_specs, *new.beside} for spec in maps
    ):
        return False
    # The value under a registered name has to fit that name, listed or not.
    registered = {} if isinstance(new, (Record, SentFields)) else proof.new.table.entries
    for key in dict.fromkeys((*new.key_specs, *registered)):
        part = new.key_specs.get(key) or proof.remember(Reference, key)
        if not is_known(part, proof.new.table):
            continue
        if any(
            (spec.closed or (isinstance(spec, SentFields) and not spec.has_others and key in new.key_specs))
            and key not in {*spec.key_specs, *spec.beside}
            for spec in maps
        ):
            continue  # no map that fits has this key; a dict for a class has the fields alone
        values = _values_at(known, key, proof)
        if part in values and proof.old.written_from is proof.new.table:
            continue  # a value written by a name fits it
        if not proof.covers_part(values, part):
            return False
    return True


def _sure_keys(known: Known) -> frozenset[Any]:
    """Return the keys that a map has for sure."""
    maps = [spec for spec in known if isinstance(spec, Keys) and not isinstance(spec, RecordInstance)]
    tags = (spec.spec.dispatch for spec in known if isinstance(spec, TagOf) and spec.tag is not None)
    return frozenset(key for key in tags if not callable(key)).union(
        *(needed_keys(required) for spec in maps for required in spec.required_keys)
    )


def _values_at(known: Known, key: Any, proof: Proof) -> list[Spec]:
    """Return the known specs of the value under a key of a map."""
    specs: list[Spec] = []
    for spec in known:
        if isinstance(spec, TagOf) and spec.tag is not None and spec.spec.dispatch == key:
            specs.append(proof.remember(Predicate, frozenset({spec.tag})))
        if isinstance(spec, HomogeneousMap) and _looks_at_all(known, spec):
            specs.append(spec.pred.preds[1])  # type: ignore[attr-defined]
        elif isinstance(spec, JsonObject):
            specs += spec.specs_at(key)
        elif isinstance(spec, Keys) and not isinstance(spec, RecordInstance):
            part = spec.key_specs.get(key)
            if part is None and isinstance(key, str) and not isinstance(spec, (Record, SentFields)):
                part = proof.remember(Reference, key)
            specs += [part] if part is not None and is_known(part, proof.old.table) else []
    return specs


@is_valid_for.register(JsonObject)
def _prove_object(new: JsonObject, known: Known, proof: Proof) -> bool:
    if not proof.covers(known, proof.remember(Predicate, new.kind)):
        return False
    maps = [spec for spec in known if isinstance(spec, Keys) and not isinstance(spec, RecordInstance)]
    objects = [spec for spec in maps if isinstance(spec, JsonObject)]
    closed, sure = _closed_maps(known), _sure_keys(known)
    sizes = [_known_sizes(known)]
    sizes += [(spec.least, math.inf if spec.most is None else spec.most) for spec in objects]
    is_within = new.least <= max(least for least, _ in sizes)
    if not (is_within and all(required.is_in(sure) for required in new.required_keys)):
        return False
    if new.most is not None and min(most for _, most in sizes) > new.most:
        return False
    asks_keys = new.key_spec is not ANY
    for key in dict.fromkeys(key for spec in (*maps, new) for key in spec.key_specs):
        values = _values_at(known, key, proof)
        if NO_VALUE in values or any(key not in spec.key_specs for spec in closed):
            continue  # no map that fits has this key
        if asks_keys and not proof.accepts(proof.new, new.key_spec, key):
            return False
        if not all(proof.covers_part(values, part) for part in new.specs_at(key)):
            return False
    if closed:
        return True
    # All other keys, in groups that match the same patterns.
    patterns = [*dict.fromkeys(pattern for spec in (*objects, new) for pattern, _ in spec.patterns)]
    if len(patterns) > _MOST_PATTERNS:
        return False
    every = [spec for spec in known if isinstance(spec, HomogeneousMap) and _looks_at_all(known, spec)]
    theirs = {pattern for spec in objects for pattern, _ in spec.patterns}
    within = [
        (a, b)
        for a, b in itertools.product(patterns, dict(new.patterns))
        if a in theirs and a != b
        if proof.covers_part([proof.remember(_key_with, a)], proof.remember(_key_with, b))
    ]
    for chosen in itertools.product((False, True), repeat=len(patterns)):
        matched = {pattern for pattern, is_matched in zip(patterns, chosen, strict=True) if is_matched}
        if any(a in matched and b not in matched for a, b in within):
            continue  # each key that matches one pattern matches the other
        values = [part for spec in objects for part in spec.specs_of_matching(matched)]
        values += [spec.pred.preds[1] for spec in every]  # type: ignore[attr-defined]
        if NO_VALUE not in values and not all(
            proof.covers_part(values, part) for part in new.specs_of_matching(matched)
        ):
            return False
    keys = [spec.key_spec for spec in objects] + [spec.pred.preds[0] for spec in every]  # type: ignore[attr-defined]
    if not objects and not proof.covers_part(keys, proof.remember(Predicate, str)):
        return False
    return not asks_keys or proof.covers_part(keys, new.key_spec)


def _key_with(pattern: str) -> Spec:
    """Return the spec of the keys in which a pattern is found."""
    try:
        return str_in(pattern=whole_pattern(pattern))
    except SpecDefinitionError:  # it takes too many steps
        return Predicate(functools.partial(has_match, pattern))


@is_valid_for.register(JsonValue)
def _prove_json_value(new: JsonValue, known: Known, proof: Proof) -> bool:
    if any(isinstance(spec, (JsonObject, JsonNumber, JsonValue, Not)) for spec in known):
        return True
    rows = _known_rows(known, proof)
    if has_classes(rows, (int, str, type(None))):
        return True
    places = next((spec.preds for spec in known if isinstance(spec, Tuple)), ())
    elements = _known_elements(known, new, proof)
    several = [[part] for part in places] or ([elements] if elements else [])
    return has_classes(rows, (list,)) and bool(several) and all(proof.covers_part(x, new) for x in several)


_MOST_PATTERNS: Final = 6


@is_valid_for.register(RecordInstance)
def _prove_record(new: RecordInstance, known: Known, proof: Proof) -> bool:
    records = [spec for spec in known if isinstance(spec, RecordInstance)]
    twins = [spec.tp for spec in records if proof.new.twins.get(spec.tp) is new.tp]
    if not all(needs_no_more(cls, new.tp) for cls in twins):
        return False  # an instance has the argument, a dict of fields may lack it

    def is_covered(name: str, part: Spec) -> bool:
        fields = [spec.key_specs[name] for spec in records if name in spec.key_specs]
        is_new = bool(twins) and not any(has_field(cls, name) for cls in twins)
        if is_new and (default := default_of(new.tp, name)) is not dataclasses.MISSING:
            return proof.accepts(proof.new, part, default)  # an old instance is read with the default
        return proof.covers_part(fields, part)

    return proof.covers(known, proof.remember(Predicate, new.tp)) and all(
        is_covered(name, part) for name, part in new.key_specs.items()
    )


def needed_keys(required: RequiredKey | RequiredKeys) -> frozenset[str]:
    """Return the keys that a map has in every choice of a group."""
    if isinstance(required, RequiredKey):
        return frozenset({required.key})
    several = [*map(needed_keys, required.choices)]
    return frozenset.intersection(*several) if required.is_any else frozenset.union(*several)


# --- collections ----------------------------------------------------------------------------------------


def _known_sizes(known: Known) -> tuple[int, float]:
    """Return the least and the greatest number of elements of a value."""
    sizes: list[tuple[int, float]] = [(0, math.inf)]
    sizes += [spec.options.sizes() for spec in known if isinstance(spec, Every)]
    sizes += [(len(spec.preds), len(spec.preds)) for spec in known if isinstance(spec, Tuple)]
    sizes += [(len(_sure_keys(known)), math.inf), *((0, len(spec.key_specs)) for spec in _closed_maps(known))]
    for spec in known:
        if isinstance(spec, HomogeneousMap) and isinstance(spec, CollOf):
            key: Spec = spec.pred.preds[0]  # type: ignore[attr-defined]
            if isinstance(key, Predicate) and isinstance(key.pred, (set, frozenset)):
                sizes.append((0, len(key.pred)))
    return max(least for least, _ in sizes), min(most for _, most in sizes)


def _closed_maps(known: Known) -> list[Keys]:
    """Return the specs of maps that have listed keys alone."""
    maps = [spec for spec in known if isinstance(spec, Keys) and not isinstance(spec, RecordInstance)]
    return [spec for spec in maps if spec.closed and not spec.beside]


def _looks_at_all(known: Known, spec: Every) -> bool:
    return isinstance(spec, CollOf) or _known_sizes(known)[1] <= CHECK_LIMIT


def _known_elements(known: Known, new: Spec, proof: Proof) -> list[Spec]:
    """Return the known specs of each element that new looks at."""
    is_list = has_classes(_known_rows(known, proof), (list, tuple))
    return [
        spec.pred
        for spec in known
        if isinstance(spec, Every)
        and (_looks_at_all(known, spec) or not isinstance(new, (CollOf, Tuple)))
        # Iterable looks at the keys of a map, other specs at its entries.
        and (is_list or isinstance(spec, HomogeneousIterable) == isinstance(new, HomogeneousIterable))
    ]


@is_valid_for.register(Every)
def _prove_every(new: Every, known: Known, proof: Proof) -> bool:
    o = new.options
    if not proof.covers(known, o.kind or COLL):
        return False
    if not isinstance(new, HomogeneousIterable) and not proof.covers(known, COLL):
        return False  # the value may be an iterator
    least, most = _known_sizes(known)
    if not (o.sizes()[0] <= least and most <= o.sizes()[1]):
        return False
    if o.distinct and most > 1 and not any(isinstance(s, Every) and s.options.distinct for s in known):
        return False
    if isinstance(new, CollOf) and not _rebuilds(known, new, proof):
        return False
    if isinstance(new, HomogeneousMap) and (closed := _closed_maps(known)):
        key, part = new.pred.preds  # type: ignore[attr-defined]
        return all(
            proof.covers_part([proof.remember(Predicate, frozenset({name}))], key)
            and proof.covers_part(_values_at(known, name, proof), part)
            for name in closed[0].key_specs
        )
    elements = _known_elements(known, new, proof)
    places: Sequence[Spec] = next((spec.preds for spec in known if isinstance(spec, Tuple)), ())
    if places and not isinstance(new, HomogeneousIterable):
        return all(proof.covers_part([*elements, part], new.pred) for part in places)
    if most == 0 or proof.covers_part(elements, new.pred):
        return True
    regexes = [spec for spec in known if isinstance(spec, Regex)]
    with contextlib.suppress(NotRegularError):  # each element is a letter of the sequence
        several = (walk(with_letters(spec, proof.old.table, exact=False)) for spec in regexes)
        letters = [[each.spec for each in parts if isinstance(each, Letter)] for parts in several]
        return any(all(proof.covers_part([*elements, x], new.pred) for x in each) for each in letters)
    return False


def _rebuilds(known: Known, new: CollOf, proof: Proof) -> bool:
    """True if conform can put the conformed elements into a collection of the type that it makes."""
    if isinstance(new, HomogeneousMap) and new.leaves_keys():
        return proof.covers(known, DICT)
    if not (isinstance(new, HomogeneousCollection) or new.options.into in (None, list, tuple)):
        return False
    is_list = has_classes(_known_rows(known, proof), (list, tuple))
    return is_list or not proof.may_change(new.pred, proof.new.table) or _stays_hashable(new.pred, proof)


def _stays_hashable(spec: Spec, proof: Proof) -> bool:
    """True if a hashable value conforms to a hashable one: conform adds a tag at most."""
    if isinstance(spec, (Or, Wrapper)):
        return all(_stays_hashable(part.spec, proof) for part in spec.parts())
    return not proof.may_change(spec, proof.new.table)


@is_valid_for.register(Contains)
def _prove_contains(new: Contains, known: Known, proof: Proof) -> bool:
    if not proof.covers(known, proof.remember(Predicate, list)):
        return False
    elements, (least, most) = _known_elements(known, new, proof), _known_sizes(known)
    several = [spec for spec in known if isinstance(spec, Contains)]
    has_least = (
        not new.least
        or (least >= new.least and proof.covers_part(elements, new.pred))
        or any(x.least >= new.least and proof.covers_part([*elements, x.pred], new.pred) for x in several)
    )
    kept = (x.most for x in several if x.most is not None and proof.is_same(x.pred, new.pred))
    return has_least and (new.most is None or min(most, *kept, math.inf) <= new.most)


@is_valid_for.register(Tuple)
def _prove_tuple(new: Tuple, known: Known, proof: Proof) -> bool:
    n = len(new.preds)
    if not proof.covers(known, proof.remember(Predicate, new.kind)) or _known_sizes(known) != (n, n):
        return False
    elements = _known_elements(known, new, proof)
    tuples = [spec for spec in known if isinstance(spec, Tuple)]
    return all(
        proof.covers_part([*elements, *(spec.preds[i] for spec in tuples)], pred)
        for i, pred in enumerate(new.preds)
    )


# --- sequences ------------------------------------------------------------------------------------------


@is_valid_for.register(Regex)
def _prove_regex(new: Regex, known: Known, proof: Proof) -> bool:
    regexes = [spec for spec in known if isinstance(spec, Regex)]
    with contextlib.suppress(NotRegularError):
        several = [with_letters(spec, proof.old.table, exact=False) for spec in regexes]
        if not several and has_classes(_known_rows(known, proof), (list, tuple)):
            letters = map(Letter, _known_elements(known, new, proof))
            several = [repeat_letter(each, _known_sizes(known)[0]) for each in letters]
        goal = with_letters(new, proof.new.table, exact=True) if several else new
        fits = functools.partial(_cases_of_letter, proof=proof)
        return any(includes(goal, regex, fits, proof.new.table) for regex in several)
    return False


def _cases_of_letter(letter: Spec, proof: Proof) -> Iterator[Fits]:
    """Yield, for each case of a value that fits a spec, a function that says which letters it fits."""
    for case in proof.alternatives([letter]):
        members = proof.members(case)
        if members is None:
            yield lambda letter, case=case: proof.covers_part(case, letter.spec)  # type: ignore[misc]
            continue
        for x in members:
            yield lambda letter, x=x: proof.accepts(proof.new, letter.spec, x)  # type: ignore[misc]


# --- models ---------------------------------------------------------------------------------------------


@is_valid_for.register(ModelSpec)
def _prove_model(new: ModelSpec, known: Known, proof: Proof) -> bool:
    return any(isinstance(spec, ModelSpec) and _asks_less(known, spec, new, proof) for spec in known)


def _asks_less(known: Known, old: ModelSpec, new: ModelSpec, proof: Proof) -> bool:
    limits = old.threshold, new.threshold
    asks_less = limits[1] is None or limits[1] is limits[0]
    if not asks_less and all(type(limit) in (int, float) for limit in limits):
        asks_less = limits[0] <= limits[1]  # type: ignore[operator]
    if new.min_confidence is not None:
        asks_less = asks_less and (old.min_confidence or -math.inf) >= new.min_confidence
    return (
        asks_less
        and proof.is_one(old.discriminate, new.discriminate)
        and proof.covers_part([old.label_spec], new.label_spec)
        and (new.input is None or proof.covers(known, new.input))
    )
