"""A refused picture is tried without what is around or on the digit, and the reading says so."""

import gc
import io
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

import mxspec as s
from autoencoder import digits
from autoencoder.data.pictures import load_picture
from autoencoder.digits.recognition import attempts
from autoencoder.digits.recognition.attempts import (
    ADDITIONS,
    APART,
    AROUND,
    CLOSE,
    CUT,
    FIRST,
    ON_PAGE,
    STACKED,
    notes_of,
)
from autoencoder.families.answers import answer
from tests.measurements.networks import probes, scenes, strokes
from tests.suites import rows_by_suite

pytestmark = pytest.mark.few(3)

LINE, RING, OUTLINE, DOTS = ADDITIONS.values()


def pictures(draw, count, test, seed=5, margin=8):
    """Pictures of a drawer of probes, as users have them, with their labels."""
    for number in range(count):
        probe = draw(np.random.default_rng([seed, number]), number, test)
        if isinstance(probe.picture, bytes):
            yield probe.picture, probe.label
        else:
            yield Image.fromarray(np.uint8(235 - 190 * np.pad(probe.picture, margin).clip(0, 1))), probe.label


EDITED = [
    (scenes.underlined, LINE),
    (scenes.circled, RING),
    (scenes.hollow, OUTLINE),
    (scenes.dotted, DOTS),
    (scenes.sticky_note("digit"), ON_PAGE),
    (scenes.page_on_desk("digit"), ON_PAGE),
]


@pytest.mark.parametrize(("draw", "remark"), EDITED, ids=[row[1] for row in EDITED[:-1]] + ["desk"])
def test_a_reading_says_how_the_picture_was_edited(draw, remark, small_test):
    readings = [(digits.read(digits.read_image(p)), label) for p, label in pictures(draw, 4, small_test)]
    assert sum(reading.label == label for reading, label in readings) >= 3
    assert {reading.remark for reading, _ in readings} <= {remark, None}
    assert remark in {reading.remark for reading, _ in readings}


def six(*, margin=60, extra=()):
    """A six on a page, in the grey of ink, and lines beside it in pixels of the page."""
    ink = 1 - np.kron(digits.generate(6).reshape(28, 28), np.ones((6, 6)))
    page = Image.fromarray(np.uint8(40 + 200 * np.pad(ink, margin, constant_values=1)))
    for line in extra:
        ImageDraw.Draw(page).line(line, fill=45, width=11)
    return page


LOWER = [(70, 250), (225, 246)]


def test_the_edit_is_in_answers_and_in_the_reasons_of_other_specs():
    image = digits.read_image(six(extra=[LOWER]))
    assert digits.read(image).remark == LINE
    assert (
        s.explain_str("digits/odd-image", image).count(f"read as 6 (1.00) {LINE}, but odd is required") == 1
    )
    assert answer("digits/even-image", image).sentence == f"read as 6 (1.00) {LINE}"
    assert answer("digits/even-image", image).as_data()["remark"] == LINE
    (error,) = s.explain_json("digits/odd-image", image)
    assert error["ctx"]["remark"] == LINE
    assert digits.read(digits.read_image(six())).remark is None


def reason_of(picture):
    reading = digits.read(digits.read_image(picture))
    assert reading.label is None
    return reading.reason


BLUE, RED, PEN = (170, 195, 230), (230, 60, 60), (30, 40, 120)


def exercise_page(*, upright=(), level=range(40, 400, 40), turn=0, digit=True, extra=()):
    """A page with lines, on which a 4 is written."""
    page = Image.new("RGB", (400, 400), (252, 252, 250))
    pencil = ImageDraw.Draw(page)
    for at in level:
        pencil.line([(0, at), (400, at)], fill=BLUE, width=2)
    for at, colour in upright:
        pencil.line([(at, 0), (at, 400)], fill=colour, width=3)
    if digit:
        pencil.line([(218, 112), (146, 226), (254, 226)], fill=PEN, width=12)
        pencil.line([(221, 167), (218, 292)], fill=PEN, width=12)
    for line in extra:
        pencil.line(line, fill=PEN, width=9)
    return page.rotate(turn, resample=Image.Resampling.BICUBIC).crop((25, 25, 375, 375))


PAGES = {
    "ruled": {},
    "with a margin line": {"upright": [(60, RED)]},
    "turned": {"upright": [(60, RED)], "turn": 3},
    "squared": {"upright": [(at, BLUE) for at in range(30, 400, 40)]},
}


@pytest.mark.parametrize("page", PAGES)
def test_lines_of_a_page_are_left_out(page):
    assert digits.discriminate(digits.read_image(exercise_page(**PAGES[page]))) == 4
    assert reason_of(exercise_page(**PAGES[page], digit=False)).startswith("there is no ink")


