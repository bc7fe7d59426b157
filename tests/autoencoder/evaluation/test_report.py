"""The report of an evaluation: its figures, pictures and words, of any networks and data sets."""

import importlib.metadata
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, recall_score, roc_curve

import mxspec as s
from autoencoder.data import idx
from autoencoder.data.labels import DIGITS
from autoencoder.data.storage import CheckpointError
from autoencoder.digits.recognition.recogniser import NONE, Recognition
from autoencoder.digits.training import learning
from autoencoder.digits.training.gan import train_generator
from autoencoder.digits.training.readers import train_recognition
from autoencoder.evaluation import measures, report
from autoencoder.evaluation.page import PAGE
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.run import TrainingRun
from tests.autoencoder.conftest import hastily, write_data
from tests.autoencoder.edits import resealed
from tests.autoencoder.networks.post_networks import SILENT
from tests.shown_commands import whole_parser

pytestmark = pytest.mark.few(4)

PICTURES = [
    f"{name}.png" for name in ("confusion", "calibration", "recognition", "probes", "generated", "refused")
]


@pytest.fixture(scope="module")
def evaluated(small_mnist, tmp_path_factory):
    """The shipped networks on 200 test digits, with those of 200 digits to be refused."""
    folder, lines = tmp_path_factory.mktemp("evaluated"), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "FEWEST_STEPS", 30)  # a judge that knows little, soon
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
        "digits-kinds-0012.params",
        "digits-reader-1-0018.params",
        "digits-reader-2-0018.params",
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
        "correct": {"0.1": rows["constants: refused"]["correct"]["0.1"], "0.01": None, "0.001": None},
    }  # fmt: skip
    assert rows["test images accepted"]["pictures"] == 200
    assert rows["constants: refused"]["correct"]["0.1"] > 0.95
    of_digits = rows["digits: refused"]  # which are accepted as other digits are
    assert of_digits["pictures"] == 200  # all of them
    assert of_digits["correct"]["0.1"] == pytest.approx(0.1, abs=0.06)
    assert of_digits["share"] < 0.2
    assert of_digits["auroc"] == pytest.approx(0.5, abs=0.1)
    assert of_digits["false_positives"] == pytest.approx(0.95, abs=0.1)


def test_refused_pictures_have_names_and_the_worst_mistakes_are_kept(evaluated):
    names = evaluated[0]["names"]
    assert [*names] == [*measures.KINDS, "digits"]
    assert names["half-masked images"]["names"]["piece"] > 0.5
    assert names["constants"] == {"names": {}}


def test_the_most_confident_mistakes_come_first():
    labels, scores = np.array([3, NONE, 5, 5, NONE]), np.array([-9.0, 30.0, -1.0, -4.0, 50.0])
    confidence = np.array([0.9, 0.5, 0.6, 0.8, 0.5])
    answers = Recognition(labels, confidence, labels, confidence, scores, s.conformal(range(500)))
    images = np.arange(5)[:, None]
    for right, rows in ((None, [0, 3, 2]), (np.array([4, 1, 5, 6, 2]), [0, 3, 4, 1])):
        mistakes = measures.worst_mistakes(images, answers, right, most=4)
        assert [int(mistake.image[0]) for mistake in mistakes] == rows
    assert len(measures.worst_mistakes(images, answers, None, most=2)) == 2


def test_coverage_falls_with_the_confidence_that_is_asked_for(evaluated):
    rows = evaluated[0]["coverage"]
    assert [row["min_confidence"] for row in rows] == [None, 0.9, 0.99, 0.999]
    accepted = [row["accepted"] for row in rows]
    assert accepted == sorted(accepted, reverse=True)
    assert all(0 <= row["errors"] < 0.03 for row in rows)


def test_the_promise_of_the_threshold_is_in_the_result(evaluated):
    threshold = evaluated[0]["threshold"]
    assert [threshold[name] for name in ("alpha", "confidence", "set on")] == [0.01, 0.85, 15_000]
    assert len(threshold["by label"]) == 10
    assert max(threshold["by label"]) == threshold["value"]


def test_the_accepted_images_are_counted_by_label_width_and_neighbourhood(evaluated, small_test):
    result, _, text = evaluated
    groups = result["accepted"]
    assert [len(groups[kind]) for kind in ("label", "stroke width", "neighbourhood")] == [10, 5, 2]
    for rows in groups.values():
        assert sum(row["images"] for row in rows) == 200
        accepted = sum(row["images"] * row["accepted"] for row in rows)
        assert accepted == pytest.approx(200 * result["reading"]["recognised"])
    assert groups["neighbourhood"][1]["name"] == "images 100 to 199"
    assert [row["images"] for row in groups["label"]] == np.bincount(small_test.labels).tolist()
    assert re.search(r"^images 100 to 199 +100 ", text, re.MULTILINE)


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
        assert min(picture.size) > 100
        assert len(picture.convert("L").getcolors(256)) > 10


