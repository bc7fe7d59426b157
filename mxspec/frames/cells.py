"""The cells of frames as Python values, in which missing has one meaning.

None, NaT, pd.NA, the NaN of pandas and Dask and the null of Arrow are None. The NaN of polars and pyarrow is
a number. A float column of pandas or Dask that holds whole numbers and missing cells is one of ints, which
numpy's ints have no gap for.
"""

from __future__ import annotations

import collections
import datetime
import decimal
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mxspec.errors import SpecDefinitionError

if TYPE_CHECKING:
    import narwhals as nw

    Frame: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]

NEEDS_NARWHALS: Final = 'a frame is read by Narwhals: pip install "mxspec[frames]"'

CHUNK: Final = 10_000
"""The number of rows that are Python values at one time."""

_LIBRARIES: Final = frozenset(
    {"pandas", "polars", "pyarrow", "duckdb", "_duckdb", "dask", "dask_expr", "pyspark", "narwhals"}
)
_FRAMES: Final = frozenset(
    {"DataFrame", "LazyFrame", "Table", "RecordBatch", "RecordBatchReader", "DuckDBPyRelation"}
)
_SERIES: Final = frozenset({"Series", "ChunkedArray"})

_EXACT: Final = 2**53  # beyond it a float stands for several ints


def is_frame(x: Any) -> bool:
    """True for a frame of pandas, polars, pyarrow, DuckDB, Dask, Spark or Narwhals. It imports none of them.

    Example:
        >>> is_frame({"age": [3]})
        False
    """
    return _is_of_library(x, _FRAMES)


def is_series(x: Any) -> bool:
    """True for a column of pandas, polars, pyarrow or Narwhals."""
    return _is_of_library(x, _SERIES)


def _is_of_library(x: Any, names: frozenset[str]) -> bool:
    return any(
        tp.__name__ in names and str(tp.__module__).partition(".")[0] in _LIBRARIES for tp in type(x).__mro__
    )


def frame_of(x: Any) -> Frame:
    """Return a frame as one of Narwhals, eager or lazy.

    Raises:
        SpecDefinitionError: Narwhals is not installed; two columns have one name, or one has a name of
            several levels.
    """
    try:
        import narwhals as nw
        from narwhals.exceptions import DuplicateError
    except ImportError as missing:
        raise SpecDefinitionError(f"{NEEDS_NARWHALS} ({missing})") from missing
    try:
        # A lazy frame of polars warns where it is asked for its columns.
        if not hasattr(x, "collect_schema") and getattr(getattr(x, "columns", None), "nlevels", 1) > 1:
            check_levels(list(x.columns))
        frame: Frame = nw.from_native(_as_table(x))
        names: list[Any] = frame.collect_schema().names()
    except DuplicateError as error:
        raise SpecDefinitionError(
            f"two columns of a frame have one name: {' '.join(str(error).split())}"
        ) from None
    check_names(names)
    return frame


def _as_table(x: Any) -> Any:
    """Return a batch of rows of Arrow, or a reader of batches, as a table; any other frame as it is."""
    if type(x).__name__ == "RecordBatchReader":
        return x.read_all()
    if type(x).__name__ == "RecordBatch":
        import pyarrow

        return pyarrow.Table.from_batches([x])
    return x


def check_names(names: list[Any]) -> None:
    """Check that no two columns have one name.

    Raises:
        SpecDefinitionError: two have.
    """
    twice = [name for name, count in collections.Counter(names).items() if count > 1]
    if twice:
        raise SpecDefinitionError(f"two columns have the name {twice[0]!r}; a row is a dict, which has one")


def check_levels(names: list[Any]) -> None:
    """Check that no name of a column is a tuple or None, by which no engine is asked.

    Raises:
        SpecDefinitionError: one is.
    """
    for name in names:
        if name is None or isinstance(name, tuple):
            raise SpecDefinitionError(
                f"a column of a frame has a name of one level, not {name!r}; "
                "try frame.columns = [str(name) for name in frame.columns]"
            )


def rows_of_frame(frame: Frame) -> Iterator[dict[str, Any]]:
    """Yield the rows of a frame of Narwhals as dicts; a chunk of them is read at a time.

    Example:
        >>> import pandas
        >>> frame = pandas.DataFrame({"age": [3, None], "name": ["Bo", None]})
        >>> [*rows_of_frame(frame_of(frame))]
        [{'age': 3, 'name': 'Bo'}, {'age': None, 'name': None}]
    """
    for columns in columns_of_frame(frame):
        yield from rows_of_columns(columns)


