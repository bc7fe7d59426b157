"""Proofs for pydantic: a new core schema accepts every input that an old one accepts.

`Annotated[int, Ge(0)]` is covered by `Annotated[int, Ge(-1)]` and by `int`: the rest of the two schemas is
the same, and the bound refuses less or is removed.

pydantic converts. It takes "3" for an int and a tuple for a list, so int to float is not proved ("9" * 400 is
an int but not a float), and two schemas may differ only in bounds, lengths, choices and fields. Everything
that this file does not name has to be the same on both sides: a key of a schema, a validator, a config. A
validator of both versions refuses nothing more if it sees the same values. Two things are assumed. A dict of
fields holds no instances of the compared classes; and of the keys that the new version lists, it holds only
keys that the old version listed too.

A model may write something else than it reads: a `serialization_alias`, `exclude=True`, a serializer, a
computed field. If two models differ in one, a change of responses is not proved, and the answer names it.
"""

from __future__ import annotations

import ast
import enum
import inspect
import operator
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from mxspec.base.function_syntax import has_plain_first_argument, name_nodes, syntax_of

Schema = Mapping[str, Any]

Judge = Callable[[Any, Any], bool]
"""A test whether two functions or classes, of the old and the new version, are the same."""

# Keys of a schema that never decide if a value fits.
_PASSED_OVER: Final = frozenset(
    {"ref", "metadata", "serialization", "title", "computed_fields", "model_name", "cls_name"}
    | {"dataclass_name", "generic_origin", "serialization_alias", "serialization_exclude", "fail_fast"}
    | {"serialization_exclude_if", "frozen", "slots", "cache_strings"}
    | {"custom_error_type", "custom_error_message", "custom_error_context"}
)
_SCALARS: Final = frozenset(
    {"any", "none", "bool", "int", "float", "decimal", "complex", "str", "bytes", "uuid", "url"}
    | {"date", "time", "datetime", "timedelta"}
)

_KIND_OF_LITERALS: Final = {"str": str, "int": int}

_ANYTHING: Final[Schema] = {"type": "any"}

FACTORIES: Final = (list, dict, set, frozenset, tuple, str, int, float, bool)
"""Functions without arguments that never raise."""


def _is_equal(new: Any, old: Any) -> bool:
    return type(new) is type(old) and bool(new == old)


# Keys that can only refuse values. The new schema may omit one, or its value has to pass the function: a new
# `ge` may be less than the old one.
_REFUSING: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    **dict.fromkeys(("gt", "ge", "min_length"), operator.le),
    **dict.fromkeys(("lt", "le", "max_length"), operator.ge),
    # More decimal places leave fewer digits before the point.
    "multiple_of": lambda new, old: _is_equal(new, old) or (type(new) is type(old) is int and old % new == 0),
    **dict.fromkeys(("pattern", "strict", "max_digits", "decimal_places"), _is_equal),
}


def covers(old: Schema, new: Schema, is_one: Judge = operator.is_, is_written: bool = False) -> bool:
    """True if it is proved that pydantic accepts with the new schema all that it accepts with the old one.

    If is_written is True, all that it writes with the old one: it also writes a field that was not given.
    """
    try:
        return _Comparison(is_one, is_written).covers(old, new)
    except (TypeError, ValueError, KeyError):  # bounds that don't compare, or an unknown form of schema
        return False


