"""The order of rows, and the columns that keep their bounds in it.

    rows in time, 'id' counts up, 'price' rises, 'age' varies at random
    ->  'id' and 'price' get no bound, and 'age' gets the bound that all rows set

The promise of a contract is about rows that come in any order: they are exchangeable. This null hypothesis is
tested on the sample of a sketch, up to 1,000 rows in the order of their numbers, so sketches of parts give
the same answer as all rows. A random sample of exchangeable rows is exchangeable, too.

- A column is tested for a trend, and for blocks that are alike (`mxspec.promises.exchangeable`).
- The contract of a column's first rows (an eighth, a quarter, a half and three quarters of them) is tested on
  the later rows. If d rows set its limits, it refuses as many as come before the d-th of the first rows in a
  random order (negative hypergeometric; d is 2 for a range: Wilks, "Determination of sample sizes for setting
  tolerance limits", 1941). For other contracts d is the number of rows that set a bound: about right.

The tests share a probability of 1 % to find an order by chance (Bonferroni). A column that counts up gets no
bound, and reveals nothing about the others. Where no order shows, but dates fill a period, rows are tested in
the order of the dates, with another 1 %. If a column that does not count up shows that the order matters, no
column is exchangeable for sure, so each is judged by its later rows. It gets the first ease at which the
contract of its first rows would have refused at most 1 % of the later ones. It gets no bound if it has one
value so far, or a trend that has led beyond its bounds. An eighth of the rows lacks rare values and extremes,
so even in a random order its contract may refuse more than 1 %: a column keeps wider bounds as long as its
own tests find no more refused than a random order explains. So a column that drifts does not cost another its
bounds. This is a judgement of the past, not a theorem about the future:
`python -m tests.measurements.contracts.halves order.json --order` measures how often it is right.

**A file covers a period.** Next month's rows all come after the last day of this month's file, in whatever
order they are written. A column of dates or moments, or of texts and ints that stand for them, is never a
set. If it covers most days of a year or less, as many days as there are rows, or most hours of two days, it
gets a lower bound and no upper one, so a date in 1900 is refused. A column that is constant beside such a
column, or beside one that counts up or drifts, gets no bound: such as the month, 3, in a file of March.

**Serial numbers go on.** If no int of a column repeats, and at least half of its range occurs, it gets no
bound, whatever the order of the rows: so many ints drawn at random would repeat. So it is for texts such as
O-9700, if half of the texts that are laid out alike occur.

**A text without a bound has no pattern.** O-9999 is followed by O-10000, Z by AA, 999 by 1,000: a pattern
bounds a counter as a range does. A format stays, and so does the type. For the same reason a column of texts
counts up (`Order.rising`) only if their order is sure.
"""

from __future__ import annotations

import calendar
import contextlib
import dataclasses
import datetime
import itertools
import math
import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from mxspec.base.fields import record_fields
from mxspec.base.formats import format_of, has_format
from mxspec.base.lazy import lazy
from mxspec.base.value_types import VALUE_TYPES
from mxspec.base.values import INVALID, short_repr
from mxspec.errors import SpecDefinitionError, name_recursion_limit
from mxspec.inference.coins import numbers_of
from mxspec.inference.sketch import (
    DATES,
    FEW_ROWS,
    MISSING,
    MOST_POSITIONS,
    Sketch,
    Values,
    sketch_eighths,
    sketch_values,
)
from mxspec.inference.structure import FEW_KEYS, LEAST_PRESENCE, Draft, Ease, Ends, Path, gaps
from mxspec.predicates import is_gap
from mxspec.promises.bounds import binomial_cdf, most_refused
from mxspec.promises.exchangeable import (
    LEAST_VALUES,
    LEVEL,
    centred_ranks,
    direction,
    is_trend_of_blocks,
    order_key,
    order_p_values,
    places_of,
    ranks_of_places,
)
from mxspec.specs.core.batch import conform_each
from mxspec.specs.core.spec import Spec, specize

EIGHTHS: Final = (1, 2, 4, 6)
"""The eighths of the rows that first contracts are made from."""

