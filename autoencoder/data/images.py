"""What an image is to those who ask about one: the shapes it comes in, rows for networks, and pictures."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import mxspec as s

Image = npt.NDArray[np.float32]  # (1, pixels), 0.0 is black and 1.0 is white


def image_spec(shape: tuple[int, int]) -> s.Spec:
    """What an image of (height, width) pixels is, before any network is asked: an array within 0..1.

    >>> s.explain(image_spec((28, 28)), np.full((28, 28), 255.0))
    array of shape (28, 28), ... above max 1, ... Then divide by 255
    """
    height, width = shape
    pixels = height * width
    shapes = [(pixels,), (1, pixels), shape, (1, *shape), (1, 1, *shape)]
    return s.array(shapes, min=0, max=1, finite=True)


def as_rows(images: Sequence[Any]) -> Image:
    """Images in any of the shapes they come in, all of one size, as float32 (n, pixels).

    Args:
        images: a sequence of images, or one array whose rows are images.

    Raises:
        ValueError: one of them is no image.

    >>> as_rows(np.zeros((5, 1, 28, 28))).shape, as_rows([np.zeros(784), np.zeros((28, 28))]).shape
    ((5, 784), (2, 784))
    """
    if not isinstance(images, np.ndarray) or not len(images):
        return np.concatenate([as_row(image) for image in images])
    as_row(images[0])  # or says what is wrong with the shape of all
    rows = np.asarray(images, np.float32).reshape(len(images), -1)
    if not np.isfinite(rows).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(rows))} values of the images are not finite")
    return rows


def as_row(image: Any) -> Image:
    """One image, in any of the shapes it comes in, as float32 (1, pixels).

    Raises:
        ValueError: it is no image.

    >>> as_row(np.zeros((28, 28))).shape
    (1, 784)
    """
    try:
        values = np.asarray(image.asnumpy() if hasattr(image, "asnumpy") else image, np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"an image is an array of numbers, not {type(image).__name__}") from error
    axes = [length for length in values.shape if length != 1]
    if values.ndim == 0 or values.ndim > 4 or not 1 <= len(axes) <= 2:
        raise ValueError(f"one image has a shape such as (1, 784) or (28, 28), not {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(values))} values of the image are not finite")
    return values.reshape(1, -1)


def pictures(images: Any, shape: tuple[int, int] | None = None) -> Image:
    """Images as rows -> (n, 1, height, width), as `im_sav` draws them.

    Args:
        images: a sequence of images as `discriminate` takes them, all of one size.
        shape: (height, width) in pixels; None takes them for squares, if they can be.

    >>> pictures([np.zeros((1, 784)), np.ones((28, 28))]).shape
    (2, 1, 28, 28)
    """
    rows = as_rows(images)
    if shape is None:
        side = math.isqrt(rows.shape[1])
        shape = (side, side) if side * side == rows.shape[1] else (1, rows.shape[1])
    return rows.reshape(-1, 1, *shape)
