"""JSON Schema, tools of MCP, classes and revisions as versions; what is no document is one clear line."""

import json
from pathlib import Path

import pytest

import mxspec as s
from mxspec.changes.documents.changes import compare_document_with_revision, compare_documents
from mxspec.command_line.main import main
from mxspec.transform.schemas.languages import LANGUAGES
from tests.mxspec.changes.documents.versions import (
    BODY,
    changes_between,
    edited,
    openapi,
    word_of,
    words_between,
)
from tests.mxspec.changes.repositories import commit_tree, write_tree

STRING, INT = {"type": "string"}, {"type": "integer"}
PET = {"type": "object", "properties": {"name": STRING}, "required": ["name"]}
TAGGED = {**PET, "properties": {"name": STRING, "tag": STRING}}
TREE = {"type": "object", "properties": {"left": {"$ref": "#/$defs/Tree"}}}
NUMBERED = {**TREE, "properties": {**TREE["properties"], "n": INT}}

DRAFT_4, DRAFT_6 = (f"http://json-schema.org/draft-0{n}/schema#" for n in (4, 6))
DRAFT_2019_09 = "https://json-schema.org/draft/2019-09/schema"
TREE_2019_09 = {
    "$recursiveAnchor": True,
    "type": "object",
    "properties": {"left": {"$recursiveRef": "#"}},
}

SCHEMA_EDITS = {
    "a wider bound": ({**INT, "maximum": 5}, {**INT, "maximum": 9}, {"#": "proved"}),
    "a narrower bound": ({**INT, "maximum": 9}, {**INT, "maximum": 5}, {"#": "broken"}),
    "an open map had any value under a new key": (PET, TAGGED, {"#": "broken"}),
    "a closed one had none": (
        {**PET, "additionalProperties": False},
        {**TAGGED, "additionalProperties": False},
        {"#": "proved"},
    ),
    "readOnly is an annotation": (
        {**PET, "properties": {"name": {**STRING, "readOnly": True}}},
        PET,
        {"#": "proved"},
    ),
    "any value to none": (True, False, {"#": "broken"}),
    "none to any": (False, True, {"#": "proved"}),
    "1 is not true": ({"const": 1}, {"const": True}, {"#": "broken"}),
    "words alone": (STRING, {**STRING, "title": "Name", "default": "x"}, {}),
    "definitions alone": (
        {"$defs": {"A": INT, "B": INT, "C": INT}},
        {"$defs": {"B": STRING, "C": INT, "D": INT}},
        {"#/$defs/A": "removed", "#/$defs/B": "broken", "#/$defs/D": "added"},
    ),
    "a definition that is used": (
        {"$ref": "#/$defs/A", "$defs": {"A": INT, "B": INT}},
        {"$ref": "#/$defs/A", "$defs": {"A": {"type": "number"}, "B": STRING}},
        {"#": "proved"},
    ),
    "draft 7": (
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$ref": "#/definitions/A",
            "definitions": {"A": INT},
        },
        {"$ref": "#/$defs/A", "$defs": {"A": INT}},
        {"#": "proved"},
    ),
    "what no draft has is an annotation": (
        STRING,
        {**STRING, "wording": 3},
        {"#": "proved", "wording (1, changed)": "not looked at"},
    ),
    "what no draft has, in both": (
        {"items": {**STRING, "wording": 3}},
        {"items": {**INT, "wording": 3}},
        {"#": "broken", "wording (1)": "not looked at"},
    ),
    "a slip of a keyword": (STRING, {**STRING, "maxLenght": 3}, {"#": "not refuted"}),
    "a keyword of another draft": (
        {"$schema": DRAFT_4},
        {"$schema": DRAFT_4, "const": 3},
        {"#": "not refuted"},
    ),
    "one keyword is a schema": ({"minLength": 3}, {"minLength": 2}, {"#": "proved"}),
    "one bound is a schema": ({"minimum": 1}, {"minimum": 2}, {"#": "broken"}),
    "draft 4": (
        {"$schema": DRAFT_4, **INT, "minimum": 0, "exclusiveMinimum": True},
        {"$schema": DRAFT_4, **INT, "minimum": 1},
        {"#": "proved"},
    ),
    "draft 4 to 2020-12": (
        {"$schema": DRAFT_4, "id": "http://example.org/a", **INT, "minimum": 0, "exclusiveMinimum": True},
        {**INT, "exclusiveMinimum": 0},
        {"#": "proved"},
    ),
    "2020-12 to draft 4, where 1.0 is no integer": (INT, {"$schema": DRAFT_4, **INT}, {"#": "broken"}),
    "draft 6": ({"$schema": DRAFT_6, "const": 1}, {"$schema": DRAFT_6, "enum": [1, 2]}, {"#": "proved"}),
    "2019-09": (
        {"$schema": DRAFT_2019_09, **TREE_2019_09, "required": ["left"]},
        {"$schema": DRAFT_2019_09, **TREE_2019_09},
        {"#": "proved"},
    ),
    "a part from which a reference leads to the whole": (
        {"$schema": DRAFT_2019_09, "$defs": {"A": {"items": {"$recursiveRef": "#"}}, "B": INT}},
        {"$schema": DRAFT_2019_09, "$defs": {"A": {"items": {"$recursiveRef": "#"}}, "B": STRING}},
        {"#/$defs/A": "not refuted", "#/$defs/B": "not refuted"},
    ),
    "contents are annotations": (
        {**STRING, "contentEncoding": "base64"},
        {**STRING, "contentEncoding": "base16"},
        {"#": "not refuted"},
    ),
    "contents that are the same": (
        {**STRING, "maxLength": 3, "contentEncoding": "base64"},
        {**STRING, "maxLength": 4, "contentEncoding": "base64"},
        {"#": "proved"},
    ),
    "a format where the reader follows references": (
        {"$ref": "#a", "$defs": {"a": {"$anchor": "a", **STRING}}},
        {"$ref": "#a", "$defs": {"a": {"$anchor": "a", **STRING, "format": "date"}}},
        {"#": "not refuted"},
    ),
    "trees": ({**TREE, "$defs": {"Tree": TREE}}, {**TREE, "$defs": {"Tree": NUMBERED}}, {"#": "broken"}),
}


