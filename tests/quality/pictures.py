"""Pictures of how a failing image shrinks, what each style number does, and what is refused and why.

`python -m tests.quality.pictures results` draws them for README, by the networks of `digits/...`.
"""

import math
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import mxspec as s
from autoencoder import digits
from autoencoder.data import idx
from autoencoder.data.files import replace_file
from autoencoder.data.images import as_row
from autoencoder.evaluation import others
from autoencoder.generation.network import STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DARK, GREY = "#222222", "#999999"
STEPS = 12  # the largest number of images of a path that are drawn
LEAST = 0.9  # the confidence required by the test whose failure shrinks
SWEEP = (-2, -1, 0, 1, 2)  # the values of a style number that are drawn
SWEPT = (4, 7)  # the labels they are drawn for

Stranger = Callable[[idx.Dataset, np.random.Generator], Any]


def _six(test: idx.Dataset) -> Any:
    return test.images[test.labels == 6][0].reshape(test.shape)


def _one(maker: Callable[..., Any]) -> Stranger:
    return lambda test, random: maker(test, 1, random)[0]


# Pictures that are refused: how each is made, and the spec that is asked.
REFUSED: dict[str, tuple[Stranger, str]] = {
    "a six, where odd digits are asked for": (lambda test, random: _six(test), "digits/odd-image"),
    "a six in bytes": (lambda test, random: (255 * _six(test)).round(), "digits/image"),
    "a six on a sheet of paper": (lambda test, random: 1 - 0.7 * _six(test), "digits/image"),
    "a six off centre": (lambda test, random: np.roll(_six(test), (5, -6), (0, 1)), "digits/image"),
    "a letter": (_one(others.typed_letters), "digits/image"),
    "a shape": (_one(others.shapes), "digits/image"),
    "the halves of two digits": (_one(others.collages), "digits/image"),
    "two digits": (_one(others.pairs), "digits/image"),
    "noise": (_one(others.uniform_noise), "digits/image"),
    "nothing": (lambda test, random: np.zeros(test.shape), "digits/image"),
}


def main(output: str, seed: int = 0) -> None:
    """Draw the pictures into a folder."""
    figures = {
        "shrink-path.png": shrink_path(seed),
        "style-sweep.png": style_sweep(),
        "refused.png": refused(seed),
    }
    for name, figure in figures.items():
        replace_file(Path(output, name), lambda path, figure=figure: figure.savefig(path, format="png"))
        print(Path(output, name))


# --- how a failing image shrinks ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Shrinking:
    """The path of a failing test, from the first image that failed to the smallest.

    Attributes:
        images: the failing images, each smaller than the one before it.
        attempts: for each, the number of images tried since the first.
        total: the number of all images tried after the first.
    """

    images: list[Any]
    attempts: list[int]
    total: int


def path_of(fails: Callable[[Any], bool], seed: int, max_examples: int = 1000) -> Shrinking:
    """Return the path that Hypothesis takes through the images of `digits/image` on which a test fails.

    Raises:
        AssertionError: the test never fails.
    """
    from hypothesis import Phase, Verbosity, given, settings
    from hypothesis import seed as seeded

    failing: list[Any] = []
    attempts: list[int] = []
    total = 0

    @seeded(seed)
    @settings(
        database=None,
        deadline=None,
        max_examples=max_examples,
        phases=[Phase.generate, Phase.shrink],
        verbosity=Verbosity.quiet,
    )
    @given(s.gen("digits/image"))
    def test(image: Any) -> None:
        nonlocal total
        total += bool(failing)
        if fails(image):
            if not failing or repr(image) != repr(failing[-1]):
                failing.append(image)
                attempts.append(total)
            raise _Failed

    try:
        test()
    except _Failed:
        return Shrinking(failing, attempts, total)
    raise AssertionError("the test never fails")


class _Failed(Exception):
    pass


