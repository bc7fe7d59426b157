"""The term that values occur in another column: of the table itself, or of another table."""

import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.specs.core.digests import spec_digest

NODE = s.keys(req_un={"id": s.int_in(0, 10**6), "parent": s.nilable(s.int_in(0, 10**6))})
ORDER = s.keys(req_un={"customer": s.nilable(s.int_in(0, 1000)), "n": int})
CUSTOMERS = [{"id": 7}, {"id": 9}, {"id": None}, {"id": 5000}]


def rows_of(parents):
    return [{"id": i, "parent": parent} for i, parent in enumerate(parents)]


@pytest.mark.parametrize(
    ("parents", "words"),
    [
        ([None, 0, 1, 4, 2], []),
        ([float("nan"), None], []),
        ([9, 9, 0], ["'parent': 1 value is not in 'id': 9 (2 rows, first in row 1)"]),
        ([True, 0], ["'parent': 1 value is not in 'id': True (1 rows, first in row 1)"]),
        (
            [7, 8, 9, 10, 0],
            [
                "'parent': 4 values are not in 'id': 7 (1 rows, first in row 1), 8 (1 rows, first in row 2), "
                "9 (1 rows, first in row 3), ..."
            ],
        ),
    ],
    ids=repr,
)
def test_a_value_occurs_in_another_column_of_the_table(parents, words):
    assert s.contract(NODE, inside={"parent": "id"}).table.problems(rows_of(parents)) == words


@given(st.lists(st.none() | st.integers(0, 6), max_size=12), st.integers(0, 8))
def test_the_verdict_is_that_of_two_sets(parents, cut):
    rows = rows_of(parents)
    strays = {x for x in parents if x is not None} - {*range(len(parents))}
    contract = s.contract(NODE, inside={"parent": "id"})
    counts = contract.table.count(rows[:cut])
    counts.add_rows(rows[cut:])
    assert bool(counts.problems()) is bool(strays)


FRAMES = ["rows", "polars", "lazy polars", "pandas", "pyarrow", "duckdb", "csv", "parquet"]


def table_of(name, rows, folder):
    if name == "rows":
        return rows
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(rows)
    if name in ("csv", "parquet"):
        path = folder / f"{len(rows)}.{name}"
        getattr(frame, f"write_{name}")(path)
        return path
    if name == "duckdb":
        pytest.importorskip("pyarrow")
        return pytest.importorskip("duckdb").from_arrow(frame.to_arrow())
    if name in ("pandas", "pyarrow"):
        pytest.importorskip(name)
    makers = {"lazy polars": frame.lazy, "pandas": frame.to_pandas, "pyarrow": frame.to_arrow}
    return makers.get(name, lambda: frame)()


@pytest.mark.parametrize("name", FRAMES)
def test_a_value_occurs_in_a_column_of_another_table_by_each_door(name, tmp_path):
    contract = s.contract(ORDER, inside={"customer": (table_of(name, CUSTOMERS, tmp_path), "id")})
    rows = [{"customer": x, "n": 1} for x in (7, None, 9, 8, 8)]
    orders = table_of(name, rows, tmp_path)
    problem = "'customer': 1 value is not in 'id' of another table: 8 (2 rows, first in row 4)"
    assert contract.table.problems(orders) == [problem]
    assert s.profile(contract, orders).table == (f"of the table, {problem}",)
    assert contract.table.words == "each 'customer' in 'id' of another table"
    examples = s.sample(contract, 50, seed=1)
    assert {row["customer"] for row in examples} <= {7, 9, None}
    assert contract.table.problems(examples) == []


def test_a_sample_refers_to_its_own_rows_and_repeats_none_if_it_must_not():
    tree = s.contract(NODE, unique=("id",), inside={"parent": "id"})
    rows = s.sample(tree, 100, seed=2)
    assert tree.table.problems(rows) == []
    assert any(row["parent"] is not None for row in rows)
    chain = s.contract(NODE, unique=("id", "parent"), inside={"parent": "id"})
    assert chain.table.problems(s.sample(chain, 60, seed=2)) == []
    with pytest.raises(s.GeneratorError, match="no value of 'id' of another table is a value of 'customer'"):
        s.sample(s.contract({"customer": str}, inside={"customer": (CUSTOMERS, "id")}), 5)


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("parent", "inside= takes a column with another one"),
        ({"parent": "parent"}, "inside= takes a column with another one"),
        ({"parent": ["id"]}, "inside= takes a column with another one"),
        ({"parent": "idd"}, "inside= is about a column 'idd', and the spec has 'id', 'parent'; did you mean"),
        ({"gone": (CUSTOMERS, "id")}, "inside= is about a column 'gone'"),
    ],
    ids=repr,
)
def test_a_senseless_place_is_an_error(inside, words):
    with pytest.raises(s.SpecDefinitionError, match=words):
        s.contract(NODE, inside=inside)


def test_a_table_without_the_column_is_an_error():
    pl = pytest.importorskip("polars")
    for other in (pl.DataFrame({"key": [1]}), [{"key": 1}]):
        with pytest.raises(s.SpecDefinitionError, match="inside= is about a column 'id' of a table that has"):
            s.contract(ORDER, inside={"customer": (other, "id")}).table.problems([{"customer": 1, "n": 1}])


# The terms of an old and a new contract, and what is known of the change.
CHANGES = [
    ({}, {"parent": "id"}, "broken"),
    ({"parent": "id"}, {}, "proved"),
    ({"parent": "id"}, {"parent": "id"}, "proved"),
    ({"parent": ([{"k": 1}], "k")}, {"parent": ([{"k": 2}, {"k": 1}], "k")}, "proved"),
    ({"parent": ([{"k": 2}, {"k": 1}], "k")}, {"parent": ([{"k": 1}], "k")}, "broken"),
]


@pytest.mark.parametrize(("old", "new", "verdict"), CHANGES, ids=repr)
def test_a_change_is_proved_where_no_value_is_lost(old, new, verdict):
    few = s.keys(req_un={"id": s.int_in(0, 3), "parent": s.nilable(s.int_in(0, 3))})
    versions = (s.contract(few, inside=old), s.contract(few, inside=new))
    assert s.check_compatible(*versions, num_tests=10, seed=0).verdict == verdict


def test_the_source_names_a_file_and_refuses_a_frame():
    path = pathlib.Path("customers.csv")
    text = s.source(s.contract(ORDER, inside={"customer": (path, "id")}))
    assert "inside={'customer': (pathlib.Path('customers.csv'), 'id')}" in text
    pl = pytest.importorskip("polars")
    frame = s.contract(ORDER, inside={"customer": (pl.DataFrame({"id": [7]}), "id")})
    with pytest.raises(s.SpecDefinitionError, match="can't be written as source"):
        s.source(frame)


def test_contracts_of_other_values_have_another_digest():
    digests = {
        spec_digest(s.contract(ORDER, inside={"customer": ([{"id": x} for x in xs], "id")}))
        for xs in ([1], [1, 2], [2, 1], [1, 1])
    }
    assert len(digests) == 2
