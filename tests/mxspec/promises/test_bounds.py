"""The promise of a contract holds: against distributions whose refused share is known."""

import collections
import math
import random

import pytest

import mxspec as s
from mxspec.promises.bounds import needed_rows, share_bound

pytestmark = pytest.mark.few(3)

TIMES = 50
CONFIDENCE = 0.8  # so low that a bound which is too tight fails often enough to be seen


def uniform_columns(drawn, n):
    """Four columns, and the share of rows that are beyond their ranges."""
    rows = [{key: drawn.random() for key in "abcd"} for _ in range(n)]

    def refused(contract):
        widths = [options["max"] - options["min"] for _, options in s.form(contract)[1]["req_un"].values()]
        return 1 - math.prod(widths)

    return rows, refused


def equal_columns(drawn, n):
    """Four times the same column: one row carries several bounds."""
    rows = [dict.fromkeys("abcd", drawn.random()) for _ in range(n)]

    def refused(contract):
        options = [options for _, options in s.form(contract)[1]["req_un"].values()]
        return 1 - min(each["max"] for each in options) + max(each["min"] for each in options)

    return rows, refused


def categories(drawn, n):
    """40 values that are equally frequent, with those that were not seen refused."""
    rows = [drawn.randrange(40) * 1000 for _ in range(n)]
    rows = [f"{row:b}" for row in rows]

    def refused(contract):
        return sum(not s.valid(contract, f"{i * 1000:b}") for i in range(40)) / 40

    return rows, refused


def ties(drawn, n):
    """An int whose extremes many rows share, and at times None."""
    weights = [2.0**-i for i in range(12)]
    values = [*range(11), None]
    rows = drawn.choices(values, weights, k=n)

    def refused(contract):
        total = sum(weights)
        return sum(w for x, w in zip(values, weights, strict=True) if not s.valid(contract, x)) / total

    return rows, refused


def rare_keys(drawn, n):
    """Keys that are missing in few rows, and other types in few others."""

    def row():
        each = {"a": 1, "b": 1, "c": 1}
        if drawn.random() < 0.01:
            del each[drawn.choice("abc")]
        if each.get("a") and drawn.random() < 0.01:
            each["a"] = drawn.choice(["x", 2.5])
        return each

    def refused(contract):
        lacks = [{"a": 1, "b": 1, "c": 1} for _ in "abc"]
        for each, key in zip(lacks, "abc", strict=True):
            del each[key]
        odd = [{"a": x, "b": 1, "c": 1} for x in ("x", 2.5)]
        both = sum(not s.valid(contract, each) for each in lacks) * 0.01 / 3
        # The few rows that lack a key and are odd too count as refused where either is.
        return both + sum(not s.valid(contract, each) for each in odd) * 0.005 * (1 - 0.01 / 3)

    return [row() for _ in range(n)], refused


@pytest.mark.parametrize("draw", [uniform_columns, equal_columns, categories, ties, rare_keys])
@pytest.mark.parametrize("n", [80, 250])
def test_the_refused_share_is_within_the_promise(draw, n):
    drawn = random.Random(f"{draw.__name__} {n}")
    kept = 0
    for _ in range(TIMES):
        rows, refused = draw(drawn, n)
        contract = s.infer(rows, refuse=0.99, confidence=CONFIDENCE)
        kept += refused(contract) <= s.promise(contract).refuses_at_most + 1e-12
    assert kept >= CONFIDENCE * TIMES


def test_to_count_only_values_that_were_seen_once_would_promise_too_much():
    # Why a value that many rows share counts as carried by one of them (mxspec/promises/bounds.py).
    drawn = random.Random(0)
    broken = 0
    for _ in range(600):
        counts = collections.Counter(drawn.choices(range(125), k=1000))
        seen_once = sum(count == 1 for count in counts.values())
        broken += (125 - len(counts)) / 125 > share_bound(seen_once, 1000, 0.01)
    assert broken > 2 * 0.01 * 600


@pytest.mark.parametrize("n", [20, 459, 5000])
def test_the_bound_grows_with_the_carriers_and_falls_with_the_rows(n):
    bounds = [share_bound(k, n, 0.01) for k in range(0, n, max(1, n // 20))]
    assert bounds == sorted(bounds)
    assert all(k / n < bound <= 1 for k, bound in zip(range(0, n, max(1, n // 20)), bounds, strict=True))
    assert share_bound(3, n, 0.01) > share_bound(3, 2 * n, 0.01) > share_bound(3, 2 * n, 0.1)


@pytest.mark.parametrize(("k", "n"), [(0, 100), (1, 100), (7, 300), (40, 400)])
def test_the_weights_of_the_bound_add_up_to_delta(k, n):
    # The theorem of the paper has equal weights; any others that add up to delta will do.
    equal = share_by_weights(k, n, [0.01 / n] * n)
    assert share_bound(k, n, 0.01) == pytest.approx(equal, rel=0.2)


def share_by_weights(k, n, weights):
    low, high = 0.0, 1.0
    for _ in range(60):
        share = (low + high) / 2
        total = sum(
            w * math.comb(m, k) / math.comb(n, k) * math.exp(-(n - m) * math.log1p(-share))
            for m, w in enumerate(weights)
            if m >= k
        )
        low, high = (low, share) if total >= 1 else (share, high)
    return high


@pytest.mark.parametrize(("k", "share"), [(0, 0.01), (5, 0.02), (30, 0.1)])
def test_the_needed_rows_are_the_least_that_do(k, share):
    n = needed_rows(k, share, 0.01)
    assert share_bound(k, n, 0.01) <= share < share_bound(k, n - 1, 0.01)