def rows_of_columns(columns: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows of columns of one length."""
    names = [*columns]
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(names, cells, strict=True))


def columns_of_frame(frame: Frame) -> Iterator[dict[str, list[Any]]]:
    """Yield the values of each column, a chunk of rows at a time."""
    names = frame.collect_schema().names()
    whole = whole_columns(frame)
    for part in eager_parts(frame):
        for start in range(0, len(part), CHUNK):
            chunk = part[start : start + CHUNK]
            columns = {name: column_values(chunk.get_column(name)) for name in names}
            for name in whole:
                columns[name] = [None if x is None else int(x) for x in columns[name]]
            yield columns


def eager_parts(frame: Frame) -> Iterator[nw.DataFrame[Any]]:
    """Yield the frames in memory that a frame consists of; those of a frame of Dask are read one by one."""
    import narwhals as nw

    frame = collect_frame(frame)
    if isinstance(frame, nw.DataFrame):
        yield frame
    else:
        parts: Any = frame.to_native()
        yield from (nw.from_native(part.compute(), eager_only=True) for part in parts.partitions)


def collect_frame(frame: Frame) -> Frame:
    """Return a frame in memory for a lazy one, but for one of Dask."""
    import narwhals as nw

    return frame if isinstance(frame, nw.DataFrame) or frame.implementation.is_dask() else frame.collect()


def whole_columns(frame: Frame, is_of_pandas: bool = False) -> list[str]:
    """Return the float columns of pandas or Dask with missing cells that hold whole numbers else.

    Args:
        frame: a frame of Narwhals.
        is_of_pandas: True if pandas wrote what another library has read.
    """
    import narwhals as nw

    if not (is_of_pandas or frame.implementation.is_pandas() or frame.implementation.is_dask()):
        return []
    names = [name for name, dtype in frame.collect_schema().items() if dtype.is_float()]
    if not names:
        return []
    is_whole = []
    for name in names:
        column = nw.col(name)
        fits = ((column.floor() == column) & (column.abs() <= _EXACT)) | column.is_null() | column.is_nan()
        is_whole += [
            fits.all().alias(f"{name} is whole"),
            (column.is_null() | column.is_nan()).any().alias(f"{name} has gaps"),
        ]
    verdicts = frame.lazy().select(*is_whole).collect().row(0)
    return [name for i, name in enumerate(names) if verdicts[2 * i] and verdicts[2 * i + 1]]


# --- values -----------------------------------------------------------------------------------------------

_PLAIN: Final = frozenset(
    {type(None), bool, int, float, str, bytes, decimal.Decimal, datetime.date, datetime.datetime}
    | {datetime.time, datetime.timedelta}
)


def column_values(series: Any) -> list[Any]:
    """Return the cells of a column of Narwhals, or of its library, as Python values.

    Example:
        >>> import pandas
        >>> column_values(pandas.Series([1.5, float("nan")]))
        [1.5, None]
    """
    import narwhals as nw

    column = nw.from_native(series, series_only=True)
    native: Any = column.to_native()
    if column.implementation.is_pyarrow():
        return python_values(_in_microseconds(native).to_pylist())
    if not column.implementation.is_pandas_like():
        return python_values(native.to_list())
    values: list[Any] = native.tolist()
    missing = native.isna()
    if missing.any():
        values = [None if gone else x for x, gone in zip(values, missing.tolist(), strict=True)]
    if column.dtype.is_float() and type(native.dtype).__module__.partition(".")[0] != "numpy":
        values = [None if x is None or x != x else x for x in values]  # Arrow tells NaN from null
    return python_values(values, nan_is_missing=True)


def _in_microseconds(column: Any) -> Any:
    """Return a column of pyarrow without nanoseconds, which Python's moments don't have."""
    import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]

    tp = column.type
    if pa.types.is_timestamp(tp) and tp.unit == "ns":
        return column.cast(pa.timestamp("us", tp.tz), safe=False)
    if pa.types.is_duration(tp) and tp.unit == "ns":
        return column.cast(pa.duration("us"), safe=False)
    if pa.types.is_time64(tp) and tp.unit == "ns":
        return column.cast(pa.time64("us"), safe=False)
    return column


def python_values(values: list[Any], nan_is_missing: bool = False) -> list[Any]:
    """Return values with those of numpy and pandas as Python's.

    Args:
        values: the values; a list is returned as it is if there is nothing to do.
        nan_is_missing: True if a NaN within a list or a dict is None.
    """
    if set(map(type, values)) <= _PLAIN:
        return values
    return [python_value(x, nan_is_missing) for x in values]


def python_value(x: Any, nan_is_missing: bool = False) -> Any:
    """Return a value of Python for one of numpy or pandas, within lists and dicts too.

    Example:
        >>> import numpy, pandas
        >>> python_value({"at": pandas.Timestamp("2024-01-01"), "n": numpy.array([1, 2])})
        {'at': datetime.datetime(2024, 1, 1, 0, 0), 'n': [1, 2]}
    """
    tp = type(x)
    if tp in _PLAIN:
        return None if nan_is_missing and tp is float and x != x else x
    if tp in (list, tuple):
        return tp(python_value(each, nan_is_missing) for each in x)
    if tp is dict:
        return {key: python_value(each, nan_is_missing) for key, each in x.items()}
    library = str(tp.__module__).partition(".")[0]
    if library == "pandas":
        return _plain_of_pandas(x)
    if library == "numpy" and getattr(x, "ndim", 2) < 2:  # more axes are a picture or the like
        return python_value(x.tolist(), nan_is_missing)
    return x


def _plain_of_pandas(x: Any) -> Any:
    if type(x).__name__ in ("NaTType", "NAType"):
        return None
    if isinstance(x, datetime.datetime):
        return in_zone(x.to_pydatetime(warn=False))  # type: ignore[attr-defined]
    return x.to_pytimedelta() if isinstance(x, datetime.timedelta) else x  # type: ignore[attr-defined]


def in_zone(x: datetime.datetime) -> datetime.datetime:
    """Return a moment with its zone as one of zoneinfo, if it has a name."""
    zone = x.tzinfo
    name = "UTC" if zone is datetime.UTC else getattr(zone, "zone", None)  # of pytz
    if name is None:
        return x
    import zoneinfo

    return x.astimezone(zoneinfo.ZoneInfo(name))
