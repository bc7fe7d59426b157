"""Pictures: read from bytes that anybody may have sent, and written to bytes for a browser."""

import base64
import io
import math
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from autoencoder.data.pictures import ImageFileError
from autoencoder.viz import grid

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")  # some of Pillow's others start programs
MOST_PIXELS = 16_000_000  # of a picture, however few its bytes
ORANGE, BLUE = (240, 140, 40), (86, 180, 233)  # colour-blind safe on black

Bytes = npt.NDArray[np.uint8]


def open_picture(content: bytes) -> Image.Image:
    """Return a picture from the bytes of a file.

    Raises:
        ImageFileError: it is in none of FORMATS, is damaged, or has more than MOST_PIXELS, which is checked
            before any pixel is unpacked.

    >>> open_picture(as_png(np.zeros((28, 28), np.uint8))).size
    (28, 28)
    """
    try:
        Image.init()
        picture = Image.open(io.BytesIO(content), formats=[name for name in FORMATS if name in Image.OPEN])
        if math.prod(picture.size) > MOST_PIXELS:
            width, height = picture.size
            raise ImageFileError(
                f"the picture has {width}x{height} pixels, at most {MOST_PIXELS:,} are accepted; "
                "make it smaller"
            )
        picture.load()
    except ImageFileError:
        raise
    except Image.DecompressionBombError:
        raise ImageFileError(
            f"the picture has too many pixels, at most {MOST_PIXELS:,} are accepted"
        ) from None
    except Exception as error:  # for damaged files Pillow raises many kinds of errors
        raise ImageFileError(
            f"this is not a picture that can be read; send one of {', '.join(FORMATS)}"
        ) from error
    return picture


def as_png(pixels: Bytes) -> bytes:
    """Return pixels (height, width), or (height, width, 3), as the bytes of a file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def as_url(pixels: Bytes) -> str:
    """Return pixels as a data URL, which a page shows without another request."""
    return f"data:image/png;base64,{base64.b64encode(as_png(pixels)).decode()}"


def grey(image: Any, shape: tuple[int, int]) -> Bytes:
    """Return an image, 0 to 1, as the bytes of a picture of a shape."""
    values = np.asarray(image, np.float32).reshape(shape)
    return np.asarray(np.rint(values.clip(0, 1) * 255), np.uint8)


def difference(values: Any, shape: tuple[int, int]) -> Bytes:
    """Return differences, -1 to 1, in colours on black: ORANGE above 0, BLUE below.

    >>> difference(np.array([1.0, 0.0, -1.0]), (1, 3))[0].tolist()
    [[240, 140, 40], [0, 0, 0], [86, 180, 233]]
    """
    amounts = np.asarray(values, np.float32).reshape(*shape, 1).clip(-1, 1)
    colours = amounts.clip(0) * np.array(ORANGE) - amounts.clip(max=0) * np.array(BLUE)
    return np.asarray(np.rint(colours), np.uint8)


def enlarged(pixels: Bytes, scale: int) -> Bytes:
    """Return a grey picture with each pixel enlarged to scale x scale pixels."""
    return np.asarray(np.kron(pixels, np.ones((scale, scale), np.uint8)))


def sheet(images: Any, shape: tuple[int, int]) -> Bytes:
    """Return images in a grid, as square as possible, black where images run out.

    >>> sheet(np.ones((3, 4)), (2, 2)).shape
    (4, 4)
    """
    return grid(np.stack([grey(image, shape) for image in images])[:, None])
