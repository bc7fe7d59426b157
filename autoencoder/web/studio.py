"""The work behind the page: pictures are judged and redrawn, samples and counterexamples made."""

import base64
import functools
import io
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image

import mxspec as s
from autoencoder.answers import Answer, answer, label_of
from autoencoder.data.pictures import FORMATS, Image, ImageFileError, as_rows, open_raster
from autoencoder.digit_generator import Redrawer
from autoencoder.families import model_specs_of
from autoencoder.models import Family
from autoencoder.viz import difference, grey
from mxspec.forms import call_text
from mxspec.messages.sheet import draw_sheet
from mxspec.models.model_spec import ModelSpec

# --- pictures from and for a browser ----------------------------------------------------------------------

MOST_PIXELS = 16_000_000  # of a picture, however few its bytes


def decode_picture(content: bytes) -> PIL.Image.Image:
    """Return a picture from the bytes of a file.

    Raises:
        ImageFileError: it is in none of FORMATS, is damaged, or has more than MOST_PIXELS, which is checked
            before any pixel is unpacked.

    >>> decode_picture(as_png(PIL.Image.new("L", (28, 28)))).size
    (28, 28)
    """
    try:
        picture = open_raster(io.BytesIO(content), MOST_PIXELS)
        picture.load()
    except (ImageFileError, PIL.Image.DecompressionBombError) as error:
        raise ImageFileError(f"{error}; make the picture smaller") from error
    except Exception as error:  # for damaged files Pillow raises many kinds of errors
        raise ImageFileError(
            f"this is not a picture that can be read; send one of {', '.join(FORMATS)}"
        ) from error
    return picture


