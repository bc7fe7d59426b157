"""A picture of each process of a promise.

    $ python -m tests.measurements.pictures.promise_pictures results

writes promise.png.
"""

import argparse
import math
from pathlib import Path

import numpy as np

import mxspec as s
from mxspec.promises.accept import accept
from mxspec.promises.bounds import most_refused
from mxspec.promises.production import STAKES, look
from mxspec.promises.promise import Promise
from mxspec.promises.sequential import ABOVE, BELOW, log_sum, log_wealth, share_at_most
from tests.measurements.promises.acceptance import draw

LIMIT, ERROR = 0.01, 0.01
GOOD, BAD, LINE = "#2a7f62", "#c0392b", "#555555"


def draw_wealth(axis):
    """Draw the wealth of both bets for three guards."""
    rng = np.random.default_rng(4)
    for share, color, bets, words in (
        (0.0, GOOD, BELOW, "refuses nothing: promised"),
        (0.0025, "#2a5f9e", BELOW, "0.25%: promised"),
        (0.03, BAD, ABOVE, "3%: refuted"),
    ):
        refused = np.cumsum(rng.random(2500) < share)
        wealth = [math.exp(log_wealth(int(k), n + 1, LIMIT, bets)) for n, k in enumerate(refused)]
        end = next((n for n, each in enumerate(wealth) if each >= 1 / ERROR), len(wealth) - 1)
        axis.plot(range(1, end + 2), wealth[: end + 1], color=color, label=words)
        axis.plot(end + 1, wealth[end], "o", color=color)
    axis.axhline(1 / ERROR, color=LINE, linestyle=":")
    axis.set(
        yscale="log",
        xlabel="values",
        ylabel="evidence (wealth of the bet); decided at 100",
        title="check_promise at 1%, certain 99%",
    )
    axis.legend(frameon=False, fontsize=8)


def draw_bounds(axis):
    """Draw the bound that holds at all times, beside one that holds at a time fixed beforehand."""
    rng = np.random.default_rng(1)
    refused = np.cumsum(rng.random(3000) < 0.004)
    looks = np.arange(100, 3000, 20)
    axis.plot(looks, [100 * share_at_most(int(refused[n]), int(n) + 1, ERROR) for n in looks], color=GOOD,
              label="holds at all times (betting)")  # fmt: skip
    axis.plot(looks, [100 * most_refused(int(refused[n]), int(n) + 1, 1 - ERROR) for n in looks], color=LINE,
              linestyle="--", label="holds at one time (Clopper and Pearson)")  # fmt: skip
    axis.axhline(0.4, color=BAD, linestyle=":", label="the true share")
    axis.set(
        ylim=(0, 5),
        xlabel="values",
        ylabel="% refused at most",
        title="the bound of a guard that refuses 0.4%",
    )
    axis.legend(frameon=False, fontsize=8)


def draw_days(axis):
    """Draw the wealth of the restarted bets over days, with a change on day 120."""
    rng = np.random.default_rng(5)
    changed, n = 120, 300
    promise, standing, wealth = Promise(LIMIT, 1 - ERROR, 5000), None, []
    for day in range(150):
        refused = int(rng.binomial(n, 0.007 if day < changed else 0.025))
        standing = look(s.Profile("rows", n - refused, refused), promise, standing, f"day {day + 1}")
        wealth.append(log_sum([bet.log_sum - math.log(len(STAKES)) for bet in standing.bets]) / math.log(10))
        if standing.alarm is not None:
            break
    axis.plot(range(1, len(wealth) + 1), wealth, color=BAD)
    axis.plot(len(wealth), wealth[-1], "o", color=BAD)
    axis.axhline(-math.log10(ERROR), color=LINE, linestyle=":")
    axis.axvline(changed + 1, color=LINE, linewidth=0.8)
    axis.annotate(
        f"0.7% refused, then 2.5%\nalarm on day {len(wealth)}: since {standing.since}", (8, 0.2), fontsize=8
    )
    axis.set(
        xlabel="days of 300 rows",
        ylabel="evidence of a change, in powers of 10",
        title="Profile.holds, day by day",
    )


def draw_acceptance(axis):
    """Draw the share that is wrong above each threshold, its bound, and the threshold that is accepted."""
    rng = np.random.default_rng(2)
    scores, right = draw("a floor of errors", 3000, rng)
    order = np.argsort(-scores)
    falling, wrong = scores[order], np.cumsum(~right[order])
    passed = np.arange(150, 3001, 25)
    axis.plot(falling[passed - 1], 100 * wrong[passed - 1] / passed, color=LINE, label="wrong, of the labels")
    bounds = [100 * most_refused(int(wrong[n - 1]), int(n), 0.99) for n in passed]
    axis.plot(falling[passed - 1], bounds, color=BAD, label="wrong at most")
    floor = accept(scores, right, 0.03)
    axis.axhline(3, color=LINE, linestyle=":")
    axis.axvline(floor.value, color=GOOD, label=f"accepted from {floor.value:.2f}: {floor.coverage:.0%} pass")
    axis.set(ylim=(0, 8), xlabel="threshold of the score", ylabel="% wrong", title="accept, 3% wrong at most")
    axis.legend(frameon=False, fontsize=8)


def draw_promises(folder):
    """Draw the four panels into a folder, as promise.png."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(10, 7.2), layout="constrained")
    for draw_panel, axis in zip(
        (draw_wealth, draw_bounds, draw_days, draw_acceptance), axes.flat, strict=True
    ):
        draw_panel(axis)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / "promise.png", dpi=100)
    pyplot.close(figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    draw_promises(parser.parse_args().folder)
