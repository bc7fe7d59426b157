"""Pictures read from files, as images that the networks can read."""

import contextlib
import os
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import PIL.Image
from PIL import ImageOps, UnidentifiedImageError

from autoencoder.data.files import open_file
from autoencoder.data.ink import LEAST_CONTRAST, Grey
from autoencoder.data.normalise import MNIST, Frame, normalise

# Raster formats alone: for others Pillow starts another program, such as Ghostscript for PostScript, whatever
# the file is called.
FORMATS = ("PNG", "JPEG", "MPO", "GIF", "BMP", "DIB", "WEBP", "AVIF", "TIFF", "PPM", "ICO")
LARGEST = 89_478_485  # pixels; of larger pictures Pillow warns


class ImageFileError(ValueError):
    """A file is missing or not a picture; the message names it."""


def read_image(
    picture: str | os.PathLike[str] | PIL.Image.Image, frame: Frame = MNIST
) -> npt.NDArray[np.float32]:
    """Read a picture of any size and mode as an image of a data set, normalised as its images were.

    Args:
        picture: a file in one of FORMATS, of LARGEST pixels or fewer, or a picture of Pillow's.
        frame: the place of the ink in the data set.

    Returns:
        float32 (1, height * width), 0.0 is black and 1.0 is white. Dark ink on a light background is
        inverted, the background and uneven light are removed, and the ink is scaled and centred.

    Raises:
        ImageFileError: the file is missing, not a picture, damaged or too large.

    >>> page = PIL.Image.new("RGB", (200, 100), "white")
    >>> page.paste("navy", (90, 10, 96, 90))
    >>> read_image(page).shape, float(read_image(page).max())
    ((1, 784), 1.0)
    """
    if isinstance(picture, PIL.Image.Image):
        grey = _grey(picture)
    else:
        with open_picture(picture) as opened:
            grey = _grey(opened)
    return normalise(grey, frame).reshape(1, -1)


@contextlib.contextmanager
def open_picture(path: str | os.PathLike[str]) -> Iterator[PIL.Image.Image]:
    """Open a picture in one of FORMATS; all errors, also those raised in the block, name its file.

    Raises:
        ImageFileError: the file is missing, not a picture, damaged or too large.
    """
    path = os.fspath(path)
    try:
        with open_file(path) as file, open_raster(file) as picture:
            yield picture
    except FileNotFoundError:
        raise ImageFileError(f"{path}: there is no such file") from None
    except UnidentifiedImageError:
        raise ImageFileError(f"{path}: this is not a picture in a format that Pillow reads") from None
    except Exception as error:  # Pillow's readers raise many kinds of errors, such as struct.error
        reason = str(error) or type(error).__name__
        raise ImageFileError(f"{path}: the picture can't be read: {reason}") from error


def open_raster(file: BinaryIO, largest: int = LARGEST) -> PIL.Image.Image:
    """Return the picture in a file that is open, of which no pixel is unpacked yet.

    Raises:
        ImageFileError: it has more pixels than the largest.
        Exception: it is not a picture in one of FORMATS, or is damaged; Pillow raises many kinds of errors.
    """
    PIL.Image.init()
    picture = PIL.Image.open(file, formats=[name for name in FORMATS if name in PIL.Image.OPEN])
    if picture.width * picture.height > largest:
        raise ImageFileError(f"it has {picture.width}x{picture.height} pixels, {largest:,} at most are read")
    return picture


def _grey(picture: PIL.Image.Image) -> Grey:
    """Return a picture as grey values 0..1, (height, width).

    Where it is transparent it is laid on a white page, and on a black one if it can't be seen on white.
    """
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I") or picture.mode == "F":
        # Pillow would cut these off at 255 instead of scaling them.
        values = np.asarray(picture, np.float64)
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        return (values / (values.max() or 1.0)).clip(0, 1).astype(np.float32)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        on_white = _grey_on("white", picture)
        return on_white if np.ptp(on_white) >= LEAST_CONTRAST else _grey_on("black", picture)
    return np.asarray(picture.convert("L"), np.float32) / 255


def _grey_on(page: str, picture: PIL.Image.Image) -> Grey:
    laid = PIL.Image.alpha_composite(PIL.Image.new("RGBA", picture.size, page), picture)
    return np.asarray(laid.convert("L"), np.float32) / 255
