"""From JSON and strings to the values that a spec asks for, and back."""

import collections
import contextlib
import dataclasses
import datetime as dt
import enum
import json
import typing
import urllib.parse
import uuid
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import starlette.datastructures
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.errors import LimitError
from tests.mxspec.any_values import SPECS, VALUES
from tests.mxspec.levels import at_frame, maps, nested, pairs
from tests.mxspec.random_specs import TypedBuilding, examples, specs
from tests.mxspec.random_values import json_values, same, types_in, values
from tests.row_ids import row_id

DAY = dt.date(2019, 10, 11)


class Color(enum.Enum):
    RED = "red"
    PAIR = ("g", 1)


class Access(enum.IntFlag):
    READ = 1
    WRITE = 2


class UserId(int):
    pass


class Point(typing.NamedTuple):
    x: int
    day: dt.date = DAY


class Level(enum.IntEnum):
    LOW = 1


@dataclasses.dataclass
class Node:
    point: Point
    days: set[dt.date]
    next: "Node | None" = None
    size: int = dataclasses.field(init=False, default=3)


for name, spec in {"day": dt.date, "seats": s.coll_of(int, kind=set), "tags": s.coll_of(str)}.items():
    s.def_(f"decode/{name}", spec)
s.def_("decode/kind", Color)
TRIP = s.keys(req_un=["decode/day"], opt_un=["decode/seats"], closed=True)
s.def_("decode/trip", TRIP)
s.def_("decode/tree", s.or_(day=dt.date, many=s.coll_of("decode/tree")))
s.def_("decode/left", s.or_(day=dt.date, node=s.keys(opt_un=["decode/left", "decode/right"])))
s.def_("decode/right", "decode/left")

