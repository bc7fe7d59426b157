import io
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from autoencoder import discriminator, generator
from autoencoder.checkpoints import mxnet_files
from autoencoder.data.idx import Dataset
from autoencoder.data.manifest import CheckpointError
from autoencoder.inference.predictor import predict
from autoencoder.networks.module import LearningModule
from autoencoder.networks.mx import mx
from autoencoder.networks.network import LEARNING_RATE, build
from autoencoder.training import loop
from tests.autoencoder.networks.post_networks import assert_same, each_network, first, parameters, quietly

pytestmark = pytest.mark.mxnet


@pytest.fixture(scope="module")
def trained(small_train):
    return quietly(discriminator.NETWORK, small_train, epochs=2).module


@pytest.fixture
def prefix(trained, tmp_path):
    prefix = tmp_path / "discriminator"
    mxnet_files.save(trained, prefix, 3)
    return prefix


@each_network
def test_training_gets_better(network, small_train):
    values = quietly(network, small_train, epochs=8).values
    assert len(values) == 8
    assert values[-1] > values[0] if network.metric == "accuracy" else values[-1] < values[0]


@each_network
def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(network, small_train):
    once, again = (quietly(network, small_train, epochs=2, seed=7) for _ in range(2))
    assert once.values == again.values
    assert_same(parameters(once.module), parameters(again.module))
    assert quietly(network, small_train, epochs=2, seed=8).values != once.values


def test_training_leaves_the_global_generator_of_numpy_alone(small_train):
    before = np.random.get_state()[1].copy()
    quietly(discriminator.NETWORK, small_train)
    assert (np.random.get_state()[1] == before).all()