_HALF: Final = EIGHTHS.index(4)
MOST_LATER: Final = 0.01  # the share of later rows that the contract of the first ones may refuse
SURE_TREND: Final = 0.001  # the p-value of a trend that will go on

GROWS: Final = {1: "grows with the rows", -1: "falls with the rows", 0: "drifts with the rows"}
BLOCKS_DIFFER: Final = "differs from one block of rows to another"
CONSTANT: Final = "has one value so far, beside a column that grows or drifts"
ENDS: Final = "ends {}"  # of all rows; a sample may lack these rows
TIME: Final = "orders the rows"
SERIAL: Final = "is a serial number"
MOMENTS: Final = ("date", "datetime", *DATES)  # the formats of texts that stand for dates and moments
FIRST_DAY, LAST_DAY = 18_000_101, 21_991_231  # between them an int such as 20190307 may be a day
SAME_PART: Final = 0.75  # the share of rows with the same number as the year, month or day of a moment
YEAR: Final = 366  # days, the longest period of a file
FEWEST_STEPS: Final = 8  # days that are weeks or months apart; fewer may be so by chance
TIMES: Final = 4  # a range is widened by so many times the distance of later rows beyond earlier ones


class Absent:
    """The value of a key that a row lacks."""


_ABSENT: Final = Absent()
_DIGITS: Final = re.compile("[0-9]+")


