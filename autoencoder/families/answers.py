"""Answers about pictures in plain words, for the command line and the page."""

from dataclasses import dataclass
from typing import Any

import mxspec as s
from mxspec.base.messages.text import jsonable
from mxspec.errors import ErrorDetails
from mxspec.models.model_spec import ModelSpec


@dataclass(frozen=True)
class Answer:
    """The answer of a spec about a value.

    Attributes:
        spec: the name of the spec, or None.
        valid: True if the value fits.
        label: the label read; None if the value was not recognised or not read.
        confidence: the reader's confidence, 0 to 1, or None.
        errors: the problems, as in `mxspec.explain_json`.
        remark: the reading's remark on the label, such as "without the line under it", or None.
    """

    spec: str | None
    valid: bool
    label: Any
    confidence: float | None
    errors: list[ErrorDetails]
    remark: str | None = None

    @property
    def sentence(self) -> str:
        """The reasons why the value does not fit, or the label read.

        >>> from autoencoder import digits
        >>> answer("digits/even-image", digits.generate(3)).sentence
        'read as 3 (1.00), but even is required'
        """
        if self.valid:
            sure = "" if self.confidence is None else f" ({self.confidence:.2f})"
            remark = f" {self.remark}" if self.remark else ""
            return "fits" if self.label is None else f"read as {self.label!r}{sure}{remark}"
        return "; ".join(error["msg"] for error in self.errors)

    def as_data(self) -> dict[str, Any]:
        """Return the answer as values for JSON, with a label of any type."""
        return {
            "spec": self.spec,
            "valid": self.valid,
            "label": jsonable(self.label),
            "confidence": self.confidence,
            "remark": self.remark,
            "errors": self.errors,
        }


def answer(spec: str, value: Any) -> Answer:
    """Return the answer of a spec about a value.

    Raises:
        UnknownSpecError: spec is not a registered name.

    >>> from autoencoder import digits
    >>> answer("digits/image", digits.generate(3)).label
    3
    """
    problems = s.explain_json(spec, value)
    reading = read_value(spec, value)
    return Answer(spec, not problems, reading.label, reading.confidence, problems, reading.remark)


def unreadable_answer(spec: str | None, reason: str, kind: str, source: str | None = None) -> Answer:
    """Return the answer about a value that can't be read.

    Args:
        spec: the name of the spec, or None.
        reason: the reason for people.
        kind: the reason for programs.
        source: the path of the file.

    >>> unreadable_answer("digits/image", "x.png: there is no such file", "unreadable", "x.png").valid
    False
    """
    error: ErrorDetails = {"loc": [], "msg": reason, "type": kind, "input": source, "ctx": {}}
    return Answer(spec, False, None, None, [error])


def read_value(spec: str, value: Any) -> s.Reading:
    """Return a model spec's reading of a value; an empty reading for other specs and unreadable values.

    >>> from autoencoder import digits
    >>> read_value("digits/even-image", digits.generate(3)).label, read_value("digits/number", 3).label
    (3, None)
    """
    model = s.get_spec(spec)
    nothing = s.Reading(None)
    if not isinstance(model, ModelSpec) or (model.input is not None and not s.valid(model.input, value)):
        return nothing
    try:
        return model.read(value)
    except Exception:  # explain reports it
        return nothing
