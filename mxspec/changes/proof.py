"""Proofs that one spec accepts every value of another, from the parts of both specs.

coll_of(is_nat_int) covers coll_of(int_in(1, 10)): an element of the old collection is an int of at least 1,
and is_nat_int follows from that.

A proof goes down both specs. On the old side it gathers what is known of a value, in each of its cases
(`mxspec.changes.cases`). It takes the new spec apart until a predicate follows from what is known; each kind
of spec has a rule (`mxspec.changes.rules`). A goal may come up again while it is being proved. Then it holds
if it is about a part of the value, since values are finite (coinduction; Amadio and Cardelli, "Subtyping
recursive types", 1993). The rules do not find every proof: False means "not proved".

Values are assumed to keep Python's promises: an instance of a subclass behaves as its class does, comparisons
are transitive, a predicate gives the same answer twice, and no class is both text and a collection.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final

from mxspec import names
from mxspec.borders.inner import inner_spec
from mxspec.borders.parts import holds_instance, pieces_of
from mxspec.changes.cases import TagOf, cases_of, leads_to_change
from mxspec.changes.classes import NoTwinError, Twins, as_twin
from mxspec.changes.facts import members_of
from mxspec.changes.rules import Known, is_valid_for
from mxspec.changes.sameness import Sameness
from mxspec.changes.trees import OwnModules
from mxspec.changes.used_values import OwnPair
from mxspec.core.budget import Deadline
from mxspec.core.generation import accepts
from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.errors import LimitError, SpecError
from mxspec.lazy import lazy
from mxspec.names import Names
from mxspec.predicates import is_any
from mxspec.specs.ranges import IntIn

_MOST_ALTERNATIVES: Final = 256
_MOST_GOALS: Final = 30_000


class _TooLarge(Exception):
    """The error for a proof that would take too long."""


@dataclasses.dataclass(frozen=True)
class Version:
    """A spec with the names that it refers to.

    Attributes:
        spec: the spec.
        table: the table for its names.
        modules: its modules, if they differ from the process's.
        twins: a map from classes of the other version to their twins in this one.
        strangers: the classes of the other version without a twin.
        proofs: the proofs for each pair of tables, shared by all names; None to share none.
        unsent: keys that a sent dict of a class's fields does not have, unless the class lists them; None for
            the version that receives.
        deadline: the end of the work on the pair of parts.
        written_from: a table of specs, if classes write the values of those specs by this one; else None.
    """

    spec: Spec
    table: names.Names
    modules: OwnModules | None = None
    twins: Twins = dataclasses.field(default_factory=dict)
    strangers: frozenset[type] = frozenset()
    proofs: dict[tuple[Names, Names], Proof] | None = None
    unsent: frozenset[str] | None = None
    deadline: Deadline = dataclasses.field(default_factory=Deadline)
    written_from: names.Names | None = None

    def in_force(self) -> contextlib.AbstractContextManager[None]:
        """Use the names and modules of this version inside the block."""
        if self.modules is None or names.current is self.table:
            return contextlib.nullcontext()
        return self._in_modules(self.modules)

    @contextlib.contextmanager
    def _in_modules(self, modules: OwnModules) -> Iterator[None]:
        with names.look_up_in(self.table), modules.in_force():
            yield

    def verdict(self, x: Any, spec: Spec | None = None) -> bool | None:
        """Return True or False if x fits or does not fit a spec, by default the spec of this version.

        None means no answer: a limit was reached, or x holds an instance of a class that only the other
        version has.
        """
        try:
            x = as_twin(x, self.twins)
        except NoTwinError:
            return False
        if self.is_strange(x):
            return None
        with self.in_force():
            try:
                return accepts(self.spec if spec is None else spec, x, self.table, self.unsent)
            except LimitError:
                return None

    def is_strange(self, x: Any) -> bool:
        """True if x holds an instance of a class of the other version, which this one can't judge."""
        return bool(self._others) and holds_instance(x, self._others)

    @lazy
    def _others(self) -> frozenset[type]:
        return self.strangers | self.twins.keys()

    def part(self, spec: Spec | None) -> Version:
        """Return another spec of this version; None stands for any value."""
        return dataclasses.replace(self, spec=Predicate(is_any) if spec is None else spec)


def own_pair(old: Version, new: Version) -> OwnPair:
    """Return what two versions have for themselves; nothing if they are of one process."""
    if old.modules is None or new.modules is None:
        return OwnPair()
    touched = frozenset(old.modules.touched | new.modules.touched)
    return OwnPair(old.modules.modules, new.modules.modules, touched)


def proof_of(old: Version, new: Version) -> Proof:
    """Return the proof about two versions, which all specs of their tables share."""
    if old.proofs is None:
        return Proof(old, new)
    key = old.table, new.table
    if key not in old.proofs:
        old.proofs[key] = Proof(old, new)
    return old.proofs[key]


def is_covered(old: Version, new: Version) -> bool:
    """True if it is proved that new accepts every value of old."""
    return proof_of(old, new).is_proved(old.spec, new.spec, old.deadline)


