"""Specs of JSON Schemas: verdicts are those of jsonschema-rs, and what is not understood is an error."""

import functools
import json
import pickle
import re
import subprocess
import sys
import tarfile

import jsonschema
import jsonschema_rs
import pytest
import referencing
import referencing.jsonschema
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.errors import LimitError
from mxspec.transform.schemas.ecma_patterns import ecma_pattern, whole_pattern
from tests.mxspec.random_specs import IS_RANDOM
from tests.mxspec.transform.schemas import any_schemas

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_6 = "http://json-schema.org/draft-06/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2019_09 = "https://json-schema.org/draft/2019-09/schema"

# Each row: a schema, values that it accepts, values that it refuses.
ROWS = [
    (True, [None, 1, {}], [{1}, 1j, float("nan"), {1: 2}, [()]]),
    ({"type": "object"}, [{"a": [1]}], [{"a": {1}}, {1: "a"}]),
    (False, [], [None, 1, {}]),
    ({"type": "integer"}, [1, 1.0, -3, 10**400], [1.5, True, "1", None]),
    ({"type": "number", "maximum": 10**400}, [10**399, 1e300], [10**401]),
    ({"type": "number", "multipleOf": 0.01}, [4.35, 19.99, 3], [0.005]),
    ({"const": 1}, [1, 1.0], [True, "1"]),
    ({"const": [0, {"a": False}]}, [[0.0, {"a": False}]], [[False, {"a": False}], [0, {"a": 0}], [0]]),
    ({"enum": ["a", None, False]}, ["a", None, False], [0, "", "b"]),
    ({"minimum": 3}, [3, "x", None], [2.9]),
    ({"maxLength": 1}, ["\U0001f600", 12, ""], ["ab"]),
    ({"pattern": "b"}, ["abc", 1], ["acd"]),
    ({"pattern": "^b$"}, ["b"], ["b\n", "ab"]),
    ({"type": "array", "items": {"type": "integer"}, "uniqueItems": True}, [[1, 2]], [[1, 1.0], ["a"]]),
    ({"prefixItems": [{"type": "integer"}, {"type": "string"}]}, [[], [1], [1, "a", None]], [["a"], [1, 2]]),
    ({"prefixItems": [True, {"const": 1}], "items": False}, [[0, 1], [0]], [[0, 2], [0, 1, 2]]),
    ({"contains": {"const": 1}, "maxContains": 1}, [[1, 2], "x"], [[], [1, 1.0]]),
    ({"properties": {"a": {"type": "string"}}, "required": ["b"]}, [{"b": 1}, []], [{}, {"a": 1, "b": 1}]),
    ({"properties": {"a": False}}, [{}, {"b": 1}], [{"a": 1}]),
    ({"patternProperties": {"^x": {"type": "null"}}, "additionalProperties": False},
     [{"x": None}], [{"a": 1}]),
    ({"propertyNames": {"maxLength": 1}}, [{"a": 1}], [{"ab": 1}]),
    ({"minProperties": 1, "maxProperties": 1}, [{"a": 1}], [{}, {"a": 1, "b": 2}]),
    ({"dependentRequired": {"a": ["b"]}}, [{"b": 1}, {"a": 1, "b": 1}], [{"a": 1}]),
    ({"not": {"type": "integer"}}, [1.5, "x"], [1, 1.0]),
    ({"oneOf": [{"minimum": 1}, {"maximum": 3}]}, [0, 5], [2, "x"]),
    ({"if": {"const": 1}, "then": False, "else": {"type": "string"}}, ["x"], [1, 2]),
    ({"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": False}, [{"a": 1}], [{"b": 1}]),
    ({"anyOf": [{"prefixItems": [True]}], "unevaluatedItems": False}, [[1]], [[1, 2]]),
    ({"$schema": DRAFT_7, "items": [{"const": 1}], "additionalItems": False}, [[1]], [[2], [1, 1]]),
    ({"$schema": DRAFT_7, "dependencies": {"a": ["b"], "c": {"maxProperties": 1}}}, [{"c": 1}], [{"a": 1}]),
    ({"$schema": DRAFT_7, "definitions": {"n": {"type": "null"}}, "$ref": "#/definitions/n"}, [None], [1]),
    ({"$schema": DRAFT_4, "type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2, 3], [1, 2.0, 2.5]),
    ({"$schema": DRAFT_4, "type": ["integer", "string"], "maximum": 3}, [3, "a"], [3.0, 4]),
    ({"$schema": DRAFT_4, "type": "number"}, [1, 1.0], ["a"]),
    ({"$schema": DRAFT_4, "enum": [1]}, [1, 1.0], [True]),
    ({"$schema": DRAFT_4, "id": "http://example.org/a", "items": {"$ref": "b"},
      "definitions": {"b": {"id": "b", "type": "null"}}}, [[None]], [[1]]),
    ({"$schema": DRAFT_4, "$ref": "#/definitions/n", "type": "string",
      "definitions": {"n": {"type": "null"}}}, [None], ["a"]),
    ({"$schema": DRAFT_6, "contains": {"const": 1}, "examples": [3]}, [[1], "x"], [[], [2]]),
    ({"$schema": DRAFT_2019_09, "items": [{"const": 1}], "additionalItems": False}, [[1]], [[2], [1, 1]]),
    ({"$schema": DRAFT_2019_09, "items": [{"const": 1}], "unevaluatedItems": False}, [[1]], [[2], [1, 1]]),
    ({"$schema": DRAFT_2019_09, "$ref": "#/$defs/a", "maxLength": 1, "$defs": {"a": {"minLength": 1}}},
     ["a"], ["", "ab"]),
    ({"$schema": DRAFT_2019_09, "$recursiveAnchor": True, "type": "array", "items": {"$recursiveRef": "#"}},
     [[], [[]]], [[1], [[1]]]),
    ({"$defs": {"t": {"items": {"$ref": "#/$defs/t"}, "type": "array"}}, "$ref": "#/$defs/t"},
     [[[]]], [[[1]]]),
    ({"$id": "https://example.org/a", "items": {"$ref": "b"}, "$defs": {"b": {"$id": "b", "type": "null"}}},
     [[None]], [[1]]),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "accepted", "refused"), ROWS, ids=lambda x: repr(x)[:60])
def test_a_schema_accepts_and_refuses(schema, accepted, refused):
    spec = s.from_json_schema(schema)
    assert [x for x in accepted if not s.valid(spec, x)] == []
    assert [x for x in refused if s.valid(spec, x)] == []
    assert [x for x in accepted if s.conform(spec, x) is not x or s.explain_data(spec, x)] == []
    assert [x for x in refused if not s.explain_data(spec, x)] == []


META_4 = jsonschema.Draft4Validator(jsonschema.Draft4Validator.META_SCHEMA)
META = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA)


