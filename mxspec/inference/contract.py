"""Contracts: specs out of data, with a promise."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import math
import os
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Sized
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.api.operations import def_, get_spec
from mxspec.core.batch import BatchStrategy, batch_strategy_of
from mxspec.core.digests import content_text
from mxspec.core.generation import Context
from mxspec.core.question import Place, Question
from mxspec.core.spec import Spec, as_part, specize
from mxspec.errors import Problem, SpecDefinitionError, name_recursion_limit
from mxspec.formats import format_of, has_format
from mxspec.frames.named_frames import collect_frame, frame_of, is_frame
from mxspec.inference.column_sketch import sketch, sketch_file
from mxspec.inference.copies import warn_of_copies
from mxspec.inference.copula import RowModel
from mxspec.inference.group_keys import group_key_of
from mxspec.inference.horizon import BLOCKS, LEAST_ROWS, ends_of_groups, refused_later, rows_that_count
from mxspec.inference.inferred_terms import are_serial, terms_of
from mxspec.inference.order import (
    SERIAL,
    Beginnings,
    Order,
    columns_of,
    has_moments,
    in_time,
    order_of,
    sampled_rows,
)
from mxspec.inference.rows import rows_of
from mxspec.inference.sampled_tables import keep_terms
from mxspec.inference.sketch import MOST_KEPT, Shape, Sketch, numbers_of, rows_to_divide, sketch_groups
from mxspec.inference.structure import Draft, Ease, Path, gaps, is_serial, tag_of
from mxspec.inference.table_terms import TableTerms
from mxspec.inference.terms import LeastRows, Missing, Monotone, Unique, columns_in
from mxspec.lazy import lazy
from mxspec.messages.wrong_options import name_options
from mxspec.patterns import has_pattern
from mxspec.predicates import is_nan, is_nat_int, is_none
from mxspec.promises.bounds import check_terms, most_refused, needed_rows, share_bound
from mxspec.promises.promise import Promise, PromisedSpec, round_up, share_text, words_of_open
from mxspec.values import INVALID, short_repr, stable_order

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


BEYOND: Final = 4
"""Ranges are widened by so many times the distance between the ends of two eighths of the rows."""

TIGHT: Final = 0.75
"""The part of the failure probability that the tight contract may spend; the loose one has the rest."""

SPARE: Final = 10
"""Of the rows that may be refused, one in so many is spent on the new values of each set."""

MOST_MORE: Final = 30
"""An error suggests at most so many times as many rows."""


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
    widened by four times the difference between the ends of two eighths of the rows; a constant stays
    constant, and the empty string stays out.

    The promise assumes that rows to come are like these, in any order. If the rows themselves come in an
    order that matters, columns that grow or drift with it get wider bounds or lose them, and the promise
    names the columns without bounds (`open`): `mxspec.inference.order` has the tests. They see a random 1,000
    of the rows, so a column of many rows may drift a little unseen, and break a small promise. Dates and
    moments that fill a period, such as the days of a month or one day a week, get no upper bound, since later
    rows belong to a later period; shuffled rows are tested in the order of these dates. Nor can a promise
    foresee what the rows have not shown; `profile` shows a drift when it comes.

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
        time: the key of the column that orders the rows, in place of their own order; it gets no bound.

    Raises:
        SpecDefinitionError: there are too few rows for the promise (the message says how many would do); all
            columns drift, so nothing is left to promise; or another argument makes no sense.

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
        refuses at most 0.34% of such rows (certain 99%): 2,000 rows, 0 of them set a bound
        >>> s.explain(user, {"age": 230, "plan": "free"})
        230 - failed: above 91, the most of 2,000 rows in: ['age'] at: ['age']
        >>> s.infer(rows[:500])
        Traceback (most recent call last):
        ...
        mxspec.errors.SpecDefinitionError: 500 rows can't promise with a confidence of 0.99 that at most 0.01
        of such rows are refused, some 800 can; try refuse=0.017, more rows or a smaller confidence
    """
    check_terms(refuse, confidence, "refuse")
    ordered = bool(ordered) and not isinstance(rows, (set, frozenset))
    if time is not None and not ordered:
        raise SpecDefinitionError(f"time={short_repr(time)} orders the rows, so leave ordered=False out")
    if isinstance(rows, Sketch) and groups is not None:
        raise SpecDefinitionError("groups= takes the rows themselves, not their sketch")
    if isinstance(rows, Sketch):
        whole = rows
    elif groups is not None:
        rows = rows_of(rows)
        rows = in_time(rows, time) if rows else rows
        whole = sketch_groups(rows, _group_function(groups))
    elif isinstance(rows, os.PathLike):
        whole, rows = sketch_file(rows)
    else:
        rows = collect_frame(frame_of(rows)) if is_frame(rows) else rows_of(rows)
        whole = sketch(rows)
    if not whole.rows:
        raise SpecDefinitionError("a contract comes out of rows, and there are none")
    of = "rows" if groups is None else "groups" if callable(groups) else f"groups by {groups!r}"
    shape = whole.columns if groups is None else None
    if shape is not None and not isinstance(rows, Sketch):
        warn_of_copies(rows, shape, whole.apart)
    unit = "rows[#]" if groups is None else "one group"
    members = [] if groups is None else _rows_of_groups(rows, _group_function(groups))
    firsts = whole if groups is None else sketch(_firsts_without_key(members, groups, time))
    order = order_of(sampled_rows(firsts.sample), firsts.rows, time, ordered=ordered)
    was_found, time = time != order.time, order.time
    fails, best, needed = 1 - confidence, 1.0, math.inf
    later = order.share(refuse, confidence)
    eased, reasons = dict(order.eased), dict(order.reasons)
    serial = {path: Ease.OPEN for path in _serial_columns(whole) if path not in {*reasons, (groups,)}}
    eased |= serial
    reasons |= dict.fromkeys(serial, SERIAL)
    if reasons and all(eased.get(path) is Ease.ANY for path in order.columns):
        raise _nothing_left(order)
    total = counted = whole.divide(loose=False)[2]
    key = None
    if groups is None:
        some: Sequence[Any] = sampled_rows(whole.kept)
        if was_found and not has_moments(some, time):  # only the sample was judged
            some = sampled_rows(whole.sample)
        some = in_time(some, time)
        key = group_key_of(columns := columns_of(some), reasons)
        if ordered:
            counted = rows_that_count(
                {path: xs for path, xs in columns.items() if path not in reasons}, total
            )
        # What tells the rows apart keeps its values: a warning says that rows of new ones are refused.
        shape = _shape_of(whole)
        if key is not None and (shape is None or key.path != (tag_of(shape),)):
            eased[key.path] = max(Ease.OPEN, eased.get(key.path, Ease.OPEN))
            reasons[key.path] = "may be a key of groups"
        units = [[row] for row in in_time(sampled_rows(whole.sample), time)]
    else:
        numbers = sorted(numbers_of(coin for coin, _ in firsts.sample))
        units = _groups_in_time([members[number] for number in numbers], time)
        if not callable(groups):
            eased[groups,] = Ease.OPEN
        if ordered:
            columns = columns_of([*itertools.chain.from_iterable(units)])
            bounded = {path: xs for path, xs in columns.items() if eased.get(path, Ease.WIDE) <= Ease.WIDE}
            counted = rows_that_count(ends_of_groups(bounded, units), total)
    for is_loose, spent in ((False, TIGHT), (True, 1 - TIGHT)):
        others = int(whole.divide(loose=is_loose)[3] * counted / total)
        draft, pred = _draft(whole, eased, order, unit, int(refuse * others / SPARE), loose=is_loose)
        share = max(later, share_bound(draft.count, others, fails * spent))
        if share <= refuse:
            break
        best = min(best, share)
        # By chance, more rows may set more bounds.
        others = needed_rows(draft.count + math.isqrt(draft.count), refuse, fails * spent)
        needed = min(needed, rows_to_divide(math.ceil(others * total / counted), loose=is_loose))
    else:
        raise _too_few_rows(total, of, needed, refuse, confidence, draft, best)
    for path, reason in reasons.items():
        is_from = eased[path] is Ease.FROM
        reasons[path] = reason.format(draft.latest.get(path, "later")) + ", so no end is stated" * is_from
    opened = {path[0] if path else (): reason for path, reason in reasons.items()}
    promise = Promise(
        min(round_up(share), refuse),
        confidence,
        total,
        bounds=draft.count,
        of=of,
        open=opened,
        columns=len(order.columns) if opened else 0,
        count_as=counted if counted < total else 0,
    )
    if order.shows and len(units) >= LEAST_ROWS:
        looked_at = Beginnings([row for own in units for row in own])

        def contract_of(first: Sequence[Any], count: int) -> Spec:
            some, opened = first, serial
            if groups is None:
                whole = looked_at.sketch(count)
            else:
                group_of = _group_function(groups)
                whole = sketch_groups(first, group_of)
                some = _firsts_without_key(_rows_of_groups(first, group_of), groups, time)
                opened = serial if callable(groups) else serial | {(groups,): Ease.OPEN}
            earlier = order_of(some, count * total // len(units), time, known=order)
            earlier.share(refuse, confidence)
            return _draft(whole, earlier.eased | opened, earlier, unit, loose=is_loose)[1]

        remade = refused_later(units, contract_of)
        if groups is not None and order.drifts:  # only the first rows were judged
            later = min(refuse, round_up(most_refused(*remade, confidence)))
        promise = dataclasses.replace(
            promise,
            refuses_at_most=max(promise.refuses_at_most, later),
            horizon=max(1, total // BLOCKS),
            remade=remade,
        )
    if key is not None:
        name_of_key = short_repr(key.path[0])
        warnings.warn(
            f"rows of new values of {name_of_key} are refused at {share_text(key.refused)}, promised "
            f"{share_text(promise.refuses_at_most)}: will new ones come? Then groups={name_of_key}",
            stacklevel=2,
        )
    sample = tuple(row for _, row in whole.sample)
    # A column may fall between the rows of a sample.
    rises = () if time is not None or order.rows < total else order.rising()
    categories = {*_categories_of(pred.form())} - {path[0] for path in eased if path}
    unsteady = {path[0] for path in order.unsteady if path}
    table = terms_of(whole, confidence, rises, categories, counted, unsteady)
    notes = {path: "; ".join(dict.fromkeys(texts)) for path, texts in draft.notes.items()}
    notes |= {
        path: reason + ", so it has no bound" * (eased[path] is not Ease.FROM)
        for path, reason in reasons.items()
    }
    wide = tuple(path[0] for path in eased if path and path in draft.widened and not is_loose)
    is_loose = is_loose or () in draft.widened
    spec = Contract(pred, promise, sample, is_loose, table, notes, wide)
    return spec if name is None else get_spec(def_(name, spec))


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


def _group_function(groups: Any) -> Callable[[Any], Any]:
    if callable(groups):
        return groups  # type: ignore[no-any-return]

    def group_of(row: Any) -> Any:
        if not isinstance(row, Mapping) or groups not in row:
            words = f"groups={short_repr(groups)} is a key of all rows"
            raise SpecDefinitionError(f"{words}, not of {short_repr(row)}")
        return row[groups]

    return group_of


def _shape_of(whole: Sketch) -> Shape | None:
    """Return the shape of rows with the same keys, of records, or of lists of one length; else None."""
    kinds, shape = whole.place.kinds, whole.columns
    if shape is None and len(kinds) == 1:
        [kind] = kinds.values()
        shape = next(iter((kind.shapes or {}).values()), None)
    return shape


def _serial_columns(whole: Sketch) -> Iterator[Path]:
    """Yield the columns of serial numbers; the next table has other numbers."""
    shape = _shape_of(whole)
    places = {(): whole.place} if shape is None else {(key,): own for key, own in shape.values.items()}
    columns = columns_of(sampled_rows(whole.sample))
    for path, place in places.items():
        if any(is_serial(kind) or are_serial(kind, columns.get(path, [])) for kind in place.kinds.values()):
            yield path


def _rows_of_groups(rows: Sequence[Any], group_of: Callable[[Any], Any]) -> list[list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(group_of(row), []).append(row)
    return [*groups.values()]


def _firsts_without_key(members: list[list[Any]], groups: Any, time: Any) -> list[Any]:
    """Return the first row of each group without its key: a key that counts up says nothing of the order."""
    if callable(groups) or groups == time:
        return [own[0] for own in members]
    return [{key: x for key, x in own[0].items() if key != groups} for own in members]


def _groups_in_time(groups: list[list[Any]], time: Any) -> list[list[Any]]:
    """Return groups in the order of their first rows, leaving some out if they have too many rows."""
    by_first = {id(own[0]): own for own in groups}
    groups = [by_first[id(row)] for row in in_time([own[0] for own in groups], time)]
    return groups[:: math.ceil(sum(map(len, groups)) / MOST_KEPT)]


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
    """Return the error for too few rows, which says how many are needed."""
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


def contract(
    spec: Any,
    *,
    rows: int = 0,
    refuses: float = 1.0,
    confidence: float = 0.99,
    bounds: int = 0,
    widened: bool | Sequence[Any] = False,
    of: str = "rows",
    open: Mapping[Any, str] | None = None,
    columns: int = 0,
    count_as: int = 0,
    horizon: int = 0,
    remade: tuple[int, int] | None = None,
    files: Sequence[str] = (),
    unique: Sequence[Any] = (),
    monotone: Sequence[Any] = (),
    missing: Mapping[Any, float] | None = None,
    min_rows: int = 0,
    max_rows: int | None = None,
    fresh: Mapping[Any, datetime.timedelta] | None = None,
    occur: Mapping[Any, Collection[Any]] | None = None,
    shares: Mapping[Any, Mapping[Any, tuple[float, float]]] | None = None,
    depends: Mapping[Any, Any] | None = None,
) -> Contract:
    """Return a contract as `source` writes it: a spec, with what its rows promised.

    The promise is about this spec. An edit that accepts less ends the promise (`infer` makes a new one); an
    edit that accepts more is safe. Nothing checks this: the numbers are taken as written. So a reason names
    the contract, `above 91, the most of the contract of 5,000 rows`, where a contract of `infer` names the
    rows.

    Args:
        spec: the spec.
        rows: the number of rows that it was made from; 0 for terms stated by hand.
        refuses: the largest share of such rows that it refuses; 1 promises nothing.
        confidence: the probability of this.
        bounds: the number of rows that set a bound.
        widened: True if ranges go beyond the rows, or the keys of the columns where they do.
        of: the word for rows.
        open: by key, why a column lacks a bound.
        columns: the number of columns, if some lack a bound.
        count_as, horizon, remade: as in `Promise`, for rows in an order.
        files: the digest, the bytes and the rows of each file of its rows, so that none counts twice.
        unique, monotone, missing, min_rows, max_rows, fresh, occur, shares, depends: the terms of a table as
            a whole, as in `TableTerms`.

    Raises:
        SpecDefinitionError: an argument makes no sense.

    Example:
        >>> import mxspec as s
        >>> plan = s.contract({"free", "pro", "team"}, rows=5000, refuses=0.0034)
        >>> s.promise(plan)
        refuses at most 0.34% of such rows (certain 99%): 5,000 rows, 0 of them set a bound
        >>> s.explain(plan, "por")
        'por' - failed: not one of the 3 values of the contract of 5,000 rows: 'free', 'pro', 'team'; did
        you mean 'pro'?
    """
    if bool(rows) is (refuses == 1):
        raise SpecDefinitionError(
            "rows= and refuses= are the numbers of a promise: state both, or neither for terms by hand, not "
            f"rows={short_repr(rows)} and refuses={short_repr(refuses)}"
        )
    check_terms(0.5 if refuses == 1 else refuses, confidence, "refuses")
    if not (is_nat_int(rows) and is_nat_int(bounds) and isinstance(of, str)):
        raise SpecDefinitionError(
            f"rows and bounds are numbers from 0, not {short_repr(rows)} and {short_repr(bounds)}"
        )
    promise = Promise(
        refuses,
        confidence,
        rows,
        bounds=bounds,
        of=of,
        open=dict(open or {}),
        columns=columns,
        count_as=count_as,
        horizon=horizon,
        remade=remade,
    )
    table = TableTerms(
        columns_in(unique, "unique"),
        columns_in(monotone, "monotone"),
        missing or {},
        min_rows,
        confidence,
        max_rows,
        fresh or {},
        occur or {},
        shares or {},
        depends or {},
    )
    wide = tuple(widened) if isinstance(widened, Collection) else ()
    return Contract(
        as_part(spec), promise, (), bool(widened) and not wide, table, {}, wide, True, tuple(files)
    )


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Contract(PromisedSpec, inherits=True):
    """A spec out of data. It has the form of the spec inside, and adds the promise, examples and words.

    Attributes:
        sample: some of the rows, for examples; empty if the contract was read from a file.
        is_loose: True if its ranges go beyond the rows.
        table: the terms of a table as a whole, which no row breaks alone; `table.problems` checks them.
        notes: remarks on its parts by the keys that lead to them; `source` writes them as comments.
        wide: the keys of the columns with ranges that go beyond the rows, if the others do not.
        is_written: True if `contract` made it, so that its bounds may have been edited since the rows.
        files: what is known of the files of its rows (`mxspec.promises.counted_files`).
    """

    sample: tuple[Any, ...]
    is_loose: bool = False
    table: TableTerms = dataclasses.field(default_factory=TableTerms)
    notes: Mapping[tuple[Any, ...], str] = dataclasses.field(default_factory=dict)
    wide: tuple[Any, ...] = ()
    is_written: bool = False
    files: tuple[str, ...] = ()

    keeps_keys: ClassVar[bool] = True
    constructive: ClassVar[bool] = False

    @lazy
    def examples(self) -> RowModel:
        """The model of rows that examples are drawn from."""
        return RowModel(self.sample)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if self.conform(x, question) is INVALID:
            return [*self._worded_problems(self.pred.explain(x, place, question))]
        return []

    def _worded_problems(self, problems: list[Problem]) -> Iterator[Problem]:
        rows = f"{self.promise.rows:,} {self.promise.of}"
        if self.is_written:
            rows = f"the contract of {rows}" if self.promise.rows else "the contract"
        places = [tuple(map(id, problem["in"])) for problem in problems]
        for own, problem in zip(places, problems, strict=True):
            pred, x = problem["pred"], problem["val"]
            if (pred is is_none or pred is is_nan) and places.count(own) > 1:
                continue  # the other problem of the value says more than that it is not missing
            try:
                is_wide = self.is_loose or (problem["in"] and problem["in"][0] in self.wide)
                words = _words(pred, x, rows, bool(is_wide))
            except Exception:  # a value may not compare, such as a Decimal that is not a number
                words = None
            if words is None or "message" in problem:
                yield problem
            else:
                yield {**problem, "reason": words, "message": words}

    def strategy(self, context: Context) -> SearchStrategy[Any] | None:
        return self.examples.strategy() if self.sample else super().strategy(context)

    def batch_strategy(self, context: Context) -> BatchStrategy | None:
        return self.examples.batch_strategy() if self.sample else batch_strategy_of(self.pred, context)

    def as_table(self, rows: list[Any], seed: int | None = 0) -> list[Any]:
        return keep_terms(self.table, self.pred, rows, seed) if self.table.are_stated else rows

    def table_sizes(self) -> tuple[int, int | None]:
        return max((term.least_size for term in self.table.terms), default=0), self.table.max_rows

    def form(self) -> Any:
        return self.pred.form()

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `contract` other than the spec, without the defaults."""
        own = self.promise
        options: dict[str, tuple[Any, Any]] = {  # each beside its default
            "confidence": (own.confidence, 0.99),
            "bounds": (own.bounds, 0),
            "widened": (self.wide or self.is_loose, False),
            "of": (own.of, "rows"),
            "open": (dict(own.open), {}),
            "columns": (own.columns, 0),
            "count_as": (own.count_as, 0),
            "horizon": (own.horizon, 0),
            "remade": (own.remade, None),
            "files": (self.files, ()),
        }
        others = {name: x for name, (x, default) in options.items() if x != default}
        numbers = {"rows": own.rows, "refuses": own.refuses_at_most} if own.rows else {}
        return {**numbers, **others, **self.table.arguments()}


@content_text.register
def _contract(spec: Contract) -> str:
    table = spec.table
    terms = (
        table.min_rows,
        table.confidence,
        *map(sorted, (map(repr, table.unique), map(repr, table.monotone))),
    )
    others = [
        f" {term!r}"
        for term in table.terms
        if not isinstance(term, (LeastRows, Unique, Monotone, Missing))  # they are in the text already
    ]
    return f"{spec!r} {terms} {sorted(map(repr, table.missing.items()))}{''.join(sorted(others))}"


# --- words ------------------------------------------------------------------------------------------------

_VALUES: Final = ("below {}", "above {}"), ("least", "most")
_MOMENTS: Final = ("before {}", "after {}"), ("first", "last")
_LENGTHS: Final = ("shorter than {} characters", "longer than {} characters"), ("shortest", "longest")
_COUNTS: Final = ("fewer than {} elements", "more than {} elements"), ("fewest", "most")
"""The words for a value beyond the lower and the upper limit, and for these limits of the rows."""


def _words(form: Any, x: Any, rows: str, is_loose: bool) -> str | None:
    """Return the reason why a part of a contract refuses a value; None if the part's own words say it."""
    words: tuple[tuple[str, str], tuple[str, str]]
    limits: tuple[Any, Any, Any, tuple[tuple[str, str], tuple[str, str]]]
    match form:
        case ("spec", (set() | frozenset()) as members) | (set() | frozenset() as members):
            return _words_of_set(members, x, rows)
        case ("str_in", options) if isinstance(x, str) and (text := _words_of_pattern(options, x, rows)):
            return text
        case ("str_in", {"format": name, **more}) if isinstance(x, str) and (kind := format_of(name)):
            if not more or kind.read is None or not has_format(name, x):
                return f"not {kind.words}, as in {rows}"
            words = _VALUES if kind.kind is float else _MOMENTS
            ends = more.get("least"), more.get("most")
            low, high = (None if end is None else kind.read(str(end)) for end in ends)
            limits = kind.read(x), low, high, words
        case ("str_in", options) if isinstance(x, str):
            limits = len(x), options.get("min_length"), options.get("max_length"), _LENGTHS
        case ("int_in", low, end) if type(x) is int:
            limits = x, low, end - 1, _VALUES
        case ("float_in", options) if isinstance(x, float) and x == x:
            limits = x, options.get("min"), options.get("max"), _VALUES
        case ("range_of", _, low, high):
            limits = x, low, high, _VALUES
        case ("inst_in", low, end):
            limits = x, low, end - type(end).resolution, _MOMENTS
        case ("count", low, high) if isinstance(x, Sized):
            limits = len(x), low, high, _COUNTS
        case _:
            return None
    at, low, high, (sides, ends) = limits
    i = 0 if low is not None and at < low else 1 if high is not None and at > high else None
    if i is None:
        return None
    limit = (low, high)[i]
    text = short_repr(limit) if isinstance(limit, (int, float)) else str(limit)
    return f"{sides[i].format(text)}, {'beyond all of' if is_loose else f'the {ends[i]} of'} {rows}"


def _words_of_pattern(options: Mapping[str, Any], x: str, rows: str) -> str | None:
    pattern, least, most = (options.get(name) for name in ("pattern", "min_length", "max_length"))
    has_length = len(x) >= (least or 0) and (most is None or len(x) <= most)
    if pattern is None or not has_length or has_pattern(pattern, x):
        return None
    return f"not of the pattern of {rows}, {pattern}"


def _words_of_set(members: Any, x: Any, rows: str) -> str:
    values = [short_repr(member) for member in stable_order(members)]
    listed = f": {', '.join(values)}" if len(values) <= 10 else ""
    meant = [member for member in members if type(x) is type(member) is str and is_typo(x, member)]
    near = f"; did you mean {meant[0]!r}?" if len(meant) == 1 else ""
    what = f"one of the {len(values)} values" if len(values) > 1 else "the value"
    return f"not {what} of {rows}{listed}{near}"


def is_typo(x: str, meant: str) -> bool:
    """True if a value is likely a mistyped form of another one: in another case, with blanks around it, one
    letter more or less, two letters swapped, or one changed. But one changed letter makes a short word
    another word, and one changed digit makes a code another code.

    Example:
        >>> is_typo("por", "pro"), is_typo("EURO", "EUR"), is_typo(" Pro", "pro")
        (True, True, True)
        >>> is_typo("refunded", "returned"), is_typo("IT", "IE"), is_typo("A-13", "A-12")
        (False, False, False)
    """
    x, meant = x.strip().casefold(), meant.strip().casefold()
    start = _common_length(x, meant)
    end = _common_length(x[start:][::-1], meant[start:][::-1])
    old, new = x[start : len(x) - end], meant[start : len(meant) - end]
    if any(map(str.isdigit, old + new)):
        return False
    is_swap = len(old) == 2 and old == new[::-1]
    is_change = len(old) == len(new) == 1 and len(meant) > _SHORT
    return x == meant or is_swap or is_change or (len(old) + len(new) == 1 and len(meant) >= _SHORT)


_SHORT: Final = 3  # letters


def _common_length(a: str, b: str) -> int:
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
