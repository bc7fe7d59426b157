"""Arrays: shape, dtype, bounds, what a boundary may be handed in their place, and examples."""

import warnings

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import mxspec as s
from tests.row_ids import row_id

IMAGE = s.array(shape=(None, 784), dtype="float32", min=0, max=1, finite=True)
PIXELS = s.array(shape=[(784,), (1, 784), (28, 28), (1, 28, 28), (1, 1, 28, 28)])


class Wrapped:
    """Like MXNet's NDArray: no numpy array, but turns into one."""

    def __init__(self, made):
        self.made = made

    def asnumpy(self):
        if isinstance(self.made, Exception):
            raise self.made
        return self.made


class Touchy:
    """Raises wherever it is touched."""

    def __getattr__(self, name):
        raise RuntimeError(f"no {name}")


class Contrary(np.ndarray):
    """A subclass whose own methods raise."""

    shape = property(lambda self: 1 / 0)
    dtype = property(lambda self: 1 / 0)

    def __array_ufunc__(self, *args, **kwargs):
        raise TypeError("no ufuncs")

    def __getitem__(self, index):
        raise IndexError(index)


def zeros(*shape, dtype="float32", **at):
    made = np.zeros(shape, dtype)
    for index, value in at.items():
        made[tuple(int(i) for i in index[1:].split("_"))] = value
    return made


def reasons(spec, x):
    data = s.explain_data(spec, x)
    return [found["reason"] for found in data["problems"]] if data else []


def test_a_valid_array_conforms_to_itself():
    x = zeros(1, 784)
    assert s.conform(IMAGE, x) is x
    assert s.unform(IMAGE, x) is x
    assert s.explain_data(IMAGE, x) is None


def test_an_array_like_value_conforms_to_itself():
    x = Wrapped(zeros(1, 784))
    assert s.conform(IMAGE, x) is x
    assert reasons(IMAGE, Wrapped(zeros(28, 27, dtype="float32"))) == [
        "shape is (28, 27), (None, 784) is required"
    ]


@pytest.mark.parametrize(
    ("x", "reason"),
    [
        ([0.0] * 784, "an array is required, not a list"),
        (None, "an array is required, not None"),
        (3, "an array is required, not an int"),
        ("pixels", "an array is required, not a str"),
        (np.float32(1), "an array is required, not a float32"),
        (np.ndarray, "an array is required, not a type"),
        (Wrapped,
         "its asnumpy() raises TypeError: Wrapped.asnumpy() missing 1 required positional argument:"),
        (Wrapped(ValueError("shape unknown")), "its asnumpy() raises ValueError: shape unknown"),
        (Wrapped([1, 2]), "its asnumpy() returns a list, an array is required"),
        (Wrapped(np.ma.zeros((1, 784), "float32")),
         "its asnumpy() returns a MaskedArray, an array is required"),
        (np.ma.zeros((1, 784), "float32"), "an array without a mask is required, not a masked array"),
        (Touchy(), "reading it raises RuntimeError: no asnumpy"),
    ],
    ids=row_id,
)  # fmt: skip
def test_a_value_that_is_not_an_array_is_refused_with_a_reason(x, reason):
    assert not s.valid(IMAGE, x)
    (found,) = s.explain_data(IMAGE, x)["problems"]
    assert found["reason"].startswith(reason)
    assert found["pred"] == ("array",)


