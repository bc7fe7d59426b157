"""Cells of maps: a set for the value under each listed key, and sets for all other keys and their values."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from mxspec.changes.sets.expressions import NO_VALUES, Cell, Union, ValueSet
from mxspec.changes.sets.scalar_sets import TextSet, sorts_in_order
from mxspec.specs.core.spec import Reference
from mxspec.specs.maps import is_known

if TYPE_CHECKING:
    from mxspec.changes.sets.differences import Differences
    from mxspec.changes.sets.spec_sets import SpecSets

EXACT_DICTS: Final = frozenset({"plain"})
DICTS: Final = EXACT_DICTS | {"dict of a subclass"}
MAPS: Final = DICTS | {"other map"}
"""The kinds of maps; "plain" is a dict itself."""

Entries = tuple[ValueSet, ValueSet]
"""The set of keys, and the set of the values under them."""

_MAKERS: Final[dict[str, Callable[[dict[Any, Any]], Any]]] = {
    "plain": dict, "dict of a subclass": collections.OrderedDict, "other map": MappingProxyType
}  # fmt: skip
_MOST_KEYS: Final = 40  # the most keys of a map that is made


@dataclasses.dataclass(frozen=True, eq=False)
class MapSet(Cell):
    """Maps of some kinds.

    Attributes:
        kinds: their kinds.
        keys: for each listed key the set of its value, and True if the key is required.
        rest: the sets of all other keys, without a key in common, and of their values.
        names: the sets of a version, if it checks the names that are registered there under any key.
        low, high: the least and the greatest number of keys.
        extra: sets; each has an entry with a key that was not listed when the set was made.
    """

    kinds: frozenset[str] = MAPS
    keys: Mapping[Any, tuple[ValueSet, bool]] = dataclasses.field(default_factory=dict)
    rest: tuple[Entries, ...] = ()
    names: SpecSets | None = None
    low: int = 0
    high: float = math.inf
    extra: tuple[Entries, ...] = ()

    def with_key(self, key: Any, value: ValueSet, is_required: bool) -> MapSet:
        """Return the maps with another set under a key."""
        return replace(self, keys={**self.keys, key: (value, is_required)})

    # --- the values under a key ---------------------------------------------------------------------------

    def _listed_at(self, key: Any) -> tuple[ValueSet, bool] | None:
        """Return the set of the value under a listed key or a registered name, and True if it is required."""
        if key in self.keys:
            return self.keys[key]
        if self.names is not None and self.rest and isinstance(key, str):
            part = Reference(key)
            if is_known(part, self.names.version.table):
                return self.names.of(part), False
        return None

    def _most_at(self, key: Any, within: Differences) -> tuple[ValueSet, bool]:
        """Return a set with at least the values that may be under a key, and True if it is required."""
        if (listed := self._listed_at(key)) is not None:
            return listed
        several = [
            values
            for keys, values in self.rest
            if keys is within.every or within.may_meet(within.equal_values([key]), keys)
        ]
        return several[0] if len(several) == 1 else Union(tuple(several)), False

    def _least_at(self, key: Any, within: Differences) -> tuple[ValueSet, bool]:
        """Return a set with no more than the values that may be under a key, and True if it is required."""
        if (listed := self._listed_at(key)) is not None:
            return listed
        own = within.pieces(within.equal_values([key]))
        several = (
            values for keys, values in self.rest if keys is within.every or not within.subtract(own, keys)
        )
        return next(several, NO_VALUES), False

    def compared_like(self, keys: Sequence[Any], within: Differences) -> set[Any]:
        """Return the required keys with values that all compare with those under other keys, if these do."""
        sorts = {
            key: frozenset[Any]().union(*(sorts_in_order(piece.cell) for piece in within.pieces(value)))
            for key, (value, _) in self.keys.items()
        }
        own = frozenset[Any]().union(*(sorts.get(key, {object}) for key in keys)) - {None}
        is_one = len(own) == 1 and object not in own
        return {key for key, (_, is_sure) in self.keys.items() if is_one and is_sure and sorts[key] == own}

    # --- differences --------------------------------------------------------------------------------------

    def minus(self, other: MapSet, within: Differences) -> Iterator[Cell]:
        both = self
        if not self.kinds <= other.kinds:
            yield replace(self, kinds=self.kinds - other.kinds)
            both = replace(self, kinds=self.kinds & other.kinds)
        if not both.kinds:
            return
        if both._is_apart(other, within):
            yield both
            return
        if self.low < other.low:
            yield replace(both, high=min(self.high, other.low - 1))
        if other.high < self.high and other.high < self._most_keys(within):
            yield replace(both, low=max(self.low, int(other.high) + 1))
        for key in dict.fromkeys((*self.keys, *other.keys, *_names_to_ask(self, other))):
            (own, is_sure), (asked, is_needed) = both._most_at(key, within), other._least_at(key, within)
            if is_needed and not is_sure:
                yield both.with_key(key, NO_VALUES, False)
                both = both.with_key(key, own, True)
            if left := within.rest_of(own, asked):
                yield both.with_key(key, left, True)
                if not (is_sure or is_needed) and within.is_void(within.both(own, asked)):
                    both = both.with_key(key, NO_VALUES, False)
        yield from both._minus_other_keys(other, within)

    def _is_apart(self, other: MapSet, within: Differences) -> bool:
        """True if it is easy to see that no map is in both: by a tag, or by a required key.

        A union of large maps is taken apart branch by branch. Without this test each branch would leave a
        piece for each of its keys.
        """
        is_closed = not other.rest
        for key, (own, is_sure) in self.keys.items():
            if is_sure and (within.are_apart(own, other.keys[key][0]) if key in other.keys else is_closed):
                return True
        return any(
            is_needed and (within.is_void(self.keys[key][0]) if key in self.keys else not self.rest)
            for key, (_, is_needed) in other.keys.items()
        )

    def _minus_other_keys(self, other: MapSet, within: Differences) -> Iterator[Cell]:
        """Yield the maps with an entry under a key that no side lists, for which other has no place."""
        listed = within.equal_values([*dict.fromkeys((*self.keys, *other.keys))])
        asked = Union(tuple(keys for keys, _ in other.rest))
        low = max(self.low, 1 + sum(is_required for _, is_required in self.keys.values()))
        if other.rest == ((within.every, within.every),):
            return
        for keys, values in self.rest:
            free = within.subtract(within.pieces(keys), listed)
            if without := within.subtract(free, asked):
                yield replace(self, low=low, extra=(*self.extra, (Union(tuple(without)), values)))
            for other_keys, other_values in other.rest:
                inside = [q for p in free for q in within.meet(p, other_keys) if not within.is_void_piece(q)]
                if inside and (left := within.rest_of(values, other_values)):
                    yield replace(self, low=low, extra=(*self.extra, (Union(tuple(inside)), left)))

    def meet(self, other: MapSet, within: Differences) -> Cell:
        keys: dict[Any, tuple[ValueSet, bool]] = {}
        for key in dict.fromkeys((*self.keys, *other.keys)):
            (x, is_sure), (y, is_needed) = self._most_at(key, within), other._most_at(key, within)
            keys[key] = within.both(x, y), is_sure or is_needed
        anything = (within.every, within.every)
        if self.rest == other.rest or other.rest == (anything,):
            rest = self.rest
        elif self.rest == (anything,):
            rest = other.rest
        else:
            rest = tuple(
                (both, within.both(values, more))
                for (keys_of, values), (others, more) in itertools.product(self.rest, other.rest)
                if not within.is_void(both := within.both(keys_of, others))
            )
        return MapSet(
            self.kinds & other.kinds,
            keys,
            rest,
            self.names or other.names,
            max(self.low, other.low),
            min(self.high, other.high),
            self.extra + other.extra,
        )

    def is_void(self, within: Differences) -> bool:
        needed = [value for value, is_required in self.keys.values() if is_required]
        if not self.kinds or self.low > self.high or len(needed) > self.high:
            return True
        if any(map(within.is_void, needed)):
            return True
        if not all(self._has_place(*entries, len(needed), within) for entries in self.extra):
            return True
        return self.low > len(needed) and self.low > self._most_keys(within)

    def _most_keys(self, within: Differences) -> float:
        """Return the greatest number of keys that a map may have."""
        listed = sum(not within.is_void(value) for value, _ in self.keys.values())
        words = set[str]()
        for keys, _ in self.rest:
            if keys is within.every:
                return math.inf
            for piece in within.pieces(keys):
                if not isinstance(piece.cell, TextSet) or piece.cell.words is None:
                    return math.inf
                words |= piece.cell.words
        return listed + len(words)

    def _has_place(self, keys: ValueSet, values: ValueSet, needed: int, within: Differences) -> bool:
        """True if a map may have an entry with one of the keys and one of the values."""
        if within.is_void(values):
            return False
        if needed < self.high and self.rest:
            free = within.subtract(within.pieces(keys), within.equal_values([*self.keys]))
            if free:
                return True
        # It may be under a key that was listed later.
        return any(
            (is_required or needed < self.high)
            and within.may_meet(within.equal_values([key]), keys)
            and not within.is_void(within.both(value, values))
            for key, (value, is_required) in self.keys.items()
        )

    # --- values -------------------------------------------------------------------------------------------

    def values(self, within: Differences) -> Iterator[Any]:
        several = {
            key: [*itertools.islice(within.values(value), 4)]
            for key, (value, is_required) in self.keys.items()
            if is_required
        }
        if not all(several.values()):
            return
        for turn in range(4):
            x = {key: values[turn % len(values)] for key, values in several.items()}
            if all(self._add_entry(x, *entries, turn, within) for entries in self.extra):
                self._fill(x, within)
                yield next(make for kind, make in _MAKERS.items() if kind in self.kinds)(x)

    def _add_entry(
        self, x: dict[Any, Any], keys: ValueSet, values: ValueSet, turn: int, within: Differences
    ) -> bool:
        """Add an entry with a new key to a map; return False if there is none."""
        free = within.subtract(within.pieces(keys), within.equal_values([*self.keys, *x]))
        free.sort(key=lambda piece: not isinstance(piece.cell, TextSet))
        key, value = within.some_value(Union(tuple(free)), 0), within.some_value(values, turn)
        try:
            x.update(zip(key, value, strict=False))
        except TypeError:  # the key has no hash
            return False
        return bool(key and value)

    def _fill(self, x: dict[Any, Any], within: Differences) -> None:
        """Add entries to a map until it has the least number of keys."""
        for key, (values, _) in self.keys.items():
            if len(x) < self.low and key not in x:
                x.update((key, value) for value in within.some_value(values, 0))
        for keys, values in self.rest:
            while len(x) < min(self.low, _MOST_KEYS) and self._add_entry(x, keys, values, 0, within):
                pass


def _names_to_ask(old: MapSet, new: MapSet) -> Iterator[str]:
    """Yield the names that new checks under any key, unless old does so, too, or lists all its keys."""
    if new.names is None or not new.rest or not old.rest:
        return
    table = new.names.version.table
    if old.names is not None and table in (old.names.version.table, old.names.version.written_from):
        return
    yield from (name for name in table.entries if is_known(Reference(name), table))
