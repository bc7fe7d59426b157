"""Expressions of sets of values: unions, intersections and complements of cells.

A `RoughSet` stands for values that no cell can express: it has all values of `under`, and its values lie in
`over`. So an answer may rest on a spec that nobody understands, but never claims more than both bounds allow.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from mxspec.specs.core.spec import Spec

if TYPE_CHECKING:
    from mxspec.changes.sets.differences import Differences
    from mxspec.changes.sets.spec_sets import SpecSets


class UnknownDifferenceError(Exception):
    """The error for a difference that takes too many steps, or that the sets can't express."""


class ValueSet:
    """A set of values. Two of them are the same set only if they are one object."""


@dataclasses.dataclass(frozen=True, eq=False)
class Union(ValueSet):
    parts: tuple[ValueSet, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Intersection(ValueSet):
    parts: tuple[ValueSet, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Complement(ValueSet):
    part: ValueSet


@dataclasses.dataclass(frozen=True, eq=False)
class RoughSet(ValueSet):
    """The values of a spec, which has all of `under` and nothing outside of `over`.

    Attributes:
        spec: the spec, or the text of a pattern.
        side: the sets of its version.
        over, under: the bounds.
    """

    spec: Any
    side: SpecSets
    over: ValueSet
    under: ValueSet


@dataclasses.dataclass(frozen=True, eq=False)
class Members(ValueSet):
    """All values of a spec, one by one."""

    spec: Spec
    side: SpecSets
    values: tuple[Any, ...]


class LazySet(ValueSet):
    """A set that is made when it is first needed, so that a spec may lead back to itself.

    Attributes:
        spec, side: the spec that it stands for and the sets of its version, if there is one.
    """

    def __init__(
        self, make: Callable[[], ValueSet], spec: Spec | None = None, side: SpecSets | None = None
    ) -> None:
        self._make, self.spec, self.side = make, spec, side
        self._own: ValueSet | None = None

    def get(self) -> ValueSet:
        """Return the set."""
        if self._own is None:
            self._own = self._make()
        return self._own


NO_VALUES: Final = Union()


# --- cells ------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class Cell(ValueSet):
    """Values of one sort. An operation gets another cell of the same class."""

    def minus(self, other: Any, within: Differences) -> Iterator[Cell]:
        """Yield cells with at least the values that are not in other."""
        yield self

    def meet(self, other: Any, within: Differences) -> Cell:
        """Return a cell with at least the values that are in both."""
        return self

    def is_void(self, within: Differences) -> bool:
        """True if it is certain that the cell has no value."""
        return False

    def values(self, within: Differences) -> Iterator[Any]:
        """Yield values that the cell may have, the plainest first."""
        return iter(())


@dataclasses.dataclass(frozen=True, eq=False)
class Piece(ValueSet):
    """A cell with the specs that its values are known to fit, and not to fit."""

    cell: Cell
    has: tuple[RoughSet, ...] = ()
    lacks: tuple[RoughSet, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Constant(Cell):
    """One value that is no number and no text: None, True, a member of an enum."""

    x: Any

    def equals(self, x: Any) -> bool:
        """True if x is the value."""
        return type(self.x) is type(x) and bool(self.x == x)

    def minus(self, other: Constant, within: Differences) -> Iterator[Cell]:
        if not self.equals(other.x):
            yield self

    def meet(self, other: Constant, within: Differences) -> Cell:
        return self if self.equals(other.x) or within.may_be_twins(self.x, other.x) else _NOTHING

    def values(self, within: Differences) -> Iterator[Any]:
        yield self.x


@dataclasses.dataclass(frozen=True, eq=False)
class OtherValues(Cell):
    """The values of no other sort."""

    def minus(self, other: OtherValues, within: Differences) -> Iterator[Cell]:
        return iter(())

    def values(self, within: Differences) -> Iterator[Any]:
        yield object()


@dataclasses.dataclass(frozen=True, eq=False)
class _Nothing(Cell):
    """No value."""

    def is_void(self, within: Differences) -> bool:
        return True


_NOTHING: Final = _Nothing()
