"""Arrays drawn as pictures by Pillow, which is imported when something is drawn: mxspec works without it."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.words.generated import origin_of

if TYPE_CHECKING:
    from PIL.Image import Image

SHOWN: Final = 2  # how many times as large `show` draws an image, so that its label has room
_GAP: Final = 4  # pixels around each

_SIDE: Final = 196  # pixels of a picture with words beside it, or a little more
_WIDTH: Final = 46  # characters in a line of the words
_LINE: Final = 18  # pixels from line to line
_MARGIN: Final = 12


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
    from PIL import Image, ImageDraw, ImageFont

    arrays = several(images)
    if not len(arrays):
        raise ValueError("there are no images to show")
    greys = [_required(array) for array in arrays]
    texts = [str(label) for label in (remembered_labels(arrays) if labels is None else labels)]
    if texts and len(texts) != len(greys):
        raise ValueError(f"there are {len(texts)} labels for {len(greys)} images")
    if zoom < 1 or (columns is not None and columns < 1):
        raise ValueError(f"zoom and columns are ints from 1, not {zoom!r} and {columns!r}")
    width, height = (zoom * max(grey.shape[axis] for grey in greys) for axis in (1, 0))
    columns = min(len(greys), columns or math.ceil(math.sqrt(len(greys))))
    font: Any = ImageFont.load_default()
    line = math.ceil(font.getbbox("Ag")[3]) + _GAP if texts else 0
    cell = (width + 2 * _GAP, height + 2 * _GAP + line)
    sheet = Image.new("L", (columns * cell[0], math.ceil(len(greys) / columns) * cell[1]), "white")
    pen = ImageDraw.Draw(sheet)
    for i, grey in enumerate(greys):
        left, top = i % columns * cell[0] + _GAP, i // columns * cell[1] + _GAP
        sheet.paste(_enlarged(grey, zoom), (left, top))
        if texts:
            text = _fitting(texts[i], width + _GAP, font)
            middle = left + (width - font.getlength(text)) / 2
            pen.text((middle, top + height + 1), text, fill="black", font=font)
    return sheet


def beside(pictures: Sequence[tuple[Any, list[str]]]) -> Image:
    """Draw grey bytes (height, width) one below the other, enlarged, each with its words to the right."""
    from PIL import Image, ImageDraw, ImageFont

    try:
        font: Any = ImageFont.load_default(size=14)
    except TypeError:  # before Pillow 10.1, one size alone
        font = ImageFont.load_default()
    rows = []
    for grey, words in pictures:
        picture = _enlarged(grey, max(1, -(-_SIDE // max(grey.shape))))
        rows.append((picture, [line for text in words for line in textwrap.wrap(text, _WIDTH)]))
    left = 2 * _MARGIN + max(picture.width for picture, _ in rows)
    heights = [max(picture.height, _LINE * len(lines)) + _MARGIN for picture, lines in rows]
    longest = max(font.getlength(line) for _, lines in rows for line in lines)
    sheet = Image.new("L", (left + int(longest) + _MARGIN, sum(heights) + _MARGIN), 255)
    draw, top = ImageDraw.Draw(sheet), _MARGIN
    for (picture, lines), height in zip(rows, heights, strict=True):
        sheet.paste(picture, (_MARGIN, top))
        for i, line in enumerate(lines):
            draw.text((left, top + _LINE * i), line, fill=0, font=font)
        top += height
    return sheet


def several(images: Any) -> Any:
    """Return images as a sequence of them, also if it is one."""
    import numpy as np

    if hasattr(images, "asnumpy"):
        images = images.asnumpy()
    if not isinstance(images, np.ndarray):
        return list(images)
    is_one = images.ndim < 2 or len(images) == 1 or (images.ndim == 2 and images.shape[0] == images.shape[1])
    return [images] if is_one else images


def grey_of(array: Any) -> Any:
    """Return an array as grey bytes (height, width), or None if it does not look like a picture.

    Numbers from 0 to 1 are shares of white; of others, the least is black and the greatest white. A row is a
    square picture where its length is a square, else a strip.
    """
    import numpy as np

    try:
        values = np.asarray(array, np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    values = values.reshape([length for length in values.shape if length != 1] or [1])
    if values.ndim == 1:
        side = math.isqrt(values.size)
        values = values.reshape(side, side) if side * side == values.size else values[None]
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        return None
    low, high = min(0.0, values.min()), max(1.0, values.max())
    return ((values - low) / (high - low) * 255).round().astype(np.uint8)


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


def _enlarged(grey: Any, times: int) -> Image:
    from PIL import Image

    size = (grey.shape[1] * times, grey.shape[0] * times)
    return Image.fromarray(grey).resize(size, Image.Resampling.NEAREST)


def _fitting(text: str, width: float, font: Any) -> str:
    """Return text, cut off where it is wider than that many pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}...") > width:
        text = text[:-1]
    return f"{text}..."
