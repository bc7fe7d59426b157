"""Contracts: specs out of data that carry a promise."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sized
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.api.operations import def_, get_spec
from mxspec.core.generation import Context
from mxspec.core.question import Place, Question
from mxspec.core.spec import Spec, specize
from mxspec.errors import Problem, SpecDefinitionError, did_you_mean, name_recursion_limit
from mxspec.formats import format_of
from mxspec.inference.copula import RowModel
from mxspec.inference.joint import learn_joint
from mxspec.inference.sketch import FEW_ROWS, Sketch, rows_of, sketch, split_rows
from mxspec.inference.structure import Draft
from mxspec.lazy import lazy
from mxspec.predicates import is_nan, is_none
from mxspec.promises.bounds import check_terms, min_scores, needed_rows, share_bound
from mxspec.promises.promise import Promise, PromisedSpec
from mxspec.specs.logic import and_
from mxspec.values import INVALID, short_repr, stable_order

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


TIGHT: Final = 0.75
"""The part of the probability to fail that the tight contract may spend; the loose one has the rest."""


def infer(
    rows: Any, refuse: float = 0.01, confidence: float = 0.99, joint: bool = False, name: str | None = None
) -> Spec:
    """Return the contract that rows state, with a promise for the rows to come.

    The contract is composed of the other kinds: `keys`, required or not, closed where the rows are; types and
    unions of them, `nilable`; sets where few values recur; ranges of numbers, moments, lengths; strings with
    a format or a pattern of letters and digits; nested maps and lists; `multi_spec` where a tag tells maps
    apart. Each restriction is one that many rows state, and all of the rows fit.

    With the stated confidence, it refuses at most the share `refuse` of rows from the same source. An eighth
    of the rows, chosen at random, states the structure; the others bound the share (see
    `mxspec.promises.bounds` for why). Where the tightest contract would refuse more, ranges and lengths are
    widened by their own width on both sides. The promise assumes that rows to come are like these; it does
    not hold for values that drift, which `profile` shows.

    Examples are like the rows: with the distribution of each key and their rank correlations. They shrink
    towards the most usual row.

    Args:
        rows: dicts, lists, scalars, dataclasses, NamedTuples, objects of attrs; a DataFrame, a pyarrow table,
            an array; or a sum of sketches (`sketch`).
        refuse: the greatest share of rows that may be refused, between 0 and 1.
        confidence: the probability, over the choice of the rows, that this share is kept.
        joint: if True, an anomaly score of the whole row bounds how columns go together; half of `refuse` is
            spent on it. It takes the rows themselves.
        name: a name to register the contract under.

    Raises:
        SpecDefinitionError: there are too few rows for the promise (the message says how many would do), or
            another argument makes no sense.

    Example:
        >>> import mxspec as s
        >>> rows = [{"age": 18 + i * i % 74, "plan": ["free", "pro"][i % 3 == 0]} for i in range(2000)]
        >>> user = s.infer(rows)
        >>> user
        keys(req_un={'age': int_in(18, 92), 'plan': {'free', 'pro'}}, closed=True)
        >>> s.promise(user)
        refuses at most 0.34% of such rows (certain 99%): 2,000 rows, 0 of them carry the bounds
        >>> s.explain(user, {"age": 230, "plan": "free"})
        230 - failed: above 91, the most of 2,000 rows in: ['age'] at: ['age']
        >>> s.infer(rows[:500])
        Traceback (most recent call last):
        ...
        mxspec.errors.SpecDefinitionError: 500 rows can't promise with a confidence of 0.99 that at most 0.01
        of such rows are refused, some 810 can; try more rows, a larger refuse or a smaller confidence
    """
    check_terms(refuse, confidence, "refuse")
    rows = rows if isinstance(rows, Sketch) else rows_of(rows)
    if joint and isinstance(rows, Sketch):
        raise SpecDefinitionError("joint=True takes the rows themselves, not their sketch")
    whole = rows if isinstance(rows, Sketch) else sketch(rows)
    if not whole.rows:
        raise SpecDefinitionError("a contract comes out of rows, and there are none")
    base, rest = whole.parts
    part = 0.5 if joint else 1.0  # of the share and of the probability to fail, for the contract of columns
    alpha, fails = refuse * part, (1 - confidence) * part
    least = min_scores(alpha, 1 - fails) if joint else 0
    for is_loose, spent in ((False, TIGHT), (True, 1 - TIGHT)):
        draft = Draft(is_loose)
        with name_recursion_limit("a row", None):
            pred = specize(draft.spec_of(base, rest))
        share = share_bound(draft.count, rest.count, fails * spent)
        if share <= alpha:
            break
    else:
        needed = max(needed_rows(draft.count, alpha, fails * spent), least)
        raise _too_few_rows(whole.rows, needed, refuse, confidence)
    if rest.count < least:
        raise _too_few_rows(whole.rows, least, refuse, confidence)
    if joint and (model := learn_joint(*split_rows(rows), alpha, 1 - fails)) is not None:
        pred, share = and_(pred, model), share + alpha
    promise = Promise(share, confidence, whole.rows, bounds=draft.count, of="rows")
    contract: Spec = Contract(pred, promise, tuple(row for _, row in whole.sample), is_loose)
    return contract if name is None else get_spec(def_(name, contract))


def _too_few_rows(rows: int, needed: int, refuse: float, confidence: float) -> SpecDefinitionError:
    """Return the error of too few rows, where so many have to state the bounds."""
    total = math.ceil(max(needed * 8 / 7 if needed * 8 > FEW_ROWS * 7 else needed * 4 / 3, rows + 1))
    unit = 10 ** max(0, len(str(total)) - 2)
    return SpecDefinitionError(
        f"{rows:,} rows can't promise with a confidence of {confidence} that at most {refuse} of such rows "
        f"are refused, some {-(-total // unit) * unit:,} can; "
        "try more rows, a larger refuse or a smaller confidence"
    )


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Contract(PromisedSpec):
    """A spec out of data. Its form is that of the spec inside; it adds the promise, examples and words.

    Attributes:
        sample: some of the rows, for examples.
        is_loose: True if its ranges go beyond the rows.
    """

    sample: tuple[Any, ...]
    is_loose: bool = False

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
        rows = f"{self.promise.rows:,} rows"
        places = [tuple(map(id, problem["in"])) for problem in problems]
        for own, problem in zip(places, problems, strict=True):
            pred, x = problem["pred"], problem["val"]
            if (pred is is_none or pred is is_nan) and places.count(own) > 1:
                continue  # the other problem of the value says more than that it is not missing
            try:
                words = _words(pred, x, rows, self.is_loose)
            except Exception:  # of a value that can't be compared, such as a Decimal that is not a number
                words = None
            if words is None or "message" in problem:
                yield problem
            else:
                yield {**problem, "reason": words, "message": words}

    def strategy(self, context: Context) -> SearchStrategy[Any] | None:
        return self.examples.strategy()

    def form(self) -> Any:
        return self.pred.form()


# --- words ------------------------------------------------------------------------------------------------

_VALUES: Final = ("below {}", "above {}"), ("least", "most")
_MOMENTS: Final = ("before {}", "after {}"), ("first", "last")
_LENGTHS: Final = ("shorter than {} characters", "longer than {} characters"), ("shortest", "longest")
_COUNTS: Final = ("fewer than {} elements", "more than {} elements"), ("fewest", "most")
"""What a value is beyond the lower and the upper limit, and what these are of the rows."""


def _words(form: Any, x: Any, rows: str, is_loose: bool) -> str | None:
    """Return the reason why a part of a contract refuses a value; None if its own words say it."""
    limits: tuple[Any, Any, Any, tuple[tuple[str, str], tuple[str, str]]]
    match form:
        case ("spec", (set() | frozenset()) as members) | (set() | frozenset() as members):
            return _words_of_set(members, x, rows)
        case ("str_in", {"pattern": pattern}) if isinstance(x, str):
            return f"not of the pattern of {rows}, {pattern}"
        case ("str_in", {"format": name}) if isinstance(x, str) and (kind := format_of(name)):
            return f"not {kind.words}, as in {rows}"
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
    return f"{sides[i].format(text)}, {'far beyond' if is_loose else f'the {ends[i]} of'} {rows}"


def _words_of_set(members: Any, x: Any, rows: str) -> str:
    values = [short_repr(member) for member in stable_order(members)]
    listed = f": {', '.join(values)}" if len(values) <= 10 else ""
    texts = [member for member in members if isinstance(member, str)]
    near = did_you_mean(x, texts) if type(x) is str else ""
    what = f"one of the {len(values)} values" if len(values) > 1 else "the value"
    return f"not {what} of {rows}{listed}{near}"
