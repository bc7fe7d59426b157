"""An image is read alone as it is in any company, also where two answers are as near as they get."""

import numpy as np
import pytest

from autoencoder import digits, model_specs
from autoencoder.data.idx import EMBEDDED, load
from autoencoder.networks.predictor import NEARLY, is_tied, predict_stably

COMPANIES = (1, 3, 20)


def mnist_label(image):
    return model_specs.discriminate(image)


def digits_label(image):
    return digits.read(image).label


def digits_is_recognised(image):
    return digits.read(image).label is not None


def halfway(decide, a, b):
    """Images between a and b, as near to each other as they get, at which the decision changes."""
    low, high = 0.0, 1.0
    at_a = decide(a)
    for _ in range(30):
        middle = (low + high) / 2
        same = decide(between(a, b, middle)) == at_a
        low, high = (middle, high) if same else (low, middle)
    return [between(a, b, part) for part in (low, high)]


def between(a, b, part):
    return ((1 - part) * a + part * b).astype(np.float32)


IMAGES = load("t10k", EMBEDDED).images[:40]
NOISE = np.random.default_rng(0).random((20, 784), np.float32)
# Between two digits lies a tie of their labels, between a digit and noise the threshold.
CASES = {
    "the label of mnist/...": (mnist_label, model_specs.discriminate_many, IMAGES[::2], IMAGES[1::2]),
    "the label of digits/...": (
        digits_label,
        lambda images: [reading.label for reading in digits.read_many(images)],
        IMAGES[::2],
        IMAGES[1::2],
    ),
    "the threshold of digits/...": (
        digits_is_recognised,
        lambda images: [reading.label is not None for reading in digits.read_many(images)],
        IMAGES[:20],
        NOISE,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_image_at_a_border_is_decided_the_same_in_any_company(case):
    decide, decide_many, starts, ends = CASES[case]
    pairs = [halfway(decide, a, b) for a, b in zip(starts, ends, strict=True)]
    alone = [[decide(image) for image in pair] for pair in pairs]
    assert sum(a != b for a, b in alone) > len(pairs) / 2  # so close they are
    for company in COMPANIES:
        together = decide_many([image for pair in pairs for image in pair] * company)
        assert together == [decision for pair in alone for decision in pair] * company


def rounded(rows):
    """A network whose outputs move with the size of the batch."""
    return rows if len(rows) == 1 else rows + 1e-6


def test_who_is_near_is_asked_alone_and_nobody_else():
    rows = np.array([[0.1], [0.5], [0.500001], [0.9]])
    outputs = predict_stably(rounded, rows, lambda outputs: abs(outputs[:, 0] - 0.5) < NEARLY)
    assert (outputs[1:3] == rows[1:3]).all()
    assert (outputs[[0, 3]] == rows[[0, 3]] + 1e-6).all()


@pytest.mark.parametrize("count", [0, 1])
def test_one_that_is_alone_is_asked_once(count):
    calls = []
    predict_stably(lambda rows: calls.append(len(rows)) or rows, np.ones((count, 1)), lambda outputs: 1 / 0)
    assert calls == [count]


@pytest.mark.parametrize(
    ("row", "tied"),
    [
        ([0.5, 0.5], True),
        ([0.50001, 0.49999], True),
        ([0.5002, 0.4998], False),
        ([0.2, 0.4, 0.4], True),
        ([0.39, 0.2, 0.41], False),
        ([1e-9, 1e-9, 0], True),  # of labels that hardly count, in proportion
        ([1e-9, 3e-9, 0], False),
        ([1, 0, 0], False),
        ([0.3], False),
    ],
)
def test_a_tie_is_in_proportion(row, tied):
    assert is_tied(np.array([row, row])).tolist() == [tied, tied]
