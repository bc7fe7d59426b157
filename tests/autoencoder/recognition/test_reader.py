import numpy as np
import pytest

from autoencoder.data import idx
from autoencoder.networks import checkpoint
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.predictor import predict
from autoencoder.recognition import reader
from autoencoder.recognition.recogniser import Recogniser
from autoencoder.training import loop


def network():
    return reader.readers((28, 28), 10, 6)[0]


@pytest.mark.mxnet
def test_the_readers_are_a_few_times_as_large_as_lenet():
    epochs = Recogniser().epochs
    assert epochs.keys() == set(reader.NAMES)
    for name, epoch in epochs.items():
        module = checkpoint.load_module(SHIPPED / name, epoch, network())
        assert 100_000 <= sum(array.size for array in module.get_params()[0].values()) <= 250_000


@pytest.mark.parametrize(
    ("images", "expected"), [(60_000, 12), (10_000, 12), (500, 80), (100, 400), (7, 400)]
)
def test_few_images_are_shown_more_often(images, expected):
    network_for_few, count = loop.stretch(network(), 12, images)
    assert count == expected
    assert network_for_few.decay**count == pytest.approx(network().decay ** 12)


@pytest.mark.mxnet
def test_moving_means_and_variances_are_saved_and_loaded(small_train, tmp_path):
    module = loop.train_epochs(network(), small_train, 1, progress=False, report=lambda line: None).module
    checkpoint.save_module(module, tmp_path / "reader", 1)
    loaded = checkpoint.load_module(tmp_path / "reader", 1, network(), batch_size=50)
    _, before = module.get_params()
    _, after = loaded.get_params()
    assert before.keys() == after.keys()
    assert len(before) == 6
    assert all((before[name].asnumpy() == after[name].asnumpy()).all() for name in before)
    x = small_train.images[:50]
    np.testing.assert_allclose(predict(loaded, x), predict(module, x), rtol=1e-3, atol=1e-6)


def test_a_label_beyond_other_is_refused():
    with pytest.raises(
        idx.DataError, match=r"within 0\.\.9, and 6 more for other pictures, found 16 at image 1"
    ):
        network().feed(np.zeros((2, 784), np.float32), np.array([15, 16]))
