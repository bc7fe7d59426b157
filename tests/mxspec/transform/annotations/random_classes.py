"""Random classes of attrs, msgspec and dataclasses, instances, and what their owners say beside mxspec.

    $ python -m tests.mxspec.transform.annotations.random_classes 1 100

asks about 100 classes of each library, and prints what is wrong. attrs and dataclasses leave types to others:
pydantic's strict mode and typeguard judge the fields where both say the same of a type, attrs its validators.
msgspec judges an instance by what it reads of what it writes, and JSON by `convert`.

A class may be generic, by its base or with arguments of its own, and may have a constructor of its author; a
struct may be a list in JSON.
"""

import copy
import dataclasses
import datetime
import decimal
import enum
import functools
import json
import math
import re
import sys
import types
import typing
import uuid
import warnings
from typing import Annotated, Any, Generic, Literal, Optional, TypeVar, Union

import annotated_types as at
import attrs
import msgspec
import pydantic
import typeguard

import mxspec as s
from tests.amounts import amount
from tests.mxspec import random_models
from tests.mxspec.random_models import TYPES, Colour, Part, Random
from tests.mxspec.transform.annotations.models_beside_pydantic import Tally

T = TypeVar("T")

KINDS = ("dataclass", "attrs", "msgspec")
OF_PYDANTIC = {"constr", "after", "before", "plain", "wrap", "root"}
# What msgspec reads of JSON without a type is no instance of anything.
LEFT_OUT = {"dataclass": OF_PYDANTIC, "attrs": OF_PYDANTIC, "msgspec": OF_PYDANTIC | {"any"}}
WRONG = (
    None, True, 0, 1, -7, 2.5, "", "a", "zzzzzz", "2020-01-02", b"1", [], (), {}, [1], ["a"], (1,), {"x": 1},
    {1}, decimal.Decimal("1.50"), datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1, 12),
    datetime.time(), datetime.timedelta(1), uuid.UUID(int=0), Colour.RED,
)  # fmt: skip
JSON = (None, True, False, 0, -7, 2.5, "", "a", "zzzzzz", "2020-01-02", [], {}, [1], ["a"], {"x": 1}, "red")
LIMITS = {
    "gt": at.Gt, "ge": at.Ge, "lt": at.Lt, "le": at.Le, "multiple_of": at.MultipleOf,
    "min_length": at.MinLen, "max_length": at.MaxLen,
}  # fmt: skip


def draw_class(r: Random, kind: str) -> Part:
    """Return a description of a class that a library has."""
    while True:
        description = random_models.model(r)
        if is_class(description, kind):
            return description


def is_class(description: Part, kind: str) -> bool:
    """True if a library has a class, and says of it what it says of its parts.

    msgspec 0.23 ends the process by a union of a tuple and a limited scalar, and reads `int | Annotated[int,
    Meta(gt=5)]` as if the limit were of both.
    """
    parts = [*description.walk()]
    choices = [[each.kind for each in part.parts] for part in parts if part.kind == "union"]
    is_odd = any("tuple" in kinds or len({*kinds}) < len(kinds) for kinds in choices)
    return LEFT_OUT[kind].isdisjoint(part.kind for part in parts) and not (kind == "msgspec" and is_odd)


