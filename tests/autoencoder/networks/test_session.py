"""ONNX Runtime answers as MXNet does, from files that `export` wrote, and refuses all others."""

import dataclasses
import shutil

import numpy as np
import pytest

import mxspec as s
from autoencoder import digits, discriminator, families, generator, model_specs
from autoencoder.data.pictures import Frame
from autoencoder.data.storage import CheckpointError
from autoencoder.digits import digit_generator
from autoencoder.digits.digit_generator import DigitGenerator, styles
from autoencoder.digits.recognition import reader
from autoencoder.digits.recognition.recogniser import Recogniser
from autoencoder.evaluation.measures import make_probes
from autoencoder.evaluation.report import SEED
from autoencoder.networks import checkpoint, mx, onnx, predictor, runtime
from autoencoder.networks.checkpoint import SHIPPED, epochs_of, onnx_path
from autoencoder.networks.predictor import Predictor
from tests.autoencoder.edits import resealed
from tests.autoencoder.mnist import load_test_images
from tests.autoencoder.networks.post_networks import build
from tests.autoencoder.networks.processes import output_of, python
from tests.autoencoder.networks.shipped_networks import NETWORKS, each_shipped, inputs, prefix_of
from tests.measurements.networks.probe_kinds import KINDS, draw_pictures

pytestmark = pytest.mark.few(10)

pytest.importorskip("onnxruntime", reason="the other runtime has to be installed")
pytest.importorskip("onnx", reason="it writes the files that the other runtime reads")
NETWORK = discriminator.network()


@pytest.fixture
def prefix(tmp_path):
    """A copy of the discriminator, in both formats."""
    for path in SHIPPED.glob("discriminator-*"):
        shutil.copy(path, tmp_path)
    return resealed(tmp_path) / "discriminator"


@pytest.fixture
def file(prefix):
    return onnx_path(prefix, 3)


# --- the answers ------------------------------------------------------------------------------------------


@each_shipped
def test_both_runtimes_answer_alike(network):
    one, other = (Predictor(*prefix_of(network), network, runtime=name) for name in ("mxnet", "onnx"))
    # `python -m autoencoder export --model-dir autoencoder/networks/model` writes those for ONNX anew.
    assert (one.runtime, other.runtime) == ("mxnet", "onnx")
    assert (one.shape, one.digests) == (other.shape, other.digests)
    for count in (0, 1, 7, 130):
        x = inputs(network, count)
        np.testing.assert_allclose(one(x), other(x), rtol=0, atol=1e-5)


def test_the_shipped_files_are_small_and_complete():
    files = list(SHIPPED.iterdir())
    assert sum(file.stat().st_size for file in files) < 8e6

    def names(suffix):
        return {file.name.rpartition("-")[0] for file in files if file.suffix == suffix}

    assert names(".onnx") == {network.name for network in NETWORKS}
    assert names(".params") == {part.name for network in NETWORKS for part in network.parts or (network,)}


