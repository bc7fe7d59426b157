"""Trying a function on examples until one fails, then on smaller ones: Hypothesis's runner, held still."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mxspec.errors import GeneratorError
from mxspec.strategies import sampling

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True)
class Failure:
    """An example that failed, and what the test said of it."""

    example: Any
    reason: Any


@dataclasses.dataclass(frozen=True)
class Trials:
    """What came of the trials.

    Attributes:
        tried: how many different examples were tried, up to the first that failed.
        first: the first that failed, or None.
        smallest: the smallest that failed, or None.
    """

    tried: int
    first: Failure | None = None
    smallest: Failure | None = None


class _Failed(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class _Enough(BaseException):
    """Ends a run of Hypothesis, which takes an Exception for a failure to be looked into."""


def run_trials(
    strategy: SearchStrategy[Any],
    test: Callable[[Any], Any],
    n: int,
    seed: int,
    what: str,
    *,
    shrink: bool = True,
    together: Callable[[Sequence[Any]], Sequence[Any]] | None = None,
) -> Trials:
    """Ask test about n examples of strategy; it answers None, or the reason why the example fails.

    The same seed tries the same examples. What test raises comes out of here as it is. Without shrink, the
    smallest example that failed is the first one.

    Args:
        together: test of many examples at once, which is asked in its place until one fails; None where
            that is not worth while.

    Raises:
        GeneratorError: strategy has no values; the message calls it what.
    """
    # A strategy without values is found out by one draw, with the words for it; the runner would search long.
    sampling.draws(strategy, 1, seed, what)
    run = _Run(strategy, test, n, seed, what, shrink)
    # Within a property test another one is run in a thread of its own, where Hypothesis sees no nesting.
    return sampling.outside(run.one_by_one if together is None else lambda: run.in_rounds(together))


@dataclasses.dataclass(frozen=True)
class _Run:
    strategy: SearchStrategy[Any]
    test: Callable[[Any], Any]
    n: int
    seed: int
    what: str
    shrink: bool

    def one_by_one(self, passing: int = 0) -> Trials:
        """The trials, of which the first few are known to pass and not asked about."""
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

    def in_rounds(self, together: Callable[[Sequence[Any]], Sequence[Any]]) -> Trials:
        """The trials, with together asked about as many examples at once as a model is.

        Hypothesis wants to hear of an example before it makes the next, so it hears that each one passes. If
        one turns out not to, Hypothesis runs once more: the same seed makes the same examples, and the one
        that fails, now asked about by itself, is made smaller.
        """
        waiting: list[Any] = []
        passed = 0
        first: Failure | None = None

        def ask() -> None:
            nonlocal passed, first
            for example, reason in zip(waiting, together(waiting), strict=True):
                if reason is not None:
                    first = Failure(example, reason)
                    return
                passed += 1
            waiting.clear()

        def collect(example: Any) -> None:
            waiting.append(example)
            if len(waiting) < sampling.TOGETHER:
                return
            try:
                ask()
            except Exception as error:
                raise _Enough from error
            if first is not None:
                raise _Enough

        try:
            self._search(collect, shrink=False)
            ask()
        except _Enough as enough:
            if enough.__cause__ is not None:
                raise enough.__cause__ from None
        if first is None:
            return Trials(passed)
        smallest = self.one_by_one(passed).smallest if self.shrink else None
        return Trials(passed + 1, first, smallest or first)

    def _search(self, trial: Callable[[Any], None], *, shrink: bool) -> None:
        """Have Hypothesis call trial on examples, and with shrink on smaller ones than one it raises on."""
        from hypothesis import HealthCheck, Phase, Verbosity, errors, given, settings
        from hypothesis import seed as seeded

        run = settings(
            max_examples=self.n,
            database=None,
            deadline=None,
            derandomize=False,
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
            print_blob=False,
        )
        try:
            seeded(self.seed)(run(given(self.strategy)(trial)))()
        except errors.Unsatisfiable:
            raise GeneratorError(
                f"found no value for {self.what}; a generator that makes valid ones helps: "
                "s.with_gen(spec, lambda: strategy)"
            ) from None
