"""Contracts: specs out of data, with a promise."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence, Sized
from typing import TYPE_CHECKING, Any, ClassVar, Final, Unpack

from mxspec.base.formats import format_of, has_format
from mxspec.base.lazy import lazy
from mxspec.base.messages.text import in_one_line
from mxspec.base.patterns import has_pattern
from mxspec.base.values import INVALID, is_hashable, short_repr, stable_order
from mxspec.errors import Problem, SpecDefinitionError, did_you_mean
from mxspec.frames.verdicts import columns_within
from mxspec.inference.sampled_tables import fold_numbers, keep_terms
from mxspec.inference.table_terms import TableTerms, TermArguments, terms_of_arguments, with_terms
from mxspec.inference.terms import LeastRows, Missing, Monotone, Unique, columns_in
from mxspec.models.copula import RowModel
from mxspec.predicates import is_nan, is_none
from mxspec.promises.bounds import check_terms
from mxspec.promises.power import Power
from mxspec.promises.promise import Promise, PromisedSpec
from mxspec.specs.core.batch import BatchStrategy, batch_strategy_of
from mxspec.specs.core.digests import content_text
from mxspec.specs.core.generation import Context
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.spec import Spec, as_part

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@with_terms
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
    always: Sequence[Any] = (),
    power: Mapping[str, float] | None = None,
    kinds: int = 0,
    hardly: Sequence[Any] = (),
    files: Sequence[str] = (),
    pool: str = "",
    **terms: Unpack[TermArguments],
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
        always: the columns with next values that are likely to come, as in `Promise`.
        power, kinds, hardly: what it notices, as in `Power`: the kinds of errors that are not always noticed,
            the number of all kinds, and the columns where hardly any error is noticed.
        files: the digest, the bytes and the rows of each file of its rows, so that none counts twice.
        pool: the digest of the file with their sketch, which `mxspec infer` wrote beside the contract.
        **terms: the terms of a table as a whole: unique, monotone, missing and so on, as in `TableTerms`.

    Raises:
        SpecDefinitionError: an argument makes no sense.

    Example:
        >>> import mxspec as s
        >>> plan = s.contract({"free", "pro", "team"}, rows=5000, refuses=0.0034)
        >>> s.promise(plan)
        refuses at most 0.34% of such rows (certain 99%)
        to renew it: mxspec infer --update CONTRACT ROWS, with 5,000 rows or more
        >>> s.explain(plan, "por")
        not one of the 3 values of the contract of 5,000 rows: 'free', 'pro', 'team'; did
        you mean 'pro'? - value: 'por'
    """
    if bool(rows) is (refuses == 1):
        raise SpecDefinitionError(
            "rows= and refuses= are the numbers of a promise: state both, or neither for terms by hand, not "
            f"rows={short_repr(rows)} and refuses={short_repr(refuses)}"
        )
    check_terms(0.5 if refuses == 1 else refuses, confidence, "refuses")
    promise = Promise(
        refuses,
        confidence,
        rows,
        bounds=bounds,
        of=of,
        open=dict(open) if isinstance(open, Mapping) else open or {},
        columns=columns,
        count_as=count_as,
        horizon=horizon,
        remade=remade,
        always=columns_in(always, "always"),
        power=_power_of(power, kinds, hardly, always),
    )
    table = terms_of_arguments(confidence, terms)
    wide = tuple(widened) if isinstance(widened, Collection) else ()
    own = as_part(spec)
    _check_columns(own, table)
    return Contract(own, promise, (), bool(widened) and not wide, table, {}, wide, True, tuple(files), pool)


def _power_of(
    power: Mapping[str, float] | None, kinds: int, hardly: Sequence[Any], always: Sequence[Any]
) -> Power | None:
    if not kinds:
        return None
    return Power(power or {}, kinds, columns_in(hardly, "hardly"), columns_in(always, "always"))


def _check_columns(spec: Spec, table: TableTerms) -> None:
    """Check that the spec has the columns that terms name, as far as its columns are known.

    Raises:
        SpecDefinitionError: it lacks one, so that no table could break the term.
    """
    known = columns_within(spec) if table.terms else None
    if known is None:
        return
    have = f"has {', '.join(map(repr, itertools.islice(known, 10)))}" if known else "has no columns"
    texts = [key for key in known if isinstance(key, str)]
    pairs = ((term, column) for term in table.terms for column in term.columns)
    for term, column in pairs:
        if not is_hashable(column) or column not in known:
            near = did_you_mean(column, texts) if isinstance(column, str) else ""
            raise SpecDefinitionError(
                f"{term.keyword}= is about a column {short_repr(column)}, and the spec {have}{near}"
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
        pool: the digest of the file with the sketch of its rows, or "" for none.
    """

    sample: tuple[Any, ...]
    is_loose: bool = False
    table: TableTerms = dataclasses.field(default_factory=TableTerms)
    notes: Mapping[tuple[Any, ...], str] = dataclasses.field(default_factory=dict)
    wide: tuple[Any, ...] = ()
    is_written: bool = False
    files: tuple[str, ...] = ()
    pool: str = ""

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
                continue  # the other problem of the value is more precise
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
        rows = fold_numbers(self.pred, rows)
        return keep_terms(self.table, self.pred, rows, seed) if self.table.are_stated else rows

    def table_sizes(self) -> tuple[int, int | None]:
        return max((term.least_size for term in self.table.terms), default=0), self.table.max_rows

    def _repr_html_(self) -> str:
        from mxspec.inference.report import contract_html

        return contract_html(self)

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
            "always": (own.always, ()),
            "power": (dict(own.power.kinds) if own.power else {}, {}),
            "kinds": (own.power.count if own.power else 0, 0),
            "hardly": (own.power.hardly if own.power else (), ()),
            "files": (self.files, ()),
            "pool": (self.pool, ""),
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
    """Return the reason why a part of a contract refuses a value; None if the part's own words give it."""
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
    text = short_repr(limit) if isinstance(limit, (int, float)) else in_one_line(str(limit))
    return f"{sides[i].format(text)}, {'beyond all of' if is_loose else f'the {ends[i]} of'} {rows}"


def _words_of_pattern(options: Mapping[str, Any], x: str, rows: str) -> str | None:
    pattern, least, most = (options.get(name) for name in ("pattern", "min_length", "max_length"))
    has_length = len(x) >= (least or 0) and (most is None or len(x) <= most)
    if pattern is None or not has_length or has_pattern(pattern, x):
        return None
    return f"not of the pattern of {rows}, {in_one_line(pattern)}"


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