@pytest.mark.parametrize("name", SCHEMA_EDITS)
def test_an_edit_of_a_json_schema_is_taken_by_the_letter(name, tmp_path):
    old, new, words = SCHEMA_EDITS[name]
    assert words_between(tmp_path, old, new) == words


def test_a_definition_is_compared_by_its_name(tmp_path):
    old, new = ({"$ref": "#/$defs/A", "$defs": {"A": INT, "B": schema}} for schema in (INT, STRING))
    for name in ("B", "#/$defs/B"):
        assert words_between(tmp_path, old, new, name) == {"#/$defs/B": "broken"}
    with pytest.raises(s.UnknownSpecError, match="neither document has 'Bee'"):
        words_between(tmp_path, old, new, "Bee")


def test_a_json_schema_goes_the_way_that_is_asked_for(tmp_path):
    assert words_between(tmp_path, {**INT, "maximum": 9}, INT, direction="responses") == {"#": "broken"}


def test_what_is_not_understood_is_said_with_its_place(tmp_path):
    [change] = changes_between(tmp_path, STRING, {**STRING, "maxLenght": 3}).values()
    assert "not understood: #/maxLenght: the keyword 'maxLenght' is not" in repr(change.answer)
    assert "did you mean 'maxLength'?" in repr(change.answer)
    assert change.is_undecided


def test_a_witness_is_a_value_that_one_accepts_and_the_other_refuses(tmp_path):
    others = {
        "type": "object",
        "properties": {"a": {"const": 1}, "r": False},
        "additionalProperties": {"enum": ["x"]},
    }
    least = {"type": "object", "properties": {"a": {**INT, "minimum": 1}, "d": {"enum": ["x"]}}}
    [change] = changes_between(tmp_path, others, least).values()
    assert word_of(change) != "broken"  # {"d": 0} fits neither


# --- tools ------------------------------------------------------------------------------------------------


def tools(*, output=None, name="find", **properties):
    schema = {"type": "object", "properties": properties}
    return {"tools": [{"name": name, "inputSchema": schema, **({"outputSchema": output} if output else {})}]}


