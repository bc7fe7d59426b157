"""What readers learn besides the images of a data set: negatives, more positives, and alterations of both."""

import numpy as np
import pytest
import scipy

from autoencoder.data import idx
from autoencoder.data.idx import Dataset
from autoencoder.data.ink import crop_ink, pen_widths
from autoencoder.data.labels import DIGITS, Labels
from autoencoder.data.pictures import MNIST, place
from autoencoder.digits.training import augmentation
from autoencoder.digits.training.synthetic import (
    drawings,
    icons,
    letters,
    negatives,
    overwriting,
    pieces,
    positives,
    renderer,
    sources,
)
from autoencoder.digits.training.synthetic.pieces import ImageSource

pytestmark = pytest.mark.few(10)


def source_of(dataset, *, are_digits=True):
    return ImageSource(dataset, MNIST, 10, are_digits)


@pytest.fixture(scope="module")
def digits(small_train):
    return source_of(small_train)


@pytest.mark.parametrize("kind", negatives.KINDS)
def test_a_seed_makes_pictures_of_its_own_and_no_two_the_same(kind, digits):
    pictures = negatives.make_negatives(kind, digits, 20, seed=3)
    assert (pictures.shape, pictures.dtype) == ((20, 784), np.float32)
    assert 0 <= pictures.min() <= pictures.max() <= 1
    few = kind == "upside-down sevens"  # of which there are some 50
    assert len({bytes(picture) for picture in pictures}) >= (10 if few else 17)
    assert (pictures == negatives.make_negatives(kind, digits, 20, seed=3)).all()
    assert (pictures != negatives.make_negatives(kind, digits, 20, seed=4)).any()


@pytest.mark.parametrize("shape", [(4, 5), (9, 6), (16, 31)])
def test_pictures_are_as_large_as_the_images(shape):
    random = np.random.default_rng(0)
    images = Dataset(random.random((20, shape[0] * shape[1]), np.float32), np.arange(20) % 4, shape)
    source = ImageSource.of(images, Labels(shape, ("a", "b", "c", "d")))
    for kind in negatives.kinds_for(source):
        assert negatives.make_negatives(kind, source, 7, seed=0).shape == (7, shape[0] * shape[1])


def test_letters_are_no_negatives_for_letters(small_train):
    of_digits = negatives.kinds_for(source_of(small_train))
    of_letters = negatives.kinds_for(source_of(small_train, are_digits=False))
    assert of_digits.keys() == negatives.KINDS.keys()
    assert not {"characters", "drawings", "turned", "rows"} & of_letters.keys()
    assert {"collages", "cuts", "fields", "flats"} <= of_letters.keys()


def test_digits_are_told_from_other_data_whose_labels_are_numbers(small_train, letters):
    assert ImageSource.of(small_train, DIGITS).are_digits
    random = np.random.default_rng(0)
    shuffled = Dataset(random.permuted(small_train.images, axis=1), small_train.labels, (28, 28))
    turned = small_train.images.reshape(-1, 28, 28)[:, ::-1, ::-1].reshape(-1, 784)
    for images in (shuffled, Dataset(turned, small_train.labels, (28, 28))):
        assert not ImageSource.of(images, DIGITS).are_digits
    assert not ImageSource.of(idx.load("train", letters), Labels((20, 16), ("a", "b", "c", "d"))).are_digits


def test_the_images_are_left_as_they_are(digits):
    before = digits.dataset.images.copy()
    negatives.training_negatives(digits, 100, seed=0)
    positives.training_positives(digits, seed=0)
    augmentation.augment(digits.dataset.images, (28, 28), np.random.default_rng(0))
    assert (digits.dataset.images == before).all()


def test_a_data_set_of_one_label_has_negatives_too(small_train):
    images = Dataset(small_train.images[:9], np.zeros(9, np.int64), (28, 28))
    assert negatives.make_negatives("collages", source_of(images), 5, seed=0).shape == (5, 784)


