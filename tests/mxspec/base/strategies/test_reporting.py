"""What a property test reports: strategies as calls, and events for labels and confidences."""

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.control import current_build_context

import mxspec as s
from mxspec.base.strategies.reporting import ExampleReporter


def events_of(told):
    """The events that a property test has once it has told these labels and confidences."""
    seen = set()

    @settings(database=None, max_examples=1)
    @given(st.none())
    def test(_):
        telling = ExampleReporter("a/b")
        for label, confidence in told:
            telling.tell(object(), label, confidence, lambda: "")
        seen.update(current_build_context().data.events)

    test()
    return seen


@pytest.mark.parametrize(
    ("confidence", "group"),
    [
        (1.0, "0.99 or more"),
        (0.99, "0.99 or more"),
        (0.98, "0.9 to 0.99"),
        (0.5, "0.5 to 0.9"),
        (0.1, "below 0.5"),
        (float("nan"), "below 0.5"),
        (-1.0, "below 0.5"),
    ],
)
def test_confidences_are_counted_in_groups(confidence, group):
    assert events_of([("4", confidence)]) == {"a/b: label 4", f"a/b: confidence {group}"}


def test_without_a_confidence_the_label_is_counted():
    assert events_of([("4", None), ("7", None)]) == {"a/b: label 4", "a/b: label 7"}


def test_not_more_than_fifty_labels_are_told_apart():
    events = events_of([(str(label), None) for label in range(1000)])
    assert len(events) == 51
    assert "a/b: label any other" in events


def test_outside_a_property_test_nothing_is_told():
    ExampleReporter("a/b").tell(object(), "4", 1.0, lambda: pytest.fail("it is not asked for"))


# --- strategies that print as the call that returned them ---------------------------------------------------


s.def_("named/digit", s.int_in(0, 10))
FEW = settings(max_examples=12, database=None)


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
    many = s.gen(s.coll_of("named/digit"))
    assert sum(find(many, lambda xs: sum(xs) > 12, settings=settings(database=None))) == 13


@FEW
@given(st.data())
def test_it_can_be_drawn_from_within_a_test(data):
    assert s.valid("named/digit", data.draw(DIGITS))


def test_an_example_can_be_asked_for():
    with pytest.warns(match="interactive"):
        assert s.valid("named/digit", DIGITS.example())
