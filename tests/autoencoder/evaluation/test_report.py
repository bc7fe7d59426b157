import json
import os
import subprocess
import sys
from pathlib import Path

import matplotlib.cbook
import numpy as np
import pytest
from PIL import Image

from autoencoder.__main__ import main
from autoencoder.checkpoints.paths import SHIPPED
from autoencoder.command_line.parser import parser
from autoencoder.data import idx
from autoencoder.data.labels import DIGITS
from autoencoder.data.manifest import CheckpointError
from autoencoder.evaluation import altered, ink, others, reading, rejection, report, samples
from autoencoder.generation import train, tuning
from autoencoder.generation.train import train_generator
from autoencoder.recognition.recogniser import Recogniser
from autoencoder.recognition.train import train_recognition
from autoencoder.synthetic import glyphs
from autoencoder.training import epochs
from autoencoder.training.run import Run

PICTURES = ["confusion.png", "calibration.png", "recognition.png", "probes.png", "generated.png"]


def quiet(line):
    pass


# --- reading ----------------------------------------------------------------------------------------------


def test_a_confusion_matrix_counts_what_is_read_as_what_and_what_is_not():
    images = np.array([0, 0, 0, 1, 1, 2])
    read = np.array([0, 0, 2, 1, -1, -1])
    matrix = reading.confusion(images, read, 4)
    assert matrix.tolist() == [[2, 0, 1, 0, 0], [0, 1, 0, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]]
    assert reading.recall(matrix) == [2 / 3, 0.5, 0.0, None]


@pytest.mark.parametrize(
    ("confidence", "number"), [(0.0, 0), (0.25, 0), (0.26, 1), (0.5, 1), (0.75, 2), (1.0, 3)]
)
def test_a_confidence_on_an_edge_belongs_to_the_lower_bin(confidence, number):
    bins = reading.reliability(np.array([confidence]), np.array([True]), 4)
    assert [bin.images for bin in bins].index(1) == number
    assert bins[number].confidence == confidence


def test_bins_have_the_means_of_their_images():
    confidence = np.array([0.6, 0.8, 0.9, 0.1])
    right = np.array([True, False, True, False])
    low, high = reading.reliability(confidence, right, 2)
    assert low == (0.0, 0.5, 1, 0.1, 0.0)
    assert high == (0.5, 1.0, 3, pytest.approx(2.3 / 3), pytest.approx(2 / 3))
    # 1 of 4 images is off by 0.1, and 3 are by the difference of 2.3 and 2 to be shared among them.
    assert reading.expected_calibration_error([low, high]) == pytest.approx((0.1 + 0.3) / 4)


@pytest.mark.parametrize(
    ("confidence", "right", "score"),
    [([1.0, 1.0], [1, 1], 0.0), ([1.0, 1.0], [0, 0], 1.0), ([0.5, 0.5], [1, 0], 0.25), ([0.8], [1], 0.04)],
)
def test_the_brier_score_is_the_mean_square_of_what_was_lacking(confidence, right, score):
    assert reading.brier_score(np.array(confidence), np.array(right)) == pytest.approx(score)


def test_confidence_as_good_as_it_says_has_no_calibration_error():
    random = np.random.default_rng(0)
    confidence = random.uniform(0.3, 1, 200_000)
    right = random.random(200_000) < confidence
    bins = reading.reliability(confidence, right)
    assert reading.expected_calibration_error(bins) < 0.005
    inside = [low <= bin.confidence <= high for bin in bins if bin.images for low, high in [interval(bin)]]
    assert np.mean(inside) >= 0.8


def interval(bin):
    return reading.wilson(bin.accuracy, bin.images)


# --- the whole --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def evaluated(small_mnist, tmp_path_factory):
    """The shipped networks on 200 test digits, with those of 200 digits to be refused."""
    folder, lines = tmp_path_factory.mktemp("evaluated"), []
    photograph = tmp_path_factory.mktemp("photograph") / "field.png"
    light = np.add.outer(np.sin(np.arange(200) / 9), np.cos(np.arange(260) / 7)) * 60 + 128
    Image.fromarray(light.astype(np.uint8)).save(photograph)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(epochs, "FEWEST_STEPS", 30)  # a judge that knows little, soon
        result = report.evaluate(
            data_dir=small_mnist,
            output=folder,
            others={"digits": small_mnist},
            photograph=photograph,
            count=20,
            sample_count=100,
            teaching_count=200,
            progress=False,
            report=lines.append,
        )
    return result, folder, "\n".join(lines)


@pytest.mark.mxnet
def test_the_json_is_what_is_returned_and_has_everything(evaluated):
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
    assert result["versions"] == {"mxnet": "1.9.1", "numpy": np.__version__}


