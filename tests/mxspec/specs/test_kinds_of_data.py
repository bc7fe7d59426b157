"""str_in, range_of, record_of, and keys with specs in place of names."""

import collections
import dataclasses
import datetime as dt
import decimal

import jsonschema
import pytest

import mxspec as s
from mxspec.base.formats import FORMATS, has_format
from mxspec.changes.borders.texts import texts_of_format


@dataclasses.dataclass
class Cat:
    name: str
    age: int


Pair = collections.namedtuple("Pair", "left right")
UUID = "01234567-89ab-cdef-0123-456789abcdef"
DAY = dt.date(2019, 10, 11)

# A spec, what it accepts, and what it refuses.
TABLE = [
    (s.str_in(), ["", "x"], [3, None, b"x"]),
    (s.str_in(1, 3), ["a", "abc"], ["", "abcd", ["a"]]),
    (s.str_in(pattern=r"[A-Z]{2}-\d{3}"), ["AB-123"],
     ["AB-12", "xAB-123", "AB-123\n", "AB-\u0661\u0662\u0663", 3]),
    (s.str_in(format="uuid"), [UUID, UUID.upper()], [UUID[1:], f"{UUID}0", 3]),
    (s.str_in(format="date"), ["2019-10-11", "2020-02-29"],
     ["2019-13-11", "2019-02-29", "20191011", "11.10.2019"]),
    (s.str_in(format="datetime"), ["2019-10-11T12:30", "2019-10-11 12:30:00+00:00"],
     ["2019-10-11", "2019-10-11T25:00"]),
    (s.str_in(format="number"), ["3", "-1.5e3", ".5", "007"], ["", "1,5", "x", "nan", "٣"]),
    (s.str_in(format="%d/%m/%Y"), ["31/12/2019"], ["12/31/2019", "1/2/2019", ""]),
    (s.str_in(format="%-m/%-d/%Y %-H:%M"), ["1/31/2019 0:05"], ["01/31/2019 0:05", "31/1/2019 0:05", ""]),
    (s.str_in(format="%Y/%m/%d %H:%M", least="2019/12/31 10:30"), ["2019/12/31 10:30", "2020/01/01 00:00"],
     ["2019/12/31 10:29", "2020/1/1 00:00"]),
    (s.str_in(format="email"), ["a.b+c@example.co.uk"],
     ["a@b", "@example.com", "a b@example.com", "a@-b.com"]),
    (s.str_in(format="url"), ["https://example.com", "http://localhost:80/a?b=c#d"],
     ["example.com", "ftp://example.com", "https://", "https://a b"]),
    (s.str_in(format="ipv4"), ["0.0.0.0", "192.168.1.255"], ["1.2.3", "1.2.3.256", "01.2.3.4"]),
    (s.str_in(format="ipv6"), ["::1", "2001:db8::8a2e:370:7334"], ["1.2.3.4", "::g", "fe80::1%eth0"]),
    (s.str_in(format="date", least="2019-01-01", most="2019-12-31"), ["2019-01-01", "2019-12-31"],
     ["1900-01-01", "2020-01-01", "2019-13-01", 3]),
    (s.str_in(format="%d.%m.%Y", least="02.01.2019"), ["02.01.2019", "01.02.2019"],
     ["01.01.2019", "2.1.2019"]),
    (s.str_in(format="datetime", most="2019-12-31T00:00+01:00"), ["2019-12-30T23:00Z"],
     ["2019-12-31T00:00Z", "2019-12-01T00:00"]),
    (s.str_in(format="number", least="-1.5", most="10"), ["9", "1e1", "-1.5"], ["10.1", "-2", "x"]),
    (s.range_of(dt.date, DAY, DAY.replace(year=2020)), [DAY], [DAY.replace(year=2018), "2019-10-11", None]),
    (s.range_of(dt.date, DAY), [DAY, dt.date.max], [dt.date.min]),
    (s.range_of(decimal.Decimal, high=decimal.Decimal(3)), [decimal.Decimal("2.5")], [decimal.Decimal(4), 2]),
    (s.range_of(s.is_number, 0, 10), [0, 9.5], [-1, 11.0, True, float("nan")]),
    (s.record_of(Cat, {"name": str, "age": s.int_in(0, 30)}), [Cat("Suki", 3)],
     [Cat("Suki", 30), {"name": "Suki", "age": 3}]),
    (s.record_of(Pair, {"left": int, "right": int}), [Pair(1, 2)], [Pair(1, "x"), (1, 2)]),
    (s.keys(req_un={"a b": int}, opt_un={"c": s.nilable(str)}), [{"a b": 1}, {"a b": 1, "c": None, "d": 1}],
     [{}, {"a b": "x"}, {"a b": 1, "c": 2}]),
    (s.keys(req_un={3: int}, closed=True), [{3: 1}], [{3: "x"}, {}, {3: 1, 4: 1}]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "accepted", "refused"), TABLE, ids=[repr(spec) for spec, _, _ in TABLE])
