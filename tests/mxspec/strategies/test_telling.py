"""Words of property tests: events for labels and confidences, and only so many of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.control import current_build_context

from mxspec.strategies.reporting import ExampleReporter


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
