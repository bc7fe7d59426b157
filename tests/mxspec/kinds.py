"""One spec of each kind, kinds of users, and the doors by which a spec answers.

    $ python -m tests.mxspec.kinds

A door is a function of a `Case` that returns "right" or "refused", or fails. The interpreter's verdict is the
truth: conform defines the meaning of a spec.
"""

import collections
import contextlib
import dataclasses
import datetime
import decimal
import importlib
import itertools
import json
import pkgutil
import typing
from collections import deque

import annotated_types
import attrs
import jsonschema
import numpy as np
import polars as pl
import pydantic

import mxspec as s
from mxspec.base import names
from mxspec.base.values import identity_key
from mxspec.changes.proof import Version, is_covered
from mxspec.changes.sameness import Sameness
from mxspec.changes.wire import wire
from mxspec.near.misses import near_values
from mxspec.near.survey import BorderedSpec
from mxspec.specs.compiled import CompiledSpec, valid_each
from mxspec.specs.core.digests import spec_digest
from mxspec.specs.core.parts import NEEDED
from mxspec.specs.core.question import ask_spec
from mxspec.specs.core.rewriting import walk_held, with_parts
from mxspec.specs.core.spec import Reference, Spec, as_part, specize, walk
from mxspec.specs.wrappers import Wrapper
from tests.amounts import amount

RIGHT, REFUSED = "right", "refused"


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Pet(pydantic.BaseModel):
    name: str


class Dog(pydantic.BaseModel):
    kind: typing.Literal["dog"]


class Cat(pydantic.BaseModel):
    kind: typing.Literal["cat"]


@attrs.define
class Tag:
    kind: str = attrs.field(validator=attrs.validators.in_(["a", "b"]))
    size: typing.Any = attrs.field(validator=attrs.validators.instance_of(int))


def modules():
    """The modules of mxspec."""
    return [importlib.import_module(m.name) for m in pkgutil.walk_packages(s.__path__, "mxspec.")]


def kinds(base=Spec):
    """The kinds of mxspec."""
    modules()
    waiting, seen = [base], {}
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind not in seen and kind.__module__.startswith("mxspec."):
                seen[kind] = waiting.append(kind)
    return [*seen]


def visitors():
    """The functions that dispatch on the kind of a spec, by their names."""
    found = (x for module in modules() for x in vars(module).values())
    return {x.__name__ for x in found if hasattr(x, "registry") and hasattr(x, "dispatch")}


s.def_("kinds/n", int)
s.def_("kinds/tree", s.keys(opt_un={"n": int, "next": "kinds/tree"}))

