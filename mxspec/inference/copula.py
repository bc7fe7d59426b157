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
import dataclasses
import datetime
import itertools
import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.inference.sketch import fields_of
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


# --- from a row to its parts, and back -------------------------------------------------------------------


def fields_in(x: Any) -> Mapping[Any, Any] | None:
    """Return the fields of a map or a record, or None for anything else."""
    if isinstance(x, Mapping):
        return x
    names = fields_of(type(x))
    return None if names is None else {name: getattr(x, name) for name in names}


def _parts(row: Any, is_row: bool = True) -> Iterator[Any]:
    """Yield the values in a row, those of nested maps too; a list in it is one value."""
    fields = fields_in(row)
    if fields is not None:
        for part in fields.values():
            yield from _parts(part, False)
    elif is_row and type(row) in (list, tuple):
        yield from row
    else:
        yield row


def _shape(row: Any, is_row: bool = True) -> Any:
    """Return what rows have in common whose parts mean the same."""
    fields = fields_in(row)
    if fields is not None:
        return type(row), frozenset((key, _shape(part, False)) for key, part in fields.items())
    return (type(row), len(row)) if is_row and type(row) in (list, tuple) else None


def _row_like(row: Any, parts: Iterator[Any], is_row: bool = True) -> Any:
    """Return a row like another one, with other parts."""
    fields = fields_in(row)
    if fields is not None:
        values = {key: _row_like(part, parts, False) for key, part in fields.items()}
        return type(row)(**values) if fields_of(type(row)) is not None else values
    return type(row)(parts) if is_row and type(row) in (list, tuple) else next(parts)


def _parts_like(first: Any, row: Any, is_row: bool = True) -> Iterator[Any]:
    """Yield the parts of a row in the order of the keys of another one."""
    fields = fields_in(first)
    if fields is None:
        yield from _parts(row, is_row)
    else:
        own = fields_in(row) or {}
        for key, part in fields.items():
            yield from _parts_like(part, own[key], False)


# --- columns ---------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Column:
    """The values of a column in their order, and how they are drawn.

    Attributes:
        values: the values in order, each as often as it occurs.
        places: the place of each row in this order, from 0 to 1; equal values share one.
        decimals: the number of decimals of a value between two others; None if there is none between.
    """

    values: Sequence[Any]
    places: Floats
    decimals: int | None

    def value_at(self, place: float) -> Any:
        """Return the value at a place from 0 to 1."""
        at = place * len(self.values)
        i = min(int(at), len(self.values) - 1)
        if self.decimals is None:
            x = self.values[i]
            return x if isinstance(x, _EXACT) else copy.deepcopy(x)
        # A row stands in the middle of its place.
        low = max(math.ceil(at - 0.5) - 1, 0)
        high = min(low + 1, len(self.values) - 1)
        a, b = self.values[low], self.values[high]
        between = a + (b - a) * min(max(at - 0.5 - low, 0), 1)
        return round(between) if type(a) is int else round(between, self.decimals)


def _is_missing(x: Any) -> bool:
    return x is None or (isinstance(x, float) and x != x)


def _number_column(xs: Sequence[Any]) -> Column | None:
    """Return a column of values that have an order, missing ones first; None for one of others."""
    types = {type(x) for x in xs if not _is_missing(x)}
    if len(types) != 1 or not issubclass(next(iter(types)), (int, float, datetime.date)) or types == {bool}:
        return None
    try:
        order = sorted(
            range(len(xs)), key=lambda i: (not _is_missing(xs[i]), xs[i] if not _is_missing(xs[i]) else 0)
        )
    except TypeError:
        return None
    values = [xs[i] for i in order]
    is_dense = types <= {int, float} and len(set(xs)) * 2 > len(xs) and not any(map(_is_missing, xs))
    decimals = None
    if is_dense and (types == {int} or all(map(math.isfinite, xs))):
        decimals = min(12, max(_decimals_of(x) for x in xs))
    return Column(values, _middles(xs, order), decimals)


def _decimals_of(x: float) -> int:
    _, _, digits = repr(x).removesuffix(".0").partition(".")
    return 12 if "e" in digits else len(digits)


def _category_column(xs: Sequence[Any], weights: Mapping[str, float]) -> Column:
    """Return a column of categories, by the weight of each."""
    keys = [*map(repr_of, xs)]
    counts = collections.Counter(keys)
    names = sorted(counts, key=lambda key: (weights.get(key, 0.0), key))
    [(mode, _)] = counts.most_common(1)
    turns = (names[i:] + names[:i] for i in range(len(names)) if len(names) <= MOST_CATEGORIES or not i)
    names = min(turns, key=lambda turn: _distance_from_middle(turn, counts, mode) > 0)
    place = {name: i for i, name in enumerate(names)}
    order = sorted(range(len(xs)), key=lambda i: place[keys[i]])
    return Column([xs[i] for i in order], _middles(keys, order), None)


