"""The training loop over epochs and batches, and the bookmarks for resuming it."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import math
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autoencoder.data.idx import Dataset
from autoencoder.data.pictures import Array
from autoencoder.data.storage import JSON_ERRORS, LARGEST, read_file, replace_file
from autoencoder.networks.checkpoint import non_finite_names
from autoencoder.networks.mx import mx, plain_copy
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, SEED, Network, build
from autoencoder.networks.progress import print_line, progress_bar
from autoencoder.networks.workers import Learner, SharedLearner, WorkerGroup, set_state, state_of
from mxspec.errors import BriefError

# --- bookmarks --------------------------------------------------------------------------------------------

_NUMBERS = "numbers"
_SAMPLED = 100  # the number of images in the digest of a data set


class ResumeError(BriefError):
    """A training can't be resumed; the message says why and what to do."""


class TrainingState(NamedTuple):
    """The state of a training.

    Attributes:
        arrays: arrays by name, such as parameters.
        numbers: values for JSON, such as the states of random generators.
    """

    arrays: dict[str, Array]
    numbers: dict[str, Any]


@dataclass(frozen=True)
class Bookmark:
    """The file of the state of a training.

    Attributes:
        path: the file.
        about: the settings that must not change before resuming, such as the seed; values for JSON.
        resume: if False, ignore the file and begin anew.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     bookmark = Bookmark(Path(folder) / "x", {"seed": 0}, True)
    ...     bookmark.save(TrainingState({"w": np.ones(2)}, {"epoch": 3}))
    ...     bookmark.load()
    TrainingState(arrays={'w': array([1., 1.])}, numbers={'epoch': 3})
    """

    path: Path
    about: Mapping[str, Any]
    resume: bool

    def of(self, **about: Any) -> Bookmark:
        """Return the bookmark with further settings that must not change."""
        return Bookmark(self.path, {**self.about, **about}, self.resume)

    def save(self, state: TrainingState) -> None:
        """Replace the saved state.

        Raises:
            OSError: the file can't be written.
        """
        text = json.dumps({"about": self.about, _NUMBERS: state.numbers})
        arrays = {f"array {name}": value for name, value in state.arrays.items()}
        # In memory first: on a full disk, numpy leaves a file object that raises when it is freed.
        content = io.BytesIO()
        np.savez(content, **{_NUMBERS: np.frombuffer(text.encode(), np.uint8)}, **arrays)
        replace_file(self.path, lambda path: path.write_bytes(content.getbuffer()))

    def load(self) -> TrainingState | None:
        """Return the saved state; None if there is no file or `resume` is False.

        Raises:
            ResumeError: the file is damaged, or belongs to another training.
        """
        if not self.resume or not self.path.exists():
            return None
        try:
            state = read_file(self.path, LARGEST)
            with np.load(io.BytesIO(state), allow_pickle=False) as file:
                if sum(member.file_size for member in file.zip.infolist()) > len(state):
                    raise ValueError("compressed arrays")  # which `save` does not write, and may be enormous
                content = json.loads(file[_NUMBERS].tobytes())
                arrays = {name.removeprefix("array "): file[name] for name in file.files if name != _NUMBERS}
            about, numbers = dict(content["about"]), dict(content[_NUMBERS])
        except (OSError, EOFError, MemoryError, zipfile.BadZipFile, *JSON_ERRORS) as error:
            raise ResumeError(
                f"{self.path}: expected the state of a training, found {error}; "
                "leave --resume out to begin anew"
            ) from error
        for key, value in self.about.items():
            if about.get(key) != value:
                raise ResumeError(
                    f"{self.path} is of another training: expected {key} {value}, "
                    f"found {about.get(key)}; leave --resume out to begin anew"
                )
        return TrainingState(arrays, numbers)


