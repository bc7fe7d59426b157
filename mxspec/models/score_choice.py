"""The choice of an anomaly score, by negatives made from examples.

No score is best on all data, and nothing shows which values to refuse. So scores are compared by how well
they tell unseen examples from negatives made from these: the means of two examples (Zhang, Cisse, Dauphin and
Lopez-Paz, "mixup", 2018), the first half of one with the second of another (as in Yun et al., "CutMix",
2019), and examples in reverse, such as pictures upside down. The choice is weak where such negatives are
valid values too, and where values to refuse differ in another way.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from mxspec.models.linear_autoencoder import (
    NEARLY_ALL,
    Floats,
    LinearAutoencoder,
    column_scales,
    have_one_unit,
    learn,
)

# Of equal scores, the first is chosen.
SCORES: Final[Mapping[str, Callable[[LinearAutoencoder, Floats], Floats]]] = {
    "nearest neighbours": LinearAutoencoder.nearest_distances,
    "Mahalanobis distance": LinearAutoencoder.mahalanobis_distances,
    "PCA residual": LinearAutoencoder.residuals,
}
# Features count as they are, or each in its standard deviation; which is better is not known beforehand.
FEATURES, SCALED, VALUES = "features", "scaled features", "values"

APART: Final = 0.25  # of the training examples, held apart for the choice
LEAST_APART: Final = 10
MOST_APART: Final = 500
MOST_NUMBERS: Final = (
    20_000_000  # of all examples, 160 MB: larger values are compared by their features alone
)


@dataclasses.dataclass(frozen=True, repr=False)
class ScoreChoice:
    """The chosen anomaly score, and why.

    Attributes:
        score: "nearest neighbours", "Mahalanobis distance" or "PCA residual".
        of: "features", "scaled features", each in its unit, or "values", if the values themselves tell more.
        apart: the number of examples held back for the choice; 0 if there were too few to choose.
        separations: the AUROC by the score and the kind of values: the share of pairs of a held-back example
            and a negative where the negative has the higher score.
        without: why values were not tried; "" if they were.

    Example:
        >>> ScoreChoice("PCA residual", "values", 85, {("PCA residual", "values"): 0.75})
        by PCA residual of values: AUROC 0.750 beside mixtures and reversals of 85 examples held apart
    """

    score: str
    of: str
    apart: int = 0
    separations: Mapping[tuple[str, str], float] = dataclasses.field(default_factory=dict, hash=False)
    without: str = ""

    def __repr__(self) -> str:
        text = f"by {self.score} of {self.of}"
        if not self.apart:
            return f"{text}: too few examples to choose"
        best = self.separations[self.score, self.of]
        text += f": AUROC {best:.3f} beside mixtures and reversals of {self.apart} examples held apart"
        others = {pair: share for pair, share in self.separations.items() if pair != (self.score, self.of)}
        if others:
            (score, of), share = max(others.items(), key=lambda item: item[1])
            text += f", {score} of {of} {share:.3f}"
        return f"{text}; {self.without}" if self.without else text


def fit(rows: Floats, are_rows: bool, of: str = VALUES, score: str = "") -> LinearAutoencoder:
    """Return the autoencoder of training rows (n, d).

    Args:
        rows: the rows.
        are_rows: True for rows, where each column may have its own unit; False for larger arrays.
        of: FEATURES count as they are, SCALED each in its unit, and VALUES as their ranges suggest.
        score: the name of the score; distances to nearest neighbours are exact.
    """
    have_units = of == SCALED or (of == VALUES and are_rows and not have_one_unit(rows))
    explained = NEARLY_ALL if score == "nearest neighbours" else None
    return learn(rows, column_scales(rows) if have_units else None, explained)


def choose_score(
    features: np.ndarray[Any, Any],
    values: np.ndarray[Any, Any] | None,
    embed: Callable[[Sequence[Any]], Sequence[Any]],
    random: np.random.Generator,
) -> ScoreChoice:
    """Return the score that tells examples best from negatives made of them.

    Args:
        features: (n, ...), the features of training examples in any order.
        values: (n, ...), the examples themselves, if they are arrays of one shape and not too large.
        embed: returns the features of values.
        random: pairs the examples.
    """
    apart = min(int(APART * len(features)), MOST_APART)
    if apart < LEAST_APART:
        return ScoreChoice(next(iter(SCORES)), SCALED if _have_units(features) else FEATURES)
    spaces, without = {FEATURES: features}, "values are not compared, being no arrays, or large ones"
    negatives = {FEATURES: mix(features[:apart], random)}
    if values is not None:
        mixed = mix(values[:apart], random)
        try:
            embedded = np.asarray(np.stack([np.asarray(each) for each in embed(list(mixed))]), np.float64)
            if embedded.shape[1:] != features.shape[1:] or not np.isfinite(embedded).all():
                raise ValueError("its features are others")
        except Exception as error:
            without = f"values are not compared, as embed takes no mixtures of them: {type(error).__name__}"
        else:
            spaces, negatives, without = spaces | {VALUES: values}, {FEATURES: embedded, VALUES: mixed}, ""
    if _have_units(features):
        spaces[SCALED], negatives[SCALED] = features, negatives[FEATURES]
    separations = {}
    for of, examples in spaces.items():
        rows, others = (flat_rows(each) for each in (examples, negatives[of]))
        for name, score_rows in SCORES.items():
            model = fit(rows[apart:], examples.ndim == 2, of, name)
            separations[name, of] = separation(score_rows(model, rows[:apart]), score_rows(model, others))
    score, of = max(separations, key=lambda pair: separations[pair])
    return ScoreChoice(score, of, apart, separations, without)


def _have_units(features: np.ndarray[Any, Any]) -> bool:
    return features.ndim == 2 and not have_one_unit(flat_rows(features))


def mix(examples: np.ndarray[Any, Any], random: np.random.Generator) -> np.ndarray[Any, Any]:
    """Return negatives of examples (n, ...): the means of each and another, halves of both, and reversals.

    >>> mix(np.array([[0, 0, 0, 2], [8, 8, 8, 8]]), np.random.default_rng(0)).tolist()
    [[4, 4, 4, 5], [4, 4, 4, 5], [0, 0, 8, 8], [8, 8, 0, 2], [2, 0, 0, 0], [8, 8, 8, 8]]
    """
    n = len(examples)
    rows = examples.reshape(n, -1)
    shuffled = random.permutation(n)
    others = np.empty_like(rows)
    others[shuffled] = rows[np.roll(shuffled, 1)]  # no example is its own partner
    means = (rows.astype(np.float64) + others) / 2
    if examples.dtype.kind != "f":
        means = means.round()
    middle = rows.shape[1] // 2
    halves = np.concatenate([rows[:, :middle], others[:, middle:]], axis=1)
    negatives: np.ndarray[Any, Any] = np.concatenate([means.astype(examples.dtype), halves, rows[:, ::-1]])
    return negatives.reshape(3 * n, *examples.shape[1:])


def separation(examples: Floats, others: Floats) -> float:
    """Return the share of pairs of an example and another where the other has the higher score.

    >>> separation(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.875
    """
    rising = np.sort(examples)
    below = np.searchsorted(rising, others, "left") + np.searchsorted(rising, others, "right")
    return float(below.mean() / (2 * len(examples)))


def flat_rows(examples: np.ndarray[Any, Any]) -> Floats:
    """Return examples (n, ...) as float64 (n, d)."""
    rows: Floats = np.asarray(examples, np.float64).reshape(len(examples), -1)
    return rows
