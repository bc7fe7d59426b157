"""Specs as JSON Schema, held by the jsonschema library."""

import collections.abc
import contextlib
import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import math
import typing as t
import uuid
from typing import Annotated

import annotated_types as at
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from tests.mxspec.any_values import SPECS
from tests.public_names import NAMES
from tests.row_ids import row_id

jsonschema = pytest.importorskip("jsonschema")


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Node:
    value: int
    next: "Node | None" = None


class Movie(t.TypedDict):
    title: str
    year: t.NotRequired[int]


s.def_("schema/name", str)
s.def_("schema/age", s.int_in(0, 151))
s.def_("schema/user", s.keys(req_un=["schema/name"], opt_un=["schema/age"]))
s.def_("schema/left", s.nilable("schema/tree"))
s.def_("schema/tree", s.keys(req_un=["schema/age"], opt_un=["schema/left"]))
s.def_("schema/nested", s.cat(x=int, more=s.maybe("schema/nested")))
s.def_("schema/json", s.or_(n=int, many=s.coll_of("schema/json"), by=s.map_of(str, "schema/json")))


def validator(spec):
    schema = s.json_schema(spec)
    jsonschema.Draft202012Validator.check_schema(schema)
    json.dumps(schema, allow_nan=False)
    return jsonschema.Draft202012Validator(schema)


def body(spec):
    """The schema without its first line."""
    schema = s.json_schema(spec)
    assert schema.pop("$schema") == "https://json-schema.org/draft/2020-12/schema"
    return schema


INTEGER, STRING, NULL = {"type": "integer"}, {"type": "string"}, {"type": "null"}


def lists(items=None, least=None, most=None, **more):
    """The schema of an array of like items, from least to most of them."""
    keywords = {"items": items, "minItems": least, "maxItems": most, **more}
    return {"type": "array"} | {key: value for key, value in keywords.items() if value is not None}


def maps(**keywords):
    """The schema of an object."""
    return {"type": "object", **keywords}


NAME = {"$ref": "#/$defs/schema.name", "$defs": {"schema.name": {"title": "schema/name", **STRING}}}
BYTE = {"type": "integer", "minimum": 0, "maximum": 9}
SHARE = {"type": ["number", "boolean"], "minimum": 0}  # an array of truth values is one of 0 and 1


