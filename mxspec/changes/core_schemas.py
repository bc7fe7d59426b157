"""Proofs for pydantic: a new core schema accepts every input that an old one accepts.

`Annotated[int, Ge(0)]` is covered by `Annotated[int, Ge(-1)]` and by `int`: all else in the two schemas is
the same, and the bound refuses less or is gone.

pydantic converts. It takes "3" for an int and a tuple for a list, so int to float is not proved ("9" * 400 is
an int and no float), and two schemas may differ only in bounds, lengths, choices and fields. Everything that
this file does not name has to be the same on both sides: a key of a schema, a validator, a config. Two things
are assumed. A dict of fields holds no instances of the compared classes; and of the keys that the new version
lists, it holds only those that the old version listed.
"""

from __future__ import annotations

import enum
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

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


def _is_equal(new: Any, old: Any) -> bool:
    return type(new) is type(old) and bool(new == old)


# Keys that can only refuse values. The new schema may lack one, or its value has to pass the function: a new
# `ge` may be less than the old one.
_REFUSING: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    **dict.fromkeys(("gt", "ge", "min_length"), operator.le),
    **dict.fromkeys(("lt", "le", "max_length"), operator.ge),
    # More decimal places leave fewer digits before the point.
    **dict.fromkeys(("multiple_of", "pattern", "strict", "max_digits", "decimal_places"), _is_equal),
}


def covers(old: Schema, new: Schema) -> bool:
    """True if it is proved that pydantic accepts with the new schema all that it accepts with the old one."""
    try:
        return _Comparison().covers(old, new)
    except (TypeError, ValueError, KeyError):  # bounds that don't compare, or an unknown form of schema
        return False


