"""Frames with a column of each type that an engine has, for the law that own rows fit."""

import datetime as dt
import uuid
from decimal import Decimal

NOON = dt.datetime(2024, 5, 1, 12)
DAY = dt.date(2024, 5, 1)
N = 150


def numbers(draw, most=100):
    """Whole numbers of which some are missing, or none are."""
    share = draw.choice([0, 0, 0.2])
    few = draw.choice([3, 50, most])
    return [None if draw.random() < share else draw.randrange(min(few, most)) for _ in range(N)]


def moments(cells):
    return [None if i is None else NOON + dt.timedelta(days=i, milliseconds=7 * i) for i in cells]


def made(cells, make):
    return [None if i is None else make(i) for i in cells]


WORDS = ["red", "green", "blue"]
OBJECTS = {
    "texts, then lists": lambda i: f"a{i % 9}" if i < 90 else [i % 3],
    "equal numbers": lambda i: (1, True, 1.0, "a")[i % 4],
    "decimals": lambda i: Decimal(i) / 4,
    "dates": lambda i: DAY + dt.timedelta(days=i),
    "uuids": lambda i: uuid.UUID(int=i),
    "lists": lambda i: [i % 7, i % 5],
    "texts": lambda i: f"word {i % 20}",
    "bytes": lambda i: b"x" * (i % 7),
    "times": lambda i: dt.time(i % 24, 3),
}


def polars_columns():
    """The makers of the columns of polars, by name."""
    import polars as pl

    ints = ["Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64"]
    columns = {each: lambda cells, each=each: pl.Series(cells, dtype=getattr(pl, each)) for each in ints}
    columns |= {
        each: lambda cells, each=each: pl.Series(made(cells, lambda i: i / 7), dtype=getattr(pl, each))
        for each in ("Float32", "Float64")
    }
    for unit in ("ms", "us", "ns"):
        for zone in (None, "UTC", "Europe/Berlin"):
            columns[f"Datetime {unit} {zone}"] = lambda cells, unit=unit, zone=zone: (
                pl.Series(moments(cells), dtype=pl.Datetime("us"))
                .dt.replace_time_zone(zone)
                .cast(pl.Datetime(unit, zone))
            )
        columns[f"Duration {unit}"] = lambda cells, unit=unit: pl.Series(
            made(cells, lambda i: dt.timedelta(days=i, milliseconds=i)), dtype=pl.Duration(unit)
        )
    return columns | {
        "String": lambda cells: pl.Series(made(cells, str), dtype=pl.String),
        "Boolean": lambda cells: pl.Series(made(cells, lambda i: i % 2 == 0), dtype=pl.Boolean),
        "Categorical": lambda cells: pl.Series(made(cells, lambda i: WORDS[i % 3]), dtype=pl.Categorical),
        "Enum": lambda cells: pl.Series(made(cells, lambda i: WORDS[i % 3]), dtype=pl.Enum(WORDS)),
        "Date": lambda cells: pl.Series(made(cells, OBJECTS["dates"]), dtype=pl.Date),
        "Time": lambda cells: pl.Series(made(cells, OBJECTS["times"]), dtype=pl.Time),
        "Decimal": lambda cells: pl.Series(made(cells, OBJECTS["decimals"]), dtype=pl.Decimal(10, 2)),
        "Binary": lambda cells: pl.Series(made(cells, OBJECTS["bytes"]), dtype=pl.Binary),
        "List": lambda cells: pl.Series(made(cells, OBJECTS["lists"]), dtype=pl.List(pl.Int64)),
        "Array": lambda cells: pl.Series(made(cells, OBJECTS["lists"]), dtype=pl.Array(pl.Int64, 2)),
        "Struct": lambda cells: pl.Series(made(cells, lambda i: {"a": i, "b": str(i)})),
        "Null": lambda cells: pl.Series([None] * N),
    }


