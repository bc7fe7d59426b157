"""Checkpoints in ONNX's format, `NAME-0003.onnx`: the graph and the parameters in one file, for ONNX Runtime.

They are written from MXNet's checkpoints, operator by operator (https://onnx.ai/onnx/operators), without the
loss at the end of a graph. MXNet 1.9.1 has an exporter of its own, but it needs a version of onnx of its
time. Parameters that were saved in half precision stay so in the file, and are float32 in the network.
"""

import ast
import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autoencoder.checkpoints import mxnet_files
from autoencoder.checkpoints.graphs import digest_of, graph_of
from autoencoder.checkpoints.paths import onnx_path, params_path
from autoencoder.data.images import Array
from autoencoder.data.manifest import CheckpointError, Edition, edition
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, Network

OPSET = 13  # of the operators; every ONNX Runtime since 1.7 knows it
IR_VERSION = 7  # of the file, likewise
MAKER = "mxspec"

# Field 14, of 74 bytes: field 1, of 6 bytes, is the key, and field 2, of 64, the value.
_SEAL = b"\x72\x4a\x0a\x06sha256\x12\x40"
_SEAL_LENGTH = len(_SEAL) + 64

_TO_THE_END = np.iinfo(np.int64).max

Attributes = dict[str, Any]


def export(
    prefix: str | os.PathLike[str], epoch: int, network: Network, *, to: Edition | None = None
) -> Path:
    """Write a checkpoint of MXNet in ONNX's format, beside it; a crash leaves an older file whole.

    Args:
        prefix, epoch, network: as `mxnet_files.load` takes them.
        to: the edition of the folder's files that it becomes a part of; None makes one of it alone.

    Returns:
        The path of the file.

    Raises:
        CheckpointError: as `mxnet_files.load` does.
        ImportError: MXNet or the package onnx is not installed.
        NotImplementedError: the graph has an operator that is not translated.
        OSError: the file cannot be written.
    """
    path = onnx_path(prefix, epoch)
    with edition(path.parent) if to is None else contextlib.nullcontext(to) as new:
        module = mxnet_files.load(prefix, epoch, network, files=new)
        params = new.digest(params_path(prefix, epoch).name, CheckpointError)
        content = sealed(_model(module, network, params).SerializeToString())
        new.write(path.name, lambda temporary: temporary.write_bytes(content))
    return path


def sealed(model: bytes) -> bytes:
    """Return a model in ONNX's format with its SHA-256 as the last entry of its metadata.

    (A protobuf message is a sequence of entries, so one can be appended.)
    """
    return model + _SEAL + hashlib.sha256(model).hexdigest().encode()


def is_sealed(content: bytes) -> bool:
    """True if a file ends in the SHA-256 of the rest, as `sealed` leaves it.

    ONNX Runtime trusts what it reads: a damaged file can be another network, or end the process.

    >>> is_sealed(sealed(b"model")), is_sealed(sealed(b"model").replace(b"mod", b"nod"))
    (True, False)
    """
    return content == sealed(content[:-_SEAL_LENGTH])


def _model(module: mx.mod.Module, network: Network, params_digest: str) -> Any:
    try:
        import onnx
    except ImportError as error:
        raise ImportError(
            "to write networks in ONNX's format, install the package onnx: pip install 'mxspec[export]'"
        ) from error
    graph = _Graph.of(module)
    (output,) = (name.removesuffix("_output") for name in module.symbol.list_outputs())
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    shapes = [
        ["batch", *descriptions[0][1][1:]] for descriptions in (module.data_shapes, module.output_shapes)
    ]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            network.name,
            [helper.make_tensor_value_info(DATA, float32, shapes[0])],
            [helper.make_tensor_value_info(output, float32, shapes[1])],
            graph.constants,
        ),
        producer_name=MAKER,
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    graph_digest = digest_of(graph_of(json.loads(module.symbol.tojson())))
    helper.set_model_props(model, {"network": network.name, "params": params_digest, "graph": graph_digest})
    onnx.checker.check_model(model, full_check=True)
    return model


