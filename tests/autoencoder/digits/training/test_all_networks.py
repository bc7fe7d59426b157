"""The training of all networks of a data set: it says first how long it takes, and may leave one out."""

import re

import numpy as np
import pytest

import mxspec as s
from autoencoder import families
from autoencoder.data.storage import CheckpointError
from autoencoder.digits.training.all_networks import train_all, training_minutes
from autoencoder.digits.training.gan import train_generator
from autoencoder.networks.run import TrainingRun
from tests.autoencoder.conftest import write_data


@pytest.mark.parametrize("more", [{"images": 9000}, {"pixels": 1024}, {"are_digits": True}])
def test_more_takes_longer_and_no_generator_takes_less(more):
    some = {"images": 3000, "pixels": 784, "labels": 10, "are_digits": False}
    assert training_minutes(**some) < training_minutes(**some | more)
    assert training_minutes(**some | more, with_generator=False) < training_minutes(**some | more)


@pytest.mark.mxnet
def test_a_training_without_a_generator_says_how_long_it_takes_and_reads_pictures(tmp_path, hasty):
    random = np.random.default_rng(0)
    labels = np.arange(60) % 2
    images = random.integers(0, 60, (60, 9, 6)) + 180 * (np.arange(6) // 3 == labels[:, None, None])
    write_data(tmp_path, images.astype(np.uint8), labels)
    lines = []
    run = TrainingRun(tmp_path, tmp_path, tmp_path, 2, names=["a", "b"], progress=False, report=lines.append)
    train_all(run, with_generator=False)
    assert lines[0] == "60 images of 9x6 pixels take about 1 minute of one processor"
    assert not [line for line in lines if "generator" in line]
    family = families.define("halves", tmp_path)
    try:
        answers = [s.valid("halves/image", image / 255) for image in images[:10]]
        assert answers == [s.explain_data("halves/image", image / 255) is None for image in images[:10]]
        with pytest.raises(
            CheckpointError, match=r"has no generator, .*: python -m autoencoder train digits-gen"
        ):
            family.models.generate("a")
        with pytest.raises(CheckpointError, match="has no generator"):
            s.sample("halves/image", 1)
        train_generator(run)
        assert families.define("halves", tmp_path).models.generate("a").shape == (1, 54)
    finally:
        for name in [name for name in s.registry() if name.startswith("halves/")]:
            s.def_(name, None)


@pytest.mark.mxnet
def test_a_training_of_all_names_both_times(tmp_path, small_train, hasty):
    write_data(tmp_path, (255 * small_train.images).astype(np.uint8).reshape(-1, 28, 28), small_train.labels)

    def stop(line):
        raise InterruptedError(line)

    with pytest.raises(InterruptedError) as stopped:
        train_all(TrainingRun(tmp_path, tmp_path / "model", tmp_path, report=stop))
    words = (
        r"500 images of 28x28 pixels take about (\d+) minutes of one processor, or (\d+) minutes? --with.*"
    )
    match = re.fullmatch(words, str(stopped.value))
    assert int(match[1]) > int(match[2])
