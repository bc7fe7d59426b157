"""MNIST's test images, which are decompressed once in a process: each time takes 0.1 s."""

import functools

from autoencoder import model_specs
from autoencoder.data import idx


@functools.cache
def load_test_images():
    """Return the test images and their labels, which nobody may change."""
    test = idx.load("t10k", idx.EMBEDDED)
    test.images.flags.writeable = test.labels.flags.writeable = False
    return test


first_image = functools.cache(model_specs.first_image)
"""The first test image of a digit."""
