"""What the code of a spec encodes is what the walks encode: write the value, decode the JSON, compare."""

import contextlib
import dataclasses
import datetime as dt
import enum
import json
import typing
import uuid
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.base import names
from mxspec.transform.decode import readers_of
from mxspec.transform.encode import _encoder_of, encode_by_walks, write_json
from tests.mxspec.any_values import SPECS, VALUES
from tests.mxspec.random_specs import TYPES, TypedBuilding, examples, specs
from tests.mxspec.random_values import json_values, types_in
from tests.row_ids import row_id


def coded(spec, x):
    """The JSON that the code of a spec writes, or None where it is unsure."""
    spec = s.spec(spec)
    readers_of(spec, names.current, False, False, False).is_encoded = True
    encode = _encoder_of(spec, x)
    with contextlib.suppress(Exception):
        return encode(x)


def is_the_same(spec, x):
    """True if the code wrote x; it wrote what the walks write."""
    written = coded(spec, x)
    if written is None:
        return False
    expected = encode_by_walks(spec, x)
    assert json.dumps(written, allow_nan=False) == json.dumps(expected), spec
    assert types_in(written) == types_in(expected), spec
    return True


class Status(enum.Enum):
    NEW = "new"
    NONE = None
    PAIR = ("a", 1)


class Level(enum.IntEnum):
    LOW = 1


class Text(str):
    pass


@dataclasses.dataclass
class Item:
    sku: str
    price: Decimal
    note: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    id: uuid.UUID
    day: dt.date
    status: Status
    items: list[Item]
    first: Item | None
    tags: set[str]
    seen: dict[dt.date, list[int]]
    paid: dt.datetime | None = None
    weight: typing.Annotated[float, s.Valid[s.float_in(0, 9)]] | None = None


@dataclasses.dataclass
class Tree:
    value: int
    left: "Tree | None" = None
    right: "Tree | None" = None


@dataclasses.dataclass
class Titled:
    name: str

    def __post_init__(self):
        self.name = self.name.title()


@dataclasses.dataclass
class Handmade:
    a: int
    b: int

    def __init__(self, a, b):
        self.a, self.b = b, a


class SubItem(Item):
    pass


DAY = dt.date(2019, 10, 11)
ITEM = Item("é", Decimal("1.50"))
ORDER = Order(uuid.UUID(int=3), DAY, Status.NEW, [ITEM, ITEM], ITEM, {"b", "a"}, {DAY: [1]})
for name, spec in {"day": dt.date, "tags": s.coll_of(str, kind=set), "note": s.nilable(str)}.items():
    s.def_(f"code/{name}", spec)
TRIP = s.keys(req_un=["code/day"], opt_un=["code/tags", "code/note"])
s.def_("code/node", s.keys(req_un={"n": int}, opt_un=["code/node"]))

CODED = [
    (Order, ORDER),
    (s.coll_of(Order), [ORDER, dataclasses.replace(ORDER, paid=dt.datetime(2020, 1, 2), weight=1.5)]),
    (Tree, Tree(1, Tree(2, Tree(3)), Tree(4))),
    ("code/node", {"n": 1, "node": {"n": 2, "node": {"n": 3}}}),
    (TRIP, {"note": None, "day": DAY, "x": [1, {"y": None}], "tags": {"b", "a"}}),
    (s.merge(TRIP, s.keys(req_un={"n": int})), {"day": DAY, "n": 1}),
    (s.map_of(int, dt.date), {-1: DAY}),
    (s.map_of(uuid.UUID, s.coll_of(s.nilable(dt.time))), {uuid.UUID(int=1): [None, dt.time(1)]}),
    (s.coll_of(Status), [Status.NEW]),
    (s.coll_of(Status, kind=set), {Status.NEW}),
    (s.coll_of(dt.date, into=set), {DAY}),
    (s.from_type(tuple[int, dt.timedelta]), (1, dt.timedelta(-1, 3, 5))),
    (s.from_type(tuple[bytes, ...]), (b"a", b"\xff")),
    (s.int_in(0, 10), 7),
    (s.and_(int, s.is_pos), 3),
    (s.coll_of(s.or_(n=int, day=dt.date)), [1, DAY]),
    (Item | None, ITEM),
]


