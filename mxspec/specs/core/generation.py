"""Examples: the strategy of a part in its context, and the heights that make recursion end.

A recursive spec has an example if one of its branches ends: a tree as a list of trees ends with an empty
list. The height of a spec is the least nesting depth of its examples, or infinity without examples. It is
a fixpoint: all heights start at infinity, and each round computes them from the previous round until they
stay the same. Generation leaves out branches of infinite height. Past the recursion limit it takes the branch
of least height, so each step goes down (Knuth, "A generalization of Dijkstra's algorithm", 1977).

Members of a set and keys of a dict need examples with a hash. Heights cover this case too: a list never has a
hash, nor does a tuple of lists.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final

from mxspec.base import names
from mxspec.base.messages.branches import told_problems
from mxspec.base.messages.explanations import problems_text
from mxspec.base.names import Names
from mxspec.base.strategies import combine, sampling
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, freeze, is_hashable
from mxspec.errors import GeneratorError
from mxspec.specs.core.parts import NEEDED, ONE_OF, OPTIONAL
from mxspec.specs.core.question import START, Path, Question, ask_spec
from mxspec.specs.core.spec import Reference, Spec, text_of

NEVER: Final = math.inf
"""The height of a spec without an example."""

Overrides = Mapping[Any, Strategy | Callable[[], Strategy]]
"""Strategies, or functions that return a strategy, by the name of a spec or by a path."""

RECURSION_LIMIT: Final = 4
"""The number of entries of a branching spec after which generation takes only branches that do not lead back
(clojure.spec.alpha/*recursion-limit*)."""


class Heights:
    """The heights of specs in their contexts, computed once each, and the specs that each leads to."""

    def __init__(self) -> None:
        self.final: dict[Any, float] = {}
        self.leads_to: dict[Any, set[Any]] = {}

    def height(self, spec: Spec, context: Context) -> float:
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
        """Return the height of a spec in this round, from the heights of the previous one."""
        key = context.key_of(spec)
        if key in self.final:
            return self.final[key]
        if key not in seen:
            seen.add(key)
            heights[key] = min(self._height(spec, context, heights, seen), heights.get(key, NEVER))
        return heights.setdefault(key, NEVER)

    def _height(self, spec: Spec, context: Context, heights: dict[Any, float], seen: set[Any]) -> float:
        own = context.target(spec)
        # Stop at an unknown name, and at a spec with its own generator.
        if own is None or context.own_generator(own) is not None:
            return 0.0
        if context.hashed and not own.has_hash:
            return NEVER
        needed: list[float] = [0.0]
        choices: list[float] = []
        parts = own.example_parts()
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
    """The path from a spec down to one of its parts, during generation.

    Attributes:
        names: the table that names are looked up in.
        overrides: the caller's strategies, by the name of a spec or by a path.
        path: the tags and keys on the path.
        limit: the number of times that a branching spec may be entered again.
        entries: the number of entries of each branching spec on the path, by its id.
        hashed: True if examples need a hash, as members of a set and keys of a dict do.
        hash_matters: False to ignore the need for a hash.
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
        return dataclasses.replace(self, hashed=True) if self.hash_matters else self

    def part_context(self, part: Any) -> Context:
        context = self if part.at is None else self.at(part.at)
        return context.hashable() if part.is_hashed else context

    def enter(self, spec: Spec) -> Context:
        """Return the context after one more entry of spec."""
        return dataclasses.replace(self, entries={**self.entries, id(spec): self.times(spec) + 1})

    # --- what is known here ---------------------------------------------------------------------------------

    def target(self, spec: Spec) -> Spec | None:
        """Return a spec itself, or the spec of a reference, or None for an unknown name."""
        return spec.target(self.names.find)

    def override(self, *keys: Hashable) -> Any:
        """Return the override of the first key with one, or None."""
        # `or` does not work: the truth value of a strategy is undefined.
        return next((self.overrides[key] for key in keys if key in self.overrides), None)

    def own_generator(self, spec: Spec) -> Any:
        """Return the override of a spec or its path, or the generator of its with_gen, or None."""
        override = self.override(spec.name or spec, self.path)
        return spec.gen_fn if override is None else override

    def key_of(self, spec: Spec) -> Any:
        """Return the key of the height of a spec; overrides below a path make it depend on the path."""
        here = self.path
        overridden = any(isinstance(key, tuple) and key[: len(here)] == here for key in self.overrides)
        return (self.target(spec) or spec, self.hashed, here if overridden else None)

    def height(self, spec: Spec) -> float:
        return self.heights.height(spec, self)

    def leads_back(self, spec: Spec) -> bool:
        return self.heights.leads_back(spec, self)

    def times(self, spec: Spec) -> int:
        return self.entries.get(id(spec), 0)

    def is_exhausted(self, spec: Spec, step: Hashable) -> bool:
        """True if this step has led back to spec as often as the limit allows."""
        return self.times(spec) > self.limit and step in self.path

    def open_branches(self, spec: Spec, branches: Iterable[tuple[Hashable, Spec]]) -> list[Hashable]:
        """Return the steps of the branches of spec to make examples of.

        These are the branches of finite height. Past the limit, those already taken on the path are left out,
        except for the lowest if no other remains.
        """
        heights = {step: self.at(step).height(branch) for step, branch in branches}
        finite = [step for step, height in heights.items() if height < NEVER]
        left = [step for step in finite if not self.is_exhausted(spec, step)]
        return left or sorted(finite, key=heights.__getitem__)[:1]

    def without_example(self, spec: Spec) -> Spec | None:
        """Return the part without a hashable example, or spec itself without any example; else None."""
        if self.height(spec) < NEVER:
            return None
        anyway = dataclasses.replace(self, hash_matters=False, heights=Heights())
        if anyway.height(spec) < NEVER:
            for (part, hashed, _), height in self.heights.final.items():
                if hashed and height == NEVER:
                    return part  # type: ignore[no-any-return]
        return spec


# --- strategies -------------------------------------------------------------------------------------------


def accepts(
    spec: Spec, x: Any, table: Names | None = None, unsent: frozenset[str] | None = frozenset()
) -> bool:
    """True if x fits spec; the steps count for the search that calls it.

    Unsent are keys that a sent dict of a class's fields does not have, unless the class lists them; None for
    a value that is received.
    """
    search = combine.effort.get()

    def is_valid(question: Question) -> bool:
        question.unsent = unsent
        try:
            return spec.conform(x, question) is not INVALID
        finally:
            if search is not None:
                search.steps += question.steps

    return ask_spec(is_valid, spec, table)


def filter_valid(spec: Spec, strategy: Strategy, what: str) -> Strategy:
    """Return a strategy of the values of strategy that fit spec; error messages name it by what."""
    return sampling.such_that(
        lambda x: accepts(spec, x), strategy, what, why_refused=lambda x: first_problem_text(spec, x)
    )


def first_problem_text(spec: Spec, x: Any) -> str:
    """Return the first problem of x by spec, as explain prints it."""
    problems = ask_spec(lambda question: spec.explain(x, START, question), spec)
    return problems_text(told_problems(problems)[:1], spec)


def strategy_of(part: Spec, context: Context) -> Strategy:
    """Return the strategy of a part, with overrides and filters (gensub), or raise GeneratorError."""
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
            why_refused=lambda x: first_problem_text(spec, x) if is_hashable(x) else "it has no hash",
        )
    if spec.constructive and by_hand is None:
        return strategy
    return filter_valid(spec, strategy, text_of(part))


def branch_strategy(part: Spec, context: Context) -> Strategy:
    """Return the strategy of one branch; it is built at the first draw."""
    # It uses the names of that moment: a property test makes its strategy when it is imported.
    return combine.defer(lambda: strategy_of(part, dataclasses.replace(context, names=names.current)))


def most_values(spec: Spec, table: Names) -> float:
    """Return an upper bound on the number of different valid values, infinity if unknown."""
    known: dict[int, float] = {}

    def count(part: Spec) -> float:
        spec = part.target(table.find)
        if spec is None:
            return math.inf
        if spec.most_values is not None:
            return spec.most_values
        if id(spec) not in known:
            known[id(spec)] = math.inf  # in case it leads back to itself
            known[id(spec)] = count_by_parts(spec) if spec.by_parts else math.inf
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
