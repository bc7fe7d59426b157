"""Specs inside annotations, for Hypothesis and pydantic too."""

import collections.abc as c
import dataclasses
import pickle
import subprocess
import sys
import warnings
from typing import Annotated

import numpy as np
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s


def test_valid_is_a_value():
    assert s.Valid["a/b"] == s.Valid["a/b"] != s.Valid["a/c"]
    assert hash(s.Valid["a/b"]) == hash(s.Valid["a/b"])
    assert s.Valid["a/b"] != "a/b"
    assert repr(s.Valid[s.int_in(0, 10)]) == "Valid[int_in(0, 10)]"
    assert pickle.loads(pickle.dumps(s.Valid["a/b"])) == s.Valid["a/b"]
    with pytest.raises(s.SpecDefinitionError):
        s.Valid[3]
    with pytest.raises(s.SpecDefinitionError):
        s.Valid["unqualified"]


def test_a_name_in_valid_is_looked_up_late():
    spec = s.from_type(Annotated[int, s.Valid["annotations-late/digit"]])
    with pytest.raises(s.UnknownSpecError):
        s.valid(spec, 3)
    s.def_("annotations-late/digit", s.int_in(0, 10))
    assert s.valid(spec, 3)
    (found,) = s.explain_data(spec, 10)["problems"]
    assert found["via"] == ["annotations-late/digit"]
    assert 0 <= s.generate(spec, seed=1) < 10


def test_hypothesis_draws_from_the_spec():
    @dataclasses.dataclass
    class Reading:
        digit: Annotated[int, s.Valid[s.int_in(3, 5)]]
        image: Annotated[np.ndarray, s.Valid[s.array((2, 2), "float32", min=0, max=1)]]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        strategy = st.from_type(Reading)

        @settings(max_examples=20, database=None)
        @given(strategy)
        def check(x):
            assert x.digit in (3, 4)
            assert x.image.shape == (2, 2)

        check()


class Model(pydantic.BaseModel):
    digit: Annotated[int, s.Valid[s.int_in(0, 10)]]
    image: Annotated[np.ndarray, s.Valid[s.array((2,))]] = np.zeros(2)
    word: Annotated[str, s.Valid["annotations-model/word"]] = "meow"
    tagged: Annotated[int, s.Valid[s.or_(id=int)]] = 0
    many: list[Annotated[int, s.Valid[s.is_even]]] = []


def test_pydantic_asks_the_type_and_then_the_spec_and_keeps_the_value():
    s.def_("annotations-model/word", {"meow", "purr"})
    image = np.ones(2)
    made = Model(digit="3", image=image, word="purr", tagged=4, many=[2])
    assert (made.digit, made.word, made.tagged, made.many) == (3, "purr", 4, [2])
    assert made.image is image
    assert made.model_dump()["image"] is image


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"digit": 12}, "an int from 0 to 9 is required"),
        ({"digit": "x"}, "valid integer"),
        ({"digit": 1, "image": np.zeros(3)}, "shape is (3,), (2,) is required"),
        ({"digit": 1, "image": [[0], 0]}, "a list of 2 numbers is required"),
        ({"digit": 1, "word": "woof"}, "'meow' or 'purr' is required"),
        ({"digit": 1, "many": [1]}, "an even int is required"),
    ],
)
def test_pydantic_says_what_explain_json_says(given_, message):
    s.def_("annotations-model/word", {"meow", "purr"})
    with pytest.raises(pydantic.ValidationError) as error:
        Model(**given_)
    assert message in str(error.value)
    assert error.value.error_count() == 1


def test_pydantic_lets_a_name_that_is_not_registered_through_as_the_programmers_error():
    adapter = pydantic.TypeAdapter(Annotated[int, s.Valid["annotations-model/nothing"]])
    with pytest.raises(LookupError, match="no spec is registered under 'annotations-model/nothing'"):
        adapter.validate_python(3)


def test_pydantic_makes_a_json_schema():
    with pytest.warns(pydantic.json_schema.PydanticJsonSchemaWarning, match="not JSON serializable"):
        properties = Model.model_json_schema()["properties"]
    assert properties["digit"] == {"title": "Digit", "type": "integer", "minimum": 0, "maximum": 9}
    assert properties["many"]["items"] == {"type": "integer", "multipleOf": 2}
    assert properties["word"]["enum"] == ["meow", "purr"]
    assert (properties["image"]["minItems"], properties["image"]["maxItems"]) == (2, 2)


def test_pydantic_still_refuses_what_it_does_not_know_and_is_no_class():
    with pytest.raises(pydantic.errors.PydanticSchemaGenerationError):
        pydantic.TypeAdapter(Annotated[c.Sequence[np.ndarray], s.Valid[list]])


def test_annotations_import_neither_hypothesis_nor_pydantic():
    code = (
        "import sys, typing, mxspec as s\n"
        "digit = typing.Annotated[int, s.Valid[s.int_in(0, 10)]]\n"
        "assert s.valid(s.from_type(list[digit]), [1]), list(s.Valid[int])\n"
        "assert list(s.Valid[int])\n"
        "loaded = {'hypothesis', 'pydantic', 'annotated_types', 'numpy', 'mxnet'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


ANY_ORDER = """
import typing, pydantic, mxspec as s
{}
digit = typing.Annotated[int, s.Valid[s.int_in(3, 5)]]
parts = list(s.Valid[s.int_in(3, 5)])
kept = typing.Annotated[(int, *parts)]
class Model(pydantic.BaseModel):
    digit: digit
    kept: kept
{}
for model in (Model, pydantic.create_model("Later", digit=digit, kept=kept)):
    try:
        model(digit=5, kept=5)
    except pydantic.ValidationError as error:
        print(error.error_count())
    print(model(digit=3, kept=4))
import hypothesis
from hypothesis import strategies as st
for annotation in (digit, kept, typing.Annotated[(int, *s.Valid[s.int_in(3, 5)])], Model):
    seen = []
    @hypothesis.settings(max_examples=20, database=None, derandomize=True)
    @hypothesis.given(st.from_type(annotation) | st.just("else"))
    def draw(x):
        seen.append(str(x))
    draw()
    print(sorted(set(seen)))
"""


def test_annotations_are_the_same_in_any_order_of_imports():
    orders = [("import hypothesis.strategies", ""), ("", "import hypothesis.strategies"), ("", "")]
    outputs = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", ANY_ORDER.format(*order)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for order in orders
    ]
    assert outputs[0].splitlines() == [
        *(2 * ["2", "digit=3 kept=4"]),
        *(3 * ["['3', '4', 'else']"]),
        str([*(f"digit={a} kept={b}" for a in (3, 4) for b in (3, 4)), "else"]),
    ]
    assert set(outputs) == {outputs[0]}
