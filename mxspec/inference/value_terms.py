"""Terms stated by hand: how many rows at most, how new, which values, how often, and what decides.

    fresh={"at": timedelta(days=2)}   ->  the newest 'at' is at most 2 days old
    occur={"plan": {"free", "pro"}}   ->  each of these is the plan of some row
    shares={"plan": {"free": (0.4, 0.6)}}  ->  'free' is the plan of 40% to 60% of the rows
    depends={"city": "zip"}           ->  rows with one zip have one city

A moment without a zone, in a cell or in a text, is taken to be in UTC. A date is new until its day is over.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import itertools
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.base.values import is_hashable, short_repr, stable_order
from mxspec.errors import SpecDefinitionError
from mxspec.inference.terms import (
    MOST_NAMED,
    ColumnsOfChunk,
    ColumnTerm,
    RowCount,
    Table,
    Term,
    TermCount,
    is_above_share,
    key_of_value,
)
from mxspec.predicates import is_gap, is_nat_int, is_number
from mxspec.promises.promise import share_text
from mxspec.specs.compiled import valid_each

if TYPE_CHECKING:
    from mxspec.inference.engine_counts import EngineColumns
    from mxspec.inference.sampled_tables import SampledTable
    from mxspec.inference.table_terms import TableTerms

_MOST_ROWS: Final = 20_000  # of a table that shows what is broken
_MOST_WORDS: Final = 10  # values that are named
_PAIRS: Final = 20  # of rows that are tried


def _by_column(argument: Any, keyword: str, example: str) -> Mapping[Any, Any]:
    if not isinstance(argument, Mapping):
        raise SpecDefinitionError(f"{keyword}= takes {example}, not {short_repr(argument)}")
    return argument


def _check_no_gap(values: Collection[Any], keyword: str) -> None:
    if gaps := [x for x in values if is_gap(x)]:
        raise SpecDefinitionError(f"{keyword}= takes values, and {gaps[0]!r} is a missing one; try missing=")


# --- numbers of rows ----------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class MostRows(Term):
    """A table has at most n rows."""

    n: int
    keyword: ClassVar[str] = "max_rows"

    @staticmethod
    def of(table: TableTerms) -> Iterator[Term]:
        most = table.max_rows
        if most is not None and not (is_nat_int(most) and most >= table.min_rows):
            raise SpecDefinitionError(
                f"max_rows= is a number from min_rows={short_repr(table.min_rows)}, not {short_repr(most)}"
            )
        if most is not None:
            yield MostRows(most)

    @staticmethod
    def join(last: TableTerms, new: TableTerms) -> Any:
        return last.max_rows if new.max_rows is None else new.max_rows

    @property
    def words(self) -> str:
        return f"at most {self.n:,} rows"

    def count(self, now: datetime.datetime) -> TermCount:
        return RowCount(self.n.__ge__, f"at most {self.n:,} may be")

    def follows_from(self, own: TableTerms, lacks_none: Callable[[Any], bool]) -> bool:
        return own.max_rows is not None and own.max_rows <= self.n

    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        if self.n < _MOST_ROWS:
            yield own.put_in_order(rows, max(self.n + 1, own.min_rows))

    def keep(self, table: SampledTable) -> None:
        if len(table.rows) > self.n:
            many = f"{len(table.rows):,}"
            raise table.error(f"a table of this contract has at most {self.n:,} rows, not {many}")


# --- how new ------------------------------------------------------------------------------------------------


def read_clock() -> datetime.datetime:
    """Return the time, in UTC."""
    return datetime.datetime.now(datetime.UTC)


def moment_of_check(now: datetime.datetime | None) -> datetime.datetime:
    """Return the moment at which ages are measured, in UTC: the argument, or the time of the clock.

    Raises:
        SpecDefinitionError: the argument is not a moment.
    """
    moment = end_of_moment(read_clock() if now is None else now)
    if moment is None:
        raise SpecDefinitionError(f"now= is a moment, not {short_repr(now)}")
    return moment


def end_of_moment(x: Any) -> datetime.datetime | None:
    """Return the last moment that a value stands for, in UTC; None if it is neither a moment nor a date.

    Example:
        >>> import datetime as dt
        >>> print(end_of_moment(dt.datetime(2025, 1, 31, 9)), end_of_moment("2025-01-31T09:00+02:00"))
        2025-01-31 09:00:00+00:00 2025-01-31 07:00:00+00:00
        >>> print(end_of_moment(dt.date(2025, 1, 31)), end_of_moment("31.01.2025"), end_of_moment(20250131))
        2025-02-01 00:00:00+00:00 None None
    """
    if isinstance(x, str):
        x = _read_moment(x)
    try:
        if isinstance(x, datetime.datetime):
            is_plain = x.utcoffset() is None
            return x.replace(tzinfo=datetime.UTC) if is_plain else x.astimezone(datetime.UTC)
        if isinstance(x, datetime.date):
            midnight = datetime.datetime(x.year, x.month, x.day, tzinfo=datetime.UTC)
            return midnight + datetime.timedelta(days=1)
    except OverflowError:  # the last day of the calendar
        return datetime.datetime.max.replace(tzinfo=datetime.UTC)
    return None


def _read_moment(text: str) -> datetime.date | None:
    for read in (datetime.date.fromisoformat, datetime.datetime.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return None


class _NewestCount(TermCount):
    """The newest value so far, and how many values are not moments."""

    def __init__(self, term: Fresh, now: datetime.datetime) -> None:
        self._term, self._now = term, now
        self._newest: tuple[datetime.datetime, Any] | None = None
        self._others = 0

    def add(self, part: ColumnsOfChunk) -> None:
        for x in set(part.hashable_values(self._term.column)):
            end = end_of_moment(x)
            if end is None:
                self._others += 1
            elif self._newest is None or end > self._newest[0]:
                self._newest = end, x

    def expressions(self, columns: EngineColumns) -> Sequence[Any]:
        return (columns.newest(self._term.column),)

    def take(self, values: Sequence[Any], rows: int) -> bool:
        end = end_of_moment(values[0])
        self._newest = None if end is None else (end, values[0])
        return True

    def problems(self, rows: int) -> Iterator[str]:
        column, age = self._term.column, self._term.age
        others = f"; values that are no moments: {self._others:,}" if self._others else ""
        if self._newest is None:
            yield f"{column!r}: no date or moment tells how old it is{others}"
        elif (old := self._now - self._newest[0]) > age:
            ages = f"{_words_of_age(old)} old, at most {_words_of_age(age)} is required"
            yield f"{column!r}: the newest is {self._newest[1]}, {ages}{others}"


def _words_of_age(age: datetime.timedelta) -> str:
    """Return a length of time in its two largest units.

    Example:
        >>> _words_of_age(datetime.timedelta(days=2, hours=3, seconds=9))
        '2 days 3 hours'
    """
    seconds = int(age.total_seconds())
    parts = []
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        n, seconds = divmod(seconds, size)
        if n:
            parts.append(f"{n:,} {unit}{'s' * (n > 1)}")
    return " ".join(parts[:2]) or "0 seconds"


@dataclasses.dataclass(frozen=True)
class Fresh(ColumnTerm):
    """The newest value of a column of dates or moments has at most a certain age."""

    age: datetime.timedelta
    keyword: ClassVar[str] = "fresh"

    @staticmethod
    def of(table: TableTerms) -> Iterator[Term]:
        example = "a column with an age, such as {'at': timedelta(days=2)}"
        for column, age in _by_column(table.fresh, "fresh", example).items():
            if not isinstance(age, datetime.timedelta) or age < datetime.timedelta():
                raise SpecDefinitionError(f"fresh= takes {example}, not {short_repr(age)}")
            yield Fresh(column, age)

    @staticmethod
    def join(last: TableTerms, new: TableTerms) -> Any:
        return {**last.fresh, **new.fresh}

    @property
    def least_size(self) -> int:
        return 1

    @property
    def words(self) -> str:
        return f"the newest {self.column!r} at most {_words_of_age(self.age)} old"

    def count(self, now: datetime.datetime) -> TermCount:
        return _NewestCount(self, now)

    def follows_from(self, own: TableTerms, lacks_none: Callable[[Any], bool]) -> bool:
        return self.column in own.fresh and own.fresh[self.column] <= self.age

    def _is_kept(self, x: Any) -> bool:
        end = None if is_gap(x) else end_of_moment(x)
        return end is not None and read_clock() - end <= self.age

    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        old = [row for row in rows if not self._is_kept(row.get(self.column))]
        yield own.put_in_order(old, max(1, own.min_rows))

    def keep(self, table: SampledTable) -> None:
        """If no row has a new value, give the last row one: a drawn value, or the time."""
        if not table.rows or any(self._is_kept(row.get(self.column)) for row in table.rows):
            return
        row, now = table.rows[-1], read_clock()
        own: list[Any] = [now, now.replace(tzinfo=None), now.date()]
        own += [now.date().isoformat(), now.isoformat(timespec="seconds")]
        drawn = itertools.islice(table.new_values(self.column, 100), 1000)
        for x in itertools.chain(own, drawn):
            if self._is_kept(x) and valid_each(table.spec, [{**row, self.column: x}])[0]:
                row[self.column] = x
                return
        raise table.error(f"no value of {self.column!r} is at most {_words_of_age(self.age)} old")


# --- which values, and how often ----------------------------------------------------------------------------


class _ValueCount(TermCount):
    """The counts of some values, and of any."""

    def __init__(self, term: Occur | Share, wanted: Collection[Any]) -> None:
        self._term, self._wanted, self._there = term, [*wanted], 0
        self._counts = dict.fromkeys(map(key_of_value, wanted), 0)

    def add(self, part: ColumnsOfChunk) -> None:
        counts = part.counts(self._term.column)
        self._there += len(part.values(self._term.column))
        for key in self._counts:
            self._counts[key] += counts[key]

    def expressions(self, columns: EngineColumns) -> Sequence[Any]:
        equal = columns.equal(self._term.column, self._wanted)
        return columns.present(self._term.column), *([None] if equal is None else equal)

    def take(self, values: Sequence[Any], rows: int) -> bool:
        self._there, *counts = (int(x or 0) for x in values)
        self._counts = dict(zip(map(key_of_value, self._wanted), counts, strict=True))
        return True

    def problems(self, rows: int) -> Iterator[str]:
        yield from self._term.problems_of(self._counts, self._there, rows)


@dataclasses.dataclass(frozen=True)
class Occur(ColumnTerm):
    """Each of some values occurs in every table that has enough rows."""

    least_rows: Mapping[Any, int]
    keyword: ClassVar[str] = "occur"

    @staticmethod
    def of(table: TableTerms) -> Iterator[Term]:
        example = "a column with its values, such as {'plan': {'free', 'pro'}}"
        for column, values in _by_column(table.occur, "occur", example).items():
            is_text = isinstance(values, (str, bytes))
            if is_text or not isinstance(values, Collection) or not all(map(is_hashable, values)):
                raise SpecDefinitionError(f"occur= takes {example}, not {short_repr(values)}")
            numbers = _rows_of_values(values)
            _check_no_gap(numbers, "occur")
            if not all(map(is_nat_int, numbers.values())):
                words = "values, or each with a number of rows that has one"
                raise SpecDefinitionError(f"occur= takes {words}, not {short_repr(values)}")
            if numbers:
                yield Occur(column, numbers)

    @staticmethod
    def join(last: TableTerms, new: TableTerms) -> Any:
        joined: dict[Any, Any] = {}
        for column in {**last.occur, **new.occur}:
            a, b = (_rows_of_values(each.occur.get(column, ())) for each in (last, new))
            own = {x: max(least, b[x]) for x, least in a.items() if least and x in b}
            own |= {x: 0 for each in (a, b) for x, least in each.items() if not least}
            if own:
                joined[column] = own if any(own.values()) else {*own}
        return joined

    @property
    def least_size(self) -> int:
        return [*self.least_rows.values()].count(0)

    @property
    def words(self) -> str:
        return f"{self.column!r} has {_listed_values(self.least_rows)}"

    def count(self, now: datetime.datetime) -> TermCount:
        return _ValueCount(self, self.least_rows)

    def problems_of(self, counts: Mapping[Any, int], there: int, rows: int) -> Iterator[str]:
        """Yield the values that none of the rows has."""
        absent = [x for x, least in self.least_rows.items() if rows >= least and not counts[key_of_value(x)]]
        if absent:
            yield f"{self.column!r}: none of {rows:,} rows has {_listed_values(absent)}"

    def follows_from(self, own: TableTerms, lacks_none: Callable[[Any], bool]) -> bool:
        stated = {
            key_of_value(x): least
            for term in own.terms
            if isinstance(term, Occur) and term.column == self.column
            for x, least in term.least_rows.items()
        }
        return all(
            stated.get(key_of_value(x), math.inf) <= max(least, own.min_rows)
            for x, least in self.least_rows.items()
        )

    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        for x, least in self.least_rows.items():
            if max(least, own.min_rows) <= _MOST_ROWS:
                others = [row for row in rows if not _has_value(row.get(self.column), x)]
                yield own.put_in_order(others, max(1, least, own.min_rows))

    def keep(self, table: SampledTable) -> None:
        """Give each value that no row has to a row with a value that the term does not need."""
        there = (table.rows[i][self.column] for i in table.rows_with(self.column))
        counts = collections.Counter(map(key_of_value, there))
        needed = {key_of_value(x) for x in self.least_rows}
        for x, least in self.least_rows.items():
            if len(table.rows) < least or counts[key_of_value(x)]:
                continue
            places = [
                i
                for i, row in enumerate(table.rows)
                if (key := key_of_value(row.get(self.column))) not in needed or counts[key] > 1
            ]
            if not places:
                raise table.error(f"{len(table.rows):,} rows can't have {_listed_values(self.least_rows)}")
            row = table.rows[table.source.choice(places)]
            counts.subtract([key_of_value(row.get(self.column))])
            counts[key_of_value(x)] += 1
            row[self.column] = x


def _rows_of_values(values: Collection[Any]) -> dict[Any, int]:
    """Return sorted values, each with the least number of rows in a table that needs it."""
    numbers = values if isinstance(values, Mapping) else dict.fromkeys(values, 0)
    return {x: numbers[x] for x in stable_order(numbers)}


def _has_value(cell: Any, x: Any) -> bool:
    return not is_gap(cell) and key_of_value(cell) == key_of_value(x)


def _listed_values(values: Collection[Any]) -> str:
    """Return values in words, each with the least number of rows in a table that needs it, if stated.

    Example:
        >>> _listed_values(["free", "pro"]), _listed_values({"free": 310, "pro": 0})
        ("'free' and 'pro'", "'free' (in 310 rows) and 'pro'")
    """
    numbers = values if isinstance(values, Mapping) else {}
    texts = [short_repr(x) + (f" (in {numbers[x]:,} rows)" if numbers.get(x) else "") for x in values]
    if len(texts) > _MOST_WORDS:
        texts = [*texts[:_MOST_WORDS], f"{len(texts) - _MOST_WORDS:,} more"]
    return " and ".join(part for part in (", ".join(texts[:-1]), texts[-1]) if part)


@dataclasses.dataclass(frozen=True)
class Share(ColumnTerm):
    """The share of one value, among the rows with a value in its column, is between two limits."""

    value: Any
    low: float
    high: float
    confidence: float
    keyword: ClassVar[str] = "shares"

    @staticmethod
    def of(table: TableTerms) -> Iterator[Term]:
        example = "a column with the shares of its values, such as {'plan': {'free': (0.4, 0.6)}}"
        for column, shares in _by_column(table.shares, "shares", example).items():
            _check_no_gap(_by_column(shares, "shares", example), "shares")
            for value, ends in shares.items():
                is_pair = isinstance(ends, Sequence) and len(ends) == 2 and all(map(is_number, ends))
                if not is_pair or not 0 <= ends[0] <= ends[1] <= 1:
                    raise SpecDefinitionError(f"shares= takes {example}, not {short_repr(ends)}")
                low, high = ends
                yield Share(column, value, low, high, table.confidence)

    @staticmethod
    def join(last: TableTerms, new: TableTerms) -> Any:
        return {**last.shares, **new.shares}

    @property
    def _ends(self) -> str:
        return f"{share_text(self.low)} to {share_text(self.high)}"

    @property
    def words(self) -> str:
        return f"{self.column!r} is {short_repr(self.value)} in {self._ends}"

    def count(self, now: datetime.datetime) -> TermCount:
        return _ValueCount(self, [self.value])

    def _is_kept(self, count: int, n: int) -> bool:
        ends = ((count, self.high), (n - count, 1 - self.low))
        return not any(is_above_share(each, n, share, self.confidence) for each, share in ends)

    def problems_of(self, counts: Mapping[Any, int], there: int, rows: int) -> Iterator[str]:
        """Yield the count of the value, unless a share between the limits explains it by chance."""
        count = counts[key_of_value(self.value)]
        if not self._is_kept(count, there):
            words = f"{short_repr(self.value)} in {count:,} of {there:,} rows with a value"
            yield f"{self.column!r}: {words}, {self._ends} may be"

    def follows_from(self, own: TableTerms, lacks_none: Callable[[Any], bool]) -> bool:
        stated = (term for term in own.terms if isinstance(term, Share) and term.column == self.column)
        same = (term for term in stated if key_of_value(term.value) == key_of_value(self.value))
        return (self.low, self.high) == (0, 1) or any(
            self.low <= term.low and term.high <= self.high and self.confidence >= term.confidence
            for term in same
        )

    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        with_it = [row for row in rows if _has_value(row.get(self.column), self.value)]
        others = [row for row in rows if not any(row is each for each in with_it)]
        others = [row for row in others if not is_gap(row.get(self.column))]
        for n in (1, 10, 100, 1000):
            for several in (with_it, others):
                yield own.put_in_order(several, max(n, own.min_rows))

    def keep(self, table: SampledTable) -> None:
        """Change cells of the column at random until the share is between the limits."""
        there = table.rows_with(self.column)
        with_it = [i for i in there if _has_value(table.rows[i][self.column], self.value)]
        others = [i for i in there if i not in {*with_it}]
        least, most = math.ceil(self.low * len(there)), math.floor(self.high * len(there))
        for i in table.source.sample(others, min(len(others), max(0, least - len(with_it)))):
            table.rows[i][self.column] = self.value
        own = [table.rows[i][self.column] for i in others]
        excess = table.source.sample(with_it, max(0, len(with_it) - most)) if others or with_it else []
        drawn = iter(()) if own else table.new_values(self.column, len(there))
        drawn = (x for x in drawn if not _has_value(x, self.value))
        for i in excess:
            x = table.source.choice(own) if own else next(drawn, None)
            if x is None:
                raise table.error(f"no value of {self.column!r} but {short_repr(self.value)} is drawn")
            table.rows[i][self.column] = x


# --- what decides a value -----------------------------------------------------------------------------------


class _PartnerCount(TermCount):
    """The first value of a column for each value of other columns, and the values that have several."""

    def __init__(self, term: Depends) -> None:
        self._term = term
        self._first: dict[Any, Any] = {}
        self._several: dict[Any, tuple[Any, Any, Any, int]] = {}

    def add(self, part: ColumnsOfChunk) -> None:
        is_plain = all(map(part.is_plain, self._term.columns))  # so values are their keys
        cells = zip(*map(part.cells, self._term.columns), strict=True)
        for number, (x, *keys) in enumerate(cells, part.before + 1):
            if (x is None or None in keys) if is_plain else any(map(is_gap, (x, *keys))):
                continue
            key = tuple(keys if is_plain else map(key_of_value, keys))
            first = self._first.setdefault(key, x)
            if first is not x and key_of_value(first) != key_of_value(x):
                self._several.setdefault(key, (keys, first, x, number))

    def problems(self, rows: int) -> Iterator[str]:
        if not self._several:
            return
        texts = [
            f"{short_repr(first)} and {short_repr(x)} for {', '.join(map(short_repr, keys))} (row {number:,})"
            for keys, first, x, number in itertools.islice(self._several.values(), MOST_NAMED)
        ]
        texts += ["..."] * (len(self._several) > MOST_NAMED)
        yield f"{self._term.column!r}: not one for each {self._term.of_what}: {', '.join(texts)}"


@dataclasses.dataclass(frozen=True)
class Depends(Term):
    """Rows with equal values in some columns have equal values in another one, which depends on them."""

    column: Any
    on: tuple[Any, ...]
    keyword: ClassVar[str] = "depends"

    @staticmethod
    def of(table: TableTerms) -> Iterator[Term]:
        example = "a column with what decides it, such as {'city': 'zip'} or {'city': ('country', 'zip')}"
        for column, on in _by_column(table.depends, "depends", example).items():
            columns = tuple(on) if isinstance(on, (tuple, list)) else (on,)
            if not columns or not all(map(is_hashable, columns)):
                raise SpecDefinitionError(f"depends= takes {example}, not {short_repr(on)}")
            yield Depends(column, columns)

    @staticmethod
    def join(last: TableTerms, new: TableTerms) -> Any:
        return {**last.depends, **new.depends}

    @property
    def columns(self) -> tuple[Any, ...]:
        return (self.column, *self.on)

    @property
    def of_what(self) -> str:
        """The columns that decide, in words."""
        return " and ".join(map(repr, self.on))

    @property
    def words(self) -> str:
        return f"one {self.column!r} for each {self.of_what}"

    def count(self, now: datetime.datetime) -> TermCount:
        return _PartnerCount(self)

    def follows_from(self, own: TableTerms, lacks_none: Callable[[Any], bool]) -> bool:
        stated = (term for term in own.terms if isinstance(term, Depends) and term.column == self.column)
        return any({*term.on} <= {*self.on} for term in stated)

    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        n = max(2, own.min_rows)
        table = own.put_in_order(rows, n)
        for a, b in itertools.islice(itertools.combinations(rows[:_PAIRS], 2), _PAIRS * 5):
            pair = [a, {**b, **{each: a.get(each) for each in self.on}}]
            yield [*pair, *table[2:]] if own.unique or own.monotone else [*pair, *pair[:1] * (n - 2)]

    def keep(self, table: SampledTable) -> None:
        """Give rows with equal values the value of the first of them."""
        first: dict[Any, Any] = {}
        for row in table.rows:
            cells = [row.get(each) for each in (self.column, *self.on)]
            if not any(map(is_gap, cells)):
                key = tuple(map(key_of_value, cells[1:]))
                row[self.column] = first.setdefault(key, cells[0])
