"""Recognition: whether a picture is a digit, and which one.

Two readers, which also have classes for other pictures, give each picture a score, its strangeness. It is a
digit if its score is within a threshold that held-back digits set (`calibration`), and its ink is of a size
that the readers have learnt (`size`). `training.recognition` trains and calibrates them.
"""

import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import mxspec as s
from autoencoder.checkpoints.paths import SHIPPED
from autoencoder.data.images import Array
from autoencoder.data.manifest import JSON_ERRORS, CheckpointError, FileSet
from autoencoder.data.normalise import Frame
from autoencoder.inference import near_ties
from autoencoder.inference.predictor import Predictor
from autoencoder.networks.network import Network
from autoencoder.recognition import reader
from autoencoder.recognition.calibration import STRANGEST, from_data, strangeness
from autoencoder.recognition.reader import GROUPS
from autoencoder.recognition.reasons import reason
from autoencoder.recognition.size import outgrown
from mxspec.values.pieces import extremes

RECOGNITION_FILE = "digits-recognition.json"
VERSION = 2  # of the file
NONE = -1  # the label of a picture that has none of the labels


@dataclass(frozen=True, eq=False)
class Recognition:
    """The answers for n pictures.

    Attributes:
        images: float32 (n, height * width), the pictures.
        labels: int64 (n,), NONE for a picture that has none of the labels.
        confidence: float64 (n,), the probability of the likeliest label among the labels, 0..1; also for
            a picture that has none.
        nearest: int64 (n,), the likeliest label; also for a picture that has none.
        other: float64 (n,), the probability that the picture has none of the labels, averaged over the
            readers.
        score: float64 (n,), the strangeness of the picture, as `calibration` has it.
        threshold: the largest score of a digit.
        frame: the place of the ink in images of the data set.
    """

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float64]
    nearest: npt.NDArray[np.int64]
    other: npt.NDArray[np.float64]
    score: npt.NDArray[np.float64]
    threshold: s.ConformalThreshold
    frame: Frame

    def __len__(self) -> int:
        return len(self.labels)

    def why_not(self, row: int = 0) -> str | None:
        """Return the reason why a picture is not recognised, None if it is.

        >>> Recogniser().recognise(np.zeros((1, 784))).why_not()
        'there is no ink, only one level of 0.00'
        """
        if self.labels[row] != NONE:
            return None
        picture = self.images[row].reshape(self.frame.shape)
        by = "digits.normalise(image)" if self.threshold.of == "digits" else "models.normalised(picture)"
        return reason(picture, self.frame, by) or self.threshold.why_not(float(self.score[row]))


