"""From predicates to Hypothesis strategies."""

from __future__ import annotations

import datetime
import enum
import functools
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mxspec import predicates as p
from mxspec.lazy import LateModule
from mxspec.strategies import combine, sampling, simple
from mxspec.strategies.combine import Strategy
from mxspec.values import class_name, stable_order

GenFn = Callable[[], Strategy]

if TYPE_CHECKING:
    from hypothesis import strategies as st
else:
    st = LateModule("hypothesis.strategies")


def _idents(qualified: bool) -> Strategy:
    part = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
    return st.builds("{}/{}".format, part, part) if qualified else part


def _simple_collection(kind: type) -> Strategy:
    """Return a strategy of collections of a type, of simple elements."""
    scalar = simple.scalars()
    many = simple.sized_lists(combine.tuples([scalar, scalar]) if kind is dict else scalar)
    return many if kind is list else many.map(kind)


def _collections() -> list[Strategy]:
    return [_simple_collection(kind) for kind in (list, dict, set, tuple)]


# The strategies of collections of these types alone.
_LISTS, _DICTS, _SETS, _TUPLES, _FROZENSETS = (
    functools.partial(_simple_collection, kind) for kind in (list, dict, set, tuple, frozenset)
)


@functools.cache
def _strategies_by_predicate() -> dict[Any, GenFn]:
    """Return the strategies of the named predicates and of Python's own types."""

    def binary() -> Strategy:
        return simple.sized_text(True, 0, None)

    def moments_in_utc() -> Strategy:
        return st.datetimes(timezones=st.just(datetime.UTC))

    def anything() -> Strategy:
        return st.one_of(st.none(), simple.scalars(), *_collections())

    return {
        p.is_any: anything,
        p.is_some: lambda: st.one_of(simple.scalars(), *_collections()),
        p.is_none: st.none,
        p.is_true: lambda: st.just(True),
        p.is_false: lambda: st.just(False),
        p.is_bool: st.booleans,
        p.is_number: lambda: st.one_of(simple.ints(), simple.floats()),
        p.is_int: simple.ints,
        p.is_pos_int: lambda: simple.ints(1),
        p.is_neg_int: lambda: simple.ints(None, -1),
        p.is_nat_int: lambda: simple.ints(0),
        p.is_float: simple.floats,
        p.is_decimal: simple.decimals,
        p.is_rational: lambda: st.one_of(simple.ints(), simple.fractions()),
        p.is_ratio: simple.ratios,
        p.is_nan: lambda: st.just(float("nan")),
        p.is_infinite: lambda: st.sampled_from([float("inf"), float("-inf")]),
        p.is_zero: lambda: st.just(0),
        p.is_str: simple.texts,
        p.is_char: simple.chars,
        p.is_ident: lambda: st.one_of(_idents(False), _idents(True)),
        p.is_simple_ident: lambda: _idents(False),
        p.is_qualified_ident: lambda: _idents(True),
        p.is_uri: lambda: st.uuids().map("http://{}.com".format),
        p.is_uuid: st.uuids,
        p.is_inst: moments_in_utc,
        p.is_bytes: binary,
        p.is_coll: lambda: st.one_of(*_collections()),
        p.is_sequential: lambda: st.one_of(_LISTS(), _TUPLES()),
        p.is_indexed: _LISTS,
        p.is_list: _LISTS,
        p.is_tuple: _TUPLES,
        p.is_dict: _DICTS,
        p.is_set: _SETS,
        p.is_associative: lambda: st.one_of(_DICTS(), _LISTS()),
        p.is_seqable: lambda: st.one_of(st.none(), *_collections(), simple.texts()),
        p.is_empty: lambda: st.sampled_from([None, (), [], {}, set(), ""]),
        object: anything,
        int: simple.ints,
        float: simple.floats,
        bool: st.booleans,
        str: simple.texts,
        bytes: binary,
        list: _LISTS,
        tuple: _TUPLES,
        dict: _DICTS,
        set: _SETS,
        frozenset: _FROZENSETS,
        complex: lambda: st.builds(complex, simple.floats(), simple.floats()),
        Decimal: lambda: simple.decimals(finite=False),
        Fraction: simple.fractions,
        datetime.datetime: moments_in_utc,
        datetime.date: st.dates,
        datetime.time: st.times,
        datetime.timedelta: st.timedeltas,
    }


@functools.cache
def _hashable_by_predicate() -> dict[Any, GenFn | None]:
    """Return strategies of values with a hash, where these are not all; None where there are none."""

    def collections() -> Strategy:
        return st.one_of(_TUPLES(), _FROZENSETS(), _TUPLES().map(lambda part: (part, part)))

    def anything() -> Strategy:
        return st.one_of(st.none(), simple.scalars(), collections())

    return {
        **dict.fromkeys((p.is_list, p.is_dict, p.is_associative, list, dict, set, bytearray)),
        **dict.fromkeys((p.is_any, object), anything),
        **dict.fromkeys((p.is_sequential, p.is_indexed), _TUPLES),
        p.is_some: lambda: st.one_of(simple.scalars(), collections()),
        p.is_coll: collections,
        p.is_set: _FROZENSETS,
        p.is_seqable: lambda: st.one_of(st.none(), collections(), simple.texts()),
        p.is_empty: lambda: st.sampled_from([None, (), frozenset(), ""]),
    }


def for_predicate(pred: Any, hashable: bool = False) -> Strategy | None:
    """Return the built-in strategy of a predicate, a type or a set, or None (gen/gen-for-pred).

    If hashable, of those of its values alone that can be members of a set or keys of a dict.
    """
    members = listed_members(pred)
    if members is not None:
        return for_members(members) if members else None
    try:
        gen_fn = _strategies_by_predicate().get(pred)
        if hashable:
            gen_fn = _hashable_by_predicate().get(pred, gen_fn)
            if gen_fn is None and pred in _hashable_by_predicate():
                return None
    except TypeError:  # an unhashable callable
        return None
    if gen_fn is not None:
        return gen_fn()
    return _instances(pred) if isinstance(pred, type) else None


def for_members(members: Sequence[Any]) -> Strategy:
    return st.sampled_from(members)


def listed_members(pred: Any) -> list[Any] | None:
    """Return the values of a set or an enum, in an order that is the same everywhere; None of anything else.

    None and False are never valid members of a set.
    """
    if isinstance(pred, (set, frozenset)):
        return stable_order(e for e in pred if e is not None and e is not False)
    return list(pred) if isinstance(pred, type) and issubclass(pred, enum.Enum) else None


def _instances(tp: type) -> Strategy:
    return sampling.such_that(
        lambda x: type(x) is not combine.RefusedInstance,
        combine.of_type(tp),
        tp.__name__,
        why_refused=lambda refused: f"{class_name(refused.error)}: {refused.error}",
    )


def has_hashable(pred: Any) -> bool:
    """True unless no value of a predicate, a type or a set can be a member of a set or a key of a dict."""
    if isinstance(pred, type) and pred.__hash__ is None:
        return False
    try:
        return _hashable_by_predicate().get(pred, ...) is not None
    except TypeError:
        return True


def most_accepted(pred: Any) -> float:
    """Return how many different values a predicate, a type or a set accepts, at most."""
    members = listed_members(pred)
    if members is not None:
        return len(members)
    if pred in (bool, p.is_bool):
        return 2
    return 1 if pred in (p.is_none, p.is_true, p.is_false, type(None)) else math.inf
