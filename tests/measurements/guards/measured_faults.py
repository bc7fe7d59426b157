"""Guards with one fault each that nothing was tuned on; `guard_faults.py` has those that were tuned on."""

# ruff: noqa: E501, PT018
import datetime as dt
import ipaddress
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

import attrs
import jsonschema
import msgspec
import pydantic
from hypothesis import strategies as st

import mxspec as s
from tests.measurements.guards.guard_faults import Case

CASES = {}


def case(name, kind, spec, right, faults):
    CASES[name] = Case(kind, spec, right, faults)


def is_text(x, least=0, most=10**9):
    return isinstance(x, str) and least <= len(x) <= most


def is_whole(x, least=-(10**99), most=10**99):
    return isinstance(x, int) and not isinstance(x, bool) and least <= x <= most


# --- maps -------------------------------------------------------------------------------------------------


class Booking:
    """As in a form library: a class that collects errors."""

    def __init__(self, data, strict=True):
        self.data, self.strict, self.errors = data, strict, []

    def clean(self):
        data = self.data
        if not isinstance(data, dict):
            self.errors.append("a map")
            return
        if data.get("kind") not in ("single", "group"):
            self.errors.append("kind")
        if not is_whole(data.get("seats", 1), 1, 50):
            self.errors.append("seats")
        if "leader" in data and not is_text(data["leader"], 1):
            self.errors.append("leader")
        if data.get("kind") == "group" and "leader" not in data and self.strict:
            self.errors.append("a group needs a leader")
        if data.get("kind") == "single" and data.get("seats", 1) > 1:
            self.errors.append("one seat")

    def is_valid(self):
        self.clean()
        return not self.errors


case(
    "a form with a leader",
    "presence",
    s.and_(
        s.keys(
            {
                "kind": {"single", "group"},
                "seats": s.optional(s.int_in(min=1, max=50)),
                "leader": s.optional(s.str_in(1)),
            }
        ),
        lambda x: x["kind"] != "group" or "leader" in x,
        lambda x: x["kind"] != "single" or x.get("seats", 1) == 1,
    ),
    lambda x: Booking(x).is_valid(),
    {"no leader": (lambda x: Booking(x, strict=False).is_valid(), {"kind": "group"})},
)


class Window(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True, extra="forbid")
    opens: int = pydantic.Field(ge=0, lt=24)
    closes: int | None = pydantic.Field(default=None, ge=1, le=24)
    days: list[Literal["mo", "tu", "we"]] = pydantic.Field(min_length=1, max_length=3)

    @pydantic.model_validator(mode="after")
    def in_order(self):
        if self.closes is not None and self.closes <= self.opens:
            raise ValueError("closes after it opens")
        return self


class LooseWindow(Window):
    @pydantic.model_validator(mode="after")
    def in_order(self):
        if self.closes is not None and self.closes < self.opens:
            raise ValueError("closes after it opens")
        return self


class LongWindow(Window):
    days: list[Literal["mo", "tu", "we"]] = pydantic.Field(min_length=0, max_length=3)


class OpenWindow(Window):
    model_config = pydantic.ConfigDict(strict=True, extra="ignore")


case(
    "a window of a service",
    "relation",
    s.and_(
        s.keys(
            {
                "opens": s.int_in(0, 24),
                "closes": s.optional(s.nilable(s.int_in(min=1, max=24))),
                "days": s.coll_of({"mo", "tu", "we"}, kind=list, min_count=1, max_count=3),
            },
            closed=True,
        ),
        lambda x: x.get("closes") is None or x["closes"] > x["opens"],
    ),
    Window,
    {
        "at the same time": (LooseWindow, {"opens": 3, "closes": 3, "days": ["mo"]}),
        "no day": (LongWindow, {"opens": 3, "days": []}),
        "any key": (OpenWindow, {"opens": 3, "days": ["mo"], "x": 1}),
    },
)


