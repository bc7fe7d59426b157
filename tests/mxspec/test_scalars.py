"""A scalar of numpy is the number, the text or the truth value that it holds; pandas' NA and NaT are None."""

import datetime as dt
import functools
import operator
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.base import names
from mxspec.base.predicate_rows import ROWS, has_length_to, is_multiple
from mxspec.predicates import scalar_value
from mxspec.specs.compiled import CompiledSpec
from tests.mxspec.random_specs import specs
from tests.row_ids import row_id

np = pytest.importorskip("numpy")

VALUES = [0, 1, 2, -3, 127, 255, 300, 2**40, 0.0, -0.0, 0.1, 0.5, 3.0, -2.5, float("nan"), float("inf"), True,
          False, "", "a", "ab", "a/b", "http://x", b"", b"x", 1j]  # fmt: skip
DTYPES = ["int8", "uint8", "int16", "int64", "uint64", "float16", "float32", "float64", "bool", "str",
          "bytes", "complex64", "complex128"]  # fmt: skip


def scalars_of(value):
    """The scalars of numpy that hold a value."""
    for dtype in DTYPES:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of what a dtype can't hold
                scalar = np.array(value).astype(dtype)[()]
        except (OverflowError, ValueError, TypeError):
            continue
        if scalar.dtype.kind == np.array(value).dtype.kind or (scalar.dtype.kind in "iufc" and value == 1):
            yield scalar


SCALARS = [scalar for value in VALUES for scalar in scalars_of(value)]
PREDICATES = [
    pred for pred in ROWS if pred is not object and not pred.__module__.startswith("tests")
]  # and none that other tests have given a row
BOUNDS = [
    *(functools.partial(test, limit) for test in (operator.lt, operator.le, operator.gt, operator.ge)
      for limit in (0, 0.1, 300, 2**70)),
    functools.partial(is_multiple, 1000), functools.partial(has_length_to, 1), {1, 2, 0.5, 0.1, "a"},
    {True}, {1}, {"a", "b"}, frozenset({b"x"}), complex, bytes, dt.date,
]  # fmt: skip
SPECS = [
    s.int_in(0, 128), s.int_in(max=5), s.float_in(0, 1), s.float_in(nan=False, infinite=False),
    s.str_in(1, 1), s.str_in("a+"), s.range_of(s.is_number, 0, 10), s.nilable(int), s.or_(int, str),
    s.or_(i=int, t=str),
    s.and_(int, s.is_even), s.and_(s.is_number, s.is_pos), s.and_(int, lambda n: type(n) is int),
    s.and_(int, lambda n: n + 1000 > 0), s.from_type(float), s.from_type(complex),
    s.from_type(int | None), s.from_type(bool | str),
]  # fmt: skip


def test_the_table_of_values_has_all_kinds():
    assert {scalar.dtype.kind for scalar in SCALARS} == set("biufcSU")
    assert all(type(scalar_value(scalar)) is type(scalar.item()) for scalar in SCALARS)


def compiled(spec):
    return CompiledSpec(spec, names.current)


def types_within(x):
    """The types of the leaves of a value."""
    if isinstance(x, dict):
        return {key: types_within(value) for key, value in x.items()}
    return [*map(types_within, x)] if isinstance(x, (list, tuple)) else type(x)


def same(a, b):
    return type(a) is type(b) and (a == b or a != a)


@pytest.mark.parametrize("pred", [*PREDICATES, *BOUNDS, *SPECS], ids=row_id)
def test_a_predicate_says_of_a_scalar_what_it_says_of_its_value(pred):
    spec = s.spec(pred)
    both = spec, compiled(spec)
    for scalar in SCALARS:
        value = scalar.item()
        verdict = s.valid(pred, value)
        assert s.valid(pred, scalar) is verdict, scalar
        assert both[1].valid(scalar) is verdict, scalar
        assert (s.explain_data(pred, scalar) is None) is verdict
        assert s.valid(s.coll_of(pred), [scalar, value]) is verdict
        if pred in (s.is_any, s.is_seqable, s.is_empty, s.is_callable):
            assert s.conform(pred, scalar) is (scalar if verdict else s.INVALID)
            continue
        expected = s.conform(pred, value)
        for conformed in (s.conform(spec, scalar), both[1].conform(scalar)):
            assert same(conformed, expected), scalar


@pytest.mark.parametrize(
    "pred", [pred for pred in PREDICATES if callable(pred) and not isinstance(pred, type)], ids=row_id
)
def test_a_named_predicate_answers_true_or_false_of_a_scalar(pred):
    for scalar in SCALARS:
        try:
            expected = pred(scalar.item())
        except TypeError:
            continue
        assert pred(scalar) is expected


