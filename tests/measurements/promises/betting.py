"""Promises that are looked at after every value, and every day: wrong verdicts, false alarms and delays.

    $ python -m tests.measurements.promises.betting

prints Markdown tables; it takes a few minutes. A verdict depends on two counts alone, so that thousands of
runs are an array of counts beside a table of verdicts, which mxspec's own function fills.
"""

import argparse
import functools
import math

import numpy as np

from mxspec.promises.production import STAKES, start_weight
from mxspec.promises.sequential import ABOVE, share_of_error, values_to_decide, verdict_of
from tests.amounts import amount
from tests.benchmarks.report import table

LIMIT, ERROR = 0.01, 0.01
SUITE = amount(3000, 500)  # values of each promise of a suite
SHUFFLES = amount(50, 2)
LATE_RUNS = amount(500, 20)  # until an alarm
CHUNK = 500  # runs in memory
DELAYS = ((0, None), (10, None), (100, None), (1000, None), (10, 365), (1000, 365), (1000, 0))
"""The numbers of parts before a change, each with the looks of the process that finds it."""


# --- verdicts after every value --------------------------------------------------------------------------


@functools.cache
def verdict_bounds(n, limit, error):
    """Return the most refusals that are promised and the fewest that are refuted, after 1 to n values."""
    promised, refuted = np.full(n, -1), np.full(n, 1)
    most, fewest = -1, 1
    for i in range(n):
        while verdict_of(most + 1, i + 1, limit, error) == "promised":
            most += 1
        while fewest <= i + 1 and verdict_of(fewest, i + 1, limit, error) != "refuted":
            fewest += 1
        promised[i], refuted[i] = most, fewest
    return promised.astype(np.int32), refuted.astype(np.int32)


def simulate(share, runs, n, limit=LIMIT, error=ERROR, seed=0):
    """Return for runs of up to n values the first verdict (1 promised, -1 refuted, 0 neither) and when."""
    promised, refuted = verdict_bounds(n, limit, error)
    rng = np.random.default_rng(seed)
    verdicts, values = [], []
    for start in range(0, runs, CHUNK):
        size = min(CHUNK, runs - start)
        counts = np.cumsum(rng.random((size, n), np.float32) < share, axis=1, dtype=np.int32)
        is_promised, is_refuted = counts <= promised, counts >= refuted
        is_known = is_promised | is_refuted
        when = np.where(is_known.any(1), is_known.argmax(1), n - 1)
        rows = np.arange(size)
        verdicts.append(is_promised[rows, when].astype(int) - is_refuted[rows, when])
        values.append(when + 1)
    return np.concatenate(verdicts), np.concatenate(values)


def simulate_suites(share, runs, promises, n, seed=0):
    """Return the share of suites with a wrong verdict, of guards that all refuse one share.

    The promises of a suite share one error, the k-th has 1 / (k (k + 1)) of it.
    """
    wrong = np.zeros(runs, bool)
    for k in range(1, promises + 1):
        verdicts, _ = simulate(share, runs, n, error=share_of_error(ERROR, k), seed=[seed, k])
        wrong |= verdicts == (1 if share > LIMIT else -1)
    return wrong.mean()


def luckiest_of_shuffles(shuffles, runs=400, n=3000, share=0.0105, seed=0):
    """Return how often n values are promised wrongly: in their order, and in the luckiest of shuffles."""
    rng = np.random.default_rng(seed)
    promised, refuted = verdict_bounds(n, LIMIT, ERROR)

    def is_promised(values):
        counts = np.cumsum(values)
        known = np.flatnonzero((counts <= promised) | (counts >= refuted))
        return bool(known.size) and counts[known[0]] <= promised[known[0]]

    once = luckiest = 0
    for _ in range(runs):
        values = rng.random(n) < share
        once += is_promised(values)
        luckiest += any(is_promised(rng.permutation(values)) for _ in range(shuffles))
    return once / runs, luckiest / runs


def grown_sets(where, runs=2000, looks=50, step=50, share=0.0101, seed=0):
    """Return how often a set that grows is promised wrongly, asked in its order after each step.

    Args:
        where: where new values are put: at the "end", at the "front", or anywhere, as by "name".
        runs, looks, step: the number of runs, of looks in each, and of new values between them.
        share: the share that the guard refuses.
        seed: selects the values.
    """
    rng = np.random.default_rng(seed)
    promised, refuted = verdict_bounds(looks * step, LIMIT, ERROR)
    wrong = np.zeros(runs, bool)
    for run in range(runs):
        values = np.zeros(0, bool)
        for _ in range(looks):
            new = rng.random(step) < share
            at = {"end": len(values), "front": 0, "name": rng.integers(0, len(values) + 1, step)}[where]
            values = np.insert(values, at, new)
            counts, n = np.cumsum(values), len(values)
            known = np.flatnonzero((counts <= promised[:n]) | (counts >= refuted[:n]))
            wrong[run] |= bool(known.size) and counts[known[0]] <= promised[known[0]]
    return wrong.mean()


# --- looks after every part ------------------------------------------------------------------------------


