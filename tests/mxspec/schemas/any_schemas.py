"""Strategies of JSON Schemas and of values near them."""

from hypothesis import strategies as st

KEYS = ["a", "b", "xa", "c"]
NUMBERS = [-1, 0, 1, 1.0, 1.5, 2, 3, 4, 0.3]
TEXTS = ["", "a", "ab", "aab", "b\n", "1", "٣", "a.b"]
PATTERNS = ["^a", "b$", "^a+$", "a|^b", "[^a]", r"^\w*$", r"\d", "^(a|b){1,2}$", "."]

scalars = st.one_of(
    st.none(), st.booleans(), st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.integers(-2, 5)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)
numbers = st.sampled_from(NUMBERS)
counts = st.integers(0, 3)
keys = st.sampled_from(KEYS)
types = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])


def of_keywords(inner):
    """Strategies of the values of keywords that hold no schema, and of those that do."""
    several = st.lists(inner, min_size=1, max_size=3)
    by_key = st.dictionaries(keys, inner, max_size=3)
    return {
        "type": types | st.lists(types, min_size=1, max_size=3, unique=True),
        "enum": st.lists(values, min_size=1, max_size=3),
        "const": values,
        "minimum": numbers,
        "maximum": numbers,
        "exclusiveMinimum": numbers,
        "exclusiveMaximum": numbers,
        "multipleOf": st.sampled_from([1, 2, 3, 0.5, 0.1, 1.5]),
        "minLength": counts,
        "maxLength": counts,
        "pattern": st.sampled_from(PATTERNS),
        "minItems": counts,
        "maxItems": counts,
        "uniqueItems": st.booleans(),
        "minProperties": counts,
        "maxProperties": counts,
        "required": st.lists(keys, max_size=2, unique=True),
        "dependentRequired": st.dictionaries(keys, st.lists(keys, max_size=2, unique=True), max_size=2),
        "items": inner,
        "prefixItems": several,
        "contains": inner,
        "properties": by_key,
        "patternProperties": st.dictionaries(st.sampled_from(PATTERNS), inner, max_size=2),
        "additionalProperties": inner,
        "propertyNames": inner,
        "dependentSchemas": by_key,
        "allOf": several,
        "anyOf": several,
        "oneOf": several,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
        "unevaluatedProperties": inner,
        "unevaluatedItems": inner,
        "$ref": st.sampled_from(["#/$defs/s", "#/$defs/t"]),
    }


def objects(inner):
    """Strategies of schemas of a few keywords."""
    words = of_keywords(inner)
    return st.lists(st.sampled_from([*words]), max_size=4, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries({word: words[word] for word in chosen})
    )


parts = st.recursive(st.booleans() | objects(st.booleans()), objects, max_leaves=5)
schemas = st.builds(
    lambda s, t, root: {"$defs": {"s": s, "t": t}, **root}, parts, objects(st.booleans()), objects(parts)
)
"""Schemas of the draft 2020-12; a reference may lead back to itself, through a part of a value or not."""
