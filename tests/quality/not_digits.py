"""Pictures of 28x28 pixels that are not digits: letters, symbols, drawings, and parts of photographs.

They come from test digits, fonts, a pen and seeds that no training uses. Some kinds resemble those that
training shows, others do not.
"""

import string

import numpy as np
from PIL import Image

from autoencoder.data.pictures import open_picture
from tests.quality import ink, masks, scenes, written_over
from tests.quality.scripts import KANJI, syllable
from tests.quality.shapes import LINES, SHAPES

# Without those that can pass for a digit: O is a 0, l a 1, Z a 2, S a 5, b a 6, B an 8, g and q a 9.
LETTERS = [letter for letter in string.ascii_letters if letter not in "BDGIOQSZJbgiloqszy"]
SYMBOLS = [*"#%&*+<=>@^~{}[]!?$€£¥§¶±÷√∞≠∑∏∂∃∈∩∪⊕←↑→↓↔♠♣♥♦▲■"]
GREEK_AND_CYRILLIC = [*"ΓΔΛΞΠΣΦΨΩακλμνπτχψω", *"ДЖИЙЛПФЦШЩЪЫЮЯджийклмнптфцшщъыюя"]

# Katakana: the strokes of each, whose points are two hexadecimal digits, right and down in a square of 10.
KANA = [
    "119164 535629", "805315 535a", "5052 151292864a", "1191 5159 09a9", "03a3 606a59 6318",
    "13938969 50461a", "1392 06a5 406a", "3005 23a3 63572a", "119199 1999", "03a3 3036 70754a",
    "1132 0425 1968a2", "1181650a 56aa", "049376 30385999", "4006 3292762a 3477", "303a 3487",
    "03a3 50562a", "2282 09a9", "5061 138308 555a 6698", "322609 6184a9", "20283999 2493",
    "03a3 505a 3509 75a9", "2182 2485 189a", "401998 65aa", "80560a 2388", "119199 2595 1999",
    "31360a 6069a6", "1191991911", "151191854a",
]  # fmt: skip


# --- lettering --------------------------------------------------------------------------------------------


def typed_letters(digits, count, random):
    """Return typed letters."""
    return _characters(LETTERS, ink.FONTS, count, random, by_hand=False)


def hand_like_letters(digits, count, random):
    """Return letters bent and slanted as by a hand."""
    return _characters(LETTERS, ink.FONTS, count, random, by_hand=True)


def symbols(digits, count, random):
    """Return typographic, mathematical and card symbols, half of them bent as by a hand."""
    return _characters(SYMBOLS, ink.UNICODE, count, random, by_hand=None)


def greek_and_cyrillic(digits, count, random):
    """Return Greek and Cyrillic letters, half of them bent as by a hand."""
    return _characters(GREEK_AND_CYRILLIC, ink.UNICODE, count, random, by_hand=None)


def kana(digits, count, random):
    """Return Katakana with lines that are not quite straight."""
    return _of_strokes(KANA, count, random)


def kanji(digits, count, random):
    """Return kanji with lines that are not quite straight."""
    return _of_strokes(KANJI, count, random)


def hangul(digits, count, random):
    """Return syllables of Hangul with lines that are not quite straight."""
    result = []
    for _ in range(count):
        strokes = [stroke + random.normal(0, 0.02, stroke.shape) for stroke in syllable(random)]
        slant = np.array([[random.uniform(0.75, 1.1), random.normal(0, 0.1)], [0, 1]])
        result.append(ink.lines([stroke @ slant.T for stroke in strokes], random.uniform(1.5, 2.6)))
    return _stacked(result)


# --- drawings ---------------------------------------------------------------------------------------------


def shapes(digits, count, random):
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


def lines_and_scribbles(digits, count, random):
    """Return level lines, crosses and ladders of lines, zigzags, waves, loops and scrawls."""
    result = []
    for number in range(count):
        strokes = LINES[number % len(LINES)](random)
        result.append(ink.lines(strokes, random.uniform(1.6, 3.2)))
    return _stacked(result)