def verdicts(schema, values):
    """The verdicts of jsonschema-rs; none on a schema that leads back to itself at the same value."""
    try:
        check = jsonschema_rs.validator_for(schema).is_valid
        return [check(x) for x in values]
    except (ValueError, RecursionError):
        raise
    except BaseException:  # pyo3's panic
        assume(False)


def read(schema):
    """The spec of a schema that is not refused by name."""
    try:
        return s.from_json_schema(schema)
    except s.SpecDefinitionError as error:
        if not re.match(r"\S*#\S*: ", str(error)):
            raise
        assume(False)


def ask(spec, x):
    """The verdict of a spec; a schema that leads back to itself at the same value has none."""
    try:
        return s.valid(spec, x)
    except s.SpecError:
        assume(False)


# The same schemas each time, so that no change fails by chance. RANDOM=1 draws others, as `make fuzz` does.
rough = settings(
    max_examples=500 if IS_RANDOM else 30, derandomize=not IS_RANDOM, suppress_health_check=[*HealthCheck]
)


@rough
@given(any_schemas.schemas, st.lists(any_schemas.values, min_size=8, max_size=8))
def test_a_verdict_is_that_of_jsonschema_rs(schema, values):
    spec = read(schema)
    expected = verdicts(schema, values)
    assert [ask(spec, x) for x in values] == expected, schema


