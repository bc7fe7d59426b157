"""Where a spec stands when its examples are made."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, Final

from mxspec.core.problems import Path

Overrides = Mapping[Any, Any]

RECURSION_LIMIT: Final = 4
"""How often a branching spec is gone through again in generation before its plain branches alone are left
(clojure.spec.alpha/*recursion-limit*)."""


@dataclasses.dataclass(frozen=True)
class GenContext:
    """The way from the spec that is asked for examples down to one of its parts.

    Attributes:
        overrides: strategies that the caller gave, by the name of a spec or by a path.
        path: the tags and keys on the way.
        limit: how often a branching spec may be entered again.
        entries: how often each branching spec was entered on the way, by the spec's id.
    """

    overrides: Overrides = dataclasses.field(default_factory=dict)
    path: Path = ()
    limit: int = RECURSION_LIMIT
    entries: Mapping[int, int] = dataclasses.field(default_factory=dict)

    def at(self, step: Any) -> GenContext:
        """Return the context one step further down."""
        return dataclasses.replace(self, path=(*self.path, step))

    def entered(self, spec: object) -> GenContext:
        """Return a context that counts one more entry of spec."""
        entries = {**self.entries, id(spec): self.times(spec) + 1}
        return dataclasses.replace(self, entries=entries)

    def times(self, spec: object) -> int:
        """Return how often spec was entered."""
        return self.entries.get(id(spec), 0)

    def exhausted(self, spec: object, step: Any) -> bool:
        """True if another turn through spec by this step would pass the limit."""
        return self.times(spec) > self.limit and step in self.path

    def override(self, keys: Iterable[Any], otherwise: Any = None) -> Any:
        """Return the override under the first of keys that has one."""
        # Strategies have no truth value, so `or` is not for them.
        return next((self.overrides[key] for key in keys if key in self.overrides), otherwise)
