"""The term that the values of a column occur in another column, of the same or a different table.

    inside={"parent": "id"}                   ->  each 'parent' is the 'id' of some row
    inside={"customer": (customers, "id")}    ->  each 'customer' is an 'id' of the table customers

A row without a value in the column keeps the term.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.base.lazy import lazy
from mxspec.base.values import is_hashable, repr_of, short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.frames.named_frames import frame_of, is_frame
from mxspec.inference.engine_counts import has_no_stray
from mxspec.inference.rows import read_chunks
from mxspec.inference.terms import (
    MOST_NAMED,
    ColumnsOfChunk,
    ColumnTerm,
    Table,
    Term,
    TermCount,
    key_of_value,
    rows_with_all,
)
from mxspec.predicates import is_gap
from mxspec.specs.compiled import valid_each

if TYPE_CHECKING:
    from mxspec.frames.named_frames import NamedFrame
    from mxspec.inference.sampled_tables import SampledTable
    from mxspec.inference.table_terms import TableTerms

_TRIED: Final = 20  # rows tried to break the term
_MOST_TRIED: Final = 1000  # values that examples take from the other table


class _InsideCount(TermCount):
    """The values of the other column so far, and the values of the column that are missing there so far."""

    def __init__(self, term: Inside) -> None:
        self._term = term
        self._known: set[Any] | None = None if term.of_other else set()
        self._waiting: dict[Any, list[Any]] = {}  # the value, its first row, the number of its rows

    def add(self, part: ColumnsOfChunk) -> None:
        known = self._read_other()
        if not self._term.of_other:
            known.update(part.counts(self._term.target))
        for number, x in rows_with_all(part, (self._term.column,)):
            key = key_of_value(x)
            if key not in known:
                self._waiting.setdefault(key, [x, number, 0])[2] += 1

    def is_shown_by(self, frame: NamedFrame) -> bool:
        """Query an engine for rows without a partner: 1,000,000 ints take 0.1 s, not 3."""
        term = self._term
        other = frame if not term.of_other else frame_of(term.other) if is_frame(term.other) else None
        if other is not None and has_no_stray(frame, term.column, other, term.target):
            return True
        self._read_other()  # before the rows, since an engine may read one table at a time
        return False

    def _read_other(self) -> set[Any]:
        if self._known is None:
            self._known = {*self._term.values}
        return self._known

    def problems(self, rows: int) -> Iterator[str]:
        strays = [each for key, each in self._waiting.items() if key not in (self._known or ())]
        if strays:
            named = [
                f"{short_repr(x)} ({count:,} rows, first in row {number:,})"
                for x, number, count in strays[:MOST_NAMED]
            ]
            named += ["..."] * (len(strays) > MOST_NAMED)
            many = f"{len(strays):,} values are" if len(strays) > 1 else "1 value is"
            yield f"{self._term.column!r}: {many} not in {self._term.place}: {', '.join(named)}"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Inside(ColumnTerm):
    """Each value of a column occurs in another column.

    Attributes:
        target: the other column.
        of_other: True if the other column belongs to a different table.
        other: this table: a frame, rows, or the path of a file.
    """

    target: Any
    of_other: bool = False
    other: Any = None
    keyword: ClassVar[str] = "inside"

    @staticmethod
    def of(table: TableTerms) -> Iterator[Term]:
        example = "a column with another one, such as {'parent': 'id'} or {'customer': (customers, 'id')}"
        if not isinstance(table.inside, Mapping):
            raise SpecDefinitionError(f"inside= takes {example}, not {short_repr(table.inside)}")
        for column, place in table.inside.items():
            is_pair = type(place) is tuple and len(place) == 2 and _is_table(place[0])
            target = place[1] if is_pair else place
            if not is_hashable(target) or (target == column and not is_pair):
                raise SpecDefinitionError(f"inside= takes {example}, not {short_repr(place)}")
            yield Inside(column, target, is_pair, place[0] if is_pair else None)

    @staticmethod
    def join(last: TableTerms, new: TableTerms) -> Any:
        return {**last.inside, **new.inside}

    @property
    def columns(self) -> tuple[Any, ...]:
        return (self.column,) if self.of_other else (self.column, self.target)

    @property
    def place(self) -> str:
        """The other column in words."""
        return f"{self.target!r}{' of another table' * self.of_other}"

    @property
    def words(self) -> str:
        return f"each {self.column!r} in {self.place}"

    def __repr__(self) -> str:
        values = hashlib.sha256("\n".join(sorted(map(repr_of, self.values))).encode("utf-8", "replace"))
        return f"Inside({self.column!r}, {self.target!r}, {values.hexdigest() if self.of_other else ''})"

    @lazy
    def values(self) -> dict[Any, Any]:
        """The values of the other table's column, by their keys; the table is read at their first use.

        Raises:
            SpecDefinitionError: the table has no such column, or can't be read.
        """
        if not self.of_other:
            return {}
        rows = self.other
        if is_frame(rows):
            rows = frame_of(rows).select([self.target])
        values: dict[Any, Any] = {}
        for chunk in read_chunks(rows):
            cells = chunk.column(self.target)
            values |= {key_of_value(x): x for x in cells if not is_gap(x)}
        if not is_frame(self.other):
            self._check_column([self.target] if values else [])
        return values

    def _check_column(self, names: Sequence[Any]) -> None:
        if self.target not in names:
            have = f"has {', '.join(map(repr, names[:10]))}" if names else "has no values of it"
            raise SpecDefinitionError(f"inside= is about a column {self.target!r} of a table that {have}")

    def count(self, now: datetime.datetime) -> TermCount:
        if is_frame(self.other):
            self._check_column(frame_of(self.other).names)
        elif self.of_other:
            _ = self.values  # so that an error is not blamed on the rows
        return _InsideCount(self)

    def follows_from(self, own: TableTerms, lacks_none: Callable[[Any], bool]) -> bool:
        """True if own states that the column is inside the same one, or inside one without further values."""
        stated = (each for each in own.terms if isinstance(each, Inside) and each.column == self.column)
        return any(
            each.of_other is self.of_other
            and (each.values.keys() <= self.values.keys() if self.of_other else each.target == self.target)
            for each in stated
        )

    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        for i, row in enumerate(rows[:_TRIED]):
            yield own.put_in_order([row, *rows[:i], *rows[i + 1 :]], max(1, own.min_rows))

    def keep(self, table: SampledTable) -> None:
        """Give each row with a stray value one that occurs, unused values first."""
        there = table.rows_with(self.column)
        cells = (table.rows[i][self.target] for i in table.rows_with(self.target))
        known = self.values if self.of_other else {key_of_value(x): x for x in cells}
        keys = {i: key_of_value(table.rows[i][self.column]) for i in there}
        if not (strays := [i for i in there if keys[i] not in known]):
            return
        unused = [*(known.keys() - {*keys.values()})] or [*known]
        drawn = table.source.sample(unused, min(len(unused), _MOST_TRIED + len(strays)))
        candidates = [{**table.rows[strays[0]], self.column: known[key]} for key in drawn]
        fits = valid_each(table.spec, candidates)
        several = [row[self.column] for row, is_valid in zip(candidates, fits, strict=True) if is_valid]
        if not several:
            raise table.error(f"no value of {self.place} is a value of {self.column!r}")
        for i, x in zip(strays, itertools.cycle(several), strict=False):
            table.rows[i][self.column] = x


def _is_table(x: Any) -> bool:
    is_of_rows = isinstance(x, Sequence) and not isinstance(x, (str, bytes, tuple))
    return is_frame(x) or is_of_rows or isinstance(x, os.PathLike)
