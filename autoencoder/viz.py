"""Pictures of images: the grid of the post, and sheets with labels."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import autoencoder.data.libraries  # noqa: F401  # first: it says what to install

# isort: split
from PIL import Image

from autoencoder.data.picture_files import grey_bytes, picture_formats, write
from autoencoder.data.pictures import pictures
from mxspec.base.generated.origins import remembered_labels
from mxspec.base.messages.pictures import image_sequence
from mxspec.base.messages.sheet import SHOWN, draw_sheet
from mxspec.base.values import short_repr
from mxspec.errors import BriefError

ENLARGED = 1.5  # the original's


def im_sav(title: str, output_path: str | os.PathLike[str], x: Any, flip: bool = False) -> Path:
    """Draw a batch of grey images as one picture: a grid, as square as possible, enlarged 1.5 times.

    The original's `im-sav` drew only as many images as fill a square; this function draws all images, and
    leaves the end of the last row black.

    Args:
        title: the name of the file; `.jpg` is added unless it has an image suffix.
        output_path: the folder, created if missing.
        x: (n, 1, height, width), numpy or with `.asnumpy()`; 0 is black, 1 white, others are clipped.
        flip: if True, turn each image upside down.

    Returns:
        The path of the picture.

    Raises:
        ValueError: x is not such a batch or contains NaN, or the title is not a plain file name.

    >>> import tempfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = im_sav("ten.png", folder, np.ones((10, 1, 28, 28)))
    ...     path.name, Image.open(path).size
    ('ten.png', (168, 126))
    """
    if not title or Path(title).name != title:
        raise BriefError(f"a title is the name of a file without a folder, not {short_repr(title)}")
    images = grey_bytes(x)[:, 0]
    cells = draw_sheet([*(images[:, ::-1] if flip else images)], zoom=1, gap=0, paper=0)
    size = (round(cells.width * ENLARGED), round(cells.height * ENLARGED))
    picture = cells.resize(size, Image.Resampling.BILINEAR)
    if Path(title).suffix.lower() not in picture_formats():  # as "epoch-1.5"
        title = f"{title}.jpg"
    return write(picture, Path(output_path) / title)


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

    >>> import numpy as np
    >>> show([np.zeros((28, 28)), np.ones((1, 784))], ["black", "white"]).size
    (128, 80)
    """
    arrays = image_sequence(images)
    texts = [str(label) for label in (remembered_labels(arrays) if labels is None else labels)]
    cells = [*grey_bytes(pictures(arrays, shape))[:, 0]]
    return draw_sheet(cells, texts, columns=columns, zoom=zoom, title=title)
