"""What people try first works, or the error names the right call: the table of tests/first_guesses.py."""

import pytest

import mxspec as s
from mxspec.messages.wrong_names import _ELSEWHERE
from tests.first_guesses import GUESSES, answer, is_right
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


def test_there_are_sixty_of_them_and_no_guess_twice():
    guesses = [guess for guess, _ in ROWS]
    assert len(guesses) == len(set(guesses)) >= 60


def test_a_name_from_elsewhere_is_none_of_ours_and_stands_in_one_row():
    names = [name for row in _ELSEWHERE.values() for name in row.split()]
    assert not {*names} & {*s.__all__}
    assert sorted(names) == sorted({*names})


@pytest.mark.parametrize(
    ("name", "words"),
    [("conforn", "mxspec has no 'conforn'; did you mean 'conform'?"), ("zebra", "mxspec has no 'zebra'")],
)
def test_another_name_is_an_attribute_error_with_the_nearest(name, words):
    with pytest.raises(AttributeError) as caught:
        getattr(s, name)
    assert str(caught.value) == words
    assert not hasattr(s, name)
