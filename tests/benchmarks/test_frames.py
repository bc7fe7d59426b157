"""Frames beside the same checks by hand in polars, by pandera and by dataframely; files, rows, examples."""

import datetime as dt
import random
import subprocess
import sys
import uuid
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import mxspec as s
from mxspec.specs.core.batch import conform_each
from tests.amounts import amount
from tests.benchmarks.bars import Yardstick, at_most, in_seconds

pl = pytest.importorskip("polars")
ROWS = amount(1_000_000, 10_000)
LISTED = amount(100_000, 1000)  # rows of a list
SAMPLED = amount(100_000, 1000)  # examples of a contract
COLORS = ["red", "green", "blue"]
START, END = dt.datetime(2024, 1, 1), dt.datetime(2025, 1, 1)

CONTRACT = s.keys(
    req_un={
        **{f"int{i}": s.int_in(0, 1000) for i in range(6)},
        **{f"float{i}": s.float_in(0, 100) for i in range(6)},
        **{f"color{i}": set(COLORS) for i in range(3)},
        **{f"code{i}": s.str_in(pattern=r"[A-Z]{2}-\d{4}") for i in range(2)},
        "is_new": bool,
        "at": s.inst_in(START, END),
        "age": s.nilable(s.int_in(0, 50)),
    },
    closed=True,
)


@pytest.fixture(scope="module")
def frame() -> Any:
    """A frame of a million rows and 20 columns that fits."""
    import numpy as np

    draw = np.random.default_rng(0)
    codes = np.array([f"AB-{i:04d}" for i in range(10_000)])
    ages = draw.integers(0, 50, ROWS)
    return pl.DataFrame(
        {
            **{f"int{i}": draw.integers(0, 1000, ROWS) for i in range(6)},
            **{f"float{i}": draw.random(ROWS) * 100 for i in range(6)},
            **{f"color{i}": np.array(COLORS)[draw.integers(0, 3, ROWS)] for i in range(3)},
            **{f"code{i}": codes[draw.integers(0, 10_000, ROWS)] for i in range(2)},
            "is_new": draw.random(ROWS) < 0.5,
            "at": np.datetime64("2024-01-01", "us")
            + draw.integers(0, 10**12, ROWS).astype("timedelta64[us]"),
            "age": pl.Series(ages).set(pl.Series(ages == 7), None),
        }
    )


def by_hand(columns: Iterable[str] = CONTRACT.listed_keys()) -> Any:
    """The contract as somebody would write it in polars."""
    c = pl.col
    tests = {
        "int": lambda name: c(name).is_between(0, 999),
        "float": lambda name: c(name).is_between(0, 100),
        "color": lambda name: c(name).is_in(COLORS),
        "code": lambda name: c(name).str.contains(r"^[A-Z]{2}-[0-9]{4}$"),
        "is_new": lambda name: c(name).is_not_null(),
        "at": lambda name: c(name).is_between(START, END, closed="left"),
        "age": lambda name: c(name).is_null() | c(name).is_between(0, 49),
    }
    return pl.all_horizontal(tests[name.rstrip("0123456789")](name) for name in columns)


def by_pandera(module: Any, kinds: dict[str, Any]) -> Any:
    """The contract as a schema of pandera."""
    check, column = module.Check, module.Column
    return module.DataFrameSchema(
        {
            **{f"int{i}": column(kinds["int"], check.in_range(0, 999)) for i in range(6)},
            **{f"float{i}": column(kinds["float"], check.in_range(0, 100)) for i in range(6)},
            **{f"color{i}": column(kinds["str"], check.isin(COLORS)) for i in range(3)},
            **{f"code{i}": column(kinds["str"], check.str_matches(r"^[A-Z]{2}-[0-9]{4}$")) for i in range(2)},
            "is_new": column(kinds["bool"]),
            "at": column(kinds["datetime"], check.in_range(START, END, include_max=False)),
            "age": column(kinds["age"], check.in_range(0, 49), nullable=True),
        },
        strict=True,
    )


