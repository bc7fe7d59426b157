"""Contracts out of data: what they find, whom they refuse, and in which words."""

import collections
import dataclasses
import datetime as dt
import decimal
import fractions
import itertools
import json
import math
import pickle
import random
import re
import string
import uuid
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, find, given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.inference.sketch import SHARE, _coin, sketch_values
from mxspec.inference.structure import _widen
from mxspec.messages import reasons
from tests.mxspec.meaning import execute

pytestmark = pytest.mark.few(8)

RANDOM = random.Random(0)
ROWS = 2000


@dataclasses.dataclass
class Point:
    x: float
    y: float


CAPITALS_AND_DIGITS = string.ascii_uppercase + string.digits
Pair = collections.namedtuple("Pair", "left right")


def column(make, rows=ROWS):
    drawn = random.Random(1)
    return [make(drawn) for _ in range(rows)]


def date_of(drawn):
    i = drawn.randrange(366)
    return dt.date(2000, 1, 1) + dt.timedelta(21 * i + i % 2)  # not weeks apart


def title_of(drawn):
    words = [f"{drawn.choice('ABC')}{'abé'[: drawn.randrange(1, 4)]}" for _ in range(drawn.randrange(1, 9))]
    return " ".join(words)


# A value of a column, what is refused of it, and in which words.
COLUMNS = {
    "ints": (lambda r: r.randrange(18, 92), 230, "above 91, the most of ROWS"),
    "low ints": (lambda r: r.randrange(18, 92), -1, "below 18, the least of ROWS"),
    "codes": (lambda r: r.choice([1, 2, 5, 10]), 3, "not one of the 4 values of ROWS: 1, 2, 5, 10"),
    "floats": (lambda r: r.randrange(1000) / 4, 250.0, "above 249.75, the most of ROWS"),
    "ints and floats": (lambda r: r.choice([r.randrange(9), 0.5]), 9, "above 8, the most of ROWS"),
    "another type": (lambda r: r.randrange(100), "7", "int"),
    "sets": (
        lambda r: r.choice(["EUR", "USD"]), "EURO",
        "not one of the 2 values of ROWS: 'EUR', 'USD'; did you mean 'EUR'?",
    ),
    "one value": (lambda r: "v1", "v2", "not the value of ROWS: 'v1'"),
    "lengths": (
        lambda r: "ab c" * r.randrange(1, 90) + "é" * r.randrange(5), "",
        "shorter than 4 characters, the shortest of ROWS",
    ),
    "patterns": (
        lambda r: f"INV-{r.randrange(10**5):05d}", "INV-123",
        r"not of the pattern of ROWS, INV-\d{5}",
    ),
    "uuids": (lambda r: str(uuid.UUID(int=r.getrandbits(128))), "x", "not a UUID, as in ROWS"),
    "digits that grow in number": (
        lambda r: f"INV-{int(r.lognormvariate(6, 2))}", "INV-",
        r"not of the pattern of ROWS, INV-\d+",
    ),
    "letters and digits": (
        lambda r: "".join(r.choices(CAPITALS_AND_DIGITS, k=8)), "A1B2C3D",
        "not of the pattern of ROWS, [A-Z0-9]{8}",
    ),
    "hexadecimal digits": (
        lambda r: f"{r.getrandbits(40):010x}", "x0x0x0x0x0",
        "not of the pattern of ROWS, [0-9a-f]{10}",
    ),
    "digits and letters by position": (
        lambda r: f"DE{r.randrange(100):02d}{''.join(r.choices(CAPITALS_AND_DIGITS, k=3))}", "FR12A1B",
        r"not of the pattern of ROWS, DE\d{2}[A-Z0-9]{3}",
    ),
    "e-mail": (
        lambda r: f"{r.choice('abc')}{r.randrange(10**6)}@example.com", "a1@",
        "not an e-mail address, as in ROWS",
    ),
    "URLs": (lambda r: f"https://example.com/{r.randrange(10**6)}", "example", "not a URL, as in ROWS"),
    "IPv4": (
        lambda r: f"10.0.{r.randrange(256)}.{r.randrange(256)}", "10.0.0.256",
        "not an IPv4 address, as in ROWS",
    ),
    "IPv6": (lambda r: f"2001:db8::{r.randrange(1 << 16):x}", "2001:db8", "not an IPv6 address, as in ROWS"),
    "dates as text": (lambda r: date_of(r).isoformat(), "2020-13-01", "not a date, as in ROWS"),
    "dates as text have ends": (
        lambda r: date_of(r).isoformat(), "1900-01-01", "before 2000-01-01, the first of ROWS",
    ),
    "days first have ends": (
        lambda r: date_of(r).strftime("%d/%m/%Y"), "01/01/2021", "after 2020-12-27, the last of ROWS",
    ),
    "moments in a zone as text have ends": (
        lambda r: f"{date_of(r)}T10:00:00Z", "2021-01-01T00:00:00+02:00",
        "after 2020-12-27 10:00:00+00:00, the last of ROWS",
    ),
    "numbers as text have ends": (
        lambda r: f"{r.randrange(100, 1000) / 100}", "99.9", "above 9.99, the most of ROWS",
    ),
    "letters of any layout": (
        title_of, "ab Ab",
        "not of the pattern of ROWS, [A-Z]([A-Za-z é]*[a-zé])?",
    ),
    "lengths of letters of any layout": (
        title_of, "A",
        "shorter than 2 characters, the shortest of ROWS",
    ),
    "a constant": (lambda r: 7, 8, "not the value of ROWS: 7"),
    "a constant float": (lambda r: 2.5, 2.75, "not the value of ROWS: 2.5"),
    "always true": (lambda r: True, False, "is_true"),
    "days first": (
        lambda r: date_of(r).strftime("%d/%m/%Y"), "12/31/2020",
        "not a date as '%d/%m/%Y', as in ROWS",
    ),
    "moments as text": (
        lambda r: f"{date_of(r)}T10:00:0{r.randrange(9)}", "2020-01-01",
        "not a date and time, as in ROWS",
    ),
    "numbers as text": (lambda r: f"{r.gauss(0, 9):.3g}", "n/a", "not a number, as in ROWS"),
    "dates": (date_of, dt.date(2021, 1, 1), "above 2020-12-27, the most of ROWS"),
    "moments": (
        lambda r: dt.datetime.combine(date_of(r), dt.time(r.randrange(24))), dt.datetime(2021, 1, 1),
        "after 2020-12-27 21:00:00, the last of ROWS",
    ),
    "moments of a day have no end": (
        lambda r: dt.datetime(2020, 1, 1, r.randrange(24)), dt.datetime(2019, 1, 1),
        "below 2020-01-01 00:00:00, the least of ROWS",
    ),
    "decimals": (
        lambda r: decimal.Decimal(r.randrange(100)) / 4, decimal.Decimal(30),
        "above 24.75, the most of ROWS",
    ),
    "nothing": (lambda r: r.choice([None, r.randrange(99)]), 230, "above 98, the most of ROWS at: ['pred']"),
    "NaN": (
        lambda r: r.choice([float("nan"), r.randrange(99) / 2]), 230.0,
        "above 49.0, the most of ROWS at: ['float']",
    ),
    "lists": (
        lambda r: [r.choice("xyz") for _ in range(r.randrange(4))], ["x"] * 5,
        "more than 3 elements, the most of ROWS",
    ),
    "elements": (
        lambda r: [r.choice("xyz") for _ in range(r.randrange(4))], ["w"],
        "not one of the 3 values of ROWS: 'x', 'y', 'z' in: [0]",
    ),
    "positions": (
        lambda r: [r.randrange(9), r.randrange(100, 200)], [100, 8],
        "above 8, the most of ROWS in: [0] at: [0]\n8 - failed: below 100, the least of ROWS in: [1] at: [1]",
    ),
    "Python tuples": (
        lambda r: (r.randrange(9), "x"), (9, "x"),
        "above 8, the most of ROWS in: [0] at: ['item 0']",
    ),
    "missing keys": (lambda r: {"a": 1, "b": r.randrange(9)}, {"a": 1}, "key 'b' required"),
    "other keys": (
        lambda r: {"a": 1, "b": r.randrange(9)}, {"a": 1, "b": 1, "c": 1},
        "no such key in: ['c']",
    ),
    "optional keys": (
        lambda r: {"a": 1, **({"b": r.randrange(9)} if r.random() < 0.5 else {})}, {"a": 1, "b": 9},
        "above 8, the most of ROWS in: ['b'] at: ['b']",
    ),
    "keys of many kinds": (
        lambda r: {f"id {r.randrange(10**9) ** 2}": r.randrange(9)}, {"id 70000000000000": 9},
        "above 8, the most of ROWS in: ['id 70000000000000', 1] at: [1]",
    ),
    "nested maps": (
        lambda r: {"a": {"b": r.randrange(9)}}, {"a": {"b": 9}},
        "above 8, the most of ROWS in: ['a', 'b'] at: ['a', 'b']",
    ),
    "dataclasses": (
        lambda r: Point(r.randrange(1000) / 1000, 1.0), Point(2.0, 1.0),
        "above 0.999, the most of ROWS in: ['x'] at: ['x']",
    ),
    "NamedTuples": (
        lambda r: Pair(r.randrange(9), "x"), Pair(9, "x"),
        "above 8, the most of ROWS in: ['left'] at: ['left']",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_a_contract_refuses_what_its_rows_do_not_have_and_works_as_any_other_spec(name):
    make, wrong, words = COLUMNS[name]
    rows = column(make)
    contract = s.infer(rows)
    assert all(s.valid(contract, row) for row in rows)
    assert all(s.valid(contract, row) for row in s.sample(contract, 20, seed=0))
    assert s.explain_str(contract, wrong).partition(" - failed: ")[2] == words.replace("ROWS", "2,000 rows")
    again, defined = pickle.loads(pickle.dumps(contract)), execute(contract)
    assert [s.valid(again, wrong), s.valid(defined, wrong), s.valid(contract, wrong)] == [False] * 3
    assert s.promise(again) == s.promise(defined) == s.promise(contract)
    own = s.explain_str(contract, wrong).replace("2,000 rows", "the contract of 2,000 rows")
    assert s.explain_str(defined, wrong) == own  # it may have been edited since the rows
    assert (defined.table, s.source(defined).count("# ")) == (contract.table, 1)
    assert repr(s.promise(contract)) in s.source(contract)
    assert s.form(defined) == s.form(s.from_form(s.form(contract))) == s.form(contract)
    for row in rows[:50]:
        assert s.valid(defined, row)
        assert same(s.unform(contract, s.conform(contract, row)), row)
    json.dumps(s.json_schema(contract), default=str)


def same(a, b):
    return a == b or (a != a and b != b) or repr(a) == repr(b)


# --- structure -------------------------------------------------------------------------------------------


def test_a_tag_tells_maps_apart():
    def shape(r):
        if r.random() < 0.5:
            return {"kind": "circle", "radius": r.randrange(1, 9)}
        return {"kind": r.choice(["square", "rectangle"]), "width": r.randrange(1, 9), "height": 2}

    contract = s.infer(column(shape))
    assert s.form(contract)[:2] == ("multi_spec", "kind")
    assert not s.valid(contract, {"kind": "circle", "width": 2, "height": 2})
    assert not s.valid(contract, {"kind": "star", "radius": 2})
    assert {row["kind"] for row in s.sample(contract, 50, seed=1)} == {"circle", "square", "rectangle"}


@pytest.mark.parametrize(
    "odd",
    [
        *({"kind": kind, "radius": 0.0} for kind in (None, 3, ["x"], "star")),
        {"radius": 0.0},
        {"kind": "square"},
    ],
)
def test_all_rows_fit_though_one_of_them_has_another_tag_or_none(odd):
    def shape(r):
        if r.random() < 0.5:
            return {"kind": "circle", "radius": r.gauss(0, 1)}
        return {"kind": r.choice(["square", "rectangle"]), "width": r.gauss(0, 1), "height": 2}

    rows = [row if i != 1234 else odd for i, row in enumerate(column(shape))]
    contract = s.infer(rows, refuse=0.02)
    assert s.form(contract)[:2] == ("multi_spec", "kind")
    assert all(s.valid(contract, row) for row in rows)
    assert not s.valid(contract, {"kind": "circle", "radius": 99.0})


def test_the_tag_of_an_envelope_tells_its_payloads_apart():
    def call(r):
        args = {"to": r.choice("ab"), "amount": r.randrange(100)}
        return r.choice(
            [{"tool": "pay", "args": args}, {"tool": "find", "args": {"query": "x" * r.randrange(9)}}]
        )

    contract = s.infer(column(call))
    assert s.form(contract)[:2] == ("multi_spec", "tool")
    assert s.valid(contract, {"tool": "pay", "args": {"to": "a", "amount": 3}})
    assert not s.valid(contract, {"tool": "find", "args": {"to": "a", "amount": 3}})
    assert s.explain_str(contract, {"tool": "pay", "args": {"to": "a", "amount": 300}}).startswith(
        "300 - failed: above 99"
    )


def pay_args(r):
    return {"to": r.choice("ab"), "amount": r.randrange(100)}


def find_args(r):
    return {"query": "x" * r.randrange(1, 9), **({"top": r.randrange(5)} if r.random() < 0.5 else {})}


def many_keys(name):
    return lambda r: {f"{name} {i}": r.randrange(9) for i in range(8) if r.random() < 0.5 or not i}


# The arguments of each tool, and the envelope around them and its answer.
TOOLS = {
    "other keys": {"pay": pay_args, "find": find_args},
    "keys that may be missing": {name: many_keys(name) for name in ("pay", "find", "mail")},
    "values of other types": {"pay": lambda r: {"id": r.randrange(9)}, "find": lambda r: {"id": "xyz"}},
    "many tools": {f"tool {i}": many_keys(f"{i}") for i in range(12)},
}
ENVELOPES = {
    "beside": lambda tool, args, answer: {"tool": tool, "args": args},
    "beside two": lambda tool, args, answer: {"tool": tool, "args": args, "answer": answer},
    "or none": lambda tool, args, answer: {
        "tool": tool,
        "args": args,
        "answer": answer if len(args) > 1 else None,
    },
    "within": lambda tool, args, answer: {"id": len(args), "call": {"name": tool, "args": args}},
    "in a list": lambda tool, args, answer: {"calls": [{"name": tool, "args": args}] * len(args)},
    "above": lambda tool, args, answer: {"tool": tool, "call": {"version": 1, "args": args}},
}


@pytest.mark.parametrize(
    ("tools", "envelope"),
    [
        pytest.param(
            tools,
            envelope,
            marks=[] if (tools == "other keys") != (envelope == "beside") else pytest.mark.slow,
        )
        for tools in TOOLS
        for envelope in ENVELOPES
    ],
)
def test_a_tool_has_its_own_arguments_wherever_the_envelope_holds_them(tools, envelope):
    tools, wrap = TOOLS[tools], ENVELOPES[envelope]
    names = [*tools]

    def call(r, other=0):
        i = r.randrange(len(names))
        args = tools[names[(i + other) % len(names)]](r)
        return wrap(names[i], args, {f"{names[(i + other) % len(names)]} is done": True})

    rows = column(call, 3000)
    contract = s.infer(rows, refuse=0.05, ordered=False)
    assert all(s.valid(contract, row) for row in rows)
    assert not any(s.valid(contract, row) for row in column(lambda r: call(r, 1), 200))
    assert all(s.valid(contract, row) for row in s.sample(contract, 20, seed=0))
    assert s.form(execute(contract)) == s.form(contract)
    parts = [s.sketch(rows[i : i + 800], start=i) for i in range(0, 3000, 800)]
    assert sum(parts[::-1]) == s.sketch(rows)


@pytest.mark.parametrize("odd", [None, 3, "mail", *({"n": i} for i in range(3))])
def test_all_calls_fit_though_one_has_another_tool_or_none_and_the_other_arguments(odd):
    tools = {"pay": pay_args, "find": find_args}
    rows = column(lambda r: {"tool": (tool := r.choice([*tools])), "args": tools[tool](r)})
    rows[1234] = (
        {"tool": odd, "args": {"a": 1}} if not isinstance(odd, dict) else {"tool": "pay", "args": odd}
    )
    contract = s.infer(rows, refuse=0.05)
    assert all(s.valid(contract, row) for row in rows)
    assert s.valid(contract, {"tool": "pay", "args": {"to": "a", "amount": 3}})


@pytest.mark.slow
def test_the_law_of_envelopes_is_that_of_all_rows():
    """A contract accepts its rows, and sketches add up, whatever stands under which tag."""
    for seed in range(20):
        r = random.Random(seed)
        keys, tags = r.sample("abcdefgh", 4), ["x", "y", "z"][: r.randrange(1, 4)]

        def payload(r, tag, depth=0, keys=keys):
            values = [
                lambda: r.randrange(9),
                lambda: tag,
                lambda: None,
                lambda: [tag],
                lambda: payload(r, tag, depth + 1),
            ]
            some = r.sample(keys, r.randrange(4)) if r.random() < 0.3 else [keys[ord(tag) % 4]]
            return {key: r.choice(values[: 5 if depth < 2 else 4])() for key in some}

        rows = []
        for _ in range(r.choice([60, 300])):
            tag = r.choice(tags)
            row = {
                "t": tag,
                "u": r.choice(["p", "q", tag]),
                "p": payload(r, tag),
                "q": payload(r, r.choice(tags)),
            }
            for key in [*row]:
                if r.random() < 0.02:
                    row[key] = r.choice([None, 3, "new", {}, {"a": {"b": 1}}])
            rows.append({key: x for key, x in row.items() if r.random() < 0.995})
        contract = s.infer(rows, refuse=0.99, confidence=0.5, ordered=False)
        assert all(s.valid(contract, row) for row in rows), seed
        cut = r.randrange(len(rows))
        assert s.sketch(rows[cut:], start=cut) + s.sketch(rows[:cut]) == s.sketch(rows), seed


def test_payloads_that_the_tag_does_not_tell_apart_are_one():
    contract = s.infer(
        column(
            lambda r: {"tool": r.choice(["pay", "find"]), "args": r.choice([{"a": 1}, {"b": r.randrange(9)}])}
        )
    )
    assert s.form(contract)[0] == "keys"


def test_floats_that_may_be_missing_are_one_line():
    contract = s.infer(column(lambda r: {"x": r.choice([float("nan"), float(r.randrange(10))])}))
    assert "'x': s.nonconforming(s.or_(nan=s.is_nan, float=s.float_in(min=0.0, max=9.0)))" in s.source(
        contract
    ).replace(
        "float=s.float_in(min=0.0, max=9.0), nan=s.is_nan", "nan=s.is_nan, float=s.float_in(min=0.0, max=9.0)"
    )


@pytest.mark.parametrize("shortest", [0, 3])
def test_the_empty_string_is_not_let_in_by_widening(shortest):
    drawn = random.Random(5)
    rows = [
        {**{f"c{i}": drawn.uniform(0, 10) for i in range(20)}, "text": "é" * (shortest + i % 200), "one": 1.5}
        for i in range(2000)
    ]
    contract = s.infer(rows)
    assert s.valid(contract, rows[0] | {"text": "é" * (200 + shortest), "c3": 10.0})
    assert s.valid(contract, rows[0] | {"text": ""}) == (shortest == 0)
    assert not s.valid(contract, rows[0] | {"one": 1.6})


def test_a_constant_of_the_base_rows_is_a_range_where_others_have_other_values():
    rows = [7] * 2000
    rows[1234] = 9
    contract = s.infer(rows)
    assert (s.form(contract), s.promise(contract).bounds) == (("int_in", 7, 10), 1)


def test_a_set_that_keeps_growing_is_none_and_costs_few_rows():
    base = {i for i in range(4000) if _coin(i) % SHARE == 0}
    contract = s.infer([f"c{i % 20}" if i in base or i % 5 else f"x{i}" for i in range(4000)], refuse=0.02)
    assert s.form(contract) == ("str_in", {"pattern": r"[a-z]\d+"})
    assert s.promise(contract).bounds <= 25
    assert "# no set: new values keep coming" in s.source(contract)


LONG = "9" * 100


def han(drawn):
    return chr(drawn.randrange(0x4E00, 0x9FFF))


# The text of a row, the pattern of all, and texts that do not fit it.
@pytest.mark.parametrize(
    ("make", "pattern", "wrong"),
    [
        (title_of, "[A-Z]([A-Za-z é]*[a-zé])?", ["A ", " A", "ab", "A1", "AÃ©", "A\nA", "a"]),
        (
            lambda r: f"{title_of(r)} {LONG} ",  # which has an accent, and a blank at its end
            r"[A-Z]([\s\S]*[ ])?", [f"9{LONG} ", f"A{LONG}"],
        ),
        (
            lambda r: f"T{chr(r.randrange(32, 127))}{LONG}",
            "[A-Z]([ -~]*[0-9])?", [f"T{LONG} ", f" T{LONG}", f"t{LONG}", f"TÃ©{LONG}", f"T\n{LONG}"],
        ),
        (lambda r: f"T\n{r.getrandbits(30)}{LONG}", r"[A-Z]([\t\n\r -~]*[0-9])?", [f"TÃ©{LONG}"]),
        (lambda r: f"{han(r)}{r.choice(' ab')}{han(r)}", r"[^\s]([\s\S]*[^\s])?", ["xx ", " xx"]),
        (lambda r: r.choice([han(r), " "]) + han(r) + r.choice([han(r), "\t"]), None, []),
    ],
)  # fmt: skip
def test_free_text_has_the_letters_and_signs_of_its_rows_and_no_blanks_around_it(make, pattern, wrong):
    rows = column(make)
    contract = s.infer(rows, refuse=0.02)
    assert s.form(contract)[1].get("pattern") == pattern
    assert all(s.valid(contract, row) for row in rows)
    assert not any(s.valid(s.str_in(pattern=pattern), text) for text in wrong)
    assert s.sketch(rows[:700]) + s.sketch(rows[700:], start=700) == s.sketch(rows)


def test_one_row_with_a_letter_of_another_kind_sets_a_bound_and_leaves_the_rest():
    rows = column(lambda r: f"Ab {r.getrandbits(30)}{LONG}")
    assert s.form(s.infer(rows))[1]["pattern"] == "[A-Z]([ -~]*[0-9])?"
    rows[1234] = f"é {rows[1234]}"  # which is not of ASCII, and has no blanks around it
    contract = s.infer(rows)
    assert s.form(contract)[1]["pattern"] == r"[A-Zé]([\s\S]*[0-9])?"
    assert s.promise(contract).bounds - s.promise(s.infer(rows[:1234] + rows[1235:])).bounds <= 2


def test_a_set_has_up_to_two_hundred_strings_and_as_many_new_ones_as_the_promise_affords():
    names = [f"{i:x}{'abc'[i % 3] * (i % 7)}" for i in range(180)]
    rows = column(lambda r: r.choice(names), 12000)
    assert s.form(s.infer(rows)) == set(names)
    assert s.form(s.infer(column(lambda r: r.choice([*names, *map(str.upper, names)]), 12000)))[0] == "str_in"
    few = column(lambda r: names[min(60, int(r.expovariate(0.07)))], 1600)
    strict, loose = (s.form(s.infer(few, refuse=refuse, ordered=False)) for refuse in (0.02, 0.3))
    assert strict[0] == "str_in"
    assert type(loose) is set


def test_what_few_rows_state_is_no_restriction():
    rows = [{"note": "-" * (i % 90), **({"rare": i} if i % 400 == 0 else {})} for i in range(ROWS)]
    contract = s.infer(rows)
    assert s.valid(contract, {"note": "a", "rare": 10**9})
    assert not s.valid(contract, {"note": "a", "rare": "x"})


def test_a_union_has_a_branch_for_each_type():
    contract = s.infer(column(lambda r: r.choice([r.randrange(9), "a", "b"])))
    assert s.conform(contract, 3) == ("int", 3)
    assert s.conform(contract, "a") == ("str", "a")
    assert not s.valid(contract, "c")
    assert not s.valid(contract, 9)


def test_the_rows_of_a_data_frame_are_maps():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"age": [i % 90 for i in range(ROWS)], "plan": ["free", "pro"] * (ROWS // 2)})
    assert s.form(s.infer(frame)) == s.form(s.infer(frame.to_dict("records")))


@pytest.mark.parametrize(
    ("rows", "of"), [(iter(range(2000)), 2000), (range(2000), 2000), (tuple([1.5] * 900), 900)]
)
def test_rows_are_anything_to_iterate_over(rows, of):
    assert s.promise(s.infer(rows)).rows == of


def test_numbers_of_numpy_are_numbers():
    import numpy as np

    rows = [{"i": np.int64(i % 50), "f": np.float64(i), "t": np.str_("ab"[i % 2])} for i in range(ROWS)]
    contract = s.infer(rows)
    assert all(s.valid(contract, row) for row in rows)
    assert s.valid(contract, {"i": 3, "f": 3.0, "t": "a"})
    assert not s.valid(contract, {"i": np.int64(50), "f": 3.0, "t": "a"})
    assert s.form(execute(contract)) == s.form(contract)
    assert s.form(s.infer(np.arange(ROWS))) == s.form(s.infer(range(ROWS)))


def test_a_row_that_is_too_deep_is_an_error():
    row = []
    for _ in range(2000):
        row = [row]
    with pytest.raises(s.SpecError, match="deeper than Python's recursion limit"):
        s.infer([row] * 1000)


def test_objects_of_attrs_are_rows():
    attrs = pytest.importorskip("attrs")
    User = attrs.make_class("User", ["name", "age"])
    contract = s.infer([User("ab"[i % 2], i % 90) for i in range(ROWS)])
    assert s.valid(contract, User("a", 3))
    assert not s.valid(contract, User("a", 90))
    assert isinstance(s.generate(contract, seed=0), User)


# --- written contracts -----------------------------------------------------------------------------------


def test_the_source_says_where_a_bound_rests_on_one_row_was_widened_or_will_not_last():
    drawn = random.Random(4)
    rows = [{"id": i, "plan": drawn.choice(["free", "pro"]), "spent": drawn.random()} for i in range(2000)]
    rows[1200]["plan"] = "team"
    rows[1300]["spent"] = 99.5
    source = s.source(s.infer(rows))
    assert "# 'team' is in rows[1200] alone\n            'plan': {'free', 'pro', 'team'}," in source
    assert "# the most is far from the others, see rows[1300]\n            'spent': " in source
    assert "# grows with the rows, so it has no bound\n            'id': int," in source
    drawn.shuffle(rows)
    assert "# is a serial number, so it has no bound\n            'id': int," in s.source(s.infer(rows))
    nested = s.source(s.infer([{"order": {"id": row["id"]}} for row in rows]))
    assert "# counts up without repeats, so the bound will not last" in nested
    wide = s.source(s.infer([{f"c{i}": drawn.uniform(0, 10) for i in range(20)} for _ in range(2000)]))
    assert wide.count("# widened, the rows have ") == 20


@pytest.mark.parametrize(
    ("x", "guess"),
    [
        ("retruned", "returned"),
        ("Returned ", "returned"),
        ("returnd", "returned"),
        ("refunded", None),
        ("turned", None),
        ("itt", None),
        ("es", None),
        ("A-13", None),
        ("", None),
    ],
)
def test_a_guess_is_of_a_mistyped_value_alone(x, guess):
    status = s.contract({"returned", "sent", "it", "en", "A-12"}, rows=100, refuses=0.1)
    text = s.explain_str(status, x)
    assert text.partition("; did you mean ")[2] == ("" if guess is None else f"{guess!r}?")


def test_a_path_is_refused_with_what_reads_it():
    order = s.infer([{"n": i % 90} for i in range(1000)])
    [problem] = s.explain_data(order, Path("rows.csv"))["problems"]
    assert problem["reason"] == reasons.NOT_READ
    assert "reason" not in s.explain_data(s.keys(req_un={"n": int}), "rows.csv")["problems"][0]


def test_a_written_contract_has_its_words_its_name_and_those_that_it_refers_to():
    s.infer(["free", "pro"] * 500, name="test-infer/plan")
    users = s.def_("test-infer/user", s.keys(req_un={"plan": "test-infer/plan"}))
    source, promise = s.source(users), s.promise("test-infer/plan")
    assert "s.def_('test-infer/plan', s.contract(s.spec({'free', 'pro'}), rows=1000, refuses=" in source
    s.def_("test-infer/plan", None)
    exec(source, {})
    assert s.promise("test-infer/plan") == promise
    assert s.explain_str("test-infer/plan", "por").endswith(
        "not one of the 2 values of the contract of 1,000 rows: 'free', 'pro'; did you mean 'pro'? spec: "
        "'test-infer/plan'"
    )


@pytest.mark.parametrize(
    "options",
    [{"refuses": 2}, {"rows": -1}, {"bounds": 0.5}, {"missing": {"a": 2}}, {"min_rows": -1}, {"of": 3}],
)
def test_a_contract_of_senseless_terms_is_an_error(options):
    with pytest.raises(s.SpecDefinitionError):
        s.contract(int, **{"rows": 100, "refuses": 0.1, **options})


# --- a table as a whole ----------------------------------------------------------------------------------


def orders(n, seed=0, missing=0.3):
    r = random.Random(seed)
    return [
        {
            "id": f"A-{i:05d}",
            "n": i,
            "age": r.randrange(18, 90),
            "coupon": None if r.random() < missing else "X",
        }
        for i in range(n)
    ]


def test_a_contract_knows_keys_without_repeats_and_shares_of_missing_values():
    table = s.infer(orders(2000)).table
    assert (table.unique, [*table.missing]) == (("id", "n"), ["coupon"])
    assert 0.3 < table.missing["coupon"] < 0.34
    assert table.problems(orders(300, seed=1)) == []
    assert table.problems(orders(300, seed=1)[:150] + orders(150)) == [
        "'id': 150 values repeat: 'A-00000' (2 times, again in row 151), 'A-00001' (2 times, again in "
        "row 152), 'A-00002' (2 times, again in row 153), ...",
        "'n': 150 values repeat: 0 (2 times, again in row 151), 1 (2 times, again in row 152), "
        "2 (2 times, again in row 153), ...",
    ]
    [problem] = table.problems(orders(300, seed=1, missing=0.6))
    assert problem.endswith("of 300 rows, at most 32% may be")
    assert s.infer(orders(50), refuse=0.5).table.unique == ()


def test_a_repeat_is_seen_though_each_sketch_has_none():
    rows = orders(1000)
    parts = [s.sketch(rows, start=0), s.sketch(rows, start=1000)]
    assert s.infer(parts[0]).table.unique == ("id", "n")
    assert s.infer(sum(parts)).table.unique == ()


def test_the_rows_that_a_table_needs_are_set_by_hand():
    contract = s.contract(s.keys(req_un={"a": int}), rows=10, refuses=0.5, min_rows=3)
    assert contract.table.problems([{"a": 1}]) == ["1 rows, at least 3 are required"]
    assert "min_rows=3" in s.source(contract)


# --- groups ----------------------------------------------------------------------------------------------


def patients(r, n):
    """Visits of patients, alike among those of one patient."""
    for i in range(n):
        usual = {f"c{j}": r.gauss(0, 5) for j in range(3)}
        for _ in range(r.randrange(5, 30)):
            yield {"patient": f"P{i:05d}", **{key: round(r.gauss(x, 0.1), 3) for key, x in usual.items()}}


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(i, marks=pytest.mark.slow) for i in range(3, 60))]
)
def test_the_promise_of_groups_holds_for_new_groups(seed):
    r = random.Random(seed)
    contract = s.infer(patients(r, 250), refuse=0.1, groups="patient")
    new = [*patients(r, 300)]
    refused = {row["patient"]: False for row in new}
    for row in new:
        refused[row["patient"]] |= not s.valid(contract, row)
    promise = s.promise(contract)
    assert sum(refused.values()) / 300 <= promise.refuses_at_most <= 0.1
    assert re.search(r"250 groups by 'patient', \d+ of them sets? a bound$", repr(promise))
    renamed = ({**row, "patient": "P77777"} for row in new)
    assert [s.valid(contract, row) for row in renamed] == [s.valid(contract, row) for row in new]


