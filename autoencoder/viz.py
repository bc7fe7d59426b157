"""Arrays, drawn as pictures."""

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

import mxspec as s
from autoencoder.data.files import replace_file
from autoencoder.data.images import pictures
from mxspec.pictures import SHOWN, remembered_labels, several

ENLARGED = 1.5  # the original's
JPEG_QUALITY = 95


def im_sav(title: str, output_path: str | os.PathLike[str], x: Any) -> Path:
    """Draw a batch of grey images as one picture: a grid, as square as possible, enlarged 1.5 times.

    The original's `im-sav` drew only as many images as fill a square; this one draws all, and leaves the rest
    of the last row black.

    Args:
        title: the name of the file; `.jpg` is added unless it has the suffix of an image format.
        output_path: the folder, created if missing.
        x: (n, 1, height, width), numpy or with `.asnumpy()`; 0 is black, 1 is white, the rest is clipped.

    Returns:
        The path of the picture.

    Raises:
        ValueError: x is not such a batch or has NaN in it, or the title is not a plain file name.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = im_sav("ten.png", folder, np.ones((10, 1, 28, 28)))
    ...     path.name, Image.open(path).size
    ('ten.png', (168, 126))
    """
    if not title or Path(title).name != title:
        raise ValueError(f"a title is the name of a file without a folder, not {title!r}")
    cells = Image.fromarray(grid(_bytes(x)))
    size = (round(cells.width * ENLARGED), round(cells.height * ENLARGED))
    picture = cells.resize(size, Image.Resampling.BILINEAR)
    extension = Path(title).suffix.lower()
    file_format = Image.registered_extensions().get(extension)
    if file_format not in Image.SAVE:  # without the suffix of a format, as "epoch-1.5"
        title, file_format = f"{title}.jpg", "JPEG"
    path = Path(output_path) / title
    replace_file(path, lambda temporary: picture.save(temporary, file_format, quality=JPEG_QUALITY))
    return path


def show(
    images: Any,
    labels: Iterable[object] | None = None,
    *,
    shape: tuple[int, int] | None = None,
    columns: int | None = None,
    zoom: int = SHOWN,
) -> Image.Image:
    """Draw images on a sheet, with a label below each: `mxspec.show`, for images of a known shape.

    Args:
        images: a sequence of images, or one, in any shape that `discriminate` takes; 0 is black, 1 is white.
        labels: one for each image; by default the label that a generated image remembers, or none.
        shape: (height, width) of an image in pixels; None means squares if their number allows it.
        columns: the number of images side by side; None makes the sheet as square as possible.
        zoom: the enlargement of an image.

    Returns:
        A picture of Pillow's: it shows itself in a notebook, and `.save("sheet.png")` writes it.

    Raises:
        ValueError: images are not such a sequence, or there are more or fewer labels.

    >>> show([np.zeros((28, 28)), np.ones((1, 784))], ["black", "white"]).size
    (128, 80)
    """
    arrays = several(images)
    cells = _bytes(pictures(arrays, shape)) / np.float32(255)
    labels = remembered_labels(arrays) if labels is None else labels
    return s.show([cell[0] for cell in cells], labels, columns=columns, zoom=zoom)


def save_curve(
    name: str, metric_name: str, values: Sequence[float], output_path: str | os.PathLike[str]
) -> Path:
    """Draw the curve of a metric over the epochs.

    Args:
        name: the name of the network, for the title and the file `curve-NAME.png`.
        metric_name: the name of the metric, for the axis.
        values: the value of each epoch, from epoch 1 on.
        output_path: the folder, created if missing.

    Returns:
        The path of the picture.

    Raises:
        ValueError: values is empty.
    """
    # Imported here, since importing matplotlib takes longer than drawing with it. Figure instead of pyplot:
    # it needs no window system, and leaves no state behind for other users of matplotlib.
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    if not values:
        raise ValueError(f"a curve takes the {metric_name} of one epoch or more, found none")
    figure = Figure(figsize=(6, 4), dpi=150, layout="constrained")
    axes = figure.subplots()
    epochs = range(1, len(values) + 1)
    axes.plot(epochs, values, marker="o", color="tab:blue")
    for epoch, value in zip(epochs, values, strict=True):
        label = axes.annotate(f"{value:.4f}", (epoch, value), (0, 9), textcoords="offset points", ha="center")
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1})  # over the line
    axes.set_title(f"{name}: {metric_name} while training")
    axes.set_xlabel("epoch")
    axes.set_ylabel(metric_name)
    axes.margins(x=0.1, y=0.15)  # room for the numbers
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    path = Path(output_path) / f"curve-{name}.png"
    replace_file(path, lambda temporary: figure.savefig(temporary, format="png"))
    return path


def _bytes(x: Any) -> npt.NDArray[np.uint8]:
    array = np.asarray(x.asnumpy() if hasattr(x, "asnumpy") else x)
    if array.ndim != 4 or array.shape[1] != 1 or not array.size:
        raise ValueError(f"a batch of grey images has the shape (n, 1, height, width), not {array.shape}")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"images are real numbers, but these are {array.dtype}")
    if np.isnan(array).any():
        raise ValueError(f"images are numbers within 0..1, but {np.isnan(array).sum()} of these are NaN")
    # Rounded, not truncated, so that byte / 255 becomes that byte again.
    grey: npt.NDArray[np.uint8] = np.rint(np.clip(array, 0, 1) * np.float32(255)).astype(np.uint8)
    return grey


def grid(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return images (n, 1, h, w) in a grid (rows * h, columns * w), as square as possible and padded with
    black.

    >>> grid(np.ones((3, 1, 2, 2), np.uint8)).shape
    (4, 4)
    """
    n, _, height, width = images.shape
    columns = math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    cells = np.zeros((rows * columns, height, width), np.uint8)
    cells[:n] = images[:, 0]
    return cells.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)
