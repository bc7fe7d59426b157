"""Icons: hearts, houses, clocks and the like, as outlines or filled; flashes of lightning; emblems, which are
random outlines alike on both sides, as most icons are; and outlines of bows, such as drops and leaves."""

import functools

import numpy as np
from PIL import Image, ImageDraw

from autoencoder.data.ink import crop_ink
from autoencoder.data.pictures import Frame, place
from autoencoder.digits.training.synthetic.drawings import Strokes
from autoencoder.digits.training.synthetic.renderer import CANVAS, Ink, Points, draw_in_frame, smooth, wobble
from autoencoder.digits.training.synthetic.sources import Random

FILLED = 0.2  # the share of icons that are filled
LIGHTNING, EMBLEMS, BOWS = 0.08, 0.35, 0.27  # the shares of flashes, of emblems and of outlines of bows
SQUARE = 10  # the side of the table's drawings

# The strokes of each icon: a list of corners; after "~" of points on a smooth line; after "o" the middle and
# the radius of a ring. None can pass for a digit: a ring has something in it or at it that no digit has.
ICONS = {
    "heart": "~5,2.6 3.6,.6 1.6,.4 .2,2.4 .8,4.8 5,9.6|~5,2.6 6.4,.6 8.4,.4 9.8,2.4 9.2,4.8 5,9.6",
    "narrow heart": "~5,2.2 4,.4 2.6,.3 1.6,2 2.2,4.8 5,9.8|~5,2.2 6,.4 7.4,.3 8.4,2 7.8,4.8 5,9.8",
    "wide heart": "~5,3.4 3,1.4 1,1.6 .1,3.4 1.4,5.6 5,8.6|~5,3.4 7,1.4 9,1.6 9.9,3.4 8.6,5.6 5,8.6",
    "house": "1,10 1,4 5,0 9,4 9,10 1,10",
    "house with a roof": "1.4,4 1.4,10 8.6,10 8.6,4|0,4.4 5,0 10,4.4",
    "house with a door": "1,10 1,4 5,.4 9,4 9,10 1,10|4,10 4,6.6 6,6.6 6,10",
    "house with a window": "0,4.4 5,0 10,4.4 0,4.4|1.2,4.4 1.2,10 8.8,10 8.8,4.4|4,6 6,6 6,8 4,8 4,6",
    "house with a chimney": "1,10 1,4.6 5,.8 9,4.6 9,10 1,10|7,2.6 7,.4 8.4,.4 8.4,3.8",
    "long house": "0,9 0,4 3,1 10,1 10,9 0,9|3,1 6,4 6,9|0,4 6,4",
    "drop": "~5,0 3.6,3.4 2,6.2 2.4,8.8 5,10 7.6,8.8 8,6.2 6.4,3.4 5,0",
    "drop with a gleam": "~5,0 3,3.8 1.6,6.6 2.6,9.2 5,10 7.4,9.2 8.4,6.6 7,3.8 5,0|~3.2,6.6 3.6,8 4.8,8.8",
    "pin": "~5,10 3.4,7 1.8,4.4 2.4,1.4 5,0 7.6,1.4 8.2,4.4 6.6,7 5,10|o5,3.8,1.4",
    "clock": "o5,5,5|5,5 5,1.6|5,5 7.4,6.2",
    "clock at nine": "o5,5,5|5,1.4 5,5 2.4,5",
    "clock with ticks": "o5,5,5|5,5 6.6,2.6|5,5 2,4|5,0 5,1|10,5 9,5|5,10 5,9|0,5 1,5",
    "alarm clock": "o5,5.4,4.2|5,3 5,5.6 6.8,6.6|1,2.4 2.6,.6|9,2.4 7.4,.6|2.2,8.6 1.2,10|7.8,8.6 8.8,10",
    "target": "o5,5,5|o5,5,2",
    "bullseye": "o5,5,5|o5,5,.5",
    "ring with a plus": "o5,5,5|5,2 5,8|2,5 8,5",
    "ring with a times": "o5,5,5|3,3 7,7|7,3 3,7",
    "ring with a tick": "o5,5,5|2.6,5.2 4.4,7 7.4,3",
    "ring with a bar": "o5,5,5|2,5 8,5",
    "ring with a triangle": "o5,5,5|3.6,2.6 7.6,5 3.6,7.4 3.6,2.6",
    "ring with two bars": "o5,5,5|3.8,3 3.8,7|6.2,3 6.2,7",
    "ring with an i": "o5,5,5|5,4.4 5,7.6|o5,2.6,.2",
    "ring with a square": "o5,5,5|3.2,3.2 6.8,3.2 6.8,6.8 3.2,6.8 3.2,3.2",
    "ring with an arrow": "o5,5,5|2.4,5 7.6,5|5.4,3 7.6,5 5.4,7",
    "ring with dots": "o5,5,5|o3,5,.3|o5,5,.3|o7,5,.3",
    "smiley": "o5,5,5|o3.4,3.6,.3|o6.6,3.6,.3|~2.6,6 3.8,7.4 5,7.8 6.2,7.4 7.4,6",
    "no entry": "o5,5,5|1.6,1.6 8.4,8.4",
    "ball": "o5,5,5|~1.6,1.6 3.6,3.4 3.6,6.6 1.6,8.4|~8.4,1.6 6.4,3.4 6.4,6.6 8.4,8.4",
    "globe": "o5,5,5|0,5 10,5|~5,0 2.8,2.4 2.8,7.6 5,10|~5,0 7.2,2.4 7.2,7.6 5,10",
    "peace": "o5,5,5|5,0 5,10|5,5 1.6,8.4|5,5 8.4,8.4",
    "power": "~3,1.6 .8,3.6 .6,6.6 2.4,9.2 5,10 7.6,9.2 9.4,6.6 9.2,3.6 7,1.6|5,0 5,5",
    "sun": "o5,5,2.4|5,0 5,1.4|5,8.6 5,10|0,5 1.4,5|8.6,5 10,5"
    "|1.4,1.4 2.4,2.4|7.6,7.6 8.6,8.6|1.4,8.6 2.4,7.6|7.6,2.4 8.6,1.4",
    "crescent": "~6.6,0 3,1.2 1.4,5 3,8.8 6.6,10|~6.6,0 5,2.4 4.6,5 5,7.6 6.6,10",
    "cloud": "~2,8 .2,6.8 1,4.8 2.8,4.6 3.6,2.4 6,2.2 7.2,4.2 9.2,4.6 9.8,6.6 8.2,8 2,8",
    "leaf": "~10,10 9.4,5 6,1.4 0,0 1.4,6 5,9.4 10,10|10,10 3,3",
    "fish": "~0,5 2.6,2.6 5.4,2.8 8,5 10,7.6|~0,5 2.6,7.4 5.4,7.2 8,5 10,2.4|10,2.4 10,7.6|o2.2,4.6,.2",
    "eye": "~0,5 2.4,2.6 5,1.8 7.6,2.6 10,5 7.6,7.4 5,8.2 2.4,7.4 0,5|o5,5,1.6",
    "flower": "o5,5,1.4|o5,2,1.5|o5,8,1.5|o2,5,1.5|o8,5,1.5",
    "tulip": "3,0 3,4 5,5.4 7,4 7,0 5,2 3,0|5,5.4 5,10|~5,9 3.4,7 2.4,6.8",
    "tree": "5,0 1,7 9,7 5,0|5,7 5,10",
    "fir": "5,0 2.6,3.6 4,3.6 1.2,7.6 8.8,7.6 6,3.6 7.4,3.6 5,0|4.4,7.6 4.4,10 5.6,10 5.6,7.6",
    "round tree": "o5,3.2,3.2|4.2,6.2 4.2,10|5.8,6.2 5.8,10",
    "key": "o2.4,5,2.4|4.8,5 10,5|8,5 8,7|9.6,5 9.6,7",
    "lock": "1.4,4.6 8.6,4.6 8.6,10 1.4,10 1.4,4.6|~3,4.6 3,1.6 5,0 7,1.6 7,4.6",
    "bulb": "~3.6,7.4 3.2,5.8 1.8,4 2.4,1.2 5,0 7.6,1.2 8.2,4 6.8,5.8 6.4,7.4"
    "|3.6,7.4 6.4,7.4|3.8,8.8 6.2,8.8|4.4,10 5.6,10",
    "cup": "0,2 0,9 7,9 7,2 0,2|~7,3.4 9.6,3.6 9.6,6.8 7,7",
    "glass": "1.4,0 8.6,0 5,5 1.4,0|5,5 5,9.6|2.6,10 7.4,10",
    "flag": "1,10 1,0 9,1 9,5.6 1,5",
    "pennant": "1.6,10 1.6,0 9,2.8 1.6,5.4",
    "letter": "0,2 10,2 10,8.6 0,8.6 0,2|0,2 5,6 10,2",
    "bell": "~1,8 2.4,6 2.6,3 5,1 7.4,3 7.6,6 9,8|1,8 9,8|~4,8 5,9.8 6,8|5,0 5,1",
    "umbrella": "~0,5 1.4,1.8 5,.4 8.6,1.8 10,5|0,5 10,5|~5,5 5,8.6 6.2,9.8 7.2,8.6",
    "bubble": "0,1 10,1 10,7 5,7 2,10 2.4,7 0,7 0,1",
    "round bubble": "~3,8 .6,6.4 .4,3 2.6,.8 6,.4 9.2,2 9.8,5 7.8,7.8 4.8,8.4|3,8 1.4,10 4.8,8.4",
    "arrow": "0,3.4 5,3.4 5,.6 10,5 5,9.4 5,6.6 0,6.6 0,3.4",
    "upward arrow": "5,0 9.4,5 6.8,5 6.8,10 3.2,10 3.2,5 .6,5 5,0",
    "plus": "3.4,0 6.6,0 6.6,3.4 10,3.4 10,6.6 6.6,6.6 6.6,10 3.4,10 3.4,6.6 0,6.6 0,3.4 3.4,3.4 3.4,0",
    "star": "5,0 6.4,3.6 10,3.8 7.2,6.2 8.2,10 5,7.8 1.8,10 2.8,6.2 0,3.8 3.6,3.6 5,0",
    "shield": "~5,0 2.6,1.2 .6,1.4 .8,5 2.4,8 5,10 7.6,8 9.2,5 9.4,1.4 7.4,1.2 5,0|5,.4 5,9.6",
    "gem": "2.4,1 7.6,1 10,4 5,10 0,4 2.4,1|0,4 10,4|3.4,4 5,10 6.6,4",
    "crown": "0,9 0,2 3,5.6 5,1 7,5.6 10,2 10,9 0,9",
    "magnifier": "o4,4,4|7,7 10,10",
    "person": "o5,1.6,1.6|5,3.2 5,6.6|1.8,4.6 8.2,4.6|5,6.6 2.4,10|5,6.6 7.6,10",
    "bust": "o5,2.6,2.4|~.6,10 1.2,7 5,5.8 8.8,7 9.4,10|.6,10 9.4,10",
    "note": "o2.4,8.4,1.5|3.9,8.4 3.9,1 8.6,0 8.6,2.4 3.9,3.4",
    "notes": "o2,8.6,1.3|o8,7.8,1.3|3.3,8.6 3.3,1 9.3,0 9.3,7.8|3.3,2.8 9.3,1.8",
    "anchor": "o5,1.2,1.1|5,2.4 5,10|2.6,4 7.4,4|~.6,6.6 2,9 5,10 8,9 9.4,6.6",
    "ladder": "2,0 2,10|8,0 8,10|2,2 8,2|2,5 8,5|2,8 8,8",
    "gate": "0,1 10,1|0,4 10,4|2,1 2,10|8,1 8,10",
    "basket": "0,1 1.6,1 3,7 8.6,7 10,2.4 2,2.4|o4,8.9,.7|o7.8,8.9,.7",
    "car": "0,7.6 0,5 2,4.6 3.4,2 7,2 8.4,4.6 10,5 10,7.6 0,7.6|o2.6,7.8,1.2|o7.4,7.8,1.2",
    "boat": "0,6.6 10,6.6 8,9.4 2,9.4 0,6.6|5,6.6 5,0 9,5.4 5,5.4",
    "apple": "~5,3 2.6,1.8 .6,4 1.4,7.6 3.8,10 5,9.4 6.2,10 8.6,7.6 9.4,4 7.4,1.8 5,3|~5,3 5.4,1.4 6.6,0",
    "cherries": "o2.4,8,2|o7.6,7.4,2|~2.4,6 3.6,3 7,0|~7.6,5.4 7.6,2.6 7,0",
    "cone": "2,4 5,10 8,4|~2,4 1.6,1.6 5,0 8.4,1.6 8,4|2,4 8,4",
    "mushroom": "~0,5.4 1,1.8 5,.4 9,1.8 10,5.4|0,5.4 10,5.4|3.6,5.4 3.4,10 6.6,10 6.4,5.4",
    "bin": "1,2 9,2|2,2 2.8,10 7.2,10 8,2|4,2 4,.4 6,.4 6,2|5,4 5,8",
    "screen": "0,1 10,1 10,7 0,7 0,1|5,7 5,9.4|2.6,9.6 7.4,9.6",
    "phone": "2,0 8,0 8,10 2,10 2,0|2,8 8,8",
    "camera": "0,2.6 3,2.6 4,1 6,1 7,2.6 10,2.6 10,9 0,9 0,2.6|o5,5.8,2",
    "tick": "0,5.4 3.6,9.4 10,.6",
    "warning": "5,.6 0,9.6 10,9.6 5,.6|5,4 5,6.8|o5,8.2,.2",
}  # fmt: skip


