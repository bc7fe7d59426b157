"""Random pydantic models, as descriptions, as source text, as classes; and values for them.

    model(r)         any model, of which nothing is known
    Drawing(seed)    models that have values, in which each part tells: what an edit of one breaks is known

A description is a `Part`. A `Builder` writes its source and runs it, in a module of its own.
"""

import collections
import dataclasses
import datetime
import decimal
import enum
import random
import sys
import types
import uuid
from typing import Any

import pydantic

from tests.executed import execute
from tests.mxspec.random_specs import Level, Word


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


def below_five(x):
    if len(str(x)) > 5:
        raise ValueError("too long to write")
    return x


def not_odd(x):
    if isinstance(x, int) and x % 2:
        raise ValueError("odd")
    return x


def touched(x):
    return x.strip() if isinstance(x, str) else x


def not_many(cls, x):
    if isinstance(x, dict) and len(x) > 3:
        raise ValueError("too many")
    return x


def wrapper_of(check):
    """A wrap validator that asks a check first."""
    return lambda x, handler: handler(check(x))


def check_of(name):
    """A check of the field of a name, as a method."""

    def check(self):
        below_five(getattr(self, name))
        return self

    return check


SCALARS = (
    *("int", "int", "float", "str", "str", "bool", "bytes", "decimal", "date", "datetime", "time"),
    *("timedelta", "uuid", "enum", "literal", "any"),
)
KINDS = (
    *("list", "list", "dict", "set", "tuple", "variadic", "optional", "optional", "union", "model", "model"),
    *("tagged", "root"),
)
AROUND = ("after", "before", "wrap", "plain")
CHECKS = ("below_five", "not_odd", "touched")
TYPES = {
    "int": int, "float": float, "str": str, "bool": bool, "bytes": bytes, "any": Any, "uuid": uuid.UUID,
    "decimal": decimal.Decimal, "date": datetime.date, "datetime": datetime.datetime,
    "time": datetime.time, "timedelta": datetime.timedelta, "url": pydantic.HttpUrl,
}  # fmt: skip
HOSTILE = (
    None, True, False, 0, 1, -1, 7, 10**30, 1.0, 2.5, float("nan"), float("inf"), "", "a", "1", " 1 ", "1.5",
    "aaa", "zzz", "é", "\ud800", "x" * 50, b"", b"1", [], (), {}, set(), [1], (1,), ["1"], {"x": 1},
    {"a": {}}, decimal.Decimal("1.50"), decimal.Decimal("NaN"), decimal.Decimal("Infinity"), "yes", "null",
    10**400, datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1), datetime.datetime(2020, 1, 1, 12),
    datetime.time(), datetime.timedelta(0), uuid.UUID(int=0), Colour.RED, Level.LOW, Word.A, "red",
    object(), 3j, collections.deque([1]), range(3), frozenset({1}), bytearray(b"1"), "2020-01-01", int, len,
)  # fmt: skip


class Random(random.Random):
    def chance(self, share):
        return self.random() < share


