"""Trying a function on examples until one fails, then on smaller ones: Hypothesis's runner, held still."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.errors import GeneratorError
from mxspec.strategies import sampling
from mxspec.strategies.storage import leaving_no_files

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_FIRST_BATCH: Final = 8

Test = Callable[[Any], Any]
"""A function from an example to None, or to the reason why the example fails."""


@dataclasses.dataclass(frozen=True)
class BatchTest:
    """A test of many examples at once.

    Attributes:
        test: a function from a list of examples to as many answers, each as a Test has it.
        size: how many examples it is asked about in one call at the most.
    """

    test: Callable[[Sequence[Any]], Sequence[Any]]
    size: int


@dataclasses.dataclass(frozen=True)
class Failure:
    """An example that failed, and what the test said of it."""

    example: Any
    reason: Any


@dataclasses.dataclass(frozen=True)
class Trials:
    """The outcome of the trials.

    Attributes:
        tried: how many different examples were tried, up to the first that failed.
        first: the first that failed, or None.
        smallest: the smallest that failed, or None.
    """

    tried: int
    first: Failure | None = None
    smallest: Failure | None = None


class _Failed(Exception):
    """Tells Hypothesis that an example failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class _Stop(BaseException):
    """Ends a run of Hypothesis, which takes an Exception for a failure to be looked into."""


def run_trials(
    strategy: SearchStrategy[Any],
    test: Test,
    n: int,
    seed: int,
    what: str,
    *,
    shrink: bool = True,
    batch_test: BatchTest | None = None,
    steered: bool = False,
) -> Trials:
    """Ask test about n examples of strategy, and if one fails about smaller ones.

    The same seed tries the same examples. What test raises comes out of here as it is. Without shrink, the
    smallest example that failed is the first one.

    Args:
        batch_test: a test that answers as test does, and is asked in its place until an example fails.
        steered: True if test calls `steer`.

    Raises:
        GeneratorError: strategy has no values; the message calls it what.
    """
    # A strategy without values is found out by one draw, with the words for it; the runner would search long.
    sampling.draw(strategy, 1, seed, what, sized=False)
    run = _Run(strategy, test, n, seed, what, shrink, steered)
    # Within a property test another one is run in a thread of its own, where Hypothesis sees no nesting.
    return sampling.outside_test(run.one_by_one if batch_test is None else lambda: run.in_batches(batch_test))


def steer(nearness: float) -> None:
    """Tell Hypothesis, from a test of `run_trials`, how near the example at hand comes to a failure.

    It then tries examples like those that came nearest (`hypothesis.target`: Löscher and Sagonas, "Targeted
    property-based testing", 2017).
    """
    from hypothesis import target

    target(nearness)


@dataclasses.dataclass(frozen=True)
class _Run:
    strategy: SearchStrategy[Any]
    test: Test
    n: int
    seed: int
    what: str
    shrink: bool
    steered: bool = False

    def one_by_one(self, passing: int = 0) -> Trials:
        """Run the trials, the first few of which are known to pass and are not asked about."""
        from hypothesis import errors

        tried = 0
        failures: list[Failure] = []

        def trial(example: Any) -> None:
            nonlocal tried
            tried += not failures
            if not failures and tried <= passing:
                return
            reason = self.test(example)
            if reason is not None:
                failures.append(Failure(example, reason))
                # Raised in one place for all: Hypothesis tells failures apart by where they are raised.
                raise _Failed(failures[-1])

        try:
            self._search(trial, shrink=self.shrink)
        except _Failed as failed:
            return Trials(tried, failures[0], failed.failure)
        except errors.Flaky:
            # test answered otherwise when asked again, so what it last refused is as small as can be told.
            if not failures:
                raise
            return Trials(tried, failures[0], failures[-1])
        return Trials(tried)

    def in_batches(self, batch_test: BatchTest) -> Trials:
        """Run the trials, asking batch_test about many examples at once.

        Hypothesis makes an example, hears whether it passes, and only then makes the next, while a batch test
        answers once a whole batch is there. So Hypothesis is told that each example passes, at once, and the
        example is put by. As long as all do pass, that is what it would have heard in any case, and makes the
        same examples. When one of a batch fails, the run is over: a BaseException ends it, as an Exception
        would count as a failure of the last example. A second run begins with the same seed, one by one. It
        makes the same examples up to the one that fails. Those before it are known to pass and are not asked
        about; it is asked about by itself, fails in time, and Hypothesis makes it smaller step by step.

        The first batch is small and each is twice the one before: most failures come early, and what a batch
        asks beyond its first failure is lost.
        """
        batch: list[Any] = []
        size = min(_FIRST_BATCH, batch_test.size)
        passing = 0
        first: Failure | None = None

        def ask() -> None:
            nonlocal passing, first, size
            for example, reason in zip(batch, batch_test.test(batch), strict=True):
                if reason is not None:
                    first = Failure(example, reason)
                    return
                passing += 1
            batch.clear()
            size = min(2 * size, batch_test.size)

        def put_by(example: Any) -> None:
            batch.append(example)
            if len(batch) < size:
                return
            try:
                ask()
            except Exception as error:
                raise _Stop from error
            if first is not None:
                raise _Stop

        try:
            self._search(put_by, shrink=False)
            ask()
        except _Stop as stop:
            if stop.__cause__ is not None:
                raise stop.__cause__ from None
        if first is None:
            return Trials(passing)
        smallest = self.one_by_one(passing).smallest if self.shrink else None
        return Trials(passing + 1, first, smallest or first)

    def _search(self, trial: Callable[[Any], None], *, shrink: bool) -> None:
        """Have Hypothesis call trial on examples, and with shrink on smaller ones than one it raises on."""
        from hypothesis import HealthCheck, Phase, Verbosity, errors, given, settings
        from hypothesis import seed as seeded

        phases = [Phase.generate, *[Phase.target] * self.steered, *[Phase.shrink] * shrink]
        run = settings(
            max_examples=self.n,
            database=None,
            deadline=None,
            derandomize=False,
            phases=phases,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
            print_blob=False,
        )
        try:
            with leaving_no_files():
                seeded(self.seed)(run(given(self.strategy)(trial)))()
        except errors.Unsatisfiable:
            raise GeneratorError(
                f"found no value for {self.what}; a generator that makes valid ones helps: "
                "s.with_gen(spec, lambda: strategy)"
            ) from None