def test_without_mxnet_only_the_judge_is_missing_and_another_data_set_has_its_rates(
    small_mnist, tmp_path, monkeypatch
):
    monkeypatch.setattr(measures, "is_installed", lambda: False)
    other, output, lines = tmp_path / "other", tmp_path / "results", []
    other.mkdir()
    for kind in ("images-idx3", "labels-idx1"):
        content = idx.read_idx(idx.EMBEDDED / f"t10k-{kind}-ubyte.gz")
        idx.write_idx(other / f"t10k-{kind}-ubyte", content[:1000])
    result = report.evaluate(
        data_dir=small_mnist,
        output=output,
        others={"MNIST": other},  # of which as large a share is accepted as of the test images
        count=4,
        progress=False,
        report=lines.append,
    )
    assert result["generator"] == {}
    assert result["reading"]["accuracy"] > 0.95
    assert "training their judge takes MXNet" in lines[0]
    assert {path.name for path in output.iterdir()} == {*PICTURES, report.JSON, PAGE}
    title, row = re.search(r"(other pictures .*)\nMNIST (.*)", lines[0]).groups()
    assert re.findall("[0-9.]+% accepted", title) == ["10% accepted", "1% accepted", "0.1% accepted"]
    assert [float(share.rstrip("%")) for share in row.split()] == pytest.approx([10, 1, 0.1], abs=6)
    assert "| other pictures | 10% accepted | 1% accepted | 0.1% accepted |" in (output / PAGE).read_text()


# --- figures, beside scikit-learn's and by definition -------------------------------------------------------


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_a_confusion_matrix_has_a_column_for_unrecognised_images(random):
    labels, read = random.integers(5, size=300), random.integers(-1, 5, size=300)
    matrix = measures.confusion(labels, read, 5)
    assert np.array_equal(matrix, confusion_matrix(labels, np.where(read < 0, 5, read))[:5])
    assert measures.recall(matrix) == pytest.approx(recall_score(labels, read, labels=range(5), average=None))
    assert measures.recall(measures.confusion([0], [0], 2)) == [1.0, None]


@pytest.mark.parametrize(
    ("confidence", "number"), [(0.0, 0), (0.25, 0), (0.26, 1), (0.5, 1), (0.75, 2), (1.0, 3)]
)
def test_a_confidence_on_an_edge_belongs_to_the_lower_bin(confidence, number):
    bins = measures.reliability_bins(np.array([confidence]), np.array([True]), 4)
    assert [bin.images for bin in bins].index(1) == number
    assert bins[number].confidence == confidence


def test_calibration_is_that_of_scikit_learn(random):
    confidence = random.uniform(0.3, 1, 2000)
    right = random.random(2000) < confidence**2
    bins = measures.reliability_bins(confidence, right)
    filled = [bin for bin in bins if bin.images]
    accuracy, mean = calibration_curve(right, confidence, n_bins=measures.BINS)
    assert [bin.accuracy for bin in filled] == pytest.approx(accuracy)
    assert [bin.confidence for bin in filled] == pytest.approx(mean)
    error = np.average(np.abs(accuracy - mean), weights=[bin.images for bin in filled])
    assert measures.expected_calibration_error(bins) == pytest.approx(error)


def test_confidence_as_good_as_it_says_has_no_calibration_error(random):
    confidence = random.uniform(0.3, 1, 200_000)
    bins = measures.reliability_bins(confidence, random.random(200_000) < confidence)
    assert measures.expected_calibration_error(bins) < 0.005
    ends = [(measures.wilson(bin.accuracy, bin.images), bin.confidence) for bin in bins if bin.images]
    assert np.mean([low <= middle <= high for (low, high), middle in ends]) >= 0.8


def test_scores_are_separated_as_scikit_learn_says(random):
    images, probes = random.normal(size=500).round(1), random.normal(2, size=400).round(1)
    is_probe, scores = np.repeat([0, 1], [500, 400]), np.concatenate([images, probes])
    # By definition: a probe is above an image, and a tie counts half.
    above, ties = (np.mean(op.outer(probes, images)) for op in (np.greater, np.equal))
    assert measures.auroc(images, probes) == pytest.approx(above + ties / 2)
    refused, accepted, _ = roc_curve(1 - is_probe, -scores, drop_intermediate=False)
    assert measures.false_positives(images, probes) == pytest.approx(refused[accepted >= 0.95][0])


def test_the_correct_classification_rate_is_a_point_of_the_open_set_curve(random):
    images, probes = random.normal(size=500).round(1), random.normal(2, size=1000).round(1)
    right = random.random(500) < 0.9
    for rate in (0.5, 0.1, 0.001):
        # By definition: the best threshold of all that accept no more than the share of the probes.
        limits = [limit for limit in np.unique([*images, *probes]) if (probes <= limit).mean() <= rate]
        best = max((right & (images <= limit)).mean() for limit in limits) if limits else 0
        assert measures.correct_classification(images, right, probes, rate) == pytest.approx(best)
    assert measures.correct_classification(images, right, probes, 1) == right.mean()
    assert measures.correct_classification(images, right, probes[:99], 0.01) is None


