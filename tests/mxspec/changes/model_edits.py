"""Random edits of pydantic models whose truth is known by how they were made.

    $ python -m tests.mxspec.changes.model_edits 200
    $ python -m tests.mxspec.changes.model_edits 300 --start 10000

It knows nothing of proofs. Models are drawn as plain data and written as two texts of Python, so that nothing
of one version is an object of the other. An edit changes one place, in a model that may stand inside others,
in lists, unions and optional fields. The choices of a union are apart: no value of one fits another.
"""

import argparse
import collections
import copy
import dataclasses
import random
import statistics
import sys
import time
import types

import pydantic

import mxspec as s

HEAD = """
import datetime, decimal, enum, uuid
from typing import Annotated, Literal
from pydantic import AfterValidator, BaseModel, Field, HttpUrl, field_validator, model_validator

def isbn(text):
    digits = [int(c) for c in text]
    if len(digits) != 13 or sum(n * (1, 3)[i % 2] for i, n in enumerate(digits)) % 10 or text[:3] != "978":
        raise ValueError("no ISBN")
    return text
"""
WORDS = ["red", "green", "blue", "black", "white", "grey"]
PLAIN = {
    "bool": "False",
    "float": "0.5",
    "datetime.date": "datetime.date(2000, 1, 1)",
    "datetime.datetime": "datetime.datetime(2000, 1, 1)",
    "uuid.UUID": "uuid.UUID(int=0)",
    "decimal.Decimal": "decimal.Decimal(1)",
    "str": "'a'",
    "HttpUrl": None,
    "Annotated[str, AfterValidator(isbn)]": None,
}
"""Annotations with a default, None for none."""


@dataclasses.dataclass
class Part:
    """An annotation: its sort, its parameters, and the parts in it."""

    sort: str
    facts: dict = dataclasses.field(default_factory=dict)
    parts: list = dataclasses.field(default_factory=list)

    def text(self):
        inner = [part.text() for part in self.parts]
        match self.sort:
            case "int":
                return "Annotated[int, Field(ge={low}, le={high})]".format(**self.facts)
            case "text":
                return "Annotated[str, Field(min_length={low}, max_length={high})]".format(**self.facts)
            case "words":
                return f"Literal[{', '.join(map(repr, self.facts['members']))}]"
            case "list":
                return f"Annotated[list[{inner[0]}], Field(min_length={self.facts['low']})]"
            case "dict":
                return f"dict[str, {inner[0]}]"
            case "tuple":
                return f"tuple[{', '.join(inner)}]"
            case "optional":
                return f"{inner[0]} | None"
            case "union":
                return " | ".join(inner)
        return self.facts["name"]

    def default(self):
        """A default as text; None for a sort that has none."""
        match self.sort:
            case "int":
                return str(self.facts["low"])
            case "text":
                return repr("a" * self.facts["low"])
            case "words":
                return repr(self.facts["members"][0])
            case "optional":
                return "None"
            case "plain":
                return PLAIN[self.facts["name"]]
        return None


@dataclasses.dataclass
class Attribute:
    """A field of a model: its part, and as text the condition under which a validator refuses it."""

    name: str
    part: Part
    is_required: bool
    alias: str | None = None
    refused_if: str | None = None
    tells: bool = False  # it tells the model from the others of a union

    def text(self):
        default = [] if self.is_required else [self.part.default()]
        alias = [] if self.alias is None else [f"alias={self.alias!r}"]
        given = f" = Field({', '.join(default + alias)})" if default or alias else ""
        lines = [f"    {self.name}: {self.part.text()}{given}"]
        if self.refused_if is not None:
            lines += [f"    @field_validator({self.name!r})", "    @classmethod"]
            lines += [f"    def check_{self.name}(cls, v):", f"        if {self.refused_if}:"]
            lines += ["            raise ValueError('it is refused')", "        return v"]
        return "\n".join(lines)


