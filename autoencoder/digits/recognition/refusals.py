"""The reason of a refusal: what a picture looks like, how it differs from the data set's, and what helps.

A suggested change of the picture was tried: it is given only if the changed picture is recognised. Trying
costs a second reading, and only callers who want the reason pay for it.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autoencoder.data.ink import LEAST_CONTRAST, parts
from autoencoder.data.pictures import Array, Frame, normalise_picture
from autoencoder.data.surroundings import border_of
from autoencoder.digits.recognition.kinds import KINDS, RefusedKind
from autoencoder.digits.recognition.reader import INK

FAINT = 0.6  # the ink of a data set's images reaches nearly 1
GREY = 0.15  # a background above this level is not black
LARGER, SMALLER = 1.12, 0.75  # of the frame's box
OFF = 2.5  # pixels from the centre of the frame
NOISE = 0.12  # the deviation of the background's pixels
PLAIN = 0.5  # the share of the edge near one level on a plain background
FRAMED = 0.7  # the share of ink along each side of a frame
MOST_FRAME = 0.45  # of a frame's box that its lines fill; more is noise, or paper
LARGE_PART = 0.2  # of all ink; smaller parts are not separate shapes
AGREEING = 3  # of the five crops of a picture
SURE = 0.75  # the least probability of a name for what a picture is only once it is normalised
SPLIT = 0.25  # two digits meet within the middle half of their ink
GRAIN = 0.25  # the correlation of neighbouring pixels in noise, at most; of dots it is 0.3 and more
MOST_PIECES = 3  # parts of the ink of a piece of a digit, or of two; a digit of dots or segments has more,
FULL = 0.7  # of the ink at least where its segments touch: 88% of their digits then, and 1% of pieces
SPECK = 0.05  # the share of all ink of a part that counts


class Difference(NamedTuple):
    """A difference of a picture from the images of a data set, in words, and what helps."""

    words: str
    advice: str


class RefusalReason(NamedTuple):
    """Why a picture is refused: in words, and by a stable word for what it looks like, None if unknown."""

    reason: str
    looks_like: str | None = None


Recognise = Callable[[Sequence[Array]], Sequence[Any]]  # the label of each picture, or None
Classify = Callable[[Array], tuple[RefusedKind, float] | None]  # the kind of a picture and its probability

UNLIKE = "too unlike the pictures that the network has learnt from"
CROP = "crop the picture to what is written"
CROP_TO_ONE = "crop the picture to one"


def explain_refusal(
    picture: Array,
    frame: Frame,
    recognise: Recognise,
    classify: Classify,
    by: str = "digits.normalise(image)",
) -> RefusalReason | None:
    """Return the reason why a picture is refused, None if nothing is known but its score.

    Args:
        picture: (height, width), 0.0 is black and 1.0 is white, of the frame's size.
        frame: the place of the ink in the training images.
        recognise: reads pictures of the frame's size, for the suggestion.
        classify: returns the kind of a picture if it has a name.
        by: the suggested call, which normalises a picture.

    >>> from autoencoder.data.pictures import MNIST
    >>> bar = np.zeros((28, 28))
    >>> bar[4:24, 13:15] = 0.41
    >>> explain_refusal(bar, MNIST, lambda pictures: [1] * len(pictures), lambda picture: None).reason
    'the ink is faint, 0.41 at most; digits.normalise(image) stretches it to 1'
    >>> explain_refusal(bar, MNIST, lambda pictures: [None] * len(pictures), lambda picture: None) is None
    True
    """
    if not frame.bare:
        return None
    low, high = float(picture.min()), float(picture.max())
    if high - low < LEAST_CONTRAST:
        return RefusalReason(f"there is no ink, only one level of {low:.2f}")
    if explanation := _name_kind(picture, frame, recognise, classify):
        return explanation
    difference = differ(picture, frame, by)
    if difference is None:
        return _separate(picture, frame, recognise)
    normal = normalise_picture(picture, frame)
    label, *cropped = recognise([normal, *_normalise_parts(_insides(picture), frame)])
    if label is not None:
        return RefusalReason(f"{difference.words}; {difference.advice}")
    is_plain = difference.advice != CROP
    # A piece of texture may pass for a digit by chance, hardly three that are cut out of one another.
    if any(label is not None and cropped.count(label) >= AGREEING for label in cropped):
        around = "there is something around the ink" if is_plain else difference.words
        return RefusalReason(f"{around}; {CROP}")
    if not is_plain:
        return RefusalReason(difference.words)
    return _name_kind(normal, frame, recognise, classify, SURE)


# --- what it looks like -----------------------------------------------------------------------------------

LIKELY = 0.65
"""The least probability of a name: at 0.6, 0.65 and 0.7, 6.1%, 5.3% and 4.4% of pictures that no name suits
had one, and 94%, 93% and 91% of letters as by a hand had theirs."""


def choose_name(probabilities: Array) -> tuple[RefusedKind, float] | None:
    """Return the likeliest kind of the likeliest name and the name's probability, or None below LIKELY.

    Args:
        probabilities: (n,), of KINDS in their order.

    >>> choose_name(np.eye(len(KINDS))[1])
    (RefusedKind(name='letter', words='a letter'), 1.0)
    >>> choose_name(np.eye(len(KINDS))[0]) is None
    True
    """
    each = list(zip(KINDS.values(), probabilities.tolist(), strict=True))
    names = dict.fromkeys(kind.name for kind in KINDS.values() if kind.name)
    totals = {name: sum(share for kind, share in each if kind.name == name) for name in names}
    name = max(totals, key=lambda name: totals[name])
    if totals[name] < LIKELY:
        return None
    kind, _ = max((pair for pair in each if pair[0].name == name), key=lambda pair: pair[1])
    return kind, totals[name]


def shift_each_way(picture: Array) -> Array:
    """Return a picture (height, width) as it is and shifted by a pixel each way, (5, height * width).

    The mean of the answers is right more often than the first.
    """
    shifts = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
    return np.stack([np.roll(picture, shift, (0, 1)).ravel() for shift in shifts])


def _name_kind(
    picture: Array, frame: Frame, recognise: Recognise, classify: Classify, least: float = 0.0
) -> RefusalReason | None:
    """Return the explanation of a picture that looks like a kind with a name, with what would help.

    What looks like a turned digit is one only if it is recognised once it is turned back.
    """
    if (likeliest := classify(picture)) is None or likeliest[1] < least:
        return None
    kind, probability = likeliest
    if not _suits(kind.name, picture):
        return None
    advice = ""
    if kind.name == "row" and any(label is not None for label in recognise(_crops(picture, frame))):
        advice = f"; {CROP_TO_ONE}"
    if turns := _UNDO.get(kind.words):
        back = _normalise_parts([np.ascontiguousarray(undo(picture)) for _, undo in turns], frame)
        helpful = [
            words for (words, _), label in zip(turns, recognise(back), strict=True) if label is not None
        ]
        if not helpful:
            return None
        advice = f"; {helpful[0]}"
    return RefusalReason(f"looks like {kind.words} ({probability:.2f}){advice}", kind.name)


def _suits(name: str | None, picture: Array) -> bool:
    """Return False if a name can't fit a picture, whatever the network of kinds says.

    It has learnt from no dots, dashes or segments, and takes them for noise, pieces and rows of digits. A
    turned digit has one part.
    """
    if name == "noise":
        pixels = np.concatenate([picture[:, :-1].ravel(), picture[:-1].ravel()])
        neighbours = np.concatenate([picture[:, 1:].ravel(), picture[1:].ravel()])
        return bool(np.corrcoef(pixels, neighbours)[0, 1] <= GRAIN)
    if name == "row":
        areas, _ = parts(picture >= INK * picture.max())
        return bool(areas.max() >= LARGE_PART * areas.sum())
    if name == "piece":
        each = [parts(picture >= level * picture.max())[0] for level in (INK, FULL)]
        return all((areas >= SPECK * areas.sum()).sum() <= MOST_PIECES for areas in each)
    if name == "turned":  # a minus and a 0, turned, pass for a 9
        areas, _ = parts(picture >= INK * picture.max())
        return bool((areas >= SPECK * areas.sum()).sum() == 1)
    return True


# What undoes a turn, in words and as a function, by the words of the kind.
_UNDO: dict[str, list[tuple[str, Callable[[Array], Array]]]] = {
    "a digit on its side": [
        ("turn it by a quarter to the right", lambda picture: np.rot90(picture, -1)),
        ("turn it by a quarter to the left", lambda picture: np.rot90(picture, 1)),
    ],
    "a digit upside down": [("turn it by a half", lambda picture: np.rot90(picture, 2))],
    "a mirrored digit": [("mirror it", lambda picture: picture[:, ::-1])],
}


def _separate(picture: Array, frame: Frame, recognise: Recognise) -> RefusalReason | None:
    """Return the explanation of shapes side by side, if each is recognised by itself."""
    boxes = _boxes_of_parts(picture >= INK * picture.max())
    columns = sorted((box[1].start, box[1].stop) for box in boxes)
    are_apart = all(before[1] <= after[0] for before, after in itertools.pairwise(columns))
    if len(boxes) < 2 or not are_apart:
        return None
    if None in recognise(_normalise_parts([picture[box] for box in boxes], frame)):
        return None
    return RefusalReason(f"{_NUMBERS.get(len(boxes), len(boxes))} shapes side by side; {CROP_TO_ONE}")


_NUMBERS = {2: "two", 3: "three", 4: "four"}

Box = tuple[slice, slice]


def _crops(picture: Array, frame: Frame) -> list[Array]:
    """Return the parts of a picture that may be one digit of several, normalised.

    They are its connected parts, and what lies on either side of the line that crosses the least ink.
    """
    ink = picture >= INK * picture.max()
    boxes = _boxes_of_parts(ink)
    boxes = boxes if len(boxes) > 1 else []
    for axis in (1, 0):
        amount = (picture * ink).sum(axis=1 - axis)
        inked = np.flatnonzero(ink.any(axis=1 - axis))
        start, stop = int(inked[0]), int(inked[-1]) + 1
        first, last = (round(start + share * (stop - start)) for share in (SPLIT, 1 - SPLIT))
        if last > first:
            at = first + int(amount[first:last].argmin())
            whole = [slice(None), slice(None)]
            for side in (slice(start, at + 1), slice(at, stop)):
                box = [*whole]
                box[axis] = side
                boxes.append((box[0], box[1]))
    return _normalise_parts([np.pad(picture[box], 2) for box in boxes], frame)


def _boxes_of_parts(ink: Array) -> list[Box]:
    """Return the boxes of the large connected parts of ink (height, width)."""
    areas, places = parts(ink)
    result = []
    for number in np.flatnonzero(areas >= LARGE_PART * areas.sum()) + 1:
        rows, columns = np.nonzero(places == number)
        result.append((slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)))
    return result


def _insides(picture: Array) -> list[Array]:
    """Return what is left of a picture without 2 to 6 pixels of each side."""
    return [picture[cut:-cut, cut:-cut] for cut in range(2, 7) if min(picture.shape) > 3 * cut]


def _normalise_parts(some: Iterable[Array], frame: Frame) -> list[Array]:
    """Return parts of a picture, normalised; a part is not searched for a frame again."""
    return [normalise_picture(part, frame, may_have_frame=False) for part in some]


# --- how it differs from the data set's images ------------------------------------------------------------


def differ(picture: Array, frame: Frame, by: str = "digits.normalise(image)") -> Difference | None:
    """Return how a picture differs from the images of a data set, None if it is in the frame.

    Args:
        picture, frame, by: as in `explain_refusal`; the picture has ink.

    >>> from autoencoder.data.pictures import MNIST
    >>> bar = np.zeros((28, 28))
    >>> bar[4:24, 3:5] = 1
    >>> differ(bar, MNIST)
    Difference(words='off centre by 11 pixels', advice='digits.normalise(image) centres it')
    """
    low, high = float(picture.min()), float(picture.max())
    ink = picture >= INK * high
    if _has_frame(ink):
        return Difference("there is a frame around the ink", f"{by} removes it")
    edge = border_of(picture)
    background = float(np.median(edge))
    if background > (low + high) / 2 and np.mean(np.abs(edge - background) < GREY) > PLAIN:
        return Difference(
            f"the background is light, {background:.2f}", f"{by} inverts dark ink on a light background"
        )
    if edge.std() > NOISE and np.quantile(edge, 0.9) > GREY and background > 0:
        return Difference("the background is not plain", CROP)
    if background > GREY:
        return Difference(f"the background is grey, {background:.2f}", f"{by} makes it black")
    if high < FAINT:
        return Difference(f"the ink is faint, {high:.2f} at most", f"{by} stretches it to 1")
    return _differ_in_place(picture, ink, frame, by)


def _has_frame(ink: Array) -> bool:
    """True if ink (height, width) has a connected part along all four sides of its box, around other ink."""
    areas, places = parts(ink)
    for number in range(1, len(areas) + 1):
        rows, columns = np.nonzero(places == number)
        box = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        if min(box.shape) < ink.shape[0] / 2 or areas[number - 1] > MOST_FRAME * box.size:
            continue
        sides = (box[:2].any(axis=0), box[-2:].any(axis=0), box[:, :2].any(axis=1), box[:, -2:].any(axis=1))
        inside = (places != number) & ink
        if min(side.mean() for side in sides) >= FRAMED and inside.any():
            return True
    return False


def _differ_in_place(picture: Array, ink: Array, frame: Frame, by: str) -> Difference | None:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    box = f"{frame.box[0]}x{frame.box[1]}"
    if height > LARGER * frame.box[0] or width > LARGER * frame.box[1]:
        return Difference(f"the ink fills {height}x{width} pixels", f"{by} brings it to {box}")
    if max(height / frame.box[0], width / frame.box[1]) < SMALLER:
        return Difference(f"the ink is small, {height}x{width} pixels", f"{by} brings it to {box}")
    off = _centre_offset(picture, ink, frame)
    return Difference(f"off centre by {off:.0f} pixels", f"{by} centres it") if off > OFF else None


def _centre_offset(picture: Array, ink: Array, frame: Frame) -> float:
    """Return the distance of the ink's centre from the frame's, in pixels."""
    rows, columns = np.nonzero(ink)
    if frame.by_mass:
        weights = picture[rows, columns]
        middle = np.average(rows, weights=weights), np.average(columns, weights=weights)
    else:
        middle = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    return float(np.hypot(middle[0] - frame.centre[0], middle[1] - frame.centre[1]))
