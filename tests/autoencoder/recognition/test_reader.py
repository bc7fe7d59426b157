import numpy as np
import pytest

from autoencoder.data import idx
from autoencoder.networks import checkpoints, epochs, training
from autoencoder.networks.predictor import predict
from autoencoder.recognition import reader
from autoencoder.recognition.recogniser import Recogniser


@pytest.mark.mxnet
def test_the_reader_is_of_the_size_of_lenet():
    epoch = Recogniser().epochs[reader.NAME]
    module = checkpoints.load(checkpoints.SHIPPED / reader.NAME, epoch, reader.network((28, 28), 10))
    assert 30_000 <= sum(array.size for array in module.get_params()[0].values()) <= 120_000


@pytest.mark.parametrize(
    ("images", "expected"), [(60_000, 12), (10_000, 12), (500, 80), (100, 400), (7, 400)]
)
def test_few_images_are_shown_more_often(images, expected):
    network = reader.network((28, 28), 10)
    network_for_few, count = epochs.stretched(network, 12, images)
    assert count == expected
    assert network_for_few.decay**count == pytest.approx(network.decay**12)


@pytest.mark.mxnet
def test_moving_means_and_variances_are_saved_and_loaded(small_train, tmp_path):
    network = reader.network((28, 28), 10)
    module = training.train(network, small_train, 1, progress=False, report=lambda line: None).module
    checkpoints.save(module, tmp_path / "reader", 1)
    loaded = checkpoints.load(tmp_path / "reader", 1, network, batch_size=50)
    _, before = module.get_params()
    _, after = loaded.get_params()
    assert before.keys() == after.keys()
    assert len(before) == 6
    assert all((before[name].asnumpy() == after[name].asnumpy()).all() for name in before)
    x = small_train.images[:50]
    np.testing.assert_allclose(predict(loaded, x), predict(module, x), rtol=1e-3, atol=1e-6)


def test_shifts_move_a_picture_and_draw_its_edge_out():
    image = np.arange(20, dtype=np.float32).reshape(1, 20)
    moved = reader.shifted(np.repeat(image, 400, axis=0), (4, 5), np.random.default_rng(0), most=1)
    assert moved.shape == (400, 20)
    assert len({bytes(row) for row in moved}) == 9
    assert (moved == image).all(axis=1).any()
    up_left = np.array([[6, 7, 8, 9, 9], [11, 12, 13, 14, 14], [16, 17, 18, 19, 19], [16, 17, 18, 19, 19]])
    assert (moved == up_left.reshape(1, 20)).all(axis=1).any()


def test_shifts_may_bring_in_black():
    image = np.ones((200, 20), np.float32)
    moved = reader.shifted(image, (4, 5), np.random.default_rng(0), most=1, mode="constant")
    assert sorted(set(moved.sum(axis=1))) == [12, 15, 16, 20]


def test_a_label_beyond_other_is_refused():
    feed = reader.network((28, 28), 10).feed
    with pytest.raises(idx.DataError, match=r"within 0\.\.9, and 10 for other, found 11 at image 1"):
        feed(np.zeros((2, 784), np.float32), np.array([10, 11]))
