"""A call with the value before the spec is told as that, in every call of a spec and a value."""

import pytest
from hypothesis import given

import mxspec as s
from tests.mxspec.random_specs import examples, specs
from tests.mxspec.random_values import values

CALLS = [
    s.valid, s.conform, s.unform, s.explain, s.explain_str, s.explain_data, s.explain_json, s.decode,
    s.encode,
]  # fmt: skip
s.def_("swapped/order", s.keys(req_un={"price": int}))


@pytest.fixture
def asserts():
    s.check_asserts(True)
    yield
    s.check_asserts(False)


@pytest.mark.parametrize("ask", CALLS, ids=lambda ask: ask.__name__)
@pytest.mark.parametrize(
    ("x", "spec"),
    [
        ({"price": 3}, "swapped/order"), ("no name", "swapped/order"), (3, int), ([3], s.coll_of(int)),
        ("x", str), (None, s.is_any), (3.5, {1, 2}), ((1, 2), s.tuple_(int, int)), (b"x", lambda x: x),
    ],
    ids=range(9),
)  # fmt: skip
def test_the_error_says_that_the_arguments_are_swapped(ask, x, spec):
    with pytest.raises(s.SpecError) as caught:
        ask(x, spec)
    assert str(caught.value).startswith(f"the arguments are swapped: {ask.__name__}(spec, x)")


@pytest.mark.usefixtures("asserts")
def test_so_it_does_where_assertions_are_checked():
    with pytest.raises(s.SpecError, match=r"swapped: assert_\(spec, x\)"):
        s.assert_(3, int)  # noqa: PT009


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("swapped/ordr", 3, "did you mean 'swapped/order'?"),
        ("swapped/ordr", {1}, "did you mean 'swapped/order'?"),
        ("swapped/ordr", int, "did you mean 'swapped/order'?; or the arguments are swapped: valid(spec, x)"),
        (3, 4, "a set, a spec or the name of one; the constant is {3}"),
        (b"", "x", "a set, a spec or the name of one; the constant is {b''}"),
    ],
)
def test_where_it_is_not_sure_the_error_is_about_the_first(first, second, message):
    with pytest.raises(s.SpecError) as caught:
        s.valid(first, second)
    assert str(caught.value).endswith(message)


@pytest.mark.parametrize("x", [int, {1}, "swapped/order", s.coll_of(int), len])
def test_a_value_may_be_a_spec(x):
    for spec in (s.is_any, "swapped/order", {1, 2}, type, callable):
        assert s.valid(spec, x) in (True, False)


@examples
@given(specs(), values)
def test_a_call_with_the_value_first_is_told_as_swapped_and_no_other_one(spec, x):
    for ask in (s.valid, s.explain_data):
        ask(spec, x)
    if isinstance(x, str) and "/" in x:  # an unknown name
        return
    with pytest.raises(s.SpecError, match="the arguments are swapped"):
        s.valid(x, spec)
