"""Images in the shapes that callers have them in, as rows for networks, and as pictures."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import mxspec as s

LONGEST_SIDE = 4096  # pixels of an image that networks take

Array = npt.NDArray[Any]
Image = npt.NDArray[np.float32]  # (1, pixels), 0.0 is black and 1.0 is white

HINT = "np.asarray makes one of lists, autoencoder.data.pictures.read_image of a file or a picture"


def image_spec(shape: tuple[int, int]) -> s.Spec:
    """Return the spec of an image of (height, width) pixels: an array of values within 0..1.

    >>> s.explain(image_spec((28, 28)), np.full((28, 28), 255.0))
    array of shape (28, 28), ... above max 1, ... Then divide by 255
    >>> s.explain(image_spec((28, 28)), "three.png")
    'three.png' - failed: is a str, an array is required; ...read_image of a file or a picture
    """
    height, width = shape
    pixels = height * width
    shapes = [(pixels,), (1, pixels), shape, (1, *shape), (1, 1, *shape)]
    return s.array(shapes, min=0, max=1, finite=True, hint=HINT)


def as_rows(images: Sequence[Any]) -> Image:
    """Return images of one size, in any of the shapes of an image, as float32 (n, pixels).

    Args:
        images: a sequence of images, or one array whose rows are images.

    Raises:
        ValueError: one of them is not an array of numbers, or not of the shape of an image.

    >>> as_rows(np.zeros((5, 1, 28, 28))).shape, as_rows([np.zeros(784), np.zeros((28, 28))]).shape
    ((5, 784), (2, 784))
    """
    if len(images) == 1:
        return as_row(images[0])
    if not isinstance(images, np.ndarray) or not len(images):
        return np.concatenate([as_row(image) for image in images])
    as_row(images[0])  # or says what is wrong with the shape of all
    return np.asarray(images, np.float32).reshape(len(images), -1)


def as_row(image: Any) -> Image:
    """Return one image, in any of the shapes of an image, as float32 (1, pixels).

    A picture of Pillow's is refused, though numpy makes an array of it: its values are 0 to 255, and its ink
    may be dark and of any size, which `read_image` sees to.

    Raises:
        ValueError: it is not an array of numbers, or not of the shape of an image.

    >>> as_row(np.zeros((28, 28))).shape
    (1, 784)
    """
    if hasattr(image, "getbands"):
        raise ValueError(f"an image is an array of numbers, not {type(image).__name__} of Pillow's; {HINT}")
    try:
        values = np.asarray(image.asnumpy() if hasattr(image, "asnumpy") else image, np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"an image is an array of numbers, not {type(image).__name__}; {HINT}") from error
    if values.ndim > 4 or not 1 <= values.ndim - values.shape.count(1) <= 2:
        raise ValueError(f"one image has a shape such as (1, 784) or (28, 28), not {values.shape}")
    return values.reshape(1, -1)


def check_finite(rows: Image) -> None:
    """Check that rows of pixels hold finite numbers only.

    Raises:
        ValueError: some are infinite or NaN.

    >>> check_finite(np.zeros((1, 784), np.float32))
    """
    if not np.isfinite(rows).all():
        count, images = np.count_nonzero(~np.isfinite(rows)), "image" if len(rows) == 1 else "images"
        raise ValueError(f"{count} values of the {images} are not finite")


def pictures(images: Any, shape: tuple[int, int] | None = None) -> Image:
    """Return images in the shape (n, 1, height, width), as `im_sav` draws them.

    Args:
        images: a sequence of images as `discriminate` takes them, all of one size.
        shape: (height, width) in pixels; None means squares if the number of pixels allows it, else lines.

    >>> pictures([np.zeros((1, 784)), np.ones((28, 28))]).shape
    (2, 1, 28, 28)
    """
    rows = as_rows(images)
    if shape is None:
        side = math.isqrt(rows.shape[1])
        shape = (side, side) if side * side == rows.shape[1] else (1, rows.shape[1])
    return rows.reshape(-1, 1, *shape)