@functools.cache
def read_strokes(text: str) -> tuple[Points, ...]:
    """Return the strokes of a drawing in the notation of ICONS, in its unit."""
    result = []
    for part in text.split("|"):
        if part[0] == "o":
            x, y, radius = map(float, part[1:].split(","))
            angles = np.linspace(0, 2 * np.pi, 33)
            result.append(np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1))
            continue
        points = np.array([point.split(",") for point in part.lstrip("~").split()], float)
        result.append(smooth(points) if part[0] == "~" else points)
    return tuple(result)


def draw_icon(frame: Frame, random: Random) -> Ink:
    """Return a random icon, as an outline or filled, in a frame."""
    while True:
        kind = random.random()
        narrowest = 0.4  # the least proportion of the sides; what is narrower might pass for a 1 or a 0
        if kind < LIGHTNING:
            strokes = lightning(random)
        elif kind < LIGHTNING + EMBLEMS:
            strokes, narrowest = emblem(random), 0.65
        elif kind < LIGHTNING + EMBLEMS + BOWS:
            strokes, narrowest = bows(random), 0.5
        else:
            strokes = list(read_strokes(ICONS[str(random.choice(list(ICONS)))]))
        is_filled = random.random() < FILLED and _are_closed(strokes)
        strokes = wobble([split_long(stroke) for stroke in strokes], random, random.uniform(0, 0.06))
        wide, high = np.ptp(np.concatenate(strokes), axis=0)
        if wide > narrowest * high:
            return (
                place(crop_ink(fill(strokes)), frame) if is_filled else draw_in_frame(strokes, frame, random)
            )