def check_account(data):
    """As in a script: a chain of ifs."""
    if type(data) is not dict:
        return False
    if "iban" in data and "card" in data:
        return False
    if "iban" not in data and "card" not in data:
        return False
    if "iban" in data and not (is_text(data["iban"]) and re.fullmatch(r"[A-Z]{2}[0-9]{4,8}", data["iban"])):
        return False
    if "card" in data and not (is_text(data["card"]) and re.fullmatch(r"[0-9]{4}", data["card"])):
        return False
    return is_text(data.get("note", ""), 0, 10)


def check_any_account(data):
    return check_account({k: v for k, v in data.items() if k != "card"} if "iban" in data else data)


def check_no_account(data):
    if "iban" not in data and "card" not in data:
        return is_text(data.get("note", ""), 0, 10)
    return check_account(data)


case(
    "one of two accounts", "presence",
    s.and_(
        s.keys({"iban": s.optional(s.str_in("[A-Z]{2}[0-9]{4,8}")), "card": s.optional(s.str_in("[0-9]{4}")),
                "note": s.optional(s.str_in(0, 10))}),
        lambda x: ("iban" in x) != ("card" in x),
    ),
    check_account,
    {"both": (check_any_account, {"iban": "AA0000", "card": "0000"}), "none": (check_no_account, {})},
)  # fmt: skip
CONFIG_SCHEMA = {
    "type": "object",
    "properties": {
        "mode": {"enum": ["auto", "manual"]},
        "level": {"type": "integer", "minimum": 1, "maximum": 9},
        "hosts": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "minItems": 1,
            "uniqueItems": True,
        },
    },
    "required": ["mode", "hosts"],
    "additionalProperties": False,
    "if": {"properties": {"mode": {"const": "manual"}}},
    "then": {"required": ["level"]},
}


def of_schema(**changes):
    whole = jsonschema.Draft202012Validator
    checker = whole.TYPE_CHECKER.redefine("integer", lambda _, x: type(x) is int)
    checker = checker.redefine("array", lambda _, x: type(x) is list)
    return jsonschema.validators.extend(whole, type_checker=checker)(CONFIG_SCHEMA | changes).is_valid


def with_hosts(**changes):
    hosts = CONFIG_SCHEMA["properties"]["hosts"] | changes
    return of_schema(properties=CONFIG_SCHEMA["properties"] | {"hosts": hosts})


case(
    "a configuration by schema", "presence",
    s.and_(
        s.keys({
            "mode": {"auto", "manual"}, "level": s.optional(s.int_in(min=1, max=9)),
            "hosts": s.coll_of(s.str_in(1), kind=list, min_count=1, distinct=True),
        }, closed=True),
        lambda x: x["mode"] == "auto" or "level" in x,
    ),
    of_schema(),
    {"without a level": (of_schema(**{"if": False}), {"mode": "manual", "hosts": ["a"]}),
     "the other mode": (of_schema(**{"if": {"properties": {"mode": {"const": "auto"}}}}), {"mode": "auto", "hosts": ["a"]}),
     "more keys": (of_schema(additionalProperties=True), {"mode": "auto", "hosts": ["a"], "x": 1}),
     "twice": (with_hosts(uniqueItems=False), {"mode": "auto", "hosts": ["a", "a"]}),
     "an empty host": (with_hosts(items={"type": "string"}), {"mode": "auto", "hosts": [""]}),
     "no host": (with_hosts(minItems=0), {"mode": "auto", "hosts": []}),
     "the first host alone": (with_hosts(items={}, prefixItems=[{"type": "string", "minLength": 1}]),
                              {"mode": "auto", "hosts": ["a", ""]})},
)  # fmt: skip


class Point(msgspec.Struct, forbid_unknown_fields=True):
    x: Annotated[int, msgspec.Meta(ge=-5, le=5)]
    label: Annotated[str, msgspec.Meta(max_length=4)] = ""


