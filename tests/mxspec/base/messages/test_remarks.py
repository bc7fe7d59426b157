"""What a refused value lacks, has too much of, or has wrong in it."""

import datetime
import decimal
import enum
import fractions
import ipaddress
import pathlib
import re
import uuid
from typing import Annotated

import annotated_types
import numpy as np
import pytest

import mxspec as s
from mxspec.base.formats import FORMATS, fault_of, has_format
from tests.row_ids import row_id

ID = "123e4567-e89b-12d3-a456-426614174000"


@pytest.mark.parametrize(
    ("spec", "x", "words"),
    [
        (tuple[int, str], (1,), "1 is 1 too few"),
        (tuple[int, str], (1, "a", 2), "3 is 1 too many"),
        (s.tuple_(int, str, str), [], "0 is 3 too few"),
        (s.tuple_(int, str), [1, "a", 2, 3], "4 is 2 too many"),
        (s.coll_of(int, min_count=3), [1], "1 is 2 too few"),
        (s.coll_of(int, max_count=1), range(3), "3 is 2 too many"),
        (s.map_of(str, int, max_count=1), {"a": 1, "b": 2}, "2 is 1 too many"),
        (s.str_in(1, 3), "x" * 1234, "1,234 is 1,231 too many"),
        (Annotated[list[int], annotated_types.MinLen(2)], [1], "1 is 1 too few"),
        (Annotated[str, annotated_types.MaxLen(2)], "abc", "3 is 1 too many"),
        (s.str_in(1, 3), 7, None),
    ],
)
def test_a_wrong_length_is_said_with_how_many_too_few_or_too_many(spec, x, words):
    line, _, _ = s.explain_str(spec, x).partition(" - failed: ")
    assert line.endswith(f"; {words}") if words else ";" not in line
    [error] = s.explain_json(spec, x)
    assert error["msg"].endswith(f" is required; {words}" if words else " is required")


@pytest.mark.parametrize("spec", [float, s.is_float, s.float_in(0, 100), s.range_of(float, 0.0, 9.0)])
@pytest.mark.parametrize("x", [4, 0, -3, 10**22, 2**53 + 1, 10**400, True, "4", np.int64(4), None])
def test_an_int_in_place_of_a_float_names_decode_where_that_makes_one(spec, x):
    is_named = "; s.decode(float, x) makes a float of an int - " in s.explain_str(spec, x)
    assert is_named == (type(s.decode(float, x)) is float)


FAULTS = [
    ("date", "2020-13-01", "there is no month 13"),
    ("date", "2020-00-01", "there is no month 00"),
    ("date", "2020-02-30", "February 2020 has no day 30"),
    ("date", "2023-02-29", "February 2023 has no day 29"),
    ("date", "2020-04-31", "April 2020 has no day 31"),
    ("date", "2020-01-32", "there is no day 32"),
    ("date", "0000-01-01", "there is no year 0000"),
    ("date", "20-1-1", ""),
    ("date", "soon", ""),
    ("datetime", "2020-01-01T25:00", "there is no hour 25"),
    ("datetime", "2020-01-01 10:60:00", "there is no minute 60"),
    ("datetime", "2020-01-01T10:00:61.5+01:00", "there is no second 61"),
    ("datetime", "2020-02-30T10:00:00Z", "February 2020 has no day 30"),
    ("time", "24:30", "there is no hour 24"),
    ("%d/%m/%Y", "30/02/2020", "February 2020 has no day 30"),
    ("%d.%m.", "31.04.", "April has no day 31"),
    ("%H:%M", "25:00", "there is no hour 25"),
    ("uuid", ID[:-1], "it has 31 hexadecimal digits, not 32"),
    ("uuid", ID[:-1] + "g", "'g' is not a hexadecimal digit"),
    ("uuid", ID.replace("-", ""), "its groups do not have 8, 4, 4, 4 and 12 digits"),
    ("uuid", "zz", ""),
    ("ipv4", "10.0.0.256", "256 is more than 255"),
    ("ipv4", "10.0.1", "it has 3 numbers, not 4"),
    ("ipv4", "10.0.0.01", "'01' begins with a 0"),
    ("ipv4", "home", ""),
    ("email", "suki", "it has no '@'"),
    ("email", "a@b@c.de", "it has 2 '@'s, not one"),
    ("url", "www.suki.de", "it does not begin with http:// or https://"),
    ("number", "1e", ""),
    ("ipv6", "::g", ""),
    ("date", "2" * 1000, ""),
]


