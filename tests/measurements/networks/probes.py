"""Pictures that share neither code nor fonts with the training's: drawn, typed and photographed."""

import functools
import io
import itertools
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from autoencoder import digits

SIDE = 168  # pixels of a drawing


class Probe(NamedTuple):
    """A picture: ink (height, width), 1 is ink, or the bytes of a file; its digit or None.

    As a file, ink has a margin, unless its border is what is asked about.
    """

    picture: Any
    label: int | None
    has_margin: bool = True


# --- a pen ------------------------------------------------------------------------------------------------


def parse(text):
    """Return the strokes of a drawing: points (n, 2), of one point for a dot."""
    result = []
    for stroke in text.split(";"):
        kind, _, rest = stroke.partition(" ") if stroke[0] in "o." else (stroke[0], "", stroke.lstrip("~"))
        points = np.array([[float(n) for n in pair.split(",")] for pair in rest.split()])
        if kind == "o":
            (centre, radii), angles = points, np.linspace(0, 2 * np.pi, 40) - 1.7
            points = centre + radii * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        elif kind == "~":
            points = smooth(points)
        elif kind != ".":
            points = np.concatenate([dense(*pair) for pair in itertools.pairwise(points)])
        result.append(points)
    return result


def dense(start, stop):
    return start + (stop - start) * np.linspace(0, 1, 12)[:, None]


def smooth(points):
    """Return the Catmull-Rom curve through points."""
    p = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, 12)[:, None]
    return np.concatenate(
        [
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
            for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
        ]
    )


def by_hand(lines, random, steady=1.0):
    """Return strokes turned, sheared and bent as a hand would, each a little out of its place."""
    turn, shear, aspect = random.normal(0, [0.09, 0.12, 0.1]) * steady
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ [[np.exp(aspect), -shear], [0, np.exp(-aspect)]]
    waves = (
        random.normal(0, 1.6 * steady, (3, 2)),
        random.uniform(0.02, 0.09, (3, 2)),
        random.uniform(0, 6, 3),
    )
    result = []
    for points in lines:
        bent = points + sum(
            amount * np.sin(points @ way + at)[:, None] for amount, way, at in zip(*waves, strict=True)
        )
        result.append(bent @ matrix.T + random.normal(0, 1.3 * steady, 2))
    return result


def draw(lines, random, width=None):
    """Return strokes drawn by a pen, whose width is in hundredths of the drawing's longer side."""
    every = np.concatenate(lines)
    low, high = every.min(axis=0), every.max(axis=0)
    pen = random.uniform(6.5, 14) if width is None else width
    margin = 2 * (pen + 4)
    scale = 2 * (SIDE - margin) / max(float((high - low).max()), 1.0)
    offset = SIDE - scale * (low + high) / 2
    radius, drift = pen / 200 * 2 * (SIDE - margin), random.uniform(0, 6, 2)
    sheet = Image.new("L", (2 * SIDE, 2 * SIDE))
    pencil = ImageDraw.Draw(sheet)
    for number, points in enumerate(lines):
        at = points * scale + offset
        for step, (x, y) in enumerate(at if len(at) == 1 else interpolate(at, radius / 3)):
            r = radius * (1.35 if len(at) == 1 else 1 + 0.16 * np.sin(step / 18 + drift[0] + number))
            pencil.ellipse([x - r, y - r, x + r, y + r], fill=255)
    sheet = sheet.resize((SIDE, SIDE), Image.Resampling.BOX).filter(
        ImageFilter.GaussianBlur(random.uniform(0.5, 1.6))
    )
    return np.asarray(sheet, float) / 255


def interpolate(points, step):
    """Return points along a polyline at most a step apart."""
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0, lengths[-1], max(2, int(lengths[-1] / step)))
    return np.stack([np.interp(at, lengths, points[:, axis]) for axis in (0, 1)], axis=1)


def sketches(table, label=lambda name: None, careless=False):
    """Return a drawer of each drawing of a table in turn, by a careless hand with a thick pen if so asked."""
    lines = {name: parse(text) for name, text in table.items()}
    names = [*lines]

    def one(random, i, test):
        name = names[i % len(names)]
        if careless:
            picture = draw(by_hand(lines[name], random, 1.9), random, random.uniform(11, 19))
        else:
            picture = draw(by_hand(lines[name], random), random)
        return Probe(picture, label(name))

    return one


