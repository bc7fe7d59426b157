"""Test digits in frames of forms, and on photographed pages with what lies around them, for the measurements.

Scenes are functions of the place of each pixel: a page is where four half-planes meet, a line is where the
distance to it is small. The code that looks for frames and pages was written beside other pictures.
"""

import functools
import io

import numpy as np
import scipy
from PIL import Image

from autoencoder.data.pictures import normalise_picture

SIDE = 320  # pixels of the longer side of a scene


# --- ink, light and the camera ----------------------------------------------------------------------------


def _places(height, width):
    """Return the row and the column of each pixel, from the middle, in halves of the shorter side."""
    y, x = np.mgrid[:height, :width] + 0.5
    half = min(height, width) / 2
    return (y - height / 2) / half, (x - width / 2) / half


def _ink_at(digit, y, x, row, column, high, turn=0.0):
    """Return the ink of a digit, 20 of whose 28 pixels are `high`, at places (y, x)."""
    cosine, sine = np.cos(turn), np.sin(turn)
    down, right = y - row, x - column
    pixel = 20 / high
    places = [(cosine * down - sine * right) * pixel + 13.5, (sine * down + cosine * right) * pixel + 13.5]
    return scipy.ndimage.map_coordinates(digit, places, order=3, mode="constant").clip(0, 1)


def _photograph(scene, random):
    """Return a scene as a camera has it: lit from a side, out of focus, with noise, as JPEG."""
    y, x = _places(*scene.shape)
    direction = random.uniform(0, 2 * np.pi)
    lit = scene * (0.95 + random.uniform(0, 0.1) * (np.cos(direction) * x + np.sin(direction) * y))
    blurred = scipy.ndimage.uniform_filter(lit, int(random.integers(1, 4)))
    grain = scipy.ndimage.gaussian_filter(random.normal(0, 1, scene.shape), 0.6)
    noisy = blurred + random.uniform(0.005, 0.03) * grain
    file = io.BytesIO()
    Image.fromarray((noisy.clip(0, 1) * 255).astype(np.uint8)).save(
        file, "JPEG", quality=int(random.integers(50, 96))
    )
    return np.asarray(Image.open(file), np.float32) / 255


# --- forms ------------------------------------------------------------------------------------------------


def _line_along(distance, along, length, width, style, random):
    """Return the ink of a side of a frame, by the distance from it and the place along it."""
    pixel = 2 / SIDE
    ink = ((width / 2 - distance) / pixel + 0.5).clip(0, 1) * ((along >= 0) & (along <= length))
    if style == "dotted":
        period = width * random.uniform(2, 3)
        return ink * (np.mod(along, period) < period / 2)
    if style == "broken":
        start, gap = random.uniform(0.2, 0.7) * length, random.uniform(0.05, 0.14) * length
        return ink * ((along < start) | (along > start + gap))
    return ink


def _frame_ink(y, x, top, left, high, wide, style, random):
    width = random.uniform(0.012, 0.04)
    if style == "rounded":
        radius = random.uniform(0.1, 0.22) * min(high, wide)
        down = np.abs(y - top - high / 2) - high / 2 + radius
        right = np.abs(x - left - wide / 2) - wide / 2 + radius
        outside = np.hypot(down.clip(0, None), right.clip(0, None)) + np.minimum(np.maximum(down, right), 0)
        return ((width / 2 - np.abs(outside - radius)) * SIDE / 2 + 0.5).clip(0, 1)
    sides = [
        (y - top, x - left, wide),
        (y - top - high, x - left, wide),
        (x - left, y - top, high),
        (x - left - wide, y - top, high),
    ]
    return np.max([_line_along(np.abs(d), a, n, width, style, random) for d, a, n in sides], axis=0)


