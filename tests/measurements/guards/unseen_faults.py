"""Guards with one fault each, written after the engine, and asked once before anything was mended.

These are functions of a line or two; `unseen_styles.py` has those in the style of other people. The cases are
those of the first run, which results/near_misses.md tells of.
"""

# ruff: noqa: E501
# fmt: off
import calendar
import collections.abc
import datetime as dt
import functools
import itertools
import math
import re
from decimal import Decimal

from hypothesis import strategies as st

import mxspec as s
from tests.measurements.guards.guard_faults import Case

CASES = {}
UTC = dt.UTC
DAY = dt.timedelta(days=1)


def case(name, kind, spec, right, faults):
    CASES[name] = Case(kind, spec, right, faults)


def whole(x, least=-(10**99), most=10**99):
    return isinstance(x, int) and not isinstance(x, bool) and least <= x <= most


def text(x, pattern="(?s:.*)"):
    return isinstance(x, str) and re.fullmatch(pattern, x) is not None


def texts(x):
    return type(x) is list and all(isinstance(y, str) for y in x)


# --- the house's style ------------------------------------------------------------------------------------

case("a point on the globe", "tuple", s.tuple_(s.float_in(-90, 90, nan=False), s.float_in(-180, 180, nan=False)),
     lambda p: type(p) is list and len(p) == 2 and all(isinstance(c, float) for c in p) and -90 <= p[0] <= 90 and -180 <= p[1] <= 180,
     {"one bound for both": (lambda p: type(p) is list and len(p) == 2 and all(isinstance(c, float) and -180 <= c <= 180 for c in p), [91.0, 0.0]),
      "swapped": (lambda p: type(p) is list and len(p) == 2 and all(isinstance(c, float) for c in p) and -180 <= p[0] <= 180 and -90 <= p[1] <= 90, [0.0, 100.0]),
      "not-a-numbers": (lambda p: type(p) is list and len(p) == 2 and all(isinstance(c, float) for c in p) and not (abs(p[0]) > 90 or abs(p[1]) > 180), [math.nan, 0.0]),
      "a third": (lambda p: type(p) is list and all(isinstance(c, float) for c in p) and -90 <= p[0] <= 90 and -180 <= p[1] <= 180, [0.0, 0.0, 0.0]),
      "a missing one": (lambda p: type(p) is list and len(p) <= 2 and all(isinstance(c, float) and -b <= c <= b for c, b in zip(p, (90, 180), strict=False)), [0.0]),
      "the date line": (lambda p: type(p) is list and len(p) == 2 and all(isinstance(c, float) for c in p) and -90 <= p[0] <= 90 and -180 < p[1] <= 180, [0.0, -180.0])})

case("a color of three", "tuple", s.coll_of(s.int_in(0, 256), kind=list, count=3),
     lambda c: type(c) is list and len(c) == 3 and all(whole(n, 0, 255) for n in c),
     {"any in place of all": (lambda c: type(c) is list and len(c) == 3 and all(map(whole, c)) and any(0 <= n <= 255 for n in c), [0, 0, 256]),
      "with alpha": (lambda c: type(c) is list and len(c) in (3, 4) and all(whole(n, 0, 255) for n in c), [0, 0, 0, 0]),
      "the last one": (lambda c: type(c) is list and len(c) == 3 and all(map(whole, c)) and 0 <= c[-1] <= 255, [-1, 0, 0]),
      "the sum": (lambda c: type(c) is list and len(c) == 3 and all(whole(n, 0) for n in c) and sum(c) <= 765, [300, 0, 0])})

case("a board", "element", s.coll_of(s.coll_of({0, 1, 2}, kind=list, count=3), kind=list, count=3),
     lambda b: type(b) is list and len(b) == 3 and all(type(r) is list and len(r) == 3 and all(whole(n, 0, 2) for n in r) for r in b),
     {"rows of any length": (lambda b: type(b) is list and len(b) == 3 and all(type(r) is list and all(whole(n, 0, 2) for n in r) for r in b), [[0, 0, 0], [0, 0, 0], []]),
      "nine in all": (lambda b: type(b) is list and len(b) == 3 and all(type(r) is list and all(whole(n, 0, 2) for n in r) for r in b) and sum(map(len, b)) == 9, [[0] * 2, [0] * 3, [0] * 4]),
      "the diagonal": (lambda b: type(b) is list and len(b) == 3 and all(type(r) is list and len(r) == 3 and all(map(whole, r)) for r in b) and all(0 <= b[i][i] <= 2 for i in range(3)), [[0, 3, 0], [0] * 3, [0] * 3]),
      "any row": (lambda b: type(b) is list and b != [] and all(type(r) is list and len(r) == 3 and all(whole(n, 0, 2) for n in r) for r in b), [[0] * 3])})

