"""A card on a page of another grey, as in a screenshot: a digit on it is read, by every door."""

import itertools

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from autoencoder import digits, families
from autoencoder.__main__ import main
from autoencoder.data.pictures import load_image
from autoencoder.web.studio import Studio, as_png

pytestmark = pytest.mark.few(2)

DRESSES = ("plain", "frame", "shadow", "rounded")


def card(
    page=240,
    share=0.5,
    dress="plain",
    text="4",
    ink=100,
    lies=(0.5, 0.5),
    size=(640, 480),
    white=255,
    high=0.5,
):
    """A card, of a share of the picture's shorter side, on a page of a grey, with a digit on it."""
    side = round(share * min(size))
    left, top = (round(at * (length - side)) for at, length in zip(lies, size, strict=True))
    box = (left, top, left + side, top + side)
    picture = Image.new("L", size, page)
    if dress == "shadow":
        ImageDraw.Draw(picture).rectangle((left, top + 4, left + side, top + side + 6), max(0, page - 40))
        picture = picture.filter(ImageFilter.GaussianBlur(6))
    pencil = ImageDraw.Draw(picture)
    edge = max(0, page - 30) if dress == "frame" else None
    pencil.rounded_rectangle(box, 16 if dress == "rounded" else 0, white, edge)
    middle = (left + side / 2, top + side / 2)
    pencil.text(middle, text, ink, ImageFont.load_default(round(high * side)), anchor="mm")
    return picture


def labels(picture):
    """How a picture is read by each function that takes one."""
    doors = (digits.read_image, families.FAMILIES["digits"].read_image, load_image)
    return {digits.discriminate(door(picture)) for door in doors}


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("page", [160, 200, 220, 230, 240, 245, 250])
def test_a_digit_on_a_card_is_read_on_each_grey_and_in_each_size(page, dress):
    for share, ink in itertools.product([0.3, 0.5, 0.8], [0, 100]):
        assert labels(card(page, share, dress, ink=ink)) == {4}, (share, ink)


@pytest.mark.parametrize("text", "0123456789")
def test_each_digit_is_read_on_a_card(text):
    assert labels(card(text=text)) == {int(text)}


@pytest.mark.parametrize("lies", [(0.1, 0.1), (0.9, 0.2), (0.5, 0.95)])
@pytest.mark.parametrize("page", [200, 240])
def test_a_card_may_lie_anywhere(page, lies):
    assert labels(card(page, 0.4, lies=lies)) == {4}


def test_a_small_digit_on_a_large_pale_card_is_ink():
    assert labels(card(240, 0.9, high=0.15)) == {4}


def test_a_light_digit_on_a_card_of_a_dark_page_is_read():
    assert labels(card(32, white=52, ink=240)) == {4}


def test_a_screenshot_is_read_by_every_door(tmp_path, capsys):
    picture, file = card(240, 0.9, high=0.15).convert("RGB"), tmp_path / "screenshot.png"
    picture.save(file)
    assert main(["valid", "digits/image", str(file)]) == 0
    assert capsys.readouterr().out == f"valid: {file} fits digits/image, it is read as 4\n"
    studio = Studio(families.FAMILIES["digits"], "digits/image")
    assert studio.judge_picture("digits/image", as_png(picture)).label == 4
    assert studio.look(as_png(picture))["label"] == "4"
    assert labels(file) == {4}


def test_two_cards_with_a_digit_each_are_refused():
    picture = card(200, 0.4, lies=(0.1, 0.5))
    picture.paste(card(200, 0.4, lies=(0.1, 0.5), text="7").crop((0, 0, 320, 480)), (320, 0))
    reading = digits.read(digits.read_image(picture))
    assert reading.label is None, reading


def test_an_empty_card_has_no_digit():
    assert labels(card(text="")) == {None}
    assert labels(card(200, text="")) == {None}


@pytest.mark.few(1)
@pytest.mark.parametrize("noise", [0, 0.04, 0.08])
def test_chalk_is_no_card(small_test, noise):
    """The inside of a light 0 is the board, whatever the noise."""
    random = np.random.default_rng(1)
    read = []
    for image in small_test.images[:40]:
        large = Image.fromarray(image.reshape(28, 28)).resize((140, 140), Image.Resampling.BICUBIC)
        board = np.pad(0.2 + 0.7 * np.asarray(large).clip(0, 1), 30, constant_values=0.2)
        noisy = board + random.normal(0, noise, board.shape)
        read.append(digits.discriminate(digits.normalise(noisy.clip(0, 1))))
    assert np.mean(np.array(read) == small_test.labels[:40]) >= 0.95
