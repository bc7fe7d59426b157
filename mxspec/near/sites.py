"""The sites of a spec: each of its parts, with the steps that lead to a value of it.

A site of `{"lines": s.coll_of({"n": s.int_in(1, 10)})}` is int_in(1, 10) behind the steps "lines", any
element, "n". In a value, the steps lead to a `Spot`: the part there, and a way to replace it. Where a
value lacks the part (a missing optional key, an empty list, another branch of a union), an example fills the
gap first.
"""

from __future__ import annotations

import collections
import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, TypeVar

from mxspec.base import names
from mxspec.base.predicate_rows import row_of
from mxspec.base.strategies.sampling import Effort
from mxspec.base.values import short_repr
from mxspec.changes.borders.constants import constants_in
from mxspec.changes.borders.inner import fits, is_leaf, spec_behind
from mxspec.changes.borders.leaf_borders import MOST_ALIKE, preds_of
from mxspec.changes.borders.parts import weight
from mxspec.errors import SpecError
from mxspec.questions.examples import sample_within
from mxspec.specs.collections import Every
from mxspec.specs.core.lenses import ELEMENTS, ENTRY_KEYS, ENTRY_VALUES, JSON_VALUES, MATCHES
from mxspec.specs.core.parts import Part
from mxspec.specs.core.spec import Predicate, Spec
from mxspec.specs.logic import And
from mxspec.specs.maps import is_known
from mxspec.specs.multi_specs import MultiSpec

_MOST_SITES: Final = 400
_TURNS: Final = 2  # times that a path may enter a recursive spec
_EXAMPLES: Final = 5  # examples of a part, to fill gaps
_STEPS: Final = 20_000  # steps of the search for examples

_IN_ORDER: Final = (ELEMENTS, MATCHES, ENTRY_KEYS, ENTRY_VALUES, JSON_VALUES)  # a first piece, and later ones

T = TypeVar("T")

MISSING: Final = object()
"""Stands for an example where there is none."""


class Examples:
    """Examples of parts, each drawn once, the smallest first."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Spec, list[Any]]] = {}
        self._made: dict[int, tuple[Spec, Any]] = {}

    def keep(self, spec: Spec, make: Callable[[], T]) -> T:
        """Return the result of make, which is called once for each spec."""
        if id(spec) not in self._made:
            self._made[id(spec)] = spec, make()
        value: T = self._made[id(spec)][1]
        return value

    def of(self, spec: Spec) -> list[Any]:
        """Return some examples of a spec; none without a generator."""
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
        loose: the number of last items of in_ that a problem may lack: they change with the part, as for a
            key of a map, or only a kind without lenses knows them.
        choices: the lengths of in_ at which a union chose a branch.
        depths: the length of in_ after each step.
        is_told: True if lenses describe all steps.
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
        """The items that the path of each problem of the part begins with."""
        return self.in_[: len(self.in_) - self.loose]


class Step(NamedTuple):
    """A step from a spec to one of its parts.

    Attributes:
        within: the spec.
        part: the part.
        is_later: True for the last element and a middle one, in turn: a guard may check the first alone.
    """

    within: Spec
    part: Part
    is_later: bool = False

    def find(self, spot: Spot, examples: Examples, turn: int) -> Spot | None:
        """Return the spot of the part at this step; None if it is missing, and no example fills the gap."""
        part, lens = self.part, self.part.lens
        least = 3 - turn % 2 if self.is_later else 1  # only three elements have a middle one
        places = ((x, part.pieces(x)) for x in self._candidates(spot.part, examples, turn))
        x, pieces = next((each for each in places if len(each[1]) >= least), (None, []))
        if not pieces:
            return None
        steps, piece = pieces[-(turn % 2) or len(pieces) // 2] if self.is_later else _spots(pieces, turn)[0]
        in_, is_told = (*spot.in_, *steps), spot.is_told and lens.is_told
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

    def _candidates(self, x: Any, examples: Examples, turn: int) -> Iterator[Any]:
        """Yield a value, then substitutes with the piece: the value with its gap filled, or examples."""
        yield x
        if not self.part.lens.is_many:
            yield from self._fillings(x, examples, turn)
        yield from examples.of(self.within)
        if self.part.lens.is_many:
            yield from self._fillings(x, examples, turn)

    def _fillings(self, x: Any, examples: Examples, turn: int) -> Iterator[Any]:
        several = examples.of(self.part.spec)
        with contextlib.suppress(Exception):
            if not self.is_later:
                yield self.part.lens.fill(self.part, x, several[turn % len(several)])
                return
            more = type(x)(([*x, *several] * 3)[:3])
            yield from [more] if fits(self.within, more) else []


def _spots(xs: Any, turn: int) -> list[Any]:
    """Return the first, the middle and the last item; each turn begins with a different one."""
    places = [*dict.fromkeys((0, len(xs) // 2, len(xs) - 1))] if len(xs) else []
    return [xs[places[(turn + i) % len(places)]] for i in range(len(places))]


class Site(NamedTuple):
    """A part of a spec.

    Attributes:
        spec: the part, without the names and wrappers around it.
        steps: the steps that lead to it.
        relations: the conditions of each `and_` on the path, with the number of steps that lead to it.
        is_again: True if a recursive spec has led to this part before.
    """

    spec: Spec
    steps: tuple[Step, ...] = ()
    relations: tuple[tuple[int, Spec], ...] = ()
    is_again: bool = False

    def find(self, x: Any, examples: Examples, turn: int) -> Spot | None:
        """Return the spot of this part in a value; None if the value can't have it."""
        spot: Spot | None = Spot(x, lambda new: new)
        for step in self.steps:
            try:
                spot = step.find(spot, examples, turn) if spot is not None else None
            except Exception:  # the value has a different kind, or its methods raise
                return None
        return spot

    def parts_of(self, x: Any) -> list[Any]:
        """Return all parts of a value at this site, without filling gaps."""
        parts = [x]
        for step in self.steps:
            parts = [piece for whole in parts for _, piece in step.part.pieces(whole)]
        return parts

    def has_later(self, x: Any) -> bool:
        """True if a collection that the last step leads into has two elements."""
        wholes = Site(self.spec, self.steps[:-1]).parts_of(x)
        return any(len(self.steps[-1].part.pieces(whole)) > 1 for whole in wholes)

    @property
    def where(self) -> tuple[Any, ...]:
        """The keys and indices of the steps; "*" means any."""
        return tuple(at for step in self.steps for at in step.part.lens.where(step.part))

    @property
    def is_later(self) -> bool:
        """True if the path leads through an element after the first."""
        return any(step.is_later for step in self.steps)

    @property
    def is_of_tag(self) -> bool:
        """True for the key by which a `multi_spec` chooses a method; the choice judges it first."""
        before, last = self.steps[-2:] if len(self.steps) > 1 else (None, None)
        if before is None or last is None or not isinstance(before.within, MultiSpec):
            return False
        dispatch = before.within.dispatch
        return last.part.at in (constants_in(dispatch) if callable(dispatch) else (dispatch,))

    @property
    def may_have_two(self) -> bool:
        """True if the collections on the path may have two elements; for a regex this is unknown."""
        later = [step.within for step in self.steps if step.is_later]
        return all(isinstance(within, Every) and within.options.sizes()[1] > 1 for within in later)


