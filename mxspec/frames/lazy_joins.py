"""Answers about the different values of a column, joined back to a lazy frame in its engine."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import narwhals as nw


def left_join(frame: nw.LazyFrame[Any], column: str, answers: Any, added: str) -> nw.LazyFrame[Any]:
    """Return a lazy frame with a column more: the answer about the value in a column, or null.

    Args:
        frame: the frame.
        column: the column of the values.
        answers: a frame of the column `key`, with different values, and the column that is added: in memory,
            or of the same engine.
        added: the name of this column.
    """
    import narwhals as nw

    native: Any = frame.to_native()
    library = type(native).__module__.partition(".")[0].removeprefix("_")
    joined: nw.LazyFrame[Any] = nw.from_native(
        _JOINS.get(library, _join_pandas)(native, column, answers.to_native(), added)
    )
    return joined


def _join_polars(frame: Any, column: str, answers: Any, added: str) -> Any:
    return frame.join(answers.lazy(), left_on=column, right_on="key", how="left", maintain_order="left")


def _join_duckdb(frame: Any, column: str, answers: Any, added: str) -> Any:
    """DuckDB finds the table in the variable `answers`, and joins it on the connection of the relation."""
    query = f'select rows.*, answers."{added}" from rows left join answers on rows.{column} = answers.key'
    return frame.query("rows", query)


def _join_spark(frame: Any, column: str, answers: Any, added: str) -> Any:
    other = answers if type(answers) is type(frame) else frame.sparkSession.createDataFrame(answers)
    return frame.join(other, frame[column] == other["key"], "left").drop("key")


def _join_ibis(frame: Any, column: str, answers: Any, added: str) -> Any:
    other = answers if type(answers) is type(frame) else importlib.import_module("ibis").memtable(answers)
    return frame.left_join(other, frame[column] == other["key"]).drop("key")


def _join_pandas(frame: Any, column: str, answers: Any, added: str) -> Any:
    return frame.merge(answers, how="left", left_on=column, right_on="key").drop(columns="key")


_JOINS: Final[Mapping[str, Callable[[Any, str, Any, str], Any]]] = {
    "polars": _join_polars,
    "duckdb": _join_duckdb,
    "pyspark": _join_spark,
    "ibis": _join_ibis,
}
