"""Examples of rows as one table, which keeps the terms of its contract.

Rows are drawn one by one, so an id may repeat, a number may fall, and too many cells may be missing. A cell
that breaks a term gets another value of its column: a missing cell takes the value of another row, a repeated
cell a value that no row has. Then the rows are sorted by the first column that never falls.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any, Final

from mxspec import names
from mxspec.core.generation import Context, strategy_of
from mxspec.core.question import Question
from mxspec.core.spec import Spec
from mxspec.errors import GeneratorError
from mxspec.frames.verdicts import maps_within
from mxspec.inference.table_terms import TableTerms
from mxspec.predicates import is_nan
from mxspec.promises.exchangeable import order_key
from mxspec.specs.compiled import valid_each
from mxspec.specs.maps import Keys
from mxspec.specs.ranges import IntIn
from mxspec.strategies.sampling import draw_values
from mxspec.values import is_hashable, repr_of

_ROUNDS: Final = 20  # of draws, after which a column has no more values


def keep_terms(terms: TableTerms, spec: Spec, rows: Sequence[Any], seed: int | None = 0) -> list[Any]:
    """Return examples of rows, changed where they break the terms of a table.

    Args:
        terms: the terms.
        spec: the spec of a row.
        rows: the examples.
        seed: selects the replacement values.

    Raises:
        GeneratorError: there are too few rows, or too few values of a column; the message names the term.

    Example:
        >>> import mxspec as s
        >>> rows = [{"id": 7}, {"id": 7}, {"id": 3}]
        >>> spec = s.keys(req_un={"id": s.int_in(0, 10)})
        >>> kept = keep_terms(TableTerms(unique=("id",), monotone=("id",)), spec, rows)
        >>> [row["id"] for row in kept] == sorted({row["id"] for row in kept}), len(kept)
        (True, 3)
    """
    if len(rows) < terms.min_rows:
        raise GeneratorError(
            f"a table of this contract has at least {terms.min_rows:,} rows, not {len(rows):,}", spec=spec
        )
    table = [dict(row) for row in rows]
    source = random.Random(seed)
    for column in terms.missing:
        _fill_gaps(terms, spec, table, column, source)
    for column in terms.unique:
        _tell_apart(spec, table, column, source)
    for i, column in enumerate(terms.monotone):
        _put_in_order(table, column, whole_rows=i == 0)
    for row, fits in zip(table, valid_each(spec, table), strict=True):
        if not fits:
            raise GeneratorError(f"a row with a value that keeps the terms does not fit: {row!r}", spec=spec)
    if problems := terms.problems(table):
        raise GeneratorError(f"examples break a term of the table: {'; '.join(problems)}", spec=spec)
    return table


def _is_missing(x: Any) -> bool:
    return x is None or is_nan(x)


def _rows_with(table: Sequence[dict[Any, Any]], column: Any) -> list[int]:
    """Return the numbers of the rows that have a value in a column."""
    return [i for i, row in enumerate(table) if not _is_missing(row.get(column))]


def _fill_gaps(
    terms: TableTerms, spec: Spec, table: list[dict[Any, Any]], column: Any, source: random.Random
) -> None:
    there = _rows_with(table, column)
    gaps = sorted({*range(len(table))} - {*there})
    source.shuffle(gaps)
    values = [table[i][column] for i in there]
    more = None if values else _values(spec, column, source, len(gaps))
    while gaps and not terms.allows_missing(column, len(gaps), len(table)):
        x = next(more, None) if more is not None else source.choice(values)
        if x is None:
            raise GeneratorError(f"too many values of {column!r} are missing, and none is drawn", spec=spec)
        table[gaps.pop()][column] = x


def _tell_apart(spec: Spec, table: list[dict[Any, Any]], column: Any, source: random.Random) -> None:
    seen: set[Any] = set()
    repeats = []
    for i in _rows_with(table, column):
        key = _hashable_form(table[i][column])
        if key in seen:
            repeats.append(i)
        seen.add(key)
    if not repeats:
        return
    values = _values(spec, column, source, len(table))
    for i in repeats:
        x = next((x for x in values if _hashable_form(x) not in seen), None)
        if x is None:
            raise GeneratorError(
                f"no value of {column!r} may repeat, and only {len(seen):,} different ones are drawn for "
                f"{len(table):,} rows",
                spec=spec,
            )
        seen.add(_hashable_form(x))
        table[i][column] = x


def _hashable_form(x: Any) -> Any:
    return x if is_hashable(x) else repr_of(x)


def _values(spec: Spec, column: Any, source: random.Random, n: int) -> Iterator[Any]:
    """Yield values of a column, those of a range of ints without a repeat."""
    maps = (each for each in maps_within(spec) if isinstance(each, Keys))
    parts = (each.spec_at(column, Question(names.current)) for each in maps)
    part = next((each for each in parts if each is not None), None)
    if part is None:
        return
    own = part.target(names.current.resolve)
    if isinstance(own, IntIn):
        ints = range(own.start, own.end)
        if own.end - own.start <= 2 * n:
            yield from source.sample(ints, len(ints))
            return
        for _ in range(_ROUNDS * n):
            yield source.randrange(own.start, own.end)
        return
    strategy = strategy_of(part, Context(names.current))
    for _ in range(_ROUNDS):
        drawn = draw_values(strategy, n, source.getrandbits(32), repr(column), sized=False)
        yield from (x for x in drawn if not _is_missing(x))


def _put_in_order(table: list[dict[Any, Any]], column: Any, whole_rows: bool) -> None:
    """Sort the rows by the first column that never falls, and only the cells of later ones; gaps stay."""
    there = _rows_with(table, column)
    if whole_rows:
        rows = sorted((table[i] for i in there), key=lambda row: order_key(row[column]))
        for i, row in zip(there, rows, strict=True):
            table[i] = row
        return
    values = sorted((table[i][column] for i in there), key=order_key)
    for i, x in zip(there, values, strict=True):
        table[i][column] = x