class _Comparison:
    """A comparison of two schemas.

    Attributes:
        is_one: a function that tests whether two functions or classes are the same.
        is_written: True if the old schema writes the values.
        config: the config of the new model around a schema, which may be strict or limit texts.
        definitions: for each side, the schemas that others refer to, by reference.
        pairs: the pairs of references that are proved, or under comparison; these may be assumed, since
            values are finite.
    """

    def __init__(self, is_one: Judge, is_written: bool = False) -> None:
        self.is_one, self.is_written = is_one, is_written
        self.config: Schema = {}
        self.definitions: tuple[dict[str, Any], dict[str, Any]] = {}, {}
        self.pairs: frozenset[tuple[Any, ...]] = frozenset()

    def covers(self, old: Schema, new: Schema) -> bool:
        old, new = self._target(old, 0), self._target(new, 1)
        pair = old.get("ref"), new.get("ref")
        if pair in self.pairs:
            return True
        before = self.pairs
        if None not in pair:
            self.pairs = before | {pair}
        if self._covers(old, new):
            return True
        self.pairs = before  # proofs that assumed this pair fall with it
        return False

    def _target(self, schema: Schema, side: int) -> Schema:
        """Return the schema behind references and defaults."""
        while True:
            match schema["type"]:
                case "definitions":
                    self.definitions[side].update({each["ref"]: each for each in schema["definitions"]})
                    schema = schema["schema"]
                case "definition-ref":
                    schema = self.definitions[side][schema["schema_ref"]]
                case "default" if schema.get("on_error", "raise") == "raise":
                    schema = schema["schema"]
                case _:
                    return schema

    def _covers(self, old: Schema, new: Schema) -> bool:
        kind, other = old["type"], new["type"]
        if other == "any" or self._is_same(old, new):
            return True
        if kind == "nullable":
            return self.covers({"type": "none"}, new) and self.covers(old["schema"], new)
        if other == "nullable" and (kind == "none" or self.covers(old, new["schema"])):
            return True
        if kind == other == "union":
            several = [*choices_of(old)], [*choices_of(new)]
            return self._tries_alike(*several) and all(
                any(self.covers(choice, wider) for wider in several[1]) for choice in several[0]
            )
        if kind in ("union", "tagged-union"):
            return all(self.covers(choice, new) for choice in choices_of(old)) or (
                kind == other == "tagged-union" and self._covers_tags(old, new)
            )
        if other == "union":
            choices = [*choices_of(new)]
            return all(self._calls_no_more(old, choice) for choice in choices) and any(
                self.covers(old, choice) for choice in choices
            )
        if kind == other == "function-before":
            return self._makes_alike(old, new)
        if other == "function-after" and (
            _never_raises(new["function"]["function"]) or self._takes_few(old, new)
        ):
            return self.covers(old, new["schema"])
        if kind == "function-after":  # it may refuse more or return another value, never accept more
            is_one = other == kind and self._is_same(old["function"], new["function"])
            is_known = is_one and self._sees_alike(old, new)
            return is_known or self.covers(old["schema"], new)
        is_strict = "strict" in new or self.config.get("strict", False)
        if kind == "literal" and other in _KIND_OF_LITERALS and not is_strict:
            is_kind = all(type(x) is _KIND_OF_LITERALS[other] for x in old["expected"])
            return is_kind and self._takes_few(old, new)
        if kind != other:
            return False
        lists = [list_of_sequence(each) for each in (old, new)]
        if None not in lists:
            return self._is_same(*map(_class_of_sequence, (old, new))) and self.covers(*lists)  # type: ignore[arg-type]
        match kind:
            case "literal":
                expected = ({*map(_sort_of, each["expected"])} for each in (old, new))
                return next(expected) <= next(expected) and _rest(self, old, new)
            case "enum":
                members = (
                    {(x.name, *_type_and_value(x.value)) for x in each["members"]} for each in (old, new)
                )
                is_one = old["cls"].__qualname__ == new["cls"].__qualname__
                is_flag = issubclass(old["cls"], enum.Flag)  # it has members without a name
                return is_one and not is_flag and next(members) <= next(members) and _rest(self, old, new)
            case "list" | "tuple" | "dict" | "set" | "frozenset":
                return _rest(self, old, new) and self._parts(old, new)
            case "model" | "dataclass":
                outer, self.config = self.config, new.get("config", {})
                is_covered = self._model(old, new)
                self.config = outer
                return is_covered
            case _:
                return kind in _SCALARS and _rest(self, old, new)

    def _takes_few(self, old: Schema, new: Schema) -> bool:
        """True if an old schema accepts a few values, and the new one accepts all of them."""
        few = self._few_values(old)
        return few is not None and all(self._accepts(new, x) for x in few)

    def _few_values(self, schema: Schema) -> list[Any] | None:
        """Return all that an old schema reads what it accepts as, before functions; None if it is much."""
        schema = self._target(schema, 0)
        match schema["type"]:
            case "literal":
                return [*schema["expected"]]
            case "none":
                return [None]
            case "function-after":
                return self._few_values(schema["schema"])
            case "nullable" | "union":
                several = [self._few_values(choice) for choice in choices_of(schema)]
                return None if None in several else [x for few in several for x in few or ()]
        return None

    def _accepts(self, new: Schema, x: Any) -> bool:
        from pydantic_core import SchemaValidator

        whole = {"type": "definitions", "schema": new, "definitions": [*self.definitions[1].values()]}
        try:
            SchemaValidator(whole, self.config).validate_python(x)  # type: ignore[arg-type]
        except Exception:  # it does not fit, or a function of the schema raises anything
            return False
        return True

    def _calls_functions(self, schema: Any, seen: set[str]) -> bool:
        """True if a new schema calls a function, which may raise anything."""
        if isinstance(schema, (list, tuple)):
            return any(self._calls_functions(part, seen) for part in schema)
        if not isinstance(schema, Mapping):
            is_class = isinstance(schema, type) or typing.get_origin(schema) is not None
            return callable(schema) and not is_class and not _never_raises(schema)
        reference = str(schema.get("schema_ref"))
        if schema.get("type") == "definition-ref" and reference not in seen:
            seen.add(reference)
            return self._calls_functions(self.definitions[1][reference], seen)
        return any(
            self._calls_functions(part, seen) for key, part in schema.items() if key not in _PASSED_OVER
        )

    def _tries_alike(self, olds: Sequence[Schema], news: Sequence[Schema]) -> bool:
        """True if a union calls no function that the old one did not call.

        pydantic may try every choice, and an exception in the function of any choice ends the validation. It
        tries no further choice once one fits exactly, which a model never does.
        """
        calling = [i for i, choice in enumerate(news) if self._calls_functions(choice, set())]
        last = max(calling, default=-1)
        pairs = [*zip(olds, news, strict=False)][: last + 1]
        return last < len(pairs) and all(
            self._is_same(a, b)
            or (
                {self._target(a, 0)["type"], self._target(b, 1)["type"]} == {"model"}
                and self._calls_no_more(a, b)
            )
            for a, b in pairs
        )

    def _calls_no_more(self, old: Schema, new: Schema) -> bool:
        """True if the new schema calls a function only where the old one does, with the same values."""
        old, new = self._target(old, 0), self._target(new, 1)
        if not self._calls_functions(new, set()) or self._is_same(old, new):
            return True
        kinds, pair = {old["type"], new["type"]}, ("calls", old.get("ref"), new.get("ref"))
        if kinds == {"union"}:
            return self._tries_alike([*choices_of(old)], [*choices_of(new)])
        if pair in self.pairs:
            return True
        before, self.pairs = self.pairs, self.pairs | ({pair} if None not in pair else set())
        if len(kinds) == 1 and kinds <= _HOLDING and self._parts_call_no_more(old, new):
            return True
        self.pairs = before
        return False

    def _parts_call_no_more(self, old: Schema, new: Schema) -> bool:
        inner = {"schema", "fields", "items_schema", "values_schema"}
        if not self._is_same(*({k: x for k, x in s.items() if k not in {*inner, "cls"}} for s in (old, new))):
            return False
        for key in inner & new.keys():
            parts, others = old.get(key, {}), new[key]
            if "type" in others:
                parts, others = {"": {"schema": parts}}, {"": {"schema": others}}
            elif not isinstance(others, Mapping):
                parts, others = ({i: {"schema": x} for i, x in enumerate(each)} for each in (parts, others))
            for name, field in others.items():
                if self._calls_functions(field, set()) and not (
                    name in parts
                    and self._is_same({**parts[name], "schema": None}, {**field, "schema": None})
                    and self._calls_no_more(parts[name]["schema"], field["schema"])
                ):
                    return False
        return True

    def _makes_alike(self, old: Schema, new: Schema) -> bool:
        """True if the new schema accepts all that the old one accepts, and makes the same of it."""
        old, new = self._target(old, 0), self._target(new, 1)
        kind, other = old["type"], new["type"]
        if self._is_same(old, new):
            return True
        if other == "nullable":
            return kind == "none" or self._makes_alike(old["schema"] if kind == other else old, new["schema"])
        if kind != other:
            return False
        match kind:
            case "function-after" | "function-before":
                is_one = old["function"]["type"] == "no-info" and self._is_same(
                    old["function"], new["function"]
                )
                return is_one and _rest(self, old, new) and self._makes_alike(old["schema"], new["schema"])
            case "list" | "dict":
                key = "items_schema" if kind == "list" else "values_schema"
                keys = ({"keys_schema": each.get("keys_schema")} for each in (old, new))
                are_alike = self._makes_alike(old.get(key, _ANYTHING), new.get(key, _ANYTHING))
                return _rest(self, old, new) and self._is_same(*keys) and are_alike
        return kind in ("literal", *_SCALARS) and self._covers(old, new)

    def _sees_alike(self, old: Schema, new: Schema) -> bool:
        """True if a function after a schema sees the same in both versions, as far as it looks."""
        if self._makes_alike(old, new):
            return True
        models = [self._target(each["schema"], side) for side, each in enumerate((old, new))]
        if any(each["type"] != "model" for each in models) or not self._covers(*models):
            return False
        function = old["function"]
        return function["type"] == "no-info" and self._reads_alike(function["function"], *models)

    def _reads_alike(self, function: Any, *models: Schema) -> bool:
        """True if a function sees the same of the instances of covered models, as far as it looks."""
        read = attributes_read(function)
        inner = [self._target(each["schema"], side) for side, each in enumerate(models)]
        inner = [each["schema"] if each["type"] == "function-before" else each for each in inner]
        pairs = zip(models, inner, strict=True)
        fields = [{**_private_attributes(model), **each.get("fields", {})} for model, each in pairs]
        return read is not None and all(
            not name
            or (name in fields[0] and name in fields[1] and self._fills_alike(*(x[name] for x in fields)))
            for name in read
        )

    def _ends_alike(self, old: Schema, new: Schema) -> bool:
        """True if what a model calls after its fields refuses no more than in the old version."""
        before, after = (dict(functions_at_end(each)) for each in (old, new))
        sees_more = any(x.__code__.co_argcount > 1 for x in after.values()) and new["type"] == "dataclass"
        return not sees_more and all(
            name in before
            and self._is_same(before[name], function)
            and (name or self._reads_alike(function, old, new))
            for name, function in after.items()
        )

    def _fills_alike(self, old: Schema, new: Schema) -> bool:
        """True if a field of a covered model has the same value in both versions, given or not."""
        if "schema" not in old:  # a private attribute
            return self._is_same(old, new)
        several = old["schema"], new["schema"]
        defaults = [{**each, "schema": None} for each in several if each["type"] == "default"]
        is_given = several[0]["type"] != "default" and self._is_required(several[0])
        return self._makes_alike(*several) and (is_given or (len(defaults) == 2 and self._is_same(*defaults)))

    def _is_same(self, a: Any, b: Any) -> bool:
        """True if two schemas, or parts of them, are the same."""
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            if a.get("type") == b.get("type") == "definition-ref":
                pair = "same", a["schema_ref"], b["schema_ref"]
                if pair in self.pairs:
                    return True
                before, self.pairs = self.pairs, self.pairs | {pair}
                if self._is_same(*(self.definitions[i][ref] for i, ref in enumerate(pair[1:]))):
                    return True
                self.pairs = before
                return False
            keys = [{*each} - _PASSED_OVER for each in (a, b)]
            return keys[0] == keys[1] and all(self._is_same(a[key], b[key]) for key in keys[0])
        if isinstance(a, (list, tuple)) and type(a) is type(b):
            return len(a) == len(b) and all(map(self._is_same, a, b))
        if a is b or (type(a) is type(b) and not callable(a) and bool(a == b)):
            return True
        if type(a) is type(b) is types.MethodType and isinstance(a.__self__, type) and not attributes_read(a):
            a, b = a.__func__, b.__func__  # a method that does not look at its class
        if not (callable(a) and callable(b)):
            return False
        if _is_of_pydantic(a) and getattr(a, "__code__", None) is getattr(b, "__code__", a):
            return self._is_same(*([cell.cell_contents for cell in x.__closure__ or ()] for x in (a, b)))
        return a == b or self.is_one(a, b)

    def _covers_tags(self, old: Schema, new: Schema) -> bool:
        choices = {_type_and_value(tag): choice for tag, choice in new["choices"].items()}
        return (
            self._is_same(old["discriminator"], new["discriminator"])
            and all(
                _type_and_value(tag) in choices and self.covers(choice, choices[_type_and_value(tag)])
                for tag, choice in old["choices"].items()
            )
            and _rest(self, old, new)
        )

    def _parts(self, old: Schema, new: Schema) -> bool:
        """True if the elements are covered. Members of a set and keys have to be converted alike."""
        if old["type"] == "tuple":
            several = old["items_schema"], new["items_schema"]
            may_lack = any(part["type"] == "default" for part in several[0])
            return not may_lack and len(several[0]) == len(several[1]) and all(map(self.covers, *several))
        if old["type"] == "dict":
            keys = (each.get("keys_schema", _ANYTHING) for each in (old, new))
            values = (each.get("values_schema", _ANYTHING) for each in (old, new))
            return self._is_same(*keys) and self.covers(*values)
        items = (each.get("items_schema", _ANYTHING) for each in (old, new))
        return self._is_same(*items) if "set" in old["type"] else self.covers(*items)

    def _model(self, old: Schema, new: Schema) -> bool:
        # A class with its own __init__ or __new__ may refuse anything.
        asks_more = new.get("custom_init") or old.get("custom_init")
        asks_more = asks_more or new["cls"].__new__ is not object.__new__ or inspect.isabstract(new["cls"])
        if (
            asks_more
            or bool(old.get("root_model")) is not bool(new.get("root_model"))
            or not _rest(self, old, new)
        ):
            return False
        before, after = (self._target(each["schema"], side) for side, each in enumerate((old, new)))
        if not self._ends_alike(old, new):
            return False
        configs = [dict(each.get("config", {})) for each in (old, new)]
        extras = [
            each.get("extra_behavior", config.pop("extra_fields_behavior", "ignore"))
            for each, config in zip((before, after), configs, strict=True)
        ]
        by_name = _is_by_name(configs[0])
        adds_names = not by_name and _is_by_name(configs[1])
        if adds_names:
            configs = [{"validate_by_alias": True, **_without_names(config)} for config in configs]
        if (
            not self._is_same(configs[0], configs[1])
            or after.get("validate_default")
            or configs[1].get("validate_default")
        ):
            return False
        if old.get("root_model"):
            return self.covers(before, after)
        if before["type"] == after["type"] == "function-before" and self._is_same(
            before["function"], after["function"]
        ):  # it may return any map, so nothing is assumed of the keys
            before, after, extras[0] = before["schema"], after["schema"], "allow"
        kinds = {before["type"], after["type"]}
        if kinds not in ({"model-fields"}, {"dataclass-args"}) or not _rest(self, before, after):
            return False
        # The old version let any value pass under the names of aliased fields.
        names = {name: x["schema"] for name, x in _items(after) if adds_names and "validation_alias" in x}
        listed = frozenset[str]().union(*(_key(*item, by_name)[0] for item in _items(before)))
        return (
            listed.isdisjoint(names)
            and (extras[0] == "forbid" or all(self.covers(_ANYTHING, schema) for schema in names.values()))
            and self._fields(before, after, *extras, by_name=by_name)
        )

    def _fields(self, old: Schema, new: Schema, extra: str, new_extra: str, *, by_name: bool) -> bool:
        """True if the fields of a model are covered; extra states how to treat other keys: "forbid", ..."""
        fields = {_key(*item, by_name): item[1] for item in _items(old)}
        others = [(_key(*item, by_name), item[1]) for item in _items(new)]  # several may have the same key
        keys = {key for key, _ in others}
        # A new version that forbids other keys refuses a map with a key that the old one ignored or kept.
        if new_extra == "forbid" and not (extra == "forbid" and fields.keys() <= keys):
            return False
        # The old version let any value pass under other keys, so the new one may not read a further key.
        if extra == "allow" and not keys <= fields.keys():
            return False
        # A validator may look at the other fields.
        if any(sees_other_fields(each) for each in functions_in(new)) and not (
            [*fields] == [key for key, _ in others]
            and all(self._fills_alike(fields[key], field) for key, field in others)
        ):
            return False
        # A new field may not read a key that an old field reads under other aliases.
        listed = frozenset[str]().union(*(keys for keys, _ in fields))
        return all(
            self._field(fields.get(key), field) and (key in fields or listed.isdisjoint(key[0]))
            for key, field in others
        )

    def _field(self, old: Schema | None, new: Schema) -> bool:
        """True if a field is covered; old is None for a field of the new version alone."""
        schema = new["schema"]
        is_optional = schema["type"] == "default" and not schema.get("validate_default")
        if old is None or not (is_optional or self._is_given(old["schema"], schema)):
            return old is None and is_optional and _has_default(schema)
        return _rest(self, old, new) and self.covers(old["schema"], schema)

    def _is_given(self, old: Schema, new: Schema) -> bool:
        """True if a value always has a field; a default that is written instead has to fit."""
        if not self.is_written or old["type"] != "default" or "default" not in old:
            return self._is_required(old) or (self.is_written and old["type"] == "default")
        return self._accepts(new, old["default"])

    def _is_required(self, schema: Schema) -> bool:
        """True for an old schema without a default, even inside validators."""
        while schema["type"] != "default":
            if schema["type"] == "definition-ref":
                schema = self.definitions[0][schema["schema_ref"]]
            elif schema["type"] in ("union", "tagged-union"):
                return all(map(self._is_required, choices_of(schema)))
            elif schema["type"] in _BRANCHING:
                parts = (schema[key] for key in _BRANCHES if key in schema)
                return all(map(self._is_required, [*schema.get("steps", ()), *parts]))
            elif "schema" not in schema:
                return True
            else:
                schema = schema["schema"]
        return False


