"""What an annotation asks and no spec states: pydantic and the class are asked, or it is an error."""

import dataclasses
import datetime
import decimal
import typing
import uuid
from typing import Annotated, Any, Literal

import annotated_types as at
import attrs
import jsonschema
import numpy as np
import pydantic
import pytest
from hypothesis import strategies as st

import mxspec as s
from tests.row_ids import row_id

row = pytest.mark.parametrize


def at_most_five(x: Any) -> Any:
    if x > 5:
        raise ValueError("more than five")
    return x


def with_handler(x: Any, handler: Any) -> Any:
    return handler(at_most_five(x))


def tripped(x: Any) -> Any:
    raise TypeError("not for this")


class Cat(pydantic.BaseModel):
    kind: Literal["cat"] = "cat"


class Dog(pydantic.BaseModel):
    kind: Literal["dog"] = "dog"


class Counted(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(revalidate_instances="always")
    n: Annotated[int, pydantic.Field(ge=0)]


NEW_YEAR, MOMENT = datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1)
Pattern = Annotated[str, pydantic.Field(pattern="^a+$")]
Short = Annotated[decimal.Decimal, pydantic.Field(max_digits=3, decimal_places=1, gt=0)]
SIZE = pydantic.AfterValidator(lambda x: at_most_five(x.size))
AFTER, BEFORE = pydantic.AfterValidator(at_most_five), pydantic.BeforeValidator(at_most_five)

# An annotation, a value of it, one that its owner alone refuses, and the owner's words.
ASKED = [
    (Pattern, "aa", "zzz", "String should match pattern '^a+$'"),
    (Pattern, "a", "a\n", "String should match pattern '^a+$'"),
    (Annotated[str, pydantic.Field(pattern=r"^\w+$")], "José", "a b", "String should match pattern"),
    (Annotated[str | None, pydantic.Field(pattern="b")], None, "a", "String should match pattern 'b'"),
    (pydantic.constr(pattern="b", max_length=3, to_upper=True), "abc", "aac", "String should match pattern"),
    (Short, decimal.Decimal("1.5"), decimal.Decimal("1.55"), "no more than 1 decimal place"),
    (pydantic.condecimal(max_digits=2), decimal.Decimal(12), decimal.Decimal(123), "no more than 2 digits"),
    (Annotated[int, AFTER], 0, 6, "Value error, more than five"),
    (Annotated[int, BEFORE], 0, 6, "Value error, more than five"),
    (Annotated[int, pydantic.PlainValidator(at_most_five)], 0, 6, "Value error, more than five"),
    (Annotated[int, pydantic.WrapValidator(with_handler)], 0, 6, "Value error, more than five"),
    (Annotated[list[int], pydantic.AfterValidator(lambda x: at_most_five(len(x)))], [1], [1] * 6, "five"),
    (Annotated[int, at.Gt(2), AFTER], 3, 6, "Value error, more than five"),
    (pydantic.confloat(allow_inf_nan=False), 1.5, float("nan"), "finite number"),
    (pydantic.FiniteFloat, 1.5, float("inf"), "finite number"),
    (pydantic.UUID4, uuid.UUID("00000000-0000-4000-8000-000000000000"), uuid.UUID(int=0), "UUID version 4"),
    (pydantic.PastDate, NEW_YEAR, datetime.date(9000, 1, 1), "Date should be in the past"),
    (pydantic.AwareDatetime, datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), MOMENT, "timezone"),
    (Annotated[datetime.date, pydantic.Strict()], NEW_YEAR, MOMENT, "a valid date"),
    (
        Annotated[Cat | Dog, pydantic.Field(discriminator="kind")],
        Dog(),
        Cat.model_construct(kind="owl"),
        "Input tag 'owl' found using 'kind' does not match",
    ),
    (Counted, Counted(n=1), Counted.model_construct(n=-1), "greater than or equal to 0"),
    (Annotated[np.ndarray, SIZE], np.ones(2), np.ones(9), "five"),
]  # fmt: skip


