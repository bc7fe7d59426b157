"""A contract as a document of ODCS and back: the same verdicts, or an error that names the path."""

import copy
import datetime
import json
import random
import zoneinfo
from decimal import Decimal

import pytest

import mxspec as s
from mxspec.inference.contract import Contract
from mxspec.inference.table_terms import TableTerms
from mxspec.odcs import from_odcs, to_odcs
from tests.row_ids import row_id

DAY, ZONE = datetime.date(2026, 1, 1), zoneinfo.ZoneInfo("Europe/Berlin")


def moment(drawn):
    return datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=drawn.randrange(10**7))


COLUMNS = {
    "count": lambda drawn: drawn.randrange(50),
    "share": lambda drawn: drawn.random(),
    "code": lambda drawn: drawn.choice("abc"),
    "number": lambda drawn: drawn.choice([1, 2, 3]),
    "half": lambda drawn: drawn.choice([0.5, 1.0, 1.5]),
    "zip": lambda drawn: f"{drawn.randrange(10**5):05d}",
    "plate": lambda drawn: f"{drawn.choice('AB')}-{drawn.randrange(10, 99)}.{drawn.choice('xyz')}",
    "day": lambda drawn: DAY + datetime.timedelta(days=drawn.randrange(300)),
    "moment": moment,
    "zoned": lambda drawn: moment(drawn).replace(tzinfo=ZONE),
    "time": lambda drawn: moment(drawn).time(),
    "flag": lambda drawn: drawn.random() < 0.5,
    "price": lambda drawn: Decimal(drawn.randrange(1000)) / 100,
    "kind of price": lambda drawn: Decimal(drawn.choice(["1.50", "2.5"])),
    "mail": lambda drawn: f"a{drawn.randrange(10**6)}@b{drawn.randrange(99)}.org",
    "date in text": lambda drawn: f"2026-0{drawn.randrange(1, 9)}-1{drawn.randrange(9)}",
    "gap": lambda drawn: drawn.choice([None, drawn.randrange(99)]),
    "gap of words": lambda drawn: drawn.choice([None, "x", "y"]),
    "list": lambda drawn: [drawn.randrange(9) for _ in range(drawn.randrange(1, 4))],
    "map": lambda drawn: {"x": drawn.randrange(9999), "y": "q"},
    "text": lambda drawn: "".join(drawn.choice("abc déf,!") for _ in range(drawn.randrange(1, 30))),
}
ABSENT = object()
STRANGE = [
    *(
        None,
        True,
        0,
        -1,
        3,
        10**9,
        2**70,
        0.0,
        0.5,
        1e300,
        float("nan"),
        float("inf"),
        Decimal("1.50"),
        "",
        "x",
    ),
    *(
        "12345",
        "1234",
        "12345\n",
        "A-17.x",
        "2026-01-15",
        "1999-01-01",
        "a@b.org",
        "\u0661\u0661\u0661\u0661\u0661",
    ),
    *(
        DAY,
        datetime.date(1900, 1, 1),
        datetime.datetime(2026, 2, 1),
        datetime.datetime(2026, 2, 1, tzinfo=ZONE),
    ),
    *(datetime.time(3), [1], [1, "x"], [], {"x": 3, "y": "q"}, {"x": 3}, {"x": 3, "y": "q", "z": 1}, ABSENT),
]


def inferred(seed):
    drawn = random.Random(seed)
    names = drawn.sample(sorted(COLUMNS), drawn.randrange(2, 9))
    rows = [{name: COLUMNS[name](drawn) for name in names} for _ in range(1200)]
    if seed % 3 == 0:
        rows = [{"id": i, **row} for i, row in enumerate(rows)]
    if seed % 4 == 0:
        for row in rows[::3]:
            row.pop(names[0])
    return rows, s.infer(rows, 0.05, ordered=seed % 2 == 0)


def read_back(contract):
    return from_odcs(json.loads(json.dumps(to_odcs(contract), allow_nan=False)))


