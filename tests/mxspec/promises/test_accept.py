"""Thresholds of acceptance: of what passes, at most the promised share is wrong, as often as it says."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.promises import sequential
from mxspec.promises.bounds import most_refused
from tests.measurements.promises import acceptance


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=400), st.integers(0, 3))
def test_what_is_promised_of_a_threshold_is_true_of_the_labels(pairs, room):
    scores, right = zip(*pairs, strict=True)
    right = [mark or i % 4 < room for i, mark in enumerate(right)]
    try:
        floor = s.accept(scores, right, wrong_at_most=0.2, confidence=0.9)
    except s.SpecDefinitionError:
        assert right.count(False) > 2 or len(right) < 30
        return
    passing = [mark for score, mark in zip(scores, right, strict=True) if floor.passes(score)]
    assert (floor.n, floor.passed, floor.wrong) == (len(pairs), len(passing), passing.count(False))
    assert most_refused(floor.wrong, floor.passed, 0.9) <= 0.2 + 1e-9
    assert float(floor) == floor.value == min(score for score in scores if floor.passes(score))


@pytest.mark.few(3)
@pytest.mark.parametrize("kind", [*acceptance.SIMULATED])
def test_the_promise_is_kept_as_often_as_it_says(kind):
    kept, coverage = acceptance.simulate(kind, n=800, share=0.05, confidence=0.9, tries=80)
    assert kept >= 0.9 - 3 * math.sqrt(0.9 * 0.1 / 80)
    assert coverage > 0.2 or kind == "higher is worse"


def test_the_best_of_all_thresholds_breaks_the_bound_that_the_fixed_order_keeps():
    """The scores say nothing, and the answers are wrong a little too often: every threshold is wrong."""
    rng = np.random.default_rng(0)
    ours = best = 0
    for _ in range(100):
        right = rng.random(600) > 0.0505
        wrong = np.cumsum(~right)
        best += any(most_refused(int(wrong[n - 1]), n, 0.9) <= 0.05 for n in range(60, 601, 10))
        try:
            s.accept(-np.arange(600.0), right, 0.05, 0.9)
            ours += 1
        except s.SpecDefinitionError:
            pass
    assert ours / 100 <= 0.1 + 3 * math.sqrt(0.1 * 0.9 / 100)
    assert best / 100 > 0.2


def test_equal_scores_pass_together():
    floor = s.accept([1.0] * 300 + [0.5] * 300 + [0.1] * 50, [True] * 600 + [False] * 50, 0.05)
    assert (floor.value, floor.passed, floor.coverage) == (0.5, 600, 600 / 650)
    assert (floor.passes(0.5), floor.passes(0.49)) == (True, False)


def test_each_group_gets_a_threshold_and_all_share_the_error():
    n = 1500
    scores = [*np.linspace(0, 1, n), *np.linspace(0, 1, n)]
    right = [score > 0.2 for score in scores[:n]] + [score > 0.6 for score in scores[n:]]
    groups = ["easy"] * n + ["hard"] * n
    floors = s.accept(scores, right, 0.02, by=groups)
    easy, hard = floors["easy"], floors["hard"]
    assert 0.1 < easy.value < 0.25 < 0.5 < hard.value < 0.65
    assert easy.confidence == hard.confidence == 0.99
    assert most_refused(easy.wrong, easy.passed, 0.995) <= 0.02
    assert (easy.passes(0.4), hard.passes(0.4)) == (True, False)
    assert repr(floors).count("at most 2% of what passes is wrong (certain 99%)") == 2


def test_a_threshold_takes_its_share_of_the_budget_of_a_suite():
    floor = s.accept(range(500), [True] * 500)
    sequential.set_budget(0.01)
    try:
        with pytest.raises(s.SpecDefinitionError, match=r"500 labels can't .* of 0.99 .*; 528 labels can"):
            s.accept(range(500), [True] * 500)  # the first promise may spend half of 1%
        assert s.accept(range(640), [True] * 640, by=[0] * 640)[0].confidence == floor.confidence
    finally:
        sequential.set_budget(None)


NEARLY = ([True] * 250 + [False]) * 7 + [True] * 243  # by rising scores


@pytest.mark.parametrize(
    ("scores", "right", "terms", "message"),
    [
        (range(458), [True] * 458, {}, "458 labels can't promise .* at most 1% .*; 459 labels can$"),
        (range(2000), [True, False] * 1000, {}, "597 with the best scores are wrong; scores that tell"),
        (range(2000), NEARLY, {}, r"; \d,\d+ labels can, if it goes on like this"),
        (range(20), [True] * 20, {"by": [0, 1] * 10}, "0: 10 labels .*; 528 labels can\n1: 10 labels"),
        ([], [], {}, "a threshold needs at least one score"),
        ([1.0, math.nan], [True, True], {}, "1 of 2 scores are NaN"),
        ([1, 2], [True], {}, "right is True or False for each score, not 1 for 2 scores"),
        ([1, 2], [True, 1], {}, "right is True or False for each score, not 1"),
        ([1, 2], [True, None], {}, "right is True or False for each score, not None"),
        ([1, 2], [True, True], {"by": [0]}, "by is a label for each score, not 1 for 2"),
        ([1, 2], [True, True], {"wrong_at_most": 1}, "wrong_at_most is a number between 0 and 1, not 1"),
    ],
)
def test_what_can_not_be_promised_is_an_error_that_says_what_would_do(scores, right, terms, message):
    with pytest.raises(s.SpecDefinitionError, match=message):
        s.accept(scores, right, **terms)


def test_as_many_labels_as_it_says_do():
    right = NEARLY
    with pytest.raises(s.SpecDefinitionError) as raised:
        s.accept(range(2000), right)
    n = int(str(raised.value).partition("wrong; ")[2].partition(" labels")[0].replace(",", ""))
    assert s.accept(range(n), [*itertools.islice(itertools.cycle([True] * 250 + [False]), n)])
