"""The verdicts of engines beyond one: lazy frames of polars, DuckDB, Dask on two workers, Spark."""

import datetime as dt
import os
import random

import pytest

import mxspec as s
from mxspec.frames.verdicts import FrameRows
from mxspec.inference.table_terms import TableTerms
from tests.mxspec.frames.frames_of_tables import in_duckdb, in_lazy_polars
from tests.mxspec.frames.random_frames import questions, verdicts_one_by_one
from tests.mxspec.frames.test_flag import check_flag
from tests.mxspec.frames.test_names_of_columns import check_names_change_no_verdict
from tests.suites import rows_by_suite

pytestmark = pytest.mark.filterwarnings("ignore")
pa = pytest.importorskip("pyarrow")

PLAIN = s.keys(
    req_un={
        "n": s.int_in(0, 990),
        "share": s.nilable(s.float_in(0, 1)),
        "code": s.str_in(pattern=r"[A-Z]{2}-\d{3}"),
        "plan": {"free", "pro"},
        "note": s.nilable(s.and_(str, str.islower)),
        "is_new": bool,
    },
    closed=True,
)


def plain_table(n=10_000):
    draw = random.Random(0)
    return pa.table(
        {
            "n": [draw.randrange(1000) for _ in range(n)],
            "share": [draw.choice([None, draw.random(), 1.01]) for _ in range(n)],
            "code": [f"{draw.choice(['AB', 'ÄB'])}-{draw.randrange(100, 1100)}" for _ in range(n)],
            "plan": [draw.choice(["free", "pro", "pro", "prο"]) for _ in range(n)],
            "note": [draw.choice([None, "a", "b", "B"]) for _ in range(n)],
            "is_new": [draw.random() < 0.5 for _ in range(n)],
        }
    )


@pytest.fixture(scope="module")
def in_dask():
    frames = pytest.importorskip("dask.dataframe")
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
    ):
        yield lambda tbl: frames.from_pandas(tbl.to_pandas(), npartitions=4)


@pytest.fixture(scope="module")
def in_spark():
    sql = pytest.importorskip("pyspark.sql")
    if not os.environ.get("JAVA_HOME") and not any(
        os.access(os.path.join(folder, "java"), os.X_OK) for folder in os.environ["PATH"].split(os.pathsep)
    ):
        pytest.skip("Spark needs Java")
    session = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    yield lambda tbl: session.createDataFrame(tbl.to_pylist(), schema=_spark_schema(tbl))
    session.stop()


def _spark_schema(tbl):
    names = {
        "int64": "long",
        "double": "double",
        "string": "string",
        "bool": "boolean",
        "date32[day]": "date",
        "list<item: int64>": "array<long>",
        "struct<a: int64, b: string>": "struct<a: long, b: string>",
        "decimal128(10, 2)": "decimal(10, 2)",
        "timestamp[us]": "timestamp_ntz",
    }
    return ", ".join(f"`{field.name}` {names[str(field.type)]}" for field in tbl.schema)


TERMS = TableTerms(
    max_rows=9_999,
    missing={"share": 0.1, "note": 0.9},
    occur={"plan": {"free", "team"}, "n": {3, 5000}, "is_new": {True}},
    shares={"plan": {"pro": (0.1, 0.2)}},
)


def check_counts(frame, tbl):
    fits = [s.valid(PLAIN, row) for row in tbl.to_pylist()]
    rows = FrameRows(PLAIN, frame)
    assert None not in rows.fallbacks
    assert rows.count() == (len(fits), sum(fits))
    assert s.profile(PLAIN, frame) == s.profile(PLAIN, tbl.to_pylist())
    assert 0 < sum(fits) < len(fits)
    assert TERMS.problems(frame) == TERMS.problems(tbl.to_pylist()) != []
    reasons = check_flag(PLAIN, frame)
    assert reasons.count(None) == sum(fits)


@pytest.mark.slow
@pytest.mark.parametrize("make", [in_lazy_polars, in_duckdb])
def test_lazy_frames_count_as_rows_do(make):
    tbl = plain_table()
    check_counts(make(tbl), tbl)
    fit, rest = s.split(PLAIN, make(tbl))
    assert s.valid(PLAIN, fit)
    assert s.profile(PLAIN, rest).valid == 0


@pytest.mark.slow
def test_dask_counts_as_rows_do(in_dask):
    tbl = plain_table()
    check_counts(in_dask(tbl), tbl)


@pytest.mark.slow
def test_objects_of_dask_are_asked_as_rows_are():
    frames, dask = map(pytest.importorskip, ("dask.dataframe", "dask"))
    cells, spec = [[1], [2, 30], ["a"], None], {"x": s.coll_of(s.int_in(0, 9))}
    with dask.config.set({"dataframe.convert-string": False}):
        plain = pytest.importorskip("pandas").DataFrame({"x": cells})
        assert s.profile(spec, frames.from_pandas(plain, npartitions=2)).valid == 1


@pytest.mark.slow
def test_spark_counts_as_rows_do(in_spark):
    tbl = plain_table()
    check_counts(in_spark(tbl), tbl)


@pytest.mark.slow
def test_no_name_changes_a_verdict_of_spark(in_spark):
    names = ["^n$", "*", "a.b", "{n}", "`", "``", "'", '"', "", " ", "A", "a", "reason", "c0", "n\x00m", "$n"]

    def make(columns):
        plain = pa.table({f"c{i}": cells for i, cells in enumerate(columns.values())})
        return in_spark(plain).toDF(*columns)

    check_names_change_no_verdict(make, names)


@pytest.mark.slow
def test_dates_of_spark_have_bounds_in_any_year(in_spark):
    days = [dt.date(1, 1, 1), dt.date(999, 12, 31), dt.date(1582, 10, 15), dt.date(2024, 1, 1)]
    frame = in_spark(pa.table({"d": days}))
    for spec in (*(s.range_of(dt.date, day, None) for day in (*days, dt.date(1500, 1, 1))), {*days[::2]}):
        assert s.profile({"d": spec}, frame).valid == sum(s.valid(spec, day) for day in days)


@pytest.mark.parametrize("count", rows_by_suite(slow=[15], stress=[40]))
def test_random_frames_of_spark_fit_as_their_rows_do(in_spark, count):
    check_random_frames(in_spark, count)


@pytest.mark.parametrize("count", rows_by_suite(slow=[15], stress=[60]))
def test_random_frames_of_dask_fit_as_their_rows_do(in_dask, count):
    check_random_frames(in_dask, count)


def check_random_frames(make, n):
    kinds = ("int64", "double", "wild double", "string", "bool")
    for note, tbl, spec in questions("engines", n, kinds):
        if tbl.num_rows:
            frame = make(tbl)
            expected, rows = verdicts_one_by_one(spec, frame)
            assert FrameRows(s.spec(spec), frame).count() == (len(rows), sum(expected)), note