def test_groups_are_a_column_or_a_function():
    rows = [*patients(random.Random(0), 200)]
    by_key = s.infer(rows, refuse=0.06, groups="patient")
    without = [{key: row[key] for key in ("c0", "c1", "c2")} for row in rows]
    names = {id(row): rows[i]["patient"] for i, row in enumerate(without)}
    by_function = s.infer(without, refuse=0.06, groups=lambda row: names[id(row)])
    assert s.promise(by_function).refuses_at_most == s.promise(by_key).refuses_at_most


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        ([{"a": 1}] * 900, {"groups": "b"}, "groups='b' is a key of all rows, not of {'a': 1}"),
        ([1] * 900, {"groups": "b"}, "groups='b' is a key of all rows, not of 1"),
        ([{"a": [1]}] * 900, {"groups": "a"}, "the groups of rows can't be told apart: unhashable type"),
        ([{"a": i % 12} for i in range(900)], {"groups": "a"}, "12 groups by 'a' can't promise"),
        (s.sketch([{"a": 1}] * 900), {"groups": "a"}, "groups= takes the rows themselves"),
    ],
)
def test_groups_that_make_no_sense_are_an_error(rows, options, words):
    with pytest.raises(s.SpecDefinitionError, match=re.escape(words)):
        s.infer(rows, **options)