def test_those_for_training_come_in_their_shares(digits):
    pictures, groups = negatives.training_negatives(digits, 1000, seed=0)
    assert pictures.shape == (len(groups), 784)
    assert len(groups) == pytest.approx(1000, abs=20)
    assert {negatives.GROUPS[group] for group in groups} == set(negatives.GROUPS)
    whole = sum(kind.share for kind in negatives.KINDS.values())
    turned = sum(kind.share for kind in negatives.KINDS.values() if kind.group == "turned")
    assert (groups == negatives.GROUPS.index("turned")).mean() == pytest.approx(turned / whole, abs=0.01)


def two_levels(labels=(0, 1)):
    """One black and one white picture, by which one sees where a piece comes from."""
    images = np.repeat(np.array([[0.0], [1.0]], np.float32), 784, axis=1)
    return source_of(Dataset(images, np.array(labels), (28, 28)))


def test_a_collage_has_a_part_of_each_of_two_labels():
    white = negatives.make_negatives("collages", two_levels(), 200, seed=0).mean(axis=1)
    assert ((white > 0.25) & (white < 0.75)).all()


def test_a_jigsaw_has_the_tiles_of_one_image_or_of_several(digits):
    def tiles(picture, side):
        cut = picture.reshape(28 // side, side, 28 // side, side).swapaxes(1, 2)
        return sorted(map(bytes, cut.reshape(-1, side, side)))

    whole = {side: {tuple(tiles(image, side)) for image in digits.dataset.images} for side in (7, 14)}
    pictures = negatives.make_negatives("jigsaws", digits, 40, seed=3)
    moved = [any(tuple(tiles(picture, side)) in whole[side] for side in whole) for picture in pictures]
    assert moved == [True, False] * 20


@pytest.mark.parametrize(
    ("label", "lawful"),
    [(0, 0), (1, 4), (8, 2), (4, 7)],  # of 4 quarters, flipped or not, without the one as it is
)
def test_digits_are_turned_where_that_leaves_no_digit(label, lawful, small_train):
    images = small_train.rows(np.flatnonzero(small_train.labels == label)[:1])
    if not lawful:
        # A 7 beside it, or there would be none to take.
        seven = small_train.images[small_train.labels == 7][:1]
        images = Dataset(np.concatenate([images.images, seven]), np.array([label, 7]), (28, 28))
    pictures = pieces.rotations(source_of(images), 100, np.random.default_rng(0))
    different = len({bytes(picture) for picture in pictures})
    assert different <= (lawful or 7)


@pytest.mark.parametrize("name", ["OTHERS", "HEBREW", "ARABIC", "ICONS", "SYLLABICS"])
def test_each_character_is_in_a_font(name):
    lacking = [character for character in getattr(sources, name) if not sources.fonts_with(character)]
    assert lacking == []


def test_characters_come_from_fonts_that_have_them():
    random = np.random.default_rng(0)
    boxes = {sources.glyph(font, "\U0010ffff").tobytes() for font in sources.FONTS}
    inks = sources.draw_others(2000, random)
    assert np.mean([ink.tobytes() in boxes for ink in inks]) < 0.01
    digits, numbers = sources.draw_digits(50, random)
    assert len(digits) == len(numbers) == 50


@pytest.mark.parametrize("kind", drawings.DRAWINGS, ids=lambda kind: kind.__name__)
def test_every_drawing_has_ink_but_is_not_a_blot(kind):
    random = np.random.default_rng(0)
    for _ in range(20):
        ink = renderer.draw_strokes(kind(random), 8.0)
        assert 0.005 < ink.mean() < 0.75


@pytest.mark.parametrize(
    ("line", "least", "most"),
    [*((line, 0.02, 0.6) for line in icons.ICONS.values()), *((line, 0.05, 0.4) for line in letters.LATIN)],
)
def test_each_icon_and_latin_letter_of_the_tables_has_ink_but_is_not_a_blot(line, least, most):
    assert least < renderer.draw_strokes(icons.read_strokes(line), 8.0).mean() < most


def test_an_emblem_is_alike_on_both_sides():
    random = np.random.default_rng(0)
    for _ in range(100):
        ink = renderer.draw_strokes(icons.emblem(random), 8.0).astype(bool)
        covered = max((ink & other).sum() for other in (ink[:, ::-1], ink[::-1]))
        assert covered > 0.75 * ink.sum()


@pytest.mark.parametrize(("line", "marks"), letters.ARABIC)
def test_each_arabic_letter_has_the_dots_of_its_table(line, marks):
    random = np.random.default_rng(0)
    inks = [letters.draw(line, marks, MNIST, random) > 0.3 for _ in range(20)]
    shapes = [scipy.ndimage.label(ink)[1] for ink in inks]
    strokes = len(icons.read_strokes(line))
    most = strokes + max(0 if mark == "-" else int(mark[1]) for mark in marks.split())
    assert 1 <= min(shapes) <= max(shapes) <= most
    assert marks == "-" or max(shapes) > 1


def test_an_icon_may_be_filled_or_an_outline_and_is_not_as_slender_as_a_1():
    random = np.random.default_rng(0)
    pictures = np.stack([icons.draw_icon(MNIST, random) for _ in range(300)])
    widths = pen_widths(pictures)
    assert np.quantile(widths, 0.1) < 2.5
    assert np.quantile(widths, 0.98) > 5
    inside = pictures > 0.3
    assert (inside.any(axis=1).sum(axis=1) > 7).all()


# --- written over -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", range(10))
def test_a_strike_shows_beside_the_digit(label, digits):
    images = digits.dataset.images[digits.dataset.labels == label][:5].reshape(-1, 28, 28)
    random = np.random.default_rng(0)
    for line in renderer.trace(images):
        points = np.concatenate(line)
        for _ in range(20):
            struck = np.concatenate(overwriting.strike(points, label, random))
            size = np.ptp(points, axis=0).max()
            assert np.ptp(struck, axis=0).max() > 0.5 * size


def test_a_single_line_through_a_7_or_a_0_is_no_bar_and_no_slash(digits):
    """A line that rises to the right through a 0 is a slash, and any but a level or falling one a 7's."""
    random = np.random.default_rng(0)
    for label in (0, 7):
        images = digits.dataset.images[digits.dataset.labels == label][:5].reshape(-1, 28, 28)
        for line in renderer.trace(images):
            points = np.concatenate(line)
            for _ in range(30):
                strokes = overwriting.strike(points, label, random)
                if len(strokes) == 1 and len(strokes[0]) == 24:
                    right, down = strokes[0][-1] - strokes[0][0]
                    assert np.arctan2(-down, right) < 0.35


def test_of_two_digits_over_each_other_both_are_seen(digits):
    pictures = negatives.make_negatives("overwritten", digits, 40, seed=0)
    most = digits.dataset.images.sum(axis=1).mean()
    assert pictures.sum(axis=1).mean() > 1.3 * most


def test_extended_digits_have_the_labels_of_the_digits(digits):
    images, labels = overwriting.extended_digits(digits, 100, np.random.default_rng(0))
    assert len(images) == len(labels) == 100
    assert np.bincount(labels, minlength=10)[[0, 1, 7]].min() >= 18
    assert (images.sum(axis=1) > 10).all()


def test_a_data_set_without_sevens_has_no_crossed_ones(small_train):
    rows = small_train.labels != 7
    source = source_of(Dataset(small_train.images[rows], small_train.labels[rows], (28, 28)))
    _, labels = overwriting.extended_digits(source, 100, np.random.default_rng(0))
    assert 7 not in labels
    assert not negatives.make_negatives("upside-down sevens", source, 5, seed=0).any()


def test_drawings_are_not_as_slender_as_a_1():
    random = np.random.default_rng(0)
    for _ in range(300):
        wide, high = np.ptp(np.concatenate(drawings.random_drawing(random)), axis=0)
        assert wide > 0.4 * high


def test_a_traced_digit_is_drawn_again_as_it_was(small_train):
    images = small_train.images[:50].reshape(-1, 28, 28)
    again = [
        place(crop_ink(renderer.draw_strokes(strokes, 10.0)), MNIST) for strokes in renderer.trace(images)
    ]
    likeness = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(again, images, strict=True)]
    assert np.median(likeness) > 0.8
    assert min(likeness) > 0.4


