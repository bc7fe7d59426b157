"""Negatives for the measurements alone: pictures that are not digits.

They come from test digits, fonts, a pen and seeds that no training uses. Some kinds resemble those that
training shows, others do not.
"""

import string
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from PIL import Image

from autoencoder.data.idx import Dataset
from autoencoder.data.images import Array
from autoencoder.data.pictures import open_picture
from autoencoder.evaluation import ink
from autoencoder.evaluation.ink import Random
from autoencoder.evaluation.shapes import LINES, SHAPES
from autoencoder.training.synthetic.pieces import grid
from autoencoder.training.synthetic.source import rows_of_two_labels

Maker = Callable[[Dataset, int, Random], Array]

# Without those that can pass for a digit: O is a 0, l a 1, Z a 2, S a 5, b a 6, B an 8, g and q a 9.
LETTERS = [letter for letter in string.ascii_letters if letter not in "BDGIOQSZJbgiloqszy"]
SYMBOLS = [*"#%&*+<=>@^~{}[]!?$€£¥§¶±÷√∞≠∑∏∂∃∈∩∪⊕←↑→↓↔♠♣♥♦▲■"]
GREEK_AND_CYRILLIC = [*"ΓΔΛΞΠΣΦΨΩακλμνπτχψω", *"ДЖИЙЛПФЦШЩЪЫЮЯджийклмнптфцшщъыюя"]

# Katakana, as lines between points of a 10 by 10 square.
KANA: tuple[tuple[tuple[tuple[int, int], ...], ...], ...] = (
    (((1, 1), (9, 1), (6, 4)), ((5, 3), (5, 6), (2, 9))),
    (((8, 0), (5, 3), (1, 5)), ((5, 3), (5, 10))),
    (((5, 0), (5, 2)), ((1, 5), (1, 2), (9, 2), (8, 6), (4, 10))),
    (((1, 1), (9, 1)), ((5, 1), (5, 9)), ((0, 9), (10, 9))),
    (((0, 3), (10, 3)), ((6, 0), (6, 10), (5, 9)), ((6, 3), (1, 8))),
    (((1, 3), (9, 3), (8, 9), (6, 9)), ((5, 0), (4, 6), (1, 10))),
    (((1, 3), (9, 2)), ((0, 6), (10, 5)), ((4, 0), (6, 10))),
    (((3, 0), (0, 5)), ((2, 3), (10, 3)), ((6, 3), (5, 7), (2, 10))),
    (((1, 1), (9, 1), (9, 9)), ((1, 9), (9, 9))),
    (((0, 3), (10, 3)), ((3, 0), (3, 6)), ((7, 0), (7, 5), (4, 10))),
    (((1, 1), (3, 2)), ((0, 4), (2, 5)), ((1, 9), (6, 8), (10, 2))),
    (((1, 1), (8, 1), (6, 5), (0, 10)), ((5, 6), (10, 10))),
    (((0, 4), (9, 3), (7, 6)), ((3, 0), (3, 8), (5, 9), (9, 9))),
    (((4, 0), (0, 6)), ((3, 2), (9, 2), (7, 6), (2, 10)), ((3, 4), (7, 7))),
    (((3, 0), (3, 10)), ((3, 4), (8, 7))),
    (((0, 3), (10, 3)), ((5, 0), (5, 6), (2, 10))),
    (((2, 2), (8, 2)), ((0, 9), (10, 9))),
    (((5, 0), (6, 1)), ((1, 3), (8, 3), (0, 8)), ((5, 5), (5, 10)), ((6, 6), (9, 8))),
    (((3, 2), (2, 6), (0, 9)), ((6, 1), (8, 4), (10, 9))),
    (((2, 0), (2, 8), (3, 9), (9, 9)), ((2, 4), (9, 3))),
    (((0, 3), (10, 3)), ((5, 0), (5, 10)), ((3, 5), (0, 9)), ((7, 5), (10, 9))),
    (((2, 1), (8, 2)), ((2, 4), (8, 5)), ((1, 8), (9, 10))),
    (((4, 0), (1, 9), (9, 8)), ((6, 5), (10, 10))),
    (((8, 0), (5, 6), (0, 10)), ((2, 3), (8, 8))),
    (((1, 1), (9, 1), (9, 9)), ((2, 5), (9, 5)), ((1, 9), (9, 9))),
    (((3, 1), (3, 6), (0, 10)), ((6, 0), (6, 9), (10, 6))),
    (((1, 1), (9, 1), (9, 9), (1, 9), (1, 1)),),
    (((1, 5), (1, 1), (9, 1), (8, 5), (4, 10)),),
)


