"""The kinds of pictures that are refused, and the network that tells them apart.

The readers' classes for other pictures teach them what is not a digit, and are too coarse for names: their
"characters" hold signs beside letters, and kanji fall anywhere. This network gives the reason of a refusal
alone, after the readers, and never changes their verdict. Most of its kinds are nameless: pictures that
should not be mistaken for a kind with a name.
"""

from collections.abc import Mapping
from typing import NamedTuple

from autoencoder.digits.recognition.reader import reader
from autoencoder.networks.network import Network
from autoencoder.networks.runtime import ONNX

NAME = "digits-kinds"
EPOCHS = 12
WIDTHS = (24, 64, 160)  # as reader.WIDTHS: 206,000 parameters for 28x28 pixels


class RefusedKind(NamedTuple):
    """A kind of pictures.

    Attributes:
        name: a stable word for programs; None for kinds without a name. Kinds may share one.
        words: what such a picture is, after "looks like".
    """

    name: str | None = None
    words: str = ""


# In the order of the network's outputs.
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
    "pairs": RefusedKind("row", "more than one sign"),
    "triples": RefusedKind("row", "more than one sign"),
    "noise": RefusedKind("noise", "noise"),
    "grounds": RefusedKind(),
}


def network(shape: tuple[int, int]) -> Network:
    """Return the network of images of a shape (height, width); its outputs are the probabilities of KINDS.

    Raises:
        DataError: images have a side of less than 4 pixels.
    """
    return reader(NAME, shape, len(KINDS), widths=WIDTHS, fastest=ONNX)
