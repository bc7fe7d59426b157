import os
import tempfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

import mxspec as s
from autoencoder.data.picture_files import difference, save_curve
from autoencoder.viz import im_sav, show


class Lazy:
    """An array to draw, as NDArray is one: something with asnumpy()."""

    def __init__(self, array):
        self.array = array

    def asnumpy(self):
        return self.array


@pytest.mark.parametrize(
    ("n", "columns", "rows"),
    [(1, 1, 1), (2, 2, 1), (3, 2, 2), (4, 2, 2), (9, 3, 3), (10, 4, 3), (100, 10, 10)],
)
def test_the_grid_is_as_square_as_it_gets(tmp_path, n, columns, rows):
    path = im_sav("grid", tmp_path / "new", np.ones((n, 1, 28, 28)))
    assert path == tmp_path / "new" / "grid.jpg"
    assert Image.open(path).size == (columns * 42, rows * 42)


@pytest.mark.parametrize(
    ("title", "name", "file_format"),
    [
        ("x", "x.jpg", "JPEG"),
        ("x.jpg", "x.jpg", "JPEG"),
        ("x.PNG", "x.PNG", "PNG"),
        ("epoch-1.5", "epoch-1.5.jpg", "JPEG"),
        ("x.csv", "x.csv.jpg", "JPEG"),
    ],
)
def test_the_format_follows_the_suffix_where_it_is_one_of_an_image(tmp_path, title, name, file_format):
    path = im_sav(title, tmp_path, np.ones((1, 1, 8, 8)))
    assert path.name == name
    assert Image.open(path).format == file_format


@settings(max_examples=50)
@given(
    greys=hnp.arrays(np.uint8, st.integers(1, 30)),
    height=st.integers(4, 9),
    width=st.integers(4, 9),
)
def test_a_picture_has_each_image_in_its_cell_and_black_in_the_rest(greys, height, width):
    # Images of one grey each: their middle looks the same at any size.
    images = np.broadcast_to(greys[:, None, None, None] / np.float32(255), (len(greys), 1, height, width))
    with tempfile.TemporaryDirectory() as folder, Image.open(im_sav("x.png", folder, images)) as picture:
        pixels = np.asarray(picture)
    columns = int(np.ceil(np.sqrt(len(greys))))
    rows = -(-len(greys) // columns)
    middle = [
        [int((c + 0.5) * 1.5 * size) for c in range(n)] for n, size in [(rows, height), (columns, width)]
    ]
    expected = np.zeros(rows * columns, np.uint8)
    expected[: len(greys)] = greys
    assert (pixels[np.ix_(*middle)].ravel() == expected).all()


def test_flip_turns_each_image_upside_down(tmp_path):
    images = np.zeros((4, 1, 8, 6), np.float32)
    images[:, :, :2] = np.arange(1, 5).reshape(4, 1, 1, 1) / 4  # bright at the top, each its own grey
    plain, flipped, turned = (
        np.asarray(Image.open(im_sav(f"{title}.png", tmp_path, x, flip=flip)))
        for title, x, flip in [
            ("plain", images, False),
            ("flip", images, True),
            ("turn", images[:, :, ::-1], False),
        ]
    )
    assert (flipped == turned).all()
    assert not (flipped == plain).all()


def test_values_beyond_black_and_white_are_clipped(tmp_path):
    images = np.array([-5.0, 7.0, -np.inf, np.inf]).repeat(64).reshape(4, 1, 8, 8)
    pixels = np.asarray(Image.open(im_sav("x.png", tmp_path, images)))
    assert pixels[[6, 6, 18, 18], [6, 18, 6, 18]].tolist() == [0, 255, 0, 255]


def test_an_ndarray_is_drawn_like_an_array(tmp_path):
    images = np.random.default_rng(0).random((5, 1, 6, 6), np.float32)
    lazy, plain = im_sav("lazy.png", tmp_path, Lazy(images)), im_sav("plain.png", tmp_path, images)
    assert lazy.read_bytes() == plain.read_bytes()


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.zeros((2, 28, 28)), r"shape \(n, 1, height, width\), not \(2, 28, 28\)"),
        (np.zeros((2, 3, 28, 28)), r"not \(2, 3, 28, 28\)"),
        (np.zeros((0, 1, 28, 28)), r"not \(0, 1, 28, 28\)"),
        (np.full((1, 1, 2, 2), np.nan), "4 of these are NaN"),
        (np.zeros((1, 1, 2, 2), complex), "real numbers, but these are complex128"),
        (np.full((1, 1, 2, 2), "x"), "real numbers, but these are <U1"),
        (None, r"not \(\)"),
    ],
)
def test_an_invalid_batch_of_images_is_refused_and_writes_no_file(tmp_path, x, words):
    with pytest.raises(ValueError, match=words):
        im_sav("x", tmp_path, x)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("title", ["", "a/b", "../x", "/tmp/x"])
