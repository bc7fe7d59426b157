"""Modules for threads learn what MXNet's own do, and are copied as they are."""

import pytest

from autoencoder.digits import digit_generator
from autoencoder.digits.recognition import reader
from autoencoder.networks import checkpoint
from autoencoder.networks.mx import mx, plain_copy
from autoencoder.networks.network import BATCH_SIZE
from autoencoder.networks.predictor import predict
from tests.autoencoder.networks.post_networks import NETWORKS, assert_same, build, parameters, quietly

pytestmark = [pytest.mark.mxnet, pytest.mark.few(3)]

# The post's are dense, the reader has convolutions and moving means.
ALL = [*NETWORKS, reader.readers((28, 28), 10, 6)[0], digit_generator.generator_network((28, 28), 10)]
every_network = pytest.mark.parametrize("network", ALL, ids=lambda network: network.name)


@every_network
def test_a_module_for_threads_equals_mxnets_own_bit_for_bit(network, small_train, monkeypatch):
    images = small_train.rows(slice(230))  # the last batch is short
    ours = quietly(network, images, epochs=2)
    monkeypatch.setattr("autoencoder.networks.training.ThreadModule", mx.mod.Module)
    plain = quietly(network, images, epochs=2)
    assert type(plain.module) is mx.mod.Module is not type(ours.module)
    assert ours.values == plain.values
    for moving in (False, True):
        assert_same(*(parameters(trained.module, moving=moving) for trained in (ours, plain)))


@every_network
@pytest.mark.parametrize("size", [None, 3, 40])
def test_a_copy_has_parameters_of_its_own(network, size):
    module = build(network, batch_size=10)
    copy = plain_copy(module, size)
    assert copy.data_shapes[0].shape[0] == (size or 10)
    assert not copy.for_training
    before = parameters(copy)
    assert_same(before, parameters(module))
    module.set_params(*({name: 0 * array for name, array in kind.items()} for kind in module.get_params()))
    assert not any(array.any() for array in parameters(module).values())
    assert_same(before, parameters(copy))


@every_network
def test_a_trained_network_answers_like_its_checkpoint(network, small_train, tmp_path):
    module = quietly(network, small_train.rows(slice(101))).module  # whose last batch is a single image
    assert module.data_shapes[0].shape[0] == BATCH_SIZE
    checkpoint.save_module(module, tmp_path / network.name, 1)
    loaded = checkpoint.load_module(tmp_path / network.name, 1, network, batch_size=BATCH_SIZE)
    assert_same(parameters(module, moving=True), parameters(loaded, moving=True))
    assert len(parameters(loaded, moving=True)) == (0 if network in NETWORKS else 6)  # with convolutions
    x, _ = network.feed(small_train.images[:150], small_train.labels[:150])
    # One that is bound for training lays its weights out in another way, and adds up in another order.
    assert predict(module, x) == pytest.approx(predict(loaded, x), abs=1e-3)


@every_network
def test_parameters_that_are_set_again_are_those_that_answer(network, small_train):
    x, _ = network.feed(small_train.images[:20], small_train.labels[:20])
    others = plain_copy(build(network, seed=5), for_training=True)
    for module in (
        quietly(network, small_train.rows(slice(100))).module,
        plain_copy(build(network), for_training=True),
    ):
        predict(module, x)
        module.set_params(*others.get_params())
        assert predict(module, x) == pytest.approx(predict(others, x), abs=1e-3)
