"""Recognition: is a picture a digit, and which one.

Two networks are asked: an autoencoder that can draw nothing but digits (`reconstruction`), and a reader with
a class for all other pictures (`reader`). A picture is a digit when neither finds it stranger than all but a
few of the digits that both were calibrated on (`calibration`). `recognition.train` makes both.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.networks import near_ties
from autoencoder.networks.checkpoints import SHIPPED, CheckpointError
from autoencoder.networks.network import Array, Network
from autoencoder.networks.predictor import Predictor
from autoencoder.recognition import reader, reconstruction
from autoencoder.recognition.calibration import Calibration, from_data

RECOGNITION_FILE = "digits-recognition.json"
VERSION = 1  # of the file
NONE = -1  # the label of a picture that is not a digit


@dataclass(frozen=True, eq=False)
class Recognition:
    """The answers for n pictures.

    Attributes:
        labels: int64 (n,), NONE for a picture that is not a digit.
        confidence: float64 (n,), the probability of the likeliest label among the labels, 0..1; also of a
            picture that is not a digit.
        nearest: int64 (n,), the likeliest label; also of a picture that is not a digit.
        unexplained: float64 (n,), the reconstruction error over the variance of the picture: 0 for a perfect
            reconstruction, 1 for a plain grey, far more for a picture of little contrast.
        other: float64 (n,), the reader's probability that the picture has none of its labels.
        score: float64 (n,), the strangeness of the picture: the larger of the ranks of these two, 0..1.
        threshold: the largest score of a digit.
        unexplained_allowed: the largest unexplained part of a digit.
        other_allowed: the largest probability of a digit to have none of the labels.
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
        """Return the reason why a picture is not recognised, None if it is.

        >>> blank = Recogniser().recognise(np.zeros((1, 784)))
        >>> blank.why_not()
        '... of the picture is unexplained, at most 0... is allowed'
        """
        if self.labels[row] != NONE:
            return None
        unexplained, other = self.unexplained[row], self.other[row]
        if unexplained > self.unexplained_allowed:
            return (
                f"{unexplained:.2f} of the picture is unexplained, "
                f"at most {self.unexplained_allowed:.2f} is allowed"
            )
        # As many digits as it takes to tell the two apart, or 1.00 would be more than 1.00.
        digits = next((n for n in range(2, 9) if f"{other:.{n}f}" > f"{self.other_allowed:.{n}f}"), 9)
        return (
            f"it is not a digit with probability {other:.{digits}f}, "
            f"at most {self.other_allowed:.{digits}f} is allowed"
        )


