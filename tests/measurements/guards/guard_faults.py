"""Guards with one fault each, beside a right one; a value that tells each fault apart is given.

    $ python -m tests.measurements.guards.near_misses faults

A case is a spec, a guard equal to it, and faults of the guard: a function, and a value on which it is wrong.
Half of the guards are written as other people write theirs: models, attrs, parsers, exceptions, jsonschema.
"""

# ruff: noqa: E501, PT018, SIM300
import datetime as dt
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

import attrs
import jsonschema
import pydantic

import mxspec as s

UTC = dt.UTC


class Case(NamedTuple):
    """A spec, a right guard, and faults by their words: the guard, and a value on which it is wrong."""

    kind: str
    spec: object
    right: object
    faults: dict


CASES = {}


def case(name, kind, spec, right, faults):
    CASES[name] = Case(kind, spec, right, faults)


def is_int(x):
    return type(x) is int


def is_str(x):
    return isinstance(x, str)


# --- presence ---------------------------------------------------------------------------------------------

ORDER = s.keys({"ship": {"post", "pickup"}, "address": s.optional(str)})


def order_shape(o):
    return isinstance(o, dict) and o.get("ship") in ("post", "pickup") and is_str(o.get("address", ""))


case(
    "required if",
    "presence",
    s.and_(ORDER, lambda o: o["ship"] == "pickup" or "address" in o),
    lambda o: order_shape(o) and (o["ship"] == "pickup" or "address" in o),
    {
        "without the rule": (order_shape, {"ship": "post"}),
        "the other way": (
            lambda o: order_shape(o) and (o["ship"] == "post" or "address" in o),
            {"ship": "post"},
        ),
    },
)
case(
    "forbidden if",
    "presence",
    s.and_(ORDER, lambda o: o["ship"] == "post" or "address" not in o),
    lambda o: order_shape(o) and (o["ship"] == "post" or "address" not in o),
    {"without the rule": (order_shape, {"ship": "pickup", "address": ""})},
)

CONTACT = s.keys({"mail": s.optional(str), "phone": s.optional(str), "name": str})


def contact_shape(c):
    return (
        isinstance(c, dict) and is_str(c.get("name")) and all(is_str(c.get(k, "")) for k in ("mail", "phone"))
    )


case(
    "at most one",
    "presence",
    s.and_(CONTACT, lambda c: not ("mail" in c and "phone" in c)),
    lambda c: contact_shape(c) and not ("mail" in c and "phone" in c),
    {"without the rule": (contact_shape, {"name": "", "mail": "", "phone": ""})},
)
case(
    "at least one",
    "presence",
    s.and_(CONTACT, lambda c: "mail" in c or "phone" in c),
    lambda c: contact_shape(c) and ("mail" in c or "phone" in c),
    {
        "without the rule": (contact_shape, {"name": ""}),
        "one of them needed": (lambda c: contact_shape(c) and "mail" in c, {"name": "", "phone": ""}),
    },
)
case(
    "both or none",
    "presence",
    s.and_(CONTACT, lambda c: ("mail" in c) == ("phone" in c)),
    lambda c: contact_shape(c) and ("mail" in c) == ("phone" in c),
    {
        "without the rule": (contact_shape, {"name": "", "mail": ""}),
        "one way": (
            lambda c: contact_shape(c) and ("mail" not in c or "phone" in c),
            {"name": "", "phone": ""},
        ),
        "the other": (
            lambda c: contact_shape(c) and ("phone" not in c or "mail" in c),
            {"name": "", "mail": ""},
        ),
    },
)
case(
    "exactly one of three", "presence",
    s.and_(s.keys({k: s.optional(int) for k in "abc"}), lambda d: sum(k in d for k in "abc") == 1),
    lambda d: isinstance(d, dict) and all(is_int(d.get(k, 0)) for k in "abc") and sum(k in d for k in "abc") == 1,
    {"none": (lambda d: isinstance(d, dict) and all(is_int(d.get(k, 0)) for k in "abc")
              and sum(k in d for k in "abc") <= 1, {}),
     "two": (lambda d: isinstance(d, dict) and all(is_int(d.get(k, 0)) for k in "abc")
             and 1 <= sum(k in d for k in "abc") <= 2, {"a": 1, "b": 2}),
     "two of them": (lambda d: isinstance(d, dict) and all(is_int(d.get(k, 0)) for k in "abc")
                     and ("c" in d) + ("a" in d or "b" in d) == 1, {"a": 1, "b": 2})},
)  # fmt: skip


