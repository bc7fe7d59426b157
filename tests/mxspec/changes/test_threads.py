"""Changes of JSON Schemas that people asked about in public threads, with the answer that is true of them."""

import jsonschema
import pytest

import mxspec as s
from mxspec.transform.schemas.from_json_schema import from_json_schema


def record(*required, **properties):
    """Return the schema of an object."""
    return {"type": "object", "properties": properties, "required": [*required]}


def closed(*required, **properties):
    """Return the schema of an object without other properties."""
    return {**record(*required, **properties), "additionalProperties": False}


def named(**definitions):
    """Return the schema of an object whose property is of the last definition."""
    return {**record(x={"$ref": f"#/$defs/{[*definitions][-1]}"}), "$defs": definitions}


def either(*schemas):
    return {"oneOf": [*schemas]}


def places(*schemas):
    return {"type": "array", "prefixItems": [*schemas]}


TEXT, INT, NUMBER, NULL = ({"type": name} for name in ("string", "integer", "number", "null"))
ROLE, FORMAT = {"enum": ["user", "admin"]}, {"enum": ["json", "xml"]}
ONE, OTHER, BOTH = record("a", a=TEXT), record("b", b=TEXT), record("a", "b", a=TEXT, b=TEXT)
# What is sent: the thread, the old schema, the new one, and the verdict.
REQUESTS = [
    ("apicurio-registry#8661", record(query=TEXT), record(query=INT), "broken"),
    ("apicurio-registry#8661, enum", record(x=FORMAT), record(x={"enum": ["json"]}), "broken"),
    ("apicurio-registry#9178", record(age=INT), record(age=TEXT), "broken"),
    ("apicurio-registry#9178, no type", record(age=INT), {"properties": {"age": INT}}, "proved"),
    ("apicurio-registry#9181", record(age=INT), record(age=NUMBER), "proved"),
    ("apicurio-registry#9769", record("q", q=TEXT), record(q=TEXT), "proved"),
    ("apicurio-registry#1395, more", closed(n=NUMBER), record(n=NUMBER, country=TEXT), "proved"),
    ("apicurio-registry#1395, fewer", closed(n=NUMBER, country=TEXT), record(n=NUMBER), "proved"),
    ("apicurio-registry#2573", record(a=TEXT), record(a=TEXT, b=TEXT), "broken"),
    ("apicurio-registry#2573, closed", closed(a=TEXT), closed(a=TEXT, b=TEXT), "proved"),
    ("apicurio-registry#2882", places(TEXT, NUMBER), places(TEXT, NUMBER, INT), "broken"),
    ("apicurio-registry#712", record(age={**INT, "minimum": 0}), record(age=TEXT), "broken"),
    ("apicurio-registry#5355", record("id", id=INT), record("id", id=INT, new=INT), "broken"),
    ("oasdiff#224", record(type=TEXT), record(type={**TEXT, **ROLE}), "broken"),
    ("oasdiff#702", BOTH, either(record("a", a=TEXT, b=TEXT), record("b", a=TEXT, b=TEXT)), "broken"),
    (
        "oasdiff#929",
        named(X=either(ROLE, NULL)),
        named(R=ROLE, X=either({"$ref": "#/$defs/R"}, NULL)),
        "proved",
    ),
    ("oasdiff#1088", named(R=ROLE), named(R=ROLE, X=either(NULL, {"$ref": "#/$defs/R"})), "proved"),
    ("oasdiff#1091", named(R=ROLE, X=either(NULL, {"$ref": "#/$defs/R"})), named(R=ROLE), "broken"),
    ("lightdash#25129", named(Pick_a=closed(a=TEXT)), named(Pick_a_b=closed(a=TEXT, b=TEXT)), "proved"),
]
# What is answered.
RESPONSES = [
    ("apicurio-registry#9297", record("id", id=TEXT), {}, "broken"),
    ("apicurio-registry#9297, fewer", record("id", id=TEXT), record(), "broken"),
    ("oasdiff#398", record(at=TEXT), record(at={"anyOf": [TEXT, NULL]}), "broken"),
    ("oasdiff#610", either(ONE), either(ONE, OTHER), "broken"),
]
ROWS = [("requests", *row) for row in REQUESTS] + [("responses", *row) for row in RESPONSES]


@pytest.mark.parametrize(("direction", "thread", "old", "new", "verdict"), ROWS, ids=[row[1] for row in ROWS])
def test_a_question_of_a_public_thread_has_its_true_answer(direction, thread, old, new, verdict):
    answer = s.check_compatible(from_json_schema(old), from_json_schema(new), direction=direction, seed=0)
    assert answer.verdict == verdict, thread
    if verdict == "broken":
        asked = (old, new) if direction == "requests" else (new, old)
        accepted = [jsonschema.Draft202012Validator(schema).is_valid(answer.witness) for schema in asked]
        assert accepted == [True, False]