@pytest.mark.parametrize("draft", any_schemas.LATER)
@settings(rough, max_examples=500 if IS_RANDOM else 25)
@given(data=st.data())
def test_a_verdict_of_each_draft_is_that_of_its_validators(draft, data):
    schema = data.draw(any_schemas.schemas_of(draft))
    values = data.draw(st.lists(any_schemas.values, min_size=8, max_size=8))
    spec = read(schema)
    mine = [ask(spec, x) for x in values]
    assert mine == verdicts(schema, values), schema
    if "pattern" not in repr(schema):  # jsonschema has those of Python
        check = jsonschema.validators.validator_for(schema)(schema).is_valid
        try:
            theirs = [check(x) for x in values]
        except (RecursionError, TypeError):  # it takes no `items: true` beside additionalItems
            assume(False)
        assert mine == theirs, schema


@rough
@given(any_schemas.schemas, st.lists(any_schemas.values, min_size=8, max_size=8))
def test_the_schema_of_a_spec_that_was_read_gives_the_same_verdicts(schema, values):
    spec = read(schema)
    for whole in (spec, s.tuple_(spec)):
        again = s.from_json_schema(s.json_schema(whole))
        asked = [x if whole is spec else [x] for x in values]
        assert [ask(again, x) for x in asked] == [ask(whole, x) for x in asked]


@rough
@given(any_schemas.schemas, st.data())
def test_every_example_is_valid_to_jsonschema_rs(schema, data):
    spec = read(schema)
    try:
        x = data.draw(s.gen(spec))
    except s.SpecError:  # it has no example, or none that is found
        assume(False)
    assert json.loads(json.dumps(x)) == x
    assert verdicts(schema, [x]) == [True], (schema, x)


@settings(rough, max_examples=300 if IS_RANDOM else 10)
@given(any_schemas.schemas, any_schemas.schemas, st.booleans())
def test_a_change_is_broken_by_a_value_and_a_proof_by_none(old, new, grows):
    new = {"$defs": old["$defs"], "anyOf": [old, new]} if grows else new
    first, second = read(old), read(new)
    try:
        answer = s.check_compatible(first, second, num_tests=20, seed=1)
        drawn = s.sample(first, 10, seed=1) if answer.verdict == "proved" else []
    except (s.GeneratorError, LimitError):  # no example, or a schema that leads back to itself
        assume(False)
    if answer.verdict == "broken":
        assert [verdicts(schema, [answer.witness]) for schema in (old, new)] == [[True], [False]]
    assert verdicts(new, drawn) == [True] * len(drawn)


@rough
@given(any_schemas.schemas, st.sampled_from([*any_schemas.of_keywords(st.booleans())]), any_schemas.values)
def test_what_is_no_schema_by_the_standard_is_an_error(schema, keyword, value):
    schema = {**schema, keyword: value}
    faults = [*META.iter_errors(schema)]
    assume(faults and not all(fault.validator == "uniqueItems" for fault in faults))
    with pytest.raises(s.SpecDefinitionError):
        s.from_json_schema(schema)


def test_a_spec_keeps_the_schema_that_it_was_read_from():
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    spec = s.from_json_schema(schema)
    schema["properties"]["a"]["type"] = "string"
    s.json_schema(spec)["properties"]["a"]["type"] = "null"
    assert s.valid(spec, {"a": 1})
    assert s.json_schema(spec)["properties"]["a"]["type"] == "integer"


def test_a_schema_that_is_nested_too_deeply_is_an_error():
    schema = {}
    for _ in range(2000):
        schema = {"items": schema}
    with pytest.raises(s.SpecDefinitionError, match="nested deeper"):
        s.from_json_schema(schema)


def test_a_name_registers_the_spec():
    spec = s.from_json_schema({"type": "integer"}, name="schemas/age")
    assert s.get_spec("schemas/age") is spec
    assert s.valid(s.coll_of("schemas/age"), [1])