class Builder:
    """Makes types of descriptions, with classes of one library."""

    def __init__(self, kind: str, r: Random) -> None:
        self.kind, self.r = kind, r
        self.known: dict[int, tuple[Part, Any]] = {}
        self.types: dict[
            type, tuple[Any, dict[str, Any]]
        ] = {}  # of each class, with arguments, and its hints

    def type_of(self, part: Part) -> Any:
        if part.kind == "model":
            if id(part) not in self.known:
                self.known[id(part)] = part, self._class(part)
            return self.known[id(part)][1]
        inner = tuple(map(self.type_of, part.parts))
        match part.kind:
            case "enum":
                return part.options["of"]
            case "literal":
                # msgspec has no True and no member of an enum in a Literal.
                plain = [x for x in part.options["members"] if type(x) in (int, str) or x is None]
                return Literal[tuple(plain or ["a"])]
            case "list":
                return self._limited(list[inner], part.options)
            case "dict":
                return dict[inner]
            case "set":
                return set[inner]
            case "tuple":
                return tuple[inner]
            case "variadic":
                return tuple[*inner, ...]
            case "optional":
                return Optional[inner[0]]  # noqa: UP045
            case "union" | "tagged":
                return Union[inner]  # noqa: UP007
        return self._limited(TYPES[part.kind], part.options)

    def _limited(self, tp: Any, options: dict[str, Any]) -> Any:
        limits = {key: value for key, value in options.items() if key in LIMITS}
        if self.kind == "msgspec":
            pattern = {key: value for key, value in options.items() if key == "pattern"}
            if tp is decimal.Decimal or not (limits or pattern):
                return tp
            return Annotated[tp, msgspec.Meta(**limits, **pattern)]
        metadata = [LIMITS[key](value) for key, value in limits.items()]
        return Annotated[tp, *metadata] if metadata else tp

    def _class(self, description: Part) -> Any:
        fields, options = fields_of(description), description.options
        hints = {name: self.type_of(x.parts[0]) for name, x in fields.items()}
        # A default that its annotation refuses is wrong to mxspec, and nobody's business to msgspec.
        optional = [n for n, x in fields.items() if not x.is_required and x.parts[0].kind == "optional"]
        required = [name for name in fields if name not in optional]
        checked, checks, body = next(iter(hints), None), options["validator"], dict[str, Any]()
        if checks == "after" and checked:
            hook = "__attrs_post_init__" if self.kind == "attrs" else "__post_init__"
            body[hook] = lambda self: random_models.below_five(getattr(self, checked))
        if self.kind != "msgspec" and checked and checks in CONSTRUCTORS:
            body |= CONSTRUCTORS[checks](checked)
        free = next((name for name in required if name == checked), None) if is_generic(options) else None
        by_base = options["extra"] == "ignore"
        if free is None:
            cls = tp = self._made([], hints, required, optional, body, description)
        elif by_base:
            base = self._made([Generic[T]], {free: T}, [free], [], {}, description, is_inner=True)
            rest = [name for name in required if name != free]
            cls = tp = self._made([base[hints[free]]], hints, rest, optional, body, description)
        else:
            cls = self._made([Generic[T]], hints | {free: T}, required, optional, body, description)
            tp = cls[hints[free]]
        self.types[cls] = tp, {name: hints[name] for name in [*required, *optional]}
        return tp

    def _made(
        self,
        bases: list[Any],
        hints: dict[str, Any],
        required: list[str],
        optional: list[str],
        body: dict[str, Any],
        description: Part,
        *,
        is_inner: bool = False,
    ) -> Any:
        """Return a class of the library with some bases, annotations and other members."""
        members = {"__module__": __name__, "__annotations__": {n: hints[n] for n in [*required, *optional]}}
        members |= body | self._fields_of_attrs(description, required, optional)
        config: dict[str, Any] = {}
        if self.kind == "msgspec":
            is_base = all(typing.get_origin(base) is Generic for base in bases)
            bases, config = [msgspec.Struct] * is_base + bases, _struct_config(description, is_inner)
        made = types.new_class("Random", tuple(bases), config, lambda space: space.update(members))
        if self.kind == "attrs":
            return attrs.define(made, slots=False)
        return dataclasses.dataclass(made) if self.kind == "dataclass" else made

    def _fields_of_attrs(self, description: Part, required: list[str], optional: list[str]) -> dict[str, Any]:
        """Return the fields of attrs; of other libraries, the defaults."""
        if self.kind != "attrs":
            return dict.fromkeys(optional)
        fields, checks = fields_of(description), description.options["validator"]
        each: dict[str, dict[str, Any]] = {name: {} for name in required}
        each |= {name: {"default": None} for name in optional}
        checked = next(iter(fields), None)
        if checked in each and checks == "field":
            each[checked]["validator"] = self._validator(fields[checked].parts[0])
        if checked in each and checks == "computed":
            each[checked]["converter"] = random_models.touched
        return {name: attrs.field(**arguments) for name, arguments in each.items()}

    def _validator(self, description: Part) -> Any:
        of_numbers = [attrs.validators.ge(1), attrs.validators.lt(50), attrs.validators.in_([0, 1, 7])]
        of_texts = [
            attrs.validators.min_len(1),
            attrs.validators.matches_re("a+|b"),
            attrs.validators.in_(["a", ""]),
        ]
        several = {"int": of_numbers, "float": of_numbers[:2], "str": of_texts}.get(description.kind)
        return self.r.choice(several or [lambda x, attribute, value: random_models.below_five(value)])


