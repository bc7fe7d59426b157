"""From rows to a contract, in steps: the table, the effects of its order, a draft, the promise.

rows -> read_table -> plan -> draft -> promise -> Contract
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from mxspec.base.messages.text import in_one_line
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError, name_recursion_limit
from mxspec.inference.contract import Contract
from mxspec.inference.group_keys import GroupKey, columns_moved_by, group_key_of
from mxspec.inference.horizon import LEAST_ROWS, refused_later, rows_that_count
from mxspec.inference.inferred_terms import terms_of
from mxspec.inference.next_values import columns_with_next, is_short_list
from mxspec.inference.order import SERIAL, Order, columns_of, order_of, sampled_rows
from mxspec.inference.planted_errors import power_in
from mxspec.inference.sketch import Sketch, rows_to_divide
from mxspec.inference.structure import Draft, Ease, Path, gaps, tag_of
from mxspec.inference.tables import TableOfRows, Units, read_table
from mxspec.promises.bounds import check_terms, most_refused, needed_rows, share_bound
from mxspec.promises.promise import Promise, round_up, share_text, words_of_open
from mxspec.questions.operations import def_, get_spec, valid
from mxspec.specs.core.spec import Spec, specize

BEYOND: Final = 4
"""Ranges are widened by so many times the distance between the ends of two eighths of the rows."""

TIGHT: Final = 0.75
"""The part of the failure probability that the tight contract may spend; the loose one has the rest."""

AFFORDED: Final = 0.01
SPARE: Final = 10
"""Of this share of the rows, one in so many is spent on the new values of each set. It does not depend on
refuse=: else a larger refuse= would make a set where a smaller one makes a pattern."""

NEXT: Final = "will have new values"
ALIKE: Final = "is too alike among neighbours"
MOVES: Final = "moves with {}"
MOST_MORE: Final = 30
"""An error suggests at most so many times as many rows."""


_WORDS_OF_EASE: Final = {
    Ease.FROM: "",
    **dict.fromkeys((Ease.GUARD, Ease.COUNTS), ", so it has a guard alone"),
}


@name_options()
def infer(
    rows: Any,
    refuse: float = 0.01,
    confidence: float = 0.99,
    name: str | None = None,
    *,
    groups: Any = None,
    ordered: bool = True,
    time: Any = None,
) -> Contract:
    """Return the contract that rows state, with a promise for the rows to come.

    The contract is composed of the other kinds: `keys`, required or not, closed where the rows are; types and
    unions of them, `nilable`; sets where few values recur; ranges of numbers, moments, lengths; strings with
    a format, its first and last date or number, or a pattern of letters and digits; nested maps and lists;
    `multi_spec` where a tag tells maps apart, or the maps in them. Many rows state each restriction, and all
    rows fit it. The contract also has terms of the table as a whole (`table`): keys without repeats, and the
    share of missing values.

    With the stated confidence, it refuses at most the share `refuse` of rows from the same source. An eighth
    of the rows, chosen at random, states the structure; the others bound the share (see
    `mxspec.promises.bounds` for why). Where the tightest contract would refuse more, ranges and lengths are
    widened by four times the difference between the ends of two eighths of the rows; the empty string stays
    out. A column with next values that are likely to come, such as a constant, a year or a unit, has a guard
    in place of a bound (`mxspec.inference.wide_ends`), and so has one that moves with it, that drifts, or
    that is too alike among neighbours for a promise.

    The promise assumes that rows to come are like these, in any order. If the rows themselves come in an
    order that matters, columns that grow or drift with it get wider bounds or lose them, and the promise
    names the columns without bounds (`open`): `mxspec.inference.order` has the tests. They see a random 1,000
    of the rows, so a column of many rows may drift a little unseen, and break a small promise. Dates and
    moments that fill a period, such as the days of a month or one day a week, get no upper bound, since later
    rows belong to a later period; shuffled rows are tested in the order of these dates. Nor can a promise
    foresee events that the rows have not shown; `profile` shows a drift when it comes.

    Rows that belong together, such as one patient's, are alike: with `groups`, the contract refuses a row in
    at most the share `refuse` of new groups. Groups are ordered by their first rows, and the promise counts
    groups as it would count rows: how many they count as, and how many to come it covers.

    Examples are like the rows: they follow the distribution of each key and the rank correlations of the
    keys. They shrink towards the most usual row.

    Args:
        rows: dicts, lists, scalars, dataclasses, NamedTuples, objects of attrs; a DataFrame, a pyarrow table,
            an array; or a sum of sketches (`sketch`).
        refuse: the greatest share of rows that may be refused, between 0 and 1.
        confidence: the probability, over the choice of the rows, that this share is kept.
        name: a name to register the contract under.
        groups: the key of a column, or a function from a row to its group. The column itself gets no bound.
            The first rows of the groups, the earliest with `time`, are tested for an order.
        ordered: False if the order of the rows means nothing, as in a set or a shuffled file.
        time: the key of the column that orders the rows, in place of the order given; it gets no bound.

    Raises:
        SpecDefinitionError: there are too few rows for the promise (the message states how many would do);
            all columns drift, so nothing is left to promise; or another argument makes no sense.

    Warns:
        UserWarning: most rows are equal to another row: if they are copies, the promise is too strong; or a
            contract of some values of a column refuses more rows of the other values than it promises
            (`mxspec.inference.group_keys`), so the column may be the key of groups. Then it gets no bound,
            unless it is a tag that tells what is under other keys.

    Example:
        >>> import mxspec as s
        >>> rows = [{"age": 18 + i * i % 74, "plan": ["free", "pro"][i % 3 == 0]} for i in range(2000)]
        >>> user = s.infer(rows)
        >>> user
        keys(req_un={'age': int_in(18, 92), 'plan': {'free', 'pro'}}, closed=True)
        >>> s.promise(user)
        refuses at most 0.34% of such rows (certain 99%)
        notices 100% of 13 kinds of errors in a cell
        to renew it: mxspec infer --update CONTRACT ROWS, with 2,000 rows or more
        >>> s.explain(user, {"age": 230, "plan": "free"})
        above 91, the most of 2,000 rows - value: 230 in: ['age'] at: ['age']
        >>> s.infer(rows[:500])
        Traceback (most recent call last):
        ...
        mxspec.errors.SpecDefinitionError: 500 rows can't promise with a confidence of 0.99 that at most 0.01
        of such rows are refused, some 800 can; try refuse=0.017, more rows or a smaller confidence
    """
    check_terms(refuse, confidence, "refuse")
    table = read_table(rows, groups, time, ordered=bool(ordered))
    plan = _plan_of(table, refuse, confidence)
    always, drafted = _draft_with_next(table, plan, refuse, confidence)
    promise = _state_promise(table, plan, drafted, refuse, confidence)
    right = [row for _, row in table.whole.sample]
    promise = dataclasses.replace(promise, always=always, power=power_in(drafted.pred, right, always))
    if plan.key is not None:
        _warn_of_key(plan.key, promise)
    spec = _finish_contract(table, plan, drafted, promise)
    return spec if name is None else get_spec(def_(name, spec))


@dataclasses.dataclass
class _Plan:
    """The ease of the bounds of a table, by its order and its groups.

    Attributes:
        order: its columns, judged in their order.
        later: the bound on the share of later rows that the contract of the first half refuses.
        eased, reasons: by path, the ease of columns with looser bounds, and why some have none.
        serial: the columns of serial numbers, and of the names of groups.
        counted: the number of independent units that its units count as.
        key: the column that may be the key of groups, or None.
        asked: the columns that were tested for others that move with them.
    """

    order: Order
    later: float
    eased: dict[Path, Ease]
    reasons: dict[Path, str]
    serial: dict[Path, Ease]
    counted: int
    key: GroupKey | None = None
    asked: set[Path] = dataclasses.field(default_factory=set)

    def open_next(self, keys: Collection[Any], table: TableOfRows, drafted: _DraftInBound) -> bool:
        """Put guards in place of the bounds of columns with next values that are likely to come, and of those
        that move with them or with the key of groups; return True if there are some.

        Dates are left to their order, and a few values stay a set. Where the keys of maps depend on a column,
        all keep their bounds.
        """
        shape, judged = table.shape, self.order.columns
        if shape is None or drafted.pred.form()[0] != "keys" or tag_of(shape) in keys:
            return False
        new = [(key,) for key in keys if not is_short_list(key, shape.values[key])]
        new = [path for path in new if path in judged and not judged[path].moments]
        opened = {path: NEXT for path in new if path not in self.serial}
        moving = ({*new} if self.key is None else {*new, self.key.path}) - self.asked
        columns = table.columns(self.order.time) if moving else {}
        for path in sorted(moving & columns.keys(), key=repr):
            closed, words = {*self.reasons, *opened}, MOVES.format(short_repr(path[0]))
            opened |= dict.fromkeys(columns_moved_by(path, columns, closed, drafted.share), words)
        self.asked |= moving
        self.serial |= dict.fromkeys(opened, Ease.GUARD)
        self.eased |= dict.fromkeys(opened, Ease.GUARD)
        self.reasons |= {path: words for path, words in opened.items() if path not in self.reasons}
        return bool(opened)

    def open_clusters(self, counts: Mapping[Path, int], least: int) -> None:
        """Put guards in place of the bounds of columns where neighbours are so alike that no promise could
        be made, and count the rows as by the others.

        Args:
            counts: the number of rows that they count as, by column, or by column and end.
            least: the least number that can promise.
        """
        clustered = {
            path if path in self.order.columns else path[:-1]: Ease.GUARD
            for path in counts
            if counts[path] < least
        }
        self.serial |= clustered
        self.eased |= clustered
        self.reasons |= dict.fromkeys(clustered, ALIKE)
        self.counted = min([self.counted, *(count for count in counts.values() if count >= least)])


def _least_rows(refuse: float, confidence: float) -> int:
    """Return the least number of rows that can promise to refuse so few."""
    return rows_to_divide(needed_rows(0, refuse, (1 - confidence) * TIGHT), loose=False)


def _plan_of(table: TableOfRows, refuse: float, confidence: float) -> _Plan:
    firsts, total = table.firsts, table.whole.divide(loose=False)[2]
    order = order_of(sampled_rows(firsts.sample), firsts.rows, table.time, ordered=table.ordered)
    later = order.share(refuse, confidence)
    closed = {*order.reasons, *table.keys}
    serial = {path: Ease.COUNTS for path in table.serial_columns() if path not in closed}
    eased, reasons = order.eased | serial, order.reasons | dict.fromkeys(serial, SERIAL)
    if reasons and all(eased.get(path) is Ease.ANY for path in order.columns):
        raise _nothing_left(order)
    eased |= table.keys
    plan = _Plan(order, later, eased, reasons, serial | table.keys, total)
    columns = table.columns(order.time)
    if table.ordered:
        counts = rows_that_count(table.values_of_units(columns, order.time, eased), total)
        if counts:
            plan.open_clusters(counts, _least_rows(refuse, confidence))
    # Of groups, the first rows are tested: so the key belongs to a level above, as sites are above patients.
    asked = columns_of(sampled_rows(firsts.sample)) if table.counts_groups else columns
    plan.key = group_key_of(asked, reasons)
    # The column that tells the rows apart keeps its values: a warning states that rows with new ones are
    # refused.
    if plan.key is not None and (table.shape is None or plan.key.path != (tag_of(table.shape),)):
        eased[plan.key.path] = max(Ease.COUNTS, eased.get(plan.key.path, Ease.COUNTS))
        reasons[plan.key.path] = "may be a key of groups"
    return plan


@dataclasses.dataclass(frozen=True)
class _DraftInBound:
    """A contract within its bound.

    Attributes:
        draft, pred: how it was made, and its spec.
        share: the bound on the share of units that it refuses.
        is_loose: True if its ranges go beyond the rows.
    """

    draft: Draft
    pred: Spec
    share: float
    is_loose: bool


def _draft_with_next(
    table: TableOfRows, plan: _Plan, refuse: float, confidence: float
) -> tuple[tuple[Any, ...], _DraftInBound]:
    """Return the columns with next values that are likely to come and refused, and a contract with guards in
    their place. A contract with fewer bounds may be a tight one, which refuses next values of other columns.
    """
    always: dict[Any, None] = {}
    while True:
        drafted = _draft_within(table, plan, refuse, confidence)
        always |= dict.fromkeys(_columns_with_next(table, plan, drafted))
        if not plan.open_next(always, table, drafted):
            return tuple(always), drafted


def _draft_within(table: TableOfRows, plan: _Plan, refuse: float, confidence: float) -> _DraftInBound:
    """Return the tight contract, or else the loose one.

    Raises:
        SpecDefinitionError: neither promises to refuse so few.
    """
    fails, best, needed = 1 - confidence, 1.0, math.inf
    for is_loose, spent in ((False, TIGHT), (True, 1 - TIGHT)):
        _, _, total, others = table.whole.divide(loose=is_loose)
        others = int(others * plan.counted / total)
        spare = int(AFFORDED * others / SPARE)
        draft, pred = _draft(table.whole, plan.eased, plan.order, table.unit, spare, loose=is_loose)
        share = max(plan.later, share_bound(draft.count, others, fails * spent))
        if share <= refuse:
            return _DraftInBound(draft, pred, share, is_loose)
        best = min(best, share)
        # By chance, more rows may set more bounds.
        others = needed_rows(draft.count + math.isqrt(draft.count), refuse, fails * spent)
        needed = min(needed, rows_to_divide(math.ceil(others * total / plan.counted), loose=is_loose))
    raise _too_few_rows(total, table.of, needed, refuse, confidence, draft, best)


def _state_promise(
    table: TableOfRows, plan: _Plan, drafted: _DraftInBound, refuse: float, confidence: float
) -> Promise:
    """Return the promise of a contract, with the reasons why columns lack a bound."""
    total, latest = table.whole.divide(loose=False)[2], drafted.draft.latest
    for path, reason in plan.reasons.items():
        is_from = plan.eased[path] is Ease.FROM
        last = in_one_line(str(latest.get(path, "later")))
        plan.reasons[path] = reason.format(last) + ", so no end is stated" * is_from
    opened = {path[0] if path else (): reason for path, reason in plan.reasons.items()}
    promise = Promise(
        min(round_up(drafted.share), refuse),
        confidence,
        total,
        bounds=drafted.draft.count,
        of=table.of,
        open=opened,
        columns=len(plan.order.columns) if opened else 0,
        count_as=plan.counted if plan.counted < total else 0,
    )
    units = table.units(plan.order.time) if plan.order.shows else []
    if len(units) < LEAST_ROWS:
        return promise
    remade, later = _remake(table, plan, units, refuse, confidence, is_loose=drafted.is_loose), plan.later
    if table.counts_groups and plan.order.drifts:  # only the first rows were judged
        later = min(refuse, round_up(most_refused(*remade, confidence)))
    share = max(promise.refuses_at_most, later)
    return dataclasses.replace(promise, refuses_at_most=share, horizon=total, remade=remade)


def _remake(
    table: TableOfRows,
    plan: _Plan,
    units: Units,
    refuse: float,
    confidence: float,
    *,
    is_loose: bool,
) -> tuple[int, int]:
    """Return how many later units contracts of earlier ones refuse, and out of how many."""
    total, sketch_first = table.whole.divide(loose=False)[2], table.sketcher(units)

    def contract_of(first: Sequence[Any], count: int) -> Spec:
        whole, firsts = sketch_first(first, count)
        earlier = order_of(firsts, count * total // len(units), plan.order.time, known=plan.order)
        earlier.share(refuse, confidence)
        return _draft(whole, earlier.eased | plan.serial, earlier, table.unit, loose=is_loose)[1]

    return refused_later(units, contract_of)


def _columns_with_next(table: TableOfRows, plan: _Plan, drafted: _DraftInBound) -> tuple[Any, ...]:
    """Return the columns where the contract refuses each next value that is likely to come."""
    columns = table.whole.columns
    if columns is None:
        return ()
    rows = sampled_rows(table.whole.sample)
    return tuple(columns_with_next(columns, rows, plan.eased, lambda row: valid(drafted.pred, row)))


def _finish_contract(table: TableOfRows, plan: _Plan, drafted: _DraftInBound, promise: Promise) -> Contract:
    """Return the contract, with the terms of the table as a whole."""
    order, eased, draft = plan.order, plan.eased, drafted.draft
    # A column may fall between the rows of a sample.
    rises = () if order.time is not None or order.rows < promise.rows else order.rising()
    categories = {*_categories_of(drafted.pred.form())} - {path[0] for path in eased if path}
    unsteady = {path[0] for path in order.unsteady if path}
    terms = terms_of(table.whole, promise.confidence, rises, categories, plan.counted, unsteady)
    notes = {path: "; ".join(dict.fromkeys(texts)) for path, texts in draft.notes.items()}
    notes |= {
        path: "; ".join(
            [reason + _WORDS_OF_EASE.get(eased[path], ", so it has no bound"), *draft.notes.get(path, ())]
        )
        for path, reason in plan.reasons.items()
    }
    wide = tuple(path[0] for path in eased if path and path in draft.widened and not drafted.is_loose)
    is_loose = drafted.is_loose or () in draft.widened
    sample = tuple(row for _, row in table.whole.sample)
    return Contract(drafted.pred, promise, sample, is_loose, terms, notes, wide)


def _warn_of_key(key: GroupKey, promise: Promise) -> None:
    name = short_repr(key.path[0])
    guarded = [short_repr(path) for path, reason in promise.open.items() if reason == MOVES.format(name)]
    more = f" and {len(guarded) - 2:,} more" if len(guarded) > 2 else ""
    without = f" without the guards of {', '.join(guarded[:2])}{more}" if guarded else ""
    warnings.warn(
        f"rows of new values of {name} are refused at {share_text(key.refused)}{without}, promised "
        f"{share_text(promise.refuses_at_most)}: will new ones come? Then groups={name}",
        stacklevel=4,
    )


def _categories_of(form: Any) -> Iterator[Any]:
    """Yield the columns of a contract that have a set of values, or are true or false."""
    if isinstance(form, tuple) and form[0] == "keys":
        for columns in itertools.chain.from_iterable(options.values() for options in form[1:]):
            for key, own in columns.items() if isinstance(columns, Mapping) else ():
                own = own[1] if isinstance(own, tuple) and own[0] == "nilable" else own
                if own is bool or isinstance(own, (set, frozenset)):
                    yield key


def _draft(
    whole: Sketch,
    eased: Mapping[Any, Ease],
    order: Order,
    unit: str = "rows[#]",
    spare: int = 0,
    *,
    loose: bool,
) -> tuple[Draft, Spec]:
    """Return the tight or the loose contract of rows, and how it was made."""
    base, rest, _, _ = whole.divide(loose=loose)
    excess = gaps(*whole.eighths[:2], BEYOND, both=True) if loose else {}
    draft = Draft(Ease.WIDE if loose else Ease.TIGHT, unit, spare, eased, excess | order.excess)
    with name_recursion_limit("a row", None):
        return draft, specize(draft.spec_of(base, rest))


def _nothing_left(order: Order) -> SpecDefinitionError:
    """Return the error for columns that have not even kept their types."""
    columns = words_of_open({path[0] if path else (): reason for path, reason in order.reasons.items()})
    return SpecDefinitionError(
        f"nothing is left to promise of rows in this order, no column keeps a bound or a type: {columns}; "
        "try columns that last, or ordered=False if the order has no meaning"
    )


def _too_few_rows(
    rows: int, of: str, needed: float, refuse: float, confidence: float, draft: Draft, share: float
) -> SpecDefinitionError:
    """Return the error for too few rows, which states how many are needed."""
    total = math.ceil(max(needed, rows + 1))
    unit = 10 ** max(0, len(str(total)) - 2)
    text = (
        f"{rows:,} {of} can't promise with a confidence of {confidence} that at most {refuse} of such {of} "
        "are refused"
    )
    if total <= MOST_MORE * rows:
        text += f", some {-(-total // unit) * unit:,} can"
    costly = sorted(draft.rows.items(), key=lambda item: -len(item[1]))[:3]
    costly = [(path, numbers) for path, numbers in costly if path and len(numbers) * 10 > draft.count]
    larger = f"refuse={min(0.99, round_up(share))}, " if share < 0.99 else ""
    if not costly:
        return SpecDefinitionError(
            f"{text}; try {larger}more {of}{'' if larger else ', a larger refuse'} or a smaller confidence"
        )
    columns = ", ".join(f"{short_repr(path[0])} ({len(numbers):,})" for path, numbers in costly)
    return SpecDefinitionError(
        f"{text}; the columns with the most {of} that set a bound are {columns}: try {larger}more {of}, or "
        "leave such a column out"
    )
