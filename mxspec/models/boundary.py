"""Boundaries between labels: the plainest generated example with another reading."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.addresses import reduce_by_name
from mxspec.base.generated.origins import keep_reading
from mxspec.base.lazy import LateModule
from mxspec.base.messages import reasons
from mxspec.base.strategies import sampling
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import short_repr, stable_order
from mxspec.errors import SpecDefinitionError
from mxspec.models.model_spec import ModelSpec, Reading
from mxspec.predicates import is_any
from mxspec.questions.examples import gen, sample
from mxspec.questions.operations import valid, with_gen
from mxspec.specs.collections import tuple_
from mxspec.specs.core.batch import BATCH_SIZE
from mxspec.specs.core.spec import specize, text_of
from mxspec.specs.wrappers import WithMessage

_WIDTHS: Final = (1, 2, 4, 8)  # factors by which draws are moved away from the plainest latent, in turns
_ASIDE: Final = (0.3, 0.6)  # the length of a step aside, as a share of the distance to the plainest latent
_LEFT: Final = (0.0, 0.5, 0.8)  # the share of the distance to the plainest latent that a step leaves
_ROUNDS: Final = 10  # of steps, and of shortening a strip that crosses the boundary before its end
_HALVINGS: Final = 12  # of the gap in a strip that contains the boundary

if TYPE_CHECKING:
    import numpy as np
else:
    np = LateModule("numpy")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Boundary:
    """The outcome of `find_boundary`.

    Attributes:
        label: the label that was generated.
        latent: the latent of the value, as near to the plainest one as the boundary is.
        value: the value that generate makes of label and latent.
        reading: the reading of the value.
        strip: values from the plainest one to this one, in equal steps of the latent; all but the last are
            before the boundary. If the plainest one is across it, the strip is that value alone. If latents
            are not floats or arrays of floats, it is the first and the last value.
        readings: the readings of the strip.
        is_crossed: True if the reading is across the boundary; False if no example is; the value is the
            example with the least confidence then.
        tried: the number of examples that were tried.
        towards: the label that was searched for, or None for any other.
    """

    __reduce_ex__ = reduce_by_name

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
    """Return the plainest example of a model spec that discriminate does not read as its label.

    If latents are floats or arrays of floats, the search draws labels and latents and moves the latents away
    from the plainest one, up to eight times as far but within the range of the draws. It reads all in one
    batch, takes the smallest misread label with the latent nearest to the plainest one, and moves this latent
    as near as it can. Other latents are drawn by Hypothesis, which prefers examples like those with the least
    confidence and shrinks the first misread one. A straight line leads from the plainest latent to the
    example; the boundary is where the reading first changes on it. The same seed finds the same boundary with
    the same version of Hypothesis.

    Args:
        spec: a model spec with a latent, or its name.
        label: the label to generate; by default any label of the spec.
        towards: the label to search for. By default any other label, no label, or a refused reading.
        seed: an int.
        max_examples: the number of examples to try, 1 or more; the same number is tried again to make a
            misread one plainer.
        steps: the number of values in the strip, 2 or more.

    Raises:
        SpecDefinitionError: spec is not a model spec with a latent, label is not one of its labels, or
            another argument makes no sense.

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
            f"find_boundary takes a model spec with a latent, so that one label has many examples, "
            f"not {text_of(spec)}"
        )
    if label is not None and not valid(model.label_spec, label):
        raise SpecDefinitionError(f"{short_repr(label)} is not a label of {text_of(spec)}")
    if towards is not None and towards == label:
        raise SpecDefinitionError(
            f"a boundary lies between two labels, not {short_repr(label)} and {short_repr(towards)}"
        )
    for name, count, least in (("max_examples", max_examples, 1), ("steps", steps, 2)):
        if isinstance(count, bool) or not isinstance(count, int) or count < least:
            raise SpecDefinitionError(f"{name} is an int from {least}, not {short_repr(count)}")
    labels = model.label_spec if label is None else {label}
    calls = gen(tuple_(labels, with_gen(is_any, model.latents)))
    return _Search(model, towards, calls, text_of(spec)).run(seed, max_examples, steps)


@dataclasses.dataclass(frozen=True, eq=False)
class _Candidate:
    label: Any
    latent: Any
    value: Any
    reading: Reading
    is_across: bool

    @property
    def doubt(self) -> float:
        """1 minus the confidence of a reading as the generated label; 0 for any other reading."""
        confidence = self.reading.confidence if self.reading.label == self.label else None
        return 0.0 if confidence is None else 1 - confidence


@dataclasses.dataclass(frozen=True, eq=False)
class _Space:
    """The latents around the plainest one, within the range of the draws."""

    plainest: Any
    low: float
    high: float

    def at(self, offset: Any) -> Any:
        """Return the latent at an offset from the plainest one, clipped to the range."""
        latent = np.clip(self.plainest + offset, self.low, self.high)
        return float(latent) if isinstance(self.plainest, float) else latent.astype(self.plainest.dtype)

    def offset(self, latent: Any) -> Any:
        return latent - self.plainest

    def distance(self, latent: Any) -> float:
        return float(np.linalg.norm(self.offset(latent)))


