"""Checkpoints in MXNet's format: `NAME-symbol.json`, the graph, and `NAME-0003.params`, the parameters.

These are the files of the network NAME after 3 epochs; `NAME-0003.onnx` is the same in ONNX's format
(`onnx`). The prefix is the folder and the name, as in MXNet. A manifest names the files, and says nothing of
who made them. MXNet trusts the files it reads, so this module reads them instead: it compares the graph with
the graph that the code builds, and checks the parameters against that graph and the length of the file.
"""

from __future__ import annotations

import ast
import functools
import itertools
import json
import math
import os
import re
import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autoencoder.data.pictures import Array
from autoencoder.data.storage import (
    JSON_ERRORS,
    CheckpointError,
    Edition,
    Error,
    FileSet,
    edition,
    resume_path,
)
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network, feed_shapes, symbol_for
from mxspec.errors import BriefError

SHIPPED = Path(__file__).with_name("model")
"""The folder of the networks that ship with the package."""


# --- names of files -----------------------------------------------------------------------------------------


def symbol_path(prefix: str | os.PathLike[str]) -> Path:
    """Return the path of the graph of a checkpoint."""
    return Path(f"{os.fspath(prefix)}-symbol.json")


def params_path(prefix: str | os.PathLike[str], epoch: int) -> Path:
    """Return the path of the parameters of a checkpoint."""
    return Path(f"{os.fspath(prefix)}-{epoch:04d}.params")


def onnx_path(prefix: str | os.PathLike[str], epoch: int) -> Path:
    """Return the path of a network in ONNX's format."""
    return Path(f"{os.fspath(prefix)}-{epoch:04d}.onnx")


def epochs_of(prefix: str | os.PathLike[str], otherwise: int, files: FileSet | None = None) -> int:
    """Return the largest number of epochs of a network's checkpoints, in MXNet's or ONNX's format.

    Args:
        prefix: the folder and the name.
        otherwise: the result if there is no checkpoint.
        files: as `load_module` takes them.

    >>> epochs_of(SHIPPED / "discriminator", 1), epochs_of(SHIPPED / "nothing", 1)
    (3, 1)
    """
    path = Path(prefix)
    pattern = re.compile(rf"{re.escape(path.name)}-(\d{{4,}})\.(?:params|onnx)")
    matches = [pattern.fullmatch(name) for name in (files or FileSet.of(path.parent)).names()]
    return max((int(match[1]) for match in matches if match), default=otherwise)


# --- files --------------------------------------------------------------------------------------------------


def check_folder(folder: str | os.PathLike[str]) -> None:
    """Check that MXNet can write checkpoints to a folder: it takes paths in UTF-8.

    Raises:
        CheckpointError: the path is not text in UTF-8.

    >>> check_folder("models")
    >>> check_folder(os.fsdecode(b"models\\xff"))
    Traceback (most recent call last):
    ...
    autoencoder.data.storage.CheckpointError: 'models\\udcff' is not a path in UTF-8, ...; try another folder
    """
    try:
        os.fspath(folder).encode("utf-8")
    except UnicodeEncodeError:
        raise CheckpointError(
            f"{os.fspath(folder)!r} is not a path in UTF-8, as MXNet needs it to write checkpoints; "
            "try another folder"
        ) from None


def save_module(
    module: mx.mod.Module,
    prefix: str | os.PathLike[str],
    epoch: int,
    *,
    dtype: str = "float32",
    to: Edition | None = None,
) -> Path:
    """Replace a checkpoint atomically, `PREFIX-symbol.json` and `PREFIX-EPOCH.params`.

    Args:
        module: a module with parameters.
        prefix: the folder, created if missing, and the name.
        epoch: the number of training epochs.
        dtype: "float16" halves the file and keeps 11 bits of each value; `load_module` returns float32 again.
        to: the edition to write to; None begins one for this checkpoint.

    Returns:
        The path of the parameters.

    Raises:
        CheckpointError: as `check_folder` does.
        OSError: the checkpoint can't be written.
    """
    check_folder(prefix)
    graph_file, params_file = symbol_path(prefix), params_path(prefix, epoch)
    arguments, auxiliaries = module.get_params()
    arrays = {f"arg:{name}": value.astype(dtype, copy=False) for name, value in arguments.items()}
    arrays |= {f"aux:{name}": value.astype(dtype, copy=False) for name, value in auxiliaries.items()}
    with edition(params_file.parent, within=to) as new:
        _drop_older(Path(prefix).name, new)
        new.write(graph_file.name, lambda path: path.write_text(module.symbol.tojson(), encoding="utf-8"))
        new.write(params_file.name, lambda path: _write_arrays(path, arrays))
    return params_file


