"""Texts at the borders of a pattern tell it from the patterns that a slip makes of it."""

import re

import pytest
from hypothesis import given

import mxspec as s
from mxspec.changes.borders.pattern_slips import slips_of
from tests.mxspec.base.test_patterns import patterns

# A pattern, and patterns that a slip makes of it.
SLIPS = {
    "[A-Z]{2}": ["[A-Z][A-Za-z]", "[A-Z]{2}.*", "[A-Z0-9]{2}", "[A-Z]{1,2}", "[A-Z]?[A-Z]{2}", "[A-Y]{2}"],
    "(ab){2,3}": ["(ab){2,4}", "(ab){1,3}", "(ab){3}", "(ab){2}", "(ab){2,3}[a-z]?", "[ab]{4,6}"],
    "[0-9]{3}-[0-9]{4}": ["[0-9]{3}-?[0-9]{4}", "[0-9]{3}[-/][0-9]{4}", "[0-9-]{8}", "[0-9]+-[0-9]{4}"],
    "a|bc|[0-9]": ["a|bc", "bc|[0-9]", "a|b|[0-9]", "a|bc?|[0-9]", "[ac]|bc|[0-9]"],
    "v[0-9]+([.][0-9]+)*": ["v[0-9]+([.][0-9]+)?", "v[0-9]+", "v[0-9]+(.[0-9]+)*", "v?[0-9]+([.][0-9]+)*"],
    r"[^,;]+": [".+", "[^,]+", "[^,;]*", "[^,;a]+"],
    r"\d{4}": ["[0-9]{4,}", "[0-9]{3,4}", r"(?u:\d){4}", "[1-9][0-9]{3}"],
    "[+-]?[0-9]+": ["-?[0-9]+", "[0-9]+", "[+-][0-9]+", "[+-]*[0-9]+", "[+-]?[0-9]*"],
    "(?i:ab)-x": ["ab-x", "(?i:ab-x)", "(?i:ab)-?x"],
    r"\w+@[a-z]+\.(com|org)": [r"\w+@[a-z]+.(com|org)", r"\w+@[a-z]+\.com", r"[a-z]+@[a-z]+\.(com|org)",
                              r"\w+@[a-z.]+\.(com|org)", r"\w*@[a-z]+\.(com|org)"],
    "(?=a)[a-c]{1,5}$": ["(?=a)[a-c]{1,6}", "(?=a)[a-d]{1,5}", "(?=a)[a-c]{2,5}"],
}  # fmt: skip


@pytest.mark.parametrize(("pattern", "slip"), [(p, slip) for p, slips in SLIPS.items() for slip in slips])
def test_a_text_tells_a_slip_from_a_pattern(pattern, slip):
    own = re.compile(pattern, re.ASCII)
    texts = [text for _, text in slips_of(pattern)]
    assert any(bool(own.fullmatch(text)) != bool(re.fullmatch(slip, text, re.ASCII)) for text in texts)


@pytest.mark.parametrize("pattern", [p for p in SLIPS if "?=" not in p])
def test_some_texts_match_and_each_is_named_once(pattern):
    slips = slips_of(pattern)
    assert any(re.fullmatch(pattern, text, re.ASCII) for _, text in slips)
    assert len({text for _, text in slips}) == len(slips)


@given(patterns)
def test_any_pattern_has_few_texts_or_none(pattern):
    assert sum(len(text) for _, text in slips_of(pattern)) < 3_000_000


@pytest.mark.parametrize(
    "pattern", ["(a{300}){300}", "a{4000000000}", r"(a)\1", "(" * 200 + "a" + ")" * 200, "[", "a**"]
)
def test_what_is_too_large_or_refers_back_has_no_texts(pattern):
    assert slips_of(pattern) == () or max(len(text) for _, text in slips_of(pattern)) < 100_000


# A value that a parser of the format takes, or refuses, against its standard.
FORMATS = [
    ("date", "20200101"), ("date", "2020-02-30"), ("date", "2020-02-29"), ("datetime", "2020-01-01T24:00:00"),
    ("number", "1_0"), ("ipv4", "01.2.3.4"), ("ipv6", "::1%eth0"), ("email", "a..b@c.co"),
    ("uuid", "0123456789abcdef0123456789abcdef"),
    ("url", "javascript:1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), FORMATS)
def test_a_guard_is_asked_about_the_texts_of_a_format(name, text):
    asked = []
    s.check_guard(lambda x: asked.append(x) or s.valid(s.str_in(format=name), x), s.str_in(format=name))
    assert text in asked
