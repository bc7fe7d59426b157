"""More epochs for small data sets."""

import dataclasses
import math

from autoencoder.networks.network import BATCH_SIZE, Network

FEWEST_STEPS = 400  # moving means and variances alone take some 200 to forget their initial values


def stretched(
    network: Network, epochs: int, images: int, batch_size: int = BATCH_SIZE
) -> tuple[Network, int]:
    """Return a network and a number of epochs that take FEWEST_STEPS steps or more.

    Args:
        network: the network, whose learning rate then falls as far over more epochs.
        epochs: the least number of epochs.
        images: the number of images of the data set.
        batch_size: the number of images in a step.

    >>> from autoencoder.discriminator import NETWORK
    >>> [stretched(NETWORK, 8, images)[1] for images in (60_000, 500)]
    [8, 80]
    """
    steps = math.ceil(images / batch_size)
    longer = max(epochs, math.ceil(FEWEST_STEPS / steps))
    return dataclasses.replace(network, decay=network.decay ** (epochs / longer)), longer
