"""The way all benchmarks measure: mxspec and its yardsticks in turns, so that noise comes to all alike."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.amounts import IS_SMALLEST
from tests.benchmarks.bars import Yardstick

ROUND = 2e-3  # seconds; shorter works are called as often as fill it
ROUNDS = 200


def pytest_configure(config: pytest.Config) -> None:
    # As Python does by itself. pytest would record each warning, and MXNet sets one off at every nd.array().
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning")


@pytest.fixture
def compare(benchmark: Any) -> Callable[..., None]:
    """Measures one work; its times and those of its yardsticks go into the JSON file of pytest-benchmark."""

    def compare(
        work: str,
        ours: Callable[[], Any],
        *yardsticks: Yardstick,
        rounds: int = ROUNDS,
        calls: int | None = None,
        take: str = "median",
    ) -> None:
        """Run ours and every yardstick once in each round.

        Args:
            work: what is done, for the table.
            ours: does it with mxspec.
            yardsticks: do the same, or what it is measured by.
            rounds: how many.
            calls: how many in a round; None finds out how many fill one, for which ours is run twice.
            take: what counts of the times: "median", or "min" where other processes disturb.
        """
        if IS_SMALLEST:
            rounds = calls = 1
        calls = calls or _calls(ours)
        theirs = [{name: _repeated(run, calls) for name, run in one.runs.items()} for one in yardsticks]
        times: list[dict[str, list[float]]] = [{name: [] for name in runs} for runs in theirs]

        def yardsticks_in_turn() -> None:
            for runs, found in zip(theirs, times, strict=True):
                for name, run in runs.items():
                    found[name].append(_seconds(run))

        # pytest-benchmark times one function alone; what it calls before each round takes the others' turn.
        benchmark.pedantic(_repeated(ours, calls), setup=yardsticks_in_turn, rounds=rounds)
        benchmark.extra_info.update(
            work=work,
            calls=calls,
            take=take,
            yardsticks=[
                {"name": one.name, "bar": one.bar and [one.bar.kind, one.bar.limit], "seconds": found}
                for one, found in zip(yardsticks, times, strict=True)
            ],
        )

    return compare


def _seconds(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _calls(run: Callable[[], Any]) -> int:
    """Return the number of calls that fill a round, after a first one, which may compile or load a model."""
    run()
    return max(1, round(ROUND / max(_seconds(run), 1e-9)))


def _repeated(run: Callable[[], Any], calls: int) -> Callable[[], None]:
    def repeated() -> None:
        for _ in range(calls):
            run()

    return repeated
