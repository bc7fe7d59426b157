"""Conformal thresholds: the promise, counted where the truth is known; readings that are held to it."""

import fractions
import functools
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.promises.bounds import min_scores, order_statistic
from mxspec.specs.core.batch import conform_each
from tests.mxspec.mnist import digits

TRIES = 200

conformal = functools.partial(s.conformal, ordered=False)  # of draws, some of which look like a drift


def at_least(confidence):
    """How often of TRIES a promise of this confidence has to hold; fewer have a probability of 0.001."""
    probabilities = [
        math.comb(TRIES, held) * confidence**held * (1 - confidence) ** (TRIES - held)
        for held in range(TRIES + 1)
    ]
    return next(held for held in range(TRIES + 1) if math.fsum(probabilities[: held + 1]) > 0.001)


# --- the promise --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("alpha", "confidence", "n"), [(0.05, 0.9, 300), (0.01, 0.99, 600), (0.3, 0.5, 20)])
def test_the_promise_is_kept_where_the_share_refused_is_known(alpha, confidence, n):
    rng = np.random.default_rng(1)
    # Of an exponential distribution, the share above t is exp(-t).
    refused = [math.exp(-float(conformal(rng.exponential(size=n), alpha, confidence))) for _ in range(TRIES)]
    held = sum(share <= alpha for share in refused)
    assert held >= at_least(confidence)
    assert np.mean(refused) > alpha / 10  # it does not keep the promise by refusing nothing


def scores_of_digits():
    """The real digits' scores that only just differ: how many pixels of each have ink, in tens."""
    return (digits("t10k")[0] > 0.5).sum(1) // 10


def test_the_promise_is_kept_on_real_scores_full_of_ties():
    all_scores, alpha, confidence = scores_of_digits(), 0.05, 0.9
    assert len(np.unique(all_scores)) < 40
    rng = np.random.default_rng(2)
    held, kept = 0, []
    for _ in range(TRIES):
        # With replacement, so that the 10,000 are the distribution itself and the share is known.
        threshold = conformal(rng.choice(all_scores, 200), alpha, confidence)
        kept.append(np.mean(all_scores > threshold.value))
        held += kept[-1] <= alpha
    assert held >= at_least(confidence)
    assert np.mean(kept) > alpha / 10


def test_a_threshold_four_scores_smaller_breaks_the_promise():
    rng = np.random.default_rng(1)
    alpha, confidence, n = 0.05, 0.9, 300
    k = order_statistic(n, alpha, confidence)
    held = sum(math.exp(-np.sort(rng.exponential(size=n))[k - 1 - 4]) <= alpha for _ in range(TRIES))
    assert held < at_least(confidence)


def test_p_values_of_in_distribution_values_are_at_most_p_with_a_probability_of_at_most_p():
    rng = np.random.default_rng(3)
    all_scores = scores_of_digits()
    p_values = [
        conformal(rng.choice(all_scores, 99), 0.05, 0.9).p_value(rng.choice(all_scores)) for _ in range(1000)
    ]
    for p in (0.01, 0.05, 0.1, 0.25, 0.5, 0.75):
        assert np.mean(np.array(p_values) <= p) <= p + 3.1 * math.sqrt(p * (1 - p) / 1000)


# --- the promise by label -----------------------------------------------------------------------------------

SCALES = {"thin": 3.0, "thick": 1.0, "plain": 0.2}  # the mean scores of the labels


def draw(rng, n):
    labels = rng.choice(list(SCALES), n)
    return labels, rng.exponential([SCALES[label] for label in labels])


@pytest.mark.parametrize(("alpha", "confidence", "n"), [(0.05, 0.9, 600), (0.1, 0.8, 90)])
def test_a_threshold_by_label_keeps_the_promise_for_each_label_and_one_for_all_does_not(alpha, confidence, n):
    rng = np.random.default_rng(4)
    held, held_by_one = dict.fromkeys(SCALES, 0), dict.fromkeys(SCALES, 0)
    for _ in range(TRIES):
        labels, scores = draw(rng, n)
        thresholds = conformal(scores, alpha, confidence, by=labels)
        one = conformal(scores, alpha, confidence)
        for label, limit in zip(SCALES, thresholds.limits(SCALES), strict=True):
            held[label] += math.exp(-limit / SCALES[label]) <= alpha
            held_by_one[label] += math.exp(-float(one) / SCALES[label]) <= alpha
    assert min(held.values()) >= at_least(confidence)
    assert held_by_one["thin"] < at_least(confidence)


