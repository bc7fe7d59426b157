"""The sites of a spec: each of its parts, with the steps that lead to a value of it.

A site of `{"lines": s.coll_of({"n": s.int_in(1, 10)})}` is int_in(1, 10) behind the steps "lines", any
element, "n". In a value, the steps lead to a `Spot`: the part there, and a way to replace it. Where a
value lacks the part (a missing optional key, an empty list, another branch of a union), an example fills the
gap first.
"""

from __future__ import annotations

import collections
import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, TypeVar

from mxspec import names
from mxspec.annotations.records import RecordInstance
from mxspec.api.examples import sample_within
from mxspec.borders.inner import fits, is_leaf, spec_behind
from mxspec.borders.leaf_borders import MOST_ALIKE, preds_of
from mxspec.borders.parts import parts_of, weight, with_part
from mxspec.core.spec import AskKind, Predicate, Spec, walk
from mxspec.errors import SpecError
from mxspec.frames.frame_spec import FrameSpec
from mxspec.frames.named_frames import frame_of, rows_of_frame
from mxspec.models.model_spec import ModelSpec
from mxspec.predicate_rows import row_of
from mxspec.regex.combinators import Cat
from mxspec.schemas.json_kinds import JsonObject, OneOf
from mxspec.specs.collections import Every, HomogeneousMap, Tuple
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys, Merge, is_known
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.wrappers import Nilable
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
        loose: how many of its last items change with the part, as with the key of a map.
        choices: the lengths of in_ at which a union chose a branch.
        depths: the length of in_ after each step.
    """

    part: Any
    put: Callable[[Any], Any]
    in_: tuple[Any, ...] = ()
    loose: int = 0
    choices: frozenset[int] = frozenset()
    depths: tuple[int, ...] = (0,)

    def at(self, part: Any, put: Callable[[Any], Any], *in_: Any, loose: int = 0) -> Spot:
        """Return the spot of a part of this part; put returns this part with a new inner part."""
        return self._replace(
            part=part, put=lambda new: self.put(put(new)), in_=(*self.in_, *in_), loose=loose
        )

    def in_branch(self, part: Any) -> Spot:
        """Return the spot with a value of the branch at this step."""
        return self._replace(part=part, choices=self.choices | {len(self.in_)})


class Step(NamedTuple):
    """A step from a spec to a part.

    Attributes:
        kind: "key", "index", "element", "entry key", "entry value", "match", "row" or "branch".
        at: the key, the index or the tag.
        within: the spec with the part.
        spec: the part.
    """

    kind: str
    at: Any
    within: Spec
    spec: Spec

    def find(self, spot: Spot, examples: Examples, turn: int) -> Spot | None:
        """Return the spot of the part at this step; None if it is missing, and no example fills the gap."""
        x, part = spot.part, MISSING
        if self.kind == "branch":
            part = x if fits(self.spec, x) else examples.one(self.spec, turn)
            return None if part is MISSING else spot.in_branch(part)
        if self.kind == "key":
            is_dict = type(x) is dict
            part = x.get(self.at, MISSING) if is_dict else getattr(x, self.at, MISSING)
            part = examples.one(self.spec, turn) if part is MISSING else part
            if part is MISSING or not (is_dict or isinstance(self.within, RecordInstance)):
                return None
            return spot.at(part, lambda new: with_part(x, self.at, new), self.at)
        if self.kind == "row":
            return self._row(spot, turn)
        if self.kind == "match":
            return self._match(spot, examples, turn)
        if self.kind == "index":
            is_there = type(x) in (list, tuple) and self.at < len(x)
            return spot.at(x[self.at], lambda new: with_part(x, self.at, new), self.at) if is_there else None
        if not len(x):
            x = next((each for each in examples.of(self.within) if len(each)), None)
        several = [] if x is None else _spots(parts_of(x), turn)
        if self.kind == "element":
            if not several:
                one = examples.one(self.spec, turn)
                x = None if one is MISSING or type(spot.part) not in (list, tuple) else type(spot.part)([one])
                several = [] if x is None else parts_of(x)
            if not several:
                return None
            place, part = several[0]
            i = next(i for i, (other, _) in enumerate(parts_of(x)) if other is place)
            is_set = type(x) not in (list, tuple)
            return spot.at(part, lambda new: with_part(x, place, new), i, loose=int(is_set))
        if type(x) is not dict or not x:
            return None
        [(key, part), *_] = _spots([*x.items()], turn)
        if self.kind == "entry key":
            return spot.at(key, lambda new: with_part(x, (key,), new), key, 0, loose=2)
        steps = (key,) if isinstance(self.within, JsonObject) else (key, 1)
        return spot.at(part, lambda new: {**x, key: new}, *steps)

    def parts_of(self, x: Any) -> list[Any]:
        """Return all parts of a value at this step."""
        match self.kind:
            case "branch":
                return [x] if fits(self.spec, x) else []
            case "key":
                part = x.get(self.at, MISSING) if isinstance(x, dict) else getattr(x, self.at, MISSING)
                return [] if part is MISSING else [part]
            case "index":
                return [x[self.at]]
            case "entry key":
                return [*x]
            case "entry value":
                return [*x.values()]
            case "row":
                return [*rows_of_frame(frame_of(x))]
            case "match":
                return [part for part in x or () if fits(self.spec, part)]
        return [*x]

    def _match(self, spot: Spot, examples: Examples, turn: int) -> Spot | None:
        """Return an element of a sequence that fits a part of its regex."""
        for x in (spot.part, *examples.of(self.within)):
            fitting = [i for i in _spots(range(len(x or ())), turn) if fits(self.spec, x[i])]
            if fitting:
                inner = spot.at(x[fitting[0]], functools.partial(_with_element, [*x], fitting[0]), fitting[0])
                return inner._replace(choices=inner.choices | {len(spot.in_)})
        return None

    def _row(self, spot: Spot, turn: int) -> Spot | None:
        """Return the spot of a row; put returns a new frame of the same library."""
        rows = [*rows_of_frame(frame_of(spot.part))]
        if not rows:
            return None
        frames: Any = self.within
        [i, *_] = _spots(range(len(rows)), turn)

        def replace_row(new: Any) -> Any:
            if type(new) is not dict or not new:
                raise TypeError("a row is a dict with a key")
            return frames.of_rows(_with_element(rows, i, new))

        return spot.at(rows[i], replace_row, i)


def _with_element(xs: list[Any], i: int, new: Any) -> list[Any]:
    return [*xs[:i], new, *xs[i + 1 :]]


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
        assert spot is not None
        for step in self.steps:
            try:
                spot = step.find(spot, examples, turn)
            except Exception:  # the value is of another kind, or its methods raise
                return None
            if spot is None:
                return None
            spot = spot._replace(depths=(*spot.depths, len(spot.in_)))
        return spot

    def parts_of(self, x: Any) -> list[Any]:
        """Return all parts of a value at this site, without filling gaps."""
        parts = [x]
        for step in self.steps:
            parts = [part for whole in parts for part in step.parts_of(whole)]
        return parts

    @property
    def where(self) -> tuple[Any, ...]:
        """The keys and indices of the steps; "*" means any."""
        return tuple(step.at for step in self.steps if step.kind != "branch")


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
        for step, part in _parts(site.spec):
            if is_known(part, names.current):
                steps = site.steps if step is None else (*site.steps, step)
                waiting.append((_site_of(part, steps, site.relations), (*seen, id(site.spec))))
    beyond = [f"{len(waiting):,} more parts"] if waiting else []
    for site in sites:
        keys = [(site.spec, "keys", len(site.spec.key_specs))] if isinstance(site.spec, Keys) else []
        beyond += [
            f"{count - MOST_ALIKE:,} more {what} of {short_repr(whole)}"
            for whole, what, count in (*keys, *_sets_of(site.spec))
            if count > MOST_ALIKE
        ]
    return sites, [*dict.fromkeys(beyond)]


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


def _parts(spec: Spec) -> Iterator[tuple[Step | None, Spec]]:
    """Yield each part of a spec after the step to it; the step is None if the part sees the value itself."""

    def step(kind: str, at: Any, part: Spec) -> tuple[Step, Spec]:
        return Step(kind, at, spec, part), part

    match spec:
        case _ if is_leaf(spec):
            return
        case AskKind():
            yield None, spec.of
        case Nilable():
            yield step("branch", "some", spec.pred)
        case Or():
            yield from (step("branch", tag, part) for tag, part in spec.branches)
        case OneOf():
            yield from (step("branch", i, part) for i, part in enumerate(spec.preds))
        case MultiSpec():
            for tag, part in spec.all_methods().items():
                yield Step("branch", tag, spec, _spec_with_tag(spec, tag, part)), part
        case And():
            yield from ((None, pred) for pred in spec.preds if not is_leaf(pred))
        case Merge():
            yield from ((None, part) for part in spec.open_parts(names.current.find))
        case ModelSpec() if spec.input is not None:
            yield None, spec.input
        case Keys():
            yield from (step("key", key, part) for key, part in spec.key_specs.items())
            if isinstance(spec, JsonObject):
                yield from (step("entry value", "*", part) for _, part in spec.patterns)
                yield step("entry value", "*", spec.additional)
        case Tuple():
            yield from (step("index", i, part) for i, part in enumerate(spec.preds))
        case HomogeneousMap(pred=Tuple(preds=(key, value))):
            yield step("entry key", "*", key)
            yield step("entry value", "*", value)
        case Every():
            yield step("element", "*", spec.pred)
        case FrameSpec():
            yield step("row", "*", spec.pred)
        case _ if spec.is_regex:
            fixed = _first_elements(spec)
            yield from (step("index", i, part) for i, part in enumerate(fixed))
            for part in walk(spec, lambda each: each.is_regex):
                if not spec_behind(part).is_regex and not any(part is each for each in fixed):
                    yield step("match", "*", part)
        case _:
            yield from ((None, part.spec) for part in spec.parts() if not part.is_piece)


def _first_elements(spec: Spec) -> list[Spec]:
    """Return the parts of a `cat` that match one element each, up to the first of unknown length."""
    branches = [part for _, part in spec.branches] if isinstance(spec, Cat) else []
    return [*itertools.takewhile(lambda part: not spec_behind(part).is_regex, branches)]


def _spec_with_tag(spec: MultiSpec, tag: Any, method: Spec) -> Spec:
    """Return the spec of the values that a `multi_spec` checks by one method."""
    if not isinstance(spec.dispatch, str) or tag not in spec.methods:
        return And((spec, Predicate(lambda x: spec.method_for(x) is method, bare=True)))
    tagged = Keys(req_un={spec.dispatch: Predicate(frozenset({tag}), bare=True)})
    return (
        Merge((tagged, method)) if isinstance(spec_behind(method), (Keys, Merge)) else And((method, tagged))
    )
