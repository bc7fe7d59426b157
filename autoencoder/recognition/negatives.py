"""Pictures that are no digits: some to train a reader's class "other" with, others to measure it on.

The two are kept apart. What trains is made from training digits (`TRAINING`); what measures is made from test
digits and by other seeds (`EVALUATION`), and some of its families have no like among the first at all:

| measured on        | seen in training                                                       |
|--------------------|------------------------------------------------------------------------|
| uniform noise      | no (flat plus noise is gaussian, about one level)                      |
| gaussian noise     | the like: flat plus noise, of a smaller deviation                      |
| constants          | the like: flat plus noise, one in ten of them without noise            |
| inverted digits    | yes, of training digits                                                |
| stripes            | no (random fields are not periodic)                                    |
| shuffled pixels    | no (jigsaws move tiles of 7 pixels and more, never single ones)        |
| random strokes     | no                                                                     |
| filled rectangles  | no                                                                     |
| half-masked digits | yes, of training digits, along a line within 3 pixels of the middle     |
| collages of halves | yes, of training digits, along a line within 3 pixels of the middle     |
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.data.idx import Dataset

Pictures = npt.NDArray[np.float32]  # (n, height * width), 0.0 is black and 1.0 is white
Floats = npt.NDArray[Any]  # the same, of either precision
Maker = Callable[[Dataset, int, np.random.Generator], Floats]


def make(makers: Mapping[str, Maker], digits: Dataset, count: int, seed: int) -> dict[str, Pictures]:
    """Pictures of each kind.

    Args:
        makers: TRAINING or EVALUATION, or a part of one.
        digits: what pieces of digits are taken from; the pictures are as large as they are.
        count: how many pictures of each kind.
        seed: the same seed makes the same pictures; a kind's do not depend on which others are made.

    Returns:
        For each kind float32 (count, height * width), 0..1.

    >>> blank = Dataset(np.zeros((2, 784), np.float32), np.array([3, 4]), (28, 28))
    >>> {kind: pictures.shape for kind, pictures in make(TRAINING, blank, 5, seed=0).items()}["jigsaws"]
    (5, 784)
    """
    return {
        kind: maker(digits, count, np.random.default_rng([seed, *kind.encode()])).astype(np.float32)
        for kind, maker in makers.items()
    }


def for_training(digits: Dataset, count: int, seed: int) -> Pictures:
    """About so many pictures that are no digits, of all the kinds of TRAINING by their SHARES, in that order.

    >>> blank = Dataset(np.zeros((2, 784), np.float32), np.array([3, 4]), (28, 28))
    >>> for_training(blank, 100, seed=0).shape
    (100, 784)
    """
    counts = {kind: max(1, round(count * share)) for kind, share in SHARES.items()}
    kinds = [make({kind: TRAINING[kind]}, digits, n, seed)[kind] for kind, n in counts.items()]
    return np.concatenate(kinds)


# --- for training -----------------------------------------------------------------------------------------


def collages(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """Two digits of different labels, one on each side of a straight line near the middle."""
    some, others = _pairs(digits, count, random)
    return np.where(_side(digits.shape, count, random), some, others)


def cuts(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """Digits that are black on one side of a straight line near the middle."""
    images = digits.images[random.integers(len(digits), size=count)]
    return np.where(_side(digits.shape, count, random), images, 0)


def jigsaws(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """2 x 2 or 4 x 4 tiles of a digit, or in every other picture of several digits, in another order."""
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
        for number, (to, taken) in enumerate(zip(places, order, strict=True)):
            y, x = places[taken]
            tile = images[number % len(images), y : y + height, x : x + width]
            picture[to[0] : to[0] + height, to[1] : to[1] + width] = tile
        result[row] = picture.ravel()
    return result


def fields(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """Smooth random fields of any level and contrast, some with hard edges; every other one in patches."""
    result = _field(digits.shape, count, random, np.exp(random.uniform(0, 3, (count, 1))))
    low = random.choice([0.0, 0.0, 0.2, 0.5, 1.0], (count, 1))
    high = random.choice([1.0, 1.0, 0.8, 0.6], (count, 1))
    patches = _field(digits.shape, count, random, np.full((count, 1), 10.0), most=6)
    # Towards the edge a patch fades out in half of the pictures, so that there are single shapes as well.
    y, x = _grid(digits.shape)
    around = np.hypot(y / digits.shape[0], x / digits.shape[1])  # 0 in the middle, 0.7 in a corner
    patches *= ((random.choice([0.35, 0.5, 1, 1], (count, 1)) - around) * 20).clip(0, 1)
    pictures: Floats = (low + result * (high - low)) * np.where(np.arange(count)[:, None] % 2, patches, 1)
    return pictures


def flats(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """One level of grey, with gaussian noise of a deviation up to 0.3; without any in one picture of ten."""
    level = random.uniform(0, 1, (count, 1))
    deviation = random.uniform(0, 0.3, (count, 1)) * (random.random((count, 1)) > 0.1)
    return (level + deviation * random.standard_normal((count, digits.images.shape[1]))).clip(0, 1)


def inverted(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """Digits in black on white."""
    images: Floats = 1 - digits.images[random.integers(len(digits), size=count)]
    return images


def mixed(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """Two digits of different labels on top of each other, or in every other picture the mean of the two."""
    some, others = _pairs(digits, count, random)
    return np.where(np.arange(count)[:, None] % 2, np.maximum(some, others), (some + others) / 2)


TRAINING: Mapping[str, Maker] = {
    "collages": collages,
    "cuts": cuts,
    "jigsaws": jigsaws,
    "fields": fields,
    "flats": flats,
    "inverted": inverted,
    "mixed": mixed,
}

# Of the pictures that a reader is trained on. Pieces of digits take the most learning.
SHARES = {
    "collages": 0.36,
    "cuts": 0.2,
    "jigsaws": 0.12,
    "fields": 0.16,
    "flats": 0.03,
    "inverted": 0.05,
    "mixed": 0.08,
}


# --- for evaluation ---------------------------------------------------------------------------------------


def uniform_noise(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """Every pixel on its own, evenly within 0..1."""
    return random.random((count, digits.images.shape[1]))


def gaussian_noise(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """Every pixel on its own, gaussian of mean 0.5 and deviation 0.5, clipped to 0..1."""
    return random.normal(0.5, 0.5, (count, digits.images.shape[1])).clip(0, 1)


def constants(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """One level of grey each, from the black page to the white one in even steps."""
    return np.repeat(np.linspace(0, 1, count)[:, None], digits.images.shape[1], axis=1)


def stripes(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """Stripes 2 to 14 pixels apart in any direction, soft in every other picture, hard in the rest."""
    y, x = _grid(digits.shape)
    angle = random.uniform(0, np.pi, (count, 1))
    phase = random.uniform(0, 2 * np.pi, (count, 1))
    apart = random.uniform(2, 14, (count, 1))
    wave = np.sin((np.cos(angle) * x + np.sin(angle) * y) * 2 * np.pi / apart + phase)
    return np.where(np.arange(count)[:, None] % 2, (wave + 1) / 2, wave > 0)


def shuffled_pixels(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """The pixels of a digit, each picture's in an order of its own."""
    return random.permuted(digits.images[random.integers(len(digits), size=count)], axis=1)