def _are_closed(strokes: Strokes) -> bool:
    """True for an outline: one stroke, or two, with ends that meet."""
    ends = [tuple(stroke[end]) for stroke in strokes for end in (0, -1)]
    return len(strokes) < 3 and all(ends.count(end) == 2 for end in ends)


def lightning(random: Random) -> Strokes:
    """Return a flash of lightning: a line of two or three steep falls with steps back, or its outline."""
    falls = 2 if random.random() < 0.75 else 3
    points = [np.array([random.uniform(0.5, 0.9), 0.0])]
    back, down = random.uniform(0.25, 0.55), random.uniform(0.4, 0.8)
    for number in range(falls):
        points.append(points[-1] + [-down * random.uniform(0.4, 0.9), 1 / falls + random.uniform(-0.05, 0.1)])
        if number < falls - 1:
            points.append(points[-1] + [back * random.uniform(0.7, 1.4), random.uniform(-0.12, 0.06)])
    line = np.array(points)
    if random.random() < 0.5:  # the outline narrows towards the lower end
        wide = np.linspace(random.uniform(0.25, 0.5), 0, len(line))[:, None] * [1, 0]
        line = np.concatenate([line, (line + wide)[-2::-1], line[:1]])
    if random.random() < 0.3:
        line = line * [-1, 1]
    return [line]


