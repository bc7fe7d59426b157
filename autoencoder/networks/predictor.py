"""Inference for any number of inputs, on MXNet or ONNX Runtime, from threads and forked processes.

An MXNet executor serves one thread and one batch size, so a network has a copy for each thread and size. ONNX
Runtime needs no copies. The number of concurrent batches is limited by the number of processors.

A forked child starts anew: with all turns, free locks, and sessions of its own. The end of the interpreter
waits until no network is computing: a daemon thread that then came back from ONNX Runtime's C++ would abort
the process.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from autoencoder.data.pictures import Array
from autoencoder.data.storage import FileSet
from autoencoder.networks import checkpoint, onnx
from autoencoder.networks.checkpoint import onnx_path
from autoencoder.networks.mx import mx, network_slots, plain_copy
from autoencoder.networks.network import DATA, Network
from autoencoder.networks.runtime import ONNX, choose
from mxspec.base.forks import call_in_child, renewed_lock

if TYPE_CHECKING:
    from autoencoder.networks.training import ThreadModule

# --- calls side by side -----------------------------------------------------------------------------------

T = TypeVar("T")


def call_in_threads(calls: Sequence[Callable[[], T]], most: int | None = None) -> list[T]:
    """Call functions without arguments in threads, and return their results in order.

    Args:
        calls: the functions, started in this order; the longest should come first.
        most: the maximum number of threads; None means as many as `mx.network_slots` says, which divides the
            processors by the environment variable `OMP_NUM_THREADS`.

    Raises:
        The exception of the first failed call, after all running calls have ended; no further call starts.

    >>> call_in_threads([lambda: 1, lambda: 2])
    [1, 2]
    """
    if _left is not None:  # the interpreter ends, and starts no threads
        return [call() for call in calls]
    numbers = iter(range(len(calls)))  # each number goes to one thread
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

    # concurrent.futures would wait for its threads after Ctrl-C.
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

BATCH_SIZE = 64  # a power of two; larger batches exceed a processor's cache
NEARLY = 1e-4
"""The difference below which rounding may decide between two outputs; some hundred rounding errors."""


class Predictor:
    """A checkpoint for inference; safe for threads.

    The batch size changes the rounding of sums, and outputs by about 1e-6; where that matters, use
    `predict_stably`.

    Args:
        prefix, epoch, network: as in `checkpoint.load_module`; ONNX Runtime reads `PREFIX-EPOCH.onnx`.
        batch_size: the largest batch, a power of two.
        runtime: "mxnet" or "onnx"; None lets `autoencoder.networks.runtime` choose.
        files: as in `checkpoint.load_module`.

    Attributes:
        runtime: the runtime in use.
        digests: the SHA-256 of its parameters in MXNet's checkpoints, by the names of the networks.
        shape: the shape of one input; `(784,)` for the pixels of an image.

    Raises:
        CheckpointError: a file is missing or damaged, or belongs to another network.
        ImportError: the runtime is not installed.

    >>> from autoencoder.networks.checkpoint import SHIPPED
    >>> from autoencoder.discriminator import network
    >>> Predictor(SHIPPED / "discriminator", 3, network()).forward(np.zeros((2, 784))).shape
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
        self._network: OnnxNetwork | MxnetNetwork
        if self.runtime == ONNX:
            _take_turn()  # opening a session is work, too
            try:
                file = onnx.OnnxFile(prefix, epoch, network, files)
            finally:
                _turns.put(None)
            self._network, self.digests = OnnxNetwork(file), file.digests
        else:
            self._network = MxnetNetwork(checkpoint.load_module(prefix, epoch, network, files=files))
            self.digests = checkpoint.digests_of(prefix, epoch, network, files)
        self.shape = self._network.shape
        self._batch_size = batch_size

    def forward(self, x: Array) -> Rows:
        """Return the outputs for inputs (n, ...), a new float32 array (n, outputs).

        On MXNet these are Module's `forward` and `get_outputs`, on ONNX Runtime a session's `run`.
        """
        x = check_inputs(x, self.shape)
        if 0 < len(x) <= self._batch_size:
            return self._answer(x)
        if not len(x):
            return np.empty((0, *self._network.outputs), np.float32)
        parts = [x[start : start + self._batch_size] for start in range(0, len(x), self._batch_size)]
        if network_slots() == 1:  # stay in this thread, since MXNet is slow to start in a new one
            return np.concatenate([self._answer(part) for part in parts])
        return np.concatenate(call_in_threads([functools.partial(self._answer, part) for part in parts]))

    __call__ = forward

    def _answer(self, rows: Rows) -> Rows:
        _take_turn()
        try:
            return self._network.answer(rows)
        finally:
            _turns.put(None)