case("an index of words", "element", s.map_of(s.str_in("[a-z]{1,8}"), s.coll_of(s.is_pos_int, kind=list, min_count=1)),
     lambda d: isinstance(d, dict) and all(text(k, "[a-z]{1,8}") and type(v) is list and v and all(whole(n, 1) for n in v) for k, v in d.items()),
     {"any key": (lambda d: isinstance(d, dict) and all(isinstance(k, str) and type(v) is list and v and all(whole(n, 1) for n in v) for k, v in d.items()), {"A": [1]}),
      "an empty list": (lambda d: isinstance(d, dict) and all(text(k, "[a-z]{1,8}") and type(v) is list and all(whole(n, 1) for n in v) for k, v in d.items()), {"a": []}),
      "truth of numbers": (lambda d: isinstance(d, dict) and all(text(k, "[a-z]{1,8}") and type(v) is list and v and all(map(whole, v)) and all(v) for k, v in d.items()), {"a": [-1]}),
      "the first page": (lambda d: isinstance(d, dict) and all(text(k, "[a-z]{1,8}") and type(v) is list and all(map(whole, v)) and v[0] >= 1 for k, v in d.items()), {"a": [1, 0]}),
      "the first entry": (lambda d: isinstance(d, dict) and all(text(k, "[a-z]{1,8}") and type(v) is list and v and all(whole(n, 1) for n in v) for k, v in [*d.items()][:1]), {"a": [1], "b": [0]}),
      "no empty map": (lambda d: isinstance(d, dict) and len(d) > 0 and all(text(k, "[a-z]{1,8}") and type(v) is list and v and all(whole(n, 1) for n in v) for k, v in d.items()), {})})


def config(c, needs_port=False, takes_none=False, truth=False, most=65535, ttl=0):
    db = c["db"]
    if not (isinstance(db, dict) and isinstance(db["host"], str) and db["host"]):
        return False
    if needs_port and "port" not in db:
        return False
    if (db.get("port") if truth else "port" in db) and not whole(db["port"], 1, most):
        return False
    if "cache" not in c or (takes_none and c["cache"] is None):
        return True
    return isinstance(c["cache"], dict) and whole(c["cache"]["ttl"], ttl)


case("a configuration with a cache", "presence",
     {"db": {"host": s.str_in(1), "port": s.optional(s.int_in(min=1, max=65535))}, "cache": s.optional({"ttl": s.is_nat_int})},
     config,
     {"a port always": (functools.partial(config, needs_port=True), {"db": {"host": "a"}}),
      "None for no cache": (functools.partial(config, takes_none=True), {"db": {"host": "a"}, "cache": None}),
      "port 0 is no port": (functools.partial(config, truth=True), {"db": {"host": "a", "port": 0}}),
      "one port more": (functools.partial(config, most=65536), {"db": {"host": "a", "port": 65536}}),
      "no ttl of 0": (functools.partial(config, ttl=1), {"db": {"host": "a"}, "cache": {"ttl": 0}})})

PASSWORD = s.and_(s.keys({"user": str, "password": s.optional(s.str_in(4, 20)), "confirm": s.optional(s.str_in(4, 20))}),
                  lambda d: d.get("password") == d.get("confirm"))


def confirmed(d, same=lambda a, b: a == b):
    a, b = d.get("password", "none"), d.get("confirm", "none")
    return isinstance(d["user"], str) and all(isinstance(p, str) and 4 <= len(p) <= 20 for p in (a, b)) and (
        ("password" in d) == ("confirm" in d)) and same(a, b)


case("a password and its copy", "relation", PASSWORD, confirmed,
     {"any copy": (functools.partial(confirmed, same=lambda a, b: True), {"user": "", "password": "0000", "confirm": "0001"}),
      "of any case": (functools.partial(confirmed, same=lambda a, b: a.lower() == b.lower()), {"user": "", "password": "aaaa", "confirm": "AAAA"}),
      "the first four": (functools.partial(confirmed, same=lambda a, b: a[:4] == b[:4]), {"user": "", "password": "00000", "confirm": "0000"}),
      "a copy if any": (lambda d: confirmed(d) if "confirm" in d else isinstance(d["user"], str) and text(d.get("password", "none"), "(?s:.{4,20})"), {"user": "", "password": "0000"}),
      "no copy of nothing": (lambda d: "password" in d and confirmed(d), {"user": ""})})