def damaged(rows, drawn):
    for row in rows[:40]:
        for key in [*row, "another"]:
            x = drawn.choice(STRANGE)
            yield {name: cell for name, cell in {**row, key: x}.items() if cell is not ABSENT}
    yield from rows[:100]


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.few(4)
def test_an_inferred_contract_comes_back_with_its_verdicts_its_promise_and_its_terms(seed):
    rows, contract = inferred(seed)
    again = read_back(contract)
    assert isinstance(again, Contract)
    assert again.arguments() == contract.arguments()
    drawn = random.Random(seed)
    verdicts = [(s.valid(contract, row), s.valid(again, row)) for row in damaged(rows, drawn)]
    assert all(own == other for own, other in verdicts)
    assert {own for own, _ in verdicts} == {True, False}


FORMS = [
    *(int, float, bool, str, Decimal, datetime.date, datetime.datetime, datetime.time, s.is_any),
    *(
        s.int_in(-3, 2**70),
        s.range_of(int, 3),
        s.range_of(int, None, 3),
        s.float_in(0, 0.1),
        s.float_in(min=1),
    ),
    *(s.is_number, s.range_of(s.is_number, 0, 10.5), s.nilable(float), s.range_of(float, 0.5)),
    *(s.range_of(Decimal, Decimal("0.1"), Decimal("7")), s.range_of(datetime.date, DAY)),
    s.inst_in(datetime.datetime(2026, 1, 1), datetime.datetime(2027, 1, 1)),
    s.range_of(datetime.datetime, datetime.datetime(2026, 1, 1, tzinfo=ZONE)),
    s.range_of(datetime.time, datetime.time(1), datetime.time(3)),
    *(
        {1, 2},
        {1.0},
        {True},
        {"a", 1, False},
        {None, "a"},
        {DAY},
        {Decimal("1.50")},
        *(
            {datetime.time(3)},
            s.is_true,
            s.is_false,
            s.is_none,
            s.str_in(pattern=r"[A-Z](?:[\s\S]*[a-z\]])?"),
        ),
        {2**70},
    ),
    *(s.str_in(1, 3), s.str_in(pattern=r"\d{5}|x"), s.str_in(pattern=r"\S+\.[a-z.]*", max_length=9)),
    *(s.str_in(format="uuid"), s.str_in(format="%-m/%-d/%Y"), s.str_in(format="number", least="0", most="3")),
    *(
        s.nilable(s.str_in(1, 3)),
        s.nilable({1, 2}),
        s.nilable(s.coll_of(s.nilable(int), kind=list, min_count=2)),
    ),
    s.coll_of(s.keys(req_un={"a": int}, opt_un={"b": {1}}, closed=True), kind=s.is_list, distinct=True),
    s.keys(opt_un={"a": s.coll_of({1, 2}, kind=list)}),
]


@pytest.mark.parametrize("form", FORMS, ids=row_id)
def test_a_column_comes_back_with_its_verdicts(form):
    for spec in (s.keys(req_un={"a": form}), s.keys(opt_un={"a": form, "b": int}, closed=True)):
        again = read_back(spec)
        for x in STRANGE:
            row = {} if x is ABSENT else {"a": x}
            assert s.valid(again, row) == s.valid(spec, row), x
        assert to_odcs(again)["schema"] == to_odcs(spec)["schema"]


