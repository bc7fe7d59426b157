"""Drawn negatives: noise, fields and specks, and lines, shapes and scribbles of a pen."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from autoencoder.data.pictures import Array
from autoencoder.digits.training.synthetic.pieces import grid
from autoencoder.digits.training.synthetic.renderer import Points, smooth
from autoencoder.digits.training.synthetic.sources import ImageSource, Random

# --- pictures without a drawing ---------------------------------------------------------------------------


def fields(source: ImageSource, count: int, random: Random) -> Array:
    """Return smooth random fields of any contrast, some with hard edges; every other one in patches."""
    shape = source.shape
    result = _field(shape, count, random, np.exp(random.uniform(0, 3, (count, 1))))
    low = random.choice([0.0, 0.0, 0.2, 0.5, 1.0], (count, 1))
    high = random.choice([1.0, 1.0, 0.8, 0.6], (count, 1))
    patches = _field(shape, count, random, np.full((count, 1), 10.0), most=6)
    # In half of the pictures patches fade out towards the edge, leaving single shapes.
    y, x = grid(shape)
    around = np.hypot(y / shape[0], x / shape[1])  # 0 in the middle, 0.7 in a corner
    patches *= ((random.choice([0.35, 0.5, 1, 1], (count, 1)) - around) * 20).clip(0, 1)
    pictures: Array = (low + result * (high - low)) * np.where(np.arange(count)[:, None] % 2, patches, 1)
    return pictures


def shores(source: ImageSource, count: int, random: Random) -> Array:
    """Return the outlines within random fields, as an edge filter finds them in a photograph."""
    height, width = source.shape
    large = _field((height + 1, width + 1), count, random, np.exp(random.uniform(0.5, 3, (count, 1))))
    field = large.reshape(count, height + 1, width + 1)
    down, across = np.diff(field, axis=1)[:, :, 1:], np.diff(field, axis=2)[:, 1:]
    edges = np.hypot(down, across).reshape(count, -1)
    edges /= edges.max(axis=1, keepdims=True) + 1e-9
    return np.asarray(edges ** random.uniform(0.4, 1.2, (count, 1)))


def clouds(source: ImageSource, count: int, random: Random) -> Array:
    """Return random fields as rough as photographs: detail of half the size has half the contrast."""
    shape = source.shape
    sharp = np.full((count, 1), 1.0)
    result = _field(shape, count, random, sharp, most=3) + 0.5 * _field(shape, count, random, sharp, most=7)
    result += random.uniform(0, 0.5, (count, 1)) * _field(shape, count, random, sharp, most=14)
    result += random.uniform(0, 0.2, (count, 1)) * random.standard_normal(result.shape)
    result -= result.min(axis=1, keepdims=True)
    result /= result.max(axis=1, keepdims=True) + 1e-9
    return result


def flats(source: ImageSource, count: int, random: Random) -> Array:
    """Return one level of grey each, nine of ten with Gaussian noise of a deviation up to 0.3."""
    level = random.uniform(0, 1, (count, 1))
    deviation = random.uniform(0, 0.3, (count, 1)) * (random.random((count, 1)) > 0.1)
    pixels = source.shape[0] * source.shape[1]
    return (level + deviation * random.standard_normal((count, pixels))).clip(0, 1)


def specks(source: ImageSource, count: int, random: Random) -> Array:
    """Return single bright pixels or small squares on black, sparse or dense."""
    height, width = source.shape
    size = random.integers(1, 4, count)
    share = np.exp(random.uniform(np.log(0.02), np.log(0.5), count))
    result = np.empty((count, height * width), np.float32)
    for row in range(count):
        coarse = [-(-length // size[row]) for length in (height, width)]
        is_bright = random.random(coarse) < share[row]
        picture = np.kron(is_bright * random.uniform(0.4, 1, coarse), np.ones((size[row], size[row])))
        result[row] = picture[:height, :width].ravel()
    return result


def silhouettes(source: ImageSource, count: int, random: Random) -> Array:
    """Return one to four filled shapes, in any greys, places and sizes."""
    height, width = source.shape
    result = np.empty((count, height * width), np.float32)
    for row in range(count):
        picture = Image.new("L", (4 * width, 4 * height))
        pencil = ImageDraw.Draw(picture)
        for _ in range(random.choice([1, 1, 2, 4])):
            level = int(random.uniform(80, 256))
            middle = (0.5 + random.normal(0, 0.15, 2)) * picture.size
            corners = int(random.choice([3, 4, 4, 5, 6, 9, 30]))
            angles = np.arange(corners) / corners * 2 * np.pi + random.uniform(0, 2 * np.pi)
            radii = random.uniform(0.15, 0.55) * random.uniform(0.5, 1, corners if corners < 30 else 1)
            squeezed = np.exp(random.normal(0, 0.35, 2))
            points = np.stack([np.cos(angles) * radii, np.sin(angles) * radii], axis=1) * squeezed
            pencil.polygon((middle + points * picture.size).ravel().tolist(), level)
        small = picture.resize((width, height), Image.Resampling.BOX)
        result[row] = np.asarray(small, np.float32).ravel() / 255
    return result


def _field(
    shape: tuple[int, int],
    count: int,
    random: Random,
    steep: npt.NDArray[np.float64],
    most: int = 14,
) -> npt.NDArray[np.float64]:
    """Return random fields (count, height * width), 0..1, interpolated between 2 to 14 knots a side.

    A steep field has black and white areas with a narrow shore at a random level.
    """
    height, width = shape
    result = np.empty((count, height, width))
    knots = random.integers(2, most + 1, count)
    for size in np.unique(knots):
        rows = np.flatnonzero(knots == size)
        values = random.random((len(rows), size, size))
        result[rows] = _stretch(height, size) @ values @ _stretch(width, size).T
    flat = result.reshape(count, -1)
    flat -= flat.min(axis=1, keepdims=True)
    flat /= flat.max(axis=1, keepdims=True) + 1e-9
    return ((flat - random.uniform(0.3, 0.7, (count, 1))) * steep + 0.5).clip(0, 1)


def _stretch(length: int, knots: int) -> npt.NDArray[np.float64]:
    """Return the matrix (length, knots) of linear interpolation between evenly spaced values."""
    return np.stack(
        [np.interp(np.linspace(0, knots - 1, length), np.arange(knots), unit) for unit in np.eye(knots)],
        axis=1,
    )


# --- drawings of a pen ------------------------------------------------------------------------------------

Strokes = list[Points]


def polyline(random: Random) -> Strokes:
    """Return a line with three to six corners."""
    return [_spread_points(random, int(random.integers(4, 8)))]


def curve(random: Random) -> Strokes:
    """Return one to three bent lines."""
    return [smooth(_spread_points(random, int(random.integers(4, 7)))) for _ in range(random.integers(1, 4))]


def scribble(random: Random) -> Strokes:
    """Return a long line to and fro."""
    steps = random.normal(0, 1, (int(random.integers(8, 20)), 2))
    points = np.cumsum(steps, axis=0) * 0.3 if random.random() < 0.4 else steps
    return [smooth(points) if random.random() < 0.75 else points]


def scrawl(random: Random) -> Strokes:
    """Return one long line that turns to and fro, smoothly, by two full turns or more in all."""
    steps = int(random.integers(40, 110))
    while True:
        bends = np.empty(steps)
        bend = 0.0
        for step in range(steps):
            bend = 0.85 * bend + random.normal(0, 0.16)
            bends[step] = bend
        if np.abs(bends).sum() > 4 * np.pi:
            break
    headings = np.cumsum(bends) + random.uniform(0, 2 * np.pi)
    stretched = [np.exp(random.normal(0, 0.25)), 1]
    return [np.cumsum(np.stack([np.cos(headings), np.sin(headings)], axis=1), axis=0) * stretched]


def strokes(random: Random) -> Strokes:
    """Return three to seven straight lines anywhere."""
    return [random.uniform(0, 1, (2, 2)) for _ in range(random.integers(3, 8))]


def straight_lines(random: Random) -> Strokes:
    """Return a straight line too slanted for a 1, or two or three parallel lines."""
    count = int(random.choice([1, 1, 2, 3]))
    # Since a 1 is often slanted, a single line rises by at most 35 degrees or falls by at most 60.
    angle = np.radians(random.uniform(-60, 35) if count == 1 else random.uniform(-90, 90))
    along = np.array([np.cos(angle), -np.sin(angle)])
    across = np.array([-along[1], along[0]])
    apart = random.uniform(0.3, 0.7)
    return [np.stack([-along / 2, along / 2]) + across * apart * number for number in range(count)]


def corner(random: Random) -> Strokes:
    """Return two lines that meet: <, >, V, L and the like, but not a 1 or a 7."""
    opening = random.uniform(0.3, 0.65) * np.pi
    facing = random.uniform(0, 2 * np.pi)
    while 0.55 < facing / np.pi < 0.95:  # the opening of 7 and 1, to the lower left
        facing = random.uniform(0, 2 * np.pi)
    arms = [facing - opening / 2, facing + opening / 2]
    lengths = random.uniform(0.6, 1, 2)
    ends = [np.array([np.cos(a), np.sin(a)]) * length for a, length in zip(arms, lengths, strict=True)]
    return [np.stack([ends[0], np.zeros(2), ends[1]])]


def arc(random: Random) -> Strokes:
    """Return a part of a ring, as of C and U, sometimes with a line beside it or through it."""
    start, length = random.uniform(0, 2 * np.pi), random.uniform(0.8, 1.4) * np.pi
    angles = np.linspace(start, start + length, 24)
    result = [np.stack([np.cos(angles) * random.uniform(0.5, 1.2), np.sin(angles)], axis=1)]
    if random.random() < 0.5:
        result.append(random.uniform(-1.2, 1.2, (2, 2)))
    return result


def polygon(random: Random) -> Strokes:
    """Return a closed outline of three to seven corners, or a star."""
    corners = int(random.integers(3, 8))
    angles = np.arange(corners) / corners * 2 * np.pi + random.uniform(0, 2 * np.pi)
    angles += random.normal(0, 0.1, corners)
    if corners >= 5 and random.random() < 0.5:
        order = np.arange(corners) * 2 % corners if corners % 2 else np.arange(corners)
        angles = angles[order]
    radii = random.uniform(0.75, 1, corners)
    squeezed = np.array([np.exp(random.normal(0, 0.15)), 1])
    points = np.stack([np.cos(angles) * radii, np.sin(angles) * radii], axis=1) * squeezed
    return _add_inside([np.concatenate([points, points[:1]])], random, 0.25)


def rectangle(random: Random) -> Strokes:
    """Return a rectangle, upright or not."""
    angle = random.choice([0, 0, random.uniform(0, np.pi)])
    height, width = 1, random.uniform(0.5, 1.8)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * [width, height]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return _add_inside([corners @ turn.T], random, 0.35)


def zigzag(random: Random) -> Strokes:
    """Return a line of four to eight turns at even distances, up and down or across."""
    turns = int(random.integers(5, 10))
    high = random.uniform(0.3, 1.0)
    points = np.stack([np.linspace(-1, 1, turns), np.where(np.arange(turns) % 2, high, -high)], axis=1)
    points += random.normal(0, 0.06, points.shape)
    points = points[:, ::-1] if random.random() < 0.4 else points
    return [smooth(points) if random.random() < 0.5 else points]


def spiral(random: Random) -> Strokes:
    """Return a spiral of about two or three turns."""
    turns = random.uniform(1.8, 3.2)
    angles = np.linspace(0, turns * 2 * np.pi, 80) * random.choice([-1, 1]) + random.uniform(0, 2 * np.pi)
    radii = np.linspace(random.uniform(0, 0.2), 1, 80)
    return [np.stack([np.cos(angles) * radii * random.uniform(0.7, 1.2), np.sin(angles) * radii], axis=1)]


def ring(random: Random) -> Strokes:
    """Return a ring with a shape in it or across it."""
    angles = np.linspace(0, 2 * np.pi, 40)
    wide = random.uniform(0.7, 1.3)
    outline = np.stack([np.cos(angles) * wide, np.sin(angles)], axis=1)
    kind = random.integers(5)
    if kind == 0:
        return [outline, outline * random.uniform(0.15, 0.5)]
    if kind == 1:
        return [outline, random.uniform(-0.15, 0.15, (2, 2)) * [1, 1]]
    if kind == 2:
        angle = random.uniform(0, np.pi / 2)
        one = np.array([[np.cos(angle), np.sin(angle)], [-np.cos(angle), -np.sin(angle)]]) * 0.95
        return [outline, one, one[:, ::-1] * [-1, 1]]
    if kind == 3:  # a line beyond both sides, but not the slash of a 0
        angle = random.uniform(-0.15, 0.7) * np.pi
        one = np.array([[np.cos(angle), np.sin(angle)], [-np.cos(angle), -np.sin(angle)]])
        return [outline, one * random.uniform(1.3, 1.8)]
    return [outline, *(each * 0.3 for each in polyline(random))]


def cross(random: Random) -> Strokes:
    """Return two to four lines through one point, or a grid."""
    turn = random.uniform(0, np.pi)
    if random.random() < 0.3:
        places = np.linspace(-0.4, 0.4, int(random.integers(2, 4)))
        lines = [np.array([[-1, place], [1, place]]) for place in places]
        lines += [np.array([[place, -1], [place, 1]]) for place in places]
        return lines
    count = int(random.integers(2, 5))
    angles = turn + np.arange(count) * np.pi / count + random.normal(0, 0.1, count)
    ends = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    shift = random.uniform(-0.5, 0.3, count)[:, None]
    return [np.stack([end * (1 + part), -end * (1 - part)]) for end, part in zip(ends, shift, strict=True)]


def branches(random: Random) -> Strokes:
    """Return a line with branches: combs, arrows, trees, crosses with bars."""
    main = np.array([[0.0, -1.0], [random.normal(0, 0.15), 1.0]])
    result = [main]
    for _ in range(random.integers(2, 5)):
        part = random.uniform(0, 1)
        foot = main[0] + part * (main[1] - main[0])
        angle, length = random.uniform(0, 2 * np.pi), random.uniform(0.5, 1.3)
        result.append(np.stack([foot, foot + length * np.array([np.cos(angle), np.sin(angle)])]))
    angle = random.choice([0, np.pi / 2, random.uniform(0, np.pi)])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return [stroke @ turn.T for stroke in result]


def pseudo_characters(random: Random) -> Strokes:
    """Return three to six short strokes on a grid, like a character of an unknown script."""
    result = []
    for _ in range(random.integers(3, 7)):
        start = random.integers(0, 4, 2) / 3
        step = np.array([[1, 0], [0, 1], [1, 1], [-1, 1]])[random.integers(4)]
        end = start + step * random.integers(1, 4) / 3
        points = np.stack([start, (start + end) / 2, end])
        points[1] += random.normal(0, 0.12, 2) * (random.random() < 0.4)
        result.append(smooth(points + random.normal(0, 0.03, (3, 2)), 4))
    return result


def hook(random: Random) -> Strokes:
    """Return a bar and a line down from its right end, as of a 7, with a leg on its left or a bar above."""
    wide, foot = random.uniform(0.5, 0.9), random.uniform(-0.1, 0.6)
    leg = np.array([random.normal(-0.1, 0.15), random.uniform(0.3, 0.6)])
    lines = [np.array([leg, [0, 0], [wide, 0], [wide * 0.95, random.uniform(0.2, 0.5)], [foot, 1]])]
    kind = random.integers(4)
    if kind == 0:  # a bar above, and no leg
        lines = [
            lines[0][1:] if random.random() < 0.6 else lines[0],
            np.array([[0.1, -0.3], [wide - 0.1, -0.3]]),
        ]
    elif kind == 1:  # a short line on top
        lines.append(np.array([[wide / 2, -random.uniform(0.2, 0.4)], [wide / 2, 0]]))
    elif kind == 2:  # a line that falls to the left, and one down from its middle
        lines = [np.array([[0.8, 0], [0.45, 0.35], [0, 0.55]]), np.array([[0.45, 0.38], [0.45, 1]])]
    return [stroke + random.normal(0, 0.03, stroke.shape) for stroke in lines]


def open_box(random: Random) -> Strokes:
    """Return three sides of a rectangle with up to two level or upright lines."""
    wide = random.uniform(0.6, 1.4)
    sides = np.array([[0, 0], [wide, 0], [wide, 1], [0, 1]])[:, :: random.choice([1, -1])]
    sides = sides * random.choice([[1, 1], [-1, 1], [1, -1]])
    lines = [sides]
    for _ in range(random.integers(0, 3)):
        start = sides[random.integers(4)] * random.uniform(0.3, 1, 2)
        step = np.array([[1.0, 0], [0, 1]])[random.integers(2)] * random.uniform(-0.9, 0.9)
        lines.append(np.stack([start, start + step]))
    return [stroke + random.normal(0, 0.03, stroke.shape) for stroke in lines]


def dots(random: Random) -> Strokes:
    """Return three to nine separate dots or dashes."""
    places = random.uniform(0, 1, (int(random.integers(3, 10)), 2))
    far = random.uniform(0, 0.08, (len(places), 2))
    return [np.stack([place, place + by]) for place, by in zip(places, far, strict=True)]


# The weight of each kind; kinds with more variety are more frequent.
DRAWINGS: dict[Callable[[Random], Strokes], float] = {
    polyline: 2,
    curve: 3,
    scribble: 3,
    scrawl: 3,
    strokes: 3,
    straight_lines: 1,
    corner: 1,
    arc: 1.5,
    polygon: 2,
    rectangle: 1.5,
    zigzag: 1.5,
    spiral: 1,
    ring: 1.5,
    cross: 1.5,
    branches: 2,
    pseudo_characters: 3,
    hook: 1.2,
    open_box: 1.2,
    dots: 0.7,
}


def random_drawing(random: Random) -> Strokes:
    """Return the strokes of a random drawing, less slender than a 1."""
    kinds, weights = list(DRAWINGS), np.array(list(DRAWINGS.values()))
    kind = kinds[random.choice(len(kinds), p=weights / weights.sum())]
    while True:
        result = kind(random)
        wide, high = np.ptp(np.concatenate(result), axis=0)
        if kind is straight_lines or wide > 0.45 * high:
            return result


def _spread_points(random: Random, count: int) -> Points:
    """Return random points, each at a distance from the previous point."""
    points = [random.uniform(0, 1, 2)]
    while len(points) < count:
        point = random.uniform(0, 1, 2)
        if np.hypot(*(point - points[-1])) > 0.3:
            points.append(point)
    return np.stack(points)


def _add_inside(outline: Strokes, random: Random, share: float) -> Strokes:
    if random.random() < share:
        outline = [*outline, random.uniform(-0.6, 0.6, (int(random.integers(2, 4)), 2))]
    return outline