def _has_default(schema: Schema) -> bool:
    """True if the function that makes a default raises nothing; it is called once."""
    try:
        return "default" in schema or bool([schema["default_factory"]()])
    except Exception:  # also of a function that takes the other fields
        return False


def _items(schema: Schema) -> list[tuple[str, Schema]]:
    fields = schema["fields"]
    return [*fields.items()] if isinstance(fields, Mapping) else [(field["name"], field) for field in fields]


def choices_of(schema: Schema) -> Iterator[Schema]:
    """Yield the schemas of the choices of a union, None last; another schema is the only choice."""
    choices = schema.get("choices", ())
    for choice in choices.values() if isinstance(choices, Mapping) else choices:
        yield choice[0] if isinstance(choice, tuple) else choice
    if schema["type"] == "nullable":
        yield from (*choices_of(schema["schema"]), {"type": "none"})
    elif not choices:
        yield schema


def _sort_of(expected: Any) -> Any:
    """Return a key of a literal's value, by which versions of an enum have the same members."""
    if not isinstance(expected, enum.Enum):
        return _type_and_value(expected)
    classes = [cls.__qualname__ for cls in type(expected).__mro__]
    return (*classes, expected.name, *_type_and_value(expected.value))


def _never_raises(function: Any) -> bool:
    """True for functions of pydantic that refuse a value, or return another one, and do nothing else."""
    return _is_of_pydantic(function) and getattr(function, "__qualname__", "") in (
        "sequence_validator",
        "GenerateSchema._literal_schema.<locals>.<lambda>",
    )


