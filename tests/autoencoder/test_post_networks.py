import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencoder import auto_encoder, discriminator, generator
from autoencoder.__main__ import main
from autoencoder.command_line.train import train_network
from autoencoder.data import idx
from autoencoder.data.storage import FileSet
from autoencoder.networks import checkpoint
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.mx import mx
from autoencoder.networks.predictor import Predictor, predict
from autoencoder.networks.run import TrainingRun
from tests.autoencoder.conftest import write_data

pytestmark = pytest.mark.mxnet

ROOT = Path(__file__).parents[2]


def accuracy(module, test):
    return (predict(module, test.images).argmax(axis=1) == test.labels).mean()


MODULES = [auto_encoder, discriminator, generator]
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.network().name)

LAYERS = {
    "autoencoder": "input encode1 sigmoid1 encode2 sigmoid2 decode1 sigmoid3 decode2 sigmoid4 "
    "result sigmoid5",
    "discriminator": "input encode1 sigmoid1 encode2 sigmoid2 result",
    "generator": "input onehot decode1 sigmoid3 decode2 sigmoid4 result sigmoid5",
}
WIDTHS = {"autoencoder": [100, 50, 50, 100, 784], "discriminator": [100, 50, 10], "generator": [50, 100, 784]}


@each_module
def test_the_layers_have_the_names_and_widths_of_the_original(module):
    symbol, name = module.get_symbol(784), module.network().name
    layers = [item["name"] for item in nodes(symbol) if not item["name"].endswith(("_weight", "_bias"))]
    assert [layer for layer in layers if layer not in ("input_", "output")] == LAYERS[name].split()
    widths = [int(item["attrs"]["num_hidden"]) for item in nodes(symbol) if item["op"] == "FullyConnected"]
    assert widths == WIDTHS[name]


def nodes(symbol):
    return json.loads(symbol.tojson())["nodes"]


@pytest.mark.parametrize(
    ("module", "fed", "wanted"),
    [
        (auto_encoder, "images", "images"),
        (discriminator, "images", "labels"),
        (generator, "labels", "images"),
    ],
)
def test_each_network_is_fed_its_own_way(module, fed, wanted, small_test):
    x, y = module.network().feed(small_test.images, small_test.labels)
    assert (x == getattr(small_test, fed)).all()
    assert (y == getattr(small_test, wanted)).all()
    assert (x.dtype, y.dtype) == (np.float32, np.float32)


@pytest.mark.parametrize("module", [discriminator, generator], ids=lambda module: module.network().name)
@pytest.mark.parametrize("label", [10, 255, -1])
def test_a_label_other_than_a_digit_is_refused(module, label):
    with pytest.raises(idx.DataError, match=rf"within 0\.\.9, found {label} at image 2, and 1 such"):
        module.network().feed(np.zeros((3, 784), np.float32), np.array([0, 9, label]))


PICTURES = {
    "autoencoder": ["autoencoder-before-training-preds.jpg", "autoencoder-after-training-preds.jpg"],
    "discriminator": ["test-images.jpg"],
    "generator": ["generator-before-training-preds.jpg", "generator-after-training-preds.jpg"],
}


@each_module
def test_a_run_leaves_a_checkpoint_and_pictures(module, small_mnist, tmp_path, capsys):
    name = module.network().name
    options = ["--data-dir", small_mnist, "--model-dir", tmp_path / "model", "--output", tmp_path / "results"]
    assert main(["train", name, *map(str, options), "--epochs", "2", "--seed", "4"]) == 0
    assert names(tmp_path / "model") == {
        f"{name}-symbol.json",
        f"{name}-0002.params",
        "labels.json",
        "manifest.json",
    }
    assert names(tmp_path / "results") == {"originals.jpg", f"curve-{name}.png", *PICTURES[name]}
    assert Image.open(tmp_path / "results" / "originals.jpg").size == (420, 420)
    assert f"{name} epoch 2: {module.network().metric} 0." in capsys.readouterr().out
    checkpoint.load_module(tmp_path / "model" / name, 2, module.network())


def names(folder):
    return {path.name for path in folder.iterdir()}


