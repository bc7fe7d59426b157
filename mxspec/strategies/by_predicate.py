"""From predicates to Hypothesis strategies.

Hypothesis is imported only when a strategy is asked for, so that checking values costs no such import.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import fractions
import functools
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mxspec import predicates as p
from mxspec.strategies import combine, sampling
from mxspec.values.order import in_order

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]
    GenFn = Callable[[], Strategy]


_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def ints(low: int | None = None, high: int | None = None) -> Strategy:
    """Return a strategy of ints from low to high, both included."""
    from hypothesis import strategies as st

    if low is not None and high is not None:
        return st.integers(low, high)
    # Bytes read as an unbounded int are some 128 bits long; most samples should be ones to look at.
    near = []
    for reach in (combine.NEAR, combine.NEAR**3):
        first = low if low is not None else high - reach if high is not None else -reach
        last = high if high is not None else low + reach if low is not None else reach
        near.append(st.integers(first, last))
    return st.one_of(*near, st.integers(low, high))


def floats(
    low: float | None = None, high: float | None = None, infinite: bool = True, nan: bool = True
) -> Strategy:
    """Return a strategy of floats from low to high, both included; NaN only where there are no bounds."""
    from hypothesis import strategies as st

    unbounded = low is None and high is None
    anything = st.floats(low, high, allow_infinity=infinite and None, allow_nan=nan and unbounded)
    if infinite and not unbounded:
        # Hypothesis keeps infinity out of a range with a bound on its side unless the bound is infinite.
        ends = [float("inf")] * (high is None) + [float("-inf")] * (low is None)
        anything = st.one_of(anything, *map(st.just, ends))
    if not unbounded:
        return anything
    specials = [float("inf"), float("-inf")] * infinite + [float("nan")] * nan
    rare = [(1, st.sampled_from(specials))] if specials else []
    return combine.frequency([(6, st.floats(-combine.NEAR, combine.NEAR, width=16)), (4, anything), *rare])


def texts() -> Strategy:
    """Return a strategy of strings: half of letters and digits, as in clojure.spec, half of anything."""
    from hypothesis import strategies as st

    return st.one_of(st.text(_ALPHANUMERIC), st.text())


def sized_text(as_bytes: bool, least: int, most: int | None) -> Strategy:
    """Return a strategy of strings, or of bytes, of a length from least to most."""
    from hypothesis import strategies as st

    return (st.binary if as_bytes else st.text)(min_size=least, max_size=most)


def instants(low: datetime.datetime | None = None, high: datetime.datetime | None = None) -> Strategy:
    """Return a strategy of moments from low to high, both included; in UTC unless the bounds differ."""
    from hypothesis import strategies as st

    first = (low or datetime.datetime.min).replace(tzinfo=None)
    last = (high or datetime.datetime.max).replace(tzinfo=None)
    bound = low or high
    zone = bound.tzinfo if bound else datetime.UTC
    return st.datetimes(first, last, timezones=st.sampled_from([zone]))


def scalars() -> Strategy:
    """Return a strategy of simple values of many types (gen/simple-type-printable)."""
    from hypothesis import strategies as st

    return st.one_of(ints(), texts(), st.booleans(), floats(nan=False), st.uuids())


def _idents(qualified: bool) -> Strategy:
    from hypothesis import strategies as st

    part = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
    return st.builds("{}/{}".format, part, part) if qualified else part


def _collections() -> list[Strategy]:
    from hypothesis import strategies as st

    simple = scalars()
    return [
        st.lists(simple),
        st.dictionaries(simple, simple),
        st.sets(simple),
        st.lists(simple).map(tuple),
    ]


@functools.cache
def _by_predicate() -> dict[Any, GenFn]:
    """Return the strategies of the named predicates and of Python's own types."""
    from hypothesis import strategies as st

    def list_of_simple() -> Strategy:
        return st.lists(scalars())

    def tuple_of_simple() -> Strategy:
        return st.lists(scalars()).map(tuple)

    def dict_of_simple() -> Strategy:
        return st.dictionaries(scalars(), scalars())

    def set_of_simple() -> Strategy:
        return st.sets(scalars())

    def anything() -> Strategy:
        return st.one_of(st.none(), scalars(), *_collections())

    return {
        p.is_any: anything,
        p.is_some: lambda: st.one_of(scalars(), *_collections()),
        p.is_none: st.none,
        p.is_true: lambda: st.just(True),
        p.is_false: lambda: st.just(False),
        p.is_bool: st.booleans,
        p.is_number: lambda: st.one_of(ints(), floats()),
        p.is_int: ints,
        p.is_pos_int: lambda: ints(1),
        p.is_neg_int: lambda: ints(None, -1),
        p.is_nat_int: lambda: ints(0),
        p.is_float: floats,
        p.is_decimal: lambda: st.decimals(allow_nan=False, allow_infinity=False),
        p.is_rational: lambda: st.one_of(ints(), st.fractions()),
        p.is_ratio: lambda: sampling.such_that(p.is_ratio, st.fractions()),
        p.is_nan: lambda: st.just(float("nan")),
        p.is_infinite: lambda: st.sampled_from([float("inf"), float("-inf")]),
        p.is_zero: lambda: st.just(0),
        p.is_str: texts,
        p.is_char: st.characters,
        p.is_ident: lambda: st.one_of(_idents(False), _idents(True)),
        p.is_simple_ident: lambda: _idents(False),
        p.is_qualified_ident: lambda: _idents(True),
        p.is_uri: lambda: st.uuids().map("http://{}.com".format),
        p.is_uuid: st.uuids,
        p.is_inst: instants,
        p.is_bytes: st.binary,
        p.is_coll: lambda: st.one_of(*_collections()),
        p.is_sequential: lambda: st.one_of(list_of_simple(), tuple_of_simple()),
        p.is_indexed: list_of_simple,
        p.is_list: list_of_simple,
        p.is_tuple: tuple_of_simple,
        p.is_dict: dict_of_simple,
        p.is_set: set_of_simple,
        p.is_associative: lambda: st.one_of(dict_of_simple(), list_of_simple()),
        p.is_seqable: lambda: st.one_of(st.none(), *_collections(), texts()),
        p.is_empty: lambda: st.sampled_from([None, (), [], {}, set(), ""]),
        object: anything,
        int: ints,
        float: floats,
        bool: st.booleans,
        str: texts,
        bytes: st.binary,
        list: list_of_simple,
        tuple: tuple_of_simple,
        dict: dict_of_simple,
        set: set_of_simple,
        frozenset: lambda: st.frozensets(scalars()),
        complex: st.complex_numbers,
        fractions.Fraction: st.fractions,
        datetime.datetime: instants,
    }


