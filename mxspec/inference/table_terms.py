"""Terms of a table as a whole, which no row breaks alone: no repeats, no fall, shares of missing values.

    5,000 rows, each 'id' once, 'coupon' missing in 2,600  ->  unique=('id',), missing={'coupon': 0.54}

The table that terms come from keeps them (`inferred_terms` has the laws). One table reveals nothing about the
number of rows, so `min_rows` is stated by hand, and so are the other terms of `value_terms`.
"""

from __future__ import annotations

import dataclasses
import datetime
import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, TypedDict, TypeVar

from mxspec.addresses import reduce_by_name
from mxspec.base.lazy import lazy
from mxspec.errors import did_you_mean
from mxspec.frames.named_frames import NamedFrame, frame_of, is_frame
from mxspec.inference.delimited import Chunk
from mxspec.inference.engine_counts import EngineCounts
from mxspec.inference.inside_terms import Inside
from mxspec.inference.rows import read_chunks
from mxspec.inference.terms import (
    ColumnsOfChunk,
    LeastRows,
    Missing,
    Monotone,
    Table,
    Term,
    Unique,
    columns_in,
)
from mxspec.inference.value_terms import Depends, Fresh, MostRows, Occur, Share, moment_of_check
from mxspec.promises.exchangeable import order_key
from mxspec.specs.reading import attempt, call_guarded

KINDS: Final[Mapping[type[Term], int]] = {
    LeastRows: 1,
    MostRows: 2,
    Unique: 8,
    Monotone: 10,
    Missing: 3,
    Fresh: 7,
    Occur: 6,
    Share: 5,
    Depends: 4,
    Inside: 9,
}
"""The kinds of terms in the order of words and problems, each with its turn when examples are changed: a kind
undoes nothing that an earlier turn did."""


F = TypeVar("F", bound=Callable[..., Any])


class TermArguments(TypedDict, total=False):
    """The arguments of `contract` that state terms: fields of `TableTerms`; None is a map without columns."""

    unique: Sequence[Any]
    monotone: Sequence[Any]
    missing: Mapping[Any, float] | None
    min_rows: int
    max_rows: int | None
    fresh: Mapping[Any, datetime.timedelta] | None
    occur: Mapping[Any, Collection[Any]] | None
    shares: Mapping[Any, Mapping[Any, tuple[float, float]]] | None
    depends: Mapping[Any, Any] | None
    inside: Mapping[Any, Any] | None


