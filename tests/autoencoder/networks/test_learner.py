"""Modules that learn by one operator a step learn what MXNet's own do, and are copied as they are."""

import numpy as np
import pytest

from autoencoder.digits import digit_generator
from autoencoder.digits.recognition import reader
from autoencoder.networks import checkpoint
from autoencoder.networks.mx import Memory, mx, plain_copy
from autoencoder.networks.network import BATCH_SIZE, build
from autoencoder.networks.predictor import predict
from autoencoder.networks.workers import Learner
from tests.autoencoder.networks.post_networks import NETWORKS, assert_same, parameters, quietly

pytestmark = pytest.mark.mxnet

# The post's are dense, the reader has convolutions and moving means.
ALL = [*NETWORKS, reader.readers((28, 28), 10, 6)[0], digit_generator.generator_network((28, 28), 10)]
every_network = pytest.mark.parametrize("network", ALL, ids=lambda network: network.name)


class Plain(Learner):
    """MXNet's own steps: batches in arrays of their own, an operator for each parameter."""

    def __init__(self, module):
        self.module = module

    def arrays(self, size):
        described = (self.module.data_shapes, self.module.label_shapes)
        self.batch = mx.io.DataBatch(*([mx.nd.zeros((size, *shapes[0].shape[1:]))] for shapes in described))
        return Memory(self.batch.data[0]).view(), Memory(self.label).view()

    @property
    def label(self):
        return self.batch.label[0]

    def forward(self):
        self.module.forward(self.batch, is_train=True)
        return self.module.get_outputs()[0]

    def backward(self):
        self.module.backward()

    def update(self):
        self.module.update()


@every_network
def test_a_learner_equals_mxnets_own_module_bit_for_bit(network, small_train, monkeypatch):
    images = small_train.rows(slice(230))  # the last batch is short
    joined = quietly(network, images, epochs=2)
    monkeypatch.setattr("autoencoder.networks.loop.Learner", Plain)
    apart = quietly(network, images, epochs=2)
    assert joined.values == apart.values
    for moving in (False, True):
        assert_same(*(parameters(trained.module, moving=moving) for trained in (joined, apart)))


@every_network
def test_every_parameter_is_a_part_of_one_array(network):
    learner = Learner(build(network, 784, batch_size=10))
    sizes = {name: array.size for name, array in parameters(learner.module).items()}
    assert learner.values.size == learner.gradients.size == sum(sizes.values())
    both = np.concatenate([array.ravel() for array in parameters(learner.module).values()])
    assert (np.sort(learner.values.asnumpy()) == np.sort(both)).all()
    learner.values[:] = 7
    learner.module._params_dirty = True
    assert all((array == 7).all() for array in parameters(learner.module).values())


@every_network
@pytest.mark.parametrize("size", [None, 3, 40])
def test_a_copy_has_parameters_of_its_own(network, size):
    learner = Learner(build(network, 784, batch_size=10))
    copy = plain_copy(learner.module, size)
    assert copy.data_shapes[0].shape[0] == (size or 10)
    assert not copy.for_training
    before = parameters(copy)
    assert_same(before, parameters(learner.module))
    learner.values[:] = 0
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
    others = build(network, 784, seed=5)
    for module in (quietly(network, small_train.rows(slice(100))).module, build(network, 784)):
        predict(module, x)
        module.set_params(*others.get_params())
        assert predict(module, x) == pytest.approx(predict(others, x), abs=1e-3)
