"""Networks that learn: Adam, batch by batch, on MXNet's Module."""

import math
import sys
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from tqdm import tqdm  # type: ignore[import-untyped]

from autoencoder.data.idx import Dataset
from autoencoder.networks.checkpoints import not_finite
from autoencoder.networks.module import LearningModule, apart
from autoencoder.networks.mx import mx
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, SEED, Array, Network, build, memory


class TrainingError(ValueError):
    """Training went where no number follows; the message says in which epoch."""


def print_line(line: str) -> None:
    """Print a line in one piece, so that those of networks that train side by side do not mix."""
    sys.stdout.write(f"{line}\n")


class Trained(NamedTuple):
    """A trained network as a Module of MXNet's own, and the value of its metric over each epoch."""

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
) -> Trained:
    """Show a network every image of a data set, once an epoch, in an order drawn anew each time.

    Args:
        network: which one.
        dataset: any number of images; those that fill no last batch make a shorter one.
        epochs: how many times, 1 or more.
        seed: the same seed, data and number of threads give the same parameters, bit for bit. (With dropout,
            where nothing else in the process draws random numbers of MXNet meanwhile.)
        batch_size: the number of images in a step.
        module: what `build` made, to be trained further; None builds one from the seed.
        progress: whether to show a bar on standard error, where that is a terminal.
        report: is called with a line such as `discriminator epoch 1: accuracy 0.8295` after each epoch.

    Returns:
        The module, and the metric as it was while each epoch was running.

    Raises:
        TrainingError: the metric or a parameter is no longer a finite number.
        DataError: the network cannot be fed with these labels.
        ValueError: there are no epochs to train.
    """
    if epochs < 1:
        raise ValueError(f"training takes 1 epoch or more, not {epochs}")
    inputs, targets = network.feed(dataset.images, dataset.labels)
    batch_size = min(batch_size, len(dataset))
    if module is None:
        steps = math.ceil(len(dataset) / batch_size)
        module = build(network, dataset.images.shape[1], batch_size=batch_size, seed=seed, steps=steps)
    shuffle = np.random.default_rng(seed)
    alter = np.random.default_rng([seed, 1])  # so the order does not depend on whether images are altered
    values: list[float] = []
    feed = _Feed(network, module, inputs, targets, alter)
    for epoch in range(1, epochs + 1):
        order = shuffle.permutation(len(dataset))
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        title = f"{network.name} epoch {epoch}"
        steps_shown = tqdm(
            map(feed.batch, batches),
            title,
            len(batches),
            leave=False,
            disable=None if progress else True,
        )
        values.append(_epoch(module, network.metric, steps_shown))
        _check_finite(module, network, epoch, values[-1])
        report(f"{title}: {network.metric} {values[-1]:.4f}")
    return Trained(apart(module, batch_size, for_training=True), values)


class _Feed:
    """Batches straight from the rows of the data set, written where the module computes with them.

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
        self._is_one = targets is inputs and network.augment is None
        self._random = random

    def batch(self, rows: npt.NDArray[np.int64]) -> mx.io.DataBatch:
        """The rows of the data set with these numbers; good until the next ones are asked for."""
        batch = self._module.batch(len(rows))
        data, label = memory(batch.data[0]), memory(batch.label[0])
        if self._augment is None:
            _gather(self._inputs, rows, data)
        else:
            data[...] = self._augment(self._inputs[rows], self._random)
        if self._is_one:
            label[...] = data
        else:
            _gather(self._targets, rows, label)
        return batch


def _gather(source: Array, rows: npt.NDArray[np.int64], out: Array) -> None:
    # Where take is to raise for rows that are not there, it makes a copy first, and then one of that.
    np.take(source, rows, axis=0, out=out, mode="clip")


def _right(output: mx.nd.NDArray, label: mx.nd.NDArray) -> mx.nd.NDArray:
    return mx.nd.sum(mx.nd.argmax(output, axis=1) == label)


def _squared_error(output: mx.nd.NDArray, label: mx.nd.NDArray) -> mx.nd.NDArray:
    error = (output - label).reshape((-1,))
    # Not sum(square(error)): MXNet's sums take as long as a third of the whole step.
    return mx.nd.dot(error, error)


# By the names that mx.metric has for them, summed over all numbers of the labels. Those of mx.metric are not
# asked, since they copy the outputs of each batch out of MXNet; nor do they weigh a short last batch.
_METRICS: dict[str, Callable[[mx.nd.NDArray, mx.nd.NDArray], mx.nd.NDArray]] = {
    "accuracy": _right,
    "mse": _squared_error,
}


def _epoch(module: mx.mod.Module, metric: str, batches: Iterable[mx.io.DataBatch]) -> float:
    """One step for each batch; returns the mean of the metric over all of them."""
    sums, count = [], 0
    for batch in batches:
        module.forward(batch, is_train=True)
        # Before the update, as the original does it; read when the epoch is over.
        sums.append(_METRICS[metric](module.get_outputs()[0], batch.label[0]))
        count += batch.label[0].size
        module.backward()
        module.update()
    return float(mx.nd.concat(*sums, dim=0).asnumpy().sum(dtype=np.float64)) / count


def _check_finite(module: mx.mod.Module, network: Network, epoch: int, value: float) -> None:
    # The parameters as well: accuracy is a fine number even where every output is NaN.
    # With an engine that works in the background, which a user may choose, the last backward() writes moving
    # means at some time of its own, and get_params() does not await it.
    mx.nd.waitall()
    parameters, auxiliaries = module.get_params()
    lost = not_finite({name: array.asnumpy() for name, array in (parameters | auxiliaries).items()})
    if lost or not math.isfinite(value):
        raise TrainingError(
            f"{network.name}, epoch {epoch}: expected finite numbers, found {network.metric} {value} and "
            f"others in {lost or 'no parameter'}; are the images finite and within 0..1?"
        )
