"""Reasons why a picture is refused, which a person can act on."""

import numpy as np
import pytest

from autoencoder import digits
from autoencoder.data.pictures import MNIST, Frame
from autoencoder.recognition.recogniser import reason


def bars(*places, level=1.0, ground=0.0):
    """Upright bars, each from (top, left) to (bottom, right)."""
    picture = np.full((28, 28), ground)
    for top, left, bottom, right in places:
        picture[top:bottom, left:right] = level
    return picture


SEVEN = [(4, 8, 7, 20), (4, 17, 24, 20)]


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (bars(level=0), "there is no ink, only one level of 0.00"),
        (np.full((28, 28), 0.3), "there is no ink, only one level of 0.30"),
        (1 - bars(*SEVEN), "the background is light, 1.00; digits.normalise(image) inverts dark ink"),
        (bars(*SEVEN, ground=0.3), "the background is grey, 0.30; digits.normalise(image) makes it black"),
        (bars(*SEVEN, level=0.41), "the ink is faint, 0.41 at most"),
        (bars((0, 2, 4, 26), (0, 22, 28, 26)), "the ink fills 28x24 pixels; digits.normalise(image) brings"),
        (bars((10, 10, 12, 16), (10, 14, 20, 16)), "the ink is small, 10x6 pixels"),
        (bars((8, 14, 11, 26), (8, 23, 28, 26)), "off centre by 8 pixels"),
        (bars((5, 5, 24, 8), (5, 20, 24, 23)), "two shapes side by side"),
        (np.random.default_rng(0).random((28, 28)), "the background is not plain; crop the picture"),
    ],
)
def test_a_reason_suggests_a_remedy(picture, words):
    assert words in reason(picture, MNIST)
    assert digits.family.models.frame.box == MNIST.box


def test_a_picture_in_the_frame_has_no_such_reason(small_test):
    reasons = [reason(image.reshape(28, 28), MNIST) for image in small_test.images]
    assert reasons.count(None) >= 0.97 * len(reasons)


def test_images_with_grounds_of_their_own_have_no_such_reason():
    assert reason(np.ones((28, 28)), Frame.plain((28, 28))) is None


def test_who_normalises_is_named():
    assert "; my.normalise(x) stretches" in reason(bars(*SEVEN, level=0.41), MNIST, "my.normalise(x)")
