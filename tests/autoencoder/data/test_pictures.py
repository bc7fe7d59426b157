"""Image files as digits."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencoder.data.normalise import Frame
from autoencoder.data.pictures import ImageFileError, read_image
from autoencoder.model_specs import discriminate, first_image


def digit_file(folder: Path, mode: str, size: tuple[int, int], dark_on_light: bool) -> Path:
    """A test image of a 6 as a user may have it."""
    grey = first_image(6).reshape(28, 28)
    picture = Image.fromarray(((1 - grey if dark_on_light else grey) * 255).astype(np.uint8)).resize(size)
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)
    elif mode == "transparent":
        ink = Image.new("RGBA", size, "black")
        ink.putalpha(picture if not dark_on_light else Image.eval(picture, lambda v: 255 - v))
        picture = ink
    elif mode == "1":
        picture = picture.point(lambda v: 255 * (v > 127)).convert("1")
    else:
        picture = picture.convert(mode)
    path = folder / f"six.{'tif' if mode == 'F' else 'jpg' if mode == 'CMYK' else 'png'}"
    picture.save(path)
    return path


@pytest.mark.parametrize("dark_on_light", [False, True])
@pytest.mark.parametrize("size", [(28, 28), (280, 280), (33, 33)])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA", "I;16", "F", "CMYK", "transparent"])
def test_a_picture_of_any_size_and_mode_is_read(
    tmp_path: Path, mode: str, size: tuple[int, int], dark_on_light: bool
) -> None:
    image = read_image(digit_file(tmp_path, mode, size, dark_on_light))
    assert image.shape == (1, 784)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1
    assert np.median(image) < 0.5
    assert discriminate(image) == 6


def test_a_picture_of_the_right_size_comes_as_it_is(tmp_path: Path) -> None:
    image = read_image(digit_file(tmp_path, "L", (28, 28), dark_on_light=False))
    assert np.abs(image - first_image(6)).max() <= 0.02


def test_ink_keeps_its_proportions(tmp_path: Path) -> None:
    picture = Image.new("L", (100, 50), 0)
    picture.paste(255, (25, 20, 75, 30))
    picture.save(tmp_path / "wide.png")
    image = read_image(tmp_path / "wide.png").reshape(28, 28)
    rows, columns = (np.flatnonzero(image.max(axis=axis) > 0.5) for axis in (1, 0))
    assert (len(rows), len(columns)) == (4, 20)


def test_a_picture_of_pillows_is_read_as_its_file(tmp_path: Path) -> None:
    path = digit_file(tmp_path, "RGB", (280, 280), dark_on_light=True)
    with Image.open(path) as picture:
        assert np.array_equal(read_image(picture), read_image(path))


def test_an_image_of_another_size_is_asked_for_by_its_frame(tmp_path: Path) -> None:
    path = digit_file(tmp_path, "RGB", (280, 280), dark_on_light=True)
    frame = Frame((20, 16), (14, 12), (10, 8))
    image = read_image(path, frame).reshape(20, 16)
    assert 13 <= (image.max(axis=1) > 0.3).sum() <= 14


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file"),
        (b"not a picture", "not a picture in a format that Pillow reads"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "picture"),
    ],
)
def test_a_file_that_is_no_picture_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "six.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ImageFileError, match=words) as caught:
        read_image(path)
    assert str(path) in str(caught.value)


def test_a_picture_that_is_cut_off_is_said(tmp_path: Path) -> None:
    path = digit_file(tmp_path, "L", (280, 280), dark_on_light=False)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ImageFileError, match="can't be read"):
        read_image(path)
