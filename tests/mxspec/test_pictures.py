"""Arrays as pictures on a sheet: `show`."""

import numpy as np
import pytest

import mxspec as s

pytest.importorskip("PIL")

SQUARE = np.eye(28)


def test_a_sheet_holds_every_picture_in_its_place():
    sheet = np.asarray(s.show([SQUARE * share for share in (0.0, 0.5, 1.0)], columns=3, zoom=1))
    assert sheet.shape == (36, 108)
    assert [sheet[4, left] for left in (4, 40, 76)] == [0, 128, 255]


@pytest.mark.parametrize(
    ("array", "size"),
    [
        (np.zeros((28, 28)), (28, 28)),
        (np.zeros((1, 784)), (28, 28)),
        (np.zeros((1, 1, 6, 9)), (9, 6)),
        (np.zeros(7), (7, 1)),
        ([[0, 255], [7, 0]], (2, 2)),
    ],
    ids=["square", "row", "axes of length 1", "strip", "list"],
)
def test_arrays_of_any_shape_are_shown(array, size):
    assert s.show([array], zoom=1).size == (size[0] + 8, size[1] + 8)


def test_numbers_beyond_one_are_scaled():
    sheet = np.asarray(s.show([[[-10, 0], [0, 90]]], zoom=1))
    assert sheet[4:6, 4:6].tolist() == [[0, 26], [26, 255]]


def test_labels_are_written_below_and_by_default_those_that_are_remembered():
    image = s.remember(SQUARE, "draw(7)", label=7)
    labelled = np.asarray(s.show(image))
    assert (labelled == np.asarray(s.show([SQUARE], ["7"]))).all()
    assert labelled.shape[0] > np.asarray(s.show([SQUARE])).shape[0]


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (["a.png"], "rows and columns, not a str"),
        ([SQUARE * np.nan], "finite numbers in rows and columns, not an array"),
        (np.zeros((3, 0, 4)), "not an array of shape"),
    ],
    ids=["path", "nan", "empty"],
)
def test_values_that_are_not_pictures_are_refused(images, message):
    with pytest.raises(ValueError, match=message):
        s.show(images)
