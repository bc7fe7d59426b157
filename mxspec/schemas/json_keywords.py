"""The keywords of each draft of JSON Schema, and their allowed values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from mxspec.core.budget import spend
from mxspec.schemas.json_kinds import json_type
from mxspec.values import short_repr

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
DIALECT_7: Final = "http://json-schema.org/draft-07/schema"


class KeywordValue(NamedTuple):
    """The allowed values of a keyword: as text, and as a test."""

    words: str
    accepts: Callable[[Any], bool]


def _is_count(x: Any) -> bool:
    return json_type(x) == "number" and x >= 0 and x == int(x)


def are_keys(x: Any) -> bool:
    """True for a list of keys."""
    return isinstance(x, list) and all(isinstance(key, str) for key in x)


_NUMBER: Final = KeywordValue("a number", lambda x: json_type(x) == "number")
_FACTOR: Final = KeywordValue("a number above 0", lambda x: json_type(x) == "number" and x > 0)
_COUNT: Final = KeywordValue("a whole number from 0", _is_count)
_TEXT: Final = KeywordValue("a string", lambda x: isinstance(x, str))
_BOOL: Final = KeywordValue("true or false", lambda x: isinstance(x, bool))
_LIST: Final = KeywordValue("a list", lambda x: isinstance(x, list))
_SCHEMA: Final = KeywordValue("a schema: an object, true or false", lambda x: isinstance(x, (dict, bool)))
_SCHEMAS: Final = KeywordValue("a list of schemas, one or more", lambda x: isinstance(x, list) and bool(x))
_OBJECT: Final = KeywordValue("an object", lambda x: isinstance(x, dict))
_KEYS: Final = KeywordValue("a list of keys", are_keys)
_KEYS_BY_KEY: Final = KeywordValue(
    "an object of lists of keys", lambda x: isinstance(x, dict) and all(map(are_keys, x.values()))
)
_ANYTHING: Final = KeywordValue("anything", lambda x: True)  # a note, or checked by its reader

_OF_BOTH: Final[Mapping[str, KeywordValue]] = {
    **dict.fromkeys(("$ref", "pattern"), _TEXT),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _NUMBER),
    "multipleOf": _FACTOR,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _COUNT),
    **dict.fromkeys(("minProperties", "maxProperties"), _COUNT),
    "uniqueItems": _BOOL,
    "enum": _LIST,
    "required": _KEYS,
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _SCHEMAS),
    **dict.fromkeys(("properties", "patternProperties"), _OBJECT),
    **dict.fromkeys(("not", "if", "then", "else", "contains"), _SCHEMA),
    **dict.fromkeys(("additionalProperties", "propertyNames"), _SCHEMA),
    **dict.fromkeys(("type", "const", "items"), _ANYTHING),
}

DRAFT_7: Final[Mapping[str, KeywordValue]] = {
    **_OF_BOTH,
    "additionalItems": _SCHEMA,
    "dependencies": _OBJECT,
}
"""The keywords of draft 7 that ask something of a value."""

DRAFT_2020_12: Final[Mapping[str, KeywordValue]] = {
    **_OF_BOTH,
    "prefixItems": _SCHEMAS,
    **dict.fromkeys(("minContains", "maxContains"), _COUNT),
    "dependentRequired": _KEYS_BY_KEY,
    "dependentSchemas": _OBJECT,
    **dict.fromkeys(("unevaluatedProperties", "unevaluatedItems"), _SCHEMA),
}
"""The keywords of draft 2020-12 that ask something of a value."""

NOTES: Final[Mapping[str, KeywordValue]] = {
    **dict.fromkeys(("$schema", "$id", "$anchor", "$dynamicAnchor", "format"), _TEXT),
    **dict.fromkeys(("$defs", "definitions"), _OBJECT),
    **dict.fromkeys(("$comment", "title", "description", "default", "examples", "deprecated"), _ANYTHING),
    **dict.fromkeys(("readOnly", "writeOnly"), _ANYTHING),
    **dict.fromkeys(("contentEncoding", "contentMediaType", "contentSchema"), _ANYTHING),
}
"""The keywords that ask nothing of a value."""


def escape_step(step: Any) -> str:
    """Return a key or an index as a step of a JSON pointer."""
    return str(step).replace("~", "~0").replace("/", "~1")


def faults_of_json(x: Any, path: str = "#") -> Iterator[str]:
    """Yield a message for each part of a value that is not JSON, beginning with its path.

    Example:
        >>> [*faults_of_json({"enum": [1, {2}]})]
        ['#/enum/1: {2} is no value of JSON']
    """
    spend()
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(x, dict):
        inner = x.items()
        keys = (key for key in x if not isinstance(key, str))
        yield from (f"{path}: the key {short_repr(key)} is no string" for key in keys)
    elif isinstance(x, list):
        inner = enumerate(x)
    elif json_type(x) is None or (isinstance(x, float) and not math.isfinite(x)):
        yield f"{path}: {short_repr(x)} is no value of JSON"
    for step, part in inner:
        yield from faults_of_json(part, f"{path}/{escape_step(step)}")
