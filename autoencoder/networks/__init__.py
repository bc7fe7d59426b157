"""Networks: their descriptions, their files, and the two runtimes that they answer on."""

from autoencoder.networks import runtime  # first, since it says what to install where there is no runtime

__all__ = ["runtime"]
