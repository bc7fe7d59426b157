"""A training that was interrupted goes on to the parameters of one that was not, bit for bit."""

import dataclasses
import functools
import os

import numpy as np
import pytest

from autoencoder import discriminator, generator
from autoencoder.__main__ import main
from autoencoder.command_line.train import train_network
from autoencoder.data.bookmark import Bookmark, ResumeError
from autoencoder.data.storage import MANIFEST, CheckpointError
from autoencoder.digits.training.gan import train_generator
from autoencoder.digits.training.learning import train_epochs
from autoencoder.digits.training.readers import train_recognition
from autoencoder.model_specs import load
from autoencoder.networks.run import TrainingRun
from tests.autoencoder.edits import device, pipe

pytestmark = pytest.mark.mxnet


class Stopped(Exception):
    """Stands for a crash."""


def stop_after(words):
    def report(line):
        if words in line:
            raise Stopped

    return report


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def stopped_and_gone_on_with(train, run_of, folder, words):
    """Train until a line is reported, then go on; return the lines of the second time."""
    with pytest.raises(Stopped):
        train(run_of(folder, report=stop_after(words)))
    assert not (folder / MANIFEST).exists()
    assert list(folder.glob(".*.resume"))
    lines = []
    train(run_of(folder, report=lines.append, resume=True))
    assert not list(folder.glob(".*"))
    return lines


def runs(small_mnist, tmp_path, **options):
    def run_of(folder, **others):
        return TrainingRun(small_mnist, folder, tmp_path / "out", progress=False, seed=3, **options, **others)

    return run_of


@pytest.mark.parametrize(
    "name",
    ["discriminator", *(pytest.param(n, marks=pytest.mark.stress) for n in ("autoencoder", "generator"))],
)
def test_a_network_of_the_post_goes_on(name, small_mnist, tmp_path):
    train = functools.partial(train_network, name)
    run_of = runs(small_mnist, tmp_path, epochs=4)
    train(run_of(tmp_path / "whole", report=lambda line: None))
    lines = stopped_and_gone_on_with(train, run_of, tmp_path / "halves", "epoch 2")
    assert f"{name}: resuming after epoch 2 of 4" in lines
    assert not [line for line in lines if "epoch 1:" in line]
    assert contents(tmp_path / "whole") == contents(tmp_path / "halves")


@pytest.mark.stress
def test_the_readers_go_on(small_mnist, tmp_path):
    """With batch normalisation, a learning rate that falls, and images that are altered at random."""
    run_of = runs(small_mnist, tmp_path, epochs=3)
    train_recognition(run_of(tmp_path / "whole", report=lambda line: None))
    words = "digits-reader-2 epoch 2"
    lines = stopped_and_gone_on_with(train_recognition, run_of, tmp_path / "halves", words)
    assert "digits-reader-2: resuming after epoch 2 of 3" in lines
    assert contents(tmp_path / "whole") == contents(tmp_path / "halves")


@pytest.mark.stress
@pytest.mark.parametrize("words", ["epoch 1:", "epoch 2:"])
def test_the_generator_goes_on(words, small_mnist, tmp_path, hasty):
    run_of = runs(small_mnist, tmp_path, epochs=3)
    train_generator(run_of(tmp_path / "whole", report=lambda line: None))
    lines = stopped_and_gone_on_with(train_generator, run_of, tmp_path / "halves", words)
    assert f"digits-generator: resuming after {words[:-1]} of 3" in lines
    assert contents(tmp_path / "whole") == contents(tmp_path / "halves")


@pytest.fixture
def left(small_train, tmp_path):
    """The bookmark of a training of two epochs of three."""
    bookmark = Bookmark(tmp_path / "x", {"labels": ["a"]}, True)
    with pytest.raises(Stopped):
        train_epochs(discriminator.network(), small_train, 3, report=stop_after("epoch 2"), bookmark=bookmark)
    return bookmark


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epochs": 4}, "expected epochs 4, found 3"),
        ({"seed": 1}, "expected seed 1, found 0"),
        ({"batch_size": 50}, "expected batch 50, found 100"),
        ({"network": generator.network()}, "expected network generator, found discriminator"),
    ],
)
def test_another_training_is_not_gone_on_with(options, words, left, small_train):
    options = {"network": discriminator.network(), "epochs": 3} | options
    with pytest.raises(ResumeError, match=f"is of another training: {words}; give the options of"):
        train_epochs(dataset=small_train, report=lambda line: None, bookmark=left, **options)


