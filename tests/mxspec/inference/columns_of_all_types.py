"""Columns of all types that frames have, and sketches as what can be compared."""

import contextlib
import dataclasses
import datetime as dt
import decimal
import random
import uuid

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa


def comparable(x):
    """A sketch as tuples, in which NaN is equal to itself, and no part may be numpy's."""
    assert type(x).__module__ != "numpy", x
    if dataclasses.is_dataclass(x):
        return type(x).__name__, *(comparable(getattr(x, field.name)) for field in dataclasses.fields(x))
    if isinstance(x, dict):
        return {comparable(key): comparable(value) for key, value in x.items()}
    if isinstance(x, (tuple, list)):
        return type(x)(map(comparable, x)) if type(x) in (tuple, list) else x
    return "NaN" if isinstance(x, float) and x != x else x


def arrays(n):
    """Arrays of numpy, by the name of what is odd about them."""
    draw = np.random.default_rng(n)
    day = np.datetime64("2024-01-01", "us")
    return {
        "large ints": draw.integers(-(2**62), 2**62, n),
        "uint64": draw.integers(0, 2**64 - 1, n, dtype=np.uint64),
        "small uint64": draw.integers(0, 2**63 - 1, n, dtype=np.uint64),
        "int8": draw.integers(-128, 127, n).astype(np.int8),
        "200 ints": np.arange(n) % 200,
        "201 ints": np.arange(n) % 201,
        "a late int": np.where(np.arange(n) > n * 0.99, 10**6 * np.arange(n), 1),
        "two zeros": draw.choice([0.0, -0.0], n),
        "infinity": draw.choice([np.inf, -np.inf, 1.0], n),
        "NaN": draw.choice([np.nan, 2.0, 1.5], n),
        "no number": np.full(n, np.nan),
        "float32": np.where(draw.random(n) < 0.2, np.nan, draw.random(n)).astype(np.float32),
        "whole floats": np.where(draw.random(n) < 0.2, np.nan, np.floor(draw.random(n) * 9)),
        "bool": draw.random(n) < 0.5,
        "moment": day + draw.integers(0, 10**12, n).astype("timedelta64[us]"),
        "nanosecond": day + draw.integers(0, 10**4, n).astype("timedelta64[ns]"),
        "period": draw.integers(0, 10**9, n).astype("timedelta64[ms]"),
    }


def lists(n):
    """Lists of values of Python, by the name of their types."""
    draw = random.Random(n)
    pools = {
        "mixed": [1, "a", 2.5, None, True, dt.date(2020, 1, 1)],
        "text": ["a", "b", None, "", "A-1", "é", "2024-01-01"],
        "text and NaN": ["a", float("nan"), None],
        "Decimal": [decimal.Decimal("1.50"), None, decimal.Decimal("-2.25")],
        "date": [dt.date(2020, 1, 1), dt.date(2021, 1, 1)],
        "bool or None": [True, False, None],
        "list": [[1], [2, 3], []],
        "large or None": [2**70, -1, None],
        "time": [dt.time(1), dt.time(2), None],
        "bytes": [b"a", b""],
        "map": [{"a": 1}, {"a": 2}],
    }
    columns = {name: draw.choices(pool, k=n) for name, pool in pools.items()}
    columns["UUID"] = [uuid.UUID(int=draw.getrandbits(128)) for _ in range(n)]
    columns["name"] = [f"{draw.choice('ABC')}-{draw.randrange(10**6)}" for _ in range(n)]
    return columns


def frames(n):
    """Frames of all libraries, each with one column or a few, by their names."""
    columns = arrays(n), lists(n)
    half, odd = n // 2, n % 2
    zoned = pd.DataFrame(
        {
            zone: pd.date_range("2024-10-26 20:00", periods=n, freq="17min", tz=zone)
            for zone in ("Europe/Berlin", "UTC")
        }
    )
    for name, column in (item for own in columns for item in own.items()):
        yield f"pandas: {name}", pd.DataFrame({"x": pd.Series(column)})
        for library, make in {"polars": pl.DataFrame, "pyarrow": pa.table}.items():
            with contextlib.suppress(TypeError, OverflowError, pa.ArrowException, pl.exceptions.PolarsError):
                yield f"{library}: {name}", make({"x": column})
    yield (
        "pandas: its types",
        pd.DataFrame(
            {
                "Int64": pd.array([1, None] * half + [3] * odd, dtype="Int64"),
                "Float64": pd.array([1.5, None] * half + [3.0] * odd, dtype="Float64"),
                "boolean": pd.array([True, None] * half + [False] * odd, dtype="boolean"),
                "words": pd.Categorical(["a", None] * half + ["b"] * odd),
                "ints": pd.Categorical([1, None] * half + [2] * odd),
                "any": pd.Categorical([1, "x"] * half + [2] * odd),
                0: range(n),
                (1, 2): range(n),
            }
        ),
    )
    yield "pandas: zones", zoned
    yield "polars: zones", pl.from_pandas(zoned)
    yield "pyarrow: zones", pa.Table.from_pandas(zoned)
    yield (
        "polars: its types",
        pl.DataFrame(
            {
                "Int128": pl.Series([2**70, 1, None] * n, dtype=pl.Int128),
                "array": pl.Series([[1, 2]] * (3 * n), dtype=pl.Array(pl.Int8, 2)),
                "category": pl.Series(["a", "b", None] * n, dtype=pl.Categorical),
                "enum": pl.Series(["a", "b", None] * n, dtype=pl.Enum(["b", "a"])),
                "null": pl.Series([None] * (3 * n)),
                "NaN": pl.Series([None, float("nan"), 1.0] * n),
            }
        ),
    )
    yield "polars: lazy", pl.LazyFrame({"x": range(n)})
    yield "pandas: no columns", pd.DataFrame(index=range(n))
    yield "polars: no rows", pl.DataFrame({"x": []})