# --- lettering --------------------------------------------------------------------------------------------


def typed_letters(digits: Dataset, count: int, random: Random) -> Array:
    """Return typed letters."""
    return _characters(LETTERS, ink.FONTS, count, random, by_hand=False)


def hand_like_letters(digits: Dataset, count: int, random: Random) -> Array:
    """Return letters bent and slanted as by a hand."""
    return _characters(LETTERS, ink.FONTS, count, random, by_hand=True)


def symbols(digits: Dataset, count: int, random: Random) -> Array:
    """Return typographic, mathematical and card symbols, half of them bent as by a hand."""
    return _characters(SYMBOLS, ink.UNICODE, count, random, by_hand=None)


def greek_and_cyrillic(digits: Dataset, count: int, random: Random) -> Array:
    """Return Greek and Cyrillic letters, half of them bent as by a hand."""
    return _characters(GREEK_AND_CYRILLIC, ink.UNICODE, count, random, by_hand=None)


def kana(digits: Dataset, count: int, random: Random) -> Array:
    """Return Katakana with lines that are not quite straight."""
    result = []
    for number in random.integers(len(KANA), size=count):
        strokes = [np.array(stroke, float) for stroke in KANA[number]]
        strokes = [stroke + random.normal(0, 0.35, stroke.shape) for stroke in strokes]
        slant = np.array([[random.uniform(0.75, 1.1), random.normal(0, 0.1)], [0, 1]])
        result.append(ink.lines([stroke @ slant.T for stroke in strokes], random.uniform(1.8, 3.2)))
    return _stacked(result)


# --- drawings ---------------------------------------------------------------------------------------------


def shapes(digits: Dataset, count: int, random: Random) -> Array:
    """Return triangles, squares, diamonds, hexagons, stars, crosses, hearts, arrows: outlined or filled."""
    result = []
    for _ in range(count):
        outline = SHAPES[random.integers(len(SHAPES))](random)
        turn = random.normal(0, 0.15)
        outline = outline @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        outline = outline * [random.uniform(0.8, 1.25), 1]
        if random.random() < 0.4:
            result.append(ink.framed(ink.filled([outline], 160)))
        else:
            result.append(ink.lines([np.concatenate([outline, outline[:1]])], random.uniform(1.6, 3.2)))
    return _stacked(result)


def lines_and_scribbles(digits: Dataset, count: int, random: Random) -> Array:
    """Return level lines, crosses and ladders of lines, zigzags, waves, loops and scrawls."""
    result = []
    for number in range(count):
        strokes = LINES[number % len(LINES)](random)
        result.append(ink.lines(strokes, random.uniform(1.6, 3.2)))
    return _stacked(result)


def strokes_within_the_frame(digits: Dataset, count: int, random: Random) -> Array:
    """Return three to six straight strokes between points of the middle 20x20 pixels."""
    return _strokes((ink.SIDE - ink.BOX) / 2, count, random)


def random_strokes(digits: Dataset, count: int, random: Random) -> Array:
    """Return three to six straight strokes between points anywhere in the picture."""
    return _strokes(0, count, random)


# --- of digits --------------------------------------------------------------------------------------------


def pairs(digits: Dataset, count: int, random: Random) -> Array:
    """Return two digits side by side, squeezed into the frame of one."""
    result = []
    for one, other in random.integers(len(digits), size=(count, 2)):
        parts = []
        for image in (digits.images[one], digits.images[other]):
            square = image.reshape(digits.shape)
            columns = np.flatnonzero(square.max(axis=0) > 0.2)
            part = Image.fromarray(square[4:24, columns[0] : columns[-1] + 1])
            wide = int(random.integers(36, 81)) if part.width > 6 else 24
            large = part.resize((wide, 80), Image.Resampling.BICUBIC)
            parts.append(np.pad(np.asarray(large), ((0, 0), (0, 6))))
        result.append(ink.framed(np.concatenate(parts, axis=1).clip(0, 1)))
    return _stacked(result)


