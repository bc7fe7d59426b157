"""Rows like other rows: a Gaussian copula, with the distribution and the rank correlations of the columns.

Rows with the same keys are one table. Each column is turned into normal scores by its ranks; the scores of a
new row are drawn with the same correlations, and turned back into values of each column (Nelsen, "An
Introduction to Copulas", 2006). Categories are ordered by their weight in the first principal component of
the table, rotated so that the most frequent is in the middle. Gaps among numbers are a separate column.
Where all scores are 0, the row has the median of each column of numbers and the most frequent category of the
others. Many rows are drawn as one matrix.
"""

from __future__ import annotations

import collections
import copy
import datetime
import itertools
import math
import operator
import random
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mxspec.base.fields import record_fields
from mxspec.base.strategies import combine, sampling, simple
from mxspec.base.strategies.combine import Strategy
from mxspec.base.value_types import VALUE_TYPES
from mxspec.base.values import repr_of
from mxspec.predicates import TaggedValue
from mxspec.specs.core.batch import BatchStrategy

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float64]]

LEAST_ROWS: Final = 30  # of a table with correlations; from fewer, one row is drawn as it is
MOST_CATEGORIES: Final = 30  # that are put into an order
_SHRINKAGE: Final = 0.01  # of correlations towards 0, so that their matrix has a root
_EXACT_INT: Final = 2**53  # every int up to it is a float
_LARGEST: Final = 1e290  # of floats that are drawn between others, so that none overflows
_PLAIN: Final = (type(None), *(cls for cls, row in VALUE_TYPES.items() if row.has_hash))


# --- from a row to its cells, and back -------------------------------------------------------------------

Path = tuple[Any, ...]


def _fields_in(x: Any) -> Mapping[Any, Any] | None:
    """Return the fields of a map or a record, or None for anything else."""
    if isinstance(x, Mapping):
        return x
    names = record_fields(type(x))
    return None if names is None else {name: getattr(x, name) for name in names}


