"""A generator of digits that vary: a label and sixteen numbers of style go in, an image comes out.

It is trained against a critic, see `autoencoder.adversarial`. The graph grows a picture of 7x7 to 28x28 by
convolutions whose channels become pixels (Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution
Using an Efficient Sub-Pixel Convolutional Neural Network"), with batch normalisation between (Radford et al.
2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks").
"""

import functools
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder import checkpoints, inference, networks
from autoencoder._mxnet import mx
from autoencoder.layers import CLASSES, classes

STYLE = 16  # standard normal numbers that tell one picture of a digit from another
EPOCHS = 12  # in the name of the shipped checkpoint; the networks of the post are trained 3
BATCH_SIZE = 50  # of inference; a single image costs as much as these
PIXELS = 28 * 28

# What goes into each batch normalisation; that itself is called NAME_norm.
NORMED = ("grow1", "grow2", "grow3")


def get_image(x: mx.sym.Symbol) -> mx.sym.Symbol:
    """The graph, from rows of a label and its style (batch, 1 + STYLE) to images (batch, 784) within 0..1."""
    label = mx.sym.reshape(mx.sym.slice_axis(x, axis=1, begin=0, end=1), (-1,))  # -> (batch,)
    z = mx.sym.slice_axis(x, axis=1, begin=1, end=None, name="style")  # -> (batch, 16)
    label = mx.sym.one_hot(label, depth=CLASSES, name="onehot")  # -> (batch, 10)
    # Where z is 0, the style is the plainest of the label. Drawn styles stay where they are: the sum of their
    # squares is about 16, which leaves exp(-4) = 0.02 of the plain one; 1 in 1,000 gets 0.37 of it or more.
    plain = mx.sym.FullyConnected(label, name="plain", num_hidden=STYLE, no_bias=True)  # -> (batch, 16)
    nearness = mx.sym.exp(-0.25 * mx.sym.sum(mx.sym.square(z), axis=1, keepdims=True))  # -> (batch, 1)
    # How far styles go is told for each label: the far ones of 5 are misread before those of 0 are.
    spread = mx.sym.FullyConnected(label, name="spread", num_hidden=1, no_bias=True)  # -> (batch, 1)
    z = mx.sym.broadcast_mul(z, spread) + mx.sym.broadcast_mul(plain, nearness)
    x = mx.sym.concat(label, z, dim=1)  # -> (batch, 26)
    x = mx.sym.FullyConnected(x, name="grow1_dense", num_hidden=48 * 7 * 7, no_bias=True)
    x = mx.sym.reshape(x, (-1, 48, 7, 7), name="grow1")  # before the norm: oneDNN fails if it comes after
    x = _normed(x, "grow1")  # -> (batch, 48, 7, 7)
    x = _convolution(x, "grow2_conv", 3, 4 * 32)  # -> (batch, 128, 7, 7)
    x = _normed(mx.sym.depth_to_space(x, block_size=2, name="grow2"), "grow2")  # -> (batch, 32, 14, 14)
    x = _normed(_convolution(x, "grow3", 3, 32), "grow3")  # -> (batch, 32, 14, 14)
    # Sixteen filters of which four are used: with fewer, oneDNN is several times slower all the way down.
    x = _convolution(x, "result", 5, 16)  # -> (batch, 16, 14, 14)
    x = mx.sym.slice_axis(x, axis=1, begin=0, end=4)  # -> (batch, 4, 14, 14)
    x = mx.sym.depth_to_space(x, block_size=2)  # -> (batch, 1, 28, 28)
    x = mx.sym.flatten(x) - 2  # most of a picture is black, so that is where training begins
    return mx.sym.Activation(x, act_type="sigmoid", name="image")  # -> (batch, 784)


