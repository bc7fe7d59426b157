"""Files of parameters and graphs: any part of them can be a lie, and none is believed."""

import struct

import numpy as np
import pytest

from autoencoder.networks.checkpoint import ParamsError, graph_difference, graph_of, read_params
from autoencoder.networks.mx import is_installed, mx

needs_mxnet = pytest.mark.skipif(not is_installed(), reason="needs MXNet")


def frame(*, magic=0x112, reserved=0, count=1, array=None, names=((18, b"arg:encode1_weight"),), rest=b""):
    """The content of a file of parameters, any part of which can be a lie."""
    content = struct.pack("<QQQ", magic, reserved, count) + (one_array() if array is None else array)
    content += struct.pack("<Q", len(names))
    return content + b"".join(struct.pack("<Q", length) + name for length, name in names) + rest


def one_array(*, magic=0xF993FAC9, storage=0, shape=(2, 3), axes=None, device=1, kind=0, values=None):
    head = struct.pack("<Iii", magic, storage, len(shape) if axes is None else axes)
    head += struct.pack(f"<{len(shape)}q", *shape) + struct.pack("<iii", device, 0, kind)
    return head + (bytes(24) if values is None else values)


CRAFTED = {
    "nothing": b"",
    "a letter": b"x",
    "another magic number": frame(magic=0x113),
    "a reserved number": frame(reserved=1),
    "2^60 arrays": frame(count=1 << 60),
    "more arrays than there are": frame(count=2),
    "fewer": frame(count=0),
    "an old format": frame(array=one_array(magic=0xF993FAC8)),
    "a sparse array": frame(array=one_array(storage=1)),
    "no axes": frame(array=one_array(shape=())),
    "a negative number of axes": frame(array=one_array(axes=-1)),
    "2^31 axes": frame(array=one_array(axes=(1 << 31) - 1)),
    "a negative length": frame(array=one_array(shape=(-2, -3))),
    "a length of 0": frame(array=one_array(shape=(0, 3))),
    "2^62 values": frame(array=one_array(shape=(1 << 31, 1 << 31))),
    "lengths whose product overflows": frame(array=one_array(shape=(1 << 62, 1 << 62, 1 << 62))),
    "another device": frame(array=one_array(device=99)),
    "whole numbers": frame(array=one_array(kind=4)),
    "float64": frame(array=one_array(kind=1, values=bytes(48))),
    "an unknown type": frame(array=one_array(kind=77)),
    "a name of 2^63 bytes": frame(names=((1 << 63, b"a"),)),
    "a name twice": frame(count=2, array=2 * one_array(), names=2 * ((1, b"a"),)),
    "no names": frame(names=()),
    "a name that is no text": frame(names=((2, b"\xff\xfe"),)),
    "bytes at the end": frame(rest=b"x"),
}


def test_a_small_file_of_parameters_is_read():
    arrays = read_params(frame())
    assert {name: array.shape for name, array in arrays.items()} == {"arg:encode1_weight": (2, 3)}


@pytest.mark.parametrize("content", CRAFTED.values(), ids=CRAFTED)
def test_parameters_that_lie_are_refused_before_memory_is_taken(content):
    with pytest.raises(ParamsError, match=r"^expected .*, found "):
        read_params(content)


@needs_mxnet
def test_our_reader_reads_files_written_by_mxnet(tmp_path):
    arrays = {"arg:a": np.arange(6).reshape(2, 3), "aux:b": np.ones((1, 2, 3, 4)), "c": np.zeros(5)}
    for dtype in (np.float32, np.float16):
        mx.nd.save(
            str(tmp_path / "x"), {name: mx.nd.array(each, dtype=dtype) for name, each in arrays.items()}
        )
        again = read_params((tmp_path / "x").read_bytes())
        assert list(again) == list(arrays)
        assert all(
            (again[name] == each).all() and again[name].dtype == dtype for name, each in arrays.items()
        )


# --- graphs, in a form that can be compared -----------------------------------------------------------------


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
        (described(second="total"), "expected the layers sum(), found total()"),
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
