"""Coins: 64 bits for the number of a row, as good as random and the same in every process.

    row 7 of a table, in any chunk and on any machine  ->  one coin, which puts the row on one side of a split

A coin decides on which side a row falls, so a split does not depend on the chunks; rows in the order of their
coins are in a random order, so the first of them are a random sample. Each coin belongs to one number
(SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.lazy import LateModule

if TYPE_CHECKING:
    import numpy as np
else:
    np = LateModule("numpy")

Number = int

MASK: Final = (1 << 64) - 1


def coins_of(numbers: Any) -> Any:
    """Return the coin of each number in an array of 64 bits."""
    z = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def coins_of_ints(numbers: Sequence[Number]) -> Any:
    """Return the coins of ints of any size in an array."""
    if isinstance(numbers, range) and numbers.step == 1:
        return coins_of(np.arange(len(numbers), dtype=np.uint64) + np.uint64(numbers.start & MASK))
    return coins_of(np.array([number & MASK for number in numbers], np.uint64))


def coin_of(number: Number) -> int:
    """Return the coin of a number."""
    z = (number + 1) * 0x9E3779B97F4A7C15 & MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def numbers_of(coins: Iterable[int]) -> list[Number]:
    """Return the numbers that have these coins: SplitMix64 is a bijection."""
    z = np.array([*coins], np.uint64)
    z = (z ^ (z >> np.uint64(31)) ^ (z >> np.uint64(62))) * np.uint64(pow(0x94D049BB133111EB, -1, 1 << 64))
    z = (z ^ (z >> np.uint64(27)) ^ (z >> np.uint64(54))) * np.uint64(pow(0xBF58476D1CE4E5B9, -1, 1 << 64))
    z = (z ^ (z >> np.uint64(30)) ^ (z >> np.uint64(60))) * np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))
    return [number - 1 for number in z.tolist()]