@row(("tp", "fitting", "refused", "words"), ASKED, ids=row_id)
def test_the_owner_is_asked_what_no_spec_states(tp, fitting, refused, words):
    spec = s.from_type(tp)
    assert s.valid(spec, fitting)
    assert s.explain_data(spec, fitting) is None
    assert not s.valid(spec, refused)
    assert s.conform(spec, refused) is s.INVALID
    [problem] = s.explain_data(spec, refused)["problems"]
    assert words in problem["reason"]
    assert s.valid(s.from_type(dict[str, tp]), {"a": fitting})
    assert not s.valid(s.from_type(dict[str, tp]), {"a": refused})


@row(
    "tp",
    [tp for tp, *_ in ASKED if tp is not pydantic.AwareDatetime and "ndarray" not in str(tp)],
    ids=row_id,
)
def test_every_example_is_valid_for_the_owner_too(tp):
    spec = s.from_type(tp)
    adapter = pydantic.TypeAdapter(tp)
    for x in s.sample(spec, 20, seed=0):
        assert s.valid(spec, x)
        adapter.validate_python(x)


@pytest.mark.parametrize(
    "tp",
    [
        Annotated[int | None, at.Ge(2)],
        Annotated[int | None, pydantic.Field(ge=2, le=9)],
        Annotated[int | None, at.MultipleOf(2)],
        Annotated[str | None, at.MinLen(2), pydantic.Field(pattern="^a")],
        Annotated[list[int] | None, at.Len(1, 2)],
        Annotated[decimal.Decimal | None, pydantic.Field(ge=2, max_digits=2)],
        list[Annotated[int | None, at.Ge(2)]],
        dict[str, Annotated[int | None, at.Ge(2)]],
        Annotated[Annotated[int | None, at.Ge(2)], at.Le(9)],
    ],
    ids=row_id,
)
def test_a_limit_is_none_of_what_is_none_as_pydantic_reads_it(tp):
    adapter = pydantic.TypeAdapter(tp, config={"strict": True})
    values = [None, 1, 2, 10, 1.0, 2.5, 2.7, "a", "aa", "ba", [], [1], [1, 2, 3], decimal.Decimal(1)]
    values += [decimal.Decimal(22), decimal.Decimal(222), [None], [2, None], [1, None], {"k": None}, {"k": 1}]
    for x in values:
        assert s.valid(tp, x) == accepts(adapter, x), x
    examples = s.sample(tp, 60, seed=1)
    assert all(s.valid(tp, x) for x in examples)
    assert None in examples or typing.get_origin(tp) in (list, dict)
    assert len({repr(x) for x in examples}) > 3


def accepts(adapter, x):
    try:
        adapter.validate_python(x)
    except pydantic.ValidationError:
        return False
    return True


def test_own_conditions_come_first_and_an_error_is_at_its_place():
    spec = s.from_type(list[Annotated[list[Annotated[int, AFTER]], pydantic.Field(fail_fast=True)]])
    assert s.explain_str(spec, [[1], [2, 6]]).splitlines() == [
        "Value error, more than five - value: 6 in: [1, 1]"
    ]
    assert s.explain_data(s.from_type(Annotated[int, AFTER]), "6")["problems"][0]["pred"] is int


def test_a_validator_that_raises_otherwise_refuses():
    spec = s.from_type(Annotated[int, pydantic.AfterValidator(tripped)])
    assert s.explain_str(spec, 3) == "TypeError: not for this - value: 3"


@s.fdef
def shout(word: Pattern, times: Annotated[int, AFTER] = 1) -> str:
    return word * times


def test_an_instrumented_function_asks_the_owner():
    s.instrument(shout)
    try:
        assert globals()["shout"]("aa", 2) == "aaaa"
        for arguments in (("zzz",), ("aa", 6)):
            with pytest.raises(s.SpecError, match=r"String should match pattern|more than five"):
                globals()["shout"](*arguments)
    finally:
        s.unstrument(shout)


def priced(n: int = pydantic.Field(gt=0), word: "str" = pydantic.Field("a", pattern="^a")) -> int:  # noqa: B008
    return n


