"""Proofs that every value of one spec is valid for another, by what the specs are made of.

A proof goes down both specs. On the side of the old spec it gathers what is known of a value, in each of its
cases (`mxspec.changes.cases`). The new spec is taken apart until a predicate follows from what is known, by a
rule for each kind (`mxspec.changes.rules`). A goal that comes up again while it is being proved holds if it
is about a part of the value, since values are finite (coinduction; Amadio and Cardelli, "Subtyping recursive
types", 1993). Where the rules do not lead to a proof, there may still be one: False means "not proved".

Assumed are values that keep Python's promises: an instance of a subclass behaves as its class does,
comparisons are transitive, a predicate answers alike when it is asked again, and no class is both text and
a collection.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final

from mxspec import names
from mxspec.changes.cases import TagOf, cases_of, inner_spec
from mxspec.changes.classes import NoTwinError, Twins, as_twin
from mxspec.changes.facts import members_of
from mxspec.changes.rules import Known, is_valid_for
from mxspec.changes.sameness import Sameness
from mxspec.changes.trees import OwnModules
from mxspec.changes.witnesses import pieces_of
from mxspec.core.generation import accepts
from mxspec.core.parts import may_change
from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.errors import LimitError, SpecError
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
        self.is_same, self.is_one = sameness.is_same, sameness.is_same_predicate
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
        """Return what make returns of the arguments, the same for the same ones: goals tell specs by ids."""
        key = (make, *(id(arg) if isinstance(arg, (Spec, Names)) else (type(arg), arg) for arg in args))
        if key not in self._known:
            self._known[key] = make(*args)
            self._kept += args
        return self._known[key]

    def _is_proved(self, known: Known, new: Spec) -> bool:
        if self.old.table is self.new.table and any(self._key(spec) == self._key(new) for spec in known):
            return True
        inner = inner_spec(new, self.new.table.find)
        if inner is not new:
            return inner is not None and self.covers(known, inner)
        return all(self._case_is_proved(case, new) for case in self.alternatives(known))

    def _case_is_proved(self, known: Known, new: Spec) -> bool:
        # The bounds of a range decide most goals, and its members all of them.
        if any(isinstance(spec, IntIn) for spec in known) and self._follows_by_rules(known, new):
            return True
        members = self.members(known)
        if members is not None:
            with self.new.in_force():
                return all(self.accepts(self.new, new, x) for x in members)
        return self._follows_by_rules(known, new)

    def _follows_by_rules(self, known: Known, new: Spec) -> bool:
        return any(self.is_same(spec, new) for spec in known) or is_valid_for(new, known, self)

    # --- what is known of a value ---------------------------------------------------------------------------

    def alternatives(self, known: Known) -> list[list[Spec]]:
        """Return the cases of a value that fits all specs of known, each what is known in it."""
        return self.product(cases_of(spec, self) for spec in known)

    def product(self, factors: Iterable[list[list[Spec]]]) -> list[list[Spec]]:
        cases: list[list[Spec]] = [[]]
        for factor in factors:
            cases = [[*dict.fromkeys([*case, *more])] for case in cases for more in factor]
            if len(cases) > _MOST_ALTERNATIVES:
                raise _TooLarge
        return cases

    def members(self, known: Known) -> list[Any] | None:
        """Return all values that fit, if they are few."""
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
        """True if x fits spec in a version, which reads it as its own; False also if there is no answer."""
        try:
            return version.verdict(x, spec) is True
        except SpecError:
            return False

    # --- what conform returns -------------------------------------------------------------------------------

    def may_change(self, spec: Spec, table: Names) -> bool:
        """True unless it is sure that conform returns the value itself."""
        return bool(self.remember(leads_to_change, spec, table))


def leads_to_change(spec: Spec, table: Names) -> bool:
    """True unless it is sure that conform returns the value itself, with names looked up in a table."""
    specs = map(table.find, table.entries)
    return may_change(spec, table.find, at_names=[spec for spec in specs if spec is not None])
