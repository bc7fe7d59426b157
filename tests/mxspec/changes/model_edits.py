"""Random edits of random pydantic models; what they do is known where a `Drawing` drew the model.

An edit changes one place of a description, in a model that may stand inside others, in lists, unions and
optional fields. It knows nothing of proofs.
"""

import copy
import random

from tests.mxspec import random_models
from tests.mxspec.changes.edits import Edit, ImpossibleError, require
from tests.mxspec.random_models import TYPES, Drawing, Part, default_of, refusal, scalar

LOW = {"int": "ge", "str": "min_length", "list": "min_length"}
HIGH = {"int": "le", "str": "max_length"}


def any_of(r, several):
    several = [*several]
    require(several)
    return r.choice(several)


def fields_of(outer):
    """The fields that do not tell the choices of a union apart, each with its model."""
    return [(each, x) for each in outer.models() for x in each.parts if "tells" not in x.options]


def parts_of(outer, keys=False):
    """The parts that no validator of a field sees, which might refuse what an edit adds.

    Args:
        keys: if True, the keys of dicts as well.
    """
    waiting = [x.parts[0] for _, x in fields_of(outer) if not x.options.get("refused_if")]
    for part in waiting:
        yield part
        if part.kind not in ("ref", "model"):
            waiting += part.parts[part.kind == "dict" and not keys :]


def of_models(change):
    """The edit of any model."""
    return lambda r, outer: change(r, any_of(r, outer.models()))


def of_fields(condition, change):
    """The edit of a field that meets a condition; change takes its model, too."""

    def edit(r, outer):
        each, x = any_of(r, ((each, x) for each, x in fields_of(outer) if condition(x)))
        change(r, x, each)

    return edit


def of_parts(condition, change, has_default=True):
    """The edit of a part that meets a condition; has_default if it may be that of a field with a default."""

    def edit(r, outer):
        left_out = {id(x.parts[0]) for _, x in fields_of(outer) if not (has_default or x.is_required)}
        change(r, any_of(r, (x for x in parts_of(outer) if condition(x) and id(x) not in left_out)))

    return edit


def replace(make):
    """The edit that makes something else of any part."""

    def edit(r, outer):
        part = any_of(r, parts_of(outer, keys=True))
        part.become(make(r, copy.copy(part)))

    return edit


def shift(bounds, step):
    """The edit that moves a bound, which each kind has by a name of its own."""

    def change(r, x):
        bound = x.options[bounds[x.kind]] + step
        require(bound >= 0 or x.kind == "int")
        x.options[bounds[x.kind]] = bound

    return of_parts(lambda x: bounds.get(x.kind) in x.options, change)


def new_field(r, options):
    return Part("field", [Part(r.choice(["str", "bool", "date"]))], {"name": "new", **options})


def remove(r, x, each):
    require(not each.options["extra"] and not (each.options["validator"] and x is each.parts[0]))
    each.parts.remove(x)


def remove_always(r, x, each):
    require(len(each.parts) > 1)
    each.parts.remove(x)


def refuse(r, outer):
    several = [(x, refusal(x.parts[0], r)) for _, x in fields_of(outer)]
    x, text = any_of(r, ((x, text) for x, text in several if text and not x.options.get("refused_if")))
    x.options["refused_if"] = text


def need(r, x):
    require(x.parts[0].kind != "optional")
    x.become(x.parts[0])


def add_any_field(r, each):
    x = random_models.field(r, r.choice(("new", "x", "name")), 1)
    each.parts = [*(y for y in each.parts if y.options["name"] != x.options["name"]), x]


def change_options_of_field(r, x, each):
    name = {"name": x.options["name"]}
    x.options = name | random_models.field_options(r) if x.options == name else name


def change_options_of_model(r, each):
    others = random_models.model(r, 0).options
    name = r.choice([*others])
    each.options[name] = others[name]


def without_option(r, part):
    require(part.kind in TYPES and part.options)
    gone = r.choice([*part.options])
    return Part(part.kind, [], {name: x for name, x in part.options.items() if name != gone})


