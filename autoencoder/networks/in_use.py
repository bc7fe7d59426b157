"""The models that a family of specs asks, for the whole process: those that ship, or a folder's."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import mxspec as s
from autoencoder.data import labels
from autoencoder.data.images import image_spec
from autoencoder.networks import checkpoints


class _HasLabels(Protocol):
    @property
    def labels(self) -> labels.Labels: ...


M = TypeVar("M", bound=_HasLabels)


class InUse(Generic[M]):
    """Which models of digits are in use, loaded when they are first asked.

    The spec of what an image is, `NAMESPACE/input`, goes with them: one of images as large as these take.

    Args:
        namespace: of the specs that ask them.
        load: from a folder to its models.
    """

    def __init__(self, namespace: str, load: Callable[[Path], M]) -> None:
        self._namespace = namespace
        self._load = functools.cache(load)
        self._folder = checkpoints.SHIPPED
        self.input = s.def_(f"{namespace}/input", image_spec(labels.DIGITS.shape))

    def models(self) -> M:
        """The models in use."""
        return self._load(self._folder)

    def use(self, model_dir: str | os.PathLike[str] | None = None) -> Path:
        """Pick the models of a folder, None for those that ship with the package; returns the folder.

        Raises:
            CheckpointError: a checkpoint is missing there or is another network's; the set in use stays.
            LabelError: the networks there are not of the ten digits; likewise.
        """
        folder = checkpoints.SHIPPED if model_dir is None else Path(model_dir)
        self._load.cache_clear()  # or a set that was trained anew in the same folder would not be seen
        found = self._load(folder).labels
        labels.check_digits(found, folder, self._namespace)
        s.def_(self.input, image_spec(found.shape))
        self._folder = folder
        return folder
