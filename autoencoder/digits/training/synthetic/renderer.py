"""The renderer of synthetic images: strokes drawn with a pen, and pictures traced to strokes."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from autoencoder.data.ink import crop_ink, pen_widths
from autoencoder.data.pictures import Frame, place

# --- the pen ----------------------------------------------------------------------------------------------

Points = npt.NDArray[np.float64]  # (n, 2) or (..., 2), each x to the right and y down
Ink = npt.NDArray[np.float32]  # (height, width), 0..1

CANVAS = 96  # pixels a side of a drawing: four for each pixel of MNIST's box, and a margin
MARGIN = 8
THINNEST, THICKEST = 6.0, 15.0  # pixels of the canvas: pens of 1.5 to 3.75 in MNIST's box


def draw_strokes(strokes: Sequence[Points], width: float) -> Ink:
    """Draw strokes with a pen and return the ink.

    Args:
        strokes: the points (n, 2) of each stroke, in any unit, scaled to the canvas.
        width: the width of the pen, in pixels of the canvas.

    >>> draw_strokes([np.array([[0.0, 0.0], [0.0, 1.0]])], 8.0).shape
    (96, 96)
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (CANVAS - 2 * MARGIN - width) / max(float((high - low).max()), 1e-9)
    offset = CANVAS / 2 - scale * (low + high) / 2
    picture = Image.new("L", (CANVAS, CANVAS))
    pencil = ImageDraw.Draw(picture)
    for stroke, path in zip(strokes, _stroke_paths(points * scale + offset, strokes), strict=True):
        if len(path) > 2:
            pencil.line(path, 255, round(width), joint="curve")
        elif len(stroke) == 2:
            pencil.line(path, 255, round(width))
        for x, y in {path[0], path[-1]}:
            pencil.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)
    return np.asarray(picture, np.float32) / 255


