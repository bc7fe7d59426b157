"""Networks answer as MXNet's own Module does, in any number, in any company and side by side in threads."""

import functools
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from autoencoder import digits, discriminator, model_specs
from autoencoder.digits.training.learning import train_epochs
from autoencoder.networks import checkpoint, predictor
from autoencoder.networks.mx import binding, mx, plain_copy
from autoencoder.networks.network import seed_mxnet
from autoencoder.networks.predictor import (
    NEARLY,
    MxnetNetwork,
    Predictor,
    call_in_threads,
    is_tied,
    predict,
    predict_stably,
)
from tests.autoencoder.mnist import load_test_images
from tests.autoencoder.networks.post_networks import NETWORKS, assert_same, build, parameters
from tests.autoencoder.networks.processes import python
from tests.autoencoder.networks.shipped_networks import each_shipped, inputs, prefix_of

pytestmark = pytest.mark.few(8)


def by_mxnet(module, rows):
    module.forward(mx.io.DataBatch([mx.nd.array(rows)]), is_train=False)
    return module.get_outputs()[0].asnumpy()


@pytest.mark.mxnet
@each_shipped
@pytest.mark.parametrize("size", [1, 2, 16, 100])
def test_answers_are_those_of_mxnets_own_forward_bit_for_bit(network, size):
    prefix, epoch = prefix_of(network)
    bound = checkpoint.load_module(prefix, epoch, network, batch_size=size)
    module = checkpoint.load_module(prefix, epoch, network, batch_size=size)
    x = inputs(network, 3 * size).astype(np.float32)
    for start in (0, size, 2 * size, 0):
        rows = x[start : start + size]
        assert (bound.answer(rows) == by_mxnet(module, rows)).all()


@pytest.mark.mxnet
def test_the_padding_of_a_short_batch_changes_no_output():
    prefix, epoch = prefix_of(discriminator.network())
    bound = checkpoint.load_module(prefix, epoch, discriminator.network(), batch_size=16)
    x = inputs(discriminator.network(), 16)
    full = bound.answer(x)
    assert (bound.answer(x[:5]) == full[:5]).all()


@pytest.mark.few(3)
@each_shipped
def test_any_number_of_inputs_is_answered_each_as_if_alone(network):
    answer = Predictor(*prefix_of(network), network)
    for count in (0, 1, 2, 5, 99, 100, 101, 250):
        x = inputs(network, count)
        together = answer(x)
        assert (together.dtype, len(together)) == (np.float32, count)
        for row in {0, count // 2, count - 1} & set(range(count)):
            np.testing.assert_allclose(together[row], answer(x[row : row + 1])[0], rtol=0, atol=1e-5)


def take_turns(processors, monkeypatch):
    """Answer as where there are so many processors."""
    monkeypatch.setattr(predictor, "network_slots", lambda: processors)
    monkeypatch.setattr(predictor, "_TURNS", processors)
    monkeypatch.setattr(predictor, "_turns", None)  # which is put back after the test
    predictor._renew_turns()


@pytest.mark.mxnet
@pytest.mark.parametrize("processors", [1, 2, 3])
def test_batches_that_are_worked_on_side_by_side_come_back_in_order(processors, monkeypatch):
    take_turns(processors, monkeypatch)
    monkeypatch.setattr(predictor, "network_slots", lambda: processors)
    network = discriminator.network()
    names, together = set(), threading.Barrier(processors)
    answer = MxnetNetwork.answer

    def spy(bound, rows):
        if (name := threading.current_thread().name) not in names:
            names.add(name)
            together.wait(timeout=60)  # or one thread may be done with all batches before the next begins
        return answer(bound, rows)

    x = inputs(network, 1000)
    expected = predict(checkpoint.load_module(*prefix_of(network), network, batch_size=100), x)
    monkeypatch.setattr(MxnetNetwork, "answer", spy)
    np.testing.assert_allclose(Predictor(*prefix_of(network), network)(x), expected, rtol=0, atol=1e-5)
    assert len(names) == processors


@each_shipped
def test_threads_that_share_a_predictor_get_their_own_answers(network):
    answer = Predictor(*prefix_of(network), network)
    x = inputs(network, 40)
    sizes = (1, 3, 40)
    expected = {size: np.concatenate([answer(x[i : i + size]) for i in range(0, 40, size)]) for size in sizes}

    def ask_each(size):
        parts = [answer(x[start : start + size]) for start in range(0, 40, size)]
        return (np.concatenate(parts) == expected[size]).all()

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(ask_each, sizes * 6))


