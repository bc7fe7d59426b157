"""The networks of the post in tests, trainings without a word, and parameters that are compared."""

import pytest

from autoencoder import auto_encoder, discriminator, generator
from autoencoder.digits.training.learning import train_epochs

FILES = [auto_encoder, discriminator, generator]
NETWORKS = [file.network() for file in FILES]
SILENT = {"progress": False, "report": lambda line: None}  # of a TrainingRun
each_network = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)


def build(network, **options):
    """Return a module for training; MXNet is imported late, so that tests are collected without it."""
    from autoencoder.networks import training

    return training.build(network, **options)


def quietly(network, dataset, epochs=1, **options):
    return train_epochs(network, dataset, epochs, report=None, **options)


def parameters(module, *, moving=False):
    """Return what a module learns, or the means and variances that move while it does."""
    return {name: array.asnumpy() for name, array in module.get_params()[moving].items()}


def assert_same(some, others):
    assert some.keys() == others.keys()
    assert all((some[name] == others[name]).all() for name in some)
