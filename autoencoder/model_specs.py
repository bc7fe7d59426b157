"""The specs of the post: images of digits, read and drawn by neural networks.

The networks of the package are loaded at the first use; `use_models` selects others.

    >>> import mxspec as s
    >>> s.valid("mnist/even-mnist-image", generate(4)), s.valid("mnist/even-mnist-image", generate(3))
    (True, False)
"""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

import mxspec as s
from autoencoder import discriminator, generator
from autoencoder.data import idx
from autoencoder.data.labels import DIGITS, LABELS_FILE, Labels, Name, check_digits
from autoencoder.data.pictures import Image, as_rows, check_finite, image_spec, pictures
from autoencoder.data.storage import CheckpointError, FileSet, read_consistent
from autoencoder.digits.family import Family
from autoencoder.networks.checkpoint import SHIPPED, epochs_of
from autoencoder.networks.network import EPOCHS, Network
from autoencoder.networks.pair import Models
from autoencoder.networks.predictor import Predictor, is_tied, predict_stably
from autoencoder.viz import im_sav

OUTPUT = "results"

# The networks are so small that a batch costs more than a few hundred images.
_BATCH_SIZE = 512


def load(model_dir: str | os.PathLike[str] = SHIPPED, runtime: str | None = None) -> Models:
    """Load the post's discriminator and generator from a folder, and its `labels.json` if there is one.

    Args:
        model_dir: the folder.
        runtime: as `Predictor` takes it.

    Raises:
        CheckpointError, LabelError: a file is missing, damaged, or belongs to another network.

    >>> models = load()
    >>> models.read(models.generate(3))
    3
    """
    return read_consistent(model_dir, lambda files: _load_models(files, runtime))


def _load_models(files: FileSet, runtime: str | None) -> Models:
    labels = Labels.load(files.folder, files)
    read = _predictor(files, discriminator.network(len(labels)), runtime)
    draw = _predictor(files, generator.network(len(labels)), runtime)
    if read.shape != (labels.pixels,):
        raise CheckpointError(
            f"{files.folder}: expected networks for {labels.pixels} pixels as in {LABELS_FILE}, found others "
            f"for {read.shape[0]}; to train anew: python -m autoencoder train all"
        )

    def read_many(images: Sequence[Any]) -> list[Name]:
        rows = as_rows(images)
        check_finite(rows)
        return [
            labels.names[number] for number in predict_stably(read, rows, is_tied).argmax(axis=1).tolist()
        ]

    def generate_many(names: Sequence[Any]) -> list[Image]:
        numbers = np.array([labels.number(name) for name in names], np.float32)
        return list(draw(numbers)[:, None])

    return Models(labels, read_many, generate_many)


def _predictor(files: FileSet, network: Network, runtime: str | None) -> Predictor:
    prefix = files.folder / network.name
    epoch = epochs_of(prefix, EPOCHS, files)
    return Predictor(prefix, epoch, network, batch_size=_BATCH_SIZE, runtime=runtime, files=files)


family = Family("mnist", load, label="mnist-number", check=check_digits)
use_models = family.use_models


def discriminate_many(images: Sequence[Any]) -> list[int]:
    """Return the digit in each image, asking the network in batches."""
    return family.models.read_many(images)


@s.batched(discriminate_many)
def discriminate(image: Any) -> int:
    """Read an image as a digit (the post's `discriminate`).

    Args:
        image: 0.0 black to 1.0 white, light on dark, as (1, 784), (784,), (28, 28), (1, 28, 28) or
            (1, 1, 28, 28), numpy or NDArray; the size depends on the networks in use.

    Returns:
        The digit, 0 to 9, for any image: the network has no other class.

    Raises:
        ValueError: the image is not such an array, or has values that are not finite.

    >>> discriminate(generate(3))
    3
    """
    digit: int = family.models.read_many([image])[0]
    return digit


def generate_many(labels: Sequence[int]) -> list[Image]:
    """Return an image of each label, drawn in batches."""
    images = family.models.generate_many(labels)
    return [
        s.remember(image, f"model_specs.generate({label!r})", label)
        for image, label in zip(images, labels, strict=True)
    ]


@s.batched(generate_many)
def generate(label: int) -> Image:
    """Draw a digit (the post's `generate`): always the same image of it.

    Args:
        label: 0 to 9.

    Returns:
        float32 (1, 784), 0.0 black to 1.0 white, a new array. Its repr is the call that draws it again.

    Raises:
        ValueError: label is not a digit.

    >>> generate(3), generate(3).shape
    (model_specs.generate(3), (1, 784))
    """
    return generate_many([label])[0]


def first_image(label: int, data_dir: str | os.PathLike[str] | None = None) -> Image:
    """Return the first test image of a digit, float32 (1, pixels).

    Raises:
        DataError: the data can't be read, or no image has this label.

    >>> discriminate(first_image(6))
    6
    """
    test = idx.load("t10k", data_dir)
    rows = np.flatnonzero(test.labels == label)
    if not rows.size:
        raise idx.DataError(
            f"no test image is labelled {label}, the labels are {sorted(set(test.labels.tolist()))}"
        )
    return np.array(test.images[rows[:1]], np.float32)


# --- the specs --------------------------------------------------------------------------------------------

MNIST_NUMBER = s.def_(family.label, s.and_(int, lambda n: 0 <= n <= 9))

# Each spec checks it before asking a network; `use_models` sets it to the image size of its networks.
MNIST_INPUT = s.def_(family.input, image_spec(DIGITS.shape))

MNIST_IMAGE = s.def_model_spec("mnist/mnist-image", MNIST_NUMBER, discriminate, generate, input=MNIST_INPUT)

EVEN_MNIST_IMAGE = s.def_model_spec(
    "mnist/even-mnist-image", s.and_(MNIST_NUMBER, s.is_even), discriminate, generate, input=MNIST_INPUT
)


@s.def_model_spec("mnist/odd-mnist-image", discriminate=discriminate, generate=generate, input=MNIST_INPUT)
def ODD_MNIST_IMAGE() -> s.Spec:
    """Images read as an odd digit."""
    return s.and_(MNIST_NUMBER, s.is_odd)


@s.def_model_spec(
    "mnist/odd-over-2-mnist-image", discriminate=discriminate, generate=generate, input=MNIST_INPUT
)
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
    """Check a value with a model spec and draw samples of the spec (the post's `test-model-spec`).

    Args:
        spec: the registered name of a spec of images.
        value: the image to check.
        n: the number of samples, 1 or more.
        seed: makes the samples repeatable.
        output: the folder for `sample-NAME.jpg`.

    Returns:
        `{"spec": NAME, "valid": ..., "sample_values": [...]}`; sample_values are the digits
        read in the samples.

    Raises:
        UnknownSpecError: nothing is registered under spec.
        GeneratorError: the spec has no examples.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     test_model_spec("mnist/odd-over-2-mnist-image", generate(6), 3, seed=1, output=folder)
    {'spec': 'odd-over-2-mnist-image', 'valid': False, 'sample_values': [...]}
    """
    name = spec.rpartition("/")[2]
    images = s.sample(spec, n, seed)
    im_sav(f"sample-{name}", output, pictures(images, family.models.labels.shape))
    return {"spec": name, "valid": s.valid(spec, value), "sample_values": discriminate_many(images)}


# pytest collects any function called test_* wherever it is imported.
test_model_spec.__test__ = False  # type: ignore[attr-defined]
