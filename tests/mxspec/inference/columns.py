"""Columns of two thousand rows, each with a value that their contract refuses, and in which words."""

import collections
import dataclasses
import datetime as dt
import decimal
import random
import string
import uuid

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
    "another type": (
        lambda r: r.randrange(100), "7",
        "an int is required, not '7'; s.decode(int, x, strings=True) reads it - failed: int",
    ),
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
    "always true": (lambda r: True, False, "True is required, not False - failed: is_true"),
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
        "above 8, the most of ROWS in: [0] at: [0]\nbelow 100, the least of ROWS in: [1] at: [1]",
    ),
    "Python tuples": (
        lambda r: (r.randrange(9), "x"), (9, "x"),
        "above 8, the most of ROWS in: [0] at: ['item 0']",
    ),
    "missing keys": (lambda r: {"a": 1, "b": r.randrange(9)}, {"a": 1}, "key 'b' is required"),
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
