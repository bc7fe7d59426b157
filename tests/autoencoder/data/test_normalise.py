"""Pictures of any ground, light, size and place come out as MNIST's images."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from autoencoder.data import idx
from autoencoder.data.idx import Dataset
from autoencoder.data.ink import pen_widths
from autoencoder.data.pictures import MNIST, Frame, normalise_picture

pytestmark = pytest.mark.few(4)


def square(image):
    return image.reshape(28, 28)


def enlarged(image, times):
    side = 28 * times
    return np.asarray(Image.fromarray(square(image)).resize((side, side), Image.Resampling.BICUBIC)).clip(
        0, 1
    )


def similar(one, other):
    """The correlation of two images, one of which may be moved by a pixel."""
    moves = [np.roll(one.reshape(28, 28), (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return max(np.corrcoef(move.ravel(), other.ravel())[0, 1] for move in moves)


@pytest.mark.slow
def test_the_frame_of_mnist_is_as_it_is_measured():
    assert Frame.of(idx.load("train", idx.EMBEDDED)) == MNIST


def test_mnists_own_images_stay_as_they_are(small_test):
    changes = [np.abs(normalise_picture(square(image)) - square(image)).max() for image in small_test.images]
    assert np.mean(np.array(changes) < 0.06) >= 0.9


PAGES = {
    "enlarged": lambda ink: ink,
    "dark on light": lambda ink: 1 - ink,
    "faint": lambda ink: 0.2 * ink,
    "grey paper": lambda ink: 0.8 - 0.4 * ink,
    "light from the left": lambda ink: np.linspace(0.9, 0.5, ink.shape[1])[None, :] * (1 - 0.6 * ink),
    "light from a lamp": lambda ink: (
        (0.9 - 0.15 * (np.linspace(-1, 1, len(ink))[:, None] ** 2 + np.linspace(-1, 1, len(ink)) ** 2))
        * (1 - 0.6 * ink)
    ),
    "noise": lambda ink: (0.7 - 0.5 * ink) + np.random.default_rng(0).normal(0, 0.02, ink.shape),
    "much noise": lambda ink: (0.8 - 0.5 * ink) + np.random.default_rng(0).normal(0, 0.1, ink.shape),
    "in a hard shadow": lambda ink: np.where(np.arange(ink.shape[1]) > 70, 0.8, 0.5) * (1 - 0.7 * ink),
    "at the edge of the paper": lambda ink: 0.9 - np.maximum(0.7 * ink, np.eye(1, len(ink), 1).T * 0.7),
    "in a corner": lambda ink: np.pad(ink, ((0, 150), (90, 0))),
    "with dust": lambda ink: np.maximum(ink, np.random.default_rng(1).random(ink.shape) > 0.9997),
    "of bytes": lambda ink: (255 * ink).astype(np.uint8),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_digit_comes_out_the_same_from_any_page(page, small_test):
    images = small_test.images[:12]
    likeness = [similar(normalise_picture(PAGES[page](enlarged(image, 5))), image) for image in images]
    assert np.median(likeness) > 0.95
    assert np.mean(np.array(likeness) > 0.85) >= 0.95


def lit(ink, falls_in_shadow, strength=0.35):
    """A page with ink (height, width), dark on light, of which a part is in shadow, at (y, x) in 0..1."""
    y, x = (np.mgrid[: ink.shape[0], : ink.shape[1]] + 0.5) / len(ink)
    light = 0.85 * (1 - strength * falls_in_shadow(y, x))
    return light * (1 - 0.7 * ink)


SHADOWS = {
    "across a corner": lambda y, x: y + x < 0.9,
    "along a side": lambda y, x: x + 0.1 * y > 0.55,
    "of an arm": lambda y, x: (np.abs(x - y / 4 - 0.1) < 0.2) & (y > 0.4),
    "of a pen's hand": lambda y, x: np.hypot(y - 1, x - 0.8) < 0.45,
    "of a head": lambda y, x: np.hypot(y, x - 0.5) < 0.6,
}


@pytest.mark.parametrize("shadow", SHADOWS)
def test_a_shadow_on_the_page_is_not_ink(shadow, small_test):
    images = small_test.images[:12]
    pages = [lit(np.pad(enlarged(image, 5), 30), SHADOWS[shadow]) for image in images]
    likeness = [similar(normalise_picture(page), image) for page, image in zip(pages, images, strict=True)]
    assert np.median(likeness) > 0.95
    assert np.mean(np.array(likeness) > 0.8) >= 0.9


def test_shadows_of_blinds_are_fainter_than_the_ink(small_test):
    random, likeness = np.random.default_rng(0), []
    for image in small_test.images[:20]:
        page = lit(np.pad(enlarged(image, 5), 30), lambda y, x: (4.5 * x + 2 * y) % 1 < 0.5, 0.25)
        likeness.append(similar(normalise_picture(page + random.normal(0, 0.012, page.shape)), image))
    assert np.median(likeness) > 0.9


def test_chalk_on_a_board_with_a_dark_corner_stays(small_test):
    for image in small_test.images[:10]:
        ink = np.pad(enlarged(image, 5), 30)
        board = np.where(SHADOWS["across a corner"](*np.mgrid[:200, :200] / 200), 0.15, 0.25)
        assert similar(normalise_picture(board + 0.6 * ink), image) > 0.8


@pytest.mark.parametrize("side", [10, 14, 20, 27, 60, 300])
def test_the_ink_is_brought_to_the_box(side):
    picture = np.zeros((400, 380))
    picture[30 : 30 + side, 50 : 50 + side // 2] = 1
    image = normalise_picture(picture)
    rows, columns = np.flatnonzero(image.max(axis=1) > 0.3), np.flatnonzero(image.max(axis=0) > 0.3)
    assert len(rows) in (18, 19, 20)
    assert 9 <= len(columns) <= 11
    assert image @ np.arange(28) @ np.ones(28) / image.sum() == pytest.approx(14, abs=0.7)


def test_a_thin_pen_is_thickened_and_others_are_not():
    for width, least, most in [(1, 1.4, 2.8), (8, 1.7, 2.6), (12, 2.7, 3.6)]:
        picture = np.zeros((100, 100))
        picture[10:90, 50 : 50 + width] = 1
        picture[10 : 10 + width, 20:80] = 1
        assert least < pen_widths(normalise_picture(picture)[None])[0] * np.pi / 4 < most


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_a_blank_page_is_black(level):
    assert not normalise_picture(np.full((50, 60), level)).any()
    noisy = level + np.random.default_rng(0).normal(0, 0.01, (50, 60))
    assert not normalise_picture(noisy).any()


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 10**6))
def test_any_picture_becomes_an_image(height, width, seed):
    random = np.random.default_rng(seed)
    picture = random.random((height, width)) ** random.uniform(0.1, 10)
    image = normalise_picture(picture)
    assert (image.shape, image.dtype) == ((28, 28), np.float32)
    assert np.isfinite(image).all()
    assert image.min() >= 0
    assert image.max() <= 1


@settings(max_examples=30)
@given(st.integers(0, 199), st.floats(0, 0.6), st.floats(0.3, 1), st.booleans())
def test_level_and_contrast_make_no_difference(small_test, row, ground, contrast, turned):
    ink = square(small_test.images[row])
    page = ground + (1 - ground) * contrast * ink
    expected = normalise_picture(ink)
    assert similar(normalise_picture(1 - page if turned else page), expected) > 0.99


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.zeros(784), r"of shape \(784,\)"),
        (np.zeros((0, 5)), "with pixels"),
        (np.full((3, 3), np.nan), "9 values of the picture are not finite"),
    ],
)
def test_an_array_that_is_not_a_picture_is_an_error(picture, words):
    with pytest.raises(ValueError, match=words):
        normalise_picture(picture)


def test_a_frame_goes_through_a_file():
    for frame in (MNIST, Frame.plain((20, 16))):
        assert Frame.from_data(frame.as_data()) == frame


def test_the_frame_of_other_images_is_measured(letters):
    frame = Frame.of(idx.load("train", letters))
    assert frame.shape == (20, 16)
    assert frame.bare
    assert 12 <= max(frame.box) <= 15


def test_images_with_grounds_of_their_own_are_only_scaled():
    images = np.random.default_rng(0).random((50, 64), np.float32)
    frame = Frame.of(Dataset(images, np.zeros(50, np.int64), (8, 8)))
    assert frame == Frame.plain((8, 8))
    picture = np.linspace(0, 1, 16 * 8).reshape(16, 8)
    assert normalise_picture(picture, frame).shape == (8, 8)
    assert normalise_picture(picture, frame)[:, 0] == pytest.approx(np.median(picture[:, [0, -1]]), abs=0.1)
