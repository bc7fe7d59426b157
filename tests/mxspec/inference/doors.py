"""The doors of a table, which are dicts, frames of three libraries, and files; and what each can't tell."""

import csv
import datetime as dt
import decimal
import io
import json
from pathlib import Path

from mxspec.inference.delimited import MISSING, Dialect

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
    r = table.random
    separator = r.choice(",;\t|")
    encoding = r.choice([*ENCODINGS])
    has_commas = separator != "," and r.random() < 0.5
    missing = r.choice(["", "NA", "null"])

    def cell(x):
        if x is None:
            return missing
        if isinstance(x, (float, decimal.Decimal)) and has_commas:
            return str(x).replace(".", ",")
        if isinstance(x, dt.datetime):
            return x.isoformat()
        return str(x)

    text = io.StringIO(newline="")
    ending = r.choice(["\n", "\r\n"])
    lines = csv.writer(
        text,
        delimiter=separator,
        lineterminator=ending,
        quoting=r.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
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
