"""How well digits are told from other pictures, and read: every figure from seeds, each beside its bar.

The pictures come from test digits and a seed that no training knows (`negatives.EVALUATION`, which says what
training has seen the like of), and from other data of the same size: Fashion-MNIST where a folder of its idx
files is found, and crops of a photograph that Matplotlib carries. No network and no threshold has seen any.
"""

import argparse
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from autoencoder import checkpoints, negatives, networks, runs
from autoencoder._files import replace_files
from autoencoder.data import DataError, Dataset, load
from autoencoder.recognition import NONE, Recogniser

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


def evaluate(
    model_dir: str | os.PathLike[str] = checkpoints.SHIPPED,
    data_dir: runs.Folder | None = None,
    others: Mapping[str, Path] | None = None,
    *,
    count: int = COUNT,
    seed: int = SEED,
) -> dict[str, Figure]:
    """Measure what `recognition.train_recognition` made.

    Args:
        model_dir: the folder of its checkpoints.
        data_dir: as `data.load` takes it; the test half is measured on.
        others: folders of idx files of other data sets, by a name for each. None is Fashion-MNIST, where it
            is installed.
        count: how many pictures of each kind; of another data set at most so many.
        seed: makes the pictures.

    Returns:
        By the words for it: the accuracy over all test digits (the label read, be the digit recognised or
        not), the share of them that is recognised, and the share of each kind that is rejected.

    Raises:
        CheckpointError, DataError: the networks or the pictures can't be read, or don't go together.
    """
    recogniser = Recogniser(model_dir)
    test = load("t10k", data_dir)
    _check_size(test, recogniser, "the test digits")
    found = recogniser.recognise(test.images)
    figures = {
        "test digits read right": Figure(float((found.nearest == test.labels).mean()), ACCURACY, len(test)),
        "test digits recognised": Figure(float((found.labels != NONE).mean()), RECOGNISED, len(test)),
    }
    kinds: dict[str, tuple[networks.Array, float]] = {
        kind: (pictures, REJECTED[kind])
        for kind, pictures in negatives.make(negatives.EVALUATION, test, count, seed).items()
    }
    random = np.random.default_rng(seed)
    if others is None:
        others = {"Fashion-MNIST": FASHION} if FASHION.is_dir() else {}
    for name, folder in others.items():
        other = load("t10k", folder)
        _check_size(other, recogniser, name)
        rows = random.permutation(len(other))[:count]
        kinds[name] = (other.images[rows], OTHER_DATA)
    kinds["crops of a photograph"] = (photograph_crops(test.shape, count, random), OTHER_DATA)
    for kind, (pictures, bar) in kinds.items():
        rejected = (recogniser.recognise(pictures).labels == NONE).mean()
        figures[f"{kind} rejected"] = Figure(float(rejected), bar, len(pictures))
    return figures


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
    crops: list[networks.Array] = []
    while len(crops) < count:
        times = random.uniform(1, min(6, photograph.height / height, photograph.width / width))
        left = random.uniform(0, photograph.width - times * width)
        top = random.uniform(0, photograph.height - times * height)
        box = (left, top, left + times * width, top + times * height)
        crop = photograph.resize((width, height), Image.Resampling.BILINEAR, box, reducing_gap=2)
        values = np.asarray(crop, np.float32).ravel() / 255
        if values.std() >= 0.05:
            crops.append(values)
    return np.stack(crops)


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


def _check_size(dataset: Dataset, recogniser: Recogniser, name: str) -> None:
    if dataset.shape != recogniser.shape:
        sizes = ["x".join(map(str, shape)) for shape in (recogniser.shape, dataset.shape)]
        raise DataError(
            f"{name}: expected pictures of {sizes[0]} as the networks take them, found {sizes[1]}; "
            f"try another data set, or train on this one"
        )


def main(argv: Sequence[str] | None = None, show: Callable[[str], object] = print) -> int:
    """The command line: `python -m autoencoder.evaluate_recognition --help`.

    Returns:
        0, or 1 where a figure is below its bar.

    Raises:
        SystemExit: the options, the networks or the pictures are no good; standard error says why.
    """
    parser = argparse.ArgumentParser(description="Measure how well digits are told from other pictures.")
    add = parser.add_argument
    add(
        "--model-dir",
        default=checkpoints.SHIPPED,
        help="folder of the checkpoints (default: the shipped ones)",
    )
    add("--data-dir", help="folder of the four idx files (default: MXNET_DATA_DIR, else the embedded MNIST)")
    add(
        "--other",
        action="append",
        type=Path,
        metavar="FOLDER",
        help="folder of another data set's idx files; may be repeated (default: Fashion-MNIST, if there)",
    )
    add("--count", type=int, default=COUNT, help="pictures of each kind (default: %(default)s)")
    add("--seed", type=int, default=SEED, help="makes the pictures (default: %(default)s)")
    add("--json", type=Path, metavar="FILE", help="write the figures there as well")
    options = parser.parse_args(argv)
    others = None if options.other is None else {folder.name: folder for folder in options.other}
    try:
        figures = evaluate(
            options.model_dir, options.data_dir, others, count=options.count, seed=options.seed
        )
        if options.json is not None:
            text = json.dumps(as_data(figures), indent=2) + "\n"
            replace_files({options.json: lambda temporary: temporary.write_text(text)})
    except (DataError, checkpoints.CheckpointError, OSError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    show(table(figures))
    return 0 if all(figure.reached for figure in figures.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
