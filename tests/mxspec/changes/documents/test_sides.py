"""What a side sends: no more than its schema accepts, and all of it if the other side lists no more."""

import random

import pytest

import mxspec as s
from mxspec.changes.documents.sides import Side

LEAVES = [{"type": "integer"}, {"type": ["string", "null"]}, {"enum": ["x", 1]}, {"minimum": 1}, True, {}]
SCALARS = [0, 1, "x", None, True]
NAMES = "abc"


def random_schema(drawn, depth):
    """Return a schema of objects with few names, and what is made of them."""
    if depth == 0 or drawn.random() < 0.2:
        return drawn.choice(LEAVES)
    kind = drawn.choice(["object", "object", "array", "anyOf", "allOf", "not", "$ref"])
    if kind == "object":
        names = drawn.sample(NAMES, 2)
        schema = {"type": "object", "properties": {name: random_schema(drawn, depth - 1) for name in names}}
        more = [
            {},
            {"required": names[:1]},
            {"additionalProperties": drawn.choice([True, False, {"enum": [1]}])},
        ]
        return schema | drawn.choice(more)
    if kind == "$ref":
        return {"$ref": "#/$defs/T"}
    if kind in ("array", "not"):
        word = "items" if kind == "array" else "not"
        return {word: random_schema(drawn, 0 if kind == "not" else depth - 1)}
    return {kind: [random_schema(drawn, depth - 1) for _ in range(2)]}


def random_value(drawn, depth):
    if depth == 0 or drawn.random() < 0.3:
        return drawn.choice(SCALARS)
    if drawn.random() < 0.2:
        return [random_value(drawn, depth - 1)]
    return {name: random_value(drawn, depth - 1) for name in drawn.sample(NAMES, drawn.randint(0, 3))}


def random_bundle(drawn):
    tree = {"type": "object", "properties": {"a": {"$ref": "#/$defs/T"}, "b": random_schema(drawn, 1)}}
    top = random_schema(drawn, 2)
    return {**(top if isinstance(top, dict) else {}), "$defs": {"T": tree}}


@pytest.mark.few(10)
@pytest.mark.parametrize("seed", range(100))
def test_a_side_sends_what_its_schema_accepts(seed):
    drawn = random.Random(seed)
    old, new = random_bundle(drawn), random_bundle(drawn)
    accepted = s.from_json_schema(old)
    of_itself, of_both = (
        s.from_json_schema(Side(old, taken=taken, lists=True).schema) for taken in (old, new)
    )
    for _ in range(60):
        x = random_value(drawn, 3)
        assert s.valid(of_itself, x) == s.valid(accepted, x)
        assert s.valid(of_both, x) <= s.valid(accepted, x)


@pytest.mark.parametrize(
    ("schema", "hidden"),
    [
        ({"properties": {"a": {"readOnly": True}}, "required": ["a"]}, "a"),
        ({"allOf": [{"properties": {"a": {"readOnly": True}}}, {"required": ["a"]}]}, "a"),
        (
            {
                "properties": {"a": {"$ref": "#/$defs/T"}},
                "required": ["a"],
                "$defs": {"T": {"readOnly": True}},
            },
            "a",
        ),
        ({"anyOf": [{"properties": {"a": {"readOnly": True}}, "required": ["a"]}]}, "a"),
        ({"properties": {"a": {"writeOnly": True}}, "required": ["a"]}, None),
    ],
)
def test_a_property_that_does_not_go_this_way_is_not_there(schema, hidden):
    side = s.from_json_schema(Side(schema, "readOnly").schema)
    assert [s.valid(side, x) for x in ({}, {"a": 1})] == ([True, False] if hidden else [False, True])


@pytest.mark.parametrize(
    "schema",
    [
        {"not": {"$ref": "#/$defs/T"}, "$defs": {"T": {}}},
        {"required": ["a"], "oneOf": [{"properties": {"a": {"readOnly": True}}}, {}]},
    ],
)
def test_what_is_sent_and_not_known_is_an_error(schema):
    with pytest.raises(s.SpecDefinitionError, match=r"^#: "):
        Side(schema, "readOnly")


def test_definitions_of_one_name_and_several_views_keep_apart():
    ref = {"$ref": "#/$defs/T"}
    old = {
        "properties": {"a": ref, "b": ref},
        "$defs": {"T": {"properties": {"n": True}}, "T-2": {"minimum": 1}},
    }
    new = {"properties": {"a": {"properties": {"m": True}}, "b": {"properties": {"k": True}}}}
    side = s.from_json_schema(Side(old, taken=new, lists=True).schema)
    values = [{"a": {"m": 1}}, {"a": {"k": 1}}, {"b": {"m": 1}}, {"b": {"k": 1}}]
    assert [s.valid(side, x) for x in values] == [False, True, True, False]
