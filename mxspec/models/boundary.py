"""Boundaries between labels: the plainest example that is read otherwise than it was generated."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.api.examples import gen, sample
from mxspec.api.operations import valid, with_gen
from mxspec.core.batch import BATCH_SIZE
from mxspec.core.spec import specize, text_of
from mxspec.errors import SpecDefinitionError
from mxspec.messages import reasons
from mxspec.messages.generated import keep_reading
from mxspec.models.model_spec import ModelSpec, Reading
from mxspec.predicates import is_any
from mxspec.specs.collections import tuple_
from mxspec.specs.wrappers import WithMessage
from mxspec.strategies import sampling
from mxspec.values import stable_order

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_WIDTHS: Final = (1, 2, 4, 8)  # how many times as far from the plainest latent a draw is moved, in turns
_ASIDE: Final = (0.3, 0.6)  # how far a number steps aside, as a share of how far all are from the plainest
_LEFT: Final = (0.0, 0.5, 0.8)  # the share of its way to the plainest number that is left
_ROUNDS: Final = 10  # of steps, and of a strip that turns out to cross the boundary before its end
_HALVINGS: Final = 12  # of the gap between two places of a strip, in which the boundary lies


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
        words = reasons.reading_text(
            reading.label, reading.confidence, reading.reason or reading.score_reason
        )
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

    Where latents are floats or arrays of floats, labels and latents are drawn, the latents moved away from
    the plainest one, up to eight times as far but within the range of what was drawn, and all are read in one
    batch. Of those that are read otherwise, the smallest label and the latent next to the plainest one are
    taken, and this latent is brought as near to that as can be. Other latents are drawn by Hypothesis, which
    tries examples like those that were read with the least confidence, and shrinks the first that is read
    otherwise. From the plainest latent, a straight line leads to what was found; where the reading first
    changes on it is the boundary. The same seed finds the same, on the same version of Hypothesis.

    Args:
        spec: a model spec with a latent, or its name.
        label: the label to generate; any of the spec's by default.
        towards: the label to be read. By default any other, or none, or a reading that the spec refuses.
        seed: an int.
        max_examples: how many examples are tried before the least sure of them has to do, 1 or more; as many
            are tried again to make one plainer.
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
    while isinstance(model, WithMessage):
        model = specize(model.pred)
    if not isinstance(model, ModelSpec) or model.latent is None:
        raise SpecDefinitionError(
            f"find_boundary takes a model spec with a latent, which is what tells its examples of one label "
            f"apart, not {text_of(spec)}"
        )
    if label is not None and not valid(model.label_spec, label):
        raise SpecDefinitionError(f"{label!r} is none of the labels of {text_of(spec)}")
    if towards is not None and towards == label:
        raise SpecDefinitionError(f"a boundary lies between two labels, not {label!r} and {towards!r}")
    for name, count, least in (("max_examples", max_examples, 1), ("steps", steps, 2)):
        if isinstance(count, bool) or not isinstance(count, int) or count < least:
            raise SpecDefinitionError(f"{name} is an int from {least}, not {count!r}")
    labels = model.label_spec if label is None else {label}
    calls = gen(tuple_(labels, with_gen(is_any, model.latent)))
    return _Search(model, towards, calls, text_of(spec)).run(seed, max_examples, steps)


@dataclasses.dataclass(frozen=True, eq=False)
class _Sample:
    """A value that was generated, and its reading."""

    label: Any
    latent: Any
    value: Any
    reading: Reading
    is_across: bool

    @property
    def doubt(self) -> float:
        """The doubt in a reading as the label that was generated, 0 to 1; 0 of any other reading."""
        confidence = self.reading.confidence if self.reading.label == self.label else None
        return 0.0 if confidence is None else 1 - confidence


@dataclasses.dataclass(frozen=True, eq=False)
class _Space:
    """The latents around the plainest one, within the range of numbers that were drawn."""

    plainest: Any
    low: float
    high: float

    def at(self, offset: Any) -> Any:
        """Return the latent at an offset from the plainest one, or the nearest within the range."""
        import numpy as np

        latent = np.clip(self.plainest + offset, self.low, self.high)
        return float(latent) if isinstance(self.plainest, float) else latent.astype(self.plainest.dtype)

    def offset(self, latent: Any) -> Any:
        return latent - self.plainest

    def distance(self, latent: Any) -> float:
        import numpy as np

        return float(np.linalg.norm(self.offset(latent)))


@dataclasses.dataclass(frozen=True, eq=False)
class _Search:
    model: ModelSpec
    towards: Any
    calls: SearchStrategy[Any]  # of a label and a latent, as generate takes them
    what: str

    def run(self, seed: int, max_examples: int, steps: int) -> Boundary:
        import numpy as np

        smallest = sampling.run_trials(self.calls, lambda call: "any will do", 1, 0, self.what).smallest
        assert smallest is not None, "every example fails"
        _, plainest = smallest.example
        draws = sample(self.calls, max_examples, seed=seed)
        latents = [latent for _, latent in draws]
        if _are_points(plainest, *latents):
            space = _Space(plainest, float(np.min(latents)), float(np.max(latents)))
            far, tried = self.draw_wide(draws, space)
            far = self.make_plainer(far, space, max_examples, seed) if far.is_across else far
            strip = self.strip(far, space, steps)
        else:
            far, tried = self.draw(max_examples, seed)
            near = self.read_one(far.label, plainest)
            strip = [near] if near.is_across else [near, far]
        end = strip[-1]
        return Boundary(
            end.label,
            end.latent,
            end.value,
            end.reading,
            tuple(sight.value for sight in strip),
            tuple(sight.reading for sight in strip),
            end.is_across,
            tried,
            self.towards,
        )

    def read_one(self, label: Any, latent: Any) -> _Sample:
        [sight] = self.read_all([(label, latent)])
        return sight

    def read_all(self, calls: Sequence[Any]) -> Iterator[_Sample]:
        """Generate a value for each of some labels and latents and read it, many in one go."""
        for start in range(0, len(calls), BATCH_SIZE):
            batch = list(map(tuple, calls[start : start + BATCH_SIZE]))
            values = self.model.make_all(batch)
            answers = self.model.judge_all(values, filled=False)
            for (label, latent), value, answer in zip(batch, values, answers, strict=True):
                reading, is_accepted = answer or (Reading(None, reason=reasons.NOT_AN_INPUT), False)
                keep_reading(value, reading)
                is_other = bool(reading.label != label)
                is_across = is_other and reading.label == self.towards
                if self.towards is None:
                    is_across = is_other or not is_accepted
                yield _Sample(label, latent, value, reading, is_across)

    # --- across the boundary ------------------------------------------------------------------------------

    def draw_wide(self, draws: list[Any], space: _Space) -> tuple[_Sample, int]:
        """Return the plainest sight across the boundary, else the least sure; and how many were tried.

        Draws are seldom far from the plainest latent, and boundaries often are. So the draws are moved away
        from it, within the range of the numbers in all of them: elsewhere there may be no latents.
        """
        labels = stable_order(label for label, _ in draws)
        first = self.read_one(labels[0], space.plainest)
        if first.is_across:
            return first, 1

        def rank(sight: _Sample) -> tuple[float, ...]:
            if not sight.is_across:
                return 1, -sight.doubt
            return 0, labels.index(sight.label), space.distance(sight.latent)

        widths = itertools.cycle(_WIDTHS)
        calls = [(label, space.at(next(widths) * space.offset(latent))) for label, latent in draws]
        return min(itertools.chain([first], self.read_all(calls)), key=rank), len(draws)

    def make_plainer(self, sight: _Sample, space: _Space, n: int, seed: int) -> _Sample:
        """Return a sight across the boundary that is nearer to the plainest latent, after n tries.

        A walk along the boundary, which asks for nothing but on which side of it a latent is (Brendel, Rauber
        and Bethge, "Decision-based adversarial attacks", 2018). In each round some numbers of the latent step
        aside, and towards the plainest ones; the nearest that is still across goes on.
        """
        import numpy as np

        rng = np.random.default_rng(seed)
        for _ in range(_ROUNDS):
            offset, calls = space.offset(sight.latent), []
            reach = np.sqrt(np.mean(np.square(offset)))
            for left in rng.choice(_LEFT, max(1, n // _ROUNDS)):
                aside = reach * rng.choice(_ASIDE) * rng.normal(size=np.shape(offset))
                is_moved = rng.random(np.shape(offset)) < rng.random()
                moved = np.where(is_moved, left * (offset + aside), offset)
                calls.append((sight.label, space.at(moved)))
            across = (each for each in self.read_all(calls) if each.is_across)
            sight = min(itertools.chain([sight], across), key=lambda each: space.distance(each.latent))
        return sight

    def draw(self, n: int, seed: int) -> tuple[_Sample, int]:
        """Return the smallest sight across the boundary that Hypothesis comes to, else the least sure."""
        least_sure: _Sample | None = None

        def test(call: Any) -> _Sample | None:
            nonlocal least_sure
            sight = self.read_one(*call)
            if least_sure is None or sight.doubt > least_sure.doubt:
                least_sure = sight
            sampling.steer(sight.doubt)
            return sight if sight.is_across else None

        outcome = sampling.run_trials(self.calls, test, n, seed, self.what, steered=True)
        assert least_sure is not None, "one example or more was tried"
        return least_sure if outcome.smallest is None else outcome.smallest.reason, outcome.tried

    # --- back to the plainest latent ----------------------------------------------------------------------

    def strip(self, far: _Sample, space: _Space, steps: int) -> list[_Sample]:
        """Return sights from the plainest latent to far, or to the first on the way that is across.

        A line may cross the boundary, come back and cross it again. So the line ends where it is first seen
        to cross, and is then looked at anew: as its steps are smaller, one of them may be across as well.
        """

        def look_at(place: float) -> _Sample:
            latent = far.latent if place == 1 else space.at(place * space.offset(far.latent))
            return self.read_one(far.label, latent)

        end = 1.0
        for round_ in range(_ROUNDS):
            places = [end * (i / (steps - 1)) for i in range(steps)]
            sights = list(map(look_at, places))
            across = next((i for i, sight in enumerate(sights) if sight.is_across), None)
            if across is None or across == 0 or (round_ and across == steps - 1):
                break
            near, end = places[across - 1], places[across]
            for _ in range(_HALVINGS):
                middle = (near + end) / 2
                near, end = (near, middle) if look_at(middle).is_across else (middle, end)
        return sights if across is None else sights[: across + 1]


def _are_points(*latents: Any) -> bool:
    """True if all latents are floats, or arrays of floats of one shape, so that there are others between."""
    import numpy as np

    return all(
        isinstance(latent, (float, np.ndarray))
        and np.size(latent) > 0
        and np.asarray(latent).dtype.kind == "f"
        and np.shape(latent) == np.shape(latents[0])
        for latent in latents
    )
