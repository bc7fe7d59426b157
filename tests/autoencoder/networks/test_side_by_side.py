"""Works in threads beside each other."""

import functools
import signal
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from autoencoder.networks.mx import mx
from autoencoder.networks.network import seed_mxnet
from autoencoder.networks.predictor import call_in_threads
from autoencoder.training import loop
from tests.autoencoder.networks.post_networks import NETWORKS, assert_same, parameters, quietly
from tests.autoencoder.networks.processes import python


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
def test_networks_trained_side_by_side_are_those_trained_one_after_the_other(small_train):
    works = [functools.partial(quietly, network, small_train, epochs=2) for network in NETWORKS]
    for beside, alone in zip(call_in_threads(works, 3), call_in_threads(works, 1), strict=True):
        assert beside.values == alone.values
        assert_same(parameters(beside.module), parameters(alone.module))


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
def test_lines_printed_side_by_side_are_whole(small_train, monkeypatch):
    written = []  # a piece for each write, between any two of which another thread may come
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(write=written.append))
    works = [
        functools.partial(loop.train_epochs, network, small_train, 3, progress=False) for network in NETWORKS
    ]
    trained = call_in_threads(works, 3)
    lines = {
        f"{network.name} epoch {i}: {network.metric} {value:.4f}\n"
        for network, (_, values) in zip(NETWORKS, trained, strict=True)
        for i, value in enumerate(values, start=1)
    }
    assert set(written) == lines


@pytest.mark.mxnet
def test_an_interrupt_ends_all_of_them():
    process = python(
        """
        import signal
        signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background ignores
        from autoencoder import discriminator
        from autoencoder.data import idx
        from autoencoder.training import loop
        from autoencoder.networks.predictor import call_in_threads

        def work():
            images = idx.load("t10k", idx.EMBEDDED)
            report = lambda line: print(line, flush=True)
            loop.train_epochs(discriminator.NETWORK, images, 1000, report=report)

        call_in_threads([work, work], 2)
        """
    )
    assert process.stdout.readline().startswith("discriminator epoch 1")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in err