class Payment(pydantic.BaseModel):
    """As in an API: a card needs a number."""

    model_config = pydantic.ConfigDict(strict=True)
    method: Literal["card", "cash"]
    number: str | None = None
    tip: int = pydantic.Field(default=0, ge=0)

    @pydantic.model_validator(mode="after")
    def card_has_number(self):
        if self.method == "card" and self.number is None:
            raise ValueError("a card needs a number")
        return self


class CarelessPayment(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True)
    method: Literal["card", "cash"]
    number: str | None = None
    tip: int = pydantic.Field(default=0, ge=0)


case(
    "a model that requires if",
    "presence",
    s.and_(
        s.keys(
            {
                "method": {"card", "cash"},
                "number": s.optional(s.nilable(str)),
                "tip": s.optional(s.int_in(min=0)),
            }
        ),
        lambda p: p["method"] != "card" or p.get("number") is not None,
    ),
    Payment,
    {"without the rule": (CarelessPayment, {"method": "card"})},
)
EVENT_SCHEMA = {
    "type": "object",
    "properties": {"start": {"type": "integer"}, "end": {"type": "integer"}, "all_day": {"type": "boolean"}},
    "required": ["start"],
    "oneOf": [{"required": ["end"]}, {"required": ["all_day"]}],
}


def by_schema(schema):
    whole = jsonschema.Draft202012Validator
    checker = whole.TYPE_CHECKER.redefine("integer", lambda _, x: type(x) is int)
    return jsonschema.validators.extend(whole, type_checker=checker)(schema).is_valid


case(
    "a schema with one of two", "presence",
    s.and_(
        s.keys({"start": s.is_int, "end": s.optional(s.is_int), "all_day": s.optional(s.is_bool)}),
        lambda e: ("end" in e) is not ("all_day" in e),
    ),
    by_schema(EVENT_SCHEMA),
    {"any of": (by_schema({**{k: v for k, v in EVENT_SCHEMA.items() if k != "oneOf"},
                           "anyOf": EVENT_SCHEMA["oneOf"]}), {"start": 1, "end": 2, "all_day": True}),
     "no rule": (by_schema({k: v for k, v in EVENT_SCHEMA.items() if k != "oneOf"}), {"start": 1})},
)  # fmt: skip


def clean_filter(q):
    """As in a view of a web framework: raises on what it refuses."""
    if not isinstance(q, dict):
        raise TypeError("a dict")
    for key in ("since", "until", "last"):
        if key in q and type(q[key]) is not int:
            raise ValueError(key)
    if "last" in q and ("since" in q or "until" in q):
        raise ValueError("last excludes since and until")
    return True


def careless_filter(q):
    if not isinstance(q, dict):
        raise TypeError("a dict")
    for key in ("since", "until", "last"):
        if key in q and type(q[key]) is not int:
            raise ValueError(key)
    if "last" in q and "since" in q:
        raise ValueError("last excludes since")
    return True


case(
    "one excludes two",
    "presence",
    s.and_(
        s.keys({k: s.optional(int) for k in ("since", "until", "last")}),
        lambda q: "last" not in q or not ("since" in q or "until" in q),
    ),
    clean_filter,
    {"one forgotten": (careless_filter, {"last": 1, "until": 2})},
)
SHELF = s.keys({"n": s.int_in(0, 9), "unit": {"kg", "piece", "box"}, "weight": s.optional(s.int_in(1, 50))})