@dataclasses.dataclass
class Part:
    """A description of an annotation: its kind, the parts in it, and options.

    The parts of a model are of the kind "field", with one part each; a "ref" is a model that may have other
    places, too. A default is source, or None for the first value of its part.
    """

    kind: str
    parts: list = dataclasses.field(default_factory=list)
    options: dict = dataclasses.field(default_factory=dict)

    def walk(self):
        """This part and all in it, from the outside to the inside."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def models(self):
        """All models, each after those in it."""
        several = [each for part in self.parts for each in part.models()] + [self] * (self.kind == "model")
        return [*{id(each): each for each in several}.values()]

    def become(self, other):
        self.kind, self.parts, self.options = other.kind, other.parts, other.options

    @property
    def is_required(self):
        return "default" not in self.options


# --- any models -------------------------------------------------------------------------------------------


def scalar(r):
    """A type without parts, with constraints."""
    kind = r.choice(SCALARS)
    options = {}
    if kind in ("int", "float", "decimal") and r.chance(0.5):
        options[r.choice(("gt", "ge"))] = r.choice((-3, 0, 1, 5))
        if r.chance(0.4):
            options[r.choice(("lt", "le"))] = r.choice((6, 10, 100))
    if kind == "int" and r.chance(0.2):
        options["multiple_of"] = r.choice((1, 2, 3))
    if kind == "float" and r.chance(0.3):
        options["allow_inf_nan"] = False
    if kind == "decimal" and r.chance(0.4):
        options["max_digits"], options["decimal_places"] = r.choice(((3, 1), (5, 2), (5, 3), (4, 0)))
    if kind in ("str", "bytes") and r.chance(0.4):
        options["min_length"] = r.choice((0, 1, 2))
        options["max_length"] = r.choice((2, 5, 20))
    if kind == "str" and r.chance(0.25):
        options["pattern"] = r.choice(("^a+$", "^[a-z]*$", r"^\w+$", "b", r"^\d{1,3}$", "^(ab|cd)?$"))
    if kind == "str" and r.chance(0.1):
        return Part("constr", [], {"strip_whitespace": True, "to_lower": r.chance(0.5), **options})
    if kind not in ("any", "enum", "literal") and r.chance(0.15):
        options["strict"] = r.chance(0.7)
    if kind == "enum":
        options["of"] = r.choice((Colour, Level, Word))
    if kind == "literal":
        options["members"] = r.sample((1, 2, "a", "b", "c", True, None, Level.LOW), r.choice((1, 2, 3)))
    return Part(kind, [], options)


def annotation(r, depth=2):
    """Any type."""
    if depth == 0 or r.chance(0.45):
        part = scalar(r)
    else:
        kind = r.choice(KINDS)
        inner = annotation(r, depth - 1)
        match kind:
            case "list":
                part = Part(kind, [inner], r.choice(({}, {"min_length": 1}, {"max_length": 2})).copy())
            case "dict":
                part = Part(kind, [Part(r.choice(("str", "int"))), inner])
            case "set":
                part = Part(kind, [Part(r.choice(("int", "str")))])
            case "tuple":
                part = Part(kind, [inner, scalar(r)])
            case "variadic" | "optional" | "root":
                part = Part(kind, [inner])
            case "union":
                part = Part(kind, [inner, annotation(r, depth - 1)])
            case "model":
                part = model(r, depth - 1)
            case "tagged":
                part = Part(kind, [model(r, 0, tag) for tag in r.sample(("cat", "dog", "owl"), 2)])
    return Part(r.choice(AROUND), [part], {"check": r.choice(CHECKS)}) if r.chance(0.12) else part


def model(r, depth=2, tag=None):
    """A model, with a field `kind` if it has a tag."""
    names = r.sample(("x", "y", "z", "name", "tags"), r.choice((1, 2, 3)))
    fields = [field(r, name, depth) for name in names]
    options = {
        "name": "Random",
        "extra": r.choice((None, None, "forbid", "allow", "ignore")),
        "strict": r.chance(0.1),
        "populate_by_name": r.chance(0.2),
        "str_strip_whitespace": r.chance(0.05),
        "validator": r.choice((*[None] * 4, "after", "before", "field", "init", "computed", "wrap")),
        "dataclass": r.chance(0.1),
    }
    return Part("model", [*([telling("kind", tag)] if tag else []), *fields], options)


def field(r, name, depth):
    options = {"name": name, **field_options(r)}
    return Part("field", [annotation(r, depth)], options)


def field_options(r):
    default = {"default": "None", "validate_default": r.chance(0.1)} if r.chance(0.3) else {}
    return default | ({"alias": r.choice(("X", "Y", "Z"))} if r.chance(0.12) else {})


def telling(name, word):
    """A field that tells a model from the others of a union."""
    return Part("field", [Part("literal", [], {"members": [word]})], {"name": name, "tells": True})


# --- models of which an edit is known to break something, or not ------------------------------------------

WORDS = ["red", "green", "blue", "black", "white", "grey"]
DEFAULTS = {
    "bool": "False", "float": "0.5", "date": "date(2000, 1, 1)", "datetime": "datetime(2000, 1, 1)",
    "uuid": "UUID(int=0)", "decimal": "Decimal(1)", "str": None, "url": None, "isbn": None,
}  # fmt: skip
"""Kinds without constraints and their defaults; None for none of its own."""


class Drawing:
    """Draws a model from a seed, with others in lists, unions and optional fields.

    The choices of a union are apart: no value of one fits another. Validators refuse little.

    Attributes:
        models: the models; the last one is the outer one.
    """

    def __init__(self, seed):
        self.random = Random(seed)
        self.models = []
        for i in range(self.random.randint(1, 4)):
            self.models.append(self.model(f"M{i}", i and 2))

    def model(self, name, depth):
        r = self.random
        fields = [telling(f"is_{name.lower()}", name)]
        for i in range(r.randint(1, 4)):
            part, options = self.part(depth), {"name": f"f{i}"}
            if default_of(part) is not None and not r.chance(0.6):
                options["default"] = None
            if r.chance(0.1):
                options["alias"] = f"F{i}"
            if r.chance(0.15):
                options["refused_if"] = refusal(part, r, unless_known=True)
            fields.append(Part("field", [part], options))
        if depth:  # the last model leads to the one before it
            fields.append(Part("field", [self.around(Part("ref", [self.models[-1]]))], {"name": "inner"}))
        options = {"name": name, "extra": "forbid" if r.chance(0.1) else None}
        return Part("model", fields, options | {"validator": "never" if r.chance(0.1) else None})

    def around(self, part):
        """A part with others around it."""
        for _ in range(self.random.randint(0, 2)):
            kind = self.random.choice(["list", "dict", "tuple", "optional", "union"])
            parts = {"dict": [Part("str"), part], "union": [part, Part("uuid")]}.get(kind, [part])
            parts = [self.part(0), part] if kind == "tuple" else parts
            part = Part(kind, parts, {"min_length": 0} if kind == "list" else {})
        return part

    def part(self, depth):
        r = self.random
        match r.choice(["int", "text", "words", "plain", "plain", *["inner"] * 2 * bool(depth)]):
            case "int":
                low = r.randint(-20, 20)
                return Part("int", [], {"ge": low, "le": low + r.choice([3, 8, 5000])})
            case "text":
                low = r.randint(0, 3)
                return Part("str", [], {"min_length": low, "max_length": low + r.randint(1, 8)})
            case "words":
                return Part("literal", [], {"members": r.sample(WORDS, r.randint(2, 5))})
            case "plain":
                return Part(r.choice([*DEFAULTS]))
        kind = r.choice(["list", "dict", "tuple", "optional", "union", "model", "models"])
        ref = Part("ref", [r.choice(self.models)])
        match kind:
            case "model":
                return ref
            case "models":
                several = r.sample(self.models, min(2, len(self.models)))
                return Part("union", [Part("ref", [each]) for each in several])
            case "union":
                return Part("union", [Part("literal", [], {"members": r.sample(WORDS, 2)}), ref])
            case "tuple":
                return Part("tuple", [self.part(depth - 1) for _ in range(r.randint(1, 3))])
            case "optional":
                return Part("optional", [self.part(0)])
        low, inner = r.randint(0, 1), self.part(depth - 1)
        return (
            Part("list", [inner], {"min_length": low})
            if kind == "list"
            else Part("dict", [Part("str"), inner])
        )


def default_of(part):
    """The source of a default of a part; None for one that has none."""
    match part.kind:
        case "int":
            return str(part.options.get("ge", 0))
        case "str":
            return repr("a" * part.options.get("min_length", 1))
        case "literal":
            return source_of(part.options["members"][0])
        case "optional":
            return "None"
    return DEFAULTS.get(part.kind)


def refusal(part, r, unless_known=False):
    """The source of a condition on v that some value of a part meets; None for a part without one."""
    options = part.options
    match part.kind:
        case "int":
            return f"v {r.choice(['==', '>='])} {options.get('le', 10) - (2 if unless_known else 1)}"
        case "literal":
            return f"v == {source_of(options['members'][-1])}" if len(options["members"]) > 2 else None
        case "str" if options.get("max_length", 0) > 5:
            return "v == 'admin'"
        case "str" if not options:
            return r.choice(["v == 'admin'", "len(v) > 20", "v.isdigit()", "'@' not in v", "v != v.strip()"])
        case "list":
            return "len(v) > 5"
    return None


# --- from descriptions to classes -------------------------------------------------------------------------

HEAD = """
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional, Union
from uuid import UUID