def test_references_lead_to_files_beside_the_schema(tmp_path):
    (tmp_path / "pet.json").write_text(json.dumps({"properties": {"tag": {"$ref": "sub/tag.json#/$defs/t"}}}))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "tag.json").write_text(
        json.dumps({"$defs": {"t": {"$ref": "#/$defs/u"}, "u": {"type": "string"}}})
    )
    for base in (tmp_path, tmp_path / "schema.json"):
        spec = s.from_json_schema({"items": {"$ref": "pet.json"}}, base=base)
        assert [s.valid(spec, [{"tag": x}]) for x in ("a", 1)] == [True, False]


@pytest.mark.parametrize(
    ("text", "words"),
    [('{"a": 1, "a": 2}', "the key 'a' stands twice"), ("{", "Expecting"), ("NaN", "NaN is no")],
)
def test_a_reference_to_a_file_that_is_no_json_says_why(text, words, tmp_path):
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(s.SpecDefinitionError, match=f"#/\\$ref: 'other.json' leads nowhere: {words}"):
        s.from_json_schema({"$ref": "other.json"}, base=tmp_path)


@pytest.mark.parametrize("way", ["../secret.json", "/secret.json", "link.json"])
def test_a_reference_leads_out_of_no_folder(way, tmp_path):
    (tmp_path / "secret.json").write_text('{"type": "string"}')
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "link.json").symlink_to(tmp_path / "secret.json")
    ref = way if not way.startswith("/") else (tmp_path / "secret.json").as_uri()
    with pytest.raises(s.SpecDefinitionError, match=r"leads nowhere: it is not in .*inner"):
        s.from_json_schema({"$ref": ref}, base=tmp_path / "inner")


# Each row: a schema, and the beginning of the error.
REFUSALS = [
    ({"properties": {"a/b": {"minimun": 3}}}, "#/properties/a~1b/minimun: the keyword 'minimun' is"),
    ({"items": [{"type": "null"}]}, "#/items: a list of schemas is prefixItems"),
    ({"$ref": "#/$defs/no"}, "#/$ref: '#/$defs/no' leads nowhere"),
    ({"$ref": "other.json"}, "#/$ref: 'other.json' leads nowhere"),
    ({"$dynamicRef": "#a"}, "#/$dynamicRef: the keyword '$dynamicRef' is not understood"),
    ({"$schema": "http://json-schema.org/draft-03/schema#"}, "#/$schema: 'http://json-schema.org/draft-03"),
    ({"$schema": "https://example.org/my-vocabulary"}, "#/$schema: 'https://example.org/my-vocabulary'"),
    ({"$schema": DRAFT_4, "const": 1}, "#/const: the keyword 'const' is not understood in draft 4; draft 6"),
    ({"$schema": DRAFT_4, "properties": {"a": True}}, "#/properties/a: a schema of draft 4 is an object"),
    ({"$schema": DRAFT_4, "id": 3}, "#/id: id is a string, not 3"),
    ({"$schema": DRAFT_4, "items": True}, "#/items: a schema of draft 4 is an object, not True"),
    ({"$schema": DRAFT_4, "exclusiveMinimum": True}, "#/exclusiveMinimum: it stands beside minimum in"),
    ({"$schema": DRAFT_4, "exclusiveMinimum": 1}, "#/exclusiveMinimum: exclusiveMinimum is true or false"),
    ({"$schema": DRAFT_7, "exclusiveMinimum": True}, "#/exclusiveMinimum: exclusiveMinimum is a number, not"),
    ({"$schema": DRAFT_7, "dependentRequired": {}}, "#/dependentRequired: the keyword 'dependentRequired'"),
    ({"dependencies": {}}, "#/dependencies: the keyword 'dependencies' is not understood in 2020-12; draft"),
    ({"$schema": DRAFT_2019_09, "$recursiveRef": "#/$defs/a"}, "#/$recursiveRef: $recursiveRef is '#', not"),
    ({"$schema": DRAFT_2019_09, "items": {"$ref": "a"},
      "$defs": {"a": {"$id": "a", "$recursiveAnchor": True, "items": {"$recursiveRef": "#"}}}},
     "a#/items/$recursiveRef: a $recursiveAnchor of another document is not followed"),
    ({"type": "int"}, "#/type: 'int' is not a type of JSON Schema"),
    ({"minimum": "3"}, "#/minimum: minimum is a number, not '3'"),
    ({"minLength": -1}, "#/minLength: minLength is a whole number from 0, not -1"),
    ({"multipleOf": 0}, "#/multipleOf: multipleOf is a number above 0, not 0"),
    ({"required": "a"}, "#/required: required is a list of keys, not 'a'"),
    ({"properties": []}, "#/properties: properties is an object, not []"),
    ({"allOf": {}}, "#/allOf: allOf is a list of schemas, one or more, not {}"),
    ({"anyOf": [3]}, "#/anyOf/0: a schema is an object, true or false, not 3"),
    ({"enum": 3}, "#/enum: enum is a list, not 3"),
    ({"pattern": r"\p{L}"}, r"#/pattern: '\\p{L}' has \p"),
    ({"pattern": "("}, "#/pattern: '(' is not a regular expression"),
    ({1: 2}, "#: the key 1 is no string"),
    ({"enum": [{1}]}, "#/enum/0: {1} is no value of JSON"),
    ({"minimum": float("nan")}, "#/minimum: nan is no value of JSON"),
    ({"uniqueItems": "yes"}, "#/uniqueItems: uniqueItems is true or false, not 'yes'"),
    ({"minItems": None}, "#/minItems: minItems is a whole number from 0, not None"),
    ({"format": 3}, "#/format: format is a string, not 3"),
    ({"$ref": 3}, "#/$ref: $ref is a string, not 3"),
    ({"$id": 3}, "#/$id: $id is a string, not 3"),
    ({"type": []}, "#/type: type is a type or a list of types"),
    ({"anyOf": []}, "#/anyOf: anyOf is a list of schemas, one or more, not []"),
    ({"dependentSchemas": {"a": ["b"]}}, "#/dependentSchemas/a: a schema is"),
    ({"dependentRequired": {"a": True}}, "#/dependentRequired: dependentRequired is an object of"),
    ({"$schema": DRAFT_7, "dependencies": {"a": [1]}}, "#/dependencies: [1] is no list of keys"),
    (3, "#: a schema is an object, true or false, not 3"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "words"), REFUSALS, ids=lambda x: repr(x)[:50])
