"""Random pydantic models, values for them, and edits of them; and what pydantic says beside mxspec.

    $ python -m tests.mxspec.annotations.random_models 1 100

asks about 100 models of the seed 1, and prints what is wrong.
"""

import collections
import datetime
import decimal
import enum
import functools
import random
import sys
import uuid
import warnings
from typing import Annotated, Any, Literal, Optional, Union

import pydantic

import mxspec as s
from mxspec import names
from mxspec.changes.proof import Version, is_covered
from mxspec.changes.wire import wire


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Word(enum.StrEnum):
    A = "a"
    B = "b"


def below_five(x: Any) -> Any:
    if len(str(x)) > 5:
        raise ValueError("too long to write")
    return x


def not_odd(x: Any) -> Any:
    if isinstance(x, int) and x % 2:
        raise ValueError("odd")
    return x


def touched(x: Any) -> Any:
    return x.strip() if isinstance(x, str) else x


CHECKS = (below_five, not_odd, touched)
SCALARS = (
    *("int", "int", "float", "str", "str", "bool", "bytes", "decimal", "date", "datetime", "time"),
    *("timedelta", "uuid", "enum", "literal", "any"),
)
KINDS = (
    *("list", "list", "dict", "set", "tuple", "variadic", "optional", "optional", "union", "model", "model"),
    *("tagged", "root"),
)
HOSTILE = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        7,
        10**30,
        1.0,
        2.5,
        float("nan"),
        float("inf"),
        "",
        "a",
        "1",
        " 1 ",
        "1.5",
    ),
    *(
        "aaa",
        "zzz",
        "é",
        "\ud800",
        "x" * 50,
        b"",
        b"1",
        [],
        (),
        {},
        set(),
        [1],
        (1,),
        ["1"],
        {"x": 1},
        {"a": {}},
    ),
    *(decimal.Decimal("1.50"), decimal.Decimal("NaN"), decimal.Decimal("Infinity"), "yes", "null", 10**400),
    *(datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1), datetime.datetime(2020, 1, 1, 12)),
    *(
        datetime.time(),
        datetime.timedelta(0),
        uuid.UUID(int=0),
        Colour.RED,
        Level.LOW,
        Word.A,
        "red",
        object(),
        3j,
    ),
    *(collections.deque([1]), range(3), frozenset({1}), bytearray(b"1"), "2020-01-01", int, len),
)


class Random(random.Random):
    def chance(self, share: float) -> bool:
        return self.random() < share


Description = tuple[Any, ...]
"""An annotation as data: the word of a kind, then its parts and options."""


# --- annotations ------------------------------------------------------------------------------------------


def scalar(r: Random) -> Description:
    """Return a description of a type without parts, with constraints."""
    kind = r.choice(SCALARS)
    options: dict[str, Any] = {}
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
        return "constr", {"strip_whitespace": True, "to_lower": r.chance(0.5), **options}
    if kind not in ("any", "enum", "literal") and r.chance(0.15):
        options["strict"] = r.chance(0.7)
    if kind == "enum":
        return "enum", r.choice((Colour, Level, Word))
    if kind == "literal":
        return "literal", *r.sample((1, 2, "a", "b", "c", True, None, Level.LOW), r.choice((1, 2, 3)))
    return kind, options


def annotation(r: Random, depth: int = 2) -> Description:
    """Return a description of any type."""
    if depth == 0 or r.chance(0.45):
        description = scalar(r)
    else:
        kind = r.choice(KINDS)
        inner = annotation(r, depth - 1)
        match kind:
            case "list":
                description = "list", inner, r.choice(({}, {"min_length": 1}, {"max_length": 2}))
            case "dict":
                description = "dict", r.choice((("str", {}), ("int", {}))), inner
            case "set":
                description = "set", r.choice((("int", {}), ("str", {})))
            case "tuple":
                description = "tuple", inner, scalar(r)
            case "variadic" | "optional" | "root":
                description = kind, inner
            case "union":
                description = "union", inner, annotation(r, depth - 1)
            case "model":
                description = model(r, depth - 1)
            case "tagged":
                tags = r.sample(("cat", "dog", "owl"), 2)
                description = "tagged", *(tagged(r, tag) for tag in tags)
    if r.chance(0.12):
        description = r.choice(("after", "before", "wrap", "plain")), description, r.choice(CHECKS)
    return description


