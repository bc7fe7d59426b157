"""One unit everywhere: of values in clusters a promise about clusters is kept, and names them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s

pytestmark = pytest.mark.few(2)

TRIES, CLUSTERS, SHARE, CONFIDENCE = 150, 400, 0.05, 0.9
MOST_BROKEN = TRIES * 0.1 + 3 * math.sqrt(TRIES * 0.1 * 0.9)


def answers_of(rng, clusters, size, alike):
    """Return scores and marks (clusters, size): a cluster is wrong as a whole, or each answer by itself."""
    scores = rng.random((clusters, 1)) * alike + rng.random((clusters, size)) * (1 - alike)
    if alike:
        return scores, np.broadcast_to(rng.random((clusters, 1)) > 1.01 * SHARE, scores.shape)
    return scores, rng.random(scores.shape) > 1.01 * SHARE / size


def wrong_share(floor, scores, right):
    """Return the share of the clusters with an answer that passes of which a wrong one does."""
    passing = scores >= float(floor)
    return (passing & ~right).any(1).sum() / passing.any(1).sum()


@pytest.mark.few(1)
@pytest.mark.parametrize("alike", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("size", [2, 5, 20])
def test_accept_keeps_its_promise_of_clusters_at_the_promise(size, alike):
    rng = np.random.default_rng(size)
    all_answers = answers_of(rng, 40_000, size, alike)
    broken = 0
    for _ in range(TRIES):
        scores, right = answers_of(rng, CLUSTERS, size, alike)
        groups = np.repeat(np.arange(CLUSTERS), size)
        try:
            floor = s.accept(scores.ravel(), right.ravel(), SHARE, CONFIDENCE, groups=groups)
        except s.SpecDefinitionError:
            continue
        broken += wrong_share(floor, *all_answers) > SHARE
    assert broken <= MOST_BROKEN


@pytest.mark.parametrize("size", [5, pytest.param(20, marks=pytest.mark.slow)])
def test_answers_of_clusters_break_the_promise_if_each_counts_as_one(size):
    rng = np.random.default_rng(size)
    broken = 0
    for _ in range(TRIES):
        scores, right = answers_of(rng, CLUSTERS, size, 1.0)  # at any threshold 5.05% are wrong
        try:
            s.accept(scores.ravel(), right.ravel(), SHARE, CONFIDENCE)
            broken += 1
        except s.SpecDefinitionError:
            pass
    assert broken > 2 * MOST_BROKEN


@pytest.mark.parametrize("size", [2, 5, 20])
def test_conformal_keeps_its_promise_of_clusters(size):
    rng = np.random.default_rng(size)
    broken = broken_by_values = 0
    for _ in range(TRIES):
        scores = rng.exponential(size=(200, 1)) - 0.1 * rng.random((200, size)) * (np.arange(size) > 0)
        groups = np.repeat(np.arange(200), size)
        threshold = s.conformal(scores.ravel(), SHARE, CONFIDENCE, groups=groups, ordered=False)
        broken += math.exp(-float(threshold)) > SHARE  # the first of a cluster is the largest
        plain = s.conformal(scores.ravel(), SHARE, CONFIDENCE, ordered=False)
        later = 1 - rng.random(20_000)
        refused = -np.log(later)[:, None] - 0.1 * rng.random((20_000, size)) * (np.arange(size) > 0)
        broken_by_values += (refused > float(plain)).mean() > SHARE
    assert broken <= MOST_BROKEN
    assert size == 2 or broken_by_values > MOST_BROKEN


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 120)), min_size=60, max_size=400),
    st.integers(0, 3),
)
def test_the_counts_of_a_threshold_are_those_of_the_groups(rows, room):
    scores, marks, groups = zip(*rows, strict=True)
    right = [mark or i % 4 < room for i, mark in enumerate(marks)]
    try:
        floor = s.accept(scores, right, wrong_at_most=0.3, confidence=0.6, groups=groups)
    except s.SpecDefinitionError:
        return
    passing = [(g, mark) for score, mark, g in zip(scores, right, groups, strict=True) if floor.passes(score)]
    wrong = {group for group, mark in passing if not mark}
    assert (floor.n, floor.passed, floor.wrong) == (len({*groups}), len({g for g, _ in passing}), len(wrong))


def test_groups_of_one_answer_promise_the_same_but_for_one_group():
    scores, right = range(2000), [i > 500 for i in range(2000)]
    single, grouped = s.accept(scores, right), s.accept(scores, right, groups=scores)
    assert (grouped.n, abs(single.passed - grouped.passed) <= 40) == (2000, True)
    with pytest.raises(s.SpecDefinitionError, match=r"459 groups can't promise .*; 460 groups can$"):
        s.accept(range(459), [True] * 459, groups=range(459))
    assert s.accept(range(460), [True] * 460, groups=range(460)).passed == 460
    assert s.conformal(range(700), groups=range(700)).value == s.conformal(range(700)).value


def test_the_promise_names_the_unit():
    pandas = pytest.importorskip("pandas")
    patient = pandas.Series([i // 4 for i in range(4000)], name="patient")
    rows = [{"patient": i, "age": 18 + i * 7 % 60} for i in patient.tolist()]
    assert [
        s.accept(range(4000), [True] * 4000, groups=patient).of,
        s.conformal(range(4000), groups=patient, of="visits", ordered=False).of,
        s.check_promise(lambda row: row["age"] > 0, rows, groups="patient").of,
        s.promise(s.infer(rows, groups="patient")).of,
        s.profile(dict, rows, groups="patient").of,
    ] == ["groups by 'patient'", "groups of visits by 'patient'", *["groups by 'patient'"] * 3]
    floor = s.accept(range(4000), [True] * 4000, groups=patient)
    assert "at most 1% of groups by 'patient' that pass let a wrong answer pass (certain 99%)" in repr(floor)
    threshold = s.conformal(range(4000), groups=patient, of="visits", ordered=False)
    assert threshold.why_not(3998.5) == (
        "anomaly score above 99.9% of 1,000 groups of visits by 'patient', the limit is 99%"
    )


def test_each_label_has_a_threshold_of_groups():
    scores, labels = [*range(1000), *range(0, 2000, 2)], ["a"] * 1000 + ["b"] * 1000
    groups = [i // 2 for i in range(1000)] * 2  # each has values of both labels
    thresholds = s.conformal(scores, by=labels, groups=groups, ordered=False)
    assert [(each.n, each.value > 900) for _, each in thresholds.items] == [(500, True), (500, True)]
    floors = s.accept(scores, [True] * 2000, 0.02, by=labels, groups=groups)
    assert {label: floor.n for label, floor in floors.items()} == {"a": 500, "b": 500}


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: s.accept([1, 2], [True, True], groups=[0]), "groups is a label for each score, not 1 for 2"),
        (lambda: s.conformal([1, 2], groups=[0]), "groups is a label for each score, not 1 for 2"),
        (lambda: s.conformal([1, 2], groups=[0, None]), "a label is hashable and not None, not None"),
        (lambda: s.conformal([1, 2], groups=[0, math.nan]), "a label is hashable and not None, not nan"),
        (
            lambda: s.conformal(range(90), groups=[i // 2 for i in range(90)]),
            "45 groups can't promise .* 0.01 of the groups are refused, 459 can; try more groups,",
        ),
        (
            lambda: s.conformal(range(90), by=[0] * 90, groups=[i // 2 for i in range(90)]),
            "too few groups of 1 of 1 labels .* 0.01 of the groups of each .*: 45 of 0; try more groups,",
        ),
    ],
)
def test_what_is_no_group_or_too_few_of_them_is_an_error(ask, message):
    with pytest.raises(s.SpecDefinitionError, match=message):
        ask()
