"""A network that learns: MXNet's Module, with one step of the optimizer for all parameters, and its state.

The private parts of MXNet 1.9.1, its last release, that are used here are Module's `_context`, `_exec_group`,
`_params_dirty` and `_updater`, and the `_collect_arrays` of its executor group.
"""

from typing import Any

import numpy as np

from autoencoder.data.images import Array
from autoencoder.networks.mx import memory, mx


class Learner:
    """A module in training whose parameters lie end to end in one array, and their gradients in another.

    An optimizer that treats every number alike, as Adam does, then updates all of them by one operator, to
    the same values bit for bit. Module calls one operator for each parameter, which for ten of them takes as
    long as the rest of a step. Each parameter becomes a view of its part of the array. For inference MXNet
    lays weights out anew and accepts no views, so that is done with a `plain_copy` of the module.

    Args:
        module: a Module for training on one device, with parameters and an optimizer.

    Attributes:
        module: that module.
        values, gradients: the two arrays.
    """

    def __init__(self, module: mx.mod.Module) -> None:
        self.module = module
        group, bound = module._exec_group, self._executor
        arguments, gradients, start = dict(bound.arg_dict), {}, 0
        names = [name for name in group.arg_names if name in set(group.param_names)]
        length = sum(arguments[name].size for name in names)
        self.values, self.gradients = mx.nd.zeros((length,)), mx.nd.zeros((length,))
        for name in names:
            values = arguments[name]
            end = start + values.size
            arguments[name] = self.values[start:end].reshape(values.shape)
            arguments[name][:] = values
            gradients[name] = self.gradients[start:end].reshape(values.shape)
            start = end
        # This replaces the executor that Module bound. Its get_params, and its executors for other batch
        # sizes, which share these arrays, all start from here.
        group.execs[0] = group.symbol.bind(
            module._context[0], arguments, gradients, dict(group.grad_req), aux_states=bound.aux_dict
        )
        group._collect_arrays()

    @property
    def _executor(self) -> Any:
        return self.module._exec_group.execs[0]

    @property
    def label(self) -> mx.nd.NDArray:
        """The targets of the step."""
        return self._executor.arg_dict[self.module.label_names[0]]

    def arrays(self, size: int) -> tuple[Array, Array]:
        """Return the memory of the inputs and targets of a batch, to be filled for the next step.

        `mx.nd.array(inputs[rows])` would make two copies and a new array for each batch, and Module's forward
        one more.
        """
        module = self.module
        if module.data_shapes[0].shape[0] != size:
            module.reshape(
                *(
                    [(name, (size, *shape[1:])) for name, shape in descriptions]
                    for descriptions in (module.data_shapes, module.label_shapes)
                )
            )
        return memory(self._executor.arg_dict[module.data_names[0]]), memory(self.label)

    def forward(self) -> mx.nd.NDArray:
        """Return the outputs for the inputs."""
        self._executor.forward(is_train=True)
        return self._executor.outputs[0]

    def backward(self) -> None:
        """Compute the gradients."""
        self._executor.backward()

    def update(self) -> None:
        """Take one step of the optimizer, for all parameters at once."""
        self.module._params_dirty = True
        self.module._updater(0, self.gradients, self.values)


def state_of(module: mx.mod.Module) -> dict[str, Array]:
    """Return the state of a module in training: its parameters, and the state of its optimizer, an Adam."""
    mx.nd.waitall()
    optimizer_states = module._updater.states.items()
    kinds: dict[str, dict[Any, mx.nd.NDArray]] = dict(zip(("arg", "aux"), module.get_params(), strict=True))
    kinds["mean"], kinds["variance"] = ({key: pair[i] for key, pair in optimizer_states} for i in (0, 1))
    arrays = {f"{kind}:{key}": array.asnumpy() for kind in kinds for key, array in kinds[kind].items()}
    return arrays | {"steps": np.array(module._updater.optimizer.num_update)}


def set_state(module: mx.mod.Module, arrays: dict[str, Array]) -> None:
    """Give a module the state that `state_of` returned for another of its kind."""
    arguments, auxiliaries, means, variances = (
        {key: mx.nd.array(value) for key, value in part_of(arrays, f"{kind}:").items()}
        for kind in ("arg", "aux", "mean", "variance")
    )
    module.set_params(arguments, auxiliaries)
    updater = module._updater
    updater.states = {int(key): (means[key], variances[key]) for key in means}
    updater.states_synced = dict.fromkeys(updater.states, True)
    # From here MXNet counts on, and its schedules catch up.
    updater.optimizer.begin_num_update = updater.optimizer.num_update = int(arrays["steps"])


def part_of(arrays: dict[str, Array], prefix: str) -> dict[str, Array]:
    """Return the arrays whose names begin with a prefix, by the rest of their names."""
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}
