"""The work behind the page: judging and redrawing pictures, drawing samples and counterexamples."""

import base64
import functools
import io
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import autoencoder.data.libraries  # noqa: F401  # first: it says what to install

# isort: split
import numpy as np
import numpy.typing as npt
import PIL.Image

import mxspec as s
from autoencoder.data.picture_files import difference, grey
from autoencoder.data.pictures import FORMATS, Image, ImageFileError, as_rows, open_raster
from autoencoder.digits.digit_generator import Redrawer
from autoencoder.digits.family import Family
from autoencoder.digits.recognition import refusals
from autoencoder.digits.style_axes import axis_names
from autoencoder.families import model_specs_of
from autoencoder.families.answers import Answer, answer, read_value
from mxspec.base.forms import call_text
from mxspec.base.messages.sheet import draw_sheet
from mxspec.base.messages.text import jsonable
from mxspec.models.model_spec import ModelSpec

# --- pictures from and for a browser ----------------------------------------------------------------------

MOST_PIXELS = 16_000_000  # of a picture, however few its bytes


def decode_picture(content: bytes) -> PIL.Image.Image:
    """Decode a picture from the bytes of a file.

    Raises:
        ImageFileError: the file is damaged or not in one of FORMATS, or has more than MOST_PIXELS; pixels are
            counted before decoding.

    >>> decode_picture(as_png(PIL.Image.new("L", (28, 28)))).size
    (28, 28)
    """
    try:
        picture = open_raster(io.BytesIO(content), MOST_PIXELS)
        picture.load()
        picture.getexif()  # for `load_picture`
    except (ImageFileError, PIL.Image.DecompressionBombError) as error:
        raise ImageFileError(f"{error}; make the picture smaller") from error
    except Exception as error:  # for damaged files Pillow raises many kinds of errors
        raise ImageFileError(
            f"this is not a picture that can be read; send one of {', '.join(FORMATS)}"
        ) from error
    return picture


