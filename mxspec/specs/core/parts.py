"""The parts of specs: the specs name them, visitors walk them, the writer turns them into code."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mxspec.base.values import INVALID
from mxspec.specs.core.lenses import SAME, UNTOLD, Lens, Pieces, Steps

if TYPE_CHECKING:
    from mxspec.errors import Problem
    from mxspec.specs.core.question import Place, Question
    from mxspec.specs.core.spec import Spec

NEEDED: Final = "needed"
OPTIONAL: Final = "optional"
ONE_OF: Final = "one of several"


class Part(NamedTuple):
    """A part of a spec.

    Attributes:
        spec: the part, always a spec.
        role: NEEDED in every value, OPTIONAL, or ONE_OF several alternatives.
        at: the tag, key or index that leads to it in a path, or None.
        lens: where it lies in a value; by default it checks the value itself.
        is_hashed: True if its values have to have a hash, as the members of a set and the keys of a dict.
    """

    spec: Spec
    role: str = NEEDED
    at: Hashable = None
    lens: Lens = SAME
    is_hashed: bool = False

    @property
    def is_piece(self) -> bool:
        """True if it checks pieces of the value, False if it checks the value itself."""
        return not self.lens.is_same

    @property
    def is_choice(self) -> bool:
        """True for one of several readings of the value itself."""
        return self.lens.is_same and self.role != NEEDED

    def as_untold(self) -> Part:
        """Return this; without a lens it is not told where it lies."""
        return self._replace(lens=UNTOLD) if self.lens is SAME and self.role != ONE_OF else self

    def pieces(self, x: Any) -> Pieces:
        """Return the pieces of a value that this looks at, each after its steps."""
        return self.lens.pieces(self, x)

    def put(self, x: Any, steps: Steps, new: Any) -> Any:
        """Return a value of the same kind with a new piece; raise any exception if it can't be there."""
        return self.lens.put(self, x, steps, new)


def problems_of_pieces(parts: Iterable[Part], x: Any, place: Place, question: Question) -> list[Problem]:
    """Return the problems of the pieces of a value, where lenses tell where they lie."""
    problems: list[Problem] = []
    for part in parts:
        if part.is_piece and part.lens.is_told and part.role != ONE_OF:
            inner = place if part.lens.is_many else place.at(part.at)
            for steps, piece in part.pieces(x):
                if part.spec.conform(piece, question) is not INVALID:
                    continue
                below = inner._replace(in_=(*place.in_, *steps)).under(part.spec.name)
                problems += part.spec.explain(piece, below, question)
    return problems


def may_change(
    spec: Spec, look_up: Callable[[str], Spec | None], at_names: Iterable[Spec] | None = None
) -> bool:
    """True unless it is sure that conform returns the value itself.

    Args:
        look_up: a function from a name to its spec, or None; a name without a spec is skipped.
        at_names: the specs of the names that may be keys of an open map; [] ignores such keys, and with None
            every open map may change.
    """
    waiting: list[Spec] = [spec]
    seen: set[int] = set()
    while waiting:
        target = waiting.pop().target(look_up)
        if target is None or id(target) in seen:
            continue
        seen.add(id(target))
        takes_names = target.takes_names and at_names is not None
        is_unknown = target.changes is None and not target.by_parts
        if (target.changes or is_unknown) and not takes_names:
            return True
        if target.changes is not False:
            waiting += [part.spec for part in target.parts()]
            waiting += (at_names or ()) if takes_names else ()
    return False


# --- the specs in the fields of a spec --------------------------------------------------------------------


def specs_in(x: Any) -> Sequence[Spec]:
    """Return the specs in a field: itself, or the specs in a tuple, a list, a dict or options."""
    kind = type(x)
    if hasattr(kind, "made_of"):
        return (x,)
    specs: list[Spec] = []
    if kind in (tuple, list, dict):
        for part in x.values() if kind is dict else x:
            specs += (part,) if hasattr(type(part), "made_of") else specs_in(part)
    else:
        for name in getattr(kind, "spec_fields", ()):
            specs += specs_in(getattr(x, name))
    return specs


def with_specs(x: Any, specs: Iterator[Spec]) -> Any:
    """Return a field with the next specs in place of the specs that `specs_in` yields."""
    kind = type(x)
    if hasattr(kind, "made_of"):
        return next(specs)
    if kind in (tuple, list):
        return kind([with_specs(part, specs) for part in x])
    if kind is dict:
        return {key: with_specs(part, specs) for key, part in x.items()}
    names = getattr(kind, "spec_fields", ())
    changes = {name: with_specs(getattr(x, name), specs) for name in names}
    return dataclasses.replace(x, **changes) if names else x
