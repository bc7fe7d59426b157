"""Recognition: whether a picture is a digit, and which one.

Two readers, with classes for digits and for other pictures, give each picture an anomaly score. A picture is
a digit if the score is within a conformal threshold, calibrated on held-back digits (`mxspec.conformal`); the
guarantee holds for digits that are exchangeable with these, on average over writers.
"""

import dataclasses
import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import mxspec as s
from autoencoder.data.labels import LABELS_FILE, Labels
from autoencoder.data.pictures import Array, Frame, as_rows
from autoencoder.data.storage import JSON_ERRORS, CheckpointError, FileSet
from autoencoder.digits.recognition import kinds, others, reader
from autoencoder.digits.recognition.attempts import PictureNotes, notes_of
from autoencoder.digits.recognition.kinds import RefusedKind
from autoencoder.digits.recognition.refusals import (
    UNLIKE,
    RefusalReason,
    choose_name,
    explain_refusal,
    shift_each_way,
)
from autoencoder.networks.checkpoint import SHIPPED, epochs_of
from autoencoder.networks.network import Network
from autoencoder.networks.predictor import NEARLY, Predictor, Rows, is_tied, predict_stably

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
        threshold: the conformal threshold; with one for each label, a picture's likeliest label selects it.
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
        kinds: asks the network of kinds; None for a folder without one: then no refusal has a name.

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
        self._thresholds = [self.threshold.for_label(name) for name in self.labels.names]
        prefix, (epoch, *_) = Path(folder) / self.network.name, self.epochs.values()
        self._predict = Predictor(prefix, epoch, self.network, runtime=runtime, files=files)
        self.runtime = self._predict.runtime
        self.kinds = self._load_kinds(Path(folder) / kinds.NAME, runtime, files)
        for name, digest in self._predict.digests.items():
            if digest != content.digests[name]:
                raise _recognition_error(
                    Path(folder), f"it was set on another {name}-{epoch:04d}.params than the one beside it"
                )

    def _load_kinds(self, prefix: Path, runtime: str | None, files: FileSet) -> Predictor | None:
        """Return the network of kinds, None for a folder without one."""
        epoch = epochs_of(prefix, 0, files)
        network = kinds.network(self.shape)
        return Predictor(prefix, epoch, network, runtime=runtime, files=files) if epoch else None

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
            name, threshold = self.labels.names[number], self._thresholds[number]
            notes = None if isinstance(images, np.ndarray) else notes_of(images[row])
            if score <= self._limits[number] and not (notes and notes.is_refused):
                remark = notes.remark or None if notes else None
                readings.append(s.Reading(name, confidence, score, threshold, remark=remark))
            else:
                readings.append(self._refuse(x[row], confidence, score, threshold, notes))
        return readings

    def _refuse(
        self,
        row: Rows,
        confidence: float,
        score: float,
        threshold: s.ConformalThreshold | None,
        notes: PictureNotes | None,
    ) -> s.Reading:
        """Return the reading of a picture (pixels,) that is not recognised; its reason is put off."""
        picture = row.copy()  # the caller may change the array before anybody asks

        @functools.cache
        def explain() -> RefusalReason:
            if notes and notes.is_refused:
                return RefusalReason(notes.reason)
            explanation = self.explain(picture, score, threshold)
            is_named = explanation.looks_like is not None
            return RefusalReason(notes.reason) if notes and notes.reason and not is_named else explanation

        return s.Reading(
            None,
            confidence,
            score,
            threshold,
            reason=lambda: explain().reason,
            looks_like=lambda: explain().looks_like,
        )

    def explain(
        self, image: Rows, score: float, threshold: s.ConformalThreshold | None = None
    ) -> RefusalReason:
        """Return the explanation why a picture (pixels,) with this score is above a threshold.

        >>> Recogniser().explain(np.zeros(784), 20.0).reason
        'there is no ink, only one level of 0.00'
        """
        by = "digits.normalise(image)" if self.threshold.of == "digits" else "models.normalise(picture)"
        picture = image.reshape(self.shape)
        explanation = explain_refusal(picture, self.frame, self._labels_of, self.classify, by)
        return explanation or RefusalReason(f"{UNLIKE}: {(threshold or self.threshold).why_not(score)}")

    def others_like(self, name: Any) -> list[str | int]:
        """Return the `others.OTHERS` that are refused, and that have a label as their likeliest one.

        The surest readings come first.

        >>> "W" in Recogniser().others_like(0)
        True
        """
        answers, number = self._others, self.labels.number(name)
        places = np.flatnonzero((answers.labels == NONE) & (answers.nearest == number))
        return [others.OTHERS[i] for i in places[np.argsort(-answers.confidence[places], kind="stable")]]

    @functools.cached_property
    def _others(self) -> Recognition:
        return self.recognise(
            np.concatenate([others.draw_other_thing(each, self.frame) for each in others.OTHERS])
        )

    def _labels_of(self, pictures: Sequence[Any]) -> list[int | None]:
        """Return the number of the label of each picture (height, width), None if it is not recognised."""
        if not len(pictures):
            return []
        labels = self.recognise(np.reshape(pictures, (len(pictures), -1))).labels.tolist()
        return [None if label == NONE else label for label in labels]

    def classify(self, picture: Array) -> tuple[RefusedKind, float] | None:
        """Return the kind of a picture (height, width) and the probability of its name.

        None means that no name is likely, or that the network of kinds is missing.
        """
        if self.kinds is None:
            return None
        return choose_name(self.kinds(shift_each_way(picture)).mean(axis=0))

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
        read_as: the label that is read in each image. With it, each label has its own threshold, and at most
            alpha of the images read as a label is refused; without it, one threshold serves all labels.

    >>> threshold_of([*range(500)] * 2, 0.01, 0.99, "digits", [3] * 500 + [7] * 500).for_label(7)
    ConformalThreshold(499.0, n=500, alpha=0.01, confidence=0.99, of='digits read as 7')
    """
    # The images are held back by a permutation, and `calibrate` sorts their scores.
    if read_as is None:
        return s.conformal(scores, alpha, confidence, of=of, ordered=False)
    thresholds = s.conformal(scores, alpha, confidence, by=read_as, of=of, ordered=False)
    items = tuple(
        (label, dataclasses.replace(each, of=f"{of} read as {label!r}")) for label, each in thresholds.items
    )
    return dataclasses.replace(thresholds, items=items)


def joint_confidence(thresholds: s.ConformalThreshold, draws: int = 20_000) -> float:
    """Return the probability that a promise for each label is kept for all labels together.

    The refused share of a label is at most a Beta variable (Vovk 2012, "Conditional validity of inductive
    conformal predictors"), and the variables of different labels are independent. The labels count as they do
    among the held-back images.

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
    command = "python -m autoencoder train digits"
    if folder != SHIPPED:
        command += f" --model-dir {folder}"
    if not os.path.isdir(folder):
        return CheckpointError(f"{folder}: there is no such folder; to train networks into it: {command}")
    return CheckpointError(
        f"{folder / RECOGNITION_FILE} can't be used to recognise digits: {reason}; to train anew: {command}"
    )
