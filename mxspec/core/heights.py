"""Which specs have a finite example, and which of their branches leads to the smallest.

A spec that leads back to itself has an example if one of its ways ends: a tree that is a list of trees ends
with an empty list. The height of a spec is the least number of specs within each other that an example of it
takes, and infinite where none ends. It is a fixpoint: all are infinite at first, and each round works them
out from those of the round before, until none changes. Generation leaves out branches that never end, and
once it has turned often enough takes the lowest, so that each step is a step down (Knuth, "A generalization
of Dijkstra's algorithm", 1977).

In the same way a spec may have no example that has a hash, as the members of a set and the keys of a dict
must: a list has none, and a tuple of lists has none either.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

NEVER: Final = math.inf
"""The height of a spec without an example."""

Ask = Callable[[Any, Any], float]
"""A function from a pred and the context of its place to its height."""


class Heights:
    """The heights of specs, each worked out once.

    Args:
        height_of: a function from a pred, the context of its place, and a function that asks for the heights
            of others, to the height of pred.
        key_of: a function from a pred and the context of its place to what its height is remembered by.
    """

    def __init__(
        self, height_of: Callable[[Any, Any, Ask], float], key_of: Callable[[Any, Any], Any]
    ) -> None:
        self.height_of = height_of
        self.key_of = key_of
        self.final: dict[Any, float] = {}
        self._loops: dict[Any, bool] = {}
        self.asked: dict[Any, set[Any]] = {}

    def of(self, pred: Any, context: Any) -> float:
        """Return the height of pred."""
        key = self.key_of(pred, context)
        if key not in self.final:
            self.final.update(self._fixpoint(pred, context))
        return self.final[key]

    def without(self) -> list[Any]:
        """Return what those are remembered by that have no example."""
        return [key for key, height in self.final.items() if height == NEVER]

    def leads_back(self, pred: Any, context: Any) -> bool:
        """True if pred is a part of itself."""
        self.of(pred, context)
        start = self.key_of(pred, context)
        if start not in self._loops:
            waiting: list[Any] = [start]
            seen: set[Any] = set()
            while waiting:
                parts = self.asked.get(waiting.pop(), set()) - seen
                seen |= parts
                waiting += parts
            self._loops[start] = start in seen
        return self._loops[start]

    def _fixpoint(self, pred: Any, context: Any) -> dict[Any, float]:
        heights: dict[Any, float] = {}
        while True:
            before = dict(heights)
            _Round(self, heights).ask(pred, context)
            if heights == before:
                return heights


class _Round:
    """One round, in which each height is worked out once more."""

    def __init__(self, of: Heights, heights: dict[Any, float]) -> None:
        self._of = of
        self._heights = heights
        self._seen: set[Any] = set()
        self._above: list[Any] = []

    def ask(self, pred: Any, context: Any) -> float:
        """Return the height of pred as far as it is known."""
        key = self._of.key_of(pred, context)
        if self._above:
            self._of.asked.setdefault(self._above[-1], set()).add(key)
        if key in self._of.final:
            return self._of.final[key]
        if key not in self._seen:
            self._seen.add(key)
            self._above.append(key)
            height = self._of.height_of(pred, context, self.ask)
            self._above.pop()
            self._heights[key] = min(height, self._heights.get(key, NEVER))
        return self._heights.setdefault(key, NEVER)
