"""Trying a function on examples until one fails, then on smaller ones: Hypothesis's runner, held still."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mxspec.errors import GeneratorError
from mxspec.strategies import sampling
from mxspec.strategies.storage import leaving_no_files

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Test = Callable[[Any], Any]
"""A function from an example to None, or to the reason why the example fails."""


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


class _Stop(BaseException):
    """Ends a run of Hypothesis, which takes an Exception for a failure to be looked into."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


def run_trials(
    strategy: SearchStrategy[Any],
    test: Test,
    n: int,
    seed: int,
    what: str,
    *,
    shrink: bool = True,
    steered: bool = False,
) -> Trials:
    """Ask test about n examples of strategy, and if one fails about smaller ones.

    The same seed tries the same examples. What test raises comes out of here as it is.

    Args:
        shrink: False to look for no smaller example, so that the smallest is the first.
        steered: True if test calls `steer`.

    Raises:
        GeneratorError: strategy has no values; the message calls it what.
    """
    # A strategy without values is found out by one draw, with the words for it; the runner would search long.
    sampling.draw(strategy, 1, seed, what, sized=False)
    failures: list[Failure] = []
    tried = 0

    def trial(example: Any) -> None:
        nonlocal tried
        tried += not failures
        try:
            reason = test(example)
        except Exception as error:
            raise _Stop(error) from error
        if reason is not None:
            failures.append(Failure(example, reason))
            # Raised in one place for all: Hypothesis tells failures apart by where they are raised.
            raise _Failed

    def search() -> Trials:
        from hypothesis import HealthCheck, Phase, Verbosity, errors, given, settings
        from hypothesis import seed as seeded

        run = settings(
            max_examples=n,
            database=None,
            deadline=None,
            derandomize=False,
            phases=[Phase.generate, *[Phase.target] * steered, *[Phase.shrink] * shrink],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
            print_blob=False,
        )
        try:
            with leaving_no_files():
                seeded(seed)(run(given(strategy)(trial)))()
        except _Stop as stop:
            raise stop.error from None
        except (_Failed, errors.Flaky):
            # The last is the smallest; where test answered otherwise when asked again (Flaky), as small as
            # can be told.
            if not failures:
                raise
            return Trials(tried, failures[0], failures[-1])
        except errors.Unsatisfiable:
            raise GeneratorError(
                f"found no value for {what}; a generator that makes valid ones helps: "
                "s.with_gen(spec, lambda: strategy)"
            ) from None
        return Trials(tried)

    # Within a property test another one is run in a thread of its own, where Hypothesis sees no nesting.
    return sampling.outside_test(search)


def steer(nearness: float) -> None:
    """Tell Hypothesis, from a test of `run_trials`, how near the example at hand comes to a failure.

    It then tries examples like those that came nearest (`hypothesis.target`: Löscher and Sagonas, "Targeted
    property-based testing", 2017).
    """
    from hypothesis import target

    target(nearness)
