"""Terms of a table as a whole, which no row breaks alone: no repeats, no fall, shares of missing values.

    5,000 rows, each 'id' once, 'coupon' missing in 2,600  ->  unique=('id',), missing={'coupon': 0.54}

The table that terms come from keeps them: in a key no value repeats, in any row. A share of missing values is
at most its bound with the confidence of the contract (Clopper and Pearson, 1934). Of the number of rows one
table says nothing, so `min_rows` is for whoever knows it.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import decimal
import itertools
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from mxspec.errors import SpecDefinitionError
from mxspec.frames.named_frames import frame_of, is_frame
from mxspec.inference.delimited import Chunk
from mxspec.inference.rows import read_chunks
from mxspec.inference.sketch import MISSING, Sketch
from mxspec.predicates import is_nan, is_nat_int, is_number
from mxspec.promises.bounds import binomial_cdf, most_refused
from mxspec.promises.exchangeable import order_key
from mxspec.promises.promise import round_up, share_text
from mxspec.specs.reading import attempt, call_guarded
from mxspec.values import is_hashable, repr_of, short_repr

LEAST_UNIQUE: Final = 100  # values without a repeat that state a key
MOST_NAMED: Final = 3  # values that repeat, with the row of the first repeat


@dataclasses.dataclass(frozen=True)
class TableTerms:
    """Terms of a table.

    Attributes:
        unique: the columns where no value occurs twice.
        missing: the largest share of rows where a column has no value, None or NaN.
        min_rows: the least number of rows; 0 says nothing.
        confidence: the confidence of these shares, and that no such table is refused for one of them.
        monotone: the columns where no value is less than the one before it, of rows in their order.
    """

    unique: tuple[Any, ...] = ()
    missing: Mapping[Any, float] = dataclasses.field(default_factory=dict)
    min_rows: int = 0
    confidence: float = 0.99
    monotone: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        shares = all(is_number(share) and 0 <= share <= 1 for share in self.missing.values())
        if not (shares and is_nat_int(self.min_rows)):
            raise SpecDefinitionError(
                "the terms of a table are unique=(column, ...), missing={column: share from 0 to 1} and "
                f"min_rows from 0, not {short_repr(self)}"
            )

    @property
    def are_stated(self) -> bool:
        """True if there are terms."""
        return bool(self.columns or self.min_rows)

    @property
    def columns(self) -> set[Any]:
        """The columns that the terms are about."""
        return {*self.unique, *self.missing, *self.monotone}

    @property
    def words(self) -> str:
        """The terms in words.

        Example:
            >>> TableTerms(unique=("id",), missing={"coupon": 0.5}, min_rows=100).words
            "at least 100 rows; no repeat in 'id'; 'coupon' missing in at most 50%"
        """
        texts = [f"at least {self.min_rows:,} rows"] if self.min_rows else []
        texts += [f"no repeat in {column!r}" for column in self.unique]
        texts += [f"no fall in {column!r}" for column in self.monotone]
        texts += [f"{name!r} missing in at most {share_text(share)}" for name, share in self.missing.items()]
        return "; ".join(texts)

    def allows_missing(self, column: Any, missing: int, rows: int) -> bool:
        """True if so many missing values are no more than the share of a column explains."""
        share = self.missing.get(column, 1.0)
        if missing <= share * rows:
            return True
        return share > 0 and 1 - binomial_cdf(missing - 1, rows, share) >= 1 - self.confidence

    def problems(self, rows: Any) -> list[str]:
        """Return the terms that rows break, in words.

        Args:
            rows: the rows of the whole table: a frame, dicts, or a path, as in `infer`.

        Example:
            >>> TableTerms(unique=("id",), missing={"coupon": 0.5}).problems([{"id": 7}, {"id": 7}] * 5)
            ["'id': 1 value repeats: 7 (10 times, again in row 2)",
            "'coupon': missing in 10 of 10 rows, at most 50% may be"]
            >>> TableTerms(monotone=("id",)).problems([{"id": 7}, {"id": 9}, {"id": 8}])
            ["'id': 8 comes after 9"]
        """
        return self.count(rows).problems()

    def count(self, rows: Any, spec: Any = None) -> TableCounts:
        """Return the counts of rows that the terms are about.

        Args:
            rows: as in `problems`.
            spec: the spec that the cells of a file are read by, or None.
        """
        if is_frame(rows):
            frame = frame_of(rows)
            names = frame.names
            rows = frame.select([name for name in names if name in self.columns] or names[:1])
        counts = TableCounts(self)
        for chunk in read_chunks(rows, spec):
            counts.add(chunk)
        return counts


class TableCounts:
    """The counts that the terms of a table are about, chunk by chunk; the values of unique columns are kept.

    Attributes:
        terms: the terms.
        rows: the number of rows so far.
    """

    def __init__(self, terms: TableTerms) -> None:
        self.terms, self.rows = terms, 0
        self._missing: collections.Counter[Any] = collections.Counter()
        self._seen: dict[Any, set[Any]] = {column: set() for column in terms.unique}
        self._repeats: dict[Any, collections.Counter[Any]] = {}
        self._again: dict[Any, dict[Any, int]] = {}
        self._last: dict[Any, list[Any]] = {}
        self._falls: dict[Any, tuple[Any, Any]] = {}
        self._unreadable: str | None = None

    def add(self, chunk: Chunk) -> None:
        """Count the rows of a chunk; a row whose own methods raise leaves the terms untold."""
        self.rows += len(chunk.numbers)
        self._unreadable = self._unreadable or attempt(lambda each: call_guarded(self._count, each), chunk)[1]

    def _count(self, chunk: Chunk) -> None:
        for column in self.terms.columns:
            values = [x for x in chunk.column(column) if x is not None]
            is_plain = set(map(type, values)) <= {str, int}
            if not is_plain:
                values = [x for x in values if not _is_missing_number(x)]
            self._missing[column] += len(chunk.numbers) - len(values)
            if column in self.terms.monotone:
                self._find_fall(column, values)
            if column in self._seen:
                hashed = values if is_plain else [x if is_hashable(x) else repr_of(x) for x in values]
                self._count_repeats(column, hashed, chunk)

    def _find_fall(self, column: Any, values: list[Any]) -> None:
        """Keep the first two neighbours of which the second is less, and the last value; no collections."""
        values = [x for x in values if isinstance(x, (str, bytes)) or not issubclass(type(x), Collection)]
        values = [*self._last.get(column, ()), *values]
        self._last[column] = values[-1:]
        if column not in self._falls:
            with contextlib.suppress(Exception):  # of values without an order, which the spec of rows refuses
                pairs = zip(
                    itertools.pairwise(values), itertools.pairwise(map(order_key, values)), strict=True
                )
                falls = (pair for pair, (a, b) in pairs if b < a)
                self._falls.update((column, pair) for pair in itertools.islice(falls, 1))

    def _count_repeats(self, column: Any, values: list[Any], chunk: Chunk) -> None:
        seen, different = self._seen[column], set(values)
        if len(different) < len(values) or not seen.isdisjoint(different):
            repeats = collections.Counter(values)
            repeats.subtract(different - seen)
            repeats = +repeats
            known = self._repeats.setdefault(column, collections.Counter())
            again = self._again.setdefault(column, {})
            if len(again) < MOST_NAMED:
                numbers = _rows_with_values(chunk.column(column), self.rows - len(chunk.numbers))
                first = different - seen
                for x, number in zip(values, numbers, strict=True):
                    if x in first:
                        first.discard(x)
                    elif len(again) < MOST_NAMED:
                        again.setdefault(x, number)
            known.update(repeats)
        seen |= different

    def problems(self) -> list[str]:
        """Return the terms that the rows so far break, in words."""
        if self._unreadable is not None:
            return [f"a row can't be read: {self._unreadable}"]
        problems = [f"{self.rows:,} rows, at least {self.terms.min_rows:,} are required"]
        problems = problems if self.rows < self.terms.min_rows else []
        for column in filter(self._repeats.__contains__, self.terms.unique):
            counts = self._repeats[column]
            named = [
                f"{short_repr(x)} ({counts[x] + 1:,} times, again in row {number:,})"
                for x, number in self._again[column].items()
            ]
            named += ["..."] if len(counts) > len(named) else []
            how_many = f"{len(counts):,} values repeat" if len(counts) > 1 else "1 value repeats"
            problems.append(f"{column!r}: {how_many}: {', '.join(named)}")
        for column in filter(self._falls.__contains__, self.terms.monotone):
            before, x = self._falls[column]
            problems.append(f"{column!r}: {short_repr(x)} comes after {short_repr(before)}")
        for column, share in self.terms.missing.items():
            missing = self._missing[column]
            if not self.terms.allows_missing(column, missing, self.rows):
                words = f"missing in {missing:,} of {self.rows:,} rows, at most {share_text(share)} may be"
                problems.append(f"{column!r}: {words}")
        return problems

    def lines(self) -> tuple[str, ...]:
        """Return lines that say if the rows so far keep the terms; none where there are no terms."""
        if not self.terms.are_stated:
            return ()
        problems = tuple(f"of the table, {problem}" for problem in self.problems())
        return problems or (f"the table keeps its terms: {self.terms.words}",)


def _rows_with_values(cells: Iterable[Any], before: int) -> list[int]:
    """Return the numbers of the rows that have a value, from 1, after so many rows."""
    return [i for i, x in enumerate(cells, before + 1) if not (x is None or _is_missing_number(x))]


def _is_missing_number(x: Any) -> bool:
    return is_nan(x) or (isinstance(x, decimal.Decimal) and x.is_nan())


def terms_of(sketch: Sketch, confidence: float, monotone: tuple[Any, ...] = ()) -> TableTerms:
    """Return the terms that rows state, of which some columns never fall."""
    columns = sketch.columns if sketch.groups is None else None
    if columns is None:
        return TableTerms(confidence=confidence)
    missing: dict[Any, float] = {}
    unique = []
    for key, place in columns.values.items():
        counts = [kind.count for word, kind in place.kinds.items() if word not in MISSING]
        if gaps := columns.count - sum(counts):
            missing[key] = round_up(most_refused(gaps, columns.count, confidence))
        digests = sketch.apart.get(key) or b""
        if len(counts) == 1 and counts[0] >= LEAST_UNIQUE and len(digests) == 8 * counts[0]:
            unique.append(key)
    return TableTerms(tuple(unique), missing, confidence=confidence, monotone=monotone)
