"""Columns that may be the key of groups: a contract of the rows of some values refuses rows of the others.

    rows of 40 patients, P1 to P40  ->  the contract of 20 patients refuses 26% of the others' rows

Rows that belong together are alike, so many rows of few patients state bounds that new patients break. This
effect shows a key. A column is tested if its values recur, and are so many that new ones may come. Rows are
sorted by a digest of the value, which keeps the rows of one value together. The contract of each half,
without the column itself and its synonyms, judges the other half. If the value told nothing, the d rows that
set the contract's limits would be as likely in one half as in the other, as in `mxspec.inference.order`. The
least and the greatest values are in both halves. So similar rows alone, such as rows of one age or price,
give no reason to warn: what lies between other rows is within their bounds.
"""

from __future__ import annotations

import operator
import zlib
from collections.abc import Container, Mapping
from typing import Any, Final, NamedTuple

from mxspec.core.batch import conform_each
from mxspec.core.spec import specize
from mxspec.inference.order import OrderedColumn
from mxspec.inference.sketch import sketch_numbered
from mxspec.inference.structure import Draft, Path
from mxspec.promises.bounds import binomial_cdf
from mxspec.promises.exchangeable import LEVEL, centred_ranks
from mxspec.values import INVALID

LEAST_KEYS: Final = 10  # different values of a column that may be a key
MOST_ASKED: Final = 8  # columns, first the texts
MOST_CONTRACTS: Final = 200  # of a column, each made twice
AT_ENDS: Final = 8  # one in so many values, at either end, is in both halves: no new age is beyond them
MOST_ROWS: Final = 2000  # to look at, with all rows of each value


class GroupKey(NamedTuple):
    """A column where rows of new values break a contract of the other rows.

    Attributes:
        path: the path to it.
        refused: the refused share of the rows of new values.
    """

    path: Path
    refused: float


def group_key_of(columns: Mapping[Path, list[Any]], opened: Container[Path]) -> GroupKey | None:
    """Return the column where rows of new values are refused most often, if more than promised; else None.

    Args:
        columns: the columns of rows.
        opened: the paths to columns without a bound.

    Example:
        >>> patients = [(i % 40, i % 40 * 7 % 40 + i / 9000) for i in range(1000)]
        >>> columns = {("patient",): [i for i, _ in patients], ("sugar",): [x for _, x in patients]}
        >>> group_key_of(columns, ())
        GroupKey(path=('patient',), refused=...)
    """
    candidates = [path for path, xs in columns.items() if path and _may_be_key(xs)]
    candidates.sort(key=lambda path: not isinstance(columns[path][0], str))
    keys = []
    for path in candidates[: max(1, min(MOST_ASKED, MOST_CONTRACTS // max(1, len(columns))))]:
        p_value, refused = _ask_of_new_values(path, columns, opened)
        if p_value < LEVEL / len(candidates):
            keys.append(GroupKey(path, refused))
    return max(keys, key=lambda key: key.refused, default=None)


def _may_be_key(xs: list[Any]) -> bool:
    if not {*map(type, xs)} <= {int, str}:
        return False
    return LEAST_KEYS <= len({*xs}) <= len(xs) / 2 and not OrderedColumn(xs).moments


def _ask_of_new_values(
    path: Path, columns: Mapping[Path, list[Any]], opened: Container[Path]
) -> tuple[float, float]:
    """Return the p-value of the null that rows of new values are like the others, and the refused share."""
    keys = columns[path]
    digests = {x: (zlib.crc32(repr(x).encode()), i) for i, x in enumerate(dict.fromkeys(keys))}
    order = sorted(range(len(keys)), key=lambda i: digests[keys[i]])
    order = order[: _end_of_value(MOST_ROWS, keys, order)]
    values = [*{keys[i]: None for i in order}]
    ranks = sorted(zip(centred_ranks(values), values, strict=True), key=operator.itemgetter(0))
    few = len(values) // AT_ENDS
    outer = {x for _, x in [*ranks[:few], *ranks[len(ranks) - few :]]}
    order.sort(key=lambda i: keys[i] not in outer)
    start = sum(keys[i] in outer for i in order)
    half = _end_of_value((start + len(order)) // 2, keys, order)
    others = []
    for xs in (columns[other] for other in columns if other not in opened):
        own = [xs[i] for i in order]
        pairs = {(keys[i], repr(x)) for i, x in zip(order, own, strict=True)}
        if len(pairs) > len({x for x, _ in pairs}) or len(pairs) > len({x for _, x in pairs}):
            others.append(own)  # the key itself and its synonyms say the same
    p_value, total = 1.0, 0
    for asked in (slice(half, None), slice(start, half)):
        refused: set[int] = set()
        limits = 0
        for xs in others:
            draft = Draft()
            later = xs[asked]
            first = xs[: asked.start] if asked.stop is None else xs[:start] + xs[half:]
            spec = specize(draft.spec_of(*sketch_numbered(first, range(len(first)), 0).parts))
            refused.update(i for i, x in enumerate(conform_each(spec, later)) if x is INVALID)
            limits += max(2, draft.count)
        total += len(refused)
        n = limits - 1 + len(refused)  # of so many rows in any order, at most limits - 1 come first
        if refused:
            p_value = min(p_value, 2 * binomial_cdf(limits - 1, n, 1 - len(order[asked]) / len(order)))
    return p_value, total / max(1, len(order) - start)


def _end_of_value(end: int, keys: list[Any], order: list[int]) -> int:
    """Return the first place, from end on, where another value begins."""
    while 0 < end < len(order) and keys[order[end]] == keys[order[end - 1]]:
        end += 1
    return min(end, len(order))