def test_the_terms_of_a_table_are_rules_and_the_promise_is_a_threshold():
    columns = s.keys(
        req_un={"id": int, "at": int, "plan": {"free", "pro"}, "coupon": s.nilable(str), "day": datetime.date}
    )
    terms = {
        "unique": ("id", ("day", "plan")),
        "monotone": ("at",),
        "missing": {"coupon": 0.57},
        "min_rows": 100,
    }
    terms |= {"max_rows": 900, "occur": {"plan": {"free": 30, "pro": 7}, "day": {DAY}}}
    contract = s.contract(columns, rows=5000, refuses=0.0032, confidence=0.999, bounds=3, **terms)
    [table] = to_odcs(contract, "orders")["schema"]
    assert table["name"] == "orders"
    own = {column["name"]: column for column in table["properties"]}
    promise, count, most, key = table["quality"]
    assert (key["metric"], key["arguments"]) == ("duplicateValues", {"properties": ["day", "plan"]})
    assert most == {"metric": "rowCount", "mustBeLessOrEqualTo": 900}
    assert (promise["metric"], promise["mustBeLessOrEqualTo"], promise["unit"]) == (
        "invalidValues",
        0.32,
        "percent",
    )
    assert count == {"metric": "rowCount", "mustBeGreaterOrEqualTo": 100}
    assert own["id"]["unique"]
    assert own["coupon"]["quality"] == [
        {"metric": "nullValues", "mustBeLessOrEqualTo": 57.0, "unit": "percent"}
    ]
    assert own["plan"]["quality"][0]["arguments"] == {"validValues": ["free", "pro"]}
    assert own["plan"]["quality"][0]["mustBeLessOrEqualTo"] == 0.32
    again = read_back(contract)
    assert again.arguments() == contract.arguments()
    assert s.promise(again) == s.promise(contract)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (int, "the contract: columns are keys with their specs, not "),
        (s.keys(req_un={"a": s.keys(req_un={"b": s.or_(x=int, y=str)})}), "a.b: ODCS has no word for "),
        (s.keys(req_un={"a": s.coll_of(s.tuple_(int, int), kind=list)}), r"a\[\]: ODCS has no word"),
        (s.keys(req_un={"a": s.coll_of(int, kind=tuple)}), "a: ODCS has no word"),
        (s.keys(req_un={1: int}), "the contract: columns are texts"),
        (
            s.keys(req_un={"a": s.str_in(pattern="(?i)x")}),
            "a: ECMA-262 may read the pattern '.*' in another way",
        ),
        (s.keys(req_un={"a": {float("inf")}}), "a: inf is no number of JSON"),
        (s.keys(req_un={"a": {Decimal("0.12345678901234567890123")}}), "a: Decimal.* is no number of JSON"),
        (s.keys(req_un={"a": {1, DAY}}), "a: ODCS has no word"),
        (s.contract(s.keys(req_un={"a": int, "b": int}), depends={"a": "b"}), "depends: ODCS has no word"),
        (s.keys(req_un={"a": {False}}), "a: ODCS has no word"),
        (s.keys(req_un={"a": str.islower}), "a: ODCS has no word"),
    ],
    ids=row_id,
)
def test_what_odcs_has_no_word_for_is_an_error_with_its_path(spec, message):
    with pytest.raises(s.SpecDefinitionError, match=f"^{message}"):
        to_odcs(spec)


DOCUMENT = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "a",
    "version": "1",
    "status": "active",
    "team": {"name": "ours"},
    "schema": [
        {
            "name": "orders",
            "description": "one row for each",
            "properties": [
                {"name": "id", "logicalType": "integer", "primaryKey": True, "physicalType": "BIGINT"},
                {"name": "price", "logicalType": "number", "physicalType": "DECIMAL(9, 2)"},
                {"name": "mail", "logicalType": "string", "logicalTypeOptions": {"format": "email"}},
                {
                    "name": "code",
                    "logicalType": "string",
                    "logicalTypeOptions": {"pattern": r"^([A-Z]{3})-\d+$"},
                    "required": True,
                    "quality": [
                        {"metric": "duplicateValues", "mustBe": 0},
                        {"metric": "nullValues", "mustBe": 0},
                    ],
                },
                {
                    "name": "unit",
                    "logicalType": "string",
                    "required": True,
                    "quality": [
                        {"metric": "invalidValues", "arguments": {"validValues": ["kg", "lb"]}, "mustBe": 0}
                    ],
                },
            ],
        }
    ],
}


# The columns of a primary key with their places, and the key.
PRIMARY_KEYS = {
    "one": ([("a", None)], ("a",)),
    "two": ([("a", None), ("b", None)], (("a", "b"),)),
    "in another order": ([("a", 2), ("b", 1)], (("b", "a"),)),
    "none": ([], ()),
}