def shelf_shape(x):
    return (isinstance(x, dict) and is_int(x.get("n")) and 0 <= x["n"] < 9 and x.get("unit") in ("kg", "piece", "box")
            and is_int(x.get("weight", 1)) and 1 <= x.get("weight", 1) < 50)  # fmt: skip


case(
    "required if one of three",
    "presence",
    s.and_(SHELF, lambda x: x["unit"] != "box" or "weight" in x),
    lambda x: shelf_shape(x) and (x["unit"] != "box" or "weight" in x),
    {
        "without the rule": (shelf_shape, {"n": 1, "unit": "box"}),
        "of another": (
            lambda x: shelf_shape(x) and (x["unit"] != "kg" or "weight" in x),
            {"n": 1, "unit": "kg"},
        ),
        "too often": (lambda x: shelf_shape(x) and "weight" in x, {"n": 1, "unit": "kg"}),
    },
)
case(
    "required in each line", "presence",
    {"lines": s.coll_of(s.and_(SHELF, lambda x: x["unit"] != "box" or "weight" in x), kind=list, min_count=1)},
    lambda d: isinstance(d, dict) and type(d["lines"]) is list and len(d["lines"]) > 0
    and all(shelf_shape(x) and (x["unit"] != "box" or "weight" in x) for x in d["lines"]),
    {"without the rule": (lambda d: isinstance(d, dict) and type(d["lines"]) is list and len(d["lines"]) > 0
                          and all(map(shelf_shape, d["lines"])), {"lines": [{"n": 1, "unit": "box"}]}),
     "of the first alone": (lambda d: isinstance(d, dict) and type(d["lines"]) is list and len(d["lines"]) > 0
                            and all(map(shelf_shape, d["lines"]))
                            and (d["lines"][0]["unit"] != "box" or "weight" in d["lines"][0]),
                            {"lines": [{"n": 1, "unit": "kg"}, {"n": 1, "unit": "box"}]})},
)  # fmt: skip

# --- elements ---------------------------------------------------------------------------------------------


def ints(xs):
    return type(xs) is list and all(is_int(x) and 0 <= x < 10 for x in xs)


def small(x):
    return is_int(x) and 0 <= x < 10


case(
    "elements", "element", s.coll_of(s.int_in(0, 10), kind=list), ints,
    {"the first": (lambda xs: type(xs) is list and (not xs or small(xs[0])), [1, "a"]),
     "the first two": (lambda xs: type(xs) is list and all(map(small, xs[:2])), [1, 2, 99]),
     "all but the last": (lambda xs: type(xs) is list and all(map(small, xs[:-1])), [99]),
     "the first and the last": (lambda xs: type(xs) is list and all(map(small, xs[:1] + xs[-1:])), [1, 99, 1]),
     "types of all, bounds of the first": (
         lambda xs: type(xs) is list and all(map(is_int, xs)) and (not xs or 0 <= xs[0] < 10), [1, 99]),
     "the sum": (lambda xs: type(xs) is list and all(map(is_int, xs)) and 0 <= sum(xs) < 10 * len(xs) + 1, [-1, 2])},
)  # fmt: skip
case(
    "elements of a field", "element", {"tags": s.coll_of(s.str_in(1, 5), kind=list, min_count=2, max_count=6)},
    lambda d: isinstance(d, dict) and type(d["tags"]) is list and 2 <= len(d["tags"]) <= 6
    and all(is_str(x) and 1 <= len(x) <= 5 for x in d["tags"]),
    {"the first": (lambda d: isinstance(d, dict) and type(d["tags"]) is list and 2 <= len(d["tags"]) <= 6
                   and is_str(d["tags"][0]) and 1 <= len(d["tags"][0]) <= 5, {"tags": ["a", ""]}),
     "types alone": (lambda d: isinstance(d, dict) and type(d["tags"]) is list and 2 <= len(d["tags"]) <= 6
                     and all(map(is_str, d["tags"])), {"tags": ["a", ""]}),
     "any": (lambda d: isinstance(d, dict) and type(d["tags"]) is list and 2 <= len(d["tags"]) <= 6
             and any(is_str(x) and 1 <= len(x) <= 5 for x in d["tags"]), {"tags": ["a", ""]})},
)  # fmt: skip


