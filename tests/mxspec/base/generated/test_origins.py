"""Generated arrays print as the call that made them, which runs as source, and are plain arrays otherwise."""

import copy
import io
import math
import pickle
import textwrap

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import mxspec as s
from mxspec.base.generated.origins import generated_arrays, origin_of
from mxspec.base.messages.text import argument_text, generated_call, numbers_text

NUMBERS = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)


def ramp(n, z=None):
    """An array of n in three places, moved by z."""
    return np.full((1, 3), n, np.float32) + (0 if z is None else z)


def mean(x):
    return s.Reading(round(float(np.mean(x))), confidence=0.75)


RAMP = s.model_spec(s.int_in(1, 9), mean, ramp)


def drawn():
    return s.remember(NUMBERS, "draw(3)", label=3)


COMPUTED = {
    "a slice": lambda x: x[1:],
    "a row": lambda x: next(iter(x)),
    "a mask": lambda x: x[x > 0.5],
    "a sum": lambda x: x + 1,
    "a comparison": lambda x: x > 0.5,
    "a product": lambda x: x @ np.ones((4, 2), np.float32),
    "a sum over an axis": lambda x: x.sum(axis=0),
    "a mean over an axis": lambda x: np.mean(x, axis=1),
    "a shape": lambda x: x.reshape(4, 3),
    "a shape by a function": lambda x: np.reshape(x, (4, 3)),
    "a difference of two": lambda x: x - x,
    "a quotient": lambda x: divmod(x, 0.3)[0],
    "all numbers": lambda x: np.array(list(x.flat), np.float32),
    "its real part": lambda x: x.real,
    "singular vectors": lambda x: np.linalg.svd(x)[2],
    "its tiles": lambda x: np.tile(x, 1),
    "without NaN": np.nan_to_num,
    "the transposed": lambda x: x.T,
    "a copy": lambda x: x.copy(),
    "a copy by copy": copy.copy,
    "a deep copy": copy.deepcopy,
    "a type": lambda x: x.astype(float),
    "a view": lambda x: x.view(),
    "clipped": lambda x: x.clip(0, 0.5),
    "ends to ends": lambda x: np.concatenate([x, x]),
    "a stack": lambda x: np.stack([x, x]),
    "a part": lambda x: np.split(x, 3)[0],
    "zeros like it": np.zeros_like,
    "a choice": lambda x: np.where(x > 0.5, x, 0),
    "an array": np.array,
    "as an array": np.asarray,
    "pickled": lambda x: pickle.loads(pickle.dumps(x)),
    "pickled by protocol 5": lambda x: pickle.loads(pickle.dumps(x, protocol=5)),
}


@pytest.mark.parametrize("compute", COMPUTED.values(), ids=COMPUTED)
def test_a_result_computed_from_it_is_a_plain_equal_array(compute):
    result, expected = compute(drawn()), compute(NUMBERS)
    assert type(result) is np.ndarray
    assert result.dtype == expected.dtype
    assert np.array_equal(result, expected)


def test_a_file_of_it_is_that_of_a_plain_array():
    files = io.BytesIO(), io.BytesIO()
    np.save(files[0], drawn())
    np.save(files[1], NUMBERS)
    assert files[0].getvalue() == files[1].getvalue()


def test_it_is_an_array_that_owns_its_numbers():
    x = drawn()
    assert isinstance(x, np.ndarray)
    assert x.base is None
    assert x.flags.owndata
    assert np.array_equal(x, NUMBERS)
    x[0, 0] = 7
    assert NUMBERS[0, 0] == 0


def test_its_repr_and_its_text_are_the_call():
    assert (repr(drawn()), str(drawn()), f"{drawn()}") == ("draw(3)",) * 3
    assert repr([drawn(), {"x": drawn()}]) == "[draw(3), {'x': draw(3)}]"


CHANGES = {
    "one number": lambda x: x.__setitem__((0, 0), 7),
    "in place": lambda x: x.__iadd__(1),
    "by a function": lambda x: np.add(x, 1, out=x),
    "by a method": lambda x: x.fill(2),
    "through a view": lambda x: x[0].fill(2),
    "in its shape": lambda x: setattr(x, "shape", (4, 3)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_once_its_numbers_are_changed_it_prints_as_numpy_prints_it(change):
    x = drawn()
    change(x)
    assert origin_of(x) is None
    assert repr(x) == repr(np.asarray(x))


def test_an_array_changed_in_place_stays_the_same_object():
    x = before = drawn()
    x += 1
    assert x is before
    assert np.add(x, 1, out=x) is x
    first, second = np.divmod(x, 2, out=(x, None))
    assert (first is x, type(second)) == (True, np.ndarray)
    x.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        x += 1


@pytest.mark.parametrize("compute", [np.sum, np.max, lambda x: x.mean(), lambda x: x[0, 1], np.linalg.norm])
def test_one_number_of_it_is_a_scalar(compute):
    assert type(compute(drawn())) is np.float32
    assert type(s.remember(np.float64(2.5) * np.ones(()), "draw()") + 1) is np.float64


@pytest.mark.parametrize("x", [[1.0], "x", np.array(["x"]), np.ma.masked_array([1.0]), None, np.float32(1)])
def test_other_values_than_plain_arrays_stay_unchanged(x):
    assert s.remember(x, "draw(3)") is x
    assert origin_of(x) is None


@given(arrays(st.sampled_from(["f4", "f8", "i8", "u1", "?"]), array_shapes(min_dims=0, min_side=0)))
def test_any_array_of_numbers_is_remembered(x):
    remembered = s.remember(x, lambda: "draw()")
    assert repr(remembered) == "draw()"
    assert remembered.tobytes() == x.tobytes()


def test_generated_arrays_are_looked_for_in_collections():
    x, y = drawn(), drawn()
    assert list(map(id, generated_arrays([1, (x,), {"a": y, "b": x}]))) == [id(x), id(y)]
    assert list(generated_arrays([NUMBERS, "x"])) == []


# --- examples of model specs --------------------------------------------------------------------------------


def falsifying(strategy):
    """What Hypothesis prints of the smallest example of a test that always fails."""

    @seed(1)
    @settings(database=None, phases=["generate", "shrink"])
    @given(strategy)
    def fails(x):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        fails()
    return "\n".join(caught.value.__notes__)


TWICE = s.model_spec(s.int_in(1, 9), mean, ramp, latent=lambda: s.standard_normal(3))


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        (RAMP, "x=ramp(1),"),
        (TWICE, "x=ramp(1, np.float32([0, 0, 0])),"),
        (s.coll_of(RAMP, min_count=2), "x=[ramp(1), ramp(1)],"),
        (s.tuple_(RAMP, int), "x=[ramp(1), 0],"),
        (s.map_of(int, RAMP, min_count=1), "x={0: ramp(1)},"),
        (s.cat(label=int, image=RAMP), "x=[0, ramp(1)],"),
        (s.nilable(s.and_(RAMP, lambda x: x.sum() > 7)), "x=None,"),
        (s.and_(RAMP, lambda x: x.sum() > 7), "x=ramp(3),"),
        (s.model_spec(s.int_in(2, 5), len, lambda n: "x" * n), "x='xx',"),
        (s.model_spec(s.int_in(2, 5), len, bytearray), "x=bytearray(2),"),
    ],
)
def test_hypothesis_prints_a_call_that_makes_the_example(spec, line):
    assert line in falsifying(s.gen(spec))


