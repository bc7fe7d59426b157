"""Columns that may be the key of groups: a contract of the rows of some values refuses rows of the others.

    rows of 40 patients, P1 to P40  ->  the contract of 20 patients refuses 26% of the others' rows

Rows that belong together are alike, so many rows of few patients state bounds that new patients break. This
effect shows a key. A column is tested if its values recur, and are so many that new ones may come. Rows are
sorted by a digest of the value, which keeps the rows of one value together. The contract of each half,
without the column itself and its synonyms, judges the other half. If the value told nothing, the d rows that
set the contract's limits would be as likely in one half as in the other, as in `mxspec.inference.order`. The
least and the greatest values are in both halves. So similar rows alone, such as rows of one age or price,
give no reason to warn: what lies between other rows is within their bounds.

Each column with next values is tested in the same way, against one other column at a time: columns that
refuse more of the other half than promised move with it.
"""

from __future__ import annotations

import dataclasses
import operator
import zlib
from collections.abc import Container, Mapping, Sequence, Sized
from typing import Any, Final, NamedTuple

from mxspec.base.values import INVALID
from mxspec.inference.order import OrderedColumn
from mxspec.inference.sketch import sketch_numbered
from mxspec.inference.structure import Draft, Path
from mxspec.promises.bounds import binomial_cdf
from mxspec.promises.exchangeable import LEVEL, centred_ranks
from mxspec.specs.core.batch import conform_each
from mxspec.specs.core.spec import specize

LEAST_KEYS: Final = 10  # different values of a column that may be a key
LEAST_MOVED: Final = 4  # different values of a key that shows what moves with it
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


def columns_moved_by(
    path: Path, columns: Mapping[Path, list[Any]], opened: Container[Path], share: float
) -> list[Path]:
    """Return the columns, the key among them, where rows of new values of a key are refused more often than
    promised, and than rows in any order are.

    Args:
        path: the path to the key.
        columns: the columns of rows.
        opened: the paths to columns without a bound.
        share: the promised share.

    Example:
        >>> patients = [(i % 40, i % 40 * 7 % 40 + i / 9000, i % 9) for i in range(1000)]
        >>> columns = dict(zip([("patient",), ("sugar",), ("day",)], zip(*patients), strict=True))
        >>> columns_moved_by(("patient",), columns, (), 0.01)
            [('sugar',)]
    """
    if len({*columns[path]}) < LEAST_MOVED:
        return []
    halves, moved = _Halves.by_values(columns[path]), []
    for other in columns:
        if other not in opened:
            asked = [halves.ask(columns[other], part) for part in halves.parts]
            p_value = min(halves.p_value(*each) for each in asked)
            refused = sum(len(each.refused) for each in asked)
            if p_value < LEVEL / len(columns) and refused > share * halves.count:
                moved.append(other)
    return moved


class _Answer(NamedTuple):
    """The refused rows of a half, how many rows of the others set a limit, and the half."""

    refused: set[int]
    limits: int
    part: slice


@dataclasses.dataclass(frozen=True)
class _Halves:
    """Rows in two halves by the values of a key, so that no value but the outer ones is in both.

    Attributes:
        order: the numbers of the rows: first the rows of the outer values, then each half.
        start, half: the places where the first and the second half begin.
    """

    order: list[int]
    start: int
    half: int

    @classmethod
    def by_values(cls, keys: Sequence[Any]) -> _Halves:
        digests = {x: (zlib.crc32(repr(x).encode()), i) for i, x in enumerate(dict.fromkeys(keys))}
        order = sorted(range(len(keys)), key=lambda i: digests[keys[i]])
        order = order[: _end_of_value(MOST_ROWS, keys, order)]
        values = [*{keys[i]: None for i in order}]
        ranks = sorted(zip(centred_ranks(values), values, strict=True), key=operator.itemgetter(0))
        few = len(values) // AT_ENDS
        outer = {x for _, x in [*ranks[:few], *ranks[len(ranks) - few :]]}
        order.sort(key=lambda i: keys[i] not in outer)
        start = sum(keys[i] in outer for i in order)
        return cls(order, start, _end_of_value((start + len(order)) // 2, keys, order))

    @property
    def parts(self) -> tuple[slice, slice]:
        """The two halves that are tested."""
        return slice(self.half, None), slice(self.start, self.half)

    @property
    def count(self) -> int:
        """The number of rows in both halves."""
        return len(self.order) - self.start

    def ask(self, column: Sequence[Any], part: slice) -> _Answer:
        """Ask the contract of the other rows of a column about a half."""
        xs = [column[i] for i in self.order]
        first = xs[: part.start] if part.stop is None else xs[: self.start] + xs[self.half :]
        draft = Draft()
        spec = specize(draft.spec_of(*sketch_numbered(first, range(len(first)), 0).parts))
        answers = conform_each(spec, xs[part])
        return _Answer({i for i, x in enumerate(answers) if x is INVALID}, max(2, draft.count), part)

    def p_value(self, refused: Sized, limits: int, part: slice) -> float:
        """Return the p-value of the null that the rows of a half are like the others."""
        n = limits - 1 + len(refused)  # of so many rows in any order, at most limits - 1 come first
        share = 1 - len(self.order[part]) / len(self.order)
        return 2 * binomial_cdf(limits - 1, n, share) if refused else 1.0


def _ask_of_new_values(
    path: Path, columns: Mapping[Path, list[Any]], opened: Container[Path]
) -> tuple[float, float]:
    """Return the p-value of the null that rows of new values are like the others, and the refused share."""
    keys, halves = columns[path], _Halves.by_values(columns[path])
    others = []
    for xs in (columns[other] for other in columns if other not in opened):
        pairs = {(keys[i], repr(xs[i])) for i in halves.order}
        if len(pairs) > len({x for x, _ in pairs}) or len(pairs) > len({x for _, x in pairs}):
            others.append(xs)  # the key itself and its synonyms add nothing
    p_value, total = 1.0, 0
    for part in halves.parts:
        asked = [halves.ask(xs, part) for xs in others]
        refused = set[int]().union(*(each.refused for each in asked))
        total += len(refused)
        p_value = min(p_value, halves.p_value(refused, sum(each.limits for each in asked), part))
    return p_value, total / max(1, halves.count)


def _end_of_value(end: int, keys: Sequence[Any], order: list[int]) -> int:
    """Return the first place, from end on, where another value begins."""
    while 0 < end < len(order) and keys[order[end]] == keys[order[end - 1]]:
        end += 1
    return min(end, len(order))
