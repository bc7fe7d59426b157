"""The networks that recognise digits: two readers and their ensemble.

A reader is LeNet-5 (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
recognition", 1998) made wider, with rectified linear units and batch normalisation (Ioffe and Szegedy, 2015).
After the labels it has further classes, for pictures that are not digits. The two readers differ only in the
seed of their training, and seldom mistake the same picture for a digit (Lakshminarayanan, Pritzel and
Blundell, "Simple and scalable predictive uncertainty estimation using deep ensembles", 2017).
"""

import math
from typing import Any

import numpy as np

from autoencoder.data.idx import DataError
from autoencoder.data.pictures import Array, Frame
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network, check_image_size
from autoencoder.networks.runtime import MXNET, ONNX

EPOCHS = 18
WIDTHS = (32, 64, 256)  # channels, channels, units: 319,000 parameters for 28x28 pixels

NAME = "digits-recognition"
NAMES = ("digits-reader-1", "digits-reader-2")
_FIELD = 5  # pixels a side of a convolution's kernel, as in LeNet
_SMALL = 16  # images with a shorter side are padded, to leave enough for the second convolution

COLUMNS = ("score", "least", "most")
"""The first outputs of the ensemble for a picture, before the probability of each label.

The anomaly score is the log-odds of the other classes against the labels, averaged over the readers, as the
probabilities are. It is HIGHEST_SCORE for ink larger than in any training image. Least and most are the
smallest and the largest pixel; most is NaN if a pixel is.
"""

HIGHEST_SCORE = 70.0  # above the score of any probabilities
INK = 0.4  # the share of the lightest pixel above which a pixel belongs to the ink
TAUGHT = 1.25  # the largest enlargement of training images, by augmentation.move
_SPECKS = 2  # this number of ink pixels in a row or column may be noise
_LEAST = 1e-30  # instead of a probability that was rounded to 0


# --- a reader ---------------------------------------------------------------------------------------------


def readers(shape: tuple[int, int], labels: int, groups: int) -> tuple[Network, ...]:
    """Return the readers of a data set.

    Args:
        shape: (height, width) of an image in pixels.
        labels: the number of labels, which count from 0.
        groups: the number of further classes, for other pictures.

    Raises:
        DataError: images have a side of less than 4 pixels.
    """
    return tuple(reader(name, shape, labels, groups) for name in NAMES)


def reader(
    name: str,
    shape: tuple[int, int],
    labels: int,
    groups: int = 0,
    widths: tuple[int, int, int] = WIDTHS,
    fastest: str = MXNET,
) -> Network:
    """Return a network of a reader's kind, by the name of its files; the other arguments are as in `readers`,
    `logits` and `Network`."""
    check_image_size(shape)

    def get_symbol(pixels: int, sym: Any = mx.sym) -> Any:
        x = logits(sym.Variable(DATA), shape, labels + groups, sym, widths=widths)
        return sym.SoftmaxOutput(x, sym.Variable(LABEL), name="output")

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
        pixels=math.prod(shape),
        initializer=lambda: mx.init.Xavier(),
        learning_rate=0.002,
        decay=0.75,
        trained_as="digits",
        fastest=fastest,
    )


def logits(
    x: Any,
    shape: tuple[int, int],
    classes: int,
    sym: Any,
    prefix: str = "",
    widths: tuple[int, int, int] = WIDTHS,
) -> Any:
    """Return the graph of a reader up to its softmax; prefix begins the names of its parameters."""
    pad = _FIELD // 2 if min(shape) < _SMALL else 0
    # For 28x28 pixels:
    x = sym.reshape(x, (-1, 1, *shape), name=f"{prefix}square")  # (batch, 784) -> (batch, 1, 28, 28)
    x = _convolve_and_pool(x, prefix, "1", widths[0], pad, sym)  # -> (batch, 32, 12, 12)
    x = _convolve_and_pool(x, prefix, "2", widths[1], pad, sym)  # -> (batch, 64, 4, 4)
    x = sym.flatten(x, name=f"{prefix}flat")  # -> (batch, 1024)
    x = sym.FullyConnected(x, name=f"{prefix}dense1", num_hidden=widths[2])  # -> (batch, 256)
    x = _normalise_and_rectify(x, prefix, "3", sym)
    return sym.FullyConnected(x, name=f"{prefix}result", num_hidden=classes)  # -> (batch, 16)


