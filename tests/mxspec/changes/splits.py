"""Random specs whose new version is a union that only covers the old one with all of its branches together.

A spec is drawn as plain data, a `Part`, and cut in two at one place: a range at a number or by remainders, a
list by its length, a map by the value under one of its keys. Each half may be cut again. The halves have no
value in common. So the new version breaks something if and only if one value was left out at a cut, the gap.
"""

import copy
import dataclasses
import random
from typing import Annotated, Literal, Optional, Union

import pydantic

import mxspec as s
from tests.mxspec.random_models import Part

WORDS = ["card", "cash", "bank", "gift", "check", "coin"]
_MOST_MEMBERS = 40
KEYS = ["kind", "amount", "name", "note", "size"]


# --- random specs -----------------------------------------------------------------------------------------


def int_part(rng, depth):
    low = rng.choice([0, -20, 1])
    return Part("int", [], {"low": low, "high": low + rng.choice([2, 9, 30, 400]), "of": 1, "rest": 0})


def words_part(rng, depth):
    return Part("words", [], {"words": rng.sample(WORDS, rng.randint(2, 4))})


def text_part(rng, depth):
    low = rng.randint(0, 2)
    return Part("text", [], {"low": low, "high": low + rng.randint(2, 6)})


def list_part(rng, depth):
    return Part("list", [any_part(rng, depth - 1)], {"low": 0, "high": rng.randint(2, 3)})


def map_part(rng, depth):
    keys = rng.sample(KEYS, rng.randint(1, 3))
    required = [rng.random() < 0.7 for _ in keys]
    return Part("map", [any_part(rng, depth - 1) for _ in keys], {"keys": keys, "required": required})


def nilable_part(rng, depth):
    return Part("nilable", [rng.choice([int_part, words_part, text_part])(rng, 0)])


def any_part(rng, depth):
    inner = [list_part, map_part, map_part, nilable_part] if depth > 0 else []
    return rng.choice([int_part, words_part, words_part, text_part, *inner])(rng, depth)


# --- cuts -------------------------------------------------------------------------------------------------


class NoPlaceError(Exception):
    """The error of a part that is too small for a cut."""


def cut(rng, part, gap):
    """Two parts with no value in common, which together have all values of a part, or all but a gap."""
    if part.kind in ("int", "text") or (part.kind == "list" and rng.random() < 0.6):
        return cut_range(rng, part, gap)
    cuts = {"words": cut_words, "list": cut_elements, "map": cut_map, "nilable": cut_nilable}
    if part.kind not in cuts:
        raise NoPlaceError
    return cuts[part.kind](rng, part, gap)


def with_options(part, **options):
    return Part(part.kind, copy.deepcopy(part.parts), {**part.options, **options})


def cut_range(rng, part, gap):
    low, high = part.options["low"], part.options["high"]
    if part.kind == "int" and part.options["of"] == 1 and rng.random() < 0.4:
        of = rng.choice([2, 3])
        if not of <= high - low <= _MOST_MEMBERS:  # where there is no remainder, its members are listed
            raise NoPlaceError
        return [with_options(part, of=of, rest=rest) for rest in range(gap, of)]
    if high - low <= gap or part.options.get("of", 1) > 1:
        raise NoPlaceError
    at = rng.randint(low, high - 1 - gap)
    return [with_options(part, high=at), with_options(part, low=at + 1 + gap)]


def cut_words(rng, part, gap):
    words = part.options["words"]
    if len(words) <= 1 + gap:
        raise NoPlaceError
    at = rng.randint(1, len(words) - 1 - gap)
    return [with_options(part, words=words[:at]), with_options(part, words=words[at + gap :])]


def cut_nilable(rng, part, gap):
    return [Part("none", [])] if gap else [Part("none", []), part.parts[0]]


def cut_elements(rng, part, gap):
    """Lists without an element, if there are any, and lists of one element of either half."""
    low, high = part.options["low"], part.options["high"]
    if high != 1:
        raise NoPlaceError
    halves = [Part("list", [half], {"low": 1, "high": 1}) for half in cut(rng, part.parts[0], gap)]
    return [*[with_options(part, high=0)] * (low == 0), *halves]


def cut_map(rng, part, gap):
    keys, required = part.options["keys"], part.options["required"]
    if not keys:
        raise NoPlaceError
    i = rng.randrange(len(keys))
    if not required[i]:
        without = with_options(part, keys=keys[:i] + keys[i + 1 :], required=required[:i] + required[i + 1 :])
        del without.parts[i]
        with_key = with_options(part, required=[*required[:i], True, *required[i + 1 :]])
        return [with_key] if gap and rng.random() < 0.5 else [without] if gap else [without, with_key]
    several = []
    for half in cut(rng, part.parts[i], gap):
        several.append(with_options(part))
        several[-1].parts[i] = half
    return several


