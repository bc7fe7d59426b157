"""The generator of random tables: for contracts, for doors of `infer`, and for frames.

A column draws each cell, or picks the cells from a few that it draws first; in some of them values are
missing.
"""

import datetime as dt
import decimal
import random
import string
import uuid
import zoneinfo

NAN = float("nan")
START = dt.datetime(2024, 1, 1)
ALNUM = string.ascii_uppercase + string.digits
NOON = dt.datetime(2024, 6, 1, 12)
ROME = zoneinfo.ZoneInfo("Europe/Rome")
HOSTILE = ['say "x"', "two\nlines", "a,b;c|d\te", "NA", "null", "", " x ", "é€", "\r\n", "'", "#", "1,5"]


def text_of(r, letters, least, most):
    return "".join(r.choices(letters, k=r.randint(least, most)))


# Functions from a random number generator and the number of a row to a value.
COLUMNS = {
    "counter": lambda r, i: i + 1,
    "any int": lambda r, i: r.randrange(-50, 10 ** r.randrange(1, 15)),
    "int": lambda r, i: r.randrange(-5, 90),
    "rating": lambda r, i: r.choice([1, 2, 5, 10]),
    "mostly zero": lambda r, i: r.randrange(10**6) if r.random() < 0.01 else 0,
    "float": lambda r, i: r.gauss(0, 9),
    "rounded": lambda r, i: round(r.gauss(50, 20), r.randrange(1, 9)),
    "few prices": lambda r, i: r.choice([5.0, 9.99, 19.9]),
    "tiny": lambda r, i: r.random() * 1e-9,
    "price": lambda r, i: round(r.lognormvariate(3, 1), 2),
    "whole floats": lambda r, i: float(r.randrange(9)),
    "floats and NaN": lambda r, i: r.choice([NAN, float(r.randrange(50))]),
    "numbers": lambda r, i: r.choice([1, 2.5, r.randrange(10)]),
    "constant": lambda r, i: 7,
    "true": lambda r, i: True,
    "bool": lambda r, i: r.random() < 0.3,
    "plan": lambda r, i: r.choices(["free", "pro", "team"], [50, 5, 1])[0],
    "city": lambda r, i: f"city {min(int(r.expovariate(0.05)), 300)}",
    "none": lambda r, i: None,
    "coupon": lambda r, i: r.choice([None, None, "SPRING", "AUTUMN"]),
    "hostile": lambda r, i: r.choice(["plain", r.choice(HOSTILE), text_of(r, "abc XY-9", 1, 8)]),
    "number code": lambda r, i: f"{r.randrange(1000):04d}",
    "code": lambda r, i: text_of(r, ALNUM, 8, 8),
    "hex": lambda r, i: text_of(r, "0123456789abcdef", 12, 12),
    "any hex": lambda r, i: text_of(r, "0123456789abcdef", 5, 9),
    "invoice": lambda r, i: f"INV-{int(r.lognormvariate(6, 2))}",
    "plate": lambda r, i: f"{text_of(r, 'ABCDE', 1, 3)}-{text_of(r, ALNUM, 2, 2)} {r.randrange(9999)}",
    "mail": lambda r, i: f"{text_of(r, 'abc.', 1, 5)}{i}@example.com",
    "url": lambda r, i: f"https://example.com/{i}?q={r.randrange(9)}",
    "ip": lambda r, i: f"10.{r.randrange(256)}.{r.randrange(256)}.1",
    "ipv6": lambda r, i: f"2001:db8::{r.randrange(1 << 16):x}",
    "number text": lambda r, i: f"{r.gauss(0, 9):.2f}",
    "uuid": lambda r, i: str(uuid.UUID(int=r.getrandbits(128))),
    "UUID": lambda r, i: uuid.UUID(int=r.getrandbits(128)),
    "day text": lambda r, i: (START + dt.timedelta(r.randrange(366))).date().isoformat(),
    "German day": lambda r, i: f"{START + dt.timedelta(r.randrange(366)):%d.%m.%Y}",
    "moment text": lambda r, i: (START + dt.timedelta(minutes=i)).isoformat() + r.choice(["", "Z"]),
    "zone text": lambda r, i: (START + dt.timedelta(minutes=r.randrange(9999))).isoformat() + "+02:00",
    "day": lambda r, i: (START + dt.timedelta(r.randrange(366))).date(),
    "clock": lambda r, i: START + dt.timedelta(minutes=i),
    "second": lambda r, i: NOON + dt.timedelta(seconds=r.randrange(10**6)),
    "microsecond": lambda r, i: NOON + dt.timedelta(0, 0, r.randrange(10**9)),
    "midnight": lambda r, i: dt.datetime(2024, 6, 1 + r.randrange(20)),
    "moment": lambda r, i: (NOON + dt.timedelta(seconds=r.randrange(10**6))).replace(tzinfo=ROME),
    "time": lambda r, i: dt.time(r.randrange(24)),
    "period": lambda r, i: dt.timedelta(r.randrange(9)),
    "decimal": lambda r, i: decimal.Decimal(r.randrange(9999)).scaleb(-2),
    "text": lambda r, i: text_of(r, "abc é\n-9\\", 0, 20),
    "words": lambda r, i: text_of(r, "abc", 3, 8),
    "list": lambda r, i: r.choices("xyz", k=r.randrange(4)),
    "pair": lambda r, i: [r.randrange(9), r.gauss(0, 1)],
    "map": lambda r, i: {"a": r.randrange(9), **({"b": 1} if r.random() < 0.5 else {})},
    "any keys": lambda r, i: {text_of(r, "abcdef", 1, 4): r.randrange(9)},
    "envelope": lambda r, i: r.choice([
        {"tool": "pay", "args": {"to": text_of(r, "xy", 1, 3), "amount": r.randrange(99)}},
        {"tool": r.choice(["find", "look"]), "args": {"query": text_of(r, "ab c", 0, 9)}},
    ]),
}  # fmt: skip
ODD = [None, NAN, -1, 10**12, 0.5, "", "zzz", "1900-01-01", "n/a", [], {}, True, dt.date(1900, 1, 1)]