@dataclasses.dataclass(frozen=True, repr=False)
class TableTerms:
    """Terms of a table.

    Attributes:
        unique: the columns where no value occurs twice. A tuple of columns is a key of them together; a
            column with a tuple for its name stands alone in one.
        monotone: the columns where no value is less than the one in the row before it.
        missing: the largest share of rows with a missing value, None or NaN, in a column.
        min_rows: the least number of rows; 0 sets no limit.
        confidence: the confidence of these shares, and the probability that no such table breaks one.
        max_rows: the greatest number of rows; None sets no limit.
        fresh: how old the newest value of a column of dates or moments is at most.
        occur: the values that occur in a column; or each with a number of rows, so that only tables of
            as many rows need it.
        shares: the least and the largest share of a value, among the rows with a value in its column.
        inside: the column with the values that another column may have: of the same table, or, as a pair of a
            table and a column, of a different table. The other table is a frame, rows, or the path of a file.
        depends: the column, or the tuple of columns, that decides the value of a column.

    Raises:
        SpecDefinitionError: a term makes no sense.
    """

    __reduce_ex__ = reduce_by_name

    unique: tuple[Any, ...] = ()
    monotone: tuple[Any, ...] = ()
    missing: Mapping[Any, float] = dataclasses.field(default_factory=dict)
    min_rows: int = 0
    confidence: float = 0.99
    max_rows: int | None = None
    fresh: Mapping[Any, datetime.timedelta] = dataclasses.field(default_factory=dict)
    occur: Mapping[Any, Collection[Any]] = dataclasses.field(default_factory=dict)
    shares: Mapping[Any, Mapping[Any, tuple[float, float]]] = dataclasses.field(default_factory=dict)
    depends: Mapping[Any, Any] = dataclasses.field(default_factory=dict)
    inside: Mapping[Any, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        _ = self.terms  # each kind checks its own

    def __repr__(self) -> str:
        return f"TableTerms({', '.join(f'{name}={x!r}' for name, x in self.arguments().items())})"

    @lazy
    def terms(self) -> tuple[Term, ...]:
        """The terms, in the order of their words."""
        return tuple(term for kind in KINDS for term in kind.of(self))

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `contract` that state the terms, without the defaults."""
        own = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        own = {name: dict(x) if isinstance(x, Mapping) else x for name, x in own.items()}
        return {name: x for name, x in own.items() if name != "confidence" and x != _NO_ARGUMENTS[name]}

    def joined_with(self, new: TableTerms) -> TableTerms:
        """Return the terms of the next contract, which join these with the terms of the new rows."""
        return TableTerms(**{kind.keyword: kind.join(self, new) for kind in KINDS}, confidence=new.confidence)

    @property
    def are_stated(self) -> bool:
        """True if there are terms."""
        return bool(self.terms)

    @property
    def columns(self) -> set[Any]:
        """The columns that the terms are about."""
        return {column for term in self.terms for column in term.columns}

    @property
    def words(self) -> str:
        """The terms in words.

        Example:
            >>> TableTerms(unique=("id",), missing={"coupon": 0.5}, min_rows=100).words
            "at least 100 rows; no repeat in 'id'; 'coupon' missing in at most 50%"
        """
        return "; ".join(term.words for term in self.terms)

    def allows_missing(self, column: Any, missing: int, rows: int) -> bool:
        """True if the share of a column explains so many missing values."""
        return Missing(column, self.missing.get(column, 1.0), self.confidence).allows(missing, rows)

    def put_in_order(self, rows: Table, n: int) -> Table:
        """Return n rows that keep the terms of order and repeats, or none."""
        if not rows or not (self.unique or self.monotone):
            return rows[:1] * n
        several: Table = []
        keys = [term for term in self.terms if isinstance(term, Unique)]
        seen: list[set[Any]] = [set() for _ in keys]
        for row in rows:
            own = [term.value_in(row) for term in keys]
            if not any(x in known for x, known in zip(own, seen, strict=True)):
                several.append(row)
                for x, known in zip(own, seen, strict=True):
                    known |= set() if x is None else {x}
        for column in self.monotone:
            several.sort(key=lambda row, column=column: order_key(row.get(column)))  # type: ignore[misc]
        return several[:n] if len(several) >= n else []

    def problems(self, rows: Any, now: datetime.datetime | None = None) -> list[str]:
        """Return the terms that rows break, in words.

        Args:
            rows: the rows of the whole table: a frame, dicts, or a path, as in `infer`.
            now: the moment to count the age of values to, in UTC if it lacks a zone; None for the present.

        Example:
            >>> TableTerms(unique=("id",), missing={"coupon": 0.5}).problems([{"id": 7}, {"id": 7}] * 5)
            ["'id': 1 value repeats: 7 (10 times, again in row 2)",
            "'coupon': missing in 10 of 10 rows, at most 50% may be"]
            >>> TableTerms(monotone=("id",)).problems([{"id": 7}, {"id": 9}, {"id": 8}])
            ["'id': 8 comes after 9"]
        """
        return self.count(rows, now=now).problems()

    def count(self, rows: Any, spec: Any = None, now: datetime.datetime | None = None) -> TableCounts:
        """Return the counts of rows that the terms are about.

        Args:
            rows, now: as in `problems`.
            spec: the spec that the cells of a file are read by, or None.
        """
        counts = TableCounts(self, now)
        counts.add_rows(rows, spec)
        return counts


_NO_ARGUMENTS: Final = {
    field.name: getattr(TableTerms(), field.name) for field in dataclasses.fields(TableTerms)
}


def terms_of_arguments(confidence: float, arguments: Mapping[str, Any]) -> TableTerms:
    """Return the terms that arguments of `contract` state.

    Raises:
        TypeError: an argument is none of `TermArguments`.
        SpecDefinitionError: a term makes no sense.
    """
    known = TermArguments.__annotations__
    for name in arguments:
        if name not in known:
            near = did_you_mean(name, [*known])
            raise TypeError(f"contract() got an unexpected keyword argument {name!r}{near}")
    stated = {name: x for name, x in arguments.items() if x or type(_NO_ARGUMENTS[name]) is not dict}
    columns = (name for name in stated if type(_NO_ARGUMENTS[name]) is tuple)
    stated |= {name: columns_in(stated[name], name) for name in columns}
    return TableTerms(confidence=confidence, **stated)


def with_terms(function: F) -> F:
    """Name `TermArguments` one by one in the signature of a function, which `help` shows; return it."""
    signature = inspect.signature(function)
    *others, _ = signature.parameters.values()
    own = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_NO_ARGUMENTS[name])
        for name in TermArguments.__annotations__
    ]
    vars(function)["__signature__"] = signature.replace(parameters=[*others, *own])
    return function


class TableCounts:
    """The counts that the terms of a table are about, chunk by chunk.

    Attributes:
        terms: the terms.
        rows: the number of rows so far.
    """

    def __init__(self, terms: TableTerms, now: datetime.datetime | None = None) -> None:
        self.terms, self.rows = terms, 0
        moment = moment_of_check(now)
        self._counts = [term.count(moment) for term in terms.terms]
        self._unreadable: str | None = None

    def add(self, chunk: Chunk) -> None:
        """Count the rows of a chunk; if a row's own methods raise, the terms are not judged."""
        part = ColumnsOfChunk(chunk, self.rows)
        self.rows += part.rows
        self._unreadable = self._unreadable or attempt(lambda each: call_guarded(self._count, each), part)[1]

    def add_rows(self, rows: Any, spec: Any = None) -> None:
        """Count all rows of a table; the engine of a frame counts what it counts exactly."""
        if not is_frame(rows):
            for chunk in read_chunks(rows, spec):
                self.add(chunk)
            return
        import narwhals as nw

        asked = self.ask(frame_of(rows))
        if asked.frame.names:
            answers = asked.frame.frame.lazy().select(rows=nw.len(), **asked.expressions).collect()
            self.take(asked, answers, int(answers["rows"].item()))

    def ask(self, frame: NamedFrame) -> EngineCounts:
        """Return the expressions for the engine of a frame."""
        return EngineCounts(frame, self._counts)

    def take(self, asked: EngineCounts, answers: Any, rows: int) -> None:
        """Take the answers of an engine about all rows; read the columns that it does not count exactly."""
        left = [count for count in asked.take(answers, rows) if not count.is_shown_by(asked.frame)]
        pairs = zip(self.terms.terms, self._counts, strict=True)
        columns = {column for term, count in pairs if count in left for column in term.columns}
        if left:
            own, self._counts = self._counts, left
            names = asked.frame.names
            for chunk in read_chunks(asked.frame.select([x for x in names if x in columns] or names[:1])):
                self.add(chunk)
            self._counts = own
        self.rows = rows

    def _count(self, part: ColumnsOfChunk) -> None:
        for count in self._counts:
            count.add(part)

    def problems(self) -> list[str]:
        """Return the terms that the rows so far break, in words."""
        if self._unreadable is not None:
            return [f"a row can't be read: {self._unreadable}"]
        return [problem for count in self._counts for problem in count.problems(self.rows)]

    def lines(self) -> tuple[str, ...]:
        """Return lines that state if the rows so far keep the terms; without terms, none."""
        if not self.terms.are_stated:
            return ()
        problems = tuple(f"of the table, {problem}" for problem in self.problems())
        return problems or (f"the table keeps its terms: {self.terms.words}",)
