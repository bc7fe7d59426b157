"""Edits of OpenAPI documents of known truth: what breaks a client, and what does not."""

import json

import pytest

from tests.mxspec.changes.documents.versions import (
    ANSWER,
    BODY,
    changes_between,
    edited,
    openapi,
    word_of,
    words_between,
)

YES, NO, OPEN = "broken", "proved", "not refuted"
STRING, INT = {"type": "string"}, {"type": "integer"}


def object_of(required="", **properties):
    return {"type": "object", "properties": properties, "required": required.split()}


PET = object_of("name", name=STRING, age=INT)
HIDDEN = {"type": "integer", "readOnly": True}
SECRET = {"type": "string", "writeOnly": True}

# An edit of a schema, and if it breaks the senders of a request, and the readers of an answer.
SCHEMA_EDITS = {
    "an optional property more": (PET, object_of("name", name=STRING, age=INT, tag=STRING), NO, NO),
    "a required property more": (PET, object_of("name tag", name=STRING, age=INT, tag=STRING), YES, NO),
    "an optional property less": (PET, object_of("name", name=STRING), NO, NO),
    "a required property less": (PET, object_of("", age=INT), NO, YES),
    "an optional property becomes required": (PET, object_of("name age", name=STRING, age=INT), YES, NO),
    "a required property becomes optional": (PET, object_of("", name=STRING, age=INT), NO, YES),
    "another type": (PET, object_of("name", name=STRING, age=STRING), YES, YES),
    "integer to number": (INT, {"type": "number"}, NO, YES),
    "a value of an enum more": ({"enum": ["a", "b"]}, {"enum": ["a", "b", "c"]}, NO, YES),
    "a value of an enum less": ({"enum": ["a", "b"]}, {"enum": ["a"]}, YES, NO),
    "text becomes an enum": (STRING, {"type": "string", "enum": ["a"]}, YES, NO),
    "a higher maximum": ({**INT, "maximum": 5}, {**INT, "maximum": 9}, NO, YES),
    "a minimum": (INT, {**INT, "minimum": 0}, YES, NO),
    "shorter text": ({**STRING, "maxLength": 9}, {**STRING, "maxLength": 5}, YES, NO),
    "a pattern": (STRING, {**STRING, "pattern": "^[a-z]+$"}, YES, NO),
    "another pattern": ({**STRING, "pattern": "^[a-z]+$"}, {**STRING, "pattern": "^[a-z0-9]+$"}, NO, YES),
    "more items at least": (
        {"type": "array", "items": INT},
        {"type": "array", "items": INT, "minItems": 1},
        YES,
        NO,
    ),
    "other items": ({"type": "array", "items": INT}, {"type": "array", "items": STRING}, YES, YES),
    "null, too": (STRING, {"type": ["string", "null"]}, NO, YES),
    "null no more": (object_of("a", a={"type": ["string", "null"]}), object_of("a", a=STRING), YES, NO),
    "an alternative more": ({"anyOf": [INT, STRING]}, {"anyOf": [INT, STRING, {"type": "boolean"}]}, NO, YES),
    "an alternative less": ({"oneOf": [INT, STRING]}, {"oneOf": [INT]}, YES, NO),
    "no other properties": (PET, {**PET, "additionalProperties": False}, YES, NO),
    "any other properties": ({**PET, "additionalProperties": False}, PET, NO, YES),
    "values of a map": (
        {"type": "object", "additionalProperties": INT},
        {"type": "object", "additionalProperties": {"type": "number"}},
        NO,
        YES,
    ),
    "a property of a property": (
        object_of("pet", pet=PET),
        object_of("pet", pet=object_of("name age", name=STRING, age=INT)),
        YES,
        NO,
    ),
    "an optional property of an item": (
        {"type": "array", "items": PET},
        {"type": "array", "items": object_of("name", name=STRING, age=INT, tag=STRING)},
        NO,
        NO,
    ),
    "a required id that is not sent": (PET, object_of("name id", name=STRING, age=INT, id=HIDDEN), NO, NO),
    "a required id that is sent from now on": (
        object_of("name id", name=STRING, id=HIDDEN),
        object_of("name id", name=STRING, id=INT),
        YES,
        NO,
    ),
    "a required secret that is not answered": (
        object_of("name secret", name=STRING, secret=SECRET),
        object_of("name", name=STRING),
        NO,
        NO,
    ),
    "a secret that is answered from now on": (
        object_of("secret", secret=SECRET),
        object_of("secret", secret=STRING),
        NO,
        YES,
    ),
    "words alone": (PET, {**PET, "description": "A pet.", "example": {"name": "Suki"}}, "same", "same"),
    "another format": ({**STRING, "format": "date"}, {**STRING, "format": "uuid"}, OPEN, OPEN),
    "a format more": (STRING, {**STRING, "format": "uuid"}, OPEN, NO),
    "a wider format": ({**INT, "format": "int32"}, {**INT, "format": "int64"}, NO, OPEN),
    "an order of keys": (PET, dict(reversed(PET.items())), "same", "same"),
}


