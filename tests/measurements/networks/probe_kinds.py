"""Kinds of pictures that no network has learnt from, and the least share of each that is answered right.

Their code and their fonts are not the training's. All are framed by `as_mnist`, which asks the networks
alone, and by `digits.normalise` or `digits.read_image`, which asks all that a user's file meets.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tests.measurements.networks import probes, scenes, strokes


class Kind(NamedTuple):
    """A kind of pictures.

    Attributes:
        draw: returns a probe for a random generator, its number and the test digits.
        bar: the least share of right answers: refused without a label, else read as the label; None for a
            kind that is measured without one.
        name: the name that refused ones should have; "" for no name at all, None for any.
        files: whether only files are measured, since framing is the question.
        most: the number of pictures at most, for kinds that take long.
        wrong: the largest share that may be read as another digit; None for any.
    """

    draw: Callable[..., probes.Probe]
    bar: float | None
    name: str | None = None
    files: bool = False
    most: int = 10_000
    wrong: float | None = None


_FIRST = {name: int(name[0]) for name in strokes.DIGITS}


def _without(table, names):
    return {name: text for name, text in table.items() if name not in names}


def _only(table, names):
    return {name: table[name] for name in names}


_ARABIC = _without(strokes.ARABIC, strokes.ARABIC_DIGITS)
_HEBREW = _without(strokes.HEBREW, strokes.HEBREW_DIGITS)

REFUSED = {
    "signs by hand": Kind(probes.sketches(strokes.SIGNS), 0.93, ""),
    "signs by a careless hand": Kind(probes.sketches(strokes.SIGNS, careless=True), None, ""),
    "signs typed": Kind(probes.type_character(probes.SYMBOLS), 0.93, ""),
    "Arabic letters by hand": Kind(probes.sketches(_ARABIC), 0.88),
    "Arabic letters by a careless hand": Kind(probes.sketches(_ARABIC, careless=True), None),
    "Arabic letters typed": Kind(probes.type_character(probes.ARABIC), 0.88),
    "Arabic letters of digits' shapes": Kind(
        probes.sketches(_only(strokes.ARABIC, strokes.ARABIC_DIGITS)), None
    ),
    "Hebrew letters by hand": Kind(probes.sketches(_HEBREW), 0.88),
    "Hebrew letters typed": Kind(probes.type_character(probes.HEBREW), 0.88),
    "Arabic letters of digits' shapes typed": Kind(probes.type_character(probes.ARABIC_DIGITS), None),
    "Hebrew letters of digits' shapes typed": Kind(probes.type_character(probes.HEBREW_DIGITS), None),
    "Hebrew letters of digits' shapes": Kind(
        probes.sketches(_only(strokes.HEBREW, strokes.HEBREW_DIGITS)), None
    ),
    "Greek and Cyrillic letters typed": Kind(probes.type_character(probes.GREEK_AND_CYRILLIC), 0.90),
    "letters by hand": Kind(probes.sketches(strokes.LETTERS), 0.85, "letter"),
    "letters by a careless hand": Kind(probes.sketches(strokes.LETTERS, careless=True), None, "letter"),
    "letters typed": Kind(probes.type_character(probes.LATIN), 0.97, "letter"),
    "letters of digits' shapes typed": Kind(probes.type_character(probes.LOOK_LIKE_DIGITS), None),
    "struck digits": Kind(probes.strike_out, 0.80, ""),
    "upside-down sevens": Kind(probes.turn_digit("upside-down 7"), 0.85, "turned"),
    "turned digits": Kind(probes.turn_digit("turned"), 0.95, "turned"),
    "mirrored digits": Kind(probes.turn_digit("mirrored"), 0.92, "turned"),
    "digits over each other": Kind(probes.overlay_digits, 0.88),
    "one-stroke scribbles": Kind(probes.scribble, 0.90, ""),
    "stretched halves of two digits": Kind(probes.collage(False), 0.85, "piece"),
    "unlike halves of two digits": Kind(probes.collage(True), None, "piece"),
    "pairs of digits": Kind(probes.side_by_side, 0.97, "row"),
    "digits among characters": Kind(probes.company, 0.98, files=True),
    "photographs of an empty page": Kind(probes.photograph("empty"), 0.95, "", files=True, most=150),
    "photographs of two digits": Kind(probes.photograph("two digits"), 0.95, "row", files=True, most=150),
    **{
        kind: Kind(draw, bar, files=True, most=150)
        for kind, draw, bar in [
            ("two digits on a sticky note", scenes.sticky_note("two digits"), 0.95),
            ("empty sticky notes", scenes.sticky_note("nothing"), 0.95),
            ("two digits on a page on a desk", scenes.page_on_desk("two digits"), 0.95),
            ("empty pages on a desk", scenes.page_on_desk("nothing"), 0.95),
            ("empty pages in a shadow", scenes.shaded_page("nothing"), 0.95),
            ("empty ruled pages", scenes.exercise_page("nothing"), 0.95),
            ("one digit above another", scenes.one_above_another, 0.90),
            ("digits with a minus", scenes.marked("minus"), 0.95),
            ("digits with a prime", scenes.marked("prime"), 0.95),
            ("digits with a percent sign", scenes.marked("percent"), 0.95),
            ("circled pairs of digits", scenes.circled_pair, 0.95),
            ("circled signs", scenes.circled_sign(strokes.SIGNS), 0.97),
            ("circled letters", scenes.circled_sign(strokes.LETTERS), 0.99),
        ]
    },
}
ACCEPTED = {
    "digits of seven segments": Kind(probes.seven_segments, 0.80, files=True),
    "typed ones with a flag": Kind(probes.flagged_one, 0.95),
    "small type": Kind(probes.small_type, 0.95, files=True),
    "photographs": Kind(probes.photograph("digit"), 0.85, files=True, most=150),
    "in boxes and double frames": Kind(probes.on_form, 0.95, files=True),
    **{
        kind: Kind(draw, bar, files=True, most=150, wrong=wrong)
        for kind, draw, bar, wrong in [
            ("digits on a sticky note", scenes.sticky_note("digit"), 0.90, None),
            ("digits on a page on a desk", scenes.page_on_desk("digit"), 0.90, None),
            ("digits on a ruled page", scenes.on_surface("ruled"), 0.97, None),
            ("digits on a page with a margin line", scenes.exercise_page("digit"), 0.85, 0.05),
            ("digits on a screen", scenes.on_surface("screen"), 0.93, None),
            ("digits on a whiteboard", scenes.on_surface("whiteboard"), 0.95, None),
            ("digits in stripes of light", scenes.on_surface("blinds"), 0.75, None),
            ("digits on a page in a shadow", scenes.shaded_page("digit"), 0.93, None),
            ("underlined digits", scenes.underlined, 0.75, 0.05),
            ("circled digits", scenes.circled, 0.80, 0.05),
            ("outlined digits", scenes.hollow, 0.80, 0.05),
            ("dotted digits", scenes.dotted, 0.85, 0.05),
            ("digits of lamps", scenes.dot_matrix, 0.90, 0.05),
            ("digits without a margin", scenes.close_crop, None, None),
            ("digits cut by the border", scenes.cut_digit, None, 0.05),
        ]
    },
    "digits, framed anew": Kind(probes.plain_digit, 0.97),
    "digits by hand": Kind(probes.sketches(strokes.DIGITS, _FIRST.get), 0.85),
    "digits by a careless hand": Kind(probes.sketches(strokes.DIGITS, _FIRST.get, careless=True), None),
    "typed digits": Kind(probes.type_character([*"0123456789"], int), 0.94),
    "crossed sevens": Kind(probes.crossed_seven, 0.90),
    "slashed zeros": Kind(probes.slashed_zero, 0.90),
    "ones with a foot": Kind(probes.footed_one, 0.97),
    "scikit-learn's digits": Kind(probes.scikit_digit, 0.93),
    "scikit-learn's digits as they are": Kind(probes.scikit_pixels, 0.93, files=True),
    "digits as USPS has them": Kind(probes.post_office, 0.90),
}
KINDS = REFUSED | ACCEPTED
# What kinds leave out since it looks like a digit; kinds "of digits' shapes" have most of it.
LEFT_OUT = {
    **dict.fromkeys(
        ["letters typed", "letters by hand", "letters by a careless hand", "circled letters"],
        probes.LOOK_LIKE_DIGITS,
    ),
    **dict.fromkeys(
        ["Arabic letters typed", "Arabic letters by hand", "Arabic letters by a careless hand"],
        ", ".join(strokes.ARABIC_DIGITS),
    ),
    **dict.fromkeys(["Hebrew letters typed", "Hebrew letters by hand"], ", ".join(strokes.HEBREW_DIGITS)),
    "Greek and Cyrillic letters typed": f"any but {''.join(probes.GREEK_AND_CYRILLIC)}",
}


class Pictures(NamedTuple):
    """The pictures of a kind.

    Attributes:
        framed: (n, 784), as MNIST's, or as users' files are for a kind of files alone.
        files: (n, 784), as users' files are; None for a kind of files alone.
        labels: (n,) the digits in them; None if each should be refused.
    """

    framed: Any
    files: Any
    labels: Any


def draw_pictures(kind, test, count, seed):
    """Return pictures of a kind; one depends on the test digits, the seed and its number alone."""
    of_kind, seeds = KINDS[kind], [seed, *kind.encode()]
    drawings = [
        of_kind.draw(np.random.default_rng([*seeds, number]), number, test)
        for number in range(min(count, of_kind.most))
    ]
    random = np.random.default_rng(seeds)
    files = np.array([probes.as_file(each, random) for each in drawings], np.float32)
    labels = None if drawings[0].label is None else np.array([each.label for each in drawings])
    if of_kind.files:
        return Pictures(files, None, labels)
    framed = np.array([probes.as_mnist(each.picture).ravel() for each in drawings], np.float32)
    return Pictures(framed, files, labels)
