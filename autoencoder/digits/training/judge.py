"""An independent judge of generated digits, and its measures.

The judge is a small convolutional network, trained on half of the training digits. It measures unfiltered
samples, equally many of each label:

- accuracy: the share of samples read as their label, overall and in the worst class;
- the Frechet distance of the judge's last features between samples and training digits (Heusel et al. 2017,
  "GANs Trained by a Two Time-Scale Update Rule", with this judge in place of Inception);
- diversity: the mean distance of two samples of a class, divided by the mean for two of its real digits;
- the pixel distance to the nearest training digit, which shows memorised samples.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autoencoder.data.bookmark import Bookmark
from autoencoder.data.idx import Dataset
from autoencoder.data.labels import as_floats
from autoencoder.data.pictures import Array
from autoencoder.digits.training import learning
from autoencoder.digits.training.augmentation import shift
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network
from autoencoder.networks.predictor import predict

Floats = npt.NDArray[np.floating[Any]]
Reader = Callable[[Array], Array]  # images (n, pixels) -> the probabilities of the labels, (n, k)

EPOCHS = 8
BATCH_SIZE = 100
FEATURES = 128
_ROWS, _OTHERS = 500, 10_000  # distances computed at a time, which take 20 MB


class Measures(NamedTuple):
    """The measures of a few thousand images with known labels.

    Attributes:
        accuracy: the share of images read as their label, 0..1.
        worst_class: the lowest accuracy of a class.
        diversity: the mean distance of two images of a class, divided by the mean for two training digits,
            averaged over classes.
        frechet: the Frechet distance from training digits in the judge's features.
        nearest_median, nearest_least: the distance to the nearest training digit, Euclidean over pixels 0..1.
    """

    accuracy: float
    worst_class: float
    diversity: float
    frechet: float
    nearest_median: float
    nearest_least: float


def judge_network(shape: tuple[int, int], count: int) -> Network:
    """Return the judge of a data set, after LeNet-5 (LeCun 1998): inputs are images, outputs probabilities.

    Args:
        shape: (height, width) of an image in pixels.
        count: the number of labels, from 0 up.
    """

    def get_symbol(pixels: int) -> mx.sym.Symbol:
        # For 28x28 pixels and 10 labels:
        x = mx.sym.Variable(DATA)  # (batch, 784)
        x = mx.sym.reshape(x, (-1, 1, *shape))  # -> (batch, 1, 28, 28)
        for name, filters in [("conv1", 16), ("conv2", 32)]:
            x = mx.sym.Convolution(
                x, name=name, kernel=(5, 5), pad=(2, 2), num_filter=filters, no_bias=True
            )  # -> (batch, 16, 28, 28), (batch, 32, 14, 14)
            x = mx.sym.BatchNorm(x, name=f"{name}_norm", fix_gamma=False)
            x = mx.sym.Activation(x, act_type="relu")
            x = mx.sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")  # -> 14x14, 7x7
        x = mx.sym.FullyConnected(x, name="dense", num_hidden=FEATURES)  # (batch, 32, 7, 7) -> (batch, 128)
        x = mx.sym.Activation(x, name="features", act_type="relu")
        x = mx.sym.FullyConnected(x, name="result", num_hidden=count)  # -> (batch, 10)
        return mx.sym.SoftmaxOutput(x, mx.sym.Variable(LABEL), name="output")

    return Network(
        "judge",
        get_symbol,
        lambda images, labels: (images, as_floats(labels, count)),
        metric="accuracy",
        pixels=math.prod(shape),
        initializer=mx.init.Xavier,
        decay=0.7,
    )


def halves(dataset: Dataset) -> tuple[Dataset, Dataset]:
    """Return two halves of a data set: for the judge in training, and for the judge in evaluation.

    They are fixed random halves. Every second digit would not do: MNIST alternates between its two sources,
    and a network trained on one misreads 6% of the other.
    """
    order = np.random.default_rng(0).permutation(len(dataset))
    middle = len(dataset) // 2
    return dataset.rows(order[middle:]), dataset.rows(order[:middle])


class Judge:
    """A trained judge: returns features and probabilities of images.

    Args:
        dataset: the training images.
        count: the number of labels, from 0 up.
        seed: the same seed gives the same judge.
        epochs: the number of epochs; None means 8, or more for few images.
        progress, report, bookmark: as in `learning.train_epochs`.
    """

    def __init__(
        self,
        dataset: Dataset,
        count: int,
        seed: int = 0,
        epochs: int | None = None,
        *,
        progress: bool = True,
        report: Callable[[str], object] = print,
        bookmark: Bookmark | None = None,
    ) -> None:
        from autoencoder.networks.training import ThreadModule  # late: it imports MXNet

        description = judge_network(dataset.shape, count)
        if epochs is None:
            description, epochs = learning.stretch(description, EPOCHS, len(dataset), BATCH_SIZE)
        module = learning.train_epochs(
            description,
            dataset,
            epochs,
            seed=seed,
            batch_size=BATCH_SIZE,
            augment=lambda images, random: shift(images, dataset.shape, random, mode="constant"),
            progress=progress,
            report=report,
            bookmark=bookmark,
        ).module
        arguments, auxiliaries = module.get_params()
        self._weight = arguments["result_weight"].asnumpy()
        self._bias = arguments["result_bias"].asnumpy()
        features = module.symbol.get_internals()["features_output"]
        self._module = ThreadModule(features, data_names=[DATA], label_names=None)
        self._module.bind([(DATA, (500, math.prod(dataset.shape)))], for_training=False)
        self._module.set_params(arguments, auxiliaries, allow_extra=True)

    def features(self, images: Array) -> npt.NDArray[np.float32]:
        """Return the inputs of the last layer, (n, 128), for images (n, pixels)."""
        return predict(self._module, images)

    def probabilities(self, images: Array) -> npt.NDArray[np.float32]:
        """Return the probability of each label, (n, count), for images (n, pixels); rows sum to 1."""
        return self.read(self.features(images))

    def read(self, features: Array) -> npt.NDArray[np.float32]:
        """Return the probability of each label, (n, count), for features (n, 128)."""
        logits = features @ self._weight.T + self._bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: npt.NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
        return probabilities


class SampleEvaluator:
    """Measures images by a judge and by training digits.

    Args:
        judge: the judge.
        train: the training digits, for comparison.
    """

    def __init__(self, judge: Judge, train: Dataset) -> None:
        self.judge = judge
        self._train = train
        self._moments = Moments.of(judge.features(train.images))
        self._spread = {
            label: mean_pairwise_distance(train.images[train.labels == label])
            for label in np.unique(train.labels)
        }

    def score(self, images: Array, labels: Array) -> str:
        """Return a line with the quick measures, for the report of an epoch."""
        fast = self._quick_measures(images, labels)
        return (
            f"read {fast['accuracy']:.4f}, worst {fast['worst_class']:.3f}, "
            f"distance {fast['frechet']:.2f}, diversity {fast['diversity']:.3f}"
        )

    def distance(self, images: Array) -> float:
        """Return the Frechet distance of images (n, pixels) from training digits in the judge's features."""
        return frechet_distance(Moments.of(self.judge.features(images)), self._moments)

    def measure(self, images: Array, labels: Array) -> Measures:
        """Measure images (n, pixels) of labels (n,), a few hundred of each label."""
        distinct, inverse = np.unique(images, axis=0, return_inverse=True)
        distances = nearest_distances(distinct, self._train.images)[inverse]
        return Measures(
            **self._quick_measures(images, labels),
            nearest_median=float(np.median(distances)),
            nearest_least=float(distances.min()),
        )

    def _quick_measures(self, images: Array, labels: Array) -> dict[str, Any]:
        features = self.judge.features(images)
        right = self.judge.read(features).argmax(axis=1) == labels
        shares = [
            mean_pairwise_distance(images[labels == label]) / self._spread[label]
            for label in np.unique(labels)
            if self._spread.get(label, 0) > 0  # else the label has copies of one image
        ]
        return {
            "accuracy": float(right.mean()),
            "worst_class": min(float(right[labels == label].mean()) for label in np.unique(labels)),
            "diversity": float(np.nanmean(shares)) if np.isfinite(shares).any() else float("nan"),
            "frechet": frechet_distance(Moments.of(features), self._moments),
        }


