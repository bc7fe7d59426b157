"""The common part of collections: a class, and bounds of their size."""

from __future__ import annotations

import collections
import dataclasses
from collections import abc
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final

from mxspec.annotations.typed import Typed
from mxspec.codegen.code import Code
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.parts import most_values_of
from mxspec.core.problems import Place
from mxspec.core.spec import Spec
from mxspec.errors import Problem
from mxspec.specs.collections.options import GEN_MAX
from mxspec.specs.collections.rebuilding import bounded
from mxspec.strategies import combine

_INNER_MAX: Final = 2  # the largest collection that is generated within another of the same spec
_UNHASHABLE: Final = (list, set, collections.deque, Mapping, abc.MutableSequence, abc.MutableSet)


def at_most(limit: int | None, fallback: int) -> int:
    """Return limit, or fallback if there is none."""
    return fallback if limit is None else limit


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Sized(Typed):
    """The common part of Elements and Entries: a class, and bounds of the number of parts."""

    looks_inside: ClassVar[bool] = True

    kind: type
    least: int = dataclasses.field(default=0, kw_only=True)
    most: int | None = dataclasses.field(default=None, kw_only=True)

    def whole(self, x: Any, place: Place) -> list[Problem]:
        """Return the problems of x as a whole, before its parts are looked at."""
        if not isinstance(x, self.kind):
            return [place.problem(self.kind, x)]
        if not self._is_sized(x):
            return [place.problem(("count", self.least, self.most), x)]
        return []

    def _is_sized(self, x: Any) -> bool:
        if not self.least and self.most is None:
            return True
        return self.least <= len(x) and (self.most is None or len(x) <= self.most)

    def write_size(self, code: Code, v: str) -> None:
        """Write that v is refused for its size."""
        if self.least:
            code.refuse_if(f"len({v}) < {code.const(self.least)}")
        if self.most is not None:
            code.refuse_if(f"len({v}) > {code.const(self.most)}")

    def parts_height(self, context: GenContext, ask: Ask) -> float:
        """Return the height of a part."""
        raise NotImplementedError

    def least_height(self, context: GenContext, ask: Ask) -> float:
        height = self.parts_height(context, ask)
        if context.hashed and issubclass(self.kind, _UNHASHABLE):
            return NEVER
        return 1 + height if self.least else 0.0

    def most_generated(self, inside: GenContext, part: Spec) -> int:
        """Return the most parts to generate; few within other parts, or they would be exponentially many."""
        if not self.least and self.parts_height(inside, inside.height_of) == NEVER:
            return 0
        turns = max(inside.times(self) - 1, inside.times(part))
        usual = GEN_MAX if not turns else _INNER_MAX if turns <= inside.limit else 0
        if self.least > usual:
            usual = self.least if turns else 2 * self.least
        return min(usual, at_most(self.most, usual))

    def most_different(self, most: int, part: Spec) -> int:
        """Return most, or how many different parts there are if these are fewer."""
        return combine.at_most_different(repr(self), self.least, most, most_values_of(part))


def parts(x: Any) -> Iterable[Any]:
    """Return the elements of x that can be looked at, as many as len says and no more."""
    return bounded(x, x) if isinstance(x, Collection) and not isinstance(x, Iterator) else ()