def by_dataframely(dy: Any, names: Iterable[str] = CONTRACT.listed_keys()) -> Any:
    """The contract as a schema of dataframely."""
    columns = {
        **{f"int{i}": dy.Int64(min=0, max=999) for i in range(6)},
        **{f"float{i}": dy.Float64(min=0, max=100) for i in range(6)},
        **{f"color{i}": dy.String(check=lambda c: c.is_in(COLORS)) for i in range(3)},
        **{f"code{i}": dy.String(regex=r"^[A-Z]{2}-[0-9]{4}$") for i in range(2)},
        "is_new": dy.Bool(),
        "at": dy.Datetime(min=START, max_exclusive=END),
        "age": dy.Int64(min=0, max=49, nullable=True),
    }
    return type("Contract", (dy.Schema,), {name: columns[name] for name in names})


def test_valid_on_polars(compare: Any, frame: Any) -> None:
    pandera = pytest.importorskip("pandera.polars")
    dataframely = by_dataframely(pytest.importorskip("dataframely"))
    assert dataframely.is_valid(frame)
    kinds = {"int": int, "float": float, "str": str, "bool": bool, "datetime": pl.Datetime("us"), "age": int}
    schema = by_pandera(pandera, kinds)
    test = by_hand()
    assert s.valid(CONTRACT, frame)
    assert frame.select(test.all()).item()
    compare(
        f"valid of a frame of polars, {ROWS:,} x 20",
        lambda: s.valid(CONTRACT, frame),
        Yardstick.one("polars by hand", lambda: frame.select(test.all()).item(), at_most(1.5)),
        Yardstick.one("pandera", lambda: schema.validate(frame)),
        Yardstick.one("dataframely", lambda: dataframely.is_valid(frame)),
        rounds=10,
    )


def test_valid_on_pandas(compare: Any, frame: Any) -> None:
    pandera = pytest.importorskip("pandera.pandas")
    table = frame.to_pandas()
    kinds = {"int": int, "float": float, "str": str, "bool": bool, "datetime": "datetime64[us]", "age": float}
    schema = by_pandera(pandera, kinds)
    assert s.valid(CONTRACT, table)
    assert schema.validate(table) is not None
    compare(
        f"valid of a frame of pandas, {ROWS:,} x 20",
        lambda: s.valid(CONTRACT, table),
        Yardstick.one("pandera", lambda: schema.validate(table), at_most(1)),
        rounds=10,
    )


MAIL = r"^[A-Za-z0-9._%+'-]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z]{2,24}$"
UUID = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
TEXTS = s.keys(
    req_un={
        "mail": s.str_in(format="email"),
        "id": s.str_in(format="uuid"),
        "day": s.str_in(format="date", least="2000-01-01", most="2030-01-01"),
        "at": s.str_in(format="datetime", least="2020-01-01T00:00:00"),
        "price": s.range_of(Decimal, Decimal(0), Decimal(100_000)),
        "list": s.coll_of(s.int_in(0, 10), kind=list, min_count=1),
    }
)


@pytest.fixture(scope="module")
def texts() -> Any:
    """A frame of a million rows of formats, Decimals and lists that fits."""
    draw = random.Random(0)
    start, number = dt.datetime(2020, 1, 1), pl.Series(range(ROWS)) % 100_000
    return pl.DataFrame(
        {
            "mail": [f"user.{i}@shop{i % 97}.org" for i in range(ROWS)],
            "id": [str(uuid.UUID(int=draw.getrandbits(128))) for _ in range(ROWS)],
            "day": [str(dt.date(2000, 1, 1) + dt.timedelta(days=i % 9000)) for i in range(ROWS)],
            "at": [str(start + dt.timedelta(seconds=i)) for i in range(ROWS)],
            "price": number.cast(pl.Decimal(12, 2)),
            "list": [[i % 10, i % 7] for i in range(ROWS)],
        }
    )


def test_formats_on_lazy_polars(compare: Any, texts: Any) -> None:
    col, lazy = pl.col, texts.lazy()
    test = (
        col("mail").str.contains(MAIL)
        & col("id").str.contains(UUID)
        & col("day").str.to_date(strict=False).is_between(dt.date(2000, 1, 1), dt.date(2030, 1, 1))
        & (col("at").str.to_datetime(strict=False) >= dt.datetime(2020, 1, 1))
        & col("price").is_between(Decimal(0), Decimal(100_000))
        & (col("list").list.len() > 0)
        & col("list").list.eval(pl.element().is_between(0, 9)).list.all()
    )
    compare(
        f"formats, Decimals and lists on lazy polars, {ROWS:,} x 6",
        lambda: s.valid(TEXTS, lazy),
        Yardstick.one("polars by hand", lambda: lazy.select(test.all()).collect().item(), at_most(3)),
        rounds=3,
    )