@dataclass
class _Graph:
    """The nodes and constants of an ONNX graph that is being written.

    Attributes:
        nodes, constants: what has been written.
        values: the parameters, by name.
        ranks: the number of axes of each node's output, by name.
    """

    nodes: list[Any]
    constants: list[Any]
    values: dict[str, Array]
    ranks: dict[str, int]

    @classmethod
    def of(cls, module: mx.mod.Module) -> "_Graph":
        arguments, auxiliaries = module.get_params()
        values = {name: array.asnumpy() for name, array in (arguments | auxiliaries).items()}
        inner = module.symbol.get_internals()
        _, shapes, _ = inner.infer_shape(**{DATA: module.data_shapes[0].shape})
        ranks = {
            name.removesuffix("_output"): len(shape)
            for name, shape in zip(inner.list_outputs(), shapes, strict=True)
        }
        graph = cls([], [], values, ranks)
        graph.write(json.loads(module.symbol.tojson()))
        return graph

    def write(self, description: dict[str, Any]) -> None:
        """Write the nodes of MXNet's description of a graph."""
        nodes = description["nodes"]
        for node in nodes:
            inputs = [nodes[source]["name"] for source, *_ in node["inputs"]]
            if node["op"] == "null":
                continue
            if node["op"] not in OPERATORS:
                raise NotImplementedError(
                    f"{node['name']} is a {node['op']}, which has no translation to ONNX; "
                    f"there are translations of {', '.join(sorted(OPERATORS))}"
                )
            attributes = {name: _literal(text) for name, text in node.get("attrs", {}).items()}
            OPERATORS[node["op"]](self, node["name"], inputs, attributes)

    def add(self, operator: str, name: str, inputs: list[str], **attributes: Any) -> str:
        """Write a node and return its name, which is that of its output."""
        from onnx import helper

        self.nodes.append(helper.make_node(operator, [*map(self._input, inputs)], [name], name, **attributes))
        return name

    def constant(self, name: str, value: Array) -> str:
        """Write an array and return its name."""
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def _input(self, name: str) -> str:
        """Return the name of an input; a parameter is written when it is first one."""
        if name in self.values:
            value = self.values.pop(name)
            half = value.astype(np.float16)
            if (half == value).all():
                self.constant(f"{name}_half", half)
                self.add("Cast", name, [f"{name}_half"], to=1)  # to float32
            else:
                self.constant(name, value)
        return name


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


Translate = Callable[[_Graph, str, list[str], Attributes], object]


def _as(operator: str, **renamed: str) -> Translate:
    """Return the translation to an operator with the same inputs, some attributes of which are renamed."""

    def translate(graph: _Graph, name: str, inputs: list[str], attributes: Attributes) -> None:
        named = {new: attributes[old] for old, new in renamed.items() if old in attributes}
        graph.add(operator, name, inputs, **named)

    return translate


def _loss(operator: str, **attributes: Any) -> Translate:
    return lambda graph, name, inputs, _: graph.add(operator, name, inputs[:1], **attributes)


def _with_number(operator: str) -> Translate:
    def translate(graph: _Graph, name: str, inputs: list[str], attributes: Attributes) -> None:
        number = graph.constant(f"{name}_scalar", np.array(attributes["scalar"], np.float32))
        graph.add(operator, name, [*inputs, number])

    return translate


def _dense(graph: _Graph, name: str, inputs: list[str], attributes: Attributes) -> None:
    data, *parameters = inputs
    if graph.ranks[data] != 2:
        data = graph.add("Flatten", f"{name}_flat", [data], axis=1)
    graph.add("Gemm", name, [data, *parameters], transB=1)


def _convolution(graph: _Graph, name: str, inputs: list[str], attributes: Attributes) -> None:
    graph.add("Conv", name, inputs, group=attributes.get("num_group", 1), **_window(attributes))


