"""Answers about the different values of columns, joined back to a lazy frame in its engine."""

from __future__ import annotations

import functools
import importlib
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

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
    library = type(native).__module__.partition(".")[0].removeprefix("_")
    pairs = dict(zip(columns, JOINED_BY, strict=False))
    joined: nw.LazyFrame[Any] = nw.from_native(
        _JOINS.get(library, _join_pandas)(native, pairs, answers.to_native(), added)
    )
    return joined


Pairs = Mapping[str, str]
"""The key of answers by the column that it is compared with."""


def _join_polars(frame: Any, pairs: Pairs, answers: Any, added: str) -> Any:
    own, keys = [*pairs], [*pairs.values()]
    return frame.join(answers.lazy(), left_on=own, right_on=keys, how="left", maintain_order="left")


def _join_duckdb(frame: Any, pairs: Pairs, answers: Any, added: str) -> Any:
    """DuckDB finds the table in the variable `answers`, and joins it on the connection of the relation."""
    tests = " and ".join(f'rows."{column}" = answers."{key}"' for column, key in pairs.items())
    query = f'select rows.*, answers."{added}" from rows left join answers on {tests}'
    return frame.query("rows", query)


def _join_spark(frame: Any, pairs: Pairs, answers: Any, added: str) -> Any:
    other = answers if type(answers) is type(frame) else frame.sparkSession.createDataFrame(answers)
    return frame.join(other, _all_equal(frame, pairs, other), "left").drop(*pairs.values())


def _join_ibis(frame: Any, pairs: Pairs, answers: Any, added: str) -> Any:
    other = answers if type(answers) is type(frame) else importlib.import_module("ibis").memtable(answers)
    return frame.left_join(other, _all_equal(frame, pairs, other)).drop(*pairs.values())


def _all_equal(frame: Any, pairs: Pairs, other: Any) -> Any:
    return functools.reduce(operator.and_, (frame[column] == other[key] for column, key in pairs.items()))


def _join_pandas(frame: Any, pairs: Pairs, answers: Any, added: str) -> Any:
    own, keys = [*pairs], [*pairs.values()]
    return frame.merge(answers, how="left", left_on=own, right_on=keys).drop(columns=keys)


_JOINS: Final[Mapping[str, Callable[[Any, Pairs, Any, str], Any]]] = {
    "polars": _join_polars,
    "duckdb": _join_duckdb,
    "pyspark": _join_spark,
    "ibis": _join_ibis,
}
