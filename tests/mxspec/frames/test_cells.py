"""The cells of frames are Python values, and missing has one meaning."""

import datetime as dt
import decimal
import math
import zoneinfo

import numpy as np
import pytest

import mxspec as s
from mxspec.frames.cells import column_values, is_series
from mxspec.frames.named_frames import frame_of, is_frame, rows_of_frame
from tests.mxspec.frames.frames_of_tables import FRAMES

nw = pytest.importorskip("narwhals")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

NAN = math.nan
ROME = zoneinfo.ZoneInfo("Europe/Rome")
UTC = zoneinfo.ZoneInfo("UTC")
NOON = dt.datetime(2024, 5, 1, 12)

SERIES = {
    "pandas ints": (pd.Series([1, 2]), [1, 2]),
    "pandas floats": (pd.Series([1.5, NAN]), [1.5, None]),
    "pandas float32": (pd.Series([1.5, NAN], dtype="float32"), [1.5, None]),
    "pandas nullable ints": (pd.Series([1, None], dtype="Int64"), [1, None]),
    "pandas nullable floats": (pd.Series([1.5, None], dtype="Float64"), [1.5, None]),
    "pandas nullable bools": (pd.Series([True, None], dtype="boolean"), [True, None]),
    "pandas texts": (pd.Series(["a", None]), ["a", None]),
    "pandas objects": (
        pd.Series([1, "a", NAN, None, pd.NA, pd.NaT, np.float32("nan"), np.int64(3)], dtype=object),
        [1, "a", None, None, None, None, None, 3],
    ),
    "pandas moments": (pd.Series([pd.Timestamp(NOON), pd.NaT]), [NOON, None]),
    "pandas moments in a zone": (
        pd.Series([pd.Timestamp(NOON, tz="Europe/Rome")]),
        [NOON.replace(tzinfo=ROME)],
    ),
    "pandas moments in UTC": (pd.Series([pd.Timestamp(NOON, tz="UTC")]), [NOON.replace(tzinfo=UTC)]),
    "pandas durations": (pd.Series([pd.Timedelta("1s"), pd.NaT]), [dt.timedelta(seconds=1), None]),
    "pandas categories": (pd.Series(["a", None], dtype="category"), ["a", None]),
    "pandas dates": (pd.Series([NOON.date(), None]), [NOON.date(), None]),
    "pandas decimals": (pd.Series([decimal.Decimal("1.5"), None]), [decimal.Decimal("1.5"), None]),
    "pandas arrays": (pd.Series([np.array([1, 2]), np.array([1.5, NAN])]), [[1, 2], [1.5, None]]),
    "pandas dicts": (pd.Series([{"a": np.int64(1), "b": NAN}]), [{"a": 1, "b": None}]),
    "pandas of Arrow": (pd.Series([1, None], dtype="int64[pyarrow]"), [1, None]),
    "polars floats": (pl.Series([1.5, NAN, None]), [1.5, NAN, None]),
    "polars moments in a zone": (
        pl.Series([NOON]).dt.replace_time_zone("Europe/Rome"),
        [NOON.replace(tzinfo=ROME)],
    ),
    "polars structs": (pl.Series([{"a": [1, None]}]), [{"a": [1, None]}]),
    "polars categories": (pl.Series(["a", None], dtype=pl.Categorical), ["a", None]),
    "pyarrow floats": (pa.chunked_array([[1.5, NAN, None]]), [1.5, NAN, None]),
    "pyarrow nanoseconds": (
        pa.chunked_array([pa.array([1_000_000_001, None], pa.timestamp("ns"))]),
        [dt.datetime(1970, 1, 1, 0, 0, 1), None],
    ),
    "pyarrow categories": (pa.chunked_array([pa.array(["a", None]).dictionary_encode()]), ["a", None]),
    "pyarrow decimals": (pa.chunked_array([[decimal.Decimal("1.5"), None]]), [decimal.Decimal("1.5"), None]),
}


