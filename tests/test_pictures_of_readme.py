"""README's pictures in a browser: as wide as README says, 600 pixels at most, with text to read."""

import contextlib
import io
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.web

ROOT = Path(__file__).resolve().parents[1]
PICTURES = re.findall(r"<img [^>]+>", (ROOT / "README.md").read_text(encoding="utf-8"))
WIDEST = 600
LOWEST = 9  # pixels of a line of text; so high are the capitals of a font of 12 pixels
PALE = 110  # grey; each line of text has a darker pixel
BLACK = 20  # pixels side by side; no letter has as many


def lines_of_text(pixels, np):
    """Return the height and the darkest grey of each line of text: of the rows with ink on paper alone.

    Rows with a picture of a digit, which is black beside its strokes, are left out.
    """
    is_black = np.lib.stride_tricks.sliding_window_view(pixels < 100, BLACK, axis=1).all(axis=2).any(axis=1)
    has_ink = (pixels < 200).any(axis=1) & ~is_black
    edges = np.flatnonzero(np.diff(np.pad(has_ink.astype(int), 1)))
    bands = [pixels[start:end] for start, end in edges.reshape(-1, 2)]
    # The blurred edge of a picture is a band of one row or two.
    return [(len(band), int(band.min())) for band in bands if len(band) > 2]


@pytest.fixture(scope="module")
def shown(chromium):
    """Return the grey pixels of a picture in a page, its box, and its own size."""
    np, image = pytest.importorskip("numpy"), pytest.importorskip("PIL.Image")

    def show(tag):
        with contextlib.closing(chromium.new_page(viewport={"width": 1000, "height": 800})) as page:
            page.goto((ROOT / "results").as_uri() + "/")  # so that pictures of files are loaded
            page.set_content(
                re.sub(r'src="([^"]+)"', lambda match: f'src="{(ROOT / match[1]).as_uri()}"', tag)
            )
            picture = page.locator("img")
            page.wait_for_function("document.querySelector('img').complete")
            own = picture.evaluate("x => [x.naturalWidth, x.naturalHeight]")
            box = picture.bounding_box()
            with image.open(io.BytesIO(picture.screenshot())) as file:
                return np.asarray(file.convert("L")), box, own

    return show


def test_readme_has_pictures():
    assert len(PICTURES) >= 3


@pytest.mark.parametrize("tag", PICTURES, ids=lambda tag: re.search(r"/([\w-]+)\.", tag)[1])
def test_a_picture_has_its_width_words_for_who_does_not_see_it_and_text_to_read(tag, shown):
    import numpy as np

    pixels, box, own = shown(tag)
    assert min(own) > 0, "it is not loaded"
    assert box["width"] == int(re.search(r'width="(\d+)"', tag)[1]) <= WIDEST
    assert len(re.search(r'alt="([^"]+)"', tag)[1].split()) >= 4
    assert box["width"] / box["height"] == pytest.approx(own[0] / own[1], rel=0.02)
    lines = lines_of_text(pixels, np)
    assert len(lines) >= ("sample-" not in tag)  # samples are digits alone
    assert all(height >= LOWEST and darkest < PALE for height, darkest in lines), lines


@pytest.mark.parametrize(("size", "is_legible"), [(14, True), (7, False)])
def test_text_that_is_too_small_is_noticed(size, is_legible, shown, tmp_path):
    import numpy as np

    from mxspec.base.messages.sheet import draw_sheet

    digits = [np.zeros((28, 28), np.uint8)] * 5
    sheet = draw_sheet(digits, ["a 4, read as 9"] * 5, title="the title", columns=5, zoom=4, gap=8, size=size)
    sheet.save(tmp_path / "sheet.png")
    lines = lines_of_text(shown(f'<img src="{tmp_path / "sheet.png"}" width="600">')[0], np)
    assert len(lines) == 2
    assert all(height >= LOWEST and darkest < PALE for height, darkest in lines) == is_legible
