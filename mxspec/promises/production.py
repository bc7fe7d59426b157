"""A promise in production: does it still hold for the values that come, part by part?

A part is a day, an hour or a batch; it has its number of values and of refused ones. Two processes of
`mxspec.promises.sequential` watch them. One bets on all values that the promise holds. The other bets that
it is broken, and starts anew with each part, since a change that comes late would have to win back what
earlier days have lost:

    sum over the parts j of the wealth of a bet of weight w(j) that starts at part j.

While each part keeps the promise, no bet grows on average after its start, and before it a bet is its weight
in cash. If the weights of all parts add up to 1, the sum and that cash start at 1 and do not grow; so the sum
reaches 1 / error with a probability of at most error, in all time to come (Ville). That is a stronger
statement than a mean time between false alarms. Its price: a change in part j has to win 1 / w(j) more.

    w(j) = 0.6 * 365 / ((j + 364) (j + 365)), and 0.4 more for the first part

add up to 1, as 365 / ((j + 364) (j + 365)) = 365 / (j + 364) - 365 / (j + 365). They hardly fall in the first
365 parts, and after 1,000 a bet has 1 / 8,500 where 1 / (j (j + 1)) would leave it 1 / 1,000,000. In the long
run the weights of any such sum fall faster than 1 / j. With w(j) = 1 / looks they do not fall, and the first
t of them add up to t / looks: a false alarm in t parts has a probability of at most error * t / looks, and a
change takes as many rows whenever it comes.

Of each bet we keep three things, whatever the number of parts: the sum; the part since which it grew most,
which is the answer to "since when" (the start of a CUSUM); and the refusals since then by their reasons.

Sources: Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric framework for sequential change detection"
(2023); Page, "Continuous inspection schemes" (1954), for the start.
"""

from __future__ import annotations

import bisect
import collections
import dataclasses
import itertools
import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NoReturn, Protocol

from mxspec.errors import SpecDefinitionError
from mxspec.predicates import is_pos_int
from mxspec.promises.bounds import binomial_cdf
from mxspec.promises.promise import Promise, certain, share_text
from mxspec.promises.sequential import ABOVE, log_stake, log_sum, share_at_most
from mxspec.values import short_repr

YEAR: Final = 365  # parts in which the weights of new bets hardly fall
FIRST: Final = 0.4  # the weight of a promise that is broken from the start

