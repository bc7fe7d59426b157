"""Random classes of attrs, msgspec and dataclasses: mxspec says valid exactly where their owners do."""

import pytest

from tests.mxspec.annotations.random_classes import KINDS, ask_about_classes
from tests.suites import rows_by_suite

ASKED = (*KINDS, "accepted", "refused", "written", "sampled", "JSON read", "JSON refused")


def test_a_few_classes_of_each_library():
    tally = ask_about_classes(0, 25, values=8)
    assert tally.wrong == []
    assert min(tally[key] for key in ASKED) > 0


# On a class of seed 3 msgspec 0.23 crashes the process.
@pytest.mark.parametrize("seed", rows_by_suite(slow=[1], stress=[2]))
def test_three_hundred_classes_of_each_library(seed):
    tally = ask_about_classes(seed, 300)
    assert tally.wrong == []
    assert min(tally[kind] for kind in KINDS) > 250
    assert tally["not judged"] < 100
