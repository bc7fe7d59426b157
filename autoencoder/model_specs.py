"""The specs of the post: images of digits, read and drawn by neural networks.

`s.def_model_spec` makes a spec of two networks, as the post's macro does: this `with_gen`, which explains.

    >>> import mxspec as s
    >>> mnist_image = s.with_gen(
    ...     lambda image: s.valid("mnist/mnist-number", discriminate(image)),
    ...     lambda: s.fmap(generate, s.gen("mnist/mnist-number")),
    ... )
    >>> s.valid(mnist_image, generate(4)), s.valid("mnist/even-mnist-image", generate(3))
    (True, False)

The networks of the package are loaded at the first use; `use_models` selects others.
"""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import mxspec as s
from autoencoder import discriminator, generator
from autoencoder.data import idx
from autoencoder.data.labels import DIGITS, Labels, check_digits
from autoencoder.data.pictures import Image, as_row, check_finite, image_spec, pictures
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.network import SEED
from autoencoder.networks.pair import Models, Pair, load_pair
from autoencoder.networks.predictor import loading
from autoencoder.networks.run import OUTPUT, Folder, run_file
from autoencoder.viz import im_sav
from mxspec.base.values import short_repr

# --- the networks -----------------------------------------------------------------------------------------


def load(model_dir: Folder = SHIPPED, runtime: str | None = None) -> Models:
    """Load the post's discriminator and generator from a folder, and its `labels.json`, if any.

    Args:
        model_dir: the folder.
        runtime: "mxnet", which binds a Module, or "onnx"; None means MXNet if it is installed.

    Raises:
        CheckpointError, LabelError: a file is missing, damaged, or belongs to another network.

    >>> models = load()
    >>> models.read(models.generate(3))
    3
    """
    return _load(model_dir, runtime).models


_load = functools.partial(load_pair, discriminator.network, generator.network)
_in_use: list[Pair] = []


def networks() -> Pair:
    """Return the networks in use: the package's, loaded at the first call, or those set by `use_models`.

    `forward` is Module's on MXNet, and a session's `run` on ONNX Runtime; `runtime` says which one answers.
    """
    if not _in_use:
        with loading:  # one thread loads, the others wait
            if not _in_use:
                _in_use.append(_load(SHIPPED))
    return _in_use[0]


def use_models(model_dir: Folder | None = None, *, runtime: str | None = None) -> Path:
    """Let the specs ask the networks of a folder, in the whole process.

    Arguments and errors are as in `autoencoder.digits.use_models`.
    """
    folder = SHIPPED if model_dir is None else Path(model_dir)
    others = _load(folder, runtime)
    check_digits(others.labels, folder, "mnist")
    s.def_(MNIST_INPUT, image_spec(others.labels.shape))
    _in_use[:] = [others]
    return folder


def discriminate_many(images: Sequence[Any]) -> list[int]:
    """Return the digit in each image, asking the network in batches."""
    digits: list[Any] = networks().read_many(images)
    return digits


@s.batched(discriminate_many)
def discriminate(image: Any) -> int:
    """Read an image as a digit (the post's `discriminate`).

    Args:
        image: 0.0 black to 1.0 white, light on dark, as (1, 784), (784,), (28, 28), (1, 28, 28) or
            (1, 1, 28, 28), numpy or NDArray; the size depends on the networks in use.

    Returns:
        The digit, 0 to 9, for any image: the network knows only these classes.

    Raises:
        ValueError: the image is not such an array, or has values that are not finite.

    >>> discriminate(generate(3))
    3
    """
    row = as_row(image)  # (1, 784)
    check_finite(row)
    outputs = networks().discriminator.forward(row)  # (1, 10)
    return int(outputs.argmax(axis=1)[0])


def generate_many(labels: Sequence[int]) -> list[Image]:
    """Return an image of each label, asking the network in batches."""
    return list(map(_remember, networks().generate_many(labels), labels))


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
    DIGITS.number(label)
    outputs = networks().generator.forward(np.array([label], np.float32))  # (1, 784)
    return _remember(outputs, label)


def _remember(image: Image, label: int) -> Image:
    remembered: Image = s.remember(image, f"model_specs.generate({label!r})", label)
    return remembered


def first_image(label: int, data_dir: Folder | None = None) -> Image:
    """Return the first test image of a digit, float32 (1, pixels).

    Raises:
        DataError: the data can't be read, or no image has this label.

    >>> discriminate(first_image(6))
    6
    """
    test = idx.load("t10k", data_dir)
    names = tuple(sorted(set(test.labels.tolist())))
    number = names[Labels(test.shape, names).number(label)]
    rows = np.flatnonzero(test.labels == number)
    return np.array(test.images[rows[:1]], np.float32)


