"""How well digits are told from other pictures: every share from seeds, each beside its bar.

The pictures come from test digits and a seed that no training knows (`negatives.EVALUATION`, which says what
training has seen the like of), and from other data of the same size: Fashion-MNIST where a folder of its idx
files is found, and crops of a photograph that Matplotlib carries. No network and no threshold has seen any.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from autoencoder.data.idx import DataError, Dataset, load
from autoencoder.networks import network as networks
from autoencoder.recognition import negatives
from autoencoder.recognition.recogniser import NONE, Recogniser, Recognition

COUNT = 500  # pictures of each kind
SEED = 20_191_011  # training's are small numbers
# Where Debian's package dataset-fashion-mnist puts it (Xiao, Rasul and Vollgraf, arXiv:1708.07747, 2017).
FASHION = Path("/usr/share/datasets/fashion-mnist")

ACCURACY, RECOGNISED = 0.993, 0.99  # of the test digits
OTHER_DATA = 0.995
REJECTED: Mapping[str, float] = {
    "uniform noise": 1.0,
    "gaussian noise": 1.0,
    "constants": 1.0,
    "inverted digits": 1.0,
    "stripes": 1.0,
    "shuffled pixels": 1.0,
    "random strokes": 0.97,
    "filled rectangles": 0.97,
    "half-masked digits": 0.97,
    "collages of halves": 0.88,
}


class Figure(NamedTuple):
    """A share of some pictures, and the least that it is to be."""

    share: float
    bar: float
    pictures: int

    @property
    def reached(self) -> bool:
        """Whether the share is at least its bar."""
        return self.share >= self.bar


@dataclass(frozen=True, eq=False)
class Probe:
    """Pictures of a kind that is no digit, and what was made of them.

    Attributes:
        images: (n, pixels).
        found: of each of them.
        bar: the share of them that is to be rejected.
    """

    images: networks.Array
    found: Recognition
    bar: float

    @property
    def rejected(self) -> Figure:
        """The share that is rejected."""
        return Figure(float((self.found.labels == NONE).mean()), self.bar, len(self.images))


def probe(
    recogniser: Recogniser,
    test: Dataset,
    others: Mapping[str, Path] | None = None,
    *,
    count: int = COUNT,
    seed: int = SEED,
) -> dict[str, Probe]:
    """Show a recogniser pictures that are no digits, kind by kind.

    Args:
        recogniser: what `recognition.train_recognition` made.
        test: digits that the pictures are made of.
        others: folders of idx files of other data sets, by a name for each. None is Fashion-MNIST, where it
            is installed and of the same size.
        count: how many pictures of each kind; of another data set at most so many.
        seed: makes the pictures.

    Raises:
        DataError: the pictures can't be read, or have another size.
    """
    kinds = {
        kind: (pictures, REJECTED[kind])
        for kind, pictures in negatives.make(negatives.EVALUATION, test, count, seed).items()
    }
    random = np.random.default_rng(seed)
    if others is None:
        there = FASHION.is_dir() and test.shape == (28, 28)
        others = {"Fashion-MNIST": FASHION} if there else {}
    for name, folder in others.items():
        other = load("t10k", folder)
        check_size(other, recogniser, name)
        kinds[name] = (other.images[random.permutation(len(other))[:count]], OTHER_DATA)
    kinds["crops of a photograph"] = (photograph_crops(test.shape, count, random), OTHER_DATA)
    return {
        kind: Probe(pictures, recogniser.recognise(pictures), bar) for kind, (pictures, bar) in kinds.items()
    }


def figures(found: Recognition, test: Dataset, probes: Mapping[str, Probe]) -> dict[str, Figure]:
    """The shares, by the words for them.

    They are the accuracy over all test digits (the label read, be the digit recognised or not), the share of
    them that is recognised, and the share of each kind of picture that is rejected.
    """
    return {
        "test images read right": Figure(float((found.nearest == test.labels).mean()), ACCURACY, len(test)),
        "test images recognised": Figure(float((found.labels != NONE).mean()), RECOGNISED, len(test)),
        **{f"{kind} rejected": probe.rejected for kind, probe in probes.items()},
    }


def photograph_crops(shape: tuple[int, int], count: int, random: np.random.Generator) -> networks.Array:
    """Pieces of a photograph of Grace Hopper, 1 to 6 times as large before they are made as small as a digit.

    Args:
        shape: (height, width) of a piece in pixels.
        count: how many.
        random: where the places and sizes come from.

    Returns:
        float32 (count, height * width), 0..1; plain pieces, of a deviation below 0.05, are left out.
    """
    from matplotlib import cbook  # here, since it takes longer than all the rest

    height, width = shape
    photograph = Image.open(str(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))).convert("L")
    largest = min(photograph.height / height, photograph.width / width)  # below 1 for images larger than it
    crops: list[networks.Array] = []
    while len(crops) < count:
        times = random.uniform(min(1, largest / 2), min(6, largest))
        left = random.uniform(0, photograph.width - times * width)
        top = random.uniform(0, photograph.height - times * height)
        box = (left, top, left + times * width, top + times * height)
        crop = photograph.resize((width, height), Image.Resampling.BILINEAR, box, reducing_gap=2)
        values = np.asarray(crop, np.float32).ravel() / 255
        if values.std() >= 0.05:
            crops.append(values)
    return np.stack(crops)


def check_size(dataset: Dataset, recogniser: Recogniser, name: str) -> None:
    """See that images are as large as a recogniser takes them.

    Raises:
        DataError: they are not.
    """
    if dataset.shape != recogniser.shape:
        sizes = ["x".join(map(str, shape)) for shape in (recogniser.shape, dataset.shape)]
        raise DataError(
            f"{name}: expected pictures of {sizes[0]} as the networks take them, found {sizes[1]}; "
            f"try another data set, or train on this one"
        )


def missed(figures: Mapping[str, Figure]) -> list[str]:
    """A line for each figure that is below its bar."""
    return [
        f"{name} are {figure.share:.4f}, expected {figure.bar} or more"
        for name, figure in figures.items()
        if not figure.reached
    ]


def table(figures: Mapping[str, Figure]) -> str:
    """The figures as lines, `*` before those below their bar."""
    lines = [
        f"{' ' if figure.reached else '*'} {name:<32} {figure.share:7.2%}  bar {figure.bar:6.1%}"
        f"  of {figure.pictures:5}"
        for name, figure in figures.items()
    ]
    return "\n".join(lines)


def as_data(figures: Mapping[str, Figure]) -> dict[str, dict[str, Any]]:
    """The figures for a JSON file."""
    return {name: {**figure._asdict(), "reached": figure.reached} for name, figure in figures.items()}
