"""Specs made of other specs: the specs that one holds, their replacement, a change of all of them.

`coll_of(or_(n=int, t=str))` holds the `or_`, which holds int and str. `with_parts` is the inverse of
`held_specs`: with_parts(spec, [float, str]) of that `or_` is `or_(n=float, t=str)`. A `Rewriting` applies a
change to a spec and to all that it leads to, the innermost first, so that a change tells only what becomes of
one spec.

`Spec.parts` is another view of them: what they are to a value. It can't be inverted, since it leaves out the
specs that look at no value, such as the specs in an `fspec`, and shows some that no field holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mxspec.base.lazy import lazy
from mxspec.errors import SpecDefinitionError
from mxspec.specs.core.spec import Reference, Spec


def with_parts(spec: Spec, parts: Sequence[Spec]) -> Spec:
    """Return a spec made of other specs, in the order of `held_specs`; the spec itself if they are the same.

    Its own generator is dropped, since it made values of the old specs.

    Example:
        >>> import mxspec as s
        >>> from mxspec.specs.core.spec import as_part
        >>> with_parts(s.or_(n=int, t=str), [as_part(float), as_part(str)])
        or_(n=float, t=str)
    """
    if all(a is b for a, b in zip(spec.held_specs(), parts, strict=True)):
        return spec
    return spec.made_of(parts)


def walk_held(
    spec: Spec,
    find: Callable[[Any], Spec | None] = lambda name: None,
    passed_over: Mapping[int, Spec] = MappingProxyType({}),
) -> Iterator[Spec]:
    """Yield a spec and all that it is made of, once each.

    Args:
        spec: the spec.
        find: a function from a name to its spec, or None; by default no name leads on.
        passed_over: specs that are left out with their parts, by their ids.
    """
    waiting, seen = [spec], {*passed_over}
    while waiting:
        spec = waiting.pop()
        if id(spec) in seen:
            continue
        seen.add(id(spec))
        yield spec
        try:
            target = find(spec.to) if isinstance(spec, Reference) else None
            waiting += spec.held_specs() if target is None else [target]
        except SpecDefinitionError:  # a name in a hint is not defined
            continue


class LateReference(Reference, inherits=True):
    """A reference without a name: what it stands for is made at the first use, and may lead back to it."""

    def __init__(self, look_up: Callable[[], Spec]) -> None:
        vars(self).update(look_up=look_up)

    @lazy
    def to(self) -> Spec:  # type: ignore[override]  # a table of names finds a spec under itself
        """The spec that this stands for."""
        spec: Spec = vars(self)["look_up"]()
        return spec


class RewrittenReference(LateReference, inherits=True):
    """A reference in a rewritten spec, or what stands for a spec that may lead back to itself."""

    def __init__(self, of: Spec, look_up: Callable[[], Spec]) -> None:
        super().__init__(look_up)
        vars(self)["of"] = of

    def form(self) -> Any:
        return vars(self)["of"].form()


class Rewriting:
    """A change of specs and of all that they lead to, each made once.

    Args:
        change: a function of a spec and of the same one made of changed specs; it returns the replacement.
        is_changed: a function that is true for the specs that change replaces, whatever they hold.
        find: a function from a name to its spec, or None.

    Example:
        >>> import mxspec as s
        >>> from mxspec.specs.core.spec import Predicate, as_part
        >>> of_ints = lambda spec: isinstance(spec, Predicate) and spec.pred is int
        >>> to_float = lambda spec, new: as_part(float) if of_ints(spec) else new
        >>> Rewriting(to_float, of_ints, lambda name: None).of(s.tuple_(int, s.nilable(int), str))
        tuple_(float, nilable(float), str)
    """

    def __init__(
        self,
        change: Callable[[Spec, Spec], Spec],
        is_changed: Callable[[Spec], bool],
        find: Callable[[Any], Spec | None],
    ) -> None:
        self._change, self._is_changed, self._find = change, is_changed, find
        self._known: dict[int, tuple[Spec, Spec]] = {}  # with the first spec, which keeps its id
        self._plain: dict[int, Spec] = {}  # the specs that lead to no changed spec

    def of(self, spec: Spec) -> Spec:
        """Return a spec with the change; the spec itself if it leads to no changed spec."""
        if not self._leads_to_change(spec):
            return spec
        if id(spec) not in self._known:
            self._known[id(spec)] = spec, self._changed_spec(spec)
        return self._known[id(spec)][1]

    def _changed_spec(self, spec: Spec) -> Spec:
        if isinstance(spec, Reference):  # it may lead back to itself
            return RewrittenReference(spec, lambda: self.of(self._find(spec.to) or spec))
        try:
            new = with_parts(spec, [*map(self.of, spec.held_specs())])
            return spec if new is spec and not self._is_changed(spec) else self._change(spec, new)
        except SpecDefinitionError:  # an annotation of a field is not a spec: only the class knows
            return spec

    def _leads_to_change(self, spec: Spec) -> bool:
        seen: dict[int, Spec] = {}
        for part in self.walk(spec):
            if self._is_changed(part):
                return True
            seen[id(part)] = part
        self._plain |= seen
        return False

    def walk(self, spec: Spec) -> Iterator[Spec]:
        """Yield a spec and all that it leads to, once each, except specs that are known to lead nowhere."""
        return walk_held(spec, self._find, self._plain)