@pytest.mark.parametrize("count", [1, 40, 100, 101, 130, 250])
def test_no_image_is_lost_whatever_their_number(count, small_train, monkeypatch):
    seen = []
    forward = LearningModule.forward

    def spy(module, batch, is_train=None):
        seen.append(batch.data[0].asnumpy())
        return forward(module, batch, is_train)

    monkeypatch.setattr(LearningModule, "forward", spy)
    images = first(small_train, count)
    quietly(discriminator.NETWORK, images)
    assert [len(x) for x in seen] == [100] * (count // 100) + [count % 100] * (count % 100 > 0)
    assert sorted(map(bytes, np.concatenate(seen))) == sorted(map(bytes, images.images))


def test_every_epoch_has_an_order_of_its_own(small_train, monkeypatch):
    seen = []
    forward = LearningModule.forward
    monkeypatch.setattr(
        LearningModule,
        "forward",
        lambda m, b, is_train: (seen.append(bytes(b.data[0].asnumpy())), forward(m, b)),
    )
    quietly(discriminator.NETWORK, first(small_train, 50), epochs=2)
    assert seen[0] != seen[1] != bytes(small_train.images[:50])


@each_network
def test_the_metric_weighs_a_short_last_batch_by_its_images(network, small_train, monkeypatch):
    # With nothing learnt, the metric over an epoch is the one of the untrained network over all the images.
    monkeypatch.setattr(LearningModule, "update", lambda module: None)
    images = first(small_train, 130)
    x, y = network.feed(images.images, images.labels)
    value = quietly(network, images, seed=3).values[0]
    outputs = predict(build(network, 784, seed=3), x)
    right = (outputs.argmax(1) == y).mean() if network.metric == "accuracy" else ((outputs - y) ** 2).mean()
    assert value == pytest.approx(right, rel=1e-5)


def test_a_short_last_batch_is_learnt_from(small_train):
    # 101 images in an order that is the same for both: whatever differs comes from the last batch of one.
    before = parameters(build(discriminator.NETWORK, 784, seed=0))
    after = parameters(quietly(discriminator.NETWORK, first(small_train, 101)).module)
    steps = np.abs(after["result_bias"] - before["result_bias"])
    assert steps.max() > LEARNING_RATE * 1.2  # one step of Adam moves by the learning rate at most


def test_epochs_are_reported_one_line_each_and_progress_goes_to_standard_error(small_train, capfd):
    values = loop.train(discriminator.NETWORK, small_train, epochs=2).values
    out, err = capfd.readouterr()
    lines = [f"discriminator epoch {i}: accuracy {value:.4f}" for i, value in enumerate(values, start=1)]
    assert out.splitlines() == lines
    assert err == ""  # neither a bar, since it is no terminal, nor MXNet's own remarks


def test_a_terminal_is_shown_a_bar(small_train, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    quietly(discriminator.NETWORK, small_train)
    assert sys.stderr.getvalue() == ""
    loop.train(discriminator.NETWORK, small_train, epochs=1, report=lambda line: None)
    assert "discriminator epoch 1 of 1:   0%" in sys.stderr.getvalue()


@pytest.mark.parametrize("epochs", [0, -1])
def test_there_has_to_be_an_epoch(epochs, small_train):
    with pytest.raises(ValueError, match=f"1 epoch or more, not {epochs}"):
        quietly(discriminator.NETWORK, small_train, epochs)


@each_network
def test_a_nan_is_an_error_and_no_model(network, small_train):
    images = small_train.images.copy()
    images[17, 300] = np.nan
    with pytest.raises(loop.TrainingError, match=rf"{network.name}, epoch 1: expected finite numbers"):
        quietly(network, Dataset(images, small_train.labels, small_train.shape), epochs=2)


@each_network
@pytest.mark.parametrize("pixels", [784, 35])
def test_a_loaded_network_answers_like_the_one_that_was_saved(network, pixels, tmp_path):
    module = build(network, pixels, batch_size=4)
    path = mxnet_files.save(module, tmp_path / "new" / network.name, 12)
    assert path == tmp_path / "new" / f"{network.name}-0012.params"
    loaded = mxnet_files.load(tmp_path / "new" / network.name, 12, network, batch_size=4)
    x, _ = network.feed(np.random.default_rng(0).random((4, pixels), np.float32), np.arange(4))
    assert (predict(loaded, x) == predict(module, x)).all()
    assert_same(parameters(loaded), parameters(module))


def test_a_checkpoint_is_mxnets_own(prefix, trained):
    loaded = mx.mod.Module.load(str(prefix), 3, data_names=["input"], label_names=["input_"])
    assert loaded.symbol.list_arguments() == trained.symbol.list_arguments()
    assert sorted(path.name for path in prefix.parent.iterdir()) == [
        "discriminator-0003.params",
        "discriminator-symbol.json",
        "manifest.json",
    ]


def cut_in_half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_a_byte(path):
    path.write_bytes(path.read_bytes()[:-1])


def empty(path):
    path.write_bytes(b"")


def make_text(path):
    path.write_text("{}")


def save_list(path):
    mx.nd.save(str(path), [mx.nd.zeros(3)])


def save_strange_names(path):
    mx.nd.save(str(path), {"arg:fc1_weight": mx.nd.zeros((3, 4))})


def save_strange_shapes(path):
    arrays = mx.nd.load(str(path))
    arrays["arg:encode2_weight"] = mx.nd.zeros((50, 99))
    mx.nd.save(str(path), arrays)


def save_nan(path):
    arrays = mx.nd.load(str(path))
    arrays["arg:encode2_weight"][3, 4] = np.nan
    mx.nd.save(str(path), arrays)


def save_the_generators(path):
    (mx.nd.save if path.suffix == ".params" else write_symbol)(
        str(path), build(generator.NETWORK, 784).get_params()[0]
    )


def write_symbol(path, _):
    generator.get_symbol(784).save(path)


@pytest.mark.parametrize(
    ("suffix", "damage", "words"),
    [
        ("-0003.params", os.unlink, "there is no such file"),
        ("-symbol.json", os.unlink, "there is no such file"),
        *[
            (suffix, damage, "it is damaged, or another kind of file")
            for suffix in ("-0003.params", "-symbol.json")
            for damage in (cut_in_half, empty, make_text)
        ],
        ("-0003.params", cut_a_byte, "it is damaged, or another kind of file"),
        ("-0003.params", save_list, "it is damaged, or another kind of file"),
        (
            "-0003.params",
            save_strange_names,
            r"expected a matrix encode1_weight, found \{'fc1_weight': \(3, 4\)\}",
        ),
        ("-0003.params", save_strange_shapes, r"expected encode2_weight \(50, 100\), found \(50, 99\)"),
        ("-0003.params", save_nan, "expected finite numbers, but not so in encode2_weight"),
        ("-0003.params", save_the_generators, "expected a matrix encode1_weight"),
        ("-symbol.json", save_the_generators, "expected node 1 to be .*encode1_weight.*, found one_hot"),
    ],
)
@pytest.mark.filterwarnings("ignore::autoencoder.data.manifest.UncheckedWarning")
def test_a_bad_checkpoint_is_named_with_what_is_wrong_and_how_to_train_one(
    prefix, suffix, damage, words, capfd
):
    path = prefix.with_name(prefix.name + suffix)
    (prefix.parent / "manifest.json").unlink()
    damage(path)
    with pytest.raises(CheckpointError, match=words) as caught:
        mxnet_files.load(prefix, 3, discriminator.NETWORK)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).endswith("python -m autoencoder train discriminator")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("step", "nth"), [("fsync", 1), ("fsync", 2), ("replace", 1), ("replace", 2)])
