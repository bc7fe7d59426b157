"""Pictures of digits told from all others, and read: what `digits` means by a digit.

Two networks are asked: an autoencoder that can draw nothing but digits (`dense_autoencoder`), and a reader
with a class for what is none (`reader`). A picture is a digit when neither finds it stranger than all but a
few of the digits that both were calibrated on (`calibration`).
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.data import labels
from autoencoder.data.files import replace_files
from autoencoder.data.idx import DataError, Dataset, load
from autoencoder.networks import checkpoints, training
from autoencoder.networks import network as networks
from autoencoder.networks import predictor as inference
from autoencoder.networks import run as runs
from autoencoder.networks.epochs import stretched
from autoencoder.recognition import calibration, negatives, reader
from autoencoder.recognition import reconstruction as dense_autoencoder
from autoencoder.recognition.calibration import Calibration
from autoencoder.viz import im_sav, save_curve

FILE = "digits-recognition.json"
HELD_BACK = 0.1  # the share of the training digits that no network learns from, for the calibration
NEGATIVES = 1.0  # pictures that are no digits for each digit that the reader learns from
NONE = -1  # the label of a picture that is no digit

_VERSION = 1
# One size for every question, filled up where there are fewer pictures: MXNet adds up in another order for
# another size, and a picture at the threshold would be a digit alone and none in company.
_BATCH = 16


@dataclass(frozen=True, eq=False)
class Recognition:
    """What was made of n pictures.

    Attributes:
        labels: int64 (n,), NONE for what is no digit.
        confidence: float64 (n,), the probability of the likeliest label among the labels, 0..1; of a picture
            that is no digit it says which label is nearest, not that it is one.
        nearest: int64 (n,), the likeliest label, whether the picture is a digit or not.
        unexplained: float64 (n,), the part of the picture that the autoencoder leaves unexplained: 0 is
            nothing, 1 is as much as a plain grey would leave, a picture of little contrast has far more.
        other: float64 (n,), the reader's probability that the picture is none of its labels.
        score: float64 (n,), how strange the picture is: the larger of the ranks of these two, 0..1.
        threshold: the largest score of a digit.
        unexplained_allowed: the largest part of a digit that may be unexplained.
        other_allowed: the largest probability of a digit's being none.
    """

    labels: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float64]
    nearest: npt.NDArray[np.int64]
    unexplained: npt.NDArray[np.float64]
    other: npt.NDArray[np.float64]
    score: npt.NDArray[np.float64]
    threshold: float
    unexplained_allowed: float
    other_allowed: float

    def __len__(self) -> int:
        return len(self.labels)

    def why_not(self, row: int = 0) -> str | None:
        """Why a picture is not recognised, None for one that is.

        >>> blank = Recogniser().recognise(np.zeros((1, 784)))
        >>> blank.why_not()
        'not recognised: ... of the picture is unexplained, at most 0... is allowed'
        """
        if self.labels[row] != NONE:
            return None
        unexplained, other = self.unexplained[row], self.other[row]
        if unexplained > self.unexplained_allowed:
            return (
                f"not recognised: {unexplained:.2f} of the picture is unexplained, "
                f"at most {self.unexplained_allowed:.2f} is allowed"
            )
        # As many digits as it takes to tell the two apart, or 1.00 would be more than 1.00.
        digits = next((n for n in range(2, 9) if f"{other:.{n}f}" > f"{self.other_allowed:.{n}f}"), 9)
        return (
            f"not recognised: it is no digit with probability {other:.{digits}f}, "
            f"at most {self.other_allowed:.{digits}f} is allowed"
        )


class Recogniser:
    """The networks and the calibration of a folder, for any number of threads.

    Each network is owned by a `inference.Predictor`, which asks it under a lock and hands out copies.

    Args:
        folder: where `train_recognition` left its checkpoints; those that ship with the package by default.

    Attributes:
        shape: (height, width) in pixels of the pictures it takes.
        classes: how many labels there are.
        epochs: the number in the name of each network's checkpoint.
        calibration: what tells digits from the rest.
        about: what `digits-recognition.json` says of its making: seed and counts.

    Raises:
        CheckpointError: a file is missing or damaged, or the files are not of one training.

    >>> digits = load("t10k").images[:3]
    >>> Recogniser().recognise(np.concatenate([digits, 1 - digits])).labels.tolist()
    [7, 2, 1, -1, -1, -1]
    """

    def __init__(self, folder: str | os.PathLike[str] = checkpoints.SHIPPED) -> None:
        path = Path(folder) / FILE
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["version"] != _VERSION:
                raise _error(path, f"it is of version {data['version']}, this program reads {_VERSION}")
            height, width = map(int, data["shape"])
            self.shape, self.classes = (height, width), int(data["labels"])
            self.about: dict[str, Any] = dict(data["about"])
            self.calibration: Calibration = calibration.from_data(data["calibration"])
            found = {
                name: (int(item["epoch"]), str(item["sha256"])) for name, item in data["networks"].items()
            }
            networks = _networks(self.shape, self.classes)
            self.epochs = {network.name: found[network.name][0] for network in networks}
        except FileNotFoundError:
            raise _error(path, "there is no such file") from None
        except checkpoints.CheckpointError:
            raise
        except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise _error(path, "it is damaged, or another kind of file") from error
        self._draw, self._read = (
            inference.Predictor(
                Path(folder) / network.name, self.epochs[network.name], network, batch_size=_BATCH
            )
            for network in networks
        )
        for name, (epoch, digest) in found.items():
            params = path.with_name(f"{name}-{epoch:04d}.params")
            if _digest(params) != digest:
                raise _error(path, f"it was set on another {params.name} than the one beside it")

    def recognise(self, images: npt.ArrayLike) -> Recognition:
        """Tell which pictures are digits, and which digits.

        Args:
            images: (n, height * width), any n, 0.0 is black and 1.0 is white, light on dark.

        Returns:
            The answers, the caller's own. A picture's do not depend on the others beside it.

        Raises:
            ValueError: the array has another shape, or a value that is not within 0..1.
        """
        x = np.asarray(images, np.float32)
        pixels = self.shape[0] * self.shape[1]
        if x.ndim != 2 or x.shape[1] != pixels:
            raise ValueError(f"pictures are an array of shape (n, {pixels}), but this one has {x.shape}")
        if not ((x >= 0) & (x <= 1)).all():  # NaN is neither
            raise ValueError("pictures have values within 0..1; are these 0..255, to be divided by 255?")
        unexplained = dense_autoencoder.unexplained(x, self._draw(x))
        likely = self._read(x).astype(np.float64)
        labels, other = likely[:, : self.classes], likely[:, self.classes]
        score = self.calibration.score(unexplained, other)
        nearest = labels.argmax(axis=1)
        # A reader that is sure enough of "other" leaves the labels nothing, not even to compare.
        confidence = labels.max(axis=1) / np.maximum(labels.sum(axis=1), np.finfo(np.float32).tiny)
        return Recognition(
            labels=np.where(score <= self.calibration.threshold, nearest, NONE),
            confidence=confidence,
            nearest=nearest,
            unexplained=unexplained,
            other=other,
            score=score,
            threshold=self.calibration.threshold,
            unexplained_allowed=self.calibration.unexplained_allowed,
            other_allowed=self.calibration.other_allowed,
        )


def train_recognition(
    data_dir: runs.Folder | None = None,
    model_dir: runs.Folder = runs.MODEL_DIR,
    output: runs.Folder = runs.OUTPUT,
    seed: int = networks.SEED,
    *,
    names: Sequence[str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    epochs: tuple[int, int] | None = None,
    progress: bool = True,
    report: Callable[[str], object] = print,
) -> Recogniser:
    """Train both networks, set the threshold, and leave everything in a folder.

    A tenth of the training digits is held back, for the threshold alone; the test digits play no part.

    Args:
        data_dir: as `data.load` takes it; any data set of labels from 0 up.
        model_dir: the folder for `labels.json` and the checkpoints, `digits-autoencoder-*`, `digits-reader-*`
            and `digits-recognition.json`. The last is written last, and holds only for the two beside it.
        output: the folder for the pictures: curves, and some of what the reader is taught is no digit.
        seed: the same seed, data and number of threads give the same files.
        names, groups: as `labels.of` takes them.
        epochs: how many the autoencoder is trained, and the reader; None is 8 and 12, or more where there are
            few digits.
        progress: whether to show bars on standard error, where that is a terminal.
        report: is called with a line after each epoch.

    Returns:
        What can be asked, loaded from the folder.

    Raises:
        DataError: images are smaller than 4x4, or there are none of a label.
        TrainingError, OSError: as `training.train` and `checkpoints.save` do.
    """
    model_dir, output = Path(model_dir), Path(output)
    dataset = load("train", data_dir)
    known = labels_of(dataset, names, groups)
    dataset = known.counted(dataset)
    classes = len(known)
    networks = _networks(known.shape, classes)
    made: dict[str, Any] = {}
    held_back, digits = _split(dataset, seed)
    taught = _with_negatives(digits, classes, seed)
    first_negatives = taught.images[len(digits) :][:: max(1, (len(taught) - len(digits)) // runs.SHOWN)]
    im_sav("digits-negatives", output, runs.pictures(first_negatives[: runs.SHOWN], taught.shape))
    for network, dataset, count in _lessons(networks, (digits, taught), epochs):
        trained = training.train(network, dataset, count, seed=seed, progress=progress, report=report)
        # Half as many bytes on the disk, and no answer that changes: what is loaded again is calibrated.
        path = checkpoints.save(trained.module, model_dir / network.name, count, dtype="float16")
        made[network.name] = {"epoch": count, "sha256": _digest(path)}
        save_curve(network.name, network.metric, trained.values, output)
    draw, read = (
        inference.Predictor(model_dir / network.name, made[network.name]["epoch"], network, batch_size=_BATCH)
        for network in networks
    )
    unexplained = dense_autoencoder.unexplained(held_back.images, draw(held_back.images))
    line = calibration.calibrate(unexplained, read(held_back.images)[:, classes].astype(np.float64))
    content = {
        "version": _VERSION,
        "shape": digits.shape,
        "labels": classes,
        "networks": made,
        "about": {"seed": seed, "digits": len(digits), "negatives": len(taught) - len(digits)},
        "calibration": line.as_data(),
    }
    labels.save(known, model_dir)
    replace_files({model_dir / FILE: lambda temporary: temporary.write_text(json.dumps(content))})
    report(
        f"recognition: at most {line.unexplained_allowed:.3f} unexplained and "
        f"{line.other_allowed:.3f} other, set on {line.held_back} digits"
    )
    return Recogniser(model_dir)


def labels_of(
    dataset: Dataset, names: Sequence[str] | None = None, groups: Mapping[str, Sequence[str]] | None = None
) -> labels.Labels:
    """As `labels.of`, for networks that can learn no label without images.

    Raises:
        DataError: there are no images of a label.
        LabelError: as `labels.of` does.
    """
    known = labels.of(dataset, names, groups)
    missing = np.flatnonzero(np.bincount(dataset.labels - known.first, minlength=len(known)) == 0)
    if missing.size:
        found = ", ".join(str(known.name(label)) for label in missing[:10]) + ", ..." * (missing.size > 10)
        raise DataError(
            f"expected training images of each of the {len(known)} labels, found none of {found}; "
            "try labels without gaps, and as many names"
        )
    return known


def _networks(shape: tuple[int, int], classes: int) -> tuple[networks.Network, networks.Network]:
    return dense_autoencoder.NETWORK, reader.network(shape, classes)


def _lessons(
    networks: Sequence[networks.Network], datasets: Sequence[Dataset], epochs: Sequence[int] | None
) -> Iterator[tuple[networks.Network, Dataset, int]]:
    """Which network learns from what, and for how many epochs."""
    usual = dense_autoencoder.EPOCHS, reader.EPOCHS
    for network, dataset, count in zip(networks, datasets, epochs or usual, strict=True):
        if epochs is None:
            network, count = stretched(network, count, len(dataset))
        yield network, dataset, count


def _split(dataset: Dataset, seed: int) -> tuple[Dataset, Dataset]:
    """A tenth of a data set and the rest, at random."""
    order = np.random.default_rng(seed).permutation(len(dataset))
    count = max(1, round(len(dataset) * HELD_BACK))
    if count == len(dataset):
        raise DataError("a single image can't be held back and learnt from; try a larger data set")
    parts = np.split(order, [count])
    held_back, rest = (Dataset(dataset.images[part], dataset.labels[part], dataset.shape) for part in parts)
    return held_back, rest


def _with_negatives(digits: Dataset, classes: int, seed: int) -> Dataset:
    others = negatives.for_training(digits, round(len(digits) * NEGATIVES), seed)
    labels = np.concatenate([digits.labels, np.full(len(others), classes)])
    return Dataset(np.concatenate([digits.images, others]), labels, digits.shape)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _error(path: Path, what: str) -> checkpoints.CheckpointError:
    return checkpoints.CheckpointError(
        f"{path} can't be used to recognise digits: {what}; to train anew: python -m autoencoder train digits"
    )


def main(argv: Sequence[str] | None = None) -> None:
    """The command line: `python -m autoencoder.recognition.recogniser --help`."""
    runs.main(train_recognition, argv, "Train what tells digits from other pictures, and reads them.", None)


if __name__ == "__main__":
    main()
