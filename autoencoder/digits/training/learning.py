"""Trainings of the networks behind `digits/...`: the loop of the post, on altered images and few images."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from autoencoder.auto_encoder import train
from autoencoder.data.bookmark import Bookmark
from autoencoder.data.idx import Dataset
from autoencoder.networks.mx import plain_copy
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, SEED, Network
from autoencoder.networks.progress import print_line
from autoencoder.networks.run import TrainingResult, Watch

if TYPE_CHECKING:
    from autoencoder.networks.training import Augment

FEWEST_STEPS = 400  # moving means and variances need some 200 to forget their initial values


def train_epochs(
    network: Network,
    dataset: Dataset,
    epochs: int = EPOCHS,
    *,
    seed: int = SEED,
    batch_size: int = BATCH_SIZE,
    augment: Augment | None = None,
    progress: bool = True,
    report: Callable[[str], object] | None = print_line,
    bookmark: Bookmark | None = None,
) -> TrainingResult:
    """Train a network on a data set; each epoch shows it every image, in a new random order.

    Args:
        network: the description of the network.
        dataset: any number of images; the last batch may be shorter.
        epochs: the number of passes over the images, 1 or more.
        seed: the same seed, data and number of threads give the same parameters, bit for bit.
        batch_size: the number of images in a step.
        augment: as in `Batches`.
        progress: if True, show a bar on standard error where that is a terminal.
        report: as in `Watch`; None means no lines and no bar.
        bookmark: as in `Watch`.

    Returns:
        The network as an MXNet Module, and the mean of the metric while each epoch ran.

    Raises:
        TrainingError, ResumeError, OSError, ValueError: as in `Watch`.
        DataError: the labels do not suit the network.
    """
    from autoencoder.networks.training import Batches, build, metric_of  # late: it imports MXNet

    inputs, targets = network.feed(dataset.images, dataset.labels)
    title = network.name if progress and report is not None else ""
    train_data = Batches(inputs, targets, batch_size, seed=seed, augment=augment, title=title)
    module = build(network, batch_size=train_data.batch_size, seed=seed, steps=train_data.steps)
    watch = Watch(network, module, train_data, epochs, report=report, bookmark=bookmark)
    train(module, train_data, metric_of(network.metric), epochs, watch.end_epoch)
    # A short last batch leaves the module bound to its size.
    return TrainingResult(plain_copy(module, train_data.batch_size, for_training=True), watch.values)


def stretch(network: Network, epochs: int, images: int, batch_size: int = BATCH_SIZE) -> tuple[Network, int]:
    """Return a network and a number of epochs for FEWEST_STEPS steps or more.

    Args:
        network: the network; its learning rate decays equally far over more epochs.
        epochs: the least number of epochs.
        images: the number of images of the data set.
        batch_size: the number of images in a step.

    >>> from autoencoder.discriminator import network
    >>> [stretch(network(), 8, images)[1] for images in (60_000, 500)]
    [8, 80]
    """
    longer = max(epochs, math.ceil(FEWEST_STEPS / math.ceil(images / batch_size)))
    return dataclasses.replace(network, decay=network.decay ** (epochs / longer)), longer