STEP = ["forward", "update_metric", "backward", "update"]
CALLS = ["__init__", "bind", "init_params", "init_optimizer", *STEP, "save_checkpoint"]


@each_module
def test_a_file_makes_the_calls_of_the_original_on_a_module_of_mxnets_own(
    module, small_mnist, tmp_path, monkeypatch
):
    calls = []

    def spy(name):
        method = getattr(mx.mod.Module, name)

        def call(plain, *arguments, **options):
            if name != "forward" or options.get("is_train"):  # not of the pictures
                calls.append((name, plain))
            return method(plain, *arguments, **options)

        monkeypatch.setattr(mx.mod.Module, name, call)

    for name in CALLS:
        spy(name)
    monkeypatch.setenv("MXNET_DATA_DIR", str(small_mnist))
    module.main(tmp_path / "model", tmp_path / "results")
    assert {type(plain) for _, plain in calls} == {mx.mod.Module}
    assert len({plain for _, plain in calls}) == 1
    training = STEP * 3 * 5  # epochs, and batches of 100 of 500 images
    assert [name for name, _ in calls] == [*CALLS[:4], *training, "save_checkpoint"]


@each_module
def test_the_command_trains_what_the_file_trains(module, small_mnist, tmp_path, monkeypatch, capsys):
    """Resuming, editions, threads and checks are around the pieces of the file, not in their place."""
    name = module.network().name
    by_file, by_command = tmp_path / "file", tmp_path / "command"
    monkeypatch.setenv("MXNET_DATA_DIR", str(small_mnist))
    module.main(by_file, by_file / "results")
    metrics = re.findall(r"epoch .+", capsys.readouterr().out)
    train_network(name, TrainingRun(None, by_command, by_command / "results"))
    assert re.findall(r"epoch .+", capsys.readouterr().out) == metrics
    assert sealed(by_file) == sealed(by_command)
    pictures = names(by_file / "results")
    assert pictures == names(by_command / "results") - {f"curve-{name}.png"}
    for picture in pictures:
        assert (by_file / "results" / picture).read_bytes() == (by_command / "results" / picture).read_bytes()


def sealed(folder):
    """Return the SHA-256 of the files that the manifest of a folder names."""
    return {name: entry.sha256 for name, entry in FileSet.of(folder).entries.items()}


def test_a_file_puts_its_checkpoint_beside_others_in_place_of_its_own(small_mnist, tmp_path, monkeypatch):
    monkeypatch.setenv("MXNET_DATA_DIR", str(small_mnist))
    train_network("generator", TrainingRun(None, tmp_path, tmp_path, report=lambda line: None))
    train_network("discriminator", TrainingRun(None, tmp_path, tmp_path, epochs=1, report=lambda line: None))
    before = sealed(tmp_path)
    discriminator.main(tmp_path, tmp_path)
    after = sealed(tmp_path)
    assert {name for name in before if before[name] == after.get(name)} == {
        "discriminator-symbol.json",
        "generator-0003.params",
        "generator-symbol.json",
        "labels.json",
    }
    assert after.keys() - before.keys() == {"discriminator-0003.params"}
    assert not [name for name in names(tmp_path) if name.startswith(".")]