def form(digits, random, style="plain"):
    """Return a digit in a box of a form, (height, width), and its label; None in an empty box."""
    y, x = _places(SIDE, SIDE)
    turn = np.radians(random.uniform(-5, 5) if style == "turned" else random.uniform(-1, 1))
    y, x = np.cos(turn) * y - np.sin(turn) * x, np.sin(turn) * y + np.cos(turn) * x
    wide = random.uniform(0.45, 0.6) if style == "comb" else random.uniform(0.8, 1.4)
    high = wide * random.uniform(1, 1.3)
    row, column = random.uniform(-0.1, 0.1, 2)
    if style == "cut":
        column = 1 - wide / 2 + random.uniform(0.02, 0.08)
    top, left = row - high / 2, column - wide / 2
    lines = _frame_ink(y, x, top, left, high, wide, style, random)
    if style == "comb":
        for number in range(-int(random.integers(0, 3)), int(random.integers(1, 3)) + 1):
            lines = np.maximum(lines, _frame_ink(y, x, top, left + number * wide, high, wide, style, random))
    image, label = digits
    ink = np.zeros(y.shape)
    if style != "empty":
        tall = min(high, wide) * random.uniform(0.5, 0.7)
        spare = (min(high, wide) - tall) / 4
        shift = random.uniform(-spare, spare, 2)
        ink = _ink_at(image, y, x, row + shift[0], column + shift[1], tall)
    ink = np.maximum(ink, random.uniform(0.4, 1) * lines)
    depth = random.uniform(0.55, 0.85)
    scene = random.uniform(0.8, 1) * (1 - depth * ink)
    if random.random() < 0.2:
        scene = 1 - scene
    return (_photograph(scene, random) if random.random() < 0.5 else scene.astype(np.float32)), label


# --- photographed pages -----------------------------------------------------------------------------------


def _boards(y, x, random):
    """Return a table of wooden boards: fine grain along them, and dark joints."""
    level = random.uniform(0.2, 0.55)
    grain = scipy.ndimage.gaussian_filter1d(random.normal(0, 1, y.shape), 25, axis=1)
    joints = np.abs(np.mod(y + 0.1, random.uniform(0.3, 0.6)) - 0.05) < 0.012
    return (level * (1 + 0.35 * grain / grain.std() * 0.5)).clip(0, 0.7) * np.where(joints, 0.5, 1)


def _tiles(y, x, random):
    """Return a table of tiles in three greys."""
    size = random.uniform(0.15, 0.4)
    shades = random.uniform(0.1, 0.5, (64, 64))
    return shades[(np.floor(y / size).astype(int) + 32) % 64, (np.floor(x / size).astype(int) + 32) % 64]


def _dark(y, x, random):
    return np.full(y.shape, random.uniform(0.02, 0.25))


TABLES = (_boards, _tiles, _dark)


