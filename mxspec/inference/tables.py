"""The table that rows make, whatever door they come in by: dicts, a frame, a file, or a sum of sketches.

    rows of visits             ->  a table of 2,000 rows
    the same, groups="patient" ->  a table of 40 groups, each with its first row

A table knows its units, which the promise counts: rows, or groups of rows that belong together. `from_rows`
makes a contract of it in steps that do not depend on the door by which it came.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from mxspec.base.lazy import lazy
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.frames.named_frames import collect_frame, frame_of, is_frame
from mxspec.inference.coins import numbers_of
from mxspec.inference.column_sketch import sketch, sketch_file
from mxspec.inference.copies import warn_of_copies
from mxspec.inference.horizon import ends_of_groups
from mxspec.inference.inferred_terms import are_serial
from mxspec.inference.order import Beginnings, columns_of, has_moments, in_time, sampled_rows
from mxspec.inference.rows import rows_of
from mxspec.inference.sketch import MOST_KEPT, Shape, Sketch, Values, sketch_groups
from mxspec.inference.structure import Ease, Path, is_serial

Eased = dict[Path, Ease]
Units = Sequence[Sequence[Any]]


def read_table(rows: Any, groups: Any, time: Any, *, ordered: bool) -> TableOfRows:
    """Return the table of rows, and warn if most of them are copies.

    Args:
        rows, groups, time, ordered: as in `infer`.

    Raises:
        SpecDefinitionError: there are no rows, or the arguments contradict each other.
    """
    ordered = ordered and not isinstance(rows, (set, frozenset))
    if time is not None and not ordered:
        raise SpecDefinitionError(f"time={short_repr(time)} orders the rows, so leave ordered=False out")
    if isinstance(rows, Sketch):
        if groups is not None:
            raise SpecDefinitionError("groups= takes the rows themselves, not their sketch")
        table = TableOfRows(rows, time, ordered)
    elif groups is not None:
        rows = rows_of(rows)
        table = TableOfGroups.of_rows(in_time(rows, time) if rows else rows, groups, time, ordered)
    else:
        if isinstance(rows, os.PathLike):
            whole, rows = sketch_file(rows)
        else:
            rows = collect_frame(frame_of(rows)) if is_frame(rows) else rows_of(rows)
            whole = sketch(rows)
        table = TableOfRows(whole, time, ordered)
        if whole.rows and whole.columns is not None:
            warn_of_copies(rows, whole.columns, whole.apart)
    if not table.whole.rows:
        raise SpecDefinitionError("a contract comes out of rows, and there are none")
    return table


@dataclasses.dataclass(frozen=True)
class TableOfRows:
    """Rows, each a unit for itself.

    Attributes:
        whole: their sketch.
        time: the key of the column that orders them, None for their own order.
        ordered: False if their order means nothing.
    """

    whole: Sketch
    time: Any
    ordered: bool

    of: ClassVar[Any] = "rows"
    unit: ClassVar[str] = "rows[#]"
    counts_groups: ClassVar[bool] = False

    @property
    def firsts(self) -> Sketch:
        """The sketch of the rows that show the order, one of each unit."""
        return self.whole

    @property
    def keys(self) -> Eased:
        """The columns that name the units, which get no bound."""
        return {}

    @lazy
    def shape(self) -> Shape | None:
        """The shape of rows with the same keys, of records, or of lists of one length; else None."""
        kinds, shape = self.whole.place.kinds, self.whole.columns
        if shape is None and len(kinds) == 1:
            [kind] = kinds.values()
            shape = next(iter((kind.shapes or {}).values()), None)
        return shape

    def serial_columns(self) -> Iterator[Path]:
        """Yield the columns of serial numbers; the next table has other numbers."""
        columns = columns_of(sampled_rows(self.whole.sample))
        places: dict[Path, Values] = {(): self.whole.place}
        if self.shape is not None:
            places = {(key,): own for key, own in self.shape.values.items()}
        for path, place in places.items():
            sample = columns.get(path, [])
            if any(is_serial(kind) or are_serial(kind, sample) for kind in place.kinds.values()):
                yield path

    def units(self, time: Any) -> Units:
        """Return the rows of some units, in the order of a column, or in their own."""
        return [[row] for row in in_time(sampled_rows(self.whole.sample), time)]

    def columns(self, time: Any) -> dict[Path, list[Any]]:
        """Return the columns of the rows to look for groups and clusters in, in the order of a column."""
        rows: Sequence[Any] = sampled_rows(self.whole.kept)
        if time != self.time and not has_moments(rows, time):  # only the sample was judged
            rows = sampled_rows(self.whole.sample)
        return columns_of(in_time(rows, time))

    def values_of_units(
        self, columns: Mapping[Path, list[Any]], time: Any, eased: Eased
    ) -> dict[Path, list[Any]]:
        """Return the values of each unit that may set a bound, in the order of a column.

        Args:
            columns: the columns in this order.
            time: the key of the column.
            eased: by path, the columns with looser bounds, or with none.
        """
        return {path: xs for path, xs in columns.items() if eased.get(path, Ease.WIDE) <= Ease.WIDE}

    def sketcher(self, units: Units) -> Callable[[Sequence[Any], int], tuple[Sketch, Sequence[Any]]]:
        """Return a function from the rows of the first units, and the number of these, to the sketch of the
        rows, and to a row of each unit.
        """
        looked_at = Beginnings([row for own in units for row in own])
        return lambda first, count: (looked_at.sketch(count), first)


@dataclasses.dataclass(frozen=True)
class TableOfGroups(TableOfRows):
    """Rows that belong together in groups, which are its units.

    Attributes:
        groups: the key of a column, or a function from a row to its group.
        members: the rows of each group.
    """

    groups: Any
    members: list[list[Any]]

    unit: ClassVar[str] = "one group"
    counts_groups: ClassVar[bool] = True

    @classmethod
    def of_rows(cls, rows: Sequence[Any], groups: Any, time: Any, ordered: bool) -> TableOfGroups:
        """Return the table of the groups of rows."""
        group_of = group_function(groups)
        whole = sketch_groups(rows, group_of)
        return cls(whole, time, ordered, groups, _rows_of_groups(rows, group_of))

    @property
    def of(self) -> str:
        """The word for groups."""
        return "groups" if callable(self.groups) else f"groups by {self.groups!r}"

    @lazy
    def firsts(self) -> Sketch:
        """The sketch of the first row of each group."""
        return sketch(self._firsts_of(self.members))

    @property
    def keys(self) -> Eased:
        """The column that names the groups."""
        return {} if callable(self.groups) else {(self.groups,): Ease.COUNTS}

    def units(self, time: Any) -> Units:
        """Return groups in the order of their first rows, leaving some out if they have too many rows."""
        numbers = sorted(numbers_of(coin for coin, _ in self.firsts.sample))
        groups = [self.members[number] for number in numbers]
        by_first = {id(own[0]): own for own in groups}
        groups = [by_first[id(row)] for row in in_time([own[0] for own in groups], time)]
        return groups[:: math.ceil(sum(map(len, groups)) / MOST_KEPT)]

    def columns(self, time: Any) -> dict[Path, list[Any]]:
        """Return the columns of the rows of some groups."""
        return columns_of([*itertools.chain.from_iterable(self.units(time))])

    def values_of_units(
        self, columns: Mapping[Path, list[Any]], time: Any, eased: Eased
    ) -> dict[Path, list[Any]]:
        """Return the least and the greatest value of each group."""
        return ends_of_groups(super().values_of_units(columns, time, eased), self.units(time))

    def sketcher(self, units: Units) -> Callable[[Sequence[Any], int], tuple[Sketch, Sequence[Any]]]:
        """Return a function from the rows of the first groups to their sketch, and the first row of each."""
        group_of = group_function(self.groups)
        return lambda first, _: (
            sketch_groups(first, group_of),
            self._firsts_of(_rows_of_groups(first, group_of)),
        )

    def _firsts_of(self, members: list[list[Any]]) -> list[Any]:
        """Return the first row of each group without its key, which may count up and mean nothing."""
        if callable(self.groups) or self.groups == self.time:
            return [own[0] for own in members]
        return [{key: x for key, x in own[0].items() if key != self.groups} for own in members]


def group_function(groups: Any) -> Callable[[Any], Any]:
    """Return the function from a row to its group."""
    if callable(groups):
        return groups  # type: ignore[no-any-return]

    def group_of(row: Any) -> Any:
        if not isinstance(row, Mapping) or groups not in row:
            words = f"groups={short_repr(groups)} is a key of all rows"
            raise SpecDefinitionError(f"{words}, not of {short_repr(row)}")
        return row[groups]

    return group_of


def _rows_of_groups(rows: Sequence[Any], group_of: Callable[[Any], Any]) -> list[list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(group_of(row), []).append(row)
    return [*groups.values()]
