"""A picture of an explanation: what the network was shown, what it drew, and the difference."""

import textwrap
from pathlib import Path

import numpy as np

from autoencoder.answers.answer import Answer
from autoencoder.answers.redrawing import Redrawn
from autoencoder.command_line.figures import BLUE, DARK, GREY, ORANGE, write


def draw_explanation(answer: Answer, redrawn: Redrawn, shape: tuple[int, int], path: Path) -> Path:
    """Draw an explanation as three labelled panels on white, and return its path.

    Args:
        answer: the spec's answer.
        redrawn: the picture, and the nearest image that the generator drew.
        shape: (height, width) of the picture in pixels.
        path: the file, in any format that Matplotlib writes; its folder is created if missing.

    Raises:
        ImageFileError, OSError: as `write` does.
    """
    # Here, as in viz: importing matplotlib takes longer than drawing with it.
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 3.7), dpi=150, layout="constrained", facecolor="white")
    verdict = "fits" if answer.valid else "does not fit"
    title = f"{'✓' if answer.valid else '✗'} {verdict} {answer.spec}: {answer.sentence}"
    figure.suptitle(textwrap.fill(title, 78), x=0.02, ha="left", color=DARK, fontsize=12)
    panels = figure.subplots(1, 3)
    grey = {"cmap": "gray", "vmin": 0, "vmax": 1}
    colours = LinearSegmentedColormap.from_list("difference", [BLUE, "white", ORANGE])
    contents = [
        ("shown to the network", redrawn.shown, grey),
        (f"drawn again, as {redrawn.label!r}", redrawn.again, grey),
        (
            f"difference: {redrawn.unexplained:.0%} unexplained",
            redrawn.difference,
            {"cmap": colours, "vmin": -1, "vmax": 1},
        ),
    ]
    for axes, (words, image, options) in zip(panels, contents, strict=True):
        axes_image = axes.imshow(np.asarray(image).reshape(shape), **options)
        axes.set_title(words, color=DARK, fontsize=10.5)
        axes.set_xticks([])
        axes.set_yticks([])
        for side in axes.spines.values():
            side.set_color(GREY)
    bar = figure.colorbar(axes_image, ax=panels[-1], shrink=0.8, ticks=[-1, 0, 1])
    bar.ax.set_yticklabels(["only drawn", "alike", "only shown"], color=DARK, fontsize=9)
    return write(figure, path)
