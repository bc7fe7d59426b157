"""Why a picture is refused: names that are right, and advice only where following it helps."""

import collections
import re

import numpy as np
import pytest
from PIL import Image

import mxspec as s
from autoencoder import digits
from autoencoder.data.pictures import MNIST, Frame
from autoencoder.digits.recognition import kinds
from autoencoder.digits.recognition.recogniser import Recogniser
from autoencoder.digits.recognition.refusals import CROP, CROP_TO_ONE, choose_name, differ, explain_refusal
from autoencoder.evaluation import measures
from tests.measurements.networks import probe_kinds
from tests.measurements.networks.unlisted import draw_unlisted
from tests.suites import rows_by_suite

pytestmark = pytest.mark.few(2)


@pytest.fixture(scope="module")
def shipped():
    return Recogniser()


def bars(*places, level=1.0, ground=0.0):
    """Upright bars, each from (top, left) to (bottom, right)."""
    picture = np.full((28, 28), ground)
    for top, left, bottom, right in places:
        picture[top:bottom, left:right] = level
    return picture


SEVEN = [(4, 8, 7, 20), (4, 17, 24, 20)]


def explain(picture, *, helps=True, kind=None, frame=MNIST, **options):
    """The explanation by readers that recognise whatever is tried, or nothing."""
    return explain_refusal(
        picture, frame, lambda some: [3 if helps else None] * len(some), lambda _: kind, **options
    )


# --- how a picture differs --------------------------------------------------------------------------------

DIFFERENT = [
    (1 - bars(*SEVEN), "the background is light, 1.00; digits.normalise(image) inverts dark ink"),
    (bars(*SEVEN, ground=0.3), "the background is grey, 0.30; digits.normalise(image) makes it black"),
    (bars(*SEVEN, level=0.41), "the ink is faint, 0.41 at most; digits.normalise(image) stretches"),
    (bars((0, 2, 4, 26), (0, 22, 28, 26)), "the ink fills 28x24 pixels; digits.normalise(image) brings"),
    (bars((10, 10, 12, 16), (10, 14, 20, 16)), "the ink is small, 10x6 pixels; digits.normalise(image)"),
    (bars((8, 14, 11, 26), (8, 23, 28, 26)), "off centre by 8 pixels; digits.normalise(image) centres it"),
    (np.random.default_rng(0).random((28, 28)), "the background is not plain; crop the picture"),
    (bars((5, 5, 24, 8), (5, 20, 24, 23)), "two shapes side by side; crop the picture to one"),
]


@pytest.mark.parametrize(("picture", "words"), DIFFERENT)
def test_an_advice_is_given_only_if_it_helps(picture, words):
    assert explain(picture).reason.startswith(words)
    useless = explain(picture, helps=False)
    assert useless is None or useless == ("the background is not plain", None)


@pytest.mark.parametrize("level", [0.0, 0.3])
def test_a_picture_without_ink_needs_no_networks(level):
    assert explain_refusal(np.full((28, 28), level), MNIST, None, None).reason == (
        f"there is no ink, only one level of {level:.2f}"
    )


def test_a_picture_in_the_frame_does_not_differ(small_test):
    differences = [differ(image.reshape(28, 28), MNIST) for image in small_test.images]
    assert differences.count(None) >= 0.97 * len(differences)


def test_images_with_grounds_of_their_own_have_no_such_reason():
    assert explain(np.eye(28), frame=Frame.plain((28, 28))) is None


def test_who_normalises_is_named():
    assert "; my.normalise(x) stretches" in explain(bars(*SEVEN, level=0.41), by="my.normalise(x)").reason


# --- advice that is followed ------------------------------------------------------------------------------


def resized(picture, size):
    return np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BICUBIC)).clip(0, 1)


def small(picture, random):
    down, right = random.integers(0, 14, 2)
    result = np.zeros((28, 28), np.float32)
    result[down : down + 14, right : right + 14] = resized(picture, 14)
    return result


def boxed(picture, random):
    result = np.pad(resized(picture, 20), 4)
    cut = int(random.integers(0, 3))
    result[cut, cut : 28 - cut] = result[27 - cut, cut : 28 - cut] = 1
    result[cut : 28 - cut, cut] = result[cut : 28 - cut, 27 - cut] = 1
    return result