def _struct_config(description: Part, is_inner: bool) -> dict[str, Any]:
    """Return the options of a struct; a base has no tag, which the struct has."""
    options = description.options
    tags = [x.parts[0].options["members"][0] for x in description.parts if "tells" in x.options]
    config = {"rename": "upper"} if options["populate_by_name"] else {}
    config |= {"forbid_unknown_fields": options["extra"] == "forbid", "kw_only": True}
    config |= {"array_like": options["extra"] == "allow", "omit_defaults": options["str_strip_whitespace"]}
    if not is_inner and (tags or options["strict"]):
        config |= {"tag": tags[0], "tag_field": "kind"} if tags else {"tag": True}
    return config


def is_generic(options: dict[str, Any]) -> bool:
    return bool(options["dataclass"] or options["extra"] == "ignore")


def own_init(checked: str) -> dict[str, Any]:
    """An `__init__` that refuses some values of a field, and takes all arguments of the library's."""

    def __init__(self: Any, **arguments: Any) -> None:
        random_models.below_five(arguments.get(checked))
        for name, x in {**dict.fromkeys(defaults_of(type(self))), **arguments}.items():
            setattr(self, name, x)

    return {"__init__": __init__}


def defaults_of(cls: Any) -> list[str]:
    if dataclasses.is_dataclass(cls):
        return [f.name for f in dataclasses.fields(cls) if f.default is None]
    return [each.name for each in attrs.fields(cls) if each.default is None]


def own_new(checked: str) -> dict[str, Any]:
    def __new__(cls: Any, *arguments: Any, **by_name: Any) -> Any:
        random_models.not_odd(by_name.get(checked))
        return object.__new__(cls)

    return {"__new__": __new__, "__reduce_ex__": lambda self, _: (copy_of, (type(self), dict(vars(self))))}


def copy_of(cls: Any, entries: dict[str, Any]) -> Any:
    made = object.__new__(cls)
    vars(made).update(entries)
    return made


CONSTRUCTORS = {"init": own_init, "wrap": own_new}


def fields_of(description: Part) -> dict[str, Part]:
    """Return the fields of a model by their names, without the one that tells it from others."""
    return {x.options["name"]: x for x in description.parts if "tells" not in x.options}


# --- instances ----------------------------------------------------------------------------------------------


