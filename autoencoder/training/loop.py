"""Networks that learn: Adam, batch by batch, on MXNet's Module."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autoencoder.checkpoints import graphs
from autoencoder.checkpoints.mxnet_files import not_finite
from autoencoder.data.idx import Dataset
from autoencoder.data.images import Array
from autoencoder.networks.module import LearningModule, memory, plain_copy, set_state, state_of
from autoencoder.networks.mx import mx
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, SEED, Network, build
from autoencoder.progress import print_line, progress_bar
from autoencoder.training.group import Group, SharedModule
from autoencoder.training.resume import Bookmark, State, digest_of


class TrainingError(ValueError):
    """Training led to numbers that are not finite; the message says in which epoch."""


class Trained(NamedTuple):
    """A trained network as MXNet's own Module, and the mean of its metric over each epoch."""

    module: mx.mod.Module
    values: list[float]


def train(
    network: Network,
    dataset: Dataset,
    epochs: int = EPOCHS,
    *,
    seed: int = SEED,
    batch_size: int = BATCH_SIZE,
    module: LearningModule | None = None,
    progress: bool = True,
    report: Callable[[str], object] = print_line,
    bookmark: Bookmark | None = None,
    group: Group | None = None,
) -> Trained:
    """Train a network on a data set; each epoch shows it every image, in a new random order.

    Args:
        network: its description.
        dataset: any number of images; the last batch may be a shorter one.
        epochs: the number of passes over the images, 1 or more.
        seed: the same seed, data and number of threads give the same parameters, bit for bit. (With dropout,
            only if nothing else in the process draws MXNet's random numbers meanwhile.)
        batch_size: the number of images in a step.
        module: a module from `build`, to be trained further; None builds one from the seed.
        progress: if True, show a bar on standard error where that is a terminal.
        report: called with a line such as `discriminator epoch 1: accuracy 0.8295` after each epoch.
        bookmark: the file for the state after each epoch. If it holds a state of this training, training
            resumes from there, and ends with the same parameters.
        group: the workers that train it together, each of which calls this; None is this process alone.

    Returns:
        The module, and the mean of the metric while each epoch ran.

    Raises:
        TrainingError: the metric or a parameter is no longer a finite number.
        GroupError: the workers came to different parameters.
        ResumeError, OSError: as `Bookmark.load` and `Bookmark.save` do.
        DataError: the network cannot be fed with these labels.
        ValueError: epochs is less than 1.
    """
    if epochs < 1:
        raise ValueError(f"training takes 1 epoch or more, not {epochs}")
    inputs, targets = network.feed(dataset.images, dataset.labels)
    batch_size = min(batch_size, len(dataset))
    if module is None:
        steps = math.ceil(len(dataset) / batch_size)
        module = build(network, dataset.images.shape[1], batch_size=batch_size, seed=seed, steps=steps)
    shuffle = np.random.default_rng(seed)
    # A generator of its own, so that the order is the same with and without augmentation.
    feed = _Feed(network, module, inputs, targets, np.random.default_rng([seed, 1]))
    shared = None if group is None else group.share_module(module)
    values: list[float] = []
    if bookmark is not None:
        bookmark = bookmark.of(
            network=network.name,
            epochs=epochs,
            seed=seed,
            batch=batch_size,
            data=digest_of(dataset),
            graph=graphs.digest_of(graphs.graph_for(network, dataset.images.shape[1])[1]),
        )
        values = _resume(bookmark, module, (shuffle, feed.random))
        if values:
            report(f"{network.name}: resuming after epoch {len(values)} of {epochs}")
    for epoch in range(len(values) + 1, epochs + 1):
        title = f"{network.name} epoch {epoch}"
        order = shuffle.permutation(len(dataset))
        parts = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        if shared is not None:
            parts = [shared.share(part) for part in parts]
        batches = progress_bar(map(feed.batch, parts), f"{title} of {epochs}", len(parts), progress)
        values.append(_run_epoch(module, network.metric, batches, shared))
        _check_finite(module, network, epoch, values[-1])
        if bookmark is not None:
            _save(bookmark, values, module, (shuffle, feed.random))
        report(f"{title}: {network.metric} {values[-1]:.4f}")
    if shared is not None:
        digest = shared.check_equal()
        print_line(f"{network.name}: worker {shared.group.rank} has the parameters {digest[:16]}")
    return Trained(plain_copy(module, batch_size, for_training=True), values)


