"""Bounds on the share of values that are refused, each with the confidence that it holds.

- `most_refused`: of n values that nothing was fitted to, a guard refused k. The share p that it refuses of
  their source is, with the stated confidence, at most the p with P(Binomial(n, p) <= k) = 1 - confidence: the
  one-sided interval of Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case
  of the binomial" (1934). It holds for every p and n; no distribution is assumed, only that the values are
  drawn independently.
- `order_statistic` and `min_scores`: the guard is a threshold, one of n scores (`mxspec.promises.conformal`).
- `share_bound` and `needed_rows`: the guard is a contract that was made of the n values themselves.

A contract is made from n rows, after its structure was fixed on other rows. k of the n rows set a bound:
without one of them the contract would be tighter. A new row changes neither the contract nor these k rows,
unless it decides a limit itself, as the extreme of a column, the first row with a new value, or the first
without a key. So the k rows are a preferent compression of the n rows, also where rows tie, and a row that
the contract refuses is one that would change it. For such a compression and every m,

    P(|c(m rows)| = k) = C(m, k) E_k[(1 - V)^(m - k)],

where V is the probability that a new row changes the compression, and the measure of E_k does not depend on
m. Over k, these probabilities sum up to 1. So take any weights w_m with the sum delta. With a probability of
1 - delta, V is at most the e with

    sum over m from k to n - 1 of w_m C(m, k) / C(n, k) (1 - e)^(m - n) = 1,

and k may be counted afterwards. No condition on the distribution is needed, and none on ties: if many rows
share an extreme, none of them decides a limit, provided that one of them is among the rows of the structure.
Without that it would be wrong to count none of the many rows that share a value: of 100 values that are
equally frequent, one may be missing though each of the others was seen several times. The paper has equal
weights; ours favour small m, which helps where few rows set a bound.

Sources: Campi and Garatti, "Wait-and-judge scenario optimization" (2018) and "Compression, generalization and
learning" (2023).
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.lazy import LateModule
from mxspec.base.values import is_hashable, short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.predicates import is_nan, is_number

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float64]]
else:
    np = LateModule("numpy")


def check_terms(alpha: Any, confidence: Any, alpha_name: str = "alpha") -> None:
    """Raise SpecDefinitionError if the terms of a promise make no sense."""
    for name, share in ((alpha_name, alpha), ("confidence", confidence)):
        if not (is_number(share) and 0 < share < 1):
            raise SpecDefinitionError(f"{name} is a number between 0 and 1, not {short_repr(share)}")


# --- a guard that nothing was fitted to -------------------------------------------------------------------


def most_refused(refused: int, n: int, confidence: float) -> float:
    """Return the largest share that a guard may refuse of a source, if it refused some of n values.

    Args:
        refused: the number of refused values, 0 to n.
        n: the number of values, 1 or more.
        confidence: the probability that the share is at most the answer, between 0 and 1.

    Example:
        >>> round(most_refused(0, 459, 0.99), 5), round(most_refused(6, 1500, 0.99), 5)
        (0.00998, 0.00969)
        >>> most_refused(9, 9, 0.99)
        1.0
    """
    return (
        1.0 if refused >= n else least_share(lambda share: binomial_cdf(refused, n, share) <= 1 - confidence)
    )


def least_share(is_refuted: Callable[[float], bool]) -> float:
    """Return the least share from which on all are refuted, rounded up, or 1.0."""
    low, high = 0.0, 1.0
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if is_refuted(middle) else (middle, high)
    return high


def binomial_cdf(k: int, n: int, p: float) -> float:
    """Return P(Binomial(n, p) <= k) for 0 <= k < n and 0 < p < 1, by the sum of the smaller tail.

    The sum starts with the largest term. It is computed in logarithms, as P(0) may be 1e-1000.
    """
    is_lower = k < n * p
    j = k if is_lower else k + 1
    logs = math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1)
    term = total = math.exp(logs + j * math.log(p) + (n - j) * math.log1p(-p))
    odds = p / (1 - p)
    while term > 1e-17 * total and (0 if is_lower else n) != j:
        term *= j / (n - j + 1) / odds if is_lower else (n - j) / (j + 1) * odds
        j += -1 if is_lower else 1
        total += term
    return total if is_lower else 1 - total


# --- a threshold among scores -----------------------------------------------------------------------------


def order_statistic(n: int, alpha: float, confidence: float) -> int | None:
    """Return the rank of the threshold among n sorted scores, from 1, or None if n is too small.

    It is the smallest k with P(Beta(k, n + 1 - k) >= 1 - alpha) >= confidence. By the law of order
    statistics the left side is P(Binomial(n, alpha) > n - k), so that n - k is the largest j with
    P(Binomial(n, alpha) <= j) <= 1 - confidence.

    Example:
        >>> order_statistic(459, 0.01, 0.99), order_statistic(458, 0.01, 0.99)
        (459, None)
        >>> order_statistic(3000, 0.01, 0.99)
        2983
    """
    j = bisect.bisect_right(range(n), 1 - confidence, key=lambda j: binomial_cdf(j, n, alpha)) - 1
    return n - j if j >= 0 else None


def min_scores(alpha: float, confidence: float) -> int:
    """Return the least number n of scores for a promise: (1 - alpha)^n is at most 1 - confidence.

    Example:
        >>> min_scores(0.01, 0.99), min_scores(0.05, 0.95)
        (459, 59)
    """
    n = max(1, int(math.log(1 - confidence) / math.log1p(-alpha)) - 1)
    while order_statistic(n, alpha, confidence) is None:
        n += 1
    return n


# --- a contract made of the values ------------------------------------------------------------------------

_STEPS: Final = 100  # the weights stand at so many numbers of rows, from 0 up to n
_MOST_ROWS: Final = 10**12


def share_bound(k: int, n: int, delta: float) -> float:
    """Return the bound on the share of refused rows.

    Args:
        k: the number of rows, of n, that set a bound of the contract.
        n: the number of rows that its limits come from.
        delta: the probability that the bound fails.

    Example:
        >>> [round(share_bound(k, 1000, 0.01), 4) for k in (0, 1, 10, 1000)]
        [0.0056, 0.0086, 0.0251, 1.0]
    """
    return 1.0 if k >= n else least_share(_refutation(k, n, delta))


def _refutation(k: int, n: int, delta: float) -> Callable[[float], bool]:
    """Return the function that tells if a share is larger than the bound of k of n rows."""
    weights = [1 / math.sqrt(j + 0.3) for j in range(_STEPS)]
    scale = math.log(delta / sum(weights))
    terms = []
    for j, weight in enumerate(weights):
        m = n * j // _STEPS
        if m >= k:
            ways = math.lgamma(m + 1) - math.lgamma(m - k + 1) - math.lgamma(n + 1) + math.lgamma(n - k + 1)
            terms.append((scale + math.log(weight) + ways, n - m))

    def is_refuted(share: float) -> bool:
        slope = -math.log1p(-share)
        return sum(math.exp(min(start + slope * m, 50)) for start, m in terms) >= 1  # e^50 is enough

    return is_refuted


def needed_rows(k: int, share: float, delta: float) -> int:
    """Return the least number of rows for a bound, if k of them set a bound of the contract.

    Example:
        >>> needed_rows(0, 0.01, 0.01), needed_rows(10, 0.01, 0.01)
        (554, 2520)
    """
    # Each number is asked about this share alone, and only the last about its bound, which is rounded up: of
    # 120 questions one takes 4 ms, and 43 ms where each number is asked about its bound.
    numbers = range(k + 1, _MOST_ROWS)
    n = k + 1 + bisect.bisect_left(numbers, True, key=lambda n: _refutation(k, n, delta)(share))
    while n < _MOST_ROWS and share_bound(k, n, delta) > share:
        n += 1
    return n


# --- scores and their labels -------------------------------------------------------------------------------


def as_scores(scores: Any) -> Floats:
    """Return scores as float64 (n,), or raise SpecDefinitionError."""
    try:
        values = np.asarray(scores if hasattr(scores, "__array__") else list(scores), np.float64)
    except (TypeError, ValueError):
        raise SpecDefinitionError(f"scores are numbers in one dimension, not {short_repr(scores)}") from None
    if values.ndim != 1:
        raise SpecDefinitionError(f"scores are numbers in one dimension, (n,), not of shape {values.shape}")
    if not values.size:
        raise SpecDefinitionError("a threshold needs at least one score")
    if np.isnan(values).any():
        raise SpecDefinitionError(
            f"{int(np.isnan(values).sum())} of {values.size} scores are NaN, which is neither large nor small"
        )
    return values


def labels_of(by: Any, n: int, name: str = "by") -> list[Any]:
    """Return the label of each of n scores, or raise SpecDefinitionError.

    Args:
        by: the labels.
        n: the number of scores.
        name: the argument that they are.
    """
    labels = by.tolist() if hasattr(by, "tolist") else list(by)
    labels = [label.item() if hasattr(label, "item") else label for label in labels]
    if len(labels) != n:
        raise SpecDefinitionError(f"{name} is a label for each score, not {len(labels)} for {n} scores")
    for label in labels:
        if label is None or not is_hashable(label) or is_nan(label):
            raise SpecDefinitionError(f"a label is hashable and not None, not {label!r}")
    return labels


def words_of_groups(groups: Any) -> str:
    """Return the words for groups, with the name if they are a column of a frame.

    Example:
        >>> words_of_groups([1, 1, 2])
        'groups'
    """
    name = getattr(groups, "name", None)
    return "groups" if name is None or callable(name) else f"groups by {name!r}"
