"""How networks answer pictures that share no code with the training's or the other probes'.

    python -m tests.quality.probe_kinds

Kinds have letters. Of each there are 500 pictures, seeded, framed twice: by `as_mnist`, which asks the
networks alone, and the first 100 of them by `digits.normalise` or `digits.read_image`, which asks all that
a user's file meets.
"""

import argparse
import collections
import functools
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from autoencoder import digits
from autoencoder.data import idx
from tests.quality import probes as draw
from tests.quality import strokes

COUNT = 500
NAMED = 60  # refused pictures of a kind that are asked for their name
FILES = 100  # pictures of a kind that are framed as files too


# --- kinds ------------------------------------------------------------------------------------------------


class Kind(NamedTuple):
    """A kind of pictures.

    Attributes:
        draw: returns a probe for a random generator, its number and the test digits.
        bar: the least share of right answers: refused without a label, else read as the label.
        name: what refused ones should be named; "" for no name at all, None for any.
        files: whether only files are measured, since framing is the question.
        refusing: whether a refusal is a right answer too.
        most: the number of pictures at most, for kinds that take long.
        excuse: a word in the reason of a refusal which makes it a right answer.
    """

    draw: Callable[..., draw.Probe]
    bar: float | None
    name: str | None = None
    files: bool = False
    refusing: bool = False
    most: int = 10_000
    excuse: str | None = None


_FIRST = {name: int(name[0]) for name in strokes.DIGITS}


def _without(table, names):
    return {name: text for name, text in table.items() if name not in names}


def _only(table, names):
    return {name: table[name] for name in names}


KINDS = {
    "a signs and icons by hand": Kind(draw.sketches(strokes.SIGNS), 0.93, ""),
    "a signs, careless": Kind(draw.sketches(strokes.SIGNS, careless=True), None, ""),
    "a signs and icons typed": Kind(
        draw.take_turns(
            draw.type_character(draw.SYMBOLS), draw.type_character(draw.AWESOME, family="FontAwesome")
        ),
        0.93,
        "",
    ),
    "b Arabic letters by hand": Kind(draw.sketches(_without(strokes.ARABIC, strokes.ARABIC_DIGITS)), 0.88),
    "b Arabic, careless": Kind(
        draw.sketches(_without(strokes.ARABIC, strokes.ARABIC_DIGITS), careless=True), None
    ),
    "b Arabic letters typed": Kind(draw.type_character(draw.ARABIC), 0.88),
    "b Arabic, a digit's shape": Kind(draw.sketches(_only(strokes.ARABIC, strokes.ARABIC_DIGITS)), None),
    "c Hebrew letters by hand": Kind(draw.sketches(_without(strokes.HEBREW, strokes.HEBREW_DIGITS)), 0.88),
    "c Hebrew letters typed": Kind(draw.type_character(draw.HEBREW), 0.88),
    "c Hebrew, a digit's shape": Kind(draw.sketches(_only(strokes.HEBREW, strokes.HEBREW_DIGITS)), None),
    "d digits struck through": Kind(draw.strike_out, 0.80, ""),
    "e upside-down sevens": Kind(draw.turn_digit("upside-down 7"), 0.85, "turned"),
    "e turned digits": Kind(draw.turn_digit("turned"), 0.95, "turned"),
    "e mirrored digits": Kind(draw.turn_digit("mirrored"), 0.92, "turned"),
    "f digits over each other": Kind(draw.overlay_digits, 0.88),
    "g one-stroke scribbles": Kind(draw.scribble, 0.90, ""),
    "h collages of halves": Kind(draw.collage(False), 0.85, "piece"),
    "h collages, unlike halves": Kind(draw.collage(True), None, "piece"),
    "h pairs": Kind(draw.side_by_side, 0.97, "row"),
    "i letters by hand": Kind(draw.sketches(strokes.LETTERS), 0.85, "letter"),
    "i letters, careless": Kind(draw.sketches(strokes.LETTERS, careless=True), None, "letter"),
    "i letters typed": Kind(draw.type_character(draw.LATIN), 0.97, "letter"),
    "j seven segments": Kind(draw.seven_segments, 0.80, "", files=True, excuse="segment"),
    "k typed 1 with a flag": Kind(draw.flagged_one, 0.95, refusing=True),
    "l small type": Kind(draw.small_type, 0.95, files=True),
    "m photographs": Kind(draw.photograph("digit"), 0.85, files=True, most=150),
    "m photographs, empty": Kind(draw.photograph("empty"), 0.95, "", files=True, most=150),
    "m photographs, two digits": Kind(draw.photograph("two digits"), 0.95, "row", files=True, most=150),
    "n in boxes": Kind(draw.on_form, 0.95, files=True),
    "n circled, underlined": Kind(
        functools.partial(draw.on_form, subs=("circle", "underlined")), None, files=True
    ),
    "o digits, framed anew": Kind(draw.plain_digit, 0.97),
    "o digits by this pen": Kind(draw.sketches(strokes.DIGITS, _FIRST.get), 0.85),
    "o digits, careless": Kind(draw.sketches(strokes.DIGITS, _FIRST.get, careless=True), None),
    "o digits typed": Kind(draw.type_character([*"0123456789"], int, also="0123456789"), 0.94),
    "o crossed sevens": Kind(draw.crossed_seven, 0.90),
    "o slashed zeros": Kind(draw.slashed_zero, 0.90),
    "o ones with a foot": Kind(draw.footed_one, 0.97),
    "o scikit-learn's digits": Kind(draw.scikit_digit, 0.85),
    "o the post office's": Kind(draw.post_office, 0.90),
}


