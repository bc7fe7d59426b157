"""Samples that a notebook shows as a sheet."""

import base64
import io
import re

import numpy as np
import pytest

import mxspec as s
from mxspec.words.sheet import MOST, html_sheet, png


def spec_of(make):
    return s.model_spec({0, 1}, lambda x: s.Reading(int(x.max()), confidence=0.5), make)


PICTURES = spec_of(lambda n: np.full((1, 16), n, "float32"))


def sources(sheet):
    return [base64.b64decode(code) for code in re.findall(r"base64,([^']+)'", sheet)]


def test_a_sample_of_pictures_is_a_sheet_with_what_was_read():
    sample = s.sample(PICTURES, 5, seed=1)
    sheet = sample._repr_html_()
    assert len(sources(sheet)) == 5
    captions = re.findall(r"<figcaption[^>]*>([^<]*)<", sheet)
    assert captions == [f"{int(x.max())} (0.50)" for x in sample]


@pytest.mark.parametrize("shape", [(4, 6), (1, 16), (16,), (1, 1, 4, 4), (4, 4, 1)])
def test_the_pictures_hold_the_numbers_of_the_arrays(shape):
    image = pytest.importorskip("PIL.Image")
    array = np.linspace(0, 1, np.prod(shape)).reshape(shape)
    [source] = sources(html_sheet([array], ["x"]))
    pixels = np.asarray(image.open(io.BytesIO(source)))
    assert np.array_equal(pixels.ravel(), np.rint(array.ravel() * 255))
    assert pixels.shape == ((4, 6) if shape == (4, 6) else (4, 4))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(15), np.zeros((2, 2, 2)), np.float64(0), np.full((4, 4), 2.0), np.full((4, 4), -1),
        np.full((4, 4), np.nan), np.zeros((4, 4), complex), np.full((4, 4), "a"), np.zeros((0, 4)),
    ],
)  # fmt: skip
def test_what_looks_like_no_picture_stays_text(array):
    assert html_sheet([np.zeros((4, 4)), array], ["", ""]) is None


def test_examples_with_other_things_in_them_stay_text():
    assert s.sample(spec_of(lambda n: np.full(3, n)), 3, seed=1)._repr_html_() is None
    both = s.sample(s.tuple_(PICTURES, PICTURES), 3, seed=1)
    assert both._repr_html_() is None
    assert len(sources(s.exercise(PICTURES, 3, seed=1)._repr_html_())) == 3


def test_a_sheet_has_an_end_and_captions_are_no_markup():
    sheet = html_sheet([np.zeros((2, 2))] * (MOST + 5), ["<b>&'"] * (MOST + 5))
    assert len(sources(sheet)) == MOST
    assert "and 5 more" in sheet
    assert "<b>" not in sheet
    assert "alt='&lt;b&gt;&amp;&#x27;'" in sheet
    assert html_sheet([], []) is None


def test_png_is_what_others_read():
    image = pytest.importorskip("PIL.Image")
    grey = np.random.default_rng(0).integers(0, 256, (5, 7), np.uint8)
    assert np.array_equal(np.asarray(image.open(io.BytesIO(png(grey)))), grey)
