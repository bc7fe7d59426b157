"""Figures on white, readable on light and dark pages alike."""

from pathlib import Path
from typing import TYPE_CHECKING

from autoencoder.data.files import replace_file
from autoencoder.data.pictures import ImageFileError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Of the colour-blind safe palette by Okabe and Ito.
BLUE, ORANGE = "#0072b2", "#d55e00"
DARK, GREY = "#222222", "#999999"


def write(figure: "Figure", path: Path) -> Path:
    """Write a figure and return its path; the folder is created if missing.

    Raises:
        ImageFileError: the suffix is not of a format that Matplotlib writes.
        OSError: the file can't be written.
    """
    suffix = path.suffix.removeprefix(".").lower() or "png"
    formats = sorted(figure.canvas.get_supported_filetypes())
    if suffix not in formats:
        raise ImageFileError(f"{path}: pictures are written as {', '.join(formats)}, not as {suffix}")
    replace_file(path, lambda temporary: figure.savefig(temporary, format=suffix))
    return path