@pytest.mark.parametrize("case", PRIMARY_KEYS)
def test_columns_of_a_primary_key_are_one_key_together(case):
    places, unique = PRIMARY_KEYS[case]
    columns = {name: {"name": name, "logicalType": "integer"} for name in "ab"}
    for name, place in places:
        columns[name] |= {"primaryKey": True} | ({} if place is None else {"primaryKeyPosition": place})
    contract = from_odcs({**DOCUMENT, "schema": [{"name": "rows", "properties": [*columns.values()]}]})
    assert (getattr(contract, "table", None) or TableTerms()).unique == unique


def test_a_document_of_others_is_a_contract():
    contract = from_odcs(DOCUMENT)
    assert contract.arguments() == {"unique": ("id", "code"), "missing": {"code": 0.0}}
    row = {"id": 1, "price": Decimal(3), "mail": None, "code": "ABC-1", "unit": "kg"}
    assert s.valid(contract, row)
    assert s.valid(contract, {**row, "mail": "a@b.org", "more": 1})
    for change in (
        {"id": None},
        {"price": 3},
        {"mail": "a"},
        {"code": "ABC-1\n"},
        {"code": "-ABC-1"},
        {"unit": "g"},
    ):
        assert not s.valid(contract, {**row, **change})
    two = {**DOCUMENT, "schema": [{"name": "other", "properties": []}, *DOCUMENT["schema"]]}
    assert s.form(from_odcs(two, "orders")) == s.form(contract)


def changed(place, value):
    document = copy.deepcopy(DOCUMENT)
    part = document
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    return document


ID, CODE = ("schema", 0, "properties", 0), ("schema", 0, "properties", 3)