@pytest.mark.parametrize(
    ("spec", "schema"),
    [
        (int, INTEGER),
        (s.is_any, {}),
        (s.int_in(0, 10), {"type": "integer", "minimum": 0, "maximum": 9}),
        (s.float_in(0.5, math.inf), {"type": "number", "minimum": 0.5}),
        ({"b", "a"}, {"enum": ["a", "b"]}),
        ({0.5, 2.0}, {"enum": [0.5, 2.0]}),
        ({math.inf}, {"description": "{inf}"}),
        (Color, {"enum": ["red", "blue"]}),
        (s.range_of(s.is_nat_int, 2, 5), {**INTEGER, "minimum": 2, "maximum": 5}),
        (s.range_of(s.is_even, None, 8), {**INTEGER, "multipleOf": 2, "maximum": 8}),
        (s.range_of(float, -math.inf, 3.0), {"type": "number", "maximum": 3.0}),
        (s.range_of(decimal.Decimal, decimal.Decimal("0.5"), decimal.Decimal("1.1")),
         {"type": ["number", "string"], "minimum": 0.5, "description": "from 0.5 to 1.1"}),
        (s.range_of(datetime.date, datetime.date(2019, 1, 1)),
         {"type": "string", "format": "date", "description": "at least 2019-01-01"}),
        (s.range_of(str, None, "m"), {**STRING, "description": "at most 'm'"}),
        (s.inst_in(datetime.datetime(2019, 1, 1), datetime.datetime(2020, 1, 1)),
         {"type": "string", "format": "date-time",
          "description": "from 2019-01-01T00:00:00 up to 2020-01-01T00:00:00"}),
        (Annotated[datetime.date, at.Gt(datetime.date(2019, 1, 1))],
         {"type": "string", "format": "date", "description": "above 2019-01-01"}),
        (lambda n: n > 3, {"description": "lambda n: n > 3"}),
        (s.and_(int, s.is_even, abs), {**INTEGER, "multipleOf": 2, "description": "abs"}),
        (s.and_(s.conformer(int), s.is_even), {"description": "what int takes"}),
        (s.and_(int, "schema/name"), INTEGER | NAME),
        (s.nilable(int), {"anyOf": [INTEGER, NULL]}),
        (s.or_(a=int, b=str, c=int), {"anyOf": [INTEGER, STRING]}),
        (
            s.coll_of(int, kind=list, min_count=1, max_count=3, distinct=True),
            lists(INTEGER, 1, 3, uniqueItems=True),
        ),
        # 1 and 1.0 differ, but not to JSON Schema
        (
            s.coll_of(s.is_number, kind=list, distinct=True),
            lists({"type": "number"}, description="all elements differ"),
        ),
        (s.coll_of(int), {"type": ["array", "object"], "items": INTEGER, "maxProperties": 0}),
        (s.coll_of(int, min_count=1), lists(INTEGER, 1)),
        (s.coll_of(s.nilable(int), min_count=1), lists({"anyOf": [INTEGER, {"type": "null"}]}, 1)),
        (s.every(int, kind=list, max_count=9), lists(INTEGER, most=9)),
        (
            s.every(int, kind=list),
            lists(prefixItems=[INTEGER], description="of many elements some are looked at: int"),
        ),
        (s.tuple_(int), lists(least=1, most=1, prefixItems=[INTEGER])),
        (
            s.map_of(s.is_char, int, max_count=2),
            maps(
                maxProperties=2, additionalProperties=INTEGER,
                propertyNames={"type": "string", "minLength": 1, "maxLength": 1},
            ),
        ),
        (s.map_of(int, int), maps(additionalProperties=INTEGER, description="keys: int")),
        (
            s.keys(req_un=[s.or_keys("schema/a", s.and_keys("schema/b", "schema/c"))]),
            maps(
                properties={"a": {}, "b": {}, "c": {}},
                anyOf=[{"required": ["a"]}, {"required": ["b", "c"]}],
            ),
        ),
        (
            s.multi_spec("kind", {"a": s.keys()}, default=s.keys(req_un=["schema/b"])),
            {
                "anyOf": [
                    maps(properties={"kind": {"const": "a"}}, required=["kind"]),
                    maps(properties={"b": {}}, required=["b"]),
                ]
            },
        ),
        (s.array((2, None), "uint8", max=9), lists(lists(BYTE), 2, 2)),
        (s.array([(1,), (1, 1)], min=0), {"anyOf": [lists(SHARE, 1, 1), lists(lists(SHARE, 1, 1), 1, 1)]}),
        (s.star(int), {"type": ["array", "null"], "items": INTEGER}),
        (s.cat(a=int, b=s.maybe(str)), lists(STRING, 1, 2, prefixItems=[INTEGER])),
        (
            s.cat(a=s.star(int), b=str),
            lists({"anyOf": [INTEGER, STRING]}, 1, description="in the order of cat(a=star(int), b=str)"),
        ),
        (s.fspec(args=s.cat(x=int)), {"description": "fspec(args=cat(x=int), ret=is_any)"}),
        (s.from_type(list[int | None]), lists({"anyOf": [INTEGER, NULL]})),
        (s.from_type(t.Literal["a", 1]), {"enum": ["a", 1]}),
        (s.from_type(Annotated[int, at.Ge(0), at.Lt(9)]), {**INTEGER, "minimum": 0, "exclusiveMaximum": 9}),
        (s.from_type(Annotated[str, at.Len(1, 3)]), {**STRING, "minLength": 1, "maxLength": 3}),
        (s.from_type(Annotated[list[int], at.Len(1)]), lists(INTEGER, 1)),
        (s.from_type(Annotated[int, s.Valid[s.is_even]]), {**INTEGER, "multipleOf": 2}),
    ],
)  # fmt: skip
def test_the_schema_of_each_kind(spec, schema):
    assert body(spec) == schema
    validator(spec)


