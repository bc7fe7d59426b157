"""Pictures of arrays: grids, sheets with labels, differences and curves."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from autoencoder.data.pictures import ImageFileError, as_numbers, pictures
from autoencoder.data.storage import replace_file
from mxspec.errors import BriefError
from mxspec.messages.generated import image_sequence, remembered_labels
from mxspec.messages.sheet import SHOWN, draw_sheet
from mxspec.values import short_repr

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENLARGED = 1.5  # the original's
JPEG_QUALITY = 95
ORANGE, BLUE = (240, 140, 40), (86, 180, 233)  # colour-blind safe on black


def im_sav(title: str, output_path: str | os.PathLike[str], x: Any) -> Path:
    """Draw a batch of grey images as one picture: a grid, as square as possible, enlarged 1.5 times.

    The original's `im-sav` drew only as many images as fill a square; this function draws all images, and
    leaves the end of the last row black.

    Args:
        title: the name of the file; `.jpg` is added unless it has an image suffix.
        output_path: the folder, created if missing.
        x: (n, 1, height, width), numpy or with `.asnumpy()`; 0 is black, 1 is white, other values are
            clipped.

    Returns:
        The path of the picture.

    Raises:
        ValueError: x is not such a batch or contains NaN, or the title is not a plain file name.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = im_sav("ten.png", folder, np.ones((10, 1, 28, 28)))
    ...     path.name, Image.open(path).size
    ('ten.png', (168, 126))
    """
    if not title or Path(title).name != title:
        raise BriefError(f"a title is the name of a file without a folder, not {short_repr(title)}")
    cells = draw_sheet([*_bytes(x)[:, 0]], zoom=1, gap=0, paper=0)
    size = (round(cells.width * ENLARGED), round(cells.height * ENLARGED))
    picture = cells.resize(size, Image.Resampling.BILINEAR)
    extension = Path(title).suffix.lower()
    if extension not in _formats():  # as "epoch-1.5"
        title = f"{title}.jpg"
    return write(picture, Path(output_path) / title)


def write(picture: Image.Image, path: Path) -> Path:
    """Write a Pillow picture and return its path; the folder is created if missing.

    Raises:
        ImageFileError: the path is a folder, or its suffix is not of a format that Pillow writes.
        OSError: the file can't be written.
    """
    check_picture_path(path)
    file_format = _formats()[path.suffix.lower()]
    replace_file(path, lambda temporary: picture.save(temporary, file_format, quality=JPEG_QUALITY))
    return path


def check_picture_path(path: Path) -> None:
    """Raise ImageFileError if a path is a folder, or if its suffix is not of a format that Pillow writes."""
    if path.is_dir():
        raise ImageFileError(f"{path} is a folder; name a file in it, such as {path / 'picture.png'}")
    if path.suffix.lower() not in _formats():
        raise ImageFileError(
            f"{path}: pictures are written as .png, .jpg and the like, not as {path.suffix!r}"
        )


def _formats() -> dict[str, str]:
    """Return the format of each suffix that Pillow writes."""
    return {suffix: name for suffix, name in Image.registered_extensions().items() if name in Image.SAVE}


def show(
    images: Any,
    labels: Iterable[object] | None = None,
    *,
    shape: tuple[int, int] | None = None,
    columns: int | None = None,
    zoom: int = SHOWN,
    title: str = "",
) -> Image.Image:
    """Draw images on a sheet, with a label below each: `mxspec.show`, for images of a known shape.

    Args:
        images: one or more images in any shape accepted by `discriminate`; 0 is black, 1 is white.
        labels: one for each image; by default the label of a generated image, or "".
        shape: (height, width) of an image in pixels; None means squares if the number of pixels is a square.
        columns: the number of images in a row; None makes the sheet as square as possible.
        zoom: the enlargement of an image.
        title: the title of the sheet.

    Returns:
        A Pillow picture: a notebook displays it, and `.save("sheet.png")` writes it.

    Raises:
        ValueError: the images have another shape, or the number of labels differs from theirs.

    >>> show([np.zeros((28, 28)), np.ones((1, 784))], ["black", "white"]).size
    (128, 80)
    """
    arrays = image_sequence(images)
    texts = [str(label) for label in (remembered_labels(arrays) if labels is None else labels)]
    cells = [*_bytes(pictures(arrays, shape))[:, 0]]
    return draw_sheet(cells, texts, columns=columns, zoom=zoom, title=title)


def grey(image: Any, shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Return an image, 0 to 1, as the bytes of a picture of a shape (height, width).

    >>> grey([0.0, 1.0], (1, 2)).tolist()
    [[0, 255]]
    """
    return _bytes(np.reshape(image, (1, 1, *shape))).reshape(shape)


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
    # system and, unlike pyplot, has no global state.
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
    for epoch, value in zip(epochs, values, strict=True):
        label = axes.annotate(f"{value:.4f}", (epoch, value), (0, 9), textcoords="offset points", ha="center")
        label.set_bbox(
            {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}
        )  # hides the line behind the text
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


def _bytes(x: Any) -> npt.NDArray[np.uint8]:
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