@dataclasses.dataclass
class Order:
    """The columns of rows that come in an order, and the effects of the order on their bounds.

    Attributes:
        rows: the number of rows that were judged.
        columns: the columns by the path to them; rows without columns are one column.
        eased: the ease of columns that can't have the tightest bounds.
        reasons: by path, why a column lacks a bound.
        drifts: True if a column drifts that does not count up.
        shows: True if a column counts up or drifts.
        time: the key of the column that orders the rows, or None if it is their own order.
        unsteady: the paths of columns where the share of missing values predicts nothing about later rows:
            which rows lack a value shows an order, or the values drift.
    """

    rows: int
    columns: Mapping[Path, OrderedColumn]
    eased: dict[Path, Ease] = dataclasses.field(default_factory=dict)
    reasons: dict[Path, str] = dataclasses.field(default_factory=dict)
    drifts: bool = False
    shows: bool = False
    time: Any = None
    unsteady: set[Path] = dataclasses.field(default_factory=set)

    def open_ends(self, rows: int) -> None:
        """Open the ends of dates and moments that fill a period, such as the month of a file.

        Args:
            rows: the number of all rows.
        """
        for path, column in self.columns.items():
            if self.reasons.get(path, ENDS) == ENDS and column.fills_a_period(rows):
                self.eased[path], self.reasons[path] = Ease.FROM, ENDS
                self._open_parts(path, column.moments)

    def _open_parts(self, path: Path, moments: list[Any]) -> None:
        """Open columns that are the year, the month or the day of another one. A few rows may differ, since
        the two may be in different time zones.
        """
        parts = {part: [str(getattr(x, part)) for x in moments] for part in ("year", "month", "day")}
        for other, column in self.columns.items():
            if len(moments) != len(column.xs) or other in self.reasons or not column.types & {int, str}:
                continue
            texts = [str(x).lstrip("0") if type(x) in (int, str) else "" for x in column.xs]
            for part, own in parts.items():
                if sum(map(operator.eq, texts, own)) > SAME_PART * len(moments):
                    self.open(other, f"is the {part} of {short_repr(path[0] if path else ())}")
                    break

    def open_constants(self) -> None:
        """Open columns with one value, if another column shows a before and an after."""
        for path, column in self.columns.items() if self.reasons or self.drifts else ():
            if path not in self.reasons and not any(column.ranks):
                self.open(path, CONSTANT, Ease.ANY if column.is_missing else Ease.GUARD)
        self.reasons = {path: self.reasons[path] for path in self.columns if path in self.reasons}

    def judge(self) -> None:
        """Ease the columns that drift."""
        level = LEVEL / max(1, len(self.columns))
        drifting = {path: column for path, column in self.columns.items() if column.drifts(level)}
        counters = {path: None for path, column in drifting.items() if column.is_counter}
        for path in counters:
            if path not in self.reasons:
                self.open(path, GROWS[self.columns[path].direction])
        self.shows = bool(drifting)
        self.drifts = not drifting.keys() <= counters.keys() | self.reasons.keys()
        if self.drifts:
            for path, column in self.columns.items():
                if path not in self.reasons and any(column.ranks):
                    self._ease(path, column)
        self.unsteady = {
            path
            for path, column in self.columns.items()
            if path in drifting.keys() - counters.keys() or 2 * min(column.order_of_gaps) < level
        }

    def _ease(self, path: Path, column: OrderedColumn) -> None:
        is_tight = not any(column.refusals(Ease.TIGHT))
        trend, blocks = column.order
        if column.keeps(Ease.TIGHT) and min(trend, blocks) >= LEVEL:
            return
        if (column.keeps(Ease.WIDE) or column.lasts) and (is_tight or trend >= SURE_TREND):
            self.eased[path] = Ease.WIDE
        else:
            self._open_later(path, column)

    def open(self, path: Path, reason: str, least: Ease = Ease.FROM) -> None:
        """Remove the bounds of a column, and any other part of its spec that did not last."""
        column = self.columns[path]
        way, guard = column.direction, Ease.GUARD
        if way:
            guard = Ease.OPEN if way < 0 else Ease.FROM if column.moments else Ease.COUNTS
        least = max(least, guard)
        eases = (Ease.FROM, Ease.GUARD, Ease.COUNTS, Ease.OPEN, Ease.TYPE)
        kept = (ease for ease in eases if ease >= least and column.keeps(ease))
        self.eased[path] = next(kept, Ease.ANY)
        self.reasons[path] = reason

    @property
    def excess(self) -> dict[tuple[Path, str], Ends]:
        """The widening of each widened range, by path and name."""
        wide = [
            (path, self.columns[path].excess[-1]) for path, ease in self.eased.items() if ease is Ease.WIDE
        ]
        return {((*path, *inner), name): by for path, own in wide for (inner, name), by in own.items()}

    def rising(self) -> tuple[Any, ...]:
        """Return the keys of the columns that count up."""
        return tuple(
            path[0]
            for path in self.reasons
            if path and (own := self.columns[path]).is_counter and own.direction == 1 and own.has_known_order
        )

    def share(self, most: float, confidence: float) -> float:
        """Return the bound on the share of later rows that the contract of the first half refuses.

        The column that refuses most gets wider bounds or loses them, then the next, until the bound is at
        most `most`, or no column refuses more than in any order. The bound is 0 if the order does not matter.
        """
        if not self.drifts:
            return 0.0
        later = self.rows - self.rows * EIGHTHS[_HALF] // 8
        while True:
            refused = {
                path: column.refusals(self.eased.get(path, Ease.TIGHT))[_HALF]
                for path, column in self.columns.items()
            }
            count = len(set[int]().union(*refused.values()))
            bound = most_refused(count, later, confidence)
            if bound <= most or not count:
                return min(bound, most)
            refused = {path: each for path, each in refused.items() if each and self._may_ease(path)}
            if not refused:
                return most  # the rest are refused in any order, too: the other bound covers them
            worst = max(refused, key=lambda path: len(refused[path]))
            if worst in self.reasons:
                self.eased[worst] = Ease.ANY
            elif worst not in self.eased:
                self.eased[worst] = Ease.WIDE
            else:
                self._open_later(worst, self.columns[worst])

    def _open_later(self, path: Path, column: OrderedColumn) -> None:
        way = column.direction
        reason = GROWS[way] if way or is_trend_of_blocks(column.ranks) else BLOCKS_DIFFER
        self.open(path, reason)

    def _may_ease(self, path: Path) -> bool:
        """False if a column has wider bounds, though the tightest ones last as well as in any order."""
        return path in self.reasons or path not in self.eased or not self.columns[path].lasts


