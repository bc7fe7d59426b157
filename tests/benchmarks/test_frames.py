"""Frames beside the same checks by hand in polars and those of pandera, and a large list beside its rows."""

import datetime as dt
import random
from typing import Any

import pytest

import mxspec as s
from mxspec.core.batch import conform_each
from tests.benchmarks.bars import Yardstick, at_most, times_as_fast

pl = pytest.importorskip("polars")
ROWS = 1_000_000
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


def by_hand() -> Any:
    """The contract as somebody would write it in polars."""
    c = pl.col
    return pl.all_horizontal(
        *(c(f"int{i}").is_between(0, 999) for i in range(6)),
        *(c(f"float{i}").is_between(0, 100) for i in range(6)),
        *(c(f"color{i}").is_in(COLORS) for i in range(3)),
        *(c(f"code{i}").str.contains(r"^[A-Z]{2}-[0-9]{4}$") for i in range(2)),
        c("is_new").is_not_null(),
        c("at").is_between(START, END, closed="left"),
        c("age").is_null() | c("age").is_between(0, 49),
    )


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


def test_valid_on_polars(compare: Any, frame: Any) -> None:
    pandera = pytest.importorskip("pandera.polars")
    kinds = {"int": int, "float": float, "str": str, "bool": bool, "datetime": pl.Datetime("us"), "age": int}
    schema = by_pandera(pandera, kinds)
    test = by_hand()
    assert s.valid(CONTRACT, frame)
    assert frame.select(test.all()).item()
    compare(
        "valid of a frame of polars, 1,000,000 x 20",
        lambda: s.valid(CONTRACT, frame),
        Yardstick.one("polars by hand", lambda: frame.select(test.all()).item(), at_most(1.5)),
        Yardstick.one("pandera", lambda: schema.validate(frame)),
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
        "valid of a frame of pandas, 1,000,000 x 20",
        lambda: s.valid(CONTRACT, table),
        Yardstick.one("pandera", lambda: schema.validate(table), at_most(1)),
        rounds=10,
    )


def test_split(compare: Any, frame: Any) -> None:
    every_hundredth = pl.int_range(pl.len()) % 100 == 0
    spoilt = frame.with_columns(int0=pl.when(every_hundredth).then(5000).otherwise(pl.col("int0")))
    fit, rest = s.split(CONTRACT, spoilt)
    assert (len(fit), len(rest), rest["reason"].unique().to_list()) == (
        990_000,
        10_000,
        ["int0: int_in(0, 1000)"],
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
    rows = [{"age": draw.randrange(100), "name": "x", "share": draw.random()} for _ in range(100_000)]
    of_interpreter = s.keys(req_un=row)

    def ask_interpreter() -> bool:
        return all(x is not s.INVALID for x in conform_each(of_interpreter, rows[:10_000]))

    assert s.valid(s.coll_of(s.keys(req_un=row)), rows)
    compare(
        "valid of a list of 100,000 rows, once, by a spec without a name",
        lambda: s.valid(s.coll_of(s.keys(req_un=row)), rows),
        Yardstick.one("a tenth of them by the interpreter", ask_interpreter, times_as_fast(1)),
        rounds=10,
    )
