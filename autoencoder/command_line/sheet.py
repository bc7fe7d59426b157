"""A sheet of samples, each with its label and confidence."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import mxspec as s
from autoencoder.command_line.figures import DARK, write
from autoencoder.data.images import pictures

GAP = 0.45  # of an image's height, for the label below it
MARGIN = 0.12  # of its width, beside it
INCHES = 0.8  # the longer side of an image


def draw_sheet(
    title: str, images: Sequence[Any], readings: Sequence[Any], shape: tuple[int, int], path: Path
) -> Path:
    """Draw images in a grid on white, each with its reading below, and return the path.

    Args:
        title: the title of the sheet.
        images: one or more, in any shape of an image.
        readings: the reading of each, a label or a `mxspec.Reading`.
        shape: (height, width) of an image in pixels.
        path: the file, in any format that Matplotlib writes; its folder is created if missing.

    Raises:
        ImageFileError, OSError: as `write` does.
    """
    from matplotlib.figure import Figure

    height, width = shape
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    across, down = width * (1 + MARGIN), height * (1 + GAP)
    scale = INCHES / max(shape)
    size = (max(3.0, columns * across * scale), rows * down * scale + 0.5)
    figure = Figure(figsize=size, dpi=150, layout="constrained", facecolor="white")
    axes = figure.subplots()
    axes.set_title(title, color=DARK, fontsize=11, loc="left")
    for place, (image, reading) in enumerate(zip(pictures(images, shape)[:, 0], readings, strict=True)):
        left, top = place % columns * across, place // columns * down
        axes.imshow(image, cmap="gray", vmin=0, vmax=1, extent=(left, left + width, top + height, top))
        words = _words(reading)
        axes.text(left + width / 2, top + height * 1.06, words, ha="center", va="top", color=DARK, fontsize=8)
    axes.set_xlim(-width * MARGIN / 2, columns * across - width * MARGIN / 2)
    axes.set_ylim(rows * down - height * 0.1, -height * MARGIN / 2)
    axes.set_aspect("equal")
    axes.axis("off")
    return write(figure, path)


def _words(reading: Any) -> str:
    """Return the label of a reading and its confidence, rounded down, so that only 1 is 100%.

    >>> _words(s.Reading("boot", confidence=0.9996)), _words(3)
    ('boot 99%', '3')
    """
    if not isinstance(reading, s.Reading):
        return str(np.asarray(reading).item())
    sure = "" if reading.confidence is None else f" {math.floor(100 * reading.confidence)}%"
    return f"{'none' if reading.label is None else reading.label}{sure}"