def test_formats_on_duckdb(compare: Any, texts: Any) -> None:
    duckdb = pytest.importorskip("duckdb")
    con = duckdb.connect()
    con.register("texts_of_arrow", texts.to_arrow())
    con.execute("create table texts as select * from texts_of_arrow")
    query = f"""select bool_and(
        regexp_matches(mail, '{MAIL.replace("'", "''")}') and regexp_matches(id, '{UUID}')
        and try_cast(day as date) between '2000-01-01' and '2030-01-01'
        and try_cast("at" as timestamp) >= '2020-01-01' and price between 0 and 100000
        and len("list") > 0 and list_min("list") >= 0 and list_max("list") <= 9) from texts"""
    compare(
        f"formats, Decimals and lists on DuckDB, {ROWS:,} x 6",
        lambda: s.valid(TEXTS, con.table("texts")),
        Yardstick.one("DuckDB by hand", lambda: con.execute(query).fetchall(), at_most(3)),
        rounds=3,
    )


def test_infer_on_polars(compare: Any, frame: Any) -> None:
    assert s.valid(s.infer(frame), frame)
    compare(
        f"infer of a frame of polars, {ROWS:,} x 20",
        lambda: s.infer(frame),
        Yardstick.one("polars by hand: least, most and n_unique", lambda: _extremes(frame), at_most(3)),
        rounds=5,
    )


def _extremes(frame: Any) -> Any:
    column = pl.all()
    return frame.select(column.min().name.suffix(" min"), column.max().name.suffix(" max"), column.n_unique())


def test_infer_on_pandas(compare: Any, frame: Any) -> None:
    pandera = pytest.importorskip("pandera.pandas")
    table = frame.to_pandas()
    assert s.valid(s.infer(table), table)
    compare(
        f"infer of a frame of pandas, {ROWS:,} x 20",
        lambda: s.infer(table),
        Yardstick.one("pandera: types, least and most", lambda: pandera.infer_schema(table)),
        rounds=5,
    )


def test_split(compare: Any, frame: Any) -> None:
    every_hundredth = pl.int_range(pl.len()) % 100 == 0
    spoilt = frame.with_columns(int0=pl.when(every_hundredth).then(5000).otherwise(pl.col("int0")))
    fit, rest = s.split(CONTRACT, spoilt)
    assert (len(fit), len(rest), rest["reason"].unique().to_list()) == (
        ROWS - ROWS // 100,
        ROWS // 100,
        ["int0: an int from 0 to 999 is required"],
    )
    compare(
        "split of it with 1% refused and reasons",
        lambda: s.split(CONTRACT, spoilt),
        Yardstick.one("polars by hand, without reasons", lambda: _split_by_hand(spoilt), at_most(10)),
        rounds=5,
    )


def _split_by_hand(frame: Any) -> Any:
    test = by_hand()
    return frame.filter(test), frame.filter(~test)


