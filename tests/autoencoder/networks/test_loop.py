import io
import sys

import numpy as np
import pytest

from autoencoder import discriminator
from autoencoder.data.idx import Dataset
from autoencoder.digits.training.learning import train_epochs
from autoencoder.networks.network import LEARNING_RATE
from autoencoder.networks.predictor import predict
from autoencoder.networks.run import TrainingError
from tests.autoencoder.networks.post_networks import assert_same, build, each_network, parameters, quietly

pytestmark = pytest.mark.mxnet


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
    quietly(discriminator.network(), small_train)
    assert (np.random.get_state()[1] == before).all()


def spied_batches(monkeypatch):
    """Return a list that will hold the inputs of each step."""
    from autoencoder.networks.training import ThreadModule

    seen, forward = [], ThreadModule.forward

    def spy(module, batch, is_train):
        seen.append(batch.data[0].asnumpy())
        forward(module, batch, is_train)

    monkeypatch.setattr(ThreadModule, "forward", spy)
    return seen


@pytest.mark.parametrize("count", [1, 40, 100, 101, 130, 250])
def test_an_epoch_uses_every_image_of_any_number(count, small_train, monkeypatch):
    seen = spied_batches(monkeypatch)
    images = small_train.rows(slice(count))
    quietly(discriminator.network(), images)
    assert [len(x) for x in seen] == [100] * (count // 100) + [count % 100] * (count % 100 > 0)
    assert sorted(map(bytes, np.concatenate(seen))) == sorted(map(bytes, images.images))


def test_every_epoch_has_an_order_of_its_own(small_train, monkeypatch):
    seen = spied_batches(monkeypatch)
    quietly(discriminator.network(), small_train.rows(slice(50)), epochs=2)
    first, second = map(bytes, seen)
    assert first != second != bytes(small_train.images[:50])


@each_network
def test_the_metric_weighs_a_short_last_batch_by_its_images(network, small_train, monkeypatch):
    # With nothing learnt, the metric over an epoch is the one of the untrained network over all the images.
    monkeypatch.setattr("autoencoder.networks.training.ThreadModule.update", lambda module: None)
    images = small_train.rows(slice(130))
    x, y = network.feed(images.images, images.labels)
    value = quietly(network, images, seed=3).values[0]
    outputs = predict(build(network, seed=3), x)
    right = (outputs.argmax(1) == y).mean() if network.metric == "accuracy" else ((outputs - y) ** 2).mean()
    assert value == pytest.approx(right, rel=1e-5)


def test_a_short_last_batch_is_learnt_from(small_train):
    # 101 images in an order that is the same for both: whatever differs comes from the last batch of one.
    before = parameters(build(discriminator.network(), seed=0))
    after = parameters(quietly(discriminator.network(), small_train.rows(slice(101))).module)
    steps = np.abs(after["result_bias"] - before["result_bias"])
    assert steps.max() > LEARNING_RATE * 1.2  # one step of Adam moves by the learning rate at most


def test_epochs_are_reported_one_line_each_and_progress_goes_to_standard_error(small_train, capfd):
    values = train_epochs(discriminator.network(), small_train, epochs=2).values
    out, err = capfd.readouterr()
    lines = [f"discriminator epoch {i}: accuracy {value:.4f}" for i, value in enumerate(values, start=1)]
    assert out.splitlines() == lines
    assert err == ""  # neither a bar, since it is no terminal, nor MXNet's own remarks


def test_a_terminal_is_shown_a_bar(small_train, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    quietly(discriminator.network(), small_train)
    assert sys.stderr.getvalue() == ""
    train_epochs(discriminator.network(), small_train, epochs=1, report=lambda line: None)
    assert "discriminator epoch 1:   0%" in sys.stderr.getvalue()


@pytest.mark.parametrize("epochs", [0, -1])
def test_there_has_to_be_an_epoch(epochs, small_train):
    with pytest.raises(ValueError, match=f"1 epoch or more, not {epochs}"):
        quietly(discriminator.network(), small_train, epochs)


@each_network
def test_a_nan_is_an_error_and_no_model(network, small_train):
    images = small_train.images.copy()
    images[17, 300] = np.nan
    with pytest.raises(TrainingError, match=rf"{network.name}, epoch 1: expected finite numbers"):
        quietly(network, Dataset(images, small_train.labels, small_train.shape), epochs=2)