def test_copies_of_rows_are_told():
    drawn = random.Random(0)
    rows = [{"a": drawn.random(), "b": drawn.randrange(5)} for _ in range(2000)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        s.infer(rows)
        s.infer([{"a": drawn.randrange(300), "b": drawn.randrange(5)} for _ in range(5000)])
    with pytest.warns(UserWarning, match="of 2,000 rows are equal to another row"):
        s.infer(drawn.choices(rows[:400], k=2000))


# --- names, promises, errors -----------------------------------------------------------------------------


def test_a_name_and_other_specs_keep_the_promise():
    numbers = [*range(500)] * 2
    contract = s.infer(numbers, name="test-infer/number", ordered=False)
    promise = s.promise("test-infer/number")
    assert contract is s.get_spec("test-infer/number")
    assert promise == s.promise(s.infer(numbers, ordered=False))
    s.def_("test-infer/again", contract)
    assert s.promise("test-infer/again") == promise
    assert s.promise(s.with_gen(contract, lambda: st.just(3))) == promise
    assert pickle.loads(pickle.dumps(contract)) is contract
    assert s.explain_data("test-infer/number", -1)["problems"][0]["via"] == ["test-infer/number"]
    assert s.promise(int) is None


def test_a_closed_contract_lets_a_merge_add_keys():
    contract = s.infer([{"a": i % 9} for i in range(1000)])
    merged = s.merge(contract, s.keys(req_un={"b": int}))
    assert s.valid(merged, {"a": 1, "b": 2})
    assert not s.valid(merged, {"a": 1, "b": 2, "c": 3})


def test_as_many_rows_as_the_error_says_are_enough():
    def rows(n):
        drawn = random.Random(3)
        return [{"a": drawn.gauss(0, 1), "b": drawn.gauss(0, 1)} for _ in range(n)]

    with pytest.raises(s.SpecDefinitionError) as error:
        s.infer(rows(200))
    needed = int(str(error.value).partition("some ")[2].partition(" can")[0].replace(",", ""))
    assert s.promise(s.infer(rows(needed))).refuses_at_most <= 0.01


def test_an_error_names_the_columns_that_cost_most_and_a_share_that_can_be_promised():
    drawn = random.Random(3)
    rows = [
        {"n": drawn.randrange(90), "text": "x" * drawn.choices([3, 900], [400, 1])[0]} for _ in range(1000)
    ]
    with pytest.raises(s.SpecDefinitionError, match=r"the columns .* are 'text' \(\d+\)") as error:
        s.infer(rows)
    share = float(re.search(r"refuse=([0-9.]+),", str(error.value))[1])
    assert s.promise(s.infer(rows, refuse=share)).refuses_at_most <= share
    needed = re.search(r"some ([0-9,]+) can", str(error.value))
    assert needed is None or int(needed[1].replace(",", "")) <= 30_000


def test_ranges_are_widened_where_the_tight_contract_would_refuse_more():
    drawn = random.Random(5)
    rows = [{f"c{i}": drawn.uniform(0, 10) for i in range(20)} for _ in range(2000)]
    contract = s.infer(rows)
    assert s.promise(contract).refuses_at_most <= 0.01
    assert s.valid(contract, rows[0] | {"c3": 10.0})
    assert s.explain_str(contract, rows[0] | {"c3": 15000.0}).startswith("15000.0 - failed: above 10.")
    assert "beyond all of 2,000 rows in: ['c3']" in s.explain_str(contract, rows[0] | {"c3": 15000.0})
    tight = s.infer(rows, refuse=0.1)
    assert not s.valid(tight, rows[0] | {"c3": 10.0})


@given(st.floats(-1e15, 1e15), st.floats(1e-6, 1e15))
def test_widened_floats_are_outside_and_have_two_digits_of_the_width(low, width):
    high = low + width
    assume(high > low)
    wide = _widen(low, high, (high - low, high - low))
    assert wide[0] <= low - (high - low)
    assert wide[1] >= high + (high - low)
    unit = math.floor(math.log10(high - low)) - 1
    assert all(decimal.Decimal(repr(end)).normalize().as_tuple().exponent >= unit for end in wide if end)


def test_the_row_that_makes_lists_differ_in_length_carries_the_contract_though_ranges_are_wide():
    drawn = random.Random(5)
    rows = [{**{f"c{i}": drawn.uniform(0, 10) for i in range(20)}, "xs": [1, 2]} for _ in range(4000)]
    longer = [row if i != 1234 else {**row, "xs": [1, 2, 2]} for i, row in enumerate(rows)]
    same, differ = s.infer(rows), s.infer(longer)
    assert "beyond all of" in s.explain_str(same, rows[0] | {"c3": 15000.0})
    assert not s.valid(same, longer[1234])
    assert s.valid(differ, longer[1234])
    assert s.promise(differ).bounds == s.promise(same).bounds + 1


# --- sketches --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COLUMNS)
def test_sketches_of_chunks_add_up_to_the_sketch_of_all_rows(name):
    rows = [{"x": x, "i": i % 90} for i, x in enumerate(column(COLUMNS[name][0]))]
    cuts = [0, 100, 101, 900, ROWS]
    parts = [s.sketch(rows[a:b], start=a) for a, b in itertools.pairwise(cuts)]
    RANDOM.shuffle(parts)
    contract, whole = s.infer(sum(parts)), s.infer(rows)
    assert repr(contract) == repr(whole)
    assert s.promise(contract) == s.promise(whole)


@pytest.mark.slow
def test_sketches_of_rows_that_differ_from_chunk_to_chunk_add_up_too():
    rows = [{"form": f"{'x' * (i * 6 // ROWS)}-{i}", "by": {"k" * (i % 600): i}} for i in range(ROWS)]
    whole = s.infer(rows, refuse=0.1)
    for size in (150, 1000):
        parts = [s.sketch(rows[i : i + size], start=i) for i in range(0, ROWS, size)]
        contract = s.infer(sum(parts), refuse=0.1)
        assert (repr(contract), s.promise(contract)) == (repr(whole), s.promise(whole))


def infer_part(part):
    start, rows = part
    return s.sketch(rows, start=start)


@pytest.mark.stress
def test_dask_infers_the_contract_of_a_million_rows():
    distributed = pytest.importorskip("distributed")
    drawn = random.Random(9)
    rows = [{"age": int(drawn.gauss(50, 9)), "plan": drawn.choice("abc")} for _ in range(1_000_000)]
    parts = [(start, rows[start : start + 50_000]) for start in range(0, len(rows), 50_000)]
    with distributed.Client(n_workers=2, threads_per_worker=1) as client:
        contract = s.infer(client.submit(sum, client.map(infer_part, parts)).result())
    assert repr(contract) == repr(s.infer(rows))
    assert s.promise(contract) == s.promise(s.infer(rows))


def test_the_values_of_a_column_may_be_counted_elsewhere():
    drawn = random.Random(0)
    xs = drawn.choices([1, 2, 2.5, "a", "A-1", "2024-01-31", None, float("inf")], k=500)
    firsts = {}
    for i, x in enumerate(xs):
        firsts.setdefault(x, i)
    counts = collections.Counter(xs)
    counted = sketch_values([*firsts], [*firsts.values()], {i: counts[x] for x, i in firsts.items()})
    assert counted == sketch_values(xs, range(500))


# --- examples --------------------------------------------------------------------------------------------


def test_examples_have_the_distributions_and_the_correlations_of_the_rows():
    import numpy as np

    drawn = random.Random(11)

    def row():
        age = max(18, int(drawn.gauss(45, 12)))
        plan = "pro" if drawn.random() < (age - 18) / 60 else "free"
        return {"age": age, "income": round(age * 900 * drawn.lognormvariate(0, 0.3), 2), "plan": plan}

    rows = [row() for _ in range(3000)]
    examples = s.sample(s.infer(rows), 1500, seed=0)
    for key in ("age", "income"):
        quantiles = [np.quantile([each[key] for each in some], [0.1, 0.5, 0.9]) for some in (rows, examples)]
        assert np.allclose(*quantiles, rtol=0.08)
    for some in (rows, examples):
        table = np.array([[each["age"], each["income"], each["plan"] == "pro"] for each in some], float)
        correlations = np.corrcoef(table.argsort(0).argsort(0).T)
        assert correlations[0, 1] > 0.6
        assert np.corrcoef(table.T)[0, 2] > 0.25
    assert all(each["income"] == round(each["income"], 2) for each in examples)


def test_examples_shrink_towards_the_most_usual_row():
    rows = [{"age": i % 101, "plan": "pro" if i % 3 else "free"} for i in range(ROWS)]
    contract = s.infer(rows)
    smallest = find(s.gen(contract), lambda row: True)
    assert smallest["plan"] == "pro"
    assert abs(smallest["age"] - 50) <= 2
    assert find(s.gen(contract), lambda row: row["plan"] == "free")["age"] in range(40, 61)


def test_gaps_are_drawn_apart_from_numbers():
    drawn = random.Random(3)

    def row():
        x = drawn.random()
        kind = "a" if drawn.random() < 0.5 else "b"
        return {"kind": kind, "x": x if kind == "a" or drawn.random() < 0.2 else None, "y": round(x, 2)}

    rows = [row() for _ in range(3000)]
    examples = s.sample(s.infer(rows), 3000, seed=0)
    for some in (rows, examples):
        gaps = [each["kind"] for each in some if each["x"] is None]
        assert 0.35 < len(gaps) / len(some) < 0.45
        assert gaps.count("b") / len(gaps) > 0.8
    numbers = [each for each in examples if each["x"] is not None]
    assert len({each["x"] for each in numbers} - {each["x"] for each in rows}) > 1000
    assert sum(abs(each["x"] - each["y"]) < 0.1 for each in numbers) / len(numbers) > 0.5


def test_many_examples_repeat_by_their_seed_and_are_valid():
    contract = s.infer(
        [{"n": i * i % 97, "parts": {"x": i % 7 / 4}, "tags": ["x"] * (i % 3)} for i in range(ROWS)]
    )
    for seed in (0, -5, 10**30):
        examples = s.sample(contract, 300, seed=seed)
        assert examples == s.sample(contract, 300, seed=seed) != s.sample(contract, 300, seed=seed + 1)
        assert all(s.valid(contract, each) for each in examples)


def test_an_example_shares_nothing_with_the_rows():
    contract = s.infer([{"tags": ["x"] * (i % 3), "n": i % 9} for i in range(ROWS)])
    for _ in range(2):
        for row in s.sample(contract, 20, seed=0):
            assert len(row["tags"]) < 3
            row["tags"].extend("xyzzy")


# --- laws ------------------------------------------------------------------------------------------------

LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.dates())
VALUES = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.lists(part, max_size=3), st.dictionaries(st.sampled_from("abc"), part, max_size=3), st.tuples(part)
    ),
    max_leaves=6,
)


