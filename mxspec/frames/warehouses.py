"""Tables of warehouses by their names: DuckDB opens its own, Ibis all others.

    duckdb:///shop.db#orders              the table orders of a file of DuckDB
    postgres://me@host/shop#sales.orders  a table in a schema

As in SQLAlchemy, three slashes begin a relative path and four an absolute one; an absolute path after three
is taken too, if only that file exists. A file is never made, and DuckDB opens it to read alone unless a
table is written.
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any, Final

from mxspec.errors import SpecDefinitionError, did_you_mean

_NAME: Final = re.compile(r"(?P<url>(?P<scheme>[a-z][a-z0-9]+)://[^#]*)#(?P<table>[^#]+)")
_FILES: Final = ("duckdb", "sqlite")
_RENAMED: Final = ("postgres", "sqlite")  # the warehouses that are tried with tables in place of others
_ALIASES: Final = {"postgresql": "postgres"}


class TableName(str):
    """The name of a table of a warehouse; as a text it hides a password.

    Attributes:
        url: what is before the mark `#`.
        scheme: the kind of the warehouse.
        schema: the schema of the table, or "".
        table: the table.
    """

    url: str
    scheme: str
    schema: str
    table: str

    def __new__(cls, name: str) -> TableName:
        parts = _NAME.fullmatch(name)
        assert parts is not None, name
        before, at, host = parts["url"].rpartition("@")
        scheme, _, user = before.partition("://")
        login, has_password, _ = user.partition(":")
        shown = f"{scheme}://{login}{':***' if has_password else ''}{at}{host}" if at else parts["url"]
        self = super().__new__(cls, f"{shown}#{parts['table']}")
        self.url, self.scheme = parts["url"], _ALIASES.get(parts["scheme"], parts["scheme"])
        self.schema, _, self.table = parts["table"].rpartition(".")
        return self

    def is_like(self, other: TableName) -> bool:
        """True if a second name may stand for the same table: with its schema, or without one."""
        schemas = {self.schema.casefold(), other.schema.casefold()}
        return self.table.casefold() == other.table.casefold() and (len(schemas) == 1 or "" in schemas)


def is_table_name(name: str) -> bool:
    """True for the name of a table of a warehouse.

    Example:
        >>> is_table_name("duckdb:///shop.db#orders"), is_table_name("orders.csv")
        (True, False)
        >>> TableName("postgres://me:secret@host/shop#orders")
        'postgres://me:***@host/shop#orders'
    """
    return _NAME.fullmatch(name) is not None


def open_table(name: TableName, *, writes: bool = False) -> tuple[Any, Any]:
    """Return the connection to a warehouse and a table of it, as a frame.

    Args:
        name: the name of the table.
        writes: True to write tables of this warehouse.

    Raises:
        ImportError: DuckDB, or Ibis with what it needs for the warehouse, is not installed; the message names
            what to install.
        SpecDefinitionError: there is no such file or table, the warehouse can't be opened, or a column has a
            type that Ibis does not know.
    """
    is_duckdb = name.scheme == "duckdb"
    install = '"mxspec[frames]" duckdb pyarrow' if is_duckdb else f'"ibis-framework[{name.scheme}]"'
    try:
        connection = _connect_duckdb(name, writes) if is_duckdb else _connect_ibis(name)
        table = _duckdb_table(connection, name) if is_duckdb else _ibis_table(connection, name)
    except ImportError as missing:
        raise ImportError(f"reading {name} needs more: pip install {install} ({missing})") from missing
    except SpecDefinitionError:
        raise
    except Exception as error:
        words = str(error).strip().partition("\n")[0].replace(name.url, str(name).partition("#")[0])
        raise SpecDefinitionError(f"{name} can't be opened: {words or type(error).__name__}") from error
    return connection, table


def write_table(connection: Any, name: TableName, rows: Any) -> None:
    """Make a table of a warehouse of rows of the same warehouse, in one step; one of its name is replaced.

    Raises:
        SpecDefinitionError: the warehouse can't write it.
    """
    try:
        if name.scheme == "duckdb":
            _write_duckdb(connection, name, rows)
        elif name.scheme in _RENAMED:
            _write_by_name(connection, name, rows)
        else:
            connection.create_table(name.table, rows, overwrite=True, **_place(name))
    except Exception as error:
        words = str(error).strip().partition("\n")[0]
        raise SpecDefinitionError(f"{name} can't be written: {words or type(error).__name__}") from error


def _write_duckdb(connection: Any, name: TableName, rows: Any) -> None:
    own = _quote(name.schema, name.table)
    connection.execute("begin")
    try:
        connection.execute(f"drop table if exists {own}")
        rows.create(own)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _write_by_name(connection: Any, name: TableName, rows: Any) -> None:
    """Write a table under another name, and rename it; some releases of Ibis drop no table that is there."""
    new = f"{name.table[:40]}_{uuid.uuid4().hex[:8]}"
    connection.create_table(new, rows, **_place(name))
    try:
        with connection.begin() as cursor:
            cursor.execute(f"drop table if exists {_quote(name.schema, name.table)}")
            cursor.execute(f"alter table {_quote(name.schema, new)} rename to {_quote(name.table)}")
    except BaseException:
        with connection.begin() as cursor:
            cursor.execute(f"drop table {_quote(name.schema, new)}")
        raise


def _quote(*parts: str) -> str:
    return ".".join('"' + each.replace('"', '""') + '"' for each in parts if each)


def _connect_duckdb(name: TableName, writes: bool) -> Any:
    import duckdb
    import pyarrow  # noqa: F401  # DuckDB hands over batches of it

    return duckdb.connect(_file_of(name), read_only=not writes)


def _duckdb_table(connection: Any, name: TableName) -> Any:
    schema = name.schema or "main"
    query = "select table_name from information_schema.tables where table_schema = ?"
    tables = [own for (own,) in connection.execute(query, [schema]).fetchall()]
    if name.table not in tables:
        raise _no_table(name, tables)
    return connection.table(f'"{schema}"."{name.table}"')


def _connect_ibis(name: TableName) -> Any:
    import ibis  # type: ignore[import-untyped, unused-ignore]

    try:
        backend = getattr(ibis, name.scheme)
    except AttributeError:
        raise SpecDefinitionError(f"{name}: Ibis has no warehouse {name.scheme!r}") from None
    connection = backend.connect(_file_of(name)) if name.scheme in _FILES else ibis.connect(name.url)
    connection.close = connection.disconnect
    return connection


def _ibis_table(connection: Any, name: TableName) -> Any:
    tables = connection.list_tables(**_place(name))
    if name.table not in tables:
        raise _no_table(name, tables)
    table = connection.table(name.table, **_place(name))
    for column, tp in table.schema().items():
        if tp.is_unknown():
            raw = getattr(tp, "raw_type", tp)
            words = f"the column {column!r} has a type that Ibis does not know, {raw}; cast it in a view"
            raise SpecDefinitionError(f"{name}: {words}")
    return table


def _place(name: TableName) -> dict[str, str]:
    return {"database": name.schema} if name.schema else {}


def _no_table(name: TableName, tables: list[str]) -> SpecDefinitionError:
    return SpecDefinitionError(f"{name}: there is no table {name.table!r}{did_you_mean(name.table, tables)}")


def _file_of(name: TableName) -> str:
    path = name.url.partition("://")[2]
    paths = [path.removeprefix("/"), path]
    existing = [each for each in paths if Path(each).is_file()]
    if not existing:
        raise SpecDefinitionError(f"{name}: there is no file {paths[0]}")
    return existing[0]