def test_a_training_on_other_images_or_labels_is_not_gone_on_with(left, small_train, small_test):
    others = [
        small_test,
        dataclasses.replace(small_train, images=1 - small_train.images),
        dataclasses.replace(small_train, labels=9 - small_train.labels),
    ]
    for dataset in others:
        with pytest.raises(
            ResumeError, match=r"another training: expected data \w+, found \w+; give the options"
        ):
            train_epochs(discriminator.network(), dataset, 3, report=lambda line: None, bookmark=left)


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-100], lambda content: b"", lambda content: b"x" * 99]
)
def test_a_damaged_bookmark_is_a_line(damage, left, small_train):
    left.path.write_bytes(damage(left.path.read_bytes()))
    with pytest.raises(ResumeError, match=r"expected the state of a training, found .*; leave --resume out"):
        train_epochs(discriminator.network(), small_train, 3, report=lambda line: None, bookmark=left)


def make_bomb(path):
    with path.open("wb") as file:
        np.savez_compressed(file, numbers=np.zeros(1 << 24, np.uint8))


@pytest.mark.skipif(os.name == "nt", reason="needs pipes and links")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (pipe, "it is not a regular file"),
        (device, "it is not a regular file"),
        (make_bomb, "compressed arrays"),
    ],
)
def test_a_bookmark_that_is_no_file_or_a_bomb_is_refused_at_once(make, words, left):
    make(left.path)
    with pytest.raises(ResumeError, match=words):
        left.load()


def test_without_resume_a_training_begins_anew(left, small_train):
    lines = []
    again = Bookmark(left.path, left.about, False)
    train_epochs(discriminator.network(), small_train, 3, report=lines.append, bookmark=again)
    assert len(lines) == 3


def test_the_command_line_goes_on(small_mnist, tmp_path, capsys):
    options = ["--data-dir", small_mnist, "--model-dir", tmp_path / "model", "--output", tmp_path / "out"]
    train = ["train", "all", "--epochs", "1", *map(str, options)]
    assert main(train) == 0
    before = contents(tmp_path / "model")
    capsys.readouterr()
    assert main([*train, "--resume"]) == 0  # nothing is left to go on with, so it begins at the first epoch
    assert contents(tmp_path / "model") == before
    out = capsys.readouterr().out
    assert "resuming after" not in out
    for name in ("autoencoder", "discriminator", "generator"):
        assert f"{name}: no unfinished training to resume, beginning at epoch 1" in out


def test_another_seed_is_refused_before_the_data_are_loaded(small_mnist, tmp_path):
    run_of = runs(small_mnist, tmp_path, epochs=3)
    with pytest.raises(Stopped):
        train_network("discriminator", run_of(tmp_path / "model", report=stop_after("epoch 2")))
    before = contents(tmp_path / "model")
    other = TrainingRun("no/data", tmp_path / "model", tmp_path / "out", seed=4, resume=True)
    for train in (functools.partial(train_network, "discriminator"), train_generator):
        with pytest.raises(ResumeError, match="expected seed of the run 4, found 3; give the options"):
            train(other)
    assert contents(tmp_path / "model") == before


def test_networks_of_an_unfinished_training_are_an_error_that_names_resume(small_mnist, tmp_path):
    run_of = runs(small_mnist, tmp_path, epochs=3)
    with pytest.raises(Stopped):
        train_network("discriminator", run_of(tmp_path / "model", report=stop_after("epoch 2")))
    with pytest.raises(
        CheckpointError, match=r"a training here is unfinished, to resume it: .* train all .* --resume"
    ):
        load(tmp_path / "model")