@pytest.mark.parametrize(
    ("values", "is_required", "fitting"),
    [
        ([True], True, [True]),
        ([False], True, [False]),
        ([True, False], True, [True, False]),
        ([True, None], False, [True, None]),
        ([None], False, [None]),
        ([1, "a", None], False, [1, "a", None]),
        ([1, "a", None], True, [1, "a"]),
        ([0, 1], True, [0, 1]),
    ],
)
def test_listed_values_of_others_are_accepted_with_null_and_false_among_them(values, is_required, fitting):
    rule = {"metric": "invalidValues", "arguments": {"validValues": values}, "mustBe": 0}
    spec = from_odcs(changed(ID, {"name": "a", "required": is_required, "quality": [rule]}))
    row = {"price": None, "mail": None, "code": "ABC-1", "unit": "kg"}
    accepted = [x for x in (True, False, None, 0, 1, "a", "b") if s.valid(spec, {**row, "a": x})]
    assert sorted(accepted, key=repr) == sorted(fitting, key=repr)
    assert {*map(type, accepted)} == {*map(type, fitting)}


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("apiVersion",), "v2.2.2", "apiVersion: a DataContract of v3"),
        (("slaProperties",), [{"property": "latency"}], "slaProperties: mxspec reads no slaProperties"),
        (("schema",), [], "schema: 0 tables"),
        (("schema",), {}, "schema: a list is required"),
        (("schema", 0, "relationships"), [], r"schema\[0\].relationships: "),
        (("schema", 0, "quality"), [{"type": "sql", "query": "select 1", "mustBe": 1}], r".*0\]: mxspec"),
        (("schema", 0, "quality"), [{"type": "text", "description": "good"}], r".*quality\[0\]: mxspec"),
        (("schema", 0, "quality"), [{"metric": "rowCount", "mustBeBetween": [1, 2]}], r".*0\]: mxspec"),
        (
            ("schema", 0, "quality"),
            [{"metric": "invalidValues", "mustBeLessOrEqualTo": 1, "unit": "percent"}],
            r"schema\[0\].quality\[0\]: mxspec reads no such rule of a table",
        ),
        (("schema", 0, "customProperties"), [{"property": "pii", "value": True}], r".*Properties\[0\]: "),
        ((*ID, "logicalType"), "int", r".*\[0\].logicalType: there is no type 'int'"),
        ((*ID, "primaryKey"), "x", r".*properties\[0\].primaryKey: a bool is required"),
        ((*ID, "items"), {}, r".*properties\[0\].items: only of an array"),
        ((*ID, "logicalTypeOptions"), {"format": "i32"}, r".*logicalTypeOptions.format: "),
        ((*ID, "logicalTypeOptions"), {"minimum": "3"}, r".*logicalTypeOptions.minimum: '3' is no integer"),
        ((*ID, "logicalTypeOptions"), {"minimum": 0.5}, r".*logicalTypeOptions.minimum: 0.5 is no integer"),
        ((*ID, "relationships"), [{"to": "a.b"}], r".*properties\[0\].relationships: "),
        ((*ID, "encryptedName"), "x", r".*properties\[0\].encryptedName: "),
        ((*ID, "name"), "code", r".*properties\[3\]: there are two properties 'code'"),
        ((*CODE, "logicalTypeOptions", "pattern"), "[A-Z]", r".*pattern: mxspec reads '\[A-Z\]'"),
        ((*CODE, "logicalTypeOptions", "pattern"), "^a|b$", r".*logicalTypeOptions.pattern: "),
        ((*CODE, "logicalTypeOptions", "pattern"), "^(?:a)|(?:b)$", r".*logicalTypeOptions.pattern: "),
        ((*CODE, "logicalTypeOptions", "pattern"), r"^\s+.$", r".*logicalTypeOptions.pattern: "),
        ((*CODE, "logicalTypeOptions", "pattern"), "^(", r".*logicalTypeOptions.pattern: "),
        ((*CODE, "logicalTypeOptions", "format"), "password", r".*Options.format: mxspec knows no"),
        ((*CODE, "quality", 1, "arguments"), {}, r".*quality\[1\]: mxspec reads no such rule"),
        ((*CODE, "quality", 1, "mustBeLessThan"), 1, r".*quality\[1\]: mxspec reads no such rule"),
        ((*CODE, "quality", 1, "type"), "text", r".*quality\[1\]: mxspec reads no such rule"),
        ((*CODE, "quality", 1, "mustBe"), False, r".*quality\[1\]: mxspec reads no such rule"),
        ((*CODE, "quality", 0, "mustBe"), 3, r".*quality\[0\]: mxspec reads no such rule"),
        ((*CODE, "quality", 1), {"metric": "nullValues", "mustBeLessThan": 1}, r".*\[1\]: mxspec"),
        ((*CODE, "quality", 1), {"metric": "nullValues", "mustBeLessOrEqualTo": 1}, r".*\[1\]: mxspec"),
        ((*CODE, "quality", 1), {"type": "custom", "engine": "soda"}, r".*quality\[1\]: mxspec"),
    ],
    ids=row_id,
)  # fmt: skip
def test_what_mxspec_can_not_read_is_an_error_with_its_path(place, value, message):
    with pytest.raises(s.SpecDefinitionError, match=f"^{message}"):
        from_odcs(changed(place, value))


JUNK = [None, True, 0, -1, 3.5, "", "x", "^(", [], [1], {}, {"a": 1}, [{}], {1: 2}, "2026-13-01", 10**400]
KEYS = ["unit", "minimum", "items", "quality", "timezone", "customProperties", "required", "pattern", "open"]


def places(part, at=()):
    yield at
    for key in part if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ():
        yield from places(part[key], (*at, key))


@pytest.mark.few(1)
@pytest.mark.parametrize("seed", range(2))
def test_any_damage_to_a_document_is_a_contract_or_an_error_with_a_path(seed):
    drawn = random.Random(seed)
    documents = [DOCUMENT, *(to_odcs(inferred(i)[1]) for i in range(3))]
    errors = []
    for _ in range(200):
        document = copy.deepcopy(drawn.choice(documents))
        at = drawn.choice([*places(document)][1:])
        part = document
        for key in at[:-1]:
            part = part[key]
        key = drawn.choice(KEYS) if isinstance(part, dict) and drawn.random() < 0.3 else at[-1]
        part[key] = copy.deepcopy(drawn.choice(JUNK))
        try:
            assert isinstance(from_odcs(document), s.Spec)
        except s.SpecDefinitionError as error:
            errors.append((str(error), key))
    assert len(errors) > 50
    for words, key in errors:
        assert words.startswith(("schema", "apiVersion", "kind", key))
