"""The surroundings of the ink in a picture: a table behind the page, a thumb, and the frames of a form.

The box of a form has four sides at right angles around the digit, also dotted, broken, rounded, a little
turned, cut off at one side, or in a row of empty ones, and is nearly as high as all the ink. Its lines are at
most 18% of its shorter side broad. An empty box stays, and is refused.
"""

import functools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import autoencoder.data.libraries  # noqa: F401  # first: it says what to install

# isort: split
import numpy as np
import numpy.typing as npt
import scipy
from PIL import Image, ImageFilter

Grey = npt.NDArray[np.float32]  # (height, width), 0.0 is black and 1.0 is white
Colours = npt.NDArray[np.float32]  # (height, width, 3), red, green and blue
Mask = npt.NDArray[np.bool_]

# --- the page in a photograph -----------------------------------------------------------------------------

_SMALL = 128  # pixels of the longer side when searching for the page
_CENTRAL = 12  # the page is the flat region in the middle: weights fall off as exp(-12 r^2), r to the sides
_STEP = 0.04  # a larger difference between neighbours, beside noise, is an edge
_OTHER = 0.09  # what differs more from the page's colour is ink, or not the page
_ROUNDS = 4  # each grows the page and fits its colour again
_MAIN = 0.06  # the least share of the picture that the page has
_STROKE = (
    0.06  # the share of the shorter side; ink up to twice as broad belongs to the page, also at its edge
)
_SAME = 0.5  # of what is around the page, the most that has its colour
_EDGE = 2  # pixels at the page's edge that are left out


@dataclass(frozen=True)
class CoveredPicture:
    """A picture with the page continued where something else was.

    Attributes:
        grey: (height, width), 0.0 is black and 1.0 is white.
        inside: True where the page is in the picture.
    """

    grey: Grey
    inside: Mask