def test_a_title_stays_in_its_folder(tmp_path, title):
    with pytest.raises(ValueError, match="a file without a folder"):
        im_sav(title, tmp_path, np.ones((1, 1, 8, 8)))


def test_a_crash_leaves_the_old_picture(tmp_path, monkeypatch):
    path = im_sav("x", tmp_path, np.ones((1, 1, 8, 8)))
    old = path.read_bytes()

    def crash(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="no space"):
        im_sav("x", tmp_path, np.zeros((1, 1, 8, 8)))
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("values", [[0.5], [0.82, 0.93, 0.95], list(np.linspace(1, 0.1, 12))])
def test_a_curve_is_a_picture(tmp_path, values):
    path = save_curve("generator", "mse", values, tmp_path)
    assert path == tmp_path / "curve-generator.png"
    assert Image.open(path).size == (900, 600)


def test_a_curve_takes_values(tmp_path):
    with pytest.raises(ValueError, match="the mse of one epoch or more, found none"):
        save_curve("generator", "mse", [], tmp_path)


# --- sheets to look at --------------------------------------------------------------------------------------

SQUARE = np.eye(28)


@pytest.mark.parametrize(
    ("images", "n"),
    [
        ([SQUARE] * 5, 5), (SQUARE, 1), (SQUARE.reshape(1, 784), 1), (SQUARE.reshape(784), 1),
        (SQUARE.reshape(1, 1, 28, 28), 1), (np.stack([SQUARE] * 3), 3), (np.zeros((5, 784)), 5),
        (np.zeros((5, 1, 28, 28)), 5), (Lazy(np.zeros((5, 784))), 5), ((image for image in [SQUARE] * 2), 2),
        ([SQUARE, SQUARE.reshape(1, 784), Lazy(SQUARE)], 3),
    ],
)  # fmt: skip
def test_a_sheet_shows_images_of_any_shape(images, n):
    columns = int(np.ceil(np.sqrt(n)))
    assert show(images).size == (columns * 64, -(-n // columns) * 64)


def test_a_sheet_is_a_picture_that_a_notebook_shows_and_that_saves_itself(tmp_path):
    sheet = show([SQUARE] * 3, ["a", "b", "c"], columns=3, zoom=1)
    assert sheet._repr_png_().startswith(b"\x89PNG")
    sheet.save(tmp_path / "sheet.png")
    assert Image.open(tmp_path / "sheet.png").size == sheet.size


def test_images_that_remember_their_labels_are_labelled_and_those_of_any_shape_have_their_pixels():
    image = s.remember(SQUARE, "draw(7)", label=7)
    assert show([image]) == show([SQUARE], ["7"])
    assert show([image, SQUARE]) == show([SQUARE, SQUARE])
    assert np.array_equal(
        np.asarray(show([np.eye(4, 6).ravel()], shape=(4, 6), zoom=1))[4:8, 4:10], 255 * np.eye(4, 6)
    )


@pytest.mark.parametrize(("image", "message"), [("a.png", "read_image of a file"), (SQUARE * np.nan, "NaN")])
def test_an_invalid_image_is_not_shown(image, message):
    with pytest.raises(ValueError, match=message):
        show([image])


def test_differences_are_orange_above_0_and_blue_below():
    assert difference(np.array([1.0, 0.0, -0.5]), (1, 3))[0].tolist() == [
        [240, 140, 40],
        [0, 0, 0],
        [43, 90, 116],
    ]
