"""The abilities of engines, a row each, which decide on the expressions of columns.

    polars      orders texts by their letters, searches them, holds ints of 128 bits
    sqlite      has no NaN, and no pattern

An engine behind Ibis that is not listed here gets no queries about texts. A new engine is one row here, and
its tests are the law that walks all conditions (tests/mxspec/frames/test_engine_conditions.py).
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mxspec.frames.named_frames import NamedFrame


@dataclasses.dataclass(frozen=True)
class Engine:
    """The abilities of an engine.

    Attributes:
        name: its name in messages.
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
        most_int: the largest int that it takes as a plain literal.
        least_year: the first year of a date that it takes as a plain literal.
    """

    name: str = ""
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

ENGINES: Final[Mapping[str, Engine]] = {
    # Their columns may be those of Arrow.
    **{name: Engine(name, rounds_ints=False) for name in ("pandas", "modin", "cudf")},
    "pyarrow": Engine("pyarrow", rounds_ints=False),
    **{name: Engine(name, strips_zeros=True, rounds_ints=False) for name in ("dask", "dask_expr")},
    "polars": Engine("polars", unnests=True),
    "duckdb": Engine("duckdb", has_intervals=False, unnests=True),
    # Spark makes the text of a date with strftime, which writes the year 1 as "1".
    **{
        name: Engine(name, floors=False, least_year=1000, unnests=True, sums_booleans=False)
        for name in ("pyspark", "sqlframe")
    },
}
"""The engines by the library of their frames."""

_WAREHOUSE: Final = Engine(
    "ibis",
    orders_texts=False,
    searches_texts=False,
    has_intervals=False,
    floors=False,
    sums_booleans=False,
    converts_zones=False,
    types_literals=True,
    most_int=_INT64,
)
WAREHOUSES: Final[Mapping[str, Engine]] = {
    "duckdb": dataclasses.replace(
        _WAREHOUSE, orders_texts=True, searches_texts=True, unnests=True, sums_booleans=True
    ),
    "sqlite": dataclasses.replace(_WAREHOUSE, orders_texts=True, has_nan=False, sums_booleans=True),
    "mssql": dataclasses.replace(_WAREHOUSE, compares_texts=False, has_nan=False),
    **dict.fromkeys(["", "postgres", "snowflake", "bigquery", "trino", "athena"], _WAREHOUSE),
}
"""The engines behind Ibis by their names; "" is a table without one."""


def engine_of(frame: NamedFrame) -> Engine:
    """Return the row of the engine that holds a frame."""
    if frame.library == "ibis":
        return WAREHOUSES.get(frame.backend, dataclasses.replace(_WAREHOUSE, compares_texts=False))
    return ENGINES.get(frame.library, Engine(frame.library))
