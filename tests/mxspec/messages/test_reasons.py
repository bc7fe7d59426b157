"""The reasons of problems in words."""

import pytest

import mxspec as s
from mxspec.messages import reasons


def test_an_exception_without_words_or_with_broken_ones_is_named():
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError

    assert reasons.exception_text(ValueError()) == "ValueError"
    assert reasons.exception_text(Broken()) == "Broken"
    assert reasons.exception_text(KeyError("k")) == "KeyError: 'k'"


@pytest.mark.parametrize(
    ("pred", "asked"),
    [
        (s.is_odd, "odd"),
        (s.is_pos_int, "pos int"),
        (lambda n: n > 2, "n > 2"),
        (("int_in", 0, 10), "int_in(0, 10)"),
        (int, "int"),
    ],
)
def test_a_predicate_is_worded_as_a_requirement(pred, asked):
    assert reasons.required_text(pred) == asked