@pytest.mark.parametrize(("spec", "x"), CODED, ids=row_id)
def test_the_usual_kinds_have_code(spec, x):
    assert is_the_same(spec, x)
    assert s.decode(spec, s.encode(spec, x)) == x


UNSURE = [
    (Item, SubItem("a", Decimal(1))), (Item, Item(Text("a"), Decimal(1))), (Item, Item("a", Level.LOW)),
    (Titled, Titled("a")), (Handmade, Handmade(1, 2)), (int, Level.LOW), (int, True), (str, Text("a")),
    (str, "\ud800\udc00"), (float, float("nan")), (float, 3), (dt.date, dt.datetime(2020, 1, 2)),
    (s.coll_of(int), (1, 2)), (s.coll_of(s.is_any), [{1: 2}]), (Order, None),
    (s.nilable(Status), Status.NONE), (Item | None, Item(3, 4)), (Tree, Tree("x")), (TRIP, {1: 2}),
    (TRIP, {"code/day": DAY, "day": DAY}), (s.map_of(str, int), {Text("a"): 1}),
    (s.coll_of(Decimal, kind=set), {Decimal("NaN")}), (s.map_of(Decimal, int), {Decimal("NaN"): 1}),
]  # fmt: skip


def outcome(encode, spec, x):
    try:
        return repr(encode(spec, x))
    except s.EncodeError as error:
        return str(error), [problem["loc"] for problem in error.errors()]


@pytest.mark.parametrize(("spec", "x"), UNSURE, ids=row_id)
def test_of_another_value_the_walks_have_the_json_or_the_error(spec, x):
    is_the_same(spec, x)
    for _ in range(3):
        assert outcome(write_json, spec, x) == outcome(encode_by_walks, spec, x)


def test_a_definition_makes_new_code():
    s.def_("code/changing", dt.date)
    spec = s.def_("code/changed", s.coll_of("code/changing"))
    assert s.encode(spec, [DAY]) == s.encode(spec, [DAY]) == ["2019-10-11"]
    s.def_("code/changing", dt.datetime)
    with pytest.raises(s.EncodeError, match="would be '2019-10-11'"):
        s.encode(spec, [DAY])
    open_ = s.def_("code/open", s.keys())
    assert s.encode(open_, {"code/new": "2019-10-11"}) == {"code/new": "2019-10-11"}
    s.def_("code/new", dt.date)
    assert s.encode(open_, {"code/new": DAY}) == {"code/new": "2019-10-11"}
    with pytest.raises(s.EncodeError, match="would be datetime"):
        s.encode(open_, {"code/new": "2019-10-11"})
    s.def_("code/new", None)


@settings(examples, max_examples=25)
@given(specs(TypedBuilding) | specs(), st.integers(0, 10**6), st.data())
def test_code_writes_what_the_walks_write_of_examples_and_of_values_of_other_specs(spec, seed, data):
    xs = [data.draw(json_values), ORDER, ITEM]
    for other in (spec, data.draw(st.sampled_from(TYPES)), data.draw(specs(TypedBuilding))):
        with contextlib.suppress(s.GeneratorError):
            xs += s.sample(other, 2, seed=seed)
    for around, put in [
        (spec, lambda x: x),
        (s.coll_of(spec), lambda x: [x, x]),
        (s.keys(opt_un={"a": spec}), lambda x: {"a": x, "b": 1}),
        (s.nilable(spec), lambda x: x),
        (s.map_of(str, spec), lambda x: {"a": x}),
    ]:
        for x in xs:
            is_the_same(around, put(x))


@pytest.mark.parametrize("name", [name for name in VALUES if name != "generator"])
def test_code_writes_what_the_walks_write_of_any_value(name):
    for spec in (*SPECS, *TYPES):
        is_the_same(spec, VALUES[name])
