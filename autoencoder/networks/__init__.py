"""Networks: what they are described and built by, on MXNet, and those that ship."""

from autoencoder.networks import runtime  # first, since it says what to install where there is no runtime

__all__ = ["runtime"]