@pytest.mark.mxnet
def test_the_json_names_no_folder(evaluated, small_mnist):
    _, folder, _ = evaluated
    text = (folder / report.JSON).read_text()
    assert not any(str(path) in text for path in (folder, small_mnist, SHIPPED))


@pytest.mark.mxnet
def test_what_is_read_adds_up(evaluated, small_test):
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
def test_each_kind_has_its_share_and_its_bar(evaluated):
    result, _, _ = evaluated
    kinds = [*others.OF_ANY, *others.OF_DIGITS, "digits", rejection.PHOTOGRAPH, rejection.EDGES]
    assert [*result["recognition"]] == [
        "test images read right",
        "test images accepted",
        *(f"{name}: accepted, read right" for name in altered.makers()),
        *(f"{kind}: refused" for kind in kinds),
    ]
    assert result["recognition"]["constants: refused"] == {
        "share": 1.0,
        "bar": 1.0,
        "pictures": 20,
        "auroc": pytest.approx(1, abs=0.01),
        "false_positives": 0.0,
        "reached": True,
    }
    assert result["recognition"]["test images accepted"]["pictures"] == 200
    of_digits = result["recognition"]["digits: refused"]  # which are accepted as other digits are
    assert of_digits["auroc"] == pytest.approx(0.5, abs=0.1)
    assert of_digits["false_positives"] == pytest.approx(0.95, abs=0.1)


def test_every_bar_has_its_pictures():
    kinds = {*others.OF_ANY, *others.OF_DIGITS, rejection.PHOTOGRAPH, rejection.EDGES}
    assert rejection.REFUSED.keys() == kinds
    assert rejection.ACCEPTED.keys() == altered.makers().keys()


def test_coverage_falls_with_the_confidence_that_is_asked_for(evaluated):
    rows = evaluated[0]["coverage"]
    assert [row["min_confidence"] for row in rows] == [None, 0.9, 0.99, 0.999]
    accepted = [row["accepted"] for row in rows]
    assert accepted == sorted(accepted, reverse=True)
    assert all(0 <= row["errors"] < 0.03 for row in rows)


@pytest.mark.mxnet
def test_an_adversary_fools_the_networks_and_that_is_said(evaluated):
    result, _, text = evaluated
    assert result["adversary"]["images"] == 100
    assert 0.1 < result["adversary"]["fooled"] <= 1
    assert "along the gradient, accepted and read as another: " in text


def test_the_promise_of_the_threshold_is_in_the_result(evaluated):
    threshold = evaluated[0]["threshold"]
    assert threshold == {"alpha": 0.01, "confidence": 0.99, "set on": 6000, "value": threshold["value"]}


@pytest.mark.mxnet
def test_what_is_generated_is_measured_beside_the_real_and_the_post(evaluated):
    generated = evaluated[0]["generator"]
    assert generated.keys() == {"samples", "real", "post", "plain", "teaching", "missed"}
    assert generated["plain"].keys() == {"judge", "post"}
    assert generated["plain"]["post"] >= 0.99
    # 200 digits and few steps teach little, but more than chance.
    assert generated["teaching"].keys() == {"samples", "real"}
    assert all(0.2 < score <= 1 for score in generated["teaching"].values())
    assert generated["post"]["diversity"] < 0.01 < 0.9 < generated["samples"]["diversity"]


@pytest.mark.mxnet
def test_what_is_missed_is_told(evaluated):
    result, _, text = evaluated
    assert any(line.startswith("digits: refused are 0.0") for line in result["missed"])
    assert "* digits: refused" in text
    assert all(f"missed: {line}" in text for line in result["missed"])


@pytest.mark.mxnet
def test_there_is_a_picture_of_each_part(evaluated):
    _, folder, text = evaluated
    assert sorted(path.name for path in folder.iterdir()) == sorted([*PICTURES, report.JSON])
    for name in PICTURES:
        assert name in text
        picture = Image.open(folder / name)
        assert min(picture.size) > 400
        assert len(picture.convert("L").getcolors(256)) > 10


def test_the_same_seed_makes_the_same_pictures(small_test):
    recogniser = Recogniser()
    wanted = rejection.Pictures(count=5, seed=3)
    once, again = (rejection.refuse(recogniser, small_test, wanted, are_digits=True) for _ in range(2))
    assert once.keys() == again.keys()
    assert all((once[kind].images == again[kind].images).all() for kind in once)
    assert all((once[kind].answers.score == again[kind].answers.score).all() for kind in once)
    one, other = (rejection.accept(recogniser, small_test, wanted) for _ in range(2))
    assert one == other


