"""Arrays as pictures, and pictures on a sheet. Pillow draws it, and is imported when something is drawn."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.values import short_repr

if TYPE_CHECKING:
    from PIL.Image import Image


SHOWN: Final = 2  # the enlargement of an image, so that its label has room
GAP: Final = 4  # pixels around each


def grey_of(array: Any) -> Any:
    """Return an array as grey bytes (height, width), or None if it does not look like a picture.

    Numbers from 0 to 1 are shares of white; in other ranges the least is black and the greatest white. A row
    is a square picture if its length is a square number, else a strip.
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


def draw_sheet(
    pictures: Sequence[Any],
    labels: Sequence[str] = (),
    *,
    beside: Sequence[str] = (),
    title: str = "",
    columns: int | None = None,
    zoom: int = SHOWN,
    gap: int = GAP,
    paper: int = 255,
    size: int = 10,
) -> Image:
    """Draw pictures in rows, with a label below each, a text to the right of each row, and a title above all.

    Args:
        pictures: bytes (height, width) or (height, width, 3); None leaves a place empty.
        labels: one for each picture, or an empty list; lines that are too wide are truncated.
        beside: one for each row, or an empty list.
        title: any number of lines, as the other texts.
        columns: the number of pictures side by side; None makes the sheet as square as possible.
        zoom: the enlargement of the pictures.
        gap: the pixels around each picture.
        paper: the level of grey between pictures, 0 to 255.
        size: the size of the font in pixels.

    Returns:
        A picture of Pillow's.

    Raises:
        ValueError: pictures is empty, or the number of labels differs.
        ImportError: Pillow is not installed.
    """
    if not any(picture is not None for picture in pictures):
        raise ValueError("there are no images to show")
    if labels and len(labels) != len(pictures):
        raise ValueError(f"there are {len(labels)} labels for {len(pictures)} images")
    if zoom < 1 or (columns is not None and columns < 1):
        raise ValueError(
            f"zoom and columns are ints from 1, not {short_repr(zoom)} and {short_repr(columns)}"
        )
    font = _load_font(size)
    from PIL import Image

    images = [None if each is None else _enlarge(Image.fromarray(each), zoom) for each in pictures]
    width, height = (max(image.size[axis] for image in images if image) + 2 * gap for axis in (0, 1))
    columns = min(len(images), columns or math.ceil(math.sqrt(len(images))))
    rows = [slice(first, first + columns) for first in range(0, len(images), columns)]
    below = [_draw_text(text, font, paper, width) for text in labels or [""] * len(images)]
    aside = [_draw_text(text, font, paper) for text in beside or [""] * len(rows)]
    above = _draw_text(title, font, paper)
    margin = max(text.width for text in aside) + (gap if beside else 0)
    tops = [above.height]
    for row, text in zip(rows, aside, strict=True):
        tops.append(tops[-1] + max(height + max(label.height for label in below[row]), text.height))
    extent = (max(margin + columns * width, above.width + gap), tops[-1])
    sheet = Image.new("L", extent, paper)
    if any(image and image.mode == "RGB" for image in images):
        sheet = sheet.convert("RGB")
    sheet.paste(above, (gap, 1))
    for row, top, text in zip(rows, tops, aside, strict=False):
        sheet.paste(text, (columns * width, top + gap))
        for column, (image, label) in enumerate(zip(images[row], below[row], strict=True)):
            sheet.paste(label, (column * width, top + height - gap + 1))
            if image is not None:
                sheet.paste(image, (column * width + gap, top + gap))
    return sheet


def _draw_text(text: str, font: Any, paper: int, width: int | None = None) -> Image:
    """Return lines of text as a picture; in a width, long ones are cut and others centred."""
    from PIL import Image, ImageDraw

    lines = text.split("\n") if text else []
    if width is not None:
        lines = [_truncate(line, width - GAP, font) for line in lines]
    lengths = [font.getlength(line) for line in lines]
    wide = math.ceil(max(lengths, default=0)) if width is None else width
    step = math.ceil(font.getbbox("Ag")[3]) + GAP
    picture = Image.new("L", (wide, step * len(lines)), paper)
    for number, (line, length) in enumerate(zip(lines, lengths, strict=True)):
        left = 0 if width is None else (width - length) / 2
        ImageDraw.Draw(picture).text((left, step * number), line, fill=255 - paper, font=font)
    return picture


def _truncate(text: str, width: float, font: Any) -> str:
    """Return text, truncated to a width in pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}...") > width:
        text = text[:-1]
    return f"{text}..."


def _load_font(size: int) -> Any:
    """Return Matplotlib's font, if that is installed (Pillow's own has ASCII alone), or raise ImportError."""
    try:
        from PIL import ImageFont

        matplotlib = importlib.util.find_spec("matplotlib")
        if matplotlib is None or matplotlib.origin is None:
            return ImageFont.load_default(size)
        fonts = Path(matplotlib.origin).with_name("mpl-data") / "fonts" / "ttf"
        return ImageFont.truetype(fonts / "DejaVuSans.ttf", size)
    except (ImportError, TypeError) as error:
        raise ImportError('drawing needs Pillow 10.1 or later: pip install "mxspec[pictures]"') from error


def _enlarge(image: Image, times: int) -> Image:
    return image.resize((image.width * times, image.height * times), 0)  # nearest
