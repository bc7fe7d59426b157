"""Avro: the specs of schemas beside fastavro, which writes, resolves and reads.

$ python -m tests.mxspec.transform.schemas.test_avro 20000       # random pairs of schemas
"""

import copy
import datetime
import io
import random
import sys
import uuid
from decimal import Decimal

import pytest

import mxspec as s
from mxspec.transform.schemas.avro import avro_sides, from_avro
from tests.amounts import amount
from tests.mxspec.transform.schemas import random_avro

fastavro = pytest.importorskip("fastavro")
utils = pytest.importorskip("fastavro.utils")


def record(*fields, name="R", **more):
    return {"type": "record", "name": name, "fields": [*fields], **more}


def field(name, tp, **more):
    return {"name": name, "type": tp, **more}


def enum(*symbols, name="E", **more):
    return {"type": "enum", "name": name, "symbols": [*symbols], **more}


def fixed(size, name="F"):
    return {"type": "fixed", "name": name, "size": size}


def array(items):
    return {"type": "array", "items": items}


NODE = record(field("next", ["null", "R"]))
LONGER = record(field("next", ["null", "R"]), field("n", "int", default=0))
TWO_USES = record(field("a", enum("x")), field("b", "E"))


# --- the specs of one schema --------------------------------------------------------------------------------


VALUES = [
    ("null", [None], [0, ""]),
    ("boolean", [True, False], [0, None]),
    ("int", [0, -(2**31), 2**31 - 1], [2**31, 1.0, True, "1"]),
    ("long", [2**63 - 1], [2**63, None]),
    ("double", [0.5, float("inf")], ["x", None]),
    ("bytes", [b"", b"\xff"], ["", bytearray(b"x")]),
    ("string", ["", "a"], [b"a", None]),
    ({"type": "int"}, [3], [3.5]),
    (array("int"), [[], [1, 2]], [[1, "x"], (1,), None]),
    ({"type": "map", "values": "int"}, [{}, {"a": 1}], [{"a": "x"}, {1: 1}]),
    (["null", "int"], [None, 3], ["x", 2.5]),
    (enum("a", "b"), ["a", "b"], ["c", None]),
    (fixed(2), [b"ab"], [b"a", b"abc", "ab"]),
    (record(field("n", "int")), [{"n": 1}], [{}, {"n": "x"}, {"n": 1, "m": 2}]),
    (NODE, [{"next": None}, {"next": {"next": None}}], [{"next": {}}, {"next": {"next": 3}}]),
    (TWO_USES, [{"a": "x", "b": "x"}], [{"a": "x", "b": "y"}]),
    ({"type": "int", "logicalType": "date"}, [datetime.date(2026, 1, 2)], [3, "2026-01-02"]),
    ({"type": "int", "logicalType": "time-millis"}, [datetime.time(1, 2)], [3]),
    (
        {"type": "long", "logicalType": "timestamp-millis"},
        [datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)],
        [datetime.datetime(2026, 1, 2), 3],
    ),
    (
        {"type": "long", "logicalType": "local-timestamp-micros"},
        [datetime.datetime(2026, 1, 2)],
        [datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)],
    ),
    ({"type": "string", "logicalType": "uuid"}, [uuid.UUID(int=3)], ["x"]),
    (
        {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2},
        [Decimal("1.25"), Decimal("-99.99")],
        [Decimal("100"), Decimal("1.255"), 1.25, Decimal("NaN")],
    ),
    ({"type": "string", "logicalType": "of nobody"}, ["x"], [3]),
]


@pytest.mark.parametrize(("schema", "right", "wrong"), VALUES)
def test_a_spec_accepts_what_the_schema_describes(schema, right, wrong):
    spec = from_avro(schema)
    assert [x for x in right if not s.valid(spec, x)] == []
    assert [x for x in wrong if s.valid(spec, x)] == []
    for x in right:
        assert read(schema, written(schema, x)) == x


@pytest.mark.parametrize("seed", range(40))
def test_examples_are_written_and_read_by_fastavro_and_its_examples_are_valid(seed):
    schema = random_avro.schema(random.Random(seed))
    spec = from_avro(schema)
    for x in s.sample(spec, 5, seed=seed):
        data = written(schema, x)
        assert written(schema, read(schema, data)) == data  # equal but for a float, which is rounded once
    for x in utils.generate_many(schema, 5):
        assert s.valid(spec, x), s.explain_str(spec, x)


