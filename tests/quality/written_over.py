"""Test digits that are written over, and letters written by hand, for the measurements alone.

The pen is `ink.pen`, drawn by the distance of each pixel; the digits are enlarged pictures, never traced.
"""

import numpy as np
import scipy
from PIL import Image

from tests.quality import ink

LARGE = 3  # pixels for each of a test digit
MARGIN = 24  # pixels around it


def struck_digits(digits, count, random):
    """Return digits with a line through them, two lines, a cross, or a scribble over them.

    A 0, 1 or 7 has no single line: it would be slashed, crossed, or a plus.
    """
    result = []
    single = np.flatnonzero(~np.isin(digits.labels, (0, 1, 7)))
    for number, row in enumerate(random.integers(len(digits), size=count)):
        kind = (0, 1, 0, 2, 0, 3)[number % 6]
        row = random.choice(single) if kind == 0 else row
        picture, (top, bottom, left, right) = _enlarged(digits, row)
        middle, size = np.array([left + right, top + bottom]) / 2, max(bottom - top, right - left)
        wide = max(right - left, 0.5 * size) / 2 * random.uniform(1.05, 1.5)
        rise = random.uniform(-0.8, 0.8)
        line = np.array([[-wide, rise * wide], [wide, -rise * wide]])
        if kind == 0:
            strokes = [middle + line]
        elif kind == 1:
            apart = np.array([0, size * random.uniform(0.1, 0.18)])
            strokes = [middle + line * [1, 0.3] + apart * side for side in (-1, 1)]
        elif kind == 2:
            steep = np.array([[-wide, -size / 2], [wide, size / 2]]) * random.uniform(0.8, 1.1)
            strokes = [middle + steep, middle + steep * [1, -1]]
        else:
            t = np.linspace(0, 1, 60)
            turns, height = random.integers(3, 7), size * random.uniform(0.2, 0.45)
            saw = np.abs((t * turns * 2) % 2 - 1) * 2 - 1
            strokes = [middle + np.stack([(2 * t - 1) * wide, saw * height], axis=1)]
        strokes = [stroke + random.normal(0, 1, stroke.shape) * (len(stroke) == 2) for stroke in strokes]
        lines = ink.pen(strokes, LARGE * random.uniform(1.8, 3), len(picture))
        result.append(ink.framed(np.maximum(picture, lines)))
    return _rows(result)


def upside_down_sevens(digits, count, random):
    """Return sevens turned by half a turn."""
    sevens = np.flatnonzero(digits.labels == 7)
    return digits.images[random.choice(sevens, count)][:, ::-1]


def digits_over_each_other(digits, count, random):
    """Return two digits of different labels over each other, of which each has 20 pixels of its own."""
    result = []
    while len(result) < count:
        one, other = (
            digits.images[row].reshape(digits.shape) for row in random.integers(len(digits), size=2)
        )
        if len(result) % 2:
            other = scipy.ndimage.rotate(other, random.uniform(-12, 12), reshape=False, order=1)
            other = scipy.ndimage.shift(other, random.uniform(-1.5, 1.5, 2), order=1)
        far = [scipy.ndimage.maximum_filter(each, 3) < 0.3 for each in (one, other)]
        own = [((one > 0.5) & far[1]).sum(), ((other > 0.5) & far[0]).sum()]
        if min(own) >= 20:
            result.append(np.maximum(one, other).clip(0, 1))
    return _rows(result)


def one_stroke_scribbles(digits, count, random):
    """Return closed or open lines of one stroke, whose coordinates are sums of five or six waves."""
    result = []
    for _ in range(count):
        waves = np.arange(1, random.integers(6, 8))
        t = np.linspace(0, 2 * np.pi * random.uniform(0.75, 1), 150)[:, None]
        points = [
            (
                random.normal(0, 1, len(waves))
                / waves**0.6
                * np.cos(t * waves + random.uniform(0, 7, len(waves)))
            ).sum(1)
            for _ in range(2)
        ]
        result.append(ink.lines([np.stack(points, axis=1)], random.uniform(1.6, 3)))
    return _rows(result)


# --- letters by hand ----------------------------------------------------------------------------------------

# The strokes of each letter as of the Katakana in `not_digits`; a single point is a dot. Alef, heh and waw
# are left out of Arabic, which can pass for 1, 0 and 9.
ARABIC = [
    "03062888a6a3 5a", "03062888a6a3 43 63", "03062888a6a3 44 64 52", "1316397996a3 54",
    "9261538587582806 3a 5a", "80876a2a07", "80882907 63446546", "846244668584 54363a", "41858828",
    "41858828 40", "7285692a", "7285692a 50", "a2a5858385656366592907 0705",
    "a2a585838565636659290705 60 80 70",
    "5572a2a555575929070515", "5572a2a555575929070515 80", "30387898a5745327", "30387898a5745327 72",
    "8251335585 55273a7a99", "8251335585 55273a7a99 60", "12418244274a89", "12418244274a89 57",
    "12418244274a89 50", "826264848294972806 70", "826264848294972806 60 80", "836385837496592906 61 81",
    "0006698863 9034", "9069 10396989",
]  # fmt: skip
# Without vav, zayin, yod, nun, samekh, resh and the final letters, which can pass for 1, 7, 2 or 0.
HEBREW = [
    "1199 918465 195634", "1171838a 0aaa", "415262667a 663a", "01a1 818a", "1181939a 252a", "1181939a 111a",
    "1117397997927153", "116183876919", "20248487454a", "291341829959 1213", "116658 91868a2a 1176",
    "4555151261919397691a", "1189 09a9 918465", "0181936835 242a", "0117398791 5149", "1181939a 212809",
]  # fmt: skip


