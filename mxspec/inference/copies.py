"""Copies of rows: a contract that counts each copy promises too much."""

from __future__ import annotations

import collections
import warnings
from collections.abc import Sequence
from typing import Any

from mxspec.frames.named_frames import frame_of, is_frame, rows_of_frame
from mxspec.inference.sketch import COUNTED, Apart, Shape


def warn_of_copies(rows: Any, columns: Shape, apart: Apart) -> None:
    """Warn if most rows are equal to another with the same value in the column with the most values.

    Args:
        rows: dicts, or a frame, which its own library searches.
        columns: the sketch of their columns.
        apart: the digests of columns without repeats: with such a column, no row is a copy.
    """
    repeats = {
        key: sum(kind.digests.values())
        for key, place in columns.values.items()
        if len(place.kinds) == 1 and place.count == columns.count
        for kind in place.kinds.values()
        if kind.word in COUNTED and kind.values is None
    }
    many = sorted(repeats, key=repeats.__getitem__)  # a column with few repeats answers sooner
    if not many or len(columns.values) < 2 or any(apart.get(key) for key in many):
        return
    total = columns.count
    count = _copies_in_frame if is_frame(rows) else _copies
    copies = count(rows, many, total)
    if 2 * copies > total:
        warnings.warn(
            f"{copies:,} of {total:,} rows are equal to another row; the promise counts each of them, so "
            "leave copies out, or name what belongs together: groups='patient'",
            stacklevel=5,
        )


def _copies(rows: Sequence[Any], many: Sequence[Any], total: int) -> int:
    """Return the number of rows that are equal to the first with the same value, and to another one."""
    most: dict[Any, list[int]] = {}
    for key in many:
        numbers: dict[Any, list[int]] = collections.defaultdict(list)
        for i, row in enumerate(rows):
            numbers[row[key]].append(i)
        if _are_too_many(len(numbers), total):
            return 0
        most = max(most, numbers, key=len)
    counts = (sum(rows[i] == rows[own[0]] for i in own) for own in most.values())
    return sum(count for count in counts if count > 1)


def _copies_in_frame(rows: Any, many: Sequence[Any], total: int) -> int:
    """Return the number of such rows of a frame; its library does most of the work."""
    import narwhals as nw

    frame = frame_of(rows)
    lazy = frame.frame.lazy()
    own = {key: frame.own[key] for key in many}
    values = {key: int(lazy.select(nw.col(name).n_unique()).collect().item()) for key, name in own.items()}
    if any(_are_too_many(count, total) for count in values.values()):
        return 0
    if isinstance(frame.frame, nw.LazyFrame) or any(
        dtype.is_nested() or dtype == nw.Object for dtype in frame.schema.values()
    ):
        return _copies([*rows_of_frame(frame)], many, total)
    numbered = frame.frame.with_row_index("number")
    groups = numbered.group_by(*frame.own.values()).agg(nw.col("number").min(), nw.len().alias("count"))
    most = own[max(values, key=values.__getitem__)]
    firsts = groups.sort("number").unique([most], keep="first", maintain_order=True)
    return sum(n for n in firsts.get_column("count").to_list() if n > 1)


def _are_too_many(values: int, total: int) -> bool:
    """True if a column has too many different values for copies of most rows."""
    return 4 * values > 3 * total
