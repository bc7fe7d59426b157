"""Networks answer as MXNet's own Module does, whatever the number of inputs and of threads that ask."""

import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autoencoder import auto_encoder, discriminator, generator
from autoencoder import digit_generator as digit_generator
from autoencoder.data.idx import EMBEDDED, load
from autoencoder.data.pictures import MNIST
from autoencoder.networks import checkpoint, predictor
from autoencoder.networks.checkpoint import SHIPPED, epochs_of
from autoencoder.networks.mx import mx
from autoencoder.networks.network import build
from autoencoder.networks.predictor import BoundModule, Predictor, predict
from autoencoder.recognition import reader

NETWORKS = [
    auto_encoder.NETWORK,
    discriminator.NETWORK,
    generator.NETWORK,
    digit_generator.generator_network((28, 28), 10),
    reader.ensemble(MNIST, 10, 6),
]
each_shipped = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)


def prefix_of(network):
    prefix = SHIPPED / network.name
    return prefix, epochs_of(prefix, 3)  # of the ensemble by its file in ONNX's format


def inputs(network, count):
    test = load("t10k", EMBEDDED)
    x, _ = network.feed(test.images[:count], test.labels[:count])
    random = np.random.default_rng(0)
    return x if x.shape[1:] != (17,) else np.hstack([x[:, :1], random.standard_normal((count, 16))])


def by_mxnet(module, rows):
    module.forward(mx.io.DataBatch([mx.nd.array(rows)]), is_train=False)
    return module.get_outputs()[0].asnumpy()


@pytest.mark.mxnet
@each_shipped
@pytest.mark.parametrize("size", [1, 2, 16, 100])
def test_answers_are_those_of_mxnets_own_forward_bit_for_bit(network, size):
    prefix, epoch = prefix_of(network)
    bound = BoundModule(checkpoint.load_module(prefix, epoch, network, batch_size=size))
    module = checkpoint.load_module(prefix, epoch, network, batch_size=size)
    x = inputs(network, 3 * size).astype(np.float32)
    for start in (0, size, 2 * size, 0):
        rows = x[start : start + size]
        assert (bound.answer(rows) == by_mxnet(module, rows)).all()


@pytest.mark.mxnet
def test_the_padding_of_a_short_batch_changes_no_output():
    prefix, epoch = prefix_of(discriminator.NETWORK)
    bound = BoundModule(checkpoint.load_module(prefix, epoch, discriminator.NETWORK, batch_size=16))
    x = inputs(discriminator.NETWORK, 16)
    full = bound.answer(x)
    assert (bound.answer(x[:5]) == full[:5]).all()


@each_shipped
@pytest.mark.parametrize("count", [0, 1, 2, 5, 99, 100, 101, 250])
def test_any_number_of_inputs_is_answered_each_as_if_alone(network, count):
    answer = Predictor(*prefix_of(network), network)
    x = inputs(network, count)
    together = answer(x)
    assert together.dtype == np.float32
    assert len(together) == count
    for row in {0, count // 2, count - 1} & set(range(count)):
        np.testing.assert_allclose(together[row], answer(x[row : row + 1])[0], rtol=0, atol=1e-5)


def take_turns(processors, monkeypatch):
    """Answer as where there are so many processors."""
    monkeypatch.setattr(predictor, "network_slots", lambda: processors)
    monkeypatch.setattr(predictor, "_TURNS", processors)
    monkeypatch.setattr(predictor, "_turns", queue.SimpleQueue())
    predictor._give_turns()


@pytest.mark.mxnet
@pytest.mark.parametrize("processors", [1, 2, 3])
def test_batches_that_are_worked_on_side_by_side_come_back_in_order(processors, monkeypatch):
    take_turns(processors, monkeypatch)
    monkeypatch.setattr(predictor, "network_slots", lambda: processors)
    network = discriminator.NETWORK
    names, together = set(), threading.Barrier(processors)
    answer = BoundModule.answer

    def spy(bound, rows):
        if (name := threading.current_thread().name) not in names:
            names.add(name)
            together.wait(timeout=60)  # or one thread may be done with all batches before the next begins
        return answer(bound, rows)

    x = inputs(network, 1000)
    expected = predict(checkpoint.load_module(*prefix_of(network), network, batch_size=100), x)
    monkeypatch.setattr(BoundModule, "answer", spy)
    np.testing.assert_allclose(Predictor(*prefix_of(network), network)(x), expected, rtol=0, atol=1e-5)
    assert len(names) == processors


@each_shipped
def test_threads_that_share_a_predictor_get_their_own_answers(network):
    answer = Predictor(*prefix_of(network), network)
    x = inputs(network, 40)
    sizes = (1, 3, 40)
    expected = {size: np.concatenate([answer(x[i : i + size]) for i in range(0, 40, size)]) for size in sizes}

    def ask(size):
        parts = [answer(x[start : start + size]) for start in range(0, 40, size)]
        return (np.concatenate(parts) == expected[size]).all()

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(ask, sizes * 6))


@pytest.mark.mxnet
def test_no_more_copies_of_a_network_are_made_than_can_work_at_once(monkeypatch):
    take_turns(2, monkeypatch)
    sizes = []
    plain_copy = predictor.plain_copy
    monkeypatch.setattr(
        predictor, "plain_copy", lambda module, size: sizes.append(size) or plain_copy(module, size)
    )
    answer = Predictor(*prefix_of(discriminator.NETWORK), discriminator.NETWORK, batch_size=8)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(answer, [inputs(discriminator.NETWORK, 9)] * 200))
    assert sizes.count(1) <= 1  # beside the first, which is of size 1
    assert sizes.count(8) <= 2


@pytest.mark.mxnet
def test_a_network_that_failed_is_asked_again(monkeypatch):
    take_turns(1, monkeypatch)
    answer = Predictor(*prefix_of(discriminator.NETWORK), discriminator.NETWORK)
    x = inputs(discriminator.NETWORK, 1)
    expected = answer(x)
    with monkeypatch.context() as broken:
        broken.setattr(BoundModule, "answer", lambda bound, rows: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            answer(x)
    assert (answer(x) == expected).all()


def test_an_answer_belongs_to_the_caller():
    answer = Predictor(*prefix_of(discriminator.NETWORK), discriminator.NETWORK)
    x = inputs(discriminator.NETWORK, 2)
    one = answer(x[:1])
    copy = one.copy()
    answer(x[1:])
    assert (one == copy).all()
    assert one.flags.owndata
    assert one.flags.writeable


@pytest.mark.mxnet
@pytest.mark.parametrize("shape", [(784,), (1, 783), (1, 28, 28), ()])
def test_an_input_of_another_shape_is_refused(shape):
    network = discriminator.NETWORK
    for answer in (Predictor(*prefix_of(network), network), lambda x: predict(build(network, 784), x)):
        with pytest.raises(ValueError, match=r"takes an array of shape \(n, 784\)"):
            answer(np.zeros(shape))