PATTERNS = [
    *("a", "a|bc", "(a|b)c?", "[A-Z]{2}-[0-9]{4}", "a{,2}", "x+?y*", "^ab$", "[^a-c]x", "a b", "[.]", "."),
    *(r"\d+", r"\w-\S", r"\D\W", r"[\d.]+", r"[^\s]b", r"\Aab\Z", r"a\.b", r"a\-b\ c", r"\x41"),
    *(r"[\s\S]a", r"\\", "a.b", "{a}", "[]]", "[]a-]", "a{", "[&&a]", "(?P<n>a)b", "(?:a|b)c"),
    *("a\nb", "é+", "(?#words)ab"),
]  # fmt: skip
NOT_IN_JSON = [
    *("(?i)a", "(?i:a)b", "(?x) a b", "(?s).", r"(a)\1", "(?P<n>a)(?P=n)", "(?=a).", "(?!a).", "(?<=a)b"),
    *("(?<!a)b", "a++b", "(?>a+)b", r"a\b", r"(a)?(?(1)b|c)", "a$b", "^a|b$", r"[\Da]"),
]
TEXTS = [
    *("", "a", "b", "c", "A", "AB", "ab", "aab", "abc", "a b", "a.b", "a-b c", "AB-1234", "3", "\u0663", "é"),
    *("x-é", "\r", "a\r", "a{", "]", "{a}", "a\u2028b", "a\x0bb", "\\"),
]  # fmt: skip


@pytest.mark.parametrize("pattern", [*PATTERNS, *NOT_IN_JSON])
def test_a_pattern_is_that_of_the_spec_or_stands_in_the_description(pattern):
    spec = s.str_in(pattern)
    schema, check = s.json_schema(spec), validator(spec)
    assert ("pattern" in schema) == (pattern in PATTERNS)
    assert "pattern" in schema or schema["description"] == repr(spec)
    texts = {*TEXTS}
    with contextlib.suppress(s.GeneratorError):
        texts |= {*s.sample(spec, 10, seed=1)}
    for text in {*texts, *(text.swapcase() for text in texts), *(text + "a" for text in texts)}:
        if "pattern" in schema:
            assert check.is_valid(text) == s.valid(spec, text), text
        else:
            assert check.is_valid(text)


@pytest.mark.parametrize(
    "spec",
    [
        *(datetime.datetime, datetime.date, datetime.time, datetime.timedelta, uuid.UUID, decimal.Decimal),
        *(fractions.Fraction, complex, bytes, s.is_uuid, s.is_inst, s.is_decimal),
        *(s.is_rational, s.is_ratio, s.coll_of(datetime.date, kind=set), s.map_of(str, uuid.UUID)),
    ],
    ids=row_id,
)  # fmt: skip
def test_the_schema_is_that_of_the_json_that_encode_writes_and_decode_reads(spec):
    check = validator(spec)
    assert s.json_schema(spec)["type"]
    for x in s.sample(spec, 20, seed=1):
        written = s.encode(spec, x)
        check.validate(written)
        assert s.valid(spec, s.decode(spec, written))
    assert not check.is_valid(None)


def test_names_are_definitions_and_a_spec_may_lead_back_to_itself():
    schema = body("schema/tree")
    assert schema["$ref"] == "#/$defs/schema.tree"
    assert schema["$defs"]["schema.tree"] == {
        "title": "schema/tree",
        "type": "object",
        "properties": {"age": {"$ref": "#/$defs/schema.age"}, "left": {"$ref": "#/$defs/schema.left"}},
        "required": ["age"],
    }
    tree = {"age": 1, "left": {"age": 2, "left": {"age": 3}}}
    check = validator("schema/tree")
    assert check.is_valid(tree)
    tree["left"]["left"]["age"] = -1
    assert not check.is_valid(tree)


def test_a_record_may_lead_back_to_itself():
    check = validator(s.from_type(Node))
    assert check.is_valid({"value": 1, "next": {"value": 2, "next": None}})
    assert not check.is_valid({"value": 1, "next": {"value": "2"}})
    assert not check.is_valid({"next": None})
    assert body(s.from_type(Movie))["required"] == ["title"]


