"""The pictures of an evaluation."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from autoencoder.data.idx import Dataset
from autoencoder.data.labels import Labels
from autoencoder.data.picture_files import grey, save_figure, write
from autoencoder.data.pictures import Array
from autoencoder.digits.digit_generator import STYLE, DigitGenerator, styles
from autoencoder.digits.recognition.recogniser import NONE, Recognition
from autoencoder.evaluation.measures import Bin, Evaluation, MeasuredShare, Mistake, wilson
from mxspec.base.messages.sheet import draw_sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from PIL.Image import Image as Picture

DIGIT, OTHER, WRONG = "tab:blue", "tab:orange", "tab:red"
SAMPLES, REAL = 9, 6  # images of each label in the picture of generated digits
SHOWN = 14  # probes of each kind in their picture
SMALL = 8.6  # points: 12 pixels at 100 dots an inch, as README shows the picture of recognition
TEST_IMAGES = "test images"
FEWEST = 5  # the least number of images of a confidence that gets a point
MOST_NUMBERED = 30  # labels; with more, numbers in the confusion matrix are too small to read


def draw_plots(evaluation: Evaluation, output: Path, bars: Mapping[str, float]) -> list[Path]:
    """Draw all pictures of an evaluation into a folder and return their paths.

    Args:
        evaluation: the evaluation.
        output: the folder, created if missing.
        bars: the required share of refused, or accepted, pictures, by kind.
    """
    e, subject = evaluation, evaluation.subject
    figures: dict[str, Callable[[], Canvas]] = {
        "confusion.png": lambda: plot_confusion(e.matrix, subject.labels),
        "calibration.png": lambda: plot_reliability(e.bins),
        "recognition.png": lambda: plot_recognition(e, bars),
        "probes.png": lambda: plot_probes(e),
    }
    paths = [save_figure(figure(), output / name) for name, figure in figures.items()]
    sheet = write(draw_generated(subject.generate, subject.test, e.seed), output / "generated.png")
    mistakes = write(draw_mistakes(e.mistakes, subject.labels), output / "refused.png")
    return [*paths, sheet, mistakes]


def plot_confusion(matrix: Array, labels: Labels) -> "Canvas":
    """Return the figure of a confusion matrix (labels, labels + 1), with logarithmic colours."""
    from matplotlib.colors import LogNorm

    rows, columns = matrix.shape
    side = max(0.42, min(0.6, 12 / columns))  # inches of a cell
    figure = _figure(max(5.0, side * columns + 1.6), max(4.0, side * rows + 1.4))
    axes = figure.subplots()
    axes.imshow(np.where(matrix, matrix, np.nan), cmap="Blues", norm=LogNorm(1, max(10, matrix.max())))
    if rows <= MOST_NUMBERED:
        for row, column in zip(*np.nonzero(matrix), strict=True):
            dark = np.log(matrix[row, column]) > 0.6 * np.log(max(10, matrix.max()))
            axes.text(
                column,
                row,
                matrix[row, column],
                ha="center",
                va="center",
                fontsize=8,
                color="white" if dark else "black",
            )
    axes.set_xticks(range(columns), [*map(str, labels.names), "none"])
    axes.set_yticks(range(rows), [*map(str, labels.names)])
    if max(len(str(name)) for name in labels.names) > 3:
        axes.tick_params(axis="x", rotation=90)
    axes.axvline(rows - 0.5, color="black", linewidth=0.8)  # the last column is not a label
    axes.set_xlabel("read as")
    axes.set_ylabel("label")
    right, images = int(matrix.diagonal().sum()), int(matrix.sum())
    axes.set_title(f"{images:,} test images, {right / images:.2%} recognised and read right", fontsize=11)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return figure


def plot_reliability(bins: Sequence[Bin]) -> "Canvas":
    """Return the figure of the accuracy and the number of readings over their confidence."""
    figure = _figure(6, 6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    filled = [bin for bin in bins if bin.images]
    measured = [bin for bin in filled if bin.images >= FEWEST]
    upper.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--", label="confidence = accuracy")
    ends = np.array([wilson(bin.accuracy, bin.images) for bin in measured]).reshape(-1, 2)
    accuracy = np.array([bin.accuracy for bin in measured])
    upper.errorbar(
        [bin.confidence for bin in measured],
        accuracy,
        yerr=np.abs(ends.T - accuracy),
        fmt="o",
        markersize=5,
        capsize=2,
        color=DIGIT,
        label=f"{FEWEST} test images or more, with 95% intervals",
    )
    upper.set_ylabel("accuracy")
    upper.set_ylim(-0.03, 1.03)
    upper.legend(loc="lower right", frameon=False)
    lower.bar(
        [(bin.low + bin.high) / 2 for bin in filled],
        [bin.images for bin in filled],
        width=0.9 * (bins[0].high - bins[0].low),
        color=DIGIT,
    )
    lower.set_yscale("log")
    lower.set_ylim(0.7, 4 * max(bin.images for bin in filled))
    for bin in filled:
        lower.text((bin.low + bin.high) / 2, bin.images * 1.15, bin.images, ha="center", fontsize=7)
    lower.set_ylabel("images")
    lower.set_xlabel("confidence")
    lower.set_xlim(-0.02, 1.02)
    upper.set_title("How often a reading is right", fontsize=11)
    for axes in (upper, lower):
        _simplify_axes(axes)
    return figure


def plot_recognition(evaluation: Evaluation, bars: Mapping[str, float]) -> "Canvas":
    """Return the figure of refused and accepted shares of each kind, with bars, and of their scores.

    It is 900 pixels wide where it is shown, so that its letters have 12 there.
    """
    refused, accepted = evaluation.refusals, evaluation.accepted
    order = sorted(refused, key=lambda kind: -refused[kind].share)
    figure = _figure(9, 0.185 * (max(len(refused), len(accepted)) + 1) + 0.7)
    if accepted:
        left, middle, right = figure.subplots(1, 3, width_ratios=[1, 0.8, 0.8])
        _draw_shares(
            right, accepted, bars, sorted(accepted, key=lambda kind: -accepted[kind].share), "accepted"
        )
    else:
        left, middle = figure.subplots(1, 2)
    _draw_shares(left, refused, bars, [*order, TEST_IMAGES], "refused")
    _draw_scores(middle, evaluation.recognition, evaluation.probes, [*order, TEST_IMAGES])
    return figure


def _draw_shares(
    axes: "Axes",
    figures: Mapping[str, MeasuredShare],
    bars: Mapping[str, float],
    kinds: Sequence[str],
    title: str,
) -> None:
    """Draw the share of each kind, from below, red where it misses its bar."""
    from matplotlib.ticker import MaxNLocator

    shares = {place: figures[kind].share for place, kind in enumerate(kinds) if kind in figures}
    least = {place: bars[kind] for place, kind in enumerate(kinds) if kind in bars}
    colours = [OTHER if share >= least.get(place, 0) else WRONG for place, share in shares.items()]
    axes.barh([*shares], [100 * share for share in shares.values()], color=colours, height=0.7)
    places = np.array([*least])
    axes.vlines(
        [100 * bar for bar in least.values()], places - 0.45, places + 0.45, color="black", linewidth=1.5
    )
    lowest = 100 * min([*shares.values(), *least.values()])
    axes.set_xlim(max(0, 5 * np.floor(lowest / 5) - 10), 101)
    for place, share in shares.items():
        axes.text(axes.get_xlim()[0] + 0.4, place, f"{100 * share:.1f}", va="center", fontsize=SMALL)
    axes.set_yticks(range(len(kinds)), kinds, fontsize=SMALL)
    axes.set_ylim(-0.7, len(kinds) - 0.3)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 5, 10]))
    words = f"% {title}\nline: goal, red: missed" if least else f"% {title}"
    axes.set_title(words, fontsize=SMALL + 1)
    _simplify_axes(axes)


def _draw_scores(
    axes: "Axes", test: Recognition, probes: Mapping[str, Recognition], kinds: Sequence[str]
) -> None:
    """Draw the central 90% of the scores of each kind, from below, and the thresholds."""
    for place, kind in enumerate(kinds):
        answers, colour = (test, DIGIT) if kind == TEST_IMAGES else (probes[kind], OTHER)
        low, median, high = np.quantile(answers.score, [0.05, 0.5, 0.95])
        axes.plot([low, high], [place, place], color=colour, linewidth=6, alpha=0.5, solid_capstyle="butt")
        axes.plot([median], [place], "o", color=colour, markersize=4)
    limits = [float(each) for _, each in getattr(test.threshold, "items", ())] or [float(test.threshold)]
    axes.axvspan(min(limits), max(limits), color="black", linewidth=0.8, alpha=0.6)
    axes.set_yticks([])
    axes.set_ylim(-0.7, len(kinds) - 0.3)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.set_title("score\nrefused right of the line", fontsize=SMALL + 1)
    _simplify_axes(axes)


def plot_probes(evaluation: Evaluation) -> "Canvas":
    """Return the figure of a few probes of each kind, accepted ones first and in red."""
    probes, labels = evaluation.probes, evaluation.subject.labels
    figure = _figure(0.5 * SHOWN + 2.6, 0.58 * len(probes) + 0.5)
    grid = figure.subplots(len(probes), SHOWN, squeeze=False)
    for row, (kind, answers) in zip(grid, probes.items(), strict=True):
        wrong = np.flatnonzero(answers.labels != NONE)
        right = np.flatnonzero(answers.labels == NONE)
        wrong = wrong[: max(SHOWN // 2, SHOWN - len(right))]
        # Evenly spaced, since some kinds are ordered, such as from black to white.
        places = np.linspace(0, len(right) - 1, min(len(right), SHOWN - len(wrong))).astype(int)
        few = [*wrong, *right[places]]
        for axes in row[len(few) :]:
            axes.set_axis_off()
        for axes, number in zip(row, few, strict=False):
            _draw_image(axes, evaluation.images[kind][number], labels.shape)
            label = answers.labels[number]
            if label != NONE:
                axes.spines[:].set(visible=True, color=WRONG, linewidth=2.5)
                name, place = str(labels.name(label)), {"ha": "right", "va": "bottom"}
                text = axes.text(
                    0.95, 0.05, name, color="white", transform=axes.transAxes, fontsize=8, **place
                )
                text.set_bbox({"facecolor": WRONG, "edgecolor": "none", "pad": 1})
        title = f"{kind}\n{evaluation.refusals[kind].share:.1%} of {len(answers):,} refused"
        row[0].set_ylabel(title, rotation=0, ha="right", va="center", fontsize=8)
    words = "first and in red accepted ones, picked for up to half of a row"
    figure.suptitle(f"Pictures that have none of the labels; {words}", fontsize=10)
    return figure


def draw_generated(generate: DigitGenerator, test: Dataset, seed: int) -> "Picture":
    """Draw the plain image, samples and real images of each label."""
    labels = generate.labels
    latents = styles(len(labels) * SAMPLES, seed).reshape(len(labels), SAMPLES, STYLE)
    pictures: list[Array | None] = []
    for label in range(len(labels)):
        z = np.concatenate([np.zeros((1, STYLE)), latents[label]])
        plain, *samples = generate(np.full(1 + SAMPLES, label), z)
        real = test.images[test.labels == label][:REAL]
        row = [plain, None, *samples, None, *real, *[None] * (REAL - len(real))]
        pictures += [None if image is None else grey(image, labels.shape) for image in row]
    title = f"Of each label its plain image, {SAMPLES} samples, and {REAL} real images"
    names = [str(name) for name in labels.names]
    return draw_sheet(pictures, beside=names, title=title, columns=3 + SAMPLES + REAL, size=14)


def draw_mistakes(mistakes: Mapping[str, Sequence[Mistake]], labels: Labels) -> "Picture":
    """Draw the mistakes of each kind in a row, the most confident first.

    Below a picture that was read stands the label and the confidence; below one that was refused its score.
    """
    kinds = {kind: some for kind, some in mistakes.items() if some}
    if not kinds:
        return draw_sheet([np.full(labels.shape, 255, np.uint8)], title="There are no mistakes.", size=15)
    columns = max(map(len, kinds.values()))
    pictures: list[Array | None] = []
    texts: list[str] = []
    for some in kinds.values():
        pictures += [grey(mistake.image, labels.shape) for mistake in some]
        pictures += [None] * (columns - len(some))
        texts += [
            f"refused: {mistake.score:.1f}"
            if mistake.label == NONE
            else f"{labels.name(mistake.label)} ({mistake.confidence:.2f})"
            for mistake in some
        ]
        texts += [""] * (columns - len(some))
    beside = [textwrap.fill(kind, 28) for kind in kinds]
    title = (
        "The most confident mistakes of each kind. A picture that should be refused, or was misread:\n"
        "the label read, and how surely. A digit that was refused: its anomaly score, the higher the stranger"
    )
    return draw_sheet(pictures, texts, beside=beside, title=title, columns=columns, zoom=3, size=15)


def _figure(width: float, height: float) -> "Canvas":
    # Imported late and without pyplot, as in viz.
    from matplotlib.figure import Figure as Canvas
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.03, wspace=0.01, hspace=0.01)
    return Canvas(figsize=(width, height), dpi=150, layout=layout)


def _simplify_axes(axes: "Axes") -> None:
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_image(axes: "Axes", image: Array, shape: tuple[int, int]) -> None:
    axes.imshow(image.reshape(shape), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
