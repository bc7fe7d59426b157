"""Networks that answer: any number of inputs, on MXNet or ONNX Runtime, from any number of threads and forks.

MXNet answers for one thread at a time, and in batches of one size, so a network has a copy for each thread
and each size. ONNX Runtime takes any of both. No more answers are worked on at a time than there are
processors for.

A forked child has one thread, the one that forked; what the others were in the midst of stays so forever. So
a fork waits until no network answers.
"""

import ctypes
import functools
import os
import queue
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from autoencoder.data.pictures import Array
from autoencoder.data.storage import FileSet
from autoencoder.networks import checkpoint, onnx
from autoencoder.networks.checkpoint import onnx_path
from autoencoder.networks.mx import memory, mx, network_slots, plain_copy, prepare_fork
from autoencoder.networks.network import DATA, Network
from autoencoder.networks.runtime import ONNX, choose
from mxspec.strategies import sampling

# --- calls side by side -----------------------------------------------------------------------------------

T = TypeVar("T")


def call_in_threads(calls: Sequence[Callable[[], T]], most: int | None = None) -> list[T]:
    """Call functions without arguments in threads, and return their results in order.

    Args:
        calls: the functions, which begin in this order; the longest should come first.
        most: the largest number that run at a time; None is as many as there are processors for, each with
            the threads of an operator of MXNet (the environment variable `OMP_NUM_THREADS`).

    Raises:
        The exception of the first call that fails, once those that have begun are over; no other begins.

    >>> call_in_threads([lambda: 1, lambda: 2])
    [1, 2]
    """
    numbers = iter(range(len(calls)))  # each goes to one of the threads
    results: dict[int, T] = {}
    failures: list[BaseException] = []

    def work() -> None:
        for number in numbers:
            if failures:
                return
            try:
                results[number] = calls[number]()
            except BaseException as error:
                failures.append(error)

    # Not concurrent.futures, which waits for its threads when the user interrupts the process.
    threads = [
        threading.Thread(target=work, daemon=True) for _ in range(min(most or network_slots(), len(calls)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [results[number] for number in range(len(calls))]


# --- answers ----------------------------------------------------------------------------------------------

Rows = npt.NDArray[np.float32]

BATCH_SIZE = 64  # a power of two; larger batches no longer fit into a processor's cache
NEARLY = 1e-4
"""The difference of two outputs that rounding may decide; it is some hundred times what rounding is."""


class Predictor:
    """A checkpoint that answers, from any number of threads.

    Sums are rounded differently in batches of other sizes, which moves an output by some 1e-6; where that
    matters, use `predict_stably`.

    Args:
        prefix, epoch, network: as `checkpoint.load_module` takes them; ONNX Runtime reads
            `PREFIX-EPOCH.onnx`.
        batch_size: the largest number of inputs that go through the network at a time, a power of two.
        runtime: "mxnet" or "onnx", as `autoencoder.networks.runtime` chooses if it is None.
        files: as `checkpoint.load_module` takes them.

    Attributes:
        runtime: the one that it answers on.
        digests: the SHA-256 of the parameters that it answers with, those of MXNet's checkpoints, by the
            names of the networks.
        shape: the shape of one input; `(784,)` for the pixels of an image.

    Raises:
        CheckpointError: a file is missing or damaged, or belongs to another network.
        ImportError: the runtime is not installed.

    >>> from autoencoder.networks.checkpoint import SHIPPED
    >>> from autoencoder.discriminator import NETWORK
    >>> Predictor(SHIPPED / "discriminator", 3, NETWORK)(np.zeros((2, 784))).shape
    (2, 10)
    """

    def __init__(
        self,
        prefix: str | os.PathLike[str],
        epoch: int,
        network: Network,
        *,
        batch_size: int = BATCH_SIZE,
        runtime: str | None = None,
        files: FileSet | None = None,
    ) -> None:
        files = files or FileSet.of(Path(prefix).parent)
        self.runtime = choose(runtime, network.fastest, exported=onnx_path(prefix, epoch).name in files)
        self._network: _Runtime
        if self.runtime == ONNX:
            file = onnx.OnnxFile(prefix, epoch, network, files)
            self._network, self.digests = OnnxNetwork(file), file.digests
        else:
            self._network = MxnetNetwork(checkpoint.load_module(prefix, epoch, network, files=files))
            self.digests = checkpoint.digests_of(prefix, epoch, network, files)
        self.shape = self._network.shape
        self._batch_size = batch_size

    def __call__(self, x: Array) -> Rows:
        """Return the outputs for inputs (n, ...): a float32 copy (n, outputs), as `predict` does."""
        x = check_inputs(x, self.shape)
        if 0 < len(x) <= self._batch_size:
            return self._answer(x)
        if not len(x):
            return np.empty((0, *self._network.outputs), np.float32)
        parts = [x[start : start + self._batch_size] for start in range(0, len(x), self._batch_size)]
        if network_slots() == 1:  # without a thread of its own, in which MXNet would have to begin anew
            return np.concatenate([self._answer(part) for part in parts])
        return np.concatenate(call_in_threads([functools.partial(self._answer, part) for part in parts]))

    def _answer(self, rows: Rows) -> Rows:
        turn = _turns.get()
        try:
            return self._network.answer(rows)
        finally:
            _turns.put(turn)


def check_inputs(x: Array, shape: tuple[int, ...]) -> Rows:
    """Return inputs as float32 (n, *shape).

    Raises:
        ValueError: they have another shape.
    """
    x = np.asarray(x, np.float32)
    if x.ndim == 0 or x.shape[1:] != shape:
        expected = ", ".join(["n", *map(str, shape)])
        raise ValueError(f"the network takes an array of shape ({expected}), but this one has {x.shape}")
    return x


# --- near ties --------------------------------------------------------------------------------------------


def predict_stably(
    network: Callable[[Rows], Rows], x: Rows, is_near: Callable[[Rows], npt.NDArray[np.bool_]]
) -> Rows:
    """Return the outputs for inputs, each as if it were asked about alone wherever rounding may decide.

    A network rounds sums differently in a batch of another size. That changes a decision only where the
    values that it compares, two probabilities or a score and its threshold, are nearly equal. Such inputs are
    rare, and are asked about again, one by one.

    Args:
        network: returns the outputs (n, k) for inputs (n, ...), each row by itself but for rounding.
        x: the inputs.
        is_near: returns for which of the outputs (n, k) rounding may decide, (n,).

    >>> def rounded(x):
    ...     return x if len(x) == 1 else x + 1e-6
    >>> inputs = np.array([[0.3], [0.5]])
    >>> outputs = predict_stably(rounded, inputs, lambda outputs: abs(outputs[:, 0] - 0.5) < NEARLY)
    >>> (outputs - [[0.3], [0.5]]).ravel().round(9).tolist()
    [1e-06, 0.0]
    """
    outputs = network(x)
    if len(x) > 1:
        for row in np.flatnonzero(is_near(outputs)):
            outputs[row] = network(x[row : row + 1])[0]
    return outputs


def is_tied(probabilities: Rows) -> npt.NDArray[np.bool_]:
    """Return in which rows (n, k) the two largest probabilities are nearly equal, in proportion.

    >>> is_tied(np.array([[0.2, 0.4, 0.4], [0.1, 0.5, 0.4], [0, 1e-3, 1e-3]])).tolist()
    [True, False, True]
    """
    if probabilities.shape[1] < 2:
        return np.zeros(len(probabilities), np.bool_)
    second, first = np.sort(probabilities)[:, -2:].T
    return np.asarray(first - second < NEARLY * first)


# --- the runtimes -----------------------------------------------------------------------------------------


class _Runtime(Protocol):
    """A network on a runtime, which answers for any number of threads.

    Attributes:
        shape, outputs: the shape of one input and of one output.
    """

    shape: tuple[int, ...]
    outputs: tuple[int, ...]

    def answer(self, rows: Rows) -> Rows:
        """Return the outputs for a batch, the caller's own."""


class OnnxNetwork:
    """A network on ONNX Runtime; an operator takes as many threads as one of MXNet does.

    Args:
        file: the network.
    """

    def __init__(self, file: onnx.OnnxFile) -> None:
        self._file = file
        self.shape, self.outputs = file.shape, file.outputs
        self._session, self._process = file.session, os.getpid()

    def answer(self, rows: Rows) -> Rows:
        """Return the outputs for a batch, the caller's own."""
        if self._process != os.getpid():  # a forked child, which lacks the threads of the session
            _abandoned.append(self._session)  # to free it would wait for them
            self._session, self._process = self._file.open_session(), os.getpid()
        outputs: Rows = self._session.run(None, {DATA: rows})[0]
        return outputs


_abandoned: list[Any] = []  # the sessions of parents


class MxnetNetwork:
    """A network on MXNet: copies of a module, each for one thread at a time and a size of batch.

    Args:
        module: a bound module with parameters.
    """

    def __init__(self, module: mx.mod.Module) -> None:
        self._first = BoundModule(module)
        self.shape, self.outputs = self._first.shape, self._first.outputs
        self._idle: dict[int, list[BoundModule]] = {self._first.size: [self._first]}

    def answer(self, rows: Rows) -> Rows:
        """Return the outputs for a batch, the caller's own; a copy that fails is not asked again."""
        size = 1 << (len(rows) - 1).bit_length()
        idle = self._idle.setdefault(size, [])
        try:
            bound = idle.pop()
        except IndexError:
            bound = BoundModule(plain_copy(self._first.module, size))
        outputs = bound.answer(rows)
        idle.append(bound)
        return outputs


class BoundModule:
    """A module that answers, for one thread at a time, in the arrays that MXNet computes with.

    Module's forward copies its inputs from other arrays, and its get_outputs makes new ones. For a single
    image of the post, that takes twice as long as the network.

    Args:
        module: a bound module with parameters, of MXNet's own kind.

    Attributes:
        module: that module.
        size: the number of inputs that go through it at a time.
        shape: the shape of one input.
        outputs: the shape of one output.
    """

    def __init__(self, module: mx.mod.Module) -> None:
        self.module = module
        self.size, *shape = module.data_shapes[0].shape
        self.shape = tuple(shape)
        self.outputs = tuple(module.output_shapes[0][1][1:])
        (self._executor,) = module._exec_group.execs
        self._input = memory(self._executor.arg_dict[module.data_names[0]])
        (self._output,) = self._executor.outputs

    def answer(self, rows: Rows) -> Rows:
        """Return the outputs for inputs (n, *shape), n of `size` or fewer."""
        # The last answers have been copied out, so nobody reads this memory any more.
        self._input[: len(rows)] = rows
        self._input[len(rows) :] = 0  # not a smaller batch, for which MXNet would bind its graph again
        mx.base.check_call(mx.base._LIB.MXExecutorForward(self._executor.handle, _FOR_INFERENCE))
        # oneDNN may have its own layout for the outputs; this makes them a plain array, possibly elsewhere.
        return memory(self._output)[: len(rows)].copy()


_FOR_INFERENCE = ctypes.c_int(0)


def predict(module: mx.mod.Module, x: Array) -> Rows:
    """Return the outputs of a module for some inputs.

    Args:
        module: a bound module with parameters.
        x: (n, ...), any number n of inputs of the shape the module is bound to.

    Returns:
        float32 (n, outputs), a copy that is the caller's own.

    Raises:
        ValueError: the inputs have another shape.
    """
    bound = BoundModule(module)
    x = check_inputs(x, bound.shape)
    parts = [x[start : start + bound.size] for start in range(0, max(1, len(x)), bound.size)]
    return np.concatenate([bound.answer(part) for part in parts])


# --- threads and forks ------------------------------------------------------------------------------------

loading = threading.RLock()
"""Held while networks are loaded."""

_TURNS = network_slots()
_turns: queue.SimpleQueue[None] = queue.SimpleQueue()
"""One is taken for each answer that is worked on."""


def _give_turns() -> None:
    for _ in range(_TURNS):
        _turns.put(None)


def _before_fork() -> None:
    sampling.before_fork()  # a draw may wait for a network
    loading.acquire()
    for _ in range(_TURNS):
        _turns.get()
    prepare_fork()


def _after_fork() -> None:
    _give_turns()
    loading.release()
    sampling.after_fork()


def _after_fork_in_child() -> None:
    global _turns
    _turns = queue.SimpleQueue()  # threads that are no more may wait for the old one
    _after_fork()


_give_turns()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child)