CHANGES = {
    "light": lambda picture, random: 1 - random.uniform(0.5, 1) * picture,
    "grey": lambda picture, random: 0.4 + 0.5 * picture,
    "faint": lambda picture, random: 0.3 * picture,
    "off centre": lambda picture, random: np.roll(picture, random.choice([-4, 4], 2), (0, 1)),
    "small": small,
    "large": lambda picture, random: resized(picture[3:25, 3:25], 28),
    "boxed": boxed,
    "boxed on paper": lambda picture, random: 1 - 0.8 * boxed(picture, random),
}
OTHERS = ["uniform noise", "stripes", "half-masked images", *probe_kinds.REFUSED]


def draw(kind, test, count, seed):
    """Pictures (count, 784) of a kind of the evaluation, or of those that share no code with training."""
    if kind in measures.KINDS:
        return measures.make_probes(test, count, seed, {kind: measures.KINDS[kind]})[kind]
    return probe_kinds.draw_pictures(kind, test, count, seed).framed


def crops(picture):
    """What a person may crop a picture to: either side of each line across or down."""
    for at in range(3, 25):
        for part in (picture[:, :at], picture[:, at:], picture[:at], picture[at:]):
            yield np.pad(part, 2)


def followed(picture, reason):
    """The pictures that a person may make of one by the advice of a reason; [] without advice."""
    if "digits.normalise" in reason:
        return [picture]
    if CROP_TO_ONE in reason:
        return crops(picture)
    if CROP in reason:
        return [picture[cut:-cut, cut:-cut] for cut in range(2, 7)]
    if "mirror it" in reason:
        return [picture[:, ::-1]]
    turns = {"turn it by a quarter to the right": -1, "turn it by a quarter to the left": 1}
    for words, quarters in {**turns, "turn it by a half": 2}.items():
        if words in reason:
            return [np.rot90(picture, quarters)]
    assert ";" not in reason, reason
    return []


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_following_the_advice_about_a_digit_helps(change, shipped, small_test):
    random = np.random.default_rng(1)
    pictures = [CHANGES[change](image.reshape(28, 28), random) for image in small_test.images[:30]]
    some = [
        (picture, reading)
        for picture, reading in zip(pictures, shipped.read([*pictures]), strict=True)
        if reading.label is None
    ]
    advised = [pair for pair in some if ";" in pair[1].reason]
    assert len(some) < 10 or len(advised) >= 0.7 * len(some)
    for picture, reading in advised:
        answers = [digits.discriminate(digits.normalise(each)) for each in followed(picture, reading.reason)]
        assert any(answer is not None for answer in answers), reading.reason


@pytest.mark.parametrize("count", rows_by_suite(slow=[3], stress=[12]))
@pytest.mark.parametrize("kind", OTHERS)
def test_following_the_advice_about_anything_else_changes_the_answer(kind, count, shipped, small_test):
    pictures = draw(kind, small_test, count, 5).reshape(-1, 28, 28)
    for picture, reading in zip(pictures, shipped.read([*pictures]), strict=True):
        if reading.label is None and ";" in reading.reason:
            answers = [
                digits.discriminate(digits.normalise(each)) for each in followed(picture, reading.reason)
            ]
            assert any(answer is not None for answer in answers), reading.reason


# --- names ------------------------------------------------------------------------------------------------


def test_a_name_has_the_probability_of_all_its_kinds():
    probabilities = np.zeros(len(kinds.KINDS))
    place = [*kinds.KINDS].index
    probabilities[[place("cuts"), place("pieces"), place("letters")]] = 0.3, 0.45, 0.25
    kind, share = choose_name(probabilities)
    assert (kind.words, share) == ("pieces of digits", pytest.approx(0.75))
    probabilities[[place("cuts"), place("digits")]] = 0.1, 0.2
    assert choose_name(probabilities) is None


