"""Pictures that ask for too much are refused before they are opened or decoded; all others are read."""

import io
import random
import re
import struct

import numpy as np
import pytest
from PIL import Image

from autoencoder.data import bounds
from autoencoder.data.bounds import MOST_SCANS, file_excess
from autoencoder.data.pictures import FORMATS, LARGEST, ImageFileError, load_image
from autoencoder.web.studio import decode_picture
from tests.autoencoder.bombs import (
    LONG,
    bitmap,
    gif,
    icon,
    in_strips,
    jpeg,
    png,
    text_chunks,
    tiff,
    tiled,
    zeros,
)

FEW = zeros(1000)


def again(*tags):
    return tiff(28, 28, *tags, (273, LONG, [8]), (279, LONG, [784]), data=bytes(784))


A_SIDE = " pixels, 65,535 a side at most are read"
BOMBS = {
    "a line": (png(80_000_000, 1, pixels=FEW), f"80000000x1{A_SIDE}"),
    "a column": (png(1, 80_000_000, pixels=FEW), f"1x80000000{A_SIDE}"),
    "a square": (png(9500, 9500, pixels=FEW), "it has 9500x9500 pixels, "),
    "a line of a BMP": (bitmap(70_000, 1), f"70000x1{A_SIDE}"),
    "a line of a PPM": (b"P5 80000000 1 255\n" + bytes(100), f"80000000x1{A_SIDE}"),
    "the frame of a GIF": (gif((10, 10), (10_000, 10_000)), "it has 10000x10000 pixels, "),
    "scans": (jpeg((64, 64), 200), "it has 206 scans, 100 at most are read"),
    "strips": (in_strips(1, 60_000, 200_000), "its tag 273 has 200,000 values, 100,000 at most are read"),
    "strips of bytes": (in_strips(1, 60_000, 200_000, kind=1), "its tag 273 has 200,000 values, "),
    "tiles": (tiled(4000, 4000, (1, 1), b"", places=[8] * 150_000), "its tag 324 has 150,000 values, "),
    "a tile": (tiled(9, 9, (43_000, 43_000), FEW), "it has tiles of 1,849,000,000 pixels, "),
    "a tile, big-endian": (tiled(9, 9, (43_000, 43_000), FEW, order=">"), "tiles of 1,849,000,000"),
    "wide tiles": (tiled(1, 65_000, (65_000, 1), FEW, places=[8] * 65_000), "tiles of 4,225,000,000"),
    "an empty tile": (tiled(100, 100, (0, 100), FEW), "its tiles have no size"),
    "a tile of no height": (tiff(9, 9, (322, LONG, [9])), "its tiles have no size"),
    "two widths of tiles": (again((322, LONG, [16]), (322, LONG, [60_000])), "its tag 322 is not one number"),
    "two widths": (again((256, LONG, [28])), "its tag 256 is not one number"),
    "fractions": (again((282, 5, [1] * 200_000)), "its tag 282 has 200,000 values, 100,000 at most are read"),
    "BigTIFF": (b"II+\0" + bytes(60), "BigTIFF is not read"),
}


@pytest.fixture
def undecoded(monkeypatch):
    """Fail where Pillow decodes a picture."""
    Image.init()  # a plugin decodes one when it is imported
    monkeypatch.setattr(Image.Image, "load", lambda picture: pytest.fail("it was decoded"))


@pytest.mark.usefixtures("undecoded")
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("read", [load_image, decode_picture])
@pytest.mark.parametrize(("content", "words"), BOMBS.values(), ids=BOMBS)
def test_a_short_file_that_asks_for_much_is_refused_before_it_is_decoded(content, words, read):
    with pytest.raises(ImageFileError, match=re.escape(words)):
        read(content)


@pytest.mark.usefixtures("undecoded")
def test_an_icon_which_pillow_decodes_when_it_opens_it_is_not_read():
    with pytest.raises(ImageFileError, match="not a picture in a format"):
        load_image(icon(png(13_000, 13_000, pixels=FEW)))


def test_a_picture_of_pillows_that_is_too_long_is_refused_as_well():
    with pytest.raises(
        ImageFileError, match=r"a picture of Pillow's: .* 70000x1 pixels, 65,535 a side at most"
    ):
        load_image(Image.new("1", (70_000, 1)))


@pytest.mark.parametrize("scans", [0, 1, 50])
def test_scans_are_counted_as_pillow_sees_them(scans):
    content = jpeg((64, 64), scans)
    inside = b"\xff\xe1" + struct.pack(">H", 2 + 400) + 100 * b"\xff\xda\0\2"  # of a thumbnail, say
    film = 1000 * b"\xff\xda\0\2"  # which some phones put behind the picture
    assert file_excess(io.BytesIO(content[:2] + inside + content[2:] + film), LARGEST) == ""
    Image.open(io.BytesIO(content)).load()
    assert bounds._count_scans(content) == 6 + scans <= MOST_SCANS


def test_text_that_unpacks_to_much_is_refused_by_pillow():
    with pytest.raises(ImageFileError, match="Too much memory used in text chunks"):
        load_image(png(28, 28, *text_chunks(70)))


def pictures():
    """Pictures of all formats, sizes and options, as Pillow writes them."""
    grey = Image.fromarray(np.random.default_rng(0).integers(0, 256, (70, 90), np.uint8))
    options = {
        "JPEG": [{}, {"progressive": True}, {"quality": 100}],
        "TIFF": [{}, {"compression": "tiff_lzw"}, {"compression": "tiff_deflate"}, {"compression": "jpeg"}],
        "GIF": [{}, {"save_all": True, "append_images": [grey] * 5}],
        "PNG": [{}, {"save_all": True, "append_images": [grey] * 5}],
    }
    Image.init()
    for name in sorted({*FORMATS, "PNG"} & Image.SAVE.keys()):
        for option in options.get(name, [{}]):
            for mode in ("L", "RGB"):
                file = io.BytesIO()
                grey.convert(mode).save(file, name, **option)
                yield name, file.getvalue()


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_pillow_writes_exceeds_nothing():
    kinds = set()
    for name, content in pictures():
        assert file_excess(io.BytesIO(content), LARGEST) == "", name
        assert decode_picture(content).size == (90, 70)
        kinds.add(name)
    assert {"JPEG", "TIFF", "PNG", "GIF", "BMP", "PPM", "WEBP"} <= kinds
    for compression in (1, 8):
        data = zeros(256 * 256) if compression == 8 else bytes(256 * 256)
        tiles = tiled(100, 90, (256, 256), data, compression=compression)
        assert decode_picture(tiles).size == (100, 90)


def test_any_damaged_head_is_an_answer():
    draw = random.Random(0)
    for _, content in pictures():
        for _ in range(20):
            damaged = bytearray(content)
            for _ in range(3):
                damaged[draw.randrange(min(len(damaged), 300))] = draw.randrange(256)
            assert isinstance(file_excess(io.BytesIO(damaged[: draw.randrange(len(damaged))]), LARGEST), str)
