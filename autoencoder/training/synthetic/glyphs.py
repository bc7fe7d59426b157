"""Characters in Matplotlib's fonts: digits, and characters that can't pass for digits.

Some fonts are held out for the measurements of tests/quality.
"""

import functools
from pathlib import Path

import numpy as np
from PIL import Image, ImageFont

from autoencoder.training.synthetic.renderer import Ink

FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Oblique",
    "DejaVuSansMono",
    "DejaVuSansMono-BoldOblique",
    "STIXGeneral",
    "STIXGeneralBol",
    "STIXGeneralItalic",
    "STIXGeneralBolIta",
    "cmr10",
    "cmtt10",
    "cmti10",
)
LATIN_ONLY = ("cmr10", "cmtt10", "cmti10")  # beyond ASCII, their characters differ from Unicode's

DIGITS = "0123456789"
# Without letters that can pass for a digit: B b D G g I i J l O o Q q S s Z z.
LETTERS = "ACEFHKLMNPRTUVWXYacdefhjkmnprtuvwxy"
SIGNS = "#%&*+<=>?@^~{}[]!$€£¥§"
SYMBOLS = "¶©®±×÷√∞≈≠≤≥∑∏∂∀∃∈∩∪∧∨⊂⊃⊕⊗∇←↑→↓↔↕⇒⇔♠♣♥♦♪★☆☐☑☒✓✗◆▲▼◀▶■▪●∎"
GREEK = "ΓΔΛΞΠΣΦΨΩαηκλμνπτυφχψω"
CYRILLIC = "ДЖИЙКЛПФЦШЩЪЫЮЯджийклмнптфцшщъыюя"
OTHERS = "ԱԲԳԴԵԺԽԿՁՂՃՄՇՋՌՎՐՓ" + "აბგდევზკმნრსტფქღყშჩცძწჭხჯჰ" + "אבגדהחטכלמנעפצקרשת" + "ⴰⴷⴼⴽⵀⵃⵅⵇⵉⵊⵎⵣⵥⵯ"

SIZE = 64  # pixels of the em


def draw_digits(count: int, random: np.random.Generator) -> tuple[list[Ink], list[int]]:
    """Return the ink of typed digits, and their labels."""
    numbers = random.integers(10, size=count)
    return [glyph(str(random.choice(FONTS)), DIGITS[number]) for number in numbers], numbers.tolist()


def draw_others(count: int, random: np.random.Generator) -> list[Ink]:
    """Return the ink of other characters than digits, about half of them Latin letters."""
    groups = [LETTERS, SIGNS, SYMBOLS, GREEK, CYRILLIC, OTHERS]
    result = []
    for number in random.choice(len(groups), count, p=[0.46, 0.16, 0.12, 0.08, 0.1, 0.08]):
        character = groups[number][random.integers(len(groups[number]))]
        result.append(glyph(str(random.choice(_fonts_with(character))), character))
    return result


@functools.cache
def glyph(font: str, character: str) -> Ink:
    """Return the ink of a character, cut out; the font's box for a missing character."""
    mask, _ = _font(font).getmask2(character, mode="L")
    ink = np.asarray(Image.frombytes("L", mask.size, bytes(mask)), np.float32) / 255
    ink.setflags(write=False)
    return ink


@functools.cache
def _fonts_with(character: str) -> tuple[str, ...]:
    """Return the fonts that have a character; a font draws the same box for all missing characters."""
    if character.isascii():
        return FONTS
    fonts = [font for font in FONTS if font not in LATIN_ONLY]
    lacking = "\U0010ffff"
    return tuple(font for font in fonts if glyph(font, character).tobytes() != glyph(font, lacking).tobytes())


@functools.cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / f"{name}.ttf"), SIZE)
