"""The report of an evaluation: its figures, pictures and words."""

import importlib.metadata
import json

import numpy as np
import pytest
from PIL import Image

from autoencoder.evaluation import measures, report
from autoencoder.evaluation.page import PAGE
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.training import loop

PICTURES = ["confusion.png", "calibration.png", "recognition.png", "probes.png", "generated.png"]


@pytest.fixture(scope="module")
def evaluated(small_mnist, tmp_path_factory):
    """The shipped networks on 200 test digits, with those of 200 digits to be refused."""
    folder, lines = tmp_path_factory.mktemp("evaluated"), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "FEWEST_STEPS", 30)  # a judge that knows little, soon
        result = report.evaluate(
            data_dir=small_mnist,
            output=folder,
            others={"digits": small_mnist},
            count=10,
            sample_count=100,
            teaching_count=200,
            progress=False,
            report=lines.append,
        )
    return result, folder, "\n".join(lines)


@pytest.mark.mxnet
def test_the_json_file_equals_the_returned_result(evaluated):
    result, folder, _ = evaluated
    assert json.loads((folder / report.JSON).read_text()) == result
    assert result["data"] == {
        "shape": [28, 28],
        "labels": list(range(10)),
        "training images": 500,
        "test images": 200,
    }
    assert result["checkpoints"] == [
        "digits-generator-0012.params",
        "digits-reader-1-0015.params",
        "digits-reader-2-0015.params",
        "discriminator-0003.params",
        "generator-0003.params",
    ]
    assert result["seeds"] == {"pictures and samples": 20_191_011, "judge": 0}
    onnxruntime = importlib.metadata.version("onnxruntime")
    assert result["versions"] == {"onnxruntime": onnxruntime, "numpy": np.__version__}


@pytest.mark.mxnet
def test_the_json_names_no_folder(evaluated, small_mnist):
    _, folder, _ = evaluated
    text = (folder / report.JSON).read_text()
    assert not any(str(path) in text for path in (folder, small_mnist, SHIPPED))


@pytest.mark.mxnet
def test_the_figures_of_reading_add_up(evaluated, small_test):
    result, _, _ = evaluated
    figures = result["reading"]
    matrix = np.array(figures["confusion"])
    assert matrix.shape == (10, 11)
    assert (matrix.sum(axis=1) == np.bincount(small_test.labels, minlength=10)).all()
    assert 1 - matrix[:, 10].sum() / 200 == pytest.approx(figures["recognised"])
    assert figures["recall"]["7"] == matrix[7, 7] / matrix[7].sum()
    assert figures["accuracy"] >= 0.97
    assert figures["accuracy of the post's discriminator"] > 0.9
    bins = result["calibration"]["bins"]
    assert sum(bin["images"] for bin in bins) == 200
    right = sum(bin["images"] * bin["accuracy"] for bin in bins)
    assert right == pytest.approx(200 * figures["accuracy"])
    assert 0 <= result["calibration"]["expected calibration error"] < 0.05
    assert 0 <= result["calibration"]["brier score"] < 0.05


@pytest.mark.mxnet
def test_each_kind_has_its_share(evaluated):
    rows = evaluated[0]["recognition"]
    kinds = [f"{kind}: refused" for kind in [*measures.KINDS, "digits"]]
    assert [*rows] == ["test images read right", "test images accepted", *kinds]
    assert rows["constants: refused"] == {
        "share": 1.0, "pictures": 10, "auroc": pytest.approx(1, abs=0.01), "false_positives": 0.0,
    }  # fmt: skip
    assert rows["test images accepted"]["pictures"] == 200
    of_digits = rows["digits: refused"]  # which are accepted as other digits are
    assert of_digits["share"] < 0.2
    assert of_digits["auroc"] == pytest.approx(0.5, abs=0.1)
    assert of_digits["false_positives"] == pytest.approx(0.95, abs=0.1)


def test_coverage_falls_with_the_confidence_that_is_asked_for(evaluated):
    rows = evaluated[0]["coverage"]
    assert [row["min_confidence"] for row in rows] == [None, 0.9, 0.99, 0.999]
    accepted = [row["accepted"] for row in rows]
    assert accepted == sorted(accepted, reverse=True)
    assert all(0 <= row["errors"] < 0.03 for row in rows)


def test_the_promise_of_the_threshold_is_in_the_result(evaluated):
    threshold = evaluated[0]["threshold"]
    assert threshold == {"alpha": 0.01, "confidence": 0.99, "set on": 6000, "value": threshold["value"]}


@pytest.mark.mxnet
def test_samples_are_measured_beside_real_images_and_the_post(evaluated):
    generated = evaluated[0]["generator"]
    assert generated.keys() == {"samples", "real", "post", "plain", "teaching"}
    assert generated["plain"].keys() == {"judge", "post"}
    assert generated["plain"]["post"] >= 0.99
    # 200 digits and few steps teach little, but more than chance.
    assert generated["teaching"].keys() == {"samples", "real"}
    assert all(0.2 < score <= 1 for score in generated["teaching"].values())
    assert generated["post"]["diversity"] < 0.01 < 0.9 < generated["samples"]["diversity"]


@pytest.mark.mxnet
def test_there_is_a_picture_of_each_part(evaluated):
    _, folder, text = evaluated
    assert sorted(path.name for path in folder.iterdir()) == sorted([*PICTURES, report.JSON, PAGE])
    for name in PICTURES:
        assert name in text
        picture = Image.open(folder / name)
        assert min(picture.size) > 400
        assert len(picture.convert("L").getcolors(256)) > 10


def test_without_mxnet_only_the_judge_is_missing(small_mnist, tmp_path, monkeypatch):
    monkeypatch.setattr(measures, "is_installed", lambda: False)
    lines = []
    result = report.evaluate(
        data_dir=small_mnist, output=tmp_path, count=4, progress=False, report=lines.append
    )
    assert result["generator"] == {}
    assert result["reading"]["accuracy"] > 0.95
    assert "training the judge needs MXNet" in lines[0]
    assert {path.name for path in tmp_path.iterdir()} == {*PICTURES, report.JSON, PAGE}
