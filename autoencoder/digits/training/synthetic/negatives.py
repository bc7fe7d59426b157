"""Negatives: pictures without a label of the data set, to train the readers' other classes.

Pieces of images and random fields are negatives for any data set; letters, shapes and turned digits only for
digits. `evaluation` and tests/measurements make their pictures by other code, from test images, other fonts
and other seeds.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from autoencoder.data.pictures import Array
from autoencoder.digits.training.synthetic import (
    drawings,
    icons,
    letters,
    overwriting,
    pieces,
    renderer,
    sources,
)
from autoencoder.digits.training.synthetic.renderer import draw_strokes, random_pen_width, trace
from autoencoder.digits.training.synthetic.sources import ImageSource, Random

Maker = Callable[[ImageSource, int, Random], Array]


# A reader's classes for other pictures; several classes teach it more than one.
GROUPS = ("characters", "drawings", "pieces", "turned", "rows", "grounds")


class NegativeKind(NamedTuple):
    """A kind of negatives.

    Attributes:
        make: returns (count, height * width), 0..1, for a source, a count and a generator of random numbers.
        share: their share of the training negatives; pieces are the hardest to learn.
        group: the reader's class for them, one of GROUPS.
        of_digits: True if they are negatives only for digits.
    """

    make: Maker
    share: float
    group: str
    of_digits: bool = False


def characters(source: ImageSource, count: int, random: Random) -> Array:
    """Return letters and symbols of fonts."""
    return _stack_pictures(
        [renderer.typeset(ink, source.frame, random) for ink in sources.draw_others(count, random)]
    )


def characters_by_hand(source: ImageSource, count: int, random: Random) -> Array:
    """Return letters and symbols, redrawn with a pen."""
    images = characters(source, count, random).reshape(-1, *source.shape)
    return _stack_pictures([renderer.handwrite(line, source.frame, random) for line in trace(images)])


def pen_drawings(source: ImageSource, count: int, random: Random) -> Array:
    """Return lines, shapes and scribbles of a pen."""
    return _stack_pictures(
        [renderer.draw_in_frame(drawings.random_drawing(random), source.frame, random) for _ in range(count)]
    )


def large_drawings(source: ImageSource, count: int, random: Random) -> Array:
    """Return lines, shapes and scribbles of a pen as large as the picture or larger."""
    height, width = source.shape
    result = []
    for _ in range(count):
        ink = draw_strokes(drawings.random_drawing(random), random_pen_width(random) * random.uniform(0.4, 1))
        size = int(random.integers(max(height, width) - 2, 2 * max(height, width)))
        picture = np.asarray(Image.fromarray(ink).resize((size, size), Image.Resampling.HAMMING))
        y, x = random.integers(0, max(size - height, 0) + 1), random.integers(0, max(size - width, 0) + 1)
        part = picture[y : y + height, x : x + width].clip(0, 1)
        result.append(np.pad(part, [(0, height - part.shape[0]), (0, width - part.shape[1])]))
    return _stack_pictures(result)


def rotations_by_hand(source: ImageSource, count: int, random: Random) -> Array:
    """Return digits turned by quarters or mirrored, redrawn with a pen."""
    images = pieces.rotations(source, count, random).reshape(-1, *source.shape)
    return _stack_pictures([renderer.handwrite(line, source.frame, random) for line in trace(images)])


def upside_down_by_hand(source: ImageSource, count: int, random: Random) -> Array:
    """Return sevens turned upside down, redrawn with a pen."""
    images = pieces.upside_down_sevens(source, count, random).reshape(-1, *source.shape)
    return _stack_pictures([renderer.handwrite(line, source.frame, random) for line in trace(images)])


def icon_drawings(source: ImageSource, count: int, random: Random) -> Array:
    """Return icons and flashes of lightning."""
    return _stack_pictures([icons.draw_icon(source.frame, random) for _ in range(count)])


def arabic_by_hand(source: ImageSource, count: int, random: Random) -> Array:
    """Return Arabic letters in a handwriting."""
    return _stack_pictures([letters.draw_letter("Arabic", source.frame, random) for _ in range(count)])


def overdrawn_digits(source: ImageSource, count: int, random: Random) -> Array:
    """Return digits with one or two extra strokes, redrawn with a pen."""
    lines = pieces.add_strokes(source, count, random)
    return _stack_pictures([renderer.handwrite(line, source.frame, random) for line in lines])


KINDS: Mapping[str, NegativeKind] = {
    "characters": NegativeKind(characters, 0.225, "characters", of_digits=True),
    "characters by hand": NegativeKind(characters_by_hand, 0.12, "characters", of_digits=True),
    "Arabic by hand": NegativeKind(arabic_by_hand, 0.045, "characters", of_digits=True),
    "drawings": NegativeKind(pen_drawings, 0.18, "drawings", of_digits=True),
    "icons": NegativeKind(icon_drawings, 0.16, "drawings", of_digits=True),
    "struck": NegativeKind(overwriting.struck_digits, 0.08, "drawings", of_digits=True),
    "overwritten": NegativeKind(overwriting.overwritten_digits, 0.07, "drawings", of_digits=True),
    "large drawings": NegativeKind(large_drawings, 0.02, "drawings", of_digits=True),
    "collages": NegativeKind(pieces.collages, 0.22, "pieces"),
    "cuts": NegativeKind(pieces.cuts, 0.085, "pieces"),
    "jigsaws": NegativeKind(pieces.jigsaws, 0.025, "pieces"),
    "mixed": NegativeKind(pieces.mixtures, 0.025, "pieces"),
    "assembled": NegativeKind(pieces.assemblies, 0.025, "pieces", of_digits=True),
    "with strokes": NegativeKind(overdrawn_digits, 0.02, "pieces", of_digits=True),
    "turned": NegativeKind(pieces.rotations, 0.065, "turned", of_digits=True),
    "turned by hand": NegativeKind(rotations_by_hand, 0.02, "turned", of_digits=True),
    "upside-down sevens": NegativeKind(pieces.upside_down_sevens, 0.02, "turned", of_digits=True),
    "upside-down sevens by hand": NegativeKind(upside_down_by_hand, 0.012, "turned", of_digits=True),
    "rows": NegativeKind(pieces.image_rows, 0.025, "rows", of_digits=True),
    "enlarged": NegativeKind(pieces.enlargements, 0.01, "grounds", of_digits=True),
    "inverted": NegativeKind(pieces.inversions, 0.02, "grounds"),
    "fields": NegativeKind(drawings.fields, 0.03, "grounds"),
    "shores": NegativeKind(drawings.shores, 0.02, "grounds"),
    "clouds": NegativeKind(drawings.clouds, 0.02, "grounds"),
    "flats": NegativeKind(drawings.flats, 0.015, "grounds"),
    "specks": NegativeKind(drawings.specks, 0.01, "grounds"),
    "silhouettes": NegativeKind(drawings.silhouettes, 0.02, "grounds"),
}


def kinds_for(source: ImageSource) -> dict[str, NegativeKind]:
    """Return the kinds of negatives for a data set."""
    return {name: kind for name, kind in KINDS.items() if source.are_digits or not kind.of_digits}


def make_negatives(name: str, source: ImageSource, count: int, seed: int) -> Array:
    """Return pictures of a kind, float32 (count, height * width), 0..1.

    Args:
        name: a name in KINDS.
        source: the images to take pieces from, of the same size.
        count: the number of pictures.
        seed: the seed; the pictures do not depend on other kinds.
    """
    random = np.random.default_rng([seed, *name.encode()])
    return np.asarray(KINDS[name].make(source, count, random), np.float32).clip(0, 1)


def training_negatives(source: ImageSource, count: int, seed: int) -> tuple[Array, npt.NDArray[np.int64]]:
    """Return about count negatives, of all kinds for the data set.

    Returns:
        The pictures (n, height * width), and the number (n,) of the group of each.
    """
    kinds = kinds_for(source)
    total = sum(kind.share for kind in kinds.values())
    images, groups = [], []
    for name, kind in kinds.items():
        number = max(1, round(count * kind.share / total))
        images.append(make_negatives(name, source, number, seed))
        groups.append(np.full(number, GROUPS.index(kind.group)))
    return np.concatenate(images), np.concatenate(groups)


def _stack_pictures(pictures: list[npt.NDArray[np.float32]]) -> Array:
    return np.array([picture.ravel() for picture in pictures], np.float32)