def test_the_confidence_for_all_labels_at_once_is_shared_among_them():
    rng, alpha, confidence, held = np.random.default_rng(5), 0.1, 0.8, {1: 0, 3: 0}
    for _ in range(TRIES):
        labels, scores = draw(rng, 300)
        for m in held:
            limits = conformal(scores, alpha, 1 - (1 - confidence) / m, by=labels).limits(SCALES)
            held[m] += all(np.exp(-limits / list(SCALES.values())) <= alpha)
    assert held[3] >= at_least(confidence) > held[1]


@pytest.mark.parametrize("by_truth", [True, False])
def test_what_is_misread_does_not_break_the_promise(by_truth):
    """The share of the values with a label that are read rightly, or read as it, and refused."""
    rng, alpha, confidence = np.random.default_rng(6), 0.1, 0.9

    def draw_read(n):
        labels, scores = draw(rng, n)
        return labels, np.where(rng.random(n) < 0.1, rng.choice(list(SCALES), n), labels), scores

    true, read, many = draw_read(20_000)
    # The scores of those that count, and how many there are of the label.
    counted = {
        label: np.sort(many[(read == label) & (true == label if by_truth else True)]) for label in SCALES
    }
    number = {label: np.sum((true if by_truth else read) == label) for label in SCALES}
    held = dict.fromkeys(SCALES, 0)
    for _ in range(TRIES):
        labels, read_labels, scores = draw_read(300)
        thresholds = conformal(scores, alpha, confidence, by=labels if by_truth else read_labels)
        for label, threshold in thresholds.by_label.items():
            refused = len(counted[label]) - np.searchsorted(counted[label], threshold.value, "right")
            held[label] += refused / number[label] <= alpha
    assert min(held.values()) >= at_least(confidence)


def test_of_1500_scores_of_a_label_six_are_refused():
    scores, labels = np.arange(3000.0), np.arange(3000) % 2
    thresholds = s.conformal(scores, by=labels)
    assert [sum(scores[labels == i] > thresholds.by_label[i].value) for i in (0, 1)] == [6, 6]
    for i in (0, 1):
        alone = s.conformal(scores[labels == i], of=f"examples labelled {i}")
        assert thresholds.for_label(i) == alone


BY_SIZE = s.conformal([*range(500), *range(0, 5000, 10)], by=["small"] * 500 + ["big"] * 500, of="boxes")


def read_size(x):
    return s.Reading(*x)


SIZES = s.model_spec({"small", "big", "odd"}, read_size, lambda label: (label, 0.9, 1.0), threshold=BY_SIZE)
IN_READING = s.model_spec(
    {"small", "big", "odd"}, lambda x: s.Reading(*x, threshold=BY_SIZE), lambda label: (label, 0.9, 1.0)
)


@pytest.mark.parametrize(
    ("x", "reason", "p_value", "threshold"),
    [
        (("big", 0.9, 499.0), None, 451 / 501, 4990),
        (("small", 0.9, 498.0), None, 3 / 501, 499),
        (
            ("small", 0.9, 900.0),
            "read as 'small' (0.90), but anomaly score above all 500 boxes labelled 'small', "
            "the limit is 99%",
            1 / 501,
            499,
        ),
        (("odd", 0.9, 1.0), "read as 'odd' (0.90), but no threshold was set for the label 'odd'", None, None),
        ((None, 0.9, 1.0), "not recognised: read as none of the labels", 500 / 501, 4990),
        ((None, 0.9, 5000.0),
         "not recognised: anomaly score above all 500 boxes labelled 'big', the limit is 99%", 1 / 501, 4990),
    ],
)  # fmt: skip
def test_a_value_is_held_to_the_threshold_of_the_label_that_is_read(x, reason, p_value, threshold):
    assert s.valid(SIZES, x) is (reason is None)
    reading = SIZES.read(x)
    assert reading.p_value == p_value
    assert reading.facts().get("threshold") == threshold
    if reason is not None:
        [problem] = s.explain_data(SIZES, x)["problems"]
        assert (problem["reason"], problem.get("p_value")) == (reason, p_value)
    assert s.profile(SIZES, [x]).invalid == (reason is not None)


