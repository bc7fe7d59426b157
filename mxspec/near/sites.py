"""The sites of a spec: each of its parts, with the steps that lead to a value of it.

A site of `{"lines": s.coll_of({"n": s.int_in(1, 10)})}` is int_in(1, 10) behind the steps "lines", any
element, "n". In a value, the steps lead to a `Spot`: the part there, and a way to replace it. Where a
value lacks the part (a missing optional key, an empty list, another branch of a union), an example fills the
gap first.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, TypeVar

from mxspec import names
from mxspec.api.examples import sample_within
from mxspec.borders.inner import is_leaf, spec_behind
from mxspec.borders.leaf_borders import MOST_ALIKE, preds_of
from mxspec.borders.parts import weight
from mxspec.core.lenses import MATCHES
from mxspec.core.parts import Part
from mxspec.core.spec import AskKind, Predicate, Spec
from mxspec.errors import SpecError
from mxspec.predicate_rows import row_of
from mxspec.specs.logic import And
from mxspec.specs.maps import is_known
from mxspec.strategies.sampling import Effort
from mxspec.values import short_repr

_MOST_SITES: Final = 400
_TURNS: Final = 2  # times that the way to a site may enter a recursive spec
_EXAMPLES: Final = 5  # examples of a part, to fill gaps
_STEPS: Final = 20_000  # steps of the search for examples

T = TypeVar("T")

MISSING: Final = object()
"""In place of an example where there is none."""


class Examples:
    """Examples of parts, each drawn once, the smallest first."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Spec, list[Any]]] = {}
        self._made: dict[int, tuple[Spec, Any]] = {}

    def keep(self, spec: Spec, make: Callable[[], T]) -> T:
        """Return what make returns, calling it once for each spec."""
        if id(spec) not in self._made:
            self._made[id(spec)] = spec, make()
        value: T = self._made[id(spec)][1]
        return value

    def of(self, spec: Spec) -> list[Any]:
        """Return some examples of a spec; nothing without a generator."""
        if id(spec) not in self._known:
            effort = Effort()
            effort.most = _STEPS
            try:
                drawn = sample_within(spec, _EXAMPLES, 0, effort)
            except SpecError:
                drawn = []
            self._known[id(spec)] = spec, sorted(drawn, key=weight)
        return self._known[id(spec)][1]

    def one(self, spec: Spec, turn: int = 0) -> Any:
        """Return an example of a spec, a different one at each turn, or MISSING."""
        several = self.of(spec)
        return several[turn % len(several)] if several else MISSING


class Spot(NamedTuple):
    """A part of a value.

    Attributes:
        part: the part.
        put: a function that takes a new part, and returns the whole with it.
        in_: the keys and indices that lead to the part, as in a problem.
        loose: how many of its last items a problem need not have: they change with the part, as with the key
            of a map, or only a kind without lenses knows them.
        choices: the lengths of in_ at which a union chose a branch.
        depths: the length of in_ after each step.
        is_told: True if all steps are known from lenses.
    """

    part: Any
    put: Callable[[Any], Any]
    in_: tuple[Any, ...] = ()
    loose: int = 0
    choices: frozenset[int] = frozenset()
    depths: tuple[int, ...] = (0,)
    is_told: bool = True

    @property
    def around(self) -> tuple[Any, ...]:
        """The steps that each problem of the part begins with."""
        return self.in_[: len(self.in_) - self.loose]


class Step(NamedTuple):
    """A step from a spec to one of its parts."""

    within: Spec
    part: Part

    def find(self, spot: Spot, examples: Examples, turn: int) -> Spot | None:
        """Return the spot of the part at this step; None if it is missing, and no example fills the gap."""
        part, lens, x = self.part, self.part.lens, spot.part
        pieces = _spots(part.pieces(x), turn)
        if not pieces and not lens.is_many:
            pieces = _spots(part.pieces(x := self._filled(x, examples, turn)), turn)
        if not pieces:
            several = ((y, _spots(part.pieces(y), turn)) for y in examples.of(self.within))
            x, pieces = next((each for each in several if each[1]), (x, []))
        if not pieces and lens.is_many:
            pieces = _spots(part.pieces(x := self._filled(x, examples, turn)), turn)
        if not pieces:
            return None
        steps, piece = pieces[0]
        # A kind that does not explain itself reports its value, not the piece.
        explains = lens.is_told and type(self.within).explain not in (Spec.explain, AskKind.explain)
        in_, is_told = (*spot.in_, *steps), spot.is_told and explains
        is_choice = part.is_choice or lens is MATCHES
        return Spot(
            piece,
            lambda new: spot.put(part.put(x, steps, new)),
            in_,
            lens.loose(x) if is_told else spot.loose + len(steps),
            spot.choices | ({len(spot.in_)} if is_choice else set()),
            (*spot.depths, len(in_)),
            is_told,
        )

    def _filled(self, x: Any, examples: Examples, turn: int) -> Any:
        piece = examples.one(self.part.spec, turn)
        try:
            return x if piece is MISSING else self.part.lens.fill(self.part, x, piece)
        except LookupError:
            return x


