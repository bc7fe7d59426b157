"""The settings of training runs, and the training of the post's networks."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autoencoder import auto_encoder, discriminator, generator
from autoencoder.data import idx
from autoencoder.data.idx import Dataset
from autoencoder.data.labels import Labels
from autoencoder.data.pictures import pictures
from autoencoder.data.storage import Edition, edition
from autoencoder.networks import checkpoint, loop
from autoencoder.networks.loop import Bookmark
from autoencoder.networks.mx import mx
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, SEED, Network, build
from autoencoder.networks.predictor import predict
from autoencoder.networks.progress import print_line
from autoencoder.networks.workers import WorkerGroup
from autoencoder.viz import im_sav, save_curve

# --- a run ------------------------------------------------------------------------------------------------

Folder = str | os.PathLike[str]

MODEL_DIR, OUTPUT = "model", "results"  # the original's
SHOWN = 100  # images in a picture: the original draws a batch
_STATES = 2  # the version of what bookmarks hold


@dataclass(frozen=True)
class TrainingRun:
    """The settings of a training run: its data, its folders, its length and its reports.

    Attributes:
        data_dir: the folder of the idx files, as in `idx.load`.
        model_dir: the folder for `labels.json` and the checkpoint: `NAME-symbol.json` and, after 3 epochs,
            `NAME-0003.params`.
        output: the folder for the pictures.
        epochs: the number of passes over the images; None means the network's default.
        seed: the same seed, data and number of threads give the same checkpoint, bit for bit.
        names, groups: the names of labels and groups, as in `Labels.of`.
        resume: if True, resume the same training in model_dir after its last finished epoch.
        progress: if True, show a bar on standard error where that is a terminal.
        report: called with each line of output.
        group: the workers that train together; None means this process alone.
        edition: the edition of model_dir to write to; None begins one for the run.

    >>> TrainingRun(data_dir="letters", epochs=5).seed
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
    group: WorkerGroup | None = None
    edition: Edition | None = None

    def edit(self) -> contextlib.AbstractContextManager[Edition]:
        """Begin an edition of model_dir and put it in place at the end, or use the run's edition.

        Raises:
            FolderInUseError, CheckpointError, OSError: as in `edition`.
        """
        checkpoint.check_folder(self.model_dir)
        return edition(self.model_dir, resume=self.resume, within=self.edition)

    def load(self) -> tuple[Labels, Dataset]:
        """Return the labels and the training images, with labels counted from 0.

        Raises:
            DataError: the data can't be read, or do not match the names and groups.
        """
        dataset = idx.load("train", self.data_dir)
        labels = Labels.of(dataset, self.names, self.groups)
        return labels, labels.count_from_zero(dataset)

    def bookmark(self, name: str, labels: Labels, new: Edition) -> Bookmark:
        """Return the bookmark of a network's training."""
        about = {"version": _STATES, "labels": list(labels.names), "run": self.seed}
        return Bookmark(new.resume_path(name), about, self.resume)


DEFAULT = TrainingRun()


def save_labels(labels: Labels, new: Edition) -> None:
    """Write the labels of a training, and drop all files of other labels from the edition."""
    with new.lock:
        if Labels.load(new.folder, new) != labels:
            new.drop(".*")
        labels.save(new.folder, new)


# --- the networks of the post -----------------------------------------------------------------------------

# Functions that return a network for a number of labels, by name.
NETWORKS: dict[str, Callable[[int], Network]] = {
    "autoencoder": lambda labels: auto_encoder.NETWORK,
    "discriminator": discriminator.network,
    "generator": generator.network,
}


def train_network(name: str, run: TrainingRun = DEFAULT) -> loop.TrainingResult:
    """Train a network of the post, and save a checkpoint and pictures.

    The steps follow the original's comment blocks: load, look, train, look, save. The pictures are
    `originals.jpg`, `curve-NAME.png` and the network's drawings before and after training; for the
    discriminator the test images, with its readings in the report.

    Args:
        name: a name in NETWORKS.
        run: the settings.

    Raises:
        DataError, TrainingError, ValueError: as in `idx.load` and `loop.train_epochs`.
        FolderInUseError, CheckpointError, OSError: as in `edition`.
    """
    epochs = EPOCHS if run.epochs is None else run.epochs
    if run.group is not None and run.group.rank > 0:  # worker 0 looks and saves
        labels, images = run.load()
        network = NETWORKS[name](len(labels))
        return loop.train_epochs(network, images, epochs, seed=run.seed, report=None, group=run.group)
    with run.edit() as new:
        labels, images = run.load()
        test = labels.count_from_zero(idx.load("t10k", run.data_dir))
        network = NETWORKS[name](len(labels))

        def look(module: mx.mod.Module, moment: str) -> None:
            if name == "discriminator":
                im_sav("test-images", run.output, pictures(test.images[:SHOWN], test.shape))
                numbers = predict(module, test.images[:10]).argmax(axis=1)
                names = " ".join(str(labels.name(number)) for number in numbers)
                run.report(f"{name} {moment} training reads the first test images as {names}")
                run.report(f"{name} {moment} training: test accuracy {accuracy(module, test):.4f}")
            else:
                inputs, _ = network.feed(test.images[:SHOWN], test.labels[:SHOWN])
                drawn = pictures(predict(module, inputs), test.shape)
                im_sav(f"{name}-{moment}-training-preds", run.output, drawn)

        im_sav("originals", run.output, pictures(images.images[:SHOWN], images.shape))
        module = build(
            network, images.images.shape[1], batch_size=min(BATCH_SIZE, len(images)), seed=run.seed
        )
        look(module, "before")
        trained = loop.train_epochs(
            network,
            images,
            epochs,
            seed=run.seed,
            module=module,
            progress=run.progress,
            report=run.report,
            bookmark=None if run.group else run.bookmark(name, labels, new),
            group=run.group,
        )
        look(trained.module, "after")
        save_labels(labels, new)
        checkpoint.save_module(trained.module, Path(run.model_dir) / name, epochs, to=new)
        save_curve(name, network.metric, trained.values, run.output)
    return trained


def accuracy(module: mx.mod.Module, dataset: Dataset) -> float:
    """Return the accuracy of a trained classifier on labelled images, 0..1."""
    labels = predict(module, dataset.images).argmax(axis=1)
    return float((labels == dataset.labels).mean())
