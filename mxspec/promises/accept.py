"""Acceptance thresholds: at most a share of what passes is wrong, with a stated confidence.

`conformal` bounds wrong refusals; `accept` bounds wrong acceptances. A model gives scores, and some of its
answers are labelled right or wrong. The higher the threshold, the fewer answers pass and the fewer of them
are wrong. If n answers pass a threshold, and k of them are wrong, the Clopper-Pearson bound limits the true
share of wrong answers. Trying all thresholds and taking the best would use up that bound. Instead, thresholds
are tested in an order fixed beforehand, from strict to lax, until one fails: then each test has the full
confidence, and all thresholds that passed hold together (fixed-sequence testing).

The grid depends on the scores alone; each threshold lets a hundredth more answers pass than the one before.
A few wrong answers near its start would end a sequence. So several starts share the error equally: the least
number of answers that could promise, then 1.5 times as many each, up to all. A threshold that passes hands
its part of the error to the next threshold, and a start adds its own part; a threshold that fails loses its
part, and the next start continues with its own (the fallback procedure). The laxest passing threshold wins.

The confidence is exact for thresholds fixed beforehand. These thresholds are scores of the sample: that costs
nothing as long as the answers just below a threshold are not right more often than the answers above, which
is what a score is for. tests/measurements/promises/acceptance.py measures scores that break this, and finds
it kept.

Answers about one patient or from one session are alike, so a thousand of them may be worth no more than
fifty. With `groups`, groups are counted instead of answers. A group passes with its best score, and is wrong
at a threshold if one of its passing answers is wrong: whatever the dependence within groups, the groups are
drawn independently. Just one answer of the group that sets a threshold passes it, so this group may be right
more often than the others. It is not counted, which costs one group.

Sources: Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then test: calibrating predictive algorithms to
achieve risk control" (2021); Maurer, Hothorn and Lehmacher, "Multiple comparisons in drug clinical trials and
preclinical assays: a-priori ordered hypotheses" (1995); Wiens and Dmitrienko, "The fallback procedure for
evaluating a single family of hypotheses" (2005).
"""

from __future__ import annotations

import bisect
import collections
import dataclasses
import math
from collections.abc import Iterator
from typing import Any, Final, overload

from mxspec.addresses import reduce_by_name
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.values import short_repr, stable_order
from mxspec.errors import SpecDefinitionError
from mxspec.promises.answers import as_bool
from mxspec.promises.bounds import (
    as_scores,
    binomial_cdf,
    check_terms,
    labels_of,
    min_scores,
    words_of_groups,
)
from mxspec.promises.promise import certain, share_text
from mxspec.promises.sequential import error_of, records

_APART: Final = 1.5  # the ratio of the numbers of answers at two starts
_STEP: Final = 100


@dataclasses.dataclass(frozen=True, repr=False)
class Acceptance:
    """The lowest accepted score such that at most a share of what passes is wrong; `accept` makes it.

    `float(acceptance)` is the number, and a score passes if it is at least as large.

    Attributes:
        value: the lowest accepted score.
        wrong_at_most: the greatest share of wrong answers among the answers that pass.
        confidence: the probability, over the choice of the labelled answers, that this bound holds.
        n, passed, wrong: the numbers of labelled answers, of passing answers, and of wrong passing answers;
            or of groups.
        of: the units counted, "answers" or groups of them.
    """

    __reduce_ex__ = reduce_by_name

    value: float
    wrong_at_most: float
    confidence: float
    n: int
    passed: int
    wrong: int
    of: str = "answers"

    @property
    def coverage(self) -> float:
        """The share of the labelled answers, or groups, that pass."""
        return self.passed / self.n

    def __float__(self) -> float:
        return self.value

    def passes(self, score: float) -> bool:
        """Return True if an answer with this score passes."""
        return score >= self.value

    def __repr__(self) -> str:
        return (
            f"accepts scores from {self.value:.6g}: at most {_claim(self.wrong_at_most, self.of)} "
            f"{certain(self.confidence)}; {self.passed:,} of {self.n:,} pass, {self.wrong:,} of these wrong"
        )