def _is_of_pydantic(function: Any) -> bool:
    return (getattr(function, "__module__", None) or "").partition(".")[0] == "pydantic"


def list_of_sequence(schema: Schema) -> Schema | None:
    """Return the schema of the list by which pydantic validates a `Sequence`; None for another schema."""
    *first, last = schema.get("python_schema", {}).get("steps", ({},))
    function = getattr(last.get("function", {}).get("function"), "__qualname__", None)
    is_sequence = function == "sequence_validator" and [each["type"] for each in first] == ["is-instance"]
    return last["schema"] if is_sequence else None


def _class_of_sequence(schema: Schema) -> Any:
    return schema["python_schema"]["steps"][0]["cls"]


def _type_and_value(value: Any) -> Any:
    return type(value), value


def _key(name: str, field: Schema, by_name: bool) -> tuple[frozenset[str], str]:
    """Return the keys of a dict that may hold a field, and the paths to it as text."""
    alias = field.get("validation_alias")
    paths = [*([name] if by_name or alias is None else []), *([] if alias is None else [alias])]
    return frozenset(_texts_in(paths)), repr(paths)


def _texts_in(paths: Any) -> Iterator[str]:
    for part in paths:
        yield from [part] if isinstance(part, str) else _texts_in(part) if isinstance(part, list) else []