def server(d, rule=lambda d: not d["tls"] or ("cert" in d and "key" in d)):
    return type(d["tls"]) is bool and texts([d.get("cert", ""), d.get("key", "")]) and rule(d)


case("a server with keys", "presence",
     s.and_(s.keys({"tls": bool, "cert": s.optional(str), "key": s.optional(str)}), lambda d: not d["tls"] or {"cert", "key"} <= {*d}),
     server,
     {"a cert alone": (functools.partial(server, rule=lambda d: not d["tls"] or "cert" in d), {"tls": True, "cert": ""}),
      "a key alone": (functools.partial(server, rule=lambda d: not d["tls"] or "key" in d), {"tls": True, "key": ""}),
      "one of both": (functools.partial(server, rule=lambda d: not d["tls"] or "cert" in d or "key" in d), {"tls": True, "key": ""}),
      "always": (functools.partial(server, rule=lambda d: "cert" in d and "key" in d), {"tls": False}),
      "by truth": (functools.partial(server, rule=lambda d: not d["tls"] or bool(d.get("cert") and d.get("key"))), {"tls": True, "cert": "", "key": "a"}),
      "none without tls": (functools.partial(server, rule=lambda d: d["tls"] == ("cert" in d and "key" in d)), {"tls": False, "cert": "", "key": ""})})

WAYS = ("mail", "phone", "fax")


def reachable(d, counts):
    return all(isinstance(d.get(k, ""), str) for k in WAYS) and sum(k in d for k in WAYS) in counts


case("two ways to reach", "presence",
     s.and_(s.keys({k: s.optional(str) for k in WAYS}), lambda d: len([k for k in ("mail", "phone", "fax") if k in d]) >= 2),
     functools.partial(reachable, counts=(2, 3)),
     {"one": (functools.partial(reachable, counts=(1, 2, 3)), {"fax": ""}),
      "not all": (functools.partial(reachable, counts=(2,)), dict.fromkeys(WAYS, "")),
      "the first two": (lambda d: reachable(d, (2, 3)) and "mail" in d and "phone" in d, {"mail": "", "fax": ""}),
      "without fax": (lambda d: reachable(d, (2, 3)) or ("phone" in d and reachable(d, (1,))), {"phone": ""})})

METHOD = s.and_(
    s.keys({"by": {"card", "bank", "cash"}, "number": s.optional(s.str_in("[0-9]{4}")), "iban": s.optional(s.str_in("[A-Z]{2}[0-9]{2}"))}),
    lambda d: ("number" in d) == (d["by"] == "card"), lambda d: ("iban" in d) == (d["by"] == "bank"))


def payment(d, number=lambda d: ("number" in d) == (d["by"] == "card"), iban=lambda d: ("iban" in d) == (d["by"] == "bank")):
    return d["by"] in ("card", "bank", "cash") and text(d.get("number", "0000"), "[0-9]{4}") and text(d.get("iban", "AA00"), "[A-Z]{2}[0-9]{2}") and number(d) and iban(d)


case("a way to pay", "presence", METHOD, payment,
     {"an iban for cash": (functools.partial(payment, iban=lambda d: "iban" in d if d["by"] == "bank" else d["by"] == "cash" or "iban" not in d), {"by": "cash", "iban": "AA00"}),
      "a number for all": (functools.partial(payment, number=lambda d: d["by"] != "card" or "number" in d), {"by": "bank", "number": "0000", "iban": "AA00"}),
      "no number": (functools.partial(payment, number=lambda d: d["by"] == "card" or "number" not in d), {"by": "card"}),
      "no iban": (functools.partial(payment, iban=lambda d: d["by"] == "bank" or "iban" not in d), {"by": "bank"})})

case("a state", "kind", {"state": {"open", "closed", "on-hold"}},
     lambda d: isinstance(d["state"], str) and d["state"] in ("open", "closed", "on-hold"),
     {"in a text": (lambda d: d["state"] in "open closed on-hold", {"state": "on"}),
      "of any case": (lambda d: isinstance(d["state"], str) and d["state"].lower() in ("open", "closed", "on-hold"), {"state": "OPEN"}),
      "with blanks": (lambda d: isinstance(d["state"], str) and d["state"].strip() in ("open", "closed", "on-hold"), {"state": " open"}),
      "an underscore": (lambda d: isinstance(d["state"], str) and d["state"].replace("_", "-") in ("open", "closed", "on-hold"), {"state": "on_hold"}),
      "by the start": (lambda d: isinstance(d["state"], str) and d["state"].startswith(("open", "closed", "on-hold")), {"state": "opened"})})

