"""MXNet's module, iterator and metric, for threads and for data sets in memory.

They take part in a training as MXNet's own do: for each batch of an iterator `forward`, `update_metric`,
`backward`, `update`. This file imports MXNet, so others import it inside of functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.data.pictures import Array
from autoencoder.networks.mx import binding, mx, start_engine
from autoencoder.networks.network import (
    BATCH_SIZE,
    DATA,
    LABEL,
    SEED,
    Network,
    feed_shapes,
    seed_mxnet,
    symbol_for,
)
from autoencoder.networks.progress import progress_bar

# --- the module -------------------------------------------------------------------------------------------


class ThreadModule(mx.mod.Module):  # type: ignore[misc]
    """A Module of one device, beside which other threads may have theirs: it binds while no other binds."""

    def bind(self, *shapes: Any, **options: Any) -> None:
        """Bind the graph to arrays, as Module.bind does."""
        with binding:
            super().bind(*shapes, **options)

    def forward(self, data_batch: mx.io.DataBatch, is_train: bool | None = None) -> None:
        """Compute the outputs of a batch, as Module.forward does; for another batch size it binds again."""
        if all(x.shape == of.shape for x, of in zip(data_batch.data, self.data_shapes, strict=True)):
            super().forward(data_batch, is_train)
            return
        with binding:
            super().forward(data_batch, is_train)

    def answer(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the outputs for inputs (n, ...), n of the batch size or fewer, as a new array.

        It asks the executor itself: without the slices of a batch for several devices, an answer about one
        image takes a quarter of Module's time.
        """
        missing = self.data_shapes[0].shape[0] - len(rows)
        if missing:  # MXNet would bind its graph again for a smaller batch
            rows = np.concatenate([rows, np.zeros((missing, *rows.shape[1:]), np.float32)])
        executor = self._exec_group.execs[0]
        executor.arg_dict[self.data_names[0]]._sync_copyfrom(rows)
        executor.forward(is_train=False)
        outputs: npt.NDArray[np.float32] = executor.outputs[0].asnumpy()
        return outputs[:-missing].copy() if missing else outputs


def bind(network: Network, symbol: mx.sym.Symbol, batch_size: int, *, for_training: bool) -> ThreadModule:
    """Return a bound module of a graph, without parameters."""
    start_engine()
    data, label = feed_shapes(network, batch_size)
    labels = [(LABEL, label)] if LABEL in symbol.list_arguments() else []
    module = ThreadModule(symbol, data_names=[DATA], label_names=[name for name, _ in labels])
    module.bind([(DATA, data)], labels or None, for_training=for_training)
    return module


def build(
    network: Network, *, batch_size: int = BATCH_SIZE, seed: int = SEED, steps: int | None = None
) -> ThreadModule:
    """Return a module with random parameters and an optimizer, ready for training.

    Args:
        network: the description.
        batch_size: the number of images in a step.
        seed: the seed of MXNet's random generator; numpy's is not used.
        steps: the number of steps of an epoch, for a decaying learning rate; None means a constant rate.
    """
    module = bind(network, symbol_for(network), batch_size, for_training=True)
    with seed_mxnet(seed):
        module.init_params(network.initializer())
    scheduler = None
    if steps is not None and network.decay != 1:
        scheduler = mx.lr_scheduler.FactorScheduler(steps, network.decay, base_lr=network.learning_rate)
    # MXNet sums gradients over the batch; this scales them to the mean.
    adam = mx.optimizer.Adam(
        learning_rate=network.learning_rate, lr_scheduler=scheduler, rescale_grad=1 / batch_size
    )
    module.init_optimizer(optimizer=adam)
    return module


# --- the iterator -----------------------------------------------------------------------------------------

Augment = Callable[[Array, np.random.Generator], Array]


