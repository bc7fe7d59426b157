"""A promise in production: does it still hold for new values, part by part?

A part is a day, an hour or a batch; k of its n values are misjudged. The values of a day are often alike, so
the only assumption is that, whatever the earlier days were, k is at most limit n on average. Then for each
stake 0 <= c < 1 and the share s = k / n

    growth = 1 + c w (s / limit - 1),  w = n / (the most values of the last 30 parts), if less than 1

is positive and at most 1 on average, whatever the dependence within the part: c w (s / limit - 1) is a
constant times k / limit - n. So n may depend on k, as where a job stops at its first refused row, but in a
part larger than all of the 30 before it, and in the first. The product of growths is a bet that the promise
is broken. A new bet starts with each part, since an older bet would first have to win back
its losses of earlier days:

    sum over the parts j of the wealth of a bet of weight w(j) that starts at part j.

While each part keeps the promise, a bet does not grow on average after its start; before, it is its weight in
cash. If the weights of all parts add up to 1, the sum with that cash starts at 1 and does not grow; so the
sum ever reaches 1 / error with a probability of at most error (Ville). That is a stronger statement than a
mean time between false alarms. Its price: a change in part j must win 1 / w(j) more, and a part wins at most
s / limit, so that a single part raises no alarm: all of it may be refused with the probability limit.

    w(j) = 0.6 * 365 / ((j + 364) (j + 365)), and 0.4 more for the first part

add up to 1, as 365 / ((j + 364) (j + 365)) = 365 / (j + 364) - 365 / (j + 365). They hardly fall in the first
365 parts, and after 1,000 a bet has 1 / 8,500 where 1 / (j (j + 1)) would leave it 1 / 1,000,000. In the long
run the weights of any such sum fall faster than 1 / j. With w(j) = 1 / looks they do not fall, and the
first t weights add up to t / looks: a false alarm in t parts has a probability of at most error * t / looks,
and detecting a change takes the same number of rows at any time.

If values are independent, a bet on single values (`mxspec.promises.sequential`) grows faster. It raises a
suspicion, not an alarm: with refusals in clusters of 5 it would raise a false alarm in 99% of years. The mean
of both bets, or choosing one by a guess at the dependence, would not keep the promise either. With `unit=m`,
the caller states that values come in independent units of at most m: then the bet on values, with both counts
divided by m, decides. For the sum S of a unit of u <= m values, as c^x is convex and x^(u / m) is concave,

    E c^(S / m) <= 1 + (c^(u / m) - 1) p <= (1 + (c - 1) p)^(u / m).

After 2,000 parts only the bets of the last 1,000 are kept: a sum of fewer bets is not larger. For each bet we
keep the sum, and the part since which it grew most, which answers "since when" (the start of a CUSUM).

Sources: Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric framework for sequential change detection"
(2023); Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (2023); Page,
"Continuous inspection schemes" (1954), for the start; Wang and Ramdas, "False discovery rate control with
e-values" (2022), for the reasons that grew.
"""

from __future__ import annotations

import bisect
import collections
import dataclasses
import functools
import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NoReturn, Protocol

from mxspec.addresses import reduce_by_name
from mxspec.base.messages.text import in_one_line
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.promises.bounds import binomial_cdf
from mxspec.promises.promise import Promise, is_count, share_text
from mxspec.promises.sequential import ABOVE, log_stake, log_sum, share_at_most

YEAR: Final = 365  # parts over which the weights of new bets hardly fall
FIRST: Final = 0.4  # the weight of a promise that is broken from the start

STAKES: Final = (0.02, 0.04, 0.07, 0.1, 0.15, 0.25, 0.4, 0.55, 0.7, 0.85, 0.95)
"""The stakes of the bets on the share of a part, of equal weights."""

TIMES_OF_HOME: Final = 2
_MORE_THAN_HOME: Final = 0.005
"""A part is unusual if surely more is misjudged than so many times the share at home, and half a per cent. By
tables of other people: results/contracts.md."""

KEPT: Final = 1000  # the least number of parts kept one by one

