"""Specs in pydantic's models and FastAPI's functions: what is refused, where, and as JSON."""

import dataclasses
import datetime
import decimal
import enum
import functools
import json
import math
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import pydantic
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import mxspec as s
from tests.mxspec.random_specs import specs

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")
jsonschema = pytest.importorskip("jsonschema")

s.def_("web/name", str)
s.def_("web/age", s.int_in(0, 151))
s.def_("web/user", s.keys(req_un=["web/name"], opt_un=["web/age"]))
s.def_("web/pixels", s.array([(4,), (2, 2)], "float32", min=0, max=1, finite=True))
s.def_(
    "web/bright",
    s.model_spec({"dark", "bright"}, lambda x: "bright" if x.mean() > 0.5 else "dark", input="web/pixels"),
)

Pixels = Annotated[np.ndarray, s.Valid["web/pixels"]]


class User(pydantic.BaseModel):
    name: str


class Upload(pydantic.BaseModel):
    pixels: Pixels
    users: list[Annotated[dict[str, Any], s.Valid["web/user"]]] = []
    age: Annotated[int, s.Valid["web/age"]] = 0
    braces: Annotated[str, s.Valid[{"{pred}", "{msg}"}]] = "{msg}"


app = fastapi.FastAPI()


@app.post("/upload")
def upload(upload: Upload) -> Upload:
    return upload


@app.post("/listed")
def listed(pixels: Annotated[list[list[float]], s.Valid["web/bright"]]) -> str:
    return type(pixels).__name__


@app.post("/pixels")
def pixels(pixels: Annotated[Pixels, fastapi.Body()]) -> str:
    return str(pixels.dtype)


@app.get("/age/{age}")
def age(age: Annotated[int, s.Valid["web/age"]]) -> int:
    return age


@app.post("/by-hand")
def by_hand(user: dict[str, Any]) -> str:
    if errors := s.explain_json("web/user", user):
        raise fastapi.HTTPException(422, detail=errors)
    return user["name"]


@pytest.fixture(scope="module")
def client():
    return testclient.TestClient(app)


@pytest.mark.parametrize(
    ("path", "body", "loc", "message"),
    [
        ("/pixels", [0, 0, 0.5, -3], ["body", 3], "value -3.0 at (3,) is below min 0"),
        ("/pixels", [0, 0], ["body"],
         "a list of 4 numbers, or 2 lists of 2, is required, not a list of 2 numbers"),
        ("/listed", [[0, 0], [-7, 0]], ["body", 1, 0], "value -7.0 at (1, 0) is below min 0"),
        ("/listed", [[0.1], [0.2]], ["body"],
         "a list of 4 numbers, or 2 lists of 2, is required, not 2 lists of 1 number"),
        ("/pixels", "a.png", ["body"], "a list of 4 numbers, or 2 lists of 2, is required"),
        ("/pixels", ["a", 1, 2, 3], ["body"], "a list of 4 numbers, or 2 lists of 2, is required"),
        ("/pixels", [[0, 0], [0]], ["body"], "a list of 4 numbers, or 2 lists of 2, is required"),
        ("/listed", [[0, 0], [0]], ["body"], "a list of 4 numbers, or 2 lists of 2, is required"),
        ("/upload", {"pixels": None}, ["body", "pixels"],
         "a list of 4 numbers, or 2 lists of 2, is required"),
        ("/upload", {"pixels": [[0, 0], [-7, 0]]}, ["body", "pixels", 1, 0],
         "value -7.0 at (1, 0) is below min 0"),
        (
            "/upload", {"pixels": [0, 0, 0, 0], "users": [{"name": "Bo"}, {"name": 1}]},
            ["body", "users", 1, "name"], "a string is required",
        ),
        (
            "/upload", {"pixels": [0, 0, 0, 0], "users": [{"nme": "Bo"}]},
            ["body", "users", 0, "name"], "key 'name' is required; did you mean 'nme'?",
        ),
        ("/upload", {"pixels": [0] * 4, "age": 200}, ["body", "age"], "an int from 0 to 150 is required"),
        (
            "/upload", {"pixels": [0, 0, 0, 0], "braces": "{x}"},
            ["body", "braces"], "'{msg}' or '{pred}' is required",
        ),
        ("/by-hand", {"age": 1}, ["name"], "key 'name' is required"),
    ],
)  # fmt: skip
def test_fastapi_answers_422_with_the_place_and_the_reason(client, path, body, loc, message):
    response = client.post(path, json=body)
    assert response.status_code == 422
    [error] = response.json()["detail"]
    assert (error["loc"], error["msg"]) == (loc, message)


