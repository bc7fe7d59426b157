"""Digits to rely on: what is no digit is invalid, and the digits that are generated differ.

The family of the post's specs (`model_specs`) made anew. A picture is asked first whether it is one at all,
then whether it is a digit, then which; a generated digit is drawn in one of endlessly many styles. All ship
with the package, `use_models` picks others, and `python -m autoencoder evaluate` measures them.

    >>> import mxspec as s
    >>> import numpy as np
    >>> s.valid("digits/even-image", generate(4)), s.valid("digits/image", np.ones((28, 28)) / 2)
    (True, False)
"""

import functools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import mxspec as s
from autoencoder import checkpoints
from autoencoder.digit_generator import STYLE, DigitGenerator
from autoencoder.model_specs import as_row
from autoencoder.recognition import NONE, Recogniser

Image = npt.NDArray[np.float32]

_model_dir = checkpoints.SHIPPED


def use_models(model_dir: str | os.PathLike[str] | None = None) -> Path:
    """Pick the checkpoints that this module asks, in the whole process.

    Args:
        model_dir: a folder that `python -m autoencoder train digits` wrote to; None is the set that ships
            with the package.

    Returns:
        The folder.

    Raises:
        CheckpointError: a checkpoint is missing there or is another network's; the set in use stays.
    """
    global _model_dir
    folder = checkpoints.SHIPPED if model_dir is None else Path(model_dir)
    _recogniser.cache_clear()  # or a set that was trained anew in the same folder would not be seen
    _generator.cache_clear()
    _recogniser(folder), _generator(folder)
    _model_dir = folder
    return folder


@functools.cache
def _recogniser(folder: Path) -> Recogniser:
    return Recogniser(folder)


@functools.cache
def _generator(folder: Path) -> DigitGenerator:
    return DigitGenerator(folder)


def read_many(images: Sequence[Any]) -> list[s.Reading]:
    """`read` of many images, which are shown to the networks together."""
    seen = _recogniser(_model_dir).recognise(np.concatenate([as_row(image) for image in images]))
    return [
        s.Reading(
            None if seen.labels[i] == NONE else int(seen.labels[i]),
            confidence=float(seen.confidence[i]),
            score=float(seen.score[i]),
            threshold=float(seen.threshold),
            reason=(seen.why_not(i) or "").removeprefix("not recognised: ") or None,
        )
        for i in range(len(seen))
    ]


@s.batched(read_many)
def read(image: Any) -> s.Reading:
    """Whether an image is a digit and which, how sure that is, and how strange the image.

    Args:
        image: 0.0 black to 1.0 white, light on dark, as (1, 784), (784,), (28, 28), (1, 28, 28) or
            (1, 1, 28, 28), numpy or NDArray.

    Raises:
        ValueError: image is no such array.

    >>> read(generate(3)).label
    3
    """
    return read_many([image])[0]


def discriminate(image: Any) -> int | None:
    """Read an image as a digit, 0 to 9, or as none; arguments and errors as of `read`.

    >>> discriminate(generate(3)), discriminate(np.zeros((28, 28)))
    (3, None)
    """
    label = read(image).label
    return None if label is None else int(label)


def generate_many(labels: Sequence[int], z: Any = None) -> list[Image]:
    """`generate` for many labels, and as many rows of z, which are drawn together."""
    return [row[None] for row in _generator(_model_dir)(np.asarray(labels), z)]


@s.batched(generate_many)
def generate(label: int, z: Any = None) -> Image:
    """Draw a digit.

    Args:
        label: 0 to 9.
        z: the style, 16 numbers of a standard normal distribution, (16,); None is 0, a plain digit.

    Returns:
        float32 (1, 784), 0.0 black to 1.0 white, the caller's own.

    Raises:
        ValueError: label is no digit, or z no style.

    >>> generate(3).shape
    (1, 784)
    """
    return generate_many([label], None if z is None else np.asarray(z)[None])[0]


def style() -> Any:
    """A Hypothesis strategy of styles, which shrink towards the plain one."""
    return s.standard_normal(STYLE)


# --- the specs --------------------------------------------------------------------------------------------

NUMBER = s.def_("digits/number", s.int_in(0, 10))

# What all of them ask before any network.
INPUT = s.def_(
    "digits/input",
    s.array([(784,), (1, 784), (28, 28), (1, 28, 28), (1, 1, 28, 28)], min=0, max=1, finite=True),
)


def _define(name: str, labels: Any) -> str:
    return s.def_model_spec(name, labels, read, generate, input=INPUT, latent=style)


IMAGE = _define("digits/image", NUMBER)
EVEN_IMAGE = _define("digits/even-image", s.and_(NUMBER, s.is_even))
ODD_IMAGE = _define("digits/odd-image", s.and_(NUMBER, s.is_odd))
ODD_OVER_2_IMAGE = _define("digits/odd-over-2-image", s.and_(NUMBER, s.is_odd, lambda n: n > 2))
