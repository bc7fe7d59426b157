"""Negatives made of pieces of a data set's own images."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from autoencoder.data.idx import Dataset
from autoencoder.data.ink import crop_ink
from autoencoder.data.pictures import Array, place
from autoencoder.digits.training.synthetic.renderer import Points, trace
from autoencoder.digits.training.synthetic.sources import ImageSource, Random, rows_of_two_labels


def collages(source: ImageSource, count: int, random: Random) -> Array:
    """Return collages of two images of different labels, split by a straight line near the middle."""
    some, others = pairs(source.dataset, count, random)
    return np.where(_half_planes(source.shape, count, random), some, others)


def cuts(source: ImageSource, count: int, random: Random) -> Array:
    """Return images with one side of a straight line near the middle blackened."""
    return np.where(_half_planes(source.shape, count, random), source.sample(count, random), 0)


def jigsaws(source: ImageSource, count: int, random: Random) -> Array:
    """Return 2x2 or 4x4 shuffled tiles of one image, or of several images in every other picture."""
    digits = source.dataset
    result = np.empty((count, digits.images.shape[1]), np.float32)
    for row in range(count):
        side = (2, 4)[row // 2 % 2]
        height, width = (length // side for length in digits.shape)
        places = [(y * height, x * width) for y in range(side) for x in range(side)]
        order = random.permutation(len(places))
        while (order == np.arange(len(places))).any() and side == 2:  # no tile of the four stays
            order = random.permutation(len(places))
        sources = random.integers(len(digits), size=len(places) if row % 2 else 1)
        images = digits.images[sources].reshape(-1, *digits.shape)
        picture = np.zeros(digits.shape, np.float32)
        for number, ((top, left), source_place) in enumerate(zip(places, order, strict=True)):
            y, x = places[source_place]
            tile = images[number % len(images), y : y + height, x : x + width]
            picture[top : top + height, left : left + width] = tile
        result[row] = picture.ravel()
    return result


def mixtures(source: ImageSource, count: int, random: Random) -> Array:
    """Return the maximum of two images of different labels, or their mean in every other picture."""
    some, others = pairs(source.dataset, count, random)
    return np.where(np.arange(count)[:, None] % 2, np.maximum(some, others), (some + others) / 2)


def inversions(source: ImageSource, count: int, random: Random) -> Array:
    """Return images in black on white."""
    images: Array = 1 - source.sample(count, random)
    return images


def assemblies(source: ImageSource, count: int, random: Random) -> Array:
    """Return drawings assembled from two to four windows of images in random places."""
    height, width = source.shape
    images = source.dataset.images.reshape(-1, height, width)
    result = np.zeros((count, height * width), np.float32)
    for row in range(count):
        picture = np.zeros((height, width), np.float32)
        for _ in range(random.integers(2, 5)):
            image = images[random.integers(len(images))]
            h, w = random.integers(height // 3, 2 * height // 3), random.integers(width // 3, 2 * width // 3)
            y, x = random.integers(height - h), random.integers(width - w)
            down, right = random.integers(height - h), random.integers(width - w)
            part = picture[down : down + h, right : right + w]
            np.maximum(part, image[y : y + h, x : x + w], out=part)
        result[row] = place(crop_ink(picture), source.frame).ravel()
    return result


def image_rows(source: ImageSource, count: int, random: Random, number: int | None = None) -> Array:
    """Return two or three images, or a number of them, side by side or stacked, squeezed into one."""
    height, width = source.shape
    images = source.dataset.images.reshape(-1, height, width)
    result = np.zeros((count, height * width), np.float32)
    for row in range(count):
        number_of_images = number or (2 if random.random() < 0.7 else 3)
        side = max(source.frame.box)
        across = 1 if random.random() < 0.85 else 0
        squeezed = random.uniform(0.5, 1.2)
        parts = []
        for chosen in random.integers(len(images), size=number_of_images):
            ink = crop_ink(images[chosen])
            size = [side, max(2, round(side * ink.shape[1] / ink.shape[0] * squeezed))]
            if not across:
                size = [max(2, round(side * ink.shape[0] / ink.shape[1] * squeezed)), side]
            size = [min(length, 2 * side) for length in size]
            part = np.asarray(Image.fromarray(ink).resize((size[1], size[0]), Image.Resampling.BICUBIC))
            gap = [(0, 0) if axis != across else (0, int(random.integers(0, 7))) for axis in (0, 1)]
            parts.append(np.pad(part, gap))
        ink = crop_ink(np.concatenate(parts, axis=across).clip(0, 1))
        result[row] = place(ink, source.frame).ravel()
    return result


# The digits that may stay digits after a number of quarter turns, without and with a flip. 2 and 5 may be
# mirror images of each other; 8 and 0 are symmetric.
_STAY = {1: "0", 2: "0125689", 3: "0"}
_STAY_FLIPPED = {0: "018", 2: "0138", 1: "08", 3: "08"}  # left to right, then turned


def rotations(source: ImageSource, count: int, random: Random) -> Array:
    """Return digits turned by quarters or mirrored, unless the result may be a digit."""
    images, labels = source.dataset.images, source.dataset.labels
    result = np.zeros((count, source.shape[0] * source.shape[1]), np.float32)
    for row in range(count):
        while True:
            number, quarters = random.integers(len(labels)), int(random.integers(4))
            flipped = quarters == 0 or random.random() < 0.35
            stay = (_STAY_FLIPPED if flipped else _STAY)[quarters]
            if str(labels[number]) not in stay:
                break
        picture = images[number].reshape(source.shape)
        picture = np.rot90(picture[:, ::-1] if flipped else picture, quarters)
        result[row] = place(crop_ink(np.ascontiguousarray(picture)), source.frame).ravel()
    return result


def upside_down_sevens(source: ImageSource, count: int, random: Random) -> Array:
    """Return sevens turned upside down; `rotations` has few, and they are much like a 2, a 6 or a 1."""
    sevens = source.dataset.images[source.dataset.labels == 7]
    result = np.zeros((count, source.shape[0] * source.shape[1]), np.float32)
    for row, number in enumerate(random.integers(len(sevens), size=count if len(sevens) else 0)):
        picture = np.ascontiguousarray(sevens[number].reshape(source.shape)[::-1, ::-1])
        result[row] = place(crop_ink(picture), source.frame).ravel()
    return result


def add_strokes(source: ImageSource, count: int, random: Random) -> list[list[Points]]:
    """Return the strokes of digits with one or two extra strokes, such that the result is not a digit.

    A 1 may have a flag and a foot, a 7 and a 0 a line across. So a 1 is left out, a 0 gets no inner line, and
    a 7 gets only a hook at the left end of its bar, as in several scripts.
    """
    labels = source.dataset.labels
    numbers = random.choice(np.flatnonzero(labels != 1), count)
    lines = trace(source.dataset.images[numbers].reshape(-1, *source.shape))
    return [
        [*line, *_strokes_beside(np.concatenate(line), int(labels[number]), random)]
        for number, line in zip(numbers, lines, strict=True)
        if line
    ]


def _strokes_beside(points: Points, label: int, random: Random) -> list[Points]:
    low, high = points.min(axis=0), points.max(axis=0)
    if label == 7:
        upper = points[points[:, 1] < low[1] + 0.4 * (high[1] - low[1])]
        foot = upper[upper[:, 0].argmin()]
        end = foot + (high - low).max() * random.uniform(0.35, 0.6) * np.array([random.normal(-0.15, 0.2), 1])
        return [np.stack([foot, end])]
    result = []
    for _ in range(random.integers(1, 3)):
        middle, side = (low + high) / 2, (high - low).max()
        around = random.uniform(0, 2 * np.pi)
        outside = middle + side * random.uniform(0.5, 0.75) * np.array([np.cos(around), np.sin(around)])
        end = points[random.integers(len(points))]
        if random.random() < 0.5:  # beside the digit instead of to it
            turn = around + np.pi / 2 + random.normal(0, 0.3)
            end = outside + side * random.uniform(0.4, 0.9) * np.array([np.cos(turn), np.sin(turn)])
        result.append(np.stack([outside, end]))
    return result


def enlargements(source: ImageSource, count: int, random: Random) -> Array:
    """Return parts of images, enlarged 1.9 to 3.5 times."""
    height, width = source.shape
    images = source.sample(count, random).reshape(-1, height, width)
    result = np.empty((count, height * width), np.float32)
    for row, image in enumerate(images):
        times = random.uniform(1.9, 3.5)
        w, h = width / times, height / times
        middle = np.array([width, height]) / 2 + random.uniform(-0.22, 0.22, 2) * [width, height]
        x, y = np.clip(middle - [w / 2, h / 2], 0, [width - w, height - h])
        part = Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC, (x, y, x + w, y + h))
        result[row] = np.asarray(part).ravel().clip(0, 1)
    return result


def pairs(dataset: Dataset, count: int, random: Random) -> tuple[Array, Array]:
    """Return two arrays of images (count, pixels) with different labels in each row."""
    first, second = rows_of_two_labels(dataset.labels, count, random)
    return dataset.images[first], dataset.images[second]


def grid(shape: tuple[int, int]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the offsets of each pixel from the middle, down and right: two arrays (height * width,)."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return y.ravel() - (shape[0] - 1) / 2, x.ravel() - (shape[1] - 1) / 2


def _half_planes(shape: tuple[int, int], count: int, random: Random) -> npt.NDArray[np.bool_]:
    """Return masks of one side of a random straight line within 3 pixels of the middle.

    The line is upright or level in every other mask.
    """
    y, x = grid(shape)
    upright = random.integers(4, size=(count, 1)) * np.pi / 2
    angle = np.where(np.arange(count)[:, None] % 2, upright, random.uniform(0, 2 * np.pi, (count, 1)))
    offset = random.uniform(-3, 3, (count, 1))
    return np.asarray(np.cos(angle) * x + np.sin(angle) * y > offset)
