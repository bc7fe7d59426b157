"""MXNet's Module, copied, and its arrays as numpy's."""

import ctypes

import numpy as np
import numpy.typing as npt

from autoencoder.networks.mx import mx


def plain_copy(
    module: mx.mod.Module, batch_size: int | None = None, *, for_training: bool = False
) -> mx.mod.Module:
    """Return a copy of a module, as MXNet's own Module.

    Args:
        module: a bound module with parameters.
        batch_size: the number of inputs at a time; None means that of the module.
        for_training: as Module's bind takes it. If False, do not call set_params again: MXNet caches the
            re-laid-out weights of convolutions, and would use the old ones or a mixture of both.
    """
    copy = mx.mod.Module(module.symbol, data_names=module.data_names, label_names=module.label_names)
    shapes = [
        [(name, (shape[0] if batch_size is None else batch_size, *shape[1:])) for name, shape in descriptions]
        for descriptions in (module.data_shapes, module.label_shapes or [])
    ]
    copy.bind(shapes[0], shapes[1] or None, for_training=for_training)
    copy.set_params(*module.get_params())
    return copy


def memory(array: mx.nd.NDArray) -> npt.NDArray[np.float32]:
    """Return a numpy array that shares the memory of a float32 NDArray, where `asnumpy()` copies."""
    # MXNet may work in the background: wait until it no longer reads memory that is about to be written.
    mx.base.check_call(mx.base._LIB.MXNDArrayWaitToWrite(array.handle))
    pointer = ctypes.c_void_p()
    mx.base.check_call(mx.base._LIB.MXNDArrayGetData(array.handle, ctypes.byref(pointer)))
    return np.ctypeslib.as_array(ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), shape=array.shape)