class _Comparison:
    """A comparison of two schemas.

    Attributes:
        definitions: for each side, the schemas that others refer to, by reference.
        pairs: the pairs of references that are proved, or under comparison; these may be assumed, since
            values are finite.
    """

    def __init__(self) -> None:
        self.definitions: tuple[dict[str, Any], dict[str, Any]] = {}, {}
        self.pairs: frozenset[tuple[Any, Any]] = frozenset()

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
        if other == "any" or is_same_schema(old, new, self._same_reference):
            return True
        if kind == "nullable":
            return self.covers({"type": "none"}, new) and self.covers(old["schema"], new)
        if other == "nullable" and (kind == "none" or self.covers(old, new["schema"])):
            return True
        if kind in ("union", "tagged-union"):
            return all(self.covers(choice, new) for choice in _choices(old)) or (
                kind == other == "tagged-union" and self._covers_tags(old, new)
            )
        if other == "union":
            # pydantic may try every choice, and an exception in the function of any choice ends the
            # validation.
            choices = [*_choices(new)]
            return not self._calls_functions(choices, set()) and any(
                self.covers(old, choice) for choice in choices
            )
        if kind == "function-after":  # it may refuse more or return another value, never accept more
            return self.covers(old["schema"], new)
        if kind != other:
            return False
        match kind:
            case "literal":
                return {*map(_type_and_value, old["expected"])} <= {
                    *map(_type_and_value, new["expected"])
                } and _rest(old, new)
            case "enum":
                members = (
                    {(x.name, *_type_and_value(x.value)) for x in each["members"]} for each in (old, new)
                )
                is_one = old["cls"].__qualname__ == new["cls"].__qualname__
                is_flag = issubclass(old["cls"], enum.Flag)  # it has members without a name
                return is_one and not is_flag and next(members) <= next(members) and _rest(old, new)
            case "list" | "tuple" | "dict" | "set" | "frozenset":
                return _rest(old, new) and self._parts(old, new)
            case "model" | "dataclass":
                return self._model(old, new)
            case _:
                return kind in _SCALARS and _rest(old, new)

    def _calls_functions(self, schema: Any, seen: set[str]) -> bool:
        """True if a new schema calls a function, which may raise anything."""
        if isinstance(schema, (list, tuple)):
            return any(self._calls_functions(part, seen) for part in schema)
        if not isinstance(schema, Mapping):
            return callable(schema) and not isinstance(schema, type)
        reference = str(schema.get("schema_ref"))
        if schema.get("type") == "definition-ref" and reference not in seen:
            seen.add(reference)
            return self._calls_functions(self.definitions[1][reference], seen)
        return any(
            self._calls_functions(part, seen) for key, part in schema.items() if key not in _PASSED_OVER
        )

    def _same_reference(self, old: str, new: str) -> bool:
        return self.covers(
            {"type": "definition-ref", "schema_ref": old}, {"type": "definition-ref", "schema_ref": new}
        )

    def _covers_tags(self, old: Schema, new: Schema) -> bool:
        choices = {_type_and_value(tag): choice for tag, choice in new["choices"].items()}
        return (
            is_same_schema(old["discriminator"], new["discriminator"])
            and all(
                _type_and_value(tag) in choices and self.covers(choice, choices[_type_and_value(tag)])
                for tag, choice in old["choices"].items()
            )
            and _rest(old, new)
        )

    def _parts(self, old: Schema, new: Schema) -> bool:
        """True if the elements are covered. Members of a set and keys have to be converted alike."""
        anything = {"type": "any"}
        if old["type"] == "tuple":
            several = old["items_schema"], new["items_schema"]
            may_lack = any(part["type"] == "default" for part in several[0])
            return not may_lack and len(several[0]) == len(several[1]) and all(map(self.covers, *several))
        if old["type"] == "dict":
            keys = (each.get("keys_schema", anything) for each in (old, new))
            values = (each.get("values_schema", anything) for each in (old, new))
            return is_same_schema(*keys) and self.covers(*values)
        items = (each.get("items_schema", anything) for each in (old, new))
        return is_same_schema(*items) if "set" in old["type"] else self.covers(*items)

    def _model(self, old: Schema, new: Schema) -> bool:
        # A class with an __init__ or a check of its own may refuse anything.
        asks_more = new.get("custom_init") or old.get("custom_init") or new.get("post_init")
        if asks_more or bool(old.get("root_model")) is not bool(new.get("root_model")) or not _rest(old, new):
            return False
        before, after = (self._target(each["schema"], side) for side, each in enumerate((old, new)))
        configs = [dict(each.get("config", {})) for each in (old, new)]
        extras = [
            each.get("extra_behavior", config.pop("extra_fields_behavior", "ignore"))
            for each, config in zip((before, after), configs, strict=True)
        ]
        if (
            not is_same_schema(configs[0], configs[1])
            or after.get("validate_default")
            or configs[1].get("validate_default")
        ):
            return False
        if old.get("root_model"):
            return self.covers(before, after)
        kinds = {before["type"], after["type"]}
        if kinds not in ({"model-fields"}, {"dataclass-args"}) or not _rest(before, after):
            return False
        return self._fields(before, after, *extras, by_name=_is_by_name(configs[0]))

    def _fields(self, old: Schema, new: Schema, extra: str, new_extra: str, *, by_name: bool) -> bool:
        """True if the fields of a model are covered; extra says what to do with other keys: "forbid", ..."""
        fields = {_key(*item, by_name): item[1] for item in _items(old)}
        others = [(_key(*item, by_name), item[1]) for item in _items(new)]  # several may have the same key
        keys = {key for key, _ in others}
        # A new version that forbids other keys refuses a map with a key that the old one ignored or kept.
        if new_extra == "forbid" and not (extra == "forbid" and fields.keys() <= keys):
            return False
        # The old version let any value pass under other keys, so the new one may not read a further key.
        if extra == "allow" and not keys <= fields.keys():
            return False
        # A new field may not read a key that an old field reads under other aliases.
        listed = frozenset[str]().union(*(keys for keys, _ in fields))
        return all(
            self._field(fields.get(key), field) and (key in fields or listed.isdisjoint(key[0]))
            for key, field in others
        )

    def _field(self, old: Schema | None, new: Schema) -> bool:
        """True if a field is covered; old is None if the old version has no such field."""
        schema = new["schema"]
        is_optional = schema["type"] == "default" and not schema.get("validate_default")
        if old is None or not (is_optional or self._is_required(old["schema"])):
            return old is None and is_optional
        return _rest(old, new) and self.covers(old["schema"], schema)

    def _is_required(self, schema: Schema) -> bool:
        """True if an old schema has no default, not even inside validators."""
        while schema["type"] != "default":
            if schema["type"] == "definition-ref":
                schema = self.definitions[0][schema["schema_ref"]]
            elif "schema" not in schema:
                return schema["type"] not in _BRANCHING
            else:
                schema = schema["schema"]
        return False


def _items(schema: Schema) -> list[tuple[str, Schema]]:
    fields = schema["fields"]
    return [*fields.items()] if isinstance(fields, Mapping) else [(field["name"], field) for field in fields]