def emblem(random: Random) -> Strokes:
    """Return a closed outline that is alike on both sides, with something in it, under it or at its sides.

    A single bulge or a smooth outline always has something beside it, or it might pass for a 0 or an 8.
    """
    while True:
        count = int(random.integers(2, 6))
        half = np.stack([random.uniform(0.2, 1, count), np.sort(random.uniform(0.05, 0.95, count))], axis=1)
        half[random.integers(count), 0] = 1
        has_corners = random.random() < 0.55
        details = [_emblem_detail(half, random) for _ in range(random.integers(0 if has_corners else 1, 4))]
        bulges = (np.diff(np.sign(np.diff([0, *half[:, 0], 0]))) < 0).sum()
        if details or bulges > 1:
            break
    top = 0.0 if has_corners else float(random.choice([-0.2, 0.25]))  # a tip, or a notch
    bottom = half[-1, 0] if has_corners and random.random() < 0.5 else 0.0  # a base, or a tip
    line: Points = np.array([[0.0, top], *half, [bottom, 1.0]])
    line = line if has_corners else smooth(line)
    other = line * np.array([-1.0, 1.0])
    strokes: Strokes = [np.concatenate([line, other[::-1], line[:1]])] if has_corners else [line, other]
    strokes += [stroke for detail in details for stroke in detail]
    if random.random() < 0.3:  # upside down
        strokes = [stroke * [1, -1] for stroke in strokes]
    width = random.uniform(0.45, 0.75)
    strokes = [stroke * [width, 1] for stroke in strokes]
    return [stroke[:, ::-1] for stroke in strokes] if random.random() < 0.25 else strokes  # on its side


