"""Twenty specs of business, science and machine learning, each with an equal guard in plain Python.

A guard returns True, or else refuses, also by any exception. `GUARDED` has them by their names.
`tests/measurements/guards/guard_mutants.py` makes faults in the guards.
"""

# ruff: noqa: PT018
# fmt: off
import datetime as dt
import itertools
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import numpy as np

import mxspec as s

GUARDED = {}


def is_int(x):
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool)


def is_float(x):
    return isinstance(x, (float, np.floating))


def is_number(x):  # which mutants call
    return is_int(x) or is_float(x)


class Guarded(NamedTuple):
    """A spec, a guard that is equal to it, and what mends a relation of a value's parts."""

    spec: object
    guard: object
    mend: object


def guards(spec, mend=None):
    """Enter a guard, under its own name, as one that is equal to a spec.

    Args:
        mend: makes of a value that fits the first part of an and_ one that often fits all.
    """
    spec = s.keys(spec) if isinstance(spec, dict) else spec
    examples = mend and (lambda: s.gen(spec.preds[0]).map(mend))

    def enter(guard):
        GUARDED[guard.__name__] = Guarded(s.with_gen(spec, examples) if mend else spec, guard, mend)
        return guard

    return enter


def sum_of(lines):
    return sum(line["quantity"] * line["cents"] for line in lines)


LINE = s.keys({
    "sku": s.str_in("[A-Z]{3}-[0-9]{4}"), "quantity": s.int_in(min=1, max=99),
    "cents": s.int_in(min=1, max=500000),
}, closed=True)


@guards(
    s.and_(
        s.keys({
            "id": s.is_pos_int, "lines": s.coll_of(LINE, kind=list, min_count=1, max_count=20),
            "total": s.is_nat_int, "note": s.optional(s.str_in(0, 140)),
        }, closed=True),
        lambda order: order["total"] == sum_of(order["lines"]),
    ),
    lambda order: order | {"total": sum_of(order["lines"])},
)
def order(x):
    assert isinstance(x, Mapping) and {"id", "lines", "total"} <= set(x)
    assert not set(x) - {"id", "lines", "total", "note"}
    assert is_int(x["id"]) and x["id"] > 0 and is_int(x["total"]) and x["total"] >= 0
    assert "note" not in x or (isinstance(x["note"], str) and len(x["note"]) <= 140)
    assert isinstance(x["lines"], list) and 1 <= len(x["lines"]) <= 20
    total = 0
    for line in x["lines"]:
        assert isinstance(line, Mapping) and set(line) == {"sku", "quantity", "cents"}
        assert isinstance(line["sku"], str) and re.fullmatch("[A-Z]{3}-[0-9]{4}", line["sku"])
        assert is_int(line["quantity"]) and 1 <= line["quantity"] <= 99
        assert is_int(line["cents"]) and 1 <= line["cents"] <= 500000
        total += line["quantity"] * line["cents"]
    return x["total"] == total


@guards(s.and_(
    {
        "room": s.str_in("[A-D][0-9]{3}"),
        "start": s.range_of(dt.date, dt.date(2024, 1, 1), dt.date(2030, 12, 31)),
        "end": s.range_of(dt.date, dt.date(2024, 1, 1), dt.date(2030, 12, 31)),
        "guests": s.int_in(min=1, max=8), "breakfast": s.optional(bool),
    },
    lambda booking: booking["start"] < booking["end"],
    lambda booking: booking["end"] - booking["start"] <= dt.timedelta(days=28) or booking["guests"] <= 4,
))
def booking(x):
    if not isinstance(x, Mapping) or not isinstance(x.get("room"), str):
        return False
    if re.fullmatch(r"[A-D][0-9]{3}", x["room"]) is None:
        return False
    start, end, first, last = x["start"], x["end"], dt.date(2024, 1, 1), dt.date(2030, 12, 31)
    if not isinstance(start, dt.date) or not isinstance(end, dt.date):
        return False
    if not (first <= start <= last and first <= end <= last):
        return False
    if not (is_int(x["guests"]) and 1 <= x["guests"] <= 8):
        return False
    if "breakfast" in x and not isinstance(x["breakfast"], (bool, np.bool_)):
        return False
    return start < end and ((end - start).days <= 28 or x["guests"] <= 4)