class Batches(mx.io.DataIter):  # type: ignore[misc]
    """The batches of a data set in memory: every row once an epoch, in a new random order.

    MXNet's NDArrayIter shuffles by numpy's global generator, and can't go on where a training stopped;
    MNISTIter has one order for all epochs, divides pixels by 256, and reads two files alone.

    Args:
        data, label: the inputs and the targets, n rows each; the same array for a network that reconstructs.
        batch_size: the number of rows of a batch; the last one of an epoch may be shorter. A batch is in
            arrays that the next batch overwrites.
        seed: the seed of the order, and of augment.
        augment: returns changed inputs for the inputs of a batch and a random generator; None keeps them.
        title: the title of a progress bar on standard error, if that is a terminal; "" means no bar.

    Attributes:
        arrays: the inputs and the targets.
        seed: as above.
        steps: the number of batches of an epoch.
        epoch: the number of the epoch, from 1; 0 before the first `reset`.
    """

    def __init__(
        self,
        data: Array,
        label: Array,
        batch_size: int = BATCH_SIZE,
        *,
        seed: int = 0,
        augment: Augment | None = None,
        title: str = "",
    ) -> None:
        start_engine()
        super().__init__(min(batch_size, len(data)))
        self.arrays, self.seed, self.epoch = (data, label), seed, 0
        self._augment, self._title = augment, title
        # Two generators, so that augmentation does not change the order of rows.
        self._shuffle, self._random = np.random.default_rng(seed), np.random.default_rng([seed, 1])
        self.provide_data, self.provide_label = (
            [mx.io.DataDesc(name, (self.batch_size, *array.shape[1:]))]
            for name, array in ((DATA, data), (LABEL, label))
        )
        self.steps = math.ceil(len(data) / self.batch_size)
        self._buffers: dict[tuple[str, int], tuple[Array, mx.nd.NDArray]] = {}
        self._rows: Any = iter(())

    def reset(self) -> None:
        """Begin the next epoch."""
        self.epoch += 1
        order = self._shuffle.permutation(len(self.arrays[0]))
        batches = [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
        title = f"{self._title} epoch {self.epoch}"
        self._rows = iter(progress_bar(batches, title, len(batches), bool(self._title)))

    def next(self) -> mx.io.DataBatch:
        """Return the next batch of the epoch.

        Raises:
            StopIteration: the epoch is over.
        """
        rows, (data, label) = next(self._rows), self.arrays
        x = self._gather(DATA, data, rows, self._augment)
        is_target = label is data and self._augment is None  # the target of an autoencoder is its input
        return mx.io.DataBatch([x], [x if is_target else self._gather(LABEL, label, rows)], pad=0)

    def _gather(
        self, name: str, source: Array, rows: npt.NDArray[np.int64], augment: Augment | None = None
    ) -> mx.nd.NDArray:
        """Return rows of an array in memory that batches of their size share."""
        if (buffer := self._buffers.get((name, len(rows)))) is None:
            memory = np.empty((len(rows), *source.shape[1:]), np.float32)
            buffer = self._buffers[name, len(rows)] = memory, mx.nd.empty(memory.shape)
        memory, array = buffer
        # The rows are in range; with mode="raise" numpy would write to a buffer and copy it.
        np.take(source, rows, axis=0, out=memory, mode="clip")
        if augment is not None:
            memory = np.asarray(augment(memory, self._random), np.float32)
        array._sync_copyfrom(memory)
        return array

    def state(self) -> dict[str, Any]:
        """Return the state of the iterator at the end of an epoch, as values for JSON."""
        generators = (self._shuffle, self._random)
        return {"epoch": self.epoch, "random": [generator.bit_generator.state for generator in generators]}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on after the epoch of a result of `state`."""
        self.epoch = state["epoch"]
        self._shuffle.bit_generator.state, self._random.bit_generator.state = state["random"]


# --- the metric -------------------------------------------------------------------------------------------


class MeanSquaredError(mx.metric.EvalMetric):  # type: ignore[misc]
    """The mean squared error over all targets.

    mx.metric.MSE gives a short last batch the weight of a full one.
    """

    def __init__(self) -> None:
        super().__init__("mse")

    def update(self, labels: list[mx.nd.NDArray], preds: list[mx.nd.NDArray]) -> None:
        """Add the errors of a batch."""
        error = (preds[0] - labels[0]).reshape((-1,))
        self.sum_metric += float(mx.nd.dot(error, error).asscalar())
        self.num_inst += error.size


def metric_of(name: str) -> mx.metric.EvalMetric:
    """Return a new metric, "accuracy" or "mse"."""
    return MeanSquaredError() if name == "mse" else mx.metric.create(name)
