"""Every question of every spec ends after a number of calls, or with an error that names the limit."""

import sys

import pytest

import mxspec as s
from mxspec.base.strategies import sampling
from mxspec.specs.regex import matching
from tests.mxspec.random_specs import Laborious, specs
from tests.mxspec.random_values import values
from tests.suites import rows_by_suite

LONG = [[1] * 200, ["x"] * 60, [None] * 100, [[1] * 60] * 60, [[[1] * 9] * 9] * 9]


class TooManyCallsError(BaseException):
    """The error for a question that takes too many calls; mxspec catches what is an Exception."""


def count_calls(ask, most):
    """Return the number of calls of Python functions in ask(), which may raise a SpecError.

    Raises:
        TooManyCallsError: there are more than most.
    """
    calls = 0

    def count(frame, event, arg):
        nonlocal calls
        calls += event == "call"
        if calls > most:
            raise TooManyCallsError

    outer = sys.getprofile()
    sys.setprofile(count)
    try:
        ask()
    except s.SpecError:
        pass
    finally:
        sys.setprofile(outer)
    return calls


def questions(spec, other, xs):
    """Each question of a spec, with its name."""
    yield "sample", lambda: s.sample(spec, 10, seed=0)
    for x in [*LONG, *xs]:
        yield f"valid {x!r:.30}", lambda x=x: s.valid(spec, x)
        yield f"conform {x!r:.30}", lambda x=x: s.conform(spec, x)
        yield f"explain {x!r:.30}", lambda x=x: s.explain_data(spec, x)
    yield "check_compatible", lambda: s.check_compatible(other, spec, seed=0)
    wider = s.or_(p=other, q=spec)
    yield "check_compatible with more", lambda: s.check_compatible(spec, wider, seed=0)
    yield "check_compatible with less", lambda: s.check_compatible(wider, spec, seed=0)


def check_work(seed, n, most):
    """Check that no question of n random specs takes too many calls; each is compared with the one before."""
    other = s.spec(int)
    xs = s.sample(values, 10, seed=seed)
    for i in range(n):
        [spec] = s.sample(specs(Laborious), 1, seed=10_000 * seed + i)
        for name, ask in questions(spec, other, xs):
            try:
                count_calls(ask, most)
            except TooManyCallsError:
                pytest.fail(f"{name} of number {i} takes too many calls: {spec!r} beside {other!r}")
        other = spec


def test_the_work_of_every_question_is_bounded(monkeypatch):
    # With a tenth of the steps, so that the suite stays fast.
    monkeypatch.setattr(sampling, "MOST_STEPS", sampling.MOST_STEPS // 10)
    monkeypatch.setattr(matching, "MOST_STEPS", matching.MOST_STEPS // 10)
    check_work(seed=24, n=6, most=4_000_000)


@pytest.mark.parametrize("seed", rows_by_suite(slow=[1], stress=[2, 3]))
def test_the_work_of_more_questions_is_bounded(seed):
    check_work(seed, n=25 if seed > 1 else 10, most=15_000_000)
