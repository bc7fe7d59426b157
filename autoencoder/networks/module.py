"""MXNet's Module, made quick for answers.

The private parts of MXNet 1.9.1, its last release, that are used here are Module's `_exec_group` and the C
library `mx.base._LIB`; those for training are in `training.learner`.
"""

import ctypes
import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.data.images import Array
from autoencoder.networks.mx import mx

_FOR_INFERENCE = ctypes.c_int(0)


class Bound:
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
        self._pointer, self._view = ctypes.c_void_p(), memory(self._output)
        self._address: int | None = self._view.ctypes.data
        # For a single input, to release the GIL and get it back takes longer than the answer, where other
        # threads ask networks too: 8 threads have 0.4 of the throughput of one.
        self._library = _holding_the_gil() if self.size == 1 else mx.base._LIB

    def of_size(self, size: int) -> "Bound":
        """Return a copy of the network for batches of another size."""
        return Bound(plain_copy(self.module, size))

    def answer(self, rows: npt.NDArray[np.float32], out: npt.NDArray[np.float32]) -> None:
        """Write the outputs for inputs (n, *shape), n of `size` or fewer, to out (n, *outputs)."""
        # The last answers have been copied out, so nobody reads this memory any more.
        _copy(rows, self._input[: len(rows)])
        # A short batch is padded: for another shape MXNet would bind its graph again.
        if len(rows) < self.size:
            self._input[len(rows) :] = 0
        check_call, library = mx.base.check_call, self._library
        check_call(library.MXExecutorForward(self._executor.handle, _FOR_INFERENCE))
        check_call(library.MXNDArrayWaitToRead(self._output.handle))
        # oneDNN may have its own layout for the outputs; this call makes them a plain array, possibly
        # elsewhere.
        check_call(library.MXNDArrayGetData(self._output.handle, ctypes.byref(self._pointer)))
        if self._pointer.value != self._address:
            self._view, self._address = memory(self._output), self._pointer.value
        _copy(self._view[: len(rows)], out)


@functools.cache
def _holding_the_gil() -> Any:
    """Return MXNet's library with calls that hold the GIL; those of `mx.base._LIB` release it."""
    return ctypes.PyDLL(mx.base._LIB._name, handle=mx.base._LIB._handle)


def _copy(source: Array, target: Array) -> None:
    """Copy an array to another of its shape and type.

    A memoryview keeps the GIL, which numpy gives up for a copy of any size: 8 threads that ask about an image
    each would change places twice for each.
    """
    if source.flags.c_contiguous and target.flags.c_contiguous:
        memoryview(target).cast("B")[:] = memoryview(source).cast("B")  # type: ignore[arg-type]
    else:
        target[...] = source


def plain_copy(
    module: mx.mod.Module, batch_size: int | None = None, *, for_training: bool = False
) -> mx.mod.Module:
    """Return a copy of a module.

    Args:
        module: a bound module with parameters.
        batch_size: the number of inputs at a time; None means that of the module.
        for_training: as Module's bind takes it. If False, do not call set_params again: MXNet caches the
            re-laid-out weights of convolutions, and would use the old ones or a mixture of both.
    """
    copy = mx.mod.Module(module.symbol, data_names=module.data_names, label_names=module.label_names)
    shapes = [
        [(name, (shape[0] if batch_size is None else batch_size, *shape[1:])) for name, shape in descriptions]
        for descriptions in (module.data_shapes, module.label_shapes)
    ]
    copy.bind(*shapes, for_training=for_training)
    copy.set_params(*module.get_params())
    return copy


def memory(array: mx.nd.NDArray) -> npt.NDArray[np.float32]:
    """Return a numpy array that shares the memory of a float32 NDArray, where `asnumpy()` copies."""
    # MXNet may work in the background: wait until it no longer reads memory that is about to be written.
    mx.base.check_call(mx.base._LIB.MXNDArrayWaitToWrite(array.handle))
    pointer = ctypes.c_void_p()
    mx.base.check_call(mx.base._LIB.MXNDArrayGetData(array.handle, ctypes.byref(pointer)))
    return np.ctypeslib.as_array(ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), shape=array.shape)
