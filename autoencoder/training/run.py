"""A training run: the data it reads, and the files it writes."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autoencoder.data import idx
from autoencoder.data.idx import Dataset
from autoencoder.data.labels import Labels
from autoencoder.data.manifest import Edition, edition
from autoencoder.networks.network import SEED
from autoencoder.progress import print_line
from autoencoder.training.group import Group
from autoencoder.training.resume import Bookmark

Folder = str | os.PathLike[str]

MODEL_DIR, OUTPUT = "model", "results"  # the original's
SHOWN = 100  # images in a picture: the original draws a batch
_STATES = 2  # the version of what bookmarks hold


@dataclass(frozen=True)
class Run:
    """The settings of a training run: its data, its folders, its length and its reports.

    Attributes:
        data_dir: the folder of the idx files, as `idx.load` takes it.
        model_dir: the folder for `labels.json` and the checkpoint: `NAME-symbol.json` and, after 3 epochs,
            `NAME-0003.params`.
        output: the folder for the pictures.
        epochs: the number of passes over the images; None is the network's usual number.
        seed: the same seed, data and number of threads give the same checkpoint, bit for bit.
        names, groups: the names of the labels and of groups of them, as `Labels.of` takes them.
        resume: if True, resume after the last epoch that the same training finished in model_dir.
        progress: if True, show a bar on standard error where that is a terminal.
        report: called with each line of output.
        group: the workers that train together; None is this process alone.
        edition: the edition of the files in model_dir to write to; None makes one for the run.

    >>> Run(data_dir="letters", epochs=5).seed
    0
    """

    data_dir: Folder | None = None
    model_dir: Folder = MODEL_DIR
    output: Folder = OUTPUT
    epochs: int | None = None
    seed: int = SEED
    names: Sequence[str] | None = None
    groups: Mapping[str, Sequence[str]] | None = None
    resume: bool = False
    progress: bool = True
    report: Callable[[str], object] = print_line
    group: Group | None = None
    edition: Edition | None = None

    @contextlib.contextmanager
    def editing(self) -> Iterator[Edition]:
        """Begin an edition of model_dir, put in place at the end, or use that of the run.

        Raises:
            FolderInUseError, CheckpointError, OSError: as `edition` does.
        """
        if self.edition is not None:
            yield self.edition
            return
        with edition(self.model_dir, resume=self.resume) as new:
            yield new

    def load(self) -> tuple[Labels, Dataset]:
        """Return the labels and the training images, whose labels count from 0.

        Raises:
            DataError: the data can't be read, or do not match the names and groups.
        """
        dataset = idx.load("train", self.data_dir)
        labels = Labels.of(dataset, self.names, self.groups)
        return labels, labels.zero_based(dataset)

    def bookmark(self, name: str, labels: Labels, new: Edition) -> Bookmark:
        """Return the bookmark of the training of a network, by its name."""
        about = {"version": _STATES, "labels": list(labels.names), "run": self.seed}
        return Bookmark(new.resume_path(name), about, self.resume)


DEFAULT = Run()


def save_labels(labels: Labels, new: Edition) -> None:
    """Write the labels of a training, and drop networks of other labels from the edition."""
    with new.lock:
        if Labels.load(new.folder, new) != labels:
            new.drop(".*")
        labels.save(new.folder, new)
