"""What is sent for a spec: the classes in it make instances of it, and conditions see those."""

import collections
import dataclasses
import datetime
import enum
import random
import typing
from typing import Literal

import attrs
import msgspec
import pydantic
import pytest

import mxspec as s
from mxspec.base import names
from mxspec.changes.proof import Version, is_covered
from mxspec.changes.versions import compare_files
from mxspec.changes.wire import SentFields, wire
from mxspec.errors import LimitError
from mxspec.specs.core.spec import walk
from tests.row_ids import row_id
from tests.suites import rows_by_suite


@pytest.fixture(autouse=True)
def no_names_of_other_tests():
    with names.look_up_in(names.Names({})):
        yield


@dataclasses.dataclass
class User:
    name: str
    age: int = 0


@dataclasses.dataclass
class Named:
    name: str


class Model(pydantic.BaseModel):
    name: str


def is_named(x):
    return bool(x.name)


def are_named(xs):
    return all(x.name for x in xs)


# --- records of two files ---------------------------------------------------------------------------------

RECORD = """
import dataclasses
import mxspec as s
@dataclasses.dataclass
class U:
    a: int
    b: int = 0
s.def_('u/u', {})
"""


@pytest.mark.parametrize(
    ("old", "new", "there", "back"),
    [
        (
            "s.record_of(U, {'a': s.int_in(0, 5)})",
            "s.record_of(U, {'a': s.int_in(0, 9)})",
            "proved",
            "broken",
        ),
        ("s.record_of(U, {'a': int, 'b': int})", "s.record_of(U, {'a': int})", "proved", "broken"),
        (
            "s.coll_of(s.record_of(U, {'a': {1, 2}}))",
            "s.coll_of(s.record_of(U, {'a': int}))",
            "proved",
            "broken",
        ),
    ],
)
def test_a_record_of_two_files_is_read_by_its_fields(tmp_path, old, new, there, back):
    for name, text in (("old", old), ("new", new)):
        (tmp_path / f"{name}.py").write_text(RECORD.format(text), encoding="utf-8")
    for pair, verdict in ((("old", "new"), there), (("new", "old"), back)):
        [change] = compare_files(*(tmp_path / f"{name}.py" for name in pair), num_tests=20)
        assert change.answer.verdict == verdict


def test_the_attributes_of_a_record_that_holds_a_class_count():
    @dataclasses.dataclass
    class Pair:
        user: User
        n: int

    few, many = (s.record_of(Pair, {"user": User, "n": s.int_in(0, n)}) for n in (5, 9))
    assert wire(few) is few  # an instance holds instances
    assert s.check_compatible(few, many).verdict == "proved"
    answer = s.check_compatible(many, few)
    assert answer.verdict == "broken"
    assert s.valid(many, answer.witness)
    assert not s.valid(few, answer.witness)


# --- conditions see instances -----------------------------------------------------------------------------

U, PAIR = s.from_type(User), s.or_(u=User, n=int)
CONDITIONS = [
    (s.and_(User, is_named), {"name": "a"}, {"name": ""}),
    (s.and_(is_named, User), {"name": "a"}, {"name": ""}),
    (s.and_(User, s.with_message(is_named, "a name")), {"name": "a"}, {"name": ""}),
    (s.and_(User, s.and_(is_named, is_named)), {"name": "a"}, {"name": ""}),
    (s.and_({"x": User}, lambda x: x["x"].name), {"x": {"name": "a"}}, {"x": {"name": ""}}),
    (s.and_(s.coll_of(User), are_named), [{"name": "a"}], [{"name": ""}]),
    (s.and_(s.coll_of(PAIR), lambda xs: all(x.name for tag, x in xs)), [{"name": "a"}], [{"name": ""}]),
    (s.and_(PAIR, lambda pair: pair[1].name), {"name": "a"}, {"name": ""}),
    (s.and_(s.nilable(Model), is_named), {"name": "a"}, {"name": ""}),
    (s.amp(s.star(User), are_named), [{"name": "a"}], [{"name": ""}]),
    (s.amp(s.plus(User), are_named), [{"name": "a"}], [{"name": ""}]),
]


@pytest.mark.parametrize(("spec", "right", "wrong"), CONDITIONS, ids=lambda x: repr(x)[:40])
def test_a_condition_sees_the_instances_that_decode_makes(spec, right, wrong):
    sent = wire(spec)
    for x, fits in ((right, True), (wrong, False)):
        assert s.valid(spec, s.decode(spec, x)) is fits
        assert s.valid(sent, x) is fits
        assert s.conform(sent, x) is not s.INVALID or not fits
        assert (s.explain_data(sent, x) is None) is fits
    assert s.check_compatible(spec, spec).verdict == "proved"