def _resume(bookmark: Bookmark, module: LearningModule, random: Sequence[np.random.Generator]) -> list[float]:
    """Restore the module and the random generators; return the metric of each epoch that was finished."""
    if (state := bookmark.load()) is None:
        return []
    set_state(module, state.arrays, state.numbers["module"])
    for generator, generator_state in zip(random, state.numbers["random"], strict=True):
        generator.bit_generator.state = generator_state
    values: list[float] = state.numbers["values"]
    return values


def _save(
    bookmark: Bookmark, values: list[float], module: LearningModule, random: Sequence[np.random.Generator]
) -> None:
    """Save all that `_resume` restores."""
    arrays, numbers = state_of(module)
    states = [generator.bit_generator.state for generator in random]
    bookmark.save(State(arrays, {"values": values, "module": numbers, "random": states}))


class _Feed:
    """The batches of a data set, written straight into the arrays that the module computes with.

    `mx.nd.array(inputs[rows])` makes two copies and a new array for each batch, and `forward` one more.
    """

    def __init__(
        self,
        network: Network,
        module: LearningModule,
        inputs: Array,
        targets: Array,
        random: np.random.Generator,
    ) -> None:
        self._module = module
        self._augment = network.augment
        self._inputs, self._targets = inputs, targets
        # An autoencoder's target is its input, unless that is altered.
        self._same = targets is inputs and network.augment is None
        self.random = random

    def batch(self, rows: npt.NDArray[np.int64]) -> "mx.io.DataBatch | None":
        """Return a batch of rows of the data set, None if there are none; the next batch overwrites it."""
        if not len(rows):
            return None
        batch = self._module.batch(len(rows))
        data, label = memory(batch.data[0]), memory(batch.label[0])
        if self._augment is None:
            _gather(self._inputs, rows, data)
        else:
            data[...] = self._augment(self._inputs[rows], self.random)
        if self._same:
            label[...] = data
        else:
            _gather(self._targets, rows, label)
        return batch


def _gather(source: Array, rows: npt.NDArray[np.int64], out: Array) -> None:
    # With mode="raise" numpy writes into a buffer first and copies that; the rows are never out of range.
    np.take(source, rows, axis=0, out=out, mode="clip")


def _count_right(output: mx.nd.NDArray, label: mx.nd.NDArray) -> mx.nd.NDArray:
    return mx.nd.sum(mx.nd.argmax(output, axis=1) == label)


def _squared_error(output: mx.nd.NDArray, label: mx.nd.NDArray) -> mx.nd.NDArray:
    error = (output - label).reshape((-1,))
    # Not sum(square(error)): MXNet's sums take as long as a third of the whole step.
    return mx.nd.dot(error, error)


# Sums over all numbers of the labels, by the names in mx.metric. Those of mx.metric itself copy the outputs
# of each batch out of MXNet, and give a short last batch the weight of a full one.
_METRICS: dict[str, Callable[[mx.nd.NDArray, mx.nd.NDArray], mx.nd.NDArray]] = {
    "accuracy": _count_right,
    "mse": _squared_error,
}


def _run_epoch(
    module: LearningModule,
    metric: str,
    batches: "Iterable[mx.io.DataBatch | None]",
    shared: SharedModule | None = None,
) -> float:
    """Take a step for each batch and return the mean of the metric over all of them.

    Args:
        module: the module to train.
        metric: the name of one of _METRICS.
        batches: None for a batch of which this worker has no share.
        shared: the module as this worker and others train it together.
    """
    sums, count = [], 0
    for batch in batches:
        if batch is not None:
            module.forward(batch, is_train=True)
            # Before the update, as the original does it; read when the epoch is over.
            sums.append(_METRICS[metric](module.get_outputs()[0], batch.label[0]))
            count += batch.label[0].size
            module.backward()
        if shared is not None:
            shared.add_up(batch is None)
        module.update()
    total = float(mx.nd.concat(*sums, dim=0).asnumpy().sum(dtype=np.float64)) if sums else 0.0
    if shared is not None:
        total, count = shared.total(total, count)
    return total / count


def _check_finite(module: mx.mod.Module, network: Network, epoch: int, value: float) -> None:
    # The parameters as well: accuracy is a finite number even if every output is NaN. An engine that works in
    # the background, which a user may choose, may still be writing moving means of the last backward(), and
    # get_params() does not wait for it.
    mx.nd.waitall()
    parameters, auxiliaries = module.get_params()
    lost = not_finite({name: array.asnumpy() for name, array in (parameters | auxiliaries).items()})
    if lost or not math.isfinite(value):
        raise TrainingError(
            f"{network.name}, epoch {epoch}: expected finite numbers, found {network.metric} {value} and "
            f"others in {lost or 'no parameter'}; are the images finite and within 0..1?"
        )
