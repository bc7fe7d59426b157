"""Promises, and specs with a promise.

The promise of a contract has three lines: how often it is wrong, what it notices, and how it is renewed.

    refuses at most 0.26% of such rows (certain 99%), new values of 'year' aside, for the next 5,000 rows
    notices 88% of 15 kinds of errors in a cell; hardly any in 'note'; least: typo (31%)
    to renew it: mxspec infer --update CONTRACT ROWS, with 5,000 rows or more

The sentences of a promise, each with its assumption. A right row may break the bounds; a wrong one may fit.

- "refuses at most 0.26% of such rows (certain 99%)": no more rows like these are refused. It assumes
  exchangeable rows: future rows could have been among these.
- "of such groups by 'patient'": no more of the new patients have a refused row. It assumes exchangeable
  patients; their rows may be alike.
- "new values of 'year' aside": nothing is promised about rows with a year that no row has shown
  (`mxspec.inference.next_values`).
- "for the next 5,000 rows": rows have an order. It assumes that change is no faster than in other tables.
  results/contracts.md shows how often this was so.
- "notices 88% of 15 kinds of errors in a cell": of errors planted in such rows (`mxspec.promises.power`).

The others are in `Promise.explained`:

- "178 of 189 tables in an order kept such a promise for as many rows again": what "for the next 5,000 rows"
  rests on.
- "for the bounds of 5 of 6 columns", "'day' ends 2025-12-31, so no end is stated": one column lacks a bound
  at an end or altogether, or has a wide one, a guard.
- "for guards and types alone": no column has a bound. Such a contract finds what is far from the rows.
- "neighbours are alike: 20,000 rows count as about 2,954": the share is for 2,954 rows. It assumes
  that later clusters are as long as now.
- "contracts made like this refused 13 of the next 1,125 rows: at most 2.8% on average, in any order": a
  contract made again after each block refused no more, on average over the blocks so far. It assumes nothing
  about the order, and does not claim that later blocks are no harder. The bound is said if it is more than
  the promise.
- "rows of new values of 'patient' are refused at 27%: will new ones come?", a warning: a contract made
  from half of the patients refused 27% of the rows of the others. You know whether new patients will come.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Final

from mxspec.addresses import reduce_by_name
from mxspec.base.forms import call_text
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError, warn_of_unmatched
from mxspec.predicates import is_nat_int, is_number
from mxspec.promises.power import Power, words_of_next
from mxspec.promises.sequential import share_at_most
from mxspec.specs.core.spec import specize
from mxspec.specs.wrappers import Wrapper

MOST_NAMED: Final = 5  # columns without a bound named in a promise
KEPT_IN_ORDER: Final = (178, 189)
"""So many tables of other people, of so many in an order, kept a promise for as many rows again as it was
made of: results/contracts.md."""

MOST_COUNTED: Final = 2**53


@dataclasses.dataclass(frozen=True, repr=False)
class Promise:
    """A bound on the share of values that a spec or a guard refuses, for values of one source.

    It holds for values that are exchangeable with the values behind it: tomorrow's values are like today's.
    `infer` tests this on at most 1,000 rows, so it may miss a slow drift over many rows.

    Attributes:
        refuses_at_most: the bound on the refused share of valid values; 1.0 without such a promise.
        confidence: the probability, over the choice of the values, that the bound holds, between 0 and 1.
        rows: the number of values behind it.
        bounds: the number of values that set a bound of an inferred spec, such as the greatest age; None for
            other specs.
        refused: the number of values that the guard refused; None for an inferred spec.
        refuses_at_least: the bound on the refused share of values that must be refused; 0.0 without such a
            promise.
        of: the plural noun for the values.
        open: why columns of an inferred spec lack a bound, by their keys, () for a row that is one value:
            {"id": "grows with the rows"}.
        columns: the number of columns, if some lack a bound.
        count_as: the number of independent rows that the rows count as, if neighbours are alike; 0 for all.
        horizon: the number of future rows that the promise covers, if the order of rows matters; 0 for any.
        remade: how many later rows were refused by contracts of the rows before them, and of how many.
        always: the columns with next values that are likely to come, such as a year. Nothing is promised
            about rows with such a value.
        power: what an inferred spec notices, or None if it is not known.

    Example:
        >>> Promise(0.0064, 0.99, 5000, bounds=17, of="rows")
        refuses at most 0.64% of such rows (certain 99%)
        to renew it: mxspec infer --update CONTRACT ROWS, with 5,000 rows or more
        >>> print(_.explained)
        for the bounds of all columns: 5,000 rows, 17 of them set a bound
    """

    __reduce_ex__ = reduce_by_name

    refuses_at_most: float
    confidence: float
    rows: int
    bounds: int | None = None
    refused: int | None = None
    refuses_at_least: float = 0.0
    of: str = "values"
    open: Mapping[Any, str] = dataclasses.field(default_factory=dict, hash=False)
    columns: int = 0
    count_as: int = 0
    horizon: int = 0
    remade: tuple[int, int] | None = None
    always: tuple[Any, ...] = ()
    power: Power | None = None

    def __post_init__(self) -> None:
        for name in ("refuses_at_most", "confidence", "refuses_at_least"):
            share = getattr(self, name)
            if not (is_number(share) and 0 <= share <= 1) or (name == "confidence" and share in (0, 1)):
                percent = f"; {share:g}% is {share / 100:g}" if is_number(share) and 1 < share < 100 else ""
                ends = "between 0 and 1" if name == "confidence" else "from 0 to 1"
                raise SpecDefinitionError(
                    f"{name} of a promise is a share {ends}, not {short_repr(share)}{percent}"
                )
        for name in ("rows", "bounds", "refused", "columns", "count_as", "horizon"):
            number = getattr(self, name)
            if not (is_count(number) or (number is None and name in ("bounds", "refused"))):
                raise SpecDefinitionError(
                    f"{name} of a promise is an int from 0, not {short_repr(number)}; 2**53 at most"
                )
        pair = self.remade
        if pair is not None and not (
            isinstance(pair, tuple) and len(pair) == 2 and all(map(is_count, pair)) and pair[0] <= pair[1]
        ):
            raise SpecDefinitionError(f"remade of a promise is a pair of ints, not {short_repr(pair)}")
        check_line("of", self.of)
        if not isinstance(self.open, Mapping):
            raise SpecDefinitionError(f"open of a promise is a map of reasons, not {short_repr(self.open)}")
        for reason in self.open.values():
            check_line("a reason in open", reason)

    @property
    def home(self) -> float | None:
        """The share of values that was refused where the promise was made, or None if it is not known.

        Contracts of earlier rows refused it of later ones, where these came in an order. Else it is the share
        of the rows that set a bound: a contract without such a row would have refused it.
        """
        if self.remade is not None and self.remade[1]:
            return self.remade[0] / self.remade[1]
        number = self.refused if self.bounds is None else self.bounds
        return number / self.rows if number is not None and self.rows and not self.refuses_at_least else None

    def __repr__(self) -> str:
        if not self.rows and self.refuses_at_most == 1 and not self.refuses_at_least:
            return f"promises nothing of such {self.of}"
        if self.bounds is None:
            return f"{self._words_of_share()}: {self._words_of_counts()}"
        return "\n".join(self.lines())

    def _words_of_share(self) -> str:
        share = f"at most {share_text(self.refuses_at_most)}"
        if self.refuses_at_least:
            share = f"at least {share_text(self.refuses_at_least, up=False)}"
        return f"refuses {share} of such {self.of} {certain(self.confidence)}"

    def lines(self, contract: str = "CONTRACT", *, is_pooled: bool = False) -> list[str]:
        """Return the lines of the promise of a contract: what it refuses, what it notices, how it is renewed.

        Args:
            contract: its file.
            is_pooled: True if new rows are added to the ones of the contract, so that any number will do.
        """
        text = f"{self._words_of_share()}{words_of_next(self.always)}"
        if self.horizon:
            text += f", for the next {self.horizon:,} {self.of}"
        key = self.of.removeprefix("groups by ") if self.of.startswith("groups by ") else ""
        rows = "any number of rows" if is_pooled else f"{self.rows:,} {self.of} or more"
        renew = f"mxspec infer --update {contract} ROWS{f' --groups {key}' * bool(key)}, with {rows}"
        return [text, *([] if self.power is None else [self.power.words()]), f"to renew it: {renew}"]

    @property
    def explained(self) -> str:
        """The sentences that `repr` leaves out, one a line: counts, reasons, and what is noticed by kind."""
        lines = [f"{self._words_of_bounded()}: {self._words_of_counts()}"] if self.rows else []
        bound = share_at_most(*self.remade, 1 - self.confidence) if self.remade is not None else 0.0
        if self.horizon:
            kept, tables = KEPT_IN_ORDER
            lines.append(f"{kept} of {tables} tables in an order kept such a promise for as many rows again")
        if self.remade is not None:
            refused, asked = self.remade
            most = f": at most {share_text(bound)} on average, in any order" * (bound > self.refuses_at_most)
            lines.append(
                f"contracts made like this refused {refused:,} of the next {asked:,} {self.of}{most}"
            )
        lines += [f"{short_repr(key) if key != () else 'a row'} {why}" for key, why in self.open.items()]
        if self.power is not None:
            lines.append(f"noticed: {self.power.words_by_kind()}")
        return "\n".join(lines)

    def _words_of_counts(self) -> str:
        counts = f"{self.rows:,} {self.of}"
        if self.bounds is not None:
            counts += f", {self.bounds:,} of them set{'s' if self.bounds == 1 else ''} a bound"
        if self.refused is not None:
            counts += f", {self.refused:,} of them refused"
        if self.count_as:
            counts += f"; neighbours are alike: {self.rows:,} {self.of} count as about {self.count_as:,}"
        return counts

    def _words_of_bounded(self) -> str:
        """Return the words for the columns with bounds."""
        bounded = self.columns - len(self.open)
        if not self.open or not self.columns:
            return f"for the bounds of {'some of its' if self.open else 'all'} columns"
        if bounded <= 0:
            return "for guards and types alone"
        return f"for the bounds of {bounded:,} of {self.columns:,} columns"


def is_count(x: Any) -> bool:
    """True for an int from 0 that a float holds."""
    return is_nat_int(x) and x <= MOST_COUNTED


def check_line(name: str, x: object) -> None:
    """Raise SpecDefinitionError if a text of a promise, which sentences quote, is not one printable line."""
    if not isinstance(x, str) or not x.isprintable():
        raise SpecDefinitionError(f"{name} of a promise is one printable line, not {short_repr(x)}")


def certain(confidence: float) -> str:
    """Return the words for the certainty of a promise.

    Example:
        >>> certain(0.999)
        '(certain 99.9%)'
    """
    return f"(certain {100 * confidence:.10g}%)"


def words_of_open(columns: Mapping[Any, str]) -> str:
    """Return the words for the columns without a bound.

    Example:
        >>> words_of_open({"id": "grows with the rows", "price": "drifts with the rows"})
        "'id' grows with the rows, 'price' drifts with the rows"
    """
    words = [f"{short_repr(key) if key != () else 'a row'} {why}" for key, why in columns.items()]
    if len(words) > MOST_NAMED:
        words[MOST_NAMED:] = [f"{len(words) - MOST_NAMED} others"]
    return ", ".join(words)


def round_up(share: float) -> float:
    """Return a share with two digits, rounded up so that it stays a bound.

    Example:
        >>> round_up(0.003367), round_up(0.0101), round_up(0.995)
        (0.0034, 0.011, 1.0)
    """
    digits = 1 - math.floor(math.log10(share)) if share else 0
    return float(f"{math.ceil(round(share * 10**digits, 6)) / 10**digits:.{digits}f}")


def share_text(share: float, *, up: bool = True) -> str:
    """Return a share as a percentage of two digits, rounded up or down so that it stays a bound.

    Example:
        >>> share_text(0.006412), share_text(0.01), share_text(0.90112), share_text(0.90112, up=False)
        ('0.65%', '1%', '90.2%', '90.1%')
    """
    near = min(share, 1 - share) or 1.0
    digits = min(12, max(0, 1 - math.floor(math.log10(near) + 2)))
    scaled = round(100 * share * 10**digits, 6)  # rounding of floats must not count
    return f"{(math.ceil if up else math.floor)(scaled) / 10**digits:.10g}%"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class PromisedSpec(Wrapper, inherits=True):
    """A spec with a promise.

    Attributes:
        promise: its promise.
    """

    promise: Promise


def promise(spec: Any) -> Promise | None:
    """Return the promise of a spec that `infer`, `contract` or `from_examples` made, or None.

    Warns:
        UnmatchedNameWarning: spec has no promise.

    Args:
        spec: a spec or a registered name.

    Example:
        >>> import mxspec as s
        >>> s.promise(s.infer([i % 10 for i in range(1000)])).rows, s.promise(s.int_in(0, 10))
        (1000, None)
        >>> import numpy as np
        >>> s.promise(s.from_examples(np.random.default_rng(0).normal(size=(1000, 2)), of="points"))
        refuses at most 1% of such points (certain 99%): 500 points
    """
    own = promise_of(spec)
    if own is None:
        words = "promises nothing; s.infer(rows) makes a spec that does, s.contract(spec, ...) states it"
        warn_of_unmatched([call_text(specize(spec).form())], lambda name: f"{name} {words}", ())
    return own


def promise_of(spec: Any) -> Promise | None:
    """Return what `promise` does, without a warning."""
    own = getattr(specize(spec), "promise", None)
    return own if isinstance(own, Promise) else None
