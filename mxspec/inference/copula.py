"""Rows like other rows: a Gaussian copula, with the distribution and the rank correlations of the columns.

Rows with the same keys are one table. Each column is turned into normal scores by its ranks; the scores of a
new row are drawn with the correlations of these, and turned back into values of each column (Nelsen, "An
Introduction to Copulas", 2006). Categories are put into the order of their weight in the first principal
component of the table, turned so that the most frequent is in the middle; where all scores are 0, the row has
the median of each column of numbers and the most frequent category of the others.
"""

from __future__ import annotations

import bisect
import collections
import copy
import datetime
import itertools
import math
import operator
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mxspec.inference.sketch import record_fields
from mxspec.predicates import TaggedValue
from mxspec.strategies import combine, sampling, simple
from mxspec.values import repr_of

if TYPE_CHECKING:
    import numpy as np
    from hypothesis.strategies import SearchStrategy

    Floats = np.ndarray[Any, np.dtype[np.float64]]

LEAST_ROWS: Final = 30  # of a table with correlations; of fewer, one is drawn as it is
MOST_CATEGORIES: Final = 30  # that are put into an order
_SHRINKAGE: Final = 0.01  # of correlations towards 0, so that their matrix has a root
_EXACT: Final = (str, int, float, bool, bytes, type(None), datetime.date, datetime.time, datetime.timedelta)


# --- from a row to its cells, and back -------------------------------------------------------------------

Path = tuple[Any, ...]


def _fields_in(x: Any) -> Mapping[Any, Any] | None:
    """Return the fields of a map or a record, or None for anything else."""
    if isinstance(x, Mapping):
        return x
    names = record_fields(type(x))
    return None if names is None else {name: getattr(x, name) for name in names}


