"""Changes of JSON Schemas that are decided, as small pairs, and those that are not."""

import pytest

import mxspec as s

INT, STRING, NUMBER = ({"type": kind} for kind in ("integer", "string", "number"))
LIST, MAP = {"type": "array"}, {"type": "object"}


def keyed(*keys, **properties):
    """Return an object with properties under patterns of keys and no others."""
    return {**MAP, "patternProperties": dict(zip(keys, properties.values(), strict=True))}


def tagged(kind, is_required=True, **properties):
    """Return an object with a tag `kind`."""
    schema = {**MAP, "properties": {"kind": {"const": kind}, **properties}}
    return schema | ({"required": ["kind"]} if is_required else {})


CLOSED = {"additionalProperties": False}
X, XY = keyed("^x", p=STRING), keyed("^xy", p=STRING)
TWO = [tagged("a", n=INT), tagged("b", m=STRING)]
EASY = [tagged("a", False, n=INT), tagged("b", False, m=STRING)]
THIRD = tagged("c", False)
HAS_INT = {**LIST, "contains": INT}
KIND = {**MAP, "properties": {"kind": {"enum": ["a", "b"]}}, "required": ["kind"]}

# Each row: the old schema, the new one, and the verdict on requests.
DECIDED = {
    "a pattern of keys more": (MAP, X, "broken"),
    "a pattern of keys more, in a closed object": ({**MAP, **CLOSED}, {**X, **CLOSED}, "proved"),
    "a pattern of keys less": (X, MAP, "proved"),
    "wider values under a pattern": (keyed("^x", p=INT), keyed("^x", p=NUMBER), "proved"),
    "narrower values under a pattern": (keyed("^x", p=NUMBER), keyed("^x", p=INT), "broken"),
    "a narrower pattern": ({**X, **CLOSED}, {**XY, **CLOSED}, "broken"),
    "a wider pattern": ({**XY, **CLOSED}, {**X, **CLOSED}, "proved"),
    "a listed key becomes a pattern": (
        {**MAP, "properties": {"xa": STRING}, **CLOSED},
        {**X, **CLOSED},
        "proved",
    ),
    "a pattern asks what all others ask": (
        {**MAP, "additionalProperties": STRING},
        {**X, "additionalProperties": STRING},
        "proved",
    ),
    "contains": (LIST, {**LIST, "contains": INT}, "broken"),
    "no contains": ({**LIST, "contains": INT}, LIST, "proved"),
    "a wider contains": ({**LIST, "contains": INT}, {**LIST, "contains": NUMBER}, "proved"),
    "a narrower contains": ({**LIST, "contains": NUMBER}, {**LIST, "contains": INT}, "broken"),
    "a contains beside a wider bound": (
        {**LIST, "contains": INT, "maxItems": 3},
        {**LIST, "contains": INT, "maxItems": 4},
        "proved",
    ),
    "minContains of less": (
        {**LIST, "contains": INT, "minContains": 2},
        {**LIST, "contains": INT},
        "proved",
    ),
    "maxContains of more": (
        {**LIST, "contains": INT, "maxContains": 2},
        {**LIST, "contains": INT, "maxContains": 3},
        "proved",
    ),
    "maxContains of a wider schema": (
        {**LIST, "contains": INT, "maxContains": 2},
        {**LIST, "contains": NUMBER, "maxContains": 2},
        "broken",
    ),
    "contains what all items are": (
        {**LIST, "items": INT, "minItems": 1},
        {**LIST, "contains": INT},
        "proved",
    ),
    "contains what all items are, if any": ({**LIST, "items": INT}, HAS_INT, "broken"),
    "uniqueItems beside a wider bound": (
        {**LIST, "uniqueItems": True, "maxItems": 3},
        {**LIST, "uniqueItems": True, "maxItems": 4},
        "proved",
    ),
    "a factor of a factor": ({**INT, "multipleOf": 6}, {**INT, "multipleOf": 3}, "proved"),
    "a multiple of a factor": ({**INT, "multipleOf": 3}, {**INT, "multipleOf": 6}, "broken"),
    "cents of two cents": ({**NUMBER, "multipleOf": 0.02}, {**NUMBER, "multipleOf": 0.01}, "proved"),
    "two cents of cents": ({**NUMBER, "multipleOf": 0.01}, {**NUMBER, "multipleOf": 0.02}, "broken"),
    "halves of integers": (INT, {**NUMBER, "multipleOf": 0.5}, "proved"),
    "integers of halves": ({**NUMBER, "multipleOf": 0.5}, INT, "broken"),
    "a whole multiple of 2.5 is one of 5": ({**INT, "multipleOf": 2.5}, {**INT, "multipleOf": 5}, "proved"),
    "two factors and their multiple": (
        {"allOf": [{**NUMBER, "multipleOf": 1.5}, {"multipleOf": 1}]},
        {**NUMBER, "multipleOf": 3},
        "proved",
    ),
    "prefixItems to items": (
        {**LIST, "prefixItems": [INT, INT], "items": False},
        {**LIST, "items": NUMBER},
        "proved",
    ),
    "prefixItems of two types to items": (
        {**LIST, "prefixItems": [INT, STRING], "items": False},
        {**LIST, "items": {"anyOf": [INT, STRING]}},
        "proved",
    ),
    "prefixItems, and others, to items": ({**LIST, "prefixItems": [INT]}, {**LIST, "items": INT}, "broken"),
    "items to prefixItems": ({**LIST, "items": INT}, {**LIST, "prefixItems": [INT, NUMBER]}, "proved"),
    "items to closed prefixItems": (
        {**LIST, "items": INT},
        {**LIST, "prefixItems": [INT, INT], "items": False},
        "broken",
    ),
    "an optional tag is required": ({"anyOf": EASY}, {"anyOf": TWO}, "broken"),
    "a required tag is optional": ({"anyOf": TWO}, {"anyOf": EASY}, "proved"),
    "a branch more, with an optional tag": (
        {"oneOf": EASY},
        {"oneOf": [*EASY, tagged("c", False)]},
        "broken",
    ),
    "plain to discriminated": (TWO[0], {"oneOf": TWO}, "proved"),
    "plain without a tag to discriminated": ({**MAP, "properties": {"n": INT}}, {"oneOf": TWO}, "broken"),
    "branches to one enum": ({"oneOf": [tagged("a"), tagged("b")]}, KIND, "proved"),
    "a required tag is optional, in oneOf": ({"oneOf": TWO}, {"oneOf": EASY}, "proved"),
    "one enum to branches": (KIND, {"oneOf": [tagged("a"), tagged("b")]}, "proved"),
}


def verdict(old, new, num_tests=1000):
    specs = s.from_json_schema(old), s.from_json_schema(new)
    return s.check_compatible(*specs, num_tests=num_tests, seed=1).verdict


@pytest.mark.parametrize("name", DECIDED)
def test_a_change_of_a_schema_is_decided(name):
    old, new, word = DECIDED[name]
    assert verdict(old, new) == word
