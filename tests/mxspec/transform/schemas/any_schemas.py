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

# --- other drafts -----------------------------------------------------------------------------------------

_SINCE_6 = {"const", "contains", "propertyNames"}
_SINCE_2019 = {"dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems"}
LATER = {
    "http://json-schema.org/draft-04/schema#": _SINCE_6 | {"if", "then", "else"} | _SINCE_2019,
    "http://json-schema.org/draft-06/schema#": {"if", "then", "else"} | _SINCE_2019,
    "http://json-schema.org/draft-07/schema#": _SINCE_2019,
    "https://json-schema.org/draft/2019-09/schema": set(),
}
"""The drafts before 2020-12, each with the keywords that it does not have."""


def _objects_of(draft, inner):
    """Strategies of schemas of a few keywords of a draft; those of draft 4 have no booleans within them."""
    is_4, is_2019 = "draft-04" in draft, "2019" in draft
    own = {word: x for word, x in of_keywords(inner).items() if word not in LATER[draft] | {"prefixItems"}}
    own["items"] = inner | st.lists(inner, min_size=1, max_size=3)
    own["additionalItems"] = own["additionalProperties"] = st.booleans() | inner
    own["required"] = st.lists(keys, min_size=1, max_size=2, unique=True)
    own["enum"] = st.lists(
        st.sampled_from([None, True, "a", 3, 1.5, [], {"a": 1}]), min_size=1, unique_by=repr
    )
    own["multipleOf"] = st.sampled_from([1, 2, 0.5, 1.5])
    holder = "$defs" if is_2019 else "definitions"
    own["$ref"] = st.sampled_from([f"#/{holder}/s", f"#/{holder}/t", "#"])
    if is_2019:
        own["$recursiveRef"], own["$recursiveAnchor"] = st.just("#"), st.booleans()
        own["minContains"] = own["maxContains"] = counts
    else:
        own["dependencies"] = st.dictionaries(
            keys, st.lists(keys, min_size=1, max_size=2, unique=True) | inner
        )
    if is_4:
        own |= {f"exclusive{end}": st.booleans() for end in ("Minimum", "Maximum")}

    def in_full(chosen):
        more = [word.removeprefix("exclusive").lower() for word in chosen if is_4 and word.startswith("excl")]
        return st.fixed_dictionaries({word: own[word] for word in (*chosen, *more)})

    return st.lists(st.sampled_from([*own]), max_size=4, unique=True).flatmap(in_full)


def schemas_of(draft):
    """Return a strategy of schemas of a draft before 2020-12."""
    holder = "$defs" if "2019" in draft else "definitions"
    leaves = st.sampled_from([{}, {"not": {}}] if "draft-04" in draft else [True, False])
    several = st.recursive(
        leaves | _objects_of(draft, leaves), lambda inner: _objects_of(draft, inner), max_leaves=5
    )
    return st.builds(
        lambda s, t, root: {"$schema": draft, holder: {"s": s, "t": t}, **root},
        *(several, _objects_of(draft, leaves), _objects_of(draft, several)),
    )
