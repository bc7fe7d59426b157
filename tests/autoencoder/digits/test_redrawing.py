"""Pictures that are drawn again by the generator."""

import numpy as np
import pytest

import mxspec as s
from autoencoder import digits, model_specs
from autoencoder.digits.digit_generator import Redrawer


@pytest.fixture(scope="module")
def redrawer():
    return Redrawer(digits.family.models)


@pytest.mark.few(4)
@pytest.mark.parametrize("label", range(10))
def test_a_digit_is_drawn_again_better_than_plainly_and_always_the_same(redrawer, label):
    image = model_specs.first_image(label)
    redrawn = redrawer.redraw(image, label)
    plain = digits.generate(label)
    assert redrawn.label == label
    assert np.square(redrawn.difference).mean() < 0.7 * np.square(image - plain).mean()
    assert (redrawer.redraw(image, label).again == redrawn.again).all()
    # The style is the one that it was drawn with.
    assert np.allclose(digits.generate(label, np.array(redrawn.style)), redrawn.again, atol=1e-4)


def test_a_stroke_too_many_is_left_unexplained(redrawer):
    image = model_specs.first_image(1)
    crossed = image.reshape(28, 28).copy()
    crossed[22:25, 2:26] = 1
    plain, more = redrawer.redraw(image, 1), redrawer.redraw(crossed, 1)
    assert more.unexplained_share > plain.unexplained_share + 0.1
    assert more.difference.reshape(28, 28)[22:25, 2:26].mean() > 0.5


@pytest.mark.parametrize("picture", [np.ones((28, 28)), np.eye(28)], ids=["white", "a diagonal"])
def test_the_redrawing_of_other_pictures_stays_within_the_range_of_styles(redrawer, picture):
    farthest = max(np.linalg.norm(style) for style in s.sample(digits.style(), 100, seed=0))
    assert np.linalg.norm(redrawer.redraw(picture).style) < farthest + 0.001


def test_without_a_label_the_nearest_is_drawn(redrawer):
    assert redrawer.redraw(model_specs.first_image(0)).label == 0


@pytest.mark.parametrize("label", ["dark", True, 1.5, np.zeros(2), float("nan")], ids=str)
def test_for_a_label_that_the_generator_does_not_have_the_nearest_is_drawn(redrawer, label):
    assert redrawer.redraw(model_specs.first_image(0), label).label == 0


@pytest.mark.parametrize("label", [5, np.int64(5), "5"])
def test_a_label_is_known_by_its_text(redrawer, label):
    assert redrawer.redraw(model_specs.first_image(0), label).label == 5


def test_no_ink_leaves_nothing_unexplained(redrawer):
    assert redrawer.redraw(np.zeros((28, 28))).unexplained_share == 0


def test_a_model_without_styles_draws_its_one_picture():
    redrawn = Redrawer(model_specs.load()).redraw(model_specs.first_image(5), 5)
    assert redrawn.style is None
    assert np.allclose(redrawn.again, model_specs.generate(5))
