"""Specs of models as JSON Schema: what goes in, in words what comes out, and examples."""

from __future__ import annotations

from typing import Any, Final

from mxspec.api.examples import sample
from mxspec.api.operations import valid
from mxspec.core.spec import Spec
from mxspec.models.from_examples import ExamplesSpec
from mxspec.models.model_spec import ModelSpec
from mxspec.forms import predicate_text
from mxspec.schemas.parts import Schema, all_of, note
from mxspec.schemas.writing import Schemas, schema_of
from mxspec.words.jsonable import jsonable, said
from mxspec.words.needs import form_text

EXAMPLES: Final = 3
DECIMALS: Final = 4  # of the numbers in an example, where it is still one with so few


@schema_of.register
def _model_spec(spec: ModelSpec, schemas: Schemas) -> Schema:
    read = said(predicate_text, spec.discriminate)
    words = note(f"{read} gives it a label that fits {form_text(spec.label_spec)}")
    inputs = {} if spec.input is None else schemas.of(spec.input)
    return all_of([words, inputs, _examples(spec)])


@schema_of.register
def _from_examples(spec: ExamplesSpec, schemas: Schemas) -> Schema:
    threshold = spec.learnt.threshold
    words = note(f"no stranger than {100 * (1 - threshold.alpha):.10g}% of {threshold.n:,} {threshold.of}")
    return all_of([words, schemas.of(spec.arrays), _examples(spec)])


def _examples(spec: Spec) -> Schema:
    """Return examples that are always the same, or none where the model makes none."""
    try:
        return {"examples": [_listed(x, spec) for x in sample(spec, EXAMPLES, seed=0)]}
    except Exception:  # of a model, of which nothing is known
        return {}


def _listed(x: Any, spec: Spec) -> Any:
    """Return an example as JSON has it, an array as lists."""
    if not (hasattr(x, "tolist") and hasattr(x, "dtype")):
        return jsonable(x)
    rounded = x.round(DECIMALS) if x.dtype.kind == "f" else x
    # By way of text, since a float32 is a longer float than it was rounded to.
    return _rounded((rounded if valid(spec, rounded) else x).tolist())


def _rounded(x: Any) -> Any:
    if isinstance(x, list):
        return list(map(_rounded, x))
    return round(x, DECIMALS + 3) if isinstance(x, float) else jsonable(x)