def _without_names(config: Schema) -> Schema:
    return {key: x for key, x in config.items() if key not in ("populate_by_name", "validate_by_name")}


def _is_by_name(config: Schema) -> bool:
    return bool(config.get("populate_by_name") or config.get("validate_by_name"))


_HOLDING: Final = {"model", "model-fields", "list", "dict", "tuple", "nullable"}
_BRANCHING: Final = ("chain", "lax-or-strict", "json-or-python")
_BRANCHES: Final = ("lax_schema", "strict_schema", "json_schema", "python_schema")

# Keys that the rules above compare.
_COMPARED: Final = frozenset(
    {"type", "schema", "fields", "config", "cls", "expected", "choices", "items_schema", "keys_schema"}
    | {"values_schema", "members", "extra_behavior", "post_init", "root_model", "custom_init", "name"}
    | {"discriminator"}
)


def _rest(by: _Comparison, old: Schema, new: Schema) -> bool:
    """True if all other keys are the same, or refuse less in the new schema."""
    old, new = ({key: x for key, x in each.items() if key != "init" or x is False} for each in (old, new))
    keys = {*old, *new} - _PASSED_OVER - _COMPARED
    same = {key for key in keys if key in old and key in new and by._is_same(old[key], new[key])}
    differ = keys - same
    if not differ:
        return True
    # A conversion such as strip_whitespace runs before the bounds and decides what they see. With one, all
    # keys have to be the same.
    if keys - _REFUSING.keys() or old.get("strict") is False:  # a config may be stricter than that
        return False
    return all(key not in new or (key in old and _REFUSING[key](new[key], old[key])) for key in differ)