case("a status", "number", s.int_in(100, 600), lambda n: whole(n, 100, 599),
     {"by the first digit": (lambda n: whole(n) and str(n)[0] in "12345", 10),
      "to 4": (lambda n: whole(n) and n // 100 in range(1, 5), 500),
      "above 100": (lambda n: whole(n) and 100 < n < 600, 100),
      "three digits": (lambda n: whole(n, 1) and len(str(n)) == 3, 600)})

case("a parent and tags", "kind", {"parent": s.nilable(s.is_pos_int), "tags": s.nilable(s.coll_of(str, kind=list))},
     lambda d: (d["parent"] is None or whole(d["parent"], 1)) and (d["tags"] is None or texts(d["tags"])),
     {"a missing parent": (lambda d: (d.get("parent") is None or whole(d["parent"], 1)) and (d["tags"] is None or texts(d["tags"])), {"tags": None}),
      "parent 0": (lambda d: (not d["parent"] or whole(d["parent"], 1)) and (d["tags"] is None or texts(d["tags"])), {"parent": 0, "tags": None}),
      "tags always": (lambda d: (d["parent"] is None or whole(d["parent"], 1)) and texts(d["tags"]), {"parent": None, "tags": None}),
      "no empty tags": (lambda d: (d["parent"] is None or whole(d["parent"], 1)) and (d["tags"] is None or (texts(d["tags"]) and len(d["tags"]) > 0)), {"parent": None, "tags": []}),
      "a text for tags": (lambda d: (d["parent"] is None or whole(d["parent"], 1)) and (d["tags"] is None or all(isinstance(t, str) for t in d["tags"])), {"parent": None, "tags": "ab"}),
      "None among tags": (lambda d: (d["parent"] is None or whole(d["parent"], 1)) and (d["tags"] is None or (type(d["tags"]) is list and all(t is None or isinstance(t, str) for t in d["tags"]))), {"parent": None, "tags": [None]})})

case("pairs in a row", "element", s.star(s.cat(key=str, value=s.is_nat_int)),
     lambda xs: xs is None or (isinstance(xs, collections.abc.Sequence) and not isinstance(xs, (str, bytes)) and len(xs) % 2 == 0 and all(isinstance(k, str) for k in xs[::2]) and all(whole(v, 0) for v in xs[1::2])),
     {"an odd one": (lambda xs: type(xs) is list and all(isinstance(k, str) and whole(v, 0) for k, v in zip(xs[::2], xs[1::2], strict=False)), [""]),
      "the first pair": (lambda xs: type(xs) is list and len(xs) % 2 == 0 and (not xs or (isinstance(xs[0], str) and whole(xs[1], 0))), ["", 0, 0, ""]),
      "keys alone": (lambda xs: type(xs) is list and len(xs) % 2 == 0 and all(isinstance(k, str) for k in xs[::2]), ["", -1]),
      "not none": (lambda xs: bool(type(xs) is list and len(xs) % 2 == 0 and xs and all(isinstance(k, str) for k in xs[::2]) and all(whole(v, 0) for v in xs[1::2])), [])})

case("different tags", "element", s.coll_of(str, kind=list, distinct=True, min_count=1, max_count=5),
     lambda xs: texts(xs) and 1 <= len(xs) <= 5 and len({*xs}) == len(xs),
     {"any": (lambda xs: texts(xs) and 1 <= len(xs) <= 5, ["", ""]),
      "neighbours": (lambda xs: texts(xs) and 1 <= len(xs) <= 5 and all(a != b for a, b in itertools.pairwise(xs)), ["a", "b", "a"]),
      "of any case": (lambda xs: texts(xs) and 1 <= len(xs) <= 5 and len({x.lower() for x in xs}) == len(xs), ["a", "A"]),
      "six": (lambda xs: texts(xs) and 1 <= len(xs) <= 6 and len({*xs}) == len(xs), [*"abcdef"]),
      "different of five": (lambda xs: texts(xs) and len(xs) >= 1 and len({*xs}) == len(xs), [*"abcdefg"])})

PERIODS = s.with_gen(
    s.and_(s.coll_of(s.and_(s.tuple_(s.is_nat_int, s.is_nat_int), lambda p: p[0] < p[1]), kind=list),
           lambda ps: all(a[1] <= b[0] for a, b in itertools.pairwise(ps))),
    lambda: st.lists(st.integers(0, 99), unique=True, max_size=8).map(lambda ns: [[a, b] for a, b in zip(sorted(ns)[::2], sorted(ns)[1::2], strict=False)]))


def periods(ps, own=lambda a, b: a < b, after=lambda a, b: a[1] <= b[0], few=slice(None)):
    return type(ps) is list and all(type(p) is list and len(p) == 2 and whole(p[0], 0) and whole(p[1], 0) and own(*p) for p in ps) and all(
        after(a, b) for a, b in [*itertools.pairwise(ps)][few])


case("periods", "relation", PERIODS, periods,
     {"overlaps": (functools.partial(periods, after=lambda a, b: True), [[0, 2], [1, 3]]),
      "by their starts": (functools.partial(periods, after=lambda a, b: a[0] < b[0]), [[0, 2], [1, 3]]),
      "no touch": (functools.partial(periods, after=lambda a, b: a[1] < b[0]), [[0, 1], [1, 2]]),
      "the first two": (functools.partial(periods, few=slice(1)), [[0, 1], [1, 3], [2, 4]]),
      "empty ones": (functools.partial(periods, own=lambda a, b: a <= b), [[0, 0]])})

BUDGET = s.with_gen(s.and_({"total": s.is_nat_int, "parts": s.coll_of(s.is_nat_int, kind=list)}, lambda d: sum(d["parts"]) == d["total"]),
                    lambda: st.lists(st.integers(0, 99), max_size=5).map(lambda ns: {"total": sum(ns), "parts": ns}))


def budget(d, rule):
    return whole(d["total"], 0) and type(d["parts"]) is list and all(whole(n, 0) for n in d["parts"]) and rule(sum(d["parts"]), d["total"], d["parts"])


case("a budget", "relation", BUDGET, functools.partial(budget, rule=lambda n, total, parts: n == total),
     {"at most": (functools.partial(budget, rule=lambda n, total, parts: n <= total), {"total": 1, "parts": []}),
      "at least": (functools.partial(budget, rule=lambda n, total, parts: n >= total), {"total": 0, "parts": [1]}),
      "nearly": (functools.partial(budget, rule=lambda n, total, parts: abs(n - total) <= 1), {"total": 1, "parts": []}),
      "if there are parts": (functools.partial(budget, rule=lambda n, total, parts: not parts or n == total), {"total": 1, "parts": []})})

SHAPE = s.multi_spec("shape", {
    "circle": s.keys({"shape": str, "r": s.is_pos_int}),
    "box": s.keys({"shape": str, "w": s.is_pos_int, "h": s.is_pos_int}),
    "triangle": s.and_(s.keys({"shape": str, "a": s.int_in(1, 9), "b": s.int_in(1, 9), "c": s.int_in(1, 9)}),
                       lambda t: t["a"] + t["b"] > t["c"] and t["b"] + t["c"] > t["a"] and t["c"] + t["a"] > t["b"])})


def shape(x, least=1, height=1, closes=lambda a, b, c: a + b > c and b + c > a and c + a > b, other=False):
    match x["shape"]:
        case "circle":
            return whole(x["r"], least)
        case "box":
            return whole(x["w"], 1) and whole(x["h"], height)
        case "triangle":
            return all(whole(x[k], 1, 8) for k in "abc") and closes(x["a"], x["b"], x["c"])
    return other and isinstance(x["shape"], str)


case("a shape", "kind", SHAPE, shape,
     {"a point": (functools.partial(shape, least=0), {"shape": "circle", "r": 0}),
      "any height": (functools.partial(shape, height=-(10**99)), {"shape": "box", "w": 1, "h": 0}),
      "any sides": (functools.partial(shape, closes=lambda a, b, c: True), {"shape": "triangle", "a": 1, "b": 1, "c": 8}),
      "one side": (functools.partial(shape, closes=lambda a, b, c: a + b > c), {"shape": "triangle", "a": 8, "b": 1, "c": 1}),
      "two sides": (functools.partial(shape, closes=lambda a, b, c: a + b > c and b + c > a), {"shape": "triangle", "a": 1, "b": 8, "c": 1}),
      "a flat one": (functools.partial(shape, closes=lambda a, b, c: a + b >= c and b + c >= a and c + a >= b), {"shape": "triangle", "a": 1, "b": 2, "c": 3}),
      "any shape": (functools.partial(shape, other=True), {"shape": "line"})})

case("permissions", "number", s.and_(s.int_in(0, 512), lambda n: n & 2 == 0), lambda n: whole(n, 0, 511) and n & 2 == 0,
     {"even": (lambda n: whole(n, 0, 511) and n % 2 == 0, 2),
      "two bits": (lambda n: whole(n, 0, 511) and n & 3 == 0, 1),
      "another bit": (lambda n: whole(n, 0, 511) and n & 4 == 0, 2),
      "any": (lambda n: whole(n, 0, 511), 2)})

case("a power of two", "number", s.and_(s.int_in(min=1, max=1024), lambda n: n & (n - 1) == 0), lambda n: whole(n, 1, 1024) and n.bit_count() == 1,
     {"with 0": (lambda n: whole(n, 0, 1024) and n & (n - 1) == 0, 0),
      "even": (lambda n: whole(n, 1, 1024) and n % 2 == 0, 6),
      "to 512": (lambda n: n in [2**i for i in range(10)] and whole(n), 1024),
      "up to two bits": (lambda n: whole(n, 1, 1024) and n.bit_count() <= 2, 3)})

case("a probability", "number", {"p": s.float_in(0, 1, nan=False)}, lambda d: isinstance(d["p"], float) and 0 <= d["p"] <= 1,
     {"strictly": (lambda d: isinstance(d["p"], float) and 0 < d["p"] < 1, {"p": 0.0}),
      "any number": (lambda d: isinstance(d["p"], (int, float)) and 0 <= d["p"] <= 1, {"p": 1}),
      "not a number": (lambda d: isinstance(d["p"], float) and not (d["p"] < 0 or d["p"] > 1), {"p": math.nan}),
      "percents": (lambda d: isinstance(d["p"], float) and 0 <= d["p"] <= 100, {"p": 2.0}),
      "nearly": (lambda d: isinstance(d["p"], float) and -1e-9 <= d["p"] <= 1 + 1e-9, {"p": 1 + 1e-10})})

s.def_("unseen/expression", s.or_(leaf=int, node=s.tuple_({"+", "*"}, "unseen/expression", "unseen/expression")))


def expression(x, right=True, depth=99, signs=("+", "*"), flags=False):
    if type(x) is list:
        return depth > 0 and len(x) == 3 and x[0] in signs and expression(x[1], right, depth - 1, signs, flags) and (
            not right or expression(x[2], right, depth - 1, signs, flags))
    return isinstance(x, int) and (flags or not isinstance(x, bool))


case("an expression", "element", s.spec("unseen/expression"), expression,
     {"any second operand": (functools.partial(expression, right=False), ["+", 1, "a"]),
      "of one level": (functools.partial(expression, depth=1), ["+", ["+", 1, 1], 1]),
      "with minus": (functools.partial(expression, signs=("+", "*", "-")), ["-", 1, 1]),
      "flags": (functools.partial(expression, flags=True), True)})

case("a set of days", "element", s.coll_of(s.int_in(1, 8), kind=set, max_count=3), lambda x: isinstance(x, set) and len(x) <= 3 and all(whole(n, 1, 7) for n in x),
     {"four": (lambda x: isinstance(x, set) and len(x) <= 4 and all(whole(n, 1, 7) for n in x), {1, 2, 3, 4}),
      "a list": (lambda x: isinstance(x, (set, list)) and len(x) <= 3 and all(whole(n, 1, 7) for n in x), [1]),
      "day 0": (lambda x: isinstance(x, set) and len(x) <= 3 and all(whole(n, 0, 7) for n in x), {0}),
      "the least": (lambda x: isinstance(x, set) and len(x) <= 3 and all(map(whole, x)) and (not x or 1 <= min(x) <= 7), {1, 8})})

for _name in ("unseen/id", "unseen/first", "unseen/last"):
    s.def_(_name, str)


def person(d, names=lambda d: "id" in d or ("first" in d and "last" in d)):
    return isinstance(d, dict) and all(isinstance(d.get(k, ""), str) for k in ("id", "first", "last")) and names(d)


case("an id or names", "presence", s.keys(req_un=[s.or_keys("unseen/id", s.and_keys("unseen/first", "unseen/last"))]), person,
     {"the first name": (functools.partial(person, names=lambda d: "id" in d or "first" in d), {"first": ""}),
      "the last name": (functools.partial(person, names=lambda d: "id" in d or "last" in d), {"last": ""}),
      "not both": (functools.partial(person, names=lambda d: ("id" in d) != ("first" in d and "last" in d)), {"id": "", "first": "", "last": ""}),
      "the id": (functools.partial(person, names=lambda d: "id" in d), {"first": "", "last": ""}),
      "nothing": (functools.partial(person, names=lambda d: True), {})})

case("a rule of money", "relation",
     s.with_gen(s.and_({"currency": {"EUR", "JPY"}, "amount": s.range_of(Decimal, Decimal(0), Decimal(1000))},
                       lambda d: d["amount"] == round(d["amount"], 0 if d["currency"] == "JPY" else 2)),
                lambda: st.one_of(st.builds(lambda n: {"currency": "JPY", "amount": Decimal(n)}, st.integers(0, 1000)),
                                  st.builds(lambda n: {"currency": "EUR", "amount": Decimal(n) / 100}, st.integers(0, 100_000)))),
     lambda d: d["currency"] in ("EUR", "JPY") and isinstance(d["amount"], Decimal) and 0 <= d["amount"] <= 1000 and d["amount"] == round(d["amount"], 0 if d["currency"] == "JPY" else 2),
     {"cents for all": (lambda d: d["currency"] in ("EUR", "JPY") and isinstance(d["amount"], Decimal) and 0 <= d["amount"] <= 1000 and d["amount"] == round(d["amount"], 2), {"currency": "JPY", "amount": Decimal("0.5")}),
      "parts of cents": (lambda d: d["currency"] in ("EUR", "JPY") and isinstance(d["amount"], Decimal) and 0 <= d["amount"] <= 1000 and (d["currency"] != "JPY" or d["amount"] == round(d["amount"])), {"currency": "EUR", "amount": Decimal("0.001")}),
      "a float": (lambda d: d["currency"] in ("EUR", "JPY") and isinstance(d["amount"], (float, Decimal)) and 0 <= d["amount"] <= 1000 and d["amount"] == round(d["amount"], 0 if d["currency"] == "JPY" else 2), {"currency": "EUR", "amount": 0.5})})

# --- times ------------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2040, 1, 1), timezones=st.sampled_from([UTC, dt.timezone(dt.timedelta(hours=-5)), dt.timezone(dt.timedelta(hours=5, minutes=30))]))


def shift(d, span=lambda a, b: dt.timedelta(0) < b - a <= DAY, aware=True):
    a, b = d["start"], d["end"]
    return all(isinstance(t, dt.datetime) for t in (a, b)) and (not aware or (a.tzinfo is not None and b.tzinfo is not None)) and span(a, b)


case("a shift of a day", "time",
     s.with_gen(s.and_({"start": s.is_inst, "end": s.is_inst}, lambda d: d["start"].tzinfo is not None and d["end"].tzinfo is not None,
                       lambda d: dt.timedelta(0) < d["end"] - d["start"] <= dt.timedelta(days=1)),
                lambda: st.builds(lambda t, n: {"start": t, "end": t + dt.timedelta(seconds=n)}, MOMENTS, st.integers(1, 86_400))),
     shift,
     {"by seconds of a day": (functools.partial(shift, span=lambda a, b: b > a and (b - a).seconds <= 86_400), {"start": dt.datetime(2020, 1, 1, tzinfo=UTC), "end": dt.datetime(2020, 1, 9, tzinfo=UTC)}),
      "by whole days": (functools.partial(shift, span=lambda a, b: b > a and (b - a).days <= 1), {"start": dt.datetime(2020, 1, 1, tzinfo=UTC), "end": dt.datetime(2020, 1, 2, 1, tzinfo=UTC)}),
      "of no length": (functools.partial(shift, span=lambda a, b: dt.timedelta(0) <= b - a <= DAY), {"start": dt.datetime(2020, 1, 1, tzinfo=UTC), "end": dt.datetime(2020, 1, 1, tzinfo=UTC)}),
      "by the clock": (functools.partial(shift, span=lambda a, b: dt.timedelta(0) < b.replace(tzinfo=None) - a.replace(tzinfo=None) <= DAY),
                       {"start": dt.datetime(2020, 1, 1, tzinfo=UTC), "end": dt.datetime(2020, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))}),
      "naive ones": (functools.partial(shift, aware=False), {"start": dt.datetime(2020, 1, 1), "end": dt.datetime(2020, 1, 1, 1)})})

