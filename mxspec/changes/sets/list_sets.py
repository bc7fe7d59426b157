"""Cells of collections: lists, tuples, sets and other sequences.

The first elements have a set for each position, all later ones have one set together.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mxspec.changes.sets.expressions import NO_VALUES, Cell, ValueSet
from mxspec.predicates import TaggedValue

if TYPE_CHECKING:
    from mxspec.changes.sets.differences import Differences

LISTS: Final = frozenset({"list"})
TUPLES: Final = frozenset({"tuple", "tagged"})
SETS: Final = frozenset({"set", "frozenset", "other set"})
SEQUENCES: Final = LISTS | TUPLES | {"other sequence"}
COLLECTIONS: Final = SEQUENCES | SETS
"""The kinds of collections; "tagged" is the pair that `or_` conforms to."""

_SHORT: Final = 4  # a list of at most so many elements is taken apart position by position
_LONGEST: Final = 60  # the most elements of a list that is made
_MAKERS: Final[dict[str, Callable[[Iterable[Any]], Any]]] = {
    "list": list, "tuple": tuple, "set": set, "frozenset": frozenset, "tagged": TaggedValue
}  # fmt: skip


@dataclasses.dataclass(frozen=True, eq=False)
class CollectionSet(Cell):
    """Collections of some kinds.

    Attributes:
        kinds: their kinds.
        heads: the sets of the first elements, by position.
        rest: the set of all other elements.
        low, high: the least and the greatest length.
        distinct: True if no two elements are equal.
        repeats: True if two elements are equal.
        some: sets; each has an element behind the heads.
    """

    kinds: frozenset[str] = COLLECTIONS
    heads: tuple[ValueSet, ...] = ()
    rest: ValueSet = NO_VALUES
    low: int = 0
    high: float = math.inf
    distinct: bool = False
    repeats: bool = False
    some: tuple[ValueSet, ...] = ()

    def at(self, i: int) -> ValueSet:
        """Return the set of the elements at a position."""
        return self.heads[i] if i < len(self.heads) else self.rest

    @property
    def is_described_by_regex(self) -> bool:
        """True if its elements by position define it completely."""
        return not (self.distinct or self.repeats or self.some)

    @property
    def is_of_elements(self) -> bool:
        """True if the set of all elements defines it completely."""
        return self.is_described_by_regex and not (self.heads or self.low) and self.high == math.inf

    def minus(self, other: CollectionSet, within: Differences) -> Iterator[Cell]:
        yield replace(self, kinds=self.kinds - other.kinds)
        both = replace(self, kinds=self.kinds & other.kinds)
        if not both.kinds:
            return
        yield replace(both, high=min(self.high, other.low - 1))
        if other.high < math.inf:
            yield replace(both, low=max(self.low, int(other.high) + 1))
        both = replace(both, low=max(self.low, other.low), high=min(self.high, other.high))
        if both.low > both.high:
            return
        count = max(len(self.heads), len(other.heads), int(both.high) if both.high <= _SHORT else 0)
        for i in range(int(min(both.high, count))):
            if left := within.rest_of(both.at(i), other.at(i)):
                heads = [both.at(j) for j in range(max(i + 1, len(self.heads)))]
                heads[i] = left
                yield replace(both, heads=tuple(heads), low=max(both.low, i + 1))
        if both.high > count and (left := within.rest_of(both.rest, other.rest)):
            heads = [both.at(j) for j in range(count)]
            yield replace(both, heads=tuple(heads), some=(*both.some, left), low=max(both.low, count + 1))
        if other.distinct and not both.distinct and both.high > 1:
            yield replace(both, repeats=True, low=max(2, both.low), kinds=both.kinds - SETS)

    def meet(self, other: CollectionSet, within: Differences) -> Cell:
        count = max(len(self.heads), len(other.heads))
        # An element behind the heads of one is behind the heads of the other, if these are no more.
        some = [*self.some, *other.some]
        if len(other.heads) <= len(self.heads):
            some = [*(within.both(x, other.rest) for x in self.some), *other.some]
        return CollectionSet(
            self.kinds & other.kinds,
            tuple(within.both(self.at(i), other.at(i)) for i in range(count)),
            within.both(self.rest, other.rest),
            max(self.low, other.low),
            min(self.high, other.high),
            self.distinct or other.distinct,
            self.repeats or other.repeats,
            tuple(some),
        )

    def is_void(self, within: Differences) -> bool:
        if not self.kinds or self.low > self.high or (self.repeats and self.distinct):
            return True
        if any(map(within.is_void, (*self.heads[: self.low], *self.some))):
            return True
        return self.low > len(self.heads) and within.is_void(self.rest)

    def values(self, within: Differences) -> Iterator[Any]:
        for turn in range(6):
            elements = self._elements(turn, within)
            if elements is None:
                return
            for make in (make for kind, make in _MAKERS.items() if kind in self.kinds):
                try:
                    yield make(elements)
                    break
                except TypeError:  # a set of lists
                    continue

    def _elements(self, turn: int, within: Differences) -> list[Any] | None:
        """Return elements of a collection, other ones for each turn; None if there are none."""
        last = [within.some_value(x, turn % 2) for x in self.some]
        count = max(self.low, len(self.heads) + len(last) if last else 0)
        if count > min(_LONGEST, self.high) or not all(last):
            return None
        elements: list[Any] = []
        for i in range(count - len(last)):
            several = [*itertools.islice(within.values(self.at(i)), 8)]
            if not several:
                return None
            if self.distinct or self.kinds <= SETS:
                seen = [(type(x), x) for x in elements]
                several = [x for x in several if (type(x), x) not in seen] or several
            elements.append(elements[0] if self.repeats and i == 1 else several[turn % len(several)])
        return elements + [x for several in last for x in several]
