"""The kinds of pictures that are refused, and the network that tells them apart.

The readers' classes for other pictures teach the readers what is not a digit, and are too coarse for names:
their "characters" hold signs beside letters, and kanji fall anywhere. This network is asked for the reason of
a refusal alone, after the readers, whose verdict it never changes. Most of its kinds have no name: they are
the pictures that should not be mistaken for one that has.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from autoencoder.data.pictures import Array
from autoencoder.networks.network import Network
from autoencoder.networks.runtime import ONNX
from autoencoder.recognition.reader import reader

NAME = "digits-kinds"
EPOCHS = 10
WIDTHS = (24, 64, 160)  # as reader.WIDTHS: 206,000 parameters for 28x28 pixels


class RefusedKind(NamedTuple):
    """A kind of pictures.

    Attributes:
        name: a stable word for programs; None for kinds without a name. Kinds may share one.
        words: what such a picture is, after "looks like".
    """

    name: str | None = None
    words: str = ""


# The order is that of the network's outputs.
KINDS: Mapping[str, RefusedKind] = {
    "digits": RefusedKind(),
    "letters": RefusedKind("letter", "a letter"),
    "signs": RefusedKind(),
    "drawings": RefusedKind(),
    "compounds": RefusedKind(),
    "cuts": RefusedKind("piece", "a piece of a digit"),
    "pieces": RefusedKind("piece", "pieces of digits"),
    "on the side": RefusedKind("turned", "a digit on its side"),
    "upside down": RefusedKind("turned", "a digit upside down"),
    "mirrored": RefusedKind("turned", "a mirrored digit"),
    "pairs": RefusedKind("row", "two digits"),
    "triples": RefusedKind("row", "three digits"),
    "noise": RefusedKind("noise", "noise"),
    "grounds": RefusedKind(),
}


LEAST = 0.65
"""The least probability of a name: at 0.6, 0.65 and 0.7, 6.9%, 6.2% and 4.6% of pictures that no name suits
had one, and 91%, 90% and 87% of letters as by a hand had theirs."""


def choose_name(probabilities: Array) -> tuple[RefusedKind, float] | None:
    """Return the likeliest kind of the likeliest name, and the name's probability, None if it is below LEAST.

    Args:
        probabilities: (n,), of KINDS in their order.

    >>> choose_name(np.eye(len(KINDS))[1])
    (RefusedKind(name='letter', words='a letter'), 1.0)
    >>> choose_name(np.eye(len(KINDS))[0]) is None
    True
    """
    each = list(zip(KINDS.values(), probabilities.tolist(), strict=True))
    names = dict.fromkeys(kind.name for kind in KINDS.values() if kind.name)
    totals = {name: sum(share for kind, share in each if kind.name == name) for name in names}
    name = max(totals, key=lambda name: totals[name])
    if totals[name] < LEAST:
        return None
    kind, _ = max((pair for pair in each if pair[0].name == name), key=lambda pair: pair[1])
    return kind, totals[name]


def shift_each_way(picture: Array) -> Array:
    """Return a picture (height, width) as it is and shifted by a pixel each way, (5, height * width).

    The mean of the answers is right more often than the first.
    """
    shifts = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
    return np.stack([np.roll(picture, shift, (0, 1)).ravel() for shift in shifts])


def network(shape: tuple[int, int]) -> Network:
    """Return the network of images of a shape (height, width); its outputs are the probabilities of KINDS.

    Raises:
        DataError: images have a side of less than 4 pixels.
    """
    return reader(NAME, shape, len(KINDS), widths=WIDTHS, fastest=ONNX)