def _distance_from_middle(names: Sequence[str], counts: Mapping[str, int], name: str) -> float:
    """Return the distance of the place of a category from the middle of the column, 0 if it is there."""
    start, middle = 0, sum(counts.values()) / 2
    for other in names:
        if other == name:
            break
        start += counts[other]
    return max(start - middle, middle - start - counts[name] + 0.5, 0)


def _middles(xs: Sequence[Any], order: Sequence[int]) -> Floats:
    """Return the place of each row: the middle of the places of all that are equal to it."""
    import numpy as np

    places = np.empty(len(xs))
    start = 0
    for _, same in itertools.groupby(order, key=lambda i: repr_of(xs[i])):
        own = list(same)
        places[own] = (start + len(own) / 2) / len(xs)
        start += len(own)
    return places


# --- tables ----------------------------------------------------------------------------------------------


class Table:
    """Rows with the same keys.

    Args:
        rows: the rows.
    """

    def __init__(self, rows: Sequence[Any]) -> None:
        import numpy as np

        self.rows = rows
        self.columns: list[Column] = []
        self.root: Floats | None = None
        if len(rows) < LEAST_ROWS:
            return
        parts = [list(column) for column in zip(*(_parts_like(rows[0], row) for row in rows), strict=True)]
        numbers = [_number_column(xs) for xs in parts]
        weights = _category_weights(
            [xs for xs, column in zip(parts, numbers, strict=True) if column is None],
            [_scores(column.places) for column in numbers if column is not None],
        )
        self.columns = [
            column or _category_column(xs, next(weights)) for xs, column in zip(parts, numbers, strict=True)
        ]
        if self.columns:
            scores = np.array([_scores(column.places) for column in self.columns])
            deviations = scores.std(axis=1)
            scores = (scores - scores.mean(axis=1, keepdims=True)) / np.where(deviations > 0, deviations, 1)[
                :, None
            ]
            correlations = scores @ scores.T / len(rows) * (1 - _SHRINKAGE)
            np.fill_diagonal(correlations, 1)
            self.root = np.linalg.cholesky(correlations)

    def row_at(self, i: int, latent: Any) -> Any:
        """Return a row by normal scores, or the i-th as it is if there are few."""
        if self.root is None:
            return copy.deepcopy(self.rows[i])
        scores = self.root @ latent[: len(self.columns)]
        places = (0.5 * math.erfc(-score / math.sqrt(2)) for score in scores.tolist())
        return _row_like(
            self.rows[0],
            (column.value_at(place) for column, place in zip(self.columns, places, strict=True)),
        )


def _scores(places: Floats) -> Floats:
    import numpy as np

    normal = statistics.NormalDist()
    return np.array([normal.inv_cdf(place) for place in places.tolist()])


def _category_weights(
    columns: Sequence[Sequence[Any]], numbers: Sequence[Floats]
) -> Iterator[Mapping[str, float]]:
    """Yield for each column of categories their weights in the first principal component of the table."""
    import numpy as np

    named = [[*map(repr_of, xs)] for xs in columns]
    names = [sorted(set(keys)) for keys in named]
    few = [len(own) <= MOST_CATEGORIES for own in names]
    indicators = [
        np.array([key == name for key in keys], float)
        for keys, own, is_few in zip(named, names, few, strict=True)
        for name in (own if is_few else ())
    ]
    table = np.array([*numbers, *indicators]).T if numbers or indicators else np.zeros((1, 0))
    table = table - table.mean(axis=0)
    table /= np.where(table.std(axis=0) > 0, table.std(axis=0), 1)
    weights = np.linalg.eigh(table.T @ table)[1][:, -1].tolist() if table.shape[1] else []
    left = iter(weights[len(numbers) :])
    for own, is_few in zip(names, few, strict=True):
        yield {name: next(left) for name in own} if is_few else {}


class RowModel:
    """A model of rows, a table for each set of keys, the most frequent first.

    Args:
        rows: the rows to learn from, one or more.
    """

    def __init__(self, rows: Sequence[Any]) -> None:
        groups: dict[Any, list[Any]] = {}
        for row in rows:
            groups.setdefault(_shape(row), []).append(row)
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
