"""The engines, a row each: the classes of frames, how columns are renamed and joined, and the abilities.

    polars      orders texts by their letters, searches them, holds ints of 128 bits
    sqlite      has no NaN, and no pattern

An engine behind Ibis that is not listed here gets no queries about texts. A new engine is one row here, and
its tests are the law that walks all conditions (tests/mxspec/frames/test_engine_conditions.py).
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import functools
import importlib
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

# --- names in each library ----------------------------------------------------------------------------------


def _rename(native: Any, before: Sequence[Any], after: Sequence[Any]) -> Any:
    import narwhals as nw

    return nw.from_native(native).rename(dict(zip(before, after, strict=True))).to_native()


def _rename_in_place(native: Any, before: Sequence[Any], after: Any) -> Any:
    copy = native.copy(deep=False)
    copy.columns = after
    return copy


def _rename_polars(native: Any, before: Sequence[Any], after: Sequence[Any]) -> Any:
    return native.rename(dict(zip(before, after, strict=True)))


def _rename_arrow(native: Any, before: Sequence[Any], after: Sequence[Any]) -> Any:
    return native.rename_columns([*after])


def _rename_duckdb(native: Any, before: Sequence[Any], after: Sequence[Any]) -> Any:
    quoted = ([f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names] for names in (before, after))
    return native.project(", ".join(f"{old} AS {new}" for old, new in zip(*quoted, strict=True)))


def _rename_spark(native: Any, before: Sequence[Any], after: Sequence[Any]) -> Any:
    return native.toDF(*after)


def _rename_ibis(native: Any, before: Sequence[Any], after: Sequence[Any]) -> Any:
    return native.rename(dict(zip(after, before, strict=True)))


# --- answers joined to a lazy frame -------------------------------------------------------------------------

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


# --- batches of Arrow ---------------------------------------------------------------------------------------


def _batches_of_duckdb(native: Any, size: int) -> Iterable[Any]:
    batches: Iterable[Any] = getattr(native, "to_arrow_reader", native.fetch_record_batch)(size)  # newer name
    return batches


def _batches_of_ibis(native: Any, size: int) -> Iterable[Any]:
    batches: Iterable[Any] = native.to_pyarrow_batches(chunk_size=size)
    return batches


# --- the rows -----------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Engine:
    """The row of an engine: how its frames are renamed and joined, and its abilities.

    Attributes:
        name: its name in messages.
        frames: the names of the classes of its frames.
        rename: a function that renames all columns of a frame: by the frame, the names and the new ones.
        join: a function that joins answers to a lazy frame, as `lazy_joins` asks it to.
        batches: a function that returns the rows of a lazy frame as batches of Arrow; None without one.
        is_of_pandas: True for pandas and its kin, where NaN is a missing cell, and columns may be Arrow's.
        is_of_ibis: True for an engine behind Ibis, which lacks types for some columns, and can't bring some.
        is_known: False for a table of Ibis before an engine is known: no cell can be brought.
        has_parts: True if its frames are read part by part, and never whole.
        compares_texts: True if it compares texts letter by letter.
        orders_texts: True if it orders texts by the codes of their letters, as Python does.
        searches_texts: True if it searches texts for the patterns of `engine_patterns`.
        has_nan: False if its floats are all numbers; it may then lack a function for NaN.
        has_intervals: True if the durations of the engine are lengths of time, without months.
        floors: True if its floor is a float; else it is an int, which may overflow.
        rounds_ints: True if it makes the nearest float of each int.
        types_literals: True if a literal Decimal needs its type, for it may get another one.
        unnests: True if it turns lists into rows of their elements, and joins rows by lists.
        strips_zeros: True if a text in a list of literals loses zero bytes at its end.
        sums_booleans: True if booleans are numbers to it, which it sums and casts.
        converts_zones: True if it can state a moment in another zone.
        numbers_rows: True if it numbers the rows of a lazy frame, which have an order.
        reads_categories: True if it casts categories to texts.
        compares_uint64: False if it compares unsigned ints of 64 bits as signed ones.
        joins_all: True if any two frames of it can be joined; else they may belong to two sessions.
        hashes_cells: True if it finds different cells by their hash, which lists lack.
        groups_rows: True if it groups rows by their values, and joins frames by them.
        counts_different: True if it counts the different values of a column exactly.
        most_int: the largest int that it takes as a plain literal.
        least_year: the first year of a date that it takes as a plain literal.
    """

    name: str = ""
    frames: frozenset[str] = frozenset({"DataFrame"})
    rename: Callable[[Any, Any, Any], Any] = _rename
    join: Callable[[Any, Pairs, Any, str], Any] = _join_pandas
    batches: Callable[[Any, int], Iterable[Any]] | None = None
    is_of_pandas: bool = False
    is_of_ibis: bool = False
    is_known: bool = True
    has_parts: bool = False
    compares_texts: bool = True
    orders_texts: bool = True
    searches_texts: bool = True
    has_nan: bool = True
    has_intervals: bool = True
    floors: bool = True
    rounds_ints: bool = True
    types_literals: bool = False
    unnests: bool = False
    strips_zeros: bool = False
    sums_booleans: bool = True
    converts_zones: bool = True
    numbers_rows: bool = False
    reads_categories: bool = False
    compares_uint64: bool = True
    joins_all: bool = False
    hashes_cells: bool = False
    groups_rows: bool = True
    counts_different: bool = True
    most_int: int | None = None
    least_year: int = 1

    def literal(self, x: Any) -> Any:
        """Return a value as a literal of the engine."""
        import narwhals as nw

        if type(x) is datetime.date and x.year < self.least_year:
            return nw.lit(x.isoformat()).cast(nw.Date)
        if type(x) is int and self.most_int is not None and x > self.most_int:
            return nw.lit(x, nw.UInt64)
        if type(x) is str and self.strips_zeros and x[-1:] == "\0":
            return nw.lit(x)
        if type(x) is decimal.Decimal and self.types_literals:
            return nw.lit(x, nw.Decimal(38, max(0, -int(x.as_tuple().exponent))))
        return x

    def count_of(self, is_so: Any) -> Any:
        """Return the expression of the number of rows for which another one is true."""
        import narwhals as nw

        return (is_so if self.sums_booleans else nw.when(is_so).then(1).otherwise(0)).sum()


ANY_ENGINE: Final = Engine()
_INT64: Final = (1 << 63) - 1
_PANDAS: Final = Engine(rename=_rename_in_place, is_of_pandas=True, rounds_ints=False, joins_all=True)
_DASK: Final = dataclasses.replace(
    _PANDAS,
    joins_all=False,
    has_parts=True,
    strips_zeros=True,
    hashes_cells=True,
    groups_rows=False,
    counts_different=False,
)
_SPARK: Final = Engine(
    frames=frozenset({"DataFrame", "BaseDataFrame"}),  # the second one of sqlframe
    rename=_rename_spark,
    join=_join_spark,
    floors=False,
    least_year=1000,  # Spark makes the text of a date with strftime, which writes the year 1 as "1"
    unnests=True,
    sums_booleans=False,
)
_WAREHOUSE: Final = Engine(
    "ibis",
    frozenset({"Table"}),
    _rename_ibis,
    _join_ibis,
    _batches_of_ibis,
    is_of_ibis=True,
    orders_texts=False,
    searches_texts=False,
    has_intervals=False,
    floors=False,
    sums_booleans=False,
    converts_zones=False,
    types_literals=True,
    most_int=_INT64,
    counts_different=False,  # Narwhals adds one for null
)

ENGINES: Final[Mapping[str, Engine]] = {
    **{name: dataclasses.replace(_PANDAS, name=name) for name in ("pandas", "modin", "cudf")},
    **{name: dataclasses.replace(_DASK, name=name) for name in ("dask", "dask_expr")},
    **{name: dataclasses.replace(_SPARK, name=name) for name in ("pyspark", "sqlframe")},
    "pyarrow": Engine(
        "pyarrow",
        frozenset({"Table", "RecordBatch", "RecordBatchReader"}),
        _rename_arrow,
        rounds_ints=False,
        compares_uint64=False,
        joins_all=True,
    ),
    "polars": Engine(
        "polars",
        frozenset({"DataFrame", "LazyFrame"}),
        _rename_polars,
        _join_polars,
        unnests=True,
        numbers_rows=True,
        reads_categories=True,
        joins_all=True,
    ),
    "duckdb": Engine(
        "duckdb",
        frozenset({"DuckDBPyRelation"}),
        _rename_duckdb,
        _join_duckdb,
        _batches_of_duckdb,
        has_intervals=False,
        unnests=True,
    ),
    "ibis": _WAREHOUSE,
}
"""The engines by the library of their frames, as `library_of` has it."""

WAREHOUSES: Final[Mapping[str, Engine]] = {
    "duckdb": dataclasses.replace(
        _WAREHOUSE,
        orders_texts=True,
        searches_texts=True,
        unnests=True,
        sums_booleans=True,
        counts_different=True,
    ),
    "sqlite": dataclasses.replace(
        _WAREHOUSE, orders_texts=True, has_nan=False, sums_booleans=True, counts_different=True
    ),
    "mssql": dataclasses.replace(_WAREHOUSE, compares_texts=False, has_nan=False),
    **dict.fromkeys(["postgres", "snowflake", "bigquery", "trino", "athena"], _WAREHOUSE),
    "": dataclasses.replace(_WAREHOUSE, is_known=False),
}
"""The engines behind Ibis by their names; "" is a table without one."""

_OTHER_WAREHOUSE: Final = dataclasses.replace(_WAREHOUSE, compares_texts=False)


CLASSES: Final = frozenset(name for engine in ENGINES.values() for name in engine.frames)
"""The names of the classes of frames."""


def library_of(tp: type) -> str:
    """Return the library that defines a class: the first part of its module's name, without a line before."""
    return str(tp.__module__).partition(".")[0].removeprefix("_")


def engine_of(native: Any) -> Engine:
    """Return the row of the engine that holds a native frame.

    Example:
        >>> import pandas
        >>> engine_of(pandas.DataFrame({"n": [1]})).name
        'pandas'
    """
    names = map(library_of, type(native).__mro__)
    engine = next((ENGINES[name] for name in names if name in ENGINES), ANY_ENGINE)
    return WAREHOUSES.get(_backend(native), _OTHER_WAREHOUSE) if engine.is_of_ibis else engine


def _backend(native: Any) -> str:
    """Return the name of the engine behind a table of Ibis, or "" before one is known."""
    try:
        return str(native.get_backend().name)
    except Exception:  # a class of Ibis, which is not imported here
        return ""
