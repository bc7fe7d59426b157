"""Further positives: digits redrawn and typeset with the pens and fonts of the negatives, and of displays."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from autoencoder.data.ink import crop_ink, pen_widths
from autoencoder.data.pictures import Array, normalise_picture, place
from autoencoder.digits.training.synthetic import overwriting, renderer, sources
from autoencoder.digits.training.synthetic.renderer import Points, trace
from autoencoder.digits.training.synthetic.sources import ImageSource, Random

Labels = npt.NDArray[np.int64]

# For each image of the data set.
REDRAWN, TYPED, TYPED_BY_HAND, PLAIN, EXTENDED, THIN, OF_SEGMENTS = 0.4, 0.2, 0.08, 0.03, 0.08, 0.2, 0.04
SHARE = REDRAWN + TYPED + TYPED_BY_HAND + PLAIN + EXTENDED + THIN + OF_SEGMENTS


def training_positives(source: ImageSource, seed: int) -> tuple[Array, Labels]:
    """Return further images of a data set's labels, (n, height * width), and their labels, (n,).

    For digits these are redrawn and typeset digits; for other data sets the arrays are empty.
    """
    count, random = len(source.dataset), np.random.default_rng([seed, 7])
    parts = [(np.zeros((0, source.shape[0] * source.shape[1]), np.float32), np.zeros(0, np.int64))]
    if source.are_digits:
        parts.append(redraw_images(source, round(count * REDRAWN), random))
        parts.append(typeset_digits(source, round(count * TYPED), random))
        parts.append(trace_typeset_digits(source, round(count * TYPED_BY_HAND), random))
        parts.append(plain_digits(source, round(count * PLAIN), random))
        parts.append(overwriting.extended_digits(source, round(count * EXTENDED), random))
        parts.append(thin_images(source, round(count * THIN), random))
        parts.append(segment_digits(source, round(count * OF_SEGMENTS), random))
    images, labels = zip(*parts, strict=True)
    return np.concatenate(images), np.concatenate(labels)


def thin_images(source: ImageSource, count: int, random: Random) -> tuple[Array, Labels]:
    """Return images again, of the third with the thinnest strokes, and their labels.

    Halves of digits are learnt as something else, and a thin digit is as much like them as like most digits.
    """
    widths = pen_widths(source.dataset.images.reshape(-1, *source.shape))
    numbers = random.choice(np.argsort(widths, kind="stable")[: max(1, len(widths) // 3)], count)
    return source.dataset.images[numbers], source.dataset.labels[numbers]


def redraw_images(source: ImageSource, count: int, random: Random) -> tuple[Array, Labels]:
    """Return images redrawn with a pen, and their labels."""
    numbers = random.integers(len(source.dataset), size=count)
    lines = trace(source.dataset.images[numbers].reshape(-1, *source.shape))
    images = _flatten_pictures([renderer.handwrite(line, source.frame, random) for line in lines], source)
    return images, source.dataset.labels[numbers]


def typeset_digits(source: ImageSource, count: int, random: Random) -> tuple[Array, Labels]:
    """Return typeset digits and their labels."""
    inks, numbers = sources.draw_digits(count, random)
    images = _flatten_pictures([renderer.typeset(ink, source.frame, random) for ink in inks], source)
    return images, np.array(numbers, np.int64)


def trace_typeset_digits(source: ImageSource, count: int, random: Random) -> tuple[Array, Labels]:
    """Return typeset digits redrawn with a pen, and their labels."""
    images, numbers = typeset_digits(source, count, random)
    lines = trace(images.reshape(-1, *source.shape))
    return _flatten_pictures(
        [renderer.handwrite(line, source.frame, random) for line in lines], source
    ), numbers


def plain_digits(source: ImageSource, count: int, random: Random) -> tuple[Array, Labels]:
    """Return digits of straight lines, as in schoolbooks, and their labels.

    They add the 1 with a flag and without a foot, which MNIST's mostly American writers and the fonts lack.
    """
    labels = random.choice([1, 1, 1, 4, 7, 7], count)
    strokes = [_PLAIN[label](random) for label in labels.tolist()]
    return _flatten_pictures(
        [renderer.handwrite(each, source.frame, random) for each in strokes], source
    ), labels


def _one(random: Random) -> list[Points]:
    across, down = random.uniform(0.15, 0.45), random.uniform(0.12, 0.4)
    return [np.array([[-across, down], [0, 0], [0, 1]])]


def _four(random: Random) -> list[Points]:
    bar, stem = random.uniform(0.6, 0.75), random.uniform(0.45, 0.6)
    foot = np.array([[stem, 0 if random.random() < 0.7 else 0.35], [stem, 1]])
    return [
        np.array([[random.uniform(0.3, stem), 0], [0, bar], [stem + random.uniform(0.1, 0.25), bar]]),
        foot,
    ]


def _seven_strokes(random: Random) -> list[Points]:
    wide, foot = random.uniform(0.5, 0.75), random.uniform(0.0, 0.35)
    lines = [np.array([[0, 0], [wide, 0], [foot, 1]])]
    if random.random() < 0.35:
        middle = np.array([(wide + foot) / 2, random.uniform(0.45, 0.55)])
        lines.append(middle + np.array([[-0.2, 0], [0.2, 0]]))
    if random.random() < 0.2:
        lines[0] = np.concatenate([[[0, random.uniform(0.08, 0.18)]], lines[0]])
    return lines


_PLAIN = {1: _one, 4: _four, 7: _seven_strokes}


# The ends of the segments a to g in a box 1 wide and 2 high, and the segments of each digit; 6 and 9 have two
# forms.
_SEGMENTS = dict(zip("abcdefg", ["0010", "1011", "1112", "0212", "0102", "0001", "0111"], strict=True))
_LIT = {
    0: ["abcdef"],
    1: ["bc"],
    2: ["abdeg"],
    3: ["abcdg"],
    4: ["bcfg"],
    5: ["acdfg"],
    6: ["acdefg", "cdefg"],
    7: ["abc"],
    8: ["abcdefg"],
    9: ["abcdfg", "abcfg"],
}


def segment_digits(source: ImageSource, count: int, random: Random) -> tuple[Array, Labels]:
    """Return digits of seven segments, as displays show them, and their labels.

    They are upright or slanted, some with a glow of the segments that are off. Every other one is framed as a
    user's picture of a display is.
    """
    labels = random.integers(10, size=count)
    result = []
    for number, label in enumerate(labels.tolist()):
        ink = _light(str(random.choice(_LIT[label])), random)
        if number % 2:
            ground, light = random.uniform(0, 1, 2)
            while abs(ground - light) < 0.3:
                ground, light = random.uniform(0, 1, 2)
            page = np.pad(ink, [tuple(random.integers(8, 40, 2)) for _ in range(2)])
            noise = random.normal(0, random.uniform(0, 0.03), page.shape)
            picture = (ground + (light - ground) * page + noise).clip(0, 1)
            result.append(normalise_picture(picture, source.frame, may_have_frame=False))
        else:
            result.append(place(crop_ink(ink), source.frame))
    return _flatten_pictures(result, source), labels


def _light(lit: str, random: Random) -> renderer.Ink:
    """Return the ink of a display with some segments lit."""
    wide, thick = random.uniform(0.35, 0.65) * renderer.CANVAS, random.uniform(0.05, 0.16)
    gap, tip, slant = random.uniform(0, 0.06), random.uniform(0, 1), random.uniform(0, 0.2)
    off = random.uniform(15, 50) if random.random() < 0.3 else 0
    picture = Image.new("L", (round(1.3 * renderer.CANVAS), renderer.CANVAS))
    for name in sorted(_SEGMENTS, key=lambda name: name in lit):  # what is lit above what is off
        ends = np.array([*_SEGMENTS[name]], float).reshape(2, 2)
        along = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
        side, point = along[::-1] * thick, along * thick * tip
        start, end = ends[0] + along * gap + point, ends[1] - along * gap - point
        outline = np.array([start - point, start + side, end + side, end + point, end - side, start - side])
        outline = (outline + thick) / [1 + 2 * thick, 2 + 2 * thick]
        across = outline[:, 0] * wide + slant * renderer.CANVAS * (1 - outline[:, 1])
        points = np.stack([across, outline[:, 1] * (renderer.CANVAS - 1)], axis=1)
        ImageDraw.Draw(picture).polygon(points.ravel().tolist(), 255 if name in lit else round(off))
    return np.asarray(picture, np.float32) / 255


def _flatten_pictures(pictures: list[npt.NDArray[np.float32]], source: ImageSource) -> Array:
    return np.array(pictures, np.float32).reshape(-1, source.shape[0] * source.shape[1])
