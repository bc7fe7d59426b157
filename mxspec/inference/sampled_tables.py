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
from mxspec.inference.table_terms import ORDER_OF_CHANGES, TableTerms
from mxspec.inference.terms import is_gap
from mxspec.specs.compiled import valid_each
from mxspec.specs.maps import Keys
from mxspec.specs.ranges import IntIn
from mxspec.strategies.sampling import draw_values

_ROUNDS: Final = 20  # of draws; then a column is out of values


class SampledTable:
    """Examples of rows with cells that may be changed.

    Attributes:
        spec: the spec of a row.
        rows: the rows.
        source: the source of random choices.
        is_in_order: True if the rows are sorted by a column.
    """

    def __init__(self, spec: Spec, rows: Sequence[Any], seed: int | None) -> None:
        self.spec, self.rows = spec, [dict(row) for row in rows]
        self.source, self.is_in_order = random.Random(seed), False

    def error(self, words: str) -> GeneratorError:
        """Return the error for a term that the examples can't keep."""
        return GeneratorError(words, spec=self.spec)

    def rows_with(self, column: Any) -> list[int]:
        """Return the numbers of the rows that have a value in a column."""
        return [i for i, row in enumerate(self.rows) if not is_gap(row.get(column))]

    def new_values(self, column: Any, n: int) -> Iterator[Any]:
        """Yield values of a column; ints of a short range do not repeat."""
        maps = (each for each in maps_within(self.spec) if isinstance(each, Keys))
        parts = (each.spec_at(column, Question(names.current)) for each in maps)
        part = next((each for each in parts if each is not None), None)
        if part is None:
            return
        own = part.target(names.current.resolve)
        if isinstance(own, IntIn):
            ints = range(own.start, own.end)
            if own.end - own.start <= 2 * n:
                yield from self.source.sample(ints, len(ints))
                return
            for _ in range(_ROUNDS * n):
                yield self.source.randrange(own.start, own.end)
            return
        strategy = strategy_of(part, Context(names.current))
        for _ in range(_ROUNDS):
            drawn = draw_values(strategy, n, self.source.getrandbits(32), repr(column), sized=False)
            yield from (x for x in drawn if not is_gap(x))


def keep_terms(terms: TableTerms, spec: Spec, rows: Sequence[Any], seed: int | None = 0) -> list[Any]:
    """Return examples of rows, after changing the cells that break the terms of a table.

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
    table = SampledTable(spec, rows, seed)
    for kind in ORDER_OF_CHANGES:
        for term in terms.terms:
            if isinstance(term, kind):
                term.keep(table)
    for row, fits in zip(table.rows, valid_each(spec, table.rows), strict=True):
        if not fits:
            raise table.error(f"a row with a value that keeps the terms does not fit: {row!r}")
    if problems := terms.problems(table.rows):
        raise table.error(f"examples break a term of the table: {'; '.join(problems)}")
    return table.rows
