"""The keywords of each draft of JSON Schema, and their allowed values."""

from __future__ import annotations

import dataclasses
import functools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from mxspec.base.values import short_repr
from mxspec.errors import did_you_mean
from mxspec.specs.core.budget import spend
from mxspec.transform.schemas.json_kinds import json_type

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


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

_DRAFT_4: Final[Mapping[str, KeywordValue]] = {
    **dict.fromkeys(("$ref", "pattern"), _TEXT),
    **dict.fromkeys(("minimum", "maximum"), _NUMBER),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _BOOL),
    "multipleOf": _FACTOR,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _COUNT),
    **dict.fromkeys(("minProperties", "maxProperties"), _COUNT),
    "uniqueItems": _BOOL,
    "enum": _LIST,
    "required": _KEYS,
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _SCHEMAS),
    **dict.fromkeys(("properties", "patternProperties", "dependencies"), _OBJECT),
    **dict.fromkeys(("not", "additionalProperties", "additionalItems"), _SCHEMA),
    **dict.fromkeys(("type", "items"), _ANYTHING),
}

_DRAFT_6: Final[Mapping[str, KeywordValue]] = {
    **_DRAFT_4,
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _NUMBER),
    **dict.fromkeys(("contains", "propertyNames"), _SCHEMA),
    "const": _ANYTHING,
}

_DRAFT_7: Final[Mapping[str, KeywordValue]] = {**_DRAFT_6, **dict.fromkeys(("if", "then", "else"), _SCHEMA)}

_DRAFT_2019_09: Final[Mapping[str, KeywordValue]] = {
    **{word: value for word, value in _DRAFT_7.items() if word != "dependencies"},
    "$recursiveRef": KeywordValue("'#'", lambda x: x == "#"),
    **dict.fromkeys(("minContains", "maxContains"), _COUNT),
    "dependentRequired": _KEYS_BY_KEY,
    "dependentSchemas": _OBJECT,
    **dict.fromkeys(("unevaluatedProperties", "unevaluatedItems"), _SCHEMA),
}

_DRAFT_2020_12: Final[Mapping[str, KeywordValue]] = {
    **{
        word: value
        for word, value in _DRAFT_2019_09.items()
        if word not in ("additionalItems", "$recursiveRef")
    },
    "prefixItems": _SCHEMAS,
}


@dataclasses.dataclass(frozen=True, eq=False)
class SchemaDraft:
    """A draft of JSON Schema.

    Attributes:
        name: its name in messages.
        uri: its name in `$schema`, without "#" at the end.
        words: its keywords that require something of a value.
        id_word: the keyword that names a schema.
        is_ref_alone: True if a `$ref` ignores the keywords beside it.
    """

    name: str
    uri: str
    words: Mapping[str, KeywordValue]
    id_word: str = "$id"
    is_ref_alone: bool = False


DRAFT_4: Final = SchemaDraft("draft 4", "http://json-schema.org/draft-04/schema", _DRAFT_4, "id", True)
DRAFT_6: Final = SchemaDraft("draft 6", "http://json-schema.org/draft-06/schema", _DRAFT_6, is_ref_alone=True)
DRAFT_7: Final = SchemaDraft("draft 7", "http://json-schema.org/draft-07/schema", _DRAFT_7, is_ref_alone=True)
DRAFT_2019_09: Final = SchemaDraft("2019-09", "https://json-schema.org/draft/2019-09/schema", _DRAFT_2019_09)
DRAFT_2020_12: Final = SchemaDraft("2020-12", DIALECT, _DRAFT_2020_12)
DRAFTS: Final = (DRAFT_4, DRAFT_6, DRAFT_7, DRAFT_2019_09, DRAFT_2020_12)
"""All drafts that are read, the oldest first."""

WORDS: Final[Mapping[str, SchemaDraft]] = {
    "$dynamicRef": DRAFT_2020_12, **{word: draft for draft in reversed(DRAFTS) for word in draft.words}
}  # fmt: skip
"""The keywords that require something of a value in some draft, and the first such draft."""


def draft_of(uri: Any) -> SchemaDraft | None:
    """Return the draft that a value of `$schema` names, or None.

    Example:
        >>> draft_of("https://json-schema.org/draft-04/schema#").name
        'draft 4'
    """
    plain = re.sub("^https?", "", uri).removesuffix("#") if isinstance(uri, str) else None
    return next((draft for draft in DRAFTS if re.sub("^https?", "", draft.uri) == plain), None)


NOTES: Final[Mapping[str, KeywordValue]] = {
    **dict.fromkeys(("$schema", "$id", "$anchor", "$dynamicAnchor", "format"), _TEXT),
    **dict.fromkeys(("$defs", "definitions", "$vocabulary"), _OBJECT),
    "$recursiveAnchor": _BOOL,
    **dict.fromkeys(("$comment", "title", "description", "default", "examples", "deprecated"), _ANYTHING),
    **dict.fromkeys(("readOnly", "writeOnly"), _ANYTHING),
    **dict.fromkeys(("contentEncoding", "contentMediaType", "contentSchema"), _ANYTHING),
}
"""The keywords that require nothing of a value."""


def is_json_schema(document: Any) -> bool:
    """True for a document with a word of JSON Schema, or a bool."""
    words = {"$schema", "$defs", "definitions", "format", *WORDS}
    return isinstance(document, bool) or (isinstance(document, dict) and not words.isdisjoint(document))


def is_keyword(word: str, draft: SchemaDraft) -> bool:
    """True for a keyword of a draft, and for what anybody may add to a schema: `x-...`."""
    return word in NOTES or word in draft.words or word == draft.id_word or word.startswith("x-")


@functools.lru_cache(1000)
def fault_of_unknown(word: str, draft: SchemaDraft) -> str | None:
    """Return what is wrong with a keyword that a draft does not know; None if it is an annotation.

    The standard calls each unknown keyword an annotation. But a slip of the pen is none, and neither is a
    keyword from a different draft.

    Example:
        >>> fault_of_unknown("markdownDescription", DRAFT_7)
        >>> fault_of_unknown("additionalProperty", DRAFT_7)
        "; did you mean 'additionalProperties'?"
        >>> fault_of_unknown("const", DRAFT_4)
        ' in draft 4; draft 6 has it'
    """
    if word in WORDS:
        return "" if word == "$dynamicRef" else f" in {draft.name}; {WORDS[word].name} has it"
    near = [known for known in (*WORDS, "format") if _is_slip(word, known)]
    return did_you_mean(word, near) or f"; did you mean {near[0]!r}?" if near else None


def _is_slip(word: str, known: str) -> bool:
    """True if a word is a known one but for case, signs, plural, or one edit of a word that is not short."""
    a, b = _singular(word), _singular(known)
    return a == b or (len(b) > 3 and (_is_one_edit(a, b) or _is_one_edit(word, known)))


def _singular(word: str) -> str:
    """Return a word without case, signs and plural."""
    return re.sub("ies$|y$|s$", "", re.sub(r"[^a-z]", "", word.lower()))


def _is_one_edit(a: str, b: str) -> bool:
    """True if at most one letter is more, less or another, or two neighbours have changed places."""
    if len(a) > len(b):
        a, b = b, a
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    a, b = a[start:], b[start:]
    return len(b) < 2 or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


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