case("the end of a month", "time",
     s.with_gen(s.and_(s.range_of(dt.date, dt.date(2000, 1, 1), dt.date(2099, 12, 31)), lambda d: (d + dt.timedelta(days=1)).day == 1),
                lambda: st.builds(lambda y, m: dt.date(y, m, calendar.monthrange(y, m)[1]), st.integers(2000, 2099), st.integers(1, 12))),
     lambda d: type(d) is dt.date and 2000 <= d.year <= 2099 and d.day == calendar.monthrange(d.year, d.month)[1],
     {"28 and later": (lambda d: type(d) is dt.date and 2000 <= d.year <= 2099 and d.day >= 28, dt.date(2020, 1, 28)),
      "30 or 31": (lambda d: type(d) is dt.date and 2000 <= d.year <= 2099 and (d.day in (30, 31) or (d.month == 2 and d.day == calendar.monthrange(d.year, 2)[1])), dt.date(2020, 1, 30)),
      "of a usual year": (lambda d: type(d) is dt.date and 2000 <= d.year <= 2099 and d.day == calendar.monthrange(2023, d.month)[1], dt.date(2020, 2, 29)),
      "any day": (lambda d: type(d) is dt.date and 2000 <= d.year <= 2099, dt.date(2020, 1, 1)),
      "to 2098": (lambda d: type(d) is dt.date and 2000 <= d.year < 2099 and d.day == calendar.monthrange(d.year, d.month)[1], dt.date(2099, 1, 31))})