def as_png(picture: PIL.Image.Image) -> bytes:
    """Return a picture as the bytes of a file."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def as_url(pixels: npt.NDArray[np.uint8]) -> str:
    """Return pixels as a data URL, which a page shows without another request."""
    return f"data:image/png;base64,{base64.b64encode(as_png(PIL.Image.fromarray(pixels))).decode()}"


# --- the studio -------------------------------------------------------------------------------------------

COUNTEREXAMPLES = 300  # samples to search for a counterexample
ATTEMPTS = 20  # samples to search for one that its spec accepts
SCALE = 10  # the enlargement of the picture of a counterexample
SEEDS = 2**31


class NotPicturesError(s.SpecError):
    """The values of a spec are not pictures; the message names the specs of pictures."""


class Studio:
    """Answers the requests of the page about the specs of a family, from any number of threads.

    Args:
        family: the family.
        spec: the spec that the page begins with.
        seed: makes the samples repeatable; None gives others each time.
    """

    def __init__(self, family: Family, spec: str, seed: int | None = None) -> None:
        self._family = family
        self._spec = spec
        # A user's own spec may ask the family's networks from another namespace.
        self._namespaces = dict.fromkeys([spec.partition("/")[0], family.namespace])
        self._random = None if seed is None else np.random.default_rng(seed)
        self._redrawer = Redrawer(family.models)
        self._shape = family.models.labels.shape
        self._model(spec)  # raises an error if the spec has no pictures

    def warm_up(self) -> None:
        """Load the networks and draw the images that searches begin with, before the first stroke."""
        self.describe()
        self._redrawer.redraw(np.zeros(self._shape))

    # --- the specs ----------------------------------------------------------------------------------------

    def describe(self) -> dict[str, Any]:
        """Return what the page needs to know: the specs, their labels, and the sizes of images and styles."""
        models = self._family.models
        return {
            "spec": self._spec,
            "shape": list(self._shape),
            "style": {"size": len(self._style_order), "main": self._style_order},
            "specs": [
                {
                    "name": name,
                    "form": call_text(s.form(self._model(name).label_spec)),
                    "labels": [str(label) for label in models.labels.names if self._is_label(name, label)],
                }
                for name in self._own_specs()
            ],
            "others": [
                name
                for name in model_specs_of()
                if name not in self._own_specs() and self._fits(name, unknown=False)
            ],
        }

    def _own_specs(self) -> list[str]:
        names = [name for namespace in self._namespaces for name in model_specs_of(namespace)]
        return list(filter(self._fits, names))

    def _is_label(self, spec: str, label: Any) -> bool:
        return s.valid(self._model(spec).label_spec, label)

    def _fits(self, spec: str, unknown: bool = True) -> bool:
        """True if a spec takes images of the family's size; `unknown` if the spec declares no input."""
        model = s.get_spec(spec)
        if not isinstance(model, ModelSpec):
            return False
        blank = np.zeros((1, self._shape[0] * self._shape[1]), np.float32)
        return unknown if model.input is None else s.valid(model.input, blank)

    def _require_size(self, spec: str) -> ModelSpec:
        model = self._model(spec)
        if not self._fits(spec):
            raise NotPicturesError(f"{spec} has pictures of another size than {self._family.namespace}/...")
        return model

    def _model(self, spec: str) -> ModelSpec:
        model = s.get_spec(spec)
        if model is None:
            s.valid(spec, None)  # raises UnknownSpecError, with the nearest name
        if not isinstance(model, ModelSpec) or model.generate is None:
            raise NotPicturesError(f"{spec} has no pictures; try one of {', '.join(model_specs_of())}")
        return model

    @functools.cached_property
    def _style_order(self) -> list[int]:
        """The places in a style, those that change a picture most first; none where there are no styles."""
        models = self._family.models
        if models.latent is None:
            return []
        plain = s.sample(models.latent(), 1, seed=0)[0]
        if not (isinstance(plain, np.ndarray) and plain.ndim == 1):
            return []
        names = list(models.labels.names)[:10]
        steps = np.concatenate([1.5 * np.eye(len(plain)), -1.5 * np.eye(len(plain))])
        labels = [name for name in names for _ in steps]
        images = as_rows(models.generate_many(labels, list(np.tile(steps, (len(names), 1)))))
        plus, minus = images.reshape(len(names), 2, len(plain), -1).swapaxes(0, 1)
        return [int(number) for number in np.abs(plus - minus).mean(axis=(0, 2)).argsort()[::-1]]

    # --- judging pictures --------------------------------------------------------------------------------

    def look(self, content: bytes) -> dict[str, Any]:
        """Return the reading of a picture, the picture drawn again, and the answer of each spec.

        Raises:
            ImageFileError: the bytes are not a picture.
        """
        models = self._family.models
        image = models.normalise(decode_picture(content))
        if np.ptp(image) == 0:
            return {"blank": True}
        reading = models.read(image)
        label = label_of(reading)
        redrawn = self._redrawer.redraw(image, label)
        return {
            "blank": False,
            "label": None if label is None else str(label),
            "confidence": getattr(reading, "confidence", None),
            "reason": getattr(reading, "reason", None),
            "shown": as_url(grey(image, self._shape)),
            "again": as_url(grey(redrawn.again, self._shape)),
            "again_label": str(redrawn.label),
            "style": redrawn.style,
            "difference": as_url(difference(redrawn.difference, self._shape)),
            "unexplained": round(redrawn.unexplained_share, 4),
            "specs": [_verdict(answer(name, image)) for name in self._own_specs()],
        }

    def judge_picture(self, spec: str, content: bytes) -> Answer:
        """Return the answer of a spec about a picture.

        Raises:
            ImageFileError: the bytes are not a picture.
            UnknownSpecError: nothing is registered under spec.
        """
        return answer(spec, self._family.models.normalise(decode_picture(content)))

    def judge(self, spec: str, value: Any) -> Answer:
        """Return the answer of a spec about a JSON value; lists become arrays for a spec of arrays.

        Raises:
            UnknownSpecError: nothing is registered under spec.
        """
        form = s.form(spec)
        takes_arrays = isinstance(form, tuple) and form[:1] in (("array",), ("model_spec",))
        if takes_arrays and isinstance(value, list):
            try:
                value = np.array(value)
            except ValueError:  # rows of different lengths; the spec says that it is not an array
                return answer(spec, value)
        return answer(spec, value)

    # --- making pictures ----------------------------------------------------------------------------------

    def seed(self) -> int:
        """Return a seed for samples, random or drawn from the studio's own seed."""
        return secrets.randbelow(SEEDS) if self._random is None else int(self._random.integers(SEEDS))

    def samples(self, spec: str, count: int, seed: int | None, scale: int) -> tuple[bytes, list[Any]]:
        """Return samples of a spec as the bytes of a picture, and the label read in each.

        Raises:
            UnknownSpecError, NotPicturesError: there is no such spec, or it has no pictures.
            GeneratorError: it has no examples.
        """
        model = self._require_size(spec)
        images = s.sample(spec, count, self.seed() if seed is None else seed)
        labels = [model.read(image).label for image in images]
        return self._png(images, scale), labels

    def draw_one(
        self, spec: str, seed: int | None, label: str | None, style: Sequence[float] | None
    ) -> dict[str, Any]:
        """Return a picture of a spec with its label and its style.

        Args:
            spec: the name of the spec; its model may have styles or not.
            seed: decides what is left open; None is random.
            label: the label as text; None for any that the spec accepts.
            style: the style; None for one with which the spec accepts the picture.

        Raises:
            UnknownSpecError, NotPicturesError: there is no such spec, or it has no pictures.
            ValueError: the spec does not accept the label, or the style has another size.
        """
        model = self._require_size(spec)
        seed = self.seed() if seed is None else seed
        labels = self._labels(spec, model, label, seed, 1 if style is not None else ATTEMPTS)
        candidates: list[list[Any]] = [[name] for name in labels]
        if model.latent is not None:
            if style is None:
                styles = s.sample(model.latents(), len(labels), seed)
            else:
                size = len(self._style_order)
                if len(style) != size:
                    raise ValueError(f"expected a style of {size} numbers, found {len(style)}")
                styles = [np.array(style, np.float64)]
            candidates = [[*each, latent] for each, latent in zip(candidates, styles, strict=True)]
        image, arguments = self._first_valid(spec, model, candidates)
        has_style = len(arguments) > 1 and isinstance(arguments[1], np.ndarray)
        return {
            "spec": spec,
            "label": str(arguments[0]),
            "style": arguments[1].tolist() if has_style else None,
            "seed": seed,
            "image": as_url(grey(image, self._shape)),
        }

    def _first_valid(
        self, spec: str, model: ModelSpec, candidates: list[list[Any]]
    ) -> tuple[Image, list[Any]]:
        """Return the first picture that the spec accepts, or the first of all, and its arguments."""
        for arguments in candidates:
            image = model.make(tuple(arguments))
            if len(candidates) == 1 or s.valid(spec, image):
                return image, arguments
        return model.make(tuple(candidates[0])), candidates[0]

    def _labels(self, spec: str, model: ModelSpec, label: str | None, seed: int, count: int) -> list[Any]:
        if label is None:
            return s.sample(model.label_spec, count, seed)
        names: Mapping[str, Any] = {str(name): name for name in self._family.models.labels.names}
        if label not in names or not s.valid(model.label_spec, names[label]):
            raise ValueError(f"{spec} does not accept the label {label!r}")
        return [names[label]] * count

    def counterexample(self, fits: str, but_not: str, seed: int | None = None) -> dict[str, Any]:
        """Return a picture that fits one spec and not another, the plainest of many, and both answers.

        It is judged as a file is: written as a picture, read again and normalised, so that the answers hold
        wherever it is dragged to.

        Raises:
            UnknownSpecError, NotPicturesError: there is no such spec, or it has no pictures.
        """
        model, other = self._require_size(fits), self._require_size(but_not)
        seed = self.seed() if seed is None else seed
        calls = self._order_by_plainness(model, seed)
        images = model.make_all(calls)
        data: dict[str, Any] = {
            "fits": fits,
            "but_not": but_not,
            "seed": seed,
            "tried": len(images),
            "image": None,
        }
        answers = zip(calls, images, model.accepts_each(images), other.accepts_each(images), strict=True)
        for arguments, generated, yes, no in answers:
            if not yes or no:
                continue
            content = self._png([generated], SCALE)
            image = self._family.models.normalise(decode_picture(content))
            if s.valid(but_not, image) or not s.valid(fits, image):
                continue
            url = as_url(grey(image, self._shape))
            verdicts = {"yes": _verdict(answer(fits, image)), "no": _verdict(answer(but_not, image))}
            return data | {"label": str(arguments[0]), "image": url, "png": content} | verdicts
        return data

    def _order_by_plainness(self, model: ModelSpec, seed: int) -> list[tuple[Any, ...]]:
        """Return arguments of generate: each label in its plainest style, then others, the plainest first."""
        labels = s.sample(model.label_spec, COUNTEREXAMPLES, seed)
        distinct = list(dict.fromkeys(labels))
        if model.latent is None:
            return [(label,) for label in distinct]
        latents = s.sample(model.latents(), COUNTEREXAMPLES, seed)
        if not isinstance(latents[0], np.ndarray):
            return list(zip(labels, latents, strict=True))
        plain = [(label, np.zeros_like(latents[0])) for label in distinct]
        others = sorted(zip(labels, latents, strict=True), key=lambda pair: float(np.square(pair[1]).sum()))
        return plain + others

    def _png(self, images: list[Any], zoom: int) -> bytes:
        return as_png(draw_sheet([grey(image, self._shape) for image in images], zoom=zoom, gap=0, paper=0))


def _verdict(answer: Answer) -> dict[str, Any]:
    return {"spec": answer.spec, "valid": answer.valid, "sentence": answer.sentence}