def probes(digits, random):
    """Pictures that are digits and pictures that are not, and many between, by kind."""
    squares = digits.reshape(-1, 28, 28)
    noise = random.random(digits.shape, np.float32)
    other = digits[random.permutation(len(digits))]
    kinds = {
        "test digits": digits,
        "noise": noise,
        "noisy digits": np.clip(digits + 0.4 * (noise - 0.5), 0, 1),
        "between a digit and noise": 0.7 * digits + 0.3 * noise,
        "between two digits": (digits + other) / 2,
        "two digits, one upon the other": np.maximum(digits, other),
        "faint digits": digits * random.random((len(digits), 1)),
        "inverted digits": 1 - digits,
        "turned digits": np.rot90(squares, axes=(1, 2)),
        "mirrored digits": squares[:, :, ::-1],
        "shifted digits": np.roll(squares, (3, -2), (1, 2)),
        "half digits": squares * (np.arange(28) < 14),
        "shuffled pixels": digits[:, random.permutation(784)],
        "constants": np.ones_like(digits) * random.random((len(digits), 1)),
        "stripes": np.ones_like(squares) * (np.arange(28) // 3 % 2),
    }
    return {kind: np.asarray(p, np.float32).reshape(-1, 784) for kind, p in kinds.items()}


def probes_of_quality(test, n):
    """A part of the pictures that `make quality` shows, those of other data sets aside."""
    drawn = {kind: draw_pictures(kind, test, n, SEED).framed for kind in KINDS}
    return make_probes(test, n, SEED) | drawn


@pytest.mark.parametrize(
    ("digits", "probes_of_a_kind"),
    [pytest.param(125, 1, marks=pytest.mark.slow), pytest.param(10_000, 100, marks=pytest.mark.stress)],
)
def test_both_runtimes_recognise_test_digits_and_probes_alike(digits, probes_of_a_kind):
    test = load_test_images()
    one, other = (Recogniser(runtime=name) for name in ("mxnet", "onnx"))
    kinds = probes(test.images[:digits], np.random.default_rng(0))
    kinds |= probes_of_quality(test, probes_of_a_kind)
    for kind, pictures in kinds.items():
        ours, theirs = one.recognise(pictures), other.recognise(pictures)
        assert (ours.labels == theirs.labels).all(), kind
        # Scores are log-odds, up to 20 for what is far from any digit; there float32 has fewer places.
        np.testing.assert_allclose(ours.score, theirs.score, rtol=1e-6, atol=1e-5, err_msg=kind)
        np.testing.assert_allclose(ours.confidence, theirs.confidence, rtol=0, atol=1e-5, err_msg=kind)
    images = test.images[: 20 * digits]
    one, other = (model_specs.load(runtime=name) for name in ("mxnet", "onnx"))
    assert one.read_many(images) == other.read_many(images)


@pytest.mark.slow
def test_both_runtimes_draw_alike():
    labels, z = np.arange(2000) % 10, styles(2000, 0)
    one, other = (DigitGenerator(runtime=name)(labels, z) for name in ("mxnet", "onnx"))
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-5)


def test_the_readers_of_both_runtimes_are_equivalent_on_generated_digits():
    one, other = (digits.load(runtime=name) for name in ("mxnet", "onnx"))
    assert s.check_equivalent(one.read, other.read, "digits/image", tolerance=1e-5, num_tests=100, seed=0)


@pytest.mark.slow
def test_where_two_readers_differ_the_smallest_picture_tells_them_apart():
    result = s.check_equivalent(digits.discriminate, model_specs.discriminate, "digits/image", seed=0)
    image = result["ret"]["shrunk"]["smallest"]
    assert digits.discriminate(image) != model_specs.discriminate(image)
    assert result["failure"].data["answers"] == (digits.discriminate(image), model_specs.discriminate(image))


@pytest.mark.parametrize(
    ("labels", "shape", "dtype"),
    [
        (1, (5, 7), "float32"),
        (2, (20, 17), "float16"),
        (26, (5, 7), "float32"),
        pytest.param(26, (28, 28), "float32", marks=pytest.mark.slow),
    ],
)
def test_networks_of_any_size_are_exported(labels, shape, dtype, tmp_path):
    pixels, random = shape[0] * shape[1], np.random.default_rng(0)
    images = random.random((9, pixels), np.float32)
    frame = Frame(shape, (4, 4), (2.0, 2.0), largest=3)
    for network in (
        discriminator.network(labels, pixels),
        generator.network(labels, pixels),
        digit_generator.generator_network(shape, labels),
        reader.ensemble(frame, labels, 6),
        reader.ensemble(Frame.plain(shape), labels, 2),
    ):
        for part in network.parts or (network,):
            small = dataclasses.replace(part, initializer=mx.mx.init.Xavier)  # so that rounding stays small
            checkpoint.save_module(build(small), tmp_path / part.name, 2, dtype=dtype)
        onnx.export_onnx(tmp_path / network.name, 2, network)
        x, _ = network.feed(images, np.arange(9) % labels)
        if x.shape[1:] == (17,):  # a label and its style
            x[:, 1:] = random.standard_normal((9, 16))
        one, other = (
            Predictor(tmp_path / network.name, 2, network, runtime=name) for name in ("mxnet", "onnx")
        )
        np.testing.assert_allclose(one(x), other(x), rtol=1e-6, atol=1e-5)


def image(sym):
    return sym.reshape(sym.Variable("input"), (-1, 1, 28, 28))