def tagged(r: Random, tag: str) -> Description:
    _, fields, options = model(r, 0)
    return "model", {"kind": (("literal", tag), {}), **fields}, options


def model(r: Random, depth: int = 2) -> Description:
    """Return a description of a model: its fields, and options of the class."""
    fields = {
        name: field(r, depth) for name in r.sample(("x", "y", "z", "name", "tags"), r.choice((1, 2, 3)))
    }
    options = {
        "extra": r.choice((None, None, "forbid", "allow", "ignore")),
        "strict": r.chance(0.1),
        "by_name": r.chance(0.2),
        "strip": r.chance(0.05),
        "validator": r.choice(
            (None, None, None, None, "after", "before", "field", "init", "computed", "wrap")
        ),
        "dataclass": r.chance(0.1),
    }
    return "model", fields, options


def field(r: Random, depth: int) -> tuple[Description, dict[str, Any]]:
    options: dict[str, Any] = {}
    if r.chance(0.3):
        options["default"] = None
        options["validate_default"] = r.chance(0.1)
    if r.chance(0.12):
        options["alias"] = r.choice(("X", "Y", "Z"))
    return annotation(r, depth), options


# --- from descriptions to types ---------------------------------------------------------------------------

TYPES = {
    "int": int, "float": float, "str": str, "bool": bool, "bytes": bytes, "any": Any, "uuid": uuid.UUID,
    "decimal": decimal.Decimal, "date": datetime.date, "datetime": datetime.datetime,
    "time": datetime.time, "timedelta": datetime.timedelta,
}  # fmt: skip
VALIDATORS = {
    "after": pydantic.AfterValidator,
    "before": pydantic.BeforeValidator,
    "plain": pydantic.PlainValidator,
}


class Builder:
    """Makes types of descriptions, one class for one description."""

    def __init__(self) -> None:
        self.classes: dict[int, tuple[Description, Any]] = {}

    def type_of(self, description: Description) -> Any:
        kind, *parts = description
        match kind:
            case "enum":
                return parts[0]
            case "literal":
                return Literal[tuple(parts)]
            case "constr":
                return pydantic.constr(**parts[0])
            case "list":
                inner = list[self.type_of(parts[0])]
                return Annotated[inner, pydantic.Field(**parts[1])] if parts[1] else inner
            case "dict":
                return dict[self.type_of(parts[0]), self.type_of(parts[1])]
            case "set":
                return set[self.type_of(parts[0])]
            case "tuple":
                return tuple[tuple(map(self.type_of, parts))]
            case "variadic":
                return tuple[self.type_of(parts[0]), ...]
            case "optional":
                return Optional[self.type_of(parts[0])]  # noqa: UP045
            case "union":
                return Union[tuple(map(self.type_of, parts))]  # noqa: UP007
            case "tagged":
                union = Union[tuple(map(self.type_of, parts))]  # noqa: UP007
                return Annotated[union, pydantic.Field(discriminator="kind")]
            case "after" | "before" | "plain":
                return Annotated[self.type_of(parts[0]), VALIDATORS[kind](parts[1])]
            case "wrap":
                check = parts[1]
                wrapped = pydantic.WrapValidator(lambda x, handler: handler(check(x)))
                return Annotated[self.type_of(parts[0]), wrapped]
            case "root" | "model":
                if id(description) not in self.classes:
                    self.classes[id(description)] = description, self._class(description)
                return self.classes[id(description)][1]
        plain = TYPES[kind]
        return Annotated[plain, pydantic.Field(**parts[0])] if parts[0] else plain

    def _class(self, description: Description) -> Any:
        if description[0] == "root":
            return pydantic.RootModel[self.type_of(description[1])]
        _, fields, options = description
        config = pydantic.ConfigDict(
            extra=options["extra"],
            strict=options["strict"],
            populate_by_name=options["by_name"],
            str_strip_whitespace=options["strip"],
        )
        members = _validators(options["validator"], next(iter(fields)))
        hints = {name: self.type_of(each) for name, (each, _) in fields.items()}
        # Those with a default come last, for a dataclass.
        order = sorted(fields, key=lambda name: "default" in fields[name][1])
        defaults = {name: pydantic.Field(**fields[name][1]) for name in fields if fields[name][1]}
        body = {**members, **defaults, "__annotations__": {name: hints[name] for name in order}}
        body |= {"__module__": __name__, "__qualname__": "Random"}
        if options.get("dataclass"):
            return pydantic.dataclasses.dataclass(type("Random", (), body), config=config)
        return type(pydantic.BaseModel)("Random", (pydantic.BaseModel,), {**body, "model_config": config})