def test_an_error_begins_with_the_path_to_the_keyword(schema, words):
    with pytest.raises(s.SpecDefinitionError) as error:
        s.from_json_schema(schema)
    assert str(error.value).startswith(words)


def test_a_keyword_that_no_draft_has_is_a_note():
    schema = {"hint": 1, "items": {"meta:enum": {}, "x-hint": 1}, "properties": {"a/b": {"meta:enum": {}}}}
    spec = s.from_json_schema(schema)
    assert spec.notes == {"hint": ("#",), "meta:enum": ("#/items", "#/properties/a~1b")}
    for again in (pickle.loads(pickle.dumps(spec)), s.from_json_schema(s.json_schema(spec))):
        assert again.notes == spec.notes
    with pytest.raises(
        s.SpecDefinitionError, match="#/items/meta:enum: the keyword 'meta:enum' is not under"
    ):
        s.from_json_schema({"items": schema["items"]}, unknown="error")
    with pytest.raises(s.SpecDefinitionError, match="unknown is one of note, note all, error, not 'ignore'"):
        s.from_json_schema(schema, unknown="ignore")


SLIPS = {
    "requird": "required",
    "maximun": "maximum",
    "additionalProperty": "additionalProperties",
    "additional_properties": "additionalProperties",
    "item": "items",
    "properteis": "properties",
    "oneof": "oneOf",
    "tpye": "type",
    "ref": "$ref",
    "formt": "format",
}


@pytest.mark.parametrize("word", SLIPS)
def test_a_slip_of_a_keyword_is_an_error_unless_all_are_noted(word):
    for unknown in ("note", "error"):
        with pytest.raises(
            s.SpecDefinitionError, match=f"^#/{word}: .* did you mean '{re.escape(SLIPS[word])}'"
        ):
            s.from_json_schema({word: 1}, unknown=unknown)
    spec = s.from_json_schema({word: 1}, unknown="note all")
    assert spec.notes == {word: ("#",)}
    assert s.from_json_schema(*spec.form()[1:2], **spec.form()[2]).notes == spec.notes