@guards(s.multi_spec(
    lambda event: event["type"].split(".")[0],
    {
        "user": {"type": str, "user_id": s.is_pos_int, "email": s.str_in(3, 80)},
        "file": {"type": str, "path": s.str_in("(/[a-z0-9_]+)+"), "bytes": s.is_nat_int},
        "timer": {"type": str, "every": s.int_in(min=5, max=3600)},
    },
    retag=lambda event, tag: event | {"type": f"{tag}.created"},
))
def event(x):
    kind = x["type"].split(".")[0]
    if not isinstance(x, Mapping) or not isinstance(x["type"], str):
        return False
    if kind == "user":
        assert is_int(x["user_id"]) and x["user_id"] > 0
        return isinstance(x["email"], str) and 3 <= len(x["email"]) <= 80
    if kind == "file":
        if not isinstance(x["path"], str) or not re.fullmatch(r"(/[a-z0-9_]+)+", x["path"]):
            return False
        return is_int(x["bytes"]) and x["bytes"] >= 0
    return kind == "timer" and is_int(x["every"]) and 5 <= x["every"] <= 3600


@guards(s.keys({
    "host": s.str_in(r"[a-z][a-z0-9-]*(\.[a-z]{2,6})+"), "port": s.int_in(min=1024, max=65535),
    "level": {"debug", "info", "warning", "error"}, "retries": s.int_in(0, 6),
    "timeout": s.optional(s.float_in(0.5, 60)),
    "proxy": s.optional(s.nilable({"host": s.str_in(1, 60), "port": s.int_in(min=1, max=65535)})),
    "tls": s.optional(bool),
}, closed=True))
def configuration(x):
    assert isinstance(x, Mapping)
    for key in ("host", "port", "level", "retries"):
        assert key in x
    assert all(key in {"host", "port", "level", "retries", "timeout", "proxy", "tls"} for key in x)
    assert isinstance(x["host"], str) and re.fullmatch(r"[a-z][a-z0-9-]*(\.[a-z]{2,6})+", x["host"])
    assert is_int(x["port"]) and x["port"] >= 1024 and x["port"] <= 65535
    assert x["level"] in {"debug", "info", "warning", "error"}
    assert is_int(x["retries"]) and 0 <= x["retries"] < 6
    assert "timeout" not in x or (is_float(x["timeout"]) and 0.5 <= x["timeout"] <= 60)
    assert "tls" not in x or isinstance(x["tls"], (bool, np.bool_))
    proxy = x.get("proxy")
    if proxy is None:
        return True
    assert isinstance(proxy, Mapping) and is_int(proxy["port"]) and 1 <= proxy["port"] <= 65535
    return isinstance(proxy["host"], str) and 1 <= len(proxy["host"]) <= 60


@guards({
    "at": s.inst_in(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1)),
    "device": s.and_(int, lambda n: 0 <= n < 4096, s.is_even), "celsius": s.float_in(-40, 85, nan=False),
    "humidity": s.nilable(s.float_in(0, 1)), "status": {"ok", "low battery", "lost"},
})
def sensor_row(x):
    assert isinstance(x, Mapping) and isinstance(x["at"], dt.datetime)
    assert dt.datetime(2020, 1, 1) <= x["at"] < dt.datetime(2030, 1, 1)
    assert is_int(x["device"]) and x["device"] >= 0 and x["device"] < 4096 and x["device"] % 2 == 0
    assert is_float(x["celsius"]) and -40 <= x["celsius"] <= 85
    assert x["humidity"] is None or (is_float(x["humidity"]) and 0 <= x["humidity"] <= 1)
    return x["status"] in ("ok", "low battery", "lost")


@guards(
    s.and_(
        {
            "name": s.str_in("[a-z][a-z0-9_]{2,15}"), "password": s.str_in(8, 64),
            "again": s.str_in(8, 64), "age": s.nilable(s.int_in(min=18, max=130)), "terms": {True},
        },
        lambda form: form["password"] == form["again"],
        lambda form: form["name"] not in form["password"],
    ),
    lambda form: form | {"again": form["password"]},
)
def sign_up(x):
    assert isinstance(x, Mapping)
    assert isinstance(x["name"], str) and isinstance(x["password"], str) and isinstance(x["again"], str)
    assert re.fullmatch("[a-z][a-z0-9_]{2,15}", x["name"])
    assert len(x["password"]) >= 8 and len(x["password"]) <= 64 and x["password"] == x["again"]
    assert x["age"] is None or (is_int(x["age"]) and x["age"] >= 18 and (x["age"] <= 130))
    assert x["name"] not in x["password"]
    return isinstance(x["terms"], (bool, np.bool_)) and bool(x["terms"])


