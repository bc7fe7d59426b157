"""One family of errors, with what they are about."""

import pytest

import mxspec as s
from mxspec import errors


@pytest.mark.parametrize(
    "kind",
    [
        s.UnknownSpecError,
        s.SpecDefinitionError,
        s.UnformError,
        s.GeneratorError,
        s.SpecAssertionError,
        s.CallError,
    ],
)
def test_every_error_is_a_spec_error_and_a_value_error(kind):
    assert issubclass(kind, s.SpecError)
    assert issubclass(kind, ValueError)


def test_an_error_names_its_subject():
    error = s.SpecError("no", problems=[{"val": 1}], spec="a/b", value=1, failure="instrument")
    assert (str(error), error.problems, error.spec, error.value) == ("no", [{"val": 1}], "a/b", 1)
    assert error.data == {"failure": "instrument"}


def test_an_error_about_nothing_has_no_problems():
    error = s.SpecError("no")
    assert (error.problems, error.spec, error.value, error.data) == ([], None, None, {})


@pytest.mark.parametrize(
    ("word", "known", "text"),
    [
        ("mnist/numbr", ["mnist/number", "cats/name"], "; did you mean 'mnist/number'?"),
        ("zebra", ["mnist/number"], ""),
        ("x", [], ""),
    ],
)
def test_the_nearest_known_word_is_suggested(word, known, text):
    assert errors.did_you_mean(word, known) == text