def test_a_large_list_once(compare: Any) -> None:
    draw = random.Random(0)
    row = {"age": s.int_in(0, 100), "name": str, "share": s.float_in(0, 1)}
    rows = [{"age": draw.randrange(100), "name": "x", "share": draw.random()} for _ in range(LISTED)]
    of_interpreter = s.keys(req_un=row)

    def ask_interpreter() -> bool:
        return all(x is not s.INVALID for x in conform_each(of_interpreter, rows[: LISTED // 10]))

    assert s.valid(s.coll_of(s.keys(req_un=row)), rows)
    compare(
        f"valid of a list of {LISTED:,} rows, once, by a spec without a name",
        lambda: s.valid(s.coll_of(s.keys(req_un=row)), rows),
        Yardstick.one("a tenth of them by the interpreter", ask_interpreter, in_seconds(0.15)),
        rounds=10,
    )


# --- whole processes --------------------------------------------------------------------------------------

MOST_MEMORY = 1000  # MB
SEVEN = ["int0", "float0", "color0", "code0", "is_new", "at", "age"]
CHECK = """
import datetime as dt, sys
import polars as pl
from tests.benchmarks.test_frames import by_hand
read = pl.scan_csv if sys.argv[1].endswith("csv") else pl.scan_parquet
frame = read(sys.argv[1], **({"try_parse_dates": True} if sys.argv[1].endswith("csv") else {}))
assert frame.select(by_hand(frame.collect_schema().names()).all()).collect(engine="streaming").item()
"""


LAUNCH = """
import resource, subprocess, sys
subprocess.run([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def memory_of(*arguments: str) -> int:
    """Run a process of Python, which has to succeed, and return its peak memory in MB.

    A small process starts it: until it executes Python, a process has the memory of its parent.
    """
    run = subprocess.run([sys.executable, "-c", LAUNCH, *arguments], stdout=subprocess.PIPE, check=True)
    return int(run.stdout) // (1000 if sys.platform == "linux" else 10**6)


@pytest.mark.parametrize("columns", [SEVEN, None], ids=["7", "20"])
@pytest.mark.parametrize(("kind", "most"), [("csv", 10.0), ("parquet", 3.0)])
def test_the_command(
    compare: Any, frame: Any, tmp_path: Path, kind: str, most: float, columns: list[str] | None
) -> None:
    columns = columns or frame.columns
    path, contract = tmp_path / f"rows.{kind}", tmp_path / "contract.py"
    getattr(frame.select(columns), f"write_{kind}")(path)
    contract.write_text(s.source(s.select(CONTRACT, columns)))
    valid = ["-m", "autoencoder", "valid", str(contract), str(path)]
    peak = memory_of(*valid)
    memory = f"{peak:,} MB{', MORE THAN THE BAR' if peak > MOST_MEMORY else ''}"
    compare(
        f"mxspec valid of a {kind}, {ROWS:,} x {len(columns)}, a process with a peak of {memory}",
        lambda: memory_of(*valid),
        Yardstick.one(
            "a process of polars by hand", lambda: memory_of("-c", CHECK, str(path)), in_seconds(most)
        ),
        rounds=3,
        calls=1,
        take="min",
    )


TWO_CHECKS = """
import sys, polars as pl
n, color = pl.col("int0"), pl.col("color0")
test = n.is_between(0, 999) & color.is_in(["red", "green", "blue"])
assert pl.read_csv(sys.argv[1]).select(test.all()).item()
"""


def test_the_command_with_two_columns_of_a_csv(compare: Any, frame: Any, tmp_path: Path) -> None:
    path, contract = tmp_path / "rows.csv", tmp_path / "contract.py"
    frame.write_csv(path)
    two = s.keys(req_un={"int0": s.int_in(0, 1000), "color0": set(COLORS)})
    contract.write_text(s.source(two))
    compare(
        f"mxspec valid of two columns of a csv, {ROWS:,} x 20, a process",
        lambda: memory_of("-m", "autoencoder", "valid", str(contract), str(path)),
        Yardstick.one(
            "a process of polars.read_csv and two checks",
            lambda: memory_of("-c", TWO_CHECKS, str(path)),
            at_most(3),
        ),
        rounds=3,
        calls=1,
        take="min",
    )


# --- examples ---------------------------------------------------------------------------------------------


def test_examples(compare: Any, frame: Any) -> None:
    six = [name for name in SEVEN if name != "color0"]  # it samples no column with a check by a function
    dataframely = by_dataframely(pytest.importorskip("dataframely"), six)
    contract = s.infer(frame.select(SEVEN).head(5000))
    examples = s.sample(contract, SAMPLED, seed=0)
    assert s.valid(s.coll_of(contract), examples)
    ages = [row["age"] for row in examples]
    assert 0.01 < ages.count(None) / len(ages) < 0.03
    known = frame.select(SEVEN).head(5000)

    def by_polars() -> Any:
        columns = {name: known[name].sample(SAMPLED, with_replacement=True) for name in SEVEN}
        return pl.DataFrame(columns).to_dicts()

    compare(
        f"sample of {SAMPLED:,} rows of 7 columns like 5,000",
        lambda: s.sample(contract, SAMPLED),
        Yardstick.one(
            "100 rows, one by one", lambda: [s.generate(contract) for _ in range(100)], in_seconds(1)
        ),
        Yardstick.one("polars by hand: each column drawn again, as dicts", by_polars, at_most(8)),
        Yardstick.one("dataframely, six columns without relations", lambda: dataframely.sample(SAMPLED)),
        rounds=5,
        calls=1,
        take="min",
    )
