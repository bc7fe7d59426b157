"""Additions to a digit by its writer: a line under it, a ring around it, an outline or dots for strokes.

Each function takes cut-out ink (height, width), 0 on the background and 1 where it is darkest, and returns it
without the addition, or None if the addition is missing. The readers decide if the rest is a digit.
"""

import math

import numpy as np
import scipy

from autoencoder.data.ink import SPECK, crop_ink, parts
from autoencoder.data.surroundings import Grey, Mask

INK = 0.4  # the level above which a pixel belongs to a stroke

# --- an underline -----------------------------------------------------------------------------------------

_LEVEL = 0.35  # of its length, the most that an underline rises and is thick
_UNDER = 0.9  # of the width of the ink above, the least length of an underline


def remove_underline(ink: Grey) -> Grey | None:
    """Return ink without the level strokes below it.

    >>> ink = np.zeros((60, 40), np.float32)
    >>> ink[:40, 18:23] = ink[50:54] = 1
    >>> remove_underline(ink).shape
    (40, 5)
    """
    areas, numbers = parts(ink > INK)
    boxes = scipy.ndimage.find_objects(numbers)
    order = sorted(range(len(boxes)), key=lambda number: boxes[number][0].stop)
    lines: list[int] = []
    while len(order) > 1:
        rows, columns = boxes[order.pop()]
        above = [boxes[number] for number in order if areas[number] >= SPECK * areas.max()]
        if not above:
            return None
        width = max(box[1].stop for box in above) - min(box[1].start for box in above)
        length = columns.stop - columns.start
        is_level = rows.stop - rows.start <= _LEVEL * length
        if not is_level or length < _UNDER * width or rows.start < max(box[0].stop for box in above) - 1:
            break
        lines.append(rows.start)
    top = min(lines, default=0)
    return crop_ink(ink[:top]) if top else None


# --- a ring -----------------------------------------------------------------------------------------------

_WHOLE = 0.95  # of the ink's height and width, the least that a ring spans
_ROUND = (0.68, 0.9)  # of its box, what a ring encloses; a circle encloses pi / 4
_SLIM = 0.5  # of what a ring encloses, the most that its line fills
_HELD = 0.35  # of a ring's height, the least that the ink in it has
_OFF = 0.12  # of a ring's size, the farthest that the ink's middle is from its own
_GAP = 0.03  # of a ring's size, half the widest gap in it


def remove_ring(ink: Grey) -> Grey | None:
    """Return the ink in a ring, if it is in the middle of it.

    >>> y, x = np.indices((100, 100)) - 50
    >>> ring = (abs(np.hypot(x, y) - 46) < 3) * np.float32(1)
    >>> remove_ring(ring) is None
    True
    >>> ring[25:75, 48:53] = 1
    >>> remove_ring(ring).shape
    (50, 5)
    """
    areas, numbers = parts(ink > INK)
    if len(areas) < 2:
        return None
    boxes = scipy.ndimage.find_objects(numbers)
    spans = [(box[0].stop - box[0].start) * (box[1].stop - box[1].start) for box in boxes]
    outer = int(np.argmax(spans))
    if any(
        side.stop - side.start < _WHOLE * length for side, length in zip(boxes[outer], ink.shape, strict=True)
    ):
        return None
    ring = numbers == outer + 1
    reach = max(1, round(_GAP * max(ink.shape)))
    closed = ~_near(~_near(np.pad(ring, 2 * reach + 1), reach), reach)[
        2 * reach + 1 : -2 * reach - 1, 2 * reach + 1 : -2 * reach - 1
    ]
    whole = scipy.ndimage.binary_fill_holes(closed | ring)
    rest = whole & ~ring & (ink > INK)
    if not (_ROUND[0] < whole.mean() < _ROUND[1]) or ring.sum() > _SLIM * whole.sum() or not rest.any():
        return None
    inner = np.where(scipy.ndimage.maximum_filter(rest, 5) & ~ring, ink, 0).astype(np.float32)
    rows, columns = (np.flatnonzero(rest.any(axis=axis)) for axis in (1, 0))
    if rows[-1] + 1 - rows[0] < _HELD * ink.shape[0]:
        return None
    middles = (rows[0] + rows[-1]) / 2, (columns[0] + columns[-1]) / 2
    off = [abs(middle / (length - 1) - 0.5) for middle, length in zip(middles, ink.shape, strict=True)]
    return crop_ink(inner) if max(off) <= _OFF else None