_KINDS: Final = 100  # reasons that are counted apart
_SHOWN: Final = 5
_OTHERS: Final = "other reasons"
_MOST_COUNTED: Final = 1000  # contents that are remembered
_AROUND: Final = 24  # letters before the place where two texts differ


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
class Bet:
    """A bet that the promise is broken, and its best start.

    Attributes:
        log_sum: the logarithm of its wealth, summed up over the starts.
        log_best: the logarithm of its growth since the best start.
        since, misjudged, n, reasons: the part at which that is, and the counts since.
    """

    log_sum: float = -math.inf
    log_best: float = 0.0
    since: str = ""
    misjudged: int = 0
    n: int = 0
    reasons: Mapping[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Standing:
    """The verdict on a promise after some parts; `Profile.holds` returns it, and takes it for the next part.

    Attributes:
        verdict: "holds", "broken" or "unknown". A broken promise stays broken.
        limit, confidence: the share that may be misjudged, and the certainty.
        spec: the name of the spec, or its text.
        digest: the digest of the spec, as a profile has it.
        catches: True if misjudged is what was let pass, False if it is what was refused.
        looks: the number of parts in which a false alarm has the probability 1 - confidence; None for all
            parts to come.
        parts: the number of parts.
        misjudged, n, reasons: the number of misjudged values, of all values, and of refused ones by reason.
        bets: the bets that it is broken.
        alarm: the bet that won, as it was then; None unless the promise is broken.
        grown: the reasons that were more frequent since then, with their counts since.
        counted: the names of the parts by the digests of their contents, of the last 1,000.
        again: the part in which these values were counted before, so that they are not counted again; else
            None.
    """

    verdict: Literal["holds", "broken", "unknown"]
    limit: float
    confidence: float
    spec: str
    digest: str = ""
    catches: bool = False
    looks: int | None = None
    parts: int = 0
    misjudged: int = 0
    n: int = 0
    reasons: Mapping[str, int] = dataclasses.field(default_factory=dict)
    bets: tuple[Bet, ...] = (Bet(),) * len(ABOVE)
    alarm: Bet | None = None
    grown: tuple[tuple[str, int], ...] = ()
    counted: Mapping[str, str] = dataclasses.field(default_factory=dict)
    again: str | None = None

    @property
    def since(self) -> str | None:
        """The part since which the promise is broken, by its name; None if it is not."""
        return None if self.alarm is None else self.alarm.since

    @property
    def terms(self) -> str:
        """The promise in words."""
        most = f"at most {100 * self.limit:.10g}% {'let pass' if self.catches else 'refused'}"
        looks = "" if self.looks is None else f", {self.looks:,} looks"
        return f"{most}, certain {self.confidence}{looks}"

    def __bool__(self) -> NoReturn:
        raise TypeError('a standing is "holds", "broken" or "unknown"; compare its verdict')

    def __repr__(self) -> str:
        certainty = certain(self.confidence)
        what = "let pass" if self.catches else "refused"
        counts = f"{self.misjudged:,} of {self.n:,} values in {self.parts:,} part{'s' * (self.parts != 1)}"
        counts += f"; these were counted before, in {self.again}" * (self.again is not None)
        if self.alarm is None:
            bound = share_at_most(self.misjudged, self.n, 1 - self.confidence)
            text = "holds" if self.verdict == "holds" else "not known yet"
            most, limit = share_text(bound), share_text(self.limit)
            return f"{text}: at most {most} are {what} {certainty}, {limit} may be; {counts}"
        since = self.alarm
        lines = [
            f"broken since {since.since} {certainty}: {since.misjudged:,} of {since.n:,} values are {what} "
            f"since then, at most {share_text(self.limit)} may be; {counts}"
        ]
        lines += [f"  more often: {reason} ({count:,})" for reason, count in self.grown]
        return "\n".join(lines)


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
) -> Standing:
    """Return the standing of a promise after one part more.

    Args:
        part: the counts of the part.
        promise: the promise: of refusing few (`refuses_at_most`), or many (`refuses_at_least`).
        before: the standing after the parts before, None if there are none.
        name: the name of the part, such as a date; by default "part 1" and so on.
        looks: the number of parts in which a false alarm has the probability 1 - confidence, such as the 365
            of a year; None for all parts to come.

    Raises:
        SpecDefinitionError: the promise is none, bounds nothing or is about groups; before is no standing, or
            one of another promise, number of looks or spec; or looks is no number.
    """
    if not isinstance(promise, Promise):
        raise SpecDefinitionError(
            "a promise is s.promise(contract), or your own as s.Promise(0.01, 0.99, 0), not "
            f"{short_repr(promise)}"
        )
    if before is not None and not isinstance(before, Standing):
        raise SpecDefinitionError(
            f"before is the standing after the parts before, or None, not {short_repr(before)}"
        )
    catches = bool(promise.refuses_at_least)
    limit = 1 - promise.refuses_at_least if catches else promise.refuses_at_most
    if not 0 < limit < 1:
        raise SpecDefinitionError(f"this promise bounds nothing: {promise}")
    if promise.of.startswith("groups"):
        raise SpecDefinitionError(
            f"the promise is about {promise.of}, and a part counts values; give a share of the values"
        )
    if looks is not None and not is_pos_int(looks):
        raise SpecDefinitionError(f"looks is a number of parts, an int from 1, not {short_repr(looks)}")
    now = Standing("unknown", limit, promise.confidence, part.spec, part.digest, catches, looks)
    before = now if before is None else before
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
    misjudged, n = (part.valid if catches else part.invalid), part.valid + part.invalid
    reasons = {} if catches else part.reasons
    number = before.parts + 1
    name = f"part {number}" if name is None else name
    log_weight = math.log(start_weight(number, looks))
    bets = []
    for factor, bet in zip(ABOVE, before.bets, strict=True):
        growth = log_stake(factor, misjudged, n, limit)
        if bet.log_best <= 0:
            bet = dataclasses.replace(bet, log_best=0.0, since=name, misjudged=0, n=0, reasons={})
        bets.append(
            Bet(
                log_sum([bet.log_sum, log_weight]) + growth,
                bet.log_best + growth,
                bet.since,
                bet.misjudged + misjudged,
                bet.n + n,
                _add(bet.reasons, reasons),
            )
        )
    after = dataclasses.replace(
        before,
        parts=number,
        misjudged=before.misjudged + misjudged,
        n=before.n + n,
        reasons=_add(before.reasons, reasons),
        bets=tuple(bets),
    )
    return after if after.alarm else dataclasses.replace(after, **_verdict_of_bets(after))


def excess_text(part: PartCounts, promise: Promise) -> str | None:
    """Return the words for more refusals in one part than a kept promise explains; None if it does.

    While the promise is kept, each part has so many with a probability of at most 1 - confidence.

    Example:
        >>> import mxspec as s
        >>> age, promise = s.int_in(0, 151), s.Promise(0.01, 0.99, 5000)
        >>> excess_text(s.profile(age, [30] * 995 + [-1] * 5), promise)
        >>> excess_text(s.profile(age, [30] * 970 + [-1] * 30), promise)
        '30 of 1,000 values are refused in this part alone, 18 at most if the promise is kept (certain 99%)'
    """
    refused, n, limit = part.invalid, part.valid + part.invalid, promise.refuses_at_most
    if not (0 < limit < 1 and refused):
        return None

    def is_likely(k: int) -> bool:  # so many or more
        return k == 0 or 1 - binomial_cdf(k - 1, n, limit) > 1 - promise.confidence

    if is_likely(refused):
        return None
    most = bisect.bisect_left(range(1, refused), True, key=lambda k: not is_likely(k))
    words = f"{most:,} at most if the promise is kept {certain(promise.confidence)}"
    return f"{refused:,} of {n:,} values are refused in this part alone, {words}"