def cells(row: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the values in a row and in its nested maps, each with its place; a list is one value."""
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


def _rows_like(row: Any, n: int, columns: Mapping[Path, list[Any]], path: Path = ()) -> list[Any]:
    """Return n rows with the shape of a given row, made from columns of values by place."""
    fields = _fields_in(row)
    if fields is None and (path or type(row) not in (list, tuple)):
        return columns[path]
    if fields is None:
        parts = [*columns.values()]
    else:
        parts = [_rows_like(part, n, columns, (*path, key)) for key, part in fields.items()]
    values = zip(*parts, strict=True) if parts else itertools.repeat((), n)
    if fields is None:
        return [*map(type(row), values)]
    rows = [dict(zip(fields, each, strict=True)) for each in values]
    return rows if isinstance(row, Mapping) else [type(row)(**each) for each in rows]


# --- columns ---------------------------------------------------------------------------------------------


class Column(NamedTuple):
    """The values of a column in their order, and how they are drawn.

    Attributes:
        values: the values in order, each as often as it occurs.
        scores: the normal score of each row, NaN without a value; equal values share one.
        decimals: the number of decimals of a value drawn between two others; None if none may be.
        is_exact: True if rows may share a value.
    """

    values: Sequence[Any]
    scores: Floats
    decimals: int | None
    is_exact: bool

    def values_at(self, places: Floats) -> list[Any]:
        """Return the values at places from 0 to 1."""
        import numpy as np

        most = len(self.values) - 1
        at = places * len(self.values)
        if self.decimals is None:
            drawn = [self.values[i] for i in np.minimum(at, most).astype(np.intp).tolist()]
            return drawn if self.is_exact else [*map(copy.deepcopy, drawn)]
        # A row stands in the middle of its place.
        low = np.maximum(np.ceil(at - 0.5) - 1, 0).astype(np.intp)
        values = np.asarray(self.values, np.float64)
        a, b = values[low], values[np.minimum(low + 1, most)]
        between = a + (b - a) * np.clip(at - 0.5 - low, 0, 1)
        if type(self.values[0]) is int:
            return [*map(int, np.rint(between).tolist())]
        unit = 10.0**self.decimals
        # Beyond 2**53 units a float has fewer decimals than that.
        is_short = abs(between) * unit < _EXACT_INT
        rounded: list[Any] = np.where(is_short, np.rint(between * unit) / unit, between).tolist()
        return rounded


def _column(xs: Sequence[Any], codes: Sequence[int], decimals: int | None = None) -> Column:
    """Return the column of values; their codes rise in their order, and -1 stands for a missing value."""
    import numpy as np

    own = np.asarray(codes)
    counts = np.bincount(own[own >= 0])
    places = (np.cumsum(counts) - counts / 2) / counts.sum()  # a value stands in the middle of its places
    normal = statistics.NormalDist()
    quantiles = [normal.inv_cdf(place) if count else 0.0 for place, count in zip(places, counts, strict=True)]
    pairs = sorted(zip(codes, xs, strict=True), key=operator.itemgetter(0))
    values = [x for code, x in pairs if code >= 0]
    scores = np.array([*quantiles, math.nan])[own]
    return Column(values, scores, decimals, all(isinstance(x, _PLAIN) for x in values))


def _number_column(xs: Sequence[Any]) -> Column | None:
    """Return a column of values that have an order, without missing ones; None for other values."""
    there = {x for x in xs if x is not None and x == x} if all(map(_is_ordered, xs)) else set()
    types = set(map(type, there))
    if len(types) != 1 or types == {bool}:
        return None
    try:
        ranks = {x: i for i, x in enumerate(sorted(there))}
    except TypeError:  # moments with a time zone and without
        return None
    codes = [ranks.get(x, -1) for x in xs]
    [tp] = types
    is_dense = tp in (int, float) and 2 * len(there) > sum(code >= 0 for code in codes)
    if is_dense and all(abs(x) <= (_EXACT_INT if tp is int else _LARGEST) for x in there):
        return _column(xs, codes, min(12, max(map(_decimals_of, there))))
    return _column(xs, codes)


def _gap_column(xs: Sequence[Any]) -> Column | None:
    """Return a column of the missing values, with True for each number; None if nothing is missing."""
    gaps = [x if x is None or x != x else True for x in xs]
    return None if all(x is True for x in gaps) else _category_column(gaps, {})


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
        table = _standardise(np.array([*numbers, *indicators]))[0]
        component = np.linalg.eigh(table @ table.T)[1][len(numbers) :, -1].tolist()
        for (path, name), weight in zip(few, component, strict=True):
            weights[path][name] = weight
    return weights


def _standardise(rows: Floats) -> tuple[Floats, Floats]:
    """Return rows, each with the mean 0 and the standard deviation 1, or all 0, and a mask of numbers.

    Where a row has NaN, both are 0; elsewhere the mask is 1.
    """
    import numpy as np

    there = (~np.isnan(rows)).astype(float)
    counts = np.maximum(there.sum(axis=1, keepdims=True), 1)
    rows = np.where(there, rows, 0)
    rows = (rows - rows.sum(axis=1, keepdims=True) / counts) * there
    deviations = np.sqrt((rows * rows).sum(axis=1, keepdims=True) / counts)
    return rows / (deviations + (deviations == 0)), there


def _root_of_correlations(scores: Floats) -> Floats:
    """Return a root of the correlations of rows of scores, each over the places where both have a score.

    If no table can have such correlations, they are changed until one can.
    """
    import numpy as np

    rows, there = _standardise(scores)
    counts = there @ there.T
    correlations = rows @ rows.T / np.maximum(counts, 1) * (counts >= LEAST_ROWS) * (1 - _SHRINKAGE)
    np.fill_diagonal(correlations, 1)
    weights, vectors = np.linalg.eigh(correlations)
    nearest = (vectors * np.maximum(weights, _SHRINKAGE / 2)) @ vectors.T
    scale = np.sqrt(np.diag(nearest))
    return np.linalg.cholesky(nearest / np.outer(scale, scale))


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
        self.gaps: dict[Path, Column] = {}
        self.root: Floats = np.zeros((0, 0))
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
        gaps = {path: _gap_column(values[path]) for path in numbers}
        self.gaps = {path: column for path, column in gaps.items() if column is not None}
        columns = [*self.columns.values(), *self.gaps.values()]
        self.root = _root_of_correlations(np.array([column.scores for column in columns]))

    def rows_at(self, numbers: Any, latents: Any) -> list[Any]:
        """Return rows by their normal scores (n, width), or by their numbers as they are if there are few."""
        import numpy as np

        if not self.columns:
            return [copy.deepcopy(self.rows[i]) for i in numbers]
        scores = latents[:, : len(self.root)] @ self.root.T / -math.sqrt(2)
        places = 0.5 * np.array([*map(math.erfc, scores.T.ravel())]).reshape(scores.shape[::-1])
        columns = [*self.columns.values(), *self.gaps.values()]
        drawn = [column.values_at(own) for column, own in zip(columns, places, strict=True)]
        values = dict(zip(self.columns, drawn, strict=False))
        for path, gaps in zip(self.gaps, drawn[len(self.columns) :], strict=True):
            values[path] = [x if gap is True else gap for x, gap in zip(values[path], gaps, strict=True)]
        return _rows_like(self.rows[0], len(latents), values)


class RowModel:
    """A model of rows: a table for each set of keys, the most frequent first.

    Args:
        rows: the rows to learn from, at least one.
    """

    def __init__(self, rows: Sequence[Any]) -> None:
        groups: dict[Any, list[Any]] = {}
        for row in rows:
            groups.setdefault((type(row), frozenset(path for path, _ in cells(row))), []).append(row)
        self.tables = [Table(group) for group in sorted(groups.values(), key=len, reverse=True)]
        self.ends = [*itertools.accumulate(len(table.rows) for table in self.tables)]
        self.width = max(len(table.root) for table in self.tables)

    def rows_at(self, latents: Sequence[tuple[int, Any]]) -> list[Any]:
        """Return the rows of latents: pairs of a row number, from 0, and normal scores."""
        import numpy as np

        numbers, scores = np.array([i for i, _ in latents]), np.array([each for _, each in latents])
        tables = np.searchsorted(self.ends, numbers, side="right")
        rows: list[Any] = [None] * len(latents)
        for k in np.unique(tables).tolist():
            own = np.flatnonzero(tables == k)
            table = self.tables[k]
            drawn = table.rows_at(numbers[own] - (self.ends[k] - len(table.rows)), scores[own])
            for i, row in zip(own.tolist(), drawn, strict=True):
                rows[i] = row
        return rows

    def draw_latents(self, source: random.Random, n: int) -> list[tuple[int, Any]]:
        """Return n latents as arrays of numpy, in a hundredth of the time of n draws."""
        import numpy as np

        arrays = np.random.default_rng(source.getrandbits(64))
        numbers = arrays.integers(0, self.ends[-1], n).tolist()
        return [*zip(numbers, arrays.standard_normal((n, self.width)), strict=True)]

    def batch_strategy(self) -> BatchStrategy:
        """Return a strategy of many rows per draw."""
        return BatchStrategy(self._latents(), self.rows_at, self.draw_latents)

    def strategy(self) -> Strategy:
        """Return a strategy of rows that shrink towards the most usual one."""
        return sampling.such_that(lambda _: True, self._latents(), make=lambda one: self.rows_at([one])[0])

    def _latents(self) -> Strategy:
        number = simple.ints(0, self.ends[-1] - 1)
        return combine.tuples([number, combine.standard_normal(self.width)])
