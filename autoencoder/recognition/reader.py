"""The networks that recognise digits: two readers, and what their ensemble says of a picture.

A reader is LeNet-5 (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
recognition", 1998) made wider, with rectified linear units and batch normalisation (Ioffe and Szegedy, 2015).
After the labels it has further classes, for pictures that are not digits. The two readers learn the same with
other random numbers: what one mistakes for a digit, the other seldom does (Lakshminarayanan, Pritzel and
Blundell, "Simple and scalable predictive uncertainty estimation using deep ensembles", 2017).
"""

import math
from typing import Any

import numpy as np

from autoencoder.data.idx import DataError
from autoencoder.data.pictures import Array, Frame
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network, check_image_size
from autoencoder.networks.runtime import ONNX

EPOCHS = 15
WIDTHS = (32, 64, 160)  # channels, channels, units: 219,000 parameters for 28x28 pixels

NAME = "digits-recognition"
NAMES = ("digits-reader-1", "digits-reader-2")
_FIELD = 5  # pixels a side that a convolution looks at, as in LeNet
_SMALL = 16  # images with a shorter side are padded, or nothing would be left for the second convolution

COLUMNS = ("score", "least", "most")
"""What the ensemble says of a picture, before the probability of each label.

The score is the log-odds that the picture is something else rather than any of the labels, averaged over the
readers as the probabilities are: the larger, the stranger. It is STRANGEST where the ink has outgrown what
the readers know. Least and most are those of the pixels, NaN if a pixel is.
"""

STRANGEST = 70.0  # a score above any that probabilities give
INK = 0.4  # of the lightest pixel: a pixel that is as light belongs to the ink
TAUGHT = 1.25  # times: the readers learn from images enlarged by as much, see augmentation.move
_SPECKS = 2  # pixels of ink in a row or column, which may be noise
_LEAST = 1e-30  # stands for a probability that a reader has rounded to 0


# --- a reader ---------------------------------------------------------------------------------------------


def readers(shape: tuple[int, int], labels: int, groups: int) -> tuple[Network, ...]:
    """Return the readers of a data set.

    Args:
        shape: (height, width) of an image in pixels.
        labels: the number of labels, which count from 0.
        groups: the number of classes for other pictures, which come after the labels.

    Raises:
        DataError: images have a side of less than 4 pixels.
    """
    check_image_size(shape)

    def get_symbol(pixels: int, sym: Any = mx.sym) -> Any:
        x = _logits(sym.Variable(DATA), shape, labels + groups, sym)
        return sym.SoftmaxOutput(x, sym.Variable(LABEL), name="output")

    def feed(images: Array, classes: Array) -> tuple[Array, Array]:
        outside = np.flatnonzero((classes < 0) | (classes >= labels + groups))
        if outside.size:
            raise DataError(
                f"expected labels within 0..{labels - 1}, and {groups} more for other pictures, found "
                f"{classes[outside[0]]} at image {outside[0]}; try a data set of {labels} labels"
            )
        return images, classes.astype(np.float32)

    return tuple(
        Network(
            name,
            get_symbol,
            feed,
            metric="accuracy",
            pixels_axis=math.prod(shape),
            initializer=mx.init.Xavier,
            learning_rate=0.002,
            decay=0.75,
            trained_as="digits",
        )
        for name in NAMES
    )


def _logits(x: Any, shape: tuple[int, int], classes: int, sym: Any, prefix: str = "") -> Any:
    """Return the graph of a reader up to its softmax; prefix begins the names of its parameters."""
    pad = _FIELD // 2 if min(shape) < _SMALL else 0
    # For 28x28 pixels:
    x = sym.reshape(x, (-1, 1, *shape), name=f"{prefix}square")  # (batch, 784) -> (batch, 1, 28, 28)
    x = _convolve_and_pool(x, prefix, "1", WIDTHS[0], pad, sym)  # -> (batch, 32, 12, 12)
    x = _convolve_and_pool(x, prefix, "2", WIDTHS[1], pad, sym)  # -> (batch, 64, 4, 4)
    x = sym.flatten(x, name=f"{prefix}flat")  # -> (batch, 1024)
    x = sym.FullyConnected(x, name=f"{prefix}dense1", num_hidden=WIDTHS[2])  # -> (batch, 160)
    x = _normalise_and_rectify(x, prefix, "3", sym)
    return sym.FullyConnected(x, name=f"{prefix}result", num_hidden=classes)  # -> (batch, 16)