def _pooling(graph: _Graph, name: str, inputs: list[str], attributes: Attributes) -> None:
    operator = {"max": "MaxPool", "avg": "AveragePool"}[attributes["pool_type"]]
    graph.add(operator, name, inputs, **_window(attributes))


def _window(attributes: Attributes) -> Attributes:
    kernel = attributes["kernel"]
    return {
        "kernel_shape": kernel,
        "strides": attributes.get("stride") or (1,) * len(kernel),
        "pads": 2 * tuple(attributes.get("pad") or (0,) * len(kernel)),
    }


def _norm(graph: _Graph, name: str, inputs: list[str], attributes: Attributes) -> None:
    data, gamma, *rest = inputs
    if attributes.get("fix_gamma", True):
        graph.values[gamma] = np.ones_like(graph.values[gamma])
    # As float32 constants: with a Cast before them, ONNX Runtime would not fuse the norm with a convolution.
    for parameter in (gamma, *rest):
        graph.constant(parameter, graph.values.pop(parameter))
    graph.add("BatchNormalization", name, [data, gamma, *rest], epsilon=attributes.get("eps", 1e-3))


def _activation(graph: _Graph, name: str, inputs: list[str], attributes: Attributes) -> None:
    graph.add({"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}[attributes["act_type"]], name, inputs)


def _one_hot(graph: _Graph, name: str, inputs: list[str], attributes: Attributes) -> None:
    number = graph.add("Cast", f"{name}_number", inputs, to=7)  # to int64
    depth = graph.constant(f"{name}_depth", np.array(attributes["depth"], np.int64))
    values = graph.constant(f"{name}_values", np.array([0, 1], np.float32))
    graph.add("OneHot", name, [number, depth, values])


def _reshape(graph: _Graph, name: str, inputs: list[str], attributes: Attributes) -> None:
    shape = graph.constant(f"{name}_shape", np.array(attributes["shape"], np.int64))
    graph.add("Reshape", name, [*inputs, shape])


def _slice(graph: _Graph, name: str, inputs: list[str], attributes: Attributes) -> None:
    end = attributes.get("end")
    bounds = {
        "begin": attributes["begin"],
        "end": _TO_THE_END if end is None else end,
        "axis": attributes["axis"],
    }
    arrays = [graph.constant(f"{name}_{key}", np.array([value], np.int64)) for key, value in bounds.items()]
    graph.add("Slice", name, [*inputs, *arrays])


def _sum(graph: _Graph, name: str, inputs: list[str], attributes: Attributes) -> None:
    axes = np.atleast_1d(np.array(attributes["axis"], np.int64))
    keep = int(attributes.get("keepdims", False))
    graph.add("ReduceSum", name, [*inputs, graph.constant(f"{name}_axes", axes)], keepdims=keep)


# From MXNet's operators to ONNX's, by name.
OPERATORS: dict[str, Translate] = {
    "Activation": _activation,
    "BatchNorm": _norm,
    "Concat": _as("Concat", dim="axis"),
    "Convolution": _convolution,
    "Dropout": _as("Identity"),
    "Flatten": _as("Flatten"),
    "FullyConnected": _dense,
    "LeakyReLU": _as("LeakyRelu", slope="alpha"),
    "LinearRegressionOutput": _loss("Identity"),
    "Pooling": _pooling,
    "Reshape": _reshape,
    "SoftmaxOutput": _loss("Softmax", axis=1),
    "_minus_scalar": _with_number("Sub"),
    "_mul_scalar": _with_number("Mul"),
    "_plus_scalar": _with_number("Add"),
    "broadcast_mul": _as("Mul"),
    "depth_to_space": _as("DepthToSpace", block_size="blocksize"),
    "elemwise_add": _as("Add"),
    "exp": _as("Exp"),
    "one_hot": _one_hot,
    "slice_axis": _slice,
    "square": lambda graph, name, inputs, _: graph.add("Mul", name, 2 * inputs),
    "sum": _sum,
}