class Proof:
    """A proof under way.

    Attributes:
        old, new: the versions of both sides.
        depth: the depth in the value of the part that the current goal is about.
        open: the goals that are being proved, with the depth of each.
        proved: the proved goals, in order; some assume an open goal, and fall with it.
        failed: the goals without a proof.
    """

    def __init__(self, old: Version, new: Version) -> None:
        self.old, self.new = old, new
        sameness = Sameness(old.table, new.table, new.twins, own=own_pair(old, new))
        self.is_same, self.is_one = sameness.is_same, sameness.is_same_predicate
        # A validator sees what its version makes of the same input, and no instance of the other version.
        readers = dataclasses.replace(sameness, twins={})
        self.is_one_reader, self.is_one_validator = readers.is_same, readers.is_same_predicate
        self.depth = 0
        self.open: dict[Hashable, int] = {}
        self.proved: dict[Hashable, None] = {}
        self.failed: set[Hashable] = set()
        self._known: dict[Hashable, Any] = {}
        self._kept: list[Any] = []  # keeps alive the objects behind the ids in goals
        self._most = _MOST_GOALS

    def is_proved(self, old: Spec, new: Spec, deadline: Deadline) -> bool:
        """True if it is proved that new accepts every value of old."""
        self._deadline, over = deadline, deadline.share()
        self._limit = over + (1 - over) / (4 if over > 0.25 else 2)  # the share of the time at which it ends
        before = len(self.proved)
        self._most = before + _MOST_GOALS
        self.failed.clear()  # a goal may have failed because of the goals that were open around it
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
        """True if it is proved that new accepts every value that fits all specs of known."""
        goal = frozenset(map(self._key, known)), self._key(new)
        if goal in self.proved:
            return True
        if goal in self.failed:
            return False
        # Coinduction: the goal is assumed for a part of the value; for the value itself it would prove
        # itself. Nothing is assumed about a part if nothing is known of it.
        if goal in self.open:
            return bool(known) and self.depth > self.open[goal]
        if len(self.proved) + len(self.failed) > self._most or self._deadline.is_after(self._limit):
            raise _TooLarge
        self.open[goal], before = self.depth, len(self.proved)
        holds = self._is_proved(known, new)
        del self.open[goal]
        if holds:
            self.proved[goal] = None
        else:
            # What was proved on the way may have assumed this goal.
            self._forget(before)
            self.failed.add(goal)
        return holds

    def covers_part(self, known: Known, new: Spec) -> bool:
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

    def remember(self, make: Any, *args: Any) -> Any:
        """Return make(*args), the same object for the same arguments: goals tell specs apart by their ids."""
        key = (make, *(id(arg) if isinstance(arg, (Spec, Names)) else (type(arg), arg) for arg in args))
        if key not in self._known:
            self._known[key] = make(*args)
            self._kept += args
        return self._known[key]

    def _is_proved(self, known: Known, new: Spec) -> bool:
        # With the same names on both sides, a spec covers itself.
        if self.old.table is self.new.table and any(self._key(spec) == self._key(new) for spec in known):
            return True
        # A name or a wrapper is its inner spec, and an unknown name is never proved.
        inner = inner_spec(new, self.new.table.find)
        if inner is not new:
            return inner is not None and self.covers(known, inner)
        return all(self._case_is_proved(case, new) for case in self.alternatives(known))

    def _case_is_proved(self, known: Known, new: Spec) -> bool:
        # The bounds of a range decide most goals at once. Its members, tried one by one, decide all of them.
        if any(isinstance(spec, IntIn) for spec in known) and self._follows_by_rules(known, new):
            return True
        members = self.members(known)
        if members is not None:
            with self.new.in_force():
                return all(self.keeps_names(x) and self.accepts(self.new, new, x) for x in members)
        return self._follows_by_rules(known, new)

    def keeps_names(self, x: Any) -> bool:
        """True if the members of enums in a value have the same names and values in both versions."""
        members = [(y, twin) for y in pieces_of(x) if (twin := self.new.twins.get(type(y))) is not None]
        try:
            return all(y.name == as_twin(y, {type(y): twin}).name for y, twin in members)
        except (NoTwinError, AttributeError):  # a record is not a member with a name
            return False

    def _follows_by_rules(self, known: Known, new: Spec) -> bool:
        return any(self.is_same(spec, new) for spec in known) or is_valid_for(new, known, self)

    # --- what is known of a value ---------------------------------------------------------------------------

    def alternatives(self, known: Known) -> list[list[Spec]]:
        """Return the cases of a value that fits all specs of known; each case lists what is known in it."""
        return self.product(cases_of(spec, self) for spec in known)

    def product(self, factors: Iterable[list[list[Spec]]]) -> list[list[Spec]]:
        # The value is in one case of each factor, so in one combination of them.
        cases: list[list[Spec]] = [[]]
        for factor in factors:
            cases = [[*dict.fromkeys([*case, *more])] for case in cases for more in factor]
            if len(cases) > _MOST_ALTERNATIVES:
                raise _TooLarge
        return cases

    def members(self, known: Known) -> list[Any] | None:
        """Return all values that fit all specs of known, or None if they are many or unknown."""
        key = "members", frozenset(map(self._key, known))
        if key not in self._known:
            few = next((few for spec in known if (few := members_of(spec)) is not None), None)
            asked = [spec for spec in known if not isinstance(spec, TagOf)]
            with self.old.in_force():
                self._known[key] = few and [
                    x for x in few if all(self.accepts(self.old, spec, x) for spec in asked)
                ]
        members: list[Any] | None = self._known[key]
        return members

    def accepts(self, version: Version, spec: Spec, x: Any) -> bool:
        """True if x fits spec in a version; False if it does not, or without an answer."""
        try:
            return version.verdict(x, spec) is True
        except SpecError:
            return False

    # --- what conform returns -------------------------------------------------------------------------------

    def may_change(self, spec: Spec, table: Names) -> bool:
        """True unless it is sure that conform returns the value itself."""
        return bool(self.remember(leads_to_change, spec, table))
