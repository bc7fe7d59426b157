"""Calls as text: source that runs, and makes the value again."""

import math
import textwrap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mxspec.messages.text import argument_text, generated_call, numbers_text


def draw(*arguments):
    return arguments


class Model:
    def draw(self, label):
        return label


@pytest.mark.parametrize(
    ("function", "spec", "call"),
    [
        (draw, "a/b", "draw(3)"),
        (textwrap.dedent, "a/b", "textwrap.dedent(3)"),
        (np.ones, None, "np.ones(3)"),
        (abs, None, "abs(3)"),
        (str, None, "str(3)"),
        (lambda n: n, "a/b", "s.get_spec('a/b').generate(3)"),
        (lambda n: n, None, "(lambda n: n)(3)"),
        (Model().draw, "a/b", "s.get_spec('a/b').generate(3)"),
        (Model.draw, None, "Model.draw(3)"),
    ],
)
def test_a_function_is_called_as_it_is_reached(function, spec, call):
    assert generated_call(function, (3,), spec) == call


def test_a_function_inside_a_test_is_called_by_its_name():
    def local(n):
        return n

    assert generated_call(local, ("a", 1.5), "a/b") == "local('a', 1.5)"


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (math.inf, "float('inf')"),
        ((1,), "(1,)"),
        ([(1.5, {"a": None})], "[(1.5, {'a': None})]"),
        (np.float32(1.53), "np.float32(1.53)"),
        (np.array([1, 2]), "np.int64([1, 2])"),
        (np.array([True]), "np.bool_([True])"),
        (np.zeros(16, np.float32), "np.zeros(16, np.float32)"),
        (np.zeros((2, 3)), "np.zeros((2, 3), np.float64)"),
        (np.zeros(1000), "array of shape (1000,), float64"),
    ],
)
def test_an_argument_is_source(x, text):
    assert argument_text(x) == text


@given(
    arrays(
        st.sampled_from(["f2", "f4", "f8", "i4", "u1", "?"]),
        array_shapes(max_dims=2, min_side=1, max_side=5),
    )
)
def test_an_array_of_numbers_comes_back_bit_for_bit(x):
    again = eval(argument_text(x), {"np": np})
    assert again.dtype == x.dtype
    assert again.shape == x.shape
    assert np.array_equal(again, x, equal_nan=x.dtype.kind == "f")


def test_numbers_are_as_short_as_they_can_be():
    assert numbers_text(np.float32([0, 1.53, -2])) == "[0, 1.53, -2]"