def with_other_options(r, part):
    require(part.kind in TYPES)
    return next(x for x in iter(lambda: scalar(r), None) if x.kind == part.kind)


HARMLESS = {
    "add an optional field": of_models(lambda r, x: x.parts.append(new_field(r, {"default": None}))),
    "remove a field": of_fields(lambda x: True, remove),
    "give a default": of_fields(
        lambda x: x.is_required and default_of(x.parts[0]), lambda r, x, _: x.options.update(default=None)
    ),
    "remove a validator": of_fields(
        lambda x: x.options.get("refused_if"), lambda r, x, _: x.options.pop("refused_if")
    ),
    "add a member": of_parts(lambda x: x.kind == "literal", lambda r, x: x.options["members"].append("more")),
    "become optional": of_parts(
        lambda x: x.kind != "optional", lambda r, x: x.become(Part("optional", [copy.copy(x)]))
    ),
    "add a choice": of_parts(lambda x: x.kind == "union", lambda r, x: x.parts.append(Part("date"))),
    "raise the most": shift(HIGH, 2),
    "lower the least": shift(LOW, -1),
}
BREAKING = {
    "add a required field": of_models(lambda r, x: x.parts.append(new_field(r, {}))),
    "rename a field": of_fields(
        lambda x: x.is_required and "alias" not in x.options,
        lambda r, x, _: x.options.update(name="renamed"),
    ),
    "take a default": of_fields(lambda x: not x.is_required, lambda r, x, _: x.options.pop("default")),
    "add a validator": refuse,
    "remove a member": of_parts(
        lambda x: len(x.options.get("members", ())) > 1, lambda r, x: x.options["members"].pop()
    ),
    "become needed": of_parts(lambda x: x.kind == "optional", need, has_default=False),
    "remove a choice": of_parts(
        lambda x: x.kind == "union" and len(x.parts) > 1, lambda r, x: x.parts.remove(r.choice(x.parts))
    ),
    "become of another type": of_parts(
        lambda x: x.kind in ("int", "literal", "str") and x.options,
        lambda r, x: x.become(Part("str" if x.kind == "int" else "datetime")),
        has_default=False,
    ),
    "lower the most": shift(HIGH, -1),
    "raise the least": shift(LOW, 1),
}
UNKNOWN = {
    "add any field": of_models(add_any_field),
    "remove any field": of_fields(lambda x: True, remove_always),
    "change the options of a field": of_fields(lambda x: True, change_options_of_field),
    "change the options of a model": of_models(change_options_of_model),
    "make a part optional": replace(lambda r, x: Part("optional", [x])),
    "make a part a choice": replace(lambda r, x: Part("union", [x, scalar(r)])),
    "make a part a list": replace(lambda r, x: Part("list", [x])),
    "check a part": replace(lambda r, x: Part("after", [x], {"check": r.choice(random_models.CHECKS)})),
    "replace a part": replace(lambda r, x: random_models.annotation(r, 1)),
    "replace a part by a scalar": replace(lambda r, x: scalar(r)),
    "forget a constraint": replace(without_option),
    "change the constraints": replace(with_other_options),
}
OFTEN = ["add an optional field", "add a validator", "add any field"]


def edited(r, outer, ways):
    """A random edit of a model, one of some ways by their names."""
    way = r.choice([way for way in ways for _ in range(1 + (way in OFTEN))])
    new = copy.deepcopy(outer)
    ways[way](r, new)
    return Edit(outer, new, way, ways is BREAKING)


def edit_of(seed):
    """A random edit of a drawn model."""
    r = random.Random(f"edit {seed}")
    while True:
        outer = Drawing(r.random()).models[-1]
        try:
            return edited(r, outer, BREAKING if r.random() < 0.5 else HARMLESS)
        except ImpossibleError:
            continue


def edit_anyhow(r, outer):
    """A model with any edit in it, of those that are known to break or not to break others as well."""
    while True:
        try:
            return edited(r, outer, UNKNOWN | HARMLESS | BREAKING).new
        except ImpossibleError:
            continue
