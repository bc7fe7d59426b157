"""From predicates to Hypothesis strategies.

Hypothesis is imported only when a strategy is asked for, so that checking values costs no such import.
"""

from __future__ import annotations

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
    """A strategy of ints from low to high, both included."""
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
    """A strategy of floats from low to high, both included; NaN only where there are no bounds."""
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
    """A strategy of strings, half of them of letters and digits as in clojure.spec, half of anything."""
    from hypothesis import strategies as st

    return st.one_of(st.text(_ALPHANUMERIC), st.text())


def sized_text(as_bytes: bool, least: int, most: int | None) -> Strategy:
    """A strategy of strings, or of bytes, of a length from least to most."""
    from hypothesis import strategies as st

    return (st.binary if as_bytes else st.text)(min_size=least, max_size=most)


def instants(low: datetime.datetime | None = None, high: datetime.datetime | None = None) -> Strategy:
    """A strategy of moments from low to high, both included; aware (UTC) unless the bounds are naive."""
    from hypothesis import strategies as st

    first = (low or datetime.datetime.min).replace(tzinfo=None)
    last = (high or datetime.datetime.max).replace(tzinfo=None)
    given = low or high
    zone = given.tzinfo if given else datetime.UTC
    return st.datetimes(first, last, timezones=st.sampled_from([zone]))


def scalars() -> Strategy:
    """A strategy of simple values of many types (gen/simple-type-printable)."""
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
    """The strategies of the named predicates and of Python's own types."""
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
    """The built-in strategy of a predicate, a type or a set, or None (gen/gen-for-pred)."""
    from hypothesis import strategies as st

    if isinstance(pred, (set, frozenset)):
        # None and False are never valid members; the order is fixed so that a seed means the same everywhere.
        members = in_order(e for e in pred if e is not None and e is not False)
        return st.sampled_from(members) if members else None
    if isinstance(pred, type) and issubclass(pred, enum.Enum):
        return st.sampled_from(list(pred))
    try:
        found = _by_predicate().get(pred)
    except TypeError:  # an unhashable callable
        return None
    if found is not None:
        return found()
    return st.from_type(pred) if isinstance(pred, type) else None


def narrowed(strategy: Strategy, kind: Any, preds: Sequence[Any]) -> tuple[Strategy, bool]:
    """strategy, of the predicate kind, within the bounds that preds set, and whether these are all they ask.

    `.filter(pred)` would do the first, but what it can't turn into bounds it tries three times, which is too
    few for a predicate like is_even in every element of a list. So only the bounds go to Hypothesis, and the
    caller filters the rest. Bounds are a help, never needed: without Hypothesis's reader of predicates, or
    where it can't read one, strategy comes back as it was.
    """
    all_of_it = True
    for pred in preds:
        try:
            from hypothesis.internal.filtering import get_numeric_predicate_bounds, max_len, min_len

            bounds, rest = get_numeric_predicate_bounds(pred)
        except Exception:
            all_of_it = False
            continue
        all_of_it = all_of_it and rest is None and bool(bounds)
        low, high = bounds.get("min_value"), bounds.get("max_value")
        if bounds.get("len"):
            if kind in _SIZED and isinstance(low, int):
                strategy = strategy.filter(functools.partial(min_len, low + bool(bounds.get("exclude_min"))))
            if kind in _SIZED and isinstance(high, int):
                strategy = strategy.filter(functools.partial(max_len, high - bool(bounds.get("exclude_max"))))
            continue
        if kind in _UNROUNDED and not (low is None and high is None):
            strategy, kind = _unrounded(kind), None
        if low is not None:
            over = operator.lt if bounds.get("exclude_min") else operator.le
            strategy = strategy.filter(functools.partial(over, low))
        if high is not None:
            under = operator.gt if bounds.get("exclude_max") else operator.ge
            strategy = strategy.filter(functools.partial(under, high))
    return strategy, all_of_it


_SIZED = frozenset((str, bytes, list, p.is_str, p.is_bytes, p.is_list))
_UNROUNDED = frozenset((float, p.is_float, p.is_number))


def _unrounded(kind: Any) -> Strategy:
    """A strategy of floats, or of all numbers, that Hypothesis can bound: it can't where they are rounded."""
    from hypothesis import strategies as st

    return st.one_of(ints(), st.floats()) if kind is p.is_number else st.floats()