def _validators(kind: str | None, name: str) -> dict[str, Any]:
    """Return the members of a class with a validator of a kind, of the field of a name or of the whole."""

    def check(self: Any) -> Any:
        below_five(getattr(self, name))
        return self

    def check_before(cls: Any, x: Any) -> Any:
        if isinstance(x, dict) and len(x) > 3:
            raise ValueError("too many")
        return x

    match kind:
        case "after":
            return {"check": pydantic.model_validator(mode="after")(check)}
        case "before":
            return {"check": pydantic.model_validator(mode="before")(classmethod(check_before))}
        case "wrap":
            wrap = classmethod(lambda cls, x, handler: handler(check_before(cls, x)))
            return {"check": pydantic.model_validator(mode="wrap")(wrap)}
        case "field":
            return {"check": pydantic.field_validator(name)(classmethod(lambda cls, x: below_five(x)))}
        case "init":
            return {"model_post_init": lambda self, context: check(self), "__post_init__": check}
        case "computed":
            return {"twice": pydantic.computed_field(return_type=str)(property(lambda self: "twice"))}
    return {}


# --- values -----------------------------------------------------------------------------------------------


def value(r: Random, description: Description) -> Any:
    """Return a value that most probably fits; seldom one in a form that pydantic converts, or any."""
    if r.chance(0.04):
        return r.choice(HOSTILE)
    kind, *parts = description
    match kind:
        case "int" | "float" | "decimal":
            number = r.choice((0, 1, 2, 3, 6, 7, 50, 123, 1234, 12345, -2, 10**6))
            number = {"float": number + 0.5 * r.chance(0.3), "decimal": decimal.Decimal(number)}.get(
                kind, number
            )
            return r.choice((str(number), float(number))) if r.chance(0.08) else number
        case "str" | "constr":
            return r.choice(("", "a", "aa", "ab", "b", "abcd", "12", "7", " a ", "José", "A" * 9, "a" * 30))
        case "bool":
            return r.choice((True, False, True, False, 1, "yes"))
        case "bytes":
            return r.choice((b"", b"a", b"abc", b"x" * 9, "a"))
        case "date":
            return r.choice((datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2), "2020-01-02"))
        case "datetime":
            return r.choice(
                (datetime.datetime(2020, 1, 2, 3), datetime.date(2020, 1, 2), 3, "2020-01-02T03:04")
            )
        case "time":
            return r.choice((datetime.time(1, 2), "01:02"))
        case "timedelta":
            return r.choice((datetime.timedelta(1), 3, "P1D"))
        case "uuid":
            return r.choice((uuid.UUID(int=3), str(uuid.UUID(int=3))))
        case "enum":
            return r.choice([*parts[0], parts[0].__members__[r.choice([*parts[0].__members__])].value])
        case "literal":
            return r.choice(parts)
        case "any":
            return r.choice(HOSTILE)
        case "list":
            several = [value(r, parts[0]) for _ in range(r.choice((0, 1, 2, 3)))]
            return tuple(several) if r.chance(0.06) else several
        case "dict":
            return {value(r, parts[0]): value(r, parts[1]) for _ in range(r.choice((0, 1, 2)))}
        case "set":
            return {value(r, parts[0]) for _ in range(r.choice((0, 1, 2)))}
        case "tuple":
            several = tuple(value(r, part) for part in parts)
            return [*several] if r.chance(0.06) else several
        case "variadic":
            return tuple(value(r, parts[0]) for _ in range(r.choice((0, 1, 2))))
        case "optional":
            return None if r.chance(0.3) else value(r, parts[0])
        case "union" | "tagged":
            return value(r, r.choice(parts))
        case "after" | "before" | "plain" | "wrap" | "root":
            return value(r, parts[0])
    return fields_value(r, *parts)


