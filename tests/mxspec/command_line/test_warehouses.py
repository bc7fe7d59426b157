"""Commands about a table of a warehouse, by its name."""

import builtins
import json
import re
import sqlite3
import sys

import pytest

from mxspec.frames.warehouses import TableName, is_table_name

duckdb = pytest.importorskip("duckdb")
pl = pytest.importorskip("polars")
pytest.importorskip("pyarrow")

CONTRACT = """
import datetime as dt
from decimal import Decimal
import mxspec as s

rows = s.and_(
    {"id": int, "plan": {"free", "pro"}, "amount": s.range_of(Decimal, Decimal(0), Decimal("4999.5")),
     "mail": s.str_in(format="email"), "ordered": dt.date, "paid": dt.date},
    s.less("ordered", "paid"),
)
spec = s.contract(rows, unique=("id",))
"""
ROWS = """
create table orders as select i as id, case when i % 100 = 0 then 'fre' else 'free' end as plan,
    (i / 4)::decimal(10, 2) as amount, 'm' || i || '@shop.org' as mail,
    date '2024-01-01' + (i % 50)::int as ordered,
    date '2024-01-01' + (i % 50 + case when i % 500 = 1 then 0 else 2 end)::int as paid
from range(12000) t(i)
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with duckdb.connect("shop.db") as connection:
        connection.execute(ROWS)
        connection.execute("create schema sales")
        connection.execute("create table sales.few as select * from orders limit 2")
    (tmp_path / "contract.py").write_text(CONTRACT)
    return tmp_path


def rows_in(table):
    with duckdb.connect("shop.db", read_only=True) as connection:
        return connection.table(table).pl()


LATER = "'ordered' less than 'paid' is required"
ORDERS = "duckdb:///shop.db#orders"


def test_a_table_is_valid_as_its_rows_are(shop, ask):
    code, answer = ask("valid", "contract.py", ORDERS, "--json")
    assert (code, answer["total"], answer["invalid"]) == (1, 12_000, 144)
    assert {each["file"] for each in answer["refused"]} == {ORDERS}
    assert all("row" not in each for each in answer["refused"])  # a table has no order
    rows_in("orders").write_parquet("orders.parquet")
    _, of_file = ask("valid", "contract.py", "orders.parquet", "--json")
    for each in of_file["refused"]:
        del each["row"], each["file"]
    key = lambda each: repr(each["errors"])  # noqa: E731
    of_table = [{"errors": each["errors"]} for each in answer["refused"]]
    assert sorted(of_table, key=key) == sorted(of_file["refused"], key=key)
    code, text = ask("valid", "contract.py", "duckdb:///shop.db#sales.few")
    assert code == 1
    assert "\nduckdb:///shop.db#sales.few: " in text
    assert "did you mean 'free'?" in text


def test_a_profile_counts_the_reasons_and_keeps_its_state(shop, ask):
    code, answer = ask("profile", "contract.py", ORDERS, "--json")
    assert (code, answer["valid"], answer["invalid"]) == (0, 11_856, 144)
    assert ["'ordered' less than 'paid' is required", 24] in answer["reasons"]
    assert ask("infer", ORDERS, "-o", "inferred.py")[0] == 0
    for _ in range(2):
        code, text = ask("profile", "inferred.py", ORDERS, "--state", "state.json")
        assert code == 0
    assert "id" in json.loads((shop / "state.json").read_text())["columns"] or "'id'" in text


def test_infer_writes_the_contract_of_the_rows_with_the_types_of_the_engine(shop, ask):
    code, _ = ask("infer", ORDERS, "-o", "inferred.py")
    source = (shop / "inferred.py").read_text()
    assert code == 0
    assert re.search("'amount': .*decimal.Decimal", source)
    code, text = ask("valid", "inferred.py", ORDERS)
    assert (code, text) == (0, "all 12,000 rows fit\n")


def test_split_writes_a_table_of_the_warehouse_and_a_file(shop, ask):
    for _ in range(2):  # the table is replaced
        code, text = ask(
            "split", "contract.py", ORDERS, "--bad", "duckdb:///shop.db#refused", "--good", "fit.parquet"
        )
        assert (code, text) == (1, "144 of 12,000 rows do not fit contract.py: duckdb:///shop.db#refused\n")
        refused = rows_in("refused")
        assert len(refused) == 144
        assert set(refused["reason"]) == {"plan: 'free' or 'pro' is required", LATER}
    assert len(pl.read_parquet("fit.parquet")) == 11_856
    assert len(rows_in("orders")) == 12_000


@pytest.mark.parametrize("target", ["duckdb:///shop.db#flagged", "flagged.parquet"])
def test_flag_writes_all_rows_with_their_reasons_to_a_table_or_a_file(shop, ask, target):
    code, text = ask("flag", "contract.py", ORDERS, "-o", target)
    assert (code, text) == (1, f"144 of 12,000 rows do not fit contract.py: {target}\n")
    flagged = rows_in("flagged") if "#" in target else pl.read_parquet(target)
    assert flagged.drop("reason").sort("id").equals(rows_in("orders").sort("id"))
    assert set(flagged["reason"]) == {None, "plan: 'free' or 'pro' is required", LATER}
    assert flagged.filter(pl.col("reason").is_not_null())["id"].sort().to_list() == [
        i for i in range(12_000) if i % 100 == 0 or i % 500 == 1
    ]


@pytest.mark.parametrize("target", ["duckdb:///shop.db#Main.ORDERS", ORDERS, "duckdb:///other.db#refused"])
def test_flag_writes_over_no_source(shop, refused, target):
    assert "is not another table of the warehouse" in refused("flag", "contract.py", ORDERS, "-o", target)
    assert len(rows_in("orders")) == 12_000


@pytest.mark.parametrize("target", ["duckdb:///shop.db#Main.ORDERS", ORDERS, "duckdb:///other.db#refused"])
def test_split_writes_over_no_source_and_into_no_other_warehouse(shop, refused, target):
    assert "is not another table of the warehouse" in refused("split", "contract.py", ORDERS, "--bad", target)
    assert len(rows_in("orders")) == 12_000


def test_a_write_that_fails_leaves_the_table_before(shop, refused):
    with duckdb.connect("shop.db") as connection:
        connection.execute("create view refused as select 1 as a")
    words = refused("split", "contract.py", ORDERS, "--bad", "duckdb:///shop.db#refused")
    assert "duckdb:///shop.db#refused can't be written" in words
    assert rows_in("refused")["a"].to_list() == [1]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("duckdb:///shop.db#ordrs", "there is no table 'ordrs'; did you mean 'orders'?"),
        ("duckdb:///shop.db#few", "there is no table 'few'"),
        ("duckdb:///shp.db#orders", "there is no file shp.db"),
        ("duckdb:///contract.py#orders", "contract.py#orders can't be opened"),
        ("nosql:///shop.db#orders", "has no warehouse 'nosql'"),
    ],
)
def test_what_is_not_there_is_an_error_and_nothing_is_made(shop, refused, name, words):
    if name.startswith("nosql"):
        pytest.importorskip("ibis")
    before = sorted(path.name for path in shop.iterdir())
    assert words in refused("valid", "contract.py", name)
    assert sorted(path.name for path in shop.iterdir()) == before


def test_two_tables_are_not_read_together(shop, refused):
    assert "is a table, which is asked by itself" in refused("valid", "contract.py", ORDERS, ORDERS)


def test_a_password_is_hidden():
    name = TableName("postgresql://me:p@ss:word@host:5432/shop#sales.orders")
    assert (str(name), name.scheme) == ("postgresql://me:***@host:5432/shop#sales.orders", "postgres")
    assert (name.schema, name.table) == ("sales", "orders")
    assert not any(map(is_table_name, ["a.csv", "s3://bucket/orders.csv", "-", "nights/*.parquet#x"]))


def test_what_is_not_installed_is_named(shop, refused, monkeypatch):
    own = builtins.__import__

    def import_without_ibis(name, *args):
        if name == "ibis":
            raise ImportError("No module named 'ibis'")
        return own(name, *args)

    monkeypatch.setattr(builtins, "__import__", import_without_ibis)
    monkeypatch.delitem(sys.modules, "ibis", raising=False)
    words = refused("valid", "contract.py", "postgres://me:secret@host/shop#orders")
    assert 'pip install "ibis-framework[postgres]"' in words
    assert "secret" not in words


def test_sqlite_is_read_by_ibis(shop, ask):
    pytest.importorskip("ibis")
    with sqlite3.connect("shop.sqlite") as connection:
        connection.execute("create table orders (id integer, plan text)")
        rows = [(i, "fre" if i % 100 == 0 else "free") for i in range(1000)]
        connection.executemany("insert into orders values (?, ?)", rows)
    (shop / "plan.py").write_text('import mxspec as s\nspec = s.keys(req_un={"id": int, "plan": {"free"}})\n')
    code, answer = ask("valid", "plan.py", "sqlite:///shop.sqlite#orders", "--json")
    assert (code, answer["total"], answer["invalid"]) == (1, 1000, 10)
    assert ask("split", "plan.py", "sqlite:///shop.sqlite#orders", "--bad", "bad.parquet")[0] == 1
    assert pl.read_parquet("bad.parquet")["id"].to_list() == [*range(0, 1000, 100)]
    assert ask("flag", "plan.py", "sqlite:///shop.sqlite#orders", "-o", "flagged.parquet")[0] == 1
    reasons = pl.read_parquet("flagged.parquet")["reason"].to_list()
    assert (len(reasons), reasons.count(None), reasons[100]) == (1000, 990, "plan: 'free' is required")


def test_tables_of_sqlite_are_written_and_their_terms_counted(shop, ask):
    pytest.importorskip("ibis")
    with sqlite3.connect("shop.sqlite") as connection:
        connection.execute("create table orders (id integer, share real, plan text)")
        rows = [
            (i, None if i % 10 == 0 else i / 1000, "fre" if i % 100 == 0 else "free") for i in range(1000)
        ]
        connection.executemany("insert into orders values (?, ?, ?)", rows)
    orders = "sqlite:///shop.sqlite#orders"
    columns = '{"id": int, "share": s.nilable(s.float_in(0, 1)), "plan": {"free"}}'
    terms = 'unique=("id", "plan"), missing={"share": 0.2}, occur={"plan": ["free", "pro"]}'
    (shop / "terms.py").write_text(f"import mxspec as s\nspec = s.contract({columns}, {terms})")
    code, answer = ask("valid", "terms.py", orders, "--json")
    assert (code, answer["invalid"]) == (1, 10)
    assert [each.partition(":")[0] for each in answer["table"]] == ["'plan'", "'plan'"]
    for _ in range(2):
        assert ask("split", "terms.py", orders, "--bad", "sqlite:///shop.sqlite#refused")[0] == 1
        assert ask("flag", "terms.py", orders, "-o", "sqlite:///shop.sqlite#flagged")[0] == 1
    with sqlite3.connect("shop.sqlite") as connection:
        assert connection.execute("select count(*), count(reason) from flagged").fetchall() == [(1000, 10)]
        assert connection.execute("select count(distinct id) from refused").fetchall() == [(10,)]
    assert ask("infer", orders, "-o", "inferred.py")[0] == 0
    assert ask("valid", "inferred.py", orders) == (0, "all 1,000 rows fit\n")
    assert ask("profile", "inferred.py", orders, "--state", "state.json")[0] == 0


def test_an_unknown_type_is_an_error_by_name(shop, refused):
    pytest.importorskip("ibis")
    with sqlite3.connect("shop.sqlite") as connection:
        connection.execute("create table places (at point)")
    words = refused("valid", "contract.py", "sqlite:///shop.sqlite#places")
    assert "the column 'at' has a type that Ibis does not know, " in words