# --- other networks and other data sets ---------------------------------------------------------------------


def scaled(folder, training, test, count):
    """Digits below count as images of 20x16, in a folder of idx files."""
    for split, most in zip(idx.SPLITS, (training, test), strict=True):
        numbers = idx.read_idx(idx.EMBEDDED / f"{split}-labels-idx1-ubyte.gz")
        rows = np.flatnonzero(numbers < count)[:most]
        images = idx.read_idx(idx.EMBEDDED / f"{split}-images-idx3-ubyte.gz")[rows]
        small = [Image.fromarray(image).resize((16, 20), Image.Resampling.BILINEAR) for image in images]
        write_data(folder, np.stack([*map(np.asarray, small)]), numbers[rows], [split])


def test_an_evaluation_that_can_not_be_written_is_not_begun(tmp_path, refused):
    (tmp_path / "file").touch()
    assert "file" in refused("evaluate", "--output", tmp_path / "file" / "results")


def test_an_evaluation_without_scikit_learn_says_what_to_install(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    assert 'evaluate needs scikit-learn: pip install "mxspec[evaluate]"' in refused("evaluate")


def test_an_evaluation_that_can_not_be_made_says_why(tmp_path, refused):
    assert "there is no such file" in refused("evaluate", "--model-dir", tmp_path)


def test_images_of_another_size_are_refused(tmp_path):
    scaled(tmp_path, 20, 10, 10)
    with pytest.raises(idx.DataError, match="the test images: expected pictures of 28x28"):
        report.evaluate(data_dir=tmp_path, output=tmp_path)


def test_labels_that_the_networks_do_not_know_are_refused(small_test, tmp_path):
    images = np.rint(small_test.images[:12] * 255).astype(np.uint8).reshape(-1, 28, 28)
    write_data(tmp_path, images, np.arange(12))
    with pytest.raises(idx.DataError, match=r"within 0\.\.9, found 10"):
        report.evaluate(data_dir=tmp_path, output=tmp_path)


def train_and_evaluate(folder, training, test, names, of_readers, of_generator):
    """Return the folder of the data set, names and epochs, and what is measured of networks trained on it."""
    scaled(folder, training, test, len(names))
    train_recognition(TrainingRun(folder, folder / "model", folder, of_readers, names=names, **SILENT))
    train_generator(TrainingRun(folder, folder / "model", folder, of_generator, names=names, **SILENT))
    few = {"count": 10, "sample_count": 40, "teaching_count": 40, **SILENT}
    result = report.evaluate(folder / "model", folder, folder / "results", **few)
    return folder, names, of_generator, result


@pytest.fixture(scope="module")
def two_labels(tmp_path_factory):
    with hastily():
        return train_and_evaluate(tmp_path_factory.mktemp("two"), 60, 20, ("no", "yes"), 1, 1)


@pytest.fixture(scope="module")
def four_labels(tmp_path_factory):
    names = ("none", "one", "two", "three")
    return train_and_evaluate(tmp_path_factory.mktemp("four"), 3000, 500, names, 6, 4)


@pytest.mark.mxnet
@pytest.mark.parametrize("own", ["two_labels", pytest.param("four_labels", marks=pytest.mark.stress)])
def test_networks_of_any_data_set_are_evaluated(own, request):
    folder, names, epochs, result = request.getfixturevalue(own)
    assert {path.name for path in (folder / "results").iterdir()} == {*PICTURES, report.JSON, PAGE}
    assert result["data"]["shape"] == [20, 16]
    assert result["data"]["labels"] == list(names)
    assert np.array(result["reading"]["confusion"]).shape == (len(names), len(names) + 1)
    assert "accuracy of the post's discriminator" not in result["reading"]
    assert result["generator"].keys() == {"samples", "real", "plain", "teaching"}
    assert result["checkpoints"][0] == f"digits-generator-{epochs:04d}.params"
    assert [*result["recognition"]][2:] == [f"{kind}: refused" for kind in measures.KINDS]
    if own == "four_labels":
        assert result["reading"]["accuracy"] > 0.95
        assert result["generator"]["samples"]["accuracy"] > 0.8


@pytest.mark.mxnet
def test_files_of_different_data_sets_are_told_apart(two_labels, small_mnist, tmp_path):
    for path in [*(two_labels[0] / "model").glob("digits-re*"), *SHIPPED.glob("digits-generator-*")]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    DIGITS.save(resealed(tmp_path))
    with pytest.raises(
        CheckpointError, match=r"expected networks for 10 labels as in labels\.json, found some for 2"
    ):
        report.evaluate(tmp_path, small_mnist, tmp_path)


def test_other_data_sets_are_given_with_their_names():
    options = whole_parser().parse_args(
        ["evaluate", "--other", "Fashion-MNIST=shoes/raw", "--other", "kana/raw"]
    )
    assert options.others == [("Fashion-MNIST", Path("shoes/raw")), ("kana/raw", Path("kana/raw"))]