WRONG = [
    ("inte", r"there is no type 'inte'; did you mean 'int'\?"),
    ({"type": "array"}, "'items' is missing"),
    (record(field("n", "strin")), r"R\.n: there is no type 'strin'"),
    (record(field("n", array({"type": "map"}))), r"R\.n\[\]: 'values' is missing"),
    (record(field("n", "int"), field("n", "int")), "a field has a name of its own"),
    (record(field("n", fixed(-1))), r"R\.n: the size of a fixed is a number of bytes, not -1"),
    (record(name="1"), "'1' is no name of Avro"),
    (record(field("a", enum("x")), field("b", enum("x"))), r"R\.b: there are two types 'E'"),
    (enum("x", "x"), "each once"),
    (enum("x", default="y"), "the default 'y' is no symbol"),
    ([], "a union is a list of schemas"),
    (["int", ["null"]], "none of them a list"),
    (["int", "int"], "a union has each type once"),
    ({"type": "error", "name": "R", "fields": []}, "there is no type 'error'"),
    ({"type": "bytes", "logicalType": "decimal", "precision": 2, "scale": 3}, "a decimal of precision 2"),
    (3, "a schema is a name, a list or an object, not 3"),
    ({"type": "record", "name": "R", "fields": {}}, "the fields of a record are a list"),
]


@pytest.mark.parametrize(("schema", "words"), WRONG)
def test_what_is_no_schema_is_an_error_with_its_path(schema, words):
    with pytest.raises(s.SpecDefinitionError, match=words):
        from_avro(schema)


def test_a_schema_that_is_nested_too_deep_is_an_error():
    schema = "int"
    for _ in range(100_000):
        schema = {"type": "array", "items": schema}
    with pytest.raises(s.SpecDefinitionError, match="nested deeper than"):
        from_avro(schema)


# --- one schema for another -------------------------------------------------------------------------------


PAIRS = [
    ("int", "long", "proved"),
    ("int", "double", "proved"),
    ("long", "float", "proved"),
    ("float", "double", "proved"),
    ("long", "int", "broken"),
    ("double", "float", "broken"),
    ("float", "long", "broken"),
    ("int", "string", "broken"),
    ("string", "bytes", "proved"),
    ("bytes", "string", "broken"),
    ("boolean", "int", "broken"),
    ("float", "float", "proved"),
    ("int", ["null", "long"], "proved"),
    (["null", "int"], "int", "broken"),
    (["int", "string"], ["string", "double"], "proved"),
    (["int", "string"], ["int", enum("a")], "broken"),
    (array("int"), array("long"), "proved"),
    (array("long"), array("int"), "broken"),
    ({"type": "map", "values": "int"}, {"type": "map", "values": ["int", "null"]}, "proved"),
    (enum("a"), enum("b", "a"), "proved"),
    (enum("a", "b"), enum("a"), "broken"),
    (enum("a", "b"), enum("a", default="a"), "proved"),
    (enum("a"), enum("a", name="G"), "broken"),
    (enum("a"), enum("a", name="G", aliases=["E"]), "proved"),
    (enum("a"), enum("a", namespace="other"), "proved"),
    (enum("a"), "string", "broken"),
    ("string", enum("a"), "broken"),
    (fixed(2), fixed(2), "proved"),
    (fixed(2), fixed(3), "broken"),
    (fixed(2), "bytes", "broken"),
    (record(field("a", "int")), record(field("a", "int"), field("b", "int")), "broken"),
    (record(field("a", "int")), record(field("a", "int"), field("b", "int", default=0)), "proved"),
    (record(field("a", "int"), field("b", "int")), record(field("a", "int")), "proved"),
    (record(field("a", "int")), record(field("b", "int", aliases=["a"])), "proved"),
    (record(field("a", "int")), record(field("b", "int", default=0, aliases=["a"])), "proved"),
    (record(field("a", "string")), record(field("b", "int", default=0, aliases=["a"])), "broken"),
    (record(field("a", "int")), record(field("b", "int", default=0)), "proved"),
    (record(field("a", "int")), record(field("a", "int"), name="S"), "broken"),
    (record(field("a", "int")), {"type": "map", "values": "int"}, "broken"),
    (record(field("a", "string"), field("b", "int")), record(field("b", "int", aliases=["a"])), "broken"),
    (enum("a", name="n.E"), enum("a", name="m.G", aliases=["n.E"]), "proved"),
    (enum("a", name="n.E"), enum("a", name="m.G", aliases=["k.E"]), "broken"),
    (NODE, LONGER, "proved"),
    (LONGER, NODE, "proved"),
    (NODE, record(field("next", ["null", "R"]), field("n", "int")), "broken"),
    (TWO_USES, record(field("b", enum("x", "y")), field("a", "E")), "proved"),
    (
        [record(field("a", "int"), name="A"), record(field("a", "int"), name="B")],
        [record(field("a", "string"), name="A"), record(field("a", "int"), name="B")],
        "broken",
    ),
]


@pytest.mark.parametrize(("writer", "reader", "verdict"), PAIRS)
def test_a_comparison_is_the_resolution_of_schemas(writer, reader, verdict):
    assert verdict_beside_fastavro(writer, reader) == verdict