def _convolve_and_pool(x: Any, prefix: str, number: str, width: int, pad: int, sym: Any) -> Any:
    name, kernel = f"{prefix}conv{number}", (_FIELD, _FIELD)
    x = sym.Convolution(x, name=name, kernel=kernel, pad=(pad, pad), num_filter=width, no_bias=True)
    x = _normalise_and_rectify(x, prefix, number, sym)
    return sym.Pooling(x, name=f"{prefix}pool{number}", kernel=(2, 2), stride=(2, 2), pool_type="max")


def _normalise_and_rectify(x: Any, prefix: str, number: str, sym: Any) -> Any:
    # Moving averages over the last 50 batches or so; those over the usual 10 are too noisy.
    x = sym.BatchNorm(x, name=f"{prefix}norm{number}", fix_gamma=False, eps=1e-5, momentum=0.98)
    return sym.Activation(x, name=f"{prefix}relu{number}", act_type="relu")


# --- the ensemble -----------------------------------------------------------------------------------------


def ensemble(frame: Frame, labels: int, groups: int) -> Network:
    """Return the network of both readers, whose outputs for a picture are COLUMNS.

    Args:
        frame: the place of the ink in images of the data set.
        labels, groups: as `readers` takes them.
    """
    parts = readers(frame.shape, labels, groups)

    def get_symbol(pixels: int, sym: Any = mx.sym) -> Any:
        x = sym.Variable(DATA)
        logits = [_logits(x, frame.shape, labels + groups, sym, f"{part.name}_") for part in parts]
        logits = sym.reshape(sym.concat(*logits, dim=1), (-1, len(parts), labels + groups))
        score, likely = score_ensemble(sym.softmax(logits, axis=2), labels, sym)
        least, most = sym.min(x, axis=1, keepdims=True), sym.max(x, axis=1, keepdims=True)
        score = score + detect_oversize(x, most, frame, sym) * (STRANGEST - score)
        # Whether a maximum knows NaN is left open; a sum does.
        most = most + 0 * sym.sum(x, axis=1, keepdims=True)
        return sym.concat(score, least, most, likely, dim=1)

    return Network(
        NAME,
        get_symbol,
        lambda images, numbers: (images, numbers),
        metric="accuracy",
        pixels_axis=math.prod(frame.shape),
        trained_as="digits",
        parts=parts,
        fastest=ONNX,
    )


def score_ensemble(probabilities: Any, labels: int, sym: Any = mx.sym) -> tuple[Any, Any]:
    """Return the graphs of the score (batch, 1), and of the labels' probabilities (batch, labels), averaged.

    Args:
        probabilities: (batch, readers, classes), of which the first classes are the labels.
        labels: the number of labels.
        sym: the operators that they are built of.
    """
    likely = sym.slice_axis(probabilities, axis=2, begin=0, end=labels)
    other = sym.slice_axis(probabilities, axis=2, begin=labels, end=None)
    odds = sym.log(sym.maximum(sym.sum(other, axis=2), _LEAST)) - sym.log(
        sym.maximum(sym.sum(likely, axis=2), _LEAST)
    )  # (batch, readers)
    return sym.mean(odds, axis=1, keepdims=True), sym.mean(likely, axis=1)


def detect_oversize(x: Any, lightest: Any, frame: Frame, sym: Any = mx.sym) -> Any:
    """Return the graph of whether ink is larger than any that the readers learnt, 1 or 0, (batch, 1).

    Else they would have to judge digits that fill their picture, of which they have seen none. No picture is
    too large where images have backgrounds of their own, or ink of any size.

    Args:
        x: pictures (batch, pixels).
        lightest: the largest value of each (batch, 1).
        frame: the place of the ink in images of the data set.
        sym: the operators that it is built of.
    """
    largest = TAUGHT * (frame.largest or math.inf)
    if not frame.bare or largest >= max(frame.shape):
        return lightest * 0
    # No pixel of a black picture is ink.
    ink = sym.broadcast_greater_equal(x, sym.maximum(INK * lightest, _LEAST))
    ink = sym.reshape(ink, (-1, *frame.shape))
    height, width = frame.shape
    pairs = [
        _count_distant_pairs(sym.sum(ink, axis=2) > _SPECKS, largest, height, sym),
        _count_distant_pairs(sym.sum(ink, axis=1) > _SPECKS, largest, width, sym),
    ]
    return pairs[0] + pairs[1] > 0


def _count_distant_pairs(is_ink: Any, distance: float, length: int, sym: Any) -> Any:
    """Return in how many ways two places of a row (batch, length) that are 1 have a distance or more."""
    place = sym.arange(0, length)
    later, earlier = sym.reshape(place, (1, length)), sym.reshape(place, (length, 1))
    are_apart = sym.broadcast_sub(later, earlier) > distance - 1  # (length, length)
    return sym.sum(sym.dot(is_ink, are_apart) * is_ink, axis=1, keepdims=True)