class Recogniser:
    """The networks and the calibration of a folder, for any number of threads.

    Each network belongs to a `Predictor`, which asks it under a lock and hands out copies.

    Args:
        folder: the folder that `train_recognition` wrote to; by default that of the package.
        runtime, files: as `Predictor` takes them.

    Attributes:
        shape: (height, width) in pixels of the pictures that the networks take.
        classes: the number of labels.
        names: the labels in order; None for older files, which lack them.
        epochs: the number in the name of each network's checkpoint.
        threshold: the conformal threshold that separates digits from other pictures.
        frame: the place of the ink in images of the data set, by which pictures are normalised.
        about: the seed and the counts of the training, from `digits-recognition.json`.

    Raises:
        CheckpointError: a file is missing or damaged, or the files are of different trainings.

    >>> from autoencoder.data import idx
    >>> digits = idx.load("t10k").images[:3]
    >>> Recogniser().recognise(np.concatenate([digits, 1 - digits])).labels.tolist()
    [7, 2, 1, -1, -1, -1]
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] = SHIPPED,
        *,
        runtime: str | None = None,
        files: FileSet | None = None,
    ) -> None:
        path = Path(folder) / RECOGNITION_FILE
        files = files or FileSet.of(folder)
        content = _Content.read(path, files)
        self.shape, self.classes, self.about = content.frame.shape, content.classes, content.about
        self.names = content.names
        self.threshold, self.frame, self.epochs = content.threshold, content.frame, content.epochs
        self._readers = [
            Predictor(
                path.with_name(network.name), self.epochs[network.name], network, runtime=runtime, files=files
            )
            for network in networks(self.shape, self.classes)
        ]
        for read in self._readers:
            if read.digest != content.digests[read.name]:
                params = f"{read.name}-{self.epochs[read.name]:04d}.params"
                raise _error(path, f"it was set on another {params} than the one beside it")

    def recognise(self, images: npt.ArrayLike) -> Recognition:
        """Recognise and read pictures.

        Args:
            images: (n, height * width), any n, 0.0 is black and 1.0 is white, light on dark.

        Returns:
            The answers, the caller's own. The label of a picture does not depend on the others; its
            confidence and score do, by 1e-5 or less.

        Raises:
            ValueError: the array has another shape, or a value that is not within 0..1.
        """
        x = np.asarray(images, np.float32)
        pixels = self.shape[0] * self.shape[1]
        if x.ndim != 2 or x.shape[1] != pixels:
            raise ValueError(f"pictures are an array of shape (n, {pixels}), but this one has {x.shape}")
        least, most = extremes(x) if x.size else (0, 0)
        if not (least >= 0 and most <= 1):  # NaN is neither
            raise ValueError("pictures have values within 0..1; are these 0..255, to be divided by 255?")
        probabilities = self._split(near_ties.ask(self._measure, x, self._is_near))
        score = strangeness(probabilities, self.classes)
        score[outgrown(x, self.frame)] = STRANGEST
        mean = np.mean(probabilities, axis=0)
        labels = mean[:, : self.classes]
        nearest = labels.argmax(axis=1)
        # A reader that is sure of "other" may give all labels a probability of 0.
        confidence = labels.max(axis=1) / np.maximum(labels.sum(axis=1), np.finfo(np.float32).tiny)
        return Recognition(
            images=x,
            labels=np.where(score <= float(self.threshold), nearest, NONE),
            confidence=confidence,
            nearest=nearest,
            other=mean[:, self.classes :].sum(axis=1).clip(0, 1),
            score=score,
            threshold=self.threshold,
            frame=self.frame,
        )

    def _measure(self, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Return the probabilities of one reader beside those of the other, (n, 2 * classes)."""
        return np.concatenate([read(x) for read in self._readers], axis=1, dtype=np.float64)

    def _split(self, measures: Array) -> list[Array]:
        """Return the probabilities of each reader, (n, classes)."""
        return np.split(measures, len(self._readers), axis=1)

    def _is_near(self, measures: Array) -> npt.NDArray[np.bool_]:
        """Return which pictures are near the threshold, or recognised and near a tie of two labels."""
        probabilities = self._split(measures)
        score, threshold = strangeness(probabilities, self.classes), float(self.threshold)
        labels = np.mean(probabilities, axis=0)[:, : self.classes]
        return near_ties.near(score, threshold) | (score < threshold) & near_ties.tied(labels)


@dataclass(frozen=True)
class _Content:
    """The content of `digits-recognition.json`; epochs and digests are by the names of the networks."""

    frame: Frame
    classes: int
    names: tuple[Any, ...] | None
    about: dict[str, Any]
    threshold: s.ConformalThreshold
    epochs: dict[str, int]
    digests: dict[str, str]

    @classmethod
    def read(cls, path: Path, files: FileSet) -> "_Content":
        data = files.read_json(path.name, functools.partial(_error, path))
        try:
            if data["version"] != VERSION:
                raise _error(path, f"it is of version {data['version']}, this program reads {VERSION}")
            if tuple(data["groups"]) != GROUPS:
                raise _error(path, f"its readers know other groups of pictures than {', '.join(GROUPS)}")
            frame = Frame.from_data(data["frame"])
            names = [network.name for network in networks(frame.shape, _positive(data["labels"]))]
            return cls(
                frame,
                data["labels"],
                tuple(data["names"]) if "names" in data else None,
                dict(data["about"]),
                from_data(data["calibration"]),
                {name: _positive(data["networks"][name]["epoch"]) for name in names},
                {name: str(data["networks"][name]["sha256"]) for name in names},
            )
        except CheckpointError:
            raise
        except JSON_ERRORS as error:
            raise _error(path, f"it is damaged, or another kind of file: {error!r:.200}") from error


def networks(shape: tuple[int, int], classes: int) -> list[Network]:
    """Return the readers for pictures (height, width) with a number of labels."""
    return [reader.network(shape, classes, len(GROUPS), name) for name in reader.NAMES]


def networks_of(folder: str | os.PathLike[str], files: FileSet) -> list[Network]:
    """Return the readers that `digits-recognition.json` of a folder describes.

    Args:
        folder: the folder.
        files: the set of files in it.

    Raises:
        CheckpointError: the file is missing or damaged.
    """
    content = _Content.read(Path(folder) / RECOGNITION_FILE, files)
    return networks(content.frame.shape, content.classes)


def _positive(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise TypeError(f"expected a number of 1 or more, found {value!r}")
    return value


def _error(path: Path, reason: str) -> CheckpointError:
    return CheckpointError(
        f"{path} can't be used to recognise digits: {reason}; "
        "to train anew: python -m autoencoder train digits"
    )