def _near(mask: Mask, radius: float) -> Mask:
    """Return the pixels within a radius of a mask."""
    return np.asarray(scipy.ndimage.distance_transform_edt(~mask) <= radius)


# --- an outline -------------------------------------------------------------------------------------------

_BESIDE = 0.9  # of an outline's pixels, the least that have the inside next to them
_INSIDE = 0.5  # of an outline's area, the least area of the inside
_BROAD = 0.3  # of the ink's longer side, the most that filled strokes are broad on average


def fill_outline(ink: Grey) -> Grey | None:
    """Return ink with what lies between its outlines filled, by parity.

    >>> outline = np.zeros((60, 30), np.float32)
    >>> outline[[0, 1, -2, -1]] = outline[:, [0, 1, -2, -1]] = 1
    >>> float(fill_outline(outline).min())
    1.0
    >>> outline[:, 15] = 1  # which has two sides, but no inside
    >>> fill_outline(np.pad(outline, ((0, 40), (0, 0)), mode="edge")) is None
    True
    """
    strokes = np.pad(ink > INK, 1)
    regions, count = scipy.ndimage.label(~strokes)
    if count < 2 or (regions > 1).sum() < _INSIDE * strokes.sum():
        return None
    lines, _ = scipy.ndimage.label(strokes, np.ones((3, 3)))
    beside: dict[int, set[int]] = {region: set() for region in range(1, count + 1)}
    for shift in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        moved = np.roll(lines, shift, (0, 1))
        at = (regions > 0) & (moved > 0)
        for region, line in np.unique(np.stack([regions[at], moved[at]]), axis=1).T.tolist():
            beside[region].add(line)
    level = {int(regions[0, 0]): 0}  # the number of lines from the outside to each region
    crossed: set[int] = set()
    depth = 0
    while ends := [region for region, steps in level.items() if steps == depth]:
        across = set().union(*(beside[region] for region in ends)) - crossed
        crossed |= across
        depth += 1
        level |= {region: depth for region in beside if region not in level and beside[region] & across}
    inside = np.isin(regions, [region for region, steps in level.items() if steps % 2])
    if inside.sum() < _INSIDE * strokes.sum():
        return None
    if _breadth(strokes | inside) > _BROAD * max(ink.shape):
        return None
    if (strokes & _near(inside, 2 * _breadth(strokes) + 1)).sum() < _BESIDE * strokes.sum():
        return None
    if remove_ring(ink) is not None:  # then the ring is one outline, and the sign in it another
        return None
    return np.where(inside[1:-1, 1:-1], np.float32(1), ink)


def _breadth(mask: Mask) -> float:
    """Return the mean breadth of the strokes of a mask in pixels: twice its area over its outline."""
    return float(2 * mask.sum() / max(1.0, float(np.hypot(*np.gradient(mask * 1.0)).sum())))


# --- dots -------------------------------------------------------------------------------------------------

_MANY = 6  # parts at least are dots
_ALIKE = 4.0  # times the median area, the most that a dot has
_REACH = 0.9  # of the distance to the nearest dot; middles up to twice as far apart are joined, a hole stays


def join_dots(ink: Grey) -> Grey | None:
    """Return ink with its many small parts joined.

    >>> dots = np.zeros((75, 5), np.float32)
    >>> dots[np.arange(75) % 10 < 5] = 1
    >>> len(parts(join_dots(dots) > 0)[0]), join_dots(dots[:35]) is None
    (1, True)
    """
    areas, numbers = parts(ink > INK)
    large = np.flatnonzero(areas >= 0.2 * np.median(areas)) + 1 if len(areas) else np.zeros(0, int)
    if len(large) < _MANY or areas.max() > _ALIKE * np.median(areas[large - 1]):
        return None
    centres = np.array(scipy.ndimage.center_of_mass(numbers > 0, numbers, large))
    distances = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    np.fill_diagonal(distances, np.inf)
    reach = _REACH * float(np.median(distances.min(axis=1))) - math.sqrt(
        np.median(areas[large - 1]) / math.pi
    )
    if reach <= 0:  # parts within each other, such as rings
        return None
    margin = int(reach) + 2
    near = _near(np.pad(ink > INK, margin), reach)
    joined = scipy.ndimage.distance_transform_edt(near) > reach
    joined = joined[margin:-margin, margin:-margin]
    return np.where(joined, np.float32(1), ink)
