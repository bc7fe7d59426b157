"""What people try first works, or the error names the right call: the table of tests/first_guesses.py."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import mxspec as s
from mxspec.base.messages import wrong_options
from mxspec.base.messages.wrong_names import _ELSEWHERE
from mxspec.specs.collections import CollectionOptions
from tests.first_guesses import GUESSES, WORDS, answer, is_right
from tests.public_names import NAMES
from tests.row_ids import row_id

ROWS = [(guess, expected) for rows in GUESSES.values() for guess, expected in rows]


@pytest.mark.parametrize(("guess", "expected"), ROWS, ids=row_id)
def test_a_first_guess_works_or_names_the_right_call(guess, expected):
    libraries = {
        name: pytest.importorskip(module)
        for name, module in (("np", "numpy"), ("pd", "pandas"))
        if f"{name}." in guess
    }
    assert is_right(guess, expected, **libraries), answer(guess, **libraries)


FIRST_WORDS = [(word, call) for words in WORDS.values() for word, call in words.items()]


@pytest.mark.parametrize(("word", "call"), FIRST_WORDS, ids=row_id)
def test_a_first_word_of_another_library_is_told_the_call(word, call):
    with pytest.raises(AttributeError, match=re.escape(call)):
        getattr(s, word)


def test_sixty_three_first_words_are_asked():
    assert len({word for word, _ in FIRST_WORDS}) == len(FIRST_WORDS) == 63


def test_there_are_sixty_of_them_and_no_guess_twice():
    guesses = [guess for guess, _ in ROWS]
    assert len(guesses) == len(set(guesses)) >= 60


def test_a_name_from_elsewhere_is_none_of_ours_and_stands_in_one_row():
    names = [name for row in _ELSEWHERE.values() for name in row.split()]
    assert not {*names} & {*NAMES}
    modules = {path.stem for path in Path(s.__file__).parent.iterdir()}
    assert not {*names} & modules
    assert sorted(names) == sorted({*names})


HINTS = [*_ELSEWHERE, *(hint for hints in wrong_options._ELSEWHERE.values() for hint in hints)]


@pytest.mark.parametrize("hint", [hint for hint in HINTS if "s." in hint])
def test_the_calls_of_a_hint_are_there_with_their_options(hint):
    names = re.findall(r"\bs\.(\w+)", hint)
    assert set(names) <= set(NAMES)
    for name, arguments in re.findall(r"\bs\.(\w+)\(([^()]*)", hint):
        parameters = inspect.signature(getattr(s, name)).parameters
        options = (
            {*parameters, *CollectionOptions.__annotations__} if "options" in parameters else {*parameters}
        )
        is_tagged = name in ("cat", "alt", "or_")
        assert is_tagged or {*re.findall(r"(?<![\w'])(\w+)=(?!=)", arguments)} <= options


@pytest.mark.parametrize("calls", wrong_options._ELSEWHERE)
def test_an_option_from_elsewhere_stands_in_one_row_of_its_calls(calls):
    names = [name for row in wrong_options._ELSEWHERE[calls].values() for name in row.split()]
    assert sorted(names) == sorted({*names})
    assert all(call == "collection" or call in NAMES for call in calls.split())


@pytest.mark.parametrize(
    ("call", "name", "example"),
    [
        (call, name, found[1])
        for call, hints in wrong_options._ELSEWHERE.items()
        for hint, names in hints.items()
        if (found := re.search("<([^<> ]+)>", hint))
        for name in names.split()
    ],
)
def test_a_hint_says_the_users_own_value(call, name, example):
    value = {int: 77, float: -7.5, str: "own"}[type(ast.literal_eval(example))]
    call = call.split()[0] if call else "and_"
    assert repr(value) in wrong_options.option_hints(call, {name: value}, [])
    assert example in wrong_options.option_hints(call, {name: None}, [])


@pytest.mark.parametrize(
    "name", ["fake_", "stat", "keyz", "frost", "gem", "mean", "value", "part", "load_all"]
)
def test_no_neighbour_is_named_that_would_mislead(name):
    with pytest.raises(AttributeError, match=f"^mxspec has no '{name}'$"):
        getattr(s, name)


@pytest.mark.parametrize(
    ("name", "words"),
    [("conforn", "mxspec has no 'conforn'; did you mean 'conform'?"), ("zebra", "mxspec has no 'zebra'")],
)
def test_another_name_is_an_attribute_error_with_the_nearest(name, words):
    with pytest.raises(AttributeError) as caught:
        getattr(s, name)
    assert str(caught.value) == words
    assert not hasattr(s, name)