@app.post("/texts")
def texts(texts: Annotated[list[str], s.Valid[s.coll_of(s.str_in(1, 9))]]) -> int:
    return len(texts)


@pytest.mark.few(12)
@pytest.mark.parametrize("path", ["/pixels", "/listed", "/texts"])
@pytest.mark.parametrize(
    "body",
    [
        math.nan, [math.nan], [[math.nan, math.inf], [1, -math.inf]], {"a": math.nan}, "x" * 200_000,
        [[0.25, 1]] * 20_000, [math.nan] * 50_000, ["x" * 200_000], ["long text, long text"] * 9_000,
        [[[[]]]],
    ],
    ids=range(10),
)  # fmt: skip
def test_whatever_the_body_the_answer_is_short(client, path, body):
    response = client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert len(response.content) < 30_000
    assert 1 <= len(response.json()["detail"]) <= 21


def test_of_many_errors_the_last_counts_the_others(client):
    *errors, last = client.post("/texts", json=[""] * 1000).json()["detail"]
    assert [error["loc"] for error in errors] == [["body", i] for i in range(20)]
    assert (last["type"], last["msg"]) == ("more_errors", "980 more errors")


def test_a_path_parameter_is_asked_too(client):
    assert client.get("/age/7").json() == 7
    [error] = client.get("/age/200").json()["detail"]
    assert (error["type"], error["loc"], error["input"]) == ("int_in", ["path", "age"], 200)


def test_a_body_of_lists_is_an_array_of_the_dtype_that_is_asked_for_and_is_written_as_lists(client):
    assert client.post("/pixels", json=[0, 0, 1, 1]).json() == "float32"
    assert client.post("/listed", json=[[0, 0], [1, 1]]).json() == "list"
    assert client.post("/upload", json={"pixels": [[0, 0], [0, 1]]}).json()["pixels"] == [[0, 0], [0, 1]]


class Plain(pydantic.BaseModel):
    digit: Annotated[int, s.int_in(0, 10)]
    pixels: Annotated[np.ndarray, s.array((2,))]
    words: list[Annotated[str, s.with_message(s.is_char, "one letter")]] = []


def test_a_spec_that_stands_in_an_annotation_itself_is_asked_too():
    assert Plain(digit="3", pixels=[1, 2], words=["a"]).pixels.tolist() == [1, 2]
    with pytest.raises(pydantic.ValidationError) as caught:
        Plain(digit=12, pixels=[1], words=["a", "bc"])
    errors = {error["loc"]: error["msg"] for error in caught.value.errors()}
    assert errors == {
        ("digit",): "an int from 0 to 9 is required",
        ("pixels",): "a list of 2 numbers is required, not a list of 1 number",
        ("words", 1): "one letter",
    }
    assert Plain.model_json_schema(mode="validation")["properties"]["digit"]["maximum"] == 9


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (s.array((3, 2)), "3 lists of 2 numbers are required"),
        (s.array([(1, 4), (4,), (1, 1, 4)]), "a list of 4 numbers is required"),
        (s.array((1, 2)), "1 list of 2 numbers is required"),
        (s.array(()), "a number is required"),
        (s.array((None,)), "a list of numbers is required"),
        (s.array(), "a list of numbers, or of such lists, is required"),
        (s.with_message(s.array((2,)), "two numbers, please"), "two numbers, please"),
        (s.model_spec({1}, lambda x: 1, input=s.array((2, 2))), "2 lists of 2 numbers are required"),
        (s.is_any, "a list of numbers, or of such lists, is required"),
    ],
)
def test_what_is_no_array_is_refused_in_the_words_of_json(spec, words):
    adapter = pydantic.TypeAdapter(Annotated[np.ndarray, s.Valid[spec]])
    for refuse in (lambda: adapter.validate_json('"x"'), lambda: adapter.validate_python({"a": 1})):
        with pytest.raises(pydantic.ValidationError) as caught:
            refuse()
        assert [(error["type"], error["msg"]) for error in caught.value.errors()] == [("array_type", words)]