def page(digits, random, kind="edges", count=1):
    """Return a photograph of a page with `count` digits, and the label of the last one.

    Args:
        digits: a function that returns an image and its label.
        random: the source of choices.
        kind: "edges" for one to four edges of the page, "corner" for one corner of it, "thumb" for a thumb
            that holds it, "shadow" for a hand's shadow.
        count: the number of digits.
    """
    height, width = (SIDE, int(SIDE * random.uniform(0.7, 1)))[:: random.choice([-1, 1])]
    y, x = _places(height, width)
    extent = height / min(height, width), width / min(height, width)
    # The page is where the distances from its four edges are positive, each turned a little by itself.
    edges = {
        "edges": random.random(4) < 0.6,
        "corner": np.roll([True, False, False, True], random.integers(4)),
    }
    shown = edges.get(kind, random.random(4) < 0.25)
    if kind == "edges" and not shown.any():
        shown[random.integers(4)] = True
    inside = np.full(y.shape, np.inf)
    for number, (down, right, limit) in enumerate(
        [(1, 0, extent[0]), (0, 1, extent[1]), (-1, 0, extent[0]), (0, -1, extent[1])]
    ):
        if shown[number]:
            angle = random.normal(0, 0.06)
            distance = (down * y + right * x) * np.cos(angle) + (right * y - down * x) * np.sin(angle)
            inside = np.minimum(inside, limit * random.uniform(0.68, 0.95) - distance)
    paper = ((inside * min(height, width) / 2) + 0.5).clip(0, 1)
    ink, label = np.zeros(y.shape), None
    tall, turn = (
        (random.uniform(0.55, 0.95) if count < 2 else random.uniform(0.4, 0.6)),
        random.normal(0, 0.06),
    )
    for number in range(count):
        image, label = digits()
        column = random.uniform(-0.1, 0.1) + (number - (count - 1) / 2) * 1.2 * tall
        ink = np.maximum(ink, _ink_at(image, y, x, random.uniform(-0.12, 0.12), column, tall, turn))
    table = TABLES[random.integers(len(TABLES))](y, x, random)
    table = table * (1 - 0.5 * np.exp(-(np.abs(inside.clip(-9, 0)) / 0.06)))  # the shadow of the page
    scene = table * (1 - paper) + paper * random.uniform(0.75, 0.95) * (1 - random.uniform(0.5, 0.85) * ink)
    if kind in ("thumb", "shadow"):
        scene = _with_hand(scene, y, x, extent, kind, random)
    return _photograph(scene, random), label


def _with_hand(scene, y, x, extent, kind, random):
    """Return a scene with the end of a thumb at its border, an ellipse, or with its shadow."""
    side = random.choice([-1, 1])
    row, column = (side * extent[0], random.uniform(-0.8, 0.8) * extent[1])
    down, right = (y - row, x - column) if random.random() < 0.5 else (y - column * 0.8, x - side * extent[1])
    ellipse = np.hypot(down / random.uniform(0.25, 0.35), right / random.uniform(0.25, 0.35))
    soft = 0.05 if kind == "thumb" else random.uniform(0.1, 0.5)
    over = 1 / (1 + np.exp((ellipse - 1) / soft * 2))
    if kind == "shadow":
        return scene * (1 - random.uniform(0.3, 0.5) * over)
    return scene * (1 - over) + over * (random.uniform(0.35, 0.6) + 0.1 * (1 - ellipse.clip(0, 1)))


# --- kinds ------------------------------------------------------------------------------------------------

FORMS = ("plain", "rounded", "dotted", "broken", "turned", "cut", "comb")
PAGES = ("edges", "corner", "thumb", "shadow")


def framed_file(digits, count, random):
    """Return digits in the boxes of forms, normalised, and their labels."""
    return _scenes(lambda one, random, style: form(one(), random, style), FORMS, digits, count, random)


def photographed_file(digits, count, random):
    """Return digits on photographed pages with what lies around them, normalised, and their labels."""
    return _scenes(page, PAGES, digits, count, random)


def empty_frames(digits, count, random):
    """Return boxes of forms with nothing in them, normalised."""
    return _scenes(lambda one, random, style: form(one(), random, style), ["empty"], digits, count, random)[0]


def empty_pages(digits, count, random):
    """Return photographed pages with nothing on them, normalised."""
    return _scenes(functools.partial(page, count=0), PAGES, digits, count, random)[0]


def pairs_on_pages(digits, count, random):
    """Return photographed pages with two digits, normalised."""
    return _scenes(functools.partial(page, count=2), PAGES, digits, count, random)[0]


def _scenes(draw, kinds, digits, count, random):
    """Return pictures by a function of a source of digits, of choices and a kind; and their labels."""

    def one():
        row = random.integers(len(digits))
        return digits.images[row].reshape(digits.shape), digits.labels[row]

    scenes = [draw(one, random, kinds[number % len(kinds)]) for number in range(count)]
    labels = np.array([-1 if label is None else label for _, label in scenes], np.int64)
    return np.array([normalise_picture(picture).ravel() for picture, _ in scenes], np.float32), labels
