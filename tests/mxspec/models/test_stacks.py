"""Stacks: many arrays as one, checked in one go, handed to a model as one, and answered as one by one."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.core.batch import BATCH_SIZE, conform_each

INPUT = s.array([(2, 3), (6,), (None, 1)], min=0, max=1, finite=True)


def seen_by(seen):
    return s.batched(lambda xs: (seen.append(xs), [1 for _ in xs])[1])(lambda x: 1)


@pytest.mark.parametrize("shape", [(2, 3), (6,), (4, 1)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "bool", ">f4", "float16"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_that_are_alike_are_handed_over_as_one(shape, dtype, order):
    rng = np.random.default_rng(1)
    xs = [np.asarray(rng.integers(0, 2, shape), dtype, order=order) for _ in range(250)]
    seen = []
    spec = s.coll_of(s.model_spec({1}, seen_by(seen), str, input=INPUT))
    assert s.conform(spec, xs) is xs
    [rows] = seen
    assert type(rows) is np.ndarray
    assert rows.dtype == xs[0].dtype
    assert np.array_equal(rows, np.stack(xs))
    rows[:] = 0
    assert any(x.any() for x in xs)  # they stay the caller's own


@pytest.mark.parametrize(
    ("odd", "valid"),
    [
        (np.zeros(6, "float32"), True),
        (np.zeros((2, 3), "float64"), True),
        (np.zeros((2, 3), "float32").view(type("Own", (np.ndarray,), {})), True),
        (np.full((2, 3), -0.0, "float32"), True),
        (np.full((2, 3), 1.5, "float32"), False),
        (np.full((2, 3), np.nan, "float32"), False),
        (np.full((2, 3), np.inf, "float32"), False),
        (np.zeros((3, 2), "float32"), False),
        (np.zeros((1, 2, 3), "float32"), False),
        (np.array(None), False),
        ("no array", False),
    ],
)
@pytest.mark.parametrize("place", [0, 120, 250])
def test_among_many_arrays_one_that_differs_is_told_apart(odd, valid, place):
    xs = [np.zeros((2, 3), "float32") for _ in range(250)]
    xs.insert(place, odd)
    spec = s.model_spec({1}, seen_by([]), str, input=INPUT)
    assert [x is not s.INVALID for x in conform_each(spec, xs)] == [valid or x is not odd for x in xs]


@pytest.mark.parametrize("x", [np.zeros(()), np.zeros((0, 1)), np.array(["a"]), np.array([None])])
def test_arrays_that_can_not_be_stacked_are_checked_one_by_one(x):
    seen = []
    spec = s.model_spec({1}, seen_by(seen), str, input=s.array())
    assert s.valid(s.coll_of(spec), [x, x.copy()])
    assert type(seen[0]) is list


numbers = st.sampled_from([0.0, -0.0, 0.5, 1.0, 1.5, -1.0, 300.0, np.nan, np.inf, -np.inf])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=2, max_size=4),
    st.sampled_from(["float16", "float32", "float64", "int8", "uint8", "bool", "complex64"]),
    st.sampled_from([None, 0, 0.5, -(10**9), 10**6, np.array(0.0)]),
    st.sampled_from([None, 1, 0.1, 255, 10**6]),
    st.booleans(),
)
def test_an_array_spec_answers_for_many_arrays_as_for_each(rows, dtype, low, high, finite):
    if None not in (low, high) and not low <= high:
        high = None
    with np.errstate(all="ignore"):
        xs = [np.array(row).astype(dtype) for row in rows]
    spec = s.array(min=low, max=high, finite=finite)
    fit = [s.explain_data(spec, x) is None for x in xs]
    assert [s.valid(spec, x) for x in xs] == fit
    assert (spec.stack(xs) is not None) <= all(fit)


def test_many_arrays_are_not_copied_as_a_whole():
    image = np.zeros((1, 784), "float32")
    images = [image.copy() for _ in range(10 * BATCH_SIZE)]
    read = s.batched(lambda rows: np.asarray(rows).reshape(len(rows), -1).argmax(1))(lambda x: x.argmax())
    spec = s.coll_of(s.model_spec({0}, read, str, input=s.array((1, 784), min=0, max=1, finite=True)))
    tracemalloc.start()
    try:
        assert s.valid(spec, images)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * BATCH_SIZE * image.nbytes
