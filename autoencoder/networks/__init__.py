"""Networks: their descriptions, their files and their two runtimes."""

from autoencoder.networks import runtime  # first: it says what to install if there is no runtime

__all__ = ["runtime"]