@given(st.lists(VALUES, min_size=1, max_size=6), st.integers(200, 900))
@settings(max_examples=20, deadline=None)
def test_all_rows_fit_their_contract(values, n):
    drawn = random.Random(n)
    rows = [drawn.choice(values) for _ in range(n)]
    contract = s.infer(rows, refuse=0.6)
    assert all(s.valid(contract, row) for row in rows)
    assert repr(execute(contract)) == repr(contract)


MORNING = dt.datetime(2024, 1, 1, 8)
# fmt: off
MIXED = {
    "float32 and NaN": [np.float32(i / 2) if i % 7 else np.float32("nan") for i in range(900)],
    "Decimal and NaN": [decimal.Decimal(i) if i % 7 else decimal.Decimal("NaN") for i in range(900)],
    "Decimal and sNaN": [decimal.Decimal(i) if i % 7 else decimal.Decimal("sNaN") for i in range(900)],
    "Fraction and NaN": [fractions.Fraction(i, 3) if i % 7 else math.nan for i in range(900)],
    "int, float and NaN": [i if i % 7 else math.nan if i % 2 else i / 2 for i in range(900)],
    "moments with a zone and without":
        [(MORNING + dt.timedelta(hours=i)).replace(tzinfo=None if i % 7 else dt.UTC) for i in range(900)],
    "times with a zone and without":
        [dt.time(i % 24, i % 60, tzinfo=None if i % 7 else dt.UTC) for i in range(900)],
}
# fmt: on


@pytest.mark.parametrize("name", MIXED)
def test_what_cannot_be_compared_is_a_kind_of_its_own(name):
    rows = [{"x": x} for x in MIXED[name]]
    contract = s.infer(rows, refuse=0.2)
    assert [row for row in rows if not s.valid(contract, row)] == []
    parts = [s.sketch(rows[i : i + 300], start=i) for i in (300, 0, 600)]
    assert s.form(s.infer(sum(parts), refuse=0.2)) == s.form(contract)


@pytest.mark.parametrize("starts", [(0, 0), (0, 99), (99, 0), (0, 50)])
def test_sketches_of_rows_with_the_same_numbers_do_not_add_up(starts):
    first, second = (s.sketch(range(100), start=start) for start in starts)
    with pytest.raises(s.SpecDefinitionError, match=f"two sketches have a row of the number {max(starts)}"):
        first + second


def test_sketches_of_rows_with_gaps_between_them_add_up():
    parts = [s.sketch(range(100), start=start) for start in (500, 0, 100)]
    assert sum(parts).spans == ((0, 200), (500, 600))
    assert (s.sketch([]) + s.sketch([])).rows == 0
