"""Proofs that every value of one spec is valid for another, by what the specs are made of.

A proof goes down both specs. On the side of the old spec it gathers what is known of a value: `alternatives`
are conjunctions of specs that it fits. The new spec is taken apart until a predicate follows from what is
known. A goal that comes up again while it is being proved holds if it is about a part of the value, since
values are finite (coinduction; Amadio and Cardelli, "Subtyping recursive types", 1993). Where the rules do
not lead to a proof, there may still be one: False means "not proved".

Assumed are values that keep Python's promises: an instance of a subclass behaves as its class does,
comparisons are transitive, a predicate answers alike when it is asked again, and no class is both text and
a collection.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import itertools
import math
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, Final

from mxspec.annotations.containers import HomogeneousCollection, HomogeneousIterable
from mxspec.annotations.records import Record, RecordInstance
from mxspec.changes.automata import NotRegularError, automaton_of, includes
from mxspec.changes.facts import (
    Facts,
    covers_arrays,
    facts_of,
    follows,
    has_classes,
    is_same_constant,
    is_same_predicate,
    members_of,
)
from mxspec.changes.twins import NO_TWINS, NoTwinError, Twins, as_twin, reads_all
from mxspec.core.question import ask_spec
from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.errors import SpecError
from mxspec.functions.fspec import FSpec
from mxspec.models.from_examples import ExamplesSpec
from mxspec.models.model_spec import ModelSpec
from mxspec.names import Names, look_up_in
from mxspec.predicates import is_coll, is_dict, is_none, is_sequential
from mxspec.regex.combinators import KeysStar
from mxspec.regex.matching import NestedRegex, Regex
from mxspec.specs.arrays import ArraySpec
from mxspec.specs.collections import CHECK_LIMIT, CollOf, Every, HomogeneousMap, Tuple
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys, Merge, MultiSpec, RequiredKey, RequiredKeys, is_known
from mxspec.specs.ranges import Range
from mxspec.specs.wrappers import Conformer, Nilable, Wrapper
from mxspec.values import INVALID

Known = Sequence[Spec]
"""Specs that a value fits, all of them."""

_MOST_ALTERNATIVES: Final = 256
_MOST_GOALS: Final = 30_000


class _TooLarge(Exception):
    """The error for a proof that would take too long."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ConformedAnd(Spec):
    """An `and_` that a value fits, with preds that see what earlier ones conformed it to."""

    spec: And


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class TagOf(Spec):
    """A `multi_spec` that a value fits, by the method of a tag; is_other is True for its default."""

    spec: MultiSpec
    tag: Any
    is_other: bool = False


_NONE: Final = Predicate(is_none)
_COLL: Final = Predicate(is_coll)
_DICT: Final = Predicate(is_dict)
_SEQUENTIAL: Final = Predicate(is_sequential)


def is_covered(old: Spec, new: Spec, old_names: Names, new_names: Names, twins: Twins = NO_TWINS) -> bool:
    """True if it is proved that every value of old is valid for new.

    Args:
        old, new: the specs.
        old_names, new_names: the tables for their names.
        twins: the classes of the new version, by those of the old one.
    """
    try:
        return Proof(old_names, new_names, twins).covers([old], new)
    except (_TooLarge, RecursionError):
        return False


