"""The networks that ship, their files, and inputs to ask them with."""

import numpy as np
import pytest

from autoencoder import auto_encoder, discriminator, generator
from autoencoder.data.pictures import MNIST
from autoencoder.digits import digit_generator
from autoencoder.digits.recognition import kinds, reader
from autoencoder.networks.checkpoint import SHIPPED, epochs_of
from tests.autoencoder.mnist import load_test_images

NETWORKS = [
    auto_encoder.network(),
    discriminator.network(),
    generator.network(),
    digit_generator.generator_network((28, 28), 10),
    reader.ensemble(MNIST, 10, 6),
    kinds.network((28, 28)),
]
each_shipped = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)


def prefix_of(network):
    prefix = SHIPPED / network.name
    return prefix, epochs_of(prefix, 3)  # of the ensemble by its file in ONNX's format


def inputs(network, count):
    test = load_test_images()
    x, _ = network.feed(test.images[:count], test.labels[:count])
    random = np.random.default_rng(0)
    return x if x.shape[1:] != (17,) else np.hstack([x[:, :1], random.standard_normal((count, 16))])