class Recogniser:
    """The networks and the calibration of a folder, for any number of threads.

    Each network belongs to a `Predictor`, which asks it under a lock and hands out copies.

    Args:
        folder: the folder that `train_recognition` left its checkpoints in; by default that of the package.
        runtime: as `Predictor` takes it.

    Attributes:
        shape: (height, width) in pixels of the pictures that the networks take.
        classes: the number of labels.
        epochs: the number in the name of each network's checkpoint.
        calibration: the threshold that separates digits from other pictures.
        about: the seed and the counts of the training, from `digits-recognition.json`.

    Raises:
        CheckpointError: a file is missing or damaged, or the files are not of one training.

    >>> from autoencoder.data import idx
    >>> digits = idx.load("t10k").images[:3]
    >>> Recogniser().recognise(np.concatenate([digits, 1 - digits])).labels.tolist()
    [7, 2, 1, -1, -1, -1]
    """

    def __init__(self, folder: str | os.PathLike[str] = SHIPPED, *, runtime: str | None = None) -> None:
        path = Path(folder) / RECOGNITION_FILE
        content = _Content.read(path)
        self.shape, self.classes, self.about = content.shape, content.classes, content.about
        self.calibration: Calibration = content.calibration
        both = networks(self.shape, self.classes)
        self.epochs = {network.name: content.epochs[network.name] for network in both}
        self._draw, self._read = (
            Predictor(path.with_name(network.name), self.epochs[network.name], network, runtime=runtime)
            for network in both
        )
        for predictor in (self._draw, self._read):
            if predictor.digest != content.digests[predictor.name]:
                params = f"{predictor.name}-{self.epochs[predictor.name]:04d}.params"
                raise _error(path, f"it was set on another {params} than the one beside it")

    def recognise(self, images: npt.ArrayLike) -> Recognition:
        """Recognise and read pictures.

        Args:
            images: (n, height * width), any n, 0.0 is black and 1.0 is white, light on dark.

        Returns:
            The answers, the caller's own. The label of a picture does not depend on the others, and the
            measures do so by 1e-5 or less.

        Raises:
            ValueError: the array has another shape, or a value that is not within 0..1.
        """
        x = np.asarray(images, np.float32)
        pixels = self.shape[0] * self.shape[1]
        if x.ndim != 2 or x.shape[1] != pixels:
            raise ValueError(f"pictures are an array of shape (n, {pixels}), but this one has {x.shape}")
        if not ((x >= 0) & (x <= 1)).all():  # NaN is neither
            raise ValueError("pictures have values within 0..1; are these 0..255, to be divided by 255?")
        labels, other, unexplained = self._split(near_ties.ask(self._measure, x, self._is_near))
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

    def _measure(self, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Return the columns that `_split` takes apart, (n, classes + 2)."""
        return np.column_stack([self._read(x), reconstruction.unexplained(x, self._draw(x))])

    def _split(self, measures: Array) -> tuple[Array, Array, Array]:
        """Return the probability of each label, (n, classes), that of none, and the unexplained part."""
        return measures[:, : self.classes], measures[:, self.classes], measures[:, -1]

    def _is_near(self, measures: Array) -> npt.NDArray[np.bool_]:
        """Return which pictures are near the threshold, or recognised and near a tie of two labels."""
        labels, other, unexplained = self._split(measures)
        score, threshold = self.calibration.score(unexplained, other), self.calibration.threshold
        return near_ties.near(score, threshold) | (score < threshold) & near_ties.tied(labels)


@dataclass(frozen=True)
class _Content:
    """The content of `digits-recognition.json`; epochs and digests are by the names of the networks."""

    shape: tuple[int, int]
    classes: int
    about: dict[str, Any]
    calibration: Calibration
    epochs: dict[str, int]
    digests: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> "_Content":
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["version"] != VERSION:
                raise _error(path, f"it is of version {data['version']}, this program reads {VERSION}")
            height, width = map(int, data["shape"])
            names = [network.name for network in networks((height, width), int(data["labels"]))]
            return cls(
                (height, width),
                int(data["labels"]),
                dict(data["about"]),
                from_data(data["calibration"]),
                {name: int(data["networks"][name]["epoch"]) for name in names},
                {name: str(data["networks"][name]["sha256"]) for name in names},
            )
        except FileNotFoundError:
            raise _error(path, "there is no such file") from None
        except CheckpointError:
            raise
        except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise _error(path, "it is damaged, or another kind of file") from error


def networks(shape: tuple[int, int], classes: int) -> tuple[Network, Network]:
    """Return the autoencoder and the reader of pictures (height, width) with so many labels."""
    return reconstruction.NETWORK, reader.network(shape, classes)


def networks_of(folder: str | os.PathLike[str]) -> tuple[Network, Network]:
    """Return the networks that `digits-recognition.json` of a folder is for.

    Raises:
        CheckpointError: the file is missing or damaged.
    """
    content = _Content.read(Path(folder) / RECOGNITION_FILE)
    return networks(content.shape, content.classes)


def _error(path: Path, reason: str) -> CheckpointError:
    return CheckpointError(
        f"{path} can't be used to recognise digits: {reason}; "
        "to train anew: python -m autoencoder train digits"
    )