@dataclasses.dataclass
class Model:
    """A model with its attributes; is_checked if it has a validator of the whole."""

    name: str
    attributes: list
    is_checked: bool = False
    config: str = ""

    def text(self):
        lines = [f"class {self.name}(BaseModel{self.config}):", *(each.text() for each in self.attributes)]
        if self.is_checked:
            lines += ["    @model_validator(mode='after')", "    def check(self):"]
            lines += [f"        if repr(self.{self.attributes[0].name}) == 'never':"]
            lines += ["            raise ValueError('it is refused')", "        return self"]
        return "\n".join(lines)


class Drawing:
    """Draws models from a seed; the last one is the outer one."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.models = []
        for i in range(self.random.randint(1, 4)):
            self.models.append(self.model(f"M{i}", depth=i and 2))

    def model(self, name, depth):
        rng = self.random
        attributes = [Attribute(f"is_{name.lower()}", Part("words", {"members": [name]}), True, tells=True)]
        for i in range(rng.randint(1, 4)):
            part = self.part(depth)
            is_required = part.default() is None or rng.random() < 0.6
            attribute = Attribute(f"f{i}", part, is_required)
            attribute.alias = f"F{i}" if rng.random() < 0.1 else None
            if rng.random() < 0.15:
                attribute.refused_if = refused(part, rng, unless_known=True)
            attributes.append(attribute)
        if depth:  # the last model leads to the one before it
            inner = Part("model", {"name": self.models[-1].name})
            attributes.append(Attribute("inner", self.around(inner), True))
        config = ", extra='forbid'" if rng.random() < 0.1 else ""
        return Model(name, attributes, rng.random() < 0.1, config)

    def around(self, part):
        """A part with others around it."""
        for _ in range(self.random.randint(0, 2)):
            sort = self.random.choice(["list", "dict", "tuple", "optional", "union"])
            if sort == "union":
                part = Part("union", {}, [part, Part("plain", {"name": "uuid.UUID"})])
            elif sort == "tuple":
                part = Part("tuple", {}, [self.part(0), part])
            else:
                part = Part(sort, {"low": 0}, [part])
        return part

    def part(self, depth):
        rng = self.random
        sort = rng.choice(["int", "text", "words", "plain", "plain", *["inner"] * 2 * bool(depth)])
        match sort:
            case "int":
                low = rng.randint(-20, 20)
                return Part("int", {"low": low, "high": low + rng.choice([3, 8, 5000])})
            case "text":
                low = rng.randint(0, 3)
                return Part("text", {"low": low, "high": low + rng.randint(1, 8)})
            case "words":
                return Part("words", {"members": rng.sample(WORDS, rng.randint(2, 5))})
            case "plain":
                return Part("plain", {"name": rng.choice([*PLAIN])})
        sort = rng.choice(["list", "dict", "tuple", "optional", "union", "model", "models"])
        model = Part("model", {"name": rng.choice(self.models).name})
        match sort:
            case "model":
                return model
            case "models":
                several = rng.sample(self.models, min(2, len(self.models)))
                return Part("union", {}, [Part("model", {"name": each.name}) for each in several])
            case "union":
                return Part("union", {}, [Part("words", {"members": rng.sample(WORDS, 2)}), model])
            case "tuple":
                return Part("tuple", {}, [self.part(depth - 1) for _ in range(rng.randint(1, 3))])
            case "optional":
                inner = self.part(0)
                return Part("optional", {}, [inner])
        return Part(sort, {"low": rng.randint(0, 1)}, [self.part(depth - 1)])

    def attributes(self):
        return [(model, each) for model in self.models for each in model.attributes]

    def parts(self):
        """All parts, without those that tell the choices of a union apart."""
        waiting = [each.part for _, each in self.attributes() if not each.tells]
        for part in waiting:
            yield part
            waiting += part.parts

    def text(self):
        return "\n\n".join([HEAD, *(model.text() for model in self.models)])


def refused(part, rng, unless_known=False):
    """A condition of a validator that some value of a part meets; None for a part without one."""
    match part.sort:
        case "int":
            return f"v {rng.choice(['==', '>='])} {part.facts['high'] - (2 if unless_known else 1)}"
        case "words":
            return f"v == {part.facts['members'][-1]!r}" if len(part.facts["members"]) > 2 else None
        case "text" if part.facts["high"] > 5:
            return "v == 'admin'"
        case "plain" if part.facts["name"] == "str":
            return rng.choice(
                ["v == 'admin'", "len(v) > 20", "v.isdigit()", "'@' not in v", "v != v.strip()"]
            )
        case "list":
            return "len(v) > 5"
    return None


# --- edits ------------------------------------------------------------------------------------------------


class ImpossibleError(Exception):
    """The error of an edit that there is no room for."""


def any_of(rng, several):
    several = [*several]
    if not several:
        raise ImpossibleError
    return rng.choice(several)


def plain_attribute(rng, is_required):
    return Attribute(
        "more", Part("plain", {"name": rng.choice(["str", "bool", "datetime.date"])}), is_required
    )


def add_optional(drawing, rng):
    any_of(rng, drawing.models).attributes.append(plain_attribute(rng, False))


def add_required(drawing, rng):
    any_of(rng, drawing.models).attributes.append(plain_attribute(rng, True))


def remove_attribute(drawing, rng):
    model, attribute = any_of(rng, ((m, a) for m, a in drawing.attributes() if not a.tells))
    if model.config or (model.is_checked and attribute is model.attributes[0]):
        raise ImpossibleError
    model.attributes.remove(attribute)


def rename_attribute(drawing, rng):
    _, attribute = any_of(
        rng, ((m, a) for m, a in drawing.attributes() if a.is_required and not a.alias and not a.tells)
    )
    attribute.name = "renamed"


def give_default(drawing, rng):
    _, attribute = any_of(
        rng, ((m, a) for m, a in drawing.attributes() if a.is_required and a.part.default() and not a.tells)
    )
    attribute.is_required = False


def take_default(drawing, rng):
    _, attribute = any_of(rng, ((m, a) for m, a in drawing.attributes() if not a.is_required))
    attribute.is_required = True


def add_validator(drawing, rng):
    several = ((a, refused(a.part, rng)) for _, a in drawing.attributes() if not a.tells)
    attribute, text = any_of(rng, ((a, x) for a, x in several if x and a.refused_if is None))
    attribute.refused_if = text


def remove_validator(drawing, rng):
    _, attribute = any_of(rng, ((m, a) for m, a in drawing.attributes() if a.refused_if))
    attribute.refused_if = None


def parts_without_validator(drawing):
    """The parts that no validator sees, which might refuse or not expect what the edit adds or removes."""
    checked = [a.part for _, a in drawing.attributes() if a.refused_if]
    seen = set()
    while checked:
        part = checked.pop()
        seen.add(id(part))
        checked += part.parts
    return [part for part in drawing.parts() if id(part) not in seen]


def shift(sorts, name, step):
    def edit(drawing, rng):
        parts = parts_without_validator(drawing)
        part = any_of(rng, (x for x in parts if x.sort in sorts))
        if part.facts[name] + step < 0 and part.sort != "int":
            raise ImpossibleError
        part.facts[name] += step

    edit.__name__ = f"shift_{name}_{step:+}"
    return edit


def add_member(drawing, rng):
    any_of(rng, (x for x in parts_without_validator(drawing) if x.sort == "words")).facts["members"].append(
        "more"
    )


def remove_member(drawing, rng):
    parts = parts_without_validator(drawing)
    part = any_of(rng, (x for x in parts if x.sort == "words" and len(x.facts["members"]) > 1))
    part.facts["members"].pop()


def become_optional(drawing, rng):
    parts = parts_without_validator(drawing)
    part = any_of(rng, (x for x in parts if x.sort != "optional"))
    inner = copy.copy(part)
    part.sort, part.facts, part.parts = "optional", {}, [inner]


def become_needed(drawing, rng):
    defaults = {id(a.part) for _, a in drawing.attributes() if not a.is_required}
    parts = parts_without_validator(drawing)
    part = any_of(rng, (x for x in parts if x.sort == "optional" and id(x) not in defaults))
    [inner] = part.parts
    if inner.sort == "optional":
        raise ImpossibleError
    part.sort, part.facts, part.parts = inner.sort, inner.facts, inner.parts


def add_choice(drawing, rng):
    part = any_of(rng, (x for x in parts_without_validator(drawing) if x.sort == "union"))
    part.parts.append(Part("plain", {"name": "datetime.date"}))


def remove_choice(drawing, rng):
    part = any_of(
        rng, (x for x in parts_without_validator(drawing) if x.sort == "union" and len(x.parts) > 1)
    )
    part.parts.remove(rng.choice(part.parts))


def other_type(drawing, rng):
    parts = parts_without_validator(drawing)
    defaults = {id(a.part) for _, a in drawing.attributes() if not a.is_required}
    part = any_of(rng, (x for x in parts if x.sort in ("int", "words", "text") and id(x) not in defaults))
    part.sort, part.facts = "plain", {"name": "datetime.datetime" if part.sort != "int" else "str"}


HARMLESS = [
    *(add_optional, add_optional, remove_attribute, give_default, remove_validator, add_member),
    *(
        become_optional,
        add_choice,
        shift(("int", "text"), "high", 2),
        shift(("int", "text", "list"), "low", -1),
    ),
]
BREAKING = [
    *(add_required, rename_attribute, take_default, add_validator, add_validator, remove_member),
    *(become_needed, remove_choice, other_type, shift(("int", "text"), "high", -1)),
    shift(("int", "text", "list"), "low", 1),
]


def edit_of(seed):
    """Two drawings, the name of an edit, and whether it breaks something."""
    rng = random.Random(f"edit {seed}")
    while True:
        old = Drawing(rng.random())
        is_breaking = rng.random() < 0.5
        change = rng.choice(BREAKING if is_breaking else HARMLESS)
        new = copy.deepcopy(old)
        try:
            change(new, rng)
        except ImpossibleError:
            continue
        return old, new, change.__name__, is_breaking


def class_of(drawing):
    """The outer model, of a module of its own."""
    module = types.ModuleType("versions_of_models")
    sys.modules[module.__name__] = module
    exec(drawing.text(), vars(module))
    return getattr(module, drawing.models[-1].name)


def is_read(cls, x):
    """True if pydantic takes a value."""
    try:
        cls.model_validate(x)
    except pydantic.ValidationError:
        return False
    return True


def check_edit(seed, num_tests=50):
    """Check the answer about an edit; return its name, whether it breaks, the answer and its time."""
    old, new, name, is_breaking = edit_of(seed)
    pair = class_of(old), class_of(new)
    start = time.process_time()
    answer = s.check_compatible(*pair, num_tests=num_tests, seed=0)
    taken = time.process_time() - start
    assert answer.verdict != ("proved" if is_breaking else "broken"), (seed, name, answer)
    if answer.verdict == "broken" and "<any value" not in repr(answer):
        assert is_read(pair[0], answer.witness), (seed, name, answer)
        assert not is_read(pair[1], answer.witness), (seed, name, answer)
    return name, is_breaking, answer, taken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("edits", type=int)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("-v", action="store_true")
    options = parser.parse_args()
    results = []
    for seed in range(options.start, options.start + options.edits):
        try:
            results.append(check_edit(seed))
        except AssertionError as error:
            print("WRONG", error)
        else:
            name, _, answer, taken = results[-1]
            if options.v and (answer.verdict == "not refuted" or taken > 2):
                print(seed, name, f"{taken:.1f}s", repr(answer)[:300], flush=True)
    table = collections.Counter((is_breaking, answer.verdict) for _, is_breaking, answer, _ in results)
    for (is_breaking, verdict), n in sorted(table.items()):
        print(f"  {'breaking' if is_breaking else 'harmless'}  {verdict:12}  {n}")
    is_open = [name for name, _, answer, _ in results if answer.verdict == "not refuted"]
    print(f"  undecided {len(is_open) / len(results):.1%}: {collections.Counter(is_open).most_common()}")
    times = sorted(taken for *_, taken in results)
    print(f"  seconds: median {statistics.median(times):.3f}, most {times[-1]:.1f}, all {sum(times):.0f}")
