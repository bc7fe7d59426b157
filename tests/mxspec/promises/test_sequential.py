"""The test by betting: laws of the wealth, and how often its verdicts are wrong where the share is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mxspec.promises import sequential
from mxspec.promises.sequential import (
    ABOVE,
    BELOW,
    error_of,
    log_wealth,
    share_at_most,
    share_of_error,
    values_to_decide,
    verdict_of,
)
from tests.measurements.promises import betting

SHARES = st.floats(0.001, 0.9)
ERRORS = st.floats(1e-6, 0.3)
COUNTS = st.integers(0, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("bets", [BELOW, ABOVE])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_the_wealth_stays_on_average_where_the_share_is_the_limit(bets, share):
    n = 30
    chances = [math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    wealth = [math.exp(log_wealth(k, n, share, bets)) for k in range(n + 1)]
    assert math.fsum(c * w for c, w in zip(chances, wealth, strict=True)) == pytest.approx(1)
    assert math.fsum(bets.values()) == pytest.approx(1)


@given(COUNTS, SHARES, SHARES)
def test_the_wealth_grows_with_the_share_for_one_side_and_falls_for_the_other(counts, a, b):
    low, high = sorted((a, b))
    assert log_wealth(*counts, low, BELOW) <= log_wealth(*counts, high, BELOW)
    assert log_wealth(*counts, low, ABOVE) >= log_wealth(*counts, high, ABOVE)


@given(COUNTS, SHARES, ERRORS)
def test_the_bound_is_at_most_the_limit_just_when_it_is_promised(counts, limit, error):
    most, (refused, n) = share_at_most(*counts, error), counts
    if abs(most - limit) > 1e-6:
        assert (most <= limit) == (verdict_of(*counts, limit, error) == "promised")
    assert (refused / n if n else 0.5) <= most + 1e-9


@pytest.mark.parametrize("share", [0.0099, 0.0101])
def test_verdicts_are_seldom_wrong_however_often_one_looks(share):
    verdicts, _ = betting.simulate(share, runs=1500, n=2500)
    wrong = np.mean(verdicts == (1 if share > betting.LIMIT else -1))
    assert 0 < wrong <= 0.01 + 3 * math.sqrt(0.01 * 0.99 / 1500)


def test_most_guards_at_a_quarter_of_the_limit_are_promised_and_bad_ones_soon_refuted():
    verdicts, _ = betting.simulate(0.0025, runs=400, n=6000)
    assert np.mean(verdicts == 1) >= 0.99
    verdicts, values = betting.simulate(0.1, runs=2000, n=1000)
    assert (verdicts == -1).all()
    assert values.mean() <= 47
    assert values_to_decide(0, 0, 0.01, 0.01) <= 500


def test_the_luckiest_of_many_shuffles_breaks_the_bound_that_one_order_keeps():
    once, luckiest = betting.luckiest_of_shuffles(30, runs=100)
    assert once <= 0.01 + 3 * math.sqrt(0.01 * 0.99 / 100)
    assert luckiest > 0.1


def test_the_promises_of_a_suite_share_one_error():
    assert betting.simulate_suites(0.0101, 500, 5, 1500) <= 0.01 + 3 * math.sqrt(0.01 * 0.99 / 500)
    assert sum(share_of_error(0.01, k) for k in range(1, 10_000)) <= 0.01


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.008, 0.009, 0.01, 0.011, 0.0125])
def test_verdicts_are_seldom_wrong_in_many_runs(share):
    verdicts, _ = betting.simulate(share, runs=10_000, n=10_000)
    assert np.mean(verdicts == 1) <= 0.01 or share < betting.LIMIT
    assert np.mean(verdicts == -1) <= 0.01 or share > betting.LIMIT


def test_shares_that_change_are_bounded_by_their_mean():
    """The guard refuses nothing at first and much later: at each time the bound is above the mean so far."""
    rng = np.random.default_rng(0)
    shares = np.concatenate([np.zeros(600), np.full(600, 0.06), np.zeros(300), np.full(500, 0.03)])
    means = np.cumsum(shares) / np.arange(1, 2001)
    looks = np.flatnonzero(means)[::20]
    broken = 0
    for _ in range(300):
        counts = np.cumsum(rng.random(2000) < shares)
        broken += any(verdict_of(int(counts[i]), int(i) + 1, means[i], 0.1) == "promised" for i in looks)
    assert broken / 300 <= 0.1 + 3 * math.sqrt(0.1 * 0.9 / 300)


def test_a_budget_is_shared_and_never_gives_more_than_was_asked_for():
    sequential.set_budget(0.01)
    try:
        assert [error_of(0.9), error_of(0.9), error_of(0.9999)] == pytest.approx([1 / 200, 1 / 600, 1e-4])
    finally:
        sequential.set_budget(None)
    assert error_of(0.99) == 1 - 0.99
