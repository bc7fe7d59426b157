"""An evaluation of other networks and other data sets, and those that are refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencoder.command_line.parser import parser
from autoencoder.data import idx
from autoencoder.data.labels import DIGITS
from autoencoder.data.storage import CheckpointError
from autoencoder.evaluation import measures, report
from autoencoder.evaluation.page import PAGE
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.training.gan import train_generator
from autoencoder.training.readers import train_recognition
from autoencoder.training.run import TrainingRun
from tests.autoencoder.evaluation.test_report import PICTURES


def quiet(line):
    pass


def scaled(folder, training, test, count):
    """Digits below count as images of 20x16, in a folder of idx files."""
    for split, most in zip(idx.SPLITS, (training, test), strict=True):
        numbers = idx.read_idx(idx.EMBEDDED / f"{split}-labels-idx1-ubyte.gz")
        rows = np.flatnonzero(numbers < count)[:most]
        images = idx.read_idx(idx.EMBEDDED / f"{split}-images-idx3-ubyte.gz")[rows]
        small = [Image.fromarray(image).resize((16, 20), Image.Resampling.BILINEAR) for image in images]
        idx.write_idx(folder / f"{split}-images-idx3-ubyte", np.stack([*map(np.asarray, small)]))
        idx.write_idx(folder / f"{split}-labels-idx1-ubyte", numbers[rows])


def test_an_evaluation_that_can_not_be_written_is_not_begun(tmp_path, refused):
    (tmp_path / "file").touch()
    assert "file" in refused("evaluate", "--output", tmp_path / "file" / "results")


def test_an_evaluation_that_can_not_be_made_says_why(tmp_path, refused):
    assert "there is no such file" in refused("evaluate", "--model-dir", tmp_path)


def test_images_of_another_size_are_refused(tmp_path):
    scaled(tmp_path, 20, 10, 10)
    with pytest.raises(idx.DataError, match="the test images: expected pictures of 28x28"):
        report.evaluate(data_dir=tmp_path, output=tmp_path)


def test_labels_that_the_networks_do_not_know_are_refused(small_test, tmp_path):
    for split in idx.SPLITS:
        images = np.rint(small_test.images[:12] * 255).astype(np.uint8).reshape(-1, 28, 28)
        idx.write_idx(tmp_path / f"{split}-images-idx3-ubyte", images)
        idx.write_idx(tmp_path / f"{split}-labels-idx1-ubyte", np.arange(12, dtype=np.uint8))
    with pytest.raises(idx.DataError, match=r"within 0\.\.9, found 10"):
        report.evaluate(data_dir=tmp_path, output=tmp_path)


@pytest.mark.mxnet
@pytest.mark.parametrize(
    ("training", "test", "names"),
    [
        (60, 20, ("no", "yes")),
        pytest.param(3000, 500, ("none", "one", "two", "three"), marks=pytest.mark.slow),
    ],
)
def test_networks_of_any_data_set_are_evaluated(training, test, names, tmp_path, request):
    few = training < 1000
    if few:
        request.getfixturevalue("hasty")
    scaled(tmp_path, training, test, len(names))
    model = tmp_path / "model"
    words = {"names": names, "progress": False, "report": quiet}
    train_recognition(TrainingRun(tmp_path, model, tmp_path, epochs=1 if few else 6, **words))
    train_generator(TrainingRun(tmp_path, model, tmp_path, 1 if few else 4, **words))
    output = tmp_path / "results"
    result = report.evaluate(
        model, tmp_path, output, count=10, sample_count=40, teaching_count=40, progress=False, report=quiet
    )
    assert {path.name for path in output.iterdir()} == {*PICTURES, report.JSON, PAGE}
    assert result["data"]["shape"] == [20, 16]
    assert result["data"]["labels"] == list(names)
    assert np.array(result["reading"]["confusion"]).shape == (len(names), len(names) + 1)
    assert "accuracy of the post's discriminator" not in result["reading"]
    assert result["generator"].keys() == {"samples", "real", "plain", "teaching"}
    assert result["checkpoints"][0] == f"digits-generator-{1 if few else 4:04d}.params"
    assert [*result["recognition"]][2:] == [f"{kind}: refused" for kind in measures.KINDS]
    if not few:
        assert result["reading"]["accuracy"] > 0.95
        assert result["generator"]["samples"]["accuracy"] > 0.8


@pytest.mark.mxnet
def test_files_of_different_data_sets_are_told_apart(small_mnist, tmp_path):
    scaled(tmp_path, 60, 20, 2)
    train_recognition(TrainingRun(tmp_path, tmp_path, tmp_path, 1, progress=False, report=quiet))
    (tmp_path / "manifest.json").unlink()  # by which other files in the folder would not count
    for path in SHIPPED.glob("digits-generator-*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    DIGITS.save(tmp_path)
    (tmp_path / "manifest.json").unlink()  # which tells them apart sooner
    with pytest.raises(
        CheckpointError, match=r"expected networks for 10 labels as in labels\.json, found some for 2"
    ):
        report.evaluate(tmp_path, small_mnist, tmp_path)


def test_other_data_sets_are_given_with_their_names():
    options = parser().parse_args(["evaluate", "--other", "Fashion-MNIST=shoes/raw", "--other", "kana/raw"])
    assert options.others == [("Fashion-MNIST", Path("shoes/raw")), ("kana/raw", Path("kana/raw"))]
