"""Next month's contract out of last month's and its rows.

    last month  {'age': int_in(18, 90), 'plan': {'free', 'pro'}}
    this month  {'age': int_in(19, 93), 'plan': {'free', 'team'}}
    next month  {'age': int_in(18, 93), 'plan': {'free', 'pro', 'team'}}

The contract of the new rows states the structure and the promise; it is widened by what the old one accepted,
so that it refuses no more than promised. Testing the old contract on the new rows, which it had not seen, is
a step of the way of working that `mxspec.inference.horizon` bounds: the counts of all steps add up.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import functools
from collections.abc import Mapping
from typing import Any, Final

from mxspec.base.formats import format_of
from mxspec.errors import SpecDefinitionError
from mxspec.inference.contract import Contract
from mxspec.inference.planted_errors import power_in
from mxspec.notation.form_makers import from_form
from mxspec.specs.core.spec import specize

_TYPES: Final[Mapping[Any, Any]] = {
    "int_in": int, "float_in": float, "str_in": str, "inst_in": datetime.datetime,
}  # fmt: skip

_SETS: Final = (set, frozenset)
_SHAPE: Final = ("format", "pattern")


def next_contract(old: Contract, new: Contract, refused: int, asked: int) -> Contract:
    """Return the contract of new rows, widened by what an old one accepts.

    Args:
        old: the contract so far.
        new: the contract of the new rows.
        refused, asked: how many of the new rows the old contract refuses, and their number; of groups where
            the promises are about them.

    Raises:
        SpecDefinitionError: one promise is about rows and the other about groups, or about other groups.

    Example:
        >>> import mxspec as s
        >>> old, new = (s.infer([{"age": i % 90 + start} for i in range(1000)]) for start in (0, 5))
        >>> both = next_contract(old, new, 50, 1000)
        >>> s.form(both)[1]["req_un"], s.promise(both).remade, s.promise(both).horizon
        ({'age': ('int_in', 0, 95)}, (50, 1000), 1000)
    """
    own, last = new.promise, old.promise
    if own.of != last.of:
        raise SpecDefinitionError(
            f"the promise so far is about {last.of}, and the next about {own.of}; infer both with the same "
            "groups"
        )
    earlier = last.remade or (0, 0)
    promise = dataclasses.replace(
        own,
        open={**last.open, **own.open},
        columns=max(own.columns, last.columns),
        horizon=own.rows,
        remade=(earlier[0] + refused, earlier[1] + asked),
    )
    table = old.table.joined_with(new.table)
    form = _form_of_both(old.form(), new.form())
    always = dict.fromkeys([*last.always, *own.always])
    promise = dataclasses.replace(promise, always=tuple(key for key in always if not _is_open(form, key)))
    pred = specize(from_form(form))
    if new.sample:
        promise = dataclasses.replace(promise, power=power_in(pred, new.sample, promise.always))
    return dataclasses.replace(new, pred=pred, promise=promise, table=table, notes={})


def _is_open(form: Any, key: Any) -> bool:
    """True if the form of maps states only the type of the values of a key."""
    options = form[1] if isinstance(form, tuple) and form[0] == "keys" and len(form) > 1 else {}
    own = options.get("req_un", {}).get(key) or options.get("opt_un", {}).get(key)
    return own is None or isinstance(own, type)


def _form_of_both(old: Any, new: Any) -> Any:
    """Return a form that accepts all values of the new one and, if they can be joined, of the old one."""
    if old == new:
        return new
    if isinstance(old, _SETS) and isinstance(new, _SETS):
        return old | new
    name, *own = new if isinstance(new, tuple) else (None,)
    if isinstance(old, type):  # which the old rows left open
        is_wider = _TYPES.get(name) is old or (isinstance(new, _SETS) and {*map(type, new)} == {old})
        return old if is_wider else new
    earlier, *last = old if isinstance(old, tuple) else (None,)
    if "nilable" in (name, earlier):
        pairs = ((old, earlier), (new, name))
        old, new = (form[1] if kind == "nilable" else form for form, kind in pairs)
        return "nilable", _form_of_both(old, new)
    if name != earlier or name is None:
        return new
    with contextlib.suppress(TypeError):  # of moments some have a zone
        if name == "keys":
            return (name, _keys_of_both(last[0], own[0])) if last and own else (name,)  # one has any keys
        if name in ("int_in", "inst_in"):
            return name, min(last[0], own[0]), max(last[1], own[1])
        if name == "range_of" and last[0] == own[0]:
            low, high = _farther_end(min, last[1], own[1]), _farther_end(max, last[2], own[2])
            return own[0] if low is high is None else (name, own[0], low, high)
        if name == "float_in":
            return name, _farther_ends(last[0], own[0], {"min": min, "max": max})
        if name == "str_in" and last and own and all(last[0].get(x) == own[0].get(x) for x in _SHAPE):
            kind = format_of(own[0].get("format", ""))
            first, final = (functools.partial(pick, key=kind and kind.read) for pick in (min, max))
            ends = {"min_length": min, "max_length": max, "least": first, "most": final}
            return name, _farther_ends(last[0], own[0], ends)
    return new


def _keys_of_both(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    old = {**a.get("req_un", {}), **a.get("opt_un", {})}
    required = {key: form for key, form in b.get("req_un", {}).items() if key in a.get("req_un", {})}
    optional = {**b.get("req_un", {}), **b.get("opt_un", {})}
    optional |= {key: form for key, form in old.items() if key not in optional}
    both = {key: _form_of_both(old[key], form) if key in old else form for key, form in optional.items()}
    keys = {
        "req_un": {key: both[key] for key in required},
        "opt_un": {key: form for key, form in both.items() if key not in required},
    }
    return {**b, **{name: forms for name, forms in keys.items() if forms}}


def _farther_ends(a: Mapping[str, Any], b: Mapping[str, Any], ends: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of b with the farther ends; an end is dropped unless both have it."""
    return {
        name: ends[name](a[name], x) if name in ends else x
        for name, x in b.items()
        if name in a or name not in ends
    }


def _farther_end(farther: Any, a: Any, b: Any) -> Any:
    return None if a is None or b is None else farther(a, b)