def turned(digits: Dataset, count: int, random: Random) -> Array:
    """Return digits turned by a quarter, without 0 and 8, which stay digits."""
    some = _some(digits, count, random, "12345679")
    quarters = random.choice([1, 3], count)
    return np.stack([np.rot90(image, n).ravel() for image, n in zip(some, quarters, strict=True)])


def mirrored(digits: Dataset, count: int, random: Random) -> Array:
    """Return mirrored digits, without those that may stay digits: 0, 1, 8, and 2 and 5, each other's."""
    return _some(digits, count, random, "34679")[:, :, ::-1].reshape(count, -1)


def half_masked(digits: Dataset, count: int, random: Random) -> Array:
    """Return digits whose left, right, upper or lower half is black."""
    images = digits.images[random.integers(len(digits), size=count)]
    return np.where(_half(digits.shape, random.integers(4, size=count)), images, 0)


def collages(digits: Dataset, count: int, random: Random) -> Array:
    """Return halves of two digits of different labels, left and right or upper and lower."""
    first, second = rows_of_two_labels(digits.labels, count, random)
    half = _half(digits.shape, random.integers(4, size=count))
    return np.where(half, digits.images[first], digits.images[second])


def inverted(digits: Dataset, count: int, random: Random) -> Array:
    """Return digits in black on white."""
    return np.asarray(1 - digits.images[random.integers(len(digits), size=count)])


def shuffled_pixels(digits: Dataset, count: int, random: Random) -> Array:
    """Return digits with shuffled pixels, each in its own order."""
    return random.permuted(digits.images[random.integers(len(digits), size=count)], axis=1)


# --- without a drawing ------------------------------------------------------------------------------------


def uniform_noise(digits: Dataset, count: int, random: Random) -> Array:
    """Return pixels of independent uniform noise within 0..1."""
    return random.random((count, digits.images.shape[1]))


def gaussian_noise(digits: Dataset, count: int, random: Random) -> Array:
    """Return pixels of independent Gaussian noise around 0.5, with a deviation of 0.3."""
    return (0.5 + 0.3 * random.standard_normal((count, digits.images.shape[1]))).clip(0, 1)


def constants(digits: Dataset, count: int, random: Random) -> Array:
    """Return one level of grey each, from black to white in even steps."""
    return np.repeat(np.linspace(0, 1, count)[:, None], digits.images.shape[1], axis=1)


def stripes(digits: Dataset, count: int, random: Random) -> Array:
    """Return stripes 2 to 14 pixels apart in any direction, soft in every other picture, hard in the rest."""
    y, x = grid(digits.shape)
    angle = random.uniform(0, np.pi, (count, 1))
    phase = random.uniform(0, 2 * np.pi, (count, 1))
    apart = random.uniform(2, 14, (count, 1))
    wave = np.sin((np.cos(angle) * x + np.sin(angle) * y) * 2 * np.pi / apart + phase)
    return np.where(np.arange(count)[:, None] % 2, (wave + 1) / 2, wave > 0)


def filled_rectangles(digits: Dataset, count: int, random: Random) -> Array:
    """Return upright rectangles of 5 to 24 pixels a side, of any grey from 0.3 to 1.0, anywhere on black."""
    height, width = digits.shape
    result = np.zeros((count, height, width))
    for picture in result:
        h, w = random.integers(5, 25, 2)
        y, x = random.integers(0, max(height - h, 0) + 1), random.integers(0, max(width - w, 0) + 1)
        picture[y : y + h, x : x + w] = random.uniform(0.3, 1)
    return result.reshape(count, -1)