def test_names_that_read_alike_have_definitions_of_their_own():
    names = ["schema/a.b-2", "schema/a.b", "schema/a+b", "schema/a.b"]
    for name in names:
        s.def_(name, str)
    definitions = body(s.tuple_(*names))["$defs"]
    assert {key: schema["title"] for key, schema in definitions.items()} == {
        "schema.a.b-2": "schema/a.b-2",
        "schema.a.b": "schema/a.b",
        "schema.a.b-3": "schema/a+b",
    }


def test_a_name_that_is_not_registered_is_an_error():
    with pytest.raises(s.UnknownSpecError, match="schema/nobody"):
        s.json_schema(s.coll_of("schema/nobody"))


def test_the_schema_of_a_deeply_nested_part_allows_any_value():
    spec = s.spec(int)
    for _ in range(3000):
        spec = s.nilable(spec)
    assert body(spec) == {"description": "nested too deeply to be said"}


# --- the law ----------------------------------------------------------------------------------------------

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.integers()
    | st.floats(-3, 3, width=16)
    | st.text("ab/:", max_size=3)
)
JSON = st.recursive(
    SCALARS,
    lambda parts: (
        st.lists(parts, max_size=4)
        | st.dictionaries(st.sampled_from("abcxyz") | st.text(max_size=2), parts, max_size=4)
    ),
    max_leaves=8,
)
NAMED = ["schema/name", "schema/age", "schema/user", "schema/tree", "schema/nested", "schema/json"]
PREDICATES = [getattr(s, name) for name in NAMES if name.startswith("is_") and "range" not in name]
LEAVES = st.sampled_from(
    [
        int, float, str, bool, list, dict, type(None), object, Color, {1, "a"}, {1.0, (1,)},
        {True}, {None, 2},
        lambda x: x > 1, s.int_in(-2, 3), s.float_in(-1, 1), s.float_in(min=0.1), s.conformer(str),
        s.inst_in(datetime.datetime(2019, 1, 1), datetime.datetime(2020, 1, 1)),
        s.range_of(s.is_nat_int, 1, 3), s.range_of(s.is_rational, decimal.Decimal("0.5"), 2),
        *PREDICATES, *NAMED,
        *map(
            s.from_type,
            [
                list[int], dict[str, int | None], t.Literal[1, "a", True, None], tuple[int, ...], set[int],
                collections.abc.Sequence[str], collections.abc.Iterable[int], Movie, Node, Color,
                Annotated[int, at.MultipleOf(2), at.Gt(0)], Annotated[float, at.Ge(0), at.Le(1)],
                Annotated[list[int], at.Len(1, 2)], Annotated[str, at.MinLen(1)], dict[str, list[int]],
                Annotated[collections.abc.Sequence[str], at.MinLen(1)], Annotated[dict, at.MaxLen(1)],
            ],
        ),
    ]
)  # fmt: skip
COUNTS = st.fixed_dictionaries(
    {},
    optional={
        "min_count": st.integers(0, 2),
        "max_count": st.integers(2, 4),
        "distinct": st.booleans(),
        "kind": st.sampled_from([list, dict, s.is_list, s.is_coll, s.is_any, s.is_sequential, s.is_seqable]),
    },
)
KEYS = st.lists(
    st.sampled_from(["a/a", "a/b", "schema/name", "schema/age"])
    | st.just(s.or_keys("a/x", s.and_keys("a/y", "schema/age"))),
    max_size=2,
)


