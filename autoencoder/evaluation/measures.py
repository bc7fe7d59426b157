"""Measures of the networks of a folder: reading, refusal and generation."""

import collections
import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autoencoder import discriminator, generator
from autoencoder.data import idx
from autoencoder.data.idx import DataError, Dataset
from autoencoder.data.ink import pen_widths
from autoencoder.data.labels import Labels
from autoencoder.data.pictures import Array
from autoencoder.data.storage import FileSet
from autoencoder.digits.digit_generator import NAME, DigitGenerator, styles
from autoencoder.digits.recognition.kinds import NAME as KINDS_NAME
from autoencoder.digits.recognition.recogniser import NONE, Recogniser, Recognition
from autoencoder.digits.training.judge import Judge, Reader, SampleEvaluator, halves
from autoencoder.digits.training.synthetic.pieces import grid
from autoencoder.digits.training.synthetic.sources import Random, rows_of_two_labels
from autoencoder.networks.checkpoint import epochs_of
from autoencoder.networks.mx import is_installed
from autoencoder.networks.network import Network
from autoencoder.networks.predictor import Predictor, call_in_threads
from autoencoder.networks.progress import clock, progress_bar
from autoencoder.networks.run import Folder

# --- probes -----------------------------------------------------------------------------------------------

Maker = Callable[[Dataset, int, Random], Array]  # the test images, the number of probes -> (number, pixels)


def uniform_noise(test: Dataset, count: int, random: Random) -> Array:
    """Return pixels of independent uniform noise within 0..1."""
    return random.random((count, test.images.shape[1]))


def gaussian_noise(test: Dataset, count: int, random: Random) -> Array:
    """Return pixels of independent Gaussian noise around 0.5, with a deviation of 0.3."""
    return (0.5 + 0.3 * random.standard_normal((count, test.images.shape[1]))).clip(0, 1)


def constants(test: Dataset, count: int, random: Random) -> Array:
    """Return one level of grey each, from black to white in even steps."""
    return np.repeat(np.linspace(0, 1, count)[:, None], test.images.shape[1], axis=1)


def inverted_images(test: Dataset, count: int, random: Random) -> Array:
    """Return test images in black on white."""
    return np.asarray(1 - test.images[random.integers(len(test), size=count)])


def stripes(test: Dataset, count: int, random: Random) -> Array:
    """Return stripes 2 to 14 pixels apart in any direction, soft in every other picture, hard in the rest."""
    y, x = grid(test.shape)
    angle = random.uniform(0, np.pi, (count, 1))
    phase = random.uniform(0, 2 * np.pi, (count, 1))
    apart = random.uniform(2, 14, (count, 1))
    wave = np.sin((np.cos(angle) * x + np.sin(angle) * y) * 2 * np.pi / apart + phase)
    return np.where(np.arange(count)[:, None] % 2, (wave + 1) / 2, wave > 0)


def shuffled_pixels(test: Dataset, count: int, random: Random) -> Array:
    """Return test images with shuffled pixels, each in its own order."""
    return random.permuted(test.images[random.integers(len(test), size=count)], axis=1)


def filled_rectangles(test: Dataset, count: int, random: Random) -> Array:
    """Return upright rectangles of 5 to 24 pixels a side, of any grey from 0.3 to 1.0, anywhere on black."""
    height, width = test.shape
    result = np.zeros((count, height, width))
    for picture in result:
        h, w = random.integers(5, 25, 2)
        y, x = random.integers(0, max(height - h, 0) + 1), random.integers(0, max(width - w, 0) + 1)
        picture[y : y + h, x : x + w] = random.uniform(0.3, 1)
    return result.reshape(count, -1)


def half_masked(test: Dataset, count: int, random: Random) -> Array:
    """Return test images with a black left, right, upper or lower half."""
    images = test.images[random.integers(len(test), size=count)]
    return np.where(_half(test.shape, random.integers(4, size=count)), images, 0)


def half_collages(test: Dataset, count: int, random: Random) -> Array:
    """Return halves of two images of different labels, left and right or upper and lower."""
    first, second = rows_of_two_labels(test.labels, count, random)
    half = _half(test.shape, random.integers(4, size=count))
    return np.where(half, test.images[first], test.images[second])


