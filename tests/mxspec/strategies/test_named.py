"""Strategies that print as the call that returned them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s

s.def_("named/digit", s.int_in(0, 10))
FEW = settings(max_examples=30, database=None)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("named/digit", "gen('named/digit')"),
        (int, "gen(int)"),
        (s.coll_of("named/digit"), "gen(coll_of('named/digit'))"),
        ({1, 2}, "gen({1, 2})"),
    ],
)
def test_a_strategy_names_its_spec(spec, text):
    assert repr(s.gen(spec)) == text
    assert isinstance(s.gen(spec), st.SearchStrategy)


DIGITS = s.gen("named/digit")


@pytest.mark.parametrize(
    "strategy",
    [
        DIGITS, DIGITS.map(str), DIGITS.filter(s.is_even), DIGITS.flatmap(st.just), DIGITS | st.none(),
        st.none() | DIGITS, st.one_of(DIGITS, DIGITS), st.lists(DIGITS, unique=True),
        st.tuples(DIGITS, DIGITS),
        st.dictionaries(DIGITS, DIGITS), st.builds(dict, x=DIGITS), st.deferred(lambda: DIGITS),
        st.recursive(DIGITS, st.lists), st.shared(DIGITS), s.fmap(str, DIGITS), s.such_that(s.is_odd, DIGITS),
        st.fixed_dictionaries({"x": DIGITS}),
    ],
)  # fmt: skip
def test_it_goes_wherever_a_strategy_goes(strategy):
    seen = []

    @FEW
    @given(strategy)
    def test(x):
        seen.append(x)

    test()
    assert seen


def test_a_filter_still_narrows_the_drawn_values():
    seen = []

    @FEW
    @given(s.gen(s.int_in(0, 10**6)).filter(lambda n: n > 999_990))
    def test(n):
        seen.append(n)

    test()
    assert set(seen) <= set(range(999_991, 10**6))
    assert len(set(seen)) > 5


def test_it_shrinks_as_the_strategy_does():
    smallest = []

    @settings(database=None)
    @given(s.gen(s.coll_of("named/digit")))
    def test(xs):
        if sum(xs) > 12:
            smallest[:] = [xs]
            raise AssertionError

    with pytest.raises(AssertionError):
        test()
    assert sum(smallest[0]) == 13


@FEW
@given(st.data())
def test_it_can_be_drawn_from_within_a_test(data):
    assert s.valid("named/digit", data.draw(DIGITS))


def test_an_example_can_be_asked_for():
    with pytest.warns(match="interactive"):
        assert s.valid("named/digit", DIGITS.example())