def test_a_condition_of_a_match_that_no_instance_is_made_for_has_no_answer():
    old, new = s.cat(u=User), s.amp(s.cat(u=User), lambda match: isinstance(match["u"], User))
    assert s.check_compatible(old, new, num_tests=20, seed=0).verdict == "not refuted"
    with pytest.raises(LimitError, match="no instances are made"):
        s.valid(wire(new), [{"name": "a"}])


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (s.tuple_(User, dict), s.tuple_(dict, User)),
        (s.tuple_(s.or_(u=User, d=dict), User), s.tuple_(User, s.or_(u=User, d=dict))),
    ],
)
def test_a_condition_of_other_instances_is_another(old, new):
    def is_first(pair):
        return isinstance(pair[0], User)

    answer = s.check_compatible(s.and_(old, is_first), s.and_(new, is_first), num_tests=20, seed=0)
    assert answer.verdict != "proved"


def test_a_tag_by_a_class_is_no_tag_of_another_class():
    def tag(x):
        return "user" if isinstance(x, User) or "age" not in x else None

    old, new = (s.multi_spec(tag, {"user": cls}, retag=lambda x, tag: x) for cls in (User, Named))
    assert s.check_compatible(new, old, num_tests=20, seed=0).verdict != "proved"


def test_a_map_that_decode_does_not_read_is_not_sent():
    def is_user(x):
        return isinstance(x, User)

    x = collections.OrderedDict(name="a")
    assert not s.valid(wire(User), x)
    for new in (s.and_(User, is_user), s.and_(User, s.with_message(is_user, "a user"))):
        assert s.check_compatible(User, new, num_tests=50, seed=0).verdict == "not refuted"
    assert s.check_compatible(s.coll_of(PAIR), s.and_(s.coll_of(PAIR), is_a_pair), num_tests=50, seed=0)


def is_a_pair(pairs):
    return all(isinstance(x, User if tag == "u" else int) for tag, x in pairs)


# --- other keys -------------------------------------------------------------------------------------------


class Keeping(pydantic.BaseModel, extra="allow"):
    a: int


class KeepingMore(pydantic.BaseModel, extra="allow"):
    a: int
    meta: str | None = pydantic.Field(None, alias="_meta")


class Ignoring(pydantic.BaseModel):
    a: int


class IgnoringMore(pydantic.BaseModel):
    a: int
    meta: str | None = pydantic.Field(None, alias="_meta")


@pytest.mark.parametrize(
    "around", [lambda x: x, s.coll_of, lambda x: {"x": x}], ids=["itself", "list", "map"]
)
def test_a_class_that_keeps_other_keys_was_sent_any_key(around):
    answer = s.check_compatible(around(Keeping), around(KeepingMore), num_tests=30, seed=1)
    assert answer.verdict == "broken"
    assert "'_meta': 0" in repr(answer.witness)
    assert s.valid(around(Keeping), s.decode(around(Keeping), answer.witness))
    assert not s.valid(around(KeepingMore), s.decode(around(KeepingMore), answer.witness))
    assert s.check_compatible(around(Ignoring), around(IgnoringMore)).verdict == "proved"
    assert s.check_compatible(around(Keeping), around(Ignoring)).verdict == "proved"


# --- the law ----------------------------------------------------------------------------------------------

FIELDS = [
    *(int, str, float, bool, int | None, list[int], tuple[int, str], dict[str, int], typing.Literal["a", 1]),
    *(datetime.date, typing.Any, list[User], User | None, dict[str, User], tuple[User, ...]),
    *(typing.Annotated[str, s.Valid[s.str_in(1, 3)]], typing.Annotated[object, s.Valid[PAIR]]),
]
VALUES = [
    *(0, 1, 2.0, "a", "", "abcd", True, None, [], [1], (1,), (1, "a"), {}, {"a": 1}, {"a": "b"}, 0.5),
    *(datetime.date(2020, 1, 1), {"name": "a"}, {"name": 1}, [{"name": "a"}], ({"name": "a"},)),
    *({"k": {"name": "a"}}, User("a"), [User("a")], {"name": "a", "age": 3}),
]


def not_empty(self):
    if any(getattr(self, field) in ("", 0) for field in self.__annotations__):
        raise ValueError("empty")


