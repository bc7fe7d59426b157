"""How well images are read, as figures."""

import numpy as np
import pytest

from autoencoder.evaluation import reading


def test_a_confusion_matrix_counts_what_is_read_as_what_and_what_is_not():
    images = np.array([0, 0, 0, 1, 1, 2])
    read = np.array([0, 0, 2, 1, -1, -1])
    matrix = reading.confusion(images, read, 4)
    assert matrix.tolist() == [[2, 0, 1, 0, 0], [0, 1, 0, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]]
    assert reading.recall(matrix) == [2 / 3, 0.5, 0.0, None]


@pytest.mark.parametrize(
    ("confidence", "number"), [(0.0, 0), (0.25, 0), (0.26, 1), (0.5, 1), (0.75, 2), (1.0, 3)]
)
def test_a_confidence_on_an_edge_belongs_to_the_lower_bin(confidence, number):
    bins = reading.reliability(np.array([confidence]), np.array([True]), 4)
    assert [bin.images for bin in bins].index(1) == number
    assert bins[number].confidence == confidence


def test_bins_have_the_means_of_their_images():
    confidence = np.array([0.6, 0.8, 0.9, 0.1])
    right = np.array([True, False, True, False])
    low, high = reading.reliability(confidence, right, 2)
    assert low == (0.0, 0.5, 1, 0.1, 0.0)
    assert high == (0.5, 1.0, 3, pytest.approx(2.3 / 3), pytest.approx(2 / 3))
    # 1 of 4 images is off by 0.1, and 3 are by the difference of 2.3 and 2 to be shared among them.
    assert reading.expected_calibration_error([low, high]) == pytest.approx((0.1 + 0.3) / 4)


@pytest.mark.parametrize(
    ("confidence", "right", "score"),
    [([1.0, 1.0], [1, 1], 0.0), ([1.0, 1.0], [0, 0], 1.0), ([0.5, 0.5], [1, 0], 0.25), ([0.8], [1], 0.04)],
)
def test_the_brier_score_is_the_mean_square_of_what_was_lacking(confidence, right, score):
    assert reading.brier_score(np.array(confidence), np.array(right)) == pytest.approx(score)


def test_confidence_as_good_as_it_says_has_no_calibration_error():
    random = np.random.default_rng(0)
    confidence = random.uniform(0.3, 1, 200_000)
    right = random.random(200_000) < confidence
    bins = reading.reliability(confidence, right)
    assert reading.expected_calibration_error(bins) < 0.005
    inside = [low <= bin.confidence <= high for bin in bins if bin.images for low, high in [interval(bin)]]
    assert np.mean(inside) >= 0.8


def interval(bin):
    return reading.wilson(bin.accuracy, bin.images)
