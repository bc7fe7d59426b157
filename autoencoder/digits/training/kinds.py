"""The training of the network that names what was refused, and the pictures it learns from."""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
from PIL import Image

from autoencoder.data.idx import Dataset
from autoencoder.data.ink import crop_ink
from autoencoder.data.pictures import Array, place
from autoencoder.digits.recognition import kinds
from autoencoder.digits.training.readers import train_and_save
from autoencoder.digits.training.synthetic import drawings, letters, negatives, pieces, renderer, sources
from autoencoder.digits.training.synthetic.sources import ImageSource, Random
from autoencoder.networks.progress import clock, progress_bar
from autoencoder.networks.run import DEFAULT, TrainingRun

# Symbols beyond `sources`: arrows, mathematics, technical, boxes, shapes and dingbats, without numbers in
# rings.
_SYMBOLS = [*range(0x2190, 0x2244), *range(0x2261, 0x2440), *range(0x2500, 0x2776), *range(0x2794, 0x27C0)]
_LETTERS = sources.LETTERS * 3 + (sources.GREEK + sources.CYRILLIC) * 2 + sources.OTHERS + sources.HEBREW
_LETTERS += sources.ARABIC

Maker = Callable[[int], list[Array]]  # returns a number of pictures


# --- the pictures -----------------------------------------------------------------------------------------


def typeset_characters(
    characters: str, source: ImageSource, count: int, random: Random
) -> list[renderer.Ink]:
    """Return typeset characters, every third redrawn with a pen."""
    known = [character for character in characters if sources.fonts_with(character)]
    result = []
    for character in random.choice(known, count):
        font = str(random.choice(sources.fonts_with(str(character))))
        result.append(renderer.typeset(sources.glyph(font, str(character)), source.frame, random))
    lines = renderer.trace(np.stack(result[::3]))
    result[::3] = [renderer.handwrite(line, source.frame, random) for line in lines]
    return result


def compounds(source: ImageSource, count: int, random: Random) -> list[renderer.Ink]:
    """Return characters composed of two to four smaller drawings, side by side, stacked or enclosed, such as
    kanji and Hangul syllables, and combs of many level and upright lines."""
    result: list[renderer.Ink] = []
    while len(result) < count:
        strokes = _lattice(random) if random.random() < 0.25 else _compose(random)
        ink = renderer.draw_strokes(strokes, random.uniform(4, 11))
        result.append(place(crop_ink(ink), source.frame))
    return result


def _compose(random: Random, depth: int = 0) -> list[renderer.Points]:
    """Return the strokes of a composed character, in a unit square."""
    parts = [_element(random) if depth or random.random() < 0.6 else _compose(random, 1) for _ in range(2)]
    layout, at, gap = random.integers(4), random.uniform(0.3, 0.7), random.uniform(0, 0.1)
    if layout == 0:  # side by side
        boxes = [(0.0, 0.0, at - gap, 1.0), (at + gap, 0.0, 1.0, 1.0)]
    elif layout == 1:  # one above the other
        boxes = [(0.0, 0.0, 1.0, at - gap), (0.0, at + gap, 1.0, 1.0)]
    elif layout == 2:  # two above one
        parts.append(_element(random))
        boxes = [(0.0, 0.0, 0.45, at - gap), (0.55, 0.0, 1.0, at - gap), (0.0, at + gap, 1.0, 1.0)]
    else:  # enclosed, or across each other
        boxes = [(0.0, 0.0, 1.0, 1.0), (0.25, 0.25, 0.8, 0.8)]
    result = []
    for part, (left, top, right, bottom) in zip(parts, boxes, strict=True):
        points = np.concatenate(part)
        low, size = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 0.25)
        scale = np.array([right - left, bottom - top]) / size
        result += [(stroke - low) * scale + [left, top] for stroke in part]
    return result


def _element(random: Random) -> list[renderer.Points]:
    makers = (
        drawings.pseudo_characters,
        drawings.cross,
        drawings.open_box,
        drawings.rectangle,
        drawings.hook,
    )
    simple = (drawings.corner, drawings.branches, drawings.ring, drawings.straight_lines, drawings.strokes)
    return [*makers, *simple][random.integers(10)](random)