TOOL_EDITS = {
    "a tool less": (tools(), {"tools": []}, {"tool find": "removed"}),
    "a tool of another name": (tools(), tools(name="seek"), {"tool find": "removed", "tool seek": "added"}),
    "an argument more": (tools(q=STRING), tools(q=STRING, page=INT), {"tool find inputSchema": "proved"}),
    "an argument less": (tools(q=STRING, page=INT), tools(q=STRING), {"tool find inputSchema": "proved"}),
    "a narrower argument": (tools(q=STRING), tools(q={"enum": ["a"]}), {"tool find inputSchema": "broken"}),
    "a wider result": (
        tools(output={"enum": ["a"]}),
        tools(output=STRING),
        {"tool find outputSchema": "broken"},
    ),
    "a key less in a result": (tools(output=TAGGED), tools(output=PET), {"tool find outputSchema": "proved"}),
    "a result that is told no more": (tools(output=PET), tools(), {"tool find outputSchema": "removed"}),
    "a result that is told": (tools(), tools(output=PET), {"tool find outputSchema": "added"}),
    "a description": (tools(), edited(tools(), ("tools", 0, "description", "Finds.")), {}),
}


@pytest.mark.parametrize("name", TOOL_EDITS)
def test_an_edit_of_a_tool_breaks_its_callers_or_not(name, tmp_path):
    old, new, words = TOOL_EDITS[name]
    assert words_between(tmp_path, old, new) == words


def test_the_definitions_of_a_tool_are_its_own(tmp_path):
    def of(first, second):
        schemas = [{"$ref": "#/$defs/Q", "$defs": {"Q": {"type": kind}}} for kind in (first, second)]
        pairs = zip("ab", schemas, strict=True)
        return {"tools": [{"name": name, "inputSchema": schema} for name, schema in pairs]}

    words = words_between(tmp_path, of("string", "integer"), of("string", "number"))
    assert words == {"tool b inputSchema": "proved"}


# --- what a sender sends ----------------------------------------------------------------------------------

BASE = {"type": "object", "required": ["id"], "properties": {"id": {**INT, "readOnly": True}}}
SENT = {
    "an alternative lists what the other does not": (
        {"anyOf": [PET, {"type": "object", "properties": {"n": INT}}]},
        {"anyOf": [PET, {"type": "object", "properties": {"n": INT, "tag": STRING}}]},
        "proved",
    ),
    "what one part of a whole lists, the other may have": (
        {"allOf": [PET, {"type": "object", "properties": {"tag": INT}}]},
        {"type": "object", "properties": {"tag": STRING}},
        "broken",
    ),
    "a free map has any key": ({"type": "object"}, TAGGED, "broken"),
    "a map that says so has any key": ({**PET, "additionalProperties": True}, TAGGED, "broken"),
    "an id that another part requires is not sent": (
        {"allOf": [BASE, {"type": "object", "required": ["id"]}]},
        {"type": "object", "maxProperties": 0},
        "broken",
    ),
    "an id that is hidden in an alternative, and required around it": (
        {"type": "object", "required": ["id"], "anyOf": [BASE, PET]},
        {"type": "object", "required": ["id"], "anyOf": [BASE, TAGGED]},
        "not refuted",
    ),
    "a tree": (
        {"$ref": "#/components/schemas/Tree"},
        {"$ref": "#/components/schemas/NumberedTree"},
        "proved",
    ),
    "null beside an object": (
        {"anyOf": [PET, {"type": "null"}]},
        {"anyOf": [TAGGED, {"type": "null"}]},
        "proved",
    ),
}


@pytest.mark.parametrize("name", SENT)
def test_a_sender_sends_what_its_version_lists(name, tmp_path):
    old, new, word = SENT[name]
    trees = {
        name: {
            "type": "object",
            "properties": {**more, "left": {"$ref": f"#/components/schemas/{name}"}},
        }
        for name, more in {"Tree": {}, "NumberedTree": {"n": INT}}.items()
    }
    changes = changes_between(tmp_path, openapi(old, components=trees), openapi(new, components=trees))
    assert word_of(changes[BODY]) == word