# --- the specs --------------------------------------------------------------------------------------------

MNIST_NUMBER = s.def_("mnist/mnist-number", s.and_(int, lambda n: 0 <= n <= 9))

# Each spec checks it before asking a network; `use_models` sets it to the image size of its networks.
MNIST_INPUT = s.def_("mnist/input", image_spec(DIGITS.shape))

MNIST_IMAGE = s.def_model_spec("mnist/mnist-image", MNIST_NUMBER, discriminate, generate, input=MNIST_INPUT)

EVEN_MNIST_IMAGE = s.def_model_spec(
    "mnist/even-mnist-image", s.and_(MNIST_NUMBER, s.is_even), discriminate, generate, input=MNIST_INPUT
)


@s.def_model_spec("mnist/odd-mnist-image", discriminate=discriminate, generate=generate, input=MNIST_INPUT)
def odd_mnist_image() -> s.Spec:
    """Images that are read as an odd digit."""
    return s.and_(MNIST_NUMBER, s.is_odd)


@s.def_model_spec(
    "mnist/odd-over-2-mnist-image", discriminate=discriminate, generate=generate, input=MNIST_INPUT
)
def odd_over_2_mnist_image() -> s.Spec:
    """Images that are read as an odd digit over 2."""
    return s.and_(MNIST_NUMBER, s.is_odd, lambda n: n > 2)


def test_model_spec(
    spec: str, value: Any, n: int = 10, *, seed: int | None = None, output: Folder = OUTPUT
) -> dict[str, Any]:
    """Check a value with a model spec and draw samples of the spec (the post's `test-model-spec`).

    Args:
        spec: the registered name of a spec of images.
        value: the image to check.
        n: the number of samples, 1 or more.
        seed: makes the samples repeatable.
        output: the folder for `sample-NAME.jpg`.

    Returns:
        `{"spec": NAME, "valid": ..., "sample_values": [...]}`, with the digits read in the samples.

    Raises:
        UnknownSpecError: nothing is registered under spec.
        TypeError: spec is a spec instead of its name.
        ValueError: n is less than 1, or an example of the spec is not an image.
        GeneratorError: no example of the spec is found.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     test_model_spec("mnist/odd-over-2-mnist-image", generate(6), 3, seed=1, output=folder)
    {'spec': 'odd-over-2-mnist-image', 'valid': False, 'sample_values': [...]}
    """
    if not isinstance(spec, str):
        raise TypeError(
            "test_model_spec takes the name of a spec, which names the file of the samples, not "
            f"{short_repr(spec)}; register it first: s.def_('my/image', spec)"
        )
    if n < 1:
        raise ValueError(f"test_model_spec draws 1 sample or more, not {n}")
    name = spec.rpartition("/")[2]
    images = s.sample(spec, n, seed)
    im_sav(f"sample-{name}", output, pictures(images, networks().labels.shape))
    return {"spec": name, "valid": s.valid(spec, value), "sample_values": discriminate_many(images)}


# pytest collects any function called test_* wherever it is imported.
test_model_spec.__test__ = False  # type: ignore[attr-defined]


def main(model_dir: Folder = SHIPPED, output: Folder = OUTPUT) -> None:
    """Ask the networks and the specs: the original's comment block.

    Args:
        model_dir: the folder of the networks, such as `model`, where the trainings of the post save theirs.
        output: the folder for the pictures.
    """
    print(f"the networks of {use_models(model_dir)} answer by {networks().discriminator.runtime}")
    my_test_image = first_image(6)
    im_sav("test-discriminator-image", output, pictures([my_test_image]))
    print("discriminate(my_test_image) =>", discriminate(my_test_image))

    im_sav("generated-image", output, pictures([generate(3)]))
    print("valid(MNIST_NUMBER, 3) =>", s.valid(MNIST_NUMBER, 3))
    print("valid(MNIST_NUMBER, 11) =>", s.valid(MNIST_NUMBER, 11))
    print("sample(MNIST_NUMBER) =>", s.sample(MNIST_NUMBER, seed=SEED))

    for name in ("mnist-image", "even-mnist-image", "odd-mnist-image", "odd-over-2-mnist-image"):
        print(test_model_spec(f"mnist/{name}", my_test_image, seed=SEED, output=output))


if __name__ == "__main__":
    run_file(main)
