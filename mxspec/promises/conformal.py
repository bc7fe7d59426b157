"""Conformal thresholds: held-back scores bound the refused share of in-distribution values.

The threshold is one of the sorted nonconformity scores, the k-th smallest of n. If the next values come from
the same distribution, the share of them below the k-th smallest score has the distribution
Beta(k, n + 1 - k), whatever the scores look like; ties only enlarge it. We take the smallest k with a share
of at least 1 - alpha at the given confidence. It keeps the promise, and refuses the most out-of-distribution
values.

With labels, each label has a threshold set on its own scores alone (Mondrian, or class-conditional, conformal
prediction). A single threshold keeps its promise on average over the labels, and may refuse many values of
one label and none of the others.

With groups, such as the patients that values belong to, the score of a group is its largest score, since one
refused value refuses the group. Groups can be exchangeable even if their values are not.

Sources: Vovk, "Conditional validity of inductive conformal predictors" (2012), also for labels; Bates,
Candès, Lei, Romano and Sesia, "Testing for outliers with conformal p-values" (2023).
"""

from __future__ import annotations

import bisect
import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, overload

from mxspec.addresses import reduce_by_name
from mxspec.base.lazy import LateModule, lazy
from mxspec.base.messages import reasons
from mxspec.base.values import stable_order
from mxspec.errors import SpecDefinitionError
from mxspec.promises.bounds import (
    as_scores,
    check_terms,
    labels_of,
    min_scores,
    order_statistic,
    words_of_groups,
)
from mxspec.promises.exchangeable import warn_of_order

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float64]]
else:
    np = LateModule("numpy")


@dataclasses.dataclass(frozen=True, repr=False)
class ConformalThreshold:
    """The largest accepted score, with the held-back scores that set it; `conformal` makes it.

    Pass it wherever a threshold is an argument (`Reading`, `model_spec`); `float(threshold)` is the number.

    Attributes:
        value: the largest accepted score.
        alpha: the greatest refused share of in-distribution values.
        confidence: the probability, over the choice of the held-back values, that the share is at most alpha.
        scores: the held-back scores in ascending order.
        of: the plural noun for the held-back values, as in explain.
    """

    __reduce_ex__ = reduce_by_name

    value: float
    alpha: float
    confidence: float
    scores: tuple[float, ...]
    of: str = "examples"

    @property
    def n(self) -> int:
        """The number of held-back scores."""
        return len(self.scores)

    def __float__(self) -> float:
        return self.value

    def p_value(self, score: float) -> float:
        """Return the conformal p-value of a score.

        It is the share of held-back scores at least as large, counting the score itself. For an
        in-distribution value it is at most p with probability at most p, averaged over the held-back values.

        Args:
            score: the score of a value; NaN is larger than any number.

        Example:
            >>> import mxspec as s
            >>> threshold = s.conformal(range(99), alpha=0.1, confidence=0.9)
            >>> threshold.p_value(98), threshold.p_value(1000), threshold.p_value(-1)
            (0.02, 0.01, 1.0)
        """
        return (1 + self.n - self.count_below(score)) / (self.n + 1)

    def p_values(self, scores: Any) -> Floats:
        """Return the p-values of scores as float64, in the shape of the scores."""
        # NaN sorts after all numbers.
        return (1 + self.n - np.searchsorted(self.scores, np.asarray(scores, np.float64))) / (self.n + 1)

    def count_below(self, score: float) -> int:
        """Return the number of held-back scores below a score."""
        return self.n if math.isnan(score) else bisect.bisect_left(self.scores, score)

    def why_not(self, score: float) -> str:
        """Return why the threshold refuses a score.

        Example:
            >>> import mxspec as s
            >>> s.conformal(range(1000), of="digits").why_not(998.5)
            'anomaly score above 99.9% of 1,000 digits, the limit is 99%'
        """
        if math.isnan(score):
            return reasons.SCORE_IS_NAN
        return reasons.score_above_threshold(self.count_below(score), self.n, self.alpha, self.of)

    def for_label(self, label: Any) -> ConformalThreshold | None:
        """Return the threshold for a label: this one, whatever the label."""
        return self

    def limits(self, labels: Iterable[Any]) -> Floats:
        """Return the largest accepted score for each of n labels, float64 (n,); -inf without a threshold."""
        thresholds = map(self.for_label, labels)
        return np.array([-math.inf if each is None else each.value for each in thresholds], np.float64)

    def __repr__(self) -> str:
        return self._text(repr(self.value))

    def _text(self, value: str) -> str:
        promise = f"alpha={self.alpha!r}, confidence={self.confidence!r}"
        return f"{type(self).__name__}({value}, n={self.n}, {promise}, of={self.of!r})"


