"""Augmentation: random changes of training images that keep their labels.

Other pictures are changed as well, or blur would become a sign of a digit. Each change applies to a random
part of a batch.
"""

import functools
import io
import itertools
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from autoencoder.data.pictures import Array

Random = np.random.Generator
Pictures = npt.NDArray[np.float32]  # (n, height, width), 0.0 is black and 1.0 is white

MOVED, THICKENED, REDUCED, BLURRED, LEVELLED, NOISY, COMPRESSED = 0.6, 0.25, 0.1, 0.2, 0.2, 0.15, 0.05
_KERNELS = (
    Image.Resampling.BOX,
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.NEAREST,
)


def augment(images: Array, shape: tuple[int, int], random: Random) -> Array:
    """Augment images (n, height * width): apply each change to a random part of them.

    >>> augment(np.zeros((5, 784), np.float32), (28, 28), np.random.default_rng(0)).shape
    (5, 784)
    """
    pictures = np.array(images, np.float32).reshape(-1, *shape)
    for share, change in (
        (MOVED, move),
        (THICKENED, thicken),
        (REDUCED, downscale),
        (BLURRED, blur),
        (LEVELLED, change_levels),
        (NOISY, add_noise),
        (COMPRESSED, compress),
    ):
        rows = np.flatnonzero(random.random(len(pictures)) < share)
        if rows.size:
            pictures[rows] = change(pictures[rows], random)
    return pictures.reshape(len(images), -1).clip(0, 1)


def move(pictures: Pictures, random: Random) -> Pictures:
    """Turn, shear, scale and shift pictures; pixels from outside repeat the edge."""
    count, height, width = pictures.shape
    turn, shear = np.radians(random.normal(0, 7, count).clip(-16, 16)), random.normal(0, 0.08, count)
    sizes = np.exp(random.normal(0, 0.1, count).clip(-0.3, 0.22))
    aspects = np.exp(random.normal(0, 0.05, count))
    still = random.random(count) < 0.3  # these are only shifted
    turn, shear, sizes, aspects = (
        np.where(still, plain, value) for plain, value in ((0, turn), (0, shear), (1, sizes), (1, aspects))
    )
    between = np.where(still, 0, random.uniform(-0.5, 0.5, (2, count)))
    down, right = random.integers(-2, 3, (2, count)) + between
    y, x = (np.arange(length) - (length - 1) / 2 for length in (height, width))
    y, x = y[None, :, None] - down[:, None, None], x[None, None, :] - right[:, None, None]
    cos, sin = (np.cos(turn) / sizes)[:, None, None], (np.sin(turn) / sizes)[:, None, None]
    rows = (sin * x + cos * y) * aspects[:, None, None]
    columns = (cos * x - sin * y) / aspects[:, None, None] + shear[:, None, None] * rows
    return _interpolate(pictures, rows + (height - 1) / 2, columns + (width - 1) / 2)


def thicken(pictures: Pictures, random: Random) -> Pictures:
    """Make lines thicker or thinner, by up to a pixel on each side."""
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1)), mode="edge")
    height, width = pictures.shape[1:]
    # The pixel and its four neighbours; with the corners, the pen would be square.
    cross = ((0, 1), (1, 0), (1, 1), (1, 2), (2, 1))
    near = [padded[:, y : y + height, x : x + width] for y, x in cross]
    thick, thin = functools.reduce(np.maximum, near), functools.reduce(np.minimum, near)
    amount = random.uniform(-0.75, 1, (len(pictures), 1, 1)).astype(np.float32)
    change = np.where(amount > 0, amount * (thick - pictures), -amount * (thin - pictures))
    return np.asarray(pictures + change)


def downscale(pictures: Pictures, random: Random) -> Pictures:
    """Scale pictures down, to a third of their side or more, and up again."""
    result = np.empty_like(pictures)
    height, width = pictures.shape[1:]
    for row, part in enumerate(np.exp(random.uniform(np.log(0.33), np.log(0.85), len(pictures)))):
        down, up = (_KERNELS[number] for number in random.integers((3, 4)))
        small = max(2, round(height * part)), max(2, round(width * part))
        vertical, horizontal = (
            _resize_matrix(fewer, pixels, up) @ _resize_matrix(pixels, fewer, down)
            for pixels, fewer in zip((height, width), small, strict=True)
        )
        result[row] = vertical @ pictures[row] @ horizontal.T
    return result.clip(0, 1)