@pytest.mark.parametrize(
    ("writer", "reader", "words"),
    [
        ("int", {"type": "int", "logicalType": "date"}, "the logical type date at "),
        (
            {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2},
            {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 1},
            "decimal 4 1",
        ),
        (
            "int",
            ["int", record(name="a.R"), record(name="b.R")],
            "two types of one name",
        ),
        (["null", "bytes"], ["string", {"type": "bytes"}, "null"], "the top with string before bytes"),
        (
            record(field("a", "int")),
            record(field("x", "int", aliases=["a"]), field("y", "int", aliases=["a"])),
            ".x, which shares a name or an alias with another field",
        ),
        (record(), record(field("a", "int", default="x")), ".a with a default of another type, 'x'"),
    ],
)
def test_what_a_comparison_does_not_decide_is_said(writer, reader, words):
    _, _, undecided = avro_sides(writer, reader)
    assert words in " ".join(undecided)


def written(schema, x):
    file = io.BytesIO()
    fastavro.schemaless_writer(file, copy.deepcopy(schema), x)
    return file.getvalue()


def read(writer, data, reader=None):
    return fastavro.schemaless_reader(io.BytesIO(data), *map(copy.deepcopy, (writer, reader)))


def is_read(writer, reader, x):
    """True if fastavro reads a value, which it writes by the schema writer, for the schema reader."""
    data = written(writer, x)
    if writer == reader:
        return True
    try:
        read(writer, data, reader)
    except (fastavro.read.SchemaResolutionError, UnicodeDecodeError):
        return False
    return True


def plain(x, schema, named):
    """Return a value for fastavro, which takes the name of a type in a union alone."""
    if isinstance(schema, str) and schema in named:
        schema = named[schema]
    if isinstance(schema, dict):
        named |= {schema["name"]: schema} if "name" in schema else {}
        kind = schema["type"]
        if kind == "record":
            return {each["name"]: plain(x[1][each["name"]], each["type"], named) for each in schema["fields"]}
        if kind in ("enum", "fixed"):
            return bytes(x[1]) if kind == "fixed" else x[1]
        if kind == "array":
            return [plain(each, schema["items"], named) for each in x]
        return {key: plain(each, schema["values"], named) for key, each in x.items()} if kind == "map" else x
    if isinstance(schema, list):
        note_names(schema, named)
        if isinstance(x, (list, tuple)) and len(x) == 2:
            for branch in schema:
                if name_of(branch) == x[0]:
                    return (x[0], plain(x, branch, named))
        kinds = {list: "array", dict: "map"}
        for each in schema:
            if isinstance(each, dict) and each["type"] == kinds.get(type(x)):
                return plain(x, each, named)
    return x


def name_of(schema):
    return schema.get("name") if isinstance(schema, dict) else schema


def note_names(schema, named):
    for each in schema if isinstance(schema, list) else [schema]:
        if isinstance(each, dict) and "name" in each:
            named[each["name"]] = each


def verdict_beside_fastavro(writer, reader):
    """Return our verdict, once fastavro has read our examples, or has refused our witness."""
    sent, taken, undecided = avro_sides(writer, reader)
    answer = s.check_compatible(sent, taken, num_tests=50)
    if answer.verdict == "broken":
        assert not is_read(writer, reader, plain(answer.witness, writer, {})), answer
    elif answer.verdict == "proved" and not undecided:
        for x in s.sample(from_avro(writer), 20, seed=1):
            assert is_read(writer, reader, x), (x, answer)
    return answer.verdict


def test_random_pairs_of_schemas_are_decided_as_fastavro_reads_them():
    verdicts = [pair_verdict(seed) for seed in range(60)]
    assert verdicts.count("proved") > 10
    assert verdicts.count("broken") > 10
    assert verdicts.count("not refuted") <= 2


def pair_verdict(seed):
    chance = random.Random(seed)
    writer = random_avro.schema(chance)
    reader = random_avro.edited(writer, chance)
    while not is_schema(reader):  # the edit took away a type that is used elsewhere
        reader = random_avro.edited(writer, chance)
    return verdict_beside_fastavro(writer, reader)


def is_schema(x):
    """True if fastavro and we read a schema; neither alone does."""
    try:
        fastavro.parse_schema(copy.deepcopy(x))
    except (fastavro.schema.SchemaParseException, fastavro.schema.UnknownType):
        with pytest.raises(s.SpecDefinitionError):
            from_avro(x)
        return False
    return True


if __name__ == "__main__":
    counts: dict[str, int] = {}
    for n in range(amount(int(sys.argv[1]) if sys.argv[1:] else 2_000, 20)):
        verdict = pair_verdict(10_000 + n)
        counts[verdict] = counts.get(verdict, 0) + 1
    print(counts)
