"""The cells of frames as Python values, where None alone means missing.

None, NaT, pd.NA, the NaN of pandas and Dask and the null of Arrow are None. The NaN of polars and pyarrow is
a number. A float column of pandas or Dask with whole numbers and missing cells holds ints, since numpy's ints
can't be missing.
"""

from __future__ import annotations

import datetime
from typing import Any, Final

from mxspec.base.value_types import VALUE_TYPES
from mxspec.errors import SpecDefinitionError

NEEDS_NARWHALS: Final = 'a frame is read by Narwhals: pip install "mxspec[frames]"'

_SERIES: Final = frozenset({"Series", "ChunkedArray"})


def is_series(x: Any) -> bool:
    """True for a column of pandas, polars, pyarrow or Narwhals."""
    return is_of_library(x, _SERIES)


def is_of_library(x: Any, names: frozenset[str]) -> bool:
    """True if the class of a value has one of these names and belongs to a library of frames."""
    classes = [tp for tp in type(x).__mro__ if tp.__name__ in names]
    if not classes:
        return False
    from mxspec.frames.engines import ENGINES, library_of

    return any((library := library_of(tp)) in ENGINES or library == "narwhals" for tp in classes)


# --- values -----------------------------------------------------------------------------------------------

_PLAIN: Final = frozenset({type(None), *VALUE_TYPES})


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
        try:
            return python_values(_in_microseconds(native).to_pylist())
        except OverflowError as error:  # DuckDB has dates before the year 1 and infinite dates
            raise SpecDefinitionError(f"a cell is beyond Python's dates: {error}") from None
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
    """Return a column of pyarrow in microseconds, since Python's datetimes lack nanoseconds."""
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
    """Return values of numpy and pandas as values of Python's types.

    Args:
        values: the values; a list that needs no change is returned as it is.
        nan_is_missing: True to turn a NaN within a list or a dict into None.
    """
    if set(map(type, values)) <= _PLAIN:
        return values
    return [python_value(x, nan_is_missing) for x in values]


def python_value(x: Any, nan_is_missing: bool = False) -> Any:
    """Return a value of numpy or pandas as a value of Python, within lists and dicts too.

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
    if tp.__name__ == "MonthDayNano" and not x.months:  # of pyarrow, which calls its module builtins
        return datetime.timedelta(x.days, microseconds=x.nanoseconds // 1000)
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
    """Return a datetime with its time zone, if named, as one of zoneinfo."""
    zone = x.tzinfo
    name = "UTC" if zone is datetime.UTC else getattr(zone, "zone", None)  # of pytz
    if name is None:
        return x
    import zoneinfo

    return x.astimezone(zoneinfo.ZoneInfo(name))
