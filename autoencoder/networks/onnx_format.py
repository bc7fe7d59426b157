"""The content of files in ONNX's format, read strictly and without the package onnx.

A file is a message of Protocol Buffers (https://protobuf.dev/programming-guides/encoding): a sequence of
fields, each with a number, a type and a value, which may be a message again. ONNX has many more fields than
`export_onnx` writes (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Some of them run subgraphs,
call functions or read other files, so any field that is not written is an error here. So is whatever two
readers could understand differently: a field given twice, or a number with superfluous zeros.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from autoencoder.data.pictures import Array

FLOAT32, INT64, FLOAT16 = 1, 7, 10  # of onnx.TensorProto.DataType
_TYPES: dict[int, Any] = {FLOAT32: "<f4", INT64: "<i8", FLOAT16: "<f2"}
_VALUES = {
    1: "f",
    2: "i",
    7: "ints",
}  # the field of an attribute's value, by onnx.AttributeProto.AttributeType

_MOST_FIELDS = 20_000  # of a file; recognition, the largest network, has 1,271
_MOST_AXES = 6


class OnnxFormatError(ValueError):
    """The content is damaged or has what no exported network has; the message says what and where."""


class OnnxNode(NamedTuple):
    """A node of a graph; its name is also the name of its output."""

    operator: str
    name: str
    inputs: tuple[str, ...]
    attributes: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        attributes = ", ".join(f"{name}={value}" for name, value in self.attributes)
        return f"{self.operator}({attributes}) {self.name!r} of {', '.join(map(repr, self.inputs))}"


Dimensions = tuple[str | int, ...]  # a name stands for any length


@dataclass(frozen=True)
class OnnxContent:
    """The content of a file.

    Attributes:
        nodes: the nodes of the graph, in order.
        arrays: the parameters and the constants, by name, in order.
        inputs, outputs: the names and the shapes of the graph's inputs and outputs, all float32.
        metadata: the texts of the file's metadata, by key.
        versions: the version of the format, and of each set of operators by its domain; ONNX's own is "".
    """

    nodes: list[OnnxNode]
    arrays: dict[str, Array]
    inputs: list[tuple[str, Dimensions]]
    outputs: list[tuple[str, Dimensions]]
    metadata: dict[str, str]
    versions: tuple[int, dict[str, int]]


def read_onnx(content: bytes) -> OnnxContent:
    """Return the content of a file that `export_onnx` wrote.

    Args:
        content: the bytes of the file. All lengths are checked before any array is created.

    Raises:
        OnnxFormatError: the content is damaged, or has a field or a type of values that is never exported.
    """
    model = _Reader(content).message(0, len(content), _MODEL, "model")
    graph = model["graph"]
    arrays = [
        _read_tensor(tensor, f"graph.initializer[{i}]") for i, tensor in enumerate(graph["initializer"])
    ]
    opsets = [(opset.get("domain", ""), opset["version"]) for opset in model["opset_import"]]
    return OnnxContent(
        [_read_node(node, f"graph.node[{i}]") for i, node in enumerate(graph["node"])],
        _unique(arrays, "graph.initializer"),
        [_read_value_info(value, f"graph.input[{i}]") for i, value in enumerate(graph["input"])],
        [_read_value_info(value, f"graph.output[{i}]") for i, value in enumerate(graph["output"])],
        _unique([(each["key"], each["value"]) for each in model["metadata_props"]], "metadata_props"),
        (model["ir_version"], _unique(opsets, "opset_import")),
    )


def _read_node(node: dict[str, Any], place: str) -> OnnxNode:
    if node["output"] != [node["name"]]:
        raise OnnxFormatError(f"expected one output at {place}, with the node's name, found another")
    attributes = []
    for number, attribute in enumerate(node["attribute"]):
        values = {name: value for name, value in attribute.items() if name not in ("name", "type")}
        if not values["ints"]:
            del values["ints"]
        if list(values) != [_VALUES.get(attribute["type"])]:
            raise OnnxFormatError(
                f"expected a number or numbers at {place}.attribute[{number}], as its type says"
            )
        (value,) = values.values()
        attributes.append((attribute["name"], tuple(value) if isinstance(value, list) else value))
    return OnnxNode(node["op_type"], node["name"], tuple(node["input"]), tuple(attributes))


def _read_tensor(tensor: dict[str, Any], place: str) -> tuple[str, Array]:
    shape, values = tensor["dims"], tensor["raw_data"]
    if tensor["data_type"] not in _TYPES:
        raise OnnxFormatError(
            f"expected float32, float16 or int64 at {place}, found type {tensor['data_type']}"
        )
    kind = np.dtype(_TYPES[tensor["data_type"]])
    if len(shape) > _MOST_AXES or min(shape, default=1) < 1:
        raise OnnxFormatError(f"expected {_MOST_AXES} axes or fewer at {place}, none of them empty")
    if math.prod(shape) * kind.itemsize != len(values):
        raise OnnxFormatError(
            f"expected values for the shape {tuple(shape)} at {place}, found {len(values)} bytes"
        )
    return tensor["name"], np.frombuffer(values, kind).reshape(shape)


def _read_value_info(value: dict[str, Any], place: str) -> tuple[str, Dimensions]:
    tensor = value["type"]["tensor_type"]
    axes = [list(axis.values()) for axis in tensor["shape"]["dim"]]
    if tensor["elem_type"] != FLOAT32 or len(axes) > _MOST_AXES or any(len(axis) != 1 for axis in axes):
        raise OnnxFormatError(
            f"expected float32 of {_MOST_AXES} axes or fewer, each of one length, at {place}"
        )
    return value["name"], tuple(axis[0] for axis in axes)


def _unique(pairs: list[tuple[str, Any]], place: str) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise OnnxFormatError(f"expected different names at {place}, found one twice")
    return dict(pairs)


# --- fields -----------------------------------------------------------------------------------------------

INT, FLOAT, TEXT, BYTES = "int", "float", "text", "bytes"
_WIRE_TYPES = {INT: 0, FLOAT: 5}  # of others, also of messages, it is 2: a length and as many bytes


class _Field(NamedTuple):
    """A field of a message: its name, the kind of its value, and how often it may be there."""

    name: str
    kind: "str | Mapping[int, _Field]"
    least: int = 1
    most: int = 1


def _any_number(name: str, kind: "str | Mapping[int, _Field]") -> _Field:
    return _Field(name, kind, 0, _MOST_FIELDS)


def _optional(name: str, kind: str) -> _Field:
    return _Field(name, kind, 0)


_ATTRIBUTE = {
    1: _Field("name", TEXT),
    2: _optional("f", FLOAT),
    3: _optional("i", INT),
    8: _any_number("ints", INT),
    20: _Field("type", INT),
}
_NODE = {
    1: _any_number("input", TEXT),
    2: _any_number("output", TEXT),
    3: _Field("name", TEXT),
    4: _Field("op_type", TEXT),
    5: _any_number("attribute", _ATTRIBUTE),
}
_TENSOR = {
    1: _any_number("dims", INT),
    2: _Field("data_type", INT),
    8: _Field("name", TEXT),
    9: _Field("raw_data", BYTES),
}
_DIMENSION = {1: _optional("dim_value", INT), 2: _optional("dim_param", TEXT)}
_TENSOR_TYPE = {1: _Field("elem_type", INT), 2: _Field("shape", {1: _any_number("dim", _DIMENSION)})}
_VALUE = {1: _Field("name", TEXT), 2: _Field("type", {1: _Field("tensor_type", _TENSOR_TYPE)})}
_GRAPH = {
    1: _any_number("node", _NODE),
    2: _Field("name", TEXT),
    5: _any_number("initializer", _TENSOR),
    11: _any_number("input", _VALUE),
    12: _any_number("output", _VALUE),
}
_MODEL = {
    1: _Field("ir_version", INT),
    2: _optional("producer_name", TEXT),
    7: _Field("graph", _GRAPH),
    8: _any_number("opset_import", {1: _optional("domain", TEXT), 2: _Field("version", INT)}),
    14: _any_number("metadata_props", {1: _Field("key", TEXT), 2: _Field("value", TEXT)}),
}
# What else ONNX has and a user may have put into a file, to name it.
_NAMES = {
    (id(_ATTRIBUTE), 5): "a tensor",
    (id(_ATTRIBUTE), 6): "a subgraph",
    (id(_ATTRIBUTE), 11): "subgraphs",
    (id(_NODE), 7): "a domain of other operators",
    (id(_TENSOR), 13): "external data",
    (id(_TENSOR), 14): "external data",
    (id(_GRAPH), 15): "sparse parameters",
    (id(_MODEL), 20): "training information",
    (id(_MODEL), 25): "functions",
}


class _Reader:
    """Reads messages; each of their fields has a place such as `graph.node[3].name`."""

    def __init__(self, content: bytes) -> None:
        self._content, self._view, self._fields = content, memoryview(content), 0

    def message(self, start: int, end: int, fields: Mapping[int, _Field], place: str) -> dict[str, Any]:
        """Return the values of the fields by name; those that may be there often are lists."""
        values: dict[int, list[Any]] = {number: [] for number in fields}
        while start < end:
            self._fields += 1
            if self._fields > _MOST_FIELDS:
                raise OnnxFormatError(f"expected {_MOST_FIELDS:,} fields or fewer")
            tag, start = self._number(start, end, place)
            number, wire_type = tag >> 3, tag & 7
            if number not in fields:
                raise OnnxFormatError(
                    f"it has {_NAMES.get((id(fields), number), f'field {number}')} at {place}"
                )
            name, kind, _, most = fields[number]
            if most > 1:
                name = f"{name}[{len(values[number])}]"
            inner = name if place == "model" else f"{place}.{name}"
            if wire_type != (_WIRE_TYPES.get(kind, 2) if isinstance(kind, str) else 2):
                raise OnnxFormatError(f"expected another type at {inner}, found {wire_type}")
            if len(values[number]) == most:
                raise OnnxFormatError(f"expected {inner} once, found it twice")
            value, start = self._value(start, end, kind, inner)
            values[number].append(value)
        if missing := [field.name for number, field in fields.items() if len(values[number]) < field.least]:
            raise OnnxFormatError(f"expected {', '.join(missing)} at {place}, found nothing")
        return {
            field.name: values[number] if field.most > 1 else values[number][0]
            for number, field in fields.items()
            if field.most > 1 or values[number]
        }

    def _value(self, start: int, end: int, kind: str | Mapping[int, _Field], place: str) -> tuple[Any, int]:
        """Return the value of a field that begins at start, and the start of the next one."""
        if kind == INT:
            number, start = self._number(start, end, place)
            return number - (1 << 64 if number >> 63 else 0), start
        length, start = (4, start) if kind == FLOAT else self._number(start, end, place)
        if length > end - start:
            raise OnnxFormatError(f"expected {length} bytes at {place}, found {end - start}")
        stop = start + length
        if not isinstance(kind, str):
            return self.message(start, stop, kind, place), stop
        content = self._view[start:stop]
        if kind == FLOAT:
            return float(np.frombuffer(content, "<f4")[0]), stop
        if kind == BYTES:
            return content, stop
        try:
            return str(content, "utf-8"), stop
        except UnicodeDecodeError as error:
            raise OnnxFormatError(f"expected text at {place}: {error.reason}") from None

    def _number(self, start: int, end: int, place: str) -> tuple[int, int]:
        """Return a number of 7 bits a byte, the lowest first; all bytes but the last have the eighth bit."""
        number = 0
        for count, byte in enumerate(self._content[start : min(end, start + 10)]):
            number |= (byte & 0x7F) << 7 * count
            if byte < 0x80:
                if (count and not byte) or number >> 64:
                    break
                return number, start + count + 1
        raise OnnxFormatError(f"expected a number at {place}, byte {start}")
