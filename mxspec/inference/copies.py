"""Copies of rows: a contract that counts each of them promises more than there is."""

from __future__ import annotations

import collections
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mxspec.frames.cells import frame_of, is_frame, rows_of_frame
from mxspec.inference.sketch import COUNTED, Shape

if TYPE_CHECKING:
    from mxspec.frames.cells import Frame


def warn_of_copies(rows: Any, columns: Shape) -> None:
    """Warn if most rows are equal to another row.

    Args:
        rows: dicts, or a frame, which its library is asked about.
        columns: the sketch of their columns.
    """
    many = [
        key
        for key, place in columns.values.items()
        if len(place.kinds) == 1 and place.count == columns.count
        for kind in place.kinds.values()
        if kind.word in COUNTED and kind.values is None
    ]
    if not many or len(columns.values) < 2:
        return
    total = columns.count
    copies = _copies_in_frame(frame_of(rows), many, total) if is_frame(rows) else _copies(rows, many, total)
    if 2 * copies > total:
        warnings.warn(
            f"{copies:,} of {total:,} rows are equal to another row; the promise counts each of them, so "
            "leave copies out, or name what belongs together: groups='patient'",
            stacklevel=3,
        )


def _copies(rows: Sequence[Any], many: Sequence[Any], total: int) -> int:
    """Return the number of rows that are equal to another; 0 where a column shows that most are not."""
    if any(_are_too_many(len({row[key] for row in rows}), total) for key in many):
        return 0
    return sum(count for count in collections.Counter(map(_hash_of_row, rows)).values() if count > 1)


def _are_too_many(values: int, total: int) -> bool:
    """True if a column has too many different values for copies of most rows."""
    return 4 * values > 3 * total


def _hash_of_row(row: Mapping[Any, Any]) -> int:
    try:
        return hash(frozenset(row.items()))
    except TypeError:
        return hash(repr(row))


def _copies_in_frame(frame: Frame, many: Sequence[Any], total: int) -> int:
    import narwhals as nw

    lazy = frame.lazy()
    if any(_are_too_many(lazy.select(nw.col(key).n_unique()).collect().item(), total) for key in many):
        return 0
    schema = frame.collect_schema()
    if any(dtype.is_nested() or dtype == nw.Object for dtype in schema.values()):
        return _copies([*rows_of_frame(frame)], (), total)
    count = "count of " + "".join(map(str, schema))  # which is the name of no column
    counts = lazy.group_by(*schema).agg(nw.len().alias(count)).filter(nw.col(count) > 1)
    return int(counts.select(nw.col(count).sum()).collect().item() or 0)
