"""The measurement of the networks of a folder: how they read, what they refuse, what they generate."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autoencoder import discriminator, generator
from autoencoder.data import idx
from autoencoder.data.idx import DataError, Dataset
from autoencoder.data.images import Array
from autoencoder.data.labels import Labels
from autoencoder.data.manifest import FileSet
from autoencoder.evaluation import reading, samples
from autoencoder.generation.network import NAME, DigitGenerator
from autoencoder.networks.checkpoint import epochs_of
from autoencoder.networks.network import Network
from autoencoder.networks.predictor import Predictor
from autoencoder.progress import clock, progress_bar
from autoencoder.recognition.recogniser import NONE, Recogniser, Recognition
from autoencoder.training.run import Folder


@dataclass(frozen=True)
class Subject:
    """The networks to measure, and the data set to measure them on.

    Attributes:
        model_dir: the folder of the checkpoints.
        recogniser, generate: the networks of `train digits`.
        discriminate, draw: the post's discriminator and generator; None if they are not in the folder.
        train, test: the data set.
    """

    model_dir: Path
    recogniser: Recogniser
    generate: DigitGenerator
    discriminate: Predictor | None
    draw: Predictor | None
    train: Dataset
    test: Dataset

    @classmethod
    def load(cls, model_dir: Folder, data_dir: Folder | None) -> "Subject":
        """Load the networks of a folder, and a data set that matches them.

        Raises:
            CheckpointError, DataError: they can't be read, or don't match.
        """
        files = FileSet.of(model_dir)
        recogniser, generate = Recogniser(model_dir, files=files), DigitGenerator(model_dir, files=files)
        labels = generate.labels
        train, test = idx.load("train", data_dir), idx.load("t10k", data_dir)
        _check_size(test, recogniser, "the test images")
        return cls(
            Path(model_dir),
            recogniser,
            generate,
            _post(files, discriminator.network(len(labels))),
            _post(files, generator.network(len(labels))),
            labels.zero_based(train),
            labels.zero_based(test),
        )

    @property
    def labels(self) -> Labels:
        """The labels of the networks and of the data set."""
        return self.generate.labels

    def checkpoints(self) -> list[str]:
        """Return the names of the files that are measured."""
        epochs = dict(self.recogniser.epochs) | {NAME: self.generate.epochs}
        for name, network in (("discriminator", self.discriminate), ("generator", self.draw)):
            if network is not None:
                epochs[name] = epochs_of(self.model_dir / name, 0)
        return sorted(f"{name}-{number:04d}.params" for name, number in epochs.items())

    def images_of(self, name: str, folder: Path) -> Array:
        """Return the test images of another data set, whose name is for errors.

        Raises:
            DataError: they can't be read, or have another size.
        """
        other = idx.load("t10k", folder)
        _check_size(other, self.recogniser, name)
        return other.images


class Figure(NamedTuple):
    """A share of some pictures.

    Attributes:
        share: the share, 0..1.
        pictures: the number of pictures.
        auroc: for probes, the probability that one has a larger score than a test image.
        false_positives: the share of probes accepted by a threshold that accepts 95% of the test images.
    """

    share: float
    pictures: int
    auroc: float | None = None
    false_positives: float | None = None


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The results of a measurement.

    Attributes:
        subject: the networks and the data set.
        recognition: the answers for the test images.
        images: pictures (n, pixels) that have none of the labels, by kind.
        probes: the answers for them.
        accepted: the shares of further labelled pictures that are accepted and read right, by kind.
        generated: the measures of generated images, as `samples.evaluate` returns them.
        seed: the seed of the probes and of the samples.
    """

    subject: Subject
    recognition: Recognition
    images: Mapping[str, Array]
    probes: Mapping[str, Recognition]
    accepted: Mapping[str, Figure]
    generated: Mapping[str, Any]
    seed: int

    @functools.cached_property
    def matrix(self) -> Array:
        """The confusion matrix (labels, labels + 1), as `reading.confusion` returns it."""
        return reading.confusion(self.subject.test.labels, self.recognition.labels, len(self.subject.labels))

    @functools.cached_property
    def right(self) -> Array:
        """Where the test images are read right, (n,)."""
        return np.asarray(self.recognition.nearest == self.subject.test.labels)

    @functools.cached_property
    def bins(self) -> list[reading.Bin]:
        """The test images by their confidence."""
        return reading.reliability(self.recognition.confidence, self.right)

    @functools.cached_property
    def refused(self) -> dict[str, Figure]:
        """The shares of probes that are refused, by kind."""
        scores = self.recognition.score
        return {
            kind: Figure(
                float((answers.labels == NONE).mean()),
                len(answers.labels),
                reading.auroc(scores, answers.score),
                reading.false_positives(scores, answers.score),
            )
            for kind, answers in self.probes.items()
        }

    def figures(self) -> dict[str, Figure]:
        """Return all shares, each by its name in words."""
        count = len(self.right)
        recognised = float((self.recognition.labels != NONE).mean())
        return {
            "test images read right": Figure(float(self.right.mean()), count),
            "test images accepted": Figure(recognised, count),
            **{f"{kind}: accepted, read right": figure for kind, figure in self.accepted.items()},
            **{f"{kind}: refused": figure for kind, figure in self.refused.items()},
        }


def measure(
    subject: Subject,
    probes: Mapping[str, Array],
    positives: Mapping[str, tuple[Array, Array]],
    *,
    seed: int,
    sample_count: int = samples.SAMPLES,
    teaching_count: int = samples.TEACHING,
    progress: bool = True,
) -> Evaluation:
    """Measure networks.

    Args:
        subject: the networks and the data set.
        probes: pictures (n, pixels) that have none of the labels, by kind.
        positives: further pictures (n, pixels) and their labels (n,), by kind.
        seed: the seed of the samples, and of the probes, for the result; those of training are small numbers.
        sample_count, teaching_count: as `samples.evaluate` takes them.
        progress: if True, show a bar on standard error where that is a terminal.
    """
    recognise = subject.recogniser.recognise
    with clock("test images", progress):
        recognition = recognise(subject.test.images)
    return Evaluation(
        subject,
        recognition,
        probes,
        {
            kind: recognise(images)
            for kind, images in progress_bar(probes.items(), "probes, recognised", len(probes), progress)
        },
        {
            kind: Figure(float((recognise(images).labels == labels).mean()), len(images))
            for kind, (images, labels) in positives.items()
        },
        samples.evaluate(
            subject.generate,
            subject.train,
            subject.test,
            seed=seed,
            samples=sample_count,
            teaching=teaching_count,
            post=subject.draw,
            readers={} if subject.discriminate is None else {"post": subject.discriminate},
            progress=progress,
        ),
        seed,
    )


def _check_size(dataset: Dataset, recogniser: Recogniser, name: str) -> None:
    if dataset.shape != recogniser.shape:
        sizes = ["x".join(map(str, shape)) for shape in (recogniser.shape, dataset.shape)]
        raise DataError(
            f"{name}: expected pictures of {sizes[0]} as the networks take them, found {sizes[1]}; "
            f"try another data set, or train on this one"
        )


def _post(files: FileSet, network: Network) -> Predictor | None:
    """Return a network of the post, None if it is not in the set."""
    prefix = files.folder / network.name
    epochs = epochs_of(prefix, 0, files)
    return Predictor(prefix, epochs, network, files=files) if epochs else None
