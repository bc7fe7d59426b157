"""The keywords of JSON Schema that contain schemas, and functions that traverse a schema."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any, Final

from mxspec.specs.core.budget import spend
from mxspec.transform.schemas.json_keywords import escape_step

OPEN: Final = {"patternProperties", "additionalProperties", "unevaluatedProperties"}
ITEMS: Final = {"items", "prefixItems", "additionalItems", "contains", "unevaluatedItems"}
IN_PLACE: Final = {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies"}
"""The keywords with schemas for the same value."""

_LISTS: Final = {"allOf", "anyOf", "oneOf", "prefixItems", "items"}  # items may be a list in any draft
_MAPS: Final = {"properties", "patternProperties", "dependentSchemas", "dependencies"}
KEYWORDS: Final = OPEN | ITEMS | IN_PLACE | {"properties", "propertyNames"}
_REF: Final = "#/$defs/"


def unescape(step: str) -> str:
    """Return the key of a step of a JSON pointer."""
    return step.replace("~1", "/").replace("~0", "~")


def ref_to(name: str) -> str:
    """Return the reference to a definition."""
    return f"{_REF}{escape_step(name)}"


def target_of(schema: Mapping[str, Any]) -> str | None:
    """Return the name of the definition that a schema refers to."""
    ref = schema.get("$ref")
    is_ours = isinstance(ref, str) and ref.startswith(_REF)
    return unescape(ref.removeprefix(_REF)) if is_ours else None  # type: ignore[union-attr]


def type_words(schema: Mapping[str, Any]) -> list[Any]:
    """Return the types that a schema lists."""
    kind = schema.get("type", [])
    return kind if isinstance(kind, list) else [kind]


def subschemas(schema: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield the keyword, the name and the schema of each part of a schema.

    Example:
        >>> [*subschemas({"items": {}, "properties": {"n": True}})]
        [('items', '', {}), ('properties', 'n', True)]
    """
    for word, x in schema.items() if isinstance(schema, dict) else ():
        if word in _LISTS and isinstance(x, list):
            yield from ((word, str(i), part) for i, part in enumerate(x))
        elif word in _MAPS and isinstance(x, dict):
            yield from ((word, name, part) for name, part in x.items())
        elif word in KEYWORDS:
            yield word, "", x


def with_subschemas(schema: Mapping[str, Any], change: Callable[[str, str, Any], Any]) -> dict[str, Any]:
    """Return a schema with each part replaced by change(keyword, name, schema)."""
    new: dict[str, Any] = {}
    for word, x in schema.items():
        if word in _LISTS and isinstance(x, list):
            new[word] = [change(word, str(i), part) for i, part in enumerate(x)]
        elif word in _MAPS and isinstance(x, dict):
            new[word] = {name: change(word, name, part) for name, part in x.items()}
        else:
            new[word] = change(word, "", x) if word in KEYWORDS else x
    return new


def refs_in(schema: Any, words: Container[str] = KEYWORDS) -> list[str]:
    """Return the definitions that a schema refers to, directly or in its parts under some keywords."""
    spend()
    name = target_of(schema) if isinstance(schema, dict) else None
    inner = (refs_in(part, words) for word, _, part in subschemas(schema) if word in words)
    return [*([] if name is None else [name]), *(ref for refs in inner for ref in refs)]


def in_place(
    schemas: Iterable[Any], definitions: Mapping[str, Any], words: Container[str] = IN_PLACE
) -> list[Any]:
    """Return all schemas for one value: the given ones, their references, and parts under some keywords."""
    by_id: dict[int, Any] = {}
    todo = list(schemas)
    while todo:
        schema = todo.pop()
        spend()
        if isinstance(schema, dict) and id(schema) not in by_id:
            by_id[id(schema)] = schema
            todo += [part for word, _, part in subschemas(schema) if word in words]
            if (name := target_of(schema)) is not None:
                todo.append(definitions[name])
    return list(by_id.values())