def _convolve_and_pool(x: Any, prefix: str, number: str, width: int, pad: int, sym: Any) -> Any:
    name, kernel = f"{prefix}conv{number}", (_FIELD, _FIELD)
    x = sym.Convolution(x, name=name, kernel=kernel, pad=(pad, pad), num_filter=width, no_bias=True)
    x = _normalise_and_rectify(x, prefix, number, sym)
    return sym.Pooling(x, name=f"{prefix}pool{number}", kernel=(2, 2), stride=(2, 2), pool_type="max")


def _normalise_and_rectify(x: Any, prefix: str, number: str, sym: Any) -> Any:
    # Moving averages over about 50 batches; the usual 10 are too noisy.
    x = sym.BatchNorm(x, name=f"{prefix}norm{number}", fix_gamma=False, eps=1e-5, momentum=0.98)
    return sym.Activation(x, name=f"{prefix}relu{number}", act_type="relu")


# --- the ensemble -----------------------------------------------------------------------------------------


def ensemble(frame: Frame, labels: int, groups: int) -> Network:
    """Return the network of both readers; its outputs are COLUMNS and the probability of each label.

    Args:
        frame: the place of the ink in images of the data set.
        labels, groups: as in `readers`.
    """
    parts = readers(frame.shape, labels, groups)

    def get_symbol(pixels: int, sym: Any = mx.sym) -> Any:
        x = sym.Variable(DATA)
        parts_logits = [logits(x, frame.shape, labels + groups, sym, f"{part.name}_") for part in parts]
        stacked = sym.reshape(sym.concat(*parts_logits, dim=1), (-1, len(parts), labels + groups))
        score, likely = score_ensemble(sym.softmax(stacked, axis=2), labels, sym)
        least, most = sym.min(x, axis=1, keepdims=True), sym.max(x, axis=1, keepdims=True)
        score = score + detect_oversize(x, most, frame, sym) * (HIGHEST_SCORE - score)
        # A maximum may ignore NaN; a sum does not.
        most = most + 0 * sym.sum(x, axis=1, keepdims=True)
        return sym.concat(score, least, most, likely, dim=1)

    return Network(
        NAME,
        get_symbol,
        lambda images, numbers: (images, numbers),
        metric="accuracy",
        pixels=math.prod(frame.shape),
        trained_as="digits",
        parts=parts,
        fastest=ONNX,
    )


def score_ensemble(probabilities: Any, labels: int, sym: Any = mx.sym) -> tuple[Any, Any]:
    """Return the graphs of the mean score (batch, 1) and the labels' mean probabilities (batch, labels).

    Args:
        probabilities: (batch, readers, classes), the labels first.
        labels: the number of labels.
        sym: the operators.
    """
    likely = sym.slice_axis(probabilities, axis=2, begin=0, end=labels)
    other = sym.slice_axis(probabilities, axis=2, begin=labels, end=None)
    odds = sym.log(sym.maximum(sym.sum(other, axis=2), _LEAST)) - sym.log(
        sym.maximum(sym.sum(likely, axis=2), _LEAST)
    )  # (batch, readers)
    return sym.mean(odds, axis=1, keepdims=True), sym.mean(likely, axis=1)


def detect_oversize(x: Any, lightest: Any, frame: Frame, sym: Any = mx.sym) -> Any:
    """Return the graph of a flag (batch, 1): 1 if the ink is larger than in any training image, else 0.

    The readers can't judge digits larger than their training images. The flag is 0 for data sets with
    backgrounds or with ink of any size.

    Args:
        x: pictures (batch, pixels).
        lightest: the largest value of each (batch, 1).
        frame: the place of the ink in images of the data set.
        sym: the operators.
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
    """Return the number of pairs of ones in a row (batch, length) at a distance or farther apart."""
    place = sym.arange(0, length)
    later, earlier = sym.reshape(place, (1, length)), sym.reshape(place, (length, 1))
    are_apart = sym.broadcast_sub(later, earlier) > distance - 1  # (length, length)
    return sym.sum(sym.dot(is_ink, are_apart) * is_ink, axis=1, keepdims=True)
