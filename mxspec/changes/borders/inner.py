"""The spec behind a name or a wrapper, the preds that see a value itself, and leaves."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from mxspec.base import names
from mxspec.specs.core.generation import accepts
from mxspec.specs.core.parts import may_change
from mxspec.specs.core.spec import Predicate, Reference, Spec
from mxspec.specs.logic import And
from mxspec.specs.ranges import Range
from mxspec.specs.regex.matching import NestedRegex
from mxspec.specs.wrappers import Wrapper


@functools.singledispatch
def inner_spec(spec: Spec, look_up: Callable[[str], Spec | None]) -> Spec | None:
    """Return the spec behind a name or a wrapper, which accepts the same values, or any other spec itself.

    The spec behind an unknown name is None.
    """
    return spec


@inner_spec.register(Reference)
def _inner_reference(spec: Reference, look_up: Callable[[str], Spec | None]) -> Spec | None:
    return look_up(spec.to)


@inner_spec.register(Wrapper)
def _inner_wrapper(spec: Wrapper, look_up: Callable[[str], Spec | None]) -> Spec | None:
    return spec.pred


@inner_spec.register(NestedRegex)
def _inner_nested_regex(spec: NestedRegex, look_up: Callable[[str], Spec | None]) -> Spec | None:
    return spec.regex


def preds_before_change(preds: Sequence[Spec], may_change: Callable[[Spec], bool]) -> list[Spec]:
    """Return the preds of an `and_` that see the value itself, not the result of an earlier pred."""
    changing = (i for i, pred in enumerate(preds, 1) if may_change(pred))
    return [*preds[: next(changing, None)]]


def leads_to_change(spec: Spec, table: names.Names) -> bool:
    """True unless it is sure that conform returns the value itself, with names looked up in a table."""
    specs = map(table.find, table.entries)
    return may_change(spec, table.find, at_names=[spec for spec in specs if spec is not None])


def spec_behind(spec: Spec, find: Callable[[str], Spec | None] | None = None) -> Spec:
    """Return the spec behind names and wrappers; an unknown name is returned itself."""
    inner = inner_spec(spec, names.current.find if find is None else find)
    return spec if inner is None or inner is spec else spec_behind(inner, find)


def is_leaf(spec: Spec) -> bool:
    """True for a predicate, a range, or an `and_` of such specs."""
    inner = spec_behind(spec)
    if isinstance(inner, And) and not isinstance(inner, Range):
        return all(map(is_leaf, inner.preds))
    return isinstance(inner, (Predicate, Range)) or not inner.parts()


def fits(spec: Spec, x: Any, unsent: frozenset[str] | None = frozenset()) -> bool:
    """True if a value fits a spec; an error counts as a refusal. With unsent=None, x is a received value."""
    try:
        return accepts(spec, x, names.current, unsent)
    except Exception:
        return False
