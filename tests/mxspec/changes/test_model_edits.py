"""Edits of pydantic models whose truth is known: no answer is wrong, and most are decided."""

import pytest

from tests.mxspec.changes.model_edits import check_edit


def undecided(seeds):
    """The share of edits that end undecided; none of the others is wrong."""
    answers = [check_edit(seed)[2] for seed in seeds]
    return sum(answer.verdict == "not refuted" for answer in answers) / len(answers)


def test_most_edits_of_models_are_decided():
    assert undecided(range(500, 520)) <= 0.15


@pytest.mark.slow
def test_more_edits_of_models_are_decided():
    assert undecided(range(20_000, 20_200)) <= 0.15