@pytest.mark.parametrize(
    ("spec", "x", "pred", "reason", "index"),
    [
        (IMAGE, zeros(28, 27), ("shape", (None, 784)), "shape is (28, 27), (None, 784) is required", None),
        (s.array((2,)), zeros(), ("shape", (2,)), "shape is (), (2,) is required", None),
        (s.array(()), zeros(1), ("shape", ()), "shape is (1,), () is required", None),
        (s.array([(4,), (2, 2)]), zeros(3), ("shape", (4,), (2, 2)),
         "shape is (3,), (4,) or (2, 2) is required", None),
        (IMAGE, zeros(1, 784, dtype="float64"), ("dtype", "float32"), "dtype is float64, float32 is required",
         None),
        (s.array(dtype=np.floating), zeros(2, dtype=int), ("dtype", "floating"),
         "dtype is int64, floating is required", None),
        (IMAGE, zeros(1, 784, _0_5=np.nan), ("finite",), "value nan at (0, 5) is not finite", (0, 5)),
        (IMAGE, zeros(1, 784, _0_5=np.nan, _0_7=np.inf, _0_9=-np.inf), ("finite",),
         "3 of 784 values are not finite, the first at (0, 5): nan", (0, 5)),
        (IMAGE, zeros(1, 784, _0_12=255), ("max", 1),
         "value 255.0 at (0, 12) is above max 1; are these 0 to 255? Then divide by 255", (0, 12)),
        (IMAGE, zeros(1, 784, _0_3=-0.5), ("min", 0), "value -0.5 at (0, 3) is below min 0", (0, 3)),
        (IMAGE, zeros(1, 784, _0_3=2, _0_4=3), ("max", 1),
         "value 2.0 at (0, 3) is above max 1, the first of 2; are these 0 to 255? Then divide by 255",
         (0, 3)),
        (s.array(min=0), zeros(2, _1=np.nan), ("min", 0), "value nan at (1,) is not a number", (1,)),
        (s.array(max=0), np.array(1), ("max", 0), "value 1 at () is above max 0", ()),
        (s.array(min=0), np.array(["a"]), ("min", 0), "dtype is <U1, real numbers are required", None),
        (s.array(max=1), np.array([1j]), ("max", 1), "dtype is complex128, real numbers are required", None),
        (s.array(finite=True), np.array([{}]), ("finite",), "dtype is object, numbers are required", None),
        (s.array(min=0), np.zeros(2, "i4,f4"), ("min", 0), None, None),
        (s.array(finite=True), np.array([1, complex(0, np.inf)]), ("finite",), None, (1,)),
        (s.array(finite=True), np.array(["NaT"], "datetime64[s]"), ("finite",), None, None),
    ],
)  # fmt: skip
def test_explain_says_which_condition_failed_and_where(spec, x, pred, reason, index):
    (found,) = s.explain_data(spec, x)["problems"]
    assert found["pred"] == pred
    assert reason in (None, found["reason"])
    assert found.get("index") == index
    assert found["val"] is x
    assert (found["path"], found["in"]) == ([], [])


def test_every_condition_that_failed_is_a_problem():
    x = zeros(3, dtype="float64", _1=-1, _2=2)
    assert [found["pred"][0] for found in s.explain_data(IMAGE, x)["problems"]] == ["shape", "dtype"]
    assert [found["pred"][0] for found in s.explain_data(s.array((4,), min=0, max=1), x)["problems"]] == [
        "shape",
        "min",
        "max",
    ]


def test_the_place_of_an_array_in_a_collection_is_told_as_ever():
    (found,) = s.explain_data(s.coll_of(IMAGE), [zeros(1, 784), zeros(2)])["problems"]
    assert found["in"] == [1]
    assert "shape is (2,), (None, 784) is required" in s.explain_str(s.coll_of(IMAGE), [zeros(2)])


@pytest.mark.parametrize("shape", [(784,), (1, 784), (28, 28), (1, 28, 28), (1, 1, 28, 28)])
def test_several_shapes_are_a_list(shape):
    assert s.valid(PIXELS, zeros(*shape))
    assert s.valid(PIXELS, np.asfortranarray(zeros(*shape)))
    assert not s.valid(PIXELS, zeros(2, *shape))


@pytest.mark.parametrize(
    ("shape", "x", "valid"),
    [
        (3, zeros(3), True),
        ([2, 2], zeros(2, 2), True),
        ((np.int64(2),), zeros(2), True),
        ((None, None), zeros(0, 7), True),
        ((None,), zeros(), False),
        ((), zeros(), True),
        ([], zeros(), True),
        (None, zeros(1, 2, 3), True),
        ([(None, 3), (3,)], zeros(3), True),
    ],
)
def test_a_shape_is_one_length_a_tuple_or_a_list_of_tuples(shape, x, valid):
    assert s.valid(s.array(shape), x) is valid


