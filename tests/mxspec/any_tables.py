"""Random tables, of columns as files and services have them, with a few values that are odd."""

import datetime as dt
import decimal
import random
import string
import uuid

NAN = float("nan")
START = dt.datetime(2024, 1, 1)
ALNUM = string.ascii_uppercase + string.digits


def text_of(r, letters, least, most):
    return "".join(r.choices(letters, k=r.randint(least, most)))


# Functions from a random number generator and the number of a row to a value.
COLUMNS = {
    "counter": lambda r, i: i + 1,
    "int": lambda r, i: r.randrange(-5, 90),
    "rating": lambda r, i: r.choice([1, 2, 5, 10]),
    "mostly zero": lambda r, i: r.randrange(10**6) if r.random() < 0.01 else 0,
    "float": lambda r, i: r.gauss(0, 9),
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
