"""The place of a spec in the spec that examples are made of."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from mxspec.core.problems import Path

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Overrides = Mapping[Any, "SearchStrategy[Any] | Callable[[], SearchStrategy[Any]]"]
"""Strategies, or functions that return one, by the name of a spec or by a path."""

RECURSION_LIMIT: Final = 4
"""The number of turns that generation takes through a branching spec before its plain branches alone are left
(clojure.spec.alpha/*recursion-limit*)."""


@dataclasses.dataclass(frozen=True)
class GenContext:
    """The way from the spec that is asked for examples down to one of its parts.

    Attributes:
        overrides: strategies that the caller gave, by the name of a spec or by a path.
        path: the tags and keys on the way.
        limit: the number of times that a branching spec may be entered again.
        entries: the number of times that each branching spec was entered on the way, by its id.
    """

    overrides: Overrides = dataclasses.field(default_factory=dict)
    path: Path = ()
    limit: int = RECURSION_LIMIT
    entries: Mapping[int, int] = dataclasses.field(default_factory=dict)

    def at(self, step: Hashable) -> GenContext:
        """Return the context one step further down."""
        return dataclasses.replace(self, path=(*self.path, step))

    def entered(self, spec: object) -> GenContext:
        """Return a context that counts one more entry of spec."""
        entries = {**self.entries, id(spec): self.times(spec) + 1}
        return dataclasses.replace(self, entries=entries)

    def times(self, spec: object) -> int:
        """Return how often spec was entered."""
        return self.entries.get(id(spec), 0)

    def exhausted(self, spec: object, step: Hashable) -> bool:
        """True if another turn through spec by this step would pass the limit."""
        return self.times(spec) > self.limit and step in self.path

    def override(self, keys: Iterable[Hashable], otherwise: object = None) -> Any:
        """Return the override under the first of keys that has one, or else otherwise."""
        # Strategies have no truth value, so `or` is not for them.
        return next((self.overrides[key] for key in keys if key in self.overrides), otherwise)
