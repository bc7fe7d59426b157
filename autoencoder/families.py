"""Families of specs for the networks of any data set, in the words of its labels.

>>> import mxspec as s
>>> plain = define("plain", checkpoints.SHIPPED)
>>> plain.define("round", {0, 6, 8, 9})
'plain/round'
>>> sorted({plain.models.read(image).label for image in s.sample("plain/round", 30, seed=0)})
[0, 6, 8, 9]
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import mxspec as s
from autoencoder import digits, model_specs
from autoencoder.data.images import image_spec
from autoencoder.data.labels import LabelError, Labels
from autoencoder.networks import checkpoints
from autoencoder.recognition import recogniser as recognition

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

LABEL, INPUT, IMAGE = "label", "input", "image"


class Models(Protocol):
    """The two halves of a model, as `digits.Models` and `model_specs.Models` have them.

    Attributes:
        labels: what its labels are called, and the size of its images.
        read: from an image to its label, or a `mxspec.Reading`.
        generate: from a label, and what latent draws, to an image.
        latent: makes the strategy of what tells images of one label apart, None where there is one image.
    """

    labels: Labels
    read: Callable[[Any], Any]
    generate: Callable[..., Any]

    def read_many(self, images: Sequence[Any]) -> list[Any]:
        """What `read` says of each."""

    @property
    def latent(self) -> "Callable[[], SearchStrategy[Any]] | None": ...


def load(model_dir: str | os.PathLike[str] = checkpoints.SHIPPED) -> Models:
    """The networks of a folder: those of `train digits` if it has them, else those of `train all`.

    Raises:
        CheckpointError, LabelError: a file is missing there, damaged, or another network's.
    """
    if (Path(model_dir) / recognition.FILE).is_file():
        return digits.Models(model_dir)
    return model_specs.Models(model_dir)


@dataclass(frozen=True)
class Family:
    """Registered specs of images, all asking the same networks.

    Attributes:
        namespace: what their names begin with.
        models: the networks.
    """

    namespace: str
    models: Models

    def define(self, name: str, labels: Any, **options: Any) -> str:
        """Register the spec of images that are read as some of the labels.

        Args:
            name: without the namespace.
            labels: a spec of labels, such as a set of their names.
            options: of `mxspec.def_model_spec`, such as min_confidence.

        Returns:
            The whole name.

        >>> define("doc", checkpoints.SHIPPED).define("sure-one", {1}, min_confidence=0.999)
        'doc/sure-one'
        """
        given = {"input": f"{self.namespace}/{INPUT}", "latent": self.models.latent, **options}
        return s.def_model_spec(
            f"{self.namespace}/{name}",
            s.and_(f"{self.namespace}/{LABEL}", labels),
            self.models.read,
            self.models.generate,
            **given,
        )


def define(namespace: str, model_dir: str | os.PathLike[str]) -> Family:
    """Register the specs of the networks in a folder.

    These are `NAMESPACE/label`, the labels; `NAMESPACE/input`, an array of the size of an image;
    `NAMESPACE/image`, images that are read as any label; and `NAMESPACE/GROUP` for each group of labels that
    was named in training.

    Args:
        namespace: what the names begin with, such as `letters`.
        model_dir: a folder that `python -m autoencoder train` wrote to.

    Returns:
        The family, which can define further specs.

    Raises:
        CheckpointError, LabelError: a file is missing there, damaged, or another network's; or a group is
            called as one of the specs is.

    >>> define("doc", checkpoints.SHIPPED).models.labels.names
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    """
    models = load(model_dir)
    labels = models.labels
    for taken in {LABEL, INPUT, IMAGE} & labels.groups.keys():
        raise LabelError(f"a group of labels can't be called {taken!r}, as another spec is; try another name")
    family = Family(namespace, models)
    s.def_(
        f"{namespace}/{LABEL}",
        s.with_gen(set(labels.names), lambda: s.gen(s.int_in(0, len(labels))).map(labels.name)),
    )
    s.def_(f"{namespace}/{INPUT}", image_spec(labels.shape))
    family.define(IMAGE, f"{namespace}/{LABEL}")
    for group, members in labels.groups.items():
        family.define(group, set(members))
    return family
