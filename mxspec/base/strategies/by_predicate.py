"""From predicates to Hypothesis strategies: is_pos_int becomes integers(min_value=1), is_bool booleans().

The row of a predicate (`mxspec.base.predicate_rows`) names its classes and bounds. Each class has a strategy,
which is drawn within the bounds, and a predicate of several classes is `one_of` of theirs. A set is sampled
from. A few predicates do not follow from their rows, such as is_uri; they have their own strategies.
Without a strategy, as for a lambda, the result is None.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import weakref
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from mxspec import predicates as p
from mxspec.base.lazy import LateModule
from mxspec.base.predicate_rows import PredicateRow, row_of
from mxspec.base.strategies import combine, narrowing, sampling, simple
from mxspec.base.strategies.combine import Strategy
from mxspec.base.value_types import TEXTS, ValueType
from mxspec.base.values import class_name

GenFn = Callable[[], Strategy]

if TYPE_CHECKING:
    from hypothesis import strategies as st
else:
    st = LateModule("hypothesis.strategies")


def _idents(qualified: bool) -> Strategy:
    part = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
    return st.builds("{}/{}".format, part, part) if qualified else part


def _simple_collection(kind: type) -> Strategy:
    """Return a strategy of collections of a type, with simple elements."""
    scalar = simple.scalars()
    many = simple.sized_lists(combine.tuples([scalar, scalar]) if kind is dict else scalar)
    return many if kind is list else many.map(kind)


_LISTS, _SETS, _TUPLES, _FROZENSETS = (
    functools.partial(_simple_collection, kind) for kind in (list, set, tuple, frozenset)
)


def _strategy_of_type(row: ValueType) -> Strategy:
    return st.from_type(row.cls) if row.draw is None else row.draw(st)


@functools.cache
def _strategies_by_class() -> dict[Any, GenFn]:
    """Return the strategies of the classes that the rows of predicates name, by default Hypothesis's own."""
    return {
        **{row.cls: functools.partial(_strategy_of_type, row) for row in TEXTS if row.has_hash},
        type(None): st.none,
        bool: st.booleans,
        int: simple.ints,
        float: simple.floats,
        complex: lambda: st.builds(complex, simple.floats(), simple.floats()),
        Fraction: simple.fractions,
        str: simple.texts,
        bytes: lambda: simple.sized_text(True, 0, None),
        **{kind: functools.partial(_simple_collection, kind) for kind in (list, dict, set, tuple)},
    }


@functools.cache
def _own_strategies(hashable: bool) -> dict[Any, GenFn | None]:
    """Return the strategies that do not follow from a row; None where clojure can't generate."""

    def collections() -> list[Strategy]:
        if hashable:
            return [_TUPLES(), _FROZENSETS(), _TUPLES().map(lambda part: (part, part))]
        return [_simple_collection(kind) for kind in (list, dict, set, tuple)]

    empty: list[Any] = [None, (), frozenset(), ""] if hashable else [None, (), [], {}, set(), ""]
    return {
        **dict.fromkeys((p.is_callable, p.is_even, p.is_odd, p.is_pos, p.is_neg)),
        **dict.fromkeys((p.is_any, object), lambda: st.one_of(st.none(), simple.scalars(), *collections())),
        p.is_some: lambda: st.one_of(simple.scalars(), *collections()),
        p.is_decimal: simple.decimals,
        Decimal: lambda: simple.decimals(finite=False),
        p.is_ratio: simple.ratios,
        p.is_nan: lambda: st.just(float("nan")),
        p.is_infinite: lambda: st.sampled_from([float("inf"), float("-inf")]),
        p.is_zero: lambda: st.just(0),
        p.is_char: simple.chars,
        p.is_ident: lambda: st.one_of(_idents(False), _idents(True)),
        p.is_simple_ident: lambda: _idents(False),
        p.is_qualified_ident: lambda: _idents(True),
        p.is_uri: lambda: st.uuids().map("http://{}.com".format),
        frozenset: _FROZENSETS,
        p.is_set: _FROZENSETS if hashable else _SETS,
        p.is_coll: lambda: st.one_of(*collections()),
        p.is_indexed: _TUPLES if hashable else _LISTS,
        p.is_seqable: lambda: st.one_of(st.none(), *collections(), simple.texts()),
        p.is_empty: lambda: st.sampled_from(empty),
    }


