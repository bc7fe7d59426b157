"""Work that takes a while shows a line on standard error, if that is a terminal, and clears it."""

import io
import shlex
import sys

import pytest

from mxspec.command_line import contracts, ending
from mxspec.command_line.main import main

CONTRACT = """
import time
import mxspec as s

def is_slow(x):
    time.sleep(0.0002)
    return x >= 0

spec = s.def_("slow/row", s.keys({"n": s.and_(s.int_in(0, 100), is_slow)}))
"""
GUARD = "def accept(x):\n    import time\n    time.sleep(0.0005)\n    return True\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "contract.py").write_text(CONTRACT)
    (tmp_path / "slow_guard.py").write_text(GUARD)
    (tmp_path / "rows.csv").write_text("n\n" + "".join(f"{i % 90}\n" for i in range(600)))
    monkeypatch.setattr(contracts, "AFTER", -1.0)
    monkeypatch.setattr(ending, "AFTER", 0.0)
    monkeypatch.setattr(ending, "TICK", 0.001)
    yield
    sys.modules.pop("slow_guard", None)


@pytest.mark.few(5)
@pytest.mark.parametrize("is_terminal", [True, False])
@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("valid contract.py rows.csv", "valid: 600 rows"),
        ("profile contract.py rows.csv", "profile: 600 rows"),
        ("split contract.py rows.csv --good fit.csv", "split: 600 rows"),
        ("flag contract.py rows.csv -o flagged.csv", "flag: 600 rows"),
        ("infer rows.csv -o new.py --refuse 0.05", "infer: 600 rows"),
        ("infer rows.csv -o new.py --refuse 0.05", "infer: 0 s"),
        ("guard contract.py slow_guard:accept", "guard: 0 s"),
        ("sample contract.py -n 30", "sample: 0 s"),
        ("diff contract.py contract.py", "diff: 0 s"),
    ],
)
def test_a_command_shows_on_a_terminal_how_far_it_is(
    command, line, is_terminal, folder, monkeypatch, capsys, clean_names
):
    stderr = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    assert main(shlex.split(command)) in (0, 1)
    assert (f"\r{line}" in stderr.getvalue()) == is_terminal
    assert stderr.getvalue().endswith("\r\x1b[K" if is_terminal else "")