def test_a_failing_save_leaves_the_old_checkpoint_whole(step, nth, prefix, trained, monkeypatch):
    before = sorted((path.name, path.read_bytes()) for path in prefix.parent.iterdir())
    original, calls = getattr(os, step), []

    def fail(*args):
        calls.append(args)
        if len(calls) == nth:
            raise OSError("no space left on device")
        return original(*args)

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="no space left"):
        mxnet_files.save(build(discriminator.NETWORK, 784, seed=5), prefix, 3)
    assert sorted((path.name, path.read_bytes()) for path in prefix.parent.iterdir()) == before


KILLED = """
    import os, sys
    from autoencoder import discriminator
    from autoencoder.data.manifest import CheckpointError
    from autoencoder.checkpoints import mxnet_files
    from autoencoder.inference.predictor import Predictor, predict
    from autoencoder.networks.network import LEARNING_RATE, build
    from autoencoder.training import loop
    step, nth = sys.argv[2], int(sys.argv[3])
    original, calls = getattr(os, step), []

    def die(*args):
        calls.append(args)
        if len(calls) == nth:
            os.kill(os.getpid(), 9)
        return original(*args)

    setattr(os, step, die)
    mxnet_files.save(build(discriminator.NETWORK, 784, seed=5), sys.argv[1], 3)
"""


@pytest.mark.parametrize(("step", "nth"), [("fsync", 2), ("replace", 2)])
def test_a_process_killed_while_it_saves_leaves_the_old_checkpoint_whole(step, nth, prefix, trained):
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(KILLED), str(prefix), step, str(nth)])
    assert killed.returncode == -9
    assert_same(parameters(mxnet_files.load(prefix, 3, discriminator.NETWORK)), parameters(trained))


FULL_DISK = """
    import pathlib, resource, signal, sys
    from autoencoder import discriminator
    from autoencoder.data.manifest import CheckpointError
    from autoencoder.checkpoints import mxnet_files
    from autoencoder.inference.predictor import Predictor, predict
    from autoencoder.networks.network import LEARNING_RATE, build
    from autoencoder.training import loop
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = pathlib.Path(sys.argv[1] + "-0003.params").stat().st_size
    module = build(discriminator.NETWORK, 784, seed=5)
    for missing in (10, 10_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size - missing, resource.RLIM_INFINITY))
        try:
            mxnet_files.save(module, sys.argv[1], 3)
        except OSError as error:
            print(error)
"""


def test_a_full_disk_is_noticed(prefix, trained):
    # A limit on the size of files is as much of a full disk as a test can have.
    run = [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(prefix)]
    output = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    assert output.count("is the disk full?") == 2
    assert_same(parameters(mxnet_files.load(prefix, 3, discriminator.NETWORK)), parameters(trained))


IMPORTS = """
    import sys
    from autoencoder.networks.mx import mx
    mx.mod.Module.bind = None  # so that binding a network raises
    import autoencoder.auto_encoder, autoencoder.discriminator, autoencoder.generator
    assert "matplotlib" not in sys.modules
    import numpy
    assert numpy.bool is bool
"""


@pytest.mark.parametrize("options", [["-W", "error"], ["-W", "always"]])
def test_importing_is_quiet_and_does_no_work(options, tmp_path):
    run = [sys.executable, *options, "-c", textwrap.dedent(IMPORTS)]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not list(tmp_path.iterdir())