def draw_cells(r, draw, length, few=None, missing=0):
    """Return the cells of a column.

    Args:
        r: decides.
        draw: a function from it and the number of a row to a value.
        length: the number of cells.
        few: the number of values from which the cells are picked; None draws each cell.
        missing: the share of cells that are None.
    """
    values = [draw(r, i) for i in range(length if few is None else few)]
    several = values if few is None else [r.choice(values) for _ in range(length)]
    return [None if r.random() < missing else x for x in several]


def table(seed, rows=None):
    """Return the rows of a table: its columns, its length and its odd values follow from a seed."""
    r = random.Random(seed)
    names = r.sample(sorted(COLUMNS), r.randint(1, 5))
    odd = r.choice([0, 0, 0.002, 0.02])
    optional = r.choice([0, 0, 0.1])
    table = []
    for i in range(rows or r.choice([60, 300, 900, 1500])):
        row = {name: COLUMNS[name](r, i) if r.random() >= odd else r.choice(ODD) for name in names}
        table.append({name: x for name, x in row.items() if r.random() >= optional})
    return table


def damage(row, r):
    """Return a row with a value that is likely to be wrong."""
    if not row:
        return {"other": 1}
    return {**row, r.choice(sorted(row)): r.choice(ODD)}


# The columns that come through a door as they are, but for what the door can't tell.
THROUGH_DOORS = [
    "any int", "rounded", "whole floats", "tiny", "bool", "number code", "hostile", "day", "second",
    "midnight", "moment", "microsecond", "decimal", "none", "few prices",
]  # fmt: skip
# A file of JSON has 1.0 where pandas has no int; and one "33,553" of a CSV may be an int.
TOLD_BY_MANY = {"whole floats", "rounded"}


class RandomTable:
    """A random table, which comes through doors.

    Attributes:
        types: the name of each column's kind.
        rows: the rows, as dicts.
        random: decides.
        seed: selects the table.
    """

    def __init__(self, seed, length=60):
        r = random.Random(seed)
        self.seed, self.random = seed, r
        names = r.sample(["a", "b", "c d", "e;f", "g,h", "é", 'i"j', "k"], r.randrange(2, 7))
        self.types = {name: r.choice(THROUGH_DOORS) for name in names}
        self.columns = {}
        for name, kind in self.types.items():
            few = 40 if kind in TOLD_BY_MANY else r.choice([1, 3, 9, 40, 40])
            missing = r.choice([0, 0, 0.1, 0.6])
            self.columns[name] = draw_cells(r, COLUMNS[kind], length, few, missing)
        self.rows = [dict(zip(names, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]

    def with_cells(self, convert):
        """The rows with other values, of a function of the type and the value of a cell."""
        return [
            {name: None if x is None else convert(self.types[name], x) for name, x in row.items()}
            for row in self.rows
        ]
