"""Proofs that one spec accepts every value of a second one, and values that it may refuse.

coll_of(is_nat_int) covers coll_of(int_in(1, 10)), since no list of the second lies outside of the first. The
sets of both specs are subtracted (`mxspec.changes.sets`): if nothing is left, it is a proof, and what is left
is tried. False means "not proved".

Values are assumed to keep Python's promises: an instance of a subclass behaves as its class does, comparisons
are transitive, a predicate gives the same answer twice, and no class is both text and a collection.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any, Final

import mxspec.changes.sets.json_sets  # noqa: F401  (it registers kinds of specs)
from mxspec.base import names
from mxspec.base.lazy import lazy
from mxspec.base.names import Names
from mxspec.changes.borders.parts import holds_instance
from mxspec.changes.classes import NoTwinError, Twins, as_twin
from mxspec.changes.sameness import Sameness
from mxspec.changes.sets.differences import Differences
from mxspec.changes.sets.expressions import Piece, UnknownDifferenceError
from mxspec.changes.sets.spec_sets import SpecSets
from mxspec.changes.trees import OwnModules
from mxspec.changes.used_values import OwnPair
from mxspec.errors import LimitError
from mxspec.predicates import is_any
from mxspec.specs.core.budget import Deadline
from mxspec.specs.core.generation import accepts
from mxspec.specs.core.spec import Predicate, Spec

_STEPS: Final = 60_000  # of a comparison, for each second of the limit: they take about half of it
_STEPS_OF_A_PART: Final = 10_000
_STEPS_FOR_VALUES: Final = 20_000
_SHARE: Final = 0.6
_SHARE_OF_A_PART: Final = 0.25
_MOST_VALUES: Final = 100


@dataclasses.dataclass(frozen=True)
class Version:
    """A spec with the names that it refers to.

    Attributes:
        spec: the spec.
        table: the table for its names.
        modules: its modules, if they differ from the process's.
        twins: a map from classes of the other version to their twins in this one.
        strangers: the classes of the other version without a twin.
        samenesses: which specs are the same, by pairs of tables, shared by all names; None to share none.
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
    samenesses: dict[tuple[Names, Names], Sameness] | None = None
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
    """Return the modules that each of two versions imports separately; none if they share one process."""
    if old.modules is None or new.modules is None:
        return OwnPair()
    touched = frozenset(old.modules.touched | new.modules.touched)
    return OwnPair(old.modules.modules, new.modules.modules, touched)


def sameness_of(old: Version, new: Version) -> Sameness:
    """Return which specs of two versions are the same, as all specs of their tables share it."""
    key = old.table, new.table
    known = {} if old.samenesses is None else old.samenesses
    if key not in known:
        known[key] = Sameness(*key, new.twins, own=own_pair(old, new))
    return known[key]


def is_covered(old: Version, new: Version) -> bool:
    """True if it is proved that new accepts every value of old."""
    return Proof(old, new).compare(old.spec, new.spec)[0]


class Proof:
    """The differences between specs of two versions; what is known of two parts serves the next two.

    A difference takes steps in proportion to the limit, and ends at a share of its time. The deadline records
    this if either of them ended it.
    """

    def __init__(self, old: Version, new: Version) -> None:
        self._deadline = old.deadline
        self._within = within = Differences(sameness_of(old, new))
        within.old, within.new = SpecSets(old, within, new.twins), SpecSets(new, within, {})

    def compare(self, old: Spec, new: Spec) -> tuple[bool, Iterator[Any]]:
        """Return True if it is proved that new accepts every value of old, and values to try if it is not."""
        left = self._outside(old, new, _STEPS, _SHARE)
        return self._is_nothing(left), self._values_in(left or ())

    def covers_part(self, old: Spec, new: Spec) -> bool:
        """True if it is proved that new accepts every value of old, with less work."""
        return self._is_nothing(self._outside(old, new, _STEPS_OF_A_PART, _SHARE_OF_A_PART))

    def _is_nothing(self, left: tuple[Piece, ...] | None) -> bool:
        return left is not None and not left and not self._within.is_cut

    def _outside(self, old: Spec, new: Spec, steps: int, share: float) -> tuple[Piece, ...] | None:
        """Return the pieces of a spec that lie outside of another; None if that is not known.

        Args:
            steps: the most steps, for each second of the limit.
            share: the share of the rest of the time at which it ends.
        """
        within, over = self._within, self._deadline.share()
        within.allow(int(steps * self._deadline.limit), self._deadline, over + (1 - over) * share)
        try:
            return within.outside(within.old.of(old), within.new.of(new))
        except (UnknownDifferenceError, RecursionError):
            return None

    def _values_in(self, left: tuple[Piece, ...]) -> Iterator[Any]:
        """Yield values that may be in pieces."""
        self._within.allow(_STEPS_FOR_VALUES, self._deadline, 1)
        with contextlib.suppress(UnknownDifferenceError, RecursionError):
            turns = itertools.zip_longest(*map(self._within.values, left), fillvalue=self)
            yield from itertools.islice((x for turn in turns for x in turn if x is not self), _MOST_VALUES)
