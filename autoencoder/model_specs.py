"""The specs of the post: images of digits, told and made by neural networks.

A trained set of networks ships with the package and is loaded at the first use; `use_models` picks another.

    >>> import mxspec as s
    >>> s.valid("mnist/even-mnist-image", generate(4)), s.valid("mnist/even-mnist-image", generate(3))
    (True, False)
"""

import functools
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import mxspec as s
from autoencoder import checkpoints, discriminator, generator, inference, networks
from autoencoder.data import DataError, load
from autoencoder.layers import CLASSES
from autoencoder.viz import im_sav

Image = npt.NDArray[np.float32]

OUTPUT = "results"
_model_dir = checkpoints.SHIPPED


def use_models(model_dir: str | os.PathLike[str] | None = None) -> Path:
    """Pick the checkpoints that discriminate and generate ask, in the whole process.

    Args:
        model_dir: a folder with `discriminator-*` and `generator-*` after 3 epochs; None is the set that
            ships with the package.

    Returns:
        The folder.

    Raises:
        CheckpointError: a checkpoint is missing there or is another network's; the set in use stays.
    """
    global _model_dir
    folder = checkpoints.SHIPPED if model_dir is None else Path(model_dir)
    _predictor.cache_clear()  # or a set that was trained anew in the same folder would not be seen
    for network in (discriminator.NETWORK, generator.NETWORK):
        _predictor(network, folder)
    _model_dir = folder
    return folder


@functools.cache
def _predictor(network: networks.Network, folder: Path) -> inference.Predictor:
    # Batch size 1, as in the post: single images are asked about.
    return inference.Predictor(folder / network.name, networks.EPOCHS, network)


def discriminate(image: Any) -> int:
    """Read an image as a digit (the post's `discriminate`).

    Args:
        image: 0.0 black to 1.0 white, light on dark, as (1, 784), (784,), (28, 28), (1, 28, 28) or
            (1, 1, 28, 28), numpy or NDArray; other sizes with networks that were trained on such.

    Returns:
        The digit, 0 to 9. There is always one: the network knows nothing else.

    Raises:
        ValueError: image is no such array, or not all of its values are finite.

    >>> discriminate(generate(3))
    3
    """
    return int(_predictor(discriminator.NETWORK, _model_dir)(as_row(image)).argmax())


def generate(label: int) -> Image:
    """Make an image of a digit (the post's `generate`): the same for the same digit.

    Args:
        label: 0 to 9.

    Returns:
        float32 (1, 784), 0.0 black to 1.0 white, the caller's own.

    Raises:
        ValueError: label is no digit.

    >>> generate(3).shape
    (1, 784)
    """
    if not s.valid(MNIST_NUMBER, label):
        raise ValueError(f"there are images of the digits 0 to {CLASSES - 1}, not of {label!r}")
    return _predictor(generator.NETWORK, _model_dir)(np.array([label], np.float32))


def as_row(image: Any) -> Image:
    """One image, in any of the shapes it comes in, as float32 (1, pixels).

    Raises:
        ValueError: it is no image.

    >>> as_row(np.zeros((28, 28))).shape
    (1, 784)
    """
    try:
        values = np.asarray(image.asnumpy() if hasattr(image, "asnumpy") else image, np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"an image is an array of numbers, not {type(image).__name__}") from error
    axes = [length for length in values.shape if length != 1]
    if values.ndim == 0 or values.ndim > 4 or not 1 <= len(axes) <= 2:
        raise ValueError(f"one image has a shape such as (1, 784) or (28, 28), not {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(values))} values of the image are not finite")
    return values.reshape(1, -1)


def pictures(images: Any) -> Image:
    """Images as rows -> (n, 1, height, width), as `im_sav` draws them.

    Args:
        images: a sequence of images as `discriminate` takes them, all of one size.

    >>> pictures([generate(1), generate(2)]).shape
    (2, 1, 28, 28)
    """
    rows = np.concatenate([as_row(image) for image in images])
    side = math.isqrt(rows.shape[1])
    height, width = (side, side) if side * side == rows.shape[1] else (1, rows.shape[1])
    return rows.reshape(-1, 1, height, width)


def first_image(label: int, data_dir: str | os.PathLike[str] | None = None) -> Image:
    """The first test image of a digit, float32 (1, pixels).

    Raises:
        DataError: the data can't be read, or have no such image.

    >>> discriminate(first_image(6))
    6
    """
    test = load("t10k", data_dir)
    found = np.flatnonzero(test.labels == label)
    if not found.size:
        raise DataError(
            f"no test image is labelled {label}, the labels are {sorted(set(test.labels.tolist()))}"
        )
    return np.array(test.images[found[:1]], np.float32)


# --- the specs --------------------------------------------------------------------------------------------

MNIST_NUMBER = s.def_("mnist/mnist-number", s.and_(int, lambda n: 0 <= n <= 9))

MNIST_IMAGE = s.def_model_spec("mnist/mnist-image", MNIST_NUMBER, discriminate, generate)

EVEN_MNIST_IMAGE = s.def_model_spec(
    "mnist/even-mnist-image", s.and_(MNIST_NUMBER, s.is_even), discriminate, generate
)


@s.def_model_spec("mnist/odd-mnist-image", discriminate=discriminate, generate=generate)
def ODD_MNIST_IMAGE() -> s.Spec:
    """Images read as an odd digit."""
    return s.and_(MNIST_NUMBER, s.is_odd)


@s.def_model_spec("mnist/odd-over-2-mnist-image", discriminate=discriminate, generate=generate)
def ODD_OVER_2_MNIST_IMAGE() -> s.Spec:
    """Images read as 3, 5, 7 or 9."""
    return s.and_(MNIST_NUMBER, s.is_odd, lambda n: n > 2)


def test_model_spec(
    spec: str,
    value: Any,
    n: int = 10,
    *,
    seed: int | None = None,
    output: str | os.PathLike[str] = OUTPUT,
) -> dict[str, Any]:
    """Ask a model spec about a value, and draw samples of it (the post's `test-model-spec`).

    Args:
        spec: the registered name of a spec of images.
        value: the image to ask about.
        n: how many samples to draw, 1 or more.
        seed: makes the samples repeatable.
        output: the folder that `sample-NAME.jpg` is written to.

    Returns:
        `{"spec": NAME, "valid": ..., "sample_values": [...]}`, the last what the discriminator reads each
        sample as.

    Raises:
        UnknownSpecError: nothing is registered under spec.
        GeneratorError: it has no examples.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     test_model_spec("mnist/odd-over-2-mnist-image", generate(6), 3, seed=1, output=folder)
    {'spec': 'odd-over-2-mnist-image', 'valid': False, 'sample_values': [...]}
    """
    name = spec.rpartition("/")[2]
    images = s.sample(spec, n, seed)
    im_sav(f"sample-{name}", output, pictures(images))
    return {"spec": name, "valid": s.valid(spec, value), "sample_values": [discriminate(x) for x in images]}


# pytest takes what is called test_* for a test, wherever it is imported.
test_model_spec.__test__ = False  # type: ignore[attr-defined]
