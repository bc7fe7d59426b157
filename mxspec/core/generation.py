"""Examples: the place of a spec in the spec that they are made of, and the heights that show the way out.

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

import dataclasses
import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from mxspec import names
from mxspec.core.question import Path, ask_spec
from mxspec.core.spec import NEEDED, ONE_OF, OPTIONAL, Reference, Spec, text_of
from mxspec.errors import GeneratorError
from mxspec.names import Names
from mxspec.strategies import combine, sampling
from mxspec.values import INVALID, freeze, is_hashable

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]

NEVER: Final = math.inf
"""The height of a spec without an example."""

Overrides = Mapping[Any, "SearchStrategy[Any] | Callable[[], SearchStrategy[Any]]"]
"""Strategies, or functions that return one, by the name of a spec or by a path."""

RECURSION_LIMIT: Final = 4
"""The number of turns that generation takes through a branching spec before its plain branches alone are left
(clojure.spec.alpha/*recursion-limit*)."""


class Heights:
    """The heights of specs at their places, each worked out once, and what leads to what."""

    def __init__(self) -> None:
        self.final: dict[Any, float] = {}
        self.leads_to: dict[Any, set[Any]] = {}

    def height(self, spec: Spec, context: Context) -> float:
        """Return the height of a spec."""
        key = context.key_of(spec)
        if key not in self.final:
            heights: dict[Any, float] = {}
            while True:
                before = dict(heights)
                self._run_round(spec, context, heights, set())
                if heights == before:
                    break
            self.final.update(heights)
        return self.final[key]

    def leads_back(self, spec: Spec, context: Context) -> bool:
        """True if a spec is a part of itself."""
        self.height(spec, context)
        start = context.key_of(spec)
        waiting: list[Any] = [start]
        seen: set[Any] = set()
        while waiting:
            parts = self.leads_to.get(waiting.pop(), set()) - seen
            seen |= parts
            waiting += parts
        return start in seen

    def _run_round(self, spec: Spec, context: Context, heights: dict[Any, float], seen: set[Any]) -> float:
        """Return the height of a spec as far as it is known, worked out once more in this round."""
        key = context.key_of(spec)
        if key in self.final:
            return self.final[key]
        if key not in seen:
            seen.add(key)
            heights[key] = min(self._height(spec, context, heights, seen), heights.get(key, NEVER))
        return heights.setdefault(key, NEVER)

    def _height(self, spec: Spec, context: Context, heights: dict[Any, float], seen: set[Any]) -> float:
        own = context.target(spec)
        # What has no spec, or a generator of its own, is none of the kinds that lead back to themselves.
        if own is None or context.own_generator(own) is not None:
            return 0.0
        if context.hashed and not own.has_hash:
            return NEVER
        needed: list[float] = [0.0]
        choices: list[float] = []
        parts = own.parts()
        for part in parts:
            inner = context.part_context(part)
            self.leads_to.setdefault(context.key_of(spec), set()).add(inner.key_of(part.spec))
            height = self._run_round(part.spec, inner, heights, seen)
            if part.role != OPTIONAL:
                (choices if part.role == ONE_OF else needed).append(height)
        lowest = max(*needed, min(choices, default=0.0))
        return lowest + 1 if parts and not isinstance(spec, Reference) else lowest


@dataclasses.dataclass(frozen=True)
class Context:
    """The way from the spec that is asked for examples down to one of its parts.

    Attributes:
        names: the table that names are looked up in.
        overrides: strategies that the caller gave, by the name of a spec or by a path.
        path: the tags and keys on the way.
        limit: the number of times that a branching spec may be entered again.
        entries: the number of times that each branching spec was entered on the way, by its id.
        hashed: True if examples have to have a hash, as the members of a set and the keys of a dict.
        hash_matters: False where that is to be passed over.
        heights: the heights of specs.
    """

    names: Names
    overrides: Overrides = dataclasses.field(default_factory=dict)
    path: Path = ()
    limit: int = RECURSION_LIMIT
    entries: Mapping[int, int] = dataclasses.field(default_factory=dict)
    hashed: bool = False
    hash_matters: bool = True
    heights: Heights = dataclasses.field(default_factory=Heights)

    # --- ways down ------------------------------------------------------------------------------------------

    def at(self, step: Hashable) -> Context:
        """Return the context one step further down."""
        return dataclasses.replace(self, path=(*self.path, step))

    def hashable(self) -> Context:
        """Return the context of examples that have to have a hash."""
        return dataclasses.replace(self, hashed=True) if self.hash_matters else self

    def part_context(self, part: Any) -> Context:
        """Return the context of a `Part`."""
        context = self if part.at is None else self.at(part.at)
        return context.hashable() if part.is_hashed else context

    def enter(self, spec: Spec) -> Context:
        """Return a context that counts one more entry of spec."""
        return dataclasses.replace(self, entries={**self.entries, id(spec): self.times(spec) + 1})

    # --- what is known here ---------------------------------------------------------------------------------

    def target(self, spec: Spec) -> Spec | None:
        """Return a spec itself, or the spec that a reference leads to, or None if it leads nowhere."""
        return self.names.find(spec.to) if isinstance(spec, Reference) else spec

    def override(self, *keys: Hashable) -> Any:
        """Return the override under the first of keys that has one, or None."""
        # Strategies have no truth value, so `or` is not for them.
        return next((self.overrides[key] for key in keys if key in self.overrides), None)

    def own_generator(self, spec: Spec) -> Any:
        """Return the generator that the caller gave for a spec or its place, or its own, or None."""
        override = self.override(spec.name or spec, self.path)
        return spec.gen_fn if override is None else override

    def key_of(self, spec: Spec) -> Any:
        """Return what the height of a spec is remembered by: overrides may make it another further down."""
        here = self.path
        overridden = any(isinstance(key, tuple) and key[: len(here)] == here for key in self.overrides)
        return (self.target(spec) or spec, self.hashed, here if overridden else None)

    def height(self, spec: Spec) -> float:
        """Return the height of spec, NEVER if it has no example."""
        return self.heights.height(spec, self)

    def leads_back(self, spec: Spec) -> bool:
        """True if spec is a part of itself."""
        return self.heights.leads_back(spec, self)

    def times(self, spec: Spec) -> int:
        """Return how often spec was entered."""
        return self.entries.get(id(spec), 0)

    def is_exhausted(self, spec: Spec, step: Hashable) -> bool:
        """True if another turn through spec by this step would pass the limit."""
        return self.times(spec) > self.limit and step in self.path

    def open_branches(self, spec: Spec, branches: Iterable[tuple[Hashable, Spec]]) -> list[Hashable]:
        """Return the steps of those branches of spec, entered here, that examples are made of.

        These are all that have examples. Past the limit, those that were taken on the way are left out, and
        where none remains the lowest is taken.
        """
        heights = {step: self.at(step).height(branch) for step, branch in branches}
        finite = [step for step, height in heights.items() if height < NEVER]
        left = [step for step in finite if not self.is_exhausted(spec, step)]
        return left or sorted(finite, key=heights.__getitem__)[:1]

    def without_example(self, spec: Spec) -> Spec | None:
        """Return None if spec has examples, else the part that has none with a hash, or spec itself."""
        if self.height(spec) < NEVER:
            return None
        anyway = dataclasses.replace(self, hash_matters=False, heights=Heights())
        if anyway.height(spec) < NEVER:
            for (part, hashed, _), height in self.heights.final.items():
                if hashed and height == NEVER:
                    return part  # type: ignore[no-any-return]
        return spec


# --- strategies -------------------------------------------------------------------------------------------


def accepts(spec: Spec, x: Any, table: Names | None = None) -> bool:
    """True if x fits spec."""
    return ask_spec(lambda question: spec.conform(x, question), spec, table) is not INVALID


def strategy_of(part: Spec, context: Context) -> Strategy:
    """Return the strategy of a part, with overrides and filters (gensub).

    Raises:
        GeneratorError: it has no generator.
    """
    spec = context.target(part)
    if spec is None:
        spec = context.names.resolve(part.to)  # type: ignore[attr-defined]  # which raises
    by_hand = context.own_generator(spec)
    strategy = (
        combine.as_strategy(by_hand, what=f"the generator of {spec!r}")
        if by_hand is not None
        else spec.strategy(context)
    )
    if strategy is None:
        raise GeneratorError(
            f"unable to construct gen at: {list(context.path)} for: {text_of(part)}; "
            "give one with s.with_gen(spec, lambda: strategy) or in overrides",
            spec=part,
            failure="no-gen",
            path=list(context.path),
        )
    if context.hashed:
        return sampling.such_that(
            lambda x: is_hashable(x) and accepts(spec, x),
            combine.fmap(freeze, strategy),
            what=f"{text_of(part)}, as a member of a set or a key,",
        )
    if spec.constructive and by_hand is None:
        return strategy
    return sampling.such_that(lambda x: accepts(spec, x), strategy, what=text_of(part))


def branch_strategy(part: Spec, context: Context) -> Strategy:
    """Return the strategy of one branch, which is built at its first draw."""
    # Of the names that hold then: a property test makes its strategy when it is imported.
    return combine.defer(lambda: strategy_of(part, dataclasses.replace(context, names=names.current)))


def most_values(spec: Spec, table: Names) -> float:
    """Return how many different values fit spec, at most; infinity where that is not known."""
    known: dict[int, float] = {}

    def count(part: Spec) -> float:
        spec = table.find(part.to) if isinstance(part, Reference) else part
        if spec is None:
            return math.inf
        if spec.most_values is not None:
            return spec.most_values
        if id(spec) not in known:
            known[id(spec)] = math.inf  # for where it leads back to itself
            known[id(spec)] = count_by_parts(spec)
        return known[id(spec)]

    def count_by_parts(spec: Spec) -> float:
        parts = spec.parts()
        pieces = [count(part.spec) for part in parts if part.is_piece and part.role == NEEDED]
        whole = [count(part.spec) for part in parts if not part.is_piece and part.role == NEEDED]
        choices = [count(part.spec) for part in parts if part.role == ONE_OF]
        optional = [1 + count(part.spec) for part in parts if part.role == OPTIONAL]
        counts = [*whole, *optional]
        counts += [math.prod(pieces)] if pieces else []
        counts += [sum(choices)] if choices else []
        return min(counts, default=math.inf)

    return count(spec)
