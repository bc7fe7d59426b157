"""Random tables, and the doors that they may come in by: dicts, frames of three libraries, and files."""

import csv
import datetime as dt
import decimal
import io
import json
import random
import zoneinfo
from pathlib import Path

from mxspec.inference.delimited import MISSING, Dialect

ROME = zoneinfo.ZoneInfo("Europe/Rome")
NOON = dt.datetime(2024, 6, 1, 12)
HOSTILE = ['say "x"', "two\nlines", "a,b;c|d\te", "NA", "null", "", " x ", "é€", "\r\n", "'", "#", "1,5"]


def draw_codes(drawn):
    return [f"{drawn.randrange(1000):04d}" for _ in range(9)]


def draw_texts(drawn):
    return ["plain", *drawn.sample(HOSTILE, 4), "".join(drawn.choices("abc XY-9", k=drawn.randrange(1, 9)))]


# By the name of a type: a function from a source of randomness to the values that a column draws from.
TYPES = {
    "int": lambda drawn: [drawn.randrange(-50, 10 ** drawn.randrange(1, 15)) for _ in range(40)],
    "few ints": lambda drawn: drawn.sample(range(100), 3),
    "float": lambda drawn: [round(drawn.gauss(50, 20), drawn.randrange(1, 9)) for _ in range(40)],
    "few floats": lambda drawn: [5.0, 9.99, 19.9],
    "whole floats": lambda drawn: [float(drawn.randrange(100)) for _ in range(40)],
    "tiny floats": lambda drawn: [drawn.random() * 1e-9 for _ in range(40)],
    "bool": lambda drawn: [True, False],
    "code": draw_codes,
    "text": draw_texts,
    "date": lambda drawn: [NOON.date() + dt.timedelta(drawn.randrange(500)) for _ in range(40)],
    "datetime": lambda drawn: [NOON + dt.timedelta(seconds=drawn.randrange(10**6)) for _ in range(40)],
    "midnight": lambda drawn: [dt.datetime(2024, 6, 1 + drawn.randrange(20)) for _ in range(40)],
    "moment": lambda drawn: [
        (NOON + dt.timedelta(seconds=drawn.randrange(10**6))).replace(tzinfo=ROME) for _ in range(40)
    ],
    "microsecond": lambda drawn: [NOON + dt.timedelta(0, 0, drawn.randrange(10**9)) for _ in range(40)],
    "decimal": lambda drawn: [decimal.Decimal(drawn.randrange(10**6)) / 100 for _ in range(40)],
    "constant": lambda drawn: [drawn.choice([7, "all", 1.5, True])],
    "empty": lambda drawn: [None],
}  # fmt: skip


class RandomTable:
    """A random table.

    Attributes:
        types: the type of each column.
        rows: the rows, as dicts.
        seed: selects the table.
    """

    def __init__(self, seed, length=60):
        drawn = random.Random(seed)
        self.seed, self.drawn = seed, drawn
        names = drawn.sample(["a", "b", "c d", "e;f", "g,h", "é", 'i"j', "k"], drawn.randrange(2, 7))
        self.types = {name: drawn.choice([*TYPES]) for name in names}
        gaps = {name: drawn.choice([0, 0, 0.1, 0.6]) for name in names}
        pools = {name: TYPES[kind](drawn) for name, kind in self.types.items()}
        self.rows = [
            {name: None if drawn.random() < gaps[name] else drawn.choice(pools[name]) for name in names}
            for _ in range(length)
        ]

    @property
    def columns(self):
        return {name: [row[name] for row in self.rows] for name in self.types}

    def with_cells(self, convert):
        """The rows with other values, of a function of the type and the value of a cell."""
        return [
            {name: None if x is None else convert(self.types[name], x) for name, x in row.items()}
            for row in self.rows
        ]


# --- what a door can't tell ---------------------------------------------------------------------------------


def as_pandas_reads(table):
    """Whole floats with gaps are ints, which pandas has no gaps for."""
    return _with_ints(table, table.rows)


def _with_ints(table, rows):
    whole = {
        name
        for name, values in table.columns.items()
        if None in values and all(x is None or (type(x) is float and x.is_integer()) for x in values)
    }
    return [
        {name: int(x) if name in whole and x is not None else x for name, x in row.items()} for row in rows
    ]


def as_csv_reads(table):
    """As pandas; a cell that is empty or NA is missing, and a Decimal is a float."""
    rows = table.with_cells(lambda kind, x: float(x) if kind == "decimal" else None if x in MISSING else x)
    return _with_ints(table, rows)


def as_csv_of_pandas_reads(table):
    """In the CSV that pandas writes, moments that are all at midnight are dates, too."""
    rows = as_csv_reads(table)
    for name, values in table.columns.items():
        there = [x for x in values if x is not None]
        if there and all(type(x) is dt.datetime and x.time() == dt.time() for x in there):
            rows = [{**row, name: None if row[name] is None else row[name].date()} for row in rows]
    return rows


def as_json_reads(table):
    """JSON has no dates, no moments and no Decimals: they are text."""
    return table.with_cells(lambda kind, x: as_json(x))


def as_json(x):
    if isinstance(x, decimal.Decimal):
        return str(x)
    return x.isoformat() if isinstance(x, dt.date) else x


# --- files --------------------------------------------------------------------------------------------------

ENCODINGS = {"utf-8": None, "utf-8-sig": None, "utf-16": None, "utf-16-le": None, "cp1252": "cp1252"}
"""Encodings, with what has to be said of them."""


def write_csv(table, folder):
    """Write a table as a CSV in a random dialect; return the path and what has to be said of it."""
    drawn = table.drawn
    separator = drawn.choice(",;\t|")
    encoding = drawn.choice([*ENCODINGS])
    has_commas = separator != "," and drawn.random() < 0.5
    missing = drawn.choice(["", "NA", "null"])

    def cell(x):
        if x is None:
            return missing
        if isinstance(x, (float, decimal.Decimal)) and has_commas:
            return str(x).replace(".", ",")
        if isinstance(x, dt.datetime):
            return x.isoformat()
        return str(x)

    text = io.StringIO(newline="")
    ending = drawn.choice(["\n", "\r\n"])
    lines = csv.writer(
        text,
        delimiter=separator,
        lineterminator=ending,
        quoting=drawn.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )
    lines.writerow(table.types)
    lines.writerows([cell(x) for x in row.values()] for row in table.rows)
    path = Path(folder) / f"{table.seed}.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path, Dialect(None, ENCODINGS[encoding])


def write_jsonl(table, folder):
    path = Path(folder) / f"{table.seed}.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in as_json_reads(table)), encoding="utf-8")
    return path, Dialect()


def write_parquet(table, folder):
    import polars as pl

    path = Path(folder) / f"{table.seed}.parquet"
    pl.DataFrame(table.columns, strict=False).write_parquet(path)
    return path, Dialect()


def write_csv_of_pandas(table, folder):
    import pandas as pd

    path = Path(folder) / f"{table.seed}-pandas.csv"
    pd.DataFrame(table.columns).to_csv(path, index=False)
    return path, Dialect()


def write_parquet_of_pandas(table, folder):
    import pandas as pd

    path = Path(folder) / f"{table.seed}-pandas.parquet"
    frame = pd.DataFrame(table.columns)
    frame[frame.index >= 0].set_index(frame.index + 3).to_parquet(
        path
    )  # with the numbers of rows as a column
    return path, Dialect()
