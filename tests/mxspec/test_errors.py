"""One family of errors, with what they are about."""

import pytest

import mxspec as s
from mxspec import errors


@pytest.mark.parametrize(
    "kind",
    [
        s.UnknownSpecError, s.SpecDefinitionError, s.UnformError, s.GeneratorError, s.SpecAssertionError,
        s.CallError,
    ],
)  # fmt: skip
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


# --- what errors quote --------------------------------------------------------------------------------------

FILE = b"\x89PNG\xff" * 60_000
LONG = [FILE, bytearray(FILE), [b"ab"] * 5_000, ("q" * 300_000,), {"k" * 300_000: 1}, {"z" * 300_000}]


def messages_of(ask, x):
    """The lines of the error that a question about x raises, and its messages for programs."""
    try:
        ask(x)
    except s.SpecError as error:
        return [*str(error).split("\n"), *(each["msg"] for each in error.errors())]
    except TypeError as error:
        return [str(error)]
    return []


@pytest.mark.parametrize("x", LONG, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize(
    "ask",
    [
        lambda x: s.alt(x), lambda x: s.amp(x, x), lambda x: s.def_(x, int), lambda x: s.valid(x, 1),
        lambda x: s.Valid[x], lambda x: s.from_form(("no-such-form", x)), lambda x: s.keys(req=[x]),
        lambda x: s.array((2,), dtype=x), lambda x: s.unform(s.conformer(str), x),
        lambda x: s.unform(s.tuple_(int, int), x), lambda x: s.instrument(check=[x]),
        lambda x: s.model_spec(int, x), lambda x: s.model_spec(int, len, len, min_confidence=x),
        lambda x: s.from_examples([x]), lambda x: s.conformal([x]),
    ],
)  # fmt: skip
def test_no_error_quotes_a_whole_file(ask, x):
    assert max(map(len, messages_of(ask, x)), default=0) <= errors.LONGEST_LINE


@pytest.mark.parametrize("x", LONG, ids=lambda x: type(x).__name__)
def test_an_explanation_quotes_no_whole_file(x):
    for spec in (
        int,
        s.coll_of(int),
        s.is_even,
        s.array((2,)),
        s.tuple_(int, int),
        s.model_spec(int, len, len),
    ):
        assert max(map(len, s.explain_str(spec, x).splitlines())) <= 2 * errors.LONGEST_LINE
        assert all(len(each["msg"]) <= 2 * errors.LONGEST_LINE for each in s.explain_json(spec, x)[:100])


def test_the_ends_of_a_long_line_stay():
    error = s.SpecError(f"first line\nwhat is {'x' * 5000}; try less")
    first, second = str(error).split("\n")
    assert first == "first line"
    assert second.startswith("what is xxx")
    assert second.endswith("xxx; try less")
    assert len(second) == errors.LONGEST_LINE
    assert str(s.SpecError("x" * 1000)) == "x" * 1000