def test_a_strict_model_takes_arrays_alone():
    adapter = pydantic.TypeAdapter(Pixels)
    assert adapter.validate_python([0, 0, 0, 0]).shape == (4,)
    with pytest.raises(pydantic.ValidationError, match="instance of ndarray"):
        adapter.validate_python([0, 0, 0, 0], strict=True)
    assert adapter.validate_json("[0, 0, 0, 0]", strict=True).shape == (4,)


FLAT = s.array((4,), min=0)


@pytest.mark.parametrize(
    "spec", [FLAT, "web/flat", s.is_any], ids=["dtype of the annotation", "name", "no array"]
)
def test_an_annotation_of_arrays_is_asked_before_the_spec(spec):
    s.def_("web/flat", FLAT)
    adapter = pydantic.TypeAdapter(Annotated[npt.NDArray[np.float32], s.Valid[spec]])
    zeros = np.zeros(4, "f4")
    assert adapter.validate_python(zeros, strict=True) is zeros
    for refused in (np.zeros(4), [0, "a"], None):
        with pytest.raises(pydantic.ValidationError):
            adapter.validate_python(refused)
    assert adapter.dump_json(zeros) == b"[0.0,0.0,0.0,0.0]"
    assert adapter.json_schema()


def test_a_list_becomes_an_array_of_the_dtype_that_the_annotation_or_the_spec_says():
    for source, spec in [
        (npt.NDArray[np.float32], s.is_any),
        (np.ndarray, s.array((2,), "float32")),
        (npt.NDArray[np.float32], s.array((2,), "float32")),
        (np.ndarray[tuple[int], np.dtype[np.float32]], s.array(max=3)),
    ]:
        adapter = pydantic.TypeAdapter(Annotated[source, s.Valid[spec]])
        assert adapter.validate_python([1, 2]).dtype == adapter.validate_json("[1, 2]").dtype == "float32"


@pytest.mark.parametrize(
    ("dtype", "numbers", "accepted"),
    [
        ("float32", [0.1], True), ("float32", [1], True), ("uint8", [255], True), ("uint8", [256], False),
        ("int64", [0.5], False), ("bool", [True], True), ("bool", [0.5], False), ("floating", [0.5], True),
        ("float32", ["a"], False), ("float32", [None], False), ("float32", [[1], 2], False),
    ],
)  # fmt: skip
def test_numbers_of_json_become_those_of_the_array_if_they_can_be(dtype, numbers, accepted):
    adapter = pydantic.TypeAdapter(Annotated[list[Any], s.Valid[s.array(dtype=dtype)]])
    try:
        assert adapter.validate_python(numbers) is not None
    except pydantic.ValidationError:
        assert not accepted
    else:
        assert accepted


