"""A table of Arrow as a frame of each engine that needs no session; the laws of frames ask all of them."""

import pytest


def in_polars(table):
    return pytest.importorskip("polars").from_arrow(table)


def in_lazy_polars(table):
    return in_polars(table).lazy()


def in_pandas(table):
    return table.to_pandas()


def in_arrow_of_pandas(table):
    return table.to_pandas(types_mapper=pytest.importorskip("pandas").ArrowDtype)


def in_pyarrow(table):
    return table


def in_duckdb(table):
    return pytest.importorskip("duckdb").from_arrow(table)


def in_ibis(table):
    return pytest.importorskip("ibis").memtable(table)


FRAMES = {
    "polars": in_polars,
    "polars lazy": in_lazy_polars,
    "pandas": in_pandas,
    "pandas with Arrow's types": in_arrow_of_pandas,
    "pyarrow": in_pyarrow,
    "duckdb": in_duckdb,
    "ibis": in_ibis,
}
ABSENT = {  # what an engine has no type for, or brings as another one
    "in_ibis": {"null", "duration s", "duration ms", "duration us", "duration ns", "array"},
    "in_duckdb": {"array"},
}