@dataclasses.dataclass(frozen=True, eq=False)
class _Search:
    model: ModelSpec
    towards: Any
    calls: Strategy  # of a label and a latent, as generate takes them
    what: str

    def run(self, seed: int, max_examples: int, steps: int) -> Boundary:
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
            tuple(candidate.value for candidate in strip),
            tuple(candidate.reading for candidate in strip),
            end.is_across,
            tried,
            self.towards,
        )

    def read_one(self, label: Any, latent: Any) -> _Candidate:
        [candidate] = self.read_all([(label, latent)])
        return candidate

    def read_all(self, calls: Sequence[Any]) -> Iterator[_Candidate]:
        """Yield the candidates of several labels and latents, generated and read in batches."""
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
                yield _Candidate(label, latent, value, reading, is_across)

    # --- across the boundary ------------------------------------------------------------------------------

    def draw_wide(self, draws: list[Any], space: _Space) -> tuple[_Candidate, int]:
        """Return the plainest candidate across the boundary, else the least sure; and the number of tries.

        Draws are seldom far from the plainest latent, and boundaries often are. So the draws are moved away
        from it, within the range of all their numbers: beyond it there may be no latents.
        """
        labels = stable_order(label for label, _ in draws)
        first = self.read_one(labels[0], space.plainest)
        if first.is_across:
            return first, 1

        def rank(candidate: _Candidate) -> tuple[float, ...]:
            if not candidate.is_across:
                return 1, -candidate.doubt
            return 0, labels.index(candidate.label), space.distance(candidate.latent)

        widths = itertools.cycle(_WIDTHS)
        calls = [(label, space.at(next(widths) * space.offset(latent))) for label, latent in draws]
        return min(itertools.chain([first], self.read_all(calls)), key=rank), len(draws)

    def make_plainer(self, candidate: _Candidate, space: _Space, n: int, seed: int) -> _Candidate:
        """Return a candidate across the boundary that is nearer to the plainest latent, after n tries.

        We walk along the boundary and test only on which side of it a latent is (Brendel, Rauber and Bethge,
        "Decision-based adversarial attacks", 2018). In each round some numbers of the latent step aside and
        towards the plainest ones; the nearest latent still across the boundary starts the next round.
        """
        rng = np.random.default_rng(seed)
        for _ in range(_ROUNDS):
            offset, calls = space.offset(candidate.latent), []
            reach = np.sqrt(np.mean(np.square(offset)))
            for left in rng.choice(_LEFT, max(1, n // _ROUNDS)):
                aside = reach * rng.choice(_ASIDE) * rng.normal(size=np.shape(offset))
                is_moved = rng.random(np.shape(offset)) < rng.random()
                moved = np.where(is_moved, left * (offset + aside), offset)
                calls.append((candidate.label, space.at(moved)))
            across = (each for each in self.read_all(calls) if each.is_across)
            nearer = itertools.chain([candidate], across)
            candidate = min(nearer, key=lambda each: space.distance(each.latent))
        return candidate

    def draw(self, n: int, seed: int) -> tuple[_Candidate, int]:
        """Return the smallest candidate across the boundary that Hypothesis finds, else the least sure."""
        least_sure: _Candidate | None = None

        def test(call: Any) -> _Candidate | None:
            nonlocal least_sure
            candidate = self.read_one(*call)
            if least_sure is None or candidate.doubt > least_sure.doubt:
                least_sure = candidate
            sampling.steer(candidate.doubt)
            return candidate if candidate.is_across else None

        outcome = sampling.run_trials(self.calls, test, n, seed, self.what, steered=True)
        assert least_sure is not None, "one example or more was tried"
        return least_sure if outcome.smallest is None else outcome.smallest.reason, outcome.tried

    # --- back to the plainest latent ----------------------------------------------------------------------

    def strip(self, far: _Candidate, space: _Space, steps: int) -> list[_Candidate]:
        """Return candidates on the line from the plainest latent to far, up to the first across the boundary.

        A line may cross the boundary, come back and cross it again. So we end the line at the first crossing
        and sample it again: the steps are smaller then, and an earlier one may be across as well.
        """

        def look_at(place: float) -> _Candidate:
            latent = far.latent if place == 1 else space.at(place * space.offset(far.latent))
            return self.read_one(far.label, latent)

        end = 1.0
        for round_ in range(_ROUNDS):
            places = [end * (i / (steps - 1)) for i in range(steps)]
            candidates = list(map(look_at, places))
            across = next((i for i, candidate in enumerate(candidates) if candidate.is_across), None)
            if across is None or across == 0 or (round_ and across == steps - 1):
                break
            near, end = places[across - 1], places[across]
            for _ in range(_HALVINGS):
                middle = (near + end) / 2
                near, end = (near, middle) if look_at(middle).is_across else (middle, end)
        return candidates if across is None else candidates[: across + 1]


def _are_points(*latents: Any) -> bool:
    """True if all latents are floats, or arrays of floats of one shape, so that they can be interpolated."""
    return all(
        isinstance(latent, (float, np.ndarray))
        and np.size(latent) > 0
        and np.asarray(latent).dtype.kind == "f"
        and np.shape(latent) == np.shape(latents[0])
        for latent in latents
    )