def arabic_letters(digits, count, random):
    """Return Arabic letters, their corners rounded as by a pen."""
    return _letters(ARABIC, 2, count, random)


def hebrew_letters(digits, count, random):
    """Return Hebrew letters of almost straight lines."""
    return _letters(HEBREW, 1, count, random)


def _letters(table, rounds, count, random):
    result = []
    for number in random.integers(len(table), size=count):
        strokes = []
        for text in table[number].split():
            points = np.array([int(digit, 16) for digit in text], float).reshape(-1, 2)
            points = points + random.normal(0, 0.3, points.shape)
            for _ in range(rounds if len(points) > 2 else 0):
                points = _rounded(points)
            strokes.append(points if len(points) > 1 else points + np.array([[0, 0], [0.3, 0.1]]))
        slant = np.array([[random.uniform(0.75, 1.2), random.normal(0, 0.1)], [random.normal(0, 0.05), 1]])
        result.append(ink.lines([stroke @ slant.T for stroke in strokes], random.uniform(1.6, 3)))
    return _rows(result)


def _rounded(points):
    """Return a line with its corners cut (Chaikin, 1974)."""
    before, after = points[:-1], points[1:]
    cut = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1).reshape(-1, 2)
    return np.concatenate([points[:1], cut, points[-1:]])


# --- digits that stay digits --------------------------------------------------------------------------------


def crossed_sevens(digits, count, random):
    """Return sevens with a short bar across the stem."""

    def bar(picture, box, random):
        top, bottom, left, right = box
        y = top + (bottom - top) * random.uniform(0.42, 0.6)
        stem = np.flatnonzero(picture[int(y)] > 0.3)
        x = stem.mean() if stem.size else (left + right) / 2
        half = (bottom - top) * random.uniform(0.14, 0.24)
        return [np.array([[x - half, y + random.normal(0, 2)], [x + half, y + random.normal(0, 2)]])]

    return _marked(digits, 7, bar, count, random)


def slashed_zeros(digits, count, random):
    """Return zeros with a line from the lower left to the upper right."""

    def slash(picture, box, random):
        top, bottom, left, right = box
        part = random.uniform(0.3, 0.5)
        middle, far = (
            np.array([left + right, top + bottom]) / 2,
            np.array([right - left, top - bottom]) * part,
        )
        return [np.stack([middle - far, middle + far])]

    return _marked(digits, 0, slash, count, random)


def ones_with_a_foot(digits, count, random):
    """Return ones with a level bar under them."""

    def foot(picture, box, random):
        top, bottom, *_ = box
        x = np.flatnonzero(picture[bottom - 3] > 0.3).mean()
        half = (bottom - top) * random.uniform(0.15, 0.3)
        return [np.array([[x - half, bottom - 2.0], [x + half, bottom - 2 + random.normal(0, 1)]])]

    return _marked(digits, 1, foot, count, random)


def retouched_digits(digits, count, random):
    """Return digits of which one half was written again, up to a pixel beside itself."""
    rows = random.choice(len(digits), min(count, len(digits)), replace=False)
    result = []
    for row in rows:
        picture, angle = digits.images[row].reshape(digits.shape), random.uniform(0, 2 * np.pi)
        y, x = np.mgrid[-1 : 1 : digits.shape[0] * 1j, -1 : 1 : digits.shape[1] * 1j]
        half = picture * (np.cos(angle) * x + np.sin(angle) * y > 0)
        again = scipy.ndimage.shift(half, random.uniform(-1, 1, 2), order=1)
        result.append(np.maximum(picture, again).clip(0, 1))
    return _rows(result), digits.labels[rows]


NEGATIVES = {
    "struck digits": struck_digits,
    "upside-down sevens": upside_down_sevens,
    "digits over each other": digits_over_each_other,
    "one-stroke scribbles": one_stroke_scribbles,
    "Arabic letters": arabic_letters,
    "Hebrew letters": hebrew_letters,
}
POSITIVES = {
    "crossed sevens": crossed_sevens,
    "slashed zeros": slashed_zeros,
    "ones with a foot": ones_with_a_foot,
    "retouched digits": retouched_digits,
}


def _marked(digits, label, strokes_of, count, random):
    rows = random.choice(np.flatnonzero(digits.labels == label), count)
    result = []
    for row in rows:
        picture, box = _enlarged(digits, row)
        lines = ink.pen(strokes_of(picture, box, random), LARGE * random.uniform(1.6, 2.6), len(picture))
        result.append(ink.framed(np.maximum(picture, lines)))
    return _rows(result), digits.labels[rows]


def _enlarged(digits, row):
    """Return a digit, enlarged, with a margin; and the box of its ink: top, bottom, left and right."""
    image = Image.fromarray(digits.images[row].reshape(digits.shape))
    large = image.resize([LARGE * length for length in image.size], Image.Resampling.BICUBIC)
    picture = np.pad(np.asarray(large).clip(0, 1), MARGIN)
    rows, columns = (np.flatnonzero(picture.max(axis=axis) > 0.3) for axis in (1, 0))
    return picture, (rows[0], rows[-1], columns[0], columns[-1])


def _rows(pictures):
    return np.array([np.ravel(picture) for picture in pictures], np.float32)
