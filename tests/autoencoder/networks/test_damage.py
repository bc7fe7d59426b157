"""Damaged and crafted files: an error that names the file, or the answers of before; never others."""

import contextlib
import json
import os
import shutil

import numpy as np
import pytest

from autoencoder import digits, discriminator, model_specs
from autoencoder.data.labels import LABELS_FILE, Labels
from autoencoder.data.storage import MANIFEST, CheckpointError, FileSet, ManifestEntry
from autoencoder.digits.recognition.recogniser import RECOGNITION_FILE
from autoencoder.networks import checkpoint, onnx
from autoencoder.networks.checkpoint import SHIPPED, ParamsError, epochs_of, read_params
from autoencoder.networks.mx import is_installed, mx
from autoencoder.networks.network import Network
from autoencoder.networks.predictor import Predictor, predict
from tests.autoencoder.edits import device, edited, folder, pipe, resealed, ring
from tests.autoencoder.networks.post_networks import build

pytestmark = pytest.mark.few(20)

needs_mxnet = pytest.mark.skipif(not is_installed(), reason="needs MXNet")
PARAMS, GRAPH, ONNX = "discriminator-0003.params", "discriminator-symbol.json", "discriminator-0003.onnx"
NETWORK = discriminator.network()


@pytest.fixture
def whole(tmp_path):
    """A copy of the set that ships."""
    return shutil.copytree(SHIPPED, tmp_path / "model")


def load(folder, runtime, files=None):
    if runtime == "onnx":
        pytest.importorskip("onnxruntime")
    elif not is_installed():
        pytest.skip("needs MXNet")
    return Predictor(folder / "discriminator", 3, NETWORK, runtime=runtime, files=files)


def load_what_reads(name, folder):
    if name in (PARAMS, GRAPH, ONNX):
        load(folder, "onnx" if name == ONNX else "mxnet")
    else:
        digits.load(folder)


def flipped(content, bit):
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


# --- with a manifest --------------------------------------------------------------------------------------


def test_the_shipped_files_are_those_of_the_manifest():
    files = FileSet.of(SHIPPED)
    assert files.names() == set(os.listdir(SHIPPED)) - {MANIFEST}
    for name in files.names():
        files.read(name, CheckpointError)


@pytest.mark.parametrize("name", sorted(FileSet.of(SHIPPED).names()))
def test_any_flipped_bit_is_found(name, whole):
    content = (whole / name).read_bytes()
    files, random = FileSet.of(whole), np.random.default_rng(0)
    for bit in [0, 8 * len(content) - 1, *random.integers(0, 8 * len(content), 10)]:
        (whole / name).write_bytes(flipped(content, bit))
        with pytest.raises(
            CheckpointError, match=r"expected \d+ bytes with SHA-256 .* as manifest.json says"
        ):
            files.read(name, CheckpointError)


def test_a_flipped_bit_of_the_manifest_is_found_or_harmless(whole):
    content = (whole / MANIFEST).read_bytes()
    entries = FileSet.of(whole).entries
    random = np.random.default_rng(0)
    for bit in random.integers(0, 8 * len(content), 200):
        (whole / MANIFEST).write_bytes(flipped(content, bit))
        with contextlib.suppress(CheckpointError):
            assert FileSet.of(whole).entries == entries


@pytest.mark.parametrize(
    ("name", "load"),
    [
        (LABELS_FILE, model_specs.load),
        ("generator-0003.params", model_specs.load),
        ("generator-symbol.json", model_specs.load),
        (LABELS_FILE, digits.load),
        (RECOGNITION_FILE, digits.load),
        ("digits-reader-2-0018.params", digits.load),
        ("digits-generator-symbol.json", digits.load),
    ],
)
@needs_mxnet
def test_a_set_with_a_flipped_bit_is_not_loaded(name, load, whole):
    content = (whole / name).read_bytes()
    (whole / name).write_bytes(flipped(content, 4 * len(content)))
    with pytest.raises(CheckpointError, match=rf"{name} .*expected \d+ bytes .*python -m autoencoder train"):
        load(whole, "mxnet")


def test_a_file_that_the_manifest_does_not_name_does_not_count(whole):
    for suffix in ("params", "onnx"):
        shutil.copy(whole / f"discriminator-0003.{suffix}", whole / f"discriminator-0007.{suffix}")
    assert epochs_of(whole / "discriminator", 0) == 3
    with pytest.raises(CheckpointError, match=r"since manifest\.json does not name it"):
        Predictor(whole / "discriminator", 7, NETWORK)


@pytest.mark.parametrize("content", ["", "{}", "[" * 100_000, '{"version": 2, "files": {}}', "\xff", "1e999"])
def test_an_invalid_manifest_is_refused(content, whole):
    (whole / MANIFEST).write_text(content, encoding="latin-1")
    with pytest.raises(
        CheckpointError, match=r"manifest\.json is damaged, .* to train anew: python -m autoenc"
    ):
        model_specs.load(whole)