# --- measuring --------------------------------------------------------------------------------------------


def make(kind, count, test, seed=0):
    """Return the probes of a kind; a picture depends on its seed and number alone."""
    root = zlib.crc32(kind.encode())
    return [KINDS[kind].draw(np.random.default_rng([seed, root, i]), i, test) for i in range(count)]


def frame_probes(kind, way, count, test, seed):
    """Return the probes of a kind, and their pictures (28, 28) framed as "array" or as "file"."""
    probes, random = make(kind, count, test, seed), np.random.default_rng(1)
    if way == "array":
        return probes, [draw.as_mnist(probe.picture) for probe in probes]
    return probes, [draw.as_file(probe, random) for probe in probes]


def ask(kind, probes, pictures):
    """Return the outcome of each picture, "right", "refused" or "wrong", and the names of refused ones."""
    blank = np.zeros((28, 28))
    readings = digits.read_many([blank if picture is None else picture for picture in pictures])
    outcomes, names = [], []
    for probe, picture, reading in zip(probes, pictures, readings, strict=False):
        if picture is None or reading.label is None:
            excuse = KINDS[kind].excuse
            excused = excuse is not None and picture is not None and excuse in str(reading.reason)
            outcomes.append("right" if excused else "refused")
            if picture is not None and len(names) < NAMED and KINDS[kind].name is not None:
                names.append((probe.sub, reading.looks_like))
        else:
            outcomes.append("right" if reading.label == probe.label else "wrong")
    return outcomes, names


def measure(kind, count, test, seed=0, only=("array", "file")):
    """Return the row of a kind's table, and the lines of its details."""
    spec, row, details = KINDS[kind], {}, []
    for way in only:
        if way == "array" and spec.files:
            continue
        number = min(count, spec.most if way == "array" or spec.files else FILES)
        probes, pictures = frame_probes(kind, way, number, test, seed)
        outcomes, names = ask(kind, probes, pictures)
        counts = collections.Counter(outcomes)
        wants_label = probes[0].label is not None
        good = {"right"} if wants_label else {"refused"}
        good |= {"refused"} if spec.refusing else set()
        row[way] = sum(counts[each] for each in good) / len(outcomes)
        row[f"{way} split"] = "/".join(
            f"{100 * counts[each] / len(outcomes):.1f}" for each in ("right", "refused", "wrong")
        )
        if names and spec.name is not None:
            named = collections.Counter(name for _, name in names)
            row[f"{way} named"] = sum(
                n for name, n in named.items() if (name == spec.name if spec.name else name is not None)
            ) / len(names)
            details.append(f"  {way} names: {dict(named.most_common())}")
        by_sub = collections.defaultdict(list)
        for probe, outcome in zip(probes, outcomes, strict=False):
            by_sub[probe.sub].append(outcome in good)
        ranked = sorted(by_sub.items(), key=lambda pair: (np.mean(pair[1]), pair[0]))
        details.append(f"  {way}: " + "; ".join(f"{sub} {sum(ok)}/{len(ok)}" for sub, ok in ranked))
    return row, [kind, *details]


