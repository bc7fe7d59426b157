"""A contract of 20 columns in the engines that hold the rows, beside the same by hand in each engine."""

import datetime as dt
import os
import random
import shutil
import uuid
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import mxspec as s
from tests.amounts import amount
from tests.benchmarks.bars import Yardstick, at_most
from tests.benchmarks.test_frames import COLORS, END, MAIL, START, UUID

pl = pytest.importorskip("polars")
ROWS = amount(1_000_000, 10_000)
BAR = 3

CONTRACT = s.and_(
    s.keys(
        req_un={
            "mail": s.str_in(format="email"),
            "id": s.str_in(format="uuid"),
            "day": s.str_in(format="date", least="2000-01-01", most="2030-01-01"),
            "price": s.range_of(Decimal, Decimal(0), Decimal(100_000)),
            "list": s.coll_of(s.int_in(0, 10), kind=list, min_count=1),
            "a": int,
            "b": int,
            **{f"int{i}": s.int_in(0, 1000) for i in range(4)},
            **{f"float{i}": s.float_in(0, 100) for i in range(4)},
            **{f"color{i}": set(COLORS) for i in range(3)},
            "is_new": bool,
            "moment": s.inst_in(START, END),
        },
        closed=True,
    ),
    s.less("a", "b"),
)


@pytest.fixture(scope="module")
def rows() -> Any:
    """A frame of a million rows and 20 columns that fits."""
    import numpy as np

    draw, drawn = np.random.default_rng(0), random.Random(0)
    number = pl.Series(range(ROWS)) % 100_000
    return pl.DataFrame(
        {
            "mail": [f"user.{i}@shop{i % 97}.org" for i in range(ROWS)],
            "id": [str(uuid.UUID(int=drawn.getrandbits(128))) for _ in range(ROWS)],
            "day": [str(dt.date(2000, 1, 1) + dt.timedelta(days=i % 9000)) for i in range(ROWS)],
            "price": number.cast(pl.Decimal(12, 2)),
            "list": [[i % 10, i % 7] for i in range(ROWS)],
            "a": draw.integers(0, 1000, ROWS),
            "b": draw.integers(1000, 2000, ROWS),
            **{f"int{i}": draw.integers(0, 1000, ROWS) for i in range(4)},
            **{f"float{i}": draw.random(ROWS) * 100 for i in range(4)},
            **{f"color{i}": np.array(COLORS)[draw.integers(0, 3, ROWS)] for i in range(3)},
            "is_new": draw.random(ROWS) < 0.5,
            "moment": np.datetime64("2024-01-01", "us")
            + draw.integers(0, 10**12, ROWS).astype("timedelta64[us]"),
        }
    )


@pytest.fixture(scope="module")
def path(rows: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    rows.write_parquet(path)
    return path


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql")
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.memory", "2g").getOrCreate()
    yield session
    session.stop()


def by_hand_in_sql(texts: str, lists: str) -> str:
    """Return the contract as somebody would write it in SQL, with what each engine calls by another name.

    Args:
        texts: a test of the column {name} by the pattern {pattern}.
        lists: a test of the lists.
    """
    tests = [
        texts.format(name="mail", pattern=MAIL.replace("'", "")),
        texts.format(name="id", pattern=UUID),
        "try_cast(day as date) between date '2000-01-01' and date '2030-01-01'",
        "price between 0 and 100000",
        lists,
        "a < b",
        *(f"int{i} between 0 and 999" for i in range(4)),
        *(f"float{i} between 0 and 100" for i in range(4)),
        *(f"color{i} in ('red', 'green', 'blue')" for i in range(3)),
        "is_new is not null",
        "moment >= timestamp '2024-01-01' and moment < timestamp '2025-01-01'",
    ]
    return f"select bool_and({' and '.join(f'({test})' for test in tests)}) from orders"


OF_DUCKDB = by_hand_in_sql(
    "regexp_matches({name}, '{pattern}')", "len(list) > 0 and list_min(list) >= 0 and list_max(list) <= 9"
)
OF_SPARK = by_hand_in_sql(
    "{name} rlike r'{pattern}'", "size(list) > 0 and forall(list, x -> x between 0 and 9)"
)


def rows_that_come(monkeypatch: pytest.MonkeyPatch, ask: Callable[[], Any]) -> int:
    """Return the number of rows that come out of an engine; a warning of values that come is an error."""
    import narwhals as nw

    counts, collect = [], nw.LazyFrame.collect

    def count(self: Any, *args: Any, **options: Any) -> Any:
        frame = collect(self, *args, **options)
        counts.append(len(frame))
        return frame

    with monkeypatch.context() as patch, warnings.catch_warnings():
        patch.setattr(nw.LazyFrame, "collect", count)
        warnings.simplefilter("error", UserWarning)
        assert ask()
    return sum(counts)


def check(
    compare: Any,
    monkeypatch: pytest.MonkeyPatch,
    engine: str,
    frame: Any,
    by_hand: Callable[[], Any],
    rounds: int = 3,
) -> None:
    assert by_hand() is True
    assert not s.frame(CONTRACT).fallbacks(frame)
    count = rows_that_come(monkeypatch, lambda: s.valid(CONTRACT, frame))
    compare(
        f"valid of {ROWS:,} x 20 in {engine}, with an e-mail, a uuid, a date, a DECIMAL, a list and a < b, "
        f"{count} row to Python",
        lambda: s.valid(CONTRACT, frame),
        Yardstick.one(f"{engine} by hand", by_hand, at_most(BAR)),
        rounds=rounds,
        calls=1,
    )


def test_lazy_polars(compare: Any, monkeypatch: pytest.MonkeyPatch, rows: Any) -> None:
    c, lazy = pl.col, rows.lazy()
    test = pl.all_horizontal(
        c("mail").str.contains(MAIL),
        c("id").str.contains(UUID),
        c("day").str.to_date(strict=False).is_between(dt.date(2000, 1, 1), dt.date(2030, 1, 1)),
        c("price").is_between(Decimal(0), Decimal(100_000)),
        c("list").list.len() > 0,
        c("list").list.eval(pl.element().is_between(0, 9)).list.all(),
        c("a") < c("b"),
        c("^int.$").is_between(0, 999),
        c("^float.$").is_between(0, 100),
        c("^color.$").is_in(COLORS),
        c("is_new").is_not_null(),
        c("moment").is_between(START, END, closed="left"),
    )
    check(compare, monkeypatch, "lazy polars", lazy, lambda: lazy.select(test.all()).collect().item())


def test_duckdb(compare: Any, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    con = pytest.importorskip("duckdb").connect()
    con.execute(f"create table orders as select * from '{path}'")
    by_hand = lambda: con.execute(OF_DUCKDB).fetchall()[0][0]  # noqa: E731
    check(compare, monkeypatch, "DuckDB", con.table("orders"), by_hand)


def test_ibis(compare: Any, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    con = pytest.importorskip("ibis").duckdb.connect()
    con.raw_sql(f"create table orders as select * from '{path}'")
    by_hand = lambda: con.raw_sql(OF_DUCKDB).fetchall()[0][0]  # noqa: E731
    check(compare, monkeypatch, "Ibis on DuckDB", con.table("orders"), by_hand)


def test_spark(compare: Any, monkeypatch: pytest.MonkeyPatch, spark: Any, path: Path) -> None:
    frame = spark.read.parquet(str(path)).cache()
    frame.createOrReplaceTempView("orders")
    by_hand = lambda: spark.sql(OF_SPARK).collect()[0][0]  # noqa: E731
    check(compare, monkeypatch, "Spark", frame, by_hand, rounds=2)
