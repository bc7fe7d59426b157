"""A test by betting: is a share at most a limit? You may look at the answer after every value.

For example, a guard refused 0 of 496 values: can we promise that it refuses at most 1%? We bet against "it
refuses more". A bet on no refusal at all multiplies its stake by 1 / 0.99 for each value that passes, and
loses it at the first refusal; 0.55 of the money is on that bet, the rest on shares below the limit. After 493
values that passed the money has grown 100-fold, which under "it refuses more" happens in at most one of a
hundred such games, however often you look. So the promise is made, with a certainty of 99%.

In general, a bet of factor c multiplies its stake by c / (1 + (c - 1) p) for a refused value, and by
1 / (1 + (c - 1) p) for a value that passes, so that after k refusals of n values the wealth is

    sum over the bets of weight * c^k / (1 + (c - 1) p)^n.

If values are refused with probability p, its expectation stays 1; a process that is positive, starts at 1 and
does not grow on average reaches 1 / error with a probability of at most error, at any time (Ville). With
bets of c < 1 it grows in p, so that it tests "p or more" at p; with c > 1 it falls in p, and tests "p or
less". Users rely on what follows from that:

- You may look after every value, stop at any time, add values, run again: the bound holds at all times
  together. It holds along one sequence. If you shuffle, look, and shuffle again, you have many sequences, and
  the luckiest of them breaks any bound.
- The wealth depends on k and n alone, so that the counts of many machines add up.
- At each time, the p that are not yet refuted are the ones below a bound, which holds at all times: a
  confidence sequence. The bound is at most the limit just when the wealth at the limit has reached 1 / error.
- Shares may change from value to value: the logarithm of 1 + (c - 1) p is concave in p, so that the product
  of the true factors is at most the factor of their mean to the n, and the statements hold for the mean of
  the shares so far.

The weights are ours. Half of the money is on a guard that refuses nothing, since most good ones do; bets near
c = 1 decide in the end, unless a share is within 2% or so of the limit.

Sources: Ville, "Étude critique de la notion de collectif" (1939); Robbins, "Statistical methods related to
the law of the iterated logarithm" (1970), for mixtures; Waudby-Smith and Ramdas, "Estimating means of bounded
random variables by betting" (2023).
"""

from __future__ import annotations

import bisect
import collections
import functools
import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from mxspec.promises.bounds import least_share

Verdict = Literal["promised", "refuted", "undecided"]

BELOW: Final[Mapping[float, float]] = {
    0: 0.55, 1 / 16: 0.08, 1 / 8: 0.08, 1 / 4: 0.1, 1 / 2: 0.1, 3 / 4: 0.04, 7 / 8: 0.025,
    15 / 16: 0.015, 31 / 32: 0.01,
}  # fmt: skip
"""The weights of the bets that a share is below the limit, by the factor c."""

ABOVE: Final[Mapping[float, float]] = {
    33 / 32: 0.015, 17 / 16: 0.02, 9 / 8: 0.03, 5 / 4: 0.05, 3 / 2: 0.1, 2: 0.15, 4: 0.18, 8: 0.21, 16: 0.17,
    32: 0.05, 64: 0.025,
}  # fmt: skip
"""The weights of the bets that a share is above the limit, by the factor c."""

_MOST_VALUES: Final = 10**9


def log_stake(factor: float, refused: float, n: float, share: float) -> float:
    """Return the logarithm of the capital that one bet has made from 1, for 0 < share < 1."""
    won = refused * math.log(factor) if factor else -math.inf if refused else 0.0
    return won - n * math.log1p((factor - 1) * share)


def log_sum(logs: list[float]) -> float:
    """Return the logarithm of the sum of numbers given as logarithms."""
    top = max(logs)
    return top if top == -math.inf else top + math.log(sum(math.exp(each - top) for each in logs))


def log_wealth(refused: float, n: float, share: float, bets: Mapping[float, float]) -> float:
    """Return the logarithm of the wealth of some bets against a share."""
    return log_sum([math.log(weight) + log_stake(c, refused, n, share) for c, weight in bets.items()])


def verdict_of(refused: float, n: float, limit: float, error: float) -> Verdict:
    """Return the verdict on a limit after n values.

    Args:
        refused: the number of refused values.
        n: the number of values.
        limit: the share that may be refused, between 0 and 1.
        error: the probability that a verdict is ever wrong, between 0 and 1. A wrong promise and a wrong
            refutation exclude each other, except at the very limit.

    Example:
        >>> [verdict_of(0, n, 0.01, 0.01) for n in (495, 496)]
        ['undecided', 'promised']
        >>> verdict_of(3, 4, 0.01, 0.01), verdict_of(10, 1000, 0.01, 0.01)
        ('refuted', 'undecided')
    """
    needed = -math.log(error)
    if log_wealth(refused, n, limit, BELOW) >= needed:
        return "promised"
    return "refuted" if log_wealth(refused, n, limit, ABOVE) >= needed else "undecided"


def share_at_most(refused: float, n: float, error: float) -> float:
    """Return the bound that lies above the share at all times, except with the probability error.

    Example:
        >>> [round(share_at_most(k, n, 0.01), 4) for k, n in [(0, 0), (0, 496), (0, 5000), (2, 1000)]]
        [1.0, 0.01, 0.001, 0.0116]
    """
    return least_share(lambda share: log_wealth(refused, n, share, BELOW) >= -math.log(error))


def values_to_decide(refused: int, n: int, limit: float, error: float) -> int | None:
    """Return how many more values decide, if the refused share stays the same; None if no number does.

    Example:
        >>> values_to_decide(0, 100, 0.01, 0.01), values_to_decide(2, 500, 0.01, 0.01)
        (396, 2399)
        >>> values_to_decide(10, 1000, 0.01, 0.01) is None
        True
    """
    share = refused / max(n, 1)

    # At a fixed share the logarithm of the wealth is convex in n and 0 at 0: once it is large, it grows.
    def is_decided(total: int) -> bool:
        return verdict_of(share * total, total, limit, error) != "undecided"

    total = bisect.bisect_left(range(n, _MOST_VALUES), True, key=is_decided) + n
    return total - n if total < _MOST_VALUES else None


# --- one error for many promises ---------------------------------------------------------------------------


def share_of_error(error: float, k: int) -> float:
    """Return the share of an error that the k-th promise may spend, from 1: the infinite sum is the error.

    Example:
        >>> [round(1 / share_of_error(1.0, k)) for k in (1, 2, 3, 100)]
        [2, 6, 12, 10100]
    """
    return error / (k * (k + 1))


_budget: Iterator[float] | None = None  # the remaining shares of an error for all promises

records: Final[collections.deque[str]] = collections.deque(maxlen=1000)
"""The verdicts of this process in words; the pytest plugin takes them to the test's report."""


def set_budget(error: float | None) -> None:
    """Share an error among all future promises; None gives each promise its own error again."""
    global _budget
    _budget = None if error is None else map(functools.partial(share_of_error, error), itertools.count(1))


def error_of(confidence: float) -> float:
    """Return the error that the next promise may spend: its own, or its share of the budget if less."""
    return 1 - confidence if _budget is None else min(1 - confidence, next(_budget))