def fields_value(r: Random, fields: dict[str, Any], options: dict[str, Any]) -> Any:
    entries = {}
    for name, (part, own) in fields.items():
        if "default" in own and r.chance(0.4):
            continue
        key = own.get("alias", name)
        if options["by_name"] and r.chance(0.3):
            key = name
        entries[key] = value(r, part)
    if entries and r.chance(0.06):
        del entries[r.choice([*entries])]
    if r.chance(0.12):
        entries[r.choice(("more", "other"))] = r.choice(HOSTILE)
    return entries


def safe_value(r: Random, description: Description) -> Any:
    """Return a value; one with an unhashable member of a set is drawn again."""
    while True:
        try:
            return value(r, description)
        except TypeError:
            continue


# --- edits ------------------------------------------------------------------------------------------------


def edit(r: Random, description: Description, depth: int = 2) -> Description:
    """Return a description with a change somewhere in it; what is not changed is the same object."""
    kind, *parts = description
    if kind == "model" and r.chance(0.9):
        return edit_model(r, parts[0], parts[1], depth)
    if r.chance(0.25):
        return r.choice(
            (
                ("optional", description),
                ("union", description, scalar(r)),
                ("after", description, r.choice(CHECKS)),
                annotation(r, min(depth, 1)),
                ("list", description, {}),
            )
        )
    inner = [i for i, part in enumerate(parts) if isinstance(part, tuple)]
    if inner:
        i = r.choice(inner)
        return kind, *parts[:i], edit(r, parts[i], depth), *parts[i + 1 :]
    if kind == "literal" and r.chance(0.5):
        return "literal", *parts, "d"
    if kind in TYPES and parts[0]:
        options = dict(parts[0])
        if options and r.chance(0.5):
            del options[r.choice([*options])]
            return kind, options
        fresh = scalar(r)
        while fresh[0] != kind:
            fresh = scalar(r)
        return fresh
    return scalar(r)


def edit_model(r: Random, fields: dict[str, Any], options: dict[str, Any], depth: int) -> Description:
    fields, options = dict(fields), dict(options)
    names = [name for name in fields if name != "kind"]
    match r.choice(("add", "add", "remove", "field", "field", "field", "field", "options", "default")):
        case "add":
            fields[r.choice(("new", "x", "name"))] = field(r, 1)
        case "remove" if len(names) > 1:
            del fields[r.choice(names)]
        case "field" if names:
            name = r.choice(names)
            fields[name] = edit(r, fields[name][0], depth), fields[name][1]
        case "options":
            _, _, others = model(r, 0)
            key = r.choice([*options])
            options[key] = others[key]
        case _ if names:
            name = r.choice(names)
            part, own = fields[name]
            fields[name] = part, ({} if own else field(r, 0)[1])
    return "model", fields, options


def keys_of_models(description: Description) -> collections.Counter[frozenset[str]]:
    """Return the keys that each model in a description lists, and how often the same ones."""
    several: collections.Counter[frozenset[str]] = collections.Counter()
    if description[0] == "model":
        _, fields, options = description
        names = [name for name, (_, own) in fields.items() if options["by_name"] or "alias" not in own]
        aliases = [own["alias"] for _, own in fields.values() if "alias" in own]
        several[frozenset([*names, *aliases])] += 1
        description = tuple(part for part, _ in fields.values())
    for part in description:
        several += keys_of_models(part) if isinstance(part, tuple) else collections.Counter()
    return several


# --- both are asked ---------------------------------------------------------------------------------------


adapter_of = functools.lru_cache(maxsize=8)(pydantic.TypeAdapter)


def owner_accepts(tp: Any, x: Any) -> bool:
    """True if pydantic accepts a value, by `model_validate` or what does the same."""
    try:
        adapter_of(tp).validate_python(x)
    except pydantic.ValidationError:
        return False
    except (
        TypeError,
        AttributeError,
        ArithmeticError,
        ValueError,
    ):  # a validator that can't be asked about x
        return False
    return True


def instance_of(tp: Any, x: Any) -> Any:
    """Return what pydantic makes of a value, or None if it refuses."""
    try:
        return adapter_of(tp).validate_python(x)
    except Exception:
        return None