def put_in_place(prefix: Path, new: Edition) -> None:
    """Move the files that `Module.save_checkpoint` wrote to an edition, in place of older ones.

    Args:
        prefix: a folder of these files alone, and the name.
        new: the edition.

    Raises:
        OSError: a file can't be written, or is not whole.
    """
    _drop_older(prefix.name, new)
    for path in sorted(prefix.parent.iterdir()):
        try:
            if path.suffix == ".params":  # MXNet ignores errors when it closes the file
                read_params(path.read_bytes())
        except ParamsError as error:
            raise OSError(f"{path.name}: cannot write the parameters; is the disk full?") from error
        new.write(path.name, functools.partial(os.replace, path))


def _drop_older(name: str, new: Edition) -> None:
    new.drop(rf"{re.escape(name)}-(symbol\.json|\d{{4,}}\.(params|onnx))")


def load_module(
    prefix: str | os.PathLike[str],
    epoch: int,
    network: Network,
    *,
    batch_size: int = 1,
    files: FileSet | None = None,
) -> mx.mod.Module:
    """Load a checkpoint for inference.

    Args:
        prefix: the folder and the name.
        epoch: the number in the name of the parameters.
        network: the expected network.
        batch_size: the number of inputs of a forward pass.
        files: the folder's set of files; None means the current one.

    Raises:
        CheckpointError: a file is missing or damaged, or belongs to another network.
    """
    from autoencoder.networks.training import bind  # late: it imports MXNet

    files = files or FileSet.of(Path(prefix).parent)
    params = read_checkpoint(prefix, epoch, network, files)
    symbol = symbol_for(network)
    module = bind(network, symbol, batch_size, for_training=False)
    arrays = {name: mx.nd.array(value.astype(np.float32)) for name, value in params.items()}
    auxiliaries = {name: arrays.pop(name) for name in symbol.list_auxiliary_states()}
    module.set_params(arrays, auxiliaries)
    return module


def read_checkpoint(
    prefix: str | os.PathLike[str], epoch: int, network: Network, files: FileSet
) -> dict[str, Array]:
    """Return the named parameters of a checkpoint.

    For a network of several parts, the name of the part begins each parameter's name. Arguments and errors
    are as in `load_module`.
    """
    if network.parts:
        parts = {
            part.name: read_checkpoint(Path(prefix).with_name(part.name), epoch, part, files)
            for part in network.parts
        }
        return {f"{part}_{name}": value for part in parts for name, value in parts[part].items()}
    graph_file, params_file = symbol_path(prefix), params_path(prefix, epoch)
    graph_error, params_error = (
        functools.partial(_checkpoint_error, path, network) for path in (graph_file, params_file)
    )
    description = files.read_json(graph_file.name, graph_error)
    symbol, graph = graph_for(network)
    try:
        wrong = graph_difference(graph, graph_of(description))
    except JSON_ERRORS as error:
        raise graph_error(f"it is damaged, or another kind of file: {error!r:.200}") from error
    if wrong:
        raise graph_error(wrong)
    params = _parse_params(files.read(params_file.name, params_error), params_error)
    if wrong := _parameter_difference(_parameter_shapes(network, symbol), params):
        raise params_error(wrong)
    if lost := non_finite_names(params):
        raise params_error(f"expected finite numbers, but not so in {lost}")
    return {name.partition(":")[2]: value for name, value in params.items()}


def digests_of(
    prefix: str | os.PathLike[str], epoch: int, network: Network, files: FileSet
) -> dict[str, str]:
    """Return the SHA-256 of the parameter file of each part of a network, by name, if the file exists."""
    names = [part.name for part in network.parts or (network,)]
    files_of = {name: params_path(Path(prefix).with_name(name), epoch).name for name in names}
    return {name: files.entries[file].sha256 for name, file in files_of.items() if file in files}


def params_beside(
    prefix: str | os.PathLike[str], epoch: int, network: Network, files: FileSet
) -> dict[str, dict[str, Array]]:
    """Return the named parameters of each part of a network, by the part's name, if the part's file exists.

    No graph is read, so MXNet is not needed. Arguments and errors are as in `load_module`.
    """
    result = {}
    for part in network.parts or (network,):
        path = params_path(Path(prefix).with_name(part.name), epoch)
        error = functools.partial(_checkpoint_error, path, part)
        # A folder may lack a file that its manifest names, where ONNX Runtime alone answers.
        if path.name in files and (content := files.read_if_there(path.name, error)) is not None:
            params = _parse_params(content, error)
            result[part.name] = {name.partition(":")[2]: value for name, value in params.items()}
    return result


