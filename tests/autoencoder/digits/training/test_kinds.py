"""The network that names what was refused learns from pictures of each kind."""

import numpy as np
import pytest

from autoencoder.data.labels import DIGITS
from autoencoder.digits.recognition import kinds
from autoencoder.digits.training.kinds import make_pictures, train_kinds
from autoencoder.digits.training.synthetic.sources import ImageSource
from autoencoder.networks.run import TrainingRun
from tests.autoencoder.networks.post_networks import SILENT

pytestmark = [pytest.mark.mxnet, pytest.mark.slow]


def test_every_kind_has_pictures_that_differ_and_repeat_under_a_seed(small_test):
    source = ImageSource.of(small_test, DIGITS)
    once, again = (make_pictures(source, 300, np.random.default_rng(3)) for _ in range(2))
    assert (once.images == again.images).all()
    assert 0 <= once.images.min() <= once.images.max() <= 1
    for number in range(len(kinds.KINDS)):
        some = once.images[once.labels == number]
        # Few of the small set's digits are other shapes upside down, so some pictures come twice.
        assert len({bytes(picture) for picture in some}) >= 0.8 * len(some) > 3


def test_the_network_joins_the_files_of_a_folder(small_mnist, hasty, tmp_path):
    train_kinds(TrainingRun(small_mnist, tmp_path / "a", tmp_path / "out", 1, **SILENT))
    files = {path.name for path in (tmp_path / "a").iterdir()}
    assert files == {"digits-kinds-0001.params", "digits-kinds-symbol.json", "manifest.json"}