def _spots(xs: Any, turn: int) -> list[Any]:
    """Return the first, the middle and the last of several; each turn begins with a different one."""
    places = [*dict.fromkeys((0, len(xs) // 2, len(xs) - 1))] if len(xs) else []
    return [xs[places[(turn + i) % len(places)]] for i in range(len(places))]


class Site(NamedTuple):
    """A part of a spec.

    Attributes:
        spec: the part, without the names and wrappers around it.
        steps: the steps that lead to it.
        relations: the conditions of an `and_` on the way, each with the number of steps that lead to it.
    """

    spec: Spec
    steps: tuple[Step, ...] = ()
    relations: tuple[tuple[int, Spec], ...] = ()

    def find(self, x: Any, examples: Examples, turn: int) -> Spot | None:
        """Return the spot of this part in a value; None if the value can't have it."""
        spot: Spot | None = Spot(x, lambda new: new)
        for step in self.steps:
            try:
                spot = step.find(spot, examples, turn) if spot is not None else None
            except Exception:  # the value is of another kind, or its methods raise
                return None
        return spot

    def parts_of(self, x: Any) -> list[Any]:
        """Return all parts of a value at this site, without filling gaps."""
        parts = [x]
        for step in self.steps:
            parts = [piece for whole in parts for _, piece in step.part.pieces(whole)]
        return parts

    @property
    def where(self) -> tuple[Any, ...]:
        """The keys and indices of the steps; "*" means any."""
        return tuple(at for step in self.steps for at in step.part.lens.where(step.part))


def sites_of(spec: Spec) -> tuple[list[Site], list[str]]:
    """Return the sites of a spec, with the fewest steps first, and what is beyond the limits, as text."""
    sites: list[Site] = []
    waiting: collections.deque[tuple[Site, tuple[int, ...]]] = collections.deque()
    waiting.append((_site_of(spec), ()))
    while waiting and len(sites) < _MOST_SITES:
        site, seen = waiting.popleft()
        if seen.count(id(site.spec)) == _TURNS:
            continue
        sites.append(site)
        for part in _parts_in(site.spec):
            steps = (*site.steps, Step(site.spec, part)) if _is_step(part) else site.steps
            waiting.append((_site_of(part.spec, steps, site.relations), (*seen, id(site.spec))))
    beyond = [f"{len(waiting):,} more parts"] if waiting else []
    for site in sites:
        keys = [(site.spec, "keys", len(site.spec.listed_keys()))]
        beyond += [
            f"{count - MOST_ALIKE:,} more {what} of {short_repr(whole)}"
            for whole, what, count in (*keys, *_sets_of(site.spec))
            if count > MOST_ALIKE
        ]
    return sites, [*dict.fromkeys(beyond)]


def _parts_in(spec: Spec) -> list[Part]:
    """Return the parts of a spec that have sites: a leaf of an `and_` has its borders at the `and_`."""
    if is_leaf(spec):
        return []
    parts = [part for part in spec.places(names.current.find) if is_known(part.spec, names.current)]
    return [part for part in parts if not (isinstance(spec, And) and is_leaf(part.spec))]


def _is_step(part: Part) -> bool:
    """True unless the part sees the value itself, whatever it is."""
    return part.is_piece or part.is_choice


def _sets_of(spec: Spec) -> Iterator[tuple[Any, str, int]]:
    """Yield the sets that a part is a member of, each with the number of its members."""
    for pred in preds_of(spec):
        row = row_of(pred.pred) if isinstance(pred, Predicate) else None
        if row is not None and row.members is not None:
            yield pred.pred, "members", len(row.members)  # type: ignore[attr-defined]


def _site_of(spec: Spec, steps: tuple[Step, ...] = (), around: tuple[tuple[int, Spec], ...] = ()) -> Site:
    """Return the site of a part; the conditions of an `and_` are relations of it and of its parts."""
    inner = spec_behind(spec)
    own = relations_of(inner) if isinstance(inner, And) else []
    return Site(inner, steps, (*around, *((len(steps), pred) for pred in own)))


def relations_of(spec: And) -> list[Spec]:
    """Return the preds of an `and_` that judge the whole, if its other preds look at parts."""
    if is_leaf(spec):
        return []
    return [pred for pred in spec.preds if is_leaf(pred) and isinstance(spec_behind(pred), Predicate)]