class WidePoint(msgspec.Struct, forbid_unknown_fields=True):
    x: Annotated[int, msgspec.Meta(ge=-5, le=6)]
    label: Annotated[str, msgspec.Meta(max_length=4)] = ""


class LongPoint(msgspec.Struct, forbid_unknown_fields=True):
    x: Annotated[int, msgspec.Meta(ge=-5, le=5)]
    label: Annotated[str, msgspec.Meta(max_length=5)] = ""


def by_msgspec(cls):
    def accept(x):
        assert type(x) is dict
        return msgspec.convert(x, cls) is not None

    return accept


case(
    "a struct",
    "number",
    s.keys({"x": s.int_in(min=-5, max=5), "label": s.optional(s.str_in(0, 4))}, closed=True),
    by_msgspec(Point),
    {
        "a step more": (by_msgspec(WidePoint), {"x": 6}),
        "a letter more": (by_msgspec(LongPoint), {"x": 1, "label": "abcde"}),
    },
)


@attrs.define
class Track:
    name: str = attrs.field(validator=attrs.validators.matches_re(r"[a-z]{3,8}(-[a-z]+)*"))
    lengths: list = attrs.field(validator=attrs.validators.deep_iterable(
        attrs.validators.and_(attrs.validators.instance_of(int), attrs.validators.gt(0))))  # fmt: skip


@attrs.define
class LaxTrack:
    name: str = attrs.field(validator=attrs.validators.matches_re(r"[a-z]{3,8}(-[a-z]*)*"))
    lengths: list


def by_attrs(cls, check=lambda xs: True):
    def accept(x):
        if type(x) is not dict or {*x} != {"name", "lengths"} or type(x["lengths"]) is not list:
            raise TypeError("a track")
        if any(type(n) is bool for n in x["lengths"]):
            raise TypeError("no bools")
        cls(**x)
        return check(x["lengths"])

    return accept


def all_positive(xs):
    return all(is_whole(n, 1) for n in xs)


TRACK = s.keys(
    {"name": s.str_in(r"[a-z]{3,8}(-[a-z]+)*"), "lengths": s.coll_of(s.is_pos_int, kind=list)}, closed=True
)
case(
    "a track", "element", TRACK, by_attrs(Track),
    {"an empty word": (by_attrs(LaxTrack, all_positive), {"name": "abc-", "lengths": []}),
     "all but the first": (by_attrs(LaxTrack, lambda xs: all_positive(xs[1:])), {"name": "abc", "lengths": [0]}),
     "each second": (lambda x: matches_track(x) and all_positive(x["lengths"][::2]), {"name": "abc", "lengths": [1, 0]})},
)  # fmt: skip


def matches_track(x):
    return type(x) is dict and {*x} == {"name", "lengths"} and type(x["lengths"]) is list and bool(
        is_text(x["name"]) and re.fullmatch(r"[a-z]{3,8}(-[a-z]+)*", x["name"]))  # fmt: skip


# --- texts ------------------------------------------------------------------------------------------------


def read_long_color(text):
    if not text.startswith("#"):
        raise ValueError(text)
    return re.fullmatch("[0-9a-fA-F]+", text[1:]) is not None


case(
    "a color", "pattern", s.str_in("#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"),
    lambda x: re.fullmatch("#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", x) is not None,
    {"of any length": (read_long_color, "#0"),
     "with a g": (lambda x: re.fullmatch("#([0-9a-gA-F]{3}|[0-9a-gA-F]{6})", x) is not None, "#ggg"),
     "without a sign": (lambda x: re.fullmatch("#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", x) is not None, "000"),
     "of 3 alone": (lambda x: re.fullmatch("#[0-9a-fA-F]{3}", x) is not None, "#000000"),
     "of lower case": (lambda x: re.fullmatch("#([0-9a-f]{3}|[0-9a-f]{6})", x) is not None, "#AAA")},
)  # fmt: skip