def bows(random: Random) -> Strokes:
    """Return a closed outline of one to six bows with corners between them: a drop, a leaf, a heart, a cloud
    or a shield. A 0 never has a corner.
    """
    count = int(random.choice([1, 1, 2, 2, 2, 3, 4, 5, 6]))
    if count == 1:
        curves = _drop(random)
    elif count == 2:
        curves = _leaf(random) if random.random() < 0.4 else _heart(random)
    else:
        curves = _cloud(count, random)
    t = np.linspace(0, 1, 25)[:, None]
    line = np.concatenate(
        [
            (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
            for a, b, c, d in curves
        ]
    )
    angle = random.choice([0, 0, 0, 0.25, 0.5, 1, 1.5]) * np.pi + random.normal(0, 0.15)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return [line @ turn * [np.exp(random.normal(0, 0.15)), 1]]


# The control points (4, 2) of each bow, a Bezier curve that ends where the next begins.


def _drop(random: Random) -> list[Points]:
    wide, low = random.uniform(1.3, 2.6), random.uniform(1.2, 1.6)
    return [np.array([[0, -1], [-wide, low], [wide, low], [0, -1]])]


def _leaf(random: Random) -> list[Points]:
    (right, left), high = random.uniform(0.35, 0.8, 2), random.uniform(0.1, 0.5)
    return [
        np.array([[0, -1], [right, -high], [right, high], [0, 1]]),
        np.array([[0, 1], [-left, high], [-left, -high], [0, -1]]),
    ]


def _heart(random: Random) -> list[Points]:
    notch, high, wide = random.uniform(-0.75, -0.3), random.uniform(-1.6, -1.2), random.uniform(1.2, 2)
    right, left = random.uniform(-0.6, 0), random.uniform(-0.6, 0)
    return [
        np.array([[0, notch], [0.5, high], [wide, right], [0, 1]]),
        np.array([[0, 1], [-wide, left], [-0.5, high], [0, notch]]),
    ]


def _cloud(count: int, random: Random) -> list[Points]:
    """Return bows that bulge more than a ring's, or not at all."""
    angles = (np.arange(count) + random.uniform(-0.2, 0.2, count)) / count * 2 * np.pi
    corners = np.stack([np.sin(angles), np.cos(angles)], axis=1) * random.uniform(0.8, 1, (count, 1))
    of_ring = 0.67 * np.tan(np.pi / count / 2)
    result = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = end - start
        bulge = 0 if random.random() < 0.25 else of_ring * random.uniform(2, 3.2)
        out = bulge * np.array([-along[1], along[0]])
        out *= np.sign(out @ (start + end))
        result.append(np.array([start, start + 0.1 * along + out, end - 0.1 * along + out, end]))
    return result


def _emblem_detail(half: Points, random: Random) -> Strokes:
    """Return a part of an emblem, given the points of the right side of its outline."""
    x, y = half[random.integers(len(half))]
    angles = np.linspace(0, 2 * np.pi, 17)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    part = random.uniform(0.15, 0.6)
    level = np.array([[-part, 0], [part, 0]])
    kind = random.integers(8)
    if kind == 0:  # a stem, with a foot in half of them
        low = random.uniform(1.25, 1.7)
        return [
            np.array([[0, 1], [0, low]]),
            *([level + np.array([0, low])] if random.random() < 0.5 else []),
        ]
    if kind == 1:  # a line above
        return [np.array([[0, 0], [random.normal(0, 0.1), random.uniform(-0.6, -0.2)]])]
    if kind == 2:  # a line from side to side
        return [np.array([[-x, y], [x, y]])]
    if kind == 3:  # an upright line
        return [np.array([[0, 0], [0, 1]])]
    if kind == 4:  # a ring within
        return [circle * random.uniform(0.1, 0.3) + [0, 0.5]]
    if kind == 5:  # eyes
        return [circle * 0.05 + [side * part, 0.4] for side in (-1, 1)]
    if kind == 6:  # arms
        far = [random.uniform(0.3, 0.7), random.normal(0, 0.3)]
        return [np.array([[side * x, y], [side * (x + far[0]), y + far[1]]]) for side in (-1, 1)]
    return [np.array([[-part, 0.35], [0, 0.65], [part, 0.35]])]  # a tick within


def fill(outline: Strokes) -> Ink:
    """Return the ink of closed outlines, filled."""
    points = np.concatenate(outline)
    low, size = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-9)
    picture = Image.new("L", (CANVAS, CANVAS))
    for stroke in outline:
        ImageDraw.Draw(picture).polygon(((stroke - low) / size * (CANVAS - 1)).ravel().tolist(), 255)
    return np.asarray(picture, np.float32) / 255


def split_long(stroke: Points) -> Points:
    """Return a stroke with further points between distant ones, so that it can be bent."""
    size = max(float(np.ptp(stroke, axis=0).max()), 1e-9)
    steps = np.maximum(1, np.ceil(np.hypot(*np.diff(stroke, axis=0).T) / size * 6)).astype(int)
    parts = [
        start + (end - start) * np.arange(count)[:, None] / count
        for start, end, count in zip(stroke, stroke[1:], steps, strict=False)
    ]
    return np.concatenate([*parts, stroke[-1:]])