def test_hypothesis_prints_a_function_that_cannot_be_imported_through_the_spec():
    s.def_model_spec("generated/ones", s.int_in(1, 9), mean, lambda n: ramp(n))
    text = falsifying(s.gen("generated/ones"))
    assert "x=s.get_spec('generated/ones').generate(1)," in text
    assert np.array_equal(s.get_spec("generated/ones").generate(1), ramp(1))


def test_beside_the_call_stands_how_it_was_read():
    assert "ramp(1) is read as 1 (0.75)" in falsifying(s.gen(RAMP))
    assert "'xx' is read as 2" in falsifying(s.gen(s.model_spec(s.int_in(2, 5), len, lambda n: "x" * n)))


@settings(max_examples=50)
@given(s.gen(TWICE))
def test_a_printed_call_makes_the_very_example(x):
    again = eval(repr(x), {"ramp": ramp, "np": np})
    assert np.array_equal(again, x)
    assert again.dtype == x.dtype


@pytest.mark.parametrize("many", [False, True])
def test_samples_and_exercises_print_one_a_line_and_how_each_was_read(many):
    make = s.batched(lambda ns: [ramp(n) for n in ns])(ramp) if many else ramp
    spec = s.model_spec({2}, mean, make)
    line = "    ramp(2),  # read as 2 (0.75)"
    assert repr(s.sample(spec, 2, seed=1)) == f"[\n{line}\n{line}\n]"
    assert "    (ramp(2), ramp(2)),  # read as 2 (0.75)" in repr(s.exercise(spec, 2, seed=1))
    assert len(eval(repr(s.sample(spec, 2, seed=1)), {"ramp": ramp})) == 2
    assert repr(s.generate(spec, seed=1)) == "ramp(2)"


def test_samples_of_anything_else_are_lists_as_ever():
    assert type(s.sample(int, 3, seed=1)) is list
    assert type(s.exercise(int, 3, seed=1)) is list


def test_messages_say_the_call_and_how_it_was_read():
    x = s.generate(s.model_spec({2}, mean, ramp), seed=1)
    assert s.explain_str(s.array((9,)), x).endswith(" - value: ramp(2), read as 2 (0.75)")
    odd = s.model_spec(s.and_(int, s.is_odd), mean, ramp)
    assert s.explain_str(odd, x) == "read as 2 (0.75), but odd is required - value: ramp(2)"
    assert "[1, ramp(2)]" in s.explain_str(s.coll_of(int, max_count=1), [1, x])
    assert "in: [1]" in s.explain_str(s.cat(label=int, image=odd), [1, x])


def test_a_failed_check_names_the_call_the_label_and_the_confidence():
    contract = s.fspec(args=s.cat(image=RAMP), ret=s.is_str)
    result = s.check_fn(lambda image: str(image) if image.sum() < 8 else None, contract, seed=1)
    assert "(ramp(3)), read as 3 (0.75): a string is required, not None - failed: is_str" in repr(result)


def test_a_failed_check_shows_a_latent_in_full():
    contract = s.fspec(args=s.cat(label={2}, z=s.with_gen(s.is_any, lambda: s.standard_normal(3))), ret=str)
    assert "(2, np.float32([0, 0, 0]))" in repr(s.check_fn(ramp, contract, seed=1))


# --- calls as text ------------------------------------------------------------------------------------------


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
        st.sampled_from(["f2", "f4", "f8", "i4", "u1", "?"]), array_shapes(max_dims=2, min_side=1, max_side=5)
    )
)
def test_an_array_of_numbers_comes_back_bit_for_bit(x):
    again = eval(argument_text(x), {"np": np})
    assert again.dtype == x.dtype
    assert again.shape == x.shape
    assert np.array_equal(again, x, equal_nan=x.dtype.kind == "f")


def test_numbers_are_as_short_as_they_can_be():
    assert numbers_text(np.float32([0, 1.53, -2])) == "[0, 1.53, -2]"
