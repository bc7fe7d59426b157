"""Checkpoints: trained networks on the disk.

A checkpoint is MXNet's own: `NAME-symbol.json`, the graph, and `NAME-0003.params`, the values after 3 epochs.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autoencoder.data.files import replace_files
from autoencoder.networks.mx import mx, start_engine
from autoencoder.networks.network import DATA, LABEL, Array, Network, bind, feed_shapes

SHIPPED = Path(__file__).parent / "model"


class CheckpointError(ValueError):
    """A checkpoint is missing, damaged or another network's; the message names the file and what to do."""


def save(
    module: mx.mod.Module, prefix: str | os.PathLike[str], epoch: int, *, dtype: str = "float32"
) -> Path:
    """Write a checkpoint, `PREFIX-symbol.json` and `PREFIX-EPOCH.params`; a crash leaves an older one whole.

    Args:
        module: a module with parameters.
        prefix: the folder, created if missing, and the name.
        epoch: the number of epochs it was trained.
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
        network: the network that it is a checkpoint of, for images of any size.
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
    for path, actual in [(symbol_path, _shapes(network, symbol, pixels)), (params_path, shapes)]:
        if actual != expected:
            raise _checkpoint_error(path, network, _difference(expected, actual))
    if lost := not_finite(params):
        raise _checkpoint_error(params_path, network, f"expected finite numbers, but not so in {lost}")
    module = bind(network, symbol, pixels, batch_size, for_training=False)
    arrays = {name: mx.nd.array(value) for name, value in params.items()}
    auxiliaries = {name: arrays.pop(name) for name in symbol.list_auxiliary_states()}
    module.set_params(arrays, auxiliaries)
    return module


def epochs_of(prefix: str | os.PathLike[str], otherwise: int) -> int:
    """Return the number of epochs of a checkpoint, of the longest trained one if there are several.

    A file in ONNX's format counts as well as one in MXNet's.

    Args:
        prefix: the folder and the name.
        otherwise: the answer if there is no checkpoint.

    >>> epochs_of(SHIPPED / "discriminator", 1), epochs_of(SHIPPED / "nothing", 1)
    (3, 1)
    """
    path = Path(prefix)
    pattern = re.compile(rf"{re.escape(path.name)}-(\d{{4,}})\.(?:params|onnx)")
    files = path.parent.iterdir() if path.parent.is_dir() else ()
    matches = [pattern.fullmatch(file.name) for file in files]
    return max((int(match[1]) for match in matches if match), default=otherwise)


def not_finite(params: dict[str, Array]) -> str:
    """Return the names of parameters with values that are not finite, with commas between."""
    return ", ".join(name for name, value in params.items() if not np.isfinite(value).all())


def params_path(prefix: str | os.PathLike[str], epoch: int) -> Path:
    """Return the path of the parameters of a checkpoint."""
    return Path(f"{os.fspath(prefix)}-{epoch:04d}.params")


def _paths(prefix: str | os.PathLike[str], epoch: int) -> tuple[Path, Path]:
    return Path(f"{os.fspath(prefix)}-symbol.json"), params_path(prefix, epoch)


def _read(path: Path, read: Callable[[str], Any], network: Network) -> Any:
    if not path.is_file():
        raise _checkpoint_error(path, network, "there is no such file")
    try:
        return read(str(path))
    except (mx.base.MXNetError, LookupError, ValueError, OSError) as error:
        raise _checkpoint_error(path, network, "it is damaged, or another kind of file") from error


def _arrays(path: str) -> dict[str, Array]:
    """Return the parameters in a file as numpy: MXNet notices some damage only when values are asked for."""
    start_engine()
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
    """Return the shapes of a graph's parameters and auxiliary states, {} if it can't take such images."""
    names = symbol.list_arguments() + symbol.list_auxiliary_states()
    if DATA not in names:
        return {}
    data, _ = feed_shapes(network, pixels, 1)
    try:
        # Without the label, whose shape follows: a label that does not fit is printed before it is raised.
        shapes, _, auxiliaries = symbol.infer_shape(**{DATA: data})
    except (mx.base.MXNetError, ValueError):
        return {}
    both = zip(names, shapes + auxiliaries, strict=True)
    return {name: shape for name, shape in both if name not in (DATA, LABEL)}


def _difference(expected: dict[str, tuple[int, ...]], actual: dict[str, tuple[int, ...]]) -> str:
    names = sorted(name for name in expected.keys() | actual.keys() if expected.get(name) != actual.get(name))
    return "; ".join(f"expected {name} {expected.get(name)}, found {actual.get(name)}" for name in names)


def _checkpoint_error(path: Path, network: Network, what: str) -> CheckpointError:
    return CheckpointError(
        f"{path} is not a checkpoint of the {network.name}: {what}; to train one: "
        f"python -m autoencoder train {network.trained_as or network.name}"
    )
