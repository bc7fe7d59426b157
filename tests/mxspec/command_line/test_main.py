"""`python -m mxspec`: its help, what it says of commands that are not there, and those that packages add."""

import importlib.metadata
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mxspec as s
from mxspec.base import names
from mxspec.command_line.main import OF_DIGITS, main
from mxspec.command_line.parser import parser
from tests.processes import ROOT, import_target
from tests.shown_commands import parsers

PAGE = (Path(__file__).parents[3] / "docs" / "command_line.md").read_text(encoding="utf-8")


@pytest.fixture
def run_alone(monkeypatch, capsys):
    """Run a command as in a new process, which has no specs and no commands of packages."""
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: ())

    def run(*arguments, input="", cwd="."):
        monkeypatch.chdir(cwd)
        monkeypatch.syspath_prepend(cwd)
        monkeypatch.delitem(sys.modules, "shop_specs", raising=False)
        monkeypatch.setattr(sys, "stdin", io.StringIO(input))
        with names.look_up_in(names.Names({})):
            try:
                code = main([*map(str, arguments)])
            except SystemExit as end:
                code = end.code
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return run


def test_help_lists_the_commands_in_the_order_of_their_page():
    [rows] = re.findall(r"^## Rows of data.*?(?=^\*\*)", PAGE, re.MULTILINE | re.DOTALL)
    commands = [*dict.fromkeys(re.findall(r"^\| `mxspec ([a-z-]+) ", rows, re.MULTILINE))]
    assert len(commands) > 10
    assert re.findall(r"^  ([a-z][a-z-]*) +[A-Z]", parser().format_help(), re.MULTILINE) == commands


def test_each_command_has_a_function_an_example_and_words_for_each_argument():
    for options in parsers(parser()):
        assert callable(import_target(options.get_default("run")))
        assert f"example: {options.prog} " in options.format_help()
        assert all(action.help for action in options._actions)


def test_the_version_is_that_of_the_package(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mxspec {s.__version__}\n"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        *(([name], f"{name} is a command of mxspec-digits, which is not installed") for name in OF_DIGITS),
        (["valid", "digits/image", "x.png"], 'for pictures: pip install "mxspec-digits[onnx]"'),
        (["valid", "contract.py", "x.csv", "--unit", "2"], "add --state FILE"),
        (["sample", "no/such"], "no spec is registered under 'no/such'"),
        (["sample", "none.py"], "there is no file"),
        (["sample", "no/such", "-n", "0"], "expected 1 or more, found 0"),
        (["sample", "no/such", "--import", "no_such_module"], "No module named 'no_such_module'"),
        (["specs"], "no specs are registered; --import MODULE brings some"),
        (["explain", "no/such", "-"], "- is no JSON, so no/such can't be asked about it"),
    ],
)
def test_wrong_use_is_a_line(argv, words, run_alone):
    done = run_alone(*argv, input="{")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr


# --- specs, explain, sample ---------------------------------------------------------------------------------