def blur(pictures: Pictures, random: Random) -> Pictures:
    """Blur pictures by a Gaussian with a deviation of 0.3 to 1.2 pixels."""
    height, width = pictures.shape[1:]
    # Rounded to sixteenths, to need few matrices.
    deviations = np.round(random.uniform(0.3, 1.2, len(pictures)) * 16) / 16
    vertical, horizontal = (
        np.stack([_blur_matrix(length, float(deviation)) for deviation in deviations])
        for length in (height, width)
    )
    result: Pictures = vertical @ pictures @ horizontal.swapaxes(1, 2)
    return result


def change_levels(pictures: Pictures, random: Random) -> Pictures:
    """Lower the contrast, lighten the background, change the gamma, or threshold pictures."""
    count = len(pictures)
    kind = random.integers(4, size=(count, 1, 1))
    contrast = random.uniform(0.5, 1, (count, 1, 1)) ** (kind != 3)
    background = random.uniform(0, 0.12, (count, 1, 1)) * (kind == 1)
    bent = pictures.clip(0, 1) ** np.where(kind == 2, np.exp(random.normal(0, 0.4, (count, 1, 1))), 1)
    hard = (pictures - random.uniform(0.3, 0.6, (count, 1, 1))) * random.uniform(4, 40, (count, 1, 1)) + 0.5
    result = np.where(kind == 3, hard.clip(0, 1), bent) * contrast
    return np.asarray(result * (1 - background) + background, np.float32)


def add_noise(pictures: Pictures, random: Random) -> Pictures:
    """Add Gaussian noise with a deviation of up to 0.14."""
    deviation = random.uniform(0.02, 0.14, (len(pictures), 1, 1)).astype(np.float32)
    noise = deviation * random.standard_normal(pictures.shape, np.float32)
    return np.asarray((pictures + noise).clip(0, 1))


def compress(pictures: Pictures, random: Random) -> Pictures:
    """Compress pictures as JPEG with a quality of 15 to 70, and read them again."""
    result = np.empty_like(pictures)
    for row, quality in enumerate(random.integers(15, 71, len(pictures)).tolist()):
        file = io.BytesIO()
        grey = (pictures[row].clip(0, 1) * 255 + 0.5).astype(np.uint8)
        Image.fromarray(grey).save(file, "JPEG", quality=quality)
        result[row] = np.asarray(Image.open(file), np.float32) / 255
    return result


def shift(
    images: Array,
    shape: tuple[int, int],
    random: np.random.Generator,
    most: int = 2,
    mode: Literal["edge", "constant"] = "edge",
) -> Array:
    """Shift each image by a few pixels up or down, and left or right.

    Args:
        images: (n, height * width).
        shape: (height, width).
        random: the generator of the shifts.
        most: the largest shift in pixels.
        mode: the pixels from outside: "edge" repeats the edge of the image; "constant" is black, which frames
            light images.

    Returns:
        A new array of the same shape.
    """
    height, width = shape
    padded = np.pad(images.reshape(-1, height, width), ((0, 0), (most, most), (most, most)), mode=mode)
    down, right = random.integers(0, 2 * most + 1, (2, len(images), 1, 1))
    rows = np.arange(height)[None, :, None] + down
    columns = np.arange(width)[None, None, :] + right
    result: Array = padded[np.arange(len(images))[:, None, None], rows, columns]
    return result.reshape(len(images), -1)


def _interpolate(pictures: Pictures, rows: Array, columns: Array) -> Pictures:
    """Interpolate pictures (n, height, width) at rows and columns (n, height, width)."""
    count, height, width = pictures.shape
    rows, columns = rows.clip(0, height - 1), columns.clip(0, width - 1)
    top, left = np.floor(rows).astype(np.int32), np.floor(columns).astype(np.int32)
    below, beside = (rows - top).astype(np.float32), (columns - left).astype(np.float32)
    flat = pictures.ravel()
    first = (np.arange(count, dtype=np.int32) * (height * width))[:, None, None]
    result = np.zeros_like(pictures)
    for (y, of_row), (x, of_column) in itertools.product(
        ((top, 1 - below), (np.minimum(top + 1, height - 1), below)),
        ((left, 1 - beside), (np.minimum(left + 1, width - 1), beside)),
    ):
        result += flat[first + y * width + x] * of_row * of_column
    return result


@functools.cache
def _blur_matrix(length: int, deviation: float) -> npt.NDArray[np.float32]:
    apart = np.subtract.outer(np.arange(length), np.arange(length))
    weights = np.exp(-(apart**2) / (2 * deviation**2))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


@functools.cache
def _resize_matrix(length: int, new: int, kernel: Image.Resampling) -> npt.NDArray[np.float32]:
    """Return the matrix (new, length) of Pillow's resizing of a column."""
    unit = Image.fromarray(np.eye(length, dtype=np.float32))
    return np.asarray(unit.resize((length, new), kernel), np.float32)
