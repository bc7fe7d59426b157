"""Answers about the different values of columns, joined back to a lazy frame in its engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.frames.engines import engine_of

if TYPE_CHECKING:
    import narwhals as nw

JOINED_BY: Final = ("key", "key 2")
"""The columns of different values in a frame of answers: of one column, or of the pairs of two."""


def left_join(
    frame: nw.LazyFrame[Any], columns: Sequence[str], answers: Any, added: str
) -> nw.LazyFrame[Any]:
    """Return a lazy frame with a column more: the answer about the values in some columns, or null.

    Args:
        frame: the frame.
        columns: one or two columns of values.
        answers: a frame of different values, in as many columns of `JOINED_BY`, and of the column that is
            added: in memory, or of the same engine.
        added: the name of this column.
    """
    import narwhals as nw

    native: Any = frame.to_native()
    pairs = dict(zip(columns, JOINED_BY, strict=False))
    joined: nw.LazyFrame[Any] = nw.from_native(
        engine_of(native).join(native, pairs, answers.to_native(), added)
    )
    return joined
