"""The images that synthetic ones are made of, and characters of Matplotlib's own fonts."""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFont

from autoencoder.data.idx import EMBEDDED, Dataset, load
from autoencoder.data.labels import DIGITS, Labels
from autoencoder.data.pictures import MNIST, Array, Frame
from autoencoder.digits.training.synthetic.renderer import Ink

Random = np.random.Generator


@dataclass(frozen=True, eq=False)
class ImageSource:
    """The images that negatives and positives are made of.

    Attributes:
        dataset: the images; their labels count from 0.
        frame: the place of the ink within them.
        labels: the number of labels.
        are_digits: True if they show the digits 0 to 9; then letters, shapes and turned digits are negatives.
    """

    dataset: Dataset
    frame: Frame
    labels: int
    are_digits: bool

    @classmethod
    def of(cls, dataset: Dataset, labels: Labels) -> "ImageSource":
        """Return the source of a data set with labels counted from 0."""
        are_digits = labels.names == DIGITS.names and look_like_digits(dataset)
        return cls(dataset, Frame.of(dataset), len(labels), are_digits)

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of an image."""
        return self.dataset.shape

    def sample(self, count: int, random: Random) -> Array:
        """Return random images, (count, height * width)."""
        return np.asarray(self.dataset.images[random.integers(len(self.dataset), size=count)])


def look_like_digits(dataset: Dataset) -> bool:
    """True if 8 or more mean images of labels correlate best with MNIST's mean image of the same digit.

    Labels from 0 to 9 need not be digits, as in Fashion-MNIST.

    >>> images = np.eye(10, 784, dtype=np.float32)
    >>> look_like_digits(Dataset(images, np.arange(10), (28, 28)))
    False
    """
    means = _means(dataset.images, dataset.labels).reshape(10, *dataset.shape)
    size = MNIST.shape[::-1]
    rows = np.stack([np.asarray(Image.fromarray(mean).resize(size), np.float32).ravel() for mean in means])
    correlation = np.corrcoef(rows, _means_of_mnist())[:10, 10:]  # NaN for images of one grey
    return int((np.nan_to_num(correlation).argmax(axis=1) == np.arange(10)).sum()) >= 8


@functools.cache
def _means_of_mnist() -> Array:
    mnist = load("t10k", EMBEDDED)  # a wheel omits the training images; no network learns from these
    return _means(mnist.images, mnist.labels)


def _means(images: Array, labels: npt.NDArray[np.int64]) -> Array:
    """Return the mean image of each of ten labels, black for labels without images, (10, pixels)."""
    by_label = [images[labels == label] for label in range(10)]
    black = np.zeros(images.shape[1], np.float32)
    return np.stack([some.mean(axis=0) if len(some) else black for some in by_label])


def rows_of_two_labels(labels: Array, count: int, random: Random) -> tuple[Array, Array]:
    """Return two arrays of random rows (count,) with different labels.

    >>> first, second = rows_of_two_labels(np.array([0, 0, 1]), 5, np.random.default_rng(0))
    >>> sorted({(row < 2, other < 2) for row, other in zip(first.tolist(), second.tolist())})
    [(False, True), (True, False)]
    """
    first = random.integers(len(labels), size=count)
    second = random.integers(len(labels), size=count)
    for _ in range(100):  # give up for a data set with a single label
        same = np.flatnonzero(labels[first] == labels[second])
        if not same.size:
            break
        second[same] = random.integers(len(labels), size=len(same))
    return first, second


# --- characters of fonts ----------------------------------------------------------------------------------

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

CHARACTERS = "0123456789"
# Without letters that can pass for a digit: B b D G g I i J l O o Q q S s Z z.
LETTERS = "ACEFHKLMNPRTUVWXYacdefhjkmnprtuvwxy"
SIGNS = "#%&*+<=>?@^~{}[]!$€£¥§"
SYMBOLS = "¶©®±×÷√∞≈≠≤≥∑∏∂∀∃∈∩∪∧∨⊂⊃⊕⊗∇←↑→↓↔↕⇒⇔♠♣♥♦♪★☆☐☑☒✓✗◆▲▼◀▶■▪●∎"
GREEK = "ΓΔΛΞΠΣΦΨΩαηκλμνπτυφχψω"
CYRILLIC = "ДЖИЙКЛПФЦШЩЪЫЮЯджийклмнптфцшщъыюя"
OTHERS = "ԱԲԳԴԵԺԽԿՁՂՃՄՇՋՌՎՐՓ" + "აბგდევზკმნრსტფქღყშჩცძწჭხჯჰ" + "ⴰⴷⴼⴽⵀⵃⵅⵇⵉⵎⵣⵥⵯ"
HEBREW = "אבגדהחטכלמנעףפץצקרשת"  # without letters that can pass for 0, 1 or 7: ם ס ו ז י ן ך


def _span(first: str, last: str, without: str = "") -> str:
    """Return the characters from one to another, without some.

    >>> _span("a", "f", "bd")
    'acef'
    """
    span = map(chr, range(ord(first), ord(last) + 1))
    return "".join(character for character in span if character not in without)


# Isolated, joined and Persian letters, without alef, heh and waw, which can pass for 1, 0 or 9.
ARABIC = _span("ء", "غ", "ا") + _span("ف", "ي", "هو") + "پچژڤکگںڑڈٹ" + _span("ﺋ", "ﻴ", "ﺍﺎﻩﻪﻭﻮ")
# Without rings, bars and brackets, and those like 2, 4, 6 and circled digits.
ICONS = (
    _span("☀", "♯", "☡♃♄♭☰♳♴♵♶♷♸♹")
    + _span("⚀", "⚸", "⚊⚋⚝⚪⚫⚬⚭⚰")
    + _span("✂", "❋", "✅✆✇✊✋✓✨❍")
    + "❏❐❑❒❖❡❢❣❤❥❦❧➔➘➙➚➛➜➝➞➟➠➢➣➤➥➦➲➳➴➸➹➺➼➽➾"
    + _span("■", "◉", "▬▭▮▯▪▫◊◦")
    + _span("◎", "◿", "◌●◦◯◽◾◞◟◜◝")
    + "⌂⌘⌤⌥⌦⌧⌨⌫⏎⏏⌬"
)
SYLLABICS = (
    "ᐁᐂᐃᐅᐊᐌᐎᐯᐱᐳᐸᑌᑎᑐᑕᑫᑭᑯᒉᒋᒍᒐᒣᒥᒧᒪᓀᓂᓄᓇᓓᓕᓗᓚᓭᓯᓱᓴᔐᔑᔓᔕᔦᔨᔪᔭᕂᕆᕈᕋᕓᕕᕗᕙ"
    + "ກຂຄງຈຊຍດຕຖທນບປຜຝພຟມຢຣລວສຫອຮ"
    + "ߌߍߎߏߐߑߒߓߔߕߘߙߚߛߜߝߞߟߠߡߢߣߤߥ"
)

SIZE = 64  # pixels of the em


def draw_digits(count: int, random: np.random.Generator) -> tuple[list[Ink], list[int]]:
    """Return the ink of typed digits, and their labels."""
    numbers = random.integers(10, size=count)
    return [glyph(str(random.choice(FONTS)), CHARACTERS[number]) for number in numbers], numbers.tolist()


def draw_others(count: int, random: np.random.Generator) -> list[Ink]:
    """Return the ink of other characters than digits, about a third of them Latin letters."""
    groups = [LETTERS, SIGNS, SYMBOLS, GREEK, CYRILLIC, OTHERS, HEBREW, ARABIC, ICONS, SYLLABICS]
    result = []
    for number in random.choice(
        len(groups), count, p=[0.34, 0.12, 0.08, 0.06, 0.07, 0.05, 0.06, 0.12, 0.07, 0.03]
    ):
        character = groups[number][random.integers(len(groups[number]))]
        result.append(glyph(str(random.choice(fonts_with(character))), character))
    return result


@functools.cache
def glyph(font: str, character: str) -> Ink:
    """Return the ink of a character, cut out; the font's box for a missing character."""
    mask, _ = _font(font).getmask2(character, mode="L")
    ink = np.asarray(Image.frombytes("L", mask.size, bytes(mask)), np.float32) / 255
    ink.setflags(write=False)
    return ink


@functools.cache
def fonts_with(character: str) -> tuple[str, ...]:
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
