"""Networks as MXNet Modules: build, train, predict, save and load them. Nothing else touches a Module.

A checkpoint is MXNet's own: `NAME-symbol.json`, the graph, and `NAME-0003.params`, the values after 3 epochs.
"""

import ctypes
import math
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from tqdm import tqdm  # type: ignore[import-untyped]

from autoencoder._files import replace_files
from autoencoder._mxnet import mx
from autoencoder.data import Dataset

DATA, LABEL = "input", "input_"  # the original's names, part of every checkpoint
BATCH_SIZE = 100  # the original's
EPOCHS = 3  # the original's
SEED = 0
# The original's `:learning-rage 0.001` is a misspelt key, so Clojure's default trained its models.
LEARNING_RATE = 0.002
SHIPPED = Path(__file__).parent / "model"

Array = npt.NDArray[Any]


class TrainingError(ValueError):
    """Training went where no number follows; the message says in which epoch."""


class CheckpointError(ValueError):
    """A checkpoint is missing, damaged or another network's; the message names the file and what to do."""


@dataclass(frozen=True)
class Network:
    """What tells one network from another; the rest of this file is the same for all.

    Attributes:
        name: what its checkpoints are called.
        get_symbol: from the number of pixels of an image to the graph, with DATA and LABEL as its variables.
        feed: from images (n, pixels) and labels (n,) to what goes in and what should come out, n rows each.
        metric: the name of an `mx.metric` that is a mean over the images.
        pixels_axis: the parameter, and its axis, whose length is the number of pixels: by it a checkpoint
            tells the size of the images it was trained on. Or the number itself, for a graph that is made
            for images of one size and has no such parameter.
        initializer: makes what the parameters are drawn by.
        learning_rate: Adam's, in the first epoch.
        decay: what the learning rate is multiplied by after each epoch.
        augment: from inputs, the rows of one batch, and a generator of random numbers to what is shown in
            their place, of the same shape; None shows them as they are.
        trained_as: what `python -m autoencoder train` calls it, if not by its name.
    """

    name: str
    get_symbol: Callable[[int], mx.sym.Symbol]
    feed: Callable[[Array, Array], tuple[Array, Array]]
    metric: str
    pixels_axis: tuple[str, int] | int
    initializer: Callable[[], mx.init.Initializer] = lambda: mx.init.Uniform(1)
    learning_rate: float = LEARNING_RATE
    decay: float = 1.0
    augment: Callable[[Array, np.random.Generator], Array] | None = None
    trained_as: str = ""


class Trained(NamedTuple):
    """A trained module, and the value of its metric over each epoch."""

    module: mx.mod.Module
    values: list[float]


def build(
    network: Network,
    pixels: int,
    *,
    batch_size: int = BATCH_SIZE,
    seed: int = SEED,
    steps: int | None = None,
) -> mx.mod.Module:
    """A module with random parameters, ready to be trained.

    Args:
        network: which one.
        pixels: the number of pixels of an image.
        batch_size: the number of images in a step.
        seed: the same seed makes the same parameters. It seeds MXNet's own generator; numpy's is left alone.
        steps: the number of steps in an epoch, for a network whose learning rate decays; None lets it stay.
    """
    module = _bind(network, network.get_symbol(pixels), pixels, batch_size, for_training=True)
    mx.random.seed(seed)
    module.init_params(network.initializer())
    options: dict[str, Any] = {"learning_rate": network.learning_rate}
    if steps is not None and network.decay != 1:
        options["lr_scheduler"] = mx.lr_scheduler.FactorScheduler(
            steps, network.decay, base_lr=network.learning_rate
        )
    module.init_optimizer(optimizer="adam", optimizer_params=options)
    return module


