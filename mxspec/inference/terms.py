"""The kinds of terms of a table. Each kind has its words and its count, compares versions, and mends
examples.

    Unique("id")  ->  "no repeat in 'id'", the values so far, two rows with one id, another id for a repeat

A term is about the rows of a table together; no row breaks it alone. Rows are counted chunk by chunk, in
their order.
"""

from __future__ import annotations

import abc
import collections
import contextlib
import dataclasses
import datetime
import decimal
import itertools
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.addresses import reduce_by_name
from mxspec.base.values import is_hashable, repr_of, short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.inference.engine_counts import has_no_fall, has_no_repeat
from mxspec.predicates import is_gap, is_nat_int, is_number
from mxspec.promises.bounds import binomial_cdf
from mxspec.promises.exchangeable import order_key
from mxspec.promises.promise import share_text

if TYPE_CHECKING:
    from mxspec.frames.named_frames import NamedFrame
    from mxspec.inference.delimited import Chunk
    from mxspec.inference.engine_counts import EngineColumns
    from mxspec.inference.sampled_tables import SampledTable
    from mxspec.inference.table_terms import TableTerms

MOST_NAMED: Final = 3  # values that repeat, with the row of the first repeat
_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 1000, 20_000)
GAPS: Final = (None, math.nan, decimal.Decimal("NaN"))
"""The missing values."""

Table = list[dict[Any, Any]]


def hashable_form(x: Any) -> Any:
    """Return a value, or its repr if it lacks a hash."""
    return x if is_hashable(x) else repr_of(x)


def key_of_value(x: Any) -> Any:
    """Return a key that equal values share; True and 1 have two."""
    return (bool, x) if type(x) is bool else hashable_form(x)


class ColumnsOfChunk:
    """The columns of a chunk, each read once for all terms.

    Attributes:
        rows: the number of rows.
        before: the number of rows before them.
    """

    def __init__(self, chunk: Chunk, before: int) -> None:
        self.rows, self.before, self._chunk = len(chunk.numbers), before, chunk
        self._cells: dict[Any, Sequence[Any]] = {}
        self._values: dict[Any, tuple[list[Any], bool]] = {}
        self._counts: dict[Any, collections.Counter[Any]] = {}

    def cells(self, column: Any) -> Sequence[Any]:
        """Return the cells of a column, None where a row lacks it."""
        if column not in self._cells:
            self._cells[column] = self._chunk.column(column)
        return self._cells[column]

    def values(self, column: Any) -> list[Any]:
        """Return the values of a column, without missing ones."""
        return self._read(column)[0]

    def is_plain(self, column: Any) -> bool:
        """True if all values of a column are texts and ints, or missing."""
        return self._read(column)[1]

    def hashable_values(self, column: Any) -> list[Any]:
        """Return the values of a column without missing ones, and the repr of values without a hash."""
        values, is_plain = self._read(column)
        return values if is_plain else [*map(hashable_form, values)]

    def counts(self, column: Any) -> collections.Counter[Any]:
        """Return how often each value of a column occurs, by its key."""
        if column not in self._counts:
            values, is_plain = self._read(column)
            self._counts[column] = collections.Counter(values if is_plain else map(key_of_value, values))
        return self._counts[column]

    def _read(self, column: Any) -> tuple[list[Any], bool]:
        if column not in self._values:
            values = [x for x in self.cells(column) if x is not None]
            is_plain = set(map(type, values)) <= {str, int}
            self._values[column] = values if is_plain else [x for x in values if not is_gap(x)], is_plain
        return self._values[column]


# --- what each kind knows -----------------------------------------------------------------------------------


class TermCount(abc.ABC):
    """The count of what a term is about, in the rows so far."""

    @abc.abstractmethod
    def add(self, part: ColumnsOfChunk) -> None:
        """Count the next rows."""

    @abc.abstractmethod
    def problems(self, rows: int) -> Iterator[str]:
        """Yield in words what breaks the term in so many rows."""

    def expressions(self, columns: EngineColumns) -> Sequence[Any]:
        """Return the expressions that an engine answers instead of the rows; None for one that it can't."""
        return (None,)

    def take(self, values: Sequence[Any], rows: int) -> bool:
        """Take the answers of an engine about so many rows; return False if the rows have to be read, too."""
        return True

    def is_shown_by(self, frame: NamedFrame) -> bool:
        """True if an engine shows by a separate query that all rows keep the term; then none is read."""
        return False