def _claim(share: float, of: str) -> str:
    rest = "what passes is wrong" if of == "answers" else f"{of} that pass let a wrong answer pass"
    return f"{share_text(share)} of {rest}"


@overload
def accept(
    scores: Any,
    right: Any,
    wrong_at_most: float = 0.01,
    confidence: float = 0.99,
    *,
    by: None = None,
    groups: Any = None,
) -> Acceptance: ...


@overload
def accept(
    scores: Any,
    right: Any,
    wrong_at_most: float = 0.01,
    confidence: float = 0.99,
    *,
    by: Any,
    groups: Any = None,
) -> dict[Any, Acceptance]: ...


@name_options()
def accept(
    scores: Any,
    right: Any,
    wrong_at_most: float = 0.01,
    confidence: float = 0.99,
    *,
    by: Any = None,
    groups: Any = None,
) -> Acceptance | dict[Any, Acceptance]:
    """Return the lowest score to accept, such that at most a share of what passes is wrong.

    Use it for the floor of a search, the hit of a cache, the verdict of a judge, the intent of a chat bot or
    the label of a classifier, with something else to do below it. The answers must be drawn like future
    answers, and neither the score nor anything else may have been fitted to them. Each answer counts as one
    independent draw: answers that belong together, such as answers about one patient, break the promise more
    often than stated, unless `groups` names what they belong to.

    Args:
        scores: (n,), the scores of answers; larger means surer.
        right: (n,), True for each answer that is right.
        wrong_at_most: the share of what passes that may be wrong, between 0 and 1.
        confidence: the probability that this bound holds, between 0 and 1. In pytest, `--mxspec-confidence`
            bounds the error of all promises of a run together.
        by: (n,), the group of each answer, such as its label; each group gets a threshold, and the
            confidence is for all thresholds together.
        groups: (n,), the group of each answer, such as its patient; a column of a frame also gives its name.
            Then the promise is about new, whole groups: at most the share of groups with a passing answer let
            a wrong answer pass. A group with one such answer is wrong, so this does not bound the share of
            wrong answers if large groups are wrong more often.

    Returns:
        An `Acceptance`; with `by`, a dict of one for each group.

    Raises:
        SpecDefinitionError: the answers, or the answers of a group, are too few or too often wrong to promise
            this, and the message states how many labels would do, if any number would; or an argument is
            invalid.

    Example:
        >>> import mxspec as s
        >>> scores = [i / 2000 for i in range(2000)]
        >>> right = [score > 0.5 or i % 3 == 0 for i, score in enumerate(scores)]
        >>> floor = s.accept(scores, right, wrong_at_most=0.05)
        >>> floor
        accepts scores from 0.4775: at most 5% of what passes is wrong (certain 99%); 1,045 of 2,000 pass,
        31 of these wrong
        >>> floor.passes(0.6), floor.passes(0.1)
        (True, False)
        >>> s.accept(scores[-100:], right[-100:])
        Traceback (most recent call last):
        ...
        mxspec.errors.SpecDefinitionError: 100 labels can't promise with a confidence of 0.99 that at most
        1% of what passes is wrong; 459 labels can
        >>> s.accept(scores, right, wrong_at_most=0.05, groups=[i // 4 for i in range(2000)])
        accepts scores from 0.4935: at most 5% of groups that pass let a wrong answer pass (certain 99%); 254
        of 500 pass, 4 of these wrong
    """
    check_terms(wrong_at_most, confidence, "wrong_at_most")
    values, right = as_scores(scores).tolist(), [*right]
    marks = [as_bool(x) for x in right]
    if None in marks:
        wrong = short_repr(right[marks.index(None)])
        raise SpecDefinitionError(f"right is True or False for each score, not {wrong}")
    if len(marks) != len(values):
        raise SpecDefinitionError(
            f"right is True or False for each score, not {len(marks)} for {len(values)} scores"
        )
    labels = [None] * len(values) if by is None else labels_of(by, len(values))
    belongs = range(len(values)) if groups is None else labels_of(groups, len(values), "groups")
    of = "answers" if groups is None else words_of_groups(groups)
    units: dict[Any, dict[Any, list[tuple[float, bool]]]] = {}
    for label, group, score, mark in zip(labels, belongs, values, marks, strict=True):
        units.setdefault(label, {}).setdefault(group, []).append((score, mark is True))
    part = 1 - error_of(confidence) / len(units)
    floors, failures = {}, []
    for label in stable_order(units):
        try:
            floors[label] = _accept([*units[label].values()], wrong_at_most, part, confidence, of)
        except SpecDefinitionError as failure:
            failures.append(f"{failure}" if by is None else f"{short_repr(label)}: {failure}")
    if failures:
        raise SpecDefinitionError("\n".join(failures))
    for label, floor in floors.items():
        records.append(f"accept{'' if by is None else f' of the group {short_repr(label)}'}: {floor}")
    return floors[None] if by is None else floors