def as_mnist(ink):
    """Return ink (height, width) as MNIST's pictures are, (784,): in 20x20 pixels, its mass amid 28x28."""
    ys, xs = np.nonzero(ink > 0.15)
    ink = ink[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    scale = 20 / max(ink.shape)
    size = [max(1, round(scale * side)) for side in ink.shape]
    small = Image.fromarray((255 * ink).clip(0, 255).astype(np.uint8)).resize(
        size[::-1], Image.Resampling.LANCZOS
    )
    small = np.asarray(small, float) / 255
    small /= max(small.max(), 0.2)
    middle = [
        (np.arange(side) * small.sum(axis=1 - axis)).sum() / small.sum() for axis, side in enumerate(size)
    ]
    y, x = (int(np.clip(round(13.5 - m), 0, 28 - side)) for m, side in zip(middle, size, strict=True))
    result = np.zeros((28, 28))
    result[y : y + size[0], x : x + size[1]] = small
    return result.ravel()


def as_file(probe, random):
    """Return a picture (784,) as users' files are read, black if it is no picture for `normalise`."""
    if isinstance(probe.picture, bytes):
        return digits.read_image(probe.picture).ravel()
    margin = int(random.integers(4, 12)) if probe.has_margin else 0
    ink, page = np.pad(probe.picture, margin), random.uniform(0.85, 1)
    if len(ink) > 100:
        ink = np.asarray(Image.fromarray(ink.astype(np.float32)).reduce(2), float)
    try:
        return digits.normalise(page - random.uniform(0.7, 0.85) * ink).ravel()
    except ValueError:
        return np.zeros(784)


# --- fonts ------------------------------------------------------------------------------------------------


# Those of Matplotlib's that no training draws with, so that every machine has them.
FONTS = (
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "DejaVuSerif-Italic",
    "DejaVuSerif-BoldItalic",
    "DejaVuSans-BoldOblique",
    "DejaVuSansMono-Bold",
    "DejaVuSansMono-Oblique",
    "cmss10",
    "cmb10",
)


@functools.cache
def fonts_with(character):
    """Return the paths of the fonts that have a character."""
    from matplotlib import ft2font, get_data_path

    paths = [str(Path(get_data_path(), "fonts", "ttf", f"{name}.ttf")) for name in FONTS]
    return [path for path in paths if ord(character) in ft2font.FT2Font(path).get_charmap()]


def glyph(path, character, size=110):
    """Return a character in a font as ink."""
    sheet = Image.new("L", (3 * size, 3 * size))
    ImageDraw.Draw(sheet).text((size, size), character, fill=255, font=ImageFont.truetype(path, size))
    return np.pad(np.asarray(sheet.crop(sheet.getbbox()), float) / 255, size // 6)


def type_character(characters, label=lambda character: None):
    """Return a drawer of characters in fonts that have them."""

    def one(random, i, test):
        character = characters[i % len(characters)]
        paths = fonts_with(character)
        ink = glyph(paths[int(random.integers(len(paths)))], character)
        return Probe(turn(ink, random.normal(0, 2)), label(character))

    return one


# Without a line below, dots and primes: what is under a digit or smaller than a stroke is not asked about.
COMPANY = [*"ABCDEFGHKLMNPRSTUXZabdefghkmnpqrstxz№#%&+-/()[]{}|!?ªº$€£§@*<>^²³½¼"]


def several_characters(random):
    """Return ink of two to four characters side by side or above each other, a digit among them, and a text.

    They touch or are up to half a character apart.
    """
    size, is_column = int(random.integers(40, 150)), random.random() < 0.3
    text = [str(random.integers(10)), *random.choice([*COMPANY, *"0123456789"], random.integers(1, 4))]
    random.shuffle(text)
    paths = [path for path in fonts_with("0") if all(path in fonts_with(character) for character in text)]
    font = ImageFont.truetype(paths[random.integers(len(paths))], size) if paths else None
    if font is None:
        return several_characters(random)
    gap = float(random.choice([0, random.uniform(0, 0.5)])) * size
    sheet, at = Image.new("L", (10 * size, 10 * size)), float(size)
    for character in text:
        left, top, right, bottom = font.getbbox(character)
        if is_column:
            place = (5 * size - (left + right) / 2, at - top)
            at += bottom - top + max(gap, 0.1 * size)
        else:
            place = (at, 4 * size)
            at += font.getlength(character) + gap
        ImageDraw.Draw(sheet).text(place, character, fill=255, font=font)
    ink = np.asarray(sheet.crop(sheet.getbbox()), float) / 255
    return np.pad(ink, int(random.uniform(0.1, 1) * size)), "".join(text)


def company(random, i, test):
    """A digit among other characters."""
    return Probe(several_characters(random)[0], None)


def turn(ink, degrees):
    picture = Image.fromarray((255 * ink).clip(0, 255).astype(np.uint8))
    return np.asarray(picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True), float) / 255


# Left out of letters, typed and by hand; the typed ones are kinds of their own.
LOOK_LIKE_DIGITS = "OolIZzSsBqbg"
ARABIC_DIGITS = "\u0627\u0647\u0648"  # alef, heh and waw are a 1, a 0 and a 9
HEBREW_DIGITS = "ודזיךםןסףר"
LATIN = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in LOOK_LIKE_DIGITS]
# No circles, bars, drops, numbers or letters: none of these is a digit's shape.
SYMBOLS = [*"★☆☎☏☂☀☁☃☕♥♡♠♣♦♫♪♬☺☹✈✉✂✎✓✔✗✘✚✝☮☯☠⚓⚒⚔⚖⚙⚠⚡⌂⌘⇒⇐⇑⇓↔↩↪➔➤☞✌❄❤❦⚐⚑☘"]
ARABIC = [chr(code) for code in [*range(0x627, 0x629), *range(0x62A, 0x63B), *range(0x641, 0x649), 0x64A]]
ARABIC = [c for c in ARABIC if c not in ARABIC_DIGITS]
HEBREW = [chr(code) for code in range(0x5D0, 0x5EB) if chr(code) not in HEBREW_DIGITS]
GREEK_AND_CYRILLIC = [*"ΓΔΛΞΠΣΦΨΩακλμνπτχψω", *"ДЖИЙЛПФЦШЩЪЫЮЯджийклмнптфцшщъыюя"]


