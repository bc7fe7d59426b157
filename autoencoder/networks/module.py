"""MXNet's Module, where a step is to be one operator."""

from typing import Any

from autoencoder.networks.mx import mx


class LearningModule(mx.mod.Module):  # type: ignore[misc]
    """A Module for training whose parameters lie end to end in one array, and their slopes in another.

    So an optimizer that treats every number alike, as Adam does, updates all of them by one operator, to the
    same values bit for bit. Module asks for one operator for each parameter, and for ten of them Python takes
    as long as for all the rest of a step. Each parameter is a view of its part of the array; to answer, where
    MXNet lays weights out anew, it takes no views: that is for a copy that `apart` makes.
    """

    def bind(self, *args: Any, **kwargs: Any) -> None:
        """As Module does it, for training on one device."""
        super().bind(*args, **kwargs)
        group = self._exec_group
        (bound,) = group.execs
        names = set(group.param_names)
        length = sum(array.size for name, array in bound.arg_dict.items() if name in names)
        self._values, self._slopes = mx.nd.zeros((length,)), mx.nd.zeros((length,))
        arguments, slopes, start = dict(bound.arg_dict), {}, 0
        for name in group.arg_names:
            if name in names:
                apart = arguments[name]
                end = start + apart.size
                arguments[name] = self._values[start:end].reshape(apart.shape)
                arguments[name][:] = apart
                slopes[name] = self._slopes[start:end].reshape(apart.shape)
                start = end
        # In the place of what Module bound: its forward, its get_params and the executors for batches of
        # other sizes, which share these arrays, all start from here.
        group.execs[0] = group.symbol.bind(
            self._context[0], arguments, slopes, dict(group.grad_req), aux_states=bound.aux_dict
        )
        group._collect_arrays()

    def batch(self, size: int) -> mx.io.DataBatch:
        """The module's own arrays for so many inputs, to be filled: forward copies any others into them."""
        data, label = (
            [(name, (size, *shape[1:])) for name, shape in given]
            for given in (self.data_shapes, self.label_shapes)
        )
        if self.data_shapes[0].shape[0] != size:
            self.reshape(data, label)
        own = self._exec_group.execs[0].arg_dict
        return mx.io.DataBatch([own[name] for name, _ in data], [own[name] for name, _ in label])

    def forward(self, data_batch: mx.io.DataBatch, is_train: bool | None = None) -> None:
        """As Module does it, but only to learn.

        Raises:
            ValueError: is_train is False.
        """
        if is_train is False:
            raise ValueError("a LearningModule only learns; `apart(module)` makes one that answers")
        (executor,) = self._exec_group.execs
        if data_batch.data[0] is executor.arg_dict[self.data_names[0]]:
            executor.forward(is_train=True)
        else:
            super().forward(data_batch, is_train)

    def update(self) -> None:
        """One step of the optimizer, for all parameters at once."""
        self._params_dirty = True
        self._updater(0, self._slopes, self._values)


def apart(
    module: mx.mod.Module, batch_size: int | None = None, *, for_training: bool = False
) -> mx.mod.Module:
    """A copy of a module, as a Module of MXNet's own.

    Args:
        module: a bound module with parameters.
        batch_size: how many inputs at a time; as many as the module takes where it is None.
        for_training: as Module's bind takes it. Without it, the parameters are not to be set again: where
            there are convolutions, MXNet goes on by what it has made of the first, or by a mixture of both.
    """
    made = mx.mod.Module(module.symbol, data_names=module.data_names, label_names=module.label_names)
    shapes = [
        [(name, (shape[0] if batch_size is None else batch_size, *shape[1:])) for name, shape in given]
        for given in (module.data_shapes, module.label_shapes)
    ]
    made.bind(*shapes, for_training=for_training)
    made.set_params(*module.get_params())
    return made
