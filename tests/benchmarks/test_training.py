"""Three epochs of the three networks of the post, beside PyTorch and MXNet's own loop."""

import contextlib
import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bars import Bar, Yardstick, times_as_fast

EPOCHS = 3
# MXNet's engine runs operators that do not wait for each other in threads of its own, its workers, each of
# which has threads of OpenMP.
THREADS = {
    "1": {"OMP_NUM_THREADS": "1"},
    "2": {"OMP_NUM_THREADS": "2"},
    "1, workers: 2": {"OMP_NUM_THREADS": "1", "MXNET_CPU_WORKER_NTHREADS": "2"},
}
ROUNDS = 2
# Between what the metrics of the third epoch have to be.
LEARNT = {"autoencoder": (0.02, 0.035), "discriminator": (0.94, 0.97), "generator": (0.05, 0.06)}


class Contestant:
    """A process that has loaded everything and trains when asked."""

    def __init__(self, way: str, threads: str) -> None:
        self.threads = threads
        self.learnt: dict[str, float] = {}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", Path(__file__).with_name("contestant.py"), way],
            env=os.environ | THREADS[threads],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self) -> Any:
        """The next line it prints; what the pipe takes is nothing beside what training takes."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def train(self, epochs: int) -> dict[str, float]:
        """The metric of each network in the last epoch."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{epochs}\n")
        self.process.stdin.flush()
        values: dict[str, float] = self.answer()
        if epochs == EPOCHS:
            self.learnt = values
        return values

    def seconds(self, epochs: int) -> float:
        start = time.perf_counter()
        self.train(epochs)
        return time.perf_counter() - start

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()  # the end of its input is its end
        self.process.wait()


@pytest.fixture(scope="module")
def contestant() -> Iterator[Callable[[str], Contestant]]:
    """From a way to train to a process that does it, with the number of threads that suits it best."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def fastest(way: str) -> Contestant:
            each = [Contestant(way, threads) for threads in THREADS]
            for one in each:
                stack.callback(one.stop)
                assert one.answer() == "ready"
            for one in each:
                one.train(1)  # the first time binds, allocates and looks for the best kernels
            best = min(each, key=lambda one: one.seconds(1))
            for one in each:
                if one is not best:
                    one.stop()
            return best

        yield fastest


def race(compare: Any, contestant: Callable[[str], Contestant], *others: tuple[str, str, Bar | None]) -> None:
    """Compare with other ways, each given as its key in contestant.WAYS, its name and the bar."""

    def work_of(one: Contestant) -> Callable[[], Any]:
        return functools.partial(one.train, EPOCHS)

    ours = contestant("mxspec")
    works = {key: contestant(key) for key, _, _ in others}
    compare(
        f"3 epochs of the three networks, threads: {ours.threads}",
        work_of(ours),
        *(
            Yardstick.one(f"{name}, threads: {works[key].threads}", work_of(works[key]), bar)
            for key, name, bar in others
        ),
        rounds=ROUNDS,
        calls=1,
        take="min",
    )
    # Who is fast has learnt as much, or the time would mean nothing. (What has no update learns nothing.)
    for one in [ours, *works.values()]:
        if one.learnt:
            assert all(low <= one.learnt[name] <= high for name, (low, high) in LEARNT.items())


def test_training(compare: Any, contestant: Callable[[str], Contestant]) -> None:
    race(
        compare,
        contestant,
        ("fit", "Module.fit", times_as_fast(1.2)),
        ("update", "forward, backward and update alone", None),
        ("floor", "forward and backward alone", None),
    )


def test_training_beside_pytorch(compare: Any, contestant: Callable[[str], Contestant]) -> None:
    pytest.importorskip("torch", reason="PyTorch is a peer that has to be installed by hand")
    race(
        compare,
        contestant,
        ("pytorch", "PyTorch, eager", times_as_fast(1.2)),
        ("pytorch-fused", "PyTorch, eager, Adam fused", None),
    )
