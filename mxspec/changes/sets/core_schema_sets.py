"""Sets of values that pydantic is certain to accept, by its core schemas.

A schema with a key that this file does not name has no values. pydantic calls the functions of all choices of
a union, and one may raise, so a schema with a validator has none either. Texts with lone surrogates, which
pydantic refuses, are counted here: so the sets hold for values that another model of pydantic accepts.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Mapping
from typing import Any, Final

from mxspec.base.predicate_rows import ENDS
from mxspec.changes.core_schemas import FACTORIES, Schema, functions_at_end, validators_in
from mxspec.changes.sets.expressions import NO_VALUES, Constant, Intersection, LazySet, Union, ValueSet
from mxspec.changes.sets.list_sets import LISTS, CollectionSet
from mxspec.changes.sets.map_sets import DICTS, EXACT_DICTS, MapSet
from mxspec.changes.sets.scalar_sets import INF, PLAIN, TOP, FloatSet, IntSet, TextSet, float_at, int_at

MOST_OF_FLOATS: Final = int(TOP)
"""The greatest int that pydantic takes for a float."""

_MOST_EXACT: Final = 2**53  # up to here a float is equal to the int that it was

# For each type of schema, the keys that are understood.
_KEYS: Final[Mapping[str, frozenset[str]]] = {
    type_: frozenset(keys.split())
    for type_, keys in {
        "any": "",
        "none": "",
        "bool": "",
        "int": "ge le gt lt multiple_of",
        "float": "ge le gt lt allow_inf_nan",
        "str": "min_length max_length",
        "literal": "expected",
        "nullable": "schema",
        "default": "schema default default_factory copy_default on_error",
        "union": "choices mode auto_collapse",
        "tagged-union": "choices discriminator from_attributes strict",
        "list": "items_schema min_length max_length",
        "dict": "keys_schema values_schema min_length max_length",
        "definitions": "schema definitions",
        "definition-ref": "schema_ref",
        "model": "cls config custom_init root_model schema post_init generic_origin",
    }.items()
}
_IGNORED: Final = {"type", "metadata", "ref", "serialization", "title"}
_FIELDS: Final = frozenset({"fields", "computed_fields", "model_name", "extra_behavior"})
_FIELD: Final = frozenset(
    {"schema", "validation_alias", "serialization_alias", "serialization_exclude", "frozen"}
)
_CONFIG: Final = frozenset({"title", "extra_fields_behavior", "json_schema_extra", "frozen"})


def set_of_core_schema(schema: Schema, every: ValueSet) -> ValueSet:
    """Return a set of values that pydantic is certain to accept with a core schema.

    Args:
        schema: the schema.
        every: the set of all values.
    """
    return NO_VALUES if has_validator(schema) else _CoreReader(every).of(schema)


def has_validator(schema: Schema) -> bool:
    """True if pydantic calls a function to read a value."""
    return next(iter(validators_in(schema)), None) is not None


class _CoreReader:
    """A reader of one core schema and its definitions."""

    def __init__(self, every: ValueSet) -> None:
        self._every = every
        self._by_ref: dict[str, ValueSet] = {}

    def of(self, schema: Schema) -> ValueSet:
        type_ = schema["type"]
        if type_ not in _KEYS or schema.keys() - _IGNORED - _KEYS[type_]:
            return NO_VALUES
        try:
            own: ValueSet = getattr(self, "_" + type_.replace("-", "_"))(schema)
        except (
            KeyError,
            TypeError,
            ValueError,
        ):  # a bound that does not compare, or an unknown form of schema
            return NO_VALUES
        return own

    # --- scalars ------------------------------------------------------------------------------------------

    def _any(self, schema: Schema) -> ValueSet:
        return self._every

    def _none(self, schema: Schema) -> ValueSet:
        return Constant(None)

    def _bool(self, schema: Schema) -> ValueSet:
        return Union((Constant(True), Constant(False)))

    def _int(self, schema: Schema) -> ValueSet:
        low = max(int_at(bound, is_low=True) for bound in (_bound(schema, "ge"), _bound(schema, "gt")))
        high = min(int_at(bound, is_low=False) for bound in (_bound(schema, "le"), _bound(schema, "lt")))
        divisor = schema.get("multiple_of", 1)
        return IntSet(low, high, divisor) if type(divisor) is int and divisor > 0 else NO_VALUES

    def _float(self, schema: Schema) -> ValueSet:
        takes_nan = schema.get("allow_inf_nan", True)
        top = INF if takes_nan else TOP
        lows, highs = (
            [_bound(schema, name) for name in names if name in schema]
            for names in (("ge", "gt"), ("le", "lt"))
        )
        low = max([-top, *(float_at(bound, is_low=True) for bound in lows)])
        high = min([top, *(float_at(bound, is_low=False) for bound in highs)])
        # Bounds are compared with the float that an int becomes.
        most = _MOST_EXACT if lows or highs else MOST_OF_FLOATS
        ints = IntSet(
            max(-most, -most if low == -INF else math.ceil(low)),
            min(most, most if high == INF else math.floor(high)),
        )
        return Union((FloatSet(low, high, takes_nan and not (lows or highs)), ints))

    def _str(self, schema: Schema) -> ValueSet:
        return TextSet(*_lengths(schema))

    def _literal(self, schema: Schema) -> ValueSet:
        if not all(type(x) is str or x is None for x in schema["expected"]):
            return NO_VALUES
        words = frozenset(x for x in schema["expected"] if x is not None)
        none = [Constant(None)] * (None in schema["expected"])
        return Union((TextSet(words=words, kinds=PLAIN), *none))

    # --- choices ------------------------------------------------------------------------------------------

    def _nullable(self, schema: Schema) -> ValueSet:
        return Union((Constant(None), self.of(schema["schema"])))

    def _default(self, schema: Schema) -> ValueSet:
        return self.of(schema["schema"]) if schema.get("on_error", "raise") == "raise" else NO_VALUES

    def _union(self, schema: Schema) -> ValueSet:
        choices = (each[0] if isinstance(each, tuple) else each for each in schema["choices"])
        return Union(tuple(map(self.of, choices)))

    def _tagged_union(self, schema: Schema) -> ValueSet:
        tag, choices = schema["discriminator"], schema["choices"]
        if schema.get("strict") or not isinstance(tag, str) or not all(type(key) is str for key in choices):
            return NO_VALUES

        def with_tag(word: str) -> ValueSet:
            text = TextSet(words=frozenset({word}), kinds=PLAIN)
            return MapSet(EXACT_DICTS, {tag: (text, True)}, ((self._every, self._every),))

        return Union(tuple(Intersection((with_tag(key), self.of(each))) for key, each in choices.items()))

    def _definitions(self, schema: Schema) -> ValueSet:
        for each in schema["definitions"]:
            self._by_ref[each["ref"]] = LazySet(functools.partial(self.of, each))
        return self.of(schema["schema"])

    def _definition_ref(self, schema: Schema) -> ValueSet:
        return self._by_ref.get(schema["schema_ref"], NO_VALUES)

    # --- collections --------------------------------------------------------------------------------------

    def _list(self, schema: Schema) -> ValueSet:
        elements = self.of(schema["items_schema"]) if "items_schema" in schema else self._every
        return CollectionSet(LISTS, (), elements, *_lengths(schema))

    def _dict(self, schema: Schema) -> ValueSet:
        key, value = (
            self.of(schema[name]) if name in schema else self._every
            for name in ("keys_schema", "values_schema")
        )
        if schema.get("keys_schema", {"type": "any"})["type"] not in ("str", "any"):
            return NO_VALUES  # two keys may become one
        return MapSet(DICTS, {}, ((key, value),), None, *_lengths(schema))

    def _model(self, schema: Schema) -> ValueSet:
        fields, config = schema["schema"], schema.get("config", {})
        cls, has_code = schema["cls"], any(functions_at_end(schema))
        has_code = has_code or any(schema.get(name) for name in ("custom_init", "root_model"))
        has_code = has_code or cls.__new__ is not object.__new__ or inspect.isabstract(cls)
        if has_code or config.keys() - _CONFIG or fields["type"] != "model-fields":
            return NO_VALUES
        if fields.keys() - _IGNORED - _FIELDS:
            return NO_VALUES
        keys: dict[Any, tuple[ValueSet, bool]] = {}
        for name, field in fields["fields"].items():
            alias = field.get("validation_alias", name)
            if not isinstance(alias, str) or field.keys() - _IGNORED - _FIELD:
                return NO_VALUES
            if alias in keys or (alias != name and alias in fields["fields"]):
                return NO_VALUES
            keys[alias] = self.of(field["schema"]), not _may_be_missing(field["schema"])
        extra = fields.get("extra_behavior", config.get("extra_fields_behavior"))
        if extra == "forbid":
            return MapSet(EXACT_DICTS, keys)
        # Keys without a field are texts, if they are kept.
        return MapSet(EXACT_DICTS, keys, ((TextSet() if extra == "allow" else self._every, self._every),))


def _may_be_missing(schema: Schema) -> bool:
    """True if it is certain that a field may be missing."""
    if schema["type"] != "default":
        return False
    return "default" in schema or schema.get("default_factory") in FACTORIES


def _bound(schema: Schema, name: str) -> tuple[Any, bool] | None:
    return (schema[name], ENDS[name].is_open) if name in schema else None


def _lengths(schema: Schema) -> tuple[int, float]:
    least, most = schema.get("min_length"), schema.get("max_length")
    return least or 0, INF if most is None else most