def test_batches_are_held_to_the_threshold_of_each_label_too():
    @s.batched(lambda xs: list(map(read_size, xs)))
    def read_sizes(x):
        return read_size(x)

    spec = s.model_spec({"small", "big"}, read_sizes, lambda label: (label, 0.9, 1.0), threshold=BY_SIZE)
    xs = [("small", 0.9, 498.0), ("small", 0.9, 500.0), ("big", 0.9, 500.0), ("odd", 0.9, 0.0)]
    assert [s.valid(s.coll_of(spec), [x]) for x in xs] == [True, False, True, False]
    assert [conformed is not s.INVALID for conformed in conform_each(spec, xs)] == [True, False, True, False]


def test_thresholds_by_label_are_a_threshold():
    assert isinstance(BY_SIZE, s.ConformalThreshold)
    assert float(BY_SIZE) == 4990.0
    assert (BY_SIZE.n, list(BY_SIZE.by_label)) == (1000, ["big", "small"])
    assert pickle.loads(pickle.dumps(BY_SIZE)) == BY_SIZE
    assert hash(BY_SIZE) == hash(pickle.loads(pickle.dumps(BY_SIZE)))
    assert repr(BY_SIZE) == (
        "LabelThresholds({'big': 4990.0, 'small': 499.0}, n=1000, alpha=0.01, confidence=0.99, of='boxes')"
    )
    np.testing.assert_array_equal(BY_SIZE.limits(["small", "odd", None]), [499, -math.inf, 4990])
    np.testing.assert_array_equal(BY_SIZE.p_values([[0, 600]]), [[1.0, BY_SIZE.p_value(600)]])
    assert BY_SIZE.for_label(["big"]) is None
    again = s.from_form(s.form(SIZES))
    assert [s.valid(again, ("big", 1.0, x)) for x in (4990, 4991)] == [True, False]


# --- the order statistic ------------------------------------------------------------------------------------


def by_brute_force(n, alpha, confidence):
    """The smallest k with P(Binomial(n, 1 - alpha) < k) of at least confidence, in fractions."""
    below = fractions.Fraction(0)
    for k in range(1, n + 1):
        below += math.comb(n, k - 1) * (1 - alpha) ** (k - 1) * alpha ** (n - k + 1)
        if below >= confidence:
            return k
    return None


# Three digits after the point against four: no sum of products of the one kind equals the other.
@settings(max_examples=200)
@given(
    st.integers(1, 150),
    st.integers(1, 499).map(lambda i: 2 * i - 1),
    st.integers(1, 4999).map(lambda i: 2 * i),
)
def test_the_order_statistic_is_that_of_the_binomial_law(n, thousandths, ten_thousandths):
    alpha, confidence = fractions.Fraction(thousandths, 1000), fractions.Fraction(ten_thousandths + 1, 10007)
    assert order_statistic(n, float(alpha), float(confidence)) == by_brute_force(n, alpha, confidence)


@pytest.mark.parametrize(
    ("n", "k"), [(458, None), (459, 459), (661, 661), (662, 661), (1000, 998), (3000, 2983), (10**6, 990232)]
)
def test_the_order_statistic_of_one_percent_with_99_percent(n, k):
    assert order_statistic(n, 0.01, 0.99) == k


@given(st.floats(0.001, 0.9), st.floats(0.01, 0.999))
def test_as_many_scores_as_are_needed_are_enough_and_one_less_is_not(alpha, confidence):
    n = min_scores(alpha, confidence)
    assert order_statistic(n, alpha, confidence) == n
    assert n == 1 or order_statistic(n - 1, alpha, confidence) is None


# --- the threshold ------------------------------------------------------------------------------------------


def test_infinite_scores_may_lie_beyond_the_threshold():
    threshold = s.conformal([0.0] * 995 + [-math.inf] * 4 + [math.inf], alpha=0.1)
    assert float(threshold) == 0.0
    assert threshold.p_value(math.inf) == 2 / 1001
    assert threshold.p_value(math.nan) == 1 / 1001
    assert threshold.p_value(-math.inf) == 1.0