@dataclasses.dataclass(frozen=True, repr=False)
class LabelThresholds(ConformalThreshold):
    """A conformal threshold for each label; `conformal(scores, by=labels)` makes it.

    A reading must pass the threshold of its label, and is refused if its label lacks one. If no label is
    read, a score passes if any of the thresholds accepts it, and its p-value is the largest among them:
    `float(thresholds)` is the largest threshold. It refuses at most alpha of any label, too.

    Attributes:
        value, alpha, confidence, scores, of: as in `ConformalThreshold`; value is the largest threshold, and
            scores are the scores of all labels.
        items: pairs of a label and its `ConformalThreshold`.
    """

    items: tuple[tuple[Any, ConformalThreshold], ...] = ()

    @lazy
    def by_label(self) -> Mapping[Any, ConformalThreshold]:
        """The thresholds by label."""
        return dict(self.items)

    def for_label(self, label: Any) -> ConformalThreshold | None:
        """Return the threshold of a label, or None; for the label None, all thresholds."""
        try:
            return self if label is None else self.by_label.get(label)
        except Exception:  # unhashable
            return None

    def p_value(self, score: float) -> float:
        """Return the largest p-value of a score among the labels."""
        return max(each.p_value(score) for _, each in self.items)

    def p_values(self, scores: Any) -> Floats:
        """Return each score's largest p-value among the labels, as float64 in the shape of the scores."""
        largest: Floats = np.max([each.p_values(scores) for _, each in self.items], axis=0)
        return largest

    def why_not(self, score: float) -> str:
        """Return why the threshold of the label with the largest p-value refuses a score."""
        return max((each for _, each in self.items), key=lambda each: each.p_value(score)).why_not(score)

    def __repr__(self) -> str:
        return self._text(f"{{{', '.join(f'{label!r}: {each.value!r}' for label, each in self.items)}}}")


@overload
def conformal(
    scores: Any,
    alpha: float = 0.01,
    confidence: float = 0.99,
    *,
    by: None = None,
    groups: Any = None,
    of: str = "examples",
    ordered: bool = True,
) -> ConformalThreshold: ...


@overload
def conformal(
    scores: Any,
    alpha: float = 0.01,
    confidence: float = 0.99,
    *,
    by: Any,
    groups: Any = None,
    of: str = "examples",
    ordered: bool = True,
) -> LabelThresholds: ...


