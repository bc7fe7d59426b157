"""Graphs as MXNet describes them, in a form that can be compared."""

import pytest

from autoencoder.networks.checkpoint import graph_difference, graph_of


def described(*, second="sum", inputs=((0, 1, 7), (0, 2, 8)), heads=((1, 3, 9),), attrs=None):
    """The description of an input and of an operator on two of its outputs."""
    nodes = [
        {"op": "null", "name": "x", "inputs": []},
        {"op": "Plus", "name": second, "inputs": inputs, "attrs": attrs or {"axis": "1", "keep": "True"}},
    ]
    return {"nodes": nodes, "heads": heads}


def test_inputs_of_all_versions_of_graphs_are_read():
    (_, node), heads = graph_of(described())
    assert (node.inputs, heads) == (((0, 1), (0, 2)), ((1, 3),))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (described(), ""),
        (described(attrs={"keep": "true", "axis": " 1"}), ""),  # as other languages write it
        (described(inputs=((0, 1, 0), (0, 2, 0)), heads=((1, 3, 0),)), ""),
        (described(second="plus0"), ""),  # a name that MXNet gave
        (
            described(second="total"),
            "expected node 1 to be Plus(axis=1, keep=True) 'sum' of 0, 0, found .*'total'",
        ),
        (described(attrs={"axis": "2", "keep": "True"}), "found Plus(axis=2, keep=True)"),
        (described(inputs=((0, 1, 7), (0, 1, 7))), "expected node 1 to be"),
        (described(heads=((1, 2, 9),)), "expected the outputs ((1, 3),), found ((1, 2),)"),
    ],
)
def test_the_first_difference_is_told(other, words):
    told = graph_difference(graph_of(described()), graph_of(other))
    assert told == "" if words == "" else all(part in told for part in words.split(".*"))


def test_graphs_of_other_lengths_differ():
    longer = described()
    longer["nodes"].append(longer["nodes"][0])
    assert graph_difference(graph_of(described()), graph_of(longer)) == "expected 2 nodes, found 3"


@pytest.mark.parametrize("place", [[0], [0.0, 1], ["0", "1"], [0, True]])
def test_an_invalid_input_of_a_node_is_an_error(place):
    with pytest.raises((IndexError, TypeError)):
        graph_of(described(heads=(place,)))
