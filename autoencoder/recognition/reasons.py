"""Reasons why a picture is not recognised, which a person can act on."""

import itertools

import numpy as np

from autoencoder.data.images import Array
from autoencoder.data.ink import LEAST_CONTRAST, parts
from autoencoder.data.normalise import Frame
from autoencoder.recognition.reader import INK

FAINT = 0.6  # the darkest ink of a data set's images is near 1
GREY = 0.15  # the level above which a background is not black
LARGER, SMALLER = 1.12, 0.75  # of the frame's box
OFF = 2.5  # pixels from where the ink is centred
NOISE = 0.12  # the deviation of the background's pixels
PLAIN = 0.5  # of the edge: the share of it that is near one level on a plain background


def reason(picture: Array, frame: Frame, by: str = "digits.normalise(image)") -> str | None:
    """Return the reason why a picture may have been refused, None if it looks like the data set's images.

    Args:
        picture: (height, width), 0.0 is black and 1.0 is white, of the frame's size.
        frame: the place of the ink in the data set that the networks were trained on.
        by: the call that normalises a picture.

    >>> from autoencoder.data.normalise import MNIST
    >>> picture = np.zeros((28, 28))
    >>> picture[4:24, 13:15] = 0.41
    >>> reason(picture, MNIST)
    'the ink is faint, 0.41 at most; digits.normalise(image) stretches it to 1'
    """
    if not frame.bare:
        return None
    low, high = float(picture.min()), float(picture.max())
    if high - low < LEAST_CONTRAST:
        return f"there is no ink, only one level of {low:.2f}"
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    background = float(np.median(edge))
    if background > (low + high) / 2 and np.mean(np.abs(edge - background) < GREY) > PLAIN:
        return f"the background is light, {background:.2f}; {by} inverts dark ink on a light background"
    if edge.std() > NOISE and np.quantile(edge, 0.9) > GREY and background > 0:
        return "the background is not plain; crop the picture to what is written"
    if background > GREY:
        return f"the background is grey, {background:.2f}; {by} makes it black"
    if high < FAINT:
        return f"the ink is faint, {high:.2f} at most; {by} stretches it to 1"
    return _of_ink(picture >= INK * high, picture, frame, by)


def _of_ink(ink: Array, picture: Array, frame: Frame, by: str) -> str | None:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    box = f"{frame.box[0]}x{frame.box[1]}"
    if height > LARGER * frame.box[0] or width > LARGER * frame.box[1]:
        return f"the ink fills {height}x{width} pixels; {by} brings it to {box}"
    if max(height / frame.box[0], width / frame.box[1]) < SMALLER:
        return f"the ink is small, {height}x{width} pixels; {by} brings it to {box}"
    off = _off_centre(picture, ink, frame)
    if off > OFF:
        return f"off centre by {off:.0f} pixels; {by} centres it"
    areas, places = parts(ink)
    large = areas >= 0.2 * areas.sum()
    if large.sum() > 1:
        spans = [np.flatnonzero((places == number).any(axis=0)) for number in np.flatnonzero(large) + 1]
        spans.sort(key=lambda span: int(span[0]))
        if all(before[-1] < after[0] for before, after in itertools.pairwise(spans)):
            return f"{_NUMBERS.get(len(spans), len(spans))} shapes side by side; crop the picture to one"
    return None


_NUMBERS = {2: "two", 3: "three", 4: "four"}


def _off_centre(picture: Array, ink: Array, frame: Frame) -> float:
    """Return how far the ink is from where the frame has it, in pixels."""
    rows, columns = np.nonzero(ink)
    if frame.by_mass:
        weights = picture[rows, columns]
        middle = np.average(rows, weights=weights), np.average(columns, weights=weights)
    else:
        middle = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    return float(np.hypot(middle[0] - frame.centre[0], middle[1] - frame.centre[1]))
