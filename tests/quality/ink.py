"""Characters and lines for the measurements alone, with other fonts and another pen than training has.

Characters are filled outlines of vector fonts; lines are drawn by their distance from each pixel. Neither
shares code with `synthetic.renderer`.
"""

import functools
import itertools
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw

# None of these is in `synthetic.sources.FONTS`.
FONTS = ("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic", "cmss10", "cmb10")
UNICODE = FONTS[:4]  # the fonts that have more than Latin

BOX, SIDE = 20, 28  # MNIST's
LARGE = 8  # pixels a side of an outline's canvas for each pixel of the box


def outlined(font, character, random=None):
    """Return a character as an image of MNIST's frame, (28, 28).

    Args:
        font: of FONTS.
        character: any that the font has.
        random: the source of a hand's bends and slants; None leaves it as typed.
    """
    return framed(filled(outlines(font, character), BOX * LARGE, random))


def filled(polygons, size, random=None):
    """Return filled outlines, scaled to a canvas of size x size pixels, 0..1.

    >>> filled([np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])], 10).sum().item() > 90
    True
    """
    points = np.concatenate(polygons)
    low, high = points.min(axis=0), points.max(axis=0)
    units = [(polygon - (low + high) / 2) / (high - low).max() for polygon in polygons]
    if random is not None:
        units = _bent(units, random)
        points = np.concatenate(units)
        low, high = points.min(axis=0), points.max(axis=0)
        units = [(unit - (low + high) / 2) / (high - low).max() for unit in units]
    picture = Image.new("1", (size, size))
    for unit in units:  # the even-odd rule, which leaves holes
        one = Image.new("1", (size, size))
        ImageDraw.Draw(one).polygon(((unit + 0.5) * (size - 1)).ravel().tolist(), 1)
        picture = ImageChops.logical_xor(picture, one)
    return np.asarray(picture, np.float32)


@functools.cache
def outlines(font, character):
    """Return the outlines of a character, closed polygons (n, 2)."""
    import matplotlib
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    file = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    path = TextPath((0, 0), character, size=100, prop=FontProperties(fname=str(file)))
    polygons = [np.asarray(polygon, np.float64) for polygon in path.to_polygons()]
    return tuple(_halved(polygon) * [1, -1] for polygon in polygons if len(polygon) > 2)


def framed(large):
    """Return a large picture, light on black, in MNIST's frame: within 20x20 pixels, centred by mass."""
    rows, columns = (np.flatnonzero(large.max(axis=axis) > 0.2) for axis in (1, 0))
    if not rows.size:
        return np.zeros((SIDE, SIDE), np.float32)
    ink = large[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    times = BOX / max(ink.shape)
    size = [max(1, round(length * times)) for length in ink.shape]
    small = np.asarray(Image.fromarray(ink).resize((size[1], size[0]), Image.Resampling.BOX), np.float32)
    small = small / small.max()
    y, x = np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5
    down = int(np.rint(SIDE / 2 - small.sum(axis=1) @ y / small.sum()).clip(0, SIDE - size[0]))
    right = int(np.rint(SIDE / 2 - small.sum(axis=0) @ x / small.sum()).clip(0, SIDE - size[1]))
    result = np.zeros((SIDE, SIDE), np.float32)
    result[down : down + size[0], right : right + size[1]] = small
    return result


def lines(strokes, width, *, fitted=True):
    """Return lines of a round pen as an image of MNIST's frame, (28, 28).

    Args:
        strokes: for each stroke its points (n, 2).
        width: the width of the pen in pixels.
        fitted: if True, scale and shift them into the frame; else they are in pixels of the image.

    >>> lines([np.array([[0.0, 0.0], [0.0, 1.0]])], 2.0).sum(axis=1).nonzero()[0][[0, -1]].tolist()
    [4, 23]
    """
    if fitted:
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        times = (BOX - width) / max(float((high - low).max()), 1e-9)
        strokes = [(stroke - low) * times for stroke in strokes]
        pieces = [(a, b) for stroke in strokes for a, b in itertools.pairwise(stroke)]
        lengths = np.array([np.hypot(*(b - a)) + 1e-6 for a, b in pieces])
        middle = lengths @ np.array([(a + b) / 2 for a, b in pieces]) / lengths.sum()
        # Centred by mass, but all of it within the image.
        shift = np.clip(SIDE / 2 - middle, width / 2, SIDE - width / 2 - (high - low) * times)
        strokes = [stroke + np.rint(shift * 2) / 2 for stroke in strokes]
    return pen(strokes, width, SIDE)


def pen(strokes, width, side):
    """Return lines of a round pen, in pixels of a picture of side x side, (side, side)."""
    y, x = np.mgrid[:side, :side] + 0.5
    result = np.zeros((side, side))
    for stroke in strokes:
        for (x0, y0), (x1, y1) in itertools.pairwise(stroke):
            dx, dy = x1 - x0, y1 - y0
            along = (((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy + 1e-9)).clip(0, 1)
            distance = np.hypot(x - x0 - along * dx, y - y0 - along * dy)
            np.maximum(result, (width / 2 + 0.5 - distance).clip(0, 1), out=result)
    return result.astype(np.float32)


def _halved(polygon):
    """Return a polygon whose long sides have points in between, so that it can be bent."""
    after = np.roll(polygon, -1, axis=0)
    parts = np.maximum(1, np.ceil(np.hypot(*(after - polygon).T) / 6).astype(int))
    return np.concatenate(
        [a + (b - a) * np.arange(n)[:, None] / n for a, b, n in zip(polygon, after, parts, strict=True)]
    )


def _bent(polygons, random):
    """Return outlines bent as by a hand: by polynomials of the third degree, a slant and a turn."""
    factors = random.normal(0, 1, (2, 4, 4)) * 0.22
    turn, slant = random.normal(0, 0.1), random.normal(0.1, 0.15)
    matrix = np.array([[np.cos(turn), -np.sin(turn) - slant], [np.sin(turn), np.cos(turn)]])
    result = []
    for polygon in polygons:
        x, y = polygon.T
        powers = np.stack([x**i * y**j for i in range(4) for j in range(4) if i + j >= 2], axis=1)
        which = [4 * i + j for i in range(4) for j in range(4) if i + j >= 2]
        result.append((polygon + powers @ factors.reshape(2, 16)[:, which].T) @ matrix.T)
    return result