# --- files beside it, revisions, classes ------------------------------------------------------------------


def test_a_reference_leads_to_a_file_beside_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for version, kind in {"old": "integer", "new": "string"}.items():
        (tmp_path / version).mkdir()
        api = openapi({"$ref": "parts/pets.json#/Pet"})
        files = {
            "api.json": api,
            "parts/pets.json": {"Pet": {"$ref": "../name.json"}},
            "name.json": {"type": kind},
        }
        write_tree(tmp_path / version, {name: json.dumps(x) for name, x in files.items()})
    changes = compare_documents("old/api.json", "new/api.json")
    assert [word_of(change) for change in changes] == ["same", "broken", "broken"]


def test_a_json_schema_whose_file_beside_it_changed_is_not_the_same(tmp_path):
    for version, schema in {"old": INT, "new": STRING}.items():
        (tmp_path / version).mkdir()
        files = {"a.json": {"$ref": "b.json#/$defs/B"}, "b.json": {"$defs": {"B": schema}}}
        write_tree(tmp_path / version, {name: json.dumps(x) for name, x in files.items()})
    [change] = compare_documents(tmp_path / "old" / "a.json", tmp_path / "new" / "a.json")
    assert word_of(change) == "broken"


def test_two_tools_of_one_name_are_an_error(tmp_path):
    with pytest.raises(s.SpecError, match="two tools have one name"):
        words_between(tmp_path, tools(), {"tools": [*tools()["tools"], *tools()["tools"]]})


def test_a_document_is_compared_with_a_revision_in_its_whole_tree(tmp_path, capsys):
    api = json.dumps(openapi({"$ref": "pets.json#/Pet"}))
    commit_tree(tmp_path, {"api/api.json": api, "api/pets.json": json.dumps({"Pet": INT})})
    write_tree(tmp_path, {"api/pets.json": json.dumps({"Pet": STRING})})
    file = str(tmp_path / "api" / "api.json")
    changes = compare_document_with_revision(file, "main")
    assert next(change.name for change in changes if change.is_breaking) == BODY
    assert main(["diff", "--base", "main", file, "--json"]) == 1
    [first] = [change for change in json.loads(capsys.readouterr().out) if change["name"] == BODY]
    assert (first["verdict"], first["value"]) == ("broken", 0)


CLASSES = """
import pydantic

class Pet(pydantic.BaseModel):
    name: str
    tag: str = ""

class Strict(pydantic.BaseModel):
    name: str = pydantic.Field(max_length=3)
"""


@pytest.mark.parametrize(
    ("name", "old_is_class", "breaks"),
    [("Pet", False, False), ("Pet", True, False), ("Strict", False, True), ("Strict", True, False)],
)
def test_a_json_schema_is_compared_with_a_class(tmp_path, name, old_is_class, breaks):
    pytest.importorskip("pydantic")
    write_tree(tmp_path, {"models.py": CLASSES, "pet.json": json.dumps(PET)})
    pair = [tmp_path / "pet.json", f"{tmp_path / 'models.py'}:{name}"]
    [change] = compare_documents(*(reversed(pair) if old_is_class else pair))
    assert (change.name, change.is_breaking) == (name, breaks)


def test_classes_of_two_files_and_what_is_none_are_errors(tmp_path):
    pytest.importorskip("pydantic")
    write_tree(
        tmp_path, {"models.py": CLASSES, "pet.json": json.dumps(PET), "api.json": json.dumps(openapi(INT))}
    )
    model, no_model = (f"{tmp_path / 'models.py'}:{name}" for name in ("Pet", "Dog"))
    for pair, words in {
        (model, model): "classes of two files are compared as specs",
        (tmp_path / "api.json", model): "a JSON Schema and a class are compared",
        (tmp_path / "pet.json", no_model): "None as Dog",
    }.items():
        with pytest.raises(s.SpecError, match=words):
            compare_documents(*pair)


