"""Files in ONNX's format that somebody made: only the graph that the program builds reaches ONNX Runtime."""

import hashlib
import shutil
import struct

import numpy as np
import pytest

from autoencoder import discriminator
from autoencoder.data.storage import CheckpointError, edition
from autoencoder.digits import digit_generator
from autoencoder.networks import onnx
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.onnx_format import OnnxFormatError, read_onnx
from autoencoder.networks.predictor import Predictor
from tests.autoencoder.networks.shipped_networks import each_shipped, prefix_of

pytest.importorskip("onnxruntime", reason="it runs the files")
proto = pytest.importorskip("onnx", reason="it makes the files")
helper, TensorProto = proto.helper, proto.TensorProto
NETWORK, FILE = discriminator.network(), "discriminator-0003.onnx"


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(SHIPPED, tmp_path / "model")


def fit(folder, content, name=FILE):
    """Write a file into a folder, with a manifest that fits it."""
    with edition(folder) as new:
        new.write(name, lambda path: path.write_bytes(content))


def model_of(name=FILE):
    """The model that ships."""
    return proto.load_model(SHIPPED / name)


def node(model, name):
    [found] = [node for node in model.graph.node if node.name == name]
    return found


def array(model, name):
    [found] = [array for array in model.graph.initializer if array.name == name]
    return found


def put_in(operator, *nodes, **attributes):
    """Let the operator, and what stands before it, come between the first activation and the next layer."""

    def change(model):
        made = helper.make_node(operator, ["sigmoid1"], ["more"], "more", **attributes)
        model.graph.node[2].input[0] = "more"
        model.graph.node.insert(2, made)
        for each in reversed(nodes):
            model.graph.node.insert(2, each)

    return change


def loop(model):
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["on"], "on"),
            helper.make_node("Add", ["x", "x"], ["y"], "y"),
        ],
        "body",
        [
            value("i", TensorProto.INT64, []),
            value("go", TensorProto.BOOL, []),
            value("x", TensorProto.FLOAT, None),
        ],
        [value("on", TensorProto.BOOL, []), value("y", TensorProto.FLOAT, None)],
    )
    made = helper.make_node("Loop", ["often", "", "sigmoid1"], ["more"], "more", body=body)
    model.graph.initializer.append(proto.numpy_helper.from_array(np.array(2**62), "often"))
    model.graph.node[2].input[0] = "more"
    model.graph.node.insert(2, made)


def large(model):
    model.graph.initializer.append(proto.numpy_helper.from_array(np.array([1, 1 << 29]), "shape"))
    model.graph.node.insert(0, helper.make_node("ConstantOfShape", ["shape"], ["zeros"], "zeros"))


def external(model):
    weight = array(model, "encode1_weight")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    for key, value in [("location", "secret.bin"), ("length", str(4 * 78400))]:
        weight.external_data.add(key=key, value=value)


def function(model):
    opsets = [helper.make_opsetid("", 13)]
    nodes = [helper.make_node("Tanh", ["x"], ["y"], "y")]
    model.functions.append(helper.make_function("", "Sigmoid", ["x"], ["y"], nodes, opsets))


def wide(model):
    array(model, "encode1_weight").CopyFrom(
        proto.numpy_helper.from_array(np.zeros((101, 784), np.float32), "encode1_weight")
    )


def with_nan(model):
    values = proto.numpy_helper.to_array(array(model, "encode1_bias")).copy()
    values[7] = np.nan
    array(model, "encode1_bias").raw_data = values.tobytes()


def in_double(model):
    values = proto.numpy_helper.to_array(array(model, "encode1_bias")).astype(np.float64)
    array(model, "encode1_bias").CopyFrom(proto.numpy_helper.from_array(values, "encode1_bias"))