def shrink_path(seed: int) -> "Figure":
    """Return the path from the first image of a failing test to the smallest, in a dozen steps."""
    path = path_of(lambda image: _confidence(image) < LEAST, seed)
    steps = np.unique(np.linspace(0, len(path.images) - 1, STEPS).round().astype(int))
    rows = 2 if len(steps) > 6 else 1
    columns = -(-len(steps) // rows)
    figure = _figure(1.75 * columns, 2.45 * rows + 0.75)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.axis("off")
    for axes, step in zip(grid, steps, strict=False):
        image = path.images[step]
        _image(axes, image)
        numbers = style_numbers(image)
        words = (
            f"{'first' if step == 0 else f'try {path.attempts[step]}'}\n"
            f"a {image.origin.label}, read as {digits.discriminate(image)} ({_rounded_down(image):.2f})\n"
            f"{numbers} style number{'s' * (numbers != 1)}"
        )
        axes.set_xlabel(words, color=DARK, fontsize=10)
    title = (
        f"assert digits.read(image).confidence >= {LEAST}: from the first image that fails "
        f"to the smallest, {path.total} tries"
    )
    call = textwrap.fill(f"image={path.images[-1]!r}", 110)
    figure.suptitle(f"{title}\n{call}", color=DARK, fontsize=11, x=0.01, ha="left")
    return figure


def _confidence(image: Any) -> float:
    return digits.read(image).confidence or 0.0


def _rounded_down(image: Any) -> float:
    """Return a confidence rounded down to two decimals, so that none below a limit seems to reach it."""
    return math.floor(100 * _confidence(image)) / 100


def style_numbers(image: Any) -> int:
    """Return how many style numbers in the call of a generated image are not 0."""
    style = image.origin.text.partition("[")[2].rpartition("]")[0]
    return sum(float(number) != 0 for number in style.split(",") if number)


# --- what the numbers of a style do -------------------------------------------------------------------------


def style_sweep() -> "Figure":
    """Return what each style number does by itself: a row for each number, a column for each value."""
    cell = 0.62  # inches
    figure = _figure(cell * (len(SWEPT) * (len(SWEEP) + 0.6)) + 0.9, cell * STYLE + 1.2)
    widths = [width for _ in SWEPT for width in [*[1.0] * len(SWEEP), 0.5]][:-1]
    grid = figure.subplots(STYLE, len(widths), width_ratios=widths, squeeze=False)
    for axes in grid.ravel():
        axes.axis("off")
    z = np.zeros((STYLE, len(SWEEP), STYLE), np.float32)
    for number in range(STYLE):
        z[number, :, number] = SWEEP
    for place, label in enumerate(SWEPT):
        images = digits.generate_many([label] * (STYLE * len(SWEEP)), z.reshape(-1, STYLE))
        first = place * (len(SWEEP) + 1)
        for i, image in enumerate(images):
            number, column = divmod(i, len(SWEEP))
            axes = grid[number, first + column]
            _image(axes, image)
            if number == 0:
                axes.set_title(f"{SWEEP[column]:+}" if SWEEP[column] else "0", color=DARK, fontsize=12)
            if first + column == 0:
                axes.text(
                    -0.2,
                    0.5,
                    number,
                    color=DARK,
                    fontsize=12,
                    ha="right",
                    va="center",
                    transform=axes.transAxes,
                )
    figure.suptitle("Each number of a style by itself, the others 0", color=DARK, fontsize=13)
    figure.supylabel("which number, counted from 0", color=DARK, fontsize=12)
    figure.supxlabel("its value, of a 4 and of a 7", color=DARK, fontsize=12)
    return figure


# --- what is refused ----------------------------------------------------------------------------------------


def refused(seed: int) -> "Figure":
    """Return pictures that are refused, each with the reason beside it."""
    test = idx.load("t10k", idx.EMBEDDED)
    rows = -(-len(REFUSED) // 2)
    figure = _figure(11.0, 1.35 * rows + 0.2)
    grid = figure.subplots(rows, 4, width_ratios=[1, 3.1, 1, 3.1], squeeze=False)
    for axes in grid.ravel():
        axes.axis("off")
    for place, (words, (draw, spec)) in enumerate(REFUSED.items()):
        image = draw(test, np.random.default_rng(seed))
        row, half = place % rows, place // rows * 2
        _image(grid[row, half], image)
        beside = grid[row, half + 1]
        beside.text(0, 0.95, f"{words}: not {spec}", color=DARK, fontsize=10, va="top", weight="bold")
        beside.text(0, 0.68, textwrap.fill(why_not(spec, image), 46), color=DARK, fontsize=10, va="top")
    return figure


def why_not(spec: str, image: Any) -> str:
    """Return the reason why a spec refuses an image."""
    explanation = s.explain_data(spec, image)
    assert explanation is not None, f"{spec} accepts it"
    return explanation["problems"][0]["reason"]


# --- figures ------------------------------------------------------------------------------------------------


def _figure(width: float, height: float) -> "Figure":
    # As in viz: imported late, and without pyplot.
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=150, layout="constrained", facecolor="white")


def _image(axes: "Axes", image: Any) -> None:
    pixels = as_row(image)
    side = round(pixels.size**0.5)
    axes.axis("on")
    axes.imshow(pixels.reshape(side, side), cmap="gray", vmin=0, vmax=max(1.0, float(pixels.max())))
    axes.set_xticks([])
    axes.set_yticks([])
    for edge in axes.spines.values():
        edge.set_color(GREY)


if __name__ == "__main__":
    main(*sys.argv[1:])
