"""Pictures on a sheet: of a sample that a notebook shows, and of arrays that are shown."""

import io

import numpy as np
import pytest

import mxspec as s
from mxspec.base.messages import pictures
from mxspec.base.messages.sheet import draw_sheet, grey_of
from mxspec.questions.examples import as_examples

Image = pytest.importorskip("PIL.Image")

BLACK, GREY = np.zeros((4, 6), np.uint8), np.full((4, 6), 128, np.uint8)
IMAGES = s.model_spec(
    {0, 1}, lambda x: s.Reading(int(x.max()), confidence=0.5), lambda n: np.full((1, 16), n, "float32")
)


def pixels(*pictures, **options):
    return np.asarray(draw_sheet(pictures, **options))


def test_pictures_stand_in_rows_and_an_empty_place_is_paper():
    sheet = pixels(BLACK, None, GREY, columns=2, zoom=1, gap=1, paper=200)
    assert sheet.shape == (12, 16)
    assert (sheet[1:5, 1:7] == 0).all()
    assert (sheet[7:11, 1:7] == 128).all()
    assert (sheet[:, 8:] == 200).all()


def test_a_picture_is_enlarged_and_keeps_its_colours():
    colours = np.arange(72, dtype=np.uint8).reshape(4, 6, 3)
    sheet = pixels(colours, GREY, zoom=3, gap=0)
    assert np.array_equal(sheet[::3, :18:3], colours)
    assert (sheet[:, 18:] == 128).all()


def test_texts_stand_above_below_and_beside():
    plain, full = (
        pixels(BLACK, BLACK, columns=1, zoom=8, **texts)
        for texts in ({}, {"labels": ["a", ""], "beside": ["b\nc", "d"], "title": "e"})
    )
    line = (full.shape[0] - plain.shape[0]) // 2  # one for the title, one for the label
    parts = {
        "title": full[:line],
        "label": full[line + 37 : 2 * line + 37, :56],
        "beside": full[line:, 56:],
        "the second, without a label": full[2 * line + 40 :, :56],
    }
    assert {name: bool((part < 128).any()) for name, part in parts.items()} == dict.fromkeys(parts, True)
    assert np.array_equal(parts["the second, without a label"], plain[40:, :56])


def test_a_label_that_is_too_long_stays_below_its_picture_and_long_texts_make_room():
    below = pixels(BLACK, BLACK, labels=["x" * 200, ""], zoom=6)[32:]
    assert (below[:, :44] < 128).any()
    assert (below[:, 46:] > 128).all()
    assert pixels(BLACK, title="x" * 50).shape[1] > 200
    assert pixels(BLACK, beside=["\n".join("abc")], columns=1, zoom=1).shape[0] > 3 * 10


def test_letters_of_other_languages_are_drawn_where_matplotlib_is_installed():
    pytest.importorskip("matplotlib")
    letters = [pixels(BLACK, title=letter)[:12] for letter in "éßЖλ"]
    assert len({letter.tobytes() for letter in letters}) == 4


@pytest.mark.parametrize(
    ("pictures", "options", "message"),
    [
        ([], {}, "there are no images"),
        ([None], {}, "there are no images"),
        ([BLACK], {"labels": "ab"}, "there are 2 labels for 1 images"),
        ([BLACK], {"zoom": 0}, "zoom and columns are ints from 1"),
        ([BLACK], {"columns": 0}, "zoom and columns are ints from 1"),
    ],
)
def test_pictures_that_can_not_be_drawn_are_refused(pictures, options, message):
    with pytest.raises(ValueError, match=message):
        draw_sheet(pictures, **options)


def test_without_pillow_the_error_names_the_extra_and_a_notebook_shows_text(monkeypatch):
    sample = s.sample(IMAGES, 3, seed=1)
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(ImportError, match=r'Pillow 10\.1 or later: pip install "mxspec\[pictures\]"'):
        s.show(sample)
    assert sample._repr_png_() is None


@pytest.mark.parametrize("shape", [(4, 6), (1, 16), (16,), (1, 1, 4, 4), (4, 4, 1)])
def test_an_array_becomes_grey_bytes_of_its_rows_and_columns(shape):
    array = np.linspace(0, 1, np.prod(shape)).reshape(shape)
    grey = grey_of(array)
    assert grey.shape == ((4, 6) if shape == (4, 6) else (4, 4))
    assert np.array_equal(grey.ravel(), np.rint(array.ravel() * 255))


def test_a_sample_of_pictures_is_a_sheet_with_their_labels():
    sample = s.sample(IMAGES, 5, seed=1)
    sheet = Image.open(io.BytesIO(sample._repr_png_()))
    labels = [f"{int(x.max())} (0.50)" for x in sample]
    assert np.array_equal(sheet, draw_sheet([grey_of(x) for x in sample], labels))
    assert s.exercise(IMAGES, 3, seed=1)._repr_png_() is not None


@pytest.mark.parametrize(
    "array", [np.zeros(15), np.zeros((2, 2, 2)), np.full((4, 4), 2.0), np.full((4, 4), -1)]
)
def test_an_array_unlike_a_picture_stays_text(array):
    examples = as_examples([s.remember(array, "f()", label=1)])
    assert examples._repr_png_() is None


def test_examples_of_two_pictures_each_stay_text():
    assert s.sample(s.tuple_(IMAGES, IMAGES), 3, seed=1)._repr_png_() is None


def test_a_sheet_has_an_end_which_its_title_tells(monkeypatch):
    monkeypatch.setattr(pictures, "_SHEET", 4)
    few, many = (Image.open(io.BytesIO(s.sample(IMAGES, n, seed=1)._repr_png_())) for n in (4, 5))
    assert few.width <= many.width
    assert many.height > few.height


# --- arrays of any shape: show ------------------------------------------------------------------------------


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