THERE_AND_BACK = [
    (dt.date, DAY, "2019-10-11"),
    (s.or_(moment=dt.datetime, day=dt.date), DAY, "2019-10-11"),
    (s.or_(day=dt.date, moment=dt.datetime), dt.datetime(2019, 10, 11), "2019-10-11T00:00:00"),
    (s.is_inst, dt.datetime(2019, 10, 11, 1, 2, tzinfo=dt.UTC), "2019-10-11T01:02:00+00:00"),
    (s.inst_in(dt.datetime(2019, 1, 1), dt.datetime(2020, 1, 1)), dt.datetime(2019, 5, 5),
     "2019-05-05T00:00:00"),
    (dt.time, dt.time(3, 4), "03:04:00"),
    (dt.timedelta, dt.timedelta(1, 3, 5), "P1DT3.000005S"),
    (dt.timedelta, dt.timedelta(-1), "-P1DT0S"),
    (uuid.UUID, uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
    (s.is_decimal, Decimal("1.50"), "1.50"),
    (Decimal, Decimal("sNaN"), "sNaN"),
    (Fraction, Fraction(3), "3/1"),
    (s.is_rational, Fraction(1, 3), "1/3"),
    (complex, 1 - 2j, "(1-2j)"),
    (bytes, b"\x00\xff", "AP8="),
    (Path, Path("/a/b"), "/a/b"),
    (s.map_of(float, int), {float("inf"): 1}, {"Infinity": 1}),
    (UserId, UserId(3), 3),
    (np.float32, np.float32(0.1), 0.10000000149011612),
    (np.int64, np.int64(3), 3),
    (np.bool_, np.bool_(True), True),
    (s.from_type(Level | int), 3, 3),
    (s.or_(level=Level, word=str), Level.LOW, 1),
    (s.keys_star(opt_un=["decode/seats"]), ["v", [1], "seats", {2}], ["v", [1], "seats", [2]]),
    (Color, Color.RED, "red"),
    (Color, Color.PAIR, ["g", 1]),
    (Access, Access.READ | Access.WRITE, 3),
    (s.spec({Color.RED, 3}), Color.RED, "red"),
    (s.from_type(typing.Literal[Color.RED, 3]), Color.RED, "red"),
    (s.coll_of(dt.date, kind=set), {DAY}, ["2019-10-11"]),
    (s.coll_of(int, kind=frozenset), frozenset({1}), [1]),
    (s.coll_of(int, into=set), {1}, [1]),
    (s.coll_of(s.is_any, kind=s.is_tuple), (1, "x"), [1, "x"]),
    (s.from_type(tuple[int, dt.date]), (1, DAY), [1, "2019-10-11"]),
    (s.from_type(collections.deque[dt.date]), collections.deque([DAY]), ["2019-10-11"]),
    (s.map_of(int, dt.date), {1: DAY}, {"1": "2019-10-11"}),
    (s.map_of(s.nilable(bool), int), {None: 1, True: 2}, {"null": 1, "true": 2}),
    (s.map_of(s.from_type(tuple[int, dt.date]), int), {(1, DAY): 2}, [[[1, "2019-10-11"], 2]]),
    (s.every_kv(int, s.is_any), {1: 2}, {"1": 2}),
    (s.coll_of(s.tuple_(int, dt.date), into=dict), {1: DAY}, {"1": "2019-10-11"}),
    (TRIP, {"day": DAY, "seats": {3}}, {"day": "2019-10-11", "seats": [3]}),
    (s.keys(req=["decode/day"]), {"decode/day": DAY}, {"decode/day": "2019-10-11"}),
    (s.merge(TRIP, s.keys(opt_un=["decode/tags"])), {"day": DAY, "tags": []},
     {"day": "2019-10-11", "tags": []}),
    (s.and_(s.is_any, s.coll_of(dt.date), len), [DAY], ["2019-10-11"]),
    (s.or_(day=dt.date, word=str), "2019-10-11", "2019-10-11"),
    (s.or_(number=int, day=dt.date), DAY, "2019-10-11"),
    (s.from_type(list[dt.date | int]), [DAY, 3], ["2019-10-11", 3]),
    (s.nilable(dt.date), None, None),
    (s.with_message(s.nonconforming(dt.date), "a day"), DAY, "2019-10-11"),
    ("decode/tree", [[DAY], DAY], [["2019-10-11"], "2019-10-11"]),
    (
        s.multi_spec("kind", {Color.RED: s.keys(req_un=["decode/kind", "decode/day"]), "x": s.keys()}),
        {"kind": Color.RED, "day": DAY}, {"kind": "red", "day": "2019-10-11"},
    ),
    (
        s.cat(day=dt.date, word=str, rest=s.star(s.alt(n=int, id=uuid.UUID))),
        [DAY, "2019-10-11", 3, uuid.UUID(int=0)], ["2019-10-11", "2019-10-11", 3, str(uuid.UUID(int=0))],
    ),
    (s.amp(s.plus(dt.date), lambda days: len(days) == 2), [DAY, DAY], ["2019-10-11"] * 2),
    (
        s.cat(n=int, trip=s.keys_star(req_un=["decode/day"], opt_un=["decode/seats"])),
        [1, "day", DAY, "seats", {3}], [1, "day", "2019-10-11", "seats", [3]],
    ),
    (s.coll_of(s.spec(s.star(dt.date))), [[DAY], []], [["2019-10-11"], []]),
    (Point, Point(1), {"x": 1, "day": "2019-10-11"}),
    (
        s.from_type(Node), Node(Point(1), {DAY}, Node(Point(2), set())),
        {"point": {"x": 1, "day": "2019-10-11"}, "days": ["2019-10-11"],
         "next": {"point": {"x": 2, "day": "2019-10-11"}, "days": [], "next": None}},
    ),
    (s.array((None, 2), "float32", 0, 1), np.array([[0.5, 0.25]], "float32"), [[0.5, 0.25]]),
    (s.array((0, 3)), np.zeros((0, 3)), []),
    (s.array(dtype="complex64"), np.array([1j], "complex64"), ["1j"]),
    (s.model_spec(int, len, np.zeros, input=s.array((2,), "float32")), np.zeros(2, "float32"), [0.0, 0.0]),
    (s.model_spec(int, lambda x: int(x.sum()), np.zeros), np.array([1.0, 2.0]), [1.0, 2.0]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "x", "text"), THERE_AND_BACK, ids=row_id)
def test_what_encode_writes_decode_reads(spec, x, text):
    encoded = s.encode(spec, x)
    assert encoded == text
    back = s.decode(spec, json.loads(json.dumps(encoded, allow_nan=False)))
    assert type(back) is type(x)
    assert repr(back) == repr(x)


@pytest.mark.parametrize(
    ("spec", "x", "decoded", "of_strings"),
    [
        (int, "12", "12", 12),
        (int, "1_2", "1_2", "1_2"),
        (int, 3.0, 3, 3),
        (int, 3.5, 3.5, 3.5),
        (float, 3, 3.0, 3.0),
        (float, 2**53 + 1, 2**53 + 1, 2**53 + 1),
        (float, "1e3", "1e3", 1000.0),
        (s.int_in(0, 10), "12", "12", 12),
        (s.is_number, "12", "12", 12),
        (s.is_pos, "1.5", "1.5", 1.5),
        (bool, "True", "True", True),
        *((bool, text, text, True) for text in ("1", "yes", "On", "TRUE")),
        *((bool, text, text, False) for text in ("0", "no", "off")),
        (bool, "2", "2", "2"),
        (s.or_(n=int, flag=bool), "1", "1", 1),
        (dt.date, "2019-10-11T12:00:00", "2019-10-11T12:00:00", "2019-10-11T12:00:00"),
        (dt.datetime, "2019-10-11", "2019-10-11", "2019-10-11"),
        *(
            (kind, True, True, True)
            for kind in (Decimal, Fraction, complex, float, int, s.is_rational, np.int64)
        ),
        (Decimal, [0, [1], 0], [0, [1], 0], [0, [1], 0]),
        (Decimal, "1_0", "1_0", "1_0"),
        (complex, " 1", " 1", " 1"),
        (np.bool_, "false", "false", np.bool_(False)),
        (np.bool_, None, None, None),
        (np.int64, 3.7, 3.7, 3.7),
        (np.int8, 300, 300, 300),
        (np.int64, "12", "12", np.int64(12)),
        (np.float32, None, None, None),
        (np.float64, 1, np.float64(1), np.float64(1)),
        ({5.0, 9.99, 19.9}, "19.90", "19.90", 19.9),
        ({5, 10}, "5.0", "5.0", 5),
        ({5.0, "5.00"}, "5.00", "5.00", "5.00"),
        ({Decimal("1.5"), 2}, "1.50", "1.50", Decimal("1.5")),
        ({5.0}, "sNaN", "sNaN", "sNaN"),
        (s.nilable(int), "", "", None),
        (s.nilable(str), "", "", ""),
        (s.or_(n=int, word=str), "12", "12", "12"),
        (s.or_(n=int, flag=bool), "true", "true", True),
        (Access, "1", "1", Access.READ),
        (s.star(s.alt(n=int, flag=bool)), ["1", "true"], ["1", "true"], [1, True]),
        (s.cat(n=int, day=dt.date), ["1", "x"], ["1", "x"], [1, "x"]),
        (s.array((2,)), ["1", "2.5"], ["1", "2.5"], np.array([1, 2.5])),
        (dt.timedelta, "P1W", dt.timedelta(7), dt.timedelta(7)),
        (dt.timedelta, "P", "P", "P"),
        (Fraction, "1e999999999", "1e999999999", "1e999999999"),
        (s.map_of(int, int), {"1": 1, "01": 2}, {"1": 1, "01": 2}, {"1": 1, "01": 2}),
        (s.from_type(Point), [1, "2019-10-11"], Point(1, DAY), Point(1, DAY)),
        (s.from_type(Point), {"x": 1, "y": 2}, {"x": 1, "y": 2}, {"x": 1, "y": 2}),
        (lambda x: x == 1, "1", "1", "1"),
    ],
    ids=row_id,
)
def test_numbers_are_read_from_strings_where_all_are_strings(spec, x, decoded, of_strings):
    assert same(s.decode(spec, x), decoded)
    assert same(s.decode(spec, x, strings=True), of_strings)


def test_strip_drops_the_keys_that_are_not_listed():
    x = {"day": "2019-10-11", "x": 1}
    open_ = s.keys(req_un=["decode/day"])
    tags = s.keys(opt_un=["decode/tags"])
    assert s.decode(TRIP, x) == {"day": DAY, "x": 1}
    for spec in (
        TRIP,
        open_,
        s.nilable(open_),
        s.or_(trip=TRIP, n=int),
        s.and_(open_, len),
        s.merge(open_, tags),
    ):
        assert s.decode(spec, x, strip=True) == {"day": DAY}
    assert s.decode(s.keys(), x, strip=True) == x
    assert s.decode(s.merge(open_, s.map_of(str, s.is_any)), x, strip=True) == {"day": DAY, "x": 1}
    for both in (s.merge(open_, tags), s.and_(open_, tags), s.merge(TRIP, tags)):
        assert s.decode(both, {**x, "tags": []}, strip=True) == {"day": DAY, "tags": []}
    assert s.decode(s.coll_of("decode/trip"), [x], strip=True) == [{"day": DAY}]
    assert s.decode(Point, {"x": 1, "y": 2}, strip=True) == Point(1)


def test_defaults_fill_in_missing_keys_by_the_name_of_the_spec_or_by_the_key():
    by_key = s.keys(req_un={"day": dt.date}, opt_un={"inner": s.keys(opt_un={"n": int})})
    assert s.decode(by_key, {"inner": {}}, defaults={"day": "2019-10-11", "n": 3}) == {
        "day": DAY,
        "inner": {"n": 3},
    }
    assert s.decode(TRIP, {}, defaults={"seats": set, "decode/day": DAY}) == {"day": DAY, "seats": set()}
    assert s.decode(TRIP, {}, defaults={"day": "2019-10-11", "decode/day": DAY})["day"] is DAY
    assert s.decode(Point, {}, defaults={"x": 1}) == Point(1)
    assert s.decode(Point, {"x": 2}, defaults={"x": 1}) == Point(2)
    with pytest.raises(
        s.UnknownSpecError, match="no spec and no key is named 'dya', of defaults; did you mean 'day'"
    ):
        s.decode(by_key, {}, defaults={"dya": DAY})
    defaults = {"decode/day": DAY, "decode/seats": set}
    trips = s.decode(s.coll_of(TRIP), [{}, {}], defaults=defaults)
    assert trips == [{"day": DAY, "seats": set()}] * 2
    assert trips[0]["seats"] is not trips[1]["seats"]
    grouped = s.keys(req_un=[s.or_keys("decode/day", "decode/tags")])
    assert s.decode(grouped, {}, defaults=defaults) == {"day": DAY}
    assert s.decode(grouped, {"tags": []}, defaults=defaults) == {"tags": []}
    with pytest.raises(s.UnknownSpecError, match="did you mean 'decode/seats'"):
        s.decode(TRIP, {}, defaults={"decode/seat": set})


SEARCH = s.keys(
    req_un={"tags": s.coll_of(str, kind=s.is_list), "page": int}, opt_un={"ok": bool, "word": str}
)


@pytest.mark.parametrize(
    "query",
    [
        {"tags": ["a", "b"], "page": ["2"], "ok": ["yes"]},
        urllib.parse.parse_qs("tags=a&tags=b&page=2&ok=yes"),
        urllib.parse.parse_qsl("tags=a&tags=b&page=2&ok=yes"),
        starlette.datastructures.QueryParams("tags=a&tags=b&page=2&ok=yes"),
    ],
    ids=["lists", "parse_qs", "parse_qsl", "Starlette"],
)
def test_keys_of_a_query_may_recur(query):
    decoded = {"tags": ["a", "b"], "page": 2, "ok": True}
    assert s.decode(SEARCH, query, strings=True) == decoded
    assert s.decode(s.merge(SEARCH, s.keys()), query, strings=True) == decoded
    assert s.decode(SEARCH, query) != decoded


def test_keys_of_a_query_of_werkzeugs_may_recur():
    werkzeug = pytest.importorskip("werkzeug.datastructures")
    query = werkzeug.MultiDict(urllib.parse.parse_qsl("tags=a&tags=b&page=2&ok=yes"))
    assert s.decode(SEARCH, query, strings=True) == {"tags": ["a", "b"], "page": 2, "ok": True}


def test_one_text_of_a_query_is_a_list_where_one_is_asked_for_and_several_are_not_dropped():
    record = s.from_type(dataclasses.make_dataclass("Search", [("tags", set[str]), ("page", int)]))
    assert s.decode(SEARCH, [("tags", "a"), ("page", "2")], strings=True) == {"tags": ["a"], "page": 2}
    assert s.decode(record, [("tags", "a"), ("page", "2")], strings=True).tags == {"a"}
    twice = s.decode(SEARCH, [("tags", "a"), ("page", "2"), ("page", "3")], strings=True)
    assert twice["page"] == ["2", "3"]
    assert not s.valid(SEARCH, twice)
    assert s.decode(SEARCH, [], strings=True) == []


def test_a_reader_is_made_once_and_anew_when_a_name_in_it_is_redefined():
    s.def_("decode/changing", int)
    trip = s.def_("decode/changed", s.keys(req_un=["decode/changing"], opt_un=["decode/later"]))
    assert s.decode(trip, {"changing": "2019-10-11", "later": "1"}) == {
        "changing": "2019-10-11",
        "later": "1",
    }
    kept = vars(s.get_spec(trip))["_readers"]
    readers = dict(kept)
    s.def_("decode/unrelated", int)
    s.decode(trip, {})
    assert kept == readers
    s.def_("decode/changing", dt.date), s.def_("decode/later", Decimal)
    assert s.decode(trip, {"changing": "2019-10-11", "later": "1"}) == {"changing": DAY, "later": Decimal(1)}
    s.def_("decode/later", None)


@pytest.mark.parametrize(
    ("spec", "x", "at", "words"),
    [
        (s.coll_of(s.is_any), [1, (2,)], [1], r"\(2,\) would be \[2\]"),
        (s.map_of(str, s.is_any), {"a": {3}}, ["a"], r"\{3\} would be \[3\]"),
        (s.is_any, [{"a": object()}], [0, "a"], "the value at .* has no JSON: a value of the type object"),
        (s.is_any, float("nan"), [], "JSON has no NaN and no infinity"),
        (s.coll_of(float), [1.0, float("-inf")], [1], "JSON has no NaN and no infinity"),
        (s.array(dtype="float64"), np.array([1, np.nan]), [1], "JSON has no NaN and no infinity"),
        (s.map_of(s.is_any, int), {1: 2}, [], "would be {'1': 2}"),
        (str, "\ud800\udc00", [], "surrogate"),
        (dt.date, dt.datetime(2019, 10, 11, 12), [], "would be '2019-10-11T12:00:00'"),
        (s.or_(n=int, level=Level), Level.LOW, [], "would be 1"),
        (s.coll_of(s.or_(level=int, flag=s.is_any)), [Level.LOW], [0], "would be 1"),
        (float, np.float64(1.5), [], "would be 1.5"),
        (s.map_of(s.is_any, int), {Level.LOW: 2}, [], "would be {'1': 2}"),
        (s.coll_of(s.is_any, kind=set), {Level.LOW}, [], "would be {1}"),
        (s.array(), np.zeros(2, "float32"), [], "would be array"),
        (s.or_(a=s.tuple_(float, dt.date), b=s.tuple_(int, dt.date)), [3, DAY], [0], "3 would be 3.0"),
    ],
    ids=row_id,
)
def test_what_would_not_come_back_is_an_error_that_says_where(spec, x, at, words):
    with pytest.raises(s.EncodeError, match=words) as error:
        s.encode(spec, x)
    assert error.value.errors()[0]["loc"] == at


@pytest.mark.parametrize("spec", [float, s.is_number, s.float_in(), np.float32], ids=row_id)
def test_nan_and_infinity_are_no_numbers_of_json_to_encode_decode_and_the_schema(spec):
    assert s.json_schema(spec).get("type") == (None if spec is np.float32 else "number")
    for text in ("NaN", "Infinity", "-Infinity"):
        x = np.float32(text) if spec is np.float32 else float(text)
        assert s.valid(spec, x)
        assert s.decode(spec, text) == text
        with pytest.raises(s.EncodeError, match="JSON has no NaN"):
            s.encode(spec, x)
        # Where all numbers are text, these are numbers as well.
        assert s.encode(spec, x, strings=True) == text
        assert same(s.decode(spec, text, strings=True), x)


def test_a_value_that_contains_itself_has_no_json():
    x = []
    x.append(x)
    with pytest.raises(s.EncodeError, match="contains itself"):
        s.encode(s.is_any, x)
    with pytest.raises(s.SpecError, match="contains itself"):
        s.decode("decode/tree", x)
    assert s.decode(s.coll_of(s.is_any), x) is x


# --- laws ---------------------------------------------------------------------------------------------------


@settings(examples, max_examples=40)
@given(specs(lossless=True), st.integers(0, 10**6), st.booleans())
def test_decode_leads_back_what_encode_has_written(spec, seed, strings):
    for x in s.sample(spec, 3, seed=seed):
        try:
            encoded = s.encode(spec, x, strings=strings)
        except s.EncodeError:
            continue
        back = s.decode(spec, json.loads(json.dumps(encoded, allow_nan=False)), strings=strings)
        assert same(back, x)


@settings(examples, max_examples=30)
@given(specs(TypedBuilding), st.integers(0, 10**6), st.booleans())
def test_decode_leads_back_to_values_of_the_same_types_or_encode_says_that_it_does_not(spec, seed, strings):
    with contextlib.suppress(s.GeneratorError):
        for x in s.sample(spec, 2, seed=seed):
            with contextlib.suppress(s.EncodeError):
                encoded = s.encode(spec, x, strings=strings)
                written = json.dumps(encoded, allow_nan=False)
                back = s.decode(spec, json.loads(written), strings=strings)
                # A zone comes back as its offset, which JSON shows.
                assert types_in(back) == types_in(x)
                assert s.encode(spec, back, strings=strings) == encoded


@settings(examples, max_examples=200)
@given(specs(TypedBuilding), json_values, st.booleans(), st.booleans())
def test_decode_raises_for_no_json_and_reads_what_it_has_read_no_further(spec, x, strings, strip):
    decoded = s.decode(spec, x, strings=strings, strip=strip)
    if s.valid(spec, x) and not strip:
        assert same(decoded, x)
    assert same(s.decode(spec, decoded, strings=strings, strip=strip), decoded)


@examples
@given(specs(), values, st.booleans())
def test_decode_leaves_valid_values_alone_and_no_value_less_valid(spec, x, strings):
    decoded = s.decode(spec, x, strings=strings)
    if s.valid(spec, x):
        assert same(decoded, x)
    assert same(s.decode(spec, decoded, strings=strings), decoded)


@pytest.mark.parametrize("name", [name for name in VALUES if name != "generator"])
def test_decode_only_names_a_limit_and_encode_only_says_that_there_is_no_json(name):
    for spec in SPECS:
        with contextlib.suppress(LimitError):
            s.decode(spec, VALUES[name], strip=True)
    for spec in (s.is_any, "any/tree", s.from_type(list[int])):
        with contextlib.suppress(s.EncodeError):
            json.dumps(s.encode(spec, VALUES[name]))


def test_a_number_of_too_many_digits_has_no_json():
    with pytest.raises(s.EncodeError, match="more digits than Python writes"):
        s.encode(int, 10**5000)


@pytest.mark.parametrize("x", [pairs("2019-10-11"), maps("2019-10-11")], ids=["lists", "maps"])
def test_a_part_that_is_there_many_times_is_decoded_once(x):
    spec = s.or_(tree="decode/tree", node="decode/left")
    decoded = s.decode(spec, x)
    assert s.valid(spec, decoded)
    assert s.encode(spec, decoded)["left" if isinstance(x, dict) else 0]


@pytest.mark.parametrize("deeper", [lambda x: [x], lambda x: {"left": x}], ids=["lists", "maps"])
def test_a_value_that_is_too_deep_is_an_error(deeper):
    x = nested("2019-10-11", deeper, 400)
    spec = s.or_(tree="decode/tree", node="decode/left")
    with pytest.raises(LimitError, match="nested too deeply"):
        s.decode(spec, x)
    with pytest.raises(s.EncodeError, match="nested deeper than"):
        s.encode(spec, x)


@pytest.mark.parametrize(
    ("spec", "levels"), [(s.coll_of("decode/lists"), 300), ("decode/tree", 200)], ids=row_id
)
def test_decode_follows_as_many_levels_as_valid(spec, levels):
    s.def_("decode/lists", s.or_(day=dt.date, many=s.is_list) if levels < 300 else s.coll_of("decode/lists"))
    x = nested([] if levels == 300 else "2019-10-11", lambda x: [x], levels)
    decoded = at_frame(100, lambda: s.decode(spec, x))
    assert at_frame(100, lambda: s.valid(spec, decoded))
    assert at_frame(100, lambda: s.encode(spec, decoded)) == x


# --- what decode makes no instance of ---------------------------------------------------------------------


class Unit(enum.Enum):
    PIECE = "piece"
    GRAM = "gram"


@dataclasses.dataclass
class Item:
    sku: str
    count: int
    unit: Unit = Unit.PIECE
    parts: "list[Item]" = dataclasses.field(default_factory=list)

    def __post_init__(self):
        if self.count == 0:
            raise ValueError("count is 0")


class Span(typing.NamedTuple):
    start: dt.date
    end: dt.date


@pytest.mark.parametrize(
    ("spec", "x", "loc", "message"),
    [
        (Item, {"sku": "a"}, ["count"], "key 'count' is required"),
        (Item, {"sku": "a", "count": "3"}, ["count"],
         "an int is required; s.decode(int, x, strings=True) reads it"),
        (Item, {"sku": "a", "count": 3, "unit": "box"}, ["unit"],
         "a member of Unit ('piece' or 'gram') is required"),
        (Item, {"sku": "a", "count": 3, "units": "gram"}, ["units"], "no such key; did you mean 'unit'?"),
        (Item, {"sku": "a", "count": 0}, [], "an instance of Item is required; ValueError: count is 0"),
        (Item, {"sku": "a", "count": 3, "parts": [{"sku": 3, "count": 4}]}, ["parts", 0, "sku"],
         "a string is required"),
        (Item, {"sku": "a", "count": 3, "parts": [{"sku": "b"}]}, ["parts", 0, "count"],
         "key 'count' is required"),
        (Item, '{"sku": "a", "count": 3}', [],
         "an instance of Item is required; a text of JSON: json.loads reads it"),
        (Span, {"start": "2019-10-11"}, ["end"], "key 'end' is required"),
        (Span, {"start": "2019-10-11", "end": "soon"}, ["end"], "an instance of date is required"),
        (list[Item], [{"sku": "a", "count": 3}, {"count": 3}], [1, "sku"], "key 'sku' is required"),
        ({"item": s.nilable(Item)}, {"item": {"count": 3}}, ["item", "sku"], "key 'sku' is required"),
    ],
)  # fmt: skip
def test_a_map_that_is_no_instance_is_refused_for_its_keys_values_or_class(spec, x, loc, message):
    for value in (x, s.decode(spec, x)):
        errors = {tuple(error["loc"]): error["msg"] for error in s.explain_json(spec, value)}
        assert errors[tuple(loc)] == message


class Shares(typing.NamedTuple):
    ratio: float
    many: list[complex]
    day: dt.date
    unit: Unit | None


class SharesDict(typing.TypedDict):
    ratio: float
    many: list[complex]
    day: dt.date
    unit: Unit | None


@dataclasses.dataclass
class SharesClass:
    ratio: float
    many: list[complex]
    day: dt.date
    unit: Unit | None


@pytest.mark.parametrize("ratio", [3, 3.5, 0.25, True, 2**60])
@pytest.mark.parametrize("many", [[1, 2.5, "1j"], []])
@pytest.mark.parametrize("unit", [None, "gram"])
def test_the_fields_of_a_class_are_read_as_the_keys_of_a_map_with_the_same_specs(ratio, many, unit):
    x = {"ratio": ratio, "many": many, "day": "2019-10-11", "unit": unit}
    by_key = s.decode({key: s.from_type(tp) for key, tp in SharesDict.__annotations__.items()}, x)
    for cls in (Shares, SharesClass, SharesDict):
        made = s.decode(cls, x)
        fields = made if cls is SharesDict else {name: getattr(made, name) for name in by_key}
        assert repr(fields) == repr(by_key)
        if ratio is not True:
            assert s.valid(cls, made)
            assert repr(s.decode(cls, s.encode(cls, made))) == repr(made)


def test_a_misspelt_key_of_a_class_is_named_beside_the_missing_one():
    errors = s.explain_json(Item, {"sku": "a", "cuont": 3})
    assert [(error["type"], error["loc"], error["msg"]) for error in errors] == [
        ("missing", ["count"], "key 'count' is required; did you mean 'cuont'?"),
        ("extra_forbidden", ["cuont"], "no such key; did you mean 'count'?"),
    ]


def test_a_map_with_the_fields_of_a_class_is_told_what_makes_the_instance():
    assert "s.decode(Item, x) makes an instance of it" in s.explain_str(Item, {"sku": "a", "count": 3})


@pytest.mark.parametrize(
    ("dtype", "x", "decoded"),
    [
        *((dtype, x, None)
          for dtype in ("float64", "float32", "int64", "complex128") for x in ([1, True], [[1], [False]])),
        ("float64", [0.5, np.True_], None), ("float64", [None, 1], None), ("float64", ["1.0", 2], None),
        ("float64", [True, False], [True, False]), ("bool", [0, 1], [0, 1]), ("complex128", [True], None),
        ("int8", [-200, 1], [-200, 1]), ("int32", [2**40], [2**40]), ("uint8", [-1], [-1]),
        ("float32", [1e300], [1e300]), ("float16", [70000], [70000]),
        ("<U2", ["abc"], None), ("<U2", [1, "a"], None),
    ],
)  # fmt: skip
def test_numpy_makes_no_other_values_of_those_in_lists(dtype, x, decoded):
    spec = s.array(dtype=dtype)
    read = s.decode(spec, x)
    assert not s.valid(spec, read)
    assert read is x if decoded is None else read.tolist() == decoded


@pytest.mark.parametrize(
    ("shape", "dtype", "x", "expected"),
    [
        ((None, 4), "float64", [], (0, 4)), ((None, 0, 3), "float64", [[], []], (2, 0, 3)),
        ((0,), "bool", [], (0,)),
        ((None,), "integer", [], (0,)), ((None, 4), "float64", [[]], None), ((3,), "float64", [], None),
    ],
)  # fmt: skip
def test_empty_lists_are_arrays_of_the_lengths_that_they_show(shape, dtype, x, expected):
    spec = s.array(shape, dtype)
    read = s.decode(spec, x)
    assert s.valid(spec, read) == (expected is not None)
    assert expected is None or read.shape == expected


@pytest.mark.parametrize("tp", [set[int], frozenset[int], set[tuple[int, ...]]])
def test_a_set_does_not_lose_true_beside_one(tp):
    assert s.decode(tp, [1, 1]) in ({1}, [1, 1])
    assert s.decode(tp, [1, True]) == [1, True]
    assert not s.valid(tp, s.decode(tp, [True, 1]))


@pytest.mark.parametrize(
    ("members", "x", "member"),
    [({1, "x"}, 1.0, 1), ({1.0}, 1, 1.0), ({1, 1.5}, 1.5, 1.5), ({1}, 1.5, 1.5), ({1}, float("nan"), None)],
)
def test_a_member_is_read_from_either_way_to_write_its_number(members, x, member):
    read = s.decode(s.spec(members), x)
    assert read is x if member is None else (type(read), read) == (type(member), member)


def test_an_int_beyond_all_floats_is_no_member():
    assert s.decode(s.spec({1.0}), 10**400) == 10**400
