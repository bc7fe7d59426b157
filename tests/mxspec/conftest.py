"""A registry that a test leaves as it was."""

import pytest

import mxspec as s


@pytest.fixture
def clean_names():
    """Take out the names that a test registers."""
    before = set(s.registry())
    yield
    for name in s.registry().keys() - before:
        s.def_(name, None)