class Term(abc.ABC):
    """A term of a table."""

    __reduce_ex__ = reduce_by_name

    keyword: ClassVar[str]
    """The argument of `contract` that states terms of this kind."""

    @staticmethod
    @abc.abstractmethod
    def of(table: TableTerms) -> Iterator[Term]:
        """Yield the terms of this kind.

        Raises:
            SpecDefinitionError: the argument makes no sense.
        """

    @staticmethod
    @abc.abstractmethod
    def join(last: TableTerms, new: TableTerms) -> Any:
        """Return the argument of the next contract, which accepts the tables of the last and the new one."""

    @property
    def columns(self) -> tuple[Any, ...]:
        """The columns that the term is about."""
        return ()

    @property
    def least_size(self) -> int:
        """The least number of rows of a table that keeps the term."""
        return 0

    @property
    @abc.abstractmethod
    def words(self) -> str:
        """The term in words."""

    @abc.abstractmethod
    def count(self, now: datetime.datetime) -> TermCount:
        """Return an empty count; now is the moment of the check."""

    def follows_from(self, own: TableTerms, lacks_none: Callable[[Any], bool]) -> bool:
        """True if each table that keeps other terms keeps this one.

        Args:
            own: the terms.
            lacks_none: a function that is true of a column with a value in each row.
        """
        return self in own.terms

    @abc.abstractmethod
    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        """Yield tables of valid rows that keep other terms and may break this one."""

    @abc.abstractmethod
    def keep(self, table: SampledTable) -> None:
        """Change cells of an example where they break the term.

        Raises:
            GeneratorError: the example can't keep it.
        """