def digest_of(dataset: Dataset) -> str:
    """Return a digest of the labels of a data set and of some of its images, in hexadecimal."""
    some = np.ascontiguousarray(dataset.images[:: max(1, len(dataset) // _SAMPLED)])
    return hashlib.sha256(np.ascontiguousarray(dataset.labels).tobytes() + some.tobytes()).hexdigest()[:16]


# --- the loop ---------------------------------------------------------------------------------------------

FEWEST_STEPS = 400  # moving means and variances need some 200 to forget their initial values

Rows = npt.NDArray[np.int64]
Augment = Callable[[Array, np.random.Generator], Array]


class TrainingError(BriefError):
    """The metric or a parameter is not finite; the message says in which epoch."""


class TrainingResult(NamedTuple):
    """A trained network as a plain MXNet Module, and its mean metric in each epoch."""

    module: mx.mod.Module
    values: list[float]


def train_epochs(
    network: Network,
    dataset: Dataset,
    epochs: int = EPOCHS,
    *,
    seed: int = SEED,
    batch_size: int = BATCH_SIZE,
    augment: Augment | None = None,
    module: mx.mod.Module | None = None,
    progress: bool = True,
    report: Callable[[str], object] | None = print_line,
    bookmark: Bookmark | None = None,
    group: WorkerGroup | None = None,
) -> TrainingResult:
    """Train a network on a data set; each epoch shows it every image, in a new random order.

    Args:
        network: the description of the network.
        dataset: any number of images; the last batch may be shorter.
        epochs: the number of passes over the images, 1 or more.
        seed: the same seed, data and number of threads give the same parameters, bit for bit.
        batch_size: the number of images in a step.
        augment: returns changed inputs for the inputs of a batch and a random generator; None keeps them.
        module: a module from `build` to train; None builds one from the seed.
        progress: if True, show a bar on standard error where that is a terminal.
        report: called with a line such as `discriminator epoch 1: accuracy 0.8295` after each epoch; None
            means no lines and no bar.
        bookmark: the file for the state after each epoch. Training resumes from its state, with the same
            final parameters.
        group: the workers that train it together; each calls this function. None means this process alone.

    Returns:
        The module, and the mean of the metric while each epoch ran.

    Raises:
        TrainingError: the metric or a parameter is not finite.
        GroupError: the workers have different parameters.
        ResumeError, OSError: as in `Bookmark.load` and `Bookmark.save`.
        DataError: the labels do not suit the network.
        ValueError: epochs is less than 1.
    """
    if epochs < 1:
        raise ValueError(f"training takes 1 epoch or more, not {epochs}")
    inputs, targets = network.feed(dataset.images, dataset.labels)
    batch_size, pixels = min(batch_size, len(dataset)), dataset.images.shape[1]
    steps = math.ceil(len(dataset) / batch_size)
    learner = Learner(module or build(network, pixels, batch_size=batch_size, seed=seed, steps=steps))
    shared = None if group is None else group.share_learner(learner)
    # Two generators, so that augmentation does not change the order of images.
    shuffle, random = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    say = report or (lambda line: None)
    values: list[float] = []
    if bookmark is not None:
        bookmark = bookmark.of(
            network=network.name, epochs=epochs, seed=seed, batch=batch_size, data=digest_of(dataset)
        )
        if (state := bookmark.load()) is not None:
            set_state(learner.module, state.arrays)
            values = state.numbers["values"]
            shuffle.bit_generator.state, random.bit_generator.state = state.numbers["random"]
            say(f"{network.name}: resuming after epoch {len(values)} of {epochs}")

    def fill(rows: Rows) -> int:
        """Fill the learner's arrays with rows of the data set; return their number, which may be 0."""
        if len(rows):
            data, label = learner.arrays(len(rows))
            if augment is None:
                _gather(inputs, rows, data)
            else:
                data[...] = augment(inputs[rows], random)
            if targets is inputs and augment is None:  # an autoencoder's target is its input
                label[...] = data
            else:
                _gather(targets, rows, label)
        return len(rows)

    for epoch in range(len(values) + 1, epochs + 1):
        title = f"{network.name} epoch {epoch}"
        order = shuffle.permutation(len(dataset))
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        if group is not None:
            batches = [group.share(rows) for rows in batches]
        sizes = progress_bar(
            map(fill, batches), f"{title} of {epochs}", steps, progress and report is not None
        )
        values.append(_run_epoch(learner, network.metric, sizes, shared))
        _check_finite(learner.module, network, epoch, values[-1])
        if bookmark is not None:
            states = [generator.bit_generator.state for generator in (shuffle, random)]
            bookmark.save(TrainingState(state_of(learner.module), {"values": values, "random": states}))
        say(f"{title}: {network.metric} {values[-1]:.4f}")
    if group is not None and shared is not None:
        print_line(f"{network.name}: worker {group.rank} has the parameters {shared.check_equal()[:16]}")
    return TrainingResult(plain_copy(learner.module, batch_size, for_training=True), values)


def stretch(network: Network, epochs: int, images: int, batch_size: int = BATCH_SIZE) -> tuple[Network, int]:
    """Return a network and a number of epochs for FEWEST_STEPS steps or more.

    Args:
        network: the network; its learning rate decays equally far over more epochs.
        epochs: the least number of epochs.
        images: the number of images of the data set.
        batch_size: the number of images in a step.

    >>> from autoencoder.discriminator import NETWORK
    >>> [stretch(NETWORK, 8, images)[1] for images in (60_000, 500)]
    [8, 80]
    """
    longer = max(epochs, math.ceil(FEWEST_STEPS / math.ceil(images / batch_size)))
    return dataclasses.replace(network, decay=network.decay ** (epochs / longer)), longer


def _gather(source: Array, rows: Rows, out: Array) -> None:
    # The rows are in range; with mode="raise" numpy would write to a buffer and copy it.
    np.take(source, rows, axis=0, out=out, mode="clip")


def _count_right(output: mx.nd.NDArray, label: mx.nd.NDArray) -> mx.nd.NDArray:
    return mx.nd.sum(mx.nd.argmax(output, axis=1) == label)


def _squared_error(output: mx.nd.NDArray, label: mx.nd.NDArray) -> mx.nd.NDArray:
    error = (output - label).reshape((-1,))
    # Not sum(square(error)): MXNet's sums take as long as a third of the whole step.
    return mx.nd.dot(error, error)


# Sums over all targets, by the names in mx.metric. MXNet's metrics copy the outputs of each batch, and give a
# short last batch the weight of a full one.
_METRICS = {"accuracy": _count_right, "mse": _squared_error}


def _run_epoch(learner: Learner, metric: str, sizes: Iterable[int], shared: SharedLearner | None) -> float:
    """Take a step for each batch and return the mean metric.

    Args:
        learner: the network.
        metric: the name of one of _METRICS.
        sizes: fills the learner's arrays with a batch, and yields its size; 0 if this worker has no rows.
        shared: the learner shared with other workers, if any.
    """
    sums, count = [], 0
    for size in sizes:
        if size:
            output = learner.forward()
            # Before the update, like the original; read at the end of the epoch.
            sums.append(_METRICS[metric](output, learner.label))
            count += learner.label.size
            learner.backward()
        if shared is not None:
            shared.add_up(is_empty=not size)
        learner.update()
    total = float(mx.nd.concat(*sums, dim=0).asnumpy().sum(dtype=np.float64)) if sums else 0.0
    if shared is not None:
        total, count = shared.total(total, count)
    return total / count


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
