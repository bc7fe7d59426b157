"""A convolutional network that reads digits, and has a class for what is none.

Of the size of LeNet-5 (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
recognition", 1998), with rectified linear units, batch normalisation (Ioffe and Szegedy, 2015), and digits
that are shifted while it learns. The class "other" comes after the labels and is learnt from `negatives`.
"""

from typing import Literal

import numpy as np

from autoencoder.data.idx import DataError
from autoencoder.networks import network as networks
from autoencoder.networks.layers import check_size, dense
from autoencoder.networks.mx import mx

EPOCHS = 12
WIDTHS = (20, 40, 128)  # channels, channels, units: 104,000 parameters for 28x28 pixels
SHIFT = 2  # pixels
DROPPED = 0.3  # of the last units in each step, so that digits of other writers seem less odd

NAME = "digits-reader"
_FIELD = 5  # pixels a side that a convolution looks at, as in LeNet
_SMALL = 16  # an image with a shorter side is framed, or the second convolution would have nothing to look at


def network(shape: tuple[int, int], labels: int) -> networks.Network:
    """The reader of a data set.

    Args:
        shape: (height, width) of an image in pixels.
        labels: how many labels there are, from 0 up. "other" is one more.

    Raises:
        DataError: images have a side of less than 4 pixels.
    """
    check_size(shape)

    def get_symbol(pixels: int) -> mx.sym.Symbol:
        pad = _FIELD // 2 if min(shape) < _SMALL else 0
        # For 28x28 pixels:
        x = mx.sym.Variable(networks.DATA)  # (batch, 784)
        x = mx.sym.reshape(x, (-1, 1, *shape), name="square")  # -> (batch, 1, 28, 28)
        x = _convolution(x, "1", WIDTHS[0], pad)  # -> (batch, 20, 12, 12)
        x = _convolution(x, "2", WIDTHS[1], pad)  # -> (batch, 40, 4, 4)
        x = dense(mx.sym.flatten(x, name="flat"), "dense1", WIDTHS[2])  # -> (batch, 128)
        x = _relu(_normalised(x, "norm3"), "relu3")
        x = mx.sym.Dropout(x, name="dropout", p=DROPPED)
        x = dense(x, "result", labels + 1)  # -> (batch, 11)
        return mx.sym.SoftmaxOutput(x, mx.sym.Variable(networks.LABEL), name="output")

    def feed(images: networks.Array, classes: networks.Array) -> tuple[networks.Array, networks.Array]:
        outside = np.flatnonzero((classes < 0) | (classes > labels))
        if outside.size:
            raise DataError(
                f"expected labels within 0..{labels - 1}, and {labels} for other, found "
                f"{classes[outside[0]]} at image {outside[0]}; try a data set of {labels} labels"
            )
        return images, classes.astype(np.float32)

    def augment(images: networks.Array, random: np.random.Generator) -> networks.Array:
        return shifted(images, shape, random)

    return networks.Network(
        NAME,
        get_symbol,
        feed,
        metric="accuracy",
        pixels_axis=shape[0] * shape[1],
        initializer=mx.init.Xavier,
        learning_rate=0.002,
        decay=0.77,
        augment=augment,
        trained_as="digits",
        classes=labels + 1,
    )


def shifted(
    images: networks.Array,
    shape: tuple[int, int],
    random: np.random.Generator,
    most: int = SHIFT,
    mode: Literal["edge", "constant"] = "edge",
) -> networks.Array:
    """Each image moved by as much as 2 pixels up or down, and left or right.

    Args:
        images: (n, height * width).
        shape: (height, width).
        random: where the moves come from.
        most: pixels.
        mode: what comes in from outside. "edge" draws the edge of the image out; black, which "constant"
            is, would put a frame about inverted digits and plain grey, by which a reader would know them.

    Returns:
        A new array of the same shape.
    """
    height, width = shape
    padded = np.pad(images.reshape(-1, height, width), ((0, 0), (most, most), (most, most)), mode=mode)
    down, right = random.integers(0, 2 * most + 1, (2, len(images), 1, 1))
    rows = np.arange(height)[None, :, None] + down
    columns = np.arange(width)[None, None, :] + right
    moved: networks.Array = padded[np.arange(len(images))[:, None, None], rows, columns]
    return moved.reshape(len(images), -1)


def _convolution(x: mx.sym.Symbol, number: str, width: int, pad: int) -> mx.sym.Symbol:
    x = mx.sym.Convolution(
        x, name=f"conv{number}", kernel=(_FIELD, _FIELD), pad=(pad, pad), num_filter=width, no_bias=True
    )
    x = _relu(_normalised(x, f"norm{number}"), f"relu{number}")
    return mx.sym.Pooling(x, name=f"pool{number}", kernel=(2, 2), stride=(2, 2), pool_type="max")


def _normalised(x: mx.sym.Symbol, name: str) -> mx.sym.Symbol:
    # Moving means and variances of the last 50 batches or so; those of the usual 10 are a matter of luck.
    return mx.sym.BatchNorm(x, name=name, fix_gamma=False, eps=1e-5, momentum=0.98)


def _relu(x: mx.sym.Symbol, name: str) -> mx.sym.Symbol:
    return mx.sym.Activation(x, name=name, act_type="relu")
