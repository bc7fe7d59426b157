import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autoencoder.data import idx
from autoencoder.data.labels import Labels
from autoencoder.networks import checkpoints, training
from autoencoder.networks.module import LearningModule
from autoencoder.networks.network import build
from autoencoder.networks.run import Run
from autoencoder.recognition import calibration, negatives, recogniser, reconstruction
from autoencoder.recognition.recogniser import NONE, Recogniser
from autoencoder.recognition.train import train_recognition

ARRAYS = ["labels", "confidence", "nearest", "unexplained", "other", "score"]


@pytest.fixture(scope="module")
def shipped():
    return Recogniser()


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped files, to be spoilt."""
    for path in checkpoints.SHIPPED.glob("digits-*"):
        if path.name.startswith(("digits-autoencoder", "digits-reader", "digits-recognition")):
            shutil.copy(path, tmp_path)
    return tmp_path


def answers(found):
    return {name: getattr(found, name).tolist() for name in ARRAYS}


def test_digits_are_read_and_the_rest_is_not(shipped, small_test):
    digits = shipped.recognise(small_test.images)
    assert (digits.labels == small_test.labels).mean() >= 0.97
    assert (digits.labels != NONE).mean() >= 0.98
    assert (shipped.recognise(1 - small_test.images).labels == NONE).all()


@pytest.mark.parametrize(
    "kind", ["uniform noise", "gaussian noise", "constants", "stripes", "shuffled pixels", "inverted digits"]
)
def test_what_is_nothing_like_a_digit_is_none(kind, shipped, small_test):
    pictures = negatives.make({kind: negatives.EVALUATION[kind]}, small_test, 50, seed=11)[kind]
    assert (shipped.recognise(pictures).labels == NONE).all()


def test_an_answer_says_how_sure_it_is_and_what_was_allowed(shipped, small_test):
    found = shipped.recognise(np.concatenate([small_test.images, 1 - small_test.images]))
    assert len(found) == 400
    assert found.labels.dtype == np.int64
    assert (found.labels[found.labels != NONE] == found.nearest[found.labels != NONE]).all()
    assert ((found.confidence >= 0) & (found.confidence <= 1)).all()
    assert (found.confidence[:200] > 0.9).mean() > 0.95
    assert ((found.score <= found.threshold) == (found.labels != NONE)).all()
    allowed = (found.unexplained <= found.unexplained_allowed) & (found.other <= found.other_allowed)
    assert (allowed == (found.labels != NONE)).all()


def test_a_picture_alone_is_answered_as_it_is_in_company(shipped, small_test):
    pictures = np.concatenate([small_test.images[:40], negatives.for_training(small_test, 40, 0)])
    together = shipped.recognise(pictures)
    alone = [shipped.recognise(pictures[row : row + 1]) for row in range(len(pictures))]
    assert [one.labels[0] for one in alone] == together.labels.tolist()
    for name in ("confidence", "unexplained", "other", "score"):
        separate = [getattr(one, name)[0] for one in alone]
        np.testing.assert_allclose(getattr(together, name), separate, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 33])
def test_any_number_of_pictures_is_answered(count, shipped, small_test):
    found = shipped.recognise(small_test.images[:count])
    assert all(getattr(found, name).shape == (count,) for name in ARRAYS)


def test_the_answers_belong_to_the_caller(shipped, small_test):
    images = small_test.images[:3].copy()
    first = shipped.recognise(images)
    kept = answers(first)
    for name in ARRAYS:
        getattr(shipped.recognise(images), name)[:] = 7
    shipped.recognise(1 - images)
    assert answers(first) == kept
    assert (images == small_test.images[:3]).all()


def test_threads_get_their_own_answers(shipped, small_test):
    expected = shipped.recognise(small_test.images)

    def ask(row):
        found = shipped.recognise(small_test.images[row : row + 1])
        same_score = found.score[0] == pytest.approx(expected.score[row], abs=1e-5)
        return found.labels[0] == expected.labels[row] and same_score

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(200)))


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros(784), r"shape \(n, 784\), but this one has \(784,\)"),
        (np.zeros((1, 783)), r"shape \(n, 784\), but this one has \(1, 783\)"),
        (np.zeros((1, 28, 28)), r"shape \(n, 784\)"),
        (np.full((1, 784), 255), "divided by 255"),
        (np.full((1, 784), -0.1), "within 0..1"),
        (np.full((1, 784), np.nan), "within 0..1"),
        (np.full((1, 784), np.inf), "within 0..1"),
    ],
)
def test_what_is_no_picture_is_an_error(images, words, shipped):
    with pytest.raises(ValueError, match=words):
        shipped.recognise(images)


def answer(unexplained, other, label):
    one = np.array
    return recogniser.Recognition(
        labels=one([label]),
        confidence=one([0.9]),
        nearest=one([6]),
        unexplained=one([unexplained]),
        other=one([other]),
        score=one([0.999]),
        threshold=0.995,
        unexplained_allowed=0.26,
        other_allowed=0.9931,
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (answer(0.1, 0.1, 6), None),
        (
            answer(0.91, 0.1, NONE),
            "0.91 of the picture is unexplained, at most 0.26 is allowed",
        ),
        (
            answer(0.91, 1.0, NONE),
            "0.91 of the picture is unexplained, at most 0.26 is allowed",
        ),
        (
            answer(0.1, 1.0, NONE),
            "it is not a digit with probability 1.00, at most 0.99 is allowed",
        ),
        (
            answer(0.1, 0.9949, NONE),
            "it is not a digit with probability 0.995, at most 0.993 is allowed",
        ),
    ],
)
def test_a_picture_that_is_not_recognised_has_a_reason(found, words):
    assert found.why_not() == words


@pytest.mark.parametrize("levels", [0.0, 0.3, 1.0])
def test_a_plain_page_has_a_reason(levels, shipped):
    assert "is unexplained, at most 0." in shipped.recognise(np.full((1, 784), levels)).why_not()


# --- the calibration --------------------------------------------------------------------------------------


def test_ranks_are_the_shares_of_what_is_smaller():
    values = np.random.default_rng(0).gamma(2, size=5000)
    ranks = calibration.ranks(values)
    some = np.quantile(values, [0.01, 0.3, 0.96, 0.99, 0.999])
    assert ranks(some) == pytest.approx([(values <= x).mean() for x in some], abs=0.01)
    assert ranks(some[-3:]) == pytest.approx([(values <= x).mean() for x in some[-3:]], abs=5e-4)
    assert ranks([values.max() * 1.0001]) == 1
    assert (np.diff(ranks(np.sort(values))) >= 0).all()
    assert len(ranks.values) < 300


@pytest.mark.parametrize("count", [1, 2, 20, 51, 6000])
def test_the_threshold_lets_its_share_of_the_digits_pass_and_nothing_stranger(count):
    random = np.random.default_rng(1)
    unexplained, other = random.gamma(2, size=count), random.random(count) ** 9
    line = calibration.calibrate(unexplained, other)
    passed = (line.score(unexplained, other) <= line.threshold).mean()
    assert passed == pytest.approx(0.992, abs=max(2e-4, 1 / count))
    assert line.threshold < 1
    assert line.score([100.0], [0.0]) > line.threshold
    assert line.score([0.0], [1.1]) > line.threshold


def test_equal_values_have_one_rank():
    ranks = calibration.ranks(np.array([0.0] * 90 + [1.0] * 10))
    assert ranks([0, 1, 2]).round(2).tolist() == [0.89, 0.99, 1.0]


def test_a_calibration_goes_through_a_file():
    random = np.random.default_rng(2)
    line = calibration.calibrate(random.random(700), random.random(700))
    again = calibration.from_data(json.loads(json.dumps(line.as_data())))
    x, y = random.random((2, 50))
    np.testing.assert_allclose(again.score(x, y), line.score(x, y), atol=1e-6)
    assert (again.threshold, again.quantile, again.held_back) == (line.threshold, 0.992, 700)


# --- the files --------------------------------------------------------------------------------------------


@pytest.mark.mxnet
def test_the_shipped_files_are_small_and_say_what_the_threshold_was_set_on(shipped, folder):
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1.2e6
    assert (shipped.shape, shipped.classes) == ((28, 28), 10)
    assert shipped.calibration.held_back == 6000
    assert shipped.calibration.quantile == 0.992
    assert shipped.about.keys() == {"seed", "digits", "negatives"}
    assert shipped.about["digits"] == 54_000


def edit(change):
    def spoil(path):
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.unlink(), "there is no such file"),
        (lambda path: path.write_bytes(path.read_bytes()[:500]), "it is damaged"),
        (lambda path: path.write_text("[]"), "it is damaged"),
        (edit(lambda content: content.update(version=9)), "it is of version 9, this program reads 1"),
        (edit(lambda content: content.pop("calibration")), "it is damaged"),
        (edit(lambda content: content["calibration"].update(threshold=1.5)), "it is damaged"),
        (edit(lambda content: content["calibration"]["other"]["values"].reverse()), "it is damaged"),
        (
            edit(lambda content: content["networks"]["digits-reader"].update(sha256="0")),
            "set on another digits-r",
        ),
    ],
)
def test_a_bad_calibration_is_named_with_what_to_do(spoil, words, folder):
    spoil(folder / recogniser.RECOGNITION_FILE)
    with pytest.raises(checkpoints.CheckpointError, match=words) as caught:
        Recogniser(folder)
    assert str(caught.value).endswith("python -m autoencoder train digits")


@pytest.mark.mxnet
@pytest.mark.parametrize("name", ["digits-reader", "digits-autoencoder"])
def test_a_missing_network_is_named(name, folder):
    next(iter(folder.glob(f"{name}-*.params"))).unlink()
    with pytest.raises(checkpoints.CheckpointError, match=f"checkpoint of the {name}: there is no such file"):
        Recogniser(folder)


# --- training ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(small_mnist, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    lines = []
    run = Run(small_mnist, folder / "a", folder / "out", seed=5, progress=False, report=lines.append)
    made = train_recognition(run, epochs=(3, 2))
    return made, folder, lines


@pytest.mark.mxnet
def test_training_leaves_files_and_pictures(trained):
    made, folder, lines = trained
    assert {path.name for path in (folder / "a").iterdir()} == {
        "digits-autoencoder-0003.params",
        "digits-autoencoder-symbol.json",
        "digits-reader-0002.params",
        "digits-reader-symbol.json",
        "digits-recognition.json",
        "labels.json",
    }
    pictures = {"digits-negatives.jpg", "curve-digits-autoencoder.png", "curve-digits-reader.png"}
    assert {path.name for path in (folder / "out").iterdir()} == pictures
    assert made.about == {"seed": 5, "digits": 450, "negatives": 450}
    assert made.calibration.held_back == 50
    assert [line.split(":")[0] for line in lines] == [
        *[f"digits-autoencoder epoch {epoch}" for epoch in (1, 2, 3)],
        *[f"digits-reader epoch {epoch}" for epoch in (1, 2)],
        "recognition",
    ]


@pytest.mark.mxnet
def test_training_again_makes_the_same_files(trained, small_mnist):
    _, folder, _ = trained
    run = Run(small_mnist, folder / "b", folder / "out", seed=5, progress=False, report=lambda line: None)
    train_recognition(run, epochs=(3, 2))
    for path in (folder / "a").iterdir():
        assert path.read_bytes() == (folder / "b" / path.name).read_bytes()


@pytest.mark.mxnet
@pytest.mark.parametrize("shape", [(4, 5), (9, 6), (20, 17)])
def test_other_sizes_and_labels_are_learnt_as_well(shape, tmp_path):
    random = np.random.default_rng(0)
    idx.write_idx(tmp_path / "train-images-idx3-ubyte", random.integers(0, 256, (130, *shape), np.uint8))
    idx.write_idx(tmp_path / "train-labels-idx1-ubyte", np.arange(130, dtype=np.uint8) % 26)
    letters = [*"abcdefghijklmnopqrstuvwxyz"]
    run = Run(
        tmp_path,
        tmp_path,
        tmp_path,
        epochs=1,
        names=letters,
        groups={"vowel": ["a", "e"]},
        progress=False,
        report=lambda line: None,
    )
    made = train_recognition(run)
    assert (made.shape, made.classes) == (shape, 26)
    assert Labels.load(tmp_path) == Labels(shape, tuple(letters), {"vowel": ("a", "e")})
    assert len(made.recognise(random.random((4, shape[0] * shape[1])))) == 4


@pytest.mark.parametrize(
    ("shape", "numbers", "words"),
    [((3, 28), [0, 1, 2, 0], "4x4 pixels or more"), ((9, 6), [0, 2, 2, 0], "found none of 1;")],
)
def test_what_cannot_be_learnt_is_refused_before_training(shape, numbers, words, tmp_path):
    idx.write_idx(tmp_path / "train-images-idx3-ubyte", np.zeros((4, *shape), np.uint8))
    idx.write_idx(tmp_path / "train-labels-idx1-ubyte", np.array(numbers, np.uint8))
    with pytest.raises(idx.DataError, match=words):
        train_recognition(Run(tmp_path, tmp_path, tmp_path))


@pytest.mark.mxnet
def test_a_half_precision_file_is_half_as_large(small_train, tmp_path):
    module = build(reconstruction.NETWORK, 784)
    sizes = {}
    for dtype in ("float32", "float16"):
        path = checkpoints.save(module, tmp_path / dtype, 1, dtype=dtype)
        sizes[dtype] = path.stat().st_size
        loaded = checkpoints.load(tmp_path / dtype, 1, reconstruction.NETWORK)
        for name, array in loaded.get_params()[0].items():
            assert array.dtype == np.float32
            np.testing.assert_allclose(array.asnumpy(), module.get_params()[0][name].asnumpy(), atol=1e-3)
    assert sizes["float16"] < 0.51 * sizes["float32"]


@pytest.mark.mxnet
def test_the_learning_rate_decays_once_an_epoch(small_train, monkeypatch):
    rates = []
    update = LearningModule.update

    def spy(module):
        update(module)
        rates.append(module._optimizer.learning_rate)

    monkeypatch.setattr(LearningModule, "update", spy)
    training.train(reconstruction.NETWORK, small_train, 3, progress=False, report=lambda line: None)
    assert len(rates) == 15
    # The rate that is read after a step is that step's own.
    assert rates[4::5] == pytest.approx([0.002, 0.0016, 0.00128])
    assert rates[0::5] == pytest.approx([0.002, 0.0016, 0.00128])
