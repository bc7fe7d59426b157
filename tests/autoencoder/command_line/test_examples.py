"""The examples of --help, and the commands in the tables of docs/command_line.md, run as they are written."""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from autoencoder.networks.checkpoint import SHIPPED
from tests.autoencoder.command_line.conftest import draw
from tests.processes import run_command
from tests.shown_commands import draw_letters, parsers, whole_parser, write_api, write_days

PAGE = Path(__file__).parents[3] / "docs" / "command_line.md"
EXAMPLES = [
    example
    for options in parsers(whole_parser("mxspec"))
    for example in re.findall(r"^example: (.+)$", options.epilog or "", re.MULTILINE)
]
SHOWN = re.findall(r"`(mxspec [^`]+)`", PAGE.read_text("utf-8"))
COMMANDS = sorted({*EXAMPLES, *SHOWN})
SERVES = "mxspec draw"
MEASURES = "mxspec evaluate"  # for minutes: tests/installed/with_onnx.py, which a release runs, has it
# Examples that end with 1, since they find what they look for.
FINDS = {
    "mxspec diff old.py new.py user/user": "an age that the new one refuses",
    "mxspec explain digits/odd-image six.png --picture why.png": "an even digit",
}

SPECS = """
import mxspec as s

s.def_("user/age", s.int_in(0, {}))
s.def_("user/user", s.keys(req_un=["user/age"]))
"""
GIT = "git -c user.name=x -c user.email=x@y.z -c init.defaultBranch=main"

GUARD = """

def accept(row):
    import contract

    return s.valid(contract.spec, row)
"""


@pytest.fixture(scope="module")
def readers_folder(tmp_path_factory):
    """A folder with all that the examples ask for."""
    folder = tmp_path_factory.mktemp("reader")
    write_days(folder)
    draw_letters(folder / "letters", "AC", 20)
    draw_letters(folder / "pictures", "AC", 20)
    for name, digit in {"six.png": 6, "seven.png": 7, "scans/three.png": 3}.items():
        draw(folder / name, digit)
    (folder / "rows.jsonl").write_text("".join(f'{{"age": {18 + n * n % 74}}}\n' for n in range(2000)))
    shutil.copy(folder / "monday.csv", folder / "new.csv")
    (folder / "row.json").write_text('{"country": "DE", "pieces": 3}')
    (folder / "shop").mkdir()
    (folder / "tests").mkdir()
    for name, end in {"shop/orders.py": 151, "old.py": 151, "new.py": 100}.items():
        (folder / name).write_text(SPECS.format(end))
    with (folder / "shop/orders.py").open("a") as orders:
        orders.write(GUARD)
    with duckdb.connect(str(folder / "shop.db")) as warehouse:
        warehouse.execute(f"create table orders as from read_csv('{folder / 'monday.csv'}')")
    shutil.copytree(SHIPPED, folder / "model")
    (folder / "openapi.json").write_text(json.dumps(write_api(100, "cat")))
    for command in ("mxspec infer orders.csv -o contract.py", f"{GIT} init -q",
                    "git add contract.py openapi.json",
                    f"{GIT} commit -qm contract",
                    "mxspec valid contract.py monday.csv --state state.json"):  # fmt: skip
        done = run_command(command, folder)
        assert done.returncode == 0, done.stderr
    return folder


def test_every_command_has_an_example():
    names = {options.prog.removeprefix("mxspec ").split()[0] for options in parsers(whole_parser("mxspec"))}
    assert {example.split()[1] for example in EXAMPLES} == names


@pytest.mark.slow
@pytest.mark.mxnet
@pytest.mark.parametrize(
    "command", [command for command in COMMANDS if not command.startswith((SERVES, MEASURES))]
)
def test_an_example_runs_as_it_is_written(command, readers_folder, small_mnist, tmp_path):
    folder = shutil.copytree(readers_folder, tmp_path / "here")
    if command.startswith("mxspec seal "):
        (folder / "model" / "manifest.json").unlink()  # as another program leaves it
    few = {"MXNET_DATA_DIR": str(small_mnist)}  # images, so that trainings take seconds
    done = run_command(command, folder, **few)
    assert done.returncode == (1 if command in FINDS else 0), done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith(SERVES)])
def test_an_example_that_serves_says_where_and_ends_by_a_signal(command):
    words = [sys.executable, "-m", "autoencoder", *command.split()[1:], "--no-browser"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert re.match(r"draw at http://127\.0\.0\.1:\d+", process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(60) in (0, 130)