def test_yaml_is_read_as_json_has_it(tmp_path):
    pytest.importorskip("yaml")
    text = "openapi: 3.0.3\npaths: {/a: {get: {responses: {200: {description: 2026-01-01}, %s: {}}}}}"
    for name, code in {"old.yaml": 204, "new.yaml": 404}.items():
        (tmp_path / name).write_text(text % code)
    changes = compare_documents(tmp_path / "old.yaml", tmp_path / "new.yaml")
    assert {change.name: change.change for change in changes} == {
        "GET /a 204": "removed",
        "GET /a 404": "added",
    }


# --- the command ------------------------------------------------------------------------------------------

DEEP = '{"not": ' * 100_000 + "{}" + "}" * 100_000
OTHERS = "".join(f", no {language.name.partition(' ')[2]}" for language in LANGUAGES[:-1])
NO_KIND = f"is no JSON Schema, no OpenAPI{OTHERS} and no list of tools"
HOSTILE = {
    "no JSON": ("{", "can't be read as a document: "),
    "no number of JSON": ('{"maximum": NaN}', "NaN is no JSON"),
    "a key that stands twice": (
        '{"type": "integer", "type": "string"}',
        "the key 'type' stands twice in an object",
    ),
    "nothing": ("", "can't be read as a document: "),
    "bytes": ("\udcff", "can't be read as a document: "),
    "deep": (DEEP, "it is nested too deep"),
    "nested": ('{"items": ' * 400 + "{}" + "}" * 400, "old.json is OpenAPI, and new.json is a JSON Schema"),
    "Swagger": (
        '{"swagger": "2.0", "paths": {}}',
        "new.json is Swagger 2.0; convert it to OpenAPI 3.0 or 3.1",
    ),
    "a later version": ('{"openapi": "4.0.0"}', "is OpenAPI 4.0.0"),
    "another draft": (
        '{"$schema": "http://json-schema.org/draft-03/schema#"}',
        "draft 4, draft 6, draft 7, 2019-09, 2020-12 are compared",
    ),
    "another kind": ('{"tools": []}', "old.json is OpenAPI, and new.json is a list of tools"),
    "no kind": ('{"name": "pets"}', NO_KIND),
    "a list": ("[]", NO_KIND),
    "paths that are a list": ('{"openapi": "3.1.0", "paths": []}', "new.json: #/paths: expected an object"),
    "a reference that leads nowhere": (
        json.dumps(openapi({"$ref": "#/components/schemas/Pet"})),
        "the $ref '#/components/schemas/Pet' leads nowhere",
    ),
    "a reference to itself": (
        json.dumps(
            openapi({"$ref": "#/components/schemas/A"}, components={"A": {"$ref": "#/components/schemas/A"}})
        ),
        "a $ref leads back to itself: A",
    ),
    "references in a circle": (
        json.dumps(
            openapi(
                {"$ref": "#/components/schemas/A"},
                components={
                    "A": {"allOf": [{"$ref": "#/components/schemas/B"}]},
                    "B": {"anyOf": [{"$ref": "#/components/schemas/A"}]},
                },
            )
        ),
        "a $ref leads back to itself: ",
    ),
    "a path that is itself": (
        '{"openapi": "3.1.0", "paths": {"/a": {"$ref": "#/paths/~1a"}}}',
        "#/paths/~1a: the $ref leads back to itself",
    ),
    "a file that is not there": (
        json.dumps(openapi({"$ref": "pets.json"})),
        "pets.json, a $ref of new.json, can't",
    ),
    "a file elsewhere": (json.dumps(openapi({"$ref": "../../etc/pets.json"})), "leads out of "),
    "a parameter without a name": (
        json.dumps(edited(openapi(INT), ("paths", "/pets", "post", "parameters", [{"in": "query"}]))),
        "new.json: #/paths/~1pets/post/parameters/0: expected a parameter",
    ),
}


ORDER = {"type": "record", "name": "Order", "namespace": "shop", "fields": [{"name": "n", "type": "int"}]}
NOTED = {**ORDER, "fields": [*ORDER["fields"], {"name": "note", "type": "string"}]}
DEFAULT = {**ORDER, "fields": [*ORDER["fields"], {"name": "note", "type": "string", "default": ""}]}
DATED = {**ORDER, "fields": [{"name": "n", "type": {"type": "int", "logicalType": "date"}}]}