def test_an_evaluation_that_can_not_be_made_says_why(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", "--model-dir", str(tmp_path)])
    assert stopped.value.code == 2
    assert "there is no such file" in capsys.readouterr().err


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


# --- other data sets --------------------------------------------------------------------------------------


def scaled(folder, training, test, count):
    """Digits below count as images of 20x16, in a folder of idx files."""
    for split, most in zip(idx.SPLITS, (training, test), strict=True):
        numbers = idx.read_idx(idx.EMBEDDED / f"{split}-labels-idx1-ubyte.gz")
        rows = np.flatnonzero(numbers < count)[:most]
        images = idx.read_idx(idx.EMBEDDED / f"{split}-images-idx3-ubyte.gz")[rows]
        small = [Image.fromarray(image).resize((16, 20), Image.Resampling.BILINEAR) for image in images]
        idx.write_idx(folder / f"{split}-images-idx3-ubyte", np.stack([*map(np.asarray, small)]))
        idx.write_idx(folder / f"{split}-labels-idx1-ubyte", numbers[rows])


def test_without_mxnet_all_is_measured_but_what_a_judge_reads(small_mnist, tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "is_installed", lambda: False)
    lines = []
    result = report.evaluate(
        data_dir=small_mnist, output=tmp_path, count=20, progress=False, report=lines.append
    )
    assert result["generator"] == {"missed": []}
    assert result["reading"]["accuracy"] > 0.95
    assert "training their judge takes MXNet" in lines[0]
    assert {path.name for path in tmp_path.iterdir()} == {*PICTURES, report.JSON}


@pytest.mark.slow
def test_bars_are_for_mnist_alone_and_of_other_digits_the_figures_are_reported(
    small_train, tmp_path, monkeypatch
):
    for split, part in zip(idx.SPLITS, (slice(100, 200), slice(0, 100)), strict=True):
        images = np.rint(small_train.images[part] * 255).astype(np.uint8).reshape(-1, 28, 28)
        idx.write_idx(tmp_path / f"{split}-images-idx3-ubyte", images)
        idx.write_idx(tmp_path / f"{split}-labels-idx1-ubyte", small_train.labels[part].astype(np.uint8))
    monkeypatch.setattr(samples, "is_installed", lambda: False)
    result = report.evaluate(
        data_dir=tmp_path, output=tmp_path, count=4, progress=False, report=quiet, others={"digits": tmp_path}
    )
    assert result["missed"] == []
    assert {figure["bar"] for figure in result["recognition"].values()} == {None}
    assert result["recognition"]["digits: refused"]["share"] < 0.5
    assert {*others.OF_DIGITS} <= {name.removesuffix(": refused") for name in result["recognition"]}


def test_figures_without_bars_are_all_reached(small_test):
    wanted = rejection.Pictures(count=2)
    probes = rejection.refuse(Recogniser(), small_test, wanted, are_digits=False, barred=False)
    figures = rejection.figures(Recogniser().recognise(small_test.images), small_test, probes, {})
    assert {figure.bar for figure in figures.values()} == {None}
    assert rejection.missed(figures) == []


def test_mnist_is_known_by_its_images(small_test, small_train):
    assert rejection.are_mnist(small_test)
    assert not rejection.are_mnist(small_train)


@pytest.mark.mxnet
def test_a_table_of_other_digits_has_no_bars(evaluated):
    generated = evaluated[0]["generator"]
    assert "at least 0.99" in samples.table(generated)
    text = samples.table(generated, barred=False)
    assert not {"*", "bar", "goal"} & {*text.replace("\n", " ").split(" ")}


@pytest.mark.mxnet
@pytest.mark.parametrize(
    ("training", "test", "names"),
    [
        (60, 20, ("no", "yes")),
        pytest.param(3000, 500, ("none", "one", "two", "three"), marks=pytest.mark.slow),
    ],
)
def test_networks_of_any_data_set_are_evaluated(training, test, names, tmp_path, monkeypatch):
    few = training < 1000
    if few:
        monkeypatch.setattr(train, "FEWEST_STEPS", 2)
        monkeypatch.setattr(epochs, "FEWEST_STEPS", 2)
        monkeypatch.setattr(tuning, "CANDIDATES", 50)
        monkeypatch.setattr(tuning, "MEASURED", 100)
        monkeypatch.setattr(tuning, "LEARNT", 100)
    scaled(tmp_path, training, test, len(names))
    model = tmp_path / "model"
    words = {"names": names, "progress": False, "report": quiet}
    train_recognition(Run(tmp_path, model, tmp_path, **words), epochs=1 if few else 6)
    train_generator(Run(tmp_path, model, tmp_path, 1 if few else 4, **words))
    output = tmp_path / "results"
    result = report.evaluate(
        model, tmp_path, output, count=10, sample_count=40, teaching_count=40, progress=False, report=quiet
    )
    assert {path.name for path in output.iterdir()} == {*PICTURES, report.JSON}
    assert result["data"]["shape"] == [20, 16]
    assert result["data"]["labels"] == list(names)
    assert np.array(result["reading"]["confusion"]).shape == (len(names), len(names) + 1)
    assert "accuracy of the post's discriminator" not in result["reading"]
    assert result["generator"].keys() == {"samples", "real", "plain", "teaching", "missed"}
    assert result["checkpoints"][0] == f"digits-generator-{1 if few else 4:04d}.params"
    assert all(figure["bar"] is None for figure in result["recognition"].values())
    assert [*result["recognition"]][2:] == [f"{kind}: refused" for kind in others.OF_ANY]
    if not few:
        assert result["reading"]["accuracy"] > 0.95
        assert result["generator"]["samples"]["accuracy"] > 0.8


@pytest.mark.mxnet
def test_files_of_different_data_sets_are_told_apart(small_mnist, tmp_path):
    scaled(tmp_path, 60, 20, 2)
    train_recognition(Run(tmp_path, tmp_path, tmp_path, 1, progress=False, report=quiet))
    (tmp_path / "manifest.json").unlink()  # by which other files in the folder would not count
    for path in SHIPPED.glob("digits-generator-*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    DIGITS.save(tmp_path)
    (tmp_path / "manifest.json").unlink()  # which tells them apart sooner
    with pytest.raises(CheckpointError, match="are of different data sets"):
        report.evaluate(tmp_path, small_mnist, tmp_path)


@pytest.mark.slow
def test_the_shipped_networks_reach_every_bar(tmp_path):
    photograph = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    options = ["--output", str(tmp_path), "--photograph", str(photograph)]
    command = [sys.executable, "-m", "autoencoder", "evaluate", *options]
    # One thread: with others MXNet adds up in another order, and a judge becomes another.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((tmp_path / report.JSON).read_text())
    assert result["missed"] == []
    assert result["generator"]["post"]["frechet"] > 100 * result["generator"]["samples"]["frechet"]
    assert result["calibration"]["expected calibration error"] < 0.01


def test_other_data_sets_are_given_with_their_names():
    options = parser().parse_args(
        ["evaluate", "--other", "Fashion-MNIST=shoes/raw", "--other", "kana/raw", "--photograph", "dog.jpg"]
    )
    assert options.others == [("Fashion-MNIST", Path("shoes/raw")), ("kana/raw", Path("kana/raw"))]
    assert options.photograph == Path("dog.jpg")


def test_a_photograph_that_is_none_is_named(small_test, tmp_path):
    (tmp_path / "dog.jpg").write_text("no picture")
    Image.new("L", (100, 100)).save(tmp_path / "black.png")
    for name in ("dog.jpg", "black.png", "nowhere.png"):
        with pytest.raises(idx.DataError, match=rf"{name}: expected a photograph, found"):
            rejection.refuse(
                Recogniser(),
                small_test,
                rejection.Pictures(photograph=tmp_path / name, count=2),
                are_digits=True,
            )


@pytest.mark.parametrize("kind", {**others.OF_ANY, **others.OF_DIGITS})
def test_each_kind_of_others_is_of_images_that_differ(kind, small_test):
    maker = {**others.OF_ANY, **others.OF_DIGITS}[kind]
    pictures = others.make({kind: maker}, small_test, 20, seed=1)[kind]
    assert (pictures.shape, pictures.dtype) == ((20, 784), np.float32)
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    assert len({bytes(picture) for picture in pictures}) >= 18


@pytest.mark.parametrize("kind", [kind for kind in altered.makers() if "scikit" not in kind])
def test_each_kind_of_altered_digits_is_of_images_with_labels(kind, small_test):
    images, labels = altered.makers()[kind](small_test, 20, np.random.default_rng(1))
    assert (images.shape, images.dtype, labels.shape) == ((20, 784), np.float32, (20,))
    assert images.min() >= 0
    assert images.max() <= 1
    assert np.isin(labels, range(10)).all()


def test_scikit_learns_digits_are_measured_where_they_are_installed(small_test):
    pytest.importorskip("sklearn")
    for maker in altered.SCIKIT_LEARN.values():
        images, labels = maker(small_test, 20, np.random.default_rng(1))
        assert images.shape == (20, 784)
        assert labels.tolist() == [*range(10), *range(10)]


def test_the_pictures_that_measure_share_no_font_with_training():
    assert not set(ink.FONTS) & set(glyphs.FONTS)


def test_scores_of_strangers_are_told_from_those_of_digits():
    digits_, strangers = np.arange(100.0), np.array([-1.0, 94.0, 95.5, 200.0])
    assert rejection.auroc(digits_, strangers) == pytest.approx((0 + 0.945 + 0.96 + 1) / 4)
    assert rejection.false_positives(digits_, strangers) == 0.5
    assert rejection.auroc(digits_, digits_) == pytest.approx(0.5)
