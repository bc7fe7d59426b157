"""Random classes of attrs, msgspec and dataclasses: mxspec says what their owners say, also of edits."""

import pytest

from tests.mxspec.transform.annotations.edited_classes import ask_about_edits
from tests.mxspec.transform.annotations.random_classes import KINDS, ask_about_classes
from tests.suites import rows_by_suite

ASKED = (*KINDS, "accepted", "refused", "written", "sampled", "JSON read", "JSON refused")


def test_a_few_classes_of_each_library():
    tally = ask_about_classes(0, 25, values=8)
    assert tally.wrong == []
    assert min(tally[key] for key in ASKED) > 0


@pytest.mark.parametrize("number", rows_by_suite(slow=[80], stress=[300]))
def test_more_classes_of_each_library(number):
    tally = ask_about_classes(1, number)
    assert tally.wrong == []
    assert min(tally[kind] for kind in KINDS) > 0.8 * number
    assert tally["not judged"] < number / 3


def test_edits_of_a_few_classes():
    tally = ask_about_edits(5150, 8, edits=2)
    assert tally.wrong == []
    assert min(tally[verdict] for verdict in ("proved", "broken")) > 0


@pytest.mark.parametrize("number", rows_by_suite(slow=[30], stress=[300]))
def test_edits_of_more_classes_of_each_library(number):
    tally = ask_about_edits(1, number)
    assert tally.wrong == []
    assert tally["proved"] > 2 * number
    assert tally["broken"] > number / 3
