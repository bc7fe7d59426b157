"""Small pieces of the real MNIST, for tests that read, train and draw; and commands that are refused."""

import contextlib

import numpy as np
import pytest
from PIL import Image

from autoencoder.__main__ import main
from autoencoder.data import idx
from autoencoder.digits.training import gan, learning, rotation, tuning
from tests.processes import refuse_by


def write_data(folder, images, labels, splits=idx.SPLITS):
    """Write images of bytes (n, height, width) and their labels as halves of a data set."""
    for split in splits:
        idx.write_idx(folder / f"{split}-images-idx3-ubyte", images)
        idx.write_idx(folder / f"{split}-labels-idx1-ubyte", np.asarray(labels, np.uint8))


def write_small_mnist(folder):
    """Write the four idx files with the first 500 training images and the first 200 test images."""
    for split, count in [("train", 500), ("t10k", 200)]:
        for kind in ("images-idx3", "labels-idx1"):
            name = f"{split}-{kind}-ubyte"
            idx.write_idx(folder / name, idx.read_idx(idx.EMBEDDED / f"{name}.gz")[:count])
    return folder


@pytest.fixture(scope="session")
def small_mnist(tmp_path_factory):
    """A folder of the first images of MNIST, 500 to train with and 200 to test."""
    return write_small_mnist(tmp_path_factory.mktemp("small-mnist"))


@pytest.fixture(scope="session")
def small_train(small_mnist):
    """The first 500 training images."""
    return idx.load("train", small_mnist)


@pytest.fixture(scope="session")
def small_test(small_mnist):
    """The first 200 test images."""
    return idx.load("t10k", small_mnist)


@pytest.fixture(scope="session")
def letters(tmp_path_factory):
    """A data set of other pictures: 0 to 3 of MNIST as a, b, c and d, made 20 pixels high and 16 wide."""
    folder = tmp_path_factory.mktemp("letters")
    for split, count in [("train", 4000), ("t10k", 300)]:
        images, labels = (
            idx.read_idx(idx.EMBEDDED / f"{split}-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1")
        )
        rows = np.flatnonzero(labels < 4)[:count]
        small = np.stack([np.asarray(Image.fromarray(image).resize((16, 20))) for image in images[rows]])
        write_data(folder, small, labels[rows], [split])
    (folder / "labels.txt").write_text("a\nb\nc\nd\n")
    return folder


@contextlib.contextmanager
def hastily():
    """Do with less what takes longer than the training of a few digits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "FEWEST_STEPS", 3)
        patch.setattr(gan, "FEWEST_STEPS", 3)
        patch.setattr(gan, "SCORED", 200)
        patch.setattr(tuning, "CANDIDATES", 50)
        patch.setattr(tuning, "MEASURED", 100)
        patch.setattr(tuning, "LEARNT", 100)
        patch.setattr(rotation, "LEARNT", 100)
        yield


@pytest.fixture
def hasty():
    with hastily():
        yield


@pytest.fixture
def refused(capsys):
    """Run a command that is wrong use; return the one line in which it says so."""
    return refuse_by(main, capsys)