def _choices(schema: Schema) -> Iterator[Schema]:
    choices = schema["choices"]
    for choice in choices.values() if isinstance(choices, Mapping) else choices:
        yield choice[0] if isinstance(choice, tuple) else choice


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


def _is_by_name(config: Schema) -> bool:
    return bool(config.get("populate_by_name") or config.get("validate_by_name"))


_BRANCHING: Final = ("union", "tagged-union", "chain", "lax-or-strict", "json-or-python")

# Keys that the rules above compare.
_COMPARED: Final = frozenset(
    {"type", "schema", "fields", "config", "cls", "expected", "choices", "items_schema", "keys_schema"}
    | {"values_schema", "members", "extra_behavior", "post_init", "root_model", "custom_init", "name"}
    | {"discriminator"}
)


def _rest(old: Schema, new: Schema) -> bool:
    """True if all other keys are the same, or refuse less in the new schema."""
    old, new = ({key: x for key, x in each.items() if key != "init" or x is False} for each in (old, new))
    keys = {*old, *new} - _PASSED_OVER - _COMPARED
    same = {key for key in keys if key in old and key in new and is_same_schema(old[key], new[key])}
    differ = keys - same
    if not differ:
        return True
    # A conversion such as strip_whitespace runs before the bounds and decides what they see. With one, all
    # keys have to be the same.
    if keys - _REFUSING.keys() or old.get("strict") is False:  # a config may be stricter than that
        return False
    return all(key not in new or (key in old and _REFUSING[key](new[key], old[key])) for key in differ)


def is_same_schema(a: Any, b: Any, same_reference: Callable[[str, str], bool] | None = None) -> bool:
    """True if two schemas, or parts of them, are the same; functions and classes as objects."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        if a.get("type") == b.get("type") == "definition-ref":
            return same_reference is not None and same_reference(a["schema_ref"], b["schema_ref"])
        keys = [{*each} - _PASSED_OVER for each in (a, b)]
        return keys[0] == keys[1] and all(is_same_schema(a[key], b[key], same_reference) for key in keys[0])
    if isinstance(a, (list, tuple)) and type(a) is type(b):
        return len(a) == len(b) and all(
            is_same_schema(x, y, same_reference) for x, y in zip(a, b, strict=True)
        )
    return a is b or (type(a) is type(b) and bool(a == b))


def validators_in(schema: Any) -> Iterator[str]:
    """Yield the names of the functions that a schema calls to validate."""
    if isinstance(schema, (list, tuple)):
        for part in schema:
            yield from validators_in(part)
    elif isinstance(schema, Mapping):
        function = schema.get("function")
        if str(schema.get("type")).startswith("function-") and isinstance(function, Mapping):
            plain = function["function"]
            yield str(getattr(plain, "__qualname__", plain))
        if isinstance(schema.get("post_init"), str):
            yield f"{schema['cls'].__qualname__}.{schema['post_init']}"
        for key, part in schema.items():
            yield from validators_in(part) if key not in _PASSED_OVER else ()


# --- what a model writes ------------------------------------------------------------------------------------

_WRITING: Final = (
    *("serialization", "serialization_alias", "serialization_exclude", "serialization_exclude_if"),
    "computed_fields",
)


def writing_rules(schema: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return what decides how values are written other than they are read, by its path in a schema.

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
    """Return a rule by which one schema writes values and the other does not, in words, or None."""
    rules = writing_rules(old), writing_rules(new)
    for path in dict.fromkeys((*rules[0], *rules[1])):
        if path not in rules[0] or path not in rules[1] or not _is_same_rule(rules[0][path], rules[1][path]):
            fields = [path[i + 1] for i, key in enumerate(path[:-1]) if key == "fields"]
            return path[-1] + (f" of {'.'.join(fields)}" if fields else "")
    return None


def _is_same_rule(a: Any, b: Any) -> bool:
    """True if two rules are the same; functions of pydantic are told by their names."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        keys = [{*each} - {"metadata"} for each in (a, b)]
        return keys[0] == keys[1] and all(_is_same_rule(a[key], b[key]) for key in keys[0])
    if isinstance(a, (list, tuple)) and type(a) is type(b):
        return len(a) == len(b) and all(map(_is_same_rule, a, b))
    names = [(getattr(x, "__module__", None) or "", getattr(x, "__qualname__", "")) for x in (a, b)]
    if callable(a) and names[0] == names[1] and names[0][0].partition(".")[0] == "pydantic":
        return True
    return a is b or (type(a) is type(b) and bool(a == b))
