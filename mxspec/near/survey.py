"""A survey of a spec: at each border of each part, values that are wrong there alone, and right values.

The survey puts values near the borders into examples, and the spec judges each whole. A wrong value counts
only if explain names that part alone. Where a value also breaks a relation between parts
(`total == sum(lines)`), the survey sets another part to the value that the relation compares it with.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, Final

from mxspec.base import names
from mxspec.base.forms import call_text
from mxspec.base.messages.explanations import problems_text
from mxspec.base.strategies.sampling import Effort
from mxspec.base.values import are_equal, is_numpy_scalar, short_repr
from mxspec.changes.borders.inner import fits, spec_behind
from mxspec.changes.borders.leaf_borders import TRIED, Border
from mxspec.changes.borders.operands import operands_of
from mxspec.changes.borders.parts import weight
from mxspec.changes.wire import ModelPayload, wire
from mxspec.errors import Problem
from mxspec.frames.frame_spec import FrameSpec
from mxspec.functions.fspec import FSpec
from mxspec.near.edges import edges_of, leaves_of
from mxspec.near.presence import keys_left_out
from mxspec.near.sites import Examples, Site, Spot, sites_of
from mxspec.questions.examples import sample, sample_within
from mxspec.questions.operations import explain_data, valid
from mxspec.specs.core.lenses import ENTRY_KEYS
from mxspec.specs.core.rewriting import Rewriting
from mxspec.specs.core.spec import Predicate, Spec, specize, text_of
from mxspec.specs.logic import And
from mxspec.transform.annotations.model_instances import ModelInstance

_TRIES: Final = 6  # values tried at a border, for each example
_TRIES_OF_MANY: Final = 36  # the same, where only trials find a border
_MANY: Final = ("condition", "member", "relation", "presence", "value", "tag")
_REPAIRS: Final = 12  # parts tried to make a relation hold again
_EXAMPLES: Final = 6
_STEPS: Final = 200_000  # steps of the search for examples
_LONGEST: Final = 80  # characters of the text of a condition
_LONGEST_REPR: Final = 2000
_TYPES: Final = ("type", "look-alike", "None")
_OF_WHOLE: Final = ("relation", "presence", "variant")  # conditions of several parts together
_IDLE: Final = 3  # examples that may add nothing at a border before it counts as explored
_FRAMES: Final = 2  # examples of a frame, since judging one takes milliseconds


@dataclasses.dataclass(frozen=True, repr=False)
class NearMiss:
    """A value near a border of a spec.

    Attributes:
        value: the value; for a function's spec, the list of arguments of a call.
        path: the keys and indices that lead to the part at the border.
        border: the border.
        problem: the problem as text; None if the value is right.
        where: the path with "*" for any element or key: one path for each border.
        lax: True if a converting reader may take it: "3" for 3. For a pydantic model, True if the model
            takes it.
        part: the part at the border, as it is in the value.
        fault: the condition that refuses it, as text.
    """

    value: Any
    path: tuple[Any, ...]
    border: Border
    problem: str | None = None
    where: tuple[Any, ...] = dataclasses.field(default=(), repr=False)
    lax: bool = False
    part: Any = dataclasses.field(default=None, repr=False)
    fault: str = dataclasses.field(default="", repr=False)

    is_near_miss: ClassVar[bool] = True  # tells `check_promise` to check the value

    def __repr__(self) -> str:
        text = repr(self.value)
        text = text if len(text) <= _LONGEST_REPR else short_repr(self.value)
        words = f"NearMiss({text}, {[*self.path]}, {str(self.border)!r}, {self.problem!r}"
        return words + (", lax=True)" if self.lax else ")")

    @property
    def is_of_numpy(self) -> bool:
        """True if the part is a scalar of numpy in place of one of Python."""
        return is_numpy_scalar(self.part)

    @property
    def side(self) -> str:
        """The side of the border: "wrong" or "right"."""
        return "right" if self.problem is None else "wrong"


@dataclasses.dataclass(frozen=True)
class BorderedSpec:
    """A spec, and what judges its values.

    Attributes:
        spec: the spec to find the borders of.
        owner: the spec of a pydantic model, which must accept right values too; None if spec alone decides.
        drawn: the spec that generates the examples.
        is_of_calls: True if the values are the arguments of calls.
    """

    spec: Spec
    owner: Spec | None
    drawn: Spec
    is_of_calls: bool = False

    @classmethod
    def of(cls, x: Any) -> BorderedSpec:
        """Return the spec to find the borders of.

        For a pydantic model, this is the spec of the dicts that it validates; for the spec of a function, the
        spec of its arguments; for any other spec, the spec itself.
        """
        asked = specize(x)
        spec = spec_behind(asked)
        if isinstance(spec, FSpec) and spec.args is not None:
            return cls(spec.args, None, spec.args, is_of_calls=True)
        if not isinstance(spec, ModelInstance):
            return cls(asked, None, asked)
        payload = wire(spec)
        strict = Rewriting(
            lambda part, new: new.preds[0] if isinstance(part, ModelPayload) else new,  # type: ignore[attr-defined]
            lambda part: isinstance(part, ModelPayload),
            names.current.find,
        ).of(payload)
        return cls(strict, payload, payload)

    def judge(
        self, site: Site, spot: Spot, border: Border, x: Any, part: Any, is_mended: bool = False
    ) -> NearMiss | None:
        """Return a value as a near miss; None if more than this part is wrong, or if that is unknown.

        Args:
            part: the part at the spot, as it is in x.
            is_mended: True if another part changed with this part to keep a relation; the same fault there
                does not count as a second fault, as in a short password and its repetition.
        """
        try:
            data = explain_data(self.spec, x)
            problems: list[Problem] = data["problems"] if data else []
            if not problems or valid(self.spec, x):
                if self.owner is not None and not fits(self.owner, x):
                    return None
                return NearMiss(x, spot.in_, _border_of(border, site.spec), where=site.where, part=part)
        except Exception:
            return None
        faults = _problems_at(spot, problems, is_mended)
        is_of_whole = border.kind in _OF_WHOLE
        if not faults or (is_of_whole and len(faults[0]["in"]) > len(spot.in_)):
            return None
        is_lax = border.kind == "look-alike"
        if self.owner is not None:
            if _is_strictly_valid(self.owner, x):
                return None  # pydantic takes 1 for Literal[True], even when strict
            is_lax = fits(self.owner, x, unsent=None)
        border = _border_of(border, faults[0]["pred"])
        fault = call_text(faults[0]["pred"])
        return NearMiss(x, spot.in_, border, problems_text(faults), site.where, is_lax, part, fault)


def _is_strictly_valid(owner: Spec, x: Any) -> bool:
    """True if a pydantic model accepts a dict without a conversion."""
    payload: Any = spec_behind(owner)
    try:
        payload.preds[-1].adapter.validate_python(x, strict=True)
    except Exception:
        return False
    return True


def _border_of(border: Border, condition: Any) -> Border:
    """Return a border; a border found by trials gets the text of the condition there."""
    if border != TRIED:
        return border
    text = text_of(condition) if isinstance(condition, Spec) else call_text(condition)
    return Border(border.kind, text[:_LONGEST])


def _problems_at(spot: Spot, problems: list[Problem], is_mended: bool) -> list[Problem]:
    """Return the problems of the part at a spot, and the same problems of a part that changed with it.

    Return none if something else is wrong too.
    """
    under = [each for each in problems if tuple(each["in"][: len(spot.around)]) == spot.around]
    steps = {repr(each["in"][len(spot.in_)]) for each in under if len(each["in"]) > len(spot.in_)}
    # The other branches of a union on the way refuse the same value in their own places.
    others = [
        each for each in problems if not any(tuple(each["in"][:n]) == spot.in_[:n] for n in spot.choices)
    ]
    others = [each for each in others if each not in under]
    if not under or len(steps) > 1:
        return []
    problem = max(under, key=lambda each: len(each["in"]))
    is_same = [
        call_text(each["pred"]) == call_text(problem["pred"]) and are_equal(each["val"], problem["val"])
        for each in others
    ]
    return [problem, *others] if not others or (is_mended and all(is_same)) else []


Key = tuple[int, Border, str]
"""The index of a site, a border, and a side of it."""


class Survey:
    """The borders that were found in examples of a spec.

    Attributes:
        subject: the spec.
        sites: its parts.
        beyond: what is too much to survey, as text: parts after 400, keys and members after 100,
            optional keys of a relation after six.
        drawn: examples of the whole.
        found: near misses by the site, the border and the side, in the order of discovery.
    """

    def __init__(self, subject: BorderedSpec) -> None:
        self.subject = subject
        self.sites, self.beyond = sites_of(subject.spec)
        relations = (keys_left_out(site.spec) for site in self.sites if isinstance(site.spec, And))
        self.beyond += dict.fromkeys(itertools.chain.from_iterable(relations))
        self.examples = Examples()
        self.found: dict[Key, list[NearMiss]] = {}
        self.drawn: list[Any] = []
        self._turns: collections.Counter[Any] = collections.Counter()
        self._masked: set[int] = set()  # ids of near misses that also break a relation
        self._is_masked = False
        self._kinds: set[type] = set()
        self._turn = 0
        self._gained: dict[Any, int] = {}  # the last example that added a near miss at a border

    def explore(self, xs: Iterable[Any], most: int = 1) -> None:
        """Look for near misses of examples; most limits their number on each side of each border."""
        for turn, x in enumerate(xs):
            self._kinds |= {type(x)} if self.subject.is_of_calls else set()
            for i, site in enumerate(self.sites):
                spot = site.find(x, self.examples, turn)
                if spot is not None:
                    self._explore_site(i, spot, most, turn)

    def _explore_site(self, i: int, spot: Spot, most: int, turn: int) -> None:
        site = self.sites[i]
        tried: collections.Counter[Any] = collections.Counter()
        for border, new in edges_of(site.spec, spot.part, self.examples):
            tried[border] += 1
            is_many = border.kind in _MANY
            limit = _TRIES_OF_MANY if is_many else _TRIES
            is_done = self._turns[i, border] >= 2 * most * _kept_times(border)
            if tried[border] > limit or is_done or turn > self._gained.get((i, border), turn) + _IDLE:
                continue
            self._turn = turn
            for miss in self.misses(site, spot, border, new):
                self._keep(i, miss.border if miss.border.kind == "relation" else border, miss, most)

    def _keep(self, i: int, border: Border, miss: NearMiss, most: int) -> None:
        several = self.found.setdefault((i, miss.border, miss.side), [])
        if self._is_masked:  # a guard may notice the relation instead
            several += [] if several else [miss]
            self._masked |= {id(miss)}
            return
        several[:] = [each for each in several if id(each) not in self._masked]
        if len(several) < most * _kept_times(border):
            several.append(miss)
            self._turns[i, border] += 1
            self._gained[i, border] = self._turn

    def misses(self, site: Site, spot: Spot, border: Border, new: Any) -> Iterator[NearMiss]:
        """Yield the near miss with a new part at a spot, or with other parts changed to keep relations."""
        try:
            x = spot.put(new)
        except Exception:  # the part can't be there: a list in a set
            return
        if site.steps and site.steps[-1].part.lens is ENTRY_KEYS:
            spot = spot._replace(in_=(*spot.in_[:-2], new, 0))
        if self._kinds and type(x) not in self._kinds:  # the value must be a list of arguments
            return
        relations = [(spot.depths[n], pred) for n, pred in site.relations if text_of(pred) != border.at]
        relations = [] if border.kind in ("presence", "variant") else relations
        broken = [(n, pred) for n, pred in relations if not fits(pred, _piece_at(x, spot.in_[:n]))]
        for depth, pred in broken:
            for whole in self._keeping_relation(spot, x, depth, pred):
                miss = self.subject.judge(site, spot, border, whole, new, is_mended=True)
                if miss is not None and (miss.side == "wrong" or border.kind != "relation"):
                    self._is_masked = False
                    yield miss
                    yield from self._breaking(site, spot, border, x)
                    return
        miss = self.subject.judge(site, spot, border, x, new)
        self._is_masked = bool(broken)
        yield from [miss] if miss is not None else self._breaking(site, spot, border, x)

    def _breaking(self, site: Site, spot: Spot, border: Border, x: Any) -> Iterator[NearMiss]:
        """Yield the near miss of a value that breaks a relation alone: its border is the relation's."""
        for n, pred in () if border.kind == "relation" else site.relations:
            whole = spot._replace(in_=spot.in_[: spot.depths[n]], loose=0)
            piece = _piece_at(x, whole.in_)
            if not fits(pred, piece):
                around = site._replace(spec=pred, steps=site.steps[:n])
                miss = self.subject.judge(around, whole, Border("relation", text_of(pred)), x, piece)
                self._is_masked = False
                yield from [miss] if miss is not None and miss.side == "wrong" else []

    def _keeping_relation(self, spot: Spot, x: Any, depth: int, pred: Spec) -> Iterator[Any]:
        """Yield copies of x with a part beside the spot changed so that a relation holds."""
        around = spot.in_[:depth]
        whole = _piece_at(x, around)
        if not isinstance(pred, Predicate) or whole is None:
            return
        new = _piece_at(x, spot.in_)
        for leaf, put in itertools.islice(leaves_of(whole), _REPAIRS):
            for operand in operands_of(pred.pred, leaf, put):
                mended = put(operand)
                if fits(pred, mended):
                    other = _with_piece_at(x, around, mended)
                    is_kept = spot.in_ == around or are_equal(_piece_at(other, spot.in_), new)
                    yield from [other] if is_kept else []

    def sides(self, side: str) -> list[Key]:
        """Return the borders with a value on a side, in the order of discovery."""
        return [key for key in self.found if key[2] == side]


