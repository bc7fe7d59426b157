"""The decorator for a test that is right most of the time: it runs again until that is known."""

from __future__ import annotations

import functools
import inspect
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

from mxspec.base.messages import reasons
from mxspec.base.strategies import combine
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.promises.answers import Guard
from mxspec.promises.bounds import check_terms
from mxspec.promises.claims import Claim, Terms, decide, raise_unless_promised
from mxspec.promises.growing import GrowingValues
from mxspec.promises.guards import most_drawn
from mxspec.promises.promise import certain, share_text
from mxspec.promises.sequential import error_of, records
from mxspec.questions.examples import example_stream, gen, is_strategy

_RIGHT: Final = Terms("fails in", "runs", "of such runs are right", by_rest=True)

Test = Callable[..., Any]


def mostly(
    share: float,
    confidence: float = 0.99,
    *,
    n: int | None = None,
    seed: int = 0,
    workers: int = 1,
    state: str | os.PathLike[str] | None = None,
    raises: type[Exception] | tuple[type[Exception], ...] = (AssertionError, ValueError),
    **inputs: Any,
) -> Callable[[Test], Test]:
    """Return a decorator that runs a test until it is known whether it is right most of the time.

    Use it for code that is right often but not always, such as a language model or any other network. The
    test passes once it can promise that at least the share of such runs is right, and fails once that is
    refuted, or still undecided after n runs. Either verdict is wrong with a probability of at most
    1 - confidence. At 95%, a test that is always right takes 98 runs, and a test that is right half of the
    time 7 or so.

    A run is wrong if it raises an AssertionError or a ValueError, or calls `pytest.fail`. Any other exception
    is reraised. The message and the summary of `pytest -v` have the number of runs.

    Args:
        share: the share of the runs that must be right, between 0 and 1.
        confidence: the probability that the verdict is right, between 0 and 1.
        n: the greatest number of runs; by default 20 times as many as a test that is always right needs.
        seed: selects the inputs.
        workers: the number of runs at a time, in threads, or as coroutines if the test is a coroutine
            function.
        state: a file that keeps a digest of the drawn inputs. In the next run they must come first: with
            other inputs for each run, the luckiest would pass. None compares nothing. If the test itself is
            random, its outcome differs in each run; then each run may be wrong with the probability
            1 - confidence.
        raises: the exceptions that mean a wrong run.
        inputs: for each argument of the test to draw, by its name, the spec or the strategy to draw it from.
            Without any, the test runs again as it is. Failing inputs are shrunk, which takes more runs. All
            other arguments come from pytest, its fixtures and parameters, and are the same in all runs.

    Raises:
        PromiseError: when the test runs; an AssertionError with the smallest failing inputs.
        SpecDefinitionError: the test lacks such an argument, or an argument is invalid; when the test runs,
            the first inputs are not the ones drawn before.

    Example:
        >>> import mxspec as s
        >>> @s.mostly(0.95, text=s.str_in(max_length=5))
        ... def test_length(text):
        ...     assert len(text) < 5
        >>> test_length()
        Traceback (most recent call last):
        ...
        mxspec.errors.PromiseError: test_length fails in ... of ... runs, the shortest: text='00000' -
        AssertionError
        fewer than 95% of such runs are right (certain 99%)
    """
    check_terms(share, confidence, "share")

    def decorate(test: Test) -> Test:
        signature = inspect.signature(test)
        name = test.__qualname__.rpartition("<locals>.")[2]
        unknown = [repr(each) for each in inputs if each not in signature.parameters]
        if unknown:
            raise SpecDefinitionError(f"{name} has no argument {', '.join(unknown)} to draw")
        if state is not None and not inputs:
            raise SpecDefinitionError(f"state= keeps the inputs that are drawn, and {name} has none")

        @functools.wraps(test)
        def run(*args: Any, **fixtures: Any) -> None:
            ask = _asking(functools.partial(test, *args, **fixtures), name)
            guard = Guard(ask, name, _exceptions_of(raises), reads=True, workers=workers, describe=_run_text)
            claim = Claim(guard, _RIGHT, 1 - share, confidence, error_of(confidence))
            runs: Iterator[dict[str, Any]] = itertools.repeat({})
            shrink = None
            if inputs:
                drawn = {key: x if is_strategy(x) else gen(x) for key, x in inputs.items()}
                strategy = combine.records(drawn, {})
                runs = example_stream(strategy, seed)
                shrink = functools.partial(Claim.shrink, strategy=strategy, seed=seed)
            runs = itertools.islice(runs, most_drawn(n, claim))
            grown = None if state is None else GrowingValues(state)
            claims = decide(claim, runs if grown is None else grown.compare(runs))
            if grown is not None:
                grown.keep(claim.n)
            raise_unless_promised(claims.values(), shrink)
            right = f"right at least {share_text(1 - claim.bound, up=False)} of the time"
            records.append(
                f"{name}: {right} {certain(confidence)}: {claim.n:,} runs, {claim.wrong:,} of them failed"
            )

        # Pytest provides the other arguments.
        left = [each for each in signature.parameters.values() if each.name not in inputs]
        run.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return run

    return decorate


def _asking(test: Test, name: str) -> Callable[[dict[str, Any]], Any]:
    """Return a guard that runs a test with some inputs; it returns True, or raises what the test raises."""

    def check(result: Any) -> bool:
        if result is None:
            return True
        raise SpecDefinitionError(
            f"{name} returns {short_repr(result)}, but a test returns nothing: it asserts what must be true"
        )

    if not inspect.iscoroutinefunction(test):
        return lambda inputs: check(test(**inputs))

    async def ask(inputs: dict[str, Any]) -> bool:
        return check(await test(**inputs))

    return ask


def _run_text(inputs: dict[str, Any], error: Any) -> str:
    text = ", ".join(f"{name}={short_repr(value)}" for name, value in inputs.items())
    return f"{text} - {reasons.exception_text(error)}" if text else reasons.exception_text(error)


def _exceptions_of(raises: Any) -> tuple[type[BaseException], ...]:
    """Return the exceptions that mean a wrong run, including pytest.fail's if pytest runs."""
    outcomes = sys.modules.get("_pytest.outcomes")
    failed = () if outcomes is None else (outcomes.Failed,)
    return (*(raises if isinstance(raises, tuple) else (raises,)), *failed)