@pytest.mark.parametrize(
    ("kind", "words", "name"),
    [
        ("letters typed", r"looks like a letter \(\d\.\d\d\)", "letter"),
        ("half-masked images", r"looks like a piece of a digit \(\d\.\d\d\)", "piece"),
        ("turned digits", r"looks like a digit (on its side|upside down) .*(; turn it by a .*)?", "turned"),
        ("mirrored digits", r"looks like a mirrored digit \(\d\.\d\d\)(; mirror it)?", "turned"),
        ("pairs of digits", r"looks like more than one sign \(\d\.\d\d\)(; crop the picture to one)?", "row"),
        ("uniform noise", r"looks like noise \(\d\.\d\d\)", "noise"),
    ],
)
def test_a_refusal_names_what_the_picture_looks_like(kind, words, name, shipped, small_test):
    readings = shipped.read(draw(kind, small_test, 32, 6))
    some = [reading for reading in readings if reading.label is None]
    assert sum(reading.looks_like == name for reading in some) >= 0.8 * len(some)
    assert sum(re.fullmatch(words, reading.reason) is not None for reading in some) >= 0.7 * len(some)


@pytest.mark.parametrize("kind", ["signs by hand", "struck digits", "one-stroke scribbles"])
def test_what_has_no_name_gets_none(kind, shipped, small_test):
    readings = shipped.read(draw(kind, small_test, 24, 6))
    assert sum(reading.looks_like is not None for reading in readings) <= 3


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("digits of dots", {None, "row"}),
        ("digits of dashes", {None}),
        ("dice", {None}),
        ("words", {None, "row"}),
        ("digits with a unit", {None, "row", "letter", "turned"}),
    ],
)
def test_dots_and_dashes_are_no_noise_and_no_piece_and_words_are_more_than_one_sign(
    kind, names, shipped, small_test
):
    readings = [each for each in shipped.read(draw_unlisted(kind, small_test, 24, 6)) if each.label is None]
    shares = collections.Counter(reading.looks_like for reading in readings)
    assert {*shares} <= names
    if kind in ("words", "digits with a unit"):
        assert shares["row"] >= 0.5 * len(readings)
    for reading in readings:
        assert (reading.looks_like == "row") == reading.reason.startswith("looks like more than one sign (")


def test_segments_of_a_whole_digit_are_no_piece_of_one(shipped, small_test):
    sure = np.zeros(len(kinds.KINDS))
    sure[[*kinds.KINDS].index("cuts")] = 1
    places = [(4, 8, 7, 20), (11, 8, 14, 20), (18, 8, 21, 20), (11, 23, 14, 25)]

    def name_of(count):
        reason = explain_refusal(
            bars(*places[:count]), MNIST, lambda rows: [None] * len(rows), lambda picture: choose_name(sure)
        )
        return reason and reason.looks_like

    assert [name_of(count) for count in (1, 3, 4)] == ["piece", "piece", None]


@pytest.mark.slow
def test_a_refused_digit_of_seven_segments_is_seldom_a_piece(shipped, small_test):
    pictures = probe_kinds.draw_pictures("digits of seven segments", small_test, 120, 9).framed
    refused = [reading.looks_like for reading in shipped.read(pictures) if reading.label is None]
    assert len(refused) >= 5
    assert refused.count("piece") <= 0.2 * len(refused)


def test_a_picture_out_of_the_frame_is_named_as_it_looks_in_the_frame(shipped, small_test):
    letters = draw("letters typed", small_test, 40, 6)
    readings = shipped.read(1 - 0.8 * letters)
    assert sum(reading.looks_like == "letter" for reading in readings) >= 0.6 * len(readings)


def test_errors_and_profiles_have_the_name(small_test):
    letters = draw("letters typed", small_test, 30, 6)
    [error] = s.explain_json("digits/image", letters[0])
    assert error["msg"].startswith("not recognised: looks like a letter (")
    assert error["ctx"]["looks_like"] == "letter"
    assert s.profile("digits/image", letters).reasons["not recognised: looks like a letter (#)"] >= 20


def test_a_verdict_does_not_pay_for_its_reason(shipped, small_test):
    [reading] = shipped.read([1 - small_test.images[0]])
    assert callable(vars(reading)["reason"])
    assert reading.reason.startswith("the background is light")
    assert vars(reading)["reason"] == reading.reason