CHANGES = {
    "another activation": (
        lambda model: setattr(node(model, "sigmoid1"), "op_type", "Tanh"),
        "expected node 1 to be Sigmoid.* 'sigmoid1' of 'encode1', found Tanh",
    ),
    "an operator more": (put_in("Relu"), "expected node 2 to be Gemm.*, found Relu"),
    "a last operator more": (
        lambda model: model.graph.node.append(helper.make_node("Relu", ["output"], ["more"], "more")),
        "expected the number of nodes to be 6, found 7",
    ),
    "an operator fewer": (
        lambda model: model.graph.node.pop(),
        "expected the number of nodes to be 6, found 5",
    ),
    "a layer passed by": (
        lambda model: node(model, "encode2").input.__setitem__(0, "encode1"),
        "expected node 2 to be Gemm",
    ),
    "another attribute": (
        lambda model: setattr(node(model, "encode1").attribute[0], "i", 0),
        r"expected node 0 to be Gemm\(transB=1\) .*, found Gemm\(transB=0\)",
    ),
    "one attribute more": (
        lambda model: node(model, "encode1").attribute.append(helper.make_attribute("alpha", 2.0)),
        "expected node 0 to be Gemm.*, found Gemm.*alpha",
    ),
    "an attribute of another type": (
        lambda model: node(model, "encode1").attribute[0].CopyFrom(helper.make_attribute("transB", 1.0)),
        "expected node 0 to be Gemm",
    ),
    "an attribute that is a tensor": (
        put_in("ConstantOfShape", value=helper.make_tensor("value", TensorProto.FLOAT, [1], [1.0])),
        r"it has a tensor at graph.node\[2\].attribute\[0\]",
    ),
    "a loop of 2**62": (loop, r"it has a subgraph at graph.node\[2\].attribute\[0\]"),
    "2 GB": (large, "expected node 0 to be Gemm.*, found ConstantOfShape"),
    "external data": (external, r"it has external data at graph.initializer\[\d\]"),
    "a function": (function, "it has functions at model"),
    "a domain of others": (
        lambda model: setattr(node(model, "sigmoid1"), "domain", "com.microsoft"),
        r"it has a domain of other operators at graph.node\[1\]",
    ),
    "operators of others": (
        lambda model: model.opset_import.append(helper.make_opsetid("com.microsoft", 1)),
        "expected the versions to be .7, {'': 13}., found .*com.microsoft",
    ),
    "other versions of operators": (
        lambda model: setattr(model.opset_import[0], "version", 17),
        "expected the versions to be",
    ),
    "a wider layer": (wide, r"expected array \d to be 'encode1_weight', float32 \(100, 784\), found .*101"),
    "a parameter more": (
        lambda model: model.graph.initializer.append(
            proto.numpy_helper.from_array(np.zeros(3, "f4"), "more")
        ),
        "expected the number of arrays to be 6, found 7",
    ),
    "a parameter twice": (
        lambda model: model.graph.initializer.append(array(model, "encode1_bias")),
        "expected different names at graph.initializer, found one twice",
    ),
    "a parameter of double precision": (
        in_double,
        "expected float32, float16 or int64 at graph.init.*found type 11",
    ),
    "a parameter of a wrong length": (
        lambda model: setattr(array(model, "encode1_bias"), "raw_data", b"1234"),
        r"expected values for the shape \(100,\) at graph.initializer\[\d\], found 4 bytes",
    ),
    "a parameter of an enormous shape": (
        lambda model: array(model, "encode1_bias").dims.extend([1 << 40, 1 << 40]),
        "expected values for the shape",
    ),
    "a parameter of a negative shape": (
        lambda model: array(model, "encode1_bias").dims.__setitem__(0, -100),
        "axes or fewer .* none of them empty",
    ),
    "a parameter that is not a number": (with_nan, "expected finite numbers, but not so in encode1_bias"),
    "sparse parameters": (
        lambda model: model.graph.sparse_initializer.add(),
        "it has sparse parameters at graph",
    ),
    "an output more": (
        lambda model: model.graph.output.append(model.graph.output[0]),
        r"expected shapes \(\(784,\), \(10,\)\).*, found \(\(784,\), \(10,\), \(10,\)\)",
    ),
    "an enormous image": (
        lambda model: setattr(model.graph.input[0].type.tensor_type.shape.dim[1], "dim_value", 1 << 60),
        "expected shapes",
    ),
    "a batch of one": (
        lambda model: setattr(model.graph.input[0].type.tensor_type.shape.dim[0], "dim_value", 1),
        "expected inputs and outputs to be .*'batch', 784",
    ),
    "metadata of others": (
        lambda model: model.metadata_props.add(key="ort_config", value="{}"),
        "expected the metadata .*; other or missing: .*ort_config",
    ),
    "fields without end": (
        lambda model: model.opset_import.extend([helper.make_opsetid("", 13)] * 20_000),
        "expected 20,000 fields or fewer",
    ),
}


@pytest.mark.parametrize(("change", "words"), CHANGES.values(), ids=CHANGES)
def test_another_graph_under_a_manifest_that_fits_never_reaches_the_runtime(
    change, words, folder, monkeypatch
):
    monkeypatch.chdir(folder)
    (folder / "secret.bin").write_bytes(bytes(4 * 78400))
    model = model_of()
    change(model)
    fit(folder, model.SerializeToString())
    monkeypatch.setattr(onnx.OnnxFile, "open_session", lambda file: pytest.fail("it reached ONNX Runtime"))
    with pytest.raises(CheckpointError, match=words) as caught:
        Predictor(folder / "discriminator", 3, NETWORK, runtime="onnx")
    assert str(caught.value).startswith(f"{folder / FILE} is not the discriminator in ONNX's format: ")
    assert len(str(caught.value)) < 1000


def test_another_constant_is_refused(folder):
    model = model_of("digits-generator-0012.onnx")
    [depth] = [each for each in model.graph.initializer if each.name == "onehot_1"]
    depth.raw_data = struct.pack("<q", 1 << 40)  # of one_hot: 10 labels
    fit(folder, model.SerializeToString(), "digits-generator-0012.onnx")
    with pytest.raises(CheckpointError, match="expected other values of the constant onehot_1"):
        Predictor(
            folder / "digits-generator",
            12,
            digit_generator.generator_network((28, 28), 10),
            runtime="onnx",
        )