def test_thinned_lines_are_thin_and_stay_connected():
    picture = np.zeros((1, 20, 20), bool)
    picture[0, 3:17, 4:8] = picture[0, 10:14, 4:18] = True
    line = renderer.thin(picture)[0]
    assert 15 < line.sum() < 40
    assert (line <= picture[0]).all()


def test_more_positives_are_digits_in_the_frame(digits):
    images, labels = positives.training_positives(digits, seed=0)
    assert images.shape == (len(labels), 784)
    assert len(labels) == pytest.approx(1.03 * len(digits.dataset), abs=3)
    assert set(labels) == set(range(10))
    square = images.reshape(-1, 28, 28)
    rows = (square.max(axis=2) > 0.3).sum(axis=1)
    columns = (square.max(axis=1) > 0.3).sum(axis=1)
    assert (np.maximum(rows, columns) <= 21).mean() > 0.95  # strokes may be added to a digit in its place
    assert (np.maximum(rows, columns) <= 26).all()
    assert (pen_widths(square) > 1).mean() > 0.98


@pytest.mark.slow
def test_a_digit_of_seven_segments_has_its_segments_lit(digits):
    images, labels = positives.segment_digits(digits, 400, np.random.default_rng(0))
    square = images.reshape(-1, 28, 28)
    ink = {label: np.median(square[labels == label].sum(axis=(1, 2))) for label in range(10)}
    assert min(ink, key=ink.get) == 1
    assert max(ink, key=ink.get) == 8
    lower_left = {label: np.median(square[labels == label][:, 15:22, 4:13].max(axis=(1, 2))) for label in ink}
    assert {label for label, most in lower_left.items() if most > 0.7} >= {0, 2, 6, 8}
    assert max(lower_left[3], lower_left[5]) < 0.7


