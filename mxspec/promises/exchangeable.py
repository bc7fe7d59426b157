"""Tests that values are exchangeable: their order does not matter, as any promise on their source assumes.

Both tests compare the values by their ranks; the null hypothesis is that all orders are equally likely. Equal
values share their mean rank, so the tests are deterministic.

- Trend: the correlation of ranks with positions (Spearman, 1904). Over all orders its mean is 0 and its
  variance 1 / (n - 1), whatever the ties.
- Nine blocks: values within a block of neighbours are more alike than values in different blocks (Kruskal and
  Wallis, 1952). Over all orders the statistic has nearly a chi-squared distribution with 8 degrees of
  freedom. Values that only alternate, or have cycles much shorter than a block, look alike in all blocks.
"""

from __future__ import annotations

import collections
import itertools
import math
import operator
import re
import warnings
from collections.abc import Sequence
from typing import Any, Final

from mxspec.base.values import class_name, repr_of

BLOCKS: Final = 9
LEAST_VALUES: Final = 50
"""So few values, or so few that differ from the most frequent one, have no distribution near the limit."""

LONGEST_CODE: Final = 64
_DIGITS: Final = re.compile("([0-9]+)")

LEVEL: Final = 0.01
"""The probability that a test finds an order where there is none."""


def order_p_values(ranks: Sequence[float]) -> tuple[float, float]:
    """Return the p-values of the two tests: for a trend, and for blocks of neighbours that are alike.

    Args:
        ranks: the ranks of the values in order, as `centred_ranks` returns them.

    Example:
        >>> max(order_p_values(centred_ranks(range(500)))) < 1e-9
        True
        >>> min(order_p_values(centred_ranks([i * 7 % 50 for i in range(500)]))) > 0.5
        True
    """
    n = len(ranks)
    total = sum(map(operator.mul, ranks, ranks))
    if n < LEAST_VALUES or not total:
        return 1.0, 1.0
    middle = (n - 1) / 2
    slope = sum(map(operator.mul, ranks, [i - middle for i in range(n)]))
    trend = slope / math.sqrt(total / (n - 1) * n * (n * n - 1) / 12)
    p = 1.0
    # With few values other than the most frequent one, the statistic has heavy tails.
    if n - max(collections.Counter(ranks).values()) >= LEAST_VALUES:
        ends = [n * i // BLOCKS for i in range(BLOCKS + 1)]
        sums = (sum(ranks[i:end]) ** 2 / (end - i) for i, end in itertools.pairwise(ends))
        half = sum(sums) / total * (n - 1) / 2
        p = math.exp(-half) * sum(half**i / math.factorial(i) for i in range((BLOCKS - 1) // 2))
    return math.erfc(abs(trend) / math.sqrt(2)), p


def is_trend_of_blocks(ranks: Sequence[float]) -> bool:
    """True if the means of nine blocks go one way: of 36 pairs, 20 more do than don't (Kendall, p < 0.05).

    This takes blocks, not values, as exchangeable: a series with neighbours alike lacks a trend.

    Example:
        >>> [is_trend_of_blocks(xs) for xs in ([*range(90)], [i // 10 % 2 for i in range(90)])]
        [True, False]
    """
    n = len(ranks)
    ends = [n * i // BLOCKS for i in range(BLOCKS + 1)]
    means = [sum(ranks[i:end]) / max(1, end - i) for i, end in itertools.pairwise(ends)]
    return abs(sum((b > a) - (b < a) for a, b in itertools.combinations(means, 2))) >= 20


def direction(ranks: Sequence[float]) -> int:
    """Return 1 if values grow and never fall, -1 if they fall and never grow, 0 otherwise."""
    steps = {(b > a) - (b < a) for a, b in itertools.pairwise(ranks)}
    return 1 if steps in ({0, 1}, {1}) else -1 if steps in ({0, -1}, {-1}) else 0


def warn_of_order(xs: Sequence[Any], what: str, among: int, stacklevel: int) -> None:
    """Warn if the order of values is not random; `among` many tests share the level (Bonferroni)."""
    p = 2 * among * min(order_p_values(centred_ranks(xs)))
    if p < LEVEL:
        warnings.warn(
            f"{what} drift with their order (p = {p:.1g}), and the promise is of values whose order says "
            "nothing; look at them block by block, or say ordered=False if their order has no meaning",
            stacklevel=stacklevel + 1,
        )


def centred_ranks(xs: Sequence[Any]) -> list[float]:
    """Return the rank of each value minus the mean of all ranks; equal values get their mean rank.

    Any values can be ranked: numbers, strings and moments by their own order, values of several classes by
    class name, and other values by their repr. Digits in short strings are numbers: A-9 is before A-10.

    Example:
        >>> centred_ranks([30, 10, 10, None])
        [1.5, 0.0, 0.0, -1.5]
        >>> centred_ranks(["A-10", "A-9"])
        [0.5, -0.5]
    """
    try:
        places = places_of([*map(order_key, xs)])
    except Exception:  # values without an order, or with one that raises
        places = places_of([*map(repr_of, xs)])
    return ranks_of_places(places)


def places_of(keys: Sequence[Any]) -> list[int]:
    """Return the position of each key among the different keys in order.

    Example:
        >>> places_of("cabc")
        [2, 0, 1, 2]
    """
    places = [0] * len(keys)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    for place, (_, own) in enumerate(itertools.groupby(order, key=keys.__getitem__)):
        for i in own:
            places[i] = place
    return places


def ranks_of_places(places: Sequence[int]) -> list[float]:
    """Return the ranks of values, as `centred_ranks`, from their positions among the different values.

    Example:
        >>> ranks_of_places([7, 2, 2, 0])
        [1.5, 0.0, 0.0, -1.5]
    """
    counts = collections.Counter(places)
    ranks, start = {}, 0
    for place in sorted(counts):
        ranks[place] = start + (counts[place] - len(places)) / 2
        start += counts[place]
    return [*map(ranks.__getitem__, places)]


def order_key(x: Any) -> tuple[Any, ...]:
    """Return the key that ranks a value among values of any class."""
    if x is None or x != x:
        return ("",)
    if isinstance(x, str) and len(x) <= LONGEST_CODE:
        parts: list[Any] = _DIGITS.split(x)  # text at even places, digits at odd ones
        parts[1::2] = map(int, parts[1::2])
        return ("str", parts)
    if isinstance(x, str):
        return ("str", [x])
    return ("number" if isinstance(x, (int, float)) else class_name(x), x)