def attributes_read(function: Any) -> set[str] | None:
    """Return the attributes of its first argument that a function reads; None if it does more with it.

    The private ones that it sets are among them. An empty name stands for the argument itself, if the
    function returns it.

    Example:
        >>> sorted(attributes_read(lambda order: order.paid and order))
        ['', 'paid']
        >>> attributes_read(lambda order: str(order))
    """
    function = getattr(function, "__func__", function)
    node = syntax_of(function) if isinstance(function, types.FunctionType) else None
    if node is None or not has_plain_first_argument(function):
        return None
    ends = {end for each in ast.walk(node) for end in _returned_by(each)}
    read = set[str]()
    for name, (outer, *others) in name_nodes(node):
        if name.id != function.__code__.co_varnames[0]:
            continue
        attribute = outer.attr if isinstance(outer, ast.Attribute) else ""
        is_set = attribute.startswith("_") and isinstance(others[0], (ast.Assign, ast.AnnAssign))
        is_read = isinstance(outer, ast.Attribute) and isinstance(outer.ctx, ast.Load)
        if attribute.startswith("__") or not (is_read or is_set or name in ends):
            return None
        read.add(attribute)
    return read


def _returned_by(node: ast.AST | None) -> Iterator[ast.AST]:
    """Yield the expressions that a statement, or a lambda, may return unchanged."""
    match node:
        case ast.Lambda(body=x) | ast.Return(value=x):
            yield from _ends_of(x)


