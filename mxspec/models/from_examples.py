"""Specs learnt from examples, which accept arrays with an anomaly score as low as most examples have."""

from __future__ import annotations

import collections
import copy
import dataclasses
import functools
import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.addresses import reduce_by_name
from mxspec.base.generated.origins import remember
from mxspec.base.lazy import LateModule, lazy
from mxspec.base.messages.reasons import accepted_share
from mxspec.base.names import Names
from mxspec.base.strategies import combine, sampling, simple
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, short_repr
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.frames.named_frames import is_frame
from mxspec.models.model_spec import NEARLY, LearntSpec, Reading, fill_batch, refusal_by_model
from mxspec.promises.bounds import check_terms, min_scores
from mxspec.promises.conformal import ConformalThreshold, conformal
from mxspec.promises.promise import Promise
from mxspec.specs.arrays import array
from mxspec.specs.core.batch import BATCH_SIZE, BatchStrategy, call_batch, check_whole
from mxspec.specs.core.digests import content_text
from mxspec.specs.core.generation import Context, accepts, first_problem_text
from mxspec.specs.core.parts import Part
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.spec import Spec

if TYPE_CHECKING:
    import numpy as np

    from mxspec.models.linear_autoencoder import Floats, LinearAutoencoder
    from mxspec.models.score_choice import ScoreChoice

    Array = np.ndarray[Any, np.dtype[Any]]
else:
    np = LateModule("numpy")

_LEAST_LEARNT: Final = 8
_MOST_LEARNT: Final = 5000  # a value is compared with each of them
_MOST_HELD_BACK: Final = 5000
_NEIGHBOURS: Final = 5  # a new example lies between an example and one of them; SMOTE's number

# Scores this near to the threshold, as a share of it, are computed again one by one. A sum of floats depends
# on its order, and the order in a product of matrices depends on the number of rows.
_NEAR: Final = 1e-9

_REAL: Final = "biuf"  # the kinds of numpy's dtypes of real numbers


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ExamplesModel:
    """The model that a spec learns from examples.

    Attributes:
        autoencoder: the linear autoencoder of the training examples.
        threshold: the largest accepted anomaly score, set on the held-back examples.
        shape: the shape of an example.
        dtype: the dtype of all examples.
        low: the least number in the training examples; for rows, in each column.
        high: the greatest number in the training examples; for rows, in each column.
        embed: a function from a value to its features, which shape and dtype then describe; None if the
            values themselves are compared.
        examples: with an embed, even if the values themselves are compared, the training examples in the
            order of their codes.
        choice: with an embed, the anomaly score that was chosen, and why.
    """

    __reduce_ex__ = reduce_by_name

    autoencoder: LinearAutoencoder
    threshold: ConformalThreshold
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    low: Array
    high: Array
    embed: Callable[[Any], Any] | None = None
    examples: tuple[Any, ...] = ()
    choice: ScoreChoice | None = None

    def __repr__(self) -> str:
        n, of = len(self.autoencoder.codes), "features of " * (self.embed is not None) + self.threshold.of
        text = f"<{n:,} {of} of shape {self.shape}, and {self.threshold.n:,} held back"
        return f"{text}, {self.choice!r}>" if self.choice else f"{text}>"

    def scores(self, arrays: Sequence[Any]) -> Floats:
        """Return the anomaly scores (n,) of arrays of the right shape, independent of the batch."""
        rows = _flat_rows(arrays)
        scores, limit = self._scores_of_rows(rows), self.threshold.value
        for i in np.flatnonzero(np.abs(scores - limit) <= _NEAR * limit):
            scores[i] = self._scores_of_rows(rows[i : i + 1])[0]
        return scores

    def _scores_of_rows(self, rows: Floats) -> Floats:
        return _score_rows(self.autoencoder, self.choice, rows)

    def make(self, latent: tuple[int, int, float]) -> Any:
        """Return an array between an example and a neighbour, valid or not; or the example, if it is kept."""
        i, neighbour, place = latent
        if self.examples:
            return copy.deepcopy(self.examples[i])
        code, others = self.autoencoder.codes[i], self.autoencoder.neighbours(i, _NEIGHBOURS)
        codes = code + place * (others[neighbour] - code)
        values = self.autoencoder.decode(codes[None])[0].clip(self.low, self.high).reshape(self.shape)
        return np.asarray(values if self.dtype.kind == "f" else values.round()).astype(self.dtype)