def test_no_parser_sees_a_file_that_differs_from_the_manifest(whole, monkeypatch):
    for module, parse in [(onnx, "read_onnx"), (checkpoint, "read_params"), (json, "loads")]:
        monkeypatch.setattr(module, parse, lambda content: pytest.fail("it was parsed"))
    files = FileSet(whole, {name: ManifestEntry.of(b"other") for name in os.listdir(whole)})
    for name, runtime in [(ONNX, "onnx"), (GRAPH, "mxnet")]:
        with pytest.raises(CheckpointError, match=f"{name} is not .*{'5 at most'}"):
            load(whole, runtime, files)


@needs_mxnet
def test_a_checkpoint_saved_by_mxnet_itself_loads_once_it_is_sealed(tmp_path):
    module = checkpoint.load_module(SHIPPED / "discriminator", 3, NETWORK)
    module.save_checkpoint(str(tmp_path / "discriminator"), 2)
    loaded = Predictor(resealed(tmp_path) / "discriminator", 2, NETWORK, runtime="mxnet")
    x = np.random.default_rng(0).random((5, 784))
    assert (loaded(x) == Predictor(SHIPPED / "discriminator", 3, NETWORK, runtime="mxnet")(x)).all()


@needs_mxnet
def test_the_originals_graph_whose_loss_has_a_name_of_mxnets_own_is_loaded(whole):
    """As Clojure wrote it: `(sym/softmax-output {...})`, in an older version's JSON."""
    graph = json.loads((whole / GRAPH).read_text())
    graph["nodes"][-1]["name"] = "softmaxoutput0"
    for node in graph["nodes"]:
        node["attr"] = {} if node["op"] == "null" else node.pop("attrs", {})
    graph["attrs"] = {"mxnet_version": ["int", 10500]}
    (whole / GRAPH).write_text(json.dumps(graph))
    assert load(resealed(whole), "mxnet")(np.zeros((1, 784))).shape == (1, 10)


# --- with a manifest that fits ----------------------------------------------------------------------------


def answers(folder, runtime):
    return load(folder, runtime)(np.linspace(0, 1, 784)[None])


@needs_mxnet
def test_a_flipped_bit_of_a_graph_is_found_or_harmless(whole):
    content, before = (whole / GRAPH).read_bytes(), answers(whole, "mxnet")
    random = np.random.default_rng(1)
    for bit in random.integers(0, 8 * len(content), 40):
        (whole / GRAPH).write_bytes(flipped(content, bit))
        with contextlib.suppress(CheckpointError):
            assert (answers(resealed(whole), "mxnet") == before).all()


def test_a_flipped_bit_of_the_frame_of_parameters_is_found():
    content = (SHIPPED / PARAMS).read_bytes()
    arrays = read_params(content)
    expected = {name: (array.shape, array.dtype) for name, array in arrays.items()}
    device = range(0x34, 0x3C)  # which of them the first array was saved from
    # The head of the file and that of the first array, and the names; between them are values.
    for place in [*range(0x40), *range(len(content) - 150, len(content))]:
        for bit in range(8):
            with contextlib.suppress(ParamsError):
                again = read_params(flipped(content, 8 * place + bit))
                described = {name: (array.shape, array.dtype) for name, array in again.items()}
                assert described != expected or place in device


def test_a_flipped_bit_of_the_labels_is_found_or_harmless(whole):
    content, before = (whole / LABELS_FILE).read_bytes(), model_specs.load(whole)
    image = before.generate(3)
    for bit in range(0, 8 * len(content), 11):
        (whole / LABELS_FILE).write_bytes(flipped(content, bit))
        with contextlib.suppress(CheckpointError):
            labels = Labels.load(resealed(whole))
            if labels != Labels((28, 28), tuple(range(10)), {}, labels.first):
                assert model_specs.load(whole).read(image) == 3


# --- crafted ----------------------------------------------------------------------------------------------


GRAPHS = {
    "another activation": lambda graph: graph["nodes"][4]["attrs"].update(act_type="tanh"),
    "a layer passed by": lambda graph: graph["nodes"][11]["inputs"].__setitem__(0, [4, 0, 0]),
    "another width": lambda graph: graph["nodes"][3]["attrs"].update(num_hidden="99"),
    "another name": lambda graph: graph["nodes"][4].update(name="sigmoidal"),
    "another parameter": lambda graph: graph["nodes"][1].update(name="encode2_weight"),
    "another operator": lambda graph: graph["nodes"][13].update(op="LinearRegressionOutput"),
    "another output": lambda graph: graph.update(heads=[[4, 0, 0]]),
    "two outputs": lambda graph: graph.update(heads=2 * graph["heads"]),
    "no nodes": lambda graph: graph.update(nodes=[]),
    "a node too many": lambda graph: graph["nodes"].append(graph["nodes"][0]),
    "a node that is a number": lambda graph: graph["nodes"].__setitem__(3, 7),
    "inputs that are text": lambda graph: graph["nodes"][3].update(inputs=["00", "11"]),
    "an attribute that is a list": lambda graph: graph["nodes"][4].update(attrs=["act_type"]),
}


