"""Pydantic models as specs: a value is valid if it is an instance, examples are made of the fields.

`class Login(BaseModel): mail: str = Field(pattern="^[a-z]+$")` draws mail from the spec of its annotation,
with the pattern. Then `Login.model_validate({"mail": "abc"})` makes the instance, so that every validator of
the model sees the example. Hypothesis's own strategy of a model ignores what pydantic alone understands.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mxspec.base.lazy import lazy
from mxspec.base.messages.reasons import decode_makes
from mxspec.base.messages.requirements import Schema
from mxspec.base.strategies import by_predicate, combine
from mxspec.base.strategies.combine import Strategy
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.predicates import is_any
from mxspec.specs.core.generation import NEVER, Context, branch_strategy, strategy_of
from mxspec.specs.core.lenses import KEY
from mxspec.specs.core.parts import NEEDED, OPTIONAL, Part
from mxspec.specs.core.question import Place, Question, refusal
from mxspec.specs.core.spec import Predicate, Spec
from mxspec.transform.annotations.owners import problem_of, read_model_map, takes_json
from mxspec.transform.annotations.records import annotation_with
from mxspec.transform.annotations.tagged_unions import chosen_by_field
from mxspec.transform.schemas.json_schema import Schemas, schema_of


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ModelInstance(Predicate, inherits=True):
    """An instance of a pydantic model. Its fields have been checked, so they are parts of examples alone.

    Attributes:
        spec_of: a function from the annotation of a field to its spec.
    """

    spec_of: Callable[[Any], Spec] = dataclasses.field(kw_only=True)

    @lazy
    def fields(self) -> Mapping[str, Any]:
        """The fields by name; their annotations are complete."""
        if not getattr(self.pred, "__pydantic_complete__", True):
            self.pred.model_rebuild(raise_errors=False)
        fields: Mapping[str, Any] = self.pred.__pydantic_fields__
        return fields

    @lazy
    def field_specs(self) -> Mapping[str, Spec]:
        """The spec of each field; an annotation that none states is drawn by Hypothesis."""
        return {name: self._spec_of_field(field) for name, field in self.fields.items()}

    def _spec_of_field(self, field: Any) -> Spec:
        annotation = annotation_with(field.annotation, field)
        try:
            return chosen_by_field(self.spec_of(annotation), field)
        except SpecDefinitionError:
            return Predicate(is_any, gen_fn=lambda: by_predicate.instances(annotation))

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if not takes_json(self.pred, x):
            return super().explain(x, place, question)
        try:
            read_model_map(self.pred, x)
        except Exception as error:
            errors = getattr(error, "errors", None)
            if type(error).__name__ != "ValidationError" or errors is None:
                return [place.problem(self.pred, x, reason=refusal(error))]
            form = ("pydantic", self.pred)
            return [problem_of(each, form, x, place) for each in errors(include_url=False)]
        return [place.problem(self.pred, x, reason=decode_makes(self.pred))]

    def example_parts(self) -> Sequence[Part]:
        """Return the fields, which examples are made of."""
        return [
            Part(spec, NEEDED if self.fields[name].is_required() else OPTIONAL, name, lens=KEY)
            for name, spec in self.field_specs.items()
        ]

    def strategy(self, context: Context) -> Strategy | None:
        # Hypothesis draws a subclass of an abstract class, and the arguments of the model's own __init__.
        is_of_fields = self._takes_fields() and not inspect.isabstract(self.pred)
        if combine.is_registered(self.pred) or not is_of_fields:
            return super().strategy(context)
        inside = context.enter(self)
        required: dict[str, Strategy] = {}
        optional: dict[str, Strategy] = {}
        for name, spec in self.field_specs.items():
            part = inside.at(name)
            if self.fields[name].is_required():
                required[name] = strategy_of(spec, part)
            elif not inside.is_exhausted(self, name) and part.height(spec) < NEVER:
                optional[name] = branch_strategy(spec, part)
        instances = combine.fmap(self._validate, combine.records(required, optional))
        return by_predicate.without_refused(instances, self.pred)

    def _takes_fields(self) -> bool:
        """True unless the model has an `__init__` with other arguments than its fields."""
        parameters = inspect.signature(self.pred.__init__).parameters
        takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        return takes_any or self.fields.keys() <= parameters.keys()

    def _validate(self, values: dict[str, Any]) -> Any:
        """Return the instance that pydantic makes of the values of fields, or a RefusedInstance."""
        keys = {name: self.fields[name].validation_alias or name for name in values}
        # An AliasPath leads to a part of the input; the field also has its own name.
        data = {key if isinstance(key, str) else name: values[name] for name, key in keys.items()}
        try:
            if getattr(self.pred, "__pydantic_root_model__", False):
                return self.pred.model_validate(*data.values())
            return self.pred.model_validate(data, by_alias=True, by_name=True)
        except Exception as error:  # from a validator, which may raise anything
            return combine.RefusedInstance(error)


@schema_of.register
def _schema_of_model(spec: ModelInstance, schemas: Schemas) -> Schema:
    """Return the schema that pydantic makes of a model, with its definitions among the others."""
    try:
        return schemas.document(spec.pred.__name__, spec.pred.model_json_schema)
    except Exception:  # pydantic has no JSON for the type of a field
        return schemas.note(f"a map of the fields of {spec.pred.__name__}")