SPECS = [
    *(int, s.is_even, {"a", 1}, "kinds/n", s.and_(int, s.is_even), s.or_(n=int, t=str), s.nilable(int)),
    *(s.conformer(int, str), s.nonconforming(s.or_(n=int, t=str)), s.with_message(int, "a number, please")),
    *(s.int_in(0, 5), s.float_in(0, 2), s.str_in(1, 3), s.range_of(s.is_number, 0, 2)),
    *(s.less("a", "c"), s.less("a", "n", or_equal=True)),
    s.inst_in(datetime.datetime(2020, 1, 1), datetime.datetime(2021, 1, 1)),
    *(s.keys(req=["kinds/n"]), s.keys(req_un={"a": int}, closed=True), s.keys(req_un=["kinds/n"])),
    s.keys(req=[s.or_keys("kinds/n", "kinds/tree")]),
    s.merge(s.keys(req_un={"a": int}), s.keys(opt_un={"b": str})),
    s.multi_spec("kind", {"a": s.keys(req_un={"a": int}), "b": s.keys()}),
    *(s.tuple_(int, str), s.every(int), s.coll_of(int), s.coll_of(int, kind=s.is_tuple, min_count=1)),
    *(s.every_kv(str, int), s.map_of(str, int), s.coll_of(s.or_(n=int, t=str), max_count=3)),
    *(s.cat(a=int, b=str), s.alt(n=int, t=str), s.star(int), s.plus(int), s.maybe(int)),
    *(s.amp(s.star(int), lambda xs: len(xs) < 3), s.keys_star(req_un=["kinds/n"])),
    *(s.with_message(s.cat(a=int), "one number"), s.spec(s.star(int))),
    *(s.array((None,), "float32"), s.model_spec(s.int_in(0, 3), len, lambda n: "x" * n)),
    s.from_examples([[float(i), float(i * i % 7)] for i in range(700)]),
    *(s.fspec(args=s.cat(x=int), ret=int), s.frame(s.keys(req_un={"a": int}))),
    s.infer([{"a": i, "b": "xy"[i % 2]} for i in range(900)]),
    *map(
        s.from_type,
        [
            *(list[int], tuple[int, str], dict[str, int], set[int], int | str, typing.Iterable[int], float),
            *(typing.Literal["a", 1], typing.Callable[[int], int], Point, Pet, deque[int]),
            *(typing.TypedDict("Keys", {"a": int}), typing.Annotated[int, annotated_types.Ge(2)]),
            typing.Annotated[str, pydantic.Field(pattern="^a")],
            typing.Annotated[str, annotated_types.Len(1, 3)],
            typing.Any,
        ],
    ),
    s.from_type(typing.Annotated[decimal.Decimal, pydantic.Field(max_digits=2)]),
    *map(
        s.from_type,
        [Tag, pydantic.HttpUrl, typing.Annotated[Dog | Cat, pydantic.Field(discriminator="kind")]],
    ),
    s.record_of(Point, {"x": int}),
    s.from_json_schema(
        {
            "type": ["object", "array", "integer"],
            "properties": {"a": {"minimum": 1}, "b": True, "no": False},
            "patternProperties": {"^x": {"oneOf": [{"minimum": 1}, {"maximum": 3}]}},
            "additionalProperties": {"not": {"type": "integer"}},
            "minProperties": 1,
            "contains": {"type": "number"},
            "uniqueItems": True,
        }
    ),
    s.from_json_schema({"properties": {"next": {"$ref": "#"}}}),
    Wrapper(as_part(s.coll_of(int))),
]

OTHERS = [*map(specize, SPECS)]

BY_OTHERS = (
    *("Accept", "AskKind", "Either", "HintSpec", "RequiredKey", "RequiredKeys"),
    *("LateReference", "NamedType", "RewrittenReference", "SchemaReference"),
)
"""Kinds that stand in no spec by themselves: the rest of a regex, keys, what stands for a kind of a user, a
hint that a function reads late, a reference in a rewritten spec. The kinds of mxspec.changes are made while
two specs are compared."""


def one_of_each_kind():
    """The first spec of each kind within SPECS, by its kind."""
    specs, seen = {}, {}

    def look_into(x):
        if id(x) in seen:
            return
        seen[id(x)] = x
        if isinstance(x, Spec):
            specs.setdefault(type(x), x)
        if isinstance(x, (tuple, list)):
            deque(map(look_into, x))
        elif isinstance(x, dict):
            look_into([*x.values()])
        elif dataclasses.is_dataclass(x) and not isinstance(x, type) and type(x).__module__[:7] == "mxspec.":
            look_into([getattr(x, f.name, None) for f in dataclasses.fields(x)])

    look_into(OTHERS)
    look_into([part for spec in OTHERS for part in walk(spec)])
    look_into(Reference("kinds/n"))
    specs |= {type(spec): spec for spec in reversed(OTHERS)}
    return {kind: spec for kind, spec in specs.items() if kind.__name__ not in BY_OTHERS}


VALUES = [
    *(None, True, 0, 1, 2, 3, 7, -1, 0.5, 2.0, float("nan"), "", "a", "b", "abc", "12", "2020-05-05", b"a"),
    *([], [1], [2, 1], [1, "a"], ["a"], [1, 2, 3, 4], [[1, 2]], (), (1,), (1, "a"), ("n", 1), {1}, {1, "a"}),
    *({}, {"a": 1}, {"a": "x"}, {"a": 1, "b": "x"}, {"a": 1, "c": 2}, {"kinds/n": 1}, {"kinds/n": "x"}),
    *({"kind": "a", "a": 1}, {"kind": "b"}, {"kind": "c"}, {"x": 1}, {"n": 1}, {"name": "Suki"}, {"name": 3}),
    *(Point(1), Point("a"), Pet(name="Suki"), len, abs, lambda x: x, datetime.datetime(2020, 5, 5)),
    *(deque([1]), np.zeros(2, "float32"), np.zeros(2), "xx", "xxxxx", ["n", 1], ["n", "x"], Cat(kind="cat")),
]  # fmt: skip


