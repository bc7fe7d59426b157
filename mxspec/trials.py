"""Trying a function on examples until one fails, then on smaller ones: Hypothesis's runner, held still."""

from __future__ import annotations

import contextvars
import dataclasses
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from mxspec import drawing
from mxspec.errors import GeneratorError

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


def run_trials(
    strategy: SearchStrategy[Any],
    test: Callable[[Any], Any],
    n: int,
    seed: int,
    what: str,
    *,
    shrink: bool = True,
) -> Trials:
    """Ask test about n examples of strategy; it answers None, or the reason why the example fails.

    The same seed tries the same examples. What test raises comes out of here as it is. Without shrink, the
    smallest example that failed is the first one.

    Raises:
        GeneratorError: strategy has no values; the message calls it what.
    """
    from hypothesis import currently_in_test_context

    # A strategy without values is found out by one draw, with the words for it; the runner would search long.
    drawing.draws(strategy, 1, seed, what)
    run = functools.partial(_run, strategy, test, n, seed, what, shrink)
    if not currently_in_test_context():
        return run()
    # Within a property test another one is run in a thread of its own, where Hypothesis sees no nesting.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(contextvars.copy_context().run, run).result()


def _run(
    strategy: SearchStrategy[Any],
    test: Callable[[Any], Any],
    n: int,
    seed: int,
    what: str,
    shrink: bool,
) -> Trials:
    from hypothesis import HealthCheck, Phase, Verbosity, errors, given, settings
    from hypothesis import seed as seeded

    tried = 0
    failures: list[Failure] = []

    @seeded(seed)
    @settings(
        max_examples=n,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(strategy)
    def trial(example: Any) -> None:
        nonlocal tried
        tried += not failures
        reason = test(example)
        if reason is not None:
            failures.append(Failure(example, reason))
            # Raised in one place for all reasons: Hypothesis tells failures apart by where they are raised.
            raise _Failed(failures[-1])

    try:
        trial()
    except _Failed as failed:
        return Trials(tried, failures[0], failed.failure)
    except errors.Flaky:
        # test answered otherwise when it was asked again, so what it last refused is as small as can be told.
        if not failures:
            raise
        return Trials(tried, failures[0], failures[-1])
    except errors.Unsatisfiable:
        raise GeneratorError(
            f"found no value for {what}; a generator that makes valid ones helps: "
            "s.with_gen(spec, lambda: strategy)"
        ) from None
    return Trials(tried)