def train(
    network: Network,
    dataset: Dataset,
    epochs: int = EPOCHS,
    *,
    seed: int = SEED,
    batch_size: int = BATCH_SIZE,
    module: mx.mod.Module | None = None,
    progress: bool = True,
    report: Callable[[str], object] = print,
) -> Trained:
    """Show a network every image of a data set, once an epoch, in an order drawn anew each time.

    Args:
        network: which one.
        dataset: any number of images; those that fill no last batch make a shorter one.
        epochs: how many times, 1 or more.
        seed: the same seed, data and number of threads give the same parameters, bit for bit.
        batch_size: the number of images in a step.
        module: what `build` made, to be trained further; None builds one from the seed.
        progress: whether to show a bar on standard error.
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
    metric = mx.metric.create(network.metric)
    shuffle = np.random.default_rng(seed)
    alter = np.random.default_rng([seed, 1])  # so the order does not depend on whether images are altered
    values: list[float] = []
    feed = _Feed(network, inputs, targets, alter)
    for epoch in range(1, epochs + 1):
        order = shuffle.permutation(len(dataset))
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        title = f"{network.name} epoch {epoch}"
        steps_shown = tqdm(
            map(feed.batch, batches),
            title,
            len(batches),
            leave=False,
            disable=not progress,
        )
        values.append(_epoch(module, metric, steps_shown))
        _check_finite(module, network, epoch, values[-1])
        report(f"{title}: {metric.name} {values[-1]:.4f}")
    return Trained(module, values)


def predict(module: mx.mod.Module, x: Array) -> npt.NDArray[np.float32]:
    """What a module makes of some inputs.

    Args:
        module: a bound module with parameters.
        x: (n, ...), any number n of inputs of the shape the module is bound to.

    Returns:
        float32 (n, outputs), a copy that is the caller's own.

    Raises:
        ValueError: the inputs have another shape.
    """
    batch_size, *shape = module.data_shapes[0].shape
    x = np.asarray(x, np.float32)
    if x.shape[1:] != tuple(shape) or x.ndim == 0:
        wanted = ", ".join(["n", *map(str, shape)])
        raise ValueError(f"the network takes an array of shape ({wanted}), but this one has {x.shape}")
    result = np.empty((len(x), *module.output_shapes[0][1][1:]), np.float32)
    for start in range(0, len(x), batch_size):
        rows = x[start : start + batch_size]
        # A last batch that is short is filled up: another shape would have MXNet bind its graph again.
        full = np.concatenate([rows, np.zeros((batch_size - len(rows), *shape), np.float32)])
        module.forward(mx.io.DataBatch([mx.nd.array(full)]), is_train=False)
        # asnumpy() copies. The NDArray is a buffer that the next forward() fills with something else.
        result[start : start + len(rows)] = module.get_outputs()[0].asnumpy()[: len(rows)]
    return result


def save(
    module: mx.mod.Module, prefix: str | os.PathLike[str], epoch: int, *, dtype: str = "float32"
) -> Path:
    """Write a checkpoint, `PREFIX-symbol.json` and `PREFIX-EPOCH.params`; a crash leaves an older one whole.

    Args:
        module: a module with parameters.
        prefix: the folder, which is made, and the name.
        epoch: how many epochs it was trained.
        dtype: "float16" makes the file half as large, of values with 11 bits; `load` gives float32 again.

    Returns:
        The path of the parameters.

    Raises:
        OSError: it cannot be written.
    """
    symbol_path, params_path = _paths(prefix, epoch)
    arguments, auxiliaries = module.get_params()
    params = {f"arg:{name}": value.astype(dtype, copy=False) for name, value in arguments.items()}
    params |= {f"aux:{name}": value.astype(dtype, copy=False) for name, value in auxiliaries.items()}
    # The parameters come last: a crash between the two leaves the graph, which training does not change, and
    # the old parameters. (A graph for images of another size does not fit them, and load() says so.)
    replace_files(
        {
            symbol_path: lambda temporary: temporary.write_text(module.symbol.tojson()),
            params_path: lambda temporary: _write_arrays(str(temporary), params),
        }
    )
    return params_path


def load(
    prefix: str | os.PathLike[str], epoch: int, network: Network, *, batch_size: int = 1
) -> mx.mod.Module:
    """Read a checkpoint for inference.

    Args:
        prefix: the folder and the name.
        epoch: the number in the name of the parameters.
        network: the network that it has to be a checkpoint of, for images of any size.
        batch_size: the number of inputs that go through the network at a time.

    Raises:
        CheckpointError: a file is missing or damaged, or belongs to another network.
    """
    symbol_path, params_path = _paths(prefix, epoch)
    symbol = _read(symbol_path, mx.sym.load, network)
    params = _read(params_path, _arrays, network)
    shapes = {name: value.shape for name, value in params.items()}
    pixels = _pixels(params_path, network, shapes)
    expected = _shapes(network, network.get_symbol(pixels), pixels)
    for path, found in [(symbol_path, _shapes(network, symbol, pixels)), (params_path, shapes)]:
        if found != expected:
            raise _checkpoint_error(path, network, _difference(expected, found))
    if lost := _not_finite(params):
        raise _checkpoint_error(params_path, network, f"expected finite numbers, but not so in {lost}")
    module = _bind(network, symbol, pixels, batch_size, for_training=False)
    arrays = {name: mx.nd.array(value) for name, value in params.items()}
    auxiliaries = {name: arrays.pop(name) for name in symbol.list_auxiliary_states()}
    module.set_params(arrays, auxiliaries)
    return module


class Predictor:
    """A checkpoint that answers, from any number of threads.

    A Module shared by threads mixes up their answers, so this one is its only owner and asks under a lock.

    Args:
        prefix, epoch, network, batch_size: as `load` takes them.

    Raises:
        CheckpointError: as `load` does.

    >>> from autoencoder.discriminator import NETWORK
    >>> Predictor(SHIPPED / "discriminator", EPOCHS, NETWORK)(np.zeros((2, 784))).shape
    (2, 10)
    """

    def __init__(
        self, prefix: str | os.PathLike[str], epoch: int, network: Network, *, batch_size: int = 1
    ) -> None:
        self._module = load(prefix, epoch, network, batch_size=batch_size)
        self._lock = threading.Lock()

    def __call__(self, x: Array) -> npt.NDArray[np.float32]:
        """As `predict`: (n, ...) in, a float32 copy (n, outputs) out."""
        with self._lock:
            return predict(self._module, x)


def _bind(
    network: Network, symbol: mx.sym.Symbol, pixels: int, batch_size: int, *, for_training: bool
) -> mx.mod.Module:
    module = mx.mod.Module(symbol, data_names=[DATA], label_names=[LABEL])
    data, label = _feed_shapes(network, pixels, batch_size)
    module.bind([(DATA, data)], [(LABEL, label)], for_training=for_training)
    return module


def _feed_shapes(network: Network, pixels: int, batch_size: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    x, y = network.feed(np.zeros((batch_size, pixels), np.float32), np.zeros(batch_size, np.int64))
    return x.shape, y.shape


class _Feed:
    """Batches, all of one size in the same two NDArrays, straight from the rows of the data set.

    `mx.nd.array(inputs[rows])` makes two copies and a new array for each batch, which took as long as the
    rest of training.
    """

    def __init__(self, network: Network, inputs: Array, targets: Array, random: np.random.Generator) -> None:
        self._augment = network.augment
        self._inputs, self._targets = inputs, targets
        # An autoencoder's target is its input, unless that is altered.
        self._is_one = targets is inputs and network.augment is None
        self._random = random
        self._arrays: dict[int, tuple[mx.nd.NDArray, mx.nd.NDArray]] = {}

    def batch(self, rows: npt.NDArray[np.int64]) -> mx.io.DataBatch:
        """The rows of the data set with these numbers."""
        if len(rows) not in self._arrays:
            data = mx.nd.zeros((len(rows), *self._inputs.shape[1:]))
            label = data if self._is_one else mx.nd.zeros((len(rows), *self._targets.shape[1:]))
            self._arrays[len(rows)] = data, label
        data, label = self._arrays[len(rows)]
        if self._augment is None:
            np.take(self._inputs, rows, axis=0, out=_memory(data))
        else:
            _memory(data)[...] = self._augment(self._inputs[rows], self._random)
        if not self._is_one:
            np.take(self._targets, rows, axis=0, out=_memory(label))
        return mx.io.DataBatch([data], [label])


def _memory(array: mx.nd.NDArray) -> npt.NDArray[np.float32]:
    """The numbers of a float32 NDArray, as numpy on the same memory; `asnumpy()` copies."""
    # MXNet works in the background: what it still reads from the array must be read before it is written to.
    mx.base.check_call(mx.base._LIB.MXNDArrayWaitToWrite(array.handle))
    pointer = ctypes.c_void_p()
    mx.base.check_call(mx.base._LIB.MXNDArrayGetData(array.handle, ctypes.byref(pointer)))
    return np.ctypeslib.as_array(ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), shape=array.shape)


def _epoch(module: mx.mod.Module, metric: mx.metric.EvalMetric, batches: Iterable[mx.io.DataBatch]) -> float:
    """One step for each batch; returns the mean of the metric over all rows."""
    total, count = 0.0, 0
    for batch in batches:
        module.forward(batch, is_train=True)
        # Batch by batch, and weighed by hand: mx.metric.MSE counts a short last batch like a full one.
        metric.reset()
        module.update_metric(metric, batch.label)
        module.backward()
        module.update()
        rows = len(batch.data[0])
        total += metric.get()[1] * rows
        count += rows
    return total / count


def _check_finite(module: mx.mod.Module, network: Network, epoch: int, value: float) -> None:
    # The parameters as well: accuracy is a fine number even where every output is NaN.
    # The last backward() writes moving means at some time of its own, and get_params() does not await it.
    mx.nd.waitall()
    parameters, auxiliaries = module.get_params()
    lost = _not_finite({name: array.asnumpy() for name, array in (parameters | auxiliaries).items()})
    if lost or not math.isfinite(value):
        raise TrainingError(
            f"{network.name}, epoch {epoch}: expected finite numbers, found {network.metric} {value} and "
            f"others in {lost or 'no parameter'}; are the images finite and within 0..1?"
        )


def _not_finite(params: dict[str, Array]) -> str:
    return ", ".join(name for name, value in params.items() if not np.isfinite(value).all())


def _paths(prefix: str | os.PathLike[str], epoch: int) -> tuple[Path, Path]:
    return Path(f"{os.fspath(prefix)}-symbol.json"), Path(f"{os.fspath(prefix)}-{epoch:04d}.params")


def _read(path: Path, read: Callable[[str], Any], network: Network) -> Any:
    if not path.is_file():
        raise _checkpoint_error(path, network, "there is no such file")
    try:
        return read(str(path))
    except (mx.base.MXNetError, LookupError, ValueError, OSError) as error:
        raise _checkpoint_error(path, network, "it is damaged, or another kind of file") from error


def _arrays(path: str) -> dict[str, Array]:
    """The parameters in a file, as numpy: MXNet finds some damage only when the values are asked for."""
    saved = mx.nd.load(path)
    if not isinstance(saved, dict):  # arrays saved without names
        raise ValueError("expected named arrays")
    # No name is both: a graph's parameters and its auxiliary states, such as moving means, share one space.
    return {
        name.removeprefix("arg:").removeprefix("aux:"): value.asnumpy().astype(np.float32, copy=False)
        for name, value in saved.items()
    }


def _write_arrays(path: str, params: dict[str, mx.nd.NDArray]) -> None:
    try:
        mx.nd.save(path, params)
        _arrays(path)  # MXNet ignores how closing the file goes: a full disk drops its end
    except mx.base.MXNetError as error:
        raise OSError(f"{path}: cannot write the parameters; is the disk full?") from error


def _pixels(path: Path, network: Network, shapes: dict[str, tuple[int, ...]]) -> int:
    if isinstance(network.pixels_axis, int):
        return network.pixels_axis
    name, axis = network.pixels_axis
    shape = shapes.get(name, ())
    if len(shape) != 2 or not shape[axis]:
        raise _checkpoint_error(path, network, f"expected a matrix {name}, found {shapes or 'nothing'}")
    return shape[axis]


def _shapes(network: Network, symbol: mx.sym.Symbol, pixels: int) -> dict[str, tuple[int, ...]]:
    """The shapes of a graph's parameters and auxiliary states, none where it cannot take such an input."""
    names = symbol.list_arguments() + symbol.list_auxiliary_states()
    if DATA not in names:
        return {}
    data, _ = _feed_shapes(network, pixels, 1)
    try:
        # Without the label, whose shape follows: a label that does not fit is printed before it is raised.
        shapes, _, auxiliaries = symbol.infer_shape(**{DATA: data})
    except (mx.base.MXNetError, ValueError):
        return {}
    both = zip(names, shapes + auxiliaries, strict=True)
    return {name: shape for name, shape in both if name not in (DATA, LABEL)}


def _difference(expected: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]]) -> str:
    names = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    return "; ".join(f"expected {name} {expected.get(name)}, found {found.get(name)}" for name in names)


def _checkpoint_error(path: Path, network: Network, what: str) -> CheckpointError:
    return CheckpointError(
        f"{path} is no checkpoint of the {network.name}: {what}; to train one: "
        f"python -m autoencoder train {network.trained_as or network.name}"
    )
