"""Specs that say in their author's words why they refuse: message=, with_message."""
# ruff: noqa: PT009  (assert_ is mxspec's here, not unittest's)

import pickle
from typing import Annotated

import jsonschema
import numpy as np
import pydantic
import pytest

import mxspec as s
from mxspec.errors import LimitError
from tests.mxspec.any_values import SPECS, VALUES
from tests.row_ids import row_id

s.def_("worded/age", s.with_message(s.int_in(0, 151), "an age is given in whole years"))
s.def_("worded/name", str)
s.def_("worded/user", s.with_message(s.keys(req_un=["worded/name", "worded/age"]), "this is no user"))
s.def_("worded/more", s.with_message(s.cat(n=int, more=s.maybe("worded/more")), "numbers, please"))

READ = s.model_spec(s.and_(int, s.is_odd), lambda x: s.Reading(x, confidence=1.0), int)
LEARNT = s.from_examples(np.random.default_rng(0).normal(size=(900, 2)), alpha=0.05)
WORDS = "so it is not"
REFUSED = [
    (int, "x"), (lambda n: n > 3, 1), (lambda n: n > 3, "x"), ({1, 2}, 3), (s.int_in(0, 3), 7),
    (s.float_in(0, 1), 2.0), (s.and_(int, s.is_even), 3), (s.or_(a=int, b=str), None), (s.nilable(int), "x"),
    (s.conformer(int), "x"), (s.nonconforming(int), "x"), (s.tuple_(int, int), [1, "x"]), (s.tuple_(int), []),
    (s.coll_of(int), [1, "x"]), (s.coll_of(int, min_count=1), []), (s.every(int), ["x"]),
    (s.map_of(str, int), {"a": "x"}), (s.every_kv(str, int), {1: 1}), (s.keys(req_un=["worded/name"]), {}),
    (s.keys(req_un=["worded/name"]), {"name": 1}), (s.keys(closed=True), {"a": 1}),
    (s.merge(s.keys(req_un=["worded/name"]), s.keys()), {}), (s.multi_spec("k", {"a": s.keys()}), {"k": "b"}),
    (s.array((2,)), [1]), (s.array((2,), min=0), np.array([-1, 0])), (READ, 6), (READ, None),
    (LEARNT, np.array([99.0, 99.0])), (s.fspec(args=s.cat(x=int), ret=int), str), (s.star(int), ["x"]),
    (s.plus(int), []), (s.maybe(int), [1, 2]), (s.cat(a=int, b=str), [1]), (s.cat(a=int), ["x"]),
    (s.alt(a=int, b=str), [None]), (s.amp(s.star(int), len), []), (s.keys_star(req_un=["worded/name"]), []),
    (s.spec(s.star(int)), [["x"]]), (s.from_type(list[int]), ["x"]), ("worded/name", 1),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "x"), REFUSED, ids=row_id)
@pytest.mark.parametrize("make", [s.with_message, lambda spec, words: s.spec(spec, message=words)])
def test_a_message_is_all_that_is_said_of_a_value_that_any_spec_refuses(make, spec, x):
    worded = make(spec, WORDS)
    assert not s.valid(worded, x)
    data = s.explain_data(worded, x)
    assert [problem["reason"] for problem in data["problems"]] == [WORDS] * len(data["problems"])
    assert {len(problem["in"]) for problem in data["problems"]} <= {
        len(problem["in"]) for problem in s.explain_data(spec, x)["problems"]
    }
    assert all(line.startswith(f"{WORDS} - value: ") for line in s.explain_str(worded, x).splitlines())
    assert {error["msg"] for error in s.explain_json(worded, x)} == {WORDS}
    s.check_asserts(True)
    try:
        with pytest.raises(s.SpecAssertionError, match=WORDS) as caught:
            s.assert_(worded, x)
    finally:
        s.check_asserts(False)
    assert {error["msg"] for error in caught.value.errors()} == {WORDS}