# --- test digits changed ----------------------------------------------------------------------------------


def pick(test, random, labels=range(10)):
    """Return a test digit of one of some labels, as ink of 168x168 pixels, and its label."""
    label = int(random.choice(list(labels)))
    return larger(test.images[random.choice(np.flatnonzero(test.labels == label))]), label


def larger(image, side=SIDE):
    picture = Image.fromarray((255 * image.reshape(28, 28)).astype(np.uint8))
    ink = np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC), float) / 255
    return (1.3 * ink - 0.1).clip(0, 1)


def box_of(ink):
    """Return the left, top, right and bottom of ink."""
    ys, xs = np.nonzero(ink > 0.3)
    return np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], float)


def pen_of(ink):
    """Return the width of the strokes of ink (height, width) in its pixels: twice its area by its edge."""
    return 2 * ink.sum() / np.hypot(*np.gradient(ink)).sum()


def over(ink, lines, width):
    """Return ink with strokes over it, in its own pixels."""
    sheet = Image.fromarray((255 * ink).clip(0, 255).astype(np.uint8))
    pencil, r = ImageDraw.Draw(sheet), width / 2
    for points in lines:
        for x, y in interpolate(np.asarray(points, float), max(1, r / 4)):
            pencil.ellipse([x - r, y - r, x + r, y + r], fill=255)
    return np.maximum(ink, np.asarray(sheet.filter(ImageFilter.GaussianBlur(2)), float) / 255)


def strike_out(random, i, test):
    """A digit that a line, two, a cross, a zigzag or a scribble strikes out, beyond its box on both sides."""
    sub = ("line", "double line", "cross", "zigzag", "scribble")[i % 5]
    # A seven with a bar and a zero with a slash are digits; a line along a one is a one.
    ink, label = pick(test, random, {"line": [2, 3, 4, 5, 6, 8, 9]}.get(sub, range(10)))
    ink, pen = np.pad(ink, 40), pen_of(ink) * random.uniform(0.8, 1.15)
    left, top, right, bottom = box_of(ink)
    middle, half = np.array([left + right, top + bottom]) / 2, max(right - left, 0.5 * (bottom - top)) / 2
    half *= random.uniform(1.2, 1.6)
    tilt = random.normal(0, 0.25) if label != 1 else random.normal(0, 0.12)
    if (sub, label) == ("line", 4):  # along its bar it is a four
        tilt = random.uniform(0.4, 0.8) * random.choice([1, -1])
    lean = np.array([np.cos(tilt), np.sin(tilt)])
    middle = middle + random.normal(0, 3, 2)
    line = np.stack([middle - half * lean, middle + half * lean])
    if sub == "line":
        lines = [line]
    elif sub == "double line":
        gap = np.array([0, random.uniform(0.09, 0.15) * (bottom - top) + pen / 2])
        lines = [line - gap, line + gap]
    elif sub == "cross":
        tall = (bottom - top) / 2 * random.uniform(0.8, 1.1)
        ends = middle + np.array([[-half, -tall], [half, tall], [half, -tall], [-half, tall]])
        ends += random.normal(0, 4, ends.shape)
        lines = [ends[:2], ends[2:]]
    else:
        turns = int(random.integers(6, 10))
        across = np.linspace(-1, 1, turns)
        tall = (bottom - top) / 2 * random.uniform(0.35, 0.75)
        points = middle + np.stack([half * across, tall * (-1.0) ** np.arange(turns)], axis=1)
        points += random.normal(0, 4, points.shape)
        lines = [points if sub == "zigzag" else smooth(points)]
        pen *= 0.7
    return Probe(over(ink, [interpolate(np.asarray(each), 4) for each in lines], pen), None)