def row_of_numbers(row):
    return type(row) is list and all(type(x) is float and 0 <= x <= 1 for x in row)


case(
    "elements of elements", "element",
    s.coll_of(s.coll_of(s.float_in(0, 1), kind=list), kind=list, min_count=1),
    lambda rows: type(rows) is list and len(rows) > 0 and all(map(row_of_numbers, rows)),
    {"the first row": (lambda rows: type(rows) is list and len(rows) > 0 and row_of_numbers(rows[0])
                       and all(type(row) is list for row in rows), [[0.5], [2.0]]),
     "the first of each": (lambda rows: type(rows) is list and len(rows) > 0
                           and all(row_of_numbers(row[:1]) for row in rows)
                           and all(type(row) is list for row in rows), [[0.5, 2.0]])},
)  # fmt: skip
case(
    "values of a map", "element", s.map_of(s.str_in(1, 3), s.int_in(0, 10), min_count=1),
    lambda d: isinstance(d, dict) and len(d) > 0 and all(is_str(k) and 1 <= len(k) <= 3 for k in d)
    and all(map(small, d.values())),
    {"the first value": (lambda d: isinstance(d, dict) and len(d) > 0
                         and all(is_str(k) and 1 <= len(k) <= 3 for k in d) and small(next(iter(d.values()))),
                         {"a": 1, "b": 99}),
     "the first key": (lambda d: isinstance(d, dict) and all(map(small, d.values()))
                       and is_str(k := next(iter(d))) and 1 <= len(k) <= 3, {"a": 1, "": 1})},
)  # fmt: skip


class Cart(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True)
    ids: list[int]

    @pydantic.field_validator("ids")
    @classmethod
    def small(cls, ids):
        if any(not 0 < n < 1000 for n in ids):
            raise ValueError("an id from 1 to 999")
        return ids


class CarelessCart(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True)
    ids: list[int]

    @pydantic.field_validator("ids")
    @classmethod
    def small(cls, ids):
        if ids and not 0 < ids[-1] < 1000:
            raise ValueError("an id from 1 to 999")
        return ids


case(
    "a model of ids",
    "element",
    {"ids": s.coll_of(s.int_in(1, 1000), kind=list)},
    Cart,
    {"the last alone": (CarelessCart, {"ids": [0, 1]})},
)
case(
    "sequence of words", "element", s.cat(n=s.int_in(1, 4), words=s.plus(s.str_in("[a-z]+"))),
    lambda x: isinstance(x, (list, tuple)) and len(x) > 1 and is_int(x[0]) and 1 <= x[0] < 4
    and all(is_str(w) and re.fullmatch("[a-z]+", w) for w in x[1:]),
    {"the first word": (lambda x: isinstance(x, (list, tuple)) and len(x) > 1 and is_int(x[0]) and 1 <= x[0] < 4
                        and bool(re.fullmatch("[a-z]+", x[1])), [1, "a", "B"])},
)  # fmt: skip

# --- patterns and texts -----------------------------------------------------------------------------------


@s.predicate_row("a port", str, pattern=r"[a-z]+:[0-9]{2,5}")
def is_port(x):
    return isinstance(x, str) and re.fullmatch(r"[a-z]+:[0-9]{2,5}", x) is not None


def matches(pattern, flags=0):
    return lambda x: isinstance(x, str) and re.fullmatch(pattern, x, flags) is not None


