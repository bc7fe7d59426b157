"""Modules that learn by one operator a step learn what MXNet's own do, and are copied as they are."""

import numpy as np
import pytest

from autoencoder.checkpoints import mxnet_files
from autoencoder.generation import network
from autoencoder.inference.predictor import predict
from autoencoder.networks.module import LearningModule, plain_copy
from autoencoder.networks.mx import mx
from autoencoder.networks.network import BATCH_SIZE, DATA, LABEL, build
from autoencoder.recognition import reader
from tests.autoencoder.networks.post_networks import NETWORKS, assert_same, first, parameters, quietly

pytestmark = pytest.mark.mxnet

# The post's are dense, the reader has convolutions and moving means.
ALL = [
    *NETWORKS,
    reader.readers((28, 28), 10, 6)[0],
    network.network((28, 28), 10),
]
every_network = pytest.mark.parametrize("network", ALL, ids=lambda network: network.name)


class Plain(mx.mod.Module):
    """MXNet's own, which is handed other arrays than its own."""

    def batch(self, size):
        shapes = [
            (size, *descriptions[0].shape[1:]) for descriptions in (self.data_shapes, self.label_shapes)
        ]
        return mx.io.DataBatch(*([mx.nd.zeros(shape)] for shape in shapes))


@every_network
def test_what_is_learnt_is_what_mxnets_own_module_learns_bit_for_bit(network, small_train, monkeypatch):
    images = first(small_train, 230)  # the last batch is short
    joined = quietly(network, images, epochs=2)
    monkeypatch.setattr("autoencoder.networks.network.LearningModule", Plain)
    apart = quietly(network, images, epochs=2)
    assert joined.values == apart.values
    for some, others in zip(joined.module.get_params(), apart.module.get_params(), strict=True):
        assert_same(*({name: array.asnumpy() for name, array in all_.items()} for all_ in (some, others)))


@every_network
def test_every_parameter_is_a_part_of_one_array(network):
    module = build(network, 784, batch_size=10)
    sizes = {name: array.size for name, array in parameters(module).items()}
    assert module.values.size == module.gradients.size == sum(sizes.values())
    both = np.concatenate([array.ravel() for array in parameters(module).values()])
    assert (np.sort(module.values.asnumpy()) == np.sort(both)).all()
    module.values[:] = 7
    module._params_dirty = True
    assert all((array == 7).all() for array in parameters(module).values())


def test_parameters_that_are_set_before_binding_stay():
    network = NETWORKS[1]
    parameters_of_4 = build(network, 784, seed=4).get_params()
    module = LearningModule(network.get_symbol(784), [DATA], [LABEL])
    plain = mx.mod.Module(network.get_symbol(784), [DATA], [LABEL])
    for each in (module, plain):
        each._arg_params, each._aux_params, each.params_initialized = *parameters_of_4, True
        each.bind([(DATA, (5, 784))], [(LABEL, (5,))])
        each._params_dirty = True  # so that they are read from where it computes with them
    assert_same(parameters(module), parameters(plain))


def test_a_module_that_learns_refuses_to_answer():
    module = build(NETWORKS[1], 784, batch_size=2)
    with pytest.raises(ValueError, match=r"only learns; `plain_copy\(module\)` makes one that answers"):
        module.forward(mx.io.DataBatch([mx.nd.zeros((2, 784))]), is_train=False)


@every_network
@pytest.mark.parametrize("sizes", [[10], [10, 4, 10], [25, 10]])
def test_a_batch_of_the_modules_own_is_learnt_from_as_any_other(network, sizes, small_train):
    own, others = (build(network, 784, batch_size=10, seed=2) for _ in range(2))
    for size in sizes:
        x, y = network.feed(small_train.images[:size], small_train.labels[:size])
        filled, other = own.batch(size), mx.io.DataBatch([mx.nd.array(x)], [mx.nd.array(y)])
        filled.data[0][:], filled.label[0][:] = other.data[0], other.label[0]
        for module, batch in [(own, filled), (others, other)]:
            mx.random.seed(size)  # or each would drop out others
            module.forward(batch, is_train=True)
            module.backward()
            module.update()
        assert filled.data[0] is own.batch(size).data[0]
    assert_same(parameters(own), parameters(others))


@every_network
@pytest.mark.parametrize("size", [None, 3, 40])
def test_one_that_is_apart_has_a_copy_of_the_parameters(network, size):
    module = build(network, 784, batch_size=10)
    copy = plain_copy(module, size)
    assert copy.data_shapes[0].shape[0] == (size or 10)
    assert not copy.for_training
    before = parameters(copy)
    assert_same(before, parameters(module))
    module.values[:] = 0
    assert_same(before, parameters(copy))


@every_network
def test_what_is_trained_answers_as_its_checkpoint_does(network, small_train, tmp_path):
    module = quietly(network, first(small_train, 201)).module  # whose last batch is a single image
    assert module.data_shapes[0].shape[0] == BATCH_SIZE
    mxnet_files.save(module, tmp_path / network.name, 1)
    loaded = mxnet_files.load(tmp_path / network.name, 1, network, batch_size=BATCH_SIZE)
    x, _ = network.feed(small_train.images[:150], small_train.labels[:150])
    # One that is bound for training lays its weights out in another way, and adds up in another order.
    assert predict(module, x) == pytest.approx(predict(loaded, x), abs=1e-3)


@every_network
def test_parameters_that_are_set_again_are_those_that_answer(network, small_train):
    x, _ = network.feed(small_train.images[:20], small_train.labels[:20])
    others = build(network, 784, seed=5)
    for module in (quietly(network, small_train).module, build(network, 784)):
        predict(module, x)
        module.set_params(*others.get_params())
        assert predict(module, x) == pytest.approx(predict(others, x), abs=1e-3)