def combined(parts):
    pairs = st.lists(parts, min_size=1, max_size=3).map(
        lambda preds: [(f"t{i}", pred) for i, pred in enumerate(preds)]
    )
    return st.one_of(
        st.builds(s.and_, parts, parts),
        pairs.map(lambda branches: s.or_(*branches)),
        st.builds(s.nilable, parts),
        st.builds(s.nonconforming, parts),
        st.builds(lambda pred, options: s.coll_of(pred, **options), parts, COUNTS),
        st.builds(lambda pred, options: s.every(pred, **options), parts, COUNTS),
        st.builds(lambda k, v, options: s.map_of(k, v, **options), parts, parts, COUNTS),
        st.builds(lambda k, v, options: s.every_kv(k, v, **options), parts, parts, COUNTS),
        st.builds(s.tuple_, parts, parts),
        st.builds(lambda req, opt: s.keys(req_un=req, opt_un=opt), KEYS, KEYS),
        st.builds(lambda req, pred: s.merge(s.keys(req_un=req), s.map_of(str, pred)), KEYS, parts),
        st.builds(lambda a, b: s.multi_spec("a", {"x": a, 1: b}), parts, parts),
        st.builds(lambda a, b: s.multi_spec("a", {True: a}, default=b), parts, parts),
        pairs.map(lambda branches: s.cat(*branches)),
        pairs.map(lambda branches: s.alt(*branches)),
        st.builds(s.star, parts),
        st.builds(s.plus, parts),
        st.builds(s.maybe, parts),
        st.builds(lambda pred: s.amp(pred, lambda xs: True), parts),
        st.builds(lambda pred: s.spec(s.star(pred)), parts),
    )


SPECS_OF_ALL_KINDS = st.recursive(LEAVES, combined, max_leaves=6)


def is_json(x):
    """True if x is what a reader of JSON makes of it."""
    if type(x) is list:
        return all(map(is_json, x))
    if type(x) is dict:
        return all(type(key) is str and is_json(value) for key, value in x.items())
    return x is None or type(x) in (bool, int, str) or (type(x) is float and math.isfinite(x))


def accepted_by_schema_if_by_spec(spec, values):
    check = validator(spec)
    for x in values:
        if s.valid(spec, x):
            check.validate(x)


@given(SPECS_OF_ALL_KINDS, st.lists(JSON, min_size=5, max_size=20))
def test_a_schema_accepts_the_json_values_its_spec_accepts(spec, values):
    accepted_by_schema_if_by_spec(spec, values)


SOME_JSON = [
    *(None, True, False, 0, 1, -1, 10**30, 0.0, 1.0, 0.5, "", "a", "a/b", "a:b", "\n", "a\n"),
    *([], [1], [1.0], ["a"], [1, 1.0], [[]], [None], [["a", 1]], [1, "a"], ["int", 1], ["any/int", 1]),
    *({}, {"a": 1}, {"int": 1}, {"any/int": 1}, {"kind": "a"}, {"a": {"a": 1}}, {"a": []}),
]


@pytest.mark.parametrize("spec", SPECS, ids=row_id)
def test_every_kind_of_spec_has_a_schema(spec):
    accepted_by_schema_if_by_spec(spec, SOME_JSON)


@pytest.mark.parametrize(
    "spec",
    [
        *NAMED, s.coll_of("schema/user", kind=list, min_count=1), s.map_of(s.is_ident, s.and_(int, s.is_odd)),
        s.map_of(s.is_qualified_ident, s.is_uri), s.tuple_(s.is_char, s.is_pos_int), s.every(int, kind=list),
        s.keys(req_un=["schema/name", s.or_keys("schema/age", "schema/user")]),
        s.merge(s.keys(req_un=["schema/name"]), s.keys(opt_un=["schema/age"])),
        s.multi_spec("schema/name", {"a": s.keys(), "b": s.keys(req_un=["schema/age"])}),
        s.cat(a=int, b=s.star(s.cat(k=str, v=s.is_bool)), c=s.maybe(s.alt(x=int, y=s.plus(str)))),
        s.coll_of(s.int_in(0, 9), kind=list, distinct=True), s.from_type(dict[str, list[int | None]]),
        s.from_type(Movie), s.from_type(Annotated[int, at.MultipleOf(3), at.Gt(0)]),
    ],
    ids=row_id,
)  # fmt: skip
def test_the_schema_accepts_generated_values_of_the_spec(spec):
    examples = [x for x in s.sample(spec, 20, seed=0) if is_json(x)]
    assert examples
    accepted_by_schema_if_by_spec(spec, examples)


# --- models -------------------------------------------------------------------------------------------------


