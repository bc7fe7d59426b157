"""A family: registered specs of images that share a namespace and ask the same networks."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mxspec as s
from autoencoder.data.labels import Labels
from autoencoder.data.pictures import Image, image_spec
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.pair import Latent, Models
from autoencoder.networks.predictor import loading
from autoencoder.viz import show
from mxspec.base.messages.pictures import image_sequence
from mxspec.models.model_spec import as_reading

if TYPE_CHECKING:
    from PIL.Image import Image as Sheet

    from autoencoder.data.pictures import Picture

LABEL, INPUT = "label", "input"


class Family:
    """Registered specs of images that share a namespace and ask the same models.

    The package's models are loaded at the first use, unless `use_models` selects others.

    Args:
        namespace: the first part of the specs' names.
        load: returns the models of a folder for a runtime or None.
        label: the last part of the name of the spec of labels.
        latent: as in `Models`, for the package's models.
        check: called with labels, their folder and the namespace; raises LabelError if the labels do not
            suit the family.

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
        """Load the models at the first use of the attribute `models`."""
        if name != "models":
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        with loading:  # one thread loads, the others wait
            if "models" not in vars(self):
                self.models = self._load(SHIPPED, None)
        return self.models

    def use_models(
        self, model_dir: str | os.PathLike[str] | None = None, *, runtime: str | None = None
    ) -> Path:
        """Let the specs ask the networks of a folder, in the whole process.

        Args:
            model_dir: the folder of the checkpoints; None means the package's networks.
            runtime: "mxnet", or "onnx" for the files that `python -m autoencoder export` writes beside the
                checkpoints; None means the environment variable AUTOENCODER_RUNTIME, else the faster runtime.

        Returns:
            The folder.

        Raises:
            CheckpointError: a checkpoint is missing, or belongs to another network.
            LabelError: the labels do not suit the family.
            ImportError: the runtime is not installed. After any error the old models stay in use.
        """
        folder = SHIPPED if model_dir is None else Path(model_dir)
        models = self._load(folder, runtime)
        self._check(models.labels, folder, self.namespace)
        s.def_(self.input, image_spec(models.labels.shape))
        self.models, self._latent = models, models.latent
        return folder

    def read_image(self, picture: "Picture") -> Image:
        """Read a picture as an image that the family's specs take, cut out and centred as in training.

        Args:
            picture: the path of a file, its bytes, an open binary file, or a Pillow picture, as
                `digits.read_image` takes it.

        Returns:
            float32 (1, pixels), 0.0 black to 1.0 white.

        Raises:
            ImageFileError: the file is missing, not a picture, or damaged.
            TypeError: picture is something else.

        >>> from autoencoder import families
        >>> from PIL import Image as pillow
        >>> page = pillow.new("L", (90, 90), 240)
        >>> page.paste(20, (42, 15, 48, 75))  # a 1
        >>> image = families.FAMILIES["digits"].read_image(page)
        >>> image.shape, s.valid("digits/image", image)
        ((1, 784), True)
        """
        return self.models.normalise(picture)

    def define(self, name: str, *labels: Any, **options: Any) -> str:
        """Register the spec of images that are read as a label from a set.

        Args:
            name: the name without the namespace.
            labels: specs of labels, such as a set of names; a label has to fit all of them.
            options: arguments of `mxspec.def_model_spec`, such as min_confidence; discriminate and generate
                are the family's models by default.

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

    def show(self, images: Any, labels: Iterable[object] | None = None, **options: Any) -> "Sheet":
        """Draw images on a sheet, each with its reading below it.

        Args:
            images: as `autoencoder.viz.show` takes them.
            labels: texts to write below them instead.
            options: columns and zoom, as `autoencoder.viz.show` takes them.

        Returns:
            A Pillow picture: a notebook displays it, and `.save("sheet.png")` writes it.

        >>> from autoencoder import digits
        >>> digits.show(s.sample("digits/image", 12, seed=1)).size
        (256, 240)
        """
        arrays = image_sequence(images)
        texts = map(label_text, self.models.read_many(arrays)) if labels is None else labels
        return show(arrays, texts, shape=self.models.labels.shape, **options)


def label_text(answer: Any) -> str:
    """Return a result of `Models.read_many` as a short text.

    >>> label_text(s.Reading("boot", confidence=0.9)), label_text(3)
    ('boot (0.90)', '3')
    """
    reading = as_reading(answer)
    if reading.label is None:
        return "none"
    return str(reading.label) if reading.confidence is None else f"{reading.label} ({reading.confidence:.2f})"


def _reader_and_generator(models: Callable[[], Models]) -> tuple[Callable[[Any], Any], Callable[..., Image]]:
    """Return functions that read and generate with the models in use, one by one or in batches."""

    @s.batched(lambda images: models().read_many(images))
    def read(image: Any) -> Any:
        return models().read(image)

    @s.batched(lambda *columns: models().generate_many(*columns))
    def generate(label: Any, *z: Any) -> Image:
        return models().generate(label, *z)

    return read, generate