@pytest.mark.parametrize("name", SCHEMA_EDITS)
def test_an_edit_of_a_schema_breaks_senders_or_readers(name, tmp_path):
    old, new, in_request, in_answer = SCHEMA_EDITS[name]
    changes = changes_between(tmp_path, openapi(old), openapi(new))
    assert (word_of(changes[BODY]), word_of(changes[ANSWER])) == (in_request, in_answer)


@pytest.mark.few(8)
@pytest.mark.parametrize("name", SCHEMA_EDITS)
def test_an_edit_breaks_alike_behind_a_reference_of_another_name(name, tmp_path):
    old, new, in_request, in_answer = SCHEMA_EDITS[name]
    pair = [
        openapi({"$ref": f"#/components/schemas/{word}"}, components={word: schema})
        for word, schema in {"Pet": old, "Animal": new}.items()
    ]
    changes = changes_between(tmp_path, *pair)
    verdicts = [word_of(changes[part]).replace("same", NO) for part in (BODY, ANSWER)]
    assert verdicts == [in_request.replace("same", NO), in_answer.replace("same", NO)]


# --- the words of OpenAPI 3.0 -----------------------------------------------------------------------------

EDITS_OF_30 = {
    "nullable": (STRING, {**STRING, "nullable": True}, NO, YES),
    "nullable false": (STRING, {**STRING, "nullable": False}, "same", "same"),
    "an exclusive minimum": ({**INT, "minimum": 0}, {**INT, "minimum": 0, "exclusiveMinimum": True}, YES, NO),
    "an exclusive minimum that is none": (
        {**INT, "minimum": 0},
        {**INT, "minimum": 0, "exclusiveMinimum": False},
        "same",
        "same",
    ),
    "an example": (STRING, {**STRING, "example": "x"}, "same", "same"),
    "nullable beside no type": (STRING, {"allOf": [STRING], "nullable": True}, OPEN, OPEN),
    "what stands beside a reference": (
        {"$ref": "#/components/schemas/Text"},
        {"$ref": "#/components/schemas/Text", "maxLength": 3},
        "same",
        "same",
    ),
}


@pytest.mark.parametrize("name", EDITS_OF_30)
def test_the_words_of_openapi_30_are_read(name, tmp_path):
    old, new, in_request, in_answer = EDITS_OF_30[name]
    pair = [openapi(schema, "3.0.3", {"Text": STRING}) for schema in (old, new)]
    changes = changes_between(tmp_path, *pair)
    assert (word_of(changes[BODY]), word_of(changes[ANSWER])) == (in_request, in_answer)


def test_a_document_of_30_is_compared_with_one_of_31(tmp_path):
    old, new = openapi({**STRING, "nullable": True}, "3.0.3"), openapi({"type": ["string", "null"]})
    assert words_between(tmp_path, old, new) == {}


# --- operations -------------------------------------------------------------------------------------------

LIMIT = {"name": "limit", "in": "query", "schema": {**INT, "maximum": 100}}
ID = {"name": "id", "in": "path", "required": True, "schema": INT}
POST = ("paths", "/pets", "post")
JSON_TEXT = {"application/json": {"schema": STRING}}
OK, GONE = {"description": ""}, {"description": "gone"}
BASE = {
    "openapi": "3.0.3",
    "paths": {
        "/pets/{id}": {
            "parameters": [ID],
            "get": {
                "parameters": [LIMIT, {"name": "X-Trace", "in": "header", "schema": STRING}],
                "responses": {
                    "200": {
                        **OK,
                        "content": JSON_TEXT,
                        "headers": {"X-Left": {"required": True, "schema": INT}},
                    },
                    "404": {**GONE, "content": JSON_TEXT},
                },
            },
            "put": {"requestBody": {"content": JSON_TEXT}, "responses": {"204": OK}},
        }
    },
}
ITEM = ("paths", "/pets/{id}")
GET, PUT = (*ITEM, "get"), (*ITEM, "put")
GET_, PUT_ = "GET /pets/{id}", "PUT /pets/{id}"


def parameter(number, **changed):
    return (
        *GET,
        "parameters",
        number,
        {**BASE["paths"]["/pets/{id}"]["get"]["parameters"][number], **changed},
    )


def more(**changed):
    return (*GET, "parameters", [*BASE["paths"]["/pets/{id}"]["get"]["parameters"], changed])


