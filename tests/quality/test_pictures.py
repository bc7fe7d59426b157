"""Pictures of a shrinking image, of styles and of what is refused: what is in them."""

import numpy as np
import pytest
from PIL import Image

from autoencoder import digits
from autoencoder.data import idx
from tests.quality import pictures


def test_a_path_leads_from_the_first_image_that_fails_to_the_smallest():
    path = pictures.path_of(lambda image: digits.discriminate(image) > 3, seed=1)
    assert repr(path.images[-1]) == "digits.generate(4)"
    assert all(digits.discriminate(image) > 3 for image in path.images)
    assert path.attempts == sorted(set(path.attempts))
    assert path.attempts[-1] <= path.total


def test_a_test_that_never_fails_has_no_path():
    with pytest.raises(AssertionError, match="never fails"):
        pictures.path_of(lambda image: False, seed=1, max_examples=10)


@pytest.mark.parametrize(
    ("style", "count"), [(None, 0), ([0, 1.5], 1), ([-1] * 16, 16), (np.zeros(16), 0), ([1, 0, -0.5], 2)]
)
def test_the_numbers_of_a_style_that_are_not_0_are_counted(style, count):
    assert pictures.style_numbers(digits.generate(4, style)) == count


REASONS = {
    "a six, where odd digits are asked for": "read as 6 (1.00), but odd is required",
    "a six in bytes": "divide by 255",
    "a six on a sheet of paper": "the background is light",
    "a six off centre": "off centre",
    "a letter": "stranger than",
    "two digits": "two shapes side by side",
    "nothing": "there is no ink",
}


@pytest.mark.parametrize("kind", pictures.REFUSED)
def test_what_is_shown_as_refused_is_refused_and_the_reason_is_said(kind):
    draw, spec = pictures.REFUSED[kind]
    image = draw(idx.load("t10k", idx.EMBEDDED), np.random.default_rng(0))
    assert REASONS.get(kind, "") in pictures.why_not(spec, image)


@pytest.mark.slow
def test_it_draws_three_pictures_on_white(tmp_path, capsys):
    pictures.main(str(tmp_path))
    paths = sorted(tmp_path.iterdir())
    assert [path.name for path in paths] == ["refused.png", "shrink-path.png", "style-sweep.png"]
    assert sorted(capsys.readouterr().out.split()) == list(map(str, paths))
    for path in paths:
        with Image.open(path) as picture:
            assert picture.convert("L").getpixel((2, picture.height - 2)) == 255


def test_values_stand_over_the_first_row_of_a_sweep(monkeypatch):
    monkeypatch.setattr(pictures, "SWEPT", pictures.SWEPT[:1])
    titles = [axes.get_title() for axes in pictures.style_sweep().axes]
    first, others = titles[: len(pictures.SWEEP)], titles[len(pictures.SWEEP) :]
    assert [float(title) for title in first] == pytest.approx(list(pictures.SWEEP))
    assert not any(others)


def test_each_picture_that_is_refused_has_its_words_beside_it():
    texts = [text.get_text() for axes in pictures.refused(0).axes for text in axes.texts]
    reasons = {
        words.partition(": not ")[0]: reason for words, reason in zip(texts[::2], texts[1::2], strict=True)
    }
    assert reasons.keys() == pictures.REFUSED.keys()
    assert all(part in reasons[kind].replace("\n", " ") for kind, part in REASONS.items())