class Beginnings:
    """Values in an order, and what is known of the first n of them, for many n.

    Contracts of the first n rows are made for some twenty n. So each value is sketched once, and the sketch
    of more values adds to the sketch of fewer; each different value is checked and ranked once.

    Args:
        xs: the values.
        few: True if no contract is made of as many as `FEW_ROWS`.
    """

    def __init__(self, xs: Sequence[Any], *, few: bool = False) -> None:
        self.xs, self._few = xs, few
        self._sketches = {0: Sketch((Values(), Values(), Values()), [])}
        self._contracts: dict[tuple[int, Ease], _AskedContract] = {}

    def sketch(self, size: int) -> Sketch:
        """Return the sketch of the first values, without a sample."""
        if size not in self._sketches:
            known = max(each for each in self._sketches if each < size)
            more = sketch_eighths(self.xs[known:size], range(known, size), few=self._few)
            self._sketches[size] = self._sketches[known] + Sketch(more, [])
        return self._sketches[size]

    def contract(self, size: int, ease: Ease, excess: Mapping[Any, Ends]) -> _AskedContract:
        """Return the contract of the first values."""
        known = self._contracts.get((size, ease))
        if known is None:
            draft = Draft(eased={(): ease}, excess=excess)
            known = _AskedContract(specize(draft.spec_of(*self.sketch(size).parts)), draft.count)
            if ease is not Ease.WIDE:  # then excess depends on later values
                self._contracts[size, ease] = known
        return known

    @lazy
    def are_plain(self) -> bool:
        """True if no contract can tell equal values of one type apart, and they have one rank."""
        return {*map(type, self.xs)} <= _PLAIN

    @lazy
    def codes(self) -> Sequence[int]:
        """For each row, the number of its value among the different ones."""
        if not self.are_plain:
            return range(len(self.xs))
        keys = (
            self.xs if len({*map(type, self.xs)}) == 1 else [*zip(map(type, self.xs), self.xs, strict=True)]
        )
        return [*map({key: i for i, key in enumerate(dict.fromkeys(keys))}.__getitem__, keys)]

    @lazy
    def different(self) -> dict[int, Any]:
        """The different values by their numbers."""
        return dict(zip(self.codes, self.xs, strict=True))

    @lazy
    def places(self) -> list[int] | None:
        """The place of each value in the order of all; None if the first alone may be ordered otherwise."""
        try:
            own = places_of([*map(order_key, self.different.values())]) if self.are_plain else []
        except Exception:  # values may lack an order
            return None
        places = dict(zip(self.different, own, strict=False))
        return [*map(places.__getitem__, self.codes)] if places else None

    def find_refused(self, asked: _AskedContract, start: int, end: int) -> set[int]:
        """Return the numbers of the rows, from start up to end, that a contract refuses."""
        codes = self.codes[start:end]
        new = [*{*codes} - asked.refuses.keys()]
        answers = conform_each(asked.spec, [*map(self.different.__getitem__, new)])
        asked.refuses.update(zip(new, [x is INVALID for x in answers], strict=True))
        return {*itertools.compress(range(start, end), map(asked.refuses.__getitem__, codes))}


@dataclasses.dataclass
class _AskedContract:
    """A contract of the first values, how many of them set a bound, and its verdicts on others."""

    spec: Spec
    count: int
    refuses: dict[int, bool] = dataclasses.field(default_factory=dict)


_PLAIN: Final = frozenset(
    {type(None), *(cls for cls, row in VALUE_TYPES.items() if row.is_exact or row.dtype is not None)}
)