def difference_text(old: str, new: str) -> str:
    """Return where the texts of two specs differ, or what may differ behind the same text.

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


def _verdict_of_bets(now: Standing) -> dict[str, Any]:
    error = 1 - now.confidence
    wealth = log_sum([math.log(w) + bet.log_sum for w, bet in zip(ABOVE.values(), now.bets, strict=True)])
    if wealth >= -math.log(error):
        alarm = max(now.bets, key=lambda bet: bet.log_best)
        return {"verdict": "broken", "alarm": alarm, "grown": _grown_reasons(now, alarm)}
    return {"verdict": "holds" if share_at_most(now.misjudged, now.n, error) <= now.limit else "unknown"}


def _grown_reasons(now: Standing, since: Bet) -> tuple[tuple[str, int], ...]:
    """Return the reasons that are more frequent since a part than before, with their counts since."""
    n_before = now.n - since.n
    more = {}
    for reason, count in since.reasons.items():
        expected = (now.reasons.get(reason, 0) - count) / n_before * since.n if n_before else 0.0
        if count > expected:
            more[reason] = count - expected
    frequent = sorted(more, key=lambda reason: -more[reason])[:_SHOWN]
    return tuple((reason, since.reasons[reason]) for reason in frequent)


def _add(counts: Mapping[str, int], others: Mapping[Any, int]) -> dict[str, int]:
    """Return the sum of counts by reason: of the most frequent, and of all others together."""
    total = collections.Counter(counts)
    total.update({_OTHERS if reason is None else reason: count for reason, count in others.items()})
    rest = total.pop(_OTHERS, 0) + sum(count for _, count in total.most_common()[_KINDS:])
    return dict(total.most_common(_KINDS)) | ({_OTHERS: rest} if rest else {})


# --- kept between runs --------------------------------------------------------------------------------------


def update_state(
    path: str | os.PathLike[str],
    part: PartCounts,
    promise: Promise,
    name: str | None = None,
    looks: int | None = None,
    contents: Sequence[str] = (),
) -> Standing:
    """Return the standing of a promise after one part more, and keep it in a file of JSON.

    The file is replaced at once, so that a crash leaves the old one or the new one. Two processes must not
    update one file at the same time. Remove it to start anew, as after a repair.

    Args:
        path: the file; if there is none, this is the first part.
        part, promise, name, looks: as in `look`.
        contents: the digests of the contents of the part, such as of its files. If all were counted before,
            as when a job runs again, the standing stays as it was.

    Raises:
        SpecDefinitionError: the file is of another promise, or is not such a state; or some of the contents
            were counted before, and others were not.
        OSError: the file can't be read or written.

    Example:
        >>> import mxspec as s, tempfile
        >>> state = Path(tempfile.mkdtemp(), "ages.json")
        >>> age, promise = s.int_in(0, 151), s.Promise(0.01, 0.99, 5000)
        >>> update_state(state, s.profile(age, [30] * 1000), promise, "Monday")
        holds: at most 0.5% are refused (certain 99%), 1% may be; 0 of 1,000 values in 1 part
        >>> update_state(state, s.profile(age, [30] * 90 + [-1] * 10), promise, "Tuesday")
        broken since Tuesday (certain 99%): 10 of 100 values are refused since then, at most 1% may be; 10 of
        1,100 values in 2 parts
          more often: an int from # to # is required (10)
    """
    path = Path(path)
    before = _read_state(path) if path.exists() else None
    after = look(part, promise, before, name, looks)
    counted = {} if before is None else before.counted
    known = [counted[each] for each in contents if each in counted]
    if before is not None and known and len(known) == len(contents):
        return dataclasses.replace(before, again=known[0])
    if known or len(set(contents)) < len(contents):
        words = f"was counted before, in {known[0]}" if known else "is there twice"
        raise SpecDefinitionError(f"a part of these values {words}; leave it out, or it counts twice")
    name = f"part {after.parts}" if name is None else name
    counted = dict([*counted.items(), *((each, name) for each in contents)][-_MOST_COUNTED:])
    after = dataclasses.replace(after, counted=counted)
    text = json.dumps(dataclasses.asdict(after), ensure_ascii=False)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return after


def _read_state(path: Path) -> Standing:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        fields["bets"] = tuple(Bet(**bet) for bet in fields["bets"])
        fields["alarm"] = None if fields["alarm"] is None else Bet(**fields["alarm"])
        fields["grown"] = tuple(map(tuple, fields["grown"]))
        standing = Standing(**fields)
        if len(standing.bets) != len(ABOVE):
            raise ValueError(f"it has {len(standing.bets)} bets, not {len(ABOVE)}")
    except (ValueError, TypeError, KeyError) as error:
        raise SpecDefinitionError(
            f"{path} is not the state of a promise: {short_repr(error)}; remove it to start anew"
        ) from None
    return standing
