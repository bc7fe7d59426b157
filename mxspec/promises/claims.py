"""A claim that few values are misjudged, decided value by value, in the caller's words."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from mxspec.base.strategies import sampling
from mxspec.base.values import is_hashable, repr_of, short_repr
from mxspec.errors import PromiseError, SpecDefinitionError
from mxspec.promises.answers import Answer, Guard
from mxspec.promises.promise import certain, share_text
from mxspec.promises.sequential import (
    Verdict,
    records,
    share_at_most,
    share_of_error,
    values_to_decide,
    verdict_of,
)


@dataclasses.dataclass(frozen=True)
class Terms:
    """A claim in words: "f refuses 3 of 40 values that must pass", "more than 1% of such values are refused".

    Attributes:
        verb: the guard's wrong verdict, as a verb.
        things: the values in the plural.
        share: the rest of a sentence that begins with a share of the values.
        by_rest: True if the sentences are about the share of the other values, which must be large.
        must_pass: False if the guard misjudges the values that it lets pass.
    """

    verb: str
    things: str
    share: str
    by_rest: bool = False
    must_pass: bool = True

    def for_groups(self, of: str) -> Terms:
        """Return these terms about groups instead of single values."""
        things, share = (text.replace("values", of, 1) for text in (self.things, self.share))
        return dataclasses.replace(self, things=things, share=share)

    def words_within(self, share: float) -> str:
        """Return the sentence that at most a share of the values is misjudged."""
        text = (
            f"at least {share_text(1 - share, up=False)}" if self.by_rest else f"at most {share_text(share)}"
        )
        return f"{text} {self.share}"

    def words_beyond(self, share: float) -> str:
        """Return the sentence that more than a share of the values is misjudged."""
        text = f"fewer than {share_text(1 - share)}" if self.by_rest else f"more than {share_text(share)}"
        return f"{text} {self.share}"


REFUSE: Final = Terms("refuses", "values that must pass", "of such values are refused")
CATCH: Final = Terms(
    "lets pass", "values that must be refused", "of such values are refused", True, must_pass=False
)


@dataclasses.dataclass
class Claim:
    """The claim that a guard misjudges at most the share limit of some values, and its state.

    Attributes:
        guard, terms, limit: the claim.
        confidence: the stated probability that no verdict of the call is wrong.
        error: this claim's part of the remaining error.
        group: the group of the values as text, or "".
        n, wrong: the numbers of values and of misjudged values so far.
        shortest, answer: the shortest misjudged value (for arrays, the first), and the guard's answer to it.
        place: the position of shortest among the values, from 1; 0 if it was shrunk.
        mistakes: for each value in order, True if it was misjudged.
        verdict: the verdict on the claim.
    """

    guard: Guard
    terms: Terms
    limit: float
    confidence: float
    error: float
    group: str = ""
    n: int = 0
    wrong: int = 0
    shortest: Any = None
    answer: Any = None
    place: int = 0
    mistakes: list[bool] = dataclasses.field(default_factory=list)
    verdict: Verdict = "undecided"

    @property
    def bound(self) -> float:
        """The bound on the share of misjudged values."""
        return share_at_most(self.wrong, self.n, self.error)

    @property
    def is_open(self) -> bool:
        """True if the values so far can't decide the claim."""
        return self.verdict == "undecided"

    @property
    def is_refuted(self) -> bool:
        """True if a larger share of the values is misjudged."""
        return self.verdict == "refuted"

    def is_misjudged(self, answer: Answer) -> bool:
        """True if an answer of the guard is wrong."""
        return answer[0] is not self.terms.must_pass

    def count(self, x: Any, answer: Answer) -> None:
        """Count a value and the guard's answer to it."""
        self.n += 1
        self.mistakes.append(self.is_misjudged(answer))
        if self.mistakes[-1]:
            self.wrong += 1
            if self.wrong == 1 or (
                not hasattr(x, "__array__") and len(repr_of(x)) < len(repr_of(self.shortest))
            ):
                self.shortest, self.answer, self.place = x, answer[1], self.n
        self.verdict = verdict_of(self.wrong, self.n, self.limit, self.error)

    def shrink(self, strategy: Any, seed: int, belongs: Callable[[Any], bool] = lambda x: True) -> None:
        """Replace the shortest misjudged value with the smallest that Hypothesis finds."""
        with self.guard.judging() as (judge, _):

            def test(x: Any) -> tuple[Any] | None:
                [answer] = judge([x])
                return (answer[1],) if self.is_misjudged(answer) and belongs(x) else None

            smallest = sampling.run_trials(strategy, test, self.n, seed, "the values").smallest
        if smallest is not None:
            self.shortest, [self.answer], self.place = smallest.example, smallest.reason, 0

    @property
    def more(self) -> int | None:
        """The number of further values that decide, if the share stays the same; None if no number does."""
        return values_to_decide(self.wrong, self.n, self.limit, self.error)

    def complaint(self) -> str:
        """Return the message for a refuted or undecided claim."""
        terms, certainty = self.terms, certain(self.confidence)
        counts = f"{self.guard.text} {terms.verb} {self.wrong:,} of {self.n:,} {terms.things}{self.group}"
        if self.wrong:
            is_array = hasattr(self.shortest, "__array__") and self.place
            which = f"the first, value {self.place:,}" if is_array else "the shortest"
            counts += f", {which}: {self.guard.words(self.shortest, self.answer)}"
        if self.is_refuted:
            return f"{counts}\n{terms.words_beyond(self.limit)} {certainty}"
        open_claim = f"{counts}\nnot known yet: {terms.words_within(self.limit)} {certainty}"
        if self.more is None:
            return f"{open_claim}; the share is too near the limit for any number of values to decide"
        more, things = _round_up(self.more), self.terms.things.partition(" ")[0]
        return f"{open_claim}; if it goes on like this, {more:,} more {things} decide it"