@pytest.mark.parametrize(
    "line", [[(0, 200), (400, 200)], [(0, 100), (400, 100)]], ids=["through the digit", "above it"]
)
def test_a_stroke_of_the_pen_from_border_to_border_is_no_line_of_the_page(line):
    assert reason_of(exercise_page(level=(), extra=[line])) == CUT


def test_ink_that_reaches_the_border_is_refused(small_test):
    reasons = []
    for picture, label in pictures(scenes.cut_digit, 12, small_test, margin=0):
        reading = digits.read(digits.read_image(picture))
        assert reading.label in (None, label)
        reasons.append(reading.reason)
    assert reasons.count(CUT) >= 4


@pytest.mark.parametrize("length", [80, 110])
@pytest.mark.parametrize("gap", [20, 40, 60])
def test_a_minus_and_a_0_are_no_digit_on_its_side(length, gap):
    page = Image.new("L", (500, 400), 250)
    left = 60 + length + gap
    ImageDraw.Draw(page).line([(60, 200), (60 + length, 200)], fill=30, width=16)
    ImageDraw.Draw(page).ellipse((left, 100, left + 130, 300), outline=30, width=16)
    assert reason_of(page) == APART


@pytest.mark.parametrize("line", [[(20, 150), (62, 150)], [(225, 80), (218, 125)]], ids=["minus", "prime"])
def test_a_sign_beside_the_digit_is_refused(line):
    assert reason_of(six(extra=[line])) == APART


def typed(text, size, shape, font="DejaVuSans"):
    """A text in the middle of a page; of several lines each is centred."""
    page = Image.new("L", shape, 255)
    path = str(Path(matplotlib.get_data_path(), "fonts", "ttf", f"{font}.ttf"))
    middle, options = (shape[0] / 2, shape[1] / 2), {"anchor": "mm", "align": "center", "spacing": size * 0.8}
    ImageDraw.Draw(page).multiline_text(middle, text, font=ImageFont.truetype(path, size), **options)
    return page


@pytest.mark.parametrize("text", ["3\n3", "9\n3", "1\n8", "7\n7\n7", "A\n4", "5\n№", "4\n+"])
@pytest.mark.parametrize("size", [60, 120])
def test_a_sign_above_another_is_refused(text, size):
    reading = digits.read(digits.read_image(typed(text, size, (4 * size, 8 * size))))
    assert (reading.label, reading.reason == STACKED or reading.looks_like is not None) == (None, True)


@pytest.mark.parametrize(
    ("text", "font", "size"),
    [
        ("№5", "DejaVuSans", 160),
        ("№5", "DejaVuSans", 165),
        ("№5", "DejaVuSans", 180),
        ("№3", "DejaVuSans", 160),
        ("№5", "DejaVuSansMono", 150),
        ("№2T#", "DejaVuSans", 108),
    ],
)
def test_letters_around_a_letter_are_no_frame(text, font, size):
    page = typed(text, size, (700, 400), font)
    assert not load_picture(page).ink.has_frame
    assert digits.read(digits.read_image(page)).label is None


@pytest.mark.parametrize("count", rows_by_suite(slow=[150], stress=[600]))
def test_a_digit_among_characters_is_hardly_ever_read(count):
    """What touches may look like another digit, such as an r on a 0 like an 8."""
    accepted = []
    for number in range(count):
        ink, text = probes.several_characters(np.random.default_rng([11, number]))
        label = digits.discriminate(digits.normalise(1 - 0.9 * ink))
        if label is not None:
            accepted.append((text, label))
    assert len(accepted) <= count / 100, accepted
    assert sum(str(label) not in text for text, label in accepted) <= count / 300, accepted


def test_two_readings_of_one_picture_are_refused_and_said(small_test):
    """A 7 or a 0 and the line under it pass for a 2."""
    for number, digit in [(4, 7), (28, 7), (46, 0)]:
        probe = scenes.underlined(np.random.default_rng([5, number]), number, small_test)
        reading = digits.read(digits.normalise(0.9 - 0.7 * np.pad(probe.picture, 8)))
        assert reading.label is None
        assert reading.reason == f"it can be read as 2 as it is, and as {digit} {LINE}"


def test_a_page_that_is_found_and_not_read_is_said(small_test):
    heart = probes.draw(probes.parse(strokes.SIGNS["heart"]), np.random.default_rng(0))
    page = np.full((300, 300, 3), 60, np.uint8)
    page[50:250, 50:250] = (250, 232, 110)
    page[66:234, 66:234] = page[66:234, 66:234] * (1 - 0.8 * heart[..., None])
    reading = digits.read(digits.read_image(Image.fromarray(page)))
    assert reading.label is None
    assert reading.reason == AROUND or reading.looks_like


