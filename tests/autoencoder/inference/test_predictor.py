"""Networks answer as MXNet's own Module does, whatever the number of inputs and of threads that ask."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoencoder import auto_encoder, discriminator, generator
from autoencoder.checkpoints import mxnet_files
from autoencoder.checkpoints.paths import SHIPPED, epochs_of
from autoencoder.data.idx import EMBEDDED, load
from autoencoder.generation import network as digit_generator
from autoencoder.inference import pool, predictor
from autoencoder.inference.predictor import Predictor, batches, predict
from autoencoder.networks.module import Bound
from autoencoder.networks.mx import mx
from autoencoder.networks.network import build
from autoencoder.recognition import recogniser

NETWORKS = [
    auto_encoder.NETWORK,
    discriminator.NETWORK,
    generator.NETWORK,
    digit_generator.network((28, 28), 10),
    *recogniser.networks((28, 28), 10),
]
each_shipped = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)


def prefix_of(network):
    prefix = SHIPPED / network.name
    return prefix, epochs_of(prefix, 3)


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
    bound = Bound(mxnet_files.load(prefix, epoch, network, batch_size=size))
    module = mxnet_files.load(prefix, epoch, network, batch_size=size)
    x = inputs(network, 3 * size).astype(np.float32)
    for start in (0, size, 2 * size, 0):
        rows = x[start : start + size]
        answer = np.empty((size, *bound.outputs), np.float32)
        bound.answer(rows, answer)
        assert (answer == by_mxnet(module, rows)).all()


@pytest.mark.mxnet
def test_a_short_batch_is_filled_up_with_what_changes_nothing():
    prefix, epoch = prefix_of(discriminator.NETWORK)
    bound = Bound(mxnet_files.load(prefix, epoch, discriminator.NETWORK, batch_size=16))
    x = inputs(discriminator.NETWORK, 16)
    full, short = np.empty((16, 10), np.float32), np.empty((5, 10), np.float32)
    bound.answer(x, full)
    bound.answer(x[:5], short)
    assert (short == full[:5]).all()


@given(st.integers(0, 3000), st.integers(1, 600))
def test_every_input_is_in_one_batch_and_few_places_stay_empty(count, largest):
    parts = list(batches(count, largest))
    assert sum(rows for rows, _ in parts) == count
    assert all(0 < rows <= size <= largest and rows >= 0.75 * size for rows, size in parts)
    assert len(parts) <= count // largest + largest.bit_length() + 1
    assert len({size for _, size in parts}) <= largest.bit_length() + 1


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


@pytest.mark.mxnet
@pytest.mark.parametrize("processors", [1, 2, 3])
def test_parts_that_are_worked_on_side_by_side_come_back_in_order(processors, monkeypatch):
    for module in (predictor, pool):
        monkeypatch.setattr(module, "at_once", lambda: processors)
    network = discriminator.NETWORK
    names, together = set(), threading.Barrier(processors)
    answer = Bound.answer

    def spy(bound, rows, out):
        if (name := threading.current_thread().name) not in names:
            names.add(name)
            together.wait(timeout=60)  # or one thread may be done with all parts before the next begins
        answer(bound, rows, out)

    x = inputs(network, 1000)
    expected = predict(mxnet_files.load(*prefix_of(network), network, batch_size=100), x)
    monkeypatch.setattr(Bound, "answer", spy)
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


def test_no_more_copies_of_a_network_are_made_than_can_work_at_once(monkeypatch):
    monkeypatch.setattr(predictor, "at_once", lambda: 2)
    copies = []
    of_size = Bound.of_size
    monkeypatch.setattr(Bound, "of_size", lambda bound, size: copies.append(size) or of_size(bound, size))
    answer = Predictor(*prefix_of(discriminator.NETWORK), discriminator.NETWORK, batch_size=8)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(answer, [inputs(discriminator.NETWORK, 9)] * 200))
    assert copies.count(1) <= 1  # beside the first, which is of size 1
    assert copies.count(8) <= 2


@pytest.mark.mxnet
def test_a_network_that_failed_is_asked_again(monkeypatch):
    monkeypatch.setattr(predictor, "at_once", lambda: 1)
    answer = Predictor(*prefix_of(discriminator.NETWORK), discriminator.NETWORK)
    x = inputs(discriminator.NETWORK, 1)
    expected = answer(x)
    with monkeypatch.context() as broken:
        broken.setattr(Bound, "answer", lambda bound, rows, out: 1 / 0)
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
