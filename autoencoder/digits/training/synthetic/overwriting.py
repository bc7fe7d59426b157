"""Digits that are struck out or written over each other; and overwritten digits that stay what they are.

A seven may be crossed, a zero slashed, a one may have a foot and a flag, and any digit parts that were drawn
twice.
"""

import numpy as np
import numpy.typing as npt
import scipy
from PIL import Image, ImageDraw

from autoencoder.data.ink import crop_ink, pen_widths
from autoencoder.data.pictures import Array, place
from autoencoder.digits.training.synthetic.drawings import Strokes
from autoencoder.digits.training.synthetic.renderer import Ink, Points, handwrite, smooth, trace
from autoencoder.digits.training.synthetic.sources import ImageSource, Random, rows_of_two_labels

_FINE = 4  # pixels of the pen's canvas for each pixel of the image
_INK = 0.4
_BESIDE = np.array([[0, 1, 1, 1, 0], [1] * 5, [1] * 5, [1] * 5, [0, 1, 1, 1, 0]])
ALL = tuple(range(10))
NEW_INK = 0.25  # the share of a digit's ink that the other leaves free, so that both are seen

LEAST_LINE = 8  # pixels of a line that are not on the digit, so that it is seen


# --- negatives --------------------------------------------------------------------------------------------


def struck_digits(source: ImageSource, count: int, random: Random) -> Array:
    """Return digits with a line or two through them or under them, a cross, a wave or a scribble over them.

    Half of them are redrawn with a pen, of the others half are left in their place.
    """
    result = np.zeros((count, source.dataset.images.shape[1]), np.float32)
    for row, (image, line, label) in enumerate(_trace_images(source, count, random)):
        for _ in range(20):
            strokes = strike(np.concatenate(line), label, random)
            if (
                _new_ink(_draw_lines(strokes, 2.0, source.shape), image) * sum(map(_length, strokes))
                > LEAST_LINE
            ):
                break
        result[row] = _add_strokes(image, line, strokes, source, random).ravel()
    return result


def strike(points: Points, label: int, random: Random) -> Strokes:
    """Return strokes that strike a digit out, given the points of its lines.

    A single line makes no seven of a crossed seven, no zero of a slashed one, and no one of a one with a bar
    at its end or along it.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    middle, size = (low + high) / 2, float((high - low).max())
    kind = random.choice(6, p=[0.33, 0.17, 0.18, 0.15, 0.09, 0.08])
    if kind == 0 or (kind == 5 and label == 1):  # a 1 may have a foot
        return [_line_through(points, label, random)]
    if kind == 5:  # a line under it
        down = high[1] + size * random.uniform(0.12, 0.35)
        ends = random.uniform(0.0, 0.3, 2) * size * [-1, 1] + [low[0], high[0]]
        return [np.stack([ends, down + random.normal(0, 0.03 * size, 2)], axis=1)]
    middle = middle + random.normal(0, 0.05, 2) * size
    half = size * random.uniform(0.45, 0.75)
    angle = random.normal(0, 0.3) if random.random() < 0.6 else random.uniform(-np.pi / 2, np.pi / 2)
    if label == 1 and abs(angle) > 0.8:
        angle = random.normal(0, 0.3)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    if kind == 1:  # two or three parallel lines
        number = 2 if random.random() < 0.8 else 3
        apart = size * random.uniform(0.15, 0.35)
        lines = [
            middle + across * apart * (each - (number - 1) / 2) + along * half * np.array([[-1], [1]])
            for each in range(number)
        ]
        return [line + random.normal(0, 0.02 * size, (2, 2)) for line in lines]
    if kind == 2:  # a cross
        wide, high_half = np.maximum((high - low) / 2, 0.25 * size) * random.uniform(0.85, 1.3)
        ends = np.array([[-wide, -high_half], [wide, high_half]])
        return [
            middle + each + random.normal(0, 0.06 * size, (2, 2)) for each in (ends, ends * np.array([-1, 1]))
        ]
    turns = int(random.integers(4, 11))
    places = np.linspace(-half, half, turns)
    heights = np.where(np.arange(turns) % 2, 1, -1) * size * random.uniform(0.08, 0.4)
    if kind == 4:  # a wave
        heights = heights * 0.4
    scribble = middle + places[:, None] * along + heights[:, None] * across
    scribble = scribble + random.normal(0, 0.05 * size, scribble.shape)
    return [smooth(scribble) if kind == 4 or random.random() < 0.5 else scribble]


def _line_through(points: Points, label: int, random: Random) -> Points:
    """Return a line across a digit, mostly beside the digit's own lines."""
    low, high = points.min(axis=0), points.max(axis=0)
    size = float((high - low).max())
    while True:
        angle = random.choice([random.normal(0, 0.12), random.normal(-0.6, 0.2), random.normal(0.6, 0.2)])
        if (label in (0, 1) and abs(angle) > 0.3) or (label == 7 and -1.2 < angle < -0.15):
            continue
        along = np.array([np.cos(angle), np.sin(angle)])
        middle = (low + high) / 2 + random.uniform(-0.2, 0.2, 2) * (high - low)
        reach = np.abs((high - low) @ np.abs(along)) / 2 if label != 1 else size * 0.3
        ends = middle + np.outer([-1, 1], along) * (reach + size * random.uniform(0.06, 0.3))
        line = ends[0] + (ends[1] - ends[0]) * np.linspace(0, 1, 24)[:, None]
        nearest = np.sqrt(((line[:, None] - points[None]) ** 2).sum(axis=2).min(axis=1))
        if (nearest > 0.1 * size).mean() > 0.45:
            bend = np.sin(np.linspace(0, np.pi, 24))[:, None] * [-along[1], along[0]]
            return np.asarray(line + bend * size * random.normal(0, 0.04))