class Cases:
    """A random class of a library, and what is asked about it.

    Attributes:
        cls: the class, or None if its library or mxspec refuses it.
    """

    def __init__(self, kind: str, name: str, tally: Tally) -> None:
        self.r, self.kind, self.name, self.tally = Random(f"{kind}/{name}"), kind, name, tally
        self.builder = Builder(kind, self.r)
        self.description = draw_class(self.r, kind)
        self.cls: Any = None
        try:
            self.cls = self.builder.type_of(self.description)
            if kind == "msgspec":
                msgspec.json.Decoder(self.cls)
            self.spec = s.from_type(self.cls)
        except Exception as error:  # a union of two lists in msgspec, a limit on a type that has none
            tally[f"{kind} has no {'spec' if isinstance(error, s.SpecError) else 'class'}"] += 1
            self.cls = None
        else:
            tally[kind] += 1

    def held(self, part: Part) -> Any:
        """Return a value that most probably fits."""
        r, kind, parts = self.r, part.kind, part.parts
        if kind != "any" and r.chance(0.03):
            wrong = copy.copy(r.choice(WRONG))
            # A datetime is a date to Python, and msgspec writes it as one.
            return None if type(wrong) is datetime.datetime and self.kind == "msgspec" else wrong
        match kind:
            case "date":
                return datetime.date(2020, 1, 2)
            case "list" | "set" | "variadic" | "dict":
                make = {"list": list, "set": set, "variadic": tuple, "dict": dict}[kind]
                rows = ([self.held(inner) for inner in parts] for _ in range(r.choice((0, 1, 2))))
                return make(rows if kind == "dict" else (x for [x] in rows))
            case "tuple":
                return tuple(map(self.held, parts))
            case "optional":
                return None if r.chance(0.3) else self.held(parts[0])
            case "union" | "tagged":
                return self.held(r.choice(parts))
            case "model":
                return self.instance(part)
        scalars = [self._scalar(part) for _ in range(4)]
        fitting = [x for x in scalars if kind == "any" or isinstance(x, TYPES.get(kind, object))]
        return fitting[0] if fitting else self._scalar(part)

    def _scalar(self, part: Part) -> Any:
        value = random_models.value(self.r, part)
        is_odd = (isinstance(value, int) and abs(value) >= 2**63) or (
            isinstance(value, (float, decimal.Decimal)) and not (math.isfinite(value) and abs(value) < 2**63)
        )
        is_odd = is_odd or (isinstance(value, float) and value.is_integer()) or "\ud800" in str(value)
        is_odd = is_odd or (part.kind == "str" and isinstance(value, enum.Enum))  # msgspec writes its value
        return 0 if is_odd or part.kind == "any" else value

    def instance(self, description: Part) -> Any:
        """Return an instance, made with values that its hook takes, which are changed then.

        Raises:
            Exception: the class takes no values that were drawn.
        """
        cls, fields = self.builder.type_of(description), fields_of(description)
        for tries in range(6):
            try:
                values = {name: self.held(x.parts[0]) for name, x in fields.items()}
                made = cls(**values)
            except Exception:
                if tries == 5:
                    raise
                continue
            break
        if self.r.chance(0.3) and values:
            name = self.r.choice([*values])
            other = self.held(fields[name].parts[0])
            if self.kind == "msgspec":
                setattr(made, name, other)
            else:  # past the validators
                vars(made)[name] = other
        return made

    # --- what is asked ----------------------------------------------------------------------------------

    def ask(self, values: int, *, is_sampled: bool) -> None:
        instances = []
        for _ in range(values):
            try:
                instances.append(self.instance(self.description))
            except Exception:  # no values that the class takes, or an unhashable member of a set
                self.tally["no instance"] += 1
        if is_sampled:
            try:
                drawn = s.sample(self.spec, 3, seed=1)
            except s.GeneratorError:
                self.tally["no generator"] += 1
            else:
                self.tally["sampled"] += 1
                instances += drawn
                for x in drawn:
                    if not s.valid(self.spec, x) or (self.kind != "msgspec" and self.verdict(x) is False):
                        self.tally.count_wrong("wrong example", self.kind, self.name, self.description, x)
        for x in instances:
            self.ask_about(x)

    def ask_about(self, x: Any) -> None:
        valid = s.valid(self.spec, x)
        verdict = self.verdict(x)
        self.tally[{True: "accepted", False: "refused", None: "not judged"}[verdict]] += 1
        facts = self.kind, self.name, self.description, x
        if verdict is not None and valid is not verdict:
            self.tally.count_wrong("wrong valid" if valid else "wrong refused", *facts)
        if valid is not (s.explain_data(self.spec, x) is None):
            self.tally.count_wrong("explained otherwise", *facts)
        if valid:
            try:
                written = json.loads(json.dumps(s.encode(self.spec, x)))
            except s.EncodeError:  # it says that x does not come back
                self.tally["no JSON"] += 1
                return
            self.tally["written"] += 1
            if not s.valid(self.spec, s.decode(self.spec, written)):
                self.tally.count_wrong("wrong JSON", *facts)
            elif self.kind == "msgspec":
                self.ask_about_json(written, x)

    def ask_about_json(self, written: Any, x: Any) -> None:
        """Ask msgspec about JSON, and about JSON that differs from it in one place."""
        for sent in (written, *(self.changed(written) for _ in range(4))):
            if INFINITE.search(repr(x)):
                continue
            try:
                read = msgspec.json.decode(json.dumps(sent), type=self.cls)
            except (msgspec.ValidationError, ValueError):
                read = None
            except (RecursionError, MemoryError):  # msgspec raises either for some classes
                continue
            decoded = s.decode(self.spec, sent)
            valid = s.valid(self.spec, decoded)
            self.tally["JSON read" if read is not None else "JSON refused"] += 1
            if valid and (read is None or not is_same(read, decoded)):
                self.tally.count_wrong("wrong decoded", self.kind, self.name, self.description, sent, decoded)
            elif read is not None and not valid:
                self.tally.count_wrong(
                    "wrong undecoded", self.kind, self.name, self.description, sent, decoded
                )

    def changed(self, x: Any) -> Any:
        if isinstance(x, dict) and x and not self.r.chance(0.2):
            key = self.r.choice([*x])
            if self.r.chance(0.2):
                return {name: part for name, part in x.items() if name != key}
            return {**x, key: self.changed(x[key])}
        if isinstance(x, list) and self.r.chance(0.2):
            return [*x, self.r.choice(JSON)] if self.r.chance(0.5) else x[:-1]
        if isinstance(x, list) and x and not self.r.chance(0.2):
            i = self.r.randrange(len(x))
            return [*x[:i], self.changed(x[i]), *x[i + 1 :]]
        return self.r.choice(JSON)

    def verdict(self, x: Any) -> bool | None:
        """Return what the owner says of an instance; None if it can't say."""
        if self.kind == "msgspec":
            return _by_msgspec(x, self.builder.types[type(x)][0])
        return self._by_judges(x)

    def _by_judges(self, x: Any) -> bool | None:
        """Return what pydantic and typeguard say of the fields, and the class of itself."""
        said: list[bool | None] = []
        for name, tp in self.builder.types[type(x)][1].items():
            said.append(self._of_type(tp, getattr(x, name)))
        if False not in said:
            said.append(accepts_again(x))
        return False if False in said else None if None in said else True

    def _of_type(self, tp: Any, x: Any) -> bool | None:
        nested = nested_instances(x)
        inside = [self._by_judges(each) for each in nested]
        if False in inside:
            return None if "Any" in repr(tp) else False
        bare = bare_type(tp)
        by_typeguard, by_pydantic = typeguard_accepts(bare, x), pydantic_accepts(bare, x)
        if by_typeguard != by_pydantic:
            return None
        said = by_pydantic and (bare is tp or pydantic_accepts(tp, x))
        return None if said and None in inside else said