CARD = {
    "kind": str, "number": s.str_in("[0-9]{16}"), "month": s.int_in(min=1, max=12),
    "year": s.int_in(min=2024, max=2040),
}
TRANSFER = {
    "kind": str, "iban": s.str_in("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"),
    "reference": s.optional(s.str_in(1, 35)),
}
CASH = {"kind": str, "cents": s.int_in(min=1, max=100000)}


@guards(s.multi_spec("kind", {"card": CARD, "transfer": TRANSFER, "cash": CASH}))
def payment(x):
    assert isinstance(x, Mapping)
    kind = x.get("kind")
    if kind == "card":
        assert isinstance(x["number"], str) and re.fullmatch("[0-9]{16}", x["number"])
        assert is_int(x["month"]) and 1 <= x["month"] <= 12
        return is_int(x["year"]) and 2024 <= x["year"] <= 2040
    if kind == "transfer":
        assert isinstance(x["iban"], str) and re.fullmatch("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", x["iban"])
        return "reference" not in x or (isinstance(x["reference"], str) and 1 <= len(x["reference"]) <= 35)
    return kind == "cash" and is_int(x["cents"]) and 0 < x["cents"] <= 100_000


@guards(
    s.and_(
        {
            "iss": {"login", "partner"}, "sub": s.str_in("[a-f0-9]{8}"),
            "aud": s.or_(one=str, several=s.coll_of(str, kind=list, min_count=1)), "iat": s.is_nat_int,
            "exp": s.is_nat_int, "scope": s.coll_of({"read", "write", "admin"}, kind=list, distinct=True),
        },
        lambda claims: 0 < claims["exp"] - claims["iat"] <= 3600,
        lambda claims: claims["iss"] == "login" or "admin" not in claims["scope"],
    ),
    lambda claims: claims | {"exp": claims["iat"] + 1 + claims["exp"] % 3600},
)
def claims(x):
    assert isinstance(x, Mapping) and x["iss"] in ("login", "partner")
    assert isinstance(x["sub"], str) and re.fullmatch("[a-f0-9]{8}", x["sub"])
    if isinstance(x["aud"], list):
        assert len(x["aud"]) >= 1 and all(isinstance(each, str) for each in x["aud"])
    else:
        assert isinstance(x["aud"], str)
    assert is_int(x["iat"]) and is_int(x["exp"]) and x["iat"] >= 0 and x["exp"] >= 0
    assert isinstance(x["scope"], list) and len(x["scope"]) == len(set(x["scope"]))
    assert all(each in ("read", "write", "admin") for each in x["scope"])
    assert x["exp"] > x["iat"] and x["exp"] - x["iat"] <= 3600
    return x["iss"] == "login" or "admin" not in x["scope"]


@guards(s.array((None, 8, 8), "float32", min=0, max=1))
def images(x):
    if not isinstance(x, np.ndarray) or x.dtype != np.float32:
        return False
    if x.ndim != 3 or x.shape[1:] != (8, 8):
        return False
    return x.size == 0 or bool(x.min() >= 0 and x.max() <= 1)


@guards({
    "vector": s.array((6,), "float32", finite=True), "label": s.int_in(0, 10), "weight": s.float_in(0, 1),
    "split": {"train", "test"},
})
def embedding(x):
    vector = x["vector"]
    assert isinstance(x, Mapping) and isinstance(vector, np.ndarray)
    assert vector.shape == (6,) and vector.dtype == np.float32 and np.isfinite(vector).all()
    assert is_int(x["label"]) and x["label"] >= 0 and x["label"] <= 9
    return is_float(x["weight"]) and 0 <= x["weight"] <= 1 and x["split"] in ("train", "test")


@guards(s.and_(
    s.tuple_(s.int_in(-1000, 1000), s.int_in(-1000, 1000), {1, 2, 5, 10}),
    lambda steps: steps[0] < steps[1],
    lambda steps: (steps[1] - steps[0]) % steps[2] == 0,
))
def steps(x):
    assert isinstance(x, list) and len(x) == 3 and all(map(is_int, x))
    start, stop, step = x
    assert start >= -1000 and start < 1000 and stop >= -1000 and stop < 1000
    assert step in (1, 2, 5, 10)
    return start < stop and (stop - start) % step == 0


