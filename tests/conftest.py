"""Small pieces of the real MNIST, for tests that read, train and draw."""

from pathlib import Path

import pytest

from autoencoder import data


@pytest.fixture(scope="session")
def small_mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the four idx files with the first 500 training images and the first 200 test images."""
    folder = tmp_path_factory.mktemp("small-mnist")
    for split, count in [("train", 500), ("t10k", 200)]:
        for kind in ("images-idx3", "labels-idx1"):
            name = f"{split}-{kind}-ubyte"
            data.write_idx(folder / name, data.read_idx(data.EMBEDDED / f"{name}.gz")[:count])
    return folder


@pytest.fixture(scope="session")
def small_train(small_mnist: Path) -> data.Dataset:
    """The first 500 training images."""
    return data.load("train", small_mnist)


@pytest.fixture(scope="session")
def small_test(small_mnist: Path) -> data.Dataset:
    """The first 200 test images."""
    return data.load("t10k", small_mnist)
