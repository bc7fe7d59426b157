"""Ways to run the command line here."""

import pytest

from mxspec.command_line.main import main
from tests.processes import ask_by, refuse_by


@pytest.fixture
def ask(capsys, one_parser):
    """Run a command; return its exit code and its standard output, as JSON where that is asked for."""
    return ask_by(main, capsys)


@pytest.fixture
def refused(capsys, one_parser):
    """Run a command that is wrong use; return the one line in which it says so."""
    return refuse_by(main, capsys)
