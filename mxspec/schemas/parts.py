"""JSON Schemas put together: all of some, any of some."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, Final

Schema = dict[str, Any]

# The least of what two schemas allow, of each keyword that both may have.
_NARROWER: Final[dict[str, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    "required": lambda a, b: list(dict.fromkeys((*a, *b))),
    "description": lambda a, b: a if b in a else f"{a}; {b}",
    "examples": lambda a, b: b,
    "title": lambda a, b: a,
}
# Keywords that look at each other: two schemas that both have one of them stay apart.
_BOUND: Final = (
    {"properties", "additionalProperties", "patternProperties", "unevaluatedProperties"},
    {"prefixItems", "items", "unevaluatedItems"},
)


def note(words: str) -> Schema:
    """Return a schema that allows anything, and says in words what JSON Schema can't."""
    return {"description": words}


def allows_anything(schema: Schema) -> bool:
    """True if a schema refuses nothing."""
    return not schema.keys() - {"description", "title", "examples", "$comment"}


def types_in(schema: Schema) -> list[str] | None:
    """Return the types that a schema names, or None if it names none."""
    types = schema.get("type")
    return [types] if isinstance(types, str) else types


def all_of(schemas: Iterable[Schema]) -> Schema:
    """Return the schema of what all of some allow, as one where their keywords go together.

    Example:
        >>> all_of([{"type": "number", "minimum": 0}, {"type": "integer", "maximum": 9}])
        {'type': 'integer', 'minimum': 0, 'maximum': 9}
        >>> all_of([{"anyOf": [{}]}, {"anyOf": [{"type": "null"}]}])
        {'allOf': [{'anyOf': [{}]}, {'anyOf': [{'type': 'null'}]}]}
    """
    merged: Schema = {}
    apart: list[Schema] = []
    for schema in schemas:
        if schema.get("additionalProperties") is True:  # as it is without
            schema = {
                keyword: value for keyword, value in schema.items() if keyword != "additionalProperties"
            }
        both = _merged(merged, schema)
        if both is None:
            apart.append(schema)
        else:
            merged = both
    if not apart:
        return merged
    return (
        {"allOf": [merged, *apart]}
        if "allOf" not in merged
        else {**merged, "allOf": [*merged["allOf"], *apart]}
    )


def _merged(a: Schema, b: Schema) -> Schema | None:
    """Return what two schemas allow as one, or None if their keywords do not go together."""
    if any(a.keys() & keywords and b.keys() & keywords for keywords in _BOUND):
        return None
    merged = dict(a)
    for keyword, value in b.items():
        if keyword not in a or a[keyword] == value:
            merged[keyword] = value
        elif keyword == "type":
            types = common_types(types_in(a) or [], types_in(b) or [])
            if not types:
                return None
            merged["type"] = types[0] if len(types) == 1 else types
        elif keyword in _NARROWER:
            merged[keyword] = _NARROWER[keyword](a[keyword], value)
        else:
            return None
    return merged


def common_types(a: list[str], b: list[str]) -> list[str]:
    """Return the types that both of two lists allow; an integer is a number."""
    wide = [{*types, "integer"} if "number" in types else set(types) for types in (a, b)]
    return [name for name in dict.fromkeys((*a, *b)) if name in wide[0] & wide[1]]


def any_of(schemas: Iterable[Schema]) -> Schema:
    """Return the schema of what any of some allows."""
    choices: list[Schema] = []
    for schema in schemas:
        if schema not in choices:
            choices.append(schema)
    if len(choices) == 1:
        return choices[0]
    if {} in choices:
        return {}
    return {"anyOf": choices} if choices else {"not": {}}


_LONGEST: Final = 14_000  # bits, 4,215 digits


def at_least(bound: object, keyword: str = "minimum") -> Schema:
    """Return the schema of numbers from a bound on, {} where JSON can't say the bound."""
    number = json_number(bound, down=True)
    return {} if number is None else {keyword: number}


def at_most(bound: object, keyword: str = "maximum") -> Schema:
    """Return the schema of numbers up to a bound, {} where JSON can't say the bound."""
    number = json_number(bound, down=False)
    return {} if number is None else {keyword: number}


def json_number(x: Any, down: bool) -> int | float | None:
    """Return a number as JSON can say it, the next one down or up where it can't, or None."""
    kind = type(x)
    if kind is int:
        return x if is_short(x) else None
    if kind is float and math.isfinite(x):
        return x  # type: ignore[no-any-return]
    try:
        near = float(x)
        if not math.isfinite(near) or isinstance(x, (str, bytes, bool)):
            return None
        exact = Fraction(x) if not hasattr(x, "item") else Fraction(x.item())
        is_beyond = Fraction(near) > exact if down else Fraction(near) < exact
        return math.nextafter(near, -math.inf if down else math.inf) if is_beyond else near
    except (TypeError, ValueError, ArithmeticError):
        return None


def is_short(x: int) -> bool:
    """True if json writes an int: Python refuses those of more than 4,300 digits."""
    return x.bit_length() <= _LONGEST