@pytest.mark.parametrize(
    ("old", "new", "direction", "word", "shown"),
    [
        (ORDER, NOTED, "requests", "broken", "key 'note'"),
        (ORDER, NOTED, "responses", "proved", ""),
        (NOTED, ORDER, "requests", "proved", ""),
        (NOTED, ORDER, "responses", "broken", "key 'note'"),
        (ORDER, DEFAULT, "requests", "proved", ""),
        (ORDER, DATED, "requests", "not refuted", "the logical type date at .n, which only one has"),
        (ORDER, {**ORDER, "fields": [{"name": "n", "type": "intt"}]}, "requests", "not refuted", "'intt'"),
    ],
)
def test_a_reader_of_avro_takes_what_the_other_version_writes(old, new, direction, word, shown, tmp_path):
    changes = changes_between(tmp_path, old, new, direction=direction)
    assert [*changes] == ["Order"]
    assert word_of(changes["Order"]) == word
    assert shown in repr(changes["Order"].answer)


def test_the_file_of_an_avro_schema_is_known_by_its_name(tmp_path, capsys):
    for name, schema in {"old.avsc": ["null", "int"], "new.avsc": ["long", "null"]}.items():
        (tmp_path / name).write_text(json.dumps(schema))
    files = [str(tmp_path / name) for name in ("old.avsc", "new.avsc")]
    assert main(["diff", *files]) == 0
    assert main(["diff", *reversed(files)]) == 1
    assert "broken: 2147483648 fits old" in capsys.readouterr().out