def test_a_file_whose_checkpoint_is_cut_off_leaves_the_old_one(small_mnist, tmp_path, monkeypatch):
    monkeypatch.setenv("MXNET_DATA_DIR", str(small_mnist))
    discriminator.main(tmp_path, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    save = mx.mod.Module.save_checkpoint

    def save_half(plain, prefix, epoch):  # MXNet does not notice a full disk
        save(plain, prefix, epoch)
        path = Path(f"{prefix}-{epoch:04d}.params")
        path.write_bytes(path.read_bytes()[:1000])

    monkeypatch.setattr(mx.mod.Module, "save_checkpoint", save_half)
    with pytest.raises(OSError, match=r"discriminator-0003\.params: cannot write .*is the disk full\?"):
        discriminator.main(tmp_path, tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.slow
@each_module
def test_a_file_of_the_post_runs_by_itself(module, small_mnist, tmp_path):
    name = module.network().name
    environment = {**os.environ, "MXNET_DATA_DIR": str(small_mnist), "PYTHONPATH": str(ROOT)}
    out = subprocess.run(
        [sys.executable, "-m", module.__name__],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert [line.split(": ")[0] for line in out.splitlines() if line.startswith("epoch ")] == [
        f"epoch {epoch}" for epoch in (1, 2, 3)
    ]
    assert f"{name}-0003.params" in names(tmp_path / "model")
    assert names(tmp_path / "results") == {"originals.jpg", *PICTURES[name]}


@pytest.mark.slow
def test_the_file_of_the_specs_runs_by_itself(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "autoencoder.model_specs", str(SHIPPED)]
    process = subprocess.run(
        command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    which, first, *_, last = process.stdout.splitlines()
    assert which == f"the networks of {SHIPPED} answer by mxnet"
    assert first == "discriminate(my_test_image) => 6"
    assert last.startswith("{'spec': 'odd-over-2-mnist-image', 'valid': False, 'sample_values': [")
    assert "sample-odd-over-2-mnist-image.jpg" in names(tmp_path / "results")
    # Who runs a file in a clone, from its top, finds nothing to commit.
    drawn = {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()}
    assert drawn.keys() | {each for of in PICTURES.values() for each in of} <= names(ROOT / "results")
    again = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    assert again.stdout == process.stdout
    assert {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()} == drawn


def test_the_discriminator_says_how_it_reads_before_and_after(small_mnist, tmp_path, capsys):
    train_network("discriminator", TrainingRun(small_mnist, tmp_path, tmp_path, epochs=10))
    before, accuracy_before, *_, after, accuracy_after = capsys.readouterr().out.splitlines()
    words = "discriminator (before|after) training reads the first test images as( [0-9]){10}"
    assert re.fullmatch(words, before)
    assert re.fullmatch(words, after)
    assert accuracy_before.startswith("discriminator before training: test accuracy 0.")
    assert float(accuracy_after.split()[-1]) > float(accuracy_before.split()[-1]) + 0.3


@each_module
def test_other_images_than_mnist_train_as_well(module, tmp_path):
    random = np.random.default_rng(0)
    for split, count in [("train", 130), ("t10k", 3)]:
        images = random.integers(0, 256, (count, 9, 6), np.uint8)
        write_data(tmp_path, images, random.integers(0, 10, count), [split])
    run = TrainingRun(tmp_path, tmp_path / "model", tmp_path / "results", epochs=1)
    values = train_network(module.network().name, run).values
    assert len(values) == 1
    assert Image.open(tmp_path / "results" / "originals.jpg").size == (90, 135)


def test_the_shipped_discriminator_reads_mnist():
    module = checkpoint.load_module(SHIPPED / "discriminator", 3, discriminator.network(), batch_size=100)
    assert accuracy(module, idx.load("t10k")) >= 0.94


def test_the_shipped_autoencoder_reconstructs_images():
    images = idx.load("t10k").images
    draw = Predictor(SHIPPED / "autoencoder", 3, auto_encoder.network(), batch_size=100)
    assert ((draw(images) - images) ** 2).mean() < 0.03


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A function that trains a network as the shipped one was trained, once."""

    @functools.cache
    def train(name):
        folder = tmp_path_factory.mktemp(name)
        return train_network(name, TrainingRun(model_dir=folder, output=folder))

    return train


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "low", "high"),
    [(discriminator, 0.94, 0.965), (generator, 0.052, 0.056), (auto_encoder, 0.0, 0.03)],
)
def test_three_epochs_of_mnist_reach_the_figures_of_the_original(module, low, high, trained):
    result = trained(module.network().name)
    assert low <= result.values[-1] <= high
    if module is discriminator:
        assert accuracy(result.module, idx.load("t10k")) >= 0.94


@pytest.mark.slow
@each_module
def test_the_shipped_checkpoint_can_be_trained_again(module, trained):
    name = module.network().name
    shipped = checkpoint.load_module(SHIPPED / name, 3, module.network())
    again = trained(name).module
    for parameter, value in shipped.get_params()[0].items():
        # Bit for bit at one number of threads, nearly so at another.
        np.testing.assert_allclose(again.get_params()[0][parameter].asnumpy(), value.asnumpy(), atol=0.05)