class OrderedColumn:
    """The values of a column in the order of the rows.

    Args:
        xs: the values.
        whole: what is known of these values and of more that follow.
    """

    def __init__(self, xs: Sequence[Any], whole: Beginnings | None = None) -> None:
        few = len(xs) * EIGHTHS[-1] // 8 < FEW_ROWS
        self.xs, self.whole = xs, whole or Beginnings(xs, few=few)
        self._answers: dict[Ease, list[tuple[set[int], int]]] = {}

    @lazy
    def types(self) -> set[type]:
        """The types of the values."""
        return {*map(type, self.xs)}

    @lazy
    def ranks(self) -> list[float]:
        """The ranks of the values; zeros if there is one value."""
        places = self.whole.places
        return centred_ranks(self.xs) if places is None else ranks_of_places(places[: len(self.xs)])

    @lazy
    def is_missing(self) -> bool:
        """True if no row has a value other than None or NaN."""
        return {word for own in self.sketches for part in own.eighths for word in part.kinds} <= MISSING

    @lazy
    def order(self) -> tuple[float, float]:
        """The p-values of a trend and of blocks."""
        return order_p_values(self.ranks)

    @lazy
    def order_of_gaps(self) -> tuple[float, float]:
        """The p-values of a trend and of blocks of the missing values."""
        return order_p_values(centred_ranks([x is _ABSENT or is_gap(x) for x in self.xs]))

    @lazy
    def direction(self) -> int:
        """1 if the values grow, -1 if they fall, 0 otherwise."""
        return direction(self.ranks)

    @lazy
    def moments(self) -> list[Any]:
        """The dates or moments that the values are or stand for; none if a value is anything else."""
        kinds = (float, datetime.date)  # among them NaN and pandas' NaT, which are missing values
        there = [x for x in self.xs if x is not None and x is not _ABSENT]
        if any(issubclass(tp, kinds) for tp in {*map(type, there)}):
            there = [x for x in there if not (isinstance(x, kinds) and x != x)]
        types = {*map(type, there)}
        if all(issubclass(tp, datetime.date) for tp in types):
            return there
        if types == {int} and min(there) >= FIRST_DAY and max(there) <= LAST_DAY:
            return _days_of(there)
        name = next(
            (each for each in MOMENTS if types == {str} and all(has_format(each, x) for x in there)), ""
        )
        read = format_of(name)
        return [] if read is None or read.read is None else [*map(read.read, there)]

    def fills_a_period(self, rows: int) -> bool:
        """True if moments fill at least half of the days, or hours, that random ones would.

        A period has at most the days of a year, or as many days as there are rows: days of birth have more.
        Where days are weeks, months or quarters apart, weeks, months or quarters are counted. Where no day
        repeats, as in trading days, a period may have twice as many days as rows.
        """
        if not self.moments:
            return False
        try:
            low, high = min(self.moments), max(self.moments)
            hours = high - low < datetime.timedelta(2) and isinstance(low, datetime.datetime)
        except TypeError:  # some have a zone
            return False
        step = 1
        if hours:
            times = {x.toordinal() * 24 + x.hour for x in self.moments}
        else:
            times = {x.toordinal() for x in self.moments}
            if len(times) >= FEWEST_STEPS:
                if are_months := _are_months_apart(self.moments):
                    times = {x.year * 12 + x.month for x in self.moments}
                gcd = math.gcd(*(time - min(times) for time in times))
                step = gcd if are_months or gcd % 7 == 0 else 1
        span: int = (max(times) - min(times)) // step + 1
        n = len(self.moments)
        longest = max(YEAR, 2 * rows if len(times) == n else rows)
        at_random = span * -math.expm1(-n / span)
        return span <= longest and 2 * len(times) >= at_random

    @lazy
    def sizes(self) -> list[int]:
        """The numbers of rows that first contracts are made from."""
        return [len(self.xs) * eighths // 8 for eighths in EIGHTHS]

    @lazy
    def sketches(self) -> list[Sketch]:
        """The sketches of the first rows."""
        return [*map(self.whole.sketch, self.sizes)]

    @lazy
    def excess(self) -> list[dict[tuple[Path, str], Ends]]:
        """The widening of the ranges of first rows, and of all, from how far later rows lie beyond them."""
        n = len(self.xs)
        ends = [self.sizes[0] // 2, *self.sizes, n]
        steps = [
            sketch_values(self.xs[start:end], range(start, end)) if start < end else Values()
            for start, end in itertools.pairwise([0, *ends])
        ]
        earlier = itertools.accumulate(steps)
        excess = (gaps(a, b, TIMES, both=False) for a, b in zip(earlier, steps[1:], strict=False))
        return [*itertools.accumulate(excess, farther)]

    @lazy
    def is_counter(self) -> bool:
        """True if the values go one way, and more than half as many values as rows are different."""
        return self.direction != 0 and 2 * len(set(self.ranks)) > len(self.xs)

    @property
    def has_known_order(self) -> bool:
        """True if texts are dates of ISO 8601, or have one number of four digits or more, as A-1000 has. The
        order of others is not known: AA may come after Z, no. 1,000 after no. 999.
        """
        texts = [x for x in self.xs if isinstance(x, str)]
        layouts = {_DIGITS.sub("9", x) for x in texts}
        is_code = len(layouts) == 1 and min(layouts).count("9") == 1
        is_code = is_code and max(map(len, texts)) - len(min(layouts)) >= 3
        return is_code or all(has_format("date", x) for x in texts)

    def drifts(self, level: float) -> bool:
        """True if the null that all orders are equally likely is refused: of six p-values, one is small."""
        times = 2 + len(EIGHTHS)
        return times * min(self.order) < level or times * min(self.chances) < level

    @lazy
    def chances(self) -> list[float]:
        """The p-values of the numbers of later rows that the contracts of the first ones refuse."""
        p_values = []
        for first, (refused, count) in zip(self.sizes, self._ask(Ease.TIGHT), strict=True):
            limits = max(2, count) - 1
            n = limits + len(refused)  # of so many rows in any order, at most limits come first
            p_values.append(binomial_cdf(limits, n, first / len(self.xs)) if refused else 1.0)
        return p_values

    def refusals(self, ease: Ease) -> list[set[int]]:
        """Return the numbers of later rows that the contract of the first ones refuses, for each part."""
        return [refused for refused, _ in self._ask(ease)]

    def _ask(self, ease: Ease) -> list[tuple[set[int], int]]:
        """Return the refused rows, and the number of the first rows that set a bound."""
        if ease not in self._answers:
            answers = []
            excess = self.excess if ease is Ease.WIDE else [{}] * len(self.sizes)
            for first, by in zip(self.sizes, excess, strict=False):
                asked = self.whole.contract(first, ease, by)
                answers.append((self.whole.find_refused(asked, first, len(self.xs)), asked.count))
            self._answers[ease] = answers
        return self._answers[ease]

    def keeps(self, ease: Ease) -> bool:
        """True if the contracts of first rows, except the first eighth, refuse few later ones."""
        asked = [*zip(self.sizes, self.refusals(ease), strict=True)][1:]
        return all(len(refused) <= MOST_LATER * (len(self.xs) - first) for first, refused in asked)

    @property
    def lasts(self) -> bool:
        """True if no contract of first rows refuses more later ones than in a random order."""
        return min(self.chances) >= LEVEL


def _are_months_apart(moments: Sequence[Any]) -> bool:
    """True if all moments are on the same day of a month, or all on the last one."""
    return len({x.day for x in moments}) == 1 or all(
        x.day == calendar.monthrange(x.year, x.month)[1] for x in moments
    )


def _days_of(numbers: Sequence[int]) -> list[Any]:
    """Return the days that ints such as 20190307 stand for; none if one stands for no day."""
    try:
        return [datetime.date(x // 10_000, x // 100 % 100, x % 100) for x in numbers]
    except ValueError:
        return []


def order_of(
    rows: Sequence[Any],
    total: int,
    time: Any = None,
    *,
    ordered: bool = True,
    known: Order | None = None,
) -> Order:
    """Return the columns of rows, judged in the order of the rows.

    If the rows show no order, but their dates or moments fill a period, they are judged in the order of
    these, too.

    Args:
        rows: some rows in their order.
        total: the number of all rows.
        time: the key of the column that orders them, in place of their order here.
        ordered: False if their order means nothing.
        known: the order of more rows, which may begin with these.

    Raises:
        SpecDefinitionError: the rows can't be ordered so.
    """
    order = _judge(rows, total, time, TIME, known, ordered=ordered)
    if time is None and ordered and not order.shows:
        for path, column in order.columns.items():
            if path and len(column.moments) == len(rows) and column.fills_a_period(total):
                return _judge(rows, total, path[0], ENDS, known, ordered=True)
    return order


def _judge(
    rows: Sequence[Any], total: int, time: Any, reason: str, known: Order | None, *, ordered: bool
) -> Order:
    wholes = {} if known is None else {path: column.whole for path, column in known.columns.items()}
    columns = {}
    for path, xs in columns_of(in_time(rows, time)).items():
        whole = wholes.get(path)
        is_known = whole is not None and all(map(operator.is_, xs, whole.xs))
        columns[path] = OrderedColumn(xs, whole if is_known else None)
    order = Order(len(rows), columns, time=time)
    with name_recursion_limit("a row", None):
        if time is not None:
            order.open((time,), reason)
            order.open_ends(total)
        if ordered and len(rows) >= LEAST_VALUES:
            order.judge()
        order.open_ends(total)
        order.open_constants()
    return order


def in_time(rows: Sequence[Any], time: Any) -> Sequence[Any]:
    """Return rows in the order of a column, where texts count as what they stand for; None changes nothing.

    Raises:
        SpecDefinitionError: the rows can't be ordered so.
    """
    if time is None:
        return rows
    try:
        column = OrderedColumn(columns_of(rows)[time,])
        keys = column.moments if len(column.moments) == len(rows) else column.xs
        return [rows[i] for i in sorted(range(len(rows)), key=keys.__getitem__)]
    except Exception as error:
        words = f"time={short_repr(time)} is a key of all rows, with values that have an order"
        reason = "" if isinstance(error, KeyError) else f": {error}"
        raise SpecDefinitionError(f"{words}{reason}") from error


def has_moments(rows: Sequence[Any], time: Any) -> bool:
    """Return True if all rows have a date or a moment in a column, and these have an order."""
    moments = OrderedColumn(columns_of(rows).get((time,), [])).moments
    try:
        return len(sorted(moments)) == len(rows)
    except TypeError:  # some have a zone
        return False


def farther(a: dict[Any, Ends], b: dict[Any, Ends]) -> dict[Any, Ends]:
    """Return the greater of two distances at each end."""
    both = {key: (max(low, a[key][0]), max(high, a[key][1])) for key, (low, high) in b.items() if key in a}
    return a | b | both


def sampled_rows(sample: Iterable[tuple[int, Any]]) -> list[Any]:
    """Return the rows of the sample of a sketch, given with their coins, in the order of their numbers."""
    drawn = [*sample]
    numbers = numbers_of(coin for coin, _ in drawn)
    return [drawn[i][1] for i in sorted(range(len(drawn)), key=numbers.__getitem__)]


def columns_of(rows: Sequence[Any]) -> dict[Path, list[Any]]:
    """Return the columns of maps, records and lists of one length, by path; other rows are one column.

    Example:
        >>> columns_of([{"a": 1, "b": 2}, {"a": 3, "b": 4}]), columns_of([5, 6])
        ({('a',): [1, 3], ('b',): [2, 4]}, {(): [5, 6]})
    """
    types = set(map(type, rows))
    if rows and all(issubclass(tp, Mapping) for tp in types):
        keys = dict.fromkeys(itertools.chain.from_iterable(rows))
        if len(keys) <= FEW_KEYS or sum(map(len, rows)) >= LEAST_PRESENCE * len(rows) * len(keys):
            return {(key,): _cells_under(rows, key, plain=types == {dict}) for key in keys}
    elif len(types) == 1:
        [tp] = types
        if (fields := record_fields(tp)) is not None:
            return {(name,): [getattr(row, name) for row in rows] for name in fields}
        if tp in (list, tuple) and len(set(map(len, rows))) == 1 and 0 < len(rows[0]) <= MOST_POSITIONS:
            return {(i,): [*xs] for i, xs in enumerate(zip(*rows, strict=True))}
    return {(): [*rows]}


def _cells_under(rows: Sequence[Any], key: Any, *, plain: bool) -> list[Any]:
    if plain:  # others may make a value for a key that they lack
        with contextlib.suppress(KeyError):
            return [*map(operator.itemgetter(key), rows)]
    return [row.get(key, _ABSENT) for row in rows]
