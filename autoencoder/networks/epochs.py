"""How long a network learns from a data set that is small."""

import dataclasses
import math

from autoencoder.networks.network import BATCH_SIZE, Network

FEWEST_STEPS = 400  # moving means and variances alone take some 200 to forget what they began with


def stretched(
    network: Network, epochs: int, images: int, batch_size: int = BATCH_SIZE
) -> tuple[Network, int]:
    """A network and a number of epochs, so many that they take FEWEST_STEPS or more.

    Args:
        network: whose learning rate then falls more slowly, and as far in the end.
        epochs: how many there are at least.
        images: of the data set.
        batch_size: the number of images in a step.

    >>> from autoencoder.recognition.reconstruction import NETWORK
    >>> [stretched(NETWORK, 8, images)[1] for images in (60_000, 500)]
    [8, 80]
    """
    steps = math.ceil(images / batch_size)
    enough = max(epochs, math.ceil(FEWEST_STEPS / steps))
    return dataclasses.replace(network, decay=network.decay ** (epochs / enough)), enough