def _parse_params(content: bytes, error: Error) -> dict[str, Array]:
    try:
        return read_params(content)
    except ParamsError as reason:
        raise error(f"it is damaged, or another kind of file: {reason}") from reason


def non_finite_names(params: dict[str, Array]) -> str:
    """Return the names of parameters with values that are not finite, separated by commas."""
    return ", ".join(name.partition(":")[2] or name for name in params if not np.isfinite(params[name]).all())


def _write_arrays(path: Path, arrays: dict[str, mx.nd.NDArray]) -> None:
    try:
        mx.nd.save(str(path), arrays)
        # MXNet ignores errors when it closes the file: a full disk cuts off its end.
        on_disk = read_params(path.read_bytes())
        if not all((on_disk[name] == value.asnumpy()).all() for name, value in arrays.items()):
            raise OSError(f"{path}: the file differs from what was written; is the disk damaged?")
    except (mx.base.MXNetError, ParamsError) as error:
        raise OSError(f"{path}: cannot write the parameters; is the disk full?") from error


def _parameter_shapes(network: Network, symbol: mx.sym.Symbol) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a graph's parameters and auxiliary states, by their names in a file."""
    data, _ = feed_shapes(network, 1)
    # MXNet infers the shape of the label; given a wrong one, it would print before raising.
    arguments, _, auxiliaries = symbol.infer_shape(**{DATA: data})
    shapes = dict(zip((f"arg:{name}" for name in symbol.list_arguments()), arguments, strict=True))
    shapes |= dict(zip((f"aux:{name}" for name in symbol.list_auxiliary_states()), auxiliaries, strict=True))
    return {name: shape for name, shape in shapes.items() if name not in (f"arg:{DATA}", f"arg:{LABEL}")}


def _parameter_difference(expected: dict[str, tuple[int, ...]], params: dict[str, Array]) -> str:
    actual = {name: value.shape for name, value in params.items()}
    names = sorted(name for name in expected.keys() | actual.keys() if expected.get(name) != actual.get(name))
    if len({value.dtype for value in params.values()}) > 1:
        return f"expected values of one type, found {sorted({str(value.dtype) for value in params.values()})}"
    return "; ".join(
        f"expected {name.partition(':')[2] or name} {expected.get(name)}, found {actual.get(name)}"
        for name in names
    )


def _checkpoint_error(path: Path, network: Network, what: str) -> CheckpointError:
    is_unfinished = os.path.isdir(path.parent) and resume_path(path.parent, network.name).exists()
    is_shipped = path.parent == SHIPPED
    # An unfinished `train all` has the states of others, which to finish one alone would drop.
    name = network.trained_as or ("all" if is_unfinished or is_shipped else network.name)
    command = f"python -m autoencoder train {name}"
    command += ", and name its folder, model" if is_shipped else f" --model-dir {path.parent}"
    if not os.path.isdir(path.parent):  # which no name is too long for
        return CheckpointError(
            f"{path.parent}: there is no such folder; to train networks into it: {command}"
        )
    if is_unfinished:
        what, command = f"{what}; a training here is unfinished, to resume it", f"{command} --resume"
    else:
        what = f"{what}; to train one"
    return CheckpointError(f"{path} is not a checkpoint of the code's {network.name}: {what}: {command}")


# --- graphs -------------------------------------------------------------------------------------------------


class Node(NamedTuple):
    """A node of a graph.

    Attributes:
        operator: the operator; "null" for an input or a parameter.
        name: the name; "" for a name generated by MXNet, which differs from graph to graph.
        attributes: the operator's settings, such as `act_type`.
        inputs: for each input, the number of its source node and of that node's output.
    """

    operator: str
    name: str
    attributes: tuple[tuple[str, Any], ...]
    inputs: tuple[tuple[int, int], ...]


Graph = tuple[tuple[Node, ...], tuple[tuple[int, int], ...]]  # the nodes in order, and the outputs


def graph_of(description: Any) -> Graph:
    """Return the graph of a JSON description, for comparison.

    Args:
        description: the parsed JSON, of MXNet 1.9 or earlier.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: the value does not describe a graph.
    """
    return tuple(map(_node, description["nodes"])), tuple(map(_output, description["heads"]))