class Case:
    """A spec with values of which the truth is known.

    Attributes:
        written: the spec as a user holds it.
        values: values, drawn from it and others.
        truth: the verdict on each, by the interpreter.
    """

    def __init__(self, written, drawn=()):
        self.written = written
        self.spec = specize(written)
        self.values = [*VALUES, *drawn]
        self.truth = [self.accepts(x) for x in self.values]

    def conform(self, x):
        return ask_spec(lambda question: self.spec.conform(x, question), self.spec)

    def accepts(self, x):
        return self.conform(x) is not s.INVALID

    @property
    def accepted(self):
        return [x for x, fits in zip(self.values, self.truth, strict=True) if fits]

    def check(self, valid, what):
        """Fail unless a function gives the true verdict on each value."""
        wrong = [x for x, fits in zip(self.values, self.truth, strict=True) if bool(valid(x)) is not fits]
        assert not wrong, (what, self.written, wrong[:3])
        return RIGHT


def draw(spec, n=6):
    """Values drawn from a spec, or none."""
    try:
        return s.sample(spec, n, seed=1)
    except s.GeneratorError:
        return []


# --- kinds of users ---------------------------------------------------------------------------------------


def key_or_none(x):
    """The type and the key of a value, None where it has no key."""
    try:
        return type(x), identity_key(x)
    except TypeError:
        return None


def child_of(spec, refused):
    """A spec of a subclass of a spec's kind, which refuses some values that the kind accepts."""
    kind = type(spec)
    keys = {key_or_none(each) for each in refused} - {None}

    def conform(self, x, question):
        if any(x is each for each in refused) or key_or_none(x) in keys:
            return s.INVALID
        return kind.conform(self, x, question)

    child = type(f"Child{kind.__name__}", (kind,), {"conform": conform, "__module__": __name__})
    one = object.__new__(child)
    vars(one).update({f.name: getattr(spec, f.name) for f in dataclasses.fields(spec)})
    vars(one).update(name=None)
    return one


# --- doors ------------------------------------------------------------------------------------------------


def compiled(case):
    return case.check(CompiledSpec(case.spec, names.current).valid, "compiled")


def compiled_conform(case):
    conform = CompiledSpec(case.spec, names.current).conform
    for x, fits in zip(case.values, case.truth, strict=True):
        assert (conform(x) is not s.INVALID) is fits, (case.written, x)
        # A deque of unchanged elements stays one in compiled code, and is a tuple to the interpreter.
        assert type(x) is deque or repr(conform(x)) == repr(case.conform(x)), (case.written, x)
    return RIGHT


def asked(case):
    case.check(lambda x: s.valid(case.written, x), "valid")
    return case.check(lambda x: s.conform(case.written, x) is not s.INVALID, "conform")


def inside(case):
    """The spec as a part of others."""
    one = case.written
    around = [
        (s.tuple_(one), lambda x: [x]),
        (s.nilable(s.spec(one)), lambda x: x),
        (s.and_(s.is_any, one), lambda x: x),
        (s.or_(a=one), lambda x: x),
        (s.keys(req_un={"a": one}), lambda x: {"a": x}),
        (s.coll_of(s.spec(one)), lambda x: [x] * 40),
        (s.with_message(one, "no"), lambda x: x),
    ]
    for whole, put in around:
        for _ in range(2):  # the second question compiles
            for x, fits in zip(case.values, case.truth, strict=True):
                is_null = x is None and repr(whole).startswith("nilable")
                assert s.valid(whole, put(x)) is (fits or is_null), (whole, x)
    return RIGHT


def batches(case):
    for some in (case.values, case.values * 3):
        truth = [fits for _, fits in zip(some, case.truth * 3, strict=False)]
        assert valid_each(case.spec, some) == truth, case.written
    return RIGHT