@guards(
    s.and_(s.str_in("(DE|FR|GB)[0-9]{2}[A-Z0-9]+"), s.str_in(15, 34), lambda text: "O" not in text),
    lambda text: text.replace("O", "0").ljust(15, "7")[:34],
)
def account(x):
    if not isinstance(x, str) or len(x) < 15 or len(x) > 34:
        return False
    if x[:2] not in ("DE", "FR", "GB") or not re.fullmatch("[0-9]{2}", x[2:4]):
        return False
    return re.fullmatch("[A-Z0-9]+", x[4:]) is not None and "O" not in x


s.def_("quality/comment", {
    "author": s.str_in("@[a-z]{1,12}"), "text": s.str_in(1, 200), "likes": s.optional(s.is_nat_int),
    "replies": s.optional(s.coll_of("quality/comment", kind=list, max_count=4, gen_max=2)),
})


@guards("quality/comment")
def comment(x):
    assert isinstance(x, Mapping)
    assert isinstance(x["author"], str) and re.fullmatch("@[a-z]{1,12}", x["author"])
    assert isinstance(x["text"], str) and 1 <= len(x["text"]) <= 200
    assert "likes" not in x or (is_int(x["likes"]) and x["likes"] >= 0)
    if "replies" not in x:
        return True
    assert isinstance(x["replies"], list) and len(x["replies"]) <= 4
    return all(comment(each) for each in x["replies"])


@guards(s.map_of(
    s.str_in("[a-z]{2}-[0-9]{3}"),
    s.and_(
        {"count": s.int_in(0, 1000), "reserved": s.is_nat_int},
        lambda shelf: shelf["reserved"] <= shelf["count"],
    ),
    min_count=1,
    max_count=6,
))
def stock(x):
    assert isinstance(x, Mapping) and len(x) != 0 and len(x) <= 6
    for key, shelf in x.items():
        assert isinstance(key, str) and re.fullmatch("[a-z]{2}-[0-9]{3}", key)
        assert isinstance(shelf, Mapping) and is_int(shelf["count"]) and is_int(shelf["reserved"])
        assert shelf["count"] >= 0 and shelf["count"] < 1000 and shelf["reserved"] >= 0
        assert shelf["reserved"] <= shelf["count"]
    return True


@guards(s.coll_of(s.str_in("#[a-z]{1,10}"), kind=set, min_count=1, max_count=5))
def tags(x):
    if not isinstance(x, set) or not 1 <= len(x) <= 5:
        return False
    return all(isinstance(each, str) and re.fullmatch("#[a-z]{1,10}", each) for each in x)


@guards(s.and_(
    {
        "amount": s.range_of(Decimal, Decimal("0.01"), Decimal(10000)), "currency": {"EUR", "USD", "JPY"},
        "issued": s.range_of(dt.date, dt.date(2020, 1, 1), dt.date(2029, 12, 31)), "days": {0, 14, 30},
        "discount": s.optional(s.range_of(Decimal, Decimal(0), Decimal("0.5"))),
    },
    lambda invoice: invoice["currency"] != "JPY" or "discount" not in invoice,
))
def invoice(x):
    assert isinstance(x, Mapping) and isinstance(x["amount"], Decimal)
    assert x["amount"] >= Decimal("0.01") and x["amount"] <= Decimal(10000)
    assert x["currency"] in ("EUR", "USD", "JPY") and is_int(x["days"]) and x["days"] in (0, 14, 30)
    assert isinstance(x["issued"], dt.date) and dt.date(2020, 1, 1) <= x["issued"] <= dt.date(2029, 12, 31)
    if "discount" not in x:
        return True
    assert isinstance(x["discount"], Decimal) and 0 <= x["discount"] <= Decimal("0.5")
    return x["currency"] != "JPY"


@guards(s.cat(
    command={"copy", "move"},
    flags=s.star(s.str_in("--[a-z]{2,9}")),
    depth=s.maybe(s.int_in(min=1, max=9)),
    files=s.plus(s.str_in(r"[a-z]{1,8}\.(txt|csv)")),
))
def command_line(x):
    assert isinstance(x, (list, tuple)) and len(x) >= 2 and x[0] in ("copy", "move")
    flags = itertools.takewhile(lambda x: isinstance(x, str) and re.fullmatch("--[a-z]{2,9}", x), x[1:])
    files = x[1 + len([*flags]) :]
    if len(files) > 0 and is_int(files[0]):
        assert files[0] >= 1 and files[0] <= 9
        files = files[1:]
    return len(files) > 0 and all(re.fullmatch(r"[a-z]{1,8}\.(txt|csv)", each) for each in files)


