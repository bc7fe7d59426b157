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
import functools
import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, Final

from mxspec import names
from mxspec.annotations.containers import HomogeneousCollection, HomogeneousIterable
from mxspec.annotations.owners import AskPydantic
from mxspec.annotations.records import Record, RecordInstance, TypedDictSpec
from mxspec.changes.classes import NoTwinError, ReceivedPayload, Twins, as_twin, default_of, reads_all
from mxspec.changes.core_schemas import covers
from mxspec.changes.facts import Facts, covers_arrays, facts_of, follows, has_classes, members_of
from mxspec.changes.inclusion import are_included, pattern_of
from mxspec.changes.sameness import Sameness
from mxspec.changes.sequences import Fits, Letter, NotRegularError, includes, with_letters
from mxspec.changes.trees import OwnModules
from mxspec.changes.witnesses import pieces_of
from mxspec.core.generation import accepts
from mxspec.core.parts import may_change
from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.errors import LimitError, SpecError
from mxspec.inference.from_examples import ExamplesSpec
from mxspec.models.model_spec import ModelSpec
from mxspec.names import Names
from mxspec.predicates import is_any, is_coll, is_dict, is_none, is_sequential
from mxspec.regex.matching import NestedRegex, Regex
from mxspec.specs.arrays import ArraySpec
from mxspec.specs.collections import CHECK_LIMIT, CollOf, Every, HomogeneousMap, Tuple
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys, Merge, MultiSpec, RequiredKey, RequiredKeys, is_known
from mxspec.specs.ranges import IntIn
from mxspec.specs.wrappers import Nilable, Wrapper

Known = Sequence[Spec]
"""Specs that a value fits, all of them."""

_MOST_ALTERNATIVES: Final = 256
_MOST_GOALS: Final = 30_000


class _TooLarge(Exception):
    """The error for a proof that would take too long."""


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


@dataclasses.dataclass(frozen=True)
class Version:
    """A spec with the names that it refers to.

    Attributes:
        spec: the spec.
        table: the table for its names.
        modules: its modules, if they and the table are not those of the process.
        twins: the classes of this version, by those of the other one.
        strangers: the classes of the other version without a twin.
        proofs: proofs about the specs of two tables, kept from name to name; None to keep none.
        unsent: keys of maps that are not in a dict of the fields of a class, unless it lists them.
    """

    spec: Spec
    table: names.Names
    modules: OwnModules | None = None
    twins: Twins = dataclasses.field(default_factory=dict)
    strangers: frozenset[type] = frozenset()
    proofs: dict[tuple[Names, Names], Proof] | None = None
    unsent: frozenset[str] = frozenset()

    @contextlib.contextmanager
    def in_force(self) -> Iterator[None]:
        """Have names and modules stand for what they do in this version inside the block."""
        if self.modules is None or names.current is self.table:
            yield
        else:
            with names.look_up_in(self.table), self.modules.in_force():
                yield

    def verdict(self, x: Any, spec: Spec | None = None) -> bool | None:
        """Return whether x fits the spec, or another one of this version.

        None if a limit prevents an answer, or x holds an instance of a class of the other version.
        """
        if self.strangers and any(type(part) in self.strangers for part in pieces_of(x)):
            return None
        try:
            x = as_twin(x, self.twins)
        except NoTwinError:
            return False
        with self.in_force():
            try:
                return accepts(self.spec if spec is None else spec, x, self.table, self.unsent)
            except LimitError:
                return None

    def part(self, spec: Spec | None) -> Version:
        """Return another spec of this version; None is any value."""
        return dataclasses.replace(self, spec=Predicate(is_any) if spec is None else spec)


def is_covered(old: Version, new: Version) -> bool:
    """True if it is proved that every value of old is valid for new."""
    if old.proofs is None:
        return Proof(old, new).is_proved(old.spec, new.spec)
    key = old.table, new.table
    if key not in old.proofs:
        old.proofs[key] = Proof(old, new)
    return old.proofs[key].is_proved(old.spec, new.spec)