def from_examples(
    values: Any,
    *,
    alpha: float = 0.01,
    confidence: float = 0.99,
    embed: Callable[[Any], Any] | None = None,
    of: str = "examples",
    seed: int = 0,
) -> Spec:
    """Return a spec of arrays that resemble some examples; no labels are needed.

    A part of the examples trains a linear autoencoder: principal components that explain 95% of the
    variance. The anomaly score of a value grows with the distance of its code to the nearest training codes
    and with the error of its reconstruction. The other examples are held back and set the threshold as in
    `conformal`: with the stated confidence, at most the share alpha of values from the same source is
    refused. Nothing is promised about the refusal of other values. Examples of the spec lie between a
    training example and one of its neighbours (SMOTE: Chawla, Bowyer, Hall and Kegelmeyer, 2002), and shrink
    to the most typical one.

    The columns of rows (n, d) may have different units: a deviation counts in standard deviations of its
    column, and beyond three of them by its logarithm. The elements of larger arrays, such as pictures, have
    one unit and count alike; and so do columns if most of them have about the same range.

    With `embed`, values of any kind are compared by their features, such as the outputs of the last layer but
    one of a network, or an embedding of texts. The network must not have been trained on these examples: it
    knows them better than new ones, and the promise would fail. The anomaly score is then the distance to
    nearest neighbours, the Mahalanobis distance or the PCA residual, of the features or, if values are arrays
    of one shape, of the values: whichever best tells a quarter of the training examples, held apart, from
    mixtures and reversals of them. The examples that set the threshold take no part in this choice. repr
    states which score it is and why, and so does `spec.model.choice`. It is a guess: values to refuse may
    differ in another way. Examples of the spec are then the training examples themselves. A value is refused
    if embed raises what a wrong value raises, as for discriminate in `def_model_spec`, or returns anything
    but finite numbers of the same shape. If the values themselves are compared, embed is not called again.

    `profile` reads 1,000 values at a time, and fewer with copies of the first, so that profiles add up: one
    value takes as long as 1,000, where `valid` takes a fraction.

    An example prints as the call that makes the same array, `s.get_spec("shop/picture").example(12, 0, 0.5)`;
    `spec` stands for a spec without a name.

    Args:
        values: (n, ...), an array with an example in each row, or a sequence of arrays of one shape, of real
            and finite numbers; with embed, a sequence of any values. 1,000 or more are best. The least is 8
            more than have to be held back: 467 by default, 30 with alpha=0.1 and confidence=0.9. At most
            5,000 are trained on, and at most 5,000 held back.
        alpha: the share of in-distribution values that may be refused.
        confidence: the probability that this share is kept.
        embed: a function from a value to an array of numbers, which may be `batched`.
        of: the examples in the plural, for explain: "anomaly score above 99.7% of 3,000 digits".
        seed: selects the held-back examples.

    Raises:
        SpecDefinitionError: there are too few examples (the message states how many suffice), they are not
            such arrays, or are a frame, or another argument makes no sense.

    Warns:
        UserWarning: most examples, or with embed most features, are equal to another one. If they are
            copies, the threshold was set by copies of what was learnt, and refuses more than alpha of other
            values.

    Example:
        >>> import mxspec as s, numpy as np
        >>> rng = np.random.default_rng(0)
        >>> angles = rng.uniform(0, 2 * np.pi, 1200)
        >>> ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) + rng.normal(0, 0.05, (1200, 2))
        >>> on_ring = s.from_examples(ring, of="points")
        >>> s.valid(on_ring, np.array([0.6, 0.8])), s.valid(on_ring, np.array([0.1, 0.0]))
        (True, False)
        >>> s.explain(on_ring, np.array([0.1, 0.0]))
        anomaly score above all 600 points, the limit is 99% - value: array of shape (2,), float64, ...
        >>> bool(abs(np.linalg.norm(s.generate(on_ring, seed=1)) - 1) < 0.3)
        True
    """

    from mxspec.models.score_choice import VALUES, choose_score, fit  # imports numpy

    check_terms(alpha, confidence)
    if embed is not None:
        if not callable(embed):
            raise SpecDefinitionError(
                f"embed is a function from a value to its features, not {short_repr(embed)}"
            )
        check_whole(embed, "embed")
    if is_frame(values):
        hint = "frame.to_numpy()" if embed is None else "rows that embed takes, df.to_dict('records')"
        name = type(values).__name__
        raise SpecDefinitionError(
            f"examples are arrays, not a {name}, which has columns that an array does not name; try {hint}"
        )
    values = values if embed is None else list(values)
    examples = _as_examples(values if embed is None else _embed_all(embed, values))
    needed = min_scores(alpha, confidence)
    if len(examples) < needed + _LEAST_LEARNT:
        raise SpecDefinitionError(
            f"{len(examples)} {of} are too few: {needed} have to be held back to promise with a confidence "
            f"of {confidence} that at most {alpha} of the values are refused, and {_LEAST_LEARNT} be learnt "
            f"from; try {needed + _LEAST_LEARNT} or more, a larger alpha or a smaller confidence"
        )
    _warn_of_equal(examples, of)
    held_back = max(needed, min(len(examples) // 2, _MOST_HELD_BACK))
    order = np.random.default_rng(seed).permutation(len(examples))
    learnt = order[held_back:][:_MOST_LEARNT]
    choice = None
    if embed is not None:
        arrays = _as_arrays(values)
        some = None if arrays is None else arrays[learnt]
        embed_all = functools.partial(_embed_all, embed)
        choice = choose_score(examples[learnt], some, embed_all, np.random.default_rng([seed, 1]))
        if choice.of == VALUES and arrays is not None:
            examples = arrays
    are_rows = examples.ndim == 2
    rows = _flat_rows(examples[learnt])
    autoencoder = fit(rows, are_rows, choice.of, choice.score) if choice else fit(rows, are_rows)
    scores = _score_rows(autoencoder, choice, _flat_rows(examples[order[:held_back]]))
    threshold = conformal(scores, alpha, confidence, of=of, ordered=False)  # they are shuffled
    low, high = (limit(axis=0 if are_rows else None) for limit in (rows.min, rows.max))
    model = ExamplesModel(autoencoder, threshold, examples.shape[1:], examples.dtype, low, high)
    if choice is not None:
        kept = tuple(values[i] for i in learnt[autoencoder.order])
        by_features = embed if choice.of != VALUES else None
        model = dataclasses.replace(model, embed=by_features, examples=kept, choice=choice)
    return ExamplesSpec(model)


def _warn_of_equal(examples: Array, of: str) -> None:
    """Warn if most examples are equal to another one: a copy of a training example has the least score."""
    rows = np.ascontiguousarray(examples.reshape(len(examples), -1))
    if rows.shape[1] < 2:  # values of one number repeat
        return
    counts = collections.Counter(hash(row.tobytes()) for row in rows)
    equal = sum(count for count in counts.values() if count > 1)
    if 2 * equal > len(rows):
        warnings.warn(
            f"{equal:,} of {len(rows):,} {of} are equal to another one; if they are copies, the promise "
            "counts each of them and holds for copies alone, so leave them out",
            stacklevel=3,
        )


def _score_rows(autoencoder: LinearAutoencoder, choice: ScoreChoice | None, rows: Floats) -> Floats:
    """Return the anomaly scores of rows (n, d), (n,), by the chosen score if there is one."""
    from mxspec.models.score_choice import SCORES  # imports numpy

    return autoencoder.anomaly_scores(rows) if choice is None else SCORES[choice.score](autoencoder, rows)


def _as_arrays(values: list[Any]) -> Array | None:
    """Return values as one array (n, ...); None if they don't make one, or are too large to be compared."""
    from mxspec.models.score_choice import MOST_NUMBERS  # imports numpy

    try:
        size = _as_numpy(values[0]).size
        return _as_examples(values) if size * len(values) <= MOST_NUMBERS else None
    except Exception:  # values of any kind may raise anything
        return None


def _embed_all(embed: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    features: list[Any] = []
    for start in range(0, len(values), BATCH_SIZE):
        batch = values[start : start + BATCH_SIZE]
        answers = call_batch(embed, batch)
        features += map(embed, batch) if answers is None else answers
    return features


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ExamplesSpec(LearntSpec, inherits=True):
    """An array is valid if its anomaly score is at most the threshold."""

    model: ExamplesModel

    constructive: ClassVar[bool] = False
    changes: ClassVar[bool | None] = False
    most_values: ClassVar[float | None] = math.inf

    @lazy
    def arrays(self) -> Spec:
        """The spec of the arrays that have an anomaly score."""
        # A bound, even an infinite one, requires real numbers.
        return array(self.model.shape, min=-math.inf, finite=True)

    def parts(self) -> Sequence[Part]:
        return [Part(self.arrays)] if self.model.embed is None else []

    def requirement(self) -> str:
        threshold = self.model.threshold
        return f"anomaly score within {accepted_share(threshold.alpha)} of {threshold.n:,} {threshold.of}"

    def conform(self, x: Any, question: Question) -> Any:
        return x if question.accepts(self, x, waits=True) else INVALID

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        [judged] = self.judge_all([x], filled=False)
        if judged is None and self.model.embed is None:
            return self.arrays.explain(x, place, question)
        if judged is None:
            features, reason = self._embed_one(x)
            reason = reason or f"its features are no array: {first_problem_text(self.arrays, features)}"
            return [place.problem(self.form(), x, reason=reason)]
        reading, is_accepted = judged
        return [] if is_accepted else [self.problem(x, reading, place)]

    def accepts_each(self, xs: Sequence[Any], table: Names | None = None) -> Sequence[bool]:
        return [each is not None and each[1] for each in self.judge_all(xs, filled=False)]

    def judge_all(self, xs: Sequence[Any], *, filled: bool = True) -> list[tuple[Reading, bool] | None]:
        """Return a reading and a verdict for each of xs, as `ModelSpec.judge_all` does."""
        judged: list[tuple[Reading, bool] | None] = [None] * len(xs)
        features = self._features(xs)
        fit = [i for i, x in enumerate(features) if accepts(self.arrays, x)]
        arrays = [features[i] for i in fit]
        scores = self.model.scores(fill_batch(arrays) if filled else arrays).tolist() if fit else []
        limit = self.model.threshold.value
        for i, score in zip(fit, scores, strict=False):
            if features is not xs and abs(score - limit) <= NEARLY * abs(limit):  # a network's rounding
                score = self.model.scores(self._features([xs[i]]))[0].item()
            reading = Reading(None, score=score, threshold=self.model.threshold)
            judged[i] = reading, reading.within(self.model.threshold)
        return judged

    def _features(self, xs: Sequence[Any]) -> Sequence[Any]:
        """Return the arrays to judge xs by: xs, or the features of each, None for one without features."""
        embed = self.model.embed
        if embed is None:
            return xs
        answers = call_batch(embed, xs)
        return [self._embed_one(x)[0] for x in xs] if answers is None else list(map(_as_numpy, answers))

    def _embed_one(self, x: Any) -> tuple[Any, str | None]:
        """Return the features of one value, or None and the reason why embed refuses it."""
        assert self.model.embed is not None
        try:
            return _as_numpy(self.model.embed(x)), None
        except Exception as error:
            return None, refusal_by_model(error, self.model.embed)

    def problem(self, x: Any, reading: Reading, place: Place) -> Problem:
        """Return the problem of an array with a refused reading."""
        return reading.problem(place.problem(self.form(), x, reason=reading.score_reason))

    @property
    def promise(self) -> Promise:
        """The promise of the threshold."""
        own = self.model.threshold
        return Promise(own.alpha, own.confidence, own.n, of=own.of)

    def count_examples(self) -> int:
        return len(self.model.autoencoder.codes)

    def example(self, i: int, neighbour: int = 0, place: float = 0.0) -> Any:
        """Return an array between a training example and a neighbour of it, valid or not.

        With an embed, it is the training example itself.

        Args:
            i: the number of the training example, from 0, the most typical one.
            neighbour: the number of the neighbour, 0 to 4, from the nearest one.
            place: 0 for the training example as its code draws it, 1 for the neighbour.
        """
        return self.model.make((i, neighbour, place))

    def strategy(self, context: Context) -> Strategy:
        # Not fmap: Hypothesis would print the call of make.
        return sampling.such_that(lambda _: True, self._latents(), make=self._printed_example())

    def strategy_by_label(
        self, labels: Iterable[tuple[Any, Sequence[int]]], spec_text: str | None
    ) -> Strategy:
        groups = [numbers for _, numbers in labels]
        make = self._printed_example(spec_text)

        def example_of(latent: tuple[int, int, int, float]) -> Any:
            group, number, neighbour, place = latent
            return make((groups[group][number % len(groups[group])], neighbour, place))

        group = simple.ints(0, len(groups) - 1)
        number = simple.ints(0, max(map(len, groups)) - 1)
        latents = [group, number, simple.ints(0, _NEIGHBOURS - 1), simple.unit_floats()]
        return sampling.such_that(lambda _: True, combine.tuples(latents), make=example_of)

    def batch_strategy(self, context: Context) -> BatchStrategy:
        make = self._printed_example()
        return BatchStrategy(self._latents(), lambda latents: list(map(make, latents)))

    def _latents(self) -> Strategy:
        """Return a strategy of the numbers of an example and a neighbour, and a place between them."""
        example = simple.ints(0, self.count_examples() - 1)
        return combine.tuples([example, simple.ints(0, _NEIGHBOURS - 1), simple.unit_floats()])

    def _printed_example(self, nameless: str | None = None) -> Callable[[tuple[int, int, float]], Any]:
        """Return a function that makes the example of a latent, which prints as the call that makes it."""
        text = (nameless or "spec") if self.name is None else f"s.get_spec({self.name!r})"
        return lambda latent: remember(self.model.make(latent), f"{text}.example{latent}")

    def form(self) -> Any:
        return ("from_examples", self.model)


@content_text.register
def _content(spec: ExamplesSpec) -> str:
    model = spec.model
    arrays = model.autoencoder.mean, model.autoencoder.variances, model.low, model.high
    return f"{spec!r} {model.threshold.value!r} {[np.asarray(each).tobytes().hex() for each in arrays]}"


def _flat_rows(arrays: Iterable[Any]) -> Floats:
    """Return arrays of one shape as the rows of one array of float64."""
    rows = np.asarray(np.stack(list(map(_as_numpy, arrays))), np.float64)
    return rows.reshape(len(rows), -1)


def _as_numpy(x: Any) -> Array:
    return np.asarray(x.asnumpy() if hasattr(x, "asnumpy") else x)


def _as_examples(values: Any) -> Array:
    """Return examples as one array (n, ...) of real and finite numbers, or raise SpecDefinitionError."""
    try:
        examples = _as_numpy(values)
        if examples.dtype.kind not in _REAL:
            examples = np.asarray(list(map(_as_numpy, values)))
    except (TypeError, ValueError) as error:
        raise SpecDefinitionError(f"examples are arrays of one shape: {error}") from None
    if examples.ndim < 2 or examples.dtype.kind not in _REAL or not examples[:1].size:
        raise SpecDefinitionError(
            "examples are one array or more of one shape, of real numbers, together (n, ...), "
            f"not of shape {examples.shape} and dtype {examples.dtype}"
        )
    infinite = int((~np.isfinite(examples)).reshape(len(examples), -1).any(axis=1).sum())
    if infinite:
        raise SpecDefinitionError(f"{infinite} of {len(examples)} examples are not finite")
    return examples
