"""Letters as a hand writes them, Arabic ones with dots, and Latin ones with a few Greek and Cyrillic ones.

Letters of fonts, and those redrawn with a pen, are thin and even; a hand's have few strokes, round bowls and
dots that run into dashes.
"""

import numpy as np

from autoencoder.data.pictures import Frame
from autoencoder.digits.training.synthetic.drawings import Strokes
from autoencoder.digits.training.synthetic.icons import read_strokes, split_long
from autoencoder.digits.training.synthetic.renderer import Ink, Points, draw_in_frame, wobble
from autoencoder.digits.training.synthetic.sources import Random

# The lines of each letter, in the notation of `icons.ICONS`; then the marks that it may have: none, or one
# to three dots above, below or in it. Letters that may pass for a digit are left out: alef, heh, waw, and the
# plain forms of others.
ARABIC = [
    ("~0,4 .6,6.4 5,7.4 9.4,6.4 10,3.6", "b1 a2 a3"),  # beh, teh, theh
    ("~7.6,3 8,5.4 6,6.6 0,6.8", "b1 a2 a3 a1 b2"),  # and where they begin a word
    ("~0,2 .4,7 4.6,9.6 8.6,7 9,1", "a1"),  # noon
    ("~9,1.6 6.6,1 5.4,3 8,4.6 8.4,7 4.6,8.8 .8,7.6 .2,5", "b2"),  # yeh
    ("~.6,2.6 3,1.6 8.8,2 4,3.4 1.4,6.4 3.4,9.6 9,9.2", "- i1 a1"),  # hah, jeem, khah
    ("~.6,2.2 2.4,1.4 5.4,2.4 9.6,6.2|~9.6,6.2 5,6.6 0,6.4", "- b1 a1"),
    ("~2.4,.6 6.6,3.6 8,7 5,8.8 .4,8.4", "- a1"),  # dal, thal
    ("~6.4,0 7.6,3.6 6,7.4 0,9.8", "a1 a3"),  # zain
    ("~10,1.6 9.8,4.6 8.4,5 7.6,2 7.2,4.8 5.8,5 5,2 4.8,6 4,9 1.4,9.4 0,5.6", "- a3"),  # seen, sheen
    ("~10,3 9.4,6 7.4,6 7,3 6.4,6 4.4,6 4,3 3.4,6.4 0,6.6", "- a3"),
    ("~4.6,5.4 6.4,2.4 8.8,1.8 10,3.8 7.6,5.6 4.8,5.4 4.6,7.6 2.4,9.4 .4,8.4 0,5.6", "- a1"),  # sad, dad
    ("~1.6,6.8 4.4,3.6 8,3 9.6,5 7,6.8 0,7", "- a1"),
    ("~0,7.8 3.2,5 7.4,4 10,5.8 7,7.6 0,7.8|2.6,0 2.8,7.4", "- a1"),  # tah, zah
    ("~7.4,1.8 4.8,.4 2.6,1.8 4,4 7.6,4.2 3,5.4 1,7.8 4,9.8 8.6,9.2", "- a1"),  # ain, ghain
    ("~7.4,1.4 4,1 2.6,3.6 4.6,5.8 9.4,6|~9.4,6 4,6.8 0,6.6", "- a1"),
    ("~9,4.8 7.2,5 6.4,3.4 7.8,2 9.4,3.4 9.2,6.2 6,7.6 1.6,7.2 0,4.6", "a1"),  # feh
    ("~8.6,4.4 6.8,4.6 6.2,2.8 7.6,1.6 9,3.2 9,7 5.4,9.6 1.2,8.6 .4,5.4", "a2"),  # qaf
    ("~9,0 9.2,7 8,8.4 3,8.6 .6,7.6 .4,5.4|~6.6,3 4.4,4 6.4,5 4.4,6.4", "-"),  # kaf
    ("~9.6,0 2,3.4 8.4,5.6 7,7.6 0,7.8", "-"),
    ("~7,0 7.2,6.4 5.2,9.4 2,9 .6,6", "-"),  # lam
    ("~3,4.6 4.2,2 6.6,2.6 6.2,4.8 3.4,4.8 1.8,5.4 1.6,10", "-"),  # meem
    ("~10,6 7.8,6 7,3.8 5.2,3.8 5,6 7,6.2|~5.2,6 3,6.2 0,6", "-"),
    ("~10,4 6,2 3,4 4,8 6.4,7.6 6,4.6 3,6.6 0,6.6", "-"),  # heh within a word
    ("~0,1 4,5 7,8.6 4.4,9.8 3.4,8 6.4,4 9,0", "- a1"),  # lam and alef
    ("1,.6 8,9.4|~9,0 7.6,5 4.4,8.6 1,9", "-"),
    ("~8,2.4 5.4,1 2.6,2.6 3,5 5,5.8 9,5|9,4.8 1.4,8.6", "-"),  # hamza
    ("~4.8,3 1.8,5.4 2.2,9 5.4,9.8 8,8 7,5 4.6,3", "a2"),  # teh marbuta
]