class Proof:
    """A proof under way.

    Attributes:
        old, new: the versions of both sides.
        depth: how many parts deep in the value the current goal is.
        open: the goals that are being proved, with the depth of each.
        proved: the goals that are proved, in their order; some by an open goal, with which they fall.
        failed: the goals without a proof.
    """

    def __init__(self, old: Version, new: Version) -> None:
        self.old, self.new = old, new
        sameness = Sameness(old.table, new.table, new.twins)
        self._is_same, self._is_one = sameness.is_same, sameness.is_same_predicate
        self.depth = 0
        self.open: dict[Hashable, int] = {}
        self.proved: dict[Hashable, None] = {}
        self.failed: set[Hashable] = set()
        self._known: dict[Hashable, Any] = {}
        self._kept: list[Any] = []  # what the ids in goals belong to
        self._most = _MOST_GOALS

    def is_proved(self, old: Spec, new: Spec) -> bool:
        """True if it is proved that every value of old is valid for new."""
        before = len(self.proved)
        self._most = before + _MOST_GOALS
        self.failed.clear()  # a goal may fail for those that are open around it
        try:
            return self.covers([old], new)
        except (_TooLarge, RecursionError):
            self._forget(before)
            self.open.clear()
            self.depth = 0
            return False

    def _forget(self, count: int) -> None:
        """Forget the proofs after a number of them."""
        for goal in list(self.proved)[count:]:
            del self.proved[goal]

    def covers(self, known: Known, new: Spec) -> bool:
        """True if it is proved that a value that fits all specs of known is valid for new."""
        goal = frozenset(map(self._key, known)), self._key(new)
        if goal in self.proved:
            return True
        if goal in self.failed:
            return False
        if goal in self.open:
            return bool(known) and self.depth > self.open[goal]
        if len(self.proved) + len(self.failed) > self._most:
            raise _TooLarge
        self.open[goal], before = self.depth, len(self.proved)
        holds = self._is_proved(known, new)
        del self.open[goal]
        if holds:
            self.proved[goal] = None
        else:
            self._forget(before)
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
        if isinstance(spec, Reference):
            return spec.to
        self._kept.append(spec)
        return id(spec)

    def _remember(self, make: Any, *args: Any) -> Any:
        """Return what make returns of the arguments, the same for the same ones: goals tell specs by ids."""
        key = (make, *(id(arg) if isinstance(arg, (Spec, Names)) else (type(arg), arg) for arg in args))
        if key not in self._known:
            self._known[key] = make(*args)
            self._kept += args
        return self._known[key]

    def _is_proved(self, known: Known, new: Spec) -> bool:
        if self.old.table is self.new.table and any(self._key(spec) == self._key(new) for spec in known):
            return True
        match new:
            case Reference():
                spec = self.new.table.find(new.to)
                return spec is not None and self.covers(known, spec)
            case Wrapper():
                return self.covers(known, new.pred)
            case NestedRegex():
                return self.covers(known, new.regex)
        return all(self._case_is_proved(case, new) for case in self._alternatives(known))

    def _case_is_proved(self, known: Known, new: Spec) -> bool:
        # The bounds of a range decide most goals, and its members all of them.
        if any(isinstance(spec, IntIn) for spec in known) and self._follows_by_rules(known, new):
            return True
        members = self._members(known)
        if members is not None:
            with self.new.in_force():
                return all(self._accepts(self.new, new, x) for x in members)
        return self._follows_by_rules(known, new)

    def _follows_by_rules(self, known: Known, new: Spec) -> bool:
        """True if what is known of a value leads to new by what new is made of."""
        if any(self._is_same(spec, new) for spec in known):
            return True
        match new:
            case Or():
                return any(self.covers(known, branch) for _, branch in new.branches)
            case Nilable():
                return self.covers(known, new.pred)
            case ReceivedPayload():
                return self.covers(known, new.preds[-1])
            case And():
                return self._and(known, new)
            case Merge():
                parts = self._remember(new.open_parts, self.new.table.find)
                are_maps = len(parts) == 1 or all(map(self._conforms_to_map, parts))
                return are_maps and self.covers(known, _DICT) and all(self.covers(known, p) for p in parts)
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
            case Regex():
                return self._regex(known, new)
            case AskPydantic():
                olds = [spec.adapter.core_schema for spec in known if isinstance(spec, AskPydantic)]
                return any(covers(old, new.adapter.core_schema) for old in olds)
            case Predicate():
                asked, facts = facts_of(new), self._facts(known)
                return (asked is not None and follows(facts, asked)) or self._matches(known, facts, new)
            case ArraySpec():
                return any(isinstance(spec, ArraySpec) and covers_arrays(spec, new) for spec in known)
            case ModelSpec():
                return any(isinstance(spec, ModelSpec) and self._model(known, spec, new) for spec in known)
        return False

    # --- what is known of a value ---------------------------------------------------------------------------

    def _alternatives(self, known: Known) -> list[list[Spec]]:
        """Return the cases of a value that fits all specs of known, each what is known in it."""
        return self._product(self._cases(spec, ()) for spec in known)

    def _product(self, factors: Iterable[list[list[Spec]]]) -> list[list[Spec]]:
        cases: list[list[Spec]] = [[]]
        for factor in factors:
            cases = [[*dict.fromkeys([*case, *more])] for case in cases for more in factor]
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
                target = self.old.table.find(spec.to)
                return [[]] if target is None else self._cases(target, (*inside, spec.to))
            case Wrapper():
                return all_of(spec.pred)
            case NestedRegex():
                return all_of(spec.regex)
            case Nilable():
                return [[_NONE], *all_of(spec.pred)]
            case Or():
                return [case for _, branch in spec.branches for case in all_of(branch)]
            case And():
                return [
                    [spec, *case] for case in all_of(*self._preds_before_change(spec.preds, self.old.table))
                ]
            case Merge():
                return all_of(*self._remember(spec.open_parts, self.old.table.find))
            case MultiSpec():
                is_map = [] if callable(spec.dispatch) else [_DICT]
                cases = [
                    [self._remember(TagOf, spec, tag), *(is_map if tag is not None else []), *case]
                    for tag in spec.methods
                    if (method := spec.method_of(tag)) is not None
                    for case in all_of(method)
                ]
                other = [] if spec.default is None else all_of(spec.default)
                return cases + [[self._remember(TagOf, spec, None, True), *case] for case in other]
            case Every():
                return [[spec, *case] for case in all_of(spec.options.kind or _COLL)]
            case Tuple() | Keys():
                return [[spec, self._remember(Predicate, spec.kind)]]
            case ModelSpec():
                return [[spec, *case] for case in (all_of(spec.input) if spec.input is not None else [[]])]
            case ExamplesSpec():
                return [[spec, *case] for case in all_of(*(part.spec for part in spec.parts()))]
            case Regex():
                return [[_NONE, spec], [spec, _SEQUENTIAL]]
        return [[spec]]

    def _preds_before_change(self, preds: Sequence[Spec], table: Names) -> list[Spec]:
        """Return the preds of an `and_` that see the value itself, not what another conforms it to."""
        changing = (i for i, pred in enumerate(preds, 1) if self._may_change(pred, table))
        return [*preds[: next(changing, None)]]

    def _members(self, known: Known) -> list[Any] | None:
        """Return all values that fit, if they are few."""
        key = "members", frozenset(map(self._key, known))
        if key not in self._known:
            few = next((few for spec in known if (few := members_of(spec)) is not None), None)
            asked = [spec for spec in known if not isinstance(spec, TagOf)]
            with self.old.in_force():
                self._known[key] = few and [
                    x for x in few if all(self._accepts(self.old, spec, x) for spec in asked)
                ]
        members: list[Any] | None = self._known[key]
        return members

    def _accepts(self, version: Version, spec: Spec, x: Any) -> bool:
        """True if x fits spec in a version, which reads it as its own; False also if there is no answer."""
        try:
            return version.verdict(x, spec) is True
        except SpecError:
            return False

    def _facts(self, known: Known) -> list[Facts]:
        """Return what the predicates among known ask of a value, with the classes of the new version."""
        twins = {cls: twin for cls, twin in self.new.twins.items() if reads_all(cls, twin)}
        return [
            dataclasses.replace(facts, classes=tuple(twins.get(cls, cls) for cls in facts.classes))
            for spec in known
            if (facts := facts_of(spec)) is not None
        ]

    def _matches(self, known: Known, facts: list[Facts], new: Predicate) -> bool:
        """True if the strings that fit the patterns and lengths among known all match that of new."""
        goal = self._remember(pattern_of, new)
        if goal is None or not has_classes(facts, (str,)):
            return False
        several = [regex for spec in known if (regex := self._remember(pattern_of, spec)) is not None]
        return bool(several) and are_included(several, goal)

    # --- logic ----------------------------------------------------------------------------------------------

    def _and(self, known: Known, new: And) -> bool:
        seen = self._preds_before_change(new.preds, self.new.table)
        if len(seen) == len(new.preds):
            return all(self.covers(known, pred) for pred in seen)
        # What sees a conformed value is known of an old `and_` that begins alike.
        several = [spec.preds[: len(new.preds)] for spec in known if isinstance(spec, And)]
        return any(
            len(preds) == len(new.preds) and all(map(self._is_same, preds, new.preds)) for preds in several
        )

    def _conforms_to_map(self, spec: Spec) -> bool:
        """True if a spec conforms a map to a map."""
        target = self.new.table.find(spec.to) if isinstance(spec, Reference) else spec
        if isinstance(target, Wrapper):
            return self._conforms_to_map(target.pred)
        return isinstance(target, (Keys, Merge)) or (
            target is not None and not self._may_change(target, self.new.table)
        )

    def _multi_spec(self, known: Known, new: MultiSpec) -> bool:
        for spec in known:
            if isinstance(spec, TagOf) and self._is_one(spec.spec.dispatch, new.dispatch):
                tags = [spec.tag]
                if spec.is_other:
                    tags = [tag for tag in new.methods if spec.spec.method_of(tag) is spec.spec.default]
                methods = [new.default] * spec.is_other + [new.method_of(tag) for tag in tags]
                return all(method is not None and self.covers(known, method) for method in methods)
        return False

    # --- maps -----------------------------------------------------------------------------------------------

    def _keys(self, known: Known, new: Keys) -> bool:
        if not self.covers(known, self._remember(Predicate, new.kind)):
            return False
        maps = [spec for spec in known if isinstance(spec, Keys) and not isinstance(spec, RecordInstance)]
        groups = [required for spec in maps for required in spec.required_keys]
        sure = frozenset[str]().union(*map(needed_keys, groups))
        if not all(
            r.is_in(sure) or any(self._is_same(group, r) for group in groups) for r in new.required_keys
        ):
            return False
        if new.closed and not any(
            spec.closed and {*spec.key_specs, *spec.beside} <= {*new.key_specs, *new.beside} for spec in maps
        ):
            return False
        # Under any registered name the value fits that, listed or not.
        registered = {} if isinstance(new, Record) else self.new.table.entries
        for key in dict.fromkeys((*new.key_specs, *registered)):
            part = new.key_specs.get(key) or self._remember(Reference, key)
            if not is_known(part, self.new.table):
                continue
            if any(
                (spec.closed or (isinstance(spec, TypedDictSpec) and key in new.key_specs))
                and key not in {*spec.key_specs, *spec.beside}
                for spec in maps
            ):
                continue  # there is no such key; a class stands for what its senders send
            if not self._covers_part(self._values_at(known, key), part):
                return False
        return True

    def _values_at(self, known: Known, key: str) -> list[Spec]:
        """Return specs that the value under a key of a map fits."""
        specs: list[Spec] = []
        for spec in known:
            if isinstance(spec, HomogeneousMap) and self._looks_at_all(known, spec):
                specs.append(spec.pred.preds[1])  # type: ignore[attr-defined]
            elif isinstance(spec, Keys) and not isinstance(spec, RecordInstance):
                part = spec.key_specs.get(key)
                if part is None and isinstance(key, str) and not isinstance(spec, Record):
                    part = self._remember(Reference, key)
                specs += [part] if part is not None and is_known(part, self.old.table) else []
        return specs

    def _record(self, known: Known, new: RecordInstance) -> bool:
        records = [spec for spec in known if isinstance(spec, RecordInstance)]
        is_twin = any(self.new.twins.get(spec.tp) is new.tp for spec in records)

        def is_covered(name: str, part: Spec) -> bool:
            fields = [spec.key_specs[name] for spec in records if name in spec.key_specs]
            if not fields and is_twin and (default := default_of(new.tp, name)) is not dataclasses.MISSING:
                return self._accepts(self.new, part, default)  # an old instance is read with the default
            return self._covers_part(fields, part)

        return self.covers(known, self._remember(Predicate, new.tp)) and all(
            is_covered(name, part) for name, part in new.key_specs.items()
        )

    # --- collections ----------------------------------------------------------------------------------------

    def _sizes(self, known: Known) -> tuple[int, float]:
        """Return the least and the greatest number of elements of a value."""
        sizes: list[tuple[int, float]] = [(0, math.inf)]
        sizes += [spec.options.sizes() for spec in known if isinstance(spec, Every)]
        sizes += [(len(spec.preds), len(spec.preds)) for spec in known if isinstance(spec, Tuple)]
        return max(least for least, _ in sizes), min(most for _, most in sizes)

    def _looks_at_all(self, known: Known, spec: Every) -> bool:
        return isinstance(spec, CollOf) or self._sizes(known)[1] <= CHECK_LIMIT

    def _elements(self, known: Known, new: Spec) -> list[Spec]:
        """Return specs that each element fits which new looks at."""
        is_list = has_classes(self._facts(known), (list, tuple))
        return [
            spec.pred
            for spec in known
            if isinstance(spec, Every)
            and (self._looks_at_all(known, spec) or not isinstance(new, (CollOf, Tuple)))
            # The elements of a map are its keys to an Iterable, and its entries to others.
            and (is_list or isinstance(spec, HomogeneousIterable) == isinstance(new, HomogeneousIterable))
        ]

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
        elements = self._elements(known, new)
        places: Sequence[Spec] = next((spec.preds for spec in known if isinstance(spec, Tuple)), ())
        if places and not isinstance(new, HomogeneousIterable):
            return all(self._covers_part([*elements, part], new.pred) for part in places)
        return most == 0 or self._covers_part(elements, new.pred)

    def _rebuilds(self, known: Known, new: CollOf) -> bool:
        """True if the conformed elements are known to go into a collection of the type that conform makes."""
        if isinstance(new, HomogeneousMap) and new.leaves_keys():
            return self.covers(known, _DICT)
        if not (isinstance(new, HomogeneousCollection) or new.options.into in (None, list, tuple)):
            return False
        is_list = has_classes(self._facts(known), (list, tuple))
        return is_list or not self._may_change(new.pred, self.new.table) or self._stays_hashable(new.pred)

    def _stays_hashable(self, spec: Spec) -> bool:
        """True if a member of a set conforms to one, and the entry of a map too: it gets a tag at most."""
        if isinstance(spec, (Or, Wrapper)):
            return all(self._stays_hashable(part.spec) for part in spec.parts())
        return not self._may_change(spec, self.new.table)

    def _tuple(self, known: Known, new: Tuple) -> bool:
        n = len(new.preds)
        if not self.covers(known, self._remember(Predicate, new.kind)) or self._sizes(known) != (n, n):
            return False
        elements = self._elements(known, new)
        tuples = [spec for spec in known if isinstance(spec, Tuple)]
        return all(
            self._covers_part([*elements, *(spec.preds[i] for spec in tuples)], pred)
            for i, pred in enumerate(new.preds)
        )

    # --- sequences ------------------------------------------------------------------------------------------

    def _regex(self, known: Known, new: Regex) -> bool:
        regexes = [spec for spec in known if isinstance(spec, Regex)]
        with contextlib.suppress(NotRegularError):
            goal = with_letters(new, self.new.table, exact=True) if regexes else new
            several = [with_letters(spec, self.old.table, exact=False) for spec in regexes]
            return any(includes(goal, regex, self._fits, self.new.table) for regex in several)
        return False

    def _fits(self, letter: Spec) -> Iterator[Fits]:
        """Yield for each case of a value that fits a spec whether it is certain to fit a letter."""
        for case in self._alternatives([letter]):
            members = self._members(case)
            if members is None:
                yield functools.partial(self._fits_letter, case)
            else:
                yield from (functools.partial(self._accepts_letter, x) for x in members)

    def _fits_letter(self, known: Known, letter: Letter) -> bool:
        return self._covers_part(known, letter.spec)

    def _accepts_letter(self, x: Any, letter: Letter) -> bool:
        return self._accepts(self.new, letter.spec, x)

    # --- models ---------------------------------------------------------------------------------------------

    def _model(self, known: Known, old: ModelSpec, new: ModelSpec) -> bool:
        limits = old.threshold, new.threshold
        asks_less = limits[1] is None or limits[1] is limits[0]
        if not asks_less and all(type(limit) in (int, float) for limit in limits):
            asks_less = limits[0] <= limits[1]  # type: ignore[operator]
        if new.min_confidence is not None:
            asks_less = asks_less and (old.min_confidence or -math.inf) >= new.min_confidence
        return (
            asks_less
            and self._is_one(old.discriminate, new.discriminate)
            and self._covers_part([old.label_spec], new.label_spec)
            and (new.input is None or self.covers(known, new.input))
        )

    # --- what conform returns -------------------------------------------------------------------------------

    def _may_change(self, spec: Spec, table: Names) -> bool:
        """True unless it is sure that conform returns the value itself."""
        return bool(self._remember(leads_to_change, spec, table))


def leads_to_change(spec: Spec, table: Names) -> bool:
    """True unless it is sure that conform returns the value itself, with names looked up in a table."""
    specs = map(table.find, table.entries)
    return may_change(spec, table.find, at_names=[spec for spec in specs if spec is not None])


def needed_keys(required: RequiredKey | RequiredKeys) -> frozenset[str]:
    """Return the keys of a map that are there whatever of a group is."""
    if isinstance(required, RequiredKey):
        return frozenset({required.key})
    several = [*map(needed_keys, required.choices)]
    return frozenset.intersection(*several) if required.is_any else frozenset.union(*several)
