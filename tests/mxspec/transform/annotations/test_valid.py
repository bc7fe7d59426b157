"""Specs inside annotations, for Hypothesis and pydantic too."""

import collections.abc as c
import dataclasses
import pickle
from typing import Annotated

import numpy as np
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from tests.processes import run_fresh


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


@dataclasses.dataclass
class Cell:
    digit: Annotated[int, s.int_in(3, 5)]
    words: list[Annotated[str, s.with_gen(s.spec(str), lambda: st.just("meow"))]]


def test_hypothesis_draws_from_a_spec_without_valid_around_it(recwarn):
    @settings(database=None, max_examples=20)
    @given(st.from_type(Annotated[int, s.int_in(3, 5)]), st.from_type(Cell), st.builds(Cell))
    def draw(digit, cell, built):
        assert digit in (3, 4)
        for each in (cell, built):
            assert each.digit in (3, 4)
            assert set(each.words) <= {"meow"}

    draw()
    assert not recwarn.list


def test_hypothesis_draws_from_the_last_spec_of_a_function_s_hints():
    def shift(n: Annotated[int, s.int_in(0, 3)], by: Annotated[int, s.Valid[{10}]]) -> int:
        return n + by

    @settings(database=None, max_examples=20)
    @given(st.builds(shift))
    def draw(shifted):
        assert shifted in (10, 11, 12)

    draw()


def test_a_spec_that_can_be_iterated_over_is_no_collection():
    digit = s.int_in(0, 10)
    with pytest.raises(TypeError):
        3 in digit  # noqa: B015
    with pytest.raises(TypeError):
        len(digit)
    assert np.asarray([digit, digit]).shape == (2,)
    assert np.asarray(digit).shape == ()
    assert s.valid(s.coll_of(s.is_any), digit) is False
    assert pickle.loads(pickle.dumps(digit)) is not None


def test_specs_and_valid_are_the_same_metadata():
    digit = s.int_in(0, 10)
    (drawn, asked), (drawn_too, asked_too) = digit, s.Valid[digit]
    assert asked == asked_too
    assert repr(asked) == "SpecMetadata[int_in(0, 10)]"
    assert repr(drawn) == repr(drawn_too)
    kept = s.from_type(Annotated[(int, *digit)])
    assert s.valid(kept, 9)
    assert not s.valid(kept, 10)


def test_a_name_in_valid_is_looked_up_late():
    spec = s.from_type(Annotated[int, s.Valid["annotations-late/digit"]])
    with pytest.raises(s.UnknownSpecError):
        s.valid(spec, 3)
    s.def_("annotations-late/digit", s.int_in(0, 10))
    assert s.valid(spec, 3)
    (found,) = s.explain_data(spec, 10)["problems"]
    assert found["via"] == ["annotations-late/digit"]
    assert 0 <= s.generate(spec, seed=1) < 10


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


def test_pydantic_makes_a_json_schema():
    with pytest.warns(pydantic.json_schema.PydanticJsonSchemaWarning, match="not JSON serializable"):
        properties = Model.model_json_schema()["properties"]
    assert properties["digit"] == {"title": "Digit", "type": "integer", "minimum": 0, "maximum": 9}
    assert properties["many"]["items"] == {"type": "integer", "multipleOf": 2}
    assert properties["word"]["enum"] == ["meow", "purr"]
    assert (properties["image"]["minItems"], properties["image"]["maxItems"]) == (2, 2)


def test_pydantic_still_refuses_unknown_annotations_that_are_not_classes():
    with pytest.raises(pydantic.errors.PydanticSchemaGenerationError):
        pydantic.TypeAdapter(Annotated[c.Sequence[np.ndarray], s.Valid[list]])


def test_annotations_import_neither_hypothesis_nor_pydantic():
    run_fresh("""
        import sys, typing, mxspec as s
        digit = typing.Annotated[int, s.Valid[s.int_in(0, 10)]]
        assert s.valid(s.from_type(list[digit]), [1]), list(s.Valid[int])
        assert list(s.Valid[int])
        loaded = {'hypothesis', 'pydantic', 'annotated_types', 'numpy', 'mxnet'} & set(sys.modules)
        assert not loaded, loaded
    """)


ANY_ORDER = """
import typing, pydantic, mxspec as s
{before}
made = []
for spec in (s.Valid[s.int_in(3, 5)], s.int_in(3, 5)):
    digit = typing.Annotated[int, spec]
    kept = typing.Annotated[(int, *list(spec))]
    class Model(pydantic.BaseModel):
        digit: digit
        kept: kept
    made.append((spec, digit, kept, Model))
{after}
for spec, digit, kept, Model in made:
    for model in (Model, pydantic.create_model("Later", digit=digit, kept=kept)):
        try:
            model(digit=5, kept=5)
        except pydantic.ValidationError as error:
            print(error.error_count())
        print(model(digit=3, kept=4))
    import hypothesis
    from hypothesis import strategies as st
    for annotation in (digit, kept, typing.Annotated[(int, *spec)], Model):
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
        run_fresh(ANY_ORDER.format(before=before, after=after), "-W", "error") for before, after in orders
    ]
    assert outputs[0].splitlines() == 2 * [
        *(2 * ["2", "digit=3 kept=4"]),
        *(3 * ["['3', '4', 'else']"]),
        str([*(f"digit={a} kept={b}" for a in (3, 4) for b in (3, 4)), "else"]),
    ]
    assert set(outputs) == {outputs[0]}


def test_a_spec_is_iterated_over_for_annotations_alone():
    digit = s.int_in(0, 10)
    assert list(map(repr, digit))[1:] == ["SpecMetadata[int_in(0, 10)]"]
    with pytest.raises(TypeError, match=r"container|iterable"):
        3 in digit  # noqa: B015
