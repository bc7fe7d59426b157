"""Three epochs of the three networks of the post, beside PyTorch and MXNet's own loop."""

import contextlib
import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.amounts import IS_SMALLEST, amount
from tests.benchmarks.bars import Bar, Yardstick, times_as_fast

EPOCHS = amount(3, 1)
IMAGES = amount(60_000, 500)
ROUNDS = 2
MODULE, ROOT = "tests.benchmarks.contestant", Path(__file__).parents[2]
# Between what the metrics of the third epoch have to be.
LEARNT = {"autoencoder": (0.02, 0.035), "discriminator": (0.94, 0.97), "generator": (0.05, 0.06)}


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
HALVES = (("autoencoder",), ("discriminator", "generator"))  # which take about as long
BESIDE = {"2 processes, OMP_NUM_THREADS=1": Arrangement({"OMP_NUM_THREADS": "1"}, HALVES)}


class Contestant:
    """Processes that have loaded everything and train when asked."""

    def __init__(self, way: str, arrangement: str) -> None:
        self.arrangement = arrangement
        self.learnt: dict[str, float] = {}
        environment, networks = (BY_THREADS | WITH_OWN_ENGINE | BESIDE)[arrangement]
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", MODULE, way, str(IMAGES), *names],
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for names in networks
        ]

    def answers(self) -> list[Any]:
        """The next line of each; what the pipes take is nothing beside what training takes."""
        return [json.loads(process.stdout.readline()) for process in self.processes if process.stdout]

    def train(self, epochs: int) -> dict[str, float]:
        """The metric of each network in the last epoch."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write(f"{epochs}\n")
            process.stdin.flush()
        values = {name: value for answer in self.answers() for name, value in answer.items()}
        if epochs == EPOCHS:
            self.learnt = values
        return values

    def seconds(self, epochs: int) -> float:
        start = time.perf_counter()
        self.train(epochs)
        return time.perf_counter() - start

    def stop(self) -> None:
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.close()  # the end of its input is its end
            process.wait()


Fastest = Callable[[str, Iterable[str]], Contestant]


@pytest.fixture(scope="module")
def fastest() -> Iterator[Fastest]:
    """From a way to train to processes that do it, in the arrangement that suits it best."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def fastest(way: str, arrangements: tuple[str, ...]) -> Contestant:
            each = [Contestant(way, arrangement) for arrangement in arrangements[: amount(None, 1)]]
            for one in each:
                stack.callback(one.stop)
                assert set(one.answers()) == {"ready"}
            for one in each:
                one.train(1)  # the first time binds, allocates and looks for the best kernels
            best = min(each, key=lambda one: min(one.seconds(1) for _ in range(2)))
            for one in each:
                if one is not best:
                    one.stop()
            return best

        yield lambda way, arrangements: fastest(way, tuple(arrangements))


class Other(NamedTuple):
    """Another way to train: its key in contestant.WAYS, its name, and how it may be arranged."""

    way: str
    name: str
    arrangements: Iterable[str]
    bar: Bar | None = None


def race(compare: Any, fastest: Fastest, *others: Other) -> None:
    def work_of(one: Contestant) -> Callable[[], Any]:
        return functools.partial(one.train, EPOCHS)

    ours = fastest("mxspec", BY_THREADS)
    theirs = [(other, fastest(other.way, other.arrangements)) for other in others]
    compare(
        f"{EPOCHS} epochs of the three networks, {IMAGES:,} images, {ours.arrangement}",
        work_of(ours),
        *(
            Yardstick.one(f"{other.name}, {one.arrangement}", work_of(one), other.bar)
            for other, one in theirs
        ),
        rounds=ROUNDS,
        calls=1,
        take="min",
    )
    # Who is fast has learnt as much, or the time would mean nothing. (What has no update learns nothing.)
    for one in [ours, *(one for _, one in theirs)]:
        if one.learnt:
            assert one.learnt.keys() == LEARNT.keys()
            assert IS_SMALLEST or all(low <= one.learnt[name] <= high for name, (low, high) in LEARNT.items())


def test_training(compare: Any, fastest: Fastest) -> None:
    arrangements = BY_THREADS | WITH_OWN_ENGINE
    race(
        compare,
        fastest,
        Other("fit", "Module.fit", arrangements, times_as_fast(1.2)),
        Other("fit", "Module.fit", BESIDE),
        Other("update", "forward, backward and update alone", arrangements),
        Other("floor", "forward and backward alone", arrangements),
        Other("floor", "forward and backward alone", BESIDE),
    )


def test_training_beside_pytorch(compare: Any, fastest: Fastest) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    race(
        compare,
        fastest,
        Other("pytorch", "PyTorch, eager", BY_THREADS, times_as_fast(1.2)),
        Other("pytorch", "PyTorch, eager", BESIDE),
        Other("pytorch-fused", "PyTorch, eager, Adam fused", BY_THREADS),
        Other("pytorch-fused", "PyTorch, eager, Adam fused", BESIDE),
    )
