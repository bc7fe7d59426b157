"""Copies among values: a promise that counts each of them promises too much.

    ["Ada", "Bo", "Grace", "Alan", "Barbara"] * 200  ->  each name occurs 83 or 82 times: these are copies
    1,000 names of people, drawn at random           ->  Anna occurs 12 times, Zoe once: these are draws

Values that are drawn at random may repeat, but not evenly. So d different values are copies if their n
occurrences are more even than nearly all draws from d equally frequent values; other draws are less even. The
statistic of such draws is about chi-squared with k = d - 1 degrees of freedom, and its lower tail has the
bound of Chernoff, P(X <= z k) <= (z exp(1 - z)) ** (k / 2). Only texts and bytes are counted: few ints are no
copies of each other.
"""

from __future__ import annotations

import collections
import math
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, Final

_LEAST_VALUES: Final = 50
_LEAST_DIFFERENT: Final = 5  # fewer may be even by chance
_LEAST_TIMES: Final = 2
_MOST_DIFFERENT: Final = 100_000
_SURE: Final = 1e-4  # the probability that draws are as even


class RepeatedValues:
    """The numbers of occurrences of the different values that pass through.

    Example:
        >>> repeats = RepeatedValues()
        >>> len([*repeats.count(["Ada", "Bo", "Grace", "Alan", "Barbara"] * 200)]), repeats.are_copies
        (1000, True)
        >>> few = RepeatedValues()
        >>> len([*few.count(f"name {i * i % 97 % 40}" for i in range(1000))]), few.are_copies
        (1000, False)
    """

    def __init__(self) -> None:
        self._counts: collections.Counter[Any] = collections.Counter()

    def count(self, values: Iterable[Any]) -> Iterator[Any]:
        """Yield values, and count the texts and bytes among them."""
        for x in values:
            if type(x) in (str, bytes) and len(self._counts) < _MOST_DIFFERENT:
                self._counts[x] += 1
            yield x

    @property
    def are_copies(self) -> bool:
        """True if the values occur more evenly than draws do, or all are one value."""
        n, different = self._counts.total(), len(self._counts)
        if n < _LEAST_VALUES or different >= _MOST_DIFFERENT or n < _LEAST_TIMES * different:
            return False
        if different < _LEAST_DIFFERENT:
            return different == 1
        mean, freedom = n / different, different - 1
        z = sum((count - mean) ** 2 for count in self._counts.values()) / mean / freedom
        return z < 1 and (z == 0 or freedom / 2 * (math.log(z) + 1 - z) < math.log(_SURE))

    def warn(self, stacklevel: int) -> None:
        """Warn if the values are copies."""
        if self.are_copies:
            n, different = self._counts.total(), len(self._counts)
            warnings.warn(
                f"{n:,} values are {different:,} different ones, each about as often; the promise counts all "
                "of them, so leave copies out",
                stacklevel=stacklevel + 1,
            )
