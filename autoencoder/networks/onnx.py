"""Checkpoints in ONNX's format, `NAME-0003.onnx`: the graph and the parameters in one file, for ONNX Runtime.

They are exported from MXNet's checkpoints, without the loss. Only the parameters are read from these: the
function that builds the network from MXNet's operators is called with an `OnnxGraph` in place of `mx.sym`,
and so builds the same network from ONNX's operators (https://onnx.ai/onnx/operators). Half precision
parameters stay half in the file, and are cast to float32 in the network.
"""

import functools
import math
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from autoencoder.data.pictures import Array
from autoencoder.data.storage import CheckpointError, Edition, FileSet, edition
from autoencoder.networks import checkpoint
from autoencoder.networks.checkpoint import onnx_path, params_path
from autoencoder.networks.mx import check_settings, threads
from autoencoder.networks.network import DATA, Network, feed_shapes
from autoencoder.networks.onnx_format import FLOAT32, INT64, OnnxContent, OnnxFormatError, OnnxNode, read_onnx

OPSET = 13  # of the operators; every ONNX Runtime since 1.7 knows it
IR_VERSION = 7  # of the file, likewise
MAKER = "mxspec"
_METADATA = {"network", "params"}
_EARLIER = {"sha256"}  # which a manifest has now
NO_TELEMETRY = "ORT_DISABLE_TELEMETRY"  # an environment variable of ONNX Runtime; 1.32 is known to read it

_QUIET = 3  # of ONNX Runtime's log: errors, which are raised as well
_TO_THE_END = np.iinfo(np.int64).max

Shape = tuple[int, ...]


class OnnxExportError(ValueError):
    """A network has an operator that is not translated to ONNX; the message says what to try."""


# --- the graph --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tensor:
    """A value in a graph; arithmetic with tensors and numbers adds nodes to the graph.

    Attributes:
        graph: the graph.
        name: the name of the node, the parameter or the constant.
        shape: its shape without the batch axis.
    """

    graph: "OnnxGraph"
    name: str
    shape: Shape

    def __add__(self, other: "Tensor | float") -> "Tensor":
        return self.graph.elementwise("Add", self, other)

    def __sub__(self, other: "Tensor | float") -> "Tensor":
        return self.graph.elementwise("Sub", self, other)

    def __mul__(self, other: "Tensor | float") -> "Tensor":
        return self.graph.elementwise("Mul", self, other)

    def __rsub__(self, other: float) -> "Tensor":
        return self.graph.write("Sub", [np.float32(other), self], self.shape)

    def __gt__(self, other: "Tensor | float") -> "Tensor":
        return self.graph.number(self.graph.elementwise("Greater", self, other))

    __radd__, __rmul__ = __add__, __mul__


