"""Collections of like elements: list[int], Sequence[int], tuple[int, ...]."""

from __future__ import annotations

import collections
import dataclasses
import functools
from collections import abc
from collections.abc import Hashable, Iterator, Set
from typing import TYPE_CHECKING, Any

from mxspec.annotations.containers.sized import Sized, parts
from mxspec.codegen.code import Code
from mxspec.core.asking import CONFORM, UNFORM, Circular, Steps, without_steps
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import branch_strategy, explaining_pred
from mxspec.core.problems import START, Place, explains_errors_in_steps, refuses_errors_in_steps
from mxspec.core.spec import Spec
from mxspec.errors import UnformError
from mxspec.specs.collections.walking import write_elements, write_members
from mxspec.strategies import combine
from mxspec.values import INVALID
from mxspec.values import shown

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Elements(Sized):
    """Like elements in a collection. An iterator is taken for its type: to look into it is to use it up."""

    element: Spec

    @refuses_errors_in_steps
    def conforming(self, x: Any) -> Steps:
        if self.whole(x, START):
            return INVALID
        return (yield from self._converting(x, CONFORM))

    def unforming(self, x: Any) -> Steps:
        if not isinstance(x, self.kind):
            raise UnformError(
                f"{self!r} unforms what is a {self.kind.__name__}, not {shown(x)}", spec=self, value=x
            )
        return (yield from self._converting(x, UNFORM))

    def _converting(self, x: Any, op: str) -> Steps:
        """Return x with each element converted: x itself if that changes none of them."""
        elements: list[Any] = []
        changed = False
        convert = without_steps(op, self.element)
        for element in parts(x):
            try:
                converted = convert(element) if convert else (yield op, self.element, element)
            except Circular:
                if op is UNFORM or not isinstance(x, str):
                    raise
                return INVALID  # a letter is its own first letter: that it fits can't be why it fits
            if converted is INVALID:
                return INVALID
            elements.append(converted)
            changed = changed or converted is not element
        return collected(elements, x) if changed else x

    @explains_errors_in_steps
    def explaining(self, x: Any, place: Place) -> Steps:
        problems = self.whole(x, place)
        if not problems:
            for i, element in enumerate(parts(x)):
                if (yield CONFORM, self.element, element) is INVALID:
                    if isinstance(x, str) and len(x) == 1 and GenContext().leads_back(self):
                        return [place.problem(self.form(), x, reason="a letter is its own first letter")]
                    problems += yield from explaining_pred(self.element, element, place.into(i))
        return problems

    # --- as code ------------------------------------------------------------------------------------------

    def may_change(self, code: Code) -> bool:
        return code.may_change(self.element)

    def _plain(self) -> list[str]:
        """Return the names of the builtin types that are of this kind and are walked through alike."""
        sequences = [tp.__name__ for tp in (list, tuple) if issubclass(tp, self.kind)]
        return sequences or [tp.__name__ for tp in (set, frozenset) if issubclass(tp, self.kind)]

    def valid_expression(self, code: Code, v: str) -> str | None:
        return None if self._plain() else code.by_conform(self, v)

    def write_valid(self, code: Code, v: str) -> None:
        types = self._plain()
        with code.valid_if_plain(self, v, *types):
            self.write_size(code, v)
            write = write_members if "set" in types or "frozenset" in types else write_elements
            write(code, v, self.element)

    def write_conform(self, code: Code, v: str) -> str:
        if "list" not in self._plain():
            return code.conform_by_itself(self, v)
        with code.conform_if_plain(self, v, "list") as conformed:
            self.write_size(code, v)
            write_elements(code, v, self.element, conformed)
        return conformed

    # --- examples -----------------------------------------------------------------------------------------

    def strategy(self, context: GenContext) -> Strategy | None:
        inside = context.entered(self)
        hashed = issubclass(self.kind, Set)
        element = branch_strategy(self.element, inside.hashable() if hashed else inside)
        most = self.most_generated(inside, self.element)
        if hashed:
            most = self.most_different(most, self.element)
        many = combine.lists(
            element, self.least, most, unique_by=_itself if hashed else None, what=repr(self)
        )
        kind = self.kind if self.kind is not abc.Set or not context.hashed else frozenset
        return combine.fmap(functools.partial(_into_kind, kind), many)

    def parts_height(self, context: GenContext, ask: Ask) -> float:
        return ask(self.element, context.hashable() if issubclass(self.kind, Set) else context)


def _itself(x: Hashable) -> Hashable:
    return x


def collected(elements: list[Any], x: object) -> Any:
    """Return elements in a collection like x."""
    if isinstance(x, (Set, collections.deque)):
        kind = frozenset if isinstance(x, frozenset) else set if isinstance(x, Set) else type(x)
        return _into_kind(kind, elements)
    return tuple(elements) if isinstance(x, tuple) else elements


def _into_kind(kind: type, elements: list[Any]) -> Any:
    """Return elements as a kind of collection, or as the plainest collection that is of this kind."""
    if kind in (list, tuple, set, frozenset, collections.deque):
        return kind(elements)
    if issubclass(kind, Iterator):
        return iter(elements)
    return set(elements) if issubclass(kind, Set) else elements