# Made once: to compile each anew for each value would take most of the time.
WORDED = [(spec, s.with_message(spec, WORDS)) for spec in SPECS]


@pytest.mark.parametrize("name", VALUES)
def test_a_message_changes_no_answer(name):
    x = VALUES[name]
    for spec, worded in WORDED:
        assert answer(s.valid, worded, x) == answer(s.valid, spec, x)
        refused = answer(s.explain_data, worded, x)
        assert (refused if refused == "limit" else refused is None) == answer(s.valid, spec, x)


def answer(operation, spec, x):
    """The answer to a question, or "limit" for a value that has no end or is nested too deeply."""
    try:
        return operation(spec, x)
    except LimitError:
        return "limit"


def test_conform_and_unform_and_examples_are_those_of_the_spec():
    spec = s.with_message(s.or_(id=int, name=str), WORDS)
    assert s.conform(spec, 7) == ("id", 7)
    assert s.unform(spec, ("id", 7)) == 7
    assert s.sample(spec, 5, seed=1) == s.sample(s.or_(id=int, name=str), 5, seed=1)
    assert s.generate(s.with_message({3}, WORDS)) == 3
    assert s.generate(s.spec(int, gen=lambda: s.gen({5}), message=WORDS)) == 5


@pytest.mark.parametrize(
    ("spec", "x", "lines"),
    [
        ("worded/age", 4.5, ["an age is given in whole years - value: 4.5 spec: 'worded/age'"]),
        (
            s.coll_of("worded/age"), [1, -1],
            ["an age is given in whole years - value: -1 in: [1] spec: 'worded/age'"],
        ),
        (
            "worded/user", {"name": 1, "age": -1},  # the innermost speaks
            [
                "this is no user - value: 1 in: ['name'] at: ['name'] spec: 'worded/name'",
                "an age is given in whole years - value: -1 in: ['age'] at: ['age'] spec: 'worded/age'",
            ],
        ),
        ("worded/user", {}, ["this is no user - value: {} spec: 'worded/user'"]),
        (s.spec(s.or_(a=int, b=s.or_(c=str)), message=WORDS), None, ["so it is not - value: None"]),
        (
            s.or_(a=s.spec(int, message="no int"), b=str), None,
            ["no int - value: None at: ['a']", "a string is required, not None - failed: str at: ['b']"],
        ),
        (
            s.cat(verb=str, ages=s.with_message(s.plus(int), "say an age")), ["add", "x"],
            ["say an age - value: 'x' in: [1] at: ['ages']"],
        ),
        (
            s.cat(verb=str, ages=s.with_message(s.plus(int), "say an age")), ["add"],
            ["say an age - value: [] at: ['ages']"],
        ),
        (
            s.cat(verb=str, ages=s.with_message(s.plus(int), "say an age")), [1],
            ["a string is required, not 1 - failed: str in: [0] at: ['verb']"],
        ),
        (
            s.star(s.cat(k=str, v=s.alt(n=int, many=s.with_message(s.cat(a=int, b=int), "two")))), ["a", "x"],
            [
                "an int is required, not 'x' - failed: int in: [1] at: ['v', 'n']",
                "two - value: 'x' in: [1] at: ['v', 'many', 'a']",
            ],
        ),
        (
            "worded/more", [1, "x"],
            ["numbers, please - value: 'x' in: [1] at: ['more', 'n'] spec: 'worded/more'"],
        ),
        (
            s.model_spec(s.spec({1}, message="1 is all I take"), lambda x: x, int), 2,
            ["read as 2, but 1 is all I take - value: 2"],
        ),
    ],
)  # fmt: skip
def test_where_a_message_speaks(spec, x, lines):
    assert sorted(s.explain_str(spec, x).splitlines()) == sorted(lines)