KINDS: Mapping[str, Maker] = {
    "uniform noise": uniform_noise,
    "gaussian noise": gaussian_noise,
    "constants": constants,
    "inverted images": inverted_images,
    "stripes": stripes,
    "shuffled pixels": shuffled_pixels,
    "filled rectangles": filled_rectangles,
    "half-masked images": half_masked,
    "collages of halves": half_collages,
}


def make_probes(
    test: Dataset, count: int, seed: int, kinds: Mapping[str, Maker] = KINDS, progress: bool = False
) -> dict[str, Array]:
    """Return probes of each kind, float32 (count, height * width), 0..1.

    Args:
        test: the images used to make probes.
        count: the number of probes of each kind.
        seed: the seed; the probes of a kind do not depend on the other kinds.
        kinds: the makers by name.
        progress: if True, show a bar on standard error where that is a terminal.
    """
    return {
        kind: np.asarray(maker(test, count, np.random.default_rng([seed, *kind.encode()])), np.float32)
        for kind, maker in progress_bar(kinds.items(), "probes", len(kinds), progress)
    }


def _half(shape: tuple[int, int], which: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return masks (n, height * width) of halves; which (n,) is 0 to 3: right, left, lower, upper."""
    y, x = grid(shape)
    return np.stack([x > 0, x < 0, y > 0, y < 0])[which]


# --- reading ----------------------------------------------------------------------------------------------

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]

EXPLAINED = 300  # refused probes of each kind that get a reason
MISTAKES = 7  # of each kind that are kept
BINS = 15  # as in Guo et al.
LEAST = (None, 0.9, 0.99, 0.999)  # the values of `min_confidence` to report
FALSE_POSITIVES = (0.1, 0.01, 0.001)  # the rates at which the correct classification rate is measured
WIDTHS = 5  # groups of images by the width of their strokes
RUN = 100  # neighbours in a group
TRUE_POSITIVES = 0.95  # the share of test images at which the false positive rate is measured


def load_metrics() -> Any:
    """Return scikit-learn's module of metrics, imported at the first call.

    Raises:
        ImportError: scikit-learn is not installed.
    """
    try:
        import sklearn.metrics
    except ImportError as missing:
        raise ImportError(
            f'evaluate needs scikit-learn: pip install "mxspec[evaluate]" ({missing})'
        ) from missing
    return sklearn.metrics


def confusion(labels: Ints, read: Ints, count: int) -> npt.NDArray[np.int64]:
    """Return the confusion matrix, (count, count + 1); its last column is for "not recognised".

    Args:
        labels: (n,) the labels of the images, 0 to count - 1.
        read: (n,) the labels read, or a negative number for an image that is not recognised.
        count: the number of labels.

    >>> confusion(np.array([0, 0, 1, 1]), np.array([0, 1, 1, -1]), 2).tolist()
    [[1, 1, 0], [0, 1, 1]]
    """
    columns = np.where(np.asarray(read) < 0, count, read)
    matrix = load_metrics().confusion_matrix(labels, columns, labels=range(count + 1))
    return np.asarray(matrix[:count], np.int64)


def recall(matrix: Ints) -> list[float | None]:
    """Return the share of correctly read images of each label, None for a label without images.

    >>> recall(np.array([[3, 0, 1], [0, 0, 0]]))
    [0.75, None]
    """
    rows = zip(matrix.diagonal(), matrix.sum(axis=1), strict=True)
    return [float(right / images) if images else None for right, images in rows]


class Bin(NamedTuple):
    """The images with a confidence within a range.

    Attributes:
        low, high: the range, without low but with high; the first range includes 0.
        images: the number of images.
        confidence: their mean confidence; 0 without images.
        accuracy: the share of correctly read images; 0 without images.
    """

    low: float
    high: float
    images: int
    confidence: float
    accuracy: float


def reliability_bins(confidence: Floats, right: npt.NDArray[np.bool_], bins: int = BINS) -> list[Bin]:
    """Return the images in bins of equal width by their confidence.

    Args:
        confidence: (n,) within 0..1, the confidence of each reading.
        right: (n,) True for correct readings.
        bins: the number of ranges.

    >>> bins = reliability_bins(np.array([0.5, 0.9, 1.0]), np.array([1, 0, 1]), 2)
    >>> [(bin.images, bin.accuracy) for bin in bins]
    [(1, 1.0), (2, 0.5)]
    """
    edges = np.linspace(0, 1, bins + 1)
    places = np.searchsorted(edges[1:-1], confidence, side="left")
    result = []
    for number, (low, high) in enumerate(itertools.pairwise(edges)):
        rows = places == number
        means = (float(confidence[rows].mean()), float(right[rows].mean())) if rows.any() else (0.0, 0.0)
        result.append(Bin(float(low), float(high), int(rows.sum()), *means))
    return result


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean difference of confidence and accuracy over images (Guo et al. 2017, "On Calibration of
    Modern Neural Networks").

    >>> expected_calibration_error([Bin(0, 0.5, 1, 0.5, 1.0), Bin(0.5, 1, 3, 0.75, 0.75)])
    0.125
    """
    gaps = sum(bin.images * abs(bin.confidence - bin.accuracy) for bin in bins)
    return gaps / sum(bin.images for bin in bins)


def wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95% confidence interval of a share measured on count images (Wilson 1927).

    >>> [round(end, 3) for end in wilson(0.5, 10)]
    [0.237, 0.763]
    """
    middle = share + z**2 / (2 * count)
    width = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    scale = 1 + z**2 / count
    return float((middle - width) / scale), float((middle + width) / scale)


def coverage(
    labels: Ints, read: Ints, confidence: Floats, least: Sequence[float | None] = LEAST
) -> list[dict[str, float | None]]:
    """Return for each minimal confidence the shares of accepted images, and of misread ones among them.

    Args:
        labels: (n,) the labels of the images.
        read: (n,) the labels read, or a negative number for an image that is not recognised.
        confidence: (n,) within 0..1, the confidence of each reading.
        least: the minimal confidences; None means any.

    >>> labels, read, confidence = np.array([[1, 2, 3, 4], [1, 2, 4, -1], [0.9, 0.99, 0.5, 1.0]])
    >>> coverage(labels, read, confidence, [None, 0.9])
    [{'min_confidence': None, 'accepted': 0.75, 'errors': 0.3333333333333333},
     {'min_confidence': 0.9, 'accepted': 0.5, 'errors': 0.0}]
    """
    result = []
    for each in least:
        accepted = (read >= 0) & (confidence >= (0 if each is None else each))
        wrong = accepted & (read != labels)
        errors = float(wrong.sum() / max(1, accepted.sum()))
        result.append({"min_confidence": each, "accepted": float(accepted.mean()), "errors": errors})
    return result


def auroc(images: Floats, probes: Floats) -> float:
    """Return the area under the receiver operating characteristic: the probability that a probe has
    a higher score than an image; ties count half.

    >>> auroc(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.875
    """
    is_probe = np.repeat([0, 1], [len(images), len(probes)])
    return float(load_metrics().roc_auc_score(is_probe, np.concatenate([images, probes])))


def false_positives(images: Floats, probes: Floats) -> float:
    """Return the share of probes below the 95% quantile of the scores of images.

    >>> false_positives(np.arange(100.0), np.array([50.0, 94.0, 96.0, 200.0]))
    0.5
    """
    return float((probes <= np.quantile(images, TRUE_POSITIVES, method="lower")).mean())


def correct_classification(
    images: Floats, right: npt.NDArray[np.bool_], probes: Floats, rate: float
) -> float | None:
    """Return the share of images that are accepted and correctly read by the threshold that accepts a share
    of probes: a point of the open-set classification rate curve (Dhamija, Günther and Boult 2018, "Reducing
    Network Agnostophobia").

    Args:
        images: (n,) the scores of images.
        right: (n,) True for correctly read images.
        probes: (m,) the scores of probes; larger is more anomalous.
        rate: the false positive rate, the share of accepted probes; None is returned if it is less than one.

    >>> correct_classification(np.arange(4.0), np.array([1, 1, 0, 1], bool), np.array([2.5, 5.0]), 0.5)
    0.75
    """
    accepted = int(rate * len(probes) + 1e-9)
    if not accepted:
        return None
    rising = np.sort(probes)
    limit = rising[accepted] if accepted < len(rising) else np.inf  # the first that must be refused
    return float((right & (images < limit)).mean())


def accepted_groups(
    test: Dataset, accepted: npt.NDArray[np.bool_], names: Sequence[Any]
) -> dict[str, list[dict[str, Any]]]:
    """Return the shares of accepted images of each label, each fifth by the width of strokes, and each run of
    neighbours, which in MNIST are often one writer's.

    A promise on average over images may not hold for a group.

    Args:
        test: the images; their labels count from 0.
        accepted: (n,) True for accepted images.
        names: the names of the labels.
    """
    widths = pen_widths(test.images.reshape(-1, *test.shape))
    by_width = np.array_split(np.argsort(widths, kind="stable"), WIDTHS)
    runs = [np.arange(start, min(start + RUN, len(test))) for start in range(0, len(test), RUN)]
    groups = {
        "label": {f"label {name}": np.flatnonzero(test.labels == label) for label, name in enumerate(names)},
        "stroke width": {
            f"strokes of {widths[rows[0]]:.1f} to {widths[rows[-1]]:.1f} pixels": rows
            for rows in by_width
            if rows.size
        },
        "neighbourhood": {f"images {rows[0]:,} to {rows[-1]:,}": rows for rows in runs},
    }
    return {
        kind: [
            {
                "name": name,
                "images": len(rows),
                "accepted": float(accepted[rows].mean()) if rows.size else 0.0,
            }
            for name, rows in members.items()
        ]
        for kind, members in groups.items()
    }


# --- what is measured -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """The networks to measure, and the data set to measure them on.

    Attributes:
        model_dir: the folder of the checkpoints.
        recogniser, generate: the networks of `train digits`.
        discriminate, draw: the post's discriminator and generator; None if the folder lacks them.
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
            CheckpointError, DataError: the networks or the images can't be read, or don't match.
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
            _load_post_network(files, discriminator.network(len(labels), labels.pixels)),
            _load_post_network(files, generator.network(len(labels), labels.pixels)),
            labels.count_from_zero(train),
            labels.count_from_zero(test),
        )

    @property
    def labels(self) -> Labels:
        """The labels of the networks and of the data set."""
        return self.generate.labels

    def checkpoints(self) -> list[str]:
        """Return the names of the measured checkpoints."""
        epochs = dict(self.recogniser.epochs) | {NAME: self.generate.epochs}
        if self.recogniser.kinds is not None:
            epochs[KINDS_NAME] = epochs_of(self.model_dir / KINDS_NAME, 0)
        for name, network in (("discriminator", self.discriminate), ("generator", self.draw)):
            if network is not None:
                epochs[name] = epochs_of(self.model_dir / name, 0)
        return sorted(f"{name}-{number:04d}.params" for name, number in epochs.items())

    def images_of(self, name: str, folder: Path) -> Array:
        """Return the test images of another data set; errors mention its name.

        Raises:
            DataError: the images can't be read, or have another size.
        """
        other = idx.load("t10k", folder)
        _check_size(other, self.recogniser, name)
        return other.images


# --- samples ----------------------------------------------------------------------------------------------

SAMPLES = 10_000
TEACHING = 20_000  # digits to train a reader for the classification accuracy score
JUDGE_SEED = 0  # of the judge and of the readers trained on samples


def measure_generator(
    subject: Subject, *, seed: int, sample_count: int, teaching_count: int, progress: bool
) -> dict[str, Any]:
    """Measure the generator of digits, and the post's for comparison.

    Args:
        subject: the networks and the data set.
        seed: the seed of the samples; training uses small seeds.
        sample_count: the number of samples, equally many of each label.
        teaching_count: the number of further samples, equally many of each label, to train a reader, and of
            real training digits to train another.
        progress: as in `learning.train_epochs`.

    Returns:
        `samples`, `real` (the test digits) and `post`, if it is measured, each a dict of `Measures`;
        `plain`, each reader's lowest probability of the right label among digits of style 0; `teaching`, the
        classification accuracy scores of samples and of real digits. All values suit JSON. The dict is empty
        without MXNet, which trains the judge.
    """
    if not is_installed():
        return {}
    generate, train, test = subject.generate, subject.train, subject.test
    each = np.arange(len(subject.labels))
    samples = np.repeat(each, max(2, teaching_count // len(each)))  # other samples than the measured ones
    drawn = Dataset(generate(samples, styles(len(samples), [seed, 1])), samples, train.shape)
    real = train.rows(np.random.default_rng(JUDGE_SEED).permutation(len(train))[:teaching_count])
    judge, *learners = call_in_threads(
        [
            functools.partial(
                Judge, digits, len(each), JUDGE_SEED, progress=progress, report=lambda line: None
            )
            for digits in (halves(train)[1], drawn, real)
        ]
    )
    labels = np.repeat(each, max(2, sample_count // len(each)))
    with clock("samples", progress):
        yardstick = SampleEvaluator(judge, train)
        measures = {
            "samples": yardstick.measure(generate(labels, styles(len(labels), seed)), labels),
            "real": yardstick.measure(test.images, test.labels),
        }
        if subject.draw is not None:
            measures["post"] = yardstick.measure(subject.draw(each)[labels], labels)
    readers: dict[str, Reader] = {"judge": judge.probabilities}
    if subject.discriminate is not None:
        readers["post"] = subject.discriminate
    plain = generate(each)
    scores = [
        float((learner.probabilities(test.images).argmax(axis=1) == test.labels).mean())
        for learner in learners
    ]
    return {
        **{name: values._asdict() for name, values in measures.items()},
        "plain": {name: float(read(plain)[each, each].min()) for name, read in readers.items()},
        "teaching": dict(zip(("samples", "real"), scores, strict=True)),
    }


# --- the evaluation ---------------------------------------------------------------------------------------


class MeasuredShare(NamedTuple):
    """A share of pictures, accepted or refused.

    Attributes:
        share: the share, 0..1.
        pictures: the number of pictures.
        auroc: for probes, the probability of a higher score than a test image.
        false_positives: for probes, the share accepted by a threshold that accepts 95% of the test images.
        correct: for probes, the correct classification rate of the test images at each of FALSE_POSITIVES, by
            that rate; None where the probes are too few to measure it.
    """

    share: float
    pictures: int
    auroc: float | None = None
    false_positives: float | None = None
    correct: dict[str, float | None] | None = None


class Mistake(NamedTuple):
    """A picture that is not answered as it should be.

    Attributes:
        image: (pixels,).
        label: the number of the label read; NONE for a refused picture.
        confidence: the confidence of the reading, 0..1.
        score: the anomaly score.
    """

    image: Array
    label: int
    confidence: float
    score: float


def worst_mistakes(images: Array, answers: Recognition, labels: Ints | None, most: int) -> list[Mistake]:
    """Return the most confident mistakes: misread pictures, then refused ones; or accepted ones.

    Args:
        images: (n, pixels).
        answers: the answers for them.
        labels: (n,) their labels; None if each of them should be refused.
        most: the largest number of mistakes.
    """
    is_read = answers.labels != NONE
    if labels is None:
        wrong = np.flatnonzero(is_read)
        order = answers.score[wrong].argsort()
    else:
        wrong = np.flatnonzero(answers.labels != labels)
        order = np.lexsort([-np.where(is_read, answers.confidence, answers.score)[wrong], ~is_read[wrong]])
    return [
        Mistake(
            images[row], int(answers.labels[row]), float(answers.confidence[row]), float(answers.score[row])
        )
        for row in wrong[order[:most]]
    ]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The results of a measurement.

    Attributes:
        subject: the networks and the data set.
        recognition: the answers for the test images.
        images: probes (n, pixels), pictures without a label, by kind.
        probes: the answers for the probes.
        accepted: the shares of further labelled pictures that are accepted and correctly read, by kind.
        mistakes: the most confident mistakes among the labelled pictures and the probes, by kind.
        generated: the measures of generated images, as `measure_generator` returns them.
        seed: the seed of the probes and of the samples.
    """

    subject: Subject
    recognition: Recognition
    images: Mapping[str, Array]
    probes: Mapping[str, Recognition]
    accepted: Mapping[str, MeasuredShare]
    mistakes: Mapping[str, Sequence[Mistake]]
    generated: Mapping[str, Any]
    seed: int

    @functools.cached_property
    def matrix(self) -> Array:
        """The confusion matrix (labels, labels + 1), as `confusion` returns it."""
        return confusion(self.subject.test.labels, self.recognition.labels, len(self.subject.labels))

    @functools.cached_property
    def right(self) -> Array:
        """True for each correctly read test image, (n,)."""
        return np.asarray(self.recognition.nearest == self.subject.test.labels)

    @functools.cached_property
    def bins(self) -> list[Bin]:
        """The test images by their confidence."""
        return reliability_bins(self.recognition.confidence, self.right)

    @functools.cached_property
    def refusals(self) -> dict[str, MeasuredShare]:
        """The shares of refused probes, by kind."""
        scores = self.recognition.score
        return {
            kind: MeasuredShare(
                float((answers.labels == NONE).mean()),
                len(answers.labels),
                auroc(scores, answers.score),
                false_positives(scores, answers.score),
                {
                    f"{rate:g}": correct_classification(scores, self.right, answers.score, rate)
                    for rate in FALSE_POSITIVES
                },
            )
            for kind, answers in self.probes.items()
        }

    @functools.cached_property
    def names(self) -> dict[str, dict[str, float]]:
        """The shares of refused probes by what they look like, by kind, of up to EXPLAINED probes."""
        result = {}
        for kind, images in self.images.items():
            refused = images[self.probes[kind].labels == NONE][:EXPLAINED]
            readings = self.subject.recogniser.read(refused) if len(refused) else []
            counts = collections.Counter(reading.looks_like for reading in readings)
            result[kind] = {name: count / len(readings) for name, count in counts.most_common() if name}
        return result

    def figures(self) -> dict[str, MeasuredShare]:
        """Return all measured shares, by a description."""
        count = len(self.right)
        recognised = float((self.recognition.labels != NONE).mean())
        return {
            "test images read right": MeasuredShare(float(self.right.mean()), count),
            "test images accepted": MeasuredShare(recognised, count),
            **{f"{kind}: accepted, read right": figure for kind, figure in self.accepted.items()},
            **{f"{kind}: refused": figure for kind, figure in self.refusals.items()},
        }


def measure(
    subject: Subject,
    probes: Mapping[str, Array],
    positives: Mapping[str, tuple[Array, Array]],
    *,
    seed: int,
    sample_count: int = SAMPLES,
    teaching_count: int = TEACHING,
    progress: bool = True,
) -> Evaluation:
    """Measure networks.

    Args:
        subject: the networks and the data set.
        probes: pictures (n, pixels) without a label, by kind.
        positives: further pictures (n, pixels) and their labels (n,), by kind.
        seed: the seed of the samples and the probes; training uses small seeds.
        sample_count, teaching_count: as in `measure_generator`.
        progress: if True, show a bar on standard error where that is a terminal.
    """
    recognise = subject.recogniser.recognise
    with clock("test images", progress):
        recognition = recognise(subject.test.images)
    answers = {
        kind: recognise(images)
        for kind, images in progress_bar(probes.items(), "probes, recognised", len(probes), progress)
    }
    shares: dict[str, MeasuredShare] = {}
    test = subject.test
    mistakes = {"test images": worst_mistakes(test.images, recognition, test.labels, MISTAKES)}
    for kind, (images, labels) in positives.items():
        of_kind = recognise(images)
        shares[kind] = MeasuredShare(float((of_kind.labels == labels).mean()), len(images))
        mistakes[kind] = worst_mistakes(images, of_kind, labels, MISTAKES)
    for kind, images in probes.items():
        mistakes[kind] = worst_mistakes(images, answers[kind], None, MISTAKES)
    return Evaluation(
        subject,
        recognition,
        probes,
        answers,
        shares,
        mistakes,
        measure_generator(
            subject, seed=seed, sample_count=sample_count, teaching_count=teaching_count, progress=progress
        ),
        seed,
    )


def _check_size(dataset: Dataset, recogniser: Recogniser, name: str) -> None:
    if dataset.shape != recogniser.shape:
        sizes = ["x".join(map(str, shape)) for shape in (recogniser.shape, dataset.shape)]
        raise DataError(
            f"{name}: expected pictures of {sizes[0]}, the size of the networks, found {sizes[1]}; "
            f"try another data set, or train on this one"
        )


def _load_post_network(files: FileSet, network: Network) -> Predictor | None:
    """Return a network of the post, None if the files lack it."""
    prefix = files.folder / network.name
    epochs = epochs_of(prefix, 0, files)
    return Predictor(prefix, epochs, network, files=files) if epochs else None
