"""The description of a graph, as MXNet writes it in JSON, compared with the one that the code builds."""

import ast
import hashlib
import json
import re
from typing import Any, NamedTuple

from autoencoder.networks.mx import mx
from autoencoder.networks.network import Network, symbol_for


class Node(NamedTuple):
    """A node of a graph.

    Attributes:
        operator: its kind; "null" is that of an input or a parameter.
        name: its name; "" if MXNet gave it one, which differs from graph to graph.
        attributes: what the operator is told, such as `act_type`.
        inputs: the numbers of the nodes that it takes, and which of their outputs.
    """

    operator: str
    name: str
    attributes: tuple[tuple[str, Any], ...]
    inputs: tuple[tuple[int, int], ...]


Graph = tuple[tuple[Node, ...], tuple[tuple[int, int], ...]]  # the nodes in order, and the outputs


def graph_of(description: Any) -> Graph:
    """Return a graph in a form that can be compared.

    Args:
        description: the value of the JSON, of MXNet 1.9 or an earlier one.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: it does not describe a graph.
    """
    return tuple(map(_node, description["nodes"])), tuple(map(_output, description["heads"]))


def graph_for(network: Network, pixels: int) -> tuple[mx.sym.Symbol, Graph]:
    """Return the graph that a network has for images of so many pixels, also as MXNet's symbol."""
    symbol = symbol_for(network, pixels)
    return symbol, graph_of(json.loads(symbol.tojson()))


def difference(expected: Graph, actual: Graph) -> str:
    """Return where two graphs differ first, "" if they are equal.

    A name that MXNet gave to a node of either is left aside; the original names its losses so.
    """
    for number, (one, other) in enumerate(zip(expected[0], actual[0], strict=False)):
        named = one if one.name and other.name else one._replace(name=other.name)
        if named != other:
            return f"expected node {number} to be {_text(one)}, found {_text(other)}"
    if len(expected[0]) != len(actual[0]):
        return f"expected {len(expected[0])} nodes, found {len(actual[0])}"
    return "" if expected[1] == actual[1] else f"expected the outputs {expected[1]}, found {actual[1]}"


def digest_of(graph: Graph) -> str:
    """Return the SHA-256 of a graph, in hexadecimal."""
    return hashlib.sha256(repr(graph).encode()).hexdigest()


def _node(node: Any) -> Node:
    operator, name = str(node["op"]), str(node["name"])
    # Before MXNet 1.0 the key was another.
    attributes = node.get("attrs") or node.get("attr") or node.get("param") or {}
    if operator == "null":  # of a parameter they are for its initializer, or a copy of those of its operator
        attributes = {}
    told = tuple(sorted((key, _value(text)) for key, text in attributes.items()))
    return Node(operator, _name(operator, name), told, tuple(map(_output, node["inputs"])))


def _output(place: Any) -> tuple[int, int]:
    node, output = place[0], place[1]
    if type(node) is not int or type(output) is not int:
        raise TypeError(f"expected the numbers of a node and an output, found {place!r}")
    return node, output


def _name(operator: str, name: str) -> str:
    # MXNet counts its own names by the operator: softmaxoutput0, _mulscalar1, reshape2; _plus0 is a sum.
    stem = name.rstrip("0123456789")
    own = {operator.lower(), operator.lower().replace("_scalar", "scalar"), "_plus", "_minus", "_mul"}
    return "" if operator != "null" and stem != name and stem in own else name


def _value(text: Any) -> Any:
    """Return the value of an attribute, which other languages write with other spaces and cases."""
    if not isinstance(text, str):
        raise TypeError(f"expected the text of an attribute, found {text!r}")
    if re.fullmatch("true|false", text, re.IGNORECASE):
        return text.lower() == "true"
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError):
        return text


def _text(node: Node) -> str:
    told = ", ".join(f"{key}={value}" for key, value in node.attributes)
    taken = ", ".join(str(number) for number, _ in node.inputs)
    return f"{node.operator}({told}) {node.name!r} of {taken or 'nothing'}"