@s.predicate_row("a slug", str, pattern=r"[a-z0-9]+(-[a-z0-9]+)*", max_length=12)
def is_slug(x):
    return isinstance(x, str) and len(x) <= 12 and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", x) is not None


def slug(pattern, most=12):
    return lambda x: is_text(x, 0, most) and re.fullmatch(pattern, x) is not None


case(
    "a slug", "pattern", {"slug": is_slug}, lambda x: type(x) is dict and slug("[a-z0-9]+(-[a-z0-9]+)*")(x["slug"]),
    {"dashes in a row": (lambda x: type(x) is dict and slug("[a-z0-9]+[a-z0-9-]*[a-z0-9]|[a-z0-9]")(x["slug"]), {"slug": "a--b"}),
     "a dash at the end": (lambda x: type(x) is dict and slug("[a-z0-9]+(-[a-z0-9]*)*")(x["slug"]), {"slug": "a-"}),
     "upper case": (lambda x: type(x) is dict and slug("[A-Za-z0-9]+(-[a-z0-9]+)*")(x["slug"]), {"slug": "A"}),
     "a letter more": (lambda x: type(x) is dict and slug("[a-z0-9]+(-[a-z0-9]+)*", 13)(x["slug"]), {"slug": "a" * 13})},
)  # fmt: skip
case(
    "an address",
    "pattern",
    s.str_in(format="ipv4"),
    lambda x: is_text(x) and str(ipaddress.IPv4Address(x)) == x,
    {
        "four numbers": (
            lambda x: is_text(x) and re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", x) is not None,
            "999.0.0.0",
        ),
        "any text": (is_text, ""),
    },
)
case(
    "a name",
    "unicode",
    s.and_(s.str_in(1, 30), lambda x: x.strip() == x, lambda x: x[0].isupper()),
    lambda x: is_text(x, 1, 30) and x == x.strip() and x[0].isupper(),
    {
        "blanks before": (lambda x: is_text(x, 1, 30) and x == x.rstrip() and x.strip()[0].isupper(), " A"),
        "blanks after": (lambda x: is_text(x, 1, 30) and x == x.lstrip() and x[0].isupper(), "A "),
        "any first letter": (lambda x: is_text(x, 1, 30) and x == x.strip(), "a"),
        "of ASCII": (
            lambda x: is_text(x, 1, 30) and x == x.strip() and x[0] in "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "É",
        ),
    },
)
case(
    "a word without digits",
    "unicode",
    s.and_(s.str_in(1, 12), lambda x: not any(c.isdigit() for c in x)),
    lambda x: is_text(x, 1, 12) and not any(c.isdigit() for c in x),
    {
        "of ASCII": (lambda x: is_text(x, 1, 12) and re.search("[0-9]", x) is None, "\u0663"),
        "at the end": (lambda x: is_text(x, 1, 12) and not x[-1].isdigit(), "1a"),
        "decimals": (lambda x: is_text(x, 1, 12) and not any(c.isdecimal() for c in x), "²"),
    },
)

# --- numbers and times ------------------------------------------------------------------------------------


def read_amount(x):
    """As in a bank's import: Decimal of two digits."""
    if not isinstance(x, Decimal):
        raise TypeError("a Decimal")
    try:
        return Decimal("-500") <= x <= Decimal("500") and x == x.quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise ValueError("an amount") from error


