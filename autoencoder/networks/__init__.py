"""MXNet networks: building, training, saving, loading and asking them."""

from autoencoder.networks import runtime  # first, since it says what to install where there is no runtime

__all__ = ["runtime"]
