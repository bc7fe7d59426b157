"""Maps of like keys to like values: dict[str, int]."""

from __future__ import annotations

import collections
import dataclasses
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mxspec.annotations.containers.sized import Sized, parts
from mxspec.codegen.code import Code
from mxspec.core.asking import CONFORM, UNFORM, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import branch_strategy, explaining_pred
from mxspec.core.problems import START, Place, explains_errors_in_steps, refuses_errors_in_steps
from mxspec.core.spec import Spec
from mxspec.errors import UnformError
from mxspec.specs.collections.rebuilding import converting_values
from mxspec.specs.collections.walking import write_entries
from mxspec.strategies import combine
from mxspec.values import INVALID
from mxspec.values import shown

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]

Entry = tuple[Any, Any]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Entries(Sized):
    """A map of like keys to like values, of which the values are conformed."""

    key: Spec
    value: Spec

    @refuses_errors_in_steps
    def conforming(self, x: Any) -> Steps:
        if self.whole(x, START):
            return INVALID
        for key in parts(x):
            if (yield CONFORM, self.key, key) is INVALID:
                return INVALID
        return (yield from self._converting(x, CONFORM))

    def unforming(self, x: Any) -> Steps:
        if not isinstance(x, Mapping):
            raise UnformError(f"{self!r} unforms a map, not {shown(x)}", spec=self, value=x)
        return (yield from self._converting(x, UNFORM))

    def _converting(self, x: Mapping[Any, Any], op: str) -> Steps:
        return converting_values(x, ((key, x[key], self.value) for key in parts(x)), op)

    @explains_errors_in_steps
    def explaining(self, x: Any, place: Place) -> Steps:
        if problems := self.whole(x, place):
            return problems
        for key, value in [(key, x[key]) for key in parts(x)]:
            for i, (spec, part) in enumerate(((self.key, key), (self.value, value))):
                if (yield CONFORM, spec, part) is INVALID:
                    problems += yield from explaining_pred(spec, part, place.at(i).into(key, i))
        return problems

    # --- as code ------------------------------------------------------------------------------------------

    def may_change(self, code: Code) -> bool:
        return code.may_change(self.value)

    def valid_expression(self, code: Code, v: str) -> str | None:
        return None if issubclass(dict, self.kind) else code.by_conform(self, v)

    def write_valid(self, code: Code, v: str) -> None:
        with code.valid_if_plain(self, v, "dict"):
            self.write_size(code, v)
            write_entries(code, v, self.key, self.value)

    def write_conform(self, code: Code, v: str) -> str:
        if not issubclass(dict, self.kind):
            return code.conform_by_itself(self, v)
        with code.conform_if_plain(self, v, "dict") as conformed:
            self.write_size(code, v)
            write_entries(code, v, self.key, self.value, conformed)
        return conformed

    # --- examples -----------------------------------------------------------------------------------------

    def strategy(self, context: GenContext) -> Strategy | None:
        inside = context.entered(self)
        entry = combine.tuples(
            [branch_strategy(self.key, inside.at(0).hashable()), branch_strategy(self.value, inside.at(1))]
        )
        most = self.most_different(self.most_generated(inside, self.value), self.key)
        many = combine.lists(entry, self.least, most, unique_by=_key, what=repr(self))
        return combine.fmap(functools.partial(_mapping, self.kind), many)

    def parts_height(self, context: GenContext, ask: Ask) -> float:
        return max(ask(self.key, context.at(0).hashable()), ask(self.value, context.at(1)))


def _key(entry: Entry) -> Any:
    return entry[0]


def _mapping(kind: type, entries: list[Entry]) -> Mapping[Any, Any]:
    if kind is collections.defaultdict:
        return collections.defaultdict(None, entries)
    return collections.OrderedDict(entries) if kind is collections.OrderedDict else dict(entries)
