"""README's pictures: how a failing image shrinks, what each style number does, what is refused and why, and
what is nearly right.
"""

import re
import textwrap

import numpy as np
from hypothesis import Phase, Verbosity, given, seed, settings

import mxspec as s
from autoencoder import digits
from autoencoder.data import idx
from autoencoder.data.picture_files import grey, write
from autoencoder.data.pictures import as_row
from autoencoder.digits.digit_generator import STYLE
from autoencoder.digits.style_axes import AXES
from autoencoder.evaluation import measures
from autoencoder.model_specs import discriminate
from mxspec.base.messages.sheet import draw_sheet
from tests.measurements.networks.probe_kinds import draw_pictures

STEPS = 5  # the largest number of images of a path that are drawn
SWEEP = (-2, -1, 0, 1, 2)  # the values of a style number that are drawn
SWEPT = (4, 7)  # the labels they are drawn for
NEAR = ("label", "another kind")  # the borders that are drawn


def _first_of(maker):
    """Return the maker of the first picture of a kind that is refused."""
    return lambda test, six, random: next(
        image for image in maker(test, 20, random) if not s.valid("digits/image", image)
    )


def _first_drawn(kind):
    return _first_of(lambda test, count, random: draw_pictures(kind, test, count, seed=0).framed)


# Pictures that are refused: how each is made, and the spec that is asked.
REFUSED = {
    "a six, where odd digits are asked for": (lambda test, six, random: six, "digits/odd-image"),
    "a six in bytes": (lambda test, six, random: (255 * six).round(), "digits/image"),
    "a six on a sheet of paper": (lambda test, six, random: 1 - 0.7 * six, "digits/image"),
    "a six off centre": (lambda test, six, random: np.roll(six, (5, -6), (0, 1)), "digits/image"),
    "a letter": (_first_drawn("letters typed"), "digits/image"),
    "a heart": (_first_drawn("signs by hand"), "digits/image"),
    "the halves of two digits": (_first_of(measures.half_collages), "digits/image"),
    "two digits": (_first_drawn("pairs of digits"), "digits/image"),
    "noise": (_first_of(measures.uniform_noise), "digits/image"),
    "nothing": (lambda test, six, random: np.zeros(six.shape), "digits/image"),
}


def draw(output):
    """Draw the pictures into a folder, with the networks of `digits/...`."""
    for name, sheet in (
        ("shrink-path.png", shrink_path()),
        ("style-sweep.png", style_sweep()),
        ("reasons.png", reasons()),
        ("near-misses.png", nearly_even()),
    ):
        print(write(sheet, output / name))


def path_of(fails, spec="digits/image", max_examples=1000):
    """Return the path that Hypothesis takes through the images of `digits/image` on which a test fails.

    It is the failing images, each smaller than the one before it; the number of images that were tried until
    each, after the first; and the number of all.
    """
    # Hypothesis also tries the constants of all modules that are imported: another program has another path.
    failing, attempts, total = [], [], 0

    @seed(0)
    @settings(
        database=None,
        deadline=None,
        max_examples=max_examples,
        phases=[Phase.generate, Phase.shrink],
        verbosity=Verbosity.quiet,
    )
    @given(s.gen(spec))
    def test(image):
        nonlocal total
        total += bool(failing)
        if fails(image):
            if not failing or repr(image) != repr(failing[-1]):
                failing.append(image)
                attempts.append(total)
            raise _FailedError

    try:
        test()
    except _FailedError:
        return failing, attempts, total
    raise AssertionError("the test never fails")


class _FailedError(Exception):
    pass


def shrink_path():
    """Return the path from the first image of a failing test to the smallest, in a few steps.

    The test says that the post's network reads each even digit as the one that was drawn.
    """
    images, attempts, total = path_of(
        lambda image: discriminate(image) != image.origin.label, spec="digits/even-image"
    )
    steps = np.unique(np.linspace(0, len(images) - 1, STEPS).round().astype(int))
    labels = [
        f"{'first' if step == 0 else f'try {attempts[step]}'}\n"
        f"a {images[step].origin.label}, read as {discriminate(images[step])}"
        for step in steps
    ]
    title = f"assert discriminate(image) == image.origin.label fails, and shrinks in {total} tries"
    pictures = [grey(images[step], (28, 28)) for step in steps]
    return draw_sheet(pictures, labels, title=title, columns=STEPS, zoom=4, gap=8, size=14)


def style_sweep():
    """Return what each style number does by itself: a row for each number, a column for each value."""
    z = np.zeros((STYLE, len(SWEEP), STYLE), np.float32)
    for number in range(STYLE):
        z[number, :, number] = SWEEP
    fours, sevens = (
        np.reshape(digits.generate_many([label] * z[..., 0].size, z.reshape(-1, STYLE)), (*z.shape[:2], -1))
        for label in SWEPT
    )
    rows = [[*four, None, *seven] for four, seven in zip(fours, sevens, strict=True)]
    pictures = [None if image is None else grey(image, (28, 28)) for row in rows for image in row]
    values = [f"{value:+}" if value else "0" for value in SWEEP]
    labels = [""] * (len(pictures) - len(rows[0])) + [*values, "", *values]
    beside = [*AXES, *(f"number {number}" for number in range(len(AXES), STYLE))]
    title = "Each number of a style by itself, from -2 to 2, the others 0; of a 4 and of a 7"
    return draw_sheet(pictures, labels, beside=beside, title=title, columns=len(rows[0]), size=14)


def reasons():
    """Return pictures that are refused, each with the reason beside it."""
    pictures, words = [], []
    for kind, (spec, image) in outliers().items():
        row = as_row(image)
        pictures.append(grey(row / max(1.0, float(row.max())), (28, 28)))
        words.append(f"{kind}: not {spec}\n{textwrap.fill(why_not(spec, image), 80)}")
    return draw_sheet(pictures, beside=words, columns=1, zoom=4, gap=6, paper=235, size=18)


def outliers():
    """Return for each kind of REFUSED the spec and a picture."""
    test = idx.load("t10k", idx.EMBEDDED)
    six = test.images[test.labels == 6][0].reshape(test.shape)
    return {kind: (spec, make(test, six, np.random.default_rng(0))) for kind, (make, spec) in REFUSED.items()}


def why_not(spec, image):
    """Return the reason why a spec refuses an image."""
    return s.explain_data(spec, image)["problems"][0]["reason"]


def nearly_even():
    """Return images that are just no even digit, each with its border and the reason."""
    # A guard that lets all pass is told a value at each border.
    misses = s.check_guard(lambda image: True, "digits/even-image").missed
    images = [miss for miss in misses if miss.border.kind in NEAR and miss.value.shape == (1, 784)]
    # A digit in a style that is refused shows less than one with a label that is.
    images = [miss for miss in images if miss.border.kind != "label" or _is_read(miss.value)]
    images.sort(key=lambda miss: (NEAR.index(miss.border.kind), str(miss.border)))
    labels = [f"{miss.border}\n{_short_reason(miss.value)}".replace("another kind ", "") for miss in images]
    title = "Near misses of digits/even-image: what is just no even digit, and why"
    shown = [grey(np.clip(miss.value, 0, 1), (28, 28)) for miss in images]
    return draw_sheet(shown, labels, title=title, columns=5, zoom=4, gap=8, size=14)


def _is_read(image):
    return why_not("digits/even-image", image).startswith("read as")


def _short_reason(image):
    return re.split(r"[;:,(]", why_not("digits/even-image", image))[0].strip()
