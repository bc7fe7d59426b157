"""Random edits of random pydantic models; what they do is known where a `Drawing` drew the model.

An edit changes one place of a description, in a model that may stand inside others, in lists, unions and
optional fields. It knows nothing of proofs.
"""

import contextlib
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


def edit_model(change):
    """The edit of any model."""
    return lambda r, outer: change(r, any_of(r, outer.models()))


def edit_field(condition, change):
    """The edit of a field that meets a condition; change takes its model, too."""

    def edit(r, outer):
        each, x = any_of(r, ((each, x) for each, x in fields_of(outer) if condition(x)))
        change(r, x, each)

    return edit


def edit_part(condition, change, has_default=True):
    """The edit of a part that meets a condition; has_default if it may be that of a field with a default."""

    def edit(r, outer):
        left_out = {id(x.parts[0]) for _, x in fields_of(outer) if not (has_default or x.is_required)}
        change(r, any_of(r, (x for x in parts_of(outer) if condition(x) and id(x) not in left_out)))

    return edit


def replace_part(make):
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

    return edit_part(lambda x: bounds.get(x.kind) in x.options, change)


def new_field(r, options):
    return Part("field", [Part(r.choice(["str", "bool", "date"]))], {"name": "new", **options})


def remove(r, x, each):
    require(not each.options["extra"] and not (each.options["validator"] and x is each.parts[0]))
    each.parts.remove(x)


def remove_any(r, x, each):
    require(len(each.parts) > 1)
    each.parts.remove(x)


def refuse(r, outer):
    several = [(x, refusal(x.parts[0], r)) for _, x in fields_of(outer)]
    x, text = any_of(r, ((x, text) for x, text in several if text and not x.options.get("refused_if")))
    x.options["refused_if"] = text


def unwrap(r, x):
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
    "add an optional field": edit_model(lambda r, x: x.parts.append(new_field(r, {"default": None}))),
    "remove a field": edit_field(lambda x: True, remove),
    "give a default": edit_field(
        lambda x: x.is_required and default_of(x.parts[0]), lambda r, x, _: x.options.update(default=None)
    ),
    "remove a validator": edit_field(
        lambda x: x.options.get("refused_if"), lambda r, x, _: x.options.pop("refused_if")
    ),
    "add a member": edit_part(
        lambda x: x.kind == "literal", lambda r, x: x.options["members"].append("more")
    ),
    "become optional": edit_part(
        lambda x: x.kind != "optional", lambda r, x: x.become(Part("optional", [copy.copy(x)]))
    ),
    "add a choice": edit_part(lambda x: x.kind == "union", lambda r, x: x.parts.append(Part("date"))),
    "raise the most": shift(HIGH, 2),
    "lower the least": shift(LOW, -1),
}
BREAKING = {
    "add a required field": edit_model(lambda r, x: x.parts.append(new_field(r, {}))),
    "rename a field": edit_field(
        lambda x: x.is_required and "alias" not in x.options,
        lambda r, x, _: x.options.update(name="renamed"),
    ),
    "take a default": edit_field(lambda x: not x.is_required, lambda r, x, _: x.options.pop("default")),
    "add a validator": refuse,
    "remove a member": edit_part(
        lambda x: len(x.options.get("members", ())) > 1, lambda r, x: x.options["members"].pop()
    ),
    "become needed": edit_part(lambda x: x.kind == "optional", unwrap, has_default=False),
    "remove a choice": edit_part(
        lambda x: x.kind == "union" and len(x.parts) > 1, lambda r, x: x.parts.remove(r.choice(x.parts))
    ),
    "become of another type": edit_part(
        lambda x: x.kind in ("int", "literal", "str") and x.options,
        lambda r, x: x.become(Part("str" if x.kind == "int" else "datetime")),
        has_default=False,
    ),
    "lower the most": shift(HIGH, -1),
    "raise the least": shift(LOW, 1),
}
UNKNOWN = {
    "add any field": edit_model(add_any_field),
    "remove any field": edit_field(lambda x: True, remove_any),
    "change the options of a field": edit_field(lambda x: True, change_options_of_field),
    "change the options of a model": edit_model(change_options_of_model),
    "make a part optional": replace_part(lambda r, x: Part("optional", [x])),
    "make a part a choice": replace_part(lambda r, x: Part("union", [x, scalar(r)])),
    "make a part a list": replace_part(lambda r, x: Part("list", [x])),
    "check a part": replace_part(lambda r, x: Part("after", [x], {"check": r.choice(random_models.CHECKS)})),
    "replace a part": replace_part(lambda r, x: random_models.annotation(r, 1)),
    "replace a part by a scalar": replace_part(lambda r, x: scalar(r)),
    "forget a constraint": replace_part(without_option),
    "change the constraints": replace_part(with_other_options),
}
OFTEN = ["add an optional field", "add a validator", "add any field"]


def draw_edit(r, outer, ways):
    """A model with an edit in it, one of some ways, and the name of the way.

    Raises:
        ImpossibleError: the model has no place for the edit that was drawn.
    """
    way = r.choice([way for way in ways for _ in range(1 + (way in OFTEN))])
    new = copy.deepcopy(outer)
    ways[way](r, new)
    return new, way


def edit_of(seed):
    """A random edit of a drawn model, which breaks something or not."""
    r = random.Random(f"edit {seed}")
    while True:
        old, is_breaking = Drawing(r.random()).models[-1], r.random() < 0.5
        with contextlib.suppress(ImpossibleError):
            return Edit(old, *draw_edit(r, old, BREAKING if is_breaking else HARMLESS), is_breaking)


def edit_anyhow(r, outer):
    """A model with any edit in it; nobody knows what it breaks, as the model may be any."""
    while True:
        with contextlib.suppress(ImpossibleError):
            return draw_edit(r, outer, UNKNOWN | HARMLESS | BREAKING)[0]