def sites_of(spec: Spec) -> tuple[list[Site], list[str]]:
    """Return the sites of a spec, fewest steps first, and the texts of the parts beyond the limits."""
    sites: list[Site] = []
    waiting: collections.deque[tuple[Site, tuple[int, ...]]] = collections.deque()
    waiting.append((_site_of(spec), ()))
    while waiting and len(sites) < _MOST_SITES:
        site, seen = waiting.popleft()
        if seen.count(id(site.spec)) == _TURNS:
            continue
        sites.append(site)
        for part in _parts_in(site.spec):
            steps = [*site.steps, Step(site.spec, part)] if _is_step(part) else [*site.steps]
            again = site.is_again or id(part.spec) in seen
            waiting.append((_site_of(part.spec, (*steps,), site.relations, again), (*seen, id(site.spec))))
            if part.lens in _IN_ORDER and not site.is_later:
                steps[-1] = steps[-1]._replace(is_later=True)
                waiting.append(
                    (_site_of(part.spec, (*steps,), site.relations, again), (*seen, id(site.spec)))
                )
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
    """Return the parts of a spec that have sites; the borders of a leaf of an `and_` belong to the `and_`."""
    if is_leaf(spec):
        return []
    parts = [part for part in spec.places(names.current.find) if is_known(part.spec, names.current)]
    return [part for part in parts if not (isinstance(spec, And) and is_leaf(part.spec))]


def _is_step(part: Part) -> bool:
    """True unless the part sees every value itself."""
    return part.is_piece or part.is_choice


def _sets_of(spec: Spec) -> Iterator[tuple[Any, str, int]]:
    """Yield the sets to which a part belongs, each with the number of its members."""
    for pred in preds_of(spec):
        row = row_of(pred.pred) if isinstance(pred, Predicate) else None
        if row is not None and row.members is not None:
            yield pred.pred, "members", len(row.members)  # type: ignore[attr-defined]


def _site_of(
    spec: Spec,
    steps: tuple[Step, ...] = (),
    around: tuple[tuple[int, Spec], ...] = (),
    is_again: bool = False,
) -> Site:
    """Return the site of a part; the conditions of an `and_` become relations of it and its parts."""
    inner = spec_behind(spec)
    own = relations_of(inner) if isinstance(inner, And) else []
    return Site(inner, steps, (*around, *((len(steps), pred) for pred in own)), is_again)


def relations_of(spec: And) -> list[Spec]:
    """Return the preds of an `and_` that judge the whole, if its other preds judge parts."""
    if is_leaf(spec):
        return []
    return [pred for pred in spec.preds if is_leaf(pred) and isinstance(spec_behind(pred), Predicate)]