def conformal(
    scores: Any,
    alpha: float = 0.01,
    confidence: float = 0.99,
    *,
    by: Any = None,
    groups: Any = None,
    of: str = "examples",
    ordered: bool = True,
) -> ConformalThreshold:
    """Return a threshold that refuses few in-distribution values, with a stated confidence.

    With a probability of at least confidence over the choice of the held-back values, at most the share alpha
    of all in-distribution values has a score above the threshold. This holds for any score and any
    distribution if the held-back and the future values are exchangeable: they come from the same source, and
    neither the score nor anything else was fitted to the held-back values. Each value counts as one
    independent draw: if values belong together, such as the values of a patient, name the `groups`, or the
    promise is broken more often than stated.

    The promise is an average: far more values of one label, one writer or one camera may be refused. With
    `by`, each label has its own threshold. Then the promise holds for each label, with the confidence for
    each label separately. For all m labels together it holds with a probability of at least 1 - m * (1 -
    confidence) (Bonferroni): pass `confidence=1 - 0.01 / m` for 99%. At the defaults, 6 of 1,500 scores of a
    label are above its threshold, and a label needs at least 459 scores.

    A model spec or `Reading` compares a value with the threshold of the label that it reads. If `by` has the
    labels that the model reads, at most the share alpha of the values read as a label is refused. If it has
    the true labels, at most alpha of the values of a label is read rightly and still refused; a misread value
    meets the threshold of a different label.

    Args:
        scores: (n,), the nonconformity scores of held-back in-distribution values; larger is more anomalous.
            Ties do no harm; nor does infinity, unless it becomes the threshold.
        alpha: the share of in-distribution values that may be refused, between 0 and 1.
        confidence: the probability that this bound holds, between 0 and 1.
        by: (n,), the label of each held-back value, hashable and not None.
        groups: (n,), the group of each held-back value, such as its patient; a column of a frame also gives
            its name. Then the promise is about new, whole groups: at most the share alpha of them has a
            refused value. This does not bound the share of refused values if large groups are refused more
            often. With `by`, the same is true for the values of each label.
        of: the plural noun for the held-back values in explain: "anomaly score above 99.7% of 3,000 digits".
        ordered: False if the order of the scores means nothing, as after a shuffle.

    Returns:
        A `ConformalThreshold`; with `by`, `LabelThresholds`, which can replace it everywhere.

    Raises:
        SpecDefinitionError: scores is empty, not one-dimensional or contains NaN; scores are too few, in all
            or for a label, and the message states how many are enough; alpha or confidence is not between 0
            and 1; or `by` is not a label for each score.

    Warns:
        UserWarning: the scores, of all values or of a label, drift with their order, so that future scores
            may differ (`mxspec.promises.exchangeable`). Sorted scores are not tested.

    Example:
        >>> import mxspec as s
        >>> threshold = s.conformal(range(1000), alpha=0.01, confidence=0.99)
        >>> float(threshold), threshold.p_value(997)
        (997.0, 0.003996003996003996)
        >>> s.conformal(range(100), alpha=0.01, confidence=0.99)
        Traceback (most recent call last):
        ...
        mxspec.errors.SpecDefinitionError: 100 scores can't promise with a confidence of 0.99 that at most
        0.01 of the values are refused, 459 can; try more scores, a larger alpha or a smaller confidence

        If the scores of one label are twice as large, that label alone would bear all refusals:

        >>> scores, labels = [*range(1500), *range(0, 3000, 2)], ["one"] * 1500 + ["two"] * 1500
        >>> s.conformal(scores, ordered=False)
        ConformalThreshold(2964.0, n=3000, alpha=0.01, confidence=0.99, of='examples')
        >>> thresholds = s.conformal(scores, by=labels)
        >>> thresholds
        LabelThresholds({'one': 1493.0, 'two': 2986.0}, n=3000, alpha=0.01, confidence=0.99, of='examples')
        >>> s.Reading("one", score=1600, threshold=thresholds).score_reason
        "anomaly score above all 1,500 examples labelled 'one', the limit is 99%"
        >>> s.conformal(range(3000), alpha=0.05, groups=[i // 10 for i in range(3000)], ordered=False)
        ConformalThreshold(2939.0, n=300, alpha=0.05, confidence=0.99, of='groups of examples')
    """
    check_terms(alpha, confidence)
    values = as_scores(scores).tolist()
    labels = [None] * len(values) if by is None else labels_of(by, len(values))
    unit = "values"
    if groups is not None:
        unit = words_of_groups(groups)
        of = unit.replace("groups", f"groups of {of}", 1)
        largest: dict[tuple[Any, Any], float] = {}
        belongs = labels_of(groups, len(values), "groups")
        for label, group, score in zip(labels, belongs, values, strict=True):
            key = label, group
            largest[key] = max(score, largest.get(key, score))
        labels, values = [label for label, _ in largest], [*largest.values()]
    if by is None:
        threshold = _threshold(values, alpha, confidence, of, unit)
        if ordered:
            _warn_unless_sorted(values, of)
        return threshold
    scores_of: dict[Any, list[float]] = {}
    for label, score in zip(labels, values, strict=True):
        scores_of.setdefault(label, []).append(score)
    few = [label for label in scores_of if order_statistic(len(scores_of[label]), alpha, confidence) is None]
    if few:
        things = _things(unit)
        counts = ", ".join(f"{len(scores_of[label])} of {label!r}" for label in stable_order(few))
        raise SpecDefinitionError(
            f"too few {things} of {len(few)} of {len(scores_of)} labels to promise with a confidence of "
            f"{confidence} that at most {alpha} of the {unit} of each are refused, "
            f"{min_scores(alpha, confidence)} a label can: {counts}; try more {things}, a larger alpha or a "
            "smaller confidence"
        )
    items = tuple(
        (label, _threshold(scores_of[label], alpha, confidence, f"{of} labelled {label!r}", unit))
        for label in stable_order(scores_of)
    )
    if ordered:
        for label, each in items:
            _warn_unless_sorted(scores_of[label], each.of, len(items))
    value = max(each.value for _, each in items)
    return LabelThresholds(value, alpha, confidence, tuple(sorted(values)), of, items)


def _threshold(
    values: list[float], alpha: float, confidence: float, of: str, unit: str
) -> ConformalThreshold:
    """Return the threshold for scores without labels."""
    rising = tuple(sorted(values))
    k = order_statistic(len(rising), alpha, confidence)
    things = _things(unit)
    if k is None:
        raise SpecDefinitionError(
            f"{len(rising)} {things} can't promise with a confidence of {confidence} that at most {alpha} of "
            f"the {unit} are refused, {min_scores(alpha, confidence)} can; "
            f"try more {things}, a larger alpha or a smaller confidence"
        )
    value = rising[k - 1]
    if value == math.inf:
        infinite = len(rising) - bisect.bisect_left(rising, math.inf)
        raise SpecDefinitionError(
            f"{infinite} of {len(rising)} scores are infinite, which makes the threshold infinite: it would "
            "refuse nothing; try a larger alpha, or a score that is finite for most values"
        )
    return ConformalThreshold(value, alpha, confidence, rising, of)


def _things(unit: str) -> str:
    return "scores" if unit == "values" else unit


def _warn_unless_sorted(values: list[float], of: str, among: int = 1) -> None:
    """Warn if scores drift with their order, unless they are sorted."""
    if sorted(values) not in (values, values[::-1]):
        warn_of_order(values, f"the scores of {of}", among, 3)
