"""The recogniser: what it reads, why it refuses, its calibration, its files, and how its readers learn."""

import json
import shutil

import numpy as np
import pytest

import mxspec as s
from autoencoder.data import idx
from autoencoder.data.labels import DIGITS, Labels
from autoencoder.data.storage import CheckpointError
from autoencoder.digits.recognition import reader, recogniser
from autoencoder.digits.recognition.recogniser import NONE, Recogniser, joint_confidence, threshold_of
from autoencoder.digits.training import learning
from autoencoder.digits.training.readers import BY_LABEL, CONFIDENCE, calibrate, train_recognition
from autoencoder.digits.training.synthetic import negatives
from autoencoder.digits.training.synthetic.pieces import ImageSource
from autoencoder.networks import checkpoint
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.mx import mx
from autoencoder.networks.run import TrainingRun
from tests.autoencoder.conftest import write_data
from tests.autoencoder.edits import edited, resealed
from tests.autoencoder.networks.post_networks import SILENT, build

pytestmark = pytest.mark.few(8)

IDX = ("images-idx3", "labels-idx1")
ARRAYS = ["labels", "confidence", "nearest", "other", "score"]


@pytest.fixture(scope="module")
def shipped():
    return Recogniser()


@pytest.fixture(scope="module", params=[pytest.param("mxnet", marks=pytest.mark.mxnet), "onnx"])
def on_a_runtime(request):
    if request.param == "onnx":
        pytest.importorskip("onnxruntime")
    return Recogniser(runtime=request.param)


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped files, to be spoilt."""
    for path in SHIPPED.glob("digits-*"):
        if path.name.startswith(("digits-reader", "digits-recog")):
            shutil.copy(path, tmp_path)
    return resealed(tmp_path)


def test_digits_are_read_and_the_rest_is_not(shipped, small_test):
    digits = shipped.recognise(small_test.images)
    assert (digits.labels == small_test.labels).mean() >= 0.97
    assert (digits.labels != NONE).mean() >= 0.98
    assert (shipped.recognise(1 - small_test.images).labels == NONE).all()


@pytest.mark.parametrize("kind", ["flats", "inverted", "specks", "jigsaws", "characters", "rows"])
def test_pictures_unlike_digits_are_not_recognised(kind, shipped, small_test):
    pictures = negatives.make_negatives(kind, ImageSource.of(small_test, DIGITS), 50, seed=11)
    assert (shipped.recognise(pictures).labels == NONE).mean() >= 0.9


@pytest.mark.parametrize(
    ("change", "share"),
    [
        (lambda images: 0.6 * images, 0.95),
        (lambda images: 0.05 + 0.95 * images, 0.95),
        (lambda images: images > 0.5, 0.95),
        (lambda images: np.roll(images.reshape(-1, 28, 28), 2, axis=2).reshape(-1, 784), 0.95),
    ],
)
def test_an_altered_digit_stays_a_digit(change, share, shipped, small_test):
    answers = shipped.recognise(change(small_test.images))
    assert (answers.labels == small_test.labels).mean() >= share


def test_a_reading_has_a_confidence_and_a_threshold(shipped, small_test):
    recognition = shipped.recognise(np.concatenate([small_test.images, 1 - small_test.images]))
    assert len(recognition) == 400
    assert recognition.labels.dtype == np.int64
    assert (
        recognition.labels[recognition.labels != NONE] == recognition.nearest[recognition.labels != NONE]
    ).all()
    assert ((recognition.confidence >= 0) & (recognition.confidence <= 1)).all()
    assert (recognition.confidence[:200] > 0.9).mean() > 0.95
    limits = recognition.threshold.limits(recognition.nearest)
    assert ((recognition.score <= limits) == (recognition.labels != NONE)).all()
    assert ((recognition.other >= 0) & (recognition.other <= 1)).all()


def test_a_picture_alone_is_answered_as_it_is_in_company(shipped, small_test):
    images = small_test.images
    pictures = np.concatenate([images[:40], 1 - images[:20], images[:20] / 3])
    together = shipped.recognise(pictures)
    alone = [shipped.recognise(pictures[row : row + 1]) for row in range(len(pictures))]
    assert [one.labels[0] for one in alone] == together.labels.tolist()
    for name in ("confidence", "other", "score"):
        separate = [getattr(one, name)[0] for one in alone]
        np.testing.assert_allclose(getattr(together, name), separate, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 33])
def test_any_number_of_pictures_is_answered(count, shipped, small_test):
    recognition = shipped.recognise(small_test.images[:count])
    assert all(getattr(recognition, name).shape == (count,) for name in ARRAYS)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros(784), r"shape \(n, 784\), but this one has \(784,\)"),
        (np.zeros((1, 783)), r"shape \(n, 784\), but this one has \(1, 783\)"),
        (np.zeros((1, 28, 28)), r"shape \(n, 784\)"),
        (np.full((1, 784), 255), "divided by 255"),
        (np.full((1, 784), -0.1), "within 0..1"),
        (np.full((1, 784), np.nan), "within 0..1"),
        (np.where(np.arange(784) == 300, np.nan, np.zeros((3, 784))), "within 0..1"),
        (np.full((1, 784), np.inf), "within 0..1"),
    ],
)
def test_an_array_of_another_kind_is_an_error(images, words, on_a_runtime):
    with pytest.raises(ValueError, match=words):
        on_a_runtime.recognise(images)


def test_only_a_picture_that_is_not_recognised_has_a_reason(shipped, small_test):
    readings = shipped.read(np.concatenate([small_test.images, 1 - small_test.images[:5]]))
    assert all((reading.label is None) == (reading.reason is not None) for reading in readings)


def test_a_reading_is_the_answer_in_the_words_of_the_labels(shipped, small_test):
    pictures = np.concatenate([small_test.images[:30], 1 - small_test.images[:5]])
    answers, readings = shipped.recognise(pictures), shipped.read(pictures)
    assert [NONE if each.label is None else each.label for each in readings] == answers.labels.tolist()
    assert [each.confidence for each in readings] == answers.confidence.tolist()
    assert [each.score for each in readings] == answers.score.tolist()


# --- the calibration --------------------------------------------------------------------------------------


@pytest.mark.mxnet
def test_the_score_is_how_much_likelier_something_else_is():
    def score(*rows, labels=2):
        return reader.score_ensemble(mx.nd.array([rows]), labels, mx.nd)[0].asscalar()

    sure, unsure = [0.98, 0.01, 0.01], [0.25, 0.25, 0.5]
    assert score(unsure, unsure) == pytest.approx(0)
    assert score(sure, sure) == pytest.approx(np.log(0.01 / 0.99))
    assert score(sure, unsure) == pytest.approx(np.log(0.01 / 0.99) / 2)
    assert abs(score([1, 0, 0], [1, 0, 0], labels=1)) < reader.HIGHEST_SCORE
    assert abs(score([0, 0, 1], [0, 0, 1])) < reader.HIGHEST_SCORE


@pytest.mark.parametrize(("count", "alpha"), [(900, 0.01), (459, 0.01), (50, 0.088), (1, 0.99)])
def test_few_images_give_a_weaker_guarantee_and_none_by_label(count, alpha):
    scores = np.random.default_rng(1).random(count)
    threshold = threshold_of(**calibrate(scores, "images", ["a", "b"] * (count // 2) + ["a"] * (count % 2)))
    assert threshold.alpha == pytest.approx(alpha, abs=0.001)
    assert threshold.n == count
    assert not isinstance(threshold, s.LabelThresholds)


def test_each_label_has_a_threshold_of_its_own_where_there_are_images_enough():
    random = np.random.default_rng(2)
    read_as = [*"abcdefghij"] * 900
    scores = random.normal(size=9000) + np.array([*range(10)] * 900)
    data = calibrate(scores, "letters", read_as)
    threshold = threshold_of(**json.loads(json.dumps(data)))
    assert threshold == threshold_of(**data)
    assert threshold.by_label["a"].of == "letters read as 'a'"
    for label, place in (("a", 0), ("j", 9)):
        alone = s.conformal(np.round(scores[place::10], 4), confidence=BY_LABEL)
        assert threshold.by_label[label].value == alone.value


def test_the_promise_for_all_digits_together_is_surer_than_that_for_each_label(shipped):
    assert joint_confidence(shipped.threshold) > CONFIDENCE > shipped.threshold.confidence


def test_a_picture_is_held_to_the_threshold_of_the_label_that_is_read(shipped, small_test, folder):
    """A label whose threshold is below all scores is never read; the others are as before."""
    before = shipped.recognise(small_test.images)

    def lower(content):
        calibration = content["calibration"]
        calibration["scores"] = [
            score - 100 * (label == 4)
            for score, label in zip(calibration["scores"], calibration["read_as"], strict=True)
        ]

    edited(lower)(folder / recogniser.RECOGNITION_FILE)
    after = Recogniser(resealed(folder))
    answers = after.recognise(small_test.images)
    np.testing.assert_array_equal(answers.labels, np.where(before.labels == 4, NONE, before.labels))
    fours = small_test.images[before.labels == 4][:3]
    for reading in after.read(fours):
        assert reading.label is None
        assert "digits read as 4, the limit is 99%" in reading.reason
        assert reading.p_value < 0.01 < reading.score - float(reading.threshold)


# --- the files --------------------------------------------------------------------------------------------


@pytest.mark.mxnet
def test_the_shipped_files_are_small_and_describe_the_calibration(shipped, folder):
    sizes = [path.stat().st_size for path in folder.iterdir() if path.suffix != ".onnx"]
    assert sum(sizes) < 1.6e6
    assert (shipped.shape, shipped.classes) == ((28, 28), 10)
    assert (shipped.threshold.n, shipped.threshold.of) == (15_000, "digits")
    assert min(each.n for _, each in shipped.threshold.items) > 1300
    assert (shipped.threshold.alpha, shipped.threshold.confidence) == (0.01, 0.85)
    assert shipped.about.keys() == {"seed", "digits", "drawn", "negatives"}
    assert shipped.about["digits"] == 45_000
    assert shipped.frame.box == (20, 20)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.unlink(), "there is no such file"),
        (lambda path: path.write_bytes(path.read_bytes()[:500]), "it is damaged"),
        (lambda path: path.write_text("[]"), "it is damaged"),
        (edited(lambda content: content.update(version=9)), "it is of version 9, this program reads 2 and 3"),
        (edited(lambda content: content.pop("calibration")), "it is damaged"),
        (edited(lambda content: content["calibration"].update(alpha=1.5)), "it is damaged"),
        (edited(lambda content: content["calibration"].update(scores=[])), "it is damaged"),
        (edited(lambda content: content["calibration"]["read_as"].pop()), "it is damaged"),
        (edited(lambda content: content["frame"].pop("box")), "it is damaged"),
        (
            edited(lambda content: content["networks"]["digits-reader-1"].update(epoch=9)),
            "of different trainings",
        ),
        (
            edited(lambda content: content["networks"]["digits-reader-1"].update(sha256="0")),
            "set on another digits-r",
        ),
    ],
)
def test_an_error_names_a_bad_calibration_and_the_remedy(spoil, words, folder):
    spoil(folder / recogniser.RECOGNITION_FILE)
    with pytest.raises(CheckpointError, match=words) as caught:
        Recogniser(resealed(folder))
    assert str(caught.value).endswith(f"python -m autoencoder train digits --model-dir {folder}")


@pytest.mark.mxnet
@pytest.mark.parametrize("name", reader.NAMES)
def test_a_missing_network_is_named(name, folder):
    next(iter(folder.glob(f"{name}-*.params"))).unlink()
    with pytest.raises(CheckpointError, match=f"checkpoint of the code's {name}: there is no such file"):
        Recogniser(folder, runtime="mxnet")


# --- training ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(small_mnist, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    write_data(folder, *(idx.read_idx(small_mnist / f"train-{kind}-ubyte")[:200] for kind in IDX), ["train"])
    lines = []
    options = {"seed": 5, "progress": False, "report": lines.append}
    recogniser_ = train_recognition(TrainingRun(folder, folder / "a", folder / "out", 2, **options))
    return recogniser_, folder, lines


@pytest.mark.mxnet
def test_training_leaves_files_and_pictures(trained):
    recogniser_, folder, lines = trained
    assert {path.name for path in (folder / "a").iterdir()} == {
        "digits-reader-1-0002.params",
        "digits-reader-1-symbol.json",
        "digits-reader-2-0002.params",
        "digits-reader-2-symbol.json",
        "digits-recognition.json",
        "labels.json",
        "manifest.json",
    }
    pictures = {"digits-negatives.jpg", "curve-digits-reader-1.png", "curve-digits-reader-2.png"}
    assert {path.name for path in (folder / "out").iterdir()} == pictures
    assert recogniser_.about == {
        "seed": 5,
        "digits": 180,
        "drawn": 184,
        "negatives": pytest.approx(600, abs=10),
    }
    assert recogniser_.threshold.n == 20
    each = [f"{name} epoch {epoch}" for name in reader.NAMES for epoch in (1, 2)]
    assert sorted(line.split(":")[0] for line in lines[:-1]) == each  # the readers learn side by side
    assert lines[-1] == (
        "recognition: on average, at most 20.6% of digits are refused with a certainty of 99%, set on 20"
    )


@pytest.mark.slow
@pytest.mark.mxnet
def test_training_again_makes_the_same_files(trained):
    _, folder, _ = trained
    train_recognition(TrainingRun(folder, folder / "b", folder / "out", 2, seed=5, **SILENT))
    for path in (folder / "a").iterdir():
        assert path.read_bytes() == (folder / "b" / path.name).read_bytes()


@pytest.mark.few(1)
@pytest.mark.mxnet
@pytest.mark.parametrize("shape", [(4, 5), (9, 6)])
def test_other_sizes_and_labels_are_learnt_as_well(shape, tmp_path):
    random = np.random.default_rng(0)
    write_data(tmp_path, random.integers(0, 256, (130, *shape), np.uint8), np.arange(130) % 26, ["train"])
    letters = [*"abcdefghijklmnopqrstuvwxyz"]
    words = {"names": letters, "groups": {"vowel": ["a", "e"]}, **SILENT}
    trained = train_recognition(TrainingRun(tmp_path, tmp_path, tmp_path, epochs=1, **words))
    assert (trained.shape, trained.classes) == (shape, 26)
    assert Labels.load(tmp_path) == Labels(shape, tuple(letters), {"vowel": ("a", "e")})
    assert len(trained.recognise(random.random((4, shape[0] * shape[1])))) == 4


@pytest.mark.parametrize(
    ("shape", "numbers", "words"),
    [((3, 28), [0, 1, 2, 0], "4x4 pixels or more"), ((9, 6), [0, 2, 2, 0], "found no image of 1;")],
)
def test_unsuitable_data_are_refused_before_training(shape, numbers, words, tmp_path):
    write_data(tmp_path, np.zeros((4, *shape), np.uint8), numbers, ["train"])
    with pytest.raises(idx.DataError, match=words):
        train_recognition(TrainingRun(tmp_path, tmp_path, tmp_path))


@pytest.mark.mxnet
def test_a_half_precision_file_is_half_as_large(small_train, tmp_path):
    network = reader.readers((28, 28), 10, 6)[0]
    module = build(network)
    sizes = {}
    for dtype in ("float32", "float16"):
        path = checkpoint.save_module(module, tmp_path / dtype, 1, dtype=dtype)
        sizes[dtype] = path.stat().st_size
        loaded = checkpoint.load_module(tmp_path / dtype, 1, network)
        for name, array in loaded.get_params()[0].items():
            assert array.dtype == np.float32
            np.testing.assert_allclose(array.asnumpy(), module.get_params()[0][name].asnumpy(), atol=1e-3)
    assert sizes["float16"] < 0.51 * sizes["float32"]


@pytest.mark.mxnet
def test_the_learning_rate_decays_once_an_epoch(small_train, monkeypatch):
    from autoencoder.networks.training import ThreadModule

    rates = []
    update = ThreadModule.update

    def spy(module):
        update(module)
        rates.append(module._optimizer.learning_rate)

    monkeypatch.setattr(ThreadModule, "update", spy)
    network = reader.readers((28, 28), 10, 6)[0]
    learning.train_epochs(network, small_train.rows(slice(200)), 3, report=None)
    assert len(rates) == 6
    # The rate that is read after a step is that step's own.
    assert rates[1::2] == pytest.approx([network.learning_rate * network.decay**epoch for epoch in range(3)])
    assert rates[0::2] == rates[1::2]


# --- the readers --------------------------------------------------------------------------------------------


def network():
    return reader.readers((28, 28), 10, 6)[0]


@pytest.mark.mxnet
def test_the_readers_are_a_few_times_as_large_as_lenet():
    epochs = Recogniser().epochs
    assert epochs.keys() == set(reader.NAMES)
    for name, epoch in epochs.items():
        module = checkpoint.load_module(SHIPPED / name, epoch, network())
        assert 100_000 <= sum(array.size for array in module.get_params()[0].values()) <= 350_000


@pytest.mark.parametrize(
    ("images", "expected"), [(60_000, 12), (10_000, 12), (500, 80), (100, 400), (7, 400)]
)
def test_few_images_are_shown_more_often(images, expected):
    network_for_few, count = learning.stretch(network(), 12, images)
    assert count == expected
    assert network_for_few.decay**count == pytest.approx(network().decay ** 12)


def test_a_label_beyond_other_is_refused():
    with pytest.raises(
        idx.DataError, match=r"within 0\.\.9, and 6 more for other pictures, found 16 at image 1"
    ):
        network().feed(np.zeros((2, 784), np.float32), np.array([15, 16]))
