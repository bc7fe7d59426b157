"""Checkpoints in MXNet's format: read as they were written, and refused where they are anything else."""

import contextlib
import os
import resource
import signal

import numpy as np
import pytest

from autoencoder import discriminator, generator
from autoencoder.data.storage import CheckpointError
from autoencoder.networks import checkpoint
from autoencoder.networks.mx import mx
from autoencoder.networks.predictor import predict
from tests.autoencoder.edits import cut, resealed
from tests.autoencoder.networks.post_networks import FILES, assert_same, build, parameters, quietly

pytestmark = pytest.mark.mxnet


@pytest.fixture(scope="module")
def trained(small_train):
    return quietly(discriminator.network(), small_train, epochs=2).module


@pytest.fixture
def prefix(trained, tmp_path):
    prefix = tmp_path / "discriminator"
    checkpoint.save_module(trained, prefix, 3)
    return prefix


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.__name__)
@pytest.mark.parametrize("pixels", [784, 35])
def test_a_loaded_network_answers_like_the_one_that_was_saved(file, pixels, tmp_path):
    network = file.network(10, pixels)
    module = build(network, batch_size=4)
    path = checkpoint.save_module(module, tmp_path / "new" / network.name, 12)
    assert path == tmp_path / "new" / f"{network.name}-0012.params"
    loaded = checkpoint.load_module(tmp_path / "new" / network.name, 12, network, batch_size=4)
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


def replaced(**arrays):
    """Return a function that replaces parameters in a file, by functions that make them."""

    def damage(path):
        others = {f"arg:{name}": make() for name, make in arrays.items()}
        mx.nd.save(str(path), mx.nd.load(str(path)) | others)

    return damage


@pytest.mark.parametrize(
    ("suffix", "damage", "words"),
    [
        *[(suffix, os.unlink, "there is no such file") for suffix in ("-0003.params", "-symbol.json")],
        *[(suffix, cut, "it is damaged, or another kind") for suffix in ("-0003.params", "-symbol.json")],
        (
            "-0003.params",
            lambda path: mx.nd.save(str(path), {"arg:fc1_weight": mx.nd.zeros((3, 4))}),
            r"expected encode1_bias \(100,\), found None; .*expected fc1_weight None, found \(3, 4\)",
        ),
        (
            "-0003.params",
            replaced(encode2_weight=lambda: mx.nd.zeros((50, 99))),
            r"expected encode2_weight \(50, 100\), found \(50, 99\)",
        ),
        (
            "-0003.params",
            replaced(encode2_weight=lambda: mx.nd.ones((50, 100)) * np.nan),
            "expected finite numbers, but not so in encode2_weight",
        ),
        (
            "-symbol.json",
            lambda path: generator.get_symbol(784).save(str(path)),
            r"expected the layers encode1\(100\).*, found onehot\(10\), decode1\(50\)",
        ),
    ],
)
def test_an_error_names_a_bad_checkpoint_the_problem_and_the_command_to_train(
    prefix, suffix, damage, words, capfd
):
    path = prefix.with_name(prefix.name + suffix)
    damage(path)
    resealed(prefix.parent)
    with pytest.raises(CheckpointError, match=words) as caught:
        checkpoint.load_module(prefix, 3, discriminator.network())
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).endswith(
        f"python -m autoencoder train discriminator --model-dir {prefix.parent}"
    )
    assert capfd.readouterr() == ("", "")


@contextlib.contextmanager
def limited(size):
    """Limit the size of files: as much of a full disk as a test can have."""
    handler, before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_noticed(prefix, trained):
    size = prefix.with_name("discriminator-0003.params").stat().st_size
    other = build(discriminator.network(), seed=5)
    for missing in (10, 10_000):
        with limited(size - missing), pytest.raises(OSError, match=r"is the disk full\?"):
            checkpoint.save_module(other, prefix, 3)
    assert_same(parameters(checkpoint.load_module(prefix, 3, discriminator.network())), parameters(trained))
