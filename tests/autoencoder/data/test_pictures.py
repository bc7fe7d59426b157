"""Image files as digits."""

import contextlib
import io
import os
import re
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from autoencoder import digits
from autoencoder.data.pictures import Frame, ImageFileError, load_image
from autoencoder.model_specs import discriminate, first_image
from tests.autoencoder.edits import pipe, ring
from tests.autoencoder.networks.processes import output_of

pytestmark = pytest.mark.few(7)


def digit_file(folder, mode, size, dark_on_light):
    """A test image of a 6 as a user may have it."""
    grey = first_image(6).reshape(28, 28)
    picture = Image.fromarray(((1 - grey if dark_on_light else grey) * 255).astype(np.uint8)).resize(size)
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)
    elif mode.startswith("transparent"):
        ink = Image.new("RGBA", size, "white" if mode.endswith("white") else "black")
        ink.putalpha(picture if not dark_on_light else Image.eval(picture, lambda v: 255 - v))
        picture = ink
    elif mode == "1":
        picture = picture.point(lambda v: 255 * (v > 127)).convert("1")
    else:
        picture = picture.convert(mode)
    path = folder / f"six.{'tif' if mode == 'F' else 'jpg' if mode == 'CMYK' else 'png'}"
    picture.save(path, compress_level=1)  # of PNG
    return path


@pytest.mark.parametrize("dark_on_light", [False, True])
@pytest.mark.parametrize("size", [(28, 28), (280, 280), (33, 33)])
@pytest.mark.parametrize(
    "mode",
    ["L", "RGB", "RGBA", "P", "1", "LA", "I;16", "F", "CMYK", "transparent", "transparent, white"],
)
def test_a_picture_of_any_size_and_mode_is_read(tmp_path, mode, size, dark_on_light):
    image = load_image(digit_file(tmp_path, mode, size, dark_on_light))
    assert image.shape == (1, 784)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1
    assert np.median(image) < 0.5
    assert discriminate(image) == 6


def test_a_picture_of_the_right_size_comes_as_it_is(tmp_path):
    image = load_image(digit_file(tmp_path, "L", (28, 28), dark_on_light=False))
    assert np.abs(image - first_image(6)).max() <= 0.02


def test_ink_keeps_its_proportions(tmp_path):
    picture = Image.new("L", (100, 50), 0)
    picture.paste(255, (25, 20, 75, 30))
    picture.save(tmp_path / "wide.png")
    image = load_image(tmp_path / "wide.png").reshape(28, 28)
    rows, columns = (np.flatnonzero(image.max(axis=axis) > 0.5) for axis in (1, 0))
    assert (len(rows), len(columns)) == (4, 20)


def test_a_picture_of_pillows_is_read_as_its_file(tmp_path):
    path = digit_file(tmp_path, "RGB", (280, 280), dark_on_light=True)
    with Image.open(path) as picture:
        assert np.array_equal(load_image(picture), load_image(path))


class NoPosition(io.RawIOBase):
    """An open file that can't go back, as a pipe is."""

    def __init__(self, content):
        self.content = io.BytesIO(content)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self.content.readinto(buffer)


@pytest.mark.parametrize("suffix", ["png", "tiff", "jpg"])
@pytest.mark.parametrize("read", [load_image, digits.read_image])
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, io.BytesIO, NoPosition, "file", "spooled"])
def test_bytes_and_open_files_are_read_as_their_file(tmp_path, suffix, read, kind):
    path = digit_file(tmp_path, "RGB", (280, 280), dark_on_light=True)
    with Image.open(path) as picture:
        picture.save(path := tmp_path / f"again.{suffix}")
    content = path.read_bytes()
    if kind == "file":
        source: Any = path.open("rb")
    elif kind == "spooled":
        source = tempfile.SpooledTemporaryFile()  # noqa: SIM115  # of an upload, as Starlette has it
        source.write(content)
    else:
        source = kind(content)
    assert np.array_equal(read(source), read(path))
    if kind is not NoPosition:
        assert np.array_equal(read(source), read(path))
    if hasattr(source, "read"):
        assert not source.closed
        source.close()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"\x89PNG" * 60_000, "a file of 240,000 bytes: this is not a picture in a format that is read"),
        (bytearray(300_000), "a file of 300,000 bytes: this is not a picture"),
        (b"", "a file of 0 bytes: this is not a picture"),
        (io.BytesIO(b"\x89PNG" * 60_000), "an open file: this is not a picture"),
        (io.StringIO("text"), "it is open as text"),
        ("x/" + "y" * 300_000, "File name too long"),
    ],
)
def test_what_is_no_picture_is_said_without_its_bytes(source, words):
    with pytest.raises(ImageFileError, match=re.escape(words)) as caught:
        load_image(source)
    assert len(str(caught.value)) <= 1000
    assert "PNGPNG" not in str(caught.value).replace("\x89", "")


@pytest.mark.parametrize("source", [None, 3, np.zeros((28, 28)), [b"x"]])
def test_what_can_not_be_a_picture_is_a_type_error(source):
    with pytest.raises(TypeError, match="a picture is the path of a file, its bytes, an open binary file or"):
        load_image(source)


def test_an_upload_of_starlettes_is_said_to_have_a_file():
    starlette = pytest.importorskip("starlette.datastructures")
    with pytest.raises(TypeError, match=r"not UploadFile; its \.file is one"):
        load_image(starlette.UploadFile(io.BytesIO(b"GIF")))