def photograph_pieces(path: str, shape: tuple[int, int], count: int, random: Random) -> tuple[Array, Array]:
    """Return pieces of a photograph, and the edges in them, (count, height * width) each.

    Args:
        path: the photograph.
        shape: (height, width) of a piece in pixels.
        count: the number of pieces.
        random: the source of places and sizes; a piece is 1 to 6 times as large before it is scaled.

    Raises:
        ValueError: the photograph is plain, so that there are no pieces of a deviation of 0.05 or more.
    """
    height, width = shape
    with open_picture(path) as file:
        photograph = file.convert("L")
    largest = min(photograph.height / height, photograph.width / width)  # below 1 for images larger than it
    pieces: list[Array] = []
    for _ in range(100 * count):
        times = random.uniform(min(1, largest / 2), min(6, largest))
        left = random.uniform(0, photograph.width - times * width)
        top = random.uniform(0, photograph.height - times * height)
        box = (left, top, left + times * width, top + times * height)
        piece = photograph.resize((width, height), Image.Resampling.BILINEAR, box, reducing_gap=2)
        values = np.asarray(piece, np.float32) / 255
        if values.std() >= 0.05:
            pieces.append(values)
        if len(pieces) == count:
            break
    else:
        raise ValueError(f"{path}: the photograph is plain; try one with more in it")
    images = np.stack(pieces)
    down, across = np.gradient(images, axis=(1, 2))
    edges = np.hypot(down, across)
    edges = (edges / np.maximum(np.quantile(edges, 0.98, axis=(1, 2), keepdims=True), 1e-6)).clip(0, 1)
    return images.reshape(count, -1), edges.reshape(count, -1)


# Kinds that can be made of any data set.
OF_ANY: Mapping[str, Maker] = {
    "uniform noise": uniform_noise,
    "gaussian noise": gaussian_noise,
    "constants": constants,
    "inverted images": inverted,
    "stripes": stripes,
    "shuffled pixels": shuffled_pixels,
    "filled rectangles": filled_rectangles,
    "half-masked images": half_masked,
    "collages of halves": collages,
}
# Kinds that are negatives only for digits, of 28x28 pixels.
OF_DIGITS: Mapping[str, Maker] = {
    "typed letters": typed_letters,
    "hand-like letters": hand_like_letters,
    "symbols": symbols,
    "Greek and Cyrillic": greek_and_cyrillic,
    "kana": kana,
    "shapes": shapes,
    "lines and scribbles": lines_and_scribbles,
    "pairs": pairs,
    "turned digits": turned,
    "mirrored digits": mirrored,
    "strokes within the frame": strokes_within_the_frame,
    "random strokes": random_strokes,
}


def make(makers: Mapping[str, Maker], digits: Dataset, count: int, seed: int) -> dict[str, Array]:
    """Return pictures of each kind, float32 (count, height * width), 0..1.

    Args:
        makers: OF_ANY or OF_DIGITS, or a part of one.
        digits: the images that pieces are taken from.
        count: the number of pictures of each kind.
        seed: the same seed gives the same pictures, whatever other kinds are made.
    """
    return {
        kind: np.asarray(maker(digits, count, np.random.default_rng([seed, *kind.encode()])), np.float32)
        for kind, maker in makers.items()
    }


def _characters(
    characters: list[str], fonts: tuple[str, ...], count: int, random: Random, by_hand: bool | None
) -> Array:
    """Return characters of random fonts: bent as by a hand, typed, or alternating if by_hand is None."""
    result = []
    for number in range(count):
        font, character = str(random.choice(fonts)), str(random.choice(characters))
        hand = number % 2 == 0 if by_hand is None else by_hand
        result.append(ink.outlined(font, character, random if hand else None))
    return _stacked(result)


def _strokes(margin: float, count: int, random: Random) -> Array:
    result = []
    for _ in range(count):
        ends = random.uniform(margin, ink.SIDE - margin, (random.integers(3, 7), 2, 2))
        result.append(ink.lines(list(ends), random.uniform(1.5, 3.5), fitted=False))
    return _stacked(result)


def _stacked(pictures: list[Array]) -> Array:
    return np.array([picture.ravel() for picture in pictures], np.float32)


def _some(digits: Dataset, count: int, random: Random, labels: str) -> Array:
    rows = np.flatnonzero(np.isin(digits.labels, [int(label) for label in labels]))
    return np.asarray(digits.images[random.choice(rows, count)].reshape(count, *digits.shape))


def _half(shape: tuple[int, int], which: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return where the right, left, lower or upper half is, for which (n,) of 0..3: (n, height * width)."""
    y, x = grid(shape)
    return np.stack([x > 0, x < 0, y > 0, y < 0])[which]
