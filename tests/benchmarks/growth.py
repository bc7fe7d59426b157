"""Growth of time with size: a table and a figure.

    $ python -m tests.benchmarks.growth results/growth.png

The slope of log time against log size is 1 where twice the size takes twice the time.
"""

import argparse
import gc
import math
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import mxspec as s
from autoencoder import discriminator
from autoencoder.data import idx
from autoencoder.digits.training.learning import train_epochs
from mxspec.base.files import replace_file
from tests.amounts import amount
from tests.benchmarks import people as p
from tests.benchmarks.limit import Cut, cut_after
from tests.benchmarks.report import line, table, time_text

POINTS = amount(5, 3)  # at most; three are a slope
SIZES = (10, 100, 1_000, 10_000, 100_000)[:POINTS]
SAMPLES = SIZES[:4]  # a hundred thousand would take as long as all the rest
IMAGES = amount((1_000, 3_000, 10_000, 30_000, 60_000), (100, 300, 1_000))
LEVELS = (10, 30, 100, 300)[:POINTS]  # more are an error
SPENT = amount(1.0, 0.0)  # seconds for each point; a work that takes longer is done once
MOST = 50  # times, however short the work
ENOUGH = 15.0  # seconds for each work, at all its sizes

Works = dict[str, tuple[str, Sequence[int], Callable[[int], Callable[[], Any]]]]


def persons(n: int) -> list[Any]:
    """The same hundred again and again, or growth would be that of memory beyond the processor's caches."""
    return [p.PEOPLE_VALUE[i % 100] for i in range(n)]


def valid(n: int) -> Callable[[], Any]:
    value = persons(n)
    assert s.valid(p.PEOPLE, value)
    return lambda: s.valid(p.PEOPLE, value)


def conform(n: int) -> Callable[[], Any]:
    value = persons(n)
    assert s.conform(p.PEOPLE, value) == value
    return lambda: s.conform(p.PEOPLE, value)


def explain(n: int) -> Callable[[], Any]:
    value = [*persons(n - 1), p.WRONG_PERSON]
    assert s.explain_data(p.PEOPLE, value) is not None
    return lambda: s.explain_data(p.PEOPLE, value)


def valid_nested(n: int) -> Callable[[], Any]:
    s.def_("growth/nested", s.coll_of("growth/nested"))
    value: list[Any] = []
    for _ in range(n):
        value = [value]
    assert s.valid("growth/nested", value)
    return lambda: s.valid("growth/nested", value)


def valid_recursive(n: int) -> Callable[[], Any]:
    s.def_("growth/ints", s.cat(n=int, more=s.maybe("growth/ints")))
    value = [1] * n
    assert s.valid("growth/ints", value)
    return lambda: s.valid("growth/ints", value)


def conform_regex(n: int) -> Callable[[], Any]:
    value = ["-verbose", True] * (n // 2)
    assert len(s.conform(p.OPTIONS, value)) == n // 2
    return lambda: s.conform(p.OPTIONS, value)


def sample(n: int) -> Callable[[], Any]:
    return lambda: s.sample(p.DIGIT, n, seed=0)


def train(n: int) -> Callable[[], Any]:
    whole = idx.load("train", idx.EMBEDDED)
    part = idx.Dataset(whole.images[:n], whole.labels[:n], whole.shape)
    return lambda: train_epochs(discriminator.network(), part, 1, progress=False, report=lambda line: None)


# From the slowest to the fastest, so that the legend stands in the order of the lines.
WORKS: Works = {
    "sample": ("ints", SAMPLES, sample),
    "one epoch of the discriminator": ("images", IMAGES, train),
    "explain_data, the last one wrong": ("persons", SIZES, explain),
    "valid": ("persons", SIZES, valid),
    "conform": ("persons", SIZES, conform),
    "conform of a regex": ("elements", SIZES, conform_regex),
    "valid of a regex that refers to itself": ("elements", LEVELS, valid_recursive),
    "valid of a nested list": ("levels", LEVELS, valid_nested),
}


def seconds(run: Callable[[], Any]) -> float:
    """The shortest of as many runs as there is time for, without the garbage collector, as timeit does it."""
    shortest = math.inf
    gc.collect()
    gc.disable()
    try:
        end = time.perf_counter() + SPENT
        for _ in range(MOST):
            start = time.perf_counter()
            run()
            now = time.perf_counter()
            shortest = min(shortest, now - start)
            if now > end:
                break
    finally:
        gc.enable()
    return shortest


def measured(sizes: Sequence[int], make: Callable[[int], Callable[[], Any]]) -> list[float]:
    make(sizes[0])()  # compiles what is compiled once
    return [seconds(make(n)) for n in sizes]


def slope(sizes: Sequence[int], times: Sequence[float]) -> float:
    """The slope of the straight line through the last three points, both axes being logarithmic.

    >>> slope([1, 10, 100, 1000], [5.0, 1.0, 10.0, 100.0]), slope([1, 2, 4], [1.0, 4.0, 16.0])
    (1.0, 2.0)
    """
    line = statistics.linear_regression(
        [math.log10(n) for n in sizes[-3:]], [math.log10(t) for t in times[-3:]]
    )
    return round(line.slope, 9)


def draw(times: dict[str, list[float]], path: Path) -> None:
    # Here and not above, and Figure instead of pyplot, as in autoencoder.viz.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5), dpi=150, layout="constrained")
    axes = figure.subplots()
    for name, found in times.items():
        unit, sizes, _ = WORKS[name]
        # A broad line, because conform takes the same time where it changes nothing, and lies on it.
        style = {"linewidth": 5, "markersize": 10, "alpha": 0.4} if name == "valid" else {"markersize": 5}
        axes.plot(sizes, found, marker="o", label=f"{name} ({unit})", **style)
    low, high = SIZES[0], SIZES[-1]
    first = min(found[0] for found in times.values()) / 4
    axes.plot(
        [low, high],
        [first, first * high / low],
        linestyle="--",
        color="gray",
        label="slope 1, linear",
    )
    axes.set_xscale("log")
    axes.set_yscale("log")
    figure.suptitle(
        "Time against size: slopes compare, heights do not, for each line counts things of its own"
    )
    axes.set_xlabel("size (number of what the legend has in brackets)")
    axes.set_ylabel("time (seconds)")
    axes.grid(alpha=0.3)
    axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right center", frameon=False)
    replace_file(path, lambda temporary: figure.savefig(temporary, format="png"))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure how time grows with size, and draw it.")
    parser.add_argument("picture", type=Path, help="the file to draw to")
    picture = parser.parse_args(argv).picture
    times = {}
    print(table(["work", "of", "time by size", "slope over the last three"], []), flush=True)
    for name, (unit, sizes, make) in WORKS.items():
        try:
            with cut_after(ENOUGH, f"cut after {ENOUGH:g} s"):
                times[name] = found = measured(sizes, make)
        except Cut as reason:
            print(line([name, unit, str(reason), ""]), flush=True)
            continue
        per = "; ".join(f"{n:,}: {time_text(t)}" for n, t in zip(sizes, found, strict=True))
        print(line([name, unit, per, f"{slope(sizes, found):.2f}"]), flush=True)
    draw(times, picture)


if __name__ == "__main__":
    main()