def _kept_times(border: Border) -> int:
    """Return how many times as many near misses are kept at a border that only trials find."""
    return 6 if border.kind == "relation" else 3 if border.kind in _MANY else 1


def _piece_at(x: Any, steps: tuple[Any, ...]) -> Any:
    """Return the part that steps of dicts and lists lead to; None if they lead nowhere."""
    for step in steps:
        try:
            x = x[step]
        except Exception:
            return None
    return x


def _with_piece_at(x: Any, steps: tuple[Any, ...], new: Any) -> Any:
    if not steps:
        return new
    step, *rest = steps
    inner = _with_piece_at(x[step], tuple(rest), new)
    return {**x, step: inner} if isinstance(x, dict) else type(x)([*x[:step], inner, *x[step + 1 :]])


Choose = Callable[[list[Any]], list[Any]]
"""A function that returns the examples to explore, of some; if it returns none, all are."""


def survey_of(
    spec: Any, examples: int = _EXAMPLES, seed: int = 0, most: int = 1, choose: Choose | None = None
) -> Survey:
    """Return the survey of a spec by some of its examples, alternately small and large."""
    survey = Survey(BorderedSpec.of(spec))
    examples = min(examples, _FRAMES) if isinstance(spec_behind(survey.subject.spec), FrameSpec) else examples
    effort = Effort()
    effort.most = _STEPS
    survey.drawn = sample_within(survey.subject.drawn, 2 * examples, seed, effort)
    if not survey.drawn:
        survey.drawn = sample(survey.subject.drawn, 2, seed=seed)
    by_size = sorted(survey.drawn, key=weight)
    half = len(by_size) // 2
    turns = [*itertools.chain.from_iterable(zip(by_size[:half:-1], by_size[:half], strict=False))]
    if choose is not None:
        survey.drawn = turns[: examples + examples // 5]
        turns = choose(survey.drawn) or survey.drawn
    survey.explore(turns[:examples], most)
    return survey