@pytest.mark.parametrize(("name", "x", "words"), FAULTS)
def test_a_string_nearly_in_a_format_says_what_is_wrong(name, x, words):
    assert fault_of(name, x) == words
    if name in FORMATS or "%" in name:
        is_valid = has_format(name, x)
        assert not is_valid or not words
        assert is_valid or f"{words} - failed" in s.explain_str(s.str_in(format=name), x)


@pytest.mark.parametrize(
    ("kind", "x", "words"),
    [
        (datetime.date, "2020-13-01", "there is no month 13"),
        (datetime.datetime, "2020-01-01T24:01", "there is no hour 24"),
        (datetime.time, "12:61", "there is no minute 61"),
        (s.is_inst, "2021-02-29T00:00", "February 2021 has no day 29"),
        (uuid.UUID, ID[:-1], "it has 31 hexadecimal digits, not 32"),
        (ipaddress.IPv4Address, "1.2.3", "it has 3 numbers, not 4"),
    ],
)
def test_what_decode_cannot_read_says_why(kind, x, words):
    assert s.decode(kind, x) == x
    assert f" is required, not {x!r}; {words} - failed: " in s.explain_str(kind, s.decode(kind, x))
    row = s.decode({"a": kind}, {"a": x})
    assert s.explain_json({"a": kind}, row)[0]["msg"].endswith(f"; {words}")


def test_a_value_whose_methods_raise_gets_no_remark():
    class Hostile(list):
        def __len__(self):
            raise KeyError("len")

    class Text(str):
        def __len__(self):
            raise KeyError("len")

    for spec, x in ((s.str_in(9), Text("a")), (s.coll_of(int, count=2), Hostile([1]))):
        assert " is required, not " in s.explain_str(spec, x)


def test_a_table_of_reasons_counts_values_that_fail_alike_together():
    days = [{"day": f"2020-{month}-01"} for month in (13, 14, 15)]
    shown = str(s.profile({"day": s.str_in(format="date")}, days))
    assert "a string that is a date is required" in shown
    assert "month" not in shown


class Colour(enum.Enum):
    RED = "red"
    ONE = 1


KINDS = [
    int, float, bool, complex, datetime.date, datetime.datetime, datetime.time, datetime.timedelta,
    decimal.Decimal, fractions.Fraction, uuid.UUID, pathlib.PurePosixPath, ipaddress.IPv4Address, Colour,
    np.float32, np.int64, list, tuple, set, frozenset, s.is_even, s.is_number, s.int_in(0, 10),
    s.float_in(0, 1), {1, 2.5, "red"}, s.range_of(datetime.date, datetime.date(2020, 1, 1), None), str, bytes,
    dict,
]  # fmt: skip
TEXTS = ["3", "-3", "3.5", "1e3", "true", "no", "red", "1", "", "null", "2020-02-29", "2020-02-29T10:00",
         "10:00", "P1D", "1/3", "1j", ID, "10.0.0.1", "a/b", "x", " 3", "3_0", "nan"]  # fmt: skip
OTHERS = [3, 3.0, 2.5, 10**400, float("inf"), True, None, [1], (1,), {1}, frozenset(), {}, b"3"]
CALL = re.compile(r"(s\.decode\([^)]*\)|(?:list|tuple|set|frozenset)\(x\)) (?:reads it|makes)")


@pytest.mark.parametrize("kind", KINDS, ids=row_id)
def test_a_call_that_is_named_makes_a_value_of_the_required_type(kind):
    names = {**globals(), "numpy": np, "spec": kind}
    told = 0
    for x in [*TEXTS, *OTHERS]:
        problems = (s.explain_data(kind, x) or {"problems": []})["problems"]
        for problem in problems:
            if call := CALL.search(s.explain_str(kind, x)):
                value = eval(call[1], {**names, "x": x})
                assert type(value) is not type(x)
                again = s.explain_data(problem["pred"], value)
                assert again is None or isinstance(kind, (set, s.Spec)) or kind is s.is_even, (x, value)
                told += 1
    assert told or kind in (str, bytes, dict)