case(
    "a row's pattern", "pattern", is_port, matches(r"[a-z]+:[0-9]{2,5}"),
    {"any text": (is_str, ""), "search": (lambda x: is_str(x) and bool(re.search(r"[a-z]+:[0-9]{2,5}", x)), "a:12 "),
     "a digit less": (matches(r"[a-z]+:[0-9]{1,5}"), "a:1"), "a digit more": (matches(r"[a-z]+:[0-9]{2,6}"), "a:123456"),
     "any case": (matches(r"[a-zA-Z]+:[0-9]{2,5}"), "A:12"), "any digit": (matches(r"[a-z]+:\d{2,5}"), "a:\u0663\u0663"),
     "a line end": (lambda x: is_str(x) and bool(re.match(r"[a-z]+:[0-9]{2,5}$", x)), "a:12\n"),
     "no name": (matches(r"[a-z]*:[0-9]{2,5}"), ":12"), "no number": (matches(r"[a-z]+:[0-9]*"), "a:")},
)  # fmt: skip
case(
    "an ident",
    "pattern",
    s.is_simple_ident,
    lambda x: s.is_simple_ident(x),
    {"any text": (is_str, ""), "with a namespace": (s.is_ident, "a/b")},
)
case("a URI", "pattern", s.is_uri, lambda x: s.is_uri(x), {"any text": (is_str, "")})
case(
    "a plate", "pattern", {"plate": s.str_in("[A-Z]{1,3}-[A-Z]{1,2} [1-9][0-9]{0,3}")},
    lambda d: isinstance(d, dict) and matches("[A-Z]{1,3}-[A-Z]{1,2} [1-9][0-9]{0,3}")(d["plate"]),
    {"a zero": (lambda d: isinstance(d, dict) and matches("[A-Z]{1,3}-[A-Z]{1,2} [0-9]{1,4}")(d["plate"]), {"plate": "A-B 0"}),
     "a dot": (lambda d: isinstance(d, dict) and matches("[A-Z]{1,3}.[A-Z]{1,2} [1-9][0-9]{0,3}")(d["plate"]),
               {"plate": "A+B 1"}),
     "a letter more": (lambda d: isinstance(d, dict) and matches("[A-Z]{1,4}-[A-Z]{1,2} [1-9][0-9]{0,3}")(d["plate"]),
                       {"plate": "AAAA-B 1"}),
     "no blank": (lambda d: isinstance(d, dict) and matches("[A-Z]{1,3}-[A-Z]{1,2} ?[1-9][0-9]{0,3}")(d["plate"]),
                  {"plate": "A-B1"})},
)  # fmt: skip
is_nfc = s.and_(s.str_in(1, 20), lambda x: unicodedata.normalize("NFC", x) == x)
case(
    "a normal form",
    "unicode",
    is_nfc,
    lambda x: is_str(x) and 1 <= len(x) <= 20 and unicodedata.is_normalized("NFC", x),
    {
        "any form": (lambda x: is_str(x) and 1 <= len(x) <= 20, "e\u0301"),
        "the other": (
            lambda x: is_str(x) and 1 <= len(x) <= 20 and unicodedata.is_normalized("NFD", x),
            "\u00e9",
        ),
    },
)
case(
    "a lower case",
    "unicode",
    s.and_(s.str_in(1, 9), lambda x: x == x.casefold()),
    lambda x: is_str(x) and 1 <= len(x) <= 9 and x == x.casefold(),
    {
        "lower": (lambda x: is_str(x) and 1 <= len(x) <= 9 and x == x.lower(), "ß"),
        "any": (lambda x: is_str(x) and 1 <= len(x) <= 9, "A"),
    },
)
case(
    "printable",
    "unicode",
    s.and_(s.str_in(1, 9), str.isprintable),
    lambda x: is_str(x) and 1 <= len(x) <= 9 and x.isprintable(),
    {"any": (lambda x: is_str(x) and 1 <= len(x) <= 9, "\n")},
)
case(
    "digits", "unicode", s.and_(str, str.isdigit), lambda x: is_str(x) and x.isdigit(),
    {"decimal": (lambda x: is_str(x) and x.isdecimal(), "²"), "alphanumeric": (lambda x: is_str(x) and x.isalnum(), "a"),
     "ascii": (lambda x: is_str(x) and x.isascii() and x.isdigit(), "\u0663")},
)  # fmt: skip

# --- times and numbers ------------------------------------------------------------------------------------