def test_an_image_of_another_size_is_asked_for_by_its_frame(tmp_path):
    path = digit_file(tmp_path, "RGB", (280, 280), dark_on_light=True)
    frame = Frame((20, 16), (14, 12), (10, 8))
    image = load_image(path, frame).reshape(20, 16)
    assert 13 <= (image.max(axis=1) > 0.3).sum() <= 14


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file"),
        (b"not a picture", "not a picture in a format that is read"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "picture"),
    ],
)
def test_an_error_names_a_file_that_is_not_a_picture(tmp_path, content, words):
    path = tmp_path / "six.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ImageFileError, match=words) as caught:
        load_image(path)
    assert str(path) in str(caught.value)


def test_a_truncated_picture_is_reported(tmp_path):
    path = digit_file(tmp_path, "L", (280, 280), dark_on_light=False)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ImageFileError, match="the picture can't be read: the file is "):
        load_image(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: saved("RGB", "JPEG")[:-900], "the file is cut short"),
        (lambda: saved("LAB", "TIFF"), "its colours are those of LAB, which are not read; save it in RGB"),
        (lambda: saved("RGB", "ICO"), "a format that is read: PNG, JPEG, MPO, GIF, BMP"),
    ],
    ids=["half a JPEG", "LAB", "an icon"],
)
def test_a_picture_that_is_not_read_says_why_in_words_of_its_own(content, words):
    with pytest.raises(ImageFileError, match=words):
        load_image(content())


def saved(mode, kind):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    file = io.BytesIO()
    picture = Image.fromarray(noise)
    (Image.merge("LAB", picture.split()) if mode == "LAB" else picture).save(file, kind)
    return file.getvalue()


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 28 28\n%%EndComments\nshowpage\n%%EOF\n"


def test_postscript_is_refused_under_any_file_name(tmp_path, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", None)  # by which Pillow would start Ghostscript
    for name in ("six.png", "six.eps", "six.jpg"):
        (tmp_path / name).write_bytes(POSTSCRIPT)
        with pytest.raises(ImageFileError, match="not a picture in a format that is read"):
            load_image(tmp_path / name)


def make_bomb(path):
    """A PNG of 10 gigapixels, of which no more than the head is there."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    head = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I", 4) + b"IDAT" + bytes(8))


def make_large(path):
    Image.new("1", (10_000, 10_000)).save(path)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.skipif(os.name == "nt", reason="needs pipes and links")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Path.mkdir, "it is not a regular file|Is a directory"),
        (pipe, "it is not a regular file"),
        (ring, "symbolic links"),
        (make_bomb, "decompression bomb"),
        (make_large, "it has 10000x10000 pixels, 89,478,485 at most are read"),
    ],
)
def test_pipes_devices_and_huge_pictures_are_refused_at_once(tmp_path, make, words):
    path = tmp_path / "six.png"
    make(path)
    with pytest.raises(ImageFileError, match=words) as caught:
        load_image(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (10_000, 1), (1, 10_000), (3, 3)])
@pytest.mark.parametrize("value", [0, 255])
def test_a_picture_of_any_proportions_is_an_image(tmp_path, size, value):
    Image.new("L", size, value).save(tmp_path / "x.png")
    image = load_image(tmp_path / "x.png")
    assert image.shape == (1, 784)
    assert np.isfinite(image).all()


@pytest.mark.few(2)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA", "I;16", "F", "transparent, white"])
def test_a_large_picture_is_scaled_down_strip_by_strip(tmp_path, mode, monkeypatch):
    path = digit_file(tmp_path, mode, (2477, 2302), dark_on_light=False)
    strips = load_image(path)
    monkeypatch.setattr("autoencoder.data.pictures.LARGE", 10_000)
    assert np.abs(strips - load_image(path)).max() < 0.05
    assert discriminate(strips) == 6


def test_a_large_picture_keeps_the_pixels_that_its_frame_has(tmp_path):
    lines = np.zeros((2, 5000), np.uint8)
    lines[:, ::2] = 255
    Image.fromarray(lines).save(tmp_path / "x.png")
    assert np.ptp(load_image(tmp_path / "x.png", Frame.plain((2, 4000)))) > 0.3
    assert np.ptp(load_image(tmp_path / "x.png", Frame.plain((2, 40)))) < 0.1


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="where Linux tells the peak of memory")
def test_a_large_picture_takes_hardly_more_memory_than_its_pixels(tmp_path):
    picture = Image.new("RGBA", (4700, 4700))  # 84 MB
    picture.paste("black", (2200, 700, 2600, 4000))
    picture.save(tmp_path / "x.png")
    program = f"""
        import re
        from pathlib import Path
        from autoencoder.data.pictures import load_image

        def peak():
            return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) >> 10

        before = peak()
        load_image({str(tmp_path / "x.png")!r})
        print(peak() - before)
    """
    assert int(output_of(program)[0]) < 150


def test_a_picture_that_a_camera_says_is_turned_is_turned_back(tmp_path):
    upright = digit_file(tmp_path, "RGB", (280, 280), dark_on_light=True)
    with Image.open(upright) as picture:
        exif = picture.getexif()
        exif[0x0112] = 6  # orientation: to be turned by a quarter to the right
        picture.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png", exif=exif)
    assert np.abs(load_image(tmp_path / "turned.png") - load_image(upright)).max() < 0.05


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tif", "webp"])
def test_a_damaged_picture_is_a_picture_or_an_error_of_its_file(tmp_path, suffix):
    path = tmp_path / f"six.{suffix}"
    Image.fromarray((255 * first_image(6).reshape(28, 28)).astype(np.uint8)).save(path)
    content, random = path.read_bytes(), np.random.default_rng(0)
    for _ in range(60):
        damaged = np.frombuffer(content, np.uint8).copy()
        damaged[random.integers(0, len(content), 3)] = random.integers(0, 256, 3)
        path.write_bytes(damaged.tobytes()[: random.integers(len(content) // 2, len(content) + 1)])
        with contextlib.suppress(ImageFileError):
            assert load_image(path).shape == (1, 784)