def graph_for(network: Network) -> tuple[mx.sym.Symbol, Graph]:
    """Return the graph of a network, as MXNet's symbol and as a Graph."""
    symbol = symbol_for(network)
    return symbol, graph_of(json.loads(symbol.tojson()))


def graph_difference(expected: Graph, actual: Graph) -> str:
    """Return the layers in which two graphs differ, or else their first different node; "" if they are equal.

    Names generated by MXNet are not compared; the original's losses have such names.
    """
    node = _node_difference(expected, actual)
    return node and (_layers_difference(_layers(expected), _layers(actual)) or node)


def _node_difference(expected: Graph, actual: Graph) -> str:
    for number, (one, other) in enumerate(zip(expected[0], actual[0], strict=False)):
        expected_node = one if one.name and other.name else one._replace(name=other.name)
        if expected_node != other:
            return f"expected node {number} to be {_text(one)}, found {_text(other)}"
    if len(expected[0]) != len(actual[0]):
        return f"expected {len(expected[0])} nodes, found {len(actual[0])}"
    return "" if expected[1] == actual[1] else f"expected the outputs {expected[1]}, found {actual[1]}"


_SIZES = {"num_hidden", "num_filter", "act_type", "kernel", "shape", "depth"}


def _layers(graph: Graph) -> list[str]:
    """Return the layers of a graph in words, such as `encode1(100)`."""
    return [
        f"{node.name}({', '.join(str(value) for key, value in node.attributes if key in _SIZES)})"
        for node in graph[0]
        if node.operator != "null" and node.name
    ]


def _layers_difference(expected: list[str], actual: list[str]) -> str:
    """Return what stands between the layers that two graphs have in common at their beginnings and ends.

    >>> _layers_difference(["a(100)", "b(50)", "c(10)"], ["a(100)", "b(60)", "d(3)", "c(10)"])
    'expected the layers b(50), found b(60), d(3)'
    >>> _layers_difference(["a(100)", "c(10)"], ["a(100)", "b(50)", "c(10)"])
    'found the layers b(50) as well'
    """
    if expected == actual:
        return ""
    first = _common(expected, actual)
    last = _common(expected[first:][::-1], actual[first:][::-1])
    one, other = (", ".join(layers[first : len(layers) - last]) for layers in (expected, actual))
    if not (one and other):
        return f"expected the layers {one} as well" if one else f"found the layers {other} as well"
    return f"expected the layers {one}, found {other}"


def _common(some: list[str], others: list[str]) -> int:
    """Return the number of equal items at the beginning of two lists."""
    differs = (one != other for one, other in zip(some, others, strict=False))
    return next(itertools.compress(itertools.count(), differs), min(len(some), len(others)))


def _node(node: Any) -> Node:
    operator, name = str(node["op"]), str(node["name"])
    # Before MXNet 1.0 the key was different.
    texts = node.get("attrs") or node.get("attr") or node.get("param") or {}
    if operator == "null":  # these only concern its initializer, or repeat those of its operator
        texts = {}
    attributes = tuple(sorted((key, _value(text)) for key, text in texts.items()))
    return Node(operator, _name(operator, name), attributes, tuple(map(_output, node["inputs"])))


def _output(place: Any) -> tuple[int, int]:
    node, output = place[0], place[1]
    if type(node) is not int or type(output) is not int:
        raise TypeError(f"expected the numbers of a node and an output, found {place!r}")
    return node, output


def _name(operator: str, name: str) -> str:
    # MXNet generates names from the operator and a number: softmaxoutput0, _mulscalar1, reshape2, _plus0.
    stem = name.rstrip("0123456789")
    own = {operator.lower(), operator.lower().replace("_scalar", "scalar"), "_plus", "_minus", "_mul"}
    return "" if operator != "null" and stem != name and stem in own else name


def _value(text: Any) -> Any:
    """Parse the value of an attribute, since MXNet's languages differ in spaces and case."""
    if not isinstance(text, str):
        raise TypeError(f"expected the text of an attribute, found {text!r}")
    if re.fullmatch("true|false", text, re.IGNORECASE):
        return text.lower() == "true"
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError):
        return text


def _text(node: Node) -> str:
    attributes = ", ".join(f"{key}={value}" for key, value in node.attributes)
    inputs = ", ".join(str(number) for number, _ in node.inputs)
    return f"{node.operator}({attributes}) {node.name!r} of {inputs or 'nothing'}"