class Proof:
    """A proof under way.

    Attributes:
        old, new: the tables for the names of both sides.
        twins: the classes of the new version, by those of the old one.
        by_text: True if specs that are written alike are the same, whatever other names there are.
        depth: how many parts deep in the value the current goal is.
        open: the goals that are being proved, with the depth of each.
        proved: the goals that are proved, in their order; some by an open goal, with which they fall.
        failed: the goals without a proof.
    """

    def __init__(self, old: Names, new: Names, twins: Twins = NO_TWINS, *, by_text: bool = False) -> None:
        self.old, self.new, self.twins, self.by_text = old, new, twins, by_text
        self.depth = 0
        self.open: dict[Hashable, int] = {}
        self.proved: dict[Hashable, None] = {}
        self.failed: set[Hashable] = set()
        self._made: dict[Hashable, Any] = {}
        self._kept: list[Any] = []  # what the ids in goals belong to

    def covers(self, known: Known, new: Spec) -> bool:
        """True if it is proved that a value that fits all specs of known is valid for new."""
        goal = frozenset(map(self._key, known)), self._key(new)
        if goal in self.proved:
            return True
        if goal in self.failed:
            return False
        if goal in self.open:
            return bool(known) and self.depth > self.open[goal]
        if len(self.proved) + len(self.failed) > _MOST_GOALS:
            raise _TooLarge
        self.open[goal], before = self.depth, len(self.proved)
        holds = self._is_proved(known, new)
        del self.open[goal]
        if holds:
            self.proved[goal] = None
        else:
            for other in list(self.proved)[before:]:
                del self.proved[other]
            self.failed.add(goal)
        return holds

    def _covers_part(self, known: Known, new: Spec) -> bool:
        """True if the goal about a part of the value is proved."""
        self.depth += 1
        try:
            return self.covers(known, new)
        finally:
            self.depth -= 1

    def _key(self, spec: Spec) -> Hashable:
        if isinstance(spec, Reference) and isinstance(spec.to, str):
            return spec.to
        self._kept.append(spec)
        return id(spec)

    def _make(self, kind: Any, *args: Any) -> Any:
        """Return a spec that is made for the proof, the same for the same arguments."""
        key = (kind, *(id(arg) if isinstance(arg, Spec) else (type(arg), arg) for arg in args))
        if key not in self._made:
            self._made[key] = kind(*args)
            self._kept += args
        return self._made[key]

    def _is_proved(self, known: Known, new: Spec) -> bool:
        if self.old is self.new and any(self._key(spec) == self._key(new) for spec in known):
            return True
        if isinstance(new, Reference):
            spec = self.new.find(new.to)
            return spec is not None and self.covers(known, spec)
        if isinstance(new, (Wrapper, NestedRegex)):
            return self.covers(known, new.pred if isinstance(new, Wrapper) else new.regex)
        return all(self._case_is_proved(case, new) for case in self._alternatives(known))

    def _case_is_proved(self, known: Known, new: Spec) -> bool:
        members = next((few for spec in known if (few := members_of(spec)) is not None), None)
        if members is not None:
            fitting = [x for x in members if all(self._accepts(spec, x, self.old) for spec in known)]
            return all(self._accepts_twin(new, x) for x in fitting)
        if any(self.is_same(spec, new) for spec in known):
            return True
        match new:
            case Or():
                return any(self.covers(known, branch) for _, branch in new.branches)
            case Nilable():
                return self.covers(known, new.pred)
            case And():
                return self._and(known, new.preds)
            case Merge():
                return self._merge(known, new)
            case MultiSpec():
                return self._multi_spec(known, new)
            case RecordInstance():
                return self._record(known, new)
            case Keys():
                return self._keys(known, new)
            case Every():
                return self._every(known, new)
            case Tuple():
                return self._tuple(known, new)
            case KeysStar() if any(isinstance(spec, KeysStar) for spec in known):
                maps = [spec.keys for spec in known if isinstance(spec, KeysStar)]
                return self._covers_part(maps, new.keys)
            case Regex():
                return self._regex(known, new)
            case Predicate():
                asked = facts_of(new)
                return asked is not None and follows(self._facts(known), asked)
            case ArraySpec():
                return any(isinstance(spec, ArraySpec) and covers_arrays(spec, new) for spec in known)
            case ModelSpec():
                return any(isinstance(spec, ModelSpec) and self._model(known, spec, new) for spec in known)
        return False

    def _accepts(self, spec: Spec, x: Any, table: Names) -> bool:
        if isinstance(spec, ConformedAnd):
            spec = spec.spec
        if isinstance(spec, TagOf):
            return True
        return accepts_in(spec, x, table, is_apart=self.old is not self.new)

    def _accepts_twin(self, new: Spec, x: Any) -> bool:
        """True if new accepts a value of the old version, as the new version reads it."""
        try:
            return self._accepts(new, as_twin(x, self.twins), self.new)
        except NoTwinError:
            return False

    def _facts(self, known: Known) -> list[Facts]:
        """Return what the predicates among known ask of a value, with the classes of the new version."""
        facts = [facts for spec in known if (facts := facts_of(spec)) is not None]
        twins = {cls: twin for cls, twin in self.twins.items() if reads_all(cls, twin)}
        return [
            dataclasses.replace(one, classes=tuple(twins.get(cls, cls) for cls in one.classes))
            for one in facts
        ]

    # --- what is known of a value ---------------------------------------------------------------------------

    def _alternatives(self, known: Known) -> list[list[Spec]]:
        """Return the cases of a value that fits all specs of known, each what is known in it."""
        return self._product(self._cases(spec, ()) for spec in known)

    def _product(self, factors: Any) -> list[list[Spec]]:
        cases: list[list[Spec]] = [[]]
        for factor in factors:
            cases = [
                [*case, *(spec for spec in more if spec not in case)] for case in cases for more in factor
            ]
            if len(cases) > _MOST_ALTERNATIVES:
                raise _TooLarge
        return cases

    def _cases(self, spec: Spec, inside: tuple[Any, ...]) -> list[list[Spec]]:
        """Return the cases of a value that fits a spec, inside the names that lead to it."""

        def all_of(*specs: Spec) -> list[list[Spec]]:
            return self._product(self._cases(one, inside) for one in specs)

        match spec:
            case Reference():
                if spec.to in inside:
                    return []  # it refers to itself without looking into the value, and accepts nothing so
                target = self.old.find(spec.to)
                return [[]] if target is None else self._cases(target, (*inside, spec.to))
            case Wrapper():
                return all_of(spec.pred)
            case NestedRegex():
                return all_of(spec.regex)
            case Nilable():
                return [[_NONE], *all_of(spec.pred)]
            case Or():
                return [case for _, branch in spec.branches for case in self._cases(branch, inside)]
            case And():
                seen = [pred for pred, is_seen in self._sight_of(spec.preds, self.old) if is_seen]
                own = [spec] if isinstance(spec, Range) else []
                own += [] if len(seen) == len(spec.preds) else [self._make(ConformedAnd, spec)]
                return [[*own, *case] for case in all_of(*seen)]
            case Merge():
                return all_of(*self._open_parts(spec, self.old))
            case MultiSpec():
                cases = []
                is_map = [] if callable(spec.dispatch) else [_DICT]
                for tag in spec.methods:
                    method = spec.method_of(tag)
                    of_tag = [self._make(TagOf, spec, tag), *(is_map if tag is not None else [])]
                    cases += [
                        [*of_tag, *case] for case in ([] if method is None else self._cases(method, inside))
                    ]
                if spec.default is not None:
                    other = self._make(TagOf, spec, None, True)
                    cases += [[other, *case] for case in self._cases(spec.default, inside)]
                return cases
            case Every():
                return [[spec, *case] for case in all_of(spec.options.kind or _COLL)]
            case Tuple() | Keys():
                return [[spec, self._make(Predicate, spec.kind)]]
            case ModelSpec():
                return [[spec, *case] for case in (all_of(spec.input) if spec.input is not None else [[]])]
            case ExamplesSpec():
                return [[spec, spec.arrays]]
            case Regex():
                return [[_NONE, spec], [spec, _SEQUENTIAL]]
        return [[spec]]

    def _open_parts(self, spec: Merge, table: Names) -> Sequence[Spec]:
        key = (id(spec), id(table))
        if key not in self._made:
            self._kept.append(spec)
            self._made[key] = spec.open_parts(table.find)
        parts: Sequence[Spec] = self._made[key]
        return parts

    def _sight_of(self, preds: Sequence[Spec], table: Names) -> Iterator[tuple[Spec, bool]]:
        """Yield preds of an `and_`, each with True if it sees the value itself."""
        is_seen = True
        for pred in preds:
            yield pred, is_seen
            is_seen = is_seen and not self.may_change(pred, table)

    # --- logic ----------------------------------------------------------------------------------------------

    def _and(self, known: Known, preds: Sequence[Spec]) -> bool:
        for i, (pred, is_seen) in enumerate(self._sight_of(preds, self.new)):
            if not is_seen:
                return self._after(known, preds[i - 1], preds[i:])
            if not self.covers(known, pred):
                return False
        return True

    def _after(self, known: Known, changing: Spec, preds: Sequence[Spec]) -> bool:
        """True if preds hold of what `changing` conforms the value to, as preds that are known do."""
        for spec in known:
            for i, pred in enumerate(spec.spec.preds if isinstance(spec, ConformedAnd) else ()):
                if self.may_change(pred, self.old):
                    if self.conforms_alike(pred, changing):
                        rest = spec.spec.preds[i + 1 :]  # type: ignore[attr-defined]
                        conformed = [self._make(And, rest)] if rest else []
                        return self.covers(conformed, self._make(And, tuple(preds)))
                    break
        return False

    def _merge(self, known: Known, new: Merge) -> bool:
        parts = self._open_parts(new, self.new)
        return all(self.covers(known, part) for part in parts) and (
            len(parts) == 1 or (self.covers(known, _DICT) and all(map(self._conforms_to_map, parts)))
        )

    def _conforms_to_map(self, spec: Spec) -> bool:
        """True if a spec conforms a map to a map."""
        target = self.new.find(spec.to) if isinstance(spec, Reference) else spec
        if isinstance(target, Wrapper):
            return self._conforms_to_map(target.pred)
        if isinstance(target, (Keys, Merge)):
            return True
        return target is not None and not self.may_change(target, self.new)

    def _multi_spec(self, known: Known, new: MultiSpec) -> bool:
        for spec in known:
            if isinstance(spec, TagOf) and self._is_same_dispatch(spec.spec, new):
                if not spec.is_other:
                    method = new.method_of(spec.tag)
                    return method is not None and self.covers(known, method)
                others = [tag for tag in new.methods if spec.spec.method_of(tag) is spec.spec.default]
                methods = [new.default, *map(new.method_of, others)]
                return all(method is not None and self.covers(known, method) for method in methods)
        if not isinstance(new.dispatch, str) or not all(
            new.dispatch in keys for keys in self._required_sets(known)
        ):
            return False
        values = self._values_at(known, new.dispatch)
        tags = next(
            (few for spec in values or () if (few := members_of(self._target(spec))) is not None), None
        )
        methods = [new.method_of(tag) for tag in tags or ()]
        return tags is not None and all(m is not None and self.covers(known, m) for m in methods)

    def _target(self, spec: Spec) -> Spec:
        for _ in range(_MOST_ALTERNATIVES):  # a name may lead back to itself
            if isinstance(spec, Wrapper):
                spec = spec.pred
            elif isinstance(spec, Reference) and self.old.find(spec.to) is not None:
                spec = self.old.find(spec.to)
        return spec

    # --- maps -----------------------------------------------------------------------------------------------

    def _required_sets(self, known: Known) -> list[frozenset[str]]:
        """Return sets of keys: a map has all keys of one of them."""
        sets = [frozenset[str]()]
        for spec in known:
            if isinstance(spec, TagOf) and isinstance(spec.spec.dispatch, str) and spec.tag is not None:
                sets = [keys | {spec.spec.dispatch} for keys in sets]
            if isinstance(spec, Keys) and not isinstance(spec, RecordInstance):
                for required in spec.required_keys:
                    sets = [keys | more for keys in sets for more in _choices(required)]
                    if len(sets) > _MOST_ALTERNATIVES:
                        raise _TooLarge
        return sets

    def _values_at(self, known: Known, key: str) -> list[Spec] | None:
        """Return specs that the value under a key fits, or None if a map can't have the key."""
        specs: list[Spec] = []
        for spec in known:
            if isinstance(spec, TagOf) and spec.spec.dispatch == key and not spec.is_other:
                if isinstance(spec.tag, (str, int)) and spec.tag is not False:
                    specs.append(self._make(_member, type(spec.tag), spec.tag))
            elif isinstance(spec, Keys) and not isinstance(spec, RecordInstance):
                part = spec.key_specs.get(key)
                if part is None and isinstance(key, str) and not isinstance(spec, Record):
                    part = self._make(Reference, key)
                if part is not None and is_known(part, self.old):
                    specs.append(part)
                if spec.closed and key not in spec.key_specs and key not in spec.beside:
                    return None
            elif isinstance(spec, HomogeneousMap) and self._looks_at_all(known, spec):
                specs.append(spec.pred.preds[1])  # type: ignore[attr-defined]
        return specs

    def _keys(self, known: Known, new: Keys) -> bool:
        if not self.covers(known, self._make(Predicate, new.kind)):
            return False
        if not all(
            required.is_in(keys) for keys in self._required_sets(known) for required in new.required_keys
        ):
            return False
        if new.closed:
            keys = self._closed_keys(known)
            if keys is None or not keys <= {*new.key_specs, *new.beside}:
                return False
        # Under any registered name the value fits that, listed or not.
        registered = {} if isinstance(new, Record) else self.new.entries
        for key in dict.fromkeys((*new.key_specs, *registered)):
            part = new.key_specs.get(key) or self._make(Reference, key)
            values = self._values_at(known, key)
            if values is not None and is_known(part, self.new) and not self._covers_part(values, part):
                return False
        return True

    def _closed_keys(self, known: Known) -> set[str] | None:
        """Return the keys that a map can have, or None if it can have any."""
        keys: set[str] | None = None
        for spec in known:
            if isinstance(spec, Keys) and spec.closed and not isinstance(spec, RecordInstance):
                own = {*spec.key_specs, *spec.beside}
                keys = own if keys is None else keys & own
        return keys

    def _record(self, known: Known, new: RecordInstance) -> bool:
        records = [spec for spec in known if isinstance(spec, RecordInstance)]
        return self.covers(known, self._make(Predicate, new.tp)) and all(
            self._covers_part(
                [record.key_specs[name] for record in records if name in record.key_specs], part
            )
            for name, part in new.key_specs.items()
        )

    # --- collections ----------------------------------------------------------------------------------------

    def _sizes(self, known: Known) -> tuple[int, float]:
        """Return the least and the greatest number of elements of a value."""
        sizes = [(len(spec.preds), len(spec.preds)) for spec in known if isinstance(spec, Tuple)]
        sizes += [spec.options.sizes() for spec in known if isinstance(spec, Every)]  # type: ignore[misc]
        return max((n for n, _ in sizes), default=0), min((n for _, n in sizes), default=math.inf)

    def _looks_at_all(self, known: Known, spec: Every) -> bool:
        return isinstance(spec, CollOf) or self._sizes(known)[1] <= CHECK_LIMIT

    def _elements(self, known: Known, new: Spec) -> list[Spec]:
        """Return specs that each element fits which new looks at."""
        is_list = self._is_list(known)
        letters = [] if isinstance(new, HomogeneousIterable) else self._letters(known)
        return letters + [
            spec.pred
            for spec in known
            if isinstance(spec, Every)
            and (self._looks_at_all(known, spec) or not (isinstance(new, (CollOf, Tuple))))
            # The elements of a map are its keys to an Iterable, and its entries to others.
            and (is_list or isinstance(spec, HomogeneousIterable) == isinstance(new, HomogeneousIterable))
        ]

    def _letters(self, known: Known) -> list[Spec]:
        """Return for each regex that a value fits the choice of its elements."""
        choices = []
        for spec in known:
            with contextlib.suppress(NotRegularError):
                if isinstance(spec, Regex):
                    steps = automaton_of(spec, self.old, exact=False).steps
                    letters = dict.fromkeys(letter for several in steps for letter, _ in several)
                    choices.append(self._make(Or, tuple(("", letter) for letter in letters)))
        return choices

    def _every(self, known: Known, new: Every) -> bool:
        o = new.options
        if not self.covers(known, o.kind or _COLL):
            return False
        if not isinstance(new, HomogeneousIterable) and not self.covers(known, _COLL):
            return False  # it may be an iterator
        least, most = self._sizes(known)
        if not (o.sizes()[0] <= least and most <= o.sizes()[1]):
            return False
        if o.distinct and most > 1 and not any(isinstance(s, Every) and s.options.distinct for s in known):
            return False
        if isinstance(new, CollOf) and not self._rebuilds(known, new):
            return False
        return most == 0 or self._covers_elements(known, new, new.pred)

    def _covers_elements(self, known: Known, new: Every, pred: Spec) -> bool:
        keys = self._closed_keys(known)
        if keys is not None and isinstance(new, HomogeneousMap):
            key_pred, value_pred = new.pred.preds  # type: ignore[attr-defined]
            values = [(key, self._values_at(known, key)) for key in keys]
            return all(
                specs is None
                or (self._accepts(key_pred, key, self.new) and self._covers_part(specs, value_pred))
                for key, specs in values
            )
        elements = self._elements(known, new)
        tuples = [spec for spec in known if isinstance(spec, Tuple)]
        if tuples and not isinstance(new, HomogeneousIterable):
            return all(self._covers_part([*elements, part], pred) for part in tuples[0].preds)
        return self._covers_part(elements, pred)

    def _rebuilds(self, known: Known, new: CollOf) -> bool:
        """True if the conformed elements are known to go into a collection of the type that conform makes."""
        o, changes = new.options, self.may_change(new.pred, self.new)
        if isinstance(new, HomogeneousMap) and new.leaves_keys():
            return self.covers(known, _DICT)
        keeps = not changes or self._is_list(known) or self._stays_hashable(new.pred)
        if keeps and (isinstance(new, HomogeneousCollection) or o.into in (None, list, tuple)):
            return True
        return any(
            type(spec) is type(new)
            and spec.options.into is o.into
            and spec.options.conform_keys == o.conform_keys
            and (spec.options.kind is None) == (o.kind is None)
            and self.conforms_alike(spec.pred, new.pred)
            for spec in known
        )

    def _is_list(self, known: Known) -> bool:
        """True if the value is known to be a list or a tuple."""
        return has_classes(self._facts(known), (list, tuple))

    def _stays_hashable(self, spec: Spec) -> bool:
        """True if a member of a set conforms to one, and the entry of a map too: it gets a tag at most."""
        if isinstance(spec, (Or, Wrapper)):
            return all(self._stays_hashable(part.spec) for part in spec.parts())
        return not self.may_change(spec, self.new)

    def _tuple(self, known: Known, new: Tuple) -> bool:
        n = len(new.preds)
        if not self.covers(known, self._make(Predicate, new.kind)) or self._sizes(known) != (n, n):
            return False
        elements = self._elements(known, new)
        tuples = [spec for spec in known if isinstance(spec, Tuple)]
        return all(
            self._covers_part([*elements, *(spec.preds[i] for spec in tuples)], pred)
            for i, pred in enumerate(new.preds)
        )

    # --- sequences ------------------------------------------------------------------------------------------

    def _regex(self, known: Known, new: Regex) -> bool:
        if not self.covers(known, _SEQUENTIAL):
            return False
        try:
            automaton = automaton_of(new, self.new, exact=True)
        except NotRegularError:
            return False
        self._kept.append(automaton)
        for spec in known:
            if isinstance(spec, (Regex, Tuple, Every)) and not isinstance(spec, HomogeneousIterable):
                try:
                    old = automaton_of(spec, self.old, exact=False)
                except NotRegularError:
                    continue
                self._kept.append(old)
                if includes(automaton, old, self._follow):
                    return True
        return False

    def _follow(self, letter: Spec, steps: list[tuple[Spec, int]]) -> list[set[int]]:
        """Return the states that are reached for certain, in each case of a value of letter."""
        reached: list[set[int]] = []
        for case in self._alternatives([letter]):
            few = next((few for spec in case if (few := members_of(spec)) is not None), None)
            if few is None:
                reached.append({state for other, state in steps if self._covers_part(case, other)})
                continue
            for x in few:
                if all(self._accepts(spec, x, self.old) for spec in case):
                    states = {state for other, state in steps if self._accepts_twin(other, x)}
                    if states not in reached:
                        reached.append(states)
        return reached

    # --- models ---------------------------------------------------------------------------------------------

    def _model(self, known: Known, old: ModelSpec, new: ModelSpec) -> bool:
        if not self._is_one(old.discriminate, new.discriminate):
            return False
        if not self._covers_part([old.label_spec], new.label_spec):
            return False
        if new.input is not None and not self.covers(known, new.input):
            return False
        if new.min_confidence is not None and not (old.min_confidence or -math.inf) >= new.min_confidence:
            return False
        if new.threshold is None or new.threshold is old.threshold:
            return True
        limits = old.threshold, new.threshold
        return all(type(limit) in (int, float) for limit in limits) and limits[0] <= limits[1]  # type: ignore[operator]

    # --- what conform returns -------------------------------------------------------------------------------

    def may_change(self, spec: Spec, table: Names) -> bool:
        """True unless it is sure that conform returns the value itself."""
        key = ("changes", id(spec), id(table))
        if key not in self._made:
            self._kept.append(spec)
            self._made[key] = self._leads_to_change(spec, table)
        return bool(self._made[key])

    def _leads_to_change(self, spec: Spec, table: Names) -> bool:
        waiting, seen = [spec], set()
        while waiting:
            spec = waiting.pop()
            if id(spec) in seen:
                continue
            seen.add(id(spec))
            if isinstance(spec, Reference):
                waiting += [] if table.find(spec.to) is None else [table.find(spec.to)]
            elif isinstance(spec, Keys) and spec.changes is not False:
                waiting += spec.key_specs.values()
                if not isinstance(spec, Record):  # any name may be a key too
                    waiting += [self._make(Reference, name) for name in table.entries]
            elif spec.changes:
                return True
            elif spec.changes is None:
                waiting += [part.spec for part in spec.parts()]
        return False

    def conforms_alike(self, old: Spec, new: Spec) -> bool:
        """True if both are sure to conform a value that fits both to the same."""
        if not self.may_change(old, self.old) and not self.may_change(new, self.new):
            return True
        if self.is_same(old, new):
            return True
        if isinstance(old, Reference):
            target = self.old.find(old.to)
            return target is not None and self.conforms_alike(target, new)
        if isinstance(new, Reference):
            target = self.new.find(new.to)
            return target is not None and self.conforms_alike(old, target)
        if type(old) is type(new) is Keys and self.old is self.new:
            return all(
                self.conforms_alike(
                    *(spec.key_specs.get(key) or self._make(Reference, key) for spec in (old, new))
                )
                for key in {*old.key_specs, *new.key_specs}
                if all(key in spec.key_specs or self.old.find(key) not in (None, key) for spec in (old, new))
            ) and not any(
                self.may_change(part, self.old)
                for spec, other in ((old, new), (new, old))
                for key, part in spec.key_specs.items()
                if key not in other.key_specs and self.old.find(key) is None and is_known(part, self.old)
            )
        if isinstance(old, Tuple) and type(old) is type(new) and len(old.preds) == len(new.preds):
            return all(map(self.conforms_alike, old.preds, new.preds))
        return False

    def is_same(self, old: Spec, new: Spec, seen: frozenset[Any] = frozenset()) -> bool:
        """True if two specs are made of the same parts, so that they give the same answers."""
        if old is new and self.old is self.new:
            return True
        if (id(old), id(new)) in seen:
            return True
        seen |= {(id(old), id(new))}
        if isinstance(old, Reference) and isinstance(new, Reference):
            targets = self.old.find(old.to), self.new.find(new.to)
            return None not in targets and self.is_same(*targets, seen)
        if type(old) is not type(new) or isinstance(old, (ConformedAnd, TagOf, RecordInstance)):
            return False
        if self.old is not self.new and not self.by_text and isinstance(old, (Keys, ModelSpec, FSpec)):
            return False  # names differ, and any may be a key; a model may be another under the same name
        if isinstance(old, Predicate):
            return self._is_one(old.pred, new.pred) or self._is_same_enum(old.pred, new.pred)  # type: ignore[attr-defined]
        if isinstance(old, Conformer):
            return self._is_one(old.f, new.f)  # type: ignore[attr-defined]
        if isinstance(old, MultiSpec):
            assert isinstance(new, MultiSpec)
            pairs = zip(old.all_methods().items(), new.all_methods().items(), strict=False)
            return (
                self._is_same_dispatch(old, new)
                and len(old.all_methods()) == len(new.all_methods())
                and all(is_same_constant(a, b) and self.is_same(x, y, seen) for (a, x), (b, y) in pairs)
            )
        if isinstance(old, Wrapper):
            return self.is_same(old.pred, new.pred, seen)  # type: ignore[attr-defined]
        if not isinstance(old, _COMPARED):
            return False
        if isinstance(old, Record):
            same = self.old is self.new and old.tp is new.tp  # type: ignore[attr-defined]
            return same and old.closed == new.closed and old.forward == new.forward  # type: ignore[attr-defined]
        if isinstance(old, Keys) and not self._is_same_field(dict(old.key_specs), dict(new.key_specs), seen):  # type: ignore[attr-defined]
            return False
        fields = [f.name for f in dataclasses.fields(old) if f.init and f.name not in _IGNORED]
        return all(self._is_same_field(getattr(old, name), getattr(new, name), seen) for name in fields)

    def _is_one(self, a: Any, b: Any) -> bool:
        """True if two predicates are one, and answer alike about a value as each version reads it."""
        reads_alike = not self.twins or self.by_text or isinstance(a, type) or not callable(a)
        return reads_alike and is_same_predicate(a, b)

    def _is_same_dispatch(self, a: MultiSpec, b: MultiSpec) -> bool:
        """True if two multi_specs read the same tag off a value."""
        return is_same_constant(a.dispatch, b.dispatch) or (
            callable(a.dispatch) and self._is_one(a.dispatch, b.dispatch)
        )

    def _is_same_enum(self, old: Any, new: Any) -> bool:
        """True if two versions of an enum have the same members."""
        if not isinstance(old, enum.EnumType) or self.twins.get(old) is not new:
            return False
        classes: list[Any] = [old, new]
        return is_same_constant(*(tuple((x.name, x.value) for x in cls) for cls in classes))

    def _is_same_field(self, a: Any, b: Any, seen: frozenset[Any]) -> bool:
        if isinstance(a, Spec) and isinstance(b, Spec):
            return self.is_same(a, b, seen)
        if isinstance(a, tuple) and isinstance(b, tuple):
            return len(a) == len(b) and all(
                self._is_same_field(x, y, seen) for x, y in zip(a, b, strict=True)
            )
        if dataclasses.is_dataclass(a) and type(a) is type(b):  # options, groups of keys
            return all(
                self._is_same_field(getattr(a, field.name), getattr(b, field.name), seen)
                for field in dataclasses.fields(a)
            )
        if type(a) is type(b) is dict:
            return a.keys() == b.keys() and all(self._is_same_field(a[key], b[key], seen) for key in a)
        return is_same_constant(a, b) or self._is_one(a, b)


def _member(kind: type, x: Any) -> Predicate:
    return Predicate({x})


_COMPARED: Final = (
    *(And, Or, Nilable, Merge, Keys, Tuple, Every, Regex, NestedRegex),
    *(ArraySpec, ModelSpec, FSpec),
)
_IGNORED: Final = ("name", "gen_fn", "message", "before", "maker")


def accepts_in(spec: Spec, x: Any, table: Names, *, is_apart: bool) -> bool:
    """True if x fits spec, with names looked up in a table; False also if there is no answer.

    Args:
        is_apart: True if table is not that of the process.
    """
    try:
        with look_up_in(table) if is_apart else contextlib.nullcontext():
            return ask_spec(lambda question: spec.conform(x, question), spec, table) is not INVALID
    except SpecError:
        return False


def _choices(required: RequiredKey | RequiredKeys) -> list[frozenset[str]]:
    """Return the sets of keys of which a required key, or a group, asks for one."""
    if isinstance(required, RequiredKey):
        return [frozenset({required.key})]
    inner = map(_choices, required.choices)
    if required.is_any:
        return [keys for choices in inner for keys in choices]
    return [frozenset[str]().union(*some) for some in itertools.product(*inner)]