def test_each_problem_is_an_error_of_its_own_that_json_takes():
    with pytest.raises(pydantic.ValidationError) as caught:
        Upload(pixels=np.zeros(3), users=[{}, {"name": 1, "age": -1}])
    errors = caught.value.errors()
    assert [error["loc"] for error in errors] == [
        ("pixels",), ("pixels",), ("users", 0, "name"), ("users", 1, "name"), ("users", 1, "age")
    ]  # fmt: skip
    assert [error["type"] for error in errors[:3]] == ["array_shape", "array_dtype", "missing"]
    assert len(json.loads(caught.value.json())) == 5
    assert json.dumps(errors)


def test_an_error_of_the_spec_is_not_told_to_whoever_sent_the_value():
    adapter = pydantic.TypeAdapter(Annotated[Any, s.Valid[s.fspec(ret=int)]])
    with pytest.raises(LookupError, match="no args spec"):
        adapter.validate_python(len)


# --- JSON schemas -------------------------------------------------------------------------------------------

s.def_("web/tree", s.or_(leaf=int, many=s.coll_of("web/tree")))

FIELDS = [
    Annotated[int, s.Valid["web/age"]], Annotated[Any, s.Valid["web/tree"]],
    Annotated[list[Any], s.Valid["web/tree"]], Annotated[np.ndarray, s.Valid["web/pixels"]],
    Annotated[list[float], s.Valid["web/bright"]], Annotated[dict[str, Any], s.Valid["web/user"]],
    Annotated[dict[int, int], s.Valid[s.map_of(int, int)]], Annotated[decimal.Decimal, s.Valid[s.is_number]],
    Annotated[bytes, s.Valid[bytes]], Annotated[datetime.datetime, s.Valid[s.is_inst]],
    Annotated[tuple[int, str], s.Valid[s.is_tuple]],
    Annotated[set[int], s.Valid[s.coll_of(int, kind=set, max_count=3)]],
    Annotated[int | None, s.Valid[s.nilable(s.is_even)]], Annotated[str, s.Valid[s.conformer(str.upper)]],
    Annotated[User, s.Valid[lambda user: user.name]], Annotated[User | None, s.Valid[s.is_any]],
    Annotated[list[Annotated[int, s.Valid[s.is_odd]]], s.Valid[s.coll_of(int, distinct=True)]],
    Annotated[list[Any], s.Valid[s.cat(command=str, numbers=s.star(int))]],
]  # fmt: skip


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_every_field_has_a_json_schema_for_both_directions(field):
    model = pydantic.create_model("Model", field=(field, ...))
    for mode in ("validation", "serialization"):
        schema = model.model_json_schema(mode=mode)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert json.dumps(schema, allow_nan=False)


@pytest.mark.parametrize(
    ("field", "right"),
    [
        (FIELDS[0], [0, 150]), (FIELDS[1], [1, [1, [2]]]), (FIELDS[3], [[0, 0, 0.5, 1], [[0, 0], [0, 1]]]),
        (FIELDS[4], [[0, 0, 0, 1]]), (FIELDS[5], [{"name": "Bo", "age": 3}]), (FIELDS[6], [{"1": 2}]),
        (FIELDS[7], [1.5, "1.5"]), (FIELDS[8], ["x"]), (FIELDS[9], ["2019-10-11T12:00:00Z"]),
        (FIELDS[10], [[1, "a"]]), (FIELDS[11], [[1, 2]]), (FIELDS[12], [None, 2]),
    ],
)  # fmt: skip
def test_the_schema_of_a_field_accepts_the_values_of_the_field(field, right):
    adapter = pydantic.TypeAdapter(field)
    check = jsonschema.Draft202012Validator(adapter.json_schema())
    for x in right:
        adapter.validate_python(x)
        check.validate(x)


class Side(enum.Enum):
    LEFT = "left"
    RIGHT = "right"


@dataclasses.dataclass
class Leg:
    to: Side
    at: datetime.datetime | None = None


