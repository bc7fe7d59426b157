"""JSON Schemas put together by their keywords: all of some, any of some."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from mxspec.words.requirements import Schema

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
_LENGTHS: Final = {"string": "Length", "array": "Items", "object": "Properties"}


def note(words: str) -> Schema:
    """Return a schema that allows anything, and says in words what JSON Schema can't."""
    return {"description": words}


def types_in(schema: Schema) -> list[str] | None:
    """Return the types that a schema names, or None if it names none."""
    types = schema.get("type")
    return [types] if isinstance(types, str) else types


def allows(schema: Schema, type_: str) -> bool:
    """True unless a schema names types and this is not one of them."""
    types = types_in(schema)
    return types is None or type_ in types


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
            schema = {keyword: schema[keyword] for keyword in schema if keyword != "additionalProperties"}
        both = _merged(merged, schema)
        if both is None:
            apart.append(schema)
        else:
            merged = both
    for type_, length in _LENGTHS.items():
        if not allows(merged, type_):
            merged = {key: merged[key] for key in merged if key not in (f"min{length}", f"max{length}")}
    if not apart:
        return merged
    if "allOf" in merged:
        return {**merged, "allOf": [*merged["allOf"], *apart]}
    return {"allOf": [merged, *apart]}


def _merged(a: Schema, b: Schema) -> Schema | None:
    """Return what two schemas allow as one, or None if their keywords do not go together."""
    if any(a.keys() & keywords and b.keys() & keywords for keywords in _BOUND):
        return None
    merged = dict(a)
    for keyword, value in b.items():
        if keyword not in a or a[keyword] == value:
            merged[keyword] = value
        elif keyword == "type":
            types = _common_types(types_in(a) or [], types_in(b) or [])
            if not types:
                return None
            merged["type"] = types[0] if len(types) == 1 else types
        elif keyword in _NARROWER:
            merged[keyword] = _NARROWER[keyword](a[keyword], value)
        else:
            return None
    return merged


def _common_types(a: list[str], b: list[str]) -> list[str]:
    """Return the types that both of two lists allow; an integer is a number."""
    wide = [{*types, "integer"} if "number" in types else set(types) for types in (a, b)]
    return [name for name in dict.fromkeys((*a, *b)) if name in wide[0] & wide[1]]


def any_of(schemas: Iterable[Schema]) -> Schema:
    """Return the schema of what any of some allows."""
    choices: list[Schema] = []
    for schema in schemas:
        if schema not in choices:
            choices.append(schema)
    if {} in choices:
        return {}
    return choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {"not": {}}
