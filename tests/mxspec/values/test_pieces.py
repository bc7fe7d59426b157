"""Arrays in pieces for which numpy keeps the GIL: the answers are those of the whole."""

import threading

import numpy as np
import pytest

from mxspec.values import extremes, pieces


@pytest.fixture
def other_thread():
    """A second thread, without which arrays are left whole."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    yield
    done.set()
    thread.join()


@pytest.mark.parametrize("size", [1, 500, 501, 784, 1000, 1001, 2000, 2001])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "uint8"])
def test_extremes_are_those_of_the_whole(size, dtype, other_thread):
    values = np.random.default_rng(size).integers(0, 200, size).astype(dtype)
    assert extremes(values) == (values.min(), values.max())


@pytest.mark.parametrize("place", [0, 499, 500, 783])
def test_nan_is_both_extremes_wherever_it_is(place, other_thread):
    values = np.zeros((28, 28), np.float32)
    values.flat[place] = np.nan
    assert np.isnan(extremes(values)).all()


def test_only_small_arrays_in_one_run_of_memory_are_cut(other_thread):
    square = np.arange(784.0).reshape(28, 28)
    assert [len(piece) for piece in pieces(square)] == [500, 284]
    assert len(pieces(square.T)) == len(pieces(np.zeros(2001))) == len(pieces(np.zeros(500))) == 1
    assert extremes(square.T) == (0, 783)
