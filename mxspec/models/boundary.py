"""Boundaries between labels: the plainest example that is read otherwise than it was generated."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any, Final

from mxspec.core.batch import call_batch
from mxspec.core.context import GenContext
from mxspec.core.parts import as_pred, specize, text_of
from mxspec.core.problems import pass_on
from mxspec.core.spec import Pred
from mxspec.errors import SpecDefinitionError
from mxspec.models.latents import Range, are_points, between, plainer, with_block
from mxspec.models.model_spec import ModelSpec, is_label
from mxspec.models.reading import Reading
from mxspec.specs.worded import Worded
from mxspec.strategies import combine, sampling, trials
from mxspec.values import INVALID
from mxspec.words import reasons
from mxspec.words.generated import keep_reading

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_HALVINGS: Final = 12  # of the gap between two steps, in which the boundary lies
_ROUNDS: Final = 10  # in which a strip may turn out to cross the boundary before its end

# The walk to a boundary: how many are tried from one place, at once; the angle of a turn in radians, and what
# it is multiplied by after a round that came nearer and after one that did not.
_ROUND: Final = 10
_ANGLE: Final = 0.5
_WIDER: Final = 1.2
_NARROWER: Final = 0.7


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Boundary:
    """The outcome of `find_boundary`.

    Attributes:
        label: the label that was generated.
        latent: the latent that it was generated with, as near to the plainest one as the boundary is.
        value: what generate makes of both.
        reading: what discriminate says of that.
        strip: values from the plainest one to this, in equal steps of the latent; all but the last are on the
            near side of the boundary. Where the plainest one is across it already, that alone; where latents
            are not floats or arrays of them, the first and the last.
        readings: the reading of each.
        is_crossed: True if the reading is across the boundary; False if nothing was found there, and this is
            the least sure.
        tried: how many examples were tried to find it.
        towards: the label that was to be read, or None for any other.
    """

    label: Any
    latent: Any
    value: Any
    reading: Reading
    strip: tuple[Any, ...]
    readings: tuple[Reading, ...]
    is_crossed: bool
    tried: int
    towards: Any = None

    def __repr__(self) -> str:
        reading = self.reading
        words = reasons.reading_text(reading.label, reading.confidence, reading.reason or reading.strangeness)
        return reasons.boundary_text(
            self.label, self.towards, words, is_crossed=self.is_crossed, tried=self.tried
        )


def find_boundary(
    spec: Any,
    label: Any = None,
    towards: Any = None,
    *,
    seed: int = 0,
    max_examples: int = 300,
    steps: int = 8,
) -> Boundary:
    """Return the plainest example of a model spec that discriminate reads otherwise than it was generated.

    Hypothesis draws labels and latents up to the first that is read otherwise, which it shrinks to the
    smallest label and a plain latent. If half of the examples come to nothing and latents are arrays of
    floats, the other half are a walk from the one that was read with the least confidence to less and less of
    it. From the plainest latent of all, a straight line leads to what was found; where the reading first
    changes on it is the boundary. The same seed finds the same, on the same version of Hypothesis.

    Args:
        spec: a model spec with a latent, or its name.
        label: the label to generate; any of the spec's by default.
        towards: the label to be read. By default any other, or none, or a reading that the spec refuses.
        seed: an int.
        max_examples: how many examples are tried before the least sure of them has to do, 1 or more.
        steps: how many values the strip has, 2 or more.

    Raises:
        SpecDefinitionError: spec is not a model spec with a latent, label is none of its labels, or an
            argument makes no sense.

    Example:
        >>> import mxspec as s
        >>> def read(x):
        ...     return s.Reading("short" if x < 3 else "long", confidence=min(1, abs(x - 3) / 3))
        >>> def make(label, latent):
        ...     return (1 if label == "short" else 5) + float(latent[0])
        >>> spec = s.model_spec({"short", "long"}, read, make, latent=lambda: s.standard_normal(1))
        >>> boundary = s.find_boundary(spec, "short", steps=5)
        >>> boundary
        'short', read as 'long' (0.00), after ... examples
        >>> [round(x, 2) for x in boundary.strip]
        [1.0, 1.5, 2.0, 2.5, 3.0]
        >>> s.find_boundary(spec, "short", towards="huge", max_examples=100)
        no boundary: none of 100 examples is read as 'huge'; the least sure is 'short', read as 'short' (0...)
    """
    model = specize(spec)
    while isinstance(model, Worded):
        model = specize(model.pred)
    if not isinstance(model, ModelSpec) or model.latent is None:
        raise SpecDefinitionError(
            f"find_boundary takes a model spec with a latent, which is what tells its examples of one label "
            f"apart, not {text_of(spec)}"
        )
    if label is not None and not is_label(label, specize(model.label_spec)):
        raise SpecDefinitionError(f"{label!r} is none of the labels of {text_of(spec)}")
    if towards is not None and towards == label:
        raise SpecDefinitionError(f"a boundary lies between two labels, not {label!r} and {towards!r}")
    for name, count, least in (("max_examples", max_examples, 1), ("steps", steps, 2)):
        if isinstance(count, bool) or not isinstance(count, int) or count < least:
            raise SpecDefinitionError(f"{name} is an int from {least}, not {count!r}")
    return _Search(model, label, towards, text_of(spec)).run(seed, max_examples, steps)


@dataclasses.dataclass(frozen=True, eq=False)
class _Sight:
    """A value that was generated, and its reading."""

    label: Any
    latent: Any
    value: Any
    reading: Reading
    is_across: bool

    @property
    def nearness(self) -> float:
        """The nearness to the boundary, as far as the reading tells: 1 across it, less on this side."""
        if self.is_across:
            return 1.0
        if self.reading.label != self.label or self.reading.confidence is None:
            return 0.0
        return 1 - self.reading.confidence


@dataclasses.dataclass(frozen=True, eq=False)
class _Search:
    model: ModelSpec
    label: Any
    towards: Any
    what: str

    def run(self, seed: int, max_examples: int, steps: int) -> Boundary:
        latents = combine.as_strategy(self.model.latent, what="latent")
        plainest = self.plainest(latents)
        seen = Range()
        can_climb = are_points(plainest)
        far, tried = self.draw(max_examples - max_examples // 2 if can_climb else max_examples, seed, seen)
        if can_climb and not far.is_across and tried < max_examples:
            steps_aside = sampling.draw(latents, max_examples - tried, seed, self.what)
            far, climbed = self.climb(far, steps_aside, seen)
            far, tried = self.simplify(far, plainest), tried + climbed
        strip = self.strip(far, plainest, steps)
        return Boundary(
            strip[-1].label,
            strip[-1].latent,
            strip[-1].value,
            strip[-1].reading,
            tuple(sight.value for sight in strip),
            tuple(sight.reading for sight in strip),
            far.is_across,
            tried,
            self.towards,
        )

    def plainest(self, latents: SearchStrategy[Any]) -> Any:
        """Return the latent that all others shrink to."""
        outcome = trials.run_trials(latents, lambda latent: "any will do", 1, 0, self.what)
        assert outcome.smallest is not None, "every example fails"
        return outcome.smallest.example

    # --- one look, and several ----------------------------------------------------------------------------

    def look(self, label: Any, latent: Any) -> _Sight:
        value = self.model.make((label, latent))
        return self.judge(label, latent, value, self.read(value))

    def look_at_all(self, label: Any, latents: list[Any]) -> list[_Sight]:
        """Look at several latents, in one go where the model can."""
        values = self.model.make_all([(label, latent) for latent in latents])
        return [self.judge(label, *each) for each in zip(latents, values, self.read_all(values), strict=True)]

    def judge(self, label: Any, latent: Any, value: Any, reading: Reading) -> _Sight:
        if self.towards is not None:
            is_across = bool(reading.label == self.towards)
        else:
            is_across = bool(reading.label != label) or not self.model.accepts(reading)
        keep_reading(value, reading)
        return _Sight(label, latent, value, reading, is_across)

    def read(self, value: Any) -> Reading:
        """Return the reading of a value, also of one that discriminate has none of."""
        if self.model.input is not None and specize(self.model.input).conform(value) is INVALID:
            return Reading(None, reason=reasons.NOT_AN_INPUT)
        try:
            return self.model.read(value)
        except Exception as error:
            pass_on(error)
            return Reading(None, reason=reasons.exception_text(error))

    def read_all(self, values: list[Any]) -> list[Reading]:
        inputs = values if self.model.input is None else specize(self.model.input).conform_batch(values)
        fit = all(conformed is not INVALID for conformed in inputs)
        answers = call_batch(self.model.discriminate, values) if fit else None
        return list(map(self.read, values)) if answers is None else list(map(self.model.judge, answers))

    # --- to the boundary ----------------------------------------------------------------------------------

    def draw(self, n: int, seed: int, seen: Range) -> tuple[_Sight, int]:
        """Return the plainest sight across the boundary among n examples, else the nearest; and their number.

        Hypothesis draws most examples like those that were nearest, which is of use where a latent is made of
        ints and the like; it can do little with the bytes of an array.
        """
        nearest: _Sight | None = None

        def test(arguments: tuple[Any, Any]) -> _Sight | None:
            nonlocal nearest
            sight = self.look(*arguments)
            if are_points(sight.latent):
                seen.see(sight.latent)
            if nearest is None or sight.nearness > nearest.nearness:
                nearest = sight
            trials.steer(sight.nearness)
            return sight if sight.is_across else None

        labels: Pred | None = None if self.label is None else as_pred({self.label})
        arguments = self.model.arguments(GenContext(), labels)
        outcome = trials.run_trials(arguments, test, n, seed, self.what, steered=True)
        assert nearest is not None, "one example or more was tried"
        return nearest if outcome.smallest is None else outcome.smallest.reason, outcome.tried

    def climb(self, sight: _Sight, steps_aside: list[Any], seen: Range) -> tuple[_Sight, int]:
        """Return the first sight across the boundary on a walk from one, else the nearest; and their number.

        Each round turns the latent a little towards some others, and goes on from the nearest of these. When
        none is nearer than before, the turns become smaller.
        """
        angle, tried = _ANGLE, 0
        for start in range(0, len(steps_aside), _ROUND):
            latents = [seen.turned(sight.latent, z, angle) for z in steps_aside[start : start + _ROUND]]
            tried += len(latents)
            best = max(self.look_at_all(sight.label, latents), key=lambda sight: sight.nearness)
            angle *= _WIDER if best.nearness > sight.nearness else _NARROWER
            sight = max(sight, best, key=lambda sight: sight.nearness)
            if sight.is_across:
                break
        return sight, tried

    def simplify(self, far: _Sight, plainest: Any) -> _Sight:
        """Return a sight across the boundary with as much of the plainest latent as it can have."""
        for block, values in plainer(far.latent, plainest) if far.is_across else ():
            sight = self.look(far.label, with_block(far.latent, block, values))
            far = sight if sight.is_across else far
        return far

    # --- back to the plainest latent ----------------------------------------------------------------------

    def strip(self, far: _Sight, plainest: Any, steps: int) -> list[_Sight]:
        """Return sights from the plainest latent to far, or to the first on the way that is across.

        A line may cross the boundary, come back and cross it again. So the line ends where it is first seen
        to cross, and is then looked at anew: as its steps are smaller, one of them may be across as well.
        """
        if not are_points(plainest, far.latent):
            first = self.look(far.label, plainest)
            return [first] if first.is_across else [first, far]
        end = 1.0
        for round_ in itertools.count():
            places = [end * i / (steps - 1) for i in range(steps)]
            latents = [between(plainest, far.latent, place) for place in places]
            sights = self.look_at_all(far.label, latents[:-1])
            sights.append(far if end == 1 else self.look(far.label, latents[-1]))
            across = next((i for i, sight in enumerate(sights) if sight.is_across), None)
            if across is None or across == 0:
                return sights if across is None else sights[:1]
            if (round_ and across == steps - 1) or round_ == _ROUNDS:
                return sights[: across + 1]
            end = self.halve(far, plainest, places[across - 1], places[across])
        raise AssertionError  # the count has no end

    def halve(self, far: _Sight, plainest: Any, near: float, across: float) -> float:
        """Return a place between two on the line to far that is across the boundary, just."""
        for _ in range(_HALVINGS):
            middle = (near + across) / 2
            if self.look(far.label, between(plainest, far.latent, middle)).is_across:
                across = middle
            else:
                near = middle
        return across
