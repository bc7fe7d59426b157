"""Pictures: read from bytes that anybody may have sent, and written to bytes for a browser."""

import base64
import io

import numpy as np
import numpy.typing as npt
import PIL.Image

from autoencoder.data.pictures import FORMATS, ImageFileError, open_raster

MOST_PIXELS = 16_000_000  # of a picture, however few its bytes


def open_picture(content: bytes) -> PIL.Image.Image:
    """Return a picture from the bytes of a file.

    Raises:
        ImageFileError: it is in none of FORMATS, is damaged, or has more than MOST_PIXELS, which is checked
            before any pixel is unpacked.

    >>> open_picture(as_png(PIL.Image.new("L", (28, 28)))).size
    (28, 28)
    """
    try:
        picture = open_raster(io.BytesIO(content), MOST_PIXELS)
        picture.load()
    except (ImageFileError, PIL.Image.DecompressionBombError) as error:
        raise ImageFileError(f"{error}; make the picture smaller") from error
    except Exception as error:  # for damaged files Pillow raises many kinds of errors
        raise ImageFileError(
            f"this is not a picture that can be read; send one of {', '.join(FORMATS)}"
        ) from error
    return picture


def as_png(picture: PIL.Image.Image) -> bytes:
    """Return a picture as the bytes of a file."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def as_url(pixels: npt.NDArray[np.uint8]) -> str:
    """Return pixels as a data URL, which a page shows without another request."""
    return f"data:image/png;base64,{base64.b64encode(as_png(PIL.Image.fromarray(pixels))).decode()}"
