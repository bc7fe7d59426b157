"""A sequence regex as a spec: of whole sequences by itself, a part of another regex inside one."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from mxspec.codegen.code import Code
from mxspec.codegen.expressions import Types
from mxspec.core.asking import UNFORM, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import form_of
from mxspec.core.problems import (
    Bundle,
    Place,
    explains_errors_in_steps,
    refuses_errors,
    refuses_errors_in_steps,
)
from mxspec.core.spec import Pred, Spec
from mxspec.errors import SpecError, UnformError
from mxspec.lazy import lazy
from mxspec.names.registry import find
from mxspec.predicates import is_none, is_sequential
from mxspec.regex.loops import Ambiguous, Beginning, Loop, Match
from mxspec.regex.matching.mismatch import explaining_all
from mxspec.regex.matching.search import matching
from mxspec.regex.matching.size import MOST_WAYS, Size, TooManyWays, conform_all, size_of
from mxspec.regex.nodes.node import Joined, Node
from mxspec.regex.nodes.reference import node_of
from mxspec.specs.collections.rebuilding import elements
from mxspec.specs.worded import in_words
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID
from mxspec.values.text import shown

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


FEW: Final = 16
"""The number of elements up to which derivatives are tried with all regexes."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Regex(Spec):
    """A spec of the sequences that a regex matches from their first element to their last."""

    is_regex: ClassVar[bool] = True
    constructive: ClassVar[bool] = False

    @lazy
    def node(self) -> Node:
        """The regex before it has matched anything."""
        raise NotImplementedError

    @refuses_errors
    def conform(self, x: Any) -> Any:
        # Derivatives take a fifth of the time, but would nest without bound if a name leads back here.
        if (x is None or is_sequential(x)) and (self.size.is_small or len(x or ()) <= FEW):
            most = None if self.size.is_small else MOST_WAYS
            # A RecursionError is told apart from a predicate's below.
            with contextlib.suppress(RecursionError, TooManyWays):
                return conform_all(self.node, () if x is None else elements(x), most)
        return super().conform(x)

    @lazy
    def size(self) -> Size:
        """The facts that tell how this regex is best matched."""
        return size_of(self.node)

    @refuses_errors_in_steps
    def conforming(self, x: Any) -> Steps:
        if not (x is None or is_sequential(x)):
            return INVALID
        xs = () if x is None else elements(x)
        if self.size.is_flat:
            return conform_all(self.node, xs)
        try:
            return (yield from matching(self.node, xs))
        except RecursionError:
            self._refuse_left_recursion(x)
            raise

    def unforming(self, x: Any) -> Steps:
        try:
            unformed = yield UNFORM, self.node, x
            return unformed.flat() if type(unformed) is Joined else unformed
        except SpecError:
            raise
        except (TypeError, KeyError, ValueError, IndexError) as error:
            raise UnformError(
                f"{shown(x)} is nothing that {self!r} conforms to", spec=self, value=x
            ) from error

    @explains_errors_in_steps
    def explaining(self, x: Any, place: Place) -> Steps:
        if not (x is None or is_sequential(x)):
            return [place.problem(("or_", is_none, is_sequential), x)]
        try:
            xs = [] if x is None else list(elements(x))
            problems = yield from explaining_all(node_of(self), xs, place, is_flat=self.size.is_flat)
        except RecursionError:
            self._refuse_left_recursion(x)
            raise
        return self._in_words_of_parts(problems, place.path_length())

    def _in_words_of_parts(self, problems: list[Any], before: int) -> list[Any]:
        """Return problems with the messages of the spliced parts that they are in.

        Args:
            problems: the problems.
            before: how many steps of their paths led here.
        """
        worded: list[Any] = []
        for problem in problems:
            is_bundle = type(problem) is Bundle
            path = problem.place.path_after(before) if is_bundle else [*problem["path"][before:]]
            part = self._worded_part(path[::-1])
            some = [problem]
            worded += some if part is None else in_words(some, part.message, part.form())
        return worded

    def _worded_part(self, steps: list[Any]) -> Any:
        """Return the innermost regex with a message on the way, whose first step is the last, or None."""
        spec: Any = self.toward(steps)
        worded = None
        seen: set[tuple[int, int]] = set()  # a name may lead back to itself
        while (spec := find(spec) if isinstance(spec, str) else spec) is not None and spec.is_regex:
            if (id(spec), len(steps)) in seen:
                break
            seen.add((id(spec), len(steps)))
            worded = spec if hasattr(spec, "message") else worded
            spec = spec.toward(steps)
        return worded

    def toward(self, steps: list[Any]) -> Pred | None:
        """Return the part that a path leads into, and take its tag off the end of steps; None at its end."""
        return None

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return _of_elements(node_of(self).strategy(context), context)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return self.node.least_height(context, ask)

    own_function: ClassVar[bool] = True

    def valid_expression(self, code: Code, v: str) -> str:
        return f"({code.call_conform(self, v)} is not INVALID)"

    def write_conform(self, code: Code, v: str) -> str:
        by_derivatives = f"{code.own_conform(self)}({v})"
        try:
            with code.attempt():
                with code.block(f"if {v} is None:"):
                    code.line(f"{v} = ()")
                with code.block(f"elif type({v}) is not list and type({v}) is not tuple:"):
                    code.line(f"return {by_derivatives}")
                code.line(f"n = len({v})")
                return Loop(code, v).whole(self)
        except Ambiguous:
            return by_derivatives

    def beginning(self, loop: Loop) -> Beginning:
        """Return what a match may begin with; Ambiguous where that is not known."""
        raise Ambiguous

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        """Write a match of at least one element, as `Loop.match` does."""
        raise Ambiguous

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        """Write a match that may be empty, of a part of cat."""
        raise Ambiguous

    def with_gen(self, gen_fn: Callable[[], SearchStrategy[Any]]) -> Self:
        return dataclasses.replace(self, gen_fn=gen_fn)

    def standalone(self) -> Spec:
        return Sequenced(self)

    def _refuse_left_recursion(self, x: Any) -> None:
        if self.node.left_recursive():
            raise SpecError(
                f"{self!r} refers to itself before it has matched an element, and so without end; "
                "star and plus repeat a part",
                spec=self,
                value=x,
            ) from None


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Sequenced(Spec):
    """A regex that matches one element, which is a sequence."""

    constructive: ClassVar[bool] = False
    regex: Regex

    def conforming(self, x: Any) -> Steps:
        steps: Steps = self.regex.conforming(x)
        return steps

    def batch_parts(self) -> Iterable[Pred]:
        return [self.regex]

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        return self.regex.conform_batch(xs)

    def unforming(self, x: Any) -> Steps:
        return self.regex.unforming(x)

    def explaining(self, x: Any, place: Place) -> Steps:
        steps: Steps = self.regex.explaining(x, place)
        return steps

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return _of_elements(node_of(self.regex).strategy(context), context)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return ask(self.regex, context)

    own_function: ClassVar[bool] = True

    def valid_expression(self, code: Code, v: str) -> str:
        return f"({code.call_conform(self, v)} is not INVALID)"

    def write_conform(self, code: Code, v: str) -> str:
        return self.regex.write_conform(code, v)

    def form(self) -> Any:
        return ("spec", form_of(self.regex))


def _of_elements(lists: SearchStrategy[Any], context: GenContext) -> SearchStrategy[Any]:
    """Return a strategy of sequences of elements, tuples where they need a hash."""
    return combine.fmap(tuple, lists) if context.hashed else lists
