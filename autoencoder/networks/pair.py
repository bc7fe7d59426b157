"""A pair of trained networks, a reader and a generator, called with the names of labels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autoencoder.data.labels import Labels
from autoencoder.data.pictures import MNIST, Frame, Image, read_image

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
    """

    labels: Labels
    read_many: Callable[[Sequence[Any]], list[Any]]
    generate_many: Callable[..., list[Image]]
    latent: Latent | None = None
    frame: Frame | None = None

    def normalise(self, picture: "Picture") -> Image:
        """Normalise a file, its bytes or a Pillow picture to an image (1, pixels), by `read_image`."""
        plain = MNIST if self.labels.shape == MNIST.shape else Frame.plain(self.labels.shape)
        return read_image(picture, self.frame or plain)

    def read(self, image: Any) -> Any:
        """Return the label of an image, or its `mxspec.Reading`."""
        return self.read_many([image])[0]

    def generate(self, label: Any, z: Any = None) -> Image:
        """Return an image of a label, float32 (1, pixels); z is a value of latent."""
        return (self.generate_many([label]) if z is None else self.generate_many([label], [z]))[0]
