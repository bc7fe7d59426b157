"""A digit in a box of a form, and on a page with a table behind it, comes out as it does alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from autoencoder import digits
from autoencoder.data.ink import find_ink
from autoencoder.data.pictures import normalise_picture
from autoencoder.data.surroundings import cover_surroundings, frame_lines, page_lines

pytestmark = pytest.mark.few(2)


def enlarged(image, side=120):
    large = Image.fromarray(image.reshape(28, 28)).resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(large).clip(0, 1)


def alike(one, other):
    """True if two images differ little, one of which may be moved by a pixel."""
    moves = [np.roll(one, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return min(np.abs(move - other).mean() for move in moves) < 0.07


def laid(ink, height=260, width=220):
    """A digit in the middle of an empty picture."""
    down, right = (height - len(ink)) // 2, (width - len(ink)) // 2
    return np.pad(ink, ((down, height - len(ink) - down), (right, width - len(ink) - right)))


def frame(shape, margin=30, width=3, gaps=lambda place: place >= 0):
    """A frame at a distance from the border; `gaps` tells for each place along a side if there is ink."""
    lines = np.zeros(shape, np.float32)
    (y, x), (height, width_) = np.indices(shape), shape
    for place, at, length in ((y, x, height), (x, y, width_)):
        other = width_ if length == height else height
        for side in (margin, length - margin):
            on = (np.abs(place - side) < width) & (at >= margin - width) & (at < other - margin + width)
            lines[on & gaps(at)] = 1
    return lines


GAPS = {
    "whole": lambda place: place >= 0,
    "dotted": lambda place: place % 6 < 3,
    "broken": lambda place: place % 90 > 14,
}


@pytest.mark.parametrize("level", [0.4, 1.0])
@pytest.mark.parametrize("gaps", GAPS)
def test_a_frame_around_a_digit_is_left_out(small_test, gaps, level):
    for image in small_test.images[:5]:
        digit = laid(enlarged(image))
        page = 0.9 - 0.7 * np.maximum(digit, level * frame(digit.shape, gaps=GAPS[gaps]))
        alone = normalise_picture(0.9 - 0.7 * digit)
        assert alike(normalise_picture(page), alone)


def test_an_empty_frame_and_a_digit_by_itself_have_no_frame(small_test):
    assert not frame_lines(frame((200, 200)) > 0).any()
    for image in small_test.images[:40]:
        assert not frame_lines(enlarged(image) > 0.4).any()


@given(hnp.arrays(bool, st.tuples(st.integers(1, 90), st.integers(1, 90)), fill=st.just(False)))
def test_lines_of_a_frame_are_ink(ink):
    assert (frame_lines(ink) <= ink).all()


LINES = st.lists(
    st.tuples(st.booleans(), st.integers(0, 79), st.integers(-6, 6), st.integers(1, 4)), max_size=9
)


@settings(max_examples=60, deadline=None)
@given(LINES, st.floats(0, 0.6), st.integers(0, 9))
def test_lines_of_a_page_are_ink_of_any_noisy_page(lines, noise, seed):
    random = np.random.default_rng(seed)
    difference = (random.random((80, 96)) < noise / 4).astype(np.float32) * random.random(1).astype(
        np.float32
    )
    y, x = np.indices(difference.shape)
    for is_level, at, rise, width in lines:
        along, across = (x, y) if is_level else (y, x)
        difference[np.abs(across - at - rise * along / 90) < width / 2] = 0.4
    ink = (difference > 0.1) & (random.random(difference.shape) >= noise / 2)
    found = page_lines(difference, ink)
    assert found.shape == ink.shape
    assert (found <= ink).all()


def test_ink_in_a_corner_is_no_frame():
    ink = np.zeros((200, 200), bool)
    ink[:3, :3] = True
    assert not frame_lines(ink).any()


# --- the page ---------------------------------------------------------------------------------------------


TABLES = {
    "left": np.s_[:, 30:],
    "top": np.s_[24:],
    "corner": np.s_[24:, 30:],
    "around": np.s_[24:-24, 30:-20],
}


def colours_of(page):
    return np.repeat(page[..., None], 3, axis=2).astype(np.float32)


@pytest.mark.parametrize("edge", TABLES)
@pytest.mark.parametrize("level", [0.3, 0.75])
def test_a_digit_on_a_page_with_a_table_behind_it_is_read_as_it_is_alone(small_test, edge, level):
    for image in small_test.images[:4]:
        page = 0.9 - 0.7 * laid(enlarged(image))
        alone, table = normalise_picture(page), np.ones(page.shape, bool)
        table[TABLES[edge]] = False
        page[table] = level + 0.05 * np.random.default_rng(0).random(table.sum())
        covered = cover_surroundings(colours_of(page))
        assert alike(normalise_picture(covered.grey), alone)
        assert not covered.inside[table].any()


def test_a_page_of_the_tables_grey_is_told_by_its_colour(small_test):
    ink = laid(enlarged(small_test.images[0]))[..., None]
    page = np.where(ink > 0.5, 0.2, np.float32([0.9, 0.62, 0.62]))  # pink, of the grey of the table
    table = np.full(page.shape, 0.7, np.float32)
    table[40:-40, 30:-30] = page[40:-40, 30:-30]
    alone = normalise_picture(0.9 - 0.7 * ink[..., 0])
    assert alike(normalise_picture(cover_surroundings(table).grey), alone)


def test_an_empty_page_on_a_table_has_no_ink():
    page = np.full((200, 240), 0.85)
    page[:, :50], page[160:] = 0.3, 0.3
    assert not normalise_picture(cover_surroundings(colours_of(page)).grey).any()


def test_a_page_without_a_table_stays_as_it_is(small_test):
    for image in small_test.images[:8]:
        page = 0.9 - 0.7 * laid(enlarged(image))
        assert cover_surroundings(colours_of(page)) is None


def test_broad_ink_is_no_page_and_its_hole_no_digit():
    page = np.full((120, 120), 0.9)
    page[20:100, 30:90] = 0.15
    page[50:80, 54:64] = 0.9
    assert cover_surroundings(colours_of(page)) is None
    assert cover_surroundings(colours_of(1 - page)) is not None  # a light page with dark ink on a dark table


@pytest.mark.parametrize("shadow", [0.5, 0.65, 0.8])
def test_no_digit_is_left_out_where_a_hard_shadow_falls_between_two(small_test, shadow):
    for one, other in zip(small_test.images[:2], small_test.images[4:6], strict=True):
        pair = np.concatenate([laid(enlarged(image, 80), 160, 110) for image in (one, other)], axis=1)
        for shade in (np.s_[:, :110], np.s_[:, 110:], np.s_[:, :100]):
            page = 0.9 - 0.7 * pair
            page[shade] *= shadow
            assert digits.discriminate(digits.normalise(page)) is None


def test_a_digit_in_the_shade_stays(small_test):
    page = 0.9 - 0.7 * laid(enlarged(small_test.images[0], 80), 256, 256)
    page = np.roll(page, 60, axis=1)
    page[:, 128:] *= 0.6
    assert digits.discriminate(digits.normalise(page)) == small_test.labels[0]


def test_ink_at_the_edge_of_the_page_is_cut():
    page = np.full((200, 200), 0.9)
    page[90:98, 20:120] = 0.2
    page[:, :44] = 0.4  # a table over the left end of the stroke
    covered = cover_surroundings(colours_of(page))
    assert find_ink(covered.grey, page=covered.inside).is_cut


# --- the border and the space beside a digit --------------------------------------------------------------


@pytest.mark.parametrize(
    ("box", "is_cut"),
    [
        (np.s_[20:80, 45:55], False),
        (np.s_[0:80, 45:55], True),
        (np.s_[20:100, 45:55], True),
        (np.s_[20:80, 0:20], True),
        (np.s_[0:100, 0:100], False),  # a close crop
    ],
)
def test_ink_that_reaches_the_border_is_cut_but_in_a_close_crop(box, is_cut):
    ink = np.zeros((100, 100), np.float32)
    ink[box] = 1
    ink[30:70, 30:70] = 0 if box == np.s_[0:100, 0:100] else ink[30:70, 30:70]
    assert find_ink(ink).is_cut == is_cut


@pytest.mark.parametrize(("gap", "is_apart"), [(0, False), (2, False), (5, True), (30, True)])
def test_ink_beside_the_rest_is_apart(gap, is_apart):
    ink = np.zeros((100, 160), np.float32)
    ink[20:80, 40:50] = ink[40:48, 50 + gap : 75 + gap] = 1
    assert find_ink(ink).is_apart == is_apart