OPERATION_EDITS = {
    "an operation less": ([(*PUT, None)], {PUT_: "removed"}),
    "an operation more": ([(*ITEM, "delete", {"responses": {"204": OK}})], {"DELETE /pets/{id}": "added"}),
    "a path less": ([(*ITEM, None)], {GET_: "removed", PUT_: "removed"}),
    "another name for a parameter of the path": (
        [
            (*ITEM, None),
            ("paths", "/pets/{pet}", {**BASE["paths"]["/pets/{id}"], "parameters": [{**ID, "name": "pet"}]}),
        ],
        {},
    ),
    "a narrower parameter": (
        [parameter(0, schema={**INT, "maximum": 50})],
        {f"{GET_} query limit": YES},
    ),
    "a wider parameter": ([parameter(0, schema=INT)], {f"{GET_} query limit": NO}),
    "a parameter of text": ([parameter(0, schema=STRING)], {f"{GET_} query limit": NO}),
    "a parameter of short text": (
        [parameter(0, schema={**STRING, "maxLength": 3})],
        {f"{GET_} query limit": OPEN},
    ),
    "a parameter that may be repeated": (
        [parameter(0, schema={"type": "array", "items": INT})],
        {f"{GET_} query limit": OPEN},
    ),
    "a required parameter": ([parameter(0, required=True)], {f"{GET_} query limit": YES}),
    "a new parameter": (
        [more(**{"name": "page", "in": "query", "schema": INT})],
        {f"{GET_} query page": "added"},
    ),
    "a new required parameter": (
        [more(**{"name": "page", "in": "query", "required": True, "schema": INT})],
        {f"{GET_} query page": YES},
    ),
    "a new required cookie": (
        [more(**{"name": "who", "in": "cookie", "required": True, "schema": STRING})],
        {f"{GET_} cookie who": YES},
    ),
    "a parameter less": ([(*GET, "parameters", 0, None)], {f"{GET_} query limit": "removed"}),
    "a header in other letters": ([parameter(1, name="x-trace")], {}),
    "a header of OpenAPI's own": ([more(**{"name": "Accept", "in": "header", "required": True})], {}),
    "a parameter of a path as an enum": (
        [(*ITEM, "parameters", [{**ID, "schema": {**INT, "enum": [1, 2]}}])],
        {f"{GET_} path id": YES, f"{PUT_} path id": YES},
    ),
    "another style": ([parameter(0, style="pipeDelimited")], {f"{GET_} query limit": OPEN}),
    "the style that it has": ([parameter(0, style="form", explode=True)], {}),
    "a required body": ([(*PUT, "requestBody", "required", True)], {f"{PUT_} request body": YES}),
    "a body less": ([(*PUT, "requestBody", None)], {f"{PUT_} request body": "removed"}),
    "a new body": (
        [(*GET, "requestBody", {"content": JSON_TEXT})],
        {f"{GET_} request body": "added", f"{GET_} request body application/json": "added"},
    ),
    "a new required body": (
        [(*GET, "requestBody", {"required": True, "content": JSON_TEXT})],
        {f"{GET_} request body": YES, f"{GET_} request body application/json": "added"},
    ),
    "a media type less in a request": (
        [(*PUT, "requestBody", "content", {"text/csv": {}})],
        {f"{PUT_} request body application/json": "removed", f"{PUT_} request body text/csv": "added"},
    ),
    "any media type in a request": (
        [(*PUT, "requestBody", "content", {"*/*": {"schema": STRING}})],
        {f"{PUT_} request body */*": "added"},
    ),
    "a media type more in an answer": (
        [(*GET, "responses", "200", "content", "text/csv", {})],
        {f"{GET_} 200 text/csv": "added"},
    ),
    "any text in an answer": (
        [(*GET, "responses", "200", "content", "text/*", {})],
        {f"{GET_} 200 text/*": OPEN},
    ),
    "a media type less in an answer": (
        [(*GET, "responses", "200", "content", "application/json", None)],
        {f"{GET_} 200 application/json": "removed"},
    ),
    "a status less": ([(*PUT, "responses", {"200": OK})], {f"{PUT_} 204": "removed", f"{PUT_} 200": "added"}),
    "an error less": ([(*GET, "responses", "404", None)], {f"{GET_} 404": NO}),
    "a status more": ([(*GET, "responses", "500", OK)], {f"{GET_} 500": "added"}),
    "a range of errors for one": (
        [(*GET, "responses", "404", None), (*GET, "responses", "4XX", {**OK, "content": JSON_TEXT})],
        {f"{GET_} 4xx": "added"},
    ),
    "another body for an error": (
        [(*GET, "responses", "404", "content", "application/json", "schema", INT)],
        {f"{GET_} 404 application/json": YES},
    ),
    "a header of an answer less": (
        [(*GET, "responses", "200", "headers", "X-Left", None)],
        {f"{GET_} 200 header X-Left": YES},
    ),
    "a header of an answer that may be absent": (
        [(*GET, "responses", "200", "headers", "X-Left", "required", None)],
        {f"{GET_} 200 header X-Left": YES},
    ),
    "a header of an answer more": (
        [(*GET, "responses", "200", "headers", "X-More", {"schema": INT})],
        {f"{GET_} 200 header X-More": "added"},
    ),
    "a header of an answer in small letters": (
        [(*GET, "responses", "200", "headers", "x-small", {"required": True, "schema": INT})],
        {f"{GET_} 200 header x-small": "added"},
    ),
    "callbacks": ([(*PUT, "callbacks", {"done": {}})], {f"{PUT_} callbacks": OPEN}),
    "webhooks": ([("webhooks", {"done": {}})], {"webhooks": OPEN}),
    "security of all": ([("security", [{"key": []}])], {"security": OPEN}),
    "security of one": ([(*PUT, "security", [{"key": []}])], {f"{PUT_} security": OPEN}),
    "a scheme": (
        [("components", {"securitySchemes": {"key": {"type": "apiKey"}}})],
        {"security schemes": OPEN},
    ),
    "servers": ([("servers", [{"url": "/v2"}])], {"servers": OPEN}),
    "a description": ([(*GET, "description", "Answers."), ("info", {"title": "other"})], {}),
    "an extension": ([("paths", "x-words", "any"), ("x-words", 1)], {}),
}