LISTS = [
    *([], [[]], [[1, 2]], [[1, 2], [3, 4]], [[True, 2]], [[True, False]], [[0.5, 1]], [[1, 2], [3]], [1, 2]),
    *([["1", "2"]], [[300, -1]], {}, None, 3),
]
ROWS = [([1.0, 2.5], 3.0), ([1, 2], 3), ([1, 2], 20), ([1, 2], "3"), ([1, 2], True), ([1, 2], None),
        ([1, True], 3), ([1], 3), (3, 3), (["1", 2], 3), ([None, 2], 3)]  # fmt: skip

# A type, a spec, and values of JSON.
OFFERED = [
    (dict, s.keys({"row": s.array((2,), "float64"), "amount": s.float_in(0.0, 9.0)}),
     [{"row": row, "amount": amount} for row, amount in ROWS]),
    *((np.ndarray, s.array((None, 2), dtype), LISTS)
      for dtype in ("float32", "int16", "uint8", "bool", "number", "<U1")),
    *((list, s.array((None, 2), dtype), LISTS) for dtype in ("float32", "int16", "uint8", "bool", "number")),
    (np.ndarray, s.array((), "float32"), [3, 0.5, True, "3", [], [3]]),
    (np.ndarray, s.array((2,), min=0), [[1, 2], [True, False], [0.5, 1], [-1, 0], [True, 2, 3]]),
    (Any, s.coll_of(s.tuple_(int, float), kind=list),
     [[[1, 2]], [[1, 2.5]], [[1.0, 2]], [[1]], [[True, 1]], [1], {}]),
    (Any, Side, ["left", "right", "up", 1, None]),
    (dict, {"side": Side, "many": s.coll_of(int, kind=set)},
     [{"side": side, "many": many}
      for side in ("left", "up") for many in ([1, 2], [1.0], ["1"], 1, {"1": 1})]),
    (Any, Leg,
     [{"to": "left"}, {"to": "up"}, {}, {"to": "left", "at": None}, {"to": "left", "at": 3}, [1], "x"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "spec", "values"), OFFERED)
def test_the_json_that_the_schema_offers_is_accepted_and_no_other(source, spec, values):
    adapter = pydantic.TypeAdapter(Annotated[source, s.Valid[spec]])
    offered = jsonschema.Draft202012Validator(adapter.json_schema())

    def is_accepted(validate, x):
        try:
            return validate(x) is not None
        except pydantic.ValidationError:
            return False

    for x in values:
        assert is_accepted(lambda x: adapter.validate_json(json.dumps(x)), x) == offered.is_valid(x), x
        assert is_accepted(adapter.validate_python, x) == offered.is_valid(x), x  # as FastAPI asks


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 300) | st.sampled_from([0.5, 1.0, -2.5, "", "a", "3"]),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from("abxy"), parts, max_size=3),
    max_leaves=6,
)


def has_words(schema):
    """True if a part of a schema says in words what JSON Schema can't."""
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    is_worded = isinstance(schema, dict) and not schema.keys().isdisjoint({"description", "format"})
    return is_worded or any(map(has_words, parts))


@settings(max_examples=25, deadline=None)
@given(specs(depth=2), st.lists(JSON, min_size=3, max_size=9))
def test_pydantic_accepts_the_json_that_the_schema_of_any_spec_offers(spec, values):
    schema = s.json_schema(spec)
    assume(not has_words(schema))
    offered = jsonschema.Draft202012Validator(schema)
    adapter = pydantic.TypeAdapter(Annotated[Any, s.Valid[spec]])
    for x in values:
        try:
            adapter.validate_json(json.dumps(x))
        except pydantic.ValidationError:
            assert not offered.is_valid(x)
        else:
            assert offered.is_valid(x)


