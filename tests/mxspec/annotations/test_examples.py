"""Examples of annotations, which are valid and end, or an error that says why not; answers of odd values."""

from typing import Annotated

import annotated_types as at
import pytest
from hypothesis import given, settings

import mxspec as s
from tests.mxspec.annotations.annotated import GENERATED, Endless, Json, Loop, Movie, Tree


@pytest.mark.parametrize("tp", GENERATED, ids=str)
def test_generated_values_are_valid(tp):
    spec = s.from_type(tp)
    for x in s.sample(spec, 15, seed=1):
        assert s.valid(spec, x), s.explain_str(spec, x)


@settings(max_examples=25)
@given(s.gen(s.from_type(Tree)))
def test_generated_trees_are_valid_and_end(x):
    assert s.valid(s.from_type(Tree), x)
    assert 0 <= x.value < 10


def test_optional_keys_end():
    drawn = s.sample(s.from_type(Movie), 200, seed=1)
    assert 3 <= max(str(x).count("sequel") for x in drawn) <= 5


def test_json_is_generated_in_depth():
    spec = s.from_type(Json, names={"Json": Json})
    drawn = s.sample(spec, 100, seed=1)
    assert all(s.valid(spec, x) for x in drawn)
    assert any(isinstance(x, list) and any(isinstance(y, dict) for y in x) for x in drawn)


@pytest.mark.parametrize(
    "tp",
    [
        Endless,
        Loop,
        Annotated[int, at.MultipleOf(5), at.Gt(1), at.Lt(4)],
        Annotated[int, at.MultipleOf(5), at.Gt("x")],
        Annotated[int, at.MultipleOf(5), at.Lt(float("nan"))],
    ],
)
def test_a_type_without_examples_is_an_error(tp):
    with pytest.raises(s.GeneratorError):
        s.generate(s.from_type(tp))