@needs_mxnet
@pytest.mark.parametrize("change", GRAPHS.values(), ids=GRAPHS)
def test_a_graph_that_the_code_does_not_build_is_refused(change, whole):
    edited(change)(whole / GRAPH)
    with pytest.raises(
        CheckpointError, match=rf"{GRAPH} is not a checkpoint of .* train discriminator --model-dir"
    ):
        load(resealed(whole), "mxnet")


TEXTS = {
    "nothing": b"",
    "no JSON": b"{",
    "no text": b"\xff\xfe\x00",
    "a deep list": b"[" * 100_000,
    "a deep map": b'{"nodes":' * 50_000,
    "infinity": b"1e999",
    "NaN": b"NaN",
    "a long number": b"1" * 5000,
    "null": b"null",
    "text": b'"nodes"',
    "a list": b"[[], []]",
    "a map of other things": b'{"nodes": 3, "heads": null, "labels": "abc", "shape": 28, "version": []}',
    "labels that are text": b'{"shape": [28, 28], "labels": "0123456789", "groups": {}, "first": 0}',
    "a huge shape": b'{"shape": [1e300, 28], "labels": [0], "groups": {}, "first": 0}',
    "labels of two kinds": b'{"shape": [28, 28], "labels": [0, "1"], "groups": {}, "first": 0}',
    "true for a label": b'{"shape": [28, 28], "labels": [true], "groups": {}, "first": 0}',
    "a first label of -1": b'{"shape": [28, 28], "labels": [0], "groups": {}, "first": -1}',
}


@pytest.mark.parametrize("name", [LABELS_FILE, RECOGNITION_FILE, GRAPH])
@pytest.mark.parametrize("content", TEXTS.values(), ids=TEXTS)
def test_text_that_is_something_else_is_refused(name, content, whole):
    (whole / name).write_bytes(content)
    with pytest.raises(CheckpointError, match=f"{name} .*python -m autoencoder train"):
        load_what_reads(name, resealed(whole))


def huge(path):
    os.truncate(path, 1 << 40)


@pytest.mark.skipif(os.name == "nt", reason="needs pipes and links")
@pytest.mark.parametrize("damage", [huge, pipe, folder, ring, device], ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", [PARAMS, GRAPH, ONNX, LABELS_FILE, MANIFEST])
def test_pipes_devices_and_huge_files_are_refused_at_once(damage, name, whole):
    damage(whole / name)
    with pytest.raises(CheckpointError, match=name):
        load_what_reads(name, whole)


@needs_mxnet
def test_another_architecture_under_a_valid_seal_is_refused(tmp_path):
    pytest.importorskip("onnx")

    def relu(pixels, sym=mx.sym):
        x = sym.Variable("input")
        for name, width in [("encode1", 100), ("encode2", 50)]:
            x = sym.Activation(sym.FullyConnected(x, name=name, num_hidden=width), act_type="relu")
        x = sym.FullyConnected(x, name="result", num_hidden=10)
        return sym.SoftmaxOutput(x, sym.Variable("input_"), name="output")

    other = Network("discriminator", relu, NETWORK.feed, "accuracy", 784)
    checkpoint.save_module(build(other), tmp_path / "discriminator", 3)
    onnx.export_onnx(tmp_path / "discriminator", 3, other)
    with pytest.raises(CheckpointError, match="its graph is not the one that this program builds"):
        load(tmp_path, "onnx")
    with pytest.raises(CheckpointError, match="expected the layers sigmoid1"):
        load(tmp_path, "mxnet")


@needs_mxnet
def test_parameters_of_another_network_are_refused(whole):
    shutil.copy(whole / "generator-0003.params", whole / PARAMS)
    with pytest.raises(CheckpointError, match=r"expected encode1_weight \(100, 784\), found None"):
        load(resealed(whole), "mxnet")


@needs_mxnet
def test_a_set_that_is_replaced_while_it_is_read_is_read_again(whole, monkeypatch):
    """Its files are trained anew just after its manifest was looked at."""
    other, calls = build(NETWORK, seed=9), []
    read = FileSet.read

    def replaced(files, name, error):
        if not calls:
            calls.append(checkpoint.save_module(other, whole / "discriminator", 3))
        return read(files, name, error)

    monkeypatch.setattr(FileSet, "read", replaced)
    models = model_specs.load(whole, "mxnet")
    x = np.random.default_rng(0).random((20, 784), np.float32)
    assert models.read_many(x) == list(predict(other, x).argmax(axis=1))


@needs_mxnet
def test_labels_in_another_order_than_the_readers_learnt_are_refused(whole):
    content = json.loads((whole / RECOGNITION_FILE).read_text())
    (whole / RECOGNITION_FILE).write_text(json.dumps(content | {"names": list(range(10))}))
    digits.load(resealed(whole))
    Labels((28, 28), (1, 0, *range(2, 10))).save(whole)
    with pytest.raises(
        CheckpointError, match=r"expected the labels 0, 1, 2, .*, found 1, 0, 2, .* train digits"
    ):
        digits.load(whole)
