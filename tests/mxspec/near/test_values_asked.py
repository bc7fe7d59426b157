"""Faults of guards that one kind of values tells apart: far numbers, other forms, pairs of keys, offsets."""

import datetime as dt
import enum
from decimal import Decimal

import hypothesis.strategies as st
import pytest

import mxspec as s


class Color(enum.Enum):
    RED, GREEN, BLUE = range(3)


COPY = s.and_(
    s.keys({"a": s.optional(s.str_in(1, 3)), "b": s.optional(s.str_in(1, 3))}),
    lambda d: d.get("a") == d.get("b"),
)
PAID = s.and_(
    s.keys({"by": {"card", "cash", "bank"}, "iban": s.optional(bool)}),
    lambda d: ("iban" in d) == (d["by"] == "bank"),
)
BUSY = s.with_gen(
    s.and_({"from": s.is_inst, "to": s.is_inst}, lambda d: bool(d["from"].tzinfo) and bool(d["to"].tzinfo),
           lambda d: d["from"] < d["to"]),
    lambda: st.datetimes(
        dt.datetime(1990, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(dt.UTC)
    ).map(lambda t: {"from": t, "to": t + dt.timedelta(seconds=9)}),
)  # fmt: skip
HEAD = s.with_gen(
    s.and_(s.is_bytes, lambda b: b[:3] == b"ABC"), lambda: st.binary(max_size=4).map(lambda b: b"ABC" + b)
)
CENTS = s.with_gen(
    s.and_(Decimal, lambda d: d.as_tuple().exponent >= -2), lambda: st.decimals(0, 9, places=2)
)  # fmt: skip


def is_copied(same):
    """A guard of COPY that compares by a function."""
    return lambda d: (
        s.valid(s.keys({k: s.optional(s.str_in(1, 3)) for k in "ab"}), d)
        and ("a" in d) == ("b" in d)
        and same(d.get("a", ""), d.get("b", ""))
    )


# A spec, a guard with a fault, and a value on which it is wrong.
FAULTS = {
    "a number far below": (s.int_in(100, 600), lambda n: type(n) is int and str(n)[0] in "12345", 10),
    "the last of an enum": (Color, lambda x: x in [*Color][:-1], Color.BLUE),
    "blanks alone": (s.str_in(1, 9), lambda x: type(x) is str and 1 <= len(x.strip()) <= len(x) <= 9, " "),
    "two keys that differ": (COPY, is_copied(lambda a, b: True), {"a": "a", "b": "b"}),
    "two keys of other cases": (COPY, is_copied(lambda a, b: a.lower() == b.lower()), {"a": "a", "b": "A"}),
    "a key with another member": (
        PAID,
        lambda d: s.valid(PAID, d) or (d.get("by") == "cash" and type(d.get("iban")) is bool),
        {"by": "cash", "iban": True},
    ),
    "moments without zones": (
        BUSY,
        lambda d: all(isinstance(d[k], dt.datetime) for k in ("from", "to")) and d["from"] < d["to"],
        {"from": dt.datetime(2020, 1, 1), "to": dt.datetime(2020, 1, 2)},
    ),
    "the hour of another offset": (
        BUSY,
        lambda d: s.valid(BUSY, {k: t.replace(tzinfo=dt.UTC) if t.tzinfo else t for k, t in d.items()}),
        {"from": dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
         "to": dt.datetime(2020, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))},
    ),
    "bytes elsewhere": (HEAD, lambda b: isinstance(b, (bytes, bytearray)) and b"ABC" in b, b"xABC"),
    "zeros at the end": (CENTS, lambda d: isinstance(d, Decimal) and d == round(d, 2), Decimal("0.100")),
    "another sign": (
        s.coll_of({"+", "*"}, kind=list), lambda x: s.valid(s.coll_of({"+", "*", "-"}, kind=list), x), ["-"]),
    "tags of other cases": (
        s.coll_of(str, kind=list, distinct=True),
        lambda x: s.valid(s.coll_of(str, kind=list), x) and len({y.lower() for y in x}) == len(x),
        ["a", "A"],
    ),
}  # fmt: skip


def passes(guard, x):
    try:
        return bool(guard(x))
    except Exception:
        return False


@pytest.mark.few(5)
@pytest.mark.parametrize(("spec", "guard", "x"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_noticed(spec, guard, x):
    assert passes(guard, x) != s.valid(spec, x)
    assert s.check_guard(guard, spec).differs
    assert not s.check_guard(spec, spec).differs