def nested_instances(x: Any) -> list[Any]:
    if dataclasses.is_dataclass(x) or attrs.has(type(x)):
        return [x]
    parts = [*x, *x.values()] if isinstance(x, dict) else x if isinstance(x, (list, tuple, set)) else ()
    return [each for part in parts for each in nested_instances(part)]


def accepts_again(x: Any) -> bool:
    hooks = [getattr(type(x), name, None) for name in ("__post_init__", "__attrs_post_init__")]
    try:
        if attrs.has(type(x)):
            attrs.validate(x)
        for hook in hooks:
            if hook is not None:
                hook(copy.copy(x))
    except Exception:
        return False
    return True


def bare_type(tp: Any) -> Any:
    """Return a type without metadata, at any depth."""
    if hasattr(tp, "__metadata__"):
        return bare_type(tp.__origin__)
    args = getattr(tp, "__args__", None)
    if args is None or getattr(tp, "__origin__", None) is Literal:
        return tp
    return (
        tp.copy_with(tuple(map(bare_type, args)))
        if hasattr(tp, "copy_with")
        else tp.__origin__[tuple(map(bare_type, args))]
    )


@functools.lru_cache(maxsize=64)
def adapter_of(tp: Any) -> Any:
    """Return pydantic's reader of a type; it is told to look at the class of an instance alone."""
    return pydantic.TypeAdapter(instances_alone(tp))


