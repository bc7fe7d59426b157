"""The place of a spec in the spec that examples are made of."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from mxspec.core.heights import NEVER, Ask, Heights
from mxspec.core.problems import Path
from mxspec.names.registry import find

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
        hashed: True if examples have to have a hash, as the members of a set and the keys of a dict.
        hash_matters: False where that is to be passed over.
        heights: the heights of specs, see `mxspec.core.heights`.
    """

    overrides: Overrides = dataclasses.field(default_factory=dict)
    path: Path = ()
    limit: int = RECURSION_LIMIT
    entries: Mapping[int, int] = dataclasses.field(default_factory=dict)
    hashed: bool = False
    hash_matters: bool = True
    heights: Heights = dataclasses.field(default_factory=lambda: Heights(_height_of, _key_of))

    def hashable(self) -> GenContext:
        """Return the context of examples that have to have a hash."""
        return dataclasses.replace(self, hashed=True) if self.hash_matters else self

    def height(self, pred: Any) -> float:
        """Return the height of pred, NEVER if it has no example."""
        return self.heights.of(pred, self)

    def height_of(self, pred: Any, context: GenContext) -> float:
        """Return the height of pred in another context."""
        return self.heights.of(pred, context)

    def leads_back(self, pred: Any) -> bool:
        """True if pred is a part of itself."""
        return self.heights.leads_back(pred, self)

    def open_branches(self, spec: object, branches: Iterable[tuple[Hashable, Any]]) -> list[Hashable]:
        """Return the steps of those branches of spec, entered here, that examples are made of.

        These are all that have examples. Past the limit, those that were taken on the way are left out, and
        where none remains the lowest is taken.
        """
        heights = {step: self.at(step).height(pred) for step, pred in branches}
        finite = [step for step, height in heights.items() if height < NEVER]
        left = [step for step in finite if not self.exhausted(spec, step)]
        return left or sorted(finite, key=heights.__getitem__)[:1]

    def no_example(self, pred: Any) -> Any:
        """Return None if pred has examples, else what has none that has a hash, or pred itself."""
        if self.height(pred) < NEVER:
            return None
        anyway = dataclasses.replace(self, hash_matters=False, heights=Heights(_height_of, _key_of))
        if anyway.height(pred) < NEVER:
            for spec, hashed, _ in self.heights.without():
                if hashed:
                    return spec
        return pred

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


def _height_of(pred: Any, context: GenContext, ask: Ask) -> float:
    spec = find(pred) if isinstance(pred, str) else pred
    # What has no spec, or a generator of its own, is none of the kinds that lead back to themselves.
    if spec is None or context.override((spec.name or spec, context.path), spec.gen_fn) is not None:
        return 0.0
    return float(spec.least_height(context, ask))


def _key_of(pred: Any, context: GenContext) -> Any:
    here = context.path
    overridden = any(isinstance(key, tuple) and key[: len(here)] == here for key in context.overrides)
    return (
        find(pred) or pred if isinstance(pred, str) else pred,
        context.hashed,
        here if overridden else None,
    )
