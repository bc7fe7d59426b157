"""A training run: the data it reads, the files it writes; and the run that trains the post's networks."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autoencoder import auto_encoder, discriminator, generator
from autoencoder.data import idx
from autoencoder.data.idx import Dataset
from autoencoder.data.labels import Labels
from autoencoder.data.pictures import pictures
from autoencoder.data.storage import Edition, edition
from autoencoder.networks import checkpoint
from autoencoder.networks.mx import mx
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, SEED, Network, build
from autoencoder.networks.predictor import predict
from autoencoder.progress import print_line
from autoencoder.training import loop
from autoencoder.training.group import WorkerGroup
from autoencoder.training.loop import Bookmark
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

    @contextlib.contextmanager
    def edit(self) -> Iterator[Edition]:
        """Begin an edition of model_dir, put in place at the end, or use that of the run.

        Raises:
            FolderInUseError, CheckpointError, OSError: as `edition` does.
        """
        if self.edition is not None:
            yield self.edition
            return
        checkpoint.check_folder(self.model_dir)
        with edition(self.model_dir, resume=self.resume) as new:
            yield new

    def load(self) -> tuple[Labels, Dataset]:
        """Return the labels and the training images, whose labels count from 0.

        Raises:
            DataError: the data can't be read, or do not match the names and groups.
        """
        dataset = idx.load("train", self.data_dir)
        labels = Labels.of(dataset, self.names, self.groups)
        return labels, labels.count_from_zero(dataset)

    def bookmark(self, name: str, labels: Labels, new: Edition) -> Bookmark:
        """Return the bookmark of the training of a network, by its name."""
        about = {"version": _STATES, "labels": list(labels.names), "run": self.seed}
        return Bookmark(new.resume_path(name), about, self.resume)


DEFAULT = TrainingRun()


def save_labels(labels: Labels, new: Edition) -> None:
    """Write the labels of a training, and drop networks of other labels from the edition."""
    with new.lock:
        if Labels.load(new.folder, new) != labels:
            new.drop(".*")
        labels.save(new.folder, new)


# --- the networks of the post -----------------------------------------------------------------------------

# For the name of each network a function that returns it for a number of labels.
NETWORKS: dict[str, Callable[[int], Network]] = {
    "autoencoder": lambda labels: auto_encoder.NETWORK,
    "discriminator": discriminator.network,
    "generator": generator.network,
}


def train_network(name: str, run: TrainingRun = DEFAULT) -> loop.TrainingResult:
    """Train a network of the post, and save a checkpoint and pictures.

    The steps are those of the original's comment blocks: load, look, train, look, save. The pictures are
    `originals.jpg`, `curve-NAME.png` and, for networks that draw, what they draw before training and after;
    for the discriminator the test images, which it reads in the report.

    Args:
        name: of NETWORKS.
        run: the data, the folders and the rest.

    Raises:
        DataError, TrainingError, ValueError: as `idx.load` and `loop.train_epochs` do.
        FolderInUseError, CheckpointError, OSError: as `edition` does.
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