def cover_surroundings(colours: Colours, but: Mask | None = None) -> CoveredPicture | None:
    """Return a picture with the page continued where a table or a thumb was, None without such a place.

    The page's colour is a surface that is fitted to the flat pixels of the middle, and again to all connected
    pixels of that colour. The page is these and what they enclose; everything else takes the page's colour.

    Args:
        colours: (height, width, 3), 0..1.
        but: a page that was found before, (height, width); then the result is of another page beside it.

    >>> picture = np.full((100, 100, 3), 0.3)  # a table
    >>> picture[20:80, 20:80] = [0.9, 0.9, 0.5]
    >>> picture[40:60, 48:52] = 0.2
    >>> covered = cover_surroundings(picture)
    >>> (100 * covered.grey[[0, 30, 50], 50]).round().tolist()
    [85.0, 85.0, 20.0]
    >>> cover_surroundings(picture[20:80, 20:80]) is None
    True
    """
    step = math.ceil(max(colours.shape) / _SMALL)
    height, width = (length // step for length in colours.shape[:2])
    small = colours[: height * step, : width * step].reshape(height, step, width, step, 3).mean(axis=(1, 3))
    smooth = Image.fromarray((small.clip(0, 1) * 255).astype(np.uint8)).filter(ImageFilter.MedianFilter(3))
    small = np.asarray(smooth, np.float32) / 255
    taken = None if but is None else but[: height * step : step, : width * step : step]
    if (page := _find_page(small, taken)) is None:
        return None
    inside, colour = page
    if inside.all():
        return None
    rows, columns = (
        np.minimum(np.arange(length) // step, limit - 1)
        for length, limit in zip(colours.shape, inside.shape, strict=False)
    )
    place = np.ix_(rows, columns)
    whole = np.where(inside[place][..., None], colours, colour[place])
    return CoveredPicture((whole @ _GREY).astype(np.float32), inside[place])


_GREY = np.array([0.299, 0.587, 0.114])  # of red, green and blue, as Pillow has it


def _find_page(colours: Colours, but: Mask | None = None) -> tuple[Mask, Colours] | None:
    """Return where the page is, and its colour everywhere; None without a page.

    It is the page in the middle, or else the largest beside another page.
    """
    window = (3, 3, 1)
    steps = scipy.ndimage.maximum_filter(colours, window) - scipy.ndimage.minimum_filter(colours, window)
    steps = steps.max(axis=-1)
    flat = steps < _STEP + 1.5 * float(np.quantile(steps, 0.25))
    y, x = np.meshgrid(*(np.linspace(-1, 1, length) for length in flat.shape), indexing="ij")
    terms = np.stack([np.ones_like(y), y, x, y * y, x * y, x * x], axis=-1)
    depth = scipy.ndimage.distance_transform_edt(flat)  # a stroke has little
    weights = depth * np.exp(-_CENTRAL * (x * x + y * y)) if but is None else depth
    free = np.ones(flat.shape, bool) if but is None else ~but
    page = main = _best_part(flat & free, weights)
    for _ in range(_ROUNDS):
        if not page.any():
            return None
        # A small region tells little of the light elsewhere: then it is a plane, or one level.
        count = 6 if page.mean() > 0.3 else 3 if page.mean() > 0.15 else 1
        fit = np.linalg.lstsq(terms[page][:, :count], colours[page], rcond=None)[0]
        colour = (terms[..., :count] @ fit).clip(colours[page].min(axis=0), colours[page].max(axis=0))
        near_colour = free & (np.abs(colours - colour).max(axis=-1) < _OTHER)
        page = _best_part(near_colour, main)
    if page.mean() < _MAIN:
        return None
    radius = max(1, round(_STROKE * min(page.shape)))
    padded = np.pad(page, radius + 1, mode="edge")
    near = scipy.ndimage.distance_transform_edt(~padded) <= radius
    closed = scipy.ndimage.distance_transform_edt(near) > radius
    closed = closed[radius + 1 : -radius - 1, radius + 1 : -radius - 1]
    whole = np.pad(scipy.ndimage.binary_fill_holes(closed | page), _EDGE, mode="edge")
    inside = scipy.ndimage.minimum_filter(whole, 1 + 2 * _EDGE)[_EDGE:-_EDGE, _EDGE:-_EDGE]
    if but is None and (near_colour & ~inside).sum() > _SAME * (~inside).sum():
        return None  # the page goes on beyond a line, as around the inside of a 0
    lightness = [
        float(np.median(colours[part])) if part.any() else 0.0
        for part in (page, inside & ~near_colour, ~inside)
    ]
    if lightness[0] < min(lightness[1:]):
        return None  # this is ink: lighter are both its holes and what is around it
    return np.asarray(inside), colour.astype(np.float32)


def _best_part(mask: Mask, weights: npt.NDArray[Any]) -> Mask:
    """Return the connected part of a mask with the largest sum of weights, nothing if all are 0."""
    numbers, _ = scipy.ndimage.label(mask)
    sums = np.bincount(numbers.ravel(), weights.ravel())
    sums[0] = 0
    return np.asarray((numbers == sums.argmax()) & (sums.max() > 0))


def border_of(image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the elements in the first and the last row and column of an image."""
    return np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])


def broad_at_border(other: Mask, share: float) -> Mask:
    """Return the parts of a mask that reach the border and are broader than twice a share of its side."""
    radius = share * min(other.shape)
    margin = math.ceil(2 * radius) + 1
    padded = np.pad(other, margin, mode="edge")
    core = scipy.ndimage.distance_transform_edt(np.pad(padded, 1, constant_values=True))[1:-1, 1:-1] > radius
    broad = padded & (scipy.ndimage.distance_transform_edt(~core) <= radius) if core.any() else core
    inner = (slice(margin, -margin),) * 2
    numbers, _ = scipy.ndimage.label(broad[inner])
    edge = border_of(numbers)
    return np.isin(numbers, np.unique(edge[edge > 0]))


# --- the lines of a page ----------------------------------------------------------------------------------

_RUN = 0.1  # of the longer side, the least length of a level piece of a line
_THIN = 0.025  # of the longer side, the most that a line is broad
_LONG = 0.2  # of the picture, the least length of the piece that shows a line
_COVERED = 0.6  # of a line, the least share with ink
_BENT = 2  # pixels that a line may be off straight
_PALER = 0.8  # of how dark the ink is, the most that a line is


def page_lines(difference: Grey, ink: Mask) -> Mask:
    """Return the part of a mask of ink (height, width) that is the lines of a page, level and upright.

    They are thin and straight, run from border to border, and are paler than all else: a stroke through a
    digit is as dark as the digit. What crosses a line stays whole.

    Args:
        difference: how much darker each pixel is than the background.
        ink: the mask.

    >>> page = np.zeros((100, 100), np.float32)
    >>> page[20::20] = page[:, 10] = 0.3
    >>> page_lines(page, page > 0).sum() == (page > 0).sum()
    True
    >>> page[30:70, 48:54] = 1
    >>> page_lines(page, page > 0)[[40, 40], [20, 50]]
    array([ True, False])
    """
    step, thin = max(3, round(_RUN * max(ink.shape))), max(2.0, _THIN * max(ink.shape))
    lines = []  # of each its pixels, and those among them that nothing crosses
    for turn in (np.asarray, np.transpose):
        mask = turn(ink)
        across = _run_lengths(mask, 0)
        thick = scipy.ndimage.maximum_filter1d(mask, 3, axis=0)  # for lines that are a little turned
        pieces, count = scipy.ndimage.label(scipy.ndimage.binary_opening(thick, np.ones((1, step))))
        places, ends = np.arange(mask.shape[1]), mask.shape[1] // 8
        for piece in range(1, count + 1):
            rows, columns = np.nonzero((pieces == piece) & mask)
            if not len(rows) or np.ptp(columns) < _LONG * mask.shape[1]:
                continue
            breadth = float(np.median(across[rows, columns]))
            if breadth > thin:
                continue
            at = np.polyval(np.polyfit(columns, rows, 1), places)
            line = mask & (np.abs(np.arange(len(mask))[:, None] - at) <= breadth / 2 + _BENT)
            there, single = line.any(axis=0), line & (across <= 2 * breadth + 2)
            if there.mean() >= _COVERED and there[:ends].any() and there[-ends:].any() and single.any():
                lines.append((turn(line), turn(single)))

    def rest_of(all_lines: Mask) -> Mask:
        return np.asarray(ink & ~scipy.ndimage.maximum_filter(all_lines, 3))

    rest = rest_of(_merge_masks((line for line, _ in lines), ink.shape))
    if rest.any():
        dark = _PALER * float(np.quantile(difference[rest], 0.9))
        lines = [pair for pair in lines if np.median(difference[pair[1]]) <= dark]
    crossings = sum((line.astype(np.uint8) for line, _ in lines), np.zeros(ink.shape, np.uint8)) > 1
    result = _merge_masks((single for _, single in lines), ink.shape) | crossings
    others, _ = scipy.ndimage.label(ink & ~result, np.ones((3, 3)))
    own = np.unique(others[rest_of(result)])
    return np.asarray(ink & ~np.isin(others, own[own > 0]))  # with the corners of their crossings


def _merge_masks(masks: Iterable[Mask], shape: tuple[int, ...]) -> Mask:
    return np.asarray(np.logical_or.reduce([np.zeros(shape, bool), *masks]))


# --- the frames of a form ---------------------------------------------------------------------------------

_GRID = 96  # cells a side of the grid that is searched for lines
_TURNS = range(-8, 9, 2)  # degrees
_BAND = 2  # cells to either side of a line: a hand's line is not straight
_GAP = 5  # cells; a dotted line is whole
_SIDE, _MEAN = 0.55, 0.75  # the least share of each side that has ink, and of all four
_NARROW = 0.3  # the least proportion of a frame's sides
_LEAST = 12  # cells of the shorter side of a frame
_TALL = 0.75  # the least share of the ink's height; the loop of a digit has less
_LINES = 14  # lines that are tried in each direction, the ones with most ink
_LARGELY = 0.3  # the share of a part of the ink that is on lines
_WHOLE = 0.92  # the share of the lines of other frames in a row
_HELD = 0.3  # the share of a frame's height that the ink in it has at least
_SLIM = 0.18  # of a frame's shorter side, the most that its lines are broad; forms have 0.03, words 0.2


def frame_lines(ink: Mask) -> Mask:
    """Return the part of a mask of ink (height, width) that is the lines of frames around other ink.

    A frame is four sides at right angles, nearly level, each with ink along most of its length; the border
    of the picture stands for a side that is cut off. Dotted, broken and rounded lines count. An empty frame
    stays, unless it stands in a row with one that is not.

    >>> page = np.zeros((100, 100), bool)
    >>> page[10:90, 10:90] = True
    >>> page[12:88, 12:88] = False  # a frame
    >>> frame_lines(page).any()
    False
    >>> page[30:70, 48:52] = True  # a digit in it
    >>> lines = frame_lines(page)
    >>> lines[10:12, 10:90].all(), lines[30:70, 48:52].any()
    (True, False)
    """
    lines = np.zeros(ink.shape, bool)
    while (ink & ~lines).any():  # frames within frames
        frame = _find_frame(ink & ~lines)
        if frame is None:
            break
        lines |= frame
    return lines


def _find_frame(ink: Mask) -> Mask | None:
    """Return the lines of one frame that holds ink, and of its row; None without such a frame."""
    numbers, count = scipy.ndimage.label(ink, np.ones((3, 3)))
    if not _may_enclose(scipy.ndimage.find_objects(numbers)):
        return None
    rows, columns = np.nonzero(ink)
    scale = _GRID / max(ink.shape)
    y, x = ((at - (length - 1) / 2) * scale for at, length in zip((rows, columns), ink.shape, strict=True))
    border = [(_GRID + sign * length * scale) / 2 for length in ink.shape for sign in (-1, 1)]
    best, chosen = (0.0, 0), None
    for turn in _TURNS:
        cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        v, u = cosine * y - sine * x + _GRID / 2, sine * y + cosine * x + _GRID / 2
        grid = _Grid.of(v, u)
        boxes_of = functools.partial(_boxes, v, u, numbers[rows, columns], count)
        score, sides = grid.best_frame(border, boxes_of)
        if score > best:
            best, chosen = score, (grid, sides, v, u)
    if chosen is None:
        return None
    grid, sides, v, u = chosen
    top, bottom, left, right = sides
    across = [_run_lengths(ink, axis)[rows, columns] for axis in (0, 1)]
    on, breadth = grid.on_lines(sides, v, u, across)
    if breadth * scale > _SLIM * min(bottom - top, right - left):
        return None  # the strokes of letters around a letter
    lines = np.zeros(ink.shape, bool)
    lines[rows, columns] = on
    # A part that is largely lines is removed as a whole, with its corners, except a digit that touches them.
    largely = scipy.ndimage.mean(lines, numbers, np.arange(count + 1)) > _LARGELY
    pieces, count = scipy.ndimage.label(ink & ~lines, np.ones((3, 3)))
    boxes = _boxes(v, u, pieces[rows, columns], count)
    centres = (boxes[:, ::2] + boxes[:, 1::2]) / 2
    depth = np.minimum(centres - [top, left], np.array([bottom, right]) - centres).min(axis=1)
    is_digit = (depth > 2 * _BAND) & (boxes[:, 1] - boxes[:, 0] >= _HELD * (bottom - top))
    return np.asarray((lines | largely[numbers]) & ink & ~np.concatenate([[False], is_digit])[pieces])


def _may_enclose(boxes: list[tuple[slice, slice]]) -> bool:
    """True if other ink reaches beyond a part's box on three sides or more, as a frame around it does.

    It saves the search, five sixths of the time to normalise a small picture.
    """
    ends = np.array([[rows.start, -rows.stop, columns.start, -columns.stop] for rows, columns in boxes])
    return bool(((ends > ends.min(axis=0)).sum(axis=1) >= 3).any())


@dataclass(frozen=True)
class _Grid:
    """The cells with ink, and for each line of cells the number of inked ones up to each place."""

    ink: Mask
    sums: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]  # of rows and of columns, (lines, cells + 1)

    @classmethod
    def of(cls, v: npt.NDArray[np.float64], u: npt.NDArray[np.float64]) -> "_Grid":
        ink = np.zeros((_GRID, _GRID), bool)
        there = (v >= 0) & (v < _GRID) & (u >= 0) & (u < _GRID)
        ink[v[there].astype(int), u[there].astype(int)] = True
        sums = []
        for cells in (ink, ink.T):
            thick = scipy.ndimage.maximum_filter1d(cells.view(np.uint8), 2 * _BAND + 1, axis=0)
            wide = scipy.ndimage.maximum_filter1d(thick, _GAP, axis=1)
            whole = scipy.ndimage.minimum_filter1d(wide, _GAP, axis=1)
            sums.append(np.pad(whole.cumsum(axis=1, dtype=np.int64), ((0, 0), (1, 0))))
        return cls(ink, (sums[0], sums[1]))

    def _lines(self, axis: int) -> npt.NDArray[np.int64]:
        """Return the lines with most ink, no two side by side."""
        total = self.sums[axis][:, -1] + scipy.ndimage.uniform_filter1d(self.ink.sum(axis=1 - axis) * 1.0, 3)
        peaks = np.flatnonzero(
            (total >= scipy.ndimage.maximum_filter1d(total, 2 * _BAND + 1)) & (total >= _LEAST)
        )
        return np.sort(peaks[np.argsort(-total[peaks])][:_LINES])

    def best_frame(
        self, border: list[float], boxes_of: Callable[[], npt.NDArray[np.float64]]
    ) -> tuple[tuple[float, int], tuple[int, int, int, int]]:
        """Return the score and the sides of the best frame: the share of ink on its sides, then its size."""
        if not self.ink.any():  # turned, what is in a corner leaves the grid
            return (0.0, 0), (0, 0, 0, 0)
        pairs = []
        ends = np.clip(border, 0, _GRID - 1).astype(int)
        for axis in (0, 1):
            lines = np.unique(np.concatenate([self._lines(axis), ends[2 * axis : 2 * axis + 2]]))
            first, second = (lines[index] for index in np.triu_indices(len(lines), 1))
            large = second - first >= _LEAST
            pairs.append((first[large], second[large]))
        (top, bottom), (left, right) = pairs
        top, bottom = top[:, None], bottom[:, None]
        rows, columns = self.sums
        shares, cut = [], np.zeros((len(top), len(left)), int)
        for sums, line, start, end, (low, high) in (
            (rows, top, left, right, ends[:2]),
            (rows, bottom, left, right, ends[:2]),
            (columns, left, top, bottom, ends[2:]),
            (columns, right, top, bottom, ends[2:]),
        ):
            share = (sums[line, end + 1] - sums[line, start]) / (end + 1 - start)
            beyond = ((line == low) | (line == high)) & (share < _SIDE)
            cut += beyond
            shares.append(np.where(beyond, 1.0, share))
        least, mean = np.min(shares, axis=0), np.mean(shares, axis=0)
        tall, wide = bottom - top, right - left
        possible = (least >= np.where(cut, _WHOLE, _SIDE)) & (mean >= _MEAN) & (cut <= 1)
        top_, bottom_ = np.quantile(np.nonzero(self.ink)[0], [0.01, 0.99])  # except specks
        possible &= tall >= _TALL * (bottom_ - top_)
        possible &= np.minimum(tall, wide) >= _NARROW * np.maximum(tall, wide)
        i, j = np.nonzero(possible)
        if not i.size:
            return (0.0, 0), (0, 0, 0, 0)
        frames = np.stack([top[i, 0], bottom[i, 0], left[j], right[j]], axis=1)
        share, area = mean[i, j].round(1), tall[i, 0] * wide[j]
        hold = _hold_ink(frames, boxes_of())
        frames, share, area = (values[hold] for values in (frames, share, area))
        if not len(frames):
            return (0.0, 0), (0, 0, 0, 0)
        best = np.lexsort([area, -share])[0]
        top_, bottom_, left_, right_ = frames[best].tolist()
        return (float(share[best]), -int(area[best])), (top_, bottom_, left_, right_)

    def on_lines(
        self, sides: tuple[int, int, int, int], v: npt.NDArray[Any], u: npt.NDArray[Any], across: list[Any]
    ) -> tuple[Mask, float]:
        """Return for each pixel if it is on a side of a frame or of another frame in its row.

        The second result is the breadth of the broadest side, in pixels.

        Args:
            sides: of the frame, in cells.
            v, u: the pixels' places in cells.
            across: the lengths of the runs of ink that the pixels are in, down and across; a stroke that
                crosses a line is longer than the line is broad.
        """
        on, breadth = np.zeros(len(v), bool), 0.0
        for axis, at, along in ((0, v, u), (1, u, v)):
            (first, second), (start, end) = (sides[:2], sides[2:])[:: 1 - 2 * axis]
            for line in [first, second, *self._whole_lines(axis, first, second, start, end)]:
                near = np.abs(at - 0.5 - line) <= _BAND + 0.5
                inside = near & (along >= start) & (along <= end + 1)
                if inside.any():
                    median = float(np.median(across[axis][inside]))
                    on |= near & (across[axis] <= 1.5 * median + 1)
                    breadth = max(breadth, median)
        return on, breadth

    def _whole_lines(self, axis: int, first: int, second: int, start: int, end: int) -> npt.NDArray[np.int64]:
        """Return the lines beside two sides of a frame that are as long as these: the lines of its row."""
        sums = self.sums[axis]
        lines = np.flatnonzero((sums[:, end + 1] - sums[:, start]) >= _WHOLE * (end + 1 - start))
        return lines[(lines < first - _BAND) | (lines > second + _BAND)]


def _boxes(
    v: npt.NDArray[np.float64], u: npt.NDArray[np.float64], numbers: npt.NDArray[np.int64], count: int
) -> npt.NDArray[np.float64]:
    """Return the top, bottom, left and right of each part of the ink, (parts, 4)."""
    ends = [
        (scipy.ndimage.minimum, scipy.ndimage.maximum)[end](at, numbers, np.arange(1, count + 1))
        for at in (v, u)
        for end in (0, 1)
    ]
    return np.stack(ends, axis=1)


def _hold_ink(frames: npt.NDArray[np.int64], boxes: npt.NDArray[np.float64]) -> Mask:
    """Return for each frame (n, 4) if parts of the ink lie within it, and are high enough."""
    middles = frames[:, None] + 0.5
    inside = ((boxes[:, ::2] > middles[..., ::2]) & (boxes[:, 1::2] < middles[..., 1::2])).all(axis=-1)
    centres = (boxes[:, ::2] + boxes[:, 1::2]) / 2  # dashes of the frame do not count
    inside &= (np.minimum(centres - middles[..., ::2], middles[..., 1::2] - centres) > _BAND).all(axis=-1)
    high = np.where(inside, boxes[:, 0], np.inf).min(axis=1, initial=np.inf)
    low = np.where(inside, boxes[:, 1], -np.inf).max(axis=1, initial=-np.inf)
    return np.asarray(low - high >= _HELD * (frames[:, 1] - frames[:, 0]))


def _run_lengths(ink: Mask, axis: int) -> npt.NDArray[np.int64]:
    """Return for each pixel the length of the run of ink along an axis that it is in."""
    line = np.zeros((3, 3), bool)
    line[(slice(None), 1)[:: 1 - 2 * axis]] = True
    numbers, _ = scipy.ndimage.label(ink, line)
    return np.asarray(np.bincount(numbers.ravel())[numbers])
