"""The digits of MNIST, as the repository has them, for tests that need other data than they make."""

import functools
import gzip
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[2] / "autoencoder" / "data" / "mnist"


@functools.cache
def digits(split, n=None):
    """The first images of a half, `train` or `t10k`, as float32 (n, 784) from 0 to 1, and their labels."""
    pixels, labels = (
        np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=start)
        for path, start in [
            (FOLDER / f"{split}-images-idx3-ubyte.gz", 16),
            (FOLDER / f"{split}-labels-idx1-ubyte.gz", 8),
        ]
    )
    return (pixels.reshape(-1, 784)[:n] / 255).astype(np.float32), labels[:n].astype(np.int64)
