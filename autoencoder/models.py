"""Pairs of trained networks, one that reads and one that draws, and families of specs that ask them."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import mxspec as s
from autoencoder.data.labels import Labels
from autoencoder.data.pictures import MNIST, Frame, Image, image_spec, read_image
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.predictor import loading
from autoencoder.viz import show
from mxspec.messages.generated import several

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
    from PIL.Image import Image as Picture

LABEL, INPUT = "label", "input"

Latent = Callable[[], "SearchStrategy[Any]"]


def remember_call(function: str, image: Image, label: Any, z: Any = None) -> Image:
    """Return a copy of an image that remembers the call that drew it.

    Args:
        function: the name of the function that drew it.
        image: the image.
        label: the first argument.
        z: the second argument, a style, whose trailing zeros are left out; None if there was none.

    >>> remember_call("draw", np.zeros((1, 784), np.float32), 4, np.float32([0, 1.5, 0, 0]))
    draw(4, [0, 1.5])
    """
    numbers = None if z is None else np.array(z, np.float32)

    def call() -> str:
        style = "" if numbers is None or not numbers.any() else f", {_style_text(numbers)}"
        return f"{function}({label!r}{style})"

    image_: Image = s.remember(image, call, label)
    return image_


def _style_text(numbers: npt.NDArray[np.float32]) -> str:
    return f"[{', '.join(str(x).removesuffix('.0') for x in np.trim_zeros(numbers, 'b'))}]"


def as_style(z: Any, size: int) -> Any:
    """Return a style as an array of some size: a shorter list is padded with zeros.

    Anything else is returned as it is.

    >>> as_style([0, 1.5], 4), as_style(None, 4)
    (array([0. , 1.5, 0. , 0. ], dtype=float32), None)
    """
    if not isinstance(z, (list, tuple)) or len(z) >= size or not all(s.is_number(x) for x in z):
        return z
    return np.array([*z, *[0] * (size - len(z))], np.float32)


@dataclass(frozen=True)
class Models:
    """The two networks of a folder, asked in the words of its labels, from any number of threads.

    Attributes:
        labels: the names of the labels, and the size of the images.
        read_many: a function from images to a label, or a `mxspec.Reading`, for each.
        generate_many: a function from labels, and a latent for each if there are latents, to images.
        latent: returns the Hypothesis strategy of latents; None if each label has one image.
        frame: the place of the ink in images, to which pictures from elsewhere are normalised. None is
            MNIST's for images of its size; pictures for other sizes are only scaled.
    """

    labels: Labels
    read_many: Callable[[Sequence[Any]], list[Any]]
    generate_many: Callable[..., list[Image]]
    latent: Latent | None = None
    frame: Frame | None = None

    def normalise(self, picture: "str | os.PathLike[str] | Picture") -> Image:
        """Return a file, or a picture of Pillow's, as a normalised image (1, pixels); see `read_image`."""
        plain = MNIST if self.labels.shape == MNIST.shape else Frame.plain(self.labels.shape)
        return read_image(picture, self.frame or plain)

    def read(self, image: Any) -> Any:
        """Return the label of an image, or its `mxspec.Reading`."""
        return self.read_many([image])[0]

    def generate(self, label: Any, z: Any = None) -> Image:
        """Return an image of a label, float32 (1, pixels); z is a value of latent."""
        return (self.generate_many([label]) if z is None else self.generate_many([label], [z]))[0]


