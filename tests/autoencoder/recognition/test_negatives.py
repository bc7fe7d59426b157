import numpy as np
import pytest

from autoencoder.data.idx import Dataset
from autoencoder.recognition import negatives

KINDS = {**negatives.TRAINING, **negatives.EVALUATION}
each_kind = pytest.mark.parametrize("kind", KINDS)


def one(kind, digits, count=40, seed=3):
    return negatives.make({kind: KINDS[kind]}, digits, count, seed)[kind]


@each_kind
def test_pictures_are_rows_of_values_within_0_and_1(kind, small_train):
    pictures = one(kind, small_train)
    assert (pictures.shape, pictures.dtype) == ((40, 784), np.float32)
    assert pictures.min() >= 0
    assert pictures.max() <= 1


@each_kind
def test_the_same_seed_makes_the_same_pictures(kind, small_train):
    assert (one(kind, small_train) == one(kind, small_train)).all()
    if kind != "constants":
        assert (one(kind, small_train) != one(kind, small_train, seed=4)).any()


@each_kind
def test_no_two_pictures_are_the_same(kind, small_train):
    assert len({bytes(picture) for picture in one(kind, small_train)}) >= 35  # there are few small digits


@pytest.mark.parametrize("shape", [(9, 6), (16, 31)])
@each_kind
def test_pictures_are_as_large_as_the_digits(kind, shape):
    random = np.random.default_rng(0)
    digits = Dataset(random.random((20, shape[0] * shape[1]), np.float32), np.arange(20) % 4, shape)
    assert one(kind, digits, count=7).shape == (7, shape[0] * shape[1])


def test_a_kind_does_not_depend_on_the_others_that_are_made(small_train):
    together = negatives.make(negatives.EVALUATION, small_train, 5, seed=1)
    assert all((pictures == one(kind, small_train, 5, seed=1)).all() for kind, pictures in together.items())


def test_the_digits_are_left_as_they_are(small_train):
    before = small_train.images.copy()
    negatives.make(KINDS, small_train, 30, seed=0)
    assert (small_train.images == before).all()


def test_a_data_set_of_one_label_has_negatives_too(small_train):
    digits = Dataset(small_train.images[:9], np.zeros(9, np.int64), small_train.shape)
    assert one("collages", digits, 5).shape == (5, 784)


def two_levels(labels=(0, 1)):
    """One black and one white picture, by which one sees where a piece comes from."""
    images = np.repeat(np.array([[0.0], [1.0]], np.float32), 784, axis=1)
    return Dataset(images, np.array(labels), (28, 28))


@pytest.mark.parametrize("kind", ["collages", "collages of halves"])
def test_a_collage_has_a_part_of_each_of_two_labels(kind):
    white = one(kind, two_levels(), 200).mean(axis=1)
    assert ((white > 0.25) & (white < 0.75)).all()


def test_halves_are_halves_of_every_side():
    pictures = one("collages of halves", two_levels(), 200).reshape(-1, 28, 28)
    assert (pictures.mean(axis=(1, 2)) == 0.5).all()
    assert len({bytes(picture) for picture in pictures}) == 4


def test_a_half_masked_digit_is_half_black_and_half_itself(small_test):
    whole = {bytes(image) for image in small_test.images}
    for picture in one("half-masked digits", small_test):
        square = picture.reshape(28, 28)
        halves = [(square[:14], square[14:]), (square[:, :14], square[:, 14:])]
        assert any(not a.any() or not b.any() for a, b in halves)
        assert bytes(picture) not in whole


def test_shuffled_pixels_are_the_pixels_of_a_digit(small_test):
    whole = {bytes(np.sort(image)) for image in small_test.images}
    assert all(bytes(np.sort(picture)) in whole for picture in one("shuffled pixels", small_test))


def test_constants_reach_from_black_to_white(small_test):
    pictures = one("constants", small_test)
    assert (pictures.min(axis=1) == pictures.max(axis=1)).all()
    assert (pictures[0, 0], pictures[-1, 0]) == (0, 1)


def test_a_jigsaw_has_the_tiles_of_one_digit_or_of_several(small_test):
    def tiles(picture, side):
        cut = picture.reshape(28 // side, side, 28 // side, side).swapaxes(1, 2)
        return sorted(map(bytes, cut.reshape(-1, side, side)))

    whole = {side: {tuple(tiles(image, side)) for image in small_test.images} for side in (7, 14)}
    pictures = one("jigsaws", small_test)
    moved = [any(tuple(tiles(picture, side)) in whole[side] for side in whole) for picture in pictures]
    assert moved == [True, False] * 20


def test_those_for_training_come_in_their_shares(small_train):
    assert sum(negatives.SHARES.values()) == pytest.approx(1)
    assert negatives.SHARES.keys() == negatives.TRAINING.keys()
    pictures = negatives.for_training(small_train, 1000, seed=0)
    assert len(pictures) == 1000
    count = round(1000 * negatives.SHARES["collages"])
    assert (pictures[:count] == one("collages", small_train, count, seed=0)).all()
