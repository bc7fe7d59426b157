"""A training run: the data it reads, the files it writes, and the run of a network of the post."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autoencoder.checkpoints import mxnet_files
from autoencoder.data import idx
from autoencoder.data.edition import Edition, edition
from autoencoder.data.idx import Dataset
from autoencoder.data.images import pictures
from autoencoder.data.labels import Labels
from autoencoder.inference.predictor import predict
from autoencoder.networks.mx import mx
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, SEED, Network, build
from autoencoder.progress import print_line
from autoencoder.training import loop
from autoencoder.training.group import Group
from autoencoder.training.resume import Bookmark
from autoencoder.viz import im_sav, save_curve

Folder = str | os.PathLike[str]

MODEL_DIR, OUTPUT = "model", "results"  # the original's
SHOWN = 100  # images in a picture: the original draws a batch


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
        group: the workers that train together, of which worker 0 saves; None is this process alone.
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
        return labels, labels.counted(dataset)


DEFAULT = Run()


def bookmark_of(name: str, labels: Labels, run: Run, new: Edition) -> Bookmark:
    """Return the bookmark of a training of a run, by the name of its network."""
    return Bookmark(new.resume_path(name), {"labels": list(labels.names), "run": run.seed}, run.resume)


def save_labels(labels: Labels, new: Edition) -> None:
    """Write the labels of a training, and drop networks of other labels from the edition."""
    with new.lock:
        if Labels.load(new.folder, new.files) != labels:
            new.drop(".*")
        labels.save(new.folder, new)


@dataclass(frozen=True)
class Look:
    """A look at a network on test images, before training or after.

    Attributes:
        network, module: the network and its module.
        test: the test images.
        labels: the names of their labels.
        moment: "before" or "after".
    """

    network: Network
    module: mx.mod.Module
    test: Dataset
    labels: Labels
    moment: str


def train_network(
    network_of: Callable[[int], Network], show: Callable[[Look, Run], object], run: Run
) -> loop.Trained:
    """Train a network of the post, and save a checkpoint and pictures.

    The steps are those of the original's comment blocks: load, look, train, look, save. The pictures are
    `originals.jpg`, `curve-NAME.png` and those that `show` draws.

    Args:
        network_of: returns the network for a number of labels.
        show: called before and after training.
        run: the data, the folders and the rest.

    Raises:
        DataError, TrainingError, ValueError: as `idx.load` and `loop.train` do.
        FolderInUseError, CheckpointError, OSError: as `edition` does.
    """
    if run.group is not None and run.group.rank > 0:
        labels, images = run.load()
        network = network_of(len(labels))
        epochs = EPOCHS if run.epochs is None else run.epochs
        return loop.train(
            network, images, epochs, seed=run.seed, progress=False, report=lambda line: None, group=run.group
        )
    with run.editing() as new:
        return _train_network(network_of, show, run, new)


def _train_network(
    network_of: Callable[[int], Network], show: Callable[[Look, Run], object], run: Run, new: Edition
) -> loop.Trained:
    output, epochs = Path(run.output), EPOCHS if run.epochs is None else run.epochs
    labels, images = run.load()
    test = labels.counted(idx.load("t10k", run.data_dir))
    network = network_of(len(labels))
    im_sav("originals", output, pictures(images.images[:SHOWN], images.shape))
    batch_size = min(BATCH_SIZE, len(images))
    module = build(network, images.images.shape[1], batch_size=batch_size, seed=run.seed)
    show(Look(network, module, test, labels, "before"), run)
    trained = loop.train(
        network,
        images,
        epochs,
        seed=run.seed,
        module=module,
        progress=run.progress,
        report=run.report,
        bookmark=None if run.group is not None else bookmark_of(network.name, labels, run, new),
        group=run.group,
    )
    show(Look(network, trained.module, test, labels, "after"), run)
    save_labels(labels, new)
    mxnet_files.save(trained.module, Path(run.model_dir) / network.name, epochs, to=new)
    save_curve(network.name, network.metric, trained.values, output)
    return trained


def draw_predictions(look: Look, run: Run) -> None:
    """Draw the outputs of a network, which are images, for the first test images or their labels."""
    inputs, _ = look.network.feed(look.test.images[:SHOWN], look.test.labels[:SHOWN])
    images = pictures(predict(look.module, inputs), look.test.shape)
    im_sav(f"{look.network.name}-{look.moment}-training-preds", run.output, images)
