"""Guards with one fault each in the style of other people; `unseen_faults.py` has those in the style of a house.

Validators of a web framework, parsers that raise, pandas, attrs, pydantic, argparse, regexes of the day.
"""

# ruff: noqa: E501
# fmt: off
import argparse
import collections
import dataclasses
import datetime as dt
import enum
import functools
import json
import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Literal

import attrs
import pandas as pd
import pydantic
from hypothesis import strategies as st

import mxspec as s
from tests.measurements.guards.guard_faults import Case
from tests.measurements.guards.unseen_faults import text, texts, whole

CASES = {}


def case(name, kind, spec, right, faults):
    CASES[name] = Case(kind, spec, right, faults)


# --- texts ------------------------------------------------------------------------------------------------


class ValidationError(ValueError):
    """As in a web framework."""


class RegexValidator:
    def __init__(self, regex, flags=0, message="Enter a valid value."):
        self.regex, self.message = re.compile(regex, flags), message

    def __call__(self, value):
        if not isinstance(value, str) or not self.regex.search(value):
            raise ValidationError(self.message)


def validates(*validators):
    """A field that runs its validators, as a form does."""
    def is_valid(value):
        try:
            for validator in validators:
                validator(value)
        except ValidationError:
            return False
        return True
    return is_valid


USERNAME = r"[A-Za-z][A-Za-z0-9_.]{2,14}"
case("a user's name", "pattern", s.str_in(USERNAME), validates(RegexValidator(rf"\A{USERNAME}\Z")),
     {"a dollar at the end": (validates(RegexValidator(rf"^{USERNAME}$")), "abc\n"),
      "any line": (validates(RegexValidator(rf"\A{USERNAME}$", re.MULTILINE)), "abc\nx"),
      "no end": (validates(RegexValidator(rf"^{USERNAME}")), "abc-"),
      "no start": (validates(RegexValidator(rf"{USERNAME}\Z")), "-abc"),
      "letters of the world": (validates(RegexValidator(r"\A[A-Za-z][\w.]{2,14}\Z")), "aéé"),
      "from A to z": (validates(RegexValidator(r"\A[A-z][A-Za-z0-9_.]{2,14}\Z")), "^aa"),
      "any dot": (validates(RegexValidator(r"\A[A-Za-z].{2,14}\Z")), "a  "),
      "as long as you like": (validates(RegexValidator(r"\A[A-Za-z][A-Za-z0-9_.]{2,}\Z")), "a" * 16),
      "a digit first": (validates(RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9_.]{2,14}\Z")), "0aa")})


def validate_length(value, size=len, least=1, most=140):
    if not isinstance(value, str):
        raise ValidationError("text")
    if size(value) < least:
        raise ValidationError("too short")
    if size(value) > most:
        raise ValidationError("too long")


case("a comment", "unicode", s.str_in(1, 140), validates(validate_length),
     {"in bytes": (validates(functools.partial(validate_length, size=lambda x: len(x.encode(errors="replace")))), "é" * 140),
      "trimmed": (validates(functools.partial(validate_length, size=lambda x: len(x.strip()))), " "),
      "in units of 16 bits": (validates(functools.partial(validate_length, size=lambda x: len(x.encode("utf-16-le", "surrogatepass")) // 2)), "\U0001f600" * 140),
      "139": (validates(functools.partial(validate_length, most=139)), "a" * 140),
      "letters alone": (validates(functools.partial(validate_length, size=lambda x: sum(not unicodedata.combining(c) for c in x))), "\u0301")})


class DecimalValidator:
    def __init__(self, max_digits=7, decimal_places=2, least=Decimal(0)):
        self.max_digits, self.decimal_places, self.least = max_digits, decimal_places, least

    def __call__(self, value):
        if not isinstance(value, Decimal) or not value.is_finite() or value < self.least:
            raise ValidationError("a number")
        _, digits, exponent = value.as_tuple()
        decimals = max(0, -exponent)
        if decimals > self.decimal_places or len(digits) + max(0, exponent) - decimals > self.max_digits - 2:
            raise ValidationError("digits")


case("a decimal of digits", "number",
     s.with_gen(s.and_(s.range_of(Decimal, Decimal(0), Decimal("99999.99")), lambda d: d.as_tuple().exponent >= -2), lambda: st.decimals(0, Decimal("99999.99"), places=2)),
     lambda d: isinstance(d, Decimal) and d.is_finite() and 0 <= d <= Decimal("99999.99") and d.as_tuple().exponent >= -2,
     {"three places": (validates(DecimalValidator(decimal_places=3)), Decimal("0.001")),
      "six digits before": (validates(DecimalValidator(max_digits=8)), Decimal(100_000)),
      "below zero": (validates(DecimalValidator(least=Decimal(-1))), Decimal(-1)),
      "zeros at the end": (lambda d: isinstance(d, Decimal) and 0 <= d <= Decimal("99999.99") and d == d.quantize(Decimal("0.01")), Decimal("0.100")),
      "one place": (validates(DecimalValidator(decimal_places=1)), Decimal("0.01"))})


def isbn(text, modulus=11, pattern="[0-9]{9}[0-9X]", checks=True):
    """As in a library of checksums."""
    if not isinstance(text, str) or not re.fullmatch(pattern, text):
        return False
    digits = [10 if c in "xX" else int(c) for c in text]
    return not checks or sum(n * d for n, d in zip(range(10, 0, -1), digits, strict=True)) % modulus == 0


def with_check_digit(nine):
    rest = -sum((10 - i) * int(c) for i, c in enumerate(nine)) % 11
    return nine + ("X" if rest == 10 else str(rest))


case("the number of a book", "pattern",
     s.with_gen(s.and_(s.str_in("[0-9]{9}[0-9X]"), lambda x: sum((10 - i) * (10 if c == "X" else int(c)) for i, c in enumerate(x)) % 11 == 0),
                lambda: st.from_regex("[0-9]{9}", fullmatch=True).map(with_check_digit)),
     isbn,
     {"without the check": (functools.partial(isbn, checks=False), "0000000001"),
      "modulo 10": (functools.partial(isbn, modulus=10), "0000000018"),
      "no X": (functools.partial(isbn, pattern="[0-9]{10}"), "048665088X"),
      "a small x": (functools.partial(isbn, pattern="[0-9]{9}[0-9Xx]"), "048665088x")})


def parse_date(text, check=re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch):
    if not check(text):
        raise ValueError(text)
    return dt.date.fromisoformat(text)


def parse_by_format(text):
    return dt.datetime.strptime(text, "%Y-%m-%d")


case("a date as text", "pattern", {"on": s.str_in(format="date")}, lambda d: isinstance(parse_date(d["on"]), dt.date),
     {"any form of ISO": (lambda d: isinstance(dt.date.fromisoformat(d["on"]), dt.date), {"on": "20200101"}),
      "by strptime": (lambda d: parse_by_format(d["on"]) is not None, {"on": "2020-1-1"}),
      "any digits": (lambda d: re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", d["on"]) is not None, {"on": "2020-02-30"}),
      "days to 31": (lambda d: re.fullmatch("(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", d["on"]) is not None, {"on": "2020-02-31"}),
      "days to 28": (lambda d: parse_date(d["on"]).day <= 28 or parse_date(d["on"]).month != 2, {"on": "2020-02-29"})})


class Code:
    """As in a value object: the constructor refuses."""

    def __init__(self, groups, pattern="[A-Z]{2}[0-9]{2}( [A-Z0-9]{4}){2,4}"):
        if not isinstance(groups, str) or re.compile(pattern).fullmatch(groups) is None:
            raise TypeError(f"not a code: {groups!r}")


case("an account in groups", "pattern", s.str_in("[A-Z]{2}[0-9]{2}( [A-Z0-9]{4}){2,4}"), lambda x: Code(x) is not None,
     {"one group": (lambda x: Code(x, "[A-Z]{2}[0-9]{2}( [A-Z0-9]{4}){1,4}") is not None, "AA00 0000"),
      "five groups": (lambda x: Code(x, "[A-Z]{2}[0-9]{2}( [A-Z0-9]{4}){2,5}") is not None, "AA00" + " 0000" * 5),
      "no blanks": (lambda x: Code(x, "[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){2,4}") is not None, "AA0000000000"),
      "digits alone": (lambda x: Code(x, "[A-Z]{2}[0-9]{2}( [0-9]{4}){2,4}") is not None, "AA00 AAAA AAAA"),
      "a short last group": (lambda x: Code(x, "[A-Z]{2}[0-9]{2}( [A-Z0-9]{4}){1,3} [A-Z0-9]{1,4}") is not None, "AA00 0000 0"),
      "any white space": (lambda x: Code(x, r"[A-Z]{2}[0-9]{2}(\s[A-Z0-9]{4}){2,4}") is not None, "AA00\t0000\t0000")})

NUMBER = "(0|[1-9][0-9]*)"


def parse_version(text, number=NUMBER, times=3, dot=r"\.", tail="(-[a-z0-9.]+)?"):
    match = re.match(dot.join([number] * times) + tail + r"\Z", text)
    if match is None:
        raise ValueError(f"no version: {text}")
    return match.groups()


case("a version of a release", "pattern", s.str_in(rf"{NUMBER}\.{NUMBER}\.{NUMBER}(-[a-z0-9.]+)?"), lambda x: parse_version(x) != (),
     {"zeros first": (lambda x: parse_version(x, number="([0-9]+)") != (), "00.0.0"),
      "two numbers": (lambda x: len(x.split("-")[0].split(".")) == 2 or parse_version(x) != (), "0.0"),
      "any dot": (lambda x: parse_version(x, dot=".") != (), "0-0-0"),
      "an empty tail": (lambda x: parse_version(x, tail="(-[a-z0-9.]*)?") != (), "0.0.0-"),
      "digits of the world": (lambda x: parse_version(x, number=r"(0|[1-9]\d*)") != (), "1\u0663.0.0"),
      "no tail": (lambda x: parse_version(x, tail="()") != (), "0.0.0-a")})


def mac(text, parse=lambda part: re.fullmatch("[0-9a-f]{2}", part).string):
    parts = text.split(":")
    if len(parts) != 6:
        raise ValueError("six parts")
    return all(parse(part) is not None for part in parts)


case("the address of a card", "pattern", s.str_in("([0-9a-f]{2}:){5}[0-9a-f]{2}"), mac,
     {"by int": (lambda x: mac(x, lambda part: int(part, 16)) and len(x) == 17, "+0:00:00:00:00:00"),
      "upper case": (lambda x: mac(x.lower()), "00:00:00:00:00:0A"),
      "hyphens": (lambda x: mac(x.replace("-", ":")), "00-00-00-00-00-00"),
      "letters to z": (lambda x: mac(x, lambda part: re.fullmatch("[0-9a-z]{2}", part).string), "zz:00:00:00:00:00"),
      "six and more": (lambda x: re.fullmatch("([0-9a-f]{2}:){5,}[0-9a-f]{2}", x) is not None, "00:00:00:00:00:00:00")})


def is_hostname(name, most=12, starts="-", ends="-"):
    """As in a server: label by label."""
    if name[-1:] == "." and ends == ".":
        name = name[:-1]
    for label in name.split("."):
        if not 1 <= len(label) <= most or (starts and label.startswith(starts)):
            return False
        if (ends == "-" and label.endswith("-")) or not all(c in "abcdefghijklmnopqrstuvwxyz0123456789-" for c in label):
            return False
    return True


LABEL = "[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?"
case("the name of a host", "pattern", s.str_in(rf"{LABEL}(\.{LABEL})*"), is_hostname,
     {"a hyphen first": (functools.partial(is_hostname, starts=""), "-a"),
      "a hyphen last": (lambda x: is_hostname(x, ends="") , "a-"),
      "a dot last": (lambda x: is_hostname(x[:-1] if x[-1:] == "." else x), "a."),
      "13 letters": (functools.partial(is_hostname, most=13), "a" * 13),
      "one label": (lambda x: is_hostname(x) and "." not in x, "a.a"),
      "upper case": (lambda x: is_hostname(x.lower()), "A")})


def count_of(text):
    number = int(text)
    if number <= 0 or number > 999_999_999:
        raise ValueError(text)
    return True


case("a count as text", "pattern", s.str_in("[1-9][0-9]{0,8}"), lambda x: re.fullmatch("[1-9][0-9]*", x) is not None and count_of(x),
     {"by int": (count_of, "+1"),
      "trimmed": (lambda x: x.strip().isdigit() and x.strip()[0] != "0" and x.isascii() and count_of(x), " 1"),
      "digits": (lambda x: x.isdigit() and x.isascii() and count_of(x), "01"),
      "digits of the world": (lambda x: re.fullmatch(r"[1-9]\d*", x) is not None and count_of(x), "1\u0663"),
      "ten digits": (lambda x: re.fullmatch("[1-9][0-9]{0,9}", x) is not None, "1000000000")})

case("the code of a country", "unicode", s.str_in("[A-Z]{2}"), lambda x: isinstance(x, str) and len(x) == 2 and x.isascii() and x.isalpha() and x.isupper(),
     {"letters of the world": (lambda x: isinstance(x, str) and len(x) == 2 and x.isalpha() and x.isupper(), "ÉÉ"),
      "upper, with a digit": (lambda x: isinstance(x, str) and len(x) == 2 and x.isascii() and x.isupper(), "A1"),
      "any case": (lambda x: isinstance(x, str) and len(x) == 2 and x.isascii() and x.isalpha(), "aa"),
      "a capital first": (lambda x: isinstance(x, str) and len(x) == 2 and x.isascii() and x.isalpha() and x[0].isupper(), "Aa"),
      "with blanks": (lambda x: isinstance(x, str) and len(x.strip()) == 2 and x.strip().isascii() and x.strip().isalpha() and x.isupper(), "AA ")})


def clean_title(title, is_control=lambda c: unicodedata.category(c) == "Cc", form="NFC"):
    if not isinstance(title, str) or not 1 <= len(title) <= 20:
        raise ValidationError("length")
    if any(is_control(c) for c in title):
        raise ValidationError("control characters")
    if unicodedata.normalize(form, title) != title:
        raise ValidationError("form")


case("a title", "unicode",
     s.with_gen(s.and_(s.str_in(1, 20), lambda x: all(unicodedata.category(c) != "Cc" for c in x), lambda x: unicodedata.is_normalized("NFC", x)),
                lambda: st.text(st.characters(exclude_categories=["Cc", "Cs", "Mn"]), min_size=1, max_size=20).filter(lambda x: unicodedata.is_normalized("NFC", x))),
     validates(clean_title),
     {"below a blank": (validates(functools.partial(clean_title, is_control=lambda c: ord(c) < 32)), "\x7f"),
      "line ends": (validates(functools.partial(clean_title, is_control=lambda c: c in "\r\n")), "\0"),
      "ASCII alone": (validates(functools.partial(clean_title, is_control=lambda c: ord(c) < 32 or ord(c) == 127)), "\x85"),
      "NFKC": (validates(functools.partial(clean_title, form="NFKC")), "²"),
      "NFD": (validates(functools.partial(clean_title, form="NFD")), "é"),
      "not printable": (validates(functools.partial(clean_title, is_control=lambda c: not c.isprintable())), "\u200b")})

# --- classes, parsers, frames -----------------------------------------------------------------------------


class Person(pydantic.BaseModel):
    """A model that cleans before it validates, by accident or not."""

    model_config = pydantic.ConfigDict(strict=True)
    name: str = pydantic.Field(pattern=r"^[a-z]{2,8}\z")
    age: int = pydantic.Field(ge=0, lt=150)
    nick: str | None = None


class Stripped(Person):
    name: Annotated[str, pydantic.BeforeValidator(lambda x: x.strip())] = pydantic.Field(pattern=r"^[a-z]{2,8}\z")


class Lowered(Person):
    name: Annotated[str, pydantic.BeforeValidator(lambda x: x.lower())] = pydantic.Field(pattern=r"^[a-z]{2,8}\z")


class FromText(Person):
    age: Annotated[int, pydantic.BeforeValidator(int)] = pydantic.Field(ge=0, lt=150)


class Defaulted(Person):
    age: Annotated[int, pydantic.BeforeValidator(lambda x: x or 0)] = pydantic.Field(ge=0, lt=150)


class Optioned(Person):
    age: int | None = pydantic.Field(default=None, ge=0, lt=150)


class Named(Person):
    nick: str = ""


case("a person before and after", "kind", s.keys({"name": s.str_in("[a-z]{2,8}"), "age": s.int_in(0, 150), "nick": s.optional(s.nilable(str))}), Person,
     {"trimmed": (Stripped, {"name": " ab", "age": 0}), "lowered": (Lowered, {"name": "AB", "age": 0}),
      "an age as text": (FromText, {"name": "ab", "age": "3"}), "no age is 0": (Defaulted, {"name": "ab", "age": None}),
      "no age": (Optioned, {"name": "ab"}), "no None": (Named, {"name": "ab", "age": 0, "nick": None})})


@attrs.define
class Bin:
    low: int = attrs.field(validator=[attrs.validators.instance_of(int), attrs.validators.ge(0)])
    high: int = attrs.field(validator=[attrs.validators.instance_of(int), attrs.validators.le(100)])
    label: str = attrs.field(validator=attrs.validators.optional(attrs.validators.instance_of(str)))

    def __attrs_post_init__(self):
        if type(self).ordered and not self.low < self.high:
            raise ValueError("low < high")

    ordered = True


class FreeBin(Bin):
    ordered = False


@attrs.define
class EmptyBin(Bin):
    def __attrs_post_init__(self):
        if self.low > self.high:
            raise ValueError("low <= high")


def by_bin(maker, flags=False, free=False):
    def is_valid(d):
        if type(d) is not dict or (not free and {*d} != {"low", "high", "label"}):
            return False
        if not flags and any(isinstance(d[k], bool) for k in ("low", "high")):
            return False
        return isinstance(maker(**{k: d[k] for k in ("low", "high", "label")}), Bin)
    return is_valid


case("a bin", "relation", s.and_(s.keys({"low": s.is_nat_int, "high": s.int_in(max=100), "label": s.nilable(str)}, closed=True), lambda d: d["low"] < d["high"]), by_bin(Bin),
     {"flags": (by_bin(Bin, flags=True), {"low": False, "high": 1, "label": None}),
      "any order": (by_bin(FreeBin), {"low": 1, "high": 0, "label": None}),
      "empty": (by_bin(EmptyBin), {"low": 0, "high": 0, "label": None}),
      "any key": (by_bin(Bin, free=True), {"low": 0, "high": 1, "label": None, "x": 0})})

RECORDS = s.and_(s.coll_of(s.keys({"id": s.is_nat_int, "age": s.int_in(0, 121), "city": {"Bonn", "Ulm"}}), kind=list, min_count=1),
                 lambda rows: len({row["id"] for row in rows}) == len(rows))


def frame_checks(rows, unique=True, inclusive="both", empty=False, types=("id", "age"), part=slice(None), cities=("Bonn", "Ulm")):
    """As in a notebook."""
    if type(rows) is not list or not all(isinstance(row, dict) and {*row} >= {"id", "age", "city"} for row in rows):
        return False
    frame = pd.DataFrame([{k: row[k] for k in ("id", "age", "city")} for row in rows], columns=["id", "age", "city"], dtype=object)
    if frame.empty:
        return empty
    if not all(frame[name].map(lambda x: isinstance(x, int) and not isinstance(x, bool)).all() for name in types):
        return False
    checks = [not unique or frame["id"].is_unique, (frame["id"] >= 0).all(), frame["age"].iloc[part].between(0, 120, inclusive=inclusive).all(),
              frame["city"].map(lambda x: isinstance(x, str)).all(), frame["city"].isin(cities).all()]
    return all(map(bool, checks))


case("rows of a frame", "element", RECORDS, frame_checks,
     {"ids again": (functools.partial(frame_checks, unique=False), [{"id": 0, "age": 0, "city": "Ulm"}] * 2),
      "below 120": (functools.partial(frame_checks, inclusive="left"), [{"id": 0, "age": 120, "city": "Ulm"}]),
      "no rows": (functools.partial(frame_checks, empty=True), []),
      "ages that are floats": (functools.partial(frame_checks, types=("id",)), [{"id": 0, "age": 1.0, "city": "Ulm"}]),
      "the head": (functools.partial(frame_checks, part=slice(1)), [{"id": 0, "age": 0, "city": "Ulm"}, {"id": 1, "age": 121, "city": "Ulm"}]),
      "one city": (functools.partial(frame_checks, cities=("Bonn",)), [{"id": 0, "age": 0, "city": "Ulm"}])})


@dataclasses.dataclass
class Span:
    """As in the standard library: a class that checks itself."""

    start: int
    stop: int | None = None
    step: int = 1

    zero, equal, backwards = False, True, False

    def __post_init__(self):
        for name, value in (("start", self.start), ("step", self.step)):
            if type(value) is not int:
                raise TypeError(name)
        if self.stop is not None and type(self.stop) is not int:
            raise TypeError("stop")
        if self.step == 0 and not self.zero:
            raise ValueError("step must not be zero")
        if self.step < 0 and not self.backwards:
            raise ValueError("forwards")
        if self.stop is not None and (self.stop < self.start if self.equal else self.stop <= self.start):
            raise ValueError("stop is before start")


class ZeroSpan(Span):
    zero = True


class StrictSpan(Span):
    equal = False


class BackSpan(Span):
    backwards = True


class TruthSpan(Span):
    def __post_init__(self):
        stop, self.stop = self.stop, self.stop or None
        if stop is not None and type(stop) is not int:
            raise TypeError("stop")
        super().__post_init__()


case("a span", "presence", s.and_(s.keys({"start": int, "stop": s.optional(s.nilable(int)), "step": s.optional(s.is_pos_int)}, closed=True),
                                  lambda d: d.get("stop") is None or d["stop"] >= d["start"]),
     lambda d: Span(**d) is not None,
     {"no step": (lambda d: ZeroSpan(**d) is not None, {"start": 0, "step": 0}),
      "of no length": (lambda d: StrictSpan(**d) is not None, {"start": 0, "stop": 0}),
      "backwards": (lambda d: BackSpan(**d) is not None, {"start": 0, "step": -1}),
      "a stop of 0": (lambda d: TruthSpan(**d) is not None, {"start": 1, "stop": 0}),
      "a stop needed": (lambda d: Span(d["start"], d["stop"], d.get("step", 1)) is not None and {*d} <= {"start", "stop", "step"}, {"start": 0})})


class Quiet(argparse.ArgumentParser):
    def error(self, message):
        raise ValueError(message)


def command(argv, numbers="+", ops=("add", "sub"), kind=lambda x: int(x) if re.fullmatch("[0-9]+", x) else 1 / 0):
    """As in a command line: a parser of arguments."""
    if not texts([*argv]):
        return False
    parser = Quiet(add_help=False, allow_abbrev=False, prefix_chars="\x01")
    parser.add_argument("op", choices=ops)
    parser.add_argument("numbers", nargs=numbers, type=kind)
    return bool(parser.parse_args([*argv]))


case("a command line", "element", s.cat(op={"add", "sub"}, numbers=s.plus(s.str_in("[0-9]+"))), command,
     {"no numbers": (functools.partial(command, numbers="*"), ["add"]),
      "one number": (functools.partial(command, numbers=1), ["add", "0", "0"]),
      "any number": (functools.partial(command, kind=int), ["add", "-1"]),
      "floats": (functools.partial(command, kind=float), ["add", "1.5"]),
      "more ops": (functools.partial(command, ops=("add", "sub", "")), ["", "0"])})


def handler(body, status=("new", "done"), ids=lambda x: whole(x, 1) or text(x, "[0-9a-f]{8}"), deep=True):
    """As in a handler of requests: early returns."""
    if not isinstance(body, dict):
        return False
    if "id" not in body:
        return False
    if not ids(body["id"]):
        return False
    if "status" in body and body["status"] not in status:
        return False
    if "items" not in body:
        return True
    if type(body["items"]) is not list:
        return False
    for item in body["items"]:
        if not isinstance(item, dict) or not isinstance(item.get("sku"), str):
            return False
        if not whole(item.get("qty", 1), 1, 99):
            return False
        if not deep:
            return True
    return True


case("a request", "kind",
     s.keys({"id": s.or_(number=s.is_pos_int, hex=s.str_in("[0-9a-f]{8}")), "status": s.optional({"new", "done"}),
             "items": s.optional(s.coll_of(s.keys({"sku": str, "qty": s.optional(s.int_in(1, 100))}), kind=list))}),
     handler,
     {"a return too early": (functools.partial(handler, deep=False), {"id": 1, "items": [{"sku": ""}, {}]}),
      "id 0": (functools.partial(handler, ids=lambda x: whole(x, 0) or text(x, "[0-9a-f]{8}")), {"id": 0}),
      "digits as text": (functools.partial(handler, ids=lambda x: whole(x, 1) or (isinstance(x, str) and x.isdigit()) or text(x, "[0-9a-f]{8}")), {"id": "1"}),
      "flags": (functools.partial(handler, ids=lambda x: (isinstance(x, int) and x >= 1) or text(x, "[0-9a-f]{8}")), {"id": True}),
      "numbers alone": (functools.partial(handler, ids=lambda x: whole(x, 1)), {"id": "00000000"}),
      "upper case": (functools.partial(handler, ids=lambda x: whole(x, 1) or text(x, "[0-9a-fA-F]{8}")), {"id": "0000000A"}),
      "no status": (functools.partial(handler, status=("new", "done", None)), {"id": 1, "status": None}),
      "a status": (lambda b: handler(b) and "status" in b, {"id": 1})})


class Color(enum.Enum):
    RED, GREEN, BLUE = "red", "green", "blue"


case("an enum", "kind", {"color": Color, "on": bool}, lambda d: isinstance(d["color"], Color) and type(d["on"]) is bool,
     {"by value": (lambda d: Color(d["color"]) is not None and type(d["on"]) is bool, {"color": "red", "on": True}),
      "not the last": (lambda d: d["color"] in [*Color][:-1] and type(d["on"]) is bool, {"color": Color.BLUE, "on": True}),
      "1 for True": (lambda d: isinstance(d["color"], Color) and d["on"] in (True, False), {"color": Color.RED, "on": 1}),
      "on alone": (lambda d: isinstance(d["color"], Color) and d["on"] is True, {"color": Color.RED, "on": False}),
      "truth": (lambda d: isinstance(d["color"], Color) and (bool(d["on"]) or not d["on"]), {"color": Color.RED, "on": None})})


def read_header(data, magic=b"\x89PNG", least=8):
    """As in a reader of files."""
    if not isinstance(data, (bytes, bytearray)) or len(data) < least:
        raise EOFError
    if data[: len(magic)] != magic:
        raise ValueError("magic")
    return True


case("the header of a file", "kind",
     s.with_gen(s.and_(s.is_bytes, lambda b: len(b) >= 8, lambda b: b[:4] == b"\x89PNG"), lambda: st.binary(min_size=4, max_size=12).map(lambda b: b"\x89PNG" + b)),
     read_header,
     {"anywhere": (lambda b: len(b) >= 8 and b"\x89PNG" in b, b"\0\0\0\0\x89PNG"),
      "three of four": (functools.partial(read_header, magic=b"\x89PN"), b"\x89PN\0\0\0\0\0"),
      "four bytes": (functools.partial(read_header, least=4), b"\x89PNG"),
      "nine bytes": (functools.partial(read_header, least=9), b"\x89PNG\0\0\0\0"),
      "without the first": (lambda b: len(b) >= 8 and b[1:4] == b"PNG", b"\0PNG\0\0\0\0")})


def check_counts(d, total=True, most=10, keys=True):
    """As with a Counter."""
    counts = collections.Counter(d)
    if keys and not all(text(k, "[a-z]+") for k in counts):
        return False
    if not all(whole(n, 1) for n in d.values()):
        return False
    return not total or counts.total() <= most


case("counts of words", "relation", s.and_(s.map_of(s.str_in("[a-z]+"), s.int_in(min=1, max=10), max_count=4), lambda d: sum(d.values()) <= 10),
     lambda d: isinstance(d, dict) and len(d) <= 4 and check_counts(d),
     {"any sum": (lambda d: isinstance(d, dict) and len(d) <= 4 and check_counts(d, total=False) and all(n <= 10 for n in d.values()), {"a": 10, "b": 1}),
      "11": (lambda d: isinstance(d, dict) and len(d) <= 4 and check_counts(d, most=11) and all(n <= 10 for n in d.values()), {"a": 10, "b": 1}),
      "below 10": (lambda d: isinstance(d, dict) and len(d) <= 4 and check_counts(d, most=9), {"a": 10}),
      "any words": (lambda d: isinstance(d, dict) and len(d) <= 4 and all(isinstance(k, str) for k in d) and check_counts(d, keys=False), {"A": 1}),
      "five words": (lambda d: isinstance(d, dict) and len(d) <= 5 and check_counts(d), dict.fromkeys("abcde", 1))})


def json_settings(x, **options):
    """As with a service that reads JSON: it sees what JSON keeps."""
    try:
        x = json.loads(json.dumps(x, **options))
    except TypeError:
        return False
    return isinstance(x, dict) and texts([*x]) and all(isinstance(v, bool) or (isinstance(v, str) and len(v) <= 5) for v in x.values())


case("settings", "kind", s.map_of(str, s.or_(flag=bool, text=s.str_in(0, 5))),
     lambda x: all(isinstance(k, str) for k in x) and json_settings(x),
     {"numbers as keys": (json_settings, {1: True}),
      "6 letters": (lambda x: isinstance(x, dict) and texts([*x]) and all(isinstance(v, bool) or (isinstance(v, str) and len(v) <= 6) for v in x.values()), {"": "aaaaaa"}),
      "numbers": (lambda x: isinstance(x, dict) and texts([*x]) and all(isinstance(v, int) or (isinstance(v, str) and len(v) <= 5) for v in x.values()), {"": 2}),
      "texts alone": (lambda x: isinstance(x, dict) and texts([*x]) and all(isinstance(v, str) and len(v) <= 5 for v in x.values()), {"": True}),
      "flags alone": (lambda x: isinstance(x, dict) and texts([*x]) and all(isinstance(v, bool) for v in x.values()), {"": ""})})


class Ticket(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True, extra="forbid")
    level: Literal["low", "high"]
    due: dt.date | dt.datetime | None = None
    watchers: list[str] = pydantic.Field(default=[], max_length=3)

    @pydantic.model_validator(mode="after")
    def high_has_due(self):
        if self.level == "high" and self.due is None:
            raise ValueError("due")
        return self


class LowTicket(Ticket):
    @pydantic.model_validator(mode="after")
    def high_has_due(self):
        return self


class BothTicket(Ticket):
    @pydantic.model_validator(mode="after")
    def high_has_due(self):
        if self.due is None:
            raise ValueError("due")
        return self


class SetTicket(Ticket):
    @pydantic.model_validator(mode="after")
    def high_has_due(self):
        if self.level == "high" and "due" not in self.model_fields_set:
            raise ValueError("due")
        return self


class LongTicket(Ticket):
    watchers: list[str] = pydantic.Field(default=[], max_length=4)


class WatchedTicket(Ticket):
    watchers: list[str] = pydantic.Field(max_length=3)


case("a ticket", "presence",
     s.and_(s.keys({"level": {"low", "high"}, "due": s.optional(s.nilable(dt.date)), "watchers": s.optional(s.coll_of(str, kind=list, max_count=3))}, closed=True),
            lambda d: d["level"] != "high" or d.get("due") is not None),
     Ticket,
     {"no rule": (LowTicket, {"level": "high"}), "due for both": (BothTicket, {"level": "low"}), "None is due": (SetTicket, {"level": "high", "due": None}),
      "four watchers": (LongTicket, {"level": "low", "watchers": [*"abcd"]}), "watchers needed": (WatchedTicket, {"level": "low"})})


def money_from_text(text, least="0.01", most="1e6"):
    """As in an import: texts become Decimals."""
    number = Decimal(text)
    if not number.is_finite() or not Decimal(least) <= number <= Decimal(most):
        raise ValueError(text)
    return True


case("money as text", "pattern", {"price": s.str_in(r"[1-9][0-9]{0,4}\.[0-9]{2}")},
     lambda d: text(d["price"], r"[0-9]+\.[0-9]{2}") and d["price"][0] != "0" and money_from_text(d["price"], most="99999.99"),
     {"by Decimal": (lambda d: isinstance(d["price"], str) and money_from_text(d["price"], most="99999.99", least="1"), {"price": "1"}),
      "a comma": (lambda d: text(d["price"], r"[1-9][0-9]{0,4}[.,][0-9]{2}"), {"price": "1,00"}),
      "one place": (lambda d: text(d["price"], r"[1-9][0-9]{0,4}\.[0-9]{1,2}"), {"price": "1.0"}),
      "zero first": (lambda d: text(d["price"], r"[0-9]{1,5}\.[0-9]{2}"), {"price": "0.00"}),
      "six digits": (lambda d: text(d["price"], r"[1-9][0-9]{0,5}\.[0-9]{2}"), {"price": "100000.00"}),
      "no cents needed": (lambda d: text(d["price"], r"[1-9][0-9]{0,4}(\.[0-9]{2})?"), {"price": "1"})})