def overwritten_digits(source: ImageSource, count: int, random: Random) -> Array:
    """Return two digits of different labels over each other; neither has almost all of the ink.

    Half of them are redrawn with one pen.
    """
    images, labels = source.dataset.images.reshape(-1, *source.shape), source.dataset.labels
    result = np.empty((count, images[0].size), np.float32)
    for row in range(count):
        for _ in range(20):  # give up for images that cover each other
            (first,), (second,) = rows_of_two_labels(labels, 1, random)
            one, other = images[first], _jitter(images[second], random)
            if min(_new_ink(one, other), _new_ink(other, one)) > NEW_INK:
                break
        if row % 2:
            strokes = [stroke for line in trace(np.stack([one, other])) for stroke in line]
            picture = handwrite(strokes, source.frame, random)
        else:
            picture = np.maximum(one, other)
            if row % 4:
                picture = place(crop_ink(picture), source.frame)
        result[row] = picture.ravel()
    return result


def _new_ink(one: Ink, other: Ink) -> float:
    """Return the share of a picture's ink that is not on another's, or beside it."""
    ink, covered = one > _INK, scipy.ndimage.binary_dilation(other > _INK, _BESIDE)
    return float((ink & ~covered).sum() / max(1, ink.sum()))


def _length(stroke: Points) -> float:
    return float(np.hypot(*np.diff(stroke, axis=0).T).sum())


def _jitter(image: Ink, random: Random) -> Ink:
    """Return an image shifted by up to 2 pixels and scaled a little."""
    height, width = image.shape
    scale, (right, down) = np.exp(random.normal(0, 0.12)), random.uniform(-2, 2, 2)
    flat = (scale, 0, (1 - scale) * width / 2 + right, 0, scale, (1 - scale) * height / 2 + down)
    moved = Image.fromarray(image).transform(
        (width, height), Image.Transform.AFFINE, flat, Image.Resampling.BILINEAR
    )
    return np.asarray(moved)


# --- positives --------------------------------------------------------------------------------------------


def extended_digits(source: ImageSource, count: int, random: Random) -> tuple[Array, npt.NDArray[np.int64]]:
    """Return crossed sevens, slashed zeros, ones with a foot or a flag and retouched digits, and labels."""
    images, labels = [np.zeros((0, source.dataset.images.shape[1]), np.float32)], []
    for add, of, share in (
        (_bar, (7,), 0.22),
        (_slash, (0,), 0.18),
        (_foot, (1,), 0.22),
        (_retouch, ALL, 0.38),
    ):
        for image, line, label in _trace_images(source, round(count * share), random, of):
            strokes = add(np.concatenate(line), line, random)
            images.append(_add_strokes(image, line, strokes, source, random).reshape(1, -1))
            labels.append(label)
    return np.concatenate(images), np.array(labels, np.int64)


