"""Recognition: whether a picture is a digit, and which one.

Two readers, with classes for digits and for other pictures, give each picture an anomaly score. A picture is
a digit if the score is within a conformal threshold, calibrated on held-back digits (`mxspec.conformal`); the
guarantee holds for digits that are exchangeable with these, on average over writers.
"""

import dataclasses
import functools
import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import mxspec as s
from autoencoder.data.labels import LABELS_FILE, Labels
from autoencoder.data.pictures import LEAST_CONTRAST, Array, Frame, as_rows, parts
from autoencoder.data.storage import JSON_ERRORS, CheckpointError, FileSet
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.network import Network
from autoencoder.networks.predictor import NEARLY, Predictor, Rows, is_tied, predict_stably
from autoencoder.recognition import reader
from autoencoder.recognition.reader import INK

# --- reasons ----------------------------------------------------------------------------------------------

FAINT = 0.6  # the ink of a data set's images reaches nearly 1
GREY = 0.15  # a background above this level is not black
LARGER, SMALLER = 1.12, 0.75  # of the frame's box
OFF = 2.5  # pixels from the centre of the frame
NOISE = 0.12  # the deviation of the background's pixels
PLAIN = 0.5  # the share of the edge near one level on a plain background


def reason(picture: Array, frame: Frame, by: str = "digits.normalise(image)") -> str | None:
    """Return the likely reason of a refusal, None if the picture looks like the data set's images.

    Args:
        picture: (height, width), 0.0 is black and 1.0 is white, of the frame's size.
        frame: the place of the ink in the training images.
        by: the suggested call, which normalises a picture.

    >>> from autoencoder.data.pictures import MNIST
    >>> picture = np.zeros((28, 28))
    >>> picture[4:24, 13:15] = 0.41
    >>> reason(picture, MNIST)
    'the ink is faint, 0.41 at most; digits.normalise(image) stretches it to 1'
    """
    if not frame.bare:
        return None
    low, high = float(picture.min()), float(picture.max())
    if high - low < LEAST_CONTRAST:
        return f"there is no ink, only one level of {low:.2f}"
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    background = float(np.median(edge))
    if background > (low + high) / 2 and np.mean(np.abs(edge - background) < GREY) > PLAIN:
        return f"the background is light, {background:.2f}; {by} inverts dark ink on a light background"
    if edge.std() > NOISE and np.quantile(edge, 0.9) > GREY and background > 0:
        return "the background is not plain; crop the picture to what is written"
    if background > GREY:
        return f"the background is grey, {background:.2f}; {by} makes it black"
    if high < FAINT:
        return f"the ink is faint, {high:.2f} at most; {by} stretches it to 1"
    return _ink_reason(picture >= INK * high, picture, frame, by)


def _ink_reason(ink: Array, picture: Array, frame: Frame, by: str) -> str | None:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    box = f"{frame.box[0]}x{frame.box[1]}"
    if height > LARGER * frame.box[0] or width > LARGER * frame.box[1]:
        return f"the ink fills {height}x{width} pixels; {by} brings it to {box}"
    if max(height / frame.box[0], width / frame.box[1]) < SMALLER:
        return f"the ink is small, {height}x{width} pixels; {by} brings it to {box}"
    off = _centre_offset(picture, ink, frame)
    if off > OFF:
        return f"off centre by {off:.0f} pixels; {by} centres it"
    areas, places = parts(ink)
    large = areas >= 0.2 * areas.sum()
    if large.sum() > 1:
        spans = [np.flatnonzero((places == number).any(axis=0)) for number in np.flatnonzero(large) + 1]
        spans.sort(key=lambda span: int(span[0]))
        if all(before[-1] < after[0] for before, after in itertools.pairwise(spans)):
            return f"{_NUMBERS.get(len(spans), len(spans))} shapes side by side; crop the picture to one"
    return None


_NUMBERS = {2: "two", 3: "three", 4: "four"}


