"""Checkpoints in MXNet's format: `NAME-symbol.json`, the graph, and `NAME-0003.params`, the parameters.

MXNet reads neither file itself, since it trusts all that it reads. The graph has to be the one that the code
builds, and the parameters are checked against it and against the length of the file (`graphs`, `params`).
"""

import contextlib
import functools
import os
import re
from pathlib import Path

import numpy as np

from autoencoder.checkpoints.graphs import difference, graph_for, graph_of
from autoencoder.checkpoints.params import ParamsError, read_params
from autoencoder.checkpoints.paths import params_path, symbol_path
from autoencoder.data.images import Array
from autoencoder.data.manifest import JSON_ERRORS, CheckpointError, Edition, Error, FileSet, edition
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network, bind, feed_shapes, symbol_for


def save(
    module: mx.mod.Module,
    prefix: str | os.PathLike[str],
    epoch: int,
    *,
    dtype: str = "float32",
    to: Edition | None = None,
) -> Path:
    """Write a checkpoint, `PREFIX-symbol.json` and `PREFIX-EPOCH.params`, in place of an older one.

    A crash leaves the older one, whole.

    Args:
        module: a module with parameters.
        prefix: the folder, created if missing, and the name.
        epoch: the number of epochs it was trained.
        dtype: "float16" halves the file, with 11 bits for each value; `load` returns float32 again.
        to: the edition of the folder's files that it becomes a part of; None makes one of it alone.

    Returns:
        The path of the parameters.

    Raises:
        OSError: it cannot be written.
    """
    graph_file, params_file = symbol_path(prefix), params_path(prefix, epoch)
    arguments, auxiliaries = module.get_params()
    arrays = {f"arg:{name}": value.astype(dtype, copy=False) for name, value in arguments.items()}
    arrays |= {f"aux:{name}": value.astype(dtype, copy=False) for name, value in auxiliaries.items()}
    with edition(params_file.parent) if to is None else contextlib.nullcontext(to) as new:
        new.drop(rf"{re.escape(Path(prefix).name)}-(symbol\.json|\d{{4,}}\.(params|onnx))")
        new.write(graph_file.name, lambda path: path.write_text(module.symbol.tojson(), encoding="utf-8"))
        new.write(params_file.name, lambda path: _write_arrays(path, arrays))
    return params_file


def load(
    prefix: str | os.PathLike[str],
    epoch: int,
    network: Network,
    *,
    batch_size: int = 1,
    files: FileSet | None = None,
) -> mx.mod.Module:
    """Read a checkpoint for inference.

    Args:
        prefix: the folder and the name.
        epoch: the number in the name of the parameters.
        network: the network that it is a checkpoint of, for images of any size.
        batch_size: the number of inputs that go through the network at a time.
        files: the set of files that it belongs to; None is the set that the folder holds now.

    Raises:
        CheckpointError: a file is missing or damaged, or belongs to another network.
    """
    files = files or FileSet.of(Path(prefix).parent)
    pixels, params = read(prefix, epoch, network, files)
    symbol = symbol_for(network, pixels)
    module = bind(network, symbol, pixels, batch_size, for_training=False)
    arrays = {name: mx.nd.array(value.astype(np.float32)) for name, value in params.items()}
    auxiliaries = {name: arrays.pop(name) for name in symbol.list_auxiliary_states()}
    module.set_params(arrays, auxiliaries)
    return module


def read(
    prefix: str | os.PathLike[str], epoch: int, network: Network, files: FileSet
) -> tuple[int, dict[str, Array]]:
    """Return the number of pixels of an image and the parameters of a checkpoint, by name.

    The parameters of a network of several parts are those of their checkpoints, after the name of the part.
    Arguments and errors are those of `load`.
    """
    if network.parts:
        parts = {
            part.name: read(Path(prefix).with_name(part.name), epoch, part, files) for part in network.parts
        }
        pixels = parts[network.parts[0].name][0]
        return pixels, {f"{part}_{name}": parts[part][1][name] for part in parts for name in parts[part][1]}
    graph_file, params_file = symbol_path(prefix), params_path(prefix, epoch)
    graph_error, params_error = (
        functools.partial(_checkpoint_error, path, network) for path in (graph_file, params_file)
    )
    description = files.read_json(graph_file.name, graph_error)
    params = _parameters(files.read(params_file.name, params_error), params_error)
    pixels = _pixels(network, {name: value.shape for name, value in params.items()}, params_error)
    symbol, graph = graph_for(network, pixels)
    if wrong := _difference(_shapes(network, symbol, pixels), params):
        raise params_error(wrong)
    try:
        wrong = difference(graph, graph_of(description))
    except JSON_ERRORS as error:
        raise graph_error(f"it is damaged, or another kind of file: {error!r:.200}") from error
    if wrong:
        raise graph_error(wrong)
    if lost := not_finite(params):
        raise params_error(f"expected finite numbers, but not so in {lost}")
    return pixels, {name.partition(":")[2]: value for name, value in params.items()}