def test_a_threshold_knows_its_terms_and_comes_back_from_a_pickle():
    threshold = s.conformal(np.arange(600)[::-1], 0.02, 0.95, of="words")
    again = pickle.loads(pickle.dumps(threshold))
    assert again == threshold
    assert (again.n, again.alpha, again.confidence) == (600, 0.02, 0.95)
    assert repr(again) == "ConformalThreshold(593.0, n=600, alpha=0.02, confidence=0.95, of='words')"
    assert np.array_equal(
        again.p_values([[-1, 300], [599, math.nan]]),
        [[again.p_value(-1), again.p_value(300)], [again.p_value(599), again.p_value(math.nan)]],
    )


# --- model specs with a threshold ---------------------------------------------------------------------------

THRESHOLD = s.conformal(range(3000), of="words")  # 2982


def by_length(x):
    return s.Reading(len(x) % 10, confidence=0.5, score=float(len(x)))


def number(n):
    return "x" * n


@pytest.mark.parametrize("threshold", [THRESHOLD, 2982, 2982.0, np.float32(2982)])
def test_a_value_with_a_score_above_the_threshold_is_refused(threshold):
    spec = s.model_spec(s.int_in(0, 10), by_length, number, threshold=threshold)
    words = ["x" * 10, "x" * 2982, "x" * 2983]
    assert [s.valid(spec, word) for word in words] == [True, True, False]
    assert [c is not s.INVALID for c in conform_each(spec, words)] == [True, True, False]


BY_WORDS = s.model_spec(s.int_in(0, 3), by_length, number, threshold=THRESHOLD)


@pytest.mark.parametrize(
    ("spec", "n", "reason"),
    [
        (BY_WORDS, 2992, "read as 2 (0.50), but anomaly score above 99.7% of 3,000 words, the limit is 99%"),
        (BY_WORDS, 9000, "read as 0 (0.50), but anomaly score above all 3,000 words, the limit is 99%"),
        (BY_WORDS, 9005, "read as 5 (0.50), but int_in(0, 3) is required"),
        (s.model_spec(int, by_length, number, threshold=9), 12,
         "read as 2 (0.50), but a score of 12 is above the threshold of 9"),
        (s.model_spec(int, len, number, threshold=9), 3,
         "read as 3, but a score of at most 9 is required and there is none"),
        (s.model_spec(int, lambda x: s.Reading(None, score=len(x)), number, threshold=THRESHOLD), 2999,
         "not recognised: anomaly score above 99.9% of 3,000 words, the limit is 99%"),
        (s.model_spec(int, lambda x: s.Reading(None, score=len(x), threshold=THRESHOLD), number), 2999,
         "not recognised: anomaly score above 99.9% of 3,000 words, the limit is 99%"),
        (s.model_spec(int, lambda x: s.Reading(None, score=len(x), threshold=THRESHOLD), number), 5,
         "not recognised: read as none of the labels"),
    ],
)  # fmt: skip
def test_explain_says_the_anomaly_score_of_a_value(spec, n, reason):
    [problem] = s.explain_data(spec, "x" * n)["problems"]
    assert problem["reason"] == reason


def test_the_p_value_is_a_part_of_the_reading_and_the_problem():
    [problem] = s.explain_data(BY_WORDS, "x" * 2992)["problems"]
    assert {name: problem[name] for name in ("label", "score", "threshold", "p_value")} == {
        "label": 2,
        "score": 2992.0,
        "threshold": 2982.0,
        "p_value": 9 / 3001,
    }
    assert BY_WORDS.read("x" * 2992).p_value == 9 / 3001
    assert s.Reading(1, score=5.0).p_value is None
    assert s.Reading(1, score=5.0, threshold=9).p_value is None
    assert s.Reading(1, score=5.0, threshold=THRESHOLD).p_value == 2996 / 3001


def test_a_score_that_is_not_a_number_is_refused():
    spec = s.model_spec(int, lambda x: s.Reading(1, score=x), number, threshold=THRESHOLD)
    assert not s.valid(spec, math.nan)
    reason = s.explain_data(spec, math.nan)["problems"][0]["reason"]
    assert reason == "read as 1, but the anomaly score is NaN, which no threshold accepts"


def test_examples_are_within_the_threshold():
    spec = s.model_spec(s.int_in(0, 10), lambda x: s.Reading(len(x), score=len(x)), number, threshold=4)
    assert {len(x) for x in s.sample(spec, 60, seed=1)} == set(range(5))


def test_the_form_has_the_threshold():
    assert s.form(BY_WORDS)[-1] == {"threshold": THRESHOLD}
    assert repr(s.from_form(s.form(BY_WORDS))) == repr(BY_WORDS)
