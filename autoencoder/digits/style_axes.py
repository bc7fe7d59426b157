"""The numbers of a style that have a meaning: how far they go with the slant, thickness and width of images.

`training/rotation.py` turns the styles of a generator so that the first three numbers do.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.data.ink import pen_widths
from autoencoder.data.pictures import Array

AXES = ("slant", "thickness", "width")
"""The meanings of the first numbers of a style: to the right, thicker, and wider."""

LEAST = 0.5  # the correlation of a number with what it is named after
_EACH = 50  # styles of each label that `axis_names` draws

Floats = npt.NDArray[np.float64]
Draw = Callable[[Array, Array], Array]  # labels (n,) and styles (n, k) -> images (n, pixels)


def measure_shapes(images: Array, shape: tuple[int, int]) -> Floats:
    """Return the slant, the thickness and the width of the ink of images (n, pixels), (n, 3).

    The slant is the shift to the right, in pixels, of a row from the one below it: minus the regression of
    columns on rows. `pen_widths` gives the thickness. The width is the deviation of ink to the sides once the
    slant is undone, divided by its deviation up and down.

    Args:
        images: the images; one without ink has a slant and a width of 0.
        shape: (height, width) of an image in pixels.

    >>> stroke = np.eye(28)[:, ::-1].reshape(1, -1)  # from the lower left to the upper right
    >>> measure_shapes(stroke, (28, 28)).round(2).tolist()[0][::2]
    [1.0, 0.0]
    """
    ink = np.asarray(images, np.float64).reshape(-1, *shape)
    mass = np.maximum(ink.sum(axis=(1, 2)), np.finfo(np.float64).tiny)
    y, x = np.mgrid[: shape[0], : shape[1]]

    def mean(values: Any) -> Any:
        return ((ink * values).sum(axis=(1, 2)) / mass)[:, None, None]

    down, right = y - mean(y), x - mean(x)
    height = np.maximum(mean(down**2), 1e-9)
    lean = mean(right * down) / height
    width = np.sqrt(mean((right - lean * down) ** 2) / height)
    return np.stack([-lean.ravel(), pen_widths(ink), width.ravel()], axis=1)


def axis_correlations(styles: Array, labels: Array, measured: Floats) -> Floats:
    """Return the correlation of each number of styles with each measure of the images drawn in them.

    It is the correlation within labels: the deviations are from the mean of the label, in its units.

    Args:
        styles: (n, k).
        labels: (n,).
        measured: (n, m), such as `measure_shapes` returns.

    Returns:
        (k, m), from -1 to 1; 0 for a measure that never changes.

    >>> z = np.array([[0.0], [1.0], [0.0], [2.0]])
    >>> axis_correlations(z, np.array([0, 0, 1, 1]), np.array([[5.0], [6.0], [9.0], [8.0]]))
    array([[0.]])
    """
    both = np.concatenate([styles, measured], axis=1).astype(np.float64)
    for label in np.unique(labels):
        rows = labels == label
        both[rows] -= both[rows].mean(axis=0)
        deviations = both[rows].std(axis=0)
        both[rows] /= np.where(deviations > 1e-9, deviations, 1)
    k = styles.shape[1]
    result: Floats = both[:, :k].T @ both[:, k:] / len(both)
    return result


def axis_names(draw: Draw, count: int, shape: tuple[int, int], size: int) -> list[str | None]:
    """Return the meaning of each number of a style, from AXES; None for a number without one.

    Only the first numbers are named, each if it goes with its meaning in images that are drawn in random
    styles. So a generator that was never turned has only unnamed numbers.

    Args:
        draw: draws images.
        count: the number of labels.
        shape: (height, width) of an image in pixels.
        size: the length of a style.
    """
    labels = np.arange(count * _EACH) % count
    styles = np.random.default_rng(0).standard_normal((len(labels), size))
    correlations = axis_correlations(styles, labels, measure_shapes(draw(labels, styles), shape))
    names: list[str | None] = [None] * size
    for place, name in enumerate(AXES[:size]):
        if correlations[place, place] >= LEAST:
            names[place] = name
    return names