def test_the_type_and_the_place_of_an_error_stay():
    [plain] = s.explain_json(s.int_in(0, 151), -1)
    [worded] = s.explain_json("worded/age", -1)
    assert worded["type"] == plain["type"] == "int_in"
    assert worded["ctx"]["pred"] == plain["ctx"]["pred"]
    [error] = s.explain_json(s.with_message(READ, WORDS), 6)
    assert (error["type"], error["ctx"]["label"], error["msg"]) == ("read_as", 6, WORDS)


def test_pydantic_and_json_schema_carry_it():
    adapter = pydantic.TypeAdapter(list[Annotated[int, s.Valid["worded/age"]]])
    with pytest.raises(pydantic.ValidationError) as caught:
        adapter.validate_python([-1])
    [error] = caught.value.errors()
    assert (error["loc"], error["msg"]) == ((0,), "an age is given in whole years")
    schema = s.json_schema("worded/age")
    assert (schema["maximum"], schema["description"]) == (150, "an age is given in whole years")
    jsonschema.Draft202012Validator.check_schema(s.json_schema("worded/more"))


def test_an_instrumented_call_says_it():
    def half(x):
        return x / 2

    half.__qualname__ = "half"
    globals()["half"] = half
    s.fdef(half, args=s.with_message(s.cat(x=int), "half of an int"))
    s.instrument(half)
    with pytest.raises(s.CallError, match="half of an int"):
        globals()["half"]("x")
    assert globals()["half"](x=4) == 2
    s.unstrument(half)


@pytest.mark.parametrize("spec", [s.spec(int, message=WORDS), s.with_message(s.cat(n=int), WORDS)])
def test_form_and_rebuilding_and_pickling_keep_it(spec):
    assert s.form(spec)[0::2] == ("with_message", WORDS)
    for again in (s.from_form(s.form(spec)), pickle.loads(pickle.dumps(spec))):
        assert repr(again) == repr(spec)
        assert s.explain_data(again, "x")["problems"][0]["reason"] == WORDS
    assert repr(s.with_message(s.int_in(0, 3), WORDS)) == "with_message(int_in(0, 3), 'so it is not')"


def test_a_message_is_found_at_the_end_of_a_long_way():
    long = [1] * 100 + ["x"]
    [problem] = s.explain_data("worded/more", long)["problems"]
    assert (problem["reason"], problem["in"], len(problem["path"])) == ("numbers, please", [100], 101)


FIVES = s.with_message(lambda n: n % 5 == 0, WORDS)


@pytest.mark.parametrize(
    ("spec", "x"),
    [
        (FIVES, 3),
        (s.coll_of(FIVES), [3]),
        (s.and_(int, FIVES), 3),
        (s.spec(s.and_(int, lambda n: n > 3), message=WORDS), 3),
        (s.with_message(s.or_(a=lambda n: n > 9, b=str), WORDS), 3),
        (s.with_message(s.conformer(lambda x: 1 / x), WORDS), 0),
        (s.with_message(s.map_of(lambda k: k > "b", int), WORDS), {"a": 1}),
        (s.with_message(s.cat(n=lambda n: n > 3), WORDS), [1]),
        (s.with_message(s.model_spec(lambda n: n > 3, len, str, input=str), WORDS), "a"),
        (s.from_type(Annotated[int, s.Valid[FIVES]]), 3),
    ],
)
def test_where_there_is_a_message_no_lambda_is_told_to_other_programs(spec, x):
    [error] = s.explain_json(spec, x)
    assert error["msg"] == WORDS
    assert "lambda" not in str(error)
    assert "lambda" not in str(s.json_schema(spec))
    assert WORDS in str(s.json_schema(spec))
    assert "lambda" not in str(pydantic.TypeAdapter(Annotated[object, s.Valid[spec]]).json_schema())


def test_what_a_message_does_not_replace_is_told_as_ever():
    [error] = s.explain_json(lambda n: n > 3, 1)
    assert "lambda" in error["ctx"]["pred"]
    assert "lambda" in str(s.json_schema(s.and_(int, lambda n: n > 3)))
