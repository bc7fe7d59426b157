"""Arrays that are generated: valid ones, of any spec that has one, and plain where a test fails."""

import numpy as np
import pytest
from hypothesis import given, settings

import mxspec as s
from tests.mxspec.specs.test_arrays import BIG, IMAGE, PIXELS

GENERATED = [
    s.array(),
    IMAGE,
    PIXELS,
    s.array((2, None), "uint8", min=-1, max=300),
    s.array((3,), "int64", BIG + 1, BIG + 3),
    s.array((3,), "float16", -70000, 70000),
    s.array((3,), "float16", max=70000, finite=True),
    s.array((3,), "float32", 0.1, 0.3),
    s.array((3,), "float32", 1, float("inf")),
    s.array((3,), "float64", min=float("inf")),
    s.array((3,), "float64"),
    s.array((3,), "longdouble", 0, 1),
    s.array((3,), min=-5, max=2.5),
    s.array((3,), bool, 1, 1),
    s.array((3,), "complexfloating", finite=True),
    s.array((3,), complex),
    s.array((3,), "unsignedinteger", max=3),
    s.array((2,), "U3"),
    s.array((2,), "character"),
    s.array((2,), "datetime64[s]"),
    s.array((2,), [("a", "i4"), ("b", "f4")]),
]


@pytest.mark.parametrize("spec", GENERATED, ids=repr)
def test_generated_arrays_are_valid(spec):
    for x in s.sample(spec, 25, seed=1):
        assert s.valid(spec, x), s.explain_str(spec, x)

    @settings(max_examples=25, database=None)
    @given(s.gen(spec))
    def check(x):
        assert s.valid(spec, x), s.explain_str(spec, x)

    check()


@pytest.mark.parametrize(
    "spec",
    [
        s.array(dtype=object),
        s.array(dtype="uint8", min=300),
        s.array(dtype="int8", max=float("-inf")),
        s.array(dtype="U3", finite=True),
        s.array(dtype="complex64", min=0),
        s.array(dtype="float64", min=float("inf"), finite=True),
    ],
    ids=repr,
)
def test_an_array_without_examples_is_an_error(spec):
    with pytest.raises(s.GeneratorError, match="unable to construct gen"):
        s.generate(spec)


def test_generated_floats_hold_nan_and_infinity_unless_they_are_refused():
    drawn = np.concatenate(s.sample(s.array((20,), "float32"), 50, seed=2))
    assert np.isnan(drawn).any()
    assert np.isinf(drawn).any()
    assert not np.isnan(np.concatenate(s.sample(s.array((20,), "float32", min=0), 50, seed=2))).any()


def test_an_example_shrinks_to_a_short_array_of_zeros():
    smallest = None

    @settings(database=None)
    @given(s.gen(s.array((None, 3), "float32", min=0, max=1, finite=True)))
    def refuse(x):
        nonlocal smallest
        if x.size:
            smallest = x
            raise AssertionError

    with pytest.raises(AssertionError):
        refuse()
    assert smallest.tolist() == [[0, 0, 0]]
