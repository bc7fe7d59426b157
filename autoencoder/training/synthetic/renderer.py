"""The only renderer of synthetic images, positives and negatives alike.

If letters alone came from fonts and a pen, a reader would learn to recognise fonts and pens.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from autoencoder.data.ink import cut
from autoencoder.data.normalise import Frame, pen_widths, place
from autoencoder.training.synthetic.pen import Ink, Points, draw, pen, wobbled

WOBBLE = 0.06  # of the size of a drawing


def typed(ink: Ink, frame: Frame, random: np.random.Generator) -> Ink:
    """Return the ink of a character as an image: slanted a little, thick or thin, in its frame."""
    height, width = ink.shape
    side = 2 * max(height, width)
    turn, slant = random.normal(0, 0.06), random.normal(0, 0.12)
    x, y = np.cos(turn), np.sin(turn)
    # The matrix maps places in the result to places in the character, so a narrow result takes a wide scale.
    matrix = np.array([[1 / _width(random), slant], [0, 1]]) @ np.array([[x, -y], [y, x]])
    offset = np.array([width, height]) / 2 - matrix @ np.array([side, side]) / 2
    picture = Image.fromarray((ink * 255).astype(np.uint8)).transform(
        (side, side),
        Image.Transform.AFFINE,
        (*matrix[0], offset[0], *matrix[1], offset[1]),
        Image.Resampling.BILINEAR,
    )
    slanted = np.asarray(picture, np.float32) / 255
    if random.random() < 0.7:
        slanted = _of_width(slanted, random.uniform(1.5, 3.6) * max(ink.shape) / max(frame.box))
    return place(cut(slanted), frame)


def handwritten(strokes: Sequence[Points], frame: Frame, random: np.random.Generator) -> Ink:
    """Return strokes as an image: bent as by a hand, drawn with some pen, in its frame."""
    if not strokes:
        return np.zeros(frame.shape, np.float32)
    narrow = [1.0, 1.0] if random.random() < 0.5 else [_width(random), 1.0]
    bent = wobbled([stroke * narrow for stroke in strokes], random, random.uniform(0, WOBBLE))
    return drawn(bent, frame, random)


def drawn(strokes: Sequence[Points], frame: Frame, random: np.random.Generator) -> Ink:
    """Return strokes as an image: drawn with some pen, in its frame."""
    return place(cut(draw(strokes, pen(random))), frame)


def _width(random: np.random.Generator) -> float:
    """Return a random width of a character, relative to its usual width: some fonts and hands are narrow."""
    return float(random.uniform(0.3, 0.9) if random.random() < 0.3 else np.exp(random.normal(0, 0.12)))


def _of_width(ink: Ink, width: float) -> Ink:
    """Return ink with strokes of about a width in pixels; wider ones are thinned to half at most."""
    now = float(pen_widths(ink[None])[0])
    radius = round((max(width, 0.5 * now) - now) / 2)
    picture = Image.fromarray((ink * 255).astype(np.uint8))
    change = ImageFilter.MaxFilter(3) if radius > 0 else ImageFilter.MinFilter(3)
    for _ in range(min(abs(radius), 8)):
        picture = picture.filter(change)
    result = np.asarray(picture, np.float32) / 255
    return result if result.max() > 0.5 else ink