def rows_with_all(part: ColumnsOfChunk, columns: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """Yield the number of each row with a value in all of some columns, and the tuple of them, or the one."""
    cells = zip(*map(part.cells, columns), strict=True)
    for number, values in enumerate(cells, part.before + 1):
        if not any(map(is_gap, values)):
            yield number, values if len(columns) > 1 else values[0]


def columns_in(argument: Any, keyword: str) -> tuple[Any, ...]:
    """Return an argument that names columns, as a tuple.

    Raises:
        SpecDefinitionError: it is a text: each letter would be a column.
    """
    if isinstance(argument, (str, bytes)) or not isinstance(argument, Iterable):
        raise SpecDefinitionError(f"{keyword}= takes several columns, such as ({short_repr(argument)},)")
    return tuple(argument)


@dataclasses.dataclass(frozen=True)
class ColumnTerm(Term):
    """A term about one column."""

    column: Any

    @property
    def columns(self) -> tuple[Any, ...]:
        return (self.column,)


@dataclasses.dataclass(frozen=True)
class _NamedColumn(ColumnTerm):
    """A term that is stated by the name of its column alone."""

    @classmethod
    def of(cls, table: TableTerms) -> Iterator[Term]:
        yield from map(cls, columns_in(getattr(table, cls.keyword), cls.keyword))

    @classmethod
    def join(cls, last: TableTerms, new: TableTerms) -> Any:
        known: tuple[Any, ...] = getattr(last, cls.keyword)
        return tuple(column for column in getattr(new, cls.keyword) if column in known)


# --- numbers of rows ----------------------------------------------------------------------------------------


class RowCount(TermCount):
    """The number of rows."""

    def __init__(self, is_kept: Callable[[int], bool], words: str) -> None:
        self._is_kept, self._words = is_kept, words

    def add(self, part: ColumnsOfChunk) -> None:
        pass

    def expressions(self, columns: EngineColumns) -> Sequence[Any]:
        return ()

    def problems(self, rows: int) -> Iterator[str]:
        if not self._is_kept(rows):
            yield f"{rows:,} rows, {self._words}"


@dataclasses.dataclass(frozen=True)
class LeastRows(Term):
    """A table has at least n rows."""

    n: int
    keyword: ClassVar[str] = "min_rows"

    @staticmethod
    def of(table: TableTerms) -> Iterator[Term]:
        if not is_nat_int(table.min_rows):
            raise SpecDefinitionError(f"min_rows= is a number from 0, not {short_repr(table.min_rows)}")
        if table.min_rows:
            yield LeastRows(table.min_rows)

    @staticmethod
    def join(last: TableTerms, new: TableTerms) -> int:
        return new.min_rows or last.min_rows

    @property
    def least_size(self) -> int:
        return self.n

    @property
    def words(self) -> str:
        return f"at least {self.n:,} rows"

    def count(self, now: datetime.datetime) -> TermCount:
        return RowCount(self.n.__le__, f"{self.words.removesuffix(' rows')} are required")

    def follows_from(self, own: TableTerms, lacks_none: Callable[[Any], bool]) -> bool:
        return self.n <= own.min_rows

    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        yield own.put_in_order(rows, max(1, own.min_rows))

    def keep(self, table: SampledTable) -> None:
        if len(table.rows) < self.n:
            raise table.error(
                f"a table of this contract has at least {self.n:,} rows, not {len(table.rows):,}"
            )


# --- repeats ------------------------------------------------------------------------------------------------


class _RepeatCount(TermCount):
    """All values of a key so far, and the ones that repeat."""

    def __init__(self, term: Unique) -> None:
        self._term = term
        self._seen: set[Any] = set()
        self._repeats: collections.Counter[Any] = collections.Counter()
        self._again: dict[Any, int] = {}

    def add(self, part: ColumnsOfChunk) -> None:
        key = self._term.columns
        if len(key) == 1:
            values = part.hashable_values(key[0])
        else:
            values = [_key_of_values(each) for _, each in rows_with_all(part, key)]
        different = set(values)
        if len(different) < len(values) or not self._seen.isdisjoint(different):
            repeats = collections.Counter(values)
            repeats.subtract(different - self._seen)
            if len(self._again) < MOST_NAMED:
                self._name_first(values, different, part)
            self._repeats.update(+repeats)
        self._seen |= different

    def expressions(self, columns: EngineColumns) -> Sequence[Any]:
        return columns.present(*self._term.columns), columns.different(*self._term.columns)

    def take(self, values: Sequence[Any], rows: int) -> bool:
        return rows == 0 or rows == values[0] == values[1]  # to some engines several nulls differ

    def is_shown_by(self, frame: NamedFrame) -> bool:
        """Ask an engine for repeats, where it has not counted the values, or some are missing."""
        return has_no_repeat(frame, self._term.columns)

    def _name_first(self, values: list[Any], different: set[Any], part: ColumnsOfChunk) -> None:
        first = different - self._seen
        for x, (number, _) in zip(values, rows_with_all(part, self._term.columns), strict=True):
            if x in first:
                first.discard(x)
            elif len(self._again) < MOST_NAMED:
                self._again.setdefault(x, number)

    def problems(self, rows: int) -> Iterator[str]:
        if not self._repeats:
            return
        named = [
            f"{short_repr(x)} ({self._repeats[x] + 1:,} times, again in row {number:,})"
            for x, number in self._again.items()
        ]
        named += ["..."] if len(self._repeats) > len(named) else []
        how_many = f"{len(self._repeats):,} values repeat" if len(self._repeats) > 1 else "1 value repeats"
        yield f"{self._term.of_what}: {how_many}: {', '.join(named)}"


def _key_of_values(values: tuple[Any, ...]) -> Any:
    return tuple(map(hashable_form, values))


@dataclasses.dataclass(frozen=True)
class Unique(Term):
    """No value of a column, or of several columns together, occurs twice; a row with a gap has none."""

    key: tuple[Any, ...]
    keyword: ClassVar[str] = "unique"

    @staticmethod
    def of(table: TableTerms) -> Iterator[Term]:
        for each in columns_in(table.unique, "unique"):
            key = key_columns(each)
            if not key or not all(map(is_hashable, key)) or len({*key}) < len(key):
                example = "columns, or tuples of columns that are a key together, such as (('day', 'shop'),)"
                raise SpecDefinitionError(f"unique= takes {example}, not {short_repr(each)}")
            yield Unique(key)

    @staticmethod
    def join(last: TableTerms, new: TableTerms) -> Any:
        """Keep what both state, and keys of several columns, which are stated by hand alone."""
        both = (each for each in new.unique if each in last.unique)
        by_hand = (each for each in (*last.unique, *new.unique) if len(key_columns(each)) > 1)
        return tuple(dict.fromkeys((*both, *by_hand)))

    @property
    def columns(self) -> tuple[Any, ...]:
        return self.key

    @property
    def of_what(self) -> str:
        """The columns in words."""
        return " and ".join(map(repr, self.key))

    @property
    def words(self) -> str:
        return f"no repeat in {self.of_what}{' together' * (len(self.key) > 1)}"

    def count(self, now: datetime.datetime) -> TermCount:
        return _RepeatCount(self)

    def follows_from(self, own: TableTerms, lacks_none: Callable[[Any], bool]) -> bool:
        """True if some of the columns have no repeat, and a value wherever all have one."""
        stated = (term.key for term in own.terms if isinstance(term, Unique))
        return any({*key} <= {*self.key} for key in stated)

    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        for i, row in enumerate(rows[:10]):
            table = own.put_in_order([*rows[i:], *rows[:i]], max(2, own.min_rows))
            if not any(is_gap(row.get(column)) for column in self.key):
                equal = {column: row[column] for column in self.key}
                yield [{**each, **equal} for each in table] if own.unique else [row] * len(table)

    def keep(self, table: SampledTable) -> None:
        """Give each row that repeats a key other values: in the last column, or else in all columns."""
        seen: set[Any] = set()
        repeats = []
        for i, row in enumerate(table.rows):
            if (x := self.value_in(row)) is not None:
                if x in seen:
                    repeats.append(i)
                seen.add(x)
        others = self._other_values(table) if repeats else iter(())
        for i in repeats:
            row = table.rows[i]
            changed = next(
                (new for values in others if self.value_in(new := {**row, **values}) not in seen), None
            )
            if changed is None:
                raise table.error(
                    f"no value of {self.of_what} may repeat, and only {len(seen):,} different ones are "
                    f"drawn for {len(table.rows):,} rows"
                )
            seen.add(self.value_in(changed))
            table.rows[i] = changed

    def value_in(self, row: Mapping[Any, Any]) -> Any:
        """Return the key of a row, with a hash; None if a part of it is missing."""
        values = tuple(map(row.get, self.key))
        return None if any(map(is_gap, values)) else _key_of_values(values)

    def _other_values(self, table: SampledTable) -> Iterator[dict[Any, Any]]:
        """Yield values of the last column, then of all columns."""
        n = len(table.rows)
        last = self.key[-1]
        for x in table.new_values(last, n):
            yield {last: x}
        if len(self.key) > 1:
            pools = [_different(itertools.islice(table.new_values(column, n), 4 * n)) for column in self.key]
            for values in table.combinations(pools, n):
                yield dict(zip(self.key, values, strict=True))


def key_columns(entry: Any) -> tuple[Any, ...]:
    """Return the columns of a key: a tuple or a list names several, or one with a tuple for its name.

    Example:
        >>> key_columns("id"), key_columns(("day", "shop")), key_columns((("day", "shop"),))
        (('id',), ('day', 'shop'), (('day', 'shop'),))
    """
    return tuple(entry) if isinstance(entry, (tuple, list)) else (entry,)


def _different(values: Iterable[Any]) -> list[Any]:
    return [*{key_of_value(x): x for x in values}.values()]


# --- order --------------------------------------------------------------------------------------------------


class _FallCount(TermCount):
    """The first two neighbours that fall, and the last value."""

    def __init__(self, column: Any) -> None:
        self._column = column
        self._last: list[Any] = []
        self._fall: tuple[Any, Any] | None = None

    def add(self, part: ColumnsOfChunk) -> None:
        own = part.values(self._column)
        own = [x for x in own if isinstance(x, (str, bytes)) or not issubclass(type(x), Collection)]
        values = [*self._last, *own]
        self._last = values[-1:]
        if self._fall is None:
            with contextlib.suppress(Exception):  # the spec of rows refuses values without an order
                keys = itertools.pairwise(map(order_key, values))
                pairs = zip(itertools.pairwise(values), keys, strict=True)
                self._fall = next((pair for pair, (a, b) in pairs if b < a), None)

    def is_shown_by(self, frame: NamedFrame) -> bool:
        """Ask an engine in memory for falls: 1,000,000 ints take 0.01 s, not 0.6."""
        return has_no_fall(frame, self._column)

    def problems(self, rows: int) -> Iterator[str]:
        if self._fall is not None:
            before, x = self._fall
            yield f"{self._column!r}: {short_repr(x)} comes after {short_repr(before)}"


@dataclasses.dataclass(frozen=True)
class Monotone(_NamedColumn):
    """No value of a column is less than the one in the row before it."""

    keyword: ClassVar[str] = "monotone"

    @property
    def words(self) -> str:
        return f"no fall in {self.column!r}"

    def count(self, now: datetime.datetime) -> TermCount:
        return _FallCount(self.column)

    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        present = [row for row in rows if row.get(self.column) is not None]
        present.sort(key=lambda row: order_key(row[self.column]), reverse=True)
        if present:
            n = max(2, own.min_rows)
            yield [present[0], *present[-1:] * (n - 1)]
            yield [present[0], present[-1], *own.put_in_order(present[1:-1], max(0, n - 2))]

    def keep(self, table: SampledTable) -> None:
        """Sort the rows by the first such column, and only the cells of a later one; gaps stay."""
        there = table.rows_with(self.column)
        if not table.is_in_order:
            rows = sorted((table.rows[i] for i in there), key=lambda row: order_key(row[self.column]))
            for i, row in zip(there, rows, strict=True):
                table.rows[i] = row
            table.is_in_order = True
            return
        values = sorted((table.rows[i][self.column] for i in there), key=order_key)
        for i, x in zip(there, values, strict=True):
            table.rows[i][self.column] = x


# --- missing values -----------------------------------------------------------------------------------------


class _GapCount(TermCount):
    def __init__(self, term: Missing) -> None:
        self._term, self._missing = term, 0

    def add(self, part: ColumnsOfChunk) -> None:
        self._missing += part.rows - len(part.values(self._term.column))

    def expressions(self, columns: EngineColumns) -> Sequence[Any]:
        return (columns.present(self._term.column),)

    def take(self, values: Sequence[Any], rows: int) -> bool:
        self._missing = rows - int(values[0] or 0)
        return True

    def problems(self, rows: int) -> Iterator[str]:
        if not self._term.allows(self._missing, rows):
            most = share_text(self._term.share)
            words = f"missing in {self._missing:,} of {rows:,} rows, at most {most} may be"
            yield f"{self._term.column!r}: {words}"


@dataclasses.dataclass(frozen=True)
class Missing(ColumnTerm):
    """At most a share of the rows lacks a value in a column, apart from what chance explains."""

    share: float
    confidence: float
    keyword: ClassVar[str] = "missing"

    @staticmethod
    def of(table: TableTerms) -> Iterator[Term]:
        shares = table.missing if isinstance(table.missing, Mapping) else {}
        if shares is not table.missing or not all(is_number(x) and 0 <= x <= 1 for x in shares.values()):
            raise SpecDefinitionError(
                f"missing= takes columns with a share from 0 to 1 each, not {short_repr(table.missing)}"
            )
        for column, share in shares.items():
            yield Missing(column, share, table.confidence)

    @staticmethod
    def join(last: TableTerms, new: TableTerms) -> Any:
        return {column: max(share, last.missing.get(column, 0.0)) for column, share in new.missing.items()}

    @property
    def words(self) -> str:
        return f"{self.column!r} missing in at most {share_text(self.share)}"

    def allows(self, missing: int, rows: int) -> bool:
        """True if the share explains so many missing values."""
        return not is_above_share(missing, rows, self.share, self.confidence)

    def count(self, now: datetime.datetime) -> TermCount:
        return _GapCount(self)

    def follows_from(self, own: TableTerms, lacks_none: Callable[[Any], bool]) -> bool:
        before = own.missing.get(self.column, 1.0)
        is_less_sure = self.confidence < own.confidence and before > 0 and self.share < 1
        return (self.share >= before and not is_less_sure) or lacks_none(self.column)

    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        present = [row for row in rows if row.get(self.column) is not None]
        for n in _SIZES:
            missing = math.floor(own.missing.get(self.column, 1.0) * n)
            if n < own.min_rows or not missing:
                continue
            table = own.put_in_order(present or rows, n)
            several = {id(row): row for row in table}  # an object is changed once
            for gap in GAPS:
                with_gap = {of: {**row, self.column: gap} for of, row in several.items()}
                yield [*(with_gap[id(row)] for row in table[:missing]), *table[missing:]]
            without = {
                of: {key: x for key, x in row.items() if key != self.column} for of, row in several.items()
            }
            yield [*(without[id(row)] for row in table[:missing]), *table[missing:]]

    def keep(self, table: SampledTable) -> None:
        there = table.rows_with(self.column)
        gaps = sorted({*range(len(table.rows))} - {*there})
        table.source.shuffle(gaps)
        values = [table.rows[i][self.column] for i in there]
        more = None if values else table.new_values(self.column, len(gaps))
        while gaps and not self.allows(len(gaps), len(table.rows)):
            x = next(more, None) if more is not None else table.source.choice(values)
            if x is None:
                raise table.error(f"too many values of {self.column!r} are missing, and none is drawn")
            table.rows[gaps.pop()][self.column] = x


def is_above_share(count: int, n: int, share: float, confidence: float) -> bool:
    """True if a count of n is above a share by more than chance explains, with a confidence.

    Example:
        >>> is_above_share(6, 10, 0.5, 0.99), is_above_share(600, 1000, 0.5, 0.99)
        (False, True)
    """
    if count <= share * n:
        return False
    return share == 0 or 1 - binomial_cdf(count - 1, n, share) < 1 - confidence