@pytest.mark.parametrize("word", ["example", "markdownDescription", "meta:enum", "note", "id", "key", "unit"])
def test_a_keyword_of_publishers_is_no_slip(word):
    assert [*s.from_json_schema({word: 1}).notes] == [word]


def test_a_keyword_of_another_draft_is_an_error_even_if_all_are_noted():
    with pytest.raises(
        s.SpecDefinitionError, match="'prefixItems' is not understood in draft 7; 2020-12 has it"
    ):
        s.from_json_schema({"$schema": DRAFT_7, "prefixItems": [True]}, unknown="note all")


def test_a_file_without_a_draft_has_that_of_the_schema_that_refers_to_it(tmp_path):
    (tmp_path / "age.json").write_text('{"minimum": 0, "exclusiveMinimum": true}')
    spec = s.from_json_schema({"$schema": DRAFT_4, "items": {"$ref": "age.json"}}, base=tmp_path)
    assert [s.valid(spec, [x]) for x in (1, 0)] == [True, False]


def test_a_schema_of_draft_4_is_part_of_another_schema():
    schema = {"$schema": DRAFT_4, "minimum": 0, "exclusiveMinimum": True, "items": {"$ref": "#"}}
    again = s.from_json_schema(s.json_schema(s.tuple_(s.from_json_schema(schema), int)))
    assert [s.valid(again, [x, 1]) for x in (1, 0, [1], [0])] == [True, False, True, False]


def test_a_format_is_an_annotation_unless_it_is_asserted():
    schema = {"type": "string", "format": "date"}
    assert s.valid(s.from_json_schema(schema), "no date")
    assert not s.valid(s.from_json_schema(schema, assert_formats=True), "no date")
    with pytest.raises(s.SpecDefinitionError, match="#/format: the format 'hostname' can't be checked"):
        s.from_json_schema({"format": "hostname"}, assert_formats=True)


def test_problems_name_the_schema_that_refuses():
    spec = s.from_json_schema({"properties": {"n": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}})
    assert s.explain_str(spec, {"n": "x"}) == (
        "an integer is required, not 'x' - "
        "failed: from_json_schema({'type': 'integer'}) in: ['n'] at: ['n', 'anyOf/0']"
    )


def test_programs_get_the_words_of_a_schema():
    schema = {
        "properties": {
            "n": {"type": "integer", "minimum": 1},
            "none": False,
            "one": {"oneOf": [{"minimum": 1}, {"maximum": 3}]},
            "two": {"prefixItems": [True, False]},
        }
    }
    wrong = {"n": "x", "none": 1, "one": 2, "two": [1, 2]}
    errors = s.explain_json(s.from_json_schema(schema), wrong)
    told = [(error["type"], error["loc"], error["msg"].rpartition("; ")[2]) for error in errors]
    assert told == [
        ("json_schema", ["n"], "an integer of at least 1 is required"),
        ("extra_forbidden", ["none"], "no such key"),
        ("spec", ["one"], "2 of 2 schemas accept it, and exactly one may"),
        ("json_schema", ["two", 1], "no value is allowed here"),
    ]


# Each row: a pattern of JavaScript, texts in which it is found, texts in which it is not.
ECMA = [
    (r"^a$", ["a"], ["a\n", "ba"]),
    (r"^\/\-$", ["/-"], ["a"]),
    (r"a.c", ["abc", "a\U0001f600c"], ["a\nc", "a\u2028c"]),
    (r"^\s$", ["\u00a0", "\ufeff", " "], ["a", "\x1c"]),
    (r"^\d$", ["1"], ["٣"]),
    (r"^[^]$", ["\n", "a"], ["ab"]),
    (r"^[\s\S]$", ["\n", "a", "\u00a0"], [""]),
    (r"^[\S ]$", ["a", " "], ["\n"]),
    (r"^[^\S\n]$", [" ", "\u00a0"], ["a", "\n"]),
    (r"[]", [], ["", "a"]),
    (r"^[[&&]$", ["[", "&"], ["a"]),
    (r"^a{,2}$", ["a{,2}"], ["aa"]),
    (r"^\cJ$", ["\n"], ["J"]),
    (r"^\u0061$", ["a"], ["b"]),
    (r"^[a\uD83D\uDE00-\uDBFF\uDFFF]$", ["\U0001f600", "\U0010ffff", "a"], ["b", "\U00010000"]),
    (r"^(?<n>a)$", ["a"], ["n"]),
    (r"a|^b|c$", ["xa", "bx", "xc"], ["xb", "cx"]),
    (r"[a|b]$|^c", ["x|", "cx"], ["xc"]),
    (r"(^a|b)c", ["ac", "xbc"], ["xac"]),
    (r"a.*b.*c.*d", ["xaxbxcxdx"], ["abc"]),
]


