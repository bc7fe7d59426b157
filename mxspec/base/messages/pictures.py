"""Generated arrays for people: lists of examples that print each reading, and sheets of pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.generated.origins import generated_arrays, remembered_labels
from mxspec.base.messages import reasons
from mxspec.base.messages.sheet import SHOWN, draw_sheet, grey_of

if TYPE_CHECKING:
    from PIL.Image import Image


_SHEET: Final = 200  # pictures on a sheet
_LARGE: Final = 8  # pixels; an array with a shorter side this long is a picture, whatever its numbers


def readings_text(x: object) -> str:
    """Return the readings of the generated arrays in a value as text, "" without any."""
    readings = [array.origin.reading for array in generated_arrays(x)]
    return ", ".join(
        reasons.reading_text(reading.label, reading.confidence, None)
        for reading in readings
        if reading is not None
    )


class ExampleList(list[Any]):
    """A list of examples with generated arrays; it prints an example and its reading on each line.

    The lines are Python, readings are comments. A notebook shows pictures as a sheet of them.
    """

    def __repr__(self) -> str:
        lines = []
        for example in self:
            reading = readings_text(example)
            lines.append(f"    {example!r},{'  # ' if reading else ''}{reading}")
        return "\n".join(["[", *lines, "]"])

    def _repr_png_(self) -> bytes | None:
        """Return a sheet for a notebook, or None if an example does not have exactly one picture."""
        arrays = [array for example in self for array in generated_arrays(example)]
        pictures = [_picture_of(array) for array in arrays[:_SHEET]]
        if len(arrays) != len(self) or not all(picture is not None for picture in pictures):
            return None
        labels = [readings_text(array).removeprefix("read as ") for array in arrays[:_SHEET]]
        title = f"the first {_SHEET} of {len(arrays):,}" if len(arrays) > _SHEET else ""
        try:
            return draw_sheet(pictures, labels, title=title)._repr_png_()
        except ImportError:  # without Pillow
            return None


def _picture_of(array: Any) -> Any:
    """Return an array as grey bytes; None unless it has rows of numbers from 0 to 1, or is large."""
    grey = grey_of(array)
    if grey is None or min(grey.shape) < 2 or array.min() < 0:
        return None
    return grey if array.max() <= 1 or min(grey.shape) >= _LARGE else None


def show(
    images: Any, labels: Iterable[object] | None = None, *, columns: int | None = None, zoom: int = SHOWN
) -> Image:
    """Draw images on a sheet, with a label below each.

    Args:
        images: a sequence of arrays, as `sample` returns them, or one array. Each has rows and columns, or is
            one row of a square picture; axes of length 1 do not count. 0 is black, 1 is white; if there
            are numbers beyond, the least is black and the greatest white.
        labels: one for each image; by default the labels of generated images.
        columns: the number of images side by side; None makes the sheet as square as possible.
        zoom: the enlargement of the pixels.

    Returns:
        A picture of Pillow's: it shows itself in a notebook, and `.save("sheet.png")` writes it.

    Raises:
        ValueError: images are not such a sequence, or the number of labels differs.
        ImportError: Pillow is not installed.

    Example:
        >>> import numpy as np
        >>> import mxspec as s
        >>> s.show([np.zeros((28, 28)), np.ones((1, 784))], ["black", "white"]).size
        (128, 80)
    """
    arrays = image_sequence(images)
    texts = [str(label) for label in (remembered_labels(arrays) if labels is None else labels)]
    return draw_sheet([_require_picture(array) for array in arrays], texts, columns=columns, zoom=zoom)


def image_sequence(images: Any) -> Any:
    """Return images as a sequence of images, also a single image."""
    import numpy as np

    if hasattr(images, "asnumpy"):
        images = images.asnumpy()
    if not isinstance(images, np.ndarray):
        return list(images)
    is_one = images.ndim < 2 or len(images) == 1 or (images.ndim == 2 and images.shape[0] == images.shape[1])
    return [images] if is_one else images


def _require_picture(array: Any) -> Any:
    grey = grey_of(array)
    if grey is None:
        what = f"an array of shape {array.shape}" if hasattr(array, "shape") else f"a {type(array).__name__}"
        raise ValueError(f"an image is an array of finite numbers in rows and columns, not {what}")
    return grey