@dataclasses.dataclass
class Split:
    """An old part, and the parts of the union that is its new version; is_breaking if it has a gap."""

    old: Part
    new: list[Part]
    is_breaking: bool


def split_of(seed, of_models=False):
    """A random split; of_models for one that models of pydantic can say."""
    rng = random.Random(seed)
    while True:
        old = map_part(rng, 2) if of_models else any_part(rng, 2)
        branches, times = [old], rng.randint(1, 4)
        is_breaking = rng.random() < 0.5
        gap_at = rng.randrange(times) if is_breaking else None
        try:
            for turn in range(times):
                i = rng.randrange(len(branches))
                branches[i : i + 1] = cut(rng, branches[i], int(turn == gap_at))
        except NoPlaceError:
            continue
        by_remainder = any(part.options.get("of", 1) > 1 for each in branches for part in each.walk())
        if len(branches) > 1 and not (of_models and by_remainder):
            rng.shuffle(branches)
            return Split(old, branches, is_breaking)


# --- from a part to a spec, a JSON Schema and a type ------------------------------------------------------


def spec_of(part):
    facts, parts = part.options, [spec_of(each) for each in part.parts]
    match part.kind:
        case "int" if facts["of"] == 1:
            return s.int_in(facts["low"], facts["high"] + 1)
        case "int":
            kind = s.is_even if facts["rest"] == 0 else s.is_odd
            if facts["of"] > 2:
                kind = {x for x in range(facts["low"], facts["high"] + 1) if x % 3 == facts["rest"]}
            return s.and_(s.int_in(facts["low"], facts["high"] + 1), kind)
        case "words":
            return set(facts["words"])
        case "text":
            return s.str_in(facts["low"], facts["high"])
        case "none":
            return s.is_none
        case "nilable":
            return s.nilable(parts[0])
        case "list":
            return s.coll_of(parts[0], kind=s.is_list, min_count=facts["low"], max_count=facts["high"])
    by_key = zip(facts["keys"], facts["required"], parts, strict=True)
    return s.keys({key: each if is_sure else s.optional(each) for key, is_sure, each in by_key}, closed=True)


def schema_of(part):
    facts, parts = part.options, [schema_of(each) for each in part.parts]
    match part.kind:
        case "int" if facts["of"] == 1:
            return {"type": "integer", "minimum": facts["low"], "maximum": facts["high"]}
        case "int":
            members = range(facts["low"], facts["high"] + 1)
            return {"enum": [x for x in members if x % facts["of"] == facts["rest"]]}
        case "words":
            return {"enum": facts["words"]}
        case "text":
            return {"type": "string", "minLength": facts["low"], "maxLength": facts["high"]}
        case "none":
            return {"type": "null"}
        case "nilable":
            return {"anyOf": [{"type": "null"}, parts[0]]}
        case "list":
            return {"type": "array", "items": parts[0], "minItems": facts["low"], "maxItems": facts["high"]}
    return {
        "type": "object",
        "properties": dict(zip(facts["keys"], parts, strict=True)),
        "required": [key for key, is_sure in zip(facts["keys"], facts["required"], strict=True) if is_sure],
        "additionalProperties": False,
    }


def type_of(part):
    facts, parts = part.options, [type_of(each) for each in part.parts]
    match part.kind:
        case "int":
            return Annotated[int, pydantic.Field(ge=facts["low"], le=facts["high"])]
        case "words":
            return Literal[tuple(facts["words"])]
        case "text":
            return Annotated[str, pydantic.Field(min_length=facts["low"], max_length=facts["high"])]
        case "none":
            return None
        case "nilable":
            return Optional[parts[0]]  # noqa: UP045
        case "list":
            sizes = {"min_length": facts["low"], "max_length": facts["high"]}
            return Annotated[list[parts[0]], pydantic.Field(**sizes)]
    by_key = zip(facts["keys"], facts["required"], parts, strict=True)
    fields = {key: (each, ... if is_sure else 0) for key, is_sure, each in by_key}
    config = pydantic.ConfigDict(extra="forbid")
    return pydantic.create_model("Model", __config__=config, **fields)


def as_specs(split):
    return spec_of(split.old), s.or_(*((f"t{i}", spec_of(each)) for i, each in enumerate(split.new)))


def as_schemas(split):
    several = [schema_of(each) for each in split.new]
    return s.from_json_schema(schema_of(split.old)), s.from_json_schema({"anyOf": several})


def as_models(split):
    return type_of(split.old), Union[tuple(map(type_of, split.new))]  # noqa: UP007