def measure_tests(test):
    """Return rows of all test digits as they are: accepted, read right, and the thinnest fifth accepted."""
    readings = digits.read_many(list(test.images))
    accepted = np.array([reading.label is not None for reading in readings])
    correct = np.array([reading.label == label for reading, label in zip(readings, test.labels, strict=True)])
    widths = np.array([draw.pen_of(draw.larger(image, 112)) for image in test.images])
    thin = widths <= np.quantile(widths, 0.2)
    return {
        "o test digits accepted": (accepted.mean(), 0.99),
        "o accepted ones read right": (correct[accepted].mean(), 0.994),
        "o thinnest fifth accepted": (accepted[thin].mean(), 0.985),
    }


def sheet(ways, path, columns=25):
    """Write a contact sheet of pictures: rows of files, below each row the same as they were framed here."""
    rows = []
    for start in range(0, len(ways[0]), columns):
        for pictures in ways:
            cells = [np.full((28, 28), 0.5) if p is None else p for p in pictures[start : start + columns]]
            cells += [np.zeros((28, 28))] * (columns - len(cells))
            rows.append(np.concatenate([np.pad(cell, 1, constant_values=0.4) for cell in cells], axis=1))
    picture = Image.fromarray(np.uint8(255 * np.concatenate(rows).clip(0, 1)))
    picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.NEAREST).save(path)


def main():
    """Print the table, or write contact sheets of the pictures."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.quality.probe_kinds", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--model-dir", help="a folder of networks (default: those that ship)")
    parser.add_argument("--count", type=int, default=COUNT, help="pictures of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default="", help="the letters of the kinds, such as abd (default: all)")
    parser.add_argument("--like", default="", help="only kinds with these words")
    parser.add_argument("--only", choices=["array", "file"], action="append", help="one way of framing")
    parser.add_argument("--details", type=Path, help="a file for the shares by subkind")
    parser.add_argument("--sheets", type=Path, help="write contact sheets into a folder, and measure nothing")
    options = parser.parse_args()
    digits.use_models(options.model_dir)
    test = idx.load("t10k")
    kinds = [kind for kind in KINDS if kind[0] in (options.kinds or kind) and options.like in kind]
    if options.sheets:
        options.sheets.mkdir(parents=True, exist_ok=True)
        for kind in kinds:
            ways = ["file"] if KINDS[kind].files else ["file", "array"]
            pictures = [frame_probes(kind, way, options.count, test, options.seed)[1] for way in ways]
            sheet(pictures, options.sheets / f"{kind}.png".replace(" ", "-"))
        return
    print(f"{'kind':30}{'bar':>6}{'array':>8}{'file':>8}   right/refused/wrong     named right (array, file)")
    every = []
    for kind in kinds:
        row, details = measure(kind, options.count, test, options.seed, options.only or ("array", "file"))
        every += details
        if row:
            print(line(kind, row), flush=True)
    if "o" in (options.kinds or "o") and not options.like:
        for name, (share, bar) in measure_tests(test).items():
            print(f"{name:30}{bar:6.3f}{share:8.2%}{'' if share >= bar else '  below'}")
    if options.details:
        options.details.write_text("\n".join(every) + "\n")


def line(kind, row):
    """Return the line of a kind in the table."""
    spec = KINDS[kind]
    shares = [row.get(way) for way in ("array", "file")]
    text = f"{kind:30}{'' if spec.bar is None else format(spec.bar, '.2f'):>6}"
    text += "".join(f"{'' if share is None else format(share, '.1%'):>8}" for share in shares)
    below = spec.bar is not None and min(share for share in shares if share is not None) < spec.bar
    text += " < " if below else "   "
    text += f"{row.get('array split', ''):>15}  {row.get('file split', ''):>15}"
    names = [row.get(f"{way} named") for way in ("array", "file")]
    if any(name is not None for name in names):
        what = spec.name or "any name"
        text += "   " + what + " " + ", ".join("-" if name is None else f"{name:.0%}" for name in names)
    return text


if __name__ == "__main__":
    main()