@pytest.mark.few(8)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_exit_code_2_with_one_line(name, tmp_path, monkeypatch, capsys):
    text, words = HOSTILE[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.json").write_text(json.dumps(openapi(INT)))
    (tmp_path / "new.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SystemExit) as end:
        main(["diff", "old.json", "new.json"])
    out, err = capsys.readouterr()
    assert (end.value.code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_a_schema_that_is_nested_too_deep_is_undecided_or_an_error(tmp_path):
    nested = [json.loads('{"items": ' * 200 + end + "}" * 200) for end in ("{}", "true")]
    assert words_between(tmp_path, *nested) == {"#": "not refuted"}
    deeper = [json.loads('{"items": ' * 450 + end + "}" * 450) for end in ("{}", "true")]
    with pytest.raises(s.SpecError, match="is nested deeper than"):
        words_between(tmp_path, *deeper)


def test_a_document_that_is_too_large_is_exit_code_2(tmp_path, capsys):
    for name in ("old.json", "new.json"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(50_000_001)
    with pytest.raises(SystemExit) as end:
        main(["diff", str(tmp_path / "old.json"), str(tmp_path / "new.json")])
    assert (end.value.code, "it has more than 50,000,000 bytes" in capsys.readouterr().err) == (2, True)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no file without an end is here")
def test_a_document_without_an_end_is_exit_code_2(tmp_path, capsys):
    (tmp_path / "new.json").symlink_to("/dev/zero")
    (tmp_path / "old.json").write_text('{"type": "string"}')
    with pytest.raises(SystemExit) as end:
        main(["diff", str(tmp_path / "old.json"), str(tmp_path / "new.json")])
    assert (end.value.code, "it is no regular file" in capsys.readouterr().err) == (2, True)


def test_a_key_of_yaml_stands_once_but_for_one_that_is_merged(tmp_path):
    pytest.importorskip("yaml")
    (tmp_path / "old.yaml").write_text("$defs: {s: &s {maxLength: 3}}\nitems: {<<: *s, maxLength: 5}\n")
    (tmp_path / "new.yaml").write_text("items: {maxLength: 4}\n")
    [change] = compare_documents(tmp_path / "old.yaml", tmp_path / "new.yaml")
    assert len(change.answer.witness[0]) == 5
    (tmp_path / "new.yaml").write_text("maxLength: 3\nmaxLength: 4\n")
    with pytest.raises(s.SpecError, match="the key 'maxLength' stands twice in an object"):
        compare_documents(tmp_path / "old.yaml", tmp_path / "new.yaml")


@pytest.mark.slow
def test_a_bomb_of_yaml_is_exit_code_2(tmp_path, capsys):
    pytest.importorskip("yaml")
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (tmp_path / "old.yaml").write_text("\n".join(lines))
    with pytest.raises(SystemExit) as end:
        main(["diff", str(tmp_path / "old.yaml"), str(tmp_path / "old.yaml")])
    assert (end.value.code, "values" in capsys.readouterr().err) == (2, True)


def diffed(tmp_path, monkeypatch, capsys, old, new, *options):
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path, {"old.json": json.dumps(old), "new.json": json.dumps(new)})
    code = main(["diff", "old.json", "new.json", *options])
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "options", "code"),
    [
        (INT, {"type": "number"}, [], 0),
        ({"type": "number"}, INT, [], 1),
        (INT, {**INT, "maximun": 1}, [], 3),
        (INT, {**INT, "maximun": 1}, ["--strict"], 1),
        (INT, {**INT, "wording": 1}, ["--strict"], 0),
        (INT, INT, [], 0),
    ],
)
def test_the_exit_codes_are_those_of_files_of_specs(tmp_path, monkeypatch, capsys, old, new, options, code):
    assert diffed(tmp_path, monkeypatch, capsys, old, new, *options)[0] == code


def test_the_table_counts_what_is_the_same(tmp_path, monkeypatch, capsys):
    old = {"$defs": {"A": INT, "B": INT, "C": INT}}
    _, out = diffed(tmp_path, monkeypatch, capsys, old, edited(old, ("$defs", "A", "type", "string")))
    assert out.splitlines() == [
        "#/$defs/A  changed  broken: 0 fits old, but new says",
        "                    a string is required, not 0 - failed: str",
        "2 parts are the same",
    ]


def test_what_was_not_looked_at_stands_in_one_line_below_the_verdicts(tmp_path, monkeypatch, capsys):
    old = {"$defs": {"A": {**INT, "meta:enum": {}, "hint": 1}, "B": {**INT, "meta:enum": {}}}}
    new = edited(old, ("$defs", "A", "type", "number"), ("$defs", "B", "hint", 2))
    code, out = diffed(tmp_path, monkeypatch, capsys, old, new)
    assert code == 0
    assert out.splitlines() == [
        "#/$defs/A  changed  proved: no valid value is refused",
        "#/$defs/B  changed  proved: no valid value is refused",
        "not looked at: hint (2, changed), meta:enum (2)",
    ]
    rows = json.loads(diffed(tmp_path, monkeypatch, capsys, old, new, "--json")[1])
    assert rows[-1] == {
        "name": "hint (2, changed), meta:enum (2)",
        "change": "not looked at",
        "breaking": False,
    }


def test_github_is_told_each_break_in_a_line(tmp_path, monkeypatch, capsys):
    old = {"$defs": {"a,b:c%": INT, "B": INT, "C": {**INT, "maximum": 5}}}
    new = {"$defs": {"a,b:c%": STRING, "C": {**INT, "maximun": 3}}}
    _, out = diffed(tmp_path, monkeypatch, capsys, old, new, "--github")
    first, second, third = out.splitlines()
    head = (
        "::error file=new.json,title=#/$defs/a%2Cb%3Ac%25::broken: 0 fits old, but new says%0A"
        "a string is required, not 0 - failed: str"
    )
    assert first.startswith(head)
    assert second == "::error file=new.json,title=#/$defs/B::broken: there is no such name any more"
    assert third.startswith("::warning file=new.json,title=#/$defs/C::not refuted: ")
    assert diffed(tmp_path, monkeypatch, capsys, old, old, "--github") == (0, "")


def test_github_is_told_an_error_in_a_line(tmp_path, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        diffed(tmp_path, monkeypatch, capsys, INT, {"swagger": "2.0"}, "--github")
    assert capsys.readouterr().out == (
        "::error file=new.json,title=mxspec diff::new.json is Swagger 2.0; convert it to OpenAPI 3.0 or 3.1\n"
    )


def test_a_name_of_several_lines_stands_in_one(tmp_path):
    old, new = {"$defs": {"a\n::error::b": INT}}, {"$defs": {"c": INT}}
    assert words_between(tmp_path, old, new) == {"#/$defs/a\\n::error::b": "removed", "#/$defs/c": "added"}