def check_inputs(x: Array, shape: tuple[int, ...]) -> Rows:
    """Return inputs as float32 (n, *shape).

    Raises:
        ValueError: the inputs have another shape.
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
    """Return outputs whose decisions do not depend on the batch.

    The batch size changes the rounding of sums. That changes a decision only if the compared values, two
    probabilities or a score and its threshold, are nearly equal. Such inputs are rare; they are computed
    again one by one.

    Args:
        network: returns the outputs (n, k) for inputs (n, ...); rows are independent but for rounding.
        x: the inputs.
        is_near: returns True for each of the outputs (n, k) where rounding may decide, (n,).

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
    """Return True for each row (n, k) whose two largest probabilities are relatively nearly equal.

    >>> is_tied(np.array([[0.2, 0.4, 0.4], [0.1, 0.5, 0.4], [0, 1e-3, 1e-3]])).tolist()
    [True, False, True]
    """
    if probabilities.shape[1] < 2:
        return np.zeros(len(probabilities), np.bool_)
    second, first = np.sort(probabilities)[:, -2:].T
    return np.asarray(first - second < NEARLY * first)


# --- the runtimes -----------------------------------------------------------------------------------------

# Both have `shape` and `outputs`, the shapes of an input and an output, and `answer`; threads may share them.


class OnnxNetwork:
    """A network on ONNX Runtime, with as many threads for an operator as MXNet.

    Args:
        file: the network.
    """

    def __init__(self, file: onnx.OnnxFile) -> None:
        self._file = file
        self.shape, self.outputs = file.shape, file.outputs
        self._session, self._process = file.session, os.getpid()

    def answer(self, rows: Rows) -> Rows:
        """Return the outputs for a batch, a new array."""
        if self._process != os.getpid():  # a forked child lacks the threads of the session
            _abandoned.append(self._session)  # freeing it would wait for them
            self._session, self._process = self._file.open_session(), os.getpid()
        outputs: Rows = self._session.run(None, {DATA: rows})[0]
        return outputs


_abandoned: list[Any] = []  # the sessions of parents


class MxnetNetwork:
    """A network on MXNet: a pool of copies of a module for threads and batch sizes.

    Args:
        module: a bound module with parameters.
    """

    def __init__(self, module: ThreadModule) -> None:
        self._module = module
        size, *shape = module.data_shapes[0].shape
        self.shape, self.outputs = tuple(shape), tuple(module.output_shapes[0][1][1:])
        self._idle: dict[int, list[ThreadModule]] = {size: [module]}

    def answer(self, rows: Rows) -> Rows:
        """Return the outputs for a batch, a new array; a copy that fails is dropped."""
        size = 1 << (len(rows) - 1).bit_length()
        idle = self._idle.setdefault(size, [])
        try:
            module = idle.pop()
        except IndexError:
            module = plain_copy(self._module, size)
        outputs = module.answer(rows)
        idle.append(module)
        return outputs


def predict(module: mx.mod.Module, x: Array) -> Rows:
    """Return the outputs of a module for some inputs, in batches of the size that it is bound to.

    Args:
        module: a bound module with parameters; one in training stays as it is.
        x: (n, ...), any number n of inputs of the bound shape.

    Returns:
        float32 (n, outputs), a new array.

    Raises:
        ValueError: the inputs have another shape.
    """
    size, *shape = module.data_shapes[0].shape
    x = check_inputs(x, tuple(shape))
    rest = np.zeros((-len(x) % size or size * (not len(x)), *shape), np.float32)  # or MXNet would bind again
    batches = np.split(np.concatenate([x, rest]), (len(x) + len(rest)) // size)
    outputs = []
    for batch in batches:
        module.forward(mx.io.DataBatch([mx.nd.array(batch)]), is_train=False)
        outputs.append(module.get_outputs()[0].asnumpy())
    answers: Rows = np.concatenate(outputs)[: len(x)]
    return answers


# --- threads, forks and the end ---------------------------------------------------------------------------

loading = renewed_lock()
"""Held while networks are loading."""

_TURNS = network_slots()
_turns: queue.SimpleQueue[None]
"""A turn is taken for each batch in work."""


_left: frozenset[int] | None = None
"""The threads that are left when the interpreter ends; no network computes for them. None before the end."""

_LAST = 10.0  # seconds in which the end waits for a batch


@call_in_child  # where threads of the parent may wait for the old ones
def _renew_turns() -> None:
    global _turns
    _turns = queue.SimpleQueue()
    for _ in range(_TURNS):
        _turns.put(None)


def _take_turn() -> None:
    _turns.get()
    if _left is not None and threading.get_ident() in _left:
        _turns.put(None)
        threading.Event().wait()  # until the process ends


def _before_end() -> None:
    """Wait until no network computes for a thread that is left."""
    global _left
    _left = frozenset(sys._current_frames()) - {threading.get_ident()}
    with contextlib.suppress(queue.Empty):
        for _ in range(_TURNS):
            _turns.get(timeout=_LAST)
    _renew_turns()  # functions of atexit may still ask


_renew_turns()
atexit.register(_before_end)