OPEN = s.range_of(dt.time, dt.time(8), dt.time(18, 30))
case(
    "opening hours", "time", OPEN, lambda t: isinstance(t, dt.time) and dt.time(8) <= t <= dt.time(18, 30),
    {"an hour early": (lambda t: isinstance(t, dt.time) and dt.time(7) <= t <= dt.time(18, 30), dt.time(7, 30)),
     "open end": (lambda t: isinstance(t, dt.time) and dt.time(8) <= t < dt.time(18, 30), dt.time(18, 30)),
     "hours alone": (lambda t: isinstance(t, dt.time) and 8 <= t.hour <= 18, dt.time(18, 40)),
     "minutes alone": (lambda t: isinstance(t, dt.time) and dt.time(8) <= t.replace(second=0, microsecond=0) <= dt.time(18, 30),
                       dt.time(18, 30, 1))},
)  # fmt: skip
HOUR = dt.timedelta(hours=1)
case(
    "a wait", "time", s.range_of(dt.timedelta, HOUR, 48 * HOUR),
    lambda t: isinstance(t, dt.timedelta) and HOUR <= t <= 48 * HOUR,
    {"seconds alone": (lambda t: isinstance(t, dt.timedelta) and 3600 <= t.seconds, dt.timedelta(days=9, hours=2)),
     "no end": (lambda t: isinstance(t, dt.timedelta) and HOUR <= t, 49 * HOUR),
     "whole hours": (lambda t: isinstance(t, dt.timedelta) and HOUR <= t and t // HOUR <= 48, 48.5 * HOUR),
     "after": (lambda t: isinstance(t, dt.timedelta) and HOUR < t <= 48 * HOUR, HOUR)},
)  # fmt: skip
PRICE = s.range_of(Decimal, Decimal("0.01"), Decimal("999.99"))
case(
    "a price", "number", {"price": PRICE},
    lambda d: isinstance(d, dict) and isinstance(d["price"], Decimal) and Decimal("0.01") <= d["price"] <= Decimal("999.99"),
    {"zero": (lambda d: isinstance(d, dict) and isinstance(d["price"], Decimal) and 0 <= d["price"] <= Decimal("999.99"),
              {"price": Decimal(0)}),
     "above zero": (lambda d: isinstance(d, dict) and isinstance(d["price"], Decimal) and 0 < d["price"] <= Decimal("999.99"),
                    {"price": Decimal("0.001")}),
     "to a thousand": (lambda d: isinstance(d, dict) and isinstance(d["price"], Decimal)
                       and Decimal("0.01") <= d["price"] < 1000, {"price": Decimal("999.995")}),
     "rounded": (lambda d: isinstance(d, dict) and isinstance(d["price"], Decimal)
                 and Decimal("0.01") <= round(d["price"], 2) <= Decimal("999.99"), {"price": Decimal("0.009")})},
)  # fmt: skip
case(
    "a share", "number", s.range_of(Fraction, Fraction(1, 3), Fraction(2, 3)),
    lambda x: isinstance(x, Fraction) and Fraction(1, 3) <= x <= Fraction(2, 3),
    {"as a float": (lambda x: isinstance(x, Fraction) and 0.33 <= x <= Fraction(2, 3), Fraction(332, 1000)),
     "open": (lambda x: isinstance(x, Fraction) and Fraction(1, 3) < x <= Fraction(2, 3), Fraction(1, 3)),
     "to one": (lambda x: isinstance(x, Fraction) and Fraction(1, 3) <= x <= 1, Fraction(1))},
)  # fmt: skip
case(
    "a multiple",
    "number",
    s.and_(int, lambda x: x % 8 == 0),
    lambda x: is_int(x) and x % 8 == 0,
    {
        "of four": (lambda x: is_int(x) and x % 4 == 0, 4),
        "of two": (lambda x: is_int(x) and x % 2 == 0, 2),
        "of sixteen": (lambda x: is_int(x) and x % 16 == 0, 8),
        "none": (is_int, 1),
    },
)
case(
    "of a moment with an offset", "time",
    s.and_(s.is_inst, lambda t: t.tzinfo is not None and t.utcoffset() == dt.timedelta(0)),
    lambda t: isinstance(t, dt.datetime) and t.tzinfo is not None and t.utcoffset() == dt.timedelta(0),
    {"any zone": (lambda t: isinstance(t, dt.datetime) and t.tzinfo is not None,
                  dt.datetime(2020, 1, 1, tzinfo=dt.timezone(HOUR))),
     "naive": (lambda t: isinstance(t, dt.datetime) and (t.tzinfo is None or t.utcoffset() == dt.timedelta(0)),
               dt.datetime(2020, 1, 1))},
)  # fmt: skip
case(
    "a birthday", "time",
    s.and_(s.range_of(dt.date, dt.date(1900, 1, 1), dt.date(2020, 12, 31)), lambda d: (d.month, d.day) != (2, 29)),
    lambda d: isinstance(d, dt.date) and dt.date(1900, 1, 1) <= d <= dt.date(2020, 12, 31)
    and (d.month, d.day) != (2, 29),
    {"a leap day": (lambda d: isinstance(d, dt.date) and dt.date(1900, 1, 1) <= d <= dt.date(2020, 12, 31),
                    dt.date(2020, 2, 29)),
     "a day of a month": (lambda d: isinstance(d, dt.date) and dt.date(1900, 1, 1) <= d <= dt.date(2020, 12, 31)
                          and d.day != 29, dt.date(2020, 3, 29))},
)  # fmt: skip
case(
    "a workday", "time", s.and_(s.range_of(dt.date, dt.date(2020, 1, 1), dt.date(2029, 12, 31)), lambda d: d.weekday() < 5),
    lambda d: isinstance(d, dt.date) and dt.date(2020, 1, 1) <= d <= dt.date(2029, 12, 31) and d.weekday() < 5,
    {"saturdays": (lambda d: isinstance(d, dt.date) and dt.date(2020, 1, 1) <= d <= dt.date(2029, 12, 31)
                   and d.weekday() < 6, dt.date(2024, 1, 6)),
     "not on fridays": (lambda d: isinstance(d, dt.date) and dt.date(2020, 1, 1) <= d <= dt.date(2029, 12, 31)
                        and d.weekday() < 4, dt.date(2024, 1, 5)),
     "all": (lambda d: isinstance(d, dt.date) and dt.date(2020, 1, 1) <= d <= dt.date(2029, 12, 31), dt.date(2024, 1, 6))},
)  # fmt: skip


@attrs.define
class Room:
    """As in a library of classes: the class refuses."""

    width: float = attrs.field(validator=[attrs.validators.instance_of(float), attrs.validators.ge(0.5)])
    doors: int = attrs.field(default=1, validator=attrs.validators.in_(range(1, 5)))


def a_room(x):
    if type(x.get("doors", 1)) is not int:
        raise TypeError("doors")
    if not set(x) <= {"width", "doors"} or not x["width"] <= 100:
        raise ValueError("width")
    Room(**x)
    return True


def a_room_of(**changes):
    def accept(x):
        assert {*x} <= {"width", "doors"} and type(x["width"]) is float and type(x.get("doors", 1)) is int
        least, most, doors = changes.get("least", 0.5), changes.get("most", 100), changes.get("doors", 5)
        return least <= x["width"] <= most and 1 <= x.get("doors", 1) < doors

    return accept


case(
    "a room", "number", s.keys({"width": s.float_in(0.5, 100), "doors": s.optional(s.int_in(1, 5))}, closed=True), a_room,
    {"narrow": (a_room_of(least=0), {"width": 0.25}), "wide": (a_room_of(most=101), {"width": 100.5}),
     "five doors": (a_room_of(doors=6), {"width": 1.0, "doors": 5}),
     "three doors": (a_room_of(doors=4), {"width": 1.0, "doors": 4}),
     "endless": (a_room_of(most=float("inf")), {"width": float("inf")})},
)  # fmt: skip


def read_version(text):
    """As in a parser: three numbers, else a ValueError."""
    major, minor, patch = text.split(".")
    if not all(
        part.isascii() and part.isdigit() and (part == "0" or part[0] != "0")
        for part in (major, minor, patch)
    ):
        raise ValueError(text)
    return True


def careless_version(text):
    if len(text.split(".")) != 3:
        raise ValueError(text)
    return all(part.isdigit() for part in text.split("."))


case(
    "a version",
    "pattern",
    s.str_in(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"),
    read_version,
    {
        "leading zeros": (careless_version, "01.0.0"),
        "two numbers": (
            lambda x: is_str(x) and bool(re.fullmatch(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){1,2}", x)),
            "0.0",
        ),
    },
)


def check_interval(x):
    if type(x) is not dict or not {"low", "high"} <= x.keys():
        raise ValueError("low and high")
    low, high = x["low"], x["high"]
    if type(low) is not int or type(high) is not int:
        raise TypeError("ints")
    if not (-100 <= low < high <= 100 and high - low <= 50):
        raise ValueError("an interval")
    return True


def interval(rule):
    def accept(x):
        low, high = x["low"], x["high"]
        return (
            type(x) is dict
            and is_int(low)
            and is_int(high)
            and -100 <= low
            and high <= 100
            and rule(low, high)
        )

    return accept


case(
    "an interval", "relation",
    s.and_({"low": s.int_in(min=-100, max=100), "high": s.int_in(min=-100, max=100)},
           lambda x: x["low"] < x["high"], lambda x: x["high"] - x["low"] <= 50),
    check_interval,
    {"equal": (interval(lambda low, high: low <= high and high - low <= 50), {"low": 1, "high": 1}),
     "wide": (interval(lambda low, high: low < high), {"low": 0, "high": 90}),
     "a step wide": (interval(lambda low, high: low < high and high - low <= 51), {"low": 0, "high": 51}),
     "a step narrow": (interval(lambda low, high: low < high and high - low < 50), {"low": 0, "high": 50})},
)  # fmt: skip
case(
    "an untagged union", "kind", s.or_(n=s.int_in(0, 5), t={"none", "all"}, xs=s.coll_of(bool, kind=list)),
    lambda x: (is_int(x) and 0 <= x < 5) or (is_str(x) and x in ("none", "all"))
    or (type(x) is list and all(type(y) is bool for y in x)),
    {"a bound": (lambda x: (is_int(x) and 0 <= x <= 5) or (is_str(x) and x in ("none", "all"))
                 or (type(x) is list and all(type(y) is bool for y in x)), 5),
     "a member": (lambda x: (is_int(x) and 0 <= x < 5) or x == "all"
                  or (type(x) is list and all(type(y) is bool for y in x)), "none"),
     "a branch": (lambda x: (is_int(x) and 0 <= x < 5) or (is_str(x) and x in ("none", "all")), [])},
)  # fmt: skip
SHAPES = s.multi_spec("kind", {
    "circle": {"kind": str, "r": s.float_in(0, 10)}, "box": {"kind": str, "sides": s.tuple_(s.int_in(1, 9), s.int_in(1, 9))},
})  # fmt: skip


def is_circle(x):
    return x["kind"] == "circle" and type(x["r"]) is float and 0 <= x["r"] <= 10


def is_box(x, most=9):
    sides = x["sides"]
    return (
        x["kind"] == "box"
        and type(sides) is list
        and len(sides) == 2
        and all(is_int(n) and 1 <= n < most for n in sides)
    )


case(
    "shapes", "kind", SHAPES, lambda x: isinstance(x, dict) and (is_circle(x) or is_box(x)),
    {"a bound of one": (lambda x: isinstance(x, dict) and (is_circle(x) or is_box(x, 10)), {"kind": "box", "sides": [9, 1]}),
     "any kind": (lambda x: isinstance(x, dict) and (is_circle({**x, "kind": "circle"}) if "r" in x else is_box(x)),
                  {"kind": "disc", "r": 1.0}),
     "a forgotten kind": (lambda x: isinstance(x, dict) and is_circle(x), {"kind": "box", "sides": [1, 1]})},
)  # fmt: skip