def turn_digit(which):
    """Return a drawer of test digits turned or mirrored, none of which is a digit still."""
    ways = {
        "upside-down 7": [(7, 2, False)],
        "turned": [(3, 2, False), (4, 2, False), *((d, k, False) for d in (2, 3, 4, 5, 7) for k in (1, 3))],
        "mirrored": [(d, 0, True) for d in (3, 4, 6, 7, 9)],
    }[which]

    def one(random, i, test):
        label, quarters, mirror = ways[i % len(ways)]
        ink, _ = pick(test, random, [label])
        ink = np.rot90(ink[:, ::-1] if mirror else ink, quarters)
        return Probe(turn(ink, random.normal(0, 6)), None)

    return one


def overlay_digits(random, i, test):
    """Two digits over each other, of each of which three tenths are outside of the other."""
    while True:
        (one, a), (two, b) = pick(test, random), pick(test, random)
        shift = random.integers(-14, 15, 2)
        two = np.roll(two, shift, (0, 1))
        if a == b or {a, b} in ({0, 1}, {1, 7}):  # a slashed zero, a crossed seven
            continue
        fat = [
            np.asarray(Image.fromarray(np.uint8(255 * each)).filter(ImageFilter.MaxFilter(9)))
            for each in (one, two)
        ]
        if min((one * (fat[1] < 99)).sum() / one.sum(), (two * (fat[0] < 99)).sum() / two.sum()) > 0.3:
            return Probe(np.maximum(one, two), None)


def scribble(random, i, test):
    """A scribble in one stroke, of a length that no digit has."""
    sub = ("wander", "coils", "zigzag", "spiral", "knot")[i % 5]
    if sub == "wander":
        points = smooth(random.uniform(0, 100, (int(random.integers(8, 13)), 2)))
    elif sub == "coils":
        t = np.linspace(0, 2 * np.pi * random.uniform(3.5, 6), 120)
        points = np.stack(
            [t * random.uniform(3.5, 6) + 18 * np.cos(t), random.uniform(22, 34) * np.sin(t)], 1
        )
    elif sub == "zigzag":
        n = int(random.integers(7, 12))
        points = np.stack([np.linspace(0, 100, n), 45 * (-1.0) ** np.arange(n)], 1) + random.normal(
            0, 5, (n, 2)
        )
        points = points[:, ::-1] if random.random() < 0.5 else points
    elif sub == "spiral":
        t = np.linspace(0, 2 * np.pi * random.uniform(2.5, 3.8), 140)
        points = (t * random.choice([1, -1]))[:, None] * np.stack([np.cos(t), np.sin(t)], 1)
    else:
        a, b = [(2, 3), (3, 4), (3, 5), (3, 2), (5, 3)][int(random.integers(5))]
        t = np.linspace(0, 2 * np.pi * random.uniform(0.8, 1), 200) + random.uniform(0, 6)
        points = 50 * np.stack([np.sin(a * t), np.cos(b * t + random.uniform(0.3, 1.2))], 1)
    return Probe(draw(by_hand([interpolate(points, 1.5)], random), random, random.uniform(5, 10)), None)


# Digits whose upper or lower halves are alike: a collage of such halves may be a digit.
TOPS, BOTTOMS = ["23", "089", "7", "5", "4", "6", "1"], ["35", "1479", "068", "2"]


def may_be_digit(a, b):
    """True if the upper half of a on the lower half of b may pass for some digit."""
    top, bottom = (next(g for g in groups if str(each) in g) for groups, each in ((TOPS, a), (BOTTOMS, b)))
    loose = {("23", "1479"), ("7", "2"), ("7", "35"), ("089", "35"), ("5", "068")}
    return bool(set(top) & set(bottom)) or (top, bottom) in loose


