"""Counts of the terms of a table as one aggregate, which the engine of a frame computes.

    missing={"coupon": 0.5}, unique=("id",)  ->  len, the number of coupons, of ids, of different ids

The engine counts where it is exact: nulls, and values of texts, ints, booleans, dates and moments. Python
counts the rest, and finds repeated values so that messages can name them.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from mxspec.frames.cells import column_values

if TYPE_CHECKING:
    from mxspec.frames.named_frames import NamedFrame
    from mxspec.inference.terms import TermCount

_LARGEST: Final = 1 << 63


class EngineColumns:
    """Counts of the columns of a frame, as expressions; None where an engine is not exact."""

    def __init__(self, frame: NamedFrame) -> None:
        self._frame, self._engine = frame, frame.engine

    def column(self, name: Any, *types: str) -> Any:
        """Return the expression of a column, if it has one of some types."""
        import narwhals as nw

        dtype = self._frame.schema.get(name)
        words = {str(dtype).partition("(")[0]}
        if dtype is not None and dtype.is_integer() and not str(dtype).endswith("128"):
            words |= {"int"} if str(dtype) == "UInt64" else {"int", "signed"}
        return nw.col(self._frame.own[name]) if not words.isdisjoint(types) else None

    def present(self, *names: Any) -> Any:
        """Return the number of rows with a value in all of some columns."""
        tests = [self._is_there(name) for name in names]
        if any(test is None for test in tests):
            return None
        return self._engine.count_of(functools.reduce(operator.and_, tests))

    def _is_there(self, name: Any) -> Any:
        floats = self.column(name, "Float32", "Float64")
        if floats is not None:
            return ~floats.is_null() & ~floats.is_nan() if self._engine.has_nan else ~floats.is_null()
        column = self.column(name, "int", "String", "Boolean", "Date", "Datetime", "Duration", "Categorical")
        return None if column is None else ~column.is_null()

    def different(self, *names: Any) -> Any:
        """Return the number of different values, of several columns together; null is one."""
        import narwhals as nw

        columns = [self.column(name, "int", "String", *["Date"] * (len(names) == 1)) for name in names]
        if not self._engine.counts_different or any(column is None for column in columns):
            return None
        if len(columns) == 1:
            return columns[0].n_unique()
        texts = [column.cast(nw.String) for column in columns]
        parts = [(text.str.len_chars().cast(nw.String), nw.lit(":"), text) for text in texts]  # "1:a2:bc"
        return nw.concat_str(*itertools.chain(*parts)).n_unique()

    def newest(self, name: Any) -> Any:
        """Return the greatest of dates or moments."""
        column = self.column(name, "Date", "Datetime")
        return None if column is None else column.max()

    def equal(self, name: Any, values: Collection[Any]) -> list[Any] | None:
        """Return the number of rows with each of some values."""
        kinds = {*map(type, values)}
        types = {str: "String", int: "signed", bool: "Boolean"}  # Arrow can't join UInt64 to others
        own = types.get(kinds.pop()) if len(kinds) == 1 else None
        column = None if own is None else self.column(name, own)
        is_small = not any(type(x) is int and not -_LARGEST <= x < _LARGEST for x in values)
        if column is None or not is_small:
            return None
        return [self._engine.count_of(column == x) for x in values]


class EngineCounts:
    """Counts of terms by the engine of a frame, which may answer other questions with them.

    Attributes:
        frame: the frame.
        expressions: the expressions to compute, by name.
    """

    def __init__(self, frame: NamedFrame, counts: Collection[TermCount]) -> None:
        self.frame, columns = frame, EngineColumns(frame)
        self._asked = {count: count.expressions(columns) for count in counts}
        self.expressions = {
            f"e{i}_{j}": expr
            for i, exprs in enumerate(self._asked.values())
            if not any(each is None for each in exprs)
            for j, expr in enumerate(exprs)
        }

    def take(self, answers: Any, rows: int) -> list[TermCount]:
        """Give each count its answers about so many rows; return the counts that also need the rows."""
        left = []
        for i, (count, exprs) in enumerate(self._asked.items()):
            names = [name for j in range(len(exprs)) if (name := f"e{i}_{j}") in self.expressions]
            values = [column_values(answers[name])[0] for name in names]
            if len(values) < len(exprs) or not count.take(values, rows):
                left.append(count)
        return left


# --- separate queries ---------------------------------------------------------------------------------------

_ORDERED: Final = ("int", "Date", "Datetime")


def has_no_fall(frame: NamedFrame, name: Any) -> bool:
    """True if the engine of a frame in memory shows that no value of a column is less than the one before."""
    texts = [] if frame.engine.is_of_pandas else ["String"]  # pandas compares no text with a gap
    column = EngineColumns(frame).column(name, *_ORDERED, *texts)
    if column is None or not frame.is_eager:
        return False
    import narwhals as nw

    eager: Any = frame.frame
    there, x = eager.select(x=column).filter(~nw.col("x").is_null()), nw.col("x")
    return not there.select(falls=(x < x.shift(1)).any())["falls"].item()


def has_no_repeat(frame: NamedFrame, names: Collection[Any]) -> bool:
    """True if the engine of a frame shows that no values of some columns together occur twice."""
    import narwhals as nw

    columns = [EngineColumns(frame).column(name, "int", "String", "Date") for name in names]
    if not frame.engine.groups_rows or any(column is None for column in columns):
        return False
    keys = [frame.own[name] for name in names]
    there = frame.frame.lazy().filter(*(~nw.col(key).is_null() for key in keys))
    counts: Any = there.group_by(*keys).agg(n=nw.len()).filter(nw.col("n") > 1).select(nw.len()).collect()
    return int(counts.item()) == 0


def has_no_stray(frame: NamedFrame, name: Any, other: NamedFrame, target: Any) -> bool:
    """True if an engine shows that a column of a frame has only values of a column of a second frame."""
    import narwhals as nw

    is_one_engine = frame is other or (frame.engine is other.engine and frame.engine.joins_all)
    columns = [
        EngineColumns(each).column(key, *_ORDERED, "String") for each, key in ((frame, name), (other, target))
    ]
    if any(column is None for column in columns) or frame.schema[name] != other.schema[target]:
        return False
    if not (is_one_engine and frame.engine.groups_rows and frame.engine.compares_texts):
        return False
    own, known = (
        each.frame.lazy().select(key=column).filter(~nw.col("key").is_null()).unique()
        for each, column in zip((frame, other), columns, strict=True)
    )
    strays: Any = own.join(known, on="key", how="anti").select(nw.len()).collect()
    return int(strays.item()) == 0
