"""MXNet's Module, made quick for steps.

These are Module's `_context`, `_exec_group`, `_params_dirty` and `_updater`, the `_collect_arrays` of its
executor group, the `_index_update_count` of its optimizer, and the C library `mx.base._LIB`, as they are in
MXNet 1.9.1, its last release.
"""

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.data.images import Array
from autoencoder.networks.mx import mx


class LearningModule(mx.mod.Module):  # type: ignore[misc]
    """A Module for training whose parameters lie end to end in one array, and their gradients in another.

    An optimizer that treats every number alike, as Adam does, then updates all of them by one operator, to
    the same values bit for bit. Module calls one operator for each parameter, which for ten of them takes as
    long as the rest of a step. Each parameter is a view of its part of the array. For inference MXNet lays
    weights out anew and accepts no views, so that is done with a `plain_copy`.

    Attributes:
        values, gradients: the two arrays.
    """

    def bind(self, *args: Any, **kwargs: Any) -> None:
        """Bind as Module does, for training on one device."""
        super().bind(*args, **kwargs)
        group = self._exec_group
        (bound,) = group.execs
        names = set(group.param_names)
        length = sum(array.size for name, array in bound.arg_dict.items() if name in names)
        self.values, self.gradients = mx.nd.zeros((length,)), mx.nd.zeros((length,))
        arguments, gradients, start = dict(bound.arg_dict), {}, 0
        for name in group.arg_names:
            if name in names:
                values = arguments[name]
                end = start + values.size
                arguments[name] = self.values[start:end].reshape(values.shape)
                arguments[name][:] = values
                gradients[name] = self.gradients[start:end].reshape(values.shape)
                start = end
        # This replaces the executor that Module bound. Module's forward, its get_params and its executors for
        # other batch sizes, which share these arrays, all start from here.
        group.execs[0] = group.symbol.bind(
            self._context[0], arguments, gradients, dict(group.grad_req), aux_states=bound.aux_dict
        )
        group._collect_arrays()

    def batch(self, size: int) -> mx.io.DataBatch:
        """Return the module's own input arrays as a batch to be filled, which forward need not copy."""
        data, label = (
            [(name, (size, *shape[1:])) for name, shape in descriptions]
            for descriptions in (self.data_shapes, self.label_shapes)
        )
        if self.data_shapes[0].shape[0] != size:
            self.reshape(data, label)
        own = self._exec_group.execs[0].arg_dict
        return mx.io.DataBatch([own[name] for name, _ in data], [own[name] for name, _ in label])

    def forward(self, data_batch: mx.io.DataBatch, is_train: bool | None = None) -> None:
        """Run the graph as Module does, but for training only.

        Raises:
            ValueError: is_train is False.
        """
        if is_train is False:
            raise ValueError("a LearningModule only learns; `plain_copy(module)` makes one that answers")
        (executor,) = self._exec_group.execs
        if data_batch.data[0] is executor.arg_dict[self.data_names[0]]:
            executor.forward(is_train=True)
        else:
            super().forward(data_batch, is_train)

    def update(self) -> None:
        """Take one step of the optimizer, for all parameters at once."""
        self._params_dirty = True
        self._updater(0, self.gradients, self.values)


def state_of(module: mx.mod.Module) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return the state of a module in training: its parameters, and the state of its optimizer, an Adam.

    Returns:
        Arrays by names, and numbers.
    """
    mx.nd.waitall()
    arguments, auxiliaries = module.get_params()
    arrays = {f"arg:{name}": value.asnumpy() for name, value in arguments.items()}
    arrays |= {f"aux:{name}": value.asnumpy() for name, value in auxiliaries.items()}
    for index, (mean, variance) in module._updater.states.items():
        arrays |= {f"mean:{index}": mean.asnumpy(), f"variance:{index}": variance.asnumpy()}
    optimizer = module._updater.optimizer
    scheduler = optimizer.lr_scheduler
    numbers = {
        "steps": optimizer.num_update,
        "counts": {str(index): count for index, count in optimizer._index_update_count.items()},
        "schedule": {}
        if scheduler is None
        else {key: getattr(scheduler, key) for key in _scheduled(scheduler)},
    }
    return arrays, numbers


def set_state(module: mx.mod.Module, arrays: dict[str, Array], numbers: dict[str, Any]) -> None:
    """Give a module the state that `state_of` returned for another of its kind."""

    def named(kind: str) -> dict[str, mx.nd.NDArray]:
        return {
            name.partition(":")[2]: mx.nd.array(value, dtype=value.dtype)
            for name, value in arrays.items()
            if name.startswith(f"{kind}:")
        }

    module.set_params(named("arg"), named("aux"))
    updater, means, variances = module._updater, named("mean"), named("variance")
    for index in means:
        updater.states[int(index)] = (means[index], variances[index])
        updater.states_synced[int(index)] = True
    optimizer = updater.optimizer
    optimizer.num_update = numbers["steps"]
    optimizer._index_update_count.update({int(index): count for index, count in numbers["counts"].items()})
    for key, value in numbers["schedule"].items():
        setattr(optimizer.lr_scheduler, key, value)


def _scheduled(scheduler: mx.lr_scheduler.LRScheduler) -> list[str]:
    """Return the names of the attributes that a schedule changes as it runs."""
    return [key for key in ("count", "base_lr") if hasattr(scheduler, key)]


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