def _convolution(x: mx.sym.Symbol, name: str, kernel: int, filters: int) -> mx.sym.Symbol:
    """(batch, anything, h, w) -> (batch, filters, h, w)."""
    size, pad = (kernel, kernel), (kernel // 2, kernel // 2)
    return mx.sym.Convolution(x, name=name, kernel=size, pad=pad, num_filter=filters, no_bias=True)


def _normed(x: mx.sym.Symbol, name: str) -> mx.sym.Symbol:
    x = mx.sym.BatchNorm(x, name=f"{name}_norm", fix_gamma=False)
    return mx.sym.Activation(x, act_type="relu", name=f"{name}_relu")


def get_symbol(pixels: int) -> mx.sym.Symbol:
    """The graph of a checkpoint; it is made for 28x28 pixels."""
    if pixels != PIXELS:
        raise ValueError(f"this generator draws images of {PIXELS} pixels, not {pixels}")
    image = get_image(mx.sym.Variable(networks.DATA))
    return mx.sym.LinearRegressionOutput(image, mx.sym.Variable(networks.LABEL), name="output")


def feed(images: networks.Array, labels: networks.Array) -> tuple[networks.Array, networks.Array]:
    """The labels (n,) without style go in, the images (n, pixels) should come out.

    Raises:
        DataError: a label is not within 0..9.
    """
    return rows(labels, np.zeros((len(labels), STYLE), np.float32)), images


def rows(labels: networks.Array, z: networks.Array) -> npt.NDArray[np.float32]:
    """Labels (n,) and styles (n, STYLE) as the network takes them, float32 (n, 1 + STYLE).

    Raises:
        DataError: a label is not within 0..9.
    """
    return np.concatenate([classes(np.asarray(labels))[:, None], np.asarray(z, np.float32)], axis=1)


NETWORK = networks.Network(
    "digits-generator", get_symbol, feed, metric="mse", pixels_axis=PIXELS, trained_as="digits"
)


def styles(count: int, seed: int) -> npt.NDArray[np.float32]:
    """So many styles, standard normal numbers, float32 (count, STYLE); the same seed makes the same."""
    return np.random.default_rng(seed).standard_normal((count, STYLE)).astype(np.float32)


class DigitGenerator:
    """A checkpoint that draws digits, from any number of threads.

    Args:
        model_dir: the folder of `digits-generator-symbol.json` and `digits-generator-NNNN.params`.
        epochs: the number in the name.

    Raises:
        CheckpointError: as `checkpoints.load` does.

    >>> DigitGenerator()([7, 2]).shape
    (2, 784)
    """

    def __init__(self, model_dir: str | os.PathLike[str] = checkpoints.SHIPPED, epochs: int = EPOCHS) -> None:
        self._predict = inference.Predictor(
            Path(model_dir) / NETWORK.name, epochs, NETWORK, batch_size=BATCH_SIZE
        )

    def __call__(self, labels: Any, z: Any = None) -> npt.NDArray[np.float32]:
        """Draw digits.

        Args:
            labels: (n,) whole numbers within 0..9.
            z: (n, STYLE) the styles, drawn as standard normal numbers; None means 0, a plain digit.

        Returns:
            float32 (n, 784) within 0..1, the caller's own. A row depends on its label and its style alone.

        Raises:
            DataError: a label is not within 0..9.
            ValueError: there is not one style of STYLE finite numbers for each label.
        """
        labels = np.asarray(labels)
        if labels.ndim != 1:
            raise ValueError(
                f"expected labels of shape (n,), found {labels.shape}; try [label] for a single one"
            )
        if labels.dtype.kind not in "iuf" or not (labels == np.floor(labels)).all():
            raise ValueError(f"expected whole numbers as labels, found {labels}")
        z = np.zeros((len(labels), STYLE)) if z is None else np.asarray(z, np.float32)
        if z.shape != (len(labels), STYLE):
            raise ValueError(f"expected styles of shape {(len(labels), STYLE)}, found {z.shape}")
        if not np.isfinite(z).all():
            raise ValueError("expected styles of finite numbers; try those of a standard normal distribution")
        return self._predict(rows(labels, z))


@functools.cache
def shipped() -> DigitGenerator:
    """The generator that ships with the package, loaded once."""
    return DigitGenerator()


def generate(labels: Any, z: Any = None) -> npt.NDArray[np.float32]:
    """Draw digits with the shipped generator: labels (n,), z (n, STYLE) or None -> float32 (n, 784).

    Raises:
        DataError, ValueError: as a `DigitGenerator` does.

    >>> generate([7, 7], styles(2, seed=0)).shape
    (2, 784)
    """
    return shipped()(labels, z)