def test_thin_images_are_of_the_thinnest_third(digits):
    images, labels = positives.thin_images(digits, 200, np.random.default_rng(0))
    every = pen_widths(digits.dataset.images.reshape(-1, 28, 28))
    assert pen_widths(images.reshape(-1, 28, 28)).max() <= np.quantile(every, 0.34)
    assert set(labels) == set(range(10))


def test_other_data_have_no_more_positives(small_train):
    images, labels = positives.training_positives(source_of(small_train, are_digits=False), seed=0)
    assert images.shape == (0, 784)
    assert len(labels) == 0


def test_alterations_leave_some_images_alone_and_keep_to_the_range(small_train):
    images = small_train.images
    altered = augmentation.augment(images, (28, 28), np.random.default_rng(0))
    assert (altered.shape, altered.dtype) == (images.shape, np.float32)
    assert altered.min() >= 0
    assert altered.max() <= 1
    same = np.abs(altered - images).max(axis=1) < 1e-6
    assert 0.05 < same.mean() < 0.3
    alike = [np.corrcoef(a, b)[0, 1] for a, b in zip(altered, images, strict=True)]
    assert np.median(alike) > 0.6


@pytest.mark.parametrize("shape", [(4, 5), (20, 16), (28, 28)])
@pytest.mark.parametrize(
    "change", ["move", "thicken", "downscale", "blur", "change_levels", "add_noise", "compress"]
)
def test_each_alteration_takes_any_size_and_the_same_seed_makes_the_same(change, shape):
    pictures = np.random.default_rng(1).random((6, *shape), np.float32)
    alter = getattr(augmentation, change)
    one, other = (alter(pictures.copy(), np.random.default_rng(2)) for _ in range(2))
    assert one.shape == pictures.shape
    assert (one == other).all()
    assert (one != pictures).any()
    assert np.isfinite(one).all()


def test_shifts_move_a_picture_and_draw_its_edge_out():
    image = np.arange(20, dtype=np.float32).reshape(1, 20)
    moved = augmentation.shift(np.repeat(image, 400, axis=0), (4, 5), np.random.default_rng(0), most=1)
    assert moved.shape == (400, 20)
    assert len({bytes(row) for row in moved}) == 9
    assert (moved == image).all(axis=1).any()
    up_left = np.array([[6, 7, 8, 9, 9], [11, 12, 13, 14, 14], [16, 17, 18, 19, 19], [16, 17, 18, 19, 19]])
    assert (moved == up_left.reshape(1, 20)).all(axis=1).any()


def test_shifts_may_bring_in_black():
    image = np.ones((200, 20), np.float32)
    moved = augmentation.shift(image, (4, 5), np.random.default_rng(0), most=1, mode="constant")
    assert sorted(set(moved.sum(axis=1))) == [12, 15, 16, 20]
