"""Pictures read from files, as images that the networks can read."""

import os

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError


class ImageFileError(ValueError):
    """A file is missing or not a picture; the message names it."""


def read_image(path: str | os.PathLike[str], shape: tuple[int, int] = (28, 28)) -> npt.NDArray[np.float32]:
    """Read a picture of any size and mode as an image of a data set: small, grey, light on dark.

    Args:
        path: a file in any format that Pillow reads.
        shape: (height, width) of the result in pixels. The picture is scaled to fit, and padded where its
            proportions differ.

    Returns:
        float32 (1, height * width), 0.0 is black and 1.0 is white. A dark digit on a light ground is turned.

    Raises:
        ImageFileError: the file is missing, not a picture, or damaged.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "one.png")
    ...     Image.new("RGB", (200, 100), "white").save(path)
    ...     read_image(path).shape, float(read_image(path).max())
    ((1, 784), 0.0)
    """
    try:
        with Image.open(path) as picture:
            grey = _grey(picture)
    except FileNotFoundError:
        raise ImageFileError(f"{os.fspath(path)}: there is no such file") from None
    except UnidentifiedImageError:
        message = "this is not a picture in a format that Pillow reads"
        raise ImageFileError(f"{os.fspath(path)}: {message}") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageFileError(f"{os.fspath(path)}: the picture can't be read: {error}") from error
    height, width = shape
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if np.median(edge) > 0.5:  # the edge shows the ground
        grey, edge = 1 - grey, 1 - edge
    ground = np.median(edge)
    fitted = ImageOps.contain(Image.fromarray(grey), (width, height), Image.Resampling.BILINEAR)
    small = np.full(shape, ground, np.float32)
    top, left = (height - fitted.height) // 2, (width - fitted.width) // 2
    small[top : top + fitted.height, left : left + fitted.width] = fitted
    return small.clip(0, 1).reshape(1, height * width)


def _grey(picture: Image.Image) -> npt.NDArray[np.float32]:
    """Return a picture as grey values 0..1, (height, width), on a white page where it is transparent."""
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I") or picture.mode == "F":
        # Pillow would cut these off at 255 instead of scaling them.
        values = np.asarray(picture, np.float64)
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        return (values / (values.max() or 1.0)).clip(0, 1).astype(np.float32)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        page = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(page, picture)
    return np.asarray(picture.convert("L"), np.float32) / 255
