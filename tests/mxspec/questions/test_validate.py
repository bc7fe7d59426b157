"""A value or an error: validate, and the one class of the errors about values."""

import json

import pytest

import mxspec as s

s.def_("validate/age", s.int_in(0, 150))
TAGGED = s.or_(name=str, id=int)
USER = s.keys({"name": str, "age": s.optional("validate/age")})


@s.fdef(args=s.cat(n=int))
def half(n):
    return n / 2


@pytest.mark.parametrize(
    ("spec", "x"),
    [
        (int, 7),
        ("validate/age", 7),
        (TAGGED, 7),
        (USER, {"name": "Bo"}),
        ({"name": str}, {"name": "Bo"}),
        (s.is_any, None),
    ],
)
def test_a_value_that_fits_is_returned_itself(spec, x):
    assert s.validate(spec, x) is x


def test_the_conformed_value_is_returned_on_request():
    assert s.validate(TAGGED, 7, conform=True) == ("id", 7)


@pytest.mark.parametrize("conform", [False, True])
@pytest.mark.parametrize(
    ("spec", "x"),
    [
        (int, "seven"), ("validate/age", 151), (TAGGED, None), (USER, {"age": -1}), (USER, 3),
        (s.coll_of(int), ["a"] * 3), (s.star(int), [1, "x"]), ({"a": {"b": int}}, {"a": {"b": "x"}}),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_raises_what_explain_says(spec, x, conform):
    with pytest.raises(s.ValidationError) as caught:
        s.validate(spec, x, conform=conform)
    error = caught.value
    assert str(error) == s.explain_str(spec, x)
    assert error.errors() == s.explain_json(spec, x)
    assert json.dumps(error.errors())
    assert error.problems == s.explain_data(spec, x)["problems"]
    assert (error.spec, error.value) == (spec, x)


def test_a_frame_is_its_rows():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"n": [1, 20]})
    assert s.validate({"n": int}, frame) is frame
    with pytest.raises(s.ValidationError, match=r"not 20 - failed: int_in\(0, 10\) in: \[1, 'n'\]"):
        s.validate({"n": s.int_in(0, 10)}, frame)


def test_an_unknown_name_is_no_validation_error():
    with pytest.raises(s.UnknownSpecError) as caught:
        s.validate("validate/nothing", 1)
    assert not isinstance(caught.value, s.ValidationError)


@pytest.mark.parametrize("kind", [s.ValidationError, s.SpecAssertionError, s.CallError])
def test_the_errors_about_values_are_one_family(kind):
    assert issubclass(kind, s.ValidationError)
    assert issubclass(kind, s.SpecError)
    assert issubclass(kind, ValueError)


def test_an_assertion_and_a_call_are_caught_as_validation_errors():
    s.instrument(half)
    s.check_asserts(True)
    try:
        for ask in (lambda: s.assert_(int, "seven"), lambda: half("seven")):  # noqa: PT009
            with pytest.raises(s.ValidationError) as caught:
                ask()
            assert [error["input"] for error in caught.value.errors()] == ["seven"]
    finally:
        s.check_asserts(False)
        s.unstrument(half)