@pytest.mark.parametrize(("pattern", "found", "missed"), ECMA, ids=[row[0] for row in ECMA])
def test_a_pattern_is_found_where_javascript_finds_it(pattern, found, missed):
    spec = s.from_json_schema({"type": "string", "pattern": pattern})
    assert [x for x in found if not s.valid(spec, x)] == []
    assert [x for x in missed if s.valid(spec, x)] == []
    search = ecma_pattern(pattern)
    for x in (*found, *missed):
        whole = re.compile(whole_pattern(search), re.ASCII).fullmatch(x)
        assert bool(re.compile(search, re.ASCII).search(x)) == bool(whole) == (x in found)


# --- the test suite of JSON Schema ------------------------------------------------------------------------

# From draft to its name in `$schema`, and the least share of its tests that is read.
SUITE = {
    "draft4": (DRAFT_4, 1),
    "draft6": (DRAFT_6, 1),
    "draft7": (DRAFT_7, 1),
    "draft2019-09": (DRAFT_2019_09, 0.97),
    "draft2020-12": ("https://json-schema.org/draft/2020-12/schema", 0.94),
}


@functools.cache
def suite(folder):
    """The files of the JSON-Schema-Test-Suite, which the source of jsonschema carries, by their names."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*command, "--dest", folder, "jsonschema==4.26.0"], check=True)
    with tarfile.open(next(folder.glob("jsonschema-*.tar.gz"))) as packed:
        members = [each for each in packed if each.name.endswith(".json") and "/json/" in each.name]
        return {each.name.partition("/json/")[2]: json.load(packed.extractfile(each)) for each in members}


def registry_of(files, draft):
    """A registry of the documents that the tests of a draft refer to."""
    from jsonschema_specifications import REGISTRY as registry

    for name, contents in files.items():
        path = name.removeprefix("remotes/")
        if draft == "draft4" and not META_4.is_valid(contents):
            continue  # true and false are no schemas there
        if path != name and (not path.startswith("draft") or path.startswith(f"{draft}/")):
            specification = referencing.jsonschema.specification_with(SUITE[draft][0])
            resource = referencing.Resource.from_contents(contents, default_specification=specification)
            registry = registry.with_resource(f"http://localhost:1234/{path}", resource)
    return registry


@pytest.mark.slow
@pytest.mark.parametrize("draft", SUITE)
def test_the_suite_of_json_schema_agrees_with_all_that_is_read(draft, tmp_path_factory):
    files = suite(tmp_path_factory.getbasetemp().parent / "json-schema-suite")
    registry = registry_of(files, draft)
    wrong, count, refusals = [], 0, 0
    for name, groups in files.items():
        if not re.fullmatch(rf"tests/{draft}/[\w-]+\.json", name):
            continue
        for group in groups:
            schema = group["schema"]
            if isinstance(schema, dict):
                schema = {"$schema": SUITE[draft][0], **schema}
            count += len(group["tests"])
            try:
                spec = s.from_json_schema(schema, registry=registry)
            except s.SpecDefinitionError:
                refusals += len(group["tests"])
                continue
            wrong += [
                (name, group["description"], case["description"])
                for case in group["tests"]
                if s.valid(spec, case["data"]) is not case["valid"]
            ]
    assert wrong == []
    assert count > 600
    assert 1 - refusals / count >= SUITE[draft][1]
