"""Answers about pictures in plain words, as the command line and the page give them."""

import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mxspec as s
from autoencoder import digits, families, model_specs
from autoencoder.models import Family
from mxspec.errors import ErrorDetails
from mxspec.models.model_spec import ModelSpec

FAMILIES: dict[str, Family] = {"mnist": model_specs.family, "digits": digits.family}


@dataclass(frozen=True)
class Answer:
    """The answer of a spec about a value.

    Attributes:
        spec: its name.
        valid: True if the value fits.
        label: what was read in it; None where it has none of the labels, or nothing was read.
        confidence: how sure the reader is, 0 to 1; None where it doesn't say.
        errors: the problems as `mxspec.explain_json` lists them.
    """

    spec: str
    valid: bool
    label: Any
    confidence: float | None
    errors: list[ErrorDetails]

    @property
    def sentence(self) -> str:
        """Why the value does not fit, or what it was read as.

        >>> answer("digits/even-image", digits.generate(3)).sentence
        'read as 3 (1.00), but even is required'
        """
        if self.valid:
            sure = "" if self.confidence is None else f" ({self.confidence:.2f})"
            return "fits" if self.label is None else f"read as {self.label!r}{sure}"
        return "; ".join(error["msg"] for error in self.errors)

    def as_data(self) -> dict[str, Any]:
        """Return the answer for JSON."""
        return {
            "spec": self.spec,
            "valid": self.valid,
            "label": self.label,
            "confidence": self.confidence,
            "errors": self.errors,
        }


def answer(spec: str, value: Any) -> Answer:
    """Ask a spec about a value.

    Raises:
        UnknownSpecError: nothing is registered under spec.

    >>> answer("digits/image", digits.generate(3)).label
    3
    """
    problems = s.explain_json(spec, value)
    reading = _reading(spec, value)
    return Answer(spec, not problems, reading.label, reading.confidence, problems)


def _reading(spec: str, value: Any) -> s.Reading:
    """Return what a model spec reads in a value; an empty reading where there is none."""
    model = s.get_spec(spec)
    nothing = s.Reading(None)
    if not isinstance(model, ModelSpec) or (model.input is not None and not s.valid(model.input, value)):
        return nothing
    try:
        return model.read(value)
    except Exception:  # which explain has as a reason
        return nothing


def use_models(
    model_dir: str | os.PathLike[str] | None, spec: str, modules: Sequence[str] = ()
) -> tuple[Family, Path]:
    """Pick the models that a spec asks; in a namespace of its own, a folder's own specs are defined first.

    Args:
        model_dir: the folder; None is that of the networks that ship.
        spec: the name of a spec, or its namespace. Without a folder, one of no family is taken to ask
            the networks of digits.
        modules: names of modules to import, which register specs of their own.

    Returns:
        The family of the spec, and its folder.

    Raises:
        CheckpointError, LabelError: as `Family.use_models` does.
        ImportError: there is no such module.
    """
    import_modules(modules)
    namespace = spec.partition("/")[0]
    if namespace in FAMILIES or model_dir is None:
        family = FAMILIES.get(namespace, digits.family)
        return family, family.use_models(model_dir)
    return families.define(namespace, model_dir), Path(model_dir)


def import_modules(modules: Sequence[str]) -> None:
    """Import modules, also of the folder that the program was started in, as Python does with `-m`.

    Raises:
        ImportError: there is no such module.
    """
    if modules and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    for module in modules:
        importlib.import_module(module)


def model_specs_of(namespace: str | None = None) -> list[str]:
    """Return the names of the registered specs of a model, all or those of a namespace, in their order.

    >>> model_specs_of("digits")
    ['digits/image', 'digits/even-image', 'digits/odd-image', 'digits/odd-over-2-image'...]
    """
    return [
        name
        for name in s.registry()
        if isinstance(s.get_spec(name), ModelSpec) and namespace in (None, name.partition("/")[0])
    ]


def label_of(reading: Any) -> Any:
    """Return the label of what `Models.read` returns, None where there is none."""
    return reading.label if isinstance(reading, s.Reading) else reading