def explained(case):
    case.check(lambda x: s.explain_data(case.written, x) is None, "explain")
    return case.check(lambda x: "Success" in s.explain_str(case.written, x), "explain_str")


def form(case):
    again = s.from_form(s.form(case.written))
    return case.check(lambda x: s.valid(again, x), "form")


def source(case):
    text = s.source(case.written)
    scope = {}
    exec(text, scope)
    return case.check(lambda x: s.valid(scope["spec"], x), "source")


def schema(case):
    """What the schema refuses, decode refuses: a schema may allow more, since it has no words for all."""
    check = jsonschema.Draft202012Validator(s.json_schema(case.written)).is_valid
    for x in case.accepted:
        with contextlib.suppress(s.EncodeError, TypeError, ValueError):
            sent = s.encode(case.written, x)
            text = json.dumps(sent, allow_nan=False)
            assert check(json.loads(text)), (case.written, x, sent)
    return RIGHT


def decoded(case):
    """A valid value is read as itself."""
    for x in case.accepted:
        read = s.decode(case.written, x)
        assert case.accepts(read), (case.written, x, read)
        is_same = read is x or (type(read) is type(x) and identity_key(read) == identity_key(x))
        assert is_same, (case.written, x, read)
    return RIGHT


def encoded(case):
    results = set()
    for x in case.accepted:
        try:
            sent = s.encode(case.written, x)
        except s.EncodeError:
            results.add(REFUSED)
        else:
            again = s.decode(case.written, json.loads(json.dumps(sent)))
            assert case.accepts(again), (case.written, x)
            results.add(RIGHT)
    return REFUSED if results == {REFUSED} else RIGHT


def proof(case):
    """What is proved of two specs holds for the values."""
    for other in [*OTHERS, case.parent]:
        table = names.current
        if is_covered(Version(case.spec, table), Version(other, table)):
            assert all(s.valid(other, x) for x in case.accepted), (case.written, other)
        if is_covered(Version(other, table), Version(case.spec, table)):
            wrong = [
                x for x, fits in zip(case.values, case.truth, strict=True) if s.valid(other, x) and not fits
            ]
            assert not wrong, (other, case.written, wrong)
    return RIGHT


def sameness(case):
    """Specs that are called the same, also in two tables, give the same answers."""
    tables = names.current, names.Names(dict(names.current.entries))
    for other in [*OTHERS, case.parent]:
        for pair in ((tables[0], tables[0]), tables):
            if Sameness(*pair, {}).is_same(case.spec, other):
                case.check(lambda x, other=other: s.valid(other, x), "sameness")
    return RIGHT


def framed(case):
    """A frame with a value in its only cell."""
    frame_of = s.frame(s.keys(req_un={"x": s.spec(case.written)}))
    for x, fits in zip(case.values, case.truth, strict=True):
        # A column of floats stands for ints too, and for missing values.
        if type(x) in (int, str, bool) or (type(x) is float and x == 0.5):
            assert s.valid(frame_of, pl.DataFrame({"x": [x]})) is fits, (case.written, x)
    return RIGHT


def drawn(case):
    assert all(map(case.accepts, s.sample(case.written, 10, seed=2))), case.written
    return RIGHT


def held(case):
    """A spec, and each spec in it, gives the same answers when it is made of what it holds."""
    for part in walk_held(case.spec):
        specs = part.held_specs()
        assert with_parts(part, specs) is part, part
        assert not specs or [*map(id, part.made_of(specs).held_specs())] in (
            [*map(id, specs)],
            [*map(id, specs[0].held_specs())],
        ), part
    specs = case.spec.held_specs()
    again = case.spec.made_of(specs) if specs else case.spec
    assert not case.spec.gen_fn or again is case.spec or not again.gen_fn
    for x in case.values:
        conformed = ask_spec(lambda question, x=x: again.conform(x, question), again)
        assert repr(conformed) == repr(case.conform(x)), (case.written, x)
    return case.check(lambda x: s.valid(again, x), "held")


