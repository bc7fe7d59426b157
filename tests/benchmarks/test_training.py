"""An epoch of the three networks of the post, beside PyTorch and MXNet's own loop.

All 60,000 images would take three times as long and tell the same: a start that does not grow with them
leaves mxspec 1.25 times as fast as Module.fit with 12,000 images, and 1.30 times with 60,000.
"""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.amounts import IS_SMALLEST, amount
from tests.benchmarks.bars import Bar, Yardstick, times_as_fast

IMAGES = amount(20_000, 500)
TRIED = amount(1_000, 100)  # images that tell which arrangements are slow
MODULE, ROOT = "tests.benchmarks.contestant", Path(__file__).parents[2]
# Between what the metrics of the epoch have to be: means over its batches, from the first one.
LEARNT = {"autoencoder": (0.085, 0.11), "discriminator": (0.55, 0.78), "generator": (0.09, 0.112)}


class Arrangement(NamedTuple):
    """The environment that each process trains in, and the networks; () is all of them."""

    environment: dict[str, str]
    networks: tuple[tuple[str, ...], ...] = ((),)


# The engine that MXNet has by default. It is not mxspec's, which suits some of these ways less.
OWN_ENGINE = {"MXNET_ENGINE_TYPE": "ThreadedEnginePerDevice"}
BY_THREADS = {f"OMP_NUM_THREADS={n}": Arrangement({"OMP_NUM_THREADS": n}) for n in ("1", "2")}
WITH_OWN_ENGINE = {
    f"{threads}, MXNet's own engine": Arrangement(arrangement.environment | OWN_ENGINE)
    for threads, arrangement in BY_THREADS.items()
}
OF_MXNET = BY_THREADS | WITH_OWN_ENGINE
HALVES = (("autoencoder",), ("discriminator", "generator"))  # which take about as long
BESIDE = {"2 processes, OMP_NUM_THREADS=1": Arrangement({"OMP_NUM_THREADS": "1"}, HALVES)}


class Contestant:
    """Processes that have loaded everything and train for an epoch when asked."""

    def __init__(self, way: str, arrangement: Arrangement) -> None:
        self.learnt: dict[str, float] = {}
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", MODULE, way, *names],
                cwd=ROOT,
                env=os.environ | arrangement.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for names in arrangement.networks
        ]

    def answers(self) -> list[Any]:
        """The next line of each; what the pipes take is nothing beside what training takes."""
        return [json.loads(process.stdout.readline()) for process in self.processes if process.stdout]

    def train(self, images: int = IMAGES) -> None:
        """Train for an epoch, and keep the metric of each network."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write(f"{images}\n")
            process.stdin.flush()
        self.learnt = {name: value for answer in self.answers() for name, value in answer.items()}

    def seconds(self) -> float:
        """The time of a few batches; the first time binds, allocates and looks for the best kernels."""
        self.train(TRIED)
        start = time.perf_counter()
        self.train(TRIED)
        return time.perf_counter() - start

    def check(self) -> None:
        """Who is fast has learnt as much, or the time would mean nothing; the floors learn nothing."""
        if self.learnt:
            assert self.learnt.keys() == LEARNT.keys()
            assert IS_SMALLEST or all(
                low <= self.learnt[name] <= high for name, (low, high) in LEARNT.items()
            )

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


Start = Callable[[str, Mapping[str, Arrangement]], dict[str, Contestant]]


@pytest.fixture
def start() -> Iterator[Start]:
    """From a way to train to processes that end with the benchmark, by arrangements that suit it.

    One that takes twice as long as the best for a few batches is left out: two threads of an operator wait
    for each other busily, and take a minute for the work of a second while anything else runs.
    """
    with contextlib.ExitStack() as stack:

        def start(way: str, arrangements: Mapping[str, Arrangement]) -> dict[str, Contestant]:
            some = [*arrangements.items()][: amount(None, 1)]
            each = {name: Contestant(way, arrangement) for name, arrangement in some}
            for one in each.values():
                stack.callback(one.stop)
            for one in each.values():
                assert set(one.answers()) == {"ready"}
            seconds = {name: one.seconds() for name, one in each.items()}
            return {name: one for name, one in each.items() if seconds[name] <= 2 * min(seconds.values())}

        yield start


class Other(NamedTuple):
    """Another way to train: its key in contestant.WAYS, its name, and how it may be arranged."""

    way: str
    name: str
    arrangements: Mapping[str, Arrangement]
    bar: Bar | None = None


def race(compare: Any, start: Start, *others: Other) -> None:
    """Compare mxspec, as it is by itself, with others, each in the arrangement that suits it best."""
    [ours] = start("mxspec", {"": Arrangement({})}).values()
    theirs = [start(other.way, other.arrangements) for other in others]
    compare(
        f"an epoch of the three networks, {IMAGES:,} images",
        ours.train,
        *(
            Yardstick(other.name, {name: one.train for name, one in by_name.items()}, other.bar)
            for other, by_name in zip(others, theirs, strict=True)
        ),
        calls=1,
        take="min",
    )
    for one in [ours, *(one for by_name in theirs for one in by_name.values())]:
        one.check()


def test_training(compare: Any, start: Start) -> None:
    race(
        compare,
        start,
        Other("fit", "Module.fit", OF_MXNET, times_as_fast(1.2)),
        Other("fit", "Module.fit", BESIDE),
    )


def test_training_beside_its_update(compare: Any, start: Start) -> None:
    race(compare, start, Other("update", "forward, backward and update alone", OF_MXNET))


def test_training_beside_its_floor(compare: Any, start: Start) -> None:
    race(
        compare,
        start,
        Other("floor", "forward and backward alone", OF_MXNET),
        Other("floor", "forward and backward alone", BESIDE),
    )


@pytest.mark.parametrize(
    ("way", "name", "bar"),
    [
        ("pytorch", "PyTorch, eager", times_as_fast(1.2)),
        ("pytorch-fused", "PyTorch, eager, Adam fused", None),
    ],
)
def test_training_beside_pytorch(compare: Any, start: Start, way: str, name: str, bar: Bar | None) -> None:
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    race(compare, start, Other(way, name, BY_THREADS, bar), Other(way, name, BESIDE))
