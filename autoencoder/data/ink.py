"""The ink of a picture: light or dark strokes on any background, in any light.

The lines of a page are level or upright, from border to border, thin, straight, and paler than the ink. A
shadow on the page is lighter than the ink, reaches the border, and is broader than a fifth of the picture's
shorter side. A narrower one stays, and the picture is refused; strokes as broad as a shadow are not
recognised in it.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Any

import autoencoder.data.libraries  # noqa: F401  # first: it says what to install

# isort: split
import numpy as np
import numpy.typing as npt
import PIL.Image
import scipy
from PIL import ImageFilter

from autoencoder.data.surroundings import Grey, Mask, border_of, broad_at_border, frame_lines, page_lines

LEAST_CONTRAST = 0.06  # between ink and background; below it, all is paper
SPECK = 0.05  # a part with a smaller share of the largest part's area is dust
FAINT = 0.05  # the level above which a pixel belongs to the box of the ink

_UNEVEN = 0.02  # a background with a larger spread along the picture's edge is not one level
_LEVEL_SHARE = 0.7  # the share of the picture's edge without ink
_BROADEST = 0.15  # the share of the side; lines are less than twice as broad
_BROAD = 0.09  # the same beside a shadow, where lines are narrower
_SHADE = 0.08  # the least share of the light that a shadow takes
_LIGHTER = 0.8  # of what ink takes of the light, a shadow takes a smaller share
_REST = 0.3  # of the ink's area, the largest share of a shadow's remains at the border
_NOISY = 0.05  # stronger noise is smoothed
LEAST_SIDE = 60  # pixels; smaller pictures are not photographs
_LONG, _NARROW = 0.7, 0.1  # shares of the side: such a part at the border is the paper's edge
_CLOSE = 0.04  # the share of the longer side; with such a margin all around, a picture is cropped to its ink
_ALONG = 0.5  # of two sides of the picture; ink along more of them is not a stroke but strips of a table
_APART = 0.05  # the share of the ink's height; ink beyond a broader gap beside the rest is another sign
_DARK = 0.5  # of how much lighter a card is than what is around it, the least that ink on it is darker
_LEAST_DARK = 0.0003  # the share of the picture; less is not ink on a card
_HIGH, _BAR = 3.0, 2.0  # strokes; the least height of a sign above another, and the most width of a bar
_WHOLE = 0.6  # of such a sign's ink, the least area of its largest part


@dataclass(frozen=True)
class Ink:
    """The ink of a picture.

    Attributes:
        grey: the ink cut out, 0 on the background and 1 where it is darkest; a single 0 without ink.
        is_cut: True if ink reaches the border of the picture, or of the page in it, which may cut it off.
        is_close: True if it does because the picture is cropped closely to its ink; then it is not cut.
        is_apart: True for ink beside the rest.
        is_stacked: True for a sign above another.
        has_frame: True if the frame of a form was removed.
    """

    grey: Grey
    is_cut: bool = False
    is_close: bool = False
    is_apart: bool = False
    is_stacked: bool = False
    has_frame: bool = False


_NO_INK = Ink(np.zeros((1, 1), np.float32))


def find_ink(picture: Grey, may_have_frame: bool = True, page: Mask | None = None) -> Ink:
    """Return the ink of a picture (height, width).

    Args:
        picture: 0.0 is black and 1.0 is white.
        may_have_frame: if False, no frames of a form are removed.
        page: the part of the picture that is the page; None means all of it.
    """
    background, is_shaded = _background(picture)
    difference = picture - background
    noise = 1.4826 * float(np.median(np.abs(difference)))
    if noise > _NOISY and min(picture.shape) >= LEAST_SIDE:
        picture = _smooth(picture)
        difference = picture - background
        noise = 1.4826 * float(np.median(np.abs(difference)))
    # Ink is darker or lighter than the background, by more than noise: the third moment's sign tells which,
    # unless what is lighter is a card with dark ink on it.
    # Dark ink absorbs a share of the light, so divide its difference by the background.
    is_dark = np.sum(difference**3, dtype=np.float64) < 0
    if not is_dark and (cards := _find_cards(difference)).any():
        is_dark = True
        background = np.where(cards, np.median(picture[cards]), background)
        difference = picture - background
        noise = 1.4826 * float(np.median(np.abs(difference)))
    if is_dark:
        difference *= -float(background.max()) / np.maximum(background, 0.2)
    difference = difference.clip(0, None)
    level = otsu(difference)
    inside = difference > level
    if not inside.any() or difference[inside].mean() - difference[~inside].mean() < LEAST_CONTRAST:
        return _NO_INK
    frames = frame_lines(inside) if may_have_frame else np.zeros_like(inside)
    frames &= not (inside & ~frames).sum() < SPECK * inside.sum()
    has_frame = bool(frames.any())
    strokes = _remove_specks(inside & ~frames, is_shaded)
    if has_frame:
        strokes = _remove_remains(strokes, frames)
    lines = np.zeros_like(inside)
    if min(picture.shape) >= LEAST_SIDE and border_of(strokes).any():
        lines = page_lines(difference, inside & ~frames)
        strokes = _remove_specks(strokes & ~lines, is_shaded)
        frames |= lines
    if not strokes.any():
        return _NO_INK
    low, high = min(2.5 * noise, level / 2), float(np.quantile(difference[strokes], 0.9))
    ink: Grey = ((difference - low) / (high - low)).clip(0, 1).astype(np.float32)
    around = scipy.ndimage.maximum_filter(strokes, 3 + 2 * (max(picture.shape) // 40))
    ink[~around | (scipy.ndimage.maximum_filter(frames, 5) & ~strokes)] = 0
    touches = _touches(strokes, page)
    is_close = page is None and not lines.any() and _fills(strokes)  # else a part of the page's lines
    return Ink(
        crop_ink(ink),
        is_cut=touches and not is_close,
        is_close=touches and is_close,
        is_apart=is_apart(strokes),
        is_stacked=is_stacked(strokes),
        has_frame=has_frame,
    )


def _find_cards(difference: Grey) -> Mask:
    """Return the parts that are lighter than the background and enclose ink that is darker than it.

    The holes of light ink, as of a 0 in chalk, are the background.

    >>> screen = np.zeros((100, 100), np.float32)
    >>> screen[20:80, 20:80] = 0.06
    >>> _find_cards(screen).any()
    False
    >>> screen[40:60, 48:52] = -0.5
    >>> _find_cards(screen)[[19, 25, 50], 50]
    array([False,  True,  True])
    """
    light = difference > otsu(difference.clip(0, None))
    cards = scipy.ndimage.binary_fill_holes(light)
    least = _DARK * float(np.median(difference[light])) if light.any() else 0.0
    dark = cards & (difference < -max(LEAST_CONTRAST, least))
    if dark.mean() < _LEAST_DARK:
        return np.zeros_like(light)
    _, numbers = parts(cards)
    cards = np.isin(numbers, np.unique(numbers[dark]))
    return np.asarray(scipy.ndimage.binary_erosion(cards, iterations=2))  # without its blurred edge


def _remove_remains(strokes: Mask, frames: Mask) -> Mask:
    """Return strokes without the parts that touched a frame, such as its corners, except the largest."""
    areas, numbers = parts(strokes)
    beside = np.unique(numbers[scipy.ndimage.maximum_filter(frames, 5)])
    return (
        np.asarray(strokes & ~np.isin(numbers, beside[beside != 1 + areas.argmax()]))
        if len(areas)
        else strokes
    )


def _touches(strokes: Mask, page: Mask | None) -> bool:
    """True if strokes reach the border of the picture, or the edge of the page in it."""
    if page is None:
        return bool(border_of(strokes).any())
    return bool((strokes & scipy.ndimage.binary_dilation(~page, np.ones((3, 3)))).any())


def _fills(strokes: Mask) -> bool:
    """True if strokes span the picture in both directions, and not along two of its sides.

    A small picture is an image of a data set, not a photograph, and often has a margin on two sides alone:
    8x8 pixels of scikit-learn's digits are a digit's whole height. One direction is enough there.
    """
    sides = (np.flatnonzero(strokes.any(axis=axis)) for axis in (1, 0))
    margin = _CLOSE * max(strokes.shape)
    spans = [
        at[0] <= margin and at[-1] >= length - 1 - margin
        for at, length in zip(sides, strokes.shape, strict=True)
    ]
    if max(strokes.shape) < LEAST_SIDE:
        return any(spans)
    *_, second, first = sorted(
        side.mean() for side in (strokes[0], strokes[-1], strokes[:, 0], strokes[:, -1])
    )
    return all(spans) and bool((first + second) / 2 <= _ALONG)


def is_apart(strokes: Mask) -> bool:
    """True if columns without strokes divide them."""
    rows, columns = (np.flatnonzero(strokes.any(axis=axis)) for axis in (1, 0))
    return bool(len(rows) and np.diff(columns).max(initial=1) - 1 > _APART * (rows[-1] + 1 - rows[0]))


def is_stacked(strokes: Mask) -> bool:
    """True if rows without strokes divide signs.

    A sign is a part that is several strokes high, not the top of a 5, a row of dots or the segments of a
    display, two of them side by side. Of two signs one is not a bar, as in a 1 of two segments, and they are
    a stroke apart, unlike the halves of a 0 of segments; three are signs at any distance.

    >>> ring = np.pad(np.zeros((16, 16), bool), 4, constant_values=True)
    >>> gap = np.zeros((9, 24), bool)
    >>> is_stacked(np.concatenate([ring, gap, ring])), is_stacked(np.concatenate([ring, gap[:3], ring]))
    (True, False)
    """
    rows = np.flatnonzero(strokes.any(axis=1))
    if not len(rows) or len(rows) == rows[-1] + 1 - rows[0]:
        return False
    pen = float(pen_widths(strokes[None])[0])
    ends = np.flatnonzero(np.diff(rows) > 1)
    signs = []  # the first and the last row of each, and if it is more than a bar
    for top, bottom in zip(rows[[0, *(ends + 1)]], rows[[*ends, -1]], strict=True):
        areas, _ = parts(strokes[top : bottom + 1])
        if bottom + 1 - top >= _HIGH * pen and areas.max() >= _WHOLE * areas.sum():
            columns = np.flatnonzero(strokes[top : bottom + 1].any(axis=0))
            signs.append((top, bottom, columns[-1] + 1 - columns[0] > _BAR * pen))
    return len(signs) > 2 or any(
        below - above > pen and (broad or other)
        for (_, above, broad), (below, _, other) in itertools.pairwise(signs)
    )


def crop_ink(ink: Grey) -> Grey:
    """Return the bounding box of the ink of a picture (height, width), a single 0 without ink."""
    box = scipy.ndimage.find_objects((ink > FAINT).astype(np.uint8))
    return ink[box[0]] if box else np.zeros((1, 1), np.float32)


def otsu(values: npt.NDArray[Any]) -> float:
    """Return the threshold that best splits values in two (Otsu, "A threshold selection method", 1979).

    >>> 0.1 < otsu(np.array([0.0, 0.1, 0.8, 0.9])) < 0.8
    True
    """
    if values.min() == values.max():
        return float(values.max())
    count, edges = np.histogram(values, 128)
    middle = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(count)
    above = below[-1] - below
    sums = np.cumsum(count * middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    best = np.flatnonzero(between >= np.nanmax(between) * (1 - 1e-9))
    return float(edges[1 + (best[0] + best[-1]) // 2])  # the middle of a gap


def pen_widths(images: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the width of the strokes of images (n, height, width) in pixels, (n,).

    It is twice the area over the length of the outline, as for a long bar. The total variation estimates the
    length, 4 / pi times too large on average over all directions.

    >>> bar = np.zeros((1, 100, 100))
    >>> bar[:, 10:90, 50:53] = 1
    >>> float(pen_widths(bar)[0].round(1))
    3.7
    """
    padded = np.pad(np.asarray(images, np.float64), ((0, 0), (1, 1), (1, 1)))
    outline = sum(np.abs(np.diff(padded, axis=axis)).sum(axis=(1, 2)) for axis in (1, 2))
    return np.asarray(2 * padded.sum(axis=(1, 2)) / np.maximum(outline, 1e-9) * 4 / np.pi)