def instances_alone(tp: Any) -> Any:
    cls = getattr(tp, "__origin__", tp)
    if isinstance(cls, type) and (dataclasses.is_dataclass(cls) or attrs.has(cls)):
        return pydantic.InstanceOf[cls]
    if hasattr(tp, "__metadata__"):
        return Annotated[instances_alone(tp.__origin__), *tp.__metadata__]
    args = getattr(tp, "__args__", None)
    if args is None or getattr(tp, "__origin__", None) is Literal:
        return tp
    inner = tuple(map(instances_alone, args))
    return tp.copy_with(inner) if hasattr(tp, "copy_with") else tp.__origin__[inner]


def pydantic_accepts(tp: Any, x: Any) -> bool:
    try:
        adapter_of(tp).validate_python(x, strict=True)
    except pydantic.ValidationError:
        return False
    return True


def typeguard_accepts(tp: Any, x: Any) -> bool:
    try:
        typeguard.check_type(x, tp, collection_check_strategy=typeguard.CollectionCheckStrategy.ALL_ITEMS)
    except typeguard.TypeCheckError:
        return False
    return True


INFINITE = re.compile(r"-?\b(inf|nan)\b")
"""Numbers that JSON has not: msgspec writes null for them, mxspec the text "Infinity" or "NaN"."""


def _by_msgspec(x: Any, tp: Any) -> bool | None:
    """True if msgspec reads an instance out of what it writes for it; None if JSON has no such number."""
    if INFINITE.search(repr(x)):
        return None
    try:
        return is_same(msgspec.json.decode(msgspec.json.encode(x), type=tp), x)
    except Exception:
        return False


def is_same(a: Any, b: Any) -> bool:
    """True if two values are equal, and of one type in each part; an int may stand for a float."""
    if type(a) is not type(b):
        return {type(a), type(b)} == {int, float} and a == b
    if isinstance(a, msgspec.Struct):
        return all(is_same(getattr(a, name), getattr(b, name)) for name in a.__struct_fields__)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(is_same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(is_same(a[key], b[key]) for key in a)
    return bool(a == b)


def ask_about_classes(seed: int, classes: int, *, values: int = 12, share: float = 0.1) -> Tally:
    """Ask mxspec and their owners about random classes of each library, and instances of them.

    Args:
        seed, classes: each class is drawn from the seed and its number.
        values: the number of instances of a class.
        share: the share of classes with examples.
    """
    tally = Tally()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind in KINDS:
            for i in range(classes):
                cases = Cases(kind, f"{seed}/{i}", tally)
                if cases.cls is not None:
                    cases.ask(values, is_sampled=cases.r.chance(share))
    return tally


if __name__ == "__main__":
    tally = ask_about_classes(int(sys.argv[1]), amount(int(sys.argv[2]), 20))
    for wrong in tally.wrong:
        print(*wrong, sep="\n    ")
    print(dict(tally))