def test_the_schema_of_a_model_is_its_input_a_note_and_examples():
    spec = s.model_spec(
        {"dark", "bright"},
        lambda x: "bright" if x.mean() > 0.5 else "dark",
        lambda label: np.full((2, 2), 0.9 if label == "bright" else 0.1, "float32"),
        input=s.array((2, 2), "float32", min=0, max=1),
    )
    schema = body(spec)
    assert schema["items"]["items"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert "gives it a label that fits {'bright', 'dark'}" in schema["description"]
    assert len(schema["examples"]) == 3
    for example in schema["examples"]:
        assert example in ([[0.9, 0.9], [0.9, 0.9]], [[0.1, 0.1], [0.1, 0.1]])
        assert validator(spec).is_valid(example)


def test_examples_of_a_model_of_text_are_text():
    spec = s.model_spec(s.int_in(1, 4), len, lambda n: "x" * n, input=str)
    assert {*body(spec)["examples"]} <= {"x", "xx", "xxx"}


@pytest.mark.parametrize(("dtype", "example"), [("float32", [0.3333, 0.6667]), ("int64", [12345678, 2])])
def test_numbers_of_an_example_have_a_few_decimals(dtype, example):
    x = np.array([1 / 3, 2 / 3] if dtype == "float32" else [12345678, 2], dtype)
    spec = s.model_spec({"a"}, lambda _: "a", lambda _: x, input=s.array((2,), dtype))
    assert body(spec)["examples"] == [example] * 3


def test_an_example_that_rounding_would_spoil_stays_as_it_is():
    spec = s.model_spec({"a"}, lambda x: "a", lambda _: np.array([0.12341]), input=s.array((1,), max=0.12341))
    assert body(spec)["examples"] == [[0.1234]] * 3
    spec = s.model_spec({"a"}, lambda x: "a", lambda _: np.array([0.12341]), input=s.array((1,), min=0.12341))
    assert body(spec)["examples"] == [[0.12341]] * 3


def test_a_model_without_examples_has_a_schema_without_them():
    spec = s.model_spec({"a"}, lambda x: "b", lambda label: 1, input=int)
    assert body(spec).keys() == {"type", "description"}


def test_the_schema_of_learnt_arrays_has_their_shape_and_examples():
    rng = np.random.default_rng(0)
    spec = s.from_examples(rng.normal(size=(900, 2)), of="points", alpha=0.05)
    schema = body(spec)
    assert schema["description"] == "anomaly score within 95% of 450 points"
    assert all(validator(spec).is_valid(example) for example in schema["examples"])
    assert len(schema["examples"]) == 3


ENTRIES = [
    {},
    {"a": None},
    {"a": 1},
    {"a": "b"},
    {"a": 1, "b": 2},
    {"a": [1]},
    [],
    [1],
    ["a", 1],
    [None],
    [["a", 1]],
]


@pytest.mark.parametrize(
    "element",
    [
        int, s.or_(p=int, q=str), s.nilable(str), {1, "a"}, s.tuple_(str, int), s.tuple_(int),
        s.cat(a=str, b=int), s.coll_of(str, kind=list), s.coll_of(s.is_any, kind=list, count=2),
        s.or_(int, s.tuple_(str, int)),
        "schema/entry", s.and_(s.coll_of(s.is_any), s.coll_of(s.is_any, count=2)), {"a": int},
    ],
    ids=row_id,
)  # fmt: skip
@pytest.mark.parametrize("least", [0, 1, 2])
def test_an_object_of_entries_is_offered_only_where_the_elements_may_be_entries(element, least):
    s.def_("schema/entry", s.tuple_(str, s.nilable(int)))
    spec = s.coll_of(element, min_count=least)
    schema = s.json_schema(spec)
    offered = jsonschema.Draft202012Validator(schema)
    for x in ENTRIES:
        assert offered.is_valid(x) >= s.valid(spec, x), x
        if isinstance(x, dict):
            assert offered.is_valid(x) == s.valid(spec, x), x
    assert schema.get("maxProperties", math.inf) >= schema.get("minProperties", 0)