def _ends_of(x: ast.expr | None) -> Iterator[ast.AST]:
    match x:
        case ast.BoolOp(values=[*_, last]):
            yield from _ends_of(last)
        case ast.IfExp(body=first, orelse=second):
            yield from (*_ends_of(first), *_ends_of(second))
        case ast.expr():
            yield x


def functions_in(schema: Any) -> Iterator[Schema]:
    """Yield the functions that a schema calls to validate, as it names them."""
    if isinstance(schema, (list, tuple)):
        for part in schema:
            yield from functions_in(part)
    elif isinstance(schema, Mapping):
        function = schema.get("function")
        if str(schema.get("type")).startswith("function-") and isinstance(function, Mapping):
            yield function
        for _, each in functions_at_end(schema):
            yield {"type": "no-info", "function": each}
        for key, part in schema.items():
            yield from functions_in(part) if key not in _PASSED_OVER else ()


def functions_at_end(model: Schema) -> Iterator[tuple[str, Any]]:
    """Yield the functions of its author that a model calls after its fields.

    Before each stands the name of the private attribute that it makes; "" is before `model_post_init`.
    """
    name = model.get("post_init")
    if not name:
        return
    cls = model["cls"]
    function = getattr(cls, name if isinstance(name, str) else "__post_init__")  # of a dataclass it is True
    # A function of pydantic makes private attributes, and calls the author's function.
    while "original_model_post_init" in getattr(getattr(function, "__code__", None), "co_freevars", ()):
        function = inspect.getclosurevars(function).nonlocals["original_model_post_init"]
    if not _is_of_pydantic(function):
        yield "", function
    for key, attribute in getattr(cls, "__private_attributes__", {}).items():
        if attribute.default_factory not in (None, *FACTORIES):
            yield key, attribute.default_factory


