"""Pictures without a drawing: noise, fields of light and dark, single shapes, specks."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from autoencoder.data.images import Array
from autoencoder.training.synthetic.pieces import grid
from autoencoder.training.synthetic.source import Random, Source


def fields(source: Source, count: int, random: Random) -> Array:
    """Return smooth random fields of any contrast, some with hard edges; every other one in patches."""
    shape = source.shape
    result = _field(shape, count, random, np.exp(random.uniform(0, 3, (count, 1))))
    low = random.choice([0.0, 0.0, 0.2, 0.5, 1.0], (count, 1))
    high = random.choice([1.0, 1.0, 0.8, 0.6], (count, 1))
    patches = _field(shape, count, random, np.full((count, 1), 10.0), most=6)
    # In half of the pictures patches fade out towards the edge, which leaves single shapes.
    y, x = grid(shape)
    around = np.hypot(y / shape[0], x / shape[1])  # 0 in the middle, 0.7 in a corner
    patches *= ((random.choice([0.35, 0.5, 1, 1], (count, 1)) - around) * 20).clip(0, 1)
    pictures: Array = (low + result * (high - low)) * np.where(np.arange(count)[:, None] % 2, patches, 1)
    return pictures


def shores(source: Source, count: int, random: Random) -> Array:
    """Return the outlines within random fields, as an edge filter finds them in a photograph."""
    height, width = source.shape
    large = _field((height + 1, width + 1), count, random, np.exp(random.uniform(0.5, 3, (count, 1))))
    field = large.reshape(count, height + 1, width + 1)
    down, across = np.diff(field, axis=1)[:, :, 1:], np.diff(field, axis=2)[:, 1:]
    edges = np.hypot(down, across).reshape(count, -1)
    edges /= edges.max(axis=1, keepdims=True) + 1e-9
    return np.asarray(edges ** random.uniform(0.4, 1.2, (count, 1)))


def clouds(source: Source, count: int, random: Random) -> Array:
    """Return random fields as rough as photographs: detail of half the size has half the contrast."""
    shape = source.shape
    sharp = np.full((count, 1), 1.0)
    result = _field(shape, count, random, sharp, most=3) + 0.5 * _field(shape, count, random, sharp, most=7)
    result += random.uniform(0, 0.5, (count, 1)) * _field(shape, count, random, sharp, most=14)
    result += random.uniform(0, 0.2, (count, 1)) * random.standard_normal(result.shape)
    result -= result.min(axis=1, keepdims=True)
    result /= result.max(axis=1, keepdims=True) + 1e-9
    return result


def flats(source: Source, count: int, random: Random) -> Array:
    """Return one level of grey each, nine of ten with Gaussian noise of a deviation up to 0.3."""
    level = random.uniform(0, 1, (count, 1))
    deviation = random.uniform(0, 0.3, (count, 1)) * (random.random((count, 1)) > 0.1)
    pixels = source.shape[0] * source.shape[1]
    return (level + deviation * random.standard_normal((count, pixels))).clip(0, 1)


def specks(source: Source, count: int, random: Random) -> Array:
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


def silhouettes(source: Source, count: int, random: Random) -> Array:
    """Return one filled shape, or some that overlap, of one grey or of several, anywhere and of any size."""
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
    """Return straight lines between random values at knots, 2 to 14 a side: (count, height * width), 0..1.

    Made steeper about a random level, a field becomes a landscape of black and white with a narrow shore.
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
    """Return the matrix (length, knots) that draws straight lines between values at even distances."""
    return np.stack(
        [np.interp(np.linspace(0, knots - 1, length), np.arange(knots), unit) for unit in np.eye(knots)],
        axis=1,
    )
