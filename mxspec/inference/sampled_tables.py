"""Examples of rows as one table, which keeps the terms of its contract.

Rows are drawn one by one, so an id may repeat, a number may fall, and too many cells may be missing. A cell
that breaks a term gets another value of its column: a missing cell takes a value from another row, a repeated
cell a value that no row has. Then the rows are sorted by the first column that never falls.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from mxspec.base import names
from mxspec.base.strategies.sampling import draw_values
from mxspec.errors import GeneratorError
from mxspec.frames.verdicts import maps_within
from mxspec.inference.table_terms import KINDS, TableTerms
from mxspec.predicates import is_gap
from mxspec.specs.compiled import valid_each, valid_test
from mxspec.specs.core.generation import Context, strategy_of
from mxspec.specs.core.question import Question
from mxspec.specs.core.spec import Spec
from mxspec.specs.maps import Keys
from mxspec.specs.ranges import IntIn

_ROUNDS: Final = 20  # of draws; then a column is out of values
_TURNS: Final = 3  # of all terms, since two keys may share a column


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
        """Yield values of a column; ints of a short range do not repeat, and ids go on from the largest."""
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
        yield from self._next_ids(column, valid_test(part), _ROUNDS * n)
        strategy = strategy_of(part, Context(names.current))
        for _ in range(_ROUNDS):
            drawn = draw_values(strategy, n, self.source.getrandbits(32), repr(column), sized=False)
            yield from (x for x in drawn if not is_gap(x))

    def combinations(self, pools: Sequence[Sequence[Any]], n: int) -> Iterator[tuple[Any, ...]]:
        """Yield a value of each pool at random; if there are few combinations, each of them once."""
        if (total := math.prod(map(len, pools))) <= 4 * n:
            yield from self.source.sample([*itertools.product(*pools)], total)
            return
        for _ in range(_ROUNDS * n):
            yield tuple(map(self.source.choice, pools))

    def _next_ids(self, column: Any, valid: Callable[[Any], bool], most: int) -> Iterator[int]:
        """Yield the ints that come next in a column of ints, at the steps between the ints that it has."""
        ints = [self.rows[i][column] for i in self.rows_with(column)]
        if not ints or {*map(type, ints)} != {int} or not all(map(is_int64, ints)):
            return
        last = max(ints)
        step = math.gcd(*(last - x for x in ints)) or 1
        after = range(last + step, last + step * most + 1, step)
        yield from itertools.takewhile(lambda x: is_int64(x) and valid(x), after)


def is_int64(x: int) -> bool:
    """True if an int has 64 bits, as the ints of engines have."""
    return -(1 << 63) <= x < 1 << 63


def fold_numbers(spec: Spec, rows: Sequence[Any]) -> list[Any]:
    """Return rows with numbers that engines hold in place of wider ones, where such rows fit too.

    Engines have ints of 64 bits, and Decimals of 38 digits.

    Example:
        >>> import mxspec as s
        >>> fold_numbers(s.keys(req_un={"n": int}), [{"n": 1 << 100}, {"n": 7}])
        [{'n': 0}, {'n': 7}]
    """
    folded = {
        i: {**row, **wide}
        for i, row in enumerate(rows)
        if isinstance(row, dict)
        and (wide := {k: own for k, x in row.items() if (own := _fold_number(x)) is not x})
    }
    fits = dict(zip(folded, valid_each(spec, [*folded.values()]), strict=True))
    return [folded[i] if fits.get(i) else row for i, row in enumerate(rows)]


_PLACES: Final = Decimal("1e-9")


def _fold_number(x: Any) -> Any:
    """Return an int of 64 bits, or a Decimal of 18 digits and 9 places, in place of a wider one."""
    if type(x) is int and not is_int64(x):
        return x % (1 << 63)
    if type(x) is Decimal and x.is_finite() and (abs(x) >= 10**18 or x.as_tuple().exponent < -9):  # type: ignore[operator]
        return (x % 10**18).quantize(_PLACES)
    return x


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
    ordered = sorted(terms.terms, key=lambda term: KINDS[type(term)])
    for _ in range(_TURNS):
        table.is_in_order = False
        for term in ordered:
            term.keep(table)
        problems = terms.problems(table.rows)
        if not problems:
            break
    for row, fits in zip(table.rows, valid_each(spec, table.rows), strict=True):
        if not fits:
            raise table.error(f"a row with a value that keeps the terms does not fit: {row!r}")
    if problems:
        raise table.error(f"examples break a term of the table: {'; '.join(problems)}")
    return table.rows