def _bar(points: Points, line: Strokes, random: Random) -> Strokes:
    """Return a short bar across the stem of a 7."""
    low, high = points.min(axis=0), points.max(axis=0)
    y = low[1] + random.uniform(0.4, 0.65) * (high[1] - low[1])
    stem = points[np.abs(points[:, 1] - y).argsort()[:4], 0].mean()
    half = max(high[0] - low[0], 0.3 * (high[1] - low[1])) * random.uniform(0.2, 0.42)
    rise = half * random.normal(0.1, 0.2)
    return [np.array([[stem - half * random.uniform(0.8, 1.2), y + rise], [stem + half, y - rise]])]


def _slash(points: Points, line: Strokes, random: Random) -> Strokes:
    """Return a line through a 0, from the lower left to the upper right."""
    low, high = points.min(axis=0), points.max(axis=0)
    part = random.uniform(0.25, 0.6) * (high - low) * [random.uniform(0.5, 1), 1]
    part[0] = min(part[0], 1.2 * part[1])
    middle = (low + high) / 2 + random.normal(0, 0.03, 2) * (high - low)
    return [np.array([middle - part * [1, -1], middle + part * [1, -1]])]


def _foot(points: Points, line: Strokes, random: Random) -> Strokes:
    """Return a level bar under a 1, and a short flag at its top."""
    top, bottom = points[points[:, 1].argmin()], points[points[:, 1].argmax()]
    size, strokes = bottom[1] - top[1], []
    kind = random.integers(3)
    if kind != 1:
        left, right = size * random.uniform(0.12, 0.3, 2)
        strokes.append(bottom + np.array([[-left, random.normal(0, 0.02) * size], [right, 0]]))
    if kind != 0:
        strokes.append(
            np.stack([top - [size * random.uniform(0.1, 0.3), -size * random.uniform(0.08, 0.3)], top])
        )
    return strokes


def _retouch(points: Points, line: Strokes, random: Random) -> Strokes:
    """Return a part of a digit's lines, a little beside themselves."""
    size = float(np.ptp(points, axis=0).max())
    centre, reach = points[random.integers(len(points))], size * random.uniform(0.2, 0.6)
    shift = random.normal(0, 0.025, 2) * size
    return [stroke + shift for stroke in line if np.hypot(*(stroke.mean(axis=0) - centre)) < reach]


# --- both -------------------------------------------------------------------------------------------------


def _trace_images(
    source: ImageSource, count: int, random: Random, labels: tuple[int, ...] = ALL
) -> list[tuple[Ink, Strokes, int]]:
    """Return random images of some labels, each with its lines and its label."""
    rows = np.flatnonzero(np.isin(source.dataset.labels, labels))
    rows = random.choice(rows, count if len(rows) else 0)
    images = source.dataset.images[rows].reshape(-1, *source.shape)
    lines = trace(images)
    return [
        (image, line, int(label))
        for image, line, label in zip(images, lines, source.dataset.labels[rows], strict=True)
        if line
    ]


def _add_strokes(image: Ink, line: Strokes, strokes: Strokes, source: ImageSource, random: Random) -> Ink:
    """Return an image with further strokes, half of the time redrawn with one pen."""
    if random.random() < 0.5:
        return handwrite([*line, *strokes], source.frame, random)
    width = float(pen_widths(image[None])[0]) * random.uniform(0.6, 1.15)
    picture = np.maximum(image, _draw_lines(strokes, max(1.0, width), source.shape))
    return place(crop_ink(picture), source.frame) if random.random() < 0.5 else picture


def _draw_lines(strokes: Strokes, width: float, shape: tuple[int, int]) -> Ink:
    """Return strokes of a round pen, in pixels of a picture."""
    height, pixels = shape
    picture = Image.new("L", (_FINE * pixels, _FINE * height))
    pencil, radius = ImageDraw.Draw(picture), _FINE * width / 2
    for stroke in strokes:
        path = [tuple(point) for point in (_FINE * (stroke + 0.5)).tolist()]
        pencil.line(path, 255, round(2 * radius), joint="curve")
        for x, y in (path[0], path[-1]):
            pencil.ellipse((x - radius, y - radius, x + radius, y + radius), 255)
    return np.asarray(picture.resize((pixels, height), Image.Resampling.BOX), np.float32) / 255
