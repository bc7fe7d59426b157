"""The command guard: its answers, its exit codes, and its errors in one line."""

import json
import sys

import pytest

from mxspec.command_line.main import main

CONTRACT = "import mxspec as s\nspec = s.keys({'n': s.int_in(1, 10)}, closed=True)\n"
SHOP = """
import mxspec as s
import pydantic

s.def_("stall/order", s.keys({"n": s.int_in(1, 10)}, closed=True))

def accept(x):
    return s.valid("stall/order", x)

def careless(x):
    return x.keys() == {"n"} and type(x["n"]) is int and 1 <= x["n"] <= 10

class Order(pydantic.BaseModel, extra="forbid"):
    n: int = pydantic.Field(ge=1, lt=10)
"""


@pytest.fixture
def guard(tmp_path, monkeypatch, capsys):
    """Run the command in a folder with a contract and a shop; return its exit code, output and error."""
    (tmp_path / "contract.py").write_text(CONTRACT)
    (tmp_path / "stall.py").write_text(SHOP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])

    def run(*arguments):
        try:
            code = main(["guard", *arguments])
        except SystemExit as ended:
            code = ended.code
        return code, *capsys.readouterr()

    yield run
    sys.modules.pop("stall", None)


@pytest.mark.parametrize("spec", ["contract.py", "stall/order"])
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["stall:accept"], 0, "values at 23 borders of"),
        (["stall:careless", "-n", "100"], 1, "lets pass n: 10 - high 10"),
        (["stall:Order", "--lax", "--sent"], 0, "agrees: 8 of 8 conditions broken alone"),
        (["stall:Order"], 1, "lets pass n: '"),
    ],
)
def test_it_says_where_a_guard_differs(guard, spec, arguments, code, words):
    ended, output, error = guard(spec, *arguments)
    assert (ended, error) == (code, "")
    assert words in output


def test_what_was_never_broken_ends_with_1_unless_it_may_be(guard, tmp_path):
    (tmp_path / "voucher.py").write_text(
        "import mxspec as s, zlib\nspec = s.and_(str, lambda x: zlib.crc32(x.encode()) != 12345)\n"
    )
    code, output, _ = guard("voucher.py", "voucher:spec")
    assert (code, output.partition(":")[0]) == (1, "agrees")
    assert "never broken: lambda x: zlib.crc32(x.encode()) != 12345" in output
    assert guard("voucher.py", "voucher:spec", "--allow-untried")[0] == 0


def test_programs_get_json(guard):
    code, output, _ = guard("contract.py", "stall:careless", "--json")
    data = json.loads(output)
    assert (code, data["agrees"]) == (1, False)
    assert {"kind": "high", "at": 10} in [miss["border"] for miss in data["missed"]]
    code, output, _ = guard("contract.py", "stall:accept", "--json")
    assert (code, json.loads(output)["agrees"]) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["contract.py", "stall"], "a guard is MODULE:NAME"),
        (["contract.py", "stall:nothing"], "stall has no nothing"),
        (["contract.py", "no_such_module:f"], "No module named"),
        (["nothing.py", "stall:accept"], "nothing.py"),
        (["stall/nothing", "stall:accept"], "stall/nothing"),
        (["contract.py", "stall:accept", "-n", "0"], "-n"),
        (["stall.py", "stall:accept"], 'stall.py defines no `spec`; write `spec = "stall/order"` in it\n'),
    ],
)
def test_an_error_is_a_line(guard, arguments, words):
    code, output, error = guard(*arguments)
    assert (code, output, error.count("\n")) == (2, "", 1)
    assert words in error