def pandas_columns():
    """The makers of the columns of pandas, by name."""
    import pandas as pd

    dtypes = ["Int8", "Int64", "UInt16", "Float32", "Float64", "float32", "float64", "string", "category"]
    dtypes += ["int64[pyarrow]", "uint8[pyarrow]", "double[pyarrow]", "string[pyarrow]"]
    columns = {
        each: lambda cells, each=each: pd.Series(
            made(cells, str) if "str" in each else made(cells, lambda i: i / 7) if "oa" in each else cells
        ).astype(each)
        for each in dtypes
    }
    columns |= {
        f"datetime {unit} {zone}": lambda cells, unit=unit, zone=zone: (
            pd.Series(moments(cells)).astype(f"datetime64[{unit}]").dt.tz_localize(zone)
        )
        for unit in ("s", "ms", "us", "ns")
        for zone in (None, "UTC", "Europe/Berlin")
    }
    columns |= {
        f"object of {each}": lambda cells, make=make: pd.Series(made(cells, make), dtype=object)
        for each, make in OBJECTS.items()
    }
    return columns | {
        "int64": lambda cells: pd.Series(made(cells, int)),
        "halves": lambda cells: pd.Series([*cells[1:], 2.5]),
        "boolean": lambda cells: pd.Series(made(cells, lambda i: i % 2 == 0), dtype="boolean"),
        "timedelta": lambda cells: pd.Series(made(cells, lambda i: dt.timedelta(minutes=i))),
    }


DUCKDB = {
    **{each: f"n::{each}" for each in ("tinyint", "usmallint", "bigint", "ubigint", "hugeint", "uhugeint")},
    "sum": "n::hugeint * 1000000000000000000000",
    "interval": "to_days(n::int)",
    "interval of months": "to_months(n::int) + to_days(n::int)",
    "enum": "(['red', 'green', 'blue'])[(n % 3 + 1)::int]::ENUM('red', 'green', 'blue')",
    "float": "(n / 7)::float",
    "double": "(n / 7)::double",
    "decimal": "(n / 4)::decimal(10, 2)",
    "struct": "case when n is not null then {'a': n} end",
    "list": "case when n is not null then [n, 1] end",
    "array": "case when n is not null then [n, 1]::bigint[2] end",
    "map": "case when n is not null then map {'a': n} end",
    **{f"timestamp{unit}": f"(timestamp '2024-05-01' + to_days(n::int) + to_milliseconds(n))::timestamp{unit}"
       for unit in ("", "_s", "_ms", "_ns", "tz")},
    "date": "'2024-05-01'::date + n::int",
    "time": "time '10:00' + to_minutes(n::int)",
    "uuid": "md5(n::varchar)::uuid",
    "bit": "n::int::bit",
    "blob": "n::varchar::blob",
    "varchar": "n::varchar",
    "boolean": "n % 2 = 0",
    "json": "to_json(n)",
}  # fmt: skip


def frames(draw, most=5):
    """Frames of random columns of each engine, with a note each."""
    import duckdb
    import pandas as pd
    import polars as pl

    for library, makers, make in (
        ("polars", polars_columns(), pl.DataFrame),
        ("pandas", pandas_columns(), pd.DataFrame),
    ):
        names = draw.sample([*makers], most)
        frame = make({name: makers[name](numbers(draw)) for name in names})
        yield f"{library}: {names}", frame
        if library == "polars":
            yield f"lazy polars: {names}", frame.lazy()
            if "Int128" not in names:
                yield f"pyarrow of polars: {names}", frame.to_arrow()
    names = draw.sample([*DUCKDB], most)
    cells = pl.DataFrame({"n": pl.Series(numbers(draw), dtype=pl.Int64)})
    relation = duckdb.from_arrow(cells.to_arrow())
    yield f"DuckDB: {names}", relation.project(", ".join(f'{DUCKDB[name]} AS "{name}"' for name in names))
