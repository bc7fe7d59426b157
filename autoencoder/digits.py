"""Digits to rely on: what is no digit is invalid, and the digits that are generated differ.

The family of the post's specs (`model_specs`) made anew. A picture is asked first whether it is one at all,
then whether it is a digit, then which; a generated digit is drawn in one of endlessly many styles. All ship
with the package, `use_models` picks others, and `python -m autoencoder evaluate` measures them.

    >>> import mxspec as s
    >>> import numpy as np
    >>> s.valid("digits/even-image", generate(4)), s.valid("digits/image", np.ones((28, 28)) / 2)
    (True, False)
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import mxspec as s
from autoencoder.data import labels as words
from autoencoder.data.images import Image, as_rows
from autoencoder.data.labels import Labels
from autoencoder.generation.network import STYLE, DigitGenerator
from autoencoder.networks import checkpoints
from autoencoder.networks.in_use import InUse
from autoencoder.recognition.recogniser import NONE, Recogniser


def style() -> Any:
    """A Hypothesis strategy of styles, which shrink towards the plain one."""
    return s.standard_normal(STYLE)


class Models:
    """The networks of a folder that `train digits` wrote, asked in the words of its labels.

    Args:
        model_dir: the folder; by default the set that ships with the package.

    Attributes:
        labels: what its labels are called, and the size of its images.
        read: from an image to a `mxspec.Reading`; images in any number are asked about together.
        generate: from a label, and a style, to an image; likewise.
        latent: makes the strategy of styles.

    Raises:
        CheckpointError, LabelError: a file is missing there, damaged, or another network's.

    >>> models = Models()
    >>> models.read(models.generate(3)).label
    3
    """

    latent = staticmethod(style)

    def __init__(self, model_dir: str | os.PathLike[str] = checkpoints.SHIPPED) -> None:
        self.labels: Labels = words.load(model_dir)
        self._recogniser, self._generator = Recogniser(model_dir), DigitGenerator(model_dir)
        if (self._recogniser.shape, self._recogniser.classes) != (self.labels.shape, len(self.labels)):
            raise checkpoints.CheckpointError(
                f"{model_dir}: expected networks for {len(self.labels)} labels as in {words.FILE}, found "
                f"some for {self._recogniser.classes}; to train anew: python -m autoencoder train digits"
            )
        self.read = s.batched(self.read_many)(lambda image: self.read_many([image])[0])
        self.generate = s.batched(self.generate_many)(self._generate)

    def read_many(self, images: Sequence[Any]) -> list[s.Reading]:
        """What images are, as the module's `read` takes them."""
        seen = self._recogniser.recognise(as_rows(images))
        return [
            s.Reading(
                None if seen.labels[i] == NONE else self.labels.name(int(seen.labels[i])),
                confidence=float(seen.confidence[i]),
                score=float(seen.score[i]),
                threshold=float(seen.threshold),
                reason=(seen.why_not(i) or "").removeprefix("not recognised: ") or None,
            )
            for i in range(len(seen))
        ]

    def generate_many(self, labels: Sequence[Any], z: Any = None) -> list[Image]:
        """The images of labels, and of as many rows of z; each float32 (1, pixels).

        Raises:
            LabelError: one is none of the labels.
            ValueError: z is no style for each of them.
        """
        numbers = np.array([self.labels.number(label) for label in labels], np.int64)
        return list(self._generator(numbers, None if z is None else np.asarray(z))[:, None])

    def _generate(self, label: Any, z: Any = None) -> Image:
        return self.generate_many([label], None if z is None else np.asarray(z)[None])[0]


_in_use = InUse("digits", Models)


def models() -> Models:
    """The models in use, loaded at the first call."""
    return _in_use.models()


def use_models(model_dir: str | os.PathLike[str] | None = None) -> Path:
    """Pick the checkpoints that this module asks, in the whole process.

    Args:
        model_dir: a folder that `python -m autoencoder train digits` wrote to; None is the set that ships
            with the package.

    Returns, raises: as `InUse.use` does.
    """
    return _in_use.use(model_dir)


def read_many(images: Sequence[Any]) -> list[s.Reading]:
    """`read` of many images, which are shown to the networks together."""
    return models().read_many(images)


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
    return models().generate_many(labels, z)


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


# --- the specs --------------------------------------------------------------------------------------------

NUMBER = s.def_("digits/number", s.int_in(0, 10))

# What all of them ask before any network; `use_models` sets it to what its networks take.
INPUT = _in_use.input


def _define(name: str, labels: Any) -> str:
    return s.def_model_spec(name, labels, read, generate, input=INPUT, latent=style)


IMAGE = _define("digits/image", NUMBER)
EVEN_IMAGE = _define("digits/even-image", s.and_(NUMBER, s.is_even))
ODD_IMAGE = _define("digits/odd-image", s.and_(NUMBER, s.is_odd))
ODD_OVER_2_IMAGE = _define("digits/odd-over-2-image", s.and_(NUMBER, s.is_odd, lambda n: n > 2))


# --- the contract between the two networks ----------------------------------------------------------------

STYLE_SPEC = s.def_("digits/style", s.with_gen(s.array((STYLE,), finite=True), style))


def _read_as_asked(call: dict[str, Any]) -> bool:
    return bool(read(call["ret"]).label == call["args"]["label"])


# Whatever the generator makes of a label and a style, the reader has to read as that label. It does not keep
# to it always: `s.check(generate)` finds the smallest label and the plainest style where the two disagree.
s.fdef(generate, args=s.cat(label=NUMBER, z=STYLE_SPEC), ret=IMAGE, fn=s.spec(_read_as_asked))
