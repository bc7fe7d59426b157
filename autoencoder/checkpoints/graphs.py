"""Graphs, as MXNet describes them in JSON, and their comparison with those that the code builds."""

import ast
import json
import re
from typing import Any, NamedTuple

from autoencoder.networks.mx import mx
from autoencoder.networks.network import Network, symbol_for


class Node(NamedTuple):
    """A node of a graph.

    Attributes:
        operator: its kind; "null" is that of an input or a parameter.
        name: its name; "" for one of MXNet's own, which differs from graph to graph.
        attributes: the operator's settings, such as `act_type`.
        inputs: for each input, the number of the node it comes from and of that node's output.
    """

    operator: str
    name: str
    attributes: tuple[tuple[str, Any], ...]
    inputs: tuple[tuple[int, int], ...]


Graph = tuple[tuple[Node, ...], tuple[tuple[int, int], ...]]  # the nodes in order, and the outputs


def graph_of(description: Any) -> Graph:
    """Return a graph in a form that can be compared with others.

    Args:
        description: the value of the JSON, of MXNet 1.9 or an earlier one.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: it does not describe a graph.
    """
    return tuple(map(_node, description["nodes"])), tuple(map(_output, description["heads"]))


def graph_for(network: Network, pixels: int) -> tuple[mx.sym.Symbol, Graph]:
    """Return the graph of a network for images of `pixels` pixels, as MXNet's symbol and as a Graph."""
    symbol = symbol_for(network, pixels)
    return symbol, graph_of(json.loads(symbol.tojson()))


def difference(expected: Graph, actual: Graph) -> str:
    """Return the first difference of two graphs in words, "" if they are equal.

    Where MXNet named a node of either by itself, the names are not compared; the original's losses are such.
    """
    for number, (one, other) in enumerate(zip(expected[0], actual[0], strict=False)):
        expected_node = one if one.name and other.name else one._replace(name=other.name)
        if expected_node != other:
            return f"expected node {number} to be {_text(one)}, found {_text(other)}"
    if len(expected[0]) != len(actual[0]):
        return f"expected {len(expected[0])} nodes, found {len(actual[0])}"
    return "" if expected[1] == actual[1] else f"expected the outputs {expected[1]}, found {actual[1]}"


def _node(node: Any) -> Node:
    operator, name = str(node["op"]), str(node["name"])
    # Before MXNet 1.0 the key was different.
    texts = node.get("attrs") or node.get("attr") or node.get("param") or {}
    if operator == "null":  # a parameter's are for its initializer, or a copy of those of its operator
        texts = {}
    attributes = tuple(sorted((key, _value(text)) for key, text in texts.items()))
    return Node(operator, _name(operator, name), attributes, tuple(map(_output, node["inputs"])))


def _output(place: Any) -> tuple[int, int]:
    node, output = place[0], place[1]
    if type(node) is not int or type(output) is not int:
        raise TypeError(f"expected the numbers of a node and an output, found {place!r}")
    return node, output


def _name(operator: str, name: str) -> str:
    # MXNet makes names of the operator and a number: softmaxoutput0, _mulscalar1, reshape2; _plus0 is a sum.
    stem = name.rstrip("0123456789")
    own = {operator.lower(), operator.lower().replace("_scalar", "scalar"), "_plus", "_minus", "_mul"}
    return "" if operator != "null" and stem != name and stem in own else name


def _value(text: Any) -> Any:
    """Return the value of an attribute; languages differ in the spaces and cases that they write."""
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