# Without the letters that `sources.LETTERS` leaves out.
LATIN = [
    *("5,0 1,10|5,0 9,10|2.6,6.4 7.4,6.4", "1,10 5,0 9,10|2.6,6 7.4,6"),  # A
    "~9,1.6 6.4,0 2.4,1.6 1,5 2.4,8.4 6.4,10 9,8.4",
    "8.6,0 1.6,0 1.6,10 8.8,10|1.6,5 7.4,5",
    "8.6,0 1.6,0 1.6,10|1.6,4.8 7,4.8",
    "1.4,0 1.4,10|8.6,0 8.6,10|1.4,5 8.6,5",
    "1.6,0 1.6,10|8.6,0 1.6,5.6|3.4,4.4 9,10",
    "1.8,0 1.8,10 8.6,10",
    *("1,10 1.4,0 5,6.4 8.6,0 9,10", "~1,3 1,10|~1,5.4 3,3.2 5,5.4 5,10|~5,5.4 7,3.2 9,5.4 9,10"),  # M, m
    *("1.4,10 1.4,0 8.6,10 8.6,0", "2,3 2,10|~2,6 5,3.2 8,5.6 8,10"),  # N, n
    "1.8,10 1.8,0|~1.8,0 6.6,.2 8.4,2.6 6.6,5.2 1.8,5.4",
    *(
        "1.8,10 1.8,0|~1.8,0 6.6,.2 8.4,2.6 6.6,5.2 1.8,5.4|5,5.4 8.8,10",
        "2.4,3 2.4,10|~2.4,6.4 4.6,3.4 7.6,3.6",
    ),
    *(".6,0 9.4,0|5,0 5,10", "4.6,0 4.6,8.4|~4.6,8.4 5.6,10 8,9.2|1.4,3.4 7.8,3.4"),  # T, t
    *("~1.4,0 1.4,6 3,9.4 7,9.4 8.6,6 8.6,0", "~2,3 2,8 4,9.8 7.6,8|8,3 8,10"),  # U, u
    *("1,0 5,10 9,0", "0,0 2.4,10 5,3 7.6,10 10,0"),  # V, W
    *("1,0 9,10|9,0 1,10", "~9,1 6,2 4,8 1,9|~1,1 4,2 6,8 9,9"),  # X
    *("1,0 5,5|9,0 5,5 5,10", "1,0 5,5|9,0 3,10"),  # Y
    *(
        "~8,3.4 4.6,2.6 1.4,5.6 3.4,9.6 7.6,7.6 8.2,3|~8.2,3 8,8 9.8,9.8",
        "~2,3.6 5,2.6 7.6,4.4 7.6,9.8|~7.6,6 3.6,6.2 2,8.2 4,9.8 7.6,8.4",
    ),  # a
    "~8,5 5,3.6 1.6,6 3,9.6 7,9 8,6|8,0 8,10",
    "~1.4,6 8.4,5.6 7.4,3 4.4,2.4 1.4,5.4 3,9.4 8,8.8",
    "~8,.8 5.6,0 4.2,2.4 4.2,10|1.4,4.4 7,4.4",
    "2,0 2,10|~2,6 5,3.6 8,5.6 8,10",
    "2,0 2,10|7.6,3.6 2,7|3.6,6 8,10",
    *(
        "5,0 .6,10 9.4,10 5,0",
        "8.6,1 1.4,0 5.6,5 1.4,10 8.8,9.4",
        "1.4,10 1.4,0 8.6,0 8.6,10",
    ),  # Delta, Sigma, Pi
    *("1.4,0 1.4,10 8.6,0 8.6,10", "1,0 1,10 9,10 9,0|5,0 5,10", "o5,4,3.6|5,-1 5,10"),  # I, Sha, Ef
    "8.2,10 8.2,0|~8.2,0 3.4,.2 1.6,2.6 3.4,5.2 8.2,5.4|5,5.4 1.2,10",  # Ya
]
TABLES = {"Arabic": ARABIC, "Latin": [(line, "-") for line in LATIN]}


def draw_letter(script: str, frame: Frame, random: Random) -> Ink:
    """Return a random letter of a table, drawn with a pen, in a frame."""
    return draw(*TABLES[script][random.integers(len(TABLES[script]))], frame, random)


def draw(line: str, marks: str, frame: Frame, random: Random) -> Ink:
    """Return a letter, given its line and the marks that it may have, drawn with a pen, in a frame."""
    strokes = [split_long(stroke) for stroke in read_strokes(line)]
    points = np.concatenate(strokes)
    mark = str(random.choice(marks.split()))
    if mark != "-":
        low, high = points.min(axis=0), points.max(axis=0)
        across = random.uniform(0.3, 0.7) * (high - low)[0] + low[0]
        gap = random.uniform(1.2, 2.6)
        down = {"a": low[1] - gap, "b": high[1] + gap, "i": low[1] + 0.6 * (high - low)[1]}[mark[0]]
        strokes += letter_dots(int(mark[1]), np.array([across, down]), random)
    narrow = [np.exp(random.normal(0, 0.2)), 1.0]
    return draw_in_frame(
        wobble([stroke * narrow for stroke in strokes], random, random.uniform(0, 0.09)), frame, random
    )


def letter_dots(number: int, middle: Points, random: Random) -> Strokes:
    """Return one to three dots; of several, a third are run together, as a dash or a tent."""
    apart, below = random.uniform(1.2, 1.9), random.uniform(-1.6, -0.8)
    places = {
        1: [[0.0, 0.0]],
        2: [[-apart / 2, 0.0], [apart / 2, 0.0]],
        3: [[-apart / 2, 0.0], [0.0, below], [apart / 2, 0.0]],
    }[number] + middle
    if number > 1 and random.random() < 0.35:
        return [places]
    far = random.normal(0, 0.25, (number, 2))
    return [np.stack([place, place + by]) for place, by in zip(places, far, strict=True)]