@pytest.mark.parametrize("media", ["application/xml", "application/atom+xml", "text/xml"])
def test_a_body_of_xml_is_not_judged_as_json(media, tmp_path):
    bodies = [{media: {"schema": schema}} for schema in (INT, STRING)]  # 3 is a text of XML, too
    versions = [edited(openapi(INT), (*POST, "requestBody", "content", body)) for body in bodies]
    [change] = [x for x in changes_between(tmp_path, *versions).values() if x.change == "changed"]
    assert repr(change.answer) == (
        "not refuted: nothing was tried; not proved: a body of XML, which is not read as JSON"
    )


ROWS_OF_INTS = {"type": "array", "items": INT}


@pytest.mark.parametrize(
    "media", ["text/csv", "text/plain", "application/octet-stream", "application/x-ndjson"]
)
def test_a_body_of_text_is_judged_as_a_whole_text(media, tmp_path):
    def changed(old, new):
        versions = [
            edited(openapi(INT), (*POST, "requestBody", "content", {media: {"schema": schema}}))
            for schema in (old, new)
        ]
        [change] = [x for x in changes_between(tmp_path, *versions).values() if x.change == "changed"]
        return change.answer

    answer = changed(ROWS_OF_INTS, {**ROWS_OF_INTS, "maxItems": 2})
    assert answer.verdict == "not refuted"
    assert answer.unproved == (f"a body of {media}, which is not read as JSON",)
    if "ndjson" not in media:
        assert changed(STRING, {**STRING, "maxLength": 2}).witness == "aaa"


@pytest.mark.parametrize("media", ["application/json", "application/problem+json", "application/*", "*/*"])
def test_a_body_that_may_be_json_is_judged_so(media, tmp_path):
    versions = [
        edited(openapi(INT), (*POST, "requestBody", "content", {media: {"schema": schema}}))
        for schema in (ROWS_OF_INTS, {**ROWS_OF_INTS, "maxItems": 2})
    ]
    [change] = [x for x in changes_between(tmp_path, *versions).values() if x.change == "changed"]
    assert change.answer.verdict == "broken"


def test_the_charset_of_json_is_no_other_media_type(tmp_path):
    text = json.dumps(BASE).replace("application/json", "application/json; charset=UTF-8")
    assert words_between(tmp_path, BASE, json.loads(text)) == {}


@pytest.mark.parametrize("name", OPERATION_EDITS)
def test_an_edit_of_an_operation_is_named_by_its_path(name, tmp_path):
    edits, words = OPERATION_EDITS[name]
    assert words_between(tmp_path, BASE, edited(BASE, *edits)) == words


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        (INT, {"type": "array", "items": STRING}, OPEN),  # a=1 is a list of one text
        ({"type": "array", "items": INT}, INT, OPEN),  # a list of none or one may be meant
        ({"type": "array", "items": INT, "minItems": 2}, INT, YES),
        ({"enum": ["1", "2"]}, INT, OPEN),
        (STRING, INT, YES),
        ({"type": "boolean"}, INT, YES),
        ({"type": ["integer", "null"]}, INT, None),  # the same
        ({"anyOf": [INT, {"type": "null"}]}, {"type": "number"}, NO),
        ({"type": "number"}, STRING, NO),
    ],
)
def test_a_parameter_travels_as_text(tmp_path, old, new, word):
    path = (*GET, "parameters", 0, "schema")
    pair = [edited(BASE, (*path, schema)) for schema in (old, new)]
    assert words_between(tmp_path, *pair).get(f"{GET_} query limit") == word
