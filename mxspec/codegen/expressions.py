"""Predicates as Python expressions of one value, and the builtin types of the values that they accept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mxspec import predicates as p

# The exact type comes first: it is what most values have, and the test of it is the fastest there is.
_INT = "(type({0}) is int or is_int({0}))"
_EXPRESSIONS: dict[Any, str] = {
    p.is_any: "True",
    object: "True",
    p.is_some: "{0} is not None",
    p.is_none: "{0} is None",
    p.is_true: "{0} is True",
    p.is_false: "{0} is False",
    int: _INT,
    p.is_int: _INT,
    p.is_even: "({0} % 2 == 0 if type({0}) is int else is_even({0}))",
    p.is_odd: "({0} % 2 == 1 if type({0}) is int else is_odd({0}))",
    p.is_pos_int: "({0} > 0 if type({0}) is int else is_pos_int({0}))",
    p.is_nat_int: "({0} >= 0 if type({0}) is int else is_nat_int({0}))",
    **dict.fromkeys((str, p.is_str), "(type({0}) is str or isinstance({0}, str))"),
    **dict.fromkeys((float, p.is_float), "isinstance({0}, float)"),
    **dict.fromkeys((bool, p.is_bool), "isinstance({0}, bool)"),
}

PREDICATES = {fn.__name__: fn for fn in (p.is_int, p.is_even, p.is_odd, p.is_pos_int, p.is_nat_int)}
"""The functions that the expressions call."""


def expression(pred: Any, v: str) -> str | None:
    """Return what a type or a named predicate asks of v, or None where it is not in the table."""
    try:
        template = _EXPRESSIONS.get(pred)
    except TypeError:  # an unhashable callable
        return None
    return template and template.format(v)


# --- builtin types ----------------------------------------------------------------------------------------

Types = frozenset[str] | None
"""The builtin types that values may be of; None is any."""

_TYPES: dict[Any, str] = {
    **dict.fromkeys((str, p.is_str, p.is_char, p.is_ident, p.is_qualified_ident, p.is_simple_ident), "str"),
    **dict.fromkeys((int, p.is_int, p.is_even, p.is_odd, p.is_pos_int, p.is_nat_int, p.is_neg_int), "int"),
    **dict.fromkeys((float, p.is_float), "float"),
    **dict.fromkeys((bool, p.is_bool, p.is_true, p.is_false), "bool"),
    **dict.fromkeys((type(None), p.is_none), "none"),
    **dict.fromkeys((dict, p.is_dict), "dict"),
    **dict.fromkeys((list, p.is_list), "list"),
}


def types_of(pred: Any) -> Types:
    """Return the builtin types of the values that a type, a set or a named predicate accepts."""
    if isinstance(pred, (set, frozenset)):
        return union(_named(_TYPES.get(type(element))) for element in pred)
    try:
        return _named(_TYPES.get(pred))
    except TypeError:
        return None


def _named(name: str | None) -> Types:
    return None if name is None else frozenset({name})


def union(types: Iterable[Types]) -> Types:
    """Return all of some types together; any of them is any."""
    names: frozenset[str] = frozenset()
    for some in types:
        if some is None:
            return None
        names |= some
    return names