def _accept(
    units: list[list[tuple[float, bool]]], share: float, confidence: float, words: float, of: str
) -> Acceptance:
    """Return the threshold for units of scores and marks; words is the stated confidence."""
    falling = sorted((max(score for score, _ in unit) for unit in units), reverse=True)
    wrong_scores = ([score for score, is_right in unit if not is_right] for unit in units)
    rising_wrong = sorted(max(own) for own in wrong_scores if own)
    apart = int(of != "answers")  # the group that sets the threshold
    laxest, error = 0, 0.0
    first: tuple[int, int] | None = None
    starts = collections.deque(_starts(len(units) - apart, share, 1 - confidence))
    for passed in _grid(falling, starts[0][0] + apart):
        while starts and starts[0][0] + apart <= passed:
            error += starts.popleft()[1]
        wrong, counted = _count_from(rising_wrong, falling[passed - 1]), passed - apart
        first = first or (passed, wrong)
        if error and wrong < counted and binomial_cdf(wrong, counted, share) <= error:
            laxest = passed
        else:
            error = 0.0
    if laxest:
        value = falling[laxest - 1]
        wrong = _count_from(rising_wrong, value)
        return Acceptance(value, share, words, len(units), laxest, wrong, of)
    needed = _labels_needed(len(units), first, share, confidence)
    things = "labels" if of == "answers" else of
    hint = (
        "scores that tell right from wrong better would do"
        if needed is None
        else f"{needed + apart:,} {things} can"
    )
    few = "" if first is None else f", as {first[1]:,} of the {first[0]:,} with the best scores are wrong"
    like_this = "" if first is None or needed is None else ", if it goes on like this"
    raise SpecDefinitionError(
        f"{len(units):,} {things} can't promise with a confidence of {words} that at most "
        f"{_claim(share, of)}{few}; {hint}{like_this}"
    )


def _count_from(rising: list[float], score: float) -> int:
    """Return the number of scores at least as large as a score."""
    return len(rising) - bisect.bisect_left(rising, score)


def _starts(n: int, share: float, error: float) -> list[tuple[int, float]]:
    """Return the number of passing answers at each start, with its part of the error."""
    starts = [min_scores(share, 1 - error)]
    while (more := math.ceil(starts[-1] * _APART)) <= n:
        starts.append(more)
    part = error / len(starts)
    return [(max(start, min_scores(share, 1 - part)), part) for start in starts]


def _grid(falling: list[float], passed: int) -> Iterator[int]:
    """Yield the number of falling scores that pass each threshold, from strict to lax."""
    n = len(falling)
    while passed <= n:
        while passed < n and falling[passed] == falling[passed - 1]:  # equal scores pass together
            passed += 1
        yield passed
        passed = max(passed + 1, min(n, passed + passed // _STEP))


def _labels_needed(n: int, first: tuple[int, int] | None, share: float, confidence: float) -> int | None:
    """Return about how many labels would do, if the best scores stay wrong as often."""
    if first is None:
        return min_scores(share, confidence)
    passed, wrong = first
    if wrong >= 0.9 * share * passed:
        return None
    labels = n
    while True:
        labels = math.ceil(1.05 * labels)
        for start, error in _starts(labels, share, 1 - confidence):
            if binomial_cdf(math.ceil(wrong / passed * start), start, share) <= error:
                return math.ceil(labels / 10) * 10