def digests_of(
    prefix: str | os.PathLike[str], epoch: int, network: Network, files: FileSet
) -> dict[str, str]:
    """Return the SHA-256 of the parameters of each part of a network whose file is there, by its name."""
    names = [part.name for part in network.parts or (network,)]
    paths = {name: params_path(Path(prefix).with_name(name), epoch) for name in names}
    return {
        name: files.digest(path.name, CheckpointError) for name, path in paths.items() if path.name in files
    }


def not_finite(params: dict[str, Array]) -> str:
    """Return the names of parameters with values that are not finite, with commas between."""
    return ", ".join(name.partition(":")[2] or name for name in params if not np.isfinite(params[name]).all())


def _parameters(content: bytes, error: Error) -> dict[str, Array]:
    try:
        return read_params(content)
    except ParamsError as reason:
        raise error(f"it is damaged, or another kind of file: {reason}") from reason


def _write_arrays(path: Path, arrays: dict[str, mx.nd.NDArray]) -> None:
    try:
        mx.nd.save(str(path), arrays)
        # MXNet ignores errors when it closes the file: a full disk cuts off its end.
        on_disk = read_params(path.read_bytes())
        if not all((on_disk[name] == value.asnumpy()).all() for name, value in arrays.items()):
            raise OSError(f"{path}: other values are in the file than were written; is the disk damaged?")
    except (mx.base.MXNetError, ParamsError) as error:
        raise OSError(f"{path}: cannot write the parameters; is the disk full?") from error


def _pixels(network: Network, shapes: dict[str, tuple[int, ...]], error: Error) -> int:
    if isinstance(network.pixels_axis, int):
        return network.pixels_axis
    name, axis = network.pixels_axis
    shape = shapes.get(f"arg:{name}", ())
    if len(shape) != 2:
        names = {key.partition(":")[2] or key: value for key, value in shapes.items()}
        raise error(f"expected a matrix {name}, found {names or 'nothing'}")
    return shape[axis]


def _shapes(network: Network, symbol: mx.sym.Symbol, pixels: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a graph's parameters and auxiliary states, by their names in a file."""
    data, _ = feed_shapes(network, pixels, 1)
    # Without the label, whose shape follows from it; for a wrong label MXNet prints before it raises.
    arguments, _, auxiliaries = symbol.infer_shape(**{DATA: data})
    shapes = dict(zip((f"arg:{name}" for name in symbol.list_arguments()), arguments, strict=True))
    shapes |= dict(zip((f"aux:{name}" for name in symbol.list_auxiliary_states()), auxiliaries, strict=True))
    return {name: shape for name, shape in shapes.items() if name not in (f"arg:{DATA}", f"arg:{LABEL}")}


def _difference(expected: dict[str, tuple[int, ...]], params: dict[str, Array]) -> str:
    actual = {name: value.shape for name, value in params.items()}
    names = sorted(name for name in expected.keys() | actual.keys() if expected.get(name) != actual.get(name))
    if len({value.dtype for value in params.values()}) > 1:
        return f"expected values of one type, found {sorted({str(value.dtype) for value in params.values()})}"
    return "; ".join(
        f"expected {name.partition(':')[2] or name} {expected.get(name)}, found {actual.get(name)}"
        for name in names
    )


def _checkpoint_error(path: Path, network: Network, what: str) -> CheckpointError:
    return CheckpointError(
        f"{path} is not a checkpoint of the {network.name}: {what}; to train one: "
        f"python -m autoencoder train {network.trained_as or network.name}"
    )
