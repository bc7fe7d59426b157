"""Inclusion of patterns is what `re.fullmatch` says of all short strings, or is left open."""

import functools
import re

import pytest

from mxspec.base.patterns import has_pattern
from mxspec.changes.inclusion import UndecidedError, language_of, string_outside
from tests.mxspec.changes import random_patterns


def of(pattern):
    return language_of(functools.partial(has_pattern, pattern))


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("a", "a|b", None),
        ("a|b", "a", "b"),
        ("[a-c]", "[^d]", None),
        (".", "[^a]", "a"),
        (r"\d+", r"\w*", None),
        (r"\w+", r"\d+", "a"),
        ("a{2,3}", "a{3}", "aa"),
        ("(?:a*b)*", "[ab]*", None),
        ("[ab]*", "(?:a*b)*", "a"),
        ("^a$", r"\Aa\Z", None),
        ("a+?", "a*", None),
        ("(?x: a b )", "ab", None),
        ("", "a?", None),
        (".", "(?s:.)", None),
        ("(?s:.)", ".", "\n"),
    ],
)
def test_the_shortest_string_outside_is_found(first, second, text):
    assert string_outside([of(first)], of(second)) == text


def test_several_patterns_hold_together():
    assert string_outside([of("[ab]*"), of("[bc]*")], of("b*")) is None
    assert string_outside([of("[ab]*"), of("[bc]*")], of("b?")) == "bb"


@pytest.mark.parametrize("pattern", [*random_patterns.OTHERS, r"a^", "$a", "(?m:^a)", "(^a)*", r"[\d]\B"])
def test_what_is_not_regular_is_not_read(pattern):
    assert of(pattern) is None


def test_letters_of_other_tables_are_not_read():
    assert language_of(re.compile(r"\d").fullmatch) is None
    assert language_of(re.compile("[0-9]").fullmatch) == of(r"\d")
    assert language_of(re.compile("[0-9]").match) is None


def test_the_work_is_bounded():
    ways = "(a|b)*a(a|b){12}"
    with pytest.raises(UndecidedError):
        string_outside([of(ways)], of(ways + "|c"))


@pytest.mark.parametrize("is_search", [False, True])
@pytest.mark.parametrize("start", range(0, 600, 100))
def test_fullmatch_and_search_agree_about_all_short_strings(start, is_search):
    answers = [random_patterns.check_patterns(seed, is_search) for seed in range(start, start + 100)]
    assert {"included", "not included"} <= {*answers}
