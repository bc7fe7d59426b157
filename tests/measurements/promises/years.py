"""A promise in production, over years: false alarms, delays, files that overlap, and sets that grow.

    $ python -m tests.measurements.promises.years

prints Markdown tables with intervals of 95%, and the goals that are missed.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

import mxspec as s
from mxspec.promises.bounds import most_refused
from mxspec.promises.state_file import update_state
from tests.amounts import amount
from tests.benchmarks.report import table
from tests.measurements.promises.betting import LIMIT, days_until_alarm, draw_days, grown_sets

SEED, GOAL = 43, 0.01
DAYS, ROWS, BEFORE = 365, 200, 100
PROCESSES = ({"unit": None}, {"unit": 1})  # of "broken", and of "suspect"


def interval(count, runs):
    """Return a share with its interval of 95% in words (Clopper and Pearson)."""
    low, high = 1 - most_refused(runs - count, runs, 0.975), most_refused(count, runs, 0.975)
    return f"{count / runs:.2%} ({low:.2%} to {high:.2%})"


def years_of(rng, runs):
    """Yield the kinds of years that keep the promise: words, refused values by day, and the largest unit."""
    for cluster in (1, 2, 5, 20):
        words = f"in clusters of {cluster}" if cluster > 1 else "independent"
        yield words, draw_days(rng, runs, DAYS, ROWS, LIMIT, cluster), cluster
    for cv in (0.5, 1):
        a = (1 - LIMIT) / cv**2 - LIMIT
        shares = rng.beta(a, a * (1 - LIMIT) / LIMIT, (runs, DAYS))
        yield f"the share varies from day to day (cv {cv})", rng.binomial(ROWS, shares), None
    weekend = np.where(np.arange(DAYS) % 7 >= 5, 2, 0.6) * LIMIT
    yield "twice as many at weekends", rng.binomial(ROWS, weekend, (runs, DAYS)), None
    late = [draw_days(rng, runs, 100, ROWS, LIMIT), draw_days(rng, runs, DAYS - 100, ROWS, LIMIT, 20)]
    yield "in clusters of 20 from day 101 on", np.hstack(late), 20


def alarm_rows(rng, runs, missed):
    """Yield the rows of the table of false alarms."""
    for words, counts, unit in years_of(rng, runs):
        alarms = [int((days_until_alarm(counts, ROWS, **each) > 0).sum()) for each in PROCESSES]
        by_unit = (
            "" if unit is None else interval(int((days_until_alarm(counts, ROWS, unit=unit) > 0).sum()), runs)
        )
        if alarms[0] / runs > GOAL:
            missed.append(
                f"years with a false alarm, {words}: {alarms[0] / runs:.2%}, the goal is {GOAL:.0%}"
            )
        yield [words, *(interval(each, runs) for each in alarms), by_unit]


def delay_rows(rng, runs):
    """Yield the rows of the table of delays, after 100 days at half of the promise."""
    cases = [(rows, 1) for rows in (20, 200, 2000)] + [(200, 20)]
    for rows, cluster in cases:
        for times in (2, 3, 5, 10):
            before = draw_days(rng, runs, BEFORE, rows, LIMIT / 2, cluster)
            counts = np.hstack([before, draw_days(rng, runs, 300, rows, times * LIMIT, cluster)])
            cells = []
            for process in (*PROCESSES, {"unit": cluster}):
                alarms = days_until_alarm(counts, rows, **process)
                late = alarms[alarms > BEFORE] - BEFORE
                low, high = np.quantile(late, [0.05, 0.95]) if late.size else (0, 0)
                words = f"{late.mean():.1f} ({low:.0f} to {high:.0f}), " if late.size else ""
                cells.append(f"{words}{late.size / runs:.0%}")
            yield [f"{rows:,}", str(cluster), f"{times} times", *cells[: 3 if cluster > 1 else 2]]


def overlap_rows(rng, runs):
    """Yield what would happen if rows that come again were counted again: words, and two shares."""
    counts = draw_days(rng, runs, DAYS, ROWS, LIMIT)
    to_date = np.hstack([np.cumsum(counts[:, i : i + 30], axis=1) for i in range(0, DAYS, 30)])
    rows = ROWS * (np.arange(DAYS) % 30 + 1)
    doubled = np.repeat(counts, 2, axis=1)[:, :DAYS]
    for words, each, n in (
        ("month to date", to_date, rows),
        ("each day twice", doubled, np.full(DAYS, ROWS)),
    ):
        yield [words, *(interval(int((days_until_alarm(each, n, **p) > 0).sum()), runs) for p in PROCESSES)]


def files_are_days_apart(rng, years, days=90):
    """Return in how many years of real files, to date and twice, the counts are those of the days apart."""
    row, promise, right = s.keys(req_un={"n": s.int_in(0, 10)}), s.Promise(LIMIT, 0.99, 0), 0
    for _ in range(years):
        with tempfile.TemporaryDirectory() as folder:
            file, states = (
                Path(folder, "rows.csv"),
                [Path(folder, f"{kind}.json") for kind in ("alone", "to date")],
            )
            so_far = []
            for day in range(days):
                own = [
                    f"{30 if bad else x}"
                    for bad, x in zip(rng.random(50) < LIMIT, rng.integers(0, 10, 50), strict=True)
                ]
                so_far = own if day % 30 == 0 else so_far + own
                for state, cells in zip(states, (own, so_far), strict=True):
                    file.write_text("\n".join(["n", *cells, ""]))
                    for _ in range(2):
                        standing = update_state(state, {file: s.profile(row, file)}, promise, str(day))
                    if state is states[0]:
                        alone = standing
            right += alone.bets == standing.bets and alone.n == standing.n == 50 * days
    return right


def errors_of(rng, where, runs=20):
    """Return in how many runs a set that did not grow at its end is an error at the second look."""
    errors = 0
    for _ in range(runs):
        values, new = [str(x) for x in rng.random(200)], [str(x) for x in rng.random(50)]
        grown = sorted(values + new) if where == "name" else new + values
        with tempfile.TemporaryDirectory() as folder:
            for look in (sorted(values) if where == "name" else values, grown):
                try:
                    s.check_promise(str.isascii, look, state=Path(folder, "values.json"))
                except s.PromiseError:
                    continue
                except s.SpecDefinitionError:
                    errors += 1
    return errors


def main(arguments):
    """Print the tables; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.measurements.promises.years", description=__doc__)
    parser.add_argument("--runs", type=int, default=amount(10_000, 100))
    parser.add_argument("--years", type=int, default=amount(5, 1), help="years of real files")
    options = parser.parse_args(arguments)
    rng, missed, runs = np.random.default_rng(SEED), [], options.runs
    print(f"Years of {DAYS} days of {ROWS} rows that keep a promise of {LIMIT:.0%}, with a false alarm:\n")
    columns = ["refusals", "broken", "suspect", "broken with unit="]
    print(table(columns, alarm_rows(rng, runs, missed)))
    print("\nThe same if independent rows that come again were counted again, as they are not:\n")
    print(table(["files", "broken", "suspect"], overlap_rows(rng, runs)))
    right = files_are_days_apart(rng, options.years)
    print(f"\nReal files, each given twice, counted as the days apart: {right} of {options.years}.")
    if right < options.years:
        missed.append(f"files counted as the days apart: {right} of {options.years}")
    print(f"\nDays to the alarm, after {BEFORE} days at half of the promise, mean (90% of runs), found:\n")
    columns = ["rows a day", "clusters of", "refused", "broken", "suspect", "broken with unit="]
    print(table(columns, ([*row, ""][:6] for row in delay_rows(rng, max(1, runs // 20)))))
    print(
        "\nSets that grow by 50 values at a time, a guard that refuses 1.01%: promised wrongly in 50 looks.\n"
    )
    wrong = {where: round(grown_sets(where, runs, seed=SEED) * runs) for where in ("end", "name", "front")}
    cells = {where: interval(count, runs) for where, count in wrong.items()}
    errors = {
        where: f"error at the second look in {errors_of(rng, where)} of 20" for where in ("name", "front")
    }
    rows = [["at the end", cells["end"], "as without"], ["by name", cells["name"], errors["name"]]]
    print(
        table(
            ["new values", "wrong", "with state="], [*rows, ["newest first", cells["front"], errors["front"]]]
        )
    )
    if wrong["end"] / runs > GOAL:
        missed.append(f"sets that grow at the end, promised wrongly: {wrong['end'] / runs:.2%}")
    print(*(f"missed: {line}" for line in missed), sep="\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