def test_a_field_as_the_default_of_a_parameter_counts():
    s.fdef(priced)
    args = s.get_spec(f"{__name__}/priced").args
    assert s.valid(args, [1, "a"])
    assert not s.valid(args, [0, "a"])
    assert not s.valid(args, [1, "b"])


@row(
    ("tp", "schema"),
    [(Pattern, {"type": "string", "pattern": "^a+$"}), (Annotated[int, AFTER], {"type": "integer"})],
)
def test_the_json_schema_says_what_pydantic_says(tp, schema):
    assert {key: x for key, x in s.json_schema(s.from_type(tp)).items() if key != "$schema"} == schema


# --- what is not understood ---------------------------------------------------------------------------------


class Even(at.BaseMetadata):
    """A constraint of annotated-types' family that nobody here knows."""


class Checker:
    def validate(self, x):
        return x > 3


@dataclasses.dataclass
class AtLeast:
    min: int


@dataclasses.dataclass
class Note:
    words: str


class Matched:
    pattern = "^a"


@row(
    "part",
    [
        Even(),
        Checker(),
        AtLeast(3),
        at_most_five,
        lambda x: x > 3,
        attrs.validators.gt(3),
        Checker().validate,
    ],
    ids=row_id,
)
def test_unknown_metadata_that_looks_like_a_constraint_is_an_error(part):
    with pytest.raises(s.SpecDefinitionError, match=r"looks like a constraint.*s\.Valid\[spec\]"):
        s.from_type(list[Annotated[int, part]])


@row(
    "part",
    [
        *(
            "words",
            3,
            None,
            [1],
            {"a": 1},
            Note("words"),
            int,
            Even,
            at.Unit("m"),
            at.doc("words"),
            AtLeast(None),
        ),
        *(max, lambda old, new: old + new, pydantic.Field(alias="n", title="N", examples=[1], repr=False)),
        *(pydantic.WithJsonSchema({}), pydantic.PlainSerializer(str), pydantic.Tag("n"), st.integers()),
    ],
    ids=row_id,
)
def test_metadata_about_other_things_is_passed_over(part):
    spec = s.from_type(Annotated[int, part])
    assert s.valid(spec, 2)
    assert not s.valid(spec, "2")


def test_a_pattern_of_others_is_searched_for_as_python_does():
    spec = s.from_type(Annotated[str, Matched()])
    assert [s.valid(spec, x) for x in ("ab", "ba", 3)] == [True, False, False]
    assert all(x.startswith("a") for x in s.sample(spec, 5, seed=0))


def test_what_pydantic_can_not_judge_is_an_error_when_the_spec_is_made():
    with pytest.raises(s.SpecDefinitionError, match="only pydantic could judge"):
        s.from_type(Annotated[str, pydantic.Field(pattern="(?=a)")])


# --- classes that check their instances ---------------------------------------------------------------------


@dataclasses.dataclass
class Interval:
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")


@dataclasses.dataclass
class Stamped:
    """Converts a field, so that it can't be asked again."""

    day: str | datetime.date

    def __post_init__(self) -> None:
        self.day = datetime.date.fromisoformat(self.day)


@dataclasses.dataclass
class Sized:
    n: int
    factor: dataclasses.InitVar[int]

    def __post_init__(self, factor: int) -> None:
        self.n *= factor


@pydantic.dataclasses.dataclass
class Priced:
    name: Annotated[str, pydantic.Field(min_length=1)]
    price: int = pydantic.Field(gt=0)


def test_a_dataclass_is_asked_again_whether_its_fields_fit_together():
    interval = Interval(1, 2)
    spec = s.from_type(list[Interval])
    assert s.valid(spec, [interval])
    interval.low = 3
    assert not s.valid(spec, [interval])
    assert "low is above high" in s.explain_str(spec, [interval])
    assert all(x.low <= x.high for x in s.sample(s.from_type(Interval), 20, seed=0))


