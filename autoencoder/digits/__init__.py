"""Specs of digits that refuse other pictures, and generate digits in many styles.

They correspond to the specs of the post (`model_specs`). Their networks decide first whether a picture is a
digit, then which one, and draw digits in continuously varying styles. Of digits like MNIST's at most 1% are
refused, on average over writers. The networks ship with the package;
`use_models` selects others, and `python -m autoencoder evaluate` measures them.

    >>> import mxspec as s
    >>> import numpy as np
    >>> s.valid("digits/even-image", generate(4)), s.valid("digits/image", np.ones((28, 28)) / 2)
    (True, False)
"""

import functools
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import autoencoder.networks  # noqa: F401  # first: without a runtime, it says what to install
import mxspec as s
from autoencoder.data.labels import DIGITS, check_digits
from autoencoder.data.pictures import MNIST, Image, as_numbers, as_row, image_spec, normalise_picture
from autoencoder.data.storage import CheckpointError, FileSet, read_consistent
from autoencoder.digits.digit_generator import NAME, STYLE, DigitGenerator
from autoencoder.digits.family import Family
from autoencoder.digits.recognition import others
from autoencoder.digits.recognition.attempts import PictureReader
from autoencoder.digits.recognition.recogniser import Recogniser
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.pair import Models

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from autoencoder.data.pictures import Picture


def style() -> "SearchStrategy[Any]":
    """Return a Hypothesis strategy of styles, which shrink towards the plain style."""
    return s.standard_normal(STYLE)


def load(model_dir: str | os.PathLike[str] = SHIPPED, runtime: str | None = None) -> Models:
    """Load the networks of a folder written by `python -m autoencoder train digits`.

    Args:
        model_dir: the folder.
        runtime: as `autoencoder.networks.predictor.Predictor` takes it.

    Raises:
        CheckpointError, LabelError: a file is missing, damaged, or belongs to another network.

    >>> models = load()
    >>> models.read(models.generate(3)).label
    3
    """
    return read_consistent(model_dir, lambda files: _load_models(files, runtime))


def _load_models(files: FileSet, runtime: str | None) -> Models:
    recogniser = Recogniser(files.folder, runtime=runtime, files=files)
    draw = _draw_nothing(files.folder)
    if any(name.startswith(f"{NAME}-") for name in files.names()):
        draw = DigitGenerator(files.folder, runtime=runtime, files=files).draw
    labels, frame = recogniser.labels, recogniser.frame
    read_picture = PictureReader(recogniser.read, frame, are_digits=labels.names == DIGITS.names)
    return Models(labels, recogniser.read, draw, style, frame, read_picture, recogniser.others_like)


def _draw_nothing(folder: Path) -> Callable[..., list[Image]]:
    """Return the stand-in for a missing generator, which says that the folder was trained without one."""

    def draw(names: Sequence[Any], z: Any = None) -> list[Image]:
        raise CheckpointError(
            f"{folder} has no generator, so there are no samples; to train one into it: "
            f"python -m autoencoder train {NAME} --model-dir {folder}, with the --data-dir of the others"
        )

    return draw


family = Family("digits", load, label="number", latent=style, check=check_digits)
use_models = family.use_models
show = family.show


def read_many(images: Sequence[Any]) -> list[s.Reading]:
    """Return the reading of each image, asking the networks in batches."""
    return family.models.read_many(images)


@s.batched(read_many)
def read(image: Any) -> s.Reading:
    """Return the reading of an image: its digit or None, the confidence and the anomaly score.

    Args:
        image: 0.0 black to 1.0 white, light on dark, as (1, 784), (784,), (28, 28), (1, 28, 28) or
            (1, 1, 28, 28), numpy or NDArray.

    Raises:
        ValueError: image is not such an array.

    >>> read(generate(3)).label
    3
    """
    reading: s.Reading = family.models.read_many([image])[0]
    return reading


def normalise(image: Any) -> Image:
    """Normalise a picture like MNIST's digits: light on black, scaled into 20x20 pixels, its mass centred.

    An array is tried in all the ways of `read_image`, unless it has the size of an image.

    Args:
        image: an array (height, width) of 2x2 pixels or more, 0..1, or 0..255 for bytes, with any background
            and light; or an image of any shape accepted by `read`.

    Returns:
        float32 (1, 784), 0.0 black to 1.0 white.

    Raises:
        ValueError: image is not such an array, or not finite.

    >>> large = 1 - np.kron(generate(3).reshape(28, 28), np.ones((5, 5))) / 2  # grey on a white page
    >>> discriminate(normalise(large))
    3
    """
    values = np.asarray(image.asnumpy() if hasattr(image, "asnumpy") else image)
    values = values / 255 if values.dtype == np.uint8 else values
    frame = family.models.frame or MNIST
    if values.ndim == 3 and values.shape[-1] in (3, 4):
        raise ValueError(
            f"colours of shape {values.shape}; digits.read_image(picture) takes a colour picture"
        )
    if values.ndim != 2 or 1 in values.shape:
        row, (height, width) = as_row(values), frame.shape
        if row.size != height * width:
            raise ValueError(
                f"an array of shape {values.shape} is no image of {height}x{width} pixels, and no picture "
                "(height, width) of 2x2 pixels or more"
            )
        values = row.reshape(frame.shape)
    if family.models.read_picture is None:
        return normalise_picture(values, frame).reshape(1, -1)
    return family.models.read_picture(values)