def days_until_alarm(counts, rows, limit=LIMIT, error=ERROR, looks=None, unit=None):
    """Return for each run the first part with an alarm, from 1, or 0: as `production.look`, for many runs.

    Args:
        counts: (runs, parts), the refused values of each part.
        rows: the values of a part, of each part, or of each part of each run.
        looks: as of `production.look`; 0 for bets that start at the first part alone.
        unit: as of `production.look`; 1 for the bets that raise a suspicion.
    """
    factors, stakes = np.array([*ABOVE]), np.array(STAKES)
    log_weights = np.log([*ABOVE.values()]) if unit else np.full(len(stakes), -math.log(len(stakes)))
    sums = np.full((len(counts), len(log_weights)), -np.inf)
    alarms = np.zeros(len(counts), int)
    sizes = np.broadcast_to(rows, counts.shape)
    for day in range(counts.shape[1]):
        n = sizes[:, day, None]
        if looks != 0:
            sums = np.logaddexp(sums, math.log(start_weight(day + 1, looks)))
        elif day == 0:
            sums[:] = 0
        own = counts[:, day, None]
        if unit:
            sums += (own * np.log(factors) - n * np.log1p((factors - 1) * limit)) / unit
        else:
            weight = np.minimum(1, n / sizes[:, max(0, day - 30) : day].max(1, keepdims=True)) if day else 1
            sums += np.log1p(stakes * weight * (own / n / limit - 1))
        wealth = np.logaddexp.reduce(sums + log_weights, axis=1)
        alarms[(alarms == 0) & (wealth >= -math.log(error))] = day + 1
    return alarms


def draw_days(rng, runs, days, rows, share, cluster=1):
    """Return the refused values of days (runs, days), which come in clusters."""
    return cluster * rng.binomial(rows // cluster, share, (runs, days))


def false_alarms(share, runs, rows, days=365, seed=0, cluster=1, **process):
    """Return the share of years with a false alarm, and with a daily binomial test at the same error."""
    from scipy.stats import binom

    counts = draw_days(np.random.default_rng(seed), runs, days, rows, share, cluster)
    daily = (binom.sf(counts - 1, rows, LIMIT) <= ERROR).any(1)
    return (days_until_alarm(counts, rows, **process) > 0).mean(), daily.mean()


def rows_until_alarm(share, before, rows, runs, seed=0, cluster=1, **process):
    """Return the mean number of rows until the alarm, after days that kept half of the promise."""
    rng = np.random.default_rng(seed)
    drawn = (draw_days(rng, runs, days, rows, p, cluster) for days, p in ((before, LIMIT / 2), (3000, share)))
    alarms = days_until_alarm(np.concatenate([*drawn], axis=1), rows, **process)
    late = alarms > before
    return (alarms[late] - before).mean() * rows, late.mean()


# --- tables ----------------------------------------------------------------------------------------------


def verdict_rows(runs, n):
    """Yield the rows of the table of verdicts."""
    for share in (0, 0.0025, 0.005, 0.008, 0.009, 0.01, 0.011, 0.0125, 0.02, 0.05, 0.1):
        verdicts, values = simulate(share, runs if 0.005 < share < 0.02 else runs // 10, n, seed=1)
        shares = [f"{np.mean(verdicts == each):.2%}" for each in (1, -1, 0)]
        yield [f"{share:.2%}", *shares, f"{values.mean():,.0f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=amount(10_000, 100))
    parser.add_argument("--values", type=int, default=amount(10_000, 500))
    args = parser.parse_args()
    print(f"A look after each of up to {args.values:,} values, limit 1%, certain 99%:\n")
    print(
        table(["refuses", "promised", "refuted", "undecided", "values"], verdict_rows(args.runs, args.values))
    )
    print(f"\nA perfect guard is promised after {values_to_decide(0, 0, LIMIT, ERROR)} values.\n")
    print(f"{args.runs:,} suites of 10 promises that share 1%, up to {SUITE:,} values each:\n")
    rows = [
        [f"{share:.2%}", f"{simulate_suites(share, args.runs, 10, SUITE):.2%}"]
        for share in (0.008, 0.01, 0.0101, 0.0125)
    ]
    print(table(["each guard refuses", "suites with a wrong verdict"], rows))
    once, luckiest = luckiest_of_shuffles(SHUFFLES)
    print(f"\nA guard that refuses 1.05%, 3,000 values: wrongly promised in {once:.1%} in their order, in "
          f"{luckiest:.1%} in the luckiest of {SHUFFLES} shuffles.\n")  # fmt: skip
    print("A year of daily looks:\n")
    rows = []
    for size in (20, 200, 2000):
        for share in (0.005, 0.01):
            ours, daily = false_alarms(share, args.runs, size)
            limited, _ = false_alarms(share, args.runs, size, looks=365)
            rows.append([str(size), f"{share:.1%}", f"{ours:.2%}", f"{limited:.2%}", f"{daily:.2%}"])
    columns = ["rows a day", "refused", "years with an alarm", "with looks=365", "with a daily test at 1%"]
    print(table(columns, rows))
    decades = [false_alarms(LIMIT, args.runs // 5, 20, 3650, looks=looks)[0] for looks in (None, 365)]
    ours, limited = decades
    print(
        f"\nTen years of 20 rows a day, 1% refused: {ours:.2%} with an alarm, {limited:.2%} with looks=365."
    )
    print("\nMean rows until the alarm, parts of 10 rows; before it half of the promise was refused:\n")
    rows = []
    for times in (2, 5, 10):
        alone = simulate(times * LIMIT, 1000, 10_000, seed=2)[1].mean()
        cells = []
        for before, looks in DELAYS:
            mean, share = rows_until_alarm(times * LIMIT, before, 10, LATE_RUNS, looks=looks)
            cells.append(f"{mean:,.0f}" + (f" ({share:.0%})" if share < 0.995 else ""))
        rows.append([f"{times} times", f"{alone:,.0f}", *cells])
    words = {None: "", 0: ", a single bet", 365: ", looks=365"}
    columns = [f"after {before:,} parts{words[looks]}" for before, looks in DELAYS]
    print(table(["share", "one test, each value", *columns], rows))


if __name__ == "__main__":
    main()