class Family:
    """Registered specs of images that share a namespace and ask the same models.

    The models are those that ship with the package until `use_models` picks others. They are loaded at the
    first use.

    Args:
        namespace: the first part of the specs' names.
        load: returns the models of a folder, for a runtime, which may be None.
        label: the last part of the name of the spec of labels.
        latent: as in `Models`; None until models are picked.
        check: called with labels, their folder and the namespace; raises LabelError if the family is not for
            these labels.

    Attributes:
        namespace: as above.
        label, input: the names of the specs of labels and of input images.
        models: the models in use.
    """

    models: Models

    def __init__(
        self,
        namespace: str,
        load: Callable[[Path, str | None], Models],
        *,
        label: str = LABEL,
        latent: Latent | None = None,
        check: Callable[[Labels, Path, str], object],
    ) -> None:
        self.namespace = namespace
        self.label = f"{namespace}/{label}"
        self.input = f"{namespace}/{INPUT}"
        self._latent, self._check = latent, check
        self._load = load
        self._read, self._generate = _reader_and_generator(lambda: self.models)

    def __getattr__(self, name: str) -> Any:
        """Load the models at their first use, before which they are the only attribute that is not there."""
        if name != "models":
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        with loading:  # the first threads all wait for one of them to load
            if "models" not in vars(self):
                self.models = self._load(SHIPPED, None)
        return self.models

    def use_models(
        self, model_dir: str | os.PathLike[str] | None = None, *, runtime: str | None = None
    ) -> Path:
        """Make the specs ask the networks of a folder, in the whole process.

        Args:
            model_dir: the folder of the checkpoints; None is the set that ships with the package.
            runtime: "mxnet", or "onnx" for the files that `python -m autoencoder export` writes beside the
                checkpoints; None is the environment variable AUTOENCODER_RUNTIME, else the faster one.

        Returns:
            The folder.

        Raises:
            CheckpointError: a checkpoint is missing, or belongs to another network; the models in use stay.
            LabelError: the family is not for networks of these labels; likewise.
            ImportError: the runtime is not installed; likewise.
        """
        folder = SHIPPED if model_dir is None else Path(model_dir)
        models = self._load(folder, runtime)
        self._check(models.labels, folder, self.namespace)
        s.def_(self.input, image_spec(models.labels.shape))
        self.models, self._latent = models, models.latent
        return folder

    def define(self, name: str, *labels: Any, **options: Any) -> str:
        """Register the spec of images that are read as some of the labels.

        Args:
            name: the name without the namespace.
            labels: specs of labels, such as a set of names, all of which have to hold.
            options: arguments of `mxspec.def_model_spec`, such as min_confidence. Without discriminate and
                generate, the family's own functions ask its models.

        Returns:
            The full name.

        >>> from autoencoder import families
        >>> families.define("doc", SHIPPED).define("sure-one", {1}, min_confidence=0.999)
        'doc/sure-one'
        """
        arguments: dict[str, Any] = {
            "discriminate": self._read,
            "generate": self._generate,
            "input": self.input,
            "latent": self._latent,
        }
        spec = s.and_(self.label, *labels) if labels else self.label
        return s.def_model_spec(f"{self.namespace}/{name}", spec, **(arguments | options))

    def show(self, images: Any, labels: Iterable[object] | None = None, **options: Any) -> "Picture":
        """Draw images on a sheet, each with its reading below it.

        Args:
            images: as `autoencoder.viz.show` takes them.
            labels: texts to write below them instead.
            options: columns and zoom, as `autoencoder.viz.show` takes them.

        Returns:
            A picture of Pillow's: it shows itself in a notebook, and `.save("sheet.png")` writes it.

        >>> from autoencoder import digits
        >>> digits.show(s.sample("digits/image", 12, seed=1)).size
        (256, 240)
        """
        arrays = several(images)
        texts = map(_short_reading, self.models.read_many(arrays)) if labels is None else labels
        return show(arrays, texts, shape=self.models.labels.shape, **options)


def _short_reading(answer: Any) -> str:
    """Return an answer of read_many as a short text."""
    if not isinstance(answer, s.Reading):
        return str(answer)
    if answer.label is None:
        return "none"
    return str(answer.label) if answer.confidence is None else f"{answer.label} ({answer.confidence:.2f})"


def _reader_and_generator(models: Callable[[], Models]) -> tuple[Callable[[Any], Any], Callable[..., Image]]:
    """Return read and generate, with their batch functions, which ask the models in use."""

    @s.batched(lambda images: models().read_many(images))
    def read(image: Any) -> Any:
        return models().read(image)

    @s.batched(lambda *columns: models().generate_many(*columns))
    def generate(label: Any, *z: Any) -> Image:
        return models().generate(label, *z)

    return read, generate