@pytest.mark.parametrize(
    ("spec", "x", "conformed"),
    [
        (s.coll_of(int), [np.int64(3), 4], [3, 4]),
        (s.map_of(str, float), {"a": np.float32(0.5)}, {"a": 0.5}),
        ({"a": int, "b": s.or_(x=int)}, {"a": np.int64(1), "b": np.int8(2)}, {"a": 1, "b": ("x", 2)}),
        (s.cat(a=int, b=s.star(float)), [np.int64(1), np.float64(0.5)], {"a": 1, "b": [0.5]}),
        (s.tuple_(int, bool), [np.int64(1), np.bool_(False)], [1, False]),
    ],
    ids=row_id,
)  # fmt: skip
def test_a_conformed_value_holds_values_of_python(spec, x, conformed):
    spec = s.spec(spec)
    for answer in (s.conform(spec, x), compiled(spec).conform(x), s.conform(s.and_(spec), x)):
        assert answer == conformed
        assert types_within(answer) == types_within(conformed)


def test_what_asks_for_the_class_of_a_scalar_gets_the_scalar():
    x = np.float32(0.5)
    assert s.conform(np.float32, x) is s.conform(np.generic, x) is x
    assert s.conform(lambda x: isinstance(x, np.floating), x) is x
    assert s.validate(float, x) is x


@pytest.mark.parametrize("x", [np.datetime64("2019-10-11"), np.timedelta64(3, "s"), np.zeros(1, int)])
def test_moments_and_arrays_of_numpy_are_no_numbers(x):
    assert scalar_value(x) is x
    assert not any(s.valid(pred, x) for pred in (int, float, s.is_inst, s.is_str, s.int_in(0, 10)))


def test_a_number_without_a_type_of_python_stays():
    x = np.longdouble(0.5)
    if type(x.item()) is type(x):
        assert scalar_value(x) is x
        assert s.conform(s.is_number, x) is x


@pytest.mark.parametrize("name", ["NA", "NaT"])
def test_the_missing_values_of_pandas_are_none(name):
    missing = getattr(pytest.importorskip("pandas"), name)
    for spec in (
        s.is_none,
        s.nilable(int),
        s.nilable(s.coll_of(int)),
        s.or_(int, None),
        s.nilable(s.or_(i=int)),
        s.is_empty,
    ):
        assert s.valid(spec, missing)
        assert compiled(s.spec(spec)).valid(missing)
    assert s.conform(s.nilable(int), missing) is compiled(s.nilable(int)).conform(missing) is None
    moments = dt.datetime, dt.date, s.is_inst, s.from_type(dt.datetime)
    refused = (s.is_some, int, str, {1}, s.is_true, s.is_false, *moments)
    assert not any(s.valid(spec, missing) for spec in refused)
    assert not any(compiled(s.coll_of(spec)).valid([missing]) for spec in refused)


def test_a_duration_of_numpy_is_no_number():
    for spec in (s.is_number, s.range_of(s.is_number, 0, 9)):
        assert not s.valid(spec, np.timedelta64(1, "s"))
        assert not compiled(s.coll_of(spec)).valid([np.timedelta64(1, "s")])


def test_rows_and_frames_of_pandas_have_one_contract_where_moments_are_missing():
    pandas = pytest.importorskip("pandas")
    start = dt.datetime(2020, 1, 1)
    days = [start + dt.timedelta(days=i * i % 300) if i % 7 else None for i in range(3000)]
    frame = pandas.DataFrame(
        {"at": pandas.to_datetime(days), "n": pandas.array([1, pandas.NA, 3] * 1000, "Int64")}
    )
    rows = frame.to_dict("records")
    contract = s.infer(rows, ordered=False)
    assert s.source(contract) == s.source(s.infer(frame, ordered=False))
    assert s.valid(s.frame(contract), frame)
    assert all(s.valid(contract, row) for row in rows)


@given(st.data())
def test_compiled_and_plain_specs_agree_about_values_with_scalars(data):
    spec = data.draw(specs())

    def as_numpy(x):
        if type(x) in (int, float, bool, str) and data.draw(st.booleans()):
            try:
                scalar = np.array(x)[()]
            except OverflowError:
                return x
            return scalar if scalar.dtype.kind in "biufU" and scalar.item() == x else x
        if type(x) is list:
            return [*map(as_numpy, x)]
        return {key: as_numpy(value) for key, value in x.items()} if type(x) is dict else x

    spec = s.spec(spec)
    functions = compiled(spec)
    for value in s.sample(spec, 3, seed=data.draw(st.integers(0, 9))):
        x = as_numpy(value)
        conformed = functions.ask(x)
        assert functions.valid(x) is (conformed is not s.INVALID)
        assert repr(functions.conform(x)) == repr(conformed)
        assert types_within(functions.conform(x)) == types_within(conformed)