def for_predicate(pred: Any, hashable: bool = False) -> Strategy | None:
    """Return the built-in strategy of a predicate, a type or a set, or None (gen/gen-for-pred).

    With hashable, it draws only values that can be members of a set or keys of a dict.
    """
    row = row_of(pred)
    if row is None or (hashable and not row.has_hash):
        return None
    own = _own_strategies(hashable)
    if not isinstance(pred, (set, frozenset)) and pred in own:
        gen_fn = own[pred]
        return gen_fn and gen_fn()
    partly = frozenset(mark for mark in row.marks if mark.startswith(PARTLY))
    own_generator = own_generators.get(pred) if isinstance(pred, types.FunctionType) else None
    if own_generator is not None or partly:
        whole = dataclasses.replace(row, marks=row.marks - partly)
        drawn = _strategy_of_row(whole, hashable) if own_generator is None else own_generator()
        name = getattr(pred, "__name__", "")
        return None if drawn is None else sampling.such_that(lambda x: accepts_safely(pred, x), drawn, name)
    strategy = _strategy_of_row(row, hashable)
    return instances(pred) if strategy is None and isinstance(pred, type) else strategy


PARTLY: Final = "partly: "
"""The beginning of the mark of a function that requires more than its row states."""

own_generators: Final[weakref.WeakKeyDictionary[types.FunctionType, GenFn]] = weakref.WeakKeyDictionary()
"""The strategies of a user's predicates, as functions."""


def accepts_safely(pred: Callable[[Any], Any], x: Any) -> bool:
    """True if a predicate accepts a value; one that raises refuses it."""
    try:
        return bool(pred(x))
    except Exception:
        return False


def _strategy_of_row(row: PredicateRow, hashable: bool) -> Strategy | None:
    """Return the strategy of the classes of a row within its bounds, or None."""
    # A row with few values, such as the members of an enum; True and False are drawn by their class.
    if row.values is not None and not (row.is_of_classes and row.classes[0] in _strategies_by_class()):
        return for_members(row.values) if row.values else None
    if row.pattern is not None:
        texts = simple.formatted_texts(row.pattern, None)
        if not row.has_bounds:
            return texts
        least, most = row.least or 0, math.inf if row.most is None else row.most
        return sampling.such_that(lambda x: least <= len(x) <= most, texts, row.words)
    by_class = _strategies_by_class()
    kinds = [cls for cls in row.classes if cls in by_class and not (hashable and cls.__hash__ is None)]
    try:
        drawn = [narrowing.draw_within(by_class[cls](), cls, [row]) for cls in kinds]
    except narrowing.NothingWithin:
        return None
    some = [strategy for strategy in drawn if strategy is not None]
    # A mark is a condition that no strategy keeps by its bounds, such as "not nan".
    return combine.one_of(some) if some and not row.marks else None


def for_members(members: Sequence[Any]) -> Strategy:
    return st.sampled_from(members)


def instances(tp: Any) -> Strategy:
    """Return Hypothesis's strategy of a class or an annotation, without what the class refuses."""
    return without_refused(combine.of_type(tp), tp)


def without_refused(strategy: Strategy, tp: Any) -> Strategy:
    """Return a strategy of the instances of tp, without each `RefusedInstance`."""
    return sampling.such_that(
        lambda x: type(x) is not combine.RefusedInstance,
        strategy,
        str(getattr(tp, "__name__", tp)),
        why_refused=lambda refused: f"{class_name(refused.error)}: {refused.error}",
    )