@pytest.mark.mxnet
def test_no_more_copies_of_a_network_are_made_than_can_work_at_once(monkeypatch):
    take_turns(2, monkeypatch)
    sizes = []
    plain_copy = predictor.plain_copy
    monkeypatch.setattr(
        predictor, "plain_copy", lambda module, size: sizes.append(size) or plain_copy(module, size)
    )
    answer = Predictor(*prefix_of(discriminator.network()), discriminator.network(), batch_size=8)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(answer, [inputs(discriminator.network(), 9)] * 200))
    assert sizes.count(1) <= 1  # beside the first, which is of size 1
    assert sizes.count(8) <= 2


@pytest.mark.mxnet
def test_a_network_that_failed_is_asked_again(monkeypatch):
    take_turns(1, monkeypatch)
    answer = Predictor(*prefix_of(discriminator.network()), discriminator.network())
    x = inputs(discriminator.network(), 1)
    expected = answer(x)
    with monkeypatch.context() as broken:
        broken.setattr("autoencoder.networks.training.ThreadModule.answer", lambda module, rows: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            answer(x)
    assert (answer(x) == expected).all()


def test_an_answer_belongs_to_the_caller():
    answer = Predictor(*prefix_of(discriminator.network()), discriminator.network())
    x = inputs(discriminator.network(), 2)
    one = answer(x[:1])
    copy = one.copy()
    answer(x[1:])
    assert (one == copy).all()
    assert one.flags.owndata
    assert one.flags.writeable


@pytest.mark.mxnet
@pytest.mark.parametrize("shape", [(784,), (1, 783), (1, 28, 28), ()])
def test_an_input_of_another_shape_is_refused(shape):
    network = discriminator.network()
    for answer in (Predictor(*prefix_of(network), network), lambda x: predict(build(network), x)):
        with pytest.raises(ValueError, match=r"takes an array of shape \(n, 784\)"):
            answer(np.zeros(shape))


# --- near ties: an image is read alone as it is in any company ----------------------------------------------


COMPANIES = (1, 3, 20)


def mnist_label(image):
    return model_specs.discriminate(image)


def digits_label(image):
    return digits.read(image).label


def digits_is_recognised(image):
    return digits.read(image).label is not None


def halfway(decide, a, b):
    """Images between a and b, as near to each other as they get, at which the decision changes."""
    low, high = 0.0, 1.0
    at_a = decide(a)
    for _ in range(30):
        middle = (low + high) / 2
        same = decide(between(a, b, middle)) == at_a
        low, high = (middle, high) if same else (low, middle)
    return [between(a, b, part) for part in (low, high)]


def between(a, b, part):
    return ((1 - part) * a + part * b).astype(np.float32)


IMAGES = load_test_images().images[:40]
NOISE = np.random.default_rng(0).random((20, 784), np.float32)
# Between two digits lies a tie of their labels, between a digit and noise the threshold.
CASES = {
    "the label of mnist/...": (mnist_label, model_specs.discriminate_many, IMAGES[::2], IMAGES[1::2]),
    "the label of digits/...": (
        digits_label,
        lambda images: [reading.label for reading in digits.read_many(images)],
        IMAGES[::2],
        IMAGES[1::2],
    ),
    "the threshold of digits/...": (
        digits_is_recognised,
        lambda images: [reading.label is not None for reading in digits.read_many(images)],
        IMAGES[:20],
        NOISE,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_image_at_a_border_is_decided_the_same_in_any_company(case):
    decide, decide_many, starts, ends = CASES[case]
    pairs = [halfway(decide, a, b) for a, b in zip(starts, ends, strict=True)]
    alone = [[decide(image) for image in pair] for pair in pairs]
    assert sum(a != b for a, b in alone) > len(pairs) / 2  # so close they are
    for company in COMPANIES:
        together = decide_many([image for pair in pairs for image in pair] * company)
        assert together == [decision for pair in alone for decision in pair] * company


def rounded(rows):
    """A network whose outputs move with the size of the batch."""
    return rows if len(rows) == 1 else rows + 1e-6


def test_who_is_near_is_asked_alone_and_nobody_else():
    rows = np.array([[0.1], [0.5], [0.500001], [0.9]])
    outputs = predict_stably(rounded, rows, lambda outputs: abs(outputs[:, 0] - 0.5) < NEARLY)
    assert (outputs[1:3] == rows[1:3]).all()
    assert (outputs[[0, 3]] == rows[[0, 3]] + 1e-6).all()


@pytest.mark.parametrize("count", [0, 1])
def test_one_that_is_alone_is_asked_once(count):
    calls = []
    predict_stably(lambda rows: calls.append(len(rows)) or rows, np.ones((count, 1)), lambda outputs: 1 / 0)
    assert calls == [count]


@pytest.mark.parametrize(
    ("row", "tied"),
    [
        ([0.5, 0.5], True),
        ([0.50001, 0.49999], True),
        ([0.5002, 0.4998], False),
        ([0.2, 0.4, 0.4], True),
        ([0.39, 0.2, 0.41], False),
        ([1e-9, 1e-9, 0], True),  # of labels that hardly count, in proportion
        ([1e-9, 3e-9, 0], False),
        ([1, 0, 0], False),
        ([0.3], False),
    ],
)
def test_a_tie_is_in_proportion(row, tied):
    assert is_tied(np.array([row, row])).tolist() == [tied, tied]


# --- works in threads beside each other ---------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [1, 2, 3, 9])
def test_results_come_in_the_order_of_the_calls(at_once):
    works = [functools.partial(pow, 2, n) for n in range(5)]
    assert call_in_threads(works, at_once) == [1, 2, 4, 8, 16]
    assert call_in_threads([], at_once) == []


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_as_many_run_at_once_as_are_asked_for(at_once):
    lock, running, most = threading.Lock(), [], []

    def work():
        with lock:
            running.append(1)
            most.append(len(running))
        time.sleep(0.05)
        with lock:
            running.pop()

    call_in_threads([work] * 6, at_once)
    assert max(most) == at_once


def test_a_failure_is_raised_and_no_other_work_begins():
    begun, failed = [], threading.Event()

    def fails():
        begun.append("fails")
        failed.set()
        raise ValueError("no good")

    def goes_on():
        begun.append("goes on")
        assert failed.wait(60)
        time.sleep(0.1)
        begun.append("is over")

    with pytest.raises(ValueError, match="no good"):
        call_in_threads([goes_on, fails, lambda: begun.append("begins")], 2)
    assert sorted(begun) == ["fails", "goes on", "is over"]


@pytest.mark.mxnet
def test_only_one_thread_at_a_time_draws_the_random_numbers_of_a_seed():
    inside, drawn = threading.Event(), []

    def first():
        with seed_mxnet(1):
            inside.set()
            time.sleep(0.2)
            drawn.append(mx.nd.random.uniform(shape=3).asnumpy())

    def second():
        assert inside.wait(60)
        with seed_mxnet(2):
            drawn.append(mx.nd.random.uniform(shape=3).asnumpy())

    call_in_threads([first, second], 2)
    with seed_mxnet(1):
        assert (drawn[0] == mx.nd.random.uniform(shape=3).asnumpy()).all()
    with seed_mxnet(2):
        assert (drawn[1] == mx.nd.random.uniform(shape=3).asnumpy()).all()


@pytest.mark.mxnet
@pytest.mark.parametrize("make", [lambda module: build(discriminator.network()), plain_copy])
def test_only_one_thread_at_a_time_makes_an_executor(make):
    ends, module = [], build(discriminator.network())

    def second():
        make(module)
        ends.append("second")

    with binding:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        ends.append("first")
    thread.join()
    assert ends == ["first", "second"]


@pytest.mark.mxnet
def test_networks_train_side_by_side_as_they_do_alone_and_print_whole_lines(small_train, monkeypatch):
    written = []  # a piece for each write, between any two of which another thread may come
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(write=written.append, flush=int))
    options = {"epochs": 2, "progress": False}
    works = [functools.partial(train_epochs, network, small_train, **options) for network in NETWORKS]
    together = call_in_threads(works, 3)
    assert set(written) == {
        f"{network.name} epoch {i}: {network.metric} {value:.4f}\n"
        for network, (_, values) in zip(NETWORKS, together, strict=True)
        for i, value in enumerate(values, start=1)
    }
    for beside, alone in zip(together, call_in_threads(works, 1), strict=True):
        assert beside.values == alone.values
        assert_same(parameters(beside.module), parameters(alone.module))


def test_an_interrupt_ends_all_of_them():
    process = python(
        """
        import signal, time
        signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background ignores
        from autoencoder.networks.predictor import call_in_threads

        def work():
            print("begun", flush=True)  # whose two parts may come between those of another
            time.sleep(200)

        call_in_threads([work, work], 2)
        """
    )
    assert process.stdout.read(5) == "begun"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in err
