"""Arrays and curves as picture files."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import autoencoder.data.libraries  # noqa: F401  # first: it says what to install

# isort: split
import numpy as np
import numpy.typing as npt
from PIL import Image

from autoencoder.data.pictures import ImageFileError, as_numbers
from mxspec.base.files import replace_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

JPEG_QUALITY = 95
ORANGE, BLUE = (240, 140, 40), (86, 180, 233)  # colour-blind safe on black


def grey_bytes(x: Any) -> npt.NDArray[np.uint8]:
    """Return a batch of grey images, 0 to 1, as bytes; other values are clipped.

    Args:
        x: (n, 1, height, width), numpy or with `.asnumpy()`.

    Raises:
        ValueError: x is not such a batch or contains NaN.

    >>> grey_bytes(np.array([[[[0.0, 0.5, 2.0]]]])).tolist()
    [[[[0, 128, 255]]]]
    """
    array = np.asarray(x.asnumpy() if hasattr(x, "asnumpy") else x)
    if array.ndim != 4 or array.shape[1] != 1 or not array.size:
        raise ValueError(f"a batch of grey images has the shape (n, 1, height, width), not {array.shape}")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"images are real numbers, but these are {array.dtype}")
    if np.isnan(array).any():
        raise ValueError(f"images are numbers within 0..1, but {np.isnan(array).sum()} of these are NaN")
    # Rounded, so that byte / 255 becomes that byte again.
    grey: npt.NDArray[np.uint8] = np.rint(np.clip(array, 0, 1) * np.float32(255)).astype(np.uint8)
    return grey


def grey(image: Any, shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Return an image, 0 to 1, as the bytes of a picture of a shape (height, width).

    >>> grey([0.0, 1.0], (1, 2)).tolist()
    [[0, 255]]
    """
    return grey_bytes(np.reshape(image, (1, 1, *shape))).reshape(shape)


def difference(values: Any, shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Return differences, -1 to 1, in colours on black: ORANGE above 0, BLUE below.

    >>> difference(np.array([1.0, 0.0, -1.0]), (1, 3))[0].tolist()
    [[240, 140, 40], [0, 0, 0], [86, 180, 233]]
    """
    amounts = as_numbers(values).reshape(*shape, 1).clip(-1, 1)
    colours = amounts.clip(0) * np.array(ORANGE) - amounts.clip(max=0) * np.array(BLUE)
    return np.asarray(np.rint(colours), np.uint8)


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
    # Imported here, since importing matplotlib takes longer than drawing with it. Figure needs no window
    # system and, unlike pyplot, keeps no global state.
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    if not values:
        raise ValueError(f"a curve takes the {metric_name} of one epoch or more, found none")
    figure = Figure(figsize=(6, 4), dpi=150, layout="constrained")
    axes = figure.subplots()
    epochs = range(1, len(values) + 1)
    # Processors differ in the last digits of a training. The curve goes through the numbers that are written
    # beside it, so a training leaves the same picture on any of them.
    values = [round(value, 4) for value in values]
    axes.plot(epochs, values, marker="o", color="tab:blue")
    for number, (epoch, value) in enumerate(zip(epochs, values, strict=True)):
        beside = [*values[max(0, number - 1) : number], *values[number + 1 : number + 2]] or [value]
        below = sum(beside) / len(beside) > value  # where the line rises on, or falls to the point
        offset, side = (-9, "top") if below else (9, "bottom")
        label = axes.annotate(
            f"{value:.4f}", (epoch, value), (0, offset), textcoords="offset points", ha="center", va=side
        )
        label.set_bbox(
            {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}
        )  # hides the grid, and a line too steep to miss
    axes.set_title(f"{name}: {metric_name} while training")
    axes.set_xlabel("epoch")
    axes.set_ylabel(metric_name)
    axes.margins(x=0.1, y=0.15)  # room for the numbers
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return save_figure(figure, Path(output_path) / f"curve-{name}.png")


def save_figure(figure: "Figure", path: Path) -> Path:
    """Write a figure of Matplotlib as a .png and return its path; the folder is created if missing."""
    replace_file(path, lambda temporary: figure.savefig(temporary, format="png"))
    return path


def write(picture: Image.Image, path: Path) -> Path:
    """Write a Pillow picture and return its path; the folder is created if missing.

    Raises:
        ImageFileError: the path is a folder, or its suffix is not of a format that Pillow writes.
        OSError: the file can't be written.
    """
    check_picture_path(path)
    file_format = picture_formats()[path.suffix.lower()]
    replace_file(path, lambda temporary: picture.save(temporary, file_format, quality=JPEG_QUALITY))
    return path


def check_picture_path(path: Path) -> None:
    """Raise ImageFileError if a path is a folder, or if its suffix is not of a format that Pillow writes."""
    if path.is_dir():
        raise ImageFileError(f"{path} is a folder; name a file in it, such as {path / 'picture.png'}")
    if path.suffix.lower() not in picture_formats():
        raise ImageFileError(
            f"{path}: pictures are written as .png, .jpg and the like, not as {path.suffix!r}"
        )


def picture_formats() -> dict[str, str]:
    """Return the format of each suffix that Pillow writes."""
    return {suffix: name for suffix, name in Image.registered_extensions().items() if name in Image.SAVE}