def parts(inside: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the 8-connected parts of a picture (height, width).

    Returns:
        The area of each part, (n,), and for each pixel the number of its part, from 1 up, 0 outside.

    >>> areas, numbers = parts(np.array([[True, True, False, True]]))
    >>> areas.tolist(), numbers.tolist()
    ([2, 1], [[1, 1, 0, 2]])
    """
    numbers, _ = scipy.ndimage.label(inside, np.ones((3, 3)))
    return np.bincount(numbers.ravel())[1:], numbers


def _background(picture: Grey) -> tuple[Grey, bool]:
    """Return the background under the ink, and True if a shadow falls on it.

    Two models compete at the picture's edge, which has little ink: one level, and a quadratic surface,
    which models uneven light and is fitted robustly to all pixels. It can absorb large ink, so it has to fit
    the edge much better. Where a shadow, or the light beside one, is broader than strokes, reaches the border
    and is not as dark as ink, the background is the picture without dark lines. So it is, with broader lines,
    where it fits the edge better by far.
    """
    edge = np.ones(picture.shape, bool)
    edge[1:-1, 1:-1] = False

    def spread(background: Grey) -> float:
        return float(np.quantile(np.abs(picture - background)[edge], _LEVEL_SHARE))

    best = level = np.full(picture.shape, np.median(picture[edge]), np.float32)
    if spread(level) >= _UNEVEN:
        surface = _surface(picture)
        best = surface if spread(surface) < 0.7 * spread(level) else level
    if min(picture.shape) < LEAST_SIDE:
        return best, False
    without = _remove_lines(picture, _BROAD)
    noise = float(np.median(np.abs(picture - _smooth(picture))))
    least = _SHADE * best + 4 * noise
    shade = broad_at_border(np.abs(without - best) > least, _BROAD)
    # Where the light is even, dark ink makes the third moment negative; chalk makes it positive.
    if np.sum((picture - best)[~shade] ** 3, dtype=np.float64) > 0:
        return best, False
    if shade.any() and not _reaches_all_sides(level - picture > _SHADE * level):
        ink = without - picture
        (of_shade, light), of_ink = np.quantile(without, [0.1, 0.9]), np.median(picture[ink > otsu(ink)])
        # Narrow shadows, as of blinds, vanish with the lines: then this does not fit the edge.
        if light - of_shade < _LIGHTER * (light - of_ink) and spread(without) < np.median(least):
            return without, True
    without = _remove_lines(picture, _BROADEST)
    is_flexible = spread(best) >= _UNEVEN and spread(without) < 0.4 * spread(best)
    return without if is_flexible else best, False


def _reaches_all_sides(ink: npt.NDArray[np.bool_]) -> bool:
    """True for the ink of a digit without a margin."""
    return all(side.sum() > 2 for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))


def _surface(picture: Grey) -> Grey:
    step = max(1, max(picture.shape) // 64)
    rows, columns = (np.linspace(-1, 1, length) for length in picture.shape)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    terms = np.stack([np.ones_like(y), y, x, y * y, x * y, x * x], axis=-1)
    few, values = terms[::step, ::step].reshape(-1, 6), picture[::step, ::step].ravel()
    weights = np.ones(len(values))
    for _ in range(8):
        fit = np.linalg.lstsq(few * weights[:, None], values * weights, rcond=None)[0]
        residual = values - few @ fit
        far = 4.685 * max(1.4826 * float(np.median(np.abs(residual))), 0.01)
        weights = (1 - (residual / far) ** 2).clip(0, None)  # the root of Tukey's biweight
    return np.asarray(terms @ fit, np.float32)


def _remove_lines(picture: Grey, share: float) -> Grey:
    """Return a picture without dark lines of twice a share of its side, by a grey closing.

    The window is an octagon, the sum of four lines: a square would not reach into a round shadow.
    """
    radius = max(1, round(share * min(picture.shape)))
    side, slant = 1 + 2 * round(0.41 * radius), np.eye(1 + 2 * round(0.29 * radius))
    result = picture
    for change in (scipy.ndimage.grey_dilation, scipy.ndimage.grey_erosion):
        for shape in (np.ones((1, side)), np.ones((side, 1)), slant, slant[::-1]):
            result = change(result, footprint=shape, mode="nearest")
    return np.asarray(result)


def _smooth(picture: Grey) -> Grey:
    image = PIL.Image.fromarray((picture.clip(0, 1) * 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(1.5)), np.float32) / 255


def _remove_specks(inside: npt.NDArray[np.bool_], is_shaded: bool) -> npt.NDArray[np.bool_]:
    """Return a mask of the large connected parts; gaps of up to 1/64 of the picture are closed.

    The edge of the paper is removed unless the picture has nothing else. Beside a shadow, where a closing
    leaves wedges at the border, small parts there are removed too, or all of them if nothing else is left.
    """
    step = math.ceil(max(inside.shape) / 64)
    padded = np.pad(inside, [(0, -length % step) for length in inside.shape])
    blocks = padded.reshape(padded.shape[0] // step, step, -1, step).sum(axis=(1, 3))
    _, numbers = parts(blocks > 0)
    area = np.bincount(numbers.ravel(), blocks.ravel())
    area[0] = 0
    boxes = scipy.ndimage.find_objects(numbers)
    ink = np.array([False, *(not _is_edge(box, blocks.shape) for box in boxes)])
    if is_shaded:
        edge = border_of(numbers)
        reaches = np.isin(np.arange(len(area)), edge)
        most = area[~reaches].max(initial=0)
        area[reaches & (area <= (_REST * most or np.inf))] = 0
    if (area[ink] >= 0.05 * area.sum()).any():
        area[~ink] = 0
    is_large = (area >= SPECK * area.max()) & (area > 0)
    large = np.repeat(np.repeat(is_large[numbers], step, axis=0), step, axis=1)
    return np.asarray(inside & large[: inside.shape[0], : inside.shape[1]])


def _is_edge(box: tuple[slice, slice], shape: tuple[int, int]) -> bool:
    """True if a part's box in a picture of some shape is long and narrow and lies along the edge."""
    spans = [(side.start, side.stop - side.start, length) for side, length in zip(box, shape, strict=True)]
    return any(
        long >= _LONG * longest and narrow <= max(1, _NARROW * width) and start in (0, width - narrow)
        for (_, long, longest), (start, narrow, width) in (spans, spans[::-1])
    )