SHOP = """
import datetime
import mxspec as s
s.def_("shop/day", datetime.date)
s.def_("shop/pieces", s.int_in(1, 9))
s.def_("shop/order", s.keys(req_un=["shop/day", "shop/pieces"]))
s.fdef("shop/sell", args=s.cat(n=int))
spec = s.get_spec("shop/order")
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A folder with a module of specs, which is a contract, too."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop_specs.py").write_text(SHOP)
    return folder


def test_specs_are_listed_with_their_forms_and_examples(shop, run_alone):
    done = run_alone("specs", "shop", "--import", "shop_specs", "--seed", "1", cwd=shop)
    lines = done.stdout.splitlines()
    assert lines[3:6:2] == ["shop/pieces", f"    {lines[5].strip()}"]
    assert lines[4] == "    int_in(1, 9)"
    assert re.fullmatch(r"    example: [1-8]", lines[5])
    assert lines[-3:] == ["shop/sell", lines[-2], "    example: none"]
    rows = json.loads(run_alone("specs", "--import", "shop_specs", "--json", cwd=shop).stdout)
    assert [row["name"] for row in rows] == ["shop/day", "shop/pieces", "shop/order", "shop/sell"]
    assert rows[1]["form"] == "int_in(1, 9)"


@pytest.mark.parametrize("spec", [["shop/order", "--import", "shop_specs"], ["shop_specs.py"]])
def test_samples_are_repeatable_and_their_json_is_rows_that_fit(spec, shop, tmp_path, run_alone):
    done = run_alone("sample", *spec, "-n", "20", "--seed", "1", cwd=shop)
    assert done.stdout.count("datetime.date(") == done.stdout.count("\n") == 20
    lines = [run_alone("sample", *spec, "-n20", "--seed=1", "--json", cwd=shop).stdout for _ in range(2)]
    assert lines[0] == lines[1]
    (tmp_path / "rows.jsonl").write_text(lines[0])
    done = run_alone("valid", "shop_specs.py", tmp_path / "rows.jsonl", cwd=shop)
    assert (done.returncode, done.stdout) == (0, "all 20 rows fit\n")


@pytest.mark.parametrize("spec", [["shop/order", "--import", "shop_specs"], ["shop_specs.py"]])
@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('{"day": "2026-11-28", "pieces": 3}', 0, "Success!\n"),
        (
            '{"day": "2026-11-28", "pieces": 30}',
            1,
            "an int from 1 to 8 is required, not 30 - failed: int_in(1, 9)",
        ),
        ('{"pieces": 3}', 1, "key 'day' is required"),
        ("3", 1, " is required, not 3 - failed: "),
    ],
)
def test_explain_says_why_a_value_of_json_does_not_fit(spec, text, code, words, shop, tmp_path, run_alone):
    (tmp_path / "row.json").write_text(text)
    done = run_alone("explain", spec[0], tmp_path / "row.json", *spec[1:], cwd=shop)
    assert (done.returncode, words in done.stdout, done.stderr) == (code, True, "")
    done = run_alone("explain", spec[0], "-", *spec[1:], "--json", cwd=shop, input=text)
    assert (done.returncode, len(json.loads(done.stdout))) == (code, code if "pieces" in text or code else 0)


# --- commands of packages -----------------------------------------------------------------------------------

ZOO = """
def add_commands(commands):
    commands.group("animals", "zoo")
    options = commands.add("feed", "keepers.run_feed", "feed an animal", "feed cat")
    options.add_argument("animal", help="its name")
    options.set_defaults(argv=None)
    commands.describe("sample", "print samples of a spec, or animals", "sample zoo/cat")
"""
KEEPERS = """
class Hungry(Exception): pass
def run_feed(animal, argv):
    if animal == "dog":
        raise Hungry("there is no meat")
    print(animal, argv)
    return 3
"""


@pytest.fixture
def installed(tmp_path):
    """A folder with an installed package that adds a command."""
    (tmp_path / "zoo-1.0.dist-info").mkdir()
    (tmp_path / "zoo-1.0.dist-info" / "METADATA").write_text("Name: zoo\nVersion: 1.0\n")
    points = "[mxspec.commands]\nzoo = zoo:add_commands\nworn = zoo.no_such_module:add_commands\n"
    points += "gone = no_such_package:add_commands\n"
    (tmp_path / "zoo-1.0.dist-info" / "entry_points.txt").write_text(points)
    (tmp_path / "zoo").mkdir()
    (tmp_path / "zoo" / "__init__.py").write_text(ZOO)
    (tmp_path / "zoo" / "keepers.py").write_text(KEEPERS)
    return tmp_path


def test_a_package_adds_commands_and_one_that_is_broken_is_named(installed):
    def run(*arguments):
        command = [sys.executable, "-m", "mxspec", *arguments]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(installed)])}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        lines = done.stderr.splitlines()
        [broken] = [line for line in lines if "left out" in line]
        assert "the commands of worn are left out, ModuleNotFoundError: No module named 'zoo.no" in broken
        return done.returncode, done.stdout, lines[-1]

    code, text, _ = run("--help")
    assert (code, "\nanimals:\n  feed      Feed an animal.\n" in text) == (0, True)
    assert "  sample    Print samples of a spec, or animals.\n" in text
    assert run("feed", "cat")[:2] == (3, "cat ['feed', 'cat']\n")
    assert run("feed", "dog")[::2] == (2, "python -m mxspec feed: there is no meat")
    assert "example: python -m mxspec feed cat" in run("feed", "--help")[1]


@pytest.mark.parametrize("command", ["valid", "profile", "explain", "split --bad=b.csv"])
def test_a_contract_in_the_place_of_the_rows_is_an_error_that_says_so(command, run_alone, tmp_path):
    (tmp_path / "contract.py").write_text("spec = int\n")
    (tmp_path / "rows.csv").write_text("n\n1\n")
    name, *options = command.split()
    done = run_alone(name, "rows.csv", "contract.py", *options, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(f"{name}: the contract comes first, then the rows: contract.py rows.csv\n")


def test_a_warning_is_a_line_without_its_source(tmp_path, capsys):
    contract, rows = tmp_path / "contract.py", tmp_path / "rows.csv"
    contract.write_text(
        "import warnings\nimport mxspec as s\nwarnings.warn('careful')\nspec = s.keys({'n': int})\n"
    )
    rows.write_text("n\n1\n")
    assert main(["valid", str(contract), str(rows)]) == 0
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith("mxspec: careful")