@pytest.mark.parametrize(
    ("dtype", "of", "valid"),
    [
        ("float32", "float32", True),
        (np.float32, "float32", True),
        (np.dtype("float32"), "float32", True),
        (float, "float64", True),
        (float, "float32", False),
        ("float32", ">f4", False),
        ("floating", "float16", True),
        (np.floating, "int8", False),
        ("integer", "uint8", True),
        (np.signedinteger, "uint8", False),
        ("number", "complex64", True),
        ("number", "bool", False),
        ("bool", "bool", True),
        ("<U3", "<U3", True),
        (np.generic, "object", True),
        ([("a", "i4")], [("a", "i4")], True),
        (None, "object", True),
    ],
)
def test_a_dtype_is_exact_or_a_kind(dtype, of, valid):
    assert s.valid(s.array(dtype=dtype), np.zeros(2, of)) is valid


BIG = 2**53


@pytest.mark.parametrize(
    ("dtype", "value", "bounds", "valid"),
    [
        ("uint8", 0, {"min": -1}, True),
        ("uint8", 255, {"max": -1}, False),
        ("uint8", 255, {"max": 300}, True),
        ("uint8", 255, {"min": 300}, False),
        ("uint8", 2, {"max": 2.5}, True),
        ("uint8", 3, {"max": 2.5}, False),
        ("uint8", 2, {"min": 2.5}, False),
        ("uint8", 0, {"min": float("-inf"), "max": float("inf")}, True),
        ("uint8", 0, {"min": float("inf")}, False),
        ("uint8", 0, {"max": float("-inf")}, False),
        ("int64", BIG + 1, {"max": BIG}, False),
        ("int64", BIG + 1, {"max": float(BIG)}, False),
        ("int64", -1, {"max": 2**70, "min": -(2**70)}, True),
        ("uint64", 2**64 - 1, {"max": 2**64 - 2}, False),
        ("uint64", 2**64 - 1, {"min": -1, "max": 2**64 - 1}, True),
        ("uint64", BIG + 1, {"max": BIG}, False),
        ("float16", np.inf, {"max": 70000}, False),
        ("float16", 65504, {"max": 70000}, True),
        ("float16", -np.inf, {"min": -70000}, False),
        ("float16", 65504, {"min": 70000}, False),
        ("float32", 0.1, {"max": 0.1, "min": 0.1}, True),
        ("float32", np.inf, {"max": float("inf")}, True),
        ("float32", np.inf, {"max": 1e300}, False),
        ("float64", np.nan, {"min": float("-inf")}, False),
        ("longdouble", 1, {"max": 1}, True),
        (">f4", 0.5, {"min": 0, "max": 1}, True),
        (">u2", 3, {"min": 4}, False),
        ("bool", True, {"max": 1}, True),
        ("bool", True, {"max": 0.5}, False),
    ],
)
def test_bounds_are_compared_without_overflow_and_rounding(dtype, value, bounds, valid):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert s.valid(s.array(**bounds), np.array([value], dtype)) is valid


def test_an_array_whose_own_method_recurses_is_refused():
    assert not s.valid(IMAGE, Wrapped(RecursionError()))
    assert reasons(IMAGE, Wrapped(RecursionError())) == ["its asnumpy() raises RecursionError"]


def test_a_subclass_is_read_as_a_plain_array():
    x = zeros(1, 784).view(Contrary)
    assert s.conform(IMAGE, x) is x
    assert reasons(IMAGE, (zeros(1, 784) + 2).view(Contrary)) == [
        "value 2.0 at (0, 0) is above max 1, the first of 784; are these 0 to 255? Then divide by 255"
    ]


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (s.array(), "array()"),
        (IMAGE, "array(shape=(None, 784), dtype='float32', min=0, max=1, finite=True)"),
        (s.array([(4,), (2, 2)], np.floating), "array(shape=[(4,), (2, 2)], dtype='floating')"),
        (s.array(3, int), "array(shape=(3,), dtype='int64')"),
        (s.array((), [("a", "<i4")]), "array(shape=(), dtype=dtype([('a', '<i4')]))"),
    ],
)
def test_an_array_reads_as_the_call_that_made_it(spec, text):
    assert repr(spec) == text
    head, *options = s.form(spec)
    assert head == "array"
    assert repr(s.array(**(options[0] if options else {}))) == text