def draw_class(source):
    """A dataclass, a class of attrs or a NamedTuple of random fields."""
    kind = source.choice(["dataclass", "checked", "attrs", "NamedTuple"])
    rows = [(name, source.choice(FIELDS)) for name in "abc"[: source.randint(1, 3)]]
    defaults = {name: source.choice([None, 0, "a"]) for name, _ in rows[source.randint(0, 3) :]}
    if kind == "attrs":
        fields = {
            n: attrs.field(type=tp, **({"default": defaults[n]} if n in defaults else {})) for n, tp in rows
        }
        return attrs.make_class("Drawn", fields)
    if kind == "NamedTuple":
        cls = typing.NamedTuple("Drawn", rows)
        cls._field_defaults.update(defaults)
        cls.__new__.__defaults__ = (*defaults.values(),)
        return cls
    space = {"__post_init__": not_empty} if kind == "checked" else {}
    return dataclasses.make_dataclass(
        "Drawn", [(n, tp, *([defaults[n]] if n in defaults else [])) for n, tp in rows], namespace=space
    )


def check_law(seed, count):
    source = random.Random(seed)
    cls = draw_class(source)
    around = source.choice([lambda x: x, s.coll_of, s.nilable, lambda x: {"x": x}])
    spec = s.and_(around(cls)) if source.random() < 0.2 else around(cls)
    sent, met = wire(spec), 0
    fields = next(part for part in walk(wire(cls)) if isinstance(part, SentFields))
    fitting = {
        key: [x for x in VALUES if s.valid(part, x)] or VALUES for key, part in fields.key_specs.items()
    }
    for _ in range(count):
        kept = [key for key in fitting if source.random() < 0.8]
        x = {key: source.choice(fitting[key] if source.random() < 0.9 else VALUES) for key in kept}
        x = [x] if around is s.coll_of else {"x": x} if isinstance(spec, dict) else x
        if s.valid(sent, x):
            met += 1
            read = s.decode(spec, x)
            assert s.valid(spec, read), (cls, cls.__annotations__, x, read)
    return met


def test_what_is_sent_for_a_class_makes_an_instance_of_it():
    assert sum(check_law(seed, 60) for seed in range(25)) > 100


@pytest.mark.parametrize("seeds", rows_by_suite(slow=[range(100, 180)], stress=[range(180, 400)]), ids=str)
def test_what_is_sent_for_many_classes_makes_instances_of_them(seeds):
    assert sum(check_law(seed, 300) for seed in seeds) > 33 * len(seeds)


class Level(enum.IntEnum):
    LOW = 0
    HIGH = 1


class Mode(enum.Enum):
    ON = "on"
    OFF = "off"


MAKERS = {
    "dataclass": lambda tp: dataclasses.make_dataclass("Row", [("x", tp)]),
    "attrs": lambda tp: attrs.make_class("Row", {"x": attrs.field(type=tp)}),
    "msgspec": lambda tp: msgspec.defstruct("Row", [("x", tp)]),
}
# The annotation of a field, another, and what the change of one to the other is not.
READ = [
    (Literal[0, 1], Level, "broken"), (Literal["on"], Mode, "broken"),
    (list[Literal["on"]], list[Mode], "broken"), (int, Level, "proved"), (str, Mode, "proved"),
    (Literal["on", "of"], Mode, "proved"), (datetime.datetime, datetime.date, "proved"),
    (list[datetime.datetime], list[datetime.date], "proved"),
    (datetime.date | None, datetime.date | str | None, "broken"),
    (dict[str, datetime.datetime], dict[str, datetime.date | None], "proved"),
]  # fmt: skip


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize(("old", "new", "other"), READ, ids=row_id)
def test_a_class_receives_what_its_reader_reads(maker, old, new, other):
    olds, news = map(MAKERS[maker], (old, new))
    answer = s.check_compatible(olds, news, num_tests=20, seed=0)
    assert answer.verdict != other
    if answer.verdict == "broken":
        assert s.valid(olds, s.decode(olds, answer.witness))
        assert not s.valid(news, s.decode(news, answer.witness))
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(answer.witness, news)


def test_a_field_more_breaks_what_a_class_with_a_converter_reads():
    def trim(x):
        return x.strip() if isinstance(x, str) else x

    old = attrs.make_class("Order", {"name": attrs.field(type=str, converter=trim)})
    new = attrs.make_class(
        "Order", {"name": attrs.field(type=str, converter=trim), "paid": attrs.field(type=bool)}
    )
    versions = [Version(wire(cls), names.current) for cls in (old, new)]
    assert not is_covered(*versions)
    assert is_covered(versions[0], versions[0])
    assert s.check_compatible(old, new).verdict == "broken"