def test_a_kind_accepts_what_it_says(spec, accepted, refused):
    for _ in range(2):  # by its meaning, and compiled
        assert all(s.valid(spec, x) for x in accepted)
        assert not any(s.valid(spec, x) for x in refused)
    assert all(s.explain_data(spec, x)["problems"] for x in refused)
    assert all(s.explain_json(spec, x) for x in refused)
    assert all(s.conform(spec, x) is x for x in accepted)
    assert all(s.valid(spec, x) for x in s.sample(spec, 20, seed=1))
    validator = jsonschema.Draft202012Validator(s.json_schema(spec))
    for x in accepted:
        if isinstance(x, (str, int, float)) or (
            isinstance(x, dict) and all(isinstance(key, str) for key in x)
        ):
            assert validator.is_valid(x)


@pytest.mark.parametrize("name", [*FORMATS, "%d/%m/%Y", "%Y%m%d", "%Y/%m/%d %H:%M", "%-m/%-d/%Y"])
def test_each_format_has_examples(name):
    assert len(set(s.sample(s.str_in(format=name), 20, seed=1))) > 5


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_described_and_has_texts_on_both_sides_of_its_border(name):
    assert f'"{name}"' in s.str_in.__doc__
    assert {has_format(name, text) for _, text in texts_of_format(name)} == {True, False}


@pytest.mark.parametrize(
    "options",
    [
        {"least": "2019-01-01"},
        {"format": "uuid", "least": UUID},
        {"format": "email", "most": "a@example.com"},
        {"format": "date", "least": "x"},
        {"format": "date", "least": "2019-01-02", "most": "2019-01-01"},
        {"format": "datetime", "least": "2019-01-01T00:00", "most": "2019-01-02T00:00Z"},
        {"format": "number", "least": 3},
    ],
)
def test_ends_of_strings_are_of_a_format_with_an_order(options):
    with pytest.raises(s.SpecDefinitionError, match="least and most of str_in"):
        s.str_in(**options)


def test_a_merge_joins_keys_without_names():
    merged = s.merge(s.keys(req_un={"a": int}, closed=True), s.keys(req_un={"b": str}))
    assert s.valid(merged, {"a": 1, "b": "x"})
    assert not s.valid(merged, {"a": 1, "b": 2})
    assert not s.valid(merged, {"a": 1, "b": "x", "c": 1})
    assert s.valid(
        s.merge(s.nonconforming(s.keys(req_un={"a": int})), s.keys(req_un={"b": str})), {"a": 1, "b": "x"}
    )


def test_keys_without_names_can_be_selected():
    spec = s.keys(req_un={"a": int, "b c": str}, opt_un={"d": int}, closed=True)
    assert repr(s.select(spec, ["a", "d"])) == "keys(req_un={'a': int}, opt_un={'d': int}, closed=True)"
    assert repr(s.without(spec, "b c")) == "keys(req_un={'a': int}, opt_un={'d': int}, closed=True)"
    assert s.valid(s.optional_keys(spec), {})
    assert not s.valid(s.required_keys(spec, "d"), {"a": 1, "b c": "x"})
    with pytest.raises(s.SpecDefinitionError, match="has no key 'b'"):
        s.without(spec, "b")


@pytest.mark.parametrize(
    ("spec", "x", "words"),
    [
        (s.str_in(1, 3), "x y z", "a string from 1 to 3 characters is required; 5 is 2 too many"),
        (s.str_in(format="date"), "x", "a string that is a date is required"),
        (
            s.str_in(format="date", least="2019-01-01"),
            "1900-01-01",
            "a string that is a date of at least 2019-01-01 is required",
        ),
        (s.str_in(pattern="a+"), "x", "a string of the pattern a+ is required"),
        (s.range_of(s.is_number, 0, 10), 11, "a number from 0 to 10 is required"),
    ],
)
def test_the_words_say_what_is_required(spec, x, words):
    assert s.explain_json(spec, x)[0]["msg"] == words
