"""Annotations and values that raise, lie or never end."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from tests.mxspec.annotations.annotated import GENERATED, Endless, Hostile, Loop, Rude

ODD = [
    Hostile(),
    Rude([1]),
    float("nan"),
    itertools.count(),
    {1: Rude()},
    (Hostile(),),
    Rude,
    Hostile,
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
