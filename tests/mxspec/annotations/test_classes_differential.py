"""Random classes of attrs, msgspec and dataclasses: mxspec says what their owners say, also of edits."""

import pytest

from tests.mxspec.annotations.edited_classes import ask_about_edits
from tests.mxspec.annotations.random_classes import KINDS, ask_about_classes
from tests.suites import rows_by_suite

ASKED = (*KINDS, "accepted", "refused", "written", "sampled", "JSON read", "JSON refused")


def test_a_few_classes_of_each_library():
    tally = ask_about_classes(0, 25, values=8)
    assert tally.wrong == []
    assert min(tally[key] for key in ASKED) > 0


@pytest.mark.parametrize("seed", rows_by_suite(slow=[1], stress=[2]))
def test_three_hundred_classes_of_each_library(seed):
    tally = ask_about_classes(seed, 300)
    assert tally.wrong == []
    assert min(tally[kind] for kind in KINDS) > 250
    assert tally["not judged"] < 100


def test_edits_of_a_few_classes():
    tally = ask_about_edits(5150, 20, edits=2)
    assert tally.wrong == []
    assert min(tally[verdict] for verdict in ("proved", "broken")) > 0


@pytest.mark.parametrize("seed", rows_by_suite(slow=[1], stress=[2, 3]))
def test_edits_of_a_hundred_classes_of_each_library(seed):
    tally = ask_about_edits(seed, 100)
    assert tally.wrong == []
    assert tally["proved"] > 200
    assert tally["broken"] > 50
