"""Small pieces of MNIST, as the tests of the networks have them."""

from tests.autoencoder.conftest import small_mnist, small_test

__all__ = ["small_mnist", "small_test"]