def strokes_within_the_frame(digits, count, random):
    """Return three to six straight strokes between points of the middle 20x20 pixels."""
    return _strokes((ink.SIDE - ink.BOX) / 2, count, random)


def random_strokes(digits, count, random):
    """Return three to six straight strokes between points anywhere in the picture."""
    return _strokes(0, count, random)


# --- of digits and photographs --------------------------------------------------------------------------


def pairs(digits, count, random):
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


def turned(digits, count, random):
    """Return digits turned by a quarter, without 0 and 8, which stay digits."""
    some = _some(digits, count, random, "12345679")
    quarters = random.choice([1, 3], count)
    return np.stack([np.rot90(image, n).ravel() for image, n in zip(some, quarters, strict=True)])


def upside_down(digits, count, random):
    """Return digits turned by a half, without those that may stay digits: 0, 1, 2, 5, 6, 8 and 9."""
    return _some(digits, count, random, "347")[:, ::-1, ::-1].reshape(count, -1)


def mirrored(digits, count, random):
    """Return mirrored digits, without those that may stay digits: 0, 1, 8, and 2 and 5, each other's."""
    return _some(digits, count, random, "34679")[:, :, ::-1].reshape(count, -1)


def photograph_pieces(path, shape, count, random):
    """Return pieces of a photograph, and the edges in them, (count, height * width) each.

    A piece is 1 to 6 times as large before it is scaled; plain ones are left out.
    """
    height, width = shape
    with open_picture(path) as file:
        photograph = file.convert("L")
    largest = min(photograph.height / height, photograph.width / width)  # below 1 for images larger than it
    pieces = []
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


KINDS = {
    "typed letters": typed_letters,
    "hand-like letters": hand_like_letters,
    "symbols": symbols,
    "Greek and Cyrillic": greek_and_cyrillic,
    "kana": kana,
    "kanji": kanji,
    "Hangul": hangul,
    "shapes": shapes,
    "lines and scribbles": lines_and_scribbles,
    "pairs": pairs,
    "turned digits": turned,
    "digits upside down": upside_down,
    "mirrored digits": mirrored,
    "strokes within the frame": strokes_within_the_frame,
    "random strokes": random_strokes,
    "signs and icons": masks.signs_and_icons,
    **written_over.NEGATIVES,
    "empty frames": scenes.empty_frames,
    "empty pages": scenes.empty_pages,
    "pairs on pages": scenes.pairs_on_pages,
}


def _characters(characters, fonts, count, random, *, by_hand):
    """Return characters of random fonts: bent as by a hand, typed, or alternating if by_hand is None."""
    result = []
    for number in range(count):
        font, character = str(random.choice(fonts)), str(random.choice(characters))
        hand = number % 2 == 0 if by_hand is None else by_hand
        result.append(ink.outlined(font, character, random if hand else None))
    return _stacked(result)


def _of_strokes(characters, count, random):
    """Return characters of strokes whose points are two hexadecimal digits."""
    result = []
    for number in random.integers(len(characters), size=count):
        strokes = [
            np.array([int(digit, 16) for digit in stroke], float).reshape(-1, 2)
            for stroke in characters[number].split()
        ]
        strokes = [stroke + random.normal(0, 0.35, stroke.shape) for stroke in strokes]
        slant = np.array([[random.uniform(0.75, 1.1), random.normal(0, 0.1)], [0, 1]])
        result.append(ink.lines([stroke @ slant.T for stroke in strokes], random.uniform(1.8, 3.2)))
    return _stacked(result)


def _strokes(margin, count, random):
    result = []
    for _ in range(count):
        ends = random.uniform(margin, ink.SIDE - margin, (random.integers(3, 7), 2, 2))
        result.append(ink.lines(list(ends), random.uniform(1.5, 3.5), fitted=False))
    return _stacked(result)


def _stacked(pictures):
    return np.array([picture.ravel() for picture in pictures], np.float32)


def _some(digits, count, random, labels):
    rows = np.flatnonzero(np.isin(digits.labels, [int(label) for label in labels]))
    return np.asarray(digits.images[random.choice(rows, count)].reshape(count, *digits.shape))
