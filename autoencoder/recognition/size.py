"""The size of ink: readers have learnt no digit that fills its picture, and can't judge one."""

import numpy as np
import numpy.typing as npt

from autoencoder.data.images import Array
from autoencoder.data.normalise import Frame
from mxspec.values import extremes

INK = 0.4  # of the lightest pixel: a pixel that is as light belongs to the ink
TAUGHT = 1.25  # times: the readers learn from images enlarged by as much, see augmentation.moved
_SPECKS = 2  # pixels of ink in a row or column, which may be noise


def outgrown(images: npt.NDArray[np.float32], frame: Frame) -> npt.NDArray[np.bool_]:
    """Return which pictures have ink that is larger than any that the readers learnt from, (n,).

    Args:
        images: (n, height * width), 0.0 is black and 1.0 is white.
        frame: the place of the ink in the data set. No picture is too large where images have backgrounds of
            their own, or ink of any size.

    >>> from autoencoder.data.normalise import MNIST
    >>> picture = np.zeros((28, 28), np.float32)
    >>> picture[1:27, 10:14] = 1
    >>> outgrown(np.stack([picture.ravel(), picture[::2].repeat(2, axis=1)[:14].ravel()]), MNIST).tolist()
    [True, False]
    """
    largest = TAUGHT * (frame.largest or np.inf)
    if not frame.bare or largest >= max(frame.shape):
        return np.zeros(len(images), np.bool_)
    pictures = images.reshape(-1, *frame.shape)
    ink = pictures >= INK * np.maximum(_brightest(images), np.finfo(np.float32).tiny)[:, None, None]
    spans = [_span(ink.sum(axis=axis) > _SPECKS) for axis in (1, 2)]
    return np.asarray(np.maximum(*spans) > largest)


def _brightest(images: Array) -> Array:
    return np.array([extremes(images)[1]]) if len(images) == 1 else np.asarray(images.max(axis=1))


def _span(is_ink: Array) -> npt.NDArray[np.int64]:
    """Return the length from the first to the last place of each row (n, length) that is True."""
    length = is_ink.shape[1]
    if len(is_ink) == 1:  # without argmax, for which numpy gives up the GIL
        line = is_ink.tobytes()
        return np.array([line.rfind(1) - line.find(1) + 1 if 1 in line else 0])
    span = length - is_ink[:, ::-1].argmax(axis=1) - is_ink.argmax(axis=1)
    return np.where(is_ink.any(axis=1), span, 0)