def for_predicate(pred: Any) -> Strategy | None:
    """Return the built-in strategy of a predicate, a type or a set, or None (gen/gen-for-pred)."""
    from hypothesis import strategies as st

    if isinstance(pred, (set, frozenset)):
        # None and False are never valid members; the order is fixed so that a seed means the same everywhere.
        members = in_order(e for e in pred if e is not None and e is not False)
        return st.sampled_from(members) if members else None
    if isinstance(pred, type) and issubclass(pred, enum.Enum):
        return st.sampled_from(list(pred))
    try:
        gen_fn = _by_predicate().get(pred)
    except TypeError:  # an unhashable callable
        return None
    if gen_fn is not None:
        return gen_fn()
    return st.from_type(pred) if isinstance(pred, type) else None


def narrowed(strategy: Strategy, kind: Any, preds: Sequence[Any]) -> tuple[Strategy, bool]:
    """Return strategy within the bounds that preds set, and True if these bounds are all that preds ask.

    Args:
        strategy: the strategy of the predicate kind.
        kind: a predicate or a type.
        preds: predicates of the same values.
    """
    complete = True
    for pred in preds:
        bounds = _bounds_of(pred)
        complete = complete and bounds.complete
        if bounds.of_length and kind not in _SIZED:
            continue
        if bounds.filters and not bounds.of_length and kind in _UNROUNDED:
            strategy, kind = _unrounded(kind), None
        for within in bounds.filters:
            strategy = strategy.filter(within)
    return strategy, complete


@dataclasses.dataclass(frozen=True)
class _Bounds:
    """The bounds that a predicate sets.

    Attributes:
        filters: the bounds as predicates, which Hypothesis turns into arguments of the strategy they filter.
        of_length: True if they are bounds of len(x).
        complete: True if the predicate asks nothing else.
    """

    filters: tuple[Callable[[Any], bool], ...] = ()
    of_length: bool = False
    complete: bool = False


def _bounds_of(pred: Any) -> _Bounds:
    """Return the bounds that Hypothesis reads in the source of pred.

    Its reader is private, as the public way is not enough: `.filter(pred)` turns bounds into arguments too,
    but gives the rest of pred three tries, too few for is_even in every element of a list. So the bounds
    alone go to Hypothesis, and the caller filters the rest with its 100 tries. Without the reader, values in
    a narrow range are found by chance or not at all. A test fails when a release of Hypothesis moves it.
    """
    try:
        from hypothesis.internal.filtering import get_numeric_predicate_bounds, max_len, min_len
    except ImportError:
        return _Bounds()
    try:
        bounds, rest = get_numeric_predicate_bounds(pred)
    except Exception:  # it fails at partial(f), at ints too large for a float, at `x > 3 and len(x) > 2`
        return _Bounds()
    low, high, of_length = bounds.get("min_value"), bounds.get("max_value"), bool(bounds.get("len"))
    filters: list[Callable[[Any], bool]] = []
    if of_length:
        if isinstance(low, int):
            filters.append(functools.partial(min_len, low + bool(bounds.get("exclude_min"))))
        if isinstance(high, int):
            filters.append(functools.partial(max_len, high - bool(bounds.get("exclude_max"))))
    else:
        if low is not None:
            filters.append(functools.partial(operator.lt if bounds.get("exclude_min") else operator.le, low))
        if high is not None:
            filters.append(functools.partial(operator.gt if bounds.get("exclude_max") else operator.ge, high))
    return _Bounds(tuple(filters), of_length, complete=rest is None and bool(bounds))


_SIZED = frozenset((str, bytes, list, p.is_str, p.is_bytes, p.is_list))
_UNROUNDED = frozenset((float, p.is_float, p.is_number))


def _unrounded(kind: Any) -> Strategy:
    """Return a strategy of floats, or of all numbers, without the rounded ones, which have no bounds."""
    from hypothesis import strategies as st

    return st.one_of(ints(), st.floats()) if kind is p.is_number else st.floats()