class OnnxGraph:
    """A graph of ONNX operators, built by methods with the names and arguments of MXNet's operators.

    Args:
        data: the shape of an input.
        half: True if the parameters are stored in half precision.

    Attributes:
        nodes: the nodes added so far.
        parameters: the shapes of the parameters, by their names in MXNet.
        constants: the constant arrays, by name.
        output: the output of the network, once it is built.

    >>> graph = OnnxGraph((784,), half=False)
    >>> graph.FullyConnected(graph.Variable(DATA), name="dense", num_hidden=10).shape
    (10,)
    >>> graph.nodes, graph.parameters
    ([OnnxNode(operator='Gemm', name='dense', inputs=('input', 'dense_weight', 'dense_bias'),
           attributes=(('transB', 1),))], {'dense_weight': (10, 784), 'dense_bias': (10,)})
    """

    def __init__(self, data: Shape, half: bool) -> None:
        self.data, self.half = data, half
        self.nodes: list[OnnxNode] = []
        self.parameters: dict[str, Shape] = {}
        self.constants: dict[str, Array] = {}
        self.output: Tensor

    def stored_arrays(self) -> list[tuple[str, str, Shape]]:
        """Return name, type and shape of the arrays in the file: each parameter, then each constant."""
        halved = {node.name for node in self.nodes if node.inputs == (f"{node.name}_half",)}
        parameters = [
            (f"{name}_half", "float16", shape) if name in halved else (name, "float32", shape)
            for name, shape in self.parameters.items()
        ]
        constants = [(name, str(value.dtype), value.shape) for name, value in self.constants.items()]
        return parameters + constants

    def write(
        self, operator: str, inputs: list[Any], shape: Shape, name: str | None = None, **attributes: Any
    ) -> Tensor:
        """Add a node of an ONNX operator and return its output.

        Args:
            operator: the name of the operator.
            inputs: tensors; numbers and arrays become constants.
            shape: the shape of the output, without the batch axis.
            name: the name of the node; None generates one.
            attributes: the attributes of the operator.
        """
        name = name or f"{operator}_{len(self.nodes)}"
        names = []
        for place, value in enumerate(inputs):
            names.append(value.name if isinstance(value, Tensor) else f"{name}_{place}")
            if not isinstance(value, Tensor):
                self.constants[names[-1]] = np.asarray(value)
        self.nodes.append(OnnxNode(operator, name, tuple(names), tuple(sorted(attributes.items()))))
        return Tensor(self, name, shape)

    def elementwise(self, operator: str, a: Tensor, b: Tensor | float, **attributes: Any) -> Tensor:
        """Add a node of an operator that broadcasts its two inputs."""
        other = b if isinstance(b, Tensor) else np.float32(b)
        return self.write(operator, [a, other], np.broadcast_shapes(a.shape, other.shape), **attributes)

    def number(self, x: Tensor) -> Tensor:
        """Add a node that casts integers and booleans to float32."""
        return self.write("Cast", [x], x.shape, to=FLOAT32)

    def parameter(self, name: str, shape: Shape, *, whole: bool = False) -> Tensor:
        """Add a parameter; if `whole`, it is always stored in single precision."""
        self.parameters[name] = shape
        if whole or not self.half:
            return Tensor(self, name, shape)
        return self.write("Cast", [Tensor(self, f"{name}_half", shape)], shape, name, to=FLOAT32)

    def __getattr__(self, name: str) -> Any:
        """Raise for an operator of MXNet that has no method here."""
        if name.startswith("_"):
            raise AttributeError(name)
        raise OnnxExportError(f"there is no translation of mx.sym.{name}; try other operators")

    # MXNet's operators.

    def Variable(self, name: str, shape: Shape | None = None) -> Tensor:
        if shape is None:
            return Tensor(self, name, self.data)
        # Its first axis meets the batch axis of other tensors.
        return replace(self.parameter(name, shape), shape=shape[1:])

    def FullyConnected(self, x: Tensor, name: str, num_hidden: int, no_bias: bool = False) -> Tensor:
        if len(x.shape) != 1:
            x = self.flatten(x)
        parameters = [self.parameter(f"{name}_weight", (num_hidden, *x.shape))]
        parameters += [] if no_bias else [self.parameter(f"{name}_bias", (num_hidden,))]
        return self.write("Gemm", [x, *parameters], (num_hidden,), name, transB=1)

    def Convolution(
        self, x: Tensor, name: str, kernel: Shape, num_filter: int, pad: Shape = (0, 0), no_bias: bool = False
    ) -> Tensor:
        parameters = [self.parameter(f"{name}_weight", (num_filter, x.shape[0], *kernel))]
        parameters += [] if no_bias else [self.parameter(f"{name}_bias", (num_filter,))]
        shape, attributes = _window(x, num_filter, kernel, (1, 1), pad)
        return self.write("Conv", [x, *parameters], shape, name, **attributes)

    def Pooling(self, x: Tensor, name: str, kernel: Shape, stride: Shape, pool_type: str) -> Tensor:
        shape, attributes = _window(x, x.shape[0], kernel, stride, (0, 0))
        operator = _translate("Pooling", pool_type, {"max": "MaxPool"})
        return self.write(operator, [x], shape, name, **attributes)

    def BatchNorm(
        self, x: Tensor, name: str, fix_gamma: bool, eps: float = 1e-3, momentum: float = 0.9
    ) -> Tensor:
        if fix_gamma:
            raise OnnxExportError(f"{name} has a fixed gamma; try fix_gamma=False, with a gamma of 1")
        # Stored whole: ONNX Runtime does not fuse a norm behind a Cast with the convolution.
        statistics = [
            self.parameter(f"{name}_{each}", x.shape[:1], whole=True)
            for each in ("gamma", "beta", "moving_mean", "moving_var")
        ]
        epsilon = float(np.float32(eps))  # as files hold it
        return self.write("BatchNormalization", [x, *statistics], x.shape, name, epsilon=epsilon)

    def Activation(self, x: Tensor, act_type: str, name: str | None = None) -> Tensor:
        known = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}
        operator = _translate("Activation", act_type, known)
        return self.write(operator, [x], x.shape, name)

    def SoftmaxOutput(self, x: Tensor, label: object, name: str | None = None) -> Tensor:
        return self.write("Softmax", [x], x.shape, name, axis=1)

    def softmax(self, x: Tensor, axis: int) -> Tensor:
        return self.write("Softmax", [x], x.shape, axis=axis)

    def LinearRegressionOutput(self, x: Tensor, label: object, name: str | None = None) -> Tensor:
        return self.write("Identity", [x], x.shape, name)

    def reshape(self, x: Tensor, shape: Shape, name: str | None = None) -> Tensor:
        return self.write("Reshape", [x, np.array(shape, np.int64)], shape[1:], name)

    def flatten(self, x: Tensor, name: str | None = None) -> Tensor:
        return self.write("Flatten", [x], (math.prod(x.shape),), name, axis=1)

    def slice_axis(
        self, x: Tensor, axis: int, begin: int, end: int | None, name: str | None = None
    ) -> Tensor:
        lengths = list(x.shape)
        lengths[axis - 1] = len(range(lengths[axis - 1])[begin:end])
        bounds = [begin, _TO_THE_END if end is None else end, axis]
        return self.write("Slice", [x, *(np.array([n], np.int64) for n in bounds)], tuple(lengths), name)

    def concat(self, *inputs: Tensor, dim: int) -> Tensor:
        lengths = list(inputs[0].shape)
        lengths[dim - 1] = sum(x.shape[dim - 1] for x in inputs)
        return self.write("Concat", [*inputs], tuple(lengths), axis=dim)

    def depth_to_space(self, x: Tensor, block_size: int, name: str | None = None) -> Tensor:
        depth, height, width = x.shape
        shape = (depth // block_size**2, height * block_size, width * block_size)
        return self.write("DepthToSpace", [x], shape, name, blocksize=block_size)

    def one_hot(self, x: Tensor, depth: int, name: str | None = None) -> Tensor:
        number = self.write("Cast", [x], x.shape, to=INT64)
        values = np.array([0, 1], np.float32)
        return self.write("OneHot", [number, np.array(depth, np.int64), values], (*x.shape, depth), name)

    def arange(self, start: int, stop: int, step: int = 1) -> Tensor:
        name = f"arange{len(self.constants)}"
        self.constants[name] = np.arange(start, stop, step, dtype=np.float32)
        return Tensor(self, name, self.constants[name].shape)

    def square(self, x: Tensor) -> Tensor:
        return x * x

    def dot(self, x: Tensor, y: Tensor) -> Tensor:
        return self.write("MatMul", [x, y], y.shape)

    def broadcast_greater_equal(self, x: Tensor, y: Tensor) -> Tensor:
        return self.number(self.elementwise("GreaterOrEqual", x, y))

    def sum(self, x: Tensor, axis: int, keepdims: bool = False) -> Tensor:
        axes = np.array([axis], np.int64)  # an input here, and an attribute of the others until opset 18
        return self.write("ReduceSum", [x, axes], _reduction_shape(x, axis, keepdims), keepdims=int(keepdims))

    def _reduce(self, operator: str, x: Tensor, axis: int, keepdims: bool = False) -> Tensor:
        shape = _reduction_shape(x, axis, keepdims)
        return self.write(operator, [x], shape, axes=(axis,), keepdims=int(keepdims))

    def _map(self, operator: str, x: Tensor) -> Tensor:
        return self.write(operator, [x], x.shape)

    exp = functools.partialmethod(_map, "Exp")
    log = functools.partialmethod(_map, "Log")
    maximum = functools.partialmethod(elementwise, "Max")
    broadcast_sub = functools.partialmethod(elementwise, "Sub")
    broadcast_mul = functools.partialmethod(elementwise, "Mul")
    mean = functools.partialmethod(_reduce, "ReduceMean")
    max = functools.partialmethod(_reduce, "ReduceMax")
    min = functools.partialmethod(_reduce, "ReduceMin")


def _translate(operator: str, kind: str, known: dict[str, str]) -> str:
    """Return the ONNX operator of a kind of an MXNet operator."""
    if kind not in known:
        kinds = " or ".join(map(repr, known))
        raise OnnxExportError(f"there is no translation of {operator} of type {kind!r}; try {kinds}")
    return known[kind]


def _window(
    x: Tensor, depth: int, kernel: Shape, stride: Shape, pad: Shape
) -> tuple[Shape, dict[str, Shape]]:
    """Return the output shape and the attributes of a window sliding over a tensor."""
    sides = zip(x.shape[1:], kernel, stride, pad, strict=True)
    shape = (depth, *((side + 2 * p - k) // step + 1 for side, k, step, p in sides))
    return shape, {"kernel_shape": kernel, "strides": stride, "pads": 2 * pad}


def _reduction_shape(x: Tensor, axis: int, keepdims: bool) -> Shape:
    """Return the shape of a tensor after the reduction of an axis; axis 0 is the batch."""
    return (*x.shape[: axis - 1], *([1] if keepdims else []), *x.shape[axis:])


def onnx_graph(network: Network, *, half: bool) -> OnnxGraph:
    """Return the graph of a network; half is as in `OnnxGraph`.

    Raises:
        OnnxExportError: the network has an operator or an argument that is not translated.
    """
    data, _ = feed_shapes(network, 1)
    graph = OnnxGraph(data[1:], half)
    try:
        graph.output = network.get_symbol(network.pixels, graph)
    except (OnnxExportError, TypeError) as error:  # TypeError of arguments that a method does not take
        raise OnnxExportError(
            f"the {network.name} can't be written in ONNX's format: {error}; "
            "or let MXNet answer, which needs no such file"
        ) from error
    return graph


# --- the file ---------------------------------------------------------------------------------------------


def export_onnx(
    prefix: str | os.PathLike[str], epoch: int, network: Network, *, to: Edition | None = None
) -> Path:
    """Export a checkpoint of MXNet in ONNX's format, to an atomically replaced file beside it.

    Args:
        prefix, epoch, network: as in `checkpoint.load_module`.
        to: the edition to write to; None begins one for this file.

    Returns:
        The path of the file.

    Raises:
        CheckpointError: as `checkpoint.load_module` does.
        OnnxExportError: as `onnx_graph` does.
        ImportError: MXNet or the package onnx is not installed.
        OSError: the file can't be written.
    """
    path = onnx_path(prefix, epoch)
    with edition(path.parent, within=to) as new:
        values = checkpoint.read_checkpoint(prefix, epoch, network, new)
        graph = onnx_graph(network, half={value.itemsize for value in values.values()} == {2})
        digests = " ".join(checkpoint.digests_of(prefix, epoch, network, new).values())
        about = {"network": network.name, "params": digests}
        content = _model(graph, values, about).SerializeToString()
        new.write(path.name, lambda temporary: temporary.write_bytes(content))
    return path


def _model(graph: OnnxGraph, values: dict[str, Array], about: dict[str, str]) -> Any:
    try:
        import onnx
    except ImportError as error:
        raise ImportError(
            'writing networks in ONNX\'s format needs the package onnx: pip install "mxspec[export]"'
        ) from error
    helper, as_tensor, float32 = onnx.helper, onnx.numpy_helper.from_array, onnx.TensorProto.FLOAT
    parameters = [
        as_tensor(values[name].astype(kind), stored)
        for name, (stored, kind, _) in zip(graph.parameters, graph.stored_arrays(), strict=False)
    ]
    model = helper.make_model(
        helper.make_graph(
            [
                helper.make_node(node.operator, node.inputs, [node.name], node.name, **dict(node.attributes))
                for node in graph.nodes
            ],
            about["network"],
            [helper.make_tensor_value_info(DATA, float32, ["batch", *graph.data])],
            [helper.make_tensor_value_info(graph.output.name, float32, ["batch", *graph.output.shape])],
            parameters + [as_tensor(value, name) for name, value in graph.constants.items()],
        ),
        producer_name=MAKER,
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    helper.set_model_props(model, about)
    onnx.checker.check_model(model, full_check=True)
    return model


class OnnxFile:
    """A verified network file in ONNX's format.

    Args:
        prefix, epoch: the file is `PREFIX-EPOCH.onnx`.
        network: the expected network.
        files: as in `checkpoint.load_module`.

    Attributes:
        session: a session of ONNX Runtime.
        shape, outputs: the shapes of one input and one output.
        digests: the SHA-256 of the exported MXNet parameters, by the names of the networks.

    Raises:
        CheckpointError: the file is missing or damaged, belongs to another network, or has other parameters
            than the file beside it. Where there is no such file, nothing can be compared.
        OnnxExportError: as `onnx_graph` does.
        ImportError: ONNX Runtime is not installed.
    """

    def __init__(self, prefix: str | os.PathLike[str], epoch: int, network: Network, files: FileSet) -> None:
        self._error = functools.partial(_onnx_error, onnx_path(prefix, epoch), network)
        self._content = files.read(onnx_path(prefix, epoch).name, self._error)
        try:
            content = read_onnx(self._content)
        except OnnxFormatError as error:
            raise self._error(f"it is damaged, or another kind of file: {error}") from error
        about = content.metadata
        if about.get("network") != network.name:
            raise self._error(f"it is one of {about.get('network', 'something else'):.60}")
        if keys := ", ".join(sorted((about.keys() - _EARLIER) ^ _METADATA)):
            raise self._error(
                f"expected the metadata {', '.join(sorted(_METADATA))}; other or missing: {keys:.200}"
            )
        graph = self._check_graph(network, content)
        names = [part.name for part in network.parts or (network,)]
        self.digests = dict(zip(names, about["params"].split(), strict=False))
        for name, digest in checkpoint.digests_of(prefix, epoch, network, files).items():
            if self.digests.get(name) != digest:
                params = params_path(name, epoch)
                raise self._error(f"it was written from another {params} than the one beside it")
        # The digest is what the file says of itself.
        for name, values in checkpoint.params_beside(prefix, epoch, network, files).items():
            if difference := _difference_from_params(
                graph, content, f"{name}_" * bool(network.parts), values
            ):
                raise self._error(f"it differs from {params_path(name, epoch)} beside it: {difference}")
        self.session = self.open_session()

    def open_session(self) -> Any:
        """Return a new session of ONNX Runtime."""
        # It calls home, from some seconds after its import on, and reads this while it is imported. Its own
        # disable_telemetry_events() leaves the look-ups and a folder in ~/.cache. A user's setting stays.
        os.environ.setdefault(NO_TELEMETRY, "1")
        import onnxruntime

        check_settings()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads(), 1
        options.log_severity_level = _QUIET
        try:
            return onnxruntime.InferenceSession(self._content, options, ["CPUExecutionProvider"])
        except Exception as error:  # its exceptions have no public base class
            raise self._error("it is damaged, or another kind of file") from error

    def _check_graph(self, network: Network, content: OnnxContent) -> OnnxGraph:
        """Check that this program builds the same graph; set the shapes and return it."""
        shapes = tuple(axes[1:] for _, axes in (*content.inputs, *content.outputs))
        graph = onnx_graph(network, half=any(array.itemsize == 2 for array in content.arrays.values()))
        if shapes != (graph.data, graph.output.shape):
            raise self._error(f"expected shapes {(graph.data, graph.output.shape)}, found {shapes!s:.200}")
        self.shape, self.outputs = graph.data, graph.output.shape
        if difference := content_difference(graph, content):
            raise self._error(f"its graph is not the one that this program builds: {difference}")
        return graph


def content_difference(graph: OnnxGraph, content: OnnxContent) -> str:
    """Return the first difference of a file's content from a graph in words, "" if they are equal."""
    versions, ends = (IR_VERSION, {"": OPSET}), [(DATA, graph.data), (graph.output.name, graph.output.shape)]
    expected_values = [(name, ("batch", *shape)) for name, shape in ends]
    arrays = graph.stored_arrays()
    names = [f"{name!r}, {kind} {shape}" for name, kind, shape in arrays]
    actual_names = [f"{name!r}, {array.dtype} {array.shape}" for name, array in content.arrays.items()]
    pairs: list[tuple[str, object, object]] = [
        ("the versions", versions, content.versions),
        ("inputs and outputs", expected_values, [*content.inputs, *content.outputs]),
        *((f"node {i}", *nodes) for i, nodes in enumerate(zip(graph.nodes, content.nodes, strict=False))),
        ("the number of nodes", len(graph.nodes), len(content.nodes)),
        *((f"array {i}", *texts) for i, texts in enumerate(zip(names, actual_names, strict=False))),
        ("the number of arrays", len(names), len(actual_names)),
    ]
    for what, expected, actual in pairs:
        # Not ==, by which 1, 1.0 and True are equal.
        if repr(expected) != repr(actual):
            return f"expected {what} to be {expected}, found {actual!s:.200}"
    for name, value in graph.constants.items():
        if content.arrays[name].tobytes() != value.tobytes():
            return f"expected other values of the constant {name}"
    lost = checkpoint.non_finite_names(
        {name: content.arrays[name] for name, *_ in arrays[: len(graph.parameters)]}
    )
    return f"expected finite numbers, but not so in {lost}" if lost else ""


def _difference_from_params(
    graph: OnnxGraph, content: OnnxContent, start: str, values: dict[str, Array]
) -> str:
    """Return the first difference of the parameters in a file from those of a part in words, "" if equal.

    Args:
        graph: the graph of the file.
        content: the content of the file.
        start: the text that begins the names of the part's parameters in the graph.
        values: the part's parameters.
    """
    stored = {
        name: array
        for name, (array, *_) in zip(graph.parameters, graph.stored_arrays(), strict=False)
        if name.startswith(start)
    }
    if others := sorted(stored.keys() ^ {start + name for name in values}):
        return f"only one of them has {', '.join(others):.200}"
    for name, value in values.items():
        ours, theirs = value, content.arrays[stored[start + name]]
        if ours.dtype != theirs.dtype:  # of the norms, which are stored whole
            ours, theirs = ours.astype(np.float32), theirs.astype(np.float32)
        if ours.shape != theirs.shape or ours.tobytes() != theirs.tobytes():
            return f"other values of {name}"
    return ""


def _onnx_error(path: Path, network: Network, what: str) -> CheckpointError:
    return CheckpointError(
        f"{path} is not the {network.name} in ONNX's format: {what}; to write it from a checkpoint: "
        f"python -m autoencoder export --model-dir {path.parent}"
    )