@pytest.mark.parametrize(
    ("get_symbol", "words"),
    [
        (
            lambda pixels, sym: sym.BatchNorm(image(sym), name="norm", fix_gamma=True),
            "norm has a fixed gamma; try fix_gamma=False",
        ),
        (
            lambda pixels, sym: sym.Activation(image(sym), act_type="softsign"),
            "no translation of Activation of type 'softsign'; try 'relu' or 'sigmoid' or 'tanh'",
        ),
        (
            lambda pixels, sym: sym.Pooling(image(sym), "p", (2, 2), (2, 2), "avg"),
            "no translation of Pooling of type 'avg'; try 'max'",
        ),
        (
            lambda pixels, sym: sym.LRN(image(sym), nsize=3),
            "no translation of mx.sym.LRN; try other operators",
        ),
        (
            lambda pixels, sym: sym.Convolution(image(sym), "c", (3, 3), 4, dilate=(2, 2)),
            "unexpected keyword argument 'dilate'",
        ),
        (lambda pixels, sym: image(sym) / 2, "unsupported operand"),
        (lambda pixels: None, "takes 1 positional argument but 2 were given"),
    ],
)
def test_a_network_that_is_not_translated_is_named_with_what_to_try(get_symbol, words):
    network = dataclasses.replace(NETWORK, name="mine", get_symbol=get_symbol)
    with pytest.raises(onnx.OnnxExportError, match=words) as caught:
        onnx.onnx_graph(network, half=False)
    assert str(caught.value).startswith("the mine can't be written in ONNX's format: ")
    assert str(caught.value).endswith("; or let MXNet answer, which needs no such file")


# --- files that are refused -------------------------------------------------------------------------------


def retrained(prefix, file):
    checkpoint.save_module(build(NETWORK, seed=5), prefix, 3)


def another_network(prefix, file):
    shutil.copy(SHIPPED / "generator-0003.onnx", file)


def other_labels(prefix, file):
    network = discriminator.network(7)
    checkpoint.save_module(build(network), prefix, 3)
    onnx.export_onnx(prefix, 3, network)


def not_ours(prefix, file):
    from onnx import TensorProto, helper

    shapes = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 784]) for name in ("input", "y")]
    graph = helper.make_graph([helper.make_node("Relu", ["input"], ["y"])], "g", shapes[:1], shapes[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    file.write_bytes(model.SerializeToString())


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda prefix, file: file.unlink(), "there is no such file"),
        (lambda prefix, file: file.write_bytes(file.read_bytes()[:-1000]), "it is damaged"),
        (lambda prefix, file: file.write_bytes(file.read_bytes()[:100]), "it is damaged"),
        (lambda prefix, file: file.write_bytes(b""), "it is damaged"),
        (lambda prefix, file: file.write_text("[]"), "it is damaged"),
        (another_network, "it is one of generator"),
        (not_ours, r"another kind of file: expected name at graph.node\[0\], found nothing"),
        (other_labels, r"expected shapes .*\(10,\).*, found \(\(784,\), \(7,\)\)"),
        (retrained, "it was written from another discriminator-0003.params than the one beside it"),
    ],
)
def test_an_error_names_the_bad_file_and_the_remedy(spoil, words, prefix, file):
    spoil(prefix, file)
    resealed(prefix.parent)
    with pytest.raises(CheckpointError, match=words) as caught:
        Predictor(prefix, 3, NETWORK, runtime="onnx")
    assert str(caught.value).startswith(f"{file} is not the discriminator in ONNX's format: ")
    assert str(caught.value).endswith(f"python -m autoencoder export --model-dir {prefix.parent}")


def test_a_file_of_another_training_is_named_with_the_remedy(prefix, file):
    retrained(prefix, file)
    with pytest.raises(CheckpointError, match=r"of another training, since manifest\.json does not name it"):
        Predictor(prefix, 3, NETWORK, runtime="onnx")


def test_a_file_alone_answers_without_the_checkpoint(prefix, file):
    expected = Predictor(prefix, 3, NETWORK, runtime="onnx")(np.zeros((1, 784)))
    for path in prefix.parent.iterdir():
        if path != file:
            path.unlink()
    resealed(prefix.parent)
    assert epochs_of(prefix, 1) == 3
    assert (Predictor(prefix, 3, NETWORK, runtime="onnx")(np.zeros((1, 784))) == expected).all()


