"""The promise of a contract: a bound on the share of rows that it refuses.

A contract is made of n rows after its structure was fixed on others, and k of the n carry it: without one of
them it would be tighter. A new row changes neither the contract nor these k, or it is one of them itself: the
extreme of a column, the first with a new value, the first that lacks a key. So the k rows are a preferent
compression of the n, ties and all, and a row that the contract refuses is one that would change it. For such
a compression, P(|c(m rows)| = k) = C(m, k) E_k[(1 - V)^(m - k)] for every m, where V is the probability that
a new row changes it and E_k a measure that does not depend on m; and these sum up to 1 over k. Whatever
weights w_m add up to delta, then: with a probability of 1 - delta, V is at most the e with

    sum over m from k to n - 1 of w_m C(m, k) / C(n, k) (1 - e)^(m - n) = 1,

and k may be counted afterwards. There is no condition on the distribution, and none is needed on ties: that
many rows share an extreme is why they do not carry it, where one of them is among the rows of the structure.
To count a value that many of the n rows share as carried by none would be wrong: of 100 values that are
equally frequent, one may be missing though none was seen once. The weights of the paper are equal; ours
favour small m, which few carriers profit from.

Sources: Campi and Garatti, "Wait-and-judge scenario optimization" (2018) and "Compression, generalization and
learning" (2023).
"""

from __future__ import annotations

import bisect
import math
from typing import Final

_STEPS: Final = 100  # the weights stand at so many numbers of rows, from 0 up to n
_MOST_ROWS: Final = 10**12


def share_bound(k: int, n: int, delta: float) -> float:
    """Return the bound on the share of refused rows.

    Args:
        k: the number of rows that carry the contract, of n.
        n: the number of rows that its bounds come from.
        delta: the probability that the bound fails.

    Example:
        >>> [round(share_bound(k, 1000, 0.01), 4) for k in (0, 1, 10, 1000)]
        [0.0056, 0.0086, 0.0251, 1.0]
    """
    if k >= n:
        return 1.0
    weights = [1 / math.sqrt(j + 0.3) for j in range(_STEPS)]
    scale = math.log(delta / sum(weights))
    terms = []
    for j, weight in enumerate(weights):
        m = n * j // _STEPS
        if m >= k:
            ways = math.lgamma(m + 1) - math.lgamma(m - k + 1) - math.lgamma(n + 1) + math.lgamma(n - k + 1)
            terms.append((scale + math.log(weight) + ways, n - m))
    low, high = 0.0, 1.0
    for _ in range(50):
        share = (low + high) / 2
        slope = -math.log1p(-share)
        total = sum(math.exp(min(start + slope * m, 50)) for start, m in terms)  # e^50 is enough
        low, high = (low, share) if total >= 1 else (share, high)
    return high


def needed_rows(k: int, share: float, delta: float) -> int:
    """Return the least number of rows for a bound, if k of them carry the contract.

    Example:
        >>> needed_rows(0, 0.01, 0.01), needed_rows(10, 0.01, 0.01)
        (554, 2520)
    """
    return k + bisect.bisect_left(range(k, _MOST_ROWS), True, key=lambda n: share_bound(k, n, delta) <= share)