def read_image(picture: "Picture") -> Image:
    """Read a picture as an image, normalised like MNIST's digits.

    A refused picture is tried again without what lies around the page, without a line under the digit or a
    ring around it, with its outline filled and with its dots joined; the reading of the image has a `remark`
    on that, and on a file of several pictures: the first is read. A picture with ink at its border, or with a
    sign beside or above the digit, gives an image that is refused.

    Args:
        picture: the path of a file in any raster format of Pillow, its bytes, an open binary file, as of an
            upload, or a Pillow picture.

    Returns:
        float32 (1, 784), 0.0 black to 1.0 white.

    Raises:
        ImageFileError: the file is missing, not a picture, or damaged.
        TypeError: picture is something else.

    >>> from PIL import Image as pillow
    >>> page = pillow.fromarray((255 - 255 * generate(3).reshape(28, 28)).astype("uint8")).resize((90, 90))
    >>> discriminate(read_image(page))
    3
    """
    return family.models.normalise(picture)


def discriminate(image: Any) -> int | None:
    """Return the digit in an image, 0 to 9, or None; arguments and errors are as in `read`.

    >>> discriminate(generate(3)), discriminate(np.zeros((28, 28)))
    (3, None)
    """
    label = read(image).label
    return None if label is None else int(label)


def generate_many(labels: Sequence[int], z: Any = None) -> list[Image]:
    """Return an image of each label in the styles z (n, 16), drawn in batches.

    The repr of each is a call of `generate` that draws it again, up to 1e-5: batches round sums differently.
    """
    images = family.models.generate_many(labels, z)
    styles = [None] * len(images) if z is None else z
    return [_remember_call(*drawing) for drawing in zip(images, labels, styles, strict=True)]


def _remember_call(image: Image, label: int, z: Any) -> Image:
    """Return a copy of an image; its repr is the call that drew it.

    The call leaves out the zeros at the end of a style.
    """
    numbers = None if z is None else as_numbers(z).copy()

    def call() -> str:
        texts = () if numbers is None else map(str, np.trim_zeros(numbers, "b"))
        style = ", ".join(text.removesuffix(".0") for text in texts)
        return f"digits.generate({label!r}, [{style}])" if style else f"digits.generate({label!r})"

    result: Image = s.remember(image, call, label)
    return result


@s.batched(generate_many)
def generate(label: int, z: Any = None) -> Image:
    """Draw a digit.

    Args:
        label: 0 to 9.
        z: the style, 16 standard normal numbers, (16,); a shorter list is padded with zeros. None means 0,
            a plain digit.

    Returns:
        float32 (1, 784), 0.0 black to 1.0 white, a new array. Its repr is the call that draws it again.

    Raises:
        ValueError: the label is not a digit, or z is not a style.

    >>> image = generate(3, [0, 1.5])
    >>> image, image.shape
    (digits.generate(3, [0, 1.5]), (1, 784))
    """
    if isinstance(z, (list, tuple)) and len(z) < STYLE and all(s.is_number(x) for x in z):
        z = np.array([*z, *[0] * (STYLE - len(z))], np.float32)
    (image,) = family.models.generate_many([label], None if z is None else [z])
    return _remember_call(image, label, z)


def draw_other(what: str | int) -> Image:
    """Draw another thing than a digit, like an image of one: a text, such as "W" or "", or a scribble.

    Args:
        what: the text, or the number of the scribble.

    Returns:
        float32 (1, 784), 0.0 black to 1.0 white.

    Raises:
        ValidationError: what is neither.

    >>> draw_other("W"), discriminate(draw_other("W"))
    (digits.draw_other('W'), None)
    """
    s.validate(s.or_(text=str, number=s.is_nat_int), what)
    image = others.draw_other_thing(what, family.models.frame or MNIST)
    result: Image = s.remember(image, f"digits.draw_other({what!r})")
    return result


def _others_like(label: Any) -> list[Image]:
    find = family.models.others_like
    return [] if find is None else list(map(draw_other, find(label)))


# --- the specs --------------------------------------------------------------------------------------------

NUMBER = s.def_(family.label, s.int_in(0, 10))

# Each spec checks it before asking a network; `use_models` sets it to the image size of its networks.
INPUT = s.def_(family.input, image_spec(DIGITS.shape))

_define = functools.partial(family.define, discriminate=read, generate=generate, others=_others_like)

IMAGE = _define("image")
EVEN_IMAGE = _define("even-image", s.is_even)
ODD_IMAGE = _define("odd-image", s.is_odd)
ODD_OVER_2_IMAGE = _define("odd-over-2-image", s.is_odd, lambda n: n > 2)


# --- the contract between the two networks ----------------------------------------------------------------

STYLE_SPEC = s.def_("digits/style", s.with_gen(s.array((STYLE,), finite=True), style))


def _read_as_asked(call: dict[str, Any]) -> bool:
    return bool(read(call["ret"]).label == call["args"]["label"])


# The reader should read each generated image as its label. `s.check(generate)` searches for an exception, and
# shrinks it to the smallest label and the plainest style.
s.fdef(generate, args=s.cat(label=NUMBER, z=STYLE_SPEC), ret=IMAGE, fn=s.spec(_read_as_asked))