def _centre_offset(picture: Array, ink: Array, frame: Frame) -> float:
    """Return the distance of the ink's centre from the frame's, in pixels."""
    rows, columns = np.nonzero(ink)
    if frame.by_mass:
        weights = picture[rows, columns]
        middle = np.average(rows, weights=weights), np.average(columns, weights=weights)
    else:
        middle = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    return float(np.hypot(middle[0] - frame.centre[0], middle[1] - frame.centre[1]))


# --- the recogniser ---------------------------------------------------------------------------------------

RECOGNITION_FILE = "digits-recognition.json"
VERSION = 3  # of the file
_READ = (2, VERSION)  # the versions that this program reads; version 2 has one threshold for all labels
NONE = -1  # the label of a picture that is not recognised


@dataclass(frozen=True, eq=False)
class Recognition:
    """The answers for n pictures.

    Attributes:
        labels: int64 (n,), NONE for a picture that is not recognised.
        confidence: float64 (n,), the probability of the likeliest label among the labels, 0..1.
        nearest: int64 (n,), the likeliest label, even if the picture is not recognised.
        other: float64 (n,), the mean probability of the readers' other classes.
        score: float64 (n,), the anomaly score, as in `reader.COLUMNS`.
        threshold: the conformal threshold; one by label holds a picture to that of its likeliest label.
    """

    labels: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float64]
    nearest: npt.NDArray[np.int64]
    other: npt.NDArray[np.float64]
    score: npt.NDArray[np.float64]
    threshold: s.ConformalThreshold

    def __len__(self) -> int:
        return len(self.labels)


