"""Each language of schemas: what it describes, the verdict about two schemas, and files of anybody."""

import copy
import datetime
import json
import pickle
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

import mxspec as s
from mxspec.changes.documents.changes import compare_documents
from mxspec.transform.schemas.languages import JSON_SCHEMA, LANGUAGES, schema_language_of


class Example(NamedTuple):
    """Examples of a language.

    Attributes:
        schemas: schemas, each with values that it describes and others.
        pairs: schemas of a sender and of a receiver, with the verdict about what the receiver takes.
    """

    schemas: list[tuple[Any, list[Any], list[Any]]]
    pairs: list[tuple[Any, Any, str]]


RECORD = {
    "type": "record",
    "name": "n.Order",
    "aliases": ["Old"],
    "fields": [
        {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["a", "b"], "default": "a"}},
        {"name": "hash", "type": {"type": "fixed", "name": "Hash", "size": 2}},
        {"name": "next", "type": ["null", "Order"], "default": None, "aliases": ["more"]},
        {"name": "days", "type": {"type": "array", "items": {"type": "int", "logicalType": "date"}}},
        {"name": "other", "type": {"type": "map", "values": "Hash"}},
        {
            "name": "price",
            "type": {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2},
            "default": "",
        },
    ],
}
FIELDS = RECORD["fields"]
ORDER = {"kind": "a", "hash": b"xy", "days": [datetime.date(2026, 1, 2)], "other": {"x": b"ab"}}
ORDER |= {"next": None, "price": Decimal("1.25")}
EXAMPLES = {
    "an Avro schema": Example(
        [
            ("int", [3], [2**31, "3"]),
            (["null", "string"], [None, "a"], [3]),
            (RECORD, [ORDER, {**ORDER, "next": ORDER}], [{**ORDER, "hash": b"x"}]),
        ],
        [
            ("int", "long", "proved"),
            ("long", "int", "broken"),
            ("int", ["null", "double"], "proved"),
            (
                {**RECORD, "fields": RECORD["fields"][:2]},
                {**RECORD, "fields": RECORD["fields"][:1]},
                "proved",
            ),
        ],
    ),
}
EXAMPLES |= {
    "a JSON Schema": Example(
        [
            ({"type": "integer", "maximum": 9}, [3, 3.0], [10, "a"]),
            ({"type": "object", "properties": {"n": {"enum": ["a"]}}, "required": ["n"]}, [{"n": "a"}], [{}]),
            (
                {"$defs": {"n": {"properties": {"next": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"},
                [{}, {"next": {"next": 3}}],
                [],
            ),
        ],
        [
            ({"maximum": 5}, {"maximum": 9}, "proved"),
            ({"maximum": 9}, {"maximum": 5}, "broken"),
            ({"items": {"type": "string"}}, {"items": {"type": ["string", "null"]}}, "proved"),
        ],
    ),
}
BY_NAME = {language.name: language for language in LANGUAGES}
SCHEMAS = [(name, *row) for name, example in EXAMPLES.items() for row in example.schemas]
PAIRS = [(name, *row) for name, example in EXAMPLES.items() for row in example.pairs]


def test_every_language_has_examples_of_all_verdicts():
    assert EXAMPLES.keys() == BY_NAME.keys()
    for example in EXAMPLES.values():
        assert {verdict for *_, verdict in example.pairs} >= {"proved", "broken"}
        assert any(right for _, right, _ in example.schemas)


@pytest.mark.parametrize(("name", "schema", "right", "wrong"), SCHEMAS)
def test_a_spec_accepts_what_a_schema_describes(name, schema, right, wrong):
    spec = BY_NAME[name].read(schema)
    assert [x for x in right if not s.valid(spec, x)] == []
    assert [x for x in wrong if s.valid(spec, x)] == []
    assert all(s.valid(spec, x) for x in s.sample(spec, 5, seed=1))


@pytest.mark.parametrize(("name", "schema", "right", "wrong"), SCHEMAS)
def test_a_pickled_spec_of_a_schema_answers_the_same_or_is_refused(name, schema, right, wrong):
    spec = BY_NAME[name].read(schema)
    try:
        pickled = pickle.dumps(spec)
    except pickle.PicklingError as error:
        refusal = str(error)
        assert "is a part of itself: pickle the schema" in refusal
        return
    again = pickle.loads(pickled)
    assert [s.valid(again, x) for x in (*right, *wrong)] == [True] * len(right) + [False] * len(wrong)
    assert all(s.valid(again, x) for x in s.sample(again, 5, seed=1))


def test_a_spec_that_is_a_part_of_itself_is_not_pickled():
    with pytest.raises(pickle.PicklingError, match=r"'n\.Order' is a part of itself: pickle the schema"):
        pickle.dumps(s.from_avro(RECORD))


def test_a_pickled_spec_has_the_types_that_a_schema_names():
    pair = [{"name": name, "type": {"type": "array", "items": "Id"}} for name in ("from", "to")]
    own = {"name": "id", "type": {"type": "fixed", "name": "Id", "size": 2}}
    spec = s.from_avro({"type": "record", "name": "Edge", "fields": [own, *pair]})
    again = pickle.loads(pickle.dumps(spec))
    for xs, fits in (([b"ab"], True), ([b"abc"], False)):
        assert s.valid(again, {"id": b"ab", "from": xs, "to": []}) is fits


@pytest.mark.parametrize(("name", "schema", "right", "wrong"), SCHEMAS)
def test_a_schema_takes_what_it_sends(name, schema, right, wrong):
    sent, taken, undecided = BY_NAME[name].sides(schema, copy.deepcopy(schema))
    assert s.check_compatible(sent, taken).verdict == "proved"
    assert undecided == ()
    assert all(s.valid(taken, x) for x in s.sample(sent, 20, seed=1))


@pytest.mark.parametrize(("name", "sent", "taken", "verdict"), PAIRS)
def test_a_comparison_of_files_asks_what_the_receiver_takes(name, sent, taken, verdict, tmp_path):
    language = BY_NAME[name]
    for suffix in language.suffixes or (".json", ".yaml"):
        files = [tmp_path / f"{word}{suffix}" for word in ("old", "new")]
        for file, schema in zip(files, (sent, taken), strict=True):
            file.write_text(json.dumps(schema))
        [change] = compare_documents(*files)
        assert change.answer.verdict == verdict
        [change] = compare_documents(*reversed(files), direction="responses")
        assert change.answer.verdict == verdict
    sender, taker, _ = language.sides(sent, taken)
    refused = [x for x in s.sample(sender, 100, seed=1) if not s.valid(taker, x)]
    assert not refused or verdict == "broken"


JUNK = [
    None,
    True,
    -1,
    3.5,
    "",
    "a",
    "int",
    [],
    ["a"],
    ["a", "a"],
    [["a"]],
    {},
    {"a": 1},
    {"type": []},
    10**400,
]


def changed(schema):
    """Copies of a schema with junk at each of its places."""
    yield from JUNK
    for key in schema if isinstance(schema, dict) else range(len(schema)) if isinstance(schema, list) else ():
        for part in changed(schema[key]):
            copied = copy.copy(schema)
            copied[key] = part
            yield copied


@pytest.mark.parametrize(("name", "schema", "right", "wrong"), SCHEMAS)
def test_any_damage_to_a_schema_is_a_schema_or_an_error_with_a_path(name, schema, right, wrong):
    language, errors = BY_NAME[name], []
    for damaged in changed(schema):
        for sides in (lambda x: [language.read(x)], lambda x: language.sides(schema, x)[:2]):
            try:
                assert all(isinstance(spec, s.Spec) for spec in sides(damaged))
            except s.SpecDefinitionError as error:
                errors.append(str(error))
    assert errors
    assert all(": " in words for words in errors)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_language_knows_its_schemas_and_no_others(name):
    for schema, *_ in EXAMPLES[name].schemas:
        file = f"schema{[*BY_NAME[name].suffixes, ''][0]}"
        assert schema_language_of(file, schema) is BY_NAME[name]
    for schema in (
        True,
        {"type": "integer"},
        {"type": ["object", "null"], "properties": {}},
        {"enum": ["a"]},
    ):
        assert schema_language_of("schema.yaml", schema) is JSON_SCHEMA
    assert schema_language_of("schema.json", {}) is None