case("a slot", "time", s.with_gen(s.and_(s.range_of(dt.time, dt.time(9), dt.time(17)), lambda t: t.minute % 15 == 0, lambda t: t.second == 0 and t.microsecond == 0),
                                  lambda: st.builds(dt.time, st.integers(9, 16), st.sampled_from([0, 15, 30, 45]))),
     lambda t: isinstance(t, dt.time) and t.tzinfo is None and dt.time(9) <= t <= dt.time(17) and t.minute in (0, 15, 30, 45) and t.second == t.microsecond == 0,
     {"by the hour": (lambda t: isinstance(t, dt.time) and t.tzinfo is None and 9 <= t.hour <= 17 and t.minute in (0, 15, 30, 45) and t.second == t.microsecond == 0, dt.time(17, 15)),
      "before 17": (lambda t: isinstance(t, dt.time) and t.tzinfo is None and 9 <= t.hour < 17 and t.minute in (0, 15, 30, 45) and t.second == t.microsecond == 0, dt.time(17)),
      "parts of seconds": (lambda t: isinstance(t, dt.time) and t.tzinfo is None and dt.time(9) <= t <= dt.time(17) and t.minute in (0, 15, 30, 45) and t.second == 0, dt.time(9, 0, 0, 1)),
      "five minutes": (lambda t: isinstance(t, dt.time) and t.tzinfo is None and dt.time(9) <= t <= dt.time(17) and t.minute % 5 == 0 and t.second == t.microsecond == 0, dt.time(9, 5)),
      "half hours": (lambda t: isinstance(t, dt.time) and t.tzinfo is None and dt.time(9) <= t <= dt.time(17) and t.minute % 30 == 0 and t.second == t.microsecond == 0, dt.time(9, 15))})