case(
    "an amount",
    "number",
    s.with_gen(
        s.and_(s.range_of(Decimal, Decimal("-500"), Decimal("500")), lambda x: x == round(x, 2)),
        lambda: st.decimals(-500, 500, places=2),
    ),
    read_amount,
    {
        "three digits": (
            lambda x: isinstance(x, Decimal) and Decimal("-500") <= x <= Decimal("500") and x == round(x, 3),
            Decimal("0.001"),
        ),
        "to 500": (
            lambda x: isinstance(x, Decimal) and Decimal("-500") <= x < 500 and x == round(x, 2),
            Decimal(500),
        ),
        "whole": (
            lambda x: isinstance(x, Decimal) and Decimal("-500") <= x <= 500 and x == round(x),
            Decimal("0.5"),
        ),
    },
)
case(
    "a step of 15",
    "number",
    s.and_(s.int_in(min=0, max=480), lambda n: n % 15 == 0),
    lambda n: is_whole(n, 0, 480) and n % 15 == 0,
    {
        "of 5": (lambda n: is_whole(n, 0, 480) and n % 5 == 0, 5),
        "of 3": (lambda n: is_whole(n, 0, 480) and n % 3 == 0, 3),
        "of 30": (lambda n: is_whole(n, 0, 480) and n % 30 == 0, 15),
        "less than 480": (lambda n: is_whole(n, 0, 479) and n % 15 == 0, 480),
    },
)
NIGHT = dt.timedelta(days=1)
case(
    "a stay", "time",
    s.with_gen(
        s.and_(
            {"from": dt.date, "to": dt.date},
            lambda x: dt.timedelta(days=1) <= x["to"] - x["from"] <= dt.timedelta(days=14),
        ),
        lambda: st.builds(
            lambda day, n: {"from": day, "to": day + n * NIGHT},
            st.dates(max_value=dt.date(9000, 1, 1)),
            st.integers(1, 14),
        ),
    ),
    lambda x: type(x) is dict and all(isinstance(x[k], dt.date) for k in ("from", "to")) and NIGHT <= x["to"] - x["from"] <= 14 * NIGHT,
    {"no night": (lambda x: type(x) is dict and all(isinstance(x[k], dt.date) for k in ("from", "to"))
                  and 0 * NIGHT <= x["to"] - x["from"] <= 14 * NIGHT, {"from": dt.date(2020, 1, 1), "to": dt.date(2020, 1, 1)}),
     "15 nights": (lambda x: type(x) is dict and all(isinstance(x[k], dt.date) for k in ("from", "to"))
                   and NIGHT <= x["to"] - x["from"] <= 15 * NIGHT, {"from": dt.date(2020, 1, 1), "to": dt.date(2020, 1, 16)})},
)  # fmt: skip
case(
    "a meeting",
    "time",
    s.with_gen(
        s.and_(
            s.is_inst,
            lambda t: t.tzinfo is not None,
            lambda t: t.minute % 30 == 0,
            lambda t: t.second == t.microsecond == 0,
        ),
        lambda: st.datetimes(timezones=st.timezones()).map(
            lambda t: t.replace(minute=30, second=0, microsecond=0)
        ),
    ),
    lambda t: (
        isinstance(t, dt.datetime)
        and t.tzinfo is not None
        and t.minute in (0, 30)
        and (t.second, t.microsecond) == (0, 0)
    ),
    {
        "naive": (
            lambda t: (
                isinstance(t, dt.datetime) and t.minute in (0, 30) and (t.second, t.microsecond) == (0, 0)
            ),
            dt.datetime(2020, 1, 1),
        ),
        "of UTC": (
            lambda t: (
                isinstance(t, dt.datetime)
                and t.tzinfo == dt.UTC
                and t.minute in (0, 30)
                and (t.second, t.microsecond) == (0, 0)
            ),
            dt.datetime(2020, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        ),
        "seconds": (
            lambda t: isinstance(t, dt.datetime) and t.tzinfo is not None and t.minute in (0, 30),
            dt.datetime(2020, 1, 1, 0, 0, 1, tzinfo=dt.UTC),
        ),
    },
)
case(
    "a temperature",
    "number",
    {"c": s.nilable(s.float_in(-273.15, 1e6, nan=False, infinite=False)), "n": s.is_nat_int},
    lambda x: (
        type(x) is dict
        and is_whole(x["n"], 0)
        and (x["c"] is None or (isinstance(x["c"], float) and -273.15 <= x["c"] <= 1e6))
    ),
    {
        "NaN": (
            lambda x: (
                type(x) is dict
                and is_whole(x["n"], 0)
                and (
                    x["c"] is None
                    or (isinstance(x["c"], float) and not x["c"] < -273.15 and not x["c"] > 1e6)
                )
            ),
            {"c": float("nan"), "n": 0},
        ),
        "from -274": (
            lambda x: (
                type(x) is dict
                and is_whole(x["n"], 0)
                and (x["c"] is None or (isinstance(x["c"], float) and -274 <= x["c"] <= 1e6))
            ),
            {"c": -273.5, "n": 0},
        ),
        "no None": (
            lambda x: (
                type(x) is dict
                and is_whole(x["n"], 0)
                and isinstance(x["c"], float)
                and -273.15 <= x["c"] <= 1e6
            ),
            {"c": None, "n": 0},
        ),
        "from 1": (
            lambda x: (
                type(x) is dict
                and is_whole(x["n"], 1)
                and (x["c"] is None or (isinstance(x["c"], float) and -273.15 <= x["c"] <= 1e6))
            ),
            {"c": None, "n": 0},
        ),
    },
)

# --- collections ------------------------------------------------------------------------------------------


case(
    "versions by name", "element", s.map_of(s.str_in("[a-z]+"), s.tuple_(s.int_in(min=0, max=9), s.int_in(min=0, max=9))),
    lambda d: isinstance(d, Mapping) and all(
        is_text(k) and re.fullmatch("[a-z]+", k) and type(v) is list and len(v) == 2 and all(is_whole(n, 0, 9) for n in v)
        for k, v in d.items()),
    {"the last alone": (lambda d: isinstance(d, Mapping) and all(
        is_text(k) and re.fullmatch("[a-z]+", k) and type(v) is list and len(v) == 2 and all(is_whole(n, 0, 9) for n in v)
        for k, v in [*d.items()][-1:]), {"a": [10, 0], "b": [0, 0]}),
     "the major alone": (lambda d: isinstance(d, Mapping) and all(
         is_text(k) and re.fullmatch("[a-z]+", k) and type(v) is list and len(v) == 2 and is_whole(v[0], 0, 9) for k, v in d.items()),
         {"a": [0, 10]}),
     "three numbers": (lambda d: isinstance(d, Mapping) and all(
         is_text(k) and re.fullmatch("[a-z]+", k) and type(v) is list and len(v) >= 2 and all(is_whole(n, 0, 9) for n in v)
         for k, v in d.items()), {"a": [0, 0, 0]})},
)  # fmt: skip


def check_matrix(rows):
    """As in numerical code: asserts."""
    assert type(rows) is list and 1 <= len(rows) <= 4
    width = len(rows[0])
    for row in rows:
        assert type(row) is list and len(row) == width >= 1
        assert all(type(x) is float and x == x and abs(x) != float("inf") for x in row)
    return True


def check_ragged(rows):
    assert type(rows) is list and 1 <= len(rows) <= 4
    for row in rows:
        assert type(row) is list and len(row) >= 1
        assert all(type(x) is float and x == x and abs(x) != float("inf") for x in row)
    return True


def check_first_row(rows):
    assert (
        check_ragged([rows[0]])
        and 1 <= len(rows) <= 4
        and all(type(row) is list and len(row) == len(rows[0]) for row in rows)
    )
    return type(rows) is list


case(
    "a matrix",
    "element",
    s.and_(
        s.coll_of(
            s.coll_of(s.float_in(nan=False, infinite=False), kind=list, min_count=1, gen_max=3),
            kind=list,
            min_count=1,
            max_count=4,
        ),
        lambda rows: len({len(row) for row in rows}) == 1,
    ),
    check_matrix,
    {
        "ragged": (check_ragged, [[1.0], [1.0, 2.0]]),
        "the first row": (check_first_row, [[1.0], [float("nan")]]),
    },
)
case(
    "sorted numbers", "element", s.and_(s.coll_of(s.int_in(0, 100), kind=list, min_count=2), lambda xs: xs == sorted(xs)),
    lambda xs: type(xs) is list and len(xs) >= 2 and all(is_whole(n, 0, 99) for n in xs) and xs == sorted(xs),
    {"any order": (lambda xs: type(xs) is list and len(xs) >= 2 and all(is_whole(n, 0, 99) for n in xs), [2, 1]),
     "strictly": (lambda xs: type(xs) is list and len(xs) >= 2 and all(is_whole(n, 0, 99) for n in xs) and xs == sorted(set(xs)), [1, 1]),
     "the ends": (lambda xs: type(xs) is list and len(xs) >= 2 and all(is_whole(n, 0, 99) for n in xs) and xs[0] <= xs[-1], [1, 3, 2]),
     "bounds of the ends": (lambda xs: type(xs) is list and len(xs) >= 2 and all(map(is_whole, xs)) and xs[0] >= 0 and xs == sorted(xs), [1, 100])},
)  # fmt: skip
case(
    "a tree", "element", s.from_json_schema({
        "$defs": {"node": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}, "kids": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
                           "required": ["n"]}}, "$ref": "#/$defs/node"}),
    lambda x: is_node(x),
    {"one level": (lambda x: is_node({**x, "kids": [{"n": kid["n"]} for kid in x.get("kids", [])]}), {"n": 0, "kids": [{"n": 0, "kids": [{}]}]}),
     "the root": (lambda x: is_node({"n": x["n"]}) and type(x.get("kids", [])) is list, {"n": 0, "kids": [1]}),
     "the first kid": (lambda x: is_node({**x, "kids": x.get("kids", [])[:1]}), {"n": 0, "kids": [{"n": 0}, {"n": -1}]})},
)  # fmt: skip


