"""A training run: its settings, what happens after an epoch, and its state."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autoencoder.data import idx
from autoencoder.data.bookmark import Bookmark, TrainingState, digest_of
from autoencoder.data.idx import Dataset
from autoencoder.data.labels import DIGITS, Labels
from autoencoder.data.pictures import Array
from autoencoder.data.storage import Edition, edition, resume_path, resume_paths
from autoencoder.networks import checkpoint
from autoencoder.networks.checkpoint import non_finite_names
from autoencoder.networks.mx import mx
from autoencoder.networks.network import SEED, Network
from autoencoder.networks.progress import print_line
from mxspec.errors import BriefError

if TYPE_CHECKING:
    from autoencoder.networks.training import Batches

# --- a run ------------------------------------------------------------------------------------------------

Folder = str | os.PathLike[str]

MODEL_DIR, OUTPUT = "model", "results"  # the original's
SHOWN = 100  # images in a picture: the original draws a batch
NOTHING_TO_RESUME = "no unfinished training to resume, beginning at epoch 1"
_STATES = 5  # the version of what bookmarks hold


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
    edition: Edition | None = None

    @contextlib.contextmanager
    def edit(self) -> Iterator[Edition]:
        """Begin an edition of model_dir and put it in place at the end, or use the run's edition.

        Raises:
            ResumeError: a training to resume is damaged, or of another seed.
            FolderInUseError, CheckpointError, OSError: as in `edition`.
        """
        checkpoint.check_folder(self.model_dir)
        with edition(self.model_dir, resume=self.resume, within=self.edition) as new:
            # Check the states now: the data take longer to load.
            for path in resume_paths(new.folder) if self.edition is None else ():
                Bookmark(path, self._fixed_settings, self.resume).load()
            yield new

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
        return Bookmark(
            resume_path(new.folder, name), {**self._fixed_settings, "labels": list(labels.names)}, self.resume
        )

    @property
    def _fixed_settings(self) -> dict[str, Any]:
        """The settings that must not change before resuming, of those known without the data."""
        return {"version": _STATES, "seed of the run": self.seed}


DEFAULT = TrainingRun()


# --- an epoch ---------------------------------------------------------------------------------------------


class TrainingError(BriefError):
    """The metric or a parameter is not finite; the message says in which epoch."""


class TrainingResult(NamedTuple):
    """A trained network as an MXNet Module, and its mean metric in each epoch."""

    module: mx.mod.Module
    values: list[float]


class Watch:
    """The watch over a training: after an epoch it checks the numbers, saves a bookmark, and reports a line.

    Args:
        network: the network.
        module, train_data: the module and the iterator of the training.
        epochs: the number of epochs, 1 or more.
        report: called with a line such as `discriminator epoch 1: accuracy 0.8295` after each epoch; None
            means no lines.
        bookmark: the file for the state after each epoch; a training resumes from its state, with the same
            final parameters. None means no file.

    Attributes:
        epochs: as above.
        values: the mean of the metric in each epoch so far, also before the training was resumed.

    Raises:
        ResumeError: the bookmark is damaged, or of another training.
        ValueError: epochs is less than 1.
    """

    def __init__(
        self,
        network: Network,
        module: mx.mod.Module,
        train_data: Batches,
        epochs: int,
        *,
        report: Callable[[str], object] | None = print_line,
        bookmark: Bookmark | None = None,
    ) -> None:
        if epochs < 1:
            raise ValueError(f"training takes 1 epoch or more, not {epochs}")
        self.epochs, self.values = epochs, list[float]()
        self._network, self._module, self._train_data = network, module, train_data
        self._report, self._bookmark = report or (lambda line: None), bookmark
        if bookmark is not None:
            data, batch, seed = digest_of(*train_data.arrays), train_data.batch_size, train_data.seed
            about = {"network": network.name, "epochs": epochs, "seed": seed, "batch": batch, "data": data}
            self._bookmark = bookmark.of(**about)
            if (state := self._bookmark.load()) is not None:
                set_state(module, state.arrays)
                train_data.set_state(state.numbers["data"])
                self.values = state.numbers["values"]
                self._report(f"{network.name}: resuming after epoch {len(self.values)} of {epochs}")
            elif bookmark.resume:
                self._report(f"{network.name}: {NOTHING_TO_RESUME}")

    def end_epoch(self, epoch: int, metric: mx.metric.EvalMetric) -> None:
        """Check the module and the metric of an epoch, save them, and report a line.

        Raises:
            TrainingError: the metric or a parameter is not finite.
            OSError: the bookmark can't be saved.
        """
        value = float(metric.sum_metric) / metric.num_inst
        self.values.append(value)
        _check_finite(self._module, self._network, epoch, value)
        if self._bookmark is not None:
            numbers = {"values": self.values, "data": self._train_data.state()}
            self._bookmark.save(TrainingState(state_of(self._module), numbers))
        self._report(f"{self._network.name} epoch {epoch}: {metric.name} {value:.4f}")


def _check_finite(module: mx.mod.Module, network: Network, epoch: int, value: float) -> None:
    # Check parameters as well: accuracy is finite even if every output is NaN. Wait first: a background
    # engine chosen by the user may still write moving means of the last backward(), and get_params() does not
    # wait.
    mx.nd.waitall()
    parameters, auxiliaries = module.get_params()
    lost = non_finite_names({name: array.asnumpy() for name, array in (parameters | auxiliaries).items()})
    if lost or not math.isfinite(value):
        raise TrainingError(
            f"{network.name}, epoch {epoch}: expected finite numbers, found {network.metric} {value} and "
            f"others in {lost or 'no parameter'}; are the images finite and within 0..1?"
        )


# --- what a training leaves --------------------------------------------------------------------------------


def save_labels(labels: Labels, new: Edition) -> None:
    """Write the labels of a training, and drop all files of other labels from the edition."""
    with new.lock:
        if Labels.load(new.folder, new) != labels:
            new.drop(".*")
        labels.save(new.folder, new)


@contextlib.contextmanager
def new_checkpoint(model_dir: Folder, name: str, shape: tuple[int, int]) -> Iterator[str]:
    """Yield a prefix for `Module.save_checkpoint`, and put its files in place at the end, or none of them.

    Args:
        model_dir: the folder, created if missing; its manifest then names the files.
        name: the name of the network; its older files are dropped.
        shape: (height, width) of an image of a digit in pixels.

    Raises:
        CheckpointError, FolderInUseError, OSError: as in `checkpoint.save_module`.
    """
    checkpoint.check_folder(model_dir)
    with edition(model_dir) as new, tempfile.TemporaryDirectory(prefix=".", dir=new.folder) as folder:
        prefix = os.path.join(folder, name)
        yield prefix
        save_labels(replace(DIGITS, shape=shape), new)
        checkpoint.put_in_place(Path(prefix), new)


def run_file(main: Callable[..., object]) -> None:
    """Run the main function of a file with the arguments of the process; an error ends it with a line."""
    try:
        main(*sys.argv[1:])
    except (BriefError, OSError, ImportError) as error:
        sys.exit(f"{Path(sys.argv[0]).stem}: {error}")


# --- the state of a training ------------------------------------------------------------------------------


def state_of(module: mx.mod.Module) -> dict[str, Array]:
    """Return the parameters of a module in training, and the state of its Adam optimizer."""
    mx.nd.waitall()
    optimizer_states = module._updater.states.items()
    kinds: dict[str, dict[Any, mx.nd.NDArray]] = dict(zip(("arg", "aux"), module.get_params(), strict=True))
    kinds["mean"], kinds["variance"] = ({key: pair[i] for key, pair in optimizer_states} for i in (0, 1))
    arrays = {f"{kind}:{key}": array.asnumpy() for kind in kinds for key, array in kinds[kind].items()}
    return arrays | {"steps": np.array(module._updater.optimizer.num_update)}


def set_state(module: mx.mod.Module, arrays: dict[str, Array]) -> None:
    """Set the state of a module to a result of `state_of`."""
    arguments, auxiliaries, means, variances = (
        {key: mx.nd.array(value) for key, value in select_arrays(arrays, f"{kind}:").items()}
        for kind in ("arg", "aux", "mean", "variance")
    )
    module.set_params(arguments, auxiliaries)
    updater = module._updater
    updater.states = {int(key): (means[key], variances[key]) for key in means}
    updater.states_synced = dict.fromkeys(updater.states, True)
    # MXNet counts on from here, and its schedules catch up.
    updater.optimizer.begin_num_update = updater.optimizer.num_update = int(arrays["steps"])


def select_arrays(arrays: dict[str, Array], prefix: str) -> dict[str, Array]:
    """Return the arrays with a prefix of their names, keyed by the rest of the name."""
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}