def _round_up(count: int) -> int:
    """Return a number of values rounded up to two digits, or as it is if small."""
    step = 10 ** max(0, len(str(count)) - 2) if count >= 1000 else 1
    return -(-count // step) * step


def decide(
    claim: Claim, values: Iterable[Any], group_of: Callable[[Any], Any] | None = None
) -> dict[Any, Claim]:
    """Check values with a guard until the claim is decided, for all values or for each group.

    Args:
        claim: the claim, with n = 0.
        values: the values in the order of checking.
        group_of: a function from a value to its group. The k-th group that appears may spend
            `share_of_error(error, k)`, so that all verdicts together keep the confidence. Once a group is
            decided, its values are skipped.

    Returns:
        The claims by group, up to the first refuted claim.
    """
    claims = {None: claim} if group_of is None else {}
    asked: collections.deque[Claim] = collections.deque()

    def open_values() -> Iterator[Any]:
        for x in values:
            group = None if group_of is None else group_of(x)
            if not is_hashable(group):
                raise SpecDefinitionError(f"by gives a group that has a hash, not {short_repr(group)}")
            if group not in claims:
                error = share_of_error(claim.error, len(claims) + 1)
                claims[group] = dataclasses.replace(
                    claim, error=error, group=f" of the group {short_repr(group)}", mistakes=[]
                )
            if claims[group].is_open:
                asked.append(claims[group])
                yield x

    with contextlib.closing(claim.guard.judge_in_turn(open_values())) as answers:
        for x, answer in answers:
            current = asked.popleft()
            if current.is_open:
                current.count(x, answer)
                if current.is_refuted or (current is claim and not current.is_open):
                    break
    return claims or {None: claim}


def decide_groups(claim: Claim, groups: Iterable[Sequence[Any]]) -> dict[Any, Claim]:
    """Check groups of values with a guard until the claim is decided; one wrong value makes a group wrong."""
    groups, flat = itertools.tee(groups)
    with contextlib.closing(claim.guard.judge_in_turn(itertools.chain.from_iterable(flat))) as answers:
        for group in groups:
            own = [*itertools.islice(answers, len(group))]
            claim.count(*next((each for each in own if claim.is_misjudged(each[1])), own[0]))
            if not claim.is_open:
                break
    return {None: claim}


def raise_unless_promised(claims: Iterable[Claim], shrink: Callable[[Claim], None] | None) -> None:
    """Raise PromiseError if a claim is refuted, or else if any claim is undecided.

    Args:
        claims: the claims.
        shrink: a function that shrinks the shortest value of a claim, or None.
    """
    claims = list(claims)
    refuted = [each for each in claims if each.is_refuted]
    failed = refuted or [each for each in claims if each.is_open]
    if not failed:
        return
    for each in failed:
        if shrink is not None and each.wrong:
            shrink(each)
    message = "\n".join(each.complaint() for each in failed)
    records.append(message)
    first = failed[0]
    raise PromiseError(
        message,
        value=first.shortest,
        verdict=first.verdict,
        n=first.n,
        wrong=first.wrong,
        more=None if first.is_refuted else first.more,
    )
