"""The answers of a model: a label, and in a Reading how sure it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, Final

from mxspec.errors import ReadingFacts
from mxspec.models.conformal import ConformalThreshold
from mxspec.words import reasons


@dataclasses.dataclass(frozen=True)
class Reading:
    """The answer of a classifier; `discriminate` may return one in place of a bare label.

    Attributes:
        label: the label, or None where the value has none of those that the classifier knows.
        confidence: how sure it is of the label, 0 to 1.
        score: how foreign the value is to it; the larger, the more.
        threshold: the largest score that it accepts, as a number or as `conformal` makes it.
        reason: why there is no label, in words.
        p_value: how likely a rightful value is at least as foreign, 0 to 1, or None where that is unknown;
            a conformal threshold knows it.

    Example:
        >>> import mxspec as s
        >>> vowel = s.model_spec({"a", "e"}, lambda x: s.Reading(x, confidence=0.6), str, min_confidence=0.9)
        >>> s.explain(vowel, "a")
        'a' - failed: read as 'a' (0.60), but a confidence of 0.9 is required
    """

    label: Any
    confidence: float | None = None
    score: float | None = None
    threshold: float | ConformalThreshold | None = None
    reason: str | None = None
    p_value: float | None = None

    def __post_init__(self) -> None:
        if self.p_value is None and isinstance(self.threshold, ConformalThreshold) and self.score is not None:
            object.__setattr__(self, "p_value", self.threshold.p_value(self.score))

    @property
    def strangeness(self) -> str | None:
        """The reason why the score is refused, in words, or None if it is not above the threshold."""
        if self.threshold is None or self.within(self.threshold):
            return None
        if self.score is not None and isinstance(self.threshold, ConformalThreshold):
            return self.threshold.why_not(self.score)
        return reasons.score_too_large(self.score, float(self.threshold))

    def within(self, threshold: float | ConformalThreshold) -> bool:
        """True if there is a score, and it is at most threshold."""
        return self.score is not None and self.score <= float(threshold)

    def facts(self) -> ReadingFacts:
        """Return what is known, as a part of a Problem."""
        facts: ReadingFacts = {}
        if self.label is not None:
            facts["label"] = self.label
        if self.confidence is not None:
            facts["confidence"] = self.confidence
        if self.score is not None:
            facts["score"] = self.score
        if self.threshold is not None:
            facts["threshold"] = float(self.threshold)
        if self.p_value is not None:
            facts["p_value"] = self.p_value
        return facts


def as_reading(answer: Any) -> Reading:
    """Return an answer of discriminate as a Reading, its label as Python's own where it is numpy's scalar."""
    reading = answer if isinstance(answer, Reading) else Reading(answer)
    label = reading.label
    if getattr(label, "shape", None) == () and hasattr(label, "item"):
        return dataclasses.replace(reading, label=label.item())
    return reading


def as_answers(batch: Any) -> list[Any]:
    """Return what a batch function of discriminate returned as plain labels, if all are, else as readings."""
    # tolist makes Python's own numbers of those of an array, all in one go.
    answers = batch.tolist() if getattr(batch, "ndim", None) == 1 else list(batch)
    return answers if are_plain(answers) else list(map(as_reading, answers))


# Not float, as a spec may tell 0.0 from -0.0, nor int and bool together, as it may tell 1 from True.
_PLAIN: Final = frozenset({int, str, bool, bytes, type(None)})


def are_plain(answers: Iterable[Any]) -> bool:
    """True if all answers are bare labels, and those that are equal are the same label to any spec."""
    types = set(map(type, answers))
    return types <= _PLAIN and not types >= {int, bool}