def with_another_bias(folder):
    model = model_of()
    array(model, "result_bias").raw_data = bytes(40)
    fit(folder, model.SerializeToString())


def test_other_parameters_are_refused_beside_the_file_that_they_claim_to_be_of(folder):
    with_another_bias(folder)
    with pytest.raises(CheckpointError, match=r"differs from discriminator-0003\.params beside it: other"):
        Predictor(folder / "discriminator", 3, NETWORK, runtime="onnx")


def test_other_parameters_are_answered_with_where_nothing_is_beside_them(folder):
    """So it is the change that the others are refused for."""
    with_another_bias(folder)
    (folder / "discriminator-0003.params").unlink()
    predictor = Predictor(folder / "discriminator", 3, NETWORK, runtime="onnx")
    assert predictor(np.zeros((1, 784))).shape == (1, 10)


@each_shipped
def test_any_flipped_bit_of_a_parameter_is_refused_under_a_manifest_that_fits(network, folder, monkeypatch):
    monkeypatch.setattr(onnx.OnnxFile, "open_session", lambda file: None)
    _, epoch = prefix_of(network)
    name, random = f"{network.name}-{epoch:04d}.onnx", np.random.default_rng(0)
    model = model_of(name)
    graph = onnx.onnx_graph(network, half="digits" in name)
    parameters = [array(model, stored) for stored, *_ in graph.stored_arrays()[: len(graph.parameters)]]
    Predictor(folder / network.name, epoch, network, runtime="onnx")
    for parameter in random.choice(len(parameters), min(5, len(parameters)), replace=False):
        content = bytearray(parameters[parameter].raw_data)
        place = int(random.integers(len(content))) // 4 * 4  # the lowest bits: the number stays finite
        content[place] ^= 1
        before, parameters[parameter].raw_data = parameters[parameter].raw_data, bytes(content)
        fit(folder, model.SerializeToString(), name)
        with pytest.raises(CheckpointError, match=r"it differs from .*\.params beside it: other values of"):
            Predictor(folder / network.name, epoch, network, runtime="onnx")
        parameters[parameter].raw_data = before


def test_parameters_of_the_file_beside_it_that_are_damaged_are_refused(folder):
    (folder / "discriminator-0003.params").write_bytes(b"nothing of the sort")
    with edition(folder) as new:
        new.write("discriminator-0003.params", lambda path: path.write_bytes(b"nothing of the sort"))
    model = model_of()
    [about] = [each for each in model.metadata_props if each.key == "params"]
    about.value = hashlib.sha256(b"nothing of the sort").hexdigest()
    fit(folder, model.SerializeToString())
    with pytest.raises(CheckpointError, match=r"discriminator-0003\.params is not .*: it is damaged"):
        Predictor(folder / "discriminator", 3, NETWORK, runtime="onnx")


@pytest.mark.parametrize("name", sorted(path.name for path in SHIPPED.glob("*.onnx")))
def test_what_ships_is_read_as_the_package_onnx_reads_it(name):
    content = (SHIPPED / name).read_bytes()
    assert_alike(read_onnx(content), proto.load_model_from_string(content))


def assert_alike(content, model):
    assert [
        (
            node.operator,
            node.name,
            node.inputs,
            [(name, pytest.approx(value)) for name, value in node.attributes],
        )
        for node in content.nodes
    ] == [
        (
            node.op_type,
            node.name,
            tuple(node.input),
            [(each.name, sequence(helper.get_attribute_value(each))) for each in node.attribute],
        )
        for node in model.graph.node
    ]
    assert [(name, values.tobytes()) for name, values in content.arrays.items()] == [
        (array.name, proto.numpy_helper.to_array(array).tobytes()) for array in model.graph.initializer
    ]
    assert content.metadata == {each.key: each.value for each in model.metadata_props}
    assert content.versions == (model.ir_version, {each.domain: each.version for each in model.opset_import})


def sequence(value):
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("times", [300, pytest.param(4000, marks=pytest.mark.slow)])
def test_any_bytes_are_refused_or_read_as_the_package_onnx_reads_them(times):
    model = model_of("digits-generator-0012.onnx")
    for each in [each for each in model.graph.initializer if len(each.raw_data) > 64]:
        model.graph.initializer.remove(each)  # so that what is changed is seldom a parameter
    content, random = model.SerializeToString(), np.random.default_rng(0)
    assert len(content) < 8000
    accepted = 0
    for _ in range(times):
        damaged = bytearray(content)
        place = int(random.integers(len(content)))
        match random.integers(4):
            case 0:
                damaged[place] ^= 1 << int(random.integers(8))
            case 1:
                damaged[place : place + int(random.integers(1, 9))] = b""
            case 2:
                damaged[place:place] = random.bytes(int(random.integers(1, 9)))
            case _:
                del damaged[place:]
        try:
            read = read_onnx(bytes(damaged))
        except OnnxFormatError:
            continue
        accepted += 1
        assert_alike(read, proto.load_model_from_string(bytes(damaged)))
    assert accepted > times / 40
