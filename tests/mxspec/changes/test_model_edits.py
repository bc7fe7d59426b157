"""Edits of pydantic models whose truth is known: no answer is wrong, and most are decided."""

import pytest

from mxspec.specs.core.budget import Deadline
from tests.measurements.changes.random_edits import answers_about_models
from tests.suites import rows_by_suite


@pytest.fixture(autouse=True)
def a_machine_without_haste(monkeypatch):
    """The clock stands still, so that steps alone end a search."""
    monkeypatch.setattr(Deadline, "clock", lambda: 0.0)


def undecided(seeds):
    """The share of edits that end undecided; none of the others is wrong."""
    answers = [answer for _, answer, *_ in answers_about_models(seeds)]
    return sum(answer.verdict == "not refuted" for answer in answers) / len(answers)


def test_most_edits_of_models_are_decided():
    # The search about 507 ends undecided after six seconds; the slow test has such ones.
    assert undecided([*range(500, 507), *range(508, 517)]) <= 0.15


@pytest.mark.parametrize(
    "seeds", rows_by_suite(slow=[range(20_000, 20_030)], stress=[range(20_000, 20_200)]), ids=str
)
def test_more_edits_of_models_are_decided(seeds):
    assert undecided(seeds) <= 0.15