# --- parameters ---------------------------------------------------------------------------------------------


# A file contains the number 0x112, a reserved number, the number of arrays, the arrays, and as many names.
# An array contains a magic number, its storage, its number of axes and their lengths, a device, a type and
# the values; everything is little-endian (`NDArray::Save` in MXNet's `src/ndarray/ndarray.cc`).
_LIST = 0x112
_ARRAY = {0xF993FAC9, 0xF993FACA}  # the second if MXNet uses numpy's shapes
_DENSE = 0
# The device of a saved array: a processor, a graphics processor, or memory shared by both.
_DEVICES = {1, 2, 3, 5}
_TYPES: dict[int, Any] = {0: np.float32, 2: np.float16}
_MOST_AXES = 32


class ParamsError(BriefError):
    """The content is not a valid file of parameters; the message says what was expected at which byte."""


class _ParamsReader:
    """Reads numbers and bytes in order; reading past the end is an error."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def number(self, kind: str) -> int:
        return int(struct.unpack("<" + kind, self.bytes(struct.calcsize(kind)))[0])

    def bytes(self, count: int) -> bytes:
        return bytes(self.content[self.skip(count) : self.place])

    def skip(self, count: int) -> int:
        rest = len(self.content) - self.place
        if not 0 <= count <= rest:
            raise self.error(f"{count} bytes", f"{rest} until the end of the file")
        self.place += count
        return self.place - count

    def error(self, expected: str, actual: object) -> ParamsError:
        return ParamsError(f"expected {expected} at byte {self.place}, found {actual}")


def read_params(content: bytes) -> dict[str, npt.NDArray[Any]]:
    """Return the named arrays of a file of parameters, float32 or float16, in order.

    Args:
        content: the bytes of the file. All lengths are checked before any array is created.

    Raises:
        ParamsError: the file is damaged, of another kind, or has arrays of other types or without names.
    """
    reader = _ParamsReader(content)
    if len(content) < 8 or (magic := reader.number("Q")) != _LIST:
        start = f"{magic:#x}" if len(content) >= 8 else f"{len(content)} bytes"
        raise ParamsError(f"expected a file of parameters, which begins with {_LIST:#x}, found {start}")
    if reserved := reader.number("Q"):
        raise reader.error("0", reserved)
    arrays = [_read_array(reader) for _ in range(_read_count(reader, "arrays", 32))]
    names = [_read_name(reader) for _ in range(_read_count(reader, "names", 8))]
    if len(names) != len(arrays) or len(set(names)) < len(names):
        raise reader.error(f"{len(arrays)} different names", names[:12])
    if reader.place != len(content):
        raise reader.error("the end of the file", f"{len(content) - reader.place} bytes more")
    return {
        name: np.frombuffer(content, kind, math.prod(shape), start).reshape(shape)
        for name, (kind, shape, start) in zip(names, arrays, strict=True)
    }


def _read_count(reader: _ParamsReader, of: str, least: int) -> int:
    count = reader.number("Q")
    if count > (len(reader.content) - reader.place) // least:
        raise reader.error(f"a number of {of} that the file has room for", count)
    return count


def _read_array(reader: _ParamsReader) -> tuple[Any, tuple[int, ...], int]:
    """Return the type of an array, its shape and the offset of its values."""
    if (magic := reader.number("I")) not in _ARRAY:
        raise reader.error("an array of MXNet 1", f"{magic:#x}")
    if (storage := reader.number("i")) != _DENSE:
        raise reader.error("a dense array", f"storage {storage}")
    axes = reader.number("i")
    if not 0 < axes <= _MOST_AXES:
        raise reader.error(f"1 to {_MOST_AXES} axes", axes)
    shape = tuple(reader.number("q") for _ in range(axes))
    if min(shape) < 1:
        raise reader.error("axes of length 1 or more", shape)
    if (device := reader.number("i")) not in _DEVICES or reader.number("i") < 0:
        raise reader.error("a device", device)
    if (number := reader.number("i")) not in _TYPES:
        raise reader.error("values of float32 or float16", f"type {number}")
    kind = np.dtype(_TYPES[number]).newbyteorder("<")
    return kind, shape, reader.skip(math.prod(shape) * kind.itemsize)


def _read_name(reader: _ParamsReader) -> str:
    try:
        return reader.bytes(reader.number("Q")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise reader.error("a name", error) from None
