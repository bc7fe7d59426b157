"""How well images are read, as figures, beside scikit-learn's."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, confusion_matrix, recall_score, roc_auc_score, roc_curve

from autoencoder.evaluation import measures


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_a_confusion_matrix_has_a_column_for_unrecognised_images(random):
    labels, read = random.integers(5, size=300), random.integers(-1, 5, size=300)
    matrix = measures.confusion_matrix(labels, read, 5)
    assert np.array_equal(matrix, confusion_matrix(labels, np.where(read < 0, 5, read))[:5])
    assert measures.recall(matrix) == pytest.approx(recall_score(labels, read, labels=range(5), average=None))
    assert measures.recall(measures.confusion_matrix([0], [0], 2)) == [1.0, None]


@pytest.mark.parametrize(
    ("confidence", "number"), [(0.0, 0), (0.25, 0), (0.26, 1), (0.5, 1), (0.75, 2), (1.0, 3)]
)
def test_a_confidence_on_an_edge_belongs_to_the_lower_bin(confidence, number):
    bins = measures.reliability_bins(np.array([confidence]), np.array([True]), 4)
    assert [bin.images for bin in bins].index(1) == number
    assert bins[number].confidence == confidence


def test_calibration_is_that_of_scikit_learn(random):
    confidence = random.uniform(0.3, 1, 2000)
    right = random.random(2000) < confidence**2
    bins = measures.reliability_bins(confidence, right)
    filled = [bin for bin in bins if bin.images]
    accuracy, mean = calibration_curve(right, confidence, n_bins=measures.BINS)
    assert [bin.accuracy for bin in filled] == pytest.approx(accuracy)
    assert [bin.confidence for bin in filled] == pytest.approx(mean)
    error = np.average(np.abs(accuracy - mean), weights=[bin.images for bin in filled])
    assert measures.expected_calibration_error(bins) == pytest.approx(error)
    assert measures.brier_score(confidence, right) == pytest.approx(brier_score_loss(right, confidence))


def test_confidence_as_good_as_it_says_has_no_calibration_error(random):
    confidence = random.uniform(0.3, 1, 200_000)
    bins = measures.reliability_bins(confidence, random.random(200_000) < confidence)
    assert measures.expected_calibration_error(bins) < 0.005
    ends = [(measures.wilson(bin.accuracy, bin.images), bin.confidence) for bin in bins if bin.images]
    assert np.mean([low <= middle <= high for (low, high), middle in ends]) >= 0.8


def test_scores_are_separated_as_scikit_learn_says(random):
    images, probes = random.normal(size=500).round(1), random.normal(2, size=400).round(1)
    is_probe, scores = np.repeat([0, 1], [500, 400]), np.concatenate([images, probes])
    assert measures.auroc(images, probes) == pytest.approx(roc_auc_score(is_probe, scores))
    refused, accepted, _ = roc_curve(1 - is_probe, -scores, drop_intermediate=False)
    assert measures.false_positives(images, probes) == pytest.approx(refused[accepted >= 0.95][0])
