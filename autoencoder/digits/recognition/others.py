"""Pictures of other things than digits, drawn without any data: letters, signs, scribbles, and a blank one.

With them `near_misses` asks a guard whether it reads a digit in anything. Training does not know them: it has
other fonts than Pillow's, and other lines.
"""

import numpy as np
from PIL import Image as pillow
from PIL import ImageDraw, ImageFont

from autoencoder.data.ink import crop_ink
from autoencoder.data.pictures import Frame, Image, place_ink

_SIDE = 120  # pixels of a drawing, before it is scaled
_PEN = 9
_CORNERS = 6  # of a scribble

# Letters and signs that can't pass for a digit, as b, g, l, O, S and Z can; nothing; and so many scribbles
# that each digit is the likeliest one in some.
OTHERS: tuple[str | int, ...] = (*"ACDEFHKLMNPRTUVWXYacdefhkmnprtuvwxy#$%*+=@", "", *range(130))


def draw_other_thing(other: str | int, frame: Frame) -> Image:
    """Return a picture of a text, or of the scribble with a number, float32 (1, pixels).

    >>> from autoencoder.data.pictures import MNIST
    >>> draw_other_thing("W", MNIST).shape, draw_other_thing("", MNIST).max()
    ((1, 784), 0.0)
    """
    picture = pillow.new("L", (_SIDE, _SIDE))
    pencil, middle = ImageDraw.Draw(picture), (_SIDE / 2, _SIDE / 2)
    if isinstance(other, str):
        pencil.text(middle, other, fill=255, font=ImageFont.load_default(_SIDE / 2), anchor="mm")
    else:
        corners = np.random.default_rng(other).uniform(_PEN, _SIDE - _PEN, (_CORNERS, 2))
        pencil.line([(x, y) for x, y in corners.tolist()], fill=255, width=_PEN, joint="curve")
    ink = np.asarray(picture, np.float32) / 255
    return place_ink(crop_ink(ink) if ink.any() else ink, frame).reshape(1, -1)
