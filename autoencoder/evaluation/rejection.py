"""Measures of recognition: the shares of digits accepted and of negatives refused, beside their bars.

The pictures are made from test images with a seed that no training uses (`others`, `altered`), or come from
other data of the same size: folders of idx files, and pieces of a photograph. No network or threshold has
seen any. The bars are for MNIST's test images; other data sets have figures without bars.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autoencoder.data.idx import EMBEDDED, DataError, Dataset, load
from autoencoder.data.images import Array
from autoencoder.evaluation import altered, others
from autoencoder.progress import progress_bar
from autoencoder.recognition.recogniser import NONE, Recogniser, Recognition

COUNT = 500  # pictures of each kind
SEED = 20_191_011  # the seeds of training are small numbers
TRUE_POSITIVES = 0.95  # the share of test digits at which the false positive rate is measured

ACCURACY, RECOGNISED = 0.995, 0.99  # of the test digits
OTHER_DATA = 0.995
PHOTOGRAPH, EDGES = "pieces of a photograph", "edges in a photograph"
REFUSED: Mapping[str, float] = {
    "uniform noise": 1.0,
    "gaussian noise": 1.0,
    "constants": 1.0,
    "inverted images": 1.0,
    "stripes": 1.0,
    "shuffled pixels": 1.0,
    "filled rectangles": 0.97,
    "half-masked images": 0.95,
    "collages of halves": 0.85,
    "typed letters": 0.97,
    "hand-like letters": 0.85,
    "symbols": 0.8,
    "Greek and Cyrillic": 0.9,
    "kana": 0.85,
    "shapes": 0.95,
    "lines and scribbles": 0.92,
    "pairs": 0.97,
    "turned digits": 0.95,
    "mirrored digits": 0.92,
    "strokes within the frame": 0.95,
    "random strokes": 0.97,
    PHOTOGRAPH: 0.9,
    EDGES: 0.9,
}
ACCEPTED: Mapping[str, float] = {
    **{f"test digits, {name}": 0.93 for name in altered.CHANGES},
    "typed digits": 0.94,
    "hand-like digits": 0.85,
    **{name: 0.95 for name in altered.ELSEWHERE if name.startswith("files")},
    "scikit-learn's, normalised": 0.75,
    "scikit-learn's, in the box": 0.9,
}


class Figure(NamedTuple):
    """A share of some pictures, and its bar.

    Attributes:
        share: the share, 0..1.
        bar: the least that it should be; None if there is no bar.
        pictures: the number of pictures.
        auroc: for negatives, the probability that one has a larger score than a test digit.
        false_positives: the share of negatives accepted by a threshold that accepts 95% of the test digits.
    """

    share: float
    bar: float | None
    pictures: int
    auroc: float | None = None
    false_positives: float | None = None

    @property
    def reached(self) -> bool:
        """True if the share is at least its bar."""
        return self.bar is None or self.share >= self.bar


@dataclass(frozen=True, eq=False)
class Probe:
    """Negatives of a kind, and the answers for them.

    Attributes:
        images: (n, pixels).
        answers: the answer for each.
        bar: the least share that should be refused; None if there is no bar.
    """

    images: Array
    answers: Recognition
    bar: float | None

    @property
    def refused(self) -> float:
        """The share that is refused."""
        return float((self.answers.labels == NONE).mean())


@dataclass(frozen=True)
class Pictures:
    """The pictures to measure, beside those made from the test images.

    Attributes:
        data_sets: folders of idx files of other data sets, by a name for each.
        photograph: the file that pieces are taken from; None for no such pieces.
        count: the number of pictures of each kind; the largest number from another data set.
        seed: the seed of the pictures.
    """

    data_sets: Mapping[str, Path] = field(default_factory=dict)
    photograph: Path | None = None
    count: int = COUNT
    seed: int = SEED


def are_mnist(test: Dataset) -> bool:
    """True if all images are of MNIST's test half, which the bars are for.

    >>> are_mnist(Dataset(np.zeros((1, 784), np.float32), np.zeros(1, np.int64), (28, 28)))
    False
    """
    mnist = {row.tobytes() for row in load("t10k", EMBEDDED).images}
    return all(row.tobytes() in mnist for row in test.images)


def refuse(
    recogniser: Recogniser,
    test: Dataset,
    pictures: Pictures,
    *,
    are_digits: bool,
    barred: bool = True,
    progress: bool = False,
) -> dict[str, Probe]:
    """Return the answers of a recogniser for negatives, kind by kind.

    Args:
        recogniser: the recogniser.
        test: the images that the pictures are made of.
        pictures: further pictures, the number of each kind, and the seed.
        are_digits: True if the images are digits like MNIST's, for which letters are negatives.
        barred: True if the bars are for these images, as `are_mnist` says.
        progress: if True, show a bar on standard error where that is a terminal.

    Raises:
        DataError: the pictures can't be read, or have another size.
    """
    makers = {**others.OF_ANY, **(others.OF_DIGITS if are_digits else {})}
    kinds: dict[str, Array] = {}
    for kind, maker in progress_bar(makers.items(), "negatives", len(makers), progress):
        kinds |= others.make({kind: maker}, test, pictures.count, pictures.seed)
    random = np.random.default_rng(pictures.seed)
    bars = dict(REFUSED)
    for name, folder in pictures.data_sets.items():
        other = load("t10k", folder)
        check_size(other, recogniser, name)
        kinds[name] = other.images[random.permutation(len(other))[: pictures.count]]
        bars[name] = OTHER_DATA
    if pictures.photograph is not None:
        kinds[PHOTOGRAPH], kinds[EDGES] = _of_photograph(pictures, test, random)
    return {
        kind: Probe(images, recogniser.recognise(images), bars[kind] if barred else None)
        for kind, images in progress_bar(kinds.items(), "negatives, recognised", len(kinds), progress)
    }


def accept(
    recogniser: Recogniser, test: Dataset, pictures: Pictures, *, barred: bool = True, progress: bool = False
) -> dict[str, Figure]:
    """Return the shares of altered digits, and of digits from elsewhere, that are accepted and read right.

    The arguments are those of `refuse`.
    """
    figures = {}
    makers = altered.makers()
    for name, maker in progress_bar(makers.items(), "altered digits", len(makers), progress):
        images, labels = maker(test, pictures.count, np.random.default_rng([pictures.seed, *name.encode()]))
        answers = recogniser.recognise(images)
        figures[name] = Figure(
            float((answers.labels == labels).mean()), ACCEPTED[name] if barred else None, len(images)
        )
    return figures


def figures(
    answers: Recognition, test: Dataset, probes: Mapping[str, Probe], accepted: Mapping[str, Figure]
) -> dict[str, Figure]:
    """Return all shares, each by its name in words.

    Args:
        answers: for the test images.
        test: the test images.
        probes: as `refuse` returns them, with or without bars.
        accepted: as `accept` returns them.
    """
    barred = any(probe.bar is not None for probe in probes.values())
    right = float((answers.nearest == test.labels).mean())
    recognised = float((answers.labels != NONE).mean())
    return {
        "test images read right": Figure(right, ACCURACY if barred else None, len(test)),
        "test images accepted": Figure(recognised, RECOGNISED if barred else None, len(test)),
        **{f"{name}: accepted, read right": figure for name, figure in accepted.items()},
        **{f"{kind}: refused": figure_of(probe, answers) for kind, probe in probes.items()},
    }


def figure_of(probe: Probe, answers: Recognition) -> Figure:
    """Return the figure of pictures of a kind, beside the answers for the test images."""
    return Figure(
        probe.refused,
        probe.bar,
        len(probe.images),
        auroc(answers.score, probe.answers.score),
        false_positives(answers.score, probe.answers.score),
    )


def auroc(digits: npt.NDArray[np.float64], negatives: npt.NDArray[np.float64]) -> float:
    """Return the area under the receiver operating characteristic for the scores of digits and negatives.

    It is the probability that a negative has the larger score; equal scores count half.

    >>> auroc(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.875
    """
    rising = np.sort(digits)
    below = np.searchsorted(rising, negatives, "left") + np.searchsorted(rising, negatives, "right")
    return float(below.mean() / 2 / len(digits))


def false_positives(digits: npt.NDArray[np.float64], negatives: npt.NDArray[np.float64]) -> float:
    """Return the share of negatives with scores as small as those of 95% of the digits.

    >>> false_positives(np.arange(100.0), np.array([50.0, 94.0, 96.0, 200.0]))
    0.5
    """
    return float((negatives <= np.quantile(digits, TRUE_POSITIVES, method="lower")).mean())


def check_size(dataset: Dataset, recogniser: Recogniser, name: str) -> None:
    """Check that images have the size that a recogniser takes.

    Raises:
        DataError: they have another.
    """
    if dataset.shape != recogniser.shape:
        sizes = ["x".join(map(str, shape)) for shape in (recogniser.shape, dataset.shape)]
        raise DataError(
            f"{name}: expected pictures of {sizes[0]} as the networks take them, found {sizes[1]}; "
            f"try another data set, or train on this one"
        )


def missed(figures: Mapping[str, Figure]) -> list[str]:
    """Return a line for each figure that is below its bar."""
    return [
        f"{name} are {figure.share:.4f}, expected {figure.bar} or more"
        for name, figure in figures.items()
        if not figure.reached
    ]


def table(figures: Mapping[str, Figure]) -> str:
    """Return the figures as lines, `*` before those below their bar."""
    lines = [f"  {'':<52} {'share':>8}  {'bar':>5}  {'of':>5}  {'AUROC':>6}  FPR at 95% TPR"]
    for name, figure in figures.items():
        star, bar = " " if figure.reached else "*", "" if figure.bar is None else f"{figure.bar:.1%}"
        line = f"{star} {name:<52} {figure.share:8.2%}  {bar:>5}  {figure.pictures:5}"
        if figure.auroc is not None and figure.false_positives is not None:
            line += f"  {figure.auroc:6.4f}  {figure.false_positives:7.2%}"
        lines.append(line)
    return "\n".join(lines)


def as_data(figures: Mapping[str, Figure]) -> dict[str, dict[str, Any]]:
    """Return the figures for a JSON file."""
    return {name: {**figure._asdict(), "reached": figure.reached} for name, figure in figures.items()}


def _of_photograph(pictures: Pictures, test: Dataset, random: np.random.Generator) -> tuple[Array, Array]:
    try:
        return others.photograph_pieces(str(pictures.photograph), test.shape, pictures.count, random)
    except (OSError, ValueError) as error:
        raise DataError(f"{pictures.photograph}: expected a photograph, found {error}") from error