class Moments(NamedTuple):
    """The mean (d,) and the covariance (d, d) of features (n, d)."""

    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, features: Floats) -> "Moments":
        """Return the moments of features (n, d)."""
        features = np.asarray(features, np.float64)
        if len(features) < 2:  # the extent of a single point is 0, and numpy would divide by it
            return cls(features.mean(axis=0), np.zeros((features.shape[1],) * 2))
        return cls(features.mean(axis=0), np.cov(features, rowvar=False))


def frechet_distance(a: Moments, b: Moments) -> float:
    """Return the squared Frechet (2-Wasserstein) distance of two Gaussians (Dowson, Landau 1982).

    >>> round(frechet_distance(Moments(np.zeros(2), np.eye(2)), Moments(np.ones(2), 4 * np.eye(2))), 6)
    4.0
    """
    # The trace of (AB)^(1/2), from the eigenvalues of A^(1/2) B A^(1/2), which is symmetric.
    values, vectors = np.linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    both = np.linalg.eigvalsh(root @ b.covariance @ root)
    cross = np.sqrt(np.maximum(both, 0)).sum()
    difference = a.mean - b.mean
    return float(difference @ difference + np.trace(a.covariance) + np.trace(b.covariance) - 2 * cross)


def mean_pairwise_distance(images: Floats, most: int = 1500) -> float:
    """Return the mean Euclidean distance of pairs of images (n, pixels), NaN for fewer than two images.

    Only the first `most` images count.
    """
    images = images[:most]
    if len(images) < 2:
        return float("nan")
    squares = (images * images).sum(axis=1)
    between = squares[:, None] + squares - 2 * (images @ images.T)
    np.fill_diagonal(between, 0)
    # Rounding may leave the distance of equal images a little below 0.
    return float(np.sqrt(np.maximum(between, 0)).sum() / (len(images) * (len(images) - 1)))


def nearest_distances(images: Floats, others: Floats) -> npt.NDArray[np.float32]:
    """Return the Euclidean distance (n,) of each image (n, pixels) to the nearest of others (m, pixels).

    >>> nearest_distances(np.array([[0.0], [5.0]]), np.array([[0.0], [3.0]]))
    array([0., 2.], dtype=float32)
    """
    result: npt.NDArray[np.float32] = np.full(len(images), np.inf, np.float32)
    squares = np.einsum("ij,ij->i", others, others)
    for start in range(0, len(images), _ROWS):
        rows, best = images[start : start + _ROWS], result[start : start + _ROWS]
        for first in range(0, len(others), _OTHERS):
            # |a - b|^2 = |a|^2 - 2ab + |b|^2, where |a|^2 does not change which b is nearest.
            distances = (-2 * rows) @ others[first : first + _OTHERS].T + squares[first : first + _OTHERS]
            np.minimum(best, distances.min(axis=1), out=best, casting="same_kind")
        best += np.einsum("ij,ij->i", rows, rows).astype(np.float32)
    np.sqrt(result.clip(0), out=result)
    return result