TERMS: Final = ("limit", "confidence", "spec", "digest", "of", "catches", "looks", "unit")
"""The fields of a standing that identify its promise."""

_SIZES: Final = 30  # parts that show how large a part may be
_SHOWN: Final = 3  # reasons
_WRONGLY_NAMED: Final = 0.05  # of the reasons reported as grown, on average
_STAKES_OF_REASONS: Final = (0.25, 0.5, 0.95)
_NAMES: Final = 5  # parts that an error names
_AROUND: Final = 24  # letters before two texts differ


class PartCounts(Protocol):
    """The counts of a part, such as a `Profile`."""

    @property
    def spec(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def valid(self) -> int: ...
    @property
    def invalid(self) -> int: ...
    @property
    def reasons(self) -> Mapping[str | None, int]: ...


@dataclasses.dataclass(frozen=True)
class Content:
    """A counted file, or another content of a part.

    Attributes:
        digest, size: the digest of the content, and its number of bytes.
        n, misjudged, reasons: the counts of the whole content.
    """

    digest: str
    size: int
    n: int
    misjudged: int
    reasons: Mapping[str, int]


@dataclasses.dataclass(frozen=True)
class PartRecord:
    """A counted part.

    Attributes:
        name: its name.
        n, misjudged: its numbers of values and of misjudged values.
        reasons: the number of refused values by reason; "" counts other reasons.
        contents: the files counted.
        is_taken_back: True if it no longer counts.
        weight: its weight relative to earlier parts, up to 1; None before it is counted.
    """

    name: str
    n: int
    misjudged: int
    reasons: Mapping[str, int] = dataclasses.field(default_factory=dict)
    contents: tuple[Content, ...] = ()
    is_taken_back: bool = False
    weight: float | None = None


@dataclasses.dataclass(frozen=True)
class Bet:
    """A bet that the promise is broken, and its best start.

    Attributes:
        log_sum: the logarithm of its wealth, summed over the starts.
        log_best: the logarithm of its growth since the best start.
        since, start, misjudged, n: the name of the best start, its number from 1, and the counts since.
    """

    log_sum: float = -math.inf
    log_best: float = 0.0
    since: str = ""
    start: int = 1
    misjudged: int = 0
    n: int = 0


@dataclasses.dataclass(frozen=True)
class Alarm:
    """The alarm of a broken promise, as it was raised.

    Attributes:
        since, start: the part since which the promise is broken, by its name and its number.
        at: the part that raised the alarm.
        misjudged, n: the counts of the parts from since to at.
        misjudged_before, n_before: the counts of the parts before since.
        frequent: the most frequent reasons since then with their counts, at most three.
        grown: the reasons known to be more frequent since then, at most three.
    """

    since: str
    start: int
    at: str
    misjudged: int
    n: int
    misjudged_before: int
    n_before: int
    frequent: tuple[tuple[str, int], ...] = ()
    grown: tuple[tuple[str, int], ...] = ()


@dataclasses.dataclass(frozen=True)
class Standing:
    """The verdict on a promise after some parts; `Profile.holds` returns it, and takes it with the next part.

    Attributes:
        limit, confidence: the share that may be misjudged, and the certainty.
        spec: the name of the spec, or its text.
        digest: the digest of the spec, as in a profile.
        of: the plural noun for the values.
        catches: True if values that pass are misjudged, False if refused values are.
        looks: the number of parts over which a false alarm has the probability 1 - confidence; None for all
            future parts.
        unit: the number of values in the largest independent unit; None if the dependence within a part is
            unknown.
        parts: the number of parts that count.
        misjudged, n: their numbers of misjudged values and of all values.
        bets: the bets that decide.
        single: the bets on single values that raise a suspicion; none with a unit.
        alarm: None unless the promise is broken.
        history: the last 1,000 parts or more, up to 2,000.
        earlier: the numbers of parts, misjudged values and values before history. Their bets are not kept.
        again, n_again: the part that had already counted some values of the newest part, and the number of
            such values, which are not counted again; else None and 0.
        newest: the part counted last, or again, or None.
        home: the share that was misjudged where the promise was made, if it is known.
    """

    __reduce_ex__ = reduce_by_name

    limit: float
    confidence: float
    spec: str
    digest: str = ""
    of: str = "values"
    catches: bool = False
    looks: int | None = None
    unit: int | None = None
    parts: int = 0
    misjudged: int = 0
    n: int = 0
    bets: tuple[Bet, ...] = (Bet(),) * len(STAKES)
    single: tuple[Bet, ...] = (Bet(),) * len(ABOVE)
    alarm: Alarm | None = None
    history: tuple[PartRecord, ...] = ()
    earlier: tuple[int, int, int] = (0, 0, 0)
    again: str | None = None
    n_again: int = 0
    newest: PartRecord | None = None
    home: float | None = None

    @property
    def verdict(self) -> Literal["holds", "suspect", "broken", "unknown"]:
        """The verdict. A broken promise stays broken; a suspicion lasts as long as its reason."""
        if self.alarm is not None:
            return "broken"
        return "suspect" if self.suspicion else "holds" if self.bound <= self.limit else "unknown"

    @property
    def bound(self) -> float:
        """The bound on the mean misjudged share, if values, or units of them, are independent."""
        unit = self.unit or 1
        return share_at_most(self.misjudged / unit, self.n / unit, 1 - self.confidence)

    @property
    def suspicion(self) -> Bet | None:
        """The best bet on single values, if these bets have won; else, or with a unit, None."""
        if not (self.single and _has_won(self.single, ABOVE.values(), self.confidence)):
            return None
        return max(self.single, key=lambda bet: bet.log_best)

    @property
    def excess(self) -> str | None:
        """The words for more misjudged values in the newest part than a kept promise explains, or None.

        While the promise is kept, a part has that many with a probability of at most 1 - confidence. A bound
        is some five times what is refused, so damage of a few rows may hide under it. So a part is also
        compared with the share that was misjudged where the promise was made: while less than twice that
        share and half a per cent are, it has that many with a probability of at most 1 - confidence.

        Example:
            >>> import mxspec as s
            >>> age, promise = s.int_in(0, 151), s.Promise(0.01, 0.99, 5000)
            >>> s.profile(age, [30] * 995 + [-1] * 5).holds(promise).excess
            >>> print(s.profile(age, [30] * 970 + [-1] * 30).holds(promise).excess)
            30 of 1,000 values are refused in this part alone, 18 at most if the promise is kept (certain 99%
            if values are independent)
        """
        words = self._excess_over(self.limit, "if the promise is kept")
        if words is None and self.home is not None:
            limit = min(self.limit, TIMES_OF_HOME * self.home + _MORE_THAN_HOME)
            words = self._excess_over(limit, f"as at home, where {share_text(self.home)} were")
        return words

    def _excess_over(self, limit: float, condition: str) -> str | None:
        """Return the words for more misjudged values in the newest part than a share explains, or None."""
        if self.newest is None or not self.newest.misjudged:
            return None
        k, n, unit = self.newest.misjudged, self.newest.n, self.unit or 1

        def is_likely(k: int) -> bool:  # k or more
            if unit == 1:
                return k == 0 or 1 - binomial_cdf(k - 1, n, limit) > 1 - self.confidence
            best = max(log_stake(factor, k / unit, n / unit, limit) for factor in ABOVE)
            return best < -math.log(1 - self.confidence)  # Chernoff's bound

        if is_likely(k):
            return None
        most = bisect.bisect_left(range(1, k), True, key=lambda k: not is_likely(k))
        words = f"{most:,} at most {condition} {self.certain(False)}"
        what = "let pass" if self.catches else "refused"
        return f"{k:,} of {n:,} {self.of} are {what} in this part alone, {words}"

    @property
    def since(self) -> str | None:
        """The name of the part since which the promise is broken, or None."""
        return None if self.alarm is None else self.alarm.since

    @property
    def terms(self) -> str:
        """The promise in words."""
        most = f"at most {100 * self.limit:.10g}% {'let pass' if self.catches else 'refused'}"
        looks = "" if self.looks is None else f", {self.looks:,} looks"
        unit = "" if self.unit is None else f", units of {self.unit:,}"
        groups = f" of {self.of}" if self.of.startswith("groups") else ""
        return f"{most}{groups}, certain {self.confidence}{looks}{unit}"

    def certain(self, depends: bool = True) -> str:
        """Return the words for the certainty and its assumption.

        Args:
            depends: False if values, or units of them, are assumed independent.
        """
        rests = "" if self.unit in (None, 1) else f"units of {self.unit:,} "
        rests = f" if {rests}{self.of} are independent"
        if depends and self.unit is None:
            rests = f", however {self.of} of a part depend on each other"
        return f"(certain {100 * self.confidence:.10g}%{rests})"

    def recount(self, parts: Sequence[PartRecord], earlier: tuple[int, int, int]) -> Standing:
        """Return the standing after some parts and the counts of earlier parts.

        Args:
            parts, earlier: as the attributes history and earlier.
        """
        terms = {each: getattr(self, each) for each in TERMS}
        start = Standing(**terms, single=(Bet(),) * len(self.single), earlier=earlier, home=self.home)
        start = dataclasses.replace(start, parts=earlier[0], misjudged=earlier[1], n=earlier[2])
        now = functools.reduce(count_part, parts, start)
        is_old = self.alarm is not None and self.alarm.start <= earlier[0]
        return dataclasses.replace(now, alarm=self.alarm) if is_old else now

    def without(self, name: str) -> Standing:
        """Return the standing with a part taken back.

        Args:
            name: the part's name, or words in the name of no other part.

        Raises:
            SpecDefinitionError: no part in the history, or several, match the name.

        Example:
            >>> import mxspec as s
            >>> age, promise, standing = s.int_in(0, 151), s.Promise(0.01, 0.99, 5000), None
            >>> for day, bad in enumerate([0, 900, 900, 900, 900, 0]):
            ...     rows = [-1] * bad + [30] * (1000 - bad)
            ...     standing = s.profile(age, rows).holds(promise, standing, f"day {day}")
            >>> standing.verdict, standing.without("day 1").verdict
            ('broken', 'broken')
            >>> for day in (1, 2, 3, 4):
            ...     standing = standing.without(f"day {day}")
            >>> standing
            holds: at most 0.25% are refused (certain 99% if values are independent), 1% may be; 0 of 2,000
            values in 2 parts; taken back: day 1, day 2, day 3, day 4
        """
        kept = [each for each in self.history if not each.is_taken_back]
        piece = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
        called = [each for each in kept if each.name == name] or [x for x in kept if piece.search(x.name)]
        if len(called) != 1:
            names = ", ".join(each.name for each in (called or kept)[-_NAMES:])
            words = f"{len(called):,} parts are" if called else f"none of the {len(kept):,} parts is"
            raise SpecDefinitionError(f"{words} called {short_repr(name)}; name one part, such as {names}")
        parts = [
            dataclasses.replace(each, is_taken_back=True) if each is called[0] else each
            for each in self.history
        ]
        return self.recount(parts, self.earlier)

    def __bool__(self) -> NoReturn:
        raise TypeError('a standing is "holds", "suspect", "broken" or "unknown"; compare its verdict')

    def __repr__(self) -> str:
        what = "let pass" if self.catches else "refused"
        limit = share_text(self.limit)
        counts = f"{self.misjudged:,} of {self.n:,} {self.of} in {self.parts:,} part{'s' * (self.parts != 1)}"
        if self.again is not None:
            counts += f"; {self.n_again:,} of these {self.of} were counted before, in {self.again}"
        if gone := [each.name for each in self.history if each.is_taken_back]:
            counts += f"; taken back: {', '.join(gone)}"
        if (alarm := self.alarm) is not None:
            text = (
                f"broken since {alarm.since} {self.certain()}: {alarm.misjudged:,} of {alarm.n:,} {self.of}"
            )
            now = self.misjudged - alarm.misjudged_before, self.n - alarm.n_before
            if now == (alarm.misjudged, alarm.n):
                text += f" are {what} since then"
            else:
                text += (
                    f" were {what} by {alarm.at}, when it was noticed, {now[0]:,} of {now[1]:,} are by now"
                )
            often = "more often" if alarm.grown else "most often since then"
            grown = [
                f"  {often}: {in_one_line(reason)} ({count:,})"
                for reason, count in alarm.grown or alarm.frequent
            ]
            return "\n".join([f"{text}, at most {limit} may be; {counts}", *grown])
        if (bet := self.suspicion) is not None:
            text = (
                f"suspect since {bet.since} {self.certain(False)}: {bet.misjudged:,} of {bet.n:,} {self.of}"
            )
            return f"{text} are {what} since then, at most {limit} may be; {counts}"
        text = "holds" if self.verdict == "holds" else "not known yet"
        most = share_text(self.bound)
        return f"{text}: at most {most} are {what} {self.certain(False)}, {limit} may be; {counts}"


def start_weight(number: int, looks: int | None = None) -> float:
    """Return the weight of the bet that starts with a part, by its number from 1.

    Example:
        >>> round(sum(start_weight(j) for j in range(1, 100_000)), 2), start_weight(7, looks=365) == 1 / 365
        (1.0, True)
    """
    if looks is not None:
        return 1 / looks
    return (1 - FIRST) * YEAR / ((number + YEAR - 1) * (number + YEAR)) + FIRST * (number == 1)


def look(
    part: PartCounts,
    promise: Promise,
    before: Standing | None = None,
    name: str | None = None,
    looks: int | None = None,
    unit: int | None = None,
) -> Standing:
    """Return the standing of a promise after one more part.

    Args:
        part: the counts of the part.
        promise: the promise to refuse few (`refuses_at_most`) or many (`refuses_at_least`).
        before: the standing after the earlier parts, or None.
        name: the name of the part, such as a date; by default "part 1" and so on.
        looks: the number of parts over which a false alarm has the probability 1 - confidence, such as the
            365 of a year; None for all future parts.
        unit: the number of values in the largest independent unit, such as the lines of an order, or 1;
            None if the dependence within a part is unknown.

    Raises:
        SpecDefinitionError: promise is not a Promise, bounds nothing, or is about groups while the part is
            not; before is not a standing, or has another promise, number of looks, unit or spec; or looks is
            not a number.
    """
    start = first_standing(part, promise, looks, unit)
    if before is not None and not isinstance(before, Standing):
        raise SpecDefinitionError(
            f"before is the standing after the parts before, or None, not {short_repr(before)}"
        )
    before = start if before is None else before
    check_same(before, start)
    before = dataclasses.replace(before, home=start.home)
    return count_part(before, part_of(part, before, name))


def is_size(x: object) -> bool:
    """True for an int from 1 that a float holds."""
    return is_count(x) and x != 0


def first_standing(part: PartCounts, promise: Promise, looks: int | None, unit: int | None) -> Standing:
    """Return the standing of a promise before its first part, with arguments and errors as in `look`."""
    if not isinstance(promise, Promise):
        raise SpecDefinitionError(
            "a promise is s.promise(contract), or your own as s.Promise(0.01, 0.99, 0), not "
            f"{short_repr(promise)}"
        )
    catches = bool(promise.refuses_at_least)
    limit = 1 - promise.refuses_at_least if catches else promise.refuses_at_most
    if not 0 < limit < 1:
        raise SpecDefinitionError(f"this promise bounds nothing: {promise}")
    of = getattr(part, "of", "values")
    if of != promise.of and "groups" in (of[:6], promise.of[:6]):
        raise SpecDefinitionError(
            f"the promise is about {promise.of}, and the part counts {of}; s.profile(spec, values, "
            "groups=...) counts groups"
        )
    for number, words in ((looks, "looks is a number of parts"), (unit, "unit is a number of values")):
        if number is not None and not is_size(number):
            raise SpecDefinitionError(f"{words}, an int from 1, not {short_repr(number)}; 2**53 at most")
    single = (Bet(),) * len(ABOVE) if unit is None else ()
    return Standing(
        *(limit, promise.confidence, part.spec, part.digest, of, catches, looks, unit),
        single=single,
        home=promise.home,
    )


def check_same(before: Standing, now: Standing) -> None:
    """Raise SpecDefinitionError if two standings belong to different promises."""
    if before.terms != now.terms:
        raise SpecDefinitionError(
            f"the parts so far are of {before.terms}; this one is of {now.terms}; start anew for another "
            "promise"
        )
    if (before.spec, before.digest) != (now.spec, now.digest):
        raise SpecDefinitionError(
            f"the parts so far are of another spec: {difference_text(before.spec, now.spec)}; a changed spec "
            "is another promise, so start anew"
        )


def part_of(part: PartCounts, before: Standing, name: str | None) -> PartRecord:
    """Return the counts of a part as the next one of a standing, with a unique name."""
    misjudged = part.valid if before.catches else part.invalid
    reasons = {} if before.catches else {reason or "": count for reason, count in part.reasons.items()}
    name, names = f"part {before.parts + 1}" if name is None else name, {each.name for each in before.history}
    again = (f"{name} #{i}" for i in itertools.count(2))
    name = name if name not in names else next(each for each in again if each not in names)
    return PartRecord(name, part.valid + part.invalid, misjudged, reasons)


def count_part(before: Standing, part: PartRecord) -> Standing:
    """Return a standing after one more part, and keep the part in its history."""
    if part.weight is None:
        sizes = [each.n for each in before.history[-_SIZES:] if each.n and not each.is_taken_back]
        weight = min(1.0, part.n / max(sizes)) if sizes else 1.0
        part = dataclasses.replace(part, weight=weight)
    history = (*before.history, part)
    now = dataclasses.replace(_after(before, part), history=history, again=None, n_again=0, newest=part)
    if now.alarm is not None and before.alarm is None:
        kept = [each for each in history if not each.is_taken_back]
        first = max(0, now.alarm.start - now.parts + len(kept) - 1)
        frequent = tuple(_count_reasons(kept[first:]).most_common(_SHOWN))
        alarm = dataclasses.replace(now.alarm, frequent=frequent, grown=grown_reasons(kept, first))
        now = dataclasses.replace(now, alarm=alarm)
    if len(history) > 2 * KEPT:
        old = [each for each in history[:-KEPT] if not each.is_taken_back]
        earlier = (len(old), sum(each.misjudged for each in old), sum(each.n for each in old))
        a, b, c = map(sum, zip(before.earlier, earlier, strict=True))
        after = now.recount(history[-KEPT:], (a, b, c))
        now = dataclasses.replace(after, alarm=now.alarm)
    return now


def _after(before: Standing, part: PartRecord) -> Standing:
    """Return a standing with the counts, the bets and the alarm after one more part."""
    if part.is_taken_back:
        return before
    log_weight = math.log(start_weight(before.parts + 1, before.looks))
    unit, k, n = before.unit, part.misjudged, part.n

    def advance(bets: Sequence[Bet], growths: Iterable[float]) -> Iterator[Bet]:
        for bet, growth in zip(bets, growths, strict=True):
            if bet.log_best <= 0:
                bet = Bet(bet.log_sum, since=part.name, start=before.parts + 1)
            yield Bet(
                log_sum([bet.log_sum, log_weight]) + growth,
                bet.log_best + growth,
                bet.since,
                bet.start,
                bet.misjudged + k,
                bet.n + n,
            )

    def growths_of_values(unit: int) -> list[float]:
        return [log_stake(factor, k / unit, n / unit, before.limit) for factor in ABOVE]

    excess = (part.weight or 0.0) * (k / n / before.limit - 1) if n else 0.0
    growths = [math.log1p(stake * excess) for stake in STAKES] if unit is None else growths_of_values(unit)
    bets = tuple(advance(before.bets, growths))
    now = dataclasses.replace(
        before,
        parts=before.parts + 1,
        misjudged=before.misjudged + k,
        n=before.n + n,
        bets=bets,
        single=tuple(advance(before.single, growths_of_values(1))) if before.single else (),
    )
    weights = [1 / len(STAKES)] * len(STAKES) if unit is None else ABOVE.values()
    if before.alarm is None and _has_won(bets, weights, before.confidence):
        best = max(bets, key=lambda bet: bet.log_best)
        earlier = now.misjudged - best.misjudged, now.n - best.n
        alarm = Alarm(best.since, best.start, part.name, best.misjudged, best.n, *earlier)
        now = dataclasses.replace(now, alarm=alarm)
    return now


def _has_won(bets: Sequence[Bet], weights: Iterable[float], confidence: float) -> bool:
    logs = [math.log(w) + bet.log_sum for w, bet in zip(weights, bets, strict=True)]
    return log_sum(logs) >= -math.log(1 - confidence)


def _count_reasons(parts: Iterable[PartRecord]) -> collections.Counter[str]:
    total: collections.Counter[str] = collections.Counter()
    for part in parts:
        total.update(part.reasons)
    del total[""]
    return total


def grown_reasons(parts: Sequence[PartRecord], first: int) -> tuple[tuple[str, int], ...]:
    """Return the reasons that are more frequent since a part than before, with their counts since.

    If the parts were exchangeable, the product of 1 + c (s / mean s - 1) over the last m of them would be at
    most 1 on average (Maclaurin's inequality), whatever the dependence within a part. From the mean of these
    products, with the weights 1 / (m (m + 1)), e-BH selects reasons, 5% of them wrong on average. This
    ignores that the alarm chooses the time. It needs some 20 parts before the change.

    Args:
        parts: the parts in order.
        first: the index of the part.

    Returns:
        At most three reasons.

    Example:
        >>> parts = [PartRecord("", 100, 2, {"old": 1 + i % 2}) for i in range(40)]
        >>> grown_reasons([*parts, *[PartRecord("", 100, 9, {"old": 2, "new": 7})] * 3], 40)
        (('new', 21),)
    """
    evidence: dict[str, float] = {}
    for reason in _count_reasons(parts):
        shares = [part.reasons.get(reason, 0) / part.n for part in parts if part.n]
        evidence[reason] = sum(_evidence(shares, stake) for stake in _STAKES_OF_REASONS)
    ranked = sorted(evidence, key=lambda reason: (-evidence[reason], reason))
    needed = len(ranked) * len(_STAKES_OF_REASONS) / _WRONGLY_NAMED
    named = max((i for i, reason in enumerate(ranked, 1) if evidence[reason] * i >= needed), default=0)
    since = _count_reasons(parts[first:])
    return tuple((reason, since[reason]) for reason in ranked[:named] if since[reason])[:_SHOWN]


def _evidence(shares: Sequence[float], stake: float) -> float:
    product, total, mean = 1.0, 0.0, sum(shares) / len(shares) or 1.0
    for m, share in enumerate(reversed(shares[1:]), 1):
        product = min(product * (1 + stake * (share / mean - 1)), 1e200)
        total += product / (m * (m + 1))
    return total


def difference_text(old: str, new: str) -> str:
    """Return where the texts of two specs differ, or what may differ behind equal texts.

    Example:
        >>> difference_text("int_in(0, 10)", "int_in(0, 12)")
        "'int_in(0, 10)' and 'int_in(0, 12)'"
        >>> difference_text(f"[{'x' * 90}, 10]", f"[{'x' * 90}, 12]")
        "'...xxxxxxxxxxxxxxxxxxxxx, 10]' and '...xxxxxxxxxxxxxxxxxxxxx, 12]'"
    """
    if old == new:
        behind = "a spec behind its names, a predicate, a threshold or the terms of its table"
        return f"{short_repr(old)} has changed in {behind}"
    pairs = enumerate(itertools.zip_longest(old, new))
    start = max(0, next(i for i, (a, b) in pairs if a != b) - _AROUND)

    def around(text: str) -> str:
        end = start + 3 * _AROUND
        return short_repr("..." * (start > 0) + text[start:end] + "..." * (end < len(text)))

    return f"{around(old)} and {around(new)}"
