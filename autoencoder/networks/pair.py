"""Pairs of trained networks: a reader and a generator, called with the names of labels."""

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from autoencoder.data.labels import Labels, Name
from autoencoder.data.pictures import MNIST, Array, Frame, Image, as_rows, check_finite, load_image
from autoencoder.data.storage import FileSet, read_consistent
from autoencoder.networks.checkpoint import epochs_of
from autoencoder.networks.network import EPOCHS, Network
from autoencoder.networks.predictor import Predictor, is_tied, predict_stably

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from autoencoder.data.pictures import Picture

Latent = Callable[[], "SearchStrategy[Any]"]


@dataclass(frozen=True)
class Models:
    """The reader and the generator of a folder, called with the names of its labels; safe for threads.

    Attributes:
        labels: the names of the labels, and the size of the images.
        read_many: a function that returns a label or a `mxspec.Reading` for each image.
        generate_many: a function that returns an image for each label and, if there are latents, latent.
        latent: returns the Hypothesis strategy of latents; None if each label has one image.
        frame: the place of the ink in images, used to normalise pictures. None means MNIST's frame for
            images of MNIST's size, and only scaling for other sizes.
        read_picture: returns the image of a picture, or of an array (height, width); None means `load_image`.
        others_like: returns other things that a network might read as a label; None if nothing is known.
    """

    labels: Labels
    read_many: Callable[[Sequence[Any]], list[Any]]
    generate_many: Callable[..., list[Image]]
    latent: Latent | None = None
    frame: Frame | None = None
    read_picture: "Callable[[Picture | Array], Image] | None" = None
    others_like: Callable[[Any], list[str | int]] | None = None

    def normalise(self, picture: "Picture") -> Image:
        """Normalise a file, its bytes or a Pillow picture to an image (1, pixels)."""
        if self.read_picture is not None:
            return self.read_picture(picture)
        plain = MNIST if self.labels.shape == MNIST.shape else Frame.plain(self.labels.shape)
        return load_image(picture, self.frame or plain)

    def read(self, image: Any) -> Any:
        """Return the label of an image, or its `mxspec.Reading`."""
        return self.read_many([image])[0]

    def generate(self, label: Any, z: Any = None) -> Image:
        """Return an image of a label, float32 (1, pixels); z is a value of latent."""
        return (self.generate_many([label]) if z is None else self.generate_many([label], [z]))[0]


# The networks of the post are so small that a batch costs more than a few hundred images.
_BATCH_SIZE = 512


@dataclass(frozen=True)
class Pair:
    """A discriminator and a generator such as the post's; each is called with a batch of inputs.

    Attributes:
        labels: the names of the labels, and the size of the images.
        discriminator: from images (n, pixels) to probabilities (n, labels).
        generator: from numbers of labels (n,) to images (n, pixels).
    """

    labels: Labels
    discriminator: Predictor
    generator: Predictor

    def read_many(self, images: Sequence[Any]) -> list[Name]:
        """Return the label in each image, asking the discriminator in batches."""
        rows = as_rows(images)
        check_finite(rows)
        outputs = predict_stably(self.discriminator, rows, is_tied)  # (n, 784) -> (n, 10)
        return [self.labels.names[number] for number in outputs.argmax(axis=1).tolist()]

    def generate_many(self, names: Sequence[Any]) -> list[Image]:
        """Return an image of each label, asking the generator in batches."""
        numbers = np.array([self.labels.number(name) for name in names], np.float32)
        return list(self.generator.forward(numbers)[:, None])  # (n,) -> n times (1, 784)

    @functools.cached_property
    def models(self) -> Models:
        """The networks as a family of specs asks them."""
        return Models(self.labels, self.read_many, self.generate_many)


def load_pair(
    discriminator: Callable[[int, int], Network],
    generator: Callable[[int, int], Network],
    model_dir: str | os.PathLike[str],
    runtime: str | None = None,
) -> Pair:
    """Load a discriminator and a generator from a folder, and its `labels.json` if there is one.

    Args:
        discriminator, generator: return the description of the network for a number of labels and of pixels.
        model_dir: the folder.
        runtime: as `Predictor` takes it.

    Raises:
        CheckpointError, LabelError: a file is missing, damaged, or belongs to another network.
    """

    def read(files: FileSet) -> Pair:
        labels = Labels.load(files.folder, files)

        def predictor(network: Network) -> Predictor:
            prefix = files.folder / network.name
            epoch = epochs_of(prefix, EPOCHS, files)
            return Predictor(prefix, epoch, network, batch_size=_BATCH_SIZE, runtime=runtime, files=files)

        size = len(labels), labels.pixels
        return Pair(labels, predictor(discriminator(*size)), predictor(generator(*size)))

    return read_consistent(model_dir, read)