def test_what_fits_stays_and_what_does_not_is_read_as_json_unless_pydantic_is_strict():
    spec = s.keys({"row": s.array((2,), "float64"), "day": datetime.date})
    adapter = pydantic.TypeAdapter(Annotated[dict[str, Any], s.Valid[spec]])
    body = {"row": [1, 2.5], "day": "2019-10-11"}
    for read in (adapter.validate_python(body), adapter.validate_json(json.dumps(body))):
        assert s.valid(spec, read)
        assert adapter.validate_python(read, strict=True)["row"] is read["row"]
    with pytest.raises(pydantic.ValidationError, match="2 validation errors"):
        adapter.validate_python(body, strict=True)
    with pytest.raises(pydantic.ValidationError) as caught:
        adapter.validate_json('{"row": [1, 2, 3], "day": 3}')
    assert [(error["loc"], error["msg"], error["input"]) for error in caught.value.errors()] == [
        (("row",), "a list of 2 numbers is required, not a list of 3 numbers", [1, 2, 3]),
        (("day",), "an instance of date is required", 3),
    ]


class Never:
    def __call__(self, x):
        return False


def is_port(x):
    return x in (80, 443)


UNSAID = "a value that fits a condition of this place is required"


@pytest.mark.parametrize(
    ("spec", "x", "message", "words"),
    [
        (s.and_(int, s.is_even), 1, "an even int is required", "an even int"),
        (s.int_in(0, 10), 12, "an int from 0 to 9 is required", "an int from 0 to 9"),
        ({1, 2}, 3, "1 or 2 is required", "1 or 2"),
        (is_port, 1, "port is required", "port"),
        (s.and_(int, lambda n: n > 3), 1, UNSAID, ""),
        (s.or_(lambda n: n > 3), 1, UNSAID, ""),
        (Never(), 1, UNSAID, ""),
        (functools.partial(lambda least, n: n > least, 3), 1, UNSAID, ""),
        (s.conformer(lambda n: 1 / n), 0, f"{UNSAID}; ZeroDivisionError: division by zero", ""),
        (s.with_message(s.spec(lambda n: n > 3), "more than 3"), 1, "more than 3", ""),
    ],
)
def test_the_sender_of_a_value_reads_words_and_no_code(spec, x, message, words):
    with pytest.raises(pydantic.ValidationError) as caught:
        pydantic.TypeAdapter(Annotated[object, s.Valid[spec]]).validate_python(x)
    [error] = caught.value.errors()
    assert (error["msg"], error["ctx"]["pred"]) == (message, words)
    told = str({**error, "input": None})
    assert not any(code in told for code in ("lambda", "<", "partial", "and_(", "or_(", "Never"))


def test_openapi_carries_the_bounds(client):
    document = client.get("/openapi.json").json()
    json.dumps(document, allow_nan=False)
    [parameter] = document["paths"]["/age/{age}"]["get"]["parameters"]
    assert parameter["schema"].items() >= {"type": "integer", "minimum": 0, "maximum": 150}.items()
    schemas = document["components"]["schemas"]
    fields = (schemas.get("Upload") or schemas["Upload-Input"])["properties"]  # some versions split them
    assert fields["users"]["items"]["properties"]["age"]["maximum"] == 150
    assert fields["users"]["items"]["required"] == ["name"]
    assert [choice["minItems"] for choice in fields["pixels"]["anyOf"]] == [4, 2]


def test_the_schema_of_a_spec_that_leads_back_to_itself_ends_where_it_does():
    schema = pydantic.TypeAdapter(Annotated[Any, s.Valid["web/tree"]]).json_schema()
    assert schema["title"] == "web/tree"
    assert schema["anyOf"][1]["items"] == {"description": "web/tree, again"}


def test_the_schema_of_names_within_names_does_not_grow_without_bound():
    s.def_("web/level-0", int)
    for level in range(30):
        s.def_(f"web/level-{level + 1}", s.tuple_(f"web/level-{level}", f"web/level-{level}"))
    schema = pydantic.TypeAdapter(Annotated[list[Any], s.Valid["web/level-30"]]).json_schema()
    assert len(json.dumps(schema)) < 200_000
    assert len(s.json_schema("web/level-30")["$defs"]) == 30
