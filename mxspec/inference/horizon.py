"""Rows in an order: how many single rows they count as, and how many contracts of earlier rows refused later.

    a sensor in time, 20,000 rows, each like the one before  ->  20,000 rows count as about 2,000
    a log that grows, contracts of its first 500, 625, ... 875 rows, each tested on the next 125

Two statements replace "in any order" where the order matters.

- Extreme values come in clusters if neighbours are alike. The number of extreme values in a block of
  neighbours then has a larger variance than a binomial one, by a factor of about the number of rows in a
  cluster (the inverse of the extremal index: Leadbetter, "Extremes and local dependence in stationary
  sequences", 1983). If the variance is larger than in each of 99 random orders of the same rows, the rows
  count as fewer by its ratio to the median of these variances.
- Contracts of first rows are tested on the next two blocks, and refuse k of n rows. Whatever the process,
  with the stated confidence the mean of P(row t is refused | all rows before) is at most
  `share_at_most(k, n)`: for a bet with a factor a < 1, a^X / (1 + (a - 1) p) has the mean 1 given the past,
  so the wealth is a supermartingale (`mxspec.promises.sequential`), and log(1 + (a - 1) p) is concave in p.
  The order, the number of columns and the choice of a rule do not matter, if the rule sees earlier rows
  alone. The bound is about the past of a procedure, which makes a new contract every two blocks: it remains
  an assumption that later rows are no harder.

Both hold for groups of rows, such as patients in the order of their first visits. The extreme values are then
sought among the least and the greatest value of each group; t counts groups, and a group is refused if one of
its rows is, by a contract of whole groups before it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.lazy import LateModule
from mxspec.base.values import INVALID
from mxspec.inference.structure import Path
from mxspec.specs.core.batch import conform_each
from mxspec.specs.core.spec import Spec

if TYPE_CHECKING:
    import numpy as np
else:
    np = LateModule("numpy")

BLOCKS: Final = 16
"""The number of blocks that ordered rows are cut into; a promise covers as many rows more as a block has."""

STEP: Final = 2
"""The number of blocks that a contract is tested on before a new one is made."""

LEAST_ROWS: Final = 160  # blocks of fewer are no evidence
_EXTREME: Final = 0.02  # the share of the values at either end that are extreme
_ORDERS: Final = 99
_MANY: Final = 50  # different values, so that few are extreme


def refused_later(
    groups: Sequence[Sequence[Any]], contract_of: Callable[[Sequence[Any], int], Spec]
) -> tuple[int, int]:
    """Return how many groups of the second half contracts of earlier groups refused, and out of how many.

    Args:
        groups: groups of rows in their order, with one row each where rows are single.
        contract_of: makes a contract of rows of a number of groups.
    """
    ends = [len(groups) * i // BLOCKS for i in range(BLOCKS // 2, BLOCKS + 1, STEP)]
    refused = 0
    for start, end in itertools.pairwise(ends):
        contract = contract_of([*itertools.chain.from_iterable(groups[:start])], start)
        numbered = [(i, row) for i in range(start, end) for row in groups[i]]
        conformed = conform_each(contract, [row for _, row in numbered])
        refused += len({i for (i, _), x in zip(numbered, conformed, strict=True) if x is INVALID})
    return refused, ends[-1] - ends[0]


def ends_of_groups(
    columns: Mapping[Path, Sequence[Any]], groups: Sequence[Sequence[Any]]
) -> dict[Path, list[Any]]:
    """Return the least and the greatest value of each group in each column of numbers, by path and end.

    Args:
        columns: the values of the columns of all rows, group by group.
        groups: the rows of each group.

    Example:
        >>> ends_of_groups({("age",): [30, 31, 7]}, [[{"age": 30}, {"age": 31}], [{"age": 7}]])
        {('age', 'least'): [30, 7], ('age', 'greatest'): [31, 7]}
    """
    numbers = {path: xs for path, xs in columns.items() if {*map(type, xs)} <= {int, float}}
    ends = [0, *itertools.accumulate(map(len, groups))]
    return {
        (*path, word): [pick(xs[start:end]) for start, end in itertools.pairwise(ends)]
        for path, xs in numbers.items()
        if all(map(math.isfinite, xs))
        for word, pick in (("least", min), ("greatest", max))
    }


def rows_that_count(columns: Mapping[Path, Sequence[Any]], total: int) -> dict[Path, int]:
    """Return how many single rows ordered rows count as, by column; the least holds for the whole.

    Args:
        columns: the values of the columns with bounds, of all rows or a sample, in their order.
        total: the number of all rows.

    Example:
        >>> import random
        >>> drawn = random.Random(0)
        >>> clusters = [x for _ in range(100) for x in [drawn.random()] * 10]
        >>> rows_that_count({("x",): clusters}, 1000)["x",] < 250
        True
        >>> rows_that_count({("x",): drawn.sample(clusters, 1000)}, 1000)
        {}
    """
    numbers = {
        path: xs for path, xs in columns.items() if {*map(type, xs)} <= {int, float} and len({*xs}) > _MANY
    }
    n = len(next(iter(columns.values()), ()))
    if not numbers or n < LEAST_ROWS:
        return {}
    numbered = np.tile(np.arange(n), (1 + _ORDERS, 1))
    orders = np.vstack([numbered[:1], np.random.default_rng(n).permuted(numbered[1:], axis=1)])
    places = np.empty_like(orders)  # of each row in each order
    np.put_along_axis(places, orders, numbered, 1)
    variances = {path: _variances(np.array(xs, np.float64), places) for path, xs in numbers.items()}
    others = np.max([*variances.values()], 0)[1:]
    counts = {}
    for path, (own, *_) in variances.items():
        if own > others.max():
            # A sample with a share f of the rows has f times as many rows of each cluster.
            times = max(1.0, float(own / np.sort(others)[_ORDERS // 2]))
            counts[path] = round(total / (1 + (times - 1) * total / n))
    return counts


def _variances(values: np.ndarray[Any, Any], places: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return, for each order, the variance of the number of extreme values in a block, to a binomial one."""
    n, most = len(values), np.ones(len(places))
    if not np.isfinite(values).all():
        return most
    low, high = np.quantile(values, [_EXTREME, 1 - _EXTREME])
    for extreme in (np.flatnonzero(values < low), np.flatnonzero(values > high)):
        share, own = len(extreme) / n, places[:, extreme]
        for block in (int(2 * math.sqrt(n)), n // BLOCKS) if share else ():
            blocks = n // block
            numbers = own // block + (blocks + 1) * np.arange(len(places))[:, None]  # the last has the rest
            counts = np.bincount(numbers.ravel(), minlength=(blocks + 1) * len(places))
            counts = counts.reshape(len(places), -1)[:, :blocks]
            most = np.maximum(most, counts.var(1, ddof=1) / (block * share * (1 - share)))
    return most