class Tally(collections.Counter[str]):
    """How often something was so, and what was wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[tuple[Any, ...]] = []

    def count_wrong(self, what: str, *facts: Any) -> None:
        """Count what was wrong, with the facts of it; the first of them say how to repeat it."""
        self[what] += 1
        self.wrong.append((what, *facts))


def ask_about_models(
    seed: int, models: int, *, values: int = 12, edits: int = 4, share: float = 0.1
) -> Tally:
    """Ask mxspec and pydantic about random models, values for them and edits of them.

    Args:
        seed, models: each model is drawn from the seed and its number.
        values: how many values a model is asked about, besides those of its generator.
        edits: how many edits of a model are to be proved harmless.
        share: the share of models with examples, and of edits that are tried where they are not proved.
    """
    tally = Tally()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i in range(models):
            case = Case(f"{seed}/{i}", tally)
            if case.cls is not None:
                case.ask_about_values(values, is_sampled=case.r.chance(share))
                for _ in range(edits):
                    case.ask_about_edit(is_tried=case.r.chance(share))
    return tally


class Case:
    """A random model, and what is asked about it.

    Attributes:
        cls: the model, or None if pydantic or mxspec refuses it.
    """

    def __init__(self, name: str, tally: Tally) -> None:
        self.r, self.name, self.tally = Random(name), name, tally
        self.builder = Builder()
        self.description = model(self.r)
        self.values: list[Any] = []
        self.cls = self._class(self.description)
        tally["models"] += self.cls is not None

    def _class(self, description: Description) -> Any:
        try:
            cls = self.builder.type_of(description)
            pydantic.TypeAdapter(cls).rebuild(raise_errors=True)
            wire(cls)
        except s.SpecDefinitionError:
            self.tally["no spec"] += 1
        except Exception:  # pydantic refuses the model, as it does a tag that a validator decides on
            self.tally["no model"] += 1
        else:
            return cls
        return None

    def ask_about_values(self, number: int, *, is_sampled: bool) -> None:
        specs = {"payload": wire(self.cls), "instance": s.from_type(self.cls)}
        self.values = [safe_value(self.r, self.description) for _ in range(number)]
        try:
            self.values += s.sample(specs["payload"], 3, seed=1) if is_sampled else []
            self.tally["sampled"] += is_sampled
        except s.GeneratorError:
            self.tally["no generator"] += 1
        instances = [x for x in map(functools.partial(instance_of, self.cls), self.values) if x is not None]
        for x in [*self.values, *instances]:
            accepted = owner_accepts(self.cls, x)
            self.tally["accepted" if accepted else "refused"] += 1
            for what, spec in specs.items():
                valid = s.valid(spec, x)
                self.tally[f"valid {what}"] += valid
                if valid and not accepted:
                    self.tally.count_wrong("wrong valid", self.name, what, self.description, x)
                if valid is not (s.explain_data(spec, x) is None):
                    self.tally.count_wrong("explained otherwise", self.name, what, self.description, x)

    def ask_about_edit(self, *, is_tried: bool) -> None:
        edited = edit_model(self.r, *self.description[1:], 2)
        new = self._class(edited)
        if new is None:
            return
        versions = wire(self.cls), wire(new)
        if is_covered(*(Version(spec, names.current) for spec in versions)):
            self.tally["proved"] += 1
            self._look_for_a_witness(new, edited)
        elif is_tried:
            self._try(new, edited)

    def _look_for_a_witness(self, new: Any, edited: Description) -> None:
        sent = [*self.values, *(safe_value(self.r, self.description) for _ in range(60))]
        if keys_of_models(edited) <= keys_of_models(self.description):  # nobody sends a key that is new
            sent += [safe_value(self.r, edited) for _ in range(60)]
        for x in sent:
            if owner_accepts(self.cls, x) and not owner_accepts(new, x):
                self.tally.count_wrong("wrong proved", self.name, self.description, edited, x)
                break

    def _try(self, new: Any, edited: Description) -> None:
        answer = s.check_compatible(self.cls, new, num_tests=10, seed=1)
        self.tally[answer.verdict] += 1
        x = answer.witness
        if answer.verdict == "broken" and (not owner_accepts(self.cls, x) or owner_accepts(new, x)):
            self.tally.count_wrong("wrong broken", self.name, self.description, edited, x)


if __name__ == "__main__":
    tally = ask_about_models(int(sys.argv[1]), int(sys.argv[2]))
    for wrong in tally.wrong:
        print(*wrong, sep="\n    ")
    print(dict(tally))