from pydantic import (
    AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, PlainValidator, RootModel,
    WrapValidator, computed_field, constr, field_validator, model_validator
)
from pydantic.dataclasses import dataclass

from tests.mxspec.random_models import (
    Colour, Level, Word, below_five, check_of, not_many, not_odd, touched, wrapper_of
)

def isbn(text):
    digits = [int(c) for c in text]
    if len(digits) != 13 or sum(n * (1, 3)[i % 2] for i, n in enumerate(digits)) % 10 or text[:3] != "978":
        raise ValueError("no ISBN")
    return text
"""
FORMS = {
    "ref": "{inner}",
    "root": "RootModel[{inner}]",
    "enum": "{of.__name__}",
    "literal": "Literal[{members}]",
    "constr": "constr({options})",
    "isbn": "Annotated[str, AfterValidator(isbn)]",
    "list": "list[{inner}]",
    "dict": "dict[{inner}]",
    "set": "set[{inner}]",
    "tuple": "tuple[{inner}]",
    "variadic": "tuple[{inner}, ...]",
    "optional": "Optional[{inner}]",
    "union": "Union[{inner}]",
    "tagged": "Annotated[Union[{inner}], Field(discriminator='kind')]",
    "after": "Annotated[{inner}, AfterValidator({check})]",
    "before": "Annotated[{inner}, BeforeValidator({check})]",
    "plain": "Annotated[{inner}, PlainValidator({check})]",
    "wrap": "Annotated[{inner}, WrapValidator(wrapper_of({check}))]",
}
BARS = {"optional": "{inner} | None", "union": "{bars}"}
MEMBERS = {
    None: "pass",
    "after": "check = model_validator(mode='after')(check_of({name!r}))",
    "before": "check = model_validator(mode='before')(classmethod(not_many))",
    "wrap": "check = model_validator(mode='wrap')(classmethod(lambda cls, x, read: read(not_many(cls, x))))",
    "field": "check = field_validator({name!r})(classmethod(lambda cls, x: below_five(x)))",
    "init": "__post_init__ = check_of({name!r})\n    model_post_init = lambda self, _: self.__post_init__()",
    "computed": "twice = computed_field(return_type=str)(property(lambda self: 'twice'))",
    "never": """@model_validator(mode='after')
    def check(self):
        if repr(self.{name}) == 'never':
            raise ValueError('it is refused')
        return self""",
}
"""What a class has for each kind of validators of the whole, by the name of its first field."""
VALIDATOR = """
    @field_validator({name!r})
    @classmethod
    def check_{name}(cls, v):
        if {refused_if}:
            raise ValueError('it is refused')
        return v"""
CONFIG = ("extra", "strict", "populate_by_name", "str_strip_whitespace")


def source_of(x):
    return f"{type(x).__name__}.{x.name}" if isinstance(x, enum.Enum) else repr(x)


def arguments(options):
    return ", ".join(f"{key}={value!r}" for key, value in options.items())


class Builder:
    """Makes types of descriptions, in a module of its own; has_bars for `X | None`, not `Optional[X]`.

    Two descriptions with the same source are one class.

    Attributes:
        source: the source of the module.
    """

    def __init__(self, has_bars=False):
        self.forms = FORMS | BARS if has_bars else FORMS
        self.names = {}
        self.module = types.ModuleType("versions_of_models")
        sys.modules[self.module.__name__] = self.module
        self.source = ""
        self._run(HEAD)

    def _run(self, source):
        execute(source, vars(self.module))
        self.source += source

    def type_of(self, part):
        return eval(self.text(part), vars(self.module))

    def text(self, part):
        """The source of a type; the classes of the models in it are made."""
        if part.kind == "model":
            return self._name(part)
        inner, options = [*map(self.text, part.parts)], part.options
        form = self.forms.get(part.kind) or TYPES[part.kind].__name__
        texts = {"inner": ", ".join(inner), "bars": " | ".join(inner), "options": arguments(options)}
        texts["members"] = ", ".join(map(source_of, options.get("members", ())))
        text = form.format(**{**options, **texts})
        is_limited = options and (part.kind in TYPES or part.kind == "list")
        return f"Annotated[{text}, Field({arguments(options)})]" if is_limited else text

    def _name(self, part):
        text, name = self._class(part), f"C{len(self.names)}"
        if text not in self.names:
            self._run(f"\n\n{text}\n\n{name} = {part.options['name']}\n")
            self.names[text] = name
        return self.names[text]

    def _class(self, part):
        fields, options = part.parts, part.options
        config = arguments({key: options[key] for key in CONFIG if key in options})
        lines = [f"class {options['name']}(BaseModel):", f"    model_config = ConfigDict({config})"]
        if options.get("dataclass"):
            lines = [f"@dataclass(config=ConfigDict({config}))", f"class {options['name']}:"]
        # Those with a `Field` come last, which a dataclass takes for a default.
        lines += sorted(map(self._field, fields), key=lambda line: " = Field(" in line.partition("\n")[0])
        first = fields[0].options["name"] if fields else "__class__"
        return "\n".join([*lines, "    " + MEMBERS[options["validator"]].format(name=first)])

    def _field(self, each):
        [part], options = each.parts, each.options
        texts = [f"{key}={options[key]!r}" for key in ("alias", "validate_default") if key in options]
        if not each.is_required:
            texts.append(f"default={options['default'] or default_of(part)}")
        text = f"    {options['name']}: {self.text(part)}"
        text += f" = Field({', '.join(texts)})" if texts else ""
        return text + (VALIDATOR.format(**options) if options.get("refused_if") else "")


# --- values -----------------------------------------------------------------------------------------------

VALUES = {
    "str": ("", "a", "aa", "ab", "b", "abcd", "12", "7", " a ", "José", "A" * 9, "a" * 30),
    "bool": (True, False, True, False, 1, "yes"),
    "bytes": (b"", b"a", b"abc", b"x" * 9, "a"),
    "date": (datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2), "2020-01-02"),
    "datetime": (
        datetime.datetime(2020, 1, 2, 3), datetime.date(2020, 1, 2), 3, "2020-01-02T03:04"
    ),
    "time": (datetime.time(1, 2), "01:02"),
    "timedelta": (datetime.timedelta(1), 3, "P1D"),
    "uuid": (uuid.UUID(int=3), str(uuid.UUID(int=3))),
    "any": HOSTILE,
}  # fmt: skip
VALUES["constr"] = VALUES["str"]
COUNTS = {"list": (0, 1, 2, 3), "dict": (0, 1, 2), "set": (0, 1, 2), "variadic": (0, 1, 2)}


def value(r, part):
    """A value that most probably fits; seldom one in a form that pydantic converts, or any."""
    if r.chance(0.04):
        return r.choice(HOSTILE)
    kind, parts, options = part.kind, part.parts, part.options
    if kind in VALUES:
        return r.choice(VALUES[kind])
    if kind in COUNTS:
        rows = [[value(r, inner) for inner in parts] for _ in range(r.choice(COUNTS[kind]))]
        if kind == "dict":
            return dict(rows)
        several = [x for [x] in rows]
        is_tuple = kind == "variadic" or (kind == "list" and r.chance(0.06))
        return {*several} if kind == "set" else tuple(several) if is_tuple else several
    match kind:
        case "int" | "float" | "decimal":
            number = r.choice((0, 1, 2, 3, 6, 7, 50, 123, 1234, 12345, -2, 10**6))
            half = 0.5 * r.chance(0.3)
            number = {"float": number + half, "decimal": decimal.Decimal(number)}.get(kind, number)
            return r.choice((str(number), float(number))) if r.chance(0.08) else number
        case "enum":
            own = options["of"].__members__
            return r.choice([*options["of"], own[r.choice([*own])].value])
        case "literal":
            return r.choice(options["members"])
        case "tuple":
            several = [value(r, inner) for inner in parts]
            return several if r.chance(0.06) else tuple(several)
        case "optional":
            return None if r.chance(0.3) else value(r, parts[0])
        case "model":
            return fields_value(r, parts, options)
    return value(r, r.choice(parts) if kind in ("union", "tagged") else parts[0])


def fields_value(r, fields, options):
    entries = {}
    for each in fields:
        own = each.options
        if "default" in own and r.chance(0.4):
            continue
        key = own.get("alias", own["name"])
        if options["populate_by_name"] and r.chance(0.3):
            key = own["name"]
        entries[key] = value(r, each.parts[0])
    if entries and r.chance(0.06):
        del entries[r.choice([*entries])]
    if r.chance(0.12):
        entries[r.choice(("more", "other"))] = r.choice(HOSTILE)
    return entries


def safe_value(r, part):
    """A value; one with an unhashable member of a set is drawn again."""
    while True:
        try:
            return value(r, part)
        except TypeError:
            continue
