"""Kinds of pictures that no list of the training's has, for the names of what was not foreseen.

Each is drawn by the pen of `probes`, and stands beside its right name, "" if no name suits.
"""

import itertools

import numpy as np

from tests.measurements.networks import probes, strokes
from tests.measurements.networks.probes import Probe, by_hand, dense, draw, interpolate, parse, smooth

_DIGITS = [parse(text) for text in strokes.DIGITS.values()]
_LETTERS = [parse(text) for text in strokes.LETTERS.values()]


def _beside(parts, random, gap=18):
    """Return the strokes of drawings beside each other, each as high as it is."""
    result, right = [], 0.0
    for lines in parts:
        points = np.concatenate(lines)
        result += [line + np.array([right - points[:, 0].min(), 0.0]) for line in lines]
        right += np.ptp(points[:, 0]) + random.uniform(0.6, 1.4) * gap
    return result


def dotted_digit(random, i, test):
    """A digit of dots along its strokes."""
    lines = by_hand(_DIGITS[i % len(_DIGITS)], random)
    step = random.uniform(13, 20)
    dots = [point[None] for line in lines for point in interpolate(line, step)]
    return Probe(draw(dots, random, random.uniform(4.5, 6.5)), None)


def dashed_digit(random, i, test):
    """A digit of dashes, as stitches are."""
    dashes = []
    for line in by_hand(_DIGITS[i % len(_DIGITS)], random):
        points = interpolate(line, 2.0)
        dashes += [points[start : start + 7] for start in range(0, len(points) - 2, 11)]
    return Probe(draw(dashes, random, random.uniform(5, 8)), None)


def hollow_digit(random, i, test):
    """The outline of a thick digit."""
    from scipy.ndimage import binary_dilation, gaussian_filter

    thick = draw(by_hand(_DIGITS[i % len(_DIGITS)], random), random, random.uniform(14, 18)) > 0.5
    edge = binary_dilation(thick, iterations=int(random.integers(3, 6))) & ~thick
    return Probe(np.pad(gaussian_filter(edge.astype(float), 1), 8), None)


def digit_with_a_unit(random, i, test):
    """A digit and a letter or two beside it."""
    letters = [_LETTERS[number] for number in random.integers(len(_LETTERS), size=1 + i % 2)]
    parts = [by_hand(lines, random) for lines in (_DIGITS[i % len(_DIGITS)], *letters)]
    return Probe(draw(_beside(parts, random), random, random.uniform(5, 8)), None)


def word(random, i, test):
    """Three or four letters beside each other."""
    letters = [by_hand(_LETTERS[number], random) for number in random.integers(len(_LETTERS), size=3 + i % 2)]
    return Probe(draw(_beside(letters, random), random, random.uniform(4, 7)), None)


def polygon(random, i, test):
    """A polygon or a star of three to eight corners."""
    corners = 3 + i % 6
    angles = np.linspace(0, 2 * np.pi, corners + 1) + random.uniform(0, 6)
    radii = np.full(corners + 1, 50.0)
    if i % 2:
        angles = np.linspace(0, 2 * np.pi, 2 * corners + 1) + random.uniform(0, 6)
        radii = np.where(np.arange(2 * corners + 1) % 2, 22.0, 50.0)
    points = radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    return Probe(draw(by_hand([_closed(points)], random), random), None)


def _closed(points):
    return np.concatenate([dense(*pair) for pair in itertools.pairwise(points)])


def dice(random, i, test):
    """The dots of a die, with a border or without."""
    places = {2: (0, 8), 3: (0, 4, 8), 4: (0, 2, 6, 8), 5: (0, 2, 4, 6, 8), 6: (0, 2, 3, 5, 6, 8)}[2 + i % 5]
    lines = [30.0 * np.array([[place % 3, place // 3]]) for place in places]
    if random.random() < 0.5:
        lines.append(_closed(np.array([[-25.0, -25], [85, -25], [85, 85], [-25, 85], [-25, -25]])))
    return Probe(draw(by_hand(lines, random, 0.5), random, random.uniform(5, 9)), None)


def ladder(random, i, test):
    """A ladder, a comb or a grid of straight lines."""
    levels = np.linspace(0, 100, int(random.integers(3, 6)))
    lines = [dense(np.array([0, y]), np.array([60, y])) for y in levels]
    sides = ([0, 60], [0], [0, 30, 60])[i % 3]
    lines += [dense(np.array([x, -8.0]), np.array([x, 108.0])) for x in sides]
    return Probe(draw(by_hand(lines, random), random, random.uniform(4, 8)), None)


def face(random, i, test):
    """A face of a ring, eyes and a mouth."""
    t = np.linspace(0, 2 * np.pi, 60)
    mouth = smooth(np.array([[-24.0, 18], [0, 18 + random.uniform(-14, 18)], [24, 18]]))
    eyes = [np.array([[x, -16.0]]) for x in (-18, 18)]
    lines = [50 * np.stack([np.cos(t), np.sin(t)], 1), mouth, *eyes]
    return Probe(draw(by_hand(lines, random), random, random.uniform(4, 8)), None)


def wave(random, i, test):
    """Waves above one another, or rays from a middle."""
    if i % 2:
        x = np.linspace(0, 100, 60)
        heights = 12 * np.sin(x / random.uniform(6, 12))
        lines = [np.stack([x, heights + 30 * row], 1) for row in range(2 + i % 3)]
    else:
        angles = np.linspace(0, 2 * np.pi, int(random.integers(6, 10)))[:-1]
        lines = [dense(12 * way, 50 * way) for way in np.stack([np.cos(angles), np.sin(angles)], 1)]
    return Probe(draw(by_hand(lines, random), random, random.uniform(4, 9)), None)


UNLISTED = {
    "digits of dots": (dotted_digit, ""),
    "digits of dashes": (dashed_digit, ""),
    "outlines of digits": (hollow_digit, ""),
    "digits with a unit": (digit_with_a_unit, "row"),
    "words": (word, "row"),
    "polygons and stars": (polygon, ""),
    "dice": (dice, ""),
    "ladders and grids": (ladder, ""),
    "faces": (face, ""),
    "waves and rays": (wave, ""),
}


def draw_unlisted(kind, test, count, seed):
    """Return pictures of a kind, framed as MNIST's, (count, 784)."""
    make, _ = UNLISTED[kind]
    random = np.random.default_rng([seed, [*UNLISTED].index(kind)])
    return np.stack([probes.as_mnist(make(random, i, test).picture) for i in range(count)]).astype(np.float32)