def sent(case):
    """Whatever is sent for a spec is read as a valid value."""
    whole = wire(case.written)
    for x in case.values:
        if s.valid(whole, x):
            assert case.accepts(s.decode(case.written, x)), (case.written, x)
    return RIGHT


def digest(case):
    assert spec_digest(case.spec) == spec_digest(case.spec)
    assert case.parent is case.spec or spec_digest(case.spec) != spec_digest(case.parent)
    return RIGHT


def annotation(case):
    read = pydantic.TypeAdapter(typing.Annotated[object, s.Valid[case.written]])

    for x, fits in zip(case.values, case.truth, strict=True):
        try:
            value = read.validate_python(x)
        except pydantic.ValidationError:
            assert not fits, (case.written, x)
        else:
            assert fits or case.accepts(s.decode(case.written, value)), (case.written, x, value)
    return RIGHT


def near(case):
    """A piece of a value fits its part and can be put back; a near miss is on the side that it says."""
    for x, part in itertools.product(case.accepted, case.spec.places(names.current.find)):
        is_sure = part.lens.is_told and part.role == NEEDED and not case.spec.is_regex
        for steps, piece in part.pieces(x):
            assert s.valid(part.spec, piece) or not is_sure, (case.written, part, x)
            assert case.accepts(part.put(x, steps, piece)), (case.written, x, steps)
    judge = BorderedSpec.of(case.written).spec  # of the arguments of a function, of the dicts of a model
    for miss in near_values(case.written, 30):
        assert s.valid(judge, miss.value) is (miss.side == "right"), (case.written, miss)
    return RIGHT


def guarded(case):
    """A spec differs from itself at no border."""
    report = s.check_guard(case.written, case.written, 30)
    assert (report.missed, report.stricter) == ((), ()), report
    assert bool(report) is (report.untried == ()), report
    return RIGHT


DOORS = {
    f.__name__: f
    for f in (
        *(asked, compiled, compiled_conform, inside, batches, explained, form, source, schema),
        *(decoded, encoded, held, sent),
        *(proof, sameness, framed, drawn, digest, annotation, near, guarded),
    )
}
"""The doors by their names."""

OF_WHOLE = ("form", "source")
"""The doors of what a user holds: an annotation has them for the kinds that stand behind it."""

DOORS_OF_VISITORS = {
    "annotation_parts": annotation,
    "written_spec": asked,
    "verdict_by_kind": framed,
    "schema_of": schema,
    "is_implied": proof,
    "inner_spec": proof,
    "make_reader": decoded,
    "kinds_of_edges": near,
    "rules_of": guarded,
    "mutants_of": guarded,
    "set_of": proof,
    "_sent_spec": sent,
    "content_text": digest,
}
"""The door that asks each function that dispatches on kinds."""


def cells(spec, drawn, doors, parent=None):
    """The answers of a spec by some doors: right or refused, by the names of the doors."""
    try:
        case = Case(spec, drawn)
    except s.SpecDefinitionError as error:
        return dict.fromkeys(doors, REFUSED if type(spec).__name__ in str(error) else error)
    case.parent = case.spec if parent is None else parent
    answers = {}
    for name in doors:
        try:
            answers[name] = DOORS[name](case)
        except s.SpecError:
            answers[name] = REFUSED
    return answers


def cells_of_kind(spec):
    """The answers of a spec, and of a subclass of its kind that refuses every second of its values."""
    drawn = draw(spec)
    case = Case(spec, drawn)
    child = child_of(spec, case.accepted[::2])
    is_whole = any(spec is each for each in OTHERS)
    doors = [name for name in DOORS if is_whole or name not in OF_WHOLE]
    return cells(spec, drawn, doors), cells(child, drawn, [*DOORS], parent=spec)


def main():
    """Print how many cells of kinds and doors are right, and how many are refused."""
    own, users = collections.Counter(), collections.Counter()
    for spec in [*one_of_each_kind().values()][:: amount(1, 8)]:
        for counter, answers in zip((own, users), cells_of_kind(spec), strict=True):
            counter.update(answers.values())
    print(f"kinds of mxspec: {dict(own)}; subclasses of users: {dict(users)}; {len(DOORS)} doors")


if __name__ == "__main__":
    main()
