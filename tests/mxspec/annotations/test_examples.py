"""Examples of annotations, which are valid and end, or an error that says why not; answers of odd values."""

import itertools
from typing import Annotated

import annotated_types as at
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from tests.mxspec.annotations.annotated import GENERATED, Endless, Hostile, Json, Loop, Movie, Rude, Tree


@pytest.mark.parametrize("tp", GENERATED, ids=str)
def test_generated_values_are_valid(tp):
    spec = s.from_type(tp)
    for x in s.sample(spec, 15, seed=1):
        assert s.valid(spec, x), s.explain_str(spec, x)


@settings(max_examples=25, deadline=None)
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


# --- values that raise, lie or never end --------------------------------------------------------------------

ODD = [
    *(Hostile(), Rude([1]), float("nan"), itertools.count(), {1: Rude()}, (Hostile(),), Rude, Hostile),
    np.zeros(3),
]


def check_that_it_is_answered(x):
    for tp in (*GENERATED, Endless, Loop):
        spec = s.from_type(tp)
        data = s.explain_data(spec, x)
        assert s.valid(spec, x) is (data is None)


@pytest.mark.parametrize("i", range(len(ODD)))
def test_odd_input_is_answered(i):
    check_that_it_is_answered(ODD[i])


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.builds(Rude)),
        lambda xs: st.lists(xs) | st.dictionaries(st.text(), xs) | st.tuples(xs, xs),
    )
)
def test_any_input_is_answered(x):
    check_that_it_is_answered(x)