def cells(row: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the values in a row, each with its place, those of nested maps too; a list in it is one value."""
    if isinstance(row, TaggedValue):  # what or_ conforms to
        row = row[1]
    fields = _fields_in(row)
    if fields is None and not path and type(row) in (list, tuple):
        fields = dict(enumerate(row))
    if fields is None:
        yield path, row
    else:
        for key, part in fields.items():
            yield from cells(part, (*path, key))


def _row_like(row: Any, values: Mapping[Path, Any], path: Path = ()) -> Any:
    """Return a row like another one, with values of its own by their places."""
    fields = _fields_in(row)
    if fields is not None:
        parts = {key: _row_like(part, values, (*path, key)) for key, part in fields.items()}
        return parts if isinstance(row, Mapping) else type(row)(**parts)
    if not path and type(row) in (list, tuple):
        return type(row)(values.values())
    return values[path]


# --- columns ---------------------------------------------------------------------------------------------


class Column(NamedTuple):
    """The values of a column in their order, and how they are drawn.

    Attributes:
        values: the values in order, each as often as it occurs.
        scores: the normal score of each row; equal values share one.
        decimals: the number of decimals of a value between two others; None if there is none between.
    """

    values: Sequence[Any]
    scores: Floats
    decimals: int | None

    def value_at(self, place: float) -> Any:
        """Return the value at a place from 0 to 1."""
        at = place * len(self.values)
        if self.decimals is None:
            x = self.values[min(int(at), len(self.values) - 1)]
            return x if isinstance(x, _EXACT) else copy.deepcopy(x)
        # A row stands in the middle of its place.
        low = max(math.ceil(at - 0.5) - 1, 0)
        a, b = self.values[low], self.values[min(low + 1, len(self.values) - 1)]
        between = a + (b - a) * min(max(at - 0.5 - low, 0), 1)
        return round(between) if type(a) is int else round(between, self.decimals)


def _column(xs: Sequence[Any], codes: Sequence[int], decimals: int | None = None) -> Column:
    """Return the column of values with codes that rise in their order."""
    import numpy as np

    counts = np.bincount(codes)
    places = (np.cumsum(counts) - counts / 2) / len(xs)  # a value stands in the middle of its places
    normal = statistics.NormalDist()
    scores = np.array([normal.inv_cdf(places[code]) for code in codes])
    pairs = sorted(zip(codes, xs, strict=True), key=operator.itemgetter(0))
    return Column([x for _, x in pairs], scores, decimals)


def _number_column(xs: Sequence[Any]) -> Column | None:
    """Return a column of values that have an order, missing ones first; None for one of others."""
    there = {x for x in xs if x is not None and x == x} if all(map(_is_ordered, xs)) else set()
    types = set(map(type, there))
    if len(types) != 1 or types == {bool}:
        return None
    try:
        ranks = {x: i for i, x in enumerate(sorted(there), 1)}
    except TypeError:  # moments with a time zone and without
        return None
    decimals = None
    is_dense = types <= {int, float} and 2 * len(there) > len(xs) and all(x in there for x in xs)
    if is_dense and (types == {int} or all(map(math.isfinite, there))):
        decimals = min(12, max(map(_decimals_of, there)))
    return _column(xs, [ranks.get(x, 0) for x in xs], decimals)


def _is_ordered(x: Any) -> bool:
    return x is None or isinstance(x, (int, float, datetime.date))


def _decimals_of(x: float) -> int:
    _, _, digits = repr(x).removesuffix(".0").partition(".")
    return 12 if "e" in digits else len(digits)


def _category_column(xs: Sequence[Any], weights: Mapping[str, float]) -> Column:
    """Return a column of categories, in the order of their weights."""
    keys = [*map(repr_of, xs)]
    counts = collections.Counter(keys)
    names = sorted(counts, key=lambda key: (weights.get(key, 0.0), key))
    [(mode, _)] = counts.most_common(1)
    for i in range(len(names) if len(names) <= MOST_CATEGORIES else 0):
        turn = names[i:] + names[:i]
        if [name for name in turn for _ in range(counts[name])][len(xs) // 2] == mode:
            names = turn
            break
    place = {name: i for i, name in enumerate(names)}
    return _column(xs, [place[key] for key in keys])


def _category_weights(columns: Mapping[Path, Sequence[Any]], numbers: Sequence[Floats]) -> Any:
    """Return the weights of the categories of each column in the first principal component of the table."""
    import numpy as np

    weights: dict[Path, dict[str, float]] = {path: {} for path in columns}
    named = {path: [*map(repr_of, xs)] for path, xs in columns.items()}
    few = [(path, name) for path in named for name in sorted({*named[path]})]
    few = [(path, name) for path, name in few if len({*named[path]}) <= MOST_CATEGORIES]
    if few:
        indicators = [np.array([key == name for key in named[path]], float) for path, name in few]
        table = _standardise(np.array([*numbers, *indicators]))
        component = np.linalg.eigh(table @ table.T)[1][len(numbers) :, -1].tolist()
        for (path, name), weight in zip(few, component, strict=True):
            weights[path][name] = weight
    return weights


def _standardise(rows: Floats) -> Floats:
    """Return rows, each with the mean 0 and the standard deviation 1, or all 0."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    deviations = rows.std(axis=1, keepdims=True)
    scaled: Floats = rows / (deviations + (deviations == 0))
    return scaled


# --- tables ----------------------------------------------------------------------------------------------


class Table:
    """Rows with the same keys.

    Args:
        rows: the rows.
    """

    def __init__(self, rows: Sequence[Any]) -> None:
        import numpy as np

        self.rows = rows
        self.columns: dict[Path, Column] = {}
        parts = [dict(cells(row)) for row in rows] if len(rows) >= LEAST_ROWS else [{}]
        if not parts[0]:
            return
        values = {path: [part[path] for part in parts] for path in parts[0]}
        numbers = {path: column for path, xs in values.items() if (column := _number_column(xs)) is not None}
        others = {path: xs for path, xs in values.items() if path not in numbers}
        weights = _category_weights(others, [column.scores for column in numbers.values()])
        self.columns = {
            path: numbers[path] if path in numbers else _category_column(xs, weights[path])
            for path, xs in values.items()
        }
        scores = _standardise(np.array([column.scores for column in self.columns.values()]))
        correlations = scores @ scores.T / len(rows) * (1 - _SHRINKAGE)
        np.fill_diagonal(correlations, 1)
        self.root: Floats = np.linalg.cholesky(correlations)

    def row_at(self, i: int, latent: Any) -> Any:
        """Return a row by normal scores, or the i-th as it is if there are few."""
        if not self.columns:
            return copy.deepcopy(self.rows[i])
        scores = (self.root @ latent[: len(self.columns)]).tolist()
        values = {
            path: column.value_at(0.5 * math.erfc(-score / math.sqrt(2)))
            for (path, column), score in zip(self.columns.items(), scores, strict=True)
        }
        return _row_like(self.rows[0], values)


class RowModel:
    """A model of rows, a table for each set of keys, the most frequent first.

    Args:
        rows: the rows to learn from, one or more.
    """

    def __init__(self, rows: Sequence[Any]) -> None:
        groups: dict[Any, list[Any]] = {}
        for row in rows:
            groups.setdefault((type(row), frozenset(path for path, _ in cells(row))), []).append(row)
        self.tables = [Table(group) for group in sorted(groups.values(), key=len, reverse=True)]
        self.ends = [*itertools.accumulate(len(table.rows) for table in self.tables)]
        self.width = max(len(table.columns) for table in self.tables)

    def row_at(self, latent: tuple[int, Any]) -> Any:
        """Return the row of a latent: a number below that of the rows, and normal scores."""
        i, scores = latent
        k = bisect.bisect_right(self.ends, i)
        return self.tables[k].row_at(i - (self.ends[k - 1] if k else 0), scores)

    def strategy(self) -> SearchStrategy[Any]:
        """Return a strategy of rows that shrink towards the most usual one."""
        number, scores = simple.ints(0, self.ends[-1] - 1), combine.standard_normal(self.width)
        make: Callable[[Any], Any] = self.row_at
        return sampling.such_that(lambda _: True, combine.tuples([number, scores]), make=make)