def is_node(x):
    is_n = (
        isinstance(x, dict)
        and not isinstance(x["n"], bool)
        and isinstance(x["n"], (int, float))
        and x["n"] >= 0
        and x["n"] == int(x["n"])
    )
    return is_n and type(x.get("kids", [])) is list and all(map(is_node, x.get("kids", [])))


case(
    "a message by its kind", "kind", s.multi_spec("type", {
        "text": s.keys({"type": str, "body": s.str_in(1, 20)}, closed=True), "image": s.keys({"type": str, "w": s.int_in(1, 9), "h": s.int_in(1, 9)}, closed=True)}),
    lambda x: type(x) is dict and (
        (x.get("type") == "text" and {*x} == {"type", "body"} and is_text(x["body"], 1, 20))
        or (x.get("type") == "image" and {*x} == {"type", "w", "h"} and is_whole(x["w"], 1, 8) and is_whole(x["h"], 1, 8))),
    {"an empty text": (lambda x: type(x) is dict and (
        (x.get("type") == "text" and {*x} == {"type", "body"} and is_text(x["body"], 0, 20))
        or (x.get("type") == "image" and {*x} == {"type", "w", "h"} and is_whole(x["w"], 1, 8) and is_whole(x["h"], 1, 8))), {"type": "text", "body": ""}),
     "more keys": (lambda x: type(x) is dict and (
         (x.get("type") == "text" and {*x} == {"type", "body"} and is_text(x["body"], 1, 20))
         or (x.get("type") == "image" and {*x} >= {"type", "w", "h"} and is_whole(x["w"], 1, 8) and is_whole(x["h"], 1, 8))), {"type": "image", "w": 1, "h": 1, "x": 1}),
     "the area": (lambda x: type(x) is dict and (
         (x.get("type") == "text" and {*x} == {"type", "body"} and is_text(x["body"], 1, 20))
         or (x.get("type") == "image" and {*x} == {"type", "w", "h"} and is_whole(x["w"]) and is_whole(x["h"]) and 1 <= x["w"] * x["h"] <= 64)), {"type": "image", "w": 32, "h": 2})},
)  # fmt: skip