def collage(unlike):
    """Return a drawer of a half of one test digit beside or above the other half of another.

    If they should be unlike, they are above each other, and no digit is like both.
    """

    def one(random, i, test):
        sub = "top and bottom" if unlike else ("left and right", "top and bottom")[i % 2]
        while True:
            (first, a), (second, b) = pick(test, random), pick(test, random)
            if (
                a != b
                and not (unlike and may_be_digit(a, b))
                and not (sub == "left and right" and 1 in (a, b))
            ):
                break  # half a one is a one
        halves = []
        for ink in (first, second):
            left, top, right, bottom = box_of(ink).astype(int)
            spare = max(0, int(0.4 * (bottom - top) - (right - left)) // 2)
            ink = np.pad(ink[top:bottom, left:right], ((0, 0), (spare, spare)))
            picture = Image.fromarray(np.uint8(255 * ink)).resize((96, 130), Image.Resampling.BICUBIC)
            halves.append(np.asarray(picture, float) / 255)
        if sub == "top and bottom":
            joined = np.concatenate([halves[0][:65], halves[1][65:]])
        else:
            joined = np.concatenate([halves[0][:, :48], halves[1][:, 48:]], axis=1)
        return Probe(np.pad(joined, 10), None)

    return one


def side_by_side(random, i, test):
    """Two digits beside each other."""
    parts = [pick(test, random)[0] for _ in "ab"]
    parts = [ink[:, int(box_of(ink)[0]) : int(box_of(ink)[2])] for ink in parts]
    between = np.zeros((SIDE, int(random.integers(4, 24))))
    return Probe(np.pad(np.concatenate([parts[0], between, parts[1]], axis=1), 12), None)


# --- displays and type ------------------------------------------------------------------------------------

SEGMENTS = ["abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg"]


def seven_segments(random, i, test):
    """A digit of a display: of bars with gaps, upright or slanted, with the others dim or not to be seen."""
    label = i % 10
    slant, thick, gap = random.choice([0, 0.1, 0.18]), random.uniform(9, 20), random.uniform(0.5, 4)
    dim = float(random.choice([0, 0, 0.08, 0.16]))
    wide, tall = random.uniform(48, 72), 120
    t, w, h = thick / 2, wide, tall / 2
    ends = {"a": (0, 0, w, 0), "b": (w, 0, w, h), "c": (w, h, w, 2 * h), "d": (0, 2 * h, w, 2 * h)}
    ends |= {"e": (0, h, 0, 2 * h), "f": (0, 0, 0, h), "g": (0, h, w, h)}
    sheet = Image.new("L", (2 * 200, 2 * 200))
    pencil, pointed = ImageDraw.Draw(sheet), random.random() < 0.6
    for name, (x0, y0, x1, y1) in ends.items():
        along = np.array([x1 - x0, y1 - y0]) / np.hypot(x1 - x0, y1 - y0)
        aside, tip = np.array([-along[1], along[0]]) * t, t if pointed else 0
        a, b = (
            np.array([x0, y0]) + along * (gap + (0 if pointed else t)),
            np.array([x1, y1]) - along * (gap + (0 if pointed else t)),
        )
        shape = [
            a,
            a + along * tip + aside,
            b - along * tip + aside,
            b,
            b - along * tip - aside,
            a + along * tip - aside,
        ]
        shape = [(2 * (x + 60 + slant * (tall - y)), 2 * (y + 40)) for x, y in shape]
        pencil.polygon(shape, fill=255 if name in SEGMENTS[label] else round(255 * dim))
    ink = (
        np.asarray(sheet.resize((200, 200), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(1)), float)
        / 255
    )
    left, top, right, bottom = box_of(ink + 9 * (ink > 0.02)).astype(int)
    margin = int(random.integers(12, 30))
    ink = np.pad(ink[top:bottom, left:right], margin)
    return Probe(ink if random.random() < 0.6 else 0.85 * ink + 0.05, label)


def flagged_one(random, i, test):
    """A 1 as type has it, with a flag and no base."""
    stem, tall, lean = random.uniform(10, 24), 120, random.choice([0, 0, 0.15])
    reach, drop, thick = random.uniform(20, 46), random.uniform(14, 42), random.uniform(0.7, 1.05) * stem
    body = [(0, 0), (stem, 0), (stem, tall), (0, tall)]
    flag = [(stem * 0.6, 0), (stem * 0.6, thick * 1.1), (-reach, drop + thick), (-reach, drop)]
    sheet = Image.new("L", (400, 400))
    for shape in (body, flag):
        ImageDraw.Draw(sheet).polygon(
            [(2 * (x + 75 + lean * (tall - y)), 2 * (y + 30)) for x, y in shape], fill=255
        )
    ink = np.asarray(sheet.resize((200, 200), Image.Resampling.BOX), float) / 255
    return Probe(ink, 1)


def small_type(random, i, test):
    """A digit of 9 to 15 pixels as a screen shows it, with its grey edges, as a picture of paper and ink."""
    label, tall = i % 10, int(random.integers(9, 16))
    paths = fonts_with(str(label))
    path = paths[int(random.integers(len(paths)))]
    for size in range(8, 40):
        font = ImageFont.truetype(path, size)
        box = font.getbbox(str(label))
        if box[3] - box[1] >= tall:
            break
    margins = random.integers(3, 9, 4)
    sheet = Image.new(
        "L", (box[2] - box[0] + int(margins[:2].sum()), box[3] - box[1] + int(margins[2:].sum()))
    )
    ImageDraw.Draw(sheet).text(
        (int(margins[0]) - box[0], int(margins[2]) - box[1]), str(label), fill=255, font=font
    )
    return Probe(np.asarray(sheet, float) / 255 * random.uniform(0.6, 1), label)


# --- paper ------------------------------------------------------------------------------------------------


def field(shape, scale, random):
    """Return a smooth random field (height, width), -1 to 1."""
    rough = random.uniform(-1, 1, (max(2, int(shape[0] / scale)), max(2, int(shape[1] / scale))))
    picture = Image.fromarray(rough.astype(np.float32)).resize(shape[::-1], Image.Resampling.BICUBIC)
    return np.asarray(picture, float)


def mask(shape, polygon, blur):
    """Return the inside of a polygon of pixels, 0 to 1, with an edge as wide as the blur."""
    sheet = Image.new("L", shape[::-1])
    ImageDraw.Draw(sheet).polygon([tuple(map(float, point)) for point in polygon], fill=255)
    return np.asarray(sheet.filter(ImageFilter.GaussianBlur(blur)), float)[..., None] / 255


def photograph(sub):
    """Return a drawer of photographs of a page with a digit, with none or with two."""

    def one(random, i, test):
        way = (
            ("table", "table", "thumb", "finger's shadow", "hard shadow")[i % 5]
            if sub == "digit"
            else "table"
        )
        shape = h, w = (360, 480) if random.random() < 0.5 else (480, 360)
        base = np.array([[150, 105, 65], [70, 50, 40], [95, 95, 100], [60, 75, 105], [185, 165, 135]])[
            random.integers(5)
        ]
        grain = 14 * field(shape, 90, random) + 9 * field((h, w), 5, random) * (random.random() < 0.6)
        picture = base + grain[..., None] + random.normal(0, 3, (h, w, 1))
        edges = random.random(4) < 0.5 if way == "table" else np.zeros(4, bool)
        if way == "table" and not edges.any():
            edges[random.integers(4)] = True
        inset = np.where(edges, random.uniform(0.04, 0.14, 4), -0.1)
        left, top, right, bottom = inset[0] * w, inset[1] * h, (1 - inset[2]) * w, (1 - inset[3]) * h
        page = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        page = page + random.normal(0, 7, page.shape)
        light = 232 + 10 * random.normal() + 14 * field(shape, 400, random)
        paper = np.stack([light, light - 2, light - random.uniform(2, 16)], axis=-1)
        inside = mask(shape, page, 0.8)
        if way == "table":  # the page's own shadow on the table
            picture = picture * (1 - 0.35 * mask(shape, page + random.uniform(3, 8), 5))
        picture = picture * (1 - inside) + paper * inside
        inks = [pick(test, random) for _ in range({"digit": 1, "empty": 0, "two digits": 2}[sub])]
        side, label = (
            round(random.uniform(0.38, 0.62) * min(h, w)) if len(inks) < 2 else round(0.4 * min(h, w)),
            None,
        )
        x, y = [
            round(each)
            for each in (
                (left.clip(0) + right.clip(0, w)) / 2 - side * len(inks) / 2,
                (top.clip(0) + bottom.clip(0, h)) / 2 - side / 2,
            )
        ]
        colour = np.array([[25, 25, 30], [30, 40, 110], [70, 70, 75]])[random.integers(3)]
        for number, (ink, digit) in enumerate(inks):
            layer = (
                np.asarray(Image.fromarray(np.uint8(255 * ink)).resize((side, side)), float)[..., None] / 255
            )
            at = np.s_[y : y + side, x + number * side : x + (number + 1) * side]
            picture[at] = picture[at] * (1 - layer) + colour * layer
            label = digit if len(inks) == 1 else None
        if way == "thumb":
            picture = put_thumb(picture, random)
        if way in ("finger's shadow", "hard shadow"):
            picture = picture * shade(shape, way, random)
        picture = picture + random.normal(0, random.uniform(1, 4), picture.shape)
        file = io.BytesIO()
        photo = Image.fromarray(picture.clip(0, 255).astype(np.uint8)).filter(
            ImageFilter.GaussianBlur(random.uniform(0.4, 1))
        )
        photo.save(file, "JPEG", quality=int(random.integers(70, 93)))
        return Probe(file.getvalue(), label)

    return one


def put_thumb(picture, random):
    """Return a picture (height, width, 3) with a thumb that comes in from a side or from below."""
    h, w = picture.shape[:2]
    wide, reach = random.uniform(0.14, 0.2) * w, random.uniform(0.1, 0.17) * h
    t = np.linspace(0, np.pi, 30)
    at = random.uniform(0.15, 0.85) * w
    outline = np.stack([at + wide / 2 * np.cos(t), h - (reach - wide / 2) - wide / 2 * np.sin(t)], 1)
    outline = np.concatenate([outline, [[at - wide / 2, h + 9], [at + wide / 2, h + 9]]])
    nail = np.array([at, h - reach * 0.8]) + (outline[:30] - outline[:30].mean(axis=0)) * 0.45
    skin = np.array([[205, 150, 125], [150, 100, 75], [95, 65, 50], [225, 180, 155]])[random.integers(4)]
    shadow = 1 - 0.3 * mask((h, w), outline + np.array([5, -4]), 7)
    inside, shine = mask((h, w), outline, 1.2), mask((h, w), nail, 1.5)
    result = picture * shadow * (1 - inside) + (skin + 6 * field((h, w), 12, random)[..., None]) * inside
    return result * (1 - shine) + (0.7 * skin + 70) * shine


def shade(shape, way, random):
    """Return the light (height, width, 1) in the shadow of a finger, or behind a hard edge."""
    h, w = shape
    if way == "hard shadow":
        at, lean = random.uniform(0.2, 0.8), random.uniform(-0.3, 0.3)
        edge = [[0, (at - lean) * h], [w, (at + lean) * h], [w, h + 9], [0, h + 9]]
        return 1 - random.uniform(0.25, 0.5) * mask(shape, edge, random.uniform(1, 3))
    at, wide, reach = (
        random.uniform(0.1, 0.9) * w,
        random.uniform(0.15, 0.25) * w,
        random.uniform(0.3, 0.6) * h,
    )
    finger = [[at, h], [at + wide, h], [at + wide * 0.9 + 20, h - reach], [at + 25, h - reach * 1.05]]
    return 1 - random.uniform(0.25, 0.5) * mask(shape, finger, random.uniform(5, 14))


def on_form(random, i, test, subs=("box", "double frame", "row of boxes")):
    """A digit on a form: in a box, a double frame, the middle of separate boxes, a circle, or underlined."""
    sub = subs[i % len(subs)]
    ink, label = pick(test, random)
    left, top, right, bottom = box_of(ink).astype(int)
    ink = ink[top:bottom, left:right]
    side = round(max(ink.shape) * random.uniform(1.3, 1.7))
    margin = int(random.integers(10, 28))
    size = side + 2 * margin
    sheet = np.zeros((size, size))
    y, x = ((size - np.array(ink.shape)) / 2 + random.normal(0, 2, 2)).astype(int)
    sheet[y : y + ink.shape[0], x : x + ink.shape[1]] = ink
    frame = Image.new("L", (size, size))
    pencil, line, grey = (
        ImageDraw.Draw(frame),
        int(random.integers(2, 6)),
        int(random.choice([255, 255, 190, 130])),
    )
    low, high = margin, size - margin
    if sub in ("box", "double frame", "row of boxes"):
        pencil.rectangle([low, low, high, high], outline=grey, width=line)
    if sub == "double frame":
        gap = line + int(random.integers(3, 7))
        pencil.rectangle([low - gap, low - gap, high + gap, high + gap], outline=grey, width=line)
    if sub == "row of boxes":  # cut through the neighbours
        gap = int(random.integers(3, max(4, margin - line - 1)))
        pencil.rectangle([low - gap - side, low, low - gap, high], outline=grey, width=line)
        pencil.rectangle([high + gap, low, high + gap + side, high], outline=grey, width=line)
    if sub == "circle":
        grow = 0.12 * side
        t = np.linspace(-1.6, 4.9, 60)
        bend = 1 + random.normal(0, 0.02) * np.cos(2 * t + random.uniform(0, 6)) + 0.02 * np.sin(t)
        ring = size / 2 + (side / 2 + min(grow, margin - 6)) * bend[:, None] * np.stack(
            [np.cos(t), np.sin(t)], 1
        )
        pencil.line([tuple(point) for point in ring], fill=grey, width=line, joint="curve")
    if sub == "underlined":
        level = y + ink.shape[0] + random.uniform(6, 14)
        ends = [
            (x - random.uniform(0, 12), level),
            (x + ink.shape[1] + random.uniform(0, 12), level + random.normal(0, 3)),
        ]
        pencil.line(ends, fill=grey, width=line)
    frame = np.asarray(frame.filter(ImageFilter.GaussianBlur(0.7)), float) / 255
    return Probe(np.maximum(sheet, frame), label)


# --- controls: digits that stay digits --------------------------------------------------------------------


def plain_digit(random, i, test):
    """A test digit, enlarged and framed anew."""
    ink, label = pick(test, random)
    return Probe(ink, label)


def crossed_seven(random, i, test):
    """A test 7 with a bar through its stem."""
    ink, pen = pick(test, random, [7])[0], 0.0
    pen, (left, top, right, bottom) = pen_of(ink), box_of(ink)
    y = top + random.uniform(0.48, 0.62) * (bottom - top)
    x = np.flatnonzero(ink[int(y)] > 0.3)
    half = random.uniform(0.22, 0.34) * max(right - left, 60)
    rise = random.normal(0, 0.12) * half
    return Probe(over(ink, [[(x.mean() - half, y + rise), (x.mean() + half, y - rise)]], 0.9 * pen), 7)


def slashed_zero(random, i, test):
    """A test 0 with a slash from the lower left to the upper right, to its line or a little beyond."""
    while True:
        ink = pick(test, random, [0])[0]
        left, top, right, bottom = box_of(ink)
        if right - left > 0.65 * (bottom - top):
            break
    middle, grow = np.array([left + right, top + bottom]) / 2, random.uniform(0.7, 1.05)
    arm = np.array([right - left, top - bottom]) / 2 * [0.75, 0.75] * grow
    return Probe(over(ink, [[middle - arm, middle + arm]], 0.85 * pen_of(ink)), 0)


def footed_one(random, i, test):
    """A test 1 on a foot."""
    ink = pick(test, random, [1])[0]
    bottom = box_of(ink)[3]
    x = np.flatnonzero(ink[int(bottom) - 4] > 0.2).mean()
    half, pen = random.uniform(18, 34), pen_of(ink)
    tilt = random.normal(0, 2)
    foot = [(x - half, bottom - pen / 2 + tilt), (x + half, bottom - pen / 2 - tilt)]
    return Probe(over(ink, [foot], 0.9 * pen), 1)


def post_office(random, i, test):
    """A test digit as USPS has them: its box stretched to 16x16 grey pixels, which are enlarged."""
    ink, label = pick(test, random)
    left, top, right, bottom = box_of(ink)
    wide = max(right - left, 0.45 * (bottom - top)) if label != 1 else right - left
    picture = Image.fromarray(np.uint8(255 * ink)).crop([int(n) for n in (left, top, right, bottom)])
    picture = picture.resize(
        (max(4, round(16 * min(1, wide / (bottom - top) * 1.15))), 16), Image.Resampling.BOX
    )
    picture = picture.resize((picture.width * 8, 128), Image.Resampling.BICUBIC)
    return Probe(np.pad(np.asarray(picture, float) / 255, 16), label)


@functools.cache
def _scikit_digits():
    from sklearn.datasets import load_digits

    return load_digits()


def scikit_pixels(random, i, test):
    """A digit of scikit-learn's 8x8 pixels, as it is; its ink reaches the upper and the lower border."""
    data = _scikit_digits()
    at = (i * 7 + 3) % len(data.target)
    return Probe(data.images[at] / 16, int(data.target[at]), has_margin=False)


def scikit_digit(random, i, test):
    """A digit of scikit-learn's 8x8 pixels, enlarged smoothly."""
    data = _scikit_digits()
    at = (i * 7 + 3) % len(data.target)
    picture = Image.fromarray(np.uint8(data.images[at] * 255 / 16)).resize(
        (128, 128), Image.Resampling.BICUBIC
    )
    return Probe(np.pad(np.asarray(picture, float) / 255, 16), int(data.target[at]))