@guards({
    "type": {"LineString"},
    "points": s.coll_of(
        s.tuple_(s.float_in(-180, 180), s.float_in(-90, 90)), kind=list, min_count=2, distinct=True
    ),
    "surface": s.nilable({"road", "gravel"}),
})
def track(x):
    assert isinstance(x, Mapping) and x["type"] == "LineString"
    points = x["points"]
    assert isinstance(points, list) and len(points) >= 2
    for point in points:
        assert isinstance(point, list) and len(point) == 2 and is_float(point[0]) and is_float(point[1])
        assert -180 <= point[0] <= 180 and -90 <= point[1] <= 90
    assert not any(point in points[:i] for i, point in enumerate(points))
    return x["surface"] is None or x["surface"] in ("road", "gravel")


@guards(s.and_(
    {
        "optimizer": {"sgd", "adam"}, "rate": s.and_(float, lambda rate: 0 < rate <= 1),
        "layers": s.coll_of(s.int_in(min=1, max=4096), kind=list, min_count=1, max_count=8),
        "batch": {32, 64, 128, 256}, "momentum": s.optional(s.float_in(0, 1)),
        "seed": s.optional(s.nilable(s.is_nat_int)),
    },
    lambda options: options["optimizer"] == "sgd" or "momentum" not in options,
    lambda options: options["layers"] == sorted(options["layers"], reverse=True),
))
def training(x):
    assert isinstance(x, Mapping) and x["optimizer"] in ("sgd", "adam")
    assert is_float(x["rate"]) and x["rate"] > 0 and x["rate"] <= 1
    layers = x["layers"]
    assert isinstance(layers, list) and len(layers) != 0 and len(layers) <= 8
    assert all(is_int(n) and 1 <= n <= 4096 for n in layers)
    assert all(a >= b for a, b in itertools.pairwise(layers))
    assert is_int(x["batch"]) and x["batch"] in (32, 64, 128, 256)
    assert x.get("seed") is None or (is_int(x["seed"]) and x["seed"] >= 0)
    if "momentum" not in x:
        return True
    return x["optimizer"] == "sgd" and is_float(x["momentum"]) and 0 <= x["momentum"] <= 1


ADDRESS = s.keys({
    "street": s.str_in(1, 60), "zip": s.str_in("[0-9]{5}"), "country": {"DE", "FR", "IT"},
    "floor": s.optional(s.int_in(min=-2, max=80)),
}, closed=True)


@guards(s.merge(
    {"id": UUID, "born": s.nilable(s.range_of(dt.date, dt.date(1900, 1, 1)))},
    {
        "roles": s.coll_of({"owner", "editor", "viewer"}, kind=list, distinct=True, min_count=1),
        "address": ADDRESS,
    },
))
def profile(x):
    assert isinstance(x, Mapping) and isinstance(x["id"], UUID)
    assert x["born"] is None or (isinstance(x["born"], dt.date) and x["born"] >= dt.date(1900, 1, 1))
    roles, address = x["roles"], x["address"]
    assert isinstance(roles, list) and 1 <= len(roles) <= 3 and len(roles) == len(set(roles))
    assert all(role in {"owner", "editor", "viewer"} for role in roles)
    assert isinstance(address, Mapping) and {"street", "zip", "country"} <= set(address)
    assert set(address) <= {"street", "zip", "country", "floor"} and len(address) <= 4
    assert isinstance(address["street"], str) and 1 <= len(address["street"]) <= 60
    assert isinstance(address["zip"], str) and re.fullmatch("[0-9]{5}", address["zip"])
    if "floor" in address:
        assert is_int(address["floor"]) and -2 <= address["floor"] <= 80
        return address["country"] in ("DE", "FR", "IT")
    return len(address) == 3 and address["country"] in ("DE", "FR", "IT")


# What makes of a right value one that is hard to come by: by a constant in another place, or by two changes.
HARD = {
    "order": [
        lambda x, n=n: x | {"lines": [x["lines"][0] | {"quantity": 1, "cents": n}], "total": n}
        for n in (0, 500_000, 500_001)
    ],
    "configuration": [lambda x: x | {"TLS": True}],
    "sign_up": [
        lambda x: x | {"password": ["a"] * 8, "again": ["a"] * 8},
        lambda x: x | {"password": x["name"] + "12345", "again": x["name"] + "12345"},
    ],
    "embedding": [lambda x: x | {"split": "TEST"}],
    "claims": [lambda x: x | {"iss": "PARTNER", "scope": []}],
    "steps": [lambda x: [0, 11, 11]],
    "tags": [frozenset],
}
