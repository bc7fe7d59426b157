"""A registry that a test leaves as it was, and a parser that many commands share."""

import functools

import pytest

import mxspec as s
from mxspec.command_line import main


@pytest.fixture
def clean_names():
    """Take out the names that a test registers."""
    before = set(s.registry())
    yield
    for name in s.registry().keys() - before:
        s.def_(name, None)


parser_of_all = functools.cache(main._parser_with)


@pytest.fixture
def one_parser(monkeypatch):
    """Build the parser once for many commands, of which it takes up to three quarters of the time."""
    monkeypatch.setattr(main, "_parser_with", parser_of_all)
