"""Commands about tables of a PostgreSQL server, which runs for these tests alone."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.mxspec.command_line.test_warehouses import CONTRACT

psycopg = pytest.importorskip("psycopg")
pytest.importorskip("ibis")
pl = pytest.importorskip("polars")
pytest.importorskip("pyarrow")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (shutil.which("initdb") and shutil.which("pg_ctl")), reason="no PostgreSQL"),
    pytest.mark.filterwarnings("ignore:ibis can't judge"),
]

ROWS = """
create table orders as select i as id, case when i % 100 = 0 then 'fre' else 'free' end as plan,
    (i / 4.0)::decimal(10, 2) as amount, 'm' || i || '@shop.org' as mail,
    date '2024-01-01' + (i % 50)::int as ordered,
    date '2024-01-01' + (i % 50 + case when i % 500 = 1 then 0 else 2 end)::int as paid
    from generate_series(0, 11999) t(i);
create schema sales;
create table kinds as select i as id, i::smallint as small, i * 100000000000 as big, i / 3.0::float8 as x,
    case when i % 7 = 0 then 'NaN'::float8 else i end as nan, i % 2 = 0 as yes, 'é' || i as text,
    timestamp '2024-01-01' + i * interval '1 hour' as at, timestamptz '2024-01-01Z' + i * interval '1 hour' as zone,
    date '2024-01-01' + i::int as day, case when i % 3 = 0 then null else i end as gap
    from generate_series(1::bigint, 1000) t(i);
"""  # noqa: E501


@pytest.fixture(scope="module")
def server():
    """The folder of the socket of a server; root has another user run it."""
    folder = Path(tempfile.mkdtemp())
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    try:
        shutil.chown(folder, user)
    except LookupError:
        pytest.skip("root runs no PostgreSQL, and there is no user postgres")

    def run(*command):
        subprocess.run(command, user=user, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    data = str(folder / "data")
    run("initdb", "-D", data, "-A", "trust", "-U", "me", "--no-sync")
    run("pg_ctl", "-D", data, "-w", "-l", "log", "-o", f"-k {folder} -c listen_addresses= -F", "start")
    try:
        with psycopg.connect(host=str(folder), user="me", dbname="postgres") as connection:
            connection.execute(ROWS)
        yield folder
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def shop(server, tmp_path, monkeypatch):
    """A function from the name of a table to its whole name."""
    monkeypatch.chdir(tmp_path)
    Path("contract.py").write_text(CONTRACT)
    return lambda table: f"postgres://me@/postgres?host={server}#{table}"


def rows_in(server, query):
    with psycopg.connect(host=str(server), user="me", dbname="postgres") as connection:
        return connection.execute(query).fetchall()


def test_valid_and_profile(shop, ask):
    code, answer = ask("valid", "contract.py", shop("orders"), "--json")
    assert (code, answer["total"], answer["invalid"], answer["table"]) == (1, 12_000, 144, [])
    code, answer = ask("profile", "contract.py", shop("orders"), "--json")
    assert (code, answer["valid"], answer["invalid"]) == (0, 11_856, 144)


def test_a_repeat_is_named(shop, ask):
    Path("terms.py").write_text(
        'import mxspec as s\nspec = s.contract({"plan": str, "id": int}, unique=("plan", "id"))'
    )
    code, text = ask("valid", "terms.py", shop("orders"))
    assert code == 1
    assert "of the table, 'plan': 2 values repeat: " in text
    assert "'fre' (120 times" in text


@pytest.mark.parametrize("table", ["orders", "kinds"])
def test_an_inferred_contract_takes_its_table(shop, ask, table):
    assert ask("infer", shop(table), "-o", "inferred.py", "--refuse", "0.1")[0] == 0
    code, text = ask("valid", "inferred.py", shop(table))
    assert (code, text) == (0, f"all {12_000 if table == 'orders' else 1000:,} rows fit\n")
    for _ in range(2):
        assert ask("profile", "inferred.py", shop(table), "--state", "state.json")[0] == 0


def test_split_and_flag_write_tables(server, shop, ask):
    for target in ("refused", "sales.refused") * 2:  # a table is replaced
        code, text = ask(
            "split", "contract.py", shop("orders"), "--bad", shop(target), "--good", "fit.parquet"
        )
        assert (code, re.findall("^[0-9,]* of [0-9,]* rows", text)) == (1, ["144 of 12,000 rows"])
        reasons = rows_in(server, f"select reason, count(*) from {target} group by 1 order by 1")
        assert reasons == [
            ("'ordered' less than 'paid' is required", 24),
            ("plan: 'free' or 'pro' is required", 120),
        ]
    assert len(pl.read_parquet("fit.parquet")) == 11_856
    assert ask("flag", "contract.py", shop("orders"), "-o", shop("flagged"))[0] == 1
    assert rows_in(server, "select count(*), count(reason) from flagged") == [(12_000, 144)]


def test_a_write_that_fails_leaves_what_was_there(server, shop, refused):
    with psycopg.connect(host=str(server), user="me", dbname="postgres") as connection:
        connection.execute("create or replace view kept as select 1 as a")
    before = rows_in(server, "select tablename from pg_tables where schemaname = 'public' order by 1")
    words = refused("split", "contract.py", shop("orders"), "--bad", shop("kept"))
    assert "kept can't be written" in words
    assert rows_in(server, "select a from kept") == [(1,)]
    assert rows_in(server, "select tablename from pg_tables where schemaname = 'public' order by 1") == before


def test_what_is_not_there_is_an_error(shop, refused):
    assert "there is no table 'ordrs'; did you mean 'orders'?" in refused(
        "valid", "contract.py", shop("ordrs")
    )
    away = "postgres://me:secret@/postgres?host=/nowhere#orders"
    words = refused("valid", "contract.py", away)
    assert "can't be opened" in words
    assert "secret" not in words
