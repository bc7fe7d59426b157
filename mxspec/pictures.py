"""Arrays on a sheet, with their labels: `show`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mxspec.words.generated import origin_of
from mxspec.words.sheet import SHOWN, draw_sheet, grey_of

if TYPE_CHECKING:
    from PIL.Image import Image


def show(
    images: Any, labels: Iterable[object] | None = None, *, columns: int | None = None, zoom: int = SHOWN
) -> Image:
    """Draw images on a sheet, with a label below each.

    Args:
        images: a sequence of arrays, as `sample` returns them, or one array. Each has rows and columns, or is
            one row of a square picture; axes of length 1 do not count. 0 is black, 1 is white; where
            there are numbers beyond, the least is black and the greatest white.
        labels: one for each image; by default the label that a generated image remembers, or none.
        columns: how many images stand side by side; None makes the sheet as square as it gets.
        zoom: how many times as large as its pixels an image is drawn.

    Returns:
        A picture of Pillow's: it shows itself in a notebook, and `.save("sheet.png")` writes it.

    Raises:
        ValueError: images are not such a sequence, or there are more or fewer labels.
        ImportError: Pillow is not installed.

    Example:
        >>> import numpy as np
        >>> import mxspec as s
        >>> s.show([np.zeros((28, 28)), np.ones((1, 784))], ["black", "white"]).size
        (128, 80)
    """
    arrays = several(images)
    texts = [str(label) for label in (remembered_labels(arrays) if labels is None else labels)]
    return draw_sheet([_required(array) for array in arrays], texts, columns=columns, zoom=zoom)


def several(images: Any) -> Any:
    """Return images as a sequence of them, also if it is one."""
    import numpy as np

    if hasattr(images, "asnumpy"):
        images = images.asnumpy()
    if not isinstance(images, np.ndarray):
        return list(images)
    is_one = images.ndim < 2 or len(images) == 1 or (images.ndim == 2 and images.shape[0] == images.shape[1])
    return [images] if is_one else images


def _required(array: Any) -> Any:
    grey = grey_of(array)
    if grey is None:
        what = f"an array of shape {array.shape}" if hasattr(array, "shape") else f"a {type(array).__name__}"
        raise ValueError(f"an image is an array of finite numbers in rows and columns, not {what}")
    return grey


def remembered_labels(images: Iterable[Any]) -> list[object]:
    """Return the labels that generated images remember; none unless all do."""
    origins = [origin_of(image) for image in images]
    return [] if None in origins else [getattr(origin, "label", "") for origin in origins]