SPECS = [IMAGE, s.array(min=-1, max=300), s.array(finite=True), s.array(shape=(None,), dtype="floating")]


@settings(max_examples=100)
@given(
    npst.arrays(
        st.one_of(npst.scalar_dtypes(), npst.nested_dtypes()),
        npst.array_shapes(min_dims=0, min_side=0, max_side=3),
    )
    | st.builds(lambda xs: np.array([*xs, None], object), st.lists(st.integers() | st.text()))
    | st.builds(Wrapped, st.integers() | npst.arrays("float32", 2) | st.just(OSError()))
    | st.recursive(st.none() | st.floats() | st.text() | st.binary(), st.lists),
    st.sampled_from(SPECS),
)
def test_any_input_is_answered(x, spec):
    data = s.explain_data(spec, x)
    assert s.valid(spec, x) is (data is None)
    if data is not None:
        assert all(found["reason"] for found in data["problems"])
        assert s.explain_str(spec, x)


def test_a_hint_suggests_a_remedy_for_other_values_than_arrays():
    spec = s.array((2,), hint="np.asarray makes one")
    assert (
        s.explain_str(spec, [0, 0])
        == "an array is required, not a list; np.asarray makes one - value: [0, 0]"
    )
    assert "hint" not in s.explain_str(spec, np.zeros(3))
    assert repr(s.from_form(s.form(spec))) == "array(shape=(2,), hint='np.asarray makes one')"


# --- examples -----------------------------------------------------------------------------------------------


GENERATED = [
    s.array(), IMAGE, PIXELS, s.array((2, None), "uint8", min=-1, max=300),
    s.array((3,), "int64", BIG + 1, BIG + 3), s.array((3,), "float16", -70000, 70000),
    s.array((3,), "float16", max=70000, finite=True), s.array((3,), "float32", 0.1, 0.3),
    s.array((3,), "float32", 1, float("inf")), s.array((3,), "float64", min=float("inf")),
    s.array((3,), "float64"), s.array((3,), "longdouble", 0, 1), s.array((3,), min=-5, max=2.5),
    s.array((3,), bool, 1, 1), s.array((3,), "complexfloating", finite=True), s.array((3,), complex),
    s.array((3,), "unsignedinteger", max=3), s.array((2,), "U3"), s.array((2,), "character"),
    s.array((2,), "datetime64[s]"), s.array((2,), [("a", "i4"), ("b", "f4")]),
]  # fmt: skip


@pytest.mark.parametrize("spec", GENERATED, ids=repr)
def test_generated_arrays_are_valid(spec):
    for x in s.sample(spec, 8, seed=1):
        assert s.valid(spec, x), s.explain_str(spec, x)

    @settings(max_examples=6, database=None)
    @given(s.gen(spec))
    def check(x):
        assert s.valid(spec, x), s.explain_str(spec, x)

    check()


def test_generated_floats_hold_nan_and_infinity_unless_they_are_refused():
    drawn = np.concatenate(s.sample(s.array((20,), "float32"), 50, seed=2))
    assert np.isnan(drawn).any()
    assert np.isinf(drawn).any()
    assert not np.isnan(np.concatenate(s.sample(s.array((20,), "float32", min=0), 50, seed=2))).any()


def test_an_example_shrinks_to_a_short_array_of_zeros():
    strategy = s.gen(s.array((None, 3), "float32", min=0, max=1, finite=True))
    assert find(strategy, lambda x: x.size, settings=settings(database=None)).tolist() == [[0, 0, 0]]
