"""Ink that is larger than any that the readers learnt is refused, whatever they take it for."""

import numpy as np
import pytest

from autoencoder.data import idx
from autoencoder.data.pictures import MNIST, Frame
from autoencoder.digits.recognition import reader
from autoencoder.digits.recognition.recogniser import NONE, Recogniser
from autoencoder.digits.recognition.refusals import differ
from autoencoder.digits.training.augmentation import move
from autoencoder.networks.mx import mx

pytestmark = pytest.mark.mxnet


def outgrown(pictures, frame):
    """Return what the graph says of pictures (n, 784), (n,)."""
    x = mx.nd.array(pictures)
    return reader.detect_oversize(x, mx.nd.max(x, axis=1, keepdims=True), frame, mx.nd).asnumpy().ravel() == 1


def box(height, width, level=1.0):
    """Return a picture (784,) with a box of ink in its middle."""
    picture = np.zeros((28, 28), np.float32)
    top, left = (28 - height) // 2, (28 - width) // 2
    picture[top : top + height, left : left + width] = level
    return picture.ravel()


@pytest.mark.parametrize(
    ("picture", "too_large"),
    [
        (box(20, 6), False),
        (box(25, 6), False),
        (box(26, 6), True),
        (box(6, 26), True),
        (box(26, 6, level=0.1), True),
        (box(28, 2), False),  # so narrow that each row may be noise
        (box(20, 6) + 0.3 * box(28, 28), False),  # a ground is no ink
        (np.zeros(784, np.float32), False),
    ],
)
def test_ink_may_be_a_quarter_larger_than_that_of_the_data_set(picture, too_large):
    assert outgrown(picture[None].clip(0, 1), MNIST).tolist() == [too_large]


@pytest.mark.parametrize(
    "frame",
    [
        Frame.plain((28, 28)),
        Frame((28, 28), (20, 20), (14.0, 14.0), largest=None),
        Frame((28, 28), (20, 20), (14.0, 14.0), largest=23),  # a quarter more fits in any case
    ],
)
def test_ink_of_any_size_is_accepted_if_the_data_set_has_any_size(frame):
    assert not outgrown(box(28, 28)[None], frame).any()


def test_the_readers_learn_from_ink_as_large_as_is_allowed_and_hardly_larger():
    images = idx.load("train").images[:2000].reshape(-1, 28, 28)
    larger = move(images, np.random.default_rng(0)).reshape(-1, 784)
    assert outgrown(larger, MNIST).mean() < 0.01
    assert outgrown(larger, Frame((28, 28), (20, 20), (14.0, 14.0), largest=19)).any()


def test_a_picture_filled_with_ink_is_refused_for_its_size():
    digit = idx.load("t10k").images[0].reshape(28, 28)
    filling = np.asarray(np.kron(digit[3:25, 3:25], np.ones((2, 2)))[8:36, 8:36], np.float32)
    filling[0, 10:16] = filling[-1, 10:16] = 1
    recogniser = Recogniser()
    recognition = recogniser.recognise(filling.reshape(1, 784))
    assert recognition.labels.tolist() == [NONE]
    assert recognition.score == reader.HIGHEST_SCORE
    assert differ(filling, MNIST).words.startswith("the ink fills 28x")
