"""The specs of the post: images of digits, told and made by neural networks.

A trained set of networks ships with the package and is loaded at the first use; `use_models` picks another.

    >>> import mxspec as s
    >>> s.valid("mnist/even-mnist-image", generate(4)), s.valid("mnist/even-mnist-image", generate(3))
    (True, False)
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import mxspec as s
from autoencoder import discriminator, generator
from autoencoder.data import labels as words
from autoencoder.data.idx import DataError, load
from autoencoder.data.images import Image, as_rows, pictures
from autoencoder.data.labels import Labels
from autoencoder.networks import checkpoints
from autoencoder.networks import network as networks
from autoencoder.networks import predictor as inference
from autoencoder.networks.checkpoints import CheckpointError
from autoencoder.networks.in_use import InUse
from autoencoder.viz import im_sav

OUTPUT = "results"

# Single images are asked about, as in the post, and whole collections.
_BATCH_SIZES = (1, 16, 128, 1000)
# Another batch size adds up in another order, which moves a probability by 1e-6 or less.
_NEARLY_EQUAL = 1e-4


class Models:
    """The post's two networks of a folder, asked in the words of its labels, from any number of threads.

    Args:
        model_dir: a folder with `discriminator-*` and `generator-*`, and `labels.json` where they are not of
            the ten digits.

    Attributes:
        labels: what its labels are called, and the size of its images.
        read: from an image to its label; images in any number are asked about together.
        generate: from a label to its image; likewise.

    Raises:
        CheckpointError, LabelError: a file is missing there, damaged, or another network's.

    >>> models = Models()
    >>> models.read(models.generate(3))
    3
    """

    latent = None  # there is one image of a label

    def __init__(self, model_dir: str | os.PathLike[str] = checkpoints.SHIPPED) -> None:
        self.labels: Labels = words.load(model_dir)
        self._discriminator, self._generator = (
            _predictor(Path(model_dir) / network.name, network)
            for network in (discriminator.network(len(self.labels)), generator.network(len(self.labels)))
        )
        if self._discriminator.shape != (self.labels.pixels,):
            raise CheckpointError(
                f"{model_dir}: expected networks for {self.labels.pixels} pixels as in {words.FILE}, found "
                f"others for {self._discriminator.shape[0]}; to train anew: python -m autoencoder train all"
            )
        self.read = s.batched(self.read_many)(lambda image: self.read_many([image])[0])
        self.generate = s.batched(self.generate_many)(lambda label: self.generate_many([label])[0])

    def read_many(self, images: Sequence[Any]) -> list[words.Name]:
        """The labels of images, as `discriminate` takes them."""
        return [self.labels.names[number] for number in self.numbers(images)]

    def numbers(self, images: Sequence[Any]) -> list[int]:
        """The numbers of the labels of images; they don't depend on which images are asked about together."""
        rows = as_rows(images)
        likely = self._discriminator(rows)
        found = likely.argmax(axis=1)
        if len(rows) > 1 and likely.shape[1] > 1:
            # Two that are nearly equal are a half at most. (max(axis=1) takes twelve times as long.)
            unsure = np.flatnonzero(likely[np.arange(len(rows)), found] < 0.5 + _NEARLY_EQUAL)
            second, most = np.partition(likely[unsure], (-2, -1))[:, -2:].T
            for i in unsure[most - second < _NEARLY_EQUAL]:
                found[i] = self._discriminator(rows[i : i + 1]).argmax()
        numbers: list[int] = found.tolist()
        return numbers

    def generate_many(self, labels: Sequence[Any]) -> list[Image]:
        """The images of labels, each float32 (1, pixels).

        Raises:
            LabelError: one is none of the labels.
        """
        numbers = np.array([self.labels.number(label) for label in labels], np.float32)
        return list(self._generator(numbers)[:, None])


def _predictor(prefix: Path, network: networks.Network) -> inference.Predictor:
    epochs = checkpoints.epochs_of(prefix, networks.EPOCHS)
    return inference.Predictor(prefix, epochs, network, batch_size=_BATCH_SIZES)


_in_use = InUse("mnist", Models)


def models() -> Models:
    """The models in use, loaded at the first call."""
    return _in_use.models()


def use_models(model_dir: str | os.PathLike[str] | None = None) -> Path:
    """Pick the checkpoints that discriminate and generate ask, in the whole process.

    Args:
        model_dir: a folder with `discriminator-*` and `generator-*`; None is the set that ships with the
            package.

    Returns, raises: as `InUse.use` does.
    """
    return _in_use.use(model_dir)


def discriminate_many(images: Sequence[Any]) -> list[int]:
    """`discriminate` of many images, which are shown to the network together."""
    return models().numbers(images)


@s.batched(discriminate_many)
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
    return discriminate_many([image])[0]


def generate_many(labels: Sequence[int]) -> list[Image]:
    """`generate` for many labels, whose images are made together."""
    return models().generate_many(labels)


@s.batched(generate_many)
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
    return generate_many([label])[0]


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

# What all of them ask before any network; `use_models` sets it to what its networks take.
MNIST_INPUT = _in_use.input

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
    im_sav(f"sample-{name}", output, pictures(images, models().labels.shape))
    return {"spec": name, "valid": s.valid(spec, value), "sample_values": discriminate_many(images)}


# pytest takes what is called test_* for a test, wherever it is imported.
test_model_spec.__test__ = False  # type: ignore[attr-defined]