def shown(values):
    """The text of values, which tells NaN from None, int from float, and zones apart."""
    return repr(values)


@pytest.mark.parametrize("name", SERIES)
def test_a_cell_is_a_python_value(name):
    series, values = SERIES[name]
    assert (is_series(series), is_frame(series)) == (True, False)
    assert shown(column_values(series)) == shown(values)


def dask_frame(columns):
    dask = pytest.importorskip("dask.dataframe")
    return dask.from_pandas(pd.DataFrame(columns), npartitions=2)


def spark_frame(columns):
    sql = pytest.importorskip("pyspark.sql")
    options = {"spark.ui.enabled": "false", "spark.sql.timestampType": "TIMESTAMP_NTZ"}
    session = sql.SparkSession.builder.master("local[1]").config(map=options).getOrCreate()
    rows = [*zip(*columns.values(), strict=True)]
    return session.createDataFrame(rows, [*columns])


MAKERS = {
    **{name: lambda columns, make=make: make(pa.table(columns)) for name, make in FRAMES.items()},
    "narwhals": lambda columns: nw.from_native(pl.DataFrame(columns)),
    "dask": dask_frame,
    "spark": spark_frame,
}
SLOW = {"ibis", "dask", "spark"}
EVERY_FRAME = [pytest.param(each, marks=[pytest.mark.slow] * (each in SLOW)) for each in MAKERS]


@pytest.mark.filterwarnings("error::polars.exceptions.PerformanceWarning")
@pytest.mark.parametrize("library", EVERY_FRAME)
def test_the_rows_of_a_frame_are_the_same_dicts_in_every_library(library):
    columns = {"age": [3, None, 5], "name": ["Bo", "Al", None], "score": [1.5, None, 2.0], "at": [NOON] * 3}
    frame = MAKERS[library](columns)
    assert is_frame(frame)
    rows = [
        {"age": 3, "name": "Bo", "score": 1.5, "at": NOON},
        {"age": None, "name": "Al", "score": None, "at": NOON},
        {"age": 5, "name": None, "score": 2.0, "at": NOON},
    ]
    assert shown([*rows_of_frame(frame_of(frame))]) == shown(rows)


@pytest.mark.parametrize(
    ("values", "read"),
    [
        ([1.0, NAN], [1, None]),
        ([1.0, 2.0], [1.0, 2.0]),
        ([1.5, 2.0, NAN], [1.5, 2.0, None]),
        ([1e300, NAN], [1e300, None]),
        ([math.inf, NAN], [math.inf, None]),
        ([NAN, NAN], [None, None]),
    ],
)
def test_whole_numbers_beside_missing_cells_are_ints_in_pandas(values, read):
    frame = frame_of(pd.DataFrame({"x": values}))
    assert shown([row["x"] for row in rows_of_frame(frame)]) == shown(read)


@pytest.mark.slow
def test_whole_numbers_are_told_by_all_partitions_of_dask():
    frame = frame_of(dask_frame({"x": [1.0, NAN, 2.0, 2.5]}))
    assert shown([row["x"] for row in rows_of_frame(frame)]) == shown([1.0, None, 2.0, 2.5])


@pytest.mark.parametrize(
    "frame", [pd.DataFrame([[1, 2]], columns=["a", "a"]), pa.table([[1], [2]], names=["a", "a"])]
)
def test_two_columns_of_one_name_are_an_error(frame):
    with pytest.raises(s.SpecDefinitionError, match="two columns"):
        frame_of(frame)


@pytest.mark.parametrize("x", [{"a": 1}, [1], 1, None, "a", np.zeros(3), pd.Series([1]), pd.DataFrame, s])
def test_other_values_are_no_frames(x):
    assert not is_frame(x)


def test_a_frame_of_a_subclass_is_a_frame():
    class Places(pd.DataFrame):
        pass

    assert is_frame(Places({"a": [1]}))