# --- the choice -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("installed", "fastest", "exported", "chosen"),
    [
        (("mxnet", "onnx"), "mxnet", True, "mxnet"),
        (("mxnet", "onnx"), "onnx", True, "onnx"),
        (("mxnet", "onnx"), "onnx", False, "mxnet"),  # as training leaves it
        (("mxnet",), "onnx", True, "mxnet"),
        (("onnx",), "mxnet", True, "onnx"),
        (("onnx",), "mxnet", False, "onnx"),  # which says that there is no such file
    ],
)
def test_the_fastest_of_those_that_are_installed_is_chosen(installed, fastest, exported, chosen, monkeypatch):
    monkeypatch.delenv(runtime.RUNTIME, raising=False)
    monkeypatch.setattr(runtime, "_is_installed", lambda name: name in installed)
    assert runtime.choose(None, fastest, exported=exported) == chosen


def test_digits_are_read_and_drawn_on_the_faster_runtime_and_the_post_on_mxnet(monkeypatch):
    monkeypatch.delenv(runtime.RUNTIME, raising=False)
    chosen = {network.name: Predictor(*prefix_of(network), network).runtime for network in NETWORKS}
    post = dict.fromkeys(["autoencoder", "discriminator", "generator"], "mxnet")
    assert chosen == post | dict.fromkeys(["digits-generator", "digits-kinds", "digits-recognition"], "onnx")


def test_the_environment_chooses_and_an_argument_goes_before_it(monkeypatch):
    monkeypatch.setenv(runtime.RUNTIME, "onnx")
    assert (runtime.choose(), runtime.choose("mxnet")) == ("onnx", "mxnet")


@pytest.mark.parametrize("asked", [None, "tensorflow"])
def test_another_library_is_refused(asked, monkeypatch):
    monkeypatch.setenv(runtime.RUNTIME, "tensorflow")
    with pytest.raises(ValueError, match="is 'mxnet' or 'onnx', not 'tensorflow'"):
        runtime.choose(asked)


def test_a_missing_library_is_an_error_that_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(runtime, "is_installed", lambda: False)
    with pytest.raises(ImportError, match=r"'mxnet' is not installed; pip install \"mxspec\[mxnet\]\""):
        runtime.choose("mxnet")


@pytest.mark.parametrize("name", ["mxnet", "onnx"])
@pytest.mark.parametrize("family", [model_specs, digits], ids=["mnist", "digits"])
def test_a_family_can_be_asked_on_either_runtime(family, name, monkeypatch):
    on = predictor.OnnxNetwork if name == "onnx" else predictor.MxnetNetwork
    answer, calls = on.answer, []
    monkeypatch.setattr(on, "answer", lambda network, rows: calls.append(1) or answer(network, rows))
    try:
        family.use_models(runtime=name)
        assert family.discriminate(family.generate(3)) == 3
        assert len(calls) == 2
    finally:
        family.use_models()


def test_specs_of_any_folder_follow_the_environment(monkeypatch):
    monkeypatch.setenv(runtime.RUNTIME, "onnx")
    monkeypatch.setattr(checkpoint, "load_module", None)  # what MXNet's networks are read by
    assert families.define("test-onnx", SHIPPED).models.read(digits.generate(4)).label == 4


WITHOUT = """
    import importlib, pkgutil, sys
    sys.modules.update({{"mxnet": None, "onnx": None, "google.protobuf": None}})  # importing them fails
    import autoencoder
    import mxspec as s
    for module in pkgutil.walk_packages(autoencoder.__path__, "autoencoder."):
        if module.name != "autoencoder.networks.training":  # which trains alone
            importlib.import_module(module.name)
    from autoencoder import digits, discriminator, model_specs
    from autoencoder.command_line.train import train_network
    from autoencoder.networks.run import TrainingRun
    print(digits.discriminate(digits.generate(3)), model_specs.discriminate(model_specs.generate(4)))
    print(s.valid("digits/image", digits.generate(3)))
    try:
        train_network("discriminator", TrainingRun(model_dir={folder!r}, output={folder!r}))
    except ImportError as error:
        print(error)
"""


def test_without_mxnet_and_the_package_onnx_all_can_be_imported_and_asked_and_nothing_trained(tmp_path):
    out, _ = output_of(WITHOUT.format(folder=str(tmp_path)))
    assert out.splitlines() == ["3 4", "True", mx.MISSING]


def test_with_neither_there_is_one_line():
    process = python(
        "import sys; sys.modules.update(mxnet=None, onnxruntime=None); import autoencoder.digits"
    )
    _, err = process.communicate(timeout=300)
    assert err.splitlines()[-1].startswith(
        'ImportError: autoencoder needs one of two libraries: pip install "mxspec[mxnet]"'
    )