def test_an_image_that_is_refused_for_its_picture_is_refused_as_a_copy(small_test):
    for draw in (scenes.cut_digit, scenes.marked("prime"), scenes.marked("minus")):
        for number in range(4):
            probe = draw(np.random.default_rng([7, number]), number, small_test)
            image = digits.normalise(0.9 - 0.7 * probe.picture)
            assert notes_of(image.copy()) is None
            if digits.read(image).label is None:
                assert digits.read(image.copy()).label is None


@pytest.mark.parametrize(("kind", "count"), [("GIF", 3), ("PNG", 2), ("TIFF", 2), ("WEBP", 2), ("GIF", 1)])
def test_of_several_pictures_in_a_file_the_first_is_read_and_said(kind, count):
    file = io.BytesIO()
    others = [Image.new("L", six().size, 90 + 40 * number) for number in range(count - 1)]
    six().save(file, kind, save_all=True, append_images=others)
    reading = digits.read(digits.read_image(file))
    assert (reading.label, reading.remark) == (6, FIRST if others else None)


def test_a_close_crop_is_read_and_said():
    tight = six(margin=0)
    tight = tight.crop(Image.eval(tight, lambda value: 255 * (value < 120)).getbbox())
    reading = digits.read(digits.read_image(tight))
    assert (reading.label, reading.remark) == (6, CLOSE)


def test_digits_of_8x8_pixels_are_read_though_they_fill_the_height():
    readings = [
        (digits.read(digits.normalise(probe.picture)), probe.label)
        for probe in (probes.scikit_pixels(None, number, None) for number in range(40))
    ]
    assert sum(reading.label == label for reading, label in readings) >= 36
    assert {reading.remark for reading, _ in readings if reading.label is not None} == {CLOSE}


def test_a_small_picture_that_is_cut_on_one_side_is_refused(small_test):
    ink = np.pad(small_test.images[small_test.labels == 8][0].reshape(28, 28)[:12], [(2, 0), (2, 2)])
    assert digits.read(digits.normalise(ink)).reason == CUT


SIDE = st.integers(0, 99)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(SIDE, SIDE, SIDE, SIDE, st.integers(0, 9)), max_size=5))
def test_any_picture_is_an_image_whose_refusal_needs_no_notes(boxes):
    page = np.full((100, 120), 0.9)
    for top, left, bottom, right, grey in boxes:
        page[min(top, bottom) : max(top, bottom) + 3, min(left, right) : max(left, right) + 3] = grey / 10
    image = digits.normalise(page)
    assert image.shape == (1, 784)
    assert 0 <= image.min() <= image.max() <= 1
    reading, copied = digits.read(image), digits.read(image.copy())
    assert reading.label == copied.label
    assert (reading.label is None) == (reading.reason is not None)


def test_notes_end_with_their_image_and_with_a_change():
    image = digits.read_image(six(extra=[LOWER]))
    assert notes_of(image).remark == LINE
    image[0, 0] = 0.5
    assert notes_of(image) is None
    key = id(image)
    del image
    gc.collect()
    assert key not in attempts._NOTES


def test_images_of_the_data_set_may_touch_the_border(small_test):
    image = np.zeros((28, 28), np.float32)
    image[:20, 12:16] = 1
    assert np.array_equal(digits.normalise(image), digits.normalise(image.copy()))
    assert notes_of(digits.normalise(image)) is None


@pytest.mark.parametrize("count", rows_by_suite(slow=[20], stress=[40]))
@pytest.mark.parametrize("draw", [scenes.sticky_note("two digits"), scenes.circled_pair])
def test_two_digits_stay_refused(draw, count, small_test):
    refused = [digits.read(digits.read_image(p)).label is None for p, _ in pictures(draw, count, small_test)]
    assert np.mean(refused) >= 0.95


# --- any ink ------------------------------------------------------------------------------------------------

BOXES = st.tuples(*[st.floats(0, 1)] * 4)


@example(1, 20, [(0, 0, 0, 0.5), (0, 0.6, 0, 0.35)])  # a line with something beside it and nothing above
@given(st.integers(1, 50), st.integers(1, 50), st.lists(BOXES, max_size=12))
@settings(max_examples=300)
def test_any_ink_has_an_addition_or_none(height, width, boxes):
    ink = np.zeros((height, width), np.float32)
    for top, left, down, across in boxes:
        y, x = int(top * height), int(left * width)
        ink[y : y + 1 + int(down * height), x : x + 1 + int(across * width)] = 1
    for change in ADDITIONS:
        changed = change(ink)
        assert changed is None or (changed.size and set(np.unique(changed)) <= {0, 1})
