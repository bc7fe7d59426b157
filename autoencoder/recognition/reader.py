"""A convolutional network that reads digits, with further classes for pictures that are not digits.

LeNet-5 (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998)
made wider, with rectified linear units and batch normalisation (Ioffe and Szegedy, 2015). The classes of
other pictures come after the labels, one for each of GROUPS. There are two such networks, which learn the
same with other random numbers: what one mistakes for a digit, the other seldom does (Lakshminarayanan,
Pritzel and Blundell, "Simple and scalable predictive uncertainty estimation using deep ensembles", 2017).
"""

import numpy as np

from autoencoder.data.idx import DataError
from autoencoder.data.images import Array
from autoencoder.networks.layers import check_size, dense
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network

EPOCHS = 15
WIDTHS = (32, 64, 160)  # channels, channels, units: 219,000 parameters for 28x28 pixels

NAMES = ("digits-reader-1", "digits-reader-2")
# The classes for other pictures. A reader learns more from several than from one class for all.
GROUPS = ("characters", "drawings", "pieces", "turned", "rows", "grounds")
_FIELD = 5  # pixels a side that a convolution looks at, as in LeNet
_SMALL = 16  # images with a shorter side are padded, or nothing would be left for the second convolution


def network(shape: tuple[int, int], labels: int, groups: int, name: str = NAMES[0]) -> Network:
    """Return the reader of a data set.

    Args:
        shape: (height, width) of an image in pixels.
        labels: the number of labels, which count from 0.
        groups: the number of classes for other pictures, which come after the labels.
        name: of NAMES.

    Raises:
        DataError: images have a side of less than 4 pixels.
    """
    check_size(shape)

    def get_symbol(pixels: int) -> mx.sym.Symbol:
        pad = _FIELD // 2 if min(shape) < _SMALL else 0
        # For 28x28 pixels:
        x = mx.sym.Variable(DATA)  # (batch, 784)
        x = mx.sym.reshape(x, (-1, 1, *shape), name="square")  # -> (batch, 1, 28, 28)
        x = _convolution(x, "1", WIDTHS[0], pad)  # -> (batch, 32, 12, 12)
        x = _convolution(x, "2", WIDTHS[1], pad)  # -> (batch, 64, 4, 4)
        x = dense(mx.sym.flatten(x, name="flat"), "dense1", WIDTHS[2])  # -> (batch, 160)
        x = _relu(_normalised(x, "norm3"), "relu3")
        x = dense(x, "result", labels + groups)  # -> (batch, 16)
        return mx.sym.SoftmaxOutput(x, mx.sym.Variable(LABEL), name="output")

    def feed(images: Array, classes: Array) -> tuple[Array, Array]:
        outside = np.flatnonzero((classes < 0) | (classes >= labels + groups))
        if outside.size:
            raise DataError(
                f"expected labels within 0..{labels - 1}, and {groups} more for other pictures, found "
                f"{classes[outside[0]]} at image {outside[0]}; try a data set of {labels} labels"
            )
        return images, classes.astype(np.float32)

    return Network(
        name,
        get_symbol,
        feed,
        metric="accuracy",
        pixels_axis=shape[0] * shape[1],
        initializer=mx.init.Xavier,
        learning_rate=0.002,
        decay=0.75,
        trained_as="digits",
        classes=labels + groups,
    )


def _convolution(x: mx.sym.Symbol, number: str, width: int, pad: int) -> mx.sym.Symbol:
    x = mx.sym.Convolution(
        x, name=f"conv{number}", kernel=(_FIELD, _FIELD), pad=(pad, pad), num_filter=width, no_bias=True
    )
    x = _relu(_normalised(x, f"norm{number}"), f"relu{number}")
    return mx.sym.Pooling(x, name=f"pool{number}", kernel=(2, 2), stride=(2, 2), pool_type="max")


def _normalised(x: mx.sym.Symbol, name: str) -> mx.sym.Symbol:
    # Moving averages over the last 50 batches or so; those over the usual 10 are too noisy.
    return mx.sym.BatchNorm(x, name=name, fix_gamma=False, eps=1e-5, momentum=0.98)


def _relu(x: mx.sym.Symbol, name: str) -> mx.sym.Symbol:
    return mx.sym.Activation(x, name=name, act_type="relu")