def as_png(picture: PIL.Image.Image) -> bytes:
    """Return a picture as the bytes of a PNG file."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def as_url(pixels: npt.NDArray[np.uint8]) -> str:
    """Return pixels as a data URL of a PNG."""
    return f"data:image/png;base64,{base64.b64encode(as_png(PIL.Image.fromarray(pixels))).decode()}"


# --- the studio -------------------------------------------------------------------------------------------

COUNTEREXAMPLES = 300  # samples to search for a counterexample
ATTEMPTS = 20  # samples to find a valid one
SCALE = 10  # the enlargement of the picture of a counterexample
SEEDS = 2**31


class NotPicturesError(s.SpecError):
    """The values of a spec are not pictures; the message names the specs of pictures."""


class Studio:
    """Handles the requests of the page about the specs of a family; safe for threads.

    Args:
        family: the family.
        spec: the first spec of the page.
        seed: makes the samples repeatable; None means other samples each time.
    """

    def __init__(self, family: Family, spec: str, seed: int | None = None) -> None:
        self._family = family
        self._spec = spec
        # A user's spec in another namespace may ask the family's networks.
        self._namespaces = dict.fromkeys([spec.partition("/")[0], family.namespace])
        self._random = None if seed is None else np.random.default_rng(seed)
        self._redrawer = Redrawer(family.models)
        self._shape = family.models.labels.shape
        self._model(spec)  # raises an error unless it is a spec of pictures

    def warm_up(self) -> None:
        """Load the networks and draw the first images of searches, before the first request."""
        self.describe()
        self._redrawer.redraw(np.zeros(self._shape))

    # --- the specs ----------------------------------------------------------------------------------------

    def describe(self) -> dict[str, Any]:
        """Return the settings of the page: the specs, their labels, and the sizes of images and styles."""
        models = self._family.models
        return {
            "spec": self._spec,
            "shape": list(self._shape),
            "style": {
                "size": len(self._style_order),
                "main": self._style_order,
                "names": self._style_names,
            },
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
        """True if a spec accepts images of the family's size; `unknown` if the spec declares no input."""
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
    def _style_size(self) -> int:
        """The length of a style, 0 unless styles are arrays of one dimension."""
        latent = self._family.models.latent
        plain = None if latent is None else s.sample(latent(), 1, seed=0)[0]
        return len(plain) if isinstance(plain, np.ndarray) and plain.ndim == 1 else 0

    @functools.cached_property
    def _style_names(self) -> list[str | None]:
        """The meaning of each number of a style, None for one without."""
        names = self._family.models.labels.names[:10]

        def draw(numbers: Image, styles: Image) -> Image:
            labels = [names[number] for number in numbers]
            return as_rows(self._family.models.generate_many(labels, list(styles)))

        size = self._style_size
        return axis_names(draw, len(names), self._shape, size) if size else []

    @functools.cached_property
    def _style_order(self) -> list[int]:
        """The indices of a style, named ones first, then the most effective; [] without styles."""
        size = self._style_size
        if not size:
            return []
        names = list(self._family.models.labels.names)[:10]
        steps = np.concatenate([1.5 * np.eye(size), -1.5 * np.eye(size)])
        labels = [name for name in names for _ in steps]
        generated = self._family.models.generate_many(labels, list(np.tile(steps, (len(names), 1))))
        plus, minus = as_rows(generated).reshape(len(names), 2, size, -1).swapaxes(0, 1)
        effects = np.abs(plus - minus).mean(axis=(0, 2)).tolist()
        named = [place for place, name in enumerate(self._style_names) if name]
        return named + sorted({*range(size)} - {*named}, key=lambda place: -effects[place])

    # --- judging pictures --------------------------------------------------------------------------------

    def look(self, content: bytes) -> dict[str, Any]:
        """Return the reading of a picture, its redrawing, and the answer of each spec.

        The reading comes from the first spec of the page; if it recognises nothing, from the first spec that
        does.

        Raises:
            ImageFileError: the bytes are not a picture.
        """
        models = self._family.models
        image = models.normalise(decode_picture(content))
        if np.ptp(image) == 0:
            return {"blank": True}
        answers = [answer(name, image) for name in self._own_specs()]
        readings = sorted(answers, key=lambda each: each.spec != self._spec)
        reading = next((each for each in readings if each.label is not None), readings[0])
        reason = None if reading.label is not None else _plain_reason(read_value(str(reading.spec), image))
        redrawn = self._redrawer.redraw(image, reading.label)
        return {
            "blank": False,
            "label": None if reading.label is None else str(reading.label),
            "confidence": reading.confidence,
            "remark": reading.remark,
            "reason": reason,
            "shown": as_url(grey(image, self._shape)),
            "again": as_url(grey(redrawn.again, self._shape)),
            "again_label": str(redrawn.label),
            "style": redrawn.style,
            "difference": as_url(difference(redrawn.difference, self._shape)),
            "unexplained": round(redrawn.unexplained_share, 4),
            "specs": [_verdict(each) for each in answers],
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
            except ValueError:  # for rows of different lengths; the spec then refuses the list
                return answer(spec, value)
        return answer(spec, value)

    # --- making pictures ----------------------------------------------------------------------------------

    def seed(self) -> int:
        """Return a seed for samples, random or derived from the studio's seed."""
        return secrets.randbelow(SEEDS) if self._random is None else int(self._random.integers(SEEDS))

    def samples(self, spec: str, count: int, seed: int | None, scale: int) -> tuple[bytes, list[Any]]:
        """Return a picture of samples of a spec as bytes, and the label read in each sample.

        Raises:
            UnknownSpecError, NotPicturesError: the spec does not exist, or is not a spec of pictures.
            GeneratorError: no example of the spec is found.
        """
        model = self._require_size(spec)
        images = s.sample(spec, count, self.seed() if seed is None else seed)
        labels = [jsonable(model.read(image).label) for image in images]
        return self._png(images, scale), labels

    def draw_one(
        self, spec: str, seed: int | None, label: str | None, style: Sequence[float] | None
    ) -> dict[str, Any]:
        """Return a picture of a spec with its label and its style.

        Args:
            spec: the name of the spec.
            seed: the seed of random choices; None means a random seed.
            label: the label as text; None means a random label of the spec.
            style: the style; None means a random style such that the picture is valid.

        Raises:
            UnknownSpecError, NotPicturesError: the spec does not exist, or is not a spec of pictures.
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
                shape = np.shape(s.sample(model.latents(), 1, seed=0)[0])
                if shape != (len(style),):
                    size = shape[0] if len(shape) == 1 else f"shape {shape}, not of"
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
        """Return the first valid picture, or else the first picture, and its arguments."""
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
        """Return a picture that fits one spec but not the other, the plainest of many, and both answers.

        The picture is judged as written to a file, read again and normalised, so that the answers also hold
        for the saved file.

        Raises:
            UnknownSpecError, NotPicturesError: the spec does not exist, or is not a spec of pictures.
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
        """Return arguments of generate: each label in its plainest style, then the rest by plainness."""
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


UNLIKE = f"It is {refusals.UNLIKE}."


def _plain_reason(reading: s.Reading) -> str | None:
    """Return the reason of a refusal in words without scores; the answers of the specs have the scores."""
    return UNLIKE if (reading.reason or "").startswith(refusals.UNLIKE) else reading.reason


def _verdict(answer: Answer) -> dict[str, Any]:
    return {"spec": answer.spec, "valid": answer.valid, "sentence": answer.sentence}