def _private_attributes(model: Schema) -> dict[str, Any]:
    several = getattr(model["cls"], "__private_attributes__", {}).items()
    return {name: {"default": each.default, "factory": each.default_factory} for name, each in several}


def sees_other_fields(function: Schema) -> bool:
    """True for a function of a schema that is given the other fields; pydantic's own look at none of them."""
    return function["type"] == "with-info" and not _is_of_pydantic(function["function"])


def validators_in(schema: Any) -> Iterator[str]:
    """Yield the names of the functions that a schema calls to validate."""
    for each in functions_in(schema):
        yield str(getattr(each["function"], "__qualname__", each["function"]))


# --- what a model writes ------------------------------------------------------------------------------------

_WRITING: Final = (
    *("serialization", "serialization_alias", "serialization_exclude", "serialization_exclude_if"),
    "computed_fields",
)


def writing_rules(schema: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return whatever makes values be written other than they are read, by its path in a schema.

    Example:
        >>> writing_rules({"type": "model-field", "schema": {"type": "int"}, "serialization_exclude": True})
        {('serialization_exclude',): True}
    """
    if isinstance(schema, (list, tuple)):
        parts = {f"{i}": part for i, part in enumerate(schema)}
    elif not isinstance(schema, Mapping):
        return {}
    else:
        parts = {str(key): part for key, part in schema.items() if key not in ("metadata", *_WRITING)}
    rules = {(*path, key): schema[key] for key in _WRITING if isinstance(schema, Mapping) and key in schema}
    alias = (*path, "serialization_alias")
    if alias in rules and rules[alias] == schema.get("validation_alias"):
        del rules[alias]  # as it is read
    for key, part in parts.items():
        rules |= writing_rules(part, (*path, key))
    return rules


def other_writing(old: Any, new: Any) -> str | None:
    """Return a rule that only one of two schemas writes values by, in words, or None."""
    rules = writing_rules(old), writing_rules(new)
    for path in dict.fromkeys((*rules[0], *rules[1])):
        if path not in rules[0] or path not in rules[1] or not _is_same_rule(rules[0][path], rules[1][path]):
            fields = [path[i + 1] for i, key in enumerate(path[:-1]) if key == "fields"]
            return path[-1] + (f" of {'.'.join(fields)}" if fields else "")
    return None


def _is_same_rule(a: Any, b: Any) -> bool:
    """True if two rules are the same; functions of pydantic are compared by name."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        keys = [{*each} - {"metadata"} for each in (a, b)]
        return keys[0] == keys[1] and all(_is_same_rule(a[key], b[key]) for key in keys[0])
    if isinstance(a, (list, tuple)) and type(a) is type(b):
        return len(a) == len(b) and all(map(_is_same_rule, a, b))
    names = [(getattr(x, "__module__", None) or "", getattr(x, "__qualname__", "")) for x in (a, b)]
    if callable(a) and names[0] == names[1] and names[0][0].partition(".")[0] == "pydantic":
        return True
    return a is b or (type(a) is type(b) and bool(a == b))