def random_strokes(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """Three to six straight strokes, 1.5 to 3.5 pixels wide, between points anywhere in the picture."""
    height, width = digits.shape
    y, x = _grid(digits.shape)
    result = np.zeros((count, height * width))
    number = random.integers(3, 7, count)
    thick = random.uniform(1.5, 3.5, (count, 1))
    for stroke in range(6):
        ends = (
            random.uniform(-0.5, 0.5, (4, count, 1)) * np.array([height, width, height, width])[:, None, None]
        )
        y0, x0, dy, dx = ends[0], ends[1], ends[2] - ends[0], ends[3] - ends[1]
        along = (((y - y0) * dy + (x - x0) * dx) / (dy**2 + dx**2)).clip(0, 1)
        distance = np.hypot(y - y0 - along * dy, x - x0 - along * dx)
        ink = (thick / 2 + 0.5 - distance).clip(0, 1)
        result = np.where((stroke < number)[:, None], np.maximum(result, ink), result)
    return result


def filled_rectangles(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """An upright rectangle each, 5 to 24 pixels a side, of any grey from 0.3 to 1.0, anywhere on black."""
    height, width = digits.shape
    result = np.zeros((count, height, width))
    for picture in result:
        h, w = random.integers(5, 25, 2)
        y, x = random.integers(0, max(height - h, 0) + 1), random.integers(0, max(width - w, 0) + 1)
        picture[y : y + h, x : x + w] = random.uniform(0.3, 1)
    return result.reshape(count, -1)


def half_masked(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """Digits whose left, right, upper or lower half is black."""
    images = digits.images[random.integers(len(digits), size=count)]
    return np.where(_half(digits.shape, random.integers(4, size=count)), images, 0)


def half_collages(digits: Dataset, count: int, random: np.random.Generator) -> Floats:
    """The left half of a digit and the right half of one of another label, or upper and lower halves."""
    some, others = _pairs(digits, count, random)
    return np.where(_half(digits.shape, random.integers(4, size=count)), some, others)


EVALUATION: Mapping[str, Maker] = {
    "uniform noise": uniform_noise,
    "gaussian noise": gaussian_noise,
    "constants": constants,
    "inverted digits": inverted,
    "stripes": stripes,
    "shuffled pixels": shuffled_pixels,
    "random strokes": random_strokes,
    "filled rectangles": filled_rectangles,
    "half-masked digits": half_masked,
    "collages of halves": half_collages,
}


# --- pieces -----------------------------------------------------------------------------------------------


def _pairs(digits: Dataset, count: int, random: np.random.Generator) -> tuple[Pictures, Pictures]:
    """Images (count, pixels), and as many of other labels: two halves of a 3 may well make a 3."""
    first = random.integers(len(digits), size=count)
    second = random.integers(len(digits), size=count)
    for _ in range(100):  # a data set with a single label has no such pairs
        same = np.flatnonzero(digits.labels[first] == digits.labels[second])
        if not same.size:
            break
        second[same] = random.integers(len(digits), size=len(same))
    return digits.images[first], digits.images[second]


def _grid(shape: tuple[int, int]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """How far each pixel is from the middle, down and to the right: two arrays (height * width,)."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return y.ravel() - (shape[0] - 1) / 2, x.ravel() - (shape[1] - 1) / 2


def _side(shape: tuple[int, int], count: int, random: np.random.Generator) -> npt.NDArray[np.bool_]:
    """What lies on one side of a straight line that passes the middle within 3 pixels.

    The line is upright or level in every other picture, and has any direction in the rest.
    """
    y, x = _grid(shape)
    upright = random.integers(4, size=(count, 1)) * np.pi / 2
    angle = np.where(np.arange(count)[:, None] % 2, upright, random.uniform(0, 2 * np.pi, (count, 1)))
    offset = random.uniform(-3, 3, (count, 1))
    return np.asarray(np.cos(angle) * x + np.sin(angle) * y > offset)


def _field(
    shape: tuple[int, int],
    count: int,
    random: np.random.Generator,
    steep: npt.NDArray[np.float64],
    most: int = 14,
) -> npt.NDArray[np.float64]:
    """Straight lines between random values at a grid's knots, 2 to 14 a side: (count, height * width), 0..1.

    Made steeper about a random level, a field becomes a landscape of black and white with a narrow shore.
    """
    height, width = shape
    result = np.empty((count, height, width))
    knots = random.integers(2, most + 1, count)
    for size in np.unique(knots):
        rows = np.flatnonzero(knots == size)
        result[rows] = (
            _stretch(height, size) @ random.random((len(rows), size, size)) @ _stretch(width, size).T
        )
    flat = result.reshape(count, -1)
    flat -= flat.min(axis=1, keepdims=True)
    flat /= flat.max(axis=1, keepdims=True) + 1e-9
    return ((flat - random.uniform(0.3, 0.7, (count, 1))) * steep + 0.5).clip(0, 1)


def _half(shape: tuple[int, int], which: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Where the right, left, lower or upper half is, for which (n,) of 0..3: (n, height * width)."""
    y, x = _grid(shape)
    return np.stack([x > 0, x < 0, y > 0, y < 0])[which]


def _stretch(length: int, knots: int) -> npt.NDArray[np.float64]:
    """The matrix (length, knots) that draws straight lines between values at even distances."""
    return np.stack(
        [np.interp(np.linspace(0, knots - 1, length), np.arange(knots), unit) for unit in np.eye(knots)],
        axis=1,
    )