def _lattice(random: Random) -> list[renderer.Points]:
    """Return two to five level lines and one to three upright ones, some shorter, some with slanted feet."""
    result: list[renderer.Points] = []
    for y in np.linspace(0, 1, int(random.integers(2, 6))):
        ends = np.sort(random.choice([0.0, 0.0, 0.2, 0.5, 0.8, 1.0, 1.0], 2, replace=False))
        result.append(np.array([[ends[0], y], [max(ends[1], ends[0] + 0.3), y]]))
    for x in random.choice([0.0, 0.25, 0.5, 0.75, 1.0], int(random.integers(1, 4)), replace=False):
        result.append(np.array([[x, random.choice([0.0, 0.0, 0.3])], [x, random.choice([1.0, 1.0, 0.7])]]))
    if random.random() < 0.5:
        result += [np.array([[0.5, 0.5], [0.0, 1.1]]), np.array([[0.5, 0.5], [1.0, 1.1]])]
    return [stroke + random.normal(0, 0.02, stroke.shape) for stroke in result]


# Drawings that often are letters: V, L, C, U, X, T, K, F, E, H.
_LIKE_LETTERS = {
    drawings.corner,
    drawings.arc,
    drawings.cross,
    drawings.branches,
    drawings.open_box,
    drawings.straight_lines,
}


def _draw_no_letter(source: ImageSource, random: Random) -> renderer.Ink:
    """Return a drawing of a kind that is seldom a letter."""
    kinds_of_drawings = [kind for kind in drawings.DRAWINGS if kind not in _LIKE_LETTERS]
    strokes = kinds_of_drawings[random.integers(len(kinds_of_drawings))](random)
    return renderer.draw_in_frame(strokes, source.frame, random)


# The quarter turns of a kind, whether it is mirrored, and the digits that may stay digits.
_TURNS = {
    "on the side": ((1, 3), False, "0"),
    "upside down": ((2,), False, "0125689"),
    "mirrored": ((0,), True, "018"),
}


def orient(source: ImageSource, kind: str, count: int, random: Random) -> list[renderer.Ink]:
    """Return digits on their side, upside down or mirrored, unless the result may be a digit; every fourth
    is redrawn with a pen."""
    quarters, flipped, stay = _TURNS[kind]
    rows = np.flatnonzero(~np.isin(source.dataset.labels, [*map(int, stay)]))
    result = []
    for row in random.choice(rows, count):
        picture = source.dataset.images[row].reshape(source.shape)
        picture = np.rot90(picture[:, ::-1] if flipped else picture, random.choice(quarters))
        result.append(place(crop_ink(np.ascontiguousarray(picture)), source.frame))
    lines = renderer.trace(np.stack(result[::4]))
    result[::4] = [renderer.handwrite(line, source.frame, random) for line in lines]
    return result


def displace(source: ImageSource, count: int, random: Random) -> list[Array]:
    """Return digits out of their frame: small, large, off centre, faint, on grey, or dark on light."""
    height, width = source.shape
    result = []
    for image in source.sample(count, random):
        ink = crop_ink(image.reshape(source.shape))
        scale = np.exp(random.uniform(np.log(0.4), np.log(1.4)))
        size = [int(np.clip(round(length * scale), 2, 28)) for length in ink.shape]
        small = np.asarray(Image.fromarray(ink).resize((size[1], size[0]), Image.Resampling.BILINEAR))
        size = [min(size[0], height), min(size[1], width)]
        top, left = (int(random.integers(0, room + 1)) for room in (height - size[0], width - size[1]))
        picture = np.zeros(source.shape, np.float32)
        picture[top : top + size[0], left : left + size[1]] = small[: size[0], : size[1]].clip(0, 1)
        ground = random.uniform(0, 0.4) * (random.random() < 0.3)
        picture = ground + (random.uniform(0.5, 1) - ground) * picture
        result.append(1 - picture if random.random() < 0.2 else picture)
    return result


