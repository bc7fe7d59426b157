"""Patterns of strings: none takes exponential time, and those that people use are allowed."""

import math
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.base import patterns as patterns_module
from mxspec.base.names import current
from mxspec.base.patterns import LETTERS, MOST_STEPS, steps_to_match
from mxspec.specs.compiled import CompiledSpec
from tests.mxspec.backtracking import Backtracking
from tests.mxspec.random_specs import examples

LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"

# A pattern that people use, and texts that it takes and refuses.
USED = [
    (r"[^@\s]+@[^@\s]+\.[^@\s]+", "ada@example.org", "ada@example"),
    (r"^[\w.+-]+@[\w-]+\.[\w.-]+$", "ada@example.org", "@example.org"),
    (rf"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{LABEL}(?:\.{LABEL})*$", "ada@example.org", "a@-b"),  # HTML's
    (rf"^(?:{LABEL}\.)+[a-zA-Z]{{2,63}}$", "www.example.org", "example"),
    (r"^([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}$", "my-site.example.org", "-a.org"),
    (r"^https?://[^\s/$.?#].[^\s]*$", "https://example.org/a?b=c", "ftp://example.org"),
    (r"^(https?|ftp)://([\w-]+\.)+\w+(:\d+)?(/\S*)?$", "https://example.org:8080/a", "example.org"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
     "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b810"),
    (r"\d{4}-\d{2}-\d{2}", "2019-10-11", "2019-1-1"),
    (r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "2019-10-11", "2019-13-11"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "2019-10-11T08:00:00.5Z", "2019-10-11"),
    (r"P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?", "P1DT2H", "P"),
    (r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", "23:59", "24:00"),
    (r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
     r"(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
     r"(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$", "1.0.0-rc.1+build.5", "1.0"),
    (r"^((25[0-5]|(2[0-4]|1\d|[1-9]|)\d)\.?\b){4}$", "192.168.0.1", "256.0.0.1"),
    (r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}", "192.168.0.1", "1.2.3"),
    (r"(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}", "1:2:3:4:5:6:7:8", "1::8"),
    (r"([0-9A-F]{2}[:-]){5}[0-9A-F]{2}", "00:1A:2B:3C:4D:5E", "00:1A"),
    (r"[a-z0-9]+(?:-[a-z0-9]+)*", "a-slug-of-2019", "a--b"),
    (r"^\+?\d{1,3}?[-. ]?\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}$", "+1 (555) 123-4567", "555"),
    (r"\+[1-9]\d{1,14}", "+491701234567", "0170"),
    (r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[@$!%*?&])[A-Za-z\d@$!%*?&]{8,}$", "Passw0rd!", "password"),
    (r"#(?:[0-9a-fA-F]{3}){1,2}", "#fa8072", "#fa80"),
    (r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", "-1.5e3", "e3"),
    (r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", "-1.5", "01"),
    (r"\d{1,3}(,\d{3})*(\.\d\d)?", "1,234,567.89", "1,23"),
    (r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", "DE89370400440532013000", "DE8"),
    (r"(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|3[47]\d{13})", "4111111111111111", "4111"),
    (r"97[89]-\d{1,5}-\d{1,7}-\d{1,7}-\d", "978-3-16-148410-0", "123"),
    (r"\d{5}(-\d{4})?", "12345-6789", "1234"),
    (r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", "SW1A 1AA", "123"),
    (r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", "pkg.mod.name", "1a"),
    (r"/?([^/\0]+/)*[^/\0]+", "/a/b.txt", ""),
    (r"[\w,\s-]+\.(jpe?g|png|gif)", "a photo.jpeg", "photo"),
    (r"[\w.-]+/[\w.-]+(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?", "library/redis:7", "redis"),
    (r"[0-9a-f]{7,40}", "c0ffee1", "x"),
    (r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", "YWI=", "Y"),
    (r"[\w-]+\.[\w-]+\.[\w-]+", "eyJh.eyJz.SflK", "eyJh"),
    (r'"(?:[^"\\]|\\.)*"', r'"a \" b"', '"a'),
    (r"<([a-z]+)[^>]*>.*?</\1>", "<b>x</b>", "<b>x</i>"),
    (r"(?i)[a-z]+(?:[ '-][a-z]+)*", "Anne-Marie O'Neill", "-"),
    (r"^\s*(.*?)\s*$", " x ", None),
    (r"(?!.*\.\.)[a-z.]+", "a.b", "a..b"),
    (r"[^,]*(,[^,]*){3}", "a,b,,d", "a"),
    (r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d{12}:.+", "arn:aws:iam::123456789012:user/x", "arn"),
    (r"(?>a+)+b|(\w++-?)+", "ab-cd", "-"),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "fits", "differs"), USED)
def test_a_pattern_that_people_use_is_allowed(pattern, fits, differs):
    spec = s.str_in(pattern=pattern)
    assert s.valid(spec, fits)
    assert differs is None or not s.valid(spec, differs)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+", r"(a|a)*", r"(a|aa)+", r"(a*)*", r"(.*)*x", r"(a|b|ab)*c", r"(x+x+)+y", r"([a-zA-Z]+)*",
        r"(.*a){20}", r"(a+){10}b", r"(a?){30}a{30}", r"((a|a){10}){10}", r"(a{1,30}){1,30}b",
        r"^(\w+\s?)*$", r"(\s*,?\s*\w+)*", r"(\w*\d*)*z", r".*.*.*.*x", r"(?:\d+|\d+\.\d+|,)+",
        r"([a-z]{30}|[a-z]{15})+", r"(.+)\1+", r"(?=(a+)+b)c", r"x(?!(a|aa)*b)c", r"(?i)(ab|AB)*",
        r"(?s)(.|\n)*x", r"(?>(a+)+)b", r"(a+?)+?b", r"(?iu:ſ|sS?)*x",
        # e-mail patterns that were advised against
        r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
        r"^([\w.-]+)+@([\w-]+\.)+[a-z]+$", r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"^[a-z]+([._-]?[a-z]+)*@x$", r"(?:(?:[a-z0-9]-*)*[a-z0-9]+)(?:\.(?:[a-z0-9]-*)*[a-z0-9]+)*",
    ],
)  # fmt: skip
def test_a_pattern_that_takes_exponential_time_is_an_error_that_says_what_to_try(pattern):
    with pytest.raises(
        s.SpecDefinitionError, match=r"10,000,000 steps with a text of \d+ letters.* a\+\+ or"
    ):
        s.str_in(pattern=pattern)
    assert s.str_in(max_length=5, pattern=pattern)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(a", "unterminated"), ("(?u)a", "incompatible"), ("a{99999999999}", "too large"),
        ("(" * 3000 + ")" * 3000, "recursion"), (b"a", "is a string"), (3, "not 3"),
        ("(?<=a+)b", "fixed-width"), ("a" * 10_001, "10,000 characters at most"),
        ("(?:|){30}", "steps"), ("(a*|b*){30}(?=b)", "steps"),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_pattern_or_takes_too_long_for_no_letters_is_an_error(pattern, words):
    with pytest.raises(s.SpecDefinitionError, match=words):
        s.str_in(pattern=pattern)


def test_an_alternative_of_many_words_is_allowed_and_one_of_too_many_to_tell_is_not():
    words = [f"{word}{i}" for i in range(300) for word in ("ada", "bo", "cyd")]
    assert s.valid(s.str_in(pattern="|".join(words)), "bo299")
    with pytest.raises(s.SpecDefinitionError, match="steps"):
        s.str_in(pattern=f"({'|'.join(words)})*")


# --- laws ---------------------------------------------------------------------------------------------------

atoms = st.sampled_from(["a", "b", "ab", ".", "[ab]", "[^a]", r"\w", r"\d", "", r"\1", "^", "$"])


TIMES = ["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "{0,2}?", "*+", "++", "{0,40}"]


def larger(inner):
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(TIMES))
        .map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        st.tuples(st.sampled_from("ab."), st.sampled_from(["*+", "++"])).map("".join),
        inner.map(lambda text: f"(?>{text})"), inner.map(lambda text: f"(?={text})"),
        inner.map(lambda text: f"(?!{text})"),
    )  # fmt: skip


patterns = st.recursive(atoms, larger, max_leaves=7).map(lambda text: f"(a?){text}")
texts = st.one_of(
    st.text("ab", max_size=9),
    st.tuples(st.sampled_from(["a", "ab", "ba", "aab", "1a"]), st.integers(1, 5)).map(lambda x: x[0] * x[1]),
)


@settings(examples, max_examples=400)
@given(patterns, texts)
def test_no_text_takes_more_steps_than_the_bound(pattern, text):
    """Backtracking over all ways, which a text that fails at its end takes, takes no more steps."""
    bound = steps_to_match(pattern, len(text))
    assume(bound < 20_000)
    run = Backtracking(text)
    assert run.fullmatch(pattern) == (re.fullmatch(pattern, text, re.ASCII) is not None)
    assert run.steps <= bound


@settings(examples, max_examples=200)
@given(patterns, texts, texts)
def test_the_steps_of_an_allowed_pattern_grow_as_a_polynomial(pattern, start, pumped):
    """For four times the text an allowed pattern takes at most 4 ** 4 times the steps."""
    assume(steps_to_match(pattern) <= MOST_STEPS and 0 < len(pumped) < 5)
    short, long = Backtracking(start + pumped * 4), Backtracking(start + pumped * 16)
    short.fullmatch(pattern)
    long.fullmatch(pattern)
    assert long.steps <= 256 * (short.steps + len(pattern))


def test_the_bound_of_an_allowed_pattern_is_of_the_cube_at_most():
    assert steps_to_match(".*a.*b.*") < LETTERS**3 < MOST_STEPS * 2
    assert steps_to_match("[a-z]+(-[a-z]+)*") == 4 * LETTERS


# --- long texts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        ("[a-z]+(-[a-z]+)*", math.inf), (r".*\.pdf", math.inf), ("a|b", math.inf), ("a*+b*+", math.inf),
        (r"(?=.*[A-Z])(?=.*\d).{8,}", math.inf), ("(?>.*)!", math.inf), (r"(\w+\s)*\w*", math.inf),
        (".*foo.*", 8192), (".*a.*!", 7680), (".*a.*b.*!", 576), ("(?s:.*)a(?s:.*)b(?s:.*)c", 576),
        ("(a+)+", 24),
    ],
)  # fmt: skip
def test_a_pattern_says_how_long_a_text_may_be(pattern, most):
    assert patterns_module.longest_text(pattern) == most


@pytest.mark.parametrize("pattern", [".*a.*b.*!", ".*a.*b.*c", "(?:a|b)*a(?:a|b)*b(?:a|b)*!"])
def test_a_text_that_is_too_long_for_its_pattern_is_an_error_that_names_the_limit(pattern):
    most = int(patterns_module.longest_text(pattern))
    spec = s.str_in(pattern=pattern)
    words = rf"a text of 40,000 letters is too long for the pattern .* with more than {most:,} letters"
    hostile = "ab" * 20_000
    for ask in (s.valid, s.conform, s.explain_data, s.validate):
        with pytest.raises(s.SpecError, match=words):
            ask(s.coll_of(spec), [hostile])
    with pytest.raises(s.SpecError, match=words):
        CompiledSpec(spec, current).valid(hostile)
    assert not s.valid(spec, hostile[:256])
    assert not s.valid(s.str_in(pattern=pattern, max_length=1000), hostile)


def test_a_pattern_of_linear_time_reads_a_text_of_any_length():
    assert s.valid(s.str_in(r"[a-z]+(-[a-z]+)*"), "ab-" * 100_000 + "c")
    assert not s.valid(s.str_in(r".*\.pdf"), "a" * 300_000)


def test_a_pattern_of_an_annotation_has_the_limit_too():
    assert patterns_module.has_match("b+", "a" * 100_000 + "b")
    assert patterns_module.has_match(re.compile("B", re.IGNORECASE), "ab")
    with pytest.raises(s.SpecError, match="too long for the pattern"):
        patterns_module.has_match("^(a+)+$", "a" * 1000 + "!")


@pytest.mark.slow
@settings(examples, max_examples=50)
@given(patterns, texts)
def test_no_text_up_to_the_longest_takes_more_steps_than_allowed(pattern, text):
    most = 2000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns_module, "MOST_STEPS_WITH_A_LONG_TEXT", most)
        longest = patterns_module.longest_text.__wrapped__(pattern)
    assume(0 < longest < math.inf)
    text = (text * 50)[: min(int(longest), 60)]
    run = Backtracking(text)
    run.fullmatch(pattern)
    assert run.steps <= most


@pytest.mark.slow
@settings(examples, max_examples=30)
@given(patterns, texts)
def test_a_pattern_for_texts_of_any_length_takes_steps_in_proportion(pattern, text):
    assume(text and patterns_module.longest_text(pattern) == math.inf)
    short, long = Backtracking(text * 4), Backtracking(text * 8)
    short.fullmatch(pattern)
    long.fullmatch(pattern)
    assert long.steps <= 1000 * len(text * 8)
