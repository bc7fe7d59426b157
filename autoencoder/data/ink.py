"""Ink on paper, told from backgrounds of any level, uneven light and noise."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import scipy  # which loads its ndimage when that is first asked
from PIL import ImageFilter

Grey = npt.NDArray[np.float32]  # (height, width), of any size, 0.0 is black and 1.0 is white

LEAST_CONTRAST = 0.06  # between ink and background; below it there is only paper
SPECK = 0.05  # of the area of the largest part: smaller parts are dust
FAINT = 0.05  # the level above which a pixel belongs to the box of the ink

_UNEVEN = 0.02  # the spread of the background at the picture's edge above which it is not one level
_LEVEL_SHARE = 0.7  # of the picture's edge: on the rest there may be ink
_BROADEST = 0.15  # of the picture: lines that are twice as broad are taken for shadows
_NOISY = 0.05  # the noise that is smoothed
_LARGE = 60  # pixels a side of a picture that may be a photograph
_LONG, _NARROW = 0.7, 0.1  # of the picture: a part so long and narrow at its edge is the edge of the paper


def find_ink(picture: Grey) -> Grey:
    """Return the ink of a picture, cut out: 0 on the background and 1 where it is darkest, (height, width).

    A picture without ink gives a single 0.
    """
    background = _background(picture)
    difference = picture - background
    noise = 1.4826 * float(np.median(np.abs(difference)))
    if noise > _NOISY and min(picture.shape) >= _LARGE:
        picture = _smoothed(picture)
        difference = picture - background
        noise = 1.4826 * float(np.median(np.abs(difference)))
    # Ink is farther from the background than noise is, on one side: the sign of the third moment says which.
    # Dark ink absorbs a share of the light, so its difference is taken relative to the background.
    if np.sum(difference**3, dtype=np.float64) < 0:
        difference *= -float(background.max()) / np.maximum(background, 0.2)
    difference = difference.clip(0, None)
    level = otsu(difference)
    inside = difference > level
    if not inside.any() or difference[inside].mean() - difference[~inside].mean() < LEAST_CONTRAST:
        return np.zeros((1, 1), np.float32)
    strokes = _without_specks(inside)
    low, high = min(2.5 * noise, level / 2), float(np.quantile(difference[strokes], 0.9))
    ink: Grey = ((difference - low) / (high - low)).clip(0, 1).astype(np.float32)
    around = scipy.ndimage.maximum_filter(strokes, 3 + 2 * (max(picture.shape) // 40))
    ink[~around] = 0
    return cut(ink)


def cut(ink: Grey) -> Grey:
    """Return the part of a picture (height, width) that has ink, a single 0 if none has."""
    box = scipy.ndimage.find_objects((ink > FAINT).astype(np.uint8))
    return ink[box[0]] if box else np.zeros((1, 1), np.float32)


def otsu(values: npt.NDArray[Any]) -> float:
    """Return the level that best splits values in two (Otsu, "A threshold selection method", 1979).

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


def parts(inside: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the connected parts of a picture (height, width), where corners connect as well.

    Returns:
        The area of each part, (n,), and the number of the part at each pixel, from 1 up, 0 outside.

    >>> areas, numbers = parts(np.array([[True, True, False, True]]))
    >>> areas.tolist(), numbers.tolist()
    ([2, 1], [[1, 1, 0, 2]])
    """
    numbers, _ = scipy.ndimage.label(inside, np.ones((3, 3)))
    return np.bincount(numbers.ravel())[1:], numbers


def _background(picture: Grey) -> Grey:
    """Return the background under the ink: one level, a curved surface, or the picture without dark lines.

    The surface, for uneven light, is quadratic and fitted to all pixels but outliers. It is chosen only if it
    fits the picture's edge much better than one level, or it would absorb a part of large ink. The picture
    without lines, for hard shadows, is chosen only if it fits much better still.
    """
    edge = np.ones(picture.shape, bool)
    edge[1:-1, 1:-1] = False

    def spread(background: Grey) -> float:
        return float(np.quantile(np.abs(picture - background)[edge], _LEVEL_SHARE))

    level = np.full(picture.shape, np.median(picture[edge]), np.float32)
    if spread(level) < _UNEVEN:
        return level
    surface = _surface(picture)
    best = surface if spread(surface) < 0.7 * spread(level) else level
    if min(picture.shape) < _LARGE:
        return best
    without = _without_lines(picture)
    return without if spread(without) < 0.4 * spread(best) else best


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
        weights = (1 - (residual / far) ** 2).clip(0, None)  # Tukey's biweight, of which lstsq takes the root
    return np.asarray(terms @ fit, np.float32)


def _without_lines(picture: Grey) -> Grey:
    """Return a picture without its narrow dark lines: a closing, since hard shadows fall on light paper."""
    size = 1 + 2 * max(1, round(_BROADEST * min(picture.shape)))
    return np.asarray(scipy.ndimage.grey_closing(picture, size, mode="nearest"))


def _smoothed(picture: Grey) -> Grey:
    image = PIL.Image.fromarray((picture.clip(0, 1) * 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(1.5)), np.float32) / 255


def _without_specks(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return where the large connected parts are; gaps of up to 1/64 of the picture do not part them.

    The edge of the paper does not count, unless it is all there is.
    """
    step = math.ceil(max(inside.shape) / 64)
    padded = np.pad(inside, [(0, -length % step) for length in inside.shape])
    blocks = padded.reshape(padded.shape[0] // step, step, -1, step).sum(axis=(1, 3))
    _, numbers = parts(blocks > 0)
    area = np.bincount(numbers.ravel(), blocks.ravel())
    area[0] = 0
    boxes = scipy.ndimage.find_objects(numbers)
    ink = np.array([False, *(not _is_edge(box, blocks.shape) for box in boxes)])
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
