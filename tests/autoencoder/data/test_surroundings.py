"""A digit in a box of a form, and on a page with a table behind it, comes out as it does alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from autoencoder.data.pictures import normalise_picture
from autoencoder.data.surroundings import cover_surroundings, frame_lines


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


@pytest.mark.parametrize("edge", ["left", "top", "corner", "around"])
def test_a_table_behind_the_page_is_covered(small_test, edge):
    for image in small_test.images[:8]:
        page = 0.9 - 0.7 * laid(enlarged(image))
        alone, table = normalise_picture(page), np.ones(page.shape, bool)
        table[
            {
                "left": np.s_[:, 30:],
                "top": np.s_[24:],
                "corner": np.s_[24:, 30:],
                "around": np.s_[24:-24, 30:-20],
            }[edge]
        ] = False
        page[table] = 0.3 + 0.1 * np.random.default_rng(0).random(table.sum())
        assert alike(normalise_picture(page), alone)


def test_an_empty_page_on_a_table_has_no_ink():
    page = np.full((200, 240), 0.85)
    page[:, :50], page[160:] = 0.3, 0.3
    assert not normalise_picture(page).any()


def test_a_page_without_a_table_stays_as_it_is(small_test):
    for image in small_test.images[:8]:
        page = (0.9 - 0.7 * laid(enlarged(image))).astype(np.float32)
        assert (cover_surroundings(page) == page).all()


def test_a_digit_in_the_shade_stays(small_test):
    page = 0.9 - 0.7 * laid(enlarged(small_test.images[0], 80), 256, 256).astype(np.float32)
    page = np.roll(page, 60, axis=1)
    page[:, 128:] *= 0.6
    assert (cover_surroundings(page) == page).all()


@pytest.mark.parametrize("shadow", [0.5, 0.65, 0.8])
def test_no_digit_is_covered_where_a_hard_shadow_falls_between_two(small_test, shadow):
    for one, other in zip(small_test.images[:8], small_test.images[8:16], strict=True):
        digits = np.concatenate([laid(enlarged(image, 80), 160, 110) for image in (one, other)], axis=1)
        for shade in (np.s_[:, :110], np.s_[:, 110:], np.s_[:, :100]):
            page = (0.9 - 0.7 * digits).astype(np.float32)
            page[shade] *= shadow
            covered = cover_surroundings(page) != page
            assert not covered[digits > 0.5].any()


def test_a_digit_without_a_margin_is_not_covered(small_test):
    for image in small_test.images[:12]:
        rows, columns = (np.flatnonzero((image.reshape(28, 28) > 0.3).any(axis=axis)) for axis in (1, 0))
        digit = image.reshape(28, 28)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        for page in (np.kron(digit, np.ones((8, 8))), 1 - np.kron(digit, np.ones((8, 8)))):
            assert normalise_picture(page).any()
            assert (cover_surroundings(page.astype(np.float32)) == page.astype(np.float32)).mean() > 0.95


def test_what_is_lighter_than_the_page_is_no_table(small_test):
    page = (0.5 - 0.4 * laid(enlarged(small_test.images[0]))).astype(np.float32)
    page[:, :40] = 0.9
    assert (cover_surroundings(page) == page).all()


@given(hnp.arrays(bool, st.tuples(st.integers(1, 90), st.integers(1, 90)), fill=st.just(False)))
def test_lines_of_a_frame_are_ink(ink):
    assert (frame_lines(ink) <= ink).all()


def test_ink_in_a_corner_is_no_frame():
    ink = np.zeros((200, 200), bool)
    ink[:3, :3] = True
    assert not frame_lines(ink).any()
