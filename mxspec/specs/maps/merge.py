"""Maps that fit several specs at once: merge."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.codegen.code import Code
from mxspec.core.asking import CONFORM, UNFORM, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.parts import (
    as_pred,
    explaining_pred,
    form_of,
    specize,
    strategy_of,
)
from mxspec.core.problems import Place, refuses_errors_in_steps
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.predicates import is_dict
from mxspec.specs.logic import And
from mxspec.specs.maps.keys import Keys
from mxspec.specs.worded import Worded
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def merge(*specs: Any) -> Spec:
    """Accept a map that fits all of specs, each of which sees the whole map (s/merge).

    Unlike and_, it generates maps with the keys of all. If one of specs is a closed `keys`, a map has the
    keys of all of them and no others.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/name", str), s.def_("doc/age", s.int_in(0, 150))
        >>> person = s.merge(s.keys(req=["doc/name"]), s.keys(req=["doc/age"]))
        >>> s.valid(person, {"doc/name": "Bo", "doc/age": 3}), s.valid(person, {"doc/name": "Bo"})
        (True, False)
        >>> closed = s.merge(s.keys(req_un=["doc/name"], closed=True), s.keys(req_un=["doc/age"]))
        >>> s.valid(closed, {"name": "Bo", "age": 3}), s.valid(closed, {"name": "Bo", "age": 3, "x": 1})
        (True, False)
    """
    if not specs:
        raise SpecDefinitionError("merge takes one spec or more")
    return Merge(tuple(map(as_pred, specs)))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Merge(Spec):
    constructive: ClassVar[bool] = False
    preds: tuple[Pred, ...]

    def parts(self, look_up: Callable[[Pred], Spec] = specize) -> list[Spec]:
        """Return the specs of the parts, where a closed one takes the keys of the others for its own."""
        specs = [look_up(pred) for pred in self.preds]
        if not any(_is_closed(spec, look_up) for spec in specs):
            return specs
        keys = frozenset(key for spec in specs for key in _listed(spec, look_up))
        return [_with_keys(spec, keys, look_up) for spec in specs]

    @refuses_errors_in_steps
    def conforming(self, x: Any) -> Steps:
        conformed = []
        for spec in self.parts():
            conformed.append((yield CONFORM, spec, x))
        return INVALID if any(part is INVALID for part in conformed) else _merged(conformed)

    def unforming(self, x: Any) -> Steps:
        unformed = []
        for pred in reversed(self.preds):
            unformed.append((yield UNFORM, specize(pred), x))
        return _merged(unformed)

    def explaining(self, x: Any, place: Place) -> Steps:
        problems: list[Problem] = []
        for spec in self.parts():
            problems += yield from explaining_pred(spec, x, place)
        return problems

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        parts = [strategy_of(pred, context) for pred in self.preds]
        return combine.fmap(_merged, combine.tuples(parts))

    def least_height(self, context: GenContext, ask: Ask) -> float:
        heights = [ask(pred, context) for pred in self.preds]
        return NEVER if context.hashed else max(heights)

    def valid_expression(self, code: Code, v: str) -> str | None:
        all_keys = all(isinstance(spec, Keys) for spec in self.parts(code.spec))
        return None if all_keys else code.by_conform(self, v)

    def write_valid(self, code: Code, v: str) -> None:
        for spec in code.of_one_value(_joined(self.parts(code.spec))):
            code.valid(spec, v)

    def form(self) -> Any:
        return ("merge", *map(form_of, self.preds))


def _joined(specs: list[Any]) -> list[Any]:
    """Return several `keys` as one that accepts the same, where they agree on the specs of their keys.

    Each of them looks at all keys of a map, as any may be a name: with 1,000 of them that is a million looks.
    """
    names: dict[str, str] = {}
    for spec in specs:
        if spec.closed or any(names.setdefault(key, name) != name for key, name in spec.spec_names.items()):
            return specs
    fields = ("req", "opt", "req_un", "opt_un")
    return [Keys(*(tuple(key for spec in specs for key in getattr(spec, field)) for field in fields))]


def _inner(spec: Spec, look_up: Callable[[Pred], Spec]) -> list[Spec]:
    """Return the specs in spec that see the same map as it does."""
    preds = spec.preds if isinstance(spec, (Merge, And)) else [spec.pred] if isinstance(spec, Worded) else []
    return [look_up(pred) for pred in preds]


def _is_closed(spec: Spec, look_up: Callable[[Pred], Spec]) -> bool:
    if isinstance(spec, Keys):
        return spec.closed
    return any(_is_closed(inner, look_up) for inner in _inner(spec, look_up))


def _listed(spec: Spec, look_up: Callable[[Pred], Spec]) -> Iterator[str]:
    """Yield the keys that spec lists."""
    if isinstance(spec, Keys):
        yield from spec.spec_names
    for inner in _inner(spec, look_up):
        yield from _listed(inner, look_up)


def _with_keys(spec: Spec, keys: frozenset[str], look_up: Callable[[Pred], Spec]) -> Spec:
    """Return spec, in which closed maps may have these keys as well."""
    if isinstance(spec, Keys):
        return dataclasses.replace(spec, beside=spec.beside | keys) if spec.closed else spec
    if not (isinstance(spec, (Merge, And, Worded)) and _is_closed(spec, look_up)):
        return spec
    preds = tuple(_with_keys(inner, keys, look_up) for inner in _inner(spec, look_up))
    if isinstance(spec, Worded):
        return dataclasses.replace(spec, pred=preds[0])
    return dataclasses.replace(spec, preds=preds)


def _merged(parts: Sequence[Any]) -> Any:
    """Return the maps in one, where later ones win; None counts as an empty map."""
    if len(parts) == 1:
        return parts[0]
    if not all(part is None or is_dict(part) for part in parts):
        return INVALID
    merged: dict[Any, Any] = {}
    for part in parts:
        merged.update(part or {})
    return merged