class Recogniser:
    """The networks and the calibration of a folder, for any number of threads.

    Args:
        folder: the folder written by `train_recognition`; the package's by default.
        runtime, files: as in `Predictor`.

    Attributes:
        labels: the names of the labels, and the size of the pictures.
        shape: (height, width) of the networks' pictures in pixels.
        classes: the number of labels.
        network: the ensemble, as `reader.ensemble` returns it.
        epochs: the number in the name of each reader's checkpoint.
        threshold: the conformal threshold of the anomaly score, by the label that is read, or one for all.
        frame: the place of the ink in images of the data set, used to normalise pictures.
        about: the seed and the counts of the training, from `digits-recognition.json`.
        runtime: the runtime in use.

    Raises:
        CheckpointError, LabelError: a file is missing or damaged, or the files belong to different trainings.

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
        files = files or FileSet.of(folder)
        content = _RecognitionFile.read(Path(folder), files)
        self.labels = Labels.load(folder, files)
        self.network, self.epochs, self.about = content.network, content.epochs, content.about
        self.threshold, self.frame = content.threshold, content.frame
        self.shape, self.classes = content.frame.shape, content.labels
        self._check_labels(Path(folder), content.names)
        self._limits = self.threshold.limits(self.labels.names)
        prefix, (epoch, *_) = Path(folder) / self.network.name, self.epochs.values()
        self._predict = Predictor(prefix, epoch, self.network, runtime=runtime, files=files)
        self.runtime = self._predict.runtime
        for name, digest in self._predict.digests.items():
            if digest != content.digests[name]:
                raise _recognition_error(
                    Path(folder), f"it was set on another {name}-{epoch:04d}.params than the one beside it"
                )

    def _check_labels(self, folder: Path, names: tuple[Any, ...] | None) -> None:
        labels, again = self.labels, "to train anew: python -m autoencoder train digits"
        if (self.shape, self.classes) != (labels.shape, len(labels)):
            raise CheckpointError(
                f"{folder}: expected networks for {len(labels)} labels as in {LABELS_FILE}, found some for "
                f"{self.classes}; {again}"
            )
        if names not in (None, labels.names):
            raise CheckpointError(
                f"{folder}: expected the labels {', '.join(map(str, names or ()))} of the readers' "
                f"training, found {', '.join(map(str, labels.names))} in {LABELS_FILE}; {again}"
            )

    def read(self, images: Sequence[Any]) -> list[s.Reading]:
        """Return the reading of each image, in any accepted shape."""
        x = as_rows(images)
        readings = []
        for row, (score, least, most, *likely) in enumerate(
            predict_stably(self._predict, x, self._is_near).tolist()
        ):
            _check_range(least, most)
            number, confidence = _most_likely(likely)
            name, threshold = self.labels.names[number], self.threshold.for_label(self.labels.names[number])
            is_digit = score <= self._limits[number]
            reason = None if is_digit else self.why_not(x[row], score, name)
            readings.append(s.Reading(name if is_digit else None, confidence, score, threshold, reason))
        return readings

    def why_not(self, image: Rows, score: float, label: Any = None) -> str:
        """Return the reason why a picture (pixels,) with this score, likeliest of a label, is not recognised.

        >>> Recogniser().why_not(np.zeros(784), 20.0)
        'there is no ink, only one level of 0.00'
        """
        by = "digits.normalise(image)" if self.threshold.of == "digits" else "models.normalise(picture)"
        threshold = self.threshold.for_label(label) or self.threshold
        return reason(image.reshape(self.shape), self.frame, by) or threshold.why_not(score)

    def recognise(self, images: npt.ArrayLike) -> Recognition:
        """Recognise and read pictures.

        Args:
            images: (n, height * width), any n, 0.0 is black and 1.0 is white, light on dark.

        Returns:
            New arrays. The label of a picture does not depend on the other pictures; the rounding of its
            confidence and score does, by 1e-5 or less.

        Raises:
            ValueError: the array has another shape, or a value outside of 0..1.
        """
        verdicts = predict_stably(self._predict, np.asarray(images, np.float32), self._is_near).astype(
            np.float64
        )
        score, least, most = verdicts[:, : len(reader.COLUMNS)].T
        for each in zip(least, most, strict=True):
            _check_range(*each)
        likely = verdicts[:, len(reader.COLUMNS) :]
        likeliest = list(map(_most_likely, likely.tolist()))
        nearest = np.array([number for number, _ in likeliest], np.int64)
        confidence = np.array([confidence for _, confidence in likeliest], np.float64)
        other = (1 - likely.sum(axis=1)).clip(0, 1)
        labels = np.where(score <= self._limits[nearest], nearest, NONE)
        return Recognition(labels, confidence, nearest, other, score, self.threshold)

    def _is_near(self, verdicts: Rows) -> npt.NDArray[np.bool_]:
        """Return True for each picture near its threshold, or near a tie of two labels and maybe a digit."""
        likely = verdicts[:, len(reader.COLUMNS) :]
        distance = verdicts[:, 0] - self._limits[likely.argmax(axis=1)]
        may_be_digit = verdicts[:, 0] < self._limits.max()
        return np.asarray((abs(distance) < NEARLY) | may_be_digit & is_tied(likely))


@dataclass(frozen=True)
class _RecognitionFile:
    """The content of `digits-recognition.json`; epochs and digests are keyed by reader."""

    frame: Frame
    labels: int
    network: Network
    names: tuple[Any, ...] | None
    about: dict[str, Any]
    threshold: s.ConformalThreshold
    epochs: dict[str, int]
    digests: dict[str, str]

    @classmethod
    def read(cls, folder: Path, files: FileSet) -> "_RecognitionFile":
        data = files.read_json(RECOGNITION_FILE, functools.partial(_recognition_error, folder))
        try:
            if data["version"] not in _READ:
                raise _recognition_error(
                    folder, f"it is of version {data['version']}, this program reads {_READ[0]} and {VERSION}"
                )
            frame, labels = Frame.from_data(data["frame"]), _check_positive(data["labels"])
            network = reader.ensemble(frame, labels, len(data["groups"]))
            names = [part.name for part in network.parts]
            content = cls(
                frame,
                labels,
                network,
                tuple(data["names"]) if "names" in data else None,
                dict(data["about"]),
                threshold_of(**data["calibration"]),
                {name: _check_positive(data["networks"][name]["epoch"]) for name in names},
                {name: str(data["networks"][name]["sha256"]) for name in names},
            )
            if len(set(content.epochs.values())) > 1:
                raise _recognition_error(folder, f"its readers are of different trainings: {content.epochs}")
            return content
        except CheckpointError:
            raise
        except JSON_ERRORS as error:
            raise _recognition_error(
                folder, f"it is damaged, or another kind of file: {error!r:.200}"
            ) from error


def threshold_of(
    scores: Any, alpha: float, confidence: float, of: str, read_as: Sequence[Any] | None = None
) -> s.ConformalThreshold:
    """Return the conformal threshold of the scores of held-back images.

    Args:
        scores, alpha, confidence: as in `mxspec.conformal`.
        of: the name of the images in messages, such as "digits".
        read_as: the label that is read in each image. With it, each label has a threshold of its own, and at
            most alpha of what is read as a label is refused; without it there is one threshold for all.

    >>> threshold_of([*range(500)] * 2, 0.01, 0.99, "digits", [3] * 500 + [7] * 500).for_label(7)
    ConformalThreshold(499.0, n=500, alpha=0.01, confidence=0.99, of='digits read as 7')
    """
    if read_as is None:
        return s.conformal(scores, alpha, confidence, of=of)
    thresholds = s.conformal(scores, alpha, confidence, by=read_as, of=of)
    items = tuple(
        (label, dataclasses.replace(each, of=f"{of} read as {label!r}")) for label, each in thresholds.items
    )
    return dataclasses.replace(thresholds, items=items)


def joint_confidence(thresholds: s.ConformalThreshold, draws: int = 20_000) -> float:
    """Return the probability that a promise for each label is kept for all labels together.

    The refused share of a label is at most a Beta variable (Vovk 2012, "Conditional validity of inductive
    conformal predictors"), and those of different labels are independent. The labels count as they do among
    the held-back images.

    >>> scores, labels = [*range(1500)] * 10, np.repeat(np.arange(10), 1500)
    >>> joint_confidence(s.conformal(scores, by=labels, confidence=0.8)) > 0.99
    True
    """
    random, shares = np.random.default_rng(0), np.zeros(draws)
    items = thresholds.items if isinstance(thresholds, s.LabelThresholds) else ((None, thresholds),)
    for _, each in items:
        refused = sum(score > each.value for score in each.scores)
        shares += each.n / thresholds.n * random.beta(refused + 1, each.n - refused, draws)
    return float((shares <= thresholds.alpha).mean())


def network_of(folder: str | os.PathLike[str], files: FileSet) -> Network:
    """Return the ensemble that a folder's `digits-recognition.json` describes.

    Args:
        folder: the folder.
        files: the set of files in it.

    Raises:
        CheckpointError: the file is missing or damaged.
    """
    return _RecognitionFile.read(Path(folder), files).network


def _most_likely(probabilities: list[float]) -> tuple[int, float]:
    """Return the number of the likeliest label, and its probability among the labels."""
    most = max(probabilities)
    return probabilities.index(most), most / (sum(probabilities) or 1.0)


def _check_range(least: float, most: float) -> None:
    if not (least >= 0 and most <= 1):  # False for NaN
        raise ValueError("pictures have values within 0..1; are these 0..255, to be divided by 255?")


def _check_positive(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise TypeError(f"expected a number of 1 or more, found {value!r}")
    return value


def _recognition_error(folder: Path, reason: str) -> CheckpointError:
    return CheckpointError(
        f"{folder / RECOGNITION_FILE} can't be used to recognise digits: {reason}; "
        "to train anew: python -m autoencoder train digits"
    )
