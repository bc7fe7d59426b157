"""The way all benchmarks measure: mxspec and its yardsticks in turns, so that noise comes to all alike.

Each benchmark has a limit of time, and tells what it found as soon as it ends.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.amounts import IS_SMALLEST
from tests.benchmarks.bars import Yardstick
from tests.benchmarks.limit import LIMIT, cut_after
from tests.benchmarks.report import rows

collect_ignore = ["in_torch.py"]  # looked into for doctests, it would load PyTorch into the process of MXNet

ROUND = 2e-3  # seconds; shorter works are called as often as fill it
ROUNDS = 200
SECONDS = 15.0  # for the rounds of a benchmark, of which there are at least two
RUN = 15 * 60.0  # seconds for all benchmarks; the rest of 20 minutes is for growth and boundaries


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--limit", type=float, default=LIMIT, help="seconds for each benchmark")


def pytest_configure(config: pytest.Config) -> None:
    # As Python does by itself. pytest would record each warning, and MXNet sets one off at every nd.array().
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning")
    config.pluginmanager.register(Run(config))


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str]:
    """Return the category and the word of the summary, without a dot: Run has a line for each benchmark."""
    if report.passed:
        return "passed" if report.when == "call" else "", "", ""
    category = "error" if report.failed and report.when != "call" else report.outcome
    return category, "", category.upper()


class Run:
    """All benchmarks of a run: the limit of each, a line as it ends, and what has no figures and why."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.begun = time.perf_counter()
        self.begun_one = self.begun
        self.count = self.done = 0
        self.lost: list[dict[str, str]] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.count = sum(map(_is_benchmark, session.items))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        self.begun_one = time.perf_counter()
        if self.begun_one - self.begun > RUN:
            pytest.fail(f"the {RUN / 60:g} minutes of all benchmarks are over", pytrace=False)
        with self._limited():
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        with self._limited():
            return (yield)

    def _limited(self) -> Any:
        limit = self.config.getoption("limit")
        return cut_after(self.begun_one + limit - time.perf_counter(), f"cut after {limit:g} s")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        report: Any = yield
        if _is_benchmark(item) and (call.when == "call" or (call.when == "setup" and call.excinfo)):
            self._tell(item, call)
        return report

    def _tell(self, item: Any, call: pytest.CallInfo[None]) -> None:
        benchmark = item.funcargs.get("benchmark")
        if call.excinfo:
            work = benchmark.extra_info.get("work", item.name) if benchmark else item.name
            reason = str(call.excinfo.value).partition("\n")[0] or call.excinfo.typename
            self.lost.append({"work": work, "reason": reason})
            told = [f"{work}: {reason}"]
            if benchmark:
                benchmark.has_error = True  # which keeps the figures of some rounds out of the file
        else:
            found = list(rows([benchmark.stats.as_dict()]))
            told = [f"{found[0].work}: {found[0].mxspec}"]
            told += [" ".join([row.yardstick + ",", row.ratio, row.bar and f"({row.bar})"]) for row in found]
        self.done += 1
        now = time.perf_counter()
        minutes, seconds = divmod(round(now - self.begun), 60)
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        reporter.write_line(
            f"[{self.done}/{self.count}, {minutes}:{seconds:02}, {now - self.begun_one:.0f} s] "
            + "; ".join(text.rstrip() for text in told)
        )
        reporter.flush()

    @pytest.hookimpl(optionalhook=True)
    def pytest_benchmark_update_json(self, output_json: dict[str, Any]) -> None:
        output_json["lost"] = self.lost


def _is_benchmark(item: pytest.Item) -> bool:
    return "benchmark" in getattr(item, "fixturenames", ())


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
        """Run ours and every yardstick once in each round, after one that does not count.

        Args:
            work: what is done, for the table.
            ours: does it with mxspec.
            yardsticks: do the same, or what it is measured by.
            rounds: how many at most; fewer, but two, where they would take more than SECONDS. With two, none
                is before them: the caller has asked both sides.
            calls: how many in a round; None finds out how many fill one, for which ours is run twice.
            take: what counts of the times: "median", or "min" where other processes disturb.
        """
        benchmark.extra_info["work"] = work
        if IS_SMALLEST:
            rounds = calls = 1
        calls = calls or _calls(ours)
        ours = _repeated(ours, calls)
        theirs = [{name: _repeated(run, calls) for name, run in one.runs.items()} for one in yardsticks]
        times: list[dict[str, list[float]]] = [{name: [] for name in runs} for runs in theirs]

        def yardsticks_in_turn() -> None:
            for runs, found in zip(theirs, times, strict=True):
                for name, run in runs.items():
                    found[name].append(_seconds(run))

        if rounds > 2:
            seconds = _seconds(yardsticks_in_turn) + _seconds(ours)
            rounds = max(2, min(rounds, int(SECONDS / seconds)))
            for found in times:
                for each in found.values():
                    each.clear()

        # pytest-benchmark times one function alone; what it calls before each round takes the others' turn.
        benchmark.pedantic(ours, setup=yardsticks_in_turn, rounds=rounds)
        benchmark.extra_info.update(
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