def _stroke_paths(points: Points, strokes: Sequence[Points]) -> list[list[tuple[float, float]]]:
    pairs = list(map(tuple, points.tolist()))
    ends = list(itertools.accumulate(map(len, strokes)))
    return [pairs[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def random_pen_width(random: np.random.Generator) -> float:
    """Return a random width of a pen."""
    return float(random.uniform(THINNEST, THICKEST))


def smooth(points: Points, per_piece: int = 8) -> Points:
    """Return points on a smooth curve through points (Catmull and Rom, 1974), per_piece for each.

    >>> smooth(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]), 2)[:, 0].tolist()
    [0.0, 0.4375, 1.0, 1.5625, 2.0]
    """
    before, after = points[:-1], points[1:]
    tangents = np.empty_like(points)
    tangents[1:-1] = (points[2:] - points[:-2]) / 2
    tangents[0], tangents[-1] = (points[1] - points[0]) / 2, (points[-1] - points[-2]) / 2
    t = (np.arange(per_piece) / per_piece)[None, :, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * before[:, None]
        + (t**3 - 2 * t**2 + t) * tangents[:-1, None]
        + (3 * t**2 - 2 * t**3) * after[:, None]
        + (t**3 - t**2) * tangents[1:, None]
    )
    return np.concatenate([curve.reshape(-1, 2), points[-1:]])


def wobble(strokes: Sequence[Points], random: np.random.Generator, amount: float) -> list[Points]:
    """Distort strokes like another handwriting: slant, stretch and bend them.

    Args:
        strokes: points in any unit.
        random: the generator of the changes.
        amount: the scale of the bends, relative to the size of the drawing.
    """
    points = np.concatenate(strokes)
    middle, size = points.mean(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-9)
    waves = random.uniform(2, 7, (3, 2))
    phases = random.uniform(0, 2 * np.pi, (3, 2))
    far = random.normal(0, amount / 2, (3, 2))
    turn, slant, aspect = random.normal(0, 0.08), random.normal(0, 0.15), np.exp(random.normal(0, 0.12))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ np.array([[aspect, slant], [0, 1 / aspect]])
    unit = (points - middle) / size
    bent = unit.copy()
    for axis in (0, 1):  # each coordinate is bent along the other, along both and along itself
        bent[:, axis] += far[0, axis] * np.sin(waves[0, axis] * unit[:, 1 - axis] + phases[0, axis])
        bent[:, axis] += far[1, axis] * np.sin(waves[1, axis] * unit.sum(axis=1) + phases[1, axis])
        bent[:, axis] += far[2, axis] / 2 * np.sin(2 * waves[2, axis] * unit[:, axis] + phases[2, axis])
    ends = np.cumsum([len(stroke) for stroke in strokes])[:-1]
    return np.split(bent @ matrix.T, ends)


def trace(images: npt.NDArray[Any]) -> list[list[Points]]:
    """Trace pictures: thin their ink to lines, and return these as strokes.

    Args:
        images: (n, height, width), 0..1.

    Returns:
        For each picture pieces of strokes of two points each, in pixels; [] for a black picture.

    >>> bar = np.zeros((1, 9, 9))
    >>> bar[0, 1:8, 3:6] = 1
    >>> sorted({float(x) for piece in trace(bar)[0] for x in piece[:, 0]})
    [4.0]
    """
    lines = thin(images > 0.45)
    height, width = images.shape[1:]
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    near = np.stack(
        [padded[:, dy : dy + height, dx : dx + width] for dy in range(3) for dx in range(3)], axis=-1
    )
    mass = near.sum(axis=-1) + 1e-9
    # The centre of mass around each pixel, to avoid steps of whole pixels.
    x = near @ np.array([-1, 0, 1] * 3) / mass + np.arange(width)
    y = near @ np.array([-1, -1, -1, 0, 0, 0, 1, 1, 1]) / mass + np.arange(height)[:, None]
    result: list[list[Points]] = []
    for line, row, column in zip(lines, y, x, strict=True):
        ys, xs = np.nonzero(line)
        number = np.full((height + 1, width + 2), -1)
        number[ys, xs + 1] = np.arange(len(ys))
        points = np.stack([column[line], row[line]], axis=1)
        pieces: list[Points] = []
        for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
            other = number[ys + dy, xs + 1 + dx]
            linked = other >= 0
            if dy and dx:  # no shortcut across a corner
                linked &= (number[ys, xs + 1 + dx] < 0) & (number[ys + dy, xs + 1] < 0)
            pieces.extend(np.stack([points[linked], points[other[linked]]], axis=1))
        result.append(pieces or [points[:1]] if len(points) else [])
    return result


def thin(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Thin lines in pictures (n, height, width) to one pixel (Zhang and Suen, 1984)."""
    result = np.pad(inside, ((0, 0), (1, 1), (1, 1))).astype(np.uint8)
    todo = np.arange(len(result))
    while len(todo):
        current = result[todo]
        before = current.copy()
        for step in (0, 1):
            # The eight neighbours, clockwise from the one above.
            p = [
                np.roll(current, shift, axis=(1, 2))
                for shift in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
            ]
            count = sum(each.astype(np.uint8) for each in p)
            turns = sum(((p[i] == 0) & (p[(i + 1) % 8] == 1)).astype(np.uint8) for i in range(8))
            if step == 0:
                sides = (p[0] & p[2] & p[4] == 0) & (p[2] & p[4] & p[6] == 0)
            else:
                sides = (p[0] & p[2] & p[6] == 0) & (p[0] & p[4] & p[6] == 0)
            gone = (current == 1) & (count >= 2) & (count <= 6) & (turns == 1) & sides
            current[gone] = 0
        result[todo] = current
        todo = todo[(current != before).any(axis=(1, 2))]
    return result[:, 1:-1, 1:-1] > 0


# --- the renderer -----------------------------------------------------------------------------------------

WOBBLE = 0.06  # of the size of a drawing


def typeset(ink: Ink, frame: Frame, random: np.random.Generator) -> Ink:
    """Render a character's ink as an image: slant it slightly, vary its width, place it in a frame."""
    height, width = ink.shape
    side = 2 * max(height, width)
    turn, slant = random.normal(0, 0.06), random.normal(0, 0.12)
    x, y = np.cos(turn), np.sin(turn)
    # The matrix maps the result to the character, so a narrow result needs a large scale.
    matrix = np.array([[1 / _random_width(random), slant], [0, 1]]) @ np.array([[x, -y], [y, x]])
    offset = np.array([width, height]) / 2 - matrix @ np.array([side, side]) / 2
    picture = Image.fromarray((ink * 255).astype(np.uint8)).transform(
        (side, side),
        Image.Transform.AFFINE,
        (*matrix[0], offset[0], *matrix[1], offset[1]),
        Image.Resampling.BILINEAR,
    )
    slanted = np.asarray(picture, np.float32) / 255
    if random.random() < 0.7:
        slanted = _change_width(slanted, random.uniform(1.5, 3.6) * max(ink.shape) / max(frame.box))
    return place(crop_ink(slanted), frame)


def handwrite(strokes: Sequence[Points], frame: Frame, random: np.random.Generator) -> Ink:
    """Render strokes as handwriting: distort them, draw them with a random pen, in a frame."""
    if not strokes:
        return np.zeros(frame.shape, np.float32)
    narrow = [1.0, 1.0] if random.random() < 0.5 else [_random_width(random), 1.0]
    bent = wobble([stroke * narrow for stroke in strokes], random, random.uniform(0, WOBBLE))
    return draw_in_frame(bent, frame, random)


def draw_in_frame(strokes: Sequence[Points], frame: Frame, random: np.random.Generator) -> Ink:
    """Render strokes with a random pen, in a frame."""
    return place(crop_ink(draw_strokes(strokes, random_pen_width(random))), frame)


def _random_width(random: np.random.Generator) -> float:
    """Return a random relative width of a character; some fonts and handwritings are narrow."""
    return float(random.uniform(0.3, 0.9) if random.random() < 0.3 else np.exp(random.normal(0, 0.12)))


def _change_width(ink: Ink, width: float) -> Ink:
    """Change the width of strokes to about `width` pixels, or to half of their width if that is more."""
    now = float(pen_widths(ink[None])[0])
    radius = round((max(width, 0.5 * now) - now) / 2)
    picture = Image.fromarray((ink * 255).astype(np.uint8))
    change = ImageFilter.MaxFilter(3) if radius > 0 else ImageFilter.MinFilter(3)
    for _ in range(min(abs(radius), 8)):
        picture = picture.filter(change)
    result = np.asarray(picture, np.float32) / 255
    return result if result.max() > 0.5 else ink
