"""A judge of generated digits that took no part in making them, and its measures.

The judge is a small convolutional network, trained on half of the training digits. Its measures of samples,
equally many of each label and unfiltered, are:

- accuracy: the share that the judge reads as their label, overall and in the worst class;
- the Frechet distance of the judge's last features between samples and training digits (Heusel et al. 2017,
  "GANs Trained by a Two Time-Scale Update Rule", with this judge in place of Inception);
- diversity: the mean distance of two samples of a class over that of two real digits of the class;
- the pixel distance to the nearest training digit: memorised samples are closer than test digits.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autoencoder.data.idx import Dataset
from autoencoder.data.images import Array
from autoencoder.data.labels import as_floats
from autoencoder.generation.distances import Moments, frechet_distance, mean_pairwise_distance, nearest
from autoencoder.inference.predictor import predict
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network
from autoencoder.training import loop
from autoencoder.training.augmentation import shifted
from autoencoder.training.epochs import stretched
from autoencoder.training.resume import Bookmark

Reader = Callable[[Array], Array]  # images (n, pixels) -> the probabilities of the labels, (n, k)

EPOCHS = 8
BATCH_SIZE = 100
FEATURES = 128


class Measures(NamedTuple):
    """The measures of a few thousand images with known labels.

    Attributes:
        accuracy: the share, 0..1, that the judge reads as labelled.
        worst_class: the lowest such share of a class.
        diversity: the mean distance of two images of a class over that of training digits, averaged over
            classes.
        frechet: the Frechet distance from training digits in the judge's features.
        nearest_median, nearest_least: the distance to the nearest training digit, Euclidean over pixels 0..1.
    """

    accuracy: float
    worst_class: float
    diversity: float
    frechet: float
    nearest_median: float
    nearest_least: float


def network(shape: tuple[int, int], count: int) -> Network:
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
        pixels_axis=math.prod(shape),
        initializer=mx.init.Xavier,
        decay=0.7,
        augment=lambda images, random: shifted(images, shape, random, mode="constant"),
    )


def halves(dataset: Dataset) -> tuple[Dataset, Dataset]:
    """Return the half that the choice of a generator uses, and the half that its judge learns from.

    The halves are random, but always the same. They are not every second digit: MNIST alternates between its
    two sources, and a network trained on every second digit misreads 6% of the others.
    """
    order = np.random.default_rng(0).permutation(len(dataset))
    middle = len(dataset) // 2

    def part(rows: npt.NDArray[np.int64]) -> Dataset:
        return Dataset(dataset.images[rows], dataset.labels[rows], dataset.shape)

    return part(order[middle:]), part(order[:middle])


class Judge:
    """A trained judge, which gives the features and probabilities of images.

    Args:
        dataset: the images that it learns from.
        count: the number of labels, from 0 up.
        seed: the same seed gives the same judge.
        epochs: the number of epochs; None is 8, or more for few images.
        progress, report, bookmark: as `loop.train` takes them.
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
        description = network(dataset.shape, count)
        if epochs is None:
            description, epochs = stretched(description, EPOCHS, len(dataset), BATCH_SIZE)
        module = loop.train(
            description,
            dataset,
            epochs,
            seed=seed,
            batch_size=BATCH_SIZE,
            progress=progress,
            report=report,
            bookmark=bookmark,
        ).module
        arguments, auxiliaries = module.get_params()
        self._weight = arguments["result_weight"].asnumpy()
        self._bias = arguments["result_bias"].asnumpy()
        features = module.symbol.get_internals()["features_output"]
        self._module = mx.mod.Module(features, data_names=[DATA], label_names=None)
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


class Yardstick:
    """A judge and training digits, against which images are measured.

    Args:
        judge: the judge.
        train: the digits that samples are compared with.
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
        """Return a line of the measures that take little time, for the reports of a training."""
        fast = self._fast(images, labels)
        return (
            f"read {fast['accuracy']:.4f}, worst {fast['worst_class']:.3f}, "
            f"distance {fast['frechet']:.2f}, diversity {fast['diversity']:.3f}"
        )

    def distance(self, images: Array) -> float:
        """Return the Frechet distance of images (n, pixels) from training digits in the judge's features."""
        return frechet_distance(Moments.of(self.judge.features(images)), self._moments)

    def measure(self, images: Array, labels: Array) -> Measures:
        """Measure images (n, pixels) that should be read as labels (n,), a few hundred of each label."""
        distinct, inverse = np.unique(images, axis=0, return_inverse=True)
        distances = nearest(distinct, self._train.images)[inverse]
        return Measures(
            **self._fast(images, labels),
            nearest_median=float(np.median(distances)),
            nearest_least=float(distances.min()),
        )

    def _fast(self, images: Array, labels: Array) -> dict[str, Any]:
        features = self.judge.features(images)
        right = self.judge.read(features).argmax(axis=1) == labels
        shares = [
            mean_pairwise_distance(images[labels == label]) / self._spread[label]
            for label in np.unique(labels)
            if self._spread.get(label, 0) > 0  # otherwise the label has only copies of one image
        ]
        return {
            "accuracy": float(right.mean()),
            "worst_class": min(float(right[labels == label].mean()) for label in np.unique(labels)),
            "diversity": float(np.nanmean(shares)) if np.isfinite(shares).any() else float("nan"),
            "frechet": frechet_distance(Moments.of(features), self._moments),
        }