def grain(source: ImageSource, count: int, random: Random) -> Array:
    """Return pixels that are independent of each other: uniform, Gaussian, shuffled or speckled."""
    pixels = source.shape[0] * source.shape[1]
    quarter = -(-count // 4)
    deviation = random.uniform(0.1, 0.4, (quarter, 1))
    normal = random.uniform(0.2, 0.8, (quarter, 1)) + deviation * random.standard_normal((quarter, pixels))
    parts = [
        random.random((quarter, pixels)),
        normal,
        random.permuted(source.sample(quarter, random), axis=1),
        drawings.specks(source, quarter, random),
    ]
    return np.asarray(np.concatenate(parts)[:count].clip(0, 1))


def make_pictures(source: ImageSource, count: int, random: Random, progress: bool = False) -> Dataset:
    """Return about count pictures of all kinds; their labels are the places in `kinds.KINDS`."""
    symbols = sources.SIGNS * 3 + sources.SYMBOLS + "".join(map(chr, _SYMBOLS))
    height, width = source.shape
    large = dataclasses.replace(source, frame=dataclasses.replace(source.frame, box=(height - 1, width - 1)))

    def of(*names: str) -> Maker:
        """Return the maker of some kinds of negatives in equal shares."""

        def make(part: int) -> list[Array]:
            number = -(-part // len(names))
            return [*np.concatenate([negatives.KINDS[name].make(source, number, random) for name in names])]

        return make

    def rows(number: int) -> Maker:
        def make(part: int) -> list[Array]:
            some = pieces.image_rows(source, part - part // 4, random, number)
            return [*some, *pieces.image_rows(large, part // 4, random, number)]

        return make

    # The share of each kind, and what makes it.
    makers: dict[str, list[tuple[float, Maker]]] = {
        "digits": [
            (0.04, lambda n: [*source.sample(n, random)]),
            (0.06, lambda n: displace(source, n, random)),
        ],
        "letters": [
            (0.18, lambda n: typeset_characters(_LETTERS, source, n, random)),
            (0.02, of("Arabic by hand")),
            (0.1, lambda n: [letters.draw_letter("Latin", source.frame, random) for _ in range(n)]),
        ],
        "signs": [(0.13, lambda n: typeset_characters(symbols, source, n, random))],
        "drawings": [
            (0.09, lambda n: [_draw_no_letter(source, random) for _ in range(n)]),
            (0.04, of("icons")),
            (0.03, of("struck")),
            (0.01, of("large drawings")),
        ],
        "compounds": [(0.13, lambda n: compounds(source, n, random)), (0.03, of("mixed", "with strokes"))],
        "cuts": [(0.05, of("cuts"))],
        "pieces": [(0.16, of("collages")), (0.02, of("jigsaws", "assembled"))],
        **{kind: [(0.045, functools.partial(orient, source, kind, random=random))] for kind in _TURNS},
        "pairs": [(0.05, rows(2))],
        "triples": [(0.02, rows(3))],
        "noise": [(0.02, lambda n: [*grain(source, n, random)])],
        "grounds": [(0.06, of("inverted", "fields", "shores", "clouds", "silhouettes", "enlarged"))],
    }
    images, labels = [], []
    for number, name in enumerate(progress_bar(kinds.KINDS, "kinds", len(kinds.KINDS), progress)):
        for share, make in makers[name]:
            some = make(round(count * share))
            images += [np.ravel(picture) for picture in some]
            labels += [number] * len(some)
    return Dataset(np.array(images, np.float32).clip(0, 1), np.array(labels, np.int64), source.shape)


# --- the training -----------------------------------------------------------------------------------------

COUNT = 300_000  # pictures to learn from


def train_kinds(run: TrainingRun = DEFAULT) -> None:
    """Train the network of kinds and save it; data sets other than digits get none, as no name suits them.

    Args:
        run: the settings; epochs None means kinds.EPOCHS, or more for few images.

    Raises:
        DataError, TrainingError, OSError: as in `train_recognition`.
    """
    with run.edit() as new:
        labels, dataset = run.load()
        source = ImageSource.of(dataset, labels)
        if not source.are_digits:
            new.drop(rf"{kinds.NAME}-.*")
            return
        count = min(COUNT, 5 * len(dataset))
        with clock(f"{kinds.NAME}: drawing pictures", run.progress):
            pictures = make_pictures(source, count, np.random.default_rng([run.seed, 22]))
        network = kinds.network(labels.shape)
        train_and_save(network, kinds.EPOCHS, pictures, run.seed, labels, run, new)