MS, HOUR = dt.timedelta(milliseconds=1), dt.timedelta(hours=1)
case("a timeout", "time", {"after": s.range_of(dt.timedelta, MS, HOUR)}, lambda d: isinstance(d["after"], dt.timedelta) and MS <= d["after"] <= HOUR,
     {"by seconds of a day": (lambda d: isinstance(d["after"], dt.timedelta) and d["after"] >= MS and d["after"].seconds <= 3600, {"after": DAY}),
      "by whole seconds": (lambda d: isinstance(d["after"], dt.timedelta) and d["after"] >= MS and int(d["after"].total_seconds()) <= 3600, {"after": HOUR + MS}),
      "above 0": (lambda d: isinstance(d["after"], dt.timedelta) and dt.timedelta(0) < d["after"] <= HOUR, {"after": dt.timedelta(microseconds=1)}),
      "of any sign": (lambda d: isinstance(d["after"], dt.timedelta) and MS <= abs(d["after"]) <= HOUR, {"after": -MS})})

case("a moment of a zone", "time",
     s.with_gen(s.and_(s.is_inst, lambda t: t.utcoffset() is not None, lambda t: abs(t.utcoffset()) <= dt.timedelta(hours=14)), lambda: MOMENTS),
     lambda t: isinstance(t, dt.datetime) and t.utcoffset() is not None and abs(t.utcoffset()) <= 14 * HOUR,
     {"without a zone": (lambda t: isinstance(t, dt.datetime) and (t.utcoffset() is None or abs(t.utcoffset()) <= 14 * HOUR), dt.datetime(2020, 1, 1)),
      "the east": (lambda t: isinstance(t, dt.datetime) and t.utcoffset() is not None and t.utcoffset().seconds <= 14 * 3600, dt.datetime(2020, 1, 1, tzinfo=dt.timezone(-HOUR))),
      "whole hours": (lambda t: isinstance(t, dt.datetime) and t.utcoffset() is not None and t.utcoffset() % HOUR == dt.timedelta(0) and abs(t.utcoffset()) <= 14 * HOUR, dt.datetime(2020, 1, 1, tzinfo=dt.timezone(dt.timedelta(minutes=90)))),
      "any offset": (lambda t: isinstance(t, dt.datetime) and t.utcoffset() is not None, dt.datetime(2020, 1, 1, tzinfo=dt.timezone(15 * HOUR)))})