@row("x", [Stamped("2020-01-02"), Sized(2, 3)], ids=row_id)
def test_a_dataclass_that_can_not_be_asked_again_was_asked_when_it_was_made(x):
    before = dataclasses.asdict(x)
    assert s.valid(s.from_type(type(x)), x)
    assert dataclasses.asdict(x) == before


def test_a_dataclass_of_pydantic_keeps_the_conditions_of_its_fields():
    priced = Priced("a", 3)
    assert s.valid(s.from_type(Priced), priced)
    priced.price = 0
    assert (
        s.explain_str(s.from_type(Priced), priced)
        == "more than 0 is required, not 0 - failed: gt(0) in: ['price'] at: ['price']"
    )


# --- maps for pydantic models -------------------------------------------------------------------------------


class Stop(pydantic.BaseModel):
    day: datetime.date
    way: Literal["rail", "road"] = "rail"


class Trip(pydantic.BaseModel):
    who: str
    stops: list[Stop] = []
    within: "Trip | None" = None


class Days(pydantic.RootModel[list[datetime.date]]):
    pass


JANUARY = {"who": "Bo", "stops": [{"day": "2020-01-01", "way": "road"}], "within": {"who": "Di"}}


@row(
    ("spec", "x"),
    [
        (Trip, JANUARY), (list[Trip], [JANUARY, {"who": "Di"}]),
        ({"trip": s.nilable(Trip)}, {"trip": JANUARY}),
        (Trip | None, JANUARY), (s.map_of(str, Trip), {"a": JANUARY}), (Days, ["2020-01-01"]),
        (Counted, {"n": 3}), (dict[str, Days], {"a": []}),
    ],
    ids=row_id,
)  # fmt: skip
def test_decode_makes_a_model_of_a_map_and_encode_and_the_schema_lead_back(spec, x):
    made = s.decode(spec, x)
    assert s.valid(spec, made)
    assert not s.valid(spec, x)
    written = s.encode(spec, made)
    assert s.decode(spec, written) == made
    check = jsonschema.Draft202012Validator(s.json_schema(spec))
    check.check_schema(check.schema)
    check.validate(x)
    check.validate(written)
    assert not check.is_valid({"trip": {}, "a": {}})
    assert "makes an instance of it" in s.explain_str(spec, x)


@row(
    ("spec", "x", "loc", "message"),
    [
        (Trip, {}, ["who"], "key 'who' is required"),
        (Trip, {"hwo": "Bo"}, ["who"], "key 'who' is required; did you mean 'hwo'?"),
        (Trip, {"who": 3}, ["who"], "Input should be a valid string"),
        ({"trip": Trip}, {"trip": {**JANUARY, "stops": [{"day": "soon"}]}}, ["trip", "stops", 0, "day"],
         "Input should be a valid date or datetime, input is too short"),
        (list[Trip], [JANUARY, {"who": "Di", "within": {}}], [1, "within", "who"], "key 'who' is required"),
        (Days, ["soon"], [0], "Input should be a valid date or datetime, input is too short"),
        (Counted, {"n": -1}, ["n"], "Input should be greater than or equal to 0"),
        (Trip, '{"who": "Bo"}', [], "an instance of Trip is required; a text of JSON: json.loads reads it"),
        (Trip, 3, [], "an instance of Trip is required"),
    ],
    ids=row_id,
)  # fmt: skip
def test_a_map_that_a_model_refuses_has_the_errors_of_pydantic_at_their_places(spec, x, loc, message):
    assert [(error["loc"], error["msg"]) for error in s.explain_json(spec, s.decode(spec, x))] == [
        (loc, message)
    ]


def test_models_of_one_name_have_definitions_of_their_own():
    other = pydantic.create_model("Trip", stops=(list[pydantic.create_model("Stop", n=(int, ...))], ...))
    schema = s.json_schema({"a": Trip, "b": other})
    check = jsonschema.Draft202012Validator(schema)
    check.validate({"a": JANUARY, "b": {"stops": [{"n": 3}]}})
    assert not check.is_valid({"a": JANUARY, "b": JANUARY})
    assert not check.is_valid({"a": {"who": "Bo", "stops": [{"n": 3}]}, "b": {"stops": []}})
